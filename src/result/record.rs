//! The small record of a run: all that the history, the next night and an audit need of it. It holds no cell value.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fingerprint::add;
use super::{
    Check, CheckOutcome, ColumnSize, ColumnType, DatasetColumn, Earlier, EarlierColumn, Figure, Finding, FindingCode,
    InputFile, Night, PlannedSetting, Role, ScanResult, Severity, Spellings, SubjectSpelling, Tool, Variability,
    VerdictOutcome, WaiverRecord, WaiverState,
};
use crate::number::ratio;
use crate::printable::hexadecimal;

/// Version of the format of `record.json`; additive within a major version.
pub const RECORD_VERSION: &str = "1.0.0";

/// Settings of the run that no figure depends on.
const OF_THE_RUN: [&str; 5] = ["scan.threads", "scan.memory", "scan.timeout", "exit_zero", "release.label"];

/// Figures that are followed from night to night even where no limit is held against them.
const FOLLOWED: [&str; 21] = [
    "uniqueness.static.smallest_class",
    "uniqueness.static.unique_share",
    "uniqueness.static.average_subject",
    "uniqueness.static.expected_reidentifications",
    "uniqueness.full.smallest_class",
    "uniqueness.full.unique_share",
    "uniqueness.full.average_subject",
    "unicity.gated_share",
    "unicity.gated_share_active",
    "unicity.gated_subjects",
    "special_uniques.special_share",
    "linkage.attack_rate",
    "linkage.known_share",
    "linkage.baseline_rate",
    "identifiers.columns",
    "identifiers.records",
    "histories.smallest_crowd",
    "inference.advantage",
    "attribute.static.distinct_l",
    "attribute.static.t",
    "dataset.suppressed_records",
];

/// One run of one dataset, as `record.json` in the folder of the run. It is never pruned.
///
/// A run that could not be measured has a record as well, with `verdict` null and `why` set, so that a night that failed
/// differs from one that was missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RunRecord {
    /// Version of this format, [`RECORD_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Name of the dataset.
    pub dataset: String,
    /// Identifier of the run: the name of its folder.
    pub run: String,
    /// SHA-256 of the bytes of the record of the run before it, lower-case hexadecimal; null for the first. Together
    /// they are a chain: a record that is changed or removed does not fit the one after it.
    pub previous: Option<String>,
    /// The run whose figures these are, if the input, the plan, the version and the seed were the same and nothing was
    /// computed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// The day as of which the agreement and the waivers were judged, ISO 8601; null if nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The verdict; null if there is no result.
    pub verdict: Option<VerdictOutcome>,
    /// The exit code of this dataset. Unchanged by `--exit-zero`.
    pub exit_code: u8,
    /// Why there is no result, in one sentence without cell values; null if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Label of the release, if one is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// SHA-256 over everything that the result depends on, as [`Fingerprint::sha256`](super::Fingerprint::sha256). Equal
    /// fingerprints have equal figures and verdicts.
    pub fingerprint: String,
    /// SHA-256 of the configuration file that was read, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
    /// SHA-256 of the effective settings without those that no figure depends on: it changes when a flag or a variable of
    /// the environment does, whether or not the file did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_sha256: Option<String>,
    /// The input files, in the order they were read, with the hashes of the bytes that were read.
    pub input: Vec<InputFile>,
    /// The files that were read beside the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherFile>,
    /// SHA-256 of `result.json` as written; null if there is none in this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_sha256: Option<String>,
    /// Records read, with and without a subject; 0 if nothing was read.
    pub records: u64,
    /// Distinct subjects; null if no subject is declared or nothing was read.
    pub subjects: Option<u64>,
    /// The columns in file order.
    pub columns: Vec<RecordedColumn>,
    /// The figures that limits are held against, and those that are followed without one.
    pub figures: Vec<RecordedFigure>,
    /// The findings, most severe first.
    pub findings: Vec<RecordedFinding>,
    /// The declared waivers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<RecordedWaiver>,
}

/// A file that was read beside the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct FurtherFile {
    /// What it was read for: `configuration`, `waivers`, `subject-map`, `consent`, `rule`, `table`, `totals`, `source`,
    /// `hold-out`, `identifiers`, `baseline`.
    pub purpose: String,
    /// File name without its folder.
    pub name: String,
    /// SHA-256 of the bytes that were read, lower-case hexadecimal. Null for a file of people with fewer than
    /// [`InputFile::FEWEST_HASHED`] records: anyone who knows most of so few could find the others by trial.
    pub sha256: Option<String>,
}

