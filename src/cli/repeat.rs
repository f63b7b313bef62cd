//! `reidrisk report RUN --verify DATA`: the scan again, under the settings that the run recorded.
//!
//! A result holds no cell value and no folder, so not every setting can be made of it: the configuration and the waivers are
//! read again, what was typed is taken from the record, and every effective setting is then compared with the recorded one.
//! A run that cannot be set up as it was is not repeated: figures under other settings would show nothing.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::arguments::{Manners, ReportArguments};
use super::clock::SystemClock;
use super::exit::ExitStatus;
use super::flags::{Typed, judged_plan};
use super::printer::Printer;
use super::report::read;
use super::scan::watched;
use crate::config::{Flag, Given, settings};
use crate::plan::{BaselinePlan, Plan, shown_list, shown_name};
use crate::printable::printable;
use crate::result::{DatasetColumn, Figure, InputFile, PlannedSetting, Role, ScanResult};
use crate::scan::{Clock, scan};

/// Settings that no figure depends on.
const OF_THE_RUN: [&str; 4] = ["scan.threads", "scan.memory", "scan.timeout", "exit_zero"];
/// Differences of one kind that are named.
const NAMED: usize = 20;

pub(super) fn repeat(arguments: &ReportArguments, manners: &Manners, printer: &Printer) -> Result<(), ExitStatus> {
    let recorded = read(&arguments.result, printer)?;
    let plan = plan_of(arguments, &recorded, printer)?;
    let clock = Recorded::of(&recorded, printer)?;
    let repeated = watched(&plan, manners, printer, |progress, stop| scan(&plan, &clock, progress, stop))?;
    let different = differences(&recorded, &repeated);
    if different.is_empty() {
        let figures = crate::plan::counted(recorded.figures.len() as u64, "figure", "figures");
        let text =
            format!("identical: {figures}, findings and verdict of run {} come out again", printable(&recorded.run.id));
        return if printer.quiet() { Ok(()) } else { printer.result(text.as_bytes()) };
    }
    printer.result(different.join("\n").as_bytes())?;
    Err(ExitStatus::Code(1))
}

/// The clock of the run: the day decides what has ended, so the run is repeated on its own.
struct Recorded {
    started: Timestamp,
    system: SystemClock,
}

impl Recorded {
    fn of(result: &ScanResult, printer: &Printer) -> Result<Self, ExitStatus> {
        let Ok(started) = result.run.started_at.parse() else {
            printer.failure("the result does not tell when its run started", Some("verify the run as it was written"));
            return Err(ExitStatus::InputOutput);
        };
        Ok(Self { started, system: SystemClock::start() })
    }
}

impl Clock for Recorded {
    fn now(&self) -> Timestamp {
        self.started
    }

    fn elapsed(&self) -> Duration {
        self.system.elapsed()
    }
}

/// The plan of the run, as far as it can be made again.
fn plan_of(arguments: &ReportArguments, recorded: &ScanResult, printer: &Printer) -> Result<Plan, ExitStatus> {
    let typed = Typed {
        inputs: &arguments.verify,
        config: arguments.config.as_ref(),
        waivers: arguments.waivers.as_ref(),
        given: &given(recorded),
    };
    let mut plan = judged_plan(typed, printer).map_err(|error| printer.config_failure(&error))?;
    let mut other = other_settings(&recorded.run.plan, &plan.settings);
    if recorded.run.config_sha256 != plan.config_sha256 {
        other.insert(0, "the configuration file".to_owned());
    }
    if recorded.waivers.iter().map(|record| &record.waiver).ne(&plan.waivers) {
        other.push("the waivers".to_owned());
    }
    if !other.is_empty() {
        let message =
            format!("the run cannot be repeated, because it was set up in another way: {}", shown_list(&other));
        printer.failure(
            &message,
            Some("name the configuration and the waivers of the run with `--config` and `--waivers`"),
        );
        return Err(ExitStatus::InputOutput);
    }
    plan.baseline = baseline(arguments, recorded, printer)?;
    // Without a name in the configuration the first file gave it; the data may have another name today.
    plan.dataset_name.get_or_insert_with(|| recorded.dataset.name.clone());
    Ok(plan)
}

