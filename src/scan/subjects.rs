//! Figures of single subjects and records, for those who hold the extract: never part of a result.

use std::io::{self, Write};
use std::sync::Arc;

use crate::measure::special_uniques::{self, SingleFigure, SingleFigures, single_figures};
use crate::measure::unicity::{self, Settings};
use crate::measure::{MeasureInput, population};
use crate::plan::Plan;
use crate::result::Attacker;
use crate::stop::{Stop, StopReason, Watch};
use crate::table::{SubjectCodes, SubjectOrder, Table};

/// The lists that the plan asks for, as far as there are any.
#[derive(Debug, Default)]
pub struct Lists {
    /// One row a subject.
    pub subjects: Option<SubjectList>,
    /// One row a record.
    pub records: Option<RecordList>,
    /// One row a cell of a planned table of totals.
    pub cells: Option<super::CellList>,
}

/// One row for each subject, in the order in which subjects first occur in the extract.
///
/// It holds no cell: a subject is named by the place of its first record, so that only who has the extract can look it
/// up. It is not part of [`ScanResult`](crate::result::ScanResult), which views for others are made of.
#[derive(Debug)]
pub struct SubjectList {
    /// Known points of [`SubjectPoints::singled_out`].
    pub known_points: u32,
    /// One row for each subject.
    pub rows: Vec<SubjectRow>,
    /// Whether the rows say something of known points.
    has_points: bool,
    /// Classes and special uniques of every subject, by its number.
    classes: Option<Arc<SingleFigures>>,
    /// The individual risk of each subject of the table; empty where it was not measured.
    individual_risk: Vec<f64>,
}

/// One subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SubjectRow {
    /// The number of its first record, counted from 1 over all inputs in the order in which they were read, headings not
    /// counted.
    pub first_record: u64,
    /// Its number in the table.
    subject: u32,
    /// What known points say of it.
    pub points: SubjectPoints,
}

/// What known points say of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SubjectPoints {
    /// Its distinct points.
    pub distinct: u32,
    /// Share of its points that nobody else has; `None` without a point.
    pub alone: Option<f64>,
    /// Probability that so many of its points, drawn at random, single it out; `None` when it has fewer, or when there
    /// are too many choices to go through.
    pub singled_out: Option<f64>,
}

/// One row for each record that has a subject, in the order of the records in the extract. It holds no cell.
#[derive(Debug)]
pub struct RecordList {
    /// The number of each record of the table.
    numbers: Vec<u64>,
    classes: Arc<SingleFigures>,
    /// The individual risk of each record of the table; empty where it was not measured.
    individual_risk: Vec<f64>,
}

/// The first line: whoever opens the file sees it before anything else.
const STAMP: &str = "RESTRICTED: figures of individual subjects. Not for the recipient of the extract.";

impl SubjectList {
    /// What it is called where a result says that it is missing.
    pub const NAME: &str = "subjects";

