//! Texts that are patterns but for one slip of those that people make.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::pattern;

/// A pattern with one slip in it. A few slips leave a pattern, as when a letter is left out of a string.
pub fn near_valid() -> impl Strategy<Value = String> {
    let slip = prop_oneof![
        any::<Index>().prop_map(Slip::LeaveOut),
        any::<Index>().prop_map(Slip::Double),
        (any::<Index>(), select(vec!['\'', '"', '\\', '[', ']', '(', ')', ',', '.', ';', 'é', '\u{feff}']))
            .prop_map(|(at, character)| Slip::PutIn(at, character)),
        any::<Index>().prop_map(Slip::BreakOff),
        select(REPLACEMENTS.to_vec()).prop_map(|(right, wrong)| Slip::Write(right, wrong)),
    ];
    (pattern(), slip).prop_map(|(pattern, slip)| slip.make(&pattern.to_string()))
}

#[derive(Clone, Copy, Debug)]
enum Slip {
    LeaveOut(Index),
    Double(Index),
    PutIn(Index, char),
    BreakOff(Index),
    /// One thing for another, wherever it stands.
    Write(&'static str, &'static str),
}

/// What is right, and what is written instead.
const REPLACEMENTS: [(&str, &str); 14] = [
    (" AND ", " and "),
    (" OR ", " || "),
    (" FOLLOWEDBY ", " followedby "),
    ("'", "\""),
    ("'", "’"),
    (" = ", " =! "),
    (" != ", " ! "),
    (" NOT ", " not "),
    (" SECONDS", " MINUTES"),
    (" TIMES", ""),
    (" STOP t'", " STOP '"),
    (":", "."),
    ("[", ""),
    ("true", "True"),
];

impl Slip {
    fn make(self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let length = characters.len();
        match self {
            Self::LeaveOut(at) => {
                characters.remove(at.index(length));
            }
            Self::Double(at) => {
                let at = at.index(length);
                characters.splice(at..at, characters.get(at).copied().into_iter().collect::<Vec<_>>());
            }
            Self::PutIn(at, character) => characters.insert(at.index(length + 1), character),
            Self::BreakOff(at) => characters.truncate(at.index(length)),
            Self::Write(right, wrong) => return text.replace(right, wrong),
        }
        characters.into_iter().collect()
    }
}
