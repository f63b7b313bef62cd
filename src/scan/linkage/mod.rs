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
pub(super) use open::{Opened, dropped_pseudonyms, is_all_dropped, settle};
pub(super) use original::measure_original;
pub(crate) use periods::Rotation;
pub(super) use side::{KeyCells, OurSide};

use super::beside::{Beside, Use};
use super::{Course, ScanError};
use crate::measure::{linkage, too_much_memory};
use crate::plan::Extent;
use crate::result::{Dataset, Linkage, LinkedSource, Outcome, Unit};
use crate::stop::StopReason;
use crate::table::Table;
use align::{Aligned, align};
use identifiers::check_pseudonyms;
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
    let Course { plan, progress, stop } = course;
    let mut found = Linkage::default();
    let (mut sources, mut beside) = (Vec::new(), Beside::default());
    let mut cut_off = None;
    let periods = ours.rotation.map(|rotation| rotation.of_subjects(ours.table));
    let held = ours.table.bytes() as u64 + ours.side.bytes();
    for (planned, opened) in plan.linkage.sources.iter().zip(opened.sources) {
        let reading = Reading { course, planned, held, ground: ours.table.ground() };
        let read = match read_source(&reading, opened, ours) {
            Err(ScanError::TimedOut) => {
                cut_off = Some(timed_out());
                break;
            }
            read => read?,
        };
        beside.add(Use::Source, &read.name, &read.theirs.extract.files);
        if let Some(side) = &read.hold_out {
            beside.add(Use::HoldOut, &read.name, &side.extract.files);
        }
        let Aligned { linked, hold_out, source, notes } = align(ours, read, planned, plan)?;
        sources.push(source);
        let needed = held + linkage::bytes(&linked, hold_out.as_ref(), &planned.attacks);
        if plan.memory.is_some_and(|allowed| needed > allowed) {
            cut_off = Some(too_much_memory("linking the extract with a source", needed, plan));
            break;
        }
        let truth = planned.truth.as_ref().map(|truth| linkage::TruthGiven { is_complete: truth.is_complete });
        let settings = linkage::Settings { attacks: planned.attacks.clone(), seed: plan.seed, notes, truth };
        let attacks = match &periods {
            None => linkage::measure(linked, hold_out, &settings, progress, stop),
            Some(of) => periods::measure(&linked, hold_out.as_ref(), of, &settings, progress, stop),
        };
        match attacks {
            Ok(attacks) => found.attacks.extend(attacks),
            Err(StopReason::Interrupt) => return Err(StopReason::Interrupt.into()),
            // No attack ends for its work, so this is the time.
            Err(StopReason::Timeout | StopReason::WorkLimit) => cut_off = Some(timed_out()),
            Err(StopReason::Memory) => cut_off = Some(out_of_memory()),
        }
        if cut_off.is_some() {
            break;
        }
    }
    for (known, opened) in plan.linkage.known_identifiers.iter().zip(opened.identifiers) {
        if cut_off.is_some() {
            break;
        }
        if known.pseudonyms.iter().all(|column| plan.drops(column)) {
            continue;
        }
        match check_pseudonyms(ours, known, opened, course) {
            Ok((checks, source, files)) => {
                beside.add(Use::Identifiers, &source.name, &files);
                found.pseudonyms.extend(checks);
                sources.push(source);
            }
            Err(ScanError::TimedOut) => cut_off = Some(timed_out()),
            Err(ScanError::OutOfMemory) => cut_off = Some(out_of_memory()),
            Err(error) => return Err(error),
        }
    }
    // A trial asks whether a plan surely fails; whoever follows people is asked of the plans that do not.
    let followed = ours.rotation.filter(|_| plan.extent != Extent::Trial);
    if let (Some(rotation), None) = (followed, &cut_off) {
        match rotation.followed(ours, course) {
            Ok(attack) => found.attacks.extend(attack),
            Err(StopReason::Interrupt) => return Err(StopReason::Interrupt.into()),
            Err(StopReason::Memory) => cut_off = Some(out_of_memory()),
            Err(StopReason::Timeout | StopReason::WorkLimit) => cut_off = Some(timed_out()),
        }
    }
    let unit = if ours.table.has_subjects() { Unit::Subject } else { Unit::Record };
    Ok(LinkageFound { outcome: cut_off.unwrap_or(Outcome::Measured { unit, value: found }), sources, beside })
}

fn timed_out<T>() -> Outcome<T> {
    Outcome::incomplete("timeout", "the time limit was reached before every source was linked")
}

fn out_of_memory() -> Outcome<Linkage> {
    Outcome::incomplete("memory", "the memory limit was reached before every source was linked")
}
