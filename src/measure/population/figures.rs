//! The numbers of the population, flat.

use super::risk::share_above;
use crate::measure::figures::{not_measured, units};
use crate::result::{Figure, FigureUnit, FigureValue, NoEstimate, Outcome, Population, PopulationEstimate, Unit};

const UNIQUE: &str = "estimated share of the population that is unique";
const HIGHEST: &str = "highest chance of finding a subject in the population";
const MEAN: &str = "share of subjects expected to be found in the population";
const HOUSEHOLD: &str = "highest chance of finding a member of a household in the population";
/// The threshold whose share is a figure: that of most publications.
const THRESHOLD: f64 = 0.09;

/// What gates compare first; then every model, the risks, and what log-linear models and the copula say. Where a range of
/// sizes is declared, the number is that of the worse end and the interval reaches to the other.
#[must_use]
pub fn figures(outcome: &Outcome<Population>) -> Vec<Figure> {
    let Outcome::Measured { unit, value } = outcome else {
        let names = [
            ("unique_share", UNIQUE),
            ("highest_individual_risk", HIGHEST),
            ("mean_individual_risk", MEAN),
            ("highest_household_risk", HOUSEHOLD),
        ];
        let none = |(name, label)| share(name, label, not_measured(outcome));
        return names.into_iter().map(none).collect();
    };
    let mut figures = gated(value);
    figures.extend(counted(value, *unit));
    figures.extend(value.estimates.iter().flat_map(of_models));
    figures.extend(value.estimates.iter().flat_map(of_log_linear));
    figures.extend(of_copula(value));
    figures.into_iter().map(|figure| figure.on(&value.columns)).collect()
}

fn share(name: &str, label: &str, value: FigureValue) -> Figure {
    Figure::new(format!("population.{name}"), label, FigureUnit::Share, value)
}

/// The worst of the numbers over the range, with the least as the other end of its interval; undefined where any is.
fn worst<'a>(
    value: &'a Population,
    number: impl Fn(&'a PopulationEstimate) -> (Option<f64>, Option<&'a NoEstimate>),
) -> FigureValue {
    let mut range: Option<[f64; 2]> = None;
    for estimate in &value.estimates {
        match number(estimate) {
            (Some(number), _) => {
                let [low, high] = range.unwrap_or([number; 2]);
                range = Some([low.min(number), high.max(number)]);
            }
            (None, why) => {
                let words = why.map_or("it was not estimated", |why| why.explanation.as_str());
                return FigureValue::undefined(words);
            }
        }
    }
    match range {
        Some([low, high]) => FigureValue::estimate(high, Some([low, high])),
        None => FigureValue::undefined("no population is declared"),
    }
}

/// What limits can be held against.
fn gated(value: &Population) -> Vec<Figure> {
    let household = if value.estimates.iter().all(|estimate| estimate.household.is_some()) {
        worst(value, |estimate| {
            let household = estimate.household.as_ref();
            (household.and_then(|it| it.highest), household.and_then(|it| it.undefined.as_ref()))
        })
    } else {
        FigureValue::undefined("no column of households is declared with `[subject] household`")
    };
    let individual = |number: fn(&PopulationEstimate) -> Option<f64>| {
        worst(value, |estimate| (number(estimate), estimate.individual.undefined.as_ref()))
    };
    let above = worst(value, |estimate| {
        let share = share_above(&estimate.individual, THRESHOLD, value.members);
        (share, estimate.individual.undefined.as_ref())
    });
    vec![
        share("unique_share", UNIQUE, worst(value, |it| (it.unique_share, it.undefined.as_ref()))),
        share("highest_individual_risk", HIGHEST, individual(|it| it.individual.highest)),
        share("mean_individual_risk", MEAN, individual(|it| it.individual.mean)),
        share("share_above_risk", "share of subjects with a chance above 0.09 of being found in the population", above),
        share("highest_household_risk", HOUSEHOLD, household),
    ]
}

fn counted(value: &Population, unit: Unit) -> Vec<Figure> {
    let (of, units) = units(unit);
    let found = worst(value, |estimate| (estimate.individual.expected, estimate.individual.undefined.as_ref()));
    let unique = worst(value, |estimate| {
        let nobody = estimate.undefined.as_ref();
        (estimate.unique_if_sample_unique, nobody)
    });
    let mut figures = vec![
        Figure::new("population.members", format!("{units} in the sample"), of, FigureValue::count(value.members)),
        Figure::new(
            "population.sample_uniques",
            format!("{units} unique in the sample"),
            of,
            FigureValue::count(value.sample_uniques),
        ),
        Figure::new("population.expected", format!("{units} expected to be found"), of, found),
    ];
    if value.sample_uniques > 0 {
        figures.push(share("unique_if_sample_unique", "of the sample uniques, share unique in the population", unique));
    }
    figures
}

/// Every model for one size.
fn of_models(estimate: &PopulationEstimate) -> Vec<Figure> {
    let size = crate::number::count(estimate.population);
    let of = |model: &crate::result::ModelEstimate| {
        let value = FigureValue::perhaps(model.unique_share, || {
            model.undefined.as_ref().map_or_else(String::new, |why| why.explanation.clone())
        });
        let label = format!("unique share of a population of {size} by the model {}", model.model.in_words());
        share("model_share", &label, value).about(format!("{}; {size}", model.model.in_words()))
    };
    estimate.models.iter().map(of).collect()
}

/// The range of both log-linear models for one size.
fn of_log_linear(estimate: &PopulationEstimate) -> Vec<Figure> {
    let Some(log_linear) = &estimate.log_linear else { return Vec::new() };
    let size = crate::number::count(estimate.population);
    let figure = |name: &str, what: &str, number: fn(&crate::result::ExpectedMatches) -> f64| {
        let found: Vec<f64> = log_linear.independence.iter().chain(&log_linear.two_way).map(number).collect();
        let (low, high) = (found.iter().copied().min_by(f64::total_cmp), found.iter().copied().max_by(f64::total_cmp));
        let value = match low.zip(high) {
            Some((low, high)) => FigureValue::estimate(high, Some([low, high])),
            None => FigureValue::undefined(
                log_linear.undefined.as_ref().map_or("it was not estimated", |why| why.explanation.as_str()),
            ),
        };
        let models =
            if log_linear.two_way.is_some() { "independent columns to all pairs" } else { "independent columns" };
        let label = format!("{what} in a population of {size}, log-linear, {models}");
        Figure::new(format!("population.{name}"), label, FigureUnit::Number, value).about(format!("{models}; {size}"))
    };
    vec![
        figure("tau1", "sample uniques expected to be unique (τ1)", |it| it.population_uniques),
        figure("tau2", "correct matches expected of sample uniques (τ2)", |it| it.correct_matches),
    ]
}

fn of_copula(value: &Population) -> Vec<Figure> {
    if value.copula.is_none() {
        return Vec::new();
    }
    let of = |name: &str, label: &str, number: fn(&crate::result::CopulaRisk) -> f64| {
        share(name, label, worst(value, |estimate| (estimate.copula.as_ref().map(number), None)))
    };
    vec![
        of("copula_uniqueness", "share of the population that is unique by the Gaussian copula", |it| it.uniqueness),
        of("copula_correctness", "share of the population matched correctly by the Gaussian copula", |it| {
            it.correctness
        }),
        of("copula_sample_uniqueness", "share of the sample unique in the population by the Gaussian copula", |it| {
            it.sample_uniqueness
        }),
    ]
}
