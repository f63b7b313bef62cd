//! Whether a first record that reads like names is one of the records all the same.

use super::delimited::first_record;
use super::sniff::{Dialect, is_data};

/// So much of a text is looked at, and so many records of it.
const SAMPLE_BYTES: usize = 1 << 16;
const SAMPLE_RECORDS: usize = 200;

/// A name that stands twice as a value beneath itself is no name. Once is chance, or a header in the middle of files
/// that were put together.
const TWICE: usize = 2;

/// Fewer digits are those of a counted heading (`A1`, `q17`).
const FEWEST_DIGITS: usize = 3;

/// Fewer records cannot tell that all cells have one shape.
const FEWEST_RECORDS: usize = 5;

/// Whether a cell of the first record of `text` is repeated beneath itself, or has a shape with digits that all cells
/// beneath it have.
pub(super) fn is_record(text: &[u8], dialect: Dialect) -> bool {
    let (names, records) = sample_of(text, dialect);
    names.iter().enumerate().any(|(column, name)| {
        let cells = || records.iter().filter_map(|record| record.get(column)).filter(|cell| !cell.is_empty());
        let repeated = cells().filter(|&cell| cell == name).count() >= TWICE;
        let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
        let same_shape = || cells().count() >= FEWEST_RECORDS && cells().all(|cell| shape(cell) == shape(name));
        repeated || (digits >= FEWEST_DIGITS && same_shape())
    })
}

/// Whether the first record of `text` is a heading beyond doubt: all cells beneath one of its texts are numbers, dates or the
/// like, at least some.
pub(super) fn is_heading(text: &[u8], dialect: Dialect) -> bool {
    let (names, records) = sample_of(text, dialect);
    names.iter().enumerate().any(|(column, name)| {
        let mut cells =
            records.iter().filter_map(|record| record.get(column)).filter(|cell| !cell.is_empty()).peekable();
        !is_data(name) && cells.peek().is_some() && cells.all(|cell| is_data(cell))
    })
}

/// The first record, and some of those beneath it that differ from it.
fn sample_of(text: &[u8], dialect: Dialect) -> (Vec<Vec<u8>>, Vec<Vec<Vec<u8>>>) {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let (names, mut position) = first_record(sample, dialect);
    let mut records = Vec::new();
    while records.len() < SAMPLE_RECORDS && position < sample.len() {
        let (record, end) = first_record(&sample[position..], dialect);
        position += end;
        // A record that the sample cuts off says nothing, and a repeated header is no record.
        if position < sample.len() && record != names {
            records.push(record);
        }
    }
    (names, records)
}

/// A cell with every digit and every letter as one.
fn shape(cell: &[u8]) -> Vec<u8> {
    let class = |&byte: &u8| match byte {
        b'0'..=b'9' => b'9',
        b'a'..=b'z' | b'A'..=b'Z' | 128.. => b'a',
        other => other,
    };
    cell.iter().map(class).collect()
}

#[cfg(test)]
mod tests {
    use super::is_record;
    use crate::input::sniff::Dialect;

    fn is_record_of(lines: &[&str]) -> bool {
        is_record((lines.join("\n") + "\n").as_bytes(), Dialect::separated_by(b','))
    }

    #[test]
    fn a_record_in_place_of_names_is_noticed() {
        assert!(is_record_of(&["Jane Roe,Leeds", "John Doe,York", "Mary Poe,Leeds", "Anne Low,Leeds", "x,y"]));
        let codes = ["C658817X,blue", "C000001X,red", "C000002X,teal", "C120003X,grey", "C120013X,pink"];
        assert!(is_record_of(&[&codes[..], &["C999999X,plum", "C999991X,lime"]].concat()));
    }

    #[test]
    fn names_are_left_alone() {
        assert!(!is_record_of(&["name,city", "Jane Roe,Leeds", "John Doe,Leeds", "Mary Poe,Leeds", "x,y"]));
        assert!(!is_record_of(&["name,city", "Jane Roe,Leeds", "name,city", "name,city", "Mary Poe,York", "x,y"]));
        assert!(!is_record_of(&["yes,no", "yes,1", "2,3", "4,5", "6,7", "8,9"]), "once is chance");
        let counted = ["A1,zone12", "B2,a1", "C3,b2", "D4,c3", "E5,d4", "F6,e5", "G7,f6"];
        assert!(!is_record_of(&counted));
        assert!(!is_record_of(&["c3000,x", "c3001,x1"]), "too few to tell");
        assert!(!is_record_of(&["name"]));
    }
}
