//! What a measure brings along: everything that other rooms ask of it.

use super::aggregates::{FinishedTables, TableRecords};
use super::attribute::SecretValues;
use super::figures::FigureContext;
use super::identifiers::SearchedColumn;
use crate::plan::{Limit, Plan};
use crate::result::{Figure, Measures, Outcome, Section, SectionRow, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::{Counting, Table};

/// A measure: its folder, and one line in [`ALL`](super::ALL).
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its name, as `--measures` takes it.
    pub name: &'static str,
    /// What `reidrisk explain` says of it.
    pub page: Page,
    /// Limits that a policy can set on it. Each has a key, a flag, a check and a finding.
    pub limits: &'static [Limit],
    /// Whether its shares are of the people in the extract: nothing breaks a limit of 1 on them, and none is held where every
    /// record is suppressed.
    pub counts_people: bool,
    /// Measures, and puts the outcome into the result; none for a measure with needs of its own, which `scan` runs.
    pub run: Option<Run>,
    /// Its numbers, flat; none where it was not measured.
    pub figures: fn(&Measures, FigureContext<'_>) -> Vec<Figure>,
    /// What views show of it that have no part of their own for it.
    pub sections: fn(&Measure, &[Figure]) -> Vec<Section>,
}

/// Measures what it is asked.
pub type Run = fn(&MeasureInput<'_>, &mut Measures) -> Result<(), NotRun>;

/// What a measure is asked about.
pub struct MeasureInput<'a> {
    /// The quasi-identifiers of the extract; where pseudonyms are rotated, each value apart in each period.
    pub table: &'a Table,
    /// The same with their values as they are released, which `keys` and `numbers` are of.
    pub released: &'a Table,
    /// For each of them a number for each value that depends on the value alone, whatever the order of the records.
    pub keys: &'a [&'a [u64]],
    /// The values of each of them as whole numbers, where they are numbers or dates and a sensitive column is declared.
    pub numbers: &'a [Option<&'a [Option<i64>]>],
    /// What is known of the values of each sensitive column of the table.
    pub secrets: &'a [SecretValues],
    /// What reading found in the cells of every column.
    pub searched: &'a [SearchedColumn],
    /// What the extract says of each planned table of totals; in the order of the plan, `None` for a finished one.
    pub totals: &'a [Option<TableRecords>],
    /// The cells of each finished table of totals; in the order of the plan, `None` for a planned one.
    pub finished: &'a [FinishedTables],
    /// Records of the extract, those without a subject and suppressed ones among them.
    pub records: u64,
    /// What the scan is asked to do.
    pub plan: &'a Plan,
    /// Counts the table where that does not fit in memory, if somebody can.
    pub beyond_memory: Option<&'a dyn Counting>,
    /// What it looks at while it runs.
    pub watch: Watch<'a>,
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRun {
    /// It does not apply to this extract, in words.
    LeftOut(&'static str),
    /// The program was asked to end.
    Stopped(StopReason),
}

impl From<StopReason> for NotRun {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}

/// The page of one finding or measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its stable kebab-case name.
    pub code: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What it means for the people in the extract.
    pub meaning: &'static str,
    /// How it is computed or decided.
    pub formula: &'static str,
    /// Where the idea or the limit comes from.
    pub source: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

/// One section with every figure of the measure, explained by its page.
#[must_use]
pub fn plain_section(measure: &Measure, figures: &[Figure]) -> Vec<Section> {
    let is_own = |figure: &&Figure| figure.id.strip_prefix(measure.name).is_some_and(|rest| rest.starts_with('.'));
    let row = |figure: &Figure| SectionRow {
        figure: figure.id.clone(),
        columns: figure.columns.clone(),
        about: figure.about.clone(),
    };
    let rows: Vec<SectionRow> = figures.iter().filter(is_own).map(row).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let Page { summary, meaning, formula, action, .. } = measure.page;
    vec![Section {
        measure: measure.name.to_owned(),
        title: title_of(measure.name),
        answer: summary.to_owned(),
        rows,
        how_to_read: vec![meaning.to_owned(), formula.to_owned()],
        what_to_do: vec![action.to_owned()],
    }]
}

/// The name of a measure as a heading.
fn title_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// No section: every view has a part of its own for the measure.
#[must_use]
pub fn no_section(_: &Measure, _: &[Figure]) -> Vec<Section> {
    Vec::new()
}

/// The outcome of a measure that would need more memory than the plan allows.
#[must_use]
pub fn too_much_memory<T>(what: &str, needed: u64, plan: &Plan) -> Outcome<T> {
    too_much_memory_but(what, needed, plan, "raise it, or name fewer columns")
}

/// The same where something else would do, which `remedy` says.
#[must_use]
pub fn too_much_memory_but<T>(what: &str, needed: u64, plan: &Plan, remedy: &str) -> Outcome<T> {
    let explanation = format!(
        "{what} needs about {} MiB and `--memory` allows {} MiB; {remedy}",
        needed.div_ceil(1 << 20),
        plan.memory.unwrap_or(0) >> 20
    );
    Outcome::incomplete("memory", &explanation)
}

/// What is said of a measure that was told to end before it was done, in words.
pub(super) struct CutOff {
    pub(super) timeout: &'static str,
    pub(super) memory: &'static str,
    pub(super) work_limit: &'static str,
}

impl CutOff {
    /// The outcome of a measure that counts in `unit`. Only a wish of the user to end is an error.
    pub(super) fn outcome<T>(self, unit: Unit, measured: Result<T, StopReason>) -> Result<Outcome<T>, StopReason> {
        match measured {
            Ok(value) => Ok(Outcome::Measured { unit, value }),
            Err(StopReason::Timeout) => Ok(Outcome::incomplete("timeout", self.timeout)),
            Err(StopReason::Memory) => Ok(Outcome::incomplete("memory", self.memory)),
            Err(StopReason::WorkLimit) => Ok(Outcome::incomplete("work-limit", self.work_limit)),
            Err(StopReason::Interrupt) => Err(StopReason::Interrupt),
        }
    }
}
