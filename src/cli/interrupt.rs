//! Ending early: Ctrl-C and signals of the system.

use super::exit::ExitStatus;
use super::printer::Printer;
use crate::report::remove_partial_runs_of_this_process;
use crate::stop::{Stop, StopReason};

/// Exit code after Ctrl-C or a termination signal, as shells expect it.
const INTERRUPTED: u8 = 130;

/// Makes Ctrl-C and termination signals end the program at once, with no half report left behind.
///
/// The computation is not waited for: it holds nothing that has to be saved, and the person who pressed the keys
/// should not wait for it either.
pub(super) fn end_on_signals(stop: &Stop, printer: &Printer) -> Result<(), ExitStatus> {
    let stop = stop.clone();
    ctrlc::set_handler(move || {
        stop.raise(StopReason::Interrupt);
        remove_partial_runs_of_this_process();
        std::process::exit(i32::from(INTERRUPTED));
    })
    .map_err(|_| {
        printer.failure("the signal handler cannot be installed", None);
        ExitStatus::InputOutput
    })
}
