//! Primary rules: whether a total, published as it is, gives one of its contributors away.
//!
//! # Definition
//! A cell has contributors with amounts `x_1 >= x_2 >= … >= x_m >= 0` and the total `X`. Each rule states when the cell is
//! **unsafe**; all comparisons are strict and in whole numbers, so no rounding decides.
//!
//! | rule | unsafe when |
//! |---|---|
//! | `frequency:T` | `0 < m < T`: T is the smallest number that is allowed |
//! | `dominance:n,k` | `x_1 + … + x_n > (k / 100) X` |
//! | `p:P` | `X - x_1 - x_2 < (P / 100) x_1` |
//! | `pq:P,Q` | `X - x_1 - x_2 < (P / Q) x_1` |
//! | `all-zero` | `x_1 = 0`: everybody's amount is known to be 0, which no other rule sees |
//! | `group-disclosure` | the cell is all there is of a total over it, so who is in the total is known to be in the cell |
//!
//! # Source
//! Hundepool et al., *Statistical Disclosure Control* (2012). The second largest contributor, who knows `X` and `x_2`,
//! comes closest to `x_1`: of all pairs of contributors this is the worst, as the tests show by trying every pair.

use std::fmt;

/// A positive decimal number, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    units: u64,
    scale: u32,
}

/// Digits behind the point of a number in a rule.
const MOST_DECIMALS: usize = 6;

impl Ratio {
    /// A whole number.
    #[must_use]
    pub const fn whole(units: u64) -> Self {
        Self { units, scale: 0 }
    }

    /// Reads `85` or `12.5`: at most six digits behind the point and nine before it. `None` for anything else, and for 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) || whole.len() > 9 {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > MOST_DECIMALS {
            return None;
        }
        let units: u64 = format!("{whole}{fraction}").parse().ok()?;
        (units > 0).then_some(Self { units, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// Whether a part is at least this percentage of a whole.
    #[must_use]
    pub fn is_reached(self, part: i64, whole: i64) -> bool {
        i128::from(part) * 100 * 1_000_000 >= self.millionths() * i128::from(whole)
    }

    /// The number times `10^6`.
    pub(super) fn millionths(self) -> i128 {
        i128::from(self.units) * 10_i128.pow(6 - self.scale.min(6))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.millionths().cmp(&other.millionths())
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>1$}", self.units, self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        if fraction.is_empty() { formatter.write_str(whole) } else { write!(formatter, "{whole}.{fraction}") }
    }
}

/// When a cell is unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Fewer contributors than this, and at least one.
    Frequency(u64),
    /// The largest contributors hold more than a percentage of the total.
    Dominance {
        /// How many of the largest.
        largest: usize,
        /// The percentage.
        percent: Ratio,
    },
    /// The second largest contributor can estimate the largest within this percentage.
    Percent(Ratio),
    /// As [`Rule::Percent`], by somebody who knew every amount within `posterior` per cent before.
    PriorPosterior {
        /// How closely nobody may come afterwards.
        prior: Ratio,
        /// How closely everybody knows every amount before.
        posterior: Ratio,
    },
    /// All amounts are zero.
    AllZero,
    /// The cell is all that a total over it is made of.
    GroupDisclosure,
}

/// What the rules are, for messages.
pub const RULES: &str = "frequency:T, dominance:n,k, p:P, pq:P,Q, all-zero or group-disclosure";

/// Largest contributors that a rule can ask for.
pub const MOST_LARGEST: usize = 10;

