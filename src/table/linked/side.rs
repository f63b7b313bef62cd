//! Both sides with codes for the values that they share.

use std::borrow::Cow;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::rows::{FOREIGN, Payload, RowColumn, Rows};
use crate::table::{Codes, ColumnSet, Table};
use crate::with_codes;

/// A column of one side in the codes of both: 0, 1, … for values that both sides have, then one code for all others,
/// then one for missing cells.
struct Joint<'a> {
    codes: Cow<'a, Codes>,
    /// Whether any cell has the code of other values.
    foreign: bool,
    /// Whether any cell is missing.
    missing: bool,
}

impl<'a> Joint<'a> {
    fn new(codes: Cow<'a, Codes>, shared: u32) -> Self {
        let has = |wanted: u32| with_codes!(&*codes, codes => codes.iter().any(|&code| u32::from(code) == wanted));
        let (foreign, missing) = (has(shared), has(shared + 1));
        Self { codes, foreign, missing }
    }
}

/// The new code of each old code of a column.
struct Recoded {
    map: Vec<u32>,
    /// Values that both sides have.
    shared: u32,
}

impl Recoded {
    fn new(ours: &Table, theirs: &Table, column: usize) -> Self {
        let (our, their) = (&ours.columns()[column], &theirs.columns()[column]);
        let codes = our.cardinality.max(their.cardinality) as usize;
        let (in_ours, in_theirs) = rayon::join(|| occurring(ours, column, codes), || occurring(theirs, column, codes));
        let is_missing = |code: u32| our.missing == Some(code) || their.missing == Some(code);
        let both = (0_u32..).zip(in_ours.iter().zip(&in_theirs));
        let both: Vec<bool> = both.map(|(code, (&ours, &theirs))| ours && theirs && !is_missing(code)).collect();
        #[expect(clippy::cast_possible_truncation, reason = "there are at most 2^32 codes")]
        let shared = both.iter().filter(|&&both| both).count() as u32;
        let mut next = 0;
        let mut new_code = |(code, &both): (u32, &bool)| {
            if both {
                next += 1;
                return next - 1;
            }
            shared + u32::from(is_missing(code))
        };
        Self { map: (0_u32..).zip(&both).map(&mut new_code).collect(), shared }
    }

    fn keeps_every_code(&self) -> bool {
        self.shared as usize == self.map.len()
    }
}

/// Which codes of a column occur.
fn occurring(table: &Table, column: usize, codes: usize) -> Vec<bool> {
    let mut occurs = vec![false; codes];
    let constant = table.constant_per_subject(column) == Some(true);
    with_codes!(&table.columns()[column].codes, codes => if constant {
        for record in table.first_records() {
            occurs[codes[record] as usize] = true;
        }
    } else {
        for &code in codes {
            occurs[code as usize] = true;
        }
    });
    occurs
}

/// One side: its columns by record, and those that are constant within subjects by subject, as far as sets need them.
struct Side<'a> {
    table: &'a Table,
    by_record: Vec<Option<Joint<'a>>>,
    by_subject: Vec<Option<Joint<'a>>>,
}

/// Whether one row a subject tells all about a set.
fn is_by_subject(table: &Table, set: &ColumnSet) -> bool {
    set.columns().iter().all(|&column| table.constant_per_subject(column) == Some(true))
}

impl<'a> Side<'a> {
    fn new(table: &'a Table, recoded: &[Recoded], sets: &[ColumnSet]) -> Self {
        let needed = |by_subject: bool| {
            let sets = sets.iter().filter(move |set| is_by_subject(table, set) == by_subject);
            move |column: usize| sets.clone().any(|set| set.contains(column))
        };
        let (needs_subjects, needs_records) = (needed(true), needed(false));
        let columns = (0..recoded.len()).into_par_iter().with_max_len(1);
        let made = columns.map(|column| {
            let (recoded, codes) = (&recoded[column], &table.columns()[column].codes);
            let distinct = recoded.shared as usize + 2;
            let by_record = needs_records(column).then(|| {
                let kept = recoded.keeps_every_code();
                let codes =
                    if kept { Cow::Borrowed(codes) } else { Cow::Owned(codes.remapped(&recoded.map, distinct)) };
                Joint::new(codes, recoded.shared)
            });
            let by_subject = needs_subjects(column).then(|| {
                let code = |record: usize| recoded.map[codes.get(record) as usize];
                let codes = Codes::from_codes(distinct, table.first_records().map(code));
                Joint::new(Cow::Owned(codes), recoded.shared)
            });
            (by_record, by_subject)
        });
        let (by_record, by_subject) = made.unzip();
        Self { table, by_record, by_subject }
    }

