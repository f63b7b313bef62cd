//! Cuts a stream of text into blocks of whole records.
//!
//! A quote opens a quoted field only at the beginning of a field; inside one, line ends do not end the record and a
//! doubled quote stands for itself. A block without a quote byte is cut at its last line end without looking further.

use memchr::{memchr, memchr_iter, memrchr};

use super::error::{InputError, shown};
use super::fixed::Wrapping;
use super::left_out::LeftOut;
use super::stored::{Account, TextReader};

/// Largest record in bytes.
pub(super) const LARGEST_RECORD: usize = 64 << 20;

/// So much is kept of what the lines above the first record say. They ask for a look, whatever is found in them.
const MOST_ABOVE: usize = 16 << 20;

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordRule {
    /// The quote character, unless there is none.
    pub(super) quote: Option<u8>,
    /// What separates fields; tells where a field begins.
    pub(super) delimiter: u8,
    /// What ends a record: a line feed, or a carriage return in files that have no line feed.
    pub(super) line_end: u8,
}

/// Text of whole records, ending with a line end.
#[derive(Debug)]
pub(super) struct TextBlock {
    /// The text.
    pub(super) text: Vec<u8>,
    /// The line on which it begins, counted from 1.
    pub(super) first_line: u64,
}

/// The blocks of one file.
pub(super) struct TextBlocks<'a> {
    reader: TextReader<'a>,
    name: String,
    rule: RecordRule,
    block_bytes: usize,
    /// What followed the last whole record.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
    /// Lines above the first record that are still to come.
    skip: u64,
    /// What those say that have come.
    above: Vec<u8>,
    /// Cuts a text without line ends.
    wrapping: Option<Wrapping>,
    /// Bytes of a character that was cut off, where text is wrapped.
    cut: Vec<u8>,
}

impl<'a> TextBlocks<'a> {
    /// Blocks of about `block_bytes` each.
    pub(super) fn new(reader: TextReader<'a>, name: &str, rule: RecordRule, block_bytes: usize) -> Self {
        Self {
            reader,
            name: name.to_owned(),
            rule,
            block_bytes,
            rest: Vec::new(),
            line: 1,
            ended: false,
            skip: 0,
            above: Vec::new(),
            wrapping: None,
            cut: Vec::new(),
        }
    }

    /// The same without the first lines.
    pub(super) fn below(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// The same with a line end behind every record of so many characters.
    pub(super) fn wrapped(self, characters: Option<u64>) -> Self {
        Self { wrapping: characters.map(Wrapping::new), ..self }
    }

    /// Name of the file, fit to be shown.
    pub(super) fn name(&self) -> String {
        shown(&self.name)
    }

    /// The next block; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<TextBlock>, InputError> {
        let mut text = std::mem::take(&mut self.rest);
        loop {
            self.fill(&mut text)?;
            while self.skip > 0 && !text.is_empty() {
                self.drop_lines(&mut text)?;
            }
            let cut = last_record_end(&text, self.rule);
            if self.ended {
                return self.last(text, cut);
            }
            if cut.end > 0 {
                self.rest = Vec::with_capacity(self.block_bytes + text.len() - cut.end + 64);
                self.rest.extend_from_slice(&text[cut.end..]);
                text.truncate(cut.end);
                return Ok(Some(self.block(text)));
            }
            if text.len() > LARGEST_RECORD {
                return Err(InputError::RecordTooLong { file: shown(&self.name), line: self.line });
            }
        }
    }

    /// Reads at least a block more, and twice as much as there is, so that long records are not scanned too often.
    fn fill(&mut self, text: &mut Vec<u8>) -> Result<(), InputError> {
        let wanted = text.len() + self.block_bytes.max(text.len());
        while !self.ended && text.len() < wanted {
            let line = self.line;
            let Some(wrapping) = &mut self.wrapping else {
                self.ended = !self.reader.append(text, wanted - text.len(), line)?;
                continue;
            };
            let mut unwrapped = std::mem::take(&mut self.cut);
            self.ended = !self.reader.append(&mut unwrapped, wanted - text.len(), line)?;
            let valid = std::str::from_utf8(&unwrapped).map_or_else(|error| error.valid_up_to(), str::len);
            self.cut = unwrapped.split_off(valid);
            let fits = wrapping.append(std::str::from_utf8(&unwrapped).unwrap_or_default(), text);
            if !fits || (self.ended && !(wrapping.is_whole() && self.cut.is_empty())) {
                let problem = "its length is not a multiple of `record_length` characters";
                return Err(InputError::Unlaid { file: shown(&self.name), line, problem });
            }
        }
        Ok(())
    }

