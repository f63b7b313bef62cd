//! Generalisation hierarchies: a file that says what each value becomes on each level.

use std::path::Path;

use hashbrown::{HashMap, HashSet};

use super::coarsen::{Recoded, recode};
use super::rare::merged_value;
use super::{TreatmentError, file_name};
use crate::input::{CodedColumn, Extract};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::Dictionary;

/// Replaces every value by its entry on `level` of the hierarchy, which has one line a value: the value itself, then
/// its entries on level 1, 2 and so on. The entries of the level are reserved: a value that reads like one stays.
///
/// # Errors
/// When a value is not in the hierarchy, the hierarchy repeats a value with another entry or lacks an entry, or has no
/// such level. The errors hold counts, never values.
pub(super) fn recode_by_hierarchy(
    column: &str,
    file: &Path,
    level: usize,
    hierarchy: &Extract,
    old: &Dictionary,
) -> Result<Recoded, TreatmentError> {
    let entries = entries(file, level, hierarchy)?;
    // What stands on the level already, in a treated file, stays as it is.
    let labels: HashSet<&str, foldhash::fast::FixedState> = entries.values().copied().collect();
    recode(old, ColumnType::Text, |value, buffer| {
        let stays = labels.contains(value) || value == merged_value();
        buffer.push_str(if stays { value } else { entries.get(value)? });
        Some(())
    })
    .map_err(|values| TreatmentError::NotInHierarchy { column: column.to_owned(), file: file_name(file), values })
}

/// For each value the labels of its groups, level by level from the finest.
///
/// # Errors
/// As [`recode_by_hierarchy`].
pub(super) fn groups_of(
    column: &str,
    file: &Path,
    hierarchy: &Extract,
    values: &Dictionary,
) -> Result<Vec<Vec<Option<String>>>, TreatmentError> {
    let levels = hierarchy.columns.len().max(2);
    let group = |level| {
        let entries = entries(file, level, hierarchy)?;
        let lacking = values.values().flatten().filter(|value| !entries.contains_key(value.expose())).count() as u64;
        if lacking > 0 {
            return Err(TreatmentError::NotInHierarchy {
                column: column.to_owned(),
                file: file_name(file),
                values: lacking,
            });
        }
        let label = |value: Option<Secret<&str>>| entries.get(value?.expose()).map(|label| (*label).to_owned());
        Ok(values.values().map(label).collect())
    };
    (1..levels).map(group).collect()
}

/// Whether a hierarchy has a level and says one thing of each value there.
pub(super) fn check_hierarchy(file: &Path, level: usize, hierarchy: &Extract) -> Result<(), TreatmentError> {
    entries(file, level, hierarchy).map(drop)
}

/// The entries of every level above the values.
pub(super) fn levels_of<'hierarchy>(
    file: &Path,
    hierarchy: &'hierarchy Extract,
) -> Result<Vec<Entries<'hierarchy>>, TreatmentError> {
    (1..hierarchy.columns.len()).map(|level| entries(file, level, hierarchy)).collect()
}

pub(super) type Entries<'hierarchy> = HashMap<&'hierarchy str, &'hierarchy str, foldhash::fast::FixedState>;

fn entries<'hierarchy>(
    file: &Path,
    level: usize,
    hierarchy: &'hierarchy Extract,
) -> Result<Entries<'hierarchy>, TreatmentError> {
    let values = coded(file, 0, hierarchy)?;
    if level >= hierarchy.columns.len() {
        let highest = hierarchy.columns.len().saturating_sub(1);
        return Err(TreatmentError::NoSuchLevel { file: file_name(file), level, highest });
    }
    let levels = coded(file, level, hierarchy)?;
    let mut entries = Entries::default();
    let mut contradictions = 0;
    for line in 0..values.codes.len() {
        let Some(value) = values.dictionary.value(values.codes.get(line)) else { continue };
        let Some(entry) = levels.dictionary.value(levels.codes.get(line)) else {
            contradictions += 1;
            continue;
        };
        let first = *entries.entry(value.expose()).or_insert(entry.expose());
        contradictions += u64::from(first != entry.expose());
    }
    if contradictions > 0 {
        return Err(TreatmentError::HierarchyContradicts { file: file_name(file), level, lines: contradictions });
    }
    Ok(entries)
}

