//! Every command in the documents is run, by a shell and with the real program, in a copy of the samples.
//!
//! A command ends with 0 unless the document states otherwise: with a comment behind it (`# exit code 1`), or, where a
//! block must stay bare, with `<!-- exit code 1 -->` before it. Commands of one document run in order in one folder, so a
//! later one finds what an earlier one wrote. A block of `text` right behind commands is what they print: each of its lines
//! stands in their output, in that order, whatever is spaced differently; `…` stands for anything.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::markdown::{Block, blocks, stated_exit_code};
use super::support::{BINARY, repository_file};
use super::{documents, text_of};

/// What is run: the program, and tools that read and write in the folder where they are started. Any other command must be
/// listed below, so that no document makes a test change the machine.
const RUN: [&str; 14] = [
    "reidrisk ",
    "cargo run --locked -- ",
    "cargo run --release --locked -- ",
    "awk ",
    "cat ",
    "cmp ",
    "cp ",
    "cut ",
    "echo ",
    "grep ",
    "ls ",
    "mkdir ",
    "rm ",
    "ssh-keygen ",
];

/// Commands that are not run: document, how the command begins (nothing: all of the document), and why.
const NOT_RUN: &[(&str, &str, &str)] = &[
    ("README.md", "cargo test", "they are the runs that this test is part of"),
    ("docs/performance.md", "cargo build", "it builds the program anew"),
    ("docs/performance.md", "benches/peers/run.sh", "benchmarks take minutes, gigabytes and a Python environment"),
    (
        "docs/performance.md",
        "REIDRISK_SPARK=local tests/python/spark/run",
        "Spark takes Java and minutes; CI runs it on Sail",
    ),
    ("docs/performance.md", "target/spark-environment/", "Spark takes Java and minutes; CI runs the tests on Sail"),
    ("docs/performance.md", "target/release/examples", "benchmarks take minutes and gigabytes"),
    ("docs/performance.md", "reidrisk scan transactions.csv", "the benchmark above makes the file of 1.2 GB"),
    ("docs/performance.md", "reidrisk scan extract.parquet", "the benchmark above makes both files"),
    ("docs/performance.md", "reidrisk scan early.csv", "the benchmark above makes both files"),
    ("docs/performance.md", "cargo test", "it makes files of gigabytes, and takes minutes"),
    ("docs/packages.md", "", "packaging/test builds, installs and removes every package"),
    ("docs/python.md", "", "tests/python/run installs the wheel and runs the module"),
    ("docs/scheduling.md", "", "tests/consumers/run holds the examples against what they are for"),
    ("sample_data/README.md", "awk", "the file of every month, from which the sample is cut, is not in the repository"),
    ("sample_data/README.md", "cargo run --release --example", "tests/program/bank_sample.rs compares what it writes"),
];

/// One command of a document.
struct Typed {
    line: usize,
    words: String,
    exit_code: i32,
}

/// The commands of a block: a line goes on with the one before if it is indented or ends a loop, or if that one ends with a
/// backslash or a pipe.
fn commands(block: &Block) -> Vec<Typed> {
    let mut found: Vec<Typed> = Vec::new();
    for (place, line) in block.text.lines().enumerate() {
        let (words, comment) = line.split_once(" #").unwrap_or((line, ""));
        let words = words.trim_end();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let goes_on = |last: &Typed| words.starts_with(' ') || words == "done" || last.words.ends_with(['\\', '|']);
        match found.last_mut() {
            Some(last) if goes_on(last) => {
                last.words.push('\n');
                last.words.push_str(words);
            }
            _ => found.push(Typed {
                line: block.line + place + 1,
                words: words.to_owned(),
                exit_code: block.exit_code.unwrap_or(0),
            }),
        }
        if let (Some(code), Some(last)) = (stated_exit_code(comment), found.last_mut()) {
            last.exit_code = code;
        }
    }
    found
}

/// The entry by which a command is not run, if there is one.
fn excuse(document: &str, words: &str) -> Option<usize> {
    NOT_RUN.iter().position(|(file, start, _)| *file == document && words.starts_with(start))
}

/// Whether a command may be run: it is one of [`RUN`] and names no place outside of its folder.
fn is_run(words: &str) -> bool {
    let outside = Regex::new(r"\s/\w|\.\./|~/").expect("a pattern");
    RUN.iter().any(|start| words.starts_with(start)) && !outside.is_match(&words.replace("/dev/null", ""))
}

