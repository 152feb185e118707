//! Looking ahead in text behind a mistake, which the tokens do not reach.

use crate::lexer::{self, Keyword, TokenKind, Tokens};

/// Whether `rest` goes on as a pattern does behind a constant or a quoted name, if need be with other mistakes.
pub(super) fn closes(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    rest.is_empty()
        || rest.starts_with(['[', ']', ')', ',', '.', '=', '!', '<', '>', '&', '|'])
        || Keyword::from_text(&word.to_ascii_uppercase()).is_some()
}

/// Where the test or constant that goes on at `from` ends: at a bracket, a parenthesis or a comma that closes or
/// separates, at `AND`, at `OR`, or at the end of the text.
pub(super) fn boundary(source: &str, from: usize) -> usize {
    let ends = |kind| {
        use TokenKind::{Comma, End, RightBracket, RightParenthesis};
        matches!(kind, Comma | End | RightBracket | RightParenthesis)
            || matches!(kind, TokenKind::Keyword(Keyword::And | Keyword::Or))
    };
    find(source, from, ends)
}

/// Where the next token at `from` or behind it stands that `wanted` accepts, or the end of the text.
pub(super) fn find(source: &str, from: usize, wanted: impl Fn(TokenKind) -> bool) -> usize {
    let mut from = from;
    loop {
        let mut end = source.len();
        let mut tokens = Tokens::new();
        lexer::tokenize(source.get(from..).unwrap_or_default(), &mut tokens);
        for token in tokens {
            match token.kind {
                TokenKind::End if end < source.len() => break,
                TokenKind::OpenString | TokenKind::OpenComment => return source.len(),
                kind if wanted(kind) => return from + token.span.start(),
                kind if kind.is_invalid() || kind == TokenKind::Unknown => end = from + token.span.end(),
                _ => {}
            }
        }
        if end >= source.len() {
            return source.len();
        }
        from = end;
    }
}
