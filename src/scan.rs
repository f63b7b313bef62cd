//! The pipeline: from a plan to a result, one direction, one screen.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::advice::{self, Advised};
use crate::config::{self, ConfigError, InputOptions, Plan};
use crate::input::{self, Extract, InputError, Source};
use crate::judge::{Case, Judgement, judge};
use crate::measure::identifiers::{self, SearchedColumn};
use crate::measure::uniqueness;
use crate::result::{
    Consent, Dataset, Measures, MissingMode, NotMeasured, Outcome, Policy, Recipient, Role, Run, SCHEMA_VERSION,
    ScanResult, Stage, Tool,
};
use crate::stop::{NoProgress, Progress, Stop, StopReason};
use crate::table::{SubjectCodes, Table, TooManyRecords, lattice_size, scratch_bytes};
use crate::treatment::{self, ColumnRole, ConsentCounts, Ladder, Lookups, TreatmentError};

/// More column sets than this are refused before anything is counted: their result would be too large to read.
pub const MOST_SETS: u64 = 5_000;

/// The edge of the program tells the time and what the process uses; nothing else looks.
pub trait Clock: Sync {
    /// Time of day.
    fn now(&self) -> Timestamp;
    /// Time since the program started.
    fn elapsed(&self) -> Duration;
    /// Peak resident memory of the process, where the system tells it.
    fn peak_memory_bytes(&self) -> Option<u64> {
        None
    }
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The plan does not fit the extract.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The extract could not be read.
    #[error(transparent)]
    Input(InputError),
    /// Values could not be treated as planned.
    #[error(transparent)]
    Treatment(#[from] TreatmentError),
    /// The lattice is too large.
    #[error(
        "{} column sets of up to {max_set} out of {} quasi-identifiers are too many; at most {} are counted",
        config::grouped(*sets),
        config::grouped(*columns as u64),
        config::grouped(MOST_SETS)
    )]
    TooManySets {
        /// Sets in the lattice.
        sets: u64,
        /// Largest set size asked for.
        max_set: usize,
        /// Quasi-identifiers.
        columns: usize,
    },
    /// More records than a table holds.
    #[error(transparent)]
    TooManyRecords(#[from] TooManyRecords),
    /// The time limit was over before anything could be measured.
    #[error("the time limit was over before the extract was read")]
    TimedOut,
    /// The user or the system ended the program.
    #[error("interrupted")]
    Interrupted,
}

impl ScanError {
    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::TooManySets { .. } => 2,
            Self::Treatment(error) if error.is_plan_error() => 2,
            Self::Input(InputError::Memory { .. }) | Self::TimedOut => 4,
            Self::Input(_) | Self::Treatment(_) | Self::TooManyRecords(_) => 3,
            Self::Interrupted => 130,
        }
    }

    /// What the user can change, when there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Input(error) => error.hint(),
            Self::Treatment(error) => error.hint(),
            Self::TooManySets { columns, .. } => Some(smaller_plan(*columns)),
            Self::TooManyRecords(_) => Some("scan the extract in parts that hold whole subjects".to_owned()),
            Self::TimedOut => Some("raise `--timeout`, or name fewer columns".to_owned()),
            Self::Interrupted => None,
        }
    }
}

impl From<InputError> for ScanError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Stopped(reason) => reason.into(),
            error => Self::Input(error),
        }
    }
}

impl From<StopReason> for ScanError {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Timeout | StopReason::WorkLimit => Self::TimedOut,
            StopReason::Interrupt => Self::Interrupted,
        }
    }
}

/// The largest plan that is accepted for this many quasi-identifiers.
fn smaller_plan(columns: usize) -> String {
    match (1..=columns).take_while(|&size| lattice_size(columns, size) <= MOST_SETS).last() {
        Some(size) => format!("use `--max-set {size}`, or name fewer columns with `--quasi`"),
        None => format!("name at most {} columns with `--quasi`", config::grouped(MOST_SETS)),
    }
}

