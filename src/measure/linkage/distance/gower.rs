//! Everybody compared by all shared columns at once, texts and gaps included: Gower's distance.
//!
//! # Definition
//! The distance of two records is the mean over the shared columns that neither lacks: |x - y| / range of the released
//! numbers, at most 1; 0 for equal texts (in their normal form) and 1 for others. Records without a column in common cannot be
//! compared. The distance of a person and a subject is the smallest between a record of the one and one of the other.
//!
//! An attacker can go either way, and one to one: link each person of the source to the nearest subject; each subject to the
//! nearest person; or both sides one to one at the least distance in all.
//!
//! Source: Gower, Biometrics 27(4), 1971; used so by the R packages sdcMicro and `StatMatch`.
//!
//! # Cost
//! Records of one side times records of the other times columns, twice; beyond a number there is no figure.

use rayon::prelude::*;

use super::one_to_one::{OneToOne, as_scores};
use crate::measure::linkage::assign::{Edge, assign};
use crate::measure::linkage::keys::Keys;
use crate::measure::linkage::truth::Known;
use crate::measure::linkage::written::whole;
use crate::measure::linkage::{Comparison, LinkedTables};
use crate::number::as_float;
use crate::result::KnownTruth;
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Distances up to so much beyond the smallest are equal to it: what is left of rounding.
const AS_NEAR: f64 = 1e-9;

/// Subjects that are looked at from each person where both sides are linked one to one.
const CANDIDATES: usize = 32;

/// A column of both sides, one entry a record.
enum Cells {
    /// Numbers as shares of the range; not a number where one is missing.
    Numbers([Vec<f64>; 2]),
    /// Keys that are equal for equal texts; none where one is missing.
    Texts([Vec<Option<u32>>; 2]),
}

/// The cells of all records of somebody.
type Place = Vec<Vec<(u64, u32)>>;

/// Both sides, ready to be compared.
pub(super) struct Sides<'a> {
    linked: &'a LinkedTables,
    columns: Vec<Cells>,
}

/// The three ways of an attacker, each with what it finds.
pub(super) struct Ways {
    /// Each person linked to the nearest subject.
    pub(super) to_extract: OneToOne,
    /// Each subject linked to the nearest person.
    pub(super) to_source: OneToOne,
    /// Both sides linked one to one.
    pub(super) paired: OneToOne,
}

impl<'a> Sides<'a> {
    pub(super) fn new(linked: &'a LinkedTables) -> Self {
        let columns = linked.columns.iter().enumerate().map(|(place, shared)| {
            let tables = [&linked.ours, &linked.theirs];
            if let Some(numbers) = &shared.numbers {
                let number = |table: &Table, record: usize| {
                    let cells = &table.columns()[place];
                    let code = cells.value_of(record);
                    if cells.missing == Some(code) { None } else { numbers[code as usize] }
                };
                let released = (0..linked.ours.records()).filter_map(|record| number(&linked.ours, record));
                let (low, high) = released.fold((i64::MAX, i64::MIN), |(low, high), it| (low.min(it), high.max(it)));
                let range = if high > low { as_float(high.abs_diff(low)) } else { 1.0 };
                #[expect(clippy::cast_precision_loss, reason = "only numbers that lie 2^53 apart lose a digit")]
                let share = |number: i64| (i128::from(number) - i128::from(low)) as f64 / range;
                Cells::Numbers(tables.map(|table| {
                    let all = (0..table.records()).map(|record| number(table, record).map_or(f64::NAN, share));
                    all.collect()
                }))
            } else {
                let column = &linked.ours.columns()[place];
                let keys = match shared.comparison {
                    Comparison::Normalised => Keys::normalised(shared, column),
                    Comparison::Equal | Comparison::Within(_) => Keys::equal(column),
                };
                Cells::Texts(tables.map(|table| {
                    table.columns()[place]
                        .values()
                        .map(|code| keys.of_code.get(code as usize).copied().flatten())
                        .collect()
                }))
            }
        });
        Self { columns: columns.collect(), linked }
    }

    /// How many comparisons of two cells everybody takes, both ways.
    pub(super) fn work(&self) -> u64 {
        let records = [&self.linked.ours, &self.linked.theirs].map(|table| table.records() as u64);
        2_u64.saturating_mul(records[0]).saturating_mul(records[1]).saturating_mul(self.columns.len().max(1) as u64)
    }

