//! Operands joined by operators (STIX 2.1, sections 9.4 and 9.5).

use super::cursor::{Cursor, Parsed};
use crate::lexer::TokenKind;
use crate::span::Span;

/// An expression that operators join to larger ones.
///
/// Productions write what they read to where it stays, since it is costly to move what has just been written.
pub(super) trait Joined: Sized {
    /// What stands where nothing was read yet. Takes no memory.
    fn nothing() -> Self;

    /// Reads an operand of the tightest operator.
    fn operand(cursor: &mut Cursor<'_>, to: &mut Self) -> Parsed<()>;

    /// How tight an operator binds, from 0 on; `None` if the token is no operator.
    fn tightness(operator: TokenKind) -> Option<u8>;

    /// Makes this `self operator other`.
    fn join(&mut self, operator: TokenKind, other: Self);

    /// Says where it stands.
    fn locate(&mut self, span: Span);
}

/// `operand ( operator operand )*`, joined by how tight the operators bind and among equals from the left. A loop, so
/// that a chain may be of any length.
#[inline]
pub(super) fn chain<T: Joined>(cursor: &mut Cursor<'_>, to: &mut T) -> Parsed<()> {
    let start = cursor.at();
    T::operand(cursor, to)?;
    // By far most operands stand alone.
    match T::tightness(cursor.kind()) {
        None => Ok(()),
        Some(_) => chain_from(cursor, start, to, 0),
    }
}

/// Goes on behind the first operand, which begins at `start`, with operators that bind at least as tight as `loosest`.
/// Recurses once for each level of tightness, at most.
fn chain_from<T: Joined>(cursor: &mut Cursor<'_>, start: u32, left: &mut T, loosest: u8) -> Parsed<()> {
    loop {
        let operator = cursor.kind();
        let Some(tightness) = T::tightness(operator).filter(|tightness| *tightness >= loosest) else {
            return Ok(());
        };
        cursor.advance();
        let next = cursor.at();
        let mut right = T::nothing();
        T::operand(cursor, &mut right)?;
        if T::tightness(cursor.kind()).is_some_and(|next| next > tightness) {
            chain_from(cursor, next, &mut right, tightness + 1)?;
        }
        left.join(operator, right);
        left.locate(cursor.span_from(start));
    }
}
