//! Fills the default collection of a database with indicators, to measure on.
//!
//! ```sh
//! cargo run --release -p taxii-server --example fill -- /tmp/taxii.db 1000000
//! ```

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::json;
use serde_json::value::RawValue;
use taxii_server::clock::Clock;
use taxii_server::config::DEFAULT_COLLECTION;
use taxii_server::storage::{self, Database, Dating, NewObject};

/// How many objects one transaction adds.
const AT_ONCE: u32 = 1000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, count] = arguments.as_slice() else {
        return Err("expected a database and how many objects it is to have".into());
    };
    let (database, count): (Database, u32) = (database.parse()?, count.parse()?);
    let storage = storage::open(&database).await?;
    let collection = DEFAULT_COLLECTION.into();
    storage.register_collections(&[collection]).await?;
    let dating = Dating { clock: Clock::system(), allowance: Duration::from_secs(2) };
    let start = Instant::now();
    for first in (0..count).step_by(AT_ONCE as usize) {
        let numbers = first..count.min(first.saturating_add(AT_ONCE));
        let objects = numbers.map(indicator).collect::<Result<Vec<_>, _>>()?;
        storage.add_objects(&collection, &objects, &dating).await?;
    }
    storage.close().await;
    println!("{count} objects in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// An indicator of usual size, about 600 bytes. The identifiers do not come in their order.
fn indicator(number: u32) -> Result<NewObject, Box<dyn Error>> {
    let modified = "2025-06-01T00:00:00.000Z";
    let id = format!("indicator--{:08x}-0000-4000-8000-000000000000", number.wrapping_mul(2_654_435_761));
    let address = std::net::Ipv4Addr::from_bits(number);
    let body = json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": "identity--f431f809-377b-45e0-aa1c-6a4751cae5ff",
        "created": "2025-01-01T00:00:00.000Z",
        "modified": modified,
        "name": format!("Command and control server at {address}"),
        "description": "Seen in traffic of infected machines, which fetch their orders from there every hour.",
        "indicator_types": ["malicious-activity"],
        "pattern": format!("[ipv4-addr:value = '{address}']"),
        "pattern_type": "stix",
        "valid_from": "2025-01-01T00:00:00Z",
        "labels": ["botnet", "c2"],
        "confidence": number % 101,
        "object_marking_refs": ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
    });
    Ok(NewObject {
        id: id.parse()?,
        spec_version: "2.1".to_owned(),
        version: Some(modified.parse()?),
        body: RawValue::from_string(body.to_string())?,
    })
}
