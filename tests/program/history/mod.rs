//! The history of a dataset: runs one after the other, at the same time, killed, on a full disk, and what `history` says.

mod robust;
mod verb;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Bench, Ended};

/// A small extract whose smallest class has five subjects, and what it is.
const CARDS: &str = "card,district\n";
const CONFIG: &str = "[dataset]\nname = \"cards\"\n[columns.card]\nrole = \"subject\"\n[columns.district]\nrole = \"quasi-identifier\"\n";

/// A bench with the extract of `crowd` subjects in each of three districts.
fn bench_of(crowd: u32) -> Bench {
    let bench = Bench::new();
    write_cards(&bench, crowd);
    bench.write("reidrisk.toml", CONFIG);
    bench
}

fn write_cards(bench: &Bench, crowd: u32) {
    let rows = (0..3 * crowd).map(|card| format!("c{card},{}\n", ["north", "south", "west"][card as usize % 3]));
    bench.write("cards.csv", CARDS.to_owned() + &rows.collect::<String>());
}

/// One night.
fn night(bench: &Bench) -> Ended {
    bench.scan([bench.input("cards.csv")])
}

fn home(bench: &Bench) -> PathBuf {
    bench.out().join("cards")
}

/// `reidrisk history` with the reports of the bench.
fn history(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
    command.arg("history").args(arguments).arg("--out").arg(bench.out());
    bench.run(command, b"")
}

/// The runs of the dataset, by the names of their folders.
fn runs(home: &Path) -> Vec<String> {
    let entries = fs::read_dir(home).map_or_else(|_| Vec::new(), |entries| entries.flatten().collect());
    let runs = entries.into_iter().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = runs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

fn record(home: &Path, run: &str) -> Value {
    let text = fs::read_to_string(home.join(run).join("record.json")).expect("every run has a record");
    serde_json::from_str(&text).expect("a record is JSON")
}

/// Asserts that every run in place is whole and that they are one chain.
fn assert_whole(bench: &Bench) {
    for run in runs(&home(bench)) {
        let of_run = record(&home(bench), &run);
        assert_eq!(of_run["run"], run.as_str());
        let has_result = home(bench).join(&run).join("result.json").is_file();
        // The details of old runs may have been pruned.
        assert!(!has_result || !of_run["verdict"].is_null(), "{run}");
    }
    let verified = history(bench, &["cards", "--verify"]);
    assert_eq!(verified.code, Some(0), "{verified}");
}
