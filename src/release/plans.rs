//! Two plans made of one: for the extract as if treated, and for the file that was written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ReleaseError;
use super::case::for_verdict;
use super::rows::Written;
use super::tables;
use crate::measure::{self, aggregates};
use crate::output::Format;
use crate::plan::{
    AggregatePlan, CoarsenRule, InputOptions, LinkagePlan, Listing, Plan, RecipientPlan, Rotation, Sign,
};
use crate::result::{Certificate, ColumnType, Gate, GateMeasure, Recipient, ReleasedColumn, Role, VerdictOutcome};

/// The columns that leave, by name.
pub(super) fn leaving(plan: &Plan) -> Result<Vec<String>, ReleaseError> {
    if plan.tables_only {
        return if tables::are_planned(plan) { Ok(Vec::new()) } else { Err(ReleaseError::NoTable) };
    }
    if plan.roles.guess {
        return Err(ReleaseError::Guessed);
    }
    let leaves = |role: Role| matches!(role, Role::Subject | Role::QuasiIdentifier | Role::Sensitive | Role::Weight);
    let declared = plan.roles.declared.iter().filter(|(name, role)| leaves(**role) && !plan.drops(name));
    let columns: Vec<String> = declared.map(|(name, _)| name.clone()).collect();
    let subject = plan.roles.declared.iter().find(|(_, role)| **role == Role::Subject).map(|(name, _)| name);
    if columns.iter().all(|name| Some(name) == subject) {
        return Err(ReleaseError::NothingLeaves);
    }
    let sources = plan.linkage.sources.iter().flat_map(|source| source.on.iter().map(|on| &on.ours));
    // Joins and points go on without a column that the rules drop.
    let named = plan.unicity.columns().chain(sources).filter(|name| !plan.drops(name));
    let period = plan.rotate.iter().filter_map(|rotation| rotation.column.as_ref());
    let needed = named.chain(period).filter(|name| !columns.contains(name));
    let mut needed: Vec<String> = needed.cloned().collect();
    needed.sort();
    needed.dedup();
    if needed.is_empty() { Ok(columns) } else { Err(ReleaseError::Needed { columns: needed }) }
}

/// The plan under which the extract, which has these columns, is judged as if it were treated: what does not leave is
/// dropped.
pub(super) fn as_if_of(plan: &Plan, leaving: &[String], columns: &[String]) -> Plan {
    let stays = columns.iter().filter(|name| !leaving.contains(name));
    let mut as_if = plan.clone();
    as_if.coarsen.extend(stays.map(|name| (name.clone(), vec![CoarsenRule::Drop])));
    leave_pseudonyms_out(&mut as_if.linkage, |name| leaving.contains(name));
    leave_planned_out(&mut as_if);
    as_if.lists = Listing::default();
    as_if.as_released = true;
    as_if
}

/// The plan under which the extract is judged for its planned tables: of them alone, as a scan makes them. Who is left out is
/// left out as the limits say, so these stay; what they limit is judged elsewhere.
pub(super) fn of_contributors(plan: &Plan) -> Plan {
    let mut asked = for_verdict(plan.clone());
    asked.aggregates.retain(AggregatePlan::is_planned);
    // Other releases are held against what is published, in the written table.
    for table in &mut asked.aggregates {
        table.contributors = None;
        table.earlier.clear();
    }
    asked.linkage = LinkagePlan::default();
    asked.measures = vec![aggregates::NAME.to_owned()];
    asked.as_released = true;
    asked
}

/// The plan under which the written file is judged.
pub(super) fn of_written(plan: &Plan, written: &Written, file: &Path) -> Plan {
    let columns = written.columns.iter().map(|column| (column.name.clone(), Some(column.column_type))).collect();
    let mut again = without_the_names(plan, &columns);
    again.inputs = vec![file.to_string_lossy().into_owned()];
    again.dataset_name = Some(written.dataset.clone());
    if let Format::Csv { delimiter } = written.format {
        again.input.delimiter = Some(Sign::of_byte(delimiter));
        again.input.quote = Some(Some(b'"'));
        again.input.header = Some(true);
    }
    let rotate = plan.rotate.clone().zip(written.period.clone());
    again.rotate = rotate.map(|(rotation, column)| Rotation { column: Some(column), ..rotation });
    again
}

