//! The brackets of a pattern.

use stix_pattern::Pattern;
use stix_pattern::ast::ObservationExpression;

/// Returns the texts of the brackets of a pattern from left to right.
pub(super) fn brackets(source: &str, pattern: &Pattern) -> Vec<String> {
    let mut brackets = Vec::new();
    collect(pattern.root(), source, &mut brackets);
    brackets
}

fn collect(expression: &ObservationExpression, source: &str, into: &mut Vec<String>) {
    match expression {
        ObservationExpression::Bracket(bracket) => {
            // A pattern of STIX 2.0 has its places in the text that it was translated to.
            let written = bracket.span().text(source);
            let written = written.filter(|text| text.starts_with('[') && text.ends_with(']'));
            into.push(written.map_or_else(|| bracket.to_string(), str::to_owned));
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
