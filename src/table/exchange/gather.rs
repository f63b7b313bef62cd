//! The first exchange of an engine: coded batches, whose subjects are texts, become records of numbered subjects.
//!
//! A subject may be in any batch, so records go to a part by a keyed hash of their subject ([`Work::Gather`](super::Work::Gather)).
//! There whole histories are together, which `survey` goes on with.
//!
//! Subjects are told apart by 128 bits of an HMAC-SHA-256 under a key of this run: who does not know the key cannot choose
//! names that collide, and the names travel no further.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::blob::{self, Reader, push_planes, push_varint, read_planes};
use super::route::{Records, parts_by_hash};
use super::{Emit, ExchangeError, Kind, Row};
use crate::table::{Codes, Column, SubjectCodes, Table};

/// Records that are gathered before they are sent: enough for blobs that compress well.
pub(super) const TOGETHER: usize = 1 << 20;

/// What a batch says in the place of the length of its subjects, where it has none.
const NO_SUBJECTS: u64 = u64::MAX;

/// Who gathers what. Plain data: every process that works on a part has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatherPlan {
    /// Secret of this run.
    pub key: Vec<u8>,
    /// Parts of the subjects.
    pub parts: u32,
    /// Whether records have subjects. Without, each is its own.
    pub has_subjects: bool,
    /// The columns, in their order.
    pub columns: Vec<GatheredColumn>,
}

/// A column of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatheredColumn {
    /// Name in the header.
    pub name: String,
    /// Every code is below this.
    pub cardinality: u32,
    /// The code of missing cells, when there are any.
    pub missing: Option<u32>,
    /// What is declared of it: whether it varies within a subject.
    pub varies: Option<bool>,
}

/// How the names of subjects are spelled, as far as that may hide that two of them are one: what was seen, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spelling(u8);

impl Spelling {
    /// The names can be nothing but text, so that different spellings are different names.
    pub const TEXT: Self = Self(1);
    /// A whole number as it is usually written. It may be a day as well.
    pub const NUMBER: Self = Self(2);
    /// Another number, a day or the like as it is usually written.
    pub const USUAL: Self = Self(4);
    /// One that is written in another way.
    pub const ODD: Self = Self(8);

    /// What was seen in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of that was seen.
    #[must_use]
    pub const fn has(self, seen: Self) -> bool {
        self.0 & seen.0 == seen.0
    }

    /// Whether names that are told apart may be one: one is odd, or a number may be a day that another name writes out.
    #[must_use]
    pub const fn may_hide_one(self) -> bool {
        !self.has(Self::TEXT) && (self.has(Self::ODD) || self.has(Self::NUMBER.and(Self::USUAL)))
    }
}

/// Looks at the name of a subject; gives what it has seen so far.
pub type Spell<'a> = &'a mut dyn FnMut(&str) -> Spelling;

/// Records of whole columns, with what tells their subjects apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Keyed {
    pub(super) records: usize,
    pub(super) without_subject: u64,
    pub(super) blank: u64,
    pub(super) spelling: Spelling,
    /// Empty where each record is its own subject.
    keys: Vec<u128>,
    columns: Vec<Codes>,
}

