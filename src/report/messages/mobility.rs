//! Words about the attacks of the mobility literature, and about the clock by which moments are coarsened.

use crate::number::{figure, percent};
use crate::report::escape::printable;
use crate::report::summary::names;
use crate::result::{Dataset, MobilityResult};

/// The columns of a place, and of the order where the attack needs one.
pub(in crate::report) fn mobility_place(result: &MobilityResult) -> String {
    let place = names(&result.place).join(" + ");
    match &result.order {
        Some(order) => format!("{place}, by {}", printable(order)),
        None => place,
    }
}

pub(in crate::report) fn mobility_note(result: &MobilityResult) -> String {
    let tied = result
        .tied
        .filter(|number| *number > 0)
        .map(|number| format!("ties among the places of {}", super::subjects(number)));
    let tolerance = result.tolerance.filter(|tolerance| *tolerance > 0.0);
    let tolerance = tolerance.map(|tolerance| format!("counts may differ by {}", figure(tolerance)));
    let notes: Vec<String> = [result.reason.as_deref().map(printable), tied, tolerance].into_iter().flatten().collect();
    if notes.is_empty() { "–".to_owned() } else { notes.join("; ") }
}

/// The attack that finds most, in a sentence.
pub(in crate::report) fn mobility_sentence(result: &MobilityResult) -> String {
    let known = result.known.map_or_else(String::new, |known| format!("{known} "));
    let share = result.share_at_risk_1.map_or_else(|| super::NOT_DEFINED.to_owned(), percent);
    format!(
        "Of the attacks on places, in the worst case, {known}{} find most: {share} of {} for certain.",
        result.attack.in_words(),
        super::subjects(result.looked_at)
    )
}

/// By which clock hours and days were made, where somebody said so.
pub(in crate::report) fn clock(dataset: &Dataset) -> Option<String> {
    let zone = dataset.time_zone.as_deref().map(|zone| format!("moments with a zone are read at {}", printable(zone)));
    let start = dataset.day_start.as_deref().map(|start| format!("a day begins at {}", printable(start)));
    let parts: Vec<String> = [zone, start].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Hours and days: {}.", parts.join("; ")))
}
