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
}
