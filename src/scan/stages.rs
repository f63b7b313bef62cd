//! The course of a run, for the record.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Clock;
use crate::plan::Plan;
use crate::result::{Build, Dataset, Run, Stage};

/// The course of the run, for the record.
pub(crate) struct Stages<'a> {
    clock: &'a dyn Clock,
    started: Timestamp,
    began: Duration,
    last: Duration,
    ended: Vec<Stage>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(clock: &'a dyn Clock) -> Self {
        let began = clock.elapsed();
        Self { clock, started: clock.now(), began, last: began, ended: Vec::new() }
    }

    pub(super) fn end(&mut self, stage: &str) {
        let now = self.clock.elapsed();
        self.ended.push(Stage { stage: stage.to_owned(), elapsed_ms: milliseconds(now.saturating_sub(self.last)) });
        self.last = now;
    }

    pub(super) fn finish(self, plan: &Plan, dataset: &Dataset, limits_hit: Vec<String>) -> Run {
        Run {
            id: run_id(self.started, plan, dataset),
            started_at: self.started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            finished_at: self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            elapsed_ms: milliseconds(self.last.saturating_sub(self.began)),
            stages: self.ended,
            peak_memory_bytes: self.clock.peak_memory_bytes(),
            seed: plan.seed,
            threads: rayon::current_num_threads(),
            engine: "local".to_owned(),
            config_sha256: plan.config_sha256.clone(),
            waivers_sha256: plan.waivers_sha256.clone(),
            build: Some(build()),
            limits_hit,
            config: plan.config.clone(),
            audience: plan.audience,
            plan: plan.settings.clone(),
        }
    }
}

/// The program as built. Everything is known to the compiler, so that two builds of one source tell the same.
fn build() -> Build {
    let features = [("cli", cfg!(feature = "cli"))];
    Build {
        commit: option_env!("REIDRISK_COMMIT").map(str::to_owned),
        target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        features: features.into_iter().filter(|(_, is_in)| *is_in).map(|(name, _)| name.to_owned()).collect(),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// UTC start and six digits of a hash of input and plan, so that runs sort by time and tell apart what they scanned.
fn run_id(started: Timestamp, plan: &Plan, dataset: &Dataset) -> String {
    let mut hash = Sha256::new();
    for file in dataset.files.iter().chain(dataset.joined.iter().flat_map(|table| &table.files)) {
        hash.update(file.sha256.as_deref().unwrap_or_default().as_bytes());
    }
    // What the machine has to offer changes no figure, nor does where a setting came from.
    let plan = Plan {
        memory: None,
        spill: None,
        threads: None,
        config: None,
        settings: Vec::new(),
        known_baseline: None,
        baseline: None,
        ..plan.clone()
    };
    hash.update(format!("{plan:?}").as_bytes());
    let digest = hash.finalize();
    let [first, second, third, ..] = digest[..] else { unreachable!("a SHA-256 has 32 bytes") };
    format!("{}-{first:02x}{second:02x}{third:02x}", started.strftime("%Y%m%dT%H%M%SZ"))
}
