//! `taxii-server check`: whether `serve` would work, without changing anything.
//!
//! Each part looks at one kind of thing and returns its findings; this module prints them.

mod certificates;
mod database;
mod listeners;
mod permissions;

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use stix_core::terminal::Printable;

use super::output::Output;
use super::{ExitWith, serve};
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{Client, Failure, FeedSettings};
use crate::ingest::{AllowLists, AttackLibrary};

/// What was found of one thing.
#[derive(Debug)]
struct Finding {
    /// The thing: a setting, or a kind of settings.
    subject: &'static str,
    verdict: Verdict,
    text: String,
}

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The server can use it.
    Good,
    /// The server can use it, and the operator should look at it.
    Warning,
    /// The server could not serve.
    Wrong,
}

impl Finding {
    fn good(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Good, text: text.into() }
    }

    fn warning(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Warning, text: text.into() }
    }

    fn wrong(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Wrong, text: text.into() }
    }

    fn from_result(subject: &'static str, result: Result<String, String>) -> Self {
        match result {
            Ok(text) => Self::good(subject, text),
            Err(problem) => Self::wrong(subject, problem),
        }
    }

    fn print(&self) -> io::Result<()> {
        let verdict = match self.verdict {
            Verdict::Good => "ok",
            Verdict::Warning => "warn",
            Verdict::Wrong => "wrong",
        };
        writeln!(Output, "{verdict:<5}  {:<9} {}", self.subject, Printable(&self.text))
    }
}

/// Checks everything that `serve` needs. `settings` is the file that the settings come from.
pub(super) async fn run(
    config: &Config,
    settings: Option<&Path>,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    // Settings that are wrong do not come here.
    let mut findings = vec![Finding::good("settings", "good")];
    findings.extend(listeners::check(config));
    findings.push(database::check(&config.database).await);
    findings.extend(database::clock(&config.database, clock).await);
    findings.extend(certificates::check(config, clock.now()));
    findings.extend(feeds(config, clock));
    if !config.allow_lists.is_empty() {
        let lists = AllowLists::open(&config.allow_lists);
        let lists = lists.map(|_| format!("{} can be used", config.allow_lists.len()));
        findings.push(Finding::from_result("lists", lists.map_err(|error| error.to_string())));
    }
    findings.extend(permissions::check(config, settings));
    for finding in &findings {
        finding.print()?;
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count() {
        0 => Ok(()),
        1 => Err(ExitWith::new(1, "the server could not serve: one thing is wrong").into()),
        wrong => {
            Err(ExitWith::new(1, format!("the server could not serve: {wrong} things are wrong")).into())
        }
    }
}

fn feeds(config: &Config, clock: &Clock) -> Vec<Finding> {
    let feeds = serve::feeds(config);
    if feeds.is_empty() {
        return vec![Finding::good("feeds", "none is polled")];
    }
    let checked = feeds.iter().map(|feed| {
        let outcome = usable(feed, clock).map(|()| format!("`{}` has a key", feed.name));
        Finding::from_result("feed", outcome.map_err(|problem| format!("`{}`: {problem}", feed.name)))
    });
    checked.collect()
}

/// Whether a feed has what a poll needs.
fn usable(feed: &FeedSettings, clock: &Clock) -> Result<(), String> {
    let client = feed.api_key().map_err(Failure::from);
    client.and_then(|_| Client::new(feed.clone(), clock.clone())).map_err(|failure| failure.to_string())?;
    let library = feed.attack_bundle.as_deref().map(AttackLibrary::open).transpose();
    library.map(drop).map_err(|error| error.to_string())
}
