//! How much a reader of outside text takes in.

use std::fmt;

/// How large a document may be before a reader refuses it.
///
/// ```
/// use stix_core::{Bundle, bundle::{LimitKind, Limits}};
///
/// let text = r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}"#;
/// let limits = Limits::default().with_max_total_bytes(40);
/// let error = Bundle::from_reader_in(text.as_bytes(), limits).unwrap_err();
/// assert_eq!(error.limit(), Some(LimitKind::TotalBytes));
/// assert!(error.to_string().contains("`max_total_bytes` of 40"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How deeply lists and objects may lie in one another, a STIX object itself being the first
    /// level. 64 by default; more than 127 is no use, since the JSON parser stops there itself.
    pub max_depth: usize,
    /// The length of a string as it is written between its quotes, in bytes. 8 MiB by default,
    /// which leaves room for the payload of an artifact.
    pub max_string: usize,
    /// The length of one object as it is written, in bytes; also of all the members of a bundle
    /// together that are not its objects. 16 MiB by default.
    pub max_object_bytes: usize,
    /// The length of the whole input in bytes. 4 GiB by default.
    pub max_total_bytes: u64,
    /// The number of objects in the whole input. Ten million by default.
    pub max_objects: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 64,
            max_string: 8 << 20,
            max_object_bytes: 16 << 20,
            max_total_bytes: 4 << 30,
            max_objects: 10_000_000,
        }
    }
}

impl Limits {
    /// Sets how deeply lists and objects may lie in one another.
    #[must_use]
    pub fn with_max_depth(self, levels: usize) -> Self {
        Self { max_depth: levels, ..self }
    }

    /// Sets the length of a string in bytes.
    #[must_use]
    pub fn with_max_string(self, bytes: usize) -> Self {
        Self { max_string: bytes, ..self }
    }

    /// Sets the length of an object in bytes.
    #[must_use]
    pub fn with_max_object_bytes(self, bytes: usize) -> Self {
        Self { max_object_bytes: bytes, ..self }
    }

    /// Sets the length of the whole input in bytes.
    #[must_use]
    pub fn with_max_total_bytes(self, bytes: u64) -> Self {
        Self { max_total_bytes: bytes, ..self }
    }

    /// Sets the number of objects in the whole input.
    #[must_use]
    pub fn with_max_objects(self, objects: u64) -> Self {
        Self { max_objects: objects, ..self }
    }

    /// The value of the limit of this kind.
    pub(super) fn value(&self, kind: LimitKind) -> u64 {
        match kind {
            LimitKind::Depth => self.max_depth as u64,
            LimitKind::String => self.max_string as u64,
            LimitKind::ObjectBytes => self.max_object_bytes as u64,
            LimitKind::TotalBytes => self.max_total_bytes,
            LimitKind::Objects => self.max_objects,
        }
    }
}

/// Which of the [`Limits`] a text exceeds.
///
/// ```
/// use stix_core::bundle::{BundleReader, LimitKind, Limits};
///
/// let limits = Limits::default()
///     .with_max_depth(8)
///     .with_max_string(1 << 10)
///     .with_max_object_bytes(1 << 16)
///     .with_max_objects(1);
/// let mut reader = BundleReader::new(&br#"{"type": "x-a"} {"type": "x-b"}"#[..], limits);
/// assert!(reader.next().is_some_and(|object| object.is_ok()));
/// let error = reader.next().and_then(Result::err).ok_or("one is too many")?;
/// assert_eq!(error.limit(), Some(LimitKind::Objects));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// [`Limits::max_depth`].
    Depth,
    /// [`Limits::max_string`].
    String,
    /// [`Limits::max_object_bytes`].
    ObjectBytes,
    /// [`Limits::max_total_bytes`].
    TotalBytes,
    /// [`Limits::max_objects`].
    Objects,
}

impl LimitKind {
    /// The name of the limit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depth => "max_depth",
            Self::String => "max_string",
            Self::ObjectBytes => "max_object_bytes",
            Self::TotalBytes => "max_total_bytes",
            Self::Objects => "max_objects",
        }
    }

    /// What exceeds the limit, and how.
    pub(super) fn excess(self) -> &'static str {
        match self {
            Self::Depth => "lists and objects are nested deeper than",
            Self::String => "a string has more bytes than",
            Self::ObjectBytes => "an object has more bytes than",
            Self::TotalBytes => "the input has more bytes than",
            Self::Objects => "the input has more objects than",
        }
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