    /// Writes it as CSV, with the stamp as its first line.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut heads = "first_record".to_owned();
        if self.has_points {
            let known = self.known_points;
            let points = format!(",distinct_points,share_of_points_alone,singled_out_at_{known}_known_points");
            heads.push_str(&points);
        }
        if let Some(classes) = &self.classes {
            heads += &heads_of_classes(classes);
        }
        heads += if self.individual_risk.is_empty() { "" } else { ",individual_risk" };
        writeln!(out, "{STAMP}\n{heads}")?;
        for row in &self.rows {
            write!(out, "{}", row.first_record)?;
            if self.has_points {
                let [alone, singled_out] = [row.points.alone, row.points.singled_out].map(shown);
                write!(out, ",{},{alone},{singled_out}", row.points.distinct)?;
            }
            if let Some(classes) = &self.classes {
                write_classes(out, &classes.of_subject(row.subject as usize))?;
            }
            if let Some(&risk) = self.individual_risk.get(row.subject as usize) {
                write!(out, ",{}", shown(Some(risk)))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

impl RecordList {
    /// What it is called where a result says that it is missing.
    pub const NAME: &str = "records";

    /// Writes it as CSV, with the stamp as its first line.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let risk = if self.individual_risk.is_empty() { "" } else { ",individual_risk" };
        writeln!(out, "{STAMP}\nrecord{}{risk}", heads_of_classes(&self.classes))?;
        let mut order: Vec<usize> = (0..self.numbers.len()).collect();
        order.sort_unstable_by_key(|&record| self.numbers[record]);
        for record in order {
            write!(out, "{}", self.numbers[record])?;
            write_classes(out, &self.classes.of_record(record))?;
            if let Some(&risk) = self.individual_risk.get(record) {
                write!(out, ",{}", shown(Some(risk)))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// The heads of what [`write_classes`] writes, each behind a comma.
fn heads_of_classes(classes: &SingleFigures) -> String {
    let msus: Vec<String> = (1..=classes.max_msu()).map(|size| format!("msus_of_{size}")).collect();
    format!(",class_size,smallest_msu,{},suda_elliot,suda_ihsn,dis_suda", msus.join(","))
}

fn write_classes(out: &mut dyn Write, figure: &SingleFigure) -> io::Result<()> {
    let smallest = figure.smallest_msu.map_or_else(String::new, |size| size.to_string());
    write!(out, ",{},{smallest}", figure.class_size)?;
    for msus in &figure.msus {
        write!(out, ",{msus}")?;
    }
    write!(out, ",{},{},{}", figure.elliot, figure.ihsn, shown(figure.dis_suda))
}

/// A figure as a cell; empty where there is none.
fn shown(figure: Option<f64>) -> String {
    figure.map_or_else(String::new, |figure| figure.to_string())
}

/// The number of the first record of each subject of the table that is made of these codes; `numbers` are those of the
/// records that have a code.
pub(super) fn first_records(subjects: &SubjectCodes, numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut first = vec![None; subjects.cardinality as usize];
    for (record, number) in (0..subjects.codes.len()).zip(numbers) {
        let code = subjects.codes.get(record);
        if subjects.missing != Some(code) {
            first[code as usize].get_or_insert(number);
        }
    }
    // Subjects of a table are numbered in the order of their codes.
    first.into_iter().flatten().collect()
}

/// The number of each record of the table that is made of these codes, in the order of the table.
pub(super) fn record_numbers(subjects: Option<&SubjectCodes>, numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let numbers: Vec<u64> = numbers.collect();
    subjects.map_or_else(|| numbers.clone(), |codes| SubjectOrder::new(codes).sorted(&numbers))
}

/// What known points say of every subject, by its number, for the first point; `None` where there is none.
///
/// # Errors
/// When the computation was told to stop: half a list would be taken for the whole one.
pub(super) fn points_of_subjects(
    table: &Table,
    settings: &Settings,
    known_points: u32,
    stop: &Stop,
) -> Result<Option<Vec<SubjectPoints>>, StopReason> {
    let Some(point) = settings.points.first() else { return Ok(None) };
    let sizes = unicity::distinct_points(table, point, stop)?;
    let alone = unicity::exposures(table, settings, point, Attacker::Uniform, 1, stop)?;
    let singled_out = unicity::exposures(table, settings, point, Attacker::Uniform, known_points, stop)?;
    let figures = sizes.into_iter().zip(alone.into_iter().zip(singled_out));
    let points = |(distinct, (alone, singled_out))| SubjectPoints { distinct, alone, singled_out };
    Ok(Some(figures.map(points).collect()))
}

/// Where the records and subjects of a table stand in the extract.
#[derive(Debug, Clone, Copy)]
pub(super) struct Positions<'a> {
    /// The number of the first record of each subject; empty unless subjects are listed.
    pub(super) first_records: &'a [u64],
    /// The number of each record of the table; empty unless records are listed.
    pub(super) record_numbers: &'a [u64],
}

/// What lists rest on, and why one is missing.
pub(super) struct Listed {
    pub(super) lists: Lists,
    pub(super) missing: Vec<(&'static str, &'static str)>,
}

/// The lists that the plan asks for. `points` are those of the subjects, where there are any.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. Any other end leaves lists out.
pub(super) fn lists(
    input: &MeasureInput<'_>,
    positions: Positions<'_>,
    points: Option<(u32, Vec<SubjectPoints>)>,
    plan: &Plan,
    stop: &Stop,
) -> Result<Listed, StopReason> {
    let &MeasureInput { table, keys, .. } = input;
    let mut listed = Listed { lists: Lists::default(), missing: Vec::new() };
    if !plan.lists.subjects && !plan.lists.records {
        return Ok(listed);
    }
    let (classes, why) = match classes(table, plan, stop) {
        Ok(classes) => (Some(Arc::new(classes)), ""),
        Err(NotListed::Stopped(StopReason::Interrupt)) => return Err(StopReason::Interrupt),
        Err(NotListed::Stopped(_)) => (None, "the time limit was reached before every subject was listed"),
        Err(NotListed::Because(reason)) => (None, reason),
    };
    let of_subject = population::individual_risks(table, &population::Settings::of(plan, keys)).unwrap_or_default();
    if plan.lists.records {
        match &classes {
            Some(classes) if positions.record_numbers.len() == table.records() => {
                let numbers = positions.record_numbers.to_vec();
                let classes = Arc::clone(classes);
                let of_record = |record: usize| of_subject.get(table.subject_of(record) as usize).copied();
                let individual_risk = (0..table.records()).map_while(of_record).collect();
                listed.lists.records = Some(RecordList { numbers, classes, individual_risk });
            }
            Some(_) => listed.missing.push((RecordList::NAME, "the records have no place in the extract")),
            None => listed.missing.push((RecordList::NAME, why)),
        }
    }
    if plan.lists.subjects {
        let is_told = positions.first_records.len() == table.subjects() && table.has_subjects();
        if !is_told {
            listed.missing.push((SubjectList::NAME, "no subject is declared"));
        } else if points.is_none() && classes.is_none() {
            listed.missing.push((SubjectList::NAME, why));
        } else {
            listed.lists.subjects = Some(SubjectList::new(positions.first_records, points, classes, of_subject));
        }
    }
    Ok(listed)
}

impl SubjectList {
    fn new(
        first_records: &[u64],
        points: Option<(u32, Vec<SubjectPoints>)>,
        classes: Option<Arc<SingleFigures>>,
        individual_risk: Vec<f64>,
    ) -> Self {
        let (known_points, has_points) = points.as_ref().map_or((0, false), |(known, _)| (*known, true));
        let of_subject = points.map_or_else(Vec::new, |(_, points)| points);
        let row = |(subject, &first_record): (u32, &u64)| SubjectRow {
            first_record,
            subject,
            points: of_subject.get(subject as usize).copied().unwrap_or_default(),
        };
        let mut rows: Vec<SubjectRow> = (0..).zip(first_records).map(row).collect();
        rows.sort_unstable_by_key(|row| row.first_record);
        Self { known_points, rows, has_points, classes, individual_risk }
    }
}

/// Why nobody is listed.
enum NotListed {
    Because(&'static str),
    Stopped(StopReason),
}

/// Classes and special uniques of everybody, or why there are none.
fn classes(table: &Table, plan: &Plan, stop: &Stop) -> Result<SingleFigures, NotListed> {
    if table.columns().is_empty() {
        return Err(NotListed::Because("no column has the role `quasi-identifier`"));
    }
    if special_uniques::exceeds(table, plan) {
        return Err(NotListed::Because("listing single records takes more work or memory than is allowed"));
    }
    let found = single_figures(table, special_uniques::settings(table, plan), Watch::quiet(stop));
    found.map_err(NotListed::Stopped)?.ok_or(NotListed::Because("there are no equivalence classes"))
}
