//! A night over many datasets: one line for each, and JSON.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::ReportError;
use super::json::render;
use crate::printable::printable;
use crate::result::{NightDataset, NightReport, Notification, verdict_word};

/// Names are aligned up to this width; a longer one pushes its own line only.
const WIDEST_NAME: usize = 40;

/// The width of the column of names, so that lines that are printed one by one are aligned.
#[must_use]
pub fn width_of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> usize {
    let widths = names.into_iter().map(|name| printable(name).width());
    widths.max().unwrap_or(0).min(WIDEST_NAME)
}

/// One line: verdict, exit code, seconds, name, and the folder of the report, which lies below `out`, or why there is none.
#[must_use]
pub fn render_night_line(dataset: &NightDataset, width: usize, out: &str) -> String {
    let name = printable(&dataset.dataset);
    let seconds = std::time::Duration::from_millis(dataset.elapsed_ms).as_secs_f64();
    let gap = width.saturating_sub(name.width());
    let mut line =
        format!("{:<12}  {:>2}  {seconds:>7.1} s  {name}{:gap$}", verdict_word(dataset.verdict), dataset.exit_code, "");
    let rest = match (&dataset.same_as, &dataset.folder, &dataset.why) {
        (Some(run), ..) => format!("unchanged since {run}"),
        (None, Some(folder), None) => format!("{out}/{folder}"),
        (None, _, Some(why)) => why.clone(),
        (None, None, None) => String::new(),
    };
    if !rest.is_empty() {
        // What a child said may hold several lines.
        let _ = write!(line, "  {}", printable(&rest));
    }
    line.truncate(line.trim_end().len());
    line
}

/// The night as JSON that ends with a newline.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_night_json(night: &NightReport) -> Result<Vec<u8>, ReportError> {
    render(night)
}

/// What a notification command reads, as JSON that ends with a newline.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_notification(notification: &Notification) -> Result<Vec<u8>, ReportError> {
    render(notification)
}

#[cfg(test)]
mod tests {
    use super::{render_night_line, render_notification, width_of_names};
    use crate::report::fixture;
    use crate::result::{NightDataset, Notification, RunRecord, VerdictOutcome};

    fn dataset(name: &str) -> NightDataset {
        NightDataset {
            dataset: name.to_owned(),
            verdict: Some(VerdictOutcome::Fail),
            exit_code: 1,
            elapsed_ms: 2_140,
            run: None,
            folder: Some("cards/20261121T020004Z-3fa1c2".to_owned()),
            same_as: None,
            why: None,
            notified: None,
        }
    }

    #[test]
    fn lines_are_aligned_and_say_where_the_report_is_or_why_there_is_none() {
        let width = width_of_names(["cards", "accounts"]);
        let line = |dataset: &NightDataset| render_night_line(dataset, width, "reports");
        assert_eq!(
            line(&dataset("cards")),
            "FAIL           1      2.1 s  cards     reports/cards/20261121T020004Z-3fa1c2"
        );
        let why = Some("no file\nmatches `a*`".to_owned());
        let failed = NightDataset { verdict: None, exit_code: 3, folder: None, why, ..dataset("accounts") };
        let told = line(&failed);
        assert!(told.starts_with("NOT MEASURED   3      2.1 s  accounts  no file"), "{told}");
        assert_eq!(told.lines().count(), 1);
        let same = NightDataset { same_as: Some("r1".to_owned()), ..dataset("cards") };
        assert!(line(&same).ends_with("cards     unchanged since r1"));
    }

    #[test]
    fn names_cannot_steer_a_terminal() {
        let told = render_night_line(&dataset("\u{1b}[2J\ncards"), 10, "reports");
        assert!(!told.contains(char::is_control), "{told:?}");
    }

    #[test]
    fn a_notification_tells_open_findings_and_broken_limits_and_is_bounded() {
        let record = RunRecord::of(&fixture::failing(), Vec::new(), String::new());
        let told = Notification::of(&record, None, Some("cards/x"));
        assert_eq!(told.findings.len(), record.findings.iter().filter(|finding| !finding.waived).count());
        assert!(!told.findings.is_empty() && !told.figures.is_empty() && told.not_listed == 0 && told.changed);
        let many = RunRecord { findings: record.findings.iter().cycle().take(900).cloned().collect(), ..record };
        let told = Notification::of(&many, None, None);
        assert_eq!(told.findings.len() as u64 + told.not_listed, 900);
        assert!(render_notification(&told).unwrap().len() < 64 << 10);
    }
}
