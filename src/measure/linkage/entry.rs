//! What this measure brings along. The scan runs it before the table is cut to quasi-identifiers.

use super::{LIMITS, NAME, figures};
use crate::measure::{Measure, Page, no_section};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    run: None,
    figures: |measures, context| measures.linkage.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

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
