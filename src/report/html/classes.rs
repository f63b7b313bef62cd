//! Classes, and what columns and pairs of columns reveal.

use super::first::worst_case;
use super::section::{Section, figures};
use super::table::{Cell, Table};
use crate::number::{count, percent, share};
use crate::report::summary::{
    class_headline, counted_records, headline_set, names, population, records_below, riskiest_columns, riskiest_sets,
    shares_by_size, size_bars, why_undefined,
};
use crate::report::{Chart, messages};
use crate::result::{DatasetColumn, Role, ScanResult, SetStatistics, Uniqueness, Variability};

/// How large the classes are, and which sets make the smallest.
pub(super) fn classes(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Section {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let sets = riskiest_sets(uniqueness);
    let whole = [&uniqueness.full].into_iter().chain(&uniqueness.static_set).chain(&uniqueness.static_unclear);
    let whole: Vec<&SetStatistics> = whole.collect();
    let caption = "All quasi-identifiers, and those that never change within a subject";
    let mut tables = vec![table(result, caption.to_owned(), &whole)];
    tables.extend(class_sizes(result, set));
    tables.push(below(result, set).folded());
    let number = messages::all_of(sets.len(), "set", "sets");
    let caption = format!("{number} of at most {}, riskiest first", messages::columns(uniqueness.max_set));
    tables.push(table(result, caption, &sets).folded());
    let mut section = Section::new("classes");
    section.reading.push(messages::reading_sentence(set.reading).to_owned());
    section.reading.extend(worst_case(result, uniqueness));
    let why = why_undefined(set, "class_sizes");
    section.reading.extend(why.map(|reason| format!("Class sizes are not defined here: {reason}.")));
    Section {
        answer: messages::class_sizes_answer(&class_headline(result, set), set, k, records_below(set, k)),
        figures: figures(charts, &["class-sizes"]),
        tables,
        ..section
    }
}

/// Sets of columns with the classes on them.
fn table(result: &ScanResult, caption: String, sets: &[&SetStatistics]) -> Table {
    let records = counted_records(&result.dataset);
    Table::of(
        caption,
        sets,
        &[
            ("Columns", &|set| Cell::names(&set.columns)),
            ("Reading", &|set| Cell::text(messages::reading(set.reading))),
            ("Classes", &|set| Cell::optional(set.classes.map(count))),
            ("Smallest class", &|set| Cell::optional(set.smallest_class.map(count))),
            ("Subjects alone", &|set| Cell::part(set.unique_subjects, population(&result.dataset, set))),
            ("Records alone", &|set| Cell::part(set.unique_records, records)),
            ("Average risk of a record", &|set| Cell::optional(set.risk.average_record.map(percent))),
        ],
    )
}

/// The data of the picture; none where there are no classes.
fn class_sizes(result: &ScanResult, set: &SetStatistics) -> Option<Table> {
    let k = result.policy.k;
    let records = counted_records(&result.dataset);
    let place = |is_below| if is_below { "below the limit" } else { "within the limit" };
    let table = Table::of(
        format!("Classes on {}", messages::list(&names(&set.columns))),
        &size_bars(set, k)?,
        &[
            ("Subjects in a class", &|bar| Cell::text(bar.label())),
            ("Classes", &|bar| Cell::count(bar.classes)),
            ("Records", &|bar| Cell::count(bar.records)),
            ("Share of records", &|bar| Cell::number(share(bar.records, records))),
            ("Limit", &|bar| Cell::text(place(bar.is_below(k)))),
        ],
    );
    Some(table.folded())
}

fn below(result: &ScanResult, set: &SetStatistics) -> Table {
    let (subjects, records) = (population(&result.dataset, set), counted_records(&result.dataset));
    Table::of(
        "In classes smaller than a bound",
        &set.below,
        &[
            ("Class size", &|below| Cell::text(format!("fewer than {}", count(u64::from(below.k))))),
            ("Subjects", &|below| Cell::part(below.subjects, subjects)),
            ("Records", &|below| Cell::part(below.records, records)),
        ],
    )
}

/// The columns: what each adds to the risk, and what it is.
pub(super) fn columns(result: &ScanResult, uniqueness: Option<&Uniqueness>, charts: &[Chart]) -> Section {
    let columns = &result.dataset.columns;
    let mut tables = vec![roles(columns)];
    let mut reading = Vec::new();
    let mut answer = columns_answer(columns);
    if let Some(uniqueness) = uniqueness {
        let ranked = riskiest_columns(uniqueness);
        answer = format!("{} {answer}", messages::effects_answer(ranked.first().copied()));
        let effects = Table::of(
            "Share of subjects alone that each column adds",
            &ranked,
            &[
                ("Column", &|effect| Cell::name(&effect.column)),
                ("Shapley value", &|effect| Cell::optional(effect.shapley.map(percent))),
                ("95 % interval", &|effect| {
                    let interval = effect.interval.map(messages::interval);
                    Cell::number(interval.unwrap_or_else(|| messages::exactness(effect)))
                }),
                ("Leave-one-out", &|effect| Cell::optional(effect.leave_one_out.map(percent))),
            ],
        );
        tables.push(effects.folded());
        reading = Section::new("columns, effects").reading;
        reading.push(messages::shapley(&uniqueness.shapley_method));
    }
    let section = Section::new("columns");
    reading.extend(section.reading);
    Section { answer, figures: figures(charts, &["column-effects"]), tables, reading, ..section }
}

fn roles(columns: &[DatasetColumn]) -> Table {
    let mut ordered: Vec<&DatasetColumn> = columns.iter().collect();
    // Quasi-identifiers first, then by role, so that a cut table still shows all that matter.
    ordered.sort_by_key(|column| (column.role != Role::QuasiIdentifier, column.role));
    let guessed = |column: &DatasetColumn| if column.guessed { " (guessed)" } else { "" };
    Table::of(
        "Columns of the dataset, by role",
        &ordered,
        &[
            ("Column", &|column| Cell::name(&column.name)),
            ("Role", &|column| Cell::text(format!("{}{}", column.role.name(), guessed(column)))),
            ("Type", &|column| Cell::text(column.column_type.name())),
            ("Distinct", &|column| Cell::optional_words(column.distinct.map(count), "not counted")),
            ("Missing", &|column| Cell::count(column.missing)),
            ("Within a subject", &|column| Cell::text(constancy(column))),
            ("Coarsened", &|column| Cell::name(&messages::coarsening(&column.coarsen))),
            ("Why this role", &|column| Cell::name(messages::role_reason(column))),
        ],
    )
}

/// Pairs and larger combinations of columns; none where there is no pair.
pub(super) fn pairs(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Option<Section> {
    let sets = riskiest_sets(uniqueness);
    let pairs: Vec<&SetStatistics> = sets.iter().copied().filter(|set| set.columns.len() == 2).collect();
    let order = if pairs.len() == 1 { "" } else { ", riskiest first" };
    let caption = format!("{}{order}", messages::all_of(pairs.len(), "pair", "pairs"));
    let by_size = Table::of(
        "Share of subjects alone, by number of known columns",
        &shares_by_size(&result.dataset, uniqueness),
        &[
            ("Columns known", &|size| Cell::text(size.columns.to_string())),
            ("Sets", &|size| Cell::count(size.sets as u64)),
            ("Safest set", &|size| Cell::number(percent(size.best))),
            ("Median set", &|size| Cell::number(percent(size.median))),
            ("Riskiest set", &|size| Cell::number(percent(size.worst))),
        ],
    );
    Some(Section {
        answer: messages::combinations_answer(&sets),
        figures: figures(charts, &["pairs", "set-sizes"]),
        tables: vec![table(result, caption, &pairs).any()?.folded(), by_size.folded()],
        ..Section::new("pairs")
    })
}

/// Whether a column changes within a subject.
fn constancy(column: &DatasetColumn) -> &'static str {
    match column.variability() {
        _ if column.role == Role::Subject => "is the subject",
        Some(Variability::Static) => "static",
        Some(Variability::NearlyStatic) => "nearly static",
        Some(Variability::Unclear) => "unclear",
        Some(Variability::Event) => "event",
        None => "–",
    }
}

fn columns_answer(columns: &[DatasetColumn]) -> String {
    let guessed = columns.iter().filter(|column| column.guessed).count();
    let quasi = columns.iter().filter(|column| column.role == Role::QuasiIdentifier).count();
    let roles = if guessed == 0 {
        "no role is guessed".to_owned()
    } else {
        format!("{} guessed", messages::counted(guessed as u64, "role is", "roles are"))
    };
    let number = columns.len();
    format!("{}, {} of them quasi-identifiers; {roles}.", messages::columns(number), count(quasi as u64))
}
