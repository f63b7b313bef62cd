//! The same records in different formats, orders and parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};
use polars_arrow::array::{BinaryArray, DictionaryArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use proptest::prelude::*;

use super::frames::{Frame, flags, numbers, texts, typed, whole_texts};
use super::{Folder, ReadColumn, SMALL, columns_of, read_files, sample};
use crate::input::pump::Pace;
use crate::input::{InputError, open, read};
use crate::plan::InputOptions;
use crate::result::ColumnType;
use crate::stop::{NoProgress, Stop};
use crate::tries::tries;

/// A record with a cell of every type; `None` is missing.
#[derive(Debug, Clone)]
struct Record {
    integer: Option<i64>,
    float: Option<f64>,
    text: Option<String>,
    flag: Option<bool>,
    day: Option<i32>,
    at: Option<i64>,
}

fn a_record() -> impl Strategy<Value = Record> {
    let float = prop_oneof![(-50i32..50).prop_map(|n| f64::from(n) / 4.0), Just(f64::NAN), Just(-0.0), Just(1e-7)];
    (
        prop::option::of(-3i64..2_000_000),
        prop::option::of(float),
        prop::option::of("[a-c \",\n]{0,9}"),
        prop::option::of(any::<bool>()),
        prop::option::of(-400i32..20_000),
        prop::option::of(0i64..2_000_000_000_000_000),
    )
        .prop_map(|(integer, float, text, flag, day, at)| Record { integer, float, text, flag, day, at })
}

fn spelled_day(day: i32) -> String {
    Date::constant(1970, 1, 1).checked_add(0.days().days(day)).unwrap().to_string()
}

fn spelled_moment(microseconds: i64) -> String {
    let moment = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    moment.checked_add(SignedDuration::from_micros(microseconds)).unwrap().to_string()
}

fn frame_of(records: &[Record]) -> Frame {
    Frame::new([
        ("integer", numbers(records.iter().map(|record| record.integer))),
        ("float", numbers(records.iter().map(|record| record.float))),
        ("text", texts(records.iter().map(|record| record.text.as_ref()))),
        ("flag", flags(records.iter().map(|record| record.flag))),
        ("day", typed(records.iter().map(|record| record.day), ArrowDataType::Date32)),
        ("at", typed(records.iter().map(|record| record.at), ArrowDataType::Timestamp(TimeUnit::Microsecond, None))),
    ])
}

/// Writes the records as CSV, NDJSON, Parquet and both Arrow formats.
fn write_all(folder: &Folder, records: &[Record]) {
    let frame = frame_of(records);
    let mut writer = csv::Writer::from_path(folder.path("t.csv")).unwrap();
    writer.write_record(["integer", "float", "text", "flag", "day", "at"]).unwrap();
    let mut json = String::new();
    for record in records {
        let show = |value: Option<String>| value.unwrap_or_default();
        let float = record.float.map(|value| format!("{value:.7}"));
        let (day, at) = (show(record.day.map(spelled_day)), show(record.at.map(spelled_moment)));
        let text = show(record.text.clone());
        let integer = show(record.integer.map(|value| value.to_string()));
        let flag = show(record.flag.map(|value| value.to_string()));
        writer.write_record([&integer, &show(float.clone()), &text, &flag, &day, &at]).unwrap();
        let plain = |cell: &str| if cell.is_empty() { "null".to_owned() } else { cell.to_owned() };
        let float = show(float.filter(|cell| cell != "NaN"));
        let text = serde_json::to_string(&text).unwrap();
        writeln!(
            json,
            "{{\"at\": \"{at}\", \"integer\": {}, \"float\": {}, \"text\": {text}, \"flag\": {}, \"day\": \"{day}\"}}",
            plain(&integer),
            plain(&float),
            plain(&flag),
        )
        .unwrap();
    }
    writer.flush().unwrap();
    std::fs::write(folder.path("t.ndjson"), json).unwrap();
    frame.parquet_in_groups(&folder.path("t.parquet"), 3, &[]);
    frame.arrow(&folder.path("t.arrow"), None);
    frame.arrow_stream(&folder.path("t.arrows"), None);
}

fn by_name(columns: Vec<ReadColumn>) -> BTreeMap<String, ReadColumn> {
    columns.into_iter().map(|column| (column.name.clone(), column)).collect()
}

fn read_at(pace: Pace, inputs: &[String]) -> BTreeMap<String, ReadColumn> {
    let options = InputOptions { header: Some(true), ..InputOptions::default() };
    by_name(columns_of(&read_files(pace, inputs, &options).unwrap()))
}

/// Each column's type, missing cells and sorted cells: what must not depend on the order of the records.
fn unordered(columns: BTreeMap<String, ReadColumn>) -> Vec<ReadColumn> {
    let sort = |mut column: ReadColumn| {
        column.cells.sort();
        column
    };
    columns.into_values().map(sort).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(64)))]
    #[test]
    fn every_format_gives_the_same_types_missing_cells_and_values(records in prop::collection::vec(a_record(), 1..12)) {
        let folder = Folder::new(&[]);
        write_all(&folder, &records);
        let expected = read_at(SMALL, &folder.inputs(&["t.csv"]));
        for name in ["t.ndjson", "t.parquet", "t.arrow", "t.arrows"] {
            let found = read_at(SMALL, &folder.inputs(&[name]));
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }

    #[test]
    fn order_and_split_change_nothing(records in prop::collection::vec(a_record(), 2..12), at in 1usize..11) {
        let folder = Folder::new(&[]);
        write_all(&folder, &records);
        let whole = unordered(read_at(Pace::default(), &folder.inputs(&["t.csv"])));
        let mut backwards = records;
        backwards.reverse();
        let (first, second) = backwards.split_at(at.min(backwards.len() - 1));
        let (one, other) = (Folder::new(&[]), Folder::new(&[]));
        write_all(&one, first);
        write_all(&other, second);
        let parts = [one.inputs(&["t.csv"]), other.inputs(&["t.parquet"])].concat();
        prop_assert_eq!(unordered(read_at(SMALL, &parts)), whole);
    }
}

