//! The databases that every test runs on, and a place in each for one test.

use std::path::PathBuf;

use sqlx::{Connection, PgConnection, SqliteConnection};
use taxii_server::storage::Database;
use tempfile::TempDir;

use super::cluster;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A database of one test.
#[derive(Debug)]
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(String),
}

/// Makes of each function a test for each kind of database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use crate::backend::Backend;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Backend::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Backend::Postgres).await;
            }
        })*
    };
}
pub(crate) use on_both;

impl Backend {
    /// A new database.
    pub(crate) async fn place(self) -> Place {
        match self {
            Self::Sqlite => Place::Sqlite(tempfile::tempdir().unwrap()),
            Self::Postgres => Place::Postgres(cluster::database().await),
        }
    }
}

impl Place {
    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(folder) => file(folder).into(),
            Self::Postgres(url) => url.clone().into(),
        }
    }

    /// The number that a statement finds.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        match self {
            Self::Sqlite(folder) => {
                let mut connection = SqliteConnection::connect(file(folder).to_str().unwrap()).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Runs statements behind the back of the program.
    pub(crate) async fn execute(&self, sql: &'static str) {
        match self {
            Self::Sqlite(folder) => {
                let mut connection = SqliteConnection::connect(file(folder).to_str().unwrap()).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("taxii.db")
}
