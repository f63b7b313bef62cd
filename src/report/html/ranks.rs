//! The rankings of the first screen: columns and sets of columns, static ones and event ones apart.

use super::table::FigureKey;
use crate::number::{count, percent, ratio, share};
use crate::report::escape::{printable, shortened};
use crate::report::ranking::{self, Kind};
use crate::report::summary::{names, population, riskiest_columns};
use crate::report::{checks, messages};
use crate::result::{ColumnEffect, ScanResult, SetStatistics, Uniqueness};

/// Rows of a list of bars.
const BARS: usize = 4;

/// One line of a list of bars; the width is percent.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) width: String,
    pub(super) value: String,
    pub(super) figure: FigureKey,
}

/// A list of bars.
pub(super) struct Bars {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) rows: Vec<Bar>,
    /// Stands where there is no row.
    pub(super) empty: &'static str,
    /// How many there are besides.
    pub(super) more: String,
    /// The section with the whole list.
    pub(super) link: &'static str,
}

/// The lists: of each kind its columns and its sets, as far as there are any.
pub(super) fn ranks(result: &ScanResult, uniqueness: &Uniqueness) -> Vec<Bars> {
    let of_kind = |kind| [columns(result, uniqueness, kind), sets(result, uniqueness, kind)];
    Kind::ALL.into_iter().flat_map(of_kind).flatten().collect()
}

/// The columns of a kind with their part of the risk: their Shapley value over the sum of all columns. Where these were
/// not computed, what removing each one alone would take away.
fn columns(result: &ScanResult, uniqueness: &Uniqueness, kind: Kind) -> Option<Bars> {
    let effects = ranking::columns(&result.dataset, uniqueness, kind);
    let all = riskiest_columns(uniqueness);
    let total: f64 = all.iter().filter_map(|effect| effect.shapley).sum();
    let has_parts = total > 0.0 && all.iter().all(|effect| effect.shapley.is_some());
    let part = |effect: &ColumnEffect| {
        if has_parts { effect.shapley.map(|value| value / total) } else { effect.leave_one_out }
    };
    let bars = effects.iter().filter_map(|effect| {
        let part = part(effect).filter(|part| *part > 0.0)?;
        let name = shortened(&printable(&effect.column), 40);
        Some(bar(name, part, percent(part), FigureKey::default()))
    });
    let rows: Vec<Bar> = bars.take(BARS).collect();
    let title = if is_alone(result, uniqueness) { "Riskiest columns" } else { column_heading(result, kind) };
    Some(Bars {
        title: title.to_owned(),
        note: if has_parts { "Part of the whole risk" } else { "Sample uniques that go with it" }.to_owned(),
        more: more(effects.len(), rows.len()),
        rows,
        empty: "None adds to the risk.",
        link: "columns",
    })
    .filter(|_| !effects.is_empty())
}

/// The sets of a kind with the share of subjects that they single out.
fn sets(result: &ScanResult, uniqueness: &Uniqueness, kind: Kind) -> Option<Bars> {
    let all = ranking::sets(&result.dataset, uniqueness, kind);
    let ranked = ranking::ranked(&result.dataset, uniqueness, kind, BARS);
    let rows: Vec<Bar> = ranked.sets.iter().map(|set| bar_of(result, set)).collect();
    let sets = if ranked.is_smallest { "Smallest sets" } else { "Riskiest sets" };
    let which = match kind {
        _ if is_alone(result, uniqueness) => "",
        Kind::Static => ", static",
        Kind::Event => ", with an event",
    };
    let units = messages::unit(uniqueness.full.reading, 2);
    Some(Bars {
        title: format!("{sets}{which}"),
        note: if ranked.is_smallest {
            format!("Fewest columns that find {units}")
        } else {
            format!("{} unique on them", messages::capitalised(units))
        },
        more: more(all.len(), rows.len()),
        rows,
        empty: "Nobody is unique.",
        link: "pairs",
    })
    .filter(|_| !all.is_empty())
}

fn bar_of(result: &ScanResult, set: &SetStatistics) -> Bar {
    let whole = population(&result.dataset, set);
    let name = shortened(&names(&set.columns).join(", "), 48);
    let part = ratio(set.unique_subjects, whole).unwrap_or(0.0);
    let figure = checks::of_lattice(result, set, "unique_share");
    bar(name, part, share(set.unique_subjects, whole), FigureKey::of(figure))
}

fn bar(name: String, share: f64, value: String, figure: FigureKey) -> Bar {
    Bar { name, width: format!("{:.1}", share.clamp(0.0, 1.0) * 100.0), value, figure }
}

/// Whether there is one kind of columns, which needs no name.
fn is_alone(result: &ScanResult, uniqueness: &Uniqueness) -> bool {
    let has = |kind| !ranking::columns(&result.dataset, uniqueness, kind).is_empty();
    !Kind::ALL.into_iter().all(has)
}

/// What the columns of a kind are called.
pub(super) fn column_heading(result: &ScanResult, kind: Kind) -> &'static str {
    let has_unclear = result.dataset.columns.iter().any(crate::result::DatasetColumn::is_unclear);
    match kind {
        Kind::Static => "Static columns",
        Kind::Event if has_unclear => "Event, or unclear",
        Kind::Event => "Event columns",
    }
}

fn more(all: usize, shown: usize) -> String {
    if all > shown { format!("{} more", count((all - shown) as u64)) } else { String::new() }
}