    /// Takes lines off the beginning that are no records.
    fn drop_lines(&mut self, text: &mut Vec<u8>) -> Result<(), InputError> {
        let mut start = 0;
        while self.skip > 0
            && let Some(at) = memchr(self.rule.line_end, &text[start..])
        {
            start += at + 1;
            self.line += 1;
            self.skip -= 1;
        }
        if self.skip > 0 {
            // The rest is the beginning of a line that ends later, or the end of the text.
            start = text.len();
        }
        let room = MOST_ABOVE.saturating_sub(self.above.len());
        self.above.extend_from_slice(&text[..start.min(room)]);
        text.drain(..start);
        if self.skip == 0 || self.ended { Ok(()) } else { self.fill(text) }
    }

    /// The last block, whose last line end may be missing.
    fn last(&mut self, mut text: Vec<u8>, cut: Cut) -> Result<Option<TextBlock>, InputError> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(at) = cut.open_quote {
            if cut.end > 0 {
                // The whole records come first: a mistake in them is reported before the quote.
                self.rest = text.split_off(cut.end);
                return Ok(Some(self.block(text)));
            }
            let line = self.line + self.count_lines(&text[..at]);
            return Err(InputError::OpenQuote { file: shown(&self.name), line });
        }
        if cut.end < text.len() {
            text.push(self.rule.line_end);
        }
        Ok(Some(self.block(text)))
    }

    fn block(&mut self, text: Vec<u8>) -> TextBlock {
        let first_line = self.line;
        self.line += self.count_lines(&text);
        TextBlock { text, first_line }
    }

    fn count_lines(&self, text: &[u8]) -> u64 {
        memchr_iter(self.rule.line_end, text).count() as u64
    }

    /// What the lines above the first record say, as far as it is kept, and what the compression says of itself.
    pub(super) fn aside(&self) -> LeftOut {
        let mut left_out = self.reader.aside().clone();
        self.above.split(|byte| matches!(byte, b'\n' | b'\r')).for_each(|line| left_out.keep(line));
        left_out
    }

    /// The account of the file, after its last block.
    pub(super) fn finish(self) -> Result<Account, InputError> {
        self.reader.finish()
    }
}

/// Where a text that begins with a record can be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    /// End of the last whole record.
    end: usize,
    /// The quote that is still open at the end of the text.
    open_quote: Option<usize>,
}

/// Finds the end of the last whole record.
fn last_record_end(text: &[u8], rule: RecordRule) -> Cut {
    let end_in = |from: usize, to: usize| memrchr(rule.line_end, &text[from..to]).map(|at| from + at + 1);
    let Some(quote) = rule.quote else {
        return Cut { end: end_in(0, text.len()).unwrap_or(0), open_quote: None };
    };
    let (mut end, mut outside) = (0, 0);
    let mut search = 0;
    while let Some(at) = memchr(quote, &text[search..]).map(|found| search + found) {
        if at > 0 && !begins_field(text[at - 1], rule) {
            search = at + 1;
            continue;
        }
        end = end_in(outside, at).unwrap_or(end);
        let Some(close) = closing_quote(text, at + 1, quote) else {
            return Cut { end, open_quote: Some(at) };
        };
        outside = close + 1;
        search = outside;
    }
    Cut { end: end_in(outside, text.len()).unwrap_or(end), open_quote: None }
}

/// Whether a field begins after this byte (outside of quotes).
fn begins_field(before: u8, rule: RecordRule) -> bool {
    before == rule.delimiter || before == b'\n' || before == b'\r'
}

/// The quote that closes a field whose content begins at `from`.
fn closing_quote(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut search = from;
    loop {
        let at = search + memchr(quote, &text[search..])?;
        if text.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        search = at + 2;
        if search > text.len() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, RecordRule, last_record_end};

    const RULE: RecordRule = RecordRule { quote: Some(b'"'), delimiter: b',', line_end: b'\n' };

    fn cut(text: &str) -> (usize, Option<usize>) {
        let Cut { end, open_quote } = last_record_end(text.as_bytes(), RULE);
        (end, open_quote)
    }

    #[test]
    fn line_ends_inside_quotes_do_not_end_a_record() {
        assert_eq!(cut("a,b\nc"), (4, None));
        assert_eq!(cut("a,\"b\nc\nd"), (0, Some(2)));
        assert_eq!(cut("x\n\"a\nb\",c\nd"), (10, None));
        assert_eq!(cut("x\n\"a\n\"\"b\",c"), (2, None));
    }

    #[test]
    fn a_quote_in_the_middle_of_a_field_is_a_character() {
        assert_eq!(cut("5\" pipe,b\nc"), (10, None));
        assert_eq!(cut("\"a\"b\"\nc"), (6, None));
    }

    #[test]
    fn a_quote_at_the_very_end_may_be_half_of_a_doubled_one_and_closes_for_now() {
        assert_eq!(cut("a\n\"b\"\"\n"), (2, Some(2)));
        assert_eq!(cut("a\n\"b\""), (2, None));
    }
}
