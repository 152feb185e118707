//! A statement: text of this program with values from anywhere.

use super::row::Value;

/// A statement and its values. Only text of the program can be put into the text, which keeps what comes from outside
/// where it belongs: it is always bound, never pasted.
#[derive(Clone, Debug)]
pub(in crate::storage) struct Statement {
    text: String,
    values: Vec<Value>,
    /// The text has numbers of its own for some values.
    numbered: bool,
    kept: bool,
}

impl Statement {
    /// A statement with `$1`, `$2`... for the values that are bound next.
    pub(in crate::storage) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new(), numbered: false, kept: true }
    }

    /// Binds the next value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.numbered = true;
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
    /// another number of rows, unless [`Statement::keep`] says otherwise.
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

    /// Whether the database should remember how it runs the statement.
    pub(super) fn keep(mut self, kept: bool) -> Self {
        self.kept = kept;
        self
    }

    /// The statement with `?` for each value, where each is used once, in the order of the signs. SQLite takes a number
    /// for a name, and goes through all names for each value.
    pub(in crate::storage) fn without_numbers(mut self) -> Self {
        if !self.numbered {
            let mut parts = self.text.split('$');
            let first = parts.next().unwrap_or_default().to_owned();
            let rest = parts.map(|part| part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
            self.text = rest.fold(first, |text, part| text + "?" + part);
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

    #[test]
    fn numbers_go_where_nothing_is_used_twice() {
        let mut statement = Statement::new("SELECT 1 WHERE a = ");
        statement.push_bind(7).push(" AND b").push_one_of(["x", "y"]);
        assert_eq!(statement.without_numbers().into_parts().0, "SELECT 1 WHERE a = ? AND b IN (?, ?)");
        let text = "SELECT 1 WHERE a = $1 OR b = $1";
        assert_eq!(Statement::new(text).bind(7).without_numbers().into_parts().0, text);
    }
}
