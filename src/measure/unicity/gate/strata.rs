//! Draws for a gate, from two strata: the active subjects, and those with fewer points, of whom all is known.
//!
//! Rounds of fixed size: each doubles the subjects looked at, and once all of a stratum are in, the draws of each. What
//! is drawn depends on the seed and on values; when it ends, on whole numbers that every order of the work gives alike.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::estimate::{Estimate, Found, joint_interval, joint_share};
use crate::measure::unicity::attack::Attack;
use crate::measure::unicity::study::{Sampled, Study};
use crate::number::as_float;
use crate::result::{Attacker, GATED_KNOWN_POINTS, UnicityGate, UnicityMethod};
use crate::stats::{QUANTILE, mix};
use crate::stop::{Stop, StopReason};
use crate::table::PointIndex;

/// Subjects that one task takes at a time.
const BATCH: usize = 64;

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::measure::unicity) struct Effort {
    /// Seed of the draws: the gate's own, so that nobody can choose among figures.
    pub(in crate::measure::unicity) seed: u64,
    /// Subjects of each stratum in the first round.
    pub(in crate::measure::unicity) first: usize,
    /// Half of the width that every interval may have at last.
    pub(in crate::measure::unicity) half_width: f64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { seed: 0x6761_7465_6420_3470, first: 4_096, half_width: 0.005 }
    }
}

/// Draws of each subject in the first round at least; two tell how much draws of one subject differ.
const FIRST_DRAWS: u32 = 2;

/// Standard errors by which a limit must lie outside before the draws end for that reason. Rounds are few, but each is
/// another chance to be wrong: with three, it stays below 0.3 % in each of them.
const SURE: f64 = 3.0;

/// One subject and what its draws found.
struct Drawn {
    sampled: Sampled,
    /// All that is known of it is one choice.
    certain: bool,
    draws: u32,
    hits: u32,
}

struct Stratum {
    sizes: RangeInclusive<u32>,
    population: u64,
    drawn: Vec<Drawn>,
    draws_each: u32,
}

/// Both strata of a gate.
pub(super) struct Strata<'a, 'i> {
    study: &'a Study<'a, PointIndex<'i>>,
    active: Stratum,
    short: Stratum,
    effort: Effort,
}

impl<'a, 'i> Strata<'a, 'i> {
    pub(super) fn new(study: &'a Study<'a, PointIndex<'i>>, active: u64, short: u64, effort: Effort) -> Self {
        // Few subjects are drawn from often enough at once to fill the round.
        let often = |population: u64| u32::try_from(effort.first as u64 / population.max(1)).unwrap_or(u32::MAX);
        let stratum = |sizes, population| {
            let draws_each = often(population).max(FIRST_DRAWS);
            Stratum { sizes, population, drawn: Vec::new(), draws_each }
        };
        Self {
            study,
            active: stratum(GATED_KNOWN_POINTS..=u32::MAX, active),
            short: stratum(1..=GATED_KNOWN_POINTS - 1, short),
            effort,
        }
    }

    /// Draws until every interval is narrow, or no limit lies near it.
    ///
    /// # Errors
    /// [`StopReason::WorkLimit`] when that takes more than `draw_limit`.
    pub(super) fn draw_until_settled(
        &mut self,
        limits: &[f64],
        draw_limit: u64,
        stop: &Stop,
    ) -> Result<(), StopReason> {
        let spent = AtomicU64::new(0);
        let work = Work { spent: &spent, limit: draw_limit, stop };
        let mut most = self.effort.first;
        loop {
            self.active.draw(self.study, most, &work)?;
            self.short.draw(self.study, most, &work)?;
            if self.is_settled(limits) {
                return Ok(());
            }
            most = most.saturating_mul(2);
        }
    }

    fn is_settled(&self, limits: &[f64]) -> bool {
        let is_narrow = |[low, high]: [f64; 2]| (high - low) / 2.0 <= self.effort.half_width;
        let excluded = |[low, high]: [f64; 2]| limits.iter().all(|&limit| high <= limit || low > limit);
        let settled = |narrow: [f64; 2], sure: [f64; 2]| is_narrow(narrow) || !limits.is_empty() && excluded(sure);
        let active = self.active.estimate();
        let active = active.is_none_or(|active| settled(active.interval(QUANTILE), active.interval(SURE)));
        active && settled(self.interval_at(QUANTILE), self.interval_at(SURE))
    }