/// Reads the extract, counts its crowds, and judges them.
///
/// # Errors
/// When the plan does not fit the extract, the extract cannot be read, or the program is asked to end. A measure cut
/// off by the time limit is not an error: the result says so and never passes.
pub fn scan(plan: &Plan, clock: &dyn Clock, progress: &dyn Progress, stop: &Stop) -> Result<ScanResult, ScanError> {
    let mut stages = Stages::new(clock);
    let source = input::open(&plan.inputs, &plan.input)?;
    config::check_columns(plan, source.columns())?;
    check_lattice(plan, declared_quasi_identifiers(plan))?;
    let name = plan.dataset_name.clone().unwrap_or_else(|| source.name().to_owned());
    let wanted: Vec<bool> = source.columns().iter().map(|column| is_needed(plan, column)).collect();
    let extract = input::read(source, &wanted, progress, stop, plan.memory)?;
    stages.end("read");

    let roles = treatment::roles(&extract, &plan.roles)?;
    check_lattice(plan, roles.iter().filter(|column| column.role == Role::QuasiIdentifier).count())?;
    let searched = searched_columns(&extract);
    let Prepared { dataset, table, recipient, ladders } = treat(extract, &roles, plan, name, stop)?;
    stages.end("treat");

    let (measures, mut not_measured) = measure_all(&table, &searched, plan, progress, stop)?;
    stages.end("measure");

    let as_of = plan.as_of.unwrap_or_else(|| clock.now().to_zoned(TimeZone::UTC).date());
    let policy = dated(plan, recipient.as_ref(), as_of);
    let Judgement { verdict, findings, waivers, not_measured: not_gated } = judge(Case {
        dataset: &dataset,
        measures: &measures,
        policy: &policy,
        recipient: recipient.as_ref(),
        waivers: &plan.waivers,
        as_of: Some(as_of),
    });
    // What was left out has its reason already.
    let known: Vec<String> = not_measured.iter().map(|entry| entry.measure.clone()).collect();
    not_measured.extend(not_gated.into_iter().filter(|entry| !known.contains(&entry.measure)));
    stages.end("judge");

    let Advised { advice, left_out } = advise(table, ladders, &measures, plan, progress, stop)?;
    not_measured.extend(left_out.map(|reason| NotMeasured { measure: advice::NAME.to_owned(), reason }));
    stages.end("advise");
    Ok(ScanResult {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        run: stages.finish(plan, &dataset),
        dataset,
        recipient,
        verdict,
        policy,
        measures,
        findings,
        waivers,
        not_measured,
        advice,
    })
}

/// The policy with the day it was judged for, where something depends on the day.
fn dated(plan: &Plan, recipient: Option<&Recipient>, as_of: Date) -> Policy {
    let ends = !plan.waivers.is_empty() || recipient.is_some_and(|recipient| recipient.ends.is_some());
    Policy { as_of: ends.then(|| as_of.to_string()), ..plan.policy.clone() }
}

fn declared_quasi_identifiers(plan: &Plan) -> usize {
    plan.roles.declared.values().filter(|&&role| role == Role::QuasiIdentifier).count()
}

fn check_lattice(plan: &Plan, columns: usize) -> Result<(), ScanError> {
    let sets = lattice_size(columns, plan.max_set);
    if sets > MOST_SETS {
        return Err(ScanError::TooManySets { sets, max_set: plan.max_set, columns });
    }
    Ok(())
}

/// Whether the values of a column must be kept: when guessing, any may matter; else those that are counted.
fn is_needed(plan: &Plan, column: &str) -> bool {
    let counted = |role: &Role| matches!(role, Role::Subject | Role::QuasiIdentifier);
    plan.roles.guess || plan.roles.declared.get(column).is_some_and(counted)
}

/// An extract without its values.
pub(crate) struct Prepared {
    pub(crate) dataset: Dataset,
    table: Table,
    recipient: Option<Recipient>,
    /// For each column of the table, the coarser forms that advice may try.
    ladders: Vec<Ladder>,
}

