//! From the values of an observation to the patterns that are worth trying on it.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use crate::matcher::Observation;
use crate::matcher::found::Found;
use crate::matcher::network;
use crate::matcher::path::CompiledPath;
use crate::matcher::table::Table;
use crate::matcher::text::nfc;
use crate::pattern_set::trie::NetworkTrie;
use crate::pattern_set::trigger::Trigger;

/// The triggers of many patterns, by object type and path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    types: HashMap<Box<str>, TypeIndex>,
}

#[derive(Clone, Debug, Default)]
struct TypeIndex {
    /// Patterns to try on every object of the type.
    always: Vec<u32>,
    paths: HashMap<CompiledPath, PathIndex>,
}

#[derive(Clone, Debug, Default)]
struct PathIndex {
    constants: Table<Vec<u32>>,
    networks: Option<Box<NetworkTrie>>,
    literals: Literals,
}

/// Texts to look for, all in one pass.
#[derive(Clone, Debug, Default)]
struct Literals {
    known: HashMap<String, usize>,
    patterns: Vec<Vec<u32>>,
    searcher: Option<AhoCorasick>,
}

impl Index {
    pub(crate) fn insert(&mut self, trigger: Trigger, pattern: u32) {
        match trigger {
            Trigger::Type(object_type) => self.of_type(&object_type).always.push(pattern),
            Trigger::Equal(path, constants) => {
                let index = self.of_path(path);
                for constant in constants {
                    index.constants.entry(constant).into_iter().for_each(|all| all.push(pattern));
                }
            }
            Trigger::Within(path, network) => {
                self.of_path(path).networks.get_or_insert_default().insert(&network, pattern);
            }
            Trigger::Contains(path, literals) => {
                let index = self.of_path(path);
                literals.into_iter().for_each(|literal| index.literals.insert(literal, pattern));
            }
        }
    }

    /// Prepares the search for literals.
    pub(crate) fn finish(&mut self) {
        let paths = self.types.values_mut().flat_map(|index| index.paths.values_mut());
        paths.for_each(|index| index.literals.finish());
    }

    /// Reports the patterns that an observation triggers, some of them several times.
    pub(crate) fn triggered(&self, observation: &Observation<'_>, mut report: impl FnMut(u32)) {
        for root in observation.roots() {
            let Some(index) = self.types.get(root.object_type) else { continue };
            index.always.iter().for_each(|pattern| report(*pattern));
            for (path, index) in &index.paths {
                path.any(observation, root, |found| {
                    index.triggered(found, &mut report);
                    false
                });
            }
        }
    }

    fn of_type(&mut self, object_type: &str) -> &mut TypeIndex {
        self.types.entry(object_type.into()).or_default()
    }

    fn of_path(&mut self, path: CompiledPath) -> &mut PathIndex {
        self.types.entry(path.object_type.clone()).or_default().paths.entry(path).or_default()
    }
}

impl PathIndex {
    fn triggered(&self, found: &Found<'_>, report: &mut impl FnMut(u32)) {
        self.constants.get(found).flatten().for_each(|pattern| report(*pattern));
        let Some(text) = found.text() else { return };
        if let Some(networks) = &self.networks
            && let Some(address) = network::parse(text)
        {
            networks.containing(&address, &mut *report);
        }
        self.literals.triggered(text, report);
    }
}

impl Literals {
    fn insert(&mut self, literal: String, pattern: u32) {
        let next = self.patterns.len();
        let at = *self.known.entry(literal).or_insert(next);
        if at == next {
            self.patterns.push(Vec::new());
        }
        self.patterns.get_mut(at).into_iter().for_each(|patterns| patterns.push(pattern));
    }

    fn finish(&mut self) {
        let mut literals: Vec<(String, usize)> = std::mem::take(&mut self.known).into_iter().collect();
        literals.sort_unstable_by_key(|(_, at)| *at);
        let literals = literals.iter().map(|(literal, _)| literal.as_str());
        if !self.patterns.is_empty() {
            self.searcher = AhoCorasick::builder().ascii_case_insensitive(true).build(literals).ok();
        }
    }

    fn triggered(&self, text: &str, report: &mut impl FnMut(u32)) {
        let Some(searcher) = &self.searcher else {
            // There is nothing to look for, or more than a searcher can hold.
            return self.patterns.iter().flatten().for_each(|pattern| report(*pattern));
        };
        for found in searcher.find_overlapping_iter(nfc(text).as_ref()) {
            let patterns = self.patterns.get(found.pattern().as_usize());
            patterns.into_iter().flatten().for_each(|pattern| report(*pattern));
        }
    }
}
