//! How much is kept of what is said of one subject, so that nothing that a feed tells at every poll grows without end.
//!
//! Each bound is a function of the set of all that was said, not of the order in which it came: of a set of texts the
//! least are kept, of the contributions of a feed the latest. What falls out of the latter is joined into one further
//! contribution, so that labels, times and references of it stay.

use std::collections::{BTreeMap, BTreeSet};

use super::Contribution;
use super::routing::feed_of;

/// The most contributions of one feed to one subject. A service that makes up an identifier for each record at each
/// request reaches it with the second poll; sources that have something to say of one value are fewer.
pub(super) const MOST_CONTRIBUTIONS: usize = 32;

/// The most labels, references, and others of their kind, of one contribution and of one object.
pub(super) const MOST_TEXTS: usize = 100;

/// The most bytes of one of them. A longer one is left out: browsers and proxies take no longer URLs either.
const LONGEST_TEXT: usize = 2048;

/// Whether a text is short enough to be kept beside others of its kind.
pub(super) fn is_short(text: &str) -> bool {
    text.len() <= LONGEST_TEXT
}

/// Keeps the least of those texts that are short enough.
pub(super) fn bound_texts(texts: &mut BTreeSet<String>) {
    texts.retain(|text| is_short(text));
    while texts.len() > MOST_TEXTS {
        texts.pop_last();
    }
}

/// The source under which the contributions of a feed are joined that are not among its latest.
pub(super) fn earlier(feed: &str) -> String {
    format!("{feed}/earlier")
}

/// Keeps the latest contributions of each feed, and joins those before them. The answer is the sources that are gone.
pub(super) fn bound_contributions(all: &mut BTreeMap<String, Contribution>) -> Vec<String> {
    let mut by_feed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in all.keys() {
        let feed = feed_of(source);
        if *source != earlier(feed) {
            by_feed.entry(feed.to_owned()).or_default().push(source.clone());
        }
    }
    let mut gone = Vec::new();
    for (feed, mut sources) in by_feed {
        if sources.len() <= MOST_CONTRIBUTIONS {
            continue;
        }
        let seen = |source: &String| all.get(source).and_then(Contribution::seen).cloned();
        sources.sort_by_cached_key(|source| (seen(source), source.clone()));
        sources.truncate(sources.len().saturating_sub(MOST_CONTRIBUTIONS));
        for source in sources {
            if let Some(contribution) = all.remove(&source) {
                let contribution = Contribution { upstream_id: None, ..contribution };
                all.entry(earlier(&feed)).or_default().join(contribution);
            }
            gone.push(source);
        }
    }
    gone
}

/// What an object is made of: the identifiers of a feed's records are left out once there were more of them than are kept,
/// since identifiers that change at every poll name nothing, and would make a new version at each.
pub(super) fn material(all: &BTreeMap<String, Contribution>) -> Vec<Contribution> {
    let named = |(source, contribution): (&String, &Contribution)| {
        let mut contribution = contribution.clone();
        if all.contains_key(&earlier(feed_of(source))) {
            contribution.upstream_id = None;
        }
        contribution
    };
    all.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(number: usize) -> (String, Contribution) {
        let body = format!(
            r#"{{"upstream_id":"{number}","labels":["tag:{}"],"first_seen":"2024-01-01T00:00:00.000Z",
               "last_seen":"2024-01-01T00:{:02}:00.000Z","confidence":{}}}"#,
            number % 7,
            number % 60,
            number % 100,
        );
        (format!("feed/{number}"), serde_json::from_str(&body).unwrap())
    }

    fn bounded(order: &[usize], at_once: usize) -> BTreeMap<String, Contribution> {
        let mut all = BTreeMap::new();
        for batch in order.chunks(at_once) {
            all.extend(batch.iter().map(|number| said(*number)));
            bound_contributions(&mut all);
        }
        all
    }

    proptest! {
        #[test]
        fn latest_contributions_are_the_same_in_any_order(
            order in Just((0..100).collect::<Vec<usize>>()).prop_shuffle(),
            at_once in 1..40_usize,
        ) {
            let inorder: Vec<usize> = (0..100).collect();
            let all = bounded(&inorder, 100);
            prop_assert_eq!(all.len(), MOST_CONTRIBUTIONS + 1);
            prop_assert_eq!(&bounded(&order, at_once), &all);
            // What comes again changes nothing.
            prop_assert_eq!(bounded(&[order, inorder].concat(), at_once), all);
        }

        #[test]
        fn bounded_texts_are_the_same_in_any_order(
            one in prop::collection::btree_set("[a-z]{1,3}", 0..150),
            other in prop::collection::btree_set("[a-z]{1,3}", 0..150),
        ) {
            let bounded = |mut texts: BTreeSet<String>| {
                bound_texts(&mut texts);
                texts
            };
            let joined = bounded(&bounded(one.clone()) | &bounded(other.clone()));
            prop_assert_eq!(joined, bounded(&one | &other));
        }
    }

    #[test]
    fn feeds_do_not_take_the_place_of_each_other() {
        let mut all = bounded(&(0..40).collect::<Vec<_>>(), 40);
        all.insert("other/1".to_owned(), said(1).1);
        bound_contributions(&mut all);
        assert_eq!(all.len(), MOST_CONTRIBUTIONS + 2);
        let names = |all| material(all).into_iter().filter_map(|part| part.upstream_id).collect::<Vec<_>>();
        assert_eq!(names(&all), ["1"], "only the feed whose records are few is named");
        assert_eq!(names(&bounded(&[3, 4], 2)), ["3", "4"]);
    }

    #[test]
    fn texts_that_are_too_long_are_left_out() {
        let long = |length: usize| "x".repeat(length);
        let mut texts = BTreeSet::from([long(LONGEST_TEXT), long(LONGEST_TEXT + 1), "y".to_owned()]);
        bound_texts(&mut texts);
        assert_eq!(texts, BTreeSet::from([long(LONGEST_TEXT), "y".to_owned()]));
    }
}
