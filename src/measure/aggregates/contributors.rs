//! Who contributes each record: values of a column, merged where they belong together.

use super::records::{Flags, Side};
use crate::tabular::NO_CELL;

/// The contributors of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributors {
    /// Whose each record is. Records of which nobody knows it are one contributor together.
    pub of_record: Vec<u32>,
    /// Every contributor is below this.
    pub distinct: usize,
    /// Contributors with a record in a cell.
    pub in_cells: u64,
    /// Records in a cell of which nobody knows the contributor.
    pub records_without: u64,
    /// Whether each contributor asked for protection; none where nobody can.
    pub asked: Option<Vec<bool>>,
}

/// The contributors of a side, holdings merged.
pub(super) fn contributors_of(side: &Side, asked: Option<&Flags>, cell_of_record: &[u32]) -> Contributors {
    let records = cell_of_record.len();
    let (mut of_record, mut distinct, missing) = match &side.contributors {
        None => ((0_u32..).take(records).collect(), records, None),
        Some(column) => {
            let mut codes = vec![0_u32; records];
            column.apply_to(0..records, &mut codes, |item, code| *item = code);
            (codes, column.cardinality as usize, column.missing)
        }
    };
    let is_in = |record: &usize| cell_of_record[*record] != NO_CELL;
    let records_without =
        (0..records).filter(is_in).filter(|&record| missing == Some(of_record[record])).count() as u64;
    if let Some(holdings) = &side.holdings {
        let mut merged = Merged::new(distinct);
        let mut first_of = vec![None; holdings.cardinality as usize];
        for (record, holding) in holdings.values().enumerate() {
            let who = of_record[record];
            if holdings.missing == Some(holding) || missing == Some(who) {
                continue;
            }
            let first = *first_of[holding as usize].get_or_insert(who);
            merged.join(first, who);
        }
        let numbers = merged.numbers();
        distinct = numbers.iter().max().map_or(0, |&most| most as usize + 1);
        for who in &mut of_record {
            *who = numbers[*who as usize];
        }
    }
    let mut is_there = vec![false; distinct];
    (0..records).filter(is_in).for_each(|record| is_there[of_record[record] as usize] = true);
    let asked = asked.map(|flags| {
        let mut asked = vec![false; distinct];
        for (record, value) in flags.values.values().enumerate() {
            asked[of_record[record] as usize] |= flags.is_yes[value as usize];
        }
        asked
    });
    let in_cells = is_there.iter().filter(|&&is_there| is_there).count() as u64;
    Contributors { of_record, distinct, in_cells, records_without, asked }
}

/// Contributors that belong together, as trees.
struct Merged {
    above: Vec<u32>,
}

impl Merged {
    fn new(distinct: usize) -> Self {
        Self { above: (0_u32..).take(distinct).collect() }
    }

    fn root(&mut self, mut who: u32) -> u32 {
        while self.above[who as usize] != who {
            let above = self.above[self.above[who as usize] as usize];
            self.above[who as usize] = above;
            who = above;
        }
        who
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, last) = (one.min(other), one.max(other));
        self.above[last as usize] = first;
    }

    /// For each contributor the number of all that belong together with it.
    fn numbers(mut self) -> Vec<u32> {
        let mut number = vec![0_u32; self.above.len()];
        let mut next = 0;
        for who in 0..u32::try_from(self.above.len()).unwrap_or(u32::MAX) {
            let root = self.root(who);
            if root == who {
                number[who as usize] = next;
                next += 1;
            } else {
                // Whoever stands for the others comes before them.
                number[who as usize] = number[root as usize];
            }
        }
        number
    }
}
