//! A scan on a cluster, whose machines are processes here: the same classes as a scan of the file, and never a pass.

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{BINARY, Bench, CANARY, Ended};

/// A row of an exchange: its part, the number of its kind, and its blob.
type Row = (u32, u8, Vec<u8>);

const TASK: u8 = 250;
const CELLS: u8 = 2;
const MINIMA: u8 = 4;
const BATCH: u8 = 8;

/// A frame of texts; a missing cell is an empty one.
#[derive(Clone)]
struct Frame {
    columns: Vec<&'static str>,
    records: Vec<Vec<String>>,
}

impl Frame {
    fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|name| *name == column).expect("the frame has the column")
    }

    fn csv(&self) -> String {
        let lines = self.records.iter().map(|record| record.join(","));
        std::iter::once(self.columns.join(",")).chain(lines).map(|line| line + "\n").collect()
    }
}

/// 600 persons, one of whom has a third of 9,000 records; half of them have one merchant, and no two the same amount. Towns
/// belong to persons and are missing here and there.
fn skewed() -> Frame {
    let mix = |record: u64, salt: u64| (record + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let record = |record: u64| {
        let person = if record.is_multiple_of(3) { 0 } else { mix(record, 1) % 600 };
        let merchant = if mix(record, 2).is_multiple_of(2) { 0 } else { mix(record, 3) % 300 };
        let day = mix(record, 4) % 365;
        vec![
            if record.is_multiple_of(401) { String::new() } else { format!("{CANARY}p{person}") },
            format!("{CANARY}m{merchant}"),
            format!("2026-{:02}-{:02}", day / 31 + 1, day % 28 + 1),
            if record.is_multiple_of(11) { String::new() } else { format!("{CANARY}{}", person % 40) },
            format!("{}.50", 10_000 + record),
        ]
    };
    Frame { columns: vec!["person", "merchant", "day", "town", "amount"], records: (0..9_000).map(record).collect() }
}

/// Processes that take a part of the rows each, and a folder of the driver.
struct Cluster<'a> {
    bench: &'a Bench,
    state: tempfile::TempDir,
    frame: &'a Frame,
    /// Processes that work on one step.
    processes: usize,
    parts: u32,
    flags: Vec<&'a str>,
    /// Every row that went from one process to another.
    carried: Vec<Row>,
}

fn pushed(bytes: &mut Vec<u8>, (part, kind, blob): &Row) {
    bytes.extend(part.to_le_bytes());
    bytes.push(*kind);
    bytes.extend(u32::try_from(blob.len()).expect("a short blob").to_le_bytes());
    bytes.extend(blob);
}

fn rows_of(mut bytes: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<9>() {
        let [a, b, c, d, kind, length @ ..] = *head;
        let (blob, rest) = rest.split_at(u32::from_le_bytes(length) as usize);
        rows.push((u32::from_le_bytes([a, b, c, d]), kind, blob.to_vec()));
        bytes = rest;
    }
    rows
}

