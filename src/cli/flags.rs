//! From what was typed to [`Settings`]: the one place that looks at flags.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::arguments::{
    LimitArguments, LinkageArguments, NameArguments, ReadingArguments, RoleArguments, ScanArguments, UnicityArguments,
};
use super::clock::today;
use super::memory::default_memory_limit;
use crate::config::{
    AgainstFlags, ConfigError, ConfigFile, Origin, Resolved, Settings, each_once, find_config, find_waivers,
    read_waivers, resolve, shown_name, split_names,
};
use crate::result::Role;

/// Reads the configuration and merges it with the flags.
pub(super) fn plan_of(arguments: &ScanArguments, matches: Option<&ArgMatches>) -> Result<Resolved, ConfigError> {
    let mut flags = settings_of(arguments, matches)?;
    let config = config_of(arguments.config.as_ref(), &arguments.inputs);
    let first_input = arguments.inputs.first().map_or("-", String::as_str);
    let waivers = arguments.verdict.waivers.clone().or_else(|| find_waivers(config.as_deref(), first_input));
    let as_of = flags.as_of.unwrap_or_else(today);
    flags.waivers = waivers.map(|path| read_waivers(&path, as_of)).transpose()?.unwrap_or_default();
    let config = config.map(|path| ConfigFile::read(&path)).transpose()?;
    let resolved = resolve(arguments.inputs.clone(), flags, config, &|setting| source_of(matches, setting))?;
    Ok(with_edge_settings(resolved, arguments, matches))
}

/// What the verbs that only look at an extract are given.
pub(super) struct Look<'typed> {
    pub(super) inputs: &'typed [String],
    pub(super) names: &'typed NameArguments,
    pub(super) limits: &'typed LimitArguments,
    pub(super) reading: &'typed ReadingArguments,
}

/// The plan of `inspect` and `init`: that of a scan with the same flags. `config` is the file to take settings from.
pub(super) fn plan_to_look(
    look: &Look<'_>,
    coarsen: &[String],
    config: Option<&std::path::Path>,
    matches: Option<&ArgMatches>,
) -> Result<Resolved, ConfigError> {
    let mut settings = Settings::default();
    set_limits(&mut settings, look.limits);
    set_reading(&mut settings, look.reading);
    declare_roles(&mut settings, look.names)?;
    for rule in coarsen {
        settings.coarsen_with(rule)?;
    }
    let config = config.map(ConfigFile::read).transpose()?;
    let mut resolved = resolve(look.inputs.to_vec(), settings, config, &|setting| source_of(matches, setting))?;
    resolved.plan.memory = resolved.plan.memory.or_else(default_memory_limit);
    Ok(resolved)
}

/// The configuration that was named, else the one beside the first input.
pub(super) fn config_of(named: Option<&std::path::PathBuf>, inputs: &[String]) -> Option<std::path::PathBuf> {
    named.cloned().or_else(|| inputs.first().and_then(|input| find_config(input)))
}

/// Adds what only the edge of the program knows: the memory of the machine, and what becomes of the exit code.
fn with_edge_settings(mut resolved: Resolved, arguments: &ScanArguments, matches: Option<&ArgMatches>) -> Resolved {
    if let (None, Some(limit)) = (resolved.plan.memory, default_memory_limit()) {
        resolved.plan.memory = Some(limit);
        let source = "default: 80 % of the available memory".to_owned();
        let told = Origin { setting: "memory", value: limit.to_string(), source };
        if let Some(origin) = resolved.origins.iter_mut().find(|origin| origin.setting == "memory") {
            *origin = told;
        }
    }
    let said = is_said(matches, "exit_zero");
    resolved.origins.push(Origin {
        setting: "exit_zero",
        value: arguments.verdict.exit_zero.to_string(),
        source: if said { source_of(matches, "exit_zero") } else { "default".to_owned() },
    });
    resolved
}

