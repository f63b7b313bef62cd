//! Who matches whom on a set of columns.

use rayon::prelude::*;

use super::points::{Shape, Side};
use super::window::{span, spans_around};
use crate::measure::linkage::expected::Chance;
use crate::measure::linkage::truth::Known;
use crate::measure::unicity::Tolerance;
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// A certain link, as the sum of shares counts it: whole numbers, so that no order of adding matters.
pub(super) const CERTAIN: u64 = 1 << 62;

/// What the best record of a subject of the extract finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Distinct subjects of the source that match it; above 0.
    pub(super) matches: u32,
    /// Share of links to be expected to be right, in units of 1 / [`CERTAIN`].
    pub(super) expected: u64,
    /// The subject of the source that matches, when it is one.
    pub(super) only: Option<u32>,
    /// How many are claimed, and how many of them are right; over all records of the subject that one with the largest
    /// share of right ones.
    pub(super) chance: Chance,
}

impl Hit {
    /// The better of two hits of a subject: fewer matches, then more to be expected. Two as good ones that lead to
    /// different subjects lead to nobody.
    fn best(self, other: Self) -> Self {
        Self { chance: self.chance.larger(other.chance), ..self.better(other) }
    }

    fn better(self, other: Self) -> Self {
        let rank = |hit: &Self| (hit.matches, u64::MAX - hit.expected);
        match rank(&self).cmp(&rank(&other)) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal if self.only == other.only => self,
            std::cmp::Ordering::Equal => Self { only: None, ..self },
        }
    }
}

/// The best hit of each subject of the extract; `None` in place of all when finding them takes more comparisons than
/// `budget`, from which those that were made are taken.
pub(super) fn hits(
    tables: [&Table; 2],
    shape: &Shape,
    known: Option<&Known<'_>>,
    budget: &mut u64,
    stop: &Stop,
) -> Result<Option<Vec<Option<Hit>>>, StopReason> {
    stop.check()?;
    let found = match cheapest(tables, shape, stop)? {
        None => by_class(&shape.side(tables, 0, None), &shape.side(tables, 1, None), known),
        Some((_, comparisons)) if comparisons > *budget => return Ok(None),
        Some((join, comparisons)) => {
            *budget -= comparisons;
            join.found(tables, known, stop)?
        }
    };
    let mut best: Vec<Option<Hit>> = vec![None; tables[0].subjects()];
    for (subject, hit) in found {
        let best = &mut best[subject as usize];
        *best = Some(best.map_or(hit, |best| best.best(hit)));
    }
    Ok(Some(best))
}

/// Without numbers the groups are classes: all of a class match each other.
fn by_class(ours: &Side, theirs: &Side, known: Option<&Known<'_>>) -> Vec<(u32, Hit)> {
    let mut found = Vec::new();
    // A class holds each of its subjects once.
    for class in ours.points.chunk_by(|one, next| one.group == next.group) {
        let matching = &theirs.points[theirs.window(class[0].group, (0, 0))];
        if let (Ok(matches), [first, ..]) = (u32::try_from(matching.len()), matching) {
            let expected = CERTAIN / matching.len().max(class.len()) as u64;
            let only = (matches == 1).then_some(first.subject);
            // Points of a class are sorted by their subject.
            let is_in = |person: u32| matching.binary_search_by_key(&person, |point| point.subject).is_ok();
            found.extend(class.iter().map(|point| {
                let right = known.and_then(|known| known.right(point.subject, is_in));
                (point.subject, Hit { matches, expected, only, chance: Chance::new(matches, right) })
            }));
        }
    }
    found
}

/// The two sides sorted by the number that leaves the fewest pairs to compare, and how many comparisons that takes;
/// `None` without numbers.
fn cheapest(tables: [&Table; 2], shape: &Shape, stop: &Stop) -> Result<Option<(Join, u64)>, StopReason> {
    let mut cheapest: Option<(Join, u64)> = None;
    for (pivot, number) in shape.numbers().iter().enumerate() {
        stop.check()?;
        let side = |side| shape.side(tables, side, Some(pivot));
        let join = Join { ours: side(0), theirs: side(1), pivot: number.tolerance };
        let comparisons = join.comparisons();
        if cheapest.as_ref().is_none_or(|&(_, fewest)| comparisons < fewest) {
            cheapest = Some((join, comparisons));
        }
    }
    Ok(cheapest)
}

/// The points of both sides, sorted by the same number.
struct Join {
    ours: Side,
    theirs: Side,
    pivot: Tolerance,
}

