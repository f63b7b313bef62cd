//! A folder of datasets with their configurations, and the nights over them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{BINARY, CANARY};

/// A folder with datasets.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

/// What was printed by a night.
pub(crate) struct Night {
    pub(crate) code: Option<i32>,
    pub(crate) report: Value,
    pub(crate) stderr: String,
}

impl Night {
    /// The entry of a dataset.
    pub(crate) fn of(&self, name: &str) -> &Value {
        let datasets = self.report["datasets"].as_array().expect("datasets");
        datasets
            .iter()
            .find(|dataset| dataset["dataset"] == name)
            .unwrap_or_else(|| panic!("no {name}: {}", self.report))
    }
}

/// 40 people in regions of ten: every class is large enough.
pub(crate) fn people() -> String {
    let rows = (0..40).map(|number| format!("{CANARY}p{number},{CANARY}r{}\n", number % 4));
    format!("person,region\n{}", rows.collect::<String>())
}

/// The configuration of [`people`], which passes.
pub(crate) const PASSES: &str = "[dataset]\nfiles = \"*.csv\"\n[subject]\ncolumn = \"person\"\nreason = \"a line a person\"\n\
                                 [columns.region]\nrole = \"quasi-identifier\"\nvaries = false\nreason = \"moves are rare\"\n";

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// A dataset that passes.
    pub(crate) fn passing(&self, name: &str) {
        self.write(&format!("{name}/people.csv"), &people());
        self.write(&format!("{name}/reidrisk.toml"), PASSES);
    }

    /// A dataset that fails: one region has a single person.
    pub(crate) fn failing(&self, name: &str) {
        self.passing(name);
        self.write(&format!("{name}/people.csv"), &format!("{}{CANARY}p99,{CANARY}alone\n", people()));
    }

    /// The program in this folder, with nothing of the environment of the test that would change it.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
        command
    }

    /// `reidrisk nightly` with JSON on standard output; reports are `result.json` alone.
    pub(crate) fn nightly_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(["nightly", "--out", "out", "--emit", "json", "--format", "json"]);
        command.args(arguments);
        command
    }

    pub(crate) fn nightly(&self, arguments: &[&str]) -> Night {
        self.night_of(&mut self.nightly_command(arguments))
    }

    pub(crate) fn night_of(&self, command: &mut Command) -> Night {
        let output = command.output().expect("the program runs");
        self.assert_discreet(&output);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        Night { code: output.status.code(), report, stderr }
    }

    /// No cell value was printed or written.
    pub(crate) fn assert_discreet(&self, output: &Output) {
        for bytes in [&output.stdout, &output.stderr] {
            assert!(!String::from_utf8_lossy(bytes).contains(CANARY), "{}", String::from_utf8_lossy(bytes));
        }
        visit(&self.path("out"), &mut |path| {
            let bytes = fs::read(path).expect("a written file");
            assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
        });
    }

    /// The records of a dataset, oldest first.
    pub(crate) fn records(&self, dataset: &str) -> Vec<Value> {
        let mut runs: Vec<PathBuf> = fs::read_dir(self.path("out").join(dataset))
            .map(|entries| entries.map(|entry| entry.expect("an entry").path()).collect())
            .unwrap_or_default();
        runs.retain(|run| run.join("record.json").exists());
        let mut records: Vec<Value> = runs.iter().map(|run| json(&run.join("record.json"))).collect();
        records.sort_by_key(|record| record["run"].as_str().expect("a name").replace("-failed", "").len());
        records.sort_by_key(|record| record["started_at"].as_str().expect("a time").to_owned());
        records
    }
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

fn visit(folder: &Path, look: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { visit(&path, look) } else { look(&path) }
    }
}