    /// Gower's distance of two records; none where they have no column in common.
    fn of_records(&self, ours: usize, theirs: usize) -> Option<f64> {
        let (mut sum, mut compared) = (0.0, 0.0);
        for cells in &self.columns {
            match cells {
                Cells::Numbers([one, other]) => {
                    let apart = (one[ours] - other[theirs]).abs();
                    if !apart.is_nan() {
                        sum += apart.min(1.0);
                        compared += 1.0;
                    }
                }
                Cells::Texts([one, other]) => {
                    if let (Some(one), Some(other)) = (one[ours], other[theirs]) {
                        sum += f64::from(u8::from(one != other));
                        compared += 1.0;
                    }
                }
            }
        }
        (compared > 0.0).then(|| sum / compared)
    }

    /// The distance of a subject and a person.
    fn of_people(&self, subject: u32, person: u32) -> Option<f64> {
        let (ours, theirs) = (self.linked.ours.records_of(subject), self.linked.theirs.records_of(person));
        let pairs = ours.flat_map(|ours| theirs.clone().map(move |theirs| (ours, theirs)));
        pairs.filter_map(|(ours, theirs)| self.of_records(ours, theirs)).min_by(f64::total_cmp)
    }

    fn number(&self) -> [u32; 2] {
        [&self.linked.ours, &self.linked.theirs].map(|table| u32::try_from(table.subjects()).unwrap_or(u32::MAX))
    }

    /// What somebody of one side is, whatever their number: the cells of all records, in the order of the cells.
    fn place(&self, side: usize, subject: u32) -> Place {
        let table = if side == 0 { &self.linked.ours } else { &self.linked.theirs };
        let cell = |cells: &Cells, record: usize| match cells {
            Cells::Numbers(sides) => (sides[side][record].to_bits(), 0),
            Cells::Texts(sides) => (0, sides[side][record].map_or(0, |key| key + 1)),
        };
        let of_record = |record: usize| self.columns.iter().map(|cells| cell(cells, record)).collect();
        let mut records: Vec<Vec<(u64, u32)>> = table.records_of(subject).map(of_record).collect();
        records.sort_unstable();
        records.dedup();
        records
    }
}

/// Goes all three ways.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn ways(sides: &Sides<'_>, known: &Known<'_>, stop: &Stop) -> Result<Ways, StopReason> {
    let [subjects, persons] = sides.number();
    let seen_from = |people: u32, others: u32, distance: &(dyn Fn(u32, u32) -> Option<f64> + Sync)| {
        let of_one = |one: u32| -> Result<Vec<(f64, u32)>, StopReason> {
            stop.check()?;
            let mut near: Vec<(f64, u32)> =
                (0..others).filter_map(|other| Some((distance(one, other)?, other))).collect();
            near.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            // Of those tied at the end none may be missing, so that no number decides who is a candidate.
            let last = near.get(CANDIDATES - 1).map_or(f64::INFINITY, |&(last, _)| last + AS_NEAR);
            near.truncate(near.partition_point(|&(distance, _)| distance <= last));
            Ok(near)
        };
        (0..people).into_par_iter().map(of_one).collect::<Result<Vec<_>, _>>()
    };
    let from_persons = seen_from(persons, subjects, &|person, subject| sides.of_people(subject, person))?;
    let from_subjects = seen_from(subjects, persons, &|subject, person| sides.of_people(subject, person))?;
    Ok(Ways {
        to_extract: to_extract(&from_persons, subjects, known),
        to_source: to_source(&from_subjects, known),
        paired: paired(sides, &from_persons, known, stop)?,
    })
}

/// Those at the smallest distance.
fn nearest(near: &[(f64, u32)]) -> Vec<u32> {
    let Some(&(smallest, _)) = near.first() else { return Vec::new() };
    let mut tied: Vec<u32> =
        near.iter().take_while(|(distance, _)| *distance <= smallest + AS_NEAR).map(|&(_, other)| other).collect();
    tied.sort_unstable();
    tied
}

