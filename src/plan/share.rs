//! A share as people write it, kept exactly.

use std::fmt;

/// A share of all, in millionths, above 0 and below 1: exact, so that what a budget allows does not depend on rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// Millionths of one hundredth.
const PERCENT: u32 = 10_000;

impl Share {
    /// A share from `1%` or `0.25 %`, with at most four decimals.
    ///
    /// # Errors
    /// A sentence when the text is no such share.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "expected a share above 0 % and below 100 %, such as `1%` or `0.5%`".to_owned();
        let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.len() > 2 || fraction.len() > 4 {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let fraction: u32 = format!("{fraction:0<4}").parse().map_err(|_| wrong())?;
        let millionths = whole * PERCENT + fraction;
        if millionths == 0 { Err(wrong()) } else { Ok(Self(millionths)) }
    }

    /// So many of `total`, rounded down.
    #[must_use]
    pub fn of(self, total: u64) -> u64 {
        let part = u128::from(total) * u128::from(self.0) / 1_000_000;
        u64::try_from(part).unwrap_or(u64::MAX)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        Self::from(share.0) / 1e6
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / PERCENT, self.0 % PERCENT);
        write!(formatter, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn a_share_is_read_and_shown_as_written() {
        for text in ["1%", "0.5%", "99.9999%", "0.0001%", "10%"] {
            assert_eq!(Share::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Share::parse(" 2.50 % ").unwrap().to_string(), "2.5%");
        for text in ["", "1", "%", "0%", "0.0%", "100%", "-1%", "1.%", ".5%", "0.00001%", "1e1%", "+1%", "1%%"] {
            assert!(Share::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_budget_is_never_rounded_up() {
        let of = |text, total| Share::parse(text).unwrap().of(total);
        assert_eq!([of("1%", 99), of("1%", 100), of("29%", 100), of("7%", 100), of("1%", 199)], [0, 1, 29, 7, 1]);
        assert!(of("99.9999%", u64::MAX) < u64::MAX);
    }
}
