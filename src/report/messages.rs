//! Sentences and words that are built from a result, most of them for several views. What one table or chart alone
//! says stands there; the fixed prose of the page stands in `templates/prose.txt`.

mod classes;
mod linkage;
mod unicity;
mod verdict;

pub(super) use self::classes::*;
pub(super) use self::linkage::*;
pub(super) use self::unicity::*;
pub(super) use self::verdict::*;

use super::escape::{printable, shortened};
use crate::number::{count, percent};
use crate::printable::listed;
use crate::result::{Dataset, DatasetColumn, Role};

pub(super) use crate::number::{NOT_DEFINED, counted};

/// Most names in a sentence, and most characters of each.
const LISTED: usize = 6;

const LISTED_CHARACTERS: usize = 60;

/// Columns as a list for a sentence: `age, city and card type`. A long list ends with how many more there are.
pub(super) fn list(names: &[String]) -> String {
    // A list that is longer by one shows the one instead of counting it.
    let shown = if names.len() > LISTED + 1 { LISTED } else { names.len() };
    let short: Vec<String> = names.iter().take(shown).map(|name| shortened(name, LISTED_CHARACTERS)).collect();
    match names.len() {
        0 => "no column".to_owned(),
        all if all > shown => format!("{} and {} more columns", short.join(", "), all - shown),
        _ => listed(&short),
    }
}

/// The first columns of a long list, and how many more there are: for a label.
pub(super) fn few(names: &[String]) -> String {
    const FEW: usize = 3;
    if names.len() <= FEW + 1 {
        return names.join(", ");
    }
    format!("{} and {} more", names[..FEW].join(", "), names.len() - FEW)
}

pub(super) const MORE: &str = "more in result.json";
pub(super) const NOT_KNOWN: &str = "not known";
pub(super) const NONE: &str = "none";

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

/// `1 subject`, `1,200 subjects`.
pub(super) fn subjects(number: u64) -> String {
    counted(number, "subject", "subjects")
}

/// `No subject`, `About 4 in 5 subjects`: a share in natural frequencies at the beginning of a sentence.
pub(super) fn so_many_subjects(frequency: &str) -> String {
    if frequency == "none" { "No subject".to_owned() } else { format!("{} subjects", capitalised(frequency)) }
}

/// An interval of shares.
pub(super) fn interval([low, high]: [f64; 2]) -> String {
    format!("{} to {}", percent(low), percent(high))
}

/// Behind an estimate: ` (95 % interval 1 % to 2 %)`.
pub(super) fn with_interval(bounds: [f64; 2]) -> String {
    format!(" (95 % interval {})", interval(bounds))
}

/// What is not known ends with why.
pub(super) fn because(explanation: &str) -> String {
    format!("because {}", explanation.trim_end_matches('.'))
}

pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `1 column`, `3 columns`.
pub(super) fn columns(number: usize) -> String {
    counted(number as u64, "column", "columns")
}

/// How many columns a picture leaves out.
pub(super) fn more(left_out: usize) -> String {
    format!("; {} more in result.json", columns(left_out))
}

/// Stands for the hash of a small file, which could be found again by trying.
pub(super) const NO_HASH: &str = "left out: fewer than 100 records";

/// Stands for a picture that would show nothing but zeros.
pub(super) fn not_drawn(title: &str) -> String {
    format!("Not drawn, because every figure is 0: {title}.")
}

pub(super) const WHAT_TO_DO: &str = "What to do";
pub(super) const RECOMMENDED: &str = "try first";
pub(super) const AS_IT_IS: &str = "as it is";

/// `posted_at → day`. The edges of bands are counted: they fill a line, and stand where the rule is to be copied.
pub(super) fn change(column: &str, rule: &str) -> String {
    match rule.strip_prefix("bins:") {
        Some(edges) => format!("{column} → {} bands", count(edges.split(',').count().saturating_sub(1) as u64)),
        None => format!("{column} → {rule}"),
    }
}

pub(super) fn more_curves(left_out: usize) -> String {
    format!("; {} in the tables", counted(left_out as u64, "more curve", "more curves"))
}

pub(super) fn limit_share(share: &str) -> String {
    format!("limit {share}")
}

/// Which columns a pass speaks of, and which not.
pub(super) fn columns_counted(dataset: &Dataset, counted: usize) -> String {
    let left_out: Vec<&DatasetColumn> =
        dataset.columns.iter().filter(|column| column.role != Role::QuasiIdentifier).collect();
    let verb = if counted == 1 { "was" } else { "were" };
    let first = format!("{} of {} {verb} counted", count(counted as u64), columns(dataset.columns.len()));
    if left_out.is_empty() {
        return format!("{first}.");
    }
    let named = |column: &&DatasetColumn| {
        format!("{} ({})", shortened(&printable(&column.name), LISTED_CHARACTERS), column.role.name())
    };
    let shown: Vec<String> = left_out.iter().take(LISTED).map(named).collect();
    let more = left_out.len() - shown.len();
    let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    format!("{first}. Not counted: {}{more}.", shown.join(", "))
}

pub(super) fn coarsening(rules: &[String]) -> String {
    if rules.is_empty() { "no".to_owned() } else { rules.join(", then ") }
}

/// Where the role of a column comes from.
pub(super) fn role_reason(column: &DatasetColumn) -> &str {
    match &column.guess_reason {
        Some(reason) => reason,
        None if column.guessed => "guessed",
        None if column.role == Role::Ignore => "not used",
        None => "declared",
    }
}
