//! Treating, measuring and judging an extract that was read, and the result of it.

use std::sync::Arc;

use jiff::civil::Date;

use super::events::Events;
use super::kept::{KeptFile, kept_files};
use super::linkage::{Opened, Rotation, settle};
use super::measure::{Joined, Measured, advise, measure_all, searched_columns};
use super::prepare::{Prepared, treat};
use super::roles::roles_of;
use super::subjects::{Lists, Positions};
use super::{Beside, CellList, Course, ScanError, Scanned, Stages};
use crate::advice::{self, Advised};
use crate::input::Extract;
use crate::judge::{self, Case, Judgement, judge};
use crate::measure::aggregates::TableRecords;
use crate::measure::attribute::SecretValues;
use crate::measure::identifiers::SearchedColumn;
use crate::plan::Plan;
use crate::recode::{ColumnRole, EventValues, Ladder, TableLabels};
use crate::release;
use crate::result::{
    Advice, BaselineUsed, Dataset, LinkedSource, Measures, NotMeasured, Policy, Recipient, Role, SCHEMA_VERSION,
    ScanResult, Tool,
};
use crate::stop::{Progress, Stop, Watch};
use crate::table::{Column, Table};

/// What an examination goes by.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) today: Date,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) stop: &'a Stop,
    /// The records that finished tables were made of, where this program made them.
    pub(crate) made_of: &'a [Option<Arc<TableRecords>>],
}

/// An extract as measured and judged, and what advice needs to know of it.
pub(crate) struct Examined {
    pub(crate) dataset: Dataset,
    pub(crate) recipient: Option<Recipient>,
    pub(crate) policy: Policy,
    pub(crate) measures: Measures,
    pub(crate) judgement: Judgement,
    pub(crate) sources: Vec<LinkedSource>,
    pub(crate) not_measured: Vec<NotMeasured>,
    pub(crate) lists: Lists,
    beside: Beside,
    kept: Vec<KeptFile>,
    /// The quasi-identifiers, and the coarser forms of each.
    pub(crate) table: Table,
    pub(crate) ladders: Vec<Ladder>,
    /// Where pseudonyms are rotated and plans are looked for, the period of each record, and what unicity knows of it.
    pub(crate) period: Option<(Column, Vec<u64>)>,
    /// What unicity knows of the values of each.
    pub(crate) values: Vec<EventValues>,
    /// What is known of the values of each sensitive column.
    pub(crate) secrets: Vec<SecretValues>,
    about_known_points: Vec<Advice>,
}

/// Treats, measures and judges an extract that was read.
pub(crate) fn examine(
    extract: Extract,
    opened: Opened,
    name: String,
    asked: Asked<'_>,
    stages: &mut Stages<'_>,
) -> Result<Examined, ScanError> {
    let Asked { plan, today, progress, stop, made_of } = asked;
    let roles = roles_of(&extract, plan)?;
    if plan.released {
        refuse_other_names(&extract, &roles)?;
    }
    // From here on every shared column has its name, and the day of judgement is known.
    let as_of = plan.as_of.unwrap_or(today);
    let linkage = settle(plan, &extract.columns, &roles, &opened)?;
    // Limits that are relative to an earlier run are numbers before anything is drawn for them.
    let policy = judge::resolved(&plan.policy, plan.known_baseline.as_deref());
    let plan = &Plan { linkage, policy, as_of: Some(as_of), ..plan.clone() };
    let searched = searched_columns(&extract, &roles, plan);
    let mut prepared = treat(extract, &roles, plan, name, stop)?;
    stages.end("treat");
    for (files, made_of) in prepared.finished.iter_mut().zip(made_of) {
        files.made_of.clone_from(made_of);
    }
    measure_and_judge(prepared, (opened, &searched), Course { plan, progress, stop }, [as_of, today], stages)
}