/// What a worker says of rows.
fn worker(task: &[u8], number: u32, rows: &[Row]) -> (Option<i32>, Vec<Row>, String) {
    let mut input = Vec::new();
    pushed(&mut input, &(number, TASK, task.to_vec()));
    for row in rows {
        pushed(&mut input, row);
    }
    let mut command = Command::new(BINARY);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    let writer = std::thread::spawn(move || {
        // Who refuses its task reads no further.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("writing ends");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), rows_of(&output.stdout), told)
}

impl<'a> Cluster<'a> {
    fn new(bench: &'a Bench, frame: &'a Frame, flags: &[&'a str]) -> Self {
        let state = tempfile::tempdir().expect("a folder");
        fs::create_dir(state.path().join("values")).expect("a folder");
        let names = serde_json::to_string(&frame.columns).expect("names are JSON");
        fs::write(state.path().join("frame.json"), names).expect("the folder takes files");
        Self { bench, state, frame, processes: 3, parts: 5, flags: flags.to_vec(), carried: Vec::new() }
    }

    fn values(&self) -> PathBuf {
        self.state.path().join("values").join("skewed.csv")
    }

    /// Asks what is next.
    fn ask(&self) -> Ended {
        let mut command = Command::new(BINARY);
        command
            .args(["cluster", "--quiet"])
            .arg("--state")
            .arg(self.state.path())
            .arg(format!("--parts={}", self.parts));
        command.args(&self.flags).arg("--").arg(self.values());
        self.bench.run(command, b"")
    }

    /// Runs a step; every process has some of the parts, the last ones first.
    fn step(&mut self, task: &str, number: u32, before: &[Row], rows: &[Row]) -> Vec<Row> {
        let task = fs::read(self.state.path().join(task)).expect("the task is there");
        let mut out = Vec::new();
        for process in 0..self.processes {
            let mine = |row: &&Row| row.0 as usize % self.processes == process;
            let mut given: Vec<Row> = rows.iter().filter(mine).cloned().collect();
            if given.is_empty() {
                continue;
            }
            given.sort_by_key(|row| std::cmp::Reverse(row.0));
            let given = [before, &given].concat();
            let (code, came, told) = worker(&task, number, &given);
            assert_eq!(code, Some(0), "{told}");
            out.extend(came);
        }
        self.carried.extend(out.iter().cloned());
        out
    }

    fn keep(&self, name: &str, rows: &[Row]) {
        let mut bytes = Vec::new();
        for row in rows {
            pushed(&mut bytes, row);
        }
        fs::write(self.state.path().join(name), bytes).expect("the folder takes files");
    }

    /// Finds the distinct values of these columns.
    fn find_values(&self, columns: &[&str]) {
        let mut files = Vec::new();
        let mut counts = Vec::new();
        for column in columns {
            let mut values: BTreeMap<&str, u64> = BTreeMap::new();
            let place = self.frame.place(column);
            self.frame.records.iter().for_each(|record| *values.entry(&record[place]).or_default() += 1);
            counts.push(serde_json::json!({ "name": column, "counts": values.values().collect::<Vec<_>>() }));
            files.push(values.into_keys().collect::<Vec<_>>());
        }
        let longest = files.iter().map(Vec::len).max().unwrap_or(0);
        let mut text = columns.join(",") + "\n";
        for line in 0..longest {
            let cells = files.iter().map(|values| values[line.min(values.len() - 1)]);
            // A line of one empty cell would be no record.
            text += &(cells.map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\n");
        }
        fs::write(self.values(), text).expect("the folder takes files");
        let counts = serde_json::json!({ "records": self.frame.records.len(), "columns": counts });
        fs::write(self.state.path().join("counts.json"), counts.to_string()).expect("the folder takes files");
    }

    /// The records as batches of codes.
    fn batches(&self, told: &Value) -> Vec<Row> {
        let columns: Vec<usize> = strings(&told["columns"]).iter().map(|column| self.frame.place(column)).collect();
        let subject = told["subject"].as_str().map(|subject| self.frame.place(subject));
        let code_of = |(column, file): (&usize, &String)| {
            let bytes = fs::read(self.state.path().join(file)).expect("the codes are there");
            let values: BTreeSet<&str> = self.frame.records.iter().map(|record| record[*column].as_str()).collect();
            let codes = bytes.chunks(4).map(|code| u32::from_le_bytes(code.try_into().expect("four bytes")));
            values.into_iter().zip(codes).collect::<BTreeMap<_, _>>()
        };
        let codes: Vec<BTreeMap<&str, u32>> = columns.iter().zip(&strings(&told["codes"])).map(code_of).collect();
        let batch = |records: &[Vec<String>]| {
            let mut blob = (records.len() as u64).to_le_bytes().to_vec();
            if let Some(subject) = subject {
                let texts: Vec<&str> = records.iter().map(|record| record[subject].as_str()).collect();
                blob.extend((texts.concat().len() as u64).to_le_bytes());
                let mut offset = 0_i64;
                blob.extend(offset.to_le_bytes());
                for text in &texts {
                    offset += i64::try_from(text.len()).expect("a short text");
                    blob.extend(offset.to_le_bytes());
                }
                blob.extend(texts.concat().as_bytes());
            } else {
                blob.extend(u64::MAX.to_le_bytes());
            }
            for (&column, codes) in columns.iter().zip(&codes) {
                blob.extend(records.iter().flat_map(|record| codes[record[column].as_str()].to_le_bytes()));
            }
            blob
        };
        (0..).zip(self.frame.records.chunks(700)).map(|(part, records)| (part, BATCH, batch(records))).collect()
    }

    /// Counts once.
    fn count(&mut self, told: &Value, keyed: &[Row]) {
        let task = told["task"].as_str().expect("a task").to_owned();
        let routed = self.step(told["route_task"].as_str().expect("a task"), 0, &[], keyed);
        let subject_parts = told["subject_parts"].as_u64().expect("a number");
        let (by_subject, by_lead): (Vec<Row>, Vec<Row>) =
            routed.into_iter().partition(|row| u64::from(row.0) < subject_parts);
        let (mut sums, mut answers) = (Vec::new(), Vec::new());
        if told["cells"] == true {
            let cells = self.step(&task, 1, &[], &by_subject);
            (sums, answers) = self.step(&task, 2, &[], &cells).into_iter().partition(|row| row.1 == CELLS);
        }
        let (minima, sizes): (Vec<Row>, Vec<Row>) =
            self.step(&task, 3, &[], &by_lead).into_iter().partition(|row| row.1 == MINIMA);
        answers.extend(sizes);
        if told["subjects"] == true {
            answers.extend(self.step(&task, 4, &sums, &[by_subject, minima].concat()));
        }
        self.keep(&format!("answers-{}.rows", told["round"]), &answers);
    }

    /// The whole scan; `harm` does something to the rows of surveys.
    fn scan(&mut self, harm: impl Fn(&mut Vec<Row>)) -> Result<Value, Ended> {
        let mut keyed = Vec::new();
        loop {
            let ended = self.ask();
            if ended.code != Some(0) {
                return Err(ended);
            }
            let told: Value = serde_json::from_str(&ended.stdout).expect("one line of JSON");
            match told["next"].as_str().expect("a step") {
                "values" => {
                    let columns = strings(&told["columns"]);
                    let in_order = self.frame.columns.iter().copied();
                    self.find_values(
                        &in_order.filter(|name| columns.iter().any(|column| column == name)).collect::<Vec<_>>(),
                    );
                }
                "subjects" => {
                    let batches = self.batches(&told);
                    keyed = self.step("records.task", 0, &[], &batches);
                    let mut surveys = self.step("subjects.task", 0, &[], &keyed);
                    harm(&mut surveys);
                    self.keep("subjects.rows", &surveys);
                }
                "count" => self.count(&told, &keyed),
                "done" => {
                    let text = fs::read_to_string(self.state.path().join("result.json")).expect("the result is there");
                    return Ok(serde_json::from_str(&text).expect("JSON"));
                }
                other => panic!("{other} is no step"),
            }
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// The classes that a scan of the same records as a file finds.
fn classes_of_file(bench: &Bench, frame: &Frame, flags: &[&str]) -> Value {
    let path = bench.write("skewed.csv", frame.csv());
    let path = path.to_str().expect("a path is text");
    let ended = bench.scan([&[path], flags, &["--measures", "uniqueness", "--emit", "json"]].concat());
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let text = bench.result_text();
    fs::remove_dir_all(bench.out()).expect("the report is removed");
    serde_json::from_str::<Value>(&text).expect("JSON")["measures"]["uniqueness"].clone()
}

const FLAGS: [&str; 4] = ["--subject", "person", "--quasi", "merchant,day,town,amount"];

fn ok(_: &mut Vec<Row>) {}

#[test]
fn a_cluster_finds_the_classes_of_a_file_for_any_number_of_parts_and_any_order() {
    let bench = Bench::new();
    let frame = skewed();
    let expected = classes_of_file(&bench, &frame, &FLAGS);
    let mut reversed = frame.clone();
    reversed.records.reverse();
    for (frame, processes, parts) in [(&frame, 1, 1), (&frame, 3, 5), (&reversed, 7, 64)] {
        let mut cluster = Cluster { processes, parts, ..Cluster::new(&bench, frame, &FLAGS) };
        let result = cluster.scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
        assert_eq!(result["measures"]["uniqueness"], expected, "{processes} processes, {parts} parts");
        assert_eq!(result["dataset"]["subjects"], 600);
        assert_eq!(result["dataset"]["records_without_subject"], 23);
        assert_eq!(result["run"]["engine"], "cluster");
    }
}

#[test]
fn rules_apply_before_anything_is_sent_and_records_may_be_their_own_subjects() {
    let bench = Bench::new();
    let frame = skewed();
    let coarse = ["--coarsen", "day=month", "--coarsen", "amount=round:1000", "--coarsen", "merchant=prefix:13"];
    let quasi = ["--quasi", "merchant,day,town,amount"];
    for flags in [[&FLAGS[..], &coarse].concat(), quasi.to_vec(), [&quasi[..], &coarse].concat()] {
        let expected = classes_of_file(&bench, &frame, &flags);
        let result = Cluster::new(&bench, &frame, &flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
        assert_eq!(result["measures"]["uniqueness"], expected, "{flags:?}");
    }
}

/// What is not looked at may be what names people, so whoever asks for a pass gets none, whatever the limits.
#[test]
fn no_scan_on_a_cluster_passes() {
    let bench = Bench::new();
    let mut frame = skewed();
    // Everybody is like everybody else.
    for record in &mut frame.records {
        record[1..].clone_from_slice(&["shop", "2026-01-01", "here", "1.50"].map(str::to_owned));
    }
    for more in [&[][..], &["--measures", "uniqueness"], &["--k", "2", "--allow-review"], &["--max-unicity", "1"]] {
        let flags = [&FLAGS[..], more].concat();
        let result = Cluster::new(&bench, &frame, &flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
        assert_eq!(result["verdict"]["outcome"], "incomplete", "{more:?}: {}", result["verdict"]);
        assert_eq!(result["verdict"]["exit_code"], 4);
        assert_eq!(result["measures"]["uniqueness"]["value"]["full"]["smallest_class"], 600);
    }
    // A town has 15 persons.
    let (frame, flags) = (skewed(), [&FLAGS[..], &["--k", "50"]].concat());
    let result = Cluster::new(&bench, &frame, &flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
    assert_eq!(result["verdict"]["outcome"], "fail");
}

/// A frame of these columns, with subjects in the first.
fn frame_of(columns: &[&'static str], records: &[&[&str]]) -> Frame {
    let records = records.iter().map(|record| record.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    Frame { columns: columns.to_vec(), records }
}

#[test]
fn a_record_without_any_value_is_left_out_as_in_a_file() {
    let bench = Bench::new();
    let mut records: Vec<Vec<String>> = Vec::new();
    for person in 0..30 {
        let cell = |text: &str, every: usize| if person % every == 0 { String::new() } else { text.to_owned() };
        records.push(vec![format!("p{person}"), cell("Leeds", 2), cell("1990", 3)]);
        records.push(vec![format!("p{person}"), String::new(), String::new()]);
    }
    let frame = Frame { columns: vec!["person", "town", "year"], records };
    for flags in [&["--subject", "person", "--quasi", "town,year"][..], &["--quasi", "town,year"]] {
        let expected = classes_of_file(&bench, &frame, flags);
        let result = Cluster::new(&bench, &frame, flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
        assert_eq!(result["measures"]["uniqueness"], expected, "{flags:?}");
        assert_eq!(result["dataset"]["suppressed_records"], 35);
        assert_eq!(result["dataset"]["records"], 60);
    }
}

#[test]
fn subjects_are_told_apart_as_in_a_file_or_refused() {
    let bench = Bench::new();
    let flags = ["--subject", "person", "--quasi", "town"];
    let frame_with = |names: &[&str]| {
        let records: Vec<[&str; 2]> =
            names.iter().zip(["x", "y", "x", "z"]).map(|(name, town)| [*name, town]).collect();
        frame_of(&["person", "town"], &records.iter().map(<[&str; 2]>::as_slice).collect::<Vec<_>>())
    };
    // Blanks of every kind are no part of a name; a number in its usual spelling is one name.
    for names in [["a", " a", "a\u{a0}", "b"], ["1", "2", "1", ""], ["1.0", "1", "C1", "C2"], ["007", "7", "A", " "]] {
        let frame = frame_with(&names);
        let expected = classes_of_file(&bench, &frame, &flags);
        let result = Cluster::new(&bench, &frame, &flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
        assert_eq!(result["measures"]["uniqueness"], expected, "{names:?}");
    }
    // Names that a file would take for the same number or day.
    for names in [["1", "1.0", "2", "2.00"], ["2026-01-02", "2026-1-2", "2026-01-03", "2026-01-04"]] {
        let Err(ended) = Cluster::new(&bench, &frame_with(&names), &flags).scan(ok) else { panic!("{names:?}") };
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.stderr.contains("numbers or dates in several spellings"), "{ended}");
    }
}

#[test]
fn columns_that_are_not_read_are_described_and_names_that_are_wrong_are_told() {
    let bench = Bench::new();
    let frame = frame_of(&["person", "town", "email"], &[&["a", "x", "1"], &["b", "y", "2"]]);
    let flags = ["--subject", "person", "--quasi", "town", "--direct", "email"];
    let result = Cluster::new(&bench, &frame, &flags).scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
    assert_eq!(result["verdict"]["outcome"], "fail", "a direct identifier is declared");
    assert_eq!(result["dataset"]["columns"][2]["role"], "direct-identifier");
    for (more, words) in [
        (["--sensitive", "twon"], "did you mean `town`"),
        (["--coarsen", "email=prefix:2"], "`email`"),
        (["--timeout", "10s"], "a time limit"),
    ] {
        let flags = [&flags[..4], &more].concat();
        let Err(ended) = Cluster::new(&bench, &frame, &flags).scan(ok) else { panic!("{more:?}") };
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.stderr.contains(words), "{ended}");
    }
}

#[test]
fn no_cell_value_goes_from_one_process_to_another_or_into_a_task() {
    let bench = Bench::new();
    let frame = skewed();
    let mut cluster = Cluster::new(&bench, &frame, &FLAGS);
    cluster.scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
    let holds = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
    let mut unpacked = 0;
    for (_, _, blob) in &cluster.carried {
        assert!(!holds(blob), "a cell value in a row");
        let start = blob.windows(4).position(|window| window == [0x28, 0xb5, 0x2f, 0xfd]).expect("a packed blob");
        let mut bytes = Vec::new();
        let decoder = zstd::stream::read::Decoder::new(&blob[start..]).expect("a packed blob");
        decoder.single_frame().read_to_end(&mut bytes).expect("a whole blob");
        assert!(!holds(&bytes), "a cell value in a row");
        unpacked += bytes.len();
    }
    assert!(unpacked > 100_000, "only {unpacked} bytes were looked at");
    for entry in fs::read_dir(cluster.state.path()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            assert!(!holds(&fs::read(&path).expect("a file")), "a cell value in {}", path.display());
        }
    }
}

#[test]
fn what_is_lost_or_comes_twice_ends_in_a_sentence() {
    let bench = Bench::new();
    let frame = skewed();
    let harms: [fn(&mut Vec<Row>); 3] = [
        |rows| drop(rows.pop()),
        |rows| rows.push(rows[0].clone()),
        |rows| {
            let last = rows[0].2.len() - 1;
            rows[0].2[last] ^= 1;
        },
    ];
    for harm in harms {
        let Err(ended) = Cluster::new(&bench, &frame, &FLAGS).scan(harm) else { panic!("it was not noticed") };
        assert_eq!(ended.code, Some(3), "{ended}");
        assert!(ended.stderr.contains("what came back from the cluster cannot be used: "), "{ended}");
        assert!(ended.stderr.contains("hint: scan again"), "{ended}");
        bench.assert_discreet(&ended);
    }
}

#[test]
fn what_needs_the_records_in_one_place_is_refused() {
    let bench = Bench::new();
    let frame = skewed();
    for (more, what) in [
        (vec!["--coarsen", "town=rare:5"], "the rule `rare`"),
        (vec!["--missing", "wildcard"], "missing cells that match everything"),
        (vec!["--suppress", "1%"], "a budget of suppression"),
    ] {
        let flags = [&FLAGS[..], &more].concat();
        let Err(ended) = Cluster::new(&bench, &frame, &flags).scan(ok) else { panic!("{what} was not refused") };
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.stderr.contains(&format!("a scan on a cluster cannot do this: {what}")), "{ended}");
    }
    let Err(ended) = Cluster::new(&bench, &frame, &["--subject", "person"]).scan(ok) else {
        panic!("roles are guessed")
    };
    assert_eq!(ended.code, Some(2), "{ended}");
    let mut frame = skewed();
    frame.records[5][3] = "*".to_owned();
    let Err(ended) = Cluster::new(&bench, &frame, &FLAGS).scan(ok) else { panic!("marks were not refused") };
    assert!(ended.stderr.contains("cannot do this: suppressed cells"), "{ended}");
}

#[test]
fn a_worker_without_a_task_or_with_one_of_another_version_says_so() {
    let (code, rows, told) = worker(b"no task", 0, &[]);
    assert_eq!((code, rows), (Some(3), Vec::new()));
    assert!(told.contains("was planned by another version"), "{told}");
    let ended = Command::new(BINARY).arg("worker").stdin(Stdio::null()).output().expect("it starts");
    assert_eq!(ended.status.code(), Some(3));
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("there is no task on standard input") && told.contains("`reidrisk.spark`"), "{told}");
    let bench = Bench::new();
    let frame = skewed();
    let mut cluster = Cluster::new(&bench, &frame, &FLAGS);
    cluster.scan(ok).unwrap_or_else(|ended| panic!("{ended}"));
    let task = fs::read_to_string(cluster.state.path().join("count-0.task")).expect("the task is there");
    let own = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(task.contains(&own));
    let (code, _, told) = worker(task.replacen(&own, "\"version\":\"0.0.1\"", 1).as_bytes(), 1, &[]);
    assert_eq!(code, Some(3));
    assert!(told.contains("by another version") && told.contains("hint: install the same version"), "{told}");
    // Rows that are none, in the middle of a blob, of no part.
    let rows = [(0, 1, vec![1, 2, 3]), (9_999, 1, vec![0; 40])];
    for row in rows {
        let (code, _, told) = worker(task.as_bytes(), 1, &[row]);
        assert_eq!(code, Some(3), "{told}");
        assert!(told.starts_with("error: the exchanged records are damaged"), "{told}");
    }
}
