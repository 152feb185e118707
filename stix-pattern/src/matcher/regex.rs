//! `MATCHES` (STIX 2.1, section 9.6.1): Perl-compatible regular expressions, compiled once within a bound on their
//! memory.
//!
//! Nearly all expressions are regular languages and take time linear in the text. Look-around, back-references and
//! what else needs backtracking takes more: how far it may go depends on the expression and on the length of the text,
//! and a search that would go further ends with [`Trouble::TooCostly`].

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::syntax;

use crate::ast::StringLiteral;
use crate::matcher::allowance::Allowance;
use crate::matcher::found::Found;
use crate::matcher::text::nfc;
use crate::matcher::{CompileError, CompileErrorKind, Trouble};
use crate::pcre::{self, Engine, ExpressionError, Subject, Translation};

/// What one expression may take, in bytes: enough for some thousand Unicode classes or alternatives.
const MEMORY_PER_REGEX: usize = 2 << 20;
/// How deep the engine may nest what was written for it: more than groups can be in PCRE.
const MAX_NESTING: u32 = 1_000;
/// How many parts of one expression may need backtracking.
const MAX_BACKTRACKING_PARTS: usize = 100;
/// The greatest degree with which the time of a search may grow with the text.
const MAX_DEGREE: u32 = 4;
/// How many steps of a search with backtracking may be taken back.
const MAX_STEPS_BACK: usize = 100_000;
/// How many steps forward the length of the text may stand for: some tenths of a second.
const MAX_STEPS: u64 = 100_000_000;

/// An expression that is searched for in strings, or in bytes.
#[derive(Clone, Debug)]
pub(crate) struct CompiledRegex {
    subject: Subject,
    program: Program,
}

#[derive(Clone, Debug)]
enum Program {
    Linear(Regex),
    Backtracking {
        regex: Box<fancy_regex::Regex>,
        /// The length of the longest text that is searched, in bytes.
        longest: usize,
    },
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
        let subject = if for_bytes { Subject::Bytes } else { Subject::Text };
        let translation = translate(literal.value(), subject).map_err(|error| explain(literal, error))?;
        let program = match translation.engine {
            Engine::Linear => linear(&translation.source, subject, literal, allowance)?,
            Engine::Backtracking { parts, degree } => {
                if parts > MAX_BACKTRACKING_PARTS || degree > MAX_DEGREE {
                    return Err(too_large(literal));
                }
                backtracking(&translation.source, subject, parts, degree, literal, allowance)?
            }
        };
        Ok(Self { subject, program })
    }

    /// Whether the value at the end of a path passes.
    ///
    /// # Errors
    ///
    /// When the search takes too long.
    pub(crate) fn passes(&self, found: &Found<'_>) -> Result<bool, Trouble> {
        match found {
            Found::Bytes(bytes) => self.is_match_bytes(bytes),
            found => found.text().map_or(Ok(false), |text| self.is_match_text(text)),
        }
    }

    /// # Errors
    ///
    /// When the search takes too long.
    pub(crate) fn is_match_text(&self, text: &str) -> Result<bool, Trouble> {
        if self.subject != Subject::Text {
            return Ok(false);
        }
        let text = nfc(text);
        match &self.program {
            Program::Linear(regex) => Ok(regex.is_match(text.as_bytes())),
            Program::Backtracking { longest, .. } if text.len() > *longest => Err(Trouble::TooCostly),
            Program::Backtracking { regex, .. } => regex.is_match(&*text).map_err(|_| Trouble::TooCostly),
        }
    }

    /// # Errors
    ///
    /// When the search takes too long.
    pub(crate) fn is_match_bytes(&self, bytes: &[u8]) -> Result<bool, Trouble> {
        if self.subject != Subject::Bytes {
            return Ok(false);
        }
        match &self.program {
            Program::Linear(regex) => Ok(regex.is_match(bytes)),
            Program::Backtracking { longest, .. } if bytes.len() > *longest => Err(Trouble::TooCostly),
            Program::Backtracking { regex, .. } => regex.is_match(bytes).map_err(|_| Trouble::TooCostly),
        }
    }
}

/// Writes an expression for the engines.
pub(crate) fn translate(expression: &str, subject: Subject) -> Result<Translation, ExpressionError> {
    let expression = match subject {
        Subject::Text => nfc(expression),
        Subject::Bytes => expression.into(),
    };
    Ok(pcre::parse(&expression)?.translate(subject))
}

/// How the engine is to read the expression.
pub(crate) fn syntax(subject: Subject) -> syntax::Config {
    let is_text = subject == Subject::Text;
    syntax::Config::new().dot_matches_new_line(true).nest_limit(MAX_NESTING).unicode(is_text).utf8(is_text)
}

