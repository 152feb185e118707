//! The settings: flags before environment before file before defaults.
//!
//! A [`Config`] is read with [`Overrides::load`], which also checks it; what cannot work is refused with
//! every problem at once. Keys that do not exist are errors.

mod api_root;
mod collection;
mod error;
mod listeners;
mod overrides;
mod value;

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Uri;
use actix_web::http::header::HeaderName;
use ipnet::IpNet;
use serde::Deserialize;

pub use self::api_root::{ApiRootSettings, ApiRoots};
pub use self::collection::{
    ALL_COLLECTIONS, AnonymousAccess, CollectionSettings, DEFAULT_COLLECTION, ProfileName, RESERVED_ALIASES,
};
pub use self::error::ConfigError;
pub use self::overrides::Overrides;
pub(crate) use self::value::may_be_api_root;
use self::value::{base_url, networks};
use crate::auth::Rules;
use crate::clock::Clock;
use crate::duration;
use crate::feed::FeedSettings;
use crate::ingest::{AllowListSettings, AllowLists, EnvelopeLimits, Ingest, Retention};
use crate::outlet::{BlockListSettings, NeverBlock};
use crate::storage::{self, Access, CollectionId, Database, Grants, Scope, Storage};

/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The file that is read when no other is named and it exists.
pub const DEFAULT_FILE: &str = "taxii-server.toml";

/// The default settings as a file, with a comment for each.
pub const DEFAULTS: &str = include_str!("../defaults.toml");

