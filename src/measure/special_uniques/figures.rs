//! The numbers of special uniques, flat.

use crate::measure::figures::{FigureContext, not_measured, reason_of, units};
use crate::number::ratio;
use crate::result::{Figure, FigureUnit, FigureValue, MsuColumn, MsuSize, Outcome, SpecialUniques, Unit};

/// The share that limits are compared with.
const GATED_ID: &str = "special_uniques.gated_share";

/// Label of the share that limits are compared with.
const GATED: &str = "share of subjects singled out by at most 3 columns (special uniques)";

/// The share that limits are compared with; then who is a special unique, the scores, and the contribution of each column.
#[must_use]
pub fn figures(outcome: &Outcome<SpecialUniques>, context: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { unit, value: found } = outcome else {
        let figure = Figure::new(GATED_ID, GATED, FigureUnit::Share, not_measured(outcome));
        return vec![figure.on(&context.quasi_identifiers(false))];
    };
    let new = |name: &str, label: &str, unit: FigureUnit, value: FigureValue| {
        Figure::new(format!("special_uniques.{name}"), label, unit, value).on(&found.quasi_identifiers)
    };
    let (counted, subjects) = units(*unit);
    let count =
        |name: &str, label: String, unit: FigureUnit, count: u64| new(name, &label, unit, FigureValue::count(count));
    let share = |name: &str, label: String, part: u64, whole: u64| {
        let value = FigureValue::perhaps(ratio(part, whole), || "there is no record with a subject".to_owned());
        new(name, &label, FigureUnit::Share, value)
    };
    let gated = FigureValue::perhaps(found.gated_share, || reason_of(&found.undefined, "gated_share"));
    let special = format!("{subjects} singled out by fewer than all columns (special uniques)");
    let mut figures = vec![
        new("gated_share", GATED, FigureUnit::Share, gated),
        count("special_subjects", special.clone(), counted, found.special_subjects),
        share("special_share", format!("share of {special}"), found.special_subjects, found.subjects),
        count("special_records", "records that are special uniques".into(), FigureUnit::Records, found.special_records),
        count("unique_subjects", format!("{subjects} unique on all columns"), counted, found.unique_subjects),
    ];
    for (name, scores) in [("elliot", &found.elliot), ("ihsn", &found.ihsn)] {
        let weights = if name == "elliot" { "Elliot" } else { "IHSN" };
        let score = |which: &str, number: f64| {
            let label = format!("{which} SUDA score ({weights} weights)");
            new(&format!("{name}.{which}"), &label, FigureUnit::Number, FigureValue::number(number))
        };
        figures.extend([score("highest", scores.highest), score("mean", scores.mean)]);
    }
    let dis = |name: &str, label: &str, number: Option<f64>| {
        let value = FigureValue::perhaps(number, || reason_of(&found.dis.undefined, name));
        new(&format!("dis.{name}"), label, FigureUnit::Share, value)
    };
    figures.extend([
        dis("correct_match", "probability that a unique match is correct (DIS)", found.dis.correct_match),
        dis("highest", "highest DIS-SUDA score", found.dis.highest),
        dis("mean", "mean DIS-SUDA score", found.dis.mean),
    ]);
    figures.extend(found.by_size.iter().flat_map(|size| of_size(size, *unit, &found.quasi_identifiers)));
    figures.extend(found.columns.iter().flat_map(of_column));
    figures
}

fn of_size(size: &MsuSize, unit: Unit, all: &[String]) -> [Figure; 2] {
    let (counted, subjects) = units(unit);
    let columns = crate::number::counted(size.columns as u64, "column", "columns");
    let new = |name: &str, label: String, unit: FigureUnit, number: u64| {
        let figure = Figure::new(format!("special_uniques.by_size.{name}"), label, unit, FigureValue::count(number));
        figure.on(all).about(columns.clone())
    };
    [
        new("subjects", format!("{subjects} whose smallest MSU has {columns}"), counted, size.subjects),
        new("subject_msus", format!("MSUs of {columns}"), FigureUnit::Number, size.subject_msus),
    ]
}

fn of_column(column: &MsuColumn) -> [Figure; 2] {
    let figure = |name: &str, weights: &str, value: Option<f64>| {
        let value = FigureValue::perhaps(value, || "nobody has a score".to_owned());
        let label = format!("contribution of the column to the SUDA scores ({weights} weights)");
        let id = format!("special_uniques.columns.{name}");
        Figure::new(id, label, FigureUnit::Share, value).on(std::slice::from_ref(&column.column))
    };
    [figure("elliot", "Elliot", column.elliot), figure("ihsn", "IHSN", column.ihsn)]
}
