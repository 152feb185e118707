//! The rules: what each is called, how bad it is to break it, and where the specification has it.

use std::fmt;

/// Whether the specification says MUST or SHOULD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A SHOULD is not followed.
    Warning,
    /// A MUST is broken.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a rule is about; groups can be switched on and off together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// JSON and the data types of chapter 2.
    Values,
    /// Properties and their relations.
    Properties,
    /// Identifiers and what they point to.
    References,
    /// Versions of objects.
    Versions,
    /// Markings, selectors and languages.
    Markings,
    /// Extensions and custom content.
    Extensions,
    /// Bundles and whole documents.
    Documents,
    /// Vocabularies and enumerations.
    Vocabularies,
    /// What only the tools of OASIS ask for. Off unless it is switched on.
    Oasis,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 9] = [
        Self::Values,
        Self::Properties,
        Self::References,
        Self::Versions,
        Self::Markings,
        Self::Extensions,
        Self::Documents,
        Self::Vocabularies,
        Self::Oasis,
    ];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Properties => "properties",
            Self::References => "references",
            Self::Versions => "versions",
            Self::Markings => "markings",
            Self::Extensions => "extensions",
            Self::Documents => "documents",
            Self::Vocabularies => "vocabularies",
            Self::Oasis => "oasis",
        }
    }
}

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

rules! {
    /// The document is JSON: UTF-8 text of one value, or of one value a line.
    Json "json" Error "2" Values;
    /// The document stays below the limits on size, nesting and the length of texts.
    Limit "limit" Error "2" Values;
    /// A member of a JSON object stands once (RFC 7493).
    DuplicateMember "duplicate-member" Error "2" Values;
    /// A value is of the kind that its property asks for.
    ValueKind "value-kind" Error "2" Values;
    /// There is no null in STIX: what is not known is left out.
    NoNull "no-null" Error "2" Values;
    /// A list or a dictionary is not empty: it is left out instead.
    NotEmpty "not-empty" Error "2.8" Values;
    /// A number is in the range of its property.
    Range "range" Error "2.6" Values;
    /// A timestamp is in UTC, of the form `YYYY-MM-DDThh:mm:ss.sssZ`, and names a day and time that exist.
    Timestamp "timestamp" Error "2.16" Values;
    /// `created` and `modified` have at least three digits of a second.
    TimestampPrecision "timestamp-precision" Error "3.2" Values;
    /// An identifier is a type, two hyphens and an RFC 4122 UUID.
    Identifier "identifier" Error "2.9" References;
    /// The identifier of an object begins with the object's type.
    IdPrefix "id-prefix" Error "2.9" References;
    /// An identifier points to an object of a type that the property allows.
    ReferenceTarget "reference-target" Error "2.9" References;
    /// `type` names the type of object in 3 to 250 of a-z, 0-9 and single hyphens.
    ObjectType "object-type" Error "3.1" Properties;
    /// A required property is there.
    RequiredProperty "required-property" Error "3.2" Properties;
    /// `spec_version` is `2.1`.
    SpecVersion "spec-version" Error "3.2" Properties;
    /// Properties that belong together, or exclude each other, or follow each other in time, do so.
    PropertyRelation "property-relation" Error "3.2" Properties;
    /// A value should be in its open vocabulary.
    OpenVocabulary "open-vocabulary" Warning "10" Vocabularies;
    /// A bundle has no `spec_version` in STIX 2.1: its objects have.
    BundleSpecVersion "bundle-spec-version" Error "8" Documents;
}

impl Rule {
    /// The rule of this name.
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|rule| rule.code() == code).copied()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
