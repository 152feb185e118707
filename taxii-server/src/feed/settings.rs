//! The settings of a feed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer};
use stix_core::tlp::Tlp;
use stix_core::{Confidence, IdentifierError};

use crate::duration;
use crate::host::is_loopback;
use crate::ingest::{
    AttackLibrary, Author, Emit, FeedRules, IocType, Labels, Mapping, Minting, Route, Routing,
};
use crate::storage::CollectionId;

/// The environment variable that holds the key, if the settings name no other place.
const KEY_VARIABLE: &str = "SOCDEFENDERS_API_KEY";

/// How far back the past is read where the settings do not say: as far as any tier of the service looks.
pub(super) const WHOLE_PAST: TimeDelta = TimeDelta::days(365);

/// One feed: where it is, what is asked of it, and where its objects go.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedSettings {
    /// The name in logs and in the database, under which the feed keeps its place.
    pub name: String,
    /// The address of the service, without a path.
    pub url: String,
    /// Whether the key may be sent over plain HTTP to another machine.
    pub insecure: bool,
    /// The file that holds the API key; it is read at every poll, so that a key can be changed.
    pub api_key_file: Option<PathBuf>,
    /// The environment variable that holds the API key, if no file does.
    pub api_key_env: String,
    /// Which endpoints are polled.
    pub endpoint: Endpoint,
    /// The collection that the objects go to, by id or alias; the first one if none is named.
    pub collection: Option<String>,
    /// The time from the end of a poll to the beginning of the next.
    #[serde(with = "duration")]
    pub interval: Duration,
    /// How far before its place a poll asks again, for records that arrive late.
    #[serde(with = "duration")]
    pub overlap: Duration,
    /// How many records are asked for in a request.
    pub page: u32,
    /// How long a request may take, with its answer.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// How often a request is tried in one poll.
    pub attempts: u32,
    /// The wait before the second try; it doubles from try to try.
    #[serde(with = "duration")]
    pub backoff: Duration,
    /// How far back the past is read; as far as the service allows if this is not said.
    #[serde(deserialize_with = "duration::optional")]
    pub backfill: Option<Duration>,
    /// The share of the requests that reading the past may spend, of each limit that is known.
    pub backfill_share: f64,
    /// How many requests may be made in a day (UTC), beside what the service says of its limits.
    pub daily_quota: Option<u32>,
    /// After how long without a complete poll the feed is stale; see [`FeedSettings::stale_after`].
    #[serde(deserialize_with = "duration::optional")]
    pub stale_after: Option<Duration>,
    /// The HTTP proxy to go through, as in `http://user:password@proxy.example.com:3128`.
    pub proxy: Option<String>,
    /// The file that holds the password for the proxy, if its address does not; it is read at every poll.
    pub proxy_password_file: Option<PathBuf>,
    /// The file with certificates of authorities to trust beside those of the system, as PEM.
    pub ca_file: Option<PathBuf>,
    /// The most bytes that an answer may have, unpacked.
    pub max_answer_bytes: usize,
    /// The most records that an answer may have. A time with more is asked for in parts.
    pub max_answer_records: usize,
    /// Only IOCs of this type.
    #[serde(rename = "type")]
    pub ioc_type: Option<String>,
    /// Only IOCs of this confidence.
    pub confidence: Option<ConfidenceWord>,
    /// Only IOCs of this category of sources. The STIX endpoint knows no categories, so it is not asked then.
    pub category: Option<String>,
    /// Only IOCs of this CISA sector.
    pub industry: Option<String>,
    /// Further collections for some of the objects.
    #[serde(rename = "route")]
    pub routes: Vec<RouteSettings>,
    /// What is made of an IOC.
    pub emit: Emit,
    /// How long indicators are valid after their value was last seen, by the type of the IOC.
    #[serde(deserialize_with = "times_to_live")]
    pub time_to_live: BTreeMap<String, Duration>,
    /// Whether every later sighting makes a new version.
    pub touch: bool,
    /// Which tags, sectors and categories become labels, and what stands before them.
    pub labels: Labels,
    /// A bundle of MITRE ATT&CK, whose techniques are republished as they are.
    pub attack_bundle: Option<PathBuf>,
    /// Who is named as the creator of the objects that the bridge makes.
    pub author: Author,
    /// What tells two bridges apart that feed one consumer; their objects get different identifiers.
    pub installation: String,
    /// The level of the Traffic Light Protocol to mark the objects with, such as `green`.
    pub tlp: Option<String>,
    /// The version of that protocol: 2, or 1 for old consumers.
    pub tlp_version: u8,
}

