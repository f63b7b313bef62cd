//! Containers and nested formats: workbooks, archives, folders of partitions, JSON, Parquet.

use std::fs;
use std::process::Command;

use super::workbooks::{Sheet, archive, sheet, workbook};
use crate::support::{BINARY, Bench, CANARY, Ended, repository_file};

/// The right answer of a file.
enum Right {
    /// So many records, in columns of these names with so many missing cells each.
    Read(u64, &'static [(&'static str, u64)]),
    /// Exit code 3, and these words.
    Refused(&'static [&'static str]),
}

use Right::{Read, Refused};

/// `reidrisk inspect` in the folder of the input files.
fn inspected(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.current_dir(bench.input("")).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
    command.args(["inspect", "--format", "json"]).args(arguments);
    bench.run(command, b"")
}

fn check(kind: &str, ended: &Ended, right: &Right) {
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!text.contains(CANARY) && !text.contains("panicked"), "{kind}: {ended}");
    }
    match right {
        Refused(words) => {
            assert_eq!(ended.code, Some(3), "{kind}: {ended}");
            for word in *words {
                assert!(ended.stderr.contains(word), "{kind}: `{word}` is named\n{ended}");
            }
        }
        Read(records, columns) => {
            assert_eq!(ended.code, Some(0), "{kind}: {ended}");
            let told: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
            assert_eq!(told["dataset"]["records"], *records, "{kind}: {ended}");
            let found = told["dataset"]["columns"].as_array().expect("columns").iter();
            let found: Vec<(String, u64)> = found
                .map(|column| {
                    let name = column["name"].as_str().expect("a name").to_owned();
                    (name, column["missing"].as_u64().expect("a count"))
                })
                .collect();
            let columns: Vec<(String, u64)> =
                columns.iter().map(|(name, missing)| ((*name).to_owned(), *missing)).collect();
            assert_eq!(found, columns, "{kind}: {ended}");
        }
    }
}

/// Writes one file and looks at it.
fn case(kind: &str, name: &str, bytes: impl AsRef<[u8]>, flags: &[&str], right: &Right) {
    let bench = Bench::new();
    bench.write(name, bytes);
    check(&format!("{kind} {name} {flags:?}"), &inspected(&bench, &[&[name], flags].concat()), right);
}

/// A file of `tests/data/cases`.
fn shared(name: &str, flags: &[&str], right: &Right) {
    let bench = Bench::new();
    let path = repository_file("tests/data/cases").join(name);
    let path = path.to_str().expect("a path is text");
    check(name, &inspected(&bench, &[&[path], flags].concat()), right);
}

const CLAIMS: &[(&str, u64)] = &[
    ("claim_no", 0),
    ("insured_no", 0),
    ("birth_date", 0),
    ("plz", 0),
    ("sex", 0),
    ("visit_date", 0),
    ("provider", 0),
    ("icd10", 0),
    ("cost_eur", 0),
    ("remark", 115),
];

#[test]
fn title_rows_of_a_sheet_are_named_and_passed_over_when_told() {
    let words = &["--skip 2", "`skip = 2`", "`sheet`", "sheets: `Sheet`"];
    shared("first_day/titled.xlsx", &[], &Refused(words));
    shared("first_day/titled.xlsx", &["--skip", "2"], &Read(299, CLAIMS));
    let right = Read(2, &[("card", 0), ("day", 0), ("sum", 0)]);
    let titled = |title: &[&str], rows: &[&[&str]]| {
        let mut all = vec![title];
        all.extend(rows);
        workbook(&[sheet("Data", &all)])
    };
    let rows: &[&[&str]] = &[&["card", "day", "sum"], &["a", "x", "=1"], &["b", "y", "=2"]];
    let title = titled(&[CANARY], rows);
    case("title", "one.xlsx", &title, &[], &Refused(&["row 2", "--skip 1", "`Data`"]));
    case("title", "one.xlsx", &title, &["--skip", "1"], &right);
    // The table stands beside the first column, and a total below it.
    let rows: &[&[&str]] = &[
        &["", "", "card", "day", "sum"],
        &["", "", "a", "x", "=1"],
        &["", "", "b", "y", "=2"],
        &["Total", "", "", "", "=3"],
    ];
    let beside = titled(&["Cards"], rows);
    case("title and total", "beside.xlsx", &beside, &["--skip", "1", "--footer", "1"], &right);
    // Two titles with a blank row between them.
    let rows: &[&[&str]] = &[&[], &["as of today"], &[], &["card", "day", "sum"], &["a", "x", "=1"], &["b", "y", "=2"]];
    case("titles", "two.xlsx", titled(&["Cards"], rows), &[], &Refused(&["row 5", "--skip 4"]));
    case("no rows", "none.xlsx", &title, &["--skip", "9"], &Refused(&["has no readable cell", "--skip"]));
}

