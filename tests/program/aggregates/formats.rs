//! Finished tables in Parquet and Excel go through the same reader as CSV: the same figures, and the same errors.

use std::fs;

use serde_json::Value;

use crate::files_as_they_come::workbooks::{Sheet, workbook};
use crate::support::frames::{Frame, numbers, whole_texts};
use crate::support::{Bench, CANARY};

const TABLE: &str = "region,kind,n,hidden\nTotal,Total,190,no\nTotal,k1,45,no\nTotal,k2,101,no\nTotal,k3,44,no\nr1,Total,80,no\n\
                     r1,k1,20,yes\nr1,k2,50,no\nr1,k3,10,yes\nr2,Total,49,no\nr2,k1,8,yes\nr2,k2,19,no\nr2,k3,22,yes\n\
                     r3,Total,61,no\nr3,k1,17,no\nr3,k2,32,no\nr3,k3,12,no\n";

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The same table in three formats, each in a file of this name.
fn files(bench: &Bench, text: &str) -> [String; 3] {
    bench.write("table.csv", text);
    let rows = rows(text);
    let column = |place: usize| -> Vec<&str> { rows[1..].iter().map(|row| row[place].as_str()).collect() };
    let named = |place: usize| (rows[0][place].as_str(), whole_texts(column(place)));
    let mut columns: Vec<_> = [0, 1, 3].into_iter().map(named).collect();
    let counts: Result<Vec<i64>, _> = column(2).iter().map(|cell| cell.parse()).collect();
    // A column of numbers as numbers, one with text in it as text.
    columns.push(counts.map_or_else(|_| named(2), |counts| ("n", numbers(counts.into_iter().map(Some)))));
    Frame::new(columns).parquet(&bench.input("table.parquet"));
    let cell = |cell: &String| if cell.parse::<i64>().is_ok() { format!("={cell}") } else { cell.clone() };
    let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let book = workbook(&[Sheet { name: "table", hidden: false, rows }]);
    fs::write(bench.input("table.xlsx"), book).expect("a file");
    ["table.csv", "table.parquet", "table.xlsx"].map(str::to_owned)
}

fn config(bench: &Bench, file: &str) -> std::path::PathBuf {
    bench.write(
        "reidrisk.toml",
        format!(
            "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"counts\"\nby = [\"region\", \"kind\"]\nstatistic = \"count\"\n\
             rules = [\"frequency:5\"]\ntable = {{ file = \"{file}\", value = \"n\", suppressed = \"hidden\" }}\n"
        ),
    )
}

#[test]
fn a_table_in_parquet_and_excel_gives_the_figures_of_csv() {
    let measured = |place: usize| -> (Option<i32>, Value) {
        let bench = Bench::new();
        let file = files(&bench, TABLE)[place].clone();
        let config = config(&bench, &file);
        let ended = bench.scan([bench.input(&file).as_os_str(), "--config".as_ref(), config.as_os_str()]);
        let mut table = bench.result()["measures"]["aggregates"]["value"]["tables"][0].clone();
        table.as_object_mut().expect("a table").remove("file").expect("the bytes differ");
        (ended.code, table)
    };
    let [csv, parquet, excel] = [0, 1, 2].map(measured);
    assert_eq!((csv.0, &csv.1["audit"]["suppressed_cells"]), (Some(0), &4.into()), "{csv:?}");
    assert_eq!(csv, parquet);
    assert_eq!(csv, excel);
}

#[test]
fn a_bad_table_in_parquet_and_excel_is_refused_in_the_words_of_csv() {
    let lines = TABLE.replace("r3,k2,32,no\n", "r3,k2,32,no\nr3,k2,32,no\n");
    let cases = [
        (TABLE.replace("r3,k2,32", &format!("r3,k2,{CANARY}")), 3, "column `n` holds no number in line 15"),
        (TABLE.replace("r3,k2,32", "r3,k2,-32"), 3, "no whole count from 0 up in line 15"),
        (lines, 3, "lines 15 and 16 are the same cell"),
        (TABLE.replace("32,no", "32,perhaps"), 3, "says neither yes nor no in line 15"),
        (TABLE.replace("Total", "Everything"), 2, "no line is the total of column `region`"),
    ];
    for (text, code, words) in cases {
        for place in 0..3 {
            let bench = Bench::new();
            let file = files(&bench, &text)[place].clone();
            let config = config(&bench, &file);
            let ended = bench.scan([bench.input(&file).as_os_str(), "--config".as_ref(), config.as_os_str()]);
            bench.assert_refused(&ended, code, &[words]);
        }
    }
}
