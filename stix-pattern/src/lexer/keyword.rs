//! The reserved words of the pattern language (STIX 2.1, section 9.1).

/// A word that cannot stand for an object type or an unquoted property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Exists,
    False,
    FollowedBy,
    In,
    IsSubset,
    IsSuperset,
    /// Reserved, but used by no production.
    Last,
    Like,
    Matches,
    Not,
    Or,
    Repeats,
    Seconds,
    Start,
    Stop,
    Times,
    True,
    Within,
}

impl Keyword {
    /// The keyword that is written exactly so. Case counts.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "AND" => Self::And,
            "EXISTS" => Self::Exists,
            "false" => Self::False,
            "FOLLOWEDBY" => Self::FollowedBy,
            "IN" => Self::In,
            "ISSUBSET" => Self::IsSubset,
            "ISSUPERSET" => Self::IsSuperset,
            "LAST" => Self::Last,
            "LIKE" => Self::Like,
            "MATCHES" => Self::Matches,
            "NOT" => Self::Not,
            "OR" => Self::Or,
            "REPEATS" => Self::Repeats,
            "SECONDS" => Self::Seconds,
            "START" => Self::Start,
            "STOP" => Self::Stop,
            "TIMES" => Self::Times,
            "true" => Self::True,
            "WITHIN" => Self::Within,
            _ => return None,
        })
    }
}
