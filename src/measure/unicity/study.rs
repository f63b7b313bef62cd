//! All subjects against one attacker: over every choice of points where that is cheap enough, else over one draw for
//! each sampled subject.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::attack::{Attack, Exposure, OverLimit};
use super::matching::Matching;
use super::trace::{SubjectKey, Traces};
use crate::result::Attacker;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Subjects that one task takes at a time.
const BATCH: usize = 256;

/// Subjects whose keys are made at a time.
const KEYED: usize = 256;

/// Subjects that tell beforehand what an exact answer will cost.
const PILOT: u32 = 64;

/// One point definition, ready to be attacked.
pub(super) struct Study<'a, C> {
    pub(super) matching: &'a C,
    pub(super) traces: &'a Traces<'a>,
    /// Distinct points of each subject.
    pub(super) sizes: &'a [u32],
    pub(super) below: u32,
    pub(super) work_limit: u64,
    pub(super) seed: u64,
    pub(super) stop: &'a Stop,
    /// For each subject, how many of its points alone single it out, where that is known.
    pub(super) lone_points: Option<&'a [u32]>,
    keys: OnceLock<Vec<u64>>,
}

/// Which subjects count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Members {
    /// Fewest distinct points of a member.
    pub(super) least: u32,
}

/// Exposures of the members, as whole numbers: their sum does not depend on the order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) subjects: u64,
    /// Choices that single a subject out, by the number of choices that the subject has.
    unique: BTreeMap<u128, u128>,
    pub(super) tied: u64,
    pub(super) undecided: u64,
}

impl Tally {
    pub(super) fn add(&mut self, exposure: &Exposure) {
        self.subjects += 1;
        *self.unique.entry(exposure.choices).or_default() += exposure.unique;
        self.tied += u64::from(exposure.tied);
        self.undecided += u64::from(exposure.undecided);
    }

    fn merged(mut self, other: Self) -> Self {
        self.subjects += other.subjects;
        self.tied += other.tied;
        self.undecided += other.undecided;
        for (choices, unique) in other.unique {
            *self.unique.entry(choices).or_default() += unique;
        }
        self
    }

    /// Mean over the subjects of the share of choices that single them out; `None` without a subject.
    #[expect(clippy::cast_precision_loss, reason = "one rounding a number of choices, far below the digits shown")]
    pub(super) fn share(&self) -> Option<f64> {
        let sum: f64 = self.unique.iter().map(|(&choices, &unique)| unique as f64 / choices as f64).sum();
        (self.subjects > 0).then(|| (sum / self.subjects as f64).min(1.0))
    }

    /// Draws that singled their subject out, when each subject had one.
    pub(super) fn successes(&self) -> u64 {
        self.unique.get(&1).map_or(0, |&unique| u64::try_from(unique).unwrap_or(u64::MAX))
    }
}

/// Why there is no exact answer.
enum Halt {
    Stopped(StopReason),
    OverLimit,
}

impl From<OverLimit> for Halt {
    fn from(_: OverLimit) -> Self {
        Self::OverLimit
    }
}

impl<'a, C: Matching> Study<'a, C> {
    pub(super) fn new(matching: &'a C, traces: &'a Traces<'a>, sizes: &'a [u32], stop: &'a Stop) -> Self {
        Self {
            matching,
            traces,
            sizes,
            below: 2,
            work_limit: 0,
            seed: 0,
            stop,
            lone_points: None,
            keys: OnceLock::new(),
        }
    }

    /// Exposures of each group of members over every choice of `known` points; `None` when that costs too much.
    ///
    /// Whether it does is decided by the sum of the work of all subjects, which no order of them changes.
    pub(super) fn exact(
        &self,
        attacker: Attacker,
        known: u32,
        groups: &[Members],
    ) -> Result<Option<Vec<Tally>>, StopReason> {
        if let (Attacker::Uniform, 1, Some(lone_points)) = (attacker, known, self.lone_points) {
            return Ok(Some(self.by_one_point(lone_points, groups)));
        }
        if self.hopeless(attacker, known, groups) {
            return Ok(None);
        }
        let least = groups.iter().map(|members| members.least).min().unwrap_or(u32::MAX);
        let spent = AtomicU64::new(0);
        let batches = self.sizes.len().div_ceil(BATCH);
        let attack = || Attack::new(self.matching, attacker, self.below, self.work_limit);
        let tallies = (0..batches).into_par_iter().try_fold(
            || (vec![Tally::default(); groups.len()], attack(), Vec::new()),
            |(mut tallies, mut attack, mut points), batch| {
                self.stop.check().map_err(Halt::Stopped)?;
                let subjects = batch * BATCH..self.sizes.len().min((batch + 1) * BATCH);
                for (subject, &size) in subjects.clone().zip(&self.sizes[subjects]) {
                    if size < least {
                        continue;
                    }
                    let (all, known) = (size as usize, known.min(size) as usize);
                    let lone = self.lone_points.map_or(0, |lone_points| lone_points[subject] as usize);
                    let exposure = if attacker == Attacker::Uniform && all - lone < known {
                        attack.exposure_of_lone(all, known)?
                    } else {
                        self.traces.read(number(subject), &mut points);
                        attack.exposure(&points, known)?
                    };
                    add_to_groups(&mut tallies, groups, size, &exposure);
                }
                let work = attack.take_work();
                if spent.fetch_add(work, Ordering::Relaxed).saturating_add(work) > self.work_limit {
                    return Err(Halt::OverLimit);
                }
                Ok((tallies, attack, points))
            },
        );
        let merged = tallies.map(|folded| folded.map(|(tallies, ..)| tallies)).try_reduce(
            || vec![Tally::default(); groups.len()],
            |one, other| Ok(one.into_iter().zip(other).map(|(one, other)| one.merged(other)).collect()),
        );
        match merged {
            Ok(tallies) => Ok(Some(tallies)),
            Err(Halt::OverLimit) => Ok(None),
            Err(Halt::Stopped(reason)) => Err(reason),
        }
    }

