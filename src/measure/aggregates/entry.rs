//! How the scan runs this measure, and what it brings along.

use super::{NAME, figures};
use crate::measure::{Measure, NotRun, Page, Question, no_section};
use crate::plan::{Limit, Range};
use crate::result::{FindingCode, Measures, Outcome};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: false,
    run: Some(run),
    figures: |measures, _| measures.aggregates.iter().flat_map(figures).collect(),
    sections: no_section,
};

/// A number of cells.
const CELLS: Range = Range::Whole(0, u64::MAX);

/// Limits that a policy can set on this measure. Where tables are declared each is 0 as well.
const LIMITS: &[Limit] = &[
    Limit {
        key: "max_unsafe_cells",
        gate: "unsafe-cells",
        figure: "unsafe_cells",
        range: CELLS,
        sentence: "maximum number of published cells of a table of totals that are unsafe under its rules",
        ..Limit::of(NAME, FindingCode::UnsafeCell)
    },
    Limit {
        key: "max_recoverable_cells",
        gate: "recoverable-cells",
        figure: "recoverable_cells",
        range: CELLS,
        sentence: "maximum number of suppressed cells of a table of totals that can be computed exactly",
        ..Limit::of(NAME, FindingCode::RecoverableCell)
    },
    Limit {
        key: "max_narrow_cells",
        gate: "narrow-cells",
        figure: "narrow_cells",
        range: CELLS,
        sentence: "maximum number of suppressed cells of a table of totals that can be computed more closely than its rules allow",
        ..Limit::of(NAME, FindingCode::NarrowCell)
    },
    Limit {
        key: "max_differencing_cells",
        gate: "differencing-cells",
        figure: "differencing_cells",
        range: CELLS,
        sentence: "maximum number of cells of a table of totals whose difference from another total is unsafe",
        ..Limit::of(NAME, FindingCode::Differencing)
    },
];

fn run(question: &Question<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &Question { plan, .. } = question;
    if plan.aggregates.is_empty() {
        return Err(NotRun::LeftOut("no table of totals is declared with `[[aggregates]]`"));
    }
    measures.aggregates = Some(Outcome::undefined("not-measured", "the tables were not measured"));
    Ok(())
}

const PAGE: Page = Page {
    code: NAME,
    summary: "Tables of totals: whether a total, its margins, an earlier release or the extract beside it give somebody away.",
    meaning: "A total of few contributors, or one that a single contributor makes up nearly alone, tells about them. A total \
              that is left out can often be computed from the others.",
    formula: "A cell with contributors x_1 >= x_2 >= … >= x_m and the total X is unsafe if 0 < m < T (frequency:T), if the n \
              largest exceed k % of X (dominance:n,k), if X - x_1 - x_2 < p % of x_1 (p:P), or < p / q of x_1 (pq:P,Q). Records \
              of a contributor are summed first, in every cell and margin, for each side. A mean or a ratio is unsafe if its \
              numerator or its denominator is; a quantile needs T contributors on each side of it. A suppressed cell is \
              recoverable if the least and the largest value that fit all published cells are equal, and narrow if they are \
              closer than the rule asks for.",
    source: "Hundepool et al., Statistical Disclosure Control (2012); tau-Argus; the R packages sdcTable and GaussSuppression; \
             Chin & Ozsoyoglu (1982); Dinur & Nissim, PODS (2003).",
    action: "Coarsen a dimension, suppress unsafe cells and the further cells that the advice names, or leave out margins.",
};
