//! Groups, assertions, settings, conditions and verbs: everything that begins with a parenthesis.

use super::ExpressionError;
use super::node::{LookKind, Node, Reference};
use super::parser::{Atom, Parser};

type Result<T> = std::result::Result<T, ExpressionError>;

/// The names of the groups that begin with `(*` and stand for `(?`.
const WORDY_GROUPS: [(&str, Opening); 9] = [
    ("pla:", Opening::Look(LookKind::Ahead)),
    ("positive_lookahead:", Opening::Look(LookKind::Ahead)),
    ("nla:", Opening::Look(LookKind::NotAhead)),
    ("negative_lookahead:", Opening::Look(LookKind::NotAhead)),
    ("plb:", Opening::Look(LookKind::Behind)),
    ("positive_lookbehind:", Opening::Look(LookKind::Behind)),
    ("nlb:", Opening::Look(LookKind::NotBehind)),
    ("negative_lookbehind:", Opening::Look(LookKind::NotBehind)),
    ("atomic:", Opening::Atomic),
];

/// The verbs that this library cannot follow.
const VERBS: [&str; 12] =
    ["ACCEPT", "COMMIT", "PRUNE", "SKIP", "THEN", "MARK", "LIMIT_", "NO_", "NOTEMPTY", "BSR_", "CR", "ANY"];

#[derive(Clone, Copy, Debug)]
enum Opening {
    Plain,
    Capture,
    Look(LookKind),
    Atomic,
    /// `(?|`, whose alternatives use the same numbers.
    Shared,
}

