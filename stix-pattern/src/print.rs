//! Patterns as text, in canonical form (STIX 2.1, section 9).
//!
//! Single spaces, `=` and `!=`, quotes around a key only where it needs them, lower-case hexadecimal digits, no plus
//! sign, and no parentheses but those that decide what an operator or a qualifier applies to.

use std::fmt::{Display, Formatter, Result, Write};

use crate::Pattern;
use crate::ast::{
    Bracket, ComparisonExpression, ComparisonOperator, ComparisonTest, Literal, ObjectPath,
    ObservationExpression, Predicate, Qualified, Qualifier, QualifierKind, Set, Step, StepKind,
    StringLiteral, TextOperator, Value,
};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root().fmt(f)
    }
}

impl Display for ObservationExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Bracket(bracket) => bracket.fmt(f),
            Self::Qualified(qualified) => qualified.fmt(f),
            Self::And(chain) => join(f, chain.operands(), " AND ", |operand, _| needs_group_in_and(operand)),
            Self::Or(chain) => join(f, chain.operands(), " OR ", |operand, _| needs_group_in_or(operand)),
            Self::FollowedBy(chain) => join(f, chain.operands(), " FOLLOWEDBY ", |operand, at| {
                needs_group_in_followed_by(operand, at)
            }),
        }
    }
}

impl Display for Bracket {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "[{}]", self.comparison())
    }
}

impl Display for Qualified {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        grouped(f, self.expression(), needs_group_when_qualified(self))?;
        self.qualifiers().iter().try_for_each(|qualifier| write!(f, " {qualifier}"))
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.kind() {
            QualifierKind::Repeats(count) => write!(f, "REPEATS {count} TIMES"),
            QualifierKind::Within(seconds) => write!(f, "WITHIN {} SECONDS", seconds.as_str()),
            QualifierKind::StartStop { start, stop } => {
                write!(f, "START t'{}' STOP t'{}'", start.as_str(), stop.as_str())
            }
        }
    }
}

impl Display for ComparisonExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Test(test) => test.fmt(f),
            Self::And(chain) => {
                join(f, chain.operands(), " AND ", |operand, _| matches!(operand, Self::Or(_)))
            }
            Self::Or(chain) => join(f, chain.operands(), " OR ", |_, _| false),
        }
    }
}

impl Display for ComparisonTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let not = if self.is_negated() { "NOT " } else { "" };
        let operator = self.predicate().operator();
        match self.predicate() {
            Predicate::Exists => write!(f, "{not}{operator} {}", self.path()),
            Predicate::Compare(_, literal) => write!(f, "{} {not}{operator} {literal}", self.path()),
            Predicate::In(set) => write!(f, "{} {not}{operator} {set}", self.path()),
            Predicate::Text(_, text) => write!(f, "{} {not}{operator} {text}", self.path()),
        }
    }
}

impl Display for ComparisonOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.as_str())
    }
}

impl Display for TextOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.as_str())
    }
}

impl Display for ObjectPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.object_type())?;
        let mut separator = ':';
        for step in self.steps() {
            if matches!(step.kind(), StepKind::Key(_)) {
                f.write_char(separator)?;
            }
            step.fmt(f)?;
            separator = '.';
        }
        Ok(())
    }
}

impl Display for Step<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.kind() {
            StepKind::Key(key) if StepKind::is_plain_key(key) => f.write_str(key),
            StepKind::Key(key) => quoted(f, key),
            StepKind::Index(index) => write!(f, "[{index}]"),
            StepKind::Star => f.write_str("[*]"),
        }
    }
}

impl Display for Set {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_char('(')?;
        join(f, self.literals(), ", ", |_, _| false)?;
        f.write_char(')')
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.value().fmt(f)
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(value.as_str()),
            Self::String(value) => quoted(f, value),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Binary(value) => write!(f, "b'{}'", value.to_base64()),
            Self::Hex(bytes) => {
                f.write_str("h'")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_char('\'')
            }
            Self::Timestamp(value) => write!(f, "t'{}'", value.as_str()),
        }
    }
}

impl Display for StringLiteral {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        quoted(f, self.value())
    }
}

/// Whether printing takes at most `depth` parentheses inside each other. Looks no deeper than that, so that an
/// expression of any depth can be asked about.
pub(crate) fn fits(expression: &ObservationExpression, depth: u32) -> bool {
    use ObservationExpression::{And, Bracket, FollowedBy, Or, Qualified};
    let fits_grouped = |inner, group| left_after(depth, group).is_some_and(|depth| fits(inner, depth));
    match expression {
        Bracket(bracket) => fits_in_bracket(bracket.comparison(), depth),
        Qualified(qualified) => fits_grouped(qualified.expression(), needs_group_when_qualified(qualified)),
        And(chain) => {
            chain.operands().iter().all(|operand| fits_grouped(operand, needs_group_in_and(operand)))
        }
        Or(chain) => chain.operands().iter().all(|operand| fits_grouped(operand, needs_group_in_or(operand))),
        FollowedBy(chain) => {
            let mut operands = chain.operands().iter().enumerate();
            operands.all(|(at, operand)| fits_grouped(operand, needs_group_in_followed_by(operand, at)))
        }
    }
}

fn fits_in_bracket(expression: &ComparisonExpression, depth: u32) -> bool {
    let (operands, in_and) = match expression {
        ComparisonExpression::Test(_) => return true,
        ComparisonExpression::And(chain) => (chain.operands(), true),
        ComparisonExpression::Or(chain) => (chain.operands(), false),
    };
    operands.iter().all(|operand| {
        let group = in_and && matches!(operand, ComparisonExpression::Or(_));
        left_after(depth, group).is_some_and(|depth| fits_in_bracket(operand, depth))
    })
}

fn left_after(depth: u32, group: bool) -> Option<u32> {
    depth.checked_sub(u32::from(group))
}

fn needs_group_in_and(operand: &ObservationExpression) -> bool {
    matches!(operand, ObservationExpression::Or(_)) || needs_group_in_or(operand)
}

fn needs_group_in_or(operand: &ObservationExpression) -> bool {
    matches!(operand, ObservationExpression::FollowedBy(_))
}

fn needs_group_in_followed_by(operand: &ObservationExpression, at: usize) -> bool {
    at > 0 && matches!(operand, ObservationExpression::FollowedBy(_))
}

/// A bracket is only grouped if two qualifiers of one kind follow, which the parser takes on a group alone.
fn needs_group_when_qualified(qualified: &Qualified) -> bool {
    !matches!(qualified.expression(), ObservationExpression::Bracket(_)) || qualified.repeats_a_kind()
}

fn join<T: Display>(
    f: &mut Formatter<'_>,
    operands: &[T],
    separator: &str,
    needs_group: impl Fn(&T, usize) -> bool,
) -> Result {
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        grouped(f, operand, needs_group(operand, at))?;
    }
    Ok(())
}

fn grouped(f: &mut Formatter<'_>, expression: &impl Display, group: bool) -> Result {
    if group { write!(f, "({expression})") } else { expression.fmt(f) }
}

/// A string in quotes, with the two escapes that exist.
fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_char('\'')?;
    let mut written = 0;
    for (at, special) in text.match_indices(['\'', '\\']) {
        f.write_str(text.get(written..at).unwrap_or_default())?;
        f.write_char('\\')?;
        f.write_str(special)?;
        written = at + special.len();
    }
    f.write_str(text.get(written..).unwrap_or_default())?;
    f.write_char('\'')
}
