//! The regular expressions behind `MATCHES` (STIX 2.1, section 9.6.1).

use std::iter::Peekable;
use std::str::Bytes;

use super::Rule;
use super::findings::{Finding, Findings};
use crate::ast::{ComparisonExpression, ComparisonTest, StringLiteral, TextOperator};
use crate::matcher::{CompileErrorKind, CompiledPattern};
use crate::pcre::{self, ExpressionError};
use crate::{Pattern, build};

/// The length, in bytes, up to which an expression without counts cannot be too large.
const LONG: usize = 200;

const BACKSLASHES: &str =
    r"write each backslash of a path as `\\\\`: doubled for the expression, and again for the string";

pub(super) fn check(expression: &StringLiteral, findings: &mut Findings<'_>) {
    let text = expression.value();
    let path = unescaped_path(text);
    if path.is_none() && is_simple(text) {
        return;
    }
    let finding = |rule, message: String| Finding::new(rule, expression.span(), message);
    match pcre::parse(text) {
        Err(ExpressionError::Broken { reason, .. }) => {
            let broken =
                finding(Rule::RegularExpression, format!("the regular expression is broken: {reason}"));
            findings.push(broken.help(match path {
                Some(_) => BACKSLASHES,
                None if text.starts_with('*') => "`*` repeats what stands before it; any text is `.*`",
                None => r"a mark that stands for itself is written with a backslash, which a string doubles: `\\(`",
            }));
        }
        Err(ExpressionError::Unsupported { construct, .. }) => {
            findings.push(unsupported(expression, construct))
        }
        Ok(_) => {
            if let Some(reason) = refused(expression) {
                findings.push(unsupported(expression, &reason));
            }
            if let Some(path) = path {
                let message =
                    format!("`{path}` begins a path, but its backslash is an escape of the expression");
                findings.push(finding(Rule::PathExpression, message).help(BACKSLASHES));
            }
        }
    }
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

fn unsupported(expression: &StringLiteral, what: &str) -> Finding {
    let message = format!("this library cannot match the regular expression: {what}");
    let help = "the expression is valid; write it more simply to match it here";
    Finding::new(Rule::UnsupportedExpression, expression.span(), message).help(help)
}

/// The start of a path of Windows whose backslash was not doubled for the expression: a drive, a hive of the registry or
/// a variable, a backslash, and a letter.
fn unescaped_path(text: &str) -> Option<&str> {
    text.match_indices('\\').find_map(|(at, _)| {
        let before = text.get(..at)?;
        let start = before.rfind(|mark: char| !(mark.is_ascii_alphanumeric() || "_:%".contains(mark)));
        if start.is_some_and(|start| before.get(start..).is_some_and(|mark| mark.starts_with('\\'))) {
            return None;
        }
        let root =
            before.get(start.map_or(0, |start| start + before.get(start..).map_or(1, first_length))..)?;
        let is_drive = root.len() == 2
            && root.ends_with(':')
            && root.starts_with(|drive: char| drive.is_ascii_alphabetic());
        let is_variable = root.len() > 2 && root.starts_with('%') && root.ends_with('%');
        let is_hive = root.starts_with("HKEY_") || matches!(root, "HKLM" | "HKCU" | "HKCR" | "HKU" | "HKCC");
        let end = at + 1 + text.get(at + 1..)?.chars().next().filter(char::is_ascii_alphabetic)?.len_utf8();
        text.get(at - root.len()..end).filter(|_| is_drive || is_variable || is_hive)
    })
}

/// Whether an expression is right at a glance, as most are: letters, digits, escaped marks, classes of letters and
/// digits, the point, the anchors, and `*`, `+` or `?` behind what can be repeated.
fn is_simple(text: &str) -> bool {
    let mut bytes = text.bytes().peekable();
    let mut is_repeatable = false;
    while let Some(byte) = bytes.next() {
        is_repeatable = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'.' | b'_' | b'-' | b'/' | b':' | b'=' => true,
            b'^' | b'$' => false,
            b'*' | b'+' | b'?' if is_repeatable => false,
            b'\\' if bytes.next().is_some_and(|mark| br"\.-+*?^$()[]{}|/dDwWsS".contains(&mark)) => true,
            b'[' if is_simple_class(&mut bytes) => true,
            _ => return false,
        };
    }
    text.len() <= LONG
}

/// Whether letters, digits, underscores and ranges of them follow up to a `]`.
fn is_simple_class(bytes: &mut Peekable<Bytes<'_>>) -> bool {
    let is_member = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut is_empty = true;
    let _ = bytes.next_if_eq(&b'^');
    while let Some(low) = bytes.next_if(is_member) {
        is_empty = false;
        let is_range = bytes.next_if_eq(&b'-').is_some();
        if is_range && bytes.next_if(|high| is_member(high) && low <= *high).is_none() {
            return false;
        }
    }
    !is_empty && bytes.next() == Some(b']')
}

/// Why the matcher refuses an expression of the right form: for a Unicode property that it does not know, or for its
/// size. Only what can be refused is tried, since trying costs much more than parsing.
fn refused(expression: &StringLiteral) -> Option<String> {
    let text = expression.value();
    if !may_be_refused(text) {
        return None;
    }
    let test = build::object_path("x-object", ["x"])
        .map(|path| ComparisonTest::text(path, TextOperator::Matches, text))
        .and_then(|test| Pattern::new(ComparisonExpression::from(test).into()));
    match CompiledPattern::compile(&test.ok()?) {
        Ok(_) => None,
        Err(error) if error.kind() == CompileErrorKind::RegexTooLarge => {
            Some("it takes too much time or memory".to_owned())
        }
        Err(error) => Some(error.reason().to_owned()),
    }
}

/// Whether the expression is long, or has a count, a property, or a part that may need backtracking.
fn may_be_refused(text: &str) -> bool {
    text.len() > LONG
        || text.contains(['{', '$', '+'])
        || ["(?", "(*"].iter().any(|opening| text.contains(opening))
        || text
            .as_bytes()
            .windows(2)
            .any(|pair| matches!(pair, [b'\\', b'p' | b'P' | b'1'..=b'9' | b'g' | b'k' | b'R']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn what_looks_simple_is_right(text in r"[a-cA-Z07.^$*+?\\\[\]\-dws/_{}()|]{0,8}") {
            if is_simple(&text) {
                prop_assert!(pcre::parse(&text).is_ok(), "{}", text);
                prop_assert_eq!(refused(&StringLiteral::new(text.as_str())), None);
            }
        }
    }

    #[test]
    fn common_expressions_look_simple() {
        for text in [r"^d3de[a-z]+\.exe$", r"^[^a-z]*\\temp\\.+", "a?b", r"\d+\.\d"] {
            assert!(is_simple(text), "{text}");
        }
        for text in ["[z-a]", "*", "a**", "(a)", "[]", "[a", r"\p", r"a\", "^*", "[a-]"] {
            assert!(!is_simple(text), "{text}");
        }
    }
}