/// The plan under which a file is scanned of which a certificate says that a release under `plan` wrote it.
///
/// What the file cannot show any more is not asked of it again: consent, the persons behind subjects, and the truth. That
/// every subject is a pseudonym is (see [`Plan::released`]).
///
/// # Errors
/// When the plan would let other columns leave than the certificate names, or asks for a consent of which it says nothing;
/// when the file did not pass but left on the word of a person, who may have answered for what is not asked here.
pub fn released_plan(plan: &Plan, certificate: &Certificate) -> Result<Plan, ReleaseError> {
    if certificate.outcome != VerdictOutcome::Pass {
        return Err(ReleaseError::Approved);
    }
    let leaving: BTreeSet<String> = leaving(plan)?.into_iter().collect();
    let role = |column: &ReleasedColumn| plan.roles.declared.get(&column.name) == Some(&column.role);
    let certified: BTreeSet<String> = certificate.columns.iter().map(|column| column.name.clone()).collect();
    let of_recipient = |recipient: &Recipient| recipient.consent.is_some();
    let asks_consent = plan.recipient.as_ref().is_some_and(|recipient| recipient.consent.is_some());
    let has_consent = certificate.recipient.as_ref().is_some_and(of_recipient);
    if leaving != certified || !certificate.columns.iter().all(role) || (asks_consent && !has_consent) {
        return Err(ReleaseError::OtherPlan);
    }
    let columns = certificate.columns.iter().map(|column| (column.name.clone(), column.column_type)).collect();
    let mut again = without_the_names(plan, &columns);
    again.dataset_name.get_or_insert_with(|| certificate.dataset.clone());
    // What was declared of the delimiter holds for the written file as well.
    again.input.delimiter = plan.input.delimiter;
    again.released = true;
    // What is listed of single records and subjects is asked of the scan at hand.
    again.lists = plan.lists;
    Ok(again)
}

/// The same policy, rules, points and sources for a file with these columns, and nothing that speaks of subjects by the
/// names that they had.
fn without_the_names(plan: &Plan, columns: &BTreeMap<String, Option<ColumnType>>) -> Plan {
    let leaves = |name: &String| columns.contains_key(name);
    let mut again = plan.clone();
    again.input = InputOptions {
        trim: plan.input.trim,
        suppression_marks: plan.input.suppression_marks.clone(),
        real_values: plan.input.real_values.clone(),
        column_types: columns.iter().filter_map(|(name, found)| Some((name.clone(), (*found)?))).collect(),
        ..InputOptions::default()
    };
    again.joins.clear();
    again.subject_map = None;
    // The file must hold the limits as it is.
    again.suppress = None;
    again.input.real_values.retain(|name, _| leaves(name));
    again.roles.declared.retain(|name, _| leaves(name));
    // A point goes on without a column that the rules drop.
    let is_gone = |name: &String, rules: &[CoarsenRule]| *rules == [CoarsenRule::Drop] && plan.unicity.names(name);
    again.coarsen.retain(|name, rules| leaves(name) || is_gone(name, rules));
    again.declarations.columns.retain(|name, _| leaves(name));
    again.declarations.treatment = None;
    again.permitted_identifiers.retain(|name| leaves(name));
    // Consent was counted with the names that the register knows.
    again.recipient = without_consent(plan);
    leave_pseudonyms_out(&mut again.linkage, leaves);
    for source in &mut again.linkage.sources {
        source.on.retain(|on| leaves(&on.ours));
    }
    leave_truth_out(&mut again, leaves);
    leave_tables_out(&mut again);
    again.lists = Listing::default();
    again
}

/// Tables of totals are made from the extract and judged with it; the written file may lack what they are made of.
fn leave_tables_out(plan: &mut Plan) {
    plan.aggregates.clear();
    plan.policy.gates.retain(|gate| !is_of_totals(gate));
}

/// Planned tables leave as files of their own, in which unsafe cells are hidden, and are judged as such.
fn leave_planned_out(plan: &mut Plan) {
    plan.aggregates.retain(|table| !table.is_planned());
    if plan.aggregates.is_empty() {
        leave_tables_out(plan);
    }
}

/// Whether a gate is on tables of totals.
pub(super) fn is_of_totals(gate: &Gate) -> bool {
    let mut limits = measure::named(aggregates::NAME).into_iter().flat_map(|measure| measure.limits);
    limits.any(|limit| gate.measure == GateMeasure::new(limit.gate))
}

/// The recipient and the terms, without a register of consent: it was held against the extract.
pub(super) fn without_consent(plan: &Plan) -> Option<RecipientPlan> {
    plan.recipient.clone().map(|recipient| RecipientPlan { consent: None, ..recipient })
}

/// A truth that names subjects as they were called is no truth of the file that leaves.
pub(super) fn leave_truth_out(plan: &mut Plan, leaves: impl Fn(&String) -> bool) {
    let subject = plan.roles.declared.iter().find(|(_, role)| **role == Role::Subject).map(|(name, _)| name.clone());
    for source in &mut plan.linkage.sources {
        let truth = source.truth.take();
        source.truth = truth.filter(|truth| leaves(&truth.ours) && subject.as_ref() != Some(&truth.ours));
    }
}

/// Columns that do not leave are held against no list of identifiers.
fn leave_pseudonyms_out(linkage: &mut LinkagePlan, leaves: impl Fn(&String) -> bool) {
    for known in &mut linkage.known_identifiers {
        known.pseudonyms.retain(|name| leaves(name));
    }
    linkage.known_identifiers.retain(|known| !known.pseudonyms.is_empty());
}
