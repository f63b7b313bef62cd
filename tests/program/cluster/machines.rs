//! Processes that take the place of machines, and what a driver does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{BINARY, Bench, CANARY, Ended};

/// A row of an exchange: its part, the number of its kind, and its blob.
pub(crate) type Row = (u32, u8, Vec<u8>);

const TASK: u8 = 250;
const CELLS: u8 = 2;
const MINIMA: u8 = 4;
const BATCH: u8 = 8;

/// A frame of texts; a missing cell is an empty one.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) records: Vec<Vec<String>>,
}

impl Frame {
    fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|name| *name == column).expect("the frame has the column")
    }

    pub(crate) fn csv(&self) -> String {
        let lines = self.records.iter().map(|record| record.join(","));
        std::iter::once(self.columns.join(",")).chain(lines).map(|line| line + "\n").collect()
    }
}

/// 600 persons, one of whom has a third of 9,000 records; half of them have one merchant, and no two the same amount. Towns
/// belong to persons and are missing here and there.
pub(crate) fn skewed() -> Frame {
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
pub(crate) struct Cluster<'a> {
    bench: &'a Bench,
    pub(crate) state: tempfile::TempDir,
    frame: &'a Frame,
    /// Processes that work on one step.
    pub(crate) processes: usize,
    pub(crate) parts: u32,
    flags: Vec<&'a str>,
    /// Every row that went from one process to another.
    pub(crate) carried: Vec<Row>,
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
pub(crate) fn worker(task: &[u8], number: u32, rows: &[Row]) -> (Option<i32>, Vec<Row>, String) {
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
    pub(crate) fn new(bench: &'a Bench, frame: &'a Frame, flags: &[&'a str]) -> Self {
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
    pub(crate) fn scan(&mut self, harm: impl Fn(&mut Vec<Row>)) -> Result<Value, Ended> {
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
