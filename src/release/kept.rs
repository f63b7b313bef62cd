//! What a release keeps of the extract: counts and shares only.
//!
//! # Definition
//! - **Detail** of a column: `H(as it leaves) / H(as it was)` over the records of the extract, `H` being the Shannon
//!   entropy of the values, a missing cell being one (de Waal and Willenborg 1999). `None` where the column had one value.
//! - **Total variation distance** of a column, or of a pair of columns: half the sum over values of the difference between
//!   their shares among the records that leave and among those of the extract, after the same rules. 0 where records of
//!   every kind leave in proportion, 1 where nothing is alike. Of columns with more than
//!   2^20 values and of pairs with more than 2^18 possible ones it is not computed.
//! - **Change of totals**: of each numeric column that leaves, summed by month or by category, the sum of the absolute
//!   changes of the sums as a share of the sum of their absolute values.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::leaving::{Leaving, ranked_values};
use crate::input::Extract;
use crate::number::{as_float, ratio};
use crate::output::Values;
use crate::plan::{Exact, Plan};
use crate::recode::{self, CoarseColumn, ColumnRole, Lookups};
use crate::result::{ColumnType, Kept, KeptColumn, KeptPair, KeptTotal, Role};
use crate::scan::ScanError;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

/// More possible values of a pair than this are not compared.
const MOST_CELLS: usize = 1 << 18;

/// Columns with more values than this are not compared.
const MOST_VALUES: usize = 1 << 20;

/// More groups than this are no categories.
const MOST_GROUPS: usize = 200;

/// Decimals that sums are exact to; a column with more is not summed.
const MOST_DECIMALS: u32 = 9;

/// The extract before anything is left out of it.
pub(super) struct Before {
    subjects: u64,
    profile: Profile,
    totals: Vec<Totals>,
    /// For each column the share of its detail that its form as it leaves keeps.
    detail: Vec<Option<f64>>,
}

/// How often which values occur.
struct Profile {
    records: u64,
    columns: Vec<Histogram>,
    /// For each pair of columns how many records have which of their values; `None` where there are too many.
    pairs: Vec<(usize, usize, Option<Vec<u32>>)>,
}

struct Histogram {
    name: String,
    /// In ascending order; `None` where there are too many to compare.
    values: Option<Values>,
    records: Vec<u64>,
}

/// Sums of one column by the groups of another.
struct Totals {
    column: String,
    by: String,
    sums: BTreeMap<String, i128>,
}

/// A column of a side: what is counted of it, and its numbers.
struct View<'a> {
    name: &'a str,
    codes: &'a Codes,
    values: &'a Values,
    amounts: Option<Amounts<'a>>,
}

/// The number behind each code, in the smallest decimal unit.
struct Amounts<'a> {
    /// Other codes than those of the view, where its rules change the values.
    codes: Option<&'a Codes>,
    units: Vec<Option<i128>>,
}

impl Before {
    /// Counts the columns that leave, after their rules, over every record of the extract.
    pub(super) fn of(
        extract: &Extract,
        roles: &[ColumnRole],
        plan: &Plan,
        lookups: &Lookups,
        leaving: &[String],
    ) -> Result<Self, ScanError> {
        let raw = |name: &str| {
            let found = extract.columns.iter().find(|raw| raw.name == *name);
            found.and_then(|raw| raw.coded.as_ref())
        };
        let (mut columns, mut detail) = (Vec::new(), Vec::new());
        let subjects = recode::coarse_columns(extract, roles, plan, lookups, leaving, |column| {
            let CoarseColumn { name, codes, values } = column;
            detail.push(raw(&name).and_then(|raw| {
                let whole = entropy(raw.codes.records_by_code(raw.dictionary.len()));
                let coarse = entropy(codes.records_by_code(values.len()));
                (whole > 0.0).then(|| (coarse / whole).clamp(0.0, 1.0))
            }));
            let (codes, values) = ranked(codes, &values);
            columns.push((name, codes, values));
        })?;
        let amounts = |name: &str, values: &Values| {
            let coded = raw(name).filter(|raw| is_summed(&raw.dictionary))?;
            Some(if plan.rules_of(name).is_empty() {
                Amounts { codes: None, units: values.iter().map(|value| units(value, MOST_DECIMALS)).collect() }
            } else {
                Amounts { codes: Some(&coded.codes), units: amounts(&coded.dictionary) }
            })
        };
        let views: Vec<View<'_>> = columns
            .iter()
            .map(|(name, codes, values)| View { name, codes, values, amounts: amounts(name, values) })
            .collect();
        let profile = Profile::of(&views, None);
        let totals = profile.totals(&views, None);
        Ok(Self { subjects, profile, totals, detail })
    }