/// Roles and rules are applied, records are sorted by subject, and the values are let go.
pub(crate) fn treat(
    extract: Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    name: String,
    stop: &Stop,
) -> Result<Prepared, ScanError> {
    let lookups = read_lookups(plan, stop)?;
    let files = extract.files.clone();
    let records = extract.records;
    let treated = treatment::treat(extract, roles, plan, &lookups)?;
    let recipient = recipient_of(plan, &lookups, treated.consent);
    drop(lookups);
    let subject = treated.subject.as_ref().map(|subject| subject.name.clone());
    let subjects_not_in_map = plan.subject_map.as_ref().and(treated.subject.as_ref()).map(|subject| subject.unmapped);
    let codes = treated.subject.map(|subject| SubjectCodes {
        codes: subject.codes,
        cardinality: subject.distinct,
        missing: subject.missing,
    });
    let count = usize::try_from(records).map_err(|_| TooManyRecords)?;
    let table = Table::new(treated.columns, codes, count)?;
    let mut columns = treated.described;
    for (place, column) in table.columns().iter().enumerate() {
        let described = columns.iter_mut().find(|described| described.name == column.name);
        if let Some(described) = described {
            described.constant_per_subject = table.constant_per_subject(place);
        }
    }
    let dataset = Dataset {
        name,
        files,
        records,
        subjects: table.subjects() as u64,
        records_without_subject: table.records_without_subject(),
        subjects_not_in_map,
        subject,
        columns,
    };
    Ok(Prepared { dataset, table, recipient, ladders: treated.ladders })
}

/// The terms as declared, with what the register says: counts only.
fn recipient_of(plan: &Plan, lookups: &Lookups, counts: Option<ConsentCounts>) -> Option<Recipient> {
    let mut recipient = plan.recipient.as_ref()?.terms.clone();
    let file = lookups.consent.as_ref().and_then(|register| register.files.first());
    recipient.consent = counts.zip(file).map(|(counts, file)| Consent {
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        subjects: counts.subjects,
        without_consent: counts.without_consent,
    });
    Some(recipient)
}

/// Reads the small files that the plan refers to: the subject map, the consent register and the hierarchies.
pub(crate) fn read_lookups(plan: &Plan, stop: &Stop) -> Result<Lookups, ScanError> {
    let read = |path: &std::path::Path, options: &InputOptions| -> Result<Extract, ScanError> {
        let source: Source = input::open(&[path.to_string_lossy().into_owned()], options)?;
        let wanted = vec![true; source.columns().len()];
        Ok(input::read(source, &wanted, &NoProgress, stop, plan.memory)?)
    };
    let headless = InputOptions { header: Some(false), ..InputOptions::default() };
    let mut lookups = Lookups::default();
    if let Some(map) = &plan.subject_map {
        lookups.subject_map = Some(read(&map.file, &InputOptions::default())?);
    }
    if let Some(register) = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref()) {
        lookups.consent = Some(read(&register.file, &InputOptions::default())?);
    }
    for file in treatment::hierarchy_files(plan) {
        let hierarchy = read(&file, &headless)?;
        lookups.hierarchies.insert(file, hierarchy);
    }
    Ok(lookups)
}

/// What reading found in the cells of every column.
fn searched_columns(extract: &Extract) -> Vec<SearchedColumn> {
    let searched = extract.columns.iter().map(|column| SearchedColumn {
        name: column.name.clone(),
        values: extract.records - column.missing,
        found: column.identifiers.clone(),
    });
    searched.collect()
}

