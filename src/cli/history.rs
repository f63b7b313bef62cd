//! `reidrisk history`: the runs of a dataset, and whether their records are those that were written.

use std::path::Path;

use super::arguments::{HistoryArguments, HistoryFormat};
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::history::{Audit, HistoryError, Index, IndexState, audit, history_of, home_of, overview};
use crate::report::{
    render_history_csv, render_history_html, render_history_json, render_history_text, render_overview_html,
    render_overview_text,
};
use crate::result::{DatasetHistory, Overview};

/// The word in place of a dataset that makes the index anew.
const REBUILD: &str = "rebuild";

pub(super) fn history_verb(arguments: &HistoryArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let named = arguments.dataset.as_deref();
    let is_word = named == Some(REBUILD) && !home_of(&arguments.out, REBUILD).exists();
    if arguments.rebuild || is_word {
        rebuild(&arguments.out, printer)?;
    }
    let Some(dataset) = named.filter(|_| !is_word) else {
        return if arguments.verify { verify_all(arguments, printer) } else { all(arguments, is_word, printer) };
    };
    let home = home_of(&arguments.out, dataset);
    if arguments.verify {
        let audit = audit(&home).map_err(|error| failure(&error, printer))?;
        return verified(dataset, &audit, printer);
    }
    one(arguments, &home, printer)
}

fn failure(error: &HistoryError, printer: &Printer) -> ExitStatus {
    printer.failure(&error.to_string(), Some(error.hint()));
    ExitStatus::InputOutput
}

fn rebuild(out: &Path, printer: &Printer) -> Result<(), ExitStatus> {
    let (_, troubles) = Index::rebuild(out).map_err(|error| failure(&error, printer))?;
    printer.note("the index was rebuilt from the records");
    for trouble in &troubles {
        printer.note(&format!("left out: {trouble}"));
    }
    Ok(())
}

/// The history of one dataset.
fn one(arguments: &HistoryArguments, home: &Path, printer: &Printer) -> Result<(), ExitStatus> {
    let folder = home.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !home.is_dir() {
        // The error of a folder that is not there.
        return history_of(home).map(drop).map_err(|error| failure(&error, printer));
    }
    let indexed = with_index(&arguments.out, Some(&folder), printer, |index| index.history(&folder));
    let (history, troubles) = match indexed {
        Some(found) => found,
        None => (history_of(home).map_err(|error| failure(&error, printer))?, Vec::new()),
    };
    let Some(history) = history else {
        printer.failure(
            &format!("`{}` holds no record of a run", super::files::shown(home)),
            Some("runs of earlier versions have none; scan the dataset again"),
        );
        return Err(ExitStatus::InputOutput);
    };
    printer.result(&rendered(&history, arguments, printer)?)?;
    match troubles.first() {
        Some(error) => Err(failure(error, printer)),
        None => Ok(()),
    }
}

fn rendered(history: &DatasetHistory, arguments: &HistoryArguments, printer: &Printer) -> Result<Vec<u8>, ExitStatus> {
    const SHOWN: usize = 30;
    let most = arguments.last.unwrap_or(match arguments.format {
        HistoryFormat::Table => SHOWN,
        _ => usize::MAX,
    });
    let from = history.runs.len().saturating_sub(most);
    let newest = || DatasetHistory { runs: history.runs[from..].to_vec(), ..history.clone() };
    let bytes = match arguments.format {
        HistoryFormat::Table => return Ok(render_history_text(history, &printer.style(), most).into_bytes()),
        HistoryFormat::Csv => render_history_csv(&newest()),
        HistoryFormat::Json => render_history_json(&newest()),
        HistoryFormat::Html => render_history_html(&newest()).map(String::into_bytes),
    };
    bytes.map_err(|error| printer.report_failure(&error))
}

