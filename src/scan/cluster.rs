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

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;

use super::{Clock, ScanError, Stages, dated, read_lookups};
use crate::input::{self, Extract};
use crate::judge::{self, Case, Judgement, judge};
use crate::measure::uniqueness;
use crate::plan::{CoarsenRule, Plan, shown_name};
use crate::recode::{self, Lookups};
use crate::result::{
    ColumnFacts, ColumnType, Dataset, DatasetColumn, DatasetFacts, InputFile, Measures, MissingMode, NotMeasured,
    Outcome, Role, SCHEMA_VERSION, ScanResult, Tool,
};
use crate::stop::{Progress, Stop, StopReason, Watch};
use crate::table::exchange::{
    CountPlan, ExchangeError, GatherPlan, GatheredColumn, Limits, Question, Row, Shape, Survey, Task, Work, answers,
    plan,
};
use crate::table::{ColumnSet, Counting, SetCounts};

/// Sets that are counted in one exchange: the smallest classes of a subject take a byte for each of them.
const SETS_AT_A_TIME: usize = 256;

/// Bytes that a record takes while a part of subjects is surveyed or numbered, for ten columns of up to four bytes.
const GATHERED_BYTES: u64 = 96;

/// What the cluster has found out so far.
#[derive(Debug, Default)]
pub(crate) struct Known {
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
        /// For each column the code of each distinct value, in the order of the file of values.
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
    refuse_what_cannot_be_done(plan)?;
    let of_role = |role: Role| plan.roles.declared.iter().filter(move |(_, declared)| **declared == role);
    let subject = of_role(Role::Subject).map(|(name, _)| name.clone()).next();
    let columns: Vec<String> =
        of_role(Role::QuasiIdentifier).map(|(name, _)| name.clone()).filter(|name| !plan.drops(name)).collect();
    super::check_lattice(plan, columns.len())?;
    let Some(counts) = &known.values else { return Ok(Next::Values { columns, subject }) };
    let mut stages = Stages::new(clock);
    let coded = Coded::read(plan, values, counts, stop)?;
    let gather = coded.gather_plan(subject.is_some(), sharing, counts.records);
    let Some(rows) = &known.survey else {
        let parts = gather.parts;
        let [gather, survey] = [Work::Gather(gather.clone()), Work::Survey(gather)].map(Task::new);
        let columns = counts.columns.iter().map(|column| column.name.clone()).collect();
        return Ok(Next::Survey { columns, subject, codes: coded.codes, gather, survey, parts });
    };
    let survey = Survey::of(&gather, rows.iter().cloned().map(Ok), counts.records).map_err(damaged)?;
    stages.end("survey");
    let shape = survey.shape(&gather, &coded.records_by_code);
    let settings = uniqueness::Settings {
        k: plan.policy.k,
        max_set: plan.max_set,
        missing: plan.missing,
        seed: plan.seed,
        effects: true,
    };
    let mut answered = BTreeMap::new();
    let mut rounds = known.rounds.iter();
    for round in 0.. {
        let counting = Answers { answered, asked: Mutex::default() };
        match uniqueness::measure(&survey.outline, &settings, &counting, Watch { progress, stop }) {
            Ok(outcome) => {
                stages.end("measure");
                let found = Found { survey, coded, subject, counts };
                return Ok(Next::Done(Box::new(found.told(plan, outcome, (clock, stages)))));
            }
            Err(reason) => {
                let asked = counting.asked.into_inner().unwrap_or_else(PoisonError::into_inner);
                if asked.is_empty() {
                    return Err(reason.into());
                }
                answered = counting.answered;
                let sets: Vec<ColumnSet> = asked.into_iter().take(SETS_AT_A_TIME).collect();
                let count = plan_of(&shape, &sets, sharing);
                let Some(rows) = rounds.next() else {
                    let numbering = survey.numbering;
                    let number = Task::new(Work::Number { gather, numbering, count: count.clone() });
                    let task = Task::new(Work::Count(count.clone()));
                    return Ok(Next::Count { round, number, count: task, plan: count });
                };
                let counts = answers(&count, rows.iter().cloned().map(Ok)).map_err(damaged)?.pop();
                answered.extend(sets.into_iter().zip(counts.unwrap_or_default()));
            }
        }
    }
    Err(ScanError::Interrupted)
}

fn damaged(error: ExchangeError) -> ScanError {
    match error {
        ExchangeError::Stopped(reason) => reason.into(),
        other => ScanError::Cluster { reason: other.to_string() },
    }
}

