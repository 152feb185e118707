//! The rules: what each is called, how bad it is to break it, and where the specification has it.

use std::fmt;

use stix_core::validate::Severity;

/// The one list of rules, from which the enum and every look-up follow: variant, name, severity, section. The doc
/// comment is what the rule asks for.
macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $code:literal $severity:ident $section:literal;)*) => {
        /// A rule that a pattern can break.
        ///
        /// Breaking it is an error where the text is outside the grammar or against a MUST of section 9, and a warning
        /// elsewhere: most warnings say that a pattern cannot match what it was written for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)*
        }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$rule => $code,)* }
            }

            /// How bad it is to break it.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// The section of the specification of STIX 2.1.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$rule => $section,)* }
            }

            /// What it asks for.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc, "\n"),+).trim_ascii(),)* }
            }
        }
    };
}

rules! {
    /// The text is a pattern.
    Syntax "syntax" Error "9";
    /// An observation expression has at most one qualifier of each kind.
    RepeatedQualifier "repeated-qualifier" Error "9.5.1";
    /// Counts and durations are more than zero.
    ZeroQualifier "zero-qualifier" Error "9.5.1";
    /// A window of time ends after it starts, or nothing matches.
    ReversedWindow "reversed-window" Warning "9.5.1";
    /// A window of time lies within the time in which its indicator is valid.
    WindowOutsideValidity "window-outside-validity" Warning "4.7";
    /// A timestamp names a day and a time that exist.
    ImpossibleDate "impossible-date" Error "9.2";
    /// The constants of a set are of one type.
    MixedSet "mixed-set" Error "9.6.1";
    /// A set has members, or nothing matches.
    EmptySet "empty-set" Warning "9.6.1";
    /// What follows `MATCHES` is a regular expression.
    RegularExpression "regular-expression" Error "9.6.1";
    /// The backslashes of a Windows path in a regular expression are escaped for the expression and for the string.
    PathExpression "path-expression" Warning "9.6.1";
    /// A regular expression uses nothing that this library cannot match.
    UnsupportedExpression "unsupported-expression" Warning "9.6.1";
    /// `NOT` does not stand before an operator over a list (`[*]`), where the specification leaves its meaning open.
    NegatedList "negated-list" Warning "9.7.2";
    /// The wildcards of `LIKE` are `%` and `_`, not those of a shell.
    ShellWildcard "shell-wildcard" Warning "9.6.1";
    /// An address is compared with a network by `ISSUBSET`, since `=` compares text.
    NetworkEquality "network-equality" Warning "9.6.1";
    /// A backslash of a path is escaped once.
    DoubledBackslash "doubled-backslash" Warning "9.2";
    /// A constant is written as it is seen, not with the entities of HTML.
    HtmlEntity "html-entity" Warning "9.2";
    /// A number has no plus sign.
    PlusSign "plus-sign" Warning "9.2";
    /// A whole number fits into 54 bits.
    IntegerRange "integer-range" Warning "9.2";
    /// The tests that `AND` joins in a bracket are about one type of object, or nothing matches.
    TwoTypes "two-types" Error "9.5";
    /// The tests that `AND` joins in a bracket leave a value for each property, or nothing matches.
    Contradiction "contradiction" Warning "9.5";
    /// The object type is one of the cyber-observable objects, or a custom one.
    UnknownType "unknown-type" Warning "9.7";
    /// The object has the property, or the property is a custom one.
    UnknownProperty "unknown-property" Warning "9.7";
    /// There are no custom types, properties and extensions. Reported on demand only.
    CustomName "custom-name" Warning "11";
    /// The name of a type or property has the length and the characters that the specification allows.
    NameForm "name-form" Warning "3.1";
    /// The steps of a path fit what they lead through: an index follows a list, a key a dictionary or an object.
    PathShape "path-shape" Warning "9.7";
    /// The operator can be applied to values of the property's type.
    OperatorType "operator-type" Warning "9.6.1";
    /// The constant is of a type that values of the property can be equal to.
    ConstantType "constant-type" Warning "9.2";
    /// A number lies in the range of the property.
    OutOfRange "out-of-range" Warning "6";
    /// A value of an enumeration is one of its terms.
    Enumeration "enumeration" Warning "10";
    /// A constant is not the empty string.
    EmptyString "empty-string" Warning "6";
    /// An address, a name or a URL is written as it is seen, not defanged.
    Defanged "defanged" Warning "6";
    /// The value of an `ipv4-addr` or `ipv6-addr` is an address of that family, and nothing else.
    IpAddress "ip-address" Warning "6.8";
    /// The number of bits behind an address is one that the family has.
    CidrBits "cidr-bits" Warning "6.8";
    /// The value of a `mac-addr` is six pairs of lower-case digits joined by colons.
    MacAddress "mac-address" Warning "6.10";
    /// The value of a `domain-name` is a domain name, and nothing else.
    DomainName "domain-name" Warning "6.4";
    /// The value of a `url` is a URL with its scheme.
    Url "url" Warning "6.15";
    /// The value of an `email-addr` is an address without a display name.
    EmailAddress "email-address" Warning "6.5";
    /// A hash is named as the vocabulary of hash algorithms names it.
    HashName "hash-name" Warning "10.7";
    /// A hash has the length and the digits of its algorithm.
    HashValue "hash-value" Warning "2.7";
    /// The key of a `windows-registry-key` begins with the whole name of its hive.
    RegistryHive "registry-hive" Warning "6.17";
}

impl Rule {
    /// The rule of this name.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|rule| rule.code() == code).copied()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
