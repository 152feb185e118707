//! The STIX 2.1 pattern language (section 9 of the specification): patterns parsed into a tree that knows where each
//! of its parts came from, printed in canonical form, and built without writing a quote.
//!
//! ```
//! use stix_pattern::{Pattern, build};
//!
//! let pattern = Pattern::parse("[file:name <> 'a.exe' AND (file:size>1024)]   REPEATS +3 TIMES")?;
//! assert_eq!(pattern.to_string(), "[file:name != 'a.exe' AND file:size > 1024] REPEATS 3 TIMES");
//!
//! let error = Pattern::parse("[file:hashes.SHA-256 = '00ff']").unwrap_err();
//! assert_eq!(error.to_string(), "expected a property name after `.`, found `SHA-256` at character 14");
//! assert_eq!(error.help(), Some("a name with a hyphen is written in quotes: `'SHA-256'`"));
//!
//! let built = build::equals("url", ["value"], "https://example.com/it's")?;
//! assert_eq!(built.to_string(), r"[url:value = 'https://example.com/it\'s']");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Pattern::values`] lists what a pattern compares with, and [`detect`] makes patterns of plain values.
//!
//! [`matcher`] tries a pattern on observed-data, [`pattern_set`] many at once, and [`normalize`] tells whether two
//! patterns say the same.
//!
//! # Where the specification and its grammar disagree
//!
//! The parser accepts what the ANTLR grammar of STIX 2.1 accepts, since that is what deployed tools follow:
//!
//! - comments, `==`, `<>`, a plus sign, an empty or a mixed set, zero as a count or a duration, a window that ends
//!   before it starts, an impossible day of a month, and names of any length and case;
//! - a repeated kind of qualifier on a group in parentheses, as in `([a:b = 1]) WITHIN 5 SECONDS WITHIN 6 SECONDS`.
//!
//! It also takes line feeds inside `b'...'`, which section 9.2 demands and the grammar does not allow.
//!
//! It is stricter in two places, both of which the specification is plain about: a list index is not negative, and a
//! bracket has at most one qualifier of each kind. It also has limits that the grammar does not: numbers fit into 64
//! bits, and at most [`MAX_DEPTH`] parentheses are open at once. Whether a pattern makes sense (that an MD5 has 32 digits,
//! that a property exists, that a regular expression is one) is not a matter of syntax: [`check`] looks at that.

#![forbid(unsafe_code)]

pub mod ast;
pub mod build;
pub mod check;
pub mod detect;
mod edit;
mod error;
mod indicator_rule;
mod known;
mod lexer;
pub mod matcher;
pub mod normalize;
mod parser;
mod pattern;
pub mod pattern_set;
mod pcre;
mod print;
mod span;
#[cfg(feature = "proptest")]
pub mod strategies;
mod values;
mod version;

pub use self::error::{SyntaxError, SyntaxErrorKind};
pub use self::indicator_rule::{IndicatorRule, indicator_problems};
pub use self::parser::MAX_DEPTH;
pub use self::pattern::Pattern;
pub use self::span::Span;
pub use self::values::{PatternValue, PatternValues};
pub use self::version::LanguageVersion;
