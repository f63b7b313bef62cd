//! All models at once, and which of them is believed.

use super::{Ewens, NotEstimated, Pitman, SizeHistogram, SlideNegativeBinomial, within, zayatz};
use crate::number::as_float;

/// Up to this share of the population the model of Pitman is used.
const SMALL_FRACTION: f64 = 0.1;

/// Which decision rule is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// That of Dankar and others with every model as it is defined.
    #[default]
    Definition,
    /// The same as the program ARX follows it: without the slide negative binomial model, and with the asymptotic value of
    /// Pitman's. For comparisons with that program only.
    Arx,
}

/// What the chosen estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Model {
    /// The sample is the population: counted.
    Count,
    /// No class of the sample has one member: 0.
    NoSampleUniques,
    /// Pitman, with `0 < α < 1`.
    Pitman,
    /// Zayatz.
    Zayatz,
    /// Slide negative binomial.
    SlideNegativeBinomial,
}

impl Model {
    /// Its stable kebab-case name.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// Pitman's model and its two predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PitmanValue {
    /// The parameters.
    pub fitted: Pitman,
    /// Expected classes of one member in the population.
    pub exact: Result<f64, NotEstimated>,
    /// The limit of it for large populations.
    pub asymptotic: Result<f64, NotEstimated>,
}

/// `S₁` by every model, and the one that the rule chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// Members of the population.
    pub population: u64,
    /// Zayatz.
    pub zayatz: Result<f64, NotEstimated>,
    /// Pitman.
    pub pitman: Result<PitmanValue, NotEstimated>,
    /// Ewens; bounded by its parameter, so far too small where many classes are rare. For comparison.
    pub ewens: Result<f64, NotEstimated>,
    /// Slide negative binomial, with its parameters.
    pub slide: Result<(SlideNegativeBinomial, f64), NotEstimated>,
    /// The model that the rule chooses, and its value.
    pub chosen: Result<(Model, f64), NotEstimated>,
}

/// Estimates the classes of one member in a population of `population` of which `histogram` is a random sample.
///
/// # Definition
/// For a sample of at most a tenth: Pitman inside its border, otherwise Zayatz. For a larger one: Zayatz if its value is below that of the
/// slide negative binomial model or the latter has none, otherwise the latter.
#[must_use]
pub fn estimate(histogram: &SizeHistogram, population: u64, rule: Rule) -> Estimates {
    let members = histogram.members();
    let none = if members == 0 {
        Some(NotEstimated::Empty)
    } else if population < members {
        Some(NotEstimated::PopulationTooSmall)
    } else {
        (population == members).then_some(NotEstimated::WholePopulation)
    };
    if let Some(reason) = none {
        let counted = (Model::Count, as_float(histogram.of_size(1)));
        let chosen = if reason == NotEstimated::WholePopulation { Ok(counted) } else { Err(reason) };
        let (zayatz, pitman, ewens, slide) = (Err(reason), Err(reason), Err(reason), Err(reason));
        return Estimates { population, zayatz, pitman, ewens, slide, chosen };
    }
    let fraction = as_float(members) / as_float(population);
    let within = |value: f64| within(value, histogram, population);
    let ones = as_float(histogram.of_size(1));
    let zayatz = zayatz(histogram, population).and_then(|share| within(ones * share / fraction));
    let pitman = Pitman::fit(histogram).map(|fitted| PitmanValue {
        fitted,
        exact: within(fitted.uniques(population)),
        asymptotic: within(fitted.uniques_asymptotic(population)),
    });
    let ewens = Ewens::fit(histogram).and_then(|fitted| within(fitted.uniques(population)));
    let slide = match rule {
        Rule::Arx => Err(NotEstimated::NotUsed),
        Rule::Definition => SlideNegativeBinomial::fit(histogram, fraction)
            .and_then(|fitted| within(fitted.uniques()).map(|value| (fitted, value))),
    };
    let mut estimates = Estimates { population, zayatz, pitman, ewens, slide, chosen: Err(NotEstimated::NoSolution) };
    estimates.chosen = if ones == 0.0 { Ok((Model::NoSampleUniques, 0.0)) } else { estimates.choose(fraction, rule) };
    estimates
}

impl Estimates {
    fn choose(&self, fraction: f64, rule: Rule) -> Result<(Model, f64), NotEstimated> {
        let zayatz = self.zayatz.map(|value| (Model::Zayatz, value));
        if fraction <= SMALL_FRACTION {
            let pitman = self.pitman.and_then(|pitman| {
                let value = if rule == Rule::Arx { pitman.asymptotic } else { pitman.exact };
                // At the border it is the model of Ewens, which is bounded by its parameter and so far too small.
                if pitman.fitted.alpha > 0.0 { Ok((Model::Pitman, value?)) } else { Err(NotEstimated::NoSolution) }
            });
            return pitman.or(zayatz);
        }
        match (zayatz, self.slide) {
            (Ok((_, zayatz)), Ok((_, slide))) if zayatz >= slide => Ok((Model::SlideNegativeBinomial, slide)),
            (zayatz, Err(_)) | (zayatz @ Ok(_), Ok(_)) => zayatz,
            (Err(_), Ok((_, slide))) => Ok((Model::SlideNegativeBinomial, slide)),
        }
    }
}
