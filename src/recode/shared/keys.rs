//! Who is who: a key for each subject of both sides, for scoring links and never for making one.

use regex::Regex;

use super::{Union, meeting};
use crate::input::CodedColumn;
use crate::plan::{ConfigError, TruthColumns};
use crate::result::ColumnType;
use crate::table::{Dictionary, SubjectCodes};

/// Keys of the subjects of one side.
#[derive(Clone)]
pub struct KeyColumn {
    /// The key of each subject, in the order of the table; `None` where it has none, or more than one.
    pub of_subject: Vec<Option<u32>>,
    /// The keys.
    pub dictionary: Dictionary,
    /// Subjects with more than one key.
    pub torn: u64,
}

/// The key of each subject of the table that is made of these subject codes. Without subjects each record is its own.
#[must_use]
pub fn keys_of_subjects(subjects: Option<&SubjectCodes>, keys: CodedColumn) -> KeyColumn {
    let CodedColumn { codes, dictionary } = keys;
    let missing = dictionary.missing();
    let key = |record: usize| Some(codes.get(record)).filter(|code| Some(*code) != missing);
    let Some(subjects) = subjects else {
        let of_subject = (0..codes.len()).map(key).collect();
        return KeyColumn { of_subject, dictionary, torn: 0 };
    };
    let mut of_code: Vec<Option<u32>> = vec![None; subjects.cardinality as usize];
    let (mut present, mut torn) = (vec![false; of_code.len()], vec![false; of_code.len()]);
    for record in 0..codes.len() {
        let subject = subjects.codes.get(record) as usize;
        present[subject] = true;
        if let Some(code) = key(record) {
            torn[subject] |= *of_code[subject].get_or_insert(code) != code;
        }
    }
    if let Some(nobody) = subjects.missing {
        present[nobody as usize] = false;
    }
    let mut of_subject = Vec::new();
    let mut several = 0;
    // Subjects of a table are numbered in the order of their codes, those without a record left out.
    for code in (0..of_code.len()).filter(|&code| present[code]) {
        several += u64::from(torn[code]);
        of_subject.push(of_code[code].filter(|_| !torn[code]));
    }
    KeyColumn { of_subject, dictionary, torn: several }
}

/// The keys of both sides in one code space.
pub struct JoinedKeys {
    /// One a subject of the extract.
    pub ours: Vec<Option<u32>>,
    /// One a subject of the source.
    pub theirs: Vec<Option<u32>>,
    /// Whether some key occurs on both sides. Where none does, links cannot be scored: whether the keys are spelled
    /// differently or nobody is in both cannot be told.
    pub meet: bool,
    /// What a reader must know of the keys, in words; counts only.
    pub notes: Vec<String>,
}

/// Brings the keys of both sides into one code space; with a pattern its first group is the key.
///
/// # Errors
/// When one side holds text and the other something else, and no pattern says what to compare.
pub fn join_keys(
    columns: &TruthColumns,
    source: &str,
    ours: &KeyColumn,
    theirs: &KeyColumn,
) -> Result<JoinedKeys, ConfigError> {
    let pattern = columns
        .pattern
        .as_deref()
        .map(Regex::new)
        .transpose()
        .map_err(|_| ConfigError::new("wrong-value", "`truth_pattern` is not a regular expression".to_owned()))?;
    if pattern.is_none() && meeting(ours.dictionary.column_type(), theirs.dictionary.column_type()).is_none() {
        let holder = super::Holder { source, column: &columns.theirs };
        let (found, other) = (ours.dictionary.column_type(), theirs.dictionary.column_type());
        return Err(super::check_types(&columns.ours, found, holder, other)
            .err()
            .unwrap_or_else(|| ConfigError::new("types-differ", "the keys of both sides cannot be compared"))
            .with_hint("say with `truth_pattern` which part of the keys is compared, such as `0*([0-9]+)`"));
    }
    let mut union = Union::new(ColumnType::Text);
    let (our_map, our_lost) = mapped(&mut union, &ours.dictionary, pattern.as_ref());
    let (their_map, their_lost) = mapped(&mut union, &theirs.dictionary, pattern.as_ref());
    let of = |keys: &KeyColumn, map: &[Option<u32>]| -> Vec<Option<u32>> {
        keys.of_subject.iter().map(|key| key.and_then(|key| map[key as usize])).collect()
    };
    let (our_keys, their_keys) = (of(ours, &our_map), of(theirs, &their_map));
    let mut notes = Vec::new();
    let mut note = |counts: [u64; 2], one: &str, many: &str| {
        for (count, side) in counts.into_iter().zip(["extract", "source"]).filter(|(count, _)| *count > 0) {
            notes.push(crate::plan::counted(count, &one.replace("{side}", side), &many.replace("{side}", side)));
        }
    };
    let count = union.dictionary.len();
    note(
        [ours.torn, theirs.torn],
        "subject of the {side} has more than one truth key and counts as without one",
        "subjects of the {side} have more than one truth key and count as without one",
    );
    note(
        [shared_keys(&our_keys, count), shared_keys(&their_keys, count)],
        "subject of the {side} shares a truth key with another",
        "subjects of the {side} share their truth key with another",
    );
    note(
        [our_lost, their_lost],
        "truth key of the {side} does not match `truth_pattern`",
        "truth keys of the {side} do not match `truth_pattern`",
    );
    let meet = meets(&our_keys, &their_keys, count);
    if !meet {
        notes.push(
            "no truth key occurs on both sides; they may be spelled differently, so links are not scored and the figures \
             are what is to be expected without truth"
                .to_owned(),
        );
    }
    Ok(JoinedKeys { ours: our_keys, theirs: their_keys, meet, notes })
}

/// The joint code of each key of a side, and how many keys the pattern does not match.
fn mapped(union: &mut Union, keys: &Dictionary, pattern: Option<&Regex>) -> (Vec<Option<u32>>, u64) {
    let missing = keys.missing().map(|code| code as usize);
    let Some(pattern) = pattern else {
        let map = union.add(keys).into_iter().enumerate();
        return (map.map(|(code, joint)| Some(joint).filter(|_| Some(code) != missing)).collect(), 0);
    };
    let mut cut = Dictionary::new(ColumnType::Text);
    let mut lost = 0;
    let mut places = Vec::with_capacity(keys.len());
    for key in keys.values() {
        let group = key.and_then(|key| pattern.captures(key.expose())).and_then(|found| found.get(1));
        lost += u64::from(key.is_some() && group.is_none());
        places.push(group.map(|group| cut.push(crate::secret::Secret::new(group.as_str()))));
    }
    let map = union.add(&cut);
    (places.into_iter().map(|place| place.map(|place| map[place as usize])).collect(), lost)
}

/// Subjects whose key another subject of the same side has too.
fn shared_keys(keys: &[Option<u32>], distinct: usize) -> u64 {
    let mut holders = vec![0_u32; distinct];
    keys.iter().flatten().for_each(|&key| holders[key as usize] += 1);
    keys.iter().flatten().filter(|&&key| holders[key as usize] > 1).count() as u64
}

fn meets(ours: &[Option<u32>], theirs: &[Option<u32>], distinct: usize) -> bool {
    let mut known = vec![false; distinct];
    ours.iter().flatten().for_each(|&key| known[key as usize] = true);
    theirs.iter().flatten().any(|&key| known[key as usize])
}
