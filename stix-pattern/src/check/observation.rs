//! Observation expressions and their qualifiers (STIX 2.1, section 9.5).

use std::cmp::Ordering;

use super::findings::{Finding, Findings};
use super::{Rule, Validity, calendar, comparison};
use crate::Span;
use crate::ast::{ObservationExpression, Qualifier, QualifierKind, Timestamp};
use crate::edit::Edit;
use crate::lexer;

/// Checks an expression and everything in it.
pub(super) fn check(expression: &ObservationExpression, validity: Validity<'_>, findings: &mut Findings<'_>) {
    match expression {
        ObservationExpression::Bracket(bracket) => comparison::check(bracket.comparison(), findings),
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| check(operand, validity, findings));
        }
        ObservationExpression::Qualified(qualified) => {
            check(qualified.expression(), validity, findings);
            let mut kinds = 0;
            for qualifier in qualified.qualifiers() {
                if kinds & qualifier.kind().bit() != 0 {
                    findings.push(repeated(qualifier));
                }
                kinds |= qualifier.kind().bit();
                check_qualifier(qualifier, validity, findings);
            }
        }
    }
}

fn repeated(qualifier: &Qualifier) -> Finding {
    let keyword = qualifier.kind().keyword();
    let message = format!("the expression has a `{keyword}` already");
    let help =
        "an expression has one qualifier of each kind; to bound the result again, put it in parentheses";
    Finding::new(Rule::RepeatedQualifier, qualifier.span(), message).help(help)
}

fn check_qualifier(qualifier: &Qualifier, validity: Validity<'_>, findings: &mut Findings<'_>) {
    let span = qualifier.span();
    match qualifier.kind() {
        QualifierKind::Repeats(0) => {
            let finding = Finding::new(Rule::ZeroQualifier, span, "nothing repeats 0 times");
            findings.push(finding.help("the count is at least 1"));
        }
        QualifierKind::Within(seconds)
            if seconds.as_str().bytes().all(|byte| matches!(byte, b'0' | b'.')) =>
        {
            let finding = Finding::new(Rule::ZeroQualifier, span, "nothing happens within 0 seconds");
            findings.push(finding.help("the duration is more than 0 seconds"));
        }
        QualifierKind::StartStop { start, stop } => window(span, start, stop, validity, findings),
        _ => {}
    }
}

fn window(
    span: Span,
    start: &Timestamp,
    stop: &Timestamp,
    validity: Validity<'_>,
    findings: &mut Findings<'_>,
) {
    let mut real = true;
    for timestamp in [start, stop] {
        if !calendar::exists(timestamp.as_str()) {
            real = false;
            findings.push(impossible_date(locate(timestamp, span, findings), timestamp));
        }
    }
    if !real {
        return;
    }
    match calendar::order(start.as_str(), stop.as_str()) {
        Ordering::Less => outside_validity(span, start, stop, validity, findings),
        Ordering::Equal => {
            let message = "the window of time is empty, so that nothing matches";
            let finding = Finding::new(Rule::ReversedWindow, span, message);
            findings.push(finding.help("the time behind `STOP` is the first one outside the window"));
        }
        Ordering::Greater => {
            let text = format!("START t'{}' STOP t'{}'", stop.as_str(), start.as_str());
            let message = "the window of time ends before it starts, so that nothing matches";
            let finding = Finding::new(Rule::ReversedWindow, span, message);
            findings.push(finding.help(format!("write `{text}`")).edit(Edit::replace(span.range(), text)));
        }
    }
}

/// An indicator says with `valid_from` and `valid_until` in which time its pattern counts.
fn outside_validity(
    span: Span,
    start: &Timestamp,
    stop: &Timestamp,
    validity: Validity<'_>,
    findings: &mut Findings<'_>,
) {
    let from = validity.from.filter(|from| lexer::is_timestamp(from));
    let until = validity.until.filter(|until| lexer::is_timestamp(until));
    if let Some(from) = from.filter(|from| calendar::order(start.as_str(), from).is_lt()) {
        let message = format!("the window starts before the indicator is valid, at `{}`", start.as_str());
        let finding = Finding::new(Rule::WindowOutsideValidity, span, message);
        findings.push(finding.help(format!("`valid_from` is `{from}`")));
    }
    if let Some(until) = until.filter(|until| calendar::order(stop.as_str(), until).is_gt()) {
        let message = format!("the window stops after the indicator is valid, at `{}`", stop.as_str());
        let finding = Finding::new(Rule::WindowOutsideValidity, span, message);
        findings.push(finding.help(format!("`valid_until` is `{until}`")));
    }
}

/// A day or a time that does not exist.
pub(super) fn impossible_date(span: Span, timestamp: &Timestamp) -> Finding {
    let message = format!("`{}` is no day or time that exists", timestamp.as_str());
    Finding::new(Rule::ImpossibleDate, span, message)
        .help("write a day of the calendar and a time of that day")
}

/// Where a timestamp of the qualifier at `span` stands.
fn locate(timestamp: &Timestamp, span: Span, findings: &Findings<'_>) -> Span {
    let literal = format!("t'{}'", timestamp.as_str());
    findings.text(span).find(&literal).map_or(span, |at| {
        let start = span.start() + at;
        Span::from_range(start..start + literal.len())
    })
}
