//! How many of the extract are unique in the population that it is a sample of, and how likely each is found there.
//!
//! # Definition
//! The members of the sample are the subjects, each in its class on the quasi-identifiers that are constant within every
//! subject; without a subject, the records, on all quasi-identifiers. A missing cell is a value like any other. Of the
//! population its size is declared with its source, or it is the sum of the weights. From the sizes of the classes follow
//! the classes of one member in the population by the models of [`crate::stats::population`]; from the size of a class and
//! its weight the risk of each member ([`crate::stats::individual_risk`]) and of each group of members; from the shares of
//! the values log-linear risk ([`crate::stats::log_linear`]) and a Gaussian copula ([`crate::stats::copula`]). A range of
//! sizes gives the estimates at both ends, and at a size between them where more are unique.
//!
//! All of it assumes that members were drawn at random, each alike (for weighted risk: as the weights say). An extract
//! chosen by segment, merchant or date was not, and the result says whether anybody declared it.
//!
//! Not here: the scaling law of Rocher, Hendrickx and de Montjoye (2025), whose paper could not be read in full.
//!
//! # Guarantee
//! The same figures for any order of the records and any number of threads: numbers are added in an order that their
//! values give. What no model can tell is null with its reason, never 0.
//!
//! # Edge cases
//! No record: undefined (`empty`). Classes that overlap, because a column varies within a subject: undefined
//! (`overlapping-classes`). A size without its source, and a size beside a fraction: undefined. A population smaller than
//! the sample, all members unique, no class of two: null with the reason, by model.

mod copula;
mod entry;
mod figures;
mod members;
mod risk;
#[cfg(test)]
mod test;

pub use entry::{LIMITS, MEASURE};
pub use figures::figures;
pub use risk::individual_risks;

use std::collections::BTreeMap;

use crate::measure::CutOff;
use crate::number::as_float;
use crate::plan::{Plan, PopulationPlan};
use crate::result::{
    ModelEstimate, NoEstimate, Outcome, Population, PopulationEstimate, PopulationModel, PopulationPoint,
    PopulationSource, PopulationSourceKind, Reading, Unit,
};
use crate::stats::population::{Estimates, Model, NotEstimated, Rule, SizeHistogram, estimate};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Table};
use members::{Members, Weights};

/// The name under `measures`.
pub const NAME: &str = "population";

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// What is declared of the population.
    pub declared: &'a PopulationPlan,
    /// Whether a subject has another pseudonym in each period, so that it is several.
    pub is_rotated: bool,
    /// For each column a number for each value that depends on the value alone.
    pub keys: &'a [&'a [u64]],
    /// Seed of draws from the copula.
    pub seed: u64,
    /// Whether what no limit speaks of is computed too: the curve, log-linear risk and the copula.
    pub is_whole: bool,
}

