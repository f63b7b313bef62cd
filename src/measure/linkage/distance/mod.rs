//! Distance-based linkage: the released numbers are a little off, and everybody is linked to whoever lies nearest.
//!
//! # Definition
//! Numbers and dates of the shared columns are measured in standard deviations of the *released* records (n - 1), which
//! is what the attacker can compute; texts must be equal in their normal form. The distance of two records is Euclidean,
//! that of a person of the source and a subject of the extract the smallest between a record of the one and one of the
//! other. Each person is linked to the subject at the smallest distance; t subjects at the same distance count 1 / t
//! each. Whoever knows that nobody has two partners links both sides one to one instead, at the least distance in all
//! (`one_to_one.rs`). Whoever does not trust texts and gaps compares all columns at once by Gower's distance, from either side and one to
//! one (`gower.rs`). The figures are those of the way that finds most.
//!
//! - `links`: persons with a single nearest subject.
//! - `expected_correct`: the sum of 1 / t over persons whose right subject is among the nearest t; at most 1 a subject.
//! - `attack_rate`: `expected_correct` / subjects of the extract: the share linked by distance, DBLR. Of a subject of
//!   whom nobody knows who it is, one of the persons who are linked to it is picked at random.
//! - `correct`: subjects who are the single nearest of their own person, where no tie adds to `expected_correct`.
//! - `precision`, `recall`: right links / `links`, and `correct` / subjects whose key somebody in the source has.
//! - `inside`: share of pairs of partners with the true value in released value ± 0.05 standard deviations, in every
//!   number: `dRisk`.
//! - `inside_robust`: the same with 1.4826 median absolute deviations in place of one standard deviation.
//!
//! Sources: Domingo-Ferrer & Torra, in *Confidentiality, Disclosure and Data Access*, 2001 (linkage by distance); Templ,
//! Kowarik & Meindl, Journal of Statistical Software 67(4), 2015 (`dRisk` of sdcMicro). The interval can badly
//! understate: one outlier widens it for all, and a value may leave it and still be the nearest. So the rate is that of
//! the nearest, and the interval stands beside it.
//!
//! # Edge cases
//! Without truth there is no rate (`no-truth`): somebody is always nearest, and that claims nothing. For the same reason
//! no hold-out is held against it. A released column whose numbers do not differ tells nobody apart and is passed over;
//! in the interval it asks for equality. A record that lacks a number or a text takes no part but by
//! Gower's distance; in the interval a missing number is passed over. Several subjects with one key are partners each.
//!
//! # Guarantee
//! Equal to [`oracle`] for any order of the records and number of threads. Squared distances are equal when
//! they differ by less than a thousand-millionth.
//!
//! # Cost
//! A k-d tree for each combination of texts: O(n log n) where few numbers are shared, more with each further one. Beyond
//! [`MOST_DISTANCES`] there is no figure (`too-costly`).

mod gower;
mod interval;
mod locations;
mod nearest;
mod one_to_one;
#[doc(hidden)]
pub mod oracle;
mod scale;
#[cfg(test)]
mod test;

use std::collections::BTreeSet;

use self::gower::Sides;
use self::interval::inside;
use self::locations::Locations;
use self::nearest::nearest;
use self::one_to_one::{OneToOne, one_to_one};
use self::scale::{INTERVAL, Scale};
use super::keys::{Groups, Keys};
use super::lookup::{self, Claim, Gathered};
use super::truth::{Known, Partners};
use super::written::{self, RATE, rate_of, without_rate};
use super::{Comparison, LinkedTables, guess};
use crate::number::{as_float, ratio};
use crate::result::{AttackKind, DistanceDetail, LinkageAttack, UndefinedField};
use crate::stop::{Stop, StopReason};

/// Distances that are computed at most; some half a minute on two cores.
pub const MOST_DISTANCES: u64 = 1_000_000_000;

/// Distances that take as long as comparing a pair of records for the interval.
const PAIR_COST: u64 = 10;

/// Links every person of the source to the nearest subject of the extract.
///
/// # Errors
/// When the computation was told to stop.
pub fn attack(linked: &LinkedTables, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    attack_within(linked, MOST_DISTANCES, stop)
}

fn attack_within(linked: &LinkedTables, most: u64, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let mut attack = by_numbers(linked, most, stop)?;
    // What has no number, or none that differ, is compared for equality by other attacks.
    let is_without_numbers = |entry: &UndefinedField| {
        entry.field == "attack_rate" && !["no-overlap", "too-costly"].contains(&entry.reason.as_str())
    };
    let Some(known) = linked.known().filter(|_| !attack.undefined.iter().any(is_without_numbers)) else {
        return Ok(attack);
    };
    let sides = Sides::new(linked);
    if sides.work() > most {
        attack.notes.push("there are too many records to compare all columns of each with each (Gower)".to_owned());
        return Ok(attack);
    }
    let ways = gower::ways(&sides, &known, stop)?;
    let all = [
        (ways.to_extract, "linking each person to the nearest subject by Gower's distance, which compares all columns"),
        (ways.to_source, "linking each subject to the nearest person by Gower's distance"),
        (ways.paired, "linking both sides one to one by Gower's distance"),
    ];
    if let Some(detail) = &mut attack.distance {
        let rates = all.each_ref().map(|(way, _)| rate_of(way.expected, attack.subjects));
        [detail.gower_rate, detail.gower_source_rate, detail.gower_one_to_one_rate] = rates;
    }
    for (way, words) in all {
        take_if_better(&mut attack, &way, words);
    }
    Ok(attack)
}

