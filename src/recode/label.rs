//! Values that a rule has made already, so that a treated file is treated no further.

use super::coarsen::bin_name_of;
use super::rare::merged_value;
use super::{CalendarUnit, CoarsenRule, Exact};

/// Whether a value is one that the rule leaves behind: a treated file holds these, and they stay as they are. What a
/// hierarchy leaves behind is in its file and not asked here.
pub(super) fn is_label(rule: &CoarsenRule, value: &str) -> bool {
    if value == merged_value() {
        return true;
    }
    let number = || Exact::parse(value);
    match rule {
        CoarsenRule::Calendar(unit) => is_bucket(*unit, value),
        CoarsenRule::Round(step) => {
            number().and_then(|number| number.round_to(*step)).is_some_and(|rounded| rounded.to_string() == value)
        }
        CoarsenRule::Bins(edges) => bin_name_of(edges, value),
        CoarsenRule::Top(edge) => {
            number().and_then(|number| number.compare(*edge)).is_some_and(std::cmp::Ordering::is_le)
        }
        CoarsenRule::Prefix(length) | CoarsenRule::Suffix(length) => value.chars().count() <= *length,
        CoarsenRule::Hierarchy { .. } | CoarsenRule::Rare(_) | CoarsenRule::Drop => false,
    }
}

/// Whether a value names a bucket of the calendar.
fn is_bucket(unit: CalendarUnit, value: &str) -> bool {
    let shape: &[u8] = match unit {
        CalendarUnit::Hour => return false,
        CalendarUnit::Day => b"9999-99-99",
        CalendarUnit::Week => b"9999-W99",
        CalendarUnit::Month => b"9999-99",
        CalendarUnit::Quarter => b"9999-Q9",
        CalendarUnit::Year => b"9999",
    };
    let fits = |(byte, wanted): (u8, &u8)| if *wanted == b'9' { byte.is_ascii_digit() } else { byte == *wanted };
    value.len() == shape.len() && value.bytes().zip(shape).all(fits) && in_range(unit, value)
}

/// Whether month, quarter or week is one that a year has.
fn in_range(unit: CalendarUnit, value: &str) -> bool {
    let number = |from: usize| value.get(from..).and_then(|digits| digits.parse::<u8>().ok());
    match unit {
        CalendarUnit::Month => number(5).is_some_and(|month| (1..=12).contains(&month)),
        CalendarUnit::Quarter => number(6).is_some_and(|quarter| (1..=4).contains(&quarter)),
        CalendarUnit::Week => number(6).is_some_and(|week| (1..=53).contains(&week)),
        CalendarUnit::Day => value.parse::<jiff::civil::Date>().is_ok(),
        CalendarUnit::Year | CalendarUnit::Hour => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_label;
    use crate::recode::CoarsenRule;

    #[test]
    fn what_a_rule_leaves_behind_is_recognised_and_finer_values_are_not() {
        for (rule, labels, finer) in [
            ("month", &["2026-11", "(rare)"][..], &["2026-11-21", "2026-13", "2026", "x"][..]),
            ("quarter", &["2026-Q4"], &["2026-Q5", "2026-11"]),
            ("week", &["2026-W47"], &["2026-W60"]),
            ("year", &["2026"], &["26", "2026-11"]),
            ("day", &["2026-11-21"], &["2026-11-41", "2026-11-21T08:00:00"]),
            ("bins:0,10", &["<0", "[0,10)", ">=10"], &["5", "[0,20)", "10"]),
            ("round:10", &["20", "0"], &["17", "x"]),
            ("top:90", &["90", "12"], &["91", "x"]),
            ("prefix:3", &["100", "10"], &["1000"]),
        ] {
            let rule = CoarsenRule::parse(rule).unwrap();
            assert!(labels.iter().all(|label| is_label(&rule, label)), "{rule}");
            assert!(!finer.iter().any(|value| is_label(&rule, value)), "{rule}");
        }
    }
}
