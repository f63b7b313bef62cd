//! Whatever ends a run, or runs beside it: no finished run is lost, none is half there, and the next one works.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{assert_whole, bench_of, history, home, night, record, runs};
use crate::support::{BINARY, Bench};

fn start(bench: &Bench) -> Child {
    let mut command = bench.command();
    command.arg(bench.input("cards.csv")).args(["--emit", "json,csv", "--keep", "40"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn fifty_pairs_of_scans_at_once_are_a_hundred_runs_of_one_chain() {
    let bench = bench_of(5);
    for _ in 0..50 {
        let both = [start(&bench), start(&bench)];
        for mut child in both {
            assert_eq!(child.wait().expect("the program can be waited for").code(), Some(0));
        }
    }
    let runs = runs(&home(&bench));
    assert_eq!(runs.len(), 100);
    let chained = runs.iter().filter(|run| record(&home(&bench), run)["previous"].is_string()).count();
    assert_eq!(chained, 99, "all but the first follow another");
    let kept = runs.iter().filter(|run| home(&bench).join(run).join("result.json").exists()).count();
    assert_eq!(kept, 40, "`--keep`");
    let verified = history(&bench, &["cards", "--verify"]);
    assert_eq!(verified.code, Some(0), "{verified}");
    assert!(verified.stdout.contains("cards: 100 records and 40 results are as they were written"), "{verified}");
    let page = fs::read_to_string(bench.out().join("index.html")).expect("the page over all datasets");
    assert!(page.contains("<td class=\"n\">100</td>"), "the page of the later run holds both");
    let listed = history(&bench, &["cards", "--format", "json"]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&listed.stdout).unwrap()["runs"].as_array().unwrap().len(),
        100
    );
}

/// The moments are spread over the whole of a run, those of writing among them.
#[test]
fn a_run_that_is_killed_at_any_of_two_hundred_moments_harms_no_other() {
    let bench = bench_of(5);
    assert_eq!(night(&bench).code, Some(0));
    let (mut finished, mut state) = (1, 0x9e37_79b9_7f4a_7c15_u64);
    let length = {
        #[expect(clippy::disallowed_methods, reason = "a test measures how long a run takes")]
        let start_of_run = std::time::Instant::now();
        assert_eq!(night(&bench).code, Some(0));
        finished += 1;
        u64::try_from(start_of_run.elapsed().as_micros()).unwrap()
    };
    for _ in 0..200 {
        // A linear congruential generator: the same moments each time, as far as the machine is as fast.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(&bench);
        sleep(Duration::from_micros((state >> 33) % (length + length / 10)));
        let _ = child.kill();
        let status = child.wait().expect("the program can be waited for");
        let now = runs(&home(&bench)).len();
        assert!(now == finished || now == finished + 1, "a run is there or not");
        if status.code() == Some(0) {
            assert_eq!(now, finished + 1, "a run that ended well stays");
        }
        finished = now;
    }
    assert_whole(&bench);
    assert_eq!(night(&bench).code, Some(0), "the next run works");
    assert_eq!(runs(&home(&bench)).len(), finished + 1);
    assert_whole(&bench);
    let listed = history(&bench, &["cards"]);
    assert_eq!(listed.code, Some(0), "{listed}");
    let hidden = fs::read_dir(home(&bench)).unwrap().flatten();
    let hidden: Vec<_> = hidden.filter(|it| it.file_name().to_string_lossy().starts_with(".partial-")).collect();
    assert!(hidden.is_empty(), "what dead runs left is removed by the next: {hidden:?}");
}

/// A limit on the size of files stands for a full disk: it strikes in a view, in the record, in the note of the chain or in
/// the index.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_no_earlier_run_and_the_next_one_works() {
    let bench = bench_of(5);
    assert_eq!(night(&bench).code, Some(0));
    let mut failed = 0;
    for blocks in [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = bench.command_through(&["sh", "-c", &script, BINARY]);
        command.arg(bench.input("cards.csv")).args(["--emit", "html,json"]);
        let before = runs(&home(&bench)).len();
        let ended = bench.run(command, b"");
        let after = runs(&home(&bench)).len();
        match ended.code {
            Some(0) => assert_eq!(after, before + 1, "{ended}"),
            Some(3) => {
                failed += 1;
                assert!(ended.stderr.contains("error: cannot "), "{ended}");
                assert!(after == before || ended.stderr.contains("latest"), "{ended}");
            }
            _ => panic!("{ended}"),
        }
        assert_whole(&bench);
    }
    assert!(failed > 3, "{failed}");
    assert_eq!(night(&bench).code, Some(0));
    assert_whole(&bench);
    assert_eq!(history(&bench, &["cards"]).code, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_told_and_can_still_be_read() {
    let bench = bench_of(5);
    assert_eq!(night(&bench).code, Some(0));
    // Who may do everything writes to a folder without the right to; nobody opens a folder as a file.
    fs::remove_file(home(&bench).join(".lock")).unwrap();
    fs::create_dir_all(home(&bench).join(".lock")).unwrap();
    let ended = night(&bench);
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("error: cannot write the lock"), "{ended}");
    assert_eq!(runs(&home(&bench)).len(), 1);
    fs::remove_file(bench.out().join("history.sqlite")).unwrap();
    fs::create_dir(bench.out().join("history.sqlite")).unwrap();
    let listed = history(&bench, &["cards"]);
    assert_eq!(listed.code, Some(0), "{listed}");
    assert!(listed.stderr.contains("the records are read without it"), "{listed}");
    assert!(listed.stdout.contains("PASS"), "{listed}");
}

#[test]
fn a_damaged_index_is_told_and_made_anew() {
    let bench = bench_of(5);
    for _ in 0..3 {
        assert_eq!(night(&bench).code, Some(0));
    }
    let whole = history(&bench, &["cards", "--format", "csv"]);
    assert_eq!(whole.stderr, "");
    let path = bench.out().join("history.sqlite");
    let bytes = fs::read(&path).expect("the index");
    let middle = bytes.len() / 2;
    let mut overwritten = bytes.clone();
    for byte in &mut overwritten[4_096..] {
        *byte = 0x55;
    }
    let older = "import-less: no SQLite file".as_bytes().to_vec();
    for damaged in [bytes[..middle].to_vec(), bytes[..50].to_vec(), overwritten, older] {
        fs::write(&path, damaged).unwrap();
        let again = history(&bench, &["cards", "--format", "csv"]);
        assert_eq!(again.code, Some(0), "{again}");
        assert_eq!(again.stdout, whole.stdout);
        let sentence = "so it was rebuilt from the records";
        assert_eq!(again.stderr.matches(sentence).count(), 1, "{again}");
        assert_eq!(history(&bench, &["cards"]).stderr, "", "it is whole again");
    }
    fs::remove_file(&path).unwrap();
    let without = history(&bench, &["cards", "--format", "csv"]);
    assert_eq!((without.stdout, without.stderr), (whole.stdout.clone(), String::new()));
    let rebuilt = history(&bench, &["rebuild"]);
    assert_eq!(rebuilt.code, Some(0), "{rebuilt}");
    assert!(rebuilt.stderr.contains("the index was rebuilt from the records"));
    assert_eq!(history(&bench, &["cards", "--format", "csv"]).stdout, whole.stdout);
}

#[test]
fn a_scan_beside_a_damaged_index_is_not_held_up() {
    let bench = bench_of(5);
    assert_eq!(night(&bench).code, Some(0));
    fs::write(bench.out().join("history.sqlite"), b"SQLite format 3\0 and no more").unwrap();
    let ended = night(&bench);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(fs::read_to_string(bench.out().join("index.html")).unwrap().contains("<td class=\"n\">2</td>"));
}

/// A real file system that is full, where the machine lets one be mounted.
#[cfg(target_os = "linux")]
#[test]
fn a_full_tmpfs_loses_no_earlier_run() {
    let bench = bench_of(5);
    let out = bench.out();
    fs::create_dir(&out).unwrap();
    let cards = bench.input("cards.csv");
    // Everything happens in a mount space of its own, which goes with the shell.
    let script = "mount -t tmpfs -o size=400k none \"$1\" || exit 99\n\
                  run() { \"$BINARY\" scan \"$CARDS\" --out \"$OUT\" --emit json,csv >/dev/null; }\n\
                  run; echo first $?\n\
                  head -c 1000000 /dev/zero > \"$OUT/fill\" 2>/dev/null\n\
                  run; echo full $?\n\
                  \"$BINARY\" history cards --out \"$OUT\" --verify >/dev/null 2>&1; echo verify $?\n\
                  rm \"$OUT/fill\"; run; echo next $?\n\
                  \"$BINARY\" history cards --out \"$OUT\" --verify; echo last $?\n\
                  find \"$OUT\" -name '.partial*' | wc -l";
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(&out);
    command.env("BINARY", BINARY).env("CARDS", &cards).env("OUT", &out).env("NO_COLOR", "1");
    let ended = bench.run(command, b"");
    if ended.code != Some(0) || ended.stdout.is_empty() {
        println!("skipped: no file system can be mounted here\n{ended}");
        return;
    }
    for line in ["first 0", "full 3", "verify 0", "next 0", "last 0"] {
        assert!(ended.stdout.contains(line), "{line}\n{ended}");
    }
    assert!(ended.stderr.contains("no space left"), "{ended}");
    assert!(ended.stdout.trim_end().ends_with('0'), "nothing unfinished stays\n{ended}");
}
