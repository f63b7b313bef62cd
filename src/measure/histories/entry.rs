//! How the scan runs this measure, and what it brings along.

use super::{CROWD_GATE, NAME, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, plain_section, too_much_memory};
use crate::plan::{Extent, Limit, Plan, Range};
use crate::result::{Comparison, Figure, FindingCode, Measures, Section};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, context| measures.histories.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections,
};

/// What the section shows; the rest is in `figures`.
const SHOWN: [&str; 3] = ["histories.smallest_crowd", "histories.share_alone", "histories.set.share_alone"];

fn sections(measure: &Measure, figures: &[Figure]) -> Vec<Section> {
    let shown = figures.iter().filter(|figure| SHOWN.contains(&figure.id.as_str())).cloned();
    plain_section(measure, &shown.collect::<Vec<_>>())
}

/// Limits that a policy can set on this measure.
const LIMITS: &[Limit] = &[Limit {
    key: "min_history_crowd",
    gate: CROWD_GATE,
    figure: "smallest_crowd",
    comparison: Comparison::AtLeast,
    range: Range::Whole(2, u64::MAX),
    sentence: "minimum number of subjects with the same whole history: all records of a subject, on all quasi-identifiers",
    ..Limit::of(NAME, FindingCode::SmallHistoryCrowd)
}];

/// Bytes of memory for a record, and for a subject.
const BYTES: [u64; 2] = [16, 48];

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { table, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    if !table.has_subjects() {
        return Err(NotRun::LeftOut("no subject is declared, so a history is a record"));
    }
    if !is_wanted(plan) {
        return Err(NotRun::LeftOut("nothing asks for it"));
    }
    let needed = table.bytes() as u64 + table.records() as u64 * BYTES[0] + table.subjects() as u64 * BYTES[1];
    measures.histories = Some(match plan.memory {
        Some(allowed) if needed > allowed => too_much_memory("comparing histories", needed, plan),
        _ => measure(table, plan.policy.k, plan.missing, watch)?,
    });
    Ok(())
}

/// Whether a report is made, or somebody asked for it.
fn is_wanted(plan: &Plan) -> bool {
    let is_gated = plan.policy.gates.iter().any(|gate| LIMITS.iter().any(|limit| limit.gate == gate.measure.name()));
    plan.extent == Extent::Report || is_gated || plan.measures.iter().any(|name| name == NAME)
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Whole histories: how many subjects share all of their records with somebody else.",
    meaning: "Who knows everything that a person did, as a bank or a merchant does of its own customers, finds the person for \
              certain unless somebody else has exactly the same records. It is the worst that known points can do.",
    formula: "The history of a subject is the multiset of its records on all quasi-identifiers, after coarsening; its crowd \
              is everybody with the same history. Counted with repeated records and, beside it, with each distinct record \
              once. `min_history_crowd` is held against the smallest crowd.",
    source: "Google Cloud Sensitive Data Protection: k-anonymity over entities (`entity_id`), where the rows of an entity are \
             one composite value.",
    action: "Generalise day, place and amount until histories coincide, share fewer records of each person, or share \
             totals instead of histories.",
};
