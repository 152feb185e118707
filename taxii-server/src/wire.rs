//! The resources of TAXII 2.1 as they are written on the wire, one file per resource.
//!
//! Two rules hold for all of them (section 2): a list is never empty, the property is left out instead;
//! and a `timestamp` always has six fractional digits.

pub mod api_root;
pub mod collection;
pub mod discovery;
pub mod envelope;
pub mod error;
pub mod manifest;
pub mod posted_envelope;
pub mod status;
pub mod timestamp;
pub mod versions;

pub use self::api_root::ApiRoot;
pub use self::collection::{Collection, Collections};
pub use self::discovery::Discovery;
pub use self::envelope::Envelope;
pub use self::error::ErrorMessage;
pub use self::manifest::{Manifest, ManifestRecord};
pub use self::posted_envelope::{EnvelopeError, PostedEnvelope};
pub use self::status::{Ending, Status, StatusDetails};
pub use self::timestamp::Timestamp;
pub use self::versions::Versions;

/// The media type of every TAXII 2.1 answer (section 3.1), written exactly as clients compare it.
pub const TAXII_MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// The media type of the STIX 2.1 objects that a collection holds.
pub const STIX_MEDIA_TYPE: &str = "application/stix+json;version=2.1";
