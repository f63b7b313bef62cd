//! The measure through the binary: published figures, limits, weights, households, and what is said where it is silent.

use serde_json::Value;

use crate::support::{Bench, repository_file};

const NINE: &str = "sex,age,race,marital-status,education,native-country,workclass,occupation,salary-class";

/// The whole result of a scan that ended so.
fn scanned(bench: &Bench, arguments: &[&str], code: i32) -> Value {
    let ended = bench.scan(arguments);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    bench.result()
}

fn estimate(result: &Value) -> &Value {
    &result["measures"]["population"]["value"]["estimates"][0]
}

fn reason<'a>(result: &'a Value, measure: &str) -> Option<&'a str> {
    let entries = result["not_measured"].as_array().expect("a list");
    entries.iter().find(|entry| entry["measure"] == measure)?["reason"].as_str()
}

fn codes(result: &Value) -> Vec<&str> {
    let findings = result["findings"].as_array().expect("a list");
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

#[track_caller]
fn assert_near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-7 * expected, "{found} is not {expected}");
}

#[test]
fn adult_as_a_tenth_and_a_fifth_of_a_population_has_the_published_shares() {
    let adult = repository_file("tests/data/reference/adult.csv.gz");
    let adult = adult.to_str().expect("a path");
    for (size, chosen, share) in [
        ("301620", "pitman", 0.276_033_320_402_296_7),
        ("150_810", "slide-negative-binomial", 0.319_459_375_398_977_45),
    ] {
        let bench = Bench::new();
        let population = ["--population-size", size, "--population-source", "ARX", "--random-sample"];
        let arguments =
            [&[adult, "--quasi", NINE, "--max-set", "1", "--measures", "population"][..], &population].concat();
        let result = scanned(&bench, &arguments, 1);
        assert_eq!(estimate(&result)["chosen"], chosen);
        assert_near(&estimate(&result)["unique_share"], share);
        let copula = &estimate(&result)["copula"];
        assert!(copula["uniqueness"].as_f64() <= copula["correctness"].as_f64());
        let curve = result["measures"]["population"]["value"]["curve"].as_array().expect("a list");
        assert_eq!((curve[0]["population"].as_u64(), curve[0]["chosen"].as_str()), (Some(30_162), Some("count")));
        assert_eq!(curve[curve.len() - 1]["population"], 10_000_000_000_u64);
    }
}

/// Six people in four households, two of whom are alike.
const PEOPLE: &str =
    "person,city,age,home,weight\na,X,30,1,17.5\nb,X,30,1,20.25\nc,Y,30,2,10\nd,Y,40,2,5\ne,Z,50,,8\nf,Z,60,3,541\n";

#[test]
fn weights_and_households_give_the_risks_of_the_formulas() {
    let bench = Bench::new();
    let file = bench.write("people.csv", PEOPLE);
    let toml = "[subject]\ncolumn = \"person\"\nhousehold = \"home\"\n[columns.city]\nrole = \"quasi-identifier\"\n\
                [columns.age]\nrole = \"quasi-identifier\"\n[columns.weight]\nrole = \"weight\"\n\
                [columns.home]\nrole = \"ignore\"\n[policy]\nmax_household_risk = 0.5\nmax_individual_risk = 0.5\nk = 2\n";
    let config = bench.write("reidrisk.toml", toml);
    let (file, config) = (file.to_str().expect("a path"), config.to_str().expect("a path"));
    let result = scanned(&bench, &[file, "--config", config], 1);
    let found = estimate(&result);
    assert_eq!(found["population"], 602);
    assert_eq!(found["individual"]["weighted"], true);
    // One in five: p/(1-p) ln(1/p).
    let alone = |weight: f64| (weight.recip() / (1.0 - weight.recip())) * weight.ln();
    assert_near(&found["individual"]["highest"], alone(5.0));
    let home = 1.0 - (1.0 - alone(10.0)) * (1.0 - alone(5.0));
    assert_near(&found["household"]["highest"], home);
    assert_eq!(found["household"]["groups"], 4);
    assert_eq!(reason(&result, "weight"), None);
    // 0.55 is above the limit of households, 0.40 within that of persons.
    let codes = codes(&result);
    assert!(codes.contains(&"high-individual-risk"), "{codes:?}");
    let checks = result["checks"].as_array().expect("a list");
    let outcome = |gate: &str| checks.iter().find(|check| check["gate"] == gate).map(|check| check["outcome"].clone());
    assert_eq!(outcome("household-risk"), Some("breaks".into()), "{checks:#?}");
    assert_eq!(outcome("individual-risk"), Some("holds".into()));
    for cell in ["17.5", "20.25", "541"] {
        assert!(!result["measures"].to_string().contains(&format!("\"{cell}\"")), "{cell}");
    }
}

