//! The columns of JSON records: their keys, in an order that does not depend on the order of the records.
//!
//! An object within an object gives a column for each of its keys, under both names: `place.city`. Lists, objects within
//! those, and objects whose keys are many or look like cells become one column that is not read. The first records alone
//! tell the columns of a stream; of a file all are looked at, and a key that they lack is a column when two records have
//! it. One that a single record has may be a value in the place of a key.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::blocks::{RecordRule, TextBlock, TextBlocks};
use super::error::{InputError, shown};
use super::heading::is_cell_like;
use super::json_frame::{Frame, JsonBlocks, JsonLayout};
use super::ndjson::{Field, SAMPLE_OBJECTS, Shape, each_object, fields, shape_of};
use super::sniff::is_data;
use super::stored::{Compression, Place, TextReader};
use crate::plan::TextEncoding;
use crate::stop::NoProgress;

/// So many times the keys of the widest object may there be in all, and [`SPARE_KEYS`] more; beyond, keys are values.
const MOST_WIDTHS: usize = 4;
const SPARE_KEYS: usize = 16;

/// So many times the keys of the widest object within a key there may be in all; beyond, they are values. As names they would
/// be shown, so that less is believed than of the keys of records, of which too many are refused.
const MOST_INNER_WIDTHS: usize = 2;

/// Records that must have a key that the first ones lack.
const LATE_RECORDS: u64 = 2;

/// How the records of a text are laid out.
pub(super) fn layout_of(text: &str) -> JsonLayout {
    let text = text.trim_start();
    if text.starts_with('[') {
        return JsonLayout::List;
    }
    let line = text.lines().next().unwrap_or_default();
    if fields(line).is_some() { JsonLayout::Lines } else { JsonLayout::Series }
}

/// Where the records lie, so that all of them can be looked at.
#[derive(Clone, Copy)]
pub(super) struct Records<'a> {
    pub(super) file: &'a str,
    pub(super) place: &'a Place,
    pub(super) compression: Compression,
    pub(super) encoding: TextEncoding,
    pub(super) layout: JsonLayout,
}

/// The columns of records that begin with `text`; `whole` when that is all of it.
pub(super) fn columns(records: Records<'_>, text: &str, whole: bool) -> Result<Vec<String>, InputError> {
    let Records { file, layout, .. } = records;
    let mut bytes = text.as_bytes().to_vec();
    if layout != JsonLayout::Lines {
        let no_object = |at: usize| InputError::NotAnObject { file: shown(file), line: line_at(text, at) };
        let end = Frame::new(layout).cut(&mut bytes).map_err(no_object)?;
        bytes.truncate(end);
    }
    let text = String::from_utf8(bytes).map_err(|_| InputError::Internal { file: shown(file) })?;
    let mut first = Keys::default();
    first.take_text(file, &text, layout, SAMPLE_OBJECTS)?;
    if first.objects == 0 {
        return Err(first_too_long(file, whole));
    }
    if whole && first.objects == 1 && first.holds_records {
        let problem =
            "its records are in a list within one object; write only that list, for example with `jq` and its key";
        return Err(InputError::Format { file: shown(file), format: "JSON", problem });
    }
    let all = match records.place {
        // Few records: they have been read already.
        _ if whole && first.objects < SAMPLE_OBJECTS => return first.settle(file),
        _ if whole => {
            let mut all = Keys::default();
            all.take_text(file, &text, layout, usize::MAX)?;
            all
        }
        Place::Stream { .. } => return first.settle(file),
        Place::File { .. } => all_keys(records)?,
    };
    all.refuse_late(&first, file)?;
    all.settle(file)
}

fn line_at(text: &str, at: usize) -> u64 {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() as u64
}

fn first_too_long(file: &str, whole: bool) -> InputError {
    if whole {
        return InputError::NotAnObject { file: shown(file), line: 1 };
    }
    let problem = "its first record is longer than 1 MiB; put records that are within one object into a list or on separate lines";
    InputError::Format { file: shown(file), format: "JSON", problem }
}

/// Text that is looked at by one thread.
const BLOCK_BYTES: usize = 1 << 20;

/// The keys of all records of a file.
fn all_keys(records: Records<'_>) -> Result<Keys, InputError> {
    let Records { file, place, compression, encoding, layout } = records;
    let reader = TextReader::open(file, place, compression, encoding, &NoProgress)?;
    let mut blocks = Blocks::new(reader, file, layout);
    let mut all = Keys::default();
    loop {
        let mut batch = Vec::new();
        while batch.len() < rayon::current_num_threads() {
            match blocks.next() {
                Ok(Some(block)) => batch.push(block),
                Ok(None) => break,
                // A mistake is told when the file is read, with the first mistake before it.
                Err(_) => return Ok(all),
            }
        }
        if batch.is_empty() {
            return Ok(all);
        }
        for keys in batch.into_par_iter().map(|block| keys_of(&block, layout)).collect::<Vec<Keys>>() {
            all.join(keys);
            all.refuse_many(file)?;
        }
    }
}