/// All datasets below the folder.
fn all(arguments: &HistoryArguments, is_rebuilt: bool, printer: &Printer) -> Result<(), ExitStatus> {
    if is_rebuilt && arguments.format == HistoryFormat::Table {
        return Ok(());
    }
    let overview = overview_of(&arguments.out, printer).map_err(|error| failure(&error, printer))?;
    let bytes = match arguments.format {
        HistoryFormat::Table => render_overview_text(&overview, &printer.style()).into_bytes(),
        HistoryFormat::Html => {
            render_overview_html(&overview).map_err(|error| printer.report_failure(&error))?.into_bytes()
        }
        HistoryFormat::Csv | HistoryFormat::Json => {
            printer.failure("`--format csv` and `--format json` are of one dataset", Some("name the dataset"));
            return Err(ExitStatus::Usage);
        }
    };
    printer.result(&bytes)
}

/// The overview from the index, or without it.
pub(super) fn overview_of(out: &Path, printer: &Printer) -> Result<Overview, HistoryError> {
    if !out.is_dir() {
        return overview(out);
    }
    match with_index(out, None, printer, |index| index.overview(out)) {
        Some((overview, _)) => Ok(overview),
        None => overview(out),
    }
}

/// Reads from the index, which is made anew where it is damaged; none where that is not possible either, which is told.
/// Records that cannot be used are handed back.
fn with_index<T>(
    out: &Path,
    folder: Option<&str>,
    printer: &Printer,
    read: impl Fn(&Index) -> Result<T, HistoryError>,
) -> Option<(T, Vec<HistoryError>)> {
    let opened = Index::open(out, folder).and_then(|(index, state, troubles)| {
        if let IndexState::Rebuilt(reason) = state {
            printer
                .note(&format!("the index of runs could not be used ({reason}), so it was rebuilt from the records"));
        }
        Ok((read(&index)?, troubles))
    });
    let found = opened.or_else(|error| {
        // What was fine at first sight may be damaged further on.
        let HistoryError::Index { reason, .. } = error else { return Err(error) };
        let (index, troubles) = Index::rebuild(out)?;
        printer.note(&format!("the index of runs could not be used ({reason}), so it was rebuilt from the records"));
        Ok((read(&index)?, troubles))
    });
    match found {
        Ok(found) => Some(found),
        Err(error) => {
            printer.note(&format!("{error}; the records are read without it"));
            None
        }
    }
}

fn verify_all(arguments: &HistoryArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let overview = overview(&arguments.out).map_err(|error| failure(&error, printer))?;
    let mut code = 0;
    for dataset in &overview.datasets {
        let audit = audit(&arguments.out.join(&dataset.folder)).map_err(|error| failure(&error, printer))?;
        let ended = verified(&dataset.recent.dataset, &audit, printer);
        // A broken chain comes before one that cannot be checked.
        code = match (code, ended.map_err(ExitStatus::code).err().unwrap_or(0)) {
            (1, _) | (_, 1) => 1,
            (one, other) => one.max(other),
        };
    }
    if code == 0 { Ok(()) } else { Err(ExitStatus::Code(code)) }
}

/// Tells what an audit found.
fn verified(dataset: &str, audit: &Audit, printer: &Printer) -> Result<(), ExitStatus> {
    let name = crate::plan::shown_name(dataset);
    let counted = crate::number::counted;
    let mut lines = Vec::new();
    if audit.is_sound() {
        let records = counted(audit.runs as u64, "record", "records");
        let results = counted(audit.results as u64, "result", "results");
        lines.push(format!("{name}: {records} and {results} are as they were written"));
    } else {
        lines.push(format!("{name}: the history is not as it was written, or cannot be checked"));
    }
    lines.extend(audit.broken.iter().map(|place| format!("  broken: {place}")));
    lines.extend(audit.unverifiable.iter().map(|place| format!("  cannot be checked: {place}")));
    if audit.without_record > 0 {
        let runs = counted(audit.without_record as u64, "run has", "runs have");
        lines.push(format!("  {runs} no record, as earlier versions left them"));
    }
    if let (Some((run, sha256)), true) = (&audit.newest, audit.is_sound()) {
        lines.push(format!("  newest record, of run {}: SHA-256 {sha256}", crate::plan::shown_name(run)));
    }
    if !printer.quiet() || !audit.is_sound() {
        printer.result(lines.join("\n").as_bytes())?;
    }
    match audit.exit_code() {
        0 => Ok(()),
        code => Err(ExitStatus::Code(code)),
    }
}