impl Rule {
    /// Reads a rule as it is written in a configuration.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (name, argument) = written.split_once(':').map_or((written, ""), |(name, rest)| (name, rest));
        let ratio = |text: &str| Ratio::parse(text.trim());
        let two = || argument.split_once(',').map(|(first, second)| (first.trim(), second.trim()));
        let hundred = Ratio::whole(100);
        match name.trim() {
            "frequency" => {
                let least = argument.trim().parse().ok().filter(|&least: &u64| (2..=1_000_000_000).contains(&least));
                least.map(Self::Frequency).ok_or_else(|| {
                    "`frequency` needs the smallest number of contributors that is allowed, at least 2, such as \
                     `frequency:11`"
                        .to_owned()
                })
            }
            "dominance" => {
                let parts = two().and_then(|(n, k)| Some((n.parse::<usize>().ok()?, ratio(k)?)));
                let parts = parts.filter(|&(n, k)| (1..=MOST_LARGEST).contains(&n) && k < hundred);
                parts.map(|(largest, percent)| Self::Dominance { largest, percent }).ok_or_else(|| {
                    format!(
                        "`dominance` needs a number of contributors from 1 to {MOST_LARGEST} and a percentage below \
                         100, such as `dominance:2,85`"
                    )
                })
            }
            "p" => {
                let percent = ratio(argument).filter(|&percent| percent <= Ratio::whole(1_000));
                percent.map(Self::Percent).ok_or_else(|| "`p` needs a percentage, such as `p:10`".to_owned())
            }
            "pq" => {
                let parts = two().and_then(|(p, q)| Some((ratio(p)?, ratio(q)?)));
                let parts = parts.filter(|(prior, posterior)| prior < posterior && *posterior <= Ratio::whole(1_000));
                parts.map(|(prior, posterior)| Self::PriorPosterior { prior, posterior }).ok_or_else(|| {
                    "`pq` needs two percentages, the first below the second, such as `pq:10,50`".to_owned()
                })
            }
            "all-zero" if argument.is_empty() => Ok(Self::AllZero),
            "group-disclosure" if argument.is_empty() => Ok(Self::GroupDisclosure),
            _ => Err(format!("it is not a rule; write {RULES}")),
        }
    }

    /// How many of the largest amounts must be known to apply the rule.
    #[must_use]
    pub fn largest_needed(self) -> usize {
        match self {
            Self::Frequency(_) | Self::GroupDisclosure => 0,
            Self::AllZero => 1,
            Self::Dominance { largest, .. } => largest,
            Self::Percent(_) | Self::PriorPosterior { .. } => 2,
        }
    }

    /// Whether the rule looks at amounts.
    #[must_use]
    pub fn is_of_amounts(self) -> bool {
        self.largest_needed() > 0
    }

    /// Whether a cell is unsafe. An empty cell never is. [`Rule::GroupDisclosure`] is a matter of several cells: the
    /// table decides it.
    #[must_use]
    pub fn is_unsafe(self, cell: &Contributions<'_>) -> bool {
        let &Contributions { contributors, total, largest } = cell;
        if contributors == 0 {
            return false;
        }
        let amount = |place: usize| i128::from(largest.get(place).copied().unwrap_or(0));
        let total = i128::from(total);
        let rest = total - amount(0) - amount(1);
        match self {
            Self::Frequency(least) => contributors < least,
            Self::Dominance { largest: number, percent } => {
                let sum: i128 = (0..number).map(amount).sum();
                sum * 100 * 1_000_000 > percent.millionths() * total
            }
            Self::Percent(percent) => rest * 100 * 1_000_000 < percent.millionths() * amount(0),
            Self::PriorPosterior { prior, posterior } => rest * posterior.millionths() < prior.millionths() * amount(0),
            Self::AllZero => amount(0) == 0,
            Self::GroupDisclosure => false,
        }
    }

    /// Whether every cell that is unsafe under `other` is unsafe under this rule.
    #[must_use]
    pub fn is_at_least(self, other: Self) -> bool {
        match (self, other) {
            (Self::Frequency(ours), Self::Frequency(theirs)) => ours >= theirs,
            (Self::Dominance { largest, percent }, Self::Dominance { largest: n, percent: k }) => {
                largest >= n && percent <= k
            }
            (Self::Percent(ours), Self::Percent(theirs)) => ours >= theirs,
            (Self::PriorPosterior { prior, posterior }, Self::PriorPosterior { prior: p, posterior: q }) => {
                prior.millionths() * q.millionths() >= p.millionths() * posterior.millionths()
            }
            (Self::PriorPosterior { prior, posterior }, Self::Percent(percent)) => {
                prior.millionths() * 100_000_000 >= percent.millionths() * posterior.millionths()
            }
            (Self::Percent(percent), Self::PriorPosterior { prior, posterior }) => {
                percent.millionths() * posterior.millionths() >= prior.millionths() * 100_000_000
            }
            (ours, theirs) => ours == theirs,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frequency(least) => write!(formatter, "frequency:{least}"),
            Self::Dominance { largest, percent } => write!(formatter, "dominance:{largest},{percent}"),
            Self::Percent(percent) => write!(formatter, "p:{percent}"),
            Self::PriorPosterior { prior, posterior } => write!(formatter, "pq:{prior},{posterior}"),
            Self::AllZero => formatter.write_str("all-zero"),
            Self::GroupDisclosure => formatter.write_str("group-disclosure"),
        }
    }
}

/// What a rule looks at of one cell. Amounts are not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contributions<'a> {
    /// How many contribute.
    pub contributors: u64,
    /// The sum of all amounts.
    pub total: i64,
    /// The largest amounts, the largest first; at least as many as [`Rule::largest_needed`], or all there are.
    pub largest: &'a [i64],
}
