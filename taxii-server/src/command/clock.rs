//! `taxii-server clock`: the clock of this machine, what is known of the time, and the dates that were given.

use std::error::Error;
use std::io::Write as _;

use chrono::DateTime;
use clap::Subcommand;

use super::output::Output;
use crate::clock::Clock;
use crate::clock::trust::{Evidence, KnownTime};
use crate::clock_status::{ClockStatus, DATES_AHEAD_WITHIN};
use crate::config::Config;
use crate::duration::in_words;
use crate::feed_status::time;
use crate::storage;

/// What is to be done about the clock.
#[derive(Clone, Copy, Debug, Default, Subcommand)]
pub enum ClockCommand {
    /// Show the time of this machine, the latest time that is known to be right, and the last date of each collection.
    #[default]
    Show,
    /// Confirm that the clock of this machine is right.
    ///
    /// Do this after the clock was set, or when the server was off for long and no feed confirms the time. Objects are
    /// dated and deleted by the clock again.
    Confirm,
}

pub(super) async fn run(command: ClockCommand, config: &Config, clock: &Clock) -> Result<(), Box<dyn Error>> {
    let storage = storage::open_existing(&config.database).await?;
    if let ClockCommand::Confirm = command {
        storage.judge_time(KnownTime::new(clock.now(), Evidence::Confirmed)).await?;
    }
    let status = ClockStatus::read(&*storage, clock.now()).await;
    storage.close().await;
    let status = status?;
    writeln!(Output, "clock   {}", time(status.now))?;
    let known = status.known.map(|known| format!("{}  ({})", time(known.latest), known.evidence.name()));
    writeln!(Output, "known   {}", known.as_deref().unwrap_or("nothing yet"))?;
    for (collection, date) in &status.last_dates {
        let ahead = status.ahead(*date);
        let ahead =
            if ahead > DATES_AHEAD_WITHIN { format!("  ({} ahead)", in_words(ahead)) } else { String::new() };
        let date = DateTime::from_timestamp_millis(date.millis()).map(time).unwrap_or_default();
        writeln!(Output, "dates   {collection}  {date}{ahead}")?;
    }
    let problems = status.problems();
    if problems.is_empty() {
        writeln!(Output, "state   good")?;
    }
    for problem in problems {
        writeln!(Output, "state   {}\n  help: {}", problem.text, problem.help)?;
    }
    Ok(())
}
