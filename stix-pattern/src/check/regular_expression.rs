//! The regular expressions behind `MATCHES` (STIX 2.1, section 9.6.1).

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
