//! Text that is not the table it should be.

use std::fmt::Write as _;

use crate::support::{Bench, CANARY};

/// A small extract of `records` purchases by four cards; every text cell holds the canary.
pub(crate) fn purchases(records: usize) -> String {
    let mut text = String::from("card,merchant,amount\n");
    for record in 0..records {
        let (card, merchant) = (record % 4, record % 3);
        writeln!(text, "{CANARY}-{card},{CANARY}-shop-{merchant},{record}.50").expect("memory takes text");
    }
    text
}

/// What scans of [`purchases`] are told about its columns.
pub(crate) const ROLES: [&str; 4] = ["--subject", "card", "--quasi", "merchant,amount"];

fn scan_bytes(name: &str, bytes: &[u8]) -> (Bench, crate::support::Ended) {
    let bench = Bench::new();
    let path = bench.write(name, bytes);
    let ended = bench.scan([path.to_str().expect("a path is text")].iter().chain(&ROLES));
    (bench, ended)
}

#[test]
fn the_extract_these_tests_spoil_is_sound_itself() {
    let (bench, ended) = scan_bytes("cards.csv", purchases(40).as_bytes());
    let result = bench.assert_counted(&ended, 40);
    assert_eq!(result["dataset"]["subjects"], 4);
}

#[test]
fn an_empty_file_is_refused() {
    let (bench, ended) = scan_bytes("cards.csv", b"");
    bench.assert_refused(&ended, 3, &["cards.csv", "empty"]);
}

#[test]
fn a_header_without_records_is_never_a_pass() {
    let (bench, ended) = scan_bytes("cards.csv", b"card,merchant,amount\n");
    bench.assert_refused_or_counted(&ended, 0);
}

#[test]
fn a_record_with_a_missing_field_is_refused_with_its_line() {
    let text = purchases(10) + CANARY + ",shop\n" + &purchases(3)["card,merchant,amount\n".len()..];
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused(&ended, 3, &["cards.csv", "12"]);
}

#[test]
fn a_record_with_a_field_too_many_is_refused_with_its_line() {
    let text = purchases(10) + CANARY + ",shop,1.50,more\n";
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused(&ended, 3, &["cards.csv", "12"]);
}

#[test]
fn a_quote_that_is_never_closed_is_refused() {
    let text = purchases(10) + "c,\"" + CANARY + ",1.50\nc,shop,2\n";
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused(&ended, 3, &["cards.csv"]);
}

#[test]
fn the_wrong_delimiter_is_refused_by_the_missing_columns() {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(10));
    let config = bench.write("wrong.toml", "[dataset]\ndelimiter = \";\"\n");
    let inputs = [path, config].map(|path| path.to_str().expect("a path is text").to_owned());
    let ended = bench.scan([inputs[0].as_str(), "--config", &inputs[1]].iter().chain(&ROLES));
    bench.assert_refused(&ended, 2, &["card"]);
}

#[test]
fn a_nul_byte_is_refused_with_its_line() {
    let text = purchases(10) + "c,shop\0" + CANARY + ",1.50\n";
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused(&ended, 3, &["cards.csv", "12"]);
}

#[test]
fn a_file_of_nul_bytes_is_refused() {
    let (bench, ended) = scan_bytes("cards.csv", &[0; 4096]);
    bench.assert_refused(&ended, 3, &["cards.csv"]);
}

#[test]
fn invalid_utf8_is_refused_or_counted() {
    let mut bytes = purchases(10).into_bytes();
    bytes.extend(b"c,\xE9\xFF,1.50\n");
    let (bench, ended) = scan_bytes("cards.csv", &bytes);
    bench.assert_refused_or_counted(&ended, 11);
}

#[test]
fn invalid_utf8_behind_a_utf8_mark_is_refused() {
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend(purchases(10).bytes());
    bytes.extend(b"c,\xE9\xFF,1.50\n");
    let (bench, ended) = scan_bytes("cards.csv", &bytes);
    bench.assert_refused(&ended, 3, &["cards.csv"]);
}

