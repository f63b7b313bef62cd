//! `result.json`: written so that a person can read it and a line-based comparison stays short.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::ReportError;
use crate::printable::is_invisible;
use crate::result::{Inspection, SCHEMA_VERSION, ScanResult};

/// Lists whose elements stand on one line each: they are long, and their elements are small or there are thousands.
const ONE_LINE_ELEMENTS: [&[u8]; 4] = [b"sets", b"class_sizes", b"below", b"at_risk"];

/// The bytes of `result.json`: indented JSON that ends with a newline. The same result gives the same bytes.
///
/// # Errors
/// [`ReportError::Serialize`] when a part cannot be written as JSON, which the types rule out.
pub fn render_json(result: &ScanResult) -> Result<Vec<u8>, ReportError> {
    render(result)
}

/// What the columns of an extract are, as one JSON document.
///
/// # Errors
/// As [`render_json`].
pub fn render_inspection_json(inspection: &Inspection) -> Result<Vec<u8>, ReportError> {
    render(inspection)
}

pub(super) fn render(result: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    render_with_lines(result, &ONE_LINE_ELEMENTS)
}

/// The same with other lists whose elements stand on one line each.
pub(super) fn render_with_lines(
    result: &impl Serialize,
    one_line_elements: &'static [&'static [u8]],
) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    let formatter = ReadableFormatter { one_line_elements, ..ReadableFormatter::default() };
    let mut serializer = Serializer::with_formatter(&mut bytes, formatter);
    result.serialize(&mut serializer).map_err(|_| ReportError::Serialize)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a `result.json` of this major version.
///
/// # Errors
/// When the bytes are not JSON, not a result, or of another major version. The error names the place, never the
/// content.
pub fn read_json(bytes: &[u8]) -> Result<ScanResult, ReportError> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| place(&error))?;
    check_version(&envelope.schema_version, SCHEMA_VERSION)?;
    serde_json::from_slice(bytes).map_err(|error| place(&error))
}

/// The one field that must be known before the rest can be read.
#[derive(Deserialize)]
struct Envelope {
    schema_version: String,
}

pub(super) fn check_version(found: &str, supported: &'static str) -> Result<(), ReportError> {
    let parts: Vec<Option<u32>> = found.split('.').map(|part| part.parse().ok()).collect();
    let [Some(major), Some(minor), Some(patch)] = parts[..] else {
        return Err(ReportError::NotResult { line: 0, column: 0 });
    };
    if supported.split('.').next() == Some(major.to_string().as_str()) {
        Ok(())
    } else {
        Err(ReportError::SchemaVersion { found: format!("{major}.{minor}.{patch}"), supported })
    }
}

/// Where reading ended. Messages of the parser quote the input, so they are left behind.
pub(super) fn place(error: &serde_json::Error) -> ReportError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => ReportError::NotResult { line, column },
        Category::Syntax | Category::Eof | Category::Io => ReportError::NotJson { line, column },
    }
}

/// Indents by two blanks, and keeps each element of some lists on one line.
#[derive(Default)]
struct ReadableFormatter {
    /// Writes whatever does not stay on one line.
    indented: PrettyFormatter<'static>,
    depth: usize,
    /// How many containers deep the writer is inside an element that stays on one line; 0 elsewhere.
    flat_depth: usize,
    in_key: bool,
    key: Vec<u8>,
    /// The names of those lists.
    one_line_elements: &'static [&'static [u8]],
    /// Depths of the open lists with one line an element.
    one_line_lists: Vec<usize>,
}

impl ReadableFormatter {
    /// Goes into a container. Whether it stays on one line.
    fn enter(&mut self) -> bool {
        self.flat_depth += usize::from(self.flat_depth > 0 || self.one_line_lists.last() == Some(&self.depth));
        self.depth += 1;
        self.flat_depth > 0
    }

    /// Leaves a container. Whether it stays on one line.
    fn leave(&mut self) -> bool {
        self.depth -= 1;
        let is_flat = self.flat_depth > 0;
        self.flat_depth -= usize::from(is_flat);
        is_flat
    }

    /// What stands before a value or key on one line; none where it does not.
    fn flat_separator(&self, first: bool) -> Option<&'static [u8]> {
        (self.flat_depth > 0).then_some(if first { b"" } else { b", " })
    }
}

impl Formatter for ReadableFormatter {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let is_flat = self.enter();
        if self.one_line_elements.contains(&self.key.as_slice()) {
            self.one_line_lists.push(self.depth);
        }
        if is_flat { writer.write_all(b"[") } else { self.indented.begin_array(writer) }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.one_line_lists.pop_if(|depth| *depth == self.depth);
        if self.leave() { writer.write_all(b"]") } else { self.indented.end_array(writer) }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.flat_separator(first) {
            Some(separator) => writer.write_all(separator),
            None => self.indented.begin_array_value(writer, first),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.indented.end_array_value(writer)
    }

    /// What cannot be seen, or would steer a terminal, is written as `\u` and four digits, which means the same.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if self.in_key {
            self.key.extend_from_slice(fragment.as_bytes());
        }
        let mut plain = 0;
        for (place, character) in fragment.char_indices().filter(|&(_, character)| is_invisible(character)) {
            writer.write_all(&fragment.as_bytes()[plain..place])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = place + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.enter() { writer.write_all(b"{") } else { self.indented.begin_object(writer) }
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.leave() { writer.write_all(b"}") } else { self.indented.end_object(writer) }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.in_key = true;
        self.key.clear();
        match self.flat_separator(first) {
            Some(separator) => writer.write_all(separator),
            None => self.indented.begin_object_key(writer, first),
        }
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.indented.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.indented.end_object_value(writer)
    }
}
