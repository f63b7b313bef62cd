//! Figures of single subjects: on request, for the inside, and without a cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use reidrisk::config::{Given, list_subjects, resolve};
use reidrisk::plan::Extent;
use reidrisk::result::Outcome;
use reidrisk::scan::scan_listing;
use reidrisk::stop::{Progress, Stop, StopReason};

use crate::support::{Bench, CANARY, StoppedClock, contains};

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
    let heads = "first_record,distinct_points,share_of_points_alone,singled_out_at_4_known_points,class_size";
    assert!(lines.next().is_some_and(|line| line.starts_with(heads)), "{text}");

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
    let (_, listed) =
        scan_listing(&plan, &StoppedClock(Timestamp::UNIX_EPOCH), &in_time, &in_time.stop).expect("the scan ends");
    assert!(listed.subjects.is_some_and(|list| list.rows.len() == 40));

    // Known points are the last thing that is measured here, and subjects are listed after it.
    let late = Limit::after(in_time.ended.into_inner());
    let (result, listed) =
        scan_listing(&plan, &StoppedClock(Timestamp::UNIX_EPOCH), &late, &late.stop).expect("the scan ends");
    assert!(matches!(result.measures.unicity, Some(Outcome::Measured { .. })), "{:?}", result.measures.unicity);
    assert!(listed.subjects.is_none());
    let told = result.not_measured.iter().find(|entry| entry.measure == "subjects").expect("it is told");
    assert_eq!(told.reason, "the time limit was reached before every subject was listed");
}

/// What a list says: its heads, and its rows as cells.
fn list(bench: &Bench, name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let written = bench.written();
    let path = written.iter().find(|path| path.ends_with(name)).unwrap_or_else(|| panic!("{name} is written"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    let text = fs::read_to_string(path).expect("text");
    assert!(!contains(text.as_bytes(), CANARY.as_bytes()));
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("RESTRICTED")), "{text}");
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
    (lines.next().map(cells).expect("heads"), lines.map(cells).collect())
}

#[test]
fn each_record_is_listed_by_its_place_with_its_class_and_minimal_sets() {
    let bench = Bench::new();
    let records = people(&bench);
    let flags =
        ["--subject", "who", "--quasi", "day,shop", "--emit", "json,records,subjects", "--measures", "uniqueness"];
    let ended = bench.scan(["input/events.csv", "--audience", "internal"].into_iter().chain(flags));
    assert_eq!(ended.code, Some(1), "{ended}");
    bench.assert_discreet(&ended);
    let (heads, rows) = list(&bench, "records.csv");
    let wanted = "record,class_size,smallest_msu,msus_of_1,msus_of_2,suda_elliot,suda_ihsn,dis_suda";
    assert_eq!(heads.join(","), wanted);
    let numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().expect("a number")).collect();
    assert_eq!(numbers, (1..=records.len()).collect::<Vec<_>>(), "in the order of the file");
    // By hand: who shares the day, the shop and both.
    let crowd = |same: &dyn Fn(&(String, String)) -> bool| {
        records.iter().filter(|record| same(record)).map(|(who, _)| who.as_str()).collect::<BTreeSet<_>>().len()
    };
    let mut smallest: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (row, (who, point)) in rows.iter().zip(&records) {
        let (day, shop) = point.split_once(',').expect("two cells");
        let of_day = crowd(&|(_, other)| other.starts_with(&format!("{day},")));
        let of_shop = crowd(&|(_, other)| other.ends_with(&format!(",{shop}")));
        let of_both = crowd(&|(_, other)| other == point);
        assert_eq!(row[1], of_both.to_string(), "{row:?}");
        let single = usize::from(of_day == 1) + usize::from(of_shop == 1);
        let both = usize::from(single == 0 && of_both == 1);
        assert_eq!((row[3].as_str(), row[4].as_str()), (&*single.to_string(), &*both.to_string()), "{row:?}");
        let least = if single > 0 {
            "1"
        } else if both > 0 {
            "2"
        } else {
            ""
        };
        assert_eq!(row[2], least, "{row:?}");
        assert_eq!(row[7], "", "no sampling fraction is declared, so there is no DIS-SUDA score");
        let of_person = smallest.entry(who).or_insert((of_both, String::new()));
        of_person.0 = of_person.0.min(of_both);
        if !least.is_empty() && (of_person.1.is_empty() || least < of_person.1.as_str()) {
            of_person.1 = least.to_owned();
        }
    }
    let (heads, rows) = list(&bench, "subjects.csv");
    assert_eq!(heads.join(","), wanted.replacen("record", "first_record", 1));
    assert_eq!(rows.len(), smallest.len());
    for row in rows {
        let who = records[row[0].parse::<usize>().expect("a number") - 1].0.as_str();
        assert_eq!((row[1].clone(), row[2].clone()), (smallest[who].0.to_string(), smallest[who].1.clone()), "{who}");
    }
    assert!(!bench.result_text().contains("first_record"));
}

#[test]
fn records_without_a_subject_and_suppressed_ones_keep_the_places_of_the_others() {
    let bench = Bench::new();
    bench.write("a.csv", "who,day,shop\na,1,x\n,1,x\nb,,\na,2,y\nc,1,x\n");
    let flags = ["--subject", "who", "--quasi", "day,shop", "--emit", "records", "--audience", "internal"];
    let ended = bench.scan(["input/a.csv"].into_iter().chain(flags));
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let (_, rows) = list(&bench, "records.csv");
    let places: Vec<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(places, [("1", "2"), ("4", "1"), ("5", "2")]);
}

#[test]
fn without_a_subject_each_record_is_listed_and_no_subject() {
    let bench = Bench::new();
    people(&bench);
    let flags = ["--quasi", "day,shop", "--emit", "records,subjects", "--audience", "internal"];
    let ended = bench.scan(["input/events.csv"].into_iter().chain(flags));
    assert!(ended.stderr.contains("no `subjects.csv`: no subject is declared"), "{ended}");
    let (_, rows) = list(&bench, "records.csv");
    assert_eq!(rows.len(), 240);
}

#[test]
fn lists_are_the_same_bytes_for_any_number_of_threads() {
    let bench = Bench::new();
    people(&bench);
    let flags = ["--subject", "who", "--quasi", "day,shop", "--emit", "records,subjects", "--audience", "internal"];
    let texts = ["1", "8"].map(|threads| {
        bench.scan(["input/events.csv", "--threads", threads].into_iter().chain(flags));
        ["records.csv", "subjects.csv"].map(|name| list(&bench, name))
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_list_of_records_is_refused_for_anybody_else() {
    let bench = Bench::new();
    people(&bench);
    let ended = bench.scan(["input/events.csv", "--quasi", "day,shop", "--emit", "records"]);
    bench.assert_refused(&ended, 2, &["internal audience", "remove `records`"]);
}
