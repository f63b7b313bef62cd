//! The file that the extract was made from, and people who were not used: read like a source and its hold-out, then attacked.

use super::super::beside::{Beside, Use};
use super::align::{Aligned, align};
use super::open::OpenedSource;
use super::read::{Reading, read_source};
use super::{Ours, timed_out};
use crate::measure::original::{self, Most, Settings};
use crate::measure::too_much_memory;
use crate::plan::SourcePlan;
use crate::result::{LinkedSource, Original, Outcome, Role};
use crate::scan::{Course, ScanError};
use crate::stop::Watch;

/// What the original says, and which files it and the control were.
pub(in crate::scan) struct OriginalFound {
    pub(in crate::scan) outcome: Outcome<Original>,
    pub(in crate::scan) sources: Vec<LinkedSource>,
    pub(in crate::scan) beside: Beside,
}

/// Holds the release against its original.
///
/// # Errors
/// When a file cannot be read or does not fit the extract, or the program was asked to end. A time limit, and tables that need more
/// memory than is allowed, make the measure incomplete.
pub(in crate::scan) fn measure_original(
    ours: &Ours<'_>,
    planned: &SourcePlan,
    opened: OpenedSource,
    course: Course<'_>,
) -> Result<OriginalFound, ScanError> {
    let Course { plan, progress, stop } = course;
    let ended = |outcome| OriginalFound { outcome, sources: Vec::new(), beside: Beside::default() };
    if planned.on.is_empty() {
        let words =
            "the original has none of the quasi-identifiers and sensitive columns of the release under the same name";
        return Ok(ended(Outcome::undefined("no-common-column", words)));
    }
    let held = ours.table.bytes() as u64 + ours.side.bytes();
    let reading = Reading { course, planned, held, ground: ours.table.ground() };
    let read = match read_source(&reading, opened, ours) {
        Err(ScanError::TimedOut) => return Ok(ended(timed_out())),
        read => read?,
    };
    let mut beside = Beside::default();
    beside.add(Use::Source, &read.name, &read.theirs.extract.files);
    if let Some(side) = &read.hold_out {
        beside.add(Use::HoldOut, &read.name, &side.extract.files);
    }
    let Aligned { linked, hold_out, source, notes } = align(ours, read, planned, plan)?;
    let needed = held + linked.ours.bytes() as u64 + original::bytes(&linked, hold_out.as_ref());
    let outcome = if plan.memory.is_some_and(|allowed| needed > allowed) {
        too_much_memory("comparing the release with its original", needed, plan)
    } else {
        let is_secret = |name: &String| {
            ours.dataset.columns.iter().any(|column| column.name == *name && column.role == Role::Sensitive)
        };
        let secrets = planned.on.iter().map(|on| &on.ours).filter(|name| is_secret(name)).cloned().collect();
        let not_shared = planned.left_out.clone();
        let settings = Settings { secrets, not_shared, seed: plan.seed, most: Most::DEFAULT, notes };
        original::measure(&linked, hold_out.as_ref(), &settings, Watch { progress, stop })?
    };
    Ok(OriginalFound { outcome, sources: vec![source], beside })
}
