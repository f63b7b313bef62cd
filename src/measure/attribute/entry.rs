//! How the scan runs this measure, and what it brings along.

use super::{NAME, Settings, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section, too_much_memory};
use crate::plan::{Limit, Range};
use crate::result::{Comparison, FindingCode, GateSet, Measures};
use crate::table::Table;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, context| measures.attribute.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

/// Limits that a policy can set on this measure.
const LIMITS: &[Limit] = &[
    Limit {
        key: "min_l",
        gate: "l-diversity",
        figure: "distinct_l",
        set: Some(GateSet::Static),
        comparison: Comparison::AtLeast,
        range: Range::Whole(2, u64::MAX),
        sentence: "minimum number of distinct values of each sensitive column in a class on the static quasi-identifiers \
                   (distinct l-diversity)",
        ..Limit::of(NAME, FindingCode::HomogeneousClass)
    },
    Limit {
        key: "max_alpha",
        gate: "alpha",
        figure: "alpha",
        set: Some(GateSet::Static),
        sentence: "maximum share of one value of a sensitive column in a class on the static quasi-identifiers \
                   ((alpha, k)-anonymity)",
        ..Limit::of(NAME, FindingCode::AttributeDisclosure)
    },
    Limit {
        key: "max_t",
        gate: "t-closeness",
        figure: "t",
        set: Some(GateSet::Static),
        sentence: "maximum earth mover's distance between a class on the static quasi-identifiers and the extract, of \
                   each sensitive column (t-closeness)",
        ..Limit::of(NAME, FindingCode::AttributeDisclosure)
    },
    Limit {
        key: "max_beta",
        gate: "beta-likeness",
        figure: "beta",
        set: Some(GateSet::Static),
        range: Range::Between(0.0, f64::MAX),
        sentence: "maximum relative gain in the share of a value of a sensitive column in a class on the static \
                   quasi-identifiers (basic beta-likeness)",
        ..Limit::of(NAME, FindingCode::AttributeDisclosure)
    },
];

/// Bytes of memory for a record and sensitive column, for one of those that are sorted at the same time, and for a record.
const BYTES: (u64, u64, u64) = (16, 24, 32);

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { table, secrets, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    if table.sensitive().is_empty() || table.sensitive().len() != secrets.len() {
        return Err(NotRun::LeftOut("no column has the role `sensitive`"));
    }
    let settings = Settings { k: plan.policy.k, missing: plan.missing, secrets };
    let needed = table.bytes() as u64 + scratch_bytes(table);
    measures.attribute = Some(match plan.memory {
        Some(allowed) if needed > allowed => too_much_memory("measuring sensitive columns", needed, plan),
        _ => measure(table, settings, watch)?,
    });
    Ok(())
}

/// Bytes of memory beside the table.
fn scratch_bytes(table: &Table) -> u64 {
    let at_once = table.sensitive().len().min(rayon::current_num_threads()) as u64;
    table.records() as u64 * (table.sensitive().len() as u64 * BYTES.0 + at_once * BYTES.1 + BYTES.2)
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Attribute disclosure: what the class of a person tells of a sensitive column, although its members cannot be \
              told apart.",
    meaning: "A crowd hides who somebody is, not what they have in common. If all members of a class share a diagnosis, \
              whoever knows that a person is in the class knows the diagnosis, however large the class is. A class in \
              which one value is much more frequent than in the extract tells nearly as much.",
    formula: "Of a class with m members, n(v) of them with the value v, q = n / m, and p the share in the extract: distinct l = \
              number of values; entropy l = exp(-sum q ln q); recursive (c, l): r1 < c (r_l + ... + r_k), r the sorted n; \
              alpha = max q; t = earth mover's distance of q and p (equal, by rank, by value, or in a taxonomy); beta = max \
              (q - p) / p, enhanced: also at most -ln p; delta = max |ln(q / p)|. The worst class counts. Chance of guessing: \
              before, max p; after, mean of max q over the members; leave-one-out, from the other members of the class. A \
              subject is one member of a class, with the value declared by `sensitive_value`: `any`, `last`, `first`, `mode`.",
    source: "Machanavajjhala et al., l-Diversity, TKDD 1(1) (2007); Wong et al., (alpha, k)-anonymity, KDD (2006); Li, Li & \
             Venkatasubramanian, t-Closeness, ICDE (2007); Cao & Karras, beta-likeness, PVLDB 5(11) (2012); Brickell & Shmatikov, \
             KDD (2008); Alvim et al., PoPETs (2022) for leakage.",
    action: "Generalise the quasi-identifiers until classes hold several values, pool rare values of the sensitive column, or \
             leave the column out.",
};
