//! Everybody linked one to one, so that the distances are least in all: nobody has two partners, and who knows that finds
//! people whose nearest is somebody else.
//!
//! Source: sdcMicro and Domingo-Ferrer & Torra pair both sides so (assignment in place of the nearest).

use rayon::prelude::*;

use super::locations::Locations;
use super::nearest::candidates;
use super::scale::Scale;
use crate::measure::linkage::assign::{Edge, assign};
use crate::measure::linkage::truth::Known;
use crate::measure::linkage::written::whole;
use crate::number::as_float;
use crate::result::KnownTruth;
use crate::stop::{Stop, StopReason};

/// Locations of the extract that are looked at from each location of the source.
const CANDIDATES: usize = 32;

/// Pairs that are weighed at most.
const MOST_PAIRS: usize = 8_000_000;

/// What the pairing finds.
pub(super) struct OneToOne {
    /// Links that it claims.
    pub(super) links: u64,
    /// Links to be expected to be right.
    pub(super) expected: f64,
    /// The same of those of whom it is known who they are.
    pub(super) known: KnownTruth,
}

/// The people of a side, those at the same places side by side.
struct People {
    /// The subject of each node, and the first and last node of those at the same places.
    subjects: Vec<u32>,
    classes: Vec<[usize; 2]>,
    /// The places of each node.
    places: Vec<Vec<u32>>,
}

impl People {
    fn new(locations: &Locations) -> Self {
        let all = locations.of_people();
        let mut people: Vec<(Vec<u32>, u32)> = all
            .chunk_by(|one, other| one.0 == other.0)
            .map(|of_one| (of_one.iter().map(|&(_, location)| location).collect(), of_one[0].0))
            .collect();
        people.par_sort_unstable();
        let mut classes = Vec::with_capacity(people.len());
        for class in people.chunk_by(|one, other| one.0 == other.0) {
            let from = classes.len();
            classes.resize(from + class.len(), [from, from + class.len()]);
        }
        let (places, subjects) = people.into_iter().unzip();
        Self { subjects, classes, places }
    }
}

/// Pairs both sides; `None` where that takes more than `most` distances or too many pairs, on any machine alike.
///
/// People at the same places are told apart by nothing: a link between two such classes counts with the mean over those of
/// the extract, each with its chance among those of the source.
pub(super) fn one_to_one(
    [ours, theirs]: [&Locations; 2],
    scales: &[&Scale],
    known: &Known<'_>,
    most: u64,
    stop: &Stop,
) -> Result<Option<OneToOne>, StopReason> {
    let Some(near) = candidates([ours, theirs], scales, CANDIDATES, most, stop)? else { return Ok(None) };
    let (subjects, persons) = (People::new(ours), People::new(theirs));
    let mut nodes_at: Vec<Vec<u32>> = vec![Vec::new(); ours.all.len()];
    for (node, places) in (0..).zip(&subjects.places) {
        for &place in places {
            nodes_at[place as usize].push(node);
        }
    }
    let of_person = |places: &Vec<u32>| -> usize {
        let seen = places.iter().flat_map(|&place| &near[place as usize]);
        seen.map(|&(_, location)| nodes_at[location as usize].len()).sum()
    };
    if persons.places.iter().map(of_person).sum::<usize>() > MOST_PAIRS {
        return Ok(None);
    }
    let mut edges = Vec::new();
    for (left, places) in (0..).zip(&persons.places) {
        stop.check()?;
        for &(squared, location) in places.iter().flat_map(|&place| &near[place as usize]) {
            let to = |&right: &u32| Edge { left, right, score: squared.sqrt() };
            edges.extend(nodes_at[location as usize].iter().map(to));
        }
    }
    let assigned = assign(persons.subjects.len(), subjects.subjects.len(), &as_scores(edges), stop)?;
    let links = assigned.iter().enumerate().filter_map(|(person, subject)| Some((person, (*subject)? as usize)));
    Ok(Some(weighed(&persons, &subjects, links, known)))
}

/// Distances as scores: so large that no sum of distances outweighs one more pair.
pub(super) fn as_scores(mut edges: Vec<Edge>) -> Vec<Edge> {
    let farthest = edges.iter().map(|edge| edge.score).fold(0.0, f64::max);
    let people = edges.iter().map(|edge| edge.left).max().map_or(1.0, |last| f64::from(last) + 2.0);
    let whole = if farthest > 0.0 { farthest * people } else { 1.0 };
    for edge in &mut edges {
        edge.score = whole - edge.score;
    }
    edges
}

fn weighed(
    persons: &People,
    subjects: &People,
    links: impl Iterator<Item = (usize, usize)>,
    known: &Known<'_>,
) -> OneToOne {
    let mut sum = OneToOne { links: 0, expected: 0.0, known: KnownTruth::default() };
    let (mut claimed, mut found) = (0.0, 0.0);
    for (person, subject) in links {
        let [from, to] = persons.classes[person];
        let class = &persons.subjects[from..to];
        let [first, last] = subjects.classes[subject];
        let share = 1.0 / as_float((last - first) as u64);
        sum.links += 1;
        for &subject in &subjects.subjects[first..last] {
            // Those of a class stand in ascending order.
            let right = known.right(subject, |person| class.binary_search(&person).is_ok());
            let chance = share * f64::from(right.unwrap_or(1)) / as_float(class.len() as u64);
            sum.expected += chance;
            if let Some(right) = right {
                claimed += share;
                found += if right > 0 { share } else { 0.0 };
                sum.known.expected_correct += chance;
            }
        }
    }
    sum.known = KnownTruth { subjects: known.subjects(), claimed: whole(claimed), found: whole(found), ..sum.known };
    sum
}