/// Gathers batches, and sends their records to the parts of their subjects.
pub(super) struct Gatherer<'a> {
    plan: &'a GatherPlan,
    mac: Hmac<Sha256>,
    held: Keyed,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(plan: &'a GatherPlan) -> Result<Self, ExchangeError> {
        let mac = Hmac::new_from_slice(&plan.key).map_err(|_| ExchangeError::Damaged("the plan has no key"))?;
        if plan.parts == 0 {
            return Err(ExchangeError::Damaged("the plan has no part"));
        }
        Ok(Self { plan, mac, held: Keyed::new(plan) })
    }

    /// Takes a row of [`Kind::Batch`]: in it each code is doubled, and one more where the cell has no value.
    pub(super) fn take(&mut self, row: &Row, spell: Spell<'_>, emit: Emit<'_>) -> Result<(), ExchangeError> {
        if row.kind != Kind::Batch {
            return Err(ExchangeError::Damaged("a row holds no batch"));
        }
        let mut reader = Reader::new(&row.blob);
        let records = reader.fixed()?;
        let length = reader.fixed()?;
        if (length != NO_SUBJECTS) != self.plan.has_subjects {
            return Err(ExchangeError::Damaged("a batch has no subjects, or some that are not asked for"));
        }
        let records = usize::try_from(records).ok().filter(|&records| records <= row.blob.len());
        let records = records.ok_or(ExchangeError::Damaged("a row ends early"))?;
        let keys = if self.plan.has_subjects { Some(self.keys(&mut reader, records, length, spell)?) } else { None };
        let cells = self.cells(&mut reader, records)?;
        reader.end()?;
        let kept = self.keep(records, keys.as_deref(), &cells);
        for (cells, codes) in cells.iter().zip(&mut self.held.columns) {
            codes.extend(kept.iter().map(|&record| cells[record] >> 1));
        }
        self.held.records += kept.len();
        if self.held.records >= TOGETHER { self.send(emit) } else { Ok(()) }
    }

    /// The records that count, whose keys are taken; the others are counted.
    fn keep(&mut self, records: usize, keys: Option<&[Option<u128>]>, cells: &[Vec<u32>]) -> Vec<usize> {
        let is_blank = |record: usize| !cells.is_empty() && cells.iter().all(|cells| cells[record] & 1 == 1);
        let mut kept = Vec::with_capacity(records);
        for record in 0..records {
            if is_blank(record) {
                self.held.blank += 1;
                continue;
            }
            match keys.map(|keys| keys[record]) {
                Some(None) => {
                    self.held.without_subject += 1;
                    continue;
                }
                Some(Some(key)) => self.held.keys.push(key),
                None => {}
            }
            kept.push(record);
        }
        kept
    }

    /// The cells of each column.
    fn cells(&self, reader: &mut Reader<'_>, records: usize) -> Result<Vec<Vec<u32>>, ExchangeError> {
        let of_column = |column: &GatheredColumn| {
            let bytes = reader.take(records.checked_mul(4).ok_or(ExchangeError::Damaged("a row ends early"))?)?;
            let cells: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|&cell| u32::from_le_bytes(cell)).collect();
            let is_known = cells.iter().all(|cell| cell >> 1 < column.cardinality);
            if is_known { Ok(cells) } else { Err(ExchangeError::Damaged("a code is not of the plan")) }
        };
        self.plan.columns.iter().map(of_column).collect()
    }

    /// What tells the subjects apart; `None` where nobody is named.
    fn keys(
        &mut self,
        reader: &mut Reader<'_>,
        records: usize,
        length: u64,
        spell: Spell<'_>,
    ) -> Result<Vec<Option<u128>>, ExchangeError> {
        let damaged = ExchangeError::Damaged("the subjects of a batch are not where they should be");
        let offsets = reader.take(records.checked_add(1).and_then(|all| all.checked_mul(8)).ok_or(damaged)?)?;
        let texts = reader.take(usize::try_from(length).map_err(|_| damaged)?)?;
        let (offsets, _) = offsets.as_chunks::<8>();
        let offset = |place: usize| usize::try_from(i64::from_le_bytes(offsets[place])).map_err(|_| damaged);
        let name = |place: usize| -> Result<&str, ExchangeError> {
            let text = texts.get(offset(place)?..offset(place + 1)?).ok_or(damaged)?;
            std::str::from_utf8(text).map(str::trim).map_err(|_| damaged)
        };
        for place in 0..records {
            let name = name(place)?;
            if !self.held.spelling.has(Spelling::TEXT) && !name.is_empty() {
                self.held.spelling = self.held.spelling.and(spell(name));
            }
        }
        let key = |place: usize| -> Result<Option<u128>, ExchangeError> {
            let name = name(place)?;
            if name.is_empty() {
                return Ok(None);
            }
            let mut mac = self.mac.clone();
            mac.update(name.as_bytes());
            let hash = mac.finalize().into_bytes();
            Ok(hash.first_chunk().map(|&bytes| u128::from_le_bytes(bytes)))
        };
        (0..records).into_par_iter().with_min_len(1 << 10).map(key).collect()
    }

    /// Sends what is held.
    pub(super) fn send(&mut self, emit: Emit<'_>) -> Result<(), ExchangeError> {
        let spelling = self.held.spelling;
        let held = std::mem::replace(&mut self.held, Keyed { spelling, ..Keyed::new(self.plan) });
        let parts = self.plan.parts;
        let mut places: Vec<Vec<u32>> = vec![Vec::new(); parts as usize];
        // An engine that does lost work again may do it in another order, so the part depends on the record alone.
        let parts_of_records = if self.plan.has_subjects {
            held.keys.iter().map(|&key| narrowed((key % u128::from(parts)) as usize)).collect()
        } else {
            let order: Vec<u32> = (0..narrowed(held.records)).collect();
            let records = Records { subjects: None, columns: held.columns.iter().collect(), range: 0..held.records };
            let columns: Vec<usize> = (0..held.columns.len()).collect();
            parts_by_hash(&records, &columns, &order, parts)
        };
        for (place, part) in (0..).zip(parts_of_records) {
            places[part as usize].push(place);
        }
        let plan = self.plan;
        // What is left out is counted in the first part.
        let encode = |(part, places): (u32, Vec<u32>)| {
            let left_out = if part == 0 { [held.without_subject, held.blank] } else { [0; 2] };
            let is_needed = !places.is_empty() || left_out != [0; 2];
            Some(held.encode(plan, &places, left_out)).filter(|_| is_needed).transpose().map(|blob| (part, blob))
        };
        let blobs: Vec<(u32, Option<Vec<u8>>)> =
            (0_u32..).zip(places).collect::<Vec<_>>().into_par_iter().map(encode).collect::<Result<_, _>>()?;
        for (part, blob) in blobs {
            if let Some(blob) = blob {
                emit(Row { part, kind: Kind::Keyed, blob })?;
            }
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a number of records held together, or of a part")]
fn narrowed(number: usize) -> u32 {
    number as u32
}

impl Keyed {
    fn new(plan: &GatherPlan) -> Self {
        let empty = |column: &GatheredColumn| Codes::with_capacity(column.cardinality as usize, 0);
        Self { columns: plan.columns.iter().map(empty).collect(), ..Self::default() }
    }

    fn encode(&self, plan: &GatherPlan, places: &[u32], left_out: [u64; 2]) -> Result<Vec<u8>, ExchangeError> {
        let mut raw = Vec::with_capacity(places.len() * 24 + 16);
        push_varint(&mut raw, places.len() as u64);
        for records in left_out {
            push_varint(&mut raw, records);
        }
        raw.push(self.spelling.0);
        if plan.has_subjects {
            for &place in places {
                raw.extend(self.keys[place as usize].to_le_bytes());
            }
        }
        for (column, codes) in plan.columns.iter().zip(&self.columns) {
            push_planes(&mut raw, codes, column.cardinality, 0, places);
        }
        blob::pack(&raw)
    }

    /// Appends the records of a row.
    fn add(&mut self, plan: &GatherPlan, row: &Row) -> Result<(), ExchangeError> {
        if row.kind != Kind::Keyed {
            return Err(ExchangeError::Damaged("a row holds no gathered records"));
        }
        let raw = blob::unpack(&row.blob)?;
        let mut reader = Reader::new(&raw);
        let records = reader.narrow()? as usize;
        self.without_subject += reader.varint()?;
        self.blank += reader.varint()?;
        for &seen in reader.take(1)? {
            self.spelling = self.spelling.and(Spelling(seen));
        }
        if plan.has_subjects {
            let bytes = reader.take(records.checked_mul(16).ok_or(ExchangeError::Damaged("a row ends early"))?)?;
            self.keys.extend(bytes.as_chunks::<16>().0.iter().map(|&key| u128::from_le_bytes(key)));
        } else if records > raw.len() && !plan.columns.is_empty() {
            return Err(ExchangeError::Damaged("a row ends early"));
        }
        for (column, codes) in plan.columns.iter().zip(&mut self.columns) {
            codes.extend(read_planes(&mut reader, records, column.cardinality)?.iter());
        }
        self.records += records;
        reader.end()
    }

    /// The records of a part as a table, its subjects in the order of their keys.
    pub(super) fn into_table(self, plan: &GatherPlan) -> Result<Table, ExchangeError> {
        let Self { records, keys, columns, .. } = self;
        let column = |(codes, column): (Codes, &GatheredColumn)| {
            Column::new(column.name.clone(), codes, column.cardinality, column.missing)
        };
        let columns = columns.into_iter().zip(&plan.columns).map(column).collect();
        let subjects = plan.has_subjects.then(|| {
            let mut known = keys.clone();
            known.par_sort_unstable();
            known.dedup();
            let number = |key: &u128| narrowed(known.partition_point(|other| other < key));
            let codes: Vec<u32> = keys.par_iter().map(number).collect();
            SubjectCodes { codes: Codes::U32(codes.into()), cardinality: narrowed(known.len()), missing: None }
        });
        let too_many = |_| ExchangeError::Damaged("a part has more records than one table holds");
        Table::new(columns, subjects, records).map_err(too_many)
    }
}

/// The gathered records of a part.
pub(super) fn records_of_part(
    plan: &GatherPlan,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
) -> Result<Keyed, ExchangeError> {
    let mut keyed = Keyed::new(plan);
    for row in rows {
        keyed.add(plan, &row?)?;
    }
    Ok(keyed)
}
