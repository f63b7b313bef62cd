//! What each column is: declared, guessed, or not used.

use super::TreatmentError;
use super::guess::{ColumnFacts, guess_roles, suspicion};
use crate::detect::names_people;
use crate::input::{Extract, ExtractColumn};
use crate::plan::{Plan, RolePlan};
use crate::result::{ColumnType, Role};
use crate::table::Dictionary;

/// What one column is to the subject of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRole {
    /// The role.
    pub role: Role,
    /// Whether the program guessed it.
    pub guessed: bool,
    /// Why it was guessed, in words without cell values.
    pub reason: Option<String>,
}

/// [`roles`] under a whole plan: a column that the rules drop may be absent already, every other one must be there.
///
/// # Errors
/// As [`roles`].
pub fn roles_under(extract: &Extract, plan: &Plan) -> Result<Vec<ColumnRole>, TreatmentError> {
    let is_there = |name: &String| extract.columns.iter().any(|column| column.name == *name);
    let declared = plan.roles.declared.iter().filter(|(name, _)| is_there(name) || !plan.drops(name));
    let declared = declared.map(|(name, role)| (name.clone(), *role)).collect();
    roles(extract, &RolePlan { declared, guess: plan.roles.guess })
}

/// The role of every column, in file order.
///
/// Declared roles stand. The other columns are guessed when the plan asks for it, from heading, type and counts over
/// all records, never from their order; otherwise they are [`Role::Ignore`].
///
/// # Errors
/// When a declared column does not exist, or two columns are declared to be the subject.
pub fn roles(extract: &Extract, plan: &RolePlan) -> Result<Vec<ColumnRole>, TreatmentError> {
    for declared in plan.declared.keys() {
        if !extract.columns.iter().any(|column| column.name == *declared) {
            return Err(TreatmentError::NoSuchColumn(declared.clone()));
        }
    }
    let role_of = |column: &ExtractColumn| plan.declared.get(&column.name).copied();
    let mut subjects = extract.columns.iter().filter(|&column| role_of(column) == Some(Role::Subject));
    if let (Some(first), Some(second)) = (subjects.next(), subjects.next()) {
        return Err(TreatmentError::TwoSubjects { first: first.name.clone(), second: second.name.clone() });
    }
    if !plan.guess {
        return Ok(extract.columns.iter().map(|column| declared(role_of(column).unwrap_or(Role::Ignore))).collect());
    }
    let has_subject = extract.columns.iter().any(|column| role_of(column) == Some(Role::Subject));
    let facts: Vec<ColumnFacts<'_>> = extract.columns.iter().map(|column| facts(extract, column)).collect();
    let open: Vec<bool> = extract.columns.iter().map(|column| role_of(column).is_none()).collect();
    let mut guesses = guess_roles(&facts, &open, has_subject);
    // Every column was read; of one without values the cells have no spelling.
    for (column, guess) in extract.columns.iter().zip(&mut guesses).filter(|(column, _)| column.coded.is_none()) {
        *guess = unspelled(column);
    }
    let columns = extract.columns.iter().zip(guesses);
    Ok(columns
        .map(|(column, (role, reason))| {
            role_of(column).map_or(ColumnRole { role, guessed: true, reason: Some(reason) }, declared)
        })
        .collect())
}

/// The role of a column that cannot be counted. What names a person outright is told all the same.
fn unspelled(column: &ExtractColumn) -> (Role, String) {
    let reason = "its cells are lists, structures or bytes, which are not compared; its content is not measured";
    match suspicion(&column.name, &column.identifiers, 0) {
        Some(Role::DirectIdentifier) => (Role::DirectIdentifier, reason.to_owned()),
        _ => (Role::Ignore, reason.to_owned()),
    }
}

fn declared(role: Role) -> ColumnRole {
    ColumnRole { role, guessed: false, reason: None }
}

fn facts<'extract>(extract: &'extract Extract, column: &'extract ExtractColumn) -> ColumnFacts<'extract> {
    let dictionary = column.coded.as_ref().map(|coded| &coded.dictionary);
    let distinct = dictionary.map(Dictionary::distinct);
    let mut facts = ColumnFacts {
        name: &column.name,
        column_type: column.column_type,
        distinct,
        missing: column.missing,
        records: extract.records,
        average_characters: 0,
        consecutive: false,
        names_people: false,
        long_numbers: false,
        phrases: false,
        identifiers: &column.identifiers,
    };
    if let Some(dictionary) = dictionary {
        let values = || dictionary.values().flatten().map(crate::secret::Secret::expose);
        if column.column_type == ColumnType::Text {
            let characters: u64 = values().map(|value| value.chars().count() as u64).sum();
            facts.average_characters = characters / distinct.unwrap_or(0).max(1);
            facts.names_people = names_people(values());
            facts.phrases = most(values(), is_phrase);
        }
        if matches!(column.column_type, ColumnType::Text | ColumnType::Integer) {
            facts.long_numbers = most(values(), is_long_number);
        }
        if column.column_type == ColumnType::Integer && distinct == Some(extract.records) {
            facts.consecutive = consecutive(values().map(|value| value.parse().ok()), extract.records);
        }
    }
    facts
}

