//! The number line of the first screen: now, limit, and what the recommended change would make of it.

use crate::number::percent;
use crate::report::headline::{About, headline};
use crate::report::summary::{Crowds, crowds, is_below_limit, is_gated, proposals, smallest_crowd};
use crate::report::{known_points, linkage, messages};
use crate::result::{Advice, LinkageAttack, ScanResult, SetStatistics, UnicityResult};

/// Places are percent of the width.
pub(super) struct NumberLine {
    pub(super) label: String,
    /// Where the part of the line that breaks the limit begins, and how long it is.
    pub(super) over_at: String,
    pub(super) over: String,
    pub(super) limit: String,
    pub(super) limit_at: String,
    pub(super) limit_anchor: &'static str,
    pub(super) now: String,
    pub(super) now_at: String,
    pub(super) now_anchor: &'static str,
    pub(super) breaks: bool,
    pub(super) after: Option<LinePoint>,
    pub(super) end: String,
}

pub(super) struct LinePoint {
    pub(super) at: String,
    pub(super) anchor: &'static str,
    pub(super) text: String,
}

/// First and last percent of the line.
const LINE: (f64, f64) = (2.0, 98.0);
/// Marks whose text stands on one side of the line must be this far from each other.
const APART: f64 = 26.0;

/// The line of the figure that leads; none where there is none.
pub(super) fn number_line(result: &ScanResult) -> Option<NumberLine> {
    match headline(result).about {
        About::Crowd(set) => of_crowd(result, set),
        About::KnownPoints(_, point) => of_known_points(result, point),
        About::Linked(attack) => of_linkage(result, attack),
        About::Nothing(_) => None,
    }
}

fn recommended(result: &ScanResult) -> Option<&Advice> {
    proposals(result).find(|advice| advice.recommended)
}

/// The smallest crowd, from 1 on, logarithmic.
fn of_crowd(result: &ScanResult, set: &SetStatistics) -> Option<NumberLine> {
    let Crowds::Measured(uniqueness) = crowds(result) else { return None };
    let now = set.smallest_class.filter(|smallest| *smallest > 0)?;
    let k = u64::from(result.policy.k.max(1));
    let gated = is_gated(result, set);
    let after = recommended(result)
        .and_then(|advice| smallest_crowd(advice.after.as_ref()?, uniqueness, set))
        .filter(|after| *after > now);
    let end = [50, k * 4, now * 2, after.unwrap_or(0) * 2].into_iter().max().unwrap_or(50);
    let at = |value: u64| place(logarithm(value) / logarithm(end));
    let units = messages::unit(set.reading, now);
    let after =
        after.filter(|after| at(*after) - at(now) > APART).map(|after| mark(at(after), messages::line_after(after)));
    Some(NumberLine {
        label: messages::line_label(now, k, units, gated),
        over_at: percent_of_width(LINE.0),
        over: percent_of_width(if gated { at(k) - LINE.0 } else { 0.0 }),
        limit: messages::line_limit(k, gated),
        limit_at: percent_of_width(at(k)),
        limit_anchor: anchor(at(k)),
        now: messages::line_now(now, units),
        now_at: percent_of_width(at(now)),
        now_anchor: anchor(at(now)),
        breaks: is_below_limit(result, set),
        after,
        end: messages::line_end(end, messages::unit(set.reading, end)),
    })
}

/// The share singled out, from none to all.
fn of_known_points(result: &ScanResult, point: &UnicityResult) -> Option<NumberLine> {
    let (now, limit) = (point.share?, known_points::limit(result)?);
    let after = recommended(result)
        .and_then(|advice| advice.after.as_ref()?.unicity)
        .filter(|after| place(now) - place(*after) > APART)
        .map(|after| mark(place(after), messages::line_after_share(&percent(after))));
    Some(NumberLine {
        label: messages::line_label_share(&percent(now), &percent(limit)),
        over_at: percent_of_width(place(limit)),
        over: percent_of_width(LINE.1 - place(limit)),
        limit: messages::limit_share(&percent(limit)),
        limit_at: percent_of_width(place(limit)),
        limit_anchor: anchor(place(limit)),
        now: messages::line_now_share(&percent(now)),
        now_at: percent_of_width(place(now)),
        now_anchor: anchor(place(now)),
        breaks: known_points::is_over(result),
        after,
        end: messages::LINE_END_SHARE.to_owned(),
    })
}

/// The share linked, from none to all.
fn of_linkage(result: &ScanResult, attack: &LinkageAttack) -> Option<NumberLine> {
    let (now, limit) = (linkage::rate(attack)?, linkage::limit(result, attack)?);
    Some(NumberLine {
        label: messages::line_label_linked(&percent(now), &percent(limit)),
        over_at: percent_of_width(place(limit)),
        over: percent_of_width(LINE.1 - place(limit)),
        limit: messages::limit_share(&percent(limit)),
        limit_at: percent_of_width(place(limit)),
        limit_anchor: anchor(place(limit)),
        now: messages::line_now_share(&percent(now)),
        now_at: percent_of_width(place(now)),
        now_anchor: anchor(place(now)),
        breaks: linkage::breaks(result, attack),
        after: None,
        end: messages::LINE_END_LINKED.to_owned(),
    })
}

fn mark(at: f64, text: String) -> LinePoint {
    LinePoint { at: percent_of_width(at), anchor: anchor(at), text }
}

/// A place on the line, from a part of its length.
fn place(part: f64) -> f64 {
    LINE.0 + (LINE.1 - LINE.0) * part.clamp(0.0, 1.0)
}

/// Text near an edge begins or ends at its point.
fn anchor(place: f64) -> &'static str {
    match place {
        place if place < 12.0 => "start",
        place if place > 80.0 => "end",
        _ => "middle",
    }
}

fn percent_of_width(place: f64) -> String {
    format!("{place:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
fn logarithm(value: u64) -> f64 {
    (value.max(1) as f64).ln()
}
