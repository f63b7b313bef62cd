//! What a model built on some people guesses of a sensitive column of others.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::report::inference::{attacks, evidence, method, sentence};
use crate::report::{Chart, messages};
use crate::result::{
    Figure, Inference, InferenceAttack, InferenceGroup, InferredColumn, ScanResult, Segments, UndefinedField,
};

/// The section; none when the measure was not part of the run.
pub(super) fn inference(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("inference");
    section.of(
        result.measures.inference.as_ref(),
        "What a model guesses of sensitive columns is unknown",
        |section, value| measured(section, result, value, charts),
    )
}

fn measured(section: Section, result: &ScanResult, value: &Inference, charts: &[Chart]) -> Section {
    let mut lines = Vec::new();
    if value.sampled < value.subjects {
        let (looked_at, all) = (count(value.sampled), count(value.subjects));
        lines.push(quoted(&format!("The attacks look at a sample: {looked_at} of {all}.")));
    }
    lines.extend(value.secrets.iter().filter_map(|secret| {
        let why = secret.undefined.first().map(UndefinedField::in_words)?;
        Some(quoted(&format!("Column `{}` is not guessed: {why}.", printable(&secret.column))))
    }));
    let tables = [rates(result, value), groups(result, value), segments(result, value)];
    let nothing = || "No sensitive column could be guessed, which is not safety.".to_owned();
    let section = Section {
        answer: sentence(result).map_or_else(nothing, |sentence| format!("{sentence}.")),
        lines,
        tables: tables.into_iter().filter_map(Table::any).collect(),
        ..section
    };
    // Where neither a limit nor a finding asks for it, it stands with what few will look at.
    let is_of_it = |figure: &Option<String>| figure.as_deref().is_some_and(|id| id.starts_with("inference."));
    let is_told = result.checks.iter().any(|check| is_of_it(&check.figure))
        || result.findings.iter().any(|finding| finding.measure == "inference" && finding.is_open());
    let section = if is_told { section } else { section.folded() };
    section.drawn(charts, &["inference"])
}

fn figure<'a>(result: &'a ScanResult, field: &str, column: Option<&str>, about: Option<&str>) -> Option<&'a Figure> {
    let id = format!("inference.{field}");
    let is_it = |figure: &&Figure| {
        figure.id == id && figure.about.as_deref() == about && figure.columns.iter().map(String::as_str).eq(column)
    };
    result.figures.iter().find(is_it)
}

/// A share with its interval.
fn between(share: f64, [low, high]: [f64; 2]) -> String {
    format!("{} ({} to {})", percent(share), percent(low), percent(high))
}

fn rates(result: &ScanResult, value: &Inference) -> Table {
    let rows = attacks(value);
    let of = |(secret, attack): &(&InferredColumn, &InferenceAttack), field: &str, text: String| {
        Cell::number(text).showing(figure(result, field, Some(&secret.column), Some(attack.method.name())))
    };
    Table::of(
        "Right guesses about people who were left out, with 95 % intervals",
        &rows,
        &[
            ("Column", &|(secret, _)| Cell::name(&secret.column)),
            ("Attack", &|(_, attack)| Cell::text(method(attack.method))),
            ("Known", &|(_, attack)| Cell::count(attack.known)),
            ("Asked", &|(_, attack)| Cell::count(attack.asked)),
            ("Right", &|row| of(row, "attack_rate", between(row.1.attack_rate, row.1.interval))),
            ("Baseline", &|row| of(row, "baseline_rate", percent(row.1.baseline_rate))),
            ("Control", &|row| of(row, "control_rate", percent(row.1.control_rate))),
            ("Advantage", &|row| of(row, "advantage", between(row.1.advantage, row.1.advantage_interval))),
            ("Residual risk", &|row| of(row, "residual_risk", between(row.1.residual_risk, row.1.residual_interval))),
            ("Evidence", &|(_, attack)| Cell::text(evidence(attack))),
        ],
    )
    .called("Anonymeter: inference risk, with attack, baseline and control rate. Here without the original: people are left out.")
}

fn groups(result: &ScanResult, value: &Inference) -> Table {
    let worst = value.secrets.iter().filter_map(|secret| Some((secret, secret.worst_group.as_ref()?)));
    let rows: Vec<(&InferredColumn, &InferenceGroup)> = worst.collect();
    let shown = |secret: &InferredColumn, field: &str| figure(result, field, Some(&secret.column), None);
    Table::of(
        "The group of people who are guessed best, named by its column and its size",
        &rows,
        &[
            ("Column", &|(secret, _)| Cell::name(&secret.column)),
            ("Group by", &|(_, group)| Cell::name(&group.column)),
            ("People in it", &|(secret, group)| Cell::count(group.people).showing(shown(secret, "worst_group.people"))),
            ("Right", &|(secret, group)| {
                let text = between(group.attack_rate, group.interval);
                Cell::number(text).showing(shown(secret, "worst_group.attack_rate"))
            }),
            ("Baseline in it", &|(secret, group)| {
                Cell::number(percent(group.baseline_rate)).showing(shown(secret, "worst_group.baseline_rate"))
            }),
            ("Groups looked at", &|(secret, _)| Cell::count(secret.groups)),
            ("Guessed surely", &|(secret, _)| Cell::count(secret.sure).showing(shown(secret, "sure"))),
            ("Of them right", &|(secret, _)| Cell::part(secret.sure_right, secret.sure)),
        ],
    )
}

fn segments(result: &ScanResult, value: &Inference) -> Table {
    let about = |segments: &Segments| {
        if segments.columns == value.columns.len() as u64 {
            "all columns".to_owned()
        } else {
            messages::counted(segments.columns, "column", "columns")
        }
    };
    let of = |segments: &Segments, field: &str, number: u64| {
        Cell::count(number).showing(figure(result, field, None, Some(&about(segments))))
    };
    Table::of(
        "Segments that a predicate on quasi-identifiers addresses",
        &value.segments,
        &[
            ("Predicate on", &|segments| Cell::text(about(segments))),
            ("Smallest segment", &|segments| of(segments, "segments.smallest", segments.smallest)),
            ("Subjects in segments below k, at most", &|segments| of(segments, "segments.below_k", segments.below_k)),
        ],
    )
    .folded()
}
