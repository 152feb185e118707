//! Comparison expressions on data (STIX 2.1, sections 9.4 and 9.6): whether one observation passes a bracket.

use std::cmp::Ordering;

use ipnet::IpNet;

use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, Predicate, Set, StringLiteral, TextOperator,
};
use crate::matcher::allowance::Allowance;
use crate::matcher::constant::{Constant, Values, latin_1};
use crate::matcher::found::Found;
use crate::matcher::network;
use crate::matcher::observation::{Object, Observation};
use crate::matcher::path::CompiledPath;
use crate::matcher::regex::CompiledRegex;
use crate::matcher::table::Table;
use crate::matcher::text::{Like, nfc};
use crate::matcher::type_set::TypeSet;
use crate::matcher::verdict::any;
use crate::matcher::{CompileError, CompileErrorKind, Trouble};

/// A bracket, ready to be tried on observations.
#[derive(Clone, Debug)]
pub(crate) struct CompiledBracket {
    /// The types that a root can have.
    types: TypeSet,
    expression: Expression,
}

#[derive(Clone, Debug)]
enum Expression {
    Test(Box<CompiledTest>),
    And(Box<[Self]>),
    Or(Box<[Self]>),
}

/// One test.
#[derive(Clone, Debug)]
struct CompiledTest {
    path: CompiledPath,
    is_negated: bool,
    predicate: CompiledPredicate,
}

#[derive(Clone, Debug)]
enum CompiledPredicate {
    Exists,
    Equal(Constant),
    /// `<`, `<=`, `>` and `>=`: which orders of the value to the constant pass.
    Order(Constant, [Ordering; 2]),
    In(Box<Table<()>>),
    Like(Like),
    /// `LIKE` or `MATCHES` where no value is text: on timestamps, and on bytes with a constant that stands for none.
    Nothing,
    Matches(CompiledRegex),
    IsSubset(IpNet),
    IsSuperset(IpNet),
}

impl CompiledBracket {
    /// # Errors
    ///
    /// When a constant is not what its operator needs.
    pub(crate) fn new(
        comparison: &ComparisonExpression,
        allowance: &mut Allowance,
    ) -> Result<Self, CompileError> {
        let expression = Expression::new(comparison, allowance)?;
        Ok(Self { types: expression.types(), expression })
    }

    /// Whether some object of the observation passes as the root of all paths. Operands of an `OR` may have roots of
    /// their own, which comes to the same, since none of them holds for more than the roots it holds for alone.
    ///
    /// # Errors
    ///
    /// When it would take too long to tell.
    pub(crate) fn matches(&self, observation: &Observation<'_>) -> Result<bool, Trouble> {
        if !self.types.meets(observation.types()) {
            return Ok(false);
        }
        let roots = observation.roots().filter(|root| self.types.meets(root.type_set()));
        any(roots, |root| self.expression.holds(observation, root))
    }
}

impl Expression {
    fn new(comparison: &ComparisonExpression, allowance: &mut Allowance) -> Result<Self, CompileError> {
        let mut all = |operands: &[ComparisonExpression]| {
            operands
                .iter()
                .map(|one| Self::new(one, allowance))
                .collect::<Result<Box<[Self]>, CompileError>>()
        };
        Ok(match comparison {
            ComparisonExpression::And(chain) => Self::And(all(chain.operands())?),
            ComparisonExpression::Or(chain) => Self::Or(all(chain.operands())?),
            ComparisonExpression::Test(test) => Self::Test(Box::new(CompiledTest::new(test, allowance)?)),
        })
    }

    fn types(&self) -> TypeSet {
        match self {
            Self::Test(test) => TypeSet::of(&test.path.object_type),
            Self::And(operands) => operands.iter().map(Self::types).fold(TypeSet::ALL, TypeSet::common),
            Self::Or(operands) => operands.iter().map(Self::types).fold(TypeSet::NONE, TypeSet::joined),
        }
    }

    fn holds<'a>(&self, observation: &Observation<'a>, root: &Object<'a>) -> Result<bool, Trouble> {
        match self {
            Self::Test(test) => test.holds(observation, root),
            // All hold unless any does not.
            Self::And(operands) => {
                any(operands.iter(), |operand| operand.holds(observation, root).map(|holds| !holds))
                    .map(|fails| !fails)
            }
            Self::Or(operands) => any(operands.iter(), |operand| operand.holds(observation, root)),
        }
    }
}

impl CompiledTest {
    fn new(test: &ComparisonTest, allowance: &mut Allowance) -> Result<Self, CompileError> {
        let path = CompiledPath::new(test.path());
        let for_bytes = path.leads_to_bytes();
        let values = || Values::at(test.path(), for_bytes);
        let mut is_negated = test.is_negated();
        let predicate = match test.predicate() {
            Predicate::Exists => CompiledPredicate::Exists,
            Predicate::In(set) => CompiledPredicate::In(Box::new(table(set, values())?)),
            Predicate::Text(operator, literal) => text_predicate(*operator, literal, values(), allowance)?,
            Predicate::Compare(operator, literal) => {
                let constant = Constant::new(literal, values())?;
                is_negated ^= *operator == ComparisonOperator::NotEqual;
                compare_predicate(*operator, constant)
            }
        };
        Ok(Self { path, is_negated, predicate })
    }

