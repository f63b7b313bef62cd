//! The treated records, in an order that tells nothing, as a file.

use std::collections::HashMap;

use super::kept::Before;
use super::leaving::{self, Leaving, WrittenColumn};
use super::pseudonym::{Naming, Rotated};
use super::{ReleaseError, Request, Storage};
use crate::input::{CodedColumn, Extract};
use crate::output::{self, Format, OutputError};
use crate::plan::Plan;
use crate::recode::{self, ColumnRole, ValueMap, WithoutConsent};
use crate::result::{Kept, Removal, Role, RotationFacts};
use crate::scan::{Beside, ReadExtract, ScanError, leave_out_exposed, read_lookups};
use crate::stop::Stop;
use crate::table::Attributes;

/// What was written.
pub(super) struct Written {
    /// Name of the dataset.
    pub(super) dataset: String,
    /// How it is stored.
    pub(super) format: Format,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub(super) sha256: String,
    /// What was read beside them.
    pub(super) beside: Beside,
    /// The columns, in file order.
    pub(super) columns: Vec<WrittenColumn>,
    /// The column that tells the period of a pseudonym, where pseudonyms are rotated.
    pub(super) period: Option<String>,
    /// What is kept of the extract.
    pub(super) kept: Kept,
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

/// Treats the extract that was read, and writes the columns that leave.
pub(super) fn write(
    plan: &Plan,
    (read, leaving): (ReadExtract, &[String]),
    request: Request<'_>,
    stop: &Stop,
) -> Result<Written, ReleaseError> {
    let ReadExtract { mut extract, name: dataset, delimiter, .. } = read;
    let format = format(request.storage, plan, delimiter);
    let roles = recode::roles_under(&extract, plan).map_err(ScanError::from)?;
    let lookups = read_lookups(plan, stop)?;
    let before = Before::of(&extract, &roles, plan, &lookups, leaving)?;
    let suppressed = recode::leave_out_suppressed(&mut extract, &roles, plan);
    let mut beside = Beside::of_lookups(&lookups, plan);
    beside.add_tables(&extract.joined);
    request.key.check_is_no_file_of(beside.files())?;
    let plan = &Plan { as_released: true, ..plan.clone() };
    let without_consent =
        recode::leave_out_without_consent(&mut extract, &roles, plan, &lookups).map_err(ScanError::from)?;
    let removed = leave_out_exposed(&mut extract, &roles, plan, &lookups, stop)?.counts;
    let left_out = extract.columns.iter().map(|column| column.name.clone());
    let left_out = left_out.filter(|name| !leaving.contains(name)).collect();

    let naming = Naming { key: request.key, map: plan.subject_map.as_ref(), lookups: &lookups };
    let (columns, rotation) = leaving_columns(extract, &roles, (plan, leaving), &naming)?;
    let order = leaving::order(&columns);
    let without_subject = (columns.first().map_or(0, |column| column.codes.len()) - order.len()) as u64;
    let kept = before.kept(&columns, persons(rotation.as_ref(), &columns, order.len()));
    drop(before);
    let sha256 = written(request, format, &columns, &order, stop)?;
    let columns = columns.into_iter().map(|leaving| leaving.column).collect();
    Ok(Written {
        dataset,
        format,
        sha256,
        beside,
        columns,
        period: rotation.map(|rotation| rotation.column),
        kept,
        left_out,
        suppressed: suppressed.records,
        without_consent,
        removed,
        without_subject,
    })
}

/// The columns that leave after their rules, with pseudonyms in place of the subject; and how these are rotated.
fn leaving_columns(
    extract: Extract,
    roles: &[ColumnRole],
    (plan, leaving): (&Plan, &[String]),
    naming: &Naming<'_>,
) -> Result<(Vec<Leaving>, Option<RotationFacts>), ReleaseError> {
    let raw = taken(&extract, roles, leaving);
    let mut treated = recode::treat(extract, roles, plan, naming.lookups).map_err(ScanError::from)?;
    // Of what a measure would count only the periods are needed.
    let periods = treated.periods.take().map(|(_, place)| treated.columns.swap_remove(place));
    treated.columns = Vec::new();
    treated.attributes = Attributes::default();
    let periods = periods.map(|codes| Rotated { codes, labels: &treated.period_labels });
    let maps: HashMap<&str, &ValueMap> = treated.value_maps.iter().map(|map| (map.column(), map)).collect();
    let mut columns = Vec::with_capacity(raw.len());
    for (name, role, coded) in raw {
        columns.push(if role == Role::Subject {
            let pseudonyms = naming.pseudonyms(&coded, treated.subject.as_ref(), periods.as_ref())?;
            leaving::renamed(name, pseudonyms)
        } else {
            let map = maps.get(name.as_str()).copied();
            leaving::coarsened(name, role, coded, map)
        });
    }
    Ok((columns, treated.facts.rotation))
}

/// Text as it came: what was declared stands between fields, else what stood there in the extract.
fn format(storage: Storage, plan: &Plan, found: Option<u8>) -> Format {
    let may_separate = |byte: &u8| !matches!(byte, b'"' | b'\r' | b'\n') && byte.is_ascii();
    match storage {
        Storage::Csv => {
            let declared = plan.input.delimiter.and_then(|sign| sign.byte());
            let delimiter = declared.or(found).filter(may_separate).unwrap_or(b',');
            Format::Csv { delimiter }
        }
        Storage::Parquet => Format::Parquet,
        Storage::Arrow => Format::Arrow,
    }
}

/// How many distinct persons leave: as many as pseudonyms, unless these are rotated.
fn persons(rotation: Option<&RotationFacts>, columns: &[Leaving], records: usize) -> u64 {
    let subject = columns.iter().find(|leaving| leaving.column.role == Role::Subject);
    let pseudonyms = subject.map(|subject| subject.values.iter().filter(|value| !value.is_empty()).count());
    rotation.map_or(pseudonyms.unwrap_or(records) as u64, |rotation| rotation.subjects_before)
}

/// The columns that leave as they were read, in file order.
fn taken(extract: &Extract, roles: &[ColumnRole], leaving: &[String]) -> Vec<(String, Role, CodedColumn)> {
    let columns = extract.columns.iter().zip(roles).filter(|(column, _)| leaving.contains(&column.name));
    columns.filter_map(|(column, role)| Some((column.name.clone(), role.role, column.coded.clone()?))).collect()
}

/// Writes a new file and returns the hash of its bytes.
fn written(
    request: Request<'_>,
    format: Format,
    columns: &[Leaving],
    order: &[u32],
    stop: &Stop,
) -> Result<String, ReleaseError> {
    let columns: Vec<output::Column<'_>> = columns.iter().map(Leaving::as_column).collect();
    output::write(request.file, format, &columns, order, stop).map_err(|error| match error {
        OutputError::Write(error) => ReleaseError::Write { kind: error.kind() },
        OutputError::Stopped(reason) => ScanError::from(reason).into(),
    })
}
