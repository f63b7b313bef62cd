//! A scan that is ended from outside leaves no half report.
//!
//! A program of its own, for it kills scans at moments of which the last are those of writing if nothing slows them down.
#![cfg(unix)]

#[allow(dead_code, reason = "each program uses a part of it")]
mod support;

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Bench, CANARY, repository_file};

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().expect("`kill` runs");
    assert!(status.success(), "the program was still there");
}

/// The exit code, `None` when a signal ended it; a program that does not end fails the test.
fn wait(child: &mut Child) -> Option<i32> {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a program")]
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return status.code();
        }
        sleep(Duration::from_millis(5));
    }
    child.kill().expect("the program can be killed");
    panic!("the program did not end");
}

/// The program waits for the rest of its input, so it is certainly at work when the signal comes.
#[test]
fn an_interrupt_ends_a_waiting_scan_and_leaves_nothing() {
    for name in ["-INT", "-TERM"] {
        let bench = Bench::new();
        let mut command = bench.command();
        command.args(["-", "--subject", "card", "--quasi", "merchant"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut pipe = child.stdin.take().expect("standard input is a pipe");
        let record = format!("{CANARY},{CANARY}\n");
        pipe.write_all(b"card,merchant\n").expect("the program reads");
        // More than a pipe holds: once this is written, the program has read some of it and its handler is in place.
        pipe.write_all(record.repeat(100_000).as_bytes()).expect("the program reads");
        signal(&child, name);
        let code = wait(&mut child);
        assert!(!matches!(code, Some(0 | 1)), "{name} is no verdict, but the code is {code:?}");
        assert_eq!(bench.written(), Vec::<std::path::PathBuf>::new(), "{name}");
        let mut told = String::new();
        child.stderr.take().expect("standard error is a pipe").read_to_string(&mut told).expect("it is text");
        assert_eq!(told, "interrupted: nothing was written\n", "{name}");
    }
}

/// Killed at many moments, the last of them while the report is written: what can be seen is whole.
#[test]
fn a_scan_that_is_killed_leaves_a_whole_report_or_none() {
    for delay in (0..400).step_by(20) {
        let bench = Bench::new();
        let mut command = bench.command();
        command.arg(repository_file("sample_data/purchase_cards.csv")).args(["--emit", "html,png,json"]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(delay));
        child.kill().expect("a child that was not waited for can be killed");
        child.wait().expect("the program can be waited for");
        assert_visible_runs_are_whole(&bench);
    }
}

/// Folders whose name begins with a dot are unfinished work, which the next scan removes.
fn assert_visible_runs_are_whole(bench: &Bench) {
    let Ok(runs) = fs::read_dir(bench.out().join("purchase_cards")) else { return };
    for entry in runs {
        let entry = entry.expect("a folder entry");
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || !entry.path().is_dir() {
            continue;
        }
        let text = fs::read_to_string(entry.path().join("result.json")).expect("a visible run has a result");
        let result: Value = serde_json::from_str(&text).expect("a visible result is whole");
        assert_eq!(result["dataset"]["records"], 13_287);
        assert!(entry.path().join("index.html").is_file(), "a visible run has its page");
    }
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let bench = Bench::new();
    let script = "\"$0\" \"$@\" | head -c 1 >/dev/null";
    let mut command = bench.command_through(&["sh", "-c", script, support::BINARY]);
    command.arg(repository_file("tests/data/parity/cards.csv"));
    command.args(["--subject", "card", "--quasi", "merchant,amount_gbp", "--format", "json"]);
    let ended = bench.run(command, b"");
    assert!(!ended.stderr.contains("panicked") && !ended.stderr.contains("error"), "{ended}");
}
