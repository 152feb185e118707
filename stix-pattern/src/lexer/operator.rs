//! Comparison operators that are marks (STIX 2.1, section 9.6.1).

use super::{TokenKind, unknown};

/// `=`, `==`, `!=`, `<>`, `<`, `<=`, `>` or `>=`. The longer ones come first.
#[inline(always)]
pub(crate) fn comparison_operator(source: &str, at: usize) -> (TokenKind, usize) {
    let bytes = source.as_bytes();
    let (kind, length) = match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'='), Some(b'=')) => (TokenKind::Equal, 2),
        (Some(b'='), _) => (TokenKind::Equal, 1),
        (Some(b'!'), Some(b'=')) | (Some(b'<'), Some(b'>')) => (TokenKind::NotEqual, 2),
        (Some(b'<'), Some(b'=')) => (TokenKind::LessOrEqual, 2),
        (Some(b'>'), Some(b'=')) => (TokenKind::GreaterOrEqual, 2),
        (Some(b'<'), _) => (TokenKind::Less, 1),
        (Some(b'>'), _) => (TokenKind::Greater, 1),
        _ => return unknown(source, at),
    };
    (kind, at + length)
}
