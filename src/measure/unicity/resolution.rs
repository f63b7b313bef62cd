//! The same known points against coarser versions of the extract.
//!
//! Points are drawn as the extract shows them today, once. A version joins points into coarser ones, and those who match a
//! coarser point are the union of those who match what it joins: the records are not looked at again, and only the coarse
//! points that were drawn are put together. Because the draws are the same, a coarser version never looks riskier.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::attack::Exposure;
use super::curve::{SizeCounts, members, result_of_draws, without_share};
use super::matching::{ListedMatches, Scratch};
use super::settings::{Axis, Point, Settings};
use super::study::{Members, Sampled, Study, Tally};
use super::trace::{Traces, tell_apart};
use crate::result::{Attacker, Cohort, ResolutionAxis, ResolutionCell, UnicityResolutions, UnicityResult};
use crate::stats::mix;
use crate::stop::{StopReason, Watch};
use crate::table::PointIndex;

type Numbers<K> = HashMap<K, u32, foldhash::fast::FixedState>;

/// Every choice of one step on each axis, for the uniform attacker and the fixed cohort.
pub(super) fn measure_resolutions(
    index: &PointIndex<'_>,
    settings: &Settings,
    point: &Point,
    axes: &[Axis],
    watch: Watch<'_>,
) -> Result<UnicityResolutions, StopReason> {
    let known_points = settings.known_points();
    let counts = SizeCounts::new(index.trace_sizes(), known_points.last().copied().unwrap_or(1));
    let traces = Traces::new(index, &settings.columns, point);
    let mut study = Study::new(index, &traces, index.trace_sizes(), watch.stop);
    study.seed = settings.seed;
    let below = point.below();
    let axes: Vec<&Axis> = axes.iter().filter(|axis| point.columns.contains(&axis.column)).collect();
    let draws = Draws::new(&study, &known_points, &counts, settings.draws);
    let versions = versions(&axes);
    watch.progress.begin("resolutions", Some(versions.len() as u64), "versions");
    let examples = index.examples();
    let mut cells = Vec::new();
    for steps in versions {
        watch.stop.check()?;
        let version = Version::new(index, &examples, point, &axes, &steps);
        let (matching, coarse) = version.joined(index, &draws.points);
        cells.extend(
            draws
                .results(&known_points, &counts, below, &matching, &coarse)
                .map(|result| ResolutionCell { steps: steps.clone(), result }),
        );
        watch.progress.advance(1);
    }
    watch.progress.end();
    let described = |axis: &&Axis| ResolutionAxis {
        column: index.table().columns()[axis.column].name.clone(),
        steps: axis.steps.iter().map(|step| step.label.clone()).collect(),
    };
    Ok(UnicityResolutions {
        point: index.table().names(&point.columns),
        axes: axes.iter().map(described).collect(),
        cells,
    })
}

/// Every choice of one step on each axis; the last axis changes fastest.
fn versions(axes: &[&Axis]) -> Vec<Vec<usize>> {
    let mut versions = vec![Vec::new()];
    for axis in axes {
        let longer = |version: &Vec<usize>| {
            (0..axis.steps.len()).map(|step| version.iter().copied().chain([step]).collect()).collect::<Vec<_>>()
        };
        versions = versions.iter().flat_map(longer).collect();
    }
    versions
}

/// What was drawn, once for all versions.
struct Draws {
    members: Option<Members>,
    /// The points that some sampled subject is known by; each once, ascending.
    points: Vec<u32>,
    /// For each sampled subject its known points in the order in which they become known, by their place in `points`.
    known: Vec<Vec<u32>>,
}

impl Draws {
    fn new(study: &Study<'_, PointIndex<'_>>, known_points: &[u32], counts: &SizeCounts, draws: u32) -> Self {
        let most = known_points.last().copied().unwrap_or(1) as usize;
        let members = members(Cohort::Fixed, 1, counts).ok();
        let sample = members.map_or_else(Vec::new, |members| study.sample(members, draws));
        let draw = |&Sampled { subject, seed }: &Sampled| {
            let mut points = Vec::new();
            study.traces.read(subject, &mut points);
            points.sort_unstable_by_key(|point| (mix(seed, point.key), point.point));
            points.iter().take(most).map(|point| point.point).collect()
        };
        let mut known: Vec<Vec<u32>> = sample.par_iter().map(draw).collect();
        let mut points: Vec<u32> = known.iter().flatten().copied().collect();
        points.sort_unstable();
        points.dedup();
        for point in known.iter_mut().flatten() {
            let place = points.partition_point(|other| other < point);
            *point = u32::try_from(place).unwrap_or(u32::MAX);
        }
        Self { members, points, known }
    }

