//! Counting in parts: one plan, two exchanges of the coded records, plain data between the steps.
//!
//! Where a table does not fit the memory of one process, the same kernels count it part by part. Each record travels
//! twice:
//!
//! - **By subject**, for column sets with few possible classes. Every part counts the cells of these sets
//!   ([`Step::Cells`]); cells of the same class are added ([`Step::Merge`]), and the sums return to the parts, which
//!   look up the smallest class of each subject ([`Step::Finish`]).
//! - **By lead**, for all other sets. A few columns, the leads, are chosen so that each of these sets holds one. Records with the
//!   same code of a lead go to the same part, so a part has whole classes of all sets that hold the lead ([`Step::Classes`]).
//!   The smallest class of each subject in the part goes back to the part of the subject, one byte each.
//!
//! A code that more records hold than a part may take is *hot*. Its records go by subject: with the lead fixed, few
//! classes are possible. Sets for which they are still too many go to parts by one more column, or by a hash of all columns.
//!
//! An engine of a cluster has neither numbers for subjects nor records of one subject together: [`Work::Gather`] and what follows
//! it bring its batches there.
//!
//! Nothing here reads or writes: a step takes rows, each with a part, a kind and a compressed blob, and hands rows on. Who
//! carries them (files, an engine of a cluster) is not known here. Any number of parts gives the same counts.
//!
//! # Failing closed
//! A lost, repeated or damaged row must not lower a figure. Blobs have checksums; a part that is counted twice is refused;
//! and [`answers`] compares the records and subjects of every set with the [`Shape`], and what was sent back to
//! the parts of subjects with what came there.

mod blob;
mod cells;
mod finish;
mod gather;
mod lead;
mod part;
mod plan;
mod route;
mod shape;
mod survey;
mod task;
#[cfg(test)]
mod test;

use std::collections::{BTreeMap, BTreeSet};

pub use cells::Side;
pub use gather::{GatherPlan, GatheredColumn, Spell, Spelling};
pub use plan::{CountPlan, Limits, Query, plan};
pub(crate) use route::{records_of, route};
pub use shape::{ColumnShape, FREQUENT_CODES, MOST_CODES, Shape};
pub use survey::{Numbering, Survey};
pub use task::{Task, Work};

use super::{SetCounts, SizeCount};
use crate::stop::{Stop, StopReason};
use blob::{Reader, push_varint};
use part::PartTable;

/// What a row carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Coded records that nobody has sent anywhere yet; the part means nothing.
    Records = 0,
    /// Coded records for the part.
    Routed = 1,
    /// Cells of the set of the number that is the part, from one part of subjects or summed.
    Cells = 2,
    /// Classes by size of a set; the part is the number of the set.
    Sizes = 3,
    /// The smallest classes of subjects, for the part of the subjects.
    Minima = 4,
    /// How many subjects have which smallest class; the part is the number of the set.
    Smallest = 5,
    /// How many entries of [`Kind::Minima`] were sent; the part is the one that they come from.
    Sent = 6,
    /// How many entries of [`Kind::Minima`] were received; the part is the one of the subjects.
    Received = 7,
    /// Codes of a batch with its subjects as texts, not compressed, from whoever reads the records; the part means nothing.
    Batch = 8,
    /// Coded records with what tells their subjects apart, for the part of the subjects.
    Keyed = 9,
    /// What a part of gathered records says of itself.
    Survey = 10,
}

impl Kind {
    /// The kind of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        use Kind::{Batch, Cells, Keyed, Minima, Received, Records, Routed, Sent, Sizes, Smallest, Survey};
        [Records, Routed, Cells, Sizes, Minima, Smallest, Sent, Received, Batch, Keyed, Survey]
            .get(usize::from(number))
            .copied()
    }
}

/// What travels between steps. It holds codes, numbers of subjects and counts, never a cell value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it goes.
    pub part: u32,
    /// What it carries.
    pub kind: Kind,
    /// Compressed columns.
    pub blob: Vec<u8>,
}

/// Why a step ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The program was asked to end.
    #[error("counting was told to end")]
    Stopped(StopReason),
    /// A row cannot be what a step of the same plan wrote, or rows are missing or came twice.
    #[error("the exchanged records are damaged: {0}")]
    Damaged(&'static str),
    /// Whoever carries the rows could not take or give one, and knows why.
    #[error("a row could not be carried")]
    NotCarried,
}

