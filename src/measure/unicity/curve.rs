//! From exposures to curves: cohorts, intervals, and words where there is no figure.

use super::matching::Matching;
use super::study::{Members, Study, Tally};
use crate::number::ratio;
use crate::result::{Attacker, Cohort, UnicityMethod, UnicityResult};
use crate::stats::wilson_interval;
use crate::stop::{Progress, StopReason};

/// How many subjects have at least so many points.
pub(super) struct SizeCounts {
    /// Entry n: subjects with at least n points; entry 0: all subjects.
    at_least: Vec<u64>,
}

impl SizeCounts {
    pub(super) fn new(sizes: &[u32], most: u32) -> Self {
        let mut at_least = vec![0_u64; most as usize + 1];
        for &size in sizes {
            at_least[size.min(most) as usize] += 1;
        }
        for place in (0..most as usize).rev() {
            at_least[place] += at_least[place + 1];
        }
        Self { at_least }
    }

    /// All subjects.
    pub(super) fn all(&self) -> u64 {
        self.at_least[0]
    }

    /// Subjects with at least `points` points, which is at most the number given to [`SizeCounts::new`].
    pub(super) fn at_least(&self, points: u32) -> u64 {
        self.at_least.get(points as usize).copied().unwrap_or(0)
    }

    /// Fewest points of a fixed cohort: the largest number that leaves out at most half of the subjects; `None` when
    /// even one point does.
    pub(super) fn floor(&self) -> Option<u32> {
        let keeps_half = |&points: &u32| 2 * self.at_least(points) >= self.all();
        (1..u32::try_from(self.at_least.len()).unwrap_or(u32::MAX)).rev().find(keeps_half)
    }
}

/// The members of a cohort at `known` points; words when there is none.
pub(super) fn members(cohort: Cohort, known: u32, counts: &SizeCounts) -> Result<Members, String> {
    let least = match cohort {
        Cohort::Eligible => known,
        Cohort::UseAll => 1,
        Cohort::Fixed => match counts.floor() {
            None => return Err("more than half of the subjects have no point at all".to_owned()),
            Some(floor) if known > floor => {
                return Err(format!(
                    "more than half of the subjects have fewer than {} distinct points, so the cohort is fixed at {floor}",
                    floor + 1
                ));
            }
            Some(floor) => floor,
        },
    };
    match counts.at_least(least) {
        0 => Err(format!("no subject has {least} distinct point{}", if least == 1 { "" } else { "s" })),
        _ => Ok(Members { least }),
    }
}

/// What is asked of one point.
pub(super) struct Asked<'a> {
    pub(super) known_points: &'a [u32],
    pub(super) draws: u32,
    pub(super) counts: &'a SizeCounts,
}

/// The results of one attacker for each cohort, in the order of the cohorts.
pub(super) fn results<C: Matching>(
    study: &Study<'_, C>,
    asked: &Asked<'_>,
    attacker: Attacker,
    cohorts: &[Cohort],
    progress: &dyn Progress,
) -> Result<Vec<Vec<UnicityResult>>, StopReason> {
    let counts = asked.counts;
    let mut results = vec![Vec::new(); cohorts.len()];
    // More points cost more: once the exact answer is out of reach it stays so.
    let mut exact_within_reach = true;
    for &known in asked.known_points {
        let wanted: Vec<Result<Members, String>> =
            cohorts.iter().map(|&cohort| members(cohort, known, counts)).collect();
        let groups: Vec<Members> = wanted.iter().flatten().copied().collect();
        let exact =
            if exact_within_reach && !groups.is_empty() { study.exact(attacker, known, &groups)? } else { None };
        exact_within_reach = exact.is_some() || groups.is_empty();
        let mut tallies = exact.map(Vec::into_iter);
        for (results, wanted) in results.iter_mut().zip(wanted) {
            let result = match (wanted, &mut tallies) {
                (Err(reason), _) => without_share(known, counts, reason),
                (Ok(_), Some(tallies)) => exact_result(known, counts, attacker, &tallies.next().unwrap_or_default()),
                (Ok(members), None) => {
                    let tally = study.sampled(attacker, known, &study.sample(members, asked.draws))?;
                    result_of_draws(known, counts, members, attacker, &tally)
                }
            };
            results.push(result);
        }
        progress.advance(1);
    }
    Ok(results)
}

pub(super) fn without_share(known: u32, counts: &SizeCounts, reason: String) -> UnicityResult {
    UnicityResult { known_points: known, excluded: counts.all(), reason: Some(reason), ..UnicityResult::default() }
}

/// What every result says of its tally; `subjects` are looked at.
fn counted(known: u32, counts: &SizeCounts, subjects: u64, attacker: Attacker, tally: &Tally) -> UnicityResult {
    UnicityResult {
        known_points: known,
        subjects,
        excluded: counts.all() - subjects,
        share: tally.share(),
        tied: (attacker == Attacker::Frequent).then_some(tally.tied),
        undecided: (attacker == Attacker::Rarest).then_some(tally.undecided),
        ..UnicityResult::default()
    }
}

fn exact_result(known: u32, counts: &SizeCounts, attacker: Attacker, tally: &Tally) -> UnicityResult {
    let share = tally.share();
    let undecided = ratio(tally.undecided, tally.subjects);
    // Subjects without a decision count as singled out, and may not be.
    let interval = share.zip(undecided).map(|(share, undecided)| [(share - undecided).max(0.0), share]);
    UnicityResult { interval, ..counted(known, counts, tally.subjects, attacker, tally) }
}

/// The result of a tally with one draw for each subject.
pub(super) fn result_of_draws(
    known: u32,
    counts: &SizeCounts,
    members: Members,
    attacker: Attacker,
    tally: &Tally,
) -> UnicityResult {
    let low = wilson_interval(tally.successes().saturating_sub(tally.undecided), tally.subjects);
    let high = wilson_interval(tally.successes(), tally.subjects);
    UnicityResult {
        interval: low.zip(high).map(|(low, high)| [low[0], high[1]]),
        method: UnicityMethod::Sampled,
        draws: tally.subjects,
        ..counted(known, counts, counts.at_least(members.least), attacker, tally)
    }
}
