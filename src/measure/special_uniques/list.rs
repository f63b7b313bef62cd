//! Figures of single records and subjects, for those who hold the extract: never part of a result.

use super::scores::{Scale, elliot, ihsn, score, weights};
use super::statistics::{scale_of, signatures};
use super::{Settings, count, undefined};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, MinimalCounts, Table, classes_of_records};

/// What is known of every record and subject.
#[derive(Debug)]
pub struct SingleFigures {
    classes: Vec<u32>,
    /// The smallest class of the records of each subject; empty without subjects.
    of_subject: Vec<u32>,
    of_records: MinimalCounts,
    of_subjects: Option<MinimalCounts>,
    elliot: Vec<f64>,
    ihsn: Vec<f64>,
    scale: Option<Scale>,
}

/// The figures of one record or subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleFigure {
    /// Subjects in its class on all quasi-identifiers; of a subject the smallest class of its records.
    pub class_size: u32,
    /// Columns of its smallest MSU.
    pub smallest_msu: Option<usize>,
    /// Its MSUs of 1, 2, … columns.
    pub msus: Vec<u16>,
    /// SUDA score with the weights of Elliot et al.
    pub elliot: f64,
    /// SUDA score with the weights of the IHSN.
    pub ihsn: f64,
    /// DIS-SUDA score; `None` where it is undefined.
    pub dis_suda: Option<f64>,
}

/// Counts the figures of everybody anew; `None` where the measure is undefined.
///
/// # Errors
/// The reason, when the computation was told to stop: half a list would be taken for the whole one.
///
/// # Panics
/// As [`measure`](super::measure).
pub fn single_figures(
    table: &Table,
    settings: Settings,
    watch: Watch<'_>,
) -> Result<Option<SingleFigures>, StopReason> {
    if undefined::<()>(table, settings.missing).is_some() {
        return Ok(None);
    }
    let counted = count(table, settings, watch)?;
    let columns = table.columns().len();
    let sizes = counted.minimal.of_records.sizes();
    let of_units = counted.minimal.of_subjects.as_ref().unwrap_or(&counted.minimal.of_records);
    let scale = scale_of(table, settings, &counted, &signatures(of_units, table.subjects()));
    watch.stop.check()?;
    let classes = classes_of_records(table, &ColumnSet::new(0..columns));
    let smallest = |subject: u32| table.records_of(subject).map(|record| classes[record]).min().unwrap_or(0);
    let subjects = if table.has_subjects() { table.subjects() } else { 0 };
    Ok(Some(SingleFigures {
        of_subject: (0..).take(subjects).map(smallest).collect(),
        classes,
        elliot: weights(elliot, columns, sizes),
        ihsn: weights(ihsn, columns, sizes),
        of_records: counted.minimal.of_records,
        of_subjects: counted.minimal.of_subjects,
        scale,
    }))
}

impl SingleFigures {
    /// The largest MSUs that were searched.
    #[must_use]
    pub fn max_msu(&self) -> usize {
        self.of_records.sizes()
    }

    /// Of a record of the table.
    ///
    /// # Panics
    /// When there is no such record.
    #[must_use]
    pub fn of_record(&self, record: usize) -> SingleFigure {
        self.of(&self.of_records, record, self.classes[record])
    }

    /// Of a subject of the table; without subjects of a record.
    ///
    /// # Panics
    /// When there is no such subject.
    #[must_use]
    pub fn of_subject(&self, subject: usize) -> SingleFigure {
        match &self.of_subjects {
            Some(counts) => self.of(counts, subject, self.of_subject[subject]),
            None => self.of_record(subject),
        }
    }

    fn of(&self, counts: &MinimalCounts, member: usize, class_size: u32) -> SingleFigure {
        let msus = counts.signature(member);
        let (elliot, ihsn) = (score(&msus, &self.elliot), score(&msus, &self.ihsn));
        SingleFigure {
            class_size,
            smallest_msu: counts.smallest(member),
            elliot,
            ihsn,
            dis_suda: self.scale.map(|scale| scale.of(elliot)),
            msus,
        }
    }
}