#[test]
fn the_order_of_the_records_and_the_threads_change_nothing() {
    let lines: Vec<String> = (0..400)
        .map(|place: u32| format!("p{place},{},{},{}", place * 7 % 31, place * 5 % 17, place * place % 11))
        .collect();
    let backwards: Vec<String> = lines.iter().rev().cloned().collect();
    let of = |lines: &[String], threads: &str| {
        let bench = Bench::new();
        let file = bench.write("people.csv", format!("person,a,b,c\n{}\n", lines.join("\n")));
        let arguments = [
            file.to_str().expect("a path"),
            "--subject",
            "person",
            "--quasi",
            "a,b,c",
            "--threads",
            threads,
            "--population-size",
            "9000..90000000",
            "--population-source",
            "register",
        ];
        bench.scan(arguments);
        bench.result()["measures"]["population"].clone()
    };
    let first = of(&lines, "1");
    assert_eq!(first["status"], "measured");
    assert_eq!(first, of(&backwards, "2"));
}

#[test]
fn what_nobody_declared_is_not_measured_and_says_so() {
    let bench = Bench::new();
    let file = bench.write("people.csv", PEOPLE);
    let file = file.to_str().expect("a path");
    let plain = [file, "--subject", "person", "--quasi", "city,age", "--ignore", "home"];
    let silent = scanned(&bench, &[&plain[..], &["--ignore", "weight"]].concat(), 1);
    assert!(reason(&silent, "population").is_some_and(|reason| reason.contains("--population-size")));
    let gated = Bench::new();
    let limited = [&plain[..], &["--ignore", "weight", "--max-population-uniqueness", "1e-3"]].concat();
    assert!(codes(&scanned(&gated, &limited, 1)).contains(&"unknown-risk"));
    let unused = Bench::new();
    let weighted = [&plain[..], &["--weight", "weight", "--measures", "uniqueness"]].concat();
    assert!(reason(&scanned(&unused, &weighted, 1), "weight").is_some_and(|reason| reason.contains("`weight`")));
    let without_source = Bench::new();
    let sized = [&plain[..], &["--ignore", "weight", "--population-size", "5000"]].concat();
    assert_eq!(scanned(&without_source, &sized, 1)["measures"]["population"]["reason"], "no-source");
}

#[test]
fn a_size_and_a_fraction_together_are_used_by_no_measure() {
    let toml = "[subject]\ncolumn = \"person\"\n[columns.city]\nrole = \"quasi-identifier\"\n[columns.age]\nrole = \
                \"quasi-identifier\"\n[columns.home]\nrole = \"ignore\"\n[columns.weight]\nrole = \"ignore\"\n\
                [population]\nsampling_fraction = \"50%\"\npopulation_source = \"register\"\n";
    let of = |settings: &str| {
        let bench = Bench::new();
        let file = bench.write("people.csv", PEOPLE);
        let config = bench.write("reidrisk.toml", format!("{toml}{settings}"));
        let paths = [&file, &config].map(|path| path.to_str().expect("a path").to_owned());
        let result = scanned(&bench, &[&paths[0], "--config", &paths[1]], 1);
        (result["measures"]["population"].clone(), result["measures"]["special_uniques"]["value"]["dis"].clone())
    };
    let (population, found) = of("population_size = 600\n");
    assert_eq!(population["reason"], "size-and-fraction");
    assert_eq!((found["sampling_fraction"].clone(), found["correct_match"].clone()), (Value::Null, Value::Null));
    assert_eq!(of("").1["sampling_fraction"], 0.5);
}
