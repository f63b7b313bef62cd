//! How the scan runs this measure, and what it brings along.

use super::{NAME, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section};
use crate::result::Measures;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: &[],
    counts_people: false,
    run: Some(run),
    figures: |measures, context| measures.identifiers.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

#[expect(clippy::unnecessary_wraps, reason = "every measure is run alike")]
fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    measures.identifiers = Some(measure(input.records, input.searched, &input.plan.permitted_identifiers));
    Ok(())
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Direct identifiers found in the cells.",
    meaning: "Card numbers, account numbers, e-mail addresses and the like need no combination: a single cell \
              identifies its person.",
    formula: "Every cell of every column is compared with the format of each kind of identifier, including the check \
              digit where there is one. Only counts of records are kept, never a value.",
    source: "ISO/IEC 7812 (card numbers), ISO 13616 (IBAN), 45 CFR 164.514(b)(2), PCI DSS v4.",
    action: "Remove the column, or redact the identifiers in its text.",
};
