//! Help, mistakes and settings, word for word.

use reidrisk::config::settings;

use super::desk::{assert_golden, people, run};
use crate::support::{Bench, Ended};

fn in_empty_folder(words: &[&str]) -> Ended {
    run(&Bench::new(), words)
}

fn over_people(words: &[&str]) -> Ended {
    let bench = Bench::new();
    people(&bench, 40);
    run(&bench, words)
}

fn check(config: &str) -> Ended {
    let bench = Bench::new();
    bench.write("reidrisk.toml", config);
    run(&bench, &["check"])
}

#[test]
fn help_tells_the_verbs_and_the_exit_codes() {
    assert_golden("help", &in_empty_folder(&["--help"]));
}

#[test]
fn help_of_scan_tells_every_flag_its_default_and_its_variable() {
    let ended = in_empty_folder(&["scan", "--help"]);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = words(&ended.stdout);
    for row in settings().iter().filter(|row| row.flag.is_some()) {
        assert!(help.contains(&format!("--{} ", row.flag_name())), "--{} is missing", row.flag_name());
        let sentence = words(row.help);
        let (_, rest) = sentence.split_at(sentence.chars().next().map_or(0, char::len_utf8));
        assert!(help.contains(rest), "{rest}");
        assert!(row.variable().is_none_or(|variable| help.contains(&format!("[env: {variable}]"))), "{}", row.name);
    }
    assert_golden("help_scan", &ended);
}

#[test]
fn help_of_schema_is_short() {
    assert_golden("help_schema", &in_empty_folder(&["schema", "--help"]));
}

#[test]
fn a_right_configuration_is_called_valid() {
    let config = "[subject]\ncolumn = \"card\"\n[columns.age]\nrole = \"quasi-identifier\"\n[policy]\nk = 7\n";
    assert_golden("check_good", &check(config));
}

#[test]
fn an_unknown_key_is_shown_where_it_stands() {
    assert_golden("check_unknown_key", &check("[policy]\n# the limit\nfail_onn = \"low\"\n"));
}

#[test]
fn every_mistake_of_a_configuration_is_shown_in_one_run() {
    let config = "[dataset]\ndelimiter = \"ab\"\n\n[columns.age]\nrole = \"quasi\"\ncoarsen = [\"day\", \"yeer\"]\n\n\
                  [policy]\nk = 1\nmax_unicity = \"0.1\"\nfail_onn = \"low\"\n\n[scan]\nmeasures = [\"unicty\"]\n\
                  memory = \"12 bananas\"\n";
    assert_golden("check_eight_mistakes", &check(config));
}

#[test]
fn every_mistake_of_a_waivers_file_is_shown_in_one_run() {
    let bench = Bench::new();
    bench.write("reidrisk.toml", "");
    let waivers = "[[waiver]]\nfinding = \"high-unicty\"\nreason = \" \"\napproved_by = \"officer\"\n\
                   expires = 2026-02-28\n\n[[waiver]]\nfinding = \"small-class\"\nreasons = \"enclave\"\n\
                   expires = 2026-02-28\n";
    bench.write("reidrisk-waivers.toml", waivers);
    assert_golden("check_waivers", &run(&bench, &["check"]));
}

#[test]
fn a_column_about_which_nothing_is_said_is_shown_where_it_stands() {
    assert_golden("check_empty_column", &check("[columns.age]\nrole = \"quasi-identifier\"\n\n[columns.typo]\n"));
}

#[test]
fn a_rule_that_would_do_nothing_is_found_without_data() {
    let config = "[columns.age]\nrole = \"quasi-identifier\"\n[columns.iban]\ncoarsen = \"prefix:2\"\n";
    assert_golden("check_idle_rule", &check(config));
}

#[test]
fn a_configuration_that_is_not_there_is_told_in_words() {
    assert_golden("check_missing", &in_empty_folder(&["check", "nowhere.toml"]));
}

