//! Whether a scan would give what an earlier one gave: everything that its result depends on, as one hash.
//!
//! After a scan the hash is made of the bytes that were read. Before the next one it is made of the bytes that would be
//! read, which are found and opened in the same way. Whatever is read by the one and not by the other makes the two differ,
//! so that a mistake here costs a scan and never hides a change.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::beside::{Beside, Use};
use super::tables::of_table;
use super::{Scanned, open_sources};
use crate::input;
use crate::plan::{NotifyPlan, Plan};
use crate::printable::hexadecimal;
use crate::recode;
use crate::result::{Fingerprint, InputFile};

/// The fingerprint of a finished scan, from the bytes that it read.
///
/// # Edge cases
/// None where a file has no hash.
pub(crate) fn fingerprint(plan: &Plan, today: Date, scanned: &Scanned) -> Option<String> {
    of(plan, today, &scanned.result.dataset.files, &scanned.beside)
}

/// The fingerprint that a scan on this day would have, without the scan.
///
/// # Edge cases
/// None where that cannot be said without it: standard input, columns in the names of folders, kept contributors, which
/// every scan adds to, and a file that cannot be found or read, of which the scan has to tell.
pub(crate) fn fingerprint_before(plan: &Plan, today: Date) -> Option<String> {
    let keeps = plan.aggregates.iter().any(|table| table.contributors.is_some());
    if keeps || plan.released {
        return None;
    }
    of(plan, today, &input::hashed(&plan.inputs)?, &beside_before(plan)?)
}

fn of(plan: &Plan, today: Date, files: &[InputFile], beside: &Beside) -> Option<String> {
    let input = files.iter().map(|file| Some((file.name.clone(), file.sha256.clone()?)));
    let input: Vec<(String, String)> = input.collect::<Option<_>>()?;
    let further = beside.further();
    Fingerprint {
        version: env!("CARGO_PKG_VERSION"),
        plan_sha256: &plan_sha256(plan),
        day: &day(plan, today),
        input: &input,
        further: &further,
    }
    .sha256()
}

/// The plan without what changes no figure: what the machine has to offer, who is told, and where a setting came from.
fn plan_sha256(plan: &Plan) -> String {
    let plan = Plan {
        memory: None,
        threads: None,
        timeout: None,
        config: None,
        notify: NotifyPlan::default(),
        settings: Vec::new(),
        ..plan.clone()
    };
    hexadecimal(&Sha256::digest(format!("{plan:?}").as_bytes()))
}

/// What the verdict depends on of the day: all of it where something ends, else the year, which tells a plausible year of
/// birth.
fn day(plan: &Plan, today: Date) -> String {
    let as_of = plan.as_of.unwrap_or(today);
    let agreement = plan.recipient.as_ref().and_then(|recipient| recipient.terms.ends.as_ref());
    if plan.waivers.is_empty() && plan.declarations.treatment.is_none() && agreement.is_none() {
        return as_of.year().to_string();
    }
    format!("{as_of} {today}")
}

/// What would be read beside the extract.
fn beside_before(plan: &Plan) -> Option<Beside> {
    let mut beside = Beside::default();
    let hashed = |file: &std::path::Path| input::hashed(&[file.to_string_lossy().into_owned()]);
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

#[cfg(test)]
mod test;
