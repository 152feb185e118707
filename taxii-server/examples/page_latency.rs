//! Says how long a page takes at the start, in the middle and at the end of the default collection of a database, read by
//! `next` and by type.
//!
//! ```sh
//! cargo run --release -p taxii-server --example page_latency -- /tmp/taxii.db
//! ```

use std::error::Error;
use std::time::{Duration, Instant};

use taxii_server::config::DEFAULT_COLLECTION;
use taxii_server::storage::{self, CollectionId, Database, DateAdded, Query, Storage};

const ROUNDS: usize = 40;
const BYTES: u64 = 16 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database] = arguments.as_slice() else { return Err("expected a database".into()) };
    let storage = storage::open(&database.parse::<Database>()?).await?;
    let collection = DEFAULT_COLLECTION.into();
    let (first, last) = ends(&*storage, &collection).await?;
    for (place, after) in [("start", first - 1), ("middle", first.midpoint(last)), ("end", last - 1000)] {
        let query = Query { after: Some(DateAdded::from_millis(after)), ..Query::new(1000, BYTES) };
        let typed = Query { types: Some(vec!["indicator".to_owned()]), ..query.clone() };
        for (filter, query) in [("all", query), ("match[type]", typed)] {
            let mut times = Vec::with_capacity(ROUNDS);
            for _ in 0..ROUNDS {
                let begin = Instant::now();
                let rows = storage.objects(&collection, &query).await?.rows.len();
                times.push((begin.elapsed(), rows));
            }
            times.sort_unstable();
            let (median, rows) = times.get(ROUNDS / 2).copied().unwrap_or((Duration::ZERO, 0));
            println!("{place:<7} {filter:<12} {rows:>5} objects {:>7.2} ms", median.as_secs_f64() * 1000.0);
        }
    }
    storage.close().await;
    Ok(())
}

/// The first and the last date of adding, in milliseconds; objects that are added together have dates that follow each
/// other.
async fn ends(storage: &dyn Storage, collection: &CollectionId) -> Result<(i64, i64), Box<dyn Error>> {
    let page = storage.records(collection, &Query::new(1, BYTES)).await?;
    let first = page.rows.first().ok_or("the collection is empty")?.date_added;
    let last = storage.inventory(collection).await?.last_added.ok_or("the collection is empty")?;
    Ok((first.millis(), last.millis()))
}
