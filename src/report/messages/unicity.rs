//! Words about known points.

use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::result::{Attacker, UnicityCurve, UnicityMethod, UnicityResult, UnicityUndefined};

/// What the headline means for somebody who knows that much.
pub(in crate::report) fn known_points_attacker(point: &UnicityResult) -> String {
    match point.known_points {
        1 => "Someone who knows one such event of one of them finds exactly that person".to_owned(),
        points => format!("Someone who knows {points} such events of one of them finds exactly that person"),
    }
}

/// The share at the gated number of points against its limit, in a sentence.
pub(in crate::report) fn unicity_answer(
    curve: &UnicityCurve,
    point: &UnicityResult,
    limit: Option<f64>,
    is_over: bool,
) -> String {
    let points = if point.known_points == 1 { "point" } else { "points" };
    let verb = if point.known_points == 1 { "singles" } else { "single" };
    let share = point.share.map_or_else(|| super::NOT_DEFINED.to_owned(), percent);
    let columns = super::list(&crate::report::summary::names(&curve.point));
    let subjects = super::subjects(point.subjects);
    let limit = limit.map_or_else(String::new, |limit| {
        format!(" The limit of {} {}.", percent(limit), if is_over { "does not hold" } else { "holds" })
    });
    format!("{} known {points} ({columns}) {verb} {share} of {subjects} out.{limit}", point.known_points)
}

/// Why a curve has no figure.
pub(in crate::report) fn curve_unknown(label: &str, undefined: &UnicityUndefined) -> String {
    format!("{label}: not known, {}.", super::because(&printable(&undefined.explanation)))
}

/// Why the gate looks at fewer points, or at nothing.
pub(in crate::report) fn gate_note(note: &str) -> String {
    format!("About the limit: {}.", printable(note).trim_end_matches('.'))
}

pub(in crate::report) fn unicity_method(method: UnicityMethod, draws: u64) -> String {
    match method {
        UnicityMethod::Exact => "exact".to_owned(),
        UnicityMethod::Sampled => format!("sampled, {} draws", count(draws)),
    }
}

/// What stands for an interval where none is needed.
pub(in crate::report) const EXACT: &str = "exact";

/// What a row of the table needs to have said beside it.
pub(in crate::report) fn unicity_note(point: &UnicityResult) -> String {
    let undecided = point
        .undecided
        .filter(|number| *number > 0)
        .map(|number| format!("search given up for {}, counted as singled out", super::subjects(number)));
    let tied = point
        .tied
        .filter(|number| *number > 0)
        .map(|number| format!("ties among the most frequent points of {}", super::subjects(number)));
    let reason = point.reason.as_deref().map(printable);
    let notes: Vec<String> = [reason, undecided, tied].into_iter().flatten().collect();
    if notes.is_empty() { "–".to_owned() } else { notes.join("; ") }
}

/// How an attacker comes to know points, as a sentence.
pub(in crate::report) fn attacker_sentence(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Uniform => "“Any points”: each choice of a subject's points is equally likely to be known.",
        Attacker::Rarest => {
            "“Rarest points”: the worst case; a subject counts as soon as some choice of its points singles it out."
        }
        Attacker::Frequent => "“Most frequent points”: what the subject does most often, such as shops near home.",
        Attacker::Consecutive => "“Consecutive points”: events that follow each other in time.",
    }
}

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

/// What unicity must not be taken for.
pub(in crate::report) fn unicity_caution(subjects: u64, points: u32, columns: &[String]) -> Vec<String> {
    vec![
        format!(
            "It is how many are unique given {} known exactly, not how many are identified: somebody must first know \
             such points of a person, and know that the person is in the extract.",
            super::counted(u64::from(points), "point", "points")
        ),
        format!(
            "It holds for a crowd of {} at the resolution of {} in this extract. Among more people, or at a coarser day, \
             place or amount, fewer are unique. The extract is counted as it is; if it is a sample, some of the unique \
             have a double outside of it.",
            super::subjects(subjects),
            super::list(columns)
        ),
        "A share within the limit does not make the extract anonymous: whoever is not unique may stand in a crowd of \
         two, and who knows more, or other columns, finds more. Where the recipient holds points of the same people, \
         count its correct matches as well."
            .to_owned(),
    ]
}

/// `4 known points`.
pub(in crate::report) fn known_points(number: u32) -> String {
    super::counted(u64::from(number), "known point", "known points")
}

/// A share in the table of the sweep, with a note where it keeps to the limit; none where it is not defined.
pub(in crate::report) fn sweep_cell(point: &UnicityResult, limit: Option<f64>) -> Option<String> {
    let share = percent(point.share?);
    let holds = limit.is_some_and(|limit| point.keeps_to(limit));
    Some(if holds { format!("{share}, within the limit") } else { share })
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
