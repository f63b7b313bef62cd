//! What the parts of gathered records say of themselves, and what follows for all of them.
//!
//! Each tells how many subjects and records it has, and in which columns they vary ([`Work::Survey`](super::Work::Survey)). From that
//! follows which columns are static, which gaps are filled, and the number that the subjects of each part begin with; the same
//! records, numbered, are routed for counting ([`Work::Number`](super::Work::Number)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::blob;
use super::gather::{GatherPlan, GatheredColumn, Spelling, TOGETHER, records_of_part};
use super::route::{Records, route};
use super::{ColumnShape, CountPlan, Emit, ExchangeError, Kind, Row, Shape};
use crate::result::Variability::{Event, Static};
use crate::table::{Codes, Column, ColumnOutline, Outline, Variation};

/// What is known of the subjects once every part was surveyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// The number that the subjects of each part begin with, and one more than the last of all.
    first_subjects: Vec<u32>,
    /// For each column, whether the gaps of subjects with one value are filled.
    filled: Vec<bool>,
}

/// What a survey found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The table as it will be counted.
    pub outline: Outline,
    /// For each column, how many subjects vary in it; `None` without subjects.
    pub variations: Vec<Option<Variation>>,
    /// For each column, whether any record has a value.
    pub has_value: Vec<bool>,
    /// Records in which no column has a value. They stand for nobody who could be found, and are in no class.
    pub blank_records: u64,
    /// Whether subjects may be the same that are told apart: a file would read their names as numbers or dates.
    pub has_odd_subjects: bool,
    /// How the records are numbered.
    pub numbering: Numbering,
}

/// What a part tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct PartSurvey {
    records: u64,
    records_without_subject: u64,
    blank_records: u64,
    subjects: u64,
    spelling: Spelling,
    columns: Vec<ColumnSurvey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct ColumnSurvey {
    /// Cells that are missing.
    gaps: u64,
    /// Those that are left where the gaps of subjects with one value are filled.
    lasting_gaps: u64,
    /// Whether each subject has one value, a missing cell being one.
    is_constant: bool,
    comparable: u64,
    varying: u64,
}

/// [`Work::Survey`](super::Work::Survey) of one part.
pub(super) fn survey_part(
    plan: &GatherPlan,
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let keyed = records_of_part(plan, rows)?;
    let mut survey = PartSurvey {
        records: keyed.records as u64,
        records_without_subject: keyed.without_subject,
        blank_records: keyed.blank,
        spelling: keyed.spelling,
        ..PartSurvey::default()
    };
    let table = keyed.into_table(plan)?;
    survey.subjects = table.subjects() as u64;
    for (place, column) in table.columns().iter().enumerate() {
        let Variation { comparable, varying } = table.variation(place).unwrap_or_default();
        survey.columns.push(ColumnSurvey {
            gaps: gaps(column),
            lasting_gaps: 0,
            is_constant: table.constant_per_subject(place).unwrap_or(true),
            comparable,
            varying,
        });
    }
    let filled = table.settled(&vec![Some(false); plan.columns.len()]);
    for (survey, column) in survey.columns.iter_mut().zip(filled.columns()) {
        survey.lasting_gaps = gaps(column);
    }
    let text = serde_json::to_vec(&survey).map_err(|_| ExchangeError::Damaged("a survey could not be written"))?;
    emit(Row { part, kind: Kind::Survey, blob: blob::pack(&text)? })
}

fn gaps(column: &Column) -> u64 {
    column.values().filter(|&code| Some(code) == column.missing).count() as u64
}

/// [`Work::Number`](super::Work::Number) of one part: numbers its subjects, fills gaps, and routes its records.
pub(super) fn number_part(
    (plan, numbering, count): (&GatherPlan, &Numbering, &CountPlan),
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let damaged = ExchangeError::Damaged("a part is not of the plan");
    let place = |part: usize| numbering.first_subjects.get(part).copied();
    let (first, end) =
        if plan.has_subjects { place(part as usize).zip(place(part as usize + 1)).ok_or(damaged)? } else { (0, 0) };
    let table = records_of_part(plan, rows)?.into_table(plan)?;
    if table.has_subjects() && table.subjects() as u64 != u64::from(end.saturating_sub(first)) {
        return Err(ExchangeError::Damaged("a part has not the subjects that it had"));
    }
    let varies: Vec<Option<bool>> = numbering.filled.iter().map(|&filled| Some(!filled)).collect();
    let table = table.settled(&varies);
    let number = |&subject: &u32| subject + first;
    let subjects: Option<Vec<u32>> = table.subject_of_record().map(|subjects| subjects.iter().map(number).collect());
    if count.subjects.is_some_and(|all| end > all) {
        return Err(ExchangeError::Damaged("a subject is not of the plan"));
    }
    let columns: Vec<&Codes> = table.columns().iter().map(|column| &column.codes).collect();
    for start in (0..table.records()).step_by(TOGETHER) {
        let range = start..(start + TOGETHER).min(table.records());
        route(count, &Records { subjects: subjects.as_deref(), columns: columns.clone(), range }, emit)?;
    }
    Ok(())
}

impl Survey {
    /// What must be known of the table before it is counted; `records_by_code` are those of each column. Gaps that will be
    /// filled may still be among them: which code is how frequent moves time and memory, never a count.
    #[must_use]
    pub fn shape(&self, plan: &GatherPlan, records_by_code: &[Vec<u64>]) -> Shape {
        let column = |(column, records): (&GatheredColumn, &Vec<u64>)| {
            ColumnShape::new(column.name.clone(), column.missing, records.iter().copied())
        };
        Shape {
            columns: plan.columns.iter().zip(records_by_code).map(column).collect(),
            records: self.outline.records,
            subjects: self.outline.subjects.and_then(|subjects| u32::try_from(subjects).ok()),
        }
    }

