//! Delimited text and NDJSON.

use proptest::prelude::*;

use super::{cells, columns_of, csv, read_one, refused};
use crate::input::InputError;
use crate::plan::{InputOptions, Sign, TextEncoding};
use crate::result::ColumnType;
use crate::tries::tries;

#[test]
fn quotes_commas_and_line_ends_inside_fields_are_kept() {
    assert_eq!(cells("a,b\n\"x,1\",\"y\"\"z\"\n\"p\nq\",r\n"), [["x,1", "p\nq"], ["y\"z", "r"]]);
    assert_eq!(cells("a,b\r\n\"p\r\nq\",r\r\n"), [["p\r\nq"], ["r"]]);
}

#[test]
fn a_quote_opens_a_field_only_at_its_beginning() {
    assert_eq!(cells("a,b\n5\" pipe,x\n7\" pipe,y\n"), [["5\" pipe", "7\" pipe"], ["x", "y"]]);
}

#[test]
fn the_last_line_end_may_be_missing_and_empty_lines_do_not_count() {
    assert_eq!(cells("a,b\n\n1,2\n\n\n3,4"), [["1", "3"], ["2", "4"]]);
}

#[test]
fn in_a_file_of_one_column_an_empty_line_is_a_missing_cell() {
    let columns = csv("a\nx\n\ny\n");
    assert_eq!((columns[0].cells.len(), columns[0].missing), (3, 1));
    let columns = csv("a\r\n\"x\"\r\n\r\ny\r\n");
    assert_eq!((columns[0].cells.len(), columns[0].missing), (3, 1));
}

#[test]
fn files_with_carriage_returns_alone_are_read() {
    assert_eq!(cells("a,b\r1,2\r3,4\r"), [["1", "3"], ["2", "4"]]);
}

#[test]
fn header_names_and_cells_are_trimmed() {
    let columns = csv("\u{feff}rec_id, name\nr-1, anna\nr-2,anna\n");
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["rec_id", "name"]);
    assert_eq!(columns[1].cells, [Some("anna".to_owned()), Some("anna".to_owned())]);
}

#[test]
fn every_usual_delimiter_is_found() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = format!("a{delimiter}b\nx y{delimiter}1.5\nz{delimiter}2.5\n");
        assert_eq!(cells(&text), [["x y", "z"], ["1.5", "2.5"]], "{delimiter:?}");
    }
    assert_eq!(cells("a;b\n1,5;2,5\n2,5;3,5\n"), [["1.5", "2.5"], ["2.5", "3.5"]]);
}

#[test]
fn single_quotes_count_when_the_whole_header_stands_in_them() {
    assert_eq!(cells("'a','b'\n'x,y','z'\n"), [["x,y"], ["z"]]);
    assert_eq!(cells("a,b\n'x','z'\n"), [["'x'"], ["'z'"]]);
}

#[test]
fn a_first_record_of_values_is_not_a_header() {
    let columns = csv("1,2015-01-01,\n2,2015-01-02,x\n");
    assert_eq!(columns[0].name, "column_1");
    assert_eq!(columns[0].cells.len(), 2);
    let options = InputOptions { header: Some(false), ..InputOptions::default() };
    let columns = columns_of(&read_one("data.csv", b"x,y\nz,w\n", &options).unwrap());
    assert_eq!((columns[1].name.as_str(), columns[1].cells.len()), ("column_2", 2));
}

#[test]
fn a_first_record_that_may_be_data_is_refused_by_line_unless_the_header_is_declared() {
    for first in ["anna,1.5", "anna,2015-01-01", "anna,08:30", "anna,007", "anna,\"1.234,56\"", "anna,", "anna,true"] {
        for (blank, line) in [("", 1), ("\n\n", 3)] {
            let error = refused("data.csv", format!("{blank}{first}\nberta,2\n").as_bytes());
            assert_eq!(error.to_string(), format!("line {line} of `data.csv` looks like data, not column names"));
            assert!(error.hint().unwrap().contains("--no-header"));
        }
    }
    let read = |header| {
        let options = InputOptions { header: Some(header), ..InputOptions::default() };
        columns_of(&read_one("data.csv", b"year,2015\nx,1\n", &options).unwrap())
    };
    assert_eq!(read(true)[1].name, "2015");
    assert_eq!((read(false)[1].name.as_str(), read(false)[1].cells.len()), ("column_2", 2));
    assert_eq!(csv("a1,col 2,3rd\nx,y,z\n").len(), 3);
}

#[test]
fn named_options_are_taken_as_named() {
    let options = InputOptions {
        delimiter: Some(Sign::of_byte(b'|')),
        quote: Some(None),
        null_values: vec!["NA".to_owned()],
        ..InputOptions::default()
    };
    let columns = columns_of(&read_one("data.csv", b"a|b,c\n\"x|1\nNA|2\n", &options).unwrap());
    assert_eq!(columns[1].name, "b,c");
    assert_eq!(columns[0].cells, [Some("\"x".to_owned()), None]);
}

