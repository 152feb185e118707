//! Comparison expressions (STIX 2.1, sections 9.4 and 9.6): the tests inside a bracket.

use crate::ast::{Chain, Literal, ObjectPath, Set, StringLiteral, Text, Value};
use crate::build::BuildError;
use crate::span::{Origin, Span};

/// What stands inside a bracket: one test, or several combined. `AND` binds tighter than `OR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ComparisonExpression {
    /// A single test.
    Test(ComparisonTest),
    /// `a AND b`: the same object passes each operand. No operand is an `And`.
    And(Chain<Self>),
    /// `a OR b`: some operand holds. No operand is an `Or`.
    Or(Chain<Self>),
}

impl ComparisonExpression {
    /// `self AND other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut left), Self::And(right)) => {
                left.append(right);
                Self::And(left)
            }
            (Self::And(mut left), right) => {
                left.push(right);
                Self::And(left)
            }
            (left, Self::And(mut right)) => {
                right.prepend(left);
                Self::And(right)
            }
            (left, right) => Self::And(Chain::new(left, right)),
        }
    }

    /// `self OR other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Or(mut left), Self::Or(right)) => {
                left.append(right);
                Self::Or(left)
            }
            (Self::Or(mut left), right) => {
                left.push(right);
                Self::Or(left)
            }
            (left, Self::Or(mut right)) => {
                right.prepend(left);
                Self::Or(right)
            }
            (left, right) => Self::Or(Chain::new(left, right)),
        }
    }

    /// Where the expression stands, without the parentheses around it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Test(test) => test.span(),
            Self::And(chain) | Self::Or(chain) => chain.span(),
        }
    }

    pub(crate) fn locate(&mut self, span: Span) {
        match self {
            Self::Test(test) => test.origin = Origin(span),
            Self::And(chain) | Self::Or(chain) => chain.locate(span),
        }
    }
}

impl From<ComparisonTest> for ComparisonExpression {
    fn from(test: ComparisonTest) -> Self {
        Self::Test(test)
    }
}

/// One test of the value at an object path (section 9.6), such as `file:size > 1024`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ComparisonTest {
    pub(crate) origin: Origin,
    pub(crate) path: ObjectPath,
    pub(crate) negated: bool,
    pub(crate) predicate: Predicate,
}

impl ComparisonTest {
    fn new(path: ObjectPath, predicate: Predicate) -> Self {
        Self { origin: Origin::default(), path, negated: false, predicate }
    }

    /// `path operator value`.
    ///
    /// # Errors
    ///
    /// When a boolean is to be compared by order.
    pub fn compare(path: ObjectPath, operator: ComparisonOperator, value: Value) -> Result<Self, BuildError> {
        if operator.needs_order() && matches!(value, Value::Boolean(_)) {
            return Err(BuildError::ordered_boolean(operator));
        }
        Ok(Self::new(path, Predicate::Compare(operator, value.into())))
    }

    /// `path IN (values...)`.
    pub fn is_in(path: ObjectPath, values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(path, Predicate::In(values.into_iter().collect()))
    }

    /// `path LIKE 'text'`, or another operator that takes a string.
    pub fn text(path: ObjectPath, operator: TextOperator, text: impl Into<Text>) -> Self {
        Self::new(path, Predicate::Text(operator, StringLiteral::new(text)))
    }

    /// `EXISTS path`.
    #[must_use]
    pub fn exists(path: ObjectPath) -> Self {
        Self::new(path, Predicate::Exists)
    }

    /// The same test with `NOT` added, or taken away if it was there.
    #[must_use]
    pub fn negate(mut self) -> Self {
        self.negated = !self.negated;
        self
    }

    /// Which value is tested.
    #[must_use]
    pub fn path(&self) -> &ObjectPath {
        &self.path
    }

    /// Whether the test has a `NOT`. `a:b NOT != 1` is negated and has the operator `!=`.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// The operator with what it compares to.
    #[must_use]
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// Where the whole test stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

/// A comparison operator together with the constant that its production allows (section 9.6.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// `= 1`, `< 'm'`: compares with one constant, which is not a boolean when the operator needs an order.
    Compare(ComparisonOperator, Literal),
    /// `IN (1, 2)`: equals some member of the set.
    In(Set),
    /// `LIKE 'a%'`: an operator that only takes a string.
    Text(TextOperator, StringLiteral),
    /// `EXISTS`: the path leads to a value.
    Exists,
}

impl Predicate {
    /// The operator as the pattern language writes it.
    #[must_use]
    pub fn operator(&self) -> &'static str {
        match self {
            Self::Compare(operator, _) => operator.as_str(),
            Self::In(_) => "IN",
            Self::Text(operator, _) => operator.as_str(),
            Self::Exists => "EXISTS",
        }
    }
}

/// An operator that compares with one constant (section 9.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComparisonOperator {
    /// `=`, also written `==`.
    Equal,
    /// `!=`, also written `<>`.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl ComparisonOperator {
    /// The canonical spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether the operator asks which value comes first. Booleans have no order.
    #[must_use]
    pub const fn needs_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// An operator that compares with a string and nothing else (section 9.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextOperator {
    /// `LIKE`: wildcards `%` and `_`.
    Like,
    /// `MATCHES`: a regular expression.
    Matches,
    /// `ISSUBSET`: an IP address or network lies within the given one.
    IsSubset,
    /// `ISSUPERSET`: an IP address or network contains the given one.
    IsSuperset,
}

impl TextOperator {
    /// The keyword.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Like => "LIKE",
            Self::Matches => "MATCHES",
            Self::IsSubset => "ISSUBSET",
            Self::IsSuperset => "ISSUPERSET",
        }
    }
}
