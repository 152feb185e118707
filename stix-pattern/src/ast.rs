//! The tree of a pattern (STIX 2.1, section 9): what it says, without how it was written.
//!
//! Every node has a `span()`, which takes no part in comparing nodes. Chains of one operator are flat: the operands of
//! `a AND b AND c` are three, and an operand of an `AND` is never itself an `AND`, nor one of an `OR` an `OR`, since
//! grouping does not change what these mean. `FOLLOWEDBY` associates to the left, so only its first operand is
//! merged; a group on the right stays a group. The depth of the tree is therefore the depth of the parentheses.

mod chain;
mod comparison;
mod literal;
mod observation;
mod path;
mod qualifier;
mod text;

pub use self::chain::Chain;
pub use self::comparison::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, Predicate, TextOperator,
};
pub use self::literal::{Binary, Decimal, Literal, Set, StringLiteral, Timestamp, Value};
pub use self::observation::{Bracket, ObservationExpression, Qualified};
pub(crate) use self::path::{Names, PlacedStep, PlacedSteps};
pub use self::path::{ObjectPath, Step, StepKind};
pub use self::qualifier::{Qualifier, QualifierKind, Seconds};
pub use self::text::Text;
