//! How the scan runs this measure, and what it brings along.

use super::{NAME, Settings, figures, measure};
use crate::measure::{Measure, MeasureInput, NotRun, Page, no_section, too_much_memory};
use crate::plan::Limit;
use crate::result::{FindingCode, Measures};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: true,
    run: Some(run),
    figures: |measures, _| measures.population.iter().flat_map(figures).collect(),
    sections: no_section,
};

/// Bytes that the classes and risks of one member take.
const BYTES_A_MEMBER: u64 = 120;

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { table, keys, plan, watch, .. } = input;
    if table.columns().is_empty() {
        return Err(NotRun::LeftOut("no column has the role `quasi-identifier`"));
    }
    if !plan.population.has_number() && table.weights().is_empty() {
        let reason = "the extract is measured as it is: no population is declared with `--population-size` and \
                      `--population-source`, and no weights with `--weight`";
        return Err(NotRun::LeftOut(reason));
    }
    let needed = table.bytes() as u64 + table.records() as u64 * 8 + table.subjects() as u64 * BYTES_A_MEMBER;
    measures.population = Some(match plan.memory {
        Some(allowed) if needed > allowed => too_much_memory("estimating the population", needed, plan),
        _ => measure(table, &Settings::of(plan, keys), watch)?,
    });
    Ok(())
}

/// Limits that a policy can set on this measure.
pub const LIMITS: &[Limit] = &[
    Limit {
        key: "max_population_uniqueness",
        gate: "population-uniqueness",
        figure: "unique_share",
        sentence: "maximum estimated share of the population that is unique on the static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::HighPopulationUniqueness)
    },
    Limit {
        key: "max_individual_risk",
        gate: "individual-risk",
        figure: "highest_individual_risk",
        sentence: "maximum chance of finding a subject in the population by its static quasi-identifiers",
        ..Limit::of(NAME, FindingCode::HighIndividualRisk)
    },
    Limit {
        key: "max_mean_individual_risk",
        gate: "mean-individual-risk",
        figure: "mean_individual_risk",
        sentence: "maximum share of the subjects expected to be found in the population",
        ..Limit::of(NAME, FindingCode::HighIndividualRisk)
    },
    Limit {
        key: "max_household_risk",
        gate: "household-risk",
        figure: "highest_household_risk",
        sentence: "maximum chance of finding at least one member of a household in the population",
        ..Limit::of(NAME, FindingCode::HighIndividualRisk)
    },
];

const PAGE: Page = Page {
    code: NAME,
    summary: "How many subjects are unique in the population that the extract is a sample of, and how likely each is \
              found there.",
    meaning: "A subject that is unique in the extract may have doubles in the population, and whoever searches the \
              population cannot tell them apart. One that is unique in the population is found for certain.",
    formula: "From the numbers s_i of classes of i subjects, n subjects in u classes, and a population of N: the \
              classes of one member in the population by Pitman (exact expectation N Γ(θ+1)/Γ(θ+α) · \
              Γ(N−1+θ+α)/Γ(N+θ), parameters by maximum likelihood), Zayatz (s_1 N/n · p_1 h(1) / Σ p_j h(j) with h(j) = \
              j C(N−j, n−1)/C(N, n)), the slide negative binomial model (K β^α, by moments, K by the modified \
              estimator of Shlosser) and Ewens. For a sample of at most a tenth Pitman is chosen where its maximum is not \
              at the border α = 0 (there it is Ewens, which is too small and for comparison only), else Zayatz; for a \
              larger one the smaller of Zayatz and the slide negative binomial model. An estimate outside 0 to \
              min(N, s_1 N/n) counts as none. Risk of a subject: E(1/F) for F negative binomial with p = f / Σ w over \
              the weights of its class, p/f · ₂F₁(1, 1; f+1; 1−p); without weights each stands for N/n. Risk of a \
              household: 1 − Π(1 − r). Log-linear: τ1 = Σ e^−v and τ2 = Σ (1 − e^−v)/v over the sample uniques, \
              v = (1−π) μ/π, with μ from independent columns and from all interactions of two. Copula: (1 − p)^(N−1) \
              and (1 − (1−p)^N)/(N p), averaged over persons drawn from a Gaussian copula. Limits are compared with \
              the worst end of a range of N. All models assume that subjects were drawn at random: a limit that holds \
              passes only if `random_sample` is declared.",
    source: "Hoshino, J. Official Statistics 17:499 (2001); Zayatz, US Census Bureau RR-91/08 (1991); Chen & McNulty \
             (1998); Haas & Stokes, JASA 93:1475 (1998); Ewens (1972); rule: Dankar et al., BMC Med Inform Decis Mak \
             12:66 (2012). Risk: Benedetti & Franconi (1998); Franconi & Polettini (2004). Log-linear: Skinner & Holmes \
             (1998); Elamir & Skinner (2006); Skinner & Shlomo (2008). Copula: Rocher, Hendrickx & de Montjoye, Nature \
             Communications 10:3069 (2019). Their scaling law (Nature Communications 16:347, 2025) is not computed: the \
             paper could not be read in full.",
    action: "Generalise the static columns that make subjects unique, or share a smaller sample.",
};
