//! Texts that regular expressions match (STIX 2.1, section 9.6.1).

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::{Parser, parse};

/// The longest text that is made.
const LONGEST: usize = 1000;

/// A short text of ASCII that the expression matches.
pub(super) fn example(expression: &str) -> Option<String> {
    let mut text = Draft { text: String::new(), is_ended: false };
    text.add(&parse(expression).ok()?)?;
    Some(text.text)
}

/// Whether the empty text does not pass.
pub(super) fn is_something(expression: &str) -> bool {
    let hir = Parser::new().parse(expression);
    hir.is_ok_and(|hir| hir.properties().minimum_len().is_some_and(|least| least > 0))
}

/// A text that grows at its end, unless the expression had an end there.
struct Draft {
    text: String,
    is_ended: bool,
}

impl Draft {
    fn add(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => Some(()),
            HirKind::Literal(literal) => self.push(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => self.push(member(class)?.encode_utf8(&mut [0; 4])),
            HirKind::Look(Look::Start) => self.text.is_empty().then_some(()),
            HirKind::Look(Look::End) => {
                self.is_ended = true;
                Some(())
            }
            HirKind::Look(_) => None,
            HirKind::Repetition(repetition) => {
                (0..repetition.min).try_for_each(|_| self.add(&repetition.sub))
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part)),
            HirKind::Alternation(parts) => self.add(parts.first()?),
        }
    }

    fn push(&mut self, text: &str) -> Option<()> {
        let fits = text.is_ascii() && !self.is_ended && self.text.len() + text.len() <= LONGEST;
        fits.then(|| self.text.push_str(text))
    }
}

/// A member of a class that can be seen, a letter or a digit if there is one.
fn member(class: &Class) -> Option<char> {
    let is_in = |c: char| match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c))
        }
        Class::Bytes(class) => u8::try_from(c)
            .is_ok_and(|c| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c))),
    };
    ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(' '..='~').find(|c| is_in(*c))
}
