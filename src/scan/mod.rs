//! The pipeline: from a plan to a result, one direction, one screen.

mod baseline;
mod beside;
mod cells;
#[cfg(feature = "cli")]
pub(crate) mod cluster;
mod error;
mod events;
mod ground;
mod kept;
mod linkage;
mod measure;
mod prepare;
#[cfg(feature = "cli")]
mod record;
mod removal;
mod roles;
mod stages;
mod subjects;
mod tables;
mod totals;
#[cfg(feature = "cli")]
mod unchanged;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use baseline::figures_before;
pub(crate) use beside::Beside;
pub use cells::CellList;
pub use error::ScanError;
pub(crate) use ground::ColumnGround;
#[cfg(feature = "cli")]
pub(crate) use kept::{KEY_FILE, holds_releases};
pub(crate) use kept::{KeptFile, keeps_contributors, kept_of};
pub(crate) use linkage::open as open_sources;
pub(crate) use prepare::{Prepared, read_lookups, treat};
#[cfg(feature = "cli")]
pub(crate) use record::record_of;
pub(crate) use removal::leave_out_exposed;
pub(crate) use roles::is_named;
pub use subjects::{Lists, RecordList, SubjectList, SubjectPoints, SubjectRow};
pub(crate) use tables::open as open_tables;
#[cfg(feature = "cli")]
pub(crate) use unchanged::fingerprint_before;

use crate::advice::{self, Advised};
use crate::input::{self, Extract};
use crate::judge::{self, Case, Judgement, judge};
use crate::measure::aggregates::TableRecords;
use crate::measure::attribute::SecretValues;
use crate::plan::{self, Plan};
use crate::recode::{ColumnRole, EventValues, Ladder};
use crate::release;
use crate::result::{
    Advice, BaselineUsed, Dataset, LinkedSource, Measures, NotMeasured, Policy, Recipient, Role, SCHEMA_VERSION,
    ScanResult, Tool, VerdictOutcome,
};
use crate::stop::{Progress, Stop, Watch};
use crate::table::{Column, Table};
use events::Events;
use linkage::Opened;
use measure::{Joined, Measured, advise, measure_all, searched_columns};
use roles::{check_lattice, declared_quasi_identifiers, is_needed, roles_of};
pub(crate) use stages::Stages;
use subjects::Positions;

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

/// Reads the extract, counts its classes, and judges them.
///
/// # Errors
/// When the plan does not fit the extract, the extract cannot be read, or the program is asked to end. A measure cut
/// off by the time limit is not an error: the result says so and never passes.
pub fn scan(plan: &Plan, clock: &dyn Clock, progress: &dyn Progress, stop: &Stop) -> Result<ScanResult, ScanError> {
    scan_listing(plan, clock, progress, stop).map(|(result, _)| result)
}

