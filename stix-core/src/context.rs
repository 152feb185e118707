//! Where new objects take their identifiers and times from.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Identifier, Timestamp};

/// A clock and a source of UUIDs.
///
/// Programs use [`Context::system`]; tests and servers pass their own.
///
/// ```
/// use stix_core::{Context, Timestamp, sdo::Tool};
/// use uuid::{Uuid, uuid};
///
/// let time: Timestamp = "2024-01-15T10:00:00.000Z".parse()?;
/// let instant = time.instant();
/// let uuid: Uuid = uuid!("8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
/// let context = Context::new(move || instant, move || uuid);
/// assert_eq!(context.now(), time);
/// assert_eq!(context.identifier("tool")?, Tool::new_in(&context, "VNC").common.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Context {
    clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    uuids: Box<dyn Fn() -> Uuid + Send + Sync>,
}

impl Context {
    /// A context of the given clock and source of UUIDs.
    pub fn new(
        clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        uuids: impl Fn() -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Box::new(clock), uuids: Box::new(uuids) }
    }

    /// The system's clock and random UUIDs (version 4).
    #[allow(clippy::disallowed_methods, reason = "the one place of this crate that asks the system")]
    pub fn system() -> Self {
        Self::new(|| std::time::SystemTime::now().into(), Uuid::new_v4)
    }

    /// The present, in milliseconds.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis((self.clock)())
    }

    /// A UUID of the variant of RFC 4122, whatever the source gives.
    pub(crate) fn uuid(&self) -> Uuid {
        uuid::Builder::from_bytes((self.uuids)().into_bytes())
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid()
    }
}

impl Context {
    /// A new identifier for an object of this type.
    ///
    /// # Errors
    /// The name of the type must be one that section 3.8 allows.
    pub fn identifier(&self, object_type: &str) -> Result<Identifier, crate::IdentifierError> {
        Identifier::from_parts(object_type, self.uuid())
    }
}
