//! Processes (STIX 2.1 section 6.13).

mod windows_process_ext;
mod windows_service_ext;

pub use windows_process_ext::WindowsProcessExt;
pub use windows_service_ext::WindowsServiceExt;

use stix_derive::{StixObject, StixStruct};

use crate::{Custom, Identifier, ScoCommon, Timestamp, values::Dictionary};

/// An instance of a computer program in execution.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "process", class = Sco, section = "6.13", any_own(extensions))]
#[non_exhaustive]
pub struct Process {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon<ProcessExtensions>,
    /// Whether the process is hidden.
    pub is_hidden: Option<bool>,
    /// The process identifier.
    pub pid: Option<i64>,
    /// When the process was created.
    pub created_time: Option<Timestamp>,
    /// The current working directory.
    pub cwd: Option<String>,
    /// The full command line, with the program and its arguments.
    pub command_line: Option<String>,
    /// The environment variables.
    pub environment_variables: Option<Dictionary<String>>,
    /// The network connections that the process opened.
    #[stix(refs("network-traffic"))]
    pub opened_connection_refs: Option<Vec<Identifier>>,
    /// The user that created the process.
    #[stix(refs("user-account"))]
    pub creator_user_ref: Option<Identifier>,
    /// The executable that the process runs.
    #[stix(refs("file"))]
    pub image_ref: Option<Identifier>,
    /// The process that started this one.
    #[stix(refs("process"))]
    pub parent_ref: Option<Identifier>,
    /// The processes that this one started.
    #[stix(refs("process"))]
    pub child_refs: Option<Vec<Identifier>>,
}

/// The extensions of processes, by name.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions of process", section = "6.13", extensions)]
#[non_exhaustive]
pub struct ProcessExtensions {
    /// What is special about processes on Windows.
    #[stix(name = "windows-process-ext")]
    pub windows_process: Option<WindowsProcessExt>,
    /// What is special about services of Windows.
    #[stix(name = "windows-service-ext")]
    pub windows_service: Option<WindowsServiceExt>,
    /// The other extensions.
    #[stix(custom)]
    pub custom: Custom,
}
