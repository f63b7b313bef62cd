//! Whether a scan would give what an earlier one gave, which is known without it.
//!
//! A record holds the fingerprint of the bytes that its scan read. Before the next scan the same fingerprint is made of the
//! bytes that would be read, which are found in the same way. Whatever is read by the one and not by the other makes the two
//! differ, so that a mistake here costs a scan and hides no change.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;

use super::beside::{Beside, Use};
use super::open_sources;
use super::record::{day_that_counts, fingerprint, named_files};
use super::tables::of_table;
use crate::input;
use crate::plan::Plan;
use crate::recode;
use crate::result::InputFile;

/// The fingerprint that a scan on this day would have.
///
/// # Edge cases
/// None where that cannot be said without the scan: standard input, columns that stand in the names of folders, two files of
/// one name that are read for the same purpose (their contents may have been swapped), kept contributors, which every scan
/// adds to, and a file that cannot be found or read, of which the scan has to tell.
pub(crate) fn fingerprint_before(plan: &Plan, today: Date) -> Option<String> {
    if plan.released {
        return None;
    }
    let input = input::hashed(&plan.inputs)?.into_iter().map(|file| Some((file.name, file.sha256?)));
    let input: Vec<(String, String)> = input.collect::<Option<_>>()?;
    let mut further = named_files(plan);
    further.extend(beside_before(plan)?.further_unread());
    let names: BTreeSet<(&str, &str)> =
        further.iter().map(|file| (file.purpose.as_str(), file.name.as_str())).collect();
    if names.len() < further.len() {
        return None;
    }
    fingerprint(plan, &day_that_counts(plan, today), &input, &further)
}

/// What would be read beside the extract.
fn beside_before(plan: &Plan) -> Option<Beside> {
    let mut beside = Beside::default();
    if let Some(map) = &plan.subject_map {
        beside.add(Use::SubjectMap, &map.file.to_string_lossy(), &hashed(&map.file)?);
    }
    if let Some(register) = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref()) {
        beside.add(Use::Consent, "", &hashed(&register.file)?);
    }
    for file in recode::hierarchy_files(plan) {
        beside.add(Use::Rule, &file.to_string_lossy(), &hashed(&file)?);
    }
    for table in &plan.joins {
        let source = input::open(&table.files, &of_table(&plan.input)).ok()?;
        let name = table.name.clone().unwrap_or_else(|| source.name().to_owned());
        beside.add(Use::Table, &name, &source.hashed()?);
    }
    for table in &plan.aggregates {
        if let Some(finished) = &table.table {
            beside.add(Use::Totals, &table.name, &hashed(finished.file.as_ref())?);
        }
        for (place, finished) in table.earlier.iter().enumerate() {
            beside.add(Use::Totals, &format!("{} {place}", table.name), &hashed(finished.file.as_ref())?);
        }
    }
    for (of, name, source) in open_sources(plan).ok()?.each() {
        beside.add(of, name, &source.hashed()?);
    }
    Some(beside)
}

fn hashed(file: &Path) -> Option<Vec<InputFile>> {
    input::hashed(&[file.to_string_lossy().into_owned()])
}