    /// The strata with their weights; one without subjects has none.
    fn weighted(&self) -> [(f64, Estimate); 2] {
        let all = (self.active.population + self.short.population).max(1);
        [&self.active, &self.short].map(|stratum| {
            let weight = as_float(stratum.population) / as_float(all);
            (weight, stratum.estimate().unwrap_or(Estimate::NONE))
        })
    }

    /// The interval of the share of all subjects.
    fn interval_at(&self, quantile: f64) -> [f64; 2] {
        joint_interval(self.weighted(), quantile)
    }

    /// Writes down the share of all subjects and that of the active ones, and how they were found.
    pub(super) fn write(&self, gate: &mut UnicityGate) {
        let (weighted, active) = (self.weighted(), self.active.estimate());
        gate.share = Some(joint_share(weighted));
        gate.interval = Some(self.interval_at(QUANTILE));
        gate.share_active = active.map(|estimate| estimate.share);
        gate.interval_active = active.map(|estimate| estimate.interval(QUANTILE));
        let drawn = || self.active.drawn.iter().chain(&self.short.drawn);
        gate.subjects_drawn = drawn().count() as u64;
        // Where nothing was left to chance there are no draws to speak of.
        let is_exact = weighted.iter().all(|(_, estimate)| estimate.is_exact());
        (gate.method, gate.draws) = if is_exact {
            (UnicityMethod::Exact, 0)
        } else {
            let of_one = |one: &Drawn| if one.certain { 1 } else { u64::from(one.draws) };
            (UnicityMethod::Sampled, drawn().map(of_one).sum())
        };
    }
}

/// What all draws of a gate may cost together.
struct Work<'a> {
    spent: &'a AtomicU64,
    limit: u64,
    stop: &'a Stop,
}

impl Work<'_> {
    /// The sum over all subjects decides, which no order of them changes.
    fn spend(&self, work: u64) -> Result<(), StopReason> {
        self.stop.check()?;
        let before = self.spent.fetch_add(work, Ordering::Relaxed);
        if before.saturating_add(work) > self.limit { Err(StopReason::WorkLimit) } else { Ok(()) }
    }
}

impl Stratum {
    /// Looks at up to `most` subjects; when all have been looked at already, draws twice as often for each.
    fn draw(&mut self, study: &Study<'_, PointIndex<'_>>, most: usize, work: &Work<'_>) -> Result<(), StopReason> {
        let known = self.drawn.len();
        if known as u64 >= self.population {
            self.draws_each = self.draws_each.saturating_mul(2);
        } else {
            let sample = study.sample_of(self.sizes.clone(), most);
            let new = sample.into_iter().skip(known);
            self.drawn.extend(new.map(|sampled| Drawn { sampled, certain: false, draws: 0, hits: 0 }));
        }
        let draws = self.draws_each;
        self.drawn.par_chunks_mut(BATCH).try_for_each_init(
            || (Attack::new(study.matching, Attacker::Uniform, study.below, u64::MAX), Vec::new()),
            |(attack, points), batch| {
                for drawn in batch.iter_mut().filter(|drawn| drawn.draws < draws && !drawn.certain) {
                    study.traces.read(drawn.sampled.subject, points);
                    let known = points.len().min(GATED_KNOWN_POINTS as usize);
                    drawn.certain = points.len() == known;
                    let last = if drawn.certain { drawn.draws + 1 } else { draws };
                    for draw in drawn.draws..last {
                        let seed = mix(drawn.sampled.seed, u64::from(draw));
                        // Without a limit of its own, a draw always ends.
                        let alone = attack.draw(points, known, seed).is_ok_and(|exposure| exposure.unique > 0);
                        drawn.hits += u32::from(alone);
                    }
                    drawn.draws = last;
                }
                work.spend(attack.take_work())
            },
        )
    }

    fn estimate(&self) -> Option<Estimate> {
        let mut found = Found { population: self.population, draws: self.draws_each, ..Found::default() };
        for drawn in &self.drawn {
            if drawn.certain {
                found.certain += 1;
                found.certain_alone += u64::from(drawn.hits);
            } else {
                *found.by_hits.entry(drawn.hits).or_default() += 1;
            }
        }
        found.estimate()
    }
}
