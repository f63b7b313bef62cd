//! Columns that have no spelling, in Parquet and JSON: refused where they are wanted, passed over where they are not.

use polars_arrow::array::{Array, FixedSizeBinaryArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
    schema_to_metadata_key,
};

use super::{Folder, ReadColumn, SMALL, columns_of, read_files};
use crate::input::{InputError, open, read, read_all};
use crate::plan::InputOptions;
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
