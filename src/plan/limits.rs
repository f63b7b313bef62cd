//! The limits that somebody set: what a policy is made of.

use std::collections::BTreeMap;

use crate::result::{RaisedSeverity, Severity};

/// Limits that somebody set, and what else a policy says; nothing where nobody said anything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// A named set of limits, one of [`PRESETS`](crate::judge::PRESETS).
    pub preset: Option<String>,
    /// Each limit by the key of its row, [`Limit::key`](super::Limit::key).
    pub values: BTreeMap<&'static str, f64>,
    /// Whether `k` holds for the set of all quasi-identifiers as well.
    pub gate_any_record: Option<bool>,
    /// Severity that fails.
    pub fail_on: Option<Severity>,
    /// Whether a review exits with 0.
    pub allow_review: Option<bool>,
    /// Severities to raise.
    pub severities: Vec<RaisedSeverity>,
}

impl Limits {
    /// The limit of a key, where it is set.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<f64> {
        self.values.get(key).copied()
    }

    /// These limits and one more.
    #[must_use]
    pub fn with(mut self, key: &'static str, limit: f64) -> Self {
        self.values.insert(key, limit);
        self
    }

    /// These limits, and those of `other` where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut values = other.values;
        values.extend(self.values);
        Self {
            preset: self.preset.or(other.preset),
            values,
            gate_any_record: self.gate_any_record.or(other.gate_any_record),
            fail_on: self.fail_on.or(other.fail_on),
            allow_review: self.allow_review.or(other.allow_review),
            severities: if self.severities.is_empty() { other.severities } else { self.severities },
        }
    }
}
