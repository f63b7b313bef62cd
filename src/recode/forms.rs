//! What the distinct values of a column say of post codes, ages and years of birth, for the rules of the safe harbor
//! method (45 CFR 164.514(b)(2)). Flags only; the heading says which of them counts.

use crate::result::CellForms;
use crate::secret::Secret;
use crate::table::Dictionary;

/// First three digits of post codes of areas in which 20,000 people or fewer live, by the 2010 or the 2020 census.
///
/// Sources: census of 2010 (summary file 1, table P1) and of 2020 (table P1), population of the five-digit tabulation
/// areas added up by their first three digits. The method speaks of current public figures, so areas that only the census
/// of 2000 lists (063, 790, 830, 831, 890) are not among them.
const RESTRICTED: [&str; 18] = [
    "036", "059", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "821", "823", "878", "879",
    "884", "893",
];

/// Ages above this may stay only in one group that holds all older ones.
const OLDEST: u32 = 89;

/// The forms of the values of a column; `year` is that of the day of judgement, where it is known.
pub(super) fn forms_of(dictionary: &Dictionary, year: Option<i16>) -> CellForms {
    let mut forms = CellForms { three_digits_at_most: true, ages: true, years: true, ..CellForms::default() };
    let mut any = false;
    for value in dictionary.values().flatten().map(Secret::expose) {
        any = true;
        match area(value) {
            Some(digits) if digits.len() <= 3 => forms.restricted_area |= RESTRICTED.contains(&digits),
            _ => forms.three_digits_at_most = false,
        }
        match ages(value) {
            Some(Ages { last: None, .. }) => {}
            // A group that begins at 90 is often written as its first year.
            Some(Ages { last: Some(last), .. }) => {
                forms.above_89 |= last > OLDEST + 1 || (last > OLDEST && !is_one(value));
            }
            None => forms.ages = false,
        }
        match first_year(value) {
            Some(first) => forms.born_above_89 |= year.is_some_and(|year| i32::from(year) - first > 89),
            None => forms.years &= is_open_below(value),
        }
        forms.years &= matches!(value.len(), 4 | 9) || is_open_below(value);
    }
    if any { forms } else { CellForms::default() }
}

/// The digits that a post code shows; `None` when it is none, or shows something else.
fn area(value: &str) -> Option<&str> {
    let shown = value.trim_end_matches(['*', 'x', 'X', '#', '_', '-', '.', '•']);
    let is_plain = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then_some(shown)
}

/// A group of ages.
struct Ages {
    /// The oldest; `None` when all older ones belong to it.
    last: Option<u32>,
}

fn is_one(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads an age, a band (`40-49`, `[40,50)`), or an open group (`90+`, `>=90`, `<5`).
fn ages(value: &str) -> Option<Ages> {
    let numbers: Vec<u32> = value
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok().filter(|age| *age <= 150))
        .collect::<Option<_>>()?;
    let signs: String = value.chars().filter(|sign| !sign.is_ascii_digit() && !sign.is_whitespace()).collect();
    let last = match (&numbers[..], signs.as_str()) {
        (&[age], "") => Some(age),
        (&[_], "+" | ">" | ">=" | "≥" | "=+") => None,
        (&[below], "<") | (&[_, below], "[,)") => Some(below.saturating_sub(1)),
        (&[last], "<=" | "≤" | "-") | (&[_, last], "-" | "–" | "[,]" | "to" | "bis") => Some(last),
        _ => return None,
    };
    Some(Ages { last })
}

/// The first year that a value speaks of: a year, a date, or a band of years.
fn first_year(value: &str) -> Option<i32> {
    let digits = value.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let goes_on = value[4..].bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|year| !goes_on && (1800..=2200).contains(year))
}

/// Whether a value is a group of all years up to one, such as `<1935`.
fn is_open_below(value: &str) -> bool {
    value.trim_start_matches(['<', '=', '≤', ' ']).len() == 4
        && value.starts_with(['<', '≤'])
        && value.bytes().rev().take(4).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::forms_of;
    use crate::recode::testing::column;
    use crate::result::CellForms;

    fn forms(cells: &[&str]) -> CellForms {
        forms_of(&column("c", cells).coded.unwrap().dictionary, Some(2026))
    }

    #[test]
    fn post_codes_of_three_digits_may_be_masked_behind_them() {
        for cells in [&["100", "945"][..], &["100**", "945**"], &["100XX"], &["000"], &["10"]] {
            let found = forms(cells);
            assert!(found.three_digits_at_most && !found.restricted_area, "{cells:?}");
        }
        for cells in [&["100", "94510"][..], &["SW1"], &["9451*"], &["***"]] {
            assert!(!forms(cells).three_digits_at_most, "{cells:?}");
        }
        assert!(forms(&["100", "036"]).restricted_area && forms(&["821**"]).restricted_area);
        assert!(!forms(&["000", "100"]).restricted_area && forms(&["204"]).restricted_area);
    }

    #[test]
    fn ages_above_89_must_be_one_group() {
        for cells in [&["45", "89"][..], &["45", "90"], &["40-49", "80-89", "90+"], &["[0,50)", ">=50"], &[">89", "<5"]]
        {
            let found = forms(cells);
            assert!(found.ages && !found.above_89, "{cells:?}");
        }
        for cells in [&["45", "93"][..], &["90-99"], &["[85,95)"], &["<=95"]] {
            assert!(forms(cells).above_89, "{cells:?}");
        }
        assert!(!forms(&["old", "young"]).ages);
    }

    #[test]
    fn a_year_of_birth_may_show_an_age_above_89() {
        assert!(!forms(&["1970", "1937"]).born_above_89 && forms(&["1970", "1937"]).years);
        assert!(forms(&["1970", "1936"]).born_above_89);
        assert!(forms(&["1930-1939"]).born_above_89 && forms(&["1936-05-01"]).born_above_89);
        assert!(!forms(&["<1940", "1970"]).born_above_89 && forms(&["<1940", "1970"]).years);
        assert!(!forms(&["1970-05-01"]).years);
        assert_eq!(forms(&[""]), CellForms::default());
    }
}
