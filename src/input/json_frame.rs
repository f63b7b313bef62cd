//! Where the objects of a JSON text begin and end, so that it can be cut into blocks of whole ones.
//!
//! Three layouts hold records: one object a line, one list of objects, and objects one after the other with any white
//! space between them. Of the latter two only strings and braces are looked at here; what stands in an object is parsed
//! by worker threads.

use memchr::{memchr_iter, memchr2, memchr3};

use super::blocks::{LARGEST_RECORD, TextBlock};
use super::error::{InputError, shown};
use super::left_out::LeftOut;
use super::stored::{Account, TextReader};

/// How the records of a JSON text are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonLayout {
    /// One object a line.
    Lines,
    /// One list of objects.
    List,
    /// Objects one after the other.
    Series,
}

/// What may come next in a list or a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The bracket that begins the list.
    Begin,
    /// An object, or the end of the list.
    First,
    /// An object.
    Object,
    /// A comma, or the end of the list.
    Comma,
    /// An object, or the end of the text.
    Any,
    /// The end of the text.
    End,
}

/// What was seen of a list or a series so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    next: Next,
}

impl Frame {
    pub(super) fn new(layout: JsonLayout) -> Self {
        Self { next: if layout == JsonLayout::List { Next::Begin } else { Next::Any } }
    }

    /// The end of the last whole object in a text that goes on where the last one was cut. What stands between objects
    /// becomes blank.
    ///
    /// # Errors
    /// The place of a byte that fits nowhere.
    pub(super) fn cut(&mut self, text: &mut [u8]) -> Result<usize, usize> {
        let mut at = 0;
        loop {
            at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(&byte) = text.get(at) else { return Ok(at) };
            self.next = match (self.next, byte) {
                (Next::First | Next::Object | Next::Any, b'{') => {
                    let Some(end) = object_end(text, at) else { return Ok(at) };
                    at = end;
                    if self.next == Next::Any { Next::Any } else { Next::Comma }
                }
                (next, byte) => {
                    text[at] = b' ';
                    match (next, byte) {
                        (Next::Begin, b'[') => Next::First,
                        (Next::Comma, b',') => Next::Object,
                        (Next::First | Next::Comma, b']') => Next::End,
                        _ => return Err(at),
                    }
                }
            };
        }
    }

    /// Whether the text may end here.
    pub(super) fn is_closed(self) -> bool {
        matches!(self.next, Next::Any | Next::End)
    }
}

/// The end of the object that begins at `from`.
fn object_end(text: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    loop {
        at += memchr3(b'"', b'{', b'}', text.get(at..)?)?;
        match text[at] {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => at = string_end(text, at + 1)?,
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The quote that ends the string whose content begins at `from`.
fn string_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Blocks of whole objects of one file.
pub(super) struct JsonBlocks<'a> {
    reader: TextReader<'a>,
    name: String,
    frame: Frame,
    block_bytes: usize,
    /// What followed the last whole object.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<'a> JsonBlocks<'a> {
    /// Blocks of about `block_bytes` each.
    pub(super) fn new(reader: TextReader<'a>, name: &str, layout: JsonLayout, block_bytes: usize) -> Self {
        let frame = Frame::new(layout);
        Self { reader, name: name.to_owned(), frame, block_bytes, rest: Vec::new(), line: 1, ended: false }
    }

    /// Name of the file, fit to be shown.
    pub(super) fn name(&self) -> String {
        shown(&self.name)
    }

    /// The next block; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<TextBlock>, InputError> {
        let mut text = std::mem::take(&mut self.rest);
        loop {
            let wanted = text.len() + self.block_bytes.max(text.len());
            while !self.ended && text.len() < wanted {
                let missing = wanted - text.len();
                self.ended = !self.reader.append(&mut text, missing, self.line)?;
            }
            let cut = self.frame.cut(&mut text).map_err(|at| self.no_object(&text[..at]))?;
            if cut > 0 {
                self.rest = text.split_off(cut);
                let first_line = self.line;
                self.line += memchr_iter(b'\n', &text).count() as u64;
                return Ok(Some(TextBlock { text, first_line }));
            }
            if self.ended {
                return if text.is_empty() && self.frame.is_closed() { Ok(None) } else { Err(self.cut_off()) };
            }
            if text.len() > LARGEST_RECORD {
                return Err(InputError::RecordTooLong { file: shown(&self.name), line: self.line });
            }
        }
    }

    fn no_object(&self, before: &[u8]) -> InputError {
        let line = self.line + memchr_iter(b'\n', before).count() as u64;
        InputError::NotAnObject { file: shown(&self.name), line }
    }

    fn cut_off(&self) -> InputError {
        let problem = "it ends before its last record or its list is closed";
        InputError::Format { file: shown(&self.name), format: "JSON", problem }
    }

    /// What the compression says of itself.
    pub(super) fn aside(&self) -> LeftOut {
        self.reader.aside().clone()
    }

    /// The account of the file, after its last block.
    pub(super) fn finish(self) -> Result<Account, InputError> {
        self.reader.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, JsonLayout};

    /// The text up to the cut, and whether it may end there.
    fn cut(layout: JsonLayout, text: &str) -> Result<(String, bool), usize> {
        let mut bytes = text.as_bytes().to_vec();
        let mut frame = Frame::new(layout);
        let end = frame.cut(&mut bytes)?;
        Ok((String::from_utf8(bytes[..end].to_vec()).unwrap(), frame.is_closed()))
    }

    #[test]
    fn a_list_is_cut_behind_its_last_whole_object() {
        let list = |text| cut(JsonLayout::List, text);
        assert_eq!(list("[{\"a\":1}, {\"b\""), Ok((" {\"a\":1}  ".to_owned(), false)));
        assert_eq!(list("[{\"a\":\"}]\\\"{\"}]\n"), Ok((" {\"a\":\"}]\\\"{\"} \n".to_owned(), true)));
        assert_eq!(list("[ ]"), Ok(("   ".to_owned(), true)));
        for (text, at) in [("{}", 0), ("[1]", 1), ("[{} {}]", 4), ("[{},]", 4), ("[{}] 2", 5), ("[,{}]", 1)] {
            assert_eq!(list(text), Err(at), "{text}");
        }
    }

    #[test]
    fn a_series_has_nothing_but_objects() {
        let series = |text| cut(JsonLayout::Series, text);
        assert_eq!(series("{\"a\":\n1}\n{\"a\":{}}{"), Ok(("{\"a\":\n1}\n{\"a\":{}}".to_owned(), true)));
        assert_eq!(series("{},{}"), Err(2));
    }

    #[test]
    fn where_a_text_is_cut_first_changes_nothing() {
        let text = "[ {\"a\": \"x\\\\\"}, {\"b\": {\"c\": \"]\"}},\n{\"d\": [1, {}]} ]";
        for first in 0..text.len() {
            let mut frame = Frame::new(JsonLayout::List);
            let mut begin = text.as_bytes()[..first].to_vec();
            let end = frame.cut(&mut begin).unwrap();
            let mut rest = begin.split_off(end);
            rest.extend_from_slice(&text.as_bytes()[first..]);
            assert_eq!(frame.cut(&mut rest), Ok(rest.len()), "{first}");
            assert!(frame.is_closed(), "{first}");
        }
    }
}
