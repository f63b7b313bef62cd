//! Fields of fixed width under a declared layout, in the code pages of mainframes and of older systems.

use std::fmt::Write as _;

use super::world::{assert_clean, assert_no_cell, records};
use crate::support::{Bench, repository_file};

/// Name, first position and width of each field.
const FIELDS: [(&str, usize, usize); 6] = [
    ("customer", 1, 8),
    ("day", 9, 10),
    ("amount", 20, 12),
    ("merchant", 32, 20),
    ("city", 52, 12),
    ("birth_year", 64, 4),
];

/// Characters of a record.
const LENGTH: usize = 67;

fn configuration(extra: &str) -> String {
    let fields =
        FIELDS.map(|(name, start, length)| format!("{{ name = \"{name}\", start = {start}, length = {length} }}"));
    format!("[dataset]\nlayout = [{}]\n{extra}", fields.join(", "))
}

/// The records in fields, `line_end` behind each.
fn lines(line_end: &str) -> String {
    let mut text = String::new();
    for [customer, day, amount, merchant, city, year] in records() {
        write!(text, "{customer:<8}{day:<10} {amount:>12}{merchant:<20}{city:<12}{year:>4}{line_end}")
            .expect("a string");
    }
    text
}

/// Letters, digits and the signs of these records in EBCDIC, which is the same in every page of it.
fn ebcdic(text: &str) -> Vec<u8> {
    let letter = |byte: u8, first: u8, starts: [u8; 3]| {
        let place = byte - first;
        match place {
            0..=8 => starts[0] + place,
            9..=17 => starts[1] + (place - 9),
            _ => starts[2] + (place - 18),
        }
    };
    let code = |byte: u8| match byte {
        b'A'..=b'Z' => letter(byte, b'A', [0xc1, 0xd1, 0xe2]),
        b'a'..=b'z' => letter(byte, b'a', [0x81, 0x91, 0xa2]),
        b'0'..=b'9' => 0xf0 + (byte - b'0'),
        b' ' => 0x40,
        b'-' => 0x60,
        b'.' => 0x4b,
        b'\n' => 0x15,
        _ => panic!("a sign that the records do not have"),
    };
    text.bytes().map(code).collect()
}

#[test]
fn fields_of_fixed_width_are_read_as_the_clean_file_is() {
    let wrapped = format!("record_length = {LENGTH}\n");
    let files: [(&str, Vec<u8>, String); 8] = [
        ("line feeds", lines("\n").into_bytes(), configuration("")),
        ("carriage returns", lines("\r\n").into_bytes(), configuration("")),
        ("a heading that is skipped", format!("customers\n{}", lines("\n")).into_bytes(), configuration("skip = 1\n")),
        ("a line below", (lines("\n") + "9999480\n").into_bytes(), configuration("footer = 1\n")),
        ("comments", ("*head\n".to_owned() + &lines("\n")).into_bytes(), configuration("comment = \"*\"\n")),
        ("EBCDIC of the United States", ebcdic(&lines("\n")), configuration("encoding = \"cp037\"\n")),
        (
            "German EBCDIC without line ends",
            ebcdic(&lines("")),
            configuration(&format!("encoding = \"cp273\"\n{wrapped}")),
        ),
        ("no line ends", lines("").into_bytes(), configuration(&wrapped)),
    ];
    for (kind, bytes, configuration) in files {
        let bench = Bench::new();
        let path = bench.write("extract.dat", bytes);
        let configuration = bench.write("reidrisk.toml", configuration);
        assert_clean(&bench, kind, &[&path], &["--config", configuration.to_str().expect("a path")]);
    }
}

#[test]
fn without_a_layout_no_record_is_shown() {
    let case = std::fs::read(repository_file("tests/data/cases/F12_fixed/fixed.txt")).expect("the case");
    let cells: Vec<String> = ["Jane Roe", "Mary-Ann", "C0001", "3809.56"].map(str::to_owned).to_vec();
    for (kind, bytes, words) in [
        ("the case of a bank", case, "no delimiter"),
        ("fields without gaps", lines("\n").replace(' ', "_").into_bytes(), "no delimiter"),
        ("one line", lines("\n").lines().next().expect("a line").as_bytes().to_vec(), "no delimiter"),
        ("EBCDIC", ebcdic(&lines("\n")), "EBCDIC"),
        ("EBCDIC without line ends", ebcdic(&lines("")), "EBCDIC"),
    ] {
        for name in ["fixed.txt", "fixed.csv", "fixed.dat"] {
            let bench = Bench::new();
            let path = bench.write(name, &bytes);
            let ended = bench.scan([path]);
            bench.assert_refused(&ended, 3, &[words]);
            assert_no_cell(&bench, kind, &[&ended.stdout, &ended.stderr], &cells);
        }
    }
}

#[test]
fn text_outside_of_the_layout_is_refused_by_line() {
    let behind = lines("\n").replacen("1970\n", "1970 DE89\n", 1);
    let between = lines("\n").replacen("2024-04-11 ", "2024-04-11x", 1);
    let short = lines("").chars().skip(3).collect::<String>();
    for (text, extra, words) in [
        (behind, String::new(), "line 1 of `extract.dat` does not fit the layout: text follows its last field"),
        (between, String::new(), "line 1 of `extract.dat` does not fit the layout: there is text between its fields"),
        (short, format!("record_length = {LENGTH}\n"), "is not a multiple of"),
        (lines(""), String::new(), "no line end"),
    ] {
        let bench = Bench::new();
        let path = bench.write("extract.dat", text);
        let configuration = bench.write("reidrisk.toml", configuration(&extra));
        let ended = bench.scan([path.as_os_str(), "--config".as_ref(), configuration.as_os_str()]);
        bench.assert_refused(&ended, 3, &[words]);
    }
}
