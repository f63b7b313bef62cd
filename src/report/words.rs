//! Every sentence of the report, in one place, so that it can be read, corrected and translated as a whole.

mod first;
mod limits;
mod pictures;
mod sections;
mod unicity;

pub(super) use self::first::*;
pub(super) use self::limits::*;
pub(super) use self::pictures::*;
pub(super) use self::sections::*;
pub(super) use self::unicity::*;

use super::escape::shortened;
use super::number::{count, percent};
use crate::result::{
    ColumnEffect, Comparison, Dataset, DatasetColumn, Gate, GateBasis, GateMeasure, MissingMode, OwnCategory, Policy,
    Reading, ScanResult, SetStatistics, Severity, ShapleyMethod, VerdictOutcome, WaiverRecord, WaiverState,
};

/// Stands where a figure does not exist.
pub(super) const NOT_DEFINED: &str = "not defined";

/// The verdict as one word.
pub(super) fn verdict(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Pass => "PASS",
        VerdictOutcome::Review => "REVIEW",
        VerdictOutcome::Fail => "FAIL",
        VerdictOutcome::Incomplete => "INCOMPLETE",
    }
}

/// The headline where no crowd was counted: the reason comes first.
pub(super) fn unknown_risk(explanation: &str) -> String {
    format!("The risk is unknown, because {}.", explanation.trim_end_matches('.'))
}

/// How a measure without a figure ended.
pub(super) fn state(state: &str) -> String {
    format!("The measure “uniqueness” is {state}.")
}

/// The verdict as a sentence.
pub(super) fn verdict_sentence(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Pass => "Every limit was measured and holds.",
        VerdictOutcome::Review => "No limit is broken, but a person must look before this dataset leaves.",
        VerdictOutcome::Fail => "This dataset must not leave as it is.",
        VerdictOutcome::Incomplete => "The measurement was cut off, so nobody can say that this dataset is safe.",
    }
}

/// The verdict as a sentence; a pass that waivers made says so.
pub(super) fn verdict_of(result: &ScanResult) -> &'static str {
    let waived = result.findings.iter().any(|finding| finding.waived);
    match result.verdict.outcome {
        VerdictOutcome::Pass if waived => "Every limit holds, or a waiver covers it.",
        outcome => verdict_sentence(outcome),
    }
}

/// A severity as one word.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// The name of a reading in tables.
pub(super) fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::SubjectAttributes => "subject attributes",
        Reading::AnyRecord => "any record",
        Reading::Record => "record",
    }
}

/// What a reading means, in one sentence.
pub(super) fn reading_sentence(reading: Reading) -> &'static str {
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
pub(super) fn attacker(set: &SetStatistics, whole: u64) -> String {
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
pub(super) fn unit(reading: Reading, number: u64) -> &'static str {
    match (reading, number) {
        (Reading::Record, 1) => "record",
        (Reading::Record, _) => "records",
        (_, 1) => "subject",
        (_, _) => "subjects",
    }
}

/// What a missing cell matches, in one sentence.
pub(super) fn missing(mode: MissingMode) -> &'static str {
    match mode {
        MissingMode::OwnCategory => "A missing cell counts as a value of its own: it matches other missing cells only.",
        MissingMode::Wildcard => {
            "A missing cell matches every value, on either side. Crowds are then counted for each record and there \
             are no classes."
        }
    }
}

