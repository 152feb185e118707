//! Operators and constants against the property they are applied to (STIX 2.1, sections 9.2 and 9.6.1).

use stix_core::schema::{Kind, PropertyDef};

use super::findings::{Finding, Findings};
use super::nearest::nearest;
use super::place::{Place, Shape, kind_name};
use super::values::Plain;
use super::{Rule, calendar, observation, regular_expression, values};
use crate::ast::{
    ComparisonOperator, ComparisonTest, Literal, ObjectPath, Predicate, Set, StepKind, StringLiteral,
    TextOperator, Value,
};
use crate::edit::Edit;
use crate::lexer;

/// The least and the greatest whole number that 54 bits hold.
const INTEGERS: std::ops::RangeInclusive<i64> = -(1 << 53)..=(1 << 53) - 1;

/// Checks the operator and the constants of a test whose path leads to `place`.
#[inline]
pub(super) fn check(test: &ComparisonTest, place: &Place, findings: &mut Findings<'_>) {
    if test.is_negated() && *test.predicate() != Predicate::Exists {
        negated_list(test, findings);
    }
    if !place.plain.is_some_and(|plain| is_plain(test.predicate(), plain)) {
        look_closer(test, place, findings);
    }
}

/// `NOT` before an operator over a list may negate each comparison or the result of all.
fn negated_list(test: &ComparisonTest, findings: &mut Findings<'_>) {
    if !test.path().steps().any(|step| *step.kind() == StepKind::Star) {
        return;
    }
    let path = findings.text(test.path().span());
    let message = format!(
        "`NOT` over `{path}` is read in two ways: some element fails the test, which is how this library matches, or all do"
    );
    let finding = Finding::new(Rule::NegatedList, test.span(), message);
    findings.push(match test.predicate() {
        Predicate::Compare(ComparisonOperator::Equal, literal) => {
            let text = findings.text(literal.span());
            finding.help(format!("`{path} != {text}` says that some element is different"))
        }
        _ => finding.help("write the test without `NOT` if an operator says the opposite"),
    });
}

fn look_closer(test: &ComparisonTest, place: &Place, findings: &mut Findings<'_>) {
    let fits = matches!(test.predicate(), Predicate::Exists) || ends_at_value(test, place, findings);
    let place = if fits { place } else { &Place::UNKNOWN };
    match test.predicate() {
        Predicate::Compare(operator, literal) => {
            check_literal(literal, findings);
            compare(test, *operator, (literal, std::slice::from_ref(literal)), place, findings);
        }
        Predicate::In(set) => {
            check_set(set, findings);
            for literal in set.literals() {
                check_literal(literal, findings);
                compare(test, ComparisonOperator::Equal, (literal, set.literals()), place, findings);
            }
        }
        Predicate::Text(operator, text) => check_text(test, *operator, text, place, findings),
        Predicate::Exists => {}
    }
}

/// Which strings at the end of a path need no closer look: those of the right form where strings belong, and any term
/// of an open vocabulary.
pub(super) fn plain(path: &ObjectPath, place: &Place) -> Option<Plain> {
    let is_open = |property: &PropertyDef| property.vocabulary.is_none_or(|vocabulary| vocabulary.open);
    match place.shape {
        Shape::Hash => Plain::hash(path),
        Shape::Kind(Kind::String) if place.property.is_none_or(is_open) => Plain::of(place),
        _ => None,
    }
}

/// Whether there is certainly nothing to say about what a value is compared with, as mostly there is not.
#[inline]
fn is_plain(predicate: &Predicate, plain: Plain) -> bool {
    let passes = |literal: &Literal| matches!(literal.value(), Value::String(text) if plain.passes(text));
    match predicate {
        Predicate::Compare(_, literal) => passes(literal),
        Predicate::In(set) => !set.literals().is_empty() && set.literals().iter().all(passes),
        Predicate::Text(TextOperator::Like, text) => {
            plain == Plain::Any && memchr::memchr3(b'*', b'\\', b'&', text.value().as_bytes()).is_none()
        }
        Predicate::Text(TextOperator::IsSubset | TextOperator::IsSuperset, text) => {
            plain.is_address() && plain.passes(text.value())
        }
        Predicate::Text(TextOperator::Matches, _) | Predicate::Exists => false,
    }
}

