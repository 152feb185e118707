//! Escapes: what follows a backslash.

use super::ExpressionError;
use super::node::{Assertion, Class, Node, Reference, Set, SetItem, VERTICAL_SPACE};
use super::parser::{Atom, Parser};

type Result<T> = std::result::Result<T, ExpressionError>;

impl<'e> Parser<'e> {
    /// Reads the rest of an escape outside of a set.
    pub(super) fn escape(&mut self, start: usize) -> Result<Atom> {
        if let Some(class) = self.class_escape(start)? {
            return Ok(Atom::Repeatable(class));
        }
        if let Some(character) = self.character_escape(start)? {
            return Ok(Atom::Repeatable(self.literal(character)));
        }
        let broken = |reason| Err(ExpressionError::broken(reason, start));
        let unsupported = |construct| Err(ExpressionError::unsupported(construct, start));
        let Some(letter) = self.next() else { return broken("it ends with a backslash") };
        Ok(match letter {
            'A' | 'G' => Atom::Fixed(Node::Assertion(Assertion::StartOfText)),
            'z' => Atom::Fixed(Node::Assertion(Assertion::EndOfText)),
            'Z' => Atom::Fixed(Node::Assertion(Assertion::EndOrFinalLineFeed)),
            'b' => Atom::Fixed(Node::Assertion(Assertion::WordBoundary)),
            'B' => Atom::Fixed(Node::Assertion(Assertion::NotWordBoundary)),
            // It moves the start of what is found, which nobody asks for.
            'K' if self.looks > 0 => return broken("`\\K` stands in an assertion"),
            'K' => Atom::Fixed(Node::Empty),
            'N' if self.peek() == Some('{') && !self.is_at_count() => {
                return broken("PCRE knows no names of characters");
            }
            'N' => Atom::Repeatable(Node::Any { line_feed: false }),
            'R' => Atom::Repeatable(any_line_break()),
            'X' => return unsupported("`\\X`, a grapheme cluster"),
            'C' => return unsupported("`\\C`, a code unit"),
            'g' => self.group_escape(start)?,
            'k' => {
                let name = self.delimited(&[('<', '>'), ('\'', '\''), ('{', '}')]);
                let Some(name) = name else { return broken("`\\k` needs a name in `<>`, `''` or `{}`") };
                Atom::Repeatable(self.back_reference(Reference::Name(name.to_owned()), start))
            }
            '1'..='9' => self.numbered_escape(letter, start)?,
            'u' | 'U' | 'L' | 'l' | 'F' => {
                return broken("PCRE knows no `\\u`, `\\U`, `\\L`, `\\l` and `\\F`");
            }
            _ => return broken("a letter after a backslash means nothing"),
        })
    }

    /// Reads `\d` and other classes, in a set or outside.
    pub(super) fn class_escape(&mut self, start: usize) -> Result<Option<Node>> {
        let Some(letter) = self.peek() else { return Ok(None) };
        let class = match letter.to_ascii_lowercase() {
            'd' => Class::Digit,
            's' => Class::Space,
            'w' => Class::Word,
            'h' => Class::HorizontalSpace,
            'v' => Class::VerticalSpace,
            'p' => {
                self.next();
                return self.property(letter == 'P', start).map(Some);
            }
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(Node::class(class, letter.is_ascii_uppercase())))
    }

