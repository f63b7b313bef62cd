//! Words about crowds, and the combinations of columns that they stand on.

use super::{NOT_DEFINED, capitalised, columns, counted, list};
use crate::number::{count, percent};
use crate::result::{ColumnEffect, Reading, SetStatistics};

/// The name of a reading in tables.
pub(in crate::report) fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::SubjectAttributes => "subject attributes",
        Reading::AnyRecord => "any record",
        Reading::Record => "record",
    }
}

/// What a reading means, in one sentence.
pub(in crate::report) fn reading_sentence(reading: Reading) -> &'static str {
    match reading {
        Reading::SubjectAttributes => {
            "Read as subject attributes: these columns never change within a subject, so each subject stands in \
             exactly one class."
        }
        Reading::AnyRecord => {
            "Read as any record: some of these columns change from record to record, and a subject counts as alone \
             when any one of its records is. This is the worst case of one known event, and it grows with the length \
             of the history."
        }
        Reading::Record => {
            "Read as records: no subject column is declared, so each record counts as its own subject. If one person \
             has several records, the true crowds are smaller than shown."
        }
    }
}

/// What someone finds who knows the columns of a set about a person; `whole` is how many there are.
pub(in crate::report) fn attacker(set: &SetStatistics, whole: u64) -> String {
    let known = match set.reading {
        Reading::AnyRecord => "Someone who knows these values of one record of a person",
        Reading::SubjectAttributes | Reading::Record => "Someone who knows these columns about a person",
    };
    match set.smallest_class {
        _ if set.unique_subjects == whole && whole > 0 && set.reading == Reading::AnyRecord => {
            "Each of them has a record that nobody else has the like of: whoever knows its values finds exactly that \
             person."
                .to_owned()
        }
        _ if set.unique_subjects > 0 && set.reading == Reading::AnyRecord => {
            format!("{known} may find exactly that person.")
        }
        _ if set.unique_subjects == whole && whole > 0 => format!("{known} finds exactly that person."),
        _ if set.unique_subjects > 0 => {
            "Someone who knows these columns about one of them finds exactly that person.".to_owned()
        }
        Some(smallest) => {
            format!("{known} is left with at least {} {}.", count(smallest), unit(set.reading, smallest))
        }
        None => String::new(),
    }
}

/// The unit of a reading, singular or plural.
pub(in crate::report) fn unit(reading: Reading, number: u64) -> &'static str {
    match (reading, number) {
        (Reading::Record, 1) => "record",
        (Reading::Record, _) => "records",
        (_, 1) => "subject",
        (_, _) => "subjects",
    }
}

pub(in crate::report) const NOT_GATED: &str = "not held to a limit";
pub(in crate::report) const NOT_COUNTED: &str = "not counted";
pub(in crate::report) const BELOW_LIMIT: &str = "below the limit";
pub(in crate::report) const NOT_BELOW_LIMIT: &str = "within the limit";
pub(in crate::report) const RISKIEST_COLUMNS: &str = "Riskiest columns";
pub(in crate::report) const RISKIEST_COLUMNS_CAPTION: &str = "Share of subjects alone that each column adds";
pub(in crate::report) const RISKIEST_SETS: &str = "Riskiest combinations";
pub(in crate::report) const COMBINATIONS_TITLE: &str = "Combinations of columns";
pub(in crate::report) const WHOLE_SETS_CAPTION: &str =
    "All quasi-identifiers, and those that never change within a subject";
pub(in crate::report) const SIZES_CAPTION: &str = "Share of subjects alone, by number of known columns";
pub(in crate::report) const BELOW_CAPTION: &str = "In classes smaller than a bound";
pub(in crate::report) const EFFECT_HEADS: [&str; 4] = ["Column", "Shapley value", "95 % interval", "Leave-one-out"];
pub(in crate::report) const SET_HEADS: [&str; 7] =
    ["Columns", "Reading", "Classes", "Smallest class", "Subjects alone", "Records alone", "Average risk of a record"];
