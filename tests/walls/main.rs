//! The walls of the house: what a room must not name. `src/lib.rs` says why.

mod names;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use names::{Named, Source, files, named, sources};

/// What reads or writes outside the program, tells the time or looks at the environment.
const OUTSIDE: [&str; 9] = [
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::env",
    "std::time",
    "std::thread::sleep",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
];

/// Macros that write to the terminal.
const PRINTING: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];

/// What every module names.
static HOUSE: LazyLock<Vec<Named>> = LazyLock::new(|| named(&sources()));

/// A room, and the paths that it must not name.
struct Wall {
    rooms: &'static [&'static str],
    never: Vec<&'static str>,
}

/// Rooms that compute and nothing else.
const PURE: [&str; 8] = ["table", "tabular", "compare", "learn", "measure", "stats", "judge", "advice"];

fn walls() -> Vec<Wall> {
    let beyond = ["crate::input", "crate::report", "crate::cli", "crate::config", "crate::scan"];
    vec![
        Wall { rooms: &PURE, never: [&OUTSIDE[..], &PRINTING, &beyond].concat() },
        Wall { rooms: &["recode", "detect"], never: [&OUTSIDE[..], &PRINTING].concat() },
        Wall {
            rooms: &["recode", "detect"],
            never: vec!["crate::report", "crate::cli", "crate::config", "crate::scan", "crate::judge"],
        },
        Wall { rooms: &["table"], never: vec!["crate::measure", "crate::recode", "crate::judge", "crate::advice"] },
        Wall { rooms: &["measure"], never: vec!["crate::judge", "crate::advice"] },
        // A plan is plain data below every room that reads it in or follows it.
        Wall { rooms: &["plan"], never: vec!["std::fs", "std::env", "toml", "clap", "crate::recode"] },
        Wall { rooms: &["plan"], never: beyond.to_vec() },
        Wall {
            rooms: &["config"],
            never: vec!["crate::input", "crate::table", "crate::recode", "crate::scan", "crate::report", "clap"],
        },
        // What earlier runs said comes from their records alone.
        Wall {
            rooms: &["history"],
            never: vec![
                "crate::input",
                "crate::table",
                "crate::recode",
                "crate::measure",
                "crate::judge",
                "crate::config",
                "crate::scan",
                "crate::cli",
                "jiff::Timestamp::now",
                "std::env",
                "std::net",
                "std::process",
            ],
        },
        // Files for what is counted; nothing of people or of what is asked.
        Wall { rooms: &["spill"], never: [&PRINTING[..], &beyond].concat() },
        Wall { rooms: &["spill"], never: vec!["crate::measure", "crate::recode", "crate::judge", "crate::secret"] },
        Wall { rooms: &["result"], never: [&OUTSIDE[..], &PRINTING, &beyond].concat() },
    ]
}

