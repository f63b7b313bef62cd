//! `reidrisk nightly`: every dataset of a manifest, each scanned by a process of its own, so that whatever happens to one
//! of them, a wrong configuration, a bug, a kill for want of memory, the others are scanned all the same.

mod datasets;
mod notify;
mod process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::arguments::{NightlyArguments, NightlyFormat};
use super::clock::{SystemClock, default_memory_limit, instant};
use super::exit::ExitStatus;
use super::history::overview_of;
use super::panics::{HINT, caught};
use super::printer::Printer;
use super::watch::INTERRUPTED;
use crate::history::{home_of, newest_record, write_index_page, write_record};
use crate::plan::{ConfigError, NotifyPlan, counted, shown_name};
use crate::report::{read_record, render_night_json, render_night_line, width_of_names};
use crate::result::{NIGHT_VERSION, NightDataset, NightReport, Notification, RunRecord, Tool, exit_code_of_night};
use crate::scan::{Clock as _, ScanError};
use datasets::{Dataset, Entry, entries};
use process::{End, Ended, Writes, run, signal_name};

/// How long a scan may go on after its time limit, at which it ends by itself and writes what it has, before it is ended.
const GRACE: Duration = Duration::from_mins(1);

pub(super) fn nightly_verb(arguments: &NightlyArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let clock = SystemClock::start();
    let started_at = clock.timestamp();
    let program = std::env::current_exe().map_err(|_| {
        printer.failure("the program cannot find itself to start the scans", None);
        ExitStatus::InputOutput
    })?;
    let entries = entries(&arguments.nights);
    let interrupted = Arc::new(AtomicBool::new(false));
    end_on_signal(&interrupted, printer)?;
    let night = Night { arguments, program, memory: share_of_memory(arguments), interrupted, printer };
    let lines = Lines::new(&entries, arguments, printer);
    let datasets = night.run(&entries, &lines)?;
    night.write_index();
    if night.is_interrupted() {
        let done = datasets.len();
        printer.failure(
            &format!(
                "interrupted after {done} of {}; their reports stay",
                counted(entries.len() as u64, "dataset", "datasets")
            ),
            None,
        );
        return Err(ExitStatus::Code(INTERRUPTED));
    }
    let exit_code = exit_code_of_night(datasets.iter().map(|dataset| dataset.exit_code));
    if arguments.format == NightlyFormat::Json {
        let report = NightReport {
            schema_version: NIGHT_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            started_at,
            finished_at: clock.timestamp(),
            exit_code,
            peak_memory_bytes: clock.peak_memory_bytes(),
            datasets,
        };
        printer.result(&render_night_json(&report).map_err(|error| printer.report_failure(&error))?)?;
    }
    if exit_code == 0 { Ok(()) } else { Err(ExitStatus::Code(exit_code)) }
}

/// What each scan may use of the memory; as much as it takes where one runs at a time and nothing was said.
fn share_of_memory(arguments: &NightlyArguments) -> Option<u64> {
    let jobs = u64::from(arguments.jobs);
    let total = arguments.memory.or_else(|| default_memory_limit().filter(|_| jobs > 1))?;
    Some((total / jobs).max(1))
}

/// The first signal ends the scans and then the night; each of them cleans up after itself.
fn end_on_signal(interrupted: &Arc<AtomicBool>, printer: &Printer) -> Result<(), ExitStatus> {
    let raised = Arc::clone(interrupted);
    ctrlc::set_handler(move || raised.store(true, Ordering::SeqCst)).map_err(|_| {
        printer.failure("the signal handler cannot be installed", None);
        ExitStatus::InputOutput
    })
}

/// Prints the line of each dataset in the order of the manifest, as soon as those before it are there.
struct Lines<'a> {
    width: usize,
    arguments: &'a NightlyArguments,
    printer: &'a Printer,
}

impl<'a> Lines<'a> {
    fn new(entries: &[Entry], arguments: &'a NightlyArguments, printer: &'a Printer) -> Self {
        Self { width: width_of_names(entries.iter().map(Entry::name)), arguments, printer }
    }

    /// Takes the datasets as they end and returns them in order. A night that was interrupted has fewer.
    fn print(&self, ended: &Receiver<(usize, NightDataset)>) -> Result<Vec<NightDataset>, ExitStatus> {
        let (mut waiting, mut datasets, mut printed) = (BTreeMap::new(), Vec::new(), Ok(()));
        for (place, dataset) in ended {
            waiting.insert(place, dataset);
            while let Some(dataset) = waiting.remove(&datasets.len()) {
                // A reader that is gone ends no scan; it is told at the end.
                printed = printed.and_then(|()| self.print_one(&dataset));
                datasets.push(dataset);
            }
        }
        printed?;
        datasets.extend(waiting.into_values());
        Ok(datasets)
    }

