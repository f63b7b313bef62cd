//! What text, page and pictures have in common about known points: which figure is judged, what curves are called, and
//! what coarser versions of the extract would change.

use super::{checks, messages, sweep};
use crate::number::{count, percent};
use crate::result::{GATED_KNOWN_POINTS, ScanResult, Unicity, UnicityCurve, UnicityResult};

/// The limit that decides about the share that known points single out, where there is one.
pub(super) fn limit(result: &ScanResult) -> Option<f64> {
    checks::limit(result, checks::known_points(result)?)
}

/// Whether the limit on that share does not hold.
pub(super) fn is_over(result: &ScanResult) -> bool {
    checks::known_points(result).is_some_and(|figure| checks::is_over(result, figure))
}

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Unicity> {
    result.measures.unicity.as_ref()?.value()
}

/// How many known points the gate looks at; the policy's where a result does not say.
pub(super) fn gated_number(unicity: &Unicity) -> u32 {
    unicity.gated_known_points.unwrap_or(GATED_KNOWN_POINTS)
}

/// The curve and the point of it that the gate looks at; none where there is nothing to judge.
pub(super) fn gated(result: &ScanResult) -> Option<(&UnicityCurve, &UnicityResult)> {
    let unicity = measured(result)?;
    let curve = unicity.curves.get(unicity.gated_curve?)?;
    let wanted = gated_number(unicity);
    Some((curve, curve.results.iter().find(|point| point.known_points == wanted)?))
}

/// What text and Markdown say beside the row of the gate: the judged curve, why the gate looks elsewhere, which curves
/// have no figure, and what the sweep says.
pub(super) fn sentences(result: &ScanResult) -> Vec<String> {
    let Some(unicity) = measured(result) else { return Vec::new() };
    let mut sentences = Vec::new();
    if let Some(curve) = unicity.gated_curve.and_then(|place| unicity.curves.get(place)) {
        let shares = curve.results.iter().filter_map(|point| Some((point.known_points, point.share?)));
        let shares: Vec<String> = shares.map(|(known, share)| format!("{known}: {}", percent(share))).collect();
        if shares.len() > 1 {
            sentences.push(format!(
                "Singled out by number of known points, {}, {}: {}",
                messages::curve_label(curve),
                curve.cohort_in_words(),
                &shares.join(", ")
            ));
        }
    }
    sentences.extend(unicity.gate_note.as_deref().map(messages::gate_note));
    sentences.extend(rotation(result));
    let unknown = unicity.curves.iter().filter_map(|curve| Some((curve, curve.undefined.as_ref()?)));
    sentences.extend(
        unknown
            .take(UNKNOWN)
            .map(|(curve, undefined)| messages::curve_unknown(&messages::curve_label(curve), undefined)),
    );
    if let Some(study) = &unicity.resolutions {
        sentences.extend(sweep::advice(result, study).sentences);
    }
    sentences
}

/// What rotating pseudonyms does to the judged share: the worst gate of the persons, and of their pseudonyms.
pub(super) fn rotation(result: &ScanResult) -> Option<String> {
    let unicity = measured(result)?;
    let every = &result.dataset.facts.rotation.as_ref()?.every;
    let (before, after) = (unicity.before_rotation.as_ref()?, unicity.worst_gate()?);
    let known = messages::known_points(after.known_points);
    Some(format!(
        "Without rotation {known} would single out {} of {} subjects; with a new pseudonym every {} they single out {} of {} \
         persons within a period",
        percent(before.share?),
        count(before.subjects),
        every,
        percent(after.share?),
        count(after.subjects),
    ))
}

/// Most curves without a figure that are named.
const UNKNOWN: usize = 3;
