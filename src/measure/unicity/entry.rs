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
    counts_people: true,
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
        sentence: "maximum share of subjects singled out by 4 known points",
        ..Limit::of(NAME, FindingCode::HighUnicity)
    },
    Limit {
        key: "max_unicity_active",
        gate: "unicity-active",
        figure: "gated_share_active",
        sentence: "maximum share singled out by 4 known points among the subjects with at least 4",
        ..Limit::of(NAME, FindingCode::HighUnicity)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "Unicity: how many subjects a few known events single out.",
    meaning: "A witness, or anyone who saw a receipt, knows some events of a person. If only one history contains all \
              of them, the rest of that history is the person's.",
    formula: "Mean over subjects of the share of choices of p of their own distinct points that match no other \
              subject. A point is the group of event columns that makes one event known (`--point`). Exact for p = 1 \
              and wherever every choice can be enumerated; otherwise one draw for each of 10,000 subjects, compared \
              with all subjects. The fixed cohort is the subjects with at least the largest p requested, so the curve \
              describes the same people at every p; the eligible cohort is all subjects with p points. The limit \
              applies to a separate share that no option of the curves changes: all subjects with an event, each \
              known by 4 of their own points or by all of them if there are fewer. The point is all event columns \
              together unless points are declared, a missing cell is a value like any other, and the upper end of the \
              95 % interval is compared. Unicity is not the probability that somebody knows p events. For an extract \
              of some of the customers it is not uniqueness among all of them either, but an upper bound for it.",
    source: "de Montjoye et al., Unique in the shopping mall, Science 347 (2015), doi:10.1126/science.1256297. \
             Mobility attacks: Pellungrini et al., ACM TIST 9(3):31 (2017).",
    action: "Generalise times, places and amounts, shorten the histories, or share totals instead of events.",
};