/// How many bytes `max_object_bytes` may allow. The validator reads no longer strings than 16 MiB.
const OBJECT_BYTES: RangeInclusive<usize> = 1 << 20..=16 << 20;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// All settings. `Config::default()` is what runs without a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where clients reach the server, as in `https://taxii.example.com`. Without it the discovery answer
    /// names the API root by a relative URL, which some clients cannot follow.
    pub public_url: Option<String>,
    /// The database.
    pub database: Database,
    /// The file that holds the URL of the database, with its password, in the place of `database`.
    pub database_file: Option<PathBuf>,
    /// The title of the server and of its API root.
    pub title: String,
    /// A longer text about the server.
    pub description: Option<String>,
    /// Whom to ask about the server.
    pub contact: Option<String>,
    /// The path segment of the API root: `socdefenders` is served at `/socdefenders/`. Or several API roots, each with
    /// its own title and collections.
    pub api_root: ApiRoots,
    /// The collections of the only API root, in the order in which they are listed.
    #[serde(rename = "collection", default = "Vec::new")]
    pub collections: Vec<CollectionSettings>,
    /// The feeds that are polled.
    #[serde(rename = "feed")]
    pub feeds: Vec<FeedSettings>,
    /// Lists of values that are known to be harmless.
    #[serde(rename = "allow_list")]
    pub allow_lists: Vec<AllowListSettings>,
    /// Which values block lists may contain.
    pub block_lists: BlockListSettings,
    /// Names and networks of the operator that no block list has in it.
    pub never_block: Vec<NeverBlock>,
    /// For how long what feeds have brought is kept.
    pub retention: Retention,
    /// The most objects in one answer, whatever `limit` asks for.
    pub max_page: NonZeroU32,
    /// The most bytes of objects in one answer; the first object is served whatever its size.
    pub max_page_bytes: u64,
    /// How many bytes of pages are kept in memory, to be served again while their collection does not change; 0 is none.
    pub page_cache: u64,
    /// How many bytes an SQLite file may have; what would make it larger is refused as on a full disk. 0 is no bound.
    pub max_database_bytes: u64,
    /// The greatest request body in octets, as announced by the API root.
    pub max_content_length: u64,
    /// The most objects in an envelope that is sent.
    pub max_objects: usize,
    /// The most bytes of an object that a client sends, and of a record of a feed. A larger one is refused by itself, or
    /// goes into quarantine.
    pub max_object_bytes: usize,
    /// How many bytes the bodies that are being read or processed may take, in all; one of the greatest length always
    /// has its place. Beyond that requests wait for a moment, and are then answered with 503.
    pub max_bodies_bytes: u64,
    /// The same for the bodies of each account, beyond which requests are answered with 429.
    pub max_account_bodies_bytes: u64,
    /// How long a client may be silent within a body, and a body may take on the whole; each 16 KiB of it give a second
    /// more. Text such as `30s`.
    #[serde(with = "duration")]
    pub body_timeout: Duration,
    /// An envelope of up to so many objects is processed before its request is answered.
    pub small_envelope: usize,
    /// How long a larger one is processed before its request is answered; what is left then is stored, and processed after.
    #[serde(with = "duration")]
    pub post_wait: Duration,
    /// Take envelopes that are declared as `application/stix+json` too.
    pub accept_stix_json: bool,
    /// How far dates of adding run ahead of the clock, so that a client that pages by its own clock loses
    /// nothing while that clock is less fast than this. Text such as `2s`.
    #[serde(with = "duration")]
    pub allowance: Duration,
    /// Let everybody read without an account, unless a collection says otherwise.
    pub anonymous: bool,
    /// A header that may carry a token instead of `Authorization`, for clients that know only such.
    pub api_key_header: Option<String>,
    /// How many logins may fail in a minute, of one name and from one address; 0 is no limit.
    pub max_login_failures: u32,
    /// How many requests an account may make in a minute; 0 is no limit.
    pub max_requests_per_minute: u32,
    /// How many requests of an account may be answered at a time; 0 is no limit.
    pub max_account_requests: u32,
    /// The proxies whose `X-Forwarded-For` is believed, as addresses or networks.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// The folder of the audit log. Without it there is none.
    pub audit_log: Option<PathBuf>,
    /// For how long the audit log is kept, in whole days.
    #[serde(with = "duration")]
    pub keep_audit_log: Duration,
    /// Write `"objects": []` in an empty answer, which TAXII 2.1 forbids and a few old clients need.
    pub empty_lists: bool,
    /// The file with the certificate of the server and those between it and the root, as PEM. With it HTTPS is served.
    pub tls_certificate: Option<PathBuf>,
    /// The file with the key of the certificate, as PEM.
    pub tls_key: Option<PathBuf>,
    /// The file with the certificates of the authorities that vouch for clients, as PEM.
    pub tls_client_ca: Option<PathBuf>,
    /// Another address and port for health and metrics, without TLS; there they need no account.
    pub admin_listen: Option<SocketAddr>,
    /// Serve pages for people at `/status/`.
    pub status_page: bool,
    /// The address that is told, by a POST with JSON, when a feed goes stale and when it has recovered.
    pub webhook: Option<String>,
    /// The most connections at a time.
    pub max_connections: usize,
    /// The most connections of one network (an IPv4 address or an IPv6 /64) at a time; 0 is no limit. This machine and
    /// the trusted proxies have none.
    pub max_connections_per_network: usize,
    /// Tell browsers to use HTTPS only, where the server speaks it.
    pub hsts: bool,
    /// Serve plain HTTP on an address that other machines reach (behind a proxy that does TLS).
    pub insecure_http: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 6100),
            public_url: None,
            database: Database::from(Path::new("taxii.db")),
            database_file: None,
            title: "SOC Defenders bridge".to_owned(),
            description: None,
            contact: None,
            api_root: ApiRoots::One("socdefenders".to_owned()),
            collections: vec![CollectionSettings::default()],
            feeds: Vec::new(),
            allow_lists: Vec::new(),
            block_lists: BlockListSettings::default(),
            never_block: Vec::new(),
            retention: Retention::default(),
            max_page: NonZeroU32::MIN.saturating_add(999),
            max_page_bytes: 16 << 20,
            page_cache: 32 << 20,
            max_database_bytes: 0,
            max_content_length: 100 << 20,
            max_objects: 100_000,
            max_object_bytes: 4 << 20,
            max_bodies_bytes: 200 << 20,
            max_account_bodies_bytes: 128 << 20,
            body_timeout: Duration::from_secs(30),
            small_envelope: 200,
            post_wait: Duration::from_secs(1),
            accept_stix_json: false,
            allowance: Duration::from_secs(2),
            anonymous: false,
            api_key_header: None,
            max_login_failures: 10,
            max_requests_per_minute: 0,
            max_account_requests: 200,
            trusted_proxies: Vec::new(),
            log_format: LogFormat::Text,
            audit_log: None,
            keep_audit_log: 90 * DAY,
            empty_lists: false,
            tls_certificate: None,
            tls_key: None,
            tls_client_ca: None,
            admin_listen: None,
            status_page: true,
            webhook: None,
            max_connections: 20_000,
            max_connections_per_network: 256,
            hsts: true,
            insecure_http: false,
        }
    }
}

