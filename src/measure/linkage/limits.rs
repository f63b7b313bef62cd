//! The limits on record linkage.

use super::NAME;
use crate::plan::{Limit, Range};
use crate::result::{Comparison, FindingCode};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_linked_share",
        gate: "linked-share",
        measure: NAME,
        figure: "attack_rate",
        finding: FindingCode::Linkable,
        set: None,
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share of subjects whom an attack links to a table of the recipient",
    },
    Limit {
        key: "max_relinked_share",
        gate: "relinked-share",
        measure: NAME,
        figure: "releases.attack_rate",
        finding: FindingCode::Relinkable,
        set: None,
        comparison: Comparison::AtMost,
        range: Range::SHARE,
        sentence: "largest allowed share of subjects whom an attack follows from release to release",
    },
    Limit {
        key: "max_correct_links",
        gate: "correct-links",
        measure: NAME,
        figure: "correct_links",
        finding: FindingCode::Linkable,
        set: None,
        comparison: Comparison::AtMost,
        range: Range::Between(0.0, f64::MAX),
        sentence: "largest allowed expected number of correct links to a table of the recipient",
    },
];
