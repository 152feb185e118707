//! `GET /api/v1/iocs/stix`: a bundle, an identity first and then an indicator for every row. Pro only.
//!
//! The bundle is what the upstream's pages show, faults against STIX 2.1 included: it has a `spec_version`,
//! and its objects have no `created` and `modified` or have them without milliseconds.

use chrono::{DateTime, SecondsFormat, Utc};
use rand::{Rng, rngs::StdRng};
use serde::Serialize;
use uuid::{Builder, Uuid};

use crate::{
    answer::to_json,
    endpoint::{Context, Record, Served, timestamp},
    error::ApiError,
    ioc::Ioc,
    population::NAMESPACE,
    query::{Filter, Parameters},
    settings::{Frame, Ids, Shape},
};

pub(crate) const PATH: &str = "/api/v1/iocs/stix";

/// When the identity came into being, as far as anybody knows: at the beginning of 2024.
const IDENTITY_CREATED: DateTime<Utc> = match DateTime::from_timestamp_secs(1_704_067_200) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// The bundle.
///
/// # Errors
/// 403 for a Free key, then 400 for a parameter that cannot be read.
pub(crate) fn answer(context: Context<'_>) -> Result<Served, ApiError> {
    context.tier.require_pro()?;
    let parameters = Parameters::parse(context.query)?;
    let limit = parameters.limit(context.tier)?.min(context.settings.stix_cap.unwrap_or(usize::MAX));
    let mut filter = Filter {
        ioc_type: parameters.ioc_type()?,
        confidence: parameters.confidence()?,
        industry: parameters.name("industry")?,
        since: parameters.time("since")?,
        ..Filter::default()
    };
    filter.clamp(context.tier, &context.settings.look_back, context.now);

    let dates = match (context.settings.valid_stix, context.settings.shape) {
        (true, _) => Dates::Millis,
        (false, Shape::Full) => Dates::Seconds,
        (false, Shape::Seed) => Dates::None,
    };
    let mut minter = Minter { ids: context.settings.ids, dates, rng: context.rng };
    let mut objects = vec![Record::Sound(identity(&mut minter))];
    let selected = context.store.select(&filter, context.settings.order, minter.rng);
    let rows = selected.len().min(limit);
    for ioc in selected.into_iter().take(limit) {
        let mut along = None;
        let object = indicator(ioc, &mut minter);
        let object = Record::of(ioc, object, |defect, object| along = defect.spoil_object(ioc, object));
        objects.extend(along.map(Record::Spoiled));
        objects.push(object);
    }
    Ok(Served { text: framed(context.settings.frame, objects, &mut minter), rows })
}

/// How `created` and `modified` are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dates {
    None,
    Seconds,
    /// As STIX 2.1 demands it (section 3.2).
    Millis,
}

impl Dates {
    fn write(self, time: DateTime<Utc>) -> Option<String> {
        match self {
            Self::None => None,
            Self::Seconds => Some(timestamp(time)),
            Self::Millis => Some(time.to_rfc3339_opts(SecondsFormat::Millis, true)),
        }
    }
}

/// The text of the objects, of which the first is the identity.
fn framed(frame: Frame, objects: Vec<Record<Object>>, minter: &mut Minter<'_>) -> String {
    match (frame, objects.as_slice()) {
        (Frame::Array, _) => to_json(&objects),
        (Frame::Lines, _) => objects.iter().map(|object| to_json(object) + "\n").collect(),
        (Frame::Single, [_, alone @ Record::Sound(_)]) => to_json(alone),
        (Frame::Nested, _) => {
            let inner = bundle(objects, minter);
            to_json(&bundle(vec![inner], minter))
        }
        (Frame::Bundle | Frame::Single, _) => to_json(&bundle(objects, minter)),
    }
}

fn bundle<O: Serialize>(objects: Vec<O>, minter: &mut Minter<'_>) -> Bundle<O> {
    let spec_version = (minter.dates != Dates::Millis).then_some("2.1");
    Bundle { r#type: "bundle", spec_version, id: minter.bundle(&objects), objects }
}

fn identity(minter: &mut Minter<'_>) -> Object {
    let created = minter.dates.write(IDENTITY_CREATED);
    Object {
        r#type: "identity",
        spec_version: "2.1",
        id: minter.identity(),
        modified: created.clone(),
        created,
        name: Some("SOC Defenders"),
        pattern: None,
        pattern_type: None,
        valid_from: None,
    }
}

fn indicator(ioc: &Ioc, minter: &mut Minter<'_>) -> Object {
    Object {
        r#type: "indicator",
        spec_version: "2.1",
        id: minter.indicator(ioc),
        created: minter.dates.write(ioc.first_seen),
        modified: minter.dates.write(ioc.last_seen),
        name: None,
        pattern: Some(ioc.stix_pattern()),
        pattern_type: Some("stix"),
        valid_from: Some(timestamp(ioc.first_seen)),
    }
}

/// Makes the ids and the dates, as the settings want them.
struct Minter<'a> {
    ids: Ids,
    dates: Dates,
    rng: &'a mut StdRng,
}

impl Minter<'_> {
    fn identity(&mut self) -> String {
        match self.ids {
            Ids::Stable => format!("identity--{}", Uuid::new_v5(&NAMESPACE, b"identity")),
            Ids::PerRequest => format!("identity--{}", self.random()),
            Ids::Malformed => "identity--socdefenders".to_owned(),
        }
    }

    fn indicator(&mut self, ioc: &Ioc) -> String {
        let uuid = match self.ids {
            Ids::Stable => ioc.id,
            Ids::PerRequest => self.random(),
            // The nibble of the variant, 8 to b in a UUID of RFC 9562, becomes 4.
            Ids::Malformed => Uuid::from_u128(ioc.id.as_u128() & !(0xf << 60) | (0x4 << 60)),
        };
        format!("indicator--{uuid}")
    }

    /// A bundle's id: of what is in it, so that equal bundles have equal ids.
    fn bundle(&mut self, objects: &impl Serialize) -> String {
        let uuid = match self.ids {
            Ids::PerRequest => self.random(),
            Ids::Stable | Ids::Malformed => Uuid::new_v5(&NAMESPACE, to_json(objects).as_bytes()),
        };
        format!("bundle--{uuid}")
    }

    fn random(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}

#[derive(Serialize)]
struct Bundle<O> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_version: Option<&'static str>,
    id: String,
    objects: Vec<O>,
}

/// The properties of both types of object, in the order of the upstream's example.
#[derive(Serialize)]
struct Object {
    r#type: &'static str,
    spec_version: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
}
