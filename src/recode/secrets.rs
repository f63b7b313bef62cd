//! What is known of the values of a sensitive column, computed before the values are let go.

use std::path::Path;

use hashbrown::HashMap;

use super::event::value_keys;
use super::hierarchy::levels_of;
use super::treat::Hierarchies;
use super::within::whole_numbers;
use super::{TreatmentError, file_name};
use crate::input::Extract;
use crate::measure::attribute::SecretValues;
use crate::plan::{Plan, SensitiveDistance};
use crate::result::{ColumnType, GroundDistance};
use crate::secret::Secret;
use crate::table::Dictionary;

/// What the measure of attribute disclosure asks of these values.
///
/// # Errors
/// When the declared distance does not fit the values, or the taxonomy lacks one or is none.
pub(super) fn secret_values(
    name: &str,
    dictionary: &Dictionary,
    plan: &Plan,
    hierarchies: &Hierarchies,
) -> Result<SecretValues, TreatmentError> {
    let value = plan.sensitive_values.get(name).copied().unwrap_or_default();
    let declared = plan.sensitive_distances.get(name);
    let numbers = whole_numbers(dictionary).map(|whole| whole.numbers);
    if numbers.is_none() && matches!(declared, Some(SensitiveDistance::Rank | SensitiveDistance::Value)) {
        let distance = declared.map(ToString::to_string).unwrap_or_default();
        let (column, found) = (name.to_owned(), dictionary.column_type());
        return Err(TreatmentError::DistanceDoesNotFit { column, distance, found });
    }
    let taxonomy = match declared.and_then(SensitiveDistance::file) {
        Some(file) => {
            let tree = hierarchies.get(file).ok_or_else(|| TreatmentError::not_read(file))?;
            Some(taxonomy(name, file, tree, dictionary)?)
        }
        None => None,
    };
    Ok(SecretValues {
        value,
        spelled_alike: spelled_alike(dictionary),
        keys: value_keys(dictionary),
        is_amount: matches!(dictionary.column_type(), ColumnType::Integer | ColumnType::Decimal),
        numbers,
        taxonomy,
        distance: declared.map(|declared| match declared {
            SensitiveDistance::Equal => GroundDistance::Equal,
            SensitiveDistance::Rank => GroundDistance::Rank,
            SensitiveDistance::Value => GroundDistance::Value,
            SensitiveDistance::Taxonomy(_) => GroundDistance::Taxonomy,
        }),
    })
}

/// Values that are the same as another but for letter case, and for what is neither letter nor digit. Of numbers none.
fn spelled_alike(dictionary: &Dictionary) -> u64 {
    let mut alike: HashMap<String, u64, foldhash::fast::FixedState> = HashMap::default();
    for value in dictionary.values().flatten().map(Secret::expose) {
        if value.chars().any(char::is_alphabetic) {
            let plain: String =
                value.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            *alike.entry(plain).or_insert(0) += 1;
        }
    }
    alike.into_values().filter(|&values| values > 1).sum()
}