impl From<StopReason> for ExchangeError {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}

/// Takes the rows of a step.
pub type Emit<'a> = &'a mut dyn FnMut(Row) -> Result<(), ExchangeError>;

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Any rows of [`Kind::Records`]: sends each record to its parts.
    Route,
    /// All routed rows of parts of subjects: the cells of dense sets.
    Cells,
    /// All rows of [`Kind::Cells`] of some sets: their sums, and classes by size.
    Merge,
    /// All routed rows of parts of leads: classes by size, and the smallest class of each subject.
    Classes,
    /// All rows of [`Kind::Routed`] and [`Kind::Minima`] of parts of subjects, with the sums of [`Step::Merge`] as the side.
    Finish,
}

/// Runs one step over rows, of which those of one part are neighbours.
///
/// # Errors
/// When the program is told to end, a row is damaged, or `emit` or `rows` cannot carry one.
pub fn step(
    asked: Step,
    plan: &CountPlan,
    side: Option<&Side>,
    rows: impl Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    if !plan.is_current() {
        return Err(ExchangeError::Damaged("the plan is of another version"));
    }
    if asked == Step::Route {
        for row in rows {
            stop.check()?;
            route::route_blob(plan, &row?, emit)?;
        }
        return Ok(());
    }
    for_each_part(rows, |part, rows| match asked {
        Step::Route => Ok(()),
        Step::Cells => cells::cells_of_part(plan, part, rows, emit, stop),
        Step::Merge => cells::merge(plan, part, rows, emit),
        Step::Classes => lead::classes_of_part(plan, part, rows, emit, stop),
        Step::Finish => finish::finish(plan, part, side, rows, emit, stop),
    })
}

/// Hands the rows of each part to `work`.
fn for_each_part(
    rows: impl Iterator<Item = Result<Row, ExchangeError>>,
    mut work: impl FnMut(u32, &mut dyn Iterator<Item = Result<Row, ExchangeError>>) -> Result<(), ExchangeError>,
) -> Result<(), ExchangeError> {
    let mut seen = BTreeSet::new();
    let mut rows = rows.peekable();
    while let Some(first) = rows.peek() {
        let part = first.as_ref().map_err(|&error| error)?.part;
        if !seen.insert(part) {
            return Err(ExchangeError::Damaged("the rows of a part are not neighbours"));
        }
        work(part, &mut std::iter::from_fn(|| rows.next_if(|row| row.as_ref().is_ok_and(|row| row.part == part))))?;
    }
    Ok(())
}

/// The answers to the questions of the plan, in their order: for each the counts of its sets.
///
/// # Errors
/// [`ExchangeError::Damaged`] when the rows do not add up to all records and subjects of the shape.
pub fn answers(
    plan: &CountPlan,
    rows: impl Iterator<Item = Result<Row, ExchangeError>>,
) -> Result<Vec<Vec<SetCounts>>, ExchangeError> {
    let mut tally = Tally::new(plan);
    for row in rows {
        tally.take(&row?)?;
    }
    let counts = tally.finish(plan)?;
    let of_question = |sets: &Vec<u32>| sets.iter().map(|&set| counts[set as usize].clone()).collect();
    Ok(plan.questions.iter().map(of_question).collect())
}

/// The answers while their rows come in.
struct Tally {
    sizes: Vec<BTreeMap<u32, (u64, u64)>>,
    record_pairs: Vec<u128>,
    smallest: Vec<BTreeMap<u32, u64>>,
    /// What was counted where, so that nothing counts twice.
    seen: BTreeSet<(Kind, u32, u32)>,
    sent: u64,
    received: u64,
}

impl Tally {
    fn new(plan: &CountPlan) -> Self {
        let sets = plan.sets.len();
        Self {
            sizes: vec![BTreeMap::new(); sets],
            record_pairs: vec![0; sets],
            smallest: vec![BTreeMap::new(); sets],
            seen: BTreeSet::new(),
            sent: 0,
            received: 0,
        }
    }

