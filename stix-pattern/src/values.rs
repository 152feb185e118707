//! The values that a pattern compares with (STIX 2.1, section 9.6), without its structure.

use crate::Pattern;
use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, Literal, ObjectPath, ObservationExpression,
    Predicate, StringLiteral, TextOperator, Value,
};

/// The values of a pattern, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternValues<'p> {
    values: Vec<PatternValue<'p>>,
}

/// A constant that a pattern compares the values at a path with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternValue<'p> {
    test: &'p ComparisonTest,
    constant: Option<Constant<'p>>,
    is_alternative: bool,
}

/// A constant, of any type or where only a string is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Constant<'p> {
    Any(&'p Literal),
    Text(&'p StringLiteral),
}

impl Pattern {
    /// Returns the values that the pattern compares with: one for each constant, and one without a constant for each
    /// `EXISTS`.
    ///
    /// ```
    /// let pattern = stix_pattern::Pattern::parse("[url:value IN ('http://a.example/', 'http://b.example/')] OR [file:size > 5]")?;
    /// let values = pattern.values();
    /// let found: Vec<_> = values.iter().map(|value| (value.object_type(), value.operator(), value.text())).collect();
    /// assert_eq!(found, [
    ///     ("url", "IN", Some("http://a.example/")),
    ///     ("url", "IN", Some("http://b.example/")),
    ///     ("file", ">", None),
    /// ]);
    /// assert!(!values.are_alternatives(), "`>` names no value");
    /// # Ok::<(), stix_pattern::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn values(&self) -> PatternValues<'_> {
        let mut values = Vec::new();
        of_observations(self.root(), true, &mut values);
        PatternValues { values }
    }
}

impl<'p> PatternValues<'p> {
    /// Returns the values in the order of the text.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PatternValue<'p>> + '_ {
        self.values.iter().copied()
    }

    /// Returns whether the pattern is a plain alternative of values: it matches where one of them is seen, and
    /// nowhere else. Nothing in it is negated, and all its operators are `=` and `IN`.
    #[must_use]
    pub fn are_alternatives(&self) -> bool {
        let is_plain = |value: &PatternValue<'_>| value.is_alternative && value.is_equality();
        !self.values.is_empty() && self.values.iter().all(is_plain)
    }
}

impl<'p> IntoIterator for PatternValues<'p> {
    type Item = PatternValue<'p>;
    type IntoIter = std::vec::IntoIter<PatternValue<'p>>;

    fn into_iter(self) -> Self::IntoIter {
        self.values.into_iter()
    }
}

impl<'p> PatternValue<'p> {
    /// Returns the path to the value that is compared.
    #[must_use]
    pub fn path(self) -> &'p ObjectPath {
        self.test.path()
    }

    /// Returns the type of the object that the path starts from.
    #[must_use]
    pub fn object_type(self) -> &'p str {
        self.test.path().object_type()
    }

    /// Returns the operator as the pattern language writes it.
    #[must_use]
    pub fn operator(self) -> &'static str {
        self.test.predicate().operator()
    }

    /// Returns the constant, `None` for `EXISTS`.
    #[must_use]
    pub fn value(self) -> Option<Value> {
        Some(match self.constant? {
            Constant::Any(literal) => literal.value().clone(),
            Constant::Text(literal) => Value::from(literal.value()),
        })
    }

    /// Returns the constant, if it is a string.
    #[must_use]
    pub fn text(self) -> Option<&'p str> {
        match self.constant? {
            Constant::Any(literal) => match literal.value() {
                Value::String(text) => Some(text),
                _ => None,
            },
            Constant::Text(literal) => Some(literal.value()),
        }
    }

    /// Returns whether the test has a `NOT`. A test with `!=` has none.
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.test.is_negated()
    }

    /// Returns whether passing this one comparison is enough for the pattern to match.
    #[must_use]
    pub fn is_alternative(self) -> bool {
        self.is_alternative
    }

    /// Returns whether the value at the path is to be equal to the constant.
    #[must_use]
    pub fn is_equality(self) -> bool {
        let is_equal = matches!(
            self.test.predicate(),
            Predicate::Compare(ComparisonOperator::Equal, _) | Predicate::In(_)
        );
        is_equal && !self.is_negated()
    }

    /// Returns whether the value at the path is to lie within the network that the constant names.
    #[must_use]
    pub fn is_within(self) -> bool {
        matches!(self.test.predicate(), Predicate::Text(TextOperator::IsSubset, _)) && !self.is_negated()
    }
}