impl Join {
    /// Pairs that are compared: once from either side.
    fn comparisons(&self) -> u64 {
        let pairs: u64 =
            (0..self.theirs.points.len()).into_par_iter().map(|place| self.window(place).len() as u64).sum();
        pairs.saturating_mul(2)
    }

    /// The points of the extract whose number matches that of a point of the source.
    fn window(&self, theirs: usize) -> std::ops::Range<usize> {
        let point = &self.theirs.points[theirs];
        self.ours.window(point.group, span(self.pivot, point.pivot))
    }

    /// Whether two points agree on the columns they are not sorted by.
    fn agree(&self, ours: usize, theirs: usize) -> bool {
        let pairs = self.ours.others(ours).iter().zip(self.theirs.others(theirs));
        pairs.zip(&self.ours.tolerances).all(|((&ours, &theirs), &tolerance)| tolerance.holds(theirs, ours))
    }

    /// What every point of the extract finds that finds somebody.
    fn found(
        &self,
        tables: [&Table; 2],
        known: Option<&Known<'_>>,
        stop: &Stop,
    ) -> Result<Vec<(u32, Hit)>, StopReason> {
        let sizes = self.sizes(tables[0].subjects(), stop)?;
        let subjects = tables[1].subjects();
        let found = (0..self.ours.points.len()).into_par_iter().with_min_len(MIN_POINTS).map_init(
            || Seen::new(subjects),
            |seen, place| {
                stop.check()?;
                let hit = self.hit(place, &sizes, known, seen);
                Ok(hit.map(|hit| (self.ours.points[place].subject, hit)))
            },
        );
        let found: Result<Vec<Option<(u32, Hit)>>, StopReason> = found.collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// Distinct subjects of the extract that match each point of the source.
    fn sizes(&self, subjects: usize, stop: &Stop) -> Result<Vec<u32>, StopReason> {
        let size = |seen: &mut Seen, theirs: usize| {
            stop.check()?;
            seen.forget();
            for ours in self.window(theirs).filter(|&ours| self.agree(ours, theirs)) {
                seen.note(self.ours.points[ours].subject, 0);
            }
            Ok(seen.count())
        };
        let places = (0..self.theirs.points.len()).into_par_iter().with_min_len(MIN_POINTS);
        places.map_init(|| Seen::new(subjects), size).collect()
    }

    /// What a point of the extract finds.
    ///
    /// A subject of the source that matches stands for the one of its matching records that the fewest subjects of the
    /// extract match, as a subject of the extract does.
    fn hit(&self, ours: usize, sizes: &[u32], known: Option<&Known<'_>>, seen: &mut Seen) -> Option<Hit> {
        let point = &self.ours.points[ours];
        seen.forget();
        for stretch in spans_around(self.pivot, point.pivot) {
            for theirs in self.theirs.window(point.group, stretch).filter(|&theirs| self.agree(ours, theirs)) {
                seen.note(self.theirs.points[theirs].subject, sizes[theirs]);
            }
        }
        let matches = seen.count();
        let only = if matches == 1 { seen.subjects.first().copied() } else { None };
        let share = |&subject: &u32| u128::from(CERTAIN / u64::from(seen.least[subject as usize].max(matches)));
        let expected = seen.subjects.iter().map(share).sum::<u128>().checked_div(u128::from(matches))?;
        let right = known.and_then(|known| known.right(point.subject, |person| seen.has(person)));
        let chance = Chance::new(matches, right);
        Some(Hit { matches, expected: u64::try_from(expected).unwrap_or(CERTAIN), only, chance })
    }
}

/// Points that one worker takes at least: its notes about subjects take memory.
const MIN_POINTS: usize = 1 << 14;

/// The distinct subjects of a side that a point matches, each with a least number.
struct Seen {
    round: u32,
    round_of_subject: Vec<u32>,
    least: Vec<u32>,
    subjects: Vec<u32>,
}

impl Seen {
    fn new(subjects: usize) -> Self {
        Self { round: 0, round_of_subject: vec![0; subjects], least: vec![0; subjects], subjects: Vec::new() }
    }

    /// Begins with the next point. There are fewer than 2^32 points, so no round comes twice.
    fn forget(&mut self) {
        self.round += 1;
        self.subjects.clear();
    }

    fn note(&mut self, subject: u32, number: u32) {
        let place = subject as usize;
        if self.round_of_subject[place] == self.round {
            self.least[place] = self.least[place].min(number);
        } else {
            self.round_of_subject[place] = self.round;
            self.least[place] = number;
            self.subjects.push(subject);
        }
    }

    fn has(&self, subject: u32) -> bool {
        self.round_of_subject[subject as usize] == self.round
    }

    #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 subjects")]
    fn count(&self) -> u32 {
        self.subjects.len() as u32
    }
}
