//! How many are unique in the population that the extract is a sample of.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, figure, percent};
use crate::report::escape::printable;
use crate::report::{Chart, checks, population};
use crate::result::{Figure, ModelEstimate, NoEstimate, Population, PopulationEstimate, PopulationModel, ScanResult};

/// The section; none when the measure was not part of the run.
pub(super) fn population(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("population");
    section.of(
        result.measures.population.as_ref(),
        "How many are unique in the population is unknown",
        |section, value| measured(section, result, value, charts),
    )
}

fn measured(section: Section, result: &ScanResult, value: &Population, charts: &[Chart]) -> Section {
    let mut lines = vec![quoted(&format!("Population: {}; {}.", population::sizes(value), population::source(value)))];
    lines.extend(population::caveat(value).map(|caveat| quoted(&format!("{caveat}."))));
    let mut tables = vec![models(result, value), risks(result, value)];
    tables.extend(log_linear(value).any());
    Section {
        answer: population::sentence(result).map_or_else(String::new, |sentence| format!("{sentence}.")),
        lines,
        tables,
        ..section
    }
    .drawn(charts, &["population"])
}

/// Why there is no number.
fn why(undefined: Option<&NoEstimate>) -> String {
    undefined.map_or_else(|| "not estimated".to_owned(), |why| printable(&why.explanation))
}

/// The figure of a model for one size.
fn figure_of<'a>(result: &'a ScanResult, model: &ModelEstimate, population: u64) -> Option<&'a Figure> {
    let about = format!("{}; {}", model.model.in_words(), count(population));
    let is_it = |figure: &&Figure| figure.id == "population.model_share" && figure.about.as_ref() == Some(&about);
    result.figures.iter().find(is_it)
}

fn models(result: &ScanResult, value: &Population) -> Table {
    let rows: Vec<(&PopulationEstimate, &ModelEstimate)> = value
        .estimates
        .iter()
        .flat_map(|estimate| estimate.models.iter().map(move |model| (estimate, model)))
        .collect();
    let is_chosen = |(estimate, model): &(&PopulationEstimate, &ModelEstimate)| estimate.chosen == Some(model.model);
    let table = Table::of(
        "Share of the population that is unique, by model",
        &rows,
        &[
            ("Model", &|(_, model)| Cell::text(named(model.model))),
            ("Population", &|(estimate, _)| Cell::count(estimate.population)),
            ("Unique share", &|(estimate, model)| {
                let figure = figure_of(result, model, estimate.population);
                Cell::optional_words(model.unique_share.map(percent), "none").showing(figure)
            }),
            ("Chosen or why not", &|row| {
                let (_, model) = row;
                Cell::text(match (&model.undefined, is_chosen(row)) {
                    (Some(undefined), _) => printable(&undefined.explanation),
                    (None, true) => "chosen by the rule".to_owned(),
                    (None, false) => String::new(),
                })
            }),
        ],
    );
    table.called("ARX: population uniques (Pitman, Zayatz, SNB, Dankar). sdcMicro: individual risk (measure_risk).")
}

fn named(model: PopulationModel) -> String {
    let words = model.in_words();
    words[..1].to_uppercase() + &words[1..]
}

fn risks(result: &ScanResult, value: &Population) -> Table {
    let shown = |id: &str, name: &str| {
        let found = checks::figure(result, id);
        let text = found.and_then(|found| found.value.value()).map(|number| match found.map(|found| found.unit) {
            Some(crate::result::FigureUnit::Share) => percent(number),
            _ => figure(number),
        });
        let reason = found.and_then(|found| found.value.reason()).map_or_else(String::new, printable);
        (name.to_owned(), Cell::optional_words(text, "none").showing(found), reason)
    };
    let mut rows = vec![
        shown("population.highest_individual_risk", "Highest chance of a subject to be found"),
        shown("population.mean_individual_risk", "Share of subjects expected to be found"),
        shown("population.expected", "Subjects expected to be found"),
        shown("population.share_above_risk", "Share with a chance above 0.09"),
        shown("population.highest_household_risk", "Highest chance for a household"),
    ];
    if value.copula.is_some() {
        rows.push(shown("population.copula_uniqueness", "Unique share by the Gaussian copula"));
        rows.push(shown(
            "population.copula_sample_uniqueness",
            "Share of the sample unique in the population by the copula",
        ));
        rows.push(shown("population.copula_correctness", "Share matched correctly by the Gaussian copula"));
    }
    let weighted = value.estimates.iter().any(|estimate| estimate.individual.weighted);
    let by = if weighted { "by the weights" } else { "each stands for population / sample" };
    Table::of(
        format!("Chance of finding a subject in the population, {by}"),
        &rows,
        &[
            ("Risk", &|(name, ..)| Cell::text(name)),
            ("Value", &|(_, cell, _)| cell.clone()),
            ("Why there is none", &|(.., reason)| Cell::text(reason)),
        ],
    )
}

fn log_linear(value: &Population) -> Table {
    let rows: Vec<&PopulationEstimate> = value.estimates.iter().filter(|it| it.log_linear.is_some()).collect();
    let cell = |estimate: &PopulationEstimate, is_two_way: bool, is_first: bool| {
        let log_linear = estimate.log_linear.as_ref();
        let matches = log_linear.and_then(|it| if is_two_way { it.two_way } else { it.independence });
        let number = matches.map(|it| if is_first { it.population_uniques } else { it.correct_matches });
        Cell::optional_words(number.map(figure), &why(log_linear.and_then(|it| it.undefined.as_ref())))
    };
    Table::of(
        "Expected among the sample uniques by log-linear models",
        &rows,
        &[
            ("Population", &|it| Cell::count(it.population)),
            ("Unique (τ1), independent", &|it| cell(it, false, true)),
            ("Unique (τ1), all pairs", &|it| cell(it, true, true)),
            ("Matches (τ2), independent", &|it| cell(it, false, false)),
            ("Matches (τ2), all pairs", &|it| cell(it, true, false)),
        ],
    )
    .folded()
}
