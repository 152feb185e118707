//! What the constants of one pattern may take together, so that no pattern takes more than a moment.

/// The memory of all regular expressions, in bytes.
const REGEX_MEMORY: usize = 8 << 20;

/// The `_` that stand between two `%`, each of which may be tried at every place of a text.
const LIKE_WILDCARDS: usize = 2_000;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Allowance {
    regex_memory: usize,
    like_wildcards: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { regex_memory: REGEX_MEMORY, like_wildcards: LIKE_WILDCARDS }
    }
}

impl Allowance {
    pub(crate) fn regex_memory(&self) -> usize {
        self.regex_memory
    }

    /// Takes memory for regular expressions; false if there is not so much.
    pub(crate) fn spend_regex_memory(&mut self, bytes: usize) -> bool {
        spend(&mut self.regex_memory, bytes)
    }

    /// Takes wildcards for `LIKE`; false if there are not so many.
    pub(crate) fn spend_like_wildcards(&mut self, count: usize) -> bool {
        spend(&mut self.like_wildcards, count)
    }
}

fn spend(left: &mut usize, amount: usize) -> bool {
    let rest = left.checked_sub(amount);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}