#[test]
fn na_is_text_unless_it_is_named() {
    let column = &csv("a,b\nNA,1\n1,1\n")[0];
    assert_eq!((column.column_type, column.missing), (ColumnType::Text, 0));
}

#[test]
fn types_are_found_from_all_cells() {
    let text = "i,d,day,at,z,t,b,x,e,code\n\
        1,1.50,2015-01-31,2015-01-31 08:00,2015-01-31T08:00Z,08:00,true,x,,007\n\
        1.0,2,2015/01/31,2015-01-31T08:00:00,2015-01-31T09:00:00+01:00,08:00:00,FALSE,1,,7\n";
    let columns = csv(text);
    let types: Vec<ColumnType> = columns.iter().map(|column| column.column_type).collect();
    let expected = [
        ColumnType::Integer,
        ColumnType::Decimal,
        ColumnType::Date,
        ColumnType::Timestamp,
        ColumnType::ZonedTimestamp,
        ColumnType::Time,
        ColumnType::Boolean,
        ColumnType::Text,
        ColumnType::Empty,
        ColumnType::Text,
    ];
    assert_eq!(types, expected);
    for index in [0, 2, 3, 4, 5] {
        assert_eq!(columns[index].cells[0], columns[index].cells[1], "column {index}");
    }
    assert_eq!(columns[9].cells, [Some("007".to_owned()), Some("7".to_owned())]);
}

