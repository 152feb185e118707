//! Flags and environment variables, which go before the file.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use super::{ApiRoots, Config, ConfigError, DEFAULT_FILE, LogFormat};
use crate::duration;
use crate::storage::{self, Database};

/// What the command line and the environment say about the settings; see [`Config`] for each.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct Overrides {
    /// The file with the settings [default: taxii-server.toml if it exists]
    #[arg(long, global = true, env = "TAXII_SERVER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: a file, or postgres://user@host/name with the password in PGPASSFILE or PGPASSWORD
    #[arg(
        long,
        global = true,
        env = "TAXII_SERVER_DATABASE",
        value_name = "FILE|URL",
        hide_env_values = true
    )]
    pub database: Option<Database>,
    /// The file that holds the URL of the database, with its password
    #[arg(
        long,
        global = true,
        env = "TAXII_SERVER_DATABASE_FILE",
        value_name = "FILE",
        conflicts_with = "database"
    )]
    pub database_file: Option<PathBuf>,
    /// The address and port to listen on
    #[arg(long, global = true, env = "TAXII_SERVER_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where clients reach the server, as in https://taxii.example.com
    #[arg(long, global = true, env = "TAXII_SERVER_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The title of the server
    #[arg(long, global = true, env = "TAXII_SERVER_TITLE", value_name = "TEXT")]
    pub title: Option<String>,
    /// A longer text about the server
    #[arg(long, global = true, env = "TAXII_SERVER_DESCRIPTION", value_name = "TEXT")]
    pub description: Option<String>,
    /// Whom to ask about the server
    #[arg(long, global = true, env = "TAXII_SERVER_CONTACT", value_name = "TEXT")]
    pub contact: Option<String>,
    /// The path segment of the only API root
    #[arg(long, global = true, env = "TAXII_SERVER_API_ROOT", value_name = "NAME")]
    pub api_root: Option<String>,
    /// The most objects in one answer
    #[arg(long, global = true, env = "TAXII_SERVER_MAX_PAGE", value_name = "COUNT")]
    pub max_page: Option<NonZeroU32>,
    /// The most bytes of objects in one answer
    #[arg(long, global = true, env = "TAXII_SERVER_MAX_PAGE_BYTES", value_name = "BYTES")]
    pub max_page_bytes: Option<u64>,
    /// How many bytes of pages are kept in memory, to be served again
    #[arg(long, global = true, env = "TAXII_SERVER_PAGE_CACHE", value_name = "BYTES")]
    pub page_cache: Option<u64>,
    /// The greatest request body in octets
    #[arg(long, global = true, env = "TAXII_SERVER_MAX_CONTENT_LENGTH", value_name = "BYTES")]
    pub max_content_length: Option<u64>,
    /// Up to how many objects a request is processed before it is answered
    #[arg(long, global = true, env = "TAXII_SERVER_SMALL_ENVELOPE", value_name = "COUNT")]
    pub small_envelope: Option<usize>,
    /// Take envelopes that are declared as application/stix+json too
    #[arg(long, global = true, env = "TAXII_SERVER_ACCEPT_STIX_JSON", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub accept_stix_json: Option<bool>,
    /// How far dates of adding run ahead of the clock
    #[arg(long, global = true, env = "TAXII_SERVER_ALLOWANCE", value_name = "DURATION", value_parser = duration::parse)]
    pub allowance: Option<Duration>,
    /// Let everybody read without an account
    #[arg(long, global = true, env = "TAXII_SERVER_ANONYMOUS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub anonymous: Option<bool>,
    /// A header that may carry a token instead of Authorization
    #[arg(long, global = true, env = "TAXII_SERVER_API_KEY_HEADER", value_name = "NAME")]
    pub api_key_header: Option<String>,
    /// How log lines are written
    #[arg(long, global = true, env = "TAXII_SERVER_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// Write "objects": [] in an empty answer, which TAXII 2.1 forbids and a few old clients need
    #[arg(long, global = true, env = "TAXII_SERVER_EMPTY_LISTS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub empty_lists: Option<bool>,
    /// The file with the certificate of the server, as PEM
    #[arg(long, global = true, env = "TAXII_SERVER_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// The file with the key of the certificate, as PEM
    #[arg(long, global = true, env = "TAXII_SERVER_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The file with the certificates of the authorities that vouch for clients, as PEM
    #[arg(long, global = true, env = "TAXII_SERVER_TLS_CLIENT_CA", value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// Another address and port for health and metrics
    #[arg(long, global = true, env = "TAXII_SERVER_ADMIN_LISTEN", value_name = "ADDRESS:PORT")]
    pub admin_listen: Option<SocketAddr>,
    /// Serve plain HTTP on an address that other machines reach
    #[arg(long, global = true, env = "TAXII_SERVER_INSECURE_HTTP", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub insecure_http: Option<bool>,
}

