//! The treated records, in an order that tells nothing, as a file.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::pseudonym::pseudonyms;
use super::{ReleaseError, Request};
use crate::input::{self, CodedColumn, Extract};
use crate::plan::{self, Plan};
use crate::printable::hexadecimal;
use crate::recode::{self, ColumnRole, ValueMap, WithoutConsent};
use crate::result::{ColumnType, InputFile, Removal, Role};
use crate::scan::{Beside, ScanError, is_named, leave_out_exposed, open_tables, read_lookups};
use crate::secret::Secret;
use crate::stop::{Progress, Stop};
use crate::table::{Codes, Dictionary};

/// What was written.
pub(super) struct Written {
    /// Name of the dataset.
    pub(super) dataset: String,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub(super) sha256: String,
    /// The files that were read.
    pub(super) files: Vec<InputFile>,
    /// What was read beside them.
    pub(super) beside: Beside,
    /// The columns, in file order.
    pub(super) columns: Vec<WrittenColumn>,
    /// Columns of the extract that did not leave.
    pub(super) left_out: Vec<String>,
    /// Records left out because they were suppressed.
    pub(super) suppressed: u64,
    /// What was left out for want of consent.
    pub(super) without_consent: WithoutConsent,
    /// Who was left out within the budget; `None` without one.
    pub(super) removed: Option<Removal>,
    /// Records left out because they have no subject.
    pub(super) without_subject: u64,
}

/// One column of the written file.
pub(super) struct WrittenColumn {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) column_type: ColumnType,
    /// The rules that were applied, as they are written.
    pub(super) rules: Vec<String>,
}

/// A column as it leaves: values in ascending order, so that codes compare as values do.
struct Leaving {
    column: WrittenColumn,
    codes: Codes,
    /// The value behind each code; a missing cell is empty.
    values: Vec<String>,
}

/// Reads and treats the extract, and writes the columns that leave.
pub(super) fn write(
    plan: &Plan,
    leaving: &[String],
    request: Request<'_>,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Written, ReleaseError> {
    let reading = stop.while_reading();
    let mut source = input::open(&plan.inputs, &plan.input).map_err(ScanError::from)?;
    source.pass_over_unspelled(|column| is_named(plan, column));
    let tables = open_tables(plan, source.columns())?;
    plan::check_columns(plan, tables.columns()).map_err(ScanError::from)?;
    let dataset = plan.dataset_name.clone().unwrap_or_else(|| source.name().to_owned());
    let wanted: Vec<bool> = source.columns().iter().map(|column| is_named(plan, column)).collect();
    let mut extract = input::read_all(source, &wanted, progress, stop, plan.memory).map_err(ScanError::from)?;
    tables.bring_to(&mut extract, plan, progress, stop)?;
    drop(reading);
    let roles = recode::roles(&extract, &plan.roles).map_err(ScanError::from)?;
    let suppressed = recode::leave_out_suppressed(&mut extract, &roles, plan);
    let lookups = read_lookups(plan, stop)?;
    let mut beside = Beside::of_lookups(&lookups, plan);
    beside.add_tables(&extract.joined);
    let plan = &Plan { as_released: true, ..plan.clone() };
    let without_consent =
        recode::leave_out_without_consent(&mut extract, &roles, plan, &lookups).map_err(ScanError::from)?;
    let removed = leave_out_exposed(&mut extract, &roles, plan, &lookups, stop)?.counts;
    let files = extract.files.clone();
    let left_out = extract.columns.iter().map(|column| column.name.clone());
    let left_out = left_out.filter(|name| !leaving.contains(name)).collect();

    let raw = taken(&extract, &roles, leaving);
    let subject = raw.iter().find(|(_, role, _)| *role == Role::Subject);
    let pseudonyms =
        subject.map(|(.., coded)| pseudonyms(request.key, &coded.dictionary, plan.subject_map.as_ref(), &lookups));
    let pseudonyms = pseudonyms.transpose()?;
    let treated = recode::treat(extract, &roles, plan, &lookups).map_err(ScanError::from)?;
    let maps: HashMap<&str, &ValueMap> = treated.value_maps.iter().map(|map| (map.column(), map)).collect();
    let leaving = |(name, role, coded): (String, Role, CodedColumn)| {
        if let (Some(pseudonyms), Role::Subject) = (&pseudonyms, role) {
            return renamed(name, &coded, pseudonyms);
        }
        let map = maps.get(name.as_str()).copied();
        coarsened(name, role, &coded, map)
    };
    let columns: Vec<Leaving> = raw.into_iter().map(leaving).collect();
    let order = order(&columns);
    let records = columns.first().map_or(0, |column| column.codes.len());
    let without_subject = (records - order.len()) as u64;
    let sha256 = written(request.file, &columns, &order, stop)?;
    let columns = columns.into_iter().map(|leaving| leaving.column).collect();
    Ok(Written {
        dataset,
        sha256,
        files,
        beside,
        columns,
        left_out,
        suppressed: suppressed.records,
        without_consent,
        removed,
        without_subject,
    })
}

