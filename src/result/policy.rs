//! The limits a scan is judged by, and exceptions that a person took responsibility for.

use std::borrow::Cow;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FindingCode, Severity, Unit};

/// The limits of a scan. Defaults are policy choices, not law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Policy {
    /// Name of the policy: the preset, `default` without one, or `custom` if a limit was changed.
    pub name: String,
    /// Minimum class size, in subjects: the strictest of the gates on classes.
    pub k: u32,
    /// Whether `k` also applies to the worst case of one known event (`any-record`).
    pub gate_any_record: bool,
    /// Findings of this severity or above make the verdict `fail`.
    pub fail_on: Severity,
    /// Whether `review` exits with 0.
    pub allow_review: bool,
    /// Whether a finding that the baseline has as well, and that is not worse, does not fail. It stays open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fail_on_new: bool,
    /// The preset, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// Every limit, in the order of judgement. Results of earlier versions have none; there, `k` is the only limit.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// Severities that the configuration raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<RaisedSeverity>,
    /// Columns that may hold identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permitted_identifiers: Vec<String>,
    /// The day as of which the agreement and the waivers were judged, ISO 8601; null if nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The day of the scan, as of which they were also judged, ISO 8601; null if nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<String>,
}

impl Policy {
    /// The default limits: a policy choice.
    ///
    /// The smallest class of the static quasi-identifiers holds at least 5 subjects, and at most 20 % of the subjects
    /// are singled out by 4 known points.
    #[must_use]
    pub fn house_default() -> Self {
        Self {
            name: "default".to_owned(),
            k: DEFAULT_K,
            gate_any_record: false,
            fail_on: Severity::High,
            allow_review: false,
            fail_on_new: false,
            preset: None,
            gates: vec![
                Gate::smallest_class(GateSet::Static, DEFAULT_K),
                Gate::at_most(GateMeasure::UNICITY, None, DEFAULT_MAX_UNICITY),
            ],
            severities: Vec::new(),
            permitted_identifiers: Vec::new(),
            as_of: None,
            today: None,
        }
    }

    /// The severity from which an open finding fails. A note never does.
    #[must_use]
    pub fn fails_from(&self) -> Severity {
        self.fail_on.max(Severity::Low)
    }
}

/// Default minimum class size: a policy choice.
pub const DEFAULT_K: u32 = 5;

/// Default maximum share of subjects singled out by [`GATED_KNOWN_POINTS`]: a policy choice.
pub const DEFAULT_MAX_UNICITY: f64 = 0.2;

/// Number of known points for the gate on unicity.
pub const GATED_KNOWN_POINTS: u32 = 4;

/// A named set of limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Preset {
    /// Its identifier, such as `controlled-k5`.
    pub id: String,
    /// Its version; a limit never changes within one.
    pub version: u32,
    /// Where its limits come from.
    pub sources: Vec<String>,
}

/// A severity that the configuration raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RaisedSeverity {
    /// The findings it applies to.
    pub code: FindingCode,
    /// Their minimum severity.
    pub at_least: Severity,
}

/// One limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Gate {
    /// Stable kebab-case name: the measure, and its column set if it has one.
    pub id: String,
    /// The compared measure.
    pub measure: GateMeasure,
    /// Required unit; null for a rule of form, which counts nothing.
    pub unit: Option<Unit>,
    /// Its column set; null if the measure is not on a set of quasi-identifiers.
    pub set: Option<GateSet>,
    /// How it is compared. Equality passes.
    pub comparison: Comparison,
    /// The limit; null if the policy requires one and none was declared, which never passes, and for a rule of form.
    pub limit: Option<f64>,
    /// A class size. For a limit on the highest risk, the smallest `k` whose 1/k does not exceed the limit, which is
    /// compared instead; for a limit on the share at risk, the `k` below which a class is at risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_as_k: Option<u32>,
    /// For a limit that is relative to a baseline, how; `limit` is then the number that came of it, or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratchet: Option<Ratchet>,
    /// Basis of the limit: law, standard or policy choice.
    pub basis: GateBasis,
    /// Where the limit was set.
    pub origin: GateOrigin,
    /// Its source, as text.
    pub source: String,
}

