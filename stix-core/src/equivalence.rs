//! Semantic equivalence: how likely it is that two objects of one type mean the same thing.
//!
//! The specification leaves the question open; this follows the scoring that the common tools
//! share. Properties that are present on both objects are compared, each by a method of its own,
//! and the results are averaged with the weights of [`WEIGHTS`].
//!
//! ```
//! use serde_json::json;
//! use stix_core::equivalence::Comparison;
//!
//! let left = json!({"type": "malware", "spec_version": "2.1", "name": "Dark Gate", "malware_types": ["bot"]});
//! let right = json!({"type": "malware", "spec_version": "2.1", "name": "Gate Dark", "malware_types": ["rat", "bot"]});
//! let similarity = Comparison::new().compare(&left, &right)?;
//! assert_eq!(similarity.score(), 90.0);
//! assert!(similarity.is_equivalent());
//! assert_eq!(similarity.parts()[0].property, "malware_types");
//! assert_eq!(similarity.parts()[0].similarity, 0.5);
//! # Ok::<(), stix_core::equivalence::EquivalenceError>(())
//! ```

mod method;
mod references;
mod text;
mod weights;

use std::fmt;

use serde_json::Value;

pub use method::Method;
pub use text::token_sort_ratio;
pub use weights::{TypeWeights, WEIGHTS, Weight};

/// From which score on two objects count as equivalent.
pub const THRESHOLD: f64 = 70.0;

/// Finds the object of an identifier.
type Lookup<'a> = Box<dyn Fn(&str) -> Option<&'a Value> + 'a>;

/// Whether two patterns are equivalent.
type Patterns<'a> = Box<dyn Fn(&str, &str) -> bool + 'a>;

/// How objects are compared.
///
/// ```
/// use serde_json::json;
/// use stix_core::equivalence::{Comparison, Method, TypeWeights, Weight};
///
/// const OWN: &[TypeWeights] = &[TypeWeights {
///     object_type: "tool",
///     weights: &[Weight { property: "name", weight: 100.0, method: Method::Exact }],
/// }];
/// let (left, right) = (json!({"type": "tool", "name": "VNC"}), json!({"type": "tool", "name": "vnc"}));
/// let comparison = Comparison::new()
///     .with_weights(OWN)
///     .with_patterns(|left, right| left.trim() == right.trim())
///     .with_lookups(|_| None, |_| None)
///     .with_depth(2)
///     .across_spec_versions();
/// assert!(!comparison.compare(&left, &right)?.is_equivalent());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Comparison<'a> {
    weights: &'a [TypeWeights],
    patterns: Patterns<'a>,
    lookups: Option<(Lookup<'a>, Lookup<'a>)>,
    depth: usize,
    across_versions: bool,
}