/// The keys of the records of a block, as far as they can be read.
fn keys_of(block: &TextBlock, layout: JsonLayout) -> Keys {
    let mut keys = Keys::default();
    if let Ok(text) = std::str::from_utf8(&block.text) {
        // A mistake ends the look at this block; it is told when the file is read.
        let _ = each_object(text, block.first_line, layout, |line, fields| keys.take(line, &fields));
    }
    keys
}

/// Blocks of either layout.
enum Blocks<'a> {
    Lines(TextBlocks<'a>),
    Frames(JsonBlocks<'a>),
}

impl<'a> Blocks<'a> {
    fn new(reader: TextReader<'a>, file: &str, layout: JsonLayout) -> Self {
        match layout {
            JsonLayout::Lines => Self::Lines(TextBlocks::new(reader, file, LINES, BLOCK_BYTES)),
            _ => Self::Frames(JsonBlocks::new(reader, file, layout, BLOCK_BYTES)),
        }
    }

    fn next(&mut self) -> Result<Option<TextBlock>, InputError> {
        match self {
            Self::Lines(blocks) => blocks.next(),
            Self::Frames(blocks) => blocks.next(),
        }
    }
}

/// One record a line.
pub(super) const LINES: RecordRule = RecordRule { quote: None, delimiter: b',', line_end: b'\n' };

/// The keys of some objects.
#[derive(Default)]
struct Keys {
    order: Order,
    /// What is known of each key, by its number in the order.
    facts: Vec<KeyFacts>,
    widest: usize,
    objects: usize,
    /// Whether some value is a list that begins with an object.
    holds_records: bool,
}

/// What is known of a key.
#[derive(Default)]
struct KeyFacts {
    /// Whether it has a plain value or a list in some record.
    plain: bool,
    /// The keys of the objects that it has.
    inner: Option<(Order, usize)>,
    records: u64,
    /// Line and place of its first record.
    first: (u64, usize),
}

impl Keys {
    /// Takes the first `most` objects of a text.
    fn take_text(&mut self, file: &str, text: &str, layout: JsonLayout, most: usize) -> Result<(), InputError> {
        let mut wrong = None;
        let ended = each_object(text, 1, layout, |line, fields| {
            if self.objects < most {
                self.take(line, &fields);
            }
        });
        if let Err(line) = ended
            && self.objects == 0
        {
            wrong = Some(InputError::NotAnObject { file: shown(file), line });
        }
        // A mistake further down is reported when the file is read; the text may also end within a record.
        wrong.map_or_else(|| self.refuse_many(file), Err)
    }

    fn take(&mut self, line: u64, fields: &[Field<'_>]) {
        self.objects += 1;
        self.widest = self.widest.max(fields.len());
        self.order.take(fields.iter().map(|(key, _)| key.trim()));
        self.facts.resize_with(self.order.names.len(), KeyFacts::default);
        for (place, (key, value)) in (1..).zip(fields) {
            let Some(&number) = self.order.numbers.get(key.trim()) else { continue };
            let facts = &mut self.facts[number];
            if facts.records == 0 {
                facts.first = (line, place);
            }
            facts.records += 1;
            match shape_of(value.get()) {
                Shape::Missing => {}
                Shape::Plain => facts.plain = true,
                Shape::List => {
                    facts.plain = true;
                    self.holds_records |= value.get()[1..].trim_start().starts_with('{');
                }
                Shape::Object => facts.take_inner(value.get()),
            }
        }
    }

    /// Adds the keys of later objects.
    fn join(&mut self, later: Self) {
        self.objects = self.objects.saturating_add(later.objects);
        self.widest = self.widest.max(later.widest);
        self.holds_records |= later.holds_records;
        let numbers = self.order.join(&later.order);
        self.facts.resize_with(self.order.names.len(), KeyFacts::default);
        for (number, facts) in numbers.into_iter().zip(later.facts) {
            self.facts[number].join(facts);
        }
    }

    /// Refuses keys that are values.
    fn refuse_many(&self, file: &str) -> Result<(), InputError> {
        if self.order.names.len() <= MOST_WIDTHS * self.widest + SPARE_KEYS {
            return Ok(());
        }
        let problem = "its objects have too many different keys, as if keys were values";
        Err(InputError::Format { file: shown(file), format: "NDJSON", problem })
    }

    /// Refuses a key that the first objects lack and a single one has.
    fn refuse_late(&self, first: &Self, file: &str) -> Result<(), InputError> {
        let names = self.order.names.iter().zip(&self.facts);
        let late = names
            .filter(|(name, facts)| facts.records < LATE_RECORDS && !first.order.numbers.contains_key(name.as_str()));
        match late.map(|(_, facts)| facts.first).min() {
            Some((line, position)) => {
                Err(InputError::UnknownKey { file: shown(file), position, line, records: SAMPLE_OBJECTS })
            }
            None => Ok(()),
        }
    }

    /// The columns.
    fn settle(self, file: &str) -> Result<Vec<String>, InputError> {
        let Self { order, facts, .. } = self;
        let mut by_name: HashMap<String, KeyFacts> = order.names.iter().cloned().zip(facts).collect();
        let mut columns = Vec::with_capacity(by_name.len());
        for key in order.settle() {
            let Some(facts) = by_name.remove(&key) else { return Err(InputError::Internal { file: shown(file) }) };
            let inner = facts.inner.map(|(order, widest)| (order.names.len() <= MOST_INNER_WIDTHS * widest, order));
            match inner {
                Some((true, inner))
                    if !inner.names.iter().any(|name| is_data(name.as_bytes()) || is_cell_like(name)) =>
                {
                    let names = inner.settle().into_iter().map(|name| format!("{key}.{name}"));
                    let names: Vec<String> = names.collect();
                    columns.extend(facts.plain.then_some(key));
                    columns.extend(names);
                }
                // A plain value; or an object whose keys may be values, so that it is one column that cannot be read.
                _ => columns.push(key),
            }
        }
        // A key may be spelled as two others are together; in one record both would be refused.
        let mut known = BTreeSet::new();
        columns.retain(|column| known.insert(column.clone()));
        Ok(columns)
    }
}

impl KeyFacts {
    fn take_inner(&mut self, object: &str) {
        let (order, widest) = self.inner.get_or_insert_default();
        // A mistake is told when the file is read.
        let inner = fields(object).unwrap_or_default();
        *widest = (*widest).max(inner.len());
        if order.names.len() <= MOST_WIDTHS * *widest + SPARE_KEYS {
            order.take(inner.iter().map(|(key, _)| key.trim()));
        }
    }

    fn join(&mut self, later: Self) {
        self.plain |= later.plain;
        if self.records == 0 {
            self.first = later.first;
        }
        self.records += later.records;
        if let Some((inner, width)) = later.inner {
            let (order, widest) = self.inner.get_or_insert_default();
            *widest = (*widest).max(width);
            if order.names.len() <= MOST_WIDTHS * *widest + SPARE_KEYS {
                order.join(&inner);
            }
        }
    }
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

    /// Adds what other objects give; the number here of each of their keys.
    fn join(&mut self, other: &Self) -> Vec<usize> {
        let numbers: Vec<usize> = other.names.iter().map(|name| self.number(name)).collect();
        self.pairs.extend(other.pairs.iter().map(|&(first, second)| (numbers[first], numbers[second])));
        numbers
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

#[cfg(test)]
mod tests {
    use super::{JsonLayout, Keys, layout_of};

    fn keys(lines: &[&str]) -> Vec<String> {
        let mut keys = Keys::default();
        keys.take_text("x.ndjson", &lines.join("\n"), JsonLayout::Lines, usize::MAX).unwrap();
        keys.settle("x.ndjson").unwrap()
    }

    #[test]
    fn layouts_are_told_apart() {
        assert_eq!(layout_of("\n{\"a\": 1}\n{\"a\": 2}"), JsonLayout::Lines);
        assert_eq!(layout_of(" [\n{\"a\": 1}]"), JsonLayout::List);
        assert_eq!(layout_of("{\n\"a\": 1}"), JsonLayout::Series);
        assert_eq!(layout_of("{\"a\": 1}{\"a\": 2}"), JsonLayout::Series);
    }

    #[test]
    fn objects_within_objects_give_a_column_for_each_key() {
        let lines = [r#"{"id": 1, "place": {"city": "x", "zip": 1}, "tags": [1]}"#, r#"{"id": 2, "place": null}"#];
        assert_eq!(keys(&lines), ["id", "place.city", "place.zip", "tags"]);
        assert_eq!(keys(&[r#"{"a": {"b": 1}}"#, r#"{"a": 2}"#]), ["a", "a.b"]);
        assert_eq!(keys(&[r#"{"a": {"2024-01-01": 1, "2024-01-02": 1}}"#]), ["a"], "keys that are cells");
        let many: Vec<String> = (0..50).map(|at| format!(r#"{{"a": {{"k{at}": 1}}}}"#)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(keys(&many), ["a"], "keys that are values");
    }

    #[test]
    fn parts_give_the_columns_of_the_whole() {
        let lines = [r#"{"b": 1, "a": {"y": 1}}"#, r#"{"c": 2, "a": {"x": 1, "y": 2}}"#, r#"{"b": 1, "c": 3}"#];
        let part = |lines: &[&str]| {
            let mut keys = Keys::default();
            keys.take_text("x.ndjson", &lines.join("\n"), JsonLayout::Lines, usize::MAX).unwrap();
            keys
        };
        let mut joined = part(&lines[..1]);
        joined.join(part(&lines[1..]));
        assert_eq!(joined.settle("x.ndjson").unwrap(), keys(&lines));
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
