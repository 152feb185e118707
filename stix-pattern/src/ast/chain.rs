//! Operands joined by one operator (STIX 2.1, sections 9.4 and 9.5).

use crate::span::{Origin, Span};

/// Two or more operands joined by the same operator, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain<T> {
    origin: Origin,
    operands: Vec<T>,
}

impl<T> Default for Chain<T> {
    fn default() -> Self {
        Self { origin: Origin::default(), operands: Vec::new() }
    }
}

impl<T> Chain<T> {
    pub(crate) fn new(first: T, second: T) -> Self {
        // Of chains with two operands, many have a third.
        let mut operands = Vec::with_capacity(4);
        operands.extend([first, second]);
        Self { origin: Origin::default(), operands }
    }

    /// The operands, at least two.
    #[must_use]
    pub fn operands(&self) -> &[T] {
        &self.operands
    }

    pub(crate) fn operands_mut(&mut self) -> &mut [T] {
        &mut self.operands
    }

    /// Gives the operands away.
    #[must_use]
    pub fn into_operands(self) -> Vec<T> {
        self.operands
    }

    /// From the first operand to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }

    pub(crate) fn push(&mut self, operand: T) {
        self.operands.push(operand);
    }

    pub(crate) fn prepend(&mut self, operand: T) {
        self.operands.insert(0, operand);
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.operands.extend(other.operands);
    }

    pub(crate) fn locate(&mut self, span: Span) {
        self.origin = Origin(span);
    }
}
