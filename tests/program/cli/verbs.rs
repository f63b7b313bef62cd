//! The verbs beside `scan`: what they print, what they write, and how they end.

use serde_json::Value;

use super::desk::{assert_golden, people, run};
use crate::support::{Bench, Ended};

fn bench() -> Bench {
    let bench = Bench::new();
    people(&bench, 40);
    bench
}

fn document(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended}");
    serde_json::from_str(&ended.stdout).expect("one JSON document")
}

fn roles(ended: &Ended) -> Vec<(String, String, bool)> {
    let document = document(ended);
    let columns = document["dataset"]["columns"].as_array().expect("columns").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let guessed = |column: &Value| column["guessed"].as_bool().expect("a flag");
    columns.iter().map(|column| (text(&column["name"]), text(&column["role"]), guessed(column))).collect()
}

#[test]
fn inspect_tells_columns_roles_and_reasons() {
    assert_golden("inspect", &run(&bench(), &["inspect", "people.csv"]));
    assert_golden("inspect_narrow", &run(&bench(), &["COLUMNS=50", "inspect", "people.csv"]));
    assert_golden("inspect_md", &run(&bench(), &["inspect", "people.csv", "--format", "md"]));
    assert_golden("help_inspect", &run(&bench(), &["inspect", "--help"]));
}

#[test]
fn advise_tells_what_it_takes() {
    assert_golden("help_advise", &run(&bench(), &["advise", "--help"]));
}

#[test]
fn inspect_follows_the_configuration_and_the_flags() {
    let bench = bench();
    bench.write("reidrisk.toml", "[subject]\ncolumn = \"card\"\n[columns.age]\nrole = \"quasi-identifier\"\n");
    let found = roles(&run(&bench, &["inspect", "people.csv", "--format", "json", "--sensitive", "memo"]));
    let expected = [("card", "subject"), ("district", "ignore"), ("age", "quasi-identifier"), ("memo", "sensitive")];
    let expected = expected.map(|(name, role)| (name.to_owned(), role.to_owned(), false));
    assert_eq!(found, expected);
    let ended = run(&bench, &["inspect", "people.csv", "--format", "json", "--coarsen", "age=round:10"]);
    let age = document(&ended)["dataset"]["columns"][2].clone();
    assert_eq!((age["distinct"].as_u64(), age["constant_per_subject"].as_bool()), (Some(1), Some(true)), "{age}");
}

#[test]
fn inspect_holds_neither_risk_nor_verdict() {
    let document = document(&run(&bench(), &["inspect", "people.csv", "--format", "json"]));
    let members: Vec<&String> = document.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["dataset", "schema_version", "tool"]);
}

#[test]
fn init_writes_the_guess_as_declared_roles_that_check_and_scan_accept() {
    let bench = bench();
    let guessed = roles(&run(&bench, &["inspect", "people.csv", "--format", "json"]));
    assert_golden("init", &run(&bench, &["init", "people.csv"]));
    let checked = run(&bench, &["check"]);
    assert_eq!(checked.code, Some(0), "{checked}");
    let declared = roles(&run(&bench, &["inspect", "people.csv", "--format", "json"]));
    let declared_now: Vec<_> = guessed.into_iter().map(|(name, role, _)| (name, role, false)).collect();
    assert_eq!(declared, declared_now);
    let scanned = run(&bench, &["scan", "people.csv", "--format", "json"]);
    let result: Value = serde_json::from_str(&scanned.stdout).expect("the result is JSON");
    assert_ne!(result["verdict"]["outcome"], "review", "nothing is guessed any more\n{scanned}");
    assert_eq!(result["policy"]["name"], "default");
}

#[test]
fn init_never_overwrites() {
    let bench = bench();
    bench.write("reidrisk.toml", "# mine\n");
    assert_golden("init_exists", &run(&bench, &["init", "people.csv"]));
    assert_eq!(std::fs::read(bench.input("reidrisk.toml")).expect("it is there"), b"# mine\n");
    let elsewhere = run(&bench, &["init", "people.csv", "--config", "new/x.toml"]);
    assert_eq!(elsewhere.code, Some(3), "a folder that is not there\n{elsewhere}");
    let elsewhere = run(&bench, &["init", "people.csv", "--output", "x.toml"]);
    assert_eq!(elsewhere.code, Some(0), "{elsewhere}");
    let names: Vec<_> = std::fs::read_dir(bench.input("")).expect("a folder").flatten().collect();
    assert_eq!(names.len(), 3, "no temporary file stays: {names:?}");
}

#[test]
fn init_writes_to_standard_output_when_asked_and_for_standard_input() {
    let bench = bench();
    assert_golden("init_text", &run(&bench, &["init", "people.csv", "--output", "-", "--delimiter", ","]));
    assert!(!bench.input("reidrisk.toml").exists());
}