/// A limit relative to the figure of a baseline, such as `baseline + 0.01`. It is never looser than the limit that the
/// baseline was held to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Ratchet {
    /// What is added to the figure of the baseline.
    pub change: f64,
    /// The loosest that the limit may become; null if nothing was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// The figures of the baseline that the limit was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<RatchetFigure>,
}

/// A figure of a baseline that a limit was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RatchetFigure {
    /// Its columns.
    pub columns: Vec<String>,
    /// What distinguishes it from others of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Its number.
    pub value: f64,
}

impl Gate {
    /// The default limit on the smallest class of a set.
    #[must_use]
    pub fn smallest_class(set: GateSet, k: u32) -> Self {
        Self { comparison: Comparison::AtLeast, ..Self::at_most(GateMeasure::SMALLEST_CLASS, Some(set), f64::from(k)) }
    }

    /// A default upper limit, in subjects.
    #[must_use]
    pub fn at_most(measure: GateMeasure, set: Option<GateSet>, limit: f64) -> Self {
        let id = match set {
            Some(set) => format!("{}-{}", measure.name(), set.name()),
            None => measure.name().to_owned(),
        };
        let unit = (!measure.is_rule_of_form()).then_some(Unit::Subject);
        Self {
            id,
            measure,
            unit,
            set,
            comparison: Comparison::AtMost,
            limit: Some(limit),
            limit_as_k: None,
            ratchet: None,
            basis: GateBasis::House,
            origin: GateOrigin::Default,
            source: "house policy".to_owned(),
        }
    }

    /// The smallest class size that passes, for gates on a class size.
    #[must_use]
    pub fn class_limit(&self) -> Option<u32> {
        if self.measure == GateMeasure::SMALLEST_CLASS {
            self.limit.map(whole)
        } else {
            self.limit_as_k.filter(|_| self.measure == GateMeasure::HIGHEST_RISK)
        }
    }
}

/// A class size that was stored as a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "class limits are whole and below 2^32")]
fn whole(limit: f64) -> u32 {
    limit.ceil() as u32
}

/// The measure of a gate: a stable kebab-case name.
///
/// The names below are used by the program itself; a measure adds its own with its [`Limit`](crate::plan::Limit) rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(transparent)]
pub struct GateMeasure(Cow<'static, str>);

impl GateMeasure {
    /// Subjects in the smallest class.
    pub const SMALLEST_CLASS: Self = Self::new("smallest-class");
    /// 1 / smallest class (highest prosecutor risk).
    pub const HIGHEST_RISK: Self = Self::new("highest-risk");
    /// Mean over subjects of the largest 1 / class size among their records.
    pub const AVERAGE_RISK: Self = Self::new("average-risk");
    /// Share of sample uniques among the subjects.
    pub const UNIQUE_SHARE: Self = Self::new("unique-share");
    /// Share of subjects in classes below `k`.
    pub const SHARE_AT_RISK: Self = Self::new("share-at-risk");
    /// Share of subjects singled out by 4 known points; the upper end of its interval is compared.
    pub const UNICITY: Self = Self::new("unicity");
    /// The same share among the subjects with at least 4 points.
    pub const UNICITY_ACTIVE: Self = Self::new("unicity-active");
    /// Share of subjects whom an attack links to a table that the recipient holds; the upper end of its interval.
    pub const LINKED_SHARE: Self = Self::new("linked-share");
    /// Share of subjects whom an attack re-links from release to release; the upper end of its interval.
    pub const RELINKED_SHARE: Self = Self::new("relinked-share");
    /// Expected number of correct links to a table that the recipient holds.
    pub const CORRECT_LINKS: Self = Self::new("correct-links");
    /// Leave-one-out advantage of guessing a sensitive value over guessing it without the extract.
    pub const INFERENCE_ADVANTAGE: Self = Self::new("inference-advantage");
    /// Card numbers are truncated to at most the first six and the last four digits.
    pub const CARD_NUMBER_FORM: Self = Self::new("card-number-form");
    /// No pseudonym can be reversed by trying numbers.
    pub const PSEUDONYM_REVERSAL: Self = Self::new("pseudonym-reversal");
    /// No direct identifier remains.
    pub const DIRECT_IDENTIFIERS: Self = Self::new("direct-identifiers");
    /// Dates show no more than the year.
    pub const DATE_DETAIL: Self = Self::new("date-detail");
    /// Ages above 89 are pooled.
    pub const AGE_POOLING: Self = Self::new("age-pooling");
    /// Places are no finer than the first three digits of the postcode.
    pub const PLACE_DETAIL: Self = Self::new("place-detail");

    /// The one of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The kebab-case name, as in results.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether it is a rule of form, which a column meets or violates, rather than a figure.
    #[must_use]
    pub fn is_rule_of_form(&self) -> bool {
        let rules = [
            Self::CARD_NUMBER_FORM,
            Self::PSEUDONYM_REVERSAL,
            Self::DIRECT_IDENTIFIERS,
            Self::DATE_DETAIL,
            Self::AGE_POOLING,
            Self::PLACE_DETAIL,
        ];
        rules.contains(self)
    }
}

/// The quasi-identifiers that a gate applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum GateSet {
    /// Those that are constant within every subject.
    Static,
    /// All of them.
    Full,
    /// Every set of up to `max_set` of them.
    AllSubsets,
}