/// Sums up links of subjects: the chance of each to be right, and whether it is known who the subject is.
fn summed_up(links: u64, chances: impl Iterator<Item = (f64, Option<f64>)>, known: &Known<'_>) -> OneToOne {
    let mut sum = OneToOne { links, expected: 0.0, known: KnownTruth::default() };
    let (mut claimed, mut found) = (0.0, 0.0);
    for (claims, right) in chances {
        sum.expected += right.unwrap_or(claims).min(1.0);
        if let Some(right) = right {
            claimed += claims.min(1.0);
            found += f64::from(u8::from(right > 0.0));
            sum.known.expected_correct += right.min(1.0);
        }
    }
    sum.known = KnownTruth { subjects: known.subjects(), claimed: whole(claimed), found: whole(found), ..sum.known };
    sum
}

/// Each person claims the nearest subject, of several tied each with its share. A subject counts once, and one of whom nobody
/// knows who it is as far as it is claimed.
fn to_extract(near: &[Vec<(f64, u32)>], subjects: u32, known: &Known<'_>) -> OneToOne {
    let mut claims = vec![0.0; subjects as usize];
    let mut right = vec![0.0; subjects as usize];
    let mut links = 0;
    for (person, near) in (0_u32..).zip(near) {
        let tied = nearest(near);
        links += u64::from(tied.len() == 1);
        for &subject in &tied {
            let share = 1.0 / as_float(tied.len() as u64);
            claims[subject as usize] += share;
            let is_right = known.right(subject, |other| other == person).is_some_and(|right| right > 0);
            right[subject as usize] += if is_right { share } else { 0.0 };
        }
    }
    let of_subject = |subject: u32| {
        let is_known = known.right(subject, |_| false).is_some();
        (claims[subject as usize], is_known.then(|| right[subject as usize]))
    };
    summed_up(links, (0..subjects).map(of_subject), known)
}

/// Each subject is taken for the nearest person, of several tied for one of them.
fn to_source(near: &[Vec<(f64, u32)>], known: &Known<'_>) -> OneToOne {
    let links = near.iter().filter(|near| nearest(near).len() == 1).count() as u64;
    let of_subject = |(subject, near): (u32, &Vec<(f64, u32)>)| {
        let tied = nearest(near);
        let claims = f64::from(u8::from(!tied.is_empty()));
        let right = known.right(subject, |person| tied.binary_search(&person).is_ok());
        (claims, right.map(|right| f64::from(right) / as_float(tied.len().max(1) as u64)))
    };
    summed_up(links, (0_u32..).zip(near).map(of_subject), known)
}

