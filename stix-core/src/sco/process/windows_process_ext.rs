//! The extension for processes on Windows (STIX 2.1 section 6.13.2).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{Check, Json, Members, Rule},
    values::Dictionary,
};

/// What is special about processes on Windows.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-process-ext", section = "6.13.2", any_own, check = check)]
#[non_exhaustive]
pub struct WindowsProcessExt {
    /// Whether the layout of the address space is randomized.
    pub aslr_enabled: Option<bool>,
    /// Whether data execution prevention is on.
    pub dep_enabled: Option<bool>,
    /// The priority class, such as `HIGH_PRIORITY_CLASS`.
    pub priority: Option<String>,
    /// The security identifier of the owner.
    pub owner_sid: Option<String>,
    /// The title of the main window.
    pub window_title: Option<String>,
    /// The startup information, by the names of its fields.
    pub startup_info: Option<Dictionary>,
    /// How far Windows trusts the process.
    #[stix(vocabulary(WINDOWS_INTEGRITY_LEVEL_ENUM))]
    pub integrity_level: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

/// The fields of the structure `STARTUPINFO` of Windows.
const STARTUP_INFO: [&str; 18] = [
    "cb",
    "lpReserved",
    "lpDesktop",
    "lpTitle",
    "dwX",
    "dwY",
    "dwXSize",
    "dwYSize",
    "dwXCountChars",
    "dwYCountChars",
    "dwFillAttribute",
    "dwFlags",
    "wShowWindow",
    "cbReserved2",
    "lpReserved2",
    "hStdInput",
    "hStdOutput",
    "hStdError",
];

fn check<'c>(process: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(priority) = process.text("priority").filter(|priority| !priority.ends_with("_CLASS")) {
        let message = format_args!("the priority `{priority}` does not end in `_CLASS`");
        let help = "write a priority class of Windows, such as `NORMAL_PRIORITY_CLASS`";
        check.member("priority", |check| check.problem_with_help(Rule::ProcessPriority, message, help));
    }
    let Some(Json::Object(info)) = process.get("startup_info") else { return };
    check.member("startup_info", |check| {
        for (name, _) in info.iter().filter(|(name, _)| !STARTUP_INFO.contains(name)) {
            let message = format_args!("`{name}` is no field of `STARTUPINFO`");
            let help = STARTUP_INFO
                .iter()
                .find(|field| field.eq_ignore_ascii_case(name))
                .map_or("write the names as Windows does, such as `dwFlags`".to_owned(), |field| {
                    format!("write `{field}`")
                });
            check.member(name, |check| check.problem_with_help(Rule::StartupInfo, message, help));
        }
    });
}
