//! From an opened source to coded columns.
//!
//! One thread reads, hashes, decompresses and cuts text into blocks of whole records. The worker threads turn blocks
//! into cells; at the same time they code the cells of the blocks before, every column by itself and in the order of
//! the records. So each column has one dictionary, and neither codes nor errors depend on the number of threads.

use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use super::blocks::{RecordRule, TextBlock, TextBlocks};
use super::cells::CellBlock;
use super::coder::{ColumnCoder, Keep};
use super::delimited::{Layout, first_record};
use super::error::{InputError, shown};
use super::extract::{Extract, ExtractColumn, FoundBeside};
use super::ndjson::Objects;
use super::places::Places;
use super::rules::CellRules;
use super::sniff::Dialect;
use super::source::{Format, Source, SourceFile};
use super::stored::{Account, TextReader};
use super::{arrow, columnar, excel};
use crate::plan::TextEncoding;
use crate::result::InputFile;
use crate::stop::{Progress, Stop};

/// How much is read at once; no result depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Text in a block, in bytes.
    pub(super) block_bytes: usize,
    /// Blocks that are parsed together.
    pub(super) blocks: usize,
}

impl Default for Pace {
    fn default() -> Self {
        // Small enough for a batch and its cells to stay in cache.
        Self { block_bytes: 1 << 18, blocks: 8 }
    }
}

/// Reads all files of a source and codes the columns that are `wanted` (one flag a column, in the order of
/// [`Source::columns`]; missing flags count as false).
///
/// The other columns are read as well: their type and missing cells are found, and damaged files are noticed.
/// `memory` limits the bytes of codes and dictionaries. Progress is counted in stored bytes.
///
/// # Errors
/// When the system refuses to read, the content does not fit the format or contradicts itself, a file changes
/// meanwhile, memory does not suffice, or `stop` is raised.
pub fn read(
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    memory: Option<u64>,
) -> Result<Extract, InputError> {
    read_at(Pace::default(), source, wanted, progress, stop, memory)
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
    memory: Option<u64>,
) -> Result<Extract, InputError> {
    let keep = keep(&source, wanted, Keep::Spare);
    read_keeping(Pace::default(), source, &keep, progress, stop, memory)
}

/// [`read`] at a given pace.
pub(super) fn read_at(
    pace: Pace,
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    memory: Option<u64>,
) -> Result<Extract, InputError> {
    let keep = keep(&source, wanted, Keep::Facts);
    read_keeping(pace, source, &keep, progress, stop, memory)
}

/// What is kept of each column; `other` for those that are not wanted. A column of a declared type is kept as well, so
/// that the record of a cell that does not fit can be told.
fn keep(source: &Source, wanted: &[bool], other: Keep) -> Vec<Keep> {
    let options = &source.options;
    let is_declared = |column: usize| {
        let name = &source.columns[column];
        options.column_types.contains_key(name) || options.column_spellings.contains_key(name)
    };
    let is_wanted = |column: usize| wanted.get(column).copied().unwrap_or(false) || is_declared(column);
    let of = |column: usize| if is_wanted(column) { Keep::Values } else { other };
    (0..source.columns.len()).map(of).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a source that may be a stream is read once")]
fn read_keeping(
    pace: Pace,
    source: Source,
    keep: &[Keep],
    progress: &dyn Progress,
    stop: &Stop,
    memory: Option<u64>,
) -> Result<Extract, InputError> {
    let _reading = stop.while_reading();
    progress.begin("read", source.bytes(), "bytes");
    let extract = read_files(pace, &source, Collector::new(&source, keep, stop, memory), progress);
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
    let mut files = Vec::with_capacity(source.files.len());
    for file in &source.files {
        collector.stop.check()?;
        let before = collector.records;
        collector.places.mark(before, None);
        collector.coders.iter_mut().for_each(|coder| coder.begin_file(&file.name));
        let account = read_file(pace, file, &mut collector, progress)?;
        let records = collector.records - before;
        refuse_copy(&files, file, &account, records)?;
        files.push(InputFile { name: file.name.clone(), bytes: account.bytes, sha256: Some(account.sha256), records });
    }
    collector.finish(source, files)
}

/// Refuses a file of the same bytes as one before: its records would count twice.
fn refuse_copy(before: &[InputFile], file: &SourceFile, account: &Account, records: u64) -> Result<(), InputError> {
    // Parts without records are alike and do no harm.
    let same = |other: &&InputFile| {
        other.bytes == account.bytes && other.sha256.as_ref() == Some(&account.sha256) && records > 0
    };
    match before.iter().find(same) {
        Some(first) => Err(InputError::SameContent { first: shown(&first.name), second: shown(&file.name) }),
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
    /// When to end early.
    pub(super) stop: &'a Stop,
    columns: &'a [String],
    places: Places,
    /// Most bytes of codes and dictionaries.
    pub(super) memory: Option<u64>,
}

impl<'a> Collector<'a> {
    fn new(source: &'a Source, keep: &[Keep], stop: &'a Stop, memory: Option<u64>) -> Self {
        let coder =
            |(name, &keep): (&String, &Keep)| ColumnCoder::new(keep, name, CellRules::new(&source.options, name));
        Self {
            coders: source.columns.iter().zip(keep).map(coder).collect(),
            records: 0,
            beside: Vec::new(),
            stop,
            columns: &source.columns,
            places: Places::default(),
            memory,
        }
    }

    /// Bytes of codes and values so far.
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
    pub(super) fn take(&mut self, blocks: &[CellBlock], positions: &[usize]) -> Result<(), InputError> {
        let mut record = self.records;
        for block in blocks {
            self.places.mark(record, block.first_line);
            record += block.records as u64;
        }
        self.coders.par_iter_mut().zip(positions).with_max_len(1).for_each(|(coder, &position)| {
            for block in blocks {
                if block.numbers.get(position).copied().unwrap_or(false) {
                    coder.note_typed_numbers();
                }
                coder.take_keys(block.column(position), &block.text);
            }
        });
        self.took(blocks.iter().map(|block| block.records as u64).sum())
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
        while self.bytes() > limit {
            if !self.let_go_of_largest() {
                return Err(InputError::Memory { limit, records: self.records });
            }
        }
        Ok(())
    }

    /// Lets the codes and values of a column go that the caller can do without; `false` when there is none.
    fn let_go_of_largest(&mut self) -> bool {
        let spare = self.coders.iter_mut().filter(|coder| coder.is_spare());
        spare.max_by_key(|coder| coder.bytes()).is_some_and(ColumnCoder::let_go)
    }

    fn finish(self, source: &Source, files: Vec<InputFile>) -> Result<Extract, InputError> {
        let (beside, places) = (self.beside, self.places);
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
                    counts: finished.counts,
                    doubt: finished.doubt,
                    text_reason: by_doubt.or(by_majority),
                    coded: finished.coded,
                })
            })
            .collect();
        // Of several mistakes that of the first column is told, whichever thread found one first.
        let columns = columns.into_iter().collect::<Result<_, _>>()?;
        Ok(Extract { files, records: self.records, columns, beside })
    }
}