    /// The rows of a set, with `fold` in the place of all columns of the set but `columns`.
    fn rows<'s>(
        &'s self,
        set: &ColumnSet,
        columns: &[usize],
        shared: &[u32],
        fold: Option<(&'s Joint<'s>, u32)>,
    ) -> Rows<'s> {
        let by_subject = is_by_subject(self.table, set);
        let joint = |&column: &usize| {
            let joints = if by_subject { &self.by_subject } else { &self.by_record };
            joints[column].as_ref().map(|joint| (joint, shared[column]))
        };
        let columns = fold.into_iter().chain(columns.iter().filter_map(joint)).map(|(joint, shared)| RowColumn {
            codes: &joint.codes,
            shared,
            foreign: joint.foreign,
            missing: joint.missing,
        });
        let (payload, len) = match self.table.subject_of_record() {
            Some(_) if by_subject => (Payload::Starts(self.table.subject_starts()), self.table.subjects()),
            Some(subjects) => (Payload::Subjects(subjects), self.table.records()),
            None => (Payload::Nothing, self.table.records()),
        };
        Rows { columns: columns.collect(), payload, len }
    }
}

/// Both sides in the codes of both.
pub(super) struct Joined<'a> {
    ours: Side<'a>,
    theirs: Side<'a>,
    /// Values of each column that both sides have.
    shared: Vec<u32>,
}

impl<'a> Joined<'a> {
    pub(super) fn new(ours: &'a Table, theirs: &'a Table, sets: &[ColumnSet]) -> Self {
        let columns = (0..ours.columns().len()).into_par_iter().with_max_len(1);
        let recoded: Vec<Recoded> = columns.map(|column| Recoded::new(ours, theirs, column)).collect();
        let (ours, theirs) = rayon::join(|| Side::new(ours, &recoded, sets), || Side::new(theirs, &recoded, sets));
        Self { ours, theirs, shared: recoded.into_iter().map(|recoded| recoded.shared).collect() }
    }

    /// The set with so many leading columns folded into one that at most `most` classes are possible, which then can be
    /// numbered. Two columns of 32 bits each always can.
    pub(super) fn folded<'s>(&self, set: &'s ColumnSet, most: u128) -> Folded<'s> {
        let mut folded = Folded { set, fold: None, rest: set.columns() };
        loop {
            let shared: Vec<u32> = folded.shared(self).collect();
            let fitting = shared.iter().scan(1_u128, |product, &shared| {
                *product = product.saturating_mul(u128::from(shared));
                Some(*product)
            });
            let fitting = fitting.take_while(|&product| product <= most).count();
            if fitting == shared.len() || shared.len() < 2 {
                return folded;
            }
            let taken = fitting.max(2) - usize::from(folded.fold.is_some());
            let (head, rest) = folded.rest.split_at(taken);
            let head = Folded { set, fold: folded.fold, rest: head };
            let (our, their) = head.rows(self);
            let fold = Fold::new(&our, &their);
            folded = Folded { set, fold: Some(fold), rest };
        }
    }
}

/// A set whose leading columns may be folded into one.
pub(super) struct Folded<'s> {
    set: &'s ColumnSet,
    fold: Option<Fold>,
    rest: &'s [usize],
}

impl Folded<'_> {
    /// Shared values of the fold, if there is one, and of each column behind it.
    fn shared<'a>(&'a self, joined: &'a Joined<'_>) -> impl Iterator<Item = u32> + 'a {
        self.fold
            .as_ref()
            .map(|fold| fold.shared)
            .into_iter()
            .chain(self.rest.iter().map(|&column| joined.shared[column]))
    }

    /// The rows of ours and of theirs.
    pub(super) fn rows<'a>(&'a self, joined: &'a Joined<'_>) -> (Rows<'a>, Rows<'a>) {
        let fold = |joint: fn(&Fold) -> &Joint<'static>| self.fold.as_ref().map(|fold| (joint(fold), fold.shared));
        let ours = joined.ours.rows(self.set, self.rest, &joined.shared, fold(|fold| &fold.ours));
        let theirs = joined.theirs.rows(self.set, self.rest, &joined.shared, fold(|fold| &fold.theirs));
        (ours, theirs)
    }
}

/// Several columns as one: their classes in ours are its values.
struct Fold {
    ours: Joint<'static>,
    theirs: Joint<'static>,
    shared: u32,
}

impl Fold {
    #[expect(clippy::cast_possible_truncation, reason = "there are at most as many classes as records")]
    fn new(our: &Rows<'_>, their: &Rows<'_>) -> Self {
        let mut numbers: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
        our.for_each_number(|number, flag| {
            if flag == 0 {
                let next = numbers.len() as u32;
                numbers.entry(number).or_insert(next);
            }
        });
        let shared = numbers.len() as u32;
        let joint = |rows: &Rows<'_>| {
            let mut codes = Codes::with_capacity(numbers.len() + 2, rows.len);
            rows.for_each_number(|number, flag| {
                let code = match flag {
                    0 => numbers.get(&number).copied().unwrap_or(shared),
                    FOREIGN => shared,
                    _ => shared + 1,
                };
                codes.extend(std::iter::once(code));
            });
            Joint::new(Cow::Owned(codes), shared)
        };
        let (ours, theirs) = rayon::join(|| joint(our), || joint(their));
        Self { ours, theirs, shared }
    }
}