    fn print_one(&self, dataset: &NightDataset) -> Result<(), ExitStatus> {
        let is_quiet = self.printer.quiet() && dataset.exit_code == 0;
        if is_quiet || self.arguments.format == NightlyFormat::Json {
            return Ok(());
        }
        let out = self.arguments.out.to_string_lossy();
        self.printer.result(render_night_line(dataset, self.width, &out).as_bytes())
    }
}

/// A night while it runs.
struct Night<'a> {
    arguments: &'a NightlyArguments,
    program: PathBuf,
    /// What each scan may use.
    memory: Option<u64>,
    interrupted: Arc<AtomicBool>,
    printer: &'a Printer,
}

impl Night<'_> {
    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Runs all datasets, so many at a time.
    fn run(&self, entries: &[Entry], lines: &Lines<'_>) -> Result<Vec<NightDataset>, ExitStatus> {
        let next = AtomicUsize::new(0);
        let (sender, ended) = channel();
        std::thread::scope(|scope| {
            for _ in 0..self.arguments.jobs {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || self.work(entries, next, &sender));
            }
            drop(sender);
            lines.print(&ended)
        })
    }

    /// Takes one dataset after the other until none is left.
    fn work(&self, entries: &[Entry], next: &AtomicUsize, sender: &Sender<(usize, NightDataset)>) {
        loop {
            let place = next.fetch_add(1, Ordering::SeqCst);
            let Some(entry) = entries.get(place).filter(|_| !self.is_interrupted()) else { return };
            let ended = match entry {
                Entry::Dataset(dataset) => self.guarded(dataset),
                Entry::Wrong { name, error, notify } => Some(self.wrong(name, error, notify)),
            };
            // Nobody listens only when the printing thread is gone, which ends the night.
            if let Some(ended) = ended
                && sender.send((place, ended)).is_err()
            {
                return;
            }
        }
    }

    /// [`Night::dataset`]; a bug that strikes on the way ends that dataset and no other.
    fn guarded(&self, dataset: &Dataset) -> Option<NightDataset> {
        let (clock, began) = (SystemClock::start(), instant());
        let started_at = clock.timestamp();
        caught(|| self.dataset(dataset)).unwrap_or_else(|why| {
            let name = shown_name(&dataset.name);
            self.printer.failure(&format!("{name}: {why}"), Some(HINT));
            let (code, times) = (ExitStatus::Internal.code(), [started_at, clock.timestamp()]);
            let why = format!("{why}; {HINT}");
            let record = RunRecord::without_result(&dataset.name, &clock.run_id("failed"), times, code, why);
            let (record, is_written) = self.write_failed(record);
            Some(night_of(record, code, is_written, elapsed_ms(began)))
        })
    }

    /// Scans one dataset; none when the night was interrupted meanwhile.
    fn dataset(&self, dataset: &Dataset) -> Option<NightDataset> {
        let (clock, began) = (SystemClock::start(), instant());
        let started_at = clock.timestamp();
        let home = home_of(&self.arguments.out, &dataset.name);
        // A history that cannot be read is told by the scan, which has to write to it.
        let before = newest_record(&home).ok().flatten();
        let limit = dataset.timeout.or(self.arguments.timeout).map(|limit| limit.saturating_add(GRACE));
        let ended = run(self.command(dataset), Vec::new(), Writes::Kept, limit, &self.interrupted);
        if matches!(ended, Ok(Ended { end: End::Interrupted, .. })) {
            return None;
        }
        let elapsed_ms = elapsed_ms(began);
        let (record, code, is_written) = match outcome(ended) {
            Ok((record, code)) => (record, code, true),
            Err(Failed { code, why, errors }) => {
                self.print_errors(dataset, &errors);
                let times = [started_at, clock.timestamp()];
                let record = RunRecord::without_result(&dataset.name, &clock.run_id("failed"), times, code, why);
                let (record, is_written) = self.write_failed(record);
                (record, code, is_written)
            }
        };
        let folder = is_written.then(|| folder_of(&record));
        let notification = Notification::of(&record, before.as_ref(), folder.as_deref());
        let notified = self.notify(&dataset.name, &dataset.notify, &notification);
        Some(NightDataset { notified, ..night_of(record, code, is_written, elapsed_ms) })
    }

    /// The scan of a dataset as a process.
    fn command(&self, dataset: &Dataset) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("night-scan").args(["--quiet", "--progress", "never", "--color", "never"]);
        command.arg("--config").arg(&dataset.config).arg("--out").arg(&self.arguments.out);
        command.args(["--baseline", "last"]);
        let emit: Vec<&str> = self.arguments.emit.iter().map(|format| format.name).collect();
        command.args(["--emit", &emit.join(",")]);
        if let Some(name) = &dataset.given_name {
            command.arg(format!("--name={name}"));
        }
        if let Some(runs) = self.arguments.keep {
            command.args(["--keep", &runs.to_string()]);
        }
        if self.arguments.force {
            command.arg("--force");
        }
        if let Some(day) = self.arguments.as_of {
            command.args(["--as-of", &day.to_string()]);
        }
        if let Some(limit) = dataset.timeout.or(self.arguments.timeout) {
            command.args(["--timeout", &format!("{}ms", limit.as_millis().max(1))]);
        }
        if let Some(share) = self.memory {
            let bytes = dataset.memory.map_or(share, |own| own.min(share));
            command.args(["--memory", &bytes.to_string()]);
        }
        if self.arguments.jobs > 1 && !dataset.has_threads {
            let all = std::thread::available_parallelism().map_or(1, usize::from);
            command.args(["--threads", &(all / usize::from(self.arguments.jobs)).max(1).to_string()]);
        }
        command
    }

    /// Records a run without a result, so that the night is no gap. Where that fails too, it is told.
    fn write_failed(&self, record: RunRecord) -> (RunRecord, bool) {
        match write_record(&self.arguments.out, record.clone()) {
            Ok(folder) => {
                let run = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                (RunRecord { run, ..record }, true)
            }
            Err(error) => {
                self.printer.failure(&format!("{}: {error}", shown_name(&record.dataset)), Some(error.hint()));
                (record, false)
            }
        }
    }

    /// A dataset whose configuration is wrong. It has no record: which dataset it is stands in what cannot be read.
    fn wrong(&self, name: &str, error: &ConfigError, notify: &NotifyPlan) -> NightDataset {
        self.printer.config_failure(error);
        let clock = SystemClock::start();
        let code = ExitStatus::Usage.code();
        let times = [clock.timestamp(), clock.timestamp()];
        let record = RunRecord::without_result(name, "", times, code, error.to_string());
        let notified = self.notify(name, notify, &Notification::of(&record, None, None));
        NightDataset { notified, ..night_of(record, code, false, 0) }
    }

    fn notify(&self, name: &str, plan: &NotifyPlan, notification: &Notification) -> Option<bool> {
        let ended = notify::notify(plan, notification, &self.interrupted)?;
        if let Err(reason) = &ended {
            self.printer.warning(&format!("note: {}: {reason}", shown_name(name)));
        }
        Some(ended.is_ok())
    }

    /// Prints what a scan that failed wrote to standard error, each line behind the name of its dataset.
    fn print_errors(&self, dataset: &Dataset, errors: &str) {
        let name = shown_name(&dataset.name);
        for line in errors.lines().filter(|line| !line.trim().is_empty()) {
            self.printer.warning(&format!("{name}: {}", crate::printable::printable(line)));
        }
    }

    /// The page over all datasets. The reports are complete without it.
    fn write_index(&self) {
        let out = &self.arguments.out;
        // Where no dataset could even be read there is nothing to show.
        if !out.is_dir() {
            return;
        }
        if let Err(error) = write_index_page(out, SystemClock::start().now(), || overview_of(out, self.printer)) {
            self.printer.warning(&format!("note: {error}"));
        }
    }
}

