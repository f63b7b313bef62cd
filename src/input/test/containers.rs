//! Columns that have no spelling, in Parquet and JSON: refused where they are wanted, passed over where they are not.

use polars_arrow::array::{Array, FixedSizeBinaryArray, ListArray, StructArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
    schema_to_metadata_key,
};

use super::{Folder, ReadColumn, SMALL, columns_of, read_files};
use crate::input::{InputError, open, read, read_all};
use crate::plan::InputOptions;
use crate::result::IdentifierKind;
use crate::stop::{NoProgress, Stop};

/// A Parquet file with the column `card`, and one of decimals of up to 76 digits: 0.07 and `high` times 2 to the 128th
/// more, a missing one, and 0.05. The writer knows no such numbers, so it writes their bytes.
fn with_long_decimals(high: i128) -> Vec<u8> {
    let bytes = |high: i128, low: i128| [high.to_be_bytes(), low.to_be_bytes()].concat();
    let numbers = [Some(bytes(high, 7)), None, Some(bytes(0, 5))];
    let numbers = FixedSizeBinaryArray::from_iter(numbers.iter().map(Option::as_deref), 32);
    let cards = Utf8ViewArray::from_slice([Some("a"), Some("b"), Some("c")]);
    let schema = |sums: ArrowDataType| -> ArrowSchema {
        let fields = [("card", ArrowDataType::Utf8View), ("sum", sums)];
        fields.into_iter().map(|(name, kind)| (name.into(), Field::new(name.into(), kind, true))).collect()
    };
    let stored = schema(numbers.dtype().clone());
    let arrays: Vec<Box<dyn Array>> = vec![Box::new(cards), Box::new(numbers)];
    let batch = RecordBatchT::new(3, std::sync::Arc::new(stored.clone()), arrays);
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    };
    let encodings = vec![vec![Encoding::Plain], vec![Encoding::Plain]];
    let groups = RowGroupIterator::try_new(std::iter::once(Ok(batch)), &stored, options, encodings.into()).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), stored, options).unwrap();
    for group in groups {
        writer.write(3, group.unwrap()).unwrap();
    }
    let meant = schema(ArrowDataType::Decimal256(50, 2));
    writer.end(Some(vec![schema_to_metadata_key(&meant)])).unwrap();
    writer.into_inner()
}

fn wanted(folder: &Folder, name: &str, columns: &[bool], guessed: bool) -> Result<Vec<ReadColumn>, InputError> {
    let mut source = open(&folder.inputs(&[name]), &InputOptions::default())?;
    if guessed {
        source.pass_over_unspelled(|_| false);
    }
    let extract = if guessed {
        read(source, columns, &NoProgress, &Stop::default(), None)?
    } else {
        read_all(source, columns, &NoProgress, &Stop::default(), None)?
    };
    Ok(columns_of(&extract))
}

#[test]
fn decimals_beyond_38_digits_are_refused_only_where_they_are_wanted() {
    let folder = Folder::new(&[("long.parquet", &with_long_decimals(1)), ("short.parquet", &with_long_decimals(0))]);
    for (columns, guessed) in [([true, false], false), ([true, true], true)] {
        let read = wanted(&folder, "long.parquet", &columns, guessed).unwrap();
        assert_eq!(read[0].cells.len(), 3);
        assert_eq!((read[1].missing, read[1].cells.len()), (1, 0), "its missing cells are counted");
    }
    let error = wanted(&folder, "long.parquet", &[false, true], false).err().unwrap();
    assert!(matches!(&error, InputError::UnsupportedValues { column, .. } if column == "sum"), "{error}");
    // The type alone says that they may be as long.
    let error = wanted(&folder, "short.parquet", &[false, true], false).err().unwrap();
    assert!(matches!(error, InputError::UnsupportedValues { .. }), "{error}");
}

#[test]
fn json_columns_with_nested_values_are_refused_only_where_they_are_wanted() {
    let lines: &[u8] =
        b"{\"card\": \"a\", \"tags\": 1}\n{\"card\": \"b\"}\n{\"card\": \"c\", \"tags\": [\"x@y.example\"]}\n";
    let folder = Folder::new(&[("t.ndjson", lines)]);
    for (columns, guessed) in [([true, false], false), ([true, true], true)] {
        let read = wanted(&folder, "t.ndjson", &columns, guessed).unwrap();
        assert_eq!((read[0].cells.len(), read[1].missing, read[1].cells.len()), (3, 1, 0));
    }
    let error = wanted(&folder, "t.ndjson", &[false, true], false).err().unwrap();
    assert!(matches!(&error, InputError::NestedKey { line: 3, .. }), "{error}");
}

