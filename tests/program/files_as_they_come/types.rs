//! Spellings of numbers, dates and times: the type and the values of a column, written down before the run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reidrisk::input::{Doubt, Extract, InputError, open, read};
use reidrisk::plan::InputOptions;
use reidrisk::result::ColumnType;
use reidrisk::secret::Secret;
use reidrisk::stop::{NoProgress, Stop};

use crate::support::{Bench, repository_file};

/// A column as it is read.
struct Column {
    found: ColumnType,
    doubt: Option<Doubt>,
    /// Missing cells are empty.
    cells: Vec<String>,
}

fn read_files(files: &[PathBuf], options: &InputOptions) -> Result<BTreeMap<String, Column>, InputError> {
    let inputs: Vec<String> = files.iter().map(|file| file.to_str().expect("it is there").to_owned()).collect();
    let source = open(&inputs, options)?;
    let wanted = vec![true; source.columns().len()];
    Ok(columns(read(source, &wanted, &NoProgress, &Stop::default(), None)?))
}

fn columns(extract: Extract) -> BTreeMap<String, Column> {
    let column = |column: reidrisk::input::ExtractColumn| {
        let coded = column.coded.expect("it is there");
        let cell = |record| coded.dictionary.value(coded.codes.get(record)).map_or("", Secret::expose).to_owned();
        let cells = (0..coded.codes.len()).map(cell).collect();
        (column.name, Column { found: column.column_type, doubt: column.doubt, cells })
    };
    extract.columns.into_iter().map(column).collect()
}

fn case(name: &str) -> BTreeMap<String, Column> {
    read_files(&[repository_file("tests/data/cases").join(name)], &InputOptions::default()).expect("it is there")
}

/// Asserts that columns of two cases are of one type and hold the same values, record by record.
fn same(case_name: &str, right_name: &str) {
    let (found, right) = (case(case_name), case(right_name));
    for (name, right) in right {
        assert_eq!(found[&name].found, right.found, "{case_name} {name}");
        assert_eq!(found[&name].cells, right.cells, "{case_name} {name}");
    }
}

#[test]
fn the_cases_have_the_values_of_the_clean_file() {
    same("A1_dkb_uneven/dkb.csv", "00_clean/clean.csv");
    same("A6b_dash_dates/nl.csv", "00_clean/clean.csv");
    same("A2_grouped_whole/whole_grouped.csv", "A2_grouped_whole/whole_clean.csv");
}

/// One column with its right answer: type and values, or the doubt because of which it is text.
struct Spelled {
    kind: &'static str,
    cells: &'static [&'static str],
    right: Result<(ColumnType, &'static [&'static str]), Option<Doubt>>,
}

const fn values(
    kind: &'static str,
    column_type: ColumnType,
    cells: &'static [&'static str],
    values: &'static [&'static str],
) -> Spelled {
    Spelled { kind, cells, right: Ok((column_type, values)) }
}

