//! How many known points single a subject out, and what coarser versions of the extract would hide.

use super::section::{Section, Sentence, figures, quoted};
use super::table::{Cell, Table};
use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::report::known_points::{gated, gated_number, is_over, limit};
use crate::report::summary::names;
use crate::report::{Chart, messages, sweep};
use crate::result::{
    MobilityResult, Outcome, ScanResult, Unicity, UnicityCurve, UnicityMethod, UnicityResolutions, UnicityResult,
};

/// Curves whose table is written out; more stand in `result.json`.
const CURVES: usize = 24;

/// The section; none when the measure was not part of the run.
pub(super) fn known_points(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section { id: "known-points".into(), title: messages::UNICITY_TITLE.into(), ..Section::default() };
    Some(match result.measures.unicity.as_ref()? {
        Outcome::Measured { value, .. } => measured(section, result, value, charts),
        Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => {
            Section { answer: messages::unicity_unknown(&printable(explanation)), ..section }
        }
    })
}

fn measured(section: Section, result: &ScanResult, value: &Unicity, charts: &[Chart]) -> Section {
    let mut reading = messages::owned(messages::UNICITY_READING);
    let mut attackers: Vec<_> = value.curves.iter().map(|curve| curve.attacker).collect();
    attackers.sort_unstable();
    attackers.dedup();
    reading.extend(attackers.into_iter().map(|attacker| messages::attacker_sentence(attacker).to_owned()));
    let mut todo = vec![quoted(messages::UNICITY_TODO)];
    let mut tables = tables(value);
    match &value.resolutions {
        Some(study) => {
            reading.extend(messages::owned(messages::SWEEP_READING));
            tables.push(resolutions(result, study));
            todo.extend(sweep::advice(result, study).flags.map(|flags| quoted(&messages::sweep_todo(&flags))));
        }
        None => todo.push(quoted(messages::UNICITY_SWEEP_TODO)),
    }
    if !value.mobility.is_empty() {
        reading.extend(messages::owned(messages::MOBILITY_READING));
    }
    let curve = gated(result).map(|(curve, _)| curve).or(value.curves.first());
    Section {
        answer: answer(result, value),
        lines: lines(result, value),
        figures: figures(charts, &["unicity", "resolutions", "resolution-curves"]),
        tables: [tables, mobility(value).into_iter().collect()].concat(),
        reading,
        caution: curve.map_or_else(Vec::new, |curve| {
            messages::unicity_caution(result.dataset.subjects, gated_number(value), &names(&curve.point))
        }),
        todo,
        ..section
    }
}

fn answer(result: &ScanResult, value: &Unicity) -> String {
    let plain = value.curves.first().and_then(|curve| Some((curve, curve.results.last()?)));
    match gated(result).or(plain).filter(|(_, point)| point.share.is_some()) {
        Some((curve, point)) => messages::unicity_answer(curve, point, limit(result), is_over(result)),
        None => messages::NO_UNICITY.to_owned(),
    }
}

/// What the figures need to have said before them: why the gate looks elsewhere, curves without any, the sweep.
fn lines(result: &ScanResult, value: &Unicity) -> Vec<Sentence> {
    let mut lines: Vec<Sentence> = Vec::new();
    lines.extend(value.gate_note.as_deref().map(|note| quoted(&messages::gate_note(&printable(note)))));
    for curve in value.curves.iter().take(CURVES) {
        let Some(undefined) = &curve.undefined else { continue };
        let explanation = printable(&undefined.explanation);
        lines.push(quoted(&messages::curve_unknown(&messages::curve_caption(curve, false), &explanation)));
    }
    lines.extend(messages::clock(&result.dataset).map(|clock| quoted(&clock)));
    lines.extend(worst_mobility(value).map(|worst| quoted(&worst)));
    if let Some(study) = &value.resolutions {
        lines.extend(sweep::advice(result, study).sentences.iter().map(|sentence| quoted(sentence)));
    }
    lines
}

