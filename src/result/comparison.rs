//! What `compare` tells of two results: what is new, worse, unchanged, better or gone.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FigureUnit, FigureValue, Finding, Severity, Tool, VerdictOutcome};

/// Version of the format of [`ComparedResults`].
pub const COMPARISON_VERSION: &str = "1.0.0";

/// Two results of one dataset, compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparedResults {
    /// Version of this format.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The earlier result.
    pub old: ComparedRun,
    /// The later result.
    pub new: ComparedRun,
    /// The change that an exact share needs to matter, 0 to 1; an exact count needs the same share of its old number.
    pub least_change: f64,
    /// Earlier nights whose spread an exact figure had to exceed as well; fewer than five say nothing.
    #[serde(default)]
    pub nights: u64,
    /// What differs about the two scans, so that their figures may not be comparable.
    pub circumstances: Vec<Circumstance>,
    /// Every finding of either result that a person must look at, the new and the worse first. Notes and what a waiver covers on
    /// both sides are left out.
    pub findings: Vec<ComparedFinding>,
    /// Figures that changed so that it matters, the worse first.
    pub figures: Vec<ComparedFigure>,
    /// Figures that both results have and that did not change so that it matters.
    pub unchanged_figures: u64,
}

impl ComparedResults {
    /// Whether there is a new or a worse finding, or the verdict got worse: what a nightly comparison should stop at.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let grave = |finding: &ComparedFinding| matches!(finding.state, FindingState::New | FindingState::Worse);
        self.findings.iter().any(grave) || rank(self.new.verdict) > rank(self.old.verdict)
    }

    /// Findings in a state.
    #[must_use]
    pub fn number_of(&self, state: FindingState) -> usize {
        self.findings.iter().filter(|finding| finding.state == state).count()
    }
}

fn rank(verdict: VerdictOutcome) -> u8 {
    match verdict {
        VerdictOutcome::Pass => 0,
        VerdictOutcome::Review => 1,
        VerdictOutcome::Incomplete => 2,
        VerdictOutcome::Fail => 3,
    }
}

/// One of the two results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparedRun {
    /// Name of the dataset.
    pub dataset: String,
    /// Identifier of the run.
    pub run: String,
    /// Its end, UTC, RFC 3339.
    pub finished_at: String,
    /// Version of the program.
    pub version: String,
    /// Records.
    pub records: u64,
    /// Subjects.
    pub subjects: u64,
    /// Its verdict.
    pub verdict: VerdictOutcome,
}

/// Something that differs about two scans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Circumstance {
    /// What it is.
    pub kind: CircumstanceKind,
    /// The column, setting or limit it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// One sentence.
    pub message: String,
}

/// Kinds of [`Circumstance`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CircumstanceKind {
    /// The datasets have different names.
    Dataset,
    /// The results were written by different versions.
    Version,
    /// A column that was there is not.
    ColumnVanished,
    /// A column was not there.
    ColumnAppeared,
    /// A column has another type.
    ColumnType,
    /// A column has another role.
    ColumnRole,
    /// A column became an event column, or static.
    ColumnNature,
    /// A column is generalised in another way.
    ColumnCoarsening,
    /// The number of records or subjects changed by more than a fifth.
    Size,
    /// A limit is another.
    Limit,
    /// A setting is another.
    Setting,
}

/// A finding of either result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparedFinding {
    /// What became of it.
    pub state: FindingState,
    /// The finding as it is now; as it was, where it is gone.
    pub finding: Finding,
    /// Its severity before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_severity: Option<Severity>,
    /// Its figure before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_measured: Option<f64>,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FindingState {
    /// It was not there, or a waiver covered it.
    New,
    /// It is more severe, or its figure got worse so that it matters.
    Worse,
    /// It is as it was.
    Unchanged,
    /// It is less severe, or its figure got better so that it matters.
    Better,
    /// It is not there any more, or a waiver covers it.
    Gone,
}

/// A figure that changed so that it matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparedFigure {
    /// What became of it.
    pub state: FigureState,
    /// Its stable name.
    pub id: String,
    /// Its description.
    pub label: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// What distinguishes it from others of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Its unit.
    pub unit: FigureUnit,
    /// Its value before; none where it was not there.
    pub old: Option<FigureValue>,
    /// Its value now; none where it is not there.
    pub new: Option<FigureValue>,
    /// 95 % interval of the difference, where one of both is an estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<[f64; 2]>,
}

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FigureState {
    /// It had a number and has none.
    Lost,
    /// It moved towards its limit, or beyond.
    Worse,
    /// It moved, and no limit says in which direction it is worse.
    Moved,
    /// It moved away from its limit.
    Better,
    /// It had no number and has one.
    Found,
}