#[test]
fn sheets_are_named_in_the_error_and_read_by_name_number_or_together() {
    shared("first_day/two.xlsx", &[], &Refused(&["`Sheet`, `Legend`", "--sheet", "`sheet`", "`skip`"]));
    for sheet in ["Sheet", "1"] {
        shared("first_day/two.xlsx", &["--sheet", sheet], &Read(299, CLAIMS));
    }
    let month = |name: &'static str, card: &str| {
        let card = card.to_owned();
        let rows = ["card|sum".to_owned(), format!("{card}|=1"), format!("{card}|=2")];
        let rows = rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect();
        Sheet { name, hidden: name == "Mar", rows }
    };
    let year = workbook(&[month("Jan", "a"), month("Feb", "b"), month("Mar", CANARY), sheet("Empty", &[])]);
    let columns = &[("card", 0), ("sum", 0)];
    case("months", "year.xlsx", &year, &[], &Refused(&["3 sheets", "`Jan`, `Feb`, `Mar` (hidden)"]));
    case("months", "year.xlsx", &year, &["--sheet", "*"], &Read(6, columns));
    case("months", "year.xlsx", &year, &["--sheet", "Jan", "--sheet", "2"], &Read(4, columns));
    case("months", "year.xlsx", &year, &["--sheet", "Apr"], &Refused(&["no sheet `Apr`", "`Mar` (hidden)"]));
    case("months", "year.xlsx", &year, &["--sheet", "Empty"], &Refused(&["`Empty`"]));
    // The same columns in another order are one table, other columns are not.
    let turned = sheet("Feb", &[&["sum", "card"], &["=1", "b"]]);
    case("turned", "turned.xlsx", workbook(&[month("Jan", "a"), turned]), &["--sheet", "*"], &Read(3, columns));
    let other = sheet("Feb", &[&["sum", "cards"], &["=1", "b"]]);
    let right = Refused(&["do not have the same columns", "number 2"]);
    case("other", "other.xlsx", workbook(&[month("Jan", "a"), other]), &["--sheet", "*"], &right);
    let hostile = workbook(&[month("a\u{202e}b", "a"), month("Jan", "b")]);
    case("hostile name", "hostile.xlsx", hostile, &[], &Refused(&["u{202e}"]));
    case("text", "t.csv", "card,sum\na,1\n", &["--sheet", "Jan"], &Refused(&["`sheet`"]));
}

/// An old file system in a file with one stream of this name, as protected workbooks are stored.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0_u8; 512 * 3];
    bytes[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    bytes[24..32].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0]);
    bytes[32] = 6;
    bytes[44] = 1;
    bytes[48] = 1;
    bytes[57] = 0x10;
    bytes[60..64].fill(0xff);
    bytes[68..72].fill(0xff);
    bytes[76..512].fill(0xff);
    bytes[76..80].fill(0);
    // The table: itself, and the directory, which is one sector long.
    bytes[512..1024].fill(0xff);
    bytes[512..520].copy_from_slice(&[0xfd, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff]);
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes[1024 + 128..1024 + 128 + name.len()].copy_from_slice(&name);
    bytes
}

#[test]
fn what_is_no_workbook_under_the_name_of_one_is_refused_by_what_it_is() {
    let page = format!("<html><body><table><tr><td>{CANARY}</td></tr></table></body></html>");
    case("HTML", "page.xls", &page, &[], &Refused(&["HTML", "save it as"]));
    case("HTML", "meta.xls", format!("<meta charset=\"utf-8\">\n{page}"), &[], &Refused(&["HTML"]));
    let xml = format!("<?xml version=\"1.0\"?>\n<Workbook><Data>{CANARY}</Data></Workbook>");
    case("XML", "book.xls", xml, &[], &Refused(&["XML"]));
    case("text", "t.xlsx", format!("card,sum\n{CANARY},1\n"), &[], &Refused(&["text"]));
    for name in ["locked.xlsx", "locked.xls"] {
        case("protected", name, compound("EncryptedPackage"), &[], &Refused(&["password", "without one"]));
    }
    let manifest = b"<manifest><file-entry><encryption-data/></file-entry></manifest>";
    let locked = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &[7; 64]),
    ]);
    case("protected", "locked.ods", locked, &[], &Refused(&["password"]));
}

