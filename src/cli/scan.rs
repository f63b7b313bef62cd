//! `reidrisk scan`: measure, judge, write, print.

use std::io::Write;
use std::path::Path;

use super::arguments::{Manners, ScanArguments};
use super::clock::SystemClock;
use super::exit::ExitStatus;
use super::flags::{plan_of, print_settings};
use super::history::overview_of;
use super::kept::{make_folders, write_kept};
use super::panics::{HINT, caught};
use super::printer::Printer;
use super::progress::TerminalProgress;
use super::release::release_failure;
use super::report::rendered;
use super::verify::certificate_of;
use super::watch::{end_on_signals, watch};
use crate::history::{Further, home_of, prune, write_index_page, write_record, write_run};
use crate::input::stem;
use crate::plan::{Plan, shown_name};
use crate::release::released_plan;
use crate::report::{Ending, Format, render_text};
use crate::result::{Certificate, InputFile, RunRecord, ScanResult, VerdictOutcome};
use crate::scan::{CellList, Clock, Lists, RecordList, ScanError, Scanned, SubjectList, record_of, scan_noting};
use crate::stop::Stop;

pub(super) fn scan_verb(arguments: &ScanArguments, manners: &Manners, printer: &Printer) -> Result<(), ExitStatus> {
    let plan = plan_of(arguments, printer).map_err(|error| printer.config_failure(&error))?;
    print_settings(&plan, printer);
    let certificate = arguments.released.as_deref().map(|path| certificate_of(&plan.inputs, path, printer));
    let certificate = certificate.transpose()?;
    let plan = match &certificate {
        Some(certificate) => released_plan(&plan, certificate).map_err(|error| release_failure(&error, printer))?,
        None => plan,
    };
    make_folders(&plan, printer)?;
    let scanned = measure(&plan, &arguments.out, manners, printer)?;
    let record = record_of(&plan, &scanned);
    let Scanned { result, lists, kept, .. } = scanned;
    if certificate.is_some_and(|certificate| !names_all(&certificate, &result)) {
        printer.failure("the file changed while it was scanned", Some("scan it again"));
        return Err(ExitStatus::InputOutput);
    }
    write_kept(&kept, printer)?;
    write(arguments, (&result, record), &lists, printer)?;
    match ExitStatus::of_result(&result, arguments.verdict.exit_zero) {
        ExitStatus::Success => Ok(()),
        other => Err(other),
    }
}

/// Whether what was scanned are bytes that the certificate names.
fn names_all(certificate: &Certificate, result: &ScanResult) -> bool {
    let is_named = |file: &InputFile| certificate.files.iter().any(|named| file.sha256.as_ref() == Some(&named.sha256));
    result.dataset.files.iter().all(is_named)
}

fn measure(plan: &Plan, out: &Path, manners: &Manners, printer: &Printer) -> Result<Scanned, ExitStatus> {
    let clock = SystemClock::start();
    let started = clock.now();
    let record = |ended: ExitStatus, why: String| {
        // The first scan of a dataset may be of a file that is spelled wrongly.
        if home_of(out, &dataset_name(plan)).is_dir() {
            record_failure(plan, out, [started, clock.now()], (ended, why), printer);
        }
        ended
    };
    let work = |progress: &TerminalProgress, stop: &Stop| scan_noting(plan, &clock, progress, stop);
    let failed = |error: &ScanError| match (scan_failure(error, printer), error) {
        // Whoever ended the program knows.
        (ended, ScanError::Interrupted) => ended,
        (ended, error) => record(ended, error.to_string()),
    };
    guarded(printer, record, || watched_as(plan, manners, printer, work, failed))
}

/// Does work of which a bug is recorded as any other failure is.
fn guarded<T>(
    printer: &Printer,
    record: impl Fn(ExitStatus, String) -> ExitStatus,
    work: impl FnOnce() -> Result<T, ExitStatus>,
) -> Result<T, ExitStatus> {
    caught(work).unwrap_or_else(|why| {
        printer.failure(&why, Some(HINT));
        Err(record(ExitStatus::Internal, format!("{why}; {HINT}")))
    })
}

/// Name of the dataset of a plan, also where its input cannot be read.
fn dataset_name(plan: &Plan) -> String {
    let first = || plan.inputs.first().filter(|input| *input != "-").map(|input| stem(Path::new(input)));
    plan.dataset_name.clone().or_else(first).unwrap_or_else(|| "stdin".to_owned())
}

/// Records why a dataset with a history could not be measured, so that the night is not taken for one that was missed.
fn record_failure(
    plan: &Plan,
    out: &Path,
    times: [jiff::Timestamp; 2],
    (ended, why): (ExitStatus, String),
    printer: &Printer,
) {
    let run = format!("{}-failed", times[0].strftime("%Y%m%dT%H%M%SZ"));
    let times = times.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let record = RunRecord::without_result(&dataset_name(plan), &run, times, ended.code(), why);
    let written = write_record(out, record);
    if let Err(error) = written.map_err(|error| error.to_string()).and_then(|_| renew_index_page(out, printer)) {
        printer.note(&format!("the failure is not in the history: {error}"));
    }
}