/// Whether the path ends at something that a constant can be compared with.
fn ends_at_value(test: &ComparisonTest, place: &Place, findings: &mut Findings<'_>) -> bool {
    let is_kind = |kind: &Kind| {
        matches!(
            kind,
            Kind::List(_) | Kind::Hashes | Kind::Dictionary(_) | Kind::Extensions(_) | Kind::Struct(_)
        )
    };
    let ends = match place.shape {
        Shape::Kind(Kind::Identifier) => !place.is_reference(),
        Shape::Kind(kind) => !is_kind(kind),
        _ => true,
    };
    if !ends {
        findings.push(no_value(test, place, findings.text(test.path().span())));
    }
    ends
}

/// What to say of a path that ends at something else.
#[cold]
fn no_value(test: &ComparisonTest, place: &Place, name: &str) -> Finding {
    let path = test.path();
    let end = path.span().end();
    let finding = |message: String| Finding::new(Rule::PathShape, path.span(), message);
    match place.shape {
        Shape::Kind(Kind::List(_)) => {
            let help = format!("`{name}[*]` stands for every element of the list");
            let finding = finding(format!("`{name}` is a list, and equals no constant"));
            finding.help(help).edit(Edit::insert(end, "[*]"))
        }
        Shape::Kind(kind) if !place.is_reference() => {
            let finding = finding(format!("`{name}` is {}, and equals no constant", kind_name(kind)));
            finding.help("the path goes on with a key, or `EXISTS` is asked")
        }
        _ => reference(test, place, name),
    }
}

/// A comparison with a reference, which stands for the object it points to.
fn reference(test: &ComparisonTest, place: &Place, name: &str) -> Finding {
    let message = format!("`{name}` stands for the object that it points to, and equals no constant");
    let finding = Finding::new(Rule::PathShape, test.path().span(), message);
    let targets = super::place::Objects::Targets(place.property.map_or(&[], |property| property.targets));
    let have_value =
        targets.defs().all(|def| def.property("value").is_some()) && targets.defs().next().is_some();
    match have_value {
        true => finding
            .help(format!("test a property of that object: `{name}.value`"))
            .edit(Edit::insert(test.path().span().end(), ".value")),
        false => finding.help("test a property of that object"),
    }
}

/// What holds for a constant wherever it stands.
fn check_literal(literal: &Literal, findings: &mut Findings<'_>) {
    let span = literal.span();
    match literal.value() {
        Value::Timestamp(timestamp) if !calendar::exists(timestamp.as_str()) => {
            findings.push(observation::impossible_date(span, timestamp));
        }
        Value::Integer(number) if !INTEGERS.contains(number) => {
            let message = format!("`{number}` does not fit into 54 bits");
            findings.push(
                Finding::new(Rule::IntegerRange, span, message).help("no tool has to know such numbers"),
            );
        }
        Value::Integer(_) | Value::Float(_) if findings.text(span).starts_with('+') => {
            let number = findings.text(span).trim_start_matches('+').to_owned();
            let finding = Finding::new(Rule::PlusSign, span, "a positive number has no sign");
            findings
                .push(finding.help(format!("write `{number}`")).edit(Edit::replace(span.range(), number)));
        }
        _ => {}
    }
}

fn check_set(set: &Set, findings: &mut Findings<'_>) {
    let Some((first, others)) = set.literals().split_first() else {
        let finding = Finding::new(Rule::EmptySet, set.span(), "nothing is in an empty set");
        return findings.push(finding.help("list the values: `('a', 'b')`"));
    };
    let is_number = |value: &Value| matches!(value, Value::Integer(_) | Value::Float(_));
    let fits = |value: &Value| {
        std::mem::discriminant(value) == std::mem::discriminant(first.value())
            || is_number(value) && is_number(first.value())
    };
    if let Some(other) = others.iter().find(|literal| !fits(literal.value())) {
        let message = format!(
            "`{}` is {}, and the set begins with {}",
            findings.text(other.span()),
            value_name(other.value()),
            value_name(first.value())
        );
        let finding = Finding::new(Rule::MixedSet, other.span(), message);
        findings.push(finding.help("the constants of a set are of one type; join two sets with `OR`"));
    }
}

