//! What does not fit in memory is counted in files: the same bytes, and nothing left.
//!
//! A program of its own, for its scans keep to a few megabytes as long as the watch on their memory comes in time, and are looked
//! at and killed while they write.

#[allow(dead_code, reason = "each program uses a part of it")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{BINARY, Bench, CANARY, member};

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

/// Records of 5,000 persons with columns of 300 values, each of which takes two bytes a record. No two persons are often
/// neighbours, so records are sorted.
fn wide_extract(bench: &Bench, records: u64, columns: u64, mark: &str) -> PathBuf {
    let mix = |record: u64, salt: u64| (record + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let cells: Vec<String> = (0..5_000).map(|value| format!(",{mark}{value}")).collect();
    let mut text = String::from("person");
    (0..columns).for_each(|column| write!(text, ",c{column}").expect("memory takes text"));
    text.push('\n');
    for record in 0..records {
        let person = mix(record, 1) % 5_000;
        text.push_str(&cells[usize::try_from(person).expect("small")][1..]);
        for column in 0..columns {
            // Half of the columns are the same in all records of a person.
            let value = if column % 2 == 0 { mix(person, column) } else { mix(record, column) };
            text.push_str(&cells[usize::try_from(value % 300).expect("small")]);
        }
        text.push('\n');
    }
    bench.write("wide.csv", text)
}

/// Codes of more than an eighth of this go to the folder.
const NARROW: &str = "18MiB";

/// Three columns are counted, and all of them are carried.
fn wide_flags<'a>(path: &'a Path, sensitive: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let path = path.to_str().expect("a path is text");
    let columns = ["--subject", "person", "--quasi", "c0,c1,c2", "--sensitive", sensitive, "--threads", "2"];
    [&[path][..], &columns, &["--measures", "uniqueness"], more].concat()
}

fn names(columns: u64) -> String {
    (3..columns).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",")
}

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

/// The columns take more than the limit, so nothing can be read without a folder.
#[test]
fn columns_beyond_memory_give_the_bytes_of_memory_and_leave_nothing() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let spill = folder.path().to_str().expect("a path is text");
    let path = wide_extract(&bench, 700_000, 13, "v");
    let sensitive = names(13);
    let scan = |more: &[&str]| bench.scan(wide_flags(&path, &sensitive, more));
    let ended = scan(&["--memory", "4GiB"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let expected = pinned(&bench);
    bench.assert_refused(&scan(&["--memory", NARROW]), 4, &["memory"]);
    let ended = scan(&["--memory", NARROW, "--spill", spill]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(pinned(&bench) == expected, "the bytes differ");
    assert!(is_empty(folder.path()), "something is left");
}

#[test]
fn a_folder_that_cannot_be_used_ends_in_a_sentence_and_no_report() {
    let bench = Bench::new();
    let path = skewed_extract(&bench, "skewed.csv", false);
    let file = bench.write("file", "");
    let spill = file.to_str().expect("a path is text");
    let ended = bench.scan(flags(&path, &["--memory", LITTLE, "--spill", spill]));
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("cannot be used: it is not a folder"), "{ended}");
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

/// The bytes of the files without a name that a process has below a folder.
#[cfg(target_os = "linux")]
fn open_files(process: u32, folder: &Path) -> Vec<Vec<u8>> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let below = open.filter(|entry| fs::read_link(entry.path()).is_ok_and(|place| place.starts_with(folder)));
    below.filter_map(|entry| fs::read(entry.path()).ok()).collect()
}

/// What the rows of a file hold when they are unpacked. The end of a file that is being written may be half a row.
#[cfg(target_os = "linux")]
fn unpacked(file: &[u8]) -> Vec<Vec<u8>> {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let starts = (0..file.len()).filter(|&start| file[start..].starts_with(&MAGIC));
    let unpack = |start: usize| {
        let mut bytes = Vec::new();
        let decoder = zstd::stream::read::Decoder::new(&file[start..]);
        // What was unpacked before an error counts as well.
        let _ = decoder.ok()?.single_frame().read_to_end(&mut bytes);
        Some(bytes)
    };
    starts.filter_map(unpack).collect()
}

/// The files have no name, but whoever owns the process or the disk can read them.
#[cfg(target_os = "linux")]
#[test]
fn no_cell_value_is_in_the_files_while_they_are_there() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().canonicalize().expect("the folder is there");
    let path = skewed_extract(&bench, "skewed.csv", false);
    let holds = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
    let mut rows = 0;
    for _ in 0..40 {
        let mut command = bench.command();
        command.args(flags(&path, &["--memory", LITTLE, "--spill"])).arg(&place);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        while child.try_wait().expect("it can be waited for").is_none() {
            for file in open_files(child.id(), &place) {
                assert!(!holds(&file), "a cell value on the disk");
                for row in unpacked(&file).iter().filter(|row| !row.is_empty()) {
                    assert!(!holds(row), "a cell value in a row");
                    rows += 1;
                }
            }
        }
        if rows >= 20 {
            return;
        }
    }
    panic!("only {rows} rows were seen");
}

