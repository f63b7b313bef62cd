//! What does not fit in memory is counted in files: the same bytes, and nothing left.

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use support::{Bench, CANARY, member};

const RECORDS: u64 = 60_000;

/// Records of 6,000 persons, one of whom has a third of them; half of all records have one merchant, and no two have the
/// same amount.
fn skewed_extract(bench: &Bench, name: &str, reversed: bool) -> PathBuf {
    let mix = |record: u64, salt: u64| (record + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let line = |record: u64| {
        let person = if record.is_multiple_of(3) { 0 } else { mix(record, 1) % 6_000 };
        let merchant = if mix(record, 2) % 2 == 0 { 0 } else { mix(record, 3) % 3_000 };
        let day = mix(record, 4) % 365;
        let town = if record.is_multiple_of(11) { String::new() } else { format!("{CANARY}{}", person % 400) };
        format!("{CANARY}p{person},{CANARY}m{merchant},{CANARY}d{day},{town},{CANARY}a{record}\n")
    };
    let mut text = String::from("person,merchant,day,town,amount\n");
    if reversed {
        (0..RECORDS).rev().for_each(|record| text.push_str(&line(record)));
    } else {
        (0..RECORDS).for_each(|record| text.push_str(&line(record)));
    }
    bench.write(name, text)
}

fn flags<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let columns =
        ["--subject", "person", "--quasi", "merchant,day,town,amount", "--measures", "uniqueness", "--threads", "2"];
    let path = path.to_str().expect("a path is text");
    [&[path][..], &columns, more].concat()
}

/// Leaves too little beside the table for counting in memory, and enough for counting in files.
const LITTLE: &str = "24MiB";

fn pinned(bench: &Bench) -> String {
    let text = bench.result_text();
    let mut pinned = String::new();
    for name in ["measures", "findings", "verdict"] {
        writeln!(pinned, "{name}: {}", member(&text, name)).expect("memory takes text");
    }
    fs::remove_dir_all(bench.out()).expect("the report is removed");
    pinned
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("the folder is there").next().is_none()
}

#[test]
fn files_give_the_bytes_of_memory_and_leave_nothing() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let spill = folder.path().to_str().expect("a path is text");
    let path = skewed_extract(&bench, "skewed.csv", false);
    let ended = bench.scan(flags(&path, &["--memory", "4GiB"]));
    assert_eq!(ended.code, Some(1), "{ended}");
    let expected = pinned(&bench);
    // Without a folder it does not fit, so what follows is counted in files.
    let ended = bench.scan(flags(&path, &["--memory", LITTLE]));
    assert_eq!(ended.code, Some(4), "{ended}");
    fs::remove_dir_all(bench.out()).expect("the report is removed");
    for path in [path, skewed_extract(&bench, "skewed.csv", true)] {
        let ended = bench.scan(flags(&path, &["--memory", LITTLE, "--spill", spill]));
        assert_eq!(ended.code, Some(1), "{ended}");
        bench.assert_discreet(&ended);
        assert!(pinned(&bench) == expected, "the bytes differ");
        assert!(is_empty(folder.path()), "something is left");
    }
}

#[test]
fn a_folder_that_cannot_be_used_ends_in_a_sentence_and_no_report() {
    let bench = Bench::new();
    let path = skewed_extract(&bench, "skewed.csv", false);
    let file = bench.write("file", "");
    let spill = file.to_str().expect("a path is text");
    let ended = bench.scan(flags(&path, &["--memory", LITTLE, "--spill", spill]));
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("cannot be used: it is no folder"), "{ended}");
    assert_eq!(bench.written(), Vec::<PathBuf>::new());
}

/// Killed at many moments: the next run removes what is left, and no half report is there.
#[cfg(unix)]
#[test]
fn a_killed_run_leaves_nothing_after_the_next() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let spill = folder.path().to_str().expect("a path is text");
    let path = skewed_extract(&bench, "skewed.csv", false);
    for delay in (0..50).map(|moment| moment * 20) {
        let mut command = bench.command();
        command.args(flags(&path, &["--memory", LITTLE, "--spill", spill]));
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let mut child = command.stderr(std::process::Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(delay));
        child.kill().expect("a child that was not waited for can be killed");
        child.wait().expect("the program can be waited for");
        let named = fs::read_dir(folder.path()).expect("the folder is there");
        for entry in named {
            let own = entry.expect("a folder entry").path();
            assert!(is_empty(&own), "a file has a name");
        }
    }
    let ended = bench.scan(flags(&path, &["--memory", LITTLE, "--spill", spill]));
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(is_empty(folder.path()), "something is left");
}
