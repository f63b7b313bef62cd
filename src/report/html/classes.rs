//! Equivalence classes, and what columns and combinations of columns reveal.

use super::first::worst_case;
use super::ranks::column_heading;
use super::section::Section;
use super::table::{Cell, Table};
use crate::number::{count, percent, share};
use crate::report::ranking::{self, Kind};
use crate::report::risk::{self, Attacker};
use crate::report::summary::{
    class_headline, counted_records, headline_set, names, population, records_below, riskiest_sets, shares_by_size,
    size_bars, why_undefined,
};
use crate::report::{Chart, checks, messages};
use crate::result::{ColumnEffect, DatasetColumn, Figure, Role, ScanResult, SetStatistics, Uniqueness, Variability};

/// What ARX and sdcMicro call the figures of a set.
const SETS_ELSEWHERE: &str = "ARX: “Sample uniques”, “Average prosecutor risk”; sdcMicro: frequencies fk, mean of the individual risk. \
                              Both count records; here subjects are counted.";
/// What they call the figures of classes below a bound.
const BELOW_ELSEWHERE: &str =
    "sdcMicro: print(sdc, \"kAnon\") counts the records that violate k-anonymity; ARX: the k-anonymity privacy model.";
/// What they call class sizes.
const SIZES_ELSEWHERE: &str = "ARX: size of equivalence classes; sdcMicro: frequency fk.";
/// What they call the risk of three attackers.
const ATTACKERS_ELSEWHERE: &str = "ARX: “Highest prosecutor risk”, “Estimated journalist risk”, “Estimated marketer risk”; sdcMicro: \
                                   largest individual risk, and “Expected number of re-identifications” of print(sdc, \"risk\").";
/// What they call roles.
const ROLES_ELSEWHERE: &str = "ARX: identifying, quasi-identifying, sensitive and insensitive attributes; sdcMicro: keyVars, \
                               sensibleVar, weightVar.";
/// What they call the share above a risk.
const CUMULATIVE_ELSEWHERE: &str =
    "ARX: cumulative distribution of risks; sdcMicro: distribution of the individual risk.";

