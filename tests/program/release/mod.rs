//! `release` writes what passes and nothing else; `verify` (in `verify.rs`) knows its bytes again.

mod again;
mod aside;
mod formats;
mod kept;
mod robust;
mod rotate;
mod suppress;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{BINARY, Bench, CANARY, Ended, repository_file};

/// 120 customers of three cards each: age bands and towns of at least five people, one amount each that is not to leave.
fn extract() -> String {
    let mut text = String::from("customer,card,age,town,note,total\n");
    for record in 0..360 {
        let customer = record % 120;
        writeln!(
            text,
            "{CANARY}-{customer:03},{CANARY}-card-{record},{},town{},{CANARY} said {record},{}",
            20 + customer % 40,
            customer % 4,
            customer % 3
        )
        .expect("memory takes text");
    }
    text
}

/// The roles of the released file, without a treatment: it holds it.
const PLAIN: &str = "[subject]\ncolumn = \"customer\"\n[columns.age]\nrole = \"quasi-identifier\"\n[columns.town]\n\
                     role = \"quasi-identifier\"\n[columns.total]\nrole = \"sensitive\"\n";

const CONFIG: &str = r#"
[subject]
column = "customer"
[columns.age]
role = "quasi-identifier"
coarsen = "bins:30,40,50"
[columns.town]
role = "quasi-identifier"
[columns.total]
role = "sensitive"
[columns.card]
role = "direct-identifier"
[columns.note]
role = "ignore"
[recipient]
name = "Shop"
purpose = "offers"
ends = "2999-06-30"
"#;

/// A key of 32 different bytes.
fn key(first: u8) -> [u8; 32] {
    std::array::from_fn(|place| first.wrapping_add(u8::try_from(place).expect("small")))
}

/// A bench with the extract and its configuration.
fn bench_with(config: &str) -> Bench {
    let bench = Bench::new();
    bench.write("cards.csv", extract());
    bench.write("reidrisk.toml", config);
    bench
}

fn run(bench: &Bench, verb: &str, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.current_dir(bench.input("")).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").arg(verb).args(arguments);
    bench.run(command, b"")
}

fn released(bench: &Bench, to: &str) -> PathBuf {
    bench.input(to).join(format!("{to}.csv"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("the file is text")
}

/// Every path below a folder.
fn everything(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.insert(path);
    }
    found
}

#[test]
fn what_passes_is_written_and_holds_nothing_that_was_to_stay() {
    let bench = bench_with(CONFIG);
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let names: Vec<String> = everything(&bench.input("leaving"))
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["certificate.html", "leaving.csv", "release.json"]);
    for path in everything(&bench.input("leaving")) {
        assert!(!text(&path).contains(CANARY), "{}", path.display());
    }
    let lines: Vec<String> = text(&released(&bench, "leaving")).lines().map(str::to_owned).collect();
    assert_eq!((lines[0].as_str(), lines.len()), ("customer,age,town,total", 361));
    assert!(lines[1..].iter().all(|line| line.contains(",<30,") || line.contains(",\"[") || line.contains(",>=50,")));
}

#[test]
fn a_fresh_scan_of_the_written_file_gives_the_certified_figures() {
    let bench = bench_with(CONFIG);
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "leaving"]).code, Some(0));
    let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
    bench.write("plain.toml", PLAIN);
    let file = released(&bench, "leaving");
    let config = bench.input("plain.toml");
    let arguments = [file.to_str().expect("text"), "--config", config.to_str().expect("text")];
    let ended = bench.scan(arguments);
    assert_eq!(ended.code, Some(0), "{ended}");
    let result = bench.result();
    assert!(certificate["figures"].as_array().is_some_and(|figures| figures.len() > 10));
    assert_eq!(certificate["figures"], result["figures"]);
    assert_eq!(certificate["files"][0]["sha256"], result["dataset"]["files"][0]["sha256"]);

    let schema = fs::read_to_string(repository_file("docs/release.schema.json")).expect("the schema");
    let printed = Command::new(BINARY).args(["schema", "certificate"]).output().expect("the binary runs");
    assert!(
        String::from_utf8_lossy(&printed.stdout) == schema,
        "`reidrisk schema certificate > docs/release.schema.json`"
    );
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    assert!(validator.is_valid(&certificate));
    let mut other = certificate.clone();
    other["outcome"] = "harmless".into();
    assert!(!validator.is_valid(&other));
}

