//! What a reader put right in a record, by name.

use std::collections::BTreeSet;

/// All repairs of one record.
pub type Repairs = BTreeSet<Repair>;

macro_rules! repairs {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal,)+) => {
        /// A repair. What a record says is kept; how it says it is made to fit the specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Repair {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl Repair {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name under which it is counted.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What was done, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($meaning),+).trim_ascii(),)+
                }
            }
        }
    };
}

repairs! {
    /// The bundle says which version of STIX it has, which only its objects do.
    BundleVersion = "bundle-version",
    /// The bundle lies in another bundle or in a list.
    Nesting = "nesting",
    /// The object does not say which version of STIX it has, or not 2.1.
    SpecVersion = "spec-version",
    /// `created` or `modified` is missing.
    Dates = "dates",
    /// A time has an offset or a space, or is coarser than a millisecond where that is demanded.
    Time = "time",
    /// The identifier holds no UUID: the object gets another one, and references to it are rewritten.
    Identifier = "identifier",
    /// An indicator does not say in which language its pattern is.
    PatternType = "pattern-type",
    /// A quote or backslash in a pattern is not escaped.
    Escaping = "escaping",
    /// A hash algorithm in a pattern has another name in STIX.
    HashName = "hash-name",
    /// The pattern compares a value that is none, and what was meant is clear.
    PatternValue = "pattern-value",
    /// What the indicator is for stands among the labels, as in STIX 2.0.
    Labels = "labels",
    /// `indicator_types` holds what are no types of indicators: they become labels.
    IndicatorTypes = "indicator-types",
    /// The indicator is valid until before it is valid from.
    ValidUntil = "valid-until",
    /// `valid_from` is when the record was made, not when the value was first seen.
    ValidFrom = "valid-from",
    /// The creator cannot be kept: the author of the bridge takes its place.
    Creator = "creator",
    /// A marking of the Traffic Light Protocol is missing or made up: the one that OASIS publishes takes its place.
    Marking = "marking",
    /// A reference leads to an object that the bridge keeps under another identifier.
    Reference = "reference",
    /// The object breaks another rule: it is made anew from what it says.
    Rebuilt = "rebuilt",
    /// The value is written so that nobody clicks on it.
    Defanged = "defanged",
    /// An address comes with a port, which is left out.
    Port = "port",
    /// The value is of another type than the record says.
    Retyped = "retyped",
    /// A member comes more than once, with the same value.
    Repeated = "repeated",
    /// A member is of another kind than it should be, and is set aside.
    Member = "member",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_meanings_are_sentences() {
        let names: BTreeSet<&str> = Repair::ALL.iter().map(|repair| repair.name()).collect();
        assert_eq!(names.len(), Repair::ALL.len());
        assert!(Repair::ALL.iter().all(|repair| repair.meaning().ends_with('.')));
    }
}