impl Overrides {
    /// Reads the file, puts flags and environment over it, and checks the outcome.
    pub fn load(self) -> Result<Config, ConfigError> {
        let config = match self.file() {
            Some(path) => Config::read(&path)?,
            None => Config::default(),
        };
        let mut config = self.apply(config);
        // Flags and variables name paths from the current folder; messages show where that is.
        for path in config.paths() {
            *path = storage::absolute(path);
        }
        config.check()?;
        match config.database_file.clone() {
            Some(file) => config.with_database_of(&file),
            None => Ok(config),
        }
    }

    /// Whether a password stands in the arguments, where the list of processes shows it.
    pub fn shows_password(&self, matches: &ArgMatches) -> bool {
        self.database.as_ref().is_some_and(Database::has_password)
            && matches.value_source("database") == Some(ValueSource::CommandLine)
    }

    /// The file that the settings are read from, if there is one.
    pub fn file(&self) -> Option<PathBuf> {
        let default = || Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists());
        self.config.clone().or_else(default)
    }

    fn apply(self, config: Config) -> Config {
        Config {
            database_file: match self.database {
                Some(_) => None,
                None => self.database_file.or(config.database_file),
            },
            database: self.database.unwrap_or(config.database),
            listen: self.listen.unwrap_or(config.listen),
            public_url: self.public_url.or(config.public_url),
            title: self.title.unwrap_or(config.title),
            description: self.description.or(config.description),
            contact: self.contact.or(config.contact),
            api_root: self.api_root.map_or(config.api_root, ApiRoots::One),
            max_page: self.max_page.unwrap_or(config.max_page),
            max_page_bytes: self.max_page_bytes.unwrap_or(config.max_page_bytes),
            page_cache: self.page_cache.unwrap_or(config.page_cache),
            max_content_length: self.max_content_length.unwrap_or(config.max_content_length),
            small_envelope: self.small_envelope.unwrap_or(config.small_envelope),
            accept_stix_json: self.accept_stix_json.unwrap_or(config.accept_stix_json),
            allowance: self.allowance.unwrap_or(config.allowance),
            anonymous: self.anonymous.unwrap_or(config.anonymous),
            api_key_header: self.api_key_header.or(config.api_key_header),
            log_format: self.log_format.unwrap_or(config.log_format),
            empty_lists: self.empty_lists.unwrap_or(config.empty_lists),
            tls_certificate: self.tls_certificate.or(config.tls_certificate),
            tls_key: self.tls_key.or(config.tls_key),
            tls_client_ca: self.tls_client_ca.or(config.tls_client_ca),
            admin_listen: self.admin_listen.or(config.admin_listen),
            insecure_http: self.insecure_http.unwrap_or(config.insecure_http),
            ..config
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "title = \"file\"\nmax_page = 7\nallowance = \"5s\"\n").unwrap();
        let flags = Overrides { config: Some(path), title: Some("flag".to_owned()), ..Overrides::default() };
        let config = flags.load().unwrap();
        assert_eq!(config.title, "flag");
        assert_eq!(config.max_page.get(), 7);
        assert_eq!(config.allowance, Duration::from_secs(5));
        assert_eq!(config.api_root, Config::default().api_root);
    }

    #[test]
    fn every_path_is_absolute() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, "tls_key = \"key.pem\"\n").unwrap();
        let flags = Overrides {
            config: Some(file),
            tls_certificate: Some("certificate.pem".into()),
            ..Overrides::default()
        };
        let config = flags.load().unwrap();
        assert_eq!(config.database, folder.path().join("taxii.db").into());
        assert_eq!(config.tls_key, Some(folder.path().join("key.pem")));
        let current = std::env::current_dir().unwrap();
        assert_eq!(config.tls_certificate, Some(current.join("certificate.pem")));
    }

    #[test]
    fn database_is_read_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (settings, file) = (folder.path().join("settings.toml"), folder.path().join("url"));
        std::fs::write(&settings, "database_file = \"url\"\n").unwrap();
        let load = |database: Option<Database>| {
            Overrides { config: Some(settings.clone()), database, ..Overrides::default() }.load()
        };
        let error = load(None).unwrap_err().to_string();
        assert!(error.contains("`database_file`") && error.contains("/url`"), "{error}");
        std::fs::write(&file, "postgres://taxii:geheim@db.example.com/taxii\n").unwrap();
        let config = load(None).unwrap();
        assert_eq!(config.database.to_string(), "postgres://taxii@db.example.com:5432/taxii");
        assert!(config.database.has_password());
        let other = load(Some("other.db".parse().unwrap())).unwrap().database.to_string();
        assert!(other.ends_with("other.db"), "{other}");
        std::fs::write(&file, "mysql://taxii:geheim@db.example.com/taxii\n").unwrap();
        let error = load(None).unwrap_err().to_string();
        assert!(error.contains("`database_file`") && !error.contains("geheim"), "{error}");
        std::fs::write(&settings, "database_file = \"url\"\ndatabase = \"a.db\"\n").unwrap();
        assert!(load(None).unwrap_err().to_string().contains("two databases"));
    }

    #[test]
    fn a_named_file_must_exist() {
        let flags = Overrides { config: Some("/nonexistent.toml".into()), ..Overrides::default() };
        assert!(flags.load().unwrap_err().to_string().contains("cannot read"));
    }
}
