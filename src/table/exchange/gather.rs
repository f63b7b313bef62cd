//! The first exchange of an engine: coded batches, whose subjects are texts, become records of numbered subjects.
//!
//! A subject may be in any batch, so records go to a part by a keyed hash of their subject ([`Work::Gather`](super::Work::Gather)).
//! A part has whole histories: it tells how many subjects and records it has, and in which columns they vary
//! ([`Work::Survey`](super::Work::Survey)). From that follows which columns are static, which gaps are filled, and the number that
//! the subjects of each part begin with; the same records, numbered, are routed for counting
//! ([`Work::Number`](super::Work::Number)).
//!
//! Subjects are told apart by 128 bits of an HMAC-SHA-256 under a key of this run: who does not know the key cannot choose
//! names that collide, and the names travel no further.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::blob::{self, Reader, push_planes, push_varint, read_planes};
use super::route::{Records, parts_by_hash, route};
use super::{ColumnShape, CountPlan, Emit, ExchangeError, Kind, Row, Shape};
use crate::table::{Codes, Column, ColumnOutline, Outline, SubjectCodes, Table, Variation};

/// Records that are gathered before they are sent: enough for blobs that compress well.
const TOGETHER: usize = 1 << 20;

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

/// How the names of subjects are spelled, as far as that may hide that two of them are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spelling {
    /// Whether they can be nothing but text, so that different spellings are different names.
    pub is_text: bool,
    /// Whether some name is a number, a date or the like in another spelling than the usual one.
    pub is_odd: bool,
}

impl Spelling {
    /// Of more names: text where some of them are.
    fn and(self, other: Self) -> Self {
        Self { is_text: self.is_text || other.is_text, is_odd: self.is_odd || other.is_odd }
    }
}

/// Looks at the name of a subject; gives what it has seen so far.
pub type Spell<'a> = &'a mut dyn FnMut(&str) -> Spelling;

/// What is known of the subjects once every part was surveyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// The number that the subjects of each part begin with, and one more than the last of all.
    first_subjects: Vec<u32>,
    /// For each column, whether the gaps of subjects with one value are filled.
    filled: Vec<bool>,
}

/// What a survey found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The table as it will be counted.
    pub outline: Outline,
    /// For each column, how many subjects vary in it; `None` without subjects.
    pub variations: Vec<Option<Variation>>,
    /// For each column, whether any record has a value.
    pub has_value: Vec<bool>,
    /// Records in which no column has a value. They stand for nobody who could be found, and are in no class.
    pub blank_records: u64,
    /// Whether subjects may be the same that are told apart: a file would read their names as numbers or dates.
    pub has_odd_subjects: bool,
    /// How the records are numbered.
    pub numbering: Numbering,
}

/// What a part tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct PartSurvey {
    records: u64,
    records_without_subject: u64,
    blank_records: u64,
    subjects: u64,
    spelling: Spelling,
    columns: Vec<ColumnSurvey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct ColumnSurvey {
    /// Cells that are missing.
    gaps: u64,
    /// Those that are left where the gaps of subjects with one value are filled.
    lasting_gaps: u64,
    /// Whether each subject has one value, a missing cell being one.
    is_constant: bool,
    comparable: u64,
    varying: u64,
}

/// Records of whole columns, with what tells their subjects apart.
#[derive(Debug, Clone, Default)]
struct Keyed {
    records: usize,
    without_subject: u64,
    blank: u64,
    spelling: Spelling,
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
            if !self.held.spelling.is_text && !name.is_empty() {
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
        push_varint(&mut raw, u64::from(self.spelling.is_text) | u64::from(self.spelling.is_odd) << 1);
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
        let flags = reader.varint()?;
        self.spelling = self.spelling.and(Spelling { is_text: flags & 1 == 1, is_odd: flags & 2 == 2 });
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
    fn into_table(self, plan: &GatherPlan) -> Result<Table, ExchangeError> {
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
            SubjectCodes { codes: Codes::U32(codes), cardinality: narrowed(known.len()), missing: None }
        });
        let too_many = |_| ExchangeError::Damaged("a part has more records than one table holds");
        Table::new(columns, subjects, records).map_err(too_many)
    }
}

/// The gathered records of a part.
fn records_of_part(
    plan: &GatherPlan,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
) -> Result<Keyed, ExchangeError> {
    let mut keyed = Keyed::new(plan);
    for row in rows {
        keyed.add(plan, &row?)?;
    }
    Ok(keyed)
}

