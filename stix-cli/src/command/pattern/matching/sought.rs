//! The patterns to match: those of the command line and those of indicators (section 4.7).

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::Value;
use stix_core::bundle::{BundleReader, Limits};
use stix_pattern::check::{Checker, Rule};
use stix_pattern::matcher::{CompileError, Instant, Trouble};
use stix_pattern::{LanguageVersion, Pattern};

use super::Troubles;
use crate::failure::{Failure, warn};
use crate::input::Input;

/// A pattern to match, and where it is from.
#[derive(Debug)]
pub(super) struct SoughtPattern {
    pub(super) source: String,
    pub(super) pattern: Pattern,
    pub(super) indicator: Option<String>,
    pub(super) name: Option<String>,
    /// What to call it where something is wrong with it.
    label: String,
}

/// Which indicators count.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) revoked: bool,
    pub(super) expired: bool,
    pub(super) now: Option<Instant>,
}

/// The latest version of an indicator.
#[derive(Debug)]
struct Indicator {
    object: Value,
    label: String,
}

/// Why an indicator is left out, in the order in which it is said.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LeftOut {
    Language(String),
    Revoked,
    Expired,
}

/// Reads the patterns, those of the command line first. What is no pattern is said and left out.
pub(super) fn read(
    patterns: &[String],
    files: &[PathBuf],
    selection: &Selection,
    trouble: &mut Troubles,
) -> Result<Vec<SoughtPattern>, Failure> {
    let mut sought = Vec::new();
    for (index, source) in patterns.iter().enumerate() {
        let label = format!("pattern {}", index + 1);
        let version = LanguageVersion::V2_1;
        sought.extend(SoughtPattern::parse(source.clone(), version, None, None, label, trouble));
    }
    let mut left_out = BTreeMap::new();
    for indicator in indicators(files, trouble)? {
        match selection.leaves_out(&indicator.object) {
            Some(reason) => *left_out.entry(reason).or_insert(0_usize) += 1,
            None => sought.extend(indicator.into_sought(trouble)),
        }
    }
    left_out.iter().for_each(|(reason, count)| reason.say(*count));
    if sought.is_empty() && left_out.is_empty() && !trouble.any {
        warn("there is no indicator to match", None);
    }
    Ok(sought)
}

/// The indicators of the files in their order, each in its latest version.
fn indicators(files: &[PathBuf], trouble: &mut Troubles) -> Result<Vec<Indicator>, Failure> {
    let mut found: Vec<Indicator> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    // No files are no standard input here.
    let inputs = if files.is_empty() { Vec::new() } else { Input::all(files)? };
    for input in inputs {
        each_object(input, trouble, |object, place| {
            if object.get("type").and_then(Value::as_str) != Some("indicator") {
                return;
            }
            let id = text(&object, "id");
            let label = match id {
                Some(id) => format!("the pattern of `{id}` ({place})"),
                None => format!("the pattern of the indicator at {place}"),
            };
            let known = id.map(|id| places.entry(id.to_owned()));
            match known {
                Some(Entry::Occupied(known)) => {
                    if let Some(known) = found.get_mut(*known.get())
                        && modified(&object) >= modified(&known.object)
                    {
                        *known = Indicator { object, label };
                    }
                }
                Some(Entry::Vacant(vacant)) => {
                    vacant.insert(found.len());
                    found.push(Indicator { object, label });
                }
                None => found.push(Indicator { object, label }),
            }
        });
    }
    Ok(found)
}

/// Does something with each object of an input, and its place. What cannot be read is said.
pub(super) fn each_object(
    input: Result<Input, Failure>,
    trouble: &mut Troubles,
    mut act: impl FnMut(Value, &str),
) {
    let opened = input.and_then(|input| Ok((input.name(), input.open()?)));
    let (name, reader) = match opened {
        Ok(opened) => opened,
        Err(failure) => return trouble.add(&failure),
    };
    let name = if name == "-" { "<stdin>" } else { &name };
    let mut reader = BundleReader::new(reader, Limits::default()).values();
    while let Some(object) = reader.next() {
        match object {
            Ok(object) => act(object, &format!("{name}:{}", reader.position().line())),
            Err(error) => {
                let place = error.position();
                let message =
                    format!("`{name}` cannot be read: {}, at line {}", error.message(), place.line());
                let help = "`stix validate` shows the place; what stands before it is used";
                trouble.add(&Failure::new(message).with_help(Some(help.to_owned())));
            }
        }
    }
    if reader.documents() == 0 {
        trouble.add(&Failure::new(format!("`{name}` cannot be read: there is no JSON")));
    }
}