/// A further collection for some of the objects of a feed. What is not said is no condition.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSettings {
    /// The collection, by id or alias.
    pub collection: String,
    /// Only IOCs, or other objects, of these types.
    #[serde(rename = "type", default)]
    pub types: Vec<String>,
    /// Only IOCs of at least this confidence.
    #[serde(default)]
    pub confidence: Option<ConfidenceWord>,
    /// Only IOCs of one of these CISA sectors.
    #[serde(rename = "sector", default)]
    pub sectors: Vec<String>,
}

/// A confidence in the feed's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceWord {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl ConfidenceWord {
    /// All, the highest first.
    pub(super) const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// On the scale of Appendix A.
    fn value(self) -> u8 {
        match self {
            Self::Low => Confidence::LOW.value(),
            Self::Medium => Confidence::MEDIUM.value(),
            Self::High => Confidence::HIGH.value(),
        }
    }
}

/// Which endpoints are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// Both, and only the list for a key that the STIX endpoint refuses.
    Auto,
    /// `/api/v1/iocs/stix`; the list fills what it cuts off.
    Stix,
    /// `/api/v1/iocs`.
    List,
}

impl Endpoint {
    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Stix => "stix",
            Self::List => "list",
        }
    }
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            name: "socdefenders".to_owned(),
            url: "https://socdefenders.ai".to_owned(),
            insecure: false,
            api_key_file: None,
            api_key_env: KEY_VARIABLE.to_owned(),
            endpoint: Endpoint::Auto,
            collection: None,
            interval: Duration::from_secs(300),
            overlap: Duration::from_secs(600),
            page: 10_000,
            timeout: Duration::from_secs(60),
            attempts: 3,
            backoff: Duration::from_secs(1),
            backfill: None,
            backfill_share: 0.5,
            daily_quota: None,
            stale_after: None,
            proxy: None,
            proxy_password_file: None,
            ca_file: None,
            max_answer_bytes: 256 << 20,
            max_answer_records: 100_000,
            ioc_type: None,
            confidence: None,
            category: None,
            industry: None,
            routes: Vec::new(),
            emit: Emit::default(),
            time_to_live: BTreeMap::new(),
            touch: false,
            labels: Labels::default(),
            attack_bundle: None,
            author: Author::Source,
            installation: String::new(),
            tlp: None,
            tlp_version: 2,
        }
    }
}

impl FeedSettings {
    /// The feed that is polled when a key is in the environment and no feed is configured.
    pub fn from_environment() -> Option<Self> {
        let settings = Self::default();
        settings.api_key().is_ok().then_some(settings)
    }

