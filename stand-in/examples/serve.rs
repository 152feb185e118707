//! A stand-in of its own, to measure against.
//!
//! ```sh
//! cargo run --release -p socdefenders-standin --example serve -- 1000000 300 1000
//! ```
//! That many IOCs of so many days, and how many requests each key may make in a minute. The first two lines are the address
//! and a key of the Pro tier. When the standard input ends, so does the stand-in, and says how many requests it had.

use std::error::Error;
use std::io::Read;
use std::time::Duration;

use socdefenders_standin::{RateLimit, Settings, Shape, StandIn};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [iocs, days, requests] = arguments.as_slice() else {
        return Err("expected how many IOCs, days, and requests a minute".into());
    };
    let settings = Settings::new()
        .with_shape(Shape::Full)
        .with_iocs(iocs.parse()?)
        .with_spread(DAY * days.parse()?)
        .with_rate_limit(RateLimit::new(requests.parse()?, Duration::from_secs(60)));
    let standin = StandIn::start(settings).await?;
    println!("{}\n{}", standin.base_url(), standin.pro_key());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    println!("{}", standin.requests().len());
    standin.stop().await?;
    Ok(())
}
