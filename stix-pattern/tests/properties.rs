//! What holds for every pattern and for every text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use stix_pattern::ast::ObservationExpression;
use stix_pattern::check::Checker;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};
use stix_pattern::strategies::Complexity;
use stix_pattern::{Pattern, build, strategies};

/// Pieces of patterns, to make texts that get far into the parser.
fn fragments() -> impl Strategy<Value = String> {
    let words = "\\[|\\]|\\(|\\)|a|b-c|:|\\.|,|=|!=|<>|<=|==|\\*|1|-1|\\+2|0|\\.5|'x'|'|\\\\|h'00'|b'AAA='|t'|AND|OR|NOT|IN|\
                 LIKE|EXISTS|FOLLOWEDBY|WITHIN|SECONDS|REPEATS|TIMES|START|STOP|t'2020-01-01T00:00:00Z'|true|/\\*|\\*/|é| ";
    proptest::collection::vec(words, 0..40).prop_map(|parts| parts.concat())
}

/// A failure to parse explains itself inside the text, each mistake behind the one before, and a correction parses.
fn parses_or_explains(source: &str) {
    let Err(errors) = Pattern::parse_all(source) else { return };
    let mut last = 0;
    for error in errors {
        let before = source.get(..error.span().start()).expect("the span begins between characters");
        assert!(error.span().text(source).is_some());
        assert!(error.span().start() >= last, "{source:?}: {error} behind {last}");
        last = error.span().start();
        assert_eq!(error.character(), before.chars().count() + 1);
        assert!(error.column() <= error.character() && error.line() >= 1);
        let message = error.to_string();
        assert!(message.starts_with("expected ") && !message.contains('\n'), "{message}");
        assert!(error.fix().is_none_or(|fix| Pattern::parse(fix).is_ok()), "{:?}", error.fix());
    }
}

/// A repair that reaches back brings a mistake to light that stands before the one it repairs.
#[test]
fn mistakes_are_told_in_the_order_of_the_text() {
    parses_or_explains("''.\\\u{1e08f}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same(pattern in strategies::pattern()) {
        let printed = pattern.to_string();
        let parsed = Pattern::parse(&printed);
        prop_assert_eq!(parsed.as_ref(), Ok(&pattern), "{}", printed);
        prop_assert_eq!(parsed.unwrap().to_string(), printed);
    }

    #[test]
    fn no_text_panics(source in any::<String>()) {
        parses_or_explains(&source);
        parses_or_explains(&format!("[a:b = {source}]"));
        parses_or_explains(&format!("[a:b = '{source}']"));
    }

    #[test]
    fn no_sequence_of_tokens_panics(source in fragments()) {
        parses_or_explains(&source);
    }

    #[test]
    fn no_mutation_panics(
        pattern in strategies::pattern(),
        at in any::<prop::sample::Index>(),
        removed in 0..4_usize,
        inserted in prop_oneof![fragments(), "\\PC{0,2}"],
    ) {
        let mut characters: Vec<char> = pattern.to_string().chars().collect();
        let start = at.index(characters.len());
        let end = (start + removed).min(characters.len());
        characters.splice(start..end, inserted.chars());
        let mutated: String = characters.into_iter().collect();
        parses_or_explains(&mutated);
        if let Ok(parsed) = Pattern::parse(&mutated) {
            prop_assert_eq!(Pattern::parse(&parsed.to_string()), Ok(parsed));
        }
    }

    #[test]
    fn any_string_can_be_built_and_read_back(key in any::<String>(), value in any::<String>()) {
        let pattern = build::equals("x-object", ["dictionary", key.as_str()], value.as_str()).unwrap();
        let parsed = Pattern::parse(&pattern.to_string()).unwrap();
        prop_assert_eq!(parsed.as_single_equality(), pattern.as_single_equality());
        prop_assert_eq!(parsed.as_single_equality().map(|(_, value)| value), Some(value.as_str()));
    }

    #[test]
    fn a_slip_leaves_something_to_explain(source in strategies::near_valid()) {
        parses_or_explains(&source);
    }

    #[test]
    fn a_pattern_has_the_complexity_that_was_asked_for(pattern in strategies::pattern_of(Complexity::Bracket)) {
        prop_assert!(matches!(pattern.root(), ObservationExpression::Bracket(_)));
    }

    #[test]
    fn checking_explains_itself_inside_the_text(pattern in strategies::pattern(), source in strategies::near_valid()) {
        for text in [pattern.to_string(), source] {
            let report = Checker::default().check(&text);
            prop_assert_eq!(report.canonical().is_some(), Pattern::parse(&text).is_ok());
            for problem in report.problems() {
                prop_assert!(problem.span().text(&text).is_some());
                prop_assert!(problem.fix().is_none_or(|fix| Pattern::parse(fix).is_ok()), "{:?}", problem);
            }
        }
    }

    #[test]
    fn what_satisfies_a_pattern_is_matched_and_what_does_not_is_not(
        (pattern, observed) in strategies::pattern()
            .prop_filter_map("nothing is known to satisfy it", |pattern| Some((strategies::observed(&pattern)?, pattern)))
            .prop_flat_map(|(observed, pattern)| (Just(pattern), observed)),
    ) {
        let Ok(compiled) = CompiledPattern::compile(&pattern) else { return Ok(()) };
        let observations = Observations::from_bundle(&observed.bundle).unwrap();
        let Ok(found) = compiled.find(&observations, &MatchLimits::default()) else { return Ok(()) };
        prop_assert_eq!(found.is_some(), observed.satisfies, "{} on {}", pattern, observed.bundle);
    }
}
