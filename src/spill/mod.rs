//! Beyond memory: coded columns lie in mapped files, and the records of a table go to files in parts and come back part by part.
//!
//! [`FileGround`] gives columns their room. Counting that does not fit beside them is the work of [`Spill`].
//! The steps are those of [`crate::table::exchange`]; this room carries the rows. Sets with few possible classes are counted in
//! memory, from the table; all others by their leads. What is written are codes, numbers of subjects and class sizes, never a
//! value of a cell. The counts are those of memory.

mod error;
mod files;
#[cfg(unix)]
mod ground;
#[cfg(not(unix))]
#[path = "no_ground.rs"]
mod ground;
#[cfg(unix)]
mod mapped;
#[cfg(test)]
mod test;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

pub use error::SpillError;
pub use ground::FileGround;

use crate::plan::{grouped, shown_name};
use crate::stop::{StopReason, Watch};
use crate::table::exchange::{
    CountPlan, Emit, ExchangeError, Kind, Limits, Query, Row, Shape, Side, Step, answers, plan, records_of, route, step,
};
use crate::table::{ColumnSet, Counting, SetCounts, Table, count_within};
use files::{Folder, RowFile};

/// With less than this beside the table, parts would be too small to be worth a file.
const LEAST_BYTES: u64 = 16 << 20;

/// What the program and its libraries hold beside the table. A limit that leaves less than [`LEAST_LIMIT`] is one of coded
/// columns, as it is where memory is watched.
const PROGRAM_BYTES: u64 = 48 << 20;
const LEAST_LIMIT: u64 = 80 << 20;

/// More in one part makes nothing faster.
const MOST_PART_BYTES: u64 = 1 << 30;

/// Sets that are counted in one exchange: the smallest classes of a subject take a byte for each of them.
const SETS_AT_A_TIME: usize = 256;

/// Counts in files what does not fit in memory.
#[derive(Debug)]
pub struct Spill {
    folder: PathBuf,
    /// Bytes that the process may hold.
    memory: u64,
    /// Fewest parts of each exchange; more than one is for tests.
    fewest_parts: u32,
    failed: Mutex<Option<SpillError>>,
}

impl Spill {
    /// Files in this folder, for a process that may hold so many bytes.
    #[must_use]
    pub fn new(folder: PathBuf, memory: u64) -> Self {
        Self { folder, memory, fewest_parts: 1, failed: Mutex::new(None) }
    }

    /// Whether there is room beside the table for parts of it.
    #[must_use]
    pub fn has_room_for(&self, table: &Table) -> bool {
        self.room(table) >= LEAST_BYTES
    }

    /// Counts this table.
    #[must_use]
    pub fn over<'a>(&'a self, table: &'a Table) -> Spilled<'a> {
        Spilled { spill: self, table }
    }

    /// Why counting ended as if interrupted, if that is what happened.
    #[must_use]
    pub fn failure(&self) -> Option<SpillError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes beside the table.
    fn room(&self, table: &Table) -> u64 {
        let program = PROGRAM_BYTES.min(self.memory.saturating_sub(LEAST_LIMIT));
        (self.memory - program).saturating_sub(table.bytes() as u64)
    }

    fn name(&self) -> String {
        shown_name(&self.folder.to_string_lossy())
    }

    fn fail(&self, error: SpillError) -> ExchangeError {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        ExchangeError::NotCarried
    }

    fn failed_at(&self, error: &std::io::Error, written: u64) -> ExchangeError {
        self.fail(SpillError::of_writing(self.name(), error, written))
    }

    /// The reason to end, with what failed kept.
    fn reason(&self, error: ExchangeError) -> StopReason {
        match error {
            ExchangeError::Stopped(reason) => return reason,
            ExchangeError::Damaged(reason) => {
                self.fail(SpillError::Damaged { folder: self.name(), reason });
            }
            ExchangeError::NotCarried => {}
        }
        StopReason::Interrupt
    }