/// Whether most of the distinct values are such, and there are some.
fn most<'value>(values: impl Iterator<Item = &'value str>, such: fn(&str) -> bool) -> bool {
    let (all, fit) = values.fold((0_u64, 0_u64), |(all, fit), value| (all + 1, fit + u64::from(such(value))));
    fit * 2 > all
}

/// Whether a value is a number as accounts have: five digits or more, also in groups, with a few letters at most.
fn is_long_number(value: &str) -> bool {
    let count = |fits: fn(&char) -> bool| value.chars().filter(fits).count();
    let (digits, letters) = (count(char::is_ascii_digit), count(|letter| letter.is_alphabetic()));
    let sign = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '.' | '/' | '*');
    digits >= 5 && letters * 2 <= digits && value.chars().all(sign)
}

/// Whether a value is several words without a digit.
fn is_phrase(value: &str) -> bool {
    value.trim().contains(' ') && !value.chars().any(|letter| letter.is_ascii_digit())
}

/// Whether distinct whole numbers lie so close together that they must be a count of the records.
fn consecutive(values: impl Iterator<Item = Option<i128>>, records: u64) -> bool {
    let mut range: Option<(i128, i128)> = None;
    for value in values {
        let Some(value) = value else { return false };
        let (low, high) = range.unwrap_or((value, value));
        range = Some((low.min(value), high.max(value)));
    }
    let span = range.and_then(|(low, high)| high.checked_sub(low));
    span.is_some_and(|span| span < i128::from(records) * 2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::roles;
    use crate::plan::RolePlan;
    use crate::recode::TreatmentError;
    use crate::recode::testing::{column, extract, typed_column};
    use crate::result::{ColumnType, Role};

    fn plan(declared: &[(&str, Role)], guess: bool) -> RolePlan {
        let declared: BTreeMap<_, _> = declared.iter().map(|&(name, role)| (name.to_owned(), role)).collect();
        RolePlan { declared, guess }
    }

    #[test]
    fn unnamed_columns_are_ignored_when_nothing_is_guessed() {
        let extract = extract(vec![column("age", &["1"]), column("zip", &["2"])]);
        let roles = roles(&extract, &plan(&[("zip", Role::QuasiIdentifier)], false)).unwrap();
        assert_eq!((roles[0].role, roles[1].role), (Role::Ignore, Role::QuasiIdentifier));
        assert!(roles.iter().all(|role| !role.guessed && role.reason.is_none()));
    }

    #[test]
    fn a_declared_role_stands_beside_guesses_and_no_second_subject_is_guessed() {
        let extract = extract(vec![
            column("customer_id", &["a", "b", "a", "b"]),
            column("card", &["1", "2", "2", "1"]),
            column("city", &["x", "y", "x", "x"]),
        ]);
        let roles = roles(&extract, &plan(&[("card", Role::Subject)], true)).unwrap();
        assert_eq!(roles[1].role, Role::Subject);
        assert!(!roles[1].guessed);
        assert_eq!(roles.iter().filter(|role| role.role == Role::Subject).count(), 1);
        assert_eq!(roles[2].role, Role::QuasiIdentifier);
        assert!(roles[2].guessed && roles[2].reason.is_some());
    }

    #[test]
    fn a_declared_column_that_does_not_exist_is_refused() {
        let extract = extract(vec![column("age", &["1"])]);
        let error = roles(&extract, &plan(&[("agee", Role::QuasiIdentifier)], false)).unwrap_err();
        assert_eq!(error, TreatmentError::NoSuchColumn("agee".to_owned()));
    }

    #[test]
    fn two_subjects_are_refused() {
        let extract = extract(vec![column("a", &["1"]), column("b", &["1"])]);
        let declared = [("a", Role::Subject), ("b", Role::Subject)];
        assert!(matches!(roles(&extract, &plan(&declared, false)), Err(TreatmentError::TwoSubjects { .. })));
    }

    #[test]
    fn guesses_do_not_depend_on_the_order_of_records() {
        let forward = ["3", "1", "2", "5"];
        let mut backward = forward;
        backward.reverse();
        let guess = |cells: &[&str]| {
            let extract = extract(vec![typed_column("n", ColumnType::Integer, cells), column("city", cells)]);
            roles(&extract, &plan(&[], true)).unwrap()
        };
        assert_eq!(guess(&forward), guess(&backward));
        assert_eq!(guess(&forward)[0].role, Role::Ignore);
    }
}
