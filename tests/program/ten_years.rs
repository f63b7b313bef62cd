//! Ten years of nights of twenty datasets: the history of one and the page over all within a second.
//!
//! By default a tenth of it is written, which a build for tests reads in seconds. `REIDRISK_DECADE=1` writes all of it and
//! holds the times against the second; for that the program should be built as it is shipped (`--release`).

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::Date;
use reidrisk::report::render_record_json;
use reidrisk::result::{
    CheckOutcome, Figure, FigureUnit, FigureValue, RecordedFigure, RecordedLimit, RunRecord, VerdictOutcome,
};
use sha2::{Digest, Sha256};

use crate::support::{BINARY, Bench};

/// Figures of a record beside the one with a limit.
const FIGURES: u32 = 20;

fn figures(night: u32) -> Vec<RecordedFigure> {
    let share = f64::from(night % 97) / 400.0;
    let value = FigureValue::Measured { value: share, interval: Some([share * 0.9, share * 1.1]) };
    let label = "subjects singled out by 4 known points";
    let gated = Figure::new("unicity.gated_share", label, FigureUnit::Share, value)
        .on(&["day", "merchant"].map(str::to_owned))
        .about("4 known points");
    let outcome = if share * 1.1 > 0.2 { CheckOutcome::Breaks } else { CheckOutcome::Holds };
    let limit = RecordedLimit { gate: "unicity".to_owned(), limit: Some(0.2), outcome, waived: false };
    let others = (0..FIGURES).map(|place| RecordedFigure {
        figure: Figure::new(
            format!("uniqueness.static.figure_{place}"),
            "subjects in a class of their own",
            FigureUnit::Subjects,
            FigureValue::count(u64::from(night + place)),
        ),
        limits: Vec::new(),
    });
    std::iter::once(RecordedFigure { figure: gated, limits: vec![limit] }).chain(others).collect()
}

/// Writes the records of a dataset as a scan does, without flushing each to the disk.
fn write_dataset(home: &Path, dataset: &str, nights: u32) {
    let first: Date = "2016-12-01".parse().expect("a day");
    let mut previous: Option<String> = None;
    let mut newest = String::new();
    for night in 0..nights {
        let day = first + i64::from(night).days();
        let run = format!("{}T020004Z-3fa1c2", day.strftime("%Y%m%d"));
        let times = [format!("{day}T02:00:04Z"), format!("{day}T02:00:09Z")];
        let figures = figures(night);
        let passes = figures.iter().all(|figure| figure.passes() != Some(false));
        let (verdict, exit_code) = if passes { (VerdictOutcome::Pass, 0) } else { (VerdictOutcome::Fail, 1) };
        let empty = RunRecord::without_result(dataset, &run, times, exit_code, String::new());
        let record = RunRecord {
            previous: previous.take(),
            verdict: Some(verdict),
            why: None,
            records: 100_000,
            subjects: Some(9_000),
            settings_sha256: Some("5".repeat(64)),
            fingerprint: "f".repeat(64),
            figures,
            ..empty
        };
        let bytes = render_record_json(&record).expect("a record can be written");
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let folder = home.join(&run);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("record.json"), bytes).expect("a record");
        newest = format!(
            "{{\"newest\":{{\"run\":\"{run}\",\"sha256\":\"{sha256}\"}},\"before\":null,\"is_in_place\":true}}"
        );
        previous = Some(sha256);
    }
    fs::write(home.join(".chain"), newest).expect("the note of the chain");
}

#[expect(clippy::print_stdout, reason = "the times are what a person looks for")]
fn timed(bench: &Bench, arguments: &[&str]) -> (String, Duration) {
    let mut command = Command::new(BINARY);
    command.env("NO_COLOR", "1").arg("history").args(arguments).arg("--out").arg(bench.out());
    #[expect(clippy::disallowed_methods, reason = "a test measures how long a verb takes")]
    let start = Instant::now();
    let ended = bench.run(command, b"");
    let time = start.elapsed();
    assert_eq!(ended.code, Some(0), "{ended}");
    println!("history {}: {} ms, {} bytes", arguments.join(" "), time.as_millis(), ended.stdout.len());
    (ended.stdout, time)
}

#[test]
fn ten_years_of_twenty_datasets_are_shown_in_a_second() {
    #[expect(clippy::disallowed_methods, reason = "a person asks for the whole")]
    let is_whole = std::env::var_os("REIDRISK_DECADE").is_some();
    let (datasets, nights) = if is_whole { (20, 3_650) } else { (4, 365) };
    let bench = Bench::new();
    for place in 0..datasets {
        let name = format!("dataset_{place:02}");
        write_dataset(&bench.out().join(&name), &name, nights);
    }
    // The first look makes the index.
    timed(&bench, &[]);
    let looks = [
        timed(&bench, &["dataset_00", "--last", "10"]),
        timed(&bench, &["dataset_01", "--format", "html"]),
        timed(&bench, &["dataset_02", "--format", "csv"]),
        timed(&bench, &["--format", "html"]),
    ];
    timed(&bench, &["dataset_03", "--verify"]);
    assert!(looks[0].0.contains(&format!("{} runs", reidrisk::plan::grouped(u64::from(nights)))));
    assert!(looks[1].0.len() < 2_000_000, "one page stays small: {} bytes", looks[1].0.len());
    assert_eq!(looks[3].0.matches("class=\"spark\"").count(), datasets);
    if is_whole {
        for (_, time) in &looks {
            assert!(*time < Duration::from_secs(1), "{time:?}");
        }
    }
}
