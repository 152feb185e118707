//! The syntax tree of an expression. Flags such as `(?i)` are resolved while reading, so that each node stands alone.

use std::collections::HashMap;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Matches the empty text.
    Empty,
    /// Matches nothing, as `(*FAIL)` does.
    Fail,
    Literal {
        character: char,
        any_case: bool,
    },
    /// Any character, the line feed included unless `(?-s)` was set.
    Any {
        line_feed: bool,
    },
    Set(Set),
    Assertion(Assertion),
    Concat(Vec<Node>),
    Alternation(Vec<Node>),
    /// A group with a number: the first to open is 1.
    Capture(Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        kind: RepeatKind,
    },
    Look {
        kind: LookKind,
        node: Box<Node>,
    },
    /// A group that is not entered again once it has matched.
    Atomic(Box<Node>),
    BackReference {
        group: Reference,
        any_case: bool,
    },
    /// `(?(1)yes|no)`.
    Conditional {
        group: Reference,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

/// A group that another part names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Number(u32),
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RepeatKind {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LookKind {
    Ahead,
    NotAhead,
    Behind,
    NotBehind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    StartOfText,
    EndOfText,
    /// `$`: the end of the text, or before a line feed that ends it.
    EndOrFinalLineFeed,
    StartOfLine,
    EndOfLine,
    WordBoundary,
    NotWordBoundary,
}

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Set {
    pub(super) is_negated: bool,
    pub(super) any_case: bool,
    pub(super) items: Vec<SetItem>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum SetItem {
    Range(char, char),
    Class { class: Class, is_negated: bool },
}

/// A class of characters with a name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Class {
    Digit,
    Space,
    Word,
    HorizontalSpace,
    VerticalSpace,
    /// A POSIX class, such as `alpha`, of ASCII characters.
    Posix(&'static str),
    /// A Unicode property, such as `Lu` or `Greek`.
    Property(String),
}

/// The characters that `\h` matches.
pub(super) const HORIZONTAL_SPACE: [(char, char); 8] = [
    ('\t', '\t'),
    (' ', ' '),
    ('\u{A0}', '\u{A0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{180E}', '\u{180E}'),
    ('\u{2000}', '\u{200A}'),
    ('\u{202F}', '\u{202F}'),
    ('\u{205F}', '\u{205F}'),
];
/// The characters that `\v` matches, and `\R` besides CR LF.
pub(super) const VERTICAL_SPACE: [(char, char); 3] =
    [('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

impl Reference {
    /// The number of the group; `None` if no group has the name.
    pub(super) fn number(&self, names: &HashMap<String, u32>) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(name) => names.get(name).copied(),
        }
    }
}

impl Node {
    pub(super) fn class(class: Class, is_negated: bool) -> Self {
        Self::Set(Set { items: vec![SetItem::Class { class, is_negated }], ..Set::default() })
    }

    /// The parts one after the other.
    pub(super) fn concat(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            0 => Self::Empty,
            1 => parts.pop().unwrap_or(Self::Empty),
            _ => Self::Concat(parts),
        }
    }

    /// Any one of the alternatives.
    pub(super) fn alternation(mut alternatives: Vec<Self>) -> Self {
        match alternatives.len() {
            1 => alternatives.pop().unwrap_or(Self::Empty),
            _ => Self::Alternation(alternatives),
        }
    }

    pub(super) fn look(kind: LookKind, node: Self) -> Self {
        Self::Look { kind, node: Box::new(node) }
    }
}