/// The judged curve open, the others folded, and what each is about.
fn tables(value: &Unicity) -> Vec<Table> {
    let mut places: Vec<usize> = (0..value.curves.len()).collect();
    places.sort_by_key(|place| (value.gated_curve != Some(*place), *place));
    let mut tables = Vec::new();
    for place in places.into_iter().take(CURVES) {
        let curve = &value.curves[place];
        let is_gated = value.gated_curve == Some(place);
        if !curve.results.is_empty() {
            let table = table(curve, messages::curve_caption(curve, is_gated));
            tables.push(if is_gated { table } else { table.folded() });
        }
    }
    let rows = value.curves.iter().enumerate().map(|(place, curve)| {
        vec![
            Cell::text(messages::curve_label(curve)),
            Cell::text(curve.cohort_in_words()),
            Cell::number(count(curve.points)),
            Cell::number(count(curve.records_without_point)),
            Cell::number(count(curve.records_hidden)),
            Cell::text(if value.gated_curve == Some(place) { messages::JUDGED } else { messages::NOT_JUDGED }),
        ]
    });
    tables.push(Table::new(messages::CURVES_CAPTION, &messages::CURVES_HEADS, rows).folded());
    tables
}

fn table(curve: &UnicityCurve, caption: String) -> Table {
    let rows = curve.results.iter().map(|point| {
        let figures = [
            Cell::optional(point.share.map(percent)),
            Cell::optional(interval(point)),
            Cell::number(count(point.subjects)),
            Cell::number(count(point.excluded)),
            Cell::text(messages::unicity_method(point.method, point.draws)),
            Cell::text(messages::unicity_note(point)),
        ];
        [vec![Cell::number(point.known_points.to_string())], figures.to_vec()].concat()
    });
    Table::new(caption, &messages::UNICITY_HEADS, rows)
}

/// The interval of a sampled share; an exact one needs none.
fn interval(point: &UnicityResult) -> Option<String> {
    let [low, high] = point.interval?;
    Some(match point.method {
        UnicityMethod::Exact => messages::EXACT.to_owned(),
        UnicityMethod::Sampled => messages::interval(&percent(low), &percent(high)),
    })
}

/// The data of the pictures of the sweep: a row for each choice of steps, a column for each number of known points.
fn resolutions(result: &ScanResult, study: &UnicityResolutions) -> Table {
    let known = sweep::known(study);
    let limit = limit(result);
    let heads: Vec<String> = [messages::SWEEP_CHOICE.to_owned()]
        .into_iter()
        .chain(known.iter().map(|known| messages::known_points(*known)))
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Cell>> = sweep::choices(study)
        .iter()
        .map(|steps| {
            let figures = known.iter().map(|known| {
                let point = sweep::cell(study, steps, *known);
                Cell::optional(point.and_then(|point| messages::sweep_cell(point, limit)))
            });
            [Cell::text(sweep::label(study, steps))].into_iter().chain(figures).collect()
        })
        .collect();
    Table::new(messages::sweep_caption(&names(&study.point)), &heads, rows.into_iter()).folded()
}

/// The attack of the mobility literature that finds most for certain, in a sentence.
fn worst_mobility(value: &Unicity) -> Option<String> {
    let share = |result: &&MobilityResult| result.share_at_risk_1.unwrap_or(-1.0);
    let measured = value.mobility.iter().filter(|result| result.share_at_risk_1.is_some());
    measured.max_by(|left, right| share(left).total_cmp(&share(right))).map(messages::mobility_sentence)
}

/// The attacks of the mobility literature, one a row; none where none was asked for.
fn mobility(value: &Unicity) -> Option<Table> {
    let rows = value.mobility.iter().map(|result| {
        let interval = result.interval.map(|[low, high]| {
            if low < high { messages::interval(&percent(low), &percent(high)) } else { messages::EXACT.to_owned() }
        });
        vec![
            Cell::text(result.attack.in_words()),
            Cell::text(messages::mobility_place(result)),
            Cell::optional_words(result.known.map(|known| count(u64::from(known))), "–"),
            Cell::optional(result.mean_risk.map(percent)),
            Cell::optional(result.share_at_risk_1.map(percent)),
            Cell::optional(interval),
            Cell::number(messages::count_of(result.looked_at, result.subjects)),
            Cell::text(messages::mobility_note(result)),
        ]
    });
    (!value.mobility.is_empty()).then(|| Table::new(messages::MOBILITY_CAPTION, &messages::MOBILITY_HEADS, rows))
}
