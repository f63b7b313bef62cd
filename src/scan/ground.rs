//! Where coded columns go that take much of the memory: to mapped files in the spill folder, where the plan names one.

use std::sync::Arc;

use super::ScanError;
use crate::input::Allowance;
use crate::plan::Plan;
use crate::spill::FileGround;
use crate::stop::Stop;
use crate::table::Ground;

/// The ground of a scan, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct ColumnGround(Option<Arc<FileGround>>);

impl ColumnGround {
    /// That of a plan with a spill folder and a memory limit. Nothing is made in the folder before a column goes there.
    pub(crate) fn of(plan: &Plan, stop: &Stop) -> Self {
        let folder = plan.spill.clone().filter(|_| plan.memory.is_some());
        Self(folder.map(|folder| FileGround::new(folder, stop)))
    }

    /// What reading may hold, of so much memory.
    pub(crate) fn allowance(&self, memory: Option<u64>) -> Allowance {
        Allowance { memory, ground: self.0.clone().map(|ground| ground as Arc<dyn Ground>) }
    }

    /// What came out. A scan that was asked to end for want of room on the disk ends with the reason.
    pub(crate) fn with_failure<T, E: From<ScanError>>(&self, ended: Result<T, E>) -> Result<T, E> {
        let failure = || self.0.as_ref().and_then(|ground| ground.failure());
        ended.map_err(|error| failure().map_or(error, |failure| ScanError::Spill(failure).into()))
    }
}