    fn property(&mut self, is_negated: bool, start: usize) -> Result<Node> {
        let broken = |reason| ExpressionError::broken(reason, start);
        let name = match self.delimited(&[('{', '}')]) {
            Some(name) => name,
            None => {
                let letter = self.take_one(|letter| letter.is_ascii_alphabetic());
                letter.ok_or_else(|| broken("`\\p` needs the name of a property, such as `\\p{Lu}`"))?
            }
        };
        let (name, is_inverse) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let is_negated = is_negated != is_inverse;
        let property = |name: &str| Class::Property(name.to_owned());
        let members = match name {
            "Any" => return Ok(if is_negated { Node::Fail } else { Node::Any { line_feed: true } }),
            "Xsp" | "Xps" => vec![Class::Space],
            "L&" => vec![property("Lu"), property("Ll"), property("Lt")],
            "Xan" => vec![property("L"), property("N")],
            "Xwd" => vec![property("L"), property("N"), property("Pc")],
            name if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_ -=:".contains(&byte)) => {
                vec![property(name)]
            }
            _ => return Err(broken("`\\p` names an unknown property")),
        };
        let items = members.into_iter().map(|class| SetItem::Class { class, is_negated: false }).collect();
        Ok(Node::Set(Set { is_negated, any_case: self.flags.any_case, items }))
    }

    /// Reads an escape that stands for one character, in a set or outside; not one that begins with a digit from 1 on.
    pub(super) fn character_escape(&mut self, start: usize) -> Result<Option<char>> {
        let broken = |reason| ExpressionError::broken(reason, start);
        let Some(letter) = self.peek() else { return Ok(None) };
        let character = match letter {
            'a' => '\u{7}',
            'e' => '\u{1B}',
            'f' => '\u{C}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => {
                let digits = self.take_up_to(3, |digit| digit.is_digit(8));
                return character(digits, 8, start).map(Some);
            }
            'o' => {
                self.next();
                let digits = self.delimited(&[('{', '}')]);
                let digits = digits.ok_or_else(|| broken("`\\o` needs octal digits in braces"))?;
                return character(digits, 8, start).map(Some);
            }
            'x' => {
                self.next();
                let digits = match self.delimited(&[('{', '}')]) {
                    Some("") => return Err(broken("`\\x{}` needs hexadecimal digits")),
                    Some(digits) => digits,
                    None if self.peek() == Some('{') => {
                        return Err(broken("`\\x{` has no closing brace"));
                    }
                    None => self.take_up_to(2, |digit| digit.is_ascii_hexdigit()),
                };
                return character(if digits.is_empty() { "0" } else { digits }, 16, start).map(Some);
            }
            'N' if self.rest().starts_with("N{U+") => {
                self.at += 1;
                let digits = self.delimited(&[('{', '}')]).and_then(|name| name.strip_prefix("U+"));
                return character(digits.unwrap_or_default(), 16, start).map(Some);
            }
            'c' => {
                self.next();
                let control = self.take_one(|letter| (' '..='~').contains(&letter));
                let control = control.and_then(|letter| letter.bytes().next());
                let control = control.ok_or_else(|| broken("`\\c` needs an ASCII character"))?;
                return Ok(Some(char::from(control.to_ascii_uppercase() ^ 0x40)));
            }
            letter if letter.is_ascii_alphanumeric() => return Ok(None),
            other => other,
        };
        self.next();
        Ok(Some(character))
    }

    /// Reads `\1` and the like: a reference, or from 10 on the octal number of a character.
    fn numbered_escape(&mut self, first: char, start: usize) -> Result<Atom> {
        self.at -= first.len_utf8();
        let digits = self.take_while(|digit| digit.is_ascii_digit());
        let number: u32 = digits.parse().unwrap_or(u32::MAX);
        if number < 10 || matches!(first, '8' | '9') || number <= self.groups {
            return Ok(Atom::Repeatable(self.back_reference(Reference::Number(number), start)));
        }
        self.at = start + 1;
        let digits = self.take_up_to(3, |digit| digit.is_digit(8));
        Ok(Atom::Repeatable(self.literal(character(digits, 8, start)?)))
    }

    /// Reads what follows `\g`.
    fn group_escape(&mut self, start: usize) -> Result<Atom> {
        let broken = || ExpressionError::broken("`\\g` needs the number or name of a group", start);
        if matches!(self.peek(), Some('<' | '\'')) {
            return Err(ExpressionError::unsupported("calls of groups", start));
        }
        let name = match self.delimited(&[('{', '}')]) {
            Some(name) => name,
            None => {
                let rest = self.rest();
                let sign = rest.len() - rest.trim_start_matches(['+', '-']).len();
                let digits = rest.get(sign..).unwrap_or_default();
                let end = sign + digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                self.at += end;
                rest.get(..end).unwrap_or_default()
            }
        };
        let reference = self.reference(name).ok_or_else(broken)?;
        Ok(Atom::Repeatable(self.back_reference(reference, start)))
    }

    /// The group that a number, a distance such as `-1`, or a name stands for.
    pub(super) fn reference(&self, text: &str) -> Option<Reference> {
        let distance = |digits: &str| digits.parse::<u32>().ok().filter(|distance| *distance > 0);
        if let Some(digits) = text.strip_prefix('-') {
            let number = self.groups.checked_add(1)?.checked_sub(distance(digits)?)?;
            return Some(Reference::Number(number)).filter(|_| number > 0);
        }
        if let Some(digits) = text.strip_prefix('+') {
            return Some(Reference::Number(self.groups.checked_add(distance(digits)?)?));
        }
        match text.bytes().next()? {
            b'0'..=b'9' => Some(Reference::Number(text.parse().ok()?)),
            _ => Some(Reference::Name(text.to_owned())),
        }
    }

    pub(super) fn back_reference(&mut self, group: Reference, at: usize) -> Node {
        self.references.push((group.clone(), at));
        Node::BackReference { group, any_case: self.flags.any_case }
    }

    /// Reads a text between one of these pairs of marks.
    pub(super) fn delimited(&mut self, marks: &[(char, char)]) -> Option<&'e str> {
        let rest = self.rest();
        let (open, close) = marks.iter().find(|(open, _)| rest.starts_with(*open))?;
        let inside = rest.get(open.len_utf8()..)?.split_once(*close)?.0;
        self.at += open.len_utf8() + inside.len() + close.len_utf8();
        Some(inside)
    }

    fn take_one(&mut self, passes: impl Fn(char) -> bool) -> Option<&'e str> {
        let one = self.take_up_to(1, passes);
        (!one.is_empty()).then_some(one)
    }

    fn take_up_to(&mut self, most: usize, passes: impl Fn(char) -> bool) -> &'e str {
        let mut count = 0;
        self.take_while(|character| {
            count += 1;
            count <= most && passes(character)
        })
    }
}

/// The character with this number.
pub(super) fn character(digits: &str, radix: u32, at: usize) -> Result<char> {
    let number = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'));
    let character = number.and_then(char::from_u32);
    character.ok_or_else(|| ExpressionError::broken("the number of a character is none", at))
}

fn any_line_break() -> Node {
    let literal = |character| Node::Literal { character, any_case: false };
    let single = VERTICAL_SPACE.iter().map(|(low, high)| SetItem::Range(*low, *high)).collect();
    let single = Node::Set(Set { items: single, ..Set::default() });
    let pair = Node::Concat(vec![literal('\r'), literal('\n')]);
    Node::Atomic(Box::new(Node::Alternation(vec![pair, single])))
}
