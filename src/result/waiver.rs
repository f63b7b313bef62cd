//! Exceptions that a person took responsibility for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FindingCode;

/// A waiver or a declared treatment ends at most so many days after the day of judging, so that somebody looks again.
pub const WAIVER_HORIZON_DAYS: i64 = 180;

/// An exception: findings that it covers do not count for the verdict. It never changes a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// The findings it covers.
    pub finding: FindingCode,
    /// Pattern of the names of datasets it is for, with `*` and `?`; null for any.
    pub dataset: Option<String>,
    /// Columns it is for: a finding is covered when all its columns are among them; null for any.
    pub columns: Option<Vec<String>>,
    /// Name of the source it is for, of findings on linkage; null where there is one source only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Figure up to which it holds; beyond it is void.
    pub limit: Option<WaiverLimit>,
    /// Why the exception is right.
    pub reason: String,
    /// Who took responsibility.
    pub approved_by: String,
    /// Reference of the decision.
    pub ticket: Option<String>,
    /// Last day it holds, ISO 8601.
    pub expires: String,
}

/// Figure up to which a waiver holds. Equality holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverLimit {
    /// Name of the figure, such as `unicity@4`.
    pub measure: String,
    /// The figure must not be above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The figure must not be below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
}

/// A waiver and what became of it in this scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverRecord {
    /// The waiver as written.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// What became of it.
    pub state: WaiverState,
    /// Findings that it covers.
    pub findings: usize,
    /// Days until it ends, counted from the later day of judging; negative when it is over.
    pub days_left: i64,
}

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It covers at least one finding.
    InForce,
    /// It is over; what it covered counts again.
    Expired,
    /// The figure is beyond its limit; what it covered counts again.
    Void,
    /// There is nothing that it covers.
    Unused,
    /// It is for datasets of other names.
    OtherDataset,
}
