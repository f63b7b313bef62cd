//! A release beside its original.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, figure as shown, percent};
use crate::report::escape::printable;
use crate::report::original::{evidence_in_words, name, sentence};
use crate::report::{Chart, messages};
use crate::result::{Figure, Original, OriginalAttack, OriginalCopies, OriginalDistances, OriginalRate, ScanResult};

/// What other programs call these figures.
const ELSEWHERE: &str = "Anonymeter: singling-out, linkability and inference risk. SDMetrics: DCRBaselineProtection and \
                         DCROverfittingProtection. syntheval: DCR, NNDR, membership inference. sdcMicro: dRisk().";

/// The section; none when the measure was not part of the run.
pub(super) fn original(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    Section::new("original").of(
        result.measures.original.as_ref(),
        "What the release tells of the people in its original is unknown",
        |section, value| measured(section, result, value, charts),
    )
}

fn measured(section: Section, result: &ScanResult, value: &Original, charts: &[Chart]) -> Section {
    let mut lines: Vec<String> = Vec::new();
    if !value.not_compared.is_empty() {
        let names: Vec<String> = value.not_compared.iter().map(|name| format!("`{}`", printable(name))).collect();
        lines
            .push(format!("Not compared, so that there is no residual risk to hold to a limit: {}.", names.join(", ")));
    }
    lines.extend(value.attacks.iter().filter_map(|attack| {
        let reason = attack.reason.as_ref()?;
        Some(format!("{}: {}.", messages::capitalised(&name(attack)), printable(reason)))
    }));
    lines.extend(value.notes.iter().map(|note| format!("{}.", messages::capitalised(&printable(note)))));
    let section = Section {
        answer: sentence(result).map(|sentence| format!("{sentence}.")).unwrap_or_default(),
        lines: lines.iter().map(|line| quoted(line)).collect(),
        tables: vec![attacks(result, value), distances(value), copies(value)],
        ..section
    };
    let is_of_it = |figure: &Option<String>| figure.as_deref().is_some_and(|id| id.starts_with("original."));
    let is_told = result.checks.iter().any(|check| is_of_it(&check.figure))
        || result.findings.iter().any(|finding| finding.measure == "original" && finding.is_open());
    let section = if is_told { section } else { section.folded() };
    section.drawn(charts, &["original-attacks", "original-distances"])
}

fn rate(rate: Option<OriginalRate>) -> Cell {
    let text = rate.map(|rate| {
        let [low, high] = rate.interval;
        if low.total_cmp(&high).is_eq() {
            percent(rate.rate)
        } else {
            format!("{} ({} to {})", percent(rate.rate), percent(low), percent(high))
        }
    });
    Cell::optional_words(text, "none")
}

fn attacks(result: &ScanResult, value: &Original) -> Table {
    let residual = |attack: &OriginalAttack| {
        let text = attack.residual_risk.zip(attack.residual_interval);
        let text = text.map(|(risk, [low, high])| format!("{} ({} to {})", percent(risk), percent(low), percent(high)));
        Cell::optional_words(text, "none").showing(figure(result, attack))
    };
    Table::of(
        "Attacks on the people in the original, with 95 % intervals",
        &value.attacks,
        &[
            ("Attack", &|attack| Cell::text(messages::capitalised(&name(attack)))),
            ("Attempts", &|attack| Cell::optional_words(attack.attack.map(|rate| count(rate.attempts)), "none")),
            ("Original", &|attack| rate(attack.attack)),
            ("As many as control", &|attack| rate(attack.attack_at_control_size)),
            ("Guess", &|attack| rate(attack.baseline)),
            ("Control", &|attack| rate(attack.control)),
            ("Residual risk", &residual),
            ("Said", &|attack| Cell::text(evidence_in_words(attack.evidence))),
        ],
    )
    .called(ELSEWHERE)
}

/// The figure that the limit on an attack is held against.
fn figure<'a>(result: &'a ScanResult, attack: &OriginalAttack) -> Option<&'a Figure> {
    let place = result.measures.original.as_ref()?.value()?.attacks.iter().position(|other| other == attack)?;
    result.figures.iter().filter(|figure| figure.id == "original.residual_risk").nth(place)
}

fn distances(value: &Original) -> Table {
    let rows: Vec<(&str, &OriginalDistances)> = std::iter::once(("release", &value.distances))
        .chain(value.control_distances.iter().map(|found| ("control", found)))
        .collect();
    let at = |quantiles: &[f64], place: usize| Cell::optional(quantiles.get(place).map(|number| shown(*number)));
    Table::of(
        "Distance of a record to the closest one of the original, from 0 (equal) to 1, and its ratio to the second closest",
        &rows,
        &[
            ("Records of the", &|(whose, _)| Cell::text(*whose)),
            ("Records", &|(_, found)| Cell::count(found.records)),
            ("Smallest", &|(_, found)| at(&found.closest, 0)),
            ("5 %", &|(_, found)| at(&found.closest, 1)),
            ("Median", &|(_, found)| at(&found.closest, 10)),
            ("Largest", &|(_, found)| at(&found.closest, 20)),
            ("Ratio, 5 %", &|(_, found)| at(&found.ratio, 1)),
            ("Ratio, median", &|(_, found)| at(&found.ratio, 10)),
        ],
    )
}

fn copies(value: &Original) -> Table {
    let rows: Vec<(&str, &OriginalCopies)> = std::iter::once(("release", &value.copies))
        .chain(value.control_copies.iter().map(|found| ("control", found)))
        .collect();
    Table::of(
        "Records that equal one of the original on all compared columns",
        &rows,
        &[
            ("Records of the", &|(whose, _)| Cell::text(*whose)),
            ("Records", &|(_, found)| Cell::count(found.records)),
            ("Equal to one of the original", &|(_, found)| Cell::part(found.copied, found.records)),
            ("To those of a single person", &|(_, found)| Cell::part(found.copied_of_one, found.records)),
        ],
    )
}
