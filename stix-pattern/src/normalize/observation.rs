//! Observation expressions in normal form (STIX 2.1, section 9.5): an `OR` of expressions without `OR`.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ast::{ObservationExpression, Qualifier, QualifierKind};
use crate::normalize::budget::Budget;
use crate::normalize::comparison::{self, Alternatives};
use crate::normalize::{TooLarge, order, value};

/// An expression without `OR`, but for what is qualified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Bracket(Alternatives),
    /// In order; repetitions are kept.
    And(Vec<Rc<Self>>),
    FollowedBy(Vec<Rc<Self>>),
    Qualified(Vec<Rc<Self>>, Vec<Bound>),
}

/// A qualifier in the order of normal forms.
#[derive(Clone, Debug)]
struct Bound(Qualifier);

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Bound {}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> Ordering {
        order::qualifiers(&self.0, &other.0)
    }
}

pub(crate) fn normalize(
    expression: &ObservationExpression,
    budget: &mut Budget,
) -> Result<Option<ObservationExpression>, TooLarge> {
    let terms = terms(expression, budget)?;
    budget.spend(terms.len())?;
    Ok(to_expression(&terms))
}

/// The alternatives of an expression, in order; none if nothing matches.
fn terms(expression: &ObservationExpression, budget: &mut Budget) -> Result<Vec<Rc<Term>>, TooLarge> {
    match expression {
        ObservationExpression::Bracket(bracket) => {
            let alternatives = comparison::normalize(bracket.comparison(), budget)?;
            let is_possible = !alternatives.is_empty();
            Ok(is_possible.then(|| Rc::new(Term::Bracket(alternatives))).into_iter().collect())
        }
        ObservationExpression::Or(chain) => {
            let mut all = Vec::new();
            for operand in chain.operands() {
                all.extend(terms(operand, budget)?);
            }
            simplify(all, budget)
        }
        ObservationExpression::And(chain) => {
            let combinations = combinations(chain.operands(), and_operands, budget)?;
            let joined = combinations.into_iter().map(|mut operands| {
                operands.sort_unstable();
                Rc::new(Term::And(operands))
            });
            simplify(joined.collect(), budget)
        }
        ObservationExpression::FollowedBy(chain) => {
            let combinations = combinations(chain.operands(), followed_by_operands, budget)?;
            simplify(
                combinations.into_iter().map(|operands| Rc::new(Term::FollowedBy(operands))).collect(),
                budget,
            )
        }
        ObservationExpression::Qualified(qualified) => {
            let inner = terms(qualified.expression(), budget)?;
            let bounds = qualified.qualifiers().iter().map(|qualifier| Bound(normal_qualifier(qualifier)));
            Ok(qualify(inner, bounds.collect()).into_iter().collect())
        }
    }
}

/// Every way to choose one alternative of each operand. `flatten` takes apart what the operator can merge.
fn combinations(
    operands: &[ObservationExpression],
    flatten: fn(&Rc<Term>) -> Vec<Rc<Term>>,
    budget: &mut Budget,
) -> Result<Vec<Vec<Rc<Term>>>, TooLarge> {
    let mut all = vec![Vec::new()];
    for operand in operands {
        let next: Vec<Vec<Rc<Term>>> = terms(operand, budget)?.iter().map(flatten).collect();
        budget.combine(&all, &next)?;
        let pairs = all.iter().flat_map(|before| next.iter().map(move |after| (before, after)));
        all = pairs.map(|(before, after)| before.iter().chain(after).cloned().collect()).collect();
    }
    Ok(all)
}

fn and_operands(term: &Rc<Term>) -> Vec<Rc<Term>> {
    if let Term::And(operands) = &**term { operands.clone() } else { vec![Rc::clone(term)] }
}

fn followed_by_operands(term: &Rc<Term>) -> Vec<Rc<Term>> {
    if let Term::FollowedBy(operands) = &**term { operands.clone() } else { vec![Rc::clone(term)] }
}

/// Qualifiers behind qualifiers become one list.
fn qualify(inner: Vec<Rc<Term>>, bounds: Vec<Bound>) -> Option<Rc<Term>> {
    let term = match inner.as_slice() {
        [] => return None,
        [only] if let Term::Qualified(inner, before) = &**only => {
            Term::Qualified(inner.clone(), before.iter().cloned().chain(bounds).collect())
        }
        _ => Term::Qualified(inner, bounds),
    };
    Some(Rc::new(term))
}

fn normal_qualifier(qualifier: &Qualifier) -> Qualifier {
    Qualifier::from(match qualifier.kind() {
        QualifierKind::Repeats(count) => QualifierKind::Repeats(*count),
        QualifierKind::Within(seconds) => QualifierKind::Within(value::seconds(seconds)),
        QualifierKind::StartStop { start, stop } => {
            QualifierKind::StartStop { start: value::instant(start), stop: value::instant(stop) }
        }
    })
}

/// In order, without repetitions, and without alternatives that another makes superfluous.
fn simplify(mut terms: Vec<Rc<Term>>, budget: &mut Budget) -> Result<Vec<Rc<Term>>, TooLarge> {
    terms.sort_unstable();
    terms.dedup();
    let mut kept = Vec::with_capacity(terms.len());
    for term in &terms {
        let mut is_superfluous = false;
        for other in &terms {
            budget.spend(1)?;
            is_superfluous |= !Rc::ptr_eq(term, other) && is_implied(other, term, budget)?;
        }
        if !is_superfluous {
            kept.push(Rc::clone(term));
        }
    }
    Ok(kept)
}

/// Whether what matches `term` matches `other` because it is made of it and more.
fn is_implied(other: &Rc<Term>, term: &Rc<Term>, budget: &mut Budget) -> Result<bool, TooLarge> {
    let (parts, whole) = match &**term {
        Term::And(whole) => (and_operands(other), whole),
        Term::FollowedBy(whole) => (followed_by_operands(other), whole),
        Term::Bracket(_) | Term::Qualified(..) => return Ok(false),
    };
    budget.spend(whole.len())?;
    // Both are in the same order, be it that of the text or that of normal forms.
    let mut rest = whole.iter();
    Ok(parts.len() < whole.len() && parts.iter().all(|part| rest.any(|operand| operand == part)))
}

fn to_expression(terms: &[Rc<Term>]) -> Option<ObservationExpression> {
    terms.iter().filter_map(|term| term_to_expression(term)).reduce(ObservationExpression::or)
}

fn term_to_expression(term: &Term) -> Option<ObservationExpression> {
    let all = |terms: &[Rc<Term>]| -> Vec<ObservationExpression> {
        terms.iter().filter_map(|term| term_to_expression(term)).collect()
    };
    match term {
        Term::Bracket(alternatives) => {
            comparison::to_expression(alternatives).map(ObservationExpression::from)
        }
        Term::And(terms) => all(terms).into_iter().reduce(ObservationExpression::and),
        Term::FollowedBy(terms) => all(terms).into_iter().reduce(ObservationExpression::followed_by),
        Term::Qualified(terms, bounds) => {
            let qualifiers = bounds.iter().map(|bound| bound.0.clone()).collect();
            to_expression(terms).map(|expression| expression.qualify_all(qualifiers))
        }
    }
}