/// Measures what was prepared, and judges it for both days.
fn measure_and_judge(
    mut prepared: Prepared,
    (opened, searched): (Opened, &[SearchedColumn]),
    course: Course<'_>,
    days: [Date; 2],
    stages: &mut Stages<'_>,
) -> Result<Examined, ScanError> {
    let plan = course.plan;
    let positions = Positions { first_records: &prepared.first_records, record_numbers: &prepared.record_numbers };
    let known = Events {
        described: &prepared.dataset.columns,
        values: &prepared.events,
        secrets: &prepared.secrets,
        ladders: &prepared.ladders,
        positions,
        rotation: prepared.rotation.as_ref(),
    };
    let (kept, not_kept) = kept_files(plan, &prepared.totals, course.stop)?;
    let joined = Joined {
        side: prepared.side,
        opened,
        dataset: &prepared.dataset,
        searched,
        totals: &prepared.totals,
        finished: &prepared.finished,
    };
    let mut measured = measure_all(prepared.table, prepared.quasi_identifiers, known, joined, course)?;
    measured.list_cells((&prepared.totals, &prepared.table_labels), course)?;
    let keys = |rotation: &Rotation| prepared.events.get(rotation.column).map(|events| events.keys.clone());
    let period = measured.period.zip(prepared.rotation.as_ref().and_then(keys));
    prepared.beside.append(measured.beside);
    prepared.ladders.truncate(prepared.quasi_identifiers);
    prepared.events.truncate(prepared.quasi_identifiers);
    stages.end("measure");

    let policy = dated(plan, prepared.recipient.as_ref(), days);
    let judgement =
        judgement(plan, &prepared.dataset, &measured.measures, (&policy, prepared.recipient.as_ref()), days);
    let mut not_measured = with_not_gated(measured.left_out, &judgement);
    not_measured.extend(not_kept);
    stages.end("judge");
    Ok(Examined {
        dataset: prepared.dataset,
        recipient: prepared.recipient,
        policy,
        measures: measured.measures,
        judgement,
        sources: measured.sources,
        not_measured,
        lists: measured.lists,
        beside: prepared.beside,
        kept,
        table: measured.table,
        ladders: prepared.ladders,
        period,
        values: prepared.events,
        secrets: prepared.secrets,
        about_known_points: measured.advice,
    })
}

impl Measured {
    /// Adds the list of cells of planned tables, where it is asked for.
    fn list_cells(
        &mut self,
        (totals, labels): (&[Option<TableRecords>], &[Option<TableLabels>]),
        course: Course<'_>,
    ) -> Result<(), ScanError> {
        let Course { plan, progress, stop } = course;
        if plan.lists.cells {
            let (cells, not_listed) = CellList::asked_for(plan, totals, labels, Watch { progress, stop })?;
            self.lists.cells = cells;
            self.left_out.extend(not_listed);
        }
        Ok(())
    }
}

/// The figures against the policy, for the day of judgement and for today.
fn judgement(
    plan: &Plan,
    dataset: &Dataset,
    measures: &Measures,
    (policy, recipient): (&Policy, Option<&Recipient>),
    [as_of, today]: [Date; 2],
) -> Judgement {
    judge(Case {
        dataset,
        measures,
        policy,
        recipient,
        declarations: &plan.declarations,
        waivers: &plan.waivers,
        as_of: Some(as_of),
        today: Some(today),
        baseline: plan.known_baseline.as_deref(),
    })
}

/// What was left out, and the gates that nothing was measured for. What was left out has its reason already.
fn with_not_gated(mut left_out: Vec<NotMeasured>, judgement: &Judgement) -> Vec<NotMeasured> {
    let is_known = |entry: &&NotMeasured| left_out.iter().any(|known| known.measure == entry.measure);
    let not_gated: Vec<NotMeasured> = judgement.not_measured.iter().filter(|entry| !is_known(entry)).cloned().collect();
    left_out.extend(not_gated);
    left_out
}