/// `path operator constant`, for one constant and those that stand beside it.
fn compare(
    test: &ComparisonTest,
    operator: ComparisonOperator,
    (literal, all): (&Literal, &[Literal]),
    place: &Place,
    findings: &mut Findings<'_>,
) {
    let kind = match place.shape {
        Shape::Kind(kind) => kind,
        Shape::Hash => &Kind::String,
        Shape::Any | Shape::Objects(_) => {
            if let (Value::String(text), false) = (literal.value(), operator.needs_order()) {
                values::check_anywhere(test, text, literal.span(), findings);
            }
            return;
        }
    };
    if !is_comparable(kind, literal.value()) {
        return findings.push(wrong_type(test, operator, (literal, all), kind, findings));
    }
    if operator.needs_order() {
        return;
    }
    if let Value::String(text) = literal.value() {
        term(text, literal, place.property, findings);
        values::check(test, operator, text, literal.span(), place, findings);
    }
    if let (Kind::Integer { min, max }, Value::Integer(number)) = (kind, literal.value()) {
        let (min, max) = (min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
        if !(min..=max).contains(number) {
            let message =
                format!("`{number}` is out of the range of `{}`", findings.text(test.path().span()));
            let help = if max == i64::MAX {
                format!("it is {min} or more")
            } else {
                format!("it is {min} to {max}")
            };
            findings.push(Finding::new(Rule::OutOfRange, literal.span(), message).help(help));
        }
    }
}

/// Whether a value of the kind can be equal to the constant (section 9.2).
fn is_comparable(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (kind, Value::String(_)) => takes_strings(kind),
        (Kind::Boolean, value) => matches!(value, Value::Boolean(_)),
        (Kind::Integer { .. } | Kind::Float { .. }, value) => {
            matches!(value, Value::Integer(_) | Value::Float(_))
        }
        (Kind::Timestamp, value) => matches!(value, Value::Timestamp(_)),
        (Kind::String | Kind::Identifier | Kind::SpecVersion | Kind::Hex | Kind::Binary, value) => {
            matches!(value, Value::Hex(_) | Value::Binary(_))
        }
        (Kind::IntegerOrString, value) => !matches!(value, Value::Boolean(_) | Value::Timestamp(_)),
        _ => true,
    }
}

/// Whether a value of the kind can be equal to a string.
fn takes_strings(kind: &Kind) -> bool {
    !matches!(kind, Kind::Boolean | Kind::Integer { .. } | Kind::Float { .. } | Kind::Timestamp)
}

/// The most constants of a set that are converted together.
const MOST_CONVERTED: usize = 64;

fn wrong_type(
    test: &ComparisonTest,
    operator: ComparisonOperator,
    (literal, all): (&Literal, &[Literal]),
    kind: &Kind,
    findings: &Findings<'_>,
) -> Finding {
    let text = findings.text(literal.span());
    let path = findings.text(test.path().span());
    let (has_order, never) = match operator.needs_order() {
        true => (true, "so that neither comes before the other"),
        false => (false, "which it never equals"),
    };
    let message = format!(
        "`{path}` is {}, and {} is {}, {never}",
        kind_name(kind),
        crate::error::quote(text),
        value_name(literal.value())
    );
    let finding = Finding::new(Rule::ConstantType, literal.span(), message);
    // One constant converted and the others not would make a set of two types.
    let wrong = all.iter().filter(|literal| !is_comparable(kind, literal.value()));
    let edits = wrong.map(|literal| {
        let text = converted(test, kind, literal.value(), findings.text(literal.span()))?;
        Some(Edit::replace(literal.span().range(), text))
    });
    let edit = match all.len() {
        ..=MOST_CONVERTED => edits.reduce(|edit, next| Some(edit?.and(next?))).flatten(),
        _ => None,
    };
    // In the order of texts, `'9'` comes behind `'10'`.
    if has_order && takes_strings(kind) {
        return finding.help("strings are ordered character by character, and numbers by their value");
    }
    match converted(test, kind, literal.value(), text) {
        Some(text) => finding.help(format!("write `{text}`")).edit(edit),
        None if matches!(kind, Kind::Timestamp) => {
            finding.help("a timestamp is in UTC: `t'2020-01-31T23:59:59Z'`")
        }
        None => finding,
    }
}

