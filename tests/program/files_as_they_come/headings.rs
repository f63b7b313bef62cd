//! No cell becomes a heading: files without one, in every shape, and nothing of them in any output.

use super::world::assert_no_cell;
use crate::support::{Bench, repository_file};

const GIVEN: [&str; 8] = ["Thomas", "Ingrid", "Lukas", "Maria", "Anna", "Peter", "Sabine", "Walter"];
const FAMILY: [&str; 7] = ["Bauer", "Vogel", "Ernst", "Koch", "Klein", "Mayer", "Weber"];

/// Records of people, different for every seed; `between` fields.
fn people(seed: usize, between: &str) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut cells = Vec::new();
    for record in 0..12 {
        let number = seed * 31 + record * 7;
        let (given, family) = (GIVEN[number % 8], FAMILY[(number / 3) % 7]);
        let fields = [
            format!("{given} {family}"),
            format!("{}.{}{number}@mail.example", given.to_lowercase(), family.to_lowercase()),
            format!("DE{:020}", 10_020_030_000_000_u64 + number as u64 * 97),
        ];
        text += &(fields.join(between) + "\n");
        cells.extend(fields);
    }
    (text, cells)
}

/// Damages a file a little: drops, doubles and cuts lines, changes delimiters.
fn mutated(text: &str, seed: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match seed % 7 {
        0 => lines.truncate(1),
        1 => lines.insert(0, String::new()),
        2 => lines.insert(3, "   ".to_owned()),
        3 => {
            let first = lines[0].clone();
            lines.push(first);
        }
        4 => lines.rotate_left(seed % 5),
        5 => {
            let length = lines[2].chars().count() / 2;
            lines[2] = lines[2].chars().take(length).collect();
        }
        _ => {}
    }
    lines.join(if seed.is_multiple_of(3) { "\r\n" } else { "\n" }) + "\n"
}

/// Two hundred files without a heading: between delimiters, of fixed width, in a row, of one column, foreign.
#[test]
fn no_cell_of_two_hundred_mutated_files_is_in_any_output() {
    for seed in 0..200 {
        let between = [",", ";", "\t", "|", "^", "\u{1}", "~|~", "   ", "\u{a6}", "::"][seed % 10];
        let (text, cells) = people(seed, between);
        let text = match seed % 4 {
            0 => mutated(&text, seed),
            1 => mutated(&text.lines().map(|line| format!("{line:<90}\n")).collect::<Vec<_>>().concat(), seed),
            2 => mutated(
                &text
                    .lines()
                    .filter_map(|line| line.split(between).next())
                    .map(|cell| format!("{cell}\n"))
                    .collect::<Vec<_>>()
                    .concat(),
                seed,
            ),
            _ => format!("{}{text}", ["<rows>", "!Type:Bank\n", ":20:X\n", "OFXHEADER:100\n"][seed / 4 % 4]),
        };
        let bench = Bench::new();
        let path = bench.write(["a.csv", "a.txt", "a.tsv", "a"][seed % 4], &text);
        let ended = bench.scan([path.as_os_str(), "--emit".as_ref(), "html,json,csv,md".as_ref()]);
        assert_no_cell(&bench, &format!("file {seed}"), &[&ended.stdout, &ended.stderr], &cells);
        assert_ne!(ended.code, Some(0), "file {seed}\n{ended}");
        let looked = bench.inspect(&path);
        assert_no_cell(&bench, &format!("file {seed}, inspect"), &[&looked.stdout, &looked.stderr], &cells);
    }
}

#[test]
fn names_and_addresses_in_the_first_line_are_no_heading() {
    let bench = Bench::new();
    let path = repository_file("tests/data/cases/first_day/leak_mail_name.csv");
    let cells: Vec<String> = std::fs::read_to_string(&path)
        .expect("the case")
        .lines()
        .flat_map(|line| line.split(';').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let ended = bench.scan([&path]);
    bench.assert_refused(&ended, 3, &["column 1", "looks like a cell", "--no-header"]);
    assert_no_cell(&bench, "the case", &[&ended.stderr], &cells);
    let read = bench.scan([path.as_os_str(), "--no-header".as_ref(), "--quasi".as_ref(), "column_1".as_ref()]);
    assert_eq!(read.code, Some(1), "{read}");
    assert_no_cell(&bench, "the case without a heading", &[&read.stdout, &read.stderr], &cells);
}

/// What says `header = true` may be wrong: identifiers are shown even then in no output.
#[test]
fn an_identifier_is_no_heading_whatever_is_declared() {
    for cell in ["jane.roe@mail.example", "DE89370400440532013000", "card 4111 1111 1111 1111"] {
        let bench = Bench::new();
        let path = bench.write("a.csv", format!("{cell},city\nx,Hull\ny,York\nz,Hull\n"));
        let configuration = bench.write("reidrisk.toml", "[dataset]\nheader = true\n");
        let ended = bench.scan([path.as_os_str(), "--config".as_ref(), configuration.as_os_str()]);
        bench.assert_refused(&ended, 3, &["column 1"]);
        assert!(!ended.stderr.contains(cell), "{ended}");
    }
}
