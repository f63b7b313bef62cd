//! From an opened source to coded columns.
//!
//! One thread reads, hashes, decompresses and cuts text into blocks of whole records. The worker threads turn blocks
//! into cells; at the same time they code the cells of the blocks before, every column by itself and in the order of
//! the records. So each column has one dictionary, and neither codes nor errors depend on the number of threads.

use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use super::blocks::{RecordRule, TextBlock, TextBlocks};
use super::cells::CellBlock;
use super::coder::ColumnCoder;
use super::delimited::{Layout, first_record};
use super::error::{InputError, shown};
use super::extract::{Extract, ExtractColumn};
use super::ndjson::Objects;
use super::sniff::Dialect;
use super::source::{Format, Source, SourceFile};
use super::stored::{Account, TextReader};
use super::{columnar, excel};
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

/// [`read`] at a given pace.
#[expect(clippy::needless_pass_by_value, reason = "a source that may be a stream is read once")]
pub(super) fn read_at(
    pace: Pace,
    source: Source,
    wanted: &[bool],
    progress: &dyn Progress,
    stop: &Stop,
    memory: Option<u64>,
) -> Result<Extract, InputError> {
    progress.begin("read", source.bytes(), "bytes");
    let extract = read_files(pace, &source, Collector::new(&source, wanted, stop, memory), progress);
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
        let account = read_file(pace, file, &mut collector, progress)?;
        let records = collector.records - before;
        refuse_copy(&files, file, &account, records)?;
        files.push(InputFile { name: file.name.clone(), bytes: account.bytes, sha256: account.sha256, records });
    }
    collector.finish(source, files)
}

/// Refuses a file of the same bytes as one before: its records would count twice.
fn refuse_copy(before: &[InputFile], file: &SourceFile, account: &Account, records: u64) -> Result<(), InputError> {
    // Parts without records are alike and do no harm.
    let same = |other: &&InputFile| other.bytes == account.bytes && other.sha256 == account.sha256 && records > 0;
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
    /// Spellings of missing cells besides the empty one.
    pub(super) nulls: &'a [Vec<u8>],
    /// When to end early.
    pub(super) stop: &'a Stop,
    columns: &'a [String],
    /// Most bytes of codes and dictionaries.
    pub(super) memory: Option<u64>,
}

impl<'a> Collector<'a> {
    fn new(source: &'a Source, wanted: &[bool], stop: &'a Stop, memory: Option<u64>) -> Self {
        let flag = |column: usize| wanted.get(column).copied().unwrap_or(false);
        Self {
            coders: source
                .columns
                .iter()
                .enumerate()
                .map(|(place, name)| ColumnCoder::new(flag(place), name))
                .collect(),
            records: 0,
            nulls: &source.null_values,
            stop,
            columns: &source.columns,
            memory,
        }
    }

    /// Takes blocks of cells; `positions` tells for every column of the extract where it lies in the blocks.
    pub(super) fn take(&mut self, blocks: &[CellBlock], positions: &[usize]) -> Result<(), InputError> {
        let nulls = self.nulls;
        self.coders.par_iter_mut().zip(positions).with_max_len(1).for_each(|(coder, &position)| {
            for block in blocks {
                coder.take_keys(block.column(position), &block.text, nulls);
            }
        });
        self.took(blocks.iter().map(|block| block.records as u64).sum())
    }

    /// Counts records that every column has taken, and checks the limits.
    pub(super) fn took(&mut self, records: u64) -> Result<(), InputError> {
        self.records += records;
        self.stop.check()?;
        if let Some(full) = self.coders.iter().position(ColumnCoder::is_full) {
            return Err(InputError::TooManyValues { column: shown(&self.columns[full]) });
        }
        let bytes: u64 = self.coders.iter().map(ColumnCoder::bytes).sum();
        match self.memory {
            Some(limit) if bytes > limit => Err(InputError::Memory { limit, records: self.records }),
            _ => Ok(()),
        }
    }

    fn finish(self, source: &Source, files: Vec<InputFile>) -> Result<Extract, InputError> {
        let nulls = self.nulls;
        let columns: Result<Vec<ExtractColumn>, InputError> = self
            .coders
            .into_par_iter()
            .zip(&source.columns)
            .with_max_len(1)
            .map(|(coder, name)| {
                let finished = coder.finish(name, nulls)?;
                Ok(ExtractColumn {
                    name: name.clone(),
                    column_type: finished.column_type,
                    missing: finished.missing,
                    identifiers: finished.identifiers,
                    coded: finished.coded,
                })
            })
            .collect();
        Ok(Extract { files, records: self.records, columns: columns? })
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
        Format::ArrowFile => columnar::read_arrow_file(file, collector, progress),
        Format::ArrowStream => columnar::read_arrow_stream(file, collector, progress),
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
