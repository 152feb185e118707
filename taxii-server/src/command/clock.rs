//! `taxii-server clock`: the clock of this machine, what is known of the time, and the dates that were given.

use std::error::Error;
use std::io::Write as _;

use chrono::DateTime;
use clap::Subcommand;

use super::output::Output;
use crate::clock::Clock;
use crate::clock::trust::ClockState;
use crate::config::Config;
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
        storage.note_time(clock.now()).await?;
    }
    let (known, dates) = (storage.known_time().await, storage.last_dates().await);
    storage.close().await;
    let (known, dates) = (known?, dates?);
    let now = clock.now();
    writeln!(Output, "clock   {}", time(now))?;
    writeln!(Output, "known   {}", known.map_or_else(|| "nothing yet".to_owned(), time))?;
    let state = match ClockState::of(now, known) {
        ClockState::Trusted(_) => "trusted".to_owned(),
        state @ ClockState::Ahead { by, .. } => {
            let dating = if state.dates_objects() { "" } else { ", and nothing is stored" };
            format!(
                "{} days ahead: nothing is deleted{dating}; if it is right, run `taxii-server clock confirm`",
                by.num_days()
            )
        }
    };
    writeln!(Output, "state   {state}")?;
    for (collection, date) in dates {
        let ahead = date.millis().saturating_sub(now.timestamp_millis()) / 1000;
        let ahead = if ahead > 60 { format!("  ({ahead} s ahead of the clock)") } else { String::new() };
        let date = DateTime::from_timestamp_millis(date.millis()).map(time).unwrap_or_default();
        writeln!(Output, "dates   {collection}  {date}{ahead}")?;
    }
    Ok(())
}