/// How large the classes are, what three attackers find, and which sets make the smallest classes.
pub(super) fn classes(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Section {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let whole = [&uniqueness.full].into_iter().chain(&uniqueness.static_set).chain(&uniqueness.static_unclear);
    let whole: Vec<&SetStatistics> = whole.collect();
    let caption = "Static quasi-identifiers, and all of them";
    let mut tables = vec![
        attackers(result, set),
        table(result, caption.to_owned(), &whole, checks::of_whole_set).called(SETS_ELSEWHERE),
    ];
    tables.extend(class_sizes(result, set));
    tables.extend([cumulative(result, set), below(result, set)]);
    let mut section = Section::new("classes");
    section.reading.push(messages::reading_sentence(set.reading).to_owned());
    section.reading.extend(worst_case(result, uniqueness));
    let why = why_undefined(set, "class_sizes");
    section.reading.extend(why.map(|reason| format!("Class sizes are not defined here: {reason}.")));
    Section {
        answer: messages::class_sizes_answer(&class_headline(result, set), set, k, records_below(set, k)),
        tables: tables.into_iter().filter_map(Table::any).map(Table::folded).collect(),
        ..section
    }
    .drawn(charts, &["risk-gauges", "class-sizes", "cumulative-risk"])
}

/// The data of the gauges.
fn attackers(result: &ScanResult, set: &SetStatistics) -> Table {
    let number = |share: Option<f64>| Cell::optional_words(share.map(percent), messages::NOT_KNOWN);
    Table::of(
        format!("Risk by three attackers, on {}", messages::list(&names(&set.columns))),
        &risk::attackers(result),
        &[
            ("Attacker", &|attacker: &Attacker<'_>| Cell::text(attacker.name)),
            ("Risk", &|attacker| number(attacker.risk).showing(attacker.figure)),
            ("Limit", &|attacker| Cell::optional_words(attacker.limit.map(percent), "–")),
            ("What it is", &|attacker| Cell::text(&attacker.what)),
        ],
    )
    .called(ATTACKERS_ELSEWHERE)
}

/// The data of the cumulative risk.
fn cumulative(result: &ScanResult, set: &SetStatistics) -> Table {
    let above = risk::above(result, set);
    let units = messages::capitalised(messages::unit(set.reading, 2));
    Table::of(
        format!("{units} above a risk, on {}", messages::list(&names(&set.columns))),
        &above,
        &[
            ("Risk above", &|step| Cell::number(percent(step.risk))),
            ("Class smaller than", &|step| Cell::count(step.size)),
            (&units, &|step| Cell::part(step.members, population(&result.dataset, set))),
        ],
    )
    .called(CUMULATIVE_ELSEWHERE)
}

/// A figure of a set, by its name.
type FigureOf = for<'a> fn(&'a ScanResult, &SetStatistics, &str) -> Option<&'a Figure>;

/// Sets of columns with the classes on them, and which figures of the result these are.
fn table(result: &ScanResult, caption: String, sets: &[&SetStatistics], figure_of: FigureOf) -> Table {
    let records = counted_records(&result.dataset);
    let figure = |set: &SetStatistics, name| figure_of(result, set, name);
    Table::of(
        caption,
        sets,
        &[
            ("Columns", &|set| Cell::names(&set.columns)),
            ("Reading", &|set| Cell::text(messages::reading(set.reading))),
            ("Classes", &|set| Cell::optional(set.classes.map(count)).showing(figure(set, "classes"))),
            ("Smallest class", &|set| {
                Cell::optional(set.smallest_class.map(count)).showing(figure(set, "smallest_class"))
            }),
            ("Unique subjects", &|set| {
                let unique = Cell::part(set.unique_subjects, population(&result.dataset, set));
                unique.showing(figure(set, "unique_subjects"))
            }),
            ("Unique records", &|set| Cell::part(set.unique_records, records).showing(figure(set, "unique_records"))),
            ("Average prosecutor risk", &|set| {
                Cell::optional(set.risk.average_record.map(percent)).showing(figure(set, "average_record"))
            }),
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
    Some(table.called(SIZES_ELSEWHERE))
}

fn below(result: &ScanResult, set: &SetStatistics) -> Table {
    let (subjects, records) = (population(&result.dataset, set), counted_records(&result.dataset));
    let figure = |below: &crate::result::Below, name: &str| checks::below(result, set, below.k, name);
    Table::of(
        "Subjects and records that violate k-anonymity, for several k",
        &set.below,
        &[
            ("Class size", &|below| Cell::text(format!("fewer than {}", count(u64::from(below.k))))),
            ("Subjects", &|below| Cell::part(below.subjects, subjects).showing(figure(below, "subjects_below"))),
            ("Records", &|below| Cell::part(below.records, records).showing(figure(below, "records_below"))),
        ],
    )
    .called(BELOW_ELSEWHERE)
}

/// The columns: what each adds to the risk, and what it is.
pub(super) fn columns(result: &ScanResult, uniqueness: Option<&Uniqueness>, charts: &[Chart]) -> Section {
    let columns = &result.dataset.columns;
    let mut tables = vec![roles(columns).folded()];
    let mut reading = Vec::new();
    let mut answer = columns_answer(columns);
    if let Some(uniqueness) = uniqueness {
        answer = format!("{} {answer}", effects_answers(result, uniqueness));
        for kind in Kind::ALL {
            let effects = effects(result, kind, &ranking::columns(&result.dataset, uniqueness, kind));
            tables.extend(effects.any().map(Table::folded));
        }
        reading = Section::new("columns, effects").reading;
        reading.push(messages::shapley(&uniqueness.shapley_method));
    }
    let section = Section::new("columns");
    reading.extend(section.reading);
    Section { answer, tables, reading, ..section }.folded().drawn(charts, &["column-effects"])
}

/// Which column of each kind reveals most; one kind alone needs no name.
fn effects_answers(result: &ScanResult, uniqueness: &Uniqueness) -> String {
    let of_kind = |kind| (kind, ranking::columns(&result.dataset, uniqueness, kind));
    let kinds: Vec<_> = Kind::ALL.into_iter().map(of_kind).filter(|(_, ranked)| !ranked.is_empty()).collect();
    let named = |(kind, ranked): &(Kind, Vec<&ColumnEffect>)| {
        let which = match kind {
            _ if kinds.len() < 2 => "",
            Kind::Static => "static ",
            Kind::Event => "event ",
        };
        messages::effects_answer(which, ranked.first().copied())
    };
    kinds.iter().map(named).collect::<Vec<_>>().join(" ")
}

/// What each column of a kind adds to the share of sample uniques, the one that adds most first.
fn effects(result: &ScanResult, kind: Kind, ranked: &[&ColumnEffect]) -> Table {
    let figure = |effect: &ColumnEffect, name| checks::of_column(result, &effect.column, name);
    Table::of(
        format!("{}: what each adds to the share of sample uniques", column_heading(result, kind)),
        ranked,
        &[
            ("Column", &|effect| Cell::name(&effect.column)),
            ("Shapley value", &|effect| Cell::optional(effect.shapley.map(percent)).showing(figure(effect, "shapley"))),
            ("95 % interval", &|effect| {
                let interval = effect.interval.map(messages::interval);
                Cell::number(interval.unwrap_or_else(|| messages::exactness(effect)))
            }),
            ("Leave-one-out", &|effect| {
                Cell::optional(effect.leave_one_out.map(percent)).showing(figure(effect, "leave_one_out"))
            }),
        ],
    )
    .called(
        "Neither ARX nor sdcMicro has it; sdcMicro's suda2() gives the contribution of a variable to special uniques.",
    )
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
    .called(ROLES_ELSEWHERE)
}

/// Combinations of columns, static ones and those with an event column apart; none where there is no pair.
pub(super) fn pairs(result: &ScanResult, uniqueness: &Uniqueness, charts: &[Chart]) -> Option<Section> {
    let has_pair = uniqueness.sets.iter().any(|set| set.columns.len() > 1);
    let of_kind = |kind| {
        let sets = ranking::sets(&result.dataset, uniqueness, kind);
        let which = match kind {
            Kind::Static => "of static columns",
            Kind::Event => "with an event column",
        };
        let order = if sets.len() == 1 { "" } else { ", riskiest first" };
        table(result, format!("{} {which}{order}", messages::sets(sets.len())), &sets, checks::of_lattice)
            .called(SETS_ELSEWHERE)
            .any()
    };
    let tables: Vec<Table> =
        Kind::ALL.into_iter().filter_map(of_kind).chain(by_size(result, uniqueness).any()).collect();
    let section = Section {
        answer: messages::combinations_answer(&riskiest_sets(uniqueness)),
        tables: tables.into_iter().map(Table::folded).collect(),
        ..Section::new("pairs")
    };
    has_pair.then(|| section.folded().drawn(charts, &["pairs", "set-sizes"]))
}

/// How the share of sample uniques grows with the number of known columns.
fn by_size(result: &ScanResult, uniqueness: &Uniqueness) -> Table {
    let of_kind = |kind| {
        let which = match kind {
            Kind::Static => "static columns",
            Kind::Event => "with an event column",
        };
        shares_by_size(&result.dataset, uniqueness, kind).into_iter().map(move |size| (which, size))
    };
    let sizes: Vec<_> = Kind::ALL.into_iter().flat_map(of_kind).collect();
    Table::of(
        "Share of subjects unique, by number of known columns",
        &sizes,
        &[
            ("Sets", &|(which, _)| Cell::text(*which)),
            ("Columns known", &|(_, size)| Cell::number(size.columns.to_string())),
            ("Number of sets", &|(_, size)| Cell::count(size.sets as u64)),
            ("Safest set", &|(_, size)| Cell::number(percent(size.best))),
            ("Median set", &|(_, size)| Cell::number(percent(size.median))),
            ("Riskiest set", &|(_, size)| Cell::number(percent(size.worst))),
        ],
    )
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
