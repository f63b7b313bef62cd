//! Figures of single subjects: on request, for the inside, and without a cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reidrisk::config::{Given, list_subjects, resolve};
use reidrisk::plan::Extent;
use reidrisk::result::Outcome;
use reidrisk::scan::{Clock, scan_listing};
use reidrisk::stop::{Progress, Stop, StopReason};

use crate::support::{Bench, CANARY, contains};

const FLAGS: [&str; 8] = ["--subject", "who", "--point", "day+shop", "--quasi", "day,shop", "--emit", "json,subjects"];

/// 40 people; every cell holds the canary, days aside.
fn people(bench: &Bench) -> Vec<(String, String)> {
    let record = |n: u32| {
        let who = format!("{CANARY}-p{}", n * 7 % 40);
        (who, format!("2026-01-{:02},{CANARY}-s{}", 1 + n * 11 % 28, n % 5))
    };
    let records: Vec<(String, String)> = (0..240).map(record).collect();
    let lines: Vec<String> = records.iter().map(|(who, point)| format!("{who},{point}")).collect();
    bench.write("events.csv", format!("who,day,shop\n{}\n", lines.join("\n")));
    records
}

#[test]
fn for_anybody_else_they_are_refused_in_one_sentence() {
    let bench = Bench::new();
    people(&bench);
    let ended = bench.scan(["input/events.csv"].into_iter().chain(FLAGS));
    bench.assert_refused(&ended, 2, &["internal audience", "--audience internal"]);
}

#[test]
fn the_inside_gets_one_stamped_row_a_subject_and_no_cell() {
    let bench = Bench::new();
    let records = people(&bench);
    let ended = bench.scan(["input/events.csv", "--audience", "internal"].into_iter().chain(FLAGS));
    assert_eq!(ended.code, Some(1), "{ended}");
    bench.assert_discreet(&ended);
    let written = bench.written();
    let path = written.iter().find(|path| path.ends_with("subjects.csv")).expect("it is written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    let text = fs::read_to_string(path).expect("text");
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("RESTRICTED")), "{text}");
    assert_eq!(lines.next(), Some("first_record,distinct_points,share_of_points_alone,singled_out_at_4_known_points"));

    // By hand: points of each person, and who else has them.
    let mut traces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, (who, point)) in (1..).zip(&records) {
        traces.entry(who).or_default().insert(point);
        first.entry(who).or_insert(number);
    }
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), traces.len());
    for row in &rows {
        let number: usize = row[0].parse().expect("a number");
        let who = records[number - 1].0.as_str();
        assert_eq!(first[who], number, "the number is that of the first record");
        assert_eq!(row[1], traces[who].len().to_string());
        let alone =
            traces[who].iter().filter(|point| traces.values().filter(|other| other.contains(*point)).count() == 1);
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let expected = alone.count() as f64 / traces[who].len() as f64;
        let found: f64 = row[2].parse().expect("a share");
        assert!((found - expected).abs() < 1e-12, "{row:?}");
        let enough = traces[who].len() >= 4;
        assert_eq!(row[3].parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share)), enough, "{row:?}");
    }
    assert!(!contains(text.as_bytes(), CANARY.as_bytes()));
    // Nothing of it is in the result, which may be handed on.
    assert!(!bench.result_text().contains("first_record"));
}

#[test]
fn a_result_cannot_give_them_again() {
    let bench = Bench::new();
    people(&bench);
    let ended = bench.scan(["input/events.csv", "--subject", "who", "--quasi", "day,shop"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let result = bench.written().into_iter().find(|path| path.ends_with("result.json")).expect("a result");
    let mut command = std::process::Command::new(crate::support::BINARY);
    command.arg("report").arg(result).args(["--emit", "subjects", "--out"]).arg(bench.input("views"));
    let ended = bench.run(command, b"");
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.stderr.contains("no figures of individual subjects"), "{ended}");
    assert!(!bench.input("views").join("subjects.csv").exists());
}

/// No time passes.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// The time is over when so many stages have ended.
struct Limit {
    stages: usize,
    ended: AtomicUsize,
    stop: Stop,
}

impl Limit {
    fn after(stages: usize) -> Self {
        Self { stages, ended: AtomicUsize::new(0), stop: Stop::default() }
    }
}

impl Progress for Limit {
    fn begin(&self, _stage: &str, _total: Option<u64>, _unit: &str) {}
    fn advance(&self, _units: u64) {}
    fn end(&self) {
        if self.ended.fetch_add(1, Ordering::Relaxed) + 1 == self.stages {
            self.stop.raise(StopReason::Timeout);
        }
    }
}

#[test]
fn a_time_limit_while_they_are_listed_leaves_the_measured_result_and_says_so() {
    let bench = Bench::new();
    people(&bench);
    let input = bench.input("events.csv").to_str().expect("a path is text").to_owned();
    let flags: [(&str, &[&str]); 5] = [
        ("measures", &["unicity"]),
        ("audience", &["internal"]),
        ("point", &["day+shop"]),
        ("subject", &["who"]),
        ("quasi", &["day,shop"]),
    ];
    let given: Vec<Given> = flags.iter().map(|(flag, values)| Given::flag(flag, values).expect("a flag")).collect();
    let mut plan = resolve(vec![input], &given, None).expect("the plan is right");
    list_subjects(&mut plan).expect("for the inside");
    // No plan is looked for: nothing follows the list.
    plan.extent = Extent::Verdict;
    let in_time = Limit::after(0);
    let (_, listed) = scan_listing(&plan, &StoppedClock, &in_time, &in_time.stop).expect("the scan ends");
    assert!(listed.is_some_and(|list| list.rows.len() == 40));

    // Known points are the last thing that is measured here, and subjects are listed after it.
    let late = Limit::after(in_time.ended.into_inner());
    let (result, listed) = scan_listing(&plan, &StoppedClock, &late, &late.stop).expect("the scan ends");
    assert!(matches!(result.measures.unicity, Some(Outcome::Measured { .. })), "{:?}", result.measures.unicity);
    assert!(listed.is_none());
    let told = result.not_measured.iter().find(|entry| entry.measure == "subjects").expect("it is told");
    assert_eq!(told.reason, "the time limit was reached before every subject was listed");
}
