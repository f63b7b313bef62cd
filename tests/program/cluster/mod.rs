//! A scan on a cluster, whose machines are processes here: the same classes as a scan of the file, and never a pass.

mod machines;

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use machines::{Cluster, Frame, Row, skewed, worker};
use serde_json::Value;

use crate::support::{BINARY, Bench, CANARY};

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
        let mut cluster = Cluster::new(&bench, frame, &FLAGS);
        (cluster.processes, cluster.parts) = (processes, parts);
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
    for names in [
        ["1", "1.0", "2", "2.00"],
        ["2026-01-02", "2026-1-2", "2026-01-03", "2026-01-04"],
        ["2026-01-02", "20260102", "2026-01-03", "2026-01-04"],
    ] {
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
    // What is said of how cells are written, in a configuration.
    for (text, what) in [
        ("[columns.person]\nnull_value = [\"n/a\"]\n", "declared spellings of subjects"),
        ("[columns.person]\ntype = \"integer\"\n", "declared spellings of subjects"),
        ("[columns.day]\ntype = \"date\"\nallow_invalid = 1\n", "`allow_invalid`"),
    ] {
        let config = bench.write("reidrisk.toml", text);
        let flags = [&FLAGS[..], &["--config", config.to_str().expect("a path is text")]].concat();
        let Err(ended) = Cluster::new(&bench, &frame, &flags).scan(ok) else { panic!("{text} was not refused") };
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.stderr.contains(&format!("a scan on a cluster cannot do this: {what}")), "{ended}");
        fs::remove_file(config).expect("the configuration is there");
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
