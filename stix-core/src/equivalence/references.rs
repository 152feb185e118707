//! Comparing references by what they refer to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Comparison, Method};

impl Comparison<'_> {
    /// Compares two references by their targets, else by their identifiers.
    pub(super) fn reference(&self, left: &Value, right: &Value, depth: usize) -> f64 {
        self.targets(left, right, depth).unwrap_or_else(|| Method::Exact.similarity(left, right))
    }

    /// Compares two lists of references: each with its most similar partner in the other list.
    pub(super) fn references(&self, left: &Value, right: &Value, depth: usize) -> f64 {
        let (Some(lefts), Some(rights), Some(_)) = (left.as_array(), right.as_array(), &self.lookups) else {
            return Method::List.similarity(left, right);
        };
        best_partners(&by_id(lefts), &by_id(rights), |left, right| self.reference(left, right, depth))
    }

    /// The similarity of two targets; none if they are not there or have nothing to compare.
    fn targets(&self, left: &Value, right: &Value, depth: usize) -> Option<f64> {
        let (find_left, find_right) = self.lookups.as_ref()?;
        let (left, right) = (find_left(left.as_str()?)?, find_right(right.as_str()?)?);
        if left.get("type") != right.get("type") {
            return Some(0.0);
        }
        let similarity = self.compare_to_depth(left, right, depth.saturating_sub(1));
        (!similarity.parts().is_empty()).then(|| similarity.score() / 100.0)
    }
}

fn by_id(list: &[Value]) -> Vec<(&str, &Value)> {
    list.iter().filter_map(|id| Some((id.as_str()?, id))).collect()
}

/// The mean, over the names on both sides, of the score with the best partner on the other side.
pub(super) fn best_partners(
    lefts: &[(&str, &Value)],
    rights: &[(&str, &Value)],
    score: impl Fn(&Value, &Value) -> f64,
) -> f64 {
    // In an order that is always the same, so that the sum is the same to the last digit.
    let names = lefts.iter().chain(rights).map(|(name, _)| (*name, 0.0));
    let mut best: BTreeMap<&str, f64> = names.collect();
    for (left_name, left) in lefts {
        for (right_name, right) in rights {
            let score = score(left, right);
            for name in [*left_name, *right_name] {
                best.entry(name).and_modify(|best| *best = best.max(score));
            }
        }
    }
    if best.is_empty() { 0.0 } else { best.values().sum::<f64>() / best.len() as f64 }
}
