//! Which database, as the settings name it.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::host::is_loopback;

/// A database: the path of an SQLite file, or the URL of a PostgreSQL database.
///
/// Printed it does not show a password. Reading one never fails, because whoever reports such a failure shows the text;
/// whether the text is good is asked with [`Database::check`].
///
/// ```
/// use taxii_server::storage::Database;
///
/// let file = Database::from("/var/lib/taxii.db".to_owned());
/// assert_eq!(file, Database::Sqlite("/var/lib/taxii.db".into()));
/// let shared = Database::from("postgres://taxii:secret@db.example.com/taxii".to_owned());
/// assert_eq!(shared.to_string(), "postgres://taxii@db.example.com:5432/taxii");
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum Database {
    /// A file, which is made when it does not exist.
    Sqlite(PathBuf),
    /// A database that any number of servers may share.
    Postgres(PostgresUrl),
}

/// A URL such as `postgres://user:password@host/database?sslmode=verify-full`.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl Database {
    /// Returns the path of the SQLite file that does not exist yet, which opening the database creates.
    pub fn missing_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) if !path.exists() => Some(path),
            _ => None,
        }
    }

    /// What is wrong with the text, in one sentence that does not repeat it.
    ///
    /// # Errors
    /// The path is empty, or the URL cannot be read.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Sqlite(path) if path.as_os_str().is_empty() => Err("the path is empty".to_owned()),
            Self::Sqlite(path) if is_connection_text(&path.to_string_lossy()) => {
                Err("expected the path of a file, or a URL that begins with `postgres://`".to_owned())
            }
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(url) => match url.options() {
                Ok(_) => Ok(()),
                Err(error) => Err(format!("cannot read the URL: {error}")),
            },
        }
    }
}

/// Whether a text was meant to say how to connect: a URL, with its slashes forgotten or not, or PostgreSQL's key words.
fn is_connection_text(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or_default();
    text.contains("://")
        || text.contains("password=")
        || ["postgres", "postgresql"].iter().any(|scheme| {
            let rest = |text: &str| text.strip_prefix(scheme).is_some_and(|rest| rest.starts_with(':'));
            rest(text) || rest(name) || text.contains(&format!("/{scheme}:"))
        })
}

impl Database {
    /// Whether the text holds a password, which then stands wherever the text does.
    pub fn has_password(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(url) => url.has_password(),
        }
    }
}

impl PostgresUrl {
    /// Whether a password stands in it, as `user:password@` or as a parameter.
    fn has_password(&self) -> bool {
        let user = self.0.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
        user.is_some_and(|(user, _)| user.contains(':')) || self.0.contains("password=")
    }

    /// How to connect. A password that the URL does not have is looked for where PostgreSQL's own programs do.
    ///
    /// Another machine must speak TLS unless `sslmode` or `PGSSLMODE` says otherwise; PostgreSQL's own programs would go on
    /// without it.
    pub(super) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options: PgConnectOptions = self.0.parse()?;
        let is_here = options.get_socket().is_some() || is_loopback(options.get_host());
        let is_said = ["sslmode=", "ssl-mode="].iter().any(|name| self.0.contains(name))
            || std::env::var_os("PGSSLMODE").is_some();
        Ok(if is_here || is_said { options } else { options.ssl_mode(PgSslMode::Require) })
    }
}

impl From<String> for Database {
    fn from(text: String) -> Self {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Self::Postgres(PostgresUrl(text)),
            _ => Self::Sqlite(text.into()),
        }
    }
}

impl FromStr for Database {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Self {
        Self::Sqlite(path)
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = self.options() else { return f.write_str("postgres://...") };
        let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
        write!(f, "postgres://{user}@{host}:{port}/{}", options.get_database().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let texts = [
            "postgres://u:geheim@h/d",
            "postgres://u@h/d?password=geheim",
            "postgres://u:geheim@h:nonsense/d",
            "postgresql://u:ge/heim@h/d",
        ];
        for text in texts {
            let database: Database = text.parse().unwrap();
            let shown =
                format!("{database} {database:?} {:?} {:?}", database.check(), text.parse::<Database>());
            assert!(!shown.contains("geheim") && !shown.contains("heim"), "{shown}");
        }
    }

    #[test]
    fn other_machine_must_speak_tls_unless_said_otherwise() {
        use PgSslMode::{Disable, Prefer, Require, VerifyFull};

        for (url, expected) in [
            ("postgres://u@db.example.com/d", Require),
            ("postgres://u@192.0.2.1/d", Require),
            ("postgres://u@db.example.com/d?sslmode=disable", Disable),
            ("postgres://u@db.example.com/d?sslmode=prefer", Prefer),
            ("postgres://u@db.example.com/d?sslmode=verify-full", VerifyFull),
            ("postgres://u@127.0.0.1/d", Prefer),
            ("postgres://u@[::1]/d", Prefer),
            ("postgres://u@localhost/d", Prefer),
            ("postgres:///d?host=/run/postgresql", Prefer),
        ] {
            let options = PostgresUrl(url.to_owned()).options().unwrap();
            assert_eq!(
                std::mem::discriminant(&options.get_ssl_mode()),
                std::mem::discriminant(&expected),
                "{url}"
            );
        }
    }

    #[test]
    fn password_in_url_is_recognised() {
        for (text, expected) in [
            ("postgres://u:geheim@h/d", true),
            ("postgres://u@h/d?password=geheim", true),
            ("postgresql://u:ge/heim@h/d", true),
            ("postgres://u@h:5432/d", false),
            ("postgres:///d?host=/run/postgresql", false),
            ("/var/lib/a:b@c.db", false),
        ] {
            assert_eq!(Database::from(text.to_owned()).has_password(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, good) in [
            ("taxii.db", true),
            ("/a/b c.db", true),
            ("postgres://u@h/d", true),
            ("postgresql:///d?host=/run/postgresql", true),
            ("", false),
            ("mysql://h/d", false),
            ("postgres:u@h/d", false),
            ("/etc/taxii/postgres:/u@h/d", false),
            ("host=h password=x", false),
            ("postgres://h:port/d", false),
        ] {
            assert_eq!(Database::from(text.to_owned()).check().is_ok(), good, "{text}");
        }
    }
}
