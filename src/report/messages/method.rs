//! Words about method, assumptions and terms.

use super::NOT_DEFINED;
use crate::number::count;
use crate::result::{MissingMode, OwnCategory, ShapleyMethod};

/// What a missing cell matches, in one sentence.
pub(in crate::report) fn missing(mode: MissingMode) -> &'static str {
    match mode {
        MissingMode::OwnCategory => "A missing cell counts as a value of its own: it matches other missing cells only.",
        MissingMode::Wildcard => {
            "A missing cell matches every value, on either side. Crowds are then counted for each record and there \
             are no classes."
        }
    }
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

pub(in crate::report) const NO_CONFIG: &str = "no configuration file";
pub(in crate::report) const METHOD_TITLE: &str = "Method and assumptions";
pub(in crate::report) const METHOD_MISSING: &str = "Missing cells in this run";
pub(in crate::report) const METHOD_SHAPLEY: &str = "Effects of columns in this run";
pub(in crate::report) const RECORD_TITLE: &str = "Record of the run";
pub(in crate::report) const FILES_CAPTION: &str = "Files, with the hash of the bytes that were read";
pub(in crate::report) const RUN_CAPTION: &str = "Run";
pub(in crate::report) const GLOSSARY_TITLE: &str = "Glossary";
pub(in crate::report) const FILE_HEADS: [&str; 4] = ["File", "Size", "Records", "SHA-256"];
pub(in crate::report) const NO_HASH: &str = "left out: fewer than 100 records";
pub(in crate::report) const RUN_HEADS: [&str; 2] = ["Fact", "Value"];
pub(in crate::report) const METHOD: &[(&str, &str)] = &[
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
        "It does not say what is learned about people who stay in a crowd, nor whether records can be linked to a dataset \
         that was not named here, nor how many would be alone in a larger population.",
    ),
];
pub(in crate::report) const GLOSSARY: &[(&str, &str)] = &[
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

/// Smallest crowds when missing cells are a value of their own.
pub(in crate::report) fn own_category(own: &OwnCategory) -> String {
    let figure = |number: Option<u64>| number.map_or_else(|| NOT_DEFINED.to_owned(), count);
    format!(
        " With a missing cell as a value of its own the smallest class would be {} on all quasi-identifiers and {} on \
         the static ones.",
        figure(own.full_smallest_class),
        figure(own.static_smallest_class)
    )
}
