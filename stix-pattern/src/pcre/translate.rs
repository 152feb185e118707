//! Writes expressions in the syntax of the engines.

use std::fmt::Write;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::node::{
    Assertion, Class, HORIZONTAL_SPACE, LookKind, Node, RepeatKind, Set, SetItem, VERTICAL_SPACE,
};
use super::{Expression, Subject, cost};

/// An expression for one of the engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translation {
    /// The text of the expression. `.` is meant to match line feeds.
    pub(crate) source: String,
    pub(crate) engine: Engine,
}

/// The engine that can run an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A regular language: time linear in the text.
    Linear,
    /// Look-around, back-references, atomic groups or conditions.
    Backtracking {
        /// How many parts make it one.
        parts: usize,
        /// The power of the length of a text that the time of a search can grow with.
        degree: u32,
    },
}

pub(super) fn translate(expression: &Expression, subject: Subject) -> Translation {
    let mut writer = Writer { expression, subject, source: String::new(), parts: 0, is_tail: true };
    writer.node(&expression.root);
    let engine = match writer.parts {
        0 => Engine::Linear,
        parts => Engine::Backtracking { parts, degree: cost::degree(&expression.root) },
    };
    Translation { source: writer.source, engine }
}

struct Writer<'e> {
    expression: &'e Expression,
    subject: Subject,
    source: String,
    /// How many parts need the engine with backtracking.
    parts: usize,
    /// Whether nothing follows what is written next, so that it may take characters that it only looks at.
    is_tail: bool,
}