    /// Holds the records that leave against those of the extract. `subjects` is how many distinct persons leave.
    pub(super) fn kept(&self, columns: &[Leaving], subjects: u64) -> Kept {
        let others = columns.iter().filter(|leaving| leaving.column.role != Role::Subject);
        let views: Vec<View<'_>> = others.map(Self::view).collect();
        let stays = with_subject(columns);
        // Where everybody leaves, the records are those of the extract.
        let counted = if self.profile.is_of(&views, stays.is_none()) {
            None
        } else {
            Some(Profile::of(&views, stays.as_deref()))
        };
        let after = counted.as_ref().unwrap_or(&self.profile);
        let united: Vec<Option<United>> = after.columns.iter().map(|column| self.united(column)).collect();
        let columns =
            after.columns.iter().zip(&united).map(|(column, united)| self.kept_column(column, united.as_ref(), after));
        Kept {
            records: after.records,
            records_before: self.profile.records,
            subjects,
            subjects_before: self.subjects,
            pairs: self.kept_pairs(after, &united),
            totals: self.kept_totals(&after.totals(&views, stays.as_deref())),
            columns: columns.collect(),
        }
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.profile.columns.iter().position(|column| column.name == name)
    }

    /// The values of a column before and after, where both are compared.
    fn united(&self, column: &Histogram) -> Option<United> {
        let place = self.place_of(&column.name)?;
        let values = self.profile.columns[place].values.as_ref().zip(column.values.as_ref());
        values.map(|(one, other)| (place, Union::of(one, other)))
    }

    fn kept_column(&self, column: &Histogram, united: Option<&United>, after: &Profile) -> KeptColumn {
        let distance = |(place, united): &United| {
            let before = &self.profile.columns[*place];
            distance(united.places.iter().map(|(one, other)| {
                let count = |side: &Histogram, place: &Option<usize>| place.map_or(0, |place| side.records[place]);
                [ratio(count(before, one), self.profile.records), ratio(count(column, other), after.records)]
            }))
        };
        KeptColumn {
            name: column.name.clone(),
            detail: self.place_of(&column.name).and_then(|place| self.detail[place]),
            total_variation: united.and_then(distance),
        }
    }

    /// `united` are the values of each column of `after`.
    fn kept_pairs(&self, after: &Profile, united: &[Option<United>]) -> Vec<KeptPair> {
        let pairs = after.pairs.iter().map(|(one, other, cells)| {
            let names = [*one, *other].map(|place| after.columns[place].name.clone());
            let total_variation = united[*one].as_ref().zip(united[*other].as_ref()).and_then(|(first, second)| {
                let before = self.profile.pair(first.0, second.0)?;
                let after_cells = (cells.as_ref()?, after.columns[*other].records.len());
                pair_distance((before, self.profile.records), (after_cells, after.records), &first.1, &second.1)
            });
            KeptPair { columns: names, total_variation }
        });
        pairs.collect()
    }

    fn kept_totals(&self, after: &[Totals]) -> Vec<KeptTotal> {
        let totals = self.totals.iter().map(|before| {
            let same = |after: &&Totals| after.column == before.column && after.by == before.by;
            KeptTotal {
                column: before.column.clone(),
                by: before.by.clone(),
                groups: before.sums.len() as u64,
                change: after.iter().find(same).and_then(|after| change(&before.sums, &after.sums)),
            }
        });
        totals.collect()
    }

