//! Who contributes to a record, once those who belong together are merged.

use super::Side;
use crate::tabular::root;

/// The contributor of each record of one side, as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merged {
    /// One number a record; those of a holding share one. It is below the number of values of the contributor column: the
    /// first of those who belong together stands for all.
    pub(super) records: Vec<u32>,
    /// The number of each value of the contributor column; empty where every record is a contributor.
    pub(super) by_contributor: Vec<u32>,
    /// The number of each value of the column of holdings.
    pub(super) by_holding: Vec<u32>,
}

impl Merged {
    /// Merges the contributors of a side that are ever seen with the same holding. A record without a contributor belongs to
    /// the one contributor that nobody knows, whatever its holding.
    #[must_use]
    pub(super) fn of(side: &Side, records: usize) -> Self {
        let Some(contributors) = &side.contributors else {
            let records = (0..u32::try_from(records).unwrap_or(u32::MAX)).collect();
            return Self { records, by_contributor: Vec::new(), by_holding: Vec::new() };
        };
        let Some(holdings) = &side.holdings else {
            let records = contributors.values().collect();
            return Self { records, by_contributor: (0..contributors.cardinality).collect(), by_holding: Vec::new() };
        };
        let mut parent: Vec<u32> = (0..contributors.cardinality + holdings.cardinality).collect();
        for (contributor, holding) in contributors.values().zip(holdings.values()) {
            if Some(contributor) != contributors.missing && Some(holding) != holdings.missing {
                let one = root(&mut parent, contributor);
                let other = root(&mut parent, contributors.cardinality + holding);
                parent[one.max(other) as usize] = one.min(other);
            }
        }
        let all: Vec<u32> =
            (0..contributors.cardinality + holdings.cardinality).map(|of| root(&mut parent, of)).collect();
        let (by_contributor, by_holding) = all.split_at(contributors.cardinality as usize);
        Self {
            records: contributors.values().map(|contributor| by_contributor[contributor as usize]).collect(),
            by_contributor: by_contributor.to_vec(),
            by_holding: by_holding.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Codes, Column};

    fn column(codes: &[u32], missing: Option<u32>) -> Column {
        let cardinality = codes.iter().max().unwrap() + 1;
        Column::new(
            "c".to_owned(),
            Codes::from_codes(cardinality as usize, codes.iter().copied()),
            cardinality,
            missing,
        )
    }

    #[test]
    fn contributors_of_one_holding_are_one_and_a_missing_one_is_nobodys() {
        let cards = column(&[0, 1, 2, 3, 4, 4], Some(4));
        let owners = column(&[0, 0, 1, 2, 0, 1], Some(2));
        let side = Side { contributors: Some(cards), is_subject: false, holdings: Some(owners) };
        let merged = Merged::of(&side, 6);
        assert_eq!(merged.records[0], merged.records[1]);
        let mut others = vec![merged.records[0], merged.records[2], merged.records[3], merged.records[4]];
        others.dedup();
        assert_eq!(others.len(), 4, "nobody else is merged");
        assert_eq!(merged.records[4], merged.records[5]);
        let alone = Merged::of(&Side { contributors: None, is_subject: false, holdings: None }, 3);
        assert_eq!(alone.records, [0, 1, 2]);
    }
}
