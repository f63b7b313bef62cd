//! Words about classes, and the combinations of columns that they stand on.

use super::{NOT_DEFINED, columns, counted};
use crate::number::{count, percent};
use crate::result::{ColumnEffect, Reading, SetStatistics, ShapleyMethod};

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
            "Read as any record: some of these columns change from record to record, and a subject counts as unique \
             when any one of its records is. This is the worst case of one known event, and it grows with the length \
             of the history."
        }
        Reading::Record => {
            "Read as records: no subject column is declared, so each record counts as its own subject. If one person \
             has several records, the true classes are smaller than shown."
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

/// The worst case beside the headline.
pub(in crate::report) fn worst_case(counts: &str, full: &SetStatistics) -> String {
    let history = if full.reading == Reading::AnyRecord { " It grows with the length of the history." } else { "" };
    let verb = if full.unique_subjects == 1 { "is" } else { "are" };
    format!(
        "Worst case of one known event: {counts} {verb} unique on all {} quasi-identifiers in at least one record.{history}",
        full.columns.len()
    )
}

/// `all 6 columns`, `the one column`.
pub(in crate::report) fn all_columns(number: usize) -> String {
    if number == 1 { "the one column".to_owned() } else { format!("all {} columns", count(number as u64)) }
}

/// What stands for the interval of a value that has none.
pub(in crate::report) fn exactness(effect: &ColumnEffect) -> String {
    match (effect.shapley, effect.undefined.iter().find(|entry| entry.field == "shapley")) {
        (Some(_), _) => "exact".to_owned(),
        (None, Some(entry)) => crate::report::escape::printable(entry.in_words()),
        (None, None) => NOT_DEFINED.to_owned(),
    }
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

/// Which column of a list adds most; `which` columns these are stands before the noun, where there are others.
pub(in crate::report) fn effects_answer(which: &str, first: Option<&ColumnEffect>) -> String {
    let named = first.and_then(|effect| Some((effect, effect.shapley.or(effect.leave_one_out)?)));
    let of = if which.is_empty() { String::new() } else { format!("Of the {which}columns ") };
    match named {
        Some((effect, value)) if value > 0.0 => format!(
            "{of}{} reveals most: it adds {} to the share of unique subjects.",
            crate::report::escape::printable(&effect.column),
            percent(value)
        ),
        Some(_) => format!("No {which}column adds to the share of unique subjects."),
        None => format!("What each {which}column adds is not defined for this dataset."),
    }
}

/// `1 set`, `20 sets`.
pub(in crate::report) fn sets(number: usize) -> String {
    counted(number as u64, "set", "sets")
}

/// `1 class`, `20 classes`.
pub(in crate::report) fn classes(number: u64) -> String {
    counted(number, "class", "classes")
}

/// How the Shapley values were found, in one sentence.
pub(in crate::report) fn shapley(method: &ShapleyMethod) -> String {
    match method {
        ShapleyMethod::Exact => "Shapley values are exact: every combination of columns was counted.".to_owned(),
        ShapleyMethod::Sampled { orders } => format!(
            "Shapley values are estimated from {} random orders of the columns; the whiskers are 95 % intervals.",
            count(u64::from(*orders))
        ),
        ShapleyMethod::NotComputed => {
            "Shapley values were not computed: they need more combinations than the work limit allows.".to_owned()
        }
    }
}