fn by_numbers(linked: &LinkedTables, most: u64, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let scale = |(column, shared)| Scale::of(column, shared, &linked.ours.columns()[column]);
    let scales: Vec<Scale> = linked.columns.iter().enumerate().filter_map(scale).collect();
    let apart: Vec<&Scale> = scales.iter().filter(|scale| scale.tells_apart()).collect();
    let mut attack = beginning(linked, &scales);
    if let Some((reason, words)) = nothing_to_measure(linked, &scales, &apart) {
        return Ok(without_rate(attack, RATE, reason, words));
    }
    let groups = groups(linked);
    let [ours, theirs] = [(&linked.ours, &groups[0]), (&linked.theirs, &groups[1])]
        .map(|(table, groups)| Locations::new(table, groups, &apart));
    let partners = linked.truth.as_ref().map(Partners::new);
    let known = linked.known();
    let standing = |person: u32, subjects: &[u32]| Standing::new(person, subjects, partners.as_ref(), known.as_ref());
    let Some(standings) = nearest([&ours, &theirs], &apart, most, stop, standing)? else {
        let words = "the numbers leave more distances to compute than are ever computed; share one more text, or fewer \
                     numbers";
        return Ok(without_rate(attack, RATE, "too-costly", words));
    };
    if standings.is_empty() {
        let words = "no record of either side agrees on the texts and has every number, so no distance was measured";
        return Ok(without_rate(attack, RATE, "no-overlap", words));
    }
    let left_out = [("extract", ours.left_out), ("source", theirs.left_out)];
    attack.notes.extend(left_out.into_iter().filter(|(_, records)| *records > 0).map(|(side, records)| {
        format!("{records} records of the {side} lack a value that is compared and take no part")
    }));
    let counted = match &partners {
        Some(partners) => inside(linked, partners, &scales, most / PAIR_COST, stop)?,
        None => None,
    };
    summed_up(&mut attack, linked, &standings, known.as_ref());
    if let Some(known) = &known {
        let paired = one_to_one([&ours, &theirs], &apart, known, most, stop)?;
        take_the_better(&mut attack, paired);
    }
    if let (Some(detail), Some(counted)) = (&mut attack.distance, counted) {
        detail.pairs = Some(counted.pairs);
        [detail.inside, detail.inside_robust] = counted.inside.map(|inside| ratio(inside, counted.pairs));
    }
    Ok(attack)
}

/// An attack of which only the sides and columns are known.
fn beginning(linked: &LinkedTables, scales: &[Scale]) -> LinkageAttack {
    let is_measured = |column: usize| scales.iter().any(|scale| scale.column == column);
    let named =
        |measured: bool| linked.names((0..linked.columns.len()).filter(|&column| is_measured(column) == measured));
    let (measured, equal) = (named(true), named(false));
    let constant = scales.iter().filter(|scale| !scale.tells_apart());
    let mut notes: Vec<String> = constant
        .map(|scale| {
            let column = super::shown(&linked.columns[scale.column].name);
            format!("the released values of column `{column}` do not differ, so it distinguishes nobody")
        })
        .collect();
    notes.push(lookup::NOTE.to_owned());
    LinkageAttack {
        baseline_rate: guess::baseline(linked),
        distance: Some(DistanceDetail { measured, equal, interval: INTERVAL, ..DistanceDetail::default() }),
        notes,
        ..linked.attack(AttackKind::Distance)
    }
}

fn nothing_to_measure(
    linked: &LinkedTables,
    scales: &[Scale],
    apart: &[&Scale],
) -> Option<(&'static str, &'static str)> {
    if linked.columns.is_empty() {
        Some(("no-columns", "no column is shared: there is nothing to link"))
    } else if linked.ours.subjects() == 0 || linked.theirs.subjects() == 0 {
        Some(("empty", "one side has no subjects: there is nothing to link"))
    } else if scales.is_empty() {
        Some(("no-number", "no shared column holds numbers or dates, by which a distance could be measured"))
    } else if apart.is_empty() {
        Some(("constant", "no shared column of numbers has two different values in the extract"))
    } else {
        None
    }
}

/// The groups of records that are equal on every column of texts, of both sides.
fn groups(linked: &LinkedTables) -> [Vec<Option<u64>>; 2] {
    let tables = [&linked.ours, &linked.theirs];
    let mut groups = Groups::new(tables);
    for (place, shared) in linked.columns.iter().enumerate().filter(|(_, shared)| shared.numbers.is_none()) {
        let column = &linked.ours.columns()[place];
        let keys = match shared.comparison {
            Comparison::Normalised => Keys::normalised(shared, column),
            Comparison::Equal | Comparison::Within(_) => Keys::equal(column),
        };
        groups.refine(tables, place, &keys);
    }
    groups.into_records()
}

