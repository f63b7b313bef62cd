//! The work of one process of a cluster: a task and rows on standard input, rows on standard output.

use std::io::{BufReader, BufWriter, Write as _};

use super::exit::ExitStatus;
use super::printer::Printer;
use super::rows::{Frame, TASK, read_frame, rows, write_row};
use crate::input::NameWatch;
use crate::stop::Stop;
use crate::table::exchange::{ExchangeError, Task};

/// Bytes that are gathered before they are handed on.
const BUFFER: usize = 1 << 20;

pub(super) fn worker_verb(printer: &Printer) -> Result<(), ExitStatus> {
    let mut input = BufReader::with_capacity(BUFFER, std::io::stdin().lock());
    let failed = |message: &str, hint: Option<&str>| {
        printer.failure(message, hint);
        ExitStatus::InputOutput
    };
    let first = read_frame(&mut input).ok().flatten().filter(|first| first.kind == TASK);
    let Some(Frame { part: number, blob, .. }) = first else {
        let hint = "this verb is run by `reidrisk.spark` on the machines of a cluster, not by hand";
        return Err(failed("there is no task on standard input", Some(hint)));
    };
    let task: Option<Task> = serde_json::from_slice(&blob).ok();
    let Some(task) = task.filter(Task::is_current) else {
        let message = format!(
            "this program is reidrisk {}, and the scan was planned by another version",
            env!("CARGO_PKG_VERSION")
        );
        return Err(failed(
            &message,
            Some("install the same version on the driver and on every machine of the cluster"),
        ));
    };
    let mut output = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    let mut emit = |row| write_row(&mut output, &row).map_err(|_| ExchangeError::NotCarried);
    let mut names = NameWatch::new();
    let mut spell = |name: &str| names.look(name);
    let ended = task.run(number, rows(&mut input), &mut spell, &mut emit, &Stop::default());
    let ended = ended.and_then(|()| output.flush().map_err(|_| ExchangeError::NotCarried));
    ended.map_err(|error| failed(&error.to_string(), None))
}
