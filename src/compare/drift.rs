//! The drift of a file: what is different about it since the last good night, whatever its figures are.
//!
//! # Definition
//! Columns are compared by name with those of the baseline: one that is not there any more vanished, one that was not there
//! appeared, and a pair of both that look alike (type, missing share, distinct values) was perhaps renamed. A column that
//! both have changed if its type, its role or its nature (static, unclear, event) did, or if its subjects are spelled in
//! another way. A number (records, subjects, distinct values, missing share) drifted if it is farther from the median of
//! the last good nights than 5 robust standard deviations (1.4826 times the median absolute deviation; Rousseeuw & Croux,
//! *JASA* 88, 1993) and than a floor that stands in where few nights, or nights that are all alike, say nothing of the
//! usual spread. A ceiling bounds the allowance, so that a history which is wild does not let everything pass. The numbers
//! 5, floors and ceilings are policy choices.
//!
//! # Guarantee
//! Pure, and no cell value is in it. A file compared with itself shows nothing (tested as a law).
//!
//! # Edge cases
//! Without an earlier run there is no drift, and nobody may read that as none: the judge says that nothing was compared.
//! What was not counted on one side, as the distinct values of a column that no measure needs, is not compared.

use std::collections::BTreeSet;

use crate::number::{as_float, count, percent};
use crate::result::{
    ColumnSize, Dataset, DatasetColumn, Earlier, EarlierColumn, FindingCode, Night, SubjectSpelling, Variability,
};

/// Robust standard deviations that are usual.
const DEVIATIONS: f64 = 5.0;

/// What makes a median absolute deviation a standard deviation, of a normal distribution.
const NORMAL: f64 = 1.482_6;

/// Something about the file that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// What it is found as.
    pub code: FindingCode,
    /// The columns it is about; of a rename the old name and the new one.
    pub columns: Vec<String>,
    /// One sentence without cell values.
    pub message: String,
    /// The number that drifted, and the end of the usual range that it is beyond.
    pub beyond: Option<[f64; 2]>,
}

/// What is different about a file since an earlier run, in the order of the columns; sizes come first.
///
/// `nights` are the sizes of the last good nights, the newest first; where there are none the earlier run is the only one.
#[must_use]
pub fn drift(earlier: &Earlier, nights: &[Night], dataset: &Dataset) -> Vec<Drift> {
    let alone = [earlier.night.clone()];
    let nights = if nights.is_empty() { &alone[..] } else { nights };
    let now = Night::of(dataset);
    let mut found = sizes(nights, &now);
    let renamed = renames(earlier, dataset);
    let is_renamed = |name: &String| renamed.iter().any(|pair| pair.contains(name));
    for old in earlier.columns.iter().filter(|old| !is_renamed(&old.name)) {
        match dataset.columns.iter().find(|column| column.name == old.name) {
            Some(column) => found.extend(of_column(old, column, nights, &now)),
            None => found.push(plain(
                FindingCode::ColumnVanished,
                &[&old.name],
                format!("column `{}` is not in the file any more", old.name),
            )),
        }
    }
    let is_known = |name: &String| earlier.columns.iter().any(|old| &old.name == name);
    for column in dataset.columns.iter().filter(|column| !is_known(&column.name) && !is_renamed(&column.name)) {
        let message = format!("column `{}` is new in the file", column.name);
        found.push(plain(FindingCode::ColumnAppeared, &[&column.name], message));
    }
    found.extend(renamed.into_iter().map(|[old, new]| {
        let message = format!("column `{old}` vanished and `{new}`, which looks like it, appeared: perhaps renamed");
        plain(FindingCode::ColumnRenamed, &[&old, &new], message)
    }));
    found
}

fn plain(code: FindingCode, columns: &[&String], message: String) -> Drift {
    Drift { code, columns: columns.iter().map(|&name| name.clone()).collect(), message, beyond: None }
}

/// What is usual of a number, from its values in earlier nights.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Usual {
    low: f64,
    high: f64,
}

impl Usual {
    /// The range around the median. `floor` is the least allowance, `ceiling` the most, both from the median. None without
    /// a value.
    fn of(mut values: Vec<f64>, floor: impl Fn(f64) -> f64, ceiling: impl Fn(f64) -> f64) -> Option<Self> {
        let centre = median(&mut values)?;
        let mut distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
        let spread = NORMAL * median(&mut distances)?;
        let allowance = (DEVIATIONS * spread).max(floor(centre)).min(ceiling(centre));
        Some(Self { low: (centre - allowance).max(0.0), high: centre + allowance })
    }

