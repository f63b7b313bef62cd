//! Whether the bytes in hand are those that were judged.
//!
//! Coarsening rules are applied in memory: figures speak of the treated file, and the file that was read leaves as it is.
//! Where a rule changed a cell that is a finding, which no waiver covers. A declared treatment downstream covers it as
//! long as the declaration holds, and the direct identifiers of columns that it drops.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Case, finding, list};
use crate::number::as_float;
use crate::plan::{counted, grouped};
use crate::result::{Dataset, DatasetColumn, Finding, FindingCode, Severity, Treatment, Unit, WAIVER_HORIZON_DAYS};

/// The one place where a treatment may be applied without the program seeing it.
const DOWNSTREAM: &str = "downstream";

/// Adds the finding about a treatment that the file does not hold, and marks what a declared treatment covers.
pub(super) fn apply(case: Case<'_>, findings: &mut Vec<Finding>) {
    let declared = case.declarations.treatment.as_ref();
    let refusal = declared.map(|treatment| refusal(case, treatment));
    let holds = matches!(refusal, Some(None));
    if holds {
        let dropped = case.dataset.columns.iter().filter(|column| column.is_dropped());
        let dropped: Vec<&str> = dropped.map(|column| column.name.as_str()).collect();
        for found in findings.iter_mut().filter(|found| goes_with(found, &dropped)) {
            found.waived = true;
        }
    }
    findings.extend(not_applied(case, refusal.flatten()).map(|found| Finding { waived: holds, ..found }));
    findings.extend(not_left_out(case));
    findings.extend(not_rotated(case));
}

/// Who has one name over several periods in the file, though pseudonyms were rotated in memory. No declared treatment
/// covers it: only `release` gives the names.
fn not_rotated(case: Case<'_>) -> Option<Finding> {
    let rotation = case.dataset.facts.rotation.as_ref().filter(|_| is_unrotated(case))?;
    let message = format!(
        "the verdict is on the file with another pseudonym of each subject in each {}; in the file itself subjects have \
         one name over several",
        rotation.every
    );
    let found = finding(FindingCode::TreatmentNotApplied, Severity::Medium, "treatment", message);
    Some(found.counting(case.dataset.subjects.saturating_sub(rotation.subjects_before)))
}

/// Whether some subject of the file is in several periods of the rotation.
fn is_unrotated(case: Case<'_>) -> bool {
    case.dataset.facts.rotation.as_ref().is_some_and(|rotation| rotation.subjects_before < case.dataset.subjects)
}

/// Who was left out in memory and is still in the file. No declared treatment covers it: nobody but `release` knows who
/// it was.
fn not_left_out(case: Case<'_>) -> Option<Finding> {
    let removal = case.dataset.facts.removal.filter(|removal| removal.removed > 0)?;
    let who = match removal.unit {
        Unit::Record => counted(removal.removed, "record", "records"),
        Unit::Subject => counted(removal.removed, "subject", "subjects"),
    };
    let message = format!(
        "the verdict is on the file without {who}, left out so that classes are large enough; the file itself still \
         contains them"
    );
    let found = finding(FindingCode::TreatmentNotApplied, Severity::Medium, "treatment", message);
    Some(found.counting(removal.records))
}

/// How many changes the file would need to be the one that was judged.
pub(super) fn changes(case: Case<'_>) -> usize {
    let removes = case.dataset.facts.removal.is_some_and(|removal| removal.removed > 0);
    treated(case).count() + usize::from(removes) + usize::from(is_unrotated(case))
}

/// That a budget for leaving subjects out was not enough, so that nobody was left out.
#[must_use]
pub fn over_budget(dataset: &Dataset) -> Option<String> {
    let removal = dataset.facts.removal.filter(|removal| !removal.enough)?;
    let unit = if removal.unit == Unit::Record { "records" } else { "subjects" };
    Some(format!(
        "more than the {} of {} {unit} that may be left out would have to be so that classes are large enough, so nobody \
         was left out",
        grouped(removal.allowed),
        grouped(removal.of)
    ))
}

