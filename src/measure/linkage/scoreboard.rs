//! Scoreboard: a few noisy events of a person against whole histories.
//!
//! # Definition
//! The source holds a few known events of each person, the extract the histories. With `supp(i)` the subjects of the
//! extract that have item i (the merchant), an event of item i weighs `1 / ln |supp(i)|`, and
//! `Score(person, r) = Σ over known events: weight · Sim(event, r)`. Sim is 0 where r lacks the item, else the largest over
//! the events of r at that item of `e^(−|ρ−ρ'| / ρ0) + e^(−|d−d'| / d0)`: ρ the logarithm of the amount, d the day;
//! without the one or the other column the other term alone, without both 1. A missing rating or time adds 0.
//!
//! The best score counts as a match when its eccentricity `(best − second) / σ` is at least φ, σ being the population
//! standard deviation of the scores of *all* subjects of the extract, those with a score of 0 among them. Source:
//! Narayanan & Shmatikov, IEEE Symposium on Security and Privacy, 2008. The entropic variant takes probabilities in
//! proportion to `e^(Score/σ)` and says how many bits are missing.
//!
//! # Our choices
//! An item that one subject alone has would weigh 1 / 0; it weighs `1 / ln 1.5`, as if one and a half subjects had it, and
//! such items are counted in the result. Of several events at one item each counts.
//!
//! # Edge cases
//! Equal best scores: eccentricity 0, no match. All scores equal (σ = 0): no match, and as much entropy as there are
//! subjects. A person none of whose events has an item is not looked up. Nobody to look up, fewer than two subjects, no
//! shared item, a source that equals the extract: undefined, with words. Without truth there is no rate: that a best score
//! stands out does not say how often it is right.
//!
//! # Guarantee
//! The same figures for any number of threads and any order of the records: sums run in the order of values.
//!
//! # Cost
//! For each known event the events of the extract at its item.

use rayon::prelude::*;

use super::lookup::Gathered;
use super::written::{self, RATE_AND_BASELINE, without_rate};
use super::{LinkedTables, SharedColumn, guess, lookup, starts};
use crate::number::as_float;
use crate::result::{AttackKind, ColumnType, LinkageAttack, ScoreboardDetail};
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Which columns count, and how far two values may lie apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Position of the column that names the item.
    pub item: usize,
    /// Position of the column of the rating, such as the amount.
    pub rating: Option<usize>,
    /// Position of the column of the time.
    pub time: Option<usize>,
    /// ρ0: difference of ratings at which similarity falls to 1/e.
    pub rating_scale: f64,
    /// Whether ratings are compared by the logarithm, as amounts are, or as they are.
    pub logarithmic: bool,
    /// d0, in days.
    pub time_scale_days: f64,
    /// φ: the smallest eccentricity that counts as a match.
    pub eccentricity: f64,
}

impl Settings {
    /// The settings of the publication for the columns that look like item, rating and time: of text the column with most
    /// values, the first decimal column, the first date or timestamp; `None` without a column of text.
    #[must_use]
    pub fn guess(columns: &[SharedColumn]) -> Option<Self> {
        let first = |types: &[ColumnType]| {
            columns.iter().position(|column| types.contains(&column.values.column_type()) && column.numbers.is_some())
        };
        let texts = columns.iter().enumerate().filter(|(_, column)| column.values.column_type() == ColumnType::Text);
        let item = texts.max_by_key(|&(at, column)| (column.values.len(), std::cmp::Reverse(at)))?.0;
        Some(Self {
            item,
            rating: first(&[ColumnType::Decimal]),
            time: first(&[ColumnType::Date, ColumnType::Timestamp, ColumnType::ZonedTimestamp]),
            rating_scale: 1.5,
            logarithmic: true,
            time_scale_days: 30.0,
            eccentricity: 1.5,
        })
    }
}

/// Weight of an item that one subject alone has: 1 / ln 1.5.
const LARGEST_WEIGHT: f64 = 2.466_303_462_376_222;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// Looks up every person of the source among the subjects of the extract.
///
/// `attack_rate` is `expected_correct` / subjects of the extract. A subject with whom its right person is matched counts 1,
/// however many strangers are matched with it besides; one of whom nobody knows who it is counts 1 / the persons who are
/// matched with it.
///
/// # Errors
/// When `stop` was raised.
///
/// # Panics
/// When the settings name a column that is not shared.
pub fn attack(linked: &LinkedTables, settings: &Settings, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let reason = if !linked.ours.has_subjects() || !linked.theirs.has_subjects() {
        Some(("no-subject", "a history needs a subject column on both sides"))
    } else if linked.source_equals_extract {
        Some((
            "same-records",
            "the source holds the same records as the extract, so its events are not auxiliary knowledge",
        ))
    } else if linked.ours.subjects() < 2 {
        Some(("too-few-subjects", "the extract has fewer than two subjects"))
    } else {
        None
    };
    if let Some((reason, words)) = reason {
        return Ok(nothing(linked, reason, words));
    }
    let board = Board::new(linked, settings);
    let persons = events(linked, &linked.theirs, settings);
    let of_person = |events: &[Event]| {
        stop.check()?;
        Ok(board.standing(&board.scores(events)))
    };
    let standings: Vec<Standing> = of_subjects(&persons).into_par_iter().map(of_person).collect::<Result<_, _>>()?;
    if standings.is_empty() {
        return Ok(nothing(linked, "nobody", "no person of the source has an event with an item"));
    }
    if standings.iter().all(|standing| !standing.shares_item) {
        return Ok(nothing(linked, "no-overlap", "no item occurs on both sides"));
    }
    let looked_up: Vec<u32> = of_subjects(&persons).iter().map(|events| events[0].subject).collect();
    Ok(summed_up(linked, settings, &board, &looked_up, &standings, persons.len()))
}