impl<'a> Settings<'a> {
    /// What a plan says.
    #[must_use]
    pub fn of(plan: &'a Plan, keys: &'a [&'a [u64]]) -> Self {
        Self {
            declared: &plan.population,
            is_rotated: plan.rotate.is_some(),
            keys,
            seed: plan.seed,
            is_whole: plan.extent == crate::plan::Extent::Report,
        }
    }
}

/// Whether the figures rest on weights, be it for the size of the population.
#[must_use]
pub fn uses_weights(value: &Population) -> bool {
    value.source.kind == PopulationSourceKind::Weights
        || value.estimates.iter().any(|estimate| estimate.individual.weighted)
}

/// Estimates for the declared population.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end.
pub fn measure(table: &Table, settings: &Settings<'_>, watch: Watch<'_>) -> Result<Outcome<Population>, StopReason> {
    let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
    let cut_off = CutOff {
        timeout: "the time limit was reached before the population was estimated",
        memory: "the memory limit was reached before the population was estimated",
        work_limit: "the population takes too much work on this extract",
    };
    match sample(table, settings) {
        Err(NoEstimate { reason, explanation }) => Ok(Outcome::Undefined { reason, explanation }),
        Ok(sample) => cut_off.outcome(unit, measured(table, &sample, settings, watch)),
    }
}

/// The sample and the population it is of.
struct Sample {
    members: Members,
    set: ColumnSet,
    reading: Reading,
    sizes: (u64, u64),
    source: PopulationSource,
}

/// What is measured on, or why nothing is.
fn sample(table: &Table, settings: &Settings<'_>) -> Result<Sample, NoEstimate> {
    if table.records() == 0 {
        return Err(NoEstimate::new("empty", "the extract has no record with a subject"));
    }
    if settings.is_rotated {
        let words = "pseudonyms are rotated, so a subject is several and the classes are those of a period";
        return Err(NoEstimate::new("rotated", words));
    }
    let (set, reading) = set_of(table)?;
    let members = Members::of(table, &set);
    let (sizes, source) = population(&members, settings.declared)?;
    Ok(Sample { members, set, reading, sizes, source })
}

/// The columns on which each subject is in one class. Columns of which it is unclear whether they are static are among
/// them: more columns make more members unique.
fn set_of(table: &Table) -> Result<(ColumnSet, Reading), NoEstimate> {
    let columns = 0..table.columns().len();
    if !table.has_subjects() {
        return Ok((ColumnSet::new(columns), Reading::Record));
    }
    let wanted = ColumnSet::new(columns.filter(|&column| table.is_static(column) || table.is_unclear(column)));
    let overlaps = wanted.columns().iter().any(|&column| table.constant_per_subject(column) != Some(true));
    if wanted.is_empty() || overlaps {
        let words = if overlaps {
            "a column that was treated as static varies within some subjects, so classes overlap; coarsen it, or declare \
             that it varies"
        } else {
            "no quasi-identifier is constant within every subject, so a subject is in several classes"
        };
        return Err(NoEstimate::new("overlapping-classes", words));
    }
    Ok((wanted, Reading::SubjectAttributes))
}

/// The declared sizes of the population, or the sum of the weights; with where they come from.
fn population(members: &Members, declared: &PopulationPlan) -> Result<((u64, u64), PopulationSource), NoEstimate> {
    if declared.size.is_some() && declared.fraction.is_some() {
        let words = "both a size and a share of the population are declared; declare one of them";
        return Err(NoEstimate::new("size-and-fraction", words));
    }
    if declared.has_number() {
        let Some(stated) = declared.source.clone().filter(|source| !source.trim().is_empty()) else {
            let words = "the population is declared without the source of its size; name it with `--population-source`";
            return Err(NoEstimate::new("no-source", words));
        };
        let of_fraction = |millionths: f64| (as_float(members.count()) / millionths).round();
        let (sizes, kind) = match (declared.size, declared.fraction) {
            (Some(size), _) => ((size.low, size.high), PopulationSourceKind::Size),
            (None, fraction) => {
                let size = whole(of_fraction(fraction.map_or(1.0, f64::from)));
                ((size, size), PopulationSourceKind::SamplingFraction)
            }
        };
        return Ok((sizes, PopulationSource { kind, stated }));
    }
    match &members.weights {
        Weights::Numbers { column, total, .. } => {
            let size = whole(total.round());
            Ok(((size, size), PopulationSource { kind: PopulationSourceKind::Weights, stated: column.clone() }))
        }
        Weights::Unusable(why) => Err(why.clone()),
        Weights::None => {
            Err(NoEstimate::new("no-population", "neither the size of the population nor a weight is declared"))
        }
    }
}

/// A number of members; what no population has is the largest that any can be declared to have.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to what fits")]
fn whole(number: f64) -> u64 {
    number.clamp(0.0, 1e15) as u64
}

fn measured(
    table: &Table,
    sample: &Sample,
    settings: &Settings<'_>,
    watch: Watch<'_>,
) -> Result<Population, StopReason> {
    let Sample { members, set, reading, sizes, source } = sample;
    let histogram = members.histogram();
    watch.stop.check()?;
    let mut estimates = vec![estimated(&histogram, members, sizes.0)];
    if sizes.1 > sizes.0 {
        estimates.extend(worst_between(&histogram, *sizes).map(|size| estimated(&histogram, members, size)));
        estimates.push(estimated(&histogram, members, sizes.1));
    }
    watch.stop.check()?;
    let (mut curve, mut fitted) = (Vec::new(), None);
    if settings.is_whole {
        let independent = risk::independent_means(table, set, members);
        watch.stop.check()?;
        risk::add_log_linear(table, set, &independent, settings.keys, &mut estimates, watch.stop)?;
        let copula = copula::Copula::fit(table, set, members, &independent, settings.seed, watch)?;
        curve = curve_of(&histogram, copula.as_ref());
        for estimate in &mut estimates {
            estimate.copula = copula.as_ref().map(|copula| copula.risk(estimate.population));
        }
        fitted = copula.map(copula::Copula::described);
    }
    Ok(Population {
        columns: table.names(set.columns()),
        reading: *reading,
        members: members.count(),
        classes: histogram.classes(),
        sample_uniques: histogram.of_size(1),
        pairs: histogram.of_size(2),
        source: source.clone(),
        random_sample: settings.declared.random_sample,
        estimates,
        curve,
        copula: fitted,
    })
}

/// The size within a range at which most are estimated to be unique, or nothing can be estimated, where that is worse than both
/// ends: the share neither only falls nor only rises with the size, and it jumps where the rule takes another model. Looked at
/// are round numbers and both sides of that jump.
fn worst_between(histogram: &SizeHistogram, (low, high): (u64, u64)) -> Option<u64> {
    let share = |size: u64| match estimate(histogram, size, Rule::default()).chosen {
        Ok((_, uniques)) => uniques / as_float(size),
        Err(_) => f64::INFINITY,
    };
    let jump = histogram.members().saturating_mul(10);
    let inner = round_sizes().chain([jump, jump.saturating_add(1)]).filter(|size| (low + 1..high).contains(size));
    let worst = inner.map(|size| (size, share(size))).max_by(|one, other| one.1.total_cmp(&other.1));
    worst.filter(|&(_, worst)| worst > share(low).max(share(high))).map(|(size, _)| size)
}

/// 1, 2, 5, 10, 20, … up to the largest population of the curve.
fn round_sizes() -> impl Iterator<Item = u64> {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    let round = powers.flat_map(|power| [1, 2, 5].map(|factor| power.saturating_mul(factor)));
    round.take_while(|&size| size <= MOST_PEOPLE)
}

/// Everything but log-linear risk and the copula for a population of one size.
fn estimated(histogram: &SizeHistogram, members: &Members, population: u64) -> PopulationEstimate {
    let found = estimate(histogram, population, Rule::default());
    let (sampled, whole) = (as_float(histogram.members()), as_float(population));
    let ones = as_float(histogram.of_size(1));
    let fraction = (population >= histogram.members()).then(|| sampled / whole);
    let (chosen, uniques) = found.chosen.ok().unzip();
    let of_uniques =
        |uniques: f64| fraction.filter(|_| ones > 0.0).map(|fraction| (uniques * fraction / ones).min(1.0));
    let individual = risk::individual(members, population);
    let household = members.groups.as_ref().map(|groups| risk::household(members, groups, population));
    PopulationEstimate {
        population,
        fraction,
        chosen: chosen.map(model),
        unique_classes: uniques,
        unique_share: uniques.map(|uniques| uniques / whole),
        unique_if_sample_unique: uniques.and_then(of_uniques),
        undefined: found.chosen.err().map(no_estimate),
        models: models(&found, whole),
        individual,
        household,
        log_linear: None,
        copula: None,
    }
}

fn no_estimate(why: NotEstimated) -> NoEstimate {
    NoEstimate::new(why.code(), why.in_words())
}

fn model(model: Model) -> PopulationModel {
    match model {
        Model::Count => PopulationModel::Count,
        Model::NoSampleUniques => PopulationModel::NoSampleUniques,
        Model::Pitman => PopulationModel::Pitman,
        Model::Zayatz => PopulationModel::Zayatz,
        Model::SlideNegativeBinomial => PopulationModel::SlideNegativeBinomial,
    }
}

/// Every model with its value or its reason.
fn models(found: &Estimates, whole: f64) -> Vec<ModelEstimate> {
    let of = |model, value: Result<f64, NotEstimated>, parameters: &[(&str, f64)]| ModelEstimate {
        model,
        unique_classes: value.ok(),
        unique_share: value.ok().map(|uniques| uniques / whole),
        parameters: parameters.iter().map(|&(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        undefined: value.err().map(no_estimate),
    };
    let pitman = found.pitman.map(|pitman| [("alpha", pitman.fitted.alpha), ("theta", pitman.fitted.theta)]);
    let parameters = pitman.as_ref().map_or(&[][..], |parameters| &parameters[..]);
    let slide = found
        .slide
        .map(|(slide, value)| (value, [("alpha", slide.alpha), ("beta", slide.beta), ("classes", slide.classes)]));
    let of_slide = slide.as_ref().map_or(&[][..], |(_, parameters)| &parameters[..]);
    vec![
        of(PopulationModel::Pitman, found.pitman.and_then(|pitman| pitman.exact), parameters),
        of(PopulationModel::PitmanAsymptotic, found.pitman.and_then(|pitman| pitman.asymptotic), parameters),
        of(PopulationModel::Ewens, found.ewens, &[]),
        of(PopulationModel::Zayatz, found.zayatz, &[]),
        of(PopulationModel::SlideNegativeBinomial, slide.map(|(value, _)| value), of_slide),
    ]
}

/// Largest population of the curve: more than there are people.
const MOST_PEOPLE: u64 = 10_000_000_000;

/// The share that is unique in populations from the sample itself on: 1, 2, 5, 10, … times a power of ten.
fn curve_of(histogram: &SizeHistogram, copula: Option<&copula::Copula>) -> Vec<PopulationPoint> {
    let members = histogram.members();
    let beyond = round_sizes().filter(|&size| size > members);
    let point = |population: u64| {
        let chosen = estimate(histogram, population, Rule::default()).chosen.ok();
        PopulationPoint {
            population,
            chosen: chosen.map(|(found, _)| model(found)),
            unique_share: chosen.map(|(_, uniques)| uniques / as_float(population)),
            copula_share: copula.map(|copula| copula.risk(population).uniqueness),
        }
    };
    std::iter::once(members).chain(beyond).map(point).collect()
}
