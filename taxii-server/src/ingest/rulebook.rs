//! The rules that hold for a batch: those of all feeds whose objects have the names of the same author.

use std::borrow::Cow;
use std::collections::BTreeSet;

use stix_core::tlp::Tlp;
use stix_core::{Object, validate::Valid};

use super::key::Namer;
use super::routing::FeedRules;

/// The rules of several feeds, in the order of the settings.
pub(super) struct Rulebook<'a> {
    namer: Cow<'a, Namer>,
    rules: Vec<&'a FeedRules>,
    /// The feed that tells of all that is heard; none where nothing is.
    teller: Option<&'a str>,
}

impl<'a> Rulebook<'a> {
    /// For a batch of a feed that has these rules.
    pub(super) fn of_batch(all: &'a [FeedRules], own: &'a FeedRules) -> Self {
        let namer = own.minting.namer();
        let others = all.iter().filter(|rules| rules.minting.namer() == namer);
        let mut rules: Vec<_> = others.collect();
        if !rules.iter().any(|rules| rules.feed == own.feed) {
            rules.push(own);
        }
        Self { namer: Cow::Borrowed(namer), rules, teller: Some(&own.feed) }
    }

    /// For subjects of which nothing is heard.
    pub(super) fn of_subjects(all: &'a [FeedRules], namer: Namer) -> Self {
        let rules = all.iter().filter(|rules| *rules.minting.namer() == namer).collect();
        Self { namer: Cow::Owned(namer), rules, teller: None }
    }

    /// What makes the keys.
    pub(super) fn namer(&self) -> &Namer {
        &self.namer
    }

    /// The rules of those feeds that tell of a subject.
    pub(super) fn told(&self, tells: impl Fn(&str) -> bool) -> Vec<&'a FeedRules> {
        let told = |rules: &&&FeedRules| self.teller == Some(rules.feed.as_str()) || tells(&rules.feed);
        self.rules.iter().filter(told).copied().collect()
    }

    /// Whether all of these feeds are in the settings.
    pub(super) fn knows(&self, feeds: &BTreeSet<&str>) -> bool {
        feeds.iter().all(|feed| self.rules.iter().any(|rules| rules.feed == *feed))
    }

    /// The technique as MITRE publishes it, if that is at hand.
    pub(super) fn technique(&self, id: &str) -> Option<&'a Valid<Object>> {
        self.rules.iter().find_map(|rules| rules.minting.technique(id))
    }

    /// What objects of these feeds refer to, of which some are marked with these levels.
    pub(super) fn context(&self, levels: &[Tlp]) -> Vec<Object> {
        let own = self.rules.first().map(|rules| rules.minting.context(levels));
        let libraries = self.rules.iter().flat_map(|rules| rules.minting.library_context());
        own.into_iter().flatten().chain(libraries).collect()
    }
}
