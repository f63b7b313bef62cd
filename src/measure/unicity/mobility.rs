//! What an attacker learns from places: the background-knowledge attacks on mobility data, by name.
//!
//! # Definition
//! A *trail* is a subject's places in the order of its visits. The attacker knows an instance of a subject's trail, `known`
//! visits or places of it (all of them when there are fewer), and everybody whose trail agrees with the instance
//! *matches*. The risk of a subject is the largest 1 / matches over all instances: unlike unicity this is a worst case,
//! and a risk of 1 means that one bad instance exists.
//!
//! | attack | known | who matches |
//! |---|---|---|
//! | location | visits | visited each place at least as often |
//! | sequence | visits in order | visited them in this order, others in between |
//! | time | visits, place and time bucket as one | as location |
//! | unique-location | distinct places | visited them all |
//! | frequency | places and how often | all, each c visits where f(1-t) ≤ c ≤ f(1+t) for the other's f visits |
//! | probability | places and their share of the visits | the same with shares |
//! | proportion | places and counts relative to the largest of them | the same with these ratios |
//! | home-work | the two places visited most | both are among the other's two |
//!
//! The tolerance t is relative to the candidate, so that matching is not symmetric. Ties for the most visited places are
//! broken by the number of the place and marked.
//!
//! Source: Pellungrini, Pappalardo, Pratesi & Monreale, *ACM TIST* 9(3):31, 2017.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::attack::OverLimit;
use super::trace::Traces;
use crate::number::as_float;
pub use crate::result::MobilityAttack;
use crate::stop::{Stop, StopReason};
use crate::table::{PointIndex, Table};

/// The worst case of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorstCase {
    /// Subjects that match the worst instance, the subject itself included.
    pub matches: u32,
    /// Whether the two most visited places were chosen among equals, or the order of places at one time by their values.
    pub tied: bool,
}

/// The trails of all subjects, and who visited each place.
pub struct Trails {
    /// Places of each subject in the order of its visits.
    pub(super) places: Vec<Vec<u32>>,
    /// Distinct places of each subject, ascending, with the number of visits.
    profiles: Vec<Vec<(u32, u32)>>,
    /// The subjects that visited each place, ascending, with the number of visits.
    visitors: Vec<Vec<(u32, u32)>>,
    /// Whether a subject visited two places at one time, so that the order of its visits is not known.
    at_once: Vec<bool>,
}

impl Trails {
    /// Bytes that the trails of a table take at most: a visit stands in its trail, in the profile and among the visitors
    /// of its place, which may be the only one of its kind.
    #[must_use]
    pub fn bytes(table: &Table) -> u64 {
        48 * (table.records() as u64 + table.subjects() as u64)
    }

    /// One trail a subject: places, numbered from 0 without wide gaps, in the order of the visits.
    #[must_use]
    pub fn new(trails: Vec<Vec<u32>>) -> Self {
        let profile = |trail: &Vec<u32>| {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for &place in trail {
                *counts.entry(place).or_default() += 1;
            }
            counts.into_iter().collect::<Vec<_>>()
        };
        let profiles: Vec<Vec<(u32, u32)>> = trails.par_iter().map(profile).collect();
        let numbers = profiles.iter().flatten().map(|&(place, _)| place as usize + 1).max().unwrap_or(0);
        let mut visitors = vec![Vec::new(); numbers];
        for (subject, profile) in (0_u32..).zip(&profiles) {
            for &(place, visits) in profile {
                visitors[place as usize].push((subject, visits));
            }
        }
        let at_once = vec![false; trails.len()];
        Self { places: trails, profiles, visitors, at_once }
    }

