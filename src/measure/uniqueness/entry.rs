//! How the scan runs this measure, and what it brings along.

use super::{NAME, Settings, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section, too_much_memory, too_much_memory_but};
use crate::plan::{Extent, Limit, Range};
use crate::result::{Comparison, FindingCode, GateSet, Measures, MissingMode};
use crate::table::{Counting, InMemory, scratch_bytes};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, context| measures.uniqueness.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { table, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    let needed = table.bytes() as u64 + scratch_bytes(table, rayon::current_num_threads());
    let in_memory = InMemory { table, spare_bytes: plan.memory.map(|allowed| allowed.saturating_sub(needed)) };
    // A missing cell that matches everything is in many classes, which no part has whole.
    let is_wild =
        plan.missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some());
    let counting: Option<&dyn Counting> = match plan.memory {
        Some(allowed) if needed > allowed => input.beyond_memory.filter(|_| !is_wild),
        _ => Some(&in_memory),
    };
    let settings = Settings {
        k: plan.policy.k,
        max_set: plan.max_set,
        missing: plan.missing,
        seed: plan.seed,
        effects: plan.extent == Extent::Report,
    };
    measures.uniqueness = Some(match counting {
        Some(counting) => measure(&table.outline(), &settings, counting, watch)?,
        None if plan.spill.is_none() && !is_wild => {
            let remedy = "raise it, name a folder for the rest with `--spill`, or name fewer columns";
            too_much_memory_but("counting", needed, plan, remedy)
        }
        None => too_much_memory("counting", needed, plan),
    });
    Ok(())
}

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "k",
        gate: "smallest-class",
        figure: "smallest_class",
        set: Some(GateSet::Static),
        comparison: Comparison::AtLeast,
        range: Range::Whole(2, u64::MAX),
        sentence: "minimum equivalence class size on the static quasi-identifiers, in subjects (k-anonymity)",
        ..Limit::of(NAME, FindingCode::SmallClass)
    },
    Limit {
        key: "max_risk",
        gate: "highest-risk",
        figure: "smallest_class",
        set: Some(GateSet::Static),
        range: Range::Between(0.000_001, 0.5),
        sentence: "maximum prosecutor risk, 1 / smallest class, on the static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::SmallClass)
    },
    Limit {
        key: "max_average_risk",
        gate: "average-risk",
        figure: "average_subject",
        set: Some(GateSet::Static),
        sentence: "maximum mean over subjects of 1 / class size, on the static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::HighAverageRisk)
    },
    Limit {
        key: "max_unique_share",
        gate: "unique-share",
        figure: "unique_share",
        set: Some(GateSet::Static),
        sentence: "maximum share of subjects who are unique on the static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::HighUniqueShare)
    },
    Limit {
        key: "max_share_at_risk",
        gate: "share-at-risk",
        figure: "share_below",
        set: Some(GateSet::Static),
        sentence: "maximum share of subjects in classes smaller than k, on the static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::HighShareAtRisk)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "Size of the equivalence classes, and how many subjects are unique or nearly so, on each combination of \
              columns.",
    meaning: "A record hides in its equivalence class: the subjects that share its values. Anyone who knows those \
              values of a person and finds a class of one has found the person.",
    formula: "An equivalence class is all records with equal values on a set of columns; its size is the number of \
              distinct subjects in it; the prosecutor risk of a record is 1 / class size. Counted for every set of up \
              to `max_set` quasi-identifiers, for the static ones and for all of them.",
    source: "Sweeney, k-anonymity: a model for protecting privacy (2002); El Emam, Guide to the De-Identification of \
             Personal Health Information (2013).",
    action: "Generalise or remove the columns that the report names as most revealing.",
};
