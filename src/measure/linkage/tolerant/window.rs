//! Which numbers match a number: whole numbers from one end to the other, both included.

use std::cmp::Ordering;

use crate::measure::unicity::Tolerance;

const MILLION: i128 = 1_000_000;

/// The numbers of the extract that match a number of the source, the known one.
pub(super) fn span(tolerance: Tolerance, theirs: i64) -> (i64, i64) {
    let (theirs, reach) = (i128::from(theirs), tolerance.reach(theirs));
    (clamped(theirs - reach), clamped(theirs + reach))
}

/// The numbers of the source that match a number of the extract: of the negative ones and of the others one stretch
/// each, since from a share of 100 % on far-away numbers of the other sign match as well. An empty stretch ends before
/// it begins.
pub(super) fn spans_around(tolerance: Tolerance, ours: i64) -> [(i64, i64); 2] {
    match tolerance {
        Tolerance::Absolute(_) => [span(tolerance, ours), EMPTY],
        Tolerance::Millionths(share) => {
            let (ours, share) = (i128::from(ours), i128::from(share));
            let (nearest, farthest) = magnitudes(-ours, share);
            let (least, most) = magnitudes(ours, share);
            // No number is its own negative but 0, which belongs to the others.
            [stretch(-farthest, -nearest.max(1)), stretch(least, most)]
        }
    }
}

const EMPTY: (i64, i64) = (1, 0);

/// The numbers between two that there are.
fn stretch(from: i128, to: i128) -> (i64, i64) {
    let (least, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
    if from > to || from > most || to < least { EMPTY } else { (clamped(from), clamped(to)) }
}

/// Magnitudes v >= 0 with |ours - v| <= share millionths of v, from the least to the largest.
///
/// That is v (million + share) >= ours million and v (million - share) <= ours million.
fn magnitudes(ours: i128, share: i128) -> (i128, i128) {
    let far = i128::from(u64::MAX);
    let scaled = ours * MILLION;
    let least = ceiling(scaled, MILLION + share).max(0);
    let rest = MILLION - share;
    match rest.cmp(&0) {
        Ordering::Greater => (least, scaled.div_euclid(rest)),
        Ordering::Equal => (least, if scaled >= 0 { far } else { -1 }),
        Ordering::Less => (least.max(ceiling(-scaled, -rest)), far),
    }
}

/// The quotient rounded up; the divisor is above 0.
fn ceiling(dividend: i128, divisor: i128) -> i128 {
    -(-dividend).div_euclid(divisor)
}

fn clamped(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: [u64; 9] = [0, 1, 50_000, 333_333, 999_999, 1_000_000, 1_000_001, 2_500_000, u64::MAX];

    #[test]
    fn a_share_is_of_the_magnitude_of_the_sources_value() {
        let tenth = Tolerance::Millionths(100_000);
        assert!(tenth.holds(100, 110) && tenth.holds(-100, -90));
        assert!(!tenth.holds(110 + 2, 100) && !tenth.holds(100, 111));
        assert!(tenth.holds(0, 0) && !tenth.holds(0, 1));
    }

    #[test]
    fn both_spans_hold_exactly_the_numbers_that_agree() {
        let tolerances = SHARES.map(Tolerance::Millionths).into_iter().chain([0, 1, 7].map(Tolerance::Absolute));
        for tolerance in tolerances {
            for (ours, theirs) in (-30..=30).flat_map(|ours| (-60..=60).map(move |theirs| (ours, theirs))) {
                let inside = |number: i64, (from, to): (i64, i64)| from <= number && number <= to;
                let agrees = tolerance.holds(theirs, ours);
                assert_eq!(inside(ours, span(tolerance, theirs)), agrees, "{tolerance:?} {ours} {theirs}");
                let stretches = spans_around(tolerance, ours).map(|stretch| inside(theirs, stretch));
                assert_eq!(stretches[0] || stretches[1], agrees, "{tolerance:?} {ours} {theirs}");
                assert!(!(stretches[0] && stretches[1]), "no number lies in both");
            }
        }
    }

    #[test]
    fn the_largest_numbers_and_tolerances_do_not_overflow() {
        for ours in [i64::MIN, -1, 0, 1, i64::MAX] {
            for share in SHARES {
                for tolerance in [Tolerance::Millionths(share), Tolerance::Absolute(share)] {
                    for theirs in [i64::MIN, 0, i64::MAX] {
                        let (from, to) = span(tolerance, theirs);
                        assert_eq!(from <= ours && ours <= to, tolerance.holds(theirs, ours));
                        let around = spans_around(tolerance, ours).iter().any(|&(a, b)| a <= theirs && theirs <= b);
                        assert_eq!(around, tolerance.holds(theirs, ours), "{tolerance:?} {ours} {theirs}");
                    }
                }
            }
        }
    }
}
