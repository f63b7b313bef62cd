//! From what was typed to a plan: the one place that looks at flags.

use std::path::{Path, PathBuf};

use super::arguments::{EXIT_ZERO, ScanArguments};
use super::clock::{environment, today};
use super::memory::default_memory_limit;
use super::printer::Printer;
use crate::config::{
    ConfigFile, Given, check_treatment, find_config, find_waivers, list_subjects, read_waivers, resolve,
};
use crate::plan::{ConfigError, Plan, shown_name};
use crate::result::PlannedSetting;

/// Reads the configuration and merges it with the flags of `scan`.
pub(super) fn plan_of(arguments: &ScanArguments, printer: &Printer) -> Result<Plan, ConfigError> {
    let (config, first) = (arguments.config.as_ref(), arguments.inputs.first());
    let config = config_of(config, &arguments.inputs);
    let mut plan = merged(&arguments.inputs, &arguments.settings.given, config.as_deref(), printer)?;
    let waivers = arguments.verdict.waivers.clone();
    let waivers = waivers.or_else(|| find_waivers(config.as_deref(), first.map_or("-", String::as_str)));
    if let Some(path) = waivers {
        plan.waivers = read_waivers(&path, plan.as_of.map_or_else(today, |day| day.min(today())))?;
    }
    if arguments.emit.iter().any(|format| !format.is_of_result()) {
        list_subjects(&mut plan)?;
    }
    check_treatment(&plan, plan.as_of.map_or_else(today, |day| day.min(today())))?;
    plan.settings.push(exit_zero(arguments.verdict.exit_zero));
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
        printer.note(&format!("configuration {}", shown_name(&path.display().to_string())));
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
fn exit_zero(said: bool) -> PlannedSetting {
    let origin = match (said, environment(EXIT_ZERO)) {
        (_, Some(_)) => EXIT_ZERO,
        (true, None) => "--exit-zero",
        (false, None) => "default",
    };
    PlannedSetting { setting: "exit_zero".to_owned(), value: said.to_string(), origin: origin.to_owned() }
}

/// Tells every setting in force and where it came from, for `--verbose`.
pub(super) fn tell_settings(plan: &Plan, printer: &Printer) {
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

    /// A flag with a value that is not the default, behind the flags that it needs beside it.
    const SAMPLES: [(&str, &[&str], &[&str]); 35] = [
        ("subject", &[], &["card"]),
        ("quasi", &[], &["age"]),
        ("sensitive", &[], &["age"]),
        ("direct", &[], &["age"]),
        ("weight", &[], &["age"]),
        ("ignore", &[], &["age"]),
        ("coarsen", &[], &["age=round:10"]),
        ("missing", &[], &["wildcard"]),
        ("measures", &[], &["uniqueness"]),
        ("max-set", &[], &["2"]),
        ("point", &[], &["day+shop"]),
        ("known-points", &[], &["1..9"]),
        ("within", &[], &["amount=5%"]),
        ("attacker", &[], &["rarest"]),
        ("known-attributes", &[], &["age"]),
        ("sweep", &[], &[]),
        ("mobility", &[], &["time"]),
        ("against", &[], &["members.csv"]),
        ("on", &["--against", "members.csv"], &["age"]),
        ("their-subject", &["--against", "members.csv"], &["member"]),
        ("truth", &["--against", "members.csv"], &["card=member"]),
        ("truth-complete", &["--against", "members.csv", "--truth", "card=member"], &[]),
        ("attack", &["--against", "members.csv"], &["tolerant"]),
        ("preset", &[], &["controlled-k5"]),
        ("k", &[], &["9"]),
        ("gate-any-record", &[], &[]),
        ("fail-on", &[], &["low"]),
        ("allow-review", &[], &[]),
        ("as-of", &[], &["2027-02-28"]),
        ("seed", &[], &["7"]),
        ("threads", &[], &["3"]),
        ("memory", &[], &["1M"]),
        ("timeout", &[], &["10m"]),
        ("audience", &[], &["internal"]),
        ("delimiter", &[], &[";"]),
    ];
    const READING: [(&str, &[&str], &[&str]); 6] = [
        ("quote", &[], &["none"]),
        ("no-header", &[], &[]),
        ("encoding", &[], &["latin-1"]),
        ("null-value", &[], &["NA"]),
        ("no-trim", &[], &[]),
        ("suppression-marks", &[], &["xx"]),
    ];
    /// Flags of the edge of the program, which no plan holds.
    const EDGE: [(&str, &[&str]); 10] = [
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

    #[test]
    fn every_flag_changes_the_plan_or_what_the_edge_does() {
        let command = Arguments::command();
        let scan = command.find_subcommand("scan").unwrap();
        let mut flags: Vec<&str> =
            scan.get_arguments().chain(command.get_arguments()).filter_map(clap::Arg::get_long).collect();
        let limits: Vec<String> = crate::measure::limits().map(|limit| limit.key.replace('_', "-")).collect();
        let limits =
            limits.iter().filter(|flag| *flag != "k").map(|flag| (flag.as_str(), &[] as &[&str], &["0.25"] as &[&str]));
        for (flag, beside, values) in SAMPLES.into_iter().chain(READING).chain(limits) {
            let long = format!("--{flag}");
            let with = [beside, &[long.as_str()], values].concat();
            assert_ne!(asked(&with), asked(beside), "{long} does nothing");
            assert!(
                plan(&with).unwrap().settings.iter().any(|told| told.origin.split(", ").any(|source| source == long)),
                "{long} is not recorded"
            );
            flags.retain(|other| *other != flag);
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
