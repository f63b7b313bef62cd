//! From FAIL to PASS: the plan of `advise`, its configuration, the release, and the scan of what was released.

use serde_json::Value;

use crate::support::{BINARY, Bench, Ended, repository_file};

/// A bench with the bank sample and the files that lie beside it.
fn bank() -> Bench {
    let bench = Bench::new();
    for name in ["bank_extract.csv", "consent.csv", "members.csv", "reidrisk.toml"] {
        let bytes = std::fs::read(repository_file(&format!("sample_data/bank_extract/{name}"))).expect("the sample");
        bench.write(name, bytes);
    }
    bench
}

/// Runs the program among the input files.
fn run<const N: usize>(bench: &Bench, arguments: [&str; N]) -> Ended {
    let mut command = std::process::Command::new(BINARY);
    command.args(arguments).current_dir(bench.input("")).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8");
    bench.run(command, b"")
}

fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

#[test]
fn the_plan_for_the_bank_sample_is_released_and_the_released_file_has_the_predicted_figures() {
    let bench = bank();
    let ended = run(&bench, ["advise", "bank_extract.csv", "--write", "treated.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let advisory = document(&ended);
    assert_eq!((&advisory["passes_now"], &advisory["complete"]), (&Value::Bool(false), &Value::Bool(true)));
    assert_eq!(advisory["must_go"][0]["column"], "balance_eur", "the agreement forbids it");
    let place = usize::try_from(advisory["recommended"].as_u64().expect("a plan")).expect("a place");
    let plan = &advisory["plans"][place];
    assert_eq!(plan["reaches_limits"], true);
    assert!(plan["detail_kept"].as_f64().expect("a share") > 0.2, "{plan}");
    let exposed = |plan: &Value| plan["exposed"].as_f64().expect("a share");
    assert!(advisory["plans"].as_array().expect("a frontier").len() > 2, "the way down is told");
    assert!(exposed(&advisory["plans"][0]) > 0.9 && exposed(plan) < 0.2);

    let released = run(&bench, ["release", "bank_extract.csv", "--config", "treated.toml", "--to", "out"]);
    assert_eq!(released.code, Some(0), "{released}");
    let certificate = std::fs::read_to_string(bench.input("out/release.json")).expect("the certificate");
    let certificate: Value = serde_json::from_str(&certificate).expect("a document");
    let after = &plan["after"];
    let figure = |id: &str| {
        let rows = certificate["checks"].as_array().expect("limits");
        rows.iter().filter(|row| row["figure"] == id).filter_map(|row| row["compared"].as_f64()).fold(0.0, f64::max)
    };
    for (id, predicted) in
        [("uniqueness.static.smallest_class", "static_smallest_class"), ("linkage.attack_rate", "linked")]
    {
        assert!((figure(id) - after[predicted].as_f64().expect("a figure")).abs() < 1e-12, "{id}");
    }
}

#[test]
fn a_declared_point_goes_on_without_a_column_that_the_plan_drops() {
    let bench = Bench::new();
    for name in ["purchase_cards.csv", "reidrisk.toml"] {
        let bytes = std::fs::read(repository_file(&format!("sample_data/{name}"))).expect("the sample");
        bench.write(name, bytes);
    }
    let ended = run(&bench, ["advise", "purchase_cards.csv", "--write", "treated.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let advisory = document(&ended);
    let plans = advisory["plans"].as_array().expect("plans");
    let plan = plans.iter().find(|plan| plan["recommended"] == true).expect("one is recommended");
    assert!(plan["after"]["unicity"].as_f64().expect("a share") <= 0.2, "{plan}");
    assert!(plan["after"]["full_smallest_class"].as_u64().expect("a class") >= 5, "{plan}");
    let dropped = plan["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .any(|change| change["column"] == "merchant" && change["rule"] == "drop");
    assert!(dropped, "the point of day and merchant loses its merchant: {plan}");
    let released = run(&bench, ["release", "purchase_cards.csv", "--config", "treated.toml", "--to", "out"]);
    assert_eq!(released.code, Some(0), "{released}");
    // The released file is scanned by the same configuration, which names what is gone.
    let scanned =
        run(&bench, ["scan", "out/out.csv", "--config", "treated.toml", "--emit", "json", "--out", "reports"]);
    assert_eq!(scanned.code, Some(0), "{scanned}");
}

#[test]
fn a_plan_is_told_for_people_and_its_configuration_keeps_what_was_written() {
    let bench = bank();
    let ended = run(&bench, ["advise", "bank_extract.csv", "--write", "treated.toml"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    for told in ["PLAN", "forbidden by the agreement", "reidrisk release bank_extract.csv --config treated.toml"] {
        assert!(ended.stdout.contains(told), "{told}: {ended}");
    }
    let before = std::fs::read_to_string(bench.input("reidrisk.toml")).expect("it is there");
    let after = std::fs::read_to_string(bench.input("treated.toml")).expect("it was written");
    let lost: Vec<&str> = before.lines().filter(|line| !after.contains(line) && !line.starts_with("consent")).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // Nothing is overwritten.
    let again = run(&bench, ["advise", "bank_extract.csv", "--write", "treated.toml"]);
    assert_eq!(again.code, Some(2), "{again}");
}

#[test]
fn where_nothing_passes_the_reason_is_told_and_the_exit_code_says_so() {
    let bench = Bench::new();
    let rows: Vec<String> = (0..60).map(|number| format!("p{},{},x{number}", number % 30, number % 3)).collect();
    bench.write("a.csv", format!("who,town,secret\n{}\n", rows.join("\n")));
    // Every secret occurs once, and nobody says why that identifies nobody.
    let roles = "[subject]\ncolumn = \"who\"\n[columns.town]\nrole = \"quasi-identifier\"\n\
                 [columns.secret]\nrole = \"sensitive\"\n";
    bench.write("reidrisk.toml", roles);
    let ended = run(&bench, ["advise", "a.csv"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.stdout.contains("No plan passes") && ended.stdout.contains("secret"), "{ended}");
}

/// Nothing that is done to a town says who `unknown` is, so no plan is sought before that is settled.
#[test]
fn what_stands_in_the_way_of_every_plan_is_told_without_a_search() {
    let bench = Bench::new();
    let rows: Vec<String> = (0..200).map(|number| format!("p{},t{}", number % 100, number % 100 % 4)).collect();
    bench.write("a.csv", format!("who,town\n{}\nunknown,t1\n", rows.join("\n")));
    bench.write("reidrisk.toml", "[subject]\ncolumn = \"who\"\n[columns.town]\nrole = \"quasi-identifier\"\n");
    let ended = run(&bench, ["advise", "a.csv"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.stdout.contains("No plan passes: none was sought") && ended.stdout.contains("`who`"), "{ended}");
    bench.write(
        "named.toml",
        "[subject]\ncolumn = \"who\"\n[columns.who]\nreal_values = [\"unknown\"]\n[columns.town]\nrole = \"quasi-identifier\"\n",
    );
    let ended = run(&bench, ["advise", "a.csv", "--config", "named.toml"]);
    assert_eq!(ended.code, Some(0), "{ended}");
}

#[test]
fn guessed_roles_are_refused() {
    let bench = Bench::new();
    bench.write("a.csv", "who,town\n1,a\n2,b\n");
    let ended = run(&bench, ["advise", "a.csv"]);
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.stderr.contains("reidrisk init"), "{ended}");
}

#[test]
fn an_extract_that_passes_needs_no_change() {
    let bench = Bench::new();
    for name in ["bank_coarsened.csv", "members.csv", "reidrisk.toml"] {
        let bytes = std::fs::read(repository_file(&format!("sample_data/bank_coarsened/{name}"))).expect("the sample");
        bench.write(name, bytes);
    }
    let ended = run(&bench, ["advise", "bank_coarsened.csv", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let advisory = document(&ended);
    assert_eq!(advisory["passes_now"], true);
    let plans = advisory["plans"].as_array().expect("plans");
    let plan = plans.iter().find(|plan| plan["recommended"] == true).expect("one is recommended");
    assert_eq!(plan["detail_kept"].as_f64(), Some(1.0), "{plan}");
}

/// Everybody in 1010 has one illness and everybody in 1020 another; in 11.. there are both. So the district is told, not the
/// postcode.
#[test]
fn classes_of_one_value_get_a_plan_that_passes_the_limit_on_values_and_is_released() {
    let bench = Bench::new();
    let row = |person: usize| {
        let postcode = ["1010", "1020", "1110", "1120"][person % 4];
        let ill = match person % 4 {
            0 => "flu",
            1 => "cough",
            _ => ["flu", "cough"][person / 4 % 2],
        };
        format!("p{person},{postcode},{ill}")
    };
    let rows: Vec<String> = (0..60).map(row).collect();
    bench.write("a.csv", format!("who,postcode,ill\n{}\n", rows.join("\n")));
    let config = |limits: &str| {
        format!(
            "[subject]\ncolumn = \"who\"\nreason = \"one row each\"\n[columns.postcode]\nrole = \"quasi-identifier\"\n\
             [columns.ill]\nrole = \"sensitive\"\nreason = \"what the study is about\"\n[policy]\nk = 5\n{limits}\n"
        )
    };
    for limits in ["min_l = 2", "max_alpha = 0.6", "max_t = 0.1", "max_beta = 0.5"] {
        bench.write("reidrisk.toml", config(limits));
        let ended = run(&bench, ["advise", "a.csv", "--format", "json"]);
        assert_eq!(ended.code, Some(0), "{limits}: {ended}");
        let advisory = document(&ended);
        assert_eq!((&advisory["passes_now"], &advisory["complete"]), (&Value::Bool(false), &Value::Bool(true)));
        let plans = advisory["plans"].as_array().expect("plans");
        let plan = plans.iter().find(|plan| plan["recommended"] == true).expect("one is recommended");
        assert_eq!(plan["changes"][0]["column"], "postcode", "{limits}: {plan}");
        assert_ne!(plan["changes"][0]["rule"], "drop", "{limits}: {plan}");
    }
    bench.write("reidrisk.toml", config("min_l = 2"));
    let ended = run(&bench, ["advise", "a.csv", "--write", "treated.toml"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let released = run(&bench, ["release", "a.csv", "--config", "treated.toml", "--to", "out"]);
    assert_eq!(released.code, Some(0), "{released}");
}
