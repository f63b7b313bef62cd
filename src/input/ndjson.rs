//! NDJSON: one object a line.
//!
//! The keys of the first objects together are the columns, see [`columns`]. An object may lack a key, whose cell is then
//! missing; a later one may not bring a new one. Numbers keep the text they are written with; `true` and `false` are
//! booleans.
//!
//! Keys may be values, as in `{"anna": 3}`. So keys are shown only once they are column names, and too many different
//! ones are refused.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
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
/// A key comes behind those that it follows in an object, see [`Order`]; so objects keep their order whatever keys are
/// absent from which of them, and the order of the objects plays no role.
pub(super) fn columns(file: &str, text: &str) -> Result<Vec<String>, InputError> {
    let lines = (1..).zip(text.split('\n')).filter(|(_, content)| !content.trim().is_empty());
    let mut order = Order::default();
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
        order.take(fields.iter().map(|(key, _)| key.trim()));
        if order.names.len() > MOST_WIDTHS * widest + SPARE_KEYS {
            let problem = "its objects have too many different keys, as if keys were values";
            return Err(InputError::Format { file: shown(file), format: "NDJSON", problem });
        }
    }
    if objects == 0 {
        return Err(InputError::Empty { file: shown(file) });
    }
    Ok(order.settle())
}

/// The order that objects give to their keys.
#[derive(Default)]
struct Order {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    /// Pairs of keys of which the second stands right behind the first in some object.
    pairs: BTreeSet<(usize, usize)>,
}

impl Order {
    /// Takes the keys of an object.
    fn take<'key>(&mut self, keys: impl Iterator<Item = &'key str>) {
        let mut before = None;
        for key in keys {
            let number = self.number(key);
            self.pairs.extend(before.filter(|&before| before != number).map(|before| (before, number)));
            before = Some(number);
        }
    }

    fn number(&mut self, key: &str) -> usize {
        if let Some(&number) = self.numbers.get(key) {
            return number;
        }
        self.names.push(key.to_owned());
        self.numbers.insert(key.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// One key after the other, of those that follow none of the rest the first by name. Where objects contradict each
    /// other, so that every key follows another one, the first by name of all.
    fn settle(self) -> Vec<String> {
        let mut followed = vec![0_usize; self.names.len()];
        self.pairs.iter().for_each(|&(_, second)| followed[second] += 1);
        let mut free: BTreeSet<(&str, usize)> = BTreeSet::new();
        let mut bound: BTreeSet<(&str, usize)> = BTreeSet::new();
        for (number, name) in self.names.iter().enumerate() {
            if followed[number] == 0 { &mut free } else { &mut bound }.insert((name, number));
        }
        let mut keys = Vec::with_capacity(self.names.len());
        while let Some((name, number)) = free.pop_first().or_else(|| bound.pop_first()) {
            keys.push(name.to_owned());
            for &(_, second) in self.pairs.range((number, 0)..=(number, usize::MAX)) {
                let place = (self.names[second].as_str(), second);
                followed[second] = followed[second].saturating_sub(1);
                if followed[second] == 0 && bound.remove(&place) {
                    free.insert(place);
                }
            }
        }
        keys
    }
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
        let mut records = 0;
        for (line, content) in (block.first_line..).zip(text.split('\n')) {
            if content.trim().is_empty() {
                continue;
            }
            record.fill(None);
            self.parse_object(content, line, &mut cells, &mut record)?;
            cells.push_record(&record);
            records += 1;
        }
        let is_regular = memchr::memchr_iter(b'\n', text.as_bytes()).count() == records;
        let first_line = is_regular.then_some(block.first_line);
        Ok(CellBlock { first_line, ..cells.finish() })
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
            if matches!(value.get().as_bytes(), [b'-' | b'0'..=b'9', ..]) {
                cells.note_number(position);
            }
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

#[cfg(test)]
mod tests {
    use super::columns;

    fn keys(lines: &[&str]) -> Vec<String> {
        columns("x.ndjson", &lines.join("\n")).unwrap()
    }

    #[test]
    fn absent_keys_change_no_order() {
        let whole = r#"{"z": 1, "b": 2, "y": 3, "a": 4}"#;
        let expected = ["z", "b", "y", "a"];
        assert_eq!(keys(&[whole]), expected);
        for other in [r#"{"a": 4}"#, r#"{"y": 3, "a": 4}"#, r#"{"b": 2, "a": 4}"#, r#"{"z": 1, "y": 3}"#] {
            assert_eq!(keys(&[whole, other]), expected, "{other}");
            assert_eq!(keys(&[other, whole]), expected, "{other}");
        }
        let parts = [r#"{"y": 3, "a": 4}"#, r#"{"z": 1, "b": 2}"#, r#"{"b": 2, "y": 3}"#];
        assert_eq!(keys(&parts), expected, "no object has all");
    }

    #[test]
    fn objects_that_contradict_each_other_have_one_order_all_the_same() {
        let lines = [r#"{"b": 1, "a": 2, "c": 3}"#, r#"{"c": 3, "a": 2, "b": 1}"#, r#"{"d": 0, "b": 1}"#];
        let expected = keys(&lines);
        assert_eq!(expected[0], "d", "nothing stands before it");
        assert_eq!(keys(&[lines[2], lines[1], lines[0]]), expected);
        assert_eq!(keys(&[lines[1], lines[2], lines[0]]), expected);
    }
}