impl Parser<'_> {
    /// Reads the rest of a group.
    pub(super) fn group(&mut self, start: usize) -> Result<Atom> {
        if self.eat('*') {
            return self.verb(start);
        }
        if !self.eat('?') {
            let opening = if self.flags.no_captures { Opening::Plain } else { Opening::Capture };
            return self.inside(opening, start).map(Atom::Repeatable);
        }
        let unsupported = |construct| Err(ExpressionError::unsupported(construct, start));
        let opening = match self.peek() {
            Some(':') => Opening::Plain,
            Some('|') => Opening::Shared,
            Some('>') => Opening::Atomic,
            Some('=') => Opening::Look(LookKind::Ahead),
            Some('!') => Opening::Look(LookKind::NotAhead),
            Some('(') => return self.condition(start).map(Atom::Repeatable),
            Some('<') if self.rest().starts_with("<=") => {
                self.next();
                Opening::Look(LookKind::Behind)
            }
            Some('<') if self.rest().starts_with("<!") => {
                self.next();
                Opening::Look(LookKind::NotBehind)
            }
            Some('*') => return unsupported("assertions that may be entered again"),
            Some('<') if self.rest().starts_with("<*") => {
                return unsupported("assertions that may be entered again");
            }
            Some('<' | '\'') => return self.named(start).map(Atom::Repeatable),
            Some('P') => return self.python(start),
            Some('R' | '0'..='9' | '&' | '+') => return unsupported("recursion and calls of groups"),
            Some('-') if self.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit) => {
                return unsupported("recursion and calls of groups");
            }
            Some('C') => return unsupported("callouts"),
            Some(_) => return self.settings(start),
            None => return Err(unclosed(start)),
        };
        self.next();
        self.inside(opening, start).map(Atom::Repeatable)
    }

    /// Reads alternatives and the closing parenthesis. Settings inside end with the group.
    fn inside(&mut self, opening: Opening, start: usize) -> Result<Node> {
        match opening {
            Opening::Capture => self.groups += 1,
            Opening::Shared => self.shared_numbers = self.shared_numbers.or(Some(start)),
            _ => {}
        }
        let is_look = matches!(opening, Opening::Look(_));
        let flags = self.flags;
        self.looks += usize::from(is_look);
        let node = self.alternation()?;
        self.looks -= usize::from(is_look);
        self.flags = flags;
        if !self.eat(')') {
            return Err(unclosed(start));
        }
        Ok(match opening {
            Opening::Capture => Node::Capture(Box::new(node)),
            Opening::Look(kind) => Node::look(kind, node),
            Opening::Atomic => Node::Atomic(Box::new(node)),
            // A plain group has no node of its own: `translate` writes parentheses where they are needed.
            Opening::Plain | Opening::Shared => node,
        })
    }

    /// Reads `<name>` or `'name'` and the group.
    fn named(&mut self, start: usize) -> Result<Node> {
        let name = self.delimited(&[('<', '>'), ('\'', '\'')]).unwrap_or_default().to_owned();
        let is_name = name.starts_with(|first: char| first == '_' || first.is_alphabetic())
            && name.chars().all(|character| character == '_' || character.is_alphanumeric());
        if !is_name {
            let reason = "the name of a group begins with a letter and has letters, digits and `_`";
            return Err(ExpressionError::broken(reason, start));
        }
        let number = self.groups + 1;
        if self.names.insert(name, number).is_some() && !self.flags.duplicate_names {
            return Err(ExpressionError::broken("two groups have the same name", start));
        }
        self.inside(Opening::Capture, start)
    }

    /// Reads what follows `(?P`, the way of Python.
    fn python(&mut self, start: usize) -> Result<Atom> {
        self.next();
        if self.peek() == Some('<') {
            return self.named(start).map(Atom::Repeatable);
        }
        if self.eat('=') {
            let name = self.take_while(|character| character != ')').to_owned();
            if !self.eat(')') || name.is_empty() {
                return Err(unclosed(start));
            }
            return Ok(Atom::Repeatable(self.back_reference(Reference::Name(name), start)));
        }
        match self.peek() {
            Some('>') => Err(ExpressionError::unsupported("recursion and calls of groups", start)),
            _ => Err(ExpressionError::broken("`(?P` is followed by `<`, `=` or `>`", start)),
        }
    }

    /// Reads settings such as `i-s`, which hold for a group of their own or for the rest of this one.
    fn settings(&mut self, start: usize) -> Result<Atom> {
        let outside = self.flags;
        let mut is_on = true;
        if self.eat('^') {
            self.flags.any_case = false;
            self.flags.multi_line = false;
            self.flags.dot_all = false;
            self.flags.extended = false;
            self.flags.extended_more = false;
            self.flags.no_captures = false;
        }
        loop {
            let Some(letter) = self.next() else { return Err(unclosed(start)) };
            match letter {
                'i' => self.flags.any_case = is_on,
                'm' => self.flags.multi_line = is_on,
                's' => self.flags.dot_all = is_on,
                'x' => {
                    self.flags.extended_more = is_on && self.eat('x');
                    self.flags.extended = is_on;
                }
                'n' => self.flags.no_captures = is_on,
                'U' => self.flags.is_ungreedy = is_on,
                'J' => self.flags.duplicate_names = is_on,
                '-' if is_on => is_on = false,
                ')' => return Ok(Atom::Fixed(Node::Empty)),
                ':' => {
                    let node = self.inside(Opening::Plain, start)?;
                    self.flags = outside;
                    return Ok(Atom::Repeatable(node));
                }
                _ => {
                    let reason = "the characters after `(?` begin no group and no setting";
                    return Err(ExpressionError::broken(reason, start));
                }
            }
        }
    }

    /// Reads `(?(condition)yes|no)` from the condition on.
    fn condition(&mut self, start: usize) -> Result<Node> {
        self.next();
        let looks = [
            ("?=", LookKind::Ahead),
            ("?!", LookKind::NotAhead),
            ("?<=", LookKind::Behind),
            ("?<!", LookKind::NotBehind),
        ];
        if let Some((opening, kind)) = looks.iter().find(|(opening, _)| self.rest().starts_with(opening)) {
            self.at += opening.len();
            let inside = self.inside(Opening::Plain, start)?;
            let (yes, no) = self.branches(start)?;
            let inverse = match kind {
                LookKind::Ahead => LookKind::NotAhead,
                LookKind::NotAhead => LookKind::Ahead,
                LookKind::Behind => LookKind::NotBehind,
                LookKind::NotBehind => LookKind::Behind,
            };
            let yes = Node::Concat(vec![Node::look(*kind, inside.clone()), yes]);
            let no = Node::Concat(vec![Node::look(inverse, without_captures(inside)), no]);
            return Ok(Node::Alternation(vec![yes, no]));
        }
        let name = self.take_while(|character| character != ')');
        if !self.eat(')') {
            return Err(unclosed(start));
        }
        let name = name.trim_start_matches(['<', '\'']).trim_end_matches(['>', '\'']);
        if name == "DEFINE" || name.starts_with('R') || name.starts_with("VERSION") {
            return Err(ExpressionError::unsupported("this condition of a group", start));
        }
        let group = self.reference(name);
        let group =
            group.ok_or_else(|| ExpressionError::broken("the condition of a group names no group", start))?;
        self.references.push((group.clone(), start));
        let (yes, no) = self.branches(start)?;
        Ok(Node::Conditional { group, yes: Box::new(yes), no: Box::new(no) })
    }

    fn branches(&mut self, start: usize) -> Result<(Node, Node)> {
        match self.inside(Opening::Plain, start)? {
            Node::Alternation(branches) => match <[Node; 2]>::try_from(branches) {
                Ok([yes, no]) => Ok((yes, no)),
                Err(_) => Err(ExpressionError::broken("a condition has more than two branches", start)),
            },
            yes => Ok((yes, Node::Empty)),
        }
    }

    /// Reads what follows `(*`.
    fn verb(&mut self, start: usize) -> Result<Atom> {
        if self.eat_text("FAIL)") || self.eat_text("F)") {
            return Ok(Atom::Fixed(Node::Fail));
        }
        if start == 0 && ["UTF)", "UTF8)", "UCP)"].iter().any(|mode| self.eat_text(mode)) {
            return Ok(Atom::Fixed(Node::Empty));
        }
        if let Some((name, opening)) = WORDY_GROUPS.iter().find(|(name, _)| self.rest().starts_with(name)) {
            self.at += name.len();
            return self.inside(*opening, start).map(Atom::Repeatable);
        }
        match VERBS.iter().any(|verb| self.rest().starts_with(verb)) {
            true => Err(ExpressionError::unsupported("verbs that control backtracking", start)),
            false => Err(ExpressionError::broken("PCRE does not know the verb after `(*`", start)),
        }
    }
}

/// The node with groups that have no numbers, where it stands a second time.
fn without_captures(node: Node) -> Node {
    let boxed = |node: Box<Node>| Box::new(without_captures(*node));
    let all = |nodes: Vec<Node>| nodes.into_iter().map(without_captures).collect();
    match node {
        Node::Capture(node) => without_captures(*node),
        Node::Concat(nodes) => Node::Concat(all(nodes)),
        Node::Alternation(nodes) => Node::Alternation(all(nodes)),
        Node::Repeat { node, min, max, kind } => Node::Repeat { node: boxed(node), min, max, kind },
        Node::Look { kind, node } => Node::Look { kind, node: boxed(node) },
        Node::Atomic(node) => Node::Atomic(boxed(node)),
        Node::Conditional { group, yes, no } => Node::Conditional { group, yes: boxed(yes), no: boxed(no) },
        node => node,
    }
}

fn unclosed(at: usize) -> ExpressionError {
    ExpressionError::broken("a group has no closing parenthesis", at)
}
