//! The numbers of tables of totals, flat: each is about one table.

use crate::measure::figures::not_measured;
use crate::result::{AggregateTable, Aggregates, Figure, FigureUnit, FigureValue, Outcome};

/// What limits are compared with, for every table; then the rules.
#[must_use]
pub fn figures(outcome: &Outcome<Aggregates>) -> Vec<Figure> {
    match outcome {
        Outcome::Measured { value, .. } => value.tables.iter().flat_map(of_table).collect(),
        _ => GATED.iter().map(|(name, label)| figure(name, label, not_measured(outcome))).collect(),
    }
}

/// Figures that limits are compared with, and what they are called.
const GATED: [(&str, &str); 4] = [
    ("unsafe_cells", "number of unsafe cells that are published"),
    ("recoverable_cells", "number of suppressed cells that can be computed exactly"),
    ("narrow_cells", "number of suppressed cells that can be computed too closely"),
    ("differencing_cells", "number of cells with an unsafe difference"),
];

fn figure(name: &str, label: &str, value: FigureValue) -> Figure {
    Figure::new(format!("aggregates.{name}"), label, FigureUnit::Number, value)
}

fn of_table(table: &AggregateTable) -> Vec<Figure> {
    let reason = |field: &str| {
        let entry = table.undefined.iter().find(|undefined| undefined.field == field);
        entry.map_or_else(|| "it was not computed".to_owned(), |undefined| undefined.in_words().to_owned())
    };
    let count = |value: Option<u64>, field: &str| match value {
        Some(number) => FigureValue::count(number),
        None => FigureValue::undefined(reason(field)),
    };
    // What ended without an answer is counted as if it could be computed.
    let audit = table.audit.as_ref();
    let recoverable =
        audit.map(|audit| audit.recoverable_cells.max(audit.recoverable_by_insider) + audit.undecided_cells);
    let narrow = audit.map(|audit| audit.narrow_cells.max(audit.narrow_by_insider) + audit.undecided_cells);
    let differences = table.differences.as_ref();
    let differencing = match differences {
        // What was found is then a lower bound, and a limit that allows some could hold by mistake.
        Some(found) if !found.complete => {
            FigureValue::Incomplete { reason: "not every pair of totals was compared".to_owned() }
        }
        // Of whom nobody says who they are is counted as if they were few.
        found => count(found.map(|found| found.cells + found.undecided_cells), "differences"),
    };
    let values = [
        count(table.unsafe_published_cells, "unsafe_cells"),
        count(recoverable, "audit"),
        count(narrow, "audit"),
        differencing,
    ];
    let gated = GATED.iter().zip(values).map(|((name, label), value)| figure(name, label, value).about(&table.name));
    let cells = figure("cells", "number of cells", FigureValue::count(table.cells)).about(&table.name);
    let rules = table.rules.iter().map(|rule| {
        let value = count(rule.unsafe_cells, "rules.unsafe_cells");
        figure("rules.unsafe_cells", "number of cells that a rule finds unsafe", value)
            .about(format!("{}; {}", table.name, rule.rule))
    });
    gated.chain([cells]).chain(rules).collect()
}