/// The baseline of the run, which is stored beside it.
fn baseline(
    arguments: &ReportArguments,
    recorded: &ScanResult,
    printer: &Printer,
) -> Result<Option<BaselinePlan>, ExitStatus> {
    let Some(used) = &recorded.baseline else { return Ok(None) };
    let run = if arguments.result.is_dir() {
        Some(arguments.result.clone())
    } else {
        arguments.result.parent().map(Into::into)
    };
    let home = run.and_then(|run| run.canonicalize().ok()).and_then(|run| run.parent().map(Into::into));
    let beside: Option<std::path::PathBuf> =
        home.zip(used.run.as_ref()).map(|(home, run): (std::path::PathBuf, _)| home.join(run));
    match (beside.filter(|folder| folder.is_dir()), &used.run) {
        (Some(folder), _) => Ok(Some(BaselinePlan::At(folder))),
        // A first night has none, and the folder of a dataset that does not exist has none either.
        (None, None) => Ok(Some(BaselinePlan::Last(std::path::PathBuf::from("/nonexistent")))),
        (None, Some(run)) => {
            let message = format!("the baseline of the run, {}, is not beside it", shown_name(run));
            printer.failure(&message, Some("bring the folder of that run back, then verify again"));
            Err(ExitStatus::InputOutput)
        }
    }
}

/// What was typed, or stood in the environment, as the record tells it.
fn given(recorded: &ScanResult) -> Vec<Given> {
    let is_typed = |setting: &PlannedSetting| {
        setting.origin.split(", ").any(|source| source.starts_with("--") || source.starts_with("REIDRISK_"))
    };
    let mut given = Vec::new();
    for setting in recorded.run.plan.iter().filter(|setting| is_typed(setting)) {
        match setting.setting.as_str() {
            "columns.role" => given.extend(roles(recorded, &setting.origin)),
            "columns.coarsen" => given.extend(rules(recorded)),
            key => given.extend(of_setting(key, setting)),
        }
    }
    given
}

/// Flags of roles, from the columns that have them. Those of a configuration are in both, which changes nothing.
fn roles(recorded: &ScanResult, origin: &str) -> Vec<Given> {
    let all = [
        ("subject", Role::Subject),
        ("quasi", Role::QuasiIdentifier),
        ("sensitive", Role::Sensitive),
        ("direct", Role::DirectIdentifier),
        ("weight", Role::Weight),
        ("ignore", Role::Ignore),
    ];
    let typed = |flag: &str| origin.split(", ").any(|source| source == format!("--{flag}"));
    let is_declared = |column: &&DatasetColumn| !column.guessed && !column.facts.undeclared;
    let of = |(flag, role): (&str, Role)| {
        let columns = recorded.dataset.columns.iter().filter(is_declared).filter(move |column| column.role == role);
        let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Given::flag(flag, &names).filter(|_| !names.is_empty())
    };
    all.into_iter().filter(|(flag, _)| typed(flag)).filter_map(of).collect()
}

