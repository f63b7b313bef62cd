//! What this measure brings along. The scan runs it before the table is cut to quasi-identifiers.

use super::{NAME, figures};
use crate::measure::{Measure, Page, no_section};
use crate::plan::Limit;
use crate::result::FindingCode;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    run: None,
    figures: |measures, context| measures.unicity.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_unicity",
        gate: "unicity",
        figure: "gated_share",
        sentence: "largest allowed share of subjects singled out by 4 known points",
        ..Limit::of(NAME, FindingCode::HighUnicity)
    },
    Limit {
        key: "max_unicity_active",
        gate: "unicity-active",
        figure: "gated_share_active",
        sentence: "largest allowed share singled out by 4 known points among the subjects with at least 4",
        ..Limit::of(NAME, FindingCode::HighUnicity)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "How many subjects are singled out by a few known events.",
    meaning: "Somebody who was there, or saw a receipt, knows some events of a person. If only one history holds all of \
              them, the rest of that history is the person's.",
    formula: "Mean over subjects of the share of choices of p of their own distinct points that match no other \
              subject. A point is the group of event columns that makes one event known (`--point`). Exact for p = 1 \
              and where every choice can be gone through; else one draw for each of 10,000 subjects, held against all \
              subjects. The fixed cohort is the subjects with at least the largest p asked for, so that the curve \
              speaks of the same people at every p; the eligible cohort is all with p points. The limit looks at a \
              share of its own that no option of the curves changes: all subjects with an event, each known by 4 of \
              its own points or by all of them where it has fewer, the point being all event columns together unless \
              points are declared, a missing cell a value like any other; the upper end of its 95 % interval is \
              compared. It is neither the probability that somebody knows p events nor, for a part of the customers, \
              uniqueness among all of them: it is an upper bound for that.",
    source: "de Montjoye et al., Unique in the shopping mall, Science 347 (2015), doi:10.1126/science.1256297. Mobility attacks: \
             Pellungrini et al., ACM TIST 9(3):31 (2017).",
    action: "Coarsen times, places and amounts, shorten the histories, or share totals instead of events.",
};
