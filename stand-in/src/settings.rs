//! Everything that can be chosen about a stand-in, with its default.

use std::time::Duration;

use crate::{auth::Keys, clock::Clock, rate_limit::RateLimit};

/// How a stand-in behaves. The defaults are the documented behaviour of the upstream.
///
/// Those settings that say "at the start" have no effect in
/// [`Handle::reconfigure`](crate::Handle::reconfigure); all others count from the next request on.
///
/// ```
/// use std::time::Duration;
/// use socdefenders_standin::{Order, Settings, Shape};
///
/// let settings = Settings::new()
///     .with_iocs(20_000)
///     .with_spread(Duration::from_secs(300 * 24 * 3600))
///     .with_shape(Shape::Full)
///     .with_order(Order::Shuffled);
/// # let _ = settings;
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) port: u16,
    pub(crate) seed: u64,
    pub(crate) iocs: usize,
    pub(crate) spread: Duration,
    pub(crate) second_source_share: f64,
    pub(crate) keys: Option<Keys>,
    pub(crate) shape: Shape,
    pub(crate) ids: Ids,
    pub(crate) frame: Frame,
    pub(crate) valid_stix: bool,
    pub(crate) order: Order,
    pub(crate) stix_cap: Option<usize>,
    pub(crate) look_back: LookBack,
    pub(crate) rate_limit: RateLimit,
    pub(crate) growth: Option<Growth>,
    pub(crate) clock: Clock,
}

impl Settings {
    /// The number at which `/iocs/stix` silently stops, according to one page of the vendor: see
    /// [`Settings::with_stix_cap`].
    pub const SILENT_CAP: usize = 1_000;

    /// The documented behaviour, with 3,000 IOCs of the last 20 hours, on any free port.
    #[must_use]
    pub fn new() -> Self {
        Self {
            port: 0,
            seed: 1,
            iocs: 3_000,
            spread: Duration::from_secs(20 * 3600),
            second_source_share: 0.05,
            keys: None,
            shape: Shape::Seed,
            ids: Ids::Stable,
            frame: Frame::Bundle,
            valid_stix: false,
            order: Order::NewestFirst,
            stix_cap: None,
            look_back: LookBack::default(),
            rate_limit: RateLimit::default(),
            growth: None,
            clock: Clock::system(),
        }
    }

    /// The port on 127.0.0.1, at the start. Default 0: any free one.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What the population, the ids and the keys are drawn from, at the start. Default 1. The same seed and
    /// the same [`Clock::stopped_at`] give the same answers, byte for byte.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The number of IOCs, at the start: unique pairs of type and value. Default 3,000. From ten on, every
    /// type occurs.
    #[must_use]
    pub fn with_iocs(mut self, count: usize) -> Self {
        self.iocs = count;
        self
    }

    /// How far back the times of the population reach, at the start. Default 20 hours, so that a Free key,
    /// which sees one day, sees everything.
    #[must_use]
    pub fn with_spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// The fraction of IOCs that a second source reports too, in a row of its own, at the start. Default
    /// 0.05; what is outside 0 to 1 counts as the nearer of the two.
    #[must_use]
    pub fn with_second_source_share(mut self, share: f64) -> Self {
        self.second_source_share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self
    }

    /// The API keys. Default: [`Keys::from_seed`] of the seed.
    #[must_use]
    pub fn with_keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Which of the documented shapes the answers have. Default [`Shape::Seed`].
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The ids of the STIX objects. Default [`Ids::Stable`].
    #[must_use]
    pub fn with_ids(mut self, ids: Ids) -> Self {
        self.ids = ids;
        self
    }

    /// What the STIX objects come in. Default [`Frame::Bundle`].
    #[must_use]
    pub fn with_frame(mut self, frame: Frame) -> Self {
        self.frame = frame;
        self
    }

