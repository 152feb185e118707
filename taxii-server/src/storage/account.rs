//! Accounts: a name, any number of secrets, and what may be done with each collection.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;

use crate::clock::trust::Cutoff;

use super::{CollectionId, DateAdded, StorageError};

/// What somebody may do with a collection (TAXII 2.1, section 5.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Read its objects.
    pub read: bool,
    /// Add objects, and delete them if reading is allowed too.
    pub write: bool,
}

impl Access {
    /// No right at all.
    pub const NONE: Self = Self { read: false, write: false };
    /// The right to read.
    pub const READ: Self = Self { read: true, write: false };
    /// The right to write.
    pub const WRITE: Self = Self { read: false, write: true };
    /// Both rights.
    pub const BOTH: Self = Self { read: true, write: true };

    /// These rights and those.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { read: self.read || other.read, write: self.write || other.write }
    }

    /// Whether there is any right.
    pub fn is_any(self) -> bool {
        self.read || self.write
    }
}

/// `read`, `write`, `read and write` or `nothing`.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.read, self.write) {
            (true, true) => "read and write",
            (true, false) => "read",
            (false, true) => "write",
            (false, false) => "nothing",
        })
    }
}

/// Where rights hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In every collection, also those that are configured later.
    Everywhere,
    /// In one collection.
    Collection(CollectionId),
}

/// The rights of somebody. They add up: those for a collection and those for all.
///
/// ```
/// use taxii_server::storage::{Access, CollectionId, Grants, Scope};
///
/// let mine = CollectionId::from(uuid::Uuid::nil());
/// let other = CollectionId::from(uuid::Uuid::max());
/// let grants = Grants::from_iter([(Scope::Everywhere, Access::READ), (Scope::Collection(mine), Access::WRITE)]);
/// assert_eq!(grants.on(&mine), Access::BOTH);
/// assert_eq!(grants.on(&other), Access::READ);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<Scope, Access>);

impl Grants {
    /// What may be done with this collection.
    pub fn on(&self, collection: &CollectionId) -> Access {
        let granted = |scope| self.0.get(&scope).copied().unwrap_or_default();
        granted(Scope::Everywhere).with(granted(Scope::Collection(*collection)))
    }

    /// The rights, those for all collections first.
    pub fn iter(&self) -> impl Iterator<Item = (Scope, Access)> {
        self.0.iter().map(|(scope, access)| (*scope, *access))
    }
}

impl FromIterator<(Scope, Access)> for Grants {
    fn from_iter<I: IntoIterator<Item = (Scope, Access)>>(rights: I) -> Self {
        let mut grants = BTreeMap::<Scope, Access>::new();
        for (scope, access) in rights {
            let granted = grants.entry(scope).or_default();
            *granted = granted.with(access);
        }
        Self(grants)
    }
}

/// What kind of thing a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A password.
    Password,
    /// A token, also called an API key.
    Token,
    /// The certificate of a client.
    Certificate,
}

/// A secret as it is stored: never itself, only a hash. Printed for debugging it shows not even that.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// What it is.
    pub kind: SecretKind,
    /// Of a password in the PHC string format; else the SHA-256 in hexadecimal digits.
    pub hash: String,
    /// What the operator calls it.
    pub label: String,
    /// When it stops to be valid.
    pub expires: Option<DateAdded>,
}

/// A secret of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// By what the operator names it.
    pub number: i64,
    /// What is stored.
    pub stored: NewSecret,
    /// When it was made.
    pub created: DateAdded,
}

impl Secret {
    /// Whether it is valid at this time.
    pub fn is_valid(&self, now: DateAdded) -> bool {
        self.stored.expires.is_none_or(|end| now < end)
    }
}

/// An account with its secrets and rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name, which is unique.
    pub name: String,
    /// When it was made.
    pub created: DateAdded,
    /// Another number after every change.
    pub revision: i64,
    /// Its secrets in the order in which they were made.
    pub secrets: Vec<Secret>,
    /// Its rights.
    pub grants: Grants,
}

