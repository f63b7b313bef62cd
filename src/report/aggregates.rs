//! What text, page and pictures have in common about tables of totals.

use super::escape::printable;
use crate::number::counted;
use crate::number::{percent, share};
use crate::result::{AggregateTable, Aggregates, CoarserDimension, ScanResult, TableCoarsening, TableForm};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Aggregates> {
    result.measures.aggregates.as_ref()?.value()
}

/// Whether there are tables of totals, all of them finished ones.
pub(super) fn is_finished(result: &ScanResult) -> bool {
    let mut tables = measured(result).into_iter().flat_map(|value| &value.tables).peekable();
    tables.peek().is_some() && tables.all(|table| table.form == TableForm::Finished)
}

/// The table that pictures show: the one with most unsafe cells, of equals the first.
pub(super) fn worst(value: &Aggregates) -> Option<&AggregateTable> {
    value.tables.iter().rev().max_by_key(|table| table.unsafe_cells)
}

/// What text and Markdown say, a sentence for each table.
pub(super) fn sentences(result: &ScanResult) -> Vec<String> {
    let tables = measured(result).into_iter().flat_map(|value| &value.tables);
    tables.flat_map(|table| std::iter::once(sentence(table)).chain(coarser(table))).collect()
}

/// The first thing to coarsen, where there is any.
pub(super) fn coarser(table: &AggregateTable) -> Option<String> {
    let best = table.coarser.first()?;
    let cells = share(best.unsafe_cells, best.cells);
    let detail =
        best.detail_kept.map_or_else(String::new, |detail| format!("; {} of its detail stays", percent(detail)));
    Some(format!(
        "Table {} with {}: {cells} of its cells are unsafe{detail}",
        printable(&table.name),
        changes(table, best)
    ))
}

/// What a coarser form does to the dimensions, in words.
pub(super) fn changes(table: &AggregateTable, coarser: &TableCoarsening) -> String {
    let change = |change: &CoarserDimension| {
        let column = table.dimensions.get(change.dimension).map_or("", |dimension| dimension.column.as_str());
        let column = printable(column);
        match change.rule.split_once(':') {
            Some(("level", "1")) => format!("{column} without its finest level"),
            Some(("level", levels)) => format!("{column} without its {} finest levels", printable(levels)),
            Some(("merge", codes)) => format!("{} unsafe codes of {column} merged", printable(codes)),
            _ if change.rule == "drop" => format!("{column} left out"),
            _ => format!("{column} by {}", printable(&change.rule)),
        }
    };
    coarser.changes.iter().map(change).collect::<Vec<_>>().join(" and ")
}

/// How many cells of a table are unsafe, recoverable or told by a difference.
pub(super) fn sentence(table: &AggregateTable) -> String {
    let name = printable(&table.name);
    let Some(unsafe_cells) = table.unsafe_cells else {
        let why = table.undefined.iter().find(|field| field.field == "unsafe_cells");
        let why = why.map_or_else(String::new, |field| format!(": {}", field.in_words()));
        return format!("Table {name}: unsafe cells are unknown{why}");
    };
    let mut parts = vec![format!("{} of its cells are unsafe", share(unsafe_cells, table.cells))];
    if let Some(audit) = table.audit.as_ref().filter(|audit| audit.suppressed_cells > 0) {
        let suppressed = counted(audit.suppressed_cells, "suppressed cell", "suppressed cells");
        parts.push(format!("{} of {suppressed} can be computed", audit.recoverable_cells));
    }
    if let Some(found) = &table.differences {
        parts.push(counted(found.unsafe_differences, "unsafe difference", "unsafe differences"));
    }
    format!("Table {name}: {}", parts.join("; "))
}