/// How the Shapley values were found, in one sentence.
pub(super) fn shapley(method: &ShapleyMethod) -> String {
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

/// The reason code of a null field, in words.
pub(super) fn undefined_reason(code: &str) -> &str {
    match code {
        "empty" => "there is no record with a subject",
        "wildcard" => "missing cells match everything, so there are no classes",
        "single-record" => "one record has no pair to be told apart from",
        "too-costly" => "counting it exceeds the work limit",
        other => other,
    }
}

/// Most names in a sentence, and most characters of each.
const LISTED: usize = 6;
const LISTED_CHARACTERS: usize = 60;

/// Columns as a list for a sentence: `age, city and card type`. A long list ends with how many more there are.
pub(super) fn list(names: &[String]) -> String {
    // A list that is longer by one shows the one instead of counting it.
    let shown = if names.len() > LISTED + 1 { LISTED } else { names.len() };
    let short: Vec<String> = names.iter().take(shown).map(|name| shortened(name, LISTED_CHARACTERS)).collect();
    match short.as_slice() {
        [] => "no column".to_owned(),
        [one] => one.clone(),
        _ if names.len() > LISTED + 1 => format!("{} and {} more columns", short.join(", "), names.len() - LISTED),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub(super) const NO_CROWD: &str = "No crowd was counted, so the risk is unknown";
/// Ends the text about a pass without findings.
pub(super) const NOTHING_FOUND: &str = "No findings: every limit was measured and holds.";
/// Under the verdict of a page, which says for a pass that every limit holds.
pub(super) const NO_FINDINGS: &str = "None.";
pub(super) const CAVEAT: &str = "Caveat:";
pub(super) const ROLES_GUESSED: &str = "Column roles are guessed: confirm them before you rely on this page.";
pub(super) const NO_SUBJECT: &str =
    "No subject column is declared: each record counts as its own subject, which can hide risk.";

pub(super) const SKIP: &str = "Skip to the result";
pub(super) const WAIVED: &str = "waived";
pub(super) const ALL_MEASURED: &str = "Nothing that was asked for is missing.";
pub(super) const TRUST: &str = "How far this result can be trusted";
pub(super) const CONTENTS: &str = "Sections";
pub(super) const MORE: &str = "more in result.json";
pub(super) const MORE_BELOW: &str = "more below";
pub(super) const HOW_TO_READ: &str = "How to read this";
pub(super) const WHAT_THIS_IS_NOT: &str = "What this is not";
pub(super) const WHY: &str = "Why:";
pub(super) const NOT_GATED: &str = "not held to a limit";
pub(super) const NOT_COUNTED: &str = "not counted";
pub(super) const NOT_KNOWN: &str = "not known";
pub(super) const NO_CONFIG: &str = "no configuration file";
pub(super) const GUESSED: &str = " (guessed)";
pub(super) const BELOW_LIMIT: &str = "below the limit";
pub(super) const NOT_BELOW_LIMIT: &str = "within the limit";
pub(super) const RISKIEST_COLUMNS: &str = "Riskiest columns";
pub(super) const RISKIEST_COLUMNS_CAPTION: &str = "Share of subjects alone that each column adds";
pub(super) const RISKIEST_SETS: &str = "Riskiest combinations";
pub(super) const COMBINATIONS_TITLE: &str = "Combinations of columns";
pub(super) const WHOLE_SETS_CAPTION: &str = "All quasi-identifiers, and those that never change within a subject";
pub(super) const SIZES_CAPTION: &str = "Share of subjects alone, by number of known columns";
pub(super) const BELOW_CAPTION: &str = "In classes smaller than a bound";
pub(super) const COLUMNS_TITLE: &str = "Columns";
pub(super) const COLUMNS_CAPTION: &str = "Columns of the dataset, by role";
pub(super) const METHOD_TITLE: &str = "Method and assumptions";
pub(super) const METHOD_MISSING: &str = "Missing cells in this run";
pub(super) const METHOD_SHAPLEY: &str = "Effects of columns in this run";
pub(super) const RECORD_TITLE: &str = "Record of the run";
pub(super) const FILES_CAPTION: &str = "Files, with the hash of the bytes that were read";
pub(super) const RUN_CAPTION: &str = "Run";
pub(super) const GLOSSARY_TITLE: &str = "Glossary";

/// Heads of the table of columns in a terminal, and in Markdown with the reason.
pub(super) const INSPECT_COLUMNS: [&str; 6] = ["Column", "Type", "Distinct", "Missing", "Role", "Kind"];
pub(super) const INSPECT_HEADS: [&str; 7] = ["Column", "Type", "Distinct", "Missing", "Role", "Kind", "Why"];
pub(super) const INSPECT_LEGEND: &str = "Kind: a static column never changes within a subject, an event column does. \
    Nothing was measured; `reidrisk scan` does that.";
pub(super) const FIGURE_HEADS: [&str; 4] = ["Measure", "Value", "Limit", "Finding"];
pub(super) const EFFECT_HEADS: [&str; 4] = ["Column", "Shapley value", "95 % interval", "Leave-one-out"];
pub(super) const SET_HEADS: [&str; 7] =
    ["Columns", "Reading", "Classes", "Smallest class", "Subjects alone", "Records alone", "Average risk of a record"];
pub(super) const SIZE_HEADS: [&str; 5] = ["Columns known", "Sets", "Safest set", "Median set", "Riskiest set"];
pub(super) const CLASS_HEADS: [&str; 5] = ["Subjects in a class", "Classes", "Records", "Share of records", "Limit"];
pub(super) const BELOW_HEADS: [&str; 3] = ["Class size", "Subjects", "Records"];
pub(super) const COLUMN_HEADS: [&str; 8] =
    ["Column", "Role", "Type", "Distinct", "Missing", "Within a subject", "Coarsened", "Why this role"];
pub(super) const FILE_HEADS: [&str; 4] = ["File", "Size", "Records", "SHA-256"];
pub(super) const RUN_HEADS: [&str; 2] = ["Fact", "Value"];

pub(super) const COMBINATIONS_READING: &[&str] = &[
    "Each row is something that a person outside may know about somebody: the values of these columns. “Subjects alone” \
     are those whom that knowledge singles out.",
    "“Any record” sets hold a column that changes from record to record, such as a date or an amount. A subject counts as \
     alone there when any one of its records is, so the share grows with the length of the history. Do not compare it \
     with a set read as subject attributes.",
    "A set with more columns never singles out fewer subjects. If a small set is already risky, every set that holds it \
     is at least as risky.",
];
pub(super) const CLASS_SIZES_READING: &[&str] = &[
    "A class is a crowd: all subjects that look the same on these columns. Its size counts subjects, not records. In a \
     class of 5, an attacker who knows these columns picks the right subject with a chance of 1 in 5.",
    "Hatched bars are classes smaller than the limit. The records in them are what to coarsen, merge or leave out.",
];
pub(super) const EFFECTS_READING: &[&str] = &[
    "Leave-one-out is the drop in the share of subjects alone when only this column is removed. It can be near 0 for \
     two columns that say the same: removing one of them helps little.",
    "The Shapley value shares the whole risk out fairly among the columns: their values add up to the share of subjects \
     alone on all columns.",
];
pub(super) const COLUMNS_READING: &[&str] = &[
    "A quasi-identifier is a column that others may know about a person. Static columns never change within a subject; \
     event columns do. Distinct values are counted after coarsening, and a missing cell is not counted among them.",
    "Only quasi-identifiers enter the crowds. A column with the role “ignore” is not measured, which does not make it \
     harmless.",
];

pub(super) const METHOD: &[(&str, &str)] = &[
    (
        "What a crowd is",
        "A record hides among the distinct subjects that have the same values on a set of columns. One customer with \
         fifty purchases is one subject, never a crowd of fifty.",
    ),
    (
        "Three readings",
        "Subject attributes: every column of the set is the same in all records of a subject, so classes do not overlap. \
         Any record: some column changes within a subject; a subject is exposed when any of its records is. Record: no \
         subject is declared, so each record counts as its own subject.",
    ),
    (
        "Subjects are as declared",
        "A reissued card or a joint account counts as its own subject unless cards are mapped to customers. If one person \
         is several subjects, real crowds are smaller than shown.",
    ),
    (
        "Who is assumed to look",
        "Someone who knows that the person is in the dataset and knows the exact values of the columns of a set. Whoever \
         knows less finds less; whoever knows columns that are not listed as quasi-identifiers may find more.",
    ),
    (
        "Risk",
        "The risk of a record is 1 divided by its crowd: the chance of picking the right subject. The average risk of a \
         record is the mean over all records that have a subject.",
    ),
    (
        "What this does not say",
        "It does not say what is learned about people who stay in a crowd, nor whether records can be linked to another \
         given dataset, nor how many would be alone in a larger population.",
    ),
];

pub(super) const GLOSSARY: &[(&str, &str)] = &[
    ("alone", "In a crowd of one: no other subject has the same values."),
    (
        "class",
        "All records with the same values on a set of columns; its size is the number of distinct subjects in it.",
    ),
    ("direct identifier", "A column that names the person outright, such as a name or a card number."),
    ("event column", "A quasi-identifier that changes from record to record, such as a date, place or amount."),
    ("k", "The limit for the smallest class, in subjects."),
    ("leave-one-out", "Share of subjects alone on all columns, minus that share without the column."),
    ("quasi-identifier", "A column that others may know about a person and that helps to single the person out."),
    ("record", "One row of the dataset."),
    ("Shapley value", "A column's fair part of the risk: its average effect over all orders of adding columns."),
    ("static column", "A quasi-identifier that is the same in all records of a subject, such as a birth year."),
    ("subject", "The person or account that records belong to."),
];

/// Sentences as owned strings.
pub(super) fn owned(sentences: &[&str]) -> Vec<String> {
    sentences.iter().map(|sentence| (*sentence).to_owned()).collect()
}

/// Size of the dataset in one line.
pub(super) fn dataset_size(dataset: &Dataset) -> String {
    let records = counted(dataset.records, "record", "records");
    let columns = columns(dataset.columns.len());
    match &dataset.subject {
        Some(_) => format!("{records}, {}, {columns}", counted(dataset.subjects, "subject", "subjects")),
        None => format!("{records}, {columns}"),
    }
}

/// An instant of RFC 3339 in UTC, for people; as it is when it has another shape.
pub(super) fn time(instant: &str) -> String {
    let short = instant.strip_suffix('Z').and_then(|instant| instant.split_once('T'));
    short.map_or_else(
        || instant.to_owned(),
        |(date, time)| format!("{date} {} UTC", time.split('.').next().unwrap_or(time)),
    )
}

/// The worst case beside the headline.
pub(super) fn worst_case(counts: &str, full: &SetStatistics) -> String {
    let history = if full.reading == Reading::AnyRecord { " It grows with the length of the history." } else { "" };
    let verb = if full.unique_subjects == 1 { "is" } else { "are" };
    format!(
        "Worst case of one known event: {counts} {verb} alone on all {} quasi-identifiers in at least one record.{history}",
        full.columns.len()
    )
}

pub(super) fn tile_alone(units: &str, columns: usize) -> String {
    format!("{} alone on {}", capitalised(units), all_columns(columns))
}

/// `all 6 columns`, `the one column`.
pub(super) fn all_columns(number: usize) -> String {
    if number == 1 { "the one column".to_owned() } else { format!("all {} columns", count(number as u64)) }
}

/// `1 record`, `1,200 records`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The headline where nobody is alone and the limit is broken all the same.
pub(super) fn small_crowd(columns: &str, reading: Reading, smallest: u64, k: u32) -> String {
    let (units, k) = (unit(reading, smallest), u64::from(k));
    let asked = if k == 1 { "is" } else { "are" };
    format!(
        "The smallest crowd on {columns} holds {} {units}; at least {} {asked} asked for",
        count(smallest),
        count(k)
    )
}

/// Who stands in crowds below the limit, where nobody is alone.
pub(super) fn in_small_crowds(number: u64, whole: u64, reading: Reading, k: u32, share: &str) -> String {
    let verb = if number == 1 { "stands" } else { "stand" };
    format!(
        "{} of {} {} ({share}) {verb} in crowds of fewer than {}",
        count(number),
        count(whole),
        unit(reading, whole),
        count(u64::from(k))
    )
}

/// Which columns a pass speaks of, and which not.
pub(super) fn columns_counted(dataset: &Dataset, counted: usize) -> String {
    let left_out: Vec<&DatasetColumn> =
        dataset.columns.iter().filter(|column| column.role != crate::result::Role::QuasiIdentifier).collect();
    let verb = if counted == 1 { "was" } else { "were" };
    let first = format!("{} of {} {verb} counted", count(counted as u64), columns(dataset.columns.len()));
    if left_out.is_empty() {
        return format!("{first}.");
    }
    let named = |column: &&DatasetColumn| {
        format!("{} ({})", shortened(&super::escape::printable(&column.name), LISTED_CHARACTERS), column.role.name())
    };
    let shown: Vec<String> = left_out.iter().take(LISTED).map(named).collect();
    let more = left_out.len() - shown.len();
    let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    format!("{first}. Not counted: {}{more}.", shown.join(", "))
}

/// The name of a measure without a figure, in words that say which set it speaks of.
pub(super) fn not_measured_name(measure: &str, has_crowds: bool) -> String {
    match measure {
        "static-smallest-class" => "smallest class of the static columns".to_owned(),
        // The name that earlier results have for it.
        "smallest-class" if has_crowds => "smallest class of the static columns".to_owned(),
        other => super::escape::printable(other),
    }
}

pub(super) fn tile_alone_note(full: &SetStatistics) -> String {
    match full.reading {
        Reading::AnyRecord => "worst case of one event".to_owned(),
        Reading::SubjectAttributes => "read as subject attributes".to_owned(),
        Reading::Record => "each record counted as a subject".to_owned(),
    }
}

pub(super) fn interval(low: &str, high: &str) -> String {
    format!("{low} to {high}")
}

/// What stands for the interval of a value that has none.
pub(super) fn exactness(effect: &ColumnEffect) -> String {
    match (effect.shapley, effect.undefined.iter().find(|entry| entry.field == "shapley")) {
        (Some(_), _) => "exact".to_owned(),
        (None, Some(entry)) => super::escape::printable(undefined_reason(&entry.reason)),
        (None, None) => NOT_DEFINED.to_owned(),
    }
}

pub(super) fn riskiest_sets_caption(max_set: usize) -> String {
    format!("Sets of at most {}", columns(max_set))
}

pub(super) fn sets_caption(sets: usize, max_set: usize) -> String {
    let sets = if sets == 1 { "The one set".to_owned() } else { format!("All {} sets", count(sets as u64)) };
    format!("{sets} of at most {}, riskiest first", columns(max_set))
}

/// The smallest number of columns that singles somebody out.
pub(super) fn combinations_answer(sets: &[&SetStatistics]) -> String {
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

pub(super) fn class_sizes_answer(headline: &str, set: &SetStatistics, k: u32, below: Option<u64>) -> String {
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

pub(super) fn class_sizes_caption(set: &SetStatistics) -> String {
    format!("Classes on {}", list(&super::summary::names(&set.columns)))
}

pub(super) fn no_class_sizes(reason: &str) -> String {
    format!("Class sizes are not defined here: {reason}.")
}

pub(super) fn below_k(k: u32) -> String {
    format!("fewer than {}", count(u64::from(k)))
}

pub(super) fn effects_answer(first: Option<&ColumnEffect>) -> String {
    let named = first.and_then(|effect| Some((effect, effect.shapley.or(effect.leave_one_out)?)));
    match named {
        Some((effect, value)) if value > 0.0 => format!(
            "{} reveals most: it adds {} to the share of subjects alone.",
            super::escape::printable(&effect.column),
            percent(value)
        ),
        Some(_) => "No column adds to the share of subjects alone.".to_owned(),
        None => "What each column adds is not defined for this dataset.".to_owned(),
    }
}

pub(super) fn columns_answer(columns: &[DatasetColumn]) -> String {
    let guessed = columns.iter().filter(|column| column.guessed).count();
    let quasi = columns.iter().filter(|column| column.role == crate::result::Role::QuasiIdentifier).count();
    let roles = if guessed == 0 {
        "no role is guessed".to_owned()
    } else {
        format!("{} guessed", counted(guessed as u64, "role is", "roles are"))
    };
    let number = columns.len();
    format!("{}, {} of them quasi-identifiers; {roles}.", self::columns(number), count(quasi as u64))
}

/// Whether a column changes within a subject.
pub(super) fn constancy(column: &DatasetColumn) -> &'static str {
    match column.constant_per_subject {
        _ if column.role == crate::result::Role::Subject => "is the subject",
        Some(true) => "static",
        Some(false) => "event",
        None => "–",
    }
}

pub(super) fn coarsening(rules: &[String]) -> String {
    if rules.is_empty() { "no".to_owned() } else { rules.join(", then ") }
}

/// Smallest crowds when missing cells are a value of their own.
pub(super) fn own_category(own: &OwnCategory) -> String {
    let figure = |number: Option<u64>| number.map_or_else(|| NOT_DEFINED.to_owned(), count);
    format!(
        " With a missing cell as a value of its own the smallest class would be {} on all quasi-identifiers and {} on \
         the static ones.",
        figure(own.full_smallest_class),
        figure(own.static_smallest_class)
    )
}

pub(super) fn policy(policy: &Policy, name: &str) -> String {
    let event = if policy.gate_any_record {
        "the worst case of one known event is held to the same limit"
    } else {
        "the worst case of one known event is shown but not gated"
    };
    let review = if policy.allow_review { " A review ends with exit code 0." } else { "" };
    let name = if policy.name == "custom" { "Own limits (custom)".to_owned() } else { format!("Policy {name}") };
    if !policy.gates.is_empty() {
        return policy_gates(policy, &name, review);
    }
    format!(
        "{name}: the smallest class of the static quasi-identifiers must hold at least {}; {event}; findings of severity \
         {} or above fail.{review} Default limits are house policy, not law.",
        counted(u64::from(policy.k), "subject", "subjects"),
        severity(policy.fail_on)
    )
}

/// Every gate of a policy, with who asks for it, and where the preset comes from.
fn policy_gates(policy: &Policy, name: &str, review: &str) -> String {
    let version = policy.preset.as_ref().map_or_else(String::new, |preset| format!(", version {}", preset.version));
    let gates: Vec<String> = policy.gates.iter().map(gate).collect();
    let sources = policy.preset.as_ref().map_or_else(String::new, |preset| {
        let sources: Vec<String> = preset.sources.iter().map(|source| super::escape::printable(source)).collect();
        format!(" Sources: {}.", sources.join("; "))
    });
    let day = policy.as_of.as_ref().map_or_else(String::new, |day| {
        format!(" Agreement and waivers are judged for {}.", super::escape::printable(day))
    });
    format!(
        "{name}{version}. Limits: {}. Findings of severity {} or above fail.{review}{sources}{day} A number is house \
         policy unless law or standard stands beside it.",
        gates.join("; "),
        severity(policy.fail_on)
    )
}

fn gate(gate: &Gate) -> String {
    let figure = match (gate.limit, gate.limit_as_k) {
        (Some(limit), Some(k)) if gate.measure == GateMeasure::HighestRisk => {
            format!(" at most {limit:.4} (classes of at least {})", count(u64::from(k)))
        }
        // As it is written in the configuration.
        (Some(limit), _) if gate.comparison == Comparison::AtLeast => format!(" at least {limit}"),
        (Some(limit), _) => format!(" at most {limit}"),
        (None, _) if gate.measure.is_rule_of_form() => " (a rule of form)".to_owned(),
        (None, _) => " (needed, and not declared)".to_owned(),
    };
    let basis = match gate.basis {
        GateBasis::Law => ", law",
        GateBasis::Standard => ", standard",
        GateBasis::House => "",
    };
    format!("{}{figure}{basis}", super::escape::printable(&gate.id))
}

/// What became of a waiver, in one line.
pub(super) fn waiver(record: &WaiverRecord) -> String {
    let printable = super::escape::printable;
    let state = match record.state {
        WaiverState::InForce => "in force",
        WaiverState::Expired => "expired",
        WaiverState::Void => "void",
        WaiverState::Unused => "unused",
        WaiverState::OtherDataset => "for another dataset",
    };
    let waiver = &record.waiver;
    let soon = record.state == WaiverState::InForce && record.days_left <= WAIVER_ENDS_SOON;
    let soon =
        if soon { format!(", in {}", counted(record.days_left.unsigned_abs(), "day", "days")) } else { String::new() };
    format!(
        "{} {state}, ends {}{soon}; approved by {}: {}",
        waiver.finding.name(),
        printable(&waiver.expires),
        printable(&waiver.approved_by),
        printable(&waiver.reason)
    )
}

/// Days before its end from which a waiver is said to end soon.
const WAIVER_ENDS_SOON: i64 = 14;

pub(super) const WAIVERS: &str = "Waivers (they change the verdict, never a figure)";

pub(super) fn footer(version: &str, run: &str) -> String {
    format!(
        "reidrisk {version}, run {run}. This page holds counts and names of columns and files, no cell of the data."
    )
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `1 column`, `3 columns`.
pub(super) fn columns(number: usize) -> String {
    if number == 1 { "1 column".to_owned() } else { format!("{} columns", count(number as u64)) }
}

/// Where the role of a column comes from.
pub(super) fn role_reason(column: &DatasetColumn) -> &str {
    match &column.guess_reason {
        Some(reason) => reason,
        None if column.guessed => "guessed",
        None if column.role == crate::result::Role::Ignore => "not used",
        None => "declared",
    }
}

/// Under a view that is for those who hold the data.
pub(super) fn restricted(stamp: &str) -> String {
    format!("{stamp}: for those who hold the data, not for the recipient")
}

pub(super) const IDENTIFIER_COLUMNS: &str = "columns with direct identifiers";

pub(super) fn most_revealing(columns: &[String]) -> String {
    format!("Most revealing columns: {}", columns.join(", "))
}

pub(super) fn riskiest_set(max_set: usize, columns: &str, share: &str, units: &str) -> String {
    format!("Riskiest set of at most {max_set}: {columns} ({share} of {units} alone)")
}

pub(super) fn try_first(what: &str) -> String {
    format!("Try first: {what}")
}

pub(super) const STATIC_COLUMNS: &str = "the static columns";
pub(super) const ALL_COLUMNS: &str = "all quasi-identifiers";

/// How a change moves a count: of those in crowds below `k`, or of those alone.
pub(super) fn moved(k: Option<u32>, columns: &str, before: &str, after: &str) -> String {
    match k {
        Some(k) => format!("subjects in crowds below {} on {columns} {before} -> {after}", count(u64::from(k))),
        None => format!("subjects alone on {columns} {before} -> {after}"),
    }
}

pub(super) fn moved_unicity(before: &str, after: &str) -> String {
    format!("subjects singled out by known points {before} -> {after}")
}

/// What a proposal costs, and whether it is enough.
pub(super) fn advice_notes(detail_kept: Option<String>, reaches_limits: bool) -> String {
    let enough = if reaches_limits { "every limit on crowds holds then" } else { "not enough by itself" };
    detail_kept.map_or_else(|| enough.to_owned(), |kept| format!("{kept} of detail kept; {enough}"))
}

/// A column that nobody named although its heading tells something.
pub(super) fn looks_like(role: crate::result::Role) -> String {
    format!("its heading looks like a {}", role.name())
}

pub(super) fn counted_coarser(rules: &str) -> String {
    format!("counted as {rules}")
}

/// Last line of the Markdown summary.
pub(super) fn markdown_footer(version: &str, run: &str, started: &str, exit_code: u8) -> String {
    format!("reidrisk {version}, run {run}, {started}, exit code {exit_code}")
}

/// `1 set`, `20 sets`.
pub(super) fn sets(number: usize) -> String {
    if number == 1 { "1 set".to_owned() } else { format!("{} sets", count(number as u64)) }
}

/// `1 class`, `20 classes`.
pub(super) fn classes(number: u64) -> String {
    if number == 1 { "1 class".to_owned() } else { format!("{} classes", count(number)) }
}

/// How many columns a picture leaves out.
pub(super) fn more(left_out: usize) -> String {
    format!("; {} more in result.json", columns(left_out))
}
