//! Hashes (STIX 2.1, sections 2.7 and 10.7): the name of the algorithm, and the digits that it yields.

use super::quoted;
use crate::Span;
use crate::ast::{ComparisonTest, ObjectPath, Step, StepKind};
use crate::check::Rule;
use crate::check::findings::{Finding, Findings};
use crate::check::path::step_text;
use crate::edit::Edit;
use crate::error::quote;

/// The algorithms of hash-algorithm-ov whose hashes are hexadecimal, with the number of their digits.
const ALGORITHMS: [(&str, usize); 6] =
    [("MD5", 32), ("SHA-1", 40), ("SHA-256", 64), ("SHA-512", 128), ("SHA3-256", 64), ("SHA3-512", 128)];
/// The others.
const FUZZY: [&str; 2] = ["SSDEEP", "TLSH"];

/// Checks the key with which a path goes on behind `hashes`. The vocabulary is open, so that other names are let pass,
/// but not other spellings.
pub(in crate::check) fn check_name(key: &str, step: Step<'_>, findings: &mut Findings<'_>) {
    let Some(name) = meant(key).filter(|name| *name != key) else { return };
    let message = format!("{} is not how the algorithm is named", quote(key));
    let text = step_text(name);
    let finding = Finding::new(Rule::HashName, step.span(), message);
    findings.push(finding.help(format!("write `{text}`")).edit(Edit::replace(step.span().range(), text)));
}

/// Checks a hash that a value is to be equal to.
pub(super) fn check_value(test: &ComparisonTest, value: &str, span: Span, findings: &mut Findings<'_>) {
    let Some((step, key)) = last_key(test.path()) else { return };
    let Some((name, digits)) = algorithm(key) else { return };
    let is_hex = is_hex(value);
    if is_hex && value.len() == digits {
        return;
    }
    let trimmed = value.trim();
    if self::is_hex(trimmed) && trimmed.len() == digits {
        let finding = Finding::new(Rule::HashValue, span, "the hash has white space around it");
        return findings.push(
            finding
                .help(format!("write {}", quote(trimmed)))
                .edit(Edit::replace(span.range(), quoted(trimmed))),
        );
    }
    if !is_hex {
        let message = format!("{} is not made of hexadecimal digits", quote(value));
        return findings.push(
            Finding::new(Rule::HashValue, span, message)
                .help(format!("{} has {digits} of them", named(name))),
        );
    }
    let message = format!("{} has {digits} digits, and this one has {}", named(name), value.len());
    let finding = Finding::new(Rule::HashValue, span, message);
    let other = ALGORITHMS.into_iter().find(|(_, digits)| *digits == value.len());
    findings.push(match other {
        Some((other, _)) => finding
            .help(format!("{} has that many", named(other)))
            .edit(super::is_alone(test).then(|| Edit::replace(step.span().range(), step_text(other)))),
        None => finding.help("part of a hash is compared with `LIKE`"),
    });
}

/// How many digits the hashes have that a path leads to, if they are hexadecimal.
pub(super) fn digits(path: &ObjectPath) -> Option<usize> {
    let (_, key) = last_key(path)?;
    algorithm(key).map(|(_, digits)| digits)
}

/// Whether a text has nothing but hexadecimal digits in it.
#[inline]
pub(super) fn is_hex(text: &str) -> bool {
    // All bytes are looked at, which is faster than to stop at the first that is wrong: hardly ever is one.
    text.bytes().fold(true, |is_hex, byte| is_hex & byte.is_ascii_hexdigit())
}

/// The algorithm that a key means, with the number of digits.
fn algorithm(key: &str) -> Option<(&'static str, usize)> {
    let name = meant(key)?;
    ALGORITHMS.into_iter().find(|(known, _)| *known == name)
}

/// The name of the algorithm that was meant, in whatever case and with whatever hyphens.
fn meant(key: &str) -> Option<&'static str> {
    let names = || ALGORITHMS.into_iter().map(|(name, _)| name).chain(FUZZY);
    if let Some(name) = names().find(|name| *name == key) {
        return Some(name);
    }
    let plain = |name: &str| {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
    };
    let key = plain(key);
    names().find(|name| plain(name) == key)
}

/// A hash of an algorithm in a sentence.
fn named(algorithm: &str) -> String {
    let article = if algorithm.starts_with('M') { "an" } else { "a" };
    format!("{article} {algorithm}")
}

fn last_key(path: &ObjectPath) -> Option<(Step<'_>, &str)> {
    let step = path.steps().next_back()?;
    match step.kind() {
        StepKind::Key(key) => Some((step, key)),
        _ => None,
    }
}