/// One column of the input, as far as the next night compares it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RecordedColumn {
    /// Name in the header, trimmed.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Its role.
    pub role: Role,
    /// Whether the role was guessed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
    /// Whether it has neither a declared nor a guessed role.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undeclared: bool,
    /// Whether it is static or an event column; null if that is unknown.
    pub nature: Option<Variability>,
    /// Distinct values after generalisation, not counting missing cells; null for a column that is not coded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
    /// Missing cells / records; null without records.
    pub missing_share: Option<f64>,
    /// The applied generalisation rules, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarsen: Vec<String>,
    /// Cells that stand for a missing value in other ways than by being empty or declared, by kind.
    #[serde(default, skip_serializing_if = "Spellings::is_none")]
    pub spellings: Spellings,
    /// Spellings of missing values in it, as in `result.json`; null where cells were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_spellings: Option<Vec<String>>,
    /// For the subject column, how its values are spelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_spelling: Option<SubjectSpelling>,
}

/// A figure of the run and the limits that were held against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RecordedFigure {
    /// The figure, as in `result.json`. One without a number has its reason, never 0.
    #[serde(flatten)]
    pub figure: Figure,
    /// The limits, in the order of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<RecordedLimit>,
}

impl RecordedFigure {
    /// The first limit, which is the one that charts draw; none if there is none.
    #[must_use]
    pub fn limit(&self) -> Option<f64> {
        self.limits.iter().find_map(|limit| limit.limit)
    }

    /// Whether every limit on it holds; null without a limit. A figure without a number passes nothing.
    #[must_use]
    pub fn passes(&self) -> Option<bool> {
        let applicable = || self.limits.iter().filter(|limit| limit.outcome != CheckOutcome::NotApplicable);
        applicable().next()?;
        Some(self.figure.value.value().is_some() && applicable().all(|limit| limit.outcome == CheckOutcome::Holds))
    }

    /// The checks of its limits again, as far as a record holds them.
    fn checks(&self) -> impl Iterator<Item = Check> + '_ {
        self.limits.iter().map(|limit| Check {
            gate: limit.gate.clone(),
            figure: Some(self.figure.id.clone()),
            columns: self.figure.columns.clone(),
            about: self.figure.about.clone(),
            compared: None,
            limit: limit.limit,
            outcome: limit.outcome,
            reason: None,
            finding: None,
            waived: limit.waived,
        })
    }

    /// Whether it is a number without an interval.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.figure.value.value().is_some() && self.figure.value.interval().is_none()
    }
}

/// A limit held against a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RecordedLimit {
    /// The gate, as `policy.gates[].id` of the result.
    pub gate: String,
    /// The limit in the unit of the figure; null if none is declared.
    pub limit: Option<f64>,
    /// The outcome.
    pub outcome: CheckOutcome,
    /// Whether a waiver covers its finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

/// A finding of the run, without its sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RecordedFinding {
    /// Stable kebab-case code.
    pub code: FindingCode,
    /// Its severity.
    pub severity: Severity,
    /// The measure it comes from.
    pub measure: String,
    /// `id` of the figure it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// `about` of that figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The number that was found, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<f64>,
    /// The columns it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The source it is about; for linkage findings only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether a waiver, or a declared downstream treatment, covers it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

/// A waiver and its state in the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RecordedWaiver {
    /// The findings it covers.
    pub finding: FindingCode,
    /// Its state.
    pub state: WaiverState,
    /// Last day of validity, ISO 8601.
    pub expires: String,
}

impl RunRecord {
    /// The record of a finished scan. `previous`, `result_sha256` and, if the folder gets another name, `run` are set by
    /// whoever writes it.
    #[must_use]
    pub fn of(result: &ScanResult, further: Vec<FurtherFile>, fingerprint: String) -> Self {
        let dataset = &result.dataset;
        let column = |column: &DatasetColumn| RecordedColumn::of(column, dataset.records);
        let waiver = |record: &WaiverRecord| RecordedWaiver {
            finding: record.waiver.finding,
            state: record.state,
            expires: record.waiver.expires.clone(),
        };
        Self {
            schema_version: RECORD_VERSION.to_owned(),
            tool: result.tool.clone(),
            dataset: dataset.name.clone(),
            run: result.run.id.clone(),
            previous: None,
            same_as: None,
            started_at: result.run.started_at.clone(),
            finished_at: result.run.finished_at.clone(),
            as_of: result.policy.as_of.clone(),
            verdict: Some(result.verdict.outcome),
            exit_code: result.verdict.exit_code,
            why: None,
            release: None,
            fingerprint,
            config_sha256: result.run.config_sha256.clone(),
            settings_sha256: Some(settings_sha256(&result.run.plan)),
            input: dataset.files.clone(),
            further,
            result_sha256: None,
            records: dataset.records,
            subjects: dataset.subject.as_ref().map(|_| dataset.subjects),
            columns: dataset.columns.iter().map(column).collect(),
            figures: figures(result),
            findings: result.findings.iter().map(RecordedFinding::of).collect(),
            waivers: result.waivers.iter().map(waiver).collect(),
        }
    }