/// A name in a list of columns: one with a comma stands in double quotes.
fn quoted(name: &str) -> String {
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

fn rules(recorded: &ScanResult) -> Option<Given> {
    let of = |column: &DatasetColumn| -> Vec<String> {
        column.coarsen.iter().map(|rule| format!("{}={rule}", column.name)).collect()
    };
    let rules: Vec<String> = recorded.dataset.columns.iter().flat_map(of).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    Given::flag("coarsen", &rules)
}

fn of_setting(key: &str, recorded: &PlannedSetting) -> Option<Given> {
    let setting = settings().iter().find(|setting| setting.key() == key && setting.flag.is_some())?;
    let values: Vec<&str> = match setting.flag? {
        Flag::On | Flag::Off | Flag::Value(_) => vec![&recorded.value],
        Flag::List(_) | Flag::Repeated(_) | Flag::Text(_) => recorded.value.split(", ").collect(),
    };
    // A switch says one thing only, which is what the record holds.
    let name = setting.flag_name();
    match setting.flag? {
        Flag::On | Flag::Off => Given::flag(&name, &[]),
        _ => Given::flag(&name, &values),
    }
}

/// Settings that are not as the run had them, by their keys.
fn other_settings(recorded: &[PlannedSetting], now: &[PlannedSetting]) -> Vec<String> {
    let counts = |setting: &&PlannedSetting| !OF_THE_RUN.contains(&setting.setting.as_str());
    let is_other = |setting: &&PlannedSetting| {
        let same = now.iter().find(|other| other.setting == setting.setting);
        same.is_none_or(|same| same.value != setting.value)
    };
    recorded.iter().filter(counts).filter(is_other).map(|setting| setting.setting.clone()).collect()
}

/// What is not as it was recorded, in sentences: files by their hashes, figures by their names, never a value.
fn differences(recorded: &ScanResult, repeated: &ScanResult) -> Vec<String> {
    let mut sentences = Vec::new();
    let version = |result: &ScanResult| printable(&result.tool.version);
    if recorded.tool.version != repeated.tool.version {
        let [was, is] = [recorded, repeated].map(version);
        sentences.push(format!(
            "version: the run is of {was}, this program is {is}; a new version may count in another way"
        ));
    }
    let hashes = |files: &[InputFile]| files.iter().map(|file| file.sha256.clone()).collect::<Vec<_>>();
    if hashes(&recorded.dataset.files) != hashes(&repeated.dataset.files) {
        sentences.push("data: these are not the bytes that the run read".to_owned());
    }
    sentences.extend(figures(recorded, repeated));
    let parts = [
        ("dataset", part(&without_files(recorded)), part(&without_files(repeated))),
        ("policy", part(&recorded.policy), part(&repeated.policy)),
        ("measures", part(&recorded.measures), part(&repeated.measures)),
        ("checks", part(&recorded.checks), part(&repeated.checks)),
        ("findings", part(&recorded.findings), part(&repeated.findings)),
        ("waivers", part(&recorded.waivers), part(&repeated.waivers)),
        ("not measured", part(&recorded.not_measured), part(&repeated.not_measured)),
        ("verdict", part(&recorded.verdict), part(&repeated.verdict)),
    ];
    for (name, was, is) in parts {
        // What cannot be written as JSON is not known to be the same.
        if was.is_none() || was != is {
            sentences.push(format!("{name}: not as recorded"));
        }
    }
    sentences
}

fn part(value: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()
}

/// The names of files say nothing of their bytes.
fn without_files(result: &ScanResult) -> crate::result::Dataset {
    crate::result::Dataset { files: Vec::new(), ..result.dataset.clone() }
}

fn figures(recorded: &ScanResult, repeated: &ScanResult) -> Vec<String> {
    let name = |figure: &Figure| {
        let columns =
            if figure.columns.is_empty() { String::new() } else { format!(" on {}", shown_list(&figure.columns)) };
        let about = figure.about.as_ref().map_or(String::new(), |about| format!(" ({})", printable(about)));
        format!("figure {}{columns}{about}: not as recorded", printable(&figure.id))
    };
    let is_there = |figure: &Figure, others: &ScanResult| others.figures.contains(figure);
    let lost = recorded.figures.iter().filter(|figure| !is_there(figure, repeated));
    let known = |figure: &&Figure| {
        recorded
            .figures
            .iter()
            .any(|was| (&was.id, &was.columns, &was.about) == (&figure.id, &figure.columns, &figure.about))
    };
    let new = repeated.figures.iter().filter(|figure| !known(figure));
    let mut sentences: Vec<String> = lost.chain(new).map(name).collect();
    let more = sentences.len().saturating_sub(NAMED);
    sentences.truncate(NAMED);
    if more > 0 {
        sentences.push(format!("and {more} further figures"));
    }
    sentences
}
