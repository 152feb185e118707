//! What matched as JSON Lines: a contract that scripts depend on.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::Found;
use super::ways::{Bound, Way};
use crate::output::Output;

#[derive(Serialize)]
struct Line<'f> {
    pattern: &'f str,
    indicator: Option<&'f str>,
    /// For each way to match, what its brackets are bound to. A bracket that an `OR` leaves out has no binding.
    bindings: Vec<Vec<Binding<'f>>>,
}

#[derive(Serialize)]
struct Binding<'f> {
    /// The number of the bracket in the pattern, from 0.
    bracket: usize,
    observed_data: Option<&'f str>,
    /// How many of the repetitions that the pattern asks for it stands for.
    count: u64,
}

/// Writes a pattern that matched on one line.
pub(super) fn write(output: &mut Output, found: &Found<'_>) -> io::Result<()> {
    let Found { pattern, ways, .. } = found;
    let bindings = ways.iter().map(|way| bindings(way, found)).collect();
    let line = Line { pattern: &pattern.source, indicator: pattern.indicator.as_deref(), bindings };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}

fn bindings<'f>(way: &Way, found: &Found<'f>) -> Vec<Binding<'f>> {
    let binding = |bound: &Bound| {
        let data = found.observed.get(bound.observation);
        let observed_data = data.and_then(|data| data.get("id")).and_then(Value::as_str);
        Binding { bracket: bound.bracket, observed_data, count: bound.times }
    };
    way.iter().map(binding).collect()
}
