//! What views over many runs show: the runs of a dataset side by side, and all datasets below one folder.

use jiff::Timestamp;
use jiff::civil::Date;
#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Figure, RecordedFigure, RecordedWaiver, RunRecord, Tool, VerdictOutcome};

/// Version of the format of [`DatasetHistory`].
pub const HISTORY_VERSION: &str = "1.0.0";

/// The runs of one dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DatasetHistory {
    /// Version of this format, [`HISTORY_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Name of the dataset.
    pub dataset: String,
    /// The runs, oldest first.
    pub runs: Vec<HistoryRun>,
}

/// One run, as far as it is compared with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct HistoryRun {
    /// Identifier of the run: the name of its folder.
    pub run: String,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// The verdict; null if there is no result.
    pub verdict: Option<VerdictOutcome>,
    /// The exit code.
    pub exit_code: u8,
    /// Why there is no result; null if there is one.
    pub why: Option<String>,
    /// Version of the program.
    pub version: String,
    /// SHA-256 of the configuration file; null without one.
    pub config_sha256: Option<String>,
    /// SHA-256 of the effective settings; null without a result.
    pub settings_sha256: Option<String>,
    /// The waivers as text: the finding and the last day of each.
    pub waivers: String,
    /// The run whose figures these are, if nothing was computed again.
    pub same_as: Option<String>,
    /// Label of the release.
    pub release: Option<String>,
    /// Records read.
    pub records: u64,
    /// Distinct subjects; null if no subject is declared or nothing was read.
    pub subjects: Option<u64>,
    /// Findings that count for the verdict.
    pub open_findings: u64,
    /// The recorded figures.
    pub figures: Vec<RecordedFigure>,
}

/// What changed about a scan from one run to the next, so that its figures may have moved for another reason than the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ScanChange {
    /// The configuration file or a setting.
    Configuration,
    /// A waiver was added, removed or prolonged.
    Waivers,
    /// The version of the program.
    Version,
}

impl ScanChange {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl HistoryRun {
    /// The run of a record.
    #[must_use]
    pub fn of(record: &RunRecord) -> Self {
        let is_open = |finding: &&super::RecordedFinding| !finding.waived && finding.severity > super::Severity::Note;
        Self {
            run: record.run.clone(),
            started_at: record.started_at.clone(),
            finished_at: record.finished_at.clone(),
            verdict: record.verdict,
            exit_code: record.exit_code,
            why: record.why.clone(),
            version: record.tool.version.clone(),
            config_sha256: record.config_sha256.clone(),
            settings_sha256: record.settings_sha256.clone(),
            waivers: in_words(&record.waivers),
            same_as: record.same_as.clone(),
            release: record.release.clone(),
            records: record.records,
            subjects: record.subjects,
            open_findings: record.findings.iter().filter(is_open).count() as u64,
            figures: record.figures.clone(),
        }
    }

    /// The moment of the start; none if the time cannot be read.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.started_at.parse().ok()
    }

    /// The moment of the end; none if the time cannot be read.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.finished_at.parse().ok()
    }

    /// The day of the start, UTC; none if the time cannot be read.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.started_at.get(..10)?.parse().ok()
    }

    /// What changed about the scan since an earlier run. A run without a result says nothing of its settings.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<ScanChange> {
        let mut changes = Vec::new();
        if self.verdict.is_none() || earlier.verdict.is_none() {
            return changes;
        }
        if self.config_sha256 != earlier.config_sha256 || self.settings_sha256 != earlier.settings_sha256 {
            changes.push(ScanChange::Configuration);
        }
        if self.waivers != earlier.waivers {
            changes.push(ScanChange::Waivers);
        }
        if self.version != earlier.version {
            changes.push(ScanChange::Version);
        }
        changes
    }

    /// The recorded figure of this name, if the run has it.
    #[must_use]
    pub fn figure(&self, name: &Figure) -> Option<&RecordedFigure> {
        let is_it = |it: &&RecordedFigure| {
            it.figure.id == name.id && it.figure.columns == name.columns && it.figure.about == name.about
        };
        self.figures.iter().find(is_it)
    }
}

/// Waivers without their state, which changes as findings come and go.
fn in_words(waivers: &[RecordedWaiver]) -> String {
    let words: Vec<String> =
        waivers.iter().map(|waiver| format!("{} until {}", waiver.finding.name(), waiver.expires)).collect();
    words.join("; ")
}