const fn text(kind: &'static str, doubt: Option<Doubt>, cells: &'static [&'static str]) -> Spelled {
    Spelled { kind, cells, right: Err(doubt) }
}

use ColumnType::{Date, Decimal, Integer, Time, Timestamp, ZonedTimestamp};

const SPELLED: &[Spelled] = &[
    values("uneven decimals", Decimal, &["-89,9", "1.000", "1.488,69"], &["-89.9", "1000", "1488.69"]),
    values("uneven decimals", Decimal, &["7", "7,0", "0,125", "12,5"], &["7", "7", "0.125", "12.5"]),
    values("uneven decimals", Decimal, &["2 500", "1 000,5", "12,25"], &["2500", "1000.5", "12.25"]),
    values("grouped whole numbers", Integer, &["12.000", "1.500", "950", "80"], &["12000", "1500", "950", "80"]),
    values("grouped whole numbers", Integer, &["1.250.000", "75.000", "1.000"], &["1250000", "75000", "1000"]),
    text("grouped whole numbers", Some(Doubt::DecimalSign), &["12.000", "1.500", "75.250"]),
    values("grouped amounts", Decimal, &["1,234.50", "12,000", "3.00"], &["1234.5", "12000", "3"]),
    values("grouped amounts", Decimal, &["1'234.50", "12'000.00", "3.05"], &["1234.5", "12000", "3.05"]),
    values(
        "grouped amounts",
        Decimal,
        &["1 234,50", "12\u{a0}000,00", "3\u{202f}000,05"],
        &["1234.5", "12000", "3000.05"],
    ),
    values("currency", Decimal, &["€ 12,50", "€ 1.000,00", "€ 3"], &["12.5", "1000", "3"]),
    values("currency", Decimal, &["12.50 GBP", "£3", "-£1,000.25"], &["12.5", "3", "-1000.25"]),
    text("currency", Some(Doubt::Currencies), &["12.50 EUR", "12.50 USD", "3.00 EUR"]),
    values("minus", Decimal, &["12,50-", "3,00", "1.000,25-"], &["-12.5", "3", "-1000.25"]),
    values("minus", Decimal, &["(12.50)", "3.00", "(1,000.25)"], &["-12.5", "3", "-1000.25"]),
    values("minus", Integer, &["\u{2212}12", "'3", "-7"], &["-12", "3", "-7"]),
    values(
        "day and month",
        Date,
        &["17-05-2025", "05-06-2025", "1-6-2025"],
        &["2025-05-17", "2025-06-05", "2025-06-01"],
    ),
    values("day and month", Date, &["05/17/2025", "06/05/2025"], &["2025-05-17", "2025-06-05"]),
    text("day and month", Some(Doubt::OrderOpen), &["05/06/2025", "06/05/2025"]),
    values("short years", Date, &["17.05.25", "01.06.98"], &["2025-05-17", "1998-06-01"]),
    values("short years", Date, &["05/17/25", "06/01/98"], &["2025-05-17", "1998-06-01"]),
    text("short years", Some(Doubt::OrderOpen), &["17/05/25", "18/05/25"]),
    values("names of months", Date, &["17-MAY-2025", "1-jun-25"], &["2025-05-17", "2025-06-01"]),
    values("names of months", Date, &["17. Mai 2025", "1. März 2025"], &["2025-05-17", "2025-03-01"]),
    values("names of months", Date, &["17 févr. 2025", "1 août 2025"], &["2025-02-17", "2025-08-01"]),
    values(
        "eight digits",
        Date,
        &["20250517", "20250601", "20250602", "19991231", "20240229"],
        &["2025-05-17", "2025-06-01", "2025-06-02", "1999-12-31", "2024-02-29"],
    ),
    values(
        "eight digits",
        Integer,
        &["20250517", "20250601", "20250602", "20250631", "20240229"],
        &["20250517", "20250601", "20250602", "20250631", "20240229"],
    ),
    values("eight digits", Integer, &["20250517", "20250601"], &["20250517", "20250601"]),
    values("clocks", Time, &["5:07 PM", "12:01 AM", "11:59 pm"], &["17:07:00", "00:01:00", "23:59:00"]),
    values("clocks", Time, &["05:07:09 p.m.", "05:07:09 a.m."], &["17:07:09", "05:07:09"]),
    values("clocks", Time, &["17:07:09,250", "08:00"], &["17:07:09.25", "08:00:00"]),
    values("timestamps", Timestamp, &["2025-05-17-13.45.30.123456"], &["2025-05-17T13:45:30.123456"]),
    values("timestamps", ZonedTimestamp, &["2025-05-17 13:45:30 UTC"], &["2025-05-17T13:45:30Z"]),
    values("timestamps", Timestamp, &["17.05.2025 24:00:00"], &["2025-05-18T00:00:00"]),
    text("post codes", None, &["01067", "10115", "80331"]),
    text("post codes", None, &["0800", "8001"]),
    values("post codes", Integer, &["10115", "80331"], &["10115", "80331"]),
];

#[test]
fn every_spelling_has_the_type_and_the_values_written_down_for_it() {
    for (number, Spelled { kind, cells, right }) in SPELLED.iter().enumerate() {
        let bench = Bench::new();
        let lines = cells.iter().map(|cell| format!("r{number};\"{cell}\"\n")).collect::<Vec<_>>().concat();
        let path = bench.write("extract.csv", format!("id;value\n{lines}"));
        let column =
            read_files(&[path], &InputOptions::default()).expect("it is there").remove("value").expect("it is there");
        let (column_type, expected) = match right {
            Ok((column_type, values)) => (*column_type, *values),
            Err(_) => (ColumnType::Text, *cells),
        };
        assert_eq!(column.found, column_type, "{kind}: {cells:?}");
        assert_eq!(column.cells, expected, "{kind}: {cells:?}");
        assert_eq!(column.doubt, right.err().flatten(), "{kind}: {cells:?}");
    }
}

#[test]
fn a_column_that_counts_and_could_hold_thousands_is_asked_about() {
    let bench = Bench::new();
    bench.write("extract.csv", "card,amount,note\nc1,1.000,1.000\nc2,12.500,12.500\n");
    let ended = bench.scan(["input/extract.csv", "--subject", "card", "--quasi", "amount"]);
    bench.assert_refused(&ended, 3, &["`amount`", "[columns.amount]", "decimal = \".\""]);
    // What nobody counts need not be answered.
    bench.write("extract.csv", "card,amount,note\nc1,1,1.000\nc2,12,12.500\n");
    let ended = bench.scan(["input/extract.csv", "--subject", "card", "--quasi", "amount"]);
    bench.assert_counted(&ended, 2);
}

#[test]
fn numbers_of_typed_files_have_a_decimal_point() {
    let bench = Bench::new();
    let path = bench.write("extract.ndjson", "{\"a\": 1.125, \"b\": \"1.125\"}\n{\"a\": 5, \"b\": \"2.000\"}\n");
    let columns = read_files(&[path], &InputOptions::default()).expect("it is there");
    assert_eq!((columns["a"].found, columns["b"].found), (Decimal, ColumnType::Text));
    assert_eq!(columns["a"].cells, ["1.125", "5"]);
    assert_eq!(columns["b"].doubt, Some(Doubt::DecimalSign));
}

/// Runs a scan of one file with a configuration.
fn scan(bench: &Bench, text: &str, config: &str) -> crate::support::Ended {
    bench.write("extract.csv", text);
    let config = bench.write("reidrisk.toml", config);
    bench.scan([
        "input/extract.csv",
        "--config",
        config.to_str().expect("it is there"),
        "--subject",
        "card",
        "--quasi",
        "value",
    ])
}

fn column(bench: &Bench, name: &str) -> serde_json::Value {
    let result = bench.result();
    let columns = result["dataset"]["columns"].as_array().expect("it is there");
    columns.iter().find(|column| column["name"] == name).expect("it is there").clone()
}

#[test]
fn what_is_declared_of_a_spelling_answers_the_question() {
    for (config, kind, distinct) in [
        ("decimal = \".\"", "decimal", 3),
        ("decimal = \",\"", "integer", 3),
        ("group = \".\"", "integer", 3),
        ("type = \"decimal\"\ndecimal = \",\"", "decimal", 3),
        ("type = \"text\"", "text", 3),
    ] {
        let bench = Bench::new();
        let ended = scan(&bench, "card,value\na,1.000\nb,12.500\nc,3.250\n", &format!("[columns.value]\n{config}\n"));
        bench.assert_counted(&ended, 3);
        let column = column(&bench, "value");
        assert_eq!((column["type"].as_str(), column["distinct"].as_u64()), (Some(kind), Some(distinct)), "{config}");
        let codes: Vec<String> = bench.result()["findings"]
            .as_array()
            .expect("it is there")
            .iter()
            .map(|it| it["code"].to_string())
            .collect();
        assert!(!codes.iter().any(|code| code.contains("trimmed-join")), "{config}: nothing was joined: {codes:?}");
    }
    let bench = Bench::new();
    let text = "card,value\na,05/06/25\nb,06/05/25\nc,05/06/25\n";
    let ended = scan(&bench, text, "[columns.value]\nformat = \"DD/MM/YY\"\ncoarsen = \"month\"\n");
    bench.assert_counted(&ended, 3);
    assert_eq!((&column(&bench, "value")["type"], &column(&bench, "value")["distinct"]), (&"date".into(), &2.into()));
}

#[test]
fn cells_that_do_not_fit_are_counted_told_by_line_and_refused_beyond_the_allowance() {
    let text = "card,value\na,05.06.25\nb,CANARY7f3a\nc,06.06.25\nd,CANARY7f3a\ne,5.6.2025\n";
    let declared = |more: &str| format!("[columns.value]\nformat = \"DD.MM.YY\"\n{more}\n");
    let bench = Bench::new();
    let ended = scan(&bench, text, &declared("allow_invalid = 2"));
    bench.assert_refused(&ended, 3, &["3 of its cells", "line 3 of `extract.csv`", "allow_invalid"]);
    let ended = scan(&bench, text, &declared("allow_invalid = 3"));
    bench.assert_counted(&ended, 5);
    let value = column(&bench, "value");
    assert_eq!((&value["invalid_cells"], &value["missing"], &value["distinct"]), (&3.into(), &3.into(), &2.into()));
    let findings = bench.result()["findings"].to_string();
    assert!(findings.contains("placeholder-values") && findings.contains("3 cells of column `value` do not fit"));
}

#[test]
fn inspect_says_why_a_column_is_text() {
    let bench = Bench::new();
    let mut text = "card,value,day,name\n".to_owned();
    for number in 0..30 {
        let value = if number == 11 { "CANARY7f3a".to_owned() } else { format!("{number}.5") };
        text += &(format!("c{number},{value},0{}/01/2025,n{number}", number % 9 + 1) + "\n");
    }
    let path = bench.write("extract.csv", text);
    let columns = {
        let source =
            open(&[path.to_str().expect("it is there").to_owned()], &InputOptions::default()).expect("it is there");
        read(source, &[true; 4], &NoProgress, &Stop::default(), None).expect("it is there").columns
    };
    let reasons: Vec<Option<&str>> = columns.iter().map(|column| column.text_reason.as_deref()).collect();
    let decimals = "29 of 30 cells read as decimals; the first other one is in line 13 of `extract.csv`";
    let open_order = "every cell reads as a date, and nothing tells day and month apart";
    assert_eq!(reasons, [None, Some(decimals), Some(open_order), None]);
    let mut command = std::process::Command::new(crate::support::BINARY);
    let output = command.arg("inspect").arg(&path).env("COLUMNS", "400").output().expect("it is there");
    let shown = String::from_utf8(output.stdout).expect("it is there");
    let shown: Vec<&str> = shown.split_whitespace().collect();
    assert!(shown.join(" ").contains(decimals) && !shown.join(" ").contains("CANARY"), "{}", shown.join(" "));
}

/// Two files of an extract with these dates, and what a scan of both says; the configuration is for the column `value`.
fn two_files(first: &[&str], second: &[&str], config: &str) -> (Bench, crate::support::Ended) {
    let bench = Bench::new();
    for (name, days) in [("a.csv", first), ("b.csv", second)] {
        let lines =
            days.iter().enumerate().map(|(card, day)| format!("{name}{card},{day}\n")).collect::<Vec<_>>().concat();
        bench.write(name, format!("card,value\n{lines}"));
    }
    let config = bench.write("reidrisk.toml", config);
    let arguments =
        ["input/a.csv", "input/b.csv", "--config", config.to_str().expect("it is there"), "--subject", "card"];
    let ended = bench.scan(arguments.into_iter().chain(["--quasi", "value"]));
    (bench, ended)
}

#[test]
fn of_several_files_each_settles_the_order_of_its_dates_and_all_in_one_way() {
    let case = |name: &str| repository_file("tests/data/cases/B9_two_orders").join(name);
    let bench = Bench::new();
    let files = [case("a_us.csv"), case("b_uk.csv")];
    let [a, b] = [&files[0], &files[1]].map(|file| file.to_str().expect("it is there"));
    bench.assert_refused(&bench.scan([a, b, "--subject", "customer", "--quasi", "day"]), 3, &["`day`", "format"]);
    for (files, swapped) in [(&files[..], false), (&[files[1].clone(), files[0].clone()][..], true)] {
        let day = read_files(files, &InputOptions::default()).expect("it is there").remove("day").expect("it is there");
        assert_eq!((day.found, day.doubt), (ColumnType::Text, Some(Doubt::OrderOpenInFile)), "{swapped}");
    }
    // Alone, the first one settles its order; no day of the other is above 12.
    let alone = |name: &str| {
        read_files(&[case(name)], &InputOptions::default()).expect("it is there").remove("day").expect("it is there")
    };
    let (first, second) = (alone("a_us.csv"), alone("b_uk.csv"));
    assert_eq!((first.found, first.cells[0].as_str()), (Date, "2024-04-14"));
    assert_eq!((second.found, second.doubt), (ColumnType::Text, Some(Doubt::OrderOpen)));
    // With the order of each file the days are those of the clean file.
    let orders = "[columns.day]\nformat = { \"a_us.csv\" = \"MM/DD/YYYY\", \"b_uk.csv\" = \"DD/MM/YYYY\" }\n";
    let config = bench.write("reidrisk.toml", orders);
    let arguments =
        [a, b, "--config", config.to_str().expect("it is there"), "--subject", "customer", "--quasi", "day"];
    bench.assert_counted(&bench.scan(arguments), 480);
    let options = |format: &str| reidrisk::plan::DateFormat::parse(format).expect("it is there");
    let file_formats = [("a_us.csv", "MM/DD/YYYY"), ("b_uk.csv", "DD/MM/YYYY")];
    let file_formats = file_formats.map(|(file, format)| (file.to_owned(), options(format))).into();
    let spelling = reidrisk::plan::CellSpelling { file_formats, ..Default::default() };
    let options = InputOptions { column_spellings: [("day".to_owned(), spelling)].into(), ..Default::default() };
    let day = read_files(&files, &options).expect("it is there").remove("day").expect("it is there");
    assert_eq!(day.found, Date);
    assert!(day.cells.contains(&"2024-04-14".to_owned()) && day.cells.iter().all(|day| day.starts_with("2024-0")));
    let format = "[columns.value]\nformat = \"DD/MM/YYYY\"\n";
    for (first, second, config, refused) in [
        (&["17/05/2025", "01/06/2025"][..], &["18/05/2025", "02/06/2025"][..], "", None),
        (&["17/05/2025"], &["2025-06-02"], "", None),
        (&["17/05/2025"], &["02/06/2025"], "", Some("one of the files")),
        (&["01/05/2025"], &["02/06/2025"], "", Some("one of the files")),
        (&["17/05/2025"], &["06/18/2025"], "", Some("in one file with the day first")),
        (&["17-05-2025"], &["06-02-2025"], "[columns.value]\ntype = \"date\"\n", Some("one of the files")),
        (&["17/05/2025"], &["02/06/2025"], format, None),
        (&["17/05/2025"], &["06/18/2025"], format, Some("line 2 of `b.csv`")),
    ] {
        let (bench, ended) = two_files(first, second, config);
        if let Some(words) = refused {
            bench.assert_refused(&ended, 3, &[words, "`value`"]);
            continue;
        }
        bench.assert_counted(&ended, (first.len() + second.len()) as u64);
        assert_eq!(column(&bench, "value")["type"], "date", "{first:?} {second:?}");
    }
}
