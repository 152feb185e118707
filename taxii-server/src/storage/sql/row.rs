//! Values and rows as they go into a database and come out of it.

use std::vec;

use crate::storage::StorageError;

/// A value. Each kind can be absent (`NULL`).
#[derive(Clone, Debug, PartialEq)]
pub(in crate::storage) enum Value {
    /// A whole number.
    Integer(Option<i64>),
    /// Text, which is ordered by its bytes.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// A row: its columns are taken in their order.
#[derive(Debug)]
pub(in crate::storage) struct Row {
    values: vec::IntoIter<Value>,
}

impl Row {
    pub(in crate::storage) fn new(values: Vec<Value>) -> Self {
        Self { values: values.into_iter() }
    }

    /// The value of the next column.
    ///
    /// # Errors
    /// There is none, or it is of another kind.
    pub(super) fn next<T: Column>(&mut self) -> Result<T, StorageError> {
        let value = self.values.next().and_then(T::from_value);
        value.ok_or_else(|| StorageError::encoding("a column is missing or of another kind"))
    }

    /// The value of the last column.
    ///
    /// # Errors
    /// There is none, or it is of another kind.
    pub(super) fn last<T: Column>(mut self) -> Result<T, StorageError> {
        let value = self.values.next_back().and_then(T::from_value);
        value.ok_or_else(|| StorageError::encoding("a column is missing or of another kind"))
    }
}

/// What a column can be read as.
pub(super) trait Column: Sized {
    /// The value, if it is of this kind.
    fn from_value(value: Value) -> Option<Self>;
}

impl Column for i64 {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Integer(value) = value { value } else { None }
    }
}

impl Column for String {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(value) = value { value } else { None }
    }
}

impl Column for Vec<u8> {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Bytes(value) = value { value } else { None }
    }
}

/// A column that may be `NULL`.
impl<T: Column> Column for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(None) | Value::Text(None) | Value::Bytes(None) => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_owned()))
    }
}
