//! The walls of the house: what a room must not name. `src/lib.rs` says why.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Asserts that no line of code in `room` holds one of `words`; comments may.
fn assert_never_names(room: &str, words: &[&str]) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let files = if place.is_dir() { sources(&place) } else { vec![place] };
    assert!(!files.is_empty(), "{room} has files");
    for file in files {
        let text = fs::read_to_string(&file).expect("the file can be read");
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in words {
                assert!(!line.contains(word), "{}:{number} names `{word}`", file.display());
            }
        }
    }
}

const IO: [&str; 6] = ["std::fs", "std::io", "std::net", "std::process", "std::env", "std::time"];

#[test]
fn counting_measuring_and_judging_do_no_io_and_read_no_clock() {
    for room in ["table", "measure", "stats", "judge", "advice"] {
        assert_never_names(room, &IO);
        assert_never_names(room, &["crate::input", "crate::report", "crate::cli", "crate::config"]);
    }
}

#[test]
fn recoding_does_no_io() {
    assert_never_names("recode", &["std::fs", "std::net", "std::process", "std::env", "std::time"]);
    assert_never_names("recode", &["crate::config", "crate::cli"]);
}

#[test]
fn a_plan_is_plain_data_below_every_room_that_reads_or_follows_it() {
    assert_never_names("plan", &["std::fs", "std::net", "std::process", "std::env", "toml::", "clap"]);
    assert_never_names("plan", &["crate::config", "crate::cli", "crate::input", "crate::recode", "crate::scan"]);
}

#[test]
fn configuration_names_no_room_that_looks_at_data_and_no_command_line() {
    let rooms = ["input", "table", "recode", "scan", "cli", "report", "advice"];
    let names: Vec<String> = rooms.iter().map(|room| format!("crate::{room}")).collect();
    assert_never_names("config", &names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_never_names("config", &["clap"]);
}

#[test]
fn only_the_input_room_names_polars() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("src exists") {
        let name = entry.expect("src can be read").file_name().to_string_lossy().into_owned();
        if name != "input" {
            assert_never_names(&name, &["polars"]);
        }
    }
}

#[test]
fn reports_see_only_the_result() {
    let rooms = ["input", "table", "measure", "judge", "recode", "config", "cli", "scan"];
    let names: Vec<String> = rooms.iter().map(|room| format!("crate::{room}")).collect();
    assert_never_names("report", &names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn no_room_uses_ambient_randomness_or_unsafe_code() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("src exists") {
        let name = entry.expect("src can be read").file_name().to_string_lossy().into_owned();
        assert_never_names(&name, &["rand::rng()", "thread_rng", "from_os_rng", "unsafe {", "unsafe fn"]);
    }
}

/// The text between each pair of quotes of a line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[test]
fn every_reason_code_of_linkage_has_words() {
    // Names of single figures stand beside reasons.
    let figures = ["marketer", "journalist", "precision", "recall", "interval"];
    let marks = ["undefined(", "nothing(", "reason", "Some((", "then_some(("];
    let mut seen = 0;
    for path in sources(Path::new("src/measure/linkage")) {
        let shown = path.display().to_string();
        if ["test", "oracle", "example"].iter().any(|part| shown.contains(part)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("mod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("expect("));
        for line in lines {
            let is_marked = marks.iter().any(|mark| line.contains(mark));
            let is_word = |text: &str| !text.is_empty() && text.chars().all(|sign| sign.is_ascii_lowercase());
            let is_code = |text: &&str| {
                let is_kebab = text.contains('-') && text.split('-').all(is_word);
                (is_kebab || is_marked && is_word(text)) && !figures.contains(text)
            };
            for code in literals(line).filter(is_code) {
                seen += 1;
                assert!(reidrisk::result::undefined_in_words(code).is_some(), "`{code}` in {shown} has no words");
            }
        }
    }
    assert!(seen > 20, "only {seen} reason codes were found");
}