    /// A column as it leaves; its numbers in the unit that those of the extract have.
    fn view(leaving: &Leaving) -> View<'_> {
        let is_number = matches!(leaving.column.column_type, ColumnType::Integer | ColumnType::Decimal);
        let units = || leaving.values.iter().map(|value| units(value, MOST_DECIMALS)).collect();
        let amounts = is_number.then(|| Amounts { codes: None, units: units() });
        View { name: &leaving.column.name, codes: &leaving.codes, values: &leaving.values, amounts }
    }
}

/// Which records have a subject; `None` where all have.
fn with_subject(columns: &[Leaving]) -> Option<Vec<bool>> {
    let subject = columns.iter().find(|leaving| leaving.column.role == Role::Subject)?;
    let missing = subject.values.iter().position(str::is_empty)?;
    let stays: Vec<bool> = subject.codes.iter().map(|code| code as usize != missing).collect();
    stays.contains(&false).then_some(stays)
}

/// Runs over the codes of two columns, without the records that do not stay.
fn each_pair(one: &Codes, other: &Codes, stays: Option<&[bool]>, mut count: impl FnMut(usize, usize)) {
    with_codes!(one, ones => with_codes!(other, others => {
        let pairs = ones.iter().zip(others);
        match stays {
            None => pairs.for_each(|(&one, &other)| count(one as usize, other as usize)),
            Some(stays) => {
                let staying = pairs.zip(stays).filter(|(_, stays)| **stays);
                staying.for_each(|((&one, &other), _)| count(one as usize, other as usize));
            }
        }
    }));
}

impl Profile {
    fn of(columns: &[View<'_>], stays: Option<&[bool]>) -> Self {
        let all = columns.first().map_or(0, |column| column.codes.len());
        let histogram = |column: &View<'_>| {
            let mut counts = vec![0; column.values.len()];
            let is_compared = counts.len() <= MOST_VALUES;
            if is_compared {
                each_pair(column.codes, column.codes, stays, |code, _| counts[code] += 1);
            }
            let values = is_compared.then(|| column.values.clone());
            Histogram { name: column.name.to_owned(), values, records: if is_compared { counts } else { Vec::new() } }
        };
        let places: Vec<(usize, usize)> =
            (0..columns.len()).flat_map(|one| (one + 1..columns.len()).map(move |other| (one, other))).collect();
        let pair = |(one, other): (usize, usize)| {
            let (first, second) = (&columns[one], &columns[other]);
            let width = second.values.len();
            let cells = first.values.len().saturating_mul(width);
            let counted = (cells <= MOST_CELLS).then(|| {
                let mut counts = vec![0_u32; cells];
                each_pair(first.codes, second.codes, stays, |one, other| counts[one * width + other] += 1);
                counts
            });
            (one, other, counted)
        };
        Self {
            records: stays.map_or(all, |stays| stays.iter().filter(|stays| **stays).count()) as u64,
            columns: columns.par_iter().map(histogram).collect(),
            pairs: places.into_par_iter().with_max_len(1).map(pair).collect(),
        }
    }

