//! Selectors: paths to content of an object (STIX 2.1 section 7.2.3.1).

use std::{fmt, str::FromStr};

use serde_json::Value;

/// One component of a [`Selector`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A property, or a key of a dictionary.
    Property(Box<str>),
    /// A place in a list, counted from 0.
    Index(usize),
}

/// A path to content of an object, such as `external_references.[0].url`.
///
/// Paths are compared by components: `name` does not lead to `name_enc`.
///
/// ```
/// use serde_json::json;
/// use stix_core::markings::Selector;
///
/// let selector: Selector = "labels.[1]".parse()?;
/// assert_eq!(selector.to_string(), "labels.[1]");
/// assert_eq!(selector.resolve(&json!({"labels": ["a", "b"]})), Some(&json!("b")));
/// assert_eq!(selector.resolve(&json!({"labels": ["a"]})), None);
///
/// let list: Selector = "labels".parse()?;
/// assert!(list.covers(&selector) && !selector.covers(&list));
/// # Ok::<(), stix_core::markings::SelectorError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// Never empty; the first one is a property.
    steps: Vec<Step>,
}

impl Selector {
    /// The path to a property of the object itself; none if the name cannot be in a selector.
    pub fn property(name: &str) -> Option<Self> {
        is_name(name).then(|| Self { steps: vec![Step::Property(name.into())] })
    }

    /// The components.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The content that the selector leads to.
    pub fn resolve<'a>(&self, object: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(object, |value, step| match step {
            Step::Property(name) => value.as_object()?.get(&**name),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }

    /// The content that the selector leads to, to be changed.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::markings::{Selector, Step};
    ///
    /// let mut tool = json!({"labels": ["a"]});
    /// let selector: Selector = "labels.[0]".parse()?;
    /// assert_eq!(selector.steps(), [Step::Property("labels".into()), Step::Index(0)]);
    /// if let Some(label) = selector.resolve_mut(&mut tool) {
    ///     *label = json!("b");
    /// }
    /// assert_eq!(tool["labels"][0], "b");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resolve_mut<'a>(&self, object: &'a mut Value) -> Option<&'a mut Value> {
        self.steps.iter().try_fold(object, |value, step| match step {
            Step::Property(name) => value.as_object_mut()?.get_mut(&**name),
            Step::Index(index) => value.as_array_mut()?.get_mut(*index),
        })
    }

    /// Whether the other path leads to the same content or to content inside.
    pub fn covers(&self, other: &Self) -> bool {
        other.steps.starts_with(&self.steps)
    }

    /// The path as an RFC 6901 JSON Pointer, as problems have it.
    ///
    /// ```
    /// let selector: stix_core::markings::Selector = "labels.[1]".parse()?;
    /// assert_eq!(selector.to_pointer(), "/labels/1");
    /// # Ok::<(), stix_core::markings::SelectorError>(())
    /// ```
    pub fn to_pointer(&self) -> String {
        // No name of a step holds a character that a pointer must escape.
        self.steps.iter().fold(String::new(), |pointer, step| match step {
            Step::Property(name) => pointer + "/" + name,
            Step::Index(index) => pointer + "/" + &index.to_string(),
        })
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let steps: Option<Vec<_>> = text.split('.').map(step).collect();
        let error = |kind| SelectorError { kind, text: text.into() };
        let steps = steps.ok_or_else(|| error(SelectorErrorKind::Component))?;
        match steps.first() {
            Some(Step::Property(_)) => Ok(Self { steps }),
            _ => Err(error(SelectorErrorKind::Start)),
        }
    }
}

fn step(text: &str) -> Option<Step> {
    let Some(index) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
        return is_name(text).then(|| Step::Property(text.into()));
    };
    // One place has one spelling: neither a sign nor leading zeros.
    let canonical = index == "0" || index.starts_with(|digit: char| matches!(digit, '1'..='9'));
    index.parse().ok().filter(|_| canonical).map(Step::Index)
}

