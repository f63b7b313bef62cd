//! What did not change is not computed again, and whatever changed is.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sha2::Digest as _;

use crate::world::{PASSES, World, json, people};

/// The run whose figures the second of two nights has, if it computed nothing.
fn same_as(world: &World, arguments: &[&str]) -> Option<String> {
    let night = world.nightly(arguments);
    let dataset = &night.report["datasets"][0];
    dataset["same_as"].as_str().map(str::to_owned)
}

/// The folder of the newest result.
fn newest(world: &World, dataset: &str) -> PathBuf {
    let home = world.path("out").join(dataset);
    home.join(fs::read_to_string(home.join("latest")).expect("a name").trim())
}

#[test]
fn an_unchanged_dataset_is_recorded_and_not_computed_with_the_exit_code_of_the_earlier_run() {
    let world = World::new();
    world.failing("b");
    let first = world.nightly(&["b/reidrisk.toml"]);
    let run = first.of("b")["run"].as_str().expect("a run").to_owned();
    for night in 0..3 {
        let again = world.nightly(&["b/reidrisk.toml"]);
        assert_eq!(
            (again.code, &again.of("b")["same_as"]),
            (Some(1), &Value::from(run.clone())),
            "{night}: {}",
            again.stderr
        );
        assert_eq!(again.of("b")["verdict"], "fail");
    }
    let records = world.records("b");
    assert_eq!(records.len(), 4);
    assert!(records[1..].iter().all(|record| record["same_as"] == *run && record["exit_code"] == 1));
    assert!(records[1..].iter().all(|record| record["figures"] == records[0]["figures"]));
    let verified = world.command(["history", "b", "--out", "out", "--verify"]).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    assert_eq!(same_as(&world, &["b/reidrisk.toml", "--force"]), None);
}

#[test]
fn a_collector_learns_of_a_night_on_which_nothing_was_computed() {
    let world = World::new();
    world.passing("a");
    let ended = |folder: &str| {
        let text = fs::read_to_string(world.path("out").join(folder).join("reidrisk.prom")).expect("figures");
        let line = text.lines().find(|line| line.starts_with("reidrisk_last_run_timestamp_seconds{")).expect("a time");
        line.rsplit(' ').next().expect("a value").parse::<f64>().expect("a number")
    };
    let night = || {
        world.nightly(&["a/reidrisk.toml", "--emit", "prom"]).of("a")["folder"].as_str().expect("a folder").to_owned()
    };
    let first = night();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let second = night();
    assert_ne!(first, second);
    assert!(ended(&second) > ended(&first));
}

/// What happens between two nights; the flags of the second one.
type Change = Box<dyn Fn(&World) -> Vec<String>>;

/// Every way in which something may have changed: each is computed again, and nothing but it.
#[test]
#[expect(clippy::too_many_lines, reason = "a list of changes")]
fn whatever_changed_is_computed_again() {
    let rules = format!(
        "{PASSES}coarsen = \"hierarchy:rules/levels.csv:1\"\n[policy]\ntreatment = {{ applied = \"downstream\", \
                         approved_by = \"d\", reason = \"r\", expires = 2099-01-01 }}\n"
    );
    let rules = rules.replace("2099-01-01", &soon());
    let levels = |top: &str| {
        people()
            .lines()
            .skip(1)
            .map(|line| format!("{},{top}\n", line.split(',').nth(1).expect("a region")))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<String>()
    };
    let none = Vec::new;
    let changes: Vec<(&str, Change)> = vec![
        (
            "the input",
            Box::new(move |world| {
                world.write("b/people.csv", &format!("{}p41,r1\n", people()));
                none()
            }),
        ),
        (
            "the name of the input",
            Box::new(move |world| {
                fs::rename(world.path("b/people.csv"), world.path("b/peoplf.csv")).expect("renamed");
                none()
            }),
        ),
        (
            "one byte, at the same size",
            Box::new(move |world| {
                world.write("b/people.csv", &people().replace("p39", "p93"));
                none()
            }),
        ),
        (
            "the configuration",
            Box::new({
                let rules = rules.clone();
                move |world| {
                    world.write("b/reidrisk.toml", &format!("{rules}k = 6\n"));
                    none()
                }
            }),
        ),
        (
            "the hierarchy",
            Box::new(move |world| {
                world.write("b/rules/levels.csv", &levels("east"));
                none()
            }),
        ),
        (
            "a waiver",
            Box::new(move |world| {
                world.write(
                    "b/reidrisk-waivers.toml",
                    &format!(
                        "[[waiver]]\nfinding = \"small-class\"\nreason = \"r\"\napproved_by = \"d\"\nexpires = {}\n",
                        soon()
                    ),
                );
                none()
            }),
        ),
        ("the day of judging", Box::new(move |_| vec!["--as-of".to_owned(), soon()])),
        (
            "the result, by hand",
            Box::new(move |world| {
                edit(&newest(world, "b").join("result.json"), "\"pass\"", "\"pasz\"");
                none()
            }),
        ),
        (
            "the result, gone",
            Box::new(move |world| {
                fs::remove_file(newest(world, "b").join("result.json")).expect("removed");
                none()
            }),
        ),
        (
            "the record, by hand",
            Box::new(move |world| {
                edit(&newest_record(world, "b"), "\"exit_code\": ", "\"exit_code\":  ");
                none()
            }),
        ),
        (
            "the note of the chain",
            Box::new(move |world| {
                fs::remove_file(world.path("out/b/.chain")).expect("removed");
                none()
            }),
        ),
        ("a view that is asked for", Box::new(move |_| vec!["--emit".to_owned(), "csv".to_owned()])),
    ];
    for (what, change) in changes {
        let world = World::new();
        world.passing("b");
        world.write("b/reidrisk.toml", &rules);
        world.write("b/rules/levels.csv", &levels("north"));
        assert_eq!(same_as(&world, &["b/reidrisk.toml"]), None, "{what}");
        assert!(same_as(&world, &["b/reidrisk.toml"]).is_some(), "nothing but {what} is to be seen");
        let typed = change(&world);
        let mut arguments = vec!["b/reidrisk.toml"];
        arguments.extend(typed.iter().map(String::as_str));
        assert_eq!(same_as(&world, &arguments), None, "{what}");
    }
}

