//! What this measure brings along. The scan runs it, because it reads files of its own.

use super::{NAME, figures};
use crate::measure::{Measure, Page, no_section};
use crate::plan::Limit;
use crate::result::FindingCode;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: false,
    run: None,
    figures: |measures, context| measures.original.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_original_risk",
        gate: "original-risk",
        figure: "residual_risk",
        sentence: "maximum residual risk of any attack on the people in the original, which needs a control",
        ..Limit::of(NAME, FindingCode::OriginalExposed)
    },
    Limit {
        key: "max_copied_share",
        gate: "copied-share",
        figure: "copied_of_one_share",
        sentence: "maximum share of released records that equal the records of a single person of the original",
        ..Limit::of(NAME, FindingCode::OriginalCopied)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "A release beside its original: what a generalised or synthetic file tells of the people it was made from.",
    meaning: "A synthetic record is nobody's, and still a release can give away who was in the original: by copies, by records \
              that lie closer to the people who were used than to others, by statements that hold for one of them alone. What \
              succeeds as often with people who were not used is true of everybody and no disclosure of anybody.",
    formula: "Each attack is tried on people of the original, as a guess without the release (baseline), and on people of \
              `control`, who were not used. Residual risk = (attack - control) / (1 - control) with its 95 % interval; evidence \
              only if the attack beats the guess, and this interval and that of the difference of both rates lie above 0. \
              Singling out: statements drawn from the release that hold for exactly one person. Linkability: two halves of \
              the columns, nearest to the same record. Inference: a sensitive value from the nearest record. Closeness: \
              whose people are nearest to each record, 1/2 by chance. Membership: a person is claimed where the release comes \
              near. Distance to the closest record: Gower's distance over all columns, from 0 to 1; ratio: that to \
              the closest over that to the second closest.",
    source: "Giomi, Boenisch, Wehmeyer and Tasnadi (Anonymeter), PoPETs 2023(2); Cohen and Nissim, PNAS 117(15) (2020); Hilprecht, \
             Haerterich and Bernau, PoPETs 2019(4); SDMetrics and syntheval for distances; Gower (1971); Wilson (1927).",
    action: "Generalise more, train the generator with differential privacy or on more people, remove copies, and keep people \
             aside as a control: without one, most of this cannot be told.",
};
