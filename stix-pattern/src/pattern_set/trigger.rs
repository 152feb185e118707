//! What an observation must have for a pattern to be worth trying on it (STIX 2.1, sections 9.4 and 9.6).

use ipnet::IpNet;

use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, Literal, ObservationExpression, Predicate,
    TextOperator,
};
use crate::matcher::constant::{Constant, Values};
use crate::matcher::network;
use crate::matcher::path::CompiledPath;
use crate::matcher::text::{Like, nfc};
use crate::pattern_set::literal;

/// A condition that holds whenever some bracket of a pattern does, and is found without trying the pattern.
#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    /// Some value at the path equals one of the constants.
    Equal(CompiledPath, Vec<Constant>),
    /// Some address at the path lies in the network.
    Within(CompiledPath, IpNet),
    /// Some string at the path contains one of the texts, in any case of its ASCII letters.
    Contains(CompiledPath, Vec<String>),
    /// Some object has the type.
    Type(Box<str>),
}

impl Trigger {
    /// How many observations it lets through, roughly.
    fn rank(&self) -> u8 {
        match self {
            Self::Equal(..) => 0,
            Self::Within(..) => 1,
            Self::Contains(_, literals) if literals.iter().all(|literal| literal.len() > 3) => 2,
            Self::Contains(..) => 3,
            Self::Type(_) => 4,
        }
    }
}

/// Triggers one of which fires for every observation that passes some bracket of the expression.
pub(crate) fn of_expression(expression: &ObservationExpression, triggers: &mut Vec<Trigger>) {
    match expression {
        ObservationExpression::Bracket(bracket) => triggers.extend(of_comparison(bracket.comparison())),
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| of_expression(operand, triggers));
        }
        ObservationExpression::Qualified(qualified) => of_expression(qualified.expression(), triggers),
    }
}

/// Of an `AND`, one operand is enough, and the one that lets the fewest through is best.
fn of_comparison(expression: &ComparisonExpression) -> Vec<Trigger> {
    match expression {
        ComparisonExpression::Test(test) => vec![of_test(test)],
        ComparisonExpression::Or(chain) => chain.operands().iter().flat_map(of_comparison).collect(),
        ComparisonExpression::And(chain) => {
            let operands = chain.operands().iter().map(of_comparison);
            operands.min_by_key(|triggers| triggers.iter().map(Trigger::rank).max()).unwrap_or_default()
        }
    }
}

fn of_test(test: &ComparisonTest) -> Trigger {
    let path = CompiledPath::new(test.path());
    let for_bytes = path.leads_to_bytes();
    let values = Values::at(test.path(), for_bytes);
    let constants = |literals: &[Literal]| -> Option<Vec<Constant>> {
        literals.iter().map(|literal| Constant::new(literal, values).ok()).collect()
    };
    let contains = |literals: Option<Vec<String>>| {
        literals.filter(|_| !for_bytes).map(|literals| Trigger::Contains(path.clone(), literals))
    };
    let is_negated = test.is_negated();
    let trigger = match test.predicate() {
        Predicate::Compare(
            operator @ (ComparisonOperator::Equal | ComparisonOperator::NotEqual),
            literal,
        ) if is_negated == (*operator == ComparisonOperator::NotEqual) => {
            constants(std::slice::from_ref(literal)).map(|one| Trigger::Equal(path.clone(), one))
        }
        _ if is_negated => None,
        Predicate::In(set) => constants(set.literals()).map(|all| Trigger::Equal(path.clone(), all)),
        Predicate::Text(TextOperator::IsSubset, text) => {
            network::parse(text.value()).map(|network| Trigger::Within(path.clone(), network))
        }
        Predicate::Text(TextOperator::Like, text) => {
            let like = Like::new(&nfc(text.value()));
            let literal = like.longest_literal();
            contains((!literal.is_empty()).then(|| vec![literal.to_owned()]))
        }
        Predicate::Text(TextOperator::Matches, text) => contains(literal::required(text.value())),
        Predicate::Text(TextOperator::IsSuperset, _) | Predicate::Compare(..) | Predicate::Exists => None,
    };
    trigger.unwrap_or_else(|| Trigger::Type(test.path().object_type().into()))
}
