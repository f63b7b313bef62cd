//! The numbers of direct identifiers, flat.

use std::collections::BTreeSet;

use crate::measure::figures::FigureContext;
use crate::result::{
    DatasetColumn, Figure, FigureUnit, FigureValue, IdentifierColumn, Identifiers, Outcome, Placement, Role,
};

/// `identifiers.columns`: columns that hold direct identifiers which nobody permitted, by their cells, their role or
/// their heading. Then each kind in each column.
#[must_use]
pub fn figures(outcome: &Outcome<Identifiers>, context: FigureContext<'_>) -> Vec<Figure> {
    let columns = FigureValue::of(outcome, |value| FigureValue::count(named(value, context).len() as u64));
    let searched = FigureValue::of(outcome, |value| FigureValue::count(value.columns_searched));
    let mut figures = vec![
        Figure::new("identifiers.columns", "columns with direct identifiers", FigureUnit::Columns, columns),
        Figure::new("identifiers.columns_searched", "columns searched for identifiers", FigureUnit::Columns, searched),
    ];
    if let Outcome::Measured { value, .. } = outcome {
        figures.extend(value.columns.iter().flat_map(of_column));
    }
    figures
}

/// The columns that hold direct identifiers by their cells, or are called so by role or heading, without those that
/// the plan permits.
fn named<'a>(value: &'a Identifiers, context: FigureContext<'a>) -> BTreeSet<&'a str> {
    let found = value.columns.iter().filter(|found| found.kind.is_direct() && !found.permitted);
    let direct = Some(Role::DirectIdentifier);
    let is_named = move |column: &&DatasetColumn| Some(column.role) == direct || column.looks_like == direct;
    let permitted = &context.policy.permitted_identifiers;
    let by_role = context.dataset.columns.iter().filter(is_named).filter(|column| !permitted.contains(&column.name));
    found.map(|found| found.column.as_str()).chain(by_role.map(|column| column.name.as_str())).collect()
}

fn of_column(found: &IdentifierColumn) -> [Figure; 2] {
    let within = match found.placement {
        Placement::WholeCell => "",
        Placement::WithinText => "; within text",
        Placement::CellComment => "; in a comment of a cell",
        Placement::FileMetadata => "; in what the file says of itself",
        Placement::OutsideTable => "; outside the table",
    };
    let about = format!("{}{within}", found.kind.name());
    let figure = |name: &str, label: String, unit: FigureUnit, value: FigureValue| {
        Figure::new(format!("identifiers.{name}"), label, unit, value)
            .on(std::slice::from_ref(&found.column))
            .about(about.clone())
    };
    let kind = format!("{}{}", found.kind.name().replace('-', " "), within.replace(';', ""));
    let records = FigureValue::count(found.records);
    let share = FigureValue::number(found.share);
    [
        figure("records", format!("records with a {kind}"), FigureUnit::Records, records),
        figure("share", format!("share of the values of the column with a {kind}"), FigureUnit::Share, share),
    ]
}