/// What was found of a person.
struct Standing {
    person: u32,
    /// Subjects at the smallest distance.
    tied: usize,
    /// The first of them.
    first: u32,
    /// Those of them who are the person.
    right: Vec<u32>,
    /// Those of them of whom nobody knows who they are; none where there are more than are told one by one.
    unknown: Vec<u32>,
}

/// Tied subjects up to which each is told.
const TOLD_EACH: usize = 1 << 12;

impl Standing {
    fn new(person: u32, nearest: &[u32], partners: Option<&Partners>, known: Option<&Known>) -> Self {
        let right = partners.map(|partners| partners.among(nearest, person)).unwrap_or_default();
        let is_unknown = |subject: &&u32| known.is_some_and(|known| known.of(**subject).is_empty());
        let few = if nearest.len() <= TOLD_EACH { nearest } else { &[] };
        let unknown = few.iter().filter(is_unknown).copied().collect();
        Self { person, tied: nearest.len(), first: nearest[0], right, unknown }
    }
}

fn summed_up(attack: &mut LinkageAttack, linked: &LinkedTables, standings: &[Standing], known: Option<&Known>) {
    if let Some(detail) = &mut attack.distance {
        detail.looked_up = standings.len() as u64;
    }
    let single = standings.iter().filter(|standing| standing.tied == 1);
    let claims: Vec<Claim> = single.map(|standing| (standing.person, standing.first)).collect();
    lookup::score(attack, linked, &claims);
    let Some(known) = known else {
        attack.notes.push(
            "there is always a nearest neighbour, so without truth the number of correct links is unknown".to_owned(),
        );
        return;
    };
    gathered(linked, standings).write(attack, Some(known));
    if known.subjects() < attack.subjects {
        let classes = classes(standings);
        attack.expected_correct = attack.expected_correct.map(|links| links + classes);
    }
    written::rate(attack);
    if standings.iter().any(|standing| standing.tied > 1 && !standing.right.is_empty()) {
        // With ties the rate is more than the links that are right, so that these are not its count.
        attack.correct = None;
        attack.notes.push("if several are equally near, each counts by its share".to_owned());
    }
}

/// Takes the pairing in place of the nearest where more of its links are right: whoever attacks has both ways.
fn take_the_better(attack: &mut LinkageAttack, paired: Option<OneToOne>) {
    let Some(paired) = paired else {
        return attack.notes.push("there are too many near pairs to link both sides one to one".to_owned());
    };
    if let Some(detail) = &mut attack.distance {
        (detail.nearest_rate, detail.one_to_one_rate) = (attack.attack_rate, rate_of(paired.expected, attack.subjects));
    }
    take_if_better(attack, &paired, "linking both sides one to one, at the least total distance,");
}

/// Takes the figures of another way where more of its links are to be expected right.
fn take_if_better(attack: &mut LinkageAttack, paired: &OneToOne, words: &str) {
    // A hair's breadth more is what is left of rounding.
    let found = attack.expected_correct.unwrap_or(0.0);
    if paired.links == 0 && paired.expected <= 0.0 || found * (1.0 + 1e-12) >= paired.expected {
        return;
    }
    let right = written::whole(paired.known.expected_correct);
    attack.links = Some(paired.links);
    attack.claim_rate = ratio(paired.links, attack.subjects);
    attack.correct = Some(right);
    attack.precision = ratio(right, paired.links);
    attack.recall = ratio(right, paired.known.subjects);
    attack.expected_correct = Some(paired.expected);
    attack.known_truth = Some(paired.known);
    attack.undefined.retain(|entry| !RATE.contains(&entry.field.as_str()));
    written::rate(attack);
    attack.notes.push(format!("{words} finds more than the nearest neighbour"));
}

/// What persons say of each subject: of one who is known only what is right, of another everything.
fn gathered(linked: &LinkedTables, standings: &[Standing]) -> Gathered {
    let mut gathered = Gathered::new(linked.ours.subjects());
    for standing in standings {
        for &subject in &standing.right {
            gathered.add(subject, standing.tied, true);
        }
        for &subject in standing.unknown.iter().filter(|&subject| standing.right.binary_search(subject).is_err()) {
            gathered.add(subject, standing.tied, false);
        }
    }
    gathered
}

/// Links to be expected in classes too large to be told one by one: of each at most one, for one of its persons is picked,
/// and one of those that this person is tied with.
fn classes(standings: &[Standing]) -> f64 {
    let large = standings.iter().filter(|standing| standing.tied > TOLD_EACH);
    let classes: BTreeSet<(u32, usize)> = large.map(|standing| (standing.first, standing.tied)).collect();
    as_float(classes.len() as u64)
}
