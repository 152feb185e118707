//! A statement: text of this program with values from anywhere.

use super::row::Value;

/// A statement and its values. Only text of the program can be put into the text, which keeps what comes from outside
/// where it belongs: it is always bound, never pasted.
#[derive(Clone, Debug)]
pub(in crate::storage) struct Statement {
    text: String,
    values: Vec<Value>,
    kept: bool,
}

impl Statement {
    /// A statement with `$1`, `$2`... for the values that are bound next.
    pub(in crate::storage) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new(), kept: true }
    }

    /// Binds the next value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Goes on with this text.
    pub(super) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with the sign for a value, and binds it.
    pub(super) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Goes on with `IN` and a list of values.
    pub(super) fn push_one_of<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push(" IN (").push_list(values).push(")")
    }

    /// Goes on with rows as they stand after `VALUES`. The statement is not kept for a next time, since that will have
    /// another number of rows.
    pub(super) fn push_rows<R: IntoIterator<Item = Value>>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> &mut Self {
        self.kept = false;
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index > 0 { ", (" } else { "(" }).push_list(row).push(")");
        }
        self
    }

    /// The text, the values, and whether the database should remember how it runs the statement.
    pub(in crate::storage) fn into_parts(self) -> (String, Vec<Value>, bool) {
        (self.text, self.values, self.kept)
    }

    fn push_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        for (index, value) in values.into_iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" }).push_bind(value);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_their_order() {
        let mut statement = Statement::new("SELECT 1 WHERE a = $1 AND b").bind(7);
        statement.push_one_of(["x", "y"]).push(" AND (c, d) IN (VALUES ");
        statement
            .push_rows([[Value::from(1), Value::from("p")], [Value::from(2), Value::from("q")]])
            .push(")");
        let (text, values, kept) = statement.into_parts();
        assert_eq!(text, "SELECT 1 WHERE a = $1 AND b IN ($2, $3) AND (c, d) IN (VALUES ($4, $5), ($6, $7))");
        assert_eq!((values.len(), kept), (7, false));
    }
}
