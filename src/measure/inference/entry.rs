//! How the scan runs this measure, and what it brings along.

use super::{Known, NAME, PEOPLE, Settings, UNASKED, figures, measure};
use crate::learn::Forest;
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section, too_much_memory};
use crate::plan::{Extent, Limit, Plan};
use crate::result::{FindingCode, Measures};
use crate::table::Table;

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, context| measures.inference.iter().flat_map(|outcome| figures(outcome, context)).collect(),
    sections: no_section,
};

/// Limits that a policy can set on this measure.
const LIMITS: &[Limit] = &[Limit {
    key: "max_inference_advantage",
    gate: "inference-advantage",
    figure: "advantage",
    sentence: "maximum advantage of guessing a sensitive value with the extract over guessing it without",
    ..Limit::of(NAME, FindingCode::SensitiveInference)
}];

/// Bytes of memory for each person of the extract, and for each person that is looked at with a column.
const BYTES: (u64, u64) = (24, 24);

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    // Who guesses sees values, not the periods that they are kept apart by.
    let &MeasureInput { released: table, keys, numbers, secrets, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    if table.sensitive().is_empty() || table.sensitive().len() != secrets.len() {
        return Err(NotRun::LeftOut("no column has the role `sensitive`"));
    }
    if !is_wanted(plan) {
        return Err(NotRun::LeftOut("nothing asks for it"));
    }
    let (people, trees) = if is_asked(plan) { (PEOPLE, Forest::TREES) } else { UNASKED };
    let known = |(&keys, numbers)| Known { keys, numbers };
    let known: Vec<Known<'_>> = keys.iter().zip(numbers.iter().copied()).map(known).collect();
    let settings =
        Settings { k: plan.policy.k, missing: plan.missing, seed: plan.seed, trees, people, known: &known, secrets };
    let needed = table.bytes() as u64 + scratch_bytes(table);
    measures.inference = Some(match plan.memory {
        Some(allowed) if needed > allowed => too_much_memory("guessing sensitive columns", needed, plan),
        _ => measure(table, settings, watch)?,
    });
    Ok(())
}

/// Whether a report is made, or somebody asked for it.
fn is_wanted(plan: &Plan) -> bool {
    plan.extent == Extent::Report || is_asked(plan)
}

/// Whether a limit is set on it, or it is named.
fn is_asked(plan: &Plan) -> bool {
    let is_gated = plan.policy.gates.iter().any(|gate| LIMITS.iter().any(|limit| limit.gate == gate.measure.name()));
    is_gated || plan.measures.iter().any(|name| name == NAME)
}

/// Bytes of memory beside the table.
fn scratch_bytes(table: &Table) -> u64 {
    let looked_at = table.subjects().min(PEOPLE) as u64 * (table.columns().len() as u64 + 8);
    let counting = crate::table::scratch_bytes(table, rayon::current_num_threads());
    (table.subjects() as u64 * BYTES.0 + looked_at * BYTES.1).max(counting)
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Inference: how often a model built on some people of the extract guesses the sensitive value of others right.",
    meaning: "Whoever knows the sensitive value of some people, as a bank knows it of its own customers, can learn from the extract how it \
              goes with the other columns, and guess it of everybody whose columns it sees. Nobody has to be singled out for \
              that. An attack that is no better than its baseline is no evidence; it is not safety, since another model or more \
              known people may find more.",
    formula: "People are dealt into 5 folds; about each fold a random forest and the nearest neighbour (Gower's distance) built on \
              the other folds are asked, so that the own record is left out. Attack = right / asked, with Wilson's interval; \
              baseline = the one value that is right most often; control = the same guesses held against another person of \
              the fold. Advantage = (attack - baseline) / (1 - baseline), at least 0, so that a rare value is not \
              hidden behind a frequent one; the limit is held against the upper end of its interval. \
              Residual risk = (attack - control) / (1 - control). Evidence: the lower end of the attack is above baseline \
              and control. A number of more than 20 values is right within 5 %. At most 20,000 people are looked at (2,000 where \
              neither a limit nor `--measures` asks for it), drawn by their values and the seed. A segment is everybody with \
              given values on some quasi-identifiers.",
    source: "Giomi, Boenisch, Wehmeyer & Tasnadi, PoPETs 2023(2) (attack, baseline, control, residual risk); Article 29 Working \
             Party, Opinion 05/2014 (inference); Breiman, Machine Learning 45(1) (2001); Gower, Biometrics 27(4) (1971); \
             Wilson, JASA 22 (1927).",
    action: "Generalise or leave out the quasi-identifiers that go with the sensitive column, pool its values, or leave the column \
             out. Agree what may be inferred: a model learns how things go together in a population, whoever is in the extract.",
};