/// Adds the values of an expression, of which one is enough if `is_alternative`.
fn of_observations<'p>(
    expression: &'p ObservationExpression,
    is_alternative: bool,
    values: &mut Vec<PatternValue<'p>>,
) {
    match expression {
        ObservationExpression::Bracket(bracket) => {
            of_comparison(bracket.comparison(), is_alternative, values);
        }
        ObservationExpression::Or(chain) => {
            chain.operands().iter().for_each(|operand| of_observations(operand, is_alternative, values));
        }
        ObservationExpression::And(chain) | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| of_observations(operand, false, values));
        }
        ObservationExpression::Qualified(qualified) => of_observations(qualified.expression(), false, values),
    }
}

fn of_comparison<'p>(
    expression: &'p ComparisonExpression,
    is_alternative: bool,
    values: &mut Vec<PatternValue<'p>>,
) {
    let test = match expression {
        ComparisonExpression::Test(test) => test,
        ComparisonExpression::Or(chain) => {
            return chain
                .operands()
                .iter()
                .for_each(|operand| of_comparison(operand, is_alternative, values));
        }
        ComparisonExpression::And(chain) => {
            return chain.operands().iter().for_each(|operand| of_comparison(operand, false, values));
        }
    };
    let value = |constant| PatternValue { test, constant, is_alternative };
    match test.predicate() {
        Predicate::Compare(_, literal) => values.push(value(Some(Constant::Any(literal)))),
        Predicate::In(set) => {
            // The value is to be none of a negated set, so that one of its members is not enough.
            let is_alternative = is_alternative && (!test.is_negated() || set.literals().len() == 1);
            let members = set.literals().iter();
            values.extend(
                members.map(|literal| PatternValue { is_alternative, ..value(Some(Constant::Any(literal))) }),
            );
        }
        Predicate::Text(_, literal) => values.push(value(Some(Constant::Text(literal)))),
        Predicate::Exists => values.push(value(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pattern: &str) -> (Vec<(String, bool, bool)>, bool) {
        let pattern = Pattern::parse(pattern).unwrap();
        let values = pattern.values();
        let told = values.iter().map(|value| {
            let constant = value.value().map_or_else(String::new, |value| format!(" {value}"));
            let text = format!("{} {}{constant}", value.path(), value.operator());
            (text, value.is_negated(), value.is_alternative())
        });
        (told.collect(), values.are_alternatives())
    }

    #[test]
    fn alternatives_are_told_from_what_is_asked_together() {
        let (found, are_alternatives) =
            values("[a:b = 'x' OR a:b IN (1, 2)] OR ([c:d = t'2020-01-01T00:00:00Z'])");
        assert!(are_alternatives, "{found:?}");
        assert_eq!(found.len(), 4);
        for pattern in [
            "[a:b = 'x' AND a:c = 'y']",
            "[a:b = 'x'] AND [a:c = 'y']",
            "[a:b = 'x'] FOLLOWEDBY [a:c = 'y']",
            "[a:b = 'x'] REPEATS 2 TIMES",
        ] {
            let (found, are_alternatives) = values(pattern);
            assert!(!are_alternatives && found.iter().all(|(_, _, alone)| !alone), "{pattern}");
        }
        for pattern in ["[a:b != 'x']", "[a:b NOT = 'x']", "[EXISTS a:b]", "[a:b LIKE 'x%']", "[a:b > 5]"] {
            let (found, are_alternatives) = values(pattern);
            assert!(!are_alternatives && found.iter().all(|(_, _, alone)| *alone), "{pattern}");
        }
    }

    #[test]
    fn operators_and_constants_come_as_they_are() {
        let (found, _) = values(r"[NOT EXISTS a:b OR a:c NOT IN ('x', 'y') OR a:d ISSUBSET '192.0.2.0/24']");
        let expected = [
            ("a:b EXISTS", true, true),
            ("a:c IN 'x'", true, false),
            ("a:c IN 'y'", true, false),
            ("a:d ISSUBSET '192.0.2.0/24'", false, true),
        ];
        let found: Vec<_> =
            found.iter().map(|(text, negated, alone)| (text.as_str(), *negated, *alone)).collect();
        assert_eq!(found, expected);
    }
}
