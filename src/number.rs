//! How figures are written: `.` decimal, `,` between thousands, two or three significant digits, always a unit.
//!
//! A no-break space stands between a figure and its unit, so that a wrapped line never parts them.

use crate::result::FigureUnit;

/// Stands where a number does not exist.
pub(crate) const NOT_DEFINED: &str = "not defined";

/// No-break space.
const SPACE: char = '\u{a0}';

/// A count with `,` between thousands: `48,211`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many of what, in the right number: `1 line`, `2,000 lines`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A share of 0 to 1 (or a difference of shares) as percent, with three significant digits. Only 0 is `0 %` and only 1 is
/// `100 %`: what is close to them is written as below or above.
pub(crate) fn percent(share: f64) -> String {
    written(share, digits(share))
}

/// [`percent`], with as many digits more as it takes to tell `share` from `other`, such as its limit.
pub(crate) fn percent_beside(share: f64, other: f64) -> String {
    let first = digits(share);
    let tells_apart = |decimals: &usize| written(share, *decimals) != written(other, *decimals);
    let is_same = share.total_cmp(&other).is_eq();
    let decimals = (first..=MOST_DECIMALS).find(|decimals| is_same || tells_apart(decimals)).unwrap_or(MOST_DECIMALS);
    written(share, decimals)
}

/// Most decimals of a percentage beside its limit.
const MOST_DECIMALS: usize = 9;

/// Decimals that leave three significant digits of a percentage: at most three.
fn digits(share: f64) -> usize {
    match share.abs() * 100.0 {
        size if size < 0.0995 => 3,
        size if size < 9.995 => 2,
        _ => 1,
    }
}

/// A percentage with at most so many decimals; without zeros at its end.
fn written(share: f64, decimals: usize) -> String {
    let size = (share * 100.0).abs();
    let sign = if share < 0.0 { "-" } else { "" };
    let digits = format!("{size:.decimals$}");
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    let (least, most) = (format!("0.{}1", "0".repeat(decimals.max(2) - 1)), format!("99.{}", "9".repeat(decimals)));
    if size > 0.0 && (digits == "0" || (size < 0.01 && decimals <= 3)) {
        let least = if decimals <= 3 { "0.01" } else { &least };
        return if share < 0.0 { format!("about{SPACE}0{SPACE}%") } else { format!("<{SPACE}{least}{SPACE}%") };
    }
    if size < 100.0 && digits == "100" {
        return format!("{sign}>{SPACE}{most}{SPACE}%");
    }
    format!("{sign}{digits}{SPACE}%")
}

/// The number of a figure with its unit where that is no count: a share as percent.
pub(crate) fn value(number: f64, unit: FigureUnit) -> String {
    value_beside(number, unit, number)
}

/// [`value`], told apart from `other`, such as its limit.
pub(crate) fn value_beside(number: f64, unit: FigureUnit, other: f64) -> String {
    match unit {
        FigureUnit::Share => percent_beside(number, other),
        FigureUnit::Number => figure(number),
        _ if number.fract() == 0.0 => whole(number),
        // What rounds to its limit and is beyond it keeps its decimals.
        _ if whole(number) == whole(other) && !number.total_cmp(&other).is_eq() => figure(number),
        _ => whole(number),
    }
}

/// A figure of a finding or its limit, whose unit the finding says: whole, or with three significant digits.
pub(crate) fn figure(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let size = number.abs();
    let decimals = if size >= 100.0 {
        0
    } else if size >= 1.0 {
        2
    } else {
        4
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// An expected number, rounded to a whole one: `1,902`; what would round to 0 keeps a digit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and saturates")]
pub(crate) fn whole(number: f64) -> String {
    if number > 0.0 && number < 10.0 { figure(number) } else { count(number.max(0.0).round() as u64) }
}

/// `part` of `whole` as percent; `not defined` when `whole` is 0.
pub(crate) fn share(part: u64, whole: u64) -> String {
    ratio(part, whole).map_or_else(|| NOT_DEFINED.to_owned(), percent)
}

/// `part / whole`; none when `whole` is 0.
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| as_float(part) / as_float(whole))
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of records, subjects and draws fit 53 bits")]
pub(crate) fn as_float(count: u64) -> f64 {
    count as f64
}

/// A share in natural frequencies: `about 40 in 100`, `about 1 in 2,500`, `all`, `none`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the size of `whole`")]
pub(crate) fn natural_frequency(part: u64, whole: u64) -> Option<String> {
    let share = ratio(part, whole)?;
    Some(if part == 0 {
        "none".to_owned()
    } else if part == whole {
        "all".to_owned()
    } else if share > 0.995 {
        "more than 99 in 100".to_owned()
    } else if share >= 0.02 {
        format!("about {:.0} in 100", share * 100.0)
    } else {
        format!("about 1 in {}", count((1.0 / share).round() as u64))
    })
}

/// Bytes in binary units: `210 MiB`.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(crate) fn bytes(number: u64) -> String {
    if number < 1024 {
        return format!("{number}{SPACE}B");
    }
    let mut size = number as f64;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if size < 1023.5 {
            break;
        }
        size /= 1024.0;
        unit = next;
    }
    if size < 9.95 { format!("{size:.1}{SPACE}{unit}") } else { format!("{size:.0}{SPACE}{unit}") }
}

