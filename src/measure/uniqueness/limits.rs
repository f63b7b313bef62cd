//! The limits on equivalence classes.

use super::NAME;
use crate::plan::{Limit, Range};
use crate::result::{Comparison, FindingCode, GateSet};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "k",
        gate: "smallest-class",
        measure: NAME,
        figure: "smallest_class",
        finding: FindingCode::SmallClass,
        set: Some(GateSet::Static),
        comparison: Comparison::AtLeast,
        range: Range::Whole(2, u64::MAX),
        sentence: "smallest allowed equivalence class of the static quasi-identifiers, in subjects",
    },
    Limit {
        key: "max_risk",
        gate: "highest-risk",
        measure: NAME,
        figure: "smallest_class",
        finding: FindingCode::SmallClass,
        set: Some(GateSet::Static),
        comparison: Comparison::AtMost,
        range: Range::Between(0.000_001, 0.5),
        sentence: "largest allowed prosecutor risk, 1 / smallest class, on the static quasi-identifiers",
    },
    Limit {
        key: "max_average_risk",
        gate: "average-risk",
        measure: NAME,
        figure: "average_subject",
        finding: FindingCode::HighAverageRisk,
        set: Some(GateSet::Static),
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed mean over subjects of 1 / class size, on the static quasi-identifiers",
    },
    Limit {
        key: "max_unique_share",
        gate: "unique-share",
        measure: NAME,
        figure: "unique_share",
        finding: FindingCode::HighUniqueShare,
        set: Some(GateSet::Static),
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share of subjects who are unique on the static quasi-identifiers",
    },
    Limit {
        key: "max_share_at_risk",
        gate: "share-at-risk",
        measure: NAME,
        figure: "share_below",
        finding: FindingCode::HighShareAtRisk,
        set: Some(GateSet::Static),
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share of subjects in classes smaller than k, on the static quasi-identifiers",
    },
];
