//! Mutexes (STIX 2.1 section 6.11).

use stix_derive::StixObject;

use crate::ScoCommon;

/// A mutual exclusion object.
///
/// ```
/// use stix_core::sco::Mutex;
///
/// let mutex = Mutex::new("__CLEANSWEEP__").validated()?;
/// assert_eq!(mutex.common.id, Mutex::new("__CLEANSWEEP__").common.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "mutex", class = Sco, section = "6.11")]
#[non_exhaustive]
pub struct Mutex {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The name of the mutex.
    #[stix(id_contributing)]
    pub name: String,
}