/// A duration of milliseconds: `4.1 s`, `3 min 20 s`.
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
pub(crate) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..=999 => format!("{milliseconds}{SPACE}ms"),
        1_000..=59_949 => format!("{:.1}{SPACE}s", milliseconds as f64 / 1000.0),
        _ => {
            let seconds = (milliseconds + 500) / 1000;
            format!("{}{SPACE}min {}{SPACE}s", count(seconds / 60), seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, counted, duration, figure, natural_frequency, percent, percent_beside, value_beside};
    use crate::result::FigureUnit;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(48_211), "48,211");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn counts_agree_with_their_word() {
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(0, "line", "lines"), "0 lines");
        assert_eq!(counted(2_000, "line", "lines"), "2,000 lines");
    }

    #[test]
    fn percent_has_two_or_three_digits_and_never_rounds_to_nothing_or_all() {
        for (share, text) in [
            (0.0, "0\u{a0}%"),
            (0.00001, "<\u{a0}0.01\u{a0}%"),
            (0.000_43, "0.043\u{a0}%"),
            (0.0043, "0.43\u{a0}%"),
            (0.0432, "4.32\u{a0}%"),
            (0.871_33, "87.1\u{a0}%"),
            (0.9999, ">\u{a0}99.9\u{a0}%"),
            (1.0, "100\u{a0}%"),
            (0.2, "20\u{a0}%"),
            (0.001, "0.1\u{a0}%"),
            (0.999_5, ">\u{a0}99.9\u{a0}%"),
            (-0.05, "-5\u{a0}%"),
            (-1e-9, "about\u{a0}0\u{a0}%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn a_share_beside_its_limit_is_told_apart_from_it_and_never_rounds_to_nothing_or_all() {
        for (share, limit, text) in [
            (0.2, 0.2, "20\u{a0}%"),
            (0.204, 0.2, "20.4\u{a0}%"),
            (0.200_04, 0.2, "20.004\u{a0}%"),
            (0.999_999_6, 1.0, ">\u{a0}99.9\u{a0}%"),
            (0.999_96, 0.05, ">\u{a0}99.9\u{a0}%"),
            (0.000_000_5, 0.0, "<\u{a0}0.01\u{a0}%"),
            (1.0, 0.2, "100\u{a0}%"),
        ] {
            assert_eq!(percent_beside(share, limit), text, "{share}");
        }
        assert_eq!(value_beside(5.2, FigureUnit::Links, 5.0), "5.2");
        assert_eq!(value_beside(5_204.3, FigureUnit::Links, 5.0), "5,204");
    }

    #[test]
    fn natural_frequencies_say_none_and_all_only_when_true() {
        assert_eq!(natural_frequency(0, 10).as_deref(), Some("none"));
        assert_eq!(natural_frequency(10, 10).as_deref(), Some("all"));
        assert_eq!(natural_frequency(9_999, 10_000).as_deref(), Some("more than 99 in 100"));
        assert_eq!(natural_frequency(2_614, 3_000).as_deref(), Some("about 87 in 100"));
        assert_eq!(natural_frequency(4, 10_000).as_deref(), Some("about 1 in 2,500"));
        assert_eq!(natural_frequency(0, 0), None);
    }

    #[test]
    fn figures_are_as_short_as_they_can_be() {
        for (number, text) in [(1.0, "1"), (0.2, "0.2"), (0.871_33, "0.8713"), (12.345, "12.35"), (1_204.7, "1205")] {
            assert_eq!(figure(number), text);
        }
    }

    #[test]
    fn sizes_and_durations_carry_their_unit() {
        assert_eq!(bytes(512), "512\u{a0}B");
        assert_eq!(bytes(220_200_960), "210\u{a0}MiB");
        assert_eq!(duration(41), "41\u{a0}ms");
        assert_eq!(duration(4_100), "4.1\u{a0}s");
        assert_eq!(duration(200_000), "3\u{a0}min 20\u{a0}s");
    }
}
