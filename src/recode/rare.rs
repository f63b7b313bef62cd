//! Merging values that few subjects hold.

use super::coarsen::Recoded;
use super::{SubjectCodes, TreatmentError};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

/// The records in the order of their subjects, those without a subject left out.
///
/// With it the distinct subjects of every value are counted in one pass: a subject is new to a value exactly when it
/// is not the last one seen there.
pub(super) struct SubjectOrder {
    records: Vec<u32>,
    subjects: Vec<u32>,
}

impl SubjectOrder {
    /// Sorts the records by subject, by counting; eight bytes a record while it lives.
    ///
    /// # Errors
    /// When there are more than 2^32 - 1 records.
    pub(super) fn new(subject: &SubjectCodes) -> Result<Self, TreatmentError> {
        let total = subject.codes.len();
        if u32::try_from(total).is_err() {
            return Err(TreatmentError::TooLarge { column: subject.name.clone() });
        }
        let mut starts = vec![0_usize; subject.distinct as usize + 1];
        for_each_code(&subject.codes, |_, code| {
            starts[code as usize + 1] += usize::from(subject.missing != Some(code));
        });
        for code in 1..starts.len() {
            starts[code] += starts[code - 1];
        }
        let named = starts.last().copied().unwrap_or(0);
        let (mut records, mut subjects) = (vec![0; named], vec![0; named]);
        for_each_code(&subject.codes, |record, code| {
            if subject.missing != Some(code) {
                let place = &mut starts[code as usize];
                records[*place] = record;
                subjects[*place] = code;
                *place += 1;
            }
        });
        Ok(Self { records, subjects })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "callers make sure that records are counted in 32 bits")]
fn for_each_code(codes: &Codes, mut visit: impl FnMut(u32, u32)) {
    with_codes!(codes, codes => for (record, &code) in codes.iter().enumerate() {
        visit(record as u32, u32::from(code));
    });
}

/// Distinct subjects that hold each value; without a subject column, records. Records without a subject do not count.
pub(super) fn holders(codes: &Codes, distinct: usize, order: Option<&SubjectOrder>) -> Vec<u64> {
    let mut holders = vec![0_u64; distinct];
    let Some(order) = order else {
        with_codes!(codes, codes => for &code in codes {
            holders[code as usize] += 1;
        });
        return holders;
    };
    let mut last = vec![None; distinct];
    with_codes!(codes, codes => for (&record, &subject) in order.records.iter().zip(&order.subjects) {
        let code = codes[record as usize] as usize;
        if last[code] != Some(subject) {
            last[code] = Some(subject);
            holders[code] += 1;
        }
    });
    holders
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
    use super::{SubjectOrder, holders, recode_rare};
    use crate::recode::testing::{column, subject_codes};

    #[test]
    fn a_value_is_rare_by_its_subjects_not_by_its_records() {
        // `a` has four records of one subject, `b` one record each of two subjects.
        let subject = subject_codes(&["s1", "s1", "s1", "s1", "s1", "s2"]);
        let values = column("c", &["a", "a", "a", "a", "b", "b"]).coded.unwrap();
        let order = SubjectOrder::new(&subject).unwrap();
        assert_eq!(holders(&values.codes, 2, Some(&order)), [1, 2]);
        assert_eq!(holders(&values.codes, 2, None), [4, 2]);
    }

    #[test]
    fn interleaved_records_of_a_subject_are_counted_once() {
        let subject = subject_codes(&["s2", "s1", "s2", "s1", "s2"]);
        let values = column("c", &["a", "a", "a", "a", "b"]).coded.unwrap();
        assert_eq!(holders(&values.codes, 2, Some(&SubjectOrder::new(&subject).unwrap())), [2, 1]);
    }

    #[test]
    fn records_without_a_subject_hold_nothing() {
        let subject = subject_codes(&["s1", "", ""]);
        let values = column("c", &["a", "a", "b"]).coded.unwrap();
        assert_eq!(holders(&values.codes, 2, Some(&SubjectOrder::new(&subject).unwrap())), [1, 0]);
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
