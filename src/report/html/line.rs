//! The number line of the first screen: now, limit, and what the recommended change would make of it.

use crate::number::{as_float, count, percent};
use crate::report::headline::{About, headline};
use crate::report::summary::{self, is_below_limit, is_gated, smallest_class};
use crate::report::{known_points, linkage, messages};
use crate::result::{ScanResult, SetStatistics};

/// Places are percent of the width.
pub(super) struct NumberLine {
    pub(super) label: String,
    /// Where the part of the line that breaks the limit begins, and how long it is.
    pub(super) over_at: String,
    pub(super) over: String,
    pub(super) limit: LinePoint,
    pub(super) now: LinePoint,
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
        About::Class(set) => of_class(result, set),
        About::KnownPoints(_, point) => {
            let (now, limit) = (point.share?, known_points::limit(result)?);
            let after = recommended(result).and_then(|after| after.unicity);
            Some(NumberLine {
                breaks: known_points::is_over(result),
                ..of_share(["Singled out by known points", "singled out"], now, limit, after)
            })
        }
        About::Linked(attack) => {
            let (now, limit) = (linkage::rate(attack)?, linkage::limit(result, attack)?);
            let breaks = linkage::breaks(result, attack);
            Some(NumberLine { breaks, ..of_share(["Share linked", "linked"], now, limit, None) })
        }
        About::Nothing(_) => None,
    }
}

/// The figures after the recommended change.
fn recommended(result: &ScanResult) -> Option<&crate::result::Headline> {
    summary::recommended(result)?.after.as_ref()
}

/// The smallest class, from 1 on, logarithmic.
fn of_class(result: &ScanResult, set: &SetStatistics) -> Option<NumberLine> {
    let now = set.smallest_class.filter(|smallest| *smallest > 0)?;
    let k = u64::from(result.policy.k.max(1));
    let gated = is_gated(result, set);
    let after = recommended(result).and_then(|after| smallest_class(result, after)).filter(|after| *after > now);
    let end = [50, k * 4, now * 2, after.unwrap_or(0) * 2].into_iter().max().unwrap_or(50);
    let at = |value: u64| place(logarithm(value) / logarithm(end));
    let units = messages::unit(set.reading, now);
    let held = if gated { "limit: at least" } else { "not held to a limit; the policy's k is" };
    let not_held = if gated { "" } else { " (not held to it)" };
    Some(NumberLine {
        label: format!("Smallest class: {} {units}; {held} {}.", count(now), count(k)),
        over_at: percent_of_width(LINE.0),
        over: percent_of_width(if gated { at(k) - LINE.0 } else { 0.0 }),
        limit: mark(at(k), format!("limit {}{not_held}", count(k))),
        now: mark(at(now), format!("now {} {units}", count(now))),
        breaks: is_below_limit(result, set),
        after: after.filter(|after| at(*after) - at(now) > APART).map(|after| then(at(after), &count(after))),
        end: format!("smallest class, up to {} {}", count(end), messages::unit(set.reading, end)),
    })
}

/// A share of subjects, from none to all; what is counted for those who cannot see the line, and for its end.
fn of_share([label, end]: [&str; 2], now: f64, limit: f64, after: Option<f64>) -> NumberLine {
    let over = place(limit);
    NumberLine {
        label: format!("{label}: {} of subjects; limit: at most {}.", percent(now), percent(limit)),
        over_at: percent_of_width(over),
        over: percent_of_width(LINE.1 - over),
        limit: mark(over, messages::limit_share(&percent(limit))),
        now: mark(place(now), format!("now {}", percent(now))),
        breaks: false,
        after: after
            .filter(|after| place(now) - place(*after) > APART)
            .map(|after| then(place(after), &percent(after))),
        end: format!("share of subjects {end}, up to 100 %"),
    }
}

fn then(at: f64, figure: &str) -> LinePoint {
    mark(at, format!("{figure} with the recommended change"))
}

/// Text near an edge begins or ends at its point.
fn mark(at: f64, text: String) -> LinePoint {
    let anchor = match at {
        at if at < 12.0 => "start",
        at if at > 80.0 => "end",
        _ => "middle",
    };
    LinePoint { at: percent_of_width(at), anchor, text }
}

/// A place on the line, from a part of its length.
fn place(part: f64) -> f64 {
    LINE.0 + (LINE.1 - LINE.0) * part.clamp(0.0, 1.0)
}

fn percent_of_width(place: f64) -> String {
    format!("{place:.1}")
}

fn logarithm(value: u64) -> f64 {
    as_float(value.max(1)).ln()
}
