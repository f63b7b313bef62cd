//! Histories: what each subject did, as one histogram for each feature.
//!
//! Items and subjects are numbered by values, never in the order of files: an item by the order of the values, a subject
//! by a digest of its histograms. So sums run in one order and ties break one way, whatever the order of the records.

use rayon::prelude::*;

use crate::measure::linkage::{LinkedTables, SharedColumn};
use crate::number::as_float;
use crate::result::ColumnType;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// No item: the cell is missing.
const NO_ITEM: u32 = u32::MAX;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Fewest distinct numbers for which coarser bands say something of their own.
const MANY: usize = 64;

/// One thing that a history is compared on.
pub(super) struct Feature {
    /// As reports show it: the column, and the part of it.
    pub(super) name: String,
    /// Position of the column.
    pub(super) column: usize,
    /// Whether it is the plain values of a column of words.
    pub(super) words: bool,
    /// The item of each code.
    item_of_code: Vec<u32>,
    /// Every item is below this.
    pub(super) items: usize,
}

/// Every feature that the shared columns give.
pub(super) fn features(linked: &LinkedTables) -> Vec<Feature> {
    let constant = |column| {
        let of = |table: &Table| table.constant_per_subject(column) == Some(true);
        of(&linked.ours) && of(&linked.theirs)
    };
    let of_column = |(column, shared)| of_column(column, shared, constant(column));
    linked.columns.iter().enumerate().flat_map(of_column).filter(|feature: &Feature| feature.items > 1).collect()
}

fn of_column(column: usize, shared: &SharedColumn, constant: bool) -> Vec<Feature> {
    let name = &shared.name;
    let feature = |part: &str, item_of_code: Vec<u32>, items| {
        let name = if part.is_empty() { name.clone() } else { format!("{name} ({part})") };
        Feature { name, column, words: false, item_of_code, items }
    };
    let numbered = |part: &str, of: &dyn Fn(i64) -> i64| {
        let (items, distinct) = by_number(shared.numbers.as_deref().unwrap_or_default(), of);
        feature(part, items, distinct)
    };
    let days = |part: i64| move |number: i64| number.div_euclid(part);
    match (shared.values.column_type(), &shared.numbers) {
        (ColumnType::Empty, _) => Vec::new(),
        (ColumnType::Date, Some(_)) if !constant => {
            vec![numbered("weekday", &|day| day.rem_euclid(7)), numbered("day of month", &day_of_month)]
        }
        (ColumnType::Timestamp | ColumnType::ZonedTimestamp, Some(_)) if !constant => vec![
            numbered("weekday", &|moment| days(DAY)(moment).rem_euclid(7)),
            numbered("day of month", &|moment| day_of_month(days(DAY)(moment))),
            numbered("hour", &|moment| moment.rem_euclid(DAY) / 3_600_000),
        ],
        (ColumnType::Time, Some(_)) => vec![numbered("hour", &|moment| moment.rem_euclid(DAY) / 3_600_000)],
        (ColumnType::Integer | ColumnType::Decimal, Some(_)) if !constant => {
            let exact = numbered("exact", &|number| number);
            let mut parts = Vec::new();
            if exact.items > MANY {
                parts.push(numbered("band", &band));
                if shared.values.column_type() == ColumnType::Decimal {
                    parts.push(numbered("last two digits", &|number| number.rem_euclid(100)));
                }
            }
            parts.insert(0, exact);
            parts
        }
        _ => {
            let (items, distinct) = by_value(shared);
            let words = !constant && shared.numbers.is_none();
            vec![Feature { words, ..feature("", items, distinct) }]
        }
    }
}

/// The half octave of a number, with its sign.
fn band(number: i64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "a band needs no more digits")]
    let octaves = (number.unsigned_abs().max(1) as f64).log2();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 128")]
    let half_octave = (octaves * 2.0).floor() as i64 + 1;
    half_octave * number.signum()
}

/// The day of the month of a day counted from 1970-01-01, by the civil calendar.
fn day_of_month(day: i64) -> i64 {
    // Days from 0000-03-01, so that the leap day ends a year (Hinnant, "chrono-compatible low-level date algorithms").
    let of_era = (day + 719_468).rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    of_year - (153 * month + 2) / 5 + 1
}

/// Items by ascending number.
fn by_number(numbers: &[Option<i64>], of: &dyn Fn(i64) -> i64) -> (Vec<u32>, usize) {
    let numbers: Vec<Option<i64>> = numbers.iter().map(|number| number.map(of)).collect();
    let mut distinct: Vec<i64> = numbers.iter().copied().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let item =
        |number: &Option<i64>| number.and_then(|number| distinct.binary_search(&number).ok()).map_or(NO_ITEM, narrow);
    (numbers.iter().map(item).collect(), distinct.len())
}

