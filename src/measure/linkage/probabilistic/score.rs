//! How right the links were, by the truth column. Nothing here has a say in which links there are.

use super::blocking::Candidates;
use super::compare::Map;
use super::fields::Side;
use crate::measure::linkage::SubjectKeys;
use crate::measure::linkage::truth::Known;
use crate::measure::linkage::written::whole;
use crate::number::ratio;
use crate::result::{CalibrationBin, KnownTruth};

/// A link of the one-to-one assignment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Link {
    /// Place of the subject of the extract.
    pub(super) ours: usize,
    /// Place of the subject of the source.
    pub(super) theirs: usize,
    pub(super) probability: f64,
}

/// Ends of the stretches of probability.
const BINS: [f64; 9] = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

/// The truth, by place.
pub(super) struct Truth<'a> {
    keys: &'a SubjectKeys,
    ours: &'a Side,
    theirs: &'a Side,
    /// The keys of the source in ascending order.
    sorted: Vec<u32>,
    known: Known<'a>,
    /// First and last place of the subjects with the same row, on either side.
    our_twins: Vec<[usize; 2]>,
    their_twins: Vec<[usize; 2]>,
}

impl<'a> Truth<'a> {
    pub(super) fn new(keys: &'a SubjectKeys, ours: &'a Side, theirs: &'a Side) -> Self {
        let mut sorted: Vec<u32> = keys.theirs.iter().copied().flatten().collect();
        sorted.sort_unstable();
        Self { keys, ours, theirs, sorted, known: Known::new(keys), our_twins: twins(ours), their_twins: twins(theirs) }
    }

    fn our_key(&self, place: usize) -> Option<u32> {
        self.keys.ours[self.ours.subjects[place] as usize]
    }

    fn their_key(&self, place: usize) -> Option<u32> {
        self.keys.theirs[self.theirs.subjects[place] as usize]
    }

    /// Whether the partner of a subject of the extract is in the source.
    fn has_partner(&self, place: usize) -> bool {
        self.our_key(place).is_some_and(|key| self.sorted.binary_search(&key).is_ok())
    }

    /// Subjects of the extract whose partner is in the source.
    pub(super) fn partners(&self) -> u64 {
        (0..self.ours.len()).filter(|&place| self.has_partner(place)).count() as u64
    }

    /// Share of subjects with a partner for whom the partner was compared; `None` when nobody has one.
    pub(super) fn pair_completeness(&self, candidates: &Candidates) -> Option<f64> {
        let compared = |place: usize| {
            let key = self.our_key(place);
            key.is_some() && candidates.of(place).any(|pair| self.their_key(candidates.theirs[pair] as usize) == key)
        };
        let found = (0..self.ours.len()).filter(|&place| compared(place)).count();
        ratio(found as u64, self.partners())
    }

    /// Correct links among those given. Subjects with the same row on every column are told apart by nothing, so a link
    /// between two such classes counts with the share of right pairs between them.
    #[expect(clippy::cast_precision_loss, reason = "subjects are fewer than 2^32")]
    pub(super) fn correct(&self, links: &[Link]) -> f64 {
        let mut shares: Map<(usize, usize), f64> = Map::default();
        let share = |link: &Link| {
            let (one, other) = (self.our_twins[link.ours], self.their_twins[link.theirs]);
            let (our_class, their_class) = (one[0]..one[1], other[0]..other[1]);
            *shares.entry((one[0], other[0])).or_insert_with(|| {
                let mut keys: Map<u32, u64> = Map::default();
                let their_keys = their_class.clone().filter_map(|place| self.their_key(place));
                their_keys.for_each(|key| *keys.entry(key).or_default() += 1);
                let our_keys = our_class.clone().filter_map(|place| self.our_key(place));
                let right: u64 = our_keys.map(|key| keys.get(&key).copied().unwrap_or(0)).sum();
                right as f64 / (our_class.len() as f64 * their_class.len() as f64)
            })
        };
        links.iter().map(share).sum()
    }
}

