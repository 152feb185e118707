//! Bytes from outside, as text that can be taken apart whatever they are.

use std::borrow::Cow;

use bytes::Bytes;

/// Bytes, and the text that they are. What is no UTF-8 shows as `?`, byte for byte: so a broken record does not hide the
/// others, and each part of the text has its place among the bytes.
#[derive(Debug)]
pub(super) struct Text<'a> {
    bytes: &'a Bytes,
    shown: Cow<'a, str>,
}

impl<'a> Text<'a> {
    pub(super) fn of(bytes: &'a Bytes) -> Self {
        let legible =
            |chunk: std::str::Utf8Chunk<'_>| chunk.valid().to_owned() + &"?".repeat(chunk.invalid().len());
        let shown = std::str::from_utf8(bytes).map(Cow::Borrowed);
        Self { bytes, shown: shown.unwrap_or_else(|_| bytes.utf8_chunks().map(legible).collect()) }
    }

    /// The text.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The bytes that a part of the text, borrowed from it, stands for.
    pub(super) fn original(&self, part: &str) -> Bytes {
        let start = part.as_ptr().addr().wrapping_sub(self.shown.as_ptr().addr());
        let bytes = self.bytes.get(start..start.saturating_add(part.len()));
        self.bytes.slice_ref(bytes.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_text_has_its_bytes() {
        let bytes = Bytes::from_static(b"{\"\xc3\xa9\":1}\n{\"\xe9\xff\":\xe2\x82}\n{}");
        let text = Text::of(&bytes);
        assert_eq!(text.shown(), "{\"\u{e9}\":1}\n{\"??\":??}\n{}");
        let originals: Vec<_> = text.shown().lines().map(|line| text.original(line)).collect();
        let expected: [&[u8]; 3] = [b"{\"\xc3\xa9\":1}", b"{\"\xe9\xff\":\xe2\x82}", b"{}"];
        assert_eq!(originals, expected);
    }
}
