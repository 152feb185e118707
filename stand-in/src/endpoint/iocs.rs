//! `GET /api/v1/iocs`: the list, a page at a time.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    answer::to_json,
    endpoint::{Context, Record, Served, timestamp},
    error::ApiError,
    ioc::{Confidence, Ioc, IocType, Source},
    query::{Filter, Moment, Parameters},
    settings::Shape,
};

pub(crate) const PATH: &str = "/api/v1/iocs";

/// A page.
///
/// # Errors
/// 400 for a parameter that cannot be read.
pub(crate) fn answer(context: Context<'_>) -> Result<Served, ApiError> {
    let full = context.settings.shape == Shape::Full;
    let parameters = Parameters::parse(context.query)?;
    let limit = parameters.limit(context.tier)?;
    let offset = parameters.offset()?;
    let mut filter = Filter {
        ioc_type: parameters.ioc_type()?,
        confidence: parameters.confidence()?,
        category: parameters.name("category")?,
        industry: parameters.name("industry")?,
        since: parameters.time("since")?,
        until: if full { parameters.time("until")? } else { None },
    };
    filter.clamp(context.tier, &context.settings.look_back, context.now);

    let selected = context.store.select(&filter, context.settings.order, context.rng);
    let total = selected.len();
    let given = if context.repeats_page { offset.saturating_sub(limit) } else { offset };
    let page = selected.into_iter().skip(given).take(limit);
    let rows = page.len();
    let next = offset.saturating_add(limit);
    let text = if full {
        to_json(&Page {
            meta: FullMeta {
                total,
                limit,
                offset,
                generated_at: timestamp(context.now),
                filters: Window {
                    since: written(filter.since.as_ref()),
                    until: written(filter.until.as_ref()),
                },
            },
            data: page.map(|ioc| served(ioc, FullRow::from(ioc))).collect::<Vec<_>>(),
            links: Some(Links { next: (next < total).then(|| link(&context, limit, next)) }),
        })
    } else {
        to_json(&Page {
            meta: Meta { total, limit, offset },
            data: page.map(|ioc| served(ioc, Row::from(ioc))).collect::<Vec<_>>(),
            links: None,
        })
    };
    Ok(Served { text, rows })
}

fn served<R: Serialize>(ioc: &Ioc, row: R) -> Record<R> {
    Record::of(ioc, row, |defect, row| defect.spoil_row(ioc, row))
}

/// The address of a page of the same query.
fn link(context: &Context<'_>, limit: usize, offset: usize) -> String {
    let mut address = format!("{}{PATH}?", context.base_url);
    let is_paging = |pair: &&str| pair.starts_with("limit=") || pair.starts_with("offset=");
    for pair in context.query.split('&').filter(|pair| !pair.is_empty() && !is_paging(pair)) {
        address.push_str(pair);
        address.push('&');
    }
    format!("{address}limit={limit}&offset={offset}")
}

fn written(moment: Option<&Moment>) -> Option<&str> {
    moment.map(|moment| moment.text.as_str())
}

#[derive(Serialize)]
struct Page<M, R> {
    meta: M,
    data: Vec<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
struct Meta {
    total: usize,
    limit: usize,
    offset: usize,
}

#[derive(Serialize)]
struct FullMeta<'a> {
    total: usize,
    limit: usize,
    offset: usize,
    generated_at: String,
    filters: Window<'a>,
}

/// The window that was really looked at: `since` as it was written, unless the look-back moved it.
#[derive(Serialize)]
struct Window<'a> {
    since: Option<&'a str>,
    until: Option<&'a str>,
}

#[derive(Serialize)]
struct Links {
    next: Option<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    r#type: IocType,
    value: &'a str,
    confidence: Confidence,
    source: Feed<'a>,
}

#[derive(Serialize)]
struct Feed<'a> {
    feed_name: &'a str,
    category: &'a str,
}

impl<'a> From<&'a Ioc> for Row<'a> {
    fn from(ioc: &'a Ioc) -> Self {
        let source = Feed { feed_name: &ioc.source.feed_name, category: &ioc.source.category };
        Self { r#type: ioc.ioc_type, value: &ioc.value, confidence: ioc.confidence, source }
    }
}

#[derive(Serialize)]
struct FullRow<'a> {
    id: Uuid,
    r#type: IocType,
    value: &'a str,
    confidence: Confidence,
    first_seen: String,
    last_seen: String,
    source: &'a Source,
    context: &'a str,
    tags: &'a [String],
    mitre_techniques: &'a [String],
}

impl<'a> From<&'a Ioc> for FullRow<'a> {
    fn from(ioc: &'a Ioc) -> Self {
        Self {
            id: ioc.id,
            r#type: ioc.ioc_type,
            value: &ioc.value,
            confidence: ioc.confidence,
            first_seen: timestamp(ioc.first_seen),
            last_seen: timestamp(ioc.last_seen),
            source: &ioc.source,
            context: &ioc.context,
            tags: &ioc.tags,
            mitre_techniques: &ioc.mitre_techniques,
        }
    }
}