fn edit(path: &PathBuf, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(from), "{from} in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// A day within the horizon of a waiver, whenever this test runs.
fn soon() -> String {
    in_days(60)
}

fn in_days(days: u32) -> String {
    let output = std::process::Command::new("date").args(["-u", "-d", &format!("+{days} days"), "+%Y-%m-%d"]).output();
    String::from_utf8(output.expect("`date` runs").stdout).expect("text").trim().to_owned()
}

/// The newest record, with or without a result.
fn newest_record(world: &World, dataset: &str) -> PathBuf {
    let records = world.records(dataset);
    let run = records.last().expect("a record")["run"].as_str().expect("a name");
    world.path("out").join(dataset).join(run).join("record.json")
}

#[test]
fn a_setting_of_the_environment_is_a_change() {
    let world = World::new();
    world.passing("b");
    let night = |variable: Option<(&str, &str)>| {
        let mut command = world.nightly_command(&["b/reidrisk.toml"]);
        command.envs(variable);
        world.night_of(&mut command).of("b")["same_as"].is_string()
    };
    assert!(!night(None) && night(None));
    assert!(!night(Some(("REIDRISK_K", "11"))) && night(Some(("REIDRISK_K", "11"))), "k = 11 is FAIL");
    assert_eq!(world.nightly(&["b/reidrisk.toml"]).code, Some(0), "and without it a PASS again");
    assert!(!night(Some(("REIDRISK_SEED", "7"))));
    assert!(night(Some(("REIDRISK_SEED", "7"))) && night(Some(("REIDRISK_SEED", "7"))));
}

#[test]
fn an_agreement_or_a_waiver_that_ended_overnight_is_seen() {
    let world = World::new();
    world.passing("b");
    world.write("b/reidrisk.toml", &format!("{PASSES}[recipient]\nname = \"P\"\npurpose = \"x\"\nagreement = \"C\"\nends = {}\nallowed_columns = [\"person\", \"region\"]\n", in_days(60)));
    let night = |day: &str| {
        let night = world.nightly(&["b/reidrisk.toml", "--as-of", day]);
        (night.of("b")["verdict"].as_str().expect("a verdict").to_owned(), night.of("b")["same_as"].is_string())
    };
    let before = night(&in_days(60));
    assert_eq!(night(&in_days(60)), (before.0.clone(), true));
    let after = night(&in_days(61));
    assert!(!after.1 && after.0 != before.0, "{before:?} and {after:?}");
}

#[test]
fn a_source_of_the_recipient_that_changed_is_seen_and_a_tiny_one_is_never_trusted() {
    for (people_held, is_recognised) in [(120, true), (20, false)] {
        let world = World::new();
        world.passing("b");
        let members = |ending: &str| {
            format!(
                "member,region\n{}",
                (0..people_held)
                    .map(|number| format!("m{number},r{}{ending}\n", number % 4))
                    .collect::<Vec<_>>()
                    .concat()
            )
        };
        world.write("held/members.csv", &members(""));
        world.write(
            "b/reidrisk.toml",
            &format!(
                "{PASSES}[[recipient.holds]]\nfile = \"../held/members.csv\"\non = \"region\"\nsubject = \"member\"\n"
            ),
        );
        assert_eq!(same_as(&world, &["b/reidrisk.toml"]), None);
        assert_eq!(same_as(&world, &["b/reidrisk.toml"]).is_some(), is_recognised, "{people_held}");
        world.write("held/members.csv", &members("x"));
        assert_eq!(same_as(&world, &["b/reidrisk.toml"]), None, "{people_held}");
    }
}

#[test]
fn the_version_of_the_program_and_a_run_that_was_cut_off_are_never_reused() {
    let world = World::new();
    world.passing("b");
    world.nightly(&["b/reidrisk.toml"]);
    let record = &world.records("b")[0];
    assert_eq!(record["fingerprint"].as_str().map(str::len), Some(64));
    // A time limit of a millisecond ends every measure.
    let cut = world.nightly(&["b/reidrisk.toml", "--timeout", "1ms", "--force"]);
    assert_eq!(cut.of("b")["exit_code"], 4, "{}", cut.stderr);
    let again = world.nightly(&["b/reidrisk.toml"]);
    assert_eq!((again.code, again.of("b")["same_as"].is_string()), (Some(0), false));
}

#[test]
fn columns_in_the_names_of_folders_are_not_taken_for_the_same() {
    let world = World::new();
    for (month, person) in [("2026-01", "p"), ("2026-02", "q")] {
        let rows = (0..20).map(|number| format!("{person}{number},r{}\n", number % 2)).collect::<Vec<_>>().concat();
        world.write(&format!("b/data/month={month}/part.csv"), &format!("person,region\n{rows}"));
    }
    let text = PASSES.replace("*.csv", "data")
        + "[columns.month]\nrole = \"quasi-identifier\"\nvaries = false\nreason = \"x\"\n";
    world.write("b/reidrisk.toml", &text);
    for _ in 0..2 {
        let night = world.nightly(&["b/reidrisk.toml"]);
        assert!(night.of("b")["run"].is_string() && night.of("b")["same_as"].is_null(), "{}", night.stderr);
    }
    let _ = json(&newest(&world, "b").join("result.json"));
}

/// Changes the newest record of a dataset and the note of the chain with it, as whoever may write to the folder can.
fn forge(world: &World, dataset: &str, change: impl Fn(&mut Value)) {
    let path = newest_record(world, dataset);
    let mut record = json(&path);
    change(&mut record);
    let bytes = serde_json::to_vec(&record).expect("JSON");
    fs::write(&path, &bytes).expect("written");
    let note = world.path("out").join(dataset).join(".chain");
    let mut chain = json(&note);
    let hash = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    chain["newest"]["sha256"] = hash.into();
    fs::write(note, chain.to_string()).expect("written");
}

#[test]
fn a_clock_that_was_set_back_since_the_last_night_is_no_pass() {
    let world = World::new();
    world.passing("b");
    assert_eq!(world.nightly(&["b/reidrisk.toml"]).code, Some(0));
    // Seen from here, the last night was tomorrow.
    forge(&world, "b", |record| record["finished_at"] = format!("{}T02:00:00Z", in_days(1)).into());
    for night in 0..2 {
        let night_after = world.nightly(&["b/reidrisk.toml"]);
        let dataset = night_after.of("b");
        assert_eq!((night_after.code, &dataset["verdict"]), (Some(1), &"review".into()), "{night}");
        assert!(dataset["same_as"].is_null() || night > 0);
    }
    let result = json(&newest(&world, "b").join("result.json"));
    let codes: Vec<&str> =
        result["findings"].as_array().expect("findings").iter().filter_map(|it| it["code"].as_str()).collect();
    assert!(codes.contains(&"baseline-unusable"), "{codes:?}");
}

#[test]
fn the_history_of_another_dataset_is_neither_reused_nor_added_to() {
    let world = World::new();
    world.passing("a");
    world.failing("b");
    assert_eq!(world.nightly(&["a/reidrisk.toml"]).code, Some(0));
    copy(&world.path("out/a"), &world.path("out/b"));
    let night = world.nightly(&["b/reidrisk.toml"]);
    assert_eq!((night.code, &night.of("b")["verdict"]), (Some(3), &Value::Null), "{}", night.stderr);
    assert!(night.of("b")["why"].as_str().expect("why").contains("a dataset of another name"), "{}", night.report);
    // A history of the same name, of another extract under the same configuration.
    let other = World::new();
    other.failing("a");
    copy(&world.path("out/a"), &other.path("out/a"));
    let night = other.nightly(&["a/reidrisk.toml"]);
    assert_eq!(
        (night.code, &night.of("a")["same_as"], &night.of("a")["verdict"]),
        (Some(1), &Value::Null, &"fail".into())
    );
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn a_stricter_policy_is_not_answered_from_the_last_night() {
    let world = World::new();
    world.passing("b");
    assert_eq!(world.nightly(&["b/reidrisk.toml"]).code, Some(0));
    let stricter = ["k = 11", "fail_on = \"low\"", "max_unicity = 0.0", "preset = \"hipaa-safe-harbor\""];
    for policy in stricter {
        world.write("b/reidrisk.toml", &format!("{PASSES}[policy]\n{policy}\n"));
        let night = world.nightly(&["b/reidrisk.toml"]);
        assert_eq!(night.of("b")["same_as"], Value::Null, "{policy}: {}", night.stderr);
        world.write("b/reidrisk.toml", PASSES);
        assert_eq!(world.nightly(&["b/reidrisk.toml"]).code, Some(0), "{policy}");
    }
}
