//! Damages valid patterns as people do: a correction that is offered leads back to what the pattern meant, or there is
//! none.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::sample::{Index, select};
use stix_pattern::Pattern;
use stix_pattern::check::Checker;
use stix_pattern::normalize::Equivalence;

/// Tests as they stand in public feeds: each says nothing that the checker has doubts about.
fn test() -> impl Strategy<Value = String> {
    let word = "[a-z]{3,8}";
    let text = prop_oneof![
        4 => "[a-z]{2,6}( [a-z]{2,6})?\\.exe".prop_map(|text| text),
        2 => "[a-z]{2,5}'s [a-z]{2,5}".prop_map(|text: String| text.replace('\'', "\\'")),
        1 => "[a-z]{2,5}, [a-z]{2,5}",
        1 => "the \"[a-z]{3,5}\" of [a-z]{2,5}",
        1 => "[A-Z][a-z]{2,4} AND [A-Z][a-z]{2,4}",
        1 => "[a-z]{2,4}\\([a-z]{2,4}\\)",
    ];
    let path = "[A-Z]:(\\\\\\\\[A-Za-z]{2,6}){1,3}";
    let unc = "\\\\\\\\\\\\\\\\[a-z]{2,6}(\\\\\\\\[a-z]{2,6}){1,2}";
    let key = "HKEY_LOCAL_MACHINE(\\\\\\\\[A-Za-z]{2,6}){1,3}";
    prop_oneof![
        3 => text.clone().prop_map(|text| format!("file:name = '{text}'")),
        1 => text.prop_map(|text| format!("process:command_line != '{text}'")),
        2 => (1..100_000_i64).prop_map(|size| format!("file:size > {size}")),
        1 => (1..65_536_i64).prop_map(|port| format!("network-traffic:dst_port = {port}")),
        2 => path.prop_map(|path| format!("directory:path = '{path}'")),
        1 => unc.prop_map(|path| format!("directory:path = '{path}'")),
        1 => key.prop_map(|key| format!("windows-registry-key:key = '{key}'")),
        2 => (1..255_u8, 1..255_u8).prop_map(|(a, b)| format!("ipv4-addr:value = '198.51.{a}.{b}'")),
        2 => word.prop_map(|word| format!("domain-name:value = '{word}.example'")),
        2 => word.prop_map(|word| format!("url:value = 'http://{word}.example/a?b=c'")),
        1 => word.prop_map(|word| format!("file:name LIKE '%{word}%'")),
        1 => (word, word).prop_map(|(one, other)| format!("file:name IN ('{one}', '{other}')")),
        1 => "[0-9a-f]{64}".prop_map(|hash| format!("file:hashes.'SHA-256' = '{hash}'")),
        1 => "[0-9a-f]{32}".prop_map(|hash| format!("file:hashes.MD5 = '{hash}'")),
        1 => (1..29_u8).prop_map(|day| format!("file:ctime > t'2020-01-{day:02}T00:00:00Z'")),
        1 => any::<bool>().prop_map(|value| format!("process:is_hidden = {value}")),
        1 => Just("NOT EXISTS file:name".to_owned()),
        1 => Just("EXISTS file:size".to_owned()),
        1 => Just("process:image_ref.name = 'cmd.exe'".to_owned()),
        1 => Just("autonomous-system:number = 64496".to_owned()),
        1 => Just("x-acme-thing:name = 'value'".to_owned()),
        1 => Just("x-acme-thing:name = '2020-01-01T00:00:00Z'".to_owned()),
        1 => Just("x-acme-thing:name = '5'".to_owned()),
        1 => Just("x-acme-thing:name = 'true'".to_owned()),
        1 => Just("x-acme-thing:name = '5MB'".to_owned()),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    let bracket = prop_oneof![
        3 => test().prop_map(|test| format!("[{test}]")),
        2 => (test(), test()).prop_map(|(one, other)| format!("[{one} OR {other}]")),
        1 => (test(), test(), test()).prop_map(|(a, b, c)| format!("[{a} OR {b} OR {c}]")),
    ];
    let qualified = (bracket.clone(), select(vec!["", " WITHIN 300 SECONDS", " REPEATS 5 TIMES"]))
        .prop_map(|(bracket, qualifier)| format!("{bracket}{qualifier}"));
    prop_oneof![
        4 => qualified.clone(),
        1 => (qualified.clone(), qualified.clone()).prop_map(|(one, other)| format!("{one} AND {other}")),
        1 => (qualified.clone(), qualified.clone()).prop_map(|(one, other)| format!("{one} FOLLOWEDBY {other}")),
        1 => (qualified.clone(), qualified).prop_map(|(one, other)| format!("({one} OR {other})")),
    ]
}

/// What is right, and what is written instead, wherever it stands.
const REPLACEMENTS: [(&str, &str); 47] = [
    (" AND ", " and "),
    (" AND ", " && "),
    (" OR ", " or "),
    (" OR ", " || "),
    (" FOLLOWEDBY ", " FOLLOWED BY "),
    (" FOLLOWEDBY ", " followedby "),
    ("'", "\""),
    ("'", "’"),
    ("'", "`"),
    ("\\'", "'"),
    ("\\\\", "\\"),
    ("'", ""),
    (" = '", " = "),
    (" = ", " == "),
    (" = ", " EQUALS "),
    (" = ", " IS "),
    (" = ", " eq "),
    (" != ", " =! "),
    (" > ", " GT "),
    (" > ", " &gt; "),
    ("'", "&#39;"),
    ("300 SECONDS", "5 MINUTES"),
    ("300 SECONDS", "5m"),
    (" TIMES", ""),
    ("IN (", "IN ["),
    (")", "]"),
    ("(", ""),
    ("hashes.'SHA-256'", "hashes.SHA-256"),
    ("hashes.'SHA-256'", "hashes.sha256"),
    ("hashes.MD5", "md5"),
    ("hashes.MD5", "hashes:md5"),
    ("hashes.", "hash."),
    ("windows-registry-key", "win-registry-key"),
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("image_ref.name", "name"),
    ("file:ctime", "file:created"),
    (" > t'", " > '"),
    ("file:", "file."),
    ("64496", "'AS64496'"),
    ("64496", "AS64496"),
    ("file:", "File:"),
    ("http://", "hxxp://"),
    (".example", "[.]example"),
    ("NOT EXISTS file:name", "file:name = null"),
    ("EXISTS file:size", "file:size IS NOT NULL"),
    ("true", "True"),
    ("LIKE '%", "CONTAINS '%"),
];

#[derive(Clone, Copy, Debug)]
enum Damage {
    Write(&'static str, &'static str),
    /// One of the places only.
    WriteOnce(&'static str, &'static str, Index),
    LeaveOut(Index),
    Double(Index),
    PutIn(Index, char),
    BreakOff(Index),
    Quote(&'static str, &'static str),
    Bracket,
}

fn damage() -> impl Strategy<Value = Damage> {
    let marks = vec!['\'', '"', '\\', '[', ']', '(', ')', ',', '.', ';', '-', ' ', '&'];
    prop_oneof![
        4 => select(REPLACEMENTS.to_vec()).prop_map(|(right, wrong)| Damage::Write(right, wrong)),
        4 => (select(REPLACEMENTS.to_vec()), any::<Index>())
            .prop_map(|((right, wrong), at)| Damage::WriteOnce(right, wrong, at)),
        1 => any::<Index>().prop_map(Damage::LeaveOut),
        1 => any::<Index>().prop_map(Damage::Double),
        2 => (any::<Index>(), select(marks)).prop_map(|(at, mark)| Damage::PutIn(at, mark)),
        1 => any::<Index>().prop_map(Damage::BreakOff),
        1 => select(vec![("\"", "\""), ("'", "'"), ("“", "”"), ("", ";"), ("{", "}")])
            .prop_map(|(before, behind)| Damage::Quote(before, behind)),
        1 => Just(Damage::Bracket),
    ]
}

impl Damage {
    fn make(self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let length = characters.len();
        match self {
            Self::Write(right, wrong) => {
                let mut damaged = text.to_owned();
                for at in places(text, right).into_iter().rev() {
                    damaged.replace_range(at..at + right.len(), wrong);
                }
                return damaged;
            }
            Self::WriteOnce(right, wrong, at) => {
                let places = places(text, right);
                let Some(place) = (!places.is_empty()).then(|| places[at.index(places.len())]) else {
                    return text.to_owned();
                };
                return format!("{}{wrong}{}", &text[..place], &text[place + right.len()..]);
            }
            Self::LeaveOut(at) => {
                characters.remove(at.index(length));
            }
            Self::Double(at) => {
                let at = at.index(length);
                characters.insert(at, characters[at]);
            }
            Self::PutIn(at, mark) => characters.insert(at.index(length + 1), mark),
            Self::BreakOff(at) => characters.truncate(at.index(length)),
            Self::Quote(before, behind) => return format!("{before}{text}{behind}"),
            Self::Bracket => return format!("[{text}]"),
        }
        characters.into_iter().collect()
    }

    /// Returns whether a character was put in or left out, which may be part of a value as well.
    fn is_mark(self) -> bool {
        matches!(self, Self::LeaveOut(_) | Self::Double(_) | Self::PutIn(..) | Self::BreakOff(_))
            || matches!(self, Self::Write(_, "") | Self::WriteOnce(_, "", _))
    }
}

/// Returns where a text stands in a pattern: what is a keyword or a name, outside of the strings only.
fn places(pattern: &str, text: &str) -> Vec<usize> {
    let is_of_values =
        text.contains(['\'', '\\']) || ["HKEY_LOCAL_MACHINE", "http://", ".example"].contains(&text);
    let is_outside = |at: usize| {
        let before = pattern[..at].replace("\\\\", "").replace("\\'", "");
        is_of_values || before.matches('\'').count().is_multiple_of(2)
    };
    pattern.match_indices(text).map(|(at, _)| at).filter(|at| is_outside(*at)).collect()
}

/// Returns what a pattern tests, without the marks in its values: what is left when a mark is put in or left out
/// somewhere.
fn outline(pattern: &Pattern) -> Vec<(String, &'static str, bool, String)> {
    let letters = |text: String| text.chars().filter(|mark| mark.is_alphanumeric()).collect();
    let values = pattern.values();
    let told = values.iter().map(|value| {
        let constant = value.value().map_or_else(String::new, |value| value.to_string());
        (letters(value.path().to_string()), value.operator(), value.is_negated(), letters(constant))
    });
    told.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_correction_leads_back_to_what_was_meant(text in pattern(), damage in damage()) {
        let checker = Checker::default();
        let original = Pattern::parse(&text).unwrap();
        let damaged = damage.make(&text);
        // What is a pattern without any doubt about it is not known to be damaged.
        let report = checker.check(&damaged);
        let Some(corrected) = report.corrected() else { return Ok(()) };
        let again = Pattern::parse(corrected);
        prop_assert!(again.is_ok(), "{} became {}, which is no pattern", damaged, corrected);
        let rules = |report: &stix_pattern::check::PatternReport| {
            let mut rules: Vec<_> = report.problems().iter().map(|problem| problem.rule()).collect();
            rules.sort_unstable();
            rules
        };
        let after = checker.check(corrected);
        if report.pattern().is_some() {
            for rule in rules(&after) {
                prop_assert!(rules(&report).contains(&rule), "{} became {}: {}", damaged, corrected, rule);
            }
        }
        let again = again.unwrap();
        if damage.is_mark() {
            // A text that is a pattern again means what it says, and a letter that got lost does not come back.
            let is_letter = damaged.matches(char::is_alphanumeric).count() != text.matches(char::is_alphanumeric).count();
            let is_same = outline(&again) == outline(&original) || again.equivalence(&original) == Equivalence::Equal;
            let is_same = report.pattern().is_some() || is_letter || is_same;
            prop_assert!(is_same, "{} was damaged to {} and became {} ({:?})", text, damaged, corrected, damage);
            return Ok(());
        }
        prop_assert!(
            again.equivalence(&original) == Equivalence::Equal,
            "{} was damaged to {} and became {} ({:?})", text, damaged, corrected, damage
        );
    }
}
