//! The record of a scan, and the fingerprint by which the next night knows that nothing changed.

use jiff::civil::Date;

use super::Scanned;
use super::examine::is_judged_by_day;
use crate::plan::{BaselinePlan, Plan, shown_name};
use crate::result::{Fingerprint, FurtherFile, InputFile, NoRecord, RunRecord};

/// What computes: the version, and the commit where the build names it, for two commits of one version may give other figures.
const BUILD: &str = match option_env!("REIDRISK_COMMIT") {
    Some(commit) => commit,
    None => env!("CARGO_PKG_VERSION"),
};

/// The record of a finished scan.
pub(crate) fn record_of(plan: &Plan, scanned: &Scanned) -> RunRecord {
    let result = &scanned.result;
    let mut further = named_files(plan);
    further.extend(scanned.beside.further());
    let day = result.policy.today.clone().or_else(|| result.run.started_at.get(..4).map(str::to_owned));
    // Files that were skipped in a folder have no hash, so that another scan has to see whether they are still there.
    let has_skipped = |file: &InputFile| file.left_out.iter().any(|left| left.what == NoRecord::OtherFile);
    let hashed = |file: &InputFile| Some((file.name.clone(), file.sha256.clone().filter(|_| !has_skipped(file))?));
    let input: Option<Vec<(String, String)>> = result.dataset.files.iter().map(hashed).collect();
    let fingerprint = input.and_then(|input| fingerprint(plan, &day.unwrap_or_default(), &input, &further));
    // Another earlier run changes no figure of an unchanged file, so it is recorded beside the fingerprint.
    let compared = result.baseline.as_ref().and_then(|baseline| baseline.sha256.clone());
    further.extend(compared.map(|sha256| FurtherFile {
        purpose: "baseline".to_owned(),
        name: result.baseline.as_ref().map(|baseline| baseline.asked.clone()).unwrap_or_default(),
        sha256: Some(sha256),
    }));
    let release = plan.release_label.as_deref().map(shown_name);
    RunRecord { release, ..RunRecord::of(result, further, fingerprint.unwrap_or_default()) }
}

/// The fingerprint of a scan of these files under this plan, which can be known before the scan.
///
/// # Edge cases
/// None where not everything can be compared: a file beside the input has no hash, the plan compares with what earlier scans
/// kept, which every scan changes, or limits and the verdict follow an earlier run.
pub(crate) fn fingerprint(
    plan: &Plan,
    day: &str,
    input: &[(String, String)],
    further: &[FurtherFile],
) -> Option<String> {
    let keeps = plan.aggregates.iter().any(|table| table.contributors.is_some());
    let follows = plan.policy.fail_on_new || plan.policy.gates.iter().any(|gate| gate.ratchet.is_some());
    if keeps || follows || matches!(plan.baseline, Some(BaselinePlan::At(_))) {
        return None;
    }
    let plan_sha256 = &plan.sha256();
    Fingerprint { version: BUILD, plan_sha256, day, input, further }.sha256()
}

/// The day as far as a verdict under this plan depends on it: whole where something ends, else the year alone, by which
/// ages are told.
pub(crate) fn day_that_counts(plan: &Plan, today: Date) -> String {
    let ends = plan.recipient.as_ref().and_then(|recipient| recipient.terms.ends.as_ref());
    if is_judged_by_day(plan, ends.is_some()) { today.to_string() } else { today.strftime("%Y").to_string() }
}

/// The configuration and the waivers, as far as the plan was read from files.
pub(crate) fn named_files(plan: &Plan) -> Vec<FurtherFile> {
    let file = |purpose: &str, name: &str, sha256: &Option<String>| {
        let sha256 = Some(sha256.clone()?);
        Some(FurtherFile { purpose: purpose.to_owned(), name: shown_name(name), sha256 })
    };
    let config = plan.config.as_ref().map_or("reidrisk.toml", |places| &places.file);
    let config = file("configuration", config, &plan.config_sha256);
    let waivers = file("waivers", crate::config::WAIVERS_FILE_NAME, &plan.waivers_sha256);
    config.into_iter().chain(waivers).collect()
}

/// A file as it is recorded: that of people without its hash if it is tiny.
pub(super) fn recorded(purpose: &str, file: &InputFile, holds_people: bool) -> FurtherFile {
    let sha256 = file.sha256.clone().filter(|_| !holds_people || file.records >= InputFile::FEWEST_HASHED);
    FurtherFile { purpose: purpose.to_owned(), name: file.name.clone(), sha256 }
}