/// The entry of a dataset, of which nobody was told.
fn night_of(record: RunRecord, exit_code: u8, is_written: bool, elapsed_ms: u64) -> NightDataset {
    let folder = is_written.then(|| folder_of(&record));
    NightDataset {
        dataset: record.dataset,
        verdict: record.verdict,
        exit_code,
        elapsed_ms,
        run: is_written.then_some(record.run),
        folder,
        same_as: record.same_as,
        why: record.why,
        notified: None,
    }
}

fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Why a scan has no result.
struct Failed {
    code: u8,
    why: String,
    /// What it wrote to standard error.
    errors: String,
}

/// The record that a scan printed, with its exit code; else why there is none, in words.
fn outcome(ended: std::io::Result<Ended>) -> Result<(RunRecord, u8), Failed> {
    let failed = |code, why: String, errors: String| Err(Failed { code, why, errors });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            let why = format!("the scan cannot be started: {}", crate::plan::refusal(error.kind()).0);
            return failed(ExitStatus::InputOutput.code(), why, String::new());
        }
    };
    let errors = String::from_utf8_lossy(&ended.errors).into_owned();
    match ended.end {
        End::Code(code) => match read_record(&ended.output) {
            Ok(record) => Ok((record, code)),
            // Success without a record would be a pass that nothing shows.
            Err(_) => match code {
                2..=4 => failed(code, first_error(&errors), errors),
                70 => failed(code, format!("{}; {HINT}", first_error(&errors)), errors),
                INTERRUPTED => failed(ExitStatus::InputOutput.code(), "the scan was interrupted".to_owned(), errors),
                _ => failed(
                    ExitStatus::Internal.code(),
                    format!("the scan ended with exit code {code} and no record"),
                    errors,
                ),
            },
        },
        End::Signal(signal) => {
            let (code, why) = of_signal(signal);
            failed(code, why, errors)
        }
        End::TimedOut | End::Interrupted => {
            let code = ScanError::TimedOut.exit_code();
            failed(code, "the scan did not end at its time limit and was ended".to_owned(), errors)
        }
    }
}