/// [`Work::Survey`](super::Work::Survey) of one part.
pub(super) fn survey_part(
    plan: &GatherPlan,
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let keyed = records_of_part(plan, rows)?;
    let mut survey = PartSurvey {
        records: keyed.records as u64,
        records_without_subject: keyed.without_subject,
        blank_records: keyed.blank,
        spelling: keyed.spelling,
        ..PartSurvey::default()
    };
    let table = keyed.into_table(plan)?;
    survey.subjects = table.subjects() as u64;
    for (place, column) in table.columns().iter().enumerate() {
        let Variation { comparable, varying } = table.variation(place).unwrap_or_default();
        survey.columns.push(ColumnSurvey {
            gaps: gaps(column),
            lasting_gaps: 0,
            is_constant: table.constant_per_subject(place).unwrap_or(true),
            comparable,
            varying,
        });
    }
    let filled = table.settled(&vec![Some(false); plan.columns.len()]);
    for (survey, column) in survey.columns.iter_mut().zip(filled.columns()) {
        survey.lasting_gaps = gaps(column);
    }
    let text = serde_json::to_vec(&survey).map_err(|_| ExchangeError::Damaged("a survey could not be written"))?;
    emit(Row { part, kind: Kind::Survey, blob: blob::pack(&text)? })
}

fn gaps(column: &Column) -> u64 {
    column.values().filter(|&code| Some(code) == column.missing).count() as u64
}

/// [`Work::Number`](super::Work::Number) of one part: numbers its subjects, fills gaps, and routes its records.
pub(super) fn number_part(
    (plan, numbering, count): (&GatherPlan, &Numbering, &CountPlan),
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let damaged = ExchangeError::Damaged("a part is not of the plan");
    let place = |part: usize| numbering.first_subjects.get(part).copied();
    let (first, end) =
        if plan.has_subjects { place(part as usize).zip(place(part as usize + 1)).ok_or(damaged)? } else { (0, 0) };
    let table = records_of_part(plan, rows)?.into_table(plan)?;
    if table.has_subjects() && table.subjects() as u64 != u64::from(end.saturating_sub(first)) {
        return Err(ExchangeError::Damaged("a part has not the subjects that it had"));
    }
    let varies: Vec<Option<bool>> = numbering.filled.iter().map(|&filled| Some(!filled)).collect();
    let table = table.settled(&varies);
    let number = |&subject: &u32| subject + first;
    let subjects: Option<Vec<u32>> = table.subject_of_record().map(|subjects| subjects.iter().map(number).collect());
    if count.subjects.is_some_and(|all| end > all) {
        return Err(ExchangeError::Damaged("a subject is not of the plan"));
    }
    let columns: Vec<&Codes> = table.columns().iter().map(|column| &column.codes).collect();
    for start in (0..table.records()).step_by(TOGETHER) {
        let range = start..(start + TOGETHER).min(table.records());
        route(count, &Records { subjects: subjects.as_deref(), columns: columns.clone(), range }, emit)?;
    }
    Ok(())
}

impl Survey {
    /// What must be known of the table before it is counted; `records_by_code` are those of each column. Gaps that will be
    /// filled may still be among them: which code is how frequent moves time and memory, never a count.
    #[must_use]
    pub fn shape(&self, plan: &GatherPlan, records_by_code: &[Vec<u64>]) -> Shape {
        let column = |(column, records): (&GatheredColumn, &Vec<u64>)| {
            ColumnShape::new(column.name.clone(), column.missing, records.iter().copied())
        };
        Shape {
            columns: plan.columns.iter().zip(records_by_code).map(column).collect(),
            records: self.outline.records,
            subjects: self.outline.subjects.and_then(|subjects| u32::try_from(subjects).ok()),
        }
    }

