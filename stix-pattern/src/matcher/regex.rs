//! `MATCHES` (STIX 2.1, section 9.6.1): regular expressions, compiled once within a bound on their memory.
//!
//! The specification asks for Perl-compatible expressions. Here they take time linear in the text, so look-around
//! and back-references are refused; the rest of the common syntax means the same, and `.` matches a line feed.

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::syntax;
use regex_syntax::ast::ErrorKind;

use crate::ast::StringLiteral;
use crate::matcher::allowance::Allowance;
use crate::matcher::text::nfc;
use crate::matcher::{CompileError, CompileErrorKind};

/// What one expression may take, in bytes: enough for some thousand Unicode classes or alternatives.
const MEMORY_PER_REGEX: usize = 2 << 20;

/// An expression that is searched for in strings, or in bytes.
#[derive(Clone, Debug)]
pub(crate) enum CompiledRegex {
    Text(Regex),
    Bytes(Regex),
    /// An expression for bytes with code points above U+00FF, which no bytes match.
    Nothing,
}

impl CompiledRegex {
    /// # Errors
    ///
    /// When the expression is none, uses what is not supported, or takes too much memory.
    pub(crate) fn new(
        literal: &StringLiteral,
        for_bytes: bool,
        allowance: &mut Allowance,
    ) -> Result<Self, CompileError> {
        let source = source(literal.value(), for_bytes);
        let Some(source) = source else { return Ok(Self::Nothing) };
        let config = Config::new()
            .nfa_size_limit(Some(allowance.regex_memory().min(MEMORY_PER_REGEX)))
            .onepass_size_limit(Some(1 << 16))
            .hybrid_cache_capacity(1 << 18);
        let regex = Regex::builder()
            .configure(config)
            .syntax(syntax(for_bytes))
            .build(&source)
            .map_err(|error| explain(literal, &error))?;
        if !allowance.spend_regex_memory(regex.memory_usage()) {
            return Err(too_large(literal));
        }
        Ok(if for_bytes { Self::Bytes(regex) } else { Self::Text(regex) })
    }

    pub(crate) fn is_match_text(&self, text: &str) -> bool {
        matches!(self, Self::Text(regex) if regex.is_match(nfc(text).as_bytes()))
    }

    pub(crate) fn is_match_bytes(&self, bytes: &[u8]) -> bool {
        matches!(self, Self::Bytes(regex) if regex.is_match(bytes))
    }
}

/// The expression in the syntax of the engine; `None` if no bytes can match it.
pub(crate) fn source(expression: &str, for_bytes: bool) -> Option<String> {
    if for_bytes { byte_source(expression) } else { Some(nfc(expression).into_owned()) }
}

/// How the engine is to read the expression.
pub(crate) fn syntax(for_bytes: bool) -> syntax::Config {
    syntax::Config::new().dot_matches_new_line(true).nest_limit(100).unicode(!for_bytes).utf8(!for_bytes)
}

/// The expression with each character above U+007F written as the byte it stands for, `\xNN`; the engine would take it
/// for its bytes in UTF-8. An escape before such a character means nothing and is left out.
fn byte_source(expression: &str) -> Option<String> {
    let mut source = String::with_capacity(expression.len());
    let mut is_escaped = false;
    for character in expression.chars() {
        if character.is_ascii() {
            source.push(character);
        } else {
            let byte = u8::try_from(u32::from(character)).ok()?;
            if is_escaped {
                source.pop();
            }
            source.push_str(&format!("\\x{byte:02X}"));
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    Some(source)
}

fn explain(literal: &StringLiteral, error: &BuildError) -> CompileError {
    let Some(regex_syntax::Error::Parse(error)) = error.syntax_error() else {
        return match error.syntax_error() {
            Some(regex_syntax::Error::Translate(error)) => invalid(literal, error.kind().to_string()),
            _ => too_large(literal),
        };
    };
    let unsupported =
        |what| CompileError::new(CompileErrorKind::UnsupportedRegex, literal.span(), literal.value(), what);
    match error.kind() {
        ErrorKind::UnsupportedBackreference => unsupported("back-references"),
        ErrorKind::UnsupportedLookAround => unsupported("look-around assertions"),
        kind => invalid(literal, kind.to_string()),
    }
}

fn invalid(literal: &StringLiteral, reason: String) -> CompileError {
    CompileError::new(CompileErrorKind::InvalidRegex, literal.span(), literal.value(), reason)
}

fn too_large(literal: &StringLiteral) -> CompileError {
    CompileError::new(CompileErrorKind::RegexTooLarge, literal.span(), literal.value(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(expression: &str, for_bytes: bool) -> Result<CompiledRegex, CompileErrorKind> {
        let literal = StringLiteral::new(expression);
        CompiledRegex::new(&literal, for_bytes, &mut Allowance::default()).map_err(|error| error.kind())
    }

    #[test]
    fn expressions_are_searched_for() {
        let is_match = |expression, text| compile(expression, false).unwrap().is_match_text(text);
        assert!(is_match("b+", "abbc"));
        assert!(!is_match("^b", "abbc"));
        assert!(is_match("a.b", "a\nb"));
        assert!(is_match("^.$", "e\u{301}"));
        assert!(is_match("e\u{301}", "é"));
    }

    #[test]
    fn bytes_are_searched_one_by_one() {
        let is_match = |expression, bytes| compile(expression, true).unwrap().is_match_bytes(bytes);
        assert!(is_match("^.é[ÿ].$", &[0x80, 0xE9, 0xFF, b'\n']));
        assert!(is_match(r"^\é\\é$", &[0xE9, b'\\', 0xE9]));
        assert!(is_match(r"\x00\xFF", &[1, 0, 0xFF]));
        assert!(!is_match("Ā", &[0xC4, 0x80]));
    }

    #[test]
    fn what_cannot_be_compiled_is_an_error() {
        use CompileErrorKind::{InvalidRegex, RegexTooLarge, UnsupportedRegex};
        for (expression, kind) in [
            ("(", InvalidRegex),
            ("[z-a]", InvalidRegex),
            ("(?=a)", UnsupportedRegex),
            ("(?<!a)b", UnsupportedRegex),
            (r"(a)\1", UnsupportedRegex),
            ("(((a{999}){999}){999}){999}", RegexTooLarge),
            (r"\w{9999}", RegexTooLarge),
        ] {
            assert_eq!(compile(expression, false).unwrap_err(), kind, "{expression}");
        }
        assert_eq!(compile(&"(".repeat(60_000), false).unwrap_err(), InvalidRegex);
    }
}
