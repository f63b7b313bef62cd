//! The pipeline: from a plan to a result, one direction, one screen.

mod baseline;
mod beside;
mod cells;
#[cfg(feature = "cli")]
pub(crate) mod cluster;
mod declared;
mod error;
mod events;
mod examine;
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
use jiff::tz::TimeZone;

pub use baseline::figures_before;
pub(crate) use beside::Beside;
pub use cells::CellList;
pub(crate) use declared::declared_files;
pub use error::ScanError;
pub(crate) use examine::{Asked, Examined, examine};
pub(crate) use ground::ColumnGround;
#[cfg(feature = "cli")]
pub(crate) use kept::{KEY_FILE, holds_releases};
pub(crate) use kept::{KeptFile, keeps_contributors, kept_of};
pub(crate) use linkage::open as open_sources;
pub(crate) use prepare::{read_lookups, treat};
#[cfg(feature = "cli")]
pub(crate) use record::record_of;
pub(crate) use removal::leave_out_exposed;
pub(crate) use roles::is_named;
pub use subjects::{Lists, RecordList, SubjectList, SubjectPoints, SubjectRow};
pub(crate) use tables::open as open_tables;
#[cfg(feature = "cli")]
pub(crate) use unchanged::fingerprint_before;

use crate::input::{self, Extract};
use crate::measure::aggregates::TableRecords;
use crate::plan::{self, Plan};
use crate::release;
use crate::result::{ScanResult, VerdictOutcome};
use crate::stop::{Progress, Stop};
use linkage::Opened;
use roles::{check_lattice, declared_quasi_identifiers, is_needed};
pub(crate) use stages::Stages;

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
    let examined = ground.with_failure(examine(extract, opened, name, asked, &mut stages))?;
    ground.with_failure(examined.into_scanned(plan, today, stages, (progress, stop), None))
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
    ground.with_failure(scan_on_ground((read, opened), plan, stages, watched))
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
    examined.into_scanned(plan, today, stages, (progress, stop), advised)
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
    source.know_files(&declared_files(plan));
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
    let extract = ground.with_failure(read_on_ground())?;
    Ok((ReadExtract { extract, name, delimiter, ground }, opened))
}

/// What every step goes by: what is asked, who is told how far it is, and whether to end.
#[derive(Clone, Copy)]
struct Course<'a> {
    plan: &'a Plan,
    progress: &'a dyn Progress,
    stop: &'a Stop,
}
