//! The sections below the first screen: answer, picture, table, how to read.

use super::table::{Cell, ROWS, Table};
use crate::report::escape::printable;
use crate::report::number::{count, percent, share};
use crate::report::summary::{
    counted_records, headline, headline_set, names, population, records_below, riskiest_columns, riskiest_sets,
    shares_by_size, size_bars, why_undefined,
};
use crate::report::{Chart, ReportError, charts, words};
use crate::result::{DatasetColumn, ScanResult, SetStatistics, Uniqueness};

/// One section of the page.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) answer: String,
    pub(super) figures: Vec<Figure>,
    pub(super) tables: Vec<Table>,
    pub(super) reading: Vec<String>,
}

/// A chart inside the page.
pub(super) struct Figure {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) svg: String,
}

/// All sections that have something to show.
pub(super) fn sections(result: &ScanResult, uniqueness: Option<&Uniqueness>) -> Result<Vec<Section>, ReportError> {
    let charts = charts(result);
    let mut sections = Vec::new();
    if let Some(uniqueness) = uniqueness {
        sections.push(combinations(result, uniqueness, figures(&charts, &["set-sizes", "pairs"])?));
        sections.push(class_sizes(result, uniqueness, figures(&charts, &["class-sizes"])?));
        sections.push(effects(uniqueness, figures(&charts, &["column-effects"])?));
    }
    sections.push(columns(result));
    Ok(sections)
}

fn figures(charts: &[Chart], names: &[&str]) -> Result<Vec<Figure>, ReportError> {
    let wanted = names.iter().filter_map(|name| charts.iter().find(|chart| chart.name == *name));
    wanted
        .map(|chart| {
            let (title, description) = (chart.title.clone(), chart.description.clone());
            Ok(Figure { title, description, svg: chart.inline_svg()? })
        })
        .collect()
}

fn combinations(result: &ScanResult, uniqueness: &Uniqueness, figures: Vec<Figure>) -> Section {
    let sets = riskiest_sets(uniqueness);
    let whole = [&uniqueness.full].into_iter().chain(&uniqueness.static_set);
    let gated: Vec<Vec<Cell>> = whole.map(|set| set_row(result, set)).collect();
    let by_size: Vec<Vec<Cell>> = shares_by_size(&result.dataset, uniqueness)
        .iter()
        .map(|size| {
            let [best, median, worst] = [size.best, size.median, size.worst].map(|share| Cell::number(percent(share)));
            vec![Cell::text(size.columns.to_string()), Cell::number(count(size.sets as u64)), best, median, worst]
        })
        .collect();
    let rows: Vec<Vec<Cell>> = sets.iter().map(|set| set_row(result, set)).collect();
    let caption = words::sets_caption(sets.len(), uniqueness.max_set);
    Section {
        id: "combinations",
        title: words::COMBINATIONS_TITLE,
        answer: words::combinations_answer(&sets),
        figures,
        tables: vec![
            Table::new("", words::WHOLE_SETS_CAPTION, &words::SET_HEADS, gated.into_iter(), ROWS),
            Table::new("", words::SIZES_CAPTION, &words::SIZE_HEADS, by_size.into_iter(), ROWS),
            Table::new("", caption, &words::SET_HEADS, rows.into_iter(), ROWS),
        ],
        reading: words::owned(words::COMBINATIONS_READING),
    }
}

fn set_row(result: &ScanResult, set: &SetStatistics) -> Vec<Cell> {
    let counted = |part: u64, whole: u64| Cell::number(format!("{} ({})", count(part), share(part, whole)));
    vec![
        Cell::text(names(&set.columns).join(", ")),
        Cell::text(words::reading(set.reading)),
        Cell::optional(set.classes.map(count)),
        Cell::optional(set.smallest_class.map(count)),
        counted(set.unique_subjects, population(&result.dataset, set)),
        counted(set.unique_records, counted_records(&result.dataset)),
        Cell::optional(set.risk.average_record.map(percent)),
    ]
}