    /// Whether some value at the end of the path passes. An absent value passes nothing but `NOT EXISTS`, whatever
    /// the operator and with `NOT` as well; a value of another type fails the operator and so passes its negation.
    fn holds<'a>(&self, observation: &Observation<'a>, root: &Object<'a>) -> Result<bool, Trouble> {
        if *root.object_type != *self.path.object_type {
            return Ok(false);
        }
        match &self.predicate {
            CompiledPredicate::Exists => Ok(self.path.exists(observation, root) != self.is_negated),
            CompiledPredicate::Matches(regex) => {
                let mut trouble = None;
                let passes = self.path.any(observation, root, |found| match regex.passes(found) {
                    Ok(passes) => passes != self.is_negated,
                    Err(error) => {
                        trouble = Some(error);
                        false
                    }
                });
                trouble.filter(|_| !passes).map_or(Ok(passes), Err)
            }
            predicate => {
                Ok(self.path.any(observation, root, |found| predicate.passes(found) != self.is_negated))
            }
        }
    }
}

impl CompiledPredicate {
    fn passes(&self, found: &Found<'_>) -> bool {
        match self {
            // Asked by the test itself: one is about paths, the other may take too long.
            Self::Exists | Self::Matches(_) => false,
            Self::Equal(constant) => constant.equals(found),
            Self::Order(constant, passing) => {
                constant.compare(found).is_some_and(|order| passing.contains(&order))
            }
            Self::In(table) => table.get(found).next().is_some(),
            Self::Like(like) => match found {
                Found::Bytes(bytes) => {
                    like.matches(&bytes.iter().copied().map(char::from).collect::<String>())
                }
                found => found.text().is_some_and(|text| like.matches(&nfc(text))),
            },
            Self::Nothing => false,
            Self::IsSubset(outer) => address(found).is_some_and(|inner| outer.contains(&inner)),
            Self::IsSuperset(inner) => address(found).is_some_and(|outer| outer.contains(inner)),
        }
    }
}

fn address(found: &Found<'_>) -> Option<IpNet> {
    found.text().and_then(network::parse)
}

fn compare_predicate(operator: ComparisonOperator, constant: Constant) -> CompiledPredicate {
    use Ordering::{Equal, Greater, Less};
    let passing = match operator {
        ComparisonOperator::Equal | ComparisonOperator::NotEqual => {
            return CompiledPredicate::Equal(constant);
        }
        ComparisonOperator::Less => [Less, Less],
        ComparisonOperator::LessOrEqual => [Less, Equal],
        ComparisonOperator::Greater => [Greater, Greater],
        ComparisonOperator::GreaterOrEqual => [Greater, Equal],
    };
    CompiledPredicate::Order(constant, passing)
}

fn text_predicate(
    operator: TextOperator,
    literal: &StringLiteral,
    values: Values,
    allowance: &mut Allowance,
) -> Result<CompiledPredicate, CompileError> {
    let for_bytes = values == Values::Bytes;
    let is_text = values != Values::Timestamps;
    let network = || {
        let kind = CompileErrorKind::InvalidNetwork;
        network::parse(literal.value())
            .ok_or_else(|| CompileError::new(kind, literal.span(), literal.value(), ""))
    };
    Ok(match operator {
        TextOperator::Matches => {
            let regex = CompiledRegex::new(literal, for_bytes, allowance)?;
            if is_text { CompiledPredicate::Matches(regex) } else { CompiledPredicate::Nothing }
        }
        TextOperator::Like if !is_text => CompiledPredicate::Nothing,
        TextOperator::Like if for_bytes && latin_1(literal.value()).is_none() => CompiledPredicate::Nothing,
        TextOperator::Like => {
            let like = if for_bytes { Like::new(literal.value()) } else { Like::new(&nfc(literal.value())) };
            if !allowance.spend_like_wildcards(like.searched_wildcards()) {
                let kind = CompileErrorKind::LikeTooLarge;
                return Err(CompileError::new(kind, literal.span(), literal.value(), ""));
            }
            CompiledPredicate::Like(like)
        }
        TextOperator::IsSubset => CompiledPredicate::IsSubset(network()?),
        TextOperator::IsSuperset => CompiledPredicate::IsSuperset(network()?),
    })
}

fn table(set: &Set, values: Values) -> Result<Table<()>, CompileError> {
    let mut table = Table::default();
    for literal in set.literals() {
        table.entry(Constant::new(literal, values)?);
    }
    Ok(table)
}
