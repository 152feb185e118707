//! The two endpoints: from the parameters of an authenticated request to the JSON text of the answer.

pub(crate) mod iocs;
pub(crate) mod iocs_stix;

use chrono::{DateTime, SecondsFormat, Utc};
use rand::rngs::StdRng;
use serde::Serialize;
use serde_json::Value;

use crate::{auth::Tier, defect::Defect, ioc::Ioc, settings::Settings, store::Store};

/// What an endpoint answers from.
pub(crate) struct Context<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Store,
    pub(crate) rng: &'a mut StdRng,
    pub(crate) tier: Tier,
    pub(crate) now: DateTime<Utc>,
    pub(crate) base_url: &'a str,
    /// The query as it came.
    pub(crate) query: &'a str,
    /// Whether the page before the wanted one is given in its place.
    pub(crate) repeats_page: bool,
}

/// What an endpoint answers.
pub(crate) struct Served {
    /// The JSON text.
    pub(crate) text: String,
    /// How many rows are in it.
    pub(crate) rows: usize,
}

/// A record as it is served.
#[derive(Serialize)]
#[serde(untagged)]
enum Record<R> {
    /// As it should be.
    Sound(R),
    /// With its defect.
    Spoiled(Value),
}

impl<R: Serialize> Record<R> {
    /// The record of a row.
    fn of(ioc: &Ioc, record: R, spoil: impl FnOnce(Defect, &mut Value)) -> Self {
        let Some(defect) = ioc.defect else { return Self::Sound(record) };
        // Our own structs, with text for keys, always have a value.
        let mut value = serde_json::to_value(record).unwrap_or_default();
        spoil(defect, &mut value);
        Self::Spoiled(value)
    }
}

/// A time as all pages write it: in whole seconds, with a `Z`. The rest of the second is cut off.
pub(crate) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