impl Config {
    /// Reads a file over the defaults; nothing is checked but the form.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        let mut config = Self::parse(&text).map_err(|error| ConfigError::malformed(path, &text, &error))?;
        let folder = storage::absolute(path).parent().map(Path::to_owned).unwrap_or_default();
        for path in config.paths() {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    /// Returns the paths of all settings. Relative ones are meant from the folder of the file.
    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths: Vec<&mut PathBuf> = Vec::new();
        if let Database::Sqlite(path) = &mut self.database
            && !path.as_os_str().is_empty()
        {
            paths.push(path);
        }
        paths.extend(
            [
                &mut self.database_file,
                &mut self.tls_certificate,
                &mut self.tls_key,
                &mut self.tls_client_ca,
                &mut self.audit_log,
            ]
            .into_iter()
            .flatten(),
        );
        paths.extend(self.feeds.iter_mut().flat_map(FeedSettings::paths));
        paths.extend(self.allow_lists.iter_mut().map(|list| &mut list.file));
        paths
    }

    /// Replaces the database by the one that a file names.
    fn with_database_of(self, file: &Path) -> Result<Self, ConfigError> {
        let problem = |problem: String| {
            ConfigError::new(vec![format!("`database_file` is `{}`: {problem}", file.display())])
        };
        let text = std::fs::read_to_string(file).map_err(|error| problem(error.to_string()))?;
        let database = Database::from(text.trim().to_owned());
        database.check().map_err(problem)?;
        Ok(Self { database, ..self })
    }