#[test]
fn what_nested_values_hold_is_searched_for_identifiers() {
    let line = "{\"card\": \"a\", \"contact\": [\"jane.doe@mail.example\"]}\n";
    let folder = Folder::new(&[("t.ndjson", line.as_bytes())]);
    let source = open(&folder.inputs(&["t.ndjson"]), &InputOptions::default()).unwrap();
    let extract = read_all(source, &[true, false], &NoProgress, &Stop::default(), None).unwrap();
    assert_eq!(extract.columns[1].identifiers.len(), 1);
}

#[test]
fn layouts_of_json_give_the_cells_of_lines() {
    let objects = ["{\"a\": \"1\\n}\", \"b\": {\"c\": true}}", "{\"b\": {\"c\": false, \"d\": 0.5}}", "{\"a\": null}"];
    let texts = [objects.join("\n"), format!("[{}]", objects.join(" ,\n")), objects.concat()];
    let mut first = None;
    for text in texts {
        let folder = Folder::new(&[("t.json", text.as_bytes())]);
        let read = columns_of(&read_files(SMALL, &folder.inputs(&["t.json"]), &InputOptions::default()).unwrap());
        assert_eq!(read.len(), 3);
        assert_eq!(first.get_or_insert_with(|| read.clone()), &read);
    }
}

#[test]
fn equal_files_of_other_partitions_are_no_copies() {
    let folder = Folder::new(&[]);
    for part in ["k=1", "k=2"] {
        std::fs::create_dir(folder.path(part)).unwrap();
        std::fs::write(folder.path(part).join("t.csv"), "a,b\n1,2\n").unwrap();
    }
    let extract = read_files(SMALL, &folder.inputs(&["k=1/t.csv", "k=2/t.csv"]), &InputOptions::default()).unwrap();
    let cells: Vec<Option<String>> = columns_of(&extract)[2].cells.clone();
    assert_eq!(cells, [Some("1".to_owned()), Some("2".to_owned())]);
    let copy = |name: &str| std::fs::write(folder.path("k=1").join(name), "a,b\n1,2\n").unwrap();
    copy("u.csv");
    let error = read_files(SMALL, &folder.inputs(&["k=1"]), &InputOptions::default()).err().unwrap();
    assert!(matches!(error, InputError::SameContent { .. }), "{error}");
}

/// A text somewhere in a file beside its cells.
const OUTSIDE: &str = "written by jane.doe@mail.example";

/// What is found outside the cells of a file, and how many parts of it ask for a look.
fn outside(name: &str, bytes: &[u8]) -> (Vec<IdentifierKind>, u64) {
    let folder = Folder::new(&[(name, bytes)]);
    let extract = read_files(SMALL, &folder.inputs(&[name]), &InputOptions::default()).unwrap();
    let kinds = extract.beside.iter().flat_map(|beside| &beside.found).map(|found| found.kind).collect();
    let asks = extract.files[0].left_out.iter().filter(|left| left.what.may_hold_people());
    (kinds, asks.map(|left| left.lines).sum())
}

const TABLE: &[u8] = b"card,day\na,1\nb,2\n";

fn archive_of(files: &[(&str, &[u8])], comment: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.set_comment(comment).unwrap();
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn whatever_an_archive_holds_beside_its_table_is_searched_and_asks_for_a_look() {
    let found = vec![IdentifierKind::EmailAddress];
    assert_eq!(outside("t.zip", &archive_of(&[("t.csv", TABLE)], "")), (vec![], 0));
    for other in ["README.txt", ".raw.csv", "__MACOSX/x.csv"] {
        let bytes = archive_of(&[("t.csv", TABLE), (other, OUTSIDE.as_bytes())], "");
        assert_eq!(outside("t.zip", &bytes), (found.clone(), 1), "{other}");
    }
    assert_eq!(outside("t.zip", &archive_of(&[("t.csv", TABLE)], OUTSIDE)), (found.clone(), 1));
    let plain = archive_of(&[("t.csv", TABLE)], "");
    assert_eq!(outside("t.zip", &[&plain, OUTSIDE.as_bytes()].concat()), (found, 1), "bytes behind it");
}

/// Copies of what the footer says behind every column, and a schema that does not say how long it is.
#[test]
fn what_polars_writes_beside_its_columns_asks_for_no_look() {
    for name in ["polars.parquet", "polars.arrow"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/good_input").join(name);
        assert_eq!(outside(name, &std::fs::read(path).unwrap()), (Vec::new(), 0), "{name}");
    }
}

/// The bytes of the fixture, and where its footer begins.
fn parquet_of_polars() -> (Vec<u8>, usize) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/good_input/polars.parquet");
    let bytes = std::fs::read(path).unwrap();
    let length = u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap());
    let footer = bytes.len() - 8 - usize::try_from(length).unwrap();
    (bytes, footer)
}

