//! What stands around records: titles, totals, counts, comments, closing and long delimiters. Each file holds the records
//! of the clean one, and its right answer, what is left out of it, was written before the run.

use super::world::{assert_clean, records, table};
use crate::support::{Bench, repository_file};

/// A file, how it is scanned, and what is left out of it.
struct Framed {
    kind: &'static str,
    text: String,
    flags: &'static [&'static str],
    left_out: &'static [(&'static str, u64)],
}

fn framed(
    kind: &'static str,
    text: String,
    flags: &'static [&'static str],
    left_out: &'static [(&'static str, u64)],
) -> Framed {
    Framed { kind, text, flags, left_out }
}

fn closed(between: &str, heading_too: bool) -> String {
    let text = table(between, "\n");
    let (heading, records) = text.split_once('\n').expect("a heading");
    let end = if heading_too { between } else { "" };
    let records = records.replace('\n', &format!("{between}\n"));
    format!("{heading}{end}\n{records}")
}

fn quoted(between: &str) -> String {
    let quote = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(between);
    table(",", "\n").lines().map(|line| quote(line) + "\r\n").collect()
}

fn titles() -> Vec<Framed> {
    let statement = "Account holder\tsomebody\r\nPeriod\t2024\r\n\r\n";
    vec![
        framed("a title of one cell", format!("Purchases of a year\n{}", table(",", "\n")), &[], &[("above", 1)]),
        framed("lines of an account", format!("{statement}{}", table("\t", "\r\n")), &[], &[("above", 2)]),
        framed(
            "quoted lines, each closed",
            format!("\"Card:\";\"1234\";\n\n\"Balance:\";\"0\";\n\n{}", quoted(";").replace("\r\n", ";\n")),
            &[],
            &[("above", 3), ("empty-column", 1)],
        ),
        framed("a named delimiter", format!("sep=;\r\n{}", quoted(";")), &[], &[("names-delimiter", 1)]),
        framed(
            "lines that look like the table are named",
            format!("a,b,c,d,e,f\nx,1,2,3,4,5\n{}", table(",", "\n")),
            &["--skip", "2"],
            &[("like-record", 2)],
        ),
        framed(
            "comments of a program",
            format!("# made by a program\n#\n{}# end\n", table(",", "\n")),
            &["--comment", "#"],
            &[("comment", 3)],
        ),
        framed(
            "comments between records",
            table(",", "\n").replace("C0030,", "//page\nC0030,"),
            &["--comment", "//"],
            &[("comment", 8)],
        ),
        framed(
            "a byte order mark above a title",
            format!("\u{feff}Export\n{}", table(";", "\n")),
            &[],
            &[("above", 1)],
        ),
    ]
}

fn ends() -> Vec<Framed> {
    let with = |end: &str| table(";", "\n") + end;
    vec![
        framed("a total", with("Total;;480;;;\n"), &[], &[("total", 1)]),
        framed("a sum in German", with("Summe:;;12.345,67;;;\r\n"), &[], &[("total", 1)]),
        framed(
            "a rule and a total",
            with("-----;-----;-----;;;\nGrand total;;9;;;\n"),
            &[],
            &[("rule", 1), ("total", 1)],
        ),
        framed("rows of SQL Server", with("\n(480 rows affected)\n"), &[], &[("row-count", 1)]),
        framed("rows of Oracle", with("\n480 rows selected.\n\n"), &[], &[("row-count", 1)]),
        framed("rows of psql", with("(480 rows)\n"), &[], &[("row-count", 1)]),
        framed("the end mark of DOS", with("\u{1a}"), &[], &[("end-mark", 1)]),
        framed("lines that somebody names", with("printed by\nsomebody;else\n"), &["--footer", "2"], &[("footer", 2)]),
        framed("blanks", table(",", "\n").replace("C0031,", "   \nC0031,"), &[], &[("blank", 8)]),
        framed(
            "two files put together",
            table(",", "\n").replacen("C0031,", &(super::world::NAMES.join(",") + "\nC0031,"), 1),
            &[],
            &[("repeated-heading", 1)],
        ),
        framed(
            "dashes under the heading",
            table(",", "\n").replacen('\n', "\n---,---,---,---,---,---\n", 1),
            &[],
            &[("rule", 1)],
        ),
        framed(
            "one rule of dashes",
            table("|", "\n").replacen('\n', "\n-----+-----+----+----+----+-----\n", 1),
            &[],
            &[("rule", 1)],
        ),
    ]
}

fn delimiters() -> Vec<Framed> {
    vec![
        framed("closed by semicolons", closed(";", true), &[], &[("empty-column", 1)]),
        framed("closed by bars, the heading open", closed("|", false), &[], &[("empty-column", 1)]),
        framed("closed by tabs", closed("\t", true), &[], &[("empty-column", 1)]),
        framed("circumflexes", table("^", "\n"), &[], &[]),
        framed("Ctrl-A of Hive", table("\u{1}", "\n"), &[], &[]),
        framed("unit separators", table("\u{1f}", "\n"), &[], &[]),
        framed("three signs", table("~|~", "\n"), &["--delimiter", "~|~"], &[]),
        framed("two colons", table("::", "\r\n"), &["--delimiter", "::"], &[]),
        framed("a broken bar", table("\u{a6}", "\n"), &["--delimiter", "\u{a6}"], &[]),
        framed(
            "two bars below a title",
            format!("Export\n{}", table("||", "\n")),
            &["--delimiter", "||", "--skip", "1"],
            &[("above", 1)],
        ),
        framed("a control character by its number", table("\u{2}", "\n"), &["--delimiter", "\\u0002"], &[]),
    ]
}

