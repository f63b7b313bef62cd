use proptest::prelude::*;

use super::{CellRules, ColumnCoder, Keep, Places};
use crate::input::cells::CellBlockBuilder;
use crate::plan::InputOptions;
use crate::result::ColumnType;
use crate::secret::Secret;

/// Codes a column given in blocks and returns type, missing cells and the cells read back.
fn code(blocks: &[Vec<String>], nulls: &[&str], wanted: bool) -> (ColumnType, u64, Vec<Option<String>>) {
    let null_values = nulls.iter().map(|&null| null.to_owned()).collect();
    let rules = CellRules::new(&InputOptions { null_values, ..InputOptions::default() }, "column");
    let mut column = ColumnCoder::new(if wanted { Keep::Values } else { Keep::Facts }, "column", rules);
    for cells in blocks {
        let mut block = CellBlockBuilder::new(1);
        for cell in cells {
            block.push(cell.as_bytes()).unwrap();
        }
        let block = block.finish();
        column.take_keys(block.column(0), &block.text);
    }
    let finished = column.finish("column", &Places::default(), &[]).unwrap();
    let cells = finished.coded.map_or_else(Vec::new, |coded| {
        let value = |code| coded.dictionary.value(code).map(|value: Secret<&str>| value.expose().to_owned());
        (0..coded.codes.len()).map(|record| value(coded.codes.get(record))).collect()
    });
    (finished.column_type, finished.missing, cells)
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

#[test]
fn one_and_one_point_zero_are_one_value_of_a_numeric_column() {
    let (column_type, missing, cells) = code(&[texts(&["1", "1.0", "", "2.50"])], &[], true);
    assert_eq!((column_type, missing), (ColumnType::Decimal, 1));
    assert_eq!(cells, [Some("1".to_owned()), Some("1".to_owned()), None, Some("2.5".to_owned())]);
}

#[test]
fn one_and_one_point_zero_are_two_values_of_a_text_column() {
    let (column_type, _, cells) = code(&[texts(&["1", "1.0", "x", " x"])], &[], true);
    assert_eq!(column_type, ColumnType::Text);
    assert_eq!(cells.into_iter().flatten().collect::<Vec<_>>(), ["1", "1.0", "x", "x"]);
}

#[test]
fn named_null_spellings_are_missing_and_no_others() {
    let cells = texts(&["NA", "-", "5", "", "NA"]);
    assert_eq!(code(std::slice::from_ref(&cells), &["NA", "-"], true).1, 4);
    let (column_type, missing, _) = code(&[cells], &[], true);
    assert_eq!((column_type, missing), (ColumnType::Text, 1));
}

proptest! {
    #[test]
    fn coding_gives_text_back_whatever_the_blocks(cells in prop::collection::vec("[a-c0-9.x]{1,9}|x", 1..60), at in 0usize..60) {
        let mut cells = cells;
        cells.push("x".to_owned());
        let at = at.min(cells.len());
        let (_, _, read) = code(&[cells[..at].to_vec(), cells[at..].to_vec()], &[], true);
        prop_assert_eq!(read.into_iter().flatten().collect::<Vec<_>>(), cells);
    }

    #[test]
    fn a_column_that_is_not_coded_has_the_same_type_and_missing_cells(
        cells in prop::collection::vec("[0-3]?|[0-2]\\.[0-2]|[+]1|1e0|NaN|NA|2015-01-0[1-3]|1[0-5]/0[1-9]/2015( 08:30)?", 0..12),
        at in 0usize..12,
    ) {
        let (found, missing, _) = code(std::slice::from_ref(&cells), &["NA"], true);
        let mut backwards = cells;
        backwards.reverse();
        let at = at.min(backwards.len());
        let blocks = [backwards[..at].to_vec(), backwards[at..].to_vec()];
        let (passed, passed_missing, _) = code(&blocks, &["NA"], false);
        prop_assert_eq!((passed, passed_missing), (found, missing));
    }
}
