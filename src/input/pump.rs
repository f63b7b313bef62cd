//! From the text of a file to blocks of cells.
//!
//! One thread reads, hashes, decompresses and cuts text into blocks of whole records. The worker threads turn blocks into
//! cells; at the same time those of the blocks before are taken.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use super::blocks::{TextBlock, TextBlocks};
use super::delimited::first_record;
use super::error::InputError;
use super::json_frame::JsonBlocks;
use super::left_out::{LeftOut, Width, is_rule};
use super::sniff::Dialect;
use super::stored::Account;
use super::tail::Tail;
use crate::result::NoRecord;

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

/// What stands around the records of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) dialect: Dialect,
    pub(super) width: Width,
}

/// Text in blocks of whole records.
pub(super) trait Blocks: Send {
    /// Name of the file, fit to be shown.
    fn name(&self) -> String;
    /// The next block; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<TextBlock>, InputError>;
    /// What was passed over above the first record, and what the compression says of itself.
    fn aside(&self) -> LeftOut;
    /// The account of the file, after its last block.
    fn finish(self) -> Result<Account, InputError>;
}

/// A reader of blocks is such a one.
macro_rules! blocks {
    ($reader:ident) => {
        impl Blocks for $reader<'_> {
            fn name(&self) -> String {
                $reader::name(self)
            }

            fn next(&mut self) -> Result<Option<TextBlock>, InputError> {
                $reader::next(self)
            }

            fn aside(&self) -> LeftOut {
                $reader::aside(self)
            }

            fn finish(self) -> Result<Account, InputError> {
                $reader::finish(self)
            }
        }
    };
}

blocks!(TextBlocks);
blocks!(JsonBlocks);

/// Moves the text of a file through `parse` and the cells through `take`, both on the worker threads.
pub(super) fn pump<Cells: Send + Sync>(
    pace: Pace,
    mut blocks: impl Blocks,
    frame: Option<Frame>,
    parse: impl Fn(TextBlock) -> Result<Cells, InputError> + Sync,
    mut take: impl FnMut(&[Cells]) -> Result<(), InputError> + Send,
) -> Result<(Account, LeftOut), InputError> {
    let internal = InputError::Internal { file: blocks.name() };
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(pace.blocks);
        let reader = scope.spawn(move || {
            let mut unframed = Unframed::new(frame);
            // Nobody listens any more after an error, which is reported there.
            let ended = loop {
                match blocks.next() {
                    Ok(Some(block)) => {
                        if unframed.take(block).is_some_and(|block| sender.send(block).is_err()) {
                            return Ok(None);
                        }
                    }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            let (rest, mut left_out) = unframed.finish(ended.is_ok());
            left_out.merge(blocks.aside());
            if rest.into_iter().any(|block| !block.text.is_empty() && sender.send(block).is_err()) {
                return Ok(None);
            }
            // The blocks before a mistake come first: a mistake in them is reported before it.
            ended?;
            blocks.finish().map(|account| Some((account, left_out)))
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

/// Takes what stands around the records off the blocks of a text.
struct Unframed {
    /// Under which the heading is still to come.
    heading: Option<Frame>,
    tail: Option<Tail>,
    left_out: LeftOut,
}

impl Unframed {
    fn new(frame: Option<Frame>) -> Self {
        let mut left_out = LeftOut::default();
        if let Some(Frame { dialect, .. }) = frame {
            let names_delimiter = u64::from(dialect.names_delimiter);
            left_out.add(NoRecord::NamesDelimiter, names_delimiter);
            left_out.add(NoRecord::Above, dialect.skip - names_delimiter - dialect.like_records);
            left_out.add(NoRecord::LikeRecord, dialect.like_records);
            left_out.add(NoRecord::EmptyColumn, u64::from(dialect.is_closed));
        }
        Self {
            heading: frame.filter(|frame| frame.dialect.header),
            tail: frame.map(|frame| Tail::new(frame.dialect, frame.width)),
            left_out,
        }
    }

    /// Takes the next block, and gives one back that has records and is not the end.
    fn take(&mut self, mut block: TextBlock) -> Option<TextBlock> {
        if let Some(frame) = self.heading
            && drop_header(&mut block, frame, &mut self.left_out)
        {
            self.heading = None;
        }
        let block = if block.text.is_empty() { return None } else { block };
        match &mut self.tail {
            Some(tail) => tail.push(block),
            None => Some(block),
        }
    }

    /// The rest, and what was left out. `is_whole` says that the text was read to its end.
    fn finish(mut self, is_whole: bool) -> (VecDeque<TextBlock>, LeftOut) {
        let left_out = &mut self.left_out;
        let rest = self.tail.map(|tail| if is_whole { tail.finish(left_out) } else { tail.held() }).unwrap_or_default();
        (rest, self.left_out)
    }
}

/// The next blocks, at most `most`; none at the end.
fn receive(receiver: &Receiver<TextBlock>, most: usize) -> Vec<TextBlock> {
    receiver.iter().take(most).collect()
}

/// Takes the header off the first block that is not blank, and a line of dashes under it; `false` when this one is blank.
fn drop_header(block: &mut TextBlock, frame: Frame, left_out: &mut LeftOut) -> bool {
    let Frame { dialect, width } = frame;
    let line_end = |from: usize| {
        memchr::memchr(dialect.line_end, &block.text[from..]).map_or(block.text.len(), |at| from + at + 1)
    };
    let mut start = 0;
    while let Some(comment) = dialect.comment
        && block.text[start..].starts_with(comment.bytes())
    {
        let end = line_end(start);
        let line = &block.text[start..end];
        left_out.add_line(width.declared(NoRecord::Comment, line, dialect), line);
        start = end;
    }
    let (record, length) = first_record(&block.text[start..], dialect);
    // A separator of several bytes is looked for later; its fields are not quoted, so that a line is a record.
    let mut end = start + length;
    let next = line_end(end);
    if !record.is_empty() && is_rule(block.text[end..next].trim_ascii()) {
        end = next;
        left_out.add(NoRecord::Rule, 1);
    }
    block.first_line += memchr::memchr_iter(dialect.line_end, &block.text[..end]).count() as u64;
    block.text.drain(..end);
    !record.is_empty()
}
