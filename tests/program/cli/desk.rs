//! A folder with an extract, the program in it, and the comparison with a golden text.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use reidrisk::config::settings;

use crate::support::{BINARY, Bench, Ended, repository_file};

/// Runs the program in `bench` with its words and, before them, variables written as `NAME=value`.
pub(crate) fn run(bench: &Bench, words: &[&str]) -> Ended {
    let command = command(&[BINARY], words);
    bench.run(in_folder(command, bench), b"")
}

/// The program behind `launcher`, which ends with the binary; everything that steers its texts is set.
pub(crate) fn command(launcher: &[&str], words: &[&str]) -> Command {
    let mut command = Command::new(launcher[0]);
    command.args(&launcher[1..]);
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("REIDRISK_"));
    for name in own.chain(["CLICOLOR_FORCE".into(), "RUST_BACKTRACE".into()]) {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env("COLUMNS", "80");
    let variables = words.iter().take_while(|word| word.starts_with(|first: char| first.is_ascii_uppercase()));
    let count = variables.clone().count();
    command.envs(variables.filter_map(|word| word.split_once('=')));
    command.args(&words[count..]);
    command
}

/// The same command in the folder of the input files, so that texts name no temporary folder.
pub(crate) fn in_folder(mut command: Command, bench: &Bench) -> Command {
    command.current_dir(bench.input(""));
    command
}

/// An extract of `subjects` persons; twenty of them share every district, and each has two records.
pub(crate) fn people(bench: &Bench, subjects: usize) {
    let mut text = String::from("card,district,age,memo\n");
    for subject in 0..subjects {
        for record in 0..2 {
            writeln!(text, "c{subject},d{},{},m{record}", subject / 20, 20 + subject % 4).expect("memory takes text");
        }
    }
    bench.write("people.csv", text);
}

/// Asserts that what came out is the golden text `name`. Set `REIDRISK_BLESS` to write it anew.
#[expect(clippy::disallowed_methods, reason = "a test asks whether it shall write its golden text")]
pub(crate) fn assert_golden(name: &str, ended: &Ended) {
    let code = ended.code.map_or("none".to_owned(), |code| code.to_string());
    let found =
        format!("-- exit code {code}\n-- stdout\n{}-- stderr\n{}", filtered(&ended.stdout), filtered(&ended.stderr));
    let path = repository_file("tests/program/cli/golden").join(format!("{name}.txt"));
    if std::env::var_os("REIDRISK_BLESS").is_some() {
        fs::write(&path, &found).expect("a golden text can be written");
    }
    let golden = fs::read_to_string(&path).expect("there is a golden text");
    assert_eq!(without_new_settings(&found, &golden), golden, "{name}");
}

/// The text without flags of settings, and settings at their default, that the golden text does not have yet. A new row
/// of their table breaks no golden text; what is said of every row is held against the table.
fn without_new_settings(found: &str, golden: &str) -> String {
    let is_new_flag = |word: &str| {
        let mut flags = settings().iter().filter(|row| row.flag.is_some());
        let is_known = golden.lines().any(|line| line.split_whitespace().next() == Some(word));
        !is_known && flags.any(|row| word == format!("--{}", row.flag_name()))
    };
    let mut is_left_out = false;
    let mut kept = |line: &&str| {
        if let Some(flag) = line.strip_prefix("      --") {
            is_left_out = is_new_flag(&format!("--{}", flag.split_whitespace().next().unwrap_or_default()));
        } else if let Some((name, _)) = line.strip_prefix("setting ").and_then(|told| told.split_once(" = ")) {
            is_left_out = line.ends_with(" (default)") && !golden.contains(&format!("\nsetting {name} = "));
        } else if !line.is_empty() && !line.starts_with("        ") {
            is_left_out = false;
        }
        !is_left_out
    };
    found.split_inclusive('\n').filter(|line| kept(&line.trim_end_matches('\n'))).collect()
}

/// The text without what differs from machine to machine: the ending of the program's name and the memory at hand.
fn filtered(text: &str) -> String {
    let mut filtered = String::new();
    for line in text.lines() {
        let memory = line.starts_with("setting scan.memory = ") && line.contains("(default");
        let line = if memory { "setting scan.memory = [LIMIT] ([DEFAULT])" } else { line };
        filtered.push_str(line.replace("reidrisk.exe", "reidrisk").trim_end());
        filtered.push('\n');
    }
    filtered
}
