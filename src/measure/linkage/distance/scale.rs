//! The measure of a column of numbers: how far two of its values lie apart, as the released values do.

use crate::measure::linkage::SharedColumn;
use crate::stats::{median_deviation, standard_deviation};
use crate::table::Column;

/// Half the width of the interval around a released value, in standard deviations: the default of `dRisk`.
pub(super) const INTERVAL: f64 = 0.05;

/// Standard deviations of a normal distribution in a median deviation of 1: 1 / the normal quantile of 3/4.
const OF_MEDIAN_DEVIATION: f64 = 1.482_602_218_505_602;

/// A column of numbers and its measure.
pub(super) struct Scale<'a> {
    /// Its place among the shared columns.
    pub(super) column: usize,
    of_code: &'a [Option<i64>],
    missing: Option<u32>,
    /// What is taken off a number before it is scaled.
    origin: i64,
    /// A power of two near 1 / the standard deviation, so that scaled numbers keep every digit; `None` when the released values
    /// do not differ, and so tell nobody apart.
    power: Option<f64>,
    /// What makes standard deviations of scaled numbers, squared.
    pub(super) weight: f64,
    /// Half the interval by standard deviation and by median deviation, in the unit of the numbers.
    pub(super) half_widths: [f64; 2],
}

impl<'a> Scale<'a> {
    /// The measure of the shared column at a place, taken from the records of the extract; `None` when it has no numbers.
    pub(super) fn of(column: usize, shared: &'a SharedColumn, released: &Column) -> Option<Self> {
        let of_code = shared.numbers.as_deref()?;
        let counted = counted(of_code, released);
        let deviation = standard_deviation(&counted).unwrap_or(0.0);
        let median = median_deviation(&counted).unwrap_or(0.0) * OF_MEDIAN_DEVIATION;
        // The largest power of two that is not above the deviation.
        let unit = f64::from_bits(deviation.to_bits() & 0x7ff0_0000_0000_0000);
        Some(Self {
            column,
            of_code,
            missing: released.missing,
            origin: counted.first().map_or(0, |&(number, _)| number),
            power: (deviation > 0.0).then(|| 1.0 / unit),
            weight: if deviation > 0.0 { (unit / deviation).powi(2) } else { 0.0 },
            half_widths: [deviation * INTERVAL, median * INTERVAL],
        })
    }

    /// Whether the released values differ.
    pub(super) fn tells_apart(&self) -> bool {
        self.power.is_some()
    }

    /// The number of a code; `None` for a missing cell.
    pub(super) fn number(&self, code: u32) -> Option<i64> {
        if self.missing == Some(code) { None } else { self.of_code[code as usize] }
    }

    /// A number as a coordinate.
    #[expect(clippy::cast_precision_loss, reason = "only numbers that lie 2^53 apart lose a digit")]
    pub(super) fn coordinate(&self, number: i64) -> f64 {
        (i128::from(number) - i128::from(self.origin)) as f64 * self.power.unwrap_or(0.0)
    }
}

/// The numbers of the released records, ascending, each with how often it occurs.
fn counted(of_code: &[Option<i64>], released: &Column) -> Vec<(i64, u64)> {
    let mut times = vec![0_u64; of_code.len()];
    for code in released.values().filter(|&code| released.missing != Some(code)) {
        times[code as usize] += 1;
    }
    let numbers = of_code.iter().zip(times).filter(|&(_, times)| times > 0);
    let mut counted: Vec<(i64, u64)> = numbers.filter_map(|(number, times)| Some(((*number)?, times))).collect();
    counted.sort_unstable();
    // Several codes may stand for one number.
    counted.dedup_by(|later, first| {
        let same = later.0 == first.0;
        first.1 += if same { later.1 } else { 0 };
        same
    });
    counted
}