#[test]
fn a_copy_of_what_the_footer_says_that_differs_from_it_asks_for_a_look() {
    let (bytes, footer) = parquet_of_polars();
    for (said, other) in [(&b"\x08customer"[..], &b"\x08J. Smith"[..]), (b"(\x03c19\x18", b"(\x03Joe\x18")] {
        let at = bytes[..footer].windows(said.len()).rposition(|window| window == said).unwrap();
        let spoiled = [&bytes[..at], other, &bytes[at + other.len()..]].concat();
        assert_eq!(outside("polars.parquet", &spoiled), (Vec::new(), 1), "{}", said.escape_ascii());
    }
}

#[test]
fn a_text_behind_many_zeros_asks_for_a_look() {
    let (bytes, footer) = parquet_of_polars();
    for (text, parts) in [(&b""[..], 0), (b"Jane Doe", 1)] {
        let padded = [&bytes[..footer], &vec![0; (16 << 20) + 9], text, &bytes[footer..]].concat();
        assert_eq!(outside("polars.parquet", &padded), (Vec::new(), parts));
    }
}

#[test]
fn bytes_behind_a_schema_that_does_not_say_how_long_it_is_ask_for_a_look() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/good_input/polars.arrow");
    let bytes = std::fs::read(path).unwrap();
    // The first message of the records stands at 176, which the footer says once as a number of 64 bits.
    let (schema, rest) = bytes.split_at(176);
    let place = 176_i64.to_le_bytes();
    let hidden = [0x81_u8; 256];
    let at = rest.windows(8).rposition(|window| window == place).unwrap();
    let moved = (176_i64 + 256).to_le_bytes();
    let spoiled = [schema, &hidden, &rest[..at], &moved, &rest[at + 8..]].concat();
    assert_eq!(outside("polars.arrow", &spoiled), (Vec::new(), 1));
}

#[test]
fn what_the_members_of_a_gzip_file_say_of_themselves_is_searched_and_asks_for_a_look() {
    let member = |text: &[u8], comment: Option<&str>| {
        let mut builder = flate2::GzBuilder::new().filename("t.csv");
        if let Some(comment) = comment {
            builder = builder.comment(comment);
        }
        let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, text).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(outside("t.csv.gz", &member(TABLE, None)), (vec![], 0));
    let told = (vec![IdentifierKind::EmailAddress], 1);
    assert_eq!(outside("t.csv.gz", &member(TABLE, Some(OUTSIDE))), told);
    let second = [member(TABLE, None), member(b"c,3\n", Some(OUTSIDE))].concat();
    assert_eq!(outside("t.csv.gz", &second), told);
}

#[test]
fn a_name_of_a_file_that_holds_an_identifier_is_told() {
    assert_eq!(outside("jane.doe@mail.example.csv", TABLE), (vec![IdentifierKind::EmailAddress], 1));
    assert_eq!(outside("cards_2024-01-31.csv", TABLE), (vec![], 0));
}

#[test]
fn every_line_that_is_left_out_is_searched() {
    let found = vec![IdentifierKind::EmailAddress];
    let table = "card;day;sum;shop\na;x;1;u\nb;y;2;v\n";
    for (text, asks) in [
        (format!("{OUTSIDE}\n{table}"), 1),
        (format!("{table}Total;;{OUTSIDE};\n"), 1),
        (format!("{table}Total {OUTSIDE}\n"), 0),
    ] {
        if asks > 0 {
            assert_eq!(outside("t.csv", text.as_bytes()), (found.clone(), asks), "{text}");
        }
    }
    assert_eq!(outside("t.csv", format!("{table}Total;;3;\n").as_bytes()), (vec![], 0));
}

