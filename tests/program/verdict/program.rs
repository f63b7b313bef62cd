//! The program as these tests see it. Every public name of the library that they use stands here.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use reidrisk::config::{ConfigFile, parse_waivers, resolve};
use reidrisk::plan::Extent;
use reidrisk::report::render_markdown;
use reidrisk::result::ScanResult;
use reidrisk::scan::scan;
use reidrisk::stop::{NoProgress, Stop};
use serde_json::Value;

use crate::support::{Bench, Ended, StoppedClock, repository_file};

/// The day on which a scan inside this process takes place.
const TODAY: &str = "2026-07-01T12:00:00Z";

/// A finished scan.
pub(crate) struct Seen {
    /// `result.json`.
    pub(crate) result: Value,
    page: Page,
}

/// What a person reads first: rendered where a test asks for it, as most do not.
enum Page {
    Of(Box<ScanResult>),
    Printed(String),
}

impl Seen {
    /// What a person reads first.
    pub(crate) fn page(&self) -> String {
        match &self.page {
            Page::Of(result) => render_markdown(result),
            Page::Printed(text) => text.clone(),
        }
    }

    /// `pass`, `review`, `fail` or `incomplete`.
    pub(crate) fn outcome(&self) -> &str {
        self.result["verdict"]["outcome"].as_str().expect("a verdict has an outcome")
    }

