//! The upstream itself, without the network: what it knows, and how it answers a request.

use std::collections::VecDeque;

use actix_web::{
    HttpRequest,
    http::{Method, header::HeaderMap},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    answer::Answer,
    auth::KeyTier,
    endpoint::{Context, Served, iocs, iocs_stix},
    error::ApiError,
    fault::{Fault, Met},
    ioc::Ioc,
    population::Generator,
    rate_limit::{Limiter, Quota},
    request_log::RequestLog,
    settings::Settings,
    store::Store,
};

/// How many requests are remembered; older ones are forgotten.
const REMEMBERED: usize = 10_000;

/// Everything that the server knows.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) log: VecDeque<RequestLog>,
    base_url: String,
    generator: Generator,
    limiter: Limiter,
    /// For what differs from request to request; apart from the generator, so that asking changes no row.
    rng: StdRng,
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
}

impl<'a> From<&'a HttpRequest> for Asked<'a> {
    fn from(request: &'a HttpRequest) -> Self {
        Self {
            method: request.method(),
            path: request.path(),
            query: request.query_string(),
            headers: request.headers(),
        }
    }
}

impl State {
    /// The server at `base_url`, with its population drawn.
    pub(crate) fn new(settings: Settings, base_url: String) -> Self {
        // Fixed here, so that a later change of the seed changes no key.
        let keys = settings.keys();
        let settings = settings.with_keys(keys);
        let mut generator = Generator::new(settings.seed);
        let rows = generator.populate(
            settings.iocs,
            settings.spread,
            settings.second_source_share,
            settings.clock.now(),
        );
        Self {
            rng: StdRng::seed_from_u64(!settings.seed),
            store: Store::new(rows),
            faults: VecDeque::new(),
            log: VecDeque::new(),
            limiter: Limiter::default(),
            base_url,
            generator,
            settings,
        }
    }

    /// `count` IOCs that nobody has reported yet, added now.
    pub(crate) fn add(&mut self, count: usize) -> Vec<Ioc> {
        let now = self.settings.clock.now();
        let added: Vec<Ioc> = (0..count).map(|_| self.generator.fresh(now)).collect();
        added.iter().cloned().for_each(|row| self.store.push(row));
        added
    }

    /// Answers a request, meets the next fault, and remembers both.
    pub(crate) fn answer(&mut self, asked: &Asked<'_>) -> Answer {
        let now = self.settings.clock.now();
        let fault = self.faults.pop_front();
        if let Some(fault) = &fault {
            fault.begin(&mut self.settings, &mut self.store, now);
        }
        let key = self.settings.keys().identify(asked.headers);
        let quota = self.limiter.take(key, &self.settings.rate_limit, now);
        let request_id = format!("req_{:016x}", self.rng.random::<u64>());

        let (mut answer, rows) = match self.served(asked, key, &quota, fault.as_ref()) {
            Ok(Served { text, rows }) => (Answer::json(text, quota, now), rows),
            Err(error) => (Answer::json(String::new(), quota, now).replaced_by_error(&error, &request_id), 0),
        };
        if let Some(fault) = fault {
            answer = fault.apply(answer, Met { now, request_id: &request_id, rng: &mut self.rng });
        }
        if answer.status.as_u16() == 429 && self.settings.rate_limit.retry_after {
            answer = answer.with_retry_after();
        }
        self.remember(asked, key, answer.status.as_u16(), rows);
        answer
    }

    /// The checks in the order in which a gateway makes them: address, method, key, rate; then the endpoint.
    fn served(
        &mut self,
        asked: &Asked<'_>,
        key: KeyTier,
        quota: &Quota,
        fault: Option<&Fault>,
    ) -> Result<Served, ApiError> {
        let endpoint = match asked.path {
            iocs::PATH => iocs::answer,
            iocs_stix::PATH => iocs_stix::answer,
            _ => return Err(ApiError::not_found()),
        };
        if asked.method != Method::GET {
            return Err(ApiError::method_not_allowed());
        }
        let tier = key.authenticate()?;
        if quota.exceeded {
            return Err(ApiError::rate_limit_exceeded());
        }
        endpoint(Context {
            settings: &self.settings,
            store: &self.store,
            rng: &mut self.rng,
            tier,
            now: self.settings.clock.now(),
            base_url: &self.base_url,
            query: asked.query,
            repeats_page: fault == Some(&Fault::RepeatedPage),
        })
    }

    fn remember(&mut self, asked: &Asked<'_>, key: KeyTier, status: u16, rows: usize) {
        if self.log.len() == REMEMBERED {
            self.log.pop_front();
        }
        self.log.push_back(RequestLog {
            method: asked.method.to_string(),
            path: asked.path.to_owned(),
            query: asked.query.to_owned(),
            key,
            status,
            rows,
        });
    }
}
