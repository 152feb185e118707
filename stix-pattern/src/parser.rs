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
use crate::error::{Expected, Failure, SyntaxError};
use crate::lexer;

/// How many parentheses may be open at once, around observation expressions and inside brackets together.
pub const MAX_DEPTH: u32 = 64;

/// Parses a whole pattern.
pub(crate) fn parse(source: &str) -> Result<ObservationExpression, SyntaxError> {
    if u32::try_from(source.len()).is_err() {
        return Err(SyntaxError::new(source, &[], Failure::new(Expected::ShorterPattern, 0)));
    }
    let text = Text { source, tokens: lexer::tokenize(source) };
    match observation::pattern(Cursor::new(&text)) {
        Ok((_, expression)) => Ok(expression),
        Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
            Err(SyntaxError::new(source, &text.tokens, failure))
        }
        // No parser of this crate works on partial input.
        Err(nom::Err::Incomplete(_)) => {
            Err(SyntaxError::new(source, &text.tokens, Failure::new(Expected::Pattern, 0)))
        }
    }
}
