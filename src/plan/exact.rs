//! Decimal numbers without rounding error.

use std::fmt;

/// A decimal number `units / 10^scale`, kept exactly, with the smallest possible scale.
///
/// Binary floating point would put 0.15 into the wrong band of `round:0.1`; a 128-bit integer does not. It holds
/// every number of up to 38 digits, and arithmetic that would need more answers `None` instead of rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exact {
    units: i128,
    scale: u32,
}

impl Exact {
    /// Parses `-?[0-9]+(\.[0-9]+)?`. `None` for any other spelling and for more than 38 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        if whole.is_empty() || fraction.is_some_and(str::is_empty) {
            return None;
        }
        let fraction = fraction.unwrap_or("").trim_end_matches('0');
        let mut units: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            units = units.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let scale = u32::try_from(fraction.len()).ok()?;
        Some(Self { units: if negative { -units } else { units }, scale })
    }

    /// Whether the number is above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.units > 0
    }

    /// Whether the number is whole.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.scale == 0
    }

    /// Digits behind the point.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.scale
    }

    /// The number in units of `10^-decimals`: `None` when it is no whole number of them or needs more than 38 digits.
    #[must_use]
    pub fn in_units(self, decimals: u32) -> Option<i128> {
        let factor = 10_i128.checked_pow(decimals.checked_sub(self.scale)?)?;
        self.units.checked_mul(factor)
    }

    /// The number in units of `10^-decimals`, rounded down: `None` when it needs more than 38 digits.
    #[must_use]
    pub fn in_whole_units(self, decimals: u32) -> Option<i128> {
        if self.scale <= decimals {
            return self.in_units(decimals);
        }
        // A divisor of more than 38 digits leaves nothing, or less than nothing.
        let divisor = 10_i128.checked_pow(self.scale - decimals);
        Some(divisor.map_or(if self.units < 0 { -1 } else { 0 }, |divisor| self.units.div_euclid(divisor)))
    }

    /// Whether a number, written plainly or with an exponent, is so large that no number of 38 digits comes near it, and on
    /// which side: `Greater` from `10^38` on, `Less` up to `-10^38`. `None` for smaller numbers and for what is none.
    #[must_use]
    pub fn beyond(text: &str) -> Option<std::cmp::Ordering> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Where the first digit that is not 0 stands, counted from the point.
        let first = i64::try_from(all().position(|byte| byte != b'0')?).ok()?;
        let places = i64::try_from(whole.len()).ok()?.checked_sub(first)?.checked_add(exponent)?;
        let side = if negative { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
        (places > 38).then_some(side)
    }

    /// Compares two numbers; `None` when they cannot be written with a common scale in 38 digits.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        let scale = self.scale.max(other.scale);
        Some(self.in_units(scale)?.cmp(&other.in_units(scale)?))
    }

    /// The multiple of `step` nearest to the number, the higher one for a tie: `floor(x / step + 0.5) * step`.
    ///
    /// `None` when an intermediate figure needs more than 38 digits or `step` is not positive.
    #[must_use]
    pub fn round_to(self, step: Self) -> Option<Self> {
        if !step.is_positive() {
            return None;
        }
        let scale = self.scale.max(step.scale);
        let (number, step) = (self.in_units(scale)?, step.in_units(scale)?);
        // floor(x / s + 1/2) = floor((2x + s) / 2s), in whole numbers.
        let doubled = number.checked_mul(2)?.checked_add(step)?;
        let multiple = doubled.div_euclid(step.checked_mul(2)?);
        Some(Self { units: multiple.checked_mul(step)?, scale }.normalized())
    }

    fn normalized(mut self) -> Self {
        while self.scale > 0 && self.units % 10 == 0 {
            self.units /= 10;
            self.scale -= 1;
        }
        self
    }
}

