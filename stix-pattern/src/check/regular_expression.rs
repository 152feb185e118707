//! The regular expressions behind `MATCHES` (STIX 2.1, section 9.6.1).

use std::iter::Peekable;
use std::str::Bytes;

use regex_syntax::ast::{self, ErrorKind};

use super::Rule;
use super::findings::{Finding, Findings};
use crate::ast::{ComparisonExpression, ComparisonTest, StringLiteral, TextOperator};
use crate::matcher::CompiledPattern;
use crate::{Pattern, build};

/// The length, in bytes, up to which an expression without counts cannot be too large.
const LONG: usize = 200;
/// How deep groups may be nested.
const MAX_NESTING: u32 = 128;

pub(super) fn check(expression: &StringLiteral, findings: &mut Findings<'_>) {
    let text = expression.value();
    if is_simple(text) {
        return;
    }
    let mut parser = ast::parse::ParserBuilder::new().nest_limit(MAX_NESTING).build();
    let (rule, what) = match parser.parse(text) {
        Err(error) if is_foreign(error.kind(), error.span().start.offset, text) => {
            (Rule::UnsupportedExpression, error.kind().to_string())
        }
        Err(error) => (Rule::RegularExpression, error.kind().to_string()),
        Ok(_) => match refused(text) {
            Some(reason) => (Rule::UnsupportedExpression, reason),
            None => return,
        },
    };
    let what = what.split([':', '\n']).next().unwrap_or_default();
    findings.push(match rule {
        Rule::RegularExpression => {
            Finding::new(rule, expression.span(), format!("the regular expression is broken: {what}")).help(
                r"a mark that stands for itself is written with a backslash, which a string doubles: `\\(`",
            )
        }
        _ => Finding::new(
            rule,
            expression.span(),
            format!("not every tool knows this regular expression: {what}"),
        )
        .help("write it without look-around, back-references and what else only PCRE has"),
    });
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

/// Why the matcher refuses an expression of the right form: for a class of characters that it does not know, or for
/// its size. Only what can be refused is tried, since trying costs much more than parsing.
fn refused(text: &str) -> Option<String> {
    let has_class = text.contains(r"\p") || text.contains(r"\P") || text.contains("(?");
    if has_class && let Err(error) = regex_syntax::parse(text) {
        return match error {
            regex_syntax::Error::Parse(error) => Some(error.kind().to_string()),
            regex_syntax::Error::Translate(error) => Some(error.kind().to_string()),
            _ => None,
        };
    }
    let may_be_large = text.contains('{') || text.len() > LONG;
    (may_be_large && !fits(text)).then(|| "it takes too much memory".to_owned())
}

/// Whether the matcher takes a test with this expression.
fn fits(text: &str) -> bool {
    let test = build::object_path("x-object", ["x"])
        .map(|path| ComparisonTest::text(path, TextOperator::Matches, text))
        .and_then(|test| Pattern::new(ComparisonExpression::from(test).into()));
    test.is_ok_and(|pattern| CompiledPattern::compile(&pattern).is_ok())
}

/// Whether a mistake is one for this engine only: the specification names PCRE, which has more than is supported here.
fn is_foreign(kind: &ErrorKind, at: usize, expression: &str) -> bool {
    match kind {
        ErrorKind::UnsupportedLookAround
        | ErrorKind::UnsupportedBackreference
        | ErrorKind::CaptureLimitExceeded
        | ErrorKind::NestLimitExceeded(_)
        | ErrorKind::UnicodeClassInvalid
        | ErrorKind::EscapeUnrecognized => true,
        // Groups such as `(?>`, `(?|`, `(?#` and `(?R)`.
        ErrorKind::FlagUnrecognized | ErrorKind::RepetitionMissing => {
            let before = expression.get(..at).unwrap_or_default();
            before.ends_with("(?") || before.ends_with('+')
        }
        _ => false,
    }
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
                prop_assert!(regex_syntax::parse(&text).is_ok(), "{}", text);
                prop_assert_eq!(refused(&text), None);
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