    /// Reads the text of a file over the defaults.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let config: Self = toml::from_str(text)?;
        Ok(match config.api_root {
            ApiRoots::One(_) if config.collections.is_empty() => {
                Self { collections: Self::default().collections, ..config }
            }
            _ => config,
        })
    }

    /// Checks the settings against each other and against what TAXII demands, and collects every problem.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        if self.title.is_empty() {
            problems.push("`title` is empty".to_owned());
        }
        if self.database_file.is_some() && !self.names_default_database() {
            problems.push("`database` and `database_file` name two databases: remove one of them".to_owned());
        }
        if let Err(problem) = self.database.check() {
            problems.push(format!("`database`: {problem}"));
        }
        if let Some(url) = &self.public_url
            && let Err(problem) = base_url(url)
        {
            problems.push(format!("`public_url`: {problem}"));
        }
        if let Some(name) = &self.api_key_header
            && (name.parse::<HeaderName>().is_err() || name.eq_ignore_ascii_case("authorization"))
        {
            problems.push("`api_key_header` is not the name of a header such as `X-API-Key`".to_owned());
        }
        if self.max_content_length == 0 || self.max_page_bytes == 0 {
            problems.push("`max_content_length` and `max_page_bytes` must be greater than 0".to_owned());
        }
        if self.max_objects == 0 {
            problems.push("`max_objects` must be greater than 0".to_owned());
        }
        if !OBJECT_BYTES.contains(&self.max_object_bytes) {
            let [least, most] = [OBJECT_BYTES.start(), OBJECT_BYTES.end()];
            problems.push(format!("`max_object_bytes` must be from {least} to {most}"));
        }
        let hour = Duration::from_secs(3600);
        if self.allowance > hour {
            problems.push("`allowance` is longer than `1h`".to_owned());
        }
        if self.body_timeout.is_zero() || self.body_timeout > hour {
            problems.push("`body_timeout` must be greater than 0 and at most `1h`".to_owned());
        }
        if self.keep_audit_log < DAY {
            problems.push("`keep_audit_log` must be at least `1d`".to_owned());
        }
        let (certificate, key) = (self.tls_certificate.is_some(), self.tls_key.is_some());
        if certificate != key || (self.tls_client_ca.is_some() && !certificate) {
            problems.push(
                "`tls_certificate` and `tls_key` need each other, and `tls_client_ca` needs both".to_owned(),
            );
        }
        if let Some(admin) = self.admin_listen
            && listeners::overlap(self.listen, admin)
        {
            problems.push(format!(
                "`admin_listen` is `{admin}` and `listen` is `{}`: give each a port of its own",
                self.listen
            ));
        }
        if let Some(webhook) = &self.webhook
            && !webhook.parse::<Uri>().is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")))
        {
            problems.push("`webhook` is no address such as `https://chat.example.com/hook`".to_owned());
        }
        if self.max_connections == 0 {
            problems.push("`max_connections` must be greater than 0".to_owned());
        }
        api_root::check(&self.api_roots(), &mut problems);
        if matches!(self.api_root, ApiRoots::Several(_)) && !self.collections.is_empty() {
            problems.push(
                "with `[[api_root]]` a collection belongs to one of them: write `[[api_root.collection]]`"
                    .to_owned(),
            );
        }
        self.never_block.iter().for_each(|never| never.check(&mut problems));
        self.check_feeds(&mut problems);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::new(problems)) }
    }

    /// Whether `database` is as it is where the settings do not say it.
    fn names_default_database(&self) -> bool {
        let default = Self::default().database;
        match (&self.database, &default) {
            (Database::Sqlite(path), Database::Sqlite(default)) => path.ends_with(default),
            _ => false,
        }
    }

    fn check_feeds(&self, problems: &mut Vec<String>) {
        let mut names = HashSet::new();
        for feed in &self.feeds {
            feed.check(problems);
            if self.collection_of(feed).is_none() {
                problems.push(format!("feed `{}`: `collection` names none of the collections", feed.name));
            }
            for route in &feed.routes {
                if let Err(problem) = self.collection_named(&route.collection) {
                    problems.push(format!("feed `{}`: `route`: {problem}", feed.name));
                }
            }
            if !names.insert(&feed.name) {
                problems.push(format!("two feeds have the name `{}`", feed.name));
            }
        }
    }

    /// An ingest that makes objects of the records of feeds as the settings say.
    ///
    /// # Errors
    /// A collection does not exist, or an allow-list or a bundle of ATT&CK cannot be used: in one sentence.
    pub fn ingest(&self, storage: Arc<dyn Storage>, clock: Clock) -> Result<Ingest, String> {
        let rules = |feed: &FeedSettings| {
            let own = self.collection_of(feed).ok_or("a feed names a collection that does not exist")?;
            feed.rules(own, |name| Ok(self.collection_named(name)?.id.into()))
                .map_err(|problem| format!("feed `{}`: {problem}", feed.name))
        };
        let rules = self.feeds.iter().map(rules).collect::<Result<_, String>>()?;
        let lists = AllowLists::open(&self.allow_lists).map_err(|error| error.to_string())?;
        let ingest = Ingest::new(storage, clock, self.allowance).with_retention(self.retention.clone());
        Ok(ingest.with_feeds(rules).with_allow_lists(lists).with_max_object_bytes(self.max_object_bytes))
    }

    /// The feeds whose objects go to a collection, by themselves or by a route.
    pub fn feeds_of(&self, collection: &CollectionId) -> impl Iterator<Item = &FeedSettings> {
        let is = |name: &str| {
            self.collection_named(name).is_ok_and(|found| CollectionId::from(found.id) == *collection)
        };
        self.feeds.iter().filter(move |feed| {
            self.collection_of(feed) == Some(*collection)
                || feed.routes.iter().any(|route| is(&route.collection))
        })
    }

    /// How large envelopes and their objects may be.
    pub fn envelope_limits(&self) -> EnvelopeLimits {
        EnvelopeLimits { objects: self.max_objects, object_bytes: self.max_object_bytes }
    }

    /// The collection that the objects of a feed go to.
    pub fn collection_of(&self, feed: &FeedSettings) -> Option<CollectionId> {
        let collection = match &feed.collection {
            Some(name) => self.collection_named(name).ok(),
            None => self.all_collections().next(),
        };
        collection.map(|collection| collection.id.into())
    }

    /// The API roots, at least one, in the order in which discovery lists them.
    pub fn api_roots(&self) -> Vec<ApiRootSettings> {
        match &self.api_root {
            ApiRoots::Several(roots) => roots.clone(),
            ApiRoots::One(path) => vec![ApiRootSettings {
                path: path.clone(),
                title: self.title.clone(),
                description: self.description.clone(),
                collections: self.collections.clone(),
            }],
        }
    }

    /// The collections of all API roots.
    pub fn all_collections(&self) -> impl Iterator<Item = &CollectionSettings> {
        let roots = match &self.api_root {
            ApiRoots::Several(roots) => roots.as_slice(),
            ApiRoots::One(_) => &[],
        };
        self.collections.iter().chain(roots.iter().flat_map(|root| &root.collections))
    }

    /// The collection with this identifier or alias; an alias that several API roots have stands after the path of one
    /// of them, as in `partners/indicators`.
    ///
    /// # Errors
    /// There is none, or the alias stands for several: in one sentence.
    pub fn collection_named(&self, name: &str) -> Result<&CollectionSettings, String> {
        if let (ApiRoots::Several(roots), Some((path, name))) = (&self.api_root, name.split_once('/')) {
            let root = roots.iter().find(|root| root.path == path);
            let found = root.and_then(|root| root.collection(name));
            return found.ok_or_else(|| format!("there is no collection `{path}/{name}` in the settings"));
        }
        let mut found = self.all_collections().filter(|collection| collection.is_named(name));
        match (found.next(), found.next()) {
            (Some(collection), None) => Ok(collection),
            (Some(_), Some(_)) => {
                Err(format!("`{name}` is an alias in several API roots: write `path/{name}`"))
            }
            (None, _) => Err(format!("there is no collection `{name}` in the settings")),
        }
    }

    /// What may be done without an account; nothing when one is needed for everything.
    pub fn anonymous_grants(&self) -> Option<Grants> {
        let all = if self.anonymous { Access::READ } else { Access::NONE };
        let access = |collection: &CollectionSettings| {
            (Scope::Collection(collection.id.into()), collection.anonymous.map_or(all, Access::from))
        };
        let grants = self.all_collections().map(access).filter(|(_, access)| access.is_any());
        Some(Grants::from_iter(grants)).filter(|grants| grants.iter().next().is_some())
    }

    /// The files of TLS; nothing when plain HTTP is served.
    pub fn tls(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.tls_certificate.clone().zip(self.tls_key.clone())?;
        Some(TlsFiles { certificate, key, client_ca: self.tls_client_ca.clone() })
    }

    /// Whether the settings themselves hold a secret: a password, or an address that works like one.
    pub fn holds_secrets(&self) -> bool {
        let proxy = |feed: &FeedSettings| {
            let address = feed.proxy.as_deref().map(Uri::try_from);
            address.and_then(Result::ok).and_then(|uri| Some(uri.authority()?.as_str().contains('@')))
        };
        (self.database_file.is_none() && self.database.has_password())
            || self.webhook.is_some()
            || self.feeds.iter().any(|feed| proxy(feed) == Some(true))
    }

    /// Who is let in, and how often.
    pub fn access_rules(&self) -> Rules {
        Rules {
            anonymous: self.anonymous_grants(),
            login_failures: self.max_login_failures,
            requests: self.max_requests_per_minute,
            in_flight: self.max_account_requests,
        }
    }

    /// The path or URL of an API root, as discovery gives it: with a slash at the end.
    pub fn api_root_url(&self, path: &str) -> String {
        let base = self.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        format!("{base}/{path}/")
    }
}