pub(in crate::report) const SIZE_HEADS: [&str; 5] =
    ["Columns known", "Sets", "Safest set", "Median set", "Riskiest set"];
pub(in crate::report) const CLASS_HEADS: [&str; 5] =
    ["Subjects in a class", "Classes", "Records", "Share of records", "Limit"];
pub(in crate::report) const BELOW_HEADS: [&str; 3] = ["Class size", "Subjects", "Records"];
pub(in crate::report) const COMBINATIONS_READING: &[&str] = &[
    "Each row is something that a person outside may know about somebody: the values of these columns. “Subjects alone” \
     are those whom that knowledge singles out.",
    "“Any record” sets hold a column that changes from record to record, such as a date or an amount. A subject counts as \
     alone there when any one of its records is, so the share grows with the length of the history. Do not compare it \
     with a set read as subject attributes.",
    "A set with more columns never singles out fewer subjects. If a small set is already risky, every set that holds it \
     is at least as risky.",
];
pub(in crate::report) const CLASS_SIZES_READING: &[&str] = &[
    "A class is a crowd: all subjects that look the same on these columns. Its size counts subjects, not records. In a \
     class of 5, an attacker who knows these columns picks the right subject with a chance of 1 in 5.",
    "Hatched bars are classes smaller than the limit. The records in them are what to coarsen, merge or leave out.",
];
pub(in crate::report) const EFFECTS_READING: &[&str] = &[
    "Leave-one-out is the drop in the share of subjects alone when only this column is removed. It can be near 0 for \
     two columns that say the same: removing one of them helps little.",
    "The Shapley value shares the whole risk out fairly among the columns: their values add up to the share of subjects \
     alone on all columns.",
];

/// The worst case beside the headline.
pub(in crate::report) fn worst_case(counts: &str, full: &SetStatistics) -> String {
    let history = if full.reading == Reading::AnyRecord { " It grows with the length of the history." } else { "" };
    let verb = if full.unique_subjects == 1 { "is" } else { "are" };
    format!(
        "Worst case of one known event: {counts} {verb} alone on all {} quasi-identifiers in at least one record.{history}",
        full.columns.len()
    )
}

pub(in crate::report) fn tile_alone(units: &str, columns: usize) -> String {
    format!("{} alone on {}", capitalised(units), all_columns(columns))
}

/// `all 6 columns`, `the one column`.
pub(in crate::report) fn all_columns(number: usize) -> String {
    if number == 1 { "the one column".to_owned() } else { format!("all {} columns", count(number as u64)) }
}

/// The headline where nobody is alone and the limit is broken all the same.
pub(in crate::report) fn small_crowd(columns: &str, reading: Reading, smallest: u64, k: u32) -> String {
    let (units, k) = (unit(reading, smallest), u64::from(k));
    let asked = if k == 1 { "is" } else { "are" };
    format!(
        "The smallest crowd on {columns} holds {} {units}; at least {} {asked} asked for",
        count(smallest),
        count(k)
    )
}

/// Who stands in crowds below the limit, where nobody is alone.
pub(in crate::report) fn in_small_crowds(number: u64, whole: u64, reading: Reading, k: u32, share: &str) -> String {
    let verb = if number == 1 { "stands" } else { "stand" };
    format!(
        "{} of {} {} ({share}) {verb} in crowds of fewer than {}",
        count(number),
        count(whole),
        unit(reading, whole),
        count(u64::from(k))
    )
}

pub(in crate::report) fn tile_alone_note(full: &SetStatistics) -> String {
    match full.reading {
        Reading::AnyRecord => "worst case of one event".to_owned(),
        Reading::SubjectAttributes => "read as subject attributes".to_owned(),
        Reading::Record => "each record counted as a subject".to_owned(),
    }
}

