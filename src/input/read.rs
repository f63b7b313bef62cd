//! From an opened source to coded columns.
//!
//! Text comes in blocks of cells (`pump`), which the worker threads code, every column by itself and in the order of the
//! records. So each column has one dictionary, and neither codes nor errors depend on the number of threads.

use std::borrow::Borrow;
use std::sync::Arc;

use rayon::prelude::*;

use super::beside::Outside;
use super::blocks::{RecordRule, TextBlocks};
use super::cells::CellBlock;
use super::coder::{ColumnCoder, Keep};
use super::delimited::Layout;
use super::error::{InputError, shown};
use super::extract::{Extract, ExtractColumn, FoundBeside};
use super::fixed::FixedRecords;
use super::json_frame::{JsonBlocks, JsonLayout};
use super::json_keys::LINES;
use super::left_out::{LeftOut, Width};
use super::ndjson::{JsonCells, Objects};
use super::places::Places;
use super::pump::{Frame, Pace, pump};
use super::rules::CellRules;
use super::sniff::Dialect;
use super::source::{Format, Source, SourceFile};
use super::stored::{Account, TextReader};
use super::{arrow, aside, columnar, excel};
use crate::plan::{FixedField, InputOptions, TextEncoding};
use crate::result::InputFile;
use crate::stop::{Progress, Stop};
use crate::table::Ground;

/// What reading may hold.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// Most bytes of codes and dictionaries in memory.
    pub memory: Option<u64>,
    /// Where codes go that take much of it.
    pub ground: Option<Arc<dyn Ground>>,
}

impl From<Option<u64>> for Allowance {
    fn from(memory: Option<u64>) -> Self {
        Self { memory, ground: None }
    }
}

/// Codes move to the ground when they take more than the limit of memory divided by this: what is made from them later, several
/// times as much, must fit as well.
const PARTS_FOR_CODES: u64 = 8;

/// Reads all files of a source and codes the columns that are `wanted` (one flag a column, in the order of
/// [`Source::columns`]; missing flags count as false).
///
/// The other columns are read as well: their type and missing cells are found, and damaged files are noticed.
/// `allowance` limits the bytes of codes and dictionaries: the memory limit alone, or with it a ground for codes. Progress is
/// counted in stored bytes.
///
/// # Errors
/// When the system refuses to read, the content does not fit the format or contradicts itself, a file changes
/// meanwhile, memory does not suffice, or `stop` is raised.
pub fn read(
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    allowance: impl Into<Allowance>,
) -> Result<Extract, InputError> {
    read_at(Pace::default(), source, wanted, progress, stop, allowance)
}

/// [`read`], and codes the other columns too as long as memory allows.
///
/// # Errors
/// As [`read`]; never because of a column that is neither wanted nor of a declared type.
pub fn read_all(
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    allowance: impl Into<Allowance>,
) -> Result<Extract, InputError> {
    let keep = keep(&source, wanted, Keep::Spare);
    read_keeping(Pace::default(), source, &keep, progress, stop, allowance.into())
}

/// [`read`] at a given pace.
pub(super) fn read_at(
    pace: Pace,
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    allowance: impl Into<Allowance>,
) -> Result<Extract, InputError> {
    let keep = keep(&source, wanted, Keep::Facts);
    read_keeping(pace, source, &keep, progress, stop, allowance.into())
}

