//! What columns are read as, and how their values are spelled.

use crate::input::classify::{Reading, Readings, readings_of, write_canonical};
use crate::result::ColumnType;

/// Type of a column with these cells, and their canonical spellings.
fn read(cells: &[&str]) -> (ColumnType, Vec<String>) {
    let readings = cells.iter().fold(Readings::all(), |all, cell| all.and(readings_of(cell.as_bytes())));
    let reading = readings.settle().unwrap_or(Reading::Text);
    let spell = |cell: &&str| {
        let mut canonical = String::new();
        write_canonical(cell.as_bytes(), reading, &mut canonical).map_or((*cell).to_owned(), |()| canonical)
    };
    (reading.column_type(), cells.iter().map(spell).collect())
}

/// Asserts type and spellings of a column.
fn check(cells: &[&str], column_type: ColumnType, canonical: &[&str]) {
    let (found, spelled) = read(cells);
    assert_eq!(found, column_type, "{cells:?}");
    assert_eq!(spelled, canonical, "{cells:?}");
}

#[test]
fn equal_numbers_have_one_spelling() {
    check(&["1", "1.0", "+1", "1e0", "10E-1", "0.1e1"], ColumnType::Integer, &["1"; 6]);
    check(&["0", "-0", "0.00", "0e5", ".0"], ColumnType::Integer, &["0"; 5]);
    check(&["1e-05", "0.5", "+2"], ColumnType::Decimal, &["0.00001", "0.5", "2"]);
    check(&["12.50", "-0.010", ".5", "5.", "1e-3"], ColumnType::Decimal, &["12.5", "-0.01", "0.5", "5", "0.001"]);
    check(&["1e5", "2.5"], ColumnType::Decimal, &["100000", "2.5"]);
}

#[test]
fn codes_that_look_like_scaled_or_signed_numbers_stay_apart() {
    for cells in [&["1E5", "100000", "+100000"][..], &["+1", "1"], &["1e5"], &["2E3", "NaN"]] {
        check(cells, ColumnType::Text, cells);
    }
    check(&["-1", "1"], ColumnType::Integer, &["-1", "1"]);
}

#[test]
fn tiny_and_huge_floats_are_numbers_written_out_exactly() {
    let tiny = format!("0.{}5551115123125783", "0".repeat(16));
    check(&["5.551115123125783e-17", "1"], ColumnType::Decimal, &[&tiny, "1"]);
    let huge = format!("17976931348623157{}", "0".repeat(292));
    check(&["1.7976931348623157e308", "-.5"], ColumnType::Decimal, &[&huge, "-0.5"]);
    check(&["1.5e401"], ColumnType::Text, &["1.5e401"]);
}

#[test]
fn close_decimals_stay_apart() {
    let cells = ["0.1000000000000000000000000001", "0.1000000000000000000000000002"];
    check(&cells, ColumnType::Decimal, &cells);
}

#[test]
fn leading_zeros_and_long_numbers_make_text() {
    for cell in ["007", "-01", "00", "00.5", "12345678901234567890123456789"] {
        check(&[cell, "1"], ColumnType::Text, &[cell, "1"]);
    }
    for cell in ["-", "+", ".", "1e", "e5", "1.2.3", "--1", "1e999999", "0x10", "Infinity", " 1", "1 "] {
        check(&[cell], ColumnType::Text, &[cell]);
    }
}

#[test]
fn dates_have_one_spelling() {
    check(&["2015-01-31", "2015/01/31", "31.01.2015", "31.1.2015"], ColumnType::Date, &["2015-01-31"; 4]);
    check(&["2016-02-29", "2015-02-29"], ColumnType::Text, &["2016-02-29", "2015-02-29"]);
    check(&["20150131"], ColumnType::Integer, &["20150131"]);
}

#[test]
fn dates_with_slashes_need_one_cell_that_settles_the_order() {
    check(&["01/02/2015", "13/02/2015"], ColumnType::Date, &["2015-02-01", "2015-02-13"]);
    check(&["01/02/2015", "02/13/2015"], ColumnType::Date, &["2015-01-02", "2015-02-13"]);
    check(&["01/02/2015", "03/04/2015"], ColumnType::Text, &["01/02/2015", "03/04/2015"]);
    check(&["13/02/2015", "02/13/2015"], ColumnType::Text, &["13/02/2015", "02/13/2015"]);
}

#[test]
fn timestamps_with_and_without_zone_are_not_mixed() {
    let cells = ["2015-01-01 08:30", "2015-01-01T08:30:00", "2015-01-01T08:30:00.000"];
    check(&cells, ColumnType::Timestamp, &["2015-01-01T08:30:00"; 3]);
    let cells = ["2015-01-01T00:30:00+02:00", "2014-12-31 22:30:00.0Z", "2014-12-31T17:30-0500", "2015-01-01 00:30+02"];
    check(&cells, ColumnType::ZonedTimestamp, &["2014-12-31T22:30:00Z"; 4]);
    check(&["2015-01-01T08:30:00.120"], ColumnType::Timestamp, &["2015-01-01T08:30:00.12"]);
    let mixed = ["2015-01-01T08:30:00", "2015-01-01T08:30:00Z"];
    check(&mixed, ColumnType::Text, &mixed);
    check(&["2015-12-31T24:00:00"], ColumnType::Timestamp, &["2016-01-01T00:00:00"]);
    check(&["2015-12-31T24:00:01"], ColumnType::Text, &["2015-12-31T24:00:01"]);
}

#[test]
fn timestamps_with_slashes_or_dots_follow_the_rule_of_dates() {
    let cells = ["13/11/2026 08:30", "01/02/2026 08:30:05", "2026-02-01 08:30"];
    let canonical = ["2026-11-13T08:30:00", "2026-02-01T08:30:05", "2026-02-01T08:30:00"];
    check(&cells, ColumnType::Timestamp, &canonical);
    check(&["11/13/2026 08:30"], ColumnType::Timestamp, &["2026-11-13T08:30:00"]);
    check(
        &["13.11.2026 08:30", "1.2.2026T09:00"],
        ColumnType::Timestamp,
        &["2026-11-13T08:30:00", "2026-02-01T09:00:00"],
    );
    for cells in [["01/02/2026 08:30", "02/01/2026 08:30"], ["13/11/2026 08:30", "11/13/2026 08:30"]] {
        check(&cells, ColumnType::Text, &cells);
    }
    check(&["13/11/2026 08:30Z"], ColumnType::ZonedTimestamp, &["2026-11-13T08:30:00Z"]);
    check(&["12/11/2026 08:30Z"], ColumnType::Text, &["12/11/2026 08:30Z"]);
}

#[test]
fn times_and_booleans_have_one_spelling() {
    check(&["08:30", "08:30:00", "08:30:00.000"], ColumnType::Time, &["08:30:00"; 3]);
    check(&["true", "False", "TRUE"], ColumnType::Boolean, &["true", "false", "true"]);
    check(&["0", "1"], ColumnType::Integer, &["0", "1"]);
    check(&["true", "1"], ColumnType::Text, &["true", "1"]);
}

#[test]
fn not_a_number_does_not_turn_numbers_into_text_nor_text_into_numbers() {
    assert_eq!(read(&["1", "NaN"]).0, ColumnType::Integer);
    assert_eq!(read(&["x", "NaN"]).0, ColumnType::Text);
    assert_eq!(read(&["NaN"]).0, ColumnType::Empty);
    assert_eq!(read(&["2015-01-01", "nan"]).0, ColumnType::Text);
}