#[test]
fn codes_are_the_same_for_any_number_of_threads() {
    let lines: Vec<String> = (0..5000).map(|record| format!("{},v{}\n", record * 7919 % 1009, record % 13)).collect();
    let records = lines.concat();
    let folder = Folder::new(&[("t.csv", format!("x,y\n{records}").as_bytes())]);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let pace = Pace { block_bytes: 512, blocks: 4 };
        let extract = pool.install(|| read_files(pace, &folder.inputs(&["t.csv"]), &InputOptions::default())).unwrap();
        extract.columns.into_iter().map(|column| column.coded.unwrap().codes).collect::<Vec<_>>()
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(8));
}

fn open_sample(name: &str) -> Result<Vec<ReadColumn>, InputError> {
    read_files(Pace::default(), &[sample(name)], &InputOptions::default()).map(|extract| columns_of(&extract))
}

#[test]
fn broken_parquet_is_refused() {
    for name in ["ARROW-GH-41317", "ARROW-RS-GH-6229-DICTHEADER", "PARQUET-1481"] {
        let error = open_sample(&format!("parquet/{name}.parquet")).err().unwrap();
        assert!(matches!(error, InputError::DamagedColumn { .. } | InputError::Format { .. }), "{name}: {error}");
    }
}

#[test]
fn a_group_without_rows_and_without_a_place_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/good_input/no_rows_of_flags.parquet");
    let extract = read_files(Pace::default(), &[path.to_owned()], &InputOptions::default()).unwrap();
    assert_eq!((extract.records, extract.columns.len()), (0, 2));
}

