//! What text, page and pictures have in common about the population: the answer in a sentence, and its caveat.

use super::checks;
use super::escape::{printable, shortened};
use crate::number::{count, percent};
use crate::result::{Population, PopulationEstimate, PopulationSourceKind, ScanResult};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Population> {
    result.measures.population.as_ref()?.value()
}

/// The share that is unique, in a sentence.
pub(super) fn sentence(result: &ScanResult) -> Option<String> {
    let value = measured(result)?;
    let figure = checks::figure(result, "population.unique_share")?;
    let sizes = sizes(value);
    Some(match (figure.value.value(), figure.value.interval()) {
        (Some(_), Some([low, high])) => {
            format!("Of a population of {sizes}, {} to {} is estimated to be unique", percent(low), percent(high))
        }
        (Some(share), None) => format!("Of a population of {sizes}, {} is {}", percent(share), estimated(value)),
        (None, _) => format!(
            "How many are unique in a population of {sizes} is not known: {}",
            printable(figure.value.reason().unwrap_or_default())
        ),
    })
}

/// Nothing is estimated where the sample is the population.
fn estimated(value: &Population) -> &'static str {
    let is_counted = |estimate: &PopulationEstimate| estimate.population == value.members;
    if value.estimates.iter().all(is_counted) { "unique" } else { "estimated to be unique" }
}

/// The declared size or range.
pub(super) fn sizes(value: &Population) -> String {
    // Between the ends may stand the size at which most are unique.
    let (low, high) = (value.estimates.first(), value.estimates.last());
    let mut sizes: Vec<String> = low.into_iter().chain(high).map(|estimate| count(estimate.population)).collect();
    sizes.dedup();
    sizes.join(" to ")
}

/// Where the size comes from.
pub(super) fn source(value: &Population) -> String {
    let stated = shortened(&printable(&value.source.stated), 80);
    match value.source.kind {
        PopulationSourceKind::Size => format!("declared size, source: {stated}"),
        PopulationSourceKind::SamplingFraction => format!("declared sampling fraction, source: {stated}"),
        PopulationSourceKind::Weights => format!("sum of the weights in {stated}"),
    }
}

/// What the figures assume, where nobody declared it.
pub(super) fn caveat(value: &Population) -> Option<String> {
    let words = "The models assume that the subjects were drawn from the population at random; nobody declared it. Chosen \
                 by segment, merchant or date, more may be unique";
    (!value.random_sample).then(|| words.to_owned())
}

/// The sentences for text and Markdown.
pub(super) fn sentences(result: &ScanResult) -> Vec<String> {
    let Some(value) = measured(result) else { return Vec::new() };
    sentence(result).into_iter().chain(caveat(value)).collect()
}
