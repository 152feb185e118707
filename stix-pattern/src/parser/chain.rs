//! Operands joined by operators (STIX 2.1, sections 9.4 and 9.5).

use super::cursor::{Cursor, Parsed};
use crate::lexer::Keyword;
use crate::span::Span;

/// An expression that operators join to larger ones.
///
/// Productions write what they read to where it stays, since it is costly to move what has just been written.
pub(super) trait Joined: Sized {
    /// What stands where nothing was read yet. Takes no memory.
    fn nothing() -> Self;

    /// Reads an operand of the tightest operator.
    fn operand(cursor: &mut Cursor<'_>, to: &mut Self) -> Parsed<()>;

    /// How tight an operator binds, from 0 on; `None` if the keyword is no operator.
    fn tightness(operator: Keyword) -> Option<u8>;

    /// Makes this `self operator other`.
    fn join(&mut self, operator: Keyword, other: Self);

    /// Says where it stands.
    fn locate(&mut self, span: Span);
}

/// An operator that comes next.
#[derive(Clone, Copy)]
struct Operator {
    keyword: Keyword,
    tightness: u8,
    end: usize,
}

/// `operand ( operator operand )*`, joined by how tight the operators bind and among equals from the left. A loop, so
/// that a chain may be of any length.
#[inline]
pub(super) fn chain<T: Joined>(cursor: &mut Cursor<'_>, to: &mut T) -> Parsed<()> {
    let start = cursor.at();
    T::operand(cursor, to)?;
    // By far most operands stand alone.
    match operator::<T>(cursor) {
        None => Ok(()),
        Some(operator) => chain_from(cursor, start, to, operator, 0).map(|_| ()),
    }
}

/// Goes on behind the first operand, which begins at `start`, as long as operators bind at least as tight as `loosest`.
/// Yields the operator that does not. Recurses once for each level of tightness, at most.
fn chain_from<T: Joined>(
    cursor: &mut Cursor<'_>,
    start: usize,
    left: &mut T,
    first: Operator,
    loosest: u8,
) -> Parsed<Option<Operator>> {
    let mut operator = first;
    loop {
        cursor.advance_to(operator.end);
        let place = cursor.at();
        let mut right = T::nothing();
        T::operand(cursor, &mut right)?;
        let mut next = self::operator::<T>(cursor);
        if let Some(tighter) = next.filter(|next| next.tightness > operator.tightness) {
            next = chain_from(cursor, place, &mut right, tighter, operator.tightness + 1)?;
        }
        left.join(operator.keyword, right);
        left.locate(cursor.span_from(start));
        match next {
            Some(next) if next.tightness >= loosest => operator = next,
            _ => return Ok(next),
        }
    }
}

/// Puts what was read to where nothing was yet. To drop nothing would cost more than to read a mark.
#[inline(always)]
pub(super) fn put<T: Joined>(to: &mut T, expression: T) {
    std::mem::forget(std::mem::replace(to, expression));
}

/// The operator at this place.
#[inline]
fn operator<T: Joined>(cursor: &Cursor<'_>) -> Option<Operator> {
    // No other operators begin so, and mostly a bracket or the end comes next.
    if !matches!(cursor.byte(), Some(b'A' | b'F' | b'O')) {
        return None;
    }
    let (keyword, end) = cursor.keyword()?;
    Some(Operator { keyword, tightness: T::tightness(keyword)?, end })
}