/// Whether this machine lacks what a command needs beside the program: OpenSSH is the reader's choice, not ours.
fn is_lacking(words: &str) -> bool {
    let asked = || Command::new("sh").args(["-c", "command -v ssh-keygen"]).output().expect("a shell");
    words.starts_with("ssh-keygen") && !asked().status.success()
}

fn may_be_run(document: &str, words: &str) -> bool {
    excuse(document, words).is_none() && is_run(words) && !is_lacking(words)
}

/// The command with the program in place of cargo's run of it.
fn as_installed(words: &str) -> String {
    words
        .replace("cargo run --release --locked -- ", "reidrisk ")
        .replace("cargo run --locked -- ", "reidrisk ")
        .replace("cargo run --quiet --release --locked -- ", "reidrisk ")
}

/// A copy of the samples and of their reports, with the program on the path. Agreements, treatments and waivers of the
/// samples have an end; in the copy it lies ahead, so that documents hold true on any day.
fn scratch() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let end = last_day();
    copy(&repository_file("sample_data"), &folder.path().join("sample_data"), &end);
    copy(&repository_file("reports/sample"), &folder.path().join("reports/sample"), &end);
    let programs = folder.path().join("programs");
    fs::create_dir(&programs).expect("a folder for the program");
    fs::hard_link(BINARY, programs.join("reidrisk"))
        .or_else(|_| fs::copy(BINARY, programs.join("reidrisk")).map(drop))
        .expect("the program");
    folder
}

/// A day in ninety days.
#[expect(clippy::disallowed_methods, reason = "the program that is run reads the clock as well")]
fn last_day() -> String {
    let day = Timestamp::now() + SignedDuration::from_hours(24 * 90);
    day.to_string()[..10].to_owned()
}

fn copy(from: &Path, to: &Path, end: &str) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder of the samples") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => copy(&path, &to, end),
            Some("toml") => {
                let text = fs::read_to_string(&path).expect("a configuration");
                fs::write(to, text.replace("2027-06-30", end).replace("2027-02-28", end)).expect("a copy");
            }
            Some("png") => {}
            _ => drop(fs::copy(&path, to).expect("a copy")),
        }
    }
}

/// What a command printed, on both streams, and its exit code.
fn run(folder: &Path, words: &str) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("REIDRISK_"));
    for name in own.chain(["CLICOLOR_FORCE".into(), "RUST_BACKTRACE".into()]) {
        command.env_remove(name);
    }
    // One file takes both streams, so that what is printed stands in the order in which it was written.
    let output = folder.join("output");
    let file = fs::File::create(&output).expect("a file for output");
    command.args(["-euc", &format!("PATH=\"$0:$PATH\"\n{words}")]).arg(folder.join("programs"));
    command.current_dir(folder).env("HOME", folder).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1").env("COLUMNS", "80");
    command.stdout(file.try_clone().expect("a second handle")).stderr(file);
    let status = command.status().expect("a shell");
    (status.code(), String::from_utf8_lossy(&fs::read(&output).expect("output")).into_owned())
}

/// The first line of `shown` that is not in `printed`, each looked for behind the one before.
fn first_untrue<'a>(shown: &'a str, printed: &str) -> Option<&'a str> {
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = printed.lines().map(squeezed);
    let is_missing = |line: &&str| {
        let wanted = squeezed(line);
        let parts: Vec<&str> = wanted.split('…').map(str::trim).filter(|part| !part.is_empty()).collect();
        let is_true = |line: String| {
            let mut rest = line.as_str();
            parts.iter().all(|part| {
                rest.split_once(part).is_some_and(|(_, behind)| {
                    rest = behind;
                    true
                })
            })
        };
        !parts.is_empty() && !lines.any(is_true)
    };
    shown.lines().find(is_missing)
}

