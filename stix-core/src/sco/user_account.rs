//! User accounts (STIX 2.1 section 6.16).

mod unix_account_ext;

pub use unix_account_ext::UnixAccountExt;

use stix_derive::{StixObject, StixStruct};

use crate::{Custom, ScoCommon, Timestamp};

/// An account of any kind: of an operating system, a device, a service.
///
/// ```
/// use stix_core::{
///     ScoBuilder,
///     sco::{UnixAccountExt, UserAccount, UserAccountExtensions},
/// };
///
/// let unix = UnixAccountExt::new().with_gid(1001).with_groups(["wheel"]).with_shell("/bin/bash");
/// let account = UserAccount::new()
///     .with_user_id("1001")
///     .with_account_login("jdoe")
///     .with_account_type("unix")
///     .with_extensions(UserAccountExtensions::new().with_unix_account(unix))
///     .validated()?;
/// assert_eq!(account.account_login.as_deref(), Some("jdoe"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "user-account", class = Sco, section = "6.16", any_own(extensions))]
#[non_exhaustive]
pub struct UserAccount {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon<UserAccountExtensions>,
    /// The identifier of the account in its system.
    #[stix(id_contributing)]
    pub user_id: Option<String>,
    /// The credential in clear text; only where it is known to be public or worthless.
    pub credential: Option<String>,
    /// What the user logs in with, where it is not `user_id`.
    #[stix(id_contributing)]
    pub account_login: Option<String>,
    /// What kind of account it is.
    #[stix(vocabulary(ACCOUNT_TYPE_OV), id_contributing)]
    pub account_type: Option<String>,
    /// The name that is shown for it.
    pub display_name: Option<String>,
    /// Whether the account belongs to a service rather than to a person.
    pub is_service_account: Option<bool>,
    /// Whether the account has elevated privileges.
    pub is_privileged: Option<bool>,
    /// Whether the account can get elevated privileges.
    pub can_escalate_privs: Option<bool>,
    /// Whether the account is disabled.
    pub is_disabled: Option<bool>,
    /// When the account was created.
    pub account_created: Option<Timestamp>,
    /// When the account expires.
    pub account_expires: Option<Timestamp>,
    /// When the credential was last changed.
    pub credential_last_changed: Option<Timestamp>,
    /// When the account was first used.
    pub account_first_login: Option<Timestamp>,
    /// When the account was last used.
    pub account_last_login: Option<Timestamp>,
}

/// The extensions of user accounts, by name.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions of user-account", section = "6.16", extensions)]
#[non_exhaustive]
pub struct UserAccountExtensions {
    /// What is special about accounts of Unix systems.
    #[stix(name = "unix-account-ext")]
    pub unix_account: Option<UnixAccountExt>,
    /// The other extensions.
    #[stix(custom)]
    pub custom: Custom,
}