#[test]
fn two_columns_of_one_name_are_refused_by_their_places() {
    let text = format!("card,merchant,amount,merchant\n{CANARY},a,1,b\n");
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused(&ended, 3, &["cards.csv", "columns 2 and 4"]);
}

#[test]
fn two_thousand_columns_are_counted_when_two_are_asked_for() {
    let header: Vec<String> = (0..2000).map(|column| format!("column{column}")).collect();
    let record = vec![CANARY; 2000].join(",");
    let bench = Bench::new();
    let path = bench.write("wide.csv", format!("{}\n{record}\n{record}\n", header.join(",")));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "column0,column1999"]);
    let result = bench.assert_counted(&ended, 2);
    assert_eq!(result["measures"]["uniqueness"]["value"]["full"]["classes"], 1);
}

#[test]
fn a_lattice_of_two_thousand_columns_is_refused_before_it_starts() {
    let header: Vec<String> = (0..2000).map(|column| format!("column{column}")).collect();
    let record = vec![CANARY; 2000].join(",");
    let bench = Bench::new();
    let path = bench.write("wide.csv", format!("{}\n{record}\n", header.join(",")));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", &header.join(",")]);
    bench.assert_refused(&ended, 2, &["max-set"]);
}

#[test]
fn one_column_is_counted() {
    let bench = Bench::new();
    let path = bench.write("one.csv", format!("merchant\n{CANARY}\n{CANARY}\nother\n"));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "merchant"]);
    let full = bench.assert_counted(&ended, 3)["measures"]["uniqueness"]["value"]["full"].clone();
    assert_eq!((&full["classes"], &full["unique_records"]), (&2.into(), &1.into()));
}

#[test]
fn empty_cells_are_one_value_of_their_own() {
    let bench = Bench::new();
    let path = bench.write("empty.csv", "a,b\n,x\n,x\n,x\n");
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "a,b"]);
    let full = bench.assert_counted(&ended, 3)["measures"]["uniqueness"]["value"]["full"].clone();
    assert_eq!((&full["classes"], &full["smallest_class"]), (&1.into(), &3.into()));
}

#[test]
fn records_without_any_value_are_in_no_class() {
    let bench = Bench::new();
    let path = bench.write("empty.csv", "a,b\n,\n,x\n,\n");
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "a,b"]);
    let full = bench.assert_counted(&ended, 3)["measures"]["uniqueness"]["value"]["full"].clone();
    assert_eq!((&full["classes"], &full["smallest_class"]), (&1.into(), &1.into()));
}

#[test]
fn records_without_a_subject_are_never_a_pass() {
    let bench = Bench::new();
    let path = bench.write("nobody.csv", format!("card,merchant\n,{CANARY}\n,{CANARY}\n"));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--subject", "card", "--quasi", "merchant"]);
    let result = bench.assert_counted(&ended, 2);
    assert_eq!(result["dataset"]["records_without_subject"], 2);
    assert_eq!(result["verdict"]["outcome"], "fail");
}

#[test]
fn a_field_of_ten_mebibytes_is_refused_or_counted() {
    let text = purchases(10) + "c,\"" + CANARY + &"x".repeat(10 << 20) + "\",1.50\n";
    let (bench, ended) = scan_bytes("cards.csv", text.as_bytes());
    bench.assert_refused_or_counted(&ended, 11);
}

#[test]
fn a_column_name_cannot_write_to_the_terminal() {
    let bench = Bench::new();
    let path = bench.write("hostile.csv", "\u{1b}[31mred,b\n1,2\n");
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "nothing"]);
    bench.assert_refused(&ended, 3, &["column 1"]);
    assert!(
        !ended.stderr.contains('\u{1b}') && !ended.stderr.contains("[31m"),
        "it is neither sent nor shown\n{ended}"
    );
}