/// Columns of the file whose cells a rule changed. Where that was not counted, every column with a rule.
pub(super) fn treated(case: Case<'_>) -> impl Iterator<Item = &DatasetColumn> {
    let is_changed =
        |column: &&DatasetColumn| column.facts.changed_cells.map_or(!column.coarsen.is_empty(), |cells| cells > 0);
    case.dataset.columns.iter().filter(is_changed)
}

fn not_applied(case: Case<'_>, refusal: Option<String>) -> Option<Finding> {
    let columns: Vec<String> = treated(case).map(|column| column.name.clone()).collect();
    let cells: Option<u64> = treated(case).map(|column| column.facts.changed_cells).sum();
    let changed = cells.map_or_else(|| "cells".to_owned(), |cells| counted(cells, "cell", "cells"));
    let refusal = refusal.map_or_else(String::new, |refusal| format!("; {refusal}"));
    let message = format!(
        "the verdict is on the file with {changed} changed by the rules of {}; the file itself does not contain these \
         changes{refusal}",
        list(&columns)
    );
    let found = finding(FindingCode::TreatmentNotApplied, Severity::Medium, "treatment", message);
    let limit = Some(0.0);
    (!columns.is_empty()).then(|| Finding { columns, measured: cells.map(as_float), limit, ..found })
}

/// Why a declared treatment does not count; `None` where it does.
///
/// It counts where it is applied downstream, names who approved it and why, and ends within the horizon of waivers,
/// counted from the earlier of the two days of judgement, and not before the later one.
fn refusal(case: Case<'_>, treatment: &Treatment) -> Option<String> {
    if treatment.applied.trim() != DOWNSTREAM {
        return Some(format!("the declared treatment has no effect: it must be applied `{DOWNSTREAM}`"));
    }
    if treatment.approved_by.trim().is_empty() || treatment.reason.trim().is_empty() {
        return Some("the declared treatment has no effect: it requires `approved_by` and `reason`".to_owned());
    }
    let unknown = || Some("whether the declared treatment is still valid is unknown".to_owned());
    let Ok(expires) = treatment.expires.parse::<Date>() else { return unknown() };
    let Some((first, last)) = case.first_day().zip(case.last_day()) else { return unknown() };
    if expires < last {
        return Some(format!("the declared treatment ended on {expires}, and {}", case.told_last_day()));
    }
    let latest = first.checked_add(WAIVER_HORIZON_DAYS.days()).unwrap_or(Date::MAX);
    (expires > latest).then(|| {
        format!("the declared treatment ends on {expires}, more than {WAIVER_HORIZON_DAYS} days after {first}")
    })
}

/// Whether an identifier is gone once these columns are.
fn goes_with(found: &Finding, dropped: &[&str]) -> bool {
    let is_dropped = |column: &String| dropped.contains(&column.as_str());
    match found.code {
        FindingCode::DirectIdentifierPresent
        | FindingCode::DirectIdentifierFound
        | FindingCode::PartialCardNumber
        | FindingCode::HashLookingPseudonym
        | FindingCode::NamesOfPeople => !found.columns.is_empty() && found.columns.iter().all(is_dropped),
        // One of the two alone says nothing of the other.
        FindingCode::HashBesideTruncatedNumber => found.columns.iter().any(is_dropped),
        FindingCode::SeveralTruncations => found.columns.iter().filter(|column| !is_dropped(column)).count() < 2,
        _ => false,
    }
}

/// What a pass that rests on a declared treatment says of it.
pub(super) fn basis(case: Case<'_>) -> Option<String> {
    let treatment = case.declarations.treatment.as_ref()?;
    let columns: Vec<String> = treated(case).map(|column| column.name.clone()).collect();
    let sentence = || {
        format!(
            "it rests on a treatment of {} declared to be applied downstream, approved by {} until {}: {}",
            list(&columns),
            treatment.approved_by.trim(),
            treatment.expires,
            treatment.reason.trim()
        )
    };
    (!columns.is_empty()).then(sentence)
}
