//! Constants (STIX 2.1, section 9.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ast::Text;
use crate::lexer;
use crate::span::{Origin, Span};

/// A constant of one of the primitive types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    pub(crate) origin: Origin,
    pub(crate) value: Value,
}

impl Literal {
    /// What the constant stands for.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Where the constant stands, quotes and prefix included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

impl From<Value> for Literal {
    fn from(value: Value) -> Self {
        Self { origin: Origin::default(), value }
    }
}

/// The value of a constant. Two values are equal when their canonical text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `5`. The specification promises 54 bits; the parser takes all of 64.
    Integer(i64),
    /// `0.5`
    Float(Decimal),
    /// `'text'`, without the quotes and escapes.
    String(Text),
    /// `true` or `false`
    Boolean(bool),
    /// `b'AAAA'`, decoded.
    Binary(Binary),
    /// `h'00ff'`, decoded.
    Hex(Vec<u8>),
    /// `t'2020-01-31T12:00:00Z'`
    Timestamp(Timestamp),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

/// A string constant, where no other type is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StringLiteral {
    pub(crate) origin: Origin,
    pub(crate) value: Text,
}

impl StringLiteral {
    pub(crate) fn new(value: impl Into<Text>) -> Self {
        Self { origin: Origin::default(), value: value.into() }
    }

    /// The text, without the quotes and escapes.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where the constant stands, quotes included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

/// The constants in the parentheses behind `IN`, in the order of the text; possibly none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    pub(crate) origin: Origin,
    pub(crate) literals: Vec<Literal>,
}

impl Set {
    /// The members. The specification wants them to be of one type; the grammar does not ask.
    #[must_use]
    pub fn literals(&self) -> &[Literal] {
        &self.literals
    }

    /// From `(` to `)`.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self { origin: Origin::default(), literals: values.into_iter().map(Literal::from).collect() }
    }
}

/// A decimal number, kept as text so that none of its digits is lost: no plus sign, and one digit at least, without
/// needless zeros, before the point.
///
/// ```
/// use stix_pattern::ast::Decimal;
/// assert_eq!(Decimal::parse("+00.50").unwrap().as_str(), "0.50");
/// assert_eq!(Decimal::from_f64(1e21).unwrap().as_str(), "1000000000000000000000.0");
/// assert_eq!(Decimal::parse("1e3"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(Text);

impl Decimal {
    /// Reads a number that the grammar takes for a float: a sign or none, digits or none, a point, digits. `None` for
    /// other text and for a number beyond the range of a 64-bit float.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        lexer::is_float(text)
            .then(|| Self::from_float_token(text))
            .filter(|decimal| decimal.to_f64().is_finite())
    }

    /// The shortest decimal number that stands for `value`, or `None` if it is infinite or not a number.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        let text = value.to_string();
        let text = if text.contains('.') { text } else { text + ".0" };
        value.is_finite().then(|| Self(text.into()))
    }

    pub(crate) fn from_float_token(text: &str) -> Self {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.trim_start_matches('+')),
        };
        let digits = digits.trim_start_matches('0');
        let zero = if digits.starts_with('.') { "0" } else { "" };
        match (sign, zero) {
            ("", "") => Self(digits.into()),
            _ => Self([sign, zero, digits].concat().into()),
        }
    }

    /// The number in canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_text(self) -> Text {
        self.0
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

/// One or more bytes. The grammar has no empty binary constant, so neither has this type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binary(Vec<u8>);

impl Binary {
    /// `None` if there are no bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

/// A timestamp in the form of section 2.16, all its digits kept. The calendar is not consulted: 30 February passes.
///
/// ```
/// use stix_pattern::ast::Timestamp;
/// assert_eq!(Timestamp::parse("2020-01-31T12:00:00.50Z").unwrap().as_str(), "2020-01-31T12:00:00.50Z");
/// assert_eq!(Timestamp::parse("2020-01-31T12:00:00+00:00"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(Text);

impl Timestamp {
    /// Reads `YYYY-MM-DDThh:mm:ss[.s+]Z`, `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        lexer::is_timestamp(text).then(|| Self::from_checked(text))
    }

    pub(crate) fn from_checked(text: &str) -> Self {
        Self(text.into())
    }

    /// The text between the quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
