//! Lengths that a file states and does not have, limits of memory and time, and files that are not what they were named
//! as. The files are those of `tests/data/cases`.

use std::process::Command;
use std::time::Duration;

use crate::support::{Bench, Ended, repository_file};

fn case(bench: &Bench, folder: &str, name: &str) -> String {
    let bytes = std::fs::read(repository_file("tests/data/cases").join(folder).join(name)).expect("a case");
    bench.write(name, bytes).to_str().expect("a path is text").to_owned()
}

#[test]
fn damaged_lengths_of_arrow_and_far_cells_are_refused() {
    for name in ["abort0.arrows", "abort3.arrow", "far.xlsx"] {
        let bench = Bench::new();
        let path = case(&bench, "security", name);
        let ended = bench.scan([&path, "--memory", "256MiB"]);
        bench.assert_refused(&ended, 3, &[name]);
        assert!(ended.peak_memory_bytes.is_none_or(|bytes| bytes < 256 << 20), "{name}: {ended}");
    }
}

/// The same days, counted in days and in milliseconds.
#[test]
fn days_are_days_however_they_are_counted() {
    let results = ["date32.parquet", "date64.parquet"].map(|name| {
        let bench = Bench::new();
        let path = case(&bench, "gates", name);
        let ended = bench.scan([&path, "--subject", "card", "--quasi", "day"]);
        assert_eq!(ended.code, Some(1), "{ended}");
        let result = bench.result();
        (result["dataset"]["columns"].clone(), result["measures"].clone(), result["findings"].clone())
    });
    assert_eq!(results[0].0[1]["type"], "date", "{}", results[0].0);
    assert_eq!(results[0], results[1]);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_never_delivers_ends_at_the_time_limit() {
    let bench = Bench::new();
    let pipe = bench.input("never.csv");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there");
    assert!(made.success());
    let path = pipe.to_str().expect("a path is text");
    #[expect(clippy::disallowed_methods, reason = "a test waits for a program")]
    let start = std::time::Instant::now();
    for verb in ["scan", "inspect"] {
        let mut command = bench.command();
        if verb == "inspect" {
            command = Command::new(crate::support::BINARY);
            command.arg("inspect");
        }
        command.args([path, "--timeout", "200ms"]).env("NO_COLOR", "1");
        let ended = bench.run(command, b"");
        bench.assert_refused(&ended, 4, &["time limit", "--timeout"]);
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Someone opened it and writes nothing: the file is open, and reading it waits.
#[cfg(unix)]
#[test]
fn a_writer_that_falls_silent_ends_at_the_time_limit() {
    let bench = Bench::new();
    let pipe = bench.input("silent.csv");
    let script = "mkfifo \"$1\" && { { printf 'card,day\\n%s\\n' \"$2\"; sleep 30; } > \"$1\" & } ; \
                  \"$0\" scan \"$1\" --timeout 300ms --out \"$3\"; code=$?; kill %1; exit $code";
    let mut command = Command::new("bash");
    command.args(["-m", "-c", script, crate::support::BINARY]).arg(&pipe).arg("c1,2026-01-01").arg(bench.out());
    let ended = bench.run(command, b"");
    bench.assert_refused(&ended, 4, &["time limit"]);
}

/// Names of its columns are the first of its identifiers.
#[test]
fn a_list_of_identifiers_without_a_heading_is_not_quoted() {
    let bench = Bench::new();
    case(&bench, "security", "ids.csv");
    let extract = bench.write("extract.csv", "customer,city\nc1,Hull\nc2,Hull\n");
    let list = "known_identifiers = { file = \"ids.csv\", column = \"iban\", pseudonym = \"customer\" }";
    let roles = "[subject]\ncolumn = \"customer\"\n[columns.city]\nrole = \"quasi-identifier\"\n";
    let config = bench.write("reidrisk.toml", format!("[linkage]\n{list}\n{roles}"));
    let [extract, config] = [extract, config].map(|path| path.to_str().expect("a path is text").to_owned());
    let ended = bench.scan([&extract, "--config", &config]);
    bench.assert_refused(&ended, 3, &["column 1", "ids.csv"]);
    assert_quotes_nothing(&ended, &["GB29", "DE89", "6016"]);
}

#[test]
fn data_named_as_a_configuration_or_as_waivers_are_not_quoted() {
    for flag in ["--config", "--waivers"] {
        let bench = Bench::new();
        let data = case(&bench, "security", "x.ndjson");
        let extract = bench.write("extract.csv", "customer,city\nc1,Hull\nc2,Hull\n");
        let ended = bench.scan([extract.to_str().expect("a path is text"), flag, &data]);
        bench.assert_refused(&ended, 2, &["x.ndjson:1:1"]);
        assert_quotes_nothing(&ended, &["SECRET", "JANE", "GB29", "6016"]);
    }
}

/// Values that stand beside a mistake may be cells, above all those of keys that name cells.
#[test]
fn values_beside_a_mistake_of_a_configuration_are_not_quoted() {
    let lines = [
        "[dataset]\nnull_value = [\"JANE\", 4929]",
        "[dataset]\nnul_value = [\"JANE\", \"ROE\"]",
        "[columns.city]\nnull_value = [\"JANE\", 4929]",
        "[columns.city]\nreal_values = [\n  \"JANE\",\n  4929,\n]",
        "[unicity]\nvisible = { city = [\"JANE\", 4929] }",
        "[unicity]\nvisble = { city = [\"JANE\"] }",
        "[dataset]\nsuppression_marks = [\"JANE\", 4929]",
        "[dataset]\nnull_value = [\"JANE\"",
        "[dataset]\nnull_value = JANE",
        "[[recipient.holds]]\nfile = 4\nnull_value = \"JANE\" # JANE\n",
    ];
    for text in lines {
        let bench = Bench::new();
        let config = bench.write("reidrisk.toml", text);
        let extract = bench.write("extract.csv", "customer,city\nc1,Hull\nc2,Hull\n");
        let paths = [extract, config].map(|path| path.to_str().expect("a path is text").to_owned());
        let ended = bench.scan([&paths[0], "--config", &paths[1]]);
        assert_eq!(ended.code, Some(2), "{text}\n{ended}");
        assert!(ended.stderr.contains("reidrisk.toml:"), "the place is told\n{text}\n{ended}");
        assert_quotes_nothing(&ended, &["JANE", "ROE", "4929"]);
    }
}

#[test]
fn a_configuration_and_a_result_have_a_largest_size() {
    let bench = Bench::new();
    let extract = bench.write("extract.csv", "customer,city\nc1,Hull\nc2,Hull\n");
    let config = bench.write("large.toml", vec![b'\n'; (4 << 20) + 1]);
    let paths = [extract, config].map(|path| path.to_str().expect("a path is text").to_owned());
    let ended = bench.scan([&paths[0], "--config", &paths[1]]);
    bench.assert_refused(&ended, 2, &["large.toml", "larger than 4 MiB"]);

    let result = std::fs::File::create(bench.input("result.json")).expect("a file");
    result.set_len((256 << 20) + 1).expect("a sparse file");
    let mut command = Command::new(crate::support::BINARY);
    command.arg("report").arg(bench.input("result.json")).env("NO_COLOR", "1");
    bench.assert_refused(&bench.run(command, b""), 3, &["larger than 256 MiB"]);
}

/// `a b` and `a_b` become one folder.
#[test]
fn two_datasets_do_not_share_a_folder() {
    let bench = Bench::new();
    let path = bench.write("extract.csv", "customer,city\nc1,Hull\nc2,Hull\n");
    let path = path.to_str().expect("a path is text");
    let scan = |name: &str| {
        let config = bench.write("named.toml", format!("[dataset]\nname = \"{name}\"\n"));
        bench.scan([path, "--config", config.to_str().expect("a path is text")])
    };
    assert_eq!(scan("a b").code, Some(1));
    assert_eq!(scan("a b").code, Some(1), "the same dataset again");
    let ended = scan("a_b");
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("another name"), "{ended}");
}

/// Whoever knows most of a tiny source could try what the rest is until the hash fits.
#[test]
fn the_hash_of_a_tiny_source_is_left_out() {
    for (people, has_hash) in [(99, false), (100, true)] {
        let bench = Bench::new();
        let rows = |number: usize| {
            let lines: Vec<String> = (0..number).map(|row| format!("c{row},t{}\n", row % 3)).collect();
            lines.concat()
        };
        let extract = bench.write("extract.csv", format!("customer,city\n{}", rows(30)));
        bench.write("members.csv", format!("member,city\n{}", rows(people)));
        let source = bench.input("members.csv");
        let paths = [extract, source].map(|path| path.to_str().expect("a path is text").to_owned());
        let ended =
            bench.scan([&paths[0], "--subject", "customer", "--quasi", "city", "--against", &paths[1], "--on", "city"]);
        assert_eq!(ended.code, Some(1), "{ended}");
        let result = bench.result();
        assert_eq!(result["sources"][0]["files"][0]["sha256"].is_string(), has_hash, "{}", result["sources"]);
        assert!(result["dataset"]["files"][0]["sha256"].is_string(), "the extract is identified");
    }
}

fn assert_quotes_nothing(ended: &Ended, cells: &[&str]) {
    for cell in cells {
        assert!(!ended.stderr.contains(cell) && !ended.stdout.contains(cell), "`{cell}`\n{ended}");
    }
}
