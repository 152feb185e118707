//! Reads expressions: branches, atoms and quantifiers.

use std::collections::HashMap;

use super::node::{Assertion, Node, Reference, RepeatKind};
use super::{Expression, ExpressionError};

/// How deep groups may be nested, as in PCRE2.
const MAX_NESTING: usize = 250;
/// The greatest count of a quantifier, as in PCRE2.
const MAX_COUNT: u32 = 65_535;

/// The settings that `(?imsx)` and the like change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub(super) any_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) extended: bool,
    pub(super) extended_more: bool,
    pub(super) is_ungreedy: bool,
    pub(super) no_captures: bool,
    pub(super) duplicate_names: bool,
}

impl Default for Flags {
    /// As `MATCHES` starts: with DOTALL.
    fn default() -> Self {
        Self {
            any_case: false,
            multi_line: false,
            dot_all: true,
            extended: false,
            extended_more: false,
            is_ungreedy: false,
            no_captures: false,
            duplicate_names: false,
        }
    }
}

#[derive(Debug)]
pub(super) struct Parser<'e> {
    expression: &'e str,
    pub(super) at: usize,
    pub(super) flags: Flags,
    /// Between `\Q` and `\E`.
    is_quoting: bool,
    depth: usize,
    /// How many groups have opened.
    pub(super) groups: u32,
    pub(super) names: HashMap<String, u32>,
    /// The references to groups, which may open later, with the place of each.
    pub(super) references: Vec<(Reference, usize)>,
    /// Where a group `(?|` is, whose alternatives share numbers.
    pub(super) shared_numbers: Option<usize>,
    /// How many assertions that look around are open.
    pub(super) looks: usize,
}

type Result<T> = std::result::Result<T, ExpressionError>;

impl<'e> Parser<'e> {
    pub(super) fn new(expression: &'e str) -> Self {
        Self {
            expression,
            at: 0,
            flags: Flags::default(),
            is_quoting: false,
            depth: 0,
            groups: 0,
            names: HashMap::new(),
            references: Vec::new(),
            shared_numbers: None,
            looks: 0,
        }
    }

    /// Reads the expression to its end.
    pub(super) fn parse(mut self) -> Result<Expression> {
        let root = self.alternation()?;
        if self.peek().is_some() {
            return Err(ExpressionError::broken("a closing parenthesis has no opening one", self.at));
        }
        let exists =
            |reference: &Reference| reference.number(&self.names).is_some_and(|group| group <= self.groups);
        if let Some((_, at)) = self.references.iter().find(|(reference, _)| !exists(reference)) {
            return Err(ExpressionError::broken("a reference names a group that does not exist", *at));
        }
        if let (Some(at), false) = (self.shared_numbers, self.references.is_empty()) {
            return Err(ExpressionError::unsupported("references beside a group `(?|`", at));
        }
        Ok(Expression { root, names: self.names })
    }

    /// Reads alternatives up to a closing parenthesis or the end.
    pub(super) fn alternation(&mut self) -> Result<Node> {
        if self.depth == MAX_NESTING {
            return Err(ExpressionError::broken("groups are nested more than 250 deep", self.at));
        }
        self.depth += 1;
        let mut alternatives = vec![self.branch()?];
        while self.eat('|') {
            alternatives.push(self.branch()?);
        }
        self.depth -= 1;
        Ok(Node::alternation(alternatives))
    }

    fn branch(&mut self) -> Result<Node> {
        let mut parts = Vec::new();
        loop {
            self.skip_ignored()?;
            let Some(next) = self.peek() else { break };
            if !self.is_quoting && matches!(next, '|' | ')') {
                break;
            }
            let start = self.at;
            let atom = self.atom()?;
            self.skip_ignored()?;
            let Some((min, max, kind)) = self.quantifier()? else {
                parts.push(atom.into_node());
                continue;
            };
            let Atom::Repeatable(node) = atom else {
                return Err(nothing_to_repeat(start));
            };
            let after = self.at;
            self.skip_ignored()?;
            if self.quantifier()?.is_some() {
                return Err(nothing_to_repeat(after));
            }
            parts.push(repeat(node, min, max, kind));
        }
        Ok(Node::concat(parts))
    }

    fn atom(&mut self) -> Result<Atom> {
        let start = self.at;
        let flags = self.flags;
        let Some(character) = self.next() else { return Ok(Atom::Fixed(Node::Empty)) };
        if self.is_quoting {
            return Ok(Atom::Repeatable(self.literal(character)));
        }
        Ok(match character {
            '.' => Atom::Repeatable(Node::Any { line_feed: flags.dot_all }),
            '^' if flags.multi_line => Atom::Fixed(Node::Assertion(Assertion::StartOfLine)),
            '^' => Atom::Fixed(Node::Assertion(Assertion::StartOfText)),
            '$' if flags.multi_line => Atom::Fixed(Node::Assertion(Assertion::EndOfLine)),
            '$' => Atom::Fixed(Node::Assertion(Assertion::EndOrFinalLineFeed)),
            '[' => Atom::Repeatable(self.set(start)?),
            '(' => self.group(start)?,
            '\\' => self.escape(start)?,
            '*' | '+' | '?' => return Err(nothing_to_repeat(start)),
            '{' => {
                self.at = start;
                if self.quantifier()?.is_some() {
                    return Err(nothing_to_repeat(start));
                }
                self.at = start + 1;
                Atom::Repeatable(self.literal('{'))
            }
            other => Atom::Repeatable(self.literal(other)),
        })
    }

