//! The exchange: the records of a stretch, each sent to its parts.

use std::ops::Range;

use rayon::prelude::*;

use super::blob::{self, Reader, push_planes, push_varint, read_planes};
use super::plan::{CountPlan, Exchange, HOT, Key};
use super::{Emit, ExchangeError, Kind, Row};
use crate::table::{Codes, Table};
use crate::with_codes;

/// Records that are routed together. All columns of the plan are there.
#[derive(Clone)]
pub(crate) struct Records<'a> {
    /// The subject of each record of the whole columns; `None` where each record is its own.
    pub(super) subjects: Option<&'a [u32]>,
    pub(super) columns: Vec<&'a Codes>,
    /// The records meant.
    pub(super) range: Range<usize>,
}

/// A stretch of the records of a table.
pub(crate) fn records_of(table: &Table, range: Range<usize>) -> Records<'_> {
    let columns = table.columns().iter().map(|column| &column.codes).collect();
    Records { subjects: table.subject_of_record(), columns, range }
}

impl Records<'_> {
    /// The records by subject, from 0 on in the stretch, those of one subject in their order.
    fn order(&self) -> Vec<u32> {
        #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
        let records = self.range.len() as u32;
        let mut order: Vec<u32> = (0..records).collect();
        if let Some(subjects) = self.subjects {
            let subjects = &subjects[self.range.clone()];
            if !subjects.is_sorted() {
                order.par_sort_unstable_by_key(|&place| (subjects[place as usize], place));
            }
        }
        order
    }
}

/// Where the records of an exchange go.
struct Target<'a> {
    columns: &'a [usize],
    first_part: u32,
    parts: u32,
    key: Option<&'a Exchange>,
}

/// Sends the records to the parts of subjects, where anything is counted there, and to those of each exchange.
pub(crate) fn route(plan: &CountPlan, records: &Records<'_>, emit: Emit<'_>) -> Result<(), ExchangeError> {
    let order = records.order();
    let by_subject = Target { columns: &plan.subject_columns, first_part: 0, parts: plan.subject_parts, key: None };
    let exchanges = plan.exchanges.iter().map(|exchange| Target {
        columns: &exchange.columns,
        first_part: exchange.first_part,
        parts: exchange.parts,
        key: Some(exchange),
    });
    for target in plan.has_cells().then_some(by_subject).into_iter().chain(exchanges) {
        let parts = match target.key {
            Some(exchange) => parts_of(plan, exchange, records, &order),
            None => parts_of_subjects(plan, records, &order),
        };
        let lists = Lists::new(&order, &parts, target.parts);
        let blobs: Vec<Option<Vec<u8>>> = (0..target.parts)
            .into_par_iter()
            .map(|part| {
                let list = lists.of(part);
                (!list.is_empty()).then(|| encode(plan, records, target.columns, list)).transpose()
            })
            .collect::<Result<_, _>>()?;
        for (part, blob) in (target.first_part..).zip(blobs) {
            if let Some(blob) = blob {
                emit(Row { part, kind: Kind::Routed, blob })?;
            }
        }
    }
    Ok(())
}

/// The part of each record of the order; [`HOT`] for none.
fn parts_of(plan: &CountPlan, exchange: &Exchange, records: &Records<'_>, order: &[u32]) -> Vec<u32> {
    let first = records.range.start;
    let mut parts = match &exchange.key {
        Key::Code { column, part_of_code, hot } => with_codes!(records.columns[*column], codes => {
            let codes = order.iter().map(|&place| u32::from(codes[first + place as usize]));
            if part_of_code.is_empty() {
                codes.map(|code| part_by_hash(code, hot, exchange.parts)).collect::<Vec<u32>>()
            } else {
                codes.map(|code| part_of_code[code as usize]).collect()
            }
        }),
        Key::Hash { columns } => parts_by_hash(records, columns, order, exchange.parts),
    };
    let hot_of = exchange.hot_of.and_then(|earlier| plan.exchanges.get(earlier as usize));
    if let Some(Exchange { key: Key::Code { column, hot, .. }, .. }) = hot_of {
        with_codes!(records.columns[*column], codes => for (part, &place) in parts.iter_mut().zip(order) {
            if hot.binary_search(&u32::from(codes[first + place as usize])).is_err() {
                *part = HOT;
            }
        });
    }
    parts
}

/// The part of each record by a hash of its codes in these columns.
pub(super) fn parts_by_hash(records: &Records<'_>, columns: &[usize], order: &[u32], parts: u32) -> Vec<u32> {
    let first = records.range.start;
    let mut hashes = vec![0_u64; order.len()];
    for &column in columns {
        with_codes!(records.columns[column], codes => {
            for (hash, &place) in hashes.iter_mut().zip(order) {
                *hash = mixed(*hash, u32::from(codes[first + place as usize]));
            }
        });
    }
    hashes.into_iter().map(|hash| scaled(hash, parts)).collect()
}

fn part_by_hash(code: u32, hot: &[u32], parts: u32) -> u32 {
    if hot.binary_search(&code).is_ok() { HOT } else { scaled(mixed(0, code), parts) }
}

/// A hash as the number of a part.
#[expect(clippy::cast_possible_truncation, reason = "below the number of parts")]
fn scaled(hash: u64, parts: u32) -> u32 {
    ((u128::from(hash) * u128::from(parts)) >> 64) as u32
}

