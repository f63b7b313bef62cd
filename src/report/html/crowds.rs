//! Crowds, and what columns and pairs of columns reveal.

use super::first::{is_quasi, worst_case};
use super::section::{Section, figures, sentences};
use super::table::{Cell, Table};
use crate::number::{count, percent, share};
use crate::report::escape::printable;
use crate::report::summary::{
    counted_records, crowd_headline, headline_set, names, population, records_below, riskiest_columns, riskiest_sets,
    shares_by_size, size_bars, why_undefined,
};
use crate::report::{Chart, messages};
use crate::result::{DatasetColumn, ScanResult, SetStatistics, Uniqueness};

/// How large the crowds are, and which sets make the smallest.
pub(super) fn crowds(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Section {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let sets = riskiest_sets(uniqueness);
    let whole = [&uniqueness.full].into_iter().chain(&uniqueness.static_set).chain(&uniqueness.static_unclear);
    let gated: Vec<Vec<Cell>> = whole.map(|set| set_row(result, set)).collect();
    let rows: Vec<Vec<Cell>> = sets.iter().map(|set| set_row(result, set)).collect();
    let mut tables = vec![Table::new(messages::WHOLE_SETS_CAPTION, &messages::SET_HEADS, gated.into_iter())];
    tables.extend(class_sizes(result, set));
    tables.push(below(result, set).folded());
    let caption = messages::sets_caption(sets.len(), uniqueness.max_set);
    tables.push(Table::new(caption, &messages::SET_HEADS, rows.into_iter()).folded());
    let mut reading = messages::owned(messages::CLASS_SIZES_READING);
    reading.push(messages::reading_sentence(set.reading).to_owned());
    reading.extend(worst_case(result, uniqueness));
    reading.extend(why_undefined(set, "class_sizes").map(|reason| messages::no_class_sizes(&reason)));
    Section {
        id: "crowds".into(),
        title: messages::CROWDS_TITLE.into(),
        answer: messages::class_sizes_answer(&crowd_headline(result, set), set, k, records_below(set, k)),
        figures: figures(charts, &["class-sizes"]),
        tables,
        reading,
        todo: sentences(messages::CROWDS_TODO),
        ..Section::default()
    }
}

fn set_row(result: &ScanResult, set: &SetStatistics) -> Vec<Cell> {
    let counted = |part: u64, whole: u64| Cell::number(messages::count_and_share(&count(part), &share(part, whole)));
    vec![
        Cell::text(names(&set.columns).join(", ")),
        Cell::text(messages::reading(set.reading)),
        Cell::optional(set.classes.map(count)),
        Cell::optional(set.smallest_class.map(count)),
        counted(set.unique_subjects, population(&result.dataset, set)),
        counted(set.unique_records, counted_records(&result.dataset)),
        Cell::optional(set.risk.average_record.map(percent)),
    ]
}

/// The data of the picture; none where there are no classes.
fn class_sizes(result: &ScanResult, set: &SetStatistics) -> Option<Table> {
    let k = result.policy.k;
    let records = counted_records(&result.dataset);
    let rows: Vec<Vec<Cell>> = size_bars(set, k)?
        .iter()
        .map(|bar| {
            let place = if bar.is_below(k) { messages::BELOW_LIMIT } else { messages::NOT_BELOW_LIMIT };
            let counts = [count(bar.classes), count(bar.records), share(bar.records, records)].map(Cell::number);
            [vec![Cell::text(bar.label())], counts.to_vec(), vec![Cell::text(place)]].concat()
        })
        .collect();
    Some(Table::new(messages::class_sizes_caption(set), &messages::CLASS_HEADS, rows.into_iter()).folded())
}

fn below(result: &ScanResult, set: &SetStatistics) -> Table {
    let rows = set.below.iter().map(|below| {
        let subjects = share(below.subjects, population(&result.dataset, set));
        let records = share(below.records, counted_records(&result.dataset));
        vec![
            Cell::text(messages::below_k(below.k)),
            Cell::number(messages::count_and_share(&count(below.subjects), &subjects)),
            Cell::number(messages::count_and_share(&count(below.records), &records)),
        ]
    });
    Table::new(messages::BELOW_CAPTION, &messages::BELOW_HEADS, rows)
}

/// The columns: what each adds to the risk, and what it is.
pub(super) fn columns(result: &ScanResult, uniqueness: Option<&Uniqueness>, charts: &[Chart]) -> Section {
    let columns = &result.dataset.columns;
    let mut tables = Vec::new();
    let mut reading = Vec::new();
    let mut answer = messages::columns_answer(columns);
    if let Some(uniqueness) = uniqueness {
        let ranked = riskiest_columns(uniqueness);
        answer = format!("{} {answer}", messages::effects_answer(ranked.first().copied()));
        let rows = ranked.into_iter().map(|effect| {
            let interval = effect.interval.map(|[low, high]| messages::interval(&percent(low), &percent(high)));
            vec![
                Cell::text(printable(&effect.column)),
                Cell::optional(effect.shapley.map(percent)),
                Cell::number(interval.unwrap_or_else(|| messages::exactness(effect))),
                Cell::optional(effect.leave_one_out.map(percent)),
            ]
        });
        tables.push(Table::new(messages::RISKIEST_COLUMNS_CAPTION, &messages::EFFECT_HEADS, rows).folded());
        reading.extend(messages::owned(messages::EFFECTS_READING));
        reading.push(messages::shapley(&uniqueness.shapley_method));
    }
    reading.extend(messages::owned(messages::COLUMNS_READING));
    tables.insert(0, roles(columns));
    Section {
        id: "columns".into(),
        title: messages::COLUMNS_TITLE.into(),
        answer,
        figures: figures(charts, &["column-effects"]),
        tables,
        reading,
        todo: sentences(messages::COLUMNS_TODO),
        ..Section::default()
    }
}

fn roles(columns: &[DatasetColumn]) -> Table {
    let mut ordered: Vec<&DatasetColumn> = columns.iter().collect();
    // Quasi-identifiers first, then by role, so that a cut table still shows all that matter.
    ordered.sort_by_key(|column| (!is_quasi(column.role), column.role));
    let rows = ordered.into_iter().map(|column| {
        let guessed = if column.guessed { messages::GUESSED } else { "" };
        vec![
            Cell::text(printable(&column.name)),
            Cell::text(format!("{}{guessed}", column.role.name())),
            Cell::text(column.column_type.name()),
            Cell::optional_words(column.distinct.map(count), messages::NOT_COUNTED),
            Cell::number(count(column.missing)),
            Cell::text(messages::constancy(column)),
            Cell::text(printable(&messages::coarsening(&column.coarsen))),
            Cell::text(printable(messages::role_reason(column))),
        ]
    });
    Table::new(messages::COLUMNS_CAPTION, &messages::COLUMN_HEADS, rows)
}

/// Pairs and larger combinations of columns; none where there is no pair.
pub(super) fn pairs(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Option<Section> {
    let mut pairs: Vec<&SetStatistics> = riskiest_sets(uniqueness);
    let sets = pairs.clone();
    pairs.retain(|set| set.columns.len() == 2);
    if pairs.is_empty() {
        return None;
    }
    let rows: Vec<Vec<Cell>> = pairs.iter().map(|set| set_row(result, set)).collect();
    let by_size: Vec<Vec<Cell>> = shares_by_size(&result.dataset, uniqueness)
        .iter()
        .map(|size| {
            let [best, median, worst] = [size.best, size.median, size.worst].map(|share| Cell::number(percent(share)));
            vec![Cell::text(size.columns.to_string()), Cell::number(count(size.sets as u64)), best, median, worst]
        })
        .collect();
    Some(Section {
        id: "pairs".into(),
        title: messages::COMBINATIONS_TITLE.into(),
        answer: messages::combinations_answer(&sets),
        figures: figures(charts, &["pairs", "set-sizes"]),
        tables: vec![
            Table::new(messages::pairs_caption(pairs.len()), &messages::SET_HEADS, rows.into_iter()).folded(),
            Table::new(messages::SIZES_CAPTION, &messages::SIZE_HEADS, by_size.into_iter()).folded(),
        ],
        reading: messages::owned(messages::COMBINATIONS_READING),
        todo: sentences(messages::PAIRS_TODO),
        ..Section::default()
    })
}
