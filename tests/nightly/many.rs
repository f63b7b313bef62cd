//! A manifest of 200 small datasets: what the night adds to the scans, and that its memory does not grow.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::BINARY;
use crate::world::{World, json};

const DATASETS: u32 = 200;
/// What a night may add to each scan: starting a process, reading the record of the night before, writing that of this one.
const MOST_OVERHEAD: Duration = Duration::from_millis(50);
/// How often a night that took longer is measured again.
const TRIES_AGAIN: u32 = 3;

fn timed(command: &mut Command) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a test measures")]
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it runs");
    assert_eq!(status.code(), Some(0));
    start.elapsed()
}

#[test]
fn two_hundred_small_datasets_cost_little_beside_their_scans_and_no_memory() {
    let world = World::new();
    for number in 0..DATASETS {
        world.passing(&format!("d{number:03}"));
    }
    world.write("all.toml", "[[dataset]]\nconfig = \"d*/reidrisk.toml\"\n");
    world.write("few.toml", "[[dataset]]\nconfig = \"d00*/reidrisk.toml\"\n");
    // The scans alone, as somebody would write them into a loop.
    let scan_alone = |out: &str| {
        let alone = (0..20).map(|number| {
            let config = format!("d{number:03}/reidrisk.toml");
            timed(
                Command::new(BINARY)
                    .current_dir(world.path(""))
                    .args(["scan", "--config", &config, "--emit", "json", "--out"])
                    .arg(format!("{out}/{number}")),
            )
        });
        alone.sum::<Duration>() / 20
    };
    let night = |manifest: &str, out: &str| {
        let mut command = world.command(["nightly", manifest, "--emit", "json", "--format", "json", "--out", out]);
        #[expect(clippy::disallowed_methods, reason = "a test measures")]
        let start = Instant::now();
        let output = command.output().expect("it runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        (start.elapsed(), report)
    };
    let scan = scan_alone("alone");
    let (few, report_of_few) = night("few.toml", "few");
    let (all, report) = night("all.toml", "out");
    assert_eq!(report["datasets"].as_array().map(Vec::len), Some(DATASETS as usize));
    let mut overhead = (all / DATASETS).saturating_sub(scan);
    // Other work on the machine is measured with the night, and is not of it.
    for again in 0..TRIES_AGAIN {
        if overhead <= MOST_OVERHEAD {
            break;
        }
        let scan = scan_alone(&format!("alone_again{again}"));
        let (all, _) = night("all.toml", &format!("again{again}"));
        overhead = overhead.min((all / DATASETS).saturating_sub(scan));
    }
    let memory = |report: &serde_json::Value| report["peak_memory_bytes"].as_u64().expect("Linux tells") >> 10;
    println!(
        "a scan {scan:?}, a dataset of the night {:?}, overhead {overhead:?}, 10 datasets {few:?}",
        all / DATASETS
    );
    println!("memory of 10 datasets {} KiB, of 200 {} KiB", memory(&report_of_few), memory(&report));
    assert!(overhead <= MOST_OVERHEAD, "{overhead:?}");
    assert!(memory(&report) <= memory(&report_of_few) + (8 << 10), "memory grows with the datasets");
    // The second night computes nothing.
    let (again, report) = night("all.toml", "out");
    println!("an unchanged dataset {:?}", again / DATASETS);
    assert!(report["datasets"].as_array().expect("a list").iter().all(|dataset| dataset["same_as"].is_string()));
    assert!(json(&world.path("out/d000").join(report["datasets"][0]["run"].as_str().expect("a run")).join("record.json"))["same_as"].is_string());
}
