//! The normal form of a pattern, and whether two patterns mean the same (STIX 2.1, section 9).
//!
//! In normal form a bracket is an `OR` of `AND`s of tests and the pattern an `OR` of expressions without one, all in a
//! fixed order, without repetitions and without operands that others make superfluous:
//!
//! - `a OR (a AND b)` is `a`, in brackets and between them, and so are `a OR (a FOLLOWEDBY b)` and the like. An `AND`
//!   between brackets keeps its repetitions, since `[a] AND [a]` takes two observations.
//! - An `AND` over objects of two types in one bracket matches nothing and is dropped.
//! - `NOT =` is `!=`. Numbers are equal by value and timestamps by instant. The members of a set are in order.
//! - Networks behind `ISSUBSET` and `ISSUPERSET` are in their shortest spelling without host bits. Other strings are
//!   compared by code points (section 9.6.2): `192.0.2.1/32` is not `192.0.2.1`, and the case of hashes and of keys of
//!   the Windows registry counts.
//!
//! Equal normal forms mean that the patterns match the same. Different ones mean that no rule above makes them equal,
//! which is not a proof: `[a OR b]` is kept apart from `[a] OR [b]`, `IN ('x')` from `= 'x'`, `REPEATS 2 TIMES` from
//! two brackets, and hexadecimal constants from the same bytes in base64. A normal form can be exponentially larger
//! than its pattern, so there is a limit, and a third answer beside equal and different.

mod budget;
mod comparison;
mod observation;
mod order;
mod value;

use std::error::Error;
use std::fmt;

use self::budget::Budget;
use crate::Pattern;
use crate::ast::ObservationExpression;

/// A pattern in normal form. Equal forms mean the same.
///
/// ```
/// use stix_pattern::Pattern;
///
/// let form = Pattern::parse("[b:x = 1.0 AND (a:y NOT = 'q' OR b:x = 1)] OR [c:z = 2]")?.normal_form()?;
/// assert_eq!(form.to_string(), "[b:x = 1] OR [c:z = 2]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NormalForm {
    root: Option<ObservationExpression>,
}

impl NormalForm {
    /// The expression; `None` if nothing matches the pattern.
    #[must_use]
    pub fn root(&self) -> Option<&ObservationExpression> {
        self.root.as_ref()
    }
}

impl fmt::Display for NormalForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Some(root) => root.fmt(f),
            None => f.write_str("nothing"),
        }
    }
}

/// How two patterns compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Equivalence {
    /// They have one normal form and match the same.
    Equal,
    /// Nothing matches either of them, which says nothing of what they were written for.
    NeitherMatches,
    /// They have different normal forms.
    Different,
    /// A normal form is too large to compute, so it is not known.
    TooLarge,
}

/// A normal form takes more work or space than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the normal form of the pattern is too large to compute")
    }
}

impl Error for TooLarge {}

impl Pattern {
    /// The normal form, computed in a fraction of a second and some megabytes at most.
    ///
    /// # Errors
    ///
    /// When it takes more than that.
    pub fn normal_form(&self) -> Result<NormalForm, TooLarge> {
        let root = observation::normalize(self.root(), &mut Budget::default())?;
        Ok(NormalForm { root })
    }

    /// Whether another pattern has the same normal form.
    ///
    /// ```
    /// use stix_pattern::Pattern;
    /// use stix_pattern::normalize::Equivalence;
    ///
    /// let one = Pattern::parse("[ipv4-addr:value ISSUBSET '192.0.2.1/32' AND ipv4-addr:x IN (2, 1)]")?;
    /// let two = Pattern::parse("[ipv4-addr:x IN (1, 2.0) AND ipv4-addr:value ISSUBSET '192.0.2.1']")?;
    /// let not = Pattern::parse("[ipv4-addr:x NOT IN (1, 2) AND ipv4-addr:value ISSUBSET '192.0.2.1']")?;
    /// assert_eq!(one.equivalence(&two), Equivalence::Equal);
    /// assert_eq!(one.equivalence(&not), Equivalence::Different);
    /// # Ok::<(), stix_pattern::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn equivalence(&self, other: &Self) -> Equivalence {
        match (self.normal_form(), other.normal_form()) {
            (Ok(one), Ok(other)) if one.root.is_none() && other.root.is_none() => Equivalence::NeitherMatches,
            (Ok(one), Ok(other)) if one == other => Equivalence::Equal,
            _ if self == other => Equivalence::Equal,
            (Ok(_), Ok(_)) => Equivalence::Different,
            _ => Equivalence::TooLarge,
        }
    }
}
