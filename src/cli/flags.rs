//! From what was typed to a plan: the one place that looks at flags.

use std::path::{Path, PathBuf};

use super::arguments::{EXIT_ZERO, ScanArguments};
use super::clock::{default_memory_limit, environment, today};
use super::files::shown;
use super::printer::Printer;
use crate::config::{
    ConfigFile, Given, check_treatment, find_config, find_waivers, list_cells, list_records, list_subjects,
    read_hashed_waivers, resolve,
};
use crate::plan::{BaselinePlan, ConfigError, Plan};
use crate::result::PlannedSetting;

/// Reads the configuration and merges it with the flags of `scan`.
pub(super) fn plan_of(arguments: &ScanArguments, printer: &Printer) -> Result<Plan, ConfigError> {
    let typed = Typed {
        inputs: &arguments.inputs,
        config: arguments.config.as_ref(),
        waivers: arguments.verdict.waivers.as_ref(),
        given: &arguments.settings.given,
    };
    let mut plan = judged_plan(typed, printer)?;
    let is_asked = |name: &str| arguments.emit.iter().any(|format| format.name == name);
    if is_asked("subjects") {
        list_subjects(&mut plan)?;
    }
    if is_asked("records") {
        list_records(&mut plan)?;
    }
    if is_asked("cells") {
        list_cells(&mut plan)?;
    }
    plan.baseline = arguments.verdict.baseline.as_ref().map(|asked| match asked.to_str() {
        Some("last") => BaselinePlan::Last(arguments.out.clone()),
        _ => BaselinePlan::At(asked.clone()),
    });
    plan.settings.push(exit_zero(arguments.verdict.exit_zero));
    Ok(plan)
}

/// What was typed for a verb that judges.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub(super) inputs: &'a [String],
    pub(super) config: Option<&'a PathBuf>,
    pub(super) waivers: Option<&'a PathBuf>,
    pub(super) given: &'a [Given],
}

/// Reads the configuration and the waivers and merges them with the flags of a verb that judges.
pub(super) fn judged_plan(typed: Typed<'_>, printer: &Printer) -> Result<Plan, ConfigError> {
    let config = config_of(typed.config, typed.inputs);
    let mut plan = merged(typed.inputs, typed.given, config.as_deref(), printer)?;
    let first = typed.inputs.first().map_or("-", String::as_str);
    let earliest = plan.as_of.map_or_else(today, |day| day.min(today()));
    if let Some(path) = typed.waivers.cloned().or_else(|| find_waivers(config.as_deref(), first)) {
        (plan.waivers, plan.waivers_sha256) = read_hashed_waivers(&path, earliest)?;
    }
    check_treatment(&plan, earliest)?;
    Ok(plan)
}

/// The plan of flags and a configuration, which is told by its name, with the memory of this machine as its limit.
pub(super) fn merged(
    inputs: &[String],
    given: &[Given],
    config: Option<&Path>,
    printer: &Printer,
) -> Result<Plan, ConfigError> {
    let file = config.map(ConfigFile::read).transpose()?;
    let mut plan = resolve(inputs.to_vec(), given, file)?;
    if let Some(path) = config {
        printer.note(&format!("configuration {}", shown(path)));
    }
    if let (None, Some(limit)) = (plan.memory, default_memory_limit()) {
        plan.memory = Some(limit);
        if let Some(told) = plan.settings.iter_mut().find(|told| told.setting == "scan.memory") {
            (told.value, told.origin) = (limit.to_string(), "default: 80 % of the available memory".to_owned());
        }
    }
    Ok(plan)
}

/// The configuration that was named, else the one beside the first input.
pub(super) fn config_of(named: Option<&PathBuf>, inputs: &[String]) -> Option<PathBuf> {
    named.cloned().or_else(|| inputs.first().and_then(|input| find_config(input)))
}

/// What becomes of the exit code is no part of a plan, and told with it.
fn exit_zero(is_typed: bool) -> PlannedSetting {
    let origin = match (is_typed, environment(EXIT_ZERO)) {
        (_, Some(_)) => EXIT_ZERO,
        (true, None) => "--exit-zero",
        (false, None) => "default",
    };
    PlannedSetting { setting: "exit_zero".to_owned(), value: is_typed.to_string(), origin: origin.to_owned() }
}