/// The columns that leave as they were read, in file order.
fn taken(extract: &Extract, roles: &[ColumnRole], leaving: &[String]) -> Vec<(String, Role, CodedColumn)> {
    let columns = extract.columns.iter().zip(roles).filter(|(column, _)| leaving.contains(&column.name));
    columns.filter_map(|(column, role)| Some((column.name.clone(), role.role, column.coded.clone()?))).collect()
}

/// The subject column with pseudonyms in place of its values.
fn renamed(name: String, coded: &CodedColumn, pseudonyms: &[Option<String>]) -> Leaving {
    let texts: Vec<&str> = pseudonyms.iter().map(|pseudonym| pseudonym.as_deref().unwrap_or_default()).collect();
    let column = WrittenColumn { name, role: Role::Subject, column_type: ColumnType::Text, rules: Vec::new() };
    ranked(column, &coded.codes, &texts)
}

/// A column after its rules.
fn coarsened(name: String, role: Role, coded: &CodedColumn, map: Option<&ValueMap>) -> Leaving {
    let values = map.map_or(&coded.dictionary, |map| map.values());
    let texts: Vec<&str> = texts(values).collect();
    let texts = match map {
        None => texts,
        Some(map) => {
            (0_u32..).zip(coded.dictionary.values()).map(|(code, _)| texts[map.coarse(code) as usize]).collect()
        }
    };
    let rules = map.map(|map| map.rules().map(str::to_owned).collect()).unwrap_or_default();
    ranked(WrittenColumn { name, role, column_type: values.column_type(), rules }, &coded.codes, &texts)
}

fn texts(values: &Dictionary) -> impl Iterator<Item = &str> {
    values.values().map(|value| value.map_or("", Secret::expose))
}

/// Codes in the order of the texts, equal texts as one.
fn ranked(column: WrittenColumn, codes: &Codes, texts: &[&str]) -> Leaving {
    let mut values: Vec<&str> = texts.to_vec();
    values.par_sort_unstable();
    values.dedup();
    // A dictionary has fewer than 2^32 values.
    let rank = |text: &&str| u32::try_from(values.binary_search(text).unwrap_or_default()).unwrap_or(u32::MAX);
    let map: Vec<u32> = texts.par_iter().map(rank).collect();
    Leaving {
        column,
        codes: codes.remapped(&map, values.len()),
        values: values.into_iter().map(str::to_owned).collect(),
    }
}

/// The records that leave, by subject, then by value. A record without a subject stays.
fn order(columns: &[Leaving]) -> Vec<u32> {
    let subject = columns.iter().find(|leaving| leaving.column.role == Role::Subject);
    let records = columns.first().map_or(0, |column| column.codes.len());
    let is_there = |record: &u32| {
        subject.is_none_or(|subject| !subject.values[subject.codes.get(*record as usize) as usize].is_empty())
    };
    let mut order: Vec<u32> = (0..u32::try_from(records).unwrap_or(u32::MAX)).filter(is_there).collect();
    let others = columns.iter().filter(|leaving| leaving.column.role != Role::Subject);
    let compared: Vec<&Codes> = subject.into_iter().chain(others).map(|leaving| &leaving.codes).collect();
    order.par_sort_unstable_by(|&one, &other| {
        let (one, other) = (one as usize, other as usize);
        compared
            .iter()
            .map(|codes| codes.get(one).cmp(&codes.get(other)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    order
}

/// Records between two looks at whether to end.
const LOOK: usize = 1 << 16;

/// Writes a new file and returns the hash of its bytes.
fn written(path: &Path, columns: &[Leaving], order: &[u32], stop: &Stop) -> Result<String, ReleaseError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let hashed = Hashed { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new() };
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(hashed);
    writer.write_record(columns.iter().map(|leaving| &leaving.column.name)).map_err(io_error)?;
    for (place, &record) in order.iter().enumerate() {
        if place % LOOK == 0 {
            stop.check().map_err(ScanError::from)?;
        }
        for Leaving { codes, values, .. } in columns {
            writer.write_field(&values[codes.get(record as usize) as usize]).map_err(io_error)?;
        }
        writer.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    let mut hashed = writer.into_inner().map_err(|error| io::Error::from(error.error().kind()))?;
    hashed.flush()?;
    let file = hashed.inner.into_inner().map_err(|error| io::Error::from(error.error().kind()))?;
    file.sync_all()?;
    Ok(hexadecimal(&hashed.hash.finalize()))
}

/// Only what the system said; a message could hold a cell.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

/// Hashes what passes.
struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