/// Reads one file into the columns.
fn read_file(
    pace: Pace,
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    match file.format {
        Format::Delimited(dialect, encoding) => read_delimited(pace, file, dialect, encoding, collector, progress),
        Format::Ndjson(encoding) => read_ndjson(pace, file, encoding, collector, progress),
        Format::Parquet => columnar::read_parquet(file, collector, progress),
        Format::ArrowFile => arrow::read(file, arrow::Kind::File, collector, progress),
        Format::ArrowStream => arrow::read(file, arrow::Kind::Stream, collector, progress),
        Format::Sheet => excel::read(file, collector, progress),
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
    let reader = TextReader::open(&file.name, &file.place, file.compression, encoding, progress)?;
    let rule = RecordRule { quote: dialect.quote, delimiter: dialect.delimiter, line_end: dialect.line_end };
    let blocks = TextBlocks::new(reader, &file.name, rule, pace.block_bytes);
    let layout = Layout { file: &file.name, columns: &file.columns, dialect };
    let header = dialect.header.then_some(dialect);
    pump(pace, blocks, header, |block| layout.parse(block), |cells| collector.take(cells, &file.positions))
}

fn read_ndjson(
    pace: Pace,
    file: &SourceFile,
    encoding: TextEncoding,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let reader = TextReader::open(&file.name, &file.place, file.compression, encoding, progress)?;
    let rule = RecordRule { quote: None, delimiter: b',', line_end: b'\n' };
    let blocks = TextBlocks::new(reader, &file.name, rule, pace.block_bytes);
    let objects = Objects::new(&file.name, &file.columns);
    pump(pace, blocks, None, |block| objects.parse(block), |cells| collector.take(cells, &file.positions))
}

/// Moves the text of a file through `parse` and the cells through `take`, both on the worker threads.
fn pump(
    pace: Pace,
    mut blocks: TextBlocks<'_>,
    mut header: Option<Dialect>,
    parse: impl Fn(TextBlock) -> Result<CellBlock, InputError> + Sync,
    mut take: impl FnMut(&[CellBlock]) -> Result<(), InputError> + Send,
) -> Result<Account, InputError> {
    let internal = InputError::Internal { file: blocks.name() };
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(pace.blocks);
        let reader = scope.spawn(move || {
            while let Some(mut block) = blocks.next()? {
                if let Some(dialect) = header
                    && drop_header(&mut block, dialect)
                {
                    header = None;
                }
                // Nobody listens any more after an error, which is reported there.
                if !block.text.is_empty() && sender.send(block).is_err() {
                    return Ok(None);
                }
            }
            blocks.finish().map(Some)
        });
        let mut cells = Vec::new();
        loop {
            let batch = receive(&receiver, pace.blocks);
            let (taken, parsed) = rayon::join(
                || if cells.is_empty() { Ok(()) } else { take(&cells) },
                || batch.into_par_iter().map(&parse).collect::<Vec<_>>(),
            );
            taken?;
            // The first mistake in the order of the records is the one reported.
            cells = parsed.into_iter().collect::<Result<Vec<_>, _>>()?;
            if cells.is_empty() {
                break;
            }
        }
        drop(receiver);
        let account = reader.join().unwrap_or(Ok(None))?;
        account.ok_or(internal)
    })
}

/// The next blocks, at most `most`; none at the end.
fn receive(receiver: &Receiver<TextBlock>, most: usize) -> Vec<TextBlock> {
    receiver.iter().take(most).collect()
}

/// Takes the header off the first block that is not blank; `false` when this one is.
fn drop_header(block: &mut TextBlock, dialect: Dialect) -> bool {
    let (record, end) = first_record(&block.text, dialect);
    block.first_line += memchr::memchr_iter(dialect.line_end, &block.text[..end]).count() as u64;
    block.text.drain(..end);
    !record.is_empty()
}
