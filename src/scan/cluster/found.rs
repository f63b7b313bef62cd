//! The result of a scan on a cluster: the classes, and what was not looked at.

use std::path::Path;

use jiff::tz::TimeZone;

use super::super::examine::dated;
use super::super::{Clock, Stages};
use super::ValueCounts;
use super::values::Coded;
use crate::input;
use crate::judge::{self, Case, Judgement, judge};
use crate::measure::{self, Measure};
use crate::plan::{Plan, shown_name};
use crate::recode;
use crate::result::{
    ColumnFacts, ColumnType, Dataset, DatasetColumn, DatasetFacts, InputFile, Measures, NotMeasured, Outcome, Role,
    SCHEMA_VERSION, ScanResult, Tool, Uniqueness,
};
use crate::table::Variation;
use crate::table::exchange::Survey;

/// Everything that was found out.
pub(super) struct Found<'a> {
    pub(super) survey: Survey,
    pub(super) coded: Coded,
    pub(super) subject: Option<String>,
    pub(super) counts: &'a ValueCounts,
    /// The names of all columns of the frame.
    pub(super) frame: &'a [String],
}

impl Found<'_> {
    pub(super) fn into_result(
        self,
        plan: &Plan,
        uniqueness: Outcome<Uniqueness>,
        (clock, mut stages): (&dyn Clock, Stages<'_>),
    ) -> ScanResult {
        let dataset = self.dataset(plan);
        let measures = measures(plan, uniqueness, dataset.subject.is_some());
        let today = clock.now().to_zoned(TimeZone::UTC).date();
        let as_of = plan.as_of.unwrap_or(today);
        let recipient = plan.recipient.as_ref().map(|recipient| recipient.terms.clone());
        let resolved = judge::resolved(&plan.policy, None);
        let policy = dated(&Plan { policy: resolved, ..plan.clone() }, recipient.as_ref(), [as_of, today]);
        let judgement = judge(Case {
            dataset: &dataset,
            measures: &measures,
            policy: &policy,
            recipient: recipient.as_ref(),
            declarations: &plan.declarations,
            waivers: &plan.waivers,
            as_of: Some(as_of),
            today: Some(today),
            baseline: None,
        });
        stages.end("judge");
        let Judgement { verdict, figures, checks, findings, waivers, mut not_measured, .. } = judgement;
        let others = not_looked_at(plan, &measures, &not_measured);
        not_measured.extend(others);
        let mut run = stages.finish(plan, &dataset, measures.limits_hit());
        "cluster".clone_into(&mut run.engine);
        ScanResult {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            run,
            dataset,
            sources: Vec::new(),
            recipient,
            verdict,
            policy,
            declarations: plan.declarations.clone(),
            measures,
            sections: measure::sections(&figures),
            figures,
            checks,
            findings,
            baseline: None,
            waivers,
            not_measured,
            advice: Vec::new(),
        }
    }

    fn dataset(&self, plan: &Plan) -> Dataset {
        let Self { survey, coded, subject, counts, frame } = self;
        let places = survey.outline.columns.iter().zip(&survey.variations).zip(&survey.has_value);
        let described = coded.described.iter().zip(places).map(|(column, ((outline, variation), has_value))| {
            let mut column = column.clone();
            column.constant_per_subject = outline.constant_per_subject;
            column.facts.measured = Some(*has_value);
            column.facts.variation = outline.variability;
            column.facts.comparable_subjects = variation.map(|variation| variation.comparable);
            column.facts.varying_subjects = variation.map(|variation| variation.varying);
            column.facts.share_varying = variation.and_then(Variation::share);
            column
        });
        let described: Vec<DatasetColumn> = described.collect();
        let column = |name: &String| match described.iter().find(|column| column.name == *name) {
            Some(column) => column.clone(),
            None if subject.as_ref() == Some(name) => subject_column(name, survey),
            None => unread_column(name, plan),
        };
        let columns = frame.iter().map(column).collect();
        let name = plan.dataset_name.clone().unwrap_or_else(|| {
            let typed = plan.inputs.first().map(|input| input::stem(Path::new(input)));
            typed.unwrap_or_default()
        });
        let frame = InputFile {
            name: shown_name(&name),
            bytes: 0,
            sha256: None,
            records: counts.records,
            left_out: Vec::new(),
        };
        Dataset {
            name,
            files: vec![frame],
            joined: Vec::new(),
            records: counts.records,
            subjects: survey.outline.people(),
            records_without_subject: survey.outline.records_without_subject,
            subjects_not_in_map: None,
            time_zone: plan.time_origin.zone_text(),
            day_start: plan.time_origin.day_start_text(),
            subject: subject.clone(),
            columns,
            facts: DatasetFacts { suppressed_records: Some(survey.blank_records), ..DatasetFacts::default() },
        }
    }
}