    /// The record of a run without a result: `why` is one sentence without cell values, and the fingerprint is empty, which
    /// equals that of no run that was measured.
    #[must_use]
    pub fn without_result(dataset: &str, run: &str, times: [String; 2], exit_code: u8, why: String) -> Self {
        let [started_at, finished_at] = times;
        Self {
            schema_version: RECORD_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            dataset: dataset.to_owned(),
            run: run.to_owned(),
            previous: None,
            same_as: None,
            started_at,
            finished_at,
            as_of: None,
            verdict: None,
            exit_code,
            why: Some(why),
            release: None,
            fingerprint: String::new(),
            config_sha256: None,
            settings_sha256: None,
            input: Vec::new(),
            further: Vec::new(),
            result_sha256: None,
            records: 0,
            subjects: None,
            columns: Vec::new(),
            figures: Vec::new(),
            findings: Vec::new(),
            waivers: Vec::new(),
        }
    }

    /// What a later scan compares itself with; none where there is no result.
    #[must_use]
    pub fn earlier(&self) -> Option<Earlier> {
        Some(Earlier {
            dataset: self.dataset.clone(),
            run: self.run.clone(),
            finished_at: self.finished_at.clone(),
            verdict: self.verdict?,
            night: self.night(),
            columns: self.columns.iter().map(RecordedColumn::earlier).collect(),
            figures: self.figures.iter().map(|recorded| recorded.figure.clone()).collect(),
            checks: self.figures.iter().flat_map(RecordedFigure::checks).collect(),
            findings: self.findings.iter().map(RecordedFinding::finding).collect(),
        })
    }

    /// The sizes of what was read.
    #[must_use]
    pub fn night(&self) -> Night {
        let size = |column: &RecordedColumn| ColumnSize {
            missing_share: column.missing_share.unwrap_or(0.0),
            distinct: column.distinct,
        };
        Night {
            records: self.records,
            subjects: self.subjects,
            columns: self.columns.iter().map(|column| (column.name.clone(), size(column))).collect(),
        }
    }

    /// Whether there is a result, and every gate was measured to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict != VerdictOutcome::Incomplete)
    }
}

impl RecordedColumn {
    fn earlier(&self) -> EarlierColumn {
        EarlierColumn {
            name: self.name.clone(),
            column_type: self.column_type,
            role: self.role,
            variability: self.nature,
            missing_spellings: self.missing_spellings.clone(),
            spelling: self.subject_spelling,
        }
    }

    fn of(column: &DatasetColumn, records: u64) -> Self {
        let facts = &column.facts;
        Self {
            name: column.name.clone(),
            column_type: column.column_type,
            role: column.role,
            guessed: column.guessed,
            undeclared: facts.undeclared,
            nature: column.variability(),
            distinct: column.distinct,
            missing_share: ratio(column.missing, records),
            coarsen: column.coarsen.clone(),
            spellings: Spellings {
                placeholder: facts.placeholder_cells,
                suppressed: facts.suppressed_cells,
                invalid: facts.invalid_cells,
                unlisted: facts.unlisted_spellings,
            },
            missing_spellings: facts.missing_spellings.clone(),
            subject_spelling: facts.subject_spelling,
        }
    }
}

impl RecordedFinding {
    /// The finding again; its sentence and its limit are not in a record.
    fn finding(&self) -> Finding {
        Finding {
            code: self.code,
            severity: self.severity,
            measure: self.measure.clone(),
            columns: self.columns.clone(),
            source: self.source.clone(),
            figure: self.figure.clone(),
            about: self.about.clone(),
            message: String::new(),
            measured: self.measured,
            limit: None,
            waived: self.waived,
            since: None,
        }
    }

    fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            measure: finding.measure.clone(),
            figure: finding.figure.clone(),
            about: finding.about.clone(),
            measured: finding.measured,
            columns: finding.columns.clone(),
            source: finding.source.clone(),
            waived: finding.waived,
        }
    }
}

/// The figures with limits, and those of [`FOLLOWED`], in the order of the result.
fn figures(result: &ScanResult) -> Vec<RecordedFigure> {
    let recorded = |figure: &Figure| {
        let of_figure = result.checks.iter().filter(|check| check.is_of(figure));
        let limits: Vec<RecordedLimit> = of_figure
            .map(|check| RecordedLimit {
                gate: check.gate.clone(),
                limit: check.limit,
                outcome: check.outcome,
                waived: check.waived,
            })
            .collect();
        let is_followed = !limits.is_empty() || FOLLOWED.contains(&figure.id.as_str());
        is_followed.then(|| RecordedFigure { figure: figure.clone(), limits })
    };
    result.figures.iter().filter_map(recorded).collect()
}

/// SHA-256 of the settings that a figure may depend on.
fn settings_sha256(settings: &[PlannedSetting]) -> String {
    let mut hash = Sha256::new();
    for setting in settings.iter().filter(|setting| !OF_THE_RUN.contains(&setting.setting.as_str())) {
        add(&mut hash, &setting.setting);
        add(&mut hash, &setting.value);
    }
    hexadecimal(&hash.finalize())
}
