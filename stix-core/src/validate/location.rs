//! From JSON Pointers to lines and columns. Only asked when there is a problem, so the good path pays nothing.

use std::{borrow::Cow, collections::HashMap};

/// Finds places in a text that is known to be JSON.
pub(super) struct Locator<'t> {
    text: &'t str,
    /// Where the document begins in the text.
    start: usize,
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
    pub(super) fn new(text: &'t str, start: usize) -> Self {
        Self { text, start, children: HashMap::new() }
    }

    /// The byte offset of the value at a pointer, or of what surrounds a value that is missing.
    pub(super) fn offset(&mut self, pointer: &str) -> usize {
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

impl Children<'_> {
    fn find(&self, segment: &str) -> Option<&Child> {
        let place = match &self.names {
            None => segment.parse().ok()?,
            Some(names) => *names.get(&*segment.replace("~1", "/").replace("~0", "~"))?,
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
        let mut locator = Locator::new(text, 0);
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
        let offsets = cases.map(|(pointer, _)| locator.offset(pointer));
        for ((pointer, expected), found) in cases.into_iter().zip(lines_and_columns(text, &offsets)) {
            assert_eq!(found, expected, "{pointer}");
        }
    }
}
