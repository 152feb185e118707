//! The name that was probably meant.

/// The candidate that `word` is least far from, and whether it is so near, and so much nearer than all others, that
/// nothing else can have been meant.
pub(super) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<(&'a str, bool)> {
    let plain = simplified(word);
    let limit = (plain.len() / 3).clamp(1, 3);
    let mut best: Option<(&str, usize)> = None;
    let mut shared = false;
    for candidate in candidates {
        let distance = distance(&plain, &simplified(candidate));
        match best {
            _ if distance > limit => {}
            Some((_, least)) if distance > least => {}
            Some((name, least)) if distance == least => shared |= name != candidate,
            _ => (best, shared) = (Some((candidate, distance)), false),
        }
    }
    best.map(|(name, distance)| (name, distance <= 1 && plain.len() > 3 && !shared))
}

/// Names differ in case and in hyphens more often than in letters.
fn simplified(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|c| !matches!(c, '-' | '_' | ' '));
    letters.take(64).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many characters have to be put in, taken out, replaced, or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, column) + usize::from(a != b);
            let shifted = at(&last, column + 1).min(at(&next, column)) + 1;
            let is_swap =
                column > 0 && row > 0 && left.get(row - 1) == Some(b) && right.get(column - 1) == Some(a);
            let swapped = if is_swap { at(&before, column - 1) + 1 } else { usize::MAX };
            next.push(replaced.min(shifted).min(swapped));
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_if_it_is_near() {
        let names = || ["ipv4-addr", "ipv6-addr", "file", "domain-name"].into_iter();
        assert_eq!(nearest("IPv4_Addr", names()), Some(("ipv4-addr", true)));
        assert_eq!(nearest("ipv5-addr", names()), Some(("ipv4-addr", false)));
        assert_eq!(nearest("fiel", names()), Some(("file", true)));
        assert_eq!(nearest("domian-nme", names()), Some(("domain-name", false)));
        assert_eq!(nearest("mutex", names()), None);
    }
}
