//! Answers that may be unknown, when telling would take too long.

use crate::matcher::Trouble;

/// Whether any passes.
///
/// # Errors
///
/// When none is known to pass, and of some it is not known.
pub(crate) fn any<T>(
    items: impl IntoIterator<Item = T>,
    passes: impl FnMut(T) -> Result<bool, Trouble>,
) -> Result<bool, Trouble> {
    find(items, passes).map(|found| found.is_some())
}

/// The place of the first that passes.
///
/// # Errors
///
/// When none is known to pass, and of some it is not known.
pub(crate) fn find<T>(
    items: impl IntoIterator<Item = T>,
    mut passes: impl FnMut(T) -> Result<bool, Trouble>,
) -> Result<Option<usize>, Trouble> {
    let mut trouble = None;
    for (place, item) in items.into_iter().enumerate() {
        match passes(item) {
            Ok(true) => return Ok(Some(place)),
            Ok(false) => {}
            Err(error) => trouble = Some(error),
        }
    }
    trouble.map_or(Ok(None), Err)
}
