//! Value of the measure `histories`: the crowd of those whose records are all the same.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of the measure `histories`. The history of a subject is the whole of its records on the quasi-identifiers, after
/// coarsening; its crowd is everybody with the same history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Histories {
    /// The quasi-identifiers.
    pub columns: Vec<String>,
    /// Subjects.
    pub subjects: u64,
    /// Records that have a subject.
    pub records: u64,
    /// Crowds of those whose records occur equally often.
    pub multiset: Crowds,
    /// Crowds of those who have the same distinct records. Never smaller than the others.
    pub set: Crowds,
}

/// Crowds by size.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Crowds {
    /// Different histories.
    pub crowds: u64,
    /// The smallest crowd.
    pub smallest: Option<u64>,
    /// Subjects whose history nobody else has.
    pub alone: u64,
    /// Subjects in crowds smaller than `k` of the policy.
    pub below_k: u64,
    /// Crowds of each size, ascending.
    pub sizes: Vec<CrowdSize>,
}

/// Crowds of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CrowdSize {
    /// Subjects in each.
    pub size: u64,
    /// Crowds.
    pub crowds: u64,
}
