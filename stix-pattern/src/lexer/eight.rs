//! Runs of bytes of one sort, looked at eight by eight: names have about that many, and to find their end is what takes
//! most of the time in cutting a pattern into tokens.

/// A one in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGHEST: u64 = 0x80 * EACH;

/// Where the letters, digits and underscores end that begin at `at`.
#[inline]
pub(super) fn end_of_word(bytes: &[u8], at: usize) -> usize {
    end_of(bytes, at, no_word)
}

/// Where the bytes end that begin at `at` and may be part of a path which is written without blanks.
#[inline]
pub(crate) fn end_of_path(bytes: &[u8], at: usize) -> usize {
    end_of(bytes, at, no_path)
}

/// Where the bytes end that begin at `at`, up to the first that `others` has a bit for.
#[inline(always)]
fn end_of(bytes: &[u8], at: usize, others: impl Fn(u64) -> u64) -> usize {
    let mut end = at;
    while let Some(eight) = bytes.get(end..).and_then(|rest| rest.first_chunk()) {
        let others = others(u64::from_le_bytes(*eight));
        if others != 0 {
            return end + others.trailing_zeros() as usize / 8;
        }
        end += 8;
    }
    // What stands behind the text belongs to nothing.
    let mut last = [0; 8];
    let rest = bytes.get(end..).unwrap_or_default();
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    end + others(u64::from_le_bytes(last)).trailing_zeros() as usize / 8
}

/// The highest bit of each byte that is none of a word.
const fn no_word(bytes: u64) -> u64 {
    let ascii = bytes & !HIGHEST;
    let letters = between(b'a', ascii | (b' ' as u64 * EACH), b'z');
    let word = letters | between(b'0', ascii, b'9') | between(b'_', ascii, b'_');
    (!word | bytes) & HIGHEST
}

/// The highest bit of each byte that is a blank, of an operator, or no mark at all.
const fn no_path(bytes: u64) -> u64 {
    let ascii = bytes & !HIGHEST;
    let path = between(b'"', ascii, b';') | between(b'?', ascii, b'~');
    (!path | bytes) & HIGHEST
}

/// The highest bit of each byte, of seven bits, that lies between two others.
const fn between(low: u8, bytes: u64, high: u8) -> u64 {
    (bytes + (0x80 - low as u64) * EACH) & !(bytes + (0x7F - high as u64) * EACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_are_told_as_one_is() {
        for byte in 0..=u8::MAX {
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
            let is_path = byte.is_ascii_graphic() && !matches!(byte, b'!' | b'<' | b'=' | b'>');
            for length in [3, 8, 11] {
                for at in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    assert_eq!(end_of_word(&bytes, 0), if is_word { length } else { at }, "{byte} at {at}");
                    assert_eq!(end_of_path(&bytes, 0), if is_path { length } else { at }, "{byte} at {at}");
                }
            }
        }
    }
}