/// What is left to say without a column of items: a scoreboard compares who has which.
pub(super) fn without_item(linked: &LinkedTables) -> LinkageAttack {
    nothing(linked, "no-item", "no shared column holds text, such as the merchant, by which events could be compared")
}

fn nothing(linked: &LinkedTables, reason: &str, words: &str) -> LinkageAttack {
    without_rate(linked.attack(AttackKind::Scoreboard), RATE_AND_BASELINE, reason, words)
}

fn summed_up(
    linked: &LinkedTables,
    settings: &Settings,
    board: &Board,
    looked_up: &[u32],
    standings: &[Standing],
    known_events: usize,
) -> LinkageAttack {
    let persons = looked_up.len() as u64;
    let matched: Vec<(u32, u32)> = looked_up
        .iter()
        .zip(standings)
        .filter(|(_, standing)| standing.eccentricity >= settings.eccentricity && standing.eccentricity > 0.0)
        .map(|(&person, standing)| (person, standing.best))
        .collect();
    let mut entropies: Vec<f64> = standings.iter().map(|standing| standing.entropy_bits).collect();
    entropies.sort_unstable_by(f64::total_cmp);
    let name = |column: usize| linked.columns[column].name.clone();
    let mut attack = LinkageAttack {
        baseline_rate: guess::baseline(linked),
        scoreboard: Some(ScoreboardDetail {
            item: name(settings.item),
            rating: settings.rating.map(name),
            rating_scale: settings.rating.map(|_| settings.rating_scale),
            time: settings.time.map(name),
            time_scale_days: settings.time.map(|_| settings.time_scale_days),
            eccentricity: settings.eccentricity,
            known_events: as_float(known_events as u64) / as_float(persons),
            looked_up: persons,
            matched: matched.len() as u64,
            entropy_bits: Some(entropies.iter().sum::<f64>() / as_float(persons)),
            single_items: board.single_items,
        }),
        notes: vec![lookup::NOTE.to_owned()],
        ..linked.attack(AttackKind::Scoreboard)
    };
    if settings.rating.is_none() {
        attack.notes.push("no shared column holds amounts with decimals, so no amounts are compared".to_owned());
    }
    if settings.time.is_none() {
        attack.notes.push("no shared column is a date or a time, so no times are compared".to_owned());
    }
    lookup::score(&mut attack, linked, &matched);
    let known = linked.known();
    let mut gathered = Gathered::new(linked.ours.subjects());
    for &(person, subject) in &matched {
        let right = known.as_ref().and_then(|known| known.right(subject, |other| other == person));
        gathered.add(subject, 1, right.is_some_and(|right| right > 0));
    }
    gathered.write(&mut attack, known.as_ref());
    if known.is_some() {
        written::rate(&mut attack);
    }
    attack
}

/// An event with an item.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Event {
    subject: u32,
    item: u32,
    rating: Option<f64>,
    day: Option<f64>,
}

/// The events of a table that have an item, by subject, then item, then rating, then time. Items are numbered by value.
fn events(linked: &LinkedTables, table: &Table, settings: &Settings) -> Vec<Event> {
    let number_of_item = linked.columns[settings.item].numbers_by_value();
    let cell = |column: usize, record: usize| table.columns()[column].value_of(record) as usize;
    let number = |column: Option<usize>, record: usize| {
        let column = column?;
        linked.columns[column].numbers.as_ref()?[cell(column, record)]
    };
    #[expect(clippy::cast_precision_loss, reason = "amounts and milliseconds need no more digits")]
    let rating = |number: i64| {
        if settings.logarithmic {
            // A refund is as far from a purchase as its logarithm from that of the smallest unit and on.
            (number.unsigned_abs() as f64).ln_1p() * number.signum() as f64
        } else {
            number as f64
        }
    };
    let whole_days = settings.time.is_some_and(|time| linked.columns[time].values.column_type() == ColumnType::Date);
    #[expect(clippy::cast_precision_loss, reason = "amounts and milliseconds need no more digits")]
    let day = |number: i64| if whole_days { number as f64 } else { number as f64 / DAY };
    let subjects = table.subject_of_record().unwrap_or_default();
    let mut events: Vec<Event> = subjects
        .iter()
        .enumerate()
        .filter_map(|(record, &subject)| {
            let item = number_of_item[cell(settings.item, record)]?;
            let (rating, day) = (number(settings.rating, record).map(rating), number(settings.time, record).map(day));
            Some(Event { subject, item, rating, day })
        })
        .collect();
    let key = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    events.par_sort_unstable_by(|one, other| {
        (one.subject, one.item)
            .cmp(&(other.subject, other.item))
            .then(key(one.rating).total_cmp(&key(other.rating)))
            .then(key(one.day).total_cmp(&key(other.day)))
    });
    events
}

