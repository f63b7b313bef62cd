//! From a risk threshold to a class size.

/// The smallest class size whose risk 1/size is **not** above `threshold`: "at risk" is strict, 1/size > threshold.
///
/// Equal to ceil(1/threshold), decided by the comparison itself so that rounding cannot move it. Thresholds of 1 and
/// above give 1 (no class is at risk); a threshold that is not positive gives `u32::MAX` (every class is).
///
/// # Examples
/// ```
/// assert_eq!(reidrisk::stats::smallest_safe_class(0.2), 5);
/// assert_eq!(reidrisk::stats::smallest_safe_class(0.09), 12); // 1/11 = 0.0909… is above 0.09
/// ```
#[must_use]
pub fn smallest_safe_class(threshold: f64) -> u32 {
    let at_risk = |size: u32| 1.0 / f64::from(size) > threshold;
    let (mut low, mut high) = (1, u32::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if at_risk(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_threshold_of_the_published_table_gives_its_strict_class_size() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/vectors/thresholds.json")).unwrap();
        let table = vectors["threshold_to_class_size"].as_array().unwrap();
        assert!(table.len() > 10);
        for row in table {
            let threshold = row["threshold"].as_f64().unwrap();
            let expected = row["strict_min_class_size"].as_u64().unwrap();
            assert_eq!(u64::from(smallest_safe_class(threshold)), expected, "threshold {threshold}");
        }
    }

    #[test]
    fn the_threshold_of_a_class_size_is_met_by_that_size() {
        for size in 1..5000_u32 {
            assert_eq!(smallest_safe_class(1.0 / f64::from(size)), size);
        }
    }

    #[test]
    fn a_threshold_of_nothing_is_never_met() {
        assert_eq!(smallest_safe_class(0.0), u32::MAX);
        assert_eq!(smallest_safe_class(1.0), 1);
    }
}