    /// Codes of all findings that no waiver covers.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        let open = |finding: &&Value| finding["waived"] == false;
        let code = |finding: &Value| finding["code"].as_str().expect("a finding has a code").to_owned();
        self.findings().iter().filter(open).map(code).collect()
    }

    /// All findings.
    pub(crate) fn findings(&self) -> &[Value] {
        self.result["findings"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The findings of this code.
    pub(crate) fn of_code(&self, code: &str) -> Vec<&Value> {
        self.findings().iter().filter(|finding| finding["code"] == code).collect()
    }

    /// Whether a finding of this code names the column.
    pub(crate) fn blames(&self, code: &str, column: &str) -> bool {
        self.of_code(code).iter().any(|finding| names(finding, column))
    }

    /// Whether any finding names the column.
    pub(crate) fn speaks_of(&self, column: &str) -> bool {
        self.findings().iter().any(|finding| names(finding, column))
    }

    /// A measured figure by its id; the first where several columns or attacks have one.
    pub(crate) fn figure(&self, id: &str) -> Option<f64> {
        let figures = self.result["figures"].as_array()?;
        let figure = figures.iter().find(|figure| figure["id"] == id)?;
        figure["value"]["value"].as_f64()
    }

    /// A number of the static set, from the nested value.
    pub(crate) fn of_static(&self, field: &str) -> Option<u64> {
        self.result["measures"]["uniqueness"]["value"]["static"][field].as_u64()
    }

    /// The checks that were made.
    pub(crate) fn checks(&self) -> &[Value] {
        self.result["checks"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether a check held or broke a limit on a figure over this column: the column is under a measured gate.
    pub(crate) fn is_gated(&self, column: &str) -> bool {
        let measured = |check: &&Value| {
            let figure = check["figure"].as_str().unwrap_or_default();
            let counted = figure.starts_with("uniqueness.") || figure.starts_with("unicity.");
            counted
                && check["compared"].is_number()
                && check["limit"].is_number()
                && check["outcome"] != "not-applicable"
        };
        self.checks().iter().filter(measured).any(|check| names(check, column))
    }

    /// Whether a measure or gate of this name, or whose reason holds the text, is listed as not measured.
    pub(crate) fn tells_not_measured(&self, text: &str) -> bool {
        let listed = self.result["not_measured"].as_array().map_or(&[][..], Vec::as_slice);
        listed.iter().any(|entry| entry.to_string().contains(text))
    }

    /// Asserts the outcome, with everything that was found in the message.
    #[track_caller]
    pub(crate) fn assert_outcome(&self, expected: &str) {
        assert_eq!(self.outcome(), expected, "{}", self.told());
    }

    /// Asserts that the outcome is `review` or `fail`.
    #[track_caller]
    pub(crate) fn assert_no_pass(&self) {
        assert!(matches!(self.outcome(), "review" | "fail"), "{}", self.told());
    }

    /// Asserts a finding of this code that no waiver covers.
    #[track_caller]
    pub(crate) fn assert_finding(&self, code: &str) {
        assert!(self.codes().contains(code), "`{code}` is found\n{}", self.told());
    }

    /// Asserts that there is no such finding.
    #[track_caller]
    pub(crate) fn assert_no_finding(&self, code: &str) {
        assert!(self.of_code(code).is_empty(), "`{code}` is not found\n{}", self.told());
    }

    /// Asserts a finding of this code and severity that names the column.
    #[track_caller]
    pub(crate) fn assert_blames(&self, code: &str, severity: &str, column: &str) {
        let found = self.of_code(code).iter().any(|finding| names(finding, column) && finding["severity"] == severity);
        assert!(found, "`{code}` ({severity}) names `{column}`\n{}", self.told());
    }

    /// Verdict and findings, for messages of failed tests; all tables of these tests are invented.
    pub(crate) fn told(&self) -> String {
        let lines: Vec<String> = self
            .findings()
            .iter()
            .map(|f| format!("{} {} {}: {}", f["code"], f["severity"], f["columns"], f["message"]))
            .collect();
        format!("{}\n{}", self.result["verdict"], lines.join("\n"))
    }
}

/// Whether `columns` of a finding or check holds the column.
fn names(entry: &Value, column: &str) -> bool {
    entry["columns"].as_array().is_some_and(|columns| columns.iter().any(|named| named == column))
}

/// What stands beside a configuration.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'text> {
    /// `reidrisk-waivers.toml`.
    pub(crate) waivers: &'text str,
    /// The day after `--as-of`.
    pub(crate) as_of: Option<&'text str>,
    /// Other files, each with its name.
    pub(crate) files: &'text [(&'text str, &'text str)],
}

/// Scans a file with a configuration inside this process, on [`TODAY`]; `Err` is the refusal in words.
fn scanned(file: &Path, config: &str, beside: Beside<'_>) -> Result<Seen, String> {
    let clock = StoppedClock(TODAY.parse().expect("a moment"));
    let as_of: Option<Date> = beside.as_of.map(|day| day.parse().expect("a day"));
    let today = as_of.unwrap_or_else(|| TODAY[..10].parse().expect("a day"));
    let place = file.with_file_name("reidrisk.toml");
    let read = ConfigFile::parse(&place, config.as_bytes()).map_err(|error| error.to_string())?;
    let waivers = parse_waivers(&place, beside.waivers.as_bytes(), today).map_err(|error| error.to_string())?;
    let inputs = vec![file.to_str().expect("a path is text").to_owned()];
    let mut plan = resolve(inputs, &[], Some(read)).map_err(|error| error.to_string())?;
    (plan.waivers, plan.as_of) = (waivers, as_of);
    // These tests are about the verdict; the search for a plan, which follows it, decides nothing.
    plan.extent = Extent::Verdict;
    let scanned = scan(&plan, &clock, &NoProgress, &Stop::default()).map_err(|error| error.to_string())?;
    let result = serde_json::to_value(&scanned).expect("a result is JSON");
    Ok(Seen { result, page: Page::Of(Box::new(scanned)) })
}

/// [`scanned`] for a table in text.
pub(crate) fn try_text(table: &str, config: &str) -> Result<Seen, String> {
    try_beside(table, config, Beside::default())
}

pub(crate) fn try_beside(table: &str, config: &str, beside: Beside<'_>) -> Result<Seen, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("table.csv");
    std::fs::write(&file, table).expect("a table");
    for (name, text) in beside.files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    scanned(&file, config, beside)
}

/// [`try_text`] where a result is due.
#[track_caller]
pub(crate) fn seen(table: &str, config: &str) -> Seen {
    seen_beside(table, config, Beside::default())
}

/// [`seen`] with waivers or a day.
#[track_caller]
pub(crate) fn seen_beside(table: &str, config: &str, beside: Beside<'_>) -> Seen {
    match try_beside(table, config, beside) {
        Ok(seen) => seen,
        Err(refusal) => panic!("refused: {refusal}\n{config}"),
    }
}

/// [`seen`] for a file that lies somewhere, with a configuration that lies nowhere.
#[track_caller]
pub(crate) fn seen_file(file: &Path, config: &str) -> Seen {
    match scanned(file, config, Beside::default()) {
        Ok(seen) => seen,
        Err(refusal) => panic!("refused: {refusal}\n{config}"),
    }
}

/// A folder of cases, copied so that a scan finds the configuration beside its first file.
pub(crate) fn case_bench(folder: &str) -> Bench {
    let bench = Bench::new();
    let place = repository_file("tests/data/cases").join(folder);
    for entry in std::fs::read_dir(&place).expect("a folder of cases") {
        let path = entry.expect("a case").path();
        if path.is_file() {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            bench.write(name, std::fs::read(&path).expect("a case"));
        }
    }
    bench
}

/// The real binary on a case: words that name a file of the bench become its path.
pub(crate) fn run(bench: &Bench, words: &[&str]) -> Ended {
    let placed = words.iter().map(|word| {
        let path = bench.input(word);
        if path.is_file() { path.into_os_string() } else { (*word).into() }
    });
    bench.scan(placed)
}

/// [`run`] where a result is due.
#[track_caller]
pub(crate) fn case(folder: &str, words: &[&str]) -> Seen {
    let bench = case_bench(folder);
    let ended = run(&bench, words);
    assert!(matches!(ended.code, Some(0 | 1)), "a verdict\n{ended}");
    let result = bench.result();
    assert_eq!(result["verdict"]["exit_code"], ended.code.unwrap_or(-1), "{ended}");
    Seen { result, page: Page::Printed(ended.stdout) }
}