#[test]
fn unusual_but_valid_parquet_is_read() {
    let columns = open_sample("parquet/ARROW-GH-43605.parquet").unwrap();
    assert_eq!((columns[0].cells.len(), columns[0].missing), (21_186, 0));
    for name in ["alltypes_plain.parquet", "alltypes_plain.snappy.parquet"] {
        let columns = open_sample(&format!("parquet/{name}")).unwrap();
        assert_eq!(columns[10].column_type, ColumnType::Timestamp);
    }
}

#[test]
fn both_storages_of_decimals_give_the_same_values() {
    let bytes = open_sample("parquet/byte_array_decimal.parquet").unwrap();
    assert_eq!(bytes, open_sample("parquet/fixed_length_decimal.parquet").unwrap());
    assert_eq!(bytes[0].cells[23], Some("24".to_owned()));
}

#[test]
fn timestamps_that_the_decoder_clamps_are_refused() {
    let error = open_sample("parquet/int96_from_spark.parquet").err().unwrap();
    assert!(matches!(error, InputError::UnsupportedValues { .. }), "{error}");
}

#[test]
fn values_without_a_spelling_do_not_matter_in_a_column_that_is_not_wanted() {
    let folder = Folder::new(&[]);
    let bytes: [Option<&[u8]>; 3] = [Some(b"\xff\xfe"), None, Some(b"x")];
    let bytes = BinaryArray::<i64>::from(bytes).boxed();
    let days = typed([Some(i32::MAX), None, Some(3)], ArrowDataType::Date32);
    Frame::new([("bytes", bytes), ("day", days)]).parquet(&folder.path("t.parquet"));
    let read = |wanted: &[bool]| {
        let source = open(&folder.inputs(&["t.parquet"]), &InputOptions::default()).unwrap();
        read(source, wanted, &NoProgress, &Stop::default(), None)
    };
    let extract = read(&[false, false]).unwrap();
    assert!(extract.columns.iter().all(|column| column.missing == 1));
    for wanted in [[true, false], [false, true]] {
        let error = read(&wanted).err().unwrap();
        assert!(matches!(error, InputError::UnsupportedValues { .. }), "{error}");
    }
}

#[test]
fn nested_columns_are_refused_by_name() {
    for name in ["datapage_v2", "nested_lists", "nulls"] {
        let error = open_sample(&format!("parquet/{name}.snappy.parquet")).err().unwrap();
        assert!(matches!(error, InputError::Nested { .. }), "{name}: {error}");
        assert!(error.hint().unwrap().contains("flatten"));
    }
}

#[test]
fn not_a_number_is_missing() {
    let columns = open_sample("parquet/nan_in_stats.parquet").unwrap();
    assert_eq!((columns[0].cells.len(), columns[0].missing), (2, 1));
}

#[test]
fn truncated_columnar_files_are_refused() {
    let records: Vec<Record> = (0..50)
        .map(|index| Record {
            integer: Some(index),
            float: Some(0.5),
            text: Some("x".to_owned()),
            flag: None,
            day: Some(3),
            at: Some(index),
        })
        .collect();
    let folder = Folder::new(&[]);
    write_all(&folder, &records);
    for name in ["t.parquet", "t.arrow", "t.arrows"] {
        let bytes = std::fs::read(folder.path(name)).unwrap();
        for cut in [8, bytes.len() / 4, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
            let part = Folder::new(&[(name, &bytes[..cut])]);
            let read = read_files(Pace::default(), &part.inputs(&[name]), &InputOptions::default());
            assert!(matches!(read, Err(InputError::Format { .. })), "{name} cut at {cut}");
        }
    }
}

#[test]
fn a_spreadsheet_gives_typed_cells_and_skips_empty_rows() {
    use ColumnType::{Boolean, Date, Decimal, Text, Timestamp};
    let columns = open_sample("sheet/small.xlsx").unwrap();
    let types: Vec<ColumnType> = columns.iter().map(|column| column.column_type).collect();
    assert_eq!(types, [Text, Decimal, Date, Timestamp, Boolean]);
    assert_eq!(columns[0].name, "card");
    let cells =
        |column: usize| columns[column].cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(cells(1), ["12.5", "3", "-"]);
    assert_eq!(cells(2), ["2015-01-01", "2015-01-02", "2015-01-01"]);
    assert_eq!(cells(3), ["2015-01-01T12:00:00", "2015-01-02T00:00:00", "2015-01-01T18:00:00"]);
    assert_eq!(cells(4), ["true", "false", "true"]);
}

