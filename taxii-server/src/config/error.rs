//! Why settings are refused.
//!
//! A message goes to the journal, so it never repeats what may be a secret. Of a line that cannot be read it names the place
//! and the setting, not the value: a misspelt `database` holds a password just as the right one does.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;

/// Settings that cannot work: every problem, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self { problems: vec![format!("cannot read `{}`: {error}", path.display())] }
    }

    /// Describes a text that is not TOML, or not these settings, without showing any of its values.
    pub(super) fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().map(|span| place(text, span.start)).unwrap_or_default();
        let message = without_values(error.message());
        let help = meant(&message).map(|name| format!("\ndid you mean `{name}`?")).unwrap_or_default();
        Self { problems: vec![format!("`{}`{place}: {message}{help}", path.display())] }
    }

    /// The problems, at least one.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// Returns the line and column of a byte offset, in words.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()).saturating_add(1);
    format!(", line {line}, column {column}")
}

/// Returns a message of serde without the value that it found: `invalid type: string, expected u32`.
fn without_values(message: &str) -> String {
    for beginning in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) =
            message.strip_prefix(beginning).and_then(|rest| rest.rsplit_once(", expected "))
        {
            let kind = found.split(['`', '"']).next().unwrap_or_default().trim_end();
            return format!("{beginning}{kind}, expected {expected}");
        }
    }
    message.trim_end().to_owned()
}

/// Returns which of the names that a message expects is meant by the one that it shows first.
fn meant(message: &str) -> Option<&str> {
    let mut names = message.split('`').skip(1).step_by(2);
    let shown = names.next()?;
    // Of those as near as each other, the one that goes on as it was begun.
    let begun = |name: &str| name.bytes().zip(shown.bytes()).take_while(|(a, b)| a == b).count();
    let distance = |name: &str| (strsim::damerau_levenshtein(shown, name), Reverse(begun(name)));
    names.min_by_key(|name| distance(name)).filter(|name| distance(name).0 <= name.len().div_ceil(3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Config, DEFAULTS};
    use super::*;

    const SECRET: &str = "GEHEIM";

    /// Settings that hold a secret, or in whose place somebody may write one, and the table that they stand in.
    const SECRET_KEYS: [(&str, &str); 9] = [
        ("", "database"),
        ("", "database_file"),
        ("", "webhook"),
        ("", "public_url"),
        ("", "api_key_header"),
        ("[[feed]]", "url"),
        ("[[feed]]", "proxy"),
        ("[[feed]]", "api_key_env"),
        ("[[feed]]", "api_key"),
    ];

    /// Every name of a setting in the file of defaults.
    fn names() -> Vec<String> {
        let line = |line: &'static str| line.trim_start_matches(['#', ' ']).split_once(" = ");
        let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        DEFAULTS.lines().filter_map(line).map(|(name, _)| name).filter(is_name).map(str::to_owned).collect()
    }

    /// Values that hold the secret, well-formed and broken.
    fn values() -> impl Strategy<Value = String> {
        let text = prop_oneof![
            Just(format!("postgres://taxii:{SECRET}@db.example.com/taxii")),
            Just(format!("postgres:taxii:{SECRET}@db")),
            Just(format!("host=db password={SECRET}")),
            Just(format!("https://name:{SECRET}@feed.example.com/{SECRET}?key={SECRET}")),
            Just(format!("https//name:{SECRET}@feed.example.com")),
            Just(format!("ftp://name:{SECRET}@feed.example.com")),
            Just(format!("sk live {SECRET}, expected {SECRET}")),
        ];
        let form = prop_oneof![
            Just("\"@\""),
            Just("'@'"),
            Just("[\"@\"]"),
            Just("{ a = \"@\" }"),
            Just("\"@"),
            Just("'@"),
            Just("@"),
            Just("\"\"\"\n@\n\"\"\""),
            Just("\"\"\"\n@\n"),
            Just("[\n\"@\"\n"),
            Just("\"@\" \"@\""),
            Just("\"\\q@\""),
        ];
        (text, form).prop_map(|(text, form)| form.replace('@', &text))
    }

    fn refused(text: &str) -> Option<String> {
        match Config::parse(text) {
            Ok(config) => config.check().err().map(|error| error.to_string()),
            Err(error) => Some(ConfigError::malformed(Path::new("x.toml"), text, &error).to_string()),
        }
    }

    proptest! {
        /// A misspelt line is refused, whatever it holds, and no part of the value is shown.
        #[test]
        fn misspelt_setting_keeps_its_value(
            name in prop::sample::select(names()),
            cut in any::<prop::sample::Index>(),
            table in prop::sample::select(vec!["", "[[feed]]", "[[collection]]", "[retention]", "[[api_root]]"]),
            value in values(),
        ) {
            let mut misspelt = name.clone();
            misspelt.insert(cut.index(name.len()), 'q');
            let error = refused(&format!("{table}\n{misspelt} = {value}\n"));
            let error = error.expect("a setting of this name does not exist");
            prop_assert!(!error.contains(SECRET), "{misspelt} = {value}: {error}");
            prop_assert!(error.contains("line "), "{error}");
        }

        /// Of a setting that may hold a secret no message shows the value, whatever is wrong with it.
        #[test]
        fn secret_setting_is_not_shown(
            (table, name) in prop::sample::select(SECRET_KEYS.to_vec()),
            value in values(),
        ) {
            if let Some(error) = refused(&format!("{table}\n{name} = {value}\n")) {
                prop_assert!(!error.contains(SECRET), "{name} = {value}: {error}");
            }
        }

        /// Where a value has the wrong type, whatever the setting is, the message tells the type.
        #[test]
        fn value_of_a_wrong_type_is_not_shown(name in prop::sample::select(names()), value in values()) {
            let text = format!("{name} = {value}\n");
            if let Err(error) = Config::parse(&text) {
                let error = ConfigError::malformed(Path::new("x.toml"), &text, &error).to_string();
                // A word in the place of one of a few, a duration or an address is shown: there it helps, and is no secret.
                let shown = ["unknown variant `", "expected a duration", "is no address or network", "invalid socket"];
                prop_assert!(!error.contains(SECRET) || shown.iter().any(|words| error.contains(words)), "{error}");
            }
        }
    }

    #[test]
    fn place_and_type_are_told() {
        let error = refused("listen = \"127.0.0.1:0\"\nmax_page = \"GEHEIM\"\n").unwrap();
        assert_eq!(error, "`x.toml`, line 2, column 12: invalid type: string, expected a nonzero u32");
        let error = refused("databse = \"postgres://taxii:GEHEIM@db.example.com/taxii\"\n").unwrap();
        assert!(
            error.starts_with("`x.toml`, line 1, column 1: unknown field `databse`, expected"),
            "{error}"
        );
        assert!(error.ends_with("\ndid you mean `database`?"), "{error}");
    }
}