/// Runs the commands of a document; what is not as the document states.
fn untruths(document: &str, text: &str) -> Vec<String> {
    let blocks = blocks(text);
    let mut told = Vec::new();
    let (mut folder, mut printed) = (None, String::new());
    for block in &blocks {
        let is_output = block.language == "text" && block.is_right_behind && !printed.is_empty();
        if let Some(line) = is_output.then(|| first_untrue(&block.text, &printed)).flatten() {
            told.push(format!("{document}:{}: not printed: {line}\n{printed}", block.line));
        }
        printed.clear();
        let typed = if block.language == "sh" { commands(block) } else { Vec::new() };
        for command in typed.iter().filter(|command| may_be_run(document, &command.words)) {
            let folder = folder.get_or_insert_with(scratch);
            let (code, output) = run(folder.path(), &as_installed(&command.words));
            if code != Some(command.exit_code) {
                let (line, words, stated) = (command.line, &command.words, command.exit_code);
                told.push(format!("{document}:{line}: `{words}`: {code:?}, {stated} is stated\n{output}"));
            }
            printed.push_str(&output);
        }
    }
    told
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn every_command_ends_as_its_document_states() {
    let documents = documents();
    let next = std::sync::Mutex::new(documents.iter());
    let told = std::sync::Mutex::new(Vec::new());
    let work = || {
        let taken = || next.lock().expect("the documents").next();
        while let Some(document) = taken() {
            let found = untruths(document, &text_of(document));
            told.lock().expect("what was found").extend(found);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let told = told.into_inner().expect("what was found");
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn what_is_not_run_is_in_the_documents_and_nothing_else_is_left_out() {
    let mut used = vec![false; NOT_RUN.len()];
    for document in documents() {
        for block in blocks(&text_of(&document)) {
            let languages =
                ["sh", "text", "toml", "sql", "json", "csv", "ini", "yaml", "python", "rust", "containerfile", ""];
            assert!(languages.contains(&block.language.as_str()), "{document}:{}: {}", block.line, block.language);
            if block.language != "sh" {
                // A command that hides in another kind of block would not be run.
                let hides = block.text.lines().any(|line| line.starts_with("reidrisk ") || line.starts_with("$ "));
                let is_output = block.language == "text" && block.is_right_behind;
                assert!(!hides || is_output, "{document}:{}: a command in a block that is not `sh`", block.line);
                continue;
            }
            for command in commands(&block) {
                let (line, words) = (command.line, &command.words);
                let listed = excuse(&document, words);
                assert!(listed.is_some() || is_run(words), "{document}:{line}: `{words}` is neither run nor listed");
                if let Some(place) = listed {
                    used[place] = true;
                }
            }
        }
    }
    let unused: Vec<_> = NOT_RUN.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry).collect();
    assert!(unused.is_empty(), "no document has {unused:?}");
}

#[test]
fn untrue_documents_are_found() {
    let document = |body: &str| untruths("made_up.md", body).len();
    assert_eq!(document("```sh\nreidrisk explain k-anonymity\n```\n"), 0);
    assert_eq!(document("```sh\nreidrisk explain no-such-word\n```\n"), 1);
    assert_eq!(document("```sh\nreidrisk explain no-such-word    # exit code 2\n```\n"), 0);
    assert_eq!(document("<!-- exit code 2 -->\n```sh\nreidrisk explain no-such-word\n```\n"), 0);
    assert_eq!(document("```sh\nreidrisk explain \\\n  unicity | grep -q shopping\n```\n"), 0);
    assert_eq!(document("```sh\nreidrisk explain unicity\n```\n\n```text\nunicity\n…\nSource\n```\n"), 0);
    assert_eq!(document("```sh\nreidrisk explain unicity\n```\n\n```text\nSource\nunicity\n```\n"), 1);
    assert_eq!(document("```sh\nreidrisk --version\n```\n\n```text\nreidrisk … 9\n```\n"), 1);
    assert_eq!(document("```sh\ncat no_such_file\n```\n"), 1);
}

#[test]
fn no_document_changes_the_machine() {
    for words in
        ["sudo apt-get purge reidrisk", "cp a /etc/b", "rm -rf ../a", "rm -rf ~/a", "pip install reidrisk", "reidrisks"]
    {
        assert!(!is_run(words), "{words}");
    }
    for words in ["reidrisk scan a.csv > /dev/null", "awk '{ print $1 / $2 }' a.csv | sort", "rm -rf reports/sample/*/"]
    {
        assert!(is_run(words), "{words}");
    }
}

/// The program that is run is the one that was built, and a copy of the samples lies beside it.
#[test]
fn the_shell_runs_the_program_that_was_built() {
    let folder = scratch();
    let (code, told) = run(folder.path(), "command -v reidrisk && ls sample_data/bank_extract");
    assert_eq!(code, Some(0), "{told}");
    let mut file = fs::File::create(folder.path().join("t.csv")).expect("a file");
    file.write_all(b"a,b\n1,2\n").expect("bytes");
    assert!(told.starts_with(folder.path().to_str().expect("a plain path")), "{told}");
    assert!(told.contains("bank_extract.csv") && told.contains("members.csv"), "{told}");
}