/// Both sides one to one. Those who are the same in every cell are told apart by nothing, so that a link between two such
/// groups counts with the mean over both.
fn paired(sides: &Sides<'_>, near: &[Vec<(f64, u32)>], known: &Known<'_>, stop: &Stop) -> Result<OneToOne, StopReason> {
    let numbered = |side: usize| -> (Vec<u32>, Vec<[usize; 2]>, Vec<u32>) {
        let people = sides.number()[side];
        let mut placed: Vec<(Place, u32)> =
            (0..people).into_par_iter().map(|one| (sides.place(side, one), one)).collect();
        placed.par_sort_unstable();
        let mut classes = Vec::with_capacity(placed.len());
        for class in placed.chunk_by(|one, other| one.0 == other.0) {
            let from = classes.len();
            classes.resize(from + class.len(), [from, from + class.len()]);
        }
        let order: Vec<u32> = placed.into_iter().map(|(_, one)| one).collect();
        let mut node = vec![0; people as usize];
        for (number, &one) in (0..).zip(&order) {
            node[one as usize] = number;
        }
        (order, classes, node)
    };
    let (subjects, subject_classes, subject_node) = numbered(0);
    let (persons, person_classes, person_node) = numbered(1);
    let edges = (0_usize..).zip(near).flat_map(|(person, near)| {
        let left = person_node[person];
        let to = |&(score, subject): &(f64, u32)| Edge { left, right: subject_node[subject as usize], score };
        near.iter().map(to).collect::<Vec<_>>()
    });
    let assigned = assign(persons.len(), subjects.len(), &as_scores(edges.collect()), stop)?;
    let mut chances = vec![(0.0, 0.0); subjects.len()];
    let mut links = 0;
    for (person, subject) in assigned.iter().enumerate() {
        let Some(subject) = *subject else { continue };
        links += 1;
        let ([from, to], [first, last]) = (person_classes[person], subject_classes[subject as usize]);
        let class = &persons[from..to];
        let share = 1.0 / as_float((last - first) as u64);
        for &subject in &subjects[first..last] {
            let right = known.right(subject, |person| class.binary_search(&person).is_ok()).unwrap_or(0);
            let (claims, chance) = &mut chances[subject as usize];
            *claims += share;
            *chance += share * f64::from(right) / as_float(class.len() as u64);
        }
    }
    let of_subject = |subject: u32| {
        let (claims, chance) = chances[subject as usize];
        (claims, known.right(subject, |_| false).is_some().then_some(chance))
    };
    Ok(summed_up(links, (0..sides.number()[0]).map(of_subject), known))
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "tables of a few records")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::measure::linkage::tolerant::example::{Row, keys, linked};
    use crate::measure::linkage::truth::Known;
    use crate::measure::unicity::Tolerance;
    use crate::tries::tries;

    const NUMBER: Comparison = Comparison::Within(Tolerance::Absolute(0));
    const COLUMNS: [(&str, Comparison); 3] = [("age", NUMBER), ("income", NUMBER), ("city", Comparison::Normalised)];

    fn gone(linked: &LinkedTables) -> Ways {
        let truth = linked.truth.as_ref().unwrap();
        ways(&Sides::new(linked), &Known::new(truth), &Stop::default()).unwrap()
    }

    fn with_truth(ours: &[Row], theirs: &[Row]) -> LinkedTables {
        let mut linked = linked(&COLUMNS, ours, theirs);
        linked.truth = Some(keys(ours, theirs));
        linked
    }

    #[test]
    fn distance_is_the_mean_over_the_columns_that_both_have() {
        let ours = [(0, vec!["20", "100", "Ulm"]), (1, vec!["60", "300", "Bonn"])];
        let theirs = [(0, vec!["30", "100", "ULM "]), (1, vec!["", "250", "Köln"]), (2, vec!["", "", ""])];
        let linked = linked(&COLUMNS, &ours, &theirs);
        let sides = Sides::new(&linked);
        let near = |one: Option<f64>, other: f64| assert!((one.unwrap() - other).abs() < 1e-12, "{one:?}");
        // 10 of 40 years; nothing of income; the same city.
        near(sides.of_people(0, 0), 0.25 / 3.0);
        // 50 of 200, another city, no age.
        near(sides.of_people(1, 1), 1.25 / 2.0);
        assert_eq!(sides.of_people(0, 2), None, "nothing can be compared");
    }

    #[test]
    fn a_text_with_a_slip_is_found_all_the_same() {
        let ours = [(0, vec!["20", "100", "Ulm"]), (1, vec!["40", "200", "Bonn"]), (2, vec!["60", "300", "Köln"])];
        let theirs = [(0, vec!["21", "100", "Ulmm"]), (1, vec!["41", "200", "Bonn"]), (2, vec!["", "300", "Köln"])];
        let found = gone(&with_truth(&ours, &theirs));
        for way in [&found.to_extract, &found.to_source, &found.paired] {
            assert_eq!((way.links, way.expected), (3, 3.0));
            assert_eq!((way.known.subjects, way.known.claimed, way.known.found), (3, 3, 3));
        }
    }

    #[test]
    fn each_way_finds_whom_the_others_do_not() {
        // Both persons lie nearest to the first subject; each subject lies nearest to its own person.
        let ours = [(0, vec!["0", "0", "x"]), (1, vec!["100", "0", "x"])];
        let theirs = [(0, vec!["10", "0", "x"]), (1, vec!["40", "0", "x"])];
        let found = gone(&with_truth(&ours, &theirs));
        assert_eq!((found.to_extract.expected, found.to_source.expected, found.paired.expected), (1.0, 2.0, 2.0));
    }

    #[test]
    fn twins_count_by_their_share() {
        let ours = [(0, vec!["0", "0", "x"]), (1, vec!["0", "0", "x"]), (2, vec!["9", "9", "y"])];
        let found = gone(&with_truth(&ours, &ours));
        for way in [&found.to_extract, &found.to_source, &found.paired] {
            assert!((way.expected - 2.0).abs() < 1e-12, "{}", way.expected);
        }
    }

    type Drawn = (u32, [Option<i32>; 2], Option<bool>);

    fn drawn(most: usize) -> impl Strategy<Value = Vec<Drawn>> {
        let cell = || prop::option::weighted(0.9, -4..5_i32);
        prop::collection::vec((0..4_u32, [cell(), cell()], prop::option::weighted(0.9, any::<bool>())), 1..most)
    }

    fn rows(drawn: &[Drawn]) -> Vec<Row<'static>> {
        let subjects: BTreeSet<u32> = drawn.iter().map(|row| row.0).collect();
        let number = |subject| u32::try_from(subjects.range(..subject).count()).unwrap();
        let text = |cell: Option<i32>| -> &'static str { cell.map_or_else(String::new, |it| it.to_string()).leak() };
        let city = |city: Option<bool>| city.map_or("", |city| if city { "Ulm" } else { "Bonn" });
        drawn.iter().map(|row| (number(row.0), vec![text(row.1[0]), text(row.1[1]), city(row.2)])).collect()
    }

    /// The distance of two records of texts, as the definition reads.
    fn slow(ours: &[Row], one: &[&str], other: &[&str]) -> Option<f64> {
        let number = |cell: &str| cell.parse::<f64>().ok();
        let apart = (0..3).filter_map(|column| {
            if one[column].is_empty() || other[column].is_empty() {
                return None;
            }
            if column == 2 {
                return Some(f64::from(u8::from(one[2] != other[2])));
            }
            let released: Vec<f64> = ours.iter().filter_map(|row| number(row.1[column])).collect();
            let [low, high] =
                [released.iter().copied().fold(f64::MAX, f64::min), released.iter().copied().fold(f64::MIN, f64::max)];
            let range = if high > low { high - low } else { 1.0 };
            Some(((number(one[column])? - number(other[column])?).abs() / range).min(1.0))
        });
        let apart: Vec<f64> = apart.collect();
        (!apart.is_empty()).then(|| apart.iter().sum::<f64>() / apart.len() as f64)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]
        #[test]
        fn both_ways_equal_a_slow_count(ours in drawn(16), theirs in drawn(12)) {
            let [ours, theirs] = [rows(&ours), rows(&theirs)];
            let linked = with_truth(&ours, &theirs);
            let found = gone(&linked);
            let number = |rows: &[Row]| rows.iter().map(|row| row.0).max().map_or(0, |last| last + 1);
            let distance = |subject: u32, person: u32| {
                let of = |rows: &'_ [Row<'static>], who: u32| -> Vec<Vec<&'static str>> {
                    rows.iter().filter(|row| row.0 == who).map(|row| row.1.clone()).collect()
                };
                let (mine, others) = (of(&ours, subject), of(&theirs, person));
                let pairs = mine.iter().flat_map(|one| others.iter().filter_map(|other| slow(&ours, one, other)));
                pairs.fold(f64::INFINITY, f64::min)
            };
            let (subjects, persons) = (number(&ours), number(&theirs));
            let tied = |distances: Vec<f64>| -> Vec<u32> {
                let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
                let near = (0_u32..).zip(distances).filter(|(_, distance)| distance.is_finite() && *distance <= least + AS_NEAR);
                near.map(|(number, _)| number).collect()
            };
            let truth = linked.truth.as_ref().unwrap();
            let known = Known::new(truth);
            let mut expected = [0.0, 0.0];
            for subject in 0..subjects {
                let is_known = known.right(subject, |_| false).is_some();
                let own = tied((0..persons).map(|person| distance(subject, person)).collect());
                let right = own.iter().filter(|&&person| truth.are_one(subject, person)).count();
                expected[1] += match (is_known, own.is_empty()) {
                    (_, true) => 0.0,
                    (true, _) => right as f64 / own.len() as f64,
                    (false, _) => 1.0,
                };
                let mut sum = 0.0;
                for person in 0..persons {
                    let near = tied((0..subjects).map(|subject| distance(subject, person)).collect());
                    let counts = near.contains(&subject) && (!is_known || truth.are_one(subject, person));
                    sum += if counts { 1.0 / near.len() as f64 } else { 0.0 };
                }
                expected[0] += f64::min(sum, 1.0);
            }
            prop_assert!((found.to_extract.expected - expected[0]).abs() < 1e-9, "{} {}", found.to_extract.expected, expected[0]);
            prop_assert!((found.to_source.expected - expected[1]).abs() < 1e-9, "{} {}", found.to_source.expected, expected[1]);
            prop_assert!(found.paired.expected <= f64::from(subjects) + 1e-9);
        }
    }
}
