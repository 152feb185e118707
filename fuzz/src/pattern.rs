//! The pattern language. Bytes that are no text are of no interest: nothing reads a pattern from them.

use stix_pattern::Pattern;
use stix_pattern::check::Checker;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};

/// Parses, and holds the parser to what it promises of its errors.
pub fn parse(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let Err(errors) = Pattern::parse_all(source) else { return };
    assert!(!errors.is_empty());
    for error in errors {
        assert!(error.span().text(source).is_some());
        assert!(error.character() >= error.column());
        if let Some(fix) = error.fix() {
            assert!(Pattern::parse(fix).is_ok(), "the corrected pattern {fix:?} is none");
        }
    }
}

/// Prints what parses, and parses it again.
pub fn print(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let Ok(pattern) = Pattern::parse(source) else { return };
    let printed = pattern.to_string();
    let again = Pattern::parse(&printed).expect("what is printed is a pattern");
    assert_eq!(again, pattern);
    assert_eq!(again.to_string(), printed);
}

/// Checks, and holds the checks to what they promise of their problems.
pub fn check(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let report = Checker::default().check(source);
    assert_eq!(report.pattern().is_some(), Pattern::parse(source).is_ok());
    assert!(report.pattern().is_some() || !report.is_valid());
    for problem in report.problems() {
        assert!(problem.span().text(source).is_some());
        assert!(!problem.message().is_empty());
        if let Some(fix) = problem.fix() {
            assert!(Pattern::parse(fix).is_ok(), "the corrected pattern {fix:?} is none");
        }
    }
}

/// Matches a pattern, which is the first line, on the bundle behind it.
pub fn matching(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((source, bundle)) = text.split_once('\n') else { return };
    let (Ok(pattern), Ok(bundle)) = (Pattern::parse(source), serde_json::from_str(bundle)) else { return };
    let (Ok(compiled), Ok(observations)) =
        (CompiledPattern::compile(&pattern), Observations::from_bundle(&bundle))
    else {
        return;
    };
    if let Ok(Some(found)) = compiled.find(&observations, &MatchLimits::default()) {
        assert!(!found.bindings().is_empty());
        for binding in found.bindings() {
            assert!(binding.observation() < observations.as_slice().len());
        }
    }
}
