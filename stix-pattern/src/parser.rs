//! The grammar of the pattern language (STIX 2.1, section 9, and its ANTLR grammar), production by production.
//!
//! The parsers are nom parsers over tokens. One token decides between alternatives, so a parser fails softly only
//! where it has taken nothing, and from there on it commits: what `cut` lets through is the mistake to report. The
//! left-recursive productions are loops. Parentheses are the only recursion, and they are limited to [`MAX_DEPTH`].

mod comparison;
mod cursor;
mod literal;
mod observation;
mod path;
mod qualifier;

use self::cursor::{Cursor, Text};
use crate::ast::ObservationExpression;
use crate::error::{self, Expected, Failure, Mistake, SyntaxError};
use crate::lexer::{self, Tokens};

/// How many parentheses may be open at once, around observation expressions and inside brackets together.
pub const MAX_DEPTH: u32 = 64;

/// Parses a whole pattern, or finds every mistake in it, at least one.
pub(crate) fn parse(source: &str) -> Result<ObservationExpression, Vec<SyntaxError>> {
    attempt(source).map_err(|first| error::diagnose(source, first, |text| attempt(text).err()))
}

/// Parses a whole pattern up to its first mistake.
#[inline]
fn attempt(source: &str) -> Result<ObservationExpression, Mistake> {
    if u32::try_from(source.len()).is_err() {
        return Err(Mistake { tokens: Vec::new(), failure: Failure::new(Expected::ShorterPattern, 0) });
    }
    let mut tokens = Tokens::new();
    lexer::tokenize(source, &mut tokens);
    let failure = match observation::pattern(Cursor::new(&Text { source, tokens: &tokens })) {
        Ok((_, expression)) => return Ok(expression),
        Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => failure,
        // No parser of this crate works on partial input.
        Err(nom::Err::Incomplete(_)) => Failure::new(Expected::Pattern, 0),
    };
    Err(Mistake { tokens: tokens.into_vec(), failure })
}
