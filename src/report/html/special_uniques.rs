//! Who is singled out by few columns, and by which.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{figure as shown, percent, share};
use crate::report::special_uniques::{by_smallest, set_in_words};
use crate::report::{Chart, messages};
use crate::result::{Figure, MsuColumn, MsuSize, ScanResult, ScoreBand, SpecialUniques};

/// What other programs call special uniques.
const ELSEWHERE: &str = "sdcMicro: suda2(), “contribution” of variables, disScore; the original SUDA program: MSUs, SUDA and \
                         DIS-SUDA scores. Both count records; here subjects are counted.";

/// The section; none when the measure was not part of the run.
pub(super) fn special_uniques(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("special-uniques");
    let outcome = result.measures.special_uniques.as_ref();
    section.of(outcome, "Who is singled out by few columns is unknown", |section, value| {
        measured(section, result, value, charts)
    })
}

fn measured(mut section: Section, result: &ScanResult, value: &SpecialUniques, charts: &[Chart]) -> Section {
    if value.gated_share.is_none_or(|share| share > 0.0) {
        section.todo.extend(Section::new("special-uniques, found").todo);
    }
    if !value.complete {
        let searched = messages::columns(value.max_msu);
        let line = format!("Sets of more than {searched} were not searched: `--max-msu` takes a larger number.");
        section.lines.push(quoted(&line));
    }
    let tables =
        [sizes(result, value), columns(result, value), pairs(value), sets(value), scores(value), dis(result, value)];
    let section = Section {
        answer: answer(value),
        tables: tables.into_iter().filter_map(Table::any).map(Table::folded).collect(),
        ..section
    };
    // Where no limit asks for it, it stands with what few will look at.
    let is_limited = result.policy.gates.iter().any(|gate| gate.measure.name() == "special-unique-share");
    let section = if is_limited { section } else { section.folded() };
    section.drawn(charts, &["msu-sizes", "msu-columns"])
}

fn answer(value: &SpecialUniques) -> String {
    let units = messages::unit(value.reading, 2);
    if value.unique_subjects == 0 {
        return format!("No {} is unique on all quasi-identifiers.", messages::unit(value.reading, 1));
    }
    let unique = share(value.unique_subjects, value.subjects);
    let special = share(value.special_subjects, value.subjects);
    let fewer = match (value.special_subjects == value.unique_subjects, value.complete) {
        (true, _) => "all of them on fewer already".to_owned(),
        (false, true) => format!("{special} on fewer already"),
        (false, false) => format!("at least {special} on fewer already"),
    };
    let most = value.sets.first().filter(|set| set.subjects > 0);
    let most = most.map_or_else(String::new, |set| format!(" Most by {}.", set_in_words(set, value)));
    format!("{unique} of {units} are unique on all quasi-identifiers, {fewer}.{most}")
}

fn figure<'a>(result: &'a ScanResult, name: &str, about: Option<&str>, column: Option<&str>) -> Option<&'a Figure> {
    let id = format!("special_uniques.{name}");
    let is_it = |figure: &&Figure| {
        figure.id == id
            && figure.about.as_deref() == about
            && column.is_none_or(|column| figure.columns.iter().map(String::as_str).eq([column]))
    };
    result.figures.iter().find(is_it)
}

fn sizes(result: &ScanResult, value: &SpecialUniques) -> Table {
    let about = |size: &MsuSize| messages::columns(size.columns);
    let of_size = |size: &MsuSize, name: &str| figure(result, &format!("by_size.{name}"), Some(&about(size)), None);
    let table = Table::of(
        "Smallest sets of columns on which somebody is alone (MSUs), by size",
        &value.by_size,
        &[
            ("Columns", &|size| Cell::number(size.columns.to_string())),
            ("Sets", &|size| Cell::count(size.sets)),
            ("Subjects whose smallest MSU it is", &|size| {
                Cell::part(size.subjects, value.subjects).showing(of_size(size, "subjects"))
            }),
            ("Records", &|size| Cell::part(size.records, value.records)),
            ("MSUs of subjects", &|size| Cell::count(size.subject_msus).showing(of_size(size, "subject_msus"))),
        ],
    );
    // The bars of the picture that no size has.
    let none = by_smallest(value).pop().map_or(0, |(_, subjects)| subjects);
    let caption = format!("{}; not singled out: {}", table.caption, share(none, value.subjects));
    Table { caption, ..table }.called(ELSEWHERE)
}

