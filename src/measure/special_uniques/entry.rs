//! How the scan runs this measure, and what it brings along.

use super::{NAME, Settings, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section, too_much_memory};
use crate::number::as_float;
use crate::plan::{Extent, Limit, Plan};
use crate::result::{FindingCode, Measures, Outcome};
use crate::table::{MOST_MINIMAL_SETS, Table, lattice_size, minimal_bytes, scratch_bytes};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, context| {
        measures.special_uniques.iter().flat_map(|outcome| figures(outcome, context)).collect()
    },
    sections: no_section,
};

/// Records times column sets up to which the measure runs without being asked for: a second or so.
const UNASKED: u64 = 500_000_000;

/// Limits that a policy can set on this measure.
const LIMITS: &[Limit] = &[Limit {
    key: "max_special_unique_share",
    gate: "special-unique-share",
    figure: "gated_share",
    sentence: "maximum share of subjects singled out by at most 3 of all quasi-identifiers (special uniques)",
    ..Limit::of(NAME, FindingCode::SpecialUnique)
}];

/// What the plan says of this measure, for this table.
#[must_use]
pub fn settings(table: &Table, plan: &Plan) -> Settings {
    let Plan { special_uniques, population, missing, .. } = plan;
    let members = if table.has_subjects() { table.subjects() } else { table.records() };
    let fraction = match (population.size, population.fraction) {
        // Of a range the smallest population, of which the extract is the largest part.
        (Some(size), None) => Some(as_float(members as u64) / as_float(size.low)),
        (None, Some(fraction)) => Some(f64::from(fraction)),
        // Both may contradict each other; the measure of the population refuses them as well.
        (Some(_), Some(_)) | (None, None) => None,
    };
    let fraction = fraction.filter(|&fraction| fraction <= 1.0);
    Settings { max_msu: special_uniques.max_msu, missing: *missing, sampling_fraction: fraction }
}

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { table, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    let settings = settings(table, plan);
    if !is_wanted(table, settings, plan) {
        let reason = "it takes longer than it may unasked; name it with `--measures`, or set a limit on it";
        return Err(NotRun::LeftOut(reason));
    }
    measures.special_uniques = Some(match cannot(table, settings, plan) {
        Some(outcome) => outcome,
        None => measure(table, settings, watch)?,
    });
    Ok(())
}

/// Whether somebody asked for it, or it costs next to nothing.
fn is_wanted(table: &Table, settings: Settings, plan: &Plan) -> bool {
    let is_named = plan.measures.iter().any(|name| name == NAME);
    let is_gated = plan.policy.gates.iter().any(|gate| LIMITS.iter().any(|limit| limit.gate == gate.measure.name()));
    let sets = lattice_size(table.columns().len(), settings.max_msu);
    let is_cheap = sets < MOST_MINIMAL_SETS && sets.saturating_mul(table.records() as u64) <= UNASKED;
    is_named || is_gated || (plan.extent == Extent::Report && is_cheap)
}

/// Whether searching takes more work or memory than is allowed.
#[must_use]
pub fn exceeds(table: &Table, plan: &Plan) -> bool {
    cannot::<()>(table, settings(table, plan), plan).is_some()
}

/// What stands in place of a value where the work or the memory is more than is allowed.
fn cannot<T>(table: &Table, settings: Settings, plan: &Plan) -> Option<Outcome<T>> {
    let sets = lattice_size(table.columns().len(), settings.max_msu);
    if sets >= MOST_MINIMAL_SETS {
        let words = format!(
            "{sets} sets of up to {} quasi-identifiers are too many to search for special uniques; use a smaller \
             `--max-msu`, or name fewer columns",
            settings.max_msu
        );
        return Some(Outcome::incomplete("work-limit", &words));
    }
    let allowed = plan.memory?;
    let threads = rayon::current_num_threads();
    let beside = minimal_bytes(table, settings.max_msu, threads).max(scratch_bytes(table, threads));
    let needed = table.bytes() as u64 + beside;
    (needed > allowed).then(|| too_much_memory("searching for special uniques", needed, plan))
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Special uniques: the smallest sets of columns on which somebody is alone, and the SUDA scores that rest on \
              them.",
    meaning: "Who is alone already on two or three columns is easy to find, and is likely to be alone in the \
              population as well, not in the extract only. The sets show which columns to generalise together.",
    formula: "A set of columns is minimal unique (an MSU) for a record if its class on the set has one subject and on \
              no proper subset; searched up to `max_msu` columns. A special unique has an MSU smaller than all M \
              quasi-identifiers. SUDA score: sum of the weights of all MSUs; weight of an MSU of k columns: product \
              of M - i for i = k to min(max_msu, M - 1) (Elliot), or (2^(M - k) - 1) k! (M - k)! / M! (IHSN). DIS = \
              U p / (U p + 2 P (1 - p)) with U classes of one, P classes of two and the sampling fraction p. DIS-SUDA \
              = 1 / (1 + (U / DIS - U) / (score^Q A)) with Q = 1 + (8 - M) / 20 and A the sum of score^-Q. The limit \
              applies to the share of subjects with an MSU of at most 3 columns, whatever `max_msu` is.",
    source: "Elliot, Manning & Ford, A computational algorithm for handling the special uniques problem (2002); Elliot et \
             al., SUDA: a program for detecting special uniques (2005); Manning, Haglin & Keane (2008); Skinner & \
             Elliot, JRSS B 64 (2002). Weights and DIS-SUDA as in the R package sdcMicro.",
    action: "Generalise a column of the riskiest pairs: see the contributions. `--audience internal --emit records` lists \
             which records are concerned.",
};