    /// Trails of the points of an index, such as place or place and time bucket: points that follow each other in time, as
    /// `traces` of this index read it. Records without a point or a time are left out. Without an order, the points of a
    /// trail follow each other by their numbers.
    ///
    /// Places are numbered by the keys of their values, so that ties are broken alike whatever the order of the records.
    pub(super) fn from_index(index: &PointIndex<'_>, traces: &Traces<'_>, is_ordered: bool) -> Self {
        let examples = index.examples();
        let key_of = |example: Option<u32>| Some(traces.key_of_record(example? as usize));
        let keyed = (0_u32..).zip(&examples).filter_map(|(point, &example)| Some((key_of(example)?, point)));
        let mut by_key: Vec<(u64, u32)> = keyed.collect();
        by_key.par_sort_unstable();
        let mut numbers = vec![0_u32; examples.len()];
        for (number, (_, point)) in (0_u32..).zip(by_key) {
            numbers[point as usize] = number;
        }
        let time = |record: usize| if is_ordered { traces.time(record) } else { Some(0) };
        let trail = |subject: usize| {
            let records = index.records_of(u32::try_from(subject).unwrap_or(u32::MAX));
            let visit = |record| Some((time(record)?, numbers[index.point_of(record)? as usize]));
            let mut visits: Vec<(i64, u32)> = records.filter_map(visit).collect();
            visits.sort_unstable();
            let at_once = visits.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1);
            (visits.into_iter().map(|(_, place)| place).collect(), at_once)
        };
        let found: Vec<(Vec<u32>, bool)> = (0..index.table().subjects()).into_par_iter().map(trail).collect();
        let (trails, at_once) = found.into_iter().unzip();
        Self { at_once, ..Self::new(trails) }
    }

    /// The worst cases of some subjects, held against all: none for a subject without a visit or with nothing known of
    /// it. A subject for which more than `limit` others were looked at is given up.
    ///
    /// # Errors
    /// The reason, when `stop` was raised.
    pub(super) fn within(
        &self,
        subjects: &[u32],
        asked: &Asked,
        stop: &Stop,
    ) -> Result<Vec<Result<Option<WorstCase>, OverLimit>>, StopReason> {
        let homes: Vec<(Vec<u32>, bool)> = match asked.attack {
            MobilityAttack::HomeWork => self.profiles.par_iter().map(|profile| two_most_visited(profile)).collect(),
            _ => Vec::new(),
        };
        let worst = |&subject: &u32| {
            stop.check()?;
            let subject = subject as usize;
            if self.places[subject].is_empty() || asked.known == 0 {
                return Ok(Ok(None));
            }
            let mut search = Search { fewest: usize::MAX, work: 0, limit: asked.limit };
            let mut tied = false;
            match asked.attack {
                MobilityAttack::Sequence => {
                    tied = self.at_once[subject];
                    self.sequences(subject, asked.known, &mut search);
                }
                MobilityAttack::HomeWork => {
                    let own = &homes[subject];
                    tied = own.1;
                    // Whoever has a place among the first two is among its visitors.
                    let visitors = own.0.first().map_or(&[][..], |&place| &self.visitors[place as usize]);
                    let has_all = |other: u32| own.0.iter().all(|place| homes[other as usize].0.contains(place));
                    search.fewest = visitors.iter().filter(|&&(other, _)| has_all(other)).count();
                }
                _ => self.sets(subject, asked, &mut search),
            }
            let matches = u32::try_from(search.fewest).unwrap_or(u32::MAX);
            // A match of one is the worst there can be, whatever was not looked at.
            let decided = search.fewest <= 1 || search.work <= search.limit;
            Ok(if decided { Ok(Some(WorstCase { matches, tied })) } else { Err(OverLimit) })
        };
        subjects.par_iter().map(worst).collect()
    }

    /// Fewest matches over all instances that are sets or multisets of places.
    fn sets(&self, subject: usize, asked: &Asked, found: &mut Search) {
        let mut profile = self.profiles[subject].clone();
        // Places that few others visited come first, so that a match of one is found early.
        profile.sort_by_key(|&(place, _)| (self.visitors[place as usize].len(), place));
        let available = if asked.is_of_multisets() { self.places[subject].len() } else { profile.len() };
        let mut search = SetSearch {
            trails: self,
            asked,
            visits: self.places[subject].len(),
            profile: &profile,
            chosen: Vec::new(),
            found,
        };
        search.choose(0, asked.known.min(available), None);
    }

    /// Fewest matches over all instances that are subsequences of the trail.
    fn sequences(&self, subject: usize, known: usize, found: &mut Search) {
        let trail = &self.places[subject];
        self.follow(trail, known.min(trail.len()), None, found);
    }

    /// Tries each place of `rest` as the next one; `candidates` are subjects and where the rest of their trail begins,
    /// `None` while everybody is one.
    fn follow(&self, rest: &[u32], left: usize, candidates: Option<&[(u32, usize)]>, found: &mut Search) {
        if left == 0 {
            found.fewest = candidates.map_or(self.places.len(), <[_]>::len).min(found.fewest);
            return;
        }
        let mut tried = Vec::new();
        for place in 0..=rest.len() - left {
            // The same place later on leaves fewer visits to go on with, and so no instance that is not seen here.
            if found.ended() || tried.contains(&rest[place]) {
                continue;
            }
            tried.push(rest[place]);
            let next = |(subject, from): (u32, usize)| {
                let at = self.places[subject as usize][from..].iter().position(|&other| other == rest[place]);
                at.map(|at| (subject, from + at + 1))
            };
            let kept: Vec<(u32, usize)> = if let Some(candidates) = candidates {
                found.work += candidates.len() as u64;
                candidates.iter().copied().filter_map(next).collect()
            } else {
                let visitors = &self.visitors[rest[place] as usize];
                found.work += visitors.len() as u64;
                visitors.iter().filter_map(|&(subject, _)| next((subject, 0))).collect()
            };
            self.follow(&rest[place + 1..], left - 1, Some(&kept), found);
        }
    }
}

/// The two places visited most, ties by their numbers, and whether there was a tie for the second of them.
fn two_most_visited(profile: &[(u32, u32)]) -> (Vec<u32>, bool) {
    let mut profile = profile.to_vec();
    profile.sort_by_key(|&(place, visits)| (Reverse(visits), place));
    let tied = profile.len() > 2 && profile[1].1 == profile[2].1;
    (profile.iter().take(2).map(|&(place, _)| place).collect(), tied)
}

