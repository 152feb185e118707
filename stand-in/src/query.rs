//! The query parameters that the two endpoints share.

use std::str::FromStr;

use actix_web::web::Query;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    auth::Tier,
    error::ApiError,
    ioc::{Confidence, Ioc, IocType},
    settings::LookBack,
};

/// How many rows an answer has when nobody says.
const DEFAULT_LIMIT: usize = 100;

/// The parameters of a request. What is not among them is ignored.
#[derive(Debug)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| ApiError::invalid_parameter("the query", "percent-encoded UTF-8"))?;
        Ok(Self { pairs: pairs.into_inner() })
    }

    /// How many rows are wanted; more than the tier may have is silently that many.
    pub(crate) fn limit(&self, tier: Tier) -> Result<usize, ApiError> {
        let asked =
            self.read("limit", "a whole number from 1 on", |text| number(text).filter(|&limit| limit > 0))?;
        Ok(asked.unwrap_or(DEFAULT_LIMIT).min(tier.page_cap()))
    }

    pub(crate) fn offset(&self) -> Result<usize, ApiError> {
        Ok(self.read("offset", "a whole number from 0 on", number)?.unwrap_or(0))
    }

    pub(crate) fn ioc_type(&self) -> Result<Option<IocType>, ApiError> {
        let wanted = "one of ipv4, ipv6, domain, url, md5, sha1, sha256, cve, mitre-attack, email";
        self.read("type", wanted, |text| IocType::from_str(text).ok())
    }

    pub(crate) fn confidence(&self) -> Result<Option<Confidence>, ApiError> {
        self.read("confidence", "one of high, medium, low", |text| Confidence::from_str(text).ok())
    }

    /// A name from an open list (`industry`, `category`): one that nobody uses finds nothing.
    pub(crate) fn name(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.read(name, "a name", |text| (!text.is_empty()).then(|| text.to_owned()))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Moment>, ApiError> {
        self.read(name, "an ISO 8601 timestamp such as 2024-01-01T00:00:00Z", Moment::parse)
    }

    fn read<T>(
        &self,
        name: &str,
        wanted: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some((_, text)) = self.pairs.iter().find(|(known, _)| known == name) else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| ApiError::invalid_parameter(name, wanted))
    }
}

/// A point in time, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) time: DateTime<Utc>,
    pub(crate) text: String,
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        Some(Self { time, text: text.to_owned() })
    }

    fn new(time: DateTime<Utc>) -> Self {
        Self { time, text: time.to_rfc3339_opts(SecondsFormat::Millis, true) }
    }
}

/// Which rows are wanted. All that is there must hold.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) ioc_type: Option<IocType>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) category: Option<String>,
    pub(crate) industry: Option<String>,
    /// Rows added or updated strictly after this.
    pub(crate) since: Option<Moment>,
    /// Rows added or updated at this time or before it, so that windows touch without overlapping.
    pub(crate) until: Option<Moment>,
}

impl Filter {
    /// Moves `since` up to the start of the look-back, if it was before that or absent.
    pub(crate) fn clamp(&mut self, tier: Tier, look_back: &LookBack, now: DateTime<Utc>) {
        let length = match tier {
            Tier::Free => look_back.free,
            Tier::Pro => look_back.pro,
        };
        let Some(start) = length
            .and_then(|length| TimeDelta::from_std(length).ok())
            .and_then(|l| now.checked_sub_signed(l))
        else {
            return;
        };
        if self.since.as_ref().is_none_or(|since| since.time < start) {
            self.since = Some(Moment::new(start));
        }
    }

    pub(crate) fn admits(&self, ioc: &Ioc) -> bool {
        self.ioc_type.is_none_or(|wanted| wanted == ioc.ioc_type)
            && self.confidence.is_none_or(|wanted| wanted == ioc.confidence)
            && self.category.as_ref().is_none_or(|wanted| *wanted == ioc.source.category)
            && self.industry.as_ref().is_none_or(|wanted| Some(wanted) == ioc.industry.as_ref())
            && self.since.as_ref().is_none_or(|since| ioc.updated > since.time)
            && self.until.as_ref().is_none_or(|until| ioc.updated <= until.time)
    }
}

/// A whole number in plain digits: no sign, no blank.
fn number(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