/// When a secret was last used from a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    /// The name of the account.
    pub account: String,
    /// The number of the secret.
    pub secret: i64,
    /// An IPv4 address, or the first address of an IPv6 /64.
    pub network: IpAddr,
    /// When that was.
    pub last: DateAdded,
}

/// The part of a store that knows who may use the server. Every method fails only when the database does.
#[async_trait]
pub trait Accounts {
    /// Makes an account without secrets; false when the name is taken.
    async fn add_account(
        &self,
        name: &str,
        grants: &Grants,
        created: DateAdded,
    ) -> Result<bool, StorageError>;

    /// All accounts by name.
    async fn accounts(&self) -> Result<Vec<Account>, StorageError>;

    /// The account of this name. Takes as long when there is none.
    async fn account(&self, name: &str) -> Result<Option<Account>, StorageError>;

    /// The account of this name without the secrets that have ended. Takes as long when there is none.
    async fn valid_account(&self, name: &str, now: DateAdded) -> Result<Option<Account>, StorageError>;

    /// Removes secrets that ended before a time; the answer is how many those were.
    async fn forget_secrets(&self, before: Cutoff) -> Result<u64, StorageError>;

    /// The revision of an account: another one after every change of it; nothing when the account is gone.
    async fn account_revision(&self, name: &str) -> Result<Option<i64>, StorageError>;

    /// Removes an account with its secrets and rights; false when there is none of the name.
    async fn remove_account(&self, name: &str) -> Result<bool, StorageError>;

    /// Gives an account one more secret; the answer is its number, or nothing when there is no account of the name
    /// or the secret is one already.
    async fn add_secret(
        &self,
        name: &str,
        secret: &NewSecret,
        created: DateAdded,
    ) -> Result<Option<i64>, StorageError>;

    /// Gives an account another password: those that it has end at `end` if they do not end before. False when there
    /// is no account of the name.
    async fn change_password(
        &self,
        name: &str,
        password: &NewSecret,
        created: DateAdded,
        end: DateAdded,
    ) -> Result<bool, StorageError>;

    /// Removes a secret of an account; false when there is no such account or secret.
    async fn remove_secret(&self, name: &str, number: i64) -> Result<bool, StorageError>;

    /// The name of the account that a token or certificate belongs to.
    async fn owner_of(&self, kind: SecretKind, hash: &str) -> Result<Option<String>, StorageError>;

    /// Notes uses of secrets in the place of earlier ones. Those of an account that is gone are left out.
    async fn note_uses(&self, uses: &[SecretUse]) -> Result<(), StorageError>;

    /// The uses of the secrets of an account, the latest first. Some may be of secrets that are gone.
    async fn uses(&self, name: &str) -> Result<Vec<SecretUse>, StorageError>;

    /// Whether a secret of the account was used from this network at that time or later.
    async fn was_used_from(
        &self,
        name: &str,
        network: IpAddr,
        since: DateAdded,
    ) -> Result<bool, StorageError>;

    /// Forgets the uses before a time, and of each account all but so many of the latest; the answer is how many those were.
    async fn forget_uses(&self, before: Cutoff, most: u32) -> Result<u64, StorageError>;

    /// Adds rights to those of an account; false when there is none of the name.
    async fn grant(&self, name: &str, scope: Scope, access: Access) -> Result<bool, StorageError>;

    /// Takes rights from those of an account; false when there is none of the name.
    async fn revoke(&self, name: &str, scope: Scope, access: Access) -> Result<bool, StorageError>;
}

impl SecretKind {
    /// The name in the database and on the terminal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Certificate => "certificate",
        }
    }
}

impl NewSecret {
    /// A secret without a label and without an end.
    pub fn new(kind: SecretKind, hash: impl Into<String>) -> Self {
        Self { kind, hash: hash.into(), label: String::new(), expires: None }
    }
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, label, expires, hash: _ } = self;
        f.debug_struct("NewSecret")
            .field("kind", kind)
            .field("label", label)
            .field("expires", expires)
            .finish()
    }
}