#[test]
fn an_archive_of_one_table_is_read_and_any_other_is_refused() {
    let csv = b"card;sum\na;1\nb;\n";
    let columns = &[("card", 0), ("sum", 1)];
    let beside = archive(&[
        ("README.txt", CANARY.as_bytes()),
        ("__MACOSX/._t.csv", CANARY.as_bytes()),
        ("data/t.csv", csv),
        ("data/.hidden", b"x"),
    ]);
    case("zip", "t.zip", &beside, &[], &Read(2, columns));
    let lines = b"{\"card\": \"a\", \"sum\": 1}\n{\"card\": \"b\"}\n";
    case("zip of NDJSON", "t.zip", archive(&[("t.ndjson", lines)]), &[], &Read(2, columns));
    case(
        "zip of JSON",
        "t.zip",
        archive(&[("t.json", b"[{\"card\":\"a\",\"sum\":1},\n {\"card\":\"b\"}]")]),
        &[],
        &Read(2, columns),
    );
    case("zip without ending", "t.zip", archive(&[("t.tsv", b"card\tsum\na\t1\nb\t\n")]), &[], &Read(2, columns));
    let two = archive(&[("CANARY7f3a.csv", csv), ("b.csv", csv)]);
    case("zip of two", "t.zip", two, &[], &Refused(&["2 files", "unpack"]));
    case("zip of none", "t.zip", archive(&[("README.md", b"x")]), &[], &Refused(&["no table"]));
    case("empty zip", "t.zip", archive(&[]), &[], &Refused(&["no table"]));
    let inner = workbook(&[sheet("a", &[&["card"], &["x"]])]);
    case("zip of xlsx", "t.zip", archive(&[("t.xlsx", &inner)]), &[], &Refused(&["unpack"]));
    case("zip of Word", "t.zip", archive(&[("word/document.xml", b"<a/>")]), &[], &Refused(&["text document"]));
    // The bit that says that a file is encrypted, in both places where it stands.
    let mut locked = archive(&[("t.csv", csv)]);
    locked[6] |= 1;
    let central = locked.windows(4).position(|window| window == b"PK\x01\x02").expect("a list of files");
    locked[central + 8] |= 1;
    case("encrypted zip", "t.zip", locked, &[], &Refused(&["password", "unpack"]));
    let mut damaged = archive(&[("t.csv", &csv.repeat(99))]);
    damaged[60] ^= 0x55;
    case("damaged zip", "t.zip", &damaged, &[], &Refused(&["zip data", "damaged"]));
    damaged.truncate(damaged.len() / 2);
    case("cut zip", "t.zip", &damaged, &[], &Refused(&["zip data", "damaged"]));
}

#[test]
fn the_hash_of_an_archive_is_that_of_the_stored_file() {
    use sha2::Digest as _;
    let bench = Bench::new();
    let bytes = archive(&[("a/t.csv", b"card,sum\na,1\nb,2\n"), ("notes.md", &[b'x'; 5000])]);
    let path = bench.write("t.zip", &bytes);
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "sum"]);
    let result = bench.assert_counted(&ended, 2);
    let file = &result["dataset"]["files"][0];
    let hash: Vec<String> = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&file["name"], &file["sha256"]), (&"t.zip".into(), &hash.concat().into()));
    assert_eq!(file["bytes"], bytes.len());
}