    /// Exposures of each group over every choice of one point: those that are known to single a subject out are
    /// counted point by point, so that nobody's trace is looked at.
    fn by_one_point(&self, lone_points: &[u32], groups: &[Members]) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); groups.len()];
        for (&size, &lone) in self.sizes.iter().zip(lone_points) {
            add_to_groups(&mut tallies, groups, size, &Exposure::of(lone.into(), size.into()));
        }
        tallies
    }

    /// Whether the exact answer is out of reach, judged by a few subjects: to try it would cost a second for nothing.
    fn hopeless(&self, attacker: Attacker, known: u32, groups: &[Members]) -> bool {
        let Some(&widest) = groups.iter().min_by_key(|members| members.least) else { return false };
        if self.sizes.len() < 100 * PILOT as usize {
            return false;
        }
        let pilot = self.sample(widest, PILOT);
        let members = self.sizes.iter().filter(|&&size| size >= widest.least).count() as u64;
        let mut attack = Attack::new(self.matching, attacker, self.below, self.work_limit);
        let mut points = Vec::new();
        let mut work = 0_u64;
        for drawn in &pilot {
            self.traces.read(drawn.subject, &mut points);
            let known = points.len().min(known as usize);
            let over = attack.exposure(&points, known).is_err();
            work = work.saturating_add(attack.take_work());
            if over || work / pilot.len() as u64 * members > self.work_limit {
                return true;
            }
        }
        false
    }

    /// One draw of `known` points for each sampled subject.
    pub(super) fn sampled(&self, attacker: Attacker, known: u32, sample: &[Sampled]) -> Result<Tally, StopReason> {
        let tally = sample.par_chunks(BATCH).try_fold(
            || (Tally::default(), Attack::new(self.matching, attacker, self.below, u64::MAX), Vec::new()),
            |(mut tally, mut attack, mut points), batch| {
                self.stop.check()?;
                for drawn in batch {
                    self.traces.read(drawn.subject, &mut points);
                    let known = points.len().min(known as usize);
                    // Without a limit of its own, a draw always ends.
                    if let Ok(exposure) = attack.draw(&points, known, drawn.seed) {
                        tally.add(&exposure);
                    }
                    attack.take_work();
                }
                Ok((tally, attack, points))
            },
        );
        tally
            .map(|folded| folded.map(|(tally, ..)| tally))
            .try_reduce(Tally::default, |one, other| Ok(one.merged(other)))
    }

    /// At most `draws` members, drawn without replacement.
    pub(super) fn sample(&self, members: Members, draws: u32) -> Vec<Sampled> {
        self.sample_of(members.least..=u32::MAX, draws as usize)
    }

    /// At most `most` subjects with so many distinct points, drawn without replacement; those of fewer are the first of
    /// those of more.
    pub(super) fn sample_of(&self, sizes: RangeInclusive<u32>, most: usize) -> Vec<Sampled> {
        let keys = self.keys.get_or_init(|| {
            let batches = self.sizes.len().div_ceil(KEYED);
            let keys_of = |batch: usize| {
                let subjects = number(batch * KEYED)..number(self.sizes.len().min((batch + 1) * KEYED));
                let mut keys = Vec::with_capacity(subjects.len());
                self.traces.subject_keys(subjects.clone(), &mut keys);
                keys.into_iter().zip(subjects).collect::<Vec<_>>()
            };
            tell_apart((0..batches).into_par_iter().flat_map_iter(keys_of).collect())
        });
        draw_subjects(keys, self.sizes, &sizes, self.seed, most)
    }
}

fn add_to_groups(tallies: &mut [Tally], groups: &[Members], size: u32, exposure: &Exposure) {
    for (tally, _) in tallies.iter_mut().zip(groups).filter(|(_, members)| size >= members.least) {
        tally.add(exposure);
    }
}

/// A sampled subject and what its draws start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sampled {
    pub(super) subject: u32,
    pub(super) seed: u64,
}

fn number(subject: usize) -> u32 {
    u32::try_from(subject).unwrap_or(u32::MAX)
}

/// A key for each subject, by its number, from the keys of their records. Subjects whose records are equal are
/// interchangeable, so it does not matter which of them comes first, but each must have a key of its own: else they
/// would all be drawn together or not at all.
fn tell_apart(mut subjects: Vec<(SubjectKey, u32)>) -> Vec<u64> {
    subjects.par_sort_unstable();
    let mut keys = vec![0; subjects.len()];
    let (mut last, mut equal_before) = (None, 0);
    for ((trace, _), subject) in subjects {
        equal_before = if last == Some(trace) { equal_before + 1 } else { 0 };
        last = Some(trace);
        keys[subject as usize] = mix(trace, equal_before);
    }
    keys
}

/// The members of lowest priority.
fn draw_subjects(keys: &[u64], sizes: &[u32], members: &RangeInclusive<u32>, seed: u64, most: usize) -> Vec<Sampled> {
    let seed = mix(seed, 0x7375_626A_6563_7473);
    let mut drawn: Vec<(u64, u32)> = (0_u32..)
        .zip(keys.iter().zip(sizes))
        .filter(|(_, (_, size))| members.contains(size))
        .map(|(subject, (&key, _))| (mix(seed, key), subject))
        .collect();
    let most = most.max(1);
    if drawn.len() > most {
        drawn.select_nth_unstable(most);
        drawn.truncate(most);
    }
    drawn.sort_unstable();
    drawn.into_iter().map(|(priority, subject)| Sampled { subject, seed: mix(priority, 1) }).collect()
}