fn plan_of(shape: &Shape, sets: &[ColumnSet], sharing: &Sharing) -> CountPlan {
    let limits = Limits {
        dense_cells: 1 << 20,
        all_dense_cells: sharing.part_bytes / 32,
        group_cells: 1 << 20,
        part_bytes: sharing.part_bytes,
        fewest_parts: sharing.parts,
    };
    plan(shape, &[Question::Classes(sets.to_vec())], limits)
}

/// Gives the answers that are known, and notes the questions that are not.
struct Answers {
    answered: BTreeMap<ColumnSet, SetCounts>,
    asked: Mutex<Vec<ColumnSet>>,
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
        (
            !plan.input.null_values.is_empty() && plan.roles.declared.values().any(|&role| role == Role::Subject),
            "declared spellings of missing subjects",
        ),
    ];
    match asks.into_iter().find(|(is_asked, _)| *is_asked) {
        Some((_, what)) => Err(ScanError::NotOnCluster { what }),
        None => Ok(()),
    }
}

/// The distinct values as read and treated.
struct Coded {
    /// The columns as they are described, without what only their records show.
    described: Vec<DatasetColumn>,
    /// What is counted, without records.
    columns: Vec<GatheredColumn>,
    /// Of each column, the code of each distinct value in the order of the file.
    codes: Vec<Vec<u32>>,
    /// Of each column, how many records have each code.
    records_by_code: Vec<Vec<u64>>,
}

impl Coded {
    /// Reads the file of values as any other file, and treats its columns one by one.
    fn read(plan: &Plan, file: &Path, counts: &ValueCounts, stop: &Stop) -> Result<Self, ScanError> {
        let source = input::open(&[file.to_string_lossy().into_owned()], &plan.input)?;
        let wanted = vec![true; source.columns().len()];
        let extract = input::read(source, &wanted, &crate::stop::NoProgress, stop, plan.memory)?;
        check_values(&extract, counts)?;
        let missing = missing_cells(&extract, counts);
        let plan = &plan_of_values(plan, &extract);
        let lookups = read_lookups(plan, stop)?;
        let lookups = Lookups { hierarchies: lookups.hierarchies, ..Lookups::default() };
        let roles = recode::roles_under(&extract, plan)?;
        super::refuse_open_readings(&extract, &roles, plan)?;
        refuse_suppressed(&extract, plan)?;
        let treated = recode::treat(extract, &roles, plan, &lookups)?;
        let mut all =
            Self { described: Vec::new(), columns: Vec::new(), codes: Vec::new(), records_by_code: Vec::new() };
        for ((column, of_column), (described, missing)) in
            treated.columns.iter().zip(&counts.columns).zip(treated.described.into_iter().zip(missing))
        {
            let codes: Vec<u32> = (0..of_column.counts.len()).map(|place| column.value_of(place)).collect();
            let mut records = vec![0; column.cardinality as usize];
            for (&code, count) in codes.iter().zip(&of_column.counts) {
                records[code as usize] += count;
            }
            all.columns.push(GatheredColumn {
                name: column.name.clone(),
                cardinality: column.cardinality,
                missing: column.missing,
                varies: plan.declarations.varies(&column.name),
            });
            all.codes.push(codes);
            all.records_by_code.push(records);
            all.described.push(DatasetColumn { missing, facts: ColumnFacts::default(), ..described });
        }
        Ok(all)
    }

    fn gather_plan(&self, has_subjects: bool, sharing: &Sharing, records: u64) -> GatherPlan {
        let needed = records.saturating_mul(GATHERED_BYTES).div_ceil(sharing.part_bytes.max(1));
        let parts = u32::try_from(needed).unwrap_or(u32::MAX).clamp(sharing.parts.max(1), 1 << 14);
        GatherPlan { key: sharing.key.clone(), parts, has_subjects, columns: self.columns.clone() }
    }
}

/// The values must be those that were counted.
fn check_values(extract: &Extract, counts: &ValueCounts) -> Result<(), ScanError> {
    let is_counted = |(column, counted): (&input::ExtractColumn, &ColumnCounts)| {
        let is_whole = counted.counts.iter().sum::<u64>() == counts.records;
        column.name == counted.name && counted.counts.len() as u64 <= extract.records && is_whole
    };
    let same = extract.columns.len() == counts.columns.len();
    if same && extract.columns.iter().zip(&counts.columns).all(is_counted) {
        return Ok(());
    }
    Err(ScanError::Cluster { reason: "the distinct values are not those that were counted".to_owned() })
}

