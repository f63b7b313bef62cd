//! Stable counting sort of records by a code, and columns brought into the new order.

use rayon::prelude::*;

use super::Codes;
use crate::with_codes;

/// Records sorted by a code, ties in their old order.
pub(super) struct Order {
    /// The old number of each record, in the new order.
    pub(super) record: Vec<u32>,
    /// Where the records of each code begin in the new order; one more entry than codes.
    pub(super) starts: Vec<u32>,
}

impl Order {
    /// Sorts by `codes`, all below `cardinality`. Records with the code `left_out` do not appear in the order.
    pub(super) fn by(codes: &Codes, cardinality: u32, left_out: Option<u32>) -> Self {
        let mut starts = vec![0_u32; cardinality as usize + 1];
        with_codes!(codes, codes => codes.iter().for_each(|&code| starts[code as usize + 1] += 1));
        if let Some(left_out) = left_out {
            starts[left_out as usize + 1] = 0;
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut record = vec![0_u32; total as usize];
        with_codes!(codes, codes => for (number, &code) in (0_u32..).zip(codes) {
            if left_out != Some(u32::from(code)) {
                let slot = &mut next[code as usize];
                record[*slot as usize] = number;
                *slot += 1;
            }
        });
        Self { record, starts }
    }

    /// A column in the new order; all cores share the work.
    pub(super) fn applied_to(&self, codes: &Codes) -> Codes {
        match codes {
            Codes::U8(codes) => Codes::U8(gathered(codes, &self.record)),
            Codes::U16(codes) => Codes::U16(gathered(codes, &self.record)),
            Codes::U32(codes) => Codes::U32(gathered(codes, &self.record)),
        }
    }
}

/// `values[order[0]], values[order[1]], …`
fn gathered<T: Copy + Send + Sync>(values: &[T], order: &[u32]) -> Vec<T> {
    order.par_iter().with_min_len(1 << 15).map(|&record| values[record as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_codes_keep_their_order() {
        let order = Order::by(&Codes::U8(vec![2, 0, 2, 1, 0]), 3, None);
        assert_eq!((order.record, order.starts), (vec![1, 4, 3, 0, 2], vec![0, 2, 3, 5]));
    }

    #[test]
    fn records_left_out_do_not_appear() {
        let order = Order::by(&Codes::U16(vec![1, 0, 1, 2]), 3, Some(1));
        assert_eq!(order.record, [1, 3]);
        assert_eq!(order.applied_to(&Codes::U32(vec![10, 11, 12, 13])), Codes::U32(vec![11, 13]));
    }
}
