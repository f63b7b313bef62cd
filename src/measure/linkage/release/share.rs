//! How many people are in both releases, without truth.
//!
//! # Definition
//! An early half is held against the late halves of the other release, and the odds that its partner is among them are
//! compared with what they are where the answer is known: within a release, once with the partner in the pool and once
//! without. All these questions are about halves, so nothing hangs on how evidence grows with the length of a history.
//! With A, P and C the means of a rising function of the odds where nobody fits, where somebody does, and across, the
//! share of subjects with a partner is `(C − A) / (P − A)` (adjusted counts: Forman, *Data Mining and Knowledge
//! Discovery* 17(2), 2008). The questions without a partner are to it what decoys are to a search with decoys (Elias &
//! Gygi, *Nature Methods* 4, 2007), but strangers at the same distance in time and with histories of the same length:
//! whole histories of one release resemble each other too much to be strangers for those of another.
//!
//! # Errors of it
//! The standard error comes from the variances of the three means. People who change their habits between the releases
//! more than within them look less alike than the partners that the odds were learned from, so the share is too small
//! rather than too large; halves that lie next to each other in time keep that small.

use super::learn::{CandidateSet, odds};
use super::model::Model;
use crate::measure::linkage::{LinkedTables, SharedColumn};
use crate::number::as_float;
use crate::table::Table;

/// Standard errors by which a share must exceed 0: two-sided 95 %, as everywhere else.
const SURE: f64 = 1.96;

/// The odds are divided by powers of 4 from the first to before the last.
const SCALES: std::ops::Range<i32> = 0..6;

/// The share for which the function of the odds is chosen: small, as the question is whether there is anybody at all.
const SMALL: f64 = 0.1;

/// Share of the records behind the median one of the other release from which a release counts as the later one.
const MOSTLY: f64 = 0.75;

/// Odds of questions with known answers.
pub(super) struct Known {
    present: Vec<f64>,
    absent: Vec<f64>,
}

impl Known {
    /// From questions that were asked in pairs: with the partner in the pool, then without.
    pub(super) fn new(model: &Model, questions: &[CandidateSet]) -> Self {
        let of = |question: Option<&CandidateSet>| question.map(|question| odds(model, question));
        Self {
            present: questions.chunks(2).filter_map(|pair| of(pair.first())).collect(),
            absent: questions.chunks(2).filter_map(|pair| of(pair.get(1))).collect(),
        }
    }

    /// The share of questions with a partner among those with the given odds; `None` where the odds do not tell partners
    /// from strangers.
    ///
    /// Of some functions of the odds the one is taken by which a small share would be known best; what was found across
    /// has no part in that.
    pub(super) fn share(&self, across: &[f64]) -> Option<Share> {
        let mut best: Option<(f64, Means)> = None;
        for scale in SCALES.map(|exponent| 0.25_f64.powi(exponent)) {
            let means = Means::new(scale, self, across)?;
            let error = means.error(SMALL, means.expected_variance(SMALL));
            if means.apart() > 0.0 && best.as_ref().is_none_or(|best| error < best.0) {
                best = Some((error, means));
            }
        }
        best.map(|(_, means)| means.share())
    }
}

/// Centre (mean) and variance of a function of the odds, and the number of questions.
#[derive(Clone, Copy)]
struct Mean {
    centre: f64,
    variance: f64,
    number: f64,
}

impl Mean {
    /// Of `scale · odds / (1 + scale · odds)`; `None` for fewer than two.
    fn new(scale: f64, odds: &[f64]) -> Option<Self> {
        if odds.len() < 2 {
            return None;
        }
        let number = as_float(odds.len() as u64);
        let of = |odds: &f64| scale * odds / (1.0 + scale * odds);
        let centre = odds.iter().map(of).sum::<f64>() / number;
        let variance = odds.iter().map(|odds| (of(odds) - centre).powi(2)).sum::<f64>() / (number - 1.0);
        Some(Self { centre, variance, number })
    }
}

struct Means {
    absent: Mean,
    present: Mean,
    across: Mean,
}

impl Means {
    fn new(scale: f64, known: &Known, across: &[f64]) -> Option<Self> {
        Some(Self {
            absent: Mean::new(scale, &known.absent)?,
            present: Mean::new(scale, &known.present)?,
            across: Mean::new(scale, across)?,
        })
    }

    /// How far partners and strangers are apart.
    fn apart(&self) -> f64 {
        self.present.centre - self.absent.centre
    }

    /// Variance across, were this share of the questions with a partner.
    fn expected_variance(&self, share: f64) -> f64 {
        (1.0 - share) * self.absent.variance
            + share * self.present.variance
            + share * (1.0 - share) * self.apart().powi(2)
    }

    /// Standard error of a share, to first order.
    fn error(&self, share: f64, across: f64) -> f64 {
        let (absent, present) = (self.absent, self.present);
        let variance = across / self.across.number
            + (1.0 - share).powi(2) * absent.variance / absent.number
            + share.powi(2) * present.variance / present.number;
        variance.sqrt() / self.apart()
    }

    fn share(&self) -> Share {
        let share = (self.across.centre - self.absent.centre) / self.apart();
        Share { share, error: self.error(share.clamp(0.0, 1.0), self.across.variance) }
    }
}

/// A share of subjects with a partner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    /// Below 0 where halves look less alike than those of strangers do.
    pub(super) share: f64,
    /// Its standard error.
    pub(super) error: f64,
}

/// Who is in both releases, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct InCommon {
    /// Share of the smaller side, above 0 and at most 1.
    pub(super) share: f64,
    /// Half the 95 % interval of the share, as a part of it: 1 and more where nobody may be in both.
    pub(super) doubt: f64,
}

