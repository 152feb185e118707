//! A gzip file (RFC 1952) that is much larger inside than outside.

use flate2::{Compress, Compression, Crc, FlushCompress};

const MEBIBYTE: usize = 1 << 20;

/// Member header: magic number, deflate, no flags, no time, best compression, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// The last block of a deflate stream (RFC 1951, section 3.2.3), with nothing in it.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// A valid file of so many MiB of blanks.
///
/// One mebibyte is compressed up to a full flush, after which nothing refers back, so that its blocks may be
/// repeated: a bomb of any size costs no more than one of the smallest.
pub(crate) fn of_blanks(mebibytes: u32) -> Vec<u8> {
    let blanks = vec![b' '; MEBIBYTE];
    let blocks = blocks(&blanks);
    let mut crc_of_one = Crc::new();
    crc_of_one.update(&blanks);

    let mut crc = Crc::new();
    let mut file = HEADER.to_vec();
    for _ in 0..mebibytes {
        file.extend_from_slice(&blocks);
        crc.combine(&crc_of_one);
    }
    file.extend_from_slice(&LAST_BLOCK);
    file.extend_from_slice(&crc.sum().to_le_bytes());
    // The length modulo 2^32.
    file.extend_from_slice(&mebibytes.wrapping_mul(1 << 20).to_le_bytes());
    file
}

/// The deflate blocks of a text, without the last one of a stream.
fn blocks(text: &[u8]) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::best(), false);
    // It grows by what is written only while there is room, and compressed blanks need far less.
    let mut packed = Vec::with_capacity(text.len());
    // Fails only for a dictionary that nobody has set.
    let _ = deflate.compress_vec(text, &mut packed, FlushCompress::Full);
    packed
}