/// Every measure that was asked for and applies; the others with the reason why not.
fn measure_all(
    table: &Table,
    searched: &[SearchedColumn],
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<(Measures, Vec<NotMeasured>), ScanError> {
    let mut measures = Measures::default();
    let mut not_measured = Vec::new();
    let mut leave_out = |measure: &str, reason: &str| {
        not_measured.push(NotMeasured { measure: measure.to_owned(), reason: reason.to_owned() });
    };
    let asked = |name: &str| plan.measures.is_empty() || plan.measures.iter().any(|measure| measure == name);
    if !asked(uniqueness::NAME) {
        leave_out(uniqueness::NAME, "not asked for with `--measures`");
    } else if table.columns().is_empty() {
        leave_out(uniqueness::NAME, "no column has the role `quasi-identifier`");
    } else {
        measures.uniqueness = Some(measure_uniqueness(table, plan, progress, stop)?);
    }
    if asked(identifiers::NAME) {
        let records = table.records() as u64 + table.records_without_subject();
        measures.identifiers = Some(identifiers::measure(records, searched, &plan.permitted_identifiers));
    } else {
        leave_out(identifiers::NAME, "not asked for with `--measures`");
    }
    Ok((measures, not_measured))
}

fn measure_uniqueness(
    table: &Table,
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Outcome<crate::result::Uniqueness>, ScanError> {
    let needed = table.bytes() as u64 + scratch_bytes(table, rayon::current_num_threads());
    if let Some(allowed) = plan.memory.filter(|&allowed| needed > allowed) {
        let explanation = format!(
            "counting needs about {} MiB and `--memory` allows {} MiB; raise it, or name fewer columns",
            needed.div_ceil(1 << 20),
            allowed >> 20
        );
        return Ok(Outcome::Incomplete { reason: "memory".to_owned(), explanation });
    }
    let settings =
        uniqueness::Settings { k: plan.policy.k, max_set: plan.max_set, missing: plan.missing, seed: plan.seed };
    Ok(uniqueness::measure(table, &settings, progress, stop)?)
}

/// Proposes changes where crowds were counted; says why where that is not possible.
fn advise(
    table: Table,
    ladders: Vec<Ladder>,
    measures: &Measures,
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Advised, ScanError> {
    match &measures.uniqueness {
        Some(Outcome::Measured { .. }) => {}
        Some(Outcome::Incomplete { .. }) => {
            return Ok(Advised::without("the crowds of the extract as it is were not counted to the end"));
        }
        // The measure itself is listed with its reason.
        Some(Outcome::Undefined { .. }) | None => return Ok(Advised::default()),
    }
    if plan.missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some()) {
        return Ok(Advised::without(
            "changes are not tried out where missing cells match everything; scan with `--missing own-category` for advice",
        ));
    }
    let needed = table.bytes() as u64 * 2
        + advice::extra_bytes(&table, &ladders) * 2
        + scratch_bytes(&table, rayon::current_num_threads());
    if plan.memory.is_some_and(|allowed| needed > allowed) {
        return Ok(Advised::without("trying out changes needs more memory than `--memory` allows"));
    }
    let settings = advice::Settings { k: plan.policy.k, gate_any_record: plan.policy.gate_any_record };
    Ok(advice::advise(table, ladders, settings, progress, stop)?)
}

/// The course of the run, for the record.
struct Stages<'a> {
    clock: &'a dyn Clock,
    started: Timestamp,
    began: Duration,
    last: Duration,
    ended: Vec<Stage>,
}

impl<'a> Stages<'a> {
    fn new(clock: &'a dyn Clock) -> Self {
        let began = clock.elapsed();
        Self { clock, started: clock.now(), began, last: began, ended: Vec::new() }
    }

    fn end(&mut self, stage: &str) {
        let now = self.clock.elapsed();
        self.ended.push(Stage { stage: stage.to_owned(), elapsed_ms: milliseconds(now.saturating_sub(self.last)) });
        self.last = now;
    }

    fn finish(self, plan: &Plan, dataset: &Dataset) -> Run {
        Run {
            id: run_id(self.started, plan, dataset),
            started_at: self.started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            finished_at: self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            elapsed_ms: milliseconds(self.last.saturating_sub(self.began)),
            stages: self.ended,
            peak_memory_bytes: self.clock.peak_memory_bytes(),
            seed: plan.seed,
            threads: rayon::current_num_threads(),
            engine: "local".to_owned(),
            config_sha256: plan.config_sha256.clone(),
            config: plan.config.clone(),
            audience: plan.audience,
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// UTC start and six digits of a hash of input and plan, so that runs sort by time and tell apart what they scanned.
fn run_id(started: Timestamp, plan: &Plan, dataset: &Dataset) -> String {
    let mut hash = Sha256::new();
    for file in &dataset.files {
        hash.update(file.sha256.as_bytes());
    }
    // What the machine has to offer changes no figure, nor does the place of the configuration.
    let plan = Plan { memory: None, threads: None, config: None, ..plan.clone() };
    hash.update(format!("{plan:?}").as_bytes());
    let digest = hash.finalize();
    let [first, second, third, ..] = digest[..] else { unreachable!("a SHA-256 has 32 bytes") };
    format!("{}-{first:02x}{second:02x}{third:02x}", started.strftime("%Y%m%dT%H%M%SZ"))
}
