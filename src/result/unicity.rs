//! Value of the measure `unicity`: how many known points single a subject out.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Outcome;
use super::policy::Comparison;
use crate::printable::listed;

/// Value of the measure `unicity`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Unicity {
    /// The shares that limits apply to: one over all subjects for each gated point. Nothing else here is judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<UnicityGate>,
    /// Where pseudonyms are rotated: the worst gate as if they were not, of the persons behind them. No limit applies to it;
    /// null where nobody has several pseudonyms, as in a released file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_rotation: Option<UnicityGate>,
    /// One curve for each point definition, attacker and cohort.
    pub curves: Vec<UnicityCurve>,
    /// Index of the curve that repeats the worst gate, for views; null if no gate has a share.
    pub gated_curve: Option<usize>,
    /// Known points of that curve's figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated_known_points: Option<u32>,
    /// Results of earlier versions only: why they used fewer known points than the policy, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate_note: Option<String>,
    /// The same known points against coarser versions of the extract; null if not requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolutions: Option<UnicityResolutions>,
    /// The requested mobility attacks from the literature, each for each number of known points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mobility: Vec<MobilityResult>,
}

/// The share that a limit on unicity applies to, for one point.
///
/// The share of *all* subjects with an event, each known by `known_points` of their distinct points, or by all of them
/// if there are fewer. The points are chosen uniformly, as the file shows them, without tolerance; a subject counts if
/// nobody else matches. A missing cell is a value like any other; a record gives no point only if all columns of the
/// point are missing. No option of the curves, and no seed, changes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UnicityGate {
    /// The columns of the known point, in file order.
    pub point: Vec<String>,
    /// The treatment of unclear columns that the point assumes.
    #[serde(default, skip_serializing_if = "GateReading::is_certain")]
    pub reading: GateReading,
    /// Generalisation of those columns in the judged file, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub coarsen: BTreeMap<String, String>,
    /// Known points of each subject, or all of its points if there are fewer.
    pub known_points: u32,
    /// Distinct points.
    pub points: u64,
    /// Records that give no point because all columns of the point are missing.
    pub records_without_point: u64,
    /// Subjects with an event: the denominator of `share`.
    pub subjects: u64,
    /// Subjects of the extract without an event.
    pub subjects_without_event: u64,
    /// Share of `subjects` that is singled out; null when undefined.
    pub share: Option<f64>,
    /// 95 % interval of `share`; equal to it when exact. The limit applies to its upper end.
    pub interval: Option<[f64; 2]>,
    /// Subjects with at least `known_points` distinct points: the denominator of `share_active`.
    pub subjects_active: u64,
    /// Share of `subjects_active` that is singled out; null if there are none.
    pub share_active: Option<f64>,
    /// 95 % interval of `share_active`.
    pub interval_active: Option<[f64; 2]>,
    /// How the shares were computed.
    pub method: UnicityMethod,
    /// Subjects examined, each compared with all subjects; all of them when exact.
    pub subjects_drawn: u64,
    /// Draws of known points; 0 when exact.
    pub draws: u64,
    /// Why there is no share; null if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<UnicityUndefined>,
}

/// How certain the columns of a gated point are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateReading {
    /// Declared as a point, or all columns that are event columns however unclear columns are treated.
    #[default]
    Certain,
    /// Including the columns that the data show neither as static nor as event columns.
    Unclear,
}

impl GateReading {
    /// Whether it applies however unclear columns are treated.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        *self == Self::Certain
    }
}

impl UnicityGate {
    /// The number that a limit applies to: the upper end of the interval; `None` without a finite share.
    #[must_use]
    pub fn upper(&self) -> Option<f64> {
        upper(self.share, self.interval)
    }

    /// The same among the subjects with at least `known_points` points.
    #[must_use]
    pub fn upper_active(&self) -> Option<f64> {
        upper(self.share_active, self.interval_active)
    }
}

fn upper(share: Option<f64>, interval: Option<[f64; 2]>) -> Option<f64> {
    let (share, [_, high]) = (share?, interval?);
    (share.is_finite() && high.is_finite()).then(|| high.max(share))
}

impl Unicity {
    /// The gate with the largest upper end, among the certain ones if there are any; `None` without a gate, or if one
    /// of them has no share, because an unknown share may be the worst.
    #[must_use]
    pub fn worst_gate(&self) -> Option<&UnicityGate> {
        let has_certain = self.gates.iter().any(|gate| gate.reading.is_certain());
        let gates = self.gates.iter().filter(|gate| gate.reading.is_certain() || !has_certain);
        let uppers: Option<Vec<(f64, &UnicityGate)>> = gates.map(|gate| Some((gate.upper()?, gate))).collect();
        // The first of equals, so that the order of the points decides.
        uppers?.into_iter().reduce(|worst, next| if next.0 > worst.0 { next } else { worst }).map(|(_, gate)| gate)
    }
}

