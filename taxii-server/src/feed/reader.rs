//! From the text of an answer, or of one record of it, to arrivals: nothing is passed over in silence.

use bytes::Bytes;
use stix_core::Timestamp;

use super::bundle::Contents;
use super::list_row;
use super::refusal::Refusal;
use super::stix_record::{Context, Record};
use crate::ingest::{Arrival, Form, Repairs};

/// Reads the records of one feed.
///
/// ```
/// use taxii_server::feed::Reader;
/// use taxii_server::ingest::{Arrival, Form};
///
/// let latest = "2026-01-01T00:05:00.000Z".parse()?;
/// let arrivals = Reader::new("socdefenders").read(Form::Row, br#"{"type":"ipv4","value":"999.1.1.1"}"#, &latest);
/// let [Arrival::Quarantined(record)] = arrivals.as_slice() else { panic!("{arrivals:?}") };
/// assert_eq!(record.cause, "value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    feed: String,
}

impl Reader {
    /// A reader for the feed of this name.
    pub fn new(feed: &str) -> Self {
        Self { feed: feed.to_owned() }
    }

    /// Reads a row of the list, or objects in a bundle, in a list or alone. What is dated later than `latest` is dated
    /// in the future.
    pub fn read(&self, form: Form, record: &[u8], latest: &Timestamp) -> Vec<Arrival> {
        match form {
            Form::Row => self.row(record, latest),
            Form::Object => self.objects(&Contents::of(&Bytes::copy_from_slice(record)), latest),
        }
    }

    /// Reads a row of the list.
    pub(super) fn row(&self, row: &[u8], latest: &Timestamp) -> Vec<Arrival> {
        let mut repairs = Repairs::new();
        let read = list_row::read(&self.feed, row, latest, &mut repairs);
        accounted(Form::Row, row, read, repairs)
    }

    /// Reads the objects of a text.
    pub(super) fn objects(&self, contents: &Contents, latest: &Timestamp) -> Vec<Arrival> {
        let records: Vec<_> = contents.objects.iter().map(|text| (text, Record::read(text))).collect();
        let read = records.iter().filter_map(|(_, record)| record.as_ref().ok());
        let context = Context::of(&self.feed, latest, read);
        let objects = records.iter().flat_map(|(text, record)| {
            let mut repairs = Repairs::new();
            let read = match record {
                Ok(record) => context.arrivals(record, &mut repairs),
                Err(refusal) => Err(refusal.clone()),
            };
            accounted(Form::Object, text, read, repairs)
        });
        let frames = contents.repaired.iter();
        let frames = frames.map(|(frame, repairs)| Arrival::repaired(repairs.clone(), Form::Object, frame));
        let refused = contents.refused.iter();
        let refused = refused
            .flat_map(|(text, refusal)| accounted(Form::Object, text, Err(refusal.clone()), Repairs::new()));
        frames.chain(objects).chain(refused).collect()
    }
}

/// What a record gives, with the record itself where it had to be put right or cannot be used.
fn accounted(
    form: Form,
    record: &[u8],
    read: Result<Vec<Arrival>, Refusal>,
    repairs: Repairs,
) -> Vec<Arrival> {
    match read {
        Ok(mut arrivals) => {
            if !repairs.is_empty() {
                arrivals.push(Arrival::repaired(repairs, form, record));
            }
            arrivals
        }
        Err(refusal) => vec![Arrival::quarantined(refusal.cause().name(), refusal.to_string(), form, record)],
    }
}
