//! Merging values that few subjects hold.

use super::coarsen::Recoded;
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary, SubjectOrder};

/// Distinct subjects that hold each value; without a subject column, records. Records without a subject do not count.
pub(super) fn holders(codes: &Codes, distinct: usize, order: Option<&SubjectOrder<'_>>) -> Vec<u64> {
    match order {
        None => codes.records_by_code(distinct),
        Some(order) => order.holders(codes, distinct).into_iter().map(u64::from).collect(),
    }
}

/// What stands for the rare values.
pub(super) const fn merged_value() -> &'static str {
    "(rare)"
}

/// Merges all values with fewer than `bound` holders into one. A missing cell is no value and stays missing.
pub(super) fn recode_rare(old: &Dictionary, holders: &[u64], bound: u32) -> Recoded {
    let mut dictionary = Dictionary::new(if old.is_empty() { old.column_type() } else { ColumnType::Text });
    let mut merged = None;
    let mut map = Vec::with_capacity(old.len());
    for (value, &holders) in old.values().zip(holders) {
        let code = match value {
            None => dictionary.push_missing(),
            // The spelling of the merged value is reserved: a cell that holds it was merged before.
            Some(value) if holders >= u64::from(bound) && value.expose() != merged_value() => dictionary.push(value),
            Some(_) => *merged.get_or_insert_with(|| dictionary.push(Secret::new(merged_value()))),
        };
        map.push(code);
    }
    Recoded { map, dictionary }
}

#[cfg(test)]
mod tests {
    use super::{holders, recode_rare};
    use crate::recode::testing::{column, subject_codes};
    use crate::table::SubjectOrder;

    #[test]
    fn a_value_is_rare_by_its_subjects_not_by_its_records() {
        // `a` has four records of one subject, `b` one record each of two subjects.
        let subject = subject_codes(&["s1", "s1", "s1", "s1", "s1", "s2"]);
        let values = column("c", &["a", "a", "a", "a", "b", "b"]).coded.unwrap();
        let order = SubjectOrder::new(&subject);
        assert_eq!(holders(&values.codes, 2, Some(&order)), [1, 2]);
        assert_eq!(holders(&values.codes, 2, None), [4, 2]);
    }

    #[test]
    fn interleaved_records_of_a_subject_are_counted_once() {
        let subject = subject_codes(&["s2", "s1", "s2", "s1", "s2"]);
        let values = column("c", &["a", "a", "a", "a", "b"]).coded.unwrap();
        assert_eq!(holders(&values.codes, 2, Some(&SubjectOrder::new(&subject))), [2, 1]);
    }

    #[test]
    fn records_without_a_subject_hold_nothing() {
        let subject = subject_codes(&["s1", "", ""]);
        let values = column("c", &["a", "a", "b"]).coded.unwrap();
        assert_eq!(holders(&values.codes, 2, Some(&SubjectOrder::new(&subject))), [1, 0]);
    }

    #[test]
    fn rare_values_become_one_and_missing_cells_stay_missing() {
        let old = column("c", &["a", "b", "", "d", "(rare)"]).coded.unwrap().dictionary;
        let new = recode_rare(&old, &[5, 1, 1, 2, 9], 3);
        assert_eq!(new.map, [0, 1, 2, 1, 1]);
        assert_eq!(new.dictionary.missing(), Some(2));
        assert_eq!(new.dictionary.len(), 3);
    }
}