    /// The end that a number is beyond; none where it is usual.
    fn passed_by(self, number: f64) -> Option<f64> {
        if number < self.low { Some(self.low) } else { (number > self.high).then_some(self.high) }
    }
}

/// The middle of some numbers, of an even number of them the mean of both in the middle. None of none.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[middle - 1], upper) })
}

/// The robust standard deviation of some numbers. None of none.
pub(super) fn robust_deviation(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    let centre = median(&mut values)?;
    let mut distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    Some(NORMAL * median(&mut distances)?)
}

/// A number of things in a sentence, rounded inwards, so that the range named is never wider than the one that holds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts, which are not negative")]
fn shown(usual: Usual) -> String {
    format!("{} to {}", count(usual.low.ceil() as u64), count(usual.high.floor() as u64))
}

fn of_nights(nights: &[Night]) -> String {
    match nights.len() {
        1 => "of the earlier run".to_owned(),
        number => format!("of the last {number} runs"),
    }
}

/// Records and subjects: a fifth more or less is usual at least, more than half never.
fn sizes(nights: &[Night], now: &Night) -> Vec<Drift> {
    let values = |of: fn(&Night) -> Option<u64>| -> Vec<f64> { nights.iter().filter_map(of).map(as_float).collect() };
    let all: [(&str, Option<u64>, Vec<f64>); 2] = [
        ("records", Some(now.records), values(|night| Some(night.records))),
        ("subjects", now.subjects, values(|night| night.subjects)),
    ];
    all.into_iter()
        .filter_map(|(what, number, values)| {
            let number = number?;
            let usual = Usual::of(values, |centre| centre / 5.0, |centre| centre / 2.0)?;
            let end = usual.passed_by(as_float(number))?;
            let message = format!(
                "the file has {} {what}; usual is {}, by the spread {}",
                count(number),
                shown(usual),
                of_nights(nights)
            );
            Some(Drift { beyond: Some([as_float(number), end]), ..plain(FindingCode::SizeDrift, &[], message) })
        })
        .collect()
}

/// Pairs of a column that vanished and one that appeared and looks like it: the one in its place, else the only one.
fn renames(earlier: &Earlier, dataset: &Dataset) -> Vec<[String; 2]> {
    let vanished = |old: &&(usize, &EarlierColumn)| !dataset.columns.iter().any(|column| column.name == old.1.name);
    let appeared: Vec<(usize, &DatasetColumn)> = dataset
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !earlier.columns.iter().any(|old| old.name == column.name))
        .collect();
    let now = Night::of(dataset);
    let mut taken = BTreeSet::new();
    let old: Vec<(usize, &EarlierColumn)> = earlier.columns.iter().enumerate().collect();
    old.iter()
        .filter(vanished)
        .filter_map(|&(place, old)| {
            let similar: Vec<(usize, &DatasetColumn)> = appeared
                .iter()
                .filter(|(_, column)| !taken.contains(&column.name) && looks_like(earlier, old, &now, column))
                .copied()
                .collect();
            let at_its_place = similar.iter().find(|(other, _)| *other == place);
            let (_, new) = at_its_place.or(if similar.len() == 1 { similar.first() } else { None })?;
            taken.insert(new.name.clone());
            Some([old.name.clone(), new.name.clone()])
        })
        .collect()
}

/// Whether two columns could hold the same: one type, missing shares within 2 points, distinct values within a quarter.
fn looks_like(earlier: &Earlier, old: &EarlierColumn, now: &Night, new: &DatasetColumn) -> bool {
    let [was, is] = [earlier.night.columns.get(&old.name), now.columns.get(&new.name)];
    let (Some(was), Some(is)) = (was, is) else { return false };
    let is_as_rich = match (was.distinct, is.distinct) {
        (Some(was), Some(is)) => was.abs_diff(is).saturating_mul(4) <= was.max(is),
        _ => true,
    };
    old.column_type == new.column_type && (was.missing_share - is.missing_share).abs() <= 0.02 && is_as_rich
}