/// The files that TLS needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of the server, and those between it and the root.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The authorities that vouch for clients, if any do.
    pub client_ca: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_good() {
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(Config::default().max_page.get(), 1000);
    }

    #[test]
    fn the_file_of_defaults_says_the_defaults() {
        let file: Config = toml::from_str(DEFAULTS).unwrap();
        assert_eq!(format!("{file:#?}"), format!("{:#?}", Config::default()));
    }

    #[test]
    fn what_the_file_of_defaults_proposes_is_good() {
        // A proposal is a line that has no space after its `#`.
        let proposal =
            |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).map(str::to_owned);
        let lines = DEFAULTS.lines().map(|line| proposal(line).unwrap_or_else(|| line.to_owned()));
        let config: Config = toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap();
        assert_eq!(config.check(), Ok(()));
        assert_eq!((config.feeds.len(), config.public_url.is_some()), (1, true));
    }

    #[test]
    fn word_of_the_command_line_is_no_alias() {
        let text =
            "[[collection]]\nid = \"d0a5a4a6-3c3c-41ee-be56-0242ac120002\"\ntitle = \"a\"\nalias = \"all\"";
        let config: Config = toml::from_str(text).unwrap();
        assert!(config.check().unwrap_err().to_string().contains("`all`"));
    }

    #[test]
    fn every_problem_is_reported() {
        let config: Config = toml::from_str(
            r#"
            api_root = "taxii2"
            public_url = "http://taxii.example.com"
            allowance = "2h"
            [[collection]]
            id = "d0a5a4a6-3c3c-11ee-be56-0242ac120002"
            title = "a.b"
            "#,
        )
        .unwrap();
        assert_eq!(config.check().unwrap_err().problems().len(), 5);
    }

    #[test]
    fn relative_paths_are_meant_from_the_folder_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let feed = ["api_key_file", "proxy_password_file", "ca_file", "attack_bundle"];
        let own = ["database", "database_file", "tls_certificate", "tls_key", "tls_client_ca", "audit_log"];
        let line = |name: &&str| format!("{name} = \"sub/{name}\"\n");
        let text = own.iter().map(line).collect::<String>()
            + "[[feed]]\n"
            + &feed.iter().map(line).collect::<String>()
            + "[[allow_list]]\nfile = \"sub/file\"\naction = \"drop\"\n";
        std::fs::write(&path, text).unwrap();
        let mut config = Config::read(&path).unwrap();
        let expected: Vec<_> = own
            .into_iter()
            .chain(feed)
            .chain(["file"])
            .map(|name| folder.path().join("sub").join(name))
            .collect();
        assert_eq!(config.paths().into_iter().map(|path| path.clone()).collect::<Vec<_>>(), expected);
        // A setting with a path that is added later must not be forgotten. Those of `TlsFiles` are made of others.
        let sources = [
            include_str!("config.rs"),
            include_str!("feed/settings.rs"),
            include_str!("ingest/allow_list.rs"),
        ];
        let is_field = |line: &&str| {
            line.starts_with("    pub ")
                && line.contains("PathBuf")
                && line.ends_with(',')
                && !line.contains("fn ")
        };
        let fields = sources.iter().flat_map(|source| source.lines()).filter(is_field).count();
        assert_eq!(fields - 3, expected.len() - 1, "the database is no field of this kind");
    }

    #[test]
    fn key_is_not_sent_in_the_clear_to_other_machines() {
        for (url, more, good) in [
            ("https://feed.example.com", "", true),
            ("http://feed.example.com", "", false),
            ("http://feed.example.com", "insecure = true", true),
            ("http://127.0.0.1:8000", "", true),
            ("http://[::1]:8000", "", true),
            ("http://localhost", "", true),
            ("http://localhost.example.com", "", false),
            ("http://127.0.0.1.example.com", "", false),
            ("https://name:geheim@feed.example.com", "", false),
            ("ftp://feed.example.com", "", false),
        ] {
            let config =
                Config::parse(&format!("[[feed]]\nname = \"x\"\nurl = \"{url}\"\n{more}\n")).unwrap();
            let checked = config.check();
            assert_eq!(checked.is_ok(), good, "{url} {more}");
            assert!(!checked.is_err_and(|error| error.to_string().contains("geheim")), "{url}");
        }
    }
}
