//! Pseudonym columns held against identifiers that the operator supplies.

use super::Ours;
use super::open::OpenedList;
use super::side::OurSide;
use crate::input;
use crate::measure::linkage::pseudonym;
use crate::plan::KnownIdentifiers;
use crate::recode::TreatmentError;
use crate::result::{InputFile, LinkedSource, PseudonymCheck};
use crate::scan::{Course, ScanError};

/// Holds each pseudonym column of an entry of the plan against its identifiers.
///
/// Columns that are dropped are no part of what is shared and are left out.
///
/// # Errors
/// When the identifiers cannot be read or there are none, or the program was asked to end.
pub(super) fn check_pseudonyms(
    ours: &Ours<'_>,
    known: &KnownIdentifiers,
    opened: OpenedList,
    course: Course<'_>,
) -> Result<(Vec<PseudonymCheck>, LinkedSource, Vec<InputFile>), ScanError> {
    let Course { plan, progress, stop } = course;
    let OpenedList { name, source } = opened;
    let wanted: Vec<bool> = source.columns().iter().map(|column| *column == known.column).collect();
    let held = ours.table.bytes() as u64 + ours.side.bytes();
    let left = plan.memory.map(|allowed| allowed.saturating_sub(held));
    let mut extract = input::read(source, &wanted, progress, stop, left)
        .map_err(|error| ScanError::of_source(&name, plan.memory, error))?;
    let column = extract.columns.iter_mut().find(|column| column.name == known.column);
    let identifiers = column.and_then(|column| column.coded.take());
    let identifiers = identifiers.ok_or_else(|| TreatmentError::NotCoded(known.column.clone()))?.dictionary;
    let mut checks = Vec::with_capacity(known.pseudonyms.len());
    for column in known.pseudonyms.iter().filter(|column| !plan.drops(column)) {
        let cells = ours.side.checked.get(column);
        let cells = cells.ok_or_else(|| TreatmentError::NotCoded(column.clone()))?;
        let holders = holders(&ours.side, &cells.codes);
        let check = pseudonym::check(column, &cells.dictionary, holders, &identifiers, &name, stop)?;
        // Nothing is a form of nothing: that would be an answer without a question.
        if check.supplied == 0 {
            return Err(ScanError::SourceEmpty { name });
        }
        checks.push(check);
    }
    let files = extract.files.clone();
    let record = LinkedSource {
        name,
        records: extract.records,
        files: extract.files.into_iter().map(InputFile::of_source).collect(),
        subjects: extract.records,
        ..LinkedSource::default()
    };
    Ok((checks, record, files))
}

/// Subject and code of each record that has a subject.
fn holders<'a>(side: &'a OurSide, codes: &'a crate::table::Codes) -> impl Iterator<Item = (u32, u32)> + 'a {
    let subject = |record: usize| match &side.subjects {
        Some(subjects) => Some(subjects.codes.get(record)).filter(|code| subjects.missing != Some(*code)),
        None => u32::try_from(record).ok(),
    };
    (0..codes.len()).filter_map(move |record| Some((subject(record)?, codes.get(record))))
}