    /// The API key.
    ///
    /// # Errors
    /// The file cannot be read, the variable is not set, or what is there cannot be a key.
    pub fn api_key(&self) -> Result<String, KeyError> {
        let (text, place) = match &self.api_key_file {
            Some(path) => {
                let place = format!("file `{}`", path.display());
                (std::fs::read_to_string(path).map_err(|error| KeyError(format!("{place}: {error}")))?, place)
            }
            None => {
                let place = self.named_variable();
                let text = std::env::var(&self.api_key_env);
                (text.map_err(|_| KeyError(format!("{place} is not set")))?, place)
            }
        };
        let key = text.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError(format!("{place} holds no key")));
        }
        Ok(key.to_owned())
    }

    /// Names the environment variable of the key. A text that is not written as the names of such variables are may be the
    /// key itself, and is not repeated.
    fn named_variable(&self) -> String {
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        match self.api_key_env.bytes().all(is_name) {
            true => format!("environment variable `{}`", self.api_key_env),
            false => "the environment variable that `api_key_env` names".to_owned(),
        }
    }

    /// What is asked: the service and the filters. What was read for another question says nothing of this one.
    pub(super) fn question(&self) -> String {
        let origin = reqwest::Url::parse(&self.url).map(|url| url.origin().ascii_serialization());
        let confidence = self.confidence.map(ConfidenceWord::name);
        let filters =
            [self.ioc_type.as_deref(), confidence, self.category.as_deref(), self.industry.as_deref()];
        serde_json::json!([origin.unwrap_or_default(), filters]).to_string()
    }

    /// Whether the STIX endpoint is asked, if the key allows it.
    pub(super) fn wants_bundles(&self) -> bool {
        self.endpoint != Endpoint::List && self.category.is_none()
    }

    /// The marking of the objects that the bridge makes.
    pub fn marking(&self) -> Option<Tlp> {
        Tlp::named(self.tlp_version, self.tlp.as_deref()?)
    }

    /// Down to when the past is to be read of a feed that was first read at this time.
    pub fn past_until(&self, began: DateTime<Utc>) -> DateTime<Utc> {
        let past = self.backfill.and_then(|past| TimeDelta::from_std(past).ok()).unwrap_or(WHOLE_PAST);
        began.checked_sub_signed(past).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// After how long without a complete poll the feed is stale: an hour or three intervals, if the settings do not say.
    pub fn stale_after(&self) -> Duration {
        let default = || self.interval.saturating_mul(3).max(Duration::from_secs(3600));
        self.stale_after.unwrap_or_else(default)
    }

    /// How objects are made, but for what files say.
    pub(super) fn minting(&self) -> Result<Minting, IdentifierError> {
        let time_to_live =
            self.time_to_live.iter().filter_map(|(name, time)| Some((IocType::named(name)?, *time)));
        let mapping = Mapping {
            emit: self.emit,
            time_to_live: time_to_live.collect(),
            touch: self.touch,
            labels: self.labels.clone(),
        };
        Ok(Minting::new(self.author, &self.installation, self.marking())?.with_mapping(mapping))
    }

    /// All that ingest has to know of the feed: how objects are made, and where they go. `collection` finds a collection by
    /// its id or alias.
    ///
    /// # Errors
    /// A collection does not exist, or the bundle of ATT&CK cannot be used: in one sentence.
    pub fn rules(
        &self,
        own: CollectionId,
        collection: impl Fn(&str) -> Result<CollectionId, String>,
    ) -> Result<FeedRules, String> {
        let library = self.attack_bundle.as_deref().map(AttackLibrary::open).transpose();
        let library = library.map_err(|error| error.to_string())?.map(Arc::new);
        let minting = self.minting().map_err(|error| error.to_string())?.with_library(library);
        let route = |route: &RouteSettings| {
            Ok(Route {
                collection: collection(&route.collection)?,
                types: route
                    .types
                    .iter()
                    .map(|name| {
                        IocType::named(name).map_or_else(|| name.clone(), |ioc| ioc.name().to_owned())
                    })
                    .collect(),
                confidence: route.confidence.map(ConfidenceWord::value),
                sectors: route.sectors.iter().map(|sector| sector.trim().to_lowercase()).collect(),
            })
        };
        let routes = self.routes.iter().map(route).collect::<Result<_, String>>()?;
        let routing = Routing { collection: own, routes };
        Ok(FeedRules { feed: self.name.clone(), minting: Arc::new(minting), routing })
    }

    /// Returns the paths of all settings.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Self { api_key_file, proxy_password_file, ca_file, attack_bundle, .. } = self;
        [api_key_file, proxy_password_file, ca_file, attack_bundle].into_iter().flatten()
    }

    /// Pushes what cannot work.
    pub(crate) fn check(&self, problems: &mut Vec<String>) {
        let mut problem = |text: String| problems.push(format!("feed `{}`: {text}", self.name));
        if self.name.is_empty() || self.name.contains('/') {
            problem("`name` is empty or has a `/` in it".to_owned());
        }
        for name in self
            .time_to_live
            .keys()
            .filter(|name| IocType::named(name).is_none_or(|ioc| ioc.path().is_none()))
        {
            problem(format!("`time_to_live`: `{name}` is no type of IOC that becomes an indicator"));
        }
        for name in self.routes.iter().flat_map(|route| &route.types) {
            if IocType::named(name).is_none() && stix_core::object::def(name).is_none() {
                problem(format!("`route`: `{name}` is no type of IOC and no type of object"));
            }
        }
        match reqwest::Url::parse(&self.url) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                problem("`url` has a name or a password in it: write the key into `api_key_file`".to_owned());
            }
            Ok(url)
                if url.scheme() == "http"
                    && !self.insecure
                    && !is_loopback(url.host_str().unwrap_or_default()) =>
            {
                problem(format!(
                    "`url` names the host `{}`, to which the API key would be sent in the clear: write `https`, or set `insecure = true`",
                    url.host_str().unwrap_or_default()
                ))
            }
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" => {}
            _ => problem("`url` is not an address such as `https://socdefenders.ai`".to_owned()),
        }
        if let Some(name) = &self.ioc_type
            && IocType::named(name).is_none_or(|ioc| ioc.name() != name.replace('_', "-"))
        {
            let names: Vec<_> = IocType::ALL.iter().map(|ioc| ioc.name()).collect();
            problem(format!("`type` is `{name}`: expected one of {}", names.join(", ")));
        }
        if self.endpoint == Endpoint::Stix && self.category.is_some() {
            problem("`category` is known to the list only, so that `endpoint` cannot be `stix`".to_owned());
        }
        let levels: Vec<_> =
            Tlp::ALL.iter().filter(|tlp| tlp.version() == self.tlp_version).map(|tlp| tlp.level()).collect();
        if levels.is_empty() {
            problem(format!("`tlp_version` is {}: expected 1 or 2", self.tlp_version));
        } else if let Some(level) = self.tlp.as_deref()
            && !levels.contains(&level)
        {
            let (version, levels) = (self.tlp_version, levels.join(", "));
            problem(format!("`tlp` is `{level}`: the levels of TLP {version}.0 are {levels}"));
        }
        if self.page == 0 || self.attempts == 0 || self.max_answer_bytes == 0 {
            problem("`page`, `attempts` and `max_answer_bytes` must be greater than 0".to_owned());
        }
        if self.max_answer_records < usize::try_from(self.page).unwrap_or(usize::MAX) {
            problem(format!(
                "`max_answer_records` is {}, less than `page`, {}: the service would be asked for more than is taken",
                self.max_answer_records, self.page
            ));
        }
        if self.interval < Duration::from_secs(1) {
            problem("`interval` is shorter than `1s`".to_owned());
        }
        if self.stale_after() <= self.interval {
            problem(
                "`stale_after` is not longer than `interval`: the feed would be stale between polls"
                    .to_owned(),
            );
        }
        if !(self.backfill_share > 0.0 && self.backfill_share <= 1.0) {
            problem("`backfill_share` is not greater than 0 and at most 1".to_owned());
        }
        if self.daily_quota == Some(0) {
            problem("`daily_quota` is 0: the feed would never be polled".to_owned());
        }
        let proxy = self.proxy.as_deref().map(reqwest::Url::parse);
        let proxy = proxy.map(|address| address.ok().filter(|url| matches!(url.scheme(), "http" | "https")));
        if let Some(None) = proxy {
            problem("`proxy` is no address such as `http://proxy.example.com:3128`".to_owned());
        }
        if self.proxy_password_file.is_some() && proxy.flatten().is_none_or(|url| url.username().is_empty()) {
            problem(
                "`proxy_password_file` needs a `proxy` such as `http://user@proxy.example.com:3128`"
                    .to_owned(),
            );
        }
    }
}

/// There is no usable API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no API key: {}", self.0)
    }
}

impl std::error::Error for KeyError {}

/// Durations by name.
fn times_to_live<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Duration>, D::Error> {
    let texts: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
    let duration = |(name, text): (String, String)| {
        duration::parse(&text).map(|time| (name, time)).map_err(serde::de::Error::custom)
    };
    texts.into_iter().map(duration).collect()
}