#[test]
fn repeated_records_are_no_repeated_headings_where_the_heading_is_in_doubt() {
    let doubtful = "Kowalczyk,Leeds\nSchmidt,York\nKowalczyk,Leeds\nRossi,Hull\nDupont,Bath\n";
    assert_eq!(outside("t.csv", doubtful.as_bytes()).1, 1);
    let certain = "name,year\nSchmidt,1970\nname,year\nRossi,1971\n";
    assert_eq!(outside("t.csv", certain.as_bytes()).1, 0);
}

#[test]
fn escapes_of_json_that_are_no_character_are_told_as_such() {
    for escape in ["\\ud800", "\\u0000"] {
        let line = format!("{{\"card\": \"a\", \"city\": \"x{escape}\"}}\n");
        let error = super::refused("t.ndjson", line.as_bytes());
        assert!(matches!(error, InputError::UnfitEscape { line: 1, .. }), "{error}");
    }
}

#[test]
fn what_an_escape_hides_in_a_nested_value_is_searched() {
    let line = "{\"card\": \"a\", \"contact\": [\"jane.doe\\u0040mail.example\"]}\n";
    let folder = Folder::new(&[("t.ndjson", line.as_bytes())]);
    let source = open(&folder.inputs(&["t.ndjson"]), &InputOptions::default()).unwrap();
    let extract = read_all(source, &[true, false], &NoProgress, &Stop::default(), None).unwrap();
    assert_eq!((extract.columns[1].identifiers.len(), extract.columns[1].unread), (1, false));
}

/// A Parquet file with a text and a column of this array, as read where only the text is wanted.
fn beside_text(array: Box<dyn Array>) -> crate::input::Extract {
    let cards = Utf8ViewArray::from_slice([Some("a"), Some("b")]);
    let fields = [("card", ArrowDataType::Utf8View), ("more", array.dtype().clone())];
    let schema: ArrowSchema =
        fields.into_iter().map(|(name, kind)| (name.into(), Field::new(name.into(), kind, true))).collect();
    let batch = RecordBatchT::new(2, std::sync::Arc::new(schema.clone()), vec![Box::new(cards), array]);
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    };
    let encodings = schema.iter_values().map(|field| get_encodings(field.dtype())).collect::<Vec<_>>();
    let groups = RowGroupIterator::try_new(std::iter::once(Ok(batch)), &schema, options, encodings.into()).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), schema.clone(), options).unwrap();
    for group in groups {
        writer.write(2, group.unwrap()).unwrap();
    }
    writer.end(Some(vec![schema_to_metadata_key(&schema)])).unwrap();
    let folder = Folder::new(&[("t.parquet", &writer.into_inner())]);
    let source = open(&folder.inputs(&["t.parquet"]), &InputOptions::default()).unwrap();
    read_all(source, &[true, false], &NoProgress, &Stop::default(), None).unwrap()
}

/// One encoding for each flat column within a column.
fn get_encodings(data_type: &ArrowDataType) -> Vec<Encoding> {
    match data_type {
        ArrowDataType::Struct(fields) => fields.iter().flat_map(|field| get_encodings(field.dtype())).collect(),
        ArrowDataType::LargeList(field) | ArrowDataType::List(field) => get_encodings(field.dtype()),
        _ => vec![Encoding::Plain],
    }
}

#[test]
fn what_structures_and_lists_of_columns_hold_is_searched() {
    let mails = || Utf8ViewArray::from_slice([Some("jane.doe@mail.example"), None]).boxed();
    let fields = vec![Field::new("mail".into(), ArrowDataType::Utf8View, true)];
    let inner = StructArray::new(ArrowDataType::Struct(fields), 2, vec![mails()], None);
    let kind = ListArray::<i64>::default_datatype(ArrowDataType::Utf8View);
    let list = ListArray::<i64>::new(kind, vec![0, 1, 2].try_into().unwrap(), mails(), None);
    for array in [inner.boxed(), list.boxed()] {
        let more = &beside_text(array).columns[1];
        assert!(!more.unread && more.coded.is_none() && more.missing == 0);
        assert_eq!(
            more.identifiers.iter().map(|found| (found.kind, found.records)).collect::<Vec<_>>(),
            [(IdentifierKind::EmailAddress, 1)]
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_searched_as_far_as_they_are_text_and_not_counted_as_searched() {
    let bytes: [Option<&[u8]>; 2] = [Some(b"\xff\xfe jane.doe@mail.example \xff"), Some(b"\xff")];
    let array = polars_arrow::array::BinaryArray::<i64>::from(bytes);
    let more = &beside_text(array.boxed()).columns[1];
    assert!(more.unread);
    assert_eq!(more.identifiers.len(), 1);
}
