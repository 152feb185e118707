//! The extension for services of Windows (STIX 2.1 section 6.13.3).

use stix_derive::StixStruct;

use crate::{Custom, Identifier};

/// What is special about services of Windows.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-service-ext", section = "6.13.3", any_own)]
#[non_exhaustive]
pub struct WindowsServiceExt {
    /// The name of the service.
    pub service_name: Option<String>,
    /// Its descriptions.
    pub descriptions: Option<Vec<String>>,
    /// The name that Windows shows for it.
    pub display_name: Option<String>,
    /// The name of the load ordering group that it belongs to.
    pub group_name: Option<String>,
    /// When it is started.
    #[stix(vocabulary(WINDOWS_SERVICE_START_TYPE_ENUM))]
    pub start_type: Option<String>,
    /// The libraries that it loads.
    #[stix(refs("file"))]
    pub service_dll_refs: Option<Vec<Identifier>>,
    /// What kind of service it is.
    #[stix(vocabulary(WINDOWS_SERVICE_TYPE_ENUM))]
    pub service_type: Option<String>,
    /// In which state it is.
    #[stix(vocabulary(WINDOWS_SERVICE_STATUS_ENUM))]
    pub service_status: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
