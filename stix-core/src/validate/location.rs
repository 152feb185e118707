//! From JSON Pointers to lines and columns. Only asked when there is a problem, so the good path pays nothing.

use std::{borrow::Cow, collections::HashMap};

use super::tree::Json;

/// Finds places in a text that is known to be JSON.
pub(super) struct Locator<'t> {
    text: &'t str,
    /// Where the document begins in the text, and what was read of it.
    start: usize,
    tree: &'t Json<'t>,
    /// The children of the values that have been looked into, by the offset of the value.
    children: HashMap<usize, Children<'t>>,
}

/// The items of an array, or the members of an object with the place of the last of each name.
#[derive(Default)]
struct Children<'t> {
    list: Vec<Child>,
    names: Option<HashMap<Cow<'t, str>, usize>>,
}

/// Where a member or an item begins, and where its value begins.
struct Child {
    begin: usize,
    value: usize,
}

impl<'t> Locator<'t> {
    pub(super) fn new(text: &'t str, start: usize, tree: &'t Json<'t>) -> Self {
        Self { text, start, tree, children: HashMap::new() }
    }

    /// The byte offset of the value at a pointer, or of what surrounds a value that is missing.
    pub(super) fn offset(&mut self, pointer: &str) -> usize {
        self.borrowed(pointer).unwrap_or_else(|| self.searched(pointer))
    }

    /// The offset, where the tree tells it: what it borrows from the text lies where it was read.
    fn borrowed(&self, pointer: &str) -> Option<usize> {
        let (mut value, mut place) = (self.tree, skip_blank(self.text.as_bytes(), self.start));
        for segment in pointer.split('/').skip(1) {
            (value, place) = match value {
                Json::Object(members) => match members.last(&unescaped(segment)) {
                    Some((Cow::Borrowed(name), value)) => (value, self.quote_before(name)?),
                    Some((Cow::Owned(_), _)) => return None,
                    None => break,
                },
                Json::Array(items) => match segment.parse().ok().and_then(|index: usize| items.get(index)) {
                    Some(item) => (item, self.begin(item)?),
                    None => break,
                },
                _ => break,
            };
        }
        Some(place)
    }

    /// Where a value begins.
    fn begin(&self, value: &Json<'_>) -> Option<usize> {
        let (first, bracket) = match value {
            Json::String(Cow::Borrowed(text)) => return self.quote_before(text),
            Json::Object(members) => (self.quote_before(members.first_name()?)?, b'{'),
            Json::Array(items) => (self.begin(items.first()?)?, b'['),
            _ => return None,
        };
        let before = self.text.as_bytes().get(..first)?.trim_ascii_end();
        (before.last() == Some(&bracket)).then(|| before.len() - 1)
    }

    /// The offset of the quote before a text that was borrowed.
    fn quote_before(&self, borrowed: &str) -> Option<usize> {
        let offset = (borrowed.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?.checked_sub(1)?;
        (self.text.as_bytes().get(offset) == Some(&b'"')).then_some(offset)
    }

    /// The offset, found by reading the text.
    fn searched(&mut self, pointer: &str) -> usize {
        let mut value = skip_blank(self.text.as_bytes(), self.start);
        let mut place = value;
        for segment in pointer.split('/').skip(1) {
            let text = self.text;
            let children = self.children.entry(value).or_insert_with(|| children(text, value));
            let Some(child) = children.find(segment) else { break };
            (place, value) = (child.begin, child.value);
        }
        place
    }
}

/// The name that a segment of a JSON Pointer stands for.
fn unescaped(segment: &str) -> Cow<'_, str> {
    match segment.contains('~') {
        true => Cow::Owned(segment.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(segment),
    }
}

impl Children<'_> {
    fn find(&self, segment: &str) -> Option<&Child> {
        let place = match &self.names {
            None => segment.parse().ok()?,
            Some(names) => *names.get(&*unescaped(segment))?,
        };
        self.list.get(place)
    }
}