/// What is different about a column that both have.
fn of_column(old: &EarlierColumn, column: &DatasetColumn, nights: &[Night], now: &Night) -> Vec<Drift> {
    let name = &column.name;
    let mut changes: Vec<String> = Vec::new();
    if old.column_type != column.column_type {
        changes.push(format!("its type was {} and is {}", old.column_type.name(), column.column_type.name()));
    }
    if old.role != column.role {
        changes.push(format!("its role was {} and is {}", old.role.name(), column.role.name()));
    }
    let [was, is] = [old.variability, column.variability()].map(|nature| nature.map(in_words));
    // Whether a column varies is asked of quasi-identifiers only, so another role brings another answer.
    if old.role == column.role && was != is {
        let word = |nature: Option<&str>| nature.unwrap_or("unknown").to_owned();
        changes.push(format!("within subjects it was {} and is {}", word(was), word(is)));
    }
    if let (Some(was), Some(is)) = (old.spelling, column.facts.subject_spelling)
        && is_respelled(was, is)
    {
        let form = |spelling: SubjectSpelling| {
            format!("{} to {} characters of {}", spelling.shortest, spelling.longest, spelling.characters())
        };
        changes.push(format!("its values were {} and are {}, so subjects may be spelled anew", form(was), form(is)));
    }
    let sizes = |of: fn(&ColumnSize) -> Option<f64>| -> Vec<f64> {
        nights.iter().filter_map(|night| of(night.columns.get(name)?)).collect()
    };
    let mut found = Vec::new();
    if !changes.is_empty() {
        let message = format!("column `{name}` is not as it was: {}", changes.join("; "));
        found.push(plain(FindingCode::ColumnChanged, &[name], message));
    }
    let Some(size) = now.columns.get(name) else { return found };
    let distinct = size.distinct.map(as_float);
    // Half more or fewer is usual at least, and five where there are few; a column that got finer has several times as many.
    let richness = Usual::of(
        sizes(|size| size.distinct.map(as_float)),
        |centre| (centre / 2.0).max(5.0),
        |centre| (centre * 2.0).max(5.0),
    );
    if let Some((distinct, usual)) = distinct.zip(richness)
        && let Some(end) = usual.passed_by(distinct)
    {
        let message = format!(
            "column `{name}` has {} distinct values; usual is {}, by the spread {}: it may be finer or coarser than before",
            count(size.distinct.unwrap_or_default()),
            shown(usual),
            of_nights(nights)
        );
        found.push(Drift { beyond: Some([distinct, end]), ..plain(FindingCode::ColumnChanged, &[name], message) });
    }
    found.extend(missing(name, size.missing_share, sizes(|size| Some(size.missing_share)), nights));
    found.extend(new_spellings(old, column));
    found
}

/// Whether subjects are spelled in another way: with other kinds of characters, or more than one character shorter or longer.
/// One more or less is what numbers do that count upwards.
fn is_respelled(was: SubjectSpelling, is: SubjectSpelling) -> bool {
    let kinds = |of: SubjectSpelling| [of.capitals, of.small_letters, of.digits, of.signs];
    kinds(was) != kinds(is) || was.shortest.abs_diff(is.shortest) > 1 || was.longest.abs_diff(is.longest) > 1
}

/// Static and nearly static are read alike.
fn in_words(nature: Variability) -> &'static str {
    match nature {
        Variability::Static | Variability::NearlyStatic => "static",
        Variability::Unclear => "unclear",
        Variability::Event => "an event column",
    }
}

/// A jump of the share of missing cells: 5 points are usual at least, more than 25 never.
fn missing(name: &String, share: f64, values: Vec<f64>, nights: &[Night]) -> Option<Drift> {
    let usual = Usual::of(values, |_| 0.05, |_| 0.25)?;
    let end = usual.passed_by(share)?;
    let message = format!(
        "{} of the cells of column `{name}` are missing; usual is {} to {}, by the spread {}",
        percent(share),
        percent(usual.low),
        percent(usual.high.min(1.0)),
        of_nights(nights)
    );
    Some(Drift { beyond: Some([share, end]), ..plain(FindingCode::MissingDrift, &[name], message) })
}

/// Spellings that stand for a missing value and were not in the column before. They count as values, so that a new one
/// makes a class of its own of people who have nothing in common.
fn new_spellings(old: &EarlierColumn, column: &DatasetColumn) -> Option<Drift> {
    let (was, is) = (old.missing_spellings.as_ref()?, column.facts.missing_spellings.as_ref()?);
    let new: Vec<String> = is.iter().filter(|spelling| !was.contains(spelling)).map(|it| format!("`{it}`")).collect();
    let message = format!(
        "column `{}` spells missing values in a way that it did not before: {}",
        column.name,
        crate::printable::listed(&new)
    );
    (!new.is_empty()).then(|| plain(FindingCode::NewMissingSpelling, &[&column.name], message))
}