/// What is said of everything that is not counted.
const NOT_LOOKED: &str = "a scan on a cluster counts equivalence classes; scan a file for this";

/// The classes, and what a verdict would also rest on: as unfinished, so that it never passes without.
fn measures(plan: &Plan, uniqueness: Outcome<Uniqueness>, has_subjects: bool) -> Measures {
    Measures {
        uniqueness: Some(uniqueness),
        unicity: has_subjects.then(|| Outcome::incomplete("not-distributed", NOT_LOOKED)),
        identifiers: Some(Outcome::incomplete("not-distributed", NOT_LOOKED)),
        linkage: (!plan.linkage.is_empty()).then(|| Outcome::incomplete("not-distributed", NOT_LOOKED)),
        ..Measures::default()
    }
}

/// What was asked for and is neither measured nor told yet.
fn not_looked_at(plan: &Plan, measures: &Measures, listed: &[NotMeasured]) -> Vec<NotMeasured> {
    let columns =
        "only the subject and the quasi-identifiers were read; nothing is known of the cells of other columns";
    let is_open = |measure: &&Measure| plan.asks(measure.name) && measures.outcome(measure.name).is_none();
    let names = measure::ALL.iter().filter(is_open).map(|measure| (measure.name, NOT_LOOKED));
    let entries = [("columns", columns)].into_iter().chain(names);
    let entries = entries.filter(|(name, _)| listed.iter().all(|entry| entry.measure != *name));
    entries.map(|(name, reason)| NotMeasured { measure: name.to_owned(), reason: reason.to_owned() }).collect()
}

/// The subject as it is described: nobody came near its values.
fn subject_column(name: &str, survey: &Survey) -> DatasetColumn {
    DatasetColumn {
        role: Role::Subject,
        distinct: survey.outline.subjects,
        missing: survey.outline.records_without_subject,
        ..column_of(name)
    }
}

/// A column that was not read: what is declared of it, and what its heading says.
fn unread_column(name: &str, plan: &Plan) -> DatasetColumn {
    let is_dropped = plan.drops(name);
    let declared = plan.roles.declared.get(name).copied().filter(|_| !is_dropped);
    DatasetColumn {
        role: declared.unwrap_or(Role::Ignore),
        looks_like: if declared.is_none() && !is_dropped { recode::suspicion(name, &[], 0) } else { None },
        coarsen: plan.rules_of(name).iter().map(ToString::to_string).collect(),
        facts: ColumnFacts { undeclared: declared.is_none() && !is_dropped, ..ColumnFacts::default() },
        ..column_of(name)
    }
}

fn column_of(name: &str) -> DatasetColumn {
    DatasetColumn {
        name: name.to_owned(),
        role: Role::Ignore,
        guessed: false,
        guess_reason: None,
        looks_like: None,
        column_type: ColumnType::Text,
        distinct: None,
        missing: 0,
        constant_per_subject: None,
        coarsen: Vec::new(),
        facts: ColumnFacts::default(),
    }
}