/// The constant of the right type that says the same.
fn converted(test: &ComparisonTest, kind: &Kind, value: &Value, text: &str) -> Option<String> {
    match (kind, value) {
        (Kind::Integer { .. }, Value::String(value)) if test.path().object_type() == "autonomous-system" => {
            as_number(value).map(str::to_owned)
        }
        (Kind::Integer { .. }, Value::String(value)) => {
            value.trim().parse::<i64>().ok().map(|number| number.to_string())
        }
        (Kind::Float { .. }, Value::String(value)) if lexer::is_float(value.trim()) => {
            Some(value.trim().to_owned())
        }
        (Kind::Boolean, Value::String(value)) => {
            let value = value.trim().to_ascii_lowercase();
            matches!(value.as_str(), "true" | "false").then_some(value)
        }
        (Kind::Boolean, Value::Integer(0)) => Some("false".to_owned()),
        (Kind::Boolean, Value::Integer(1)) => Some("true".to_owned()),
        (Kind::Timestamp, Value::String(value)) => {
            crate::error::timestamp_in_utc(value).map(|value| format!("t'{value}'"))
        }
        (Kind::String | Kind::Identifier, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => {
            Some(format!("'{text}'"))
        }
        (Kind::String, Value::Timestamp(value)) => Some(format!("'{}'", value.as_str())),
        _ => None,
    }
}

/// Returns the digits of `AS64496`.
pub(crate) fn as_number(text: &str) -> Option<&str> {
    let text = text.trim();
    let digits = match text.get(..2) {
        Some(prefix) if prefix.eq_ignore_ascii_case("AS") => {
            text.get(2..)?.trim_start_matches([' ', 'N', 'n'])
        }
        _ => text,
    };
    let is_number = digits.parse::<u32>().is_ok() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (digits == "0" || !digits.starts_with('0'))).then_some(digits)
}

/// A value of an enumeration. A vocabulary that is open takes other values.
fn term(text: &str, literal: &Literal, property: Option<&'static PropertyDef>, findings: &mut Findings<'_>) {
    let Some(vocabulary) = property.and_then(|property| property.vocabulary) else { return };
    if vocabulary.open || vocabulary.terms.contains(&text) {
        return;
    }
    let message = format!("{} is no term of {}", crate::error::quote(text), vocabulary.name);
    let finding = Finding::new(Rule::Enumeration, literal.span(), message);
    findings.push(match nearest(text, vocabulary.terms.iter().copied()) {
        Some((meant, certain)) => {
            let edit = certain.then(|| Edit::replace(literal.span().range(), values::quoted(meant)));
            finding.help(format!("did you mean `{meant}`?")).edit(edit)
        }
        None => finding.help(format!("the terms are {}", vocabulary.terms.join(", "))),
    });
}

fn check_text(
    test: &ComparisonTest,
    operator: TextOperator,
    text: &StringLiteral,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    let is_network = matches!(operator, TextOperator::IsSubset | TextOperator::IsSuperset);
    if let Shape::Kind(kind) = place.shape
        && !takes_strings(kind)
    {
        let (path, name) = (findings.text(test.path().span()), operator.as_str());
        let message = format!("`{path}` is {}, and `{name}` compares strings", kind_name(kind));
        let finding = Finding::new(Rule::OperatorType, test.span(), message);
        let help = "use `=`, `!=`, `<`, `<=`, `>`, `>=` or `IN`";
        return findings.push(finding.help(help));
    }
    if is_network && !matches!(place.shape, Shape::Any) && !values::is_address(place) {
        let (path, name) = (findings.text(test.path().span()), operator.as_str());
        let message = format!("`{path}` is no address, and `{name}` compares addresses and networks");
        let finding = Finding::new(Rule::OperatorType, test.span(), message);
        return findings.push(finding.help("`ipv4-addr:value` and `ipv6-addr:value` are addresses"));
    }
    match operator {
        TextOperator::Matches => regular_expression::check(text, findings),
        TextOperator::Like => values::check_wildcards(test, text, place, findings),
        TextOperator::IsSubset | TextOperator::IsSuperset => {
            values::check_network(test, text, place, findings)
        }
    }
}

/// A constant in a sentence.
fn value_name(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::String(_) => "a string",
        Value::Boolean(_) => "a boolean",
        Value::Binary(_) | Value::Hex(_) => "bytes",
        Value::Timestamp(_) => "a timestamp",
    }
}