/// Items by the order of the values.
fn by_value(shared: &SharedColumn) -> (Vec<u32>, usize) {
    let items = shared.numbers_by_value();
    let distinct = items.iter().flatten().count();
    (items.into_iter().map(|item| item.unwrap_or(NO_ITEM)).collect(), distinct)
}

/// The histograms of one feature: for each subject (item, count) by ascending item.
pub(super) struct Histograms {
    starts: Vec<usize>,
    entries: Vec<(u32, u32)>,
}

impl Histograms {
    /// The histogram of a subject.
    pub(super) fn of(&self, subject: u32) -> &[(u32, u32)] {
        &self.entries[self.starts[subject as usize]..self.starts[subject as usize + 1]]
    }

    /// The histograms of all subjects, one after the other.
    pub(super) fn all(&self) -> &[(u32, u32)] {
        &self.entries
    }

    pub(super) fn of_subjects(of: impl Fn(u32) -> Vec<(u32, u32)> + Sync + Send, subjects: usize) -> Self {
        let each: Vec<Vec<(u32, u32)>> = (0..narrow(subjects)).into_par_iter().map(of).collect();
        let mut starts = Vec::with_capacity(subjects + 1);
        starts.push(0);
        let mut entries = Vec::with_capacity(each.iter().map(Vec::len).sum());
        for histogram in each {
            entries.extend(histogram);
            starts.push(entries.len());
        }
        Self { starts, entries }
    }
}

/// The histograms of one side, one a feature.
pub(super) struct Histories {
    pub(super) features: Vec<Histograms>,
    pub(super) subjects: usize,
    /// ln(1 + length), mean over subjects.
    mean_length: f64,
}

impl Histories {
    /// Whether a subject has no entry in any feature.
    pub(super) fn is_blank(&self, subject: u32) -> bool {
        self.features.iter().all(|histograms| histograms.of(subject).is_empty())
    }

    pub(super) fn new(features: Vec<Histograms>, subjects: usize) -> Self {
        let mut histories = Self { features, subjects, mean_length: 0.0 };
        let sum: f64 = (0..narrow(subjects)).map(|subject| histories.length(subject)).sum();
        histories.mean_length = sum / as_float(subjects.max(1) as u64);
        histories
    }

    /// How much longer a history is than the usual one of its side, as a logarithm. Halves and whole histories of the same
    /// people have the same, so what is learned of halves holds for both.
    pub(super) fn relative_length(&self, subject: u32) -> f64 {
        self.length(subject) - self.mean_length
    }

    /// ln(1 + l) with l the largest number of entries that a feature has of a subject: its records, but for missing cells.
    fn length(&self, subject: u32) -> f64 {
        let of_feature = |histograms: &Histograms| histograms.of(subject).iter().map(|entry| f64::from(entry.1)).sum();
        self.features.iter().map(of_feature).fold(0.0, f64::max).ln_1p()
    }

    /// The histories without some of their features.
    pub(super) fn kept(self, keep: &[bool]) -> Self {
        Self { features: kept(self.features, keep), ..self }
    }
}

/// Those that are to be kept.
pub(super) fn kept<T>(all: Vec<T>, keep: &[bool]) -> Vec<T> {
    all.into_iter().zip(keep).filter_map(|(one, &keep)| keep.then_some(one)).collect()
}

/// One side: whose records are whose, in the order in which its subjects are numbered here.
pub(super) struct Side<'tables> {
    table: &'tables Table,
    /// The subject of the table under each number.
    pub(super) order: Vec<u32>,
    /// Whether another subject of the side has the same histograms.
    pub(super) has_twin: Vec<bool>,
    /// The records of each subject of the table, by time, then by what they hold.
    records: Vec<u32>,
}

/// Which records of each subject.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    All,
    EarlyHalf,
    LateHalf,
}

impl<'tables> Side<'tables> {
    pub(super) fn new(
        table: &'tables Table,
        columns: &[SharedColumn],
        features: &[Feature],
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let subjects = table.subjects();
        let time = columns.iter().position(is_time);
        let moment = |record: u32| {
            let time = time?;
            let numbers = columns[time].numbers.as_ref()?;
            numbers[table.columns()[time].value_of(record as usize) as usize]
        };
        let digest = |record: u32| {
            features.iter().fold(0, |digest, feature| mix(digest, u64::from(feature.item(table, record))))
        };
        let mut keyed: Vec<(u32, Option<i64>, u64, u32)> = (0..narrow(table.records()))
            .into_par_iter()
            .map(|record| (table.subject_of(record as usize), moment(record), digest(record), record))
            .collect();
        keyed.par_sort_unstable();
        stop.check()?;
        if time.is_none() {
            scatter(&mut keyed);
        }
        let records = keyed.into_iter().map(|(_, _, _, record)| record).collect();
        let mut side = Self { table, order: (0..narrow(subjects)).collect(), has_twin: vec![false; subjects], records };
        let all = side.histories(features, Part::All, stop)?;
        let early = side.histories(features, Part::EarlyHalf, stop)?;
        side.order_by_history(&all, &early);
        Ok(side)
    }

