//! A night over many datasets, and what it tells a notification command. Nothing here holds a cell value.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Figure, RecordedFigure, RecordedFinding, RunRecord, Tool, VerdictOutcome};

/// Version of the format of [`NightReport`]; additive within a major version.
pub const NIGHT_VERSION: &str = "1.0.0";
/// Version of the format of [`Notification`]; additive within a major version.
pub const NOTIFICATION_VERSION: &str = "1.0.0";

/// More findings and figures than this are not told of one night: a message has to fit wherever it is posted.
const MOST_TOLD: usize = 50;

/// One night over all datasets of a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct NightReport {
    /// Version of this format, [`NIGHT_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// The exit code: the first of 2, 70, 1, 3, 4, 0 that a dataset has.
    pub exit_code: u8,
    /// Peak resident memory of the supervising process in bytes, without that of the scans, if the system reports it.
    pub peak_memory_bytes: Option<u64>,
    /// The datasets, in the order of the manifest.
    pub datasets: Vec<NightDataset>,
}

/// One dataset of a night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct NightDataset {
    /// Its name; of a configuration that could not be read the name of the file.
    pub dataset: String,
    /// The verdict; null if nothing could be measured.
    pub verdict: Option<VerdictOutcome>,
    /// The exit code of this dataset.
    pub exit_code: u8,
    /// Wall time from the start to the end of its process, in milliseconds.
    pub elapsed_ms: u64,
    /// Identifier of the run, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Folder of the run, below the folder for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The run whose figures these are, if nothing had changed and nothing was computed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Why there is no verdict, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether the notification command was run, and ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified: Option<bool>,
}

/// The exit code of a night: that of the datasets which somebody must look at first.
///
/// A wrong configuration comes first, then a bug, then a certain FAIL, then what could not be measured, then what was cut
/// off. A code of none of these counts as something that could not be measured. A night without datasets is wrong: it
/// would pass whatever is in the files.
#[must_use]
pub fn exit_code_of_night(codes: impl IntoIterator<Item = u8>) -> u8 {
    const PRECEDENCE: [u8; 6] = [2, 70, 1, 3, 4, 0];
    let place = |code: u8| PRECEDENCE.iter().position(|&known| known == code).unwrap_or(3);
    codes.into_iter().map(place).min().map_or(2, |first| PRECEDENCE[first])
}

/// What a notification command reads from its standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Notification {
    /// Version of this format, [`NOTIFICATION_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Name of the dataset.
    pub dataset: String,
    /// One sentence with the dataset and the verdict, for a subject line.
    pub summary: String,
    /// The verdict; null if nothing could be measured.
    pub verdict: Option<VerdictOutcome>,
    /// The verdict of the night before; null if there was none or nothing could be measured.
    pub previous_verdict: Option<VerdictOutcome>,
    /// Whether the verdict is another than that of the night before. The first night of a dataset is a change.
    pub changed: bool,
    /// The exit code of this dataset.
    pub exit_code: u8,
    /// Why there is no verdict, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Identifier of the run, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Folder of the run, below the folder for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The run whose figures these are, if nothing had changed and nothing was computed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// Findings that no waiver covers, most severe first, at most 50.
    pub findings: Vec<RecordedFinding>,
    /// Figures that break a limit, at most 50.
    pub figures: Vec<Figure>,
    /// Findings and figures beyond these.
    pub not_listed: u64,
}