    /// Whether bundles and their objects are as the specification wants them, in either shape, which no page of the vendor
    /// shows. Default `false`. What ids and defects are chosen stays wrong.
    #[must_use]
    pub fn with_valid_stix(mut self, valid: bool) -> Self {
        self.valid_stix = valid;
        self
    }

    /// The order of the rows, at both endpoints. Default [`Order::NewestFirst`].
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// The most indicators that `/iocs/stix` returns, whatever was asked and without a sign. Default `None`:
    /// up to the 10,000 of the Pro tier. One page of the vendor says [`Settings::SILENT_CAP`].
    #[must_use]
    pub fn with_stix_cap(mut self, cap: impl Into<Option<usize>>) -> Self {
        self.stix_cap = cap.into();
        self
    }

    /// How far back each tier sees. Default: Free one day, Pro 365 days.
    #[must_use]
    pub fn with_look_back(mut self, look_back: LookBack) -> Self {
        self.look_back = look_back;
        self
    }

    /// The rate limit. Default: generous.
    #[must_use]
    pub fn with_rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// New IOCs by themselves. Default `None`. Giving it anew, or any other setting, begins a new interval.
    #[must_use]
    pub fn with_growth(mut self, growth: impl Into<Option<Growth>>) -> Self {
        self.growth = growth.into();
        self
    }

    /// The server's idea of now. Default: the system's clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The keys that were given, else those of the seed.
    pub(crate) fn keys(&self) -> Keys {
        self.keys.clone().unwrap_or_else(|| Keys::from_seed(self.seed))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

/// The vendor's pages show two shapes of the same answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// The short one. A row has `type`, `value`, `confidence` and `source` (`feed_name`, `category`); `meta`
    /// has `total`, `limit` and `offset`; STIX objects have no `created` and `modified`. `until` is ignored.
    #[default]
    Seed,
    /// The long one. A row also has `id`, `first_seen`, `last_seen`, `context`, `tags`, `mitre_techniques` and
    /// the whole `source`; `meta` also has `generated_at` and `filters`; `links.next` leads on; the list
    /// understands `until`; STIX objects have `created` and `modified`, without milliseconds.
    Full,
}

/// What the ids of the STIX objects are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ids {
    /// A row's indicator always has the same id; bundles of equal content too.
    #[default]
    Stable,
    /// Every id is new with every request, the identity's too.
    PerRequest,
    /// Stable, but as another page of the vendor shows them: `identity--socdefenders`, and indicators whose
    /// UUID has a variant that RFC 9562 does not know (which STIX 2.1, section 2.9, forbids).
    Malformed,
}

/// What STIX objects come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frame {
    /// A bundle.
    #[default]
    Bundle,
    /// A bundle in a bundle.
    Nested,
    /// A JSON list.
    Array,
    /// A line of JSON for each.
    Lines,
    /// Nothing, if it is a single indicator without a defect, which then comes without the identity; else a bundle.
    Single,
}

/// The order of the rows, by the time they were added or updated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What changed last comes first.
    #[default]
    NewestFirst,
    /// What changed last comes last.
    OldestFirst,
    /// Another order with every request, so that offsets mean nothing.
    Shuffled,
}

/// How far back each tier sees, silently: an older `since`, or none, becomes the start of the look-back. `None`
/// is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookBack {
    /// For a Free key. Default one day.
    pub free: Option<Duration>,
    /// For a Pro key. Default 365 days.
    pub pro: Option<Duration>,
}

impl LookBack {
    /// No bound for either tier.
    pub const UNBOUNDED: Self = Self { free: None, pro: None };
}

impl Default for LookBack {
    fn default() -> Self {
        const DAY: u64 = 24 * 3600;
        Self { free: Some(Duration::from_secs(DAY)), pro: Some(Duration::from_secs(365 * DAY)) }
    }
}

/// New IOCs by themselves, as if by [`Handle::add`](crate::Handle::add).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// How many IOCs come at a time.
    pub iocs: usize,
    /// The time between two of these; at least a millisecond.
    pub every: Duration,
}