#[test]
fn what_does_not_pass_is_not_written() {
    for (from, to, code) in [
        ("bins:30,40,50", "round:1", "small-class"),
        ("[columns.note]\nrole = \"ignore\"", "[columns.note]\nrole = \"quasi-identifier\"", "high-unicity"),
        ("ends = \"2999-06-30\"", "ends = \"2020-06-30\"", "agreement-ended"),
        ("purpose = \"offers\"\n", "", "purpose-missing"),
        ("purpose = \"offers\"", "purpose = \"offers\"\nforbidden_columns = [\"town\"]", "forbidden-column"),
    ] {
        assert!(CONFIG.contains(from));
        let bench = bench_with(&CONFIG.replace(from, to));
        let before = everything(&bench.input(""));
        let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
        assert_eq!(ended.code, Some(1), "{code}\n{ended}");
        assert!(ended.stdout.contains(code) && ended.stdout.contains("nothing was written"), "{ended}");
        assert_eq!(everything(&bench.input("")), before, "{code}");
        assert!(!ended.stdout.contains(CANARY) && !ended.stderr.contains(CANARY));
    }
}

#[test]
fn a_review_leaves_only_with_a_name_behind_it() {
    // A sensitive column that nearly shows who somebody is needs a reason, or a look.
    let config = CONFIG.replace("[columns.note]\nrole = \"ignore\"", "[columns.note]\nrole = \"sensitive\"");
    for (flags, code) in [
        (&[][..], Some(1)),
        (&["--allow-review"], Some(1)),
        (&["--approved-by", "dpo"], Some(1)),
        (&["--allow-review", "--approved-by", "dpo"], Some(0)),
    ] {
        let bench = bench_with(&config);
        let arguments = [&["cards.csv", "--to", "leaving"], flags].concat();
        let ended = run(&bench, "release", &arguments);
        assert_eq!(ended.code, code, "{flags:?}\n{ended}");
        assert_eq!(bench.input("leaving").exists(), code == Some(0));
    }
}

/// A limit on a figure that nobody measured is no smaller than any limit.
#[test]
fn what_is_unknown_refuses_whatever_threshold_and_approval_say() {
    let bench = bench_with(&format!("{CONFIG}[policy]\nmax_linked_share = 0.1\n"));
    for fail_on in ["low", "high", "critical"] {
        let flags = ["cards.csv", "--to", "leaving", "--allow-review", "--approved-by", "dpo", "--fail-on", fail_on];
        let ended = run(&bench, "release", &flags);
        assert_eq!(ended.code, Some(1), "{fail_on}\n{ended}");
        assert!(ended.stdout.contains("unknown-risk") && !bench.input("leaving").exists(), "{ended}");
    }
}

#[test]
fn a_column_that_is_dropped_may_be_absent_and_no_other() {
    let town = "[columns.town]\nrole = \"quasi-identifier\"";
    let dropped = CONFIG.replace(town, &format!("{town}\ncoarsen = \"drop\""));
    for (config, code) in [(dropped.as_str(), 0), (CONFIG, 2)] {
        let bench = bench_with(config);
        let whole = extract();
        let absent = whole.lines().map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.remove(3);
            cells.join(",") + "\n"
        });
        bench.write("cards.csv", absent.collect::<String>());
        let ended = run(&bench, "release", &["cards.csv", "--to", "out"]);
        assert_eq!(ended.code, Some(code), "{ended}");
        assert_eq!(bench.input("out").exists(), code == 0);
    }
}

#[test]
fn nothing_is_replaced_and_guessed_roles_are_refused() {
    let bench = bench_with(CONFIG);
    fs::create_dir(bench.input("there")).expect("a folder");
    let ended = run(&bench, "release", &["cards.csv", "--to", "there"]);
    bench.assert_refused(&ended, 3, &["exists", "--to"]);
    bench.write("short.key", "0123456789");
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving", "--key", "short.key"]);
    bench.assert_refused(&ended, 2, &["10 bytes", "at least 16"]);
    bench.write("weak.key", "aaaaaaaaaaaaaaaabbbb");
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving", "--key", "weak.key"]);
    bench.assert_refused(&ended, 2, &["fewer than 8 different bytes", "/dev/urandom"]);
    fs::copy(bench.input("cards.csv"), bench.input("copy.key")).expect("a file");
    for file in ["cards.csv", "copy.key"] {
        let ended = run(&bench, "release", &["cards.csv", "--to", "leaving", "--key", file]);
        bench.assert_refused(&ended, 2, &["key file is a file of the extract", "/dev/urandom"]);
    }
    fs::remove_file(bench.input("reidrisk.toml")).expect("a file");
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    bench.assert_refused(&ended, 2, &["guessed", "reidrisk init"]);
    assert!(!bench.input("leaving").exists());
}

