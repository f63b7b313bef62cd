//! The numbers of equivalence classes, flat.

use crate::measure::figures::{FigureContext, estimate, not_measured, reason_of, units};
use crate::number::{as_float, ratio};
use crate::result::{ColumnEffect, Figure, FigureUnit, FigureValue, Outcome, SetStatistics, Uniqueness, Unit};

/// Figures of the sets that gates look at, `uniqueness.full.…`, `uniqueness.static.…` and, where some columns are unclear,
/// `uniqueness.static_unclear.…`, of the effect of each column,
/// and for each set of the lattice its smallest class and the share that is unique.
#[must_use]
pub fn figures(outcome: &Outcome<Uniqueness>, context: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { unit, value } = outcome else { return without_value(context, &not_measured(outcome)) };
    let unit = *unit;
    let mut figures = of_set("full", &value.full, unit, context);
    for (which, set) in [("static", &value.static_set), ("static_unclear", &value.static_unclear)] {
        figures.extend(set.iter().flat_map(|set| of_set(which, set, unit, context)));
    }
    figures.extend(own_category(value, unit));
    figures.extend(value.column_effects.iter().flat_map(of_column));
    figures.extend(value.sets.iter().flat_map(|set| of_lattice(set, unit, context)));
    figures
}

/// What gates on classes compare, where there is nothing to compare.
fn without_value(context: FigureContext<'_>, value: &FigureValue) -> Vec<Figure> {
    let k = context.policy.k;
    let of_which = |which: &str| {
        let columns = context.quasi_identifiers(which == "static");
        let figure = |name: &str, label: &str, unit: FigureUnit| {
            Figure::new(format!("uniqueness.{which}.{name}"), label, unit, value.clone()).on(&columns)
        };
        let figures = [
            figure("smallest_class", SMALLEST, FigureUnit::Subjects),
            figure("unique_share", "share of subjects unique", FigureUnit::Share),
            figure("highest", HIGHEST, FigureUnit::Share),
            figure("average_subject", AVERAGE_SUBJECT, FigureUnit::Share),
            figure("share_below", &below_label("share of subjects", k), FigureUnit::Share).about(below(k)),
        ];
        if columns.is_empty() { Vec::new() } else { Vec::from(figures) }
    };
    ["full", "static"].into_iter().flat_map(of_which).collect()
}

const SMALLEST: &str = "smallest equivalence class (k)";
const HIGHEST: &str = "highest prosecutor risk (1 / smallest class)";
const AVERAGE_RECORD: &str = "average prosecutor risk of a record";
const AVERAGE_SUBJECT: &str = "average prosecutor risk of a subject";

/// How figures of classes smaller than `k` are told apart.
fn below(k: u32) -> String {
    format!("below {k}")
}

fn below_label(what: &str, k: u32) -> String {
    format!("{what} in classes {}", below(k))
}

