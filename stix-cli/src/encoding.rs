//! Files that are no UTF-8 text, told by how they begin, so that it can be said what to do with them.

/// How much of a file it takes to tell.
pub(crate) const HEAD: usize = 4096;

/// What a file is that cannot be JSON in UTF-8, and what to do about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) what: &'static str,
    pub(crate) help: &'static str,
}

impl Misfit {
    /// Judges by the beginning of a file.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let (what, help) = match head {
            [0xEF, 0xBB, 0xBF, ..] => ("begins with a byte order mark", "save it as UTF-8 without the mark"),
            [0xFF, 0xFE, 0, 0, ..]
            | [0, 0, 0xFE, 0xFF, ..]
            | [1..=255, 0, 0, 0, ..]
            | [0, 0, 0, 1..=255, ..] => {
                ("is UTF-32", "convert it to UTF-8, such as with `iconv -f UTF-32 -t UTF-8`")
            }
            [0xFF, 0xFE, ..]
            | [0xFE, 0xFF, ..]
            | [1..=255, 0, 1..=255, 0, ..]
            | [0, 1..=255, 0, 1..=255, ..] => {
                ("is UTF-16", "convert it to UTF-8, such as with `iconv -f UTF-16 -t UTF-8`")
            }
            [0x1F, 0x8B, ..] => ("is compressed", "unpack it with `gunzip`"),
            [b'P', b'K', 3, 4, ..] => ("is a ZIP archive", "unpack it with `unzip`"),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ("is compressed", "unpack it with `unzstd`"),
            head if begins_with(head, "<!doctype html") || begins_with(head, "<html") => {
                ("is a page for people (HTML)", "look at the address that it was fetched from")
            }
            head if begins_with(head, "<") => {
                ("is XML, as STIX 1 was", "STIX 2.1 is JSON: ask for that, or convert it with stix-elevator")
            }
            head if head.contains(&0) => ("is no text", "only text in UTF-8 can be read"),
            _ => return None,
        };
        Some(Self { what, help })
    }
}

/// Whether a text begins with these ASCII characters in lower or upper case, behind white space.
fn begins_with(head: &[u8], text: &str) -> bool {
    let head = head.trim_ascii_start();
    head.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf_8_is_told_by_its_beginning() {
        let utf_16: Vec<u8> = "{\"é漢".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xFE, 0xFF][..], &[0, b'{']].concat();
        for (head, expected) in [
            (&b"{\"type\": \"bundle\"}"[..], None),
            ("{\"é漢\"".as_bytes(), None),
            (b"", None),
            (b"{", None),
            (&utf_16, Some("is UTF-16")),
            (&marked, Some("is UTF-16")),
            (b"\0{\0\"", Some("is UTF-16")),
            (b"{\0\0\0", Some("is UTF-32")),
            (b"\0\0\0{", Some("is UTF-32")),
            (b"\xFF\xFE\0\0{\0\0\0", Some("is UTF-32")),
            (b"\x1F\x8B\x08", Some("is compressed")),
            (b"<?xml version='1.0'?>\n<stix:STIX_Package", Some("is XML, as STIX 1 was")),
            (b"\n <!DOCTYPE HTML><html>", Some("is a page for people (HTML)")),
            (b"\x7FELF\x02\x01\x01\0", Some("is no text")),
            (&[0; 100], Some("is no text")),
            ("\u{feff}{}".as_bytes(), Some("begins with a byte order mark")),
        ] {
            assert_eq!(Misfit::of(head).map(|misfit| misfit.what), expected, "{head:?}");
        }
    }
}
