//! Value of the measure `unicity`: how many known points single a subject out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of the measure `unicity`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Unicity {
    /// One curve for each point definition, attacker and cohort.
    pub curves: Vec<UnicityCurve>,
    /// Place of the curve that the gate looks at; null when none can be gated.
    pub gated_curve: Option<usize>,
}

/// Share of subjects singled out, by number of known points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnicityCurve {
    /// The columns that make one event known.
    pub point: Vec<String>,
    /// Coarsening of those columns, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub coarsen: BTreeMap<String, String>,
    /// Tolerances of those columns, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub within: BTreeMap<String, String>,
    /// How the known points are chosen.
    pub attacker: Attacker,
    /// Static columns that the attacker knows as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_attributes: Vec<String>,
    /// Which subjects are looked at.
    pub cohort: Cohort,
    /// A subject counts as singled out when fewer than this many subjects match; 2 is uniqueness.
    pub crowd_below: u32,
    /// Records that give no point because a column of the point is missing.
    pub records_without_point: u64,
    /// One result for each number of known points, ascending.
    pub results: Vec<UnicityResult>,
}

/// How an attacker comes to know points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attacker {
    /// Any points of the subject, equally likely.
    #[default]
    Uniform,
    /// The worst case over what could be known: some choice of points singles the subject out.
    Rarest,
    /// The points that occur most often among the subject's records.
    Frequent,
    /// Points that follow each other in time.
    Consecutive,
}

/// Which subjects a curve looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cohort {
    /// At each number of points, the subjects with at least so many.
    Eligible,
    /// Those with at least the largest number of points asked for, at every number.
    Fixed,
    /// All subjects; one with fewer points is known by all it has.
    UseAll,
}

/// The share of subjects singled out by one number of known points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnicityResult {
    /// Known points.
    pub known_points: u32,
    /// Subjects in the cohort.
    pub subjects: u64,
    /// Subjects that are not.
    pub excluded: u64,
    /// Share singled out; null when the cohort is empty.
    pub share: Option<f64>,
    /// 95 % interval; equal to the share when it is exact, null when the cohort is empty.
    pub interval: Option<[f64; 2]>,
    /// How it was computed.
    pub method: UnicityMethod,
    /// Draws made; 0 when exact.
    pub draws: u64,
}

/// How a share was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnicityMethod {
    /// Over every choice of points.
    Exact,
    /// One draw for each sampled subject, matched against all subjects.
    Sampled,
}
