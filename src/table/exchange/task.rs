//! What a process of a cluster is told to do with the rows that it is given: plain data that travels to it first.

use serde::{Deserialize, Serialize};

use super::gather::{Gatherer, Spell};
use super::survey::{number_part, survey_part};
use super::{CountPlan, Emit, ExchangeError, GatherPlan, Kind, Numbering, Row, Side, Step, for_each_part, step};
use crate::stop::Stop;

/// One kind of work, with everything that must be known for it beside the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The version of the program that planned it; another one refuses it.
    pub version: String,
    /// What to do.
    pub work: Work,
}

/// What to do with rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Rows of [`Kind::Batch`]: sends each record to the part of its subject.
    Gather(GatherPlan),
    /// All gathered rows of some parts: what each says of itself.
    Survey(GatherPlan),
    /// The same rows: numbers the subjects, fills gaps, and routes the records for counting.
    Number {
        /// Who gathered them.
        gather: GatherPlan,
        /// Which number is whose.
        numbering: Numbering,
        /// Who counts what.
        count: CountPlan,
    },
    /// A step of counting.
    Count(CountPlan),
}

/// The steps of [`Work::Count`] by their number, from 1 on.
const STEPS: [Step; 4] = [Step::Cells, Step::Merge, Step::Classes, Step::Finish];

impl Task {
    /// A task for programs of this version.
    #[must_use]
    pub fn new(work: Work) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), work }
    }

    /// Whether this version of the program planned it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.version == env!("CARGO_PKG_VERSION")
    }

    /// Works on rows, of which those of one part are neighbours. `number` chooses the step of [`Work::Count`]: cells,
    /// merge, classes, finish, from 1 on. Before the rows of the last come the sums of cells. `spell` looks at the names of
    /// subjects.
    ///
    /// # Errors
    /// As [`step`].
    pub fn run(
        &self,
        number: u32,
        rows: impl Iterator<Item = Result<Row, ExchangeError>>,
        spell: Spell<'_>,
        emit: Emit<'_>,
        stop: &Stop,
    ) -> Result<(), ExchangeError> {
        match &self.work {
            Work::Gather(plan) => {
                let mut gatherer = Gatherer::new(plan)?;
                for row in rows {
                    stop.check()?;
                    gatherer.take(&row?, spell, emit)?;
                }
                gatherer.send(emit)
            }
            Work::Survey(plan) => for_each_part(rows, |part, rows| survey_part(plan, part, rows, emit)),
            Work::Number { gather, numbering, count } => {
                for_each_part(rows, |part, rows| number_part((gather, numbering, count), part, rows, emit))
            }
            Work::Count(plan) => {
                let which = (number as usize).checked_sub(1).and_then(|place| STEPS.get(place).copied());
                let which = which.ok_or(ExchangeError::Damaged("a step has no such number"))?;
                let mut rows = rows.peekable();
                let side = if which == Step::Finish {
                    let is_sum =
                        |row: &Result<Row, ExchangeError>| row.as_ref().is_ok_and(|row| row.kind == Kind::Cells);
                    let sums = std::iter::from_fn(|| rows.next_if(is_sum));
                    plan.has_cells().then(|| Side::new(plan, sums)).transpose()?
                } else {
                    None
                };
                step(which, plan, side.as_ref(), rows, emit, stop)
            }
        }
    }
}
