//! STIX Domain Objects (STIX 2.1 chapter 4).

mod attack_pattern;
mod identity;
mod indicator;
mod vulnerability;

pub use attack_pattern::AttackPattern;
pub use identity::Identity;
pub use indicator::Indicator;
pub use vulnerability::Vulnerability;