/// What is mapped are plain codes.
#[cfg(target_os = "linux")]
#[test]
fn no_cell_value_is_in_the_mapped_columns_while_they_are_there() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().canonicalize().expect("the folder is there");
    let path = wide_extract(&bench, 120_000, 10, CANARY);
    let sensitive = names(10);
    let holds = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
    let mut files = 0;
    for _ in 0..40 {
        let mut command = bench.command();
        command.args(wide_flags(&path, &sensitive, &["--memory", NARROW, "--spill"])).arg(&place);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        while child.try_wait().expect("it can be waited for").is_none() {
            let open = open_files(child.id(), &place);
            // Codes of columns and nothing packed.
            files += open.iter().filter(|file| file.len() >= 64 << 10 && unpacked(file).is_empty()).count();
            assert!(!open.iter().any(|file| holds(file)), "a cell value on the disk");
        }
        assert!(is_empty(&place), "something is left");
        if files >= 20 {
            return;
        }
    }
    panic!("only {files} mapped columns were seen");
}

/// A limit on the size of files strikes while columns are mapped.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_has_no_room_for_a_column_ends_in_a_sentence_and_leaves_nothing() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = wide_extract(&bench, 120_000, 10, "v");
    let sensitive = names(10);
    for blocks in [1, 128, 400] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = bench.command_through(&["sh", "-c", &script, BINARY]);
        let more = ["--memory", NARROW, "--emit", "json", "--spill"];
        command.args(wide_flags(&path, &sensitive, &more)).arg(folder.path());
        let ended = bench.run(command, b"");
        bench.assert_refused(&ended, 3, &["spill folder", "is full after"]);
        assert!(is_empty(folder.path()), "something is left");
    }
}

/// A limit on the size of files strikes while rows are written.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_becomes_full_ends_in_a_sentence_and_leaves_nothing() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = skewed_extract(&bench, "skewed.csv", false);
    for blocks in [1, 8, 64, 256] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = bench.command_through(&["sh", "-c", &script, BINARY]);
        command.args(flags(&path, &["--memory", LITTLE, "--emit", "json", "--spill"])).arg(folder.path());
        let ended = bench.run(command, b"");
        bench.assert_refused(&ended, 3, &["spill folder", "is full"]);
        assert!(is_empty(folder.path()), "something is left");
    }
}

/// A file system of its own, which takes the rights to mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_too_small_is_told_before_anything_is_written() {
    let bench = Bench::new();
    let path = skewed_extract(&bench, "skewed.csv", false);
    let folder = tempfile::tempdir().expect("a folder");
    let can_mount = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none"]).arg(folder.path()).status();
    if !can_mount.is_ok_and(|status| status.success()) {
        println!("skipped: no file system can be mounted here");
        return;
    }
    let script = "mount -t tmpfs -o size=300k none \"$SPILL\" && \"$0\" \"$@\"; code=$?; ls -A \"$SPILL\"; exit $code";
    let mut command = bench.command_through(&["unshare", "-rm", "sh", "-c", script, BINARY]);
    command.env("SPILL", folder.path());
    command.args(flags(&path, &["--memory", LITTLE, "--spill"])).arg(folder.path());
    let ended = bench.run(command, b"");
    bench.assert_refused(&ended, 3, &["spill folder", "has 0 MiB free, and counting needs up to", "--spill"]);
}

#[test]
fn two_runs_in_one_folder_do_not_disturb_each_other() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = skewed_extract(&bench, "skewed.csv", false);
    let start = |_| {
        let mut command = bench.command();
        command.args(flags(&path, &["--memory", LITTLE, "--format", "json", "--spill"])).arg(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().expect("it starts")
    };
    let running: Vec<_> = (0..4).map(start).collect();
    let told = running.into_iter().map(|child| child.wait_with_output().expect("it ends"));
    let told: Vec<String> = told
        .map(|output| {
            assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
            member(&String::from_utf8_lossy(&output.stdout), "measures").to_owned()
        })
        .collect();
    assert!(told.iter().all(|measures| *measures == told[0]), "the figures differ");
    assert!(is_empty(folder.path()), "something is left");
    let runs = bench.written().into_iter().filter(|file| file.ends_with("record.json")).count();
    assert_eq!(runs, 4, "each run has its report");
}
