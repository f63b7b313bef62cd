//! A scan whose records stay on a cluster: what it does next, given what it has found out so far.
//!
//! The driver is a loop. It asks [`next`], has the cluster do that work, keeps what came back, and asks again, until there is a
//! result. Nothing is remembered in between but what came back: the same answers give the same next step.
//!
//! 1. [`Next::Values`]: the distinct values of each quasi-identifier with their records. They are read, typed and generalised
//!    by the rooms that read and treat files.
//! 2. [`Next::Survey`]: the records, as codes, go to the parts of their subjects, which say how many they are and what varies.
//! 3. [`Next::Count`]: the classes that the measure asks for, as often as it asks.
//!
//! # Guarantee
//! `measures.uniqueness` is that of a scan of the same records in memory. Everything else that a scan looks at is not looked at:
//! the search for identifiers is told as unfinished, so that no such scan passes.

mod found;
mod values;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Clock, ScanError, Stages};
use crate::measure::uniqueness;
use crate::plan::{CoarsenRule, Plan, check_columns};
use crate::recode::TreatmentError;
use crate::result::{ColumnType, MissingMode, Outcome, Role, ScanResult, Uniqueness};
use crate::stop::{Progress, Stop, StopReason, Watch};
use crate::table::exchange::{
    CountPlan, ExchangeError, GatherPlan, Limits, Query, Row, Shape, Survey, Task, Work, answers, plan,
};
use crate::table::{ColumnSet, Counting, Outline, SetCounts};
use found::Found;
use values::Coded;

/// Sets that are counted in one exchange: the smallest classes of a subject take a byte for each of them.
const SETS_AT_A_TIME: usize = 256;

/// Bytes that a record takes while a part of subjects is surveyed or numbered: its key, its place, and for each column its
/// code twice, of up to four bytes.
const GATHERED_BYTES: u64 = 56;
const GATHERED_COLUMN_BYTES: u64 = 8;

/// What the cluster has found out so far.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The names of all columns of the frame, in their order.
    pub(crate) frame: Vec<String>,
    /// Of each column in the order of the file of values, the records of each of its values.
    pub(crate) values: Option<ValueCounts>,
    /// What the parts of subjects say of themselves.
    pub(crate) survey: Option<Vec<Row>>,
    /// What came of each round of counting.
    pub(crate) rounds: Vec<Vec<Row>>,
}

/// The records of every distinct value.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct ValueCounts {
    /// Records of the frame.
    pub(crate) records: u64,
    /// The columns of the file of values.
    pub(crate) columns: Vec<ColumnCounts>,
}

/// The records of the distinct values of a column, in the order of the file of values.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct ColumnCounts {
    /// Its name.
    pub(crate) name: String,
    /// Records of each distinct value.
    pub(crate) counts: Vec<u64>,
}

/// How the work is shared out.
#[derive(Debug, Clone)]
pub(crate) struct Sharing {
    /// Fewest parts of each exchange.
    pub(crate) parts: u32,
    /// Bytes of memory that one part may take.
    pub(crate) part_bytes: u64,
    /// Secret of this run.
    pub(crate) key: Vec<u8>,
}

/// What to do next.
pub(crate) enum Next {
    /// Find the distinct values of these columns.
    Values { columns: Vec<String>, subject: Option<String> },
    /// Gather the records by subject and survey the parts.
    Survey {
        columns: Vec<String>,
        subject: Option<String>,
        /// For each column twice the code of each distinct value, in the order of the file of values, and one more where it
        /// is no value.
        codes: Vec<Vec<u32>>,
        gather: Task,
        survey: Task,
        parts: u32,
    },
    /// Number the records, route them, and count.
    Count { round: usize, number: Task, count: Task, plan: CountPlan },
    /// Show the result.
    Done(Box<ScanResult>),
}