    /// The result for each number of known points; `coarse` is the coarse point of each drawn one.
    fn results<'a>(
        &'a self,
        known_points: &'a [u32],
        counts: &'a SizeCounts,
        below: u32,
        matching: &'a ListedMatches,
        coarse: &'a [u32],
    ) -> impl Iterator<Item = UnicityResult> + 'a {
        known_points.iter().map(move |&known| {
            let members = match (members(Cohort::Fixed, known, counts), self.members) {
                (Ok(members), Some(_)) => members,
                (Err(reason), _) => return without_share(known, counts, reason),
                (Ok(_), None) => return without_share(known, counts, "no subject was drawn".to_owned()),
            };
            let single = |(scratch, points): &mut (Scratch, Vec<u32>), drawn: &Vec<u32>| {
                points.clear();
                points.extend(drawn.iter().take(known as usize).map(|&place| coarse[place as usize]));
                matching.fewer_than(below, points, scratch)
            };
            let unique: Vec<bool> = self.known.par_iter().map_init(Default::default, single).collect();
            let mut tally = Tally::default();
            for unique in unique {
                tally.add(&Exposure::of_one(unique));
            }
            result_of_draws(known, counts, members, Attacker::Uniform, &tally)
        })
    }
}

/// One coarser version: for each point of the index a key that is equal for points that become one.
struct Version {
    keys: Vec<u32>,
}

impl Version {
    fn new(index: &PointIndex<'_>, examples: &[Option<u32>], point: &Point, axes: &[&Axis], steps: &[usize]) -> Self {
        let mut keys = vec![0_u32; examples.len()];
        for &column in point.columns.iter().chain(&point.known_attributes) {
            let chosen = axes.iter().zip(steps).find(|(axis, _)| axis.column == column);
            let coarse = chosen.and_then(|(axis, &step)| axis.steps.get(step)).map(|step| step.coarse.as_slice());
            tell_apart(&mut keys, index, examples, column, |code| coarse.map_or(code, |coarse| coarse[code as usize]));
        }
        Self { keys }
    }

    /// Who matches the coarse points that hold one of `drawn`, and the coarse point of each of `drawn`.
    fn joined(&self, index: &PointIndex<'_>, drawn: &[u32]) -> (ListedMatches, Vec<u32>) {
        let mut numbers: Numbers<u32> = Numbers::default();
        let mut coarse = Vec::with_capacity(drawn.len());
        for &point in drawn {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            coarse.push(*numbers.entry(self.keys[point as usize]).or_insert(next));
        }
        let mut joined: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
        for (point, key) in (0..index.bound()).zip(&self.keys) {
            if let Some(&number) = numbers.get(key) {
                joined[number as usize].push(point);
            }
        }
        let matching = joined.par_iter().map(|points| union(index, points)).collect();
        (ListedMatches(matching), coarse)
    }
}

/// The subjects that have one of the points, ascending.
fn union(index: &PointIndex<'_>, points: &[u32]) -> Vec<u32> {
    let total: usize = points.iter().map(|&point| index.subjects_at(point).len()).sum();
    let subjects = index.table().subjects();
    if points.len() < 2 || total < subjects / 64 {
        let mut union: Vec<u32> = points.iter().flat_map(|&point| index.subjects_at(point)).copied().collect();
        union.sort_unstable();
        union.dedup();
        return union;
    }
    // Sorting a long list costs more than one bit for each subject.
    let mut bits = vec![0_u64; subjects.div_ceil(64)];
    for &subject in points.iter().flat_map(|&point| index.subjects_at(point)) {
        bits[subject as usize / 64] |= 1 << (subject % 64);
    }
    let of_word = |(word, &bits): (u32, &u64)| {
        let set = move |bit: &u32| bits >> bit & 1 == 1;
        (0..64).filter(set).map(move |bit| word * 64 + bit)
    };
    (0_u32..).zip(&bits).filter(|(_, bits)| **bits != 0).flat_map(of_word).collect()
}