/// Writes the page over all datasets again.
fn renew_index_page(out: &Path, printer: &Printer) -> Result<(), String> {
    write_index_page(out, SystemClock::start().now(), || overview_of(out, printer))
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Runs `work` in a pool of the planned number of threads, watched and shown; tells why there is no result.
pub(super) fn watched<T: Send>(
    plan: &Plan,
    manners: &Manners,
    printer: &Printer,
    work: impl FnOnce(&TerminalProgress, &Stop) -> Result<T, ScanError> + Send,
) -> Result<T, ExitStatus> {
    watched_as(plan, manners, printer, work, |error| scan_failure(error, printer))
}

/// [`watched`], for work that fails in its own ways.
pub(super) fn watched_as<T: Send, E: Send>(
    plan: &Plan,
    manners: &Manners,
    printer: &Printer,
    work: impl FnOnce(&TerminalProgress, &Stop) -> Result<T, E> + Send,
    failed: impl FnOnce(&E) -> ExitStatus,
) -> Result<T, ExitStatus> {
    let stop = Stop::default();
    end_on_signals(&stop, printer)?;
    watch(plan, &stop, printer);
    let progress = TerminalProgress::new(manners);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads.unwrap_or(0)).build().map_err(|_| {
        printer.failure("the worker threads cannot be started", Some("request fewer with `--threads`"));
        ExitStatus::InputOutput
    })?;
    pool.install(|| work(&progress, &stop)).map_err(|error| failed(&error))
}

pub(super) fn scan_failure(error: &ScanError, printer: &Printer) -> ExitStatus {
    match error {
        ScanError::Config(mistake) => {
            printer.config_failure(mistake);
        }
        other => printer.failure(&other.to_string(), other.hint().as_deref()),
    }
    ExitStatus::Code(error.exit_code())
}

/// Writes the run folder, then prints the result, so that what is printed is on disk.
fn write(
    arguments: &ScanArguments,
    (result, record): (&ScanResult, RunRecord),
    lists: &Lists,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let emit = &arguments.emit;
    let is_listed = [
        (SubjectList::NAME, lists.subjects.is_some()),
        (RecordList::NAME, lists.records.is_some()),
        (CellList::NAME, lists.cells.is_some()),
    ];
    let missing =
        is_listed.into_iter().filter(|(name, is_listed)| emit.iter().any(|format| format.name == *name) && !is_listed);
    for (name, _) in missing {
        let entry = result.not_measured.iter().find(|entry| entry.measure == name);
        let reason = entry.map_or("nothing was measured", |entry| &entry.reason);
        printer.note(&format!("no `{name}.csv`: {reason}"));
    }
    let subjects = lists.subjects.as_ref().map(|list| |out: &mut dyn Write| list.write(out));
    let records = lists.records.as_ref().map(|list| |out: &mut dyn Write| list.write(out));
    let cells = lists.cells.as_ref().map(|list| |out: &mut dyn Write| list.write(out));
    let mut further = Further::new();
    if let Some(write) = &cells {
        further.insert("cells.csv".to_owned(), write);
    }
    if let Some(write) = &subjects {
        further.insert("subjects.csv".to_owned(), write);
    }
    if let Some(write) = &records {
        further.insert("records.csv".to_owned(), write);
    }
    let written = write_run(&arguments.out, result, emit, &further, record);
    let folder = written.map_err(|error| printer.report_failure(&error))?;
    tidy(arguments, &result.dataset.name, printer);
    if printer.quiet() && result.verdict.outcome == VerdictOutcome::Pass {
        return quiet_pass(arguments, result, printer);
    }
    let place = shown_place(&folder, emit);
    if arguments.format.name == "text" {
        let next = next_step(arguments, result);
        let ending = Ending { report: Some(&place), next: next.as_deref() };
        return printer.result(render_text(result, &printer.style(), &ending).as_bytes());
    }
    let bytes = rendered(result, arguments.format, &printer.style(), printer)?;
    printer.note(&format!("report {place}"));
    printer.result(&bytes)
}

/// Removes details of old runs, and writes the page over all datasets again. The run is whole without either.
fn tidy(arguments: &ScanArguments, dataset: &str, printer: &Printer) {
    if let Some(keep) = arguments.keep {
        prune_runs(&home_of(&arguments.out, dataset), keep, printer);
    }
    if let Err(error) = renew_index_page(&arguments.out, printer) {
        printer.note(&error);
    }
}