/// An attack on places, times and counts, named as in the mobility literature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MobilityAttack {
    /// Some visits.
    #[default]
    Location,
    /// Some visits, in order.
    Sequence,
    /// Some visits with their times.
    Time,
    /// Some distinct places.
    UniqueLocation,
    /// Some places, and how often each was visited.
    Frequency,
    /// Some places, and each one's share of all visits.
    Probability,
    /// Some places, and how often each was visited relative to the most visited of them.
    Proportion,
    /// The two most visited places.
    HomeWork,
}

impl MobilityAttack {
    /// What the attacker knows, as text.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Location => "visits",
            Self::Sequence => "visits in their order",
            Self::Time => "visits with their time",
            Self::UniqueLocation => "distinct places",
            Self::Frequency => "places and how often",
            Self::Probability => "places and their share of visits",
            Self::Proportion => "places relative to the first",
            Self::HomeWork => "the two places visited most",
        }
    }
}

/// The risk of one mobility attack from the literature.
///
/// A subject's risk is the largest 1 / (subjects that match) over everything the attacker could know of the subject: a
/// worst case, and so above unicity, which is an average.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct MobilityResult {
    /// The attack.
    pub attack: MobilityAttack,
    /// The columns that define a place; with the time, for the attack that knows it.
    pub place: Vec<String>,
    /// The column that orders the visits; null if the attack needs no order and none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Known visits or places; null for the two most visited places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<u32>,
    /// Maximum distance at which a count still matches the candidate's; null if no count is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Subjects with a place.
    pub subjects: u64,
    /// Those examined, each compared with all subjects.
    pub looked_at: u64,
    /// Mean risk of those examined; null with a reason if there is none.
    pub mean_risk: Option<f64>,
    /// Share of those examined whose risk is 1.
    pub share_at_risk_1: Option<f64>,
    /// 95 % interval of that share; equal to it if all subjects were examined.
    pub interval: Option<[f64; 2]>,
    /// Subjects whose two most visited places were not determined by counts alone; for sequences, subjects with several
    /// places at one time, whose order was settled by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<u64>,
    /// Why there is no figure, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Share of subjects singled out, by number of known points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UnicityCurve {
    /// The columns of the known point.
    pub point: Vec<String>,
    /// Generalisation of those columns, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub coarsen: BTreeMap<String, String>,
    /// Tolerances of those columns, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub within: BTreeMap<String, String>,
    /// Columns of which the attacker can see only some values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visible: Vec<String>,
    /// How the known points are chosen.
    pub attacker: Attacker,
    /// Static columns that the attacker also knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_attributes: Vec<String>,
    /// The cohort of subjects.
    pub cohort: Cohort,
    /// Fewest points of a subject in a fixed cohort; null for the other cohorts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort_points: Option<u32>,
    /// A subject counts as singled out if fewer than this many subjects match; 2 is uniqueness.
    pub crowd_below: u32,
    /// Distinct points.
    #[serde(default)]
    pub points: u64,
    /// Records that give no point because a column of the point is missing.
    pub records_without_point: u64,
    /// Records that give no point because the attacker cannot see them.
    #[serde(default)]
    pub records_hidden: u64,
    /// Why there is no figure at all; null if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<UnicityUndefined>,
    /// One result for each number of known points, ascending; empty when undefined.
    pub results: Vec<UnicityResult>,
}

impl UnicityCurve {
    /// What distinguishes a curve besides the columns of its points and its cohort, as text: generalisation, tolerance,
    /// hidden values, attacker, additional knowledge.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let coarsened = self.coarsen.iter().map(|(column, rule)| format!("{column} {rule}"));
        let within = self.within.iter().map(|(column, rule)| format!("{column} within {rule}"));
        let mut notes: Vec<String> = coarsened.chain(within).collect();
        if !self.visible.is_empty() {
            notes.push(format!("some values of {} in sight", listed(&self.visible)));
        }
        notes.push(self.attacker.in_words().to_owned());
        if !self.known_attributes.is_empty() {
            notes.push(format!("and known {}", listed(&self.known_attributes)));
        }
        if self.crowd_below > 2 {
            notes.push(format!("fewer than {} match", self.crowd_below));
        }
        notes
    }

    /// The cohort of the curve, as text.
    #[must_use]
    pub fn cohort_in_words(&self) -> String {
        match (self.cohort, self.cohort_points) {
            (Cohort::Fixed, Some(1)) => "subjects with a point".to_owned(),
            (Cohort::Fixed, Some(points)) => format!("the subjects with at least {points} points"),
            (Cohort::Fixed, None) => "the same subjects throughout".to_owned(),
            (Cohort::Eligible, _) => "at each number, all subjects with so many points".to_owned(),
            (Cohort::UseAll, _) => "all subjects that have a point".to_owned(),
        }
    }
}