fn coded<'hierarchy>(
    file: &Path,
    level: usize,
    hierarchy: &'hierarchy Extract,
) -> Result<&'hierarchy CodedColumn, TreatmentError> {
    let column = hierarchy.columns.get(level).and_then(|column| column.coded.as_ref());
    column.ok_or_else(|| TreatmentError::not_read(file))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::recode_by_hierarchy;
    use crate::input::Extract;
    use crate::recode::TreatmentError;
    use crate::recode::testing::{column, extract, text_values};

    fn ages() -> Extract {
        extract(vec![
            column("1", &["1", "2", "7"]),
            column("0-4", &["0-4", "0-4", "5-9"]),
            column("*", &["*", "*", "*"]),
        ])
    }

    #[test]
    fn values_become_their_entry_on_the_level() {
        let old = column("age", &["7", "1", "", "2"]).coded.unwrap().dictionary;
        for (level, expected) in [(0, ["7", "1", "", "2"]), (1, ["5-9", "0-4", "", "0-4"]), (2, ["*", "*", "", "*"])] {
            let new = recode_by_hierarchy("age", Path::new("x/ages.csv"), level, &ages(), &old).unwrap();
            assert_eq!(text_values(&new.dictionary, &new.map), expected);
        }
    }

    #[test]
    fn entries_of_the_level_stay_as_they_are() {
        let old = column("age", &["5-9", "0-4", "7", "(rare)"]).coded.unwrap().dictionary;
        let new = recode_by_hierarchy("age", Path::new("ages.csv"), 1, &ages(), &old).unwrap();
        assert_eq!(text_values(&new.dictionary, &new.map), ["5-9", "0-4", "5-9", "(rare)"]);
    }

    #[test]
    fn values_outside_the_hierarchy_are_counted_not_named() {
        let old = column("age", &["7", "8888", "9999"]).coded.unwrap().dictionary;
        let error = recode_by_hierarchy("age", Path::new("x/ages.csv"), 1, &ages(), &old).err().unwrap();
        assert!(matches!(error, TreatmentError::NotInHierarchy { values: 2, .. }));
        assert_eq!(error.to_string(), "2 values of column `age` are not in hierarchy `ages.csv`");
    }

    #[test]
    fn a_level_beyond_the_last_is_refused() {
        let old = column("age", &["7"]).coded.unwrap().dictionary;
        let error = recode_by_hierarchy("age", Path::new("ages.csv"), 3, &ages(), &old).err().unwrap();
        assert!(matches!(error, TreatmentError::NoSuchLevel { level: 3, highest: 2, .. }));
    }

    #[test]
    fn a_value_with_two_different_entries_is_refused() {
        let hierarchy = extract(vec![column("a", &["1", "1", "2"]), column("b", &["x", "y", ""])]);
        let old = column("age", &["1"]).coded.unwrap().dictionary;
        let error = recode_by_hierarchy("age", Path::new("ages.csv"), 1, &hierarchy, &old).err().unwrap();
        assert!(matches!(error, TreatmentError::HierarchyContradicts { lines: 2, .. }));
    }

    #[test]
    fn a_repeated_line_is_no_contradiction() {
        let hierarchy = extract(vec![column("a", &["1", "1"]), column("b", &["x", "x"])]);
        let old = column("age", &["1"]).coded.unwrap().dictionary;
        assert!(recode_by_hierarchy("age", Path::new("ages.csv"), 1, &hierarchy, &old).is_ok());
    }
}