#[test]
fn files_with_lines_that_are_no_records_are_read_as_the_clean_file_is() {
    for Framed { kind, text, flags, left_out } in titles().into_iter().chain(ends()).chain(delimiters()) {
        let bench = Bench::new();
        let path = bench.write("file.csv", text);
        let result = assert_clean(&bench, kind, &[&path], flags);
        let told = result["dataset"]["files"][0]["left_out"].as_array().cloned().unwrap_or_default();
        let told: Vec<(&str, u64)> = told
            .iter()
            .map(|line| (line["what"].as_str().expect("it is there"), line["lines"].as_u64().expect("it is there")))
            .collect();
        assert_eq!(told, left_out, "{kind}");
        let findings = result["findings"].as_array().expect("it is there");
        let is_said = findings.iter().any(|finding| finding["code"] == "lines-left-out");
        assert_eq!(is_said, !left_out.is_empty(), "{kind}");
    }
}

#[test]
fn the_cases_of_banks_are_read_as_the_clean_file_is() {
    for case in ["D1_preamble/dkb_card.csv", "D2_trailing_delim/dkb_tail.csv"] {
        let path = repository_file("tests/data/cases").join(case);
        assert_clean(&Bench::new(), case, &[&path], &[]);
    }
}

#[test]
fn a_record_is_never_left_out_nor_taken_for_a_heading() {
    let city = records()[0][4].clone();
    for (kind, text, code) in [
        ("records above other records", format!("x,y,z,w\n{}", table(",", "\n")), 3),
        ("a total in the middle", table(",", "\n").replacen("C0031,", "Total,,,,\nC0031,", 1), 3),
        ("a line of another length", table(",", "\n").replacen("C0031,", "hello\nC0031,", 1), 3),
        ("a value behind the closing delimiter", closed(";", true).replacen(";1970;\n", ";1970;x\n", 1), 3),
        ("a heading of another length", table(",", "\n").replacen(",birth_year", "", 1), 3),
    ] {
        let bench = Bench::new();
        let path = bench.write("file.csv", text);
        let ended = bench.scan([path.as_os_str(), "--quasi".as_ref(), "city".as_ref()]);
        assert_eq!(ended.code, Some(code), "{kind}\n{ended}");
        assert!(!ended.stderr.contains(&city), "{kind}\n{ended}");
        bench.assert_discreet(&ended);
    }
}

/// Whoever names too many lines, or chooses one sheet of several, would leave people out of every figure.
#[test]
fn what_may_be_a_record_is_never_left_out_of_a_pass() {
    let class: String = (0..60).map(|number| format!("C{number:03},Hull,1970\n")).collect::<Vec<_>>().concat();
    let alone: String =
        (0..10).map(|number| format!("Z{number},City{number},19{}\n", 30 + number)).collect::<Vec<_>>().concat();
    let heading = "customer,city,birth_year\n";
    let named = ["--subject", "customer", "--quasi", "city,birth_year"];
    let numbered = ["--subject", "column_1", "--quasi", "column_2,column_3", "--no-header"];
    let balances: Vec<String> = (class.clone() + &alone).lines().map(|line| format!("balance,{line},,,,\n")).collect();
    let balances = balances.concat();
    let files: [(&str, String, &[&str], &[&str]); 4] = [
        ("records below", format!("{heading}{class}{alone}"), &named, &["--footer", "10"]),
        ("records above", format!("{alone}{class}"), &numbered, &["--skip", "10"]),
        ("records as comments", format!("{heading}{class}{}", alone.replace('Z', "#Z")), &named, &["--comment", "#"]),
        (
            "a kind of record called like a total",
            format!("kind,customer,city,birth_year,x,y,z,w\n{balances}"),
            &named,
            &["--ignore", "kind,x,y,z,w"],
        ),
    ];
    for (kind, text, roles, flags) in files {
        let bench = Bench::new();
        let path = bench.write("file.csv", text);
        let ended = bench.scan([path.to_str().expect("a path")].iter().chain(roles).chain(flags));
        assert_eq!(ended.code, Some(1), "{kind}\n{ended}");
        let result = bench.result();
        let findings = result["findings"].as_array().expect("findings");
        let is_found = findings.iter().any(|finding| {
            finding["code"] == "small-class" || (finding["code"] == "lines-left-out" && finding["severity"] == "medium")
        });
        assert!(is_found, "{kind}\n{ended}");
    }
    // A title may name somebody; a sum and a count name nobody.
    let bench = Bench::new();
    let path = bench.write("file.csv", format!("Cards of a town\n{heading}{class}Sum,,\nprinted\n"));
    let flags = ["--skip", "1", "--footer", "2"];
    let ended = bench.scan([path.to_str().expect("a path")].iter().chain(&named).chain(&flags));
    assert_eq!(ended.code, Some(1), "{ended}");
    assert_eq!(bench.result()["verdict"]["outcome"], "review", "{ended}");
    let bench = Bench::new();
    let path = bench.write("file.csv", format!("{heading}{class}Sum,,\n(60 rows)\n"));
    let ended = bench.scan([path.to_str().expect("a path")].iter().chain(&named));
    assert_eq!(ended.code, Some(0), "{ended}");
}

#[test]
fn a_sheet_that_is_not_read_asks_for_a_look() {
    let bench = Bench::new();
    let path = repository_file("tests/data/cases/first_day/two.xlsx");
    let ended = bench.scan([path.to_str().expect("a path"), "--sheet", "Sheet", "--quasi", "sex"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let result = bench.result();
    assert_eq!(result["dataset"]["files"][0]["left_out"][0]["what"], "unread-sheet", "{ended}");
    let findings = result["findings"].as_array().expect("findings");
    let told = findings.iter().find(|finding| finding["code"] == "lines-left-out").expect("it is said");
    assert_eq!(told["severity"], "medium", "{ended}");
}