/// What is kept of each column; `other` for those that are not wanted. A column of a declared type is kept as well, so
/// that the record of a cell that does not fit can be told.
fn keep(source: &Source, wanted: &[bool], other: Keep) -> Vec<Keep> {
    let options = &source.options;
    let is_declared = |column: usize| {
        let name = &source.columns[column];
        options.column_types.contains_key(name) || options.column_spellings.contains_key(name)
    };
    let is_wanted = |column: usize| wanted.get(column).copied().unwrap_or(false);
    let is_guessed = |column: usize| source.guessed.contains(&source.columns[column]);
    let of = |column: usize| match (is_declared(column), is_wanted(column)) {
        (false, false) => other,
        (false, true) if is_guessed(column) => Keep::Guessed,
        _ => Keep::Values,
    };
    (0..source.columns.len()).map(of).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a source that may be a stream is read once")]
fn read_keeping(
    pace: Pace,
    source: Source,
    keep: &[Keep],
    progress: &dyn Progress,
    stop: &Stop,
    allowance: Allowance,
) -> Result<Extract, InputError> {
    let _reading = stop.while_reading();
    progress.begin("read", source.bytes(), "bytes");
    let extract = read_files(pace, &source, Collector::new(&source, keep, stop, allowance), progress);
    progress.end();
    extract
}

/// Reads the files one after the other.
fn read_files(
    pace: Pace,
    source: &Source,
    mut collector: Collector<'_>,
    progress: &dyn Progress,
) -> Result<Extract, InputError> {
    let mut files: Vec<InputFile> = Vec::with_capacity(source.files.len());
    // Told with the first file, for they belong to none.
    collector.left_out.merge(aside::left_out(&source.skipped));
    for file in &source.files {
        collector.stop.check()?;
        let before = collector.records;
        collector.places.mark(before, None);
        collector.coders.iter_mut().for_each(|coder| coder.begin_file(&file.name));
        collector.left_out.merge(file.left_out.clone());
        collector.search_left_out();
        let account = read_file(pace, file, &source.options, &mut collector, progress)
            .map_err(|error| file.place.blame(&file.name, error))?;
        let records = collector.records - before;
        refuse_copy(source.files.iter().zip(&files), file, &account, records)?;
        collector.take_partitions(file, records)?;
        files.push(InputFile {
            name: file.name.clone(),
            bytes: account.bytes,
            sha256: Some(account.sha256),
            records,
            left_out: std::mem::take(&mut collector.left_out).lines(),
        });
    }
    collector.finish(source, files)
}

/// Refuses a file of the same bytes as one before: its records would count twice.
fn refuse_copy<'file>(
    mut before: impl Iterator<Item = (&'file SourceFile, &'file InputFile)>,
    file: &SourceFile,
    account: &Account,
    records: u64,
) -> Result<(), InputError> {
    // Parts without records are alike and do no harm; those of other folders are other records.
    let same = |(source, other): &(&SourceFile, &InputFile)| {
        let same_bytes = other.bytes == account.bytes && other.sha256.as_ref() == Some(&account.sha256);
        same_bytes && records > 0 && source.partitions == file.partitions
    };
    match before.find(same) {
        Some((_, first)) => Err(InputError::SameContent { first: shown(&first.name), second: shown(&file.name) }),
        None => Ok(()),
    }
}

/// Takes cells into columns.
pub(super) struct Collector<'a> {
    /// The columns of the extract.
    pub(super) coders: Vec<ColumnCoder>,
    /// Records so far.
    pub(super) records: u64,
    /// Identifiers found beside the cells.
    pub(super) beside: Vec<FoundBeside>,
    /// What leaves with the files and is no cell.
    pub(super) outside: Outside,
    /// The same of each column.
    pub(super) outside_of: Vec<Outside>,
    /// What was left out of the file that is read.
    pub(super) left_out: LeftOut,
    /// When to end early.
    pub(super) stop: &'a Stop,
    columns: &'a [String],
    places: Places,
    /// Most bytes of codes and dictionaries in memory.
    pub(super) memory: Option<u64>,
    /// Where codes go that take much of it.
    ground: Option<Arc<dyn Ground>>,
}

impl<'a> Collector<'a> {
    fn new(source: &'a Source, keep: &[Keep], stop: &'a Stop, allowance: Allowance) -> Self {
        let coder =
            |(name, &keep): (&String, &Keep)| ColumnCoder::new(keep, name, CellRules::new(&source.options, name));
        Self {
            coders: source.columns.iter().zip(keep).map(coder).collect(),
            records: 0,
            beside: Vec::new(),
            outside: Outside::default(),
            outside_of: source.columns.iter().map(|name| Outside::of_column(name)).collect(),
            left_out: LeftOut::default(),
            stop,
            columns: &source.columns,
            places: Places::default(),
            memory: allowance.memory,
            ground: allowance.ground,
        }
    }

    /// Takes notice of what was left out of a file, whose account is handed on.
    fn keep(&mut self, account: Account, left_out: LeftOut) -> Account {
        self.left_out.merge(left_out);
        self.search_left_out();
        account
    }

    /// Searches what was left out so far.
    pub(super) fn search_left_out(&mut self) {
        for text in self.left_out.take_texts() {
            self.outside.take(&text);
        }
    }

    /// Bytes of memory that codes and values take so far.
    pub(super) fn bytes(&self) -> u64 {
        self.coders.iter().map(ColumnCoder::bytes).sum()
    }

    /// Ends with a sentence where `bytes` more than the columns hold are not allowed.
    pub(super) fn afford(&self, bytes: u64) -> Result<(), InputError> {
        let Some(limit) = self.memory else { return Ok(()) };
        if self.bytes().saturating_add(bytes) <= limit {
            return Ok(());
        }
        Err(InputError::Memory { limit, records: self.records })
    }