    /// Whether these are the counts of some columns; `all` says that each of their records stays.
    fn is_of(&self, columns: &[View<'_>], all: bool) -> bool {
        let records = columns.first().map_or(0, |column| column.codes.len()) as u64;
        let is_same = |(view, counted): (&View<'_>, &Histogram)| {
            let values = counted.values.as_ref();
            view.name == counted.name && values.is_some_and(|values| values.iter().eq(view.values.iter()))
        };
        let as_many = columns.len() == self.columns.len();
        all && records == self.records && as_many && columns.iter().zip(&self.columns).all(is_same)
    }

    /// Sums of every column of numbers by the groups of every other column.
    fn totals(&self, columns: &[View<'_>], stays: Option<&[bool]>) -> Vec<Totals> {
        let amounts = columns.iter().enumerate().filter(|(_, column)| column.amounts.is_some());
        let asked: Vec<(usize, usize)> = amounts
            .flat_map(|(amount, _)| {
                (0..columns.len()).filter(move |&group| group != amount).map(move |it| (amount, it))
            })
            .collect();
        let sums = |(amount, group): (usize, usize)| {
            let numbers = columns[amount].amounts.as_ref()?;
            let grouping = Grouping::of(&columns[group])?;
            let of_code = match (numbers.codes, self.cells(amount, group)) {
                (None, Some(cells)) => cells.sums(&numbers.units, grouping.labels.len()),
                (codes, _) => {
                    let codes = codes.unwrap_or(columns[amount].codes);
                    direct_sums(codes, &numbers.units, (columns[group].codes, grouping.labels.len()), stays)
                }
            };
            Some(grouping.totals(columns[amount].name, &of_code))
        };
        asked.into_par_iter().with_max_len(1).filter_map(sums).collect()
    }

    /// How many records have which number and which group, where that was counted.
    fn cells(&self, amount: usize, group: usize) -> Option<Cells<'_>> {
        let by_amount = self.pair(amount, group).map(|(counts, width)| Cells { counts, width, by_amount: true });
        let by_group = || self.pair(group, amount).map(|(counts, width)| Cells { counts, width, by_amount: false });
        by_amount.or_else(by_group)
    }

    /// The cells of a pair of columns in this order, and how many a row has.
    fn pair(&self, one: usize, other: usize) -> Option<Rows<'_>> {
        let found = self.pairs.iter().find(|(first, second, _)| (*first, *second) == (one, other))?;
        Some((found.2.as_ref()?, self.columns[other].records.len()))
    }
}

/// The place of a column of the extract, and its values before and after.
type United = (usize, Union);

/// The values of two sides, each once, and where each side has it.
struct Union {
    places: Vec<(Option<usize>, Option<usize>)>,
}

impl Union {
    fn of(one: &Values, other: &Values) -> Self {
        let (mut ones, mut others) = (one.iter().enumerate().peekable(), other.iter().enumerate().peekable());
        let mut places = Vec::with_capacity(one.len().max(other.len()));
        loop {
            let order = match (ones.peek(), others.peek()) {
                (None, None) => return Self { places },
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((_, one)), Some((_, other))) => one.cmp(other),
            };
            let first = if order.is_le() { ones.next().map(|(place, _)| place) } else { None };
            let second = if order.is_ge() { others.next().map(|(place, _)| place) } else { None };
            places.push((first, second));
        }
    }
}

/// Half the sum of the differences of shares; `None` where a side has no record.
fn distance(shares: impl Iterator<Item = [Option<f64>; 2]>) -> Option<f64> {
    let mut sum = 0.0;
    for [one, other] in shares {
        sum += (one? - other?).abs();
    }
    Some((sum / 2.0).clamp(0.0, 1.0))
}

/// Counts of pairs of values, and how many a row has.
type Rows<'a> = (&'a Vec<u32>, usize);

fn pair_distance(before: (Rows<'_>, u64), after: (Rows<'_>, u64), first: &Union, second: &Union) -> Option<f64> {
    let cell = |((cells, width), _): (Rows<'_>, u64), one: Option<usize>, other: Option<usize>| {
        one.zip(other).map_or(0, |(one, other)| u64::from(cells[one * width + other]))
    };
    let all = first.places.iter().flat_map(|one| second.places.iter().map(move |other| (one, other)));
    distance(all.map(|(one, other)| {
        [ratio(cell(before, one.0, other.0), before.1), ratio(cell(after, one.1, other.1), after.1)]
    }))
}

/// The groups of a column: its months where its values tell them, its values where they are few.
struct Grouping<'a> {
    by: String,
    labels: Vec<&'a str>,
}

impl<'a> Grouping<'a> {
    fn of(group: &View<'a>) -> Option<Self> {
        let months: Option<Vec<&str>> = group.values.iter().map(month).collect();
        match months {
            Some(labels) => Some(Self { by: format!("month of {}", group.name), labels }),
            None if group.values.len() <= MOST_GROUPS => {
                Some(Self { by: group.name.to_owned(), labels: group.values.iter().collect() })
            }
            None => None,
        }
    }

