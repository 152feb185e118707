//! Texts from outside by which rows are found: only so much of them goes into an index.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// The longest text of which all goes into an index. PostgreSQL takes 2704 bytes for all columns together.
const LONGEST: usize = 1000;

/// The text, or of a longer one the beginning with a digest of the whole. Of that it is the same.
pub(crate) fn index_text(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let end = text.floor_char_boundary(LONGEST - 1 - digest.len());
    Cow::Owned(format!("{}#{digest}", text.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let long = "ä".repeat(600);
        let cut = index_text(&long);
        assert!(cut.len() <= LONGEST && cut.len() > LONGEST - 4);
        assert_eq!(index_text(&cut), cut);
        assert_ne!(index_text(&format!("{long}a")), cut);
        assert_eq!(index_text("short"), "short");
    }
}