/// What to do next, given what is known. `values` is the file of distinct values, which is read once they are known.
///
/// # Errors
/// When the plan asks for what a cluster cannot do, does not fit the values, or what came back is damaged.
pub(crate) fn next(
    plan: &Plan,
    values: &Path,
    (known, sharing): (&Known, &Sharing),
    (clock, progress, stop): (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Next, ScanError> {
    check_columns(plan, &known.frame)?;
    refuse_what_cannot_be_done(plan)?;
    let of_role = |role: Role| plan.roles.declared.iter().filter(move |(_, declared)| **declared == role);
    let subject = of_role(Role::Subject).map(|(name, _)| name.clone()).next();
    let columns: Vec<String> =
        of_role(Role::QuasiIdentifier).map(|(name, _)| name.clone()).filter(|name| !plan.drops(name)).collect();
    super::roles::check_lattice(plan, columns.len())?;
    let Some(counts) = &known.values else { return Ok(Next::Values { columns, subject }) };
    let mut stages = Stages::new(clock);
    let coded = Coded::read(plan, values, counts, stop)?;
    let gather = gather_plan(&coded, subject.is_some(), sharing, counts.records);
    let Some(rows) = &known.survey else {
        let parts = gather.parts;
        let [gather, survey] = [Work::Gather(gather.clone()), Work::Survey(gather)].map(Task::new);
        let columns = counts.columns.iter().map(|column| column.name.clone()).collect();
        return Ok(Next::Survey { columns, subject, codes: coded.codes, gather, survey, parts });
    };
    let survey = Survey::of(&gather, rows.iter().cloned().map(Ok), counts.records).map_err(damaged)?;
    if survey.has_odd_subjects {
        return Err(ScanError::NotOnCluster { what: ODD_SUBJECTS });
    }
    stages.end("survey");
    let shape = survey.shape(&gather, &coded.records_by_code);
    match classes(plan, (&survey.outline, &shape), (&known.rounds, sharing), Watch { progress, stop })? {
        Classes::Measured(outcome) => {
            stages.end("measure");
            let found = Found { survey, coded, subject, counts, frame: &known.frame };
            Ok(Next::Done(Box::new(found.into_result(plan, *outcome, (clock, stages)))))
        }
        Classes::Asked { round, count } => {
            let count = *count;
            let numbering = survey.numbering;
            let number = Task::new(Work::Number { gather, numbering, count: count.clone() });
            Ok(Next::Count { round, number, count: Task::new(Work::Count(count.clone())), plan: count })
        }
    }
}

/// Who gathers what: so many parts that each fits the memory of a process.
fn gather_plan(coded: &Coded, has_subjects: bool, sharing: &Sharing, records: u64) -> GatherPlan {
    let bytes = GATHERED_BYTES + GATHERED_COLUMN_BYTES * coded.columns.len() as u64;
    let needed = records.saturating_mul(bytes).div_ceil(sharing.part_bytes.max(1));
    let parts = u32::try_from(needed).unwrap_or(u32::MAX).clamp(sharing.parts.max(1), 1 << 14);
    GatherPlan { key: sharing.key.clone(), parts, has_subjects, columns: coded.columns.clone() }
}

/// What the measure says once it has answers.
enum Classes {
    /// Its outcome.
    Measured(Box<Outcome<Uniqueness>>),
    /// Sets that nobody counted yet, in the round of this number.
    Asked { round: usize, count: Box<CountPlan> },
}

/// Asks the measure, with the answers of more and more rounds, until it has its outcome or asks for more than is known.
fn classes(
    plan: &Plan,
    (outline, shape): (&Outline, &Shape),
    (rounds, sharing): (&[Vec<Row>], &Sharing),
    watch: Watch<'_>,
) -> Result<Classes, ScanError> {
    let settings = uniqueness::Settings {
        k: plan.policy.k,
        max_set: plan.max_set,
        missing: plan.missing,
        seed: plan.seed,
        effects: true,
    };
    let mut counting = Answers::default();
    let mut known = rounds.iter();
    loop {
        let reason = match uniqueness::measure(outline, &settings, &counting, watch) {
            Ok(outcome) => return Ok(Classes::Measured(Box::new(outcome))),
            Err(reason) => reason,
        };
        let asked = counting.take_asked();
        if asked.is_empty() {
            return Err(reason.into());
        }
        let count = count_plan(shape, &asked, sharing);
        let Some(rows) = known.next() else {
            return Ok(Classes::Asked { round: rounds.len(), count: Box::new(count) });
        };
        let counts = answers(&count, rows.iter().cloned().map(Ok)).map_err(damaged)?.pop();
        counting.answered.extend(asked.into_iter().zip(counts.unwrap_or_default()));
    }
}

fn damaged(error: ExchangeError) -> ScanError {
    match error {
        ExchangeError::Stopped(reason) => reason.into(),
        other => ScanError::Cluster { reason: other.to_string() },
    }
}

fn count_plan(shape: &Shape, sets: &[ColumnSet], sharing: &Sharing) -> CountPlan {
    let limits = Limits {
        dense_cells: 1 << 20,
        all_dense_cells: sharing.part_bytes / 32,
        group_cells: 1 << 20,
        part_bytes: sharing.part_bytes,
        fewest_parts: sharing.parts,
    };
    plan(shape, &[Query::Classes(sets.to_vec())], limits)
}

/// Gives the answers that are known, and notes the questions that are not.
#[derive(Default)]
struct Answers {
    answered: BTreeMap<ColumnSet, SetCounts>,
    asked: Mutex<Vec<ColumnSet>>,
}

impl Answers {
    /// The first of the questions that had no answer, as many as are counted together.
    fn take_asked(&mut self) -> Vec<ColumnSet> {
        let asked = std::mem::take(self.asked.get_mut().unwrap_or_else(PoisonError::into_inner));
        asked.into_iter().take(SETS_AT_A_TIME).collect()
    }
}

impl Counting for Answers {
    fn count_sets(&self, sets: &[ColumnSet], _watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        let answers: Option<Vec<SetCounts>> = sets.iter().map(|set| self.answered.get(set).cloned()).collect();
        answers.ok_or_else(|| {
            let unknown = sets.iter().filter(|set| !self.answered.contains_key(*set)).cloned();
            *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = unknown.collect();
            StopReason::Interrupt
        })
    }
}

/// What is said of subjects that a file would read as numbers or dates.
const ODD_SUBJECTS: &str = "subjects that are numbers or dates in several spellings, of which some may be the same; convert the \
                            column in the frame";

/// Says what of a plan cannot be done, so that nothing of it is left out in silence.
fn refuse_what_cannot_be_done(plan: &Plan) -> Result<(), ScanError> {
    let is_rare = |rule: &CoarsenRule| matches!(rule, CoarsenRule::Rare(_));
    let asks = [
        (plan.roles.guess || !plan.roles.declared.values().any(|&role| role == Role::QuasiIdentifier), "guessed roles"),
        (plan.missing == MissingMode::Wildcard, "missing cells that match everything"),
        (plan.coarsen.values().flatten().any(is_rare), "the rule `rare`"),
        (plan.subject_map.is_some(), "a subject map"),
        (plan.recipient.as_ref().is_some_and(|recipient| recipient.consent.is_some()), "a register of consent"),
        (plan.rotate.is_some(), "rotated pseudonyms"),
        (plan.suppress.is_some(), "a budget of suppression"),
        (!plan.joins.is_empty(), "joined tables"),
        (plan.household.is_some(), "a household column"),
        (!plan.aggregates.is_empty(), "tables of totals"),
        (plan.baseline.is_some(), "a baseline"),
        (plan.released, "a released file"),
        (plan.lists.subjects || plan.lists.records || plan.lists.cells, "lists of single subjects, records or cells"),
        (plan.timeout.is_some(), "a time limit"),
        (plan.input.column_spellings.values().any(|spelling| spelling.allow_invalid > 0), "`allow_invalid`"),
        (is_subject_spelled(plan), "declared spellings of subjects"),
    ];
    if let Some((_, what)) = asks.into_iter().find(|(is_asked, _)| *is_asked) {
        return Err(ScanError::NotOnCluster { what });
    }
    // A rule of a column that is not counted would do nothing.
    let role = |name: &str| plan.roles.declared.get(name).copied().unwrap_or(Role::Ignore);
    let is_idle = |name: &&String| role(name) != Role::QuasiIdentifier && !plan.drops(name);
    match plan.coarsen.keys().find(is_idle) {
        Some(name) => Err(TreatmentError::IdleRule { column: name.clone(), role: role(name) }.into()),
        None => Ok(()),
    }
}

/// Whether anything is said of how subjects are written, which nobody here reads.
fn is_subject_spelled(plan: &Plan) -> bool {
    let input = &plan.input;
    let of_column = |name: &String| {
        input.column_null_values.contains_key(name)
            || input.column_spellings.contains_key(name)
            || input.real_values.contains_key(name)
            || input.column_types.get(name).is_some_and(|declared| *declared != ColumnType::Text)
    };
    let mut subjects = plan.roles.declared.iter().filter(|(_, role)| **role == Role::Subject).map(|(name, _)| name);
    subjects.any(|name| !input.null_values.is_empty() || !input.trims() || of_column(name))
}
