//! How a long computation is told to end early, and how it tells how far it is.
//!
//! The measuring rooms read no clock: the edge of the program holds the clock and raises a [`Stop`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Why a computation was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The time limit is over.
    Timeout,
    /// The user or the system asked the program to end.
    Interrupt,
    /// The computation would take more work than its fixed limit allows.
    WorkLimit,
}

/// A flag shared between the edge of the program, which raises it, and the computation, which looks at it often.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

impl Stop {
    /// Asks every computation that holds a clone of this flag to end. The first reason stays.
    pub fn raise(&self, reason: StopReason) {
        let code = match reason {
            StopReason::Timeout => 1,
            StopReason::Interrupt => 2,
            StopReason::WorkLimit => 3,
        };
        // Only the first reason counts, so a failed exchange is fine.
        let _ = self.0.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The reason to end now, if there is one.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(StopReason::Timeout),
            2 => Some(StopReason::Interrupt),
            _ => Some(StopReason::WorkLimit),
        }
    }

    /// `Err` with the reason when it is time to end; for use with `?`.
    ///
    /// # Errors
    /// When the flag was raised.
    pub fn check(&self) -> Result<(), StopReason> {
        self.reason().map_or(Ok(()), Err)
    }
}

/// Where a long computation reports how far it is.
pub trait Progress: Sync {
    /// A stage begins. `total` is the work in it in `unit`s, when known.
    fn begin(&self, stage: &str, total: Option<u64>, unit: &str);
    /// That many units of the stage are done.
    fn advance(&self, units: u64);
    /// The stage is over.
    fn end(&self);
}

/// Reports nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begin(&self, _stage: &str, _total: Option<u64>, _unit: &str) {}
    fn advance(&self, _units: u64) {}
    fn end(&self) {}
}

/// What a long computation looks at while it runs.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Told how far it is.
    pub progress: &'a dyn Progress,
    /// Raised when it must end.
    pub stop: &'a Stop,
}

impl<'a> Watch<'a> {
    /// Tells nobody how far it is.
    #[must_use]
    pub fn quiet(stop: &'a Stop) -> Self {
        Self { progress: &NoProgress, stop }
    }
}
