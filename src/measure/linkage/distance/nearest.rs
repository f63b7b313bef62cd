//! Who of the extract lies nearest to each person of the source: one k-d tree for each group of equal texts.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use kdtree::KdTree;
use rayon::prelude::*;

use super::locations::Locations;
use super::scale::Scale;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// The locations of the extract that lie nearest to a location of the source, and how far that is.
type Found = Option<(f64, Vec<u32>)>;

/// Squared distances up to so many times the smallest are equal to it: what is left of rounding.
pub(super) const AS_NEAR: f64 = 1.0 + 1e-9;

type Tree<'a> = KdTree<f64, u32, &'a [f64]>;

/// Squared distances, and how many of them were computed.
struct Metric<'a> {
    weights: &'a [f64],
    computed: Cell<u64>,
}

impl Metric<'_> {
    fn squared(&self, one: &[f64], other: &[f64]) -> f64 {
        self.computed.set(self.computed.get() + 1);
        distance(one, other, self.weights)
    }
}

/// What `conclude` says of each person who can be compared with somebody, given the person and the subjects of the
/// extract at the smallest distance (ascending, at least one), by person; `None` where finding them takes more than
/// `most` distances, on any machine alike.
pub(super) fn nearest<T: Send>(
    [ours, theirs]: [&Locations; 2],
    scales: &[&Scale],
    most: u64,
    stop: &Stop,
    conclude: impl Fn(u32, &[u32]) -> T + Sync,
) -> Result<Option<Vec<T>>, StopReason> {
    let nearest = |tree: &Tree, point: &[f64], metric: &Metric| -> Found {
        let squared = |one: &[f64], other: &[f64]| metric.squared(one, other);
        let (smallest, _) = *tree.nearest(point, 1, &squared).unwrap_or_default().first()?;
        let tied = tree.within(point, smallest * AS_NEAR, &squared).unwrap_or_default();
        Some((smallest, tied.into_iter().map(|(_, &location)| location).collect()))
    };
    let Some(found) = searched([ours, theirs], scales, most, stop, nearest)? else { return Ok(None) };
    let people = theirs.of_people();
    let one = |locations: &[(u32, u32)]| {
        stop.check()?;
        let tied = tied(locations, &found);
        Ok(match tied.as_slice() {
            [] => None,
            // Many may stand at one place, and it may be the nearest of many: they are not copied.
            &[location] => Some(conclude(locations[0].0, ours.people(location as usize))),
            several => {
                let mut subjects: Vec<u32> =
                    several.iter().flat_map(|&location| ours.people(location as usize)).copied().collect();
                subjects.sort_unstable();
                subjects.dedup();
                Some(conclude(locations[0].0, &subjects))
            }
        })
    };
    let each: Vec<&[(u32, u32)]> = people.chunk_by(|one, other| one.0 == other.0).collect();
    let concluded: Vec<Option<T>> = each.into_par_iter().map(one).collect::<Result<_, _>>()?;
    Ok(Some(concluded.into_iter().flatten().collect()))
}

/// The locations of the extract near a location of the source, each with its squared distance.
pub(super) type Near = Vec<(f64, u32)>;

/// For each location of the source the locations of the extract that lie nearest, at most `number`, each with its squared
/// distance; `None` where finding them takes more than `most` distances.
pub(super) fn candidates(
    sides: [&Locations; 2],
    scales: &[&Scale],
    number: usize,
    most: u64,
    stop: &Stop,
) -> Result<Option<Vec<Near>>, StopReason> {
    searched(sides, scales, most, stop, |tree, point, metric| {
        let squared = |one: &[f64], other: &[f64]| metric.squared(one, other);
        let nearest = tree.nearest(point, number, &squared).unwrap_or_default();
        nearest.into_iter().map(|(squared, &location)| (squared, location)).collect()
    })
}

/// What `search` finds from each location of the source in the tree of its group, nothing where the extract has none;
/// `None` where that takes more than `most` distances.
fn searched<F: Default + Send>(
    [ours, theirs]: [&Locations; 2],
    scales: &[&Scale],
    most: u64,
    stop: &Stop,
    search: impl Fn(&Tree, &[f64], &Metric) -> F + Sync,
) -> Result<Option<Vec<F>>, StopReason> {
    let weights: Vec<f64> = scales.iter().map(|scale| scale.weight).collect();
    let groups = ours.groups();
    let trees: Vec<Tree> = groups.par_iter().map(|group| tree(ours, group.clone(), weights.len())).collect();
    let work = AtomicU64::new(0);
    let one = |location: usize| {
        stop.check()?;
        let group = theirs.all[location].group;
        let place = groups.binary_search_by(|locations| ours.all[locations.start].group.cmp(&group));
        let Ok(place) = place else { return Ok(F::default()) };
        // Once there was too much work, the rest is left: the answer is that there is none.
        if work.load(Ordering::Relaxed) > most {
            return Ok(F::default());
        }
        let metric = Metric { weights: &weights, computed: Cell::new(0) };
        let found = search(&trees[place], theirs.coordinates(location), &metric);
        work.fetch_add(metric.computed.into_inner(), Ordering::Relaxed);
        Ok(found)
    };
    let found: Vec<F> = (0..theirs.all.len()).into_par_iter().map(one).collect::<Result<_, _>>()?;
    Ok((work.into_inner() <= most).then_some(found))
}

fn tree(locations: &Locations, group: std::ops::Range<usize>, dimensions: usize) -> Tree<'_> {
    let mut tree = KdTree::new(dimensions);
    // The tree is split as it grows: from locations in the order of their numbers it would become a chain.
    let mut order: Vec<usize> = group.collect();
    order.sort_unstable_by_key(|&location| mix(1, location as u64));
    for location in order {
        let number = u32::try_from(location).unwrap_or(u32::MAX);
        // Coordinates are finite and as many as dimensions, so nothing is refused.
        let added = tree.add(locations.coordinates(location), number);
        debug_assert_eq!(added, Ok(()), "a location has finite coordinates");
    }
    tree
}

/// The squared distance in standard deviations.
pub(super) fn distance(one: &[f64], other: &[f64], weights: &[f64]) -> f64 {
    one.iter().zip(other).zip(weights).map(|((one, other), weight)| (one - other) * (one - other) * weight).sum()
}

/// The locations of the extract that lie nearest to those of a person, each once.
fn tied(locations: &[(u32, u32)], found: &[Found]) -> Vec<u32> {
    let all = || locations.iter().filter_map(|&(_, location)| found[location as usize].as_ref());
    let Some(smallest) = all().map(|&(distance, _)| distance).min_by(f64::total_cmp) else { return Vec::new() };
    let nearest = all().filter(|(distance, _)| *distance <= smallest * AS_NEAR);
    let mut tied: Vec<u32> = nearest.flat_map(|(_, tied)| tied).copied().collect();
    tied.sort_unstable();
    tied.dedup();
    tied
}
