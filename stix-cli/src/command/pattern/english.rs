//! Patterns in English.

use stix_pattern::Pattern;
use stix_pattern::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, ObjectPath, ObservationExpression, Predicate,
    Qualified, QualifierKind, StepKind, TextOperator, Value,
};

/// What a pattern detects, as one sentence.
pub(super) fn sentence(pattern: &Pattern) -> String {
    format!("Detects {}.", observation(pattern.root()))
}

fn observation(expression: &ObservationExpression) -> String {
    let grouped = |inner: &ObservationExpression| match inner {
        ObservationExpression::Bracket(_) => observation(inner),
        _ => format!("({})", observation(inner)),
    };
    let joined = |operands: &[ObservationExpression], word: &str| {
        operands.iter().map(grouped).collect::<Vec<_>>().join(word)
    };
    match expression {
        ObservationExpression::Bracket(bracket) => bracketed(bracket.comparison()),
        ObservationExpression::And(chain) => {
            format!("{}, in different observations", joined(chain.operands(), " and "))
        }
        ObservationExpression::Or(chain) => joined(chain.operands(), " or "),
        ObservationExpression::FollowedBy(chain) => {
            joined(chain.operands(), ", followed at the same time or later by ")
        }
        ObservationExpression::Qualified(qualified) => qualify(qualified, &grouped(qualified.expression())),
    }
}

fn qualify(qualified: &Qualified, expression: &str) -> String {
    let mut text = expression.to_owned();
    for qualifier in qualified.qualifiers() {
        let bound = match qualifier.kind() {
            QualifierKind::Repeats(1) => "at least once".to_owned(),
            QualifierKind::Repeats(count) => format!("at least {count} times in different observations"),
            QualifierKind::Within(seconds) if seconds.as_str() == "1" => {
                "all within less than 1 second".to_owned()
            }
            QualifierKind::Within(seconds) => format!("all within less than {} seconds", seconds.as_str()),
            QualifierKind::StartStop { start, stop } => {
                format!("from {} until just before {}", start.as_str(), stop.as_str())
            }
        };
        text = format!("{text}, {bound}");
    }
    text
}

/// One object that passes tests. Where all tests are about one type, it is named once.
fn bracketed(expression: &ComparisonExpression) -> String {
    match single_type(expression) {
        Some(object_type) => {
            let article = article(object_type);
            format!("{article} `{object_type}` object whose {}", comparison(expression, true))
        }
        None => format!("an observation in which {}", comparison(expression, false)),
    }
}

/// Returns the article before an object type. `x-` is read as the name of the letter.
fn article(object_type: &str) -> &'static str {
    let is_vowel = object_type.starts_with(['a', 'e', 'i', 'o']);
    if is_vowel || object_type.starts_with("x-") { "an" } else { "a" }
}

/// The type that all tests are about.
fn single_type(expression: &ComparisonExpression) -> Option<&str> {
    match expression {
        ComparisonExpression::Test(test) => Some(test.path().object_type()),
        ComparisonExpression::And(chain) | ComparisonExpression::Or(chain) => {
            let mut types = chain.operands().iter().map(single_type);
            let first = types.next()??;
            types.all(|other| other == Some(first)).then_some(first)
        }
    }
}

fn comparison(expression: &ComparisonExpression, is_named: bool) -> String {
    let joined = |operands: &[ComparisonExpression], word: &str| {
        let grouped = |operand: &ComparisonExpression| match operand {
            ComparisonExpression::Test(test) => tested(test, is_named),
            _ => format!("({})", comparison(operand, is_named)),
        };
        operands.iter().map(grouped).collect::<Vec<_>>().join(word)
    };
    match expression {
        ComparisonExpression::Test(test) => tested(test, is_named),
        ComparisonExpression::And(chain) => joined(chain.operands(), " and "),
        ComparisonExpression::Or(chain) => joined(chain.operands(), " or "),
    }
}

fn tested(test: &ComparisonTest, is_named: bool) -> String {
    let path = path(test.path(), is_named);
    let not = if test.is_negated() { "not " } else { "" };
    let what = match test.predicate() {
        Predicate::Compare(operator, literal) => {
            format!("{not}{} {}", relation(*operator), constant(literal.value()))
        }
        Predicate::In(set) => {
            let values: Vec<String> =
                set.literals().iter().map(|literal| constant(literal.value())).collect();
            format!("{not}one of {}", values.join(", "))
        }
        Predicate::Text(operator, text) => {
            let text = quoted(text.value());
            match operator {
                TextOperator::Like => format!("{not}like {text} (`%` is any text, `_` one character)"),
                TextOperator::Matches => format!("{not}matched by the regular expression {text}"),
                TextOperator::IsSubset => format!("{not}within the network {text}"),
                TextOperator::IsSuperset => format!("{not}a network around {text}"),
            }
        }
        Predicate::Exists => format!("{not}present"),
    };
    format!("`{path}` is {what}")
}

/// Returns a path with its keys as they are, and with its object type unless that was named.
fn path(path: &ObjectPath, is_named: bool) -> String {
    let mut text = String::new();
    if !is_named {
        text.push_str(path.object_type());
        text.push(':');
    }
    for (index, step) in path.steps().enumerate() {
        match step.kind() {
            StepKind::Key(key) => {
                text.push_str(if index > 0 { "." } else { "" });
                text.push_str(key);
            }
            StepKind::Index(index) => text.push_str(&format!("[{index}]")),
            StepKind::Star => text.push_str("[*]"),
        }
    }
    text
}

/// Returns a constant as it is seen, without escapes.
fn constant(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Timestamp(timestamp) => timestamp.as_str().to_owned(),
        Value::Hex(_) | Value::Binary(_) => format!("the bytes {value}"),
        value => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

fn relation(operator: ComparisonOperator) -> &'static str {
    match operator {
        ComparisonOperator::Equal => "equal to",
        ComparisonOperator::NotEqual => "other than",
        ComparisonOperator::Less => "less than",
        ComparisonOperator::LessOrEqual => "at most",
        ComparisonOperator::Greater => "greater than",
        ComparisonOperator::GreaterOrEqual => "at least",
    }
}
