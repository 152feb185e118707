//! Perl-compatible regular expressions, which `MATCHES` demands (STIX 2.1, section 9.6.1).
//!
//! No regular expression library of Rust reads the syntax of PCRE: a literal brace, `\<`, `[a&&b]`, `\Q..\E` and `$`
//! mean something else in them or nothing at all. [`parse`] reads an expression as PCRE2 10.42 does, and
//! [`Expression::translate`] writes it in the syntax that `regex-automata` and `fancy-regex` share. Everything that is
//! a regular language goes to the former, which takes time linear in the text; look-around, back-references and
//! atomic groups go to the latter, within bounds.
//!
//! Where PCRE and its versions differ: `{,3}` is literal text, as in all versions before 10.43; `\d`, `\w`, `\s` and
//! `\b` know Unicode on strings, and ASCII on bytes; `^` behind `(?m)` also matches after a line feed that ends the text.

mod class;
mod cost;
mod error;
mod escape;
mod group;
mod node;
mod parser;
mod translate;

use std::collections::HashMap;

pub(crate) use self::error::ExpressionError;
use self::node::Node;
pub(crate) use self::translate::{Engine, Translation};

/// An expression that was read.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    root: Node,
    /// The numbers of the groups that have names.
    names: HashMap<String, u32>,
}

/// The kind of text that an expression is searched for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A Unicode string.
    Text,
    /// Bytes, each of them a character from U+0000 to U+00FF.
    Bytes,
}

/// Reads an expression.
///
/// # Errors
///
/// [`ExpressionError::Broken`] if PCRE refuses it too; [`ExpressionError::Unsupported`] if only this library does.
pub(crate) fn parse(expression: &str) -> Result<Expression, ExpressionError> {
    parser::Parser::new(expression).parse()
}

impl Expression {
    /// Writes the expression for the engine that can run it.
    pub(crate) fn translate(&self, subject: Subject) -> Translation {
        translate::translate(self, subject)
    }
}