impl GateSet {
    /// The kebab-case name, as in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How a figure is compared with its limit. Equality passes; there is no tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The figure must not be below the limit.
    AtLeast,
    /// The figure must not be above the limit.
    AtMost,
    /// No column may violate the rule.
    NoneBreaks,
}

impl Comparison {
    /// The part of an estimate that is compared with a limit: the worse end of its interval.
    #[must_use]
    pub fn compared(self, value: f64, [low, high]: [f64; 2]) -> f64 {
        match self {
            Self::AtLeast => low.min(value),
            Self::AtMost | Self::NoneBreaks => high.max(value),
        }
    }

    /// Whether the compared number meets a limit.
    #[must_use]
    pub fn holds(self, compared: f64, limit: f64) -> bool {
        match self {
            Self::AtLeast => compared >= limit,
            Self::AtMost | Self::NoneBreaks => compared <= limit,
        }
    }
}

/// Basis of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateBasis {
    /// A law states the rule itself.
    Law,
    /// A standard that contracts make binding states the rule itself.
    Standard,
    /// The number is a policy choice, even if a law raises the question.
    House,
}

/// Where a limit was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateOrigin {
    /// By default.
    Default,
    /// By the preset.
    Preset,
    /// By the configuration or a flag.
    Own,
}

/// A waiver or a declared treatment expires at most this many days after the judgement date, so that somebody reviews
/// it.
pub const WAIVER_HORIZON_DAYS: i64 = 180;

/// Days before its end from which a waiver is said to end soon.
pub const WAIVER_ENDS_SOON_DAYS: i64 = 14;

/// A waiver: findings that it covers do not count for the verdict. It never changes a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Waiver {
    /// The findings it covers.
    pub finding: FindingCode,
    /// Pattern of the dataset names it applies to, with `*` and `?`; null for any.
    pub dataset: Option<String>,
    /// Columns it applies to: a finding is covered if all its columns are among them; null for any.
    pub columns: Option<Vec<String>>,
    /// For linkage findings, the name of the source it applies to; null if there is only one source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Bound up to which it is valid; beyond it, the waiver is void.
    pub limit: Option<WaiverLimit>,
    /// Why the exception is justified.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// Reference of the decision.
    pub ticket: Option<String>,
    /// Last day of validity, ISO 8601.
    pub expires: String,
}

/// Bound up to which a waiver is valid, inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
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

/// A waiver and its state in this scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct WaiverRecord {
    /// The waiver as written.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// Its state.
    pub state: WaiverState,
    /// Number of findings that it covers.
    pub findings: usize,
    /// Days until it expires, counted from the later judgement date; negative if it has expired.
    pub days_left: i64,
}

/// State of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It covers at least one finding.
    InForce,
    /// It has expired; what it covered counts again.
    Expired,
    /// The figure exceeds its bound; what it covered counts again.
    Void,
    /// It covers nothing.
    Unused,
    /// It applies to datasets with other names.
    OtherDataset,
}