/// The events of each subject that has any.
fn of_subjects(events: &[Event]) -> Vec<&[Event]> {
    events.chunk_by(|one, other| one.subject == other.subject).collect()
}

/// The extract, ready to be looked up in.
struct Board {
    /// Where the events of each item begin, and the number of events as a last entry.
    starts: Vec<usize>,
    /// By item, then subject.
    events: Vec<Event>,
    weights: Vec<f64>,
    single_items: u64,
    subjects: usize,
    scales: [f64; 2],
    /// Whether there is a rating, and a time.
    compared: [bool; 2],
}

/// Where a person stands.
struct Standing {
    best: u32,
    eccentricity: f64,
    entropy_bits: f64,
    shares_item: bool,
}

impl Board {
    fn new(linked: &LinkedTables, settings: &Settings) -> Self {
        let mut events = events(linked, &linked.ours, settings);
        events.sort_by_key(|event| event.item);
        let items = linked.columns[settings.item].values.len();
        let starts = starts(items, events.iter().map(|event| event.item));
        let holders = |item: usize| {
            events[starts[item]..starts[item + 1]].chunk_by(|one, other| one.subject == other.subject).count()
        };
        let holders: Vec<usize> = (0..items).map(holders).collect();
        Self {
            weights: holders.iter().map(|&holders| weight(holders)).collect(),
            single_items: holders.iter().filter(|&&holders| holders == 1).count() as u64,
            starts,
            events,
            subjects: linked.ours.subjects(),
            scales: [settings.rating_scale, settings.time_scale_days],
            compared: [settings.rating.is_some(), settings.time.is_some()],
        }
    }

    /// (subject, score) of everybody who shares an item with a person, by subject.
    fn scores(&self, known: &[Event]) -> Vec<(u32, f64)> {
        let mut parts: Vec<(u32, f64)> = Vec::new();
        for event in known {
            let item = event.item as usize;
            let holders = &self.events[self.starts[item]..self.starts[item + 1]];
            for of_subject in holders.chunk_by(|one, other| one.subject == other.subject) {
                let similarity = of_subject.iter().map(|theirs| self.similarity(event, theirs)).fold(0.0, f64::max);
                parts.push((of_subject[0].subject, self.weights[item] * similarity));
            }
        }
        // Stable, so that the parts of a subject stay in the order of the known events.
        parts.sort_by_key(|part| part.0);
        let of_subject = parts.chunk_by(|one, other| one.0 == other.0);
        of_subject.map(|parts| (parts[0].0, parts.iter().map(|part| part.1).sum())).collect()
    }

    fn similarity(&self, one: &Event, other: &Event) -> f64 {
        if self.compared == [false, false] {
            return 1.0;
        }
        let near = |one: Option<f64>, other: Option<f64>, scale: f64| {
            one.zip(other).map_or(0.0, |(one, other)| (-(one - other).abs() / scale).exp())
        };
        near(one.rating, other.rating, self.scales[0]) + near(one.day, other.day, self.scales[1])
    }

    fn standing(&self, scores: &[(u32, f64)]) -> Standing {
        let mut ordered = scores.to_vec();
        ordered.sort_by(|one, other| other.1.total_cmp(&one.1));
        let (all, zeros) = (as_float(self.subjects as u64), as_float((self.subjects - ordered.len()) as u64));
        let at = |place: usize| ordered.get(place).map_or(0.0, |entry| entry.1);
        let mean = ordered.iter().map(|entry| entry.1).sum::<f64>() / all;
        let squares: f64 = ordered.iter().map(|entry| (entry.1 - mean).powi(2)).sum();
        let deviation = ((squares + zeros * mean * mean) / all).sqrt();
        let shares_item = !ordered.is_empty();
        let best = ordered.first().map_or(u32::MAX, |entry| entry.0);
        // Equal scores may differ from their mean by rounding.
        if deviation <= 1e-12 * at(0) {
            return Standing { best, eccentricity: 0.0, entropy_bits: all.log2(), shares_item };
        }
        let log_weight = |score: f64| (score - at(0)) / deviation;
        let (mut sum, mut moment) = (zeros * log_weight(0.0).exp(), zeros * log_weight(0.0) * log_weight(0.0).exp());
        for &(_, score) in &ordered {
            sum += log_weight(score).exp();
            moment += log_weight(score) * log_weight(score).exp();
        }
        let entropy_bits = (sum.ln() - moment / sum) / std::f64::consts::LN_2;
        Standing { best, eccentricity: (at(0) - at(1)) / deviation, entropy_bits, shares_item }
    }
}

/// 1 / ln of the subjects that have an item.
fn weight(holders: usize) -> f64 {
    if holders <= 1 { LARGEST_WEIGHT } else { 1.0 / as_float(holders as u64).ln() }
}

#[cfg(test)]
mod test;
