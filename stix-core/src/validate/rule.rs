//! The rules: what each is called, how bad it is to break it, and where the specification has it.

use std::fmt;

/// The one list of rules, from which the enum and every look-up follow.
///
/// Variant, name, severity, section, group; the doc comment is what `stix explain` says.
macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $code:literal $severity:ident $section:literal $group:ident;)*) => {
        /// A rule of the specification, or of the tools of OASIS.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)*
        }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// The stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$rule => $code,)* }
            }

            /// How bad it is to break it.
            pub fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// The section of the specification.
            pub fn section(self) -> &'static str {
                match self { $(Self::$rule => $section,)* }
            }

            /// What it is about.
            pub fn group(self) -> Group {
                match self { $(Self::$rule => Group::$group,)* }
            }

            /// What it asks for.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc, "\n"),+).trim_ascii(),)* }
            }
        }
    };
}

mod table;

pub use table::Rule;

impl Rule {
    /// The rule of this name.
    ///
    /// ```
    /// use stix_core::validate::{Group, Rule};
    ///
    /// let rule = Rule::named("timestamp").ok_or("none")?;
    /// assert_eq!((rule, rule.section(), rule.group()), (Rule::Timestamp, "2.16", Group::Values));
    /// assert!(rule.doc().starts_with("A timestamp is in UTC"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|rule| rule.code() == code).copied()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
