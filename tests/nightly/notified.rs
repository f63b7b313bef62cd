//! Who is told, when, and that nothing else depends on it.

use std::fs;

use serde_json::Value;

use crate::support::CANARY;
use crate::world::{PASSES, World, people};

/// A command that appends every message to a file of its dataset.
fn told(world: &World, on: &str, dataset: &str) {
    let script = "#!/bin/sh\ncat >> \"$1\"\nprintf '\\n' >> \"$1\"\n";
    let path = world.write("tell", script);
    let mut rights = fs::metadata(&path).expect("a file").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o755);
    fs::set_permissions(&path, rights).expect("an executable");
    let messages = world.path("messages");
    let notify = format!("[notify]\ncommand = [\"../tell\", \"{}\"]\non = \"{on}\"\nretries = 0\n", messages.display());
    world.write(&format!("{dataset}/reidrisk.toml"), &format!("{PASSES}{notify}"));
}

fn messages(world: &World) -> Vec<Value> {
    let text = fs::read_to_string(world.path("messages")).unwrap_or_default();
    serde_json::Deserializer::from_str(&text).into_iter().map(|message| message.expect("JSON")).collect()
}

#[test]
fn a_change_of_verdict_is_told_and_an_unchanged_one_is_not() {
    let world = World::new();
    world.passing("b");
    told(&world, "change", "b");
    let alone = format!("{}{CANARY}p99,{CANARY}alone\n", people());
    let nights = [people(), people(), alone.clone(), alone, people()];
    let verdicts: Vec<Option<bool>> = nights
        .iter()
        .map(|file| {
            world.write("b/people.csv", file);
            world.nightly(&["b/reidrisk.toml"]).of("b")["notified"].as_bool()
        })
        .collect();
    assert_eq!(verdicts, [Some(true), None, Some(true), None, Some(true)]);
    fs::remove_file(world.path("b/people.csv")).expect("removed");
    world.nightly(&["b/reidrisk.toml"]);
    let sent = messages(&world);
    let told: Vec<(&Value, &Value)> =
        sent.iter().map(|message| (&message["previous_verdict"], &message["verdict"])).collect();
    let (pass, fail, none) = (Value::from("pass"), Value::from("fail"), Value::Null);
    assert_eq!(told, [(&none, &pass), (&pass, &fail), (&fail, &pass), (&pass, &none)]);
    assert_eq!(sent[1]["summary"], "b: FAIL, was PASS");
    assert_eq!(sent[1]["findings"][0]["code"], "small-class");
    assert!(sent[3]["why"].as_str().expect("why").contains("*.csv"));
    assert!(!fs::read_to_string(world.path("messages")).expect("text").contains(CANARY), "no cell value is sent");
    let schema = world.command(["schema", "notification"]).output().expect("it runs").stdout;
    let schema = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(sent.iter().all(|message| validator.is_valid(message)));
}

#[test]
fn a_command_that_fails_changes_neither_verdict_nor_exit_code() {
    let world = World::new();
    world.failing("b");
    for command in ["[\"false\"]", "[\"/no/such/program\"]", "[\"sh\", \"-c\", \"kill -9 $$\"]", "[\"sleep\", \"60\"]"]
    {
        let notify = format!("[notify]\ncommand = {command}\non = \"always\"\ntimeout = \"200ms\"\nretries = 0\n");
        world.write("b/reidrisk.toml", &format!("{PASSES}{notify}"));
        let night = world.nightly(&["b/reidrisk.toml"]);
        assert_eq!((night.code, &night.of("b")["notified"]), (Some(1), &false.into()), "{command}");
        assert!(night.stderr.contains("note: b: the notification command "), "{}", night.stderr);
    }
}

#[test]
fn a_scan_never_runs_the_command() {
    let world = World::new();
    world.passing("b");
    told(&world, "always", "b");
    for arguments in
        [vec!["scan", "b/people.csv", "--out", "out"], vec!["scan", "--config", "b/reidrisk.toml", "--out", "out"]]
    {
        assert_eq!(world.command(arguments).output().expect("it runs").status.code(), Some(0));
    }
    assert_eq!(messages(&world).len(), 0);
}

#[test]
fn a_wrong_configuration_is_told_by_the_manifest() {
    let world = World::new();
    told(&world, "change", "x");
    world.write("bad/reidrisk.toml", "[datasets]\n");
    let messages_file = world.path("messages");
    world.write(
        "nightly.toml",
        &format!(
            "[notify]\ncommand = [\"./tell\", \"{}\"]\n[[dataset]]\nconfig = \"bad/reidrisk.toml\"\n",
            messages_file.display()
        ),
    );
    assert_eq!(world.nightly(&["nightly.toml"]).code, Some(2));
    let sent = messages(&world);
    assert_eq!((sent.len(), &sent[0]["exit_code"], &sent[0]["verdict"]), (1, &2.into(), &Value::Null));
}
