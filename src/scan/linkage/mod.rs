//! The sources beside the extract: read one after the other, brought into one code space with it, and attacked.

mod align;
mod identifiers;
mod open;
mod original;
mod periods;
mod read;
mod side;
mod strangers;

pub(crate) use open::open;
pub(super) use open::{Opened, OpenedSource, dropped_pseudonyms, is_all_dropped, settle};
pub(super) use original::measure_original;
pub(crate) use periods::Rotation;
pub(super) use side::{KeyCells, OurSide};

use super::beside::{Beside, Use};
use super::{Course, ScanError};
use crate::measure::{linkage, too_much_memory};
use crate::plan::{Extent, KnownIdentifiers, SourcePlan};
use crate::result::{Dataset, Linkage, LinkedSource, Outcome, Unit};
use crate::stop::StopReason;
use crate::table::Table;
use align::{Aligned, align};
use identifiers::check_pseudonyms;
use open::OpenedList;
use read::{Reading, read_source};

/// What the sources say, and which they were.
pub(super) struct LinkageFound {
    pub(super) outcome: Outcome<Linkage>,
    pub(super) sources: Vec<LinkedSource>,
    /// Which bytes were read.
    pub(super) beside: Beside,
}

/// The extract as linkage sees it.
pub(super) struct Ours<'a> {
    pub(super) table: &'a Table,
    pub(super) side: OurSide,
    pub(super) dataset: &'a Dataset,
    /// How many of the columns, the leading ones, are quasi-identifiers.
    pub(super) quasi_identifiers: usize,
    /// The periods, where pseudonyms are rotated.
    pub(super) rotation: Option<&'a Rotation>,
}

/// Attacks the extract with every source of the plan.
///
/// # Errors
/// When a source cannot be read or does not fit the extract, or the program was asked to end. A time limit, and tables
/// that need more memory than is allowed, make the measure incomplete.
pub(super) fn measure_linkage(ours: &Ours<'_>, opened: Opened, course: Course<'_>) -> Result<LinkageFound, ScanError> {
    let mut attacked = Attacked::default();
    let cut_off = attacked.by_all(ours, opened, course)?;
    let unit = if ours.table.has_subjects() { Unit::Subject } else { Unit::Record };
    let Attacked { found, sources, beside } = attacked;
    Ok(LinkageFound { outcome: cut_off.unwrap_or(Outcome::Measured { unit, value: found }), sources, beside })
}

/// Why the measure is incomplete, where it was cut off.
type CutOff = Option<Outcome<Linkage>>;

/// What attacks found so far, and what they read.
#[derive(Default)]
struct Attacked {
    found: Linkage,
    sources: Vec<LinkedSource>,
    beside: Beside,
}

impl Attacked {
    /// Every attack in turn, up to the first that is cut off.
    fn by_all(&mut self, ours: &Ours<'_>, opened: Opened, course: Course<'_>) -> Result<CutOff, ScanError> {
        let linkage = &course.plan.linkage;
        let periods = ours.rotation.map(|rotation| rotation.of_subjects(ours.table));
        for (planned, opened) in linkage.sources.iter().zip(opened.sources) {
            let cut_off = self.by_source(ours, (planned, opened), periods.as_deref(), course)?;
            if cut_off.is_some() {
                return Ok(cut_off);
            }
        }
        for (known, opened) in linkage.known_identifiers.iter().zip(opened.identifiers) {
            let cut_off = self.by_identifiers(ours, (known, opened), course)?;
            if cut_off.is_some() {
                return Ok(cut_off);
            }
        }
        self.by_following(ours, course)
    }

    /// The attacks with one source.
    fn by_source(
        &mut self,
        ours: &Ours<'_>,
        (planned, opened): (&SourcePlan, OpenedSource),
        periods: Option<&[u32]>,
        course: Course<'_>,
    ) -> Result<CutOff, ScanError> {
        let Course { plan, progress, stop } = course;
        let held = ours.table.bytes() as u64 + ours.side.bytes();
        let reading = Reading { course, planned, held, ground: ours.table.ground() };
        let read = match read_source(&reading, opened, ours) {
            Err(ScanError::TimedOut) => return Ok(Some(timed_out())),
            read => read?,
        };
        self.beside.add(Use::Source, &read.name, &read.theirs.extract.files);
        if let Some(side) = &read.hold_out {
            self.beside.add(Use::HoldOut, &read.name, &side.extract.files);
        }
        let Aligned { linked, hold_out, source, notes } = align(ours, read, planned, plan)?;
        self.sources.push(source);
        let needed = held + linkage::bytes(&linked, hold_out.as_ref(), &planned.attacks);
        if plan.memory.is_some_and(|allowed| needed > allowed) {
            return Ok(Some(too_much_memory("linking the extract with a source", needed, plan)));
        }
        let truth = planned.truth.as_ref().map(|truth| linkage::TruthGiven { is_complete: truth.is_complete });
        let settings = linkage::Settings { attacks: planned.attacks.clone(), seed: plan.seed, notes, truth };
        let attacks = match periods {
            None => linkage::measure(linked, hold_out, &settings, progress, stop),
            Some(of) => periods::measure(&linked, hold_out.as_ref(), of, &settings, progress, stop),
        };
        match attacks {
            Ok(attacks) => {
                self.found.attacks.extend(attacks);
                Ok(None)
            }
            Err(reason) => cut_off(reason),
        }
    }

    /// The test of pseudonyms against one list of identifiers. Columns that are dropped are not tested.
    fn by_identifiers(
        &mut self,
        ours: &Ours<'_>,
        (known, opened): (&KnownIdentifiers, OpenedList),
        course: Course<'_>,
    ) -> Result<CutOff, ScanError> {
        if known.pseudonyms.iter().all(|column| course.plan.drops(column)) {
            return Ok(None);
        }
        match check_pseudonyms(ours, known, opened, course) {
            Ok((checks, source, files)) => {
                self.beside.add(Use::Identifiers, &source.name, &files);
                self.found.pseudonyms.extend(checks);
                self.sources.push(source);
                Ok(None)
            }
            Err(ScanError::TimedOut) => Ok(Some(timed_out())),
            Err(ScanError::OutOfMemory) => Ok(Some(out_of_memory())),
            Err(error) => Err(error),
        }
    }

    /// The attack that follows people from one period to the next. A trial asks whether a plan surely fails; whoever follows
    /// people is asked of the plans that do not.
    fn by_following(&mut self, ours: &Ours<'_>, course: Course<'_>) -> Result<CutOff, ScanError> {
        let Some(rotation) = ours.rotation.filter(|_| course.plan.extent != Extent::Trial) else { return Ok(None) };
        match rotation.followed(ours, course) {
            Ok(attack) => {
                self.found.attacks.extend(attack);
                Ok(None)
            }
            Err(reason) => cut_off(reason),
        }
    }
}

/// What ends the program, and what only cuts the measure off. No attack ends for its work: a limit of work is one of time.
fn cut_off(reason: StopReason) -> Result<CutOff, ScanError> {
    match reason {
        StopReason::Interrupt => Err(StopReason::Interrupt.into()),
        StopReason::Memory => Ok(Some(out_of_memory())),
        StopReason::Timeout | StopReason::WorkLimit => Ok(Some(timed_out())),
    }
}

fn timed_out<T>() -> Outcome<T> {
    Outcome::incomplete("timeout", "the time limit was reached before every source was linked")
}

fn out_of_memory() -> Outcome<Linkage> {
    Outcome::incomplete("memory", "the memory limit was reached before every source was linked")
}
