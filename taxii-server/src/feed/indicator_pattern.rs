//! What the pattern of an indicator is about, put right where it is clear what was meant.

use serde_json::Value;
use stix_pattern::Pattern;
use stix_pattern::check::{Checker, PatternProblem, Rule};

use super::refusal::{Cause, Refusal};
use crate::ingest::{IocType, Observable, Repair, Repairs, Subject};

/// The rules that a value in a pattern has to keep: what breaks one matches nothing, or not what is meant.
const VALUES: &[Rule] = &[
    Rule::IpAddress,
    Rule::CidrBits,
    Rule::DomainName,
    Rule::EmailAddress,
    Rule::Url,
    Rule::HashName,
    Rule::HashValue,
    Rule::Defanged,
    Rule::EmptyString,
];

/// How many values of one pattern are put right, one after the other.
const FIXES: usize = 32;

/// What an indicator is about: a value that the feed also lists by itself, or just its pattern.
pub(super) fn subject(indicator: &Value, repairs: &mut Repairs) -> Result<Subject, Refusal> {
    let text = indicator.get("pattern").and_then(Value::as_str);
    let text = text.ok_or_else(|| Cause::Shape.because("the indicator has no `pattern`"))?;
    if !is_stix(indicator) {
        return Err(Cause::Language.because("only patterns in the STIX pattern language can be read"));
    }
    if indicator.get("pattern_type").is_none() {
        repairs.insert(Repair::PatternType);
    }
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            let escaped = escaped_again(text)
                .ok_or_else(|| Cause::Pattern.because(format_args!("the pattern cannot be read: {error}")))?;
            repairs.insert(Repair::Escaping);
            escaped
        }
    };
    match IocType::in_pattern(&pattern) {
        Some((ioc, as_named, value)) => {
            let observable = Observable::read(ioc, value, repairs)?;
            if !as_named && !repairs.contains(&Repair::Retyped) {
                repairs.insert(Repair::HashName);
            }
            observable.subject().map_err(|error| Cause::Value.because(error))
        }
        None => compound(&pattern, repairs),
    }
}

/// A missing `pattern_type` means the STIX pattern language, if the pattern can be read as such.
pub(super) fn is_stix(indicator: &Value) -> bool {
    indicator.get("pattern_type").is_none_or(|name| name == "stix")
}

/// A pattern of another shape: its values are put right where the checks of patterns know how.
fn compound(pattern: &Pattern, repairs: &mut Repairs) -> Result<Subject, Refusal> {
    let checker = Checker::default();
    let mut text = pattern.to_string();
    for _ in 0..FIXES {
        let report = checker.check(&text);
        let of_value = |problem: &&PatternProblem| VALUES.contains(&problem.rule());
        let Some(problem) = report.problems().iter().find(of_value) else {
            return Ok(Subject::Indicator { compared: None, pattern: text });
        };
        let fixed = problem.fix().ok_or_else(|| Cause::Value.because(problem.message()))?;
        let fixed = Pattern::parse(fixed).map_err(|error| Cause::Pattern.because(error))?.to_string();
        if fixed == text {
            return Err(Cause::Value.because(problem.message()));
        }
        repairs.insert(Repair::PatternValue);
        text = fixed;
    }
    Err(Cause::Value.because("too many values of the pattern are not what they should be"))
}

/// Writes the value of a pattern with one comparison anew: feeds forget to escape quotes and backslashes.
fn escaped_again(text: &str) -> Option<Pattern> {
    let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let (path, value) = inside.split_once(" = '")?;
    let value = value.strip_suffix('\'')?;
    // A quote before a keyword may just as well end the value: then there is more than one comparison.
    let single = ![" AND ", " OR "].iter().any(|word| value.contains(&format!("'{word}")));
    let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
    single.then(|| Pattern::parse(&format!("[{path} = '{escaped}']")).ok()).flatten()
}
