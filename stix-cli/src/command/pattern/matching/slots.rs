//! The slots of a pattern: one for each bracket, and under `REPEATS` one for each repetition.

use stix_pattern::Pattern;
use stix_pattern::ast::{ObservationExpression, QualifierKind};

/// A bracket of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bracket<'p> {
    pub(super) text: &'p str,
    /// How many slots it has.
    pub(super) slots: u64,
}

/// The brackets of a pattern from left to right.
pub(super) fn brackets<'p>(source: &'p str, pattern: &Pattern) -> Vec<Bracket<'p>> {
    let mut brackets = Vec::new();
    collect(pattern.root(), 1, source, &mut brackets);
    brackets
}

fn collect<'p>(expression: &ObservationExpression, slots: u64, source: &'p str, into: &mut Vec<Bracket<'p>>) {
    match expression {
        ObservationExpression::Bracket(bracket) => {
            into.push(Bracket { text: bracket.span().text(source).unwrap_or_default(), slots });
        }
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| collect(operand, slots, source, into));
        }
        ObservationExpression::Qualified(qualified) => {
            let slots =
                qualified.qualifiers().iter().fold(slots, |slots, qualifier| match qualifier.kind() {
                    QualifierKind::Repeats(times) => slots.saturating_mul(*times),
                    _ => slots,
                });
            collect(qualified.expression(), slots, source, into);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_multiply() {
        let source = "([a:b=1] REPEATS 2 TIMES OR [c:d = 2]) REPEATS 3 TIMES WITHIN 5 SECONDS AND [e:f = 3]";
        let found = brackets(source, &Pattern::parse(source).unwrap());
        let found: Vec<_> = found.iter().map(|bracket| (bracket.text, bracket.slots)).collect();
        assert_eq!(found, [("[a:b=1]", 6), ("[c:d = 2]", 3), ("[e:f = 3]", 1)]);
    }
}
