//! Tables of totals: what their cells, margins and differences give away.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, counted, percent};
use crate::report::Chart;
use crate::report::aggregates::{changes, sentence};
use crate::report::escape::printable;
use crate::result::{AggregateTable, Aggregates, Figure, RuleCells, ScanResult, TableCoarsening, TableSide};

/// What other programs call these rules.
const ELSEWHERE: &str = "sdcTable: primarySuppression() with freq, nk, p, pq; tau-Argus: safety rules; sdcLog. A minimum frequency of \
                         sdcTable is one less: maxN = 10 is frequency:11.";

/// The section; none when the measure was not part of the run.
pub(super) fn aggregates(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("aggregates");
    let outcome = result.measures.aggregates.as_ref();
    section.of(outcome, "What the tables of totals give away is unknown", |section, value| {
        measured(section, result, value, charts)
    })
}

fn measured(section: Section, result: &ScanResult, value: &Aggregates, charts: &[Chart]) -> Section {
    let mut sentences = value.tables.iter().map(|table| format!("{}.", sentence(table)));
    let answer = sentences.next().unwrap_or_default();
    let mut lines: Vec<_> = sentences.map(|sentence| quoted(&sentence)).collect();
    lines.extend(value.tables.iter().filter_map(unseen_by_rules).map(|line| quoted(&line)));
    let mut tables = vec![overview(result, value), rules(result, value)];
    tables.extend([sides(value), audits(value), differences(value), coarser(value)].into_iter().filter_map(Table::any));
    let section = Section { answer, lines, tables, ..section };
    section.drawn(charts, &["total-rules", "total-shape", "total-suppression", "total-intervals"])
}

/// What no rule sees, in words.
fn unseen_by_rules(table: &AggregateTable) -> Option<String> {
    let zero = table
        .all_zero_cells
        .filter(|&cells| cells > 0)
        .map(|cells| format!("in {} every amount is zero, so each is known", counted(cells, "cell", "cells")));
    let group = table.group_disclosure_cells.filter(|&cells| cells > 0).map(|cells| {
        format!(
            "{} are all there is of a total, so whoever is in the total is known to be there",
            counted(cells, "cell", "cells")
        )
    });
    let without = (table.records_without_value > 0)
        .then(|| format!("{} records without an amount are in no cell", count(table.records_without_value)));
    let parts: Vec<String> = [zero, group, without].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Table {}: {}.", printable(&table.name), parts.join("; ")))
}

fn figure<'a>(result: &'a ScanResult, name: &str, about: &str) -> Option<&'a Figure> {
    let id = format!("aggregates.{name}");
    result.figures.iter().find(|figure| figure.id == id && figure.about.as_deref() == Some(about))
}

/// A count that may not exist.
fn optional(number: Option<u64>) -> Cell {
    Cell::optional(number.map(count))
}

fn overview(result: &ScanResult, value: &Aggregates) -> Table {
    let of = |table: &AggregateTable, name: &str| figure(result, name, &table.name);
    Table::of(
        "Cells of each table, margins included, empty ones left out",
        &value.tables,
        &[
            ("Table", &|table| Cell::name(&table.name)),
            ("Statistic", &|table| Cell::text(&table.statistic)),
            ("Dimensions", &|table| {
                Cell::names(&table.dimensions.iter().map(|dimension| dimension.column.clone()).collect::<Vec<_>>())
            }),
            ("Cells", &|table| Cell::count(table.cells).showing(of(table, "cells"))),
            ("Unsafe and published", &|table| {
                optional(table.unsafe_published_cells).showing(of(table, "unsafe_cells"))
            }),
        ],
    )
    .called(ELSEWHERE)
}

fn rules(result: &ScanResult, value: &Aggregates) -> Table {
    let rows: Vec<(&AggregateTable, &RuleCells)> =
        value.tables.iter().flat_map(|table| table.rules.iter().map(move |rule| (table, rule))).collect();
    Table::of(
        "Cells that each rule finds unsafe",
        &rows,
        &[
            ("Table", &|(table, _)| Cell::name(&table.name)),
            ("Rule", &|(_, rule)| Cell::name(&rule.rule)),
            ("Unsafe cells", &|(table, rule)| {
                let about = format!("{}; {}", table.name, rule.rule);
                let shown = figure(result, "rules.unsafe_cells", &about);
                let cell = rule.unsafe_cells.map_or_else(|| optional(None), |cells| Cell::part(cells, table.cells));
                cell.showing(shown)
            }),
            ("By side", &|(table, rule)| Cell::text(by_side(table, rule))),
        ],
    )
    .called(ELSEWHERE)
}