/// The line and the column in characters, both from 1, of a byte offset.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    lines_and_columns(text, &[offset]).first().copied().unwrap_or((1, 1))
}

/// The line and the column of each of the byte offsets, all found in one pass over the text.
pub(super) fn lines_and_columns(text: &str, offsets: &[usize]) -> Vec<(usize, usize)> {
    let mut places: Vec<_> = offsets.iter().copied().zip(vec![(1, 1); offsets.len()]).collect();
    let mut in_order: Vec<_> = places.iter_mut().collect();
    in_order.sort_by_key(|(offset, _)| *offset);
    let (mut before, mut line, mut column) = (0, 1, 1);
    for (offset, position) in in_order {
        let offset = text.floor_char_boundary(*offset);
        let passed = text.get(before..offset).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        match passed.rsplit_once('\n') {
            Some((_, last)) => column = last.chars().count() + 1,
            None => column += passed.chars().count(),
        }
        before = offset;
        *position = (line, column);
    }
    places.into_iter().map(|(_, position)| position).collect()
}

/// The children of the array or object at an offset.
fn children(text: &str, offset: usize) -> Children<'_> {
    let bytes = text.as_bytes();
    let mut children = Children::default();
    match bytes.get(offset) {
        Some(b'{') => children.names = Some(HashMap::new()),
        Some(b'[') => {}
        _ => return children,
    }
    let mut at = skip_blank(bytes, offset + 1);
    while let Some(byte) = bytes.get(at).filter(|byte| !matches!(byte, b'}' | b']')) {
        if *byte == b',' {
            at = skip_blank(bytes, at + 1);
            continue;
        }
        let begin = at;
        if let Some(names) = &mut children.names {
            let end = skip_value(bytes, at);
            names.insert(name(text.get(at..end).unwrap_or_default()), children.list.len());
            at = skip_blank(bytes, skip_blank(bytes, end) + 1);
        }
        children.list.push(Child { begin, value: at });
        at = skip_blank(bytes, skip_value(bytes, at).max(at + 1));
    }
    children
}

/// The name of a member, from how it is written between quotes.
fn name(written: &str) -> Cow<'_, str> {
    let plain = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain.filter(|plain| !plain.contains('\\')) {
        Some(plain) => Cow::Borrowed(plain),
        None => Cow::Owned(serde_json::from_str(written).unwrap_or_default()),
    }
}

fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
        at += 1;
    }
    at
}

/// The offset after the value that begins here.
fn skip_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = skip_string(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth <= 1 => return if depth == 1 { at + 1 } else { at },
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The offset after the string that begins here.
fn skip_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            _ => at += 2,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_items_and_what_is_missing() {
        let text = "{\n  \"a\": [1, {\"ü\": \"}]\"}, -2.5e3 ],\n  \"b\\n/\": true, \"c\" : { }\n}";
        let tree = serde_json::from_str(text).unwrap();
        let mut locator = Locator::new(text, 0, &tree);
        let cases = [
            ("", (1, 1)),
            ("/a", (2, 3)),
            ("/a/0", (2, 9)),
            ("/a/1", (2, 12)),
            ("/a/1/ü", (2, 13)),
            ("/a/2", (2, 25)),
            ("/a/9", (2, 3)),
            ("/b\n~1", (3, 3)),
            ("/c", (3, 17)),
            ("/c/d", (3, 17)),
            ("/x/y", (1, 1)),
        ];
        let searched = cases.map(|(pointer, _)| locator.searched(pointer));
        let offsets = cases.map(|(pointer, _)| locator.offset(pointer));
        assert_eq!(offsets, searched);
        let borrowed = cases.map(|(pointer, _)| locator.borrowed(pointer).is_some());
        assert_eq!(borrowed.iter().filter(|found| **found).count(), 8, "{borrowed:?}");
        for ((pointer, expected), found) in cases.into_iter().zip(lines_and_columns(text, &offsets)) {
            assert_eq!(found, expected, "{pointer}");
        }
    }
}