/// A multiplication spreads what differs over the high bits, which choose the part. It moves no count.
fn mixed(hash: u64, code: u32) -> u64 {
    let product = u128::from(hash ^ u64::from(code) ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD6E8_FEB8_6659_FD93_u64);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are kept")]
    let (high, low) = ((product >> 64) as u64, product as u64);
    high ^ low
}

fn parts_of_subjects(plan: &CountPlan, records: &Records<'_>, order: &[u32]) -> Vec<u32> {
    let first = records.range.start;
    match records.subjects {
        Some(subjects) => order.iter().map(|&place| subjects[first + place as usize] / plan.subjects_a_part).collect(),
        // Each record is its own subject, so any part will do. An engine that does lost work again may do it in another
        // order, so the part depends on the record alone.
        None => parts_by_hash(records, &plan.subject_columns, order, plan.subject_parts),
    }
}

/// The records of each part, in their order.
struct Lists {
    starts: Vec<usize>,
    places: Vec<u32>,
}

impl Lists {
    fn new(order: &[u32], parts: &[u32], count: u32) -> Self {
        let mut starts = vec![0_usize; count as usize + 1];
        for &part in parts.iter().filter(|&&part| part != HOT) {
            starts[part as usize + 1] += 1;
        }
        for part in 0..count as usize {
            starts[part + 1] += starts[part];
        }
        let mut pens = starts.clone();
        let mut places = vec![0; starts.last().copied().unwrap_or(0)];
        for (&place, &part) in order.iter().zip(parts).filter(|(_, part)| **part != HOT) {
            let pen = &mut pens[part as usize];
            places[*pen] = place;
            *pen += 1;
        }
        Self { starts, places }
    }

    fn of(&self, part: u32) -> &[u32] {
        &self.places[self.starts[part as usize]..self.starts[part as usize + 1]]
    }
}

/// The number of records, their subjects as differences, and a few planes for each column.
fn encode(
    plan: &CountPlan,
    records: &Records<'_>,
    columns: &[usize],
    places: &[u32],
) -> Result<Vec<u8>, ExchangeError> {
    let first = records.range.start;
    let mut raw = Vec::with_capacity(places.len() * 12 + 8);
    push_varint(&mut raw, places.len() as u64);
    if let Some(subjects) = records.subjects {
        let mut last = 0;
        for &place in places {
            let subject = subjects[first + place as usize];
            push_varint(&mut raw, u64::from(subject - last));
            last = subject;
        }
    }
    for &column in columns {
        push_planes(&mut raw, records.columns[column], plan.cardinalities[column], first, places);
    }
    blob::pack(&raw)
}

/// A row of [`Kind::Records`]: records with all columns of the plan, for whoever has no table.
#[cfg(test)]
pub(super) fn records_row(plan: &CountPlan, records: &Records<'_>) -> Result<Row, ExchangeError> {
    let columns: Vec<usize> = (0..plan.cardinalities.len()).collect();
    Ok(Row { part: 0, kind: Kind::Records, blob: encode(plan, records, &columns, &records.order())? })
}

/// [`route`] of the records of a row.
pub(super) fn route_blob(plan: &CountPlan, row: &Row, emit: Emit<'_>) -> Result<(), ExchangeError> {
    if row.kind != Kind::Records {
        return Err(ExchangeError::Damaged("a row holds no records to route"));
    }
    let columns: Vec<usize> = (0..plan.cardinalities.len()).collect();
    let Decoded { records, subjects, columns } = decode(plan, &columns, &row.blob)?;
    let subjects = plan.subjects.map(|_| subjects.as_slice());
    route(plan, &Records { subjects, columns: columns.iter().collect(), range: 0..records }, emit)
}

/// The records of a blob.
pub(super) struct Decoded {
    pub(super) records: usize,
    /// The subject of each, ascending; none where each record is its own.
    pub(super) subjects: Vec<u32>,
    pub(super) columns: Vec<Codes>,
}

/// What [`encode`] wrote, every number of which is held against the plan.
pub(super) fn decode(plan: &CountPlan, columns: &[usize], blob: &[u8]) -> Result<Decoded, ExchangeError> {
    let raw = blob::unpack(blob)?;
    let mut reader = Reader::new(&raw);
    let records = reader.narrow()? as usize;
    // Each record takes a byte at least, wherever it has a subject or a column.
    if records > raw.len() {
        return Err(ExchangeError::Damaged("a row ends early"));
    }
    let mut subjects = Vec::new();
    if let Some(bound) = plan.subjects {
        subjects.reserve_exact(records);
        let mut subject = 0_u64;
        for _ in 0..records {
            subject += reader.varint()?.min(u64::from(u32::MAX));
            if subject >= u64::from(bound) {
                return Err(ExchangeError::Damaged("a subject is not of the plan"));
            }
            #[expect(clippy::cast_possible_truncation, reason = "below a number of 32 bits")]
            subjects.push(subject as u32);
        }
    }
    let codes = columns.iter().map(|&column| read_planes(&mut reader, records, plan.cardinalities[column]));
    let columns = codes.collect::<Result<_, _>>()?;
    reader.end()?;
    Ok(Decoded { records, subjects, columns })
}
