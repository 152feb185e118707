//! A whole pattern (STIX 2.1, section 9).

use std::str::FromStr;

use crate::ast::{
    ComparisonExpression, ComparisonOperator, ObjectPath, ObservationExpression, Predicate, Value,
};
use crate::build::BuildError;
use crate::error::SyntaxError;
use crate::{MAX_DEPTH, parser, print};

/// A pattern: the observation expression that says what to look for.
///
/// Reads any pattern of the grammar and writes the canonical one. Two patterns are equal when their trees are, however
/// they were written.
///
/// ```
/// use stix_pattern::Pattern;
///
/// let pattern: Pattern = "[ ipv4-addr : value == '192.0.2.1' ]".parse()?;
/// assert_eq!(pattern.to_string(), "[ipv4-addr:value = '192.0.2.1']");
/// assert_eq!(Pattern::parse(&pattern.to_string())?, pattern);
/// # Ok::<(), stix_pattern::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// Not nested too deeply.
    pub(crate) root: ObservationExpression,
}

impl Pattern {
    /// Makes a pattern of an expression.
    ///
    /// # Errors
    ///
    /// When printing the expression takes more nested parentheses than [`MAX_DEPTH`], which would not parse again.
    pub fn new(root: ObservationExpression) -> Result<Self, BuildError> {
        if print::fits(&root, MAX_DEPTH) { Ok(Self { root }) } else { Err(BuildError::nested_too_deeply()) }
    }

    /// Parses a pattern, in time and space proportional to its length.
    ///
    /// # Errors
    ///
    /// The first mistake: what the grammar of STIX 2.1 wants there and what the text has.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        Self::parse_all(source).map_err(|mut errors| errors.swap_remove(0))
    }

    /// Parses a pattern and, where it is none, goes on behind each mistake to find the next.
    ///
    /// ```
    /// let errors = stix_pattern::Pattern::parse_all("[a:b-c =! 1 and a:d = x] WITHIN 2 HOURS").unwrap_err();
    /// let found: Vec<&str> = errors.iter().map(|error| error.found()).collect();
    /// assert_eq!(found, ["`b-c`", "`!`", "`and`", "`x`", "`HOURS`"]);
    /// assert_eq!(errors[0].fix(), Some("[a:'b-c' != 1 AND a:d = 'x'] WITHIN 7200 SECONDS"));
    /// ```
    ///
    /// # Errors
    ///
    /// The mistakes in the order of the text, at least one and at most 16. In a text of more than 64 KiB only the
    /// first is looked for.
    #[inline]
    pub fn parse_all(source: &str) -> Result<Self, Vec<SyntaxError>> {
        parser::parse(source)
    }

    /// What the pattern says.
    #[must_use]
    pub fn root(&self) -> &ObservationExpression {
        &self.root
    }

    /// Gives the expression away.
    #[must_use]
    pub fn into_root(self) -> ObservationExpression {
        self.root
    }

    /// The path and the string, if the pattern is one bracket with one test that they are equal.
    ///
    /// ```
    /// let pattern = stix_pattern::Pattern::parse("[url:value = 'https://example.com/']")?;
    /// let (path, value) = pattern.as_single_equality().unwrap();
    /// assert_eq!((path.object_type(), path.to_string().as_str()), ("url", "url:value"));
    /// assert_eq!(value, "https://example.com/");
    /// # Ok::<(), stix_pattern::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn as_single_equality(&self) -> Option<(&ObjectPath, &str)> {
        let ObservationExpression::Bracket(bracket) = &self.root else { return None };
        let ComparisonExpression::Test(test) = bracket.comparison() else { return None };
        let Predicate::Compare(ComparisonOperator::Equal, literal) = test.predicate() else { return None };
        let Value::String(value) = literal.value() else { return None };
        (!test.is_negated()).then_some((test.path(), value))
    }
}

impl FromStr for Pattern {
    type Err = SyntaxError;

    fn from_str(source: &str) -> Result<Self, SyntaxError> {
        Self::parse(source)
    }
}
