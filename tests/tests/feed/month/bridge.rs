//! The bridge: several feeds into overlapping collections of one store, and how it dies.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use socdefenders_standin::{Handle, Ioc};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row as _, SqliteConnection};
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::feed::Poller;
use taxii_server::ingest::{Tended, Upkeep};
use taxii_server::storage::{self, CollectionId, Storage};

use super::dice::Dice;
use super::upstream::BENIGN;

/// The feed that has a route into a further collection.
pub(super) const ROUTED: &str = "list";
/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Collection {
    /// That of the first two feeds.
    All,
    /// That of the third.
    Other,
    /// One that a route of the first feed leads into.
    High,
}

impl Collection {
    pub(super) const EACH: [Self; 3] = [Self::All, Self::Other, Self::High];

    pub(super) fn id(self) -> CollectionId {
        uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 + self as u128).into()
    }

    fn alias(self) -> &'static str {
        match self {
            Self::All => "everything",
            Self::Other => "other",
            Self::High => "high",
        }
    }
}

/// A feed of the settings.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) name: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) pro: bool,
    pub(super) filter: Filter,
    pub(super) collection: Collection,
    page: u32,
}

/// Which rows a feed asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    Domains,
    High,
    Energy,
}

impl Filter {
    pub(super) fn admits(self, row: &Ioc) -> bool {
        match self {
            Self::None => true,
            Self::Domains => row.ioc_type.as_str() == "domain",
            Self::High => row.confidence.as_str() == "high",
            Self::Energy => row.industry.is_some(),
        }
    }

    fn setting(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Domains => "type = 'domain'",
            Self::High => "confidence = 'high'",
            Self::Energy => "industry = 'energy'",
        }
    }
}

impl Feed {
    /// The feeds of a month.
    pub(super) fn drawn(dice: &mut Dice) -> Vec<Self> {
        let mut feed = |name, endpoint, pro, collection| Self {
            name,
            endpoint,
            pro,
            filter: dice.one(&[Filter::None, Filter::None, Filter::Domains, Filter::High, Filter::Energy]),
            collection,
            page: dice.one(&[15, 100, 10_000]),
        };
        let mut feeds = vec![
            feed(ROUTED, "list", false, Collection::All),
            feed("auto", "auto", true, Collection::All),
            feed("stix", "stix", true, Collection::Other),
        ];
        feeds[0].pro = dice.once_in(2);
        feeds[1].pro = dice.once_in(2);
        if dice.once_in(4) {
            feeds.remove(dice.below(3));
        }
        feeds
    }

    /// Whether rows of the list are read, and objects of bundles.
    pub(super) fn reads(&self) -> [bool; 2] {
        [self.endpoint != "stix", self.pro && self.endpoint != "list"]
    }

    /// Whether bundles may be longer than what it asks for.
    pub(super) fn is_cut(&self) -> bool {
        self.page < 10_000
    }

    fn settings(&self, url: &str, folder: &Path) -> String {
        let Self { name, endpoint, filter, page, .. } = self;
        let collection = self.collection.alias();
        let key = key_file(folder, self.pro);
        let route =
            if *name == ROUTED { "[[feed.route]]\ncollection = 'high'\nconfidence = 'high'\n" } else { "" };
        format!(
            "[[feed]]\nname = '{name}'\nurl = '{url}'\napi_key_file = '{key}'\nendpoint = '{endpoint}'\n\
             collection = '{collection}'\npage = {page}\ntimeout = '{}s'\nattempts = {}\n\
             max_answer_bytes = 4194304\n{}\n{route}",
            TIMEOUT.as_secs(),
            1 + page % 2,
            filter.setting(),
        )
    }
}

fn key_file(folder: &Path, pro: bool) -> String {
    folder.join(if pro { "pro" } else { "free" }).display().to_string()
}

/// The program, which can be killed and started again.
pub(super) struct Bridge {
    pub(super) feeds: Vec<Feed>,
    pub(super) storage: Arc<dyn Storage>,
    /// Taken while it polls.
    pollers: Vec<Option<Poller>>,
    config: Config,
    clock: Clock,
    database: SqliteConnection,
    folder: tempfile::TempDir,
}