fn of_set(which: &str, set: &SetStatistics, unit: Unit, context: FigureContext<'_>) -> Vec<Figure> {
    let (counted, units) = units(unit);
    let whole = context.population(set.reading);
    let new = |name: &str, label: String, unit: FigureUnit, value: FigureValue| {
        Figure::new(format!("uniqueness.{which}.{name}"), label, unit, value).on(&set.columns)
    };
    let why = |field: &str| reason_of(&set.undefined, field);
    let count = |name: &str, label: &str, unit: FigureUnit, value: Option<u64>| {
        let value = value.map_or_else(|| FigureValue::undefined(why(name)), FigureValue::count);
        new(name, label.to_owned(), unit, value)
    };
    let share = |name: &str, label: String, value: Option<f64>| {
        new(name, label, FigureUnit::Share, FigureValue::perhaps(value, || why(name)))
    };
    let mut figures = vec![
        count("classes", "equivalence classes", FigureUnit::Classes, set.classes),
        count("smallest_class", SMALLEST, counted, set.smallest_class),
        count("unique_classes", "equivalence classes of one", FigureUnit::Classes, set.unique_classes),
        count("unique_records", "records in classes of one", FigureUnit::Records, Some(set.unique_records)),
        count("unique_subjects", &format!("{units} unique"), counted, Some(set.unique_subjects)),
        share("unique_share", format!("share of {units} unique"), ratio(set.unique_subjects, whole)),
        share("highest", HIGHEST.to_owned(), set.risk.highest),
        share("average_record", AVERAGE_RECORD.to_owned(), set.risk.average_record),
        share("average_subject", AVERAGE_SUBJECT.to_owned(), set.risk.average_subject),
        new(
            "expected_reidentifications",
            "expected re-identifications (marketer risk)".to_owned(),
            counted,
            FigureValue::perhaps(set.risk.average_subject.map(|average| average * as_float(whole)), || {
                why("average_subject")
            }),
        ),
        share("distinction", "classes per record (distinction)".to_owned(), set.distinction),
        share("separation", "share of record pairs told apart (separation)".to_owned(), set.separation),
    ];
    for bound in &set.below {
        let (records, subjects) = (Some(bound.records), Some(bound.subjects));
        let of_subjects = ratio(bound.subjects, whole);
        figures.extend(
            [
                count("records_below", &below_label("records", bound.k), FigureUnit::Records, records),
                count("subjects_below", &below_label(units, bound.k), counted, subjects),
                share("share_below", below_label(&format!("share of {units}"), bound.k), of_subjects),
            ]
            .map(|figure| figure.about(below(bound.k))),
        );
    }
    for risk in &set.risk.at_risk {
        let above = format!("above {}", risk.threshold);
        let label = |what: &str| format!("{what} with a risk above {}", risk.threshold);
        let records = count("records_at_risk", &label("records"), FigureUnit::Records, Some(risk.records));
        let subjects = count("subjects_at_risk", &label(units), counted, Some(risk.subjects));
        figures.extend([records, subjects].map(|figure| figure.about(above.clone())));
    }
    figures
}

/// With `wildcard`, the smallest classes as they are with missing cells as a category of their own.
fn own_category(value: &Uniqueness, unit: Unit) -> Vec<Figure> {
    let Some(beside) = &value.own_category else { return Vec::new() };
    let full = Some((&value.full, "full", beside.full_smallest_class));
    let of_static = value.static_set.as_ref().map(|set| (set, "static", beside.static_smallest_class));
    let figure = |(set, which, smallest): (&SetStatistics, &str, Option<u64>)| {
        let value = smallest.map_or_else(|| FigureValue::undefined("there is no class"), FigureValue::count);
        let id = format!("uniqueness.{which}.smallest_class_own_category");
        let label = "smallest equivalence class (k), missing cells as a category of their own";
        Figure::new(id, label, units(unit).0, value).on(&set.columns)
    };
    [full, of_static].into_iter().flatten().map(figure).collect()
}

fn of_column(effect: &ColumnEffect) -> [Figure; 2] {
    let figure = |name: &str, label: &str, value: Option<f64>, interval| {
        let value = estimate(value, interval, || reason_of(&effect.undefined, name));
        let id = format!("uniqueness.column_effects.{name}");
        Figure::new(id, label, FigureUnit::Share, value).on(std::slice::from_ref(&effect.column))
    };
    let without = "share of subjects no longer unique without the column";
    let part = "part of the column in the share of subjects unique (Shapley value)";
    [
        figure("leave_one_out", without, effect.leave_one_out, None),
        figure("shapley", part, effect.shapley, effect.interval),
    ]
}

fn of_lattice(set: &SetStatistics, unit: Unit, context: FigureContext<'_>) -> [Figure; 2] {
    let (counted, units) = units(unit);
    let undefined = |field: &str| FigureValue::undefined(reason_of(&set.undefined, field));
    let smallest = set.smallest_class.map_or_else(|| undefined("smallest_class"), FigureValue::count);
    let share = ratio(set.unique_subjects, context.population(set.reading));
    let unique = FigureValue::perhaps(share, || reason_of(&set.undefined, "unique_share"));
    [
        Figure::new("uniqueness.set.smallest_class", SMALLEST, counted, smallest),
        Figure::new("uniqueness.set.unique_share", format!("share of {units} unique"), FigureUnit::Share, unique),
    ]
    .map(|figure| figure.on(&set.columns))
}