/// Refuses a file that no release wrote: in one that a release wrote every subject is a pseudonym. What is not asked of such
/// a file, consent for instance, must not be left out of the scan of another.
fn refuse_other_names(extract: &Extract, roles: &[ColumnRole]) -> Result<(), ScanError> {
    let subjects = extract.columns.iter().zip(roles).filter(|(_, role)| role.role == Role::Subject);
    for (column, _) in subjects {
        let values = column.coded.iter().flat_map(|coded| coded.dictionary.values());
        let mut values = values.map(|value| value.map_or("", crate::secret::Secret::expose));
        if !values.all(release::is_pseudonym) {
            return Err(ScanError::NotReleased { column: column.name.clone() });
        }
    }
    Ok(())
}

impl Examined {
    /// The result, with advice on classes and known points.
    pub(super) fn into_scanned(
        self,
        plan: &Plan,
        today: Date,
        mut stages: Stages<'_>,
        (progress, stop): (&dyn Progress, &Stop),
        advised: Option<Advice>,
    ) -> Result<Scanned, ScanError> {
        let as_of = plan.as_of.unwrap_or(today);
        let plan_of_day = &Plan { as_of: Some(as_of), ..plan.clone() };
        let Self { table, ladders, measures, mut not_measured, about_known_points, .. } = self;
        let course = Course { plan: plan_of_day, progress, stop };
        let Advised { mut advice, left_out } = advise(table, ladders, &measures, course)?;
        join(&mut advice, about_known_points);
        if let Some(advised) = advised {
            for other in &mut advice {
                other.recommended = false;
            }
            advice.retain(|other| other.changes != advised.changes && !other.changes.is_empty());
            advice.insert(0, advised);
        }
        not_measured.extend(plan.released.then(|| NotMeasured {
            measure: "consent".to_owned(),
            reason: "this is scanned as the released file that a certificate names: the register of consent, the subject map \
                     and the truth were held against the extract that it was made from"
                .to_owned(),
        }));
        not_measured.extend(left_out.map(|reason| NotMeasured { measure: advice::NAME.to_owned(), reason }));
        stages.end("advise");
        let Judgement { verdict, figures, checks, findings, waivers, gone, .. } = self.judgement;
        let baseline = plan.known_baseline.as_ref().map(|known| BaselineUsed { gone, ..known.used() });
        let result = ScanResult {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            run: stages.finish(plan, &self.dataset, measures.limits_hit()),
            dataset: self.dataset,
            sources: self.sources,
            recipient: self.recipient,
            verdict,
            policy: self.policy,
            declarations: plan.declarations.clone(),
            measures,
            sections: crate::measure::sections(&figures),
            figures,
            checks,
            findings,
            baseline,
            waivers,
            not_measured,
            advice,
        };
        Ok(Scanned { result, lists: self.lists, beside: self.beside, kept: self.kept })
    }
}

/// Proposals about classes come first; where classes are large enough, the first one about known points is the one to try.
fn join(advice: &mut Vec<Advice>, mut about_known_points: Vec<Advice>) {
    if let (true, Some(first)) = (advice.is_empty(), about_known_points.first_mut()) {
        first.recommended = !first.changes.is_empty();
    }
    advice.append(&mut about_known_points);
}

/// The policy with the days it was judged for, where something depends on the day.
pub(super) fn dated(plan: &Plan, recipient: Option<&Recipient>, days: [Date; 2]) -> Policy {
    let ends = is_judged_by_day(plan, recipient.is_some_and(|recipient| recipient.ends.is_some()));
    let [as_of, today] = days.map(|day| ends.then(|| day.to_string()));
    Policy { as_of, today, ..plan.policy.clone() }
}

/// Whether something that a verdict rests on ends one day: a waiver, a declared treatment, the agreement.
pub(super) fn is_judged_by_day(plan: &Plan, agreement_ends: bool) -> bool {
    !plan.waivers.is_empty() || plan.declarations.treatment.is_some() || agreement_ends
}
