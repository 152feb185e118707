//! Runs of bytes of one sort, looked at eight by eight: known paths and strings, which most of a pattern consists of.

/// A one in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGHEST: u64 = 0x80 * EACH;

/// Where the bytes end that begin at `at` and may be part of a path which is written without blanks, and a number that
/// these bytes tell.
#[inline]
pub(crate) fn path(bytes: &[u8], at: usize) -> (usize, u64) {
    let (eights, _) = bytes.get(at..).unwrap_or_default().as_chunks();
    let (mut end, mut number) = (at, 0);
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        let others = no_path(eight);
        if others != 0 {
            return end_of_number(eight, others, end, number);
        }
        number = mixed(number, eight);
        end += 8;
    }
    let eight = last_eight(bytes, end);
    end_of_number(eight, no_path(eight), end, number)
}

/// The end and the number of a path whose last bytes, less than eight, begin at `at`.
#[inline]
fn end_of_number(eight: u64, others: u64, at: usize, number: u64) -> (usize, u64) {
    let bits = others.trailing_zeros() & !7;
    let rest = eight & !u64::MAX.checked_shl(bits).unwrap_or_default();
    (at + bits as usize / 8, mixed(number, rest))
}

#[inline]
const fn mixed(number: u64, eight: u64) -> u64 {
    (number ^ eight).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31)
}

/// Where the first quote or backslash is from `at` on; the end of the text if there is none.
#[inline]
pub(crate) fn end_of_plain(bytes: &[u8], at: usize) -> usize {
    let (eights, _) = bytes.get(at..).unwrap_or_default().as_chunks();
    let mut end = at;
    for eight in eights {
        let others = no_plain(u64::from_le_bytes(*eight));
        if others != 0 {
            return end + others.trailing_zeros() as usize / 8;
        }
        end += 8;
    }
    let others = no_plain(last_eight(bytes, end));
    (end + others.trailing_zeros() as usize / 8).min(bytes.len())
}

/// The fewer than eight bytes from `at` on, and zeros behind them.
#[inline]
fn last_eight(bytes: &[u8], at: usize) -> u64 {
    let missing = (at + 8).saturating_sub(bytes.len());
    match bytes.last_chunk() {
        // Whatever stands before `at` is pushed out.
        Some(eight) => u64::from_le_bytes(*eight).checked_shr(8 * missing as u32).unwrap_or_default(),
        None => {
            let rest = bytes.get(at..).unwrap_or_default();
            rest.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte))
        }
    }
}

/// The highest bit of each byte that is a blank, of an operator, or no mark at all.
const fn no_path(bytes: u64) -> u64 {
    let ascii = bytes & !HIGHEST;
    let path = between(b'"', ascii, b';') | between(b'?', ascii, b'~');
    (!path | bytes) & HIGHEST
}

/// The highest bit of each byte that is a quote or a backslash, and perhaps of others behind the first of them.
const fn no_plain(bytes: u64) -> u64 {
    first_zero(bytes ^ (b'\'' as u64 * EACH)) | first_zero(bytes ^ (b'\\' as u64 * EACH))
}

/// The highest bit of the first byte that is zero, and perhaps of others behind it.
const fn first_zero(bytes: u64) -> u64 {
    bytes.wrapping_sub(EACH) & !bytes & HIGHEST
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
            let is_path = byte.is_ascii_graphic() && !matches!(byte, b'!' | b'<' | b'=' | b'>');
            for length in [3, 8, 11, 16] {
                for at in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    assert_eq!(path(&bytes, 0).0, if is_path { length } else { at }, "{byte} at {at}");
                    let is_plain = !matches!(byte, b'\'' | b'\\');
                    assert_eq!(end_of_plain(&bytes, 0), if is_plain { length } else { at }, "{byte} at {at}");
                }
            }
        }
    }
}