    /// What the rows of all parts say together.
    ///
    /// # Errors
    /// [`ExchangeError::Damaged`] when a row is damaged or came twice, or when they do not add up to so many records.
    pub fn of(
        plan: &GatherPlan,
        rows: impl Iterator<Item = Result<Row, ExchangeError>>,
        records: u64,
    ) -> Result<Self, ExchangeError> {
        let parts = surveys(plan, rows)?;
        let sum = |of: fn(&PartSurvey) -> u64| parts.values().map(of).sum::<u64>();
        let counted = sum(|part| part.records);
        let records_without_subject = sum(|part| part.records_without_subject);
        let blank_records = sum(|part| part.blank_records);
        if counted + records_without_subject + blank_records != records {
            return Err(ExchangeError::Damaged("records got lost or were gathered twice"));
        }
        let columns: Vec<ColumnSurvey> =
            (0..plan.columns.len()).map(|place| together(parts.values().map(|part| part.columns[place]))).collect();
        let first_subjects = if plan.has_subjects { first_subjects(plan, &parts)? } else { vec![0] };
        let subjects = first_subjects.last().map(|&subjects| u64::from(subjects)).filter(|_| plan.has_subjects);
        let settled: Vec<(ColumnOutline, bool)> =
            plan.columns.iter().zip(&columns).map(|(column, survey)| survey.settled(column, plan, counted)).collect();
        let variation = |column: &ColumnSurvey| {
            plan.has_subjects.then_some(Variation { comparable: column.comparable, varying: column.varying })
        };
        let filled = settled.iter().map(|(_, filled)| *filled).collect();
        let spelling = parts.values().map(|part| part.spelling).fold(Spelling::default(), Spelling::and);
        Ok(Self {
            outline: Outline {
                records: counted,
                records_without_subject,
                subjects,
                columns: settled.into_iter().map(|(outline, _)| outline).collect(),
            },
            variations: columns.iter().map(variation).collect(),
            has_value: columns.iter().map(|column| column.gaps < counted).collect(),
            blank_records,
            has_odd_subjects: spelling.may_hide_one(),
            numbering: Numbering { first_subjects, filled },
        })
    }
}

/// What each part says of itself.
fn surveys(
    plan: &GatherPlan,
    rows: impl Iterator<Item = Result<Row, ExchangeError>>,
) -> Result<BTreeMap<u32, PartSurvey>, ExchangeError> {
    let mut parts = BTreeMap::new();
    for row in rows {
        let row = row?;
        if row.kind != Kind::Survey || row.part >= plan.parts {
            return Err(ExchangeError::Damaged("a row is no survey of a part"));
        }
        let survey: PartSurvey = serde_json::from_slice(&blob::unpack(&row.blob)?)
            .map_err(|_| ExchangeError::Damaged("a survey cannot be read"))?;
        if survey.columns.len() != plan.columns.len() || parts.insert(row.part, survey).is_some() {
            return Err(ExchangeError::Damaged("a part was surveyed twice, or otherwise than planned"));
        }
    }
    Ok(parts)
}

/// The number that the subjects of each part begin with, and one more than the last of all.
fn first_subjects(plan: &GatherPlan, parts: &BTreeMap<u32, PartSurvey>) -> Result<Vec<u32>, ExchangeError> {
    let mut first_subjects = vec![0];
    let mut subjects = 0_u32;
    for part in 0..plan.parts {
        let more = u32::try_from(parts.get(&part).map_or(0, |part| part.subjects)).ok();
        let too_many = ExchangeError::Damaged("there are more subjects than can be numbered");
        subjects = more.and_then(|more| subjects.checked_add(more)).ok_or(too_many)?;
        first_subjects.push(subjects);
    }
    Ok(first_subjects)
}

fn together(parts: impl Iterator<Item = ColumnSurvey>) -> ColumnSurvey {
    let empty = ColumnSurvey { is_constant: true, ..ColumnSurvey::default() };
    parts.fold(empty, |all, one| ColumnSurvey {
        gaps: all.gaps + one.gaps,
        lasting_gaps: all.lasting_gaps + one.lasting_gaps,
        is_constant: all.is_constant && one.is_constant,
        comparable: all.comparable + one.comparable,
        varying: all.varying + one.varying,
    })
}

impl ColumnSurvey {
    /// The column as it will be counted, and whether its gaps are filled: the rule of
    /// [`Table::settled`](crate::table::Table::settled).
    fn settled(&self, column: &GatheredColumn, plan: &GatherPlan, records: u64) -> (ColumnOutline, bool) {
        let found = Variation { comparable: self.comparable, varying: self.varying }.variability();
        let declared = column.varies.map(|varies| if varies { Event } else { Static });
        let variability = (plan.has_subjects && self.gaps < records).then(|| declared.unwrap_or(found));
        let filled = variability.is_some_and(|variability| variability != Event);
        let outline = ColumnOutline {
            name: column.name.clone(),
            has_missing: if filled { self.lasting_gaps > 0 } else { self.gaps > 0 },
            // Where gaps are filled, only subjects of several values are not of one.
            constant_per_subject: plan.has_subjects.then_some(if filled {
                self.varying == 0
            } else {
                self.is_constant
            }),
            variability,
        };
        (outline, filled)
    }
}
