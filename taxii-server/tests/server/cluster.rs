//! A PostgreSQL of the tests' own, started when the first test asks for it. It ends with this process, however that ends.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Runs a cluster in a new folder, says its name when the cluster is ready, and removes it when the input ends: that
/// the operating system sees to, even if nobody else can.
const SCRIPT: &str = r#"
trap : INT
folder=$(mktemp -d /tmp/taxii-server-test-XXXXXX)
"$1/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1
"$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c max_connections=400 \
    >>"$folder/log" 2>&1 &
for _ in $(seq 300); do
    "$1/pg_isready" -q -h "$folder" && break
    sleep 0.1
done
if "$1/pg_isready" -q -h "$folder"; then
    echo "$folder"
    read -r _
else
    cat "$folder/log" >&2
fi
exec >&-
kill -INT $!
wait
rm -rf "$folder"
"#;

struct Cluster {
    folder: String,
    databases: AtomicU32,
    /// Its input ends with this process.
    _script: Child,
}

static CLUSTER: LazyLock<Result<Cluster, &'static str>> = LazyLock::new(start);

fn start() -> Result<Cluster, &'static str> {
    let programs = programs().ok_or(MISSING)?;
    // PostgreSQL refuses to run as root.
    let mut command = match is_root() {
        true => Command::new("runuser"),
        false => Command::new("sh"),
    };
    if is_root() {
        command.args(["-u", "postgres", "--", "sh"]);
    }
    command.args(["-c", SCRIPT, "sh"]).arg(programs).current_dir("/");
    let mut script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut folder = String::new();
    BufReader::new(script.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    match folder.trim() {
        "" => Err("PostgreSQL does not start; see above"),
        folder => Ok(Cluster { folder: folder.to_owned(), databases: AtomicU32::new(0), _script: script }),
    }
}

const MISSING: &str =
    "PostgreSQL is missing, which the tests start for themselves: install the Debian package `postgresql`";

/// The URL of a new, empty database.
pub(crate) async fn database() -> String {
    // The first one waits for the cluster, which may take a second.
    let cluster = tokio::task::spawn_blocking(|| CLUSTER.as_ref()).await.unwrap();
    let cluster = cluster.unwrap_or_else(|problem| panic!("{problem}"));
    let name = format!("test_{}", cluster.databases.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url(cluster, "postgres")).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    url(cluster, &name)
}

fn url(cluster: &Cluster, database: &str) -> String {
    format!("postgres://postgres@localhost/{database}?host={}", cluster.folder)
}

/// Where the programs are; Debian does not put them in the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.unwrap().path().join("bin")).collect();
    folders.sort_by_key(|folder| {
        folder.components().nth_back(1).and_then(|name| name.as_os_str().to_str()?.parse().ok())
            as Option<u32>
    });
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let has_all =
        |folder: &PathBuf| ["initdb", "pg_isready", "postgres"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().find(has_all)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}