/// Canonical spelling: no trailing zero, no point for whole numbers.
impl fmt::Display for Exact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(formatter, "{}", self.units);
        }
        let width = self.scale as usize;
        let digits = format!("{:0>1$}", self.units.unsigned_abs(), width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        let sign = if self.units < 0 { "-" } else { "" };
        write!(formatter, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Exact;

    fn rounded(number: &str, step: &str) -> String {
        let number = Exact::parse(number).unwrap();
        number.round_to(Exact::parse(step).unwrap()).unwrap().to_string()
    }

    #[test]
    fn spelling_is_canonical() {
        for (written, canonical) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.10", "0.1"),
            ("-0.05", "-0.05"),
            ("12.500", "12.5"),
            ("7.0", "7"),
            ("-3", "-3"),
        ] {
            assert_eq!(Exact::parse(written).unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "-", ".", "1.", ".5", "1e3", "+1", "1,5", " 1", "0x1", "1.2.3", "--1"] {
            assert_eq!(Exact::parse(text), None, "{text:?}");
        }
        assert_eq!(Exact::parse(&"9".repeat(40)), None);
    }

    #[test]
    fn what_lies_beyond_38_digits_is_told_by_its_side() {
        use std::cmp::Ordering::{Greater, Less};
        let large = format!("1{}", "0".repeat(38));
        for (text, side) in [
            ("1e308", Some(Greater)),
            ("-1E+308", Some(Less)),
            (large.as_str(), Some(Greater)),
            ("0.001e41", Some(Greater)),
            ("0.001e40", None),
            ("99999999999999999999999999999999999999", None),
            ("1e-308", None),
            ("0e999", None),
            ("1e", None),
            ("many", None),
            ("", None),
        ] {
            assert_eq!(Exact::beyond(text), side, "{text}");
        }
    }

    #[test]
    fn whole_units_are_rounded_down() {
        let units = |text: &str, decimals| Exact::parse(text).unwrap().in_whole_units(decimals);
        assert_eq!(
            (units("0.5", 0), units("1.5", 0), units("0.05", 1), units("0.5", 2)),
            (Some(0), Some(1), Some(0), Some(50))
        );
        assert_eq!(units("-0.5", 0), Some(-1));
        let tiny = format!("0.{}1", "0".repeat(60));
        assert_eq!((units(&tiny, 2), units(&format!("-{tiny}"), 2)), (Some(0), Some(-1)));
    }

    #[test]
    fn ties_go_up_also_below_zero() {
        for (number, step, expected) in [
            ("5", "10", "10"),
            ("4.999", "10", "0"),
            ("-5", "10", "0"),
            ("-5.001", "10", "-10"),
            ("-15", "10", "-10"),
            ("0.25", "0.5", "0.5"),
            ("-0.25", "0.5", "0"),
            ("0.75", "0.5", "1"),
        ] {
            assert_eq!(rounded(number, step), expected, "{number} by {step}");
        }
    }

    #[test]
    fn decimal_fractions_that_binary_numbers_miss_are_rounded_exactly() {
        assert_eq!(rounded("0.15", "0.1"), "0.2");
        assert_eq!(rounded("1.005", "0.01"), "1.01");
        assert_eq!(rounded("0.3", "0.1"), "0.3");
        assert_eq!(rounded("2.675", "0.01"), "2.68");
        assert_eq!(rounded("1", "0.3"), "0.9");
        assert_eq!(rounded("99999999999999999999.5", "1"), "100000000000000000000");
    }

    #[test]
    fn a_figure_of_too_many_digits_is_refused_not_rounded() {
        let huge = Exact::parse(&"9".repeat(38)).unwrap();
        assert_eq!(huge.round_to(Exact::parse("0.01").unwrap()), None);
        assert_eq!(huge.round_to(Exact::parse("0").unwrap()), None);
    }

    proptest! {
        #[test]
        fn a_rounded_number_is_within_half_a_step(units in -1_000_000_i64..1_000_000, step in 1_i64..5_000) {
            // Numbers in hundredths, steps in hundredths: the oracle works on whole hundredths.
            let hundredths = |value: i64| Exact { units: i128::from(value), scale: 2 }.normalized();
            let result = hundredths(units).round_to(hundredths(step)).unwrap().in_units(2).unwrap();
            prop_assert_eq!(result.rem_euclid(i128::from(step)), 0);
            let distance = 2 * (i128::from(units) - result);
            prop_assert!(-i128::from(step) <= distance && distance < i128::from(step));
        }

        #[test]
        fn spelling_round_trips(units in any::<i64>(), scale in 0_u32..12) {
            let number = Exact { units: i128::from(units), scale }.normalized();
            prop_assert_eq!(Exact::parse(&number.to_string()), Some(number));
        }
    }
}