fn linear(
    source: &str,
    subject: Subject,
    literal: &StringLiteral,
    allowance: &mut Allowance,
) -> Result<Program, CompileError> {
    let config = Config::new()
        .nfa_size_limit(Some(allowance.regex_memory().min(MEMORY_PER_REGEX)))
        .onepass_size_limit(Some(1 << 16))
        .hybrid_cache_capacity(1 << 18);
    let regex = Regex::builder()
        .configure(config)
        .syntax(syntax(subject))
        .build(source)
        .map_err(|error| refused(literal, &error))?;
    match allowance.spend_regex_memory(regex.memory_usage()) {
        true => Ok(Program::Linear(regex)),
        false => Err(too_large(literal)),
    }
}

fn backtracking(
    source: &str,
    subject: Subject,
    parts: usize,
    degree: u32,
    literal: &StringLiteral,
    allowance: &mut Allowance,
) -> Result<Program, CompileError> {
    // The engine does not tell its memory: each part that it hands to the linear engine may take this much.
    let per_part = (MEMORY_PER_REGEX / parts.max(1)).max(1 << 15);
    if !allowance.spend_regex_memory(source.len().saturating_mul(64).saturating_add(1 << 15)) {
        return Err(too_large(literal));
    }
    let mode = match subject {
        Subject::Text => fancy_regex::BytesMode::Unicode,
        Subject::Bytes => fancy_regex::BytesMode::Ascii,
    };
    let regex = fancy_regex::RegexBuilder::new(source)
        .dot_matches_new_line(true)
        .bytes_mode(mode)
        .backtrack_limit(MAX_STEPS_BACK)
        .delegate_size_limit(per_part)
        .build();
    let regex = regex.map_err(|error| match error {
        fancy_regex::Error::ParseError(..) | fancy_regex::Error::CompileError(_) => {
            unsupported(literal, "a part that the engine with backtracking does not know")
        }
        _ => too_large(literal),
    })?;
    Ok(Program::Backtracking { regex: Box::new(regex), longest: root(MAX_STEPS, degree) })
}

/// The greatest number whose power is not above the bound.
fn root(bound: u64, degree: u32) -> usize {
    let mut root = 1_u64 << 20;
    while root.checked_pow(degree).is_none_or(|power| power > bound) && root > 1 {
        root -= root / 16 + 1;
    }
    usize::try_from(root).unwrap_or(usize::MAX)
}

fn explain(literal: &StringLiteral, error: ExpressionError) -> CompileError {
    match error {
        ExpressionError::Broken { reason, .. } => {
            CompileError::new(CompileErrorKind::InvalidRegex, literal.span(), literal.value(), reason)
        }
        ExpressionError::Unsupported { construct, .. } => unsupported(literal, construct),
    }
}

/// Explains why the engine refuses an expression that PCRE takes: its size, or a Unicode property that only PCRE knows.
fn refused(literal: &StringLiteral, error: &BuildError) -> CompileError {
    match error.syntax_error() {
        None => too_large(literal),
        Some(regex_syntax::Error::Translate(error)) => unsupported(literal, &error.kind().to_string()),
        Some(_) => unsupported(literal, "a part that only PCRE knows"),
    }
}

fn unsupported(literal: &StringLiteral, construct: &str) -> CompileError {
    CompileError::new(CompileErrorKind::UnsupportedRegex, literal.span(), literal.value(), construct)
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
        let is_match = |expression, text| compile(expression, false).unwrap().is_match_text(text).unwrap();
        assert!(is_match("b+", "abbc"));
        assert!(!is_match("^b", "abbc"));
        assert!(is_match("a.b", "a\nb"));
        assert!(is_match("^.$", "e\u{301}"));
        assert!(is_match("e\u{301}", "é"));
    }

    #[test]
    fn bytes_are_searched_one_by_one() {
        let is_match = |expression, bytes| compile(expression, true).unwrap().is_match_bytes(bytes).unwrap();
        assert!(is_match("^.é[ÿ].$", &[0x80, 0xE9, 0xFF, b'\n']));
        assert!(is_match(r"^\é\\é$", &[0xE9, b'\\', 0xE9]));
        assert!(is_match(r"\x00\xFF", &[1, 0, 0xFF]));
        assert!(!is_match("Ā", &[0xC4, 0x80]));
    }

    #[test]
    fn expression_that_cannot_be_compiled_is_an_error() {
        use CompileErrorKind::{InvalidRegex, RegexTooLarge, UnsupportedRegex};
        for (expression, kind) in [
            ("(", InvalidRegex),
            ("[z-a]", InvalidRegex),
            ("(?R)", UnsupportedRegex),
            (r"\X", UnsupportedRegex),
            ("(((a{999}){999}){999}){999}", RegexTooLarge),
            (r"\w{9999}", RegexTooLarge),
        ] {
            assert_eq!(compile(expression, false).unwrap_err(), kind, "{expression}");
        }
        assert_eq!(compile(&"(".repeat(60_000), false).unwrap_err(), InvalidRegex);
    }
}