/// Writes files below the folder of input files.
fn tree(bench: &Bench, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = bench.input(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn of_folder(kind: &str, files: &[(&str, &str)], input: &str, right: &Right) {
    let bench = Bench::new();
    tree(&bench, files);
    check(kind, &inspected(&bench, &[input]), right);
}

#[test]
fn folders_of_partitions_have_a_column_more() {
    let columns = &[("customer", 0), ("day", 0), ("amount", 0), ("merchant", 0), ("birth_year", 0), ("month", 0)];
    for input in ["P14_hive/out", "P14_hive/out/*/*.parquet"] {
        shared(input, &[], &Read(480, columns));
    }
    let nested = [
        ("out/_SUCCESS", ""),
        ("out/year=2024/month=01/a.csv", "card,sum\na,1\nb,2\n"),
        ("out/year=2024/month=02/a.csv", "card,sum\na,1\nb,2\n"),
        ("out/year=2025/month=__HIVE_DEFAULT_PARTITION__/a.csv", "sum,card\n3,c\n"),
    ];
    let right = Read(5, &[("card", 0), ("sum", 0), ("year", 0), ("month", 1)]);
    of_folder("nested", &nested, "out", &right);
    of_folder("glob", &nested, "out/*/*/*.csv", &right);
    let decoded = [("out/at=08%3A30/a.csv", "card\na\n"), ("out/at=K%C3%B6ln/a.csv", "card\nb\n")];
    of_folder("signs", &decoded, "out", &Read(2, &[("card", 0), ("at", 0)]));
    let differ = [("out/a=1/a.csv", "card\nx\n"), ("out/b=1/a.csv", "card\ny\n")];
    of_folder("other keys", &differ, "out/*/a.csv", &Refused(&["name different columns"]));
    of_folder("other keys", &differ, "out", &Refused(&["contains no data file"]));
    let twice = [("out/card=CANARY7f3a/a.csv", "card,sum\nx,1\n")];
    of_folder("column twice", &twice, "out", &Refused(&["column `card`", "again by the file"]));
    let mixed = [("out/a=1/a.csv", "card\nx\n"), ("out/b.csv", "card\ny\n")];
    of_folder("files beside folders", &mixed, "out", &Refused(&["1 folder"]));
    let other = [("out/a=CANARY7f3a/a.csv", "card\nx\n"), ("out/a=CANARY7f3a/b.pdf", "card\ny\n")];
    of_folder("files that are not read", &other, "out", &Refused(&["1 other file"]));
}

#[test]
fn names_of_folders_stand_in_no_result() {
    let bench = Bench::new();
    tree(&bench, &[("out/card=CANARY7f3a/a.csv", "sum\n1\n2\n"), ("out/card=b/a.csv", "sum\n1\n2\n")]);
    let ended =
        bench.scan([bench.input("out").to_str().expect("a path is text"), "--quasi", "sum", "--subject", "card"]);
    let result = bench.assert_counted(&ended, 4);
    assert_eq!(result["dataset"]["subjects"], 2);
    assert_eq!(result["dataset"]["name"], "out");
}

#[test]
fn json_is_read_in_any_layout() {
    let columns = &[("card", 0), ("sum", 1)];
    let list = "[\n  {\n    \"card\": \"a}]\\\"\",\n    \"sum\": 1\n  },\n  {\"card\": \"b\"}\n]\n";
    case("list", "t.json", list, &[], &Read(2, columns));
    case("list without ending", "t.txt", list.replace("[\n", "["), &[], &Read(2, columns));
    case("series", "t.json", "{\"card\": \"a\",\n\"sum\": 1}\n{\"card\":\n\"b\"}", &[], &Read(2, columns));
    case("one line", "t.json", "{\"card\": \"a\", \"sum\": 1}{\"card\": \"b\"}", &[], &Read(2, columns));
    let cut = format!("[{{\"card\": \"{CANARY}\"}}, {{\"card\": \"{CANARY}\"");
    case("cut list", "t.json", cut, &[], &Refused(&["ends before"]));
    case("open list", "t.json", "[{\"card\": \"a\"},", &[], &Refused(&["ends before"]));
    case("other values", "t.json", format!("[{{\"a\": 1}},\n\"{CANARY}\"]"), &[], &Refused(&["line 2"]));
    case("records in an object", "t.json", "{\"rows\": [{\"card\": \"a\"}]}", &[], &Refused(&["within one object"]));
    let keys = format!("[{{\"{CANARY}@mail.example\": 1}}]");
    case("key that is an address", "t.json", keys, &[], &Refused(&["column 1"]));
    let many: Vec<String> =
        (0..2_000).map(|at| format!("{{\"card\": {at}, \"text\": \"{}\"}}", "x".repeat(1_500))).collect();
    let columns = &[("card", 0), ("text", 0)];
    case("large list", "t.json", format!("[{}]", many.join(",\n")), &[], &Read(2_000, columns));
}

#[test]
fn one_level_of_nesting_is_columns_and_deeper_values_are_passed_over() {
    let columns = &[("card", 0), ("place.city", 0), ("place.zip", 1), ("tags", 1), ("deep.a", 1)];
    let text = "[{\"card\": \"a\", \"place\": {\"city\": \"x\", \"zip\": \"1\"}, \"tags\": [\"CANARY7f3a\"], \
                \"deep\": {\"a\": {\"b\": 1}}},\
                {\"card\": \"b\", \"place\": {\"city\": \"y\", \"zip\": null}, \"deep\": null}]";
    case("nested", "t.json", text, &[], &Read(2, columns));
    let lines = "{\"card\": 1, \"place\": null}\n{\"card\": 2, \"place\": {\"city\": \"x\"}}\n";
    case("nested lines", "t.ndjson", lines, &[], &Read(2, &[("card", 0), ("place.city", 1)]));
    let values: Vec<String> =
        (0..60).map(|at| format!("{{\"card\": {at}, \"sums\": {{\"CANARY7f3a {at}\": {at}}}}}")).collect();
    case("keys that are values", "t.ndjson", values.join("\n"), &[], &Read(60, &[("card", 0), ("sums", 0)]));
    // What is wanted must be one value.
    let bench = Bench::new();
    let path = bench.write("t.json", text);
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "tags"]);
    bench.assert_refused(&ended, 3, &["`tags`", "nested"]);
    let ended = bench.scan([path.to_str().expect("a path is text"), "--quasi", "place.city"]);
    bench.assert_counted(&ended, 2);
}

