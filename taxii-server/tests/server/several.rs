//! Several servers on one PostgreSQL: the same answers from each, one that polls, and another when that one is gone.

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use socdefenders_standin::{Handle, Settings, StandIn};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use taxii_server::clock::Clock;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::{self, Dating, Query, Storage, StorageErrorKind, VersionFilter};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::backend::{Backend, Place};
use super::posting::tools;
use super::program::{add_feed, configure, serve_with_log};
use super::world::{MEDIA_TYPE, OBJECTS, World, add, collection, indicator};

/// Within this time another server polls.
pub(crate) const TAKEOVER: Duration = Duration::from_secs(30);

fn long() -> bool {
    std::env::var_os("TESTS_LONG").is_some()
}

async fn open(place: &Place) -> Arc<dyn Storage> {
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    storage
}

#[tokio::test(flavor = "multi_thread")]
async fn one_holds_the_lease_and_writes_in_its_term_only() {
    let place = Backend::Postgres.place().await;
    let (one, other) = (open(&place).await, open(&place).await);
    let mut first = one.lead("poll").await.unwrap().unwrap();
    assert!(other.lead("poll").await.unwrap().is_none());
    assert!(other.lead("another task").await.unwrap().is_some());
    assert!(timeout(Duration::from_millis(100), first.lost()).await.is_err());

    place
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid) \
             WHERE locktype = 'advisory' AND datname = current_database()",
        )
        .await;
    timeout(Duration::from_secs(10), first.lost()).await.unwrap();
    let second = other.lead("poll").await.unwrap().unwrap();
    assert!(second.term().unwrap().number > first.term().unwrap().number);

    let dating = Dating { clock: Clock::system(), allowance: Duration::ZERO };
    let write = |lease: &storage::Lease| FeedWrite {
        term: lease.term().cloned(),
        objects: vec![indicator(1)],
        ..FeedWrite::new("feed")
    };
    let error = one.write_feed(&collection(), write(&first), &dating).await.unwrap_err();
    assert_eq!(error.kind(), &StorageErrorKind::TermOver);
    let stored = one.objects(&collection(), &Query::new(10, u64::MAX)).await.unwrap();
    assert_eq!(stored.rows.len(), 0, "nothing of it is stored");
    other.write_feed(&collection(), write(&second), &dating).await.unwrap();

    drop(second);
    timeout(Duration::from_secs(10), async { while one.lead("poll").await.unwrap().is_none() {} })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_term_waits_for_the_writes_of_the_one_before() {
    let place = Backend::Postgres.place().await;
    let storage = open(&place).await;
    drop(storage.lead("poll").await.unwrap());
    let Place::Postgres(url) = &place else { unreachable!() };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    let lock = "SELECT term FROM leader WHERE task = 'poll' FOR UPDATE";
    sqlx::query(lock).execute(&mut *tx).await.unwrap();
    let lead = async {
        loop {
            if let Some(lease) = storage.lead("poll").await.unwrap() {
                break lease;
            }
        }
    };
    tokio::pin!(lead);
    assert!(timeout(Duration::from_secs(1), &mut lead).await.is_err());
    tx.commit().await.unwrap();
    timeout(Duration::from_secs(5), lead).await.unwrap();
}

