//! Processes (STIX 2.1 section 6.13).

mod windows_process_ext;
mod windows_service_ext;

pub use windows_process_ext::WindowsProcessExt;
pub use windows_service_ext::WindowsServiceExt;

use stix_derive::{StixObject, StixStruct};

use crate::{Custom, Identifier, ScoCommon, Timestamp, values::Dictionary};

/// An instance of a computer program in execution.
///
/// ```
/// use stix_core::sco::{File, Process};
///
/// let image = File::new().with_name("gedit");
/// let process = Process::new()
///     .with_pid(1221)
///     .with_command_line("./gedit-bin --new-window")
///     .with_image_ref(image.common.id)
///     .validated()?;
/// // Nothing of a process makes an identifier that others would share.
/// assert_eq!(process.common.id.uuid().get_version_num(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use stix_core::{
///     ScoBuilder,
///     sco::{Process, ProcessExtensions, WindowsProcessExt, WindowsServiceExt},
/// };
///
/// let extensions = ProcessExtensions::new()
///     .with_windows_process(WindowsProcessExt::new().with_aslr_enabled(true).with_window_title("Editor"))
///     .with_windows_service(WindowsServiceExt::new().with_service_name("sirvizio"));
/// let process = Process::new().with_extensions(extensions).validated()?;
/// let extensions = process.common.extensions.as_ref().ok_or("none")?;
/// assert!(extensions.windows_service.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
