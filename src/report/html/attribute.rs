//! What the class of a person tells of sensitive columns.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, figure as shown, percent};
use crate::report::attribute::{headline_set, members_of_one_value, sentence};
use crate::report::{Chart, messages};
use crate::result::{
    Attribute, AttributeSet, Closeness, Figure, FigureUnit, ScanResult, SensitiveColumn, SensitiveValue,
};

/// What other programs call these figures.
const ELSEWHERE: &str = "ARX: distinct, entropy and recursive l-diversity, t-closeness, beta-likeness, delta-disclosure (logarithm to the \
                         base 2). sdcMicro: ldiversity(). pyCANON: the same models. All count records; here subjects are counted.";

/// The section; none when the measure was not part of the run.
pub(super) fn attribute(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("attribute");
    section.of(
        result.measures.attribute.as_ref(),
        "What classes tell of sensitive columns is unknown",
        |section, value| measured(section, result, value, charts),
    )
}

fn measured(section: Section, result: &ScanResult, value: &Attribute, charts: &[Chart]) -> Section {
    let (name, set) = headline_set(value);
    let mut tables = vec![diversity(result, name, set), closeness(result, name, set), guesses(result, name, set)];
    if value.full.columns != set.columns {
        tables.push(diversity(result, "full", &value.full).folded());
    }
    tables.push(distances(result, name, set));
    let constant = set.secrets.iter().filter(|secret| secret.constant);
    let constant = constant.map(|secret| {
        let words = if secret.distinct_l.is_some() { "has one value in the whole extract" } else { "has no value" };
        quoted(&format!(
            "Column `{}` {words}, so no class tells more of it.",
            crate::report::escape::printable(&secret.column)
        ))
    });
    let nothing = || "Every sensitive column has one value, or none, in the whole extract.".to_owned();
    let section = Section {
        answer: sentence(result).map_or_else(nothing, |sentence| format!("{sentence}.")),
        lines: constant.collect(),
        tables: tables.into_iter().filter_map(Table::any).collect(),
        ..section
    };
    // Where neither a limit nor a finding asks for it, it stands with what few will look at.
    let is_of_it = |figure: &Option<String>| figure.as_deref().is_some_and(|id| id.starts_with("attribute."));
    let is_told = result.checks.iter().any(|check| is_of_it(&check.figure))
        || result.findings.iter().any(|finding| finding.measure == "attribute" && finding.is_open());
    let section = if is_told { section } else { section.folded() };
    section.drawn(charts, &["sensitive-values", "sensitive-closeness"])
}

fn figure<'a>(result: &'a ScanResult, set: &str, field: &str, column: &str, about: Option<&str>) -> Option<&'a Figure> {
    let id = format!("attribute.{set}.{field}");
    let is_it = |figure: &&Figure| {
        figure.id == id && figure.about.as_deref() == about && figure.columns.iter().map(String::as_str).eq([column])
    };
    result.figures.iter().find(is_it)
}

/// A figure of a column as it is written everywhere, or why there is none.
fn cell(result: &ScanResult, set: &str, field: &str, secret: &SensitiveColumn) -> Cell {
    let found = figure(result, set, field, &secret.column, None);
    let text = found.and_then(|found| Some((found.value.value()?, found.unit))).map(|(number, unit)| match unit {
        FigureUnit::Share => percent(number),
        _ => shown(number),
    });
    Cell::optional_words(text, "none").showing(found)
}

fn on(set: &AttributeSet) -> String {
    messages::list(&crate::report::summary::names(&set.columns))
}

fn held(value: SensitiveValue) -> &'static str {
    match value {
        SensitiveValue::Any => "each that is held",
        SensitiveValue::Last => "the last",
        SensitiveValue::First => "the first",
        SensitiveValue::Mode => "the most frequent",
    }
}

fn diversity(result: &ScanResult, name: &str, set: &AttributeSet) -> Table {
    let of = |secret: &SensitiveColumn, field: &str| cell(result, name, field, secret);
    Table::of(
        format!("Values of a class on {}, the worst class of {}", on(set), count(set.classes)),
        &set.secrets,
        &[
            ("Column", &|secret| Cell::name(&secret.column)),
            ("Values of a person", &|secret| Cell::text(held(secret.value))),
            ("Values", &|secret| Cell::count(secret.values)),
            ("Distinct l", &|secret| of(secret, "distinct_l")),
            ("Entropy l", &|secret| of(secret, "entropy_l")),
            ("Recursive (2, l)", &|secret| of(secret, "recursive_l")),
            ("In classes of one value", &|secret| Cell::part(members_of_one_value(secret), set.members)),
            ("Classes of one value, k or more", &|secret| of(secret, "homogeneous.classes")),
        ],
    )
    .called(ELSEWHERE)
}

fn closeness(result: &ScanResult, name: &str, set: &AttributeSet) -> Table {
    let of = |secret: &SensitiveColumn, field: &str| cell(result, name, field, secret);
    Table::of(
        "How far a class is from the whole extract, the worst class",
        &set.secrets,
        &[
            ("Column", &|secret| Cell::name(&secret.column)),
            ("Share of one value (alpha)", &|secret| of(secret, "alpha")),
            ("Distance t", &|secret| of(secret, "t")),
            ("Distance by", &|secret| Cell::text(secret.distance.name())),
            ("Gain (beta)", &|secret| of(secret, "beta")),
            ("Enhanced beta", &|secret| of(secret, "enhanced_beta")),
            ("Delta", &|secret| of(secret, "delta_strict")),
            ("Delta, present values", &|secret| of(secret, "delta_present")),
        ],
    )
}

fn guesses(result: &ScanResult, name: &str, set: &AttributeSet) -> Table {
    let of = |secret: &SensitiveColumn, field: &str| cell(result, name, field, secret);
    Table::of(
        "Chance of guessing the value of a person",
        &set.secrets,
        &[
            ("Column", &|secret| Cell::name(&secret.column)),
            ("From the extract as a whole", &|secret| of(secret, "inference.prior")),
            ("From the class, own record included", &|secret| of(secret, "inference.posterior")),
            ("From the others of the class", &|secret| of(secret, "leave_one_out")),
        ],
    )
}

fn distances(result: &ScanResult, name: &str, set: &AttributeSet) -> Table {
    let rows: Vec<(&SensitiveColumn, &Closeness)> =
        set.secrets.iter().flat_map(|secret| secret.t_by_distance.iter().map(move |of| (secret, of))).collect();
    Table::of(
        "Largest distance of a class by ground distance, and what recursive diversity asks for",
        &rows,
        &[
            ("Column", &|(secret, _)| Cell::name(&secret.column)),
            ("Ground distance", &|(_, of)| Cell::text(of.distance.name())),
            ("t", &|(secret, of)| {
                let found = figure(result, name, "t_by_distance", &secret.column, Some(of.distance.name()));
                Cell::number(percent(of.t)).showing(found)
            }),
            ("c for l = 2 above", &|(secret, _)| cell(result, name, "recursive_c_of_2", secret)),
            ("c for l = 3 above", &|(secret, _)| cell(result, name, "recursive_c_of_3", secret)),
        ],
    )
    .folded()
}
