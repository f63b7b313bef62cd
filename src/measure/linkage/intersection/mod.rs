//! Intersection: two releases with the same pseudonyms, and what the second adds to the first.
//!
//! # Definition
//! Subjects are paired by their pseudonym; those of both releases are *common*, those of the extract alone *joiners*,
//! those of the other release alone *leavers*. The attacker knows of a subject everything that a release holds of it in
//! the shared columns: its *values* in a release are the set of its distinct rows there, a missing cell being a value
//! like any other. Two subjects share their values when the two sets are equal. Where every shared column is constant
//! within each subject, that set is one row.
//!
//! | field | counts |
//! |---|---|
//! | `unique_in_extract` | common subjects who share their values in the extract with nobody of the extract |
//! | `unique_in_other` | the same in the other release |
//! | `unique_in_both` | common subjects whose two values together no other common subject has |
//! | `newly_unique` | those of them who are alone in neither release by itself |
//! | `smallest_class_in_both` | the fewest common subjects with the same two values |
//! | `alone` | for each column, joiners whose set of values in it no other joiner has; leavers alike |
//!
//! Whoever is alone in one release is alone in both together, so `unique_in_both` is at least as large as each of the
//! two. `attack_rate` is `unique_in_both` / `common`; the baseline is what the extract alone gives,
//! `unique_in_extract` / `common`.
//!
//! Source: the intersection of classes over releases follows Ganta, Kasiviswanathan and Smith, KDD 2008, 265-273,
//! doi:10.1145/1401890.1401926, here with pseudonyms that make the pairing certain.
//!
//! # Guarantee
//! Every count equals that of [`oracle`], for any order of records and number of threads.
//!
//! # Edge cases
//! No pseudonyms, or no common subject: no rate, with a reason. A subject without a pseudonym is a joiner or a leaver.
//! A pseudonym that two subjects of one release bear is nobody's; that is said.
//!
//! # Cost
//! O(n log n) in the records; 12 bytes a record and about 100 a subject.

#[doc(hidden)]
pub mod oracle;
#[cfg(test)]
mod test;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::written::{RATE_AND_BASELINE, without_rate};
use super::{LinkedTables, SubjectKeys, guess, varies};
use crate::number::{as_float, ratio};
use crate::result::{AloneOnColumn, AttackKind, IntersectionDetail, LinkageAttack};
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Holds two releases against each other.
///
/// # Errors
/// When the computation was told to stop.
pub fn attack(linked: &LinkedTables, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let reading = linked.reading(varies(&linked.ours) || varies(&linked.theirs));
    let mut attack = LinkageAttack { reading: Some(reading), ..linked.attack(AttackKind::Intersection) };
    let Some(pseudonyms) = &linked.pseudonyms else {
        let words = "the two sides have no pseudonyms in common, so nobody can be paired";
        return Ok(without_rate(attack, RATE_AND_BASELINE, "no-pseudonyms", words));
    };
    let paired = Paired::new(pseudonyms);
    if paired.doubled > 0 {
        attack.notes.push(format!(
            "{} pseudonyms stand for several subjects of one release; they were not used for pairing",
            paired.doubled
        ));
    }
    stop.check()?;
    let detail = detail(linked, &paired, stop)?;
    let mut attack = concluded(attack, &detail);
    attack.intersection = Some(detail);
    Ok(attack)
}

/// The rates, from the counts.
fn concluded(mut attack: LinkageAttack, detail: &IntersectionDetail) -> LinkageAttack {
    if detail.common == 0 {
        let words = "no subject is in both releases, so the second adds nothing about anybody";
        return without_rate(attack, RATE_AND_BASELINE, "no-common-subjects", words);
    }
    attack.attack_rate = ratio(detail.unique_in_both, detail.common);
    attack.expected_correct = Some(as_float(detail.unique_in_both));
    attack.interval = attack.attack_rate.map(|rate| [rate; 2]);
    attack.baseline_rate = ratio(detail.unique_in_extract, detail.common);
    attack.evidence = guess::evidence(attack.attack_rate, attack.baseline_rate);
    if attack.source_equals_extract {
        attack.notes.push("both releases hold the same records, so the second can add nothing".to_owned());
    }
    attack
}

/// Who is in which release.
struct Paired {
    /// Subjects of both, by their numbers in the extract and in the other release.
    common: Vec<(u32, u32)>,
    /// Subjects of the extract alone.
    joiners: Vec<u32>,
    /// Subjects of the other release alone.
    leavers: Vec<u32>,
    /// Pseudonyms that several subjects of one release bear.
    doubled: u64,
}

