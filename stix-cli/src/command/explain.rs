//! `stix explain`: what a rule of the validator means, with its bad and its good example.

use std::fmt;
use std::io::{self, Write};

use clap::Args;
use stix_core::validate::{Group, Rule, Severity};

use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::{Output, Styles};
use crate::suggestion::of_rule;

/// The files that show each rule: the code of the rule, and for each file its name and its text.
static EXAMPLES: &[(&str, &[(&str, &str)])] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// Explain a rule of the validator with a bad and a good example
///
/// Without a name all rules are listed by group.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix explain
  stix explain timestamp-precision")]
pub(crate) struct Explain {
    /// A rule, as `stix validate` names it, or a group of rules
    rule: Option<String>,
}

impl Explain {
    pub(crate) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let Some(name) = &self.rule else {
            for group in Group::ALL {
                list(output, group)?;
            }
            return Ok(Outcome::Yes);
        };
        if let Some(rule) = Rule::named(name) {
            explain(output, rule)?;
        } else if let Some(group) = Group::ALL.into_iter().find(|group| group.code() == name) {
            list(output, group)?;
        } else {
            let message = format!("`{name}` is no rule and no group of rules");
            return Err(Failure::new(message).with_help(Some(of_rule(name))));
        }
        Ok(Outcome::Yes)
    }
}

/// Writes the rules of a group, each with the first paragraph of what it means.
fn list(output: &mut Output, group: Group) -> io::Result<()> {
    let rules: Vec<_> = Rule::ALL.iter().filter(|rule| rule.group() == group).collect();
    if rules.is_empty() {
        return Ok(());
    }
    let strong = output.styles().strong;
    write!(output, "{strong}{}{strong:#}", group.code())?;
    if group.is_optional() {
        write!(output, "  (off; `--enable {}` switches it on)", group.code())?;
    }
    writeln!(output)?;
    let width = Rule::ALL.iter().map(|rule| rule.code().len()).max().unwrap_or(0);
    for rule in rules {
        let style = style(output.styles(), rule.severity());
        let meaning: Vec<_> = rule.doc().lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        let meaning = meaning.join(" ");
        let severity = rule.severity().to_string();
        writeln!(output, "  {style}{severity:7}{style:#}  {:width$}  {meaning}", rule.code())?;
    }
    writeln!(output)
}

fn explain(output: &mut Output, rule: Rule) -> io::Result<()> {
    let styles = output.styles();
    let (style, strong) = (style(styles, rule.severity()), styles.strong);
    let (severity, group) = (rule.severity(), rule.group().code());
    writeln!(output, "{style}{severity}{style:#}{strong}[{rule}]{strong:#}")?;
    writeln!(output, "STIX 2.1 section {}, group {group}\n", rule.section())?;
    for line in rule.doc().lines() {
        writeln!(output, "{}", line.trim())?;
    }
    let examples = EXAMPLES.iter().find(|(code, _)| *code == rule.code()).map_or(&[][..], |(_, files)| files);
    for (name, text) in examples {
        let title = match *name {
            "bad.json" | "bad.jsonl" => "Bad",
            "good.json" | "good.jsonl" => "Good",
            "expected.txt" => "What is said of the bad example",
            "settings.json" => "The settings for these examples",
            _ => continue,
        };
        writeln!(output, "\n{strong}{title}:{strong:#}\n\n{}", Indented(text))?;
    }
    Ok(())
}

fn style(styles: Styles, severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
    }
}

/// Each line of a text, four columns further right.
struct Indented<'t>(&'t str);

impl fmt::Display for Indented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.trim_end().lines().enumerate() {
            write!(f, "{}    {line}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_bad_and_a_good_example() {
        for rule in Rule::ALL {
            let (_, files) = EXAMPLES.iter().find(|(code, _)| *code == rule.code()).unwrap();
            let has =
                |name: &str| files.iter().any(|(file, text)| file.starts_with(name) && !text.is_empty());
            assert!(has("bad.json") && has("good.json") && has("expected.txt"), "{rule}");
        }
    }
}
