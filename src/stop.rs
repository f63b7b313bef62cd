//! How a long computation is told to end early, and how it tells how far it is.
//!
//! The measuring rooms read no clock: the edge of the program holds the clock and raises a [`Stop`].

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Why a computation was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The time limit is over.
    Timeout,
    /// The user or the system asked the program to end.
    Interrupt,
    /// The computation would take more work than its fixed limit allows.
    WorkLimit,
    /// The process holds as much memory as it may.
    Memory,
}

/// A flag shared between the edge of the program, which raises it, and the computation, which looks at it often.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Why to end; 0 while there is no reason.
    reason: AtomicU8,
    /// How many parts of the program are reading.
    reading: AtomicUsize,
    /// Who can let memory go.
    reliefs: Mutex<Vec<Weak<dyn Relief>>>,
}

/// Holds memory that the process can have back at any time and nobody loses.
pub trait Relief: Send + Sync {
    /// Lets it go, as far as there is some; `false` where there is none.
    fn let_go(&self) -> bool;
}

impl Stop {
    /// Asks every computation that holds a clone of this flag to end. The first reason stays.
    pub fn raise(&self, reason: StopReason) {
        let code = match reason {
            StopReason::Timeout => 1,
            StopReason::Interrupt => 2,
            StopReason::WorkLimit => 3,
            StopReason::Memory => 4,
        };
        // Only the first reason counts, so a failed exchange is fine.
        let _ = self.0.reason.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The reason to end now, if there is one.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        match self.0.reason.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(StopReason::Timeout),
            2 => Some(StopReason::Interrupt),
            3 => Some(StopReason::WorkLimit),
            _ => Some(StopReason::Memory),
        }
    }

    /// `Err` with the reason when it is time to end; for use with `?`.
    ///
    /// # Errors
    /// When the flag was raised.
    pub fn check(&self) -> Result<(), StopReason> {
        self.reason().map_or(Ok(()), Err)
    }

    /// Says that files are read until the guard is dropped.
    ///
    /// A system call that waits for bytes, and a decoder of somebody else, never look at this flag. As long as one may
    /// be at work the edge of the program does not wait for them: nothing has been measured that could be kept.
    #[must_use]
    pub fn while_reading(&self) -> Reading<'_> {
        self.0.reading.fetch_add(1, Ordering::Relaxed);
        Reading(self)
    }

    /// Says who can let memory go as long as it lives.
    pub fn relieved_by(&self, relief: Weak<dyn Relief>) {
        self.reliefs().push(relief);
    }

    /// Has everybody let memory go who can, for the process is about to hold as much as it may. `false` where nobody can.
    pub fn relieve(&self) -> bool {
        let mut reliefs = self.reliefs();
        reliefs.retain(|relief| relief.strong_count() > 0);
        let all: Vec<_> = reliefs.iter().filter_map(Weak::upgrade).collect();
        drop(reliefs);
        let mut is_some = false;
        for relief in all {
            is_some |= relief.let_go();
        }
        is_some
    }

    /// Whether anybody could let memory go.
    #[must_use]
    pub fn can_be_relieved(&self) -> bool {
        self.reliefs().iter().any(|relief| relief.strong_count() > 0)
    }

    fn reliefs(&self) -> MutexGuard<'_, Vec<Weak<dyn Relief>>> {
        self.0.reliefs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether files are being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.0.reading.load(Ordering::Relaxed) > 0
    }
}

/// Files are read as long as this lives.
#[derive(Debug)]
pub struct Reading<'stop>(&'stop Stop);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.0.reading.fetch_sub(1, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use super::{Relief, Stop, StopReason};

    struct Heap(bool);

    impl Relief for Heap {
        fn let_go(&self) -> bool {
            self.0
        }
    }

    #[test]
    fn memory_is_let_go_by_those_that_live() {
        let stop = Stop::default();
        assert!(!stop.relieve());
        let heaps = [true, false].map(|has_some| Arc::new(Heap(has_some)));
        for heap in &heaps {
            let relief: Weak<Heap> = Arc::downgrade(heap);
            stop.relieved_by(relief);
        }
        assert!(stop.clone().relieve());
        let [first, second] = heaps;
        drop(first);
        assert!(!stop.relieve());
        drop(second);
        assert!(!stop.relieve());
    }

    #[test]
    fn the_first_reason_stays() {
        for reason in [StopReason::Timeout, StopReason::Interrupt, StopReason::WorkLimit, StopReason::Memory] {
            let stop = Stop::default();
            assert_eq!(stop.check(), Ok(()));
            stop.raise(reason);
            stop.raise(StopReason::Timeout);
            assert_eq!(stop.clone().check(), Err(reason));
        }
    }

    #[test]
    fn reading_lasts_until_the_last_reader_is_done() {
        let stop = Stop::default();
        let first = stop.while_reading();
        let second = stop.while_reading();
        drop(first);
        assert!(stop.is_reading());
        drop(second);
        assert!(!stop.is_reading());
    }
}