#[test]
fn the_same_key_gives_the_same_bytes_whatever_the_order_and_the_threads() {
    let bench = bench_with(CONFIG);
    bench.write("release.key", key(7));
    let mut lines: Vec<String> = extract().lines().map(str::to_owned).collect();
    let mut expected = None;
    for (to, threads) in [("a", "1"), ("b", "2"), ("c", "8")] {
        lines[1..].rotate_left(77);
        lines[1..].reverse();
        bench.write("cards.csv", lines.join("\n") + "\n");
        let ended = run(&bench, "release", &["cards.csv", "--to", to, "--key", "release.key", "--threads", threads]);
        assert_eq!(ended.code, Some(0), "{ended}");
        let bytes = text(&released(&bench, to));
        assert_eq!(*expected.get_or_insert(bytes.clone()), bytes, "{to}");
    }
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "d"]).code, Some(0));
    assert_ne!(expected, Some(text(&released(&bench, "d"))), "a key of its own gives other pseudonyms");
}

#[test]
fn cards_of_one_person_get_one_pseudonym() {
    let bench = bench_with(
        &CONFIG
            .replace(
                "[subject]\ncolumn = \"customer\"",
                "[subject]\ncolumn = \"card\"\nmap = { file = \"map.csv\", from = \"card\", to = \"customer\" }",
            )
            .replace(
                "[columns.card]\nrole = \"direct-identifier\"",
                "[columns.customer]\nrole = \"direct-identifier\"",
            ),
    );
    let mut map = String::from("card,customer\n");
    for record in 0..360 {
        writeln!(map, "{CANARY}-card-{record},{CANARY}-{:03}", record % 120).expect("memory takes text");
    }
    bench.write("map.csv", map);
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let leaving = text(&released(&bench, "leaving"));
    let persons: BTreeSet<&str> = leaving.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(persons.len(), 120);
}

#[test]
fn subjects_without_consent_are_left_out_where_the_configuration_says_so() {
    let consent = |missing: &str| {
        let line = format!("consent = {{ file = \"consent.csv\", column = \"customer\"{missing} }}\nends =");
        // Without them some classes hold four people.
        format!("{}[policy]\nk = 4\n", CONFIG.replace("ends =", &line))
    };
    for (missing, code) in [("", 1), (", missing = \"refuse\"", 1), (", missing = \"leave-out\"", 0)] {
        let bench = bench_with(&consent(missing));
        // Everybody but the last twenty.
        let register: Vec<String> = (0..100).map(|customer| format!("{CANARY}-{customer:03}")).collect();
        bench.write("consent.csv", format!("customer\n{}\n", register.join("\n")));
        let scanned = run(&bench, "scan", &["cards.csv", "--out", "reports", "--emit", "json"]);
        assert!(
            scanned.code == Some(1) && scanned.stdout.contains("consent-missing"),
            "the file holds them\n{scanned}"
        );
        let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
        assert_eq!(ended.code, Some(code), "{missing}\n{ended}");
        if code == 1 {
            assert!(ended.stdout.contains("consent-missing"), "{ended}");
            continue;
        }
        assert_eq!(text(&released(&bench, "leaving")).lines().count(), 301);
        let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
        let left_out = &certificate["left_out"];
        assert_eq!(
            (&left_out["subjects_without_consent"], &left_out["records_without_consent"]),
            (&20.into(), &60.into())
        );
        assert_eq!(certificate["recipient"]["consent"]["without_consent"], 0);
    }
}

/// Customers of whom the records of several accounts are one, declared as if every record or account were a person.
const SEVERAL: [(&str, &str); 5] = [
    ("none = true", "[columns.customer]\nrole = \"ignore\"\n"),
    ("none = true", ""),
    ("none = true", "[columns.customer]\nrole = \"direct-identifier\"\n"),
    ("column = \"card\"", "[columns.customer]\nrole = \"ignore\"\n"),
    ("column = \"card\"", ""),
];