    fn take(&mut self, row: &Row) -> Result<(), ExchangeError> {
        let raw = blob::unpack(&row.blob)?;
        let mut reader = Reader::new(&raw);
        let from = reader.narrow()?;
        if !self.seen.insert((row.kind, row.part, from)) {
            return Err(ExchangeError::Damaged("a part was counted twice"));
        }
        let set = row.part as usize;
        let unknown = ExchangeError::Damaged("a set is not of the plan");
        match row.kind {
            Kind::Sizes => {
                *self.record_pairs.get_mut(set).ok_or(unknown)? += reader.wide()?;
                let sizes = &mut self.sizes[set];
                while !reader.is_empty() {
                    let entry = sizes.entry(reader.narrow()?).or_default();
                    entry.0 += reader.varint()?;
                    entry.1 += reader.varint()?;
                }
            }
            Kind::Smallest => {
                let smallest = self.smallest.get_mut(set).ok_or(unknown)?;
                while !reader.is_empty() {
                    let (size, subjects) = (reader.narrow()?, reader.varint()?);
                    *smallest.entry(size).or_default() += subjects;
                }
            }
            Kind::Sent => self.sent += reader.varint()?,
            Kind::Received => self.received += reader.varint()?,
            Kind::Records | Kind::Routed | Kind::Cells | Kind::Minima | Kind::Batch | Kind::Keyed | Kind::Survey => {
                return Err(ExchangeError::Damaged("a row is no answer"));
            }
        }
        reader.end()
    }

    fn finish(self, plan: &CountPlan) -> Result<Vec<SetCounts>, ExchangeError> {
        if self.sent != self.received {
            return Err(ExchangeError::Damaged("smallest classes of subjects got lost"));
        }
        let places = self.sizes.into_iter().zip(self.record_pairs).zip(self.smallest);
        places.map(|((sizes, pairs), smallest)| counts(plan, sizes, pairs, smallest)).collect()
    }
}

/// The counts of one set, held against the shape.
fn counts(
    plan: &CountPlan,
    sizes: BTreeMap<u32, (u64, u64)>,
    record_pairs: u128,
    smallest: BTreeMap<u32, u64>,
) -> Result<SetCounts, ExchangeError> {
    let size = |(size, (classes, records))| SizeCount { size, classes, records };
    let sizes: Vec<SizeCount> = sizes.into_iter().map(size).collect();
    if sizes.iter().map(|size| size.records).sum::<u64>() != plan.records {
        return Err(ExchangeError::Damaged("records got lost or were counted twice"));
    }
    let Some(subjects) = plan.subjects else {
        let subjects_by_smallest = sizes.iter().map(|size| (size.size, size.records)).collect();
        return Ok(SetCounts { sizes, record_pairs, subjects_by_smallest });
    };
    if smallest.values().sum::<u64>() != u64::from(subjects) {
        return Err(ExchangeError::Damaged("subjects got lost or were counted twice"));
    }
    Ok(SetCounts { sizes, record_pairs, subjects_by_smallest: smallest.into_iter().collect() })
}

/// A row of [`Kind::Sizes`]: classes by size that were counted in `from`.
fn sizes_row(set: u32, from: u32, sizes: &[SizeCount], record_pairs: u128) -> Result<Row, ExchangeError> {
    let mut raw = Vec::with_capacity(32 + sizes.len() * 4);
    push_varint(&mut raw, from.into());
    raw.extend(record_pairs.to_le_bytes());
    for size in sizes {
        push_varint(&mut raw, size.size.into());
        push_varint(&mut raw, size.classes);
        push_varint(&mut raw, size.records);
    }
    Ok(Row { part: set, kind: Kind::Sizes, blob: blob::pack(&raw)? })
}

/// A row of [`Kind::Smallest`]: how many subjects of the part `from` have which smallest class.
fn smallest_row(set: u32, from: u32, smallest: &[(u32, u64)]) -> Result<Row, ExchangeError> {
    let mut raw = Vec::with_capacity(8 + smallest.len() * 4);
    push_varint(&mut raw, from.into());
    for &(size, subjects) in smallest {
        push_varint(&mut raw, size.into());
        push_varint(&mut raw, subjects);
    }
    Ok(Row { part: set, kind: Kind::Smallest, blob: blob::pack(&raw)? })
}

/// A row of [`Kind::Sent`] or [`Kind::Received`].
fn number_row(kind: Kind, part: u32, number: u64) -> Result<Row, ExchangeError> {
    let mut raw = Vec::new();
    push_varint(&mut raw, part.into());
    push_varint(&mut raw, number);
    Ok(Row { part, kind, blob: blob::pack(&raw)? })
}