impl Default for Comparison<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Comparison<'a> {
    /// The usual weights; patterns by their text and references by their identifiers.
    pub fn new() -> Self {
        Self {
            weights: WEIGHTS,
            patterns: Box::new(|left, right| left == right),
            lookups: None,
            depth: 1,
            across_versions: false,
        }
    }

    /// Weighs properties in another way. A type without weights has the score 0.
    #[must_use]
    pub fn with_weights(mut self, weights: &'a [TypeWeights]) -> Self {
        self.weights = weights;
        self
    }

    /// Asks this function whether two patterns are equivalent, since this crate reads none.
    #[must_use]
    pub fn with_patterns(mut self, equivalent: impl Fn(&str, &str) -> bool + 'a) -> Self {
        self.patterns = Box::new(equivalent);
        self
    }

    /// Compares references by the objects that these functions find for the identifiers on the left
    /// and on the right side.
    ///
    /// A reference counts by its identifier where its target is not found, or has nothing to
    /// compare. Each reference of a list is held against each of the other, so long lists take long.
    #[must_use]
    pub fn with_lookups(
        mut self,
        left: impl Fn(&str) -> Option<&'a Value> + 'a,
        right: impl Fn(&str) -> Option<&'a Value> + 'a,
    ) -> Self {
        self.lookups = Some((Box::new(left), Box::new(right)));
        self
    }

    /// How many references may be followed one after the other: 1 unless set. Beyond that,
    /// references do not count. The work grows by a factor with each.
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Compares objects of different versions of the specification too.
    #[must_use]
    pub fn across_spec_versions(mut self) -> Self {
        self.across_versions = true;
        self
    }

    /// Compares two objects.
    ///
    /// # Errors
    /// They must be of one type, and of one version of the specification unless that was allowed.
    pub fn compare(&self, left: &Value, right: &Value) -> Result<Similarity, EquivalenceError> {
        let same = |name: &str| left.get(name) == right.get(name);
        if !same("type") {
            return Err(EquivalenceError::DifferentTypes);
        }
        if !same("spec_version") && !self.across_versions {
            return Err(EquivalenceError::DifferentSpecVersions);
        }
        Ok(self.compare_to_depth(left, right, self.depth))
    }

    /// Compares two collections of objects, such as the contents of two bundles: each object with
    /// its most similar partner on the other side; 0 to 100.
    ///
    /// Objects of types without weights do not count, those without a partner count as 0.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::equivalence::Comparison;
    ///
    /// let tool = |id, name| json!({"type": "tool", "spec_version": "2.1", "id": id, "name": name});
    /// let (left, right) = ([tool("a", "nmap"), tool("b", "zmap")], [tool("c", "nmap"), tool("d", "zmap")]);
    /// assert_eq!(Comparison::new().compare_all(&left, &right), 100.0);
    /// assert_eq!(Comparison::new().compare_all(&left, &[]), 0.0);
    /// ```
    pub fn compare_all(&self, left: &[Value], right: &[Value]) -> f64 {
        references::best_partners(&self.weighed(left), &self.weighed(right), |left, right| {
            self.compare(left, right).map_or(0.0, |similarity| similarity.score())
        })
    }

    /// The objects of types with weights, by their identifiers.
    fn weighed<'o>(&self, objects: &'o [Value]) -> Vec<(&'o str, &'o Value)> {
        let weighed = objects.iter().filter(|object| self.weights_of(object).is_some());
        weighed.filter_map(|object| Some((object.get("id")?.as_str()?, object))).collect()
    }

    fn weights_of(&self, object: &Value) -> Option<&'a TypeWeights> {
        let object_type = object.get("type")?.as_str()?;
        self.weights.iter().find(|weights| weights.object_type == object_type)
    }

    /// `depth` says how many references may still be followed.
    fn compare_to_depth(&self, left: &Value, right: &Value, depth: usize) -> Similarity {
        let weights = self.weights_of(left).map_or(&[][..], |weights| weights.weights);
        let part = |weight: &Weight| {
            let similarity = self.similarity(weight, left, right, depth)?;
            Some(Part { property: weight.property, weight: weight.weight, similarity })
        };
        Similarity { parts: weights.iter().filter_map(part).collect() }
    }

    /// From 0 to 1; none if the property is not on both sides, or not to be compared.
    fn similarity(&self, weight: &Weight, left: &Value, right: &Value, depth: usize) -> Option<f64> {
        if let Method::Distance { kilometres } = weight.method {
            return method::distance(left, right, kilometres);
        }
        let (left, right) = (left.get(weight.property)?, right.get(weight.property)?);
        match weight.method {
            Method::Reference | Method::References if self.lookups.is_some() && depth == 0 => None,
            Method::Reference => Some(self.reference(left, right, depth)),
            Method::References => Some(self.references(left, right, depth)),
            Method::Pattern => Some(match (left.as_str(), right.as_str()) {
                (Some(left), Some(right)) if (self.patterns)(left, right) => 1.0,
                _ => 0.0,
            }),
            method => Some(method.similarity(left, right)),
        }
    }
}

impl fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let followed = if self.lookups.is_some() { self.depth } else { 0 };
        f.debug_struct("Comparison").field("depth", &followed).finish_non_exhaustive()
    }
}

/// How similar two objects are.
///
/// ```
/// use serde_json::json;
/// use stix_core::equivalence::{Comparison, Part, Similarity, THRESHOLD, WEIGHTS};
///
/// let tool = |name: &str| json!({"type": "campaign", "name": name, "aliases": ["a"]});
/// let found: Similarity = Comparison::new().compare(&tool("Green group"), &tool("group green"))?;
/// assert!(found.score() >= THRESHOLD && found.is_equivalent());
/// let parts: &[Part] = found.parts();
/// assert_eq!(parts[0].property, "name");
/// assert!(WEIGHTS.iter().any(|weights| weights.object_type == "campaign"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Similarity {
    parts: Vec<Part>,
}

/// How similar one property is.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The property, or `coordinates` for latitude and longitude together.
    pub property: &'static str,
    /// How much it counts.
    pub weight: f64,
    /// From 0, nothing in common, to 1, the same.
    pub similarity: f64,
}

impl Similarity {
    /// From 0, nothing in common or nothing to compare, to 100, the same.
    pub fn score(&self) -> f64 {
        let sum: f64 = self.parts.iter().map(|part| part.weight).sum();
        let reached: f64 = self.parts.iter().map(|part| part.weight * part.similarity).sum();
        if sum > 0.0 { 100.0 * reached / sum } else { 0.0 }
    }

    /// Whether the score reaches [`THRESHOLD`].
    pub fn is_equivalent(&self) -> bool {
        self.score() >= THRESHOLD
    }

    /// What the score is made of; empty if there was nothing to compare.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// Why two objects cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EquivalenceError {
    /// They are of different types.
    DifferentTypes,
    /// They follow different versions of the specification.
    DifferentSpecVersions,
}

impl fmt::Display for EquivalenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DifferentTypes => "objects of different types cannot be compared",
            Self::DifferentSpecVersions => {
                "objects of different versions of the specification are not compared unless that is asked for"
            }
        })
    }
}

impl std::error::Error for EquivalenceError {}