    /// Whether as many columns may be decoded at once as there are threads, or one after the other. `held` are bytes
    /// that stay meanwhile, `needed` those that each column takes, ascending.
    ///
    /// # Errors
    /// When not even one after the other may be.
    pub(super) fn afford_together(&self, held: u64, needed: &[u64]) -> Result<bool, InputError> {
        let sum =
            |columns: usize| needed.iter().rev().take(columns).fold(held, |sum, bytes| sum.saturating_add(*bytes));
        if self.afford(sum(rayon::current_num_threads())).is_ok() {
            return Ok(true);
        }
        self.afford(sum(1)).map(|()| false)
    }

    /// Takes blocks of cells; `positions` tells for every column of the extract where it lies in the blocks.
    pub(super) fn take<Block>(&mut self, blocks: &[Block], positions: &[usize]) -> Result<(), InputError>
    where
        Block: Borrow<CellBlock> + Sync,
    {
        let mut record = self.records;
        for block in blocks.iter().map(Borrow::borrow) {
            self.places.mark(record, block.first_line);
            record += block.records as u64;
        }
        self.coders.par_iter_mut().zip(positions).with_max_len(1).for_each(|(coder, &position)| {
            for block in blocks {
                let block = block.borrow();
                if block.numbers.get(position).copied().unwrap_or(false) {
                    coder.note_typed_numbers();
                }
                coder.take_keys(block.column(position), &block.text);
            }
        });
        for block in blocks {
            self.left_out.merge(block.borrow().left_out.clone());
        }
        self.search_left_out();
        self.took(blocks.iter().map(|block| block.borrow().records as u64).sum())
    }

    /// Takes cells of JSON records. A column with nested values is let go, unless it is wanted.
    fn take_json(&mut self, file: &SourceFile, blocks: &[JsonCells]) -> Result<(), InputError> {
        let nested = blocks.iter().flat_map(|block| &block.nested);
        for &(place, line) in nested {
            let column = file.positions.iter().position(|&position| position == place);
            let coder = column.and_then(|column| self.coders.get_mut(column));
            if coder.is_some_and(|coder| coder.is_coded() && !coder.pass_over()) {
                let column = shown(&file.columns[place]);
                return Err(InputError::NestedKey { file: shown(&file.name), column, line });
            }
        }
        for &place in blocks.iter().flat_map(|block| &block.unread) {
            let column = file.positions.iter().position(|&position| position == place);
            if let Some(coder) = column.and_then(|column| self.coders.get_mut(column)) {
                coder.note_unread();
            }
        }
        self.take(blocks, &file.positions)
    }

    /// Takes the columns that stand in the names of the folders of a file that had so many records.
    fn take_partitions(&mut self, file: &SourceFile, records: u64) -> Result<(), InputError> {
        let count = usize::try_from(records).unwrap_or(usize::MAX);
        for (coder, partition) in self.coders[file.positions.len()..].iter_mut().zip(&file.partitions) {
            coder.take_repeated(&partition.cell, count);
        }
        self.took(0)
    }

    /// Counts records that every column has taken, and checks the limits.
    pub(super) fn took(&mut self, records: u64) -> Result<(), InputError> {
        self.records += records;
        self.stop.check()?;
        while let Some(full) = self.coders.iter().position(ColumnCoder::is_full) {
            if !self.coders[full].let_go() {
                return Err(InputError::TooManyValues { column: shown(&self.columns[full]) });
            }
        }
        let Some(limit) = self.memory else { return Ok(()) };
        self.make_room(limit);
        while self.bytes() > limit {
            if !self.let_go_of_largest() {
                return Err(InputError::Memory { limit, records: self.records });
            }
        }
        Ok(())
    }

    /// Brings the codes of all columns to the ground as soon as they take much of the memory.
    fn make_room(&mut self, limit: u64) {
        let Some(ground) = &self.ground else { return };
        let codes: u64 = self.coders.iter().map(ColumnCoder::code_bytes).sum();
        if codes > limit / PARTS_FOR_CODES {
            self.coders.iter_mut().for_each(|coder| coder.move_to(ground));
        }
    }

    /// Lets the codes and values of a column go that the caller can do without; `false` when there is none.
    fn let_go_of_largest(&mut self) -> bool {
        let spare = self.coders.iter_mut().filter(|coder| coder.is_spare());
        spare.max_by_key(|coder| coder.bytes()).is_some_and(ColumnCoder::let_go)
    }