fn class_sizes(result: &ScanResult, uniqueness: &Uniqueness, figures: Vec<Figure>) -> Section {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let records = counted_records(&result.dataset);
    let mut tables = Vec::new();
    if let Some(bars) = size_bars(set, k) {
        let rows: Vec<Vec<Cell>> = bars
            .iter()
            .map(|bar| {
                let place = if bar.is_below(k) { words::BELOW_LIMIT } else { words::NOT_BELOW_LIMIT };
                let counts = [count(bar.classes), count(bar.records), share(bar.records, records)].map(Cell::number);
                [vec![Cell::text(bar.label())], counts.to_vec(), vec![Cell::text(place)]].concat()
            })
            .collect();
        tables.push(Table::new("", words::class_sizes_caption(set), &words::CLASS_HEADS, rows.into_iter(), ROWS));
    }
    let below: Vec<Vec<Cell>> = set
        .below
        .iter()
        .map(|below| {
            let subjects =
                format!("{} ({})", count(below.subjects), share(below.subjects, population(&result.dataset, set)));
            let records = format!("{} ({})", count(below.records), share(below.records, records));
            vec![Cell::text(words::below_k(below.k)), Cell::number(subjects), Cell::number(records)]
        })
        .collect();
    tables.push(Table::new("", words::BELOW_CAPTION, &words::BELOW_HEADS, below.into_iter(), ROWS));
    let mut reading = words::owned(words::CLASS_SIZES_READING);
    reading.push(words::reading_sentence(set.reading).to_owned());
    reading.extend(why_undefined(set, "class_sizes").map(|reason| words::no_class_sizes(&reason)));
    Section {
        id: "class-sizes",
        title: words::CLASS_SIZES_TITLE,
        answer: words::class_sizes_answer(&headline(result, set), set, k, records_below(set, k)),
        figures,
        tables,
        reading,
    }
}

fn effects(uniqueness: &Uniqueness, figures: Vec<Figure>) -> Section {
    let ranked = riskiest_columns(uniqueness);
    let rows = ranked.iter().map(|effect| {
        let interval = effect.interval.map(|[low, high]| words::interval(&percent(low), &percent(high)));
        vec![
            Cell::text(printable(&effect.column)),
            Cell::optional(effect.shapley.map(percent)),
            Cell::number(interval.unwrap_or_else(|| words::exactness(effect))),
            Cell::optional(effect.leave_one_out.map(percent)),
        ]
    });
    let mut reading = words::owned(words::EFFECTS_READING);
    reading.push(words::shapley(&uniqueness.shapley_method));
    Section {
        id: "effects",
        title: words::EFFECTS_TITLE,
        answer: words::effects_answer(ranked.first().copied()),
        figures,
        tables: vec![Table::new("", words::RISKIEST_COLUMNS_CAPTION, &words::EFFECT_HEADS, rows, ROWS)],
        reading,
    }
}

fn columns(result: &ScanResult) -> Section {
    let columns = &result.dataset.columns;
    let mut ordered: Vec<&DatasetColumn> = columns.iter().collect();
    // Columns with a role first, so that a cut table still shows all that matter.
    ordered.sort_by_key(|column| column.role);
    let rows = ordered.into_iter().map(|column| {
        let guessed = if column.guessed { words::GUESSED } else { "" };
        vec![
            Cell::text(printable(&column.name)),
            Cell::text(format!("{}{guessed}", column.role.name())),
            Cell::text(column.column_type.name()),
            Cell::optional_words(column.distinct.map(count), words::NOT_COUNTED),
            Cell::number(count(column.missing)),
            Cell::text(words::constancy(column)),
            Cell::text(printable(&words::coarsening(&column.coarsen))),
            Cell::text(printable(words::role_reason(column))),
        ]
    });
    Section {
        id: "columns",
        title: words::COLUMNS_TITLE,
        answer: words::columns_answer(columns),
        figures: Vec::new(),
        tables: vec![Table::new("", words::COLUMNS_CAPTION, &words::COLUMN_HEADS, rows, ROWS)],
        reading: words::owned(words::COLUMNS_READING),
    }
}