/// What stands for the interval of a value that has none.
pub(in crate::report) fn exactness(effect: &ColumnEffect) -> String {
    match (effect.shapley, effect.undefined.iter().find(|entry| entry.field == "shapley")) {
        (Some(_), _) => "exact".to_owned(),
        (None, Some(entry)) => crate::report::escape::printable(entry.in_words()),
        (None, None) => NOT_DEFINED.to_owned(),
    }
}

pub(in crate::report) fn riskiest_sets_caption(max_set: usize) -> String {
    format!("Sets of at most {}", columns(max_set))
}

pub(in crate::report) fn sets_caption(sets: usize, max_set: usize) -> String {
    let sets = if sets == 1 { "The one set".to_owned() } else { format!("All {} sets", count(sets as u64)) };
    format!("{sets} of at most {}, riskiest first", columns(max_set))
}

/// The smallest number of columns that singles somebody out.
pub(in crate::report) fn combinations_answer(sets: &[&SetStatistics]) -> String {
    let alone = sets.iter().filter(|set| set.unique_subjects > 0).count();
    let smallest = sets.iter().filter(|set| set.unique_subjects > 0).min_by_key(|set| set.columns.len());
    match smallest {
        None if sets.len() == 1 => "The one combination singles out nobody.".to_owned(),
        None => format!("None of {} combinations singles out anybody.", count(sets.len() as u64)),
        Some(set) if sets.len() == 1 => {
            format!("The one combination, of {}, singles somebody out.", columns(set.columns.len()))
        }
        Some(set) => {
            let length = set.columns.len();
            let columns = if length == 1 { "one column".to_owned() } else { format!("{length} columns") };
            let verb = if alone == 1 { "singles" } else { "single" };
            format!(
                "{} of {} combinations {verb} somebody out; knowing {columns} can be enough.",
                count(alone as u64),
                count(sets.len() as u64)
            )
        }
    }
}

pub(in crate::report) fn class_sizes_answer(headline: &str, set: &SetStatistics, k: u32, below: Option<u64>) -> String {
    let smallest = set.smallest_class.map_or_else(
        || "the smallest class is not defined".to_owned(),
        |smallest| format!("the smallest class holds {} {}", count(smallest), unit(set.reading, smallest)),
    );
    let below = below.map_or_else(String::new, |below| {
        let verb = if below == 1 { "stands" } else { "stand" };
        let records = counted(below, "record", "records");
        format!("; {records} {verb} in classes below the limit of {}", count(u64::from(k)))
    });
    format!("{headline}; {smallest}{below}.")
}

pub(in crate::report) fn class_sizes_caption(set: &SetStatistics) -> String {
    format!("Classes on {}", list(&crate::report::summary::names(&set.columns)))
}

pub(in crate::report) fn no_class_sizes(reason: &str) -> String {
    format!("Class sizes are not defined here: {reason}.")
}

pub(in crate::report) fn below_k(k: u32) -> String {
    format!("fewer than {}", count(u64::from(k)))
}

pub(in crate::report) fn effects_answer(first: Option<&ColumnEffect>) -> String {
    let named = first.and_then(|effect| Some((effect, effect.shapley.or(effect.leave_one_out)?)));
    match named {
        Some((effect, value)) if value > 0.0 => format!(
            "{} reveals most: it adds {} to the share of subjects alone.",
            crate::report::escape::printable(&effect.column),
            percent(value)
        ),
        Some(_) => "No column adds to the share of subjects alone.".to_owned(),
        None => "What each column adds is not defined for this dataset.".to_owned(),
    }
}

/// `1 set`, `20 sets`.
pub(in crate::report) fn sets(number: usize) -> String {
    if number == 1 { "1 set".to_owned() } else { format!("{} sets", count(number as u64)) }
}

/// `1 class`, `20 classes`.
pub(in crate::report) fn classes(number: u64) -> String {
    if number == 1 { "1 class".to_owned() } else { format!("{} classes", count(number)) }
}