    fn finish(self, source: &Source, files: Vec<InputFile>) -> Result<Extract, InputError> {
        let (mut beside, places) = (self.beside, self.places);
        let columns: Vec<Result<ExtractColumn, InputError>> = self
            .coders
            .into_par_iter()
            .zip(&source.columns)
            .with_max_len(1)
            .map(|(coder, name)| {
                let finished = coder.finish(name, &places, &files)?;
                let by_majority = finished.majority.map(|most| most.sentence(&places.of(most.first_other, &files)));
                let by_doubt = finished.doubt.map(|doubt| doubt.sentence().to_owned());
                Ok(ExtractColumn {
                    name: name.clone(),
                    column_type: finished.column_type,
                    missing: finished.missing,
                    identifiers: finished.identifiers,
                    unread: finished.unread,
                    counts: finished.counts,
                    doubt: finished.doubt,
                    text_reason: by_doubt.or(by_majority),
                    coded: finished.coded,
                })
            })
            .collect();
        // Of several mistakes that of the first column is told, whichever thread found one first.
        let columns: Vec<ExtractColumn> = columns.into_iter().collect::<Result<_, _>>()?;
        let of_columns = self.outside_of.iter().zip(&columns);
        beside.extend(of_columns.filter_map(|(outside, column)| outside.found(&column.identifiers)));
        beside.extend(self.outside.found(&[]));
        Ok(Extract { files, records: self.records, columns, beside, joined: Vec::new() })
    }
}

/// Reads one file into the columns.
fn read_file(
    pace: Pace,
    file: &SourceFile,
    options: &InputOptions,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    match file.format {
        Format::Delimited(dialect, encoding) => read_delimited(pace, file, dialect, encoding, collector, progress),
        Format::Fixed(dialect, encoding) => read_fixed(pace, file, dialect, encoding, options, collector, progress),
        Format::Ndjson(encoding, layout) => read_ndjson(pace, file, encoding, layout, collector, progress),
        Format::Parquet => columnar::read_parquet(file, collector, progress),
        Format::ArrowFile => arrow::read(file, arrow::Kind::File, collector, progress),
        Format::ArrowStream => arrow::read(file, arrow::Kind::Stream, collector, progress),
        Format::Sheet => excel::read(file, options, collector, progress),
    }
}

fn read_delimited(
    pace: Pace,
    file: &SourceFile,
    dialect: Dialect,
    encoding: TextEncoding,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let blocks = text_blocks(pace, file, dialect, encoding, progress)?;
    let layout = Layout { file: &file.name, columns: &file.columns, dialect };
    let frame = Frame { dialect, width: Width::Fields(file.columns.len()) };
    let left_out =
        pump(pace, blocks, Some(frame), |block| layout.parse(block), |cells| collector.take(cells, &file.positions));
    left_out.map(|(account, left_out)| collector.keep(account, left_out))
}

fn read_fixed(
    pace: Pace,
    file: &SourceFile,
    dialect: Dialect,
    encoding: TextEncoding,
    options: &InputOptions,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let blocks = text_blocks(pace, file, Dialect { quote: None, ..dialect }, encoding, progress)?;
    let blocks = blocks.wrapped(options.record_length);
    let records = FixedRecords { file: &file.name, fields: &options.layout, dialect };
    let width = Width::Characters(options.layout.last().map_or(0, FixedField::end));
    let frame = Frame { dialect: Dialect { header: false, ..dialect }, width };
    let left_out =
        pump(pace, blocks, Some(frame), |block| records.parse(&block), |cells| collector.take(cells, &file.positions));
    left_out.map(|(account, left_out)| collector.keep(account, left_out))
}

/// The text of a file in blocks, from its first record on.
fn text_blocks<'a>(
    pace: Pace,
    file: &SourceFile,
    dialect: Dialect,
    encoding: TextEncoding,
    progress: &'a dyn Progress,
) -> Result<TextBlocks<'a>, InputError> {
    let reader = TextReader::open(&file.name, &file.place, file.compression, encoding, progress)?;
    let rule = RecordRule { quote: dialect.quote, delimiter: dialect.delimiter, line_end: dialect.line_end };
    Ok(TextBlocks::new(reader, &file.name, rule, pace.block_bytes).below(dialect.skip))
}

fn read_ndjson(
    pace: Pace,
    file: &SourceFile,
    encoding: TextEncoding,
    layout: JsonLayout,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let reader = TextReader::open(&file.name, &file.place, file.compression, encoding, progress)?;
    let objects = Objects::new(&file.name, &file.columns, layout);
    let parse = |block| objects.parse(block);
    let take = |cells: &[JsonCells]| collector.take_json(file, cells);
    if layout == JsonLayout::Lines {
        let blocks = TextBlocks::new(reader, &file.name, LINES, pace.block_bytes);
        let read = pump(pace, blocks, None, parse, take);
        return read.map(|(account, left_out)| collector.keep(account, left_out));
    }
    let blocks = JsonBlocks::new(reader, &file.name, layout, pace.block_bytes);
    let read = pump(pace, blocks, None, parse, take);
    read.map(|(account, left_out)| collector.keep(account, left_out))
}