impl Paired {
    fn new(pseudonyms: &SubjectKeys) -> Self {
        let ([ours, our_doubles], [theirs, their_doubles]) = (bearers(&pseudonyms.ours), bearers(&pseudonyms.theirs));
        let partner = |key: &Option<u32>, in_side: &HashMap<u32, u32, FixedState>, across: &HashMap<_, _, _>| {
            let key = key.filter(|key| in_side.contains_key(key))?;
            across.get(&key).copied()
        };
        let mut paired = Self { common: Vec::new(), joiners: Vec::new(), leavers: Vec::new(), doubled: 0 };
        for (subject, key) in (0..).zip(&pseudonyms.ours) {
            match partner(key, &ours, &theirs) {
                Some(other) => paired.common.push((subject, other)),
                None => paired.joiners.push(subject),
            }
        }
        for (subject, key) in (0..).zip(&pseudonyms.theirs) {
            if partner(key, &theirs, &ours).is_none() {
                paired.leavers.push(subject);
            }
        }
        let only_theirs = their_doubles.keys().filter(|key| !our_doubles.contains_key(*key)).count();
        paired.doubled = (our_doubles.len() + only_theirs) as u64;
        paired
    }
}

/// The subject of each pseudonym that one subject bears; then the pseudonyms that several bear, each with the last.
fn bearers(keys: &[Option<u32>]) -> [HashMap<u32, u32, FixedState>; 2] {
    let mut single = HashMap::default();
    let mut doubled = HashMap::default();
    for (subject, key) in (0..).zip(keys) {
        if let Some(key) = *key
            && single.insert(key, subject).is_some()
        {
            doubled.insert(key, subject);
        }
    }
    single.retain(|key, _| !doubled.contains_key(key));
    [single, doubled]
}

fn detail(linked: &LinkedTables, paired: &Paired, stop: &Stop) -> Result<IntersectionDetail, StopReason> {
    let all: Vec<usize> = (0..linked.columns.len()).collect();
    let (ours, theirs) = (values_of(&linked.ours, &all), values_of(&linked.theirs, &all));
    stop.check()?;
    let (our_classes, their_classes) = (classes(ours.iter().copied()), classes(theirs.iter().copied()));
    let together = |&(our, their): &(u32, u32)| (ours[our as usize], theirs[their as usize]);
    let both = classes(paired.common.iter().map(together));
    let mut detail = IntersectionDetail {
        common: paired.common.len() as u64,
        joiners: paired.joiners.len() as u64,
        leavers: paired.leavers.len() as u64,
        smallest_class_in_both: both.values().min().copied(),
        ..IntersectionDetail::default()
    };
    for pair in &paired.common {
        let (our, their) = together(pair);
        let [in_extract, in_other, in_both] = [our_classes[&our], their_classes[&their], both[&(our, their)]];
        detail.unique_in_extract += u64::from(in_extract == 1);
        detail.unique_in_other += u64::from(in_other == 1);
        detail.unique_in_both += u64::from(in_both == 1);
        detail.newly_unique += u64::from(in_both == 1 && in_extract > 1 && in_other > 1);
    }
    for (column, shared) in linked.columns.iter().enumerate() {
        stop.check()?;
        detail.alone.push(AloneOnColumn {
            column: shared.name.clone(),
            joiners: alone(&values_of(&linked.ours, &[column]), &paired.joiners),
            leavers: alone(&values_of(&linked.theirs, &[column]), &paired.leavers),
        });
    }
    Ok(detail)
}

/// Those whose values none of the others has.
fn alone(values: &[u32], subjects: &[u32]) -> u64 {
    let classes = classes(subjects.iter().map(|&subject| values[subject as usize]));
    classes.values().filter(|&&class| class == 1).count() as u64
}

/// How often each value occurs.
fn classes<T: Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> HashMap<T, u64, FixedState> {
    let mut classes = HashMap::default();
    for value in values {
        *classes.entry(value).or_insert(0) += 1;
    }
    classes
}

/// For each subject a number of its set of distinct rows on some columns: equal numbers are equal sets.
fn values_of(table: &Table, columns: &[usize]) -> Vec<u32> {
    let rows = rows_of(table, columns);
    let Some(subjects) = table.subject_of_record() else { return rows };
    let mut numbers: HashMap<Vec<u32>, u32, FixedState> = HashMap::default();
    let mut values = Vec::with_capacity(table.subjects());
    let mut begin = 0;
    let mut set = Vec::new();
    for records in subjects.chunk_by(|one, next| one == next) {
        set.clear();
        set.extend_from_slice(&rows[begin..begin + records.len()]);
        begin += records.len();
        set.sort_unstable();
        set.dedup();
        let next = next_number(numbers.len());
        values.push(*numbers.entry_ref(set.as_slice()).or_insert(next));
    }
    values
}

/// For each record a number of its row on some columns: equal numbers are equal rows.
fn rows_of(table: &Table, columns: &[usize]) -> Vec<u32> {
    let mut rows = vec![0; table.records()];
    for &column in columns {
        let mut numbers: HashMap<(u32, u32), u32, FixedState> = HashMap::default();
        for (row, code) in rows.iter_mut().zip(table.columns()[column].values()) {
            let next = next_number(numbers.len());
            *row = *numbers.entry((*row, code)).or_insert(next);
        }
    }
    rows
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn next_number(numbers: usize) -> u32 {
    numbers as u32
}
