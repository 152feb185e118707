//! The subcommands, one a file.

mod explain;
mod id;
mod pattern;
mod schema;
mod validate;

pub(crate) use explain::Explain;
pub(crate) use id::Id;
pub(crate) use pattern::Pattern;
pub(crate) use schema::Schema;
pub(crate) use validate::Validate;