    fn limits(&self, table: &Table) -> Limits {
        let room = self.room(table);
        let threads = rayon::current_num_threads() as u64;
        Limits {
            // By subject nothing is counted but hot codes; sets of few classes never come here.
            dense_cells: (room / (96 * threads)).min(1 << 20),
            all_dense_cells: room / 32,
            group_cells: usize::try_from(room / (64 * threads)).unwrap_or(usize::MAX).min(1 << 20),
            part_bytes: (room / 4).min(MOST_PART_BYTES),
            fewest_parts: self.fewest_parts,
        }
    }

    /// Counts sets that do not fit in memory, all in one exchange.
    fn exchanged(&self, table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, ExchangeError> {
        let shape = Shape::of(table);
        let plan = plan(&shape, &[Query::Classes(sets.to_vec())], self.limits(table));
        let folder = Folder::new(&self.folder).map_err(|error| self.failed_at(&error, 0))?;
        let needed = shape.records * (plan.routed_bytes_a_record() + plan.minima_bytes_a_record());
        // Codes are compressed to a third at best.
        if let Some(free) = folder.free_bytes().filter(|free| *free < needed / 3) {
            return Err(self.fail(SpillError::TooSmall { folder: self.name(), free, needed }));
        }
        watch.progress.begin(
            &format!("write up to {} MiB to the spill folder", grouped(needed.div_ceil(1 << 20))),
            Some(shape.records),
            "records",
        );
        let mut run = Run { spill: self, plan: &plan, folder: &folder, written: 0, watch, rows: Vec::new() };
        let mut files = run.route(table)?;
        watch.progress.end();
        watch.progress.begin("count", Some(u64::from(plan.parts())), "parts");
        let side = run.cells(&files)?;
        let minima = run.classes(&mut files)?;
        run.finish(&files, &minima, side.as_ref())?;
        watch.progress.end();
        Ok(answers(&plan, run.rows.into_iter().map(Ok))?.pop().unwrap_or_default())
    }
}

/// Counts one table, in files what does not fit in memory.
#[derive(Debug)]
pub struct Spilled<'a> {
    spill: &'a Spill,
    table: &'a Table,
}

impl Counting for Spilled<'_> {
    fn count_sets(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        let &Self { spill, table } = self;
        let mut counts = count_within(table, sets, spill.room(table) / 2, watch)?;
        let places: Vec<usize> = (0..sets.len()).filter(|&place| counts[place].is_none()).collect();
        for places in places.chunks(SETS_AT_A_TIME) {
            let large: Vec<ColumnSet> = places.iter().map(|&place| sets[place].clone()).collect();
            let counted = spill.exchanged(table, &large, watch).map_err(|error| spill.reason(error))?;
            for (&place, counted) in places.iter().zip(counted) {
                counts[place] = Some(counted);
            }
        }
        let whole: Option<Vec<SetCounts>> = counts.into_iter().collect();
        whole.ok_or_else(|| spill.reason(ExchangeError::Damaged("a set was not counted")))
    }
}

/// One exchange under way.
struct Run<'a> {
    spill: &'a Spill,
    plan: &'a CountPlan,
    folder: &'a Folder,
    written: u64,
    watch: Watch<'a>,
    /// What the answers are made of.
    rows: Vec<Row>,
}

