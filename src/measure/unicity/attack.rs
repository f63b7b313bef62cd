//! One subject against all others: how many of the choices of known points single it out.

use super::matching::{LISTING_COST, Matching, Scratch};
use super::trace::KnownPoint;
use crate::result::Attacker;
use crate::stats::mix;

/// Looking at so many subjects, the search for one subject's worst case is given up. The subject then counts as
/// singled out: a risk that cannot be ruled out within reason is not reported as absent.
const SEARCH_LIMIT: u64 = 1_000_000;

/// Reading and ordering one point of a trace takes about as long as looking at so many subjects in a list.
const READING_COST: u64 = 32;

/// Choices of points are counted exactly up to this many a subject, so that sums over subjects fit 128 bits.
const MOST_CHOICES: u128 = 1 << 96;

/// The answer for one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exposure {
    /// Choices of points that single it out.
    pub(super) unique: u128,
    /// All choices of points.
    pub(super) choices: u128,
    /// Whether a tie among the most frequent points was broken by value.
    pub(super) tied: bool,
    /// Whether the search was given up.
    pub(super) undecided: bool,
}

impl Exposure {
    /// Of so many choices, none of them tied or undecided.
    pub(super) fn of(unique: u128, choices: u128) -> Self {
        Self { unique, choices, tied: false, undecided: false }
    }

    /// Of the only choice there is, or that was drawn.
    pub(super) fn of_one(unique: bool) -> Self {
        Self::of(u128::from(unique), 1)
    }
}

/// The answer costs more than the limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OverLimit;

/// Tests choices of points, and counts the subjects that it looks at: at most as many as the shorter of two lists
/// holds, whatever the order in which they lie there.
pub(super) struct Attack<'a, C> {
    matching: &'a C,
    attacker: Attacker,
    below: u32,
    work: u64,
    limit: u64,
    levels: Vec<Vec<u32>>,
    points: Vec<u32>,
    sorted: Vec<KnownPoint>,
    scratch: Scratch,
}

