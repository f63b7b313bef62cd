//! How far numbers lie apart: the usual figure, and one that a single far value cannot move.

/// Distinct numbers, ascending, each with how often it occurs.
type Counted<'a> = &'a [(i64, u64)];

/// The standard deviation of a sample, with n - 1 below; `None` for fewer than two numbers.
///
/// The numbers are ascending and distinct, each with how often it occurs, so that equal samples give equal bits in
/// whatever order they were met.
///
/// # Examples
/// ```
/// let spread = reidrisk::stats::standard_deviation(&[(2, 1), (4, 3), (5, 2), (7, 1), (9, 1)]).unwrap();
/// assert!((spread - 2.138_089_935).abs() < 1e-9);
/// ```
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a spread needs no more digits")]
pub fn standard_deviation(numbers: Counted<'_>) -> Option<f64> {
    let count = total(numbers);
    if count < 2 {
        return None;
    }
    // Counted from the smallest, so that large numbers that lie close keep their digits.
    let first = numbers.first()?.0;
    let apart = |number: i64| (i128::from(number) - i128::from(first)) as f64;
    let sum: f64 = numbers.iter().map(|&(number, times)| apart(number) * times as f64).sum();
    let mean = sum / count as f64;
    let squares: f64 = numbers.iter().map(|&(number, times)| (apart(number) - mean).powi(2) * times as f64).sum();
    Some((squares / (count - 1) as f64).sqrt())
}

/// The median of the absolute deviations from the median, not scaled; `None` for no number. Numbers as in
/// [`standard_deviation`]; the median of an even number is the mean of the two in the middle.
///
/// # Examples
/// ```
/// assert_eq!(reidrisk::stats::median_deviation(&[(1, 2), (2, 2), (4, 1), (6, 1), (9, 1)]), Some(1.0));
/// ```
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a spread needs no more digits")]
pub fn median_deviation(numbers: Counted<'_>) -> Option<f64> {
    // Everything twice as large, so that the middle between two numbers is a whole one.
    let doubled = |&(number, times): &(i64, u64)| (2 * i128::from(number), times);
    let wide: Vec<(i128, u64)> = numbers.iter().map(doubled).collect();
    let middle = doubled_median(&wide)? / 2;
    let mut apart: Vec<(i128, u64)> = wide.iter().map(|&(number, times)| ((number - middle).abs(), times)).collect();
    apart.sort_unstable();
    doubled_median(&apart).map(|median| median as f64 / 4.0)
}

fn total(numbers: Counted<'_>) -> u64 {
    numbers.iter().map(|&(_, times)| times).sum()
}

/// Twice the median.
fn doubled_median(sorted: &[(i128, u64)]) -> Option<i128> {
    let count: u64 = sorted.iter().map(|&(_, times)| times).sum();
    let at = |place: u64| {
        let mut before = 0;
        sorted.iter().find_map(|&(number, times)| {
            before += times;
            (place < before).then_some(number)
        })
    };
    Some(at(count.checked_sub(1)? / 2)? + at(count / 2)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(numbers: &[i64]) -> Vec<(i64, u64)> {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable();
        sorted.chunk_by(|one, other| one == other).map(|equal| (equal[0], equal.len() as u64)).collect()
    }

    #[test]
    fn too_few_numbers_have_no_spread_and_equal_ones_have_none_apart() {
        assert_eq!((standard_deviation(&[]), median_deviation(&[])), (None, None));
        assert_eq!((standard_deviation(&[(7, 1)]), median_deviation(&[(7, 1)])), (None, Some(0.0)));
        assert_eq!((standard_deviation(&[(7, 3)]), median_deviation(&[(7, 3)])), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn one_far_number_moves_the_one_and_not_the_other() {
        let (near, far) = (counted(&[1, 2, 3, 4, 5]), counted(&[1, 2, 3, 4, 1_000_000]));
        assert!(standard_deviation(&far) > standard_deviation(&near).map(|spread| spread * 1000.0));
        assert_eq!(median_deviation(&far), median_deviation(&near));
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        let ends = [(i64::MIN, 1), (i64::MAX, 1)];
        assert!(standard_deviation(&ends).is_some_and(f64::is_finite));
        assert_eq!(median_deviation(&ends), Some(9_223_372_036_854_775_807.5));
    }

    proptest! {
        #[test]
        fn both_equal_what_the_definitions_say(numbers in prop::collection::vec(-50_i32..50, 2..20)) {
            let whole: Vec<i64> = numbers.iter().copied().map(i64::from).collect();
            let floats: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
            let many = u32::try_from(floats.len()).map(f64::from).unwrap();
            let mean = floats.iter().sum::<f64>() / many;
            let variance = floats.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / (many - 1.0);
            prop_assert!((standard_deviation(&counted(&whole)).unwrap() - variance.sqrt()).abs() < 1e-9);
            let median = |mut numbers: Vec<f64>| {
                numbers.sort_unstable_by(f64::total_cmp);
                f64::midpoint(numbers[(numbers.len() - 1) / 2], numbers[numbers.len() / 2])
            };
            let middle = median(floats.clone());
            let apart = median(floats.iter().map(|number| (number - middle).abs()).collect());
            prop_assert!((median_deviation(&counted(&whole)).unwrap() - apart).abs() < 1e-9);
        }
    }
}