    fn totals(self, column: &str, of_code: &[i128]) -> Totals {
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        for (label, &sum) in self.labels.into_iter().zip(of_code) {
            let total = sums.entry(label.to_owned()).or_default();
            *total = total.saturating_add(sum);
        }
        Totals { column: column.to_owned(), by: self.by, sums }
    }
}

/// Counts of pairs of a number and a group.
struct Cells<'a> {
    counts: &'a [u32],
    width: usize,
    /// Whether rows are numbers, and not groups.
    by_amount: bool,
}

impl Cells<'_> {
    fn sums(&self, units: &[Option<i128>], groups: usize) -> Vec<i128> {
        let mut sums = vec![0_i128; groups];
        for (place, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (row, cell) = (place / self.width, place % self.width);
            let (amount, group) = if self.by_amount { (row, cell) } else { (cell, row) };
            let unit = units[amount].unwrap_or(0);
            sums[group] = sums[group].saturating_add(unit.saturating_mul(i128::from(count)));
        }
        sums
    }
}

/// The same record by record.
fn direct_sums(
    codes: &Codes,
    units: &[Option<i128>],
    (groups, count): (&Codes, usize),
    stays: Option<&[bool]>,
) -> Vec<i128> {
    let mut sums = vec![0_i128; count];
    let units: Vec<i128> = units.iter().map(|unit| unit.unwrap_or(0)).collect();
    each_pair(codes, groups, stays, |code, group| sums[group] = sums[group].saturating_add(units[code]));
    sums
}

/// The month of a date, a moment or a month; a missing cell is a group of its own.
fn month(value: &str) -> Option<&str> {
    if value.is_empty() {
        return Some(value);
    }
    let month = value.get(..7)?;
    let is_month =
        month.bytes().enumerate().all(|(place, byte)| if place == 4 { byte == b'-' } else { byte.is_ascii_digit() });
    let is_whole = value.len() == 7 || value.as_bytes().get(7) == Some(&b'-');
    (is_month && is_whole).then_some(month)
}

/// The absolute changes of sums as a share of the sums.
fn change(before: &BTreeMap<String, i128>, after: &BTreeMap<String, i128>) -> Option<f64> {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |side: &BTreeMap<String, i128>, key: &String| side.get(key).copied().unwrap_or(0);
    let whole = before.values().map(|sum| sum.unsigned_abs()).fold(0_u128, u128::saturating_add);
    let changed =
        keys.into_iter().map(|key| of(before, key).abs_diff(of(after, key))).fold(0_u128, u128::saturating_add);
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits than a float has")]
    (whole > 0).then(|| changed as f64 / whole as f64)
}

/// Whether a column holds numbers that can be summed exactly.
fn is_summed(values: &Dictionary) -> bool {
    let is_number = matches!(values.column_type(), ColumnType::Integer | ColumnType::Decimal);
    is_number && values.values().flatten().all(|value| units(value.expose(), MOST_DECIMALS).is_some())
}

fn amounts(values: &Dictionary) -> Vec<Option<i128>> {
    values.values().map(|value| units(value?.expose(), MOST_DECIMALS)).collect()
}

fn units(value: &str, decimals: u32) -> Option<i128> {
    Exact::parse(value)?.in_units(decimals)
}

fn ranked(codes: Codes, values: &Dictionary) -> (Codes, Values) {
    let texts: Vec<&str> = values.values().map(|value| value.map_or("", crate::secret::Secret::expose)).collect();
    ranked_values(codes, &texts)
}

/// Shannon entropy in nats, summed from the smallest count to the largest, so that no order shows in the last digits.
fn entropy(mut counts: Vec<u64>) -> f64 {
    counts.retain(|&count| count > 0);
    counts.sort_unstable();
    if counts.len() < 2 {
        return 0.0;
    }
    let total = as_float(counts.iter().sum());
    let weighted: f64 = counts.iter().map(|&count| as_float(count) * as_float(count).ln()).sum();
    (total.ln() - weighted / total).max(0.0)
}

#[cfg(test)]
mod test;
