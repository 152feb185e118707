//! Sets of characters in brackets.

use super::ExpressionError;
use super::escape::character;
use super::node::{Class, Node, Set, SetItem};
use super::parser::Parser;

type Result<T> = std::result::Result<T, ExpressionError>;

const POSIX_CLASSES: [&str; 14] = [
    "alpha", "lower", "upper", "alnum", "ascii", "blank", "cntrl", "digit", "graph", "print", "punct",
    "space", "word", "xdigit",
];

/// A member of a set.
enum Member {
    Character(char),
    /// A class, which cannot be an end of a range.
    Class(Vec<SetItem>),
}

impl<'e> Parser<'e> {
    /// Reads the rest of a set.
    pub(super) fn set(&mut self, start: usize) -> Result<Node> {
        if let Some((mark, _)) = self.posix(start) {
            let reason = match mark {
                ':' => "a POSIX class stands in brackets of its own: `[[:alpha:]]`",
                _ => "PCRE knows no POSIX collating elements",
            };
            return Err(ExpressionError::broken(reason, start));
        }
        let is_negated = self.eat('^');
        let mut items = Vec::new();
        let mut is_first = true;
        let mut is_quoting = false;
        loop {
            let at = self.at;
            if self.eat_text("\\E") {
                is_quoting = false;
                continue;
            }
            if !is_quoting && self.eat_text("\\Q") {
                is_quoting = true;
                continue;
            }
            if !is_quoting && !is_first && self.eat(']') {
                break;
            }
            if !is_quoting && self.flags.extended_more && (self.eat(' ') || self.eat('\t')) {
                continue;
            }
            is_first = false;
            let low = match self.member(is_quoting, at)? {
                Member::Character(character) => character,
                Member::Class(class) => {
                    items.extend(class);
                    self.no_range_from_class(is_quoting)?;
                    continue;
                }
            };
            while is_quoting && self.eat_text("\\E") {
                is_quoting = false;
            }
            let high = self.range_end(is_quoting)?.unwrap_or(low);
            if high < low {
                return Err(ExpressionError::broken("the ends of a range in a set are out of order", at));
            }
            items.push(SetItem::Range(low, high));
        }
        Ok(Node::Set(Set { is_negated, any_case: self.flags.any_case, items }))
    }

    /// Reads `-z` behind the start of a range, if there is one.
    fn range_end(&mut self, is_quoting: bool) -> Result<Option<char>> {
        let at = self.at;
        let rest = self.rest().as_bytes();
        if is_quoting || rest.first() != Some(&b'-') || matches!(rest.get(1), Some(b']') | None) {
            return Ok(None);
        }
        self.at += 1;
        if self.rest().starts_with("\\Q") || self.rest().starts_with("\\E") {
            return Err(ExpressionError::unsupported("a range of a set that ends in `\\Q`", at));
        }
        let end = self.at;
        match self.member(false, end)? {
            Member::Character(high) => Ok(Some(high)),
            Member::Class(_) => Err(ExpressionError::broken("a range in a set ends with a class", at)),
        }
    }

    /// A hyphen behind a class is literal only at the end of the set.
    fn no_range_from_class(&self, is_quoting: bool) -> Result<()> {
        let rest = self.rest().as_bytes();
        let is_range =
            !is_quoting && rest.first() == Some(&b'-') && !matches!(rest.get(1), Some(b']') | None);
        match is_range {
            true => Err(ExpressionError::broken("a range in a set begins with a class", self.at)),
            false => Ok(()),
        }
    }

    fn member(&mut self, is_quoting: bool, at: usize) -> Result<Member> {
        let broken = |reason| Err(ExpressionError::broken(reason, at));
        if !is_quoting && let Some((mark, name)) = self.posix(at) {
            return self.posix_class(mark, name, at);
        }
        let Some(next) = self.next() else { return broken("a set has no closing bracket") };
        if is_quoting || next != '\\' {
            return Ok(Member::Character(next));
        }
        if let Some(class) = self.class_escape(at)? {
            return Ok(Member::Class(match class {
                Node::Set(Set { is_negated: false, items, .. }) => items,
                Node::Set(Set { items, .. }) => negated(items, at)?,
                _ => return Err(ExpressionError::unsupported("`\\p{Any}` in a set", at)),
            }));
        }
        if let Some(character) = self.character_escape(at)? {
            return Ok(Member::Character(character));
        }
        let digits = self.rest().as_bytes();
        let octal = digits.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if octal > 0 {
            let digits = self.rest().get(..octal).unwrap_or_default();
            self.at += octal;
            return character(digits, 8, at).map(Member::Character);
        }
        match self.next() {
            Some('b') => Ok(Member::Character('\u{8}')),
            Some(digit @ ('8' | '9')) => Ok(Member::Character(digit)),
            Some(_) => broken("an escape has no meaning in a set"),
            None => broken("a set has no closing bracket"),
        }
    }

    /// The mark and the name of `[:name:]`, `[.name.]` or `[=name=]` that begins at a place.
    fn posix(&self, at: usize) -> Option<(char, &'e str)> {
        let text = self.text_from(at).strip_prefix('[')?;
        let mark = text.chars().next().filter(|mark| matches!(mark, ':' | '.' | '='))?;
        let inside = text.get(1..)?;
        let end = inside.find(mark)?;
        let name = inside.get(..end)?;
        let is_closed = inside.get(end + 1..)?.starts_with(']');
        (is_closed && !name.contains(['\\', ']', '['])).then_some((mark, name))
    }

    fn posix_class(&mut self, mark: char, name: &str, at: usize) -> Result<Member> {
        if mark != ':' {
            return Err(ExpressionError::broken("PCRE knows no POSIX collating elements", at));
        }
        let (name, is_negated) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let class = POSIX_CLASSES.iter().find(|class| **class == name);
        let class = class.ok_or_else(|| match name {
            "<" | ">" => ExpressionError::unsupported("`[[:<:]]` and `[[:>:]]`", at),
            _ => ExpressionError::broken("a POSIX class has an unknown name", at),
        })?;
        self.at = at + name.len() + usize::from(is_negated) + 4;
        Ok(Member::Class(vec![SetItem::Class { class: Class::Posix(class), is_negated }]))
    }
}

/// The members that a negated class stands for.
fn negated(items: Vec<SetItem>, at: usize) -> Result<Vec<SetItem>> {
    match <[SetItem; 1]>::try_from(items) {
        Ok([SetItem::Class { class, is_negated }]) => {
            Ok(vec![SetItem::Class { class, is_negated: !is_negated }])
        }
        _ => Err(ExpressionError::unsupported("the negation of such a property in a set", at)),
    }
}