impl Indicator {
    fn into_sought(self, trouble: &mut Troubles) -> Option<SoughtPattern> {
        let Self { object, label } = self;
        let Some(source) = text(&object, "pattern") else {
            trouble.add(&Failure::new(format!("{label} is missing or no string")));
            return None;
        };
        let version =
            LanguageVersion::of_indicator(text(&object, "pattern_version"), text(&object, "pattern_type"));
        let [id, name] = ["id", "name"].map(|property| text(&object, property).map(str::to_owned));
        SoughtPattern::parse(source.to_owned(), version, id, name, label, trouble)
    }
}

impl Selection {
    /// Why an indicator does not count, if it does not.
    fn leaves_out(&self, indicator: &Value) -> Option<LeftOut> {
        // STIX 2.0 had no other language, and no property that says so.
        if let Some(language) = text(indicator, "pattern_type").filter(|language| *language != "stix") {
            return Some(LeftOut::Language(language.to_owned()));
        }
        if !self.revoked && indicator.get("revoked").and_then(Value::as_bool) == Some(true) {
            return Some(LeftOut::Revoked);
        }
        let until = text(indicator, "valid_until").and_then(Instant::parse);
        let is_expired = until.zip(self.now).is_some_and(|(until, now)| until <= now);
        (is_expired && !self.expired).then_some(LeftOut::Expired)
    }
}

impl LeftOut {
    fn say(&self, count: usize) {
        let (indicators, are) = if count == 1 { ("indicator", "is") } else { ("indicators", "are") };
        match self {
            Self::Language(language) => {
                let patterns = if count == 1 { "a pattern" } else { "patterns" };
                let message =
                    format!("{count} {indicators} with {patterns} of the type `{language}` {are} left out");
                warn(&message, Some("only patterns of the type `stix` can be matched"));
            }
            Self::Revoked => {
                let message = format!("{count} {indicators} that {are} revoked {are} left out");
                warn(&message, Some("`--revoked` matches them too"));
            }
            Self::Expired => {
                let message = format!("{count} expired {indicators} {are} left out");
                warn(&message, Some("`--expired` matches them too"));
            }
        }
    }
}

impl SoughtPattern {
    fn parse(
        source: String,
        version: LanguageVersion,
        indicator: Option<String>,
        name: Option<String>,
        label: String,
        trouble: &mut Troubles,
    ) -> Option<Self> {
        let report = Checker::default().with_version(version).check(&source);
        if report.is_valid()
            && let Ok(pattern) = Pattern::parse_version(&source, version)
        {
            return Some(Self { source, pattern, indicator, name, label });
        }
        // Of mistakes of syntax, the others may follow from the first.
        let is_syntax = report.pattern().is_none();
        for problem in report.errors().take(if is_syntax { 1 } else { usize::MAX }) {
            let message = match problem.rule() {
                Rule::Syntax => format!("{label} is not valid: {}", problem.message()),
                rule => {
                    let character = problem.characters().start + 1;
                    format!("{label} is not valid: {rule}: {}, at character {character}", problem.message())
                }
            };
            trouble.add(&Failure::new(message).with_help(problem.help().map(str::to_owned)));
        }
        None
    }

    pub(super) fn not_compiled(&self, error: &CompileError) -> Failure {
        let before = self.source.get(..error.span().start()).unwrap_or_default();
        let character = before.chars().count() + 1;
        Failure::new(format!("{} cannot be matched: {error}, at character {character}", self.label))
    }

    pub(super) fn not_decided(&self, trouble: Trouble, has_matched: bool) -> Failure {
        let Self { label, .. } = self;
        if has_matched {
            return Failure::new(format!("{label} matches, perhaps in more ways: {trouble} again"));
        }
        let help = "a shorter `WITHIN`, or fewer observed-data at once, takes less";
        Failure::new(format!("{label} is undecided: {trouble}")).with_help(Some(help.to_owned()))
    }
}

fn text<'v>(object: &'v Value, property: &str) -> Option<&'v str> {
    object.get(property).and_then(Value::as_str)
}

fn modified(object: &Value) -> Option<Instant> {
    text(object, "modified").and_then(Instant::parse)
}
