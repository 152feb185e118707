//! From the text of an answer, or of one record of it, to arrivals: nothing is passed over in silence.

use bytes::Bytes;
use stix_core::Timestamp;

use super::bundle::Contents;
use super::list_row;
use super::refusal::{Cause, Refusal};
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
    /// What every IOC is labelled with that comes.
    sector: Option<String>,
    /// The most bytes of a record.
    longest: usize,
}

impl Reader {
    /// A reader for the feed of this name.
    pub fn new(feed: &str) -> Self {
        Self { feed: feed.to_owned(), sector: None, longest: usize::MAX }
    }

    /// The same for a feed that is asked for one CISA sector only: no record says it, but all that come are of it.
    #[must_use]
    pub fn with_sector(self, sector: Option<&str>) -> Self {
        Self { sector: sector.map(|sector| format!("sector:{}", sector.trim())), ..self }
    }

    /// Returns the reader with a limit on the bytes of a record. A longer one is not read but quarantined.
    #[must_use]
    pub fn with_longest(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// Refuses a record that is too long.
    fn fits(&self, record: &[u8]) -> Result<(), Refusal> {
        match record.len() {
            length if length > self.longest => Err(Cause::Size.because(format_args!(
                "it has {length} bytes, more than `max_object_bytes`, {}",
                self.longest
            ))),
            _ => Ok(()),
        }
    }

    /// Reads a row of the list, or objects in a bundle, in a list or alone. What is dated later than `latest` is dated
    /// in the future.
    pub fn read(&self, form: Form, record: &[u8], latest: &Timestamp) -> Vec<Arrival> {
        match form {
            Form::Row => self.row(record, latest),
            Form::Object => self.objects(&Contents::of(&Bytes::copy_from_slice(record), usize::MAX), latest),
        }
    }

    /// Reads a row of the list.
    pub(super) fn row(&self, row: &[u8], latest: &Timestamp) -> Vec<Arrival> {
        let mut repairs = Repairs::new();
        let read = self.fits(row).and_then(|()| list_row::read(&self.feed, row, latest, &mut repairs));
        self.labelled(accounted(Form::Row, row, read, repairs)).collect()
    }

    /// Reads the objects of a text.
    pub(super) fn objects(&self, contents: &Contents, latest: &Timestamp) -> Vec<Arrival> {
        let read = |text: &Bytes| self.fits(text).and_then(|()| Record::read(text));
        let records: Vec<_> = contents.objects.iter().map(|text| (text, read(text))).collect();
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
        self.labelled(frames.chain(objects).chain(refused)).collect()
    }

    /// The arrivals, of which each that is about an IOC says its sector.
    fn labelled(&self, arrivals: impl IntoIterator<Item = Arrival>) -> impl Iterator<Item = Arrival> {
        arrivals.into_iter().map(|mut arrival| {
            let said = match &mut arrival {
                Arrival::Contributed { subject, contribution, .. } => Some((subject, contribution)),
                Arrival::PassedThrough { subject, contribution: Some((_, contribution)), .. } => {
                    Some((subject, contribution))
                }
                _ => None,
            };
            if let Some((subject, contribution)) = said
                && subject.is_ioc()
            {
                contribution.labels.extend(self.sector.clone());
            }
            arrival
        })
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
