//! Patterns on data (STIX 2.1, section 9): which observed-data satisfy which brackets.
//!
//! [`Observations`] are read from JSON once, a [`CompiledPattern`] is made of a pattern once, and
//! [`CompiledPattern::find`] gives the [`Match`], if there is one.
//!
//! # Where the specification leaves a choice
//!
//! - Simple comparisons (`=`, `<`, `IN`) are by code point and without normalization, as section 9.6.1 says; `LIKE` and
//!   `MATCHES` normalize both sides to form C. `%` and `.` match line feeds.
//! - `NOT` negates what the operator says of each value, so `NOT >` holds for a value that has no order to the
//!   constant. An absent value passes nothing but `NOT EXISTS`.
//! - `_ref` and `_refs` lead to objects of the same observation. One that leads nowhere is absent.
//! - Paths start from cyber-observable objects and objects of types that the specification does not know.
//! - The Python matcher of OASIS differs in that its `WITHIN` includes the end, its `MATCHES` stops at line feeds, its
//!   networks are IPv4 only, and each constraint on time may choose instants of its own.

mod allowance;
mod assign;
mod bindings;
mod bracket;
pub(crate) mod candidates;
mod compiled;
pub(crate) mod constant;
mod earliest;
mod error;
pub(crate) mod found;
mod guess;
mod instant;
mod limits;
mod matches;
pub(crate) mod network;
mod objects;
mod observation;
mod observations;
pub(crate) mod path;
mod plan;
pub(crate) mod regex;
mod search;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod ticks;
mod type_set;
mod verdict;
mod ways;

pub use self::bindings::{Binding, Match};
pub use self::compiled::CompiledPattern;
pub use self::error::{CompileError, CompileErrorKind, ObservationError, ObservationErrorKind, Trouble};
pub use self::instant::Instant;
pub use self::limits::MatchLimits;
pub use self::matches::Matches;
pub use self::objects::ObjectIndex;
pub use self::observation::Observation;
pub use self::observations::Observations;
