//! What text, page and pictures have in common about special uniques.

use super::messages;
use super::summary::names;
use crate::number::{percent, share};
use crate::result::{MsuSet, ScanResult, SpecialUniques};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&SpecialUniques> {
    result.measures.special_uniques.as_ref()?.value()
}

/// What text and Markdown say of it; nothing where nobody is singled out.
pub(super) fn sentence(result: &ScanResult) -> Option<String> {
    let value = measured(result)?;
    let set = value.sets.first().filter(|set| set.subjects > 0)?;
    let units = messages::unit(value.reading, 2);
    let special = share(value.special_subjects, value.subjects);
    let of_all = match value.gated_share {
        Some(gated) => format!("{} of {units} are singled out by at most 3 columns", percent(gated)),
        None => format!("{special} of {units} are singled out by fewer than all columns"),
    };
    Some(format!("Special uniques: {of_all}; most by {}", set_in_words(set, value)))
}

/// The columns of a set and whom they single out.
pub(super) fn set_in_words(set: &MsuSet, value: &SpecialUniques) -> String {
    let (columns, units) = (messages::list(&names(&set.columns)), messages::unit(value.reading, set.subjects));
    format!("{columns} ({} {units})", crate::number::count(set.subjects))
}

/// Subjects by the size of their smallest MSU, with a label for each: those singled out by larger sets only, and those who are
/// not singled out, come last.
pub(super) fn by_smallest(value: &SpecialUniques) -> Vec<(String, u64)> {
    let mut bars: Vec<(String, u64)> =
        value.by_size.iter().map(|size| (size.columns.to_string(), size.subjects)).collect();
    let found: u64 = value.by_size.iter().map(|size| size.subjects).sum();
    if value.max_msu < value.quasi_identifiers.len() {
        bars.push(("more".to_owned(), value.unique_subjects.saturating_sub(found)));
    }
    bars.push(("none".to_owned(), value.subjects.saturating_sub(value.unique_subjects.max(found))));
    bars
}