impl DatasetHistory {
    /// The history of these runs, oldest first.
    #[must_use]
    pub fn of(dataset: String, runs: Vec<HistoryRun>) -> Self {
        Self {
            schema_version: HISTORY_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            dataset,
            runs,
        }
    }

    /// The newest run.
    #[must_use]
    pub fn newest(&self) -> Option<&HistoryRun> {
        self.runs.last()
    }

    /// The newest run that passed.
    #[must_use]
    pub fn last_pass(&self) -> Option<&HistoryRun> {
        self.runs.iter().rev().find(|run| run.verdict == Some(VerdictOutcome::Pass))
    }

    /// For each run, what changed about the scan since the last one with a result.
    #[must_use]
    pub fn changes(&self) -> Vec<Vec<ScanChange>> {
        let mut earlier: Option<&HistoryRun> = None;
        let mut all = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            all.push(earlier.map_or_else(Vec::new, |earlier| run.changes_since(earlier)));
            if run.verdict.is_some() {
                earlier = Some(run);
            }
        }
        all
    }

    /// The figures that limits were held against, the newest first in the order of the newest result that has them. What is
    /// told apart by id, columns and about stands once.
    #[must_use]
    pub fn limited_figures(&self) -> Vec<&Figure> {
        let mut names: Vec<&Figure> = Vec::new();
        for run in self.runs.iter().rev() {
            for recorded in run.figures.iter().filter(|recorded| !recorded.limits.is_empty()) {
                let is_known = |known: &&Figure| {
                    known.id == recorded.figure.id
                        && known.columns == recorded.figure.columns
                        && known.about == recorded.figure.about
                };
                if !names.iter().any(is_known) {
                    names.push(&recorded.figure);
                }
            }
        }
        names
    }

    /// The figure that stands for the dataset in a line: the share singled out by known points, else the share that an
    /// attack links, else the smallest class, else the first with a limit.
    #[must_use]
    pub fn headline_figure(&self) -> Option<&Figure> {
        let newest = self.runs.iter().rev().find(|run| run.figures.iter().any(|figure| !figure.limits.is_empty()))?;
        let limited: Vec<&Figure> =
            newest.figures.iter().filter(|figure| !figure.limits.is_empty()).map(|figure| &figure.figure).collect();
        let first = HEADLINES.iter().find_map(|id| limited.iter().find(|figure| figure.id == *id));
        first.or(limited.first()).copied()
    }

    /// How many days lie between two runs as a rule: the median over the last thirty, at least 1. None for fewer than four
    /// days with a run, which are no rule.
    #[must_use]
    pub fn rhythm(&self) -> Option<i32> {
        let mut days: Vec<Date> = self.runs.iter().filter_map(HistoryRun::day).collect();
        days.dedup();
        let recent = &days[days.len().saturating_sub(31)..];
        let mut gaps: Vec<i32> =
            recent.windows(2).map(|two| days_between(two[0], two[1])).filter(|gap| *gap > 0).collect();
        gaps.sort_unstable();
        (gaps.len() >= 3).then(|| gaps[(gaps.len() - 1) / 2])
    }

    /// How many runs were missed before each run, by the rhythm of the others: 0 without one.
    #[must_use]
    pub fn missed(&self) -> Vec<u32> {
        let Some(rhythm) = self.rhythm() else { return vec![0; self.runs.len()] };
        let mut before: Option<Date> = None;
        let mut missed = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            let day = run.day();
            missed.push(before.zip(day).map_or(0, |(before, day)| missed_between(before, day, rhythm)));
            before = day.or(before);
        }
        missed
    }
}

/// Figures that stand for a dataset, in this order.
const HEADLINES: [&str; 3] = ["unicity.gated_share", "linkage.attack_rate", "uniqueness.static.smallest_class"];

/// Whole days from one day to another.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// How many runs would have been due between two days.
#[must_use]
pub fn missed_between(from: Date, to: Date, rhythm: i32) -> u32 {
    // Half a rhythm later is still the same run.
    let due = (days_between(from, to) + rhythm / 2) / rhythm.max(1);
    u32::try_from(due - 1).unwrap_or(0)
}

/// All datasets below one folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Overview {
    /// Version of this format, [`HISTORY_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The datasets, by name.
    pub datasets: Vec<DatasetOverview>,
}

