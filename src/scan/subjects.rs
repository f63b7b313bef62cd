//! Figures of single subjects, for those who hold the extract: never part of a result.

use std::fmt::Write as _;

use crate::measure::unicity::{self, Settings};
use crate::result::Attacker;
use crate::stop::{Stop, StopReason};
use crate::table::{SubjectCodes, Table};

/// One row for each subject, in the order in which subjects first occur in the extract.
///
/// It holds no cell: a subject is named by the place of its first record, so that only who has the extract can look it
/// up. It is not part of [`ScanResult`](crate::result::ScanResult), which views for others are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectList {
    /// Known points of [`SubjectRow::singled_out`].
    pub known_points: u32,
    /// One row for each subject.
    pub rows: Vec<SubjectRow>,
}

/// One subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SubjectRow {
    /// The number of its first record, counted from 1 over all inputs in the order in which they were read, headings not
    /// counted.
    pub first_record: u64,
    /// Its distinct points.
    pub points: u32,
    /// Share of its points that nobody else has; `None` without a point.
    pub alone: Option<f64>,
    /// Probability that so many of its points, drawn at random, single it out; `None` when it has fewer, or when there
    /// are too many choices to go through.
    pub singled_out: Option<f64>,
}

/// The first line: whoever opens the file sees it before anything else.
const STAMP: &str = "RESTRICTED: figures of individual subjects. Not for the recipient of the extract.";

impl SubjectList {
    /// What it is called where a result says that it is missing.
    pub const NAME: &str = "subjects";

    /// As CSV, with the stamp as its first line.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let known = self.known_points;
        let mut text = format!(
            "{STAMP}\nfirst_record,distinct_points,share_of_points_alone,singled_out_at_{known}_known_points\n"
        );
        for row in &self.rows {
            let figure = |figure: Option<f64>| figure.map_or_else(String::new, |figure| figure.to_string());
            let [alone, singled_out] = [row.alone, row.singled_out].map(figure);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{},{alone},{singled_out}", row.first_record, row.points);
        }
        text.into_bytes()
    }
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

/// The figures of every subject for the first point; `None` where there is none.
///
/// # Errors
/// When the computation was told to stop: half a list would be taken for the whole one.
pub(super) fn list_subjects(
    table: &Table,
    settings: &Settings,
    first_records: &[u64],
    known_points: u32,
    stop: &Stop,
) -> Result<Option<SubjectList>, StopReason> {
    let Some(point) = settings.points.first().filter(|_| first_records.len() == table.subjects()) else {
        return Ok(None);
    };
    let sizes = unicity::distinct_points(table, point, stop)?;
    let alone = unicity::exposures(table, settings, point, Attacker::Uniform, 1, stop)?;
    let singled_out = unicity::exposures(table, settings, point, Attacker::Uniform, known_points, stop)?;
    let figures = first_records.iter().zip(sizes).zip(alone.into_iter().zip(singled_out));
    let mut rows: Vec<SubjectRow> = figures
        .map(|((&first_record, points), (alone, singled_out))| SubjectRow { first_record, points, alone, singled_out })
        .collect();
    rows.sort_unstable_by_key(|row| row.first_record);
    Ok(Some(SubjectList { known_points, rows }))
}