impl Writer<'_> {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => self.push("(?:)"),
            Node::Fail => self.push(NOTHING),
            Node::Literal { character, any_case } => self.literals(&[*character], *any_case),
            Node::Any { line_feed: true } => self.push("."),
            Node::Any { line_feed: false } => self.push("[^\\n]"),
            Node::Set(set) => self.set(set),
            Node::Assertion(assertion) => self.assertion(*assertion),
            Node::Concat(nodes) => self.concat(nodes),
            Node::Alternation(nodes) => self.alternation(nodes),
            Node::Capture(node) => self.within("(", node),
            Node::Repeat { node, min, max, kind } => self.repeat(node, *min, *max, *kind),
            Node::Look { kind, node } => self.look(*kind, node),
            // An atomic group at the end is entered once anyway.
            Node::Atomic(node) if self.is_tail => self.within("(?:", node),
            Node::Atomic(node) => {
                self.parts += 1;
                self.within("(?>", node);
            }
            Node::BackReference { group, any_case } => {
                self.parts += 1;
                let number = group.number(&self.expression.names).unwrap_or_default();
                self.push(if *any_case { "(?i:" } else { "(?:" });
                self.format(format_args!("\\{number})"));
            }
            Node::Conditional { group, yes, no } => {
                self.parts += 1;
                let number = group.number(&self.expression.names).unwrap_or_default();
                let start = self.source.len();
                self.format(format_args!("(?({number})"));
                let branches = self.source.len();
                self.within("(?:", yes);
                self.push("|");
                self.within("(?:", no);
                self.push(")");
                // With two empty branches the engine would ask whether the group has matched, and fail if not.
                if self.source.get(branches..) == Some("(?:)|(?:))") {
                    self.source.truncate(start);
                }
            }
        }
    }

    fn concat(&mut self, nodes: &[Node]) {
        let is_tail = self.is_tail;
        let mut index = 0;
        while let Some(node) = nodes.get(index) {
            let rest = nodes.get(index..).unwrap_or_default();
            if let Node::Literal { any_case, .. } = node {
                let run: Vec<char> = rest.iter().map_while(|node| same_case(node, *any_case)).collect();
                self.literals(&run, *any_case);
                index += run.len();
                continue;
            }
            index += 1;
            self.is_tail = is_tail && index == nodes.len();
            match node {
                Node::Empty => {}
                Node::Alternation(_) => self.within("(?:", node),
                node => self.node(node),
            }
        }
        self.is_tail = is_tail;
    }

    fn alternation(&mut self, nodes: &[Node]) {
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                self.push("|");
            }
            if !matches!(node, Node::Empty) {
                self.node(node);
            }
        }
    }

    fn within(&mut self, opening: &str, node: &Node) {
        self.push(opening);
        if !matches!(node, Node::Empty) {
            self.node(node);
        }
        self.push(")");
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, kind: RepeatKind) {
        let is_tail = self.is_tail;
        let is_possessive = kind == RepeatKind::Possessive && !is_tail;
        if is_possessive {
            self.parts += 1;
            self.push("(?>");
        }
        self.is_tail = is_tail && max == Some(1);
        self.within("(?:", node);
        self.is_tail = is_tail;
        match (min, max) {
            (0, None) => self.push("*"),
            (1, None) => self.push("+"),
            (0, Some(1)) => self.push("?"),
            (min, None) => self.format(format_args!("{{{min},}}")),
            (min, Some(max)) => self.format(format_args!("{{{min},{max}}}")),
        }
        if kind == RepeatKind::Lazy {
            self.push("?");
        }
        if is_possessive {
            self.push(")");
        }
    }

    fn look(&mut self, kind: LookKind, node: &Node) {
        self.parts += 1;
        let is_tail = self.is_tail;
        self.is_tail = matches!(kind, LookKind::Ahead | LookKind::NotAhead);
        self.within(
            match kind {
                LookKind::Ahead => "(?=",
                LookKind::NotAhead => "(?!",
                LookKind::Behind => "(?<=",
                LookKind::NotBehind => "(?<!",
            },
            node,
        );
        self.is_tail = is_tail;
    }

    fn assertion(&mut self, assertion: Assertion) {
        let text = match assertion {
            Assertion::StartOfText => "\\A",
            Assertion::EndOfText => "\\z",
            Assertion::EndOrFinalLineFeed if self.is_tail => "(?:\\n?\\z)",
            Assertion::EndOrFinalLineFeed => {
                self.parts += 1;
                "(?=\\n?\\z)"
            }
            Assertion::StartOfLine => "(?m:^)",
            Assertion::EndOfLine => "(?m:$)",
            Assertion::WordBoundary => "\\b",
            Assertion::NotWordBoundary => "\\B",
        };
        self.push(text);
    }

    /// Writes characters that stand for themselves.
    fn literals(&mut self, characters: &[char], any_case: bool) {
        let has_case = any_case && characters.iter().any(|character| character.is_alphabetic());
        self.push(if has_case { "(?i:" } else { "" });
        for character in characters {
            match self.clipped(*character, *character) {
                Some((character, _)) => self.character(character),
                None => self.push(NOTHING),
            }
        }
        self.push(if has_case { ")" } else { "" });
    }

    fn set(&mut self, set: &Set) {
        let has_property = |item: &SetItem| matches!(item, SetItem::Class { class: Class::Property(_), .. });
        if set.any_case && set.items.iter().any(has_property) {
            return self.set(&folded(set));
        }
        self.push(if set.any_case { "(?i:" } else { "" });
        self.push(if set.is_negated { "[^" } else { "[" });
        let mut is_empty = true;
        for item in &set.items {
            is_empty &= !self.set_item(item);
        }
        if is_empty {
            // Bytes that no member stands for: `[]` is none of all, `[^]` all.
            self.push("a&&b");
        }
        self.push("]");
        self.push(if set.any_case { ")" } else { "" });
    }

    /// Writes a member of a set, and says whether it has any character of the subject.
    fn set_item(&mut self, item: &SetItem) -> bool {
        match item {
            SetItem::Range(low, high) => return self.range(*low, *high),
            SetItem::Class { class, is_negated } => {
                let escape = |plain, inverse| if *is_negated { inverse } else { plain };
                match class {
                    Class::Digit => self.push(escape("\\d", "\\D")),
                    Class::Space => self.push(escape("\\s", "\\S")),
                    Class::Word => self.push(escape("\\w", "\\W")),
                    Class::HorizontalSpace => self.ranges(&HORIZONTAL_SPACE, *is_negated),
                    Class::VerticalSpace => self.ranges(&VERTICAL_SPACE, *is_negated),
                    Class::Posix(name) => {
                        self.format(format_args!("[:{}{name}:]", escape("", "^")));
                    }
                    Class::Property(name) => {
                        self.format(format_args!("{}{{{name}}}", escape("\\p", "\\P")));
                    }
                }
            }
        }
        true
    }

    fn ranges(&mut self, ranges: &[(char, char)], is_negated: bool) {
        self.push(if is_negated { "[^" } else { "[" });
        for (low, high) in ranges {
            self.range(*low, *high);
        }
        self.push("]");
    }

    fn range(&mut self, low: char, high: char) -> bool {
        let Some((low, high)) = self.clipped(low, high) else { return false };
        self.character(low);
        if low < high {
            self.push("-");
            self.character(high);
        }
        true
    }

    /// The part of a range that the subject can have.
    fn clipped(&self, low: char, high: char) -> Option<(char, char)> {
        match self.subject {
            Subject::Text => Some((low, high)),
            Subject::Bytes => (low <= '\u{FF}').then(|| (low, high.min('\u{FF}'))),
        }
    }

    fn character(&mut self, character: char) {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ' ' => self.source.push(character),
            '!'..='~' if !matches!(character, '<' | '>') => self.format(format_args!("\\{character}")),
            _ if self.subject == Subject::Bytes => {
                self.format(format_args!("\\x{:02X}", u32::from(character)))
            }
            _ if character.is_alphabetic() => self.source.push(character),
            _ => self.format(format_args!("\\x{{{:X}}}", u32::from(character))),
        }
    }

    fn push(&mut self, text: &str) {
        self.source.push_str(text);
    }

    fn format(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string does not fail.
        let _ = self.source.write_fmt(text);
    }
}

/// The set with both cases of its letters. In PCRE a property is what it is in any case.
fn folded(set: &Set) -> Set {
    let both = |item: &SetItem| match item {
        SetItem::Range(low, high) => {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(*low, *high)]);
            // Without the tables of cases the letters stay as they are.
            let _ = class.try_case_fold_simple();
            class.iter().map(|range| SetItem::Range(range.start(), range.end())).collect()
        }
        SetItem::Class { class: Class::Posix("upper" | "lower"), is_negated } => {
            vec![SetItem::Class { class: Class::Posix("alpha"), is_negated: *is_negated }]
        }
        item => vec![item.clone()],
    };
    Set { is_negated: set.is_negated, any_case: false, items: set.items.iter().flat_map(both).collect() }
}

/// A set without members.
const NOTHING: &str = "[a&&b]";

/// The character of a literal that minds case as the one before it.
fn same_case(node: &Node, any_case: bool) -> Option<char> {
    match node {
        Node::Literal { character, any_case: same } if *same == any_case => Some(*character),
        _ => None,
    }
}
