//! `reidrisk completions` and `reidrisk man`: both are made from the definition of the command line.

use clap::{Command, CommandFactory};

use super::arguments::{Arguments, CompletionsArguments, ManArguments};
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::plan::{hint_for, shown_name};

pub(super) fn completions_verb(arguments: &CompletionsArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "reidrisk", &mut script);
    printer.result(&script)
}

pub(super) fn man_verb(arguments: &ManArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let mut program = Arguments::command();
    // Global flags are part of the page of each verb.
    program.build();
    let page = match &arguments.verb {
        None => program,
        Some(verb) => match program.find_subcommand(verb) {
            Some(found) => found.clone(),
            None => return Err(unknown_verb(verb, &program, printer)),
        },
    };
    let mut manual = Vec::new();
    // A verb has no version of its own.
    let source = format!("reidrisk {}", env!("CARGO_PKG_VERSION"));
    // Memory takes every byte.
    clap_mangen::Man::new(page).source(source).render(&mut manual).map_err(|_| ExitStatus::Internal)?;
    printer.result(&manual)
}

fn unknown_verb(verb: &str, program: &Command, printer: &Printer) -> ExitStatus {
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
    let hint = hint_for(verb, names.iter().copied(), || format!("verbs: {}", names.join(", ")));
    printer.failure(&format!("`{}` is not a verb", shown_name(verb)), Some(&hint));
    ExitStatus::Usage
}
