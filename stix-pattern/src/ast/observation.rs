//! Observation expressions (STIX 2.1, section 9.5): brackets, their operators and their qualifiers.

use crate::ast::{Chain, ComparisonExpression, Qualifier};
use crate::span::{Origin, Span};

/// An expression over observations: one bracket, or several combined.
///
/// From loosest to tightest: `FOLLOWEDBY`, `OR`, `AND`, then the qualifiers behind a bracket or a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObservationExpression {
    /// `[...]`: tests that one observation passes.
    Bracket(Bracket),
    /// `a AND b`: different observations match each operand. No operand is an `And`.
    And(Chain<Self>),
    /// `a OR b`: some operand matches. No operand is an `Or`.
    Or(Chain<Self>),
    /// `a FOLLOWEDBY b`: different observations match, each operand no earlier than the one before it. The first
    /// operand is not a `FollowedBy`.
    FollowedBy(Chain<Self>),
    /// `a WITHIN 5 SECONDS`: an expression with the qualifiers that bound it.
    Qualified(Qualified),
}

impl ObservationExpression {
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

    /// `self FOLLOWEDBY other`.
    #[must_use]
    pub fn followed_by(self, other: Self) -> Self {
        match self {
            Self::FollowedBy(mut left) => {
                left.push(other);
                Self::FollowedBy(left)
            }
            left => Self::FollowedBy(Chain::new(left, other)),
        }
    }

    /// This expression bounded by `qualifier`, which applies to the result of the qualifiers that are there already.
    #[must_use]
    pub fn qualify(self, qualifier: Qualifier) -> Self {
        self.qualify_all(vec![qualifier])
    }

    /// `([a] WITHIN 5 SECONDS) REPEATS 2 TIMES` needs no parentheses, so it becomes one list; with two qualifiers of
    /// one kind it does need them.
    pub(crate) fn qualify_all(self, qualifiers: Vec<Qualifier>) -> Self {
        match self {
            expression if qualifiers.is_empty() => expression,
            Self::Qualified(mut inner) if !inner.shares_a_kind_with(&qualifiers) => {
                inner.qualifiers.extend(qualifiers);
                Self::Qualified(inner)
            }
            expression => Self::Qualified(Qualified {
                origin: Origin::default(),
                expression: Box::new(expression),
                qualifiers,
            }),
        }
    }

    /// Where the expression stands, without the parentheses around it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Bracket(bracket) => bracket.span(),
            Self::And(chain) | Self::Or(chain) | Self::FollowedBy(chain) => chain.span(),
            Self::Qualified(qualified) => qualified.span(),
        }
    }

    pub(crate) fn locate(&mut self, span: Span) {
        match self {
            Self::Bracket(bracket) => bracket.origin = Origin(span),
            Self::And(chain) | Self::Or(chain) | Self::FollowedBy(chain) => chain.locate(span),
            Self::Qualified(qualified) => qualified.origin = Origin(span),
        }
    }
}

impl From<ComparisonExpression> for ObservationExpression {
    fn from(comparison: ComparisonExpression) -> Self {
        Self::Bracket(Bracket { origin: Origin::default(), comparison })
    }
}

/// `[...]`: a comparison expression that a single observation has to satisfy (section 9.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bracket {
    pub(crate) origin: Origin,
    pub(crate) comparison: ComparisonExpression,
}

impl Bracket {
    /// What stands between the brackets.
    #[must_use]
    pub fn comparison(&self) -> &ComparisonExpression {
        &self.comparison
    }

    /// From `[` to `]`.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

/// An expression with one or more qualifiers (section 9.5.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Qualified {
    origin: Origin,
    expression: Box<ObservationExpression>,
    qualifiers: Vec<Qualifier>,
}

impl Qualified {
    /// What the qualifiers bound.
    #[must_use]
    pub fn expression(&self) -> &ObservationExpression {
        &self.expression
    }

    pub(crate) fn expression_mut(&mut self) -> &mut ObservationExpression {
        &mut self.expression
    }

    /// The qualifiers, at least one, each of which applies to the result of those before it.
    ///
    /// Section 9.5 allows one of a kind for each expression. The parser enforces this on a bracket; on a group, as in
    /// `([a:b = 1]) WITHIN 5 SECONDS WITHIN 6 SECONDS`, it is left to a check, since deployed tools let it pass.
    #[must_use]
    pub fn qualifiers(&self) -> &[Qualifier] {
        &self.qualifiers
    }

    /// From the expression, with its parentheses, to the last qualifier.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }

    /// Whether two of the qualifiers are of one kind.
    pub(crate) fn repeats_a_kind(&self) -> bool {
        self.qualifiers.len() > kinds(&self.qualifiers).count_ones() as usize
    }

    fn shares_a_kind_with(&self, others: &[Qualifier]) -> bool {
        kinds(&self.qualifiers) & kinds(others) != 0
    }
}

/// The kinds that occur, one bit each.
fn kinds(qualifiers: &[Qualifier]) -> u8 {
    qualifiers.iter().fold(0, |kinds, qualifier| kinds | qualifier.kind().bit())
}
