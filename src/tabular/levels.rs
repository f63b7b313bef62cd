//! How far the interval of a suppressed cell must reach.

use super::rules::{Contributions, Rule};

/// Per cent of a total to which nobody may come where a rule names no amount: [`Rule::Frequency`] and the others that count.
pub const PLAIN_PERCENT: i64 = 10;

impl Rule {
    /// How far from the total the interval of a suppressed cell must reach on both sides for the rule to hold of every value
    /// it leaves possible; 0 where the rule asks for nothing.
    ///
    /// For `dominance` it is `(100 / k) · (x_1 + … + x_n) - X`, for `p` `(P / 100) · x_1 - (X - x_1 - x_2)`, for `pq` the
    /// same with `P / Q`: a total larger by this is safe. A rule that only counts contributors says nothing of amounts: a
    /// tenth of the total, and at least one unit.
    #[must_use]
    pub fn level(self, cell: &Contributions<'_>) -> i128 {
        if !self.is_unsafe(cell) && self != Self::GroupDisclosure {
            return 0;
        }
        let amount = |place: usize| i128::from(cell.largest.get(place).copied().unwrap_or(0));
        let total = i128::from(cell.total);
        let rest = total - amount(0) - amount(1);
        let up = |numerator: i128, denominator: i128| (numerator + denominator - 1).div_euclid(denominator);
        let level = match self {
            Self::Dominance { largest, percent } => {
                let sum: i128 = (0..largest).map(amount).sum();
                up(sum * 100_000_000, percent.millionths()) - total
            }
            Self::Percent(percent) => up(percent.millionths() * amount(0), 100_000_000) - rest,
            Self::PriorPosterior { prior, posterior } => {
                up(prior.millionths() * amount(0), posterior.millionths()) - rest
            }
            Self::Frequency(_) | Self::AllZero | Self::GroupDisclosure => up(total * i128::from(PLAIN_PERCENT), 100),
        };
        level.max(1)
    }
}

/// From where or below to where or above the interval of a suppressed cell must reach for all rules; values are not
/// negative, so nothing below 0 is asked for.
#[must_use]
pub fn needed(rules: impl Iterator<Item = Rule>, cell: &Contributions<'_>) -> (i64, i64) {
    needed_around(cell.total, 0, rules.map(|rule| rule.level(cell)).max().unwrap_or(0))
}

/// From where or below to where or above the interval of a suppressed cell must reach: `level` from its value on both sides,
/// but not below what everybody knows it to be at least.
#[must_use]
pub fn needed_around(value: i64, floor: i64, level: i128) -> (i64, i64) {
    let (value, floor) = (i128::from(value), i128::from(floor));
    let low = (value - level).max(floor).min(value);
    (i64::try_from(low).unwrap_or(i64::MIN), i64::try_from(value + level).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabular::Ratio;

    fn cell(largest: &[i64], total: i64) -> Contributions<'_> {
        Contributions { contributors: largest.len() as u64, total, largest }
    }

    #[test]
    fn a_total_larger_by_the_level_is_safe_and_a_smaller_one_is_not() {
        let rules = [
            Rule::Percent(Ratio::whole(15)),
            Rule::Dominance { largest: 1, percent: Ratio::whole(75) },
            Rule::Dominance { largest: 2, percent: Ratio::whole(85) },
            Rule::PriorPosterior { prior: Ratio::whole(10), posterior: Ratio::whole(50) },
        ];
        for amounts in [&[90, 6, 4][..], &[80, 15, 5], &[75, 25], &[400, 3, 1, 1], &[100]] {
            for rule in rules {
                let total: i64 = amounts.iter().sum();
                let level = i64::try_from(rule.level(&cell(amounts, total))).unwrap();
                assert_eq!(level > 0, rule.is_unsafe(&cell(amounts, total)));
                if level > 0 {
                    assert!(!rule.is_unsafe(&cell(amounts, total + level)), "{rule} {amounts:?}");
                    assert!(rule.is_unsafe(&cell(amounts, total + level - 1)), "{rule} {amounts:?}");
                }
            }
        }
    }

    #[test]
    fn a_level_is_asked_on_both_sides_of_a_value_but_not_below_its_floor() {
        assert_eq!(needed_around(70, 0, 20), (50, 90));
        assert_eq!(needed_around(10, 0, 20), (0, 30));
        assert_eq!(needed_around(10, -15, 20), (-10, 30));
        assert_eq!(needed_around(-30, -30, 20), (-30, -10));
        assert_eq!(needed_around(i64::MAX, i64::MIN, i128::from(i64::MAX)), (0, i64::MAX));
    }

    #[test]
    fn a_rule_that_counts_asks_for_a_tenth_and_at_least_one() {
        let rules = || [Rule::Frequency(3)].into_iter();
        assert_eq!(needed(rules(), &cell(&[60, 35], 95)), (85, 105));
        assert_eq!(needed(rules(), &cell(&[1], 1)), (0, 2));
        assert_eq!(needed(rules(), &cell(&[1, 1, 1], 3)), (3, 3));
    }
}
