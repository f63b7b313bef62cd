//! Nights that are killed at any moment, run beside each other, or have no room: no finished run is lost, none is half there,
//! and the next night works.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::BINARY;
use crate::world::{World, json};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Two datasets that pass and one that fails.
fn three() -> World {
    let world = World::new();
    world.passing("a");
    world.passing("b");
    world.failing("c");
    world.write("all.toml", "[[dataset]]\nconfig = \"?/reidrisk.toml\"\n");
    world
}

/// A night that computes everything.
fn start(world: &World) -> Child {
    let mut command = world.nightly_command(&["all.toml", "--force", "--jobs", "3"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// The runs in place.
fn runs(world: &World, dataset: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(world.path("out").join(dataset)).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

fn history(world: &World, arguments: &[&str]) -> Output {
    world.command(["history", "--out", "out"]).args(arguments).output().expect("it runs")
}

/// Every run in place is whole, they are one chain, and the page over all datasets is whole.
fn assert_whole(world: &World) {
    for name in NAMES {
        for run in runs(world, name) {
            let folder = world.path("out").join(name).join(&run);
            let record = json(&folder.join("record.json"));
            assert_eq!(record["run"], run.as_str());
            let is_computed = record["verdict"].is_string() && record["same_as"].is_null();
            assert_eq!(folder.join("result.json").is_file(), is_computed, "{name} {run}");
        }
    }
    let verified = history(world, &["--verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    let page = fs::read_to_string(world.path("out/index.html")).expect("the page over all datasets");
    assert!(page.ends_with("</html>"));
}

/// The findings of the newest run with a result.
fn findings(world: &World, name: &str) -> serde_json::Value {
    let home = world.path("out").join(name);
    let latest = fs::read_to_string(home.join("latest")).expect("the name of a run");
    let result = fs::read(home.join(latest.trim()).join("result.json")).expect("a result");
    serde_json::from_slice::<serde_json::Value>(&result).expect("JSON")["findings"].take()
}

/// What is hidden and half written below the folder of all reports.
fn unfinished(world: &World) -> Vec<String> {
    let folders = NAMES.iter().map(|name| world.path("out").join(name)).chain([world.path("out")]);
    let entries = folders.flat_map(|folder| fs::read_dir(folder).expect("a folder").flatten());
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".partial-")).collect()
}

/// The processes that work in the folder of this world, of a night or of those of its scans that outlive it; with the words that
/// each was started with. One that is about to become a scan has those of its night.
fn working(world: &World) -> Vec<(Pid, Vec<u8>)> {
    let here = world.path("").canonicalize().expect("a folder");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let working = processes.filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|it| it == here));
    let named = working.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    named.map(|(number, path)| (Pid::from_raw(number), fs::read(path.join("cmdline")).unwrap_or_default())).collect()
}

/// The scans that a night started, whether or not it still runs.
fn scans(world: &World) -> Vec<Pid> {
    let is_scan = |words: &[u8]| words.windows(10).any(|part| part == b"night-scan");
    working(world).into_iter().filter(|(_, words)| is_scan(words)).map(|(process, _)| process).collect()
}

fn kill_scans(world: &World) {
    for scan in scans(world) {
        // It may have ended meanwhile.
        let _ = kill(scan, Signal::SIGKILL);
    }
}

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Victim {
    /// The night alone: its scans go on to their end.
    Night,
    /// Its scans: the night goes on.
    Scans,
    /// All of them, as when the machine loses its power.
    Everything,
}

/// The moments are spread over the whole of a night, those of writing among them.
#[test]
fn a_night_that_is_killed_at_any_of_two_hundred_moments_harms_no_run() {
    let world = three();
    assert_eq!(world.nightly(&["all.toml", "--jobs", "3"]).code, Some(1));
    let length = {
        #[expect(clippy::disallowed_methods, reason = "a test measures how long a night takes")]
        let began = Instant::now();
        assert_eq!(world.nightly(&["all.toml", "--force", "--jobs", "3"]).code, Some(1));
        u64::try_from(began.elapsed().as_micros()).expect("a short time")
    };
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut ended = [0_u32; 2];
    for moment in 0..200 {
        // A linear congruential generator: the same moments each time, as far as the machine is as fast.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let victim = [Victim::Night, Victim::Scans, Victim::Everything][moment % 3];
        let before = NAMES.map(|name| runs(&world, name));
        let mut night = start(&world);
        sleep(Duration::from_micros((state >> 33) % (length + length / 10)));
        if victim != Victim::Scans {
            let _ = night.kill();
        }
        if victim != Victim::Night {
            kill_scans(&world);
        }
        let code = night.wait().expect("it ends").code();
        while !working(&world).is_empty() {
            sleep(Duration::from_millis(1));
        }
        for (name, before) in NAMES.iter().zip(before) {
            let now = runs(&world, name);
            assert!(now.is_superset(&before), "{victim:?}: a finished run of {name} is lost");
            // A scan that is killed after its run was put in place is recorded as killed as well.
            let most = if victim == Victim::Scans { 2 } else { 1 };
            assert!(now.len() <= before.len() + most, "{victim:?} {name}");
            assert!(
                code.is_none() || now.len() > before.len(),
                "{victim:?} {name}: a night that ended has a run of each"
            );
        }
        ended[usize::from(code.is_some())] += 1;
        assert!(code.is_none() || code == Some(1) || code == Some(3), "{victim:?} {code:?}");
    }
    assert!(ended[0] > 50 && ended[1] > 50, "the moments are spread over the night: {ended:?}");
    assert_whole(&world);
    let before = NAMES.map(|name| runs(&world, name).len());
    let next = world.nightly(&["all.toml", "--force"]);
    assert_eq!(next.code, Some(1), "{}", next.stderr);
    assert_eq!(
        [next.of("a"), next.of("b"), next.of("c")].map(|it| it["exit_code"].as_u64()),
        [Some(0), Some(0), Some(1)],
        "{}",
        findings(&world, "a")
    );
    assert_eq!(NAMES.map(|name| runs(&world, name).len()), before.map(|runs| runs + 1));
    assert_whole(&world);
    assert_eq!(unfinished(&world), Vec::<String>::new(), "what dead processes left is removed by the next night");
}

#[test]
fn fifty_pairs_of_nights_at_once_are_a_hundred_runs_of_each_dataset() {
    let world = three();
    for _ in 0..50 {
        let both = [start(&world), start(&world)];
        for mut night in both {
            assert_eq!(night.wait().expect("it ends").code(), Some(1));
        }
    }
    assert_eq!(NAMES.map(|name| runs(&world, name).len()), [100; 3]);
    assert_whole(&world);
    let page = fs::read_to_string(world.path("out/index.html")).expect("the page over all datasets");
    assert_eq!(page.matches("<td class=\"n\">100</td>").count(), 3, "the page of the later night holds both");
    assert_eq!(unfinished(&world), Vec::<String>::new());
}

#[test]
fn a_truncated_index_is_told_and_made_anew_by_the_next_night() {
    let world = three();
    assert_eq!(world.nightly(&["all.toml"]).code, Some(1));
    let path = world.path("out/history.sqlite");
    for (number, length) in [(2, 0), (3, 50), (4, 4_096), (5, 6_000)] {
        let bytes = fs::read(&path).expect("the index");
        fs::write(&path, &bytes[..length]).expect("written");
        let night = world.nightly(&["all.toml"]);
        assert_eq!(night.code, Some(1), "{}", night.stderr);
        let sentences = night.stderr.matches("so it was rebuilt from the records").count();
        // An empty file is a new index.
        assert_eq!(sentences, usize::from(length > 0), "{length}: {}", night.stderr);
        let page = fs::read_to_string(world.path("out/index.html")).expect("the page over all datasets");
        assert_eq!(page.matches(&format!("<td class=\"n\">{number}</td>")).count(), 3, "{length}");
        assert_eq!(String::from_utf8_lossy(&history(&world, &["a"]).stderr), "", "it is whole again");
    }
    assert_whole(&world);
}

/// Runs a script with `$BINARY` in the folder of the world, in a mount space of its own, which goes with the shell. None where
/// the machine lets nothing be mounted.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is told what was left out")]
fn mounted(world: &World, script: &str) -> Option<String> {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script]).current_dir(world.path(""));
    command.env("BINARY", BINARY).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
    let output = command.output();
    let told = output.as_ref().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if told.contains("first ") {
        return Some(told);
    }
    println!("skipped: no file system can be mounted here: {output:?}");
    None
}

