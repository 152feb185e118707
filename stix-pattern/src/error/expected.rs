//! What the grammar wants at a place: the parser's half of a syntax error.

use super::SyntaxErrorKind;
use crate::lexer::TokenKind;

/// A mistake as the parser reports it. Small and copied, since alternatives that do not apply make one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    expected: Expected,
    at: u32,
    behind: Option<u32>,
}

impl Failure {
    /// `expected` is wanted where the token number `at` stands.
    pub(crate) fn new(expected: Expected, at: u32) -> Self {
        Self { expected, at, behind: None }
    }

    /// The same, said to come after all the tokens from number `behind` on rather than after the last one.
    pub(crate) fn behind(self, behind: u32) -> Self {
        Self { behind: Some(behind), ..self }
    }

    pub(crate) fn expected(self) -> Expected {
        self.expected
    }

    pub(super) fn at(self) -> usize {
        self.at as usize
    }

    /// The first token of what the mistake comes after.
    pub(super) fn first_before(self) -> Option<usize> {
        self.behind.or(self.at.checked_sub(1)).map(|at| at as usize)
    }
}

/// What is wanted: first where the grammar goes on, then how a token should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Pattern,
    MorePattern,
    MoreGroup,
    Comparison,
    MoreBracket,
    MoreComparisonGroup,
    Exists,
    ObjectPath,
    Colon,
    Key,
    Index,
    IndexEnd,
    Operator,
    Constant,
    OrderableConstant,
    Text,
    Set,
    SetMember,
    MoreSet,
    Count,
    Times,
    Duration,
    Seconds,
    Timestamp,
    Stop,
    ClosedString,
    ValidEscape,
    Base64,
    HexDigits,
    TimestampText,
    NoLeadingZero,
    IntegerRange,
    UnsignedRange,
    FloatRange,
    IndexFromZero,
    SingleQualifier,
    ClosedComment,
    ShallowerNesting,
    ShorterPattern,
}

impl Expected {
    /// The phrase behind "expected".
    pub(super) const fn phrase(self) -> &'static str {
        match self {
            Self::Pattern => "an observation expression in square brackets",
            Self::MorePattern => "`AND`, `OR`, `FOLLOWEDBY`, a qualifier or the end of the pattern",
            Self::MoreGroup => "`AND`, `OR`, `FOLLOWEDBY`, a qualifier or `)`",
            Self::Comparison => "a comparison",
            Self::MoreBracket => "`AND`, `OR` or `]`",
            Self::MoreComparisonGroup => "`AND`, `OR` or `)`",
            Self::Exists => "`EXISTS`",
            Self::ObjectPath => "an object path",
            Self::Colon => "`:`",
            Self::Key => "a property name",
            Self::Index => "a list index or `*`",
            Self::IndexEnd => "`]`",
            Self::Operator => "a comparison operator",
            Self::Constant => "a constant",
            Self::OrderableConstant => "a constant that has an order",
            Self::Text => "a string",
            Self::Set => "a set in parentheses",
            Self::SetMember => "a constant or `)`",
            Self::MoreSet => "`,` or `)`",
            Self::Count => "a whole number of 0 or more",
            Self::Times => "`TIMES`",
            Self::Duration => "a number of 0 or more",
            Self::Seconds => "`SECONDS`",
            Self::Timestamp => "a timestamp",
            Self::Stop => "`STOP`",
            Self::ClosedString => "a string with a closing quote",
            Self::ValidEscape => "the escape `\\'` or `\\\\` in the string",
            Self::Base64 => "padded base64 text in the binary constant",
            Self::HexDigits => "pairs of hexadecimal digits in the hex constant",
            Self::TimestampText => "a timestamp of the form `t'YYYY-MM-DDThh:mm:ss.sssZ'`",
            Self::NoLeadingZero => "an integer without leading zeros",
            Self::IntegerRange => "an integer from -9223372036854775808 to 9223372036854775807",
            Self::UnsignedRange => "an integer from 0 to 18446744073709551615",
            Self::FloatRange => "a number within the range of a 64-bit float",
            Self::IndexFromZero => "a list index of 0 or more",
            Self::SingleQualifier => "at most one qualifier of each kind",
            Self::ClosedComment => "a comment closed by `*/`",
            Self::ShallowerNesting => "at most 64 open parentheses",
            Self::ShorterPattern => "a pattern shorter than 4 GiB",
        }
    }

    /// What an invalid token should be.
    pub(super) const fn of_invalid(kind: TokenKind) -> Option<Self> {
        Some(match kind {
            TokenKind::OpenComment => Self::ClosedComment,
            TokenKind::OpenString => Self::ClosedString,
            TokenKind::InvalidEscape => Self::ValidEscape,
            TokenKind::LeadingZero => Self::NoLeadingZero,
            TokenKind::InvalidHex => Self::HexDigits,
            TokenKind::InvalidBinary => Self::Base64,
            TokenKind::InvalidTimestamp => Self::TimestampText,
            _ => return None,
        })
    }

    pub(super) const fn kind(self) -> SyntaxErrorKind {
        match self {
            Self::ClosedString => SyntaxErrorKind::UnterminatedString,
            Self::ValidEscape => SyntaxErrorKind::InvalidEscape,
            Self::Base64 => SyntaxErrorKind::InvalidBinary,
            Self::HexDigits => SyntaxErrorKind::InvalidHex,
            Self::TimestampText => SyntaxErrorKind::InvalidTimestamp,
            Self::NoLeadingZero => SyntaxErrorKind::LeadingZero,
            Self::IntegerRange | Self::UnsignedRange | Self::FloatRange => SyntaxErrorKind::NumberOutOfRange,
            Self::IndexFromZero => SyntaxErrorKind::NegativeIndex,
            Self::SingleQualifier => SyntaxErrorKind::DuplicateQualifier,
            Self::ClosedComment => SyntaxErrorKind::UnterminatedComment,
            Self::ShallowerNesting => SyntaxErrorKind::NestedTooDeeply,
            Self::ShorterPattern => SyntaxErrorKind::TooLong,
            _ => SyntaxErrorKind::UnexpectedToken,
        }
    }
}
