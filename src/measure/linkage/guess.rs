//! What guessing finds: the honest baseline of every attack that looks for a person.

use super::LinkedTables;
use crate::number::as_float;
use crate::result::Evidence;

/// Share of the subjects of the extract that are found by pairing both sides one to one without looking: each pair of
/// partners meets with the chance 1 / the number of subjects on the larger side. Where it is not known who is who, as
/// many partners as there are subjects on the smaller side; there are never more, whatever keys repeat. `None` when a side
/// has no subject.
pub(super) fn baseline(linked: &LinkedTables) -> Option<f64> {
    let (ours, theirs) = (linked.ours.subjects() as u64, linked.theirs.subjects() as u64);
    if ours == 0 || theirs == 0 {
        return None;
    }
    let most = ours.min(theirs);
    let partners = linked.truth.as_ref().map_or(most, |keys| keys.pairs().min(most));
    Some(as_float(partners) / as_float(ours) / as_float(ours.max(theirs)))
}

/// Whether an attack does better than its baseline: found where its rate lies above.
pub(super) fn evidence(rate: Option<f64>, baseline: Option<f64>) -> Evidence {
    match (rate, baseline) {
        (Some(rate), Some(baseline)) if rate > baseline => Evidence::Found,
        (Some(_), Some(_)) => Evidence::None,
        _ => Evidence::Unknown,
    }
}