    /// Numbers the subjects by a digest of their histograms, and of those of their early halves: two with one history
    /// may have lived it in another order.
    fn order_by_history(&mut self, all: &Histories, early: &Histories) {
        let digest = |part: &Histories, subject: u32| {
            part.features.iter().fold(0, |digest, histograms| {
                let entries = histograms.of(subject).iter();
                entries.fold(mix(digest, 1), |digest, &(item, count)| mix(mix(digest, u64::from(item)), count.into()))
            })
        };
        let mut digests: Vec<(u64, u64, u32)> = (0..narrow(all.subjects))
            .into_par_iter()
            .map(|subject| (digest(all, subject), digest(early, subject), subject))
            .collect();
        digests.par_sort_unstable();
        let alike =
            |one: usize, other: usize| digests.get(one).zip(digests.get(other)).is_some_and(|(a, b)| a.0 == b.0);
        self.has_twin = (0..digests.len()).map(|at| alike(at, at + 1) || (at > 0 && alike(at - 1, at))).collect();
        self.order = digests.into_iter().map(|(_, _, subject)| subject).collect();
    }

    /// The records of the subject under a number.
    fn records_of(&self, number: u32, part: Part) -> &[u32] {
        let records = &self.records[self.table.records_of(self.order[number as usize])];
        let (early, late) = records.split_at(records.len() / 2);
        match part {
            Part::All => records,
            Part::EarlyHalf => early,
            Part::LateHalf => late,
        }
    }

    /// The histograms of a part of the records.
    pub(super) fn histories(&self, features: &[Feature], part: Part, stop: &Stop) -> Result<Histories, StopReason> {
        let of_feature = |feature: &Feature| {
            stop.check()?;
            let of_subject = |number: u32| {
                let records = self.records_of(number, part).iter();
                histogram(records.map(|&record| feature.item(self.table, record)).filter(|&item| item != NO_ITEM))
            };
            Ok(Histograms::of_subjects(of_subject, self.order.len()))
        };
        let features = features.iter().map(of_feature).collect::<Result<_, StopReason>>()?;
        Ok(Histories::new(features, self.order.len()))
    }
}

/// Brings the records of each subject into an order that says nothing, so that halves are drawn and not sorted apart.
/// It follows from what the subject's records hold alone.
fn scatter(keyed: &mut [(u32, Option<i64>, u64, u32)]) {
    keyed.par_chunk_by_mut(|one, other| one.0 == other.0).for_each(|records| {
        let person = records.iter().fold(0_u64, |sum, record| sum.wrapping_add(record.2));
        for equal in records.chunk_by_mut(|one, other| one.2 == other.2) {
            for (at, record) in (0..).zip(equal) {
                record.2 = mix(mix(person, record.2), at);
            }
        }
        records.sort_unstable();
    });
}

impl Feature {
    fn item(&self, table: &Table, record: u32) -> u32 {
        self.item_of_code[table.columns()[self.column].value_of(record as usize) as usize]
    }
}

/// Whether records can be put into the order of time by this column.
pub(super) fn is_time(column: &SharedColumn) -> bool {
    column.numbers.is_some()
        && matches!(column.values.column_type(), ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp)
}

/// (item, count), by ascending item.
fn histogram(items: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    let mut entries: Vec<(u32, u32)> = Vec::new();
    for item in items {
        match entries.last_mut() {
            Some((last, count)) if *last == item => *count += 1,
            _ => entries.push((item, 1)),
        }
    }
    entries
}

/// Positions of subjects, records and values fit 32 bits.
pub(super) fn narrow(position: usize) -> u32 {
    u32::try_from(position).expect("fewer than 2^32 of them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_month_follow_the_calendar() {
        let days = [(0, 1), (30, 31), (31, 1), (58, 28), (59, 1), (-1, 31), (11_016, 29), (11_017, 1), (19_782, 29)];
        for (day, expected) in days {
            assert_eq!(day_of_month(day), expected, "day {day}");
        }
    }

    #[test]
    fn bands_are_half_octaves_that_keep_the_sign() {
        assert_eq!([0, 1, 2, 3, 4, -4].map(band), [0, 1, 3, 4, 5, -5]);
    }

    #[test]
    fn a_histogram_counts_its_items() {
        assert_eq!(histogram([5, 2, 5, 5].into_iter()), [(2, 1), (5, 3)]);
    }
}
