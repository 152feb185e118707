//! Patterns in English.

use stix_pattern::Pattern;
use stix_pattern::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, ObservationExpression, Predicate, Qualified,
    QualifierKind, TextOperator,
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
            let article = if object_type.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            format!("{article} `{object_type}` object whose {}", comparison(expression, true))
        }
        None => format!("an observation in which {}", comparison(expression, false)),
    }
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
    let path = test.path().to_string();
    let path = match path.split_once(':') {
        Some((_, property)) if is_named => property,
        _ => path.as_str(),
    };
    let not = if test.is_negated() { "not " } else { "" };
    let what = match test.predicate() {
        Predicate::Compare(operator, literal) => format!("{not}{} {literal}", relation(*operator)),
        Predicate::In(set) => format!("{not}one of {set}"),
        Predicate::Text(TextOperator::Like, text) => {
            format!("{not}like {text} (`%` is any text, `_` one character)")
        }
        Predicate::Text(TextOperator::Matches, text) => {
            format!("{not}matched by the regular expression {text}")
        }
        Predicate::Text(TextOperator::IsSubset, text) => format!("{not}within the network {text}"),
        Predicate::Text(TextOperator::IsSuperset, text) => format!("{not}a network around {text}"),
        Predicate::Exists => format!("{not}present"),
    };
    format!("`{path}` is {what}")
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