#[test]
fn the_only_sheet_with_cells_is_read_and_several_are_refused() {
    let columns = open_sample("sheet/second_sheet.xlsx").unwrap();
    assert_eq!((columns[1].name.as_str(), columns[1].cells.len()), ("amount", 2));
    let error = open_sample("sheet/several_sheets.xlsx").err().unwrap();
    assert_eq!(error.to_string(), "2 sheets of `several_sheets.xlsx` have cells, but none is named: `s1`, `s3`");
    assert!(error.hint().unwrap().contains("--sheet"));
}

#[test]
fn a_sheet_whose_first_row_may_be_data_is_refused_without_showing_it() {
    let error = open_sample("sheet/first_row_is_data.xlsx").err().unwrap();
    assert!(matches!(error, InputError::Format { .. }) && !error.to_string().contains("c-1"), "{error}");
}

#[test]
fn a_damaged_spreadsheet_is_refused() {
    let bytes = std::fs::read(sample("sheet/small.xlsx")).unwrap();
    let folder = Folder::new(&[("a.xlsx", &bytes[..bytes.len() / 2]), ("b.xlsx", b"x,y\n1,2\n")]);
    for name in ["a.xlsx", "b.xlsx"] {
        let read = read_files(Pace::default(), &folder.inputs(&[name]), &InputOptions::default());
        assert!(matches!(read, Err(InputError::Format { .. })), "{name}");
    }
}

#[test]
fn dictionaries_give_the_values_behind_their_keys() {
    let keys = || PrimitiveArray::from([Some(1_i32), None, Some(0), Some(1), Some(2)]);
    let words = texts([Some("b"), Some("a"), None]);
    let days = typed([Some(1_i32), Some(0), None], ArrowDataType::Date32);
    let coded = |values| DictionaryArray::try_from_keys(keys(), values, false).unwrap().boxed();
    let frame = Frame::new([("word", coded(words)), ("day", coded(days))]);
    let folder = Folder::new(&[]);
    frame.arrow(&folder.path("t.arrow"), None);
    frame.arrow_stream(&folder.path("t.arrows"), None);
    for name in ["t.arrow", "t.arrows"] {
        let columns = columns_of(&read_files(SMALL, &folder.inputs(&[name]), &InputOptions::default()).unwrap());
        let cells = |place: usize| columns[place].cells.iter().map(Option::as_deref).collect::<Vec<_>>();
        assert_eq!(cells(0), [Some("a"), None, Some("b"), Some("a"), None]);
        assert_eq!(cells(1), [Some("1970-01-01"), None, Some("1970-01-02"), Some("1970-01-01"), None]);
    }
}

#[test]
fn stored_whole_numbers_that_are_declared_text_are_spelled_in_decimal() {
    let folder = Folder::new(&[]);
    let zip = numbers([800_i64, 100_000, 7].map(Some));
    let frame = Frame::new([("zip", zip), ("code", whole_texts(["0800", "800", "07"]))]);
    frame.parquet(&folder.path("t.parquet"));
    let types = [("zip".to_owned(), ColumnType::Text), ("code".to_owned(), ColumnType::Integer)];
    let options = InputOptions { column_types: types.into(), ..InputOptions::default() };
    let columns = columns_of(&read_files(SMALL, &folder.inputs(&["t.parquet"]), &options).unwrap());
    let cells = |place: usize| columns[place].cells.iter().flatten().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((columns[0].column_type, cells(0)), (ColumnType::Text, vec!["800", "100000", "7"]));
    assert_eq!((columns[1].column_type, cells(1)), (ColumnType::Integer, vec!["800", "800", "7"]));
}
