//! The flags of settings, made from their table, and what was typed of them.

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::config::{Flag, Given, Setting, settings};

/// What was typed of the settings whose flags a verb takes: those of at least so many [`Verbs`](crate::config::Verbs).
/// Every setting with a flag is here without being named.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Typed<const LEAST: u8> {
    /// What was typed or stands in the environment, in the order of the table.
    pub(in crate::cli) given: Vec<Given>,
}

/// The settings whose flags a verb takes, each with its flag.
fn flags(least: u8) -> impl Iterator<Item = (&'static Setting, Flag)> {
    settings().iter().filter(move |setting| setting.verbs as u8 >= least).filter_map(|row| Some((row, row.flag?)))
}

impl<const LEAST: u8> Args for Typed<LEAST> {
    fn augment_args(command: Command) -> Command {
        command.args(flags(LEAST).map(|(setting, flag)| argument(setting, flag)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const LEAST: u8> FromArgMatches for Typed<LEAST> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { given: flags(LEAST).filter_map(|(setting, flag)| given(matches, setting, flag)).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(setting: &'static Setting, flag: Flag) -> Arg {
    let name = setting.flag_name();
    let argument = Arg::new(name.clone()).long(name).help(help(setting)).help_heading(setting.heading);
    let argument = match setting.more {
        "" => argument,
        more => argument.long_help(format!("{}\n\n{more}", help(setting))),
    };
    let argument = match setting.variable() {
        Some(variable) => argument.env(variable).hide_env_values(true),
        None => argument,
    };
    let argument = match setting.old {
        Some(old) => argument.alias(old.replace('_', "-")),
        None => argument,
    };
    let checked = |text: &str| setting.check_typed(text).map(|()| text.to_owned());
    match flag {
        Flag::On | Flag::Off => argument.action(ArgAction::SetTrue).value_parser(BoolishValueParser::new()),
        Flag::Value(value) => argument.value_name(value).value_parser(checked),
        Flag::List(value) => {
            argument.value_name(value).action(ArgAction::Append).value_delimiter(',').value_parser(checked)
        }
        Flag::Repeated(value) => argument.value_name(value).action(ArgAction::Append).value_parser(checked),
        Flag::Text(value) => {
            argument.value_name(value).action(ArgAction::Append).allow_hyphen_values(true).value_parser(checked)
        }
    }
}

/// A sentence of a limit begins as a sentence does, and says which numbers it can be and what holds by default.
fn help(setting: &Setting) -> String {
    let Some(limit) = setting.limit else { return setting.help.to_owned() };
    let mut letters = limit.sentence.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let default = setting.default_value().filter(|value| value != "none");
    let house = default.map_or(String::new(), |number| format!(" [default: {number}]"));
    format!("{first}{}: {}{house}", letters.as_str(), limit.range.expected())
}

fn given(matches: &ArgMatches, setting: &'static Setting, flag: Flag) -> Option<Given> {
    let name = setting.flag_name();
    let origin = origin(matches, &name, setting.variable().as_deref())?;
    let values = match flag {
        Flag::On => vec![matches.get_flag(&name).to_string()],
        Flag::Off => vec![(!matches.get_flag(&name)).to_string()],
        _ => matches.get_many::<String>(&name)?.cloned().collect(),
    };
    Some(Given { setting, values, origin })
}

/// `--k` when it was typed, `REIDRISK_K` when the environment said it; nothing when nobody did.
fn origin(matches: &ArgMatches, name: &str, variable: Option<&str>) -> Option<String> {
    match matches.value_source(name)? {
        ValueSource::CommandLine => Some(format!("--{name}")),
        ValueSource::EnvVariable => variable.map(str::to_owned),
        _ => None,
    }
}
