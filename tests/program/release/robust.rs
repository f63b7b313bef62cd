//! Whatever ends a release half-way: there is a whole folder under the final name, or none, and nothing hidden stays.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{CONFIG, bench_with, everything, run, text};
use crate::support::{BINARY, Bench, Ended};

/// Names of hidden things of ours in the folder of the bench.
fn hidden(bench: &Bench) -> Vec<String> {
    let entries = fs::read_dir(bench.input("")).expect("the folder").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".partial-")).collect()
}

fn verifies(bench: &Bench, to: &str, format: &str) -> bool {
    let (file, certificate) = (format!("{to}/{to}.{format}"), format!("{to}/release.json"));
    run(bench, "verify", &[&file, "--certificate", &certificate]).code == Some(0)
}

/// A release in a shell that limits how large a file may grow, in blocks; what does not fit ends in an error.
#[cfg(target_os = "linux")]
fn release_within(bench: &Bench, blocks: u32, signal: &str, to: &str, format: &str) -> Ended {
    let script = format!("{signal} ulimit -f {blocks}; exec \"$0\" release cards.csv --to {to} --format {format}");
    let mut command = Command::new("sh");
    command.current_dir(bench.input("")).env("NO_COLOR", "1").args(["-c", &script, BINARY]);
    bench.run(command, b"")
}

/// A limit on the size of files stands for a full disk: it strikes in the data, in the certificate or in the page.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_leaves_nothing() {
    let bench = bench_with(CONFIG);
    let (mut failed, mut passed) = (0, 0);
    for format in ["csv", "parquet", "arrow"] {
        for blocks in [0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 256, 4096] {
            let to = format!("{format}{blocks}");
            let ended = release_within(&bench, blocks, "trap '' XFSZ;", &to, format);
            if ended.code == Some(0) {
                passed += 1;
                assert!(verifies(&bench, &to, format), "{to}");
            } else {
                failed += 1;
                assert_eq!(ended.code, Some(3), "{to}\n{ended}");
                assert!(!bench.input(&to).exists(), "{to}");
            }
            assert_eq!(hidden(&bench), Vec::<String>::new(), "{to}");
        }
    }
    assert!(failed >= 9 && passed >= 3, "{failed} and {passed}");
}

/// The same where the system ends the process instead: the next release removes what is left.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_the_system_ends_leaves_nothing_that_stays() {
    let bench = bench_with(CONFIG);
    for blocks in [0, 1, 4, 16, 32] {
        let to = format!("to{blocks}");
        let ended = release_within(&bench, blocks, "", &to, "csv");
        assert_eq!(bench.input(&to).exists(), ended.code == Some(0), "{to}\n{ended}");
    }
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "last"]).code, Some(0));
    assert_eq!(hidden(&bench), Vec::<String>::new());
    assert!(verifies(&bench, "last", "csv"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_at_any_moment_leaves_a_whole_folder_or_none() {
    let bench = bench_with(CONFIG);
    for delay in (0..300).step_by(6) {
        let to = format!("at{delay}");
        let mut command = Command::new(BINARY);
        command.current_dir(bench.input("")).args(["release", "cards.csv", "--to", &to]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(delay));
        let number = child.id().to_string();
        // The process may have ended by itself.
        let _ = Command::new("kill").args(["-INT", &number]).stderr(Stdio::null()).status();
        let status = child.wait().expect("the program can be waited for");
        if bench.input(&to).exists() {
            assert!(verifies(&bench, &to, "csv"), "{delay}: {status}");
        } else {
            assert_ne!(status.code(), Some(0), "{delay}");
        }
    }
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "last"]).code, Some(0));
    assert_eq!(hidden(&bench), Vec::<String>::new());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_and_nothing_is_left() {
    let bench = bench_with(CONFIG);
    let before = everything(&bench.input(""));
    let mut places = vec!["missing/to".to_owned(), "cards.csv/to".to_owned()];
    if cfg!(target_os = "linux") {
        // Nobody makes a folder there, not even who may do everything else.
        places.push("/proc/to".to_owned());
    }
    for to in places {
        let ended = run(&bench, "release", &["cards.csv", "--to", &to]);
        bench.assert_refused(&ended, 3, &[]);
        assert_eq!(everything(&bench.input("")), before, "{to}");
    }
}

/// As the documentation says it.
#[cfg(unix)]
#[test]
fn a_signed_certificate_is_told_from_a_changed_one() {
    let has_tool = Command::new("ssh-keygen").arg("-?").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !has_tool {
        println!("skipped: ssh-keygen is not installed");
        return;
    }
    let bench = bench_with(CONFIG);
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "leaving"]).code, Some(0));
    let keygen = |arguments: &[&str], stdin: &str| {
        let mut command = Command::new("ssh-keygen");
        command.current_dir(bench.input("")).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        let stdin = if stdin.is_empty() {
            Stdio::null()
        } else {
            Stdio::from(fs::File::open(bench.input(stdin)).expect("the certificate"))
        };
        command.stdin(stdin).status().expect("ssh-keygen runs").success()
    };
    assert!(keygen(&["-q", "-t", "ed25519", "-N", "", "-f", "key"], ""));
    assert!(keygen(&["-Y", "sign", "-f", "key", "-n", "reidrisk-release", "leaving/release.json"], ""));
    let public = text(&bench.input("key.pub"));
    bench.write("allowed_signers", format!("dpo@bank.example {public}"));
    let verify = |of: &str| {
        let signature = "leaving/release.json.sig";
        let rest = ["-Y", "verify", "-f", "allowed_signers", "-I", "dpo@bank.example", "-n", "reidrisk-release", "-s"];
        keygen(&[&rest[..], &[signature]].concat(), of)
    };
    assert!(verify("leaving/release.json"));
    let changed = text(&bench.input("leaving/release.json")).replacen("\"pass\"", "\"fail\"", 1);
    bench.write("changed.json", changed);
    assert!(!verify("changed.json"));
}
