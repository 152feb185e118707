//! What stands in a bracket, in normal form (STIX 2.1, section 9.4): an `OR` of `AND`s of tests.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ast::{ComparisonExpression, ComparisonTest};
use crate::normalize::budget::Budget;
use crate::normalize::{TooLarge, order, value};

/// A test in the order of normal forms.
#[derive(Clone, Debug)]
pub(crate) struct Test(Rc<ComparisonTest>);

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Test {}

impl PartialOrd for Test {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Test {
    fn cmp(&self, other: &Self) -> Ordering {
        if Rc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { order::tests(&self.0, &other.0) }
    }
}

/// Alternatives, each of them tests that hold together; both in order and without repetitions. None if nothing passes.
pub(crate) type Alternatives = Vec<Vec<Test>>;

pub(crate) fn normalize(
    expression: &ComparisonExpression,
    budget: &mut Budget,
) -> Result<Alternatives, TooLarge> {
    match expression {
        ComparisonExpression::Test(test) => Ok(vec![vec![Test(Rc::new(value::normalize(test)))]]),
        ComparisonExpression::Or(chain) => {
            let mut alternatives = Vec::new();
            for operand in chain.operands() {
                alternatives.extend(normalize(operand, budget)?);
            }
            simplify(alternatives, budget)
        }
        ComparisonExpression::And(chain) => {
            let mut product = vec![Vec::new()];
            for operand in chain.operands() {
                product = conjoin(&product, &normalize(operand, budget)?, budget)?;
            }
            Ok(product)
        }
    }
}

/// The expression again; `None` if nothing passes.
pub(crate) fn to_expression(alternatives: &Alternatives) -> Option<ComparisonExpression> {
    let conjunctions = alternatives.iter().filter_map(|tests| {
        let tests = tests.iter().map(|test| ComparisonExpression::from(ComparisonTest::clone(&test.0)));
        tests.reduce(ComparisonExpression::and)
    });
    conjunctions.reduce(ComparisonExpression::or)
}

/// `AND` distributed over `OR`, without what has objects of two types.
fn conjoin(left: &Alternatives, right: &Alternatives, budget: &mut Budget) -> Result<Alternatives, TooLarge> {
    budget.combine(left, right)?;
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    let joined = pairs.filter_map(|(a, b)| {
        let mut tests: Vec<Test> = a.iter().chain(b).cloned().collect();
        let object_type = |test: &Test| test.0.path().object_type().to_owned();
        let first = tests.first().map(object_type);
        if tests.iter().any(|test| Some(test.0.path().object_type()) != first.as_deref()) {
            return None;
        }
        tests.sort_unstable();
        tests.dedup();
        Some(tests)
    });
    simplify(joined.collect(), budget)
}

/// In order, without repetitions, and without alternatives that demand all that another does.
fn simplify(mut alternatives: Alternatives, budget: &mut Budget) -> Result<Alternatives, TooLarge> {
    // Fewer tests first: only a shorter alternative can make another superfluous.
    alternatives.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    alternatives.dedup();
    let mut kept: Alternatives = Vec::with_capacity(alternatives.len());
    for alternative in alternatives {
        let shorter = kept.partition_point(|other| other.len() < alternative.len());
        let mut is_superfluous = false;
        for other in kept.iter().take(shorter) {
            budget.spend(other.len())?;
            is_superfluous |= is_subset(other, &alternative);
        }
        if !is_superfluous {
            kept.push(alternative);
        }
    }
    kept.sort_unstable();
    Ok(kept)
}

fn is_subset(tests: &[Test], of: &[Test]) -> bool {
    let mut rest = of.iter();
    tests.iter().all(|test| rest.by_ref().find(|other| *other >= test).is_some_and(|other| other == test))
}
