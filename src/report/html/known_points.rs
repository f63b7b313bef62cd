//! How many known points single a subject out, and what coarser versions of the extract would hide.

use std::collections::BTreeSet;

use super::section::{Section, Sentence, quoted};
use super::table::{Cell, Column, Table};
use crate::number::{count, figure, percent};
use crate::report::escape::printable;
use crate::report::known_points::{gated, gated_number, is_over, limit, rotation};
use crate::report::summary::names;
use crate::report::{Chart, messages, sweep};
use crate::result::{
    Attacker, Dataset, MobilityResult, ScanResult, Unicity, UnicityCurve, UnicityMethod, UnicityResolutions,
    UnicityResult,
};

/// What other programs call unicity.
const UNICITY_ELSEWHERE: &str =
    "ARX and sdcMicro have no name for it: they count records, not known points of a person.";

/// Curves whose table is written out; more stand in `result.json`.
const CURVES: usize = 24;

/// The section; none when the measure was not part of the run.
pub(super) fn known_points(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("known-points");
    section.of(
        result.measures.unicity.as_ref(),
        "How many known points single a subject out is unknown",
        |section, value| measured(section, result, value, charts),
    )
}

fn measured(mut section: Section, result: &ScanResult, value: &Unicity, charts: &[Chart]) -> Section {
    let attackers: BTreeSet<Attacker> = value.curves.iter().map(|curve| curve.attacker).collect();
    section.reading.extend(attackers.into_iter().map(|attacker| attacker_sentence(attacker).to_owned()));
    section.tables = tables(value);
    match &value.resolutions {
        Some(study) => {
            section.reading.extend(Section::new("known-points, swept").reading);
            section.tables.push(resolutions(result, study));
            let confirm = |flags| quoted(&format!("Confirm it on the whole extract: `reidrisk scan INPUT {flags}`."));
            section.todo.extend(sweep::advice(result, study).flags.map(confirm));
        }
        None => section.todo.extend(Section::new("known-points, not swept").todo),
    }
    if let Some(table) = mobility(value).any() {
        section.reading.extend(Section::new("known-points, places").reading);
        section.tables.push(table);
    }
    let curve = gated(result).map(|(curve, _)| curve).or(value.curves.first());
    Section {
        answer: answer(result, value),
        lines: lines(result, value),
        caution: curve.map_or_else(Vec::new, |curve| {
            unicity_caution(result.dataset.subjects, gated_number(value), &names(&curve.point))
        }),
        ..section
    }
    .drawn(charts, &["unicity", "resolutions"])
    .drawn_folded(charts, &["resolution-curves"])
}

fn answer(result: &ScanResult, value: &Unicity) -> String {
    let plain = value.curves.first().and_then(|curve| Some((curve, curve.results.last()?)));
    match gated(result).or(plain).filter(|(_, point)| point.share.is_some()) {
        Some((curve, point)) => unicity_answer(curve, point, limit(result), is_over(result)),
        None => "How many known points single a subject out is not known: no share is defined.".to_owned(),
    }
}

/// What the figures need to have said before them: why the gate looks elsewhere, curves without any, the sweep.
fn lines(result: &ScanResult, value: &Unicity) -> Vec<Sentence> {
    let mut lines: Vec<String> = value.gate_note.as_deref().map(messages::gate_note).into_iter().collect();
    lines.extend(rotation(result));
    for curve in value.curves.iter().take(CURVES) {
        let caption = messages::curve_caption(curve, false);
        lines.extend(curve.undefined.as_ref().map(|undefined| messages::curve_unknown(&caption, undefined)));
    }
    lines.extend(clock(&result.dataset));
    // The attack of the mobility literature that finds most for certain.
    let share = |result: &&MobilityResult| result.share_at_risk_1.unwrap_or(-1.0);
    let known = value.mobility.iter().filter(|result| result.share_at_risk_1.is_some());
    lines.extend(known.max_by(|left, right| share(left).total_cmp(&share(right))).map(mobility_sentence));
    lines.extend(value.resolutions.iter().flat_map(|study| sweep::advice(result, study).sentences));
    lines.iter().map(|line| quoted(line)).collect()
}