#[test]
fn records_of_people_who_stay_behind_are_no_people_of_their_own() {
    for (subject, customer) in SEVERAL {
        let bench = Bench::new();
        let mut text = "customer,card,town,year\n".to_owned();
        for card in 0..120 {
            writeln!(text, "{CANARY}{0},{card},town{1},{2}", card / 5, card / 5 % 6, 1990 + card / 5 % 6)
                .expect("memory takes text");
        }
        bench.write("cards.csv", text);
        let others = ["town", "year"].map(|name| format!("[columns.{name}]\nrole = \"quasi-identifier\"\n")).concat();
        let config = format!("[subject]\n{subject}\n{customer}{others}");
        let code = if subject.starts_with("none") { "no-subject" } else { "worse-subject" };
        bench.write("reidrisk.toml", &config);
        let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
        assert!(ended.code == Some(1) && ended.stdout.contains(code), "{config}\n{ended}");
        assert!(!bench.input("leaving").exists(), "{config}");
        let ended = run(&bench, "advise", &["cards.csv"]);
        assert!(ended.code == Some(1) && !ended.stdout.contains("may leave"), "{config}\n{ended}");
        // Who says why leaves; with a person's word, the certificate says that it is one.
        bench.write("reidrisk.toml", config.replace(subject, &format!("{subject}\nreason = \"agreed\"")));
        let ended = run(&bench, "release", &["cards.csv", "--to", "reasoned"]);
        assert_eq!(ended.code, Some(0), "{config}\n{ended}");
        bench.write("reidrisk.toml", &config);
        let approved = ["cards.csv", "--to", "approved", "--allow-review", "--approved-by", "B. Officer"];
        let ended = run(&bench, "release", &approved);
        assert!(ended.code == Some(0) && ended.stdout.contains("approved by B. Officer: "), "{config}\n{ended}");
        let certificate: Value = serde_json::from_str(&text_of(&bench, "approved/release.json")).expect("JSON");
        assert_eq!(certificate["outcome"], "review", "{config}");
        let ended = run(&bench, "verify", &["approved/approved.csv", "--certificate", "approved/release.json"]);
        assert!(ended.code == Some(0) && ended.stdout.contains("REVIEW, approved by a person"), "{ended}");
    }
}

fn text_of(bench: &Bench, name: &str) -> String {
    text(&bench.input(name))
}

/// Killed at many moments: a folder under the final name is whole and verifies, or there is none; no key is left.
#[cfg(unix)]
#[test]
fn a_release_that_is_killed_leaves_a_whole_folder_or_none() {
    let bench = bench_with(CONFIG);
    for delay in (0..300).step_by(3) {
        let to = format!("at{delay}");
        let mut command = Command::new(BINARY);
        command.current_dir(bench.input("")).args(["release", "cards.csv", "--to", &to]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(delay));
        child.kill().expect("a child that was not waited for can be killed");
        child.wait().expect("the program can be waited for");
        if bench.input(&to).exists() {
            let (file, certificate) = (format!("{to}/{to}.csv"), format!("{to}/release.json"));
            assert_eq!(run(&bench, "verify", &[&file, "--certificate", &certificate]).code, Some(0), "{delay}");
        }
    }
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "last"]).code, Some(0));
    let hidden = everything(&bench.input("")).into_iter().filter(|path| {
        let folder = path.parent().unwrap_or(path);
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".partial-"))
    });
    assert_eq!(hidden.count(), 0, "the next release removes what the killed ones wrote");
}

/// A cell as people type it: with blanks, quotes, delimiters and line ends.
fn cells() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "a,b", "say \"hi\"", "two\nlines", "", "007", "7", "7.0", "=1+1", "é"])
        .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// The released records are those of the extract, subjects renamed one to one.
    #[test]
    fn without_rules_the_records_are_the_same_up_to_names(
        rows in prop::collection::vec((0_u32..6, cells(), cells()), 5..40)
    ) {
        let bench = Bench::new();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["who", "x", "y"]).expect("memory takes text");
        for (who, x, y) in &rows {
            writer.write_record([&format!("s{who}"), x, y]).expect("memory takes text");
        }
        bench.write("t.csv", writer.into_inner().expect("memory takes text"));
        let config = "[subject]\ncolumn = \"who\"\n[columns.x]\nrole = \"quasi-identifier\"\ntype = \"text\"\n\
                      [columns.y]\nrole = \"quasi-identifier\"\ntype = \"text\"\n[policy]\nk = 2\n";
        bench.write("reidrisk.toml", config);
        let ended = run(&bench, "release", &["t.csv", "--to", "leaving", "--allow-review", "--approved-by", "x", "--fail-on", "critical"]);
        prop_assume!(ended.code == Some(0));
        let mut leaving: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let bytes = fs::read(released(&bench, "leaving")).expect("the released file");
        for record in csv::Reader::from_reader(bytes.as_slice()).records() {
            let record = record.expect("well-formed");
            leaving.entry(record[0].to_owned()).or_default().push((record[1].to_owned(), record[2].to_owned()));
        }
        let mut original: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
        for (who, x, y) in rows.iter().filter(|(_, x, y)| !(x.is_empty() && y.is_empty())) {
            original.entry(*who).or_default().push((x.clone(), y.clone()));
        }
        let sorted = |histories: Vec<Vec<(String, String)>>| {
            let mut histories: Vec<_> = histories.into_iter().map(|mut history| { history.sort(); history }).collect();
            histories.sort();
            histories
        };
        prop_assert_eq!(sorted(leaving.into_values().collect()), sorted(original.into_values().collect()));
    }
}
