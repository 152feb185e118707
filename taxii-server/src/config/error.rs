//! What is wrong with settings.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;

/// Settings that cannot work: every problem, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) problems: Vec<String>,
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self { problems: vec![format!("cannot read `{}`: {error}", path.display())] }
    }

    pub(super) fn malformed(path: &Path, error: &toml::de::Error) -> Self {
        let help = meant(error.message()).map(|name| format!("\ndid you mean `{name}`?")).unwrap_or_default();
        Self { problems: vec![format!("`{}`: {}{help}", path.display(), error.to_string().trim_end())] }
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

/// Which of the names that a message expects is meant by the one that it shows first.
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
    use crate::config::Config;

    #[test]
    fn what_is_misspelt_is_said_with_what_to_write() {
        let cases = [
            ("lisen = '127.0.0.1:80'", "did you mean `listen`?"),
            ("[[feed]]\nintervall = '5m'", "did you mean `interval`?"),
            ("[[feed]]\ntyp = 'ipv4'", "did you mean `type`?"),
            ("[[feed]]\nconfidence = 'hgih'", "did you mean `high`?"),
            ("[[feed]]\ntype = 'ipv5'", "`type` is `ipv5`: expected one of ipv4, ipv6, domain"),
            ("[[feed]]\ntype = 'IPv4'", "`type` is `IPv4`"),
            ("[[feed]]\ninterval = 300", "expected a duration in quotes such as"),
            ("[[feed]]\ninterval = '5 minutes'", "expected a duration such as"),
            ("[[feed]]\ntlp = 'blue'", "the levels of TLP 2.0 are clear, green, amber, amber+strict, red"),
            ("[[feed]]\ntlp_version = 3", "`tlp_version` is 3: expected 1 or 2"),
            ("[[feed]]\nendpoint = 'stix'\ncategory = 'news'", "`category` is known to the list only"),
            ("colour = 1", "unknown field `colour`"),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        for (text, expected) in cases {
            std::fs::write(&path, text).unwrap();
            let error = Config::read(&path).and_then(|config| config.check()).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(expected.contains("did you mean") || !error.contains("did you mean"), "{error}");
        }
        for good in
            ["type = 'mitre_attack'", "type = 'mitre-attack'\nconfidence = 'low'", "category = 'news'"]
        {
            std::fs::write(&path, format!("[[feed]]\n{good}\n")).unwrap();
            assert_eq!(Config::read(&path).unwrap().check(), Ok(()), "{good}");
        }
    }
}
