//! Time as the search counts it, fine enough to tell "before" from "not after" (STIX 2.1, section 9.5.1).

use crate::ast::Seconds;
use crate::matcher::Instant;

/// A point in time or a length of it. A tick is so much shorter than the nanosecond of an [`Instant`] that chains of
/// "at least one tick later", as long as patterns can make them, never add up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ticks(i128);

const PER_NANOSECOND: i128 = 1 << 20;

/// Further apart than any two instants, and far from overflow.
const FAR: i128 = 1 << 120;

impl Ticks {
    pub(crate) const ZERO: Self = Self(0);
    pub(crate) const MIN: Self = Self(-FAR);
    pub(crate) const MAX: Self = Self(FAR);

    pub(crate) const fn at(instant: Instant) -> Self {
        Self(instant.nanoseconds() * PER_NANOSECOND)
    }

    /// A length, rounded up to whole ticks.
    pub(crate) fn of_seconds(seconds: &Seconds) -> Self {
        let (whole, fraction) = seconds.as_str().split_once('.').unwrap_or((seconds.as_str(), ""));
        let per_second = PER_NANOSECOND * 1_000_000_000;
        // Nineteen digits times the ticks of a second still fit; finer digits only matter in that they round up.
        let (held, beyond) = fraction.split_at(fraction.len().min(19));
        let rounds_up = beyond.bytes().any(|digit| digit != b'0');
        let scale = 10_i128.pow(u32::try_from(held.len()).unwrap_or_default());
        let numerator = held.parse::<i128>().unwrap_or_default() * per_second + i128::from(rounds_up);
        let fraction = numerator.div_euclid(scale) + i128::from(numerator.rem_euclid(scale) > 0);
        // Only a number with too many digits does not parse, and it is longer than all time.
        let whole = whole.parse::<i128>().ok().and_then(|whole| whole.checked_mul(per_second));
        Self(whole.map_or(FAR, |whole| whole.saturating_add(fraction)).min(FAR))
    }

    /// One tick earlier.
    pub(crate) const fn before(self) -> Self {
        Self(self.0 - 1)
    }

    /// The tick `length` later.
    pub(crate) const fn after(self, length: Self) -> Self {
        Self(self.0 + length.0)
    }

    /// The first tick less than `length` before this one, which is the last that counts.
    pub(crate) fn start_of_span(self, length: Self) -> Self {
        Self(self.0 - length.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Decimal;

    #[test]
    fn seconds_become_ticks() {
        let ticks =
            |text: &str| Ticks::of_seconds(&Seconds::fraction(Decimal::parse(text).unwrap()).unwrap()).0;
        let second = PER_NANOSECOND * 1_000_000_000;
        assert_eq!(ticks("0.0"), 0);
        assert_eq!(ticks("1.5"), second * 3 / 2);
        assert_eq!(ticks("0.000000001"), PER_NANOSECOND);
        assert_eq!(ticks(&format!("0.{}1", "0".repeat(200))), 1);
        assert_eq!(ticks(&format!("1{}.0", "0".repeat(200))), FAR);
        assert_eq!(Ticks::of_seconds(&Seconds::whole(u64::MAX)).0, i128::from(u64::MAX) * second);
    }
}
