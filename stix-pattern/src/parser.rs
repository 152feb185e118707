//! The grammar of the pattern language (STIX 2.1, section 9, and its ANTLR grammar), production by production.
//!
//! A production is a function that takes what it needs off a cursor. The next token decides between alternatives, and
//! mostly its first byte does, so that the first production that finds no way on has found the mistake. The left-recursive
//! productions are loops. Parentheses are the only recursion, and they are limited to [`MAX_DEPTH`].

mod chain;
mod comparison;
mod cursor;
mod literal;
mod observation;
mod path;
mod qualifier;

use self::chain::Joined as _;
use self::cursor::{Complaint, Cursor};
use crate::Pattern;
use crate::ast::{ObjectPath, ObservationExpression};
use crate::error::{self, Expected, Failure, Mistake, SyntaxError};
use crate::lexer::{self, Token, Tokens};

/// How many parentheses may be open at once, around observation expressions and inside brackets together.
pub const MAX_DEPTH: u32 = 64;

/// Parses a whole pattern, or finds every mistake in it, at least one.
#[inline]
pub(crate) fn parse(source: &str) -> Result<Pattern, Vec<SyntaxError>> {
    // It is read to where it stays.
    let mut parsed = Ok(Pattern { root: ObservationExpression::nothing() });
    if let Ok(pattern) = &mut parsed
        && let Err(complaint) = attempt(source, &mut pattern.root)
    {
        parsed = Err(diagnose(source, complaint));
    }
    parsed
}

/// Everything that is wrong with a text, given what is wrong first.
#[cold]
fn diagnose(source: &str, first: Complaint) -> Vec<SyntaxError> {
    error::diagnose(source, mistake(source, first), |text| {
        let complaint = attempt(text, &mut ObservationExpression::nothing()).err()?;
        Some(mistake(text, complaint))
    })
}

/// Parses a path of whatever names, `None` if it is none. What comes behind it does not matter.
pub(crate) fn object_path(source: &str) -> Option<ObjectPath> {
    path::any_object_path(&mut Cursor::new(source)).ok()
}

/// Parses a whole pattern up to its first mistake.
fn attempt(source: &str, root: &mut ObservationExpression) -> Result<(), Complaint> {
    if u32::try_from(source.len()).is_err() {
        return Err(Complaint { expected: Expected::ShorterPattern, at: 0, behind: None });
    }
    let mut cursor = Cursor::new(source);
    observation::pattern(&mut cursor, root).map_err(|_| cursor.complaint())
}

/// What is wrong, with all the tokens, which it takes to say it well.
#[cold]
fn mistake(source: &str, complaint: Complaint) -> Mistake {
    if complaint.expected == Expected::ShorterPattern {
        return Mistake { tokens: Vec::new(), failure: Failure::new(Expected::ShorterPattern, 0) };
    }
    let mut tokens = Tokens::new();
    lexer::tokenize(source, &mut tokens);
    let number = |at| position(&tokens, at);
    let failure = Failure::new(complaint.expected, number(complaint.at));
    let failure = complaint.behind.map_or(failure, |behind| failure.behind(number(behind)));
    Mistake { tokens: tokens.into_vec(), failure }
}

/// The number of the token that begins at a byte.
fn position(tokens: &[Token], at: u32) -> u32 {
    let before = tokens.partition_point(|token| token.span.bounds().0 < at);
    u32::try_from(before).unwrap_or(u32::MAX)
}
