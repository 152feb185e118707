//! The brackets of a pattern.

use stix_pattern::Pattern;
use stix_pattern::ast::ObservationExpression;

/// The texts of the brackets of a pattern from left to right.
pub(super) fn brackets<'p>(source: &'p str, pattern: &Pattern) -> Vec<&'p str> {
    let mut brackets = Vec::new();
    collect(pattern.root(), source, &mut brackets);
    brackets
}

fn collect<'p>(expression: &ObservationExpression, source: &'p str, into: &mut Vec<&'p str>) {
    match expression {
        ObservationExpression::Bracket(bracket) => {
            into.push(bracket.span().text(source).unwrap_or_default());
        }
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| collect(operand, source, into));
        }
        ObservationExpression::Qualified(qualified) => collect(qualified.expression(), source, into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_come_in_the_order_of_the_text() {
        let source = "([a:b=1] REPEATS 2 TIMES OR [c:d = 2]) WITHIN 5 SECONDS AND [e:f = 3]";
        let found = brackets(source, &Pattern::parse(source).unwrap());
        assert_eq!(found, ["[a:b=1]", "[c:d = 2]", "[e:f = 3]"]);
    }
}
