//! What a night is asked for, and the exit codes of its datasets.

use std::fs;

use crate::support::repository_file;
use crate::world::{PASSES, World, json, people};

#[test]
fn a_configuration_with_files_needs_no_input_and_an_input_wins() {
    let world = World::new();
    world.passing("cards");
    world.write("other.csv", "person,region\np1,north\n");
    let scan = |arguments: &[&str]| {
        let mut command = world.command(["scan", "--out", "out", "--emit", "json", "--format", "json"]);
        let output = command.args(arguments).output().expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, result, _) = scan(&["--config", "cards/reidrisk.toml"]);
    let result: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(
        (code, &result["dataset"]["name"], &result["dataset"]["records"]),
        (Some(0), &"cards".into(), &40.into())
    );
    let (code, result, _) = scan(&["other.csv", "--config", "cards/reidrisk.toml"]);
    let result: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(
        (code, &result["dataset"]["name"], &result["dataset"]["records"]),
        (Some(1), &"other".into(), &1.into())
    );
    world.write("none.toml", "");
    let (code, told, error) = scan(&["--config", "none.toml"]);
    assert_eq!((code, told.as_str()), (Some(2), ""), "{error}");
    assert!(error.contains("no input is named") && error.contains("[dataset]"), "{error}");
    assert_eq!(scan(&[]).0, Some(2));
    for verb in ["inspect", "advise"] {
        let output = world.command([verb, "--config", "cards/reidrisk.toml"]).output().expect("it runs");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn every_dataset_has_its_own_code_and_one_that_fails_stops_no_other() {
    let world = World::new();
    for name in ["a", "f"] {
        world.passing(name);
    }
    world.failing("b");
    world.write("c/reidrisk.toml", "[dataset]\nfiles = \"members_*.csv\"\n");
    world.write("d/reidrisk.toml", "[dataset]\nfiles = \"x.csv\"\nfilez = 1\n");
    world.write("e/reidrisk.toml", &format!("{PASSES}[columns.nowhere]\nrole = \"ignore\"\n"));
    world.write("e/people.csv", &people());
    world.write("nightly.toml", "[[dataset]]\nconfig = \"?/reidrisk.toml\"\n");
    for jobs in ["1", "3"] {
        let night = world.nightly(&["nightly.toml", "--force", "--jobs", jobs]);
        assert_eq!(night.code, Some(2), "{}", night.stderr);
        assert_eq!(night.report["exit_code"], 2);
        let told = |name: &str| {
            let entry = night.of(name);
            (entry["verdict"].as_str().map(str::to_owned), entry["exit_code"].as_u64().expect("a code"))
        };
        for (name, verdict, code) in [
            ("a", Some("pass"), 0),
            ("b", Some("fail"), 1),
            ("c", None, 3),
            ("d/reidrisk.toml", None, 2),
            ("e", None, 2),
            ("f", Some("pass"), 0),
        ] {
            assert_eq!(told(name), (verdict.map(str::to_owned), code), "{name} of {jobs}: {}", night.stderr);
        }
        let order: Vec<&str> = night.report["datasets"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| it["dataset"].as_str().expect("a name"))
            .collect();
        assert_eq!(order, ["a", "b", "c", "d/reidrisk.toml", "e", "f"], "in the order of the manifest");
        assert!(night.of("c")["why"].as_str().expect("a reason").contains("members_*.csv"));
        assert!(
            night.stderr.contains("d/reidrisk.toml:3:1") && night.stderr.contains("did you mean `files`?"),
            "{}",
            night.stderr
        );
    }
    // What could not be measured is no gap.
    assert!(world.records("c").iter().all(|record| record["verdict"].is_null() && record["exit_code"] == 3));
    assert_eq!((world.records("c").len(), world.records("e").len()), (2, 2));
    assert!(world.path("out/index.html").exists());
    let without = |names: &[&str]| {
        let configs: Vec<String> = names.iter().map(|name| format!("{name}/reidrisk.toml")).collect();
        let configs: Vec<&str> = configs.iter().map(String::as_str).collect();
        world.nightly(&configs).code
    };
    assert_eq!([without(&["a", "b", "c"]), without(&["a", "c"]), without(&["a", "f"])], [Some(1), Some(3), Some(0)]);
}

#[test]
fn lines_say_what_became_of_each_dataset_and_quiet_leaves_out_those_that_pass() {
    let world = World::new();
    world.passing("fine");
    world.failing("exposed");
    world.write("missing/reidrisk.toml", "[dataset]\nfiles = \"no*.csv\"\n");
    world.write("nightly.toml", "[[dataset]]\nconfig = \"*/reidrisk.toml\"\n");
    let run = |arguments: &[&str]| {
        let mut command = world.command(["nightly", "nightly.toml", "--out", "out", "--emit", "json"]);
        let output = command.args(arguments).output().expect("it runs");
        world.assert_discreet(&output);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let told = run(&[]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("FAIL           1  ") && lines[0].contains("exposed  out/exposed/2"), "{told}");
    assert!(lines[1].starts_with("PASS           0  ") && lines[1].contains("fine     out/fine/2"), "{told}");
    assert!(lines[2].starts_with("NOT MEASURED   3  ") && lines[2].contains("no*.csv"), "{told}");
    let quiet = run(&["--quiet", "--force"]);
    assert!(quiet.lines().count() == 2 && !quiet.contains("PASS"), "{quiet}");
}

#[test]
fn the_printed_documents_hold_to_their_schemas() {
    let world = World::new();
    world.passing("a");
    world.failing("b");
    let printed = |of: &str| {
        let output = world.command(["schema", of]).output().expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    };
    for of in ["night", "notification"] {
        let shipped = fs::read_to_string(repository_file(&format!("docs/{of}.schema.json")))
            .expect("the schema is in the repository");
        assert!(printed(of) == shipped, "docs/{of}.schema.json is stale; write it again with `reidrisk schema {of}`");
    }
    let schema = serde_json::from_str(&printed("night")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let night = world.nightly(&["a/reidrisk.toml", "b/reidrisk.toml"]);
    let mistakes: Vec<String> = validator.iter_errors(&night.report).map(|error| error.to_string()).collect();
    assert_eq!(mistakes, Vec::<String>::new());
}

#[test]
fn a_manifest_gives_names_and_two_datasets_never_share_one() {
    let world = World::new();
    world.passing("a");
    world.passing("b");
    world.write("nightly.toml", "[[dataset]]\nconfig = \"a/reidrisk.toml\"\nname = \"first\"\n[[dataset]]\nconfig = \"b/reidrisk.toml\"\nname = \"first\"\n");
    let night = world.nightly(&["nightly.toml"]);
    assert_eq!(night.code, Some(2));
    assert_eq!(night.report["datasets"][0]["exit_code"], 0);
    assert!(night.report["datasets"][1]["why"].as_str().expect("why").contains("is called `first`"));
    let folder = night.report["datasets"][0]["folder"].as_str().expect("a folder").to_owned();
    assert_eq!(json(&world.path("out").join(folder).join("result.json"))["dataset"]["name"], "first");
    assert_eq!(
        world.nightly(&["a/reidrisk.toml", "a/../a/reidrisk.toml"]).report["datasets"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_manifest_of_nothing_never_passes() {
    let world = World::new();
    for (name, text) in [
        ("empty.toml", "dataset = []\n"),
        ("glob.toml", "[[dataset]]\nconfig = \"*/none.toml\"\n"),
        ("bad.toml", "[[dataset"),
    ] {
        world.write(name, text);
        assert_eq!(world.nightly(&[name]).code, Some(2), "{name}");
    }
    assert_eq!(world.nightly(&["gone.toml"]).code, Some(2));
    assert_eq!(world.command(["nightly"]).output().expect("it runs").status.code(), Some(2));
}