/// The judged curve first, then the others, and what each is about.
fn tables(value: &Unicity) -> Vec<Table> {
    let mut curves: Vec<(usize, &UnicityCurve)> = value.curves.iter().enumerate().collect();
    let is_gated = |place: usize| value.gated_curve == Some(place);
    let about = Table::of(
        "What each curve is about",
        &curves,
        &[
            ("Curve", &|(_, curve)| Cell::text(messages::curve_label(curve))),
            ("Subjects looked at", &|(_, curve)| Cell::text(curve.cohort_in_words())),
            ("Distinct points", &|(_, curve)| Cell::count(curve.points)),
            ("Records without a point", &|(_, curve)| Cell::count(curve.records_without_point)),
            ("Records out of sight", &|(_, curve)| Cell::count(curve.records_hidden)),
            ("Judged", &|(place, _)| Cell::text(messages::yes_no(is_gated(*place)))),
        ],
    );
    curves.sort_by_key(|(place, _)| (!is_gated(*place), *place));
    let tables = curves.into_iter().take(CURVES).filter_map(|(place, curve)| {
        let table = table(curve, messages::curve_caption(curve, is_gated(place))).any()?;
        Some(table.called(if place == 0 { UNICITY_ELSEWHERE } else { "" }).folded())
    });
    tables.chain([about.folded()]).collect()
}

fn table(curve: &UnicityCurve, caption: String) -> Table {
    Table::of(
        caption,
        &curve.results,
        &[
            ("Known points", &|point| Cell::number(point.known_points.to_string())),
            ("Singled out", &|point| Cell::optional(point.share.map(percent))),
            ("95 % interval", &|point| {
                Cell::optional(point.interval.map(|interval| match point.method {
                    UnicityMethod::Exact => messages::EXACT.to_owned(),
                    UnicityMethod::Sampled => messages::interval(interval),
                }))
            }),
            ("Subjects", &|point| Cell::count(point.subjects)),
            ("Left out", &|point| Cell::count(point.excluded)),
            ("Method", &|point| Cell::text(method(point))),
            ("Note", &|point| Cell::text(unicity_note(point))),
        ],
    )
}