fn columns(result: &ScanResult, value: &SpecialUniques) -> Table {
    let mut ranked: Vec<&MsuColumn> = value.columns.iter().collect();
    let of = |column: &&MsuColumn| column.elliot.unwrap_or(0.0);
    ranked.sort_by(|one, other| of(other).total_cmp(&of(one)));
    let shown = |column: &MsuColumn, name: &str, value: Option<f64>| {
        let figure = figure(result, &format!("columns.{name}"), None, Some(&column.column));
        Cell::optional(value.map(percent)).showing(figure)
    };
    Table::of(
        "Contribution of each column to the SUDA scores (an MSU counts for each of its columns)",
        &ranked,
        &[
            ("Column", &|column| Cell::name(&column.column)),
            ("Elliot weights", &|column| shown(column, "elliot", column.elliot)),
            ("IHSN weights", &|column| shown(column, "ihsn", column.ihsn)),
            ("MSUs of subjects", &|column| Cell::count(column.msus)),
        ],
    )
    .called("sdcMicro: attribute contributions of suda2().")
}

fn pairs(value: &SpecialUniques) -> Table {
    Table::of(
        "Pairs of columns that single out together",
        &value.pairs,
        &[
            ("Columns", &|pair| Cell::names(&pair.columns)),
            ("Contribution", &|pair| Cell::optional(pair.elliot.map(percent))),
            ("MSUs with both", &|pair| Cell::count(pair.msus)),
            ("Subjects singled out by the pair", &|pair| Cell::part(pair.subjects, value.subjects)),
        ],
    )
}

fn sets(value: &SpecialUniques) -> Table {
    let more = match value.sets_left_out {
        0 => String::new(),
        more => format!("; {} more", crate::number::count(more)),
    };
    Table::of(
        format!("Sets of columns on which most are alone, and on no subset{more}"),
        &value.sets,
        &[
            ("Columns", &|set| Cell::names(&set.columns)),
            ("Subjects", &|set| Cell::part(set.subjects, value.subjects)),
            ("Records", &|set| Cell::part(set.records, value.records)),
        ],
    )
}

fn scores(value: &SpecialUniques) -> Table {
    let rows: Vec<(&ScoreBand, &ScoreBand)> = value.elliot.bands.iter().zip(&value.ihsn.bands).collect();
    let range = |band: &ScoreBand| match band.to {
        Some(to) if to <= 0.0 => "0".to_owned(),
        Some(to) if band.from <= 0.0 => format!("below {}", percent(to)),
        Some(to) => format!("{} to {}", percent(band.from), percent(to)),
        None => format!("{} and more", percent(band.from)),
    };
    Table::of(
        "Distribution of the SUDA scores; 100 %: one column alone singles out",
        &rows,
        &[
            ("Score", &|(band, _)| Cell::text(range(band))),
            ("Subjects, Elliot weights", &|(band, _)| Cell::part(band.subjects, value.subjects)),
            ("Subjects, IHSN weights", &|(_, band)| Cell::part(band.subjects, value.subjects)),
        ],
    )
}

fn dis(result: &ScanResult, value: &SpecialUniques) -> Table {
    let dis = &value.dis;
    let why = |name: &str| {
        let entry = dis.undefined.iter().find(|entry| entry.field == name);
        entry.map_or_else(|| messages::NOT_DEFINED.to_owned(), |entry| format!("not defined: {}", entry.in_words()))
    };
    let of = |name: &str, value: Option<f64>| {
        let figure = figure(result, &format!("dis.{name}"), None, None);
        Cell::optional_words(value.map(percent), &why(name)).showing(figure)
    };
    let score = |name: &str, number: f64| Cell::number(shown(number)).showing(figure(result, name, None, None));
    let facts = [
        ("Highest SUDA score, Elliot weights", score("elliot.highest", value.elliot.highest)),
        ("Mean SUDA score, Elliot weights", score("elliot.mean", value.elliot.mean)),
        ("Highest SUDA score, IHSN weights", score("ihsn.highest", value.ihsn.highest)),
        ("Mean SUDA score, IHSN weights", score("ihsn.mean", value.ihsn.mean)),
        ("Sampling fraction, as declared", Cell::optional_words(dis.sampling_fraction.map(percent), "not declared")),
        ("Classes of one", Cell::count(dis.unique_classes)),
        ("Classes of two", Cell::count(dis.pair_classes)),
        ("A unique match is correct with a chance of (DIS)", of("correct_match", dis.correct_match)),
        ("Highest DIS-SUDA score", of("highest", dis.highest)),
        ("Mean DIS-SUDA score", of("mean", dis.mean)),
    ];
    let facts: Vec<(String, Cell)> = facts.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
    Table::facts("SUDA scores, DIS and DIS-SUDA", ["Figure", "Value"], &facts).called(ELSEWHERE)
}