/// Whether a path is `place` or leads into it.
fn leads_into(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_in(one: &Named, room: &str) -> bool {
    one.module.first().is_some_and(|first| first == room)
}

/// `module:line names path`, for every breach.
fn breaches(all: &[Named], breaks: impl Fn(&Named) -> bool) -> Vec<String> {
    let told = |one: &Named| format!("{}:{} names `{}`", one.module.join("::"), one.line, one.path);
    all.iter().filter(|one| breaks(one)).map(told).collect()
}

fn breaches_of(wall: &Wall, all: &[Named]) -> Vec<String> {
    breaches(all, |one| {
        wall.rooms.iter().any(|room| is_in(one, room)) && wall.never.iter().any(|place| leads_into(&one.path, place))
    })
}

fn names_polars(one: &Named) -> bool {
    one.path.starts_with("polars") && !is_in(one, "input") && !is_in(one, "output")
}

/// What a report may name of this crate: the result, how a name and a number are shown, the words of the field, what
/// is being written, and itself.
fn sees_more_than_the_result(one: &Named) -> bool {
    let known =
        ["crate::report", "crate::result", "crate::printable", "crate::number", "crate::glossary", "crate::unfinished"];
    is_in(one, "report")
        && one.path.starts_with("crate::")
        && !known.iter().any(|place| leads_into(&one.path, place))
        && !is_for_tests(one)
}

/// The results that tests of reports show are judged as those of a scan are, and tests ask how many cases they try; nothing but
/// tests has these modules.
fn is_for_tests(one: &Named) -> bool {
    let is_fixture = one.module.starts_with(&["report".to_owned(), "fixture".to_owned()]);
    (is_fixture && leads_into(&one.path, "crate::judge")) || leads_into(&one.path, "crate::tries")
}

fn is_left_to_chance(one: &Named) -> bool {
    ["rand::rng", "rand::random", "rand::thread_rng", "rand::rngs::ThreadRng", "rand::rngs::OsRng"]
        .iter()
        .any(|place| leads_into(&one.path, place))
        || one.path.ends_with("from_os_rng")
        || one.path.ends_with("from_entropy")
        || one.path == "unsafe" && one.module != MAPPED
}

/// The one module with unsafe code: files that are mapped.
const MAPPED: [&str; 2] = ["spill", "mapped"];

#[test]
fn every_wall_stands() {
    let broken: BTreeSet<String> = walls().iter().flat_map(|wall| breaches_of(wall, &HOUSE)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_input_and_output_name_polars() {
    let has_polars = HOUSE.iter().any(|one| is_in(one, "input") && one.path.starts_with("polars"));
    assert!(has_polars, "the library has its old name");
    assert_eq!(breaches(&HOUSE, names_polars), Vec::<String>::new());
}

#[test]
fn reports_see_only_the_result() {
    assert_eq!(breaches(&HOUSE, sees_more_than_the_result), Vec::<String>::new());
}

#[test]
fn no_room_uses_ambient_randomness_or_unsafe_code() {
    assert_eq!(breaches(&HOUSE, is_left_to_chance), Vec::<String>::new());
    assert!(HOUSE.iter().any(|one| one.path == "unsafe" && one.module == MAPPED), "what is exempt has another name");
}

/// Every room that a wall speaks of is there, and its files are read.
#[test]
fn every_walled_room_has_files() {
    let all = sources();
    let walls = walls();
    for room in walls.iter().flat_map(|wall| wall.rooms).chain(&["input", "report"]) {
        let files = all.iter().filter(|source| source.module.first().is_some_and(|first| first == room)).count();
        assert!(files > 1, "{room} has {files} files");
    }
}

#[test]
fn the_codes_of_a_column_are_seen_by_the_table_alone() {
    let text = fs::read_to_string("src/table/column.rs").unwrap();
    let file = syn::parse_file(&text).unwrap();
    let fields = file.items.iter().find_map(|item| match item {
        syn::Item::Struct(shape) if shape.ident == "Column" => Some(&shape.fields),
        _ => None,
    });
    let is_codes = |field: &&syn::Field| field.ident.as_ref().is_some_and(|name| name == "codes");
    let codes = fields.and_then(|fields| fields.iter().find(is_codes)).expect("a column has codes");
    let syn::Visibility::Restricted(seen) = &codes.vis else { panic!("the codes are seen everywhere, or nowhere") };
    let place: Vec<String> = seen.path.segments.iter().map(|part| part.ident.to_string()).collect();
    assert_eq!(place, ["crate", "table"]);
}

/// A house of few lines.
fn planted(files: &[(&str, &str)]) -> Vec<Named> {
    let source = |&(module, text): &(&str, &str)| Source {
        module: module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        text: text.to_owned(),
    };
    named(&files.iter().map(source).collect::<Vec<_>>())
}

#[test]
fn a_breach_is_found_however_it_is_written() {
    let ways = [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "use std as s; fn f() { s::env::var(\"A\"); }",
        "fn f() { std::time::Instant::now(); }",
        "fn f() -> std::io::Result<()> { Ok(()) }",
        "use jiff::Timestamp; fn f() { Timestamp::now(); }",
        "fn f() { assert!(std::env::var(\"A\").is_ok()); }",
        "fn f() { println!(\"a\"); }",
        "use crate::{config::Plan, table};",
        "use crate::config as settings;",
        "fn f(plan: &super::super::config::Plan) {}",
        "use super::super::input;",
        "mod inner { fn f() { super::super::super::cli::run(); } }",
        "fn f() { use crate::report::text; }",
        "use crate::result::Moved;",
        "use crate::result; fn f(_: result::Moved) {}",
        "use crate::result::deep::Again;",
    ];
    for way in ways {
        let all = planted(&[
            ("measure::one", way),
            ("measure", "mod one;"),
            ("result", "pub mod deep; pub use crate::config::Plan as Moved;"),
            ("result::deep", "pub use super::Moved as Again;"),
        ]);
        let found = breaches_of(&walls()[0], &all);
        assert!(found.iter().any(|breach| breach.starts_with("measure::one")), "not found: {way}");
    }
}

#[test]
fn what_keeps_to_the_walls_is_no_breach() {
    let text = "
        //! Speaks of std::fs and crate::config.
        use std::fmt; use crate::table::Table; mod config; use config::Local;
        fn f() -> &'static str { let time = 1; assert_eq!(time, 1, \"std::env\"); \"crate::input\" }
        fn g(_: self::config::Local, _: super::Other) {}
    ";
    assert_eq!(breaches_of(&walls()[0], &planted(&[("measure::one", text)])), Vec::<String>::new());
}

#[test]
fn breaches_of_the_other_walls_are_found() {
    let polars = planted(&[("scan", "fn f() { polars_core::prelude::DataFrame::default(); }")]);
    assert_eq!(breaches(&polars, names_polars).len(), 1);
    let report = planted(&[("report::text", "use crate::result::Role; use super::super::table::Table;")]);
    assert_eq!(breaches(&report, sees_more_than_the_result), ["report::text:1 names `crate::table::Table`"]);
    let chance = planted(&[("stats", "fn f() { rand::rng(); unsafe { g() } }")]);
    assert_eq!(breaches(&chance, is_left_to_chance).len(), 2);
}

/// The text between each pair of quotes of a line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[test]
fn every_reason_code_of_linkage_has_words() {
    // Names of single figures stand beside reasons.
    let figures = ["marketer", "journalist", "precision", "recall", "interval"];
    let marks = ["undefined(", "nothing(", "without_rate(", "reason", "Some((", "then_some(("];
    let mut seen = 0;
    for path in files(Path::new("src/measure/linkage")) {
        let shown = path.display().to_string();
        if ["test", "oracle", "example", "entry"].iter().any(|part| shown.contains(part)) {
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
