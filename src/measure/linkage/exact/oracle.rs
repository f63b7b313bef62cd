//! Exact linkage the obvious way: every subject against every subject.

use super::super::{LinkedTables, SubjectKeys};
use crate::table::Table;

/// What is found about the subjects of the extract on some columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Links {
    /// Subjects by the number of their matches: one, several, none.
    pub unique: u64,
    /// See `unique`.
    pub ambiguous: u64,
    /// See `unique`.
    pub no_match: u64,
    /// Subjects whose only match has no other, on the record they take.
    pub one_to_one: u64,
    /// For each subject that matches the larger of both classes of the record it takes, ascending.
    pub sizes: Vec<usize>,
    /// The fewest matches of a subject that matches.
    pub k_map: Option<u64>,
    /// Subjects of which a record matches one subject only, and the right one.
    pub correct: u64,
    /// Links to be expected to be right.
    pub expected: f64,
}

type Key = Vec<u32>;

/// The keys of each subject's records; records with a missing cell have none.
fn keys_of_subjects(table: &Table, columns: &[usize]) -> Vec<Vec<Key>> {
    let mut keys = vec![Vec::new(); table.subjects()];
    for record in 0..table.records() {
        let subject = table.subject_of_record().map_or(record, |subjects| subjects[record] as usize);
        let cell = |&column: &usize| {
            let column = &table.columns()[column];
            Some(column.value_of(record)).filter(|&code| column.missing != Some(code))
        };
        keys[subject].extend(columns.iter().map(cell).collect::<Option<Key>>());
    }
    keys
}

/// Who has a record with this key.
fn class(keys: &[Vec<Key>], key: &Key) -> Vec<usize> {
    (0..keys.len()).filter(|&subject| keys[subject].contains(key)).collect()
}

/// With what chance the right person is picked for a subject, by the record on which that is likeliest.
#[expect(clippy::cast_precision_loss, reason = "tables of a few records")]
fn chance(linked: &LinkedTables, subject: usize, matches: &[(Vec<usize>, usize)]) -> f64 {
    let key = |keys: &SubjectKeys| {
        keys.ours[subject].filter(|key| keys.ours.iter().flatten().filter(|other| *other == key).count() == 1)
    };
    let partners: Vec<usize> = linked.truth.as_ref().map_or_else(Vec::new, |keys| {
        let Some(key) = key(keys) else { return Vec::new() };
        (0..keys.theirs.len()).filter(|&person| keys.theirs[person] == Some(key)).collect()
    });
    let of = |persons: &Vec<usize>| {
        let right =
            if partners.is_empty() { 1 } else { persons.iter().filter(|person| partners.contains(person)).count() };
        right as f64 / persons.len() as f64
    };
    matches.iter().map(|(persons, _)| of(persons)).fold(0.0, f64::max)
}

/// Links on these columns.
#[must_use]
pub fn links(linked: &LinkedTables, columns: &[usize]) -> Links {
    let (ours, theirs) = (keys_of_subjects(&linked.ours, columns), keys_of_subjects(&linked.theirs, columns));
    let mut links = Links::default();
    for (subject, keys) in ours.iter().enumerate() {
        let matches = keys.iter().map(|key| (class(&theirs, key), class(&ours, key).len()));
        let matches: Vec<(Vec<usize>, usize)> = matches.filter(|(matches, _)| !matches.is_empty()).collect();
        let Some((fewest, class)) = matches.iter().map(|(matches, ours)| (matches.len(), *ours)).min() else {
            links.no_match += 1;
            continue;
        };
        links.unique += u64::from(fewest == 1);
        links.ambiguous += u64::from(fewest > 1);
        links.one_to_one += u64::from(fewest == 1 && class == 1);
        links.sizes.push(fewest.max(class));
        links.k_map = Some(links.k_map.map_or(fewest as u64, |least| least.min(fewest as u64)));
        let right = |keys: &SubjectKeys| {
            let only = matches.iter().filter(|(matches, _)| matches.len() == 1);
            only.clone().any(|(only, _)| keys.ours[subject].is_some() && keys.ours[subject] == keys.theirs[only[0]])
        };
        links.expected += chance(linked, subject, &matches);
        links.correct += u64::from(linked.truth.as_ref().is_some_and(right));
    }
    links.sizes.sort_unstable();
    links
}
