//! How much two histories look like one person's: the two scores of a pair.

use std::cmp::Ordering;

/// Cost of taking two histograms for samples of one source, in nats; 0 when their shares are equal.
///
/// # Definition
/// With P and Q the shares of the two histograms, N and N' their totals and M the shares of their sum:
/// `N · KL(P ‖ M) + N' · KL(Q ‖ M)`, and 0 · ln 0 = 0: the generalised likelihood ratio of one common source against
/// two. Source: Unnikrishnan & Naini, Allerton 2013; Naini, Unnikrishnan, Thiran & Vetterli, *IEEE Transactions on
/// Information Forensics and Security* 11(2), 2016.
///
/// Both are (item, count), by ascending item, each count above 0.
#[must_use]
pub fn histogram_cost(one: &[(u32, u32)], other: &[(u32, u32)]) -> f64 {
    let (of_one, of_other) = (total(one), total(other));
    if of_one == 0.0 || of_other == 0.0 {
        return 0.0;
    }
    let share = of_one / (of_one + of_other);
    let mut cost = 0.0;
    merge(one, other, |_, here, there| {
        let (here, there) = (f64::from(here), f64::from(there));
        let both = here + there;
        if here > 0.0 {
            cost += here * (here / (share * both)).ln();
        }
        if there > 0.0 {
            cost += there * (there / ((1.0 - share) * both)).ln();
        }
    });
    cost.max(0.0)
}

/// What is known about a feature from everybody's histories together.
#[derive(Debug, Clone, PartialEq)]
pub struct Background {
    /// Share of each item among all entries of both sides.
    pub shares: Vec<f64>,
    /// How alike people are: with a small number each keeps to few items, with a large one all do the same.
    pub concentration: f64,
}

impl Background {
    /// Logarithm of how much likelier two histograms are from one person than from two, in nats.
    ///
    /// # Definition
    /// A person's habits are a draw from a Dirichlet distribution around the background, the histograms are draws from
    /// the habits. With αm the concentration times the share of an item, n and n' its counts, N and N' the totals:
    /// `Σ [lnΓ(αm+n+n') − lnΓ(αm+n) − lnΓ(αm+n') + lnΓ(αm)] − [lnΓ(α+N+N') − lnΓ(α+N) − lnΓ(α+N') + lnΓ(α)]`.
    /// An item that only one of the two has adds nothing to the sum, a rare item that both have adds much: this is
    /// overlap weighted by rarity, with the weights that follow from the model.
    #[must_use]
    pub fn same_source(&self, one: &[(u32, u32)], other: &[(u32, u32)]) -> f64 {
        let (of_one, of_other) = (total(one), total(other));
        if of_one == 0.0 || of_other == 0.0 {
            return 0.0;
        }
        let mut shared = 0.0;
        merge(one, other, |item, here, there| {
            if here > 0 && there > 0 {
                let prior = self.prior(item);
                let there = f64::from(there);
                shared += ln_rising(prior + f64::from(here), there) - ln_rising(prior, there);
            }
        });
        shared - (ln_rising(self.concentration + of_one, of_other) - ln_rising(self.concentration, of_other))
    }

    /// Overlap of two histograms weighted by rarity: the sum over shared items of [`Background::rarity`], and the cosine
    /// of the angle between both when each item counts its rarity times ln(1 + count); (0, 0) when nothing is shared.
    ///
    /// Unlike [`Background::same_source`] neither holds it against a pair that habits change.
    #[must_use]
    pub fn overlap(&self, one: &[(u32, u32)], other: &[(u32, u32)]) -> (f64, f64) {
        let (mut sum, mut product, mut of_one, mut of_other) = (0.0, 0.0, 0.0, 0.0);
        merge(one, other, |item, here, there| {
            let rarity = self.rarity(item);
            let (here, there) = (rarity * f64::from(here).ln_1p(), rarity * f64::from(there).ln_1p());
            of_one += here * here;
            of_other += there * there;
            if here > 0.0 && there > 0.0 {
                sum += rarity;
                product += here * there;
            }
        });
        if product == 0.0 { (0.0, 0.0) } else { (sum, product / (of_one * of_other).sqrt()) }
    }

    /// What one shared event at an item adds.
    #[must_use]
    pub fn rarity(&self, item: u32) -> f64 {
        (1.0 / self.prior(item)).ln_1p()
    }

