//! Scans that crash, are killed, hang, or are interrupted: the others go on, and each night is told.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::world::{PASSES, World};

/// A dataset whose scan waits for ever: its file is a pipe that nobody writes to.
fn waiting(world: &World, name: &str) {
    world.write(&format!("{name}/reidrisk.toml"), &PASSES.replace("*.csv", "people.csv"));
    let made = Command::new("mkfifo").arg(world.path(&format!("{name}/people.csv"))).status().expect("`mkfifo` runs");
    assert!(made.success());
}

/// The night, and the process that scans the dataset of `config`, which waits.
#[expect(clippy::zombie_processes, reason = "whoever asks waits for the night; without a scan the test ends")]
fn started(world: &World, config: &str, arguments: &[&str]) -> (Child, u32) {
    let mut command = world.nightly_command(arguments);
    let night = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    for _ in 0..2_000 {
        if let Some(scan) = scan_of(night.id(), config) {
            // Until its handler of signals is in place.
            sleep(Duration::from_millis(500));
            return (night, scan);
        }
        sleep(Duration::from_millis(10));
    }
    panic!("no scan waits");
}

/// The process that scans the dataset of this configuration, whichever thread of the parent started it.
fn scan_of(parent: u32, config: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    processes.find(|process| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let behind = stat.rsplit_once(") ").map_or("", |(_, behind)| behind);
        let words = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        behind.split(' ').nth(1) == Some(&parent.to_string()) && words.split('\0').any(|word| word == config)
    })
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill").args([name, &process.to_string()]).status().expect("`kill` runs");
    assert!(status.success());
}

fn ended(mut night: Child) -> (Option<i32>, Value, String) {
    let (mut told, mut errors) = (String::new(), String::new());
    night.stdout.take().expect("a pipe").read_to_string(&mut told).expect("text");
    night.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
    let code = night.wait().expect("it ends").code();
    (code, serde_json::from_str(&told).unwrap_or(Value::Null), errors)
}

#[test]
fn a_scan_that_is_killed_or_crashes_is_told_in_words_and_the_others_go_on() {
    for (name, code, words) in [("-KILL", 3, "SIGKILL"), ("-FPE", 70, "SIGFPE"), ("-ILL", 70, "this is a bug")] {
        let world = World::new();
        waiting(&world, "a");
        world.passing("b");
        let (night, scan) = started(&world, "a/reidrisk.toml", &["a/reidrisk.toml", "b/reidrisk.toml"]);
        signal(scan, name);
        let (exit_code, report, errors) = ended(night);
        assert_eq!(exit_code, Some(code), "{name}: {errors}");
        let [killed, other] = [&report["datasets"][0], &report["datasets"][1]];
        assert_eq!((&killed["exit_code"], &killed["verdict"]), (&code.into(), &Value::Null));
        assert!(killed["why"].as_str().expect("why").contains(words), "{killed}");
        assert_eq!(other["verdict"], "pass");
        let records = world.records("a");
        assert_eq!((records.len(), &records[0]["exit_code"], &records[0]["verdict"]), (1, &code.into(), &Value::Null));
    }
}

#[test]
fn a_scan_that_waits_for_ever_ends_at_its_time_limit() {
    let world = World::new();
    waiting(&world, "a");
    world.passing("b");
    let night = world.nightly(&["a/reidrisk.toml", "b/reidrisk.toml", "--timeout", "500ms"]);
    assert_eq!((&night.of("a")["exit_code"], &night.of("a")["verdict"]), (&4.into(), &Value::Null), "{}", night.stderr);
    assert_eq!(night.code, Some(4));
    assert_eq!(night.of("b")["verdict"], "pass");
}

#[test]
fn an_interrupt_ends_the_scans_and_keeps_what_is_finished() {
    for name in ["-INT", "-TERM"] {
        let world = World::new();
        world.passing("a");
        waiting(&world, "b");
        world.passing("c");
        let (night, scan) =
            started(&world, "b/reidrisk.toml", &["a/reidrisk.toml", "b/reidrisk.toml", "c/reidrisk.toml"]);
        signal(night.id(), name);
        let (code, _, errors) = ended(night);
        assert_eq!(code, Some(130), "{errors}");
        assert!(errors.contains("interrupted after 1 of 3 datasets"), "{errors}");
        assert!(!fs::exists(format!("/proc/{scan}")).unwrap_or(true), "the scan has ended");
        assert_eq!([world.records("a").len(), world.records("b").len(), world.records("c").len()], [1, 0, 0]);
        assert_eq!(world.nightly(&["a/reidrisk.toml", "c/reidrisk.toml"]).code, Some(0), "the next night works");
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_is_told_for_each_dataset() {
    let world = World::new();
    world.passing("a");
    world.failing("b");
    world.write("out", "a file is no folder");
    let night = world.nightly(&["a/reidrisk.toml", "b/reidrisk.toml"]);
    assert_eq!(night.code, Some(3), "{}", night.stderr);
    assert!(["a", "b"].iter().all(|name| night.of(name)["verdict"].is_null() && night.of(name)["why"].is_string()));
}