/// The groups of every value on each level below the root; a missing cell is a branch of its own.
fn taxonomy(
    column: &str,
    file: &Path,
    tree: &Extract,
    dictionary: &Dictionary,
) -> Result<Vec<Vec<u32>>, TreatmentError> {
    let mut levels: Vec<Vec<u32>> = Vec::new();
    for (level, entries) in (1..).zip(levels_of(file, tree)?) {
        let mut numbers: HashMap<&str, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut absent = 0;
        let groups = dictionary.values().map(|value| {
            let entry = match value {
                None => "",
                Some(value) => entries.get(value.expose()).copied().unwrap_or_else(|| {
                    absent += 1;
                    ""
                }),
            };
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(entry).or_insert(next)
        });
        let groups: Vec<u32> = groups.collect();
        if absent > 0 {
            let file = file_name(file);
            return Err(TreatmentError::NotInHierarchy { column: column.to_owned(), file, values: absent });
        }
        let mut parents: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
        let torn = levels.last().map_or(0, |below| {
            let pairs = below.iter().zip(&groups);
            pairs.filter(|&(&child, &parent)| *parents.entry(child).or_insert(parent) != parent).count()
        });
        if torn > 0 {
            return Err(TreatmentError::HierarchyContradicts { file: file_name(file), level, lines: torn as u64 });
        }
        levels.push(groups);
    }
    // Last levels that hold everything are the root itself.
    let values = dictionary.missing();
    let is_root = |level: &Vec<u32>| {
        let mut groups = (0_u32..).zip(level).filter(|(code, _)| values != Some(*code)).map(|(_, group)| group);
        groups.next().is_none_or(|first| groups.all(|group| group == first))
    };
    while levels.last().is_some_and(is_root) {
        levels.pop();
    }
    // A level that is written twice would make the tree higher, and all that lies below it seem closer.
    levels.dedup();
    Ok(levels)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::recode::testing::{column, extract, typed_column};

    fn dictionary(cells: &[&str]) -> Dictionary {
        column("secret", cells).coded.unwrap().dictionary
    }

    fn tree(parents: &[&str]) -> Extract {
        extract(vec![column("v", &["a", "b", "c", "d"]), column("1", parents), column("2", &["*", "*", "*", "*"])])
    }

    #[test]
    fn a_taxonomy_is_read_up_to_its_root() {
        let levels =
            taxonomy("secret", Path::new("t.csv"), &tree(&["x", "x", "y", "y"]), &dictionary(&["d", "a", "", "b"]));
        assert_eq!(levels.unwrap(), [[0, 1, 2, 1]]);
    }

    #[test]
    fn levels_that_say_nothing_new_do_not_make_values_closer() {
        let padded = extract(vec![
            column("v", &["a", "b", "c", "d"]),
            column("1", &["x", "x", "y", "y"]),
            column("2", &["u", "u", "v", "v"]),
            column("3", &["*", "*", "*", "*"]),
            column("4", &["all", "all", "all", "all"]),
        ]);
        let values = dictionary(&["d", "a", "", "b"]);
        let levels = |tree: &Extract| taxonomy("secret", Path::new("t.csv"), tree, &values).unwrap();
        assert_eq!(levels(&padded), levels(&tree(&["x", "x", "y", "y"])));
    }

    #[test]
    fn values_that_differ_in_letter_case_spaces_or_points_alone_are_counted() {
        let of = |cells: &[&str]| spelled_alike(&dictionary(cells));
        assert_eq!(of(&["HIV", "hiv", "H I V", "flu", "h.i.v."]), 4);
        assert_eq!(of(&["flu", "cough", "", "1.5", "15"]), 0, "points of numbers are no matter of spelling");
        assert_eq!(of(&["Grippe", "grippe", "Krebs", "krebs-"]), 4);
    }

    #[test]
    fn a_value_outside_of_the_taxonomy_is_counted_not_named() {
        let error = taxonomy("secret", Path::new("t.csv"), &tree(&["x", "x", "y", "y"]), &dictionary(&["d", "zebra"]));
        let error = error.unwrap_err();
        assert!(matches!(error, TreatmentError::NotInHierarchy { values: 1, .. }));
        assert!(!error.to_string().contains("zebra"));
    }

    #[test]
    fn a_group_in_two_groups_of_the_next_level_is_refused() {
        let torn = extract(vec![
            column("v", &["a", "b", "c", "d"]),
            column("1", &["x", "x", "y", "y"]),
            column("2", &["l", "r", "r", "r"]),
            column("3", &["*", "*", "*", "*"]),
        ]);
        let error = taxonomy("secret", Path::new("t.csv"), &torn, &dictionary(&["a", "b", "c", "d"])).unwrap_err();
        assert!(matches!(error, TreatmentError::HierarchyContradicts { level: 2, .. }));
    }

    #[test]
    fn a_rank_of_texts_is_refused_and_numbers_have_one() {
        let mut plan = Plan::default();
        plan.sensitive_distances.insert("secret".to_owned(), SensitiveDistance::Rank);
        let of = |dictionary: &Dictionary, plan: &Plan| secret_values("secret", dictionary, plan, &Hierarchies::new());
        let error = of(&dictionary(&["a"]), &plan).unwrap_err();
        assert!(matches!(error, TreatmentError::DistanceDoesNotFit { .. }));
        let amounts = typed_column("secret", ColumnType::Decimal, &["2", "1.5"]).coded.unwrap().dictionary;
        assert_eq!(of(&amounts, &plan).unwrap().numbers, Some(vec![Some(20), Some(15)]));
        plan.sensitive_distances.insert("secret".to_owned(), SensitiveDistance::Taxonomy(PathBuf::from("none.csv")));
        assert!(matches!(of(&dictionary(&["a"]), &plan), Err(TreatmentError::NotRead(_))));
    }
}