    /// Log-likelihood of one histogram, without the part that is the same for every concentration.
    #[must_use]
    pub fn log_likelihood(&self, histogram: &[(u32, u32)]) -> f64 {
        let of_items: f64 = histogram.iter().map(|&(item, count)| ln_rising(self.prior(item), f64::from(count))).sum();
        of_items - ln_rising(self.concentration, total(histogram))
    }

    fn prior(&self, item: u32) -> f64 {
        self.concentration * self.shares[item as usize]
    }
}

/// Calls `visit` with (item, count in one, count in the other) for each item of either, ascending.
fn merge(one: &[(u32, u32)], other: &[(u32, u32)], mut visit: impl FnMut(u32, u32, u32)) {
    let (mut here, mut there) = (0, 0);
    while here < one.len() || there < other.len() {
        let next = |entries: &[(u32, u32)], at: usize| entries.get(at).map_or(u64::MAX, |entry| u64::from(entry.0));
        let (first, second) = (next(one, here), next(other, there));
        match first.cmp(&second) {
            Ordering::Equal => {
                visit(one[here].0, one[here].1, other[there].1);
                (here, there) = (here + 1, there + 1);
            }
            Ordering::Less => {
                visit(one[here].0, one[here].1, 0);
                here += 1;
            }
            Ordering::Greater => {
                visit(other[there].0, 0, other[there].1);
                there += 1;
            }
        }
    }
}

fn total(histogram: &[(u32, u32)]) -> f64 {
    histogram.iter().map(|&(_, count)| f64::from(count)).sum()
}

/// ln Γ(from + steps) − ln Γ(from), for `from` above 0 and a whole number of steps.
fn ln_rising(from: f64, steps: f64) -> f64 {
    if steps <= 4.0 {
        let mut product = 1.0;
        let mut step = 0.0;
        while step < steps {
            product *= from + step;
            step += 1.0;
        }
        return product.ln();
    }
    ln_gamma(from + steps) - ln_gamma(from)
}

/// ln Γ by Stirling's series, from 8 upwards; below that, by Γ(x + 1) = x Γ(x). Relative error below 10^-9.
fn ln_gamma(value: f64) -> f64 {
    let (mut at, mut product) = (value, 1.0);
    while at < 8.0 {
        product *= at;
        at += 1.0;
    }
    let inverse = 1.0 / at;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0));
    (at - 0.5) * at.ln() - at + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rising_factorials_equal_their_products() {
        for from in [1e-9_f64, 0.01, 0.5, 1.0, 3.7, 250.0] {
            for steps in [0.0, 1.0, 4.0, 5.0, 30.0] {
                let mut expected = 0.0;
                let mut step = 0.0;
                while step < steps {
                    expected += (from + step).ln();
                    step += 1.0;
                }
                let found = ln_rising(from, steps);
                assert!((found - expected).abs() < 1e-8 * (1.0 + expected.abs()), "{from} {steps}: {found}");
            }
        }
    }

    #[test]
    fn an_item_that_one_history_lacks_costs_only_through_the_totals() {
        let background = Background { shares: vec![0.5, 0.3, 0.2], concentration: 2.0 };
        let (one, other) = (vec![(0, 3)], vec![(0, 1), (2, 2)]);
        // By the definition, item by item, with the gamma function spelled out.
        let term = |prior: f64, here: f64, there: f64| {
            ln_gamma(prior + here + there) - ln_gamma(prior + here) - ln_gamma(prior + there) + ln_gamma(prior)
        };
        let expected = term(1.0, 3.0, 1.0) + term(0.6, 0.0, 0.0) + term(0.4, 0.0, 2.0) - term(2.0, 3.0, 3.0);
        assert!((background.same_source(&one, &other) - expected).abs() < 1e-9);
        let swapped = background.same_source(&other, &one);
        assert!((swapped - expected).abs() < 1e-9);
    }

    #[test]
    fn the_same_shares_cost_nothing_and_strangers_cost_all_they_can() {
        assert!(histogram_cost(&[(0, 2), (1, 4)], &[(0, 1), (1, 2)]).abs() < 1e-12);
        let apart = histogram_cost(&[(0, 2)], &[(1, 2)]);
        assert!((apart - 4.0 * 2.0_f64.ln()).abs() < 1e-12);
    }
}