impl InCommon {
    /// From the odds of early halves of the extract among the late halves of the source, and the other way round.
    /// `fewest` is the share that one person is.
    ///
    /// Whether anybody is in both is asked of both together; how many, of the halves that are next to each other in time.
    pub(super) fn new(known: &Known, [ours, theirs]: [&[f64]; 2], later: Later, fewest: f64) -> Self {
        let next = match later {
            Later::Ours => known.share(ours),
            Later::Theirs => known.share(theirs),
            Later::Neither => None,
        };
        let Some(both) = known.share(&[ours, theirs].concat()) else {
            return Self { share: fewest, doubt: f64::INFINITY };
        };
        let doubt = if both.share > 0.0 { SURE * both.error / both.share } else { f64::INFINITY };
        Self { share: next.unwrap_or(both).share.clamp(fewest, 1.0), doubt }
    }

    /// Whether it shows that somebody is in both.
    pub(super) fn shows(&self) -> bool {
        self.doubt < 1.0
    }
}

/// Which release was made later, by most of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Later {
    Ours,
    Theirs,
    /// Times overlap, or no shared column is a time.
    Neither,
}

impl Later {
    /// Compares the records of both sides by the first of the columns that is a time.
    pub(super) fn new(linked: &LinkedTables, is_time: impl Fn(&SharedColumn) -> bool) -> Self {
        let Some(time) = linked.columns.iter().position(is_time) else { return Self::Neither };
        let numbers = linked.columns[time].numbers.as_deref().unwrap_or_default();
        let moments = |table: &Table| -> Vec<i64> {
            let cells = &table.columns()[time];
            (0..table.records())
                .filter_map(|record| numbers.get(cells.value_of(record) as usize).copied().flatten())
                .collect()
        };
        let (mut ours, theirs) = (moments(&linked.ours), moments(&linked.theirs));
        if ours.is_empty() || theirs.is_empty() {
            return Self::Neither;
        }
        let middle = ours.len() / 2;
        let median = *ours.select_nth_unstable(middle).1;
        let number = |count: usize| as_float(count as u64);
        let most = |of: &dyn Fn(i64) -> bool| {
            number(theirs.iter().filter(|&&moment| of(moment)).count()) >= MOSTLY * number(theirs.len())
        };
        match (most(&|moment| moment > median), most(&|moment| moment < median)) {
            (true, _) => Self::Theirs,
            (_, true) => Self::Ours,
            _ => Self::Neither,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::mix;

    /// Odds of some questions of which a share has a partner.
    fn drawn(number: usize, share: f64, seed: u64) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "32 bits")]
        let uniform = |at: usize, what: u64| (mix(mix(seed, at as u64), what) >> 32) as f64 / 2.0_f64.powi(32);
        let odds = |at| {
            let height = if uniform(at, 1) < share { 3.0 } else { -3.0 };
            (height + 4.0 * (uniform(at, 2) + uniform(at, 3) - 1.0)).exp()
        };
        (0..number).map(odds).collect()
    }

    fn known(seed: u64) -> Known {
        Known { present: drawn(400, 1.0, mix(seed, 1)), absent: drawn(400, 0.0, mix(seed, 2)) }
    }

    #[test]
    fn the_share_is_found_within_three_of_its_standard_errors() {
        for (seed, share) in [(3, 0.0), (4, 0.05), (5, 0.3), (6, 0.8), (7, 1.0)] {
            let found = known(seed).share(&drawn(400, share, seed)).unwrap();
            assert!((found.share - share).abs() < 3.0 * found.error, "{share}: {found:?}");
            assert!(found.error < 0.05, "{found:?}");
        }
    }

    #[test]
    fn strangers_show_nobody_and_a_few_acquaintances_somebody() {
        let of = |share, seed| {
            let across = [drawn(400, share, seed), drawn(400, share, seed + 1)];
            InCommon::new(&known(seed), [&across[0], &across[1]], Later::Neither, 0.001)
        };
        assert!((10..30).filter(|&seed| of(0.0, 2 * seed).shows()).count() <= 3);
        assert!((10..30).all(|seed| of(0.1, 2 * seed).shows()));
        // The share is never 0, so that one link in a large release can still be told.
        assert!((10..30).all(|seed| of(0.0, 2 * seed).share >= 0.001));
    }

    #[test]
    fn the_halves_next_to_each_other_say_how_many() {
        let (few, many) = (drawn(400, 0.2, 3), drawn(400, 0.6, 4));
        let share = |later| InCommon::new(&known(1), [&few, &many], later, 0.001).share;
        assert!((share(Later::Ours) - 0.2).abs() < 0.1);
        assert!((share(Later::Theirs) - 0.6).abs() < 0.1);
        assert!((share(Later::Neither) - 0.4).abs() < 0.1);
    }

    #[test]
    fn odds_that_do_not_tell_say_nothing() {
        let same = Known { present: vec![0.5; 9], absent: vec![0.5; 9] };
        assert_eq!(same.share(&[0.5; 9]), None);
        let turned = Known { present: drawn(50, 0.0, 1), absent: drawn(50, 1.0, 2) };
        assert_eq!(turned.share(&drawn(50, 0.5, 3)), None);
        for few in [Vec::new(), vec![0.5]] {
            let in_common = InCommon::new(&known(1), [&few, &[]], Later::Neither, 0.1);
            assert!(!in_common.shows() && (in_common.share - 0.1).abs() < 1e-12);
        }
    }
}