    pub(super) fn literal(&self, character: char) -> Node {
        Node::Literal { character, any_case: self.flags.any_case }
    }

    /// Passes over comments, `\E`, the start of `\Q`, and what `(?x)` makes meaningless.
    fn skip_ignored(&mut self) -> Result<()> {
        loop {
            let start = self.at;
            if self.eat_text("\\E") {
                self.is_quoting = false;
            } else if self.is_quoting {
                return Ok(());
            } else if self.eat_text("\\Q") {
                self.is_quoting = true;
            } else if self.eat_text("(?#") {
                let end = self.rest().find(')');
                let end = end.ok_or_else(|| ExpressionError::broken("a comment `(?#` has no end", start))?;
                self.at += end + 1;
            } else if self.flags.extended && self.peek().is_some_and(is_pattern_space) {
                self.next();
            } else if self.flags.extended && self.eat('#') {
                self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
            } else {
                return Ok(());
            }
        }
    }

    /// Reads a quantifier, if there is one. A brace that begins none is literal text.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>, RepeatKind)>> {
        if self.is_quoting {
            return Ok(None);
        }
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some((min, max, self.repeat_kind()?)))
    }

    fn counted(&mut self) -> Result<Option<(u32, Option<u32>, RepeatKind)>> {
        let start = self.at;
        let inside = self.rest().get(1..).and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
        let Some(inside) = inside else { return Ok(None) };
        let (low, high) = match inside.split_once(',') {
            Some((low, high)) => (low, Some(high)),
            None => (inside, None),
        };
        let is_count = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_count(low) || high.is_some_and(|high| !high.is_empty() && !is_count(high)) {
            return Ok(None);
        }
        let count = |text: &str| {
            let count = text.parse().ok().filter(|count| *count <= MAX_COUNT);
            count.ok_or_else(|| ExpressionError::broken("a count is greater than 65535", start))
        };
        let min = count(low)?;
        let max = match high {
            None => Some(min),
            Some("") => None,
            Some(high) => Some(count(high)?),
        };
        if max.is_some_and(|max| max < min) {
            return Err(ExpressionError::broken("the counts of a quantifier are out of order", start));
        }
        self.at += inside.len() + 2;
        Ok(Some((min, max, self.repeat_kind()?)))
    }

    /// Whether a quantifier with counts comes next.
    pub(super) fn is_at_count(&mut self) -> bool {
        let at = self.at;
        let is_count = !matches!(self.counted(), Ok(None));
        self.at = at;
        is_count
    }

    /// Reads the mark behind a quantifier, from which a comment may separate it.
    fn repeat_kind(&mut self) -> Result<RepeatKind> {
        self.skip_ignored()?;
        Ok(if self.is_quoting {
            self.unmarked(false)
        } else if self.eat('+') {
            RepeatKind::Possessive
        } else {
            let is_marked = self.eat('?');
            self.unmarked(is_marked)
        })
    }

    fn unmarked(&self, is_inverse: bool) -> RepeatKind {
        if is_inverse == self.flags.is_ungreedy { RepeatKind::Greedy } else { RepeatKind::Lazy }
    }

    pub(super) fn rest(&self) -> &'e str {
        self.expression.get(self.at..).unwrap_or_default()
    }

    pub(super) fn text_from(&self, at: usize) -> &'e str {
        self.expression.get(at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn eat(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        if is_next {
            self.at += character.len_utf8();
        }
        is_next
    }

    pub(super) fn eat_text(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// Reads the longest run of characters that pass.
    pub(super) fn take_while(&mut self, mut passes: impl FnMut(char) -> bool) -> &'e str {
        let rest = self.rest();
        let end = rest.find(|character| !passes(character)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}

/// A part of a branch, before the quantifier that may follow it.
#[derive(Debug)]
pub(super) enum Atom {
    Repeatable(Node),
    /// An assertion or a setting, which no quantifier may follow.
    Fixed(Node),
}

impl Atom {
    fn into_node(self) -> Node {
        match self {
            Self::Repeatable(node) | Self::Fixed(node) => node,
        }
    }
}

/// Once is as good as often for an assertion. One that may be left out is kept for the groups in it.
fn repeat(node: Node, min: u32, max: Option<u32>, kind: RepeatKind) -> Node {
    match node {
        Node::Look { .. } if min > 0 => node,
        Node::Look { .. } if kind == RepeatKind::Lazy => Node::Alternation(vec![Node::Empty, node]),
        Node::Look { .. } => Node::Alternation(vec![node, Node::Empty]),
        node => Node::Repeat { node: Box::new(node), min, max, kind },
    }
}

fn nothing_to_repeat(at: usize) -> ExpressionError {
    ExpressionError::broken("a quantifier has nothing to repeat", at)
}

fn is_pattern_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ' | '\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
}
