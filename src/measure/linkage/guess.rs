//! What guessing finds: the honest baseline of every attack that looks for a person.

use super::{LinkedTables, SubjectKeys};
use crate::result::Evidence;

/// Share of the subjects of the extract that are found by pairing both sides one to one without looking: each pair of
/// partners meets with the chance 1 / the number of subjects on the larger side. Where it is not known who is who, as
/// many partners as there are subjects on the smaller side. `None` when a side has no subject.
#[expect(clippy::cast_precision_loss, reason = "subjects are fewer than 2^32")]
pub(super) fn baseline(linked: &LinkedTables) -> Option<f64> {
    let (ours, theirs) = (linked.ours.subjects(), linked.theirs.subjects());
    if ours == 0 || theirs == 0 {
        return None;
    }
    let partners = linked.truth.as_ref().map_or(ours.min(theirs) as u64, SubjectKeys::pairs);
    Some((partners as f64 / ours as f64 / ours.max(theirs) as f64).min(1.0))
}

/// Whether an attack does better than its baseline: found where the lower end of its interval lies above.
pub(super) fn evidence(interval: Option<[f64; 2]>, baseline: Option<f64>) -> Evidence {
    match (interval, baseline) {
        (Some([low, _]), Some(baseline)) if low > baseline => Evidence::Found,
        (Some(_), Some(_)) => Evidence::None,
        _ => Evidence::Unknown,
    }
}
