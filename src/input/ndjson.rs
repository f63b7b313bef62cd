//! JSON records: one object a line, in a list, or one after the other (`json_frame`).
//!
//! The keys are the columns, see `json_keys`. An object may lack a key, whose cell is then missing; it may not bring one
//! that is no column. Numbers keep the text they are written with; `true` and `false` are booleans. An object within an
//! object gives cells of the columns `key.inner`. Other nested values have no spelling: a column with one is refused
//! where it is wanted, and passed over where it is not.
//!
//! Keys may be values, as in `{"anna": 3}`. So keys are shown only once they are column names, and too many different
//! ones are refused.

use std::borrow::{Borrow, Cow};
use std::collections::{HashMap, HashSet};
use std::fmt;

use memchr::{memchr, memchr_iter};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::blocks::TextBlock;
use super::cells::{CellBlock, CellBlockBuilder, LONGEST_CELL};
use super::delimited::check_text;
use super::error::{InputError, shown};
use super::json_frame::JsonLayout;

/// Objects whose keys become columns of a stream.
pub(super) const SAMPLE_OBJECTS: usize = 1000;

/// A key and its raw value.
pub(super) type Field<'text> = (Cow<'text, str>, &'text RawValue);

/// Takes every object of a text, which begins on the line `first_line`, with the line it begins on.
///
/// # Errors
/// The line of the first thing that is no object.
pub(super) fn each_object<'text>(
    text: &'text str,
    first_line: u64,
    layout: JsonLayout,
    mut take: impl FnMut(u64, Vec<Field<'text>>),
) -> Result<(), u64> {
    let taken = try_each_object(text, first_line, layout, |line, fields| {
        take(line, fields);
        Ok(())
    });
    taken.map_err(|(line, _): (u64, Option<()>)| line)
}

/// [`each_object`], until `take` refuses one: its reason comes with the line.
fn try_each_object<'text, E>(
    text: &'text str,
    first_line: u64,
    layout: JsonLayout,
    mut take: impl FnMut(u64, Vec<Field<'text>>) -> Result<(), E>,
) -> Result<(), (u64, Option<E>)> {
    if layout == JsonLayout::Lines {
        for (line, content) in (first_line..).zip(text.split('\n')) {
            if !content.trim().is_empty() {
                let fields = fields(content).ok_or((line, None))?;
                take(line, fields).map_err(|reason| (line, Some(reason)))?;
            }
        }
        return Ok(());
    }
    let (mut at, mut line) = (0, first_line);
    loop {
        let blank = text[at..].len() - text[at..].trim_ascii_start().len();
        line += memchr_iter(b'\n', &text.as_bytes()[at..at + blank]).count() as u64;
        at += blank;
        if at == text.len() {
            return Ok(());
        }
        let mut objects = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Object<'text>>();
        let Some(Ok(Object(fields))) = objects.next() else { return Err((line, None)) };
        take(line, fields).map_err(|reason| (line, Some(reason)))?;
        let end = at + objects.byte_offset();
        line += memchr_iter(b'\n', &text.as_bytes()[at..end]).count() as u64;
        at = end;
    }
}

/// The fields of an object, in the order written.
struct Object<'text>(Vec<Field<'text>>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields).map(Self)
    }
}

/// Keys and raw values of an object, in the order written; `None` when the text is not one object.
pub(super) fn fields(text: &str) -> Option<Vec<Field<'_>>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = deserializer.deserialize_map(Fields).ok()?;
    deserializer.end().ok()?;
    Some(fields)
}

/// Collects the fields of an object without building its values.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            fields.push((key.0, map.next_value()?));
        }
        // The map is at its end, so that nothing is ignored here.
        let _: Option<(IgnoredAny, IgnoredAny)> = map.next_entry()?;
        Ok(fields)
    }
}

/// A key, borrowed where it holds no escape.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Cells of some records.
pub(super) struct JsonCells {
    cells: CellBlock,
    /// Columns with values that have no spelling, and the line of the first of each.
    pub(super) nested: Vec<(usize, u64)>,
    /// Columns with a value that is too long to be searched.
    pub(super) unread: Vec<usize>,
}

impl Borrow<CellBlock> for JsonCells {
    fn borrow(&self) -> &CellBlock {
        &self.cells
    }
}

/// Turns blocks of objects into cells.
pub(super) struct Objects<'a> {
    file: &'a str,
    columns: &'a [String],
    layout: JsonLayout,
    positions: HashMap<&'a str, usize>,
    /// What stands before a point in the name of a column.
    groups: HashSet<&'a str>,
}

impl<'a> Objects<'a> {
    /// For a file with these columns.
    pub(super) fn new(file: &'a str, columns: &'a [String], layout: JsonLayout) -> Self {
        let positions = columns.iter().map(String::as_str).zip(0..).collect();
        let groups = columns.iter().flat_map(|column| column.match_indices('.').map(|(at, _)| &column[..at])).collect();
        Self { file, columns, layout, positions, groups }
    }