/// The sentence of the first error that a scan told.
fn first_error(errors: &str) -> String {
    let sentence = errors.lines().find_map(|line| line.strip_prefix("error")).and_then(|rest| rest.split_once(": "));
    sentence.map_or_else(|| "the scan failed and did not say why".to_owned(), |(_, sentence)| sentence.to_owned())
}

/// The exit code and the words for a signal. A fault of the processor is a bug of this program; anything else came from outside.
fn of_signal(signal: i32) -> (u8, String) {
    const FAULTS: [&str; 6] = ["SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV"];
    let name = signal_name(signal);
    if FAULTS.contains(&name.as_str()) {
        return (ExitStatus::Internal.code(), format!("the scan crashed ({name}); this is a bug, please report it"));
    }
    let why = if name == "SIGKILL" {
        "the scan was killed (SIGKILL), most likely by the system for want of memory; set `--memory`".to_owned()
    } else {
        format!("the scan was ended from outside ({name})")
    };
    (ExitStatus::InputOutput.code(), why)
}

/// The folder of a run below that of all reports.
fn folder_of(record: &RunRecord) -> String {
    home_of(Path::new(""), &record.dataset).join(&record.run).to_string_lossy().into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::{End, Ended, first_error, of_signal, outcome};

    #[test]
    fn a_fault_is_a_bug_and_a_kill_is_not() {
        for (signal, code) in [(4, 70), (6, 70), (7, 70), (8, 70), (11, 70), (9, 3), (15, 3), (1, 3), (24, 3)] {
            let (found, why) = of_signal(signal);
            assert_eq!(found, code, "{why}");
            assert!(why.contains("SIG"), "{why}");
            assert_eq!(std::process::ExitStatus::from_raw(signal).signal(), Some(signal));
        }
    }

    #[test]
    fn nothing_but_a_record_is_an_outcome() {
        let ended = |end, output: &str, errors: &str| {
            let (output, errors) = (output.as_bytes().to_vec(), errors.as_bytes().to_vec());
            outcome(Ok(Ended { end, output, errors })).err().map(|failed| (failed.code, failed.why))
        };
        for code in [0, 1, 5, 255] {
            let failed = ended(End::Code(code), "{}", "").unwrap();
            assert_eq!(failed.0, 70, "{code} without a record");
        }
        let (code, why) = ended(End::Code(3), "", "note: x\nerror: no file matches `a*`\nhint: y\n").unwrap();
        assert_eq!((code, why.as_str()), (3, "no file matches `a*`"));
        assert_eq!(ended(End::TimedOut, "", "").unwrap().0, 4);
        let (code, why) = ended(End::Code(70), "", "error: internal error at src/a.rs:7\nhint: z\n").unwrap();
        assert_eq!((code, why.as_str()), (70, "internal error at src/a.rs:7; this is a bug; please report it"));
    }

    #[test]
    fn the_first_error_is_the_reason() {
        assert_eq!(first_error("error[config/unknown-role]: `x` is not a role\n --> f:1:1\n"), "`x` is not a role");
        assert_eq!(first_error(""), "the scan failed and did not say why");
    }
}
