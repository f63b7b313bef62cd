//! NDJSON: one object a line.
//!
//! The keys of the first objects together are the columns, see [`columns`]. An object may lack a key, whose cell is then
//! missing; a later one may not bring a new one. Numbers keep the text they are written with; `true` and `false` are
//! booleans.
//!
//! Keys may be values, as in `{"anna": 3}`. So keys are shown only once they are column names, and too many different
//! ones are refused.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use memchr::memchr;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::blocks::TextBlock;
use super::cells::{CellBlock, CellBlockBuilder};
use super::delimited::check_text;
use super::error::{InputError, shown};

/// Objects whose keys become columns.
const SAMPLE_OBJECTS: usize = 1000;

/// So many times the keys of the widest object may there be in all, and [`SPARE_KEYS`] more; beyond, keys are values.
const MOST_WIDTHS: usize = 4;
const SPARE_KEYS: usize = 16;

/// The keys of the first objects of a text, each once.
///
/// A key comes where it stands in the object that has it furthest in front; of several with one place the first by
/// name. So objects of equal keys keep their order, and the order of the objects plays no role.
pub(super) fn columns(file: &str, text: &str) -> Result<Vec<String>, InputError> {
    let lines = (1..).zip(text.split('\n')).filter(|(_, content)| !content.trim().is_empty());
    let mut places: HashMap<String, usize> = HashMap::new();
    let (mut objects, mut widest) = (0, 0);
    for (line, content) in lines.take(SAMPLE_OBJECTS) {
        let Some(fields) = fields(content) else {
            if objects == 0 {
                return Err(InputError::NotAnObject { file: shown(file), line });
            }
            // A mistake is reported when the file is read; the sample may also end within a line.
            break;
        };
        objects += 1;
        widest = widest.max(fields.len());
        for (place, (key, _)) in fields.into_iter().enumerate() {
            let first = places.entry(key.trim().to_owned()).or_insert(place);
            *first = place.min(*first);
        }
        if places.len() > MOST_WIDTHS * widest + SPARE_KEYS {
            let problem = "its objects have too many different keys, as if keys were values";
            return Err(InputError::Format { file: shown(file), format: "NDJSON", problem });
        }
    }
    if objects == 0 {
        return Err(InputError::Empty { file: shown(file) });
    }
    let mut keys: Vec<(usize, String)> = places.into_iter().map(|(key, place)| (place, key)).collect();
    keys.sort_unstable();
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// Keys and raw values of an object, in the order written; `None` when the text is not one object.
fn fields(text: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
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

/// Turns blocks of lines into cells.
pub(super) struct Objects<'a> {
    file: &'a str,
    columns: &'a [String],
    positions: HashMap<&'a str, usize>,
}

impl<'a> Objects<'a> {
    /// For a file with these columns.
    pub(super) fn new(file: &'a str, columns: &'a [String]) -> Self {
        let positions = columns.iter().map(String::as_str).zip(0..).collect();
        Self { file, columns, positions }
    }

    /// The cells of a block.
    pub(super) fn parse(&self, block: TextBlock) -> Result<CellBlock, InputError> {
        check_text(&block, self.file)?;
        let text = String::from_utf8(block.text).map_err(|_| InputError::Internal { file: shown(self.file) })?;
        let mut cells = CellBlockBuilder::new(self.columns.len());
        let mut record = vec![None; self.columns.len()];
        for (line, content) in (block.first_line..).zip(text.split('\n')) {
            if content.trim().is_empty() {
                continue;
            }
            record.fill(None);
            self.parse_object(content, line, &mut cells, &mut record)?;
            cells.push_record(&record);
        }
        Ok(cells.finish())
    }

    fn parse_object(
        &self,
        content: &str,
        line: u64,
        cells: &mut CellBlockBuilder,
        record: &mut [Option<u64>],
    ) -> Result<(), InputError> {
        let file = || shown(self.file);
        let fields = fields(content).ok_or_else(|| InputError::NotAnObject { file: file(), line })?;
        for (place, (key, value)) in (1..).zip(fields) {
            let key = key.trim();
            let unknown = || InputError::UnknownKey { file: file(), position: place, line, records: SAMPLE_OBJECTS };
            let position = *self.positions.get(key).ok_or_else(unknown)?;
            if record[position].is_some() {
                return Err(InputError::RepeatedKey { file: file(), column: shown(key), line });
            }
            let cell = match cell_of(value.get()) {
                Cell::Text(cell) => cell,
                Cell::Nested => return Err(InputError::NestedKey { file: file(), column: shown(key), line }),
                Cell::Zero => return Err(InputError::ZeroByte { file: file(), line }),
            };
            let too_long = || InputError::FieldTooLong { file: file(), column: shown(key), line };
            record[position] = Some(cells.key(cell.as_bytes()).ok_or_else(too_long)?);
        }
        Ok(())
    }
}

/// What a JSON value is as a cell.
enum Cell<'a> {
    Text(Cow<'a, str>),
    Nested,
    Zero,
}

fn cell_of(value: &str) -> Cell<'_> {
    match value.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Key<'_>>(value) {
            Ok(Key(text)) if memchr(0, text.as_bytes()).is_none() => Cell::Text(text),
            _ => Cell::Zero,
        },
        Some(b'{' | b'[') => Cell::Nested,
        Some(b'n') => Cell::Text(Cow::Borrowed("")),
        _ => Cell::Text(Cow::Borrowed(value)),
    }
}
