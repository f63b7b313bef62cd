//! A scan speaks with nobody.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::desk::{command, in_folder, people};
use crate::support::{BINARY, Bench, Ended, contains};

const SCAN: [&str; 10] = [
    "scan",
    "people.csv",
    "--subject",
    "card",
    "--quasi",
    "district",
    "--sensitive",
    "age,memo",
    "--emit",
    "html,png,svg,json",
];

fn scan_behind(launcher: &[&str], bench: &Bench) -> Ended {
    let words = [launcher, &[BINARY]].concat();
    bench.run(in_folder(command(&words, &SCAN), bench), b"")
}

/// Whether a launcher can run a program at all here.
fn works(launcher: &[&str]) -> bool {
    let mut command = Command::new(launcher[0]);
    command.args(&launcher[1..]).arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Calls of a trace that open the way to a network.
fn network_calls(trace: &Path) -> Vec<String> {
    let trace = fs::read_to_string(trace).expect("a trace is text");
    let network = |line: &&str| line.contains("AF_INET") || line.contains("AF_NETLINK") || line.contains("AF_PACKET");
    trace.lines().filter(network).map(str::to_owned).collect()
}

#[test]
fn a_scan_opens_no_network_socket() {
    let bench = Bench::new();
    people(&bench, 40);
    let trace = bench.input("trace");
    let tracer = ["strace", "-f", "-e", "trace=network", "-o", trace.to_str().expect("a path is text")];
    if works(&tracer) {
        let ended = scan_behind(&tracer, &bench);
        assert_eq!(ended.code, Some(0), "{ended}");
        // The trace ends with the end of the program, so it is a whole one.
        assert!(contains(&fs::read(&trace).expect("a trace"), b"exited with 0"), "the program was traced");
        assert_eq!(network_calls(&trace), Vec::<String>::new());
    } else {
        println!("skipped: no working strace, so the calls of a scan cannot be watched");
    }
}

#[test]
fn a_scan_needs_no_network() {
    let bench = Bench::new();
    people(&bench, 40);
    let alone = ["unshare", "--map-root-user", "--net"];
    if works(&alone) {
        let ended = scan_behind(&alone, &bench);
        assert_eq!(ended.code, Some(0), "{ended}");
    } else {
        println!("skipped: no permission for a network namespace of its own");
    }
}

#[test]
fn a_call_to_the_network_would_be_found_in_a_trace() {
    let bench = Bench::new();
    let call = "7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3";
    let trace = bench.write("trace", format!("7 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0\n{call}\n"));
    assert_eq!(network_calls(&trace), [call]);
}