/// Whether a setting was typed or stands in the environment.
fn is_said(matches: Option<&ArgMatches>, setting: &str) -> bool {
    let source = matches.and_then(|matches| matches.value_source(setting));
    matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// `--k` when it was typed, `REIDRISK_K` when the environment said it.
fn source_of(matches: Option<&ArgMatches>, setting: &str) -> String {
    let known = matches.is_some_and(|matches| matches.try_contains_id(setting).unwrap_or(false));
    let source = matches.filter(|_| known).and_then(|matches| matches.value_source(setting));
    match source {
        Some(ValueSource::EnvVariable) => format!("REIDRISK_{}", setting.to_uppercase()),
        _ => format!("--{}", setting.replace('_', "-")),
    }
}

fn settings_of(arguments: &ScanArguments, matches: Option<&ArgMatches>) -> Result<Settings, ConfigError> {
    let mut settings = Settings {
        missing: arguments.extent.missing,
        measures: arguments.extent.measures.clone(),
        max_set: arguments.extent.max_set,
        k: arguments.verdict.k,
        fail_on: arguments.verdict.fail_on,
        // The environment may also say no to what the configuration allows.
        allow_review: is_said(matches, "allow_review").then_some(arguments.verdict.allow_review),
        as_of: arguments.verdict.as_of,
        seed: arguments.running.seed,
        audience: arguments.running.audience,
        lists_subjects: arguments.emit.iter().any(|format| !format.is_of_result()),
        ..Settings::default()
    };
    set_limits(&mut settings, &arguments.running.limits);
    set_reading(&mut settings, &arguments.reading);
    let RoleArguments { names, coarsen } = &arguments.roles;
    declare_roles(&mut settings, names)?;
    for rule in coarsen {
        settings.coarsen_with(rule)?;
    }
    set_unicity(&mut settings, &arguments.unicity, matches)?;
    set_linkage(&mut settings, &arguments.linkage)?;
    if let Some(names) = &settings.measures {
        crate::config::check_measures(names)?;
    }
    Ok(settings)
}

fn set_unicity(
    settings: &mut Settings,
    unicity: &UnicityArguments,
    matches: Option<&ArgMatches>,
) -> Result<(), ConfigError> {
    for point in &unicity.point {
        settings.unicity.add_point(point)?;
    }
    for within in &unicity.within {
        settings.unicity.add_within(within)?;
    }
    for list in &unicity.known_attributes {
        let names = split_names(list)
            .map_err(|reason| ConfigError::new("column-list", format!("--known-attributes: {reason}")))?;
        settings.unicity.known_attributes.extend(names);
    }
    settings.unicity.known_points = unicity.known_points.clone().map(|known| known.0);
    settings.unicity.attackers = (!unicity.attacker.is_empty()).then(|| unicity.attacker.clone());
    settings.unicity.mobility = (!unicity.mobility.is_empty()).then(|| each_once(unicity.mobility.clone()));
    settings.unicity.sweep = is_said(matches, "sweep").then_some(unicity.sweep);
    // Whoever names points says what others may know, so the rest is not guessed.
    settings.decides_roles |= !unicity.point.is_empty();
    Ok(())
}

fn set_linkage(settings: &mut Settings, linkage: &LinkageArguments) -> Result<(), ConfigError> {
    let flags = AgainstFlags {
        against: &linkage.against,
        on: &linkage.on,
        subject: linkage.their_subject.as_ref(),
        truth: linkage.truth.as_ref(),
        attacks: &linkage.attack,
        within: &settings.unicity.within,
        null_values: &settings.input.null_values,
    };
    settings.linkage = flags.plan()?;
    // Whoever names shared columns says what others may know, so the rest is not guessed.
    settings.decides_roles |= !linkage.on.is_empty();
    Ok(())
}

fn set_limits(settings: &mut Settings, limits: &LimitArguments) {
    settings.threads = limits.threads;
    settings.memory = limits.memory;
    settings.timeout = limits.timeout;
}

fn set_reading(settings: &mut Settings, reading: &ReadingArguments) {
    settings.input.delimiter = reading.delimiter;
    settings.input.quote = reading.quote.map(|quote| quote.0);
    settings.input.header = reading.no_header.then_some(false);
    settings.input.encoding = reading.encoding;
    settings.input.null_values.clone_from(&reading.null_value);
}

fn declare_roles(settings: &mut Settings, roles: &NameArguments) -> Result<(), ConfigError> {
    if let [first, second, ..] = roles.subject.as_slice() {
        let (first, second) = (shown_name(first), shown_name(second));
        let message = format!("--subject names two columns, `{first}` and `{second}`");
        return Err(ConfigError::new("two-subjects", message).with_hint("a record has one subject; name one column"));
    }
    settings.declare("--subject", Role::Subject, &roles.subject)?;
    settings.declare("--quasi", Role::QuasiIdentifier, &roles.quasi)?;
    settings.declare("--sensitive", Role::Sensitive, &roles.sensitive)?;
    settings.declare("--direct", Role::DirectIdentifier, &roles.direct)?;
    settings.declare("--weight", Role::Weight, &roles.weight)?;
    settings.declare("--ignore", Role::Ignore, &roles.ignore)?;
    // The other flags say something about single columns; only this one says what others may know.
    settings.decides_roles = !roles.quasi.is_empty();
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::{Resolved, plan_of};
    use crate::cli::arguments::{Arguments, Verb};
    use crate::config::ConfigError;
    use crate::result::Role;

    fn plan(arguments: &[&str]) -> Result<Resolved, ConfigError> {
        let typed = ["reidrisk", "scan", "no-such-folder/a.csv"].iter().chain(arguments);
        let matches = Arguments::command().try_get_matches_from(typed).unwrap();
        let Verb::Scan(scan) = Arguments::from_arg_matches(&matches).unwrap().verb else { panic!("not a scan") };
        plan_of(&scan, matches.subcommand().map(|(_, matches)| matches))
    }

    #[test]
    fn without_roles_everything_is_guessed() {
        let plan = plan(&[]).unwrap().plan;
        assert!(plan.roles.guess && plan.roles.declared.is_empty());
        assert_eq!(plan.config_sha256, None);
    }

    #[test]
    fn quasi_identifiers_turn_guessing_off_and_a_subject_alone_does_not() {
        assert!(!plan(&["--quasi", "age,sex"]).unwrap().plan.roles.guess);
        let plan = plan(&["--subject", "card", "--ignore", "x"]).unwrap().plan;
        assert!(plan.roles.guess);
        assert_eq!(plan.roles.declared["card"], Role::Subject);
    }

    #[test]
    fn one_column_in_two_roles_is_refused() {
        assert_eq!(plan(&["--quasi", "age", "--direct", "age"]).unwrap_err().code(), "two-roles");
        assert_eq!(plan(&["--subject", "a", "--subject", "b"]).unwrap_err().code(), "two-subjects");
    }

    #[test]
    fn a_repeated_flag_and_a_quoted_name_name_the_same_columns() {
        let repeated = plan(&["--quasi", "age", "--quasi", "\"last, first\""]).unwrap().plan;
        let listed = plan(&["--quasi", "age,\"last, first\""]).unwrap().plan;
        assert_eq!(repeated.roles, listed.roles);
    }

    #[test]
    fn the_source_of_a_setting_is_told() {
        let resolved = plan(&["--k", "7", "--max-set", "2"]).unwrap();
        let source = |setting: &str| resolved.origins.iter().find(|origin| origin.setting == setting).unwrap();
        assert_eq!((source("k").value.as_str(), source("k").source.as_str()), ("7", "--k"));
        assert_eq!(source("max_set").source, "--max-set");
        assert_eq!(source("seed").source, "default");
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
