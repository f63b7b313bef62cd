//! The limits on known points.

use super::NAME;
use crate::plan::{Limit, Range};
use crate::result::{Comparison, FindingCode};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_unicity",
        gate: "unicity",
        measure: NAME,
        figure: "gated_share",
        finding: FindingCode::HighUnicity,
        set: None,
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share of subjects singled out by 4 known points",
    },
    Limit {
        key: "max_unicity_active",
        gate: "unicity-active",
        measure: NAME,
        figure: "gated_share_active",
        finding: FindingCode::HighUnicity,
        set: None,
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share singled out by 4 known points among the subjects with at least 4",
    },
];