impl Run<'_> {
    fn file(&self) -> Result<RowFile, ExchangeError> {
        self.folder.file().map_err(|error| self.spill.failed_at(&error, self.written))
    }

    /// Records that are routed together: few enough for the memory, and enough for blobs that compress well.
    fn stretch(&self, table: &Table) -> usize {
        let room = self.spill.room(table) / 8 / 64;
        usize::try_from(room).unwrap_or(usize::MAX).clamp(1 << 14, 1 << 20)
    }

    /// Sends all records to their parts; one file for the subjects, and one for each exchange.
    fn route(&mut self, table: &Table) -> Result<Vec<RowFile>, ExchangeError> {
        let mut files = Vec::new();
        for _ in 0..=self.plan.exchanges() {
            files.push(self.file()?);
        }
        let stretch = self.stretch(table);
        for start in (0..table.records()).step_by(stretch) {
            self.watch.stop.check()?;
            let range = start..(start + stretch).min(table.records());
            let records = range.len() as u64;
            let (spill, plan, before) = (self.spill, self.plan, self.written);
            let mut written = 0;
            route(plan, &records_of(table, range), &mut |row| {
                written += row.blob.len() as u64;
                let file = &mut files[plan.exchange_of(row.part).map_or(0, |exchange| exchange + 1)];
                file.push(&row).map_err(|error| spill.failed_at(&error, before + written))
            })?;
            self.written += written;
            self.watch.progress.advance(records);
        }
        for file in &mut files {
            file.flush().map_err(|error| self.spill.failed_at(&error, self.written))?;
        }
        Ok(files)
    }

    /// Runs a step over the rows of some files with the same part.
    fn step(
        &self,
        which: Step,
        part: u32,
        files: &[&RowFile],
        side: Option<&Side>,
        emit: Emit<'_>,
    ) -> Result<(), ExchangeError> {
        let rows = files.iter().flat_map(|file| file.rows(part));
        let rows = rows.map(|row| row.map_err(|error| self.spill.failed_at(&error, self.written)));
        step(which, self.plan, side, rows, emit, self.watch.stop)
    }

    /// Hot codes, by subject.
    fn cells(&mut self, files: &[RowFile]) -> Result<Option<Side>, ExchangeError> {
        if !self.plan.has_cells() {
            return Ok(None);
        }
        let mut cells = self.file()?;
        for part in 0..self.plan.subject_parts() {
            let mut emit = |row: Row| cells.push(&row).map_err(|error| self.spill.failed_at(&error, self.written));
            self.step(Step::Cells, part, &[&files[0]], None, &mut emit)?;
        }
        cells.flush().map_err(|error| self.spill.failed_at(&error, self.written))?;
        self.written += cells.bytes();
        let (mut sums, mut sizes) = (Vec::new(), Vec::new());
        for item in 0..self.plan.items() {
            let mut emit = |row: Row| {
                let rows = if row.kind == Kind::Cells { &mut sums } else { &mut sizes };
                rows.push(row);
                Ok(())
            };
            self.step(Step::Merge, item, &[&cells], None, &mut emit)?;
        }
        self.rows.append(&mut sizes);
        if self.plan.has_subjects() { Side::new(self.plan, sums.into_iter().map(Ok)).map(Some) } else { Ok(None) }
    }

    /// Whole classes, part by part. The file of an exchange goes when its parts are counted.
    fn classes(&mut self, files: &mut Vec<RowFile>) -> Result<RowFile, ExchangeError> {
        let mut minima = self.file()?;
        let mut part = self.plan.subject_parts();
        for (exchange, file) in files.split_off(1).into_iter().enumerate() {
            let end = self.plan.parts_end(exchange);
            while part < end {
                let mut sizes = Vec::new();
                let mut emit = |row: Row| {
                    if row.kind == Kind::Minima {
                        return minima.push(&row).map_err(|error| self.spill.failed_at(&error, self.written));
                    }
                    sizes.push(row);
                    Ok(())
                };
                self.step(Step::Classes, part, &[&file], None, &mut emit)?;
                self.rows.append(&mut sizes);
                self.watch.progress.advance(1);
                part += 1;
            }
        }
        minima.flush().map_err(|error| self.spill.failed_at(&error, self.written))?;
        self.written += minima.bytes();
        Ok(minima)
    }

    /// The smallest class of each subject.
    fn finish(&mut self, files: &[RowFile], minima: &RowFile, side: Option<&Side>) -> Result<(), ExchangeError> {
        if !self.plan.has_subjects() {
            return Ok(());
        }
        for part in 0..self.plan.subject_parts() {
            let mut rows = Vec::new();
            let mut emit = |row: Row| {
                rows.push(row);
                Ok(())
            };
            self.step(Step::Finish, part, &[&files[0], minima], side, &mut emit)?;
            self.rows.append(&mut rows);
            self.watch.progress.advance(1);
        }
        Ok(())
    }
}
