//! The population that an extract is a sample of, as it is declared.

use std::fmt;

use super::Share;

/// What is declared of the population.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PopulationPlan {
    /// How many it has.
    pub size: Option<PopulationSize>,
    /// Which share of it the extract is.
    pub fraction: Option<Share>,
    /// Where the number comes from.
    pub source: Option<String>,
    /// Whether the subjects of the extract (without a subject, the records) were drawn at random, each alike.
    pub random_sample: bool,
}

impl PopulationPlan {
    /// Whether a number is declared.
    #[must_use]
    pub fn has_number(&self) -> bool {
        self.size.is_some() || self.fraction.is_some()
    }
}

/// How many a population has, or a range of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PopulationSize {
    /// The smallest number, at least 1.
    pub low: u64,
    /// The largest; the same where one number is declared.
    pub high: u64,
}

/// More than there will be of anything that is counted here; such a number keeps its digits in a float.
const MOST: u64 = 1_000_000_000_000_000;

impl PopulationSize {
    /// A number such as `5000000`, or a range such as `5_000_000..8_000_000`.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse(written: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let digits: String = text.trim().chars().filter(|&letter| letter != '_').collect();
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.parse::<u64>().ok().filter(|number| is_number && (1..=MOST).contains(number));
            number
                .ok_or_else(|| "it must be a whole number above 0, or a range such as 5_000_000..8_000_000".to_owned())
        };
        let (low, high) = match written.split_once("..") {
            Some((low, high)) => (number(low)?, number(high)?),
            None => (number(written)?, number(written)?),
        };
        if low > high { Err("the range begins above its end".to_owned()) } else { Ok(Self { low, high }) }
    }
}

impl fmt::Display for PopulationSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high } = self;
        if low == high { write!(formatter, "{low}") } else { write!(formatter, "{low}..{high}") }
    }
}

#[cfg(test)]
mod tests {
    use super::PopulationSize;

    #[test]
    fn a_size_is_a_number_or_a_range_of_two() {
        let size = |written| PopulationSize::parse(written).map(|size| (size.low, size.high));
        assert_eq!(size("5_000_000"), Ok((5_000_000, 5_000_000)));
        assert_eq!(size(" 5 .. 8"), Ok((5, 8)));
        for wrong in ["", "0", "8..5", "5..", "-5", "+5", "1e6", "five", "5.0", "1000000000000001", "5..8..9"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(PopulationSize::parse("7..9").unwrap().to_string(), "7..9");
    }
}
