//! The bridge between a feed and the store: what it makes of every answer, and that it loses nothing.

mod absurd_answers;
mod absurd_times;
mod bounds;
mod faults;
mod losses;
mod month;
mod originals;
mod outbound;
mod polls;
mod stale;
mod world;
