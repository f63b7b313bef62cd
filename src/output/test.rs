//! What is written comes back, and nothing else is in the bytes.

use std::fs;

use polars_parquet::write::CompressionOptions;

use super::hashed::Hashed;
use super::{Column, Format, OutputError, Values, columnar, write};
use crate::input;
use crate::plan::InputOptions;
use crate::result::ColumnType;
use crate::stop::{NoProgress, Stop, StopReason};
use crate::table::Codes;

/// A column of these values, the last of which no released record has.
fn column(cells: &[&str]) -> (Codes, Values) {
    let mut values = Values::default();
    for cell in cells {
        values.push(cell);
    }
    (Codes::from_codes(cells.len(), 0..u32::try_from(cells.len()).unwrap()), values)
}

const TYPES: [(&str, ColumnType, [&str; 5]); 8] = [
    ("whole", ColumnType::Integer, ["-7", "", "9007199254740993", "0", "424242424242"]),
    ("amount", ColumnType::Decimal, ["-0.01", "12.5", "", "3", "4242424242.42"]),
    ("day", ColumnType::Date, ["2026-11-21", "1969-12-31", "", "0001-01-01", "1942-04-24"]),
    (
        "moment",
        ColumnType::Timestamp,
        ["2026-11-21T08:30:00", "1969-12-31T23:59:59.5", "", "2026-11-21T08:30:00.000001", "1942-04-24T04:24:24"],
    ),
    (
        "zoned",
        ColumnType::ZonedTimestamp,
        ["2026-11-21T08:30:00Z", "", "1969-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "1942-04-24T04:24:24Z"],
    ),
    ("flag", ColumnType::Boolean, ["true", "false", "", "true", "false"]),
    ("text", ColumnType::Text, ["a, \"b\"", "", "007", "é\nü", "canary-of-text"]),
    ("clock", ColumnType::Time, ["08:30:00", "", "23:59:59", "00:00:00", "04:24:24"]),
];

fn written(format: Format, order: &[u32]) -> (tempfile::TempDir, std::path::PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let stored: Vec<(Codes, Values)> = TYPES.iter().map(|(_, _, cells)| column(cells)).collect();
    let columns: Vec<Column<'_>> = TYPES
        .iter()
        .zip(&stored)
        .map(|((name, column_type, _), (codes, values))| Column { name, column_type: *column_type, codes, values })
        .collect();
    let sha256 = write(&path, format, &columns, order, &Stop::default()).unwrap();
    (folder, path, sha256)
}

const FORMATS: [Format; 4] =
    [Format::Csv { delimiter: b',' }, Format::Csv { delimiter: b';' }, Format::Parquet, Format::Arrow];

#[test]
fn every_format_gives_the_types_and_cells_back_in_their_order() {
    for format in FORMATS {
        let order = [2, 0, 3, 1];
        let (_folder, path, _) = written(format, &order);
        let types = TYPES.iter().map(|(name, column_type, _)| ((*name).to_owned(), *column_type)).collect();
        let mut options = InputOptions { column_types: types, ..InputOptions::default() };
        if let Format::Csv { delimiter } = format {
            options.delimiter = Some(crate::plan::Sign::of_byte(delimiter));
        }
        let source = input::open(&[path.to_string_lossy().into_owned()], &options);
        let source = source.unwrap_or_else(|error| panic!("{format:?}: {error}"));
        let wanted = vec![true; source.columns().len()];
        let read = input::read(source, &wanted, &NoProgress, &Stop::default(), None).unwrap();
        assert_eq!(read.columns.len(), TYPES.len());
        for (column, (name, column_type, cells)) in read.columns.iter().zip(TYPES) {
            let coded = column.coded.as_ref().unwrap();
            let found: Vec<&str> = coded
                .codes
                .iter()
                .map(|code| coded.dictionary.value(code).map_or("", crate::secret::Secret::expose))
                .collect();
            assert_eq!((column.name.as_str(), column.column_type), (name, column_type), "{format:?}");
            assert_eq!(found, order.map(|record| cells[record as usize]), "{format:?} {name}");
        }
    }
}

/// The fifth value of each column is behind a code that no record of the order has.
#[test]
fn no_byte_comes_from_a_record_that_does_not_leave() {
    let holds = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let stored: Vec<(Codes, Values)> = TYPES.iter().map(|(_, _, cells)| column(cells)).collect();
    let columns: Vec<Column<'_>> = TYPES
        .iter()
        .zip(&stored)
        .map(|((name, column_type, _), (codes, values))| Column { name, column_type: *column_type, codes, values })
        .collect();
    let of = |order: &[u32]| {
        let mut parquet = Vec::new();
        let stop = Stop::default();
        columnar::parquet(&mut parquet, CompressionOptions::Uncompressed, &columns, order, &stop).unwrap();
        let mut arrow = Vec::new();
        columnar::write_arrow(&mut arrow, &columns, order, &stop).unwrap();
        let mut text = Vec::new();
        super::text::write(&mut text, b',', &columns, order, &stop).unwrap();
        [parquet, arrow, text]
    };
    // The day, the whole number, the time of day and the moment as they are stored, and the texts.
    let wide = [424_242_424_242_i64, 15_864_000_000_000, -873_833_736_000_000];
    let binary: Vec<Vec<u8>> = wide.iter().map(|number| number.to_le_bytes().to_vec()).collect();
    let binary = [binary, vec![(-10_114_i32).to_le_bytes().to_vec()]].concat();
    let texts = ["canary-of-text", "1942-04-24T04:24:24Z", "04:24:24"].map(|text| text.as_bytes().to_vec());
    let [_, _, plain] = of(&[0, 1, 2, 3, 4]);
    assert!(texts.iter().all(|needle| holds(&plain, needle)), "text holds all as text");
    for (stored, without) in of(&[0, 1, 2, 3, 4]).iter().zip(&of(&[3, 2, 1, 0])) {
        assert!(holds(stored, &texts[0]));
        for needle in &texts {
            assert!(!holds(without, needle));
        }
        for needle in &binary {
            assert!(!holds(without, needle));
        }
    }
    let [parquet, arrow, _] = of(&[0, 1, 2, 3, 4]);
    assert!(binary.iter().all(|needle| holds(&parquet, needle) && holds(&arrow, needle)), "the needles are right");
}

#[test]
fn the_hash_is_that_of_the_bytes_and_the_same_twice() {
    use sha2::{Digest, Sha256};
    for format in FORMATS {
        let (_folder, path, sha256) = written(format, &[1, 0]);
        let bytes = fs::read(&path).unwrap();
        assert_eq!(sha256, crate::printable::hexadecimal(&Sha256::digest(&bytes)));
        assert_eq!(sha256, written(format, &[1, 0]).2);
        assert_ne!(sha256, written(format, &[0, 1]).2);
    }
}

#[test]
fn nothing_is_replaced_and_a_raised_stop_ends_it() {
    let (codes, values) = column(&["a"]);
    let columns = [Column { name: "c", column_type: ColumnType::Text, codes: &codes, values: &values }];
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "there").unwrap();
        let refused = write(&path, format, &columns, &[0], &Stop::default());
        assert!(matches!(refused, Err(OutputError::Write(_))) && fs::read(&path).unwrap() == b"there");
        let stop = Stop::default();
        stop.raise(StopReason::Interrupt);
        let stopped = write(&folder.path().join("other"), format, &columns, &[0], &stop);
        assert!(matches!(stopped, Err(OutputError::Stopped(StopReason::Interrupt))));
    }
}

/// Every write fails from some byte on, as on a full disk.
#[test]
fn a_full_disk_ends_in_an_error() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if bytes.len() > self.0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (codes, values) = column(&["a", "b", "c"]);
    let columns = [Column { name: "c", column_type: ColumnType::Text, codes: &codes, values: &values }];
    let order = [0, 1, 2];
    let stop = Stop::default();
    for format in [Format::Csv { delimiter: b',' }, Format::Parquet, Format::Arrow] {
        for room in 0..8 {
            let end = super::write_to(&mut Hashed::new(Full(room)), format, &columns, &order, &stop);
            let Err(OutputError::Write(error)) = end else { panic!("{room} bytes are not enough") };
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        }
    }
}