/// A search through the sets of places that may be known of one subject.
struct SetSearch<'a> {
    trails: &'a Trails,
    asked: &'a Asked,
    /// All visits of the subject.
    visits: usize,
    /// The subject's places and visits.
    profile: &'a [(u32, u32)],
    chosen: Vec<(u32, u32)>,
    found: &'a mut Search,
}

/// What is asked of each subject.
pub(super) struct Asked {
    pub(super) attack: MobilityAttack,
    pub(super) known: usize,
    pub(super) tolerance: f64,
    /// Subjects that may be looked at for one.
    pub(super) limit: u64,
}

impl Asked {
    /// Whether a place may be known several times, as often as it was visited.
    fn is_of_multisets(&self) -> bool {
        matches!(self.attack, MobilityAttack::Location | MobilityAttack::Time)
    }
}

/// How far a search has come.
struct Search {
    /// Fewest matches so far.
    fewest: usize,
    work: u64,
    limit: u64,
}

impl Search {
    /// Whether nothing worse can be found, or the work is over.
    fn ended(&self) -> bool {
        self.fewest <= 1 || self.work > self.limit
    }
}

impl SetSearch<'_> {
    /// Chooses `left` more from the places from `from` on; `candidates` match what is chosen so far, `None` is
    /// everybody.
    fn choose(&mut self, from: usize, left: usize, candidates: Option<&[u32]>) {
        if left == 0 {
            let found = candidates.map_or(self.trails.places.len(), |candidates| self.count(candidates));
            self.found.fewest = found.min(self.found.fewest);
            return;
        }
        for place in from..self.profile.len() {
            let (number, visits) = self.profile[place];
            let multiset = self.asked.is_of_multisets();
            // A multiset may hold a place several times, as often as it was visited.
            let most = if multiset { (visits as usize).min(left) } else { 1 };
            for times in 1..=most {
                if self.found.ended() {
                    return;
                }
                let need = if multiset { u32::try_from(times).unwrap_or(u32::MAX) } else { visits };
                let kept = self.keep(candidates, number, need);
                self.chosen.push((number, visits));
                self.choose(place + 1, left - times, Some(&kept));
                self.chosen.pop();
            }
        }
    }

    /// The candidates that agree on one place.
    fn keep(&mut self, candidates: Option<&[u32]>, place: u32, need: u32) -> Vec<u32> {
        let visitors = &self.trails.visitors[place as usize];
        self.found.work += candidates.map_or(visitors.len(), <[_]>::len) as u64 + 1;
        let agrees = |subject: u32, theirs: u32| match self.asked.attack {
            MobilityAttack::Location | MobilityAttack::Time => theirs >= need,
            MobilityAttack::Frequency => self.near(f64::from(need), f64::from(theirs)),
            MobilityAttack::Probability => {
                let all = self.trails.places[subject as usize].len();
                self.near(share(need, self.visits), share(theirs, all))
            }
            _ => true,
        };
        let Some(candidates) = candidates else {
            return visitors
                .iter()
                .filter(|&&(subject, theirs)| agrees(subject, theirs))
                .map(|&(subject, _)| subject)
                .collect();
        };
        let mut kept = Vec::new();
        let mut cursor = 0;
        for &subject in candidates {
            // Few candidates jump over many visitors.
            cursor += visitors[cursor..].partition_point(|&(visitor, _)| visitor < subject);
            if let Some(&(visitor, theirs)) = visitors.get(cursor)
                && visitor == subject
                && agrees(subject, theirs)
            {
                kept.push(subject);
            }
        }
        kept
    }

    /// Candidates that match the whole instance: ratios to the largest count are known only once it is complete.
    fn count(&self, candidates: &[u32]) -> usize {
        if self.asked.attack != MobilityAttack::Proportion {
            return candidates.len();
        }
        let largest = self.chosen.iter().map(|&(_, visits)| visits).max().unwrap_or(1);
        let agrees = |subject: &&u32| {
            let profile = &self.trails.profiles[**subject as usize];
            let of_place =
                |place: u32| profile.binary_search_by_key(&place, |&(place, _)| place).map(|at| profile[at].1);
            let theirs: Vec<u32> = self.chosen.iter().filter_map(|&(place, _)| of_place(place).ok()).collect();
            let their_largest = theirs.iter().copied().max().unwrap_or(1);
            let mut pairs = self.chosen.iter().zip(&theirs);
            pairs.all(|(&(_, visits), &theirs)| {
                self.near(share(visits, largest as usize), share(theirs, their_largest as usize))
            })
        };
        candidates.iter().filter(agrees).count()
    }

    /// Whether the known value lies around the candidate's.
    fn near(&self, known: f64, theirs: f64) -> bool {
        theirs * (1.0 - self.asked.tolerance) <= known && known <= theirs * (1.0 + self.asked.tolerance)
    }
}

fn share(visits: u32, of: usize) -> f64 {
    f64::from(visits) / as_float(of as u64)
}