/// [`scan`], and beside the result the figures of single subjects and records where the plan asks for them and there are any.
///
/// # Errors
/// As [`scan`].
pub fn scan_listing(
    plan: &Plan,
    clock: &dyn Clock,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<(ScanResult, Lists), ScanError> {
    scan_noting(plan, clock, progress, stop).map(|scanned| (scanned.result, scanned.lists))
}

/// What a scan gives beside its result.
pub(crate) struct Scanned {
    pub(crate) result: ScanResult,
    pub(crate) lists: Lists,
    /// Which bytes were read beside the extract.
    pub(crate) beside: Beside,
    /// What later scans compare their tables of totals with; whoever asked for the scan writes it.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line alone writes it"))]
    pub(crate) kept: Vec<KeptFile>,
}

/// [`scan_listing`], and which bytes were read beside the extract.
///
/// # Errors
/// As [`scan`].
pub(crate) fn scan_noting(
    plan: &Plan,
    clock: &dyn Clock,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Scanned, ScanError> {
    let mut stages = Stages::new(clock);
    let (read, opened) = read(plan, progress, stop)?;
    stages.end("read");
    let plan = &beside_earlier(plan, &read.name, clock)?;
    scan_staged((read, opened), plan, stages, (clock, progress, stop))
}

/// The plan with the earlier run that it asks for. A name that is known before the extract is read costs nobody the reading.
fn beside_earlier(plan: &Plan, name: &str, clock: &dyn Clock) -> Result<Plan, ScanError> {
    let known = plan.baseline.as_ref().map(|asked| baseline::load(asked, name, clock.now())).transpose()?;
    Ok(Plan { known_baseline: known.map(Arc::new), ..plan.clone() })
}

/// [`scan_noting`] of finished tables that this program made of these records, in the order of the plan.
///
/// # Errors
/// As [`scan`].
pub(crate) fn scan_made(
    plan: &Plan,
    made_of: &[Option<Arc<TableRecords>>],
    clock: &dyn Clock,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Scanned, ScanError> {
    let mut stages = Stages::new(clock);
    let (read, opened) = read(plan, progress, stop)?;
    stages.end("read");
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let asked = Asked { plan, today, progress, stop, made_of };
    let ReadExtract { extract, name, ground, .. } = read;
    let examined = ground.told(examine(extract, opened, name, asked, &mut stages))?;
    ground.told(examined.told(plan, today, stages, (progress, stop), None))
}

/// [`scan_noting`] of an extract that was read before, under a plan that reads the same.
///
/// # Errors
/// As [`scan`].
pub(crate) fn scan_read(
    read: ReadExtract,
    plan: &Plan,
    clock: &dyn Clock,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Scanned, ScanError> {
    scan_staged((read, open_sources(plan)?), plan, Stages::new(clock), (clock, progress, stop))
}

fn scan_staged(
    (read, opened): (ReadExtract, Opened),
    plan: &Plan,
    stages: Stages<'_>,
    watched: (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Scanned, ScanError> {
    let ground = read.ground.clone();
    ground.told(scan_on_ground((read, opened), plan, stages, watched))
}

fn scan_on_ground(
    (read, opened): (ReadExtract, Opened),
    plan: &Plan,
    mut stages: Stages<'_>,
    (clock, progress, stop): (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Scanned, ScanError> {
    let ReadExtract { extract, name, .. } = read;
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let kept = release::is_searched(plan, &extract).then(|| extract.clone());
    let examined = examine(extract, opened, name, Asked { plan, today, progress, stop, made_of: &[] }, &mut stages)?;
    let passes = examined.judgement.verdict.outcome == VerdictOutcome::Pass;
    let advised = match kept.filter(|_| !passes) {
        Some(extract) => release::recommended(plan, &extract, today, &examined, (clock, progress, stop))?,
        None => None,
    };
    examined.told(plan, today, stages, (progress, stop), advised)
}

/// An extract as read.
#[derive(Clone)]
pub(crate) struct ReadExtract {
    pub(crate) extract: Extract,
    /// Name of the dataset.
    pub(crate) name: String,
    /// What stands between its fields, where it is delimited text.
    pub(crate) delimiter: Option<u8>,
    /// Where its columns are that do not fit in memory.
    pub(crate) ground: ColumnGround,
}

/// Reads the extract with its tables.
///
/// # Errors
/// As [`scan`]. A source that cannot be opened is told at once as well.
pub(crate) fn read_extract(plan: &Plan, progress: &dyn Progress, stop: &Stop) -> Result<ReadExtract, ScanError> {
    read(plan, progress, stop).map(|(read, _)| read)
}

/// The same with the sources, which are opened before the extract is read.
fn read(plan: &Plan, progress: &dyn Progress, stop: &Stop) -> Result<(ReadExtract, Opened), ScanError> {
    let _reading = stop.while_reading();
    let mut source = input::open(&plan.inputs, &plan.input)?;
    source.pass_over_unspelled(|column| is_named(plan, column));
    let tables = tables::open(plan, source.columns())?;
    plan::check_columns(plan, tables.columns())?;
    let opened = open_sources(plan)?;
    check_lattice(plan, declared_quasi_identifiers(plan))?;
    let name = plan.dataset_name.clone().unwrap_or_else(|| source.name().to_owned());
    let delimiter = source.delimiter();
    let wanted: Vec<bool> = source.columns().iter().map(|column| is_needed(plan, column)).collect();
    let ground = ColumnGround::of(plan, stop);
    let read_on_ground = || {
        let mut extract = input::read_all(source, &wanted, progress, stop, ground.allowance(plan.memory))?;
        tables.bring_to(&mut extract, plan, &ground, (progress, stop))?;
        Ok::<_, ScanError>(extract)
    };
    let extract = ground.told(read_on_ground())?;
    Ok((ReadExtract { extract, name, delimiter, ground }, opened))
}

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
    let linkage = linkage::settle(plan, &extract.columns, &roles, &opened)?;
    // Limits that are relative to an earlier run are numbers before anything is drawn for them.
    let policy = judge::resolved(&plan.policy, plan.known_baseline.as_deref());
    let plan = &Plan { linkage, policy, as_of: Some(as_of), ..plan.clone() };
    let course = Course { plan, progress, stop };
    let searched = searched_columns(&extract, &roles, plan);
    let Prepared {
        dataset,
        table,
        recipient,
        mut ladders,
        mut events,
        secrets,
        quasi_identifiers,
        rotation,
        first_records,
        record_numbers,
        side,
        totals,
        table_labels,
        mut finished,
        mut beside,
    } = treat(extract, &roles, plan, name, stop)?;
    stages.end("treat");
    for (files, made_of) in finished.iter_mut().zip(made_of) {
        files.made_of.clone_from(made_of);
    }

    let known = Events {
        described: &dataset.columns,
        values: &events,
        secrets: &secrets,
        ladders: &ladders,
        positions: Positions { first_records: &first_records, record_numbers: &record_numbers },
        rotation: rotation.as_ref(),
    };
    let (kept, not_kept) = kept::kept_files(plan, &totals, stop)?;
    let joined = Joined { side, opened, dataset: &dataset, searched: &searched, totals: &totals, finished: &finished };
    let measured = measure_all(table, quasi_identifiers, known, joined, course)?;
    let Measured { table, period, measures, left_out: mut not_measured, advice: about_known_points, mut lists, .. } =
        measured;
    let keys = |rotation: &linkage::Rotation| events.get(rotation.column).map(|events| events.keys.clone());
    let period = period.zip(rotation.as_ref().and_then(keys));
    if plan.lists.cells {
        let (cells, not_listed) = CellList::asked_for(plan, &totals, &table_labels, Watch { progress, stop })?;
        lists.cells = cells;
        not_measured.extend(not_listed);
    }
    let sources = measured.sources;
    beside.append(measured.beside);
    ladders.truncate(quasi_identifiers);
    events.truncate(quasi_identifiers);
    stages.end("measure");

    let policy = dated(plan, recipient.as_ref(), [as_of, today]);
    let judgement = judge(Case {
        dataset: &dataset,
        measures: &measures,
        policy: &policy,
        recipient: recipient.as_ref(),
        declarations: &plan.declarations,
        waivers: &plan.waivers,
        as_of: Some(as_of),
        today: Some(today),
        baseline: plan.known_baseline.as_deref(),
    });
    // What was left out has its reason already.
    let known: Vec<String> = not_measured.iter().map(|entry| entry.measure.clone()).collect();
    let not_gated = judgement.not_measured.iter().filter(|entry| !known.contains(&entry.measure));
    not_measured.extend(not_gated.cloned());
    not_measured.extend(not_kept);
    stages.end("judge");
    Ok(Examined {
        dataset,
        recipient,
        policy,
        measures,
        judgement,
        sources,
        not_measured,
        lists,
        beside,
        kept,
        table,
        ladders,
        period,
        values: events,
        secrets,
        about_known_points,
    })
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
    fn told(
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

/// What every step goes by: what is asked, who is told how far it is, and whether to end.
#[derive(Clone, Copy)]
struct Course<'a> {
    plan: &'a Plan,
    progress: &'a dyn Progress,
    stop: &'a Stop,
}

/// Proposals about classes come first; where classes are large enough, the first one about known points is the one to try.
fn join(advice: &mut Vec<Advice>, mut about_known_points: Vec<Advice>) {
    if let (true, Some(first)) = (advice.is_empty(), about_known_points.first_mut()) {
        first.recommended = !first.changes.is_empty();
    }
    advice.append(&mut about_known_points);
}

/// The policy with the days it was judged for, where something depends on the day.
fn dated(plan: &Plan, recipient: Option<&Recipient>, days: [Date; 2]) -> Policy {
    let ends = is_judged_by_day(plan, recipient.is_some_and(|recipient| recipient.ends.is_some()));
    let [as_of, today] = days.map(|day| ends.then(|| day.to_string()));
    Policy { as_of, today, ..plan.policy.clone() }
}

/// Whether something that a verdict rests on ends one day: a waiver, a declared treatment, the agreement.
fn is_judged_by_day(plan: &Plan, agreement_ends: bool) -> bool {
    !plan.waivers.is_empty() || plan.declarations.treatment.is_some() || agreement_ends
}
