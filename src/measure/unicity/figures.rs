//! The numbers of known points, flat.

use crate::measure::figures::{FigureContext, estimate, not_measured, units};
use crate::result::{
    Figure, FigureUnit, FigureValue, GATED_KNOWN_POINTS, MobilityResult, Outcome, Unicity, UnicityCurve, UnicityGate,
    UnicityResolutions, UnicityResult, Unit,
};

/// What the gate compares, `unicity.gated_share`, then every curve, every attack on places and every step of coarsening.
#[must_use]
pub fn figures(outcome: &Outcome<Unicity>, context: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { unit, value } = outcome else {
        let statics = context.quasi_identifiers(true);
        let mut columns = context.quasi_identifiers(false);
        columns.retain(|column| !statics.contains(column));
        return vec![gated_figure(GATED_KNOWN_POINTS, not_measured(outcome)).on(&columns)];
    };
    let mut figures = gated(value);
    figures.extend(value.curves.iter().flat_map(|curve| of_curve(curve, *unit)));
    figures.extend(value.mobility.iter().flat_map(of_places));
    figures.extend(value.resolutions.iter().flat_map(of_resolutions));
    figures
}

fn gated_figure(known: u32, value: FigureValue) -> Figure {
    let label = format!("share of subjects singled out by {} (unicity)", points(known));
    Figure::new("unicity.gated_share", label, FigureUnit::Share, value).about(points(known))
}

/// What limits are held against: for each gated point the share over all subjects with an event, and that among those with
/// enough points. Points with unclear columns have figures of their own, `unicity.gated_share_unclear` and so on.
fn gated(value: &Unicity) -> Vec<Figure> {
    if value.gates.is_empty() {
        let why = value.gate_note.as_deref().unwrap_or("no group of event columns can be gated");
        return vec![gated_figure(GATED_KNOWN_POINTS, FigureValue::undefined(why))];
    }
    value.gates.iter().flat_map(of_gate).collect()
}

fn of_gate(gate: &UnicityGate) -> [Figure; 3] {
    let known = points(gate.known_points);
    let why =
        |nobody: &str| gate.undefined.as_ref().map_or(nobody.to_owned(), |undefined| undefined.explanation.clone());
    // A share without its interval was not computed to the end: nothing is compared with it.
    let id = |name: &str| {
        if gate.reading.is_certain() { format!("unicity.{name}") } else { format!("unicity.{name}_unclear") }
    };
    let estimate = |share: Option<f64>, interval: Option<[f64; 2]>, nobody: &str| match (share, interval) {
        (Some(share), Some(interval)) => FigureValue::estimate(share, Some(interval)),
        _ => FigureValue::undefined(why(nobody)),
    };
    let share = estimate(gate.share, gate.interval, "it was not fully computed");
    let active = estimate(gate.share_active, gate.interval_active, "no subject has that many points");
    let active_label = format!("share singled out by {known} among subjects with at least as many (unicity)");
    let subjects = "subjects with an event, the denominator of unicity";
    [
        Figure { id: id("gated_share"), ..gated_figure(gate.known_points, share).on(&gate.point) },
        Figure::new(id("gated_share_active"), active_label, FigureUnit::Share, active)
            .on(&gate.point)
            .about(known.clone()),
        Figure::new(id("gated_subjects"), subjects, FigureUnit::Subjects, FigureValue::count(gate.subjects))
            .on(&gate.point)
            .about(known),
    ]
}

/// `4 known points`.
fn points(known: u32) -> String {
    if known == 1 { "1 known point".to_owned() } else { format!("{known} known points") }
}

fn share(result: &UnicityResult) -> FigureValue {
    let why = || "no subject has so many points, or it was not computed".to_owned();
    estimate(result.share, result.interval, || result.reason.clone().unwrap_or_else(why))
}

fn of_curve(curve: &UnicityCurve, unit: Unit) -> Vec<Figure> {
    let notes = curve.notes().into_iter().chain([curve.cohort_in_words()]).collect::<Vec<_>>().join("; ");
    let label = |known: &str| format!("share of subjects singled out by {known} (unicity)");
    if let Some(undefined) = &curve.undefined {
        let value = FigureValue::undefined(undefined.explanation.as_str());
        let figure = Figure::new("unicity.share", label("known points"), FigureUnit::Share, value);
        return vec![figure.on(&curve.point).about(notes)];
    }
    let of_result = |result: &UnicityResult| {
        let known = points(result.known_points);
        let (subjects, units) = units(unit);
        let cohort = format!("{units} looked at for {known}");
        [
            Figure::new("unicity.share", label(&known), FigureUnit::Share, share(result)),
            Figure::new("unicity.subjects", cohort, subjects, FigureValue::count(result.subjects)),
        ]
        .map(|figure| figure.on(&curve.point).about(format!("{known}; {notes}")))
    };
    curve.results.iter().flat_map(of_result).collect()
}

/// The worst case of an attack on places: mean risk, and the share found for certain.
fn of_places(attack: &MobilityResult) -> [Figure; 2] {
    let known = attack.known.map_or_else(String::new, |known| format!("; {known} known"));
    let about = format!("{}{known}", attack.attack.in_words());
    let figure = |name: &str, label: &str, value: Option<f64>, interval| {
        let why = || attack.reason.clone().unwrap_or_else(|| "no subject has a place".to_owned());
        let value = estimate(value, interval, why);
        let id = format!("unicity.mobility.{name}");
        Figure::new(id, format!("{label} ({about})"), FigureUnit::Share, value).on(&attack.place).about(about.clone())
    };
    [
        figure("mean_risk", "mean re-identification risk by places", attack.mean_risk, None),
        figure(
            "share_at_risk_1",
            "share of subjects found for certain by places",
            attack.share_at_risk_1,
            attack.interval,
        ),
    ]
}

fn of_resolutions(study: &UnicityResolutions) -> Vec<Figure> {
    let figures = study.cells.iter().map(|cell| {
        let known = points(cell.result.known_points);
        let change = study.in_words(&cell.steps);
        let label = format!("share of subjects singled out by {known}, {change}");
        Figure::new("unicity.resolutions.share", label, FigureUnit::Share, share(&cell.result))
            .on(&study.point)
            .about(format!("{known}; {change}"))
    });
    figures.collect()
}
