//! The quasi-identifiers as they will be counted, while the extract stays as it was read: to see who is in a class that is
//! too small before anything is settled.

use super::rotation::{Search, rotated};
use super::suppressed::without;
use super::treat::subject_of;
use super::workshop::Workshop;
use super::{ColumnRole, Lookups, SubjectCodes, TreatmentError};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::plan::Plan;
use crate::result::Role;
use crate::table::{Codes, Column, Dictionary};

/// Quasi-identifiers after their rules, and whose records they are.
pub struct Preview {
    /// In file order, without those that a rule drops.
    pub columns: Vec<Column>,
    /// The subject of each record; `None` when each record is its own.
    pub subject: Option<SubjectCodes>,
    /// The period of each record, where pseudonyms are rotated; the subject is then the person within it.
    pub periods: Option<Column>,
}

/// Applies the rules to the records that are not left out. `left_out` has one entry a record, or none when all stay.
///
/// # Errors
/// As [`treat`](super::treat()) for the same columns.
pub fn preview(
    extract: &Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
    left_out: &[bool],
) -> Result<Preview, TreatmentError> {
    let staying = |column: &ExtractColumn| -> Result<CodedColumn, TreatmentError> {
        let coded = column.coded.as_ref().ok_or_else(|| TreatmentError::NotCoded(column.name.clone()))?;
        Ok(if left_out.is_empty() { coded.clone() } else { without(coded, left_out) })
    };
    let with_role = |wanted: Role| {
        extract.columns.iter().zip(roles).filter(move |(_, role)| role.role == wanted).map(|(column, _)| column)
    };
    let subject = with_role(Role::Subject).next();
    let subject = subject.map(|column| subject_of(&column.name, staying(column)?, plan, lookups)).transpose()?;
    let subject = subject.map(|(codes, _)| codes);
    let mut workshop = Workshop::new(subject.as_ref(), lookups);
    let mut search = Search::of(plan);
    let mut columns = Vec::new();
    for column in with_role(Role::QuasiIdentifier).filter(|column| !plan.drops(&column.name)) {
        let CodedColumn { codes, dictionary } = staying(column)?;
        let (codes, values) = workshop.coarse(&column.name, plan, codes, dictionary)?;
        search.look(&column.name, &codes, &values, plan.time_origin);
        let cardinality = u32::try_from(values.len()).map_err(|_| TreatmentError::TooLarge(column.name.clone()))?;
        columns.push(Column::new(column.name.clone(), codes, cardinality, values.missing()));
    }
    drop(workshop);
    let Some(periods) = search.settle()? else { return Ok(Preview { columns, subject, periods: None }) };
    let subject = subject.ok_or(TreatmentError::RotationWithoutSubject)?;
    let (subject, _) = rotated(&subject, &periods.codes)?;
    Ok(Preview { columns, subject: Some(subject), periods: Some(periods.codes) })
}

/// One column after its rules, with the values behind its codes.
pub struct CoarseColumn {
    /// Its name.
    pub name: String,
    /// One code a record.
    pub codes: Codes,
    /// The values behind them.
    pub values: Dictionary,
}

/// Hands over columns of the whole extract after their rules, one after the other in file order, and tells how many
/// subjects there are; without a subject as many as records.
///
/// # Errors
/// As [`preview`].
pub fn coarse_columns(
    extract: &Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
    names: &[String],
    mut each: impl FnMut(CoarseColumn),
) -> Result<u64, TreatmentError> {
    let not_coded = |column: &ExtractColumn| TreatmentError::NotCoded(column.name.clone());
    let coded = |column: &ExtractColumn| column.coded.clone().ok_or_else(|| not_coded(column));
    let subject = extract.columns.iter().zip(roles).find(|(_, role)| role.role == Role::Subject);
    let subject = subject.map(|(column, _)| subject_of(&column.name, coded(column)?, plan, lookups)).transpose()?;
    let subject = subject.map(|(codes, _)| codes);
    let mut workshop = Workshop::new(subject.as_ref(), lookups);
    for (column, role) in extract.columns.iter().zip(roles) {
        if role.role == Role::Subject || !names.contains(&column.name) {
            continue;
        }
        let CodedColumn { codes, dictionary } = coded(column)?;
        let (coarse, values) = workshop.coarse(&column.name, plan, codes, dictionary)?;
        each(CoarseColumn { name: column.name.clone(), codes: coarse, values });
    }
    drop(workshop);
    let subjects = subject.map(|subject| {
        let records = subject.codes.records_by_code(subject.cardinality as usize);
        let is_somebody = |(code, records): &(u32, u64)| *records > 0 && subject.missing != Some(*code);
        (0_u32..).zip(records).filter(is_somebody).count() as u64
    });
    Ok(subjects.unwrap_or(extract.records))
}
