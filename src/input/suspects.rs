//! Spellings that make a reader doubt a value: those that often mean "missing", and numbers that a spreadsheet rounded.

use std::sync::LazyLock;

/// The list, in the order of its bytes.
static PLACEHOLDERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("placeholders.txt").lines();
    lines.filter(|line| !line.starts_with("# ") && !line.is_empty() && *line != "#").collect()
});

/// No spelling of the list is longer.
const LONGEST: usize = 20;

/// Whether a value is spelled like one that is missing; letters are compared without case.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    if value.len() > LONGEST || !value.is_ascii() {
        return false;
    }
    let mut room = [0; LONGEST];
    let small = &mut room[..value.len()];
    small.copy_from_slice(value.as_bytes());
    small.make_ascii_lowercase();
    PLACEHOLDERS.binary_search_by(|known| known.as_bytes().cmp(small)).is_ok()
}

/// How a report names a spelling that stands for a missing value: words and signs of the list as they are, numbers and dates,
/// which may be values after all, by kind. None for a value that is not spelled so.
#[must_use]
pub fn placeholder_kind(value: &str) -> Option<String> {
    let small = value.to_ascii_lowercase();
    let digits = small.trim_start_matches('-').bytes().take_while(u8::is_ascii_digit).count();
    let kind = if small.contains("-01-01") || small.contains("-12-31") || small.starts_with("0000-00-00") {
        "a stand-in date".to_owned()
    } else if digits > 1 {
        "a run of nines".to_owned()
    } else {
        small
    };
    is_placeholder(value).then_some(kind)
}

/// The fewest digits of a number that a spreadsheet shows with an exponent (12 in a cell of usual width), less one.
const FEWEST_TENS: u32 = 11;

/// Whether a cell is a whole number with an exponent, as a spreadsheet writes a long identifier: `4,53E+15`,
/// `1.23457E+11`. Its last digits are gone.
pub(super) fn is_rounded(cell: &[u8]) -> bool {
    // Few cells come further than their length.
    if !(5..=24).contains(&cell.len()) || !cell[0].is_ascii_digit() {
        return false;
    }
    let Some(at) = cell.iter().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (mantissa, exponent) = (&cell[..at], &cell[at + 1..]);
    let Some(exponent) = exponent.strip_prefix(b"+") else { return false };
    let tens = std::str::from_utf8(exponent).ok().filter(|text| (1..=3).contains(&text.len()));
    let Some(tens) = tens.and_then(|text| text.parse::<u32>().ok()) else { return false };
    let decimals = match mantissa {
        [_] => Some(0),
        [_, b'.' | b',', decimals @ ..] if decimals.iter().all(u8::is_ascii_digit) => {
            u32::try_from(decimals.len()).ok()
        }
        _ => None,
    };
    tens >= FEWEST_TENS && decimals.is_some_and(|decimals| decimals < tens)
}

/// Counts the long whole numbers of a column of a sheet. A sheet keeps 15 digits, as floating point numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LongNumbers {
    /// Numbers of 16 digits that may be exact.
    sixteen: u64,
    /// Those of them that end in zero.
    zeros: u64,
    /// Numbers whose last digits a float cannot tell apart.
    longer: u64,
}

impl LongNumbers {
    /// Takes a number of a sheet.
    pub(super) fn take(&mut self, number: f64) {
        /// From here on not every whole number is a float.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let size = number.abs();
        if size < 1e15 || size.fract() != 0.0 || size.is_infinite() {
            return;
        }
        if size >= EXACT {
            self.longer += 1;
        } else {
            self.sixteen += 1;
            self.zeros += u64::from(size % 10.0 == 0.0);
        }
    }

    /// Cells that were rounded. Numbers of 16 digits were when most of them end in zero; one in ten does by chance.
    pub(super) fn rounded(self) -> u64 {
        self.longer + if self.zeros * 2 > self.sixteen { self.sixteen } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, LongNumbers, PLACEHOLDERS, is_placeholder, is_rounded};

    #[test]
    fn the_list_can_be_searched() {
        assert!(PLACEHOLDERS.is_sorted_by(|first, second| first < second));
        assert!(PLACEHOLDERS.iter().all(|word| word.len() <= LONGEST && word.is_ascii() && is_placeholder(word)));
        assert!(PLACEHOLDERS.len() > 70);
    }

    #[test]
    fn usual_spellings_of_nothing_are_known_in_any_case_and_values_are_not() {
        for spelling in
            ["NULL", "null", "N/A", "n/a", "None", "-", "?", "UNKNOWN", "\\N", "#N/A", "9999-12-31", "99999"]
        {
            assert!(is_placeholder(spelling), "{spelling}");
        }
        for value in ["", "0", "1", "9", "99", "9999", "Nadia", "NAM", "1970-01-01", "unknown soldier", "naïve"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn whole_numbers_with_an_exponent_are_rounded_identifiers_and_measurements_are_not() {
        for cell in ["4,53E+15", "1.23457E+11", "4.68769E+17", "5E+12", "1.23456789012346e+15"] {
            assert!(is_rounded(cell.as_bytes()), "{cell}");
        }
        for cell in ["1.5E-05", "1e5", "3.2E+05", "6.02E23", "4.53", "1E5", "12E+15", "1.234567890123456E+12", "E+15"] {
            assert!(!is_rounded(cell.as_bytes()), "{cell}");
        }
    }

    #[test]
    fn long_numbers_of_a_sheet_are_rounded_when_a_float_cannot_hold_them_or_most_end_in_zero() {
        let count = |numbers: &[f64]| {
            let mut long = LongNumbers::default();
            for &number in numbers {
                long.take(number);
            }
            long.rounded()
        };
        assert_eq!(count(&[4.53e15, 1_234_567_890_123_450.0, 12.5, 7.0, 1e14]), 2);
        assert_eq!(count(&[1_234_567_890_123_456.0, 1_234_567_890_123_457.0, 1_234_567_890_123_450.0]), 0);
        assert_eq!(count(&[4_539_578_763_621_486_000.0, f64::INFINITY, f64::NAN]), 1);
    }
}