/// Records with a missing cell in each column.
fn missing_cells(extract: &Extract, counts: &ValueCounts) -> Vec<u64> {
    let of = |(column, counted): (&input::ExtractColumn, &ColumnCounts)| {
        let Some(coded) = &column.coded else { return 0 };
        let is_missing = |place: usize| coded.dictionary.value(coded.codes.get(place)).is_none();
        counted.counts.iter().enumerate().filter(|(place, _)| is_missing(*place)).map(|(_, records)| records).sum()
    };
    extract.columns.iter().zip(&counts.columns).map(of).collect()
}

/// The plan as far as it speaks of single values.
fn plan_of_values(plan: &Plan, extract: &Extract) -> Plan {
    let is_there = |name: &str| extract.columns.iter().any(|column| column.name == name);
    let mut plan = plan.clone();
    plan.roles.declared.retain(|name, _| is_there(name));
    plan.coarsen.retain(|name, _| is_there(name));
    plan.unicity = crate::plan::UnicityPlan::default();
    plan.linkage = crate::plan::LinkagePlan::default();
    plan.sensitive_distances.clear();
    plan
}

/// A record of which nothing is left but marks is left out of a scan, which a list of values cannot tell.
fn refuse_suppressed(extract: &Extract, plan: &Plan) -> Result<(), ScanError> {
    let is_mark = |column: &&input::ExtractColumn| {
        let values = column.coded.iter().flat_map(|coded| coded.dictionary.values()).flatten();
        values.into_iter().any(|value| plan.input.is_suppression_mark(value.expose()))
    };
    match extract.columns.iter().find(is_mark) {
        Some(_) => Err(ScanError::NotOnCluster { what: "suppressed cells" }),
        None => Ok(()),
    }
}

/// Everything that was found out.
struct Found<'a> {
    survey: Survey,
    coded: Coded,
    subject: Option<String>,
    counts: &'a ValueCounts,
}

impl Found<'_> {
    fn told(
        self,
        plan: &Plan,
        uniqueness: Outcome<crate::result::Uniqueness>,
        (clock, mut stages): (&dyn Clock, Stages<'_>),
    ) -> ScanResult {
        let dataset = self.dataset(plan);
        let not_looked = "a scan on a cluster counts equivalence classes; scan a file for this";
        let measures = Measures {
            uniqueness: Some(uniqueness),
            unicity: dataset.subject.is_some().then(|| Outcome::incomplete("not-distributed", not_looked)),
            identifiers: Some(Outcome::incomplete("not-distributed", not_looked)),
            linkage: (!plan.linkage.is_empty()).then(|| Outcome::incomplete("not-distributed", not_looked)),
            ..Measures::default()
        };
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
        let asked =
            |measure: &&crate::measure::Measure| plan.asks(measure.name) && measures.outcome(measure.name).is_none();
        let others = crate::measure::ALL
            .iter()
            .filter(asked)
            .map(|measure| NotMeasured { measure: measure.name.to_owned(), reason: not_looked.to_owned() });
        let others: Vec<NotMeasured> =
            others.filter(|entry| not_measured.iter().all(|other| other.measure != entry.measure)).collect();
        not_measured.push(NotMeasured {
            measure: "columns".to_owned(),
            reason:
                "only the subject and the quasi-identifiers were read; nothing is known of other columns of the frame"
                    .to_owned(),
        });
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
            sections: crate::measure::sections(&figures),
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
        let Self { survey, coded, subject, counts } = self;
        let places = survey.outline.columns.iter().zip(&survey.variations).zip(&survey.has_value);
        let described = coded.described.iter().zip(places).map(|(column, ((outline, variation), has_value))| {
            let mut column = column.clone();
            column.constant_per_subject = outline.constant_per_subject;
            column.facts.measured = Some(*has_value);
            column.facts.variation = outline.variability;
            column.facts.comparable_subjects = variation.map(|variation| variation.comparable);
            column.facts.varying_subjects = variation.map(|variation| variation.varying);
            column.facts.share_varying = variation.and_then(crate::table::Variation::share);
            column
        });
        let of_subject = subject.as_ref().map(|name| DatasetColumn {
            name: name.clone(),
            role: Role::Subject,
            guessed: false,
            guess_reason: None,
            looks_like: None,
            column_type: ColumnType::Text,
            distinct: survey.outline.subjects,
            missing: survey.outline.records_without_subject,
            constant_per_subject: None,
            coarsen: Vec::new(),
            facts: ColumnFacts::default(),
        });
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
            columns: of_subject.into_iter().chain(described).collect(),
            facts: DatasetFacts::default(),
        }
    }
}