impl Notification {
    /// What is told of a run. `before` is the record of the night before, whatever came of it.
    #[must_use]
    pub fn of(record: &RunRecord, before: Option<&RunRecord>, folder: Option<&str>) -> Self {
        let open = |finding: &&RecordedFinding| !finding.waived;
        let breaks = |figure: &&RecordedFigure| figure.passes() == Some(false);
        let mut findings: Vec<RecordedFinding> = record.findings.iter().filter(open).cloned().collect();
        let mut figures: Vec<Figure> = record.figures.iter().filter(breaks).map(|it| it.figure.clone()).collect();
        let not_listed = findings.len().saturating_sub(MOST_TOLD) + figures.len().saturating_sub(MOST_TOLD);
        findings.truncate(MOST_TOLD);
        figures.truncate(MOST_TOLD);
        Self {
            schema_version: NOTIFICATION_VERSION.to_owned(),
            tool: record.tool.clone(),
            dataset: record.dataset.clone(),
            summary: summary(record, before),
            verdict: record.verdict,
            previous_verdict: before.and_then(|before| before.verdict),
            changed: is_change(record, before),
            exit_code: record.exit_code,
            why: record.why.clone(),
            run: Some(record.run.clone()).filter(|run| !run.is_empty()),
            folder: folder.map(str::to_owned),
            same_as: record.same_as.clone(),
            started_at: record.started_at.clone(),
            finished_at: record.finished_at.clone(),
            findings,
            figures,
            not_listed: not_listed as u64,
        }
    }
}

/// Whether a night has another verdict than the one before it, or is the first.
#[must_use]
pub fn is_change(record: &RunRecord, before: Option<&RunRecord>) -> bool {
    before.is_none_or(|before| before.verdict != record.verdict)
}

fn summary(record: &RunRecord, before: Option<&RunRecord>) -> String {
    let now = verdict_word(record.verdict);
    let dataset = crate::printable::printable(&record.dataset);
    match before {
        Some(before) if before.verdict != record.verdict => {
            format!("{dataset}: {now}, was {}", verdict_word(before.verdict))
        }
        _ => format!("{dataset}: {now}"),
    }
}

/// The word that people read for a verdict.
#[must_use]
pub fn verdict_word(verdict: Option<VerdictOutcome>) -> &'static str {
    match verdict {
        Some(VerdictOutcome::Pass) => "PASS",
        Some(VerdictOutcome::Review) => "REVIEW",
        Some(VerdictOutcome::Fail) => "FAIL",
        Some(VerdictOutcome::Incomplete) => "INCOMPLETE",
        None => "NOT MEASURED",
    }
}

#[cfg(test)]
mod tests {
    use super::{Notification, RunRecord, VerdictOutcome, exit_code_of_night, is_change};

    fn record(verdict: Option<VerdictOutcome>) -> RunRecord {
        let times = ["2026-11-21T02:00:04Z", "2026-11-21T02:00:05Z"].map(str::to_owned);
        let failed = RunRecord::without_result("cards\u{1b}[2J", "r", times, 3, "no file".to_owned());
        RunRecord { verdict, ..failed }
    }

    #[test]
    fn the_first_code_of_the_precedence_that_occurs_is_that_of_the_night() {
        for (codes, code) in [
            (&[0, 4, 3, 1, 70, 2][..], 2),
            (&[0, 4, 3, 1, 70], 70),
            (&[0, 4, 3, 1], 1),
            (&[0, 4, 3], 3),
            (&[0, 4], 4),
            (&[0], 0),
            (&[0, 130], 3),
            (&[], 2),
        ] {
            assert_eq!(exit_code_of_night(codes.iter().copied()), code, "{codes:?}");
            assert_eq!(exit_code_of_night(codes.iter().rev().copied()), code, "{codes:?}");
        }
    }

    #[test]
    fn a_night_without_a_verdict_differs_from_every_verdict_and_the_first_night_is_a_change() {
        let (pass, none) = (record(Some(VerdictOutcome::Pass)), record(None));
        assert!(is_change(&pass, None) && is_change(&none, None));
        assert!(is_change(&none, Some(&pass)) && is_change(&pass, Some(&none)));
        assert!(!is_change(&pass, Some(&pass)) && !is_change(&none, Some(&none)));
    }

    #[test]
    fn the_summary_says_what_changed_and_cannot_steer_a_terminal() {
        let told = Notification::of(&record(None), Some(&record(Some(VerdictOutcome::Pass))), None);
        assert!(told.summary.ends_with(": NOT MEASURED, was PASS"), "{}", told.summary);
        assert!(!told.summary.contains('\u{1b}'));
        assert_eq!((told.previous_verdict, told.changed), (Some(VerdictOutcome::Pass), true));
    }
}