/// Why a curve has no figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UnicityUndefined {
    /// Stable kebab-case code.
    pub reason: String,
    /// The reason as text.
    pub explanation: String,
}

impl<T> From<UnicityUndefined> for Outcome<T> {
    fn from(UnicityUndefined { reason, explanation }: UnicityUndefined) -> Self {
        Self::Undefined { reason, explanation }
    }
}

/// How the attacker's known points are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Attacker {
    /// Any points of the subject, with equal probability.
    #[default]
    Uniform,
    /// The worst case: some choice of points singles out the subject.
    Rarest,
    /// The most frequent points among the subject's records.
    Frequent,
    /// Points that follow each other in time.
    Consecutive,
}

impl Attacker {
    /// Which points are known, as text.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Uniform => "any points",
            Self::Rarest => "rarest points",
            Self::Frequent => "most frequent points",
            Self::Consecutive => "consecutive points",
        }
    }
}

/// The cohort of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cohort {
    /// At each number of points, the subjects with at least that many.
    #[default]
    Eligible,
    /// At every number, the subjects with at least the largest requested number of points; if that excludes more than
    /// half of the subjects, those with at least the largest number that keeps half.
    Fixed,
    /// All subjects with a point; a subject with fewer points is known by all of them.
    UseAll,
}

impl UnicityResult {
    /// The number that a limit applies to: the upper end of the interval; `None` without a finite share.
    #[must_use]
    pub fn upper(&self) -> Option<f64> {
        upper(self.share, self.interval)
    }

    /// Whether this share would meet a limit on known points, by the rule of the judge; without a share it would not.
    #[must_use]
    pub fn keeps_to(&self, limit: f64) -> bool {
        self.upper().is_some_and(|upper| Comparison::AtMost.holds(upper, limit))
    }
}

/// The share of subjects singled out by one number of known points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UnicityResult {
    /// Known points.
    pub known_points: u32,
    /// Subjects in the cohort.
    pub subjects: u64,
    /// Subjects outside the cohort.
    pub excluded: u64,
    /// Share singled out; null if the cohort is empty.
    pub share: Option<f64>,
    /// 95 % interval; equal to the share if exact, null if the cohort is empty.
    pub interval: Option<[f64; 2]>,
    /// Method.
    pub method: UnicityMethod,
    /// Draws made; 0 when exact.
    pub draws: u64,
    /// Subjects whose most frequent points were not determined by their counts alone; the tie was broken by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<u64>,
    /// Subjects for whom the search for the worst case was abandoned; they count as singled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<u64>,
    /// Why there is no share, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Method of computing a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnicityMethod {
    /// Over every choice of points.
    #[default]
    Exact,
    /// Over draws of known points, each matched against all subjects.
    Sampled,
}

/// Unicity under coarser versions of an extract.
///
/// The attacker knows points as the current extract shows them; each cell states how many subjects those points still
/// single out if the extract shows coarser values. The draws are the same in every cell, so cells differ only by
/// generalisation, and a coarser cell is never above a finer one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UnicityResolutions {
    /// The columns of the known point.
    pub point: Vec<String>,
    /// The generalised columns, each with its steps from fine to coarse.
    pub axes: Vec<ResolutionAxis>,
    /// One cell for each choice of a step on every axis and each number of known points.
    pub cells: Vec<ResolutionCell>,
}

impl UnicityResolutions {
    /// What a choice of steps changes, as text; the finest one is the current extract.
    #[must_use]
    pub fn in_words(&self, steps: &[usize]) -> String {
        let changed = self.axes.iter().zip(steps).filter(|(_, place)| **place > 0);
        let change =
            |(axis, place): (&ResolutionAxis, &usize)| Some(format!("{} → {}", axis.column, axis.steps.get(*place)?));
        let parts: Vec<String> = changed.filter_map(change).collect();
        if parts.is_empty() { "as it is".to_owned() } else { parts.join(", ") }
    }
}

/// One column and its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ResolutionAxis {
    /// The column.
    pub column: String,
    /// Rules from fine to coarse.
    pub steps: Vec<String>,
}

/// One choice of steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ResolutionCell {
    /// Index of the step on each axis.
    pub steps: Vec<usize>,
    /// Share of the cohort that is singled out.
    pub result: UnicityResult,
}
