//! Ending early: Ctrl-C and signals of the system, and a watch on the time and the memory of the process beside the work.
//!
//! Most work looks at a [`Stop`] and ends by itself. A system call that waits for bytes and a decoder of somebody else
//! look at nothing, and a single call of either may last for ever or take all the memory there is. So where a limit is
//! passed and the work did not end, the program does: nothing was measured yet, so there is nothing to keep.
//!
//! Mapped columns count as memory of the process, and the system can have their pages back at any time. They are let go before
//! the limit is reached, so that no work ends for their sake.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use super::clock::{bytes_of, instant};
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::plan::Plan;
use crate::scan::ScanError;
use crate::stop::{Stop, StopReason};
use crate::unfinished::remove_unfinished_of_this_process;

/// Below this limit the program and its libraries alone may be the larger part, and the limit is one of coded columns.
const SMALLEST_WATCHED: u64 = 128 << 20;

/// How long work that reads may go on when the time is over.
const GRACE: Duration = Duration::from_secs(1);

/// More than a process touches in a millisecond.
const BYTES_A_MILLISECOND: u64 = 8 << 20;

/// More than threads bring back of mapped pages in a millisecond, which the system has at hand.
const MAPPED_BYTES_A_MILLISECOND: u64 = 64 << 20;

/// The longest and the shortest rest between two looks.
const LONGEST_REST: Duration = Duration::from_millis(20);
const SHORTEST_REST: Duration = Duration::from_millis(1);

/// Watches until the program ends. Where the system does not tell what a process uses, only the time is watched.
pub(super) fn watch(plan: &Plan, stop: &Stop, printer: &Printer) {
    end_on_abort();
    let memory = plan.memory.map(|limit| limit.max(SMALLEST_WATCHED)).zip(Resident::open());
    if memory.is_none() && plan.timeout.is_none() {
        return;
    }
    let watcher = Watcher { started: instant(), timeout: plan.timeout, memory, relieved: 0 };
    let (stop, printer) = (stop.clone(), printer.clone());
    std::thread::spawn(move || watcher.run(&stop, &printer));
}

/// An allocation that the system refuses aborts the process; that is a limit of memory like any other. The signal is
/// answered with the exit code of one.
fn end_on_abort() {
    #[cfg(unix)]
    {
        let always = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let code = i32::from(ScanError::OutOfMemory.exit_code());
        // Without the handler an abort ends the process all the same, by a signal.
        let _ = signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGABRT, code, always);
    }
}

struct Watcher {
    started: std::time::Instant,
    timeout: Option<Duration>,
    /// The limit in bytes, and what the process uses.
    memory: Option<(u64, Resident)>,
    /// What the process used when mapped pages had been let go.
    relieved: u64,
}

impl Watcher {
    fn run(mut self, stop: &Stop, printer: &Printer) {
        loop {
            let rest = self.look_at_memory(stop, printer).min(self.look_at_time(stop, printer));
            std::thread::sleep(rest);
        }
    }

    /// Raises the flag at the limit, and ends the program a little above it. Returns how long all will be well.
    fn look_at_memory(&mut self, stop: &Stop, printer: &Printer) -> Duration {
        let Some((limit, resident)) = &mut self.memory else { return LONGEST_REST };
        // An account that cannot be read any more is none.
        let Some(mut used) = resident.bytes() else { return LONGEST_REST };
        if used > relief(*limit, self.relieved) && stop.relieve() {
            used = resident.bytes().unwrap_or(used);
            self.relieved = used;
        }
        if used > *limit {
            stop.raise(StopReason::Memory);
        }
        if used > most(*limit) {
            end(&ScanError::OutOfMemory, printer);
        }
        let (next, pace) = if stop.can_be_relieved() {
            (relief(*limit, self.relieved), MAPPED_BYTES_A_MILLISECOND)
        } else if used > *limit {
            (most(*limit), BYTES_A_MILLISECOND)
        } else {
            (*limit, BYTES_A_MILLISECOND)
        };
        Duration::from_millis(next.saturating_sub(used) / pace).clamp(SHORTEST_REST, LONGEST_REST)
    }

    /// Raises the flag when the time is over, and ends the program where work that reads did not end by then.
    fn look_at_time(&self, stop: &Stop, printer: &Printer) -> Duration {
        let Some(timeout) = self.timeout else { return LONGEST_REST };
        let elapsed = instant().duration_since(self.started);
        let Some(late) = elapsed.checked_sub(timeout) else {
            return timeout.saturating_sub(elapsed).clamp(SHORTEST_REST, LONGEST_REST);
        };
        stop.raise(StopReason::Timeout);
        if late >= GRACE && stop.is_reading() {
            end(&ScanError::TimedOut, printer);
        }
        LONGEST_REST
    }
}

/// Where mapped pages are let go: at three quarters of the limit, for many come back before the next look. A process that
/// held about as much without them lets them go when some have come back, and at the limit.
fn relief(limit: u64, relieved: u64) -> u64 {
    (limit / 4 * 3).max(relieved.saturating_add(limit / 64)).min(limit)
}

/// Where a process that did not end by itself is ended.
fn most(limit: u64) -> u64 {
    limit.saturating_add(limit / 16)
}

fn end(error: &ScanError, printer: &Printer) -> ! {
    remove_unfinished_of_this_process();
    printer.failure(&error.to_string(), error.hint().as_deref());
    std::process::exit(i32::from(ExitStatus::Code(error.exit_code()).code()));
}

/// The resident memory of this process.
struct Resident(std::fs::File);

impl Resident {
    /// `None` where the system has no such account.
    fn open() -> Option<Self> {
        let mut resident = Self(std::fs::File::open("/proc/self/status").ok()?);
        resident.bytes().map(|_| resident)
    }

    fn bytes(&mut self) -> Option<u64> {
        self.0.seek(SeekFrom::Start(0)).ok()?;
        let mut account = [0; 4096];
        let read = self.0.read(&mut account).ok()?;
        bytes_of(std::str::from_utf8(&account[..read]).ok()?, "VmRSS:")
    }
}

/// Exit code after Ctrl-C or a termination signal, as shells expect it.
pub(super) const INTERRUPTED: u8 = 130;

/// Makes Ctrl-C and termination signals end the program at once, with no half report left behind.
///
/// The computation is not waited for: it holds nothing that has to be saved, and the person who pressed the keys
/// should not wait for it either.
pub(super) fn end_on_signals(stop: &Stop, printer: &Printer) -> Result<(), ExitStatus> {
    let (stop, told) = (stop.clone(), printer.clone());
    ctrlc::set_handler(move || {
        stop.raise(StopReason::Interrupt);
        let is_written = remove_unfinished_of_this_process();
        told.interrupted(is_written);
        std::process::exit(i32::from(INTERRUPTED));
    })
    .map_err(|_| {
        printer.failure("the signal handler cannot be installed", None);
        ExitStatus::InputOutput
    })
}

#[cfg(test)]
mod tests {
    use super::{most, relief};

    #[test]
    fn mapped_pages_are_let_go_before_the_limit_and_not_over_and_over() {
        assert_eq!(relief(1_000, 0), 750);
        assert_eq!(relief(6_400, 5_800), 5_900);
        assert_eq!(relief(6_400, 6_399), 6_400);
        assert_eq!(relief(u64::MAX, u64::MAX), u64::MAX);
    }

    #[test]
    fn the_end_lies_well_within_fifteen_percent_of_the_limit() {
        assert_eq!(most(128 << 20), 136 << 20);
        assert_eq!(most(u64::MAX), u64::MAX);
    }
}