/// Prints every setting in force and where it came from, for `--verbose`.
pub(super) fn print_settings(plan: &Plan, printer: &Printer) {
    for PlannedSetting { setting, value, origin } in &plan.settings {
        printer.detail(&format!("setting {setting} = {value} ({origin})"));
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::plan_of;
    use crate::cli::arguments::{Arguments, Manners, ScanArguments, Verb};
    use crate::cli::printer::Printer;
    use crate::config::{Setting, settings};
    use crate::plan::{ConfigError, Plan};
    use crate::result::Role;

    /// What was typed after `scan`, and how the program speaks.
    fn typed(arguments: &[&str]) -> (Box<ScanArguments>, Manners) {
        let typed = ["reidrisk", "scan", "no-such-folder/a.csv"].iter().chain(arguments);
        let matches = Arguments::command().try_get_matches_from(typed).unwrap_or_else(|error| panic!("{error}"));
        let Arguments { verb, manners } = Arguments::from_arg_matches(&matches).unwrap();
        let Verb::Scan(scan) = verb else { panic!("not a scan") };
        (scan, manners)
    }

    fn plan(arguments: &[&str]) -> Result<Plan, ConfigError> {
        let (scan, manners) = typed(arguments);
        plan_of(&scan, &Printer::new(&manners))
    }

    /// What is asked for, without the record of it and without what the machine has to offer at the moment.
    fn asked(arguments: &[&str]) -> Plan {
        let plan = plan(arguments).unwrap();
        let typed = plan.settings.iter().any(|told| told.setting == "scan.memory" && told.origin.starts_with("--"));
        Plan { memory: plan.memory.filter(|_| typed), settings: Vec::new(), ..plan }
    }

    /// Flags of the edge of the program, which no plan holds.
    const EDGE: [(&str, &[&str]); 13] = [
        ("keep", &["30"]),
        ("baseline", &["last"]),
        ("released", &["release.json"]),
        ("config", &["x.toml"]),
        ("out", &["elsewhere"]),
        ("format", &["json"]),
        ("emit", &["svg"]),
        ("waivers", &["w.toml"]),
        ("exit-zero", &[]),
        ("quiet", &[]),
        ("verbose", &[]),
        ("color", &["never"]),
        ("progress", &["never"]),
    ];

    /// The example of a setting as it is typed.
    fn words_of(row: &Setting) -> Vec<String> {
        let (long, values) = (format!("--{}", row.flag_name()), row.typed_example());
        match values.as_slice() {
            [] => vec![long],
            values => values.iter().flat_map(|value| [long.clone(), value.clone()]).collect(),
        }
    }

    #[test]
    fn every_flag_changes_the_plan_or_what_the_edge_does() {
        let command = Arguments::command();
        let scan = command.find_subcommand("scan").unwrap();
        let mut flags: Vec<&str> =
            scan.get_arguments().chain(command.get_arguments()).filter_map(clap::Arg::get_long).collect();
        for row in settings().iter().filter(|row| row.flag.is_some()) {
            let named = |name: &str| settings().iter().find(|it| it.name == name && it.flag.is_some());
            let needed = std::iter::successors(row.needs.and_then(named), |it| it.needs.and_then(named));
            let beside: Vec<String> = needed.flat_map(words_of).collect();
            let with = [&beside[..], &words_of(row)].concat();
            let [with, beside] = [&with, &beside].map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
            let long = format!("--{}", row.flag_name());
            assert_ne!(asked(&with), asked(&beside), "{long} does nothing");
            assert!(
                plan(&with).unwrap().settings.iter().any(|told| told.origin.split(", ").any(|source| source == long)),
                "{long} is not recorded"
            );
            flags.retain(|other| *other != row.flag_name());
        }
        for (flag, values) in EDGE {
            let long = format!("--{flag}");
            let with = [&[long.as_str()], values].concat();
            assert_ne!(format!("{:?}", typed(&with)), format!("{:?}", typed(&[])), "{long} does nothing");
            flags.retain(|other| *other != flag);
        }
        assert_eq!(flags, [] as [&str; 0], "these flags have no sample");
    }

    #[test]
    fn older_spellings_of_flags_mean_the_same() {
        for (new, old, value) in [
            ("--point", "--points", "day+shop"),
            ("--attacker", "--attackers", "rarest"),
            ("--null-value", "--null-values", "NA"),
        ] {
            assert_eq!(asked(&[new, value]), asked(&[old, value]));
        }
        let against = ["--against", "m.csv"];
        let attack = |flag: &str| asked(&[&against[..], &[flag, "tolerant"]].concat());
        assert_eq!(attack("--attack"), attack("--attacks"));
    }

    #[test]
    fn without_roles_everything_is_guessed() {
        let plan = plan(&[]).unwrap();
        assert!(plan.roles.guess && plan.roles.declared.is_empty());
        assert_eq!(plan.config_sha256, None);
    }

    #[test]
    fn quasi_identifiers_turn_guessing_off_and_a_subject_alone_does_not() {
        assert!(!plan(&["--quasi", "age,sex"]).unwrap().roles.guess);
        let plan = plan(&["--subject", "card", "--ignore", "x"]).unwrap();
        assert!(plan.roles.guess);
        assert_eq!(plan.roles.declared["card"], Role::Subject);
    }

    #[test]
    fn one_column_in_two_roles_is_refused() {
        assert_eq!(plan(&["--quasi", "age", "--direct", "age"]).unwrap_err().code(), "two-roles");
        assert_eq!(plan(&["--subject", "a", "--subject", "b"]).unwrap_err().code(), "two-subjects");
        assert_eq!(plan(&["--quasi", "age,age"]).unwrap_err().code(), "column-twice");
    }

    #[test]
    fn a_repeated_flag_and_a_quoted_name_name_the_same_columns() {
        let repeated = plan(&["--quasi", "age", "--quasi", "\"last, first\""]).unwrap();
        let listed = plan(&["--quasi", "age,\"last, first\""]).unwrap();
        assert_eq!(repeated.roles, listed.roles);
    }

    #[test]
    fn the_source_of_a_setting_is_told() {
        let plan = plan(&["--k", "7", "--max-set", "2", "--max-unicity", "0.1"]).unwrap();
        let told = |setting: &str| plan.settings.iter().find(|told| told.setting == setting).unwrap();
        assert_eq!((told("policy.k").value.as_str(), told("policy.k").origin.as_str()), ("7", "--k"));
        assert_eq!(told("scan.max_set").origin, "--max-set");
        assert_eq!(told("policy.max_unicity").origin, "--max-unicity");
        assert_eq!(told("scan.seed").origin, "default");
    }

    #[test]
    fn rules_and_measures_are_checked() {
        assert_eq!(plan(&["--coarsen", "a=dayy"]).unwrap_err().code(), "coarsen-rule");
        assert_eq!(plan(&["--measures", "uniquenes"]).unwrap_err().code(), "unknown-measure");
    }

    #[test]
    fn a_configuration_that_is_named_must_exist() {
        assert_eq!(plan(&["--config", "no-such-folder/x.toml"]).unwrap_err().code(), "unreadable");
    }
}
