//! What this measure brings along. The scan runs it before the table is cut to quasi-identifiers.

use super::{NAME, figures};
use crate::measure::{Measure, Page, no_section};
use crate::plan::{Limit, Range};
use crate::result::FindingCode;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: false,
    run: None,
    figures: |measures, context| measures.linkage.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_linked_share",
        gate: "linked-share",
        figure: "attack_rate",
        sentence: "maximum share of subjects whom an attack links to a table of the recipient",
        ..Limit::of(NAME, FindingCode::Linkable)
    },
    Limit {
        key: "max_relinked_share",
        gate: "relinked-share",
        figure: "releases.attack_rate",
        sentence: "maximum share of subjects whom an attack re-links from one release to another",
        ..Limit::of(NAME, FindingCode::Relinkable)
    },
    Limit {
        key: "max_correct_links",
        gate: "correct-links",
        figure: "correct_links",
        range: Range::Between(0.0, f64::MAX),
        sentence: "maximum expected number of correct links to a table of the recipient",
        ..Limit::of(NAME, FindingCode::Linkable)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "Record linkage: what a recipient can join to data it already holds.",
    meaning: "The recipient is no stranger: it has names, birthdays, home towns, a log of its own or last month's \
              release. Each attack tries to match its people to the records of the extract in a different way: \
              `exact` by equal values, `tolerant` by near values, `distance` by the nearest neighbour, \
              `probabilistic` by weighing each agreement, `scoreboard` by a few known events. `release` follows \
              people to another release with new pseudonyms, `intersection` measures what another release with the \
              same pseudonyms adds, and `pseudonym` tests whether a pseudonym is derived from a known identifier.",
    formula: "Attack rate = the sum of 1/F over all subjects, where F is the number of persons claimed for a subject, \
              divided by all subjects of the extract. Where a truth column identifies a subject, the share of correct \
              persons among the F counts instead: 0 only if the right one is not among them. The baseline is the rate \
              of guessing without the shared columns. If the extract has people whom the source does not hold, the \
              control is the same rate for them, all of it wrong. A rate above both is evidence; neither changes the \
              rate. k-map is the smallest number of people in the source who share the values of a matched subject.",
    source: "Fellegi and Sunter (1969); Sweeney (2001) for k-map; Domingo-Ferrer and Torra (2001) for distance; \
             Narayanan and Shmatikov (2008); Giomi et al., Anonymeter (2023) for baseline and control.",
    action: "Generalise or drop the columns that the report names as linking, and measure again.",
};
