//! What to write instead: the common mistakes, each recognised by one function.

mod brackets;
mod constants;
mod names;
mod operators;
mod words;

use super::scene::Scene;

/// Looks for one mistake and says how to mend it.
type Advice = fn(&Scene<'_>) -> Option<String>;

/// Every piece of advice; the first that applies is given, so the narrow ones come before the broad ones.
const ADVICE: [&[Advice]; 5] =
    [&words::ADVICE, &names::ADVICE, &constants::ADVICE, &operators::ADVICE, &brackets::ADVICE];

/// The help for a mistake, if it is a common one.
pub(super) fn help(scene: &Scene<'_>) -> Option<String> {
    ADVICE.iter().copied().flatten().find_map(|advice| advice(scene))
}
