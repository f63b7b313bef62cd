//! Sizes, durations and tolerances as people write them.

use std::fmt;
use std::time::Duration;

use super::Exact;

/// Bytes from `512MiB`, `2G`, `1.5GB`, `4096`.
///
/// `K`, `M`, `G`, `T` alone and with `iB` count in powers of 1,024, with `B` in powers of 1,000. Letter case does not
/// count. The result is at least 1.
///
/// # Errors
/// A sentence when the text is no size, is zero, or is too large for 64 bits.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size above 0, such as `512MiB` or `2G`".to_owned();
    let text = text.trim();
    let split = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = size_factor(&unit.trim().to_ascii_lowercase()).ok_or_else(wrong)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.len() > 9 || fraction.contains('.') {
        return Err(wrong());
    }
    let whole: u128 = whole.parse().map_err(|_| wrong())?;
    let places = u32::try_from(fraction.len()).map_err(|_| wrong())?;
    let parts: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| wrong())? };
    let bytes = whole.checked_mul(factor).map(|bytes| bytes + parts * factor / 10_u128.pow(places));
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).filter(|&bytes| bytes > 0).ok_or_else(wrong)
}

fn size_factor(unit: &str) -> Option<u128> {
    Some(match unit {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    })
}

/// A duration from `90s`, `10m`, `1h30m`, `500ms`, `2d`; a number alone counts seconds.
///
/// # Errors
/// A sentence when the text is no duration, is zero, repeats a unit or goes from small units to large ones.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a duration above 0, such as `90s`, `10m` or `1h30m`".to_owned();
    let mut rest = text.trim();
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let bare = unit.is_empty() && last_unit == u64::MAX && after.is_empty();
        let milliseconds = unit_milliseconds(if bare { "s" } else { unit }).ok_or_else(wrong)?;
        if milliseconds >= last_unit {
            return Err(wrong());
        }
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let part = number.checked_mul(milliseconds).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        (last_unit, rest) = (milliseconds, after.trim_start());
    }
    if total == 0 { Err(wrong()) } else { Ok(Duration::from_millis(total)) }
}

fn unit_milliseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse_duration, parse_size};

    #[test]
    fn sizes_count_in_the_unit_that_is_written() {
        for (text, bytes) in [
            ("4096", 4_096),
            ("512MiB", 512 << 20),
            ("2G", 2 << 30),
            ("2 gib", 2 << 30),
            ("1.5GB", 1_500_000_000),
            ("1.5k", 1_536),
            ("10kb", 10_000),
            ("1T", 1 << 40),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in
            ["", "12 bananas", "G", "-1G", "0", "0.0001k", "1..5G", "1.G", ".5G", "1e9", "99999999999T", "1.2.3M"]
        {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_add_their_parts() {
        for (text, seconds) in
            [("90s", 90), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800), ("45", 45), ("1h 5s", 3_605)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", "0", "0s", "soon", "10 parsecs", "-5s", "30m1h", "1h1h", "1h30", "1.5h", "99999999999999999999s"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