impl Bridge {
    /// A bridge of which the store is new.
    pub(super) async fn new(feeds: Vec<Feed>, standin: &Handle, clock: Clock) -> Self {
        // In memory, where there is such a place: what is tested here is not the disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.unwrap();
        let mut settings = "[retention]\nkeep_versions_for = '90d'\n".to_owned();
        for (alias, id) in Collection::EACH.map(|collection| (collection.alias(), collection.id())) {
            settings += &format!("[[collection]]\nid = '{id}'\nalias = '{alias}'\ntitle = '{alias}'\n");
        }
        let url = standin.base_url();
        feeds.iter().for_each(|feed| settings += &feed.settings(&url, folder.path()));
        let list = folder.path().join("list.json");
        std::fs::write(&list, format!(r#"{{"name":"Benign","type":"hostname","list":["{BENIGN}"]}}"#))
            .unwrap();
        settings += &format!("[[allow_list]]\nfile = '{}'\naction = 'drop'\n", list.display());
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, settings).unwrap();
        let config = Config::read(&file).unwrap();
        config.check().unwrap();
        let database = folder.path().join("taxii.db");
        let storage = storage::open(&database.clone().into()).await.unwrap();
        storage.register_collections(&Collection::EACH.map(Collection::id)).await.unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
        let database = options.connect().await.unwrap();
        let mut bridge = Self { feeds, storage, pollers: Vec::new(), config, clock, database, folder };
        bridge.write_keys(standin);
        bridge.start();
        bridge
    }

    /// Puts the keys of the service into the files.
    pub(super) fn write_keys(&self, standin: &Handle) {
        for (pro, key) in [(true, standin.pro_key()), (false, standin.free_key())] {
            std::fs::write(key_file(self.folder.path(), pro), key).unwrap();
        }
    }

    /// Starts the program: it knows what is in the store, and nothing else.
    pub(super) fn start(&mut self) {
        let ingest = self.config.ingest(Arc::clone(&self.storage), self.clock.clone()).unwrap();
        let poller = |feed: &Feed| {
            let settings = self.config.feeds.iter().find(|settings| settings.name == feed.name).unwrap();
            Poller::new(settings.clone(), feed.collection.id(), ingest.clone(), self.clock.clone()).unwrap()
        };
        self.pollers = self.feeds.iter().map(poller).map(Some).collect();
    }

    /// Does what is to be done without anything being heard. Where it rests, time passes that is not the clock's.
    pub(super) async fn tend(&self) -> Tended {
        let ingest = self.config.ingest(Arc::clone(&self.storage), self.clock.clone()).unwrap();
        let mut upkeep = Upkeep::new(ingest);
        let mut round = std::pin::pin!(upkeep.round());
        loop {
            tokio::select! {
                biased;
                tended = &mut round => return tended.unwrap(),
                () = tokio::task::yield_now() => {
                    std::thread::sleep(Duration::from_micros(50));
                    // Whole milliseconds, as timers count them: else a request that follows may time out or not.
                    tokio::time::advance(Duration::from_millis(1)).await;
                }
            }
        }
    }

    pub(super) fn take(&mut self, feed: usize) -> Poller {
        self.pollers[feed].take().unwrap()
    }

    pub(super) fn give_back(&mut self, feed: usize, poller: Poller) {
        self.pollers[feed] = Some(poller);
    }

    /// Lets as much time pass as a request may take.
    pub(super) async fn time_out() {
        tokio::time::advance(TIMEOUT).await;
    }

    /// From now on the program dies when it writes the first, or one of the first, of the next rows of a table; nothing
    /// that it writes after that comes into the store.
    pub(super) async fn doom(&mut self, dice: &mut Dice) {
        let tables =
            ["subject", "contribution", "quarantine", "record_count", "feed_progress", "feed_gap", "object"];
        let table = dice.one(&tables);
        let rows: i64 = self
            .database
            .fetch_one(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .await
            .unwrap()
            .get(0);
        let rows = rows + i64::try_from(dice.below(4)).unwrap();
        let abort = "BEGIN SELECT RAISE(ABORT, 'killed'); END";
        let triggers = format!(
            "CREATE TRIGGER killed BEFORE INSERT ON {table} WHEN (SELECT count(*) FROM {table}) >= {rows} {abort};
             CREATE TRIGGER dead BEFORE INSERT ON feed_health {abort};"
        );
        self.database.execute(AssertSqlSafe(triggers)).await.unwrap();
    }

    /// What the program writes comes into the store again.
    pub(super) async fn spare(&mut self) {
        self.database.execute("DROP TRIGGER killed; DROP TRIGGER dead;").await.unwrap();
    }

    /// Leaves room for a few more pages in the file of the store.
    pub(super) async fn fill_disk(&mut self, dice: &mut Dice) {
        let [pages, size] = [self.number("PRAGMA page_count").await, self.number("PRAGMA page_size").await];
        let pages = u64::try_from(pages).unwrap() + dice.below(8) as u64;
        self.storage.limit_size(Some(pages * u64::try_from(size).unwrap()));
    }

    /// Lets the file grow again.
    pub(super) fn make_room(&self) {
        self.storage.limit_size(None);
    }

    async fn number(&mut self, sql: &'static str) -> i64 {
        self.database.fetch_one(sql).await.unwrap().get(0)
    }

    /// Closes the store.
    pub(super) async fn stop(self) {
        self.database.close().await.unwrap();
        self.storage.close().await;
    }
}