#[test]
fn encodings_are_found_and_give_the_same_cells() {
    let text = "name,city\nJosé,Zürich\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let with_mark = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    let latin: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let files = [
        text.as_bytes().to_vec(),
        with_mark(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        with_mark(b"\xff\xfe", utf16(u16::to_le_bytes)),
        with_mark(b"\xfe\xff", utf16(u16::to_be_bytes)),
        latin,
    ];
    for (index, file) in files.iter().enumerate() {
        let columns = columns_of(&read_one("data.csv", file, &InputOptions::default()).unwrap());
        assert_eq!(columns[0].name, "name", "file {index}");
        assert_eq!(columns[1].cells, [Some("Zürich".to_owned())], "file {index}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn invalid_text_is_refused_with_its_line_and_a_hint() {
    let mut text = b"a,b\n".to_vec();
    (0..300_000).for_each(|_| text.extend_from_slice(b"xx,y\n"));
    text.extend_from_slice(b"\xe9,y\n");
    let error = refused("data.csv", &text);
    assert!(matches!(error, InputError::Encoding { line: 300_002, .. }), "{error}");
    assert!(error.hint().unwrap().contains("--encoding windows-1252"));
    let options = InputOptions { encoding: Some(TextEncoding::Windows1252), ..InputOptions::default() };
    assert_eq!(read_one("data.csv", &text, &options).unwrap().records, 300_001);
}

#[test]
fn zero_bytes_are_refused() {
    let error = refused("data.csv", b"a,b\n1,2\n1,\x002\n");
    assert!(matches!(error, InputError::ZeroByte { line: 3, .. }), "{error}");
}

#[test]
fn ragged_records_are_refused_with_their_line() {
    for (text, expected_line, expected_found) in [
        ("a,b,c\n1,2,3\n1,2\n", 3, 2),
        ("a,b,c\n1,2,3\n\n1,2,3,4\n", 4, 4),
        ("a,b,c\n1,\"2\n2\",3\n\"1\",2\n", 4, 2),
        ("a,b,c\r\n1,2,3\r\n1,2,3,4,5\r\n", 3, 5),
        ("a\nx\ny,z\n", 3, 2),
    ] {
        match refused("data.csv", text.as_bytes()) {
            InputError::Ragged { line, found, .. } => assert_eq!((line, found), (expected_line, expected_found)),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn an_open_quote_is_refused_with_the_line_where_it_opens() {
    let error = refused("data.csv", b"a,b\n1,2\n3,\"4\n5,6\n");
    assert!(matches!(error, InputError::OpenQuote { line: 3, .. }), "{error}");
}

#[test]
fn empty_and_repeated_names_are_refused() {
    let unnamed = read_one("d.csv", b"a,,c\n1,2,3\n", &comma()).err().unwrap();
    assert!(matches!(unnamed, InputError::UnnamedColumn { position: 2, .. }), "{unnamed}");
    assert!(matches!(refused("d.csv", b"a,b, a\n1,2,3\n"), InputError::DuplicateColumn { first: 1, second: 3, .. }));
    assert!(matches!(refused("d.csv", b""), InputError::Empty { .. }));
    assert!(matches!(refused("d.csv", b"\n\n"), InputError::Empty { .. }));
}

#[test]
fn a_header_alone_is_an_extract_without_records() {
    let columns = csv("a,b\n");
    assert_eq!(columns[0].column_type, ColumnType::Empty);
    assert_eq!(columns[0].cells.len(), 0);
}

#[test]
fn two_thousand_columns_are_read() {
    let header: Vec<String> = (0..2000).map(|column| format!("c{column}")).collect();
    let record: Vec<String> = (0..2000).map(|column| (column % 7).to_string()).collect();
    let columns = csv(&format!("{}\n{}\n", header.join(","), record.join(",")));
    assert_eq!(columns.len(), 2000);
    assert_eq!(columns[1999].cells, [Some("4".to_owned())]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_field_of_ten_mebibytes_is_read_and_one_of_seventeen_is_refused() {
    let text = |mebibytes: usize| format!("a,b\n1,{}\n2,x\n", "y".repeat(mebibytes << 20));
    let columns = columns_of(&read_one("data.csv", text(10).as_bytes(), &InputOptions::default()).unwrap());
    assert_eq!(columns[1].cells[0].as_ref().map(String::len), Some(10 << 20));
    assert!(matches!(refused("data.csv", text(17).as_bytes()), InputError::FieldTooLong { line: 2, .. }));
    assert!(matches!(refused("data.csv", text(140).as_bytes()), InputError::RecordTooLong { line: 2, .. }));
}

#[test]
fn errors_do_not_hold_cells() {
    let texts: [&[u8]; 8] = [
        b"canary,2\ncanary,3\n",
        b"{\"a\": 1, \"1canary\": canary}\n",
        b"a,b\ncanary,2\ncanary\n",
        b"a,b\ncanary,\"canary\n",
        b"a,b\ncanary,\x00canary\n",
        b"{\"a\": \"canary\"}\n{\"a\": [\"canary\"]}\n",
        b"{\"a\": \"canary\"}\n{\"a\": canary}\n",
        b"{\"a\": \"canary\"}\ncanary\n",
    ];
    for text in texts {
        let name = if text[0] == b'{' { "d.ndjson" } else { "d.csv" };
        let error = refused(name, text);
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("canary"), "{error}");
    }
}

#[test]
fn json_objects_are_read_by_key() {
    let text = "{\"a\": 1.10, \"b\": \"x\\n\\u00e9\", \"c\": true}\n\n{\"c\": false, \"a\": 1.1, \"b\": null}\n{\"b\": \"\"}\n";
    let columns = columns_of(&read_one("d.ndjson", text.as_bytes(), &InputOptions::default()).unwrap());
    assert_eq!(columns[0].cells, [Some("1.1".to_owned()), Some("1.1".to_owned()), None]);
    assert_eq!(columns[1].cells, [Some("x\né".to_owned()), None, None]);
    assert_eq!(columns[2].column_type, ColumnType::Boolean);
}

#[test]
fn sparse_json_objects_have_the_columns_of_all_whatever_their_order() {
    let lines = ["{\"a\": 1, \"c\": 2}", "{\"b\": 3}", "{\"c\": 4, \"d\": 5}", "{\"a\": 6, \"c\": 7, \"d\": 8}"];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let text = order.map(|line: usize| lines[line]).join("\n");
        let columns = columns_of(&read_one("d.ndjson", text.as_bytes(), &InputOptions::default()).unwrap());
        let found: Vec<(&str, u64)> = columns.iter().map(|column| (column.name.as_str(), column.missing)).collect();
        assert_eq!(found, [("a", 2), ("b", 3), ("c", 1), ("d", 2)]);
    }
    let text = "{\"z\": 1, \"y\": 2}\n{\"z\": 1, \"y\": 2}\n";
    let columns = columns_of(&read_one("d.ndjson", text.as_bytes(), &InputOptions::default()).unwrap());
    assert_eq!(columns[0].name, "z", "equal objects keep their order");
}

#[test]
fn json_keys_that_are_values_are_refused_and_not_shown() {
    let many = (0..50).map(|record| format!("{{\"canary{record}\": 1}}")).collect::<Vec<_>>().join("\n");
    let late = format!("{}{{\"a\": 1, \"canary\": 2}}\n", "{\"a\": 1}\n".repeat(1000));
    for text in [many.as_str(), &late, "{\"2015-01-01\": 1}\n"] {
        let error = refused("d.ndjson", text.as_bytes());
        assert!(matches!(error, InputError::Format { .. } | InputError::UnknownKey { .. }), "{error}");
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("canary"), "{error}");
    }
    let error = refused("d.ndjson", late.as_bytes());
    assert!(matches!(error, InputError::UnknownKey { line: 1001, position: 2, .. }), "{error}");
}

#[test]
fn json_numbers_keep_every_digit() {
    let text = "{\"a\": 0.1000000000000000000000000001}\n{\"a\": 0.1000000000000000000000000002}\n";
    let column = &columns_of(&read_one("d.ndjson", text.as_bytes(), &InputOptions::default()).unwrap())[0];
    assert_eq!(column.column_type, ColumnType::Decimal);
    assert_ne!(column.cells[0], column.cells[1]);
}

#[test]
fn json_mistakes_are_refused_with_their_line() {
    let refuse = |second: &str| refused("d.ndjson", format!("{{\"a\": 1}}\n{second}\n").as_bytes());
    assert!(matches!(refuse("{\"a\": 1, \"a\": 2}"), InputError::RepeatedKey { line: 2, .. }));
    assert!(matches!(refuse("{\"a\": [1]}"), InputError::NestedKey { line: 2, .. }));
    assert!(matches!(refuse("[1]"), InputError::NotAnObject { line: 2, .. }));
    assert!(matches!(refuse("{\"a\": 1"), InputError::NotAnObject { line: 2, .. }));
    assert!(matches!(refuse("{\"a\": 1} {\"a\": 2}"), InputError::NotAnObject { line: 2, .. }));
    assert!(matches!(refused("d.json", b"[{\"a\": 1},\n2]"), InputError::NotAnObject { line: 2, .. }));
    assert!(matches!(refused("d.json", b"[{\"a\": 1},\n{\"a\": 2}"), InputError::Format { .. }), "no end");
    assert!(
        matches!(refused("d.json", b"{\"rows\": [{\"a\": 1}]}"), InputError::Format { .. }),
        "records in an object"
    );
}

/// The records of a text as the `csv` crate reads them; `None` where it refuses.
fn peer(text: &str) -> Option<Vec<Vec<String>>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let mut columns = vec![Vec::new(); reader.headers().ok()?.len()];
    for record in reader.records() {
        for (column, cell) in columns.iter_mut().zip(&record.ok()?) {
            column.push(cell.to_owned());
        }
    }
    Some(columns)
}

/// Whether every record ends with one more delimiter than the heading and nothing behind it, which is read here.
fn every_record_is_closed(text: &str) -> bool {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let width = reader.headers().unwrap().len() + 1;
    reader.records().all(|record| record.is_ok_and(|record| record.len() == width && record[width - 1].is_empty()))
}

fn comma() -> InputOptions {
    InputOptions {
        delimiter: Some(Sign::of_byte(b',')),
        quote: Some(Some(b'"')),
        header: Some(true),
        // Nothing may be lost on the way from the file to the cells.
        trim: Some(false),
        ..InputOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(256)))]

    #[test]
    fn whatever_is_written_is_read_back(
        records in prop::collection::vec(prop::collection::vec("[a,\"\n\ré ]{0,12}", 3), 0..12),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        for record in &records {
            writer.write_record(record).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let extract = read_one("data.csv", &text, &comma()).unwrap();
        for (index, column) in columns_of(&extract).into_iter().enumerate() {
            let read: Vec<String> = column.cells.into_iter().map(Option::unwrap_or_default).collect();
            let written: Vec<String> = records.iter().map(|record| record[index].clone()).collect();
            prop_assert_eq!(read, written);
        }
    }

    #[test]
    fn any_text_is_read_as_a_sequential_reader_reads_it_or_refused(body in "[ab,,,\"\n\n\r]{0,40}") {
        let text = format!("x,y\n{body}");
        match (read_one("data.csv", text.as_bytes(), &comma()), peer(&text)) {
            (Ok(extract), Some(expected)) => {
                let read: Vec<Vec<String>> = columns_of(&extract)
                    .into_iter()
                    .map(|column| column.cells.into_iter().map(Option::unwrap_or_default).collect())
                    .collect();
                prop_assert_eq!(read, expected);
            }
            (Ok(_), None) => prop_assert!(every_record_is_closed(&text), "a text was read that the csv crate refuses"),
            // Quotes that stay open are refused here and forgiven there.
            (Err(error), Some(_)) => prop_assert!(matches!(error, InputError::OpenQuote { .. }), "{}", error),
            (Err(_), None) => {}
        }
    }
}

#[test]
fn ascii_that_is_declared_as_ebcdic_is_refused_with_a_hint() {
    for encoding in [TextEncoding::Cp037, TextEncoding::Cp273, TextEncoding::Cp500, TextEncoding::Cp1047] {
        let options = InputOptions { encoding: Some(encoding), ..InputOptions::default() };
        let error = read_one("d.csv", b"region,ref\nnorth,jane.doe@example.org\n", &options).err().unwrap();
        assert!(error.to_string().contains("ASCII") && error.to_string().contains("`encoding`"), "{error}");
        assert!(!error.to_string().contains("jane"), "{error}");
    }
}