/// One dataset among others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DatasetOverview {
    /// Its folder below that of all reports.
    pub folder: String,
    /// How many runs it has.
    pub runs: u64,
    /// Its newest runs, oldest first: enough for a line.
    pub recent: DatasetHistory,
    /// The newest run that passed, and the end of it; null if none did.
    pub last_pass: Option<PassedRun>,
    /// The newest run with a result in its folder, which has a page; null if none has.
    pub latest: Option<String>,
    /// Runs that are due since the newest one, held against the newest run of all datasets.
    pub overdue: u32,
    /// What is wrong with the records of the dataset, in one sentence; null if nothing is.
    pub trouble: Option<String>,
}

/// A run that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PassedRun {
    /// The run.
    pub run: String,
    /// Its end, UTC, RFC 3339.
    pub finished_at: String,
}

impl Overview {
    /// The overview of these datasets, with what is overdue.
    #[must_use]
    pub fn of(mut datasets: Vec<DatasetOverview>) -> Self {
        let day = |dataset: &DatasetOverview| dataset.recent.newest().and_then(HistoryRun::day);
        let newest = datasets.iter().filter_map(day).max();
        for dataset in &mut datasets {
            let since = day(dataset).zip(newest).zip(dataset.recent.rhythm());
            dataset.overdue = since.map_or(0, |((day, newest), rhythm)| missed_between(day, newest, rhythm));
        }
        datasets.sort_by(|left, right| left.recent.dataset.cmp(&right.recent.dataset));
        let tool = Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self { schema_version: HISTORY_VERSION.to_owned(), tool, datasets }
    }
}

#[cfg(test)]
mod tests {
    use super::{DatasetHistory, HistoryRun, Overview, ScanChange, missed_between};
    use crate::result::{DatasetOverview, RunRecord, VerdictOutcome};

    fn run(day: &str) -> HistoryRun {
        let times = [format!("{day}T02:00:04Z"), format!("{day}T02:00:09Z")];
        let record = RunRecord::without_result("cards", day, times, 0, String::new());
        let record = RunRecord { verdict: Some(VerdictOutcome::Pass), why: None, ..record };
        HistoryRun::of(&record)
    }

    fn history(days: &[&str]) -> DatasetHistory {
        DatasetHistory::of("cards".to_owned(), days.iter().map(|day| run(day)).collect())
    }

    #[test]
    fn a_night_that_was_missed_is_counted_by_the_rhythm_of_the_others() {
        let nightly = history(&["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-06", "2026-11-07", "2026-11-07"]);
        assert_eq!(nightly.rhythm(), Some(1));
        assert_eq!(nightly.missed(), [0, 0, 0, 2, 0, 0]);
        let weekly = history(&["2026-11-01", "2026-11-08", "2026-11-16", "2026-11-22", "2026-12-06"]);
        assert_eq!(weekly.rhythm(), Some(7));
        assert_eq!(weekly.missed(), [0, 0, 0, 0, 1], "a day late is not missed");
        assert_eq!(history(&["2026-11-01", "2026-11-09"]).missed(), [0, 0], "two runs are no rule");
    }

    #[test]
    fn a_day_before_is_no_miss() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(missed_between(day("2026-11-02"), day("2026-11-01"), 1), 0);
        assert_eq!(missed_between(day("2026-11-02"), day("2026-11-02"), 1), 0);
        assert_eq!(missed_between(day("2026-10-31"), day("2026-12-01"), 1), 30);
    }

    #[test]
    fn changes_are_held_against_the_last_run_with_a_result() {
        let mut history = history(&["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]);
        history.runs[1].verdict = None;
        history.runs[1].version = "other".to_owned();
        history.runs[2].config_sha256 = Some("0".to_owned());
        history.runs[3].config_sha256 = Some("0".to_owned());
        history.runs[3].waivers = "linkable until 2027-01-01".to_owned();
        history.runs[3].version = "other".to_owned();
        let changes = history.changes();
        assert_eq!(changes[..2], [vec![], vec![]]);
        assert_eq!(changes[2], [ScanChange::Configuration]);
        assert_eq!(changes[3], [ScanChange::Waivers, ScanChange::Version]);
    }

    #[test]
    fn a_dataset_that_fell_behind_the_others_is_overdue() {
        let of = |recent: DatasetHistory| DatasetOverview {
            folder: "cards".to_owned(),
            runs: 4,
            recent,
            last_pass: None,
            latest: None,
            overdue: 0,
            trouble: None,
        };
        let behind = history(&["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]);
        let other = history(&["2026-11-04", "2026-11-05", "2026-11-06", "2026-11-07"]);
        let overview = Overview::of(vec![of(behind), of(other)]);
        assert_eq!(overview.datasets.iter().map(|it| it.overdue).collect::<Vec<_>>(), [2, 0]);
    }
}