#[test]
fn an_unknown_column_comes_with_the_one_that_was_meant() {
    assert_golden("unknown_column", &over_people(&["scan", "people.csv", "--quasi", "distrikt"]));
}

#[test]
fn a_rule_that_does_not_fit_comes_with_those_that_do() {
    let words = ["scan", "people.csv", "--quasi", "district", "--coarsen", "district=month"];
    assert_golden("rule_does_not_fit", &over_people(&words));
}

#[test]
fn an_unknown_rule_comes_with_the_one_that_was_meant() {
    let words = ["scan", "people.csv", "--quasi", "age", "--coarsen", "age=montth"];
    assert_golden("unknown_rule", &over_people(&words));
}

#[test]
fn a_rule_of_a_column_that_is_not_counted_is_refused() {
    let words = ["scan", "people.csv", "--quasi", "age", "--coarsen", "district=prefix:2"];
    assert_golden("idle_rule", &over_people(&words));
}

#[test]
fn a_rule_of_a_column_that_is_guessed_not_to_count_is_refused() {
    let bench = Bench::new();
    bench.write("people.csv", "card,email,city\nc1,a@x.org,x\nc2,b@x.org,y\n");
    let words = ["scan", "people.csv", "--coarsen", "email=prefix:2"];
    assert_golden("idle_rule_guessed", &run(&bench, &words));
}

#[test]
fn two_roles_of_one_column_are_refused() {
    let words = ["scan", "people.csv", "--quasi", "age,district", "--sensitive", "age"];
    assert_golden("two_roles", &over_people(&words));
}

#[test]
fn sizes_limits_and_threads_out_of_range_are_refused() {
    assert_golden("bad_size", &over_people(&["scan", "people.csv", "--memory", "12 bananas"]));
    assert_golden("bad_k", &over_people(&["scan", "people.csv", "--k", "1"]));
    assert_golden("bad_k_variable", &over_people(&["REIDRISK_K=1", "scan", "people.csv"]));
    assert_golden("bad_threads", &over_people(&["REIDRISK_THREADS=100000", "scan", "people.csv"]));
}

#[test]
fn a_sign_between_fields_and_around_them_is_refused() {
    let words = ["scan", "people.csv", "--delimiter", ";", "--quote", ";"];
    assert_golden("same_sign", &over_people(&words));
}

#[test]
fn too_many_sets_are_told_with_the_plan_that_fits() {
    let bench = Bench::new();
    let names: Vec<String> = (0..65).map(|column| format!("q{column}")).collect();
    bench.write("wide.csv", format!("{}\n{}\n", names.join(","), vec!["1"; 65].join(",")));
    assert_golden("too_many_sets", &run(&bench, &["scan", "wide.csv", "--quasi", &names.join(",")]));
}

#[test]
fn verbose_tells_where_every_setting_came_from() {
    let bench = Bench::new();
    people(&bench, 40);
    bench.write("reidrisk.toml", "[scan]\nseed = 7\nmax_set = 1\n[policy]\nallow_review = true\n");
    let words = ["REIDRISK_K=6", "REIDRISK_EXIT_ZERO=1", "REIDRISK_ALLOW_REVIEW=no", "scan", "people.csv", "-v"];
    let words =
        [&words[..], &["--subject", "card", "--quasi", "district", "--sensitive", "age,memo", "--threads", "1"]]
            .concat();
    let ended = run(&bench, &words);
    assert!(ended.stdout.contains("PASS"), "{ended}");
    if cfg!(target_os = "linux") {
        assert!(ended.stderr.contains(" (default: 80 % of the available memory)\n"), "{ended}");
    }
    let plan = reidrisk::config::resolve(vec!["-".to_owned()], &[], None).expect("a plan");
    for told in plan.settings {
        assert!(ended.stderr.contains(&format!("setting {} = ", told.setting)), "{} is not told", told.setting);
    }
    // The summary has golden texts of its own.
    assert_golden("verbose", &Ended { stdout: String::new(), ..ended });
}
