//! Columns as trees see them: a small number for each value.

use super::features::{Feature, NO_CATEGORY, number};

/// Bins of a column of numbers besides the one of missing cells.
const NUMBER_BINS: usize = 254;
/// Categories that have a bin of their own; those of fewest rows share the last one.
const CATEGORY_BINS: usize = 60_000;

/// A column in bins.
pub(super) struct Binned {
    /// The bin of each row.
    pub(super) bins: Vec<u16>,
    /// Every bin is below this.
    pub(super) bound: usize,
    /// Whether larger bins are larger values.
    pub(super) is_ordered: bool,
}

impl Binned {
    /// Numbers by quantiles of the rows, a missing one below all others; categories one by one, a missing one as one more.
    pub(super) fn new(feature: &Feature) -> Self {
        match feature {
            Feature::Numbers(numbers) => {
                let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
                sorted.sort_unstable_by(f64::total_cmp);
                let step = sorted.len().div_ceil(NUMBER_BINS).max(1);
                let mut distinct = sorted.clone();
                distinct.dedup();
                // The largest value of each bin.
                let ends: Vec<f64> = if distinct.len() <= NUMBER_BINS {
                    distinct
                } else {
                    let mut ends: Vec<f64> = sorted.chunks(step).map(|chunk| chunk[chunk.len() - 1]).collect();
                    ends.dedup();
                    ends
                };
                let bin = |number: &f64| {
                    if number.is_nan() { 0 } else { small(1 + ends.partition_point(|end| end < number)) }
                };
                Self { bins: numbers.iter().map(bin).collect(), bound: ends.len() + 2, is_ordered: true }
            }
            Feature::Categories(categories) => {
                let most = categories.iter().copied().filter(|&it| it != NO_CATEGORY).max().map_or(0, |most| most + 1);
                let mut rows = vec![0_u32; most as usize + 1];
                let place = |category: u32| if category == NO_CATEGORY { most as usize } else { category as usize };
                for &category in categories {
                    rows[place(category)] += 1;
                }
                let mut by_rows: Vec<u32> = (0..rows.len()).map(number).filter(|&it| rows[it as usize] > 0).collect();
                by_rows.sort_by_key(|&category| (std::cmp::Reverse(rows[category as usize]), category));
                let mut bin_of = vec![0; rows.len()];
                for (bin, &category) in by_rows.iter().enumerate() {
                    bin_of[category as usize] = small(bin.min(CATEGORY_BINS - 1));
                }
                let bins = categories.iter().map(|&category| bin_of[place(category)]).collect();
                Self { bins, bound: by_rows.len().clamp(1, CATEGORY_BINS), is_ordered: false }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer bins than 2^16")]
fn small(bin: usize) -> u16 {
    bin as u16
}
