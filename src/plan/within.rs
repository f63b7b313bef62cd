//! Tolerances: how roughly a value is known.

use std::fmt;

use super::Exact;

/// A tolerance as it is written: `2d`, `6h`, `30min`, `5%`, `100`.
#[derive(Debug, Clone, PartialEq)]
pub struct WithinRule {
    written: String,
    /// How far two values may lie apart.
    pub size: ToleranceSize,
}

/// How far two values may lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToleranceSize {
    /// In seconds, for dates and times.
    Seconds(u64),
    /// In millionths of the known value.
    Millionths(u64),
    /// In the unit of the column.
    Number(Exact),
}

const SECONDS: [(&str, u64); 5] = [("min", 60), ("s", 1), ("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];

impl WithinRule {
    /// Reads a tolerance.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse(written: &str) -> Result<Self, String> {
        let text = written.trim();
        let wrong = || "it must be a number, with `%`, or with `s`, `min`, `h`, `d` or `w`".to_owned();
        let number = |text: &str| Exact::parse(text).ok_or_else(wrong);
        let size = if let Some(share) = text.strip_suffix('%') {
            let millionths = number(share.trim())?.in_units(4).ok_or_else(wrong)?;
            ToleranceSize::Millionths(u64::try_from(millionths).map_err(|_| wrong())?)
        } else if let Some((digits, seconds)) =
            SECONDS.iter().find_map(|&(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        {
            let whole: u64 = digits.trim().parse().map_err(|_| wrong())?;
            ToleranceSize::Seconds(whole.checked_mul(seconds).ok_or_else(wrong)?)
        } else {
            let size = number(text)?;
            if text.starts_with('-') {
                return Err(wrong());
            }
            ToleranceSize::Number(size)
        };
        Ok(Self { written: text.to_owned(), size })
    }
}

impl fmt::Display for WithinRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}