#[tokio::test]
async fn a_store_does_not_show_its_password() {
    let Place::Postgres(url) = Backend::Postgres.place().await else { unreachable!() };
    let url = url.replacen("postgres@", "postgres:geheim@", 1);
    let storage = storage::open(&url.clone().into()).await.unwrap();
    assert!(!format!("{storage:#?}").contains("geheim"));
    let gone = url.replacen("?host=/", "?host=/nowhere/", 1);
    let error = storage::open(&gone.into()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("geheim"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_lost_are_made_again() {
    let place = Backend::Postgres.place().await;
    let storage = open(&place).await;
    for number in 0..3 {
        place
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await;
        add(&*storage, &[indicator(number)], &Clock::system()).await;
        let page = storage.objects(&collection(), &Query::new(10, u64::MAX)).await.unwrap();
        assert_eq!(page.rows.len(), number as usize + 1);
    }
}

/// The program, serving from the database of a test and ready to poll. Dropped, it is killed.
struct Process {
    child: Child,
    folder: TempDir,
}

impl Process {
    fn serve(place: &Place, standin: &Handle) -> Self {
        let folder = tempfile::tempdir().unwrap();
        configure(folder.path(), place, 0);
        add_feed(folder.path(), standin);
        Self { child: serve_with_log(folder.path()), folder }
    }

    fn has_logged(&self, what: &str) -> bool {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap().contains(what)
    }

    fn polls(&self) -> bool {
        self.has_logged("this server polls the feeds")
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, patience: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < patience, "{what}: not after {patience:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_takes_over_when_the_one_that_polls_is_gone() {
    let place = Backend::Postgres.place().await;
    let standin = StandIn::start(Settings::new().with_iocs(50)).await.unwrap();
    let storage = open(&place).await;
    let has_all = async || {
        let query = Query { versions: VersionFilter::All, ..Query::new(10_000, u64::MAX) };
        let rows = storage.records(&collection(), &query).await.unwrap().rows.len();
        assert!(rows <= standin.unique_count() + 1, "the author and one version of each object");
        rows == standin.unique_count() + 1
    };
    // Both at once on an empty database.
    let mut servers = vec![Process::serve(&place, &standin), Process::serve(&place, &standin)];
    until("all is polled", TAKEOVER, has_all).await;
    until("the other waits", TAKEOVER, async || {
        servers.iter().any(|one| one.has_logged("ready to take over"))
    })
    .await;
    assert_eq!(servers.iter().filter(|server| server.polls()).count(), 1);
    servers.sort_by_key(|server| !server.polls());

    drop(servers.remove(0));
    standin.add(5);
    until("the other polls", TAKEOVER, has_all).await;
    assert!(servers[0].polls());

    if long() {
        servers.push(Process::serve(&place, &standin));
        until("the new one waits", TAKEOVER, async || servers[1].has_logged("ready to take over")).await;
        servers[0].send(Signal::STOP);
        standin.add(5);
        until("the new one polls", TAKEOVER, has_all).await;
        assert!(servers[1].polls());
        servers[0].send(Signal::CONT);
        let stops = "polling stops";
        until("the old one knows", TAKEOVER, async || servers[0].has_logged(stops)).await;
        standin.add(5);
        until("all is polled again", TAKEOVER, has_all).await;
        assert!(!servers[1].has_logged(stops));
    }
}

/// As a primary that was demoted answers, until a connection leads to its successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_that_takes_no_writes_is_left() {
    let world = World::start(Backend::Postgres).await;
    let post = async |number: usize| {
        let request = world.request_of("writer", Method::POST, OBJECTS).header("content-type", MEDIA_TYPE);
        let response = request.body(tools(number..number + 1).to_string()).send().await.unwrap();
        response.status().as_u16()
    };
    let disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let set = |value: &str| {
        AssertSqlSafe(format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {value}', current_database()); END $$"
        ))
    };
    let Place::Postgres(url) = &*world.place else { panic!("not PostgreSQL") };
    let execute = async |sql: AssertSqlSafe<String>| {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    };
    assert_eq!(post(0).await, 202);

    execute(set("SET default_transaction_read_only = on")).await;
    execute(AssertSqlSafe(disconnect.to_owned())).await;
    assert_eq!(post(1).await, 503, "a standby");
    assert_eq!(world.get(OBJECTS).await.status(), 200, "which is read from");

    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("SET default_transaction_read_only = off").execute(&mut connection).await.unwrap();
    sqlx::raw_sql(set("RESET default_transaction_read_only")).execute(&mut connection).await.unwrap();
    assert_eq!(post(2).await, 202, "the connections to the standby are not kept");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_for_a_lock_is_bounded() {
    let place = Backend::Postgres.place().await;
    let storage = open(&place).await;
    let Place::Postgres(url) = &place else { panic!("not PostgreSQL") };
    let mut blocker = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE account").execute(&mut blocker).await.unwrap();
    let error = storage.account_revision("eve").await.unwrap_err();
    assert_eq!(error.kind(), &StorageErrorKind::Busy, "{error:?}");
    blocker.close().await.unwrap();
    assert_eq!(storage.account_revision("eve").await.unwrap(), None);
    storage.close().await;
}
