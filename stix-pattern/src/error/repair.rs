//! The corrections of common mistakes: what to change where there is no doubt about what was meant.
//!
//! Each correction is recognised by one function, which may be wrong: whoever applies it parses the result, and takes
//! it back when the text does not go on as a pattern behind it.

mod brackets;
pub(super) mod bridge;
mod constants;
mod names;
mod operators;
mod raw;
mod strings;
mod words;

pub(crate) use self::constants::timestamp_in_utc;
use super::scene::Scene;
use crate::edit::Edit;

/// Looks for one mistake and says how to mend it.
type Repair = fn(&Scene<'_>) -> Option<Edit>;

/// Every correction; the first that applies is taken, so the narrow ones come before the broad ones.
const REPAIRS: [&[Repair]; 6] = [
    &words::REPAIRS,
    &names::REPAIRS,
    &strings::REPAIRS,
    &constants::REPAIRS,
    &operators::REPAIRS,
    &brackets::REPAIRS,
];

/// The correction of a mistake, if it is certain.
pub(super) fn repair(scene: &Scene<'_>) -> Option<Edit> {
    REPAIRS.iter().copied().flatten().find_map(|repair| repair(scene))
}