    /// What the rows of all parts say together.
    ///
    /// # Errors
    /// [`ExchangeError::Damaged`] when a row is damaged or came twice, or when they do not add up to so many records.
    pub fn of(
        plan: &GatherPlan,
        rows: impl Iterator<Item = Result<Row, ExchangeError>>,
        records: u64,
    ) -> Result<Self, ExchangeError> {
        let parts = surveys(plan, rows)?;
        let sum = |of: fn(&PartSurvey) -> u64| parts.values().map(of).sum::<u64>();
        let counted = sum(|part| part.records);
        let records_without_subject = sum(|part| part.records_without_subject);
        let blank_records = sum(|part| part.blank_records);
        if counted + records_without_subject + blank_records != records {
            return Err(ExchangeError::Damaged("records got lost or were gathered twice"));
        }
        let columns: Vec<ColumnSurvey> =
            (0..plan.columns.len()).map(|place| together(parts.values().map(|part| part.columns[place]))).collect();
        let first_subjects = if plan.has_subjects { first_subjects(plan, &parts)? } else { vec![0] };
        let subjects = first_subjects.last().map(|&subjects| u64::from(subjects)).filter(|_| plan.has_subjects);
        let settled: Vec<(ColumnOutline, bool)> =
            plan.columns.iter().zip(&columns).map(|(column, survey)| survey.settled(column, plan, counted)).collect();
        let variation = |column: &ColumnSurvey| {
            plan.has_subjects.then_some(Variation { comparable: column.comparable, varying: column.varying })
        };
        let filled = settled.iter().map(|(_, filled)| *filled).collect();
        let spelling = parts.values().map(|part| part.spelling).fold(Spelling::default(), Spelling::and);
        Ok(Self {
            outline: Outline {
                records: counted,
                records_without_subject,
                subjects,
                columns: settled.into_iter().map(|(outline, _)| outline).collect(),
            },
            variations: columns.iter().map(variation).collect(),
            has_value: columns.iter().map(|column| column.gaps < counted).collect(),
            blank_records,
            has_odd_subjects: spelling.is_odd && !spelling.is_text,
            numbering: Numbering { first_subjects, filled },
        })
    }
}

/// What each part says of itself.
fn surveys(
    plan: &GatherPlan,
    rows: impl Iterator<Item = Result<Row, ExchangeError>>,
) -> Result<BTreeMap<u32, PartSurvey>, ExchangeError> {
    let mut parts = BTreeMap::new();
    for row in rows {
        let row = row?;
        if row.kind != Kind::Survey || row.part >= plan.parts {
            return Err(ExchangeError::Damaged("a row is no survey of a part"));
        }
        let survey: PartSurvey = serde_json::from_slice(&blob::unpack(&row.blob)?)
            .map_err(|_| ExchangeError::Damaged("a survey cannot be read"))?;
        if survey.columns.len() != plan.columns.len() || parts.insert(row.part, survey).is_some() {
            return Err(ExchangeError::Damaged("a part was surveyed twice, or otherwise than planned"));
        }
    }
    Ok(parts)
}

/// The number that the subjects of each part begin with, and one more than the last of all.
fn first_subjects(plan: &GatherPlan, parts: &BTreeMap<u32, PartSurvey>) -> Result<Vec<u32>, ExchangeError> {
    let mut first_subjects = vec![0];
    let mut subjects = 0_u32;
    for part in 0..plan.parts {
        let more = u32::try_from(parts.get(&part).map_or(0, |part| part.subjects)).ok();
        let too_many = ExchangeError::Damaged("there are more subjects than can be numbered");
        subjects = more.and_then(|more| subjects.checked_add(more)).ok_or(too_many)?;
        first_subjects.push(subjects);
    }
    Ok(first_subjects)
}

fn together(parts: impl Iterator<Item = ColumnSurvey>) -> ColumnSurvey {
    let empty = ColumnSurvey { is_constant: true, ..ColumnSurvey::default() };
    parts.fold(empty, |all, one| ColumnSurvey {
        gaps: all.gaps + one.gaps,
        lasting_gaps: all.lasting_gaps + one.lasting_gaps,
        is_constant: all.is_constant && one.is_constant,
        comparable: all.comparable + one.comparable,
        varying: all.varying + one.varying,
    })
}

impl ColumnSurvey {
    /// The column as it will be counted, and whether its gaps are filled: the rule of [`Table::settled`].
    fn settled(&self, column: &GatheredColumn, plan: &GatherPlan, records: u64) -> (ColumnOutline, bool) {
        use crate::result::Variability::{Event, Static};
        let found = Variation { comparable: self.comparable, varying: self.varying }.variability();
        let declared = column.varies.map(|varies| if varies { Event } else { Static });
        let variability = (plan.has_subjects && self.gaps < records).then(|| declared.unwrap_or(found));
        let filled = variability.is_some_and(|variability| variability != Event);
        let outline = ColumnOutline {
            name: column.name.clone(),
            has_missing: if filled { self.lasting_gaps > 0 } else { self.gaps > 0 },
            // Where gaps are filled, only subjects of several values are not of one.
            constant_per_subject: plan.has_subjects.then_some(if filled {
                self.varying == 0
            } else {
                self.is_constant
            }),
            variability,
        };
        (outline, filled)
    }
}