impl<'a, C: Matching> Attack<'a, C> {
    pub(super) fn new(matching: &'a C, attacker: Attacker, below: u32, limit: u64) -> Self {
        Self {
            matching,
            attacker,
            below,
            work: 0,
            limit,
            levels: Vec::new(),
            points: Vec::new(),
            sorted: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Work since the last call.
    pub(super) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// Every choice of `known` points (at least 1, at most all) that the attacker may have.
    pub(super) fn exposure(&mut self, trace: &[KnownPoint], known: usize) -> Result<Exposure, OverLimit> {
        self.spend(READING_COST * trace.len() as u64)?;
        match self.attacker {
            Attacker::Uniform => {
                let choices = choices(trace.len(), known).filter(|&choices| choices <= MOST_CHOICES);
                let choices = choices.ok_or(OverLimit)?;
                self.order_by_matches(trace);
                Ok(Exposure::of(self.count_unique(known)?, choices))
            }
            Attacker::Rarest => self.worst_case(trace, known),
            Attacker::Frequent => {
                self.sorted.clear();
                self.sorted.extend_from_slice(trace);
                self.sorted.sort_unstable_by_key(|point| (std::cmp::Reverse(point.records), point.key, point.point));
                let tied = self.sorted.get(known).is_some_and(|next| next.records == self.sorted[known - 1].records);
                let unique = self.singles_out(0, known)?;
                Ok(Exposure { tied, ..Exposure::of_one(unique) })
            }
            Attacker::Consecutive => {
                self.order_by_time(trace);
                let windows = trace.len() - known + 1;
                let mut unique = 0;
                for start in 0..windows {
                    unique += u128::from(self.singles_out(start, known)?);
                }
                Ok(Exposure::of(unique, windows as u128))
            }
        }
    }

    /// What [`Self::exposure`] tells of the uniform attacker and of a subject with `all` points, of which so many single it out alone that
    /// every choice of `known` points holds one of them: each does. Nothing is looked at, yet it counts as the same work,
    /// for the work decides between exact and sampled figures.
    pub(super) fn exposure_of_lone(&mut self, all: usize, known: usize) -> Result<Exposure, OverLimit> {
        self.spend(READING_COST * all as u64)?;
        let choices = choices(all, known).filter(|&choices| choices <= MOST_CHOICES).ok_or(OverLimit)?;
        self.spend(LISTING_COST * (all - known + 1) as u64)?;
        Ok(Exposure::of(choices, choices))
    }

    /// One choice of `known` points by chance; `seed` stands for the subject.
    ///
    /// The uniform attacker's choices are nested: those of more points hold those of fewer.
    pub(super) fn draw(&mut self, trace: &[KnownPoint], known: usize, seed: u64) -> Result<Exposure, OverLimit> {
        match self.attacker {
            Attacker::Uniform => {
                self.spend(trace.len() as u64)?;
                self.sorted.clear();
                self.sorted.extend_from_slice(trace);
                if known < self.sorted.len() {
                    self.sorted.select_nth_unstable_by_key(known, |point| (mix(seed, point.key), point.point));
                }
                Ok(Exposure::of_one(self.singles_out(0, known)?))
            }
            Attacker::Consecutive => {
                self.order_by_time(trace);
                let windows = (trace.len() - known + 1) as u64;
                let start = usize::try_from(mix(seed, known as u64) % windows).unwrap_or(0);
                Ok(Exposure::of_one(self.singles_out(start, known)?))
            }
            Attacker::Rarest | Attacker::Frequent => self.exposure(trace, known),
        }
    }

    fn spend(&mut self, work: u64) -> Result<(), OverLimit> {
        self.work += work;
        if self.work > self.limit { Err(OverLimit) } else { Ok(()) }
    }

    fn order_by_time(&mut self, trace: &[KnownPoint]) {
        self.sorted.clear();
        self.sorted.extend_from_slice(trace);
        // A point whose time is not known stands last.
        self.sorted.sort_unstable_by_key(|point| (point.first.is_none(), point.first, point.key, point.point));
    }

    /// The rarest points first, so that the search ends early.
    fn order_by_matches(&mut self, trace: &[KnownPoint]) {
        self.sorted.clear();
        self.sorted.extend_from_slice(trace);
        let matching = self.matching;
        self.sorted.sort_by_cached_key(|point| (matching.cost(point.point), point.key, point.point));
        self.points.clear();
        self.points.extend(self.sorted.iter().map(|point| point.point));
    }

    /// Whether the sorted points from `start` on, `known` of them, single the subject out.
    fn singles_out(&mut self, start: usize, known: usize) -> Result<bool, OverLimit> {
        self.points.clear();
        self.points.extend(self.sorted[start..start + known].iter().map(|point| point.point));
        let cheapest = self.points.iter().copied().min_by_key(|&point| self.matching.cost(point)).unwrap_or(0);
        let candidates = usize::try_from(self.matching.cost(cheapest)).unwrap_or(usize::MAX);
        self.spend(self.matching.keeping_cost(cheapest, candidates))?;
        Ok(self.matching.fewer_than(self.below, &self.points, &mut self.scratch))
    }

    /// Choices of `known` of the ordered points that single the subject out. A choice that does so already with its
    /// first points is not looked at further: every choice that begins so does too.
    fn count_unique(&mut self, known: usize) -> Result<u128, OverLimit> {
        let points = std::mem::take(&mut self.points);
        self.levels.resize_with(known + 1, Vec::new);
        let mut unique = 0;
        let mut buffer = Vec::new();
        for place in 0..=points.len() - known {
            self.spend(self.matching.listing_cost(points[place]))?;
            let matching = self.matching;
            let matches = matching.matches(points[place], &mut buffer);
            if matches.len() < self.below as usize {
                unique += choices(points.len() - 1 - place, known - 1).ok_or(OverLimit)?;
            } else if known > 1 {
                unique += self.count_within(&points, place + 1, known - 1, matches)?;
            }
        }
        self.points = points;
        Ok(unique)
    }

    fn count_within(
        &mut self,
        points: &[u32],
        from: usize,
        left: usize,
        candidates: &[u32],
    ) -> Result<u128, OverLimit> {
        let enough = if left == 1 { self.below as usize } else { usize::MAX };
        let mut unique = 0;
        let mut kept = std::mem::take(&mut self.levels[left]);
        for place in from..=points.len() - left {
            self.spend(self.matching.keeping_cost(points[place], candidates.len()))?;
            self.matching.keep(candidates, points[place], enough, &mut kept);
            if kept.len() < self.below as usize {
                unique += choices(points.len() - 1 - place, left - 1).ok_or(OverLimit)?;
            } else if left > 1 {
                unique += self.count_within(points, place + 1, left - 1, &kept)?;
            }
        }
        self.levels[left] = kept;
        Ok(unique)
    }

    /// Whether some choice of `known` points singles the subject out.
    fn worst_case(&mut self, trace: &[KnownPoint], known: usize) -> Result<Exposure, OverLimit> {
        self.order_by_matches(trace);
        let (before, limit) = (self.work, self.limit);
        self.limit = limit.min(before + SEARCH_LIMIT);
        let found = self.find_unique(known);
        self.limit = limit;
        match found {
            Ok(unique) => Ok(Exposure::of_one(unique)),
            Err(OverLimit) if self.work > limit => Err(OverLimit),
            Err(OverLimit) => Ok(Exposure { undecided: true, ..Exposure::of_one(true) }),
        }
    }

    fn find_unique(&mut self, known: usize) -> Result<bool, OverLimit> {
        let points = std::mem::take(&mut self.points);
        self.levels.resize_with(known + 1, Vec::new);
        let found = self.find_from_root(&points, known);
        self.points = points;
        found
    }

    fn find_from_root(&mut self, points: &[u32], known: usize) -> Result<bool, OverLimit> {
        let matching = self.matching;
        let mut buffer = Vec::new();
        for place in 0..=points.len() - known {
            self.spend(matching.listing_cost(points[place]))?;
            let matches = matching.matches(points[place], &mut buffer);
            if matches.len() < self.below as usize {
                return Ok(true);
            }
            // Whom all that is known of it does not single out, nothing does.
            if place == 0 && !self.all_single_out(&points[1..], matches)? {
                return Ok(false);
            }
            if known > 1 && self.find_within(points, place + 1, known - 1, matches)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn find_within(&mut self, points: &[u32], from: usize, left: usize, candidates: &[u32]) -> Result<bool, OverLimit> {
        if points.len() - from > left && !self.all_single_out(&points[from..], candidates)? {
            return Ok(false);
        }
        let enough = if left == 1 { self.below as usize } else { usize::MAX };
        let mut kept = std::mem::take(&mut self.levels[left]);
        for place in from..=points.len() - left {
            self.spend(self.matching.keeping_cost(points[place], candidates.len()))?;
            self.matching.keep(candidates, points[place], enough, &mut kept);
            if kept.len() < self.below as usize || left > 1 && self.find_within(points, place + 1, left - 1, &kept)? {
                return Ok(true);
            }
        }
        self.levels[left] = kept;
        Ok(false)
    }

    /// Whether knowing all of the points is matched by too few subjects; when not, no choice of some of them does.
    fn all_single_out(&mut self, points: &[u32], candidates: &[u32]) -> Result<bool, OverLimit> {
        let (mut left, mut kept) = (candidates.to_vec(), Vec::new());
        for &point in points {
            self.spend(self.matching.keeping_cost(point, left.len()))?;
            self.matching.keep(&left, point, usize::MAX, &mut kept);
            std::mem::swap(&mut left, &mut kept);
            if left.len() < self.below as usize {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Choices of `some` out of `all`; `None` when they are more than 128 bits count.
pub(super) fn choices(all: usize, some: usize) -> Option<u128> {
    if some > all {
        return Some(0);
    }
    let mut product = 1_u128;
    for step in 0..some.min(all - some) {
        // Exact: the product of consecutive numbers is a multiple of the factorial.
        product = product.checked_mul((all - step) as u128)? / (step as u128 + 1);
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::choices;

    #[test]
    fn choices_are_those_of_pascals_triangle() {
        for all in 1..60 {
            for some in 1..=all {
                let above = choices(all - 1, some - 1).unwrap() + choices(all - 1, some).unwrap();
                assert_eq!(choices(all, some), Some(above));
            }
        }
        assert_eq!(choices(3, 4), Some(0));
        assert_eq!(choices(1_000_000, 500_000), None);
    }
}
