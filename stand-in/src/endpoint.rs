//! The two endpoints: from the parameters of an authenticated request to the JSON text of the answer.

pub(crate) mod iocs;
pub(crate) mod iocs_stix;

use chrono::{DateTime, SecondsFormat, Utc};
use rand::rngs::StdRng;

use crate::{auth::Tier, settings::Settings, store::Store};

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
}

/// A time as all pages write it: in whole seconds, with a `Z`. The rest of the second is cut off.
fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
