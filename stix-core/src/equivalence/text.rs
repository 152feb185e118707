//! How similar two texts are.

/// How many characters of a text are compared, so that long ones take no longer.
const COMPARED: usize = 1000;

/// The similarity of two texts, whatever the order of their words: from 0 to 1.
///
/// The words of each are sorted and joined by single spaces. The distance of the results is the
/// number of characters to take out and put in to make one of the other, and the similarity what is
/// left of 1 after the distance is divided by the sum of the lengths. Upper and lower case differ.
/// Only the first 1,000 characters count.
///
/// ```
/// use stix_core::equivalence::token_sort_ratio;
///
/// assert_eq!(token_sort_ratio("Acme Corp", "Corp  Acme"), 1.0);
/// assert_eq!(token_sort_ratio("abc", "abd"), 4.0 / 6.0);
/// assert_eq!(token_sort_ratio("abc", "xyz"), 0.0);
/// ```
pub fn token_sort_ratio(left: &str, right: &str) -> f64 {
    let (left, right) = (sorted_words(left), sorted_words(right));
    let sum = left.len() + right.len();
    if sum == 0 {
        return 1.0;
    }
    2.0 * longest_common_subsequence(&left, &right) as f64 / sum as f64
}

fn sorted_words(text: &str) -> Vec<char> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ").chars().take(COMPARED).collect()
}

/// The length of the longest common subsequence, by rows of the usual table: `row` holds, for each
/// prefix of `right`, the result for it and the part of `left` read so far.
fn longest_common_subsequence(left: &[char], right: &[char]) -> usize {
    let mut row = vec![0; right.len()];
    for letter in left {
        let (mut diagonal, mut before) = (0, 0);
        for (cell, other) in row.iter_mut().zip(right) {
            let above = *cell;
            *cell = if letter == other { diagonal + 1 } else { above.max(before) };
            (diagonal, before) = (above, *cell);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_prefix_of_long_texts_counts() {
        let long = "a".repeat(COMPARED);
        assert_eq!(token_sort_ratio(&format!("{long}b"), &format!("{long}c")), 1.0);
        assert_eq!(token_sort_ratio("", ""), 1.0);
        assert_eq!(token_sort_ratio("", "a"), 0.0);
    }

    proptest! {
        #[test]
        fn is_symmetric_and_between_0_and_1(left in "[ab c]{0,12}", right in "[ab c]{0,12}") {
            let ratio = token_sort_ratio(&left, &right);
            prop_assert!((0.0..=1.0).contains(&ratio));
            prop_assert_eq!(ratio, token_sort_ratio(&right, &left));
            prop_assert_eq!(token_sort_ratio(&left, &left), 1.0);
        }
    }
}
