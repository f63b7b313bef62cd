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
        sentence: "largest allowed share of subjects whom an attack links to a table of the recipient",
        ..Limit::of(NAME, FindingCode::Linkable)
    },
    Limit {
        key: "max_relinked_share",
        gate: "relinked-share",
        figure: "releases.attack_rate",
        sentence: "largest allowed share of subjects whom an attack follows from release to release",
        ..Limit::of(NAME, FindingCode::Relinkable)
    },
    Limit {
        key: "max_correct_links",
        gate: "correct-links",
        figure: "correct_links",
        range: Range::Between(0.0, f64::MAX),
        sentence: "largest allowed expected number of correct links to a table of the recipient",
        ..Limit::of(NAME, FindingCode::Linkable)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "What a recipient can join to what it already holds.",
    meaning: "The recipient is no stranger: it has names, birthdays, home towns, a log of its own or last month's \
              release. Each attack tries to put its people on the records of the extract, in its own way: `exact` by equal \
              values, `tolerant` by near ones, `distance` by whoever lies nearest, `probabilistic` by weighing each \
              agreement, `scoreboard` by a few known events. `release` follows people to another release with new \
              pseudonyms, `intersection` says what another one with the same pseudonyms adds, and `pseudonym` whether \
              a pseudonym is made from an identifier that somebody knows.",
    formula: "Attack rate = the sum of 1/F over all subjects, F being the persons claimed for a subject, over all \
              subjects of the extract. Where a truth column says who a subject is, the share of right ones among the F \
              counts: 0 only where the right one is not among them. Beside it stands the baseline, which is guessing \
              without the shared columns, and where there are people whom the source does not hold, the control: the \
              same rate of them, all of it wrong. Evidence is a rate above both; neither changes it. k-map is the fewest people of the source \
              who share the values of a subject who matches.",
    source: "Fellegi and Sunter (1969); Sweeney (2001) for k-map; Domingo-Ferrer and Torra (2001) for distance; Narayanan \
             and Shmatikov (2008); Giomi et al., \
             Anonymeter (2023) for baseline and control.",
    action: "Coarsen or leave out the columns that the report names as linking, and measure again.",
};