/// The data of the pictures of the sweep: a row for each choice of steps, a column for each number of known points.
fn resolutions(result: &ScanResult, study: &UnicityResolutions) -> Table {
    let limit = limit(result);
    let of_number = |known| {
        let cell = move |steps: &&[usize]| {
            let point = sweep::cell(study, steps, known).and_then(|point| Some((point, percent(point.share?))));
            Cell::optional(point.map(|(point, share)| {
                if limit.is_some_and(|limit| point.keeps_to(limit)) { share + ", within the limit" } else { share }
            }))
        };
        (messages::known_points(known), cell)
    };
    let shares: Vec<_> = sweep::known(study).into_iter().map(of_number).collect();
    let others = shares.iter().map(|(head, cell)| -> Column<'_, &[usize]> { (head, cell) });
    let first: Column<'_, &[usize]> = ("Coarsening", &|steps| Cell::text(sweep::label(study, steps)));
    let columns: Vec<Column<'_, &[usize]>> = [first].into_iter().chain(others).collect();
    let on = messages::list(&names(&study.point));
    let caption = format!("Share singled out by points of {on} at each step of coarsening");
    Table::of(caption, &sweep::choices(study), &columns).folded()
}

/// The attacks of the mobility literature, one a row.
fn mobility(value: &Unicity) -> Table {
    let interval = |[low, high]: [f64; 2]| {
        if low < high { messages::interval([low, high]) } else { messages::EXACT.to_owned() }
    };
    Table::of(
        "Attacks on places, times and counts",
        &value.mobility,
        &[
            ("Known", &|result| Cell::text(result.attack.in_words())),
            ("Place", &|result| Cell::text(mobility_place(result))),
            ("How many", &|result| Cell::optional_words(result.known.map(|known| count(u64::from(known))), "–")),
            ("Mean risk", &|result| Cell::optional(result.mean_risk.map(percent))),
            ("Found for certain", &|result| Cell::optional(result.share_at_risk_1.map(percent))),
            ("95 % interval", &|result| Cell::optional(result.interval.map(interval))),
            ("Subjects looked at", &|result| {
                Cell::number(format!("{} of {}", count(result.looked_at), count(result.subjects)))
            }),
            ("Note", &|result| Cell::text(mobility_note(result))),
        ],
    )
}

/// The columns of a place, and of the order where the attack needs one.
fn mobility_place(result: &MobilityResult) -> String {
    let place = names(&result.place).join(" + ");
    match &result.order {
        Some(order) => format!("{place}, by {}", printable(order)),
        None => place,
    }
}

fn mobility_note(result: &MobilityResult) -> String {
    let tied = result
        .tied
        .filter(|number| *number > 0)
        .map(|number| format!("ties among the places of {}", messages::subjects(number)));
    let tolerance = result.tolerance.filter(|tolerance| *tolerance > 0.0);
    let tolerance = tolerance.map(|tolerance| format!("counts may differ by {}", figure(tolerance)));
    let notes: Vec<String> = [result.reason.as_deref().map(printable), tied, tolerance].into_iter().flatten().collect();
    if notes.is_empty() { "–".to_owned() } else { notes.join("; ") }
}

/// The attack that finds most, in a sentence.
fn mobility_sentence(result: &MobilityResult) -> String {
    let known = result.known.map_or_else(String::new, |known| format!("{known} "));
    let share = result.share_at_risk_1.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    format!(
        "Of the attacks on places, in the worst case, {known}{} find most: {share} of {} for certain.",
        result.attack.in_words(),
        messages::subjects(result.looked_at)
    )
}

/// By which clock hours and days were made, where somebody said so.
fn clock(dataset: &Dataset) -> Option<String> {
    let zone = dataset.time_zone.as_deref().map(|zone| format!("moments with a zone are read at {}", printable(zone)));
    let start = dataset.day_start.as_deref().map(|start| format!("a day begins at {}", printable(start)));
    let parts: Vec<String> = [zone, start].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Hours and days: {}.", parts.join("; ")))
}

/// What a row of the table needs to have said beside it.
fn unicity_note(point: &UnicityResult) -> String {
    let undecided = point
        .undecided
        .filter(|number| *number > 0)
        .map(|number| format!("search given up for {}, counted as singled out", messages::subjects(number)));
    let tied = point
        .tied
        .filter(|number| *number > 0)
        .map(|number| format!("ties among the most frequent points of {}", messages::subjects(number)));
    let reason = point.reason.as_deref().map(printable);
    let notes: Vec<String> = [reason, undecided, tied].into_iter().flatten().collect();
    if notes.is_empty() { "–".to_owned() } else { notes.join("; ") }
}

/// How an attacker comes to know points, as a sentence.
fn attacker_sentence(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Uniform => "“Any points”: each choice of a subject's points is equally likely to be known.",
        Attacker::Rarest => {
            "“Rarest points”: the worst case; a subject counts as soon as some choice of its points singles it out."
        }
        Attacker::Frequent => "“Most frequent points”: what the subject does most often, such as shops near home.",
        Attacker::Consecutive => "“Consecutive points”: events that follow each other in time.",
    }
}

/// What unicity must not be taken for.
fn unicity_caution(subjects: u64, points: u32, columns: &[String]) -> Vec<String> {
    vec![
        format!(
            "It is how many are unique given {} known exactly, not how many are identified: somebody must first know \
             such points of a person, and know that the person is in the extract.",
            messages::counted(u64::from(points), "point", "points")
        ),
        format!(
            "It holds for the {} of this extract at the resolution of {} here. Among more people, or at a coarser day, \
             place or amount, fewer are unique. The extract is counted as it is; if it is a sample, some of the unique \
             have a double outside of it.",
            messages::subjects(subjects),
            messages::list(columns)
        ),
        "A share within the limit does not make the extract anonymous: whoever is not unique may share them with one \
         other person, and who knows more, or other columns, finds more. Where the recipient holds points of the same people, \
         count its correct matches as well."
            .to_owned(),
    ]
}

/// The share at the gated number of points against its limit, in a sentence.
fn unicity_answer(curve: &UnicityCurve, point: &UnicityResult, limit: Option<f64>, is_over: bool) -> String {
    let points = if point.known_points == 1 { "point" } else { "points" };
    let verb = if point.known_points == 1 { "singles" } else { "single" };
    let share = point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    let columns = messages::list(&names(&curve.point));
    let subjects = messages::subjects(point.subjects);
    let limit = limit.map_or_else(String::new, |limit| {
        format!(" The limit of {} is {}.", percent(limit), if is_over { "broken" } else { "kept" })
    });
    format!("{} known {points} ({columns}) {verb} out {share} of {subjects}.{limit}", point.known_points)
}

fn method(point: &UnicityResult) -> String {
    match point.method {
        UnicityMethod::Exact => messages::EXACT.to_owned(),
        UnicityMethod::Sampled => format!("sampled, {} draws", count(point.draws)),
    }
}
