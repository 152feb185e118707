//! What matched as JSON Lines: a contract that scripts depend on.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::slots::{Bracket, brackets};
use super::ways::Way;
use super::{Found, Troubles};
use crate::output::Output;

/// The most slots of a pattern that are written.
const MOST_SLOTS: u64 = 100_000;

#[derive(Serialize)]
struct Line<'f> {
    pattern: &'f str,
    indicator: Option<&'f str>,
    /// For each way to match, what fills the slots from left to right; nothing in slots that an `OR` leaves open.
    bindings: Vec<Vec<Option<&'f str>>>,
}

/// Writes a pattern that matched on one line.
pub(super) fn write(output: &mut Output, found: &Found<'_>, trouble: &mut Troubles) -> io::Result<()> {
    let Found { pattern, ways, .. } = found;
    let brackets = brackets(&pattern.source, &pattern.pattern);
    let slots = brackets.iter().fold(0_u64, |sum, bracket| sum.saturating_add(bracket.slots));
    let mut bindings = Vec::new();
    if slots > MOST_SLOTS {
        trouble.add(&pattern.too_many_slots(slots, MOST_SLOTS));
    } else {
        bindings.extend(ways.iter().map(|way| slots_of(way, &brackets, found)));
    }
    let line = Line { pattern: &pattern.source, indicator: pattern.indicator.as_deref(), bindings };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}

fn slots_of<'f>(way: &Way, brackets: &[Bracket<'_>], found: &Found<'f>) -> Vec<Option<&'f str>> {
    let mut slots = Vec::new();
    let mut bindings = way.iter().peekable();
    for (index, bracket) in brackets.iter().enumerate() {
        let end = slots.len() + usize::try_from(bracket.slots).unwrap_or(usize::MAX);
        while let Some(binding) = bindings.next_if(|binding| binding.bracket == index) {
            let data = found.observed.get(binding.observation);
            let id = data.and_then(|data| data.get("id")).and_then(Value::as_str);
            slots.extend((0..binding.times).map(|_| id));
        }
        slots.resize(end, None);
    }
    slots
}