/// Links to be expected to be right, with what is known of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Worth {
    /// Links that are right, or expected to be.
    pub(super) links: f64,
    /// Variance of those that are expected to be.
    pub(super) variance: f64,
    /// Subjects with a link whose right person is known, those of them who are linked rightly, and with what chance.
    claimed: f64,
    found: f64,
    of_known: f64,
}

impl Worth {
    /// Links of which nothing but their probability is known.
    pub(super) fn stated(links: &[Link]) -> Self {
        let variance = |link: &Link| link.probability * (1.0 - link.probability);
        Self {
            links: links.iter().map(|link| link.probability).sum(),
            variance: links.iter().map(variance).sum(),
            ..Self::default()
        }
    }

    /// What is known of whom.
    pub(super) fn known_truth(&self, truth: &Truth<'_>) -> KnownTruth {
        KnownTruth {
            subjects: truth.known.subjects(),
            claimed: whole(self.claimed),
            found: whole(self.found),
            expected_correct: self.of_known,
            complete: false,
        }
    }
}

impl Truth<'_> {
    /// Links by what is known of their subjects, else by their probability. Who of those with the same row on every
    /// column has which link says nothing, so a link counts with the mean over them.
    #[expect(clippy::cast_precision_loss, reason = "subjects are fewer than 2^32")]
    pub(super) fn worth(&self, links: &[Link]) -> Worth {
        /// Known subjects, those with a right person among the others, and the sum of their chances.
        type OfClass = (u64, u64, f64);
        let mut classes: Map<(usize, usize), OfClass> = Map::default();
        let mut sum = Worth::default();
        for link in links {
            let (ours, theirs) = (self.our_twins[link.ours], self.their_twins[link.theirs]);
            let class = (ours[1] - ours[0]) as f64;
            let (known, found, chances) = *classes.entry((ours[0], theirs[0])).or_insert_with(|| {
                let mut persons: Vec<u32> = (theirs[0]..theirs[1]).map(|place| self.theirs.subjects[place]).collect();
                persons.sort_unstable();
                let is_in = |person: u32| persons.binary_search(&person).is_ok();
                let right = (ours[0]..ours[1]).filter_map(|place| self.known.right(self.ours.subjects[place], is_in));
                right.fold((0, 0, 0.0), |(known, found, chances), right| {
                    (known + 1, found + u64::from(right > 0), chances + f64::from(right) / persons.len() as f64)
                })
            });
            let unknown = (class - known as f64) / class;
            sum.links += chances / class + unknown * link.probability;
            sum.variance += unknown * link.probability * (1.0 - link.probability);
            sum.claimed += known as f64 / class;
            sum.found += found as f64 / class;
            sum.of_known += chances / class;
        }
        sum
    }
}

/// For each place the first place with the same row, and the place behind the last one.
fn twins(side: &Side) -> Vec<[usize; 2]> {
    let mut twins = Vec::with_capacity(side.len());
    while twins.len() < side.len() {
        let from = twins.len();
        let to = (from + 1..side.len()).find(|&place| side.row(place) != side.row(from)).unwrap_or(side.len());
        twins.resize(to, [from, to]);
    }
    twins
}

/// The links of the assignment by their probability, empty stretches left out.
pub(super) fn calibration(links: &[Link], truth: Option<&Truth>) -> Vec<CalibrationBin> {
    let bin = |ends: &[f64]| {
        let inside = |link: &&Link| {
            link.probability >= ends[0] && (link.probability < ends[1] || (ends[1] >= 1.0 && link.probability >= 1.0))
        };
        let inside: Vec<Link> = links.iter().filter(inside).copied().collect();
        (!inside.is_empty()).then(|| CalibrationBin {
            from: ends[0],
            to: ends[1],
            links: inside.len() as u64,
            expected: inside.iter().map(|link| link.probability).sum(),
            correct: truth.map(|truth| whole(truth.correct(&inside))),
        })
    };
    BINS.windows(2).filter_map(bin).collect()
}
