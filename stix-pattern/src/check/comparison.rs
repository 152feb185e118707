//! Comparison expressions (STIX 2.1, sections 9.4 and 9.6): the tests of a bracket, one by one and together.

use super::findings::{Finding, Findings};
use super::{Rule, constant, contradiction, path};
use crate::ast::{ComparisonExpression, ComparisonTest};

/// Checks what stands in a bracket.
pub(super) fn check(expression: &ComparisonExpression, findings: &mut Findings<'_>) {
    match expression {
        ComparisonExpression::Test(test) => match test.path().as_known() {
            Some(known) => constant::check(test, known.place(), findings),
            None => constant::check(test, &path::follow(test.path(), findings), findings),
        },
        ComparisonExpression::Or(chain) => {
            chain.operands().iter().for_each(|operand| check(operand, findings))
        }
        ComparisonExpression::And(chain) => {
            let outer = std::mem::replace(&mut findings.in_and, true);
            chain.operands().iter().for_each(|operand| check(operand, findings));
            findings.in_and = outer;
            if let Some(finding) =
                two_types(chain.operands()).or_else(|| contradiction::find(chain.operands()))
            {
                findings.push(finding);
            }
        }
    }
}

/// The most types that are tried; whoever writes more in one bracket gets no report.
const MOST_TYPES: usize = 64;

/// The operands of an `AND` have to be about one object, so there has to be a type that each of them is about.
fn two_types(operands: &[ComparisonExpression]) -> Option<Finding> {
    let (first, others) = operands.split_first()?;
    // Mostly all tests are about one type.
    if let ComparisonExpression::Test(test) = first
        && others.iter().all(|operand| is_about(operand, test.path().object_type()))
    {
        return None;
    }
    let mut stray = None;
    for (tried, candidate) in tests(first).map(|test| test.path().object_type()).enumerate() {
        if tried == MOST_TYPES {
            return None;
        }
        match others.iter().find(|operand| !is_about(operand, candidate)) {
            None => return None,
            Some(other) => stray = stray.or(Some((candidate, other))),
        }
    }
    let (one, operand) = stray?;
    let other = tests(operand).next()?.path().object_type();
    let message = match one == other {
        true => "no type of object passes all of these tests, so that the bracket never matches".to_owned(),
        false => format!(
            "one object cannot be of the types `{one}` and `{other}`, so that the bracket never matches"
        ),
    };
    let help = "different objects are tested in brackets of their own, `[...] AND [...]`, and alternatives with `OR`";
    Some(Finding::new(Rule::TwoTypes, operand.span(), message).help(help))
}

/// Whether an object of this type can pass, as far as types go.
fn is_about(expression: &ComparisonExpression, object_type: &str) -> bool {
    match expression {
        ComparisonExpression::Test(test) => test.path().object_type() == object_type,
        ComparisonExpression::And(chain) => {
            chain.operands().iter().all(|operand| is_about(operand, object_type))
        }
        ComparisonExpression::Or(chain) => {
            chain.operands().iter().any(|operand| is_about(operand, object_type))
        }
    }
}

/// All tests of an expression.
fn tests(expression: &ComparisonExpression) -> Box<dyn Iterator<Item = &ComparisonTest> + '_> {
    match expression {
        ComparisonExpression::Test(test) => Box::new(std::iter::once(test)),
        ComparisonExpression::And(chain) | ComparisonExpression::Or(chain) => {
            Box::new(chain.operands().iter().flat_map(tests))
        }
    }
}
