//! What matched as text for people.

use std::io::{self, Write};

use serde_json::Value;
use stix_core::terminal::Printable;

use super::Found;
use super::brackets::brackets;
use super::ways::{Bound, Way};
use crate::output::Output;

/// Writes a pattern that matched: the indicator, the pattern, and the observed-data of each bracket.
pub(super) fn write(output: &mut Output, found: &Found<'_>) -> io::Result<()> {
    let pattern = found.pattern;
    let strong = output.styles().strong;
    if let Some(id) = &pattern.indicator {
        let name = pattern.name.as_deref().unwrap_or("without a name");
        writeln!(output, "{strong}{}{strong:#} ({})", Printable(name), Printable(id))?;
    }
    writeln!(output, "{strong}{}{strong:#}", Printable(&pattern.source))?;
    let brackets = brackets(&pattern.source, &pattern.pattern);
    for (index, way) in found.ways.iter().enumerate() {
        if found.ways.len() > 1 {
            writeln!(output, "  {strong}way {}{strong:#}", index + 1)?;
        }
        write_way(output, way, &brackets, found)?;
    }
    writeln!(output)
}

/// Writes how many patterns matched.
pub(super) fn write_totals(
    output: &mut Output,
    matched: usize,
    patterns: usize,
    data: usize,
) -> io::Result<()> {
    let styles = output.styles();
    let style = if matched > 0 { styles.good } else { styles.strong };
    let plural = if patterns == 1 { "" } else { "s" };
    writeln!(
        output,
        "{style}{matched} of {patterns} pattern{plural} matched{style:#} on {data} observed-data"
    )
}

fn write_way(output: &mut Output, way: &Way, brackets: &[String], found: &Found<'_>) -> io::Result<()> {
    let mut latest = None;
    for binding in way {
        // A pattern that is one bracket has been written already.
        if latest.replace(binding.bracket) != Some(binding.bracket) && brackets.len() > 1 {
            let text = brackets.get(binding.bracket).map_or("", String::as_str);
            writeln!(output, "  {}", Printable(text))?;
        }
        write_binding(output, binding, found)?;
    }
    Ok(())
}

fn write_binding(output: &mut Output, binding: &Bound, found: &Found<'_>) -> io::Result<()> {
    let data = found.observed.get(binding.observation);
    let text = |name: &str| data.and_then(|data| data.get(name)).and_then(Value::as_str);
    let id = text("id").unwrap_or("an observed-data without an identifier");
    let first = text("first_observed").unwrap_or_default();
    let frame = output.styles().frame;
    write!(output, "    {frame}->{frame:#} {}, first observed {}", Printable(id), Printable(first))?;
    if binding.times > 1 {
        write!(output, ", {} times", binding.times)?;
    }
    writeln!(output)
}