fn by_side(table: &AggregateTable, rule: &RuleCells) -> String {
    let side = |side: &crate::result::SideCells| {
        let name = table.sides.get(side.side).map(named).unwrap_or_default();
        format!("{name}: {}", count(side.unsafe_cells))
    };
    rule.sides.iter().map(side).collect::<Vec<_>>().join("; ")
}

fn named(side: &TableSide) -> String {
    side.contributor.as_ref().map_or_else(|| "each record".to_owned(), |name| printable(name))
}

fn sides(value: &Aggregates) -> Table {
    let rows: Vec<(&AggregateTable, &TableSide)> =
        value.tables.iter().flat_map(|table| table.sides.iter().map(move |side| (table, side))).collect();
    Table::of(
        "Whom the rules protect",
        &rows,
        &[
            ("Table", &|(table, _)| Cell::name(&table.name)),
            ("Contributor", &|(_, side)| Cell::text(named(side))),
            ("Contributors", &|(_, side)| Cell::count(side.contributors)),
            ("Records without one", &|(_, side)| Cell::count(side.records_without_contributor)),
        ],
    )
    .folded()
}

fn audits(value: &Aggregates) -> Table {
    let is_shown = |table: &&AggregateTable| table.audit.as_ref().is_some_and(|audit| audit.suppressed_cells > 0);
    let rows: Vec<&AggregateTable> = value.tables.iter().filter(is_shown).collect();
    let of = |table: &AggregateTable, number: fn(&crate::result::TableAudit) -> u64| {
        table.audit.as_ref().map_or_else(|| optional(None), |audit| Cell::part(number(audit), audit.suppressed_cells))
    };
    Table::of(
        "What can be computed about suppressed cells",
        &rows,
        &[
            ("Table", &|table| Cell::name(&table.name)),
            ("Suppressed", &|table| Cell::count(table.audit.as_ref().map_or(0, |audit| audit.suppressed_cells))),
            ("Exactly", &|table| of(table, |audit| audit.recoverable_cells)),
            ("Too closely", &|table| of(table, |audit| audit.narrow_cells)),
            ("Too closely by a contributor", &|table| of(table, |audit| audit.narrow_by_insider)),
            ("Without an answer", &|table| of(table, |audit| audit.undecided_cells)),
        ],
    )
}

fn differences(value: &Aggregates) -> Table {
    let rows: Vec<&AggregateTable> = value.tables.iter().filter(|table| table.differences.is_some()).collect();
    let of = |table: &AggregateTable, number: fn(&crate::result::TableDifferences) -> u64| {
        optional(table.differences.as_ref().map(number))
    };
    Table::of(
        "What differences between totals tell",
        &rows,
        &[
            ("Table", &|table| Cell::name(&table.name)),
            ("Pairs compared", &|table| of(table, |found| found.compared_pairs)),
            ("Unsafe", &|table| of(table, |found| found.unsafe_differences)),
            ("Of one contributor", &|table| of(table, |found| found.single)),
            ("Made by joiners", &|table| of(table, |found| found.joiners)),
            ("Made by leavers", &|table| of(table, |found| found.leavers)),
            ("Few moved among changed amounts", &|table| of(table, |found| found.few_moved)),
            ("By amounts", &|table| of(table, |found| found.by_amounts)),
            ("With another table", &|table| of(table, |found| found.between_tables)),
            ("Cells of unknown people", &|table| of(table, |found| found.undecided_cells)),
        ],
    )
}

fn coarser(value: &Aggregates) -> Table {
    let rows: Vec<(&AggregateTable, &TableCoarsening)> =
        value.tables.iter().flat_map(|table| table.coarser.iter().map(move |form| (table, form))).collect();
    let optional = |share: Option<f64>| Cell::optional(share.map(percent));
    Table::of(
        "Coarser dimensions, each counted",
        &rows,
        &[
            ("Table", &|(table, _)| Cell::name(&table.name)),
            ("Change", &|(table, form)| Cell::text(changes(table, form))),
            ("Cells", &|(_, form)| Cell::count(form.cells)),
            ("Unsafe", &|(_, form)| Cell::part(form.unsafe_cells, form.cells)),
            ("Value in safe cells", &|(_, form)| optional(form.value_kept)),
            ("Detail kept", &|(_, form)| optional(form.detail_kept)),
        ],
    )
}
