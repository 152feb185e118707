//! Looking ahead in text behind a mistake, which the tokens do not reach.

use crate::lexer::{self, Keyword, TokenKind, Tokens};
use crate::parser;

/// Whether `rest` goes on as a pattern does behind a constant or a quoted name, if need be with other mistakes.
pub(super) fn closes(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty()
        || rest.starts_with(['[', ']', ')', ',', '.', '=', '!', '<', '>', '&', '|'])
        || keyword(rest).is_some()
}

/// Returns the keyword, in whatever case, that a text begins with.
pub(super) fn keyword(text: &str) -> Option<Keyword> {
    let word = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    Keyword::from_text(&word.to_ascii_uppercase())
}

/// Returns whether a text begins with an object path and an operator.
pub(super) fn begins_test(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '['));
    let Some(path) = parser::object_path(text) else { return false };
    let rest = text.get(path.span().end()..).unwrap_or_default().trim_start();
    rest.starts_with(['=', '!', '<', '>']) || keyword(rest).is_some()
}

/// Returns where the bracket or parenthesis stands that closes the one at `open`, quotations apart.
pub(super) fn closing(source: &str, open: usize) -> Option<usize> {
    let mut marks: Vec<char> = Vec::new();
    let mut characters = source.get(open..)?.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '[' => marks.push(']'),
            '(' => marks.push(')'),
            '{' => marks.push('}'),
            ']' | ')' | '}' => {
                if marks.pop() != Some(character) {
                    return None;
                }
                if marks.is_empty() {
                    return Some(open + at);
                }
            }
            '\'' => loop {
                match characters.next()?.1 {
                    '\'' => break,
                    '\\' => drop(characters.next()),
                    _ => {}
                }
            },
            _ => {}
        }
    }
    None
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