    /// The cells of a block.
    pub(super) fn parse(&self, block: TextBlock) -> Result<JsonCells, InputError> {
        check_text(&block, self.file)?;
        let text = String::from_utf8(block.text).map_err(|_| InputError::Internal { file: shown(self.file) })?;
        let width = self.columns.len();
        let mut record = Record {
            line: 0,
            cells: CellBlockBuilder::new(width),
            keys: vec![None; width],
            nested: Vec::new(),
            unread: Vec::new(),
        };
        let taken = try_each_object(&text, block.first_line, self.layout, |line, fields| {
            record.line = line;
            record.keys.fill(None);
            self.take_object(&fields, &mut record)?;
            record.cells.push_record(&record.keys);
            Ok(())
        });
        taken.map_err(|(line, reason)| {
            reason.unwrap_or_else(|| InputError::NotAnObject { file: shown(self.file), line })
        })?;
        let is_regular = memchr::memchr_iter(b'\n', text.as_bytes()).count() == record.cells.records();
        let first_line = is_regular.then_some(block.first_line);
        Ok(JsonCells {
            cells: CellBlock { first_line, ..record.cells.finish() },
            nested: record.nested,
            unread: record.unread,
        })
    }

    fn take_object(&self, fields: &[Field<'_>], record: &mut Record) -> Result<(), InputError> {
        let (file, line) = (|| shown(self.file), record.line);
        for (place, (key, value)) in (1..).zip(fields) {
            let (key, value) = (key.trim(), value.get());
            let (position, shape) = (self.positions.get(key).copied(), shape_of(value));
            let is_group = self.groups.contains(key);
            if shape == Shape::Object && is_group && self.take_inner(key, value, record)? {
                continue;
            }
            // Of an object without keys there is nothing to take, nor of one that is absent.
            let is_nothing = shape == Shape::Missing || (shape == Shape::Object && value[1..].trim_start() == "}");
            match position {
                Some(position) => self.take_value(position, value, record)?,
                None if is_group && is_nothing => {}
                None => {
                    return Err(InputError::UnknownKey {
                        file: file(),
                        position: place,
                        line,
                        records: SAMPLE_OBJECTS,
                    });
                }
            }
        }
        Ok(())
    }

    /// Takes the values of an object within an object; `false` when its keys are not columns.
    fn take_inner(&self, key: &str, object: &str, record: &mut Record) -> Result<bool, InputError> {
        let not_one = || InputError::NotAnObject { file: shown(self.file), line: record.line };
        let fields = fields(object).ok_or_else(not_one)?;
        let mut name = String::with_capacity(key.len() + 16);
        let mut position = |inner: &str| {
            name.clear();
            name.extend([key, ".", inner.trim()]);
            self.positions.get(name.as_str()).copied()
        };
        let positions: Option<Vec<usize>> = fields.iter().map(|(inner, _)| position(inner)).collect();
        let Some(positions) = positions else { return Ok(false) };
        for (position, (_, value)) in positions.into_iter().zip(&fields) {
            self.take_value(position, value.get(), record)?;
        }
        Ok(true)
    }

    fn take_value(&self, position: usize, value: &str, record: &mut Record) -> Result<(), InputError> {
        let (file, column, line) = (|| shown(self.file), || shown(&self.columns[position]), record.line);
        if record.keys[position].is_some() {
            return Err(InputError::RepeatedKey { file: file(), column: column(), line });
        }
        let cell = match cell_of(value) {
            Cell::Text(cell) => cell,
            Cell::Unfit => return Err(InputError::UnfitEscape { file: file(), line }),
            Cell::Nested => {
                if !record.nested.iter().any(|&(known, _)| known == position) {
                    record.nested.push((position, line));
                }
                // What it holds is searched for identifiers, as far as a cell may be long.
                if value.len() > LONGEST_CELL {
                    record.unread.push(position);
                    Cow::Borrowed("[]")
                } else {
                    unescaped(value)
                }
            }
        };
        if matches!(value.as_bytes(), [b'-' | b'0'..=b'9', ..]) {
            record.cells.note_number(position);
        }
        let too_long = || InputError::FieldTooLong { file: file(), column: column(), line };
        record.keys[position] = Some(record.cells.key(cell.as_bytes()).ok_or_else(too_long)?);
        Ok(())
    }
}

/// The record at hand, and the cells of those before it.
struct Record {
    line: u64,
    cells: CellBlockBuilder,
    keys: Vec<Option<u64>>,
    nested: Vec<(usize, u64)>,
    unread: Vec<usize>,
}

/// A nested value with each character in it as itself, so that `\u0040` hides no address.
fn unescaped(value: &str) -> Cow<'_, str> {
    let parsed = value.contains("\\u").then(|| serde_json::from_str::<serde_json::Value>(value).ok()).flatten();
    parsed.map_or(Cow::Borrowed(value), |parsed| Cow::Owned(parsed.to_string()))
}

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Missing,
    Plain,
    List,
    Object,
}

pub(super) fn shape_of(value: &str) -> Shape {
    match value.as_bytes().first() {
        Some(b'n') => Shape::Missing,
        Some(b'[') => Shape::List,
        Some(b'{') => Shape::Object,
        _ => Shape::Plain,
    }
}

/// What a JSON value is as a cell.
enum Cell<'a> {
    Text(Cow<'a, str>),
    Nested,
    Unfit,
}

fn cell_of(value: &str) -> Cell<'_> {
    match value.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Key<'_>>(value) {
            Ok(Key(text)) if memchr(0, text.as_bytes()).is_none() => Cell::Text(text),
            _ => Cell::Unfit,
        },
        Some(b'{' | b'[') => Cell::Nested,
        Some(b'n') => Cell::Text(Cow::Borrowed("")),
        _ => Cell::Text(Cow::Borrowed(value)),
    }
}