/// Removes details of all but the newest runs of a dataset.
pub(super) fn prune_runs(home: &Path, keep: u32, printer: &Printer) {
    match prune(home, keep as usize) {
        Ok(0) => {}
        Ok(pruned) => {
            let runs = crate::plan::counted(pruned as u64, "earlier run", "earlier runs");
            printer.note(&format!("the details of {runs} were removed; their records stay"));
        }
        Err(error) => printer.note(&format!("no earlier run was pruned: {error}")),
    }
}

/// A pass says nothing to those who want bad news only, unless it rests on more than the file: then its headline. Data are
/// printed whole, for a program cannot read a headline.
fn quiet_pass(arguments: &ScanArguments, result: &ScanResult, printer: &Printer) -> Result<(), ExitStatus> {
    let Some(headline) = &result.verdict.headline else { return Ok(()) };
    if arguments.format.name != "json" {
        return printer.result(format!("{}: {headline}", shown_name(&result.dataset.name)).as_bytes());
    }
    printer.result(&rendered(result, arguments.format, &printer.style(), printer)?)
}

/// What to do next: where roles are guessed, write them down; else look at the first open finding; after a pass, keep the
/// record of what passed.
fn next_step(arguments: &ScanArguments, result: &ScanResult) -> Option<String> {
    let guessed = result.dataset.columns.iter().any(|column| column.guessed);
    let inputs = typed_words(&arguments.inputs, arguments.config.as_deref());
    if guessed && result.run.config_sha256.is_none() {
        // What came through standard input is gone.
        let again = if inputs.iter().any(|input| input == "-") { " < FILE" } else { "" };
        return Some(format!("reidrisk init {}{again}    to confirm roles and limits", inputs.join(" ")));
    }
    if result.advice.iter().any(|advice| advice.recommended && advice.reaches_limits) {
        let inputs = inputs.join(" ");
        return Some(format!("reidrisk advise {inputs} --write treated.toml    for a plan that keeps every limit"));
    }
    let open = result.findings.iter().find(|finding| finding.is_open());
    match (result.verdict.outcome, open) {
        (VerdictOutcome::Pass, _) if result.verdict.headline.is_some() => {
            Some("read what this pass rests on, then keep result.json with the release".to_owned())
        }
        (VerdictOutcome::Pass, _) => {
            Some("read \"Not measured\" in the report, then release these files and keep result.json".to_owned())
        }
        (VerdictOutcome::Review, Some(finding)) => Some(format!(
            "reidrisk explain {}    then change the extract, or accept it: reidrisk explain waiver",
            finding.code.name()
        )),
        (_, Some(finding)) => Some(format!("reidrisk explain {}", finding.code.name())),
        (_, None) => None,
    }
}

/// The inputs as they are typed again; the configuration that declares them where none was typed.
pub(super) fn typed_words(inputs: &[String], config: Option<&Path>) -> Vec<String> {
    match config.filter(|_| inputs.is_empty()) {
        Some(config) => vec!["--config".to_owned(), shell_word(&config.to_string_lossy())],
        None => inputs.iter().map(|input| shell_word(input)).collect(),
    }
}

/// A word as a shell takes it: as it is where that is safe, else in single quotes.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", shown_name(word).replace('\'', "'\\''"))
}

/// Where the page is, or the result when no page was asked for.
fn shown_place(folder: &Path, emit: &[&Format]) -> String {
    let is_page = |format: &&&Format| format.file == "index.html";
    let file = emit.iter().find(is_page).map_or("result.json", |format| format.file);
    folder.join(file).display().to_string().replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::arguments::{ShowProgress, When};
    use super::{ExitStatus, Manners, Printer, guarded};

    #[test]
    fn a_bug_is_recorded_with_its_code_and_nothing_of_the_data() {
        let manners = Manners { quiet: true, verbose: false, color: When::Never, progress: ShowProgress::Never };
        let recorded = RefCell::new(Vec::new());
        let record = |ended: ExitStatus, why: String| {
            recorded.borrow_mut().push((ended.code(), why));
            ended
        };
        let ended: Result<(), ExitStatus> =
            guarded(&Printer::new(&manners), record, || panic!("a cell of the data: {}", "CANARY"));
        assert_eq!(ended, Err(ExitStatus::Internal));
        let recorded = recorded.into_inner();
        assert_eq!(recorded.len(), 1);
        assert!(recorded[0].0 == 70 && recorded[0].1.starts_with("internal error"), "{recorded:?}");
        assert!(recorded[0].1.ends_with("; this is a bug; please report it") && !recorded[0].1.contains("CANARY"));
    }

    #[test]
    fn what_ends_by_itself_is_recorded_by_whoever_ends_it() {
        let manners = Manners { quiet: true, verbose: false, color: When::Never, progress: ShowProgress::Never };
        let record = |_: ExitStatus, _: String| unreachable!("no bug");
        let printer = Printer::new(&manners);
        assert_eq!(guarded(&printer, record, || Ok(7)), Ok(7));
        assert_eq!(guarded(&printer, record, || Err::<(), _>(ExitStatus::Usage)), Err(ExitStatus::Usage));
    }
}