/// Whether a text can be a component: what may name a property or a key (sections 2.4 and 3.1).
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Property(name) => f.write_str(name)?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Why a text is not a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError {
    kind: SelectorErrorKind,
    text: Box<str>,
}

/// The rules that a selector can break.
///
/// ```
/// use stix_core::markings::{Selector, SelectorErrorKind};
///
/// let error = "[0].name".parse::<Selector>().unwrap_err();
/// assert_eq!(error.kind(), SelectorErrorKind::Start);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectorErrorKind {
    /// A component is neither a name nor a place such as `[0]`.
    Component,
    /// It starts with a place in a list; objects have properties.
    Start,
}

impl SelectorError {
    /// Which rule is broken.
    pub fn kind(&self) -> SelectorErrorKind {
        self.kind
    }

    /// What to write instead.
    pub fn help(&self) -> &'static str {
        "write names and places in lists, joined by dots, such as `external_references.[0].url`"
    }
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            SelectorErrorKind::Component => "has a component that is neither a name nor a place in a list",
            SelectorErrorKind::Start => "does not start with a property",
        };
        write!(f, "selector `{}` {what}", self.text)
    }
}

impl std::error::Error for SelectorError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn names_the_broken_rule() {
        use SelectorErrorKind::{Component, Start};
        for (text, kind) in [
            ("", Component),
            (".", Component),
            ("a.", Component),
            ("a..b", Component),
            ("a[0]", Component),
            ("a.[]", Component),
            ("a.[+1]", Component),
            ("a.[01]", Component),
            ("a.[-1]", Component),
            ("a.[99999999999999999999]", Component),
            ("a b", Component),
            ("ä", Component),
            ("[0]", Start),
            ("[0].a", Start),
        ] {
            assert_eq!(text.parse::<Selector>().unwrap_err().kind(), kind, "{text}");
        }
    }

    #[test]
    fn leads_only_where_there_is_content() {
        let object = json!({"name": "", "hashes": {"SHA-256": "a"}, "list": [{"on": false}, 0], "0": 1});
        for (text, found) in [
            ("name", Some(json!(""))),
            ("hashes.SHA-256", Some(json!("a"))),
            ("list.[0].on", Some(json!(false))),
            ("list.[1]", Some(json!(0))),
            ("0", Some(json!(1))),
            ("list.[2]", None),
            ("list.0", None),
            ("name.[0]", None),
            ("hashes.[0]", None),
            ("name.length", None),
            ("nam", None),
        ] {
            let selector: Selector = text.parse().unwrap();
            assert_eq!(selector.resolve(&object), found.as_ref(), "{text}");
            assert_eq!(selector.resolve_mut(&mut object.clone()).cloned(), found, "{text}");
            assert_eq!(object.pointer(&selector.to_pointer()).is_some(), found.is_some() || text == "list.0");
        }
    }

    #[test]
    fn covers_whole_components_only() {
        let covers = |a: &str, b: &str| a.parse::<Selector>().unwrap().covers(&b.parse().unwrap());
        assert!(covers("name", "name"));
        assert!(covers("list.[1]", "list.[1].a"));
        assert!(!covers("name", "name_enc"));
        assert!(!covers("list.[1]", "list.[10]"));
        assert!(!covers("list.[1].a", "list.[1]"));
    }

    proptest! {
        #[test]
        fn printing_gives_back_what_was_read(text in "[a-zA-Z0-9_.\\[\\]+-]{0,20}") {
            if let Ok(selector) = text.parse::<Selector>() {
                prop_assert_eq!(selector.to_string(), text);
            }
        }

        #[test]
        fn selectors_are_read(text in "[a-z][a-z0-9_]{0,9}(\\.([A-Za-z0-9_-]{1,9}|\\[(0|[1-9][0-9]{0,5})\\])){0,4}") {
            prop_assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        }
    }
}