#[test]
fn check_looks_into_the_files_that_are_named() {
    let bench = bench();
    let map = |from: &str| {
        format!("[subject]\ncolumn = \"card\"\nmap = {{ file = \"m.csv\", from = \"{from}\", to = \"b\" }}\n")
    };
    bench.write("reidrisk.toml", map("a"));
    let absent = run(&bench, &["check"]);
    assert_eq!(absent.code, Some(3), "{absent}");
    assert!(absent.stderr.contains("m.csv") && absent.stderr.contains("hint: "), "{absent}");
    bench.write("m.csv", "a,b\nc1,p1\nc2,p1\n");
    assert_eq!(run(&bench, &["check"]).code, Some(0));
    bench.write("reidrisk.toml", map("c"));
    let wrong = run(&bench, &["check"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    assert!(wrong.stderr.contains("subject map `m.csv` has no column `c`"), "{wrong}");
    bench.write("reidrisk.toml", "[columns.age]\nrole = \"quasi-identifier\"\ncoarsen = \"hierarchy:m.csv:7\"\n");
    let level = run(&bench, &["check"]);
    assert_eq!(level.code, Some(2), "{level}");
    assert!(level.stderr.contains("m.csv") && level.stderr.contains('7'), "{level}");
}

#[test]
fn completions_and_manual_know_every_verb() {
    let bench = Bench::new();
    let verbs = ["scan", "report", "inspect", "init", "check", "schema", "completions", "man"];
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ended = run(&bench, &["completions", shell]);
        assert_eq!(ended.code, Some(0), "{ended}");
        for verb in verbs {
            assert!(ended.stdout.contains(verb), "{verb} in {shell}");
        }
        assert!(ended.stdout.contains("coarsen"), "flags in {shell}");
    }
    let manual = run(&bench, &["man"]).stdout;
    assert!(manual.contains(".TH") && manual.contains("internal error (a bug)"), "{manual}");
    assert!(verbs.iter().all(|verb| manual.contains(verb)), "{manual}");
    let scan = run(&bench, &["man", "scan"]).stdout;
    let title = format!(".TH reidrisk-scan 1  \"reidrisk {}\"", env!("CARGO_PKG_VERSION"));
    assert!(scan.contains(&title), "{scan}");
    assert!(scan.contains("\\-\\-coarsen") && scan.contains("\\-\\-quiet"), "{scan}");
    let unknown = run(&bench, &["man", "scam"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
    assert!(unknown.stderr.contains("did you mean `scan`?"), "{unknown}");
    assert_eq!(run(&bench, &["completions", "tcsh"]).code, Some(2));
}

#[test]
fn a_stored_result_is_rendered_in_every_format_without_the_data() {
    let bench = bench();
    let words = ["scan", "people.csv", "--subject", "card", "--quasi", "district", "--k", "21", "--out", "runs"];
    let scanned = run(&bench, &[&words[..], &["--format", "md", "--emit", "csv,md,svg"]].concat());
    assert_eq!(scanned.code, Some(1), "{scanned}");
    let home = bench.input("runs/people");
    let latest = std::fs::read_to_string(home.join("latest")).expect("the newest run");
    let folder = home.join(latest.trim());
    std::fs::remove_file(bench.input("people.csv")).expect("the data goes");
    let stored = folder.to_str().expect("a path is text");
    let report = |format: &str| {
        let ended = run(&bench, &["report", stored, "--format", format]);
        assert_eq!(ended.code, Some(0), "{ended}");
        ended.stdout
    };
    assert_eq!(report("md"), scanned.stdout, "the same Markdown as the scan");
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a view");
    assert_eq!(
        (report("md"), report("csv"), report("json")),
        (file("summary.md"), file("summary.csv"), file("result.json"))
    );
    assert!(report("github").starts_with("::error file=people.csv,title=reidrisk FAIL::"));
    assert!(report("text").contains("FAIL") && report("html").contains("</html>"));
    let again = run(&bench, &["report", stored, "--emit", "html,svg,csv,md,json", "--out", "again"]);
    assert_eq!(again.code, Some(0), "{again}");
    for name in ["summary.md", "summary.csv", "result.json"] {
        assert_eq!(std::fs::read_to_string(bench.input("again").join(name)).expect("a view"), file(name), "{name}");
    }
    assert!(bench.input("again/plots").is_dir() && bench.input("again/index.html").is_file());
}

#[test]
fn a_result_of_another_major_version_is_refused_in_one_sentence() {
    let bench = Bench::new();
    bench.write("result.json", "{\"schema_version\": \"2.0.0\"}");
    for format in ["text", "json", "md", "github", "csv", "html"] {
        let ended = run(&bench, &["report", "result.json", "--format", format]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{ended}");
        let errors = ended.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert!(errors == 1 && ended.stderr.contains("schema version 2.0.0"), "{ended}");
    }
}

#[test]
fn a_report_for_the_inside_is_stamped_and_only_its_owner_may_read_it() {
    let bench = bench();
    let words = [
        "scan",
        "people.csv",
        "--subject",
        "card",
        "--quasi",
        "district",
        "--sensitive",
        "age,memo",
        "--audience",
        "internal",
    ];
    let ended = run(&bench, &[&words[..], &["--emit", "html,png,svg,json,csv,md", "--out", "runs"]].concat());
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.stdout.starts_with("RESTRICTED: "), "{ended}");
    let home = bench.input("runs/people");
    let latest = std::fs::read_to_string(home.join("latest")).expect("the newest run");
    let folder = home.join(latest.trim());
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a view");
    assert!(file("summary.md").contains("RESTRICTED") && file("summary.csv").contains("RESTRICTED"));
    let result: Value = serde_json::from_str(&file("result.json")).expect("the result is JSON");
    assert_eq!(result["run"]["audience"], "internal");
    assert_modes(&folder, 0o600);
    bench.write("reidrisk.toml", "[scan]\naudience = \"internal\"\n");
    let again = run(&bench, &["scan", "people.csv", "--subject", "card", "--quasi", "district"]);
    assert!(again.stdout.starts_with("RESTRICTED: "), "the configuration says it as well\n{again}");
    let over =
        run(&bench, &["scan", "people.csv", "--subject", "card", "--quasi", "district", "--audience", "overview"]);
    assert!(!over.stdout.contains("RESTRICTED"), "{over}");
}

/// Asserts the rights of every file in a folder, and that the folders are closed to others.
#[cfg(unix)]
fn assert_modes(folder: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let mut files = 0;
    let found = folder.metadata().expect("its rights").permissions().mode() & 0o777;
    assert_eq!(found, 0o700, "{}", folder.display());
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_modes(&path, mode);
        } else {
            let found = path.metadata().expect("its rights").permissions().mode() & 0o777;
            assert_eq!(found, mode, "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 0, "there are files");
}

#[cfg(not(unix))]
fn assert_modes(_folder: &std::path::Path, _mode: u32) {}

#[test]
fn a_scan_says_what_to_type_next() {
    let bench = bench();
    let ended = run(&bench, &["scan", "people.csv"]);
    assert!(ended.stdout.contains("\nnext    reidrisk init people.csv    to confirm roles and limits\n"), "{ended}");
    bench.write("two words.csv", "card,district\nc1,d1\n");
    let ended = run(&bench, &["scan", "two words.csv"]);
    assert!(ended.stdout.contains("\nnext    reidrisk init 'two words.csv' "), "{ended}");
    let declared = run(&bench, &["scan", "people.csv", "--subject", "card", "--quasi", "district"]);
    assert!(!declared.stdout.contains("reidrisk init"), "{declared}");
}

#[test]
fn compare_tells_what_is_new_and_ends_with_one_where_something_is_worse() {
    let bench = bench();
    let scan = |out: &str, further: &[&str]| {
        let all = [&["scan", "people.csv", "--subject", "card", "--quasi", "district", "--ignore", "memo"], further];
        run(&bench, &[&all.concat()[..], &["--out", out, "--emit", "json"]].concat());
        let latest = std::fs::read_to_string(bench.input(out).join("people/latest")).expect("a run");
        format!("{out}/people/{}", latest.trim())
    };
    let (coarse, fine) = (scan("one", &["--ignore", "age"]), scan("two", &["--quasi", "age", "--k", "41"]));
    let same = run(&bench, &["compare", &coarse, &coarse]);
    assert_eq!(same.code, Some(0), "{same}");
    assert!(same.stdout.contains("Not worse"), "{same}");
    assert_eq!(run(&bench, &["compare", &coarse, &coarse, "-q"]).stdout, "");
    let worse = run(&bench, &["compare", &coarse, &fine]);
    assert_eq!(worse.code, Some(1), "{worse}");
    assert!(worse.stdout.contains("New findings") && worse.stdout.contains("`policy.k` was 5 and is 41"), "{worse}");
    assert!(worse.stdout.contains("column `age` was ignore and is quasi-identifier"), "{worse}");
    let told: Value =
        serde_json::from_str(&run(&bench, &["compare", &coarse, &fine, "--format", "json"]).stdout).expect("JSON");
    assert_eq!(told["findings"][0]["state"], "new");
    let schema: Value = serde_json::from_str(&run(&bench, &["schema", "comparison"]).stdout).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&told));
    let back = run(&bench, &["compare", &fine, &coarse]);
    assert_eq!(back.code, Some(0), "{back}");
    assert!(back.stdout.contains("Findings that are gone"), "{back}");
    assert_eq!(run(&bench, &["compare", &coarse, "people.csv"]).code, Some(3));
    assert_eq!(run(&bench, &["compare", &coarse, &fine, "--least-change", "2"]).code, Some(2));
}
