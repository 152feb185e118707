//! What the dice decide about the service and its answers.

use std::time::Duration;

use chrono::TimeDelta;
use socdefenders_standin::{Fault, Frame, Order, Part, RateLimit, Settings};

use super::dice::Dice;

const HOUR: Duration = Duration::from_secs(3600);

/// How the service behaves all month.
pub(super) fn service(dice: &mut Dice) -> Settings {
    Settings::new()
        .with_frame(dice.one(&[Frame::Bundle, Frame::Nested, Frame::Array, Frame::Lines, Frame::Single]))
        .with_order(dice.one(&[Order::NewestFirst, Order::OldestFirst, Order::Shuffled]))
        .with_rate_limit(dice.one(&[
            RateLimit::default(),
            RateLimit::new(20, HOUR),
            RateLimit::new(20, HOUR).with_retry_after(),
            RateLimit::new(60, HOUR).with_daily(80),
        ]))
}

/// Something that goes wrong with one answer.
pub(super) fn fault(dice: &mut Dice) -> Fault {
    let (rows, seed) = (1 + dice.below(20), dice.below(1000) as u64);
    dice.one(&[
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(402),
        Fault::PlainStatus(402),
        Fault::PlainStatus(502),
        Fault::RateLimited { reset_in: HOUR / 2 },
        Fault::Truncated,
        Fault::CutConnection,
        Fault::Reset(Part::Nothing),
        Fault::Reset(Part::Half),
        Fault::Hold(Part::Nothing),
        Fault::Hold(Part::Half),
        Fault::Hold(Part::Nothing),
        Fault::Hold(Part::Half),
        Fault::ShuffledRows,
        Fault::RepeatedRows,
        Fault::RepeatedPage,
        Fault::MovingRows(rows),
        Fault::NewKeys(seed),
        Fault::HtmlPage,
        Fault::SlowDrip { bytes: 200, every: Duration::from_micros(100) },
        Fault::WrongContentType,
        Fault::EmptyBody,
        Fault::GzipBomb { mebibytes: 5 },
        Fault::Redirect("http://localhost:1/".to_owned()),
    ])
}

/// By how much the clock of the bridge is ahead from now on: mostly it is right again. One that is behind is left out: what
/// a service dates after it goes into quarantine, where an operator has to try it again.
pub(super) fn clock_fault(dice: &mut Dice) -> TimeDelta {
    let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
    let zero = TimeDelta::zero();
    dice.one(&[zero, zero, zero, hour * 3, day * 2, day * 40, day * 1461])
}
