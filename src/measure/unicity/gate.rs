//! Which figure the gate looks at.

use crate::result::{Attacker, Cohort, Unicity, UnicityCurve};

/// Points the gate at the worst of the plain curves: uniform attacker, fixed cohort, nothing known beside the points,
/// singled out when nobody else matches.
///
/// The gate asks for `asked` known points. A fixed cohort that leaves out more than half of the subjects would speak for
/// the few with long histories only, so it is the one of the largest number of points that keeps half, and the gate looks
/// at no more known points than that.
pub(super) fn choose(unicity: &mut Unicity, asked: u32) {
    let plain = |curve: &&(usize, &UnicityCurve)| {
        let curve = curve.1;
        let simple = curve.attacker == Attacker::Uniform && curve.known_attributes.is_empty();
        simple && curve.cohort == Cohort::Fixed && curve.crowd_below == 2
    };
    let curves: Vec<(usize, &UnicityCurve)> = unicity.curves.iter().enumerate().collect();
    let candidates: Vec<(usize, &UnicityCurve)> = curves.iter().filter(plain).copied().collect();
    let mut chosen: Option<(usize, u32, f64)> = None;
    for (place, curve) in &candidates {
        let known = curve.cohort_points.map_or(0, |points| points.min(asked));
        let mut share = curve
            .results
            .iter()
            .filter(|result| result.known_points <= known)
            .filter_map(|result| result.share.map(|share| (result.known_points, share)));
        let Some((known, share)) = share.next_back() else { continue };
        if chosen.is_none_or(|(_, _, worst)| share > worst) {
            chosen = Some((*place, known, share));
        }
    }
    let note = match chosen {
        Some((_, known, _)) if known < asked => Some(format!(
            "more than half of the subjects have fewer than {asked} distinct points; judged at {known}, the largest number \
             that at least half of them have"
        )),
        Some(_) => None,
        None => Some(match candidates.first() {
            None => "no curve over a fixed cohort of subjects was measured".to_owned(),
            Some((_, UnicityCurve { undefined: Some(undefined), .. })) => undefined.explanation.clone(),
            Some(_) => "more than half of the subjects have no point at all".to_owned(),
        }),
    };
    unicity.gated_curve = chosen.map(|(place, _, _)| place);
    unicity.gated_known_points = chosen.map(|(_, known, _)| known);
    unicity.gate_note = note;
}
