//! Words about known points.

use crate::report::escape::printable;
use crate::result::{UnicityCurve, UnicityResult, UnicityUndefined};

/// What the headline means for somebody who knows that much.
pub(in crate::report) fn known_points_attacker(point: &UnicityResult) -> String {
    match point.known_points {
        1 => "Someone who knows one such event of one of them finds exactly that person".to_owned(),
        points => format!("Someone who knows {points} such events of one of them finds exactly that person"),
    }
}

/// Why a curve has no figure.
pub(in crate::report) fn curve_unknown(label: &str, undefined: &UnicityUndefined) -> String {
    format!("{label}: not known, {}.", super::because(&printable(&undefined.explanation)))
}

/// Why the gate looks at fewer points, or at nothing.
pub(in crate::report) fn gate_note(note: &str) -> String {
    format!("About the limit: {}.", printable(note).trim_end_matches('.'))
}

/// What stands for an interval where none is needed.
pub(in crate::report) const EXACT: &str = "exact";

/// What a curve is about: `posted_at + merchant_id (any points)`.
pub(in crate::report) fn curve_label(curve: &UnicityCurve) -> String {
    let columns = crate::report::summary::names(&curve.point).join(" + ");
    printable(&format!("{columns} ({})", curve.notes().join(", ")))
}

/// The same with its cohort, for the head of a table.
pub(in crate::report) fn curve_caption(curve: &UnicityCurve, is_gated: bool) -> String {
    let gated = if is_gated { "; this curve is judged" } else { "" };
    format!("{}: {}{gated}", curve_label(curve), curve.cohort_in_words())
}

/// `4 known points`.
pub(in crate::report) fn known_points(number: u32) -> String {
    super::counted(u64::from(number), "known point", "known points")
}

pub(in crate::report) fn sweep_reaches(change: &str, share: &str, upper: &str, limit: &str) -> String {
    if change == super::AS_IT_IS {
        return format!(
            "On the points that this sweep looked at, the extract as it is has at most {limit}: {share}, at most {upper}."
        );
    }
    format!(
        "The least change of this sweep with at most {limit} on the points that it looked at is {change}: {share}, at most {upper}."
    )
}