#[test]
fn keys_that_come_late_are_columns_of_a_file() {
    let lines = |late: usize| -> String {
        let line = |at: usize| {
            let late = if at >= late { ", \"late\": 1" } else { "" };
            format!("{{\"card\": {at}, \"text\": \"{}\"{late}}}\n", "x".repeat(1_000))
        };
        (0..3_000).map(line).collect()
    };
    let columns = &[("card", 0), ("text", 0), ("late", 2_500)];
    case("late lines", "t.ndjson", lines(2_500), &[], &Read(3_000, columns));
    let list = format!("[{}]", lines(2_500).trim_end().replace('\n', ",\n"));
    case("late in a list", "t.json", list, &[], &Read(3_000, columns));
    case("once", "t.ndjson", lines(2_999), &[], &Refused(&["line 3000"]));
    let bench = Bench::new();
    let mut command = Command::new(BINARY);
    command.args(["inspect", "-"]).env("NO_COLOR", "1");
    let ended = bench.run(command, lines(2_500).as_bytes());
    check("late in a stream", &ended, &Refused(&["line 2501", "first record every key"]));
}

/// A table of so many columns, as text.
fn wide(columns: usize, delimiter: &str) -> String {
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let cells = |row: usize| (0..columns).map(|column| ((column * row) % 997).to_string()).collect::<Vec<_>>();
    let rows: Vec<String> = (0..20).map(|row| cells(row).join(delimiter)).collect();
    format!("{}\n{}\n", names.join(delimiter), rows.join("\n"))
}

#[test]
fn a_hundred_thousand_columns_are_refused_with_a_reason_at_once() {
    let bench = Bench::new();
    let names: Vec<String> = (0..100_000).map(|column| format!("\"c{column}\":{column}")).collect();
    bench.write("wide.csv", wide(100_000, ","));
    bench.write("wide.json", format!("[{{{}}}]", names.join(",")));
    bench.write("wide.ndjson", format!("{{{}}}\n", names.join(",")).repeat(2));
    for name in ["wide.csv", "wide.json", "wide.ndjson"] {
        let ended = inspected(&bench, &[name]);
        assert!(ended.peak_memory_bytes.is_none_or(|peak| peak < 500 << 20), "{name}: {ended}");
        check(name, &ended, &Refused(&["wide."]));
    }
    assert!(inspected(&bench, &["wide.csv"]).stderr.contains("100,000 columns"));
}