const NIGHT: &str = "night() { \"$BINARY\" nightly a/reidrisk.toml b/reidrisk.toml --force --emit json --out out 2>&1; }\n\
                     mkdir out; mount -t tmpfs -o size=1500k none out || exit 99\n\
                     night >/dev/null; echo first $?\n";

#[test]
fn a_full_tmpfs_is_told_for_each_dataset_and_loses_no_run() {
    let world = three();
    let script = format!(
        "{NIGHT}head -c 3000000 /dev/zero > out/fill 2>/dev/null\nnight; echo full $?\n\
         \"$BINARY\" history --out out --verify; echo verify $?\n\
         rm out/fill; night >/dev/null; echo next $?\n\
         \"$BINARY\" history --out out --verify; echo last $?\n\
         echo left $(find out -name '.partial*' | wc -l) runs $(find out -name record.json | wc -l)"
    );
    let Some(told) = mounted(&world, &script) else { return };
    for line in ["first 0", "full 3", "verify 0", "next 0", "last 0", "left 0 runs 4"] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let refused = |name: &str| {
        let is_it = |line: &&str| line.starts_with("NOT MEASURED   3 ") && line.contains(&format!("  {name}  "));
        told.lines().find(is_it).is_some_and(|line| line.contains("no space left"))
    };
    assert!(refused("a") && refused("b"), "{told}");
}

#[test]
fn an_output_folder_that_became_read_only_is_told_for_each_dataset_and_can_be_read() {
    let world = three();
    let script = format!(
        "{NIGHT}mount -o remount,ro out || exit 99\nnight; echo refused $?\n\
         \"$BINARY\" history a --out out; echo listed $?\n\
         mount -o remount,rw out; night >/dev/null; echo next $?\n\
         \"$BINARY\" history --out out --verify; echo last $?\n\
         echo left $(find out -name '.partial*' | wc -l) runs $(find out -name record.json | wc -l)"
    );
    let Some(told) = mounted(&world, &script) else { return };
    for line in ["first 0", "refused 3", "listed 0", "next 0", "last 0", "left 0 runs 4", "1 run\n"] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let refused = |name: &str| {
        let is_it = |line: &&str| line.starts_with("NOT MEASURED   3 ") && line.contains(&format!("  {name}  "));
        told.lines().find(is_it).is_some_and(|line| line.contains("read-only"))
    };
    assert!(refused("a") && refused("b"), "{told}");
}
