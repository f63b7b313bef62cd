//! A released file is scanned with the configuration that it was released with, and nothing else passes that way.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CANARY, CONFIG, Ended, bench_with, extract, fs, released, run};
use crate::support::Bench;

/// A register of consent, a map of cards to customers, a source with the truth, and everything declared.
fn bench() -> Bench {
    let config = CONFIG
        .replace(
            "ends =",
            "consent = { file = \"consent.csv\", column = \"customer\", missing = \"leave-out\" }\nends =",
        )
        .replace(
            "column = \"customer\"\n[columns.age]",
            "column = \"customer\"\nmap = { file = \"map.csv\", from = \"who\", to = \"person\" }\n[columns.age]",
        );
    let source = "[[recipient.holds]]\nname = \"members\"\nfile = \"members.csv\"\nsubject = \"member\"\n\
                  on = [{ ours = \"town\", theirs = \"place\" }]\n\
                  truth = { ours = \"customer\", theirs = \"customer\" }\nattack = [\"exact\"]\n\
                  [policy]\nmax_linked_share = 0.5\n";
    let bench = bench_with(&format!("{config}{source}"));
    let customers: Vec<String> = (0..120).map(|number| format!("{CANARY}-{number:03}")).collect();
    let lines = |line: &dyn Fn(usize, &String) -> String| -> String {
        customers.iter().enumerate().map(|(number, customer)| line(number, customer)).collect()
    };
    bench.write("map.csv", format!("who,person\n{}", lines(&|_, customer| format!("{customer},{customer}-p\n"))));
    bench.write("consent.csv", format!("customer\n{}", lines(&|_, customer| format!("{customer}-p\n"))));
    let member = |number: usize, customer: &String| format!("m{number},town{},{customer}\n", number % 4);
    bench.write("members.csv", format!("member,place,customer\n{}", lines(&member)));
    bench
}

fn scan(bench: &Bench, file: &str, certificate: Option<&str>, config: &str) -> Ended {
    let mut arguments = vec![file, "--config", config, "--out", "reports", "--emit", "json"];
    if let Some(certificate) = certificate {
        arguments.extend(["--released", certificate]);
    }
    run(bench, "scan", &arguments)
}

fn certificate(bench: &Bench, name: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.input(name)).expect("a certificate")).expect("JSON")
}

#[test]
fn a_released_file_passes_with_its_certificate_and_has_the_certified_figures() {
    let bench = bench();
    let ended = run(&bench, "release", &["cards.csv", "--to", "to"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let ended = scan(&bench, "to/to.csv", Some("to/release.json"), "reidrisk.toml");
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.stdout.contains("released file that a certificate names"), "{ended}");
    let arguments = [
        "to/to.csv",
        "--config",
        "reidrisk.toml",
        "--released",
        "to/release.json",
        "--out",
        "reports",
        "--format",
        "json",
    ];
    let ended = run(&bench, "scan", &arguments);
    let result: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(result["figures"], certificate(&bench, "to/release.json")["figures"]);
    assert_eq!(result["verdict"]["outcome"], "pass");
    // Without it the register and the map know nobody of the file.
    assert_ne!(scan(&bench, "to/to.csv", None, "reidrisk.toml").code, Some(0));
}

/// Whoever can write a certificate can name any bytes in it. What is left out of the scan then must not make them pass.
#[test]
fn no_other_file_passes_even_with_a_certificate_that_names_it() {
    let bench = bench();
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "to"]).code, Some(0));
    let genuine = certificate(&bench, "to/release.json");
    let forged = |name: &str, text: &str| {
        bench.write(name, text);
        let mut forged = genuine.clone();
        forged["files"][0]["sha256"] = json!(hexadecimal(&Sha256::digest(text.as_bytes())));
        forged["files"][0]["bytes"] = json!(text.len());
        bench.write("forged.json", forged.to_string());
        scan(&bench, name, Some("forged.json"), "reidrisk.toml")
    };
    let written = fs::read_to_string(released(&bench, "to")).expect("text");
    let ended = forged("untreated.csv", &extract());
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.stderr.contains("customer") && !ended.stderr.contains(CANARY), "{ended}");
    // One name among the pseudonyms, and a record of nobody.
    let first = written.lines().nth(1).expect("a record");
    let rest = first.split_once(',').expect("cells").1;
    for name in ["C-1", "", "45PM4KKA3E4D4S7EM6APPD7MT4"] {
        let ended = forged("mixed.csv", &format!("{written}{name},{rest}\n"));
        assert_eq!(ended.code, Some(2), "{name}: {ended}");
    }
    // Pseudonyms alone are not enough: what the rules would change is no treated file.
    let fine = written.replace(&format!(",{rest}\n"), &format!(",27,{}\n", rest.split_once(',').expect("cells").1));
    let ended = forged("fine.csv", &fine);
    assert!(ended.code != Some(0) && fine != written, "{ended}");
}

#[test]
fn a_certificate_of_other_bytes_other_columns_or_a_review_is_refused() {
    let bench = bench();
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "to"]).code, Some(0));
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "other"]).code, Some(0));
    let refused = |certificate: &str, config: &str| {
        let ended = scan(&bench, "to/to.csv", Some(certificate), config);
        assert_eq!(ended.code, Some(2), "{certificate} {config}: {ended}");
        assert!(!ended.stdout.contains("PASS"), "{ended}");
    };
    refused("other/release.json", "reidrisk.toml");
    let config = fs::read_to_string(bench.input("reidrisk.toml")).expect("text");
    let others = [
        config.replace("[columns.total]\nrole = \"sensitive\"", "[columns.total]\nrole = \"quasi-identifier\""),
        config.replace("[columns.note]\nrole = \"ignore\"", "[columns.note]\nrole = \"sensitive\"\nreason = \"so\""),
    ];
    for (place, other) in others.iter().enumerate() {
        assert_ne!(other, &config);
        let name = format!("other{place}.toml");
        bench.write(&name, other);
        refused("to/release.json", &name);
    }
    let mut changed = certificate(&bench, "to/release.json");
    changed["recipient"]["consent"] = Value::Null;
    bench.write("without.json", changed.to_string());
    refused("without.json", "reidrisk.toml");
    let mut review = certificate(&bench, "to/release.json");
    review["outcome"] = json!("review");
    review["approved_by"] = json!("A. Person");
    bench.write("review.json", review.to_string());
    refused("review.json", "reidrisk.toml");
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
