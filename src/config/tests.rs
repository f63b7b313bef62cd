//! Configuration files from text to plan.

mod aggregates;
mod policy;
mod waivers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::file::{AGGREGATES, SECTIONS};
use super::{ConfigFile, Given, Setting, resolve, settings};
use crate::plan::{ConfigError, Plan, Sign, check_columns};
use crate::result::{MissingMode, Role, Severity};

fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
    ConfigFile::parse(Path::new("conf/reidrisk.toml"), text.as_bytes())
}

/// A flag and its values.
type Typed<'typed> = (&'typed str, &'typed [&'typed str]);

fn tried(flags: &[Typed<'_>], text: &str) -> Result<Plan, ConfigError> {
    let given: Vec<Given> =
        flags.iter().map(|(flag, values)| Given::flag(flag, values).unwrap_or_else(|| panic!("no --{flag}"))).collect();
    resolve(vec!["a.csv".to_owned()], &given, Some(parse(text)?))
}

fn plan(flags: &[Typed<'_>], text: &str) -> Plan {
    tried(flags, text).unwrap()
}

/// Value and origin of an entry of the record.
fn recorded(plan: &Plan, setting: &str) -> (String, String) {
    let recorded = plan.settings.iter().find(|it| it.setting == setting).unwrap_or_else(|| panic!("no {setting}"));
    (recorded.value.clone(), recorded.origin.clone())
}

const WHOLE: &str = r#"
[dataset]
name = "cards"
delimiter = ";"
quote = "none"
header = true
encoding = "latin-1"
null_values = ["NA", "-"]
[subject]
column = "card"
map = { file = "cards.csv", from = "card", to = "customer" }
[columns.posted_at]
role = "quasi-identifier"
coarsen = ["hour", "day"]
[columns."merchant name"]
role = "quasi-identifier"
coarsen = "hierarchy:levels/merchants.csv:1"
[policy]
k = 10
fail_on = "medium"
allow_review = true
gate_any_record = true
[scan]
measures = ["uniqueness"]
max_set = 2
missing = "wildcard"
seed = 7
threads = 3
memory = "2GiB"
timeout = "1h30m"
"#;

#[test]
fn every_key_reaches_the_plan() {
    let plan = plan(&[], WHOLE);
    assert_eq!(plan.dataset_name.as_deref(), Some("cards"));
    assert_eq!(
        (plan.input.delimiter, plan.input.quote, plan.input.header),
        (Some(Sign::of_byte(b';')), Some(None), Some(true))
    );
    assert_eq!(plan.input.null_values, ["NA", "-"]);
    assert_eq!(plan.roles.declared["card"], Role::Subject);
    assert!(!plan.roles.guess);
    assert_eq!(plan.subject_map.unwrap().file, PathBuf::from("conf/cards.csv"));
    assert_eq!(plan.coarsen["posted_at"].len(), 2);
    assert_eq!(plan.coarsen["merchant name"][0].file(), Some(Path::new("conf/levels/merchants.csv")));
    assert_eq!((plan.policy.k, plan.policy.fail_on), (10, Severity::Medium));
    assert!(plan.policy.allow_review && plan.policy.gate_any_record);
    assert_eq!(plan.policy.name, "custom");
    assert_eq!((plan.max_set, plan.seed, plan.threads), (2, 7, Some(3)));
    assert_eq!(plan.missing, MissingMode::Wildcard);
    assert_eq!((plan.memory, plan.timeout), (Some(2 << 30), Some(Duration::from_mins(90))));
    assert_eq!(plan.config_sha256.unwrap().len(), 64);
}

/// The example of a key as a file, behind the key that it needs beside it.
fn example_of(row: &Setting) -> (String, String) {
    let place = if row.section == "columns" { "columns.age" } else { row.section };
    let line = |row: &Setting| format!("{} = {}\n", row.name, row.example);
    let beside = row.needs.map(|name| settings().iter().find(|it| it.section == row.section && it.name == name));
    let beside = beside.map_or(String::new(), |needed| line(needed.unwrap()));
    (format!("[{place}]\n{beside}"), line(row))
}

fn keys() -> impl Iterator<Item = &'static Setting> {
    settings().iter().filter(|row| !row.section.is_empty())
}

/// What a plan asks for, without the record of where it came from.
fn asked(plan: Plan) -> Plan {
    Plan { settings: Vec::new(), config: None, config_sha256: None, ..plan }
}

#[test]
fn every_key_changes_the_plan_and_the_record() {
    for row in keys() {
        let (key, (beside, line)) = (row.key(), example_of(row));
        let (without, changed) = (plan(&[], &beside.replace("[columns.age]\n", "")), plan(&[], &(beside + &line)));
        assert_ne!(asked(changed.clone()), asked(without.clone()), "{key} does nothing");
        assert_ne!(recorded(&changed, &row.entry()).0, recorded(&without, &row.entry()).0, "{key}");
        assert_eq!(recorded(&changed, &row.entry()).1, "conf/reidrisk.toml", "{key}");
    }
}

/// Cells and folders wherever a file can hold them.
const CELLS: &str = r#"
[dataset]
null_value = ["CANARY"]
suppression_marks = ["CANARY"]
[subject]
column = "card"
map = { file = "CANARY/cards.csv", from = "card", to = "customer" }
[columns.age]
coarsen = "hierarchy:CANARY/levels.csv:1"
null_value = ["CANARY"]
real_values = ["CANARY"]
[recipient]
consent = { file = "CANARY/r.csv", column = "c", value_column = "v", value = "CANARY" }
holds = { file = "CANARY/members.csv" }
[unicity]
visible = { shop = ["CANARY"] }
[linkage]
known_identifiers = { file = "CANARY/i.csv", column = "pan", pseudonym = "card" }
"#;

#[test]
fn the_record_tells_no_cell_and_no_folder() {
    let plan = plan(&[], CELLS);
    assert_eq!(format!("{:?}", asked(plan.clone())).matches("CANARY").count(), CELLS.matches("CANARY").count());
    let leaked = plan.settings.iter().find(|it| format!("{it:?}").contains("CANARY"));
    assert_eq!(leaked, None);
}

#[test]
fn older_spellings_mean_the_same_as_those_that_are_documented() {
    let mut seen = 0;
    for row in keys().filter(|row| row.old.is_some()) {
        let (place, line) = example_of(row);
        let written = |lines: &str| asked(plan(&[], &format!("{place}{lines}")));
        let old = line.replacen(row.name, row.old.unwrap(), 1);
        assert_ne!(old, line);
        assert_eq!(written(&line), written(&old), "{}", row.key());
        let both = parse(&format!("{place}{line}{old}")).unwrap_err();
        assert_eq!(both.code(), "two-spellings", "{}", row.key());
        seen += 1;
    }
    assert_eq!(seen, 4);
    let holds = |keys: &str| asked(plan(&[], &format!("[[recipient.holds]]\nfile = \"m.csv\"\n{keys}\n")));
    let new = holds("attack = \"tolerant\"\nnull_value = \"-\"");
    assert_eq!(new, holds("attacks = [\"tolerant\"]\nnull_values = [\"-\"]"));
}

#[test]
fn the_preset_default_means_no_preset_under_both_of_its_names() {
    for name in ["default", "house-default"] {
        let plan = plan(&[], &format!("[policy]\npreset = \"{name}\"\n"));
        assert_eq!((plan.policy.name.as_str(), &plan.policy.preset), ("default", &None));
        assert_eq!(
            tried(&[("preset", &[name])], "[policy]\npreset = \"controlled-k5\"\n").unwrap().policy.preset,
            None
        );
    }
}

#[test]
fn every_mistake_of_a_file_is_told_in_its_order() {
    let text = "[scan]\nmax_set = 0\nseeed = 1\n[policy]\nk = \"5\"\nmax_risk = 0.9\n[columns.age]\nrole = \"quasi\"\n\
                coarsen = [\"dya\", \"monht\"]\n[unicty]\n";
    let report = parse(text).unwrap_err().report();
    let lines: Vec<&str> =
        report.lines().filter_map(|line| line.trim().strip_prefix("--> conf/reidrisk.toml:")).collect();
    assert_eq!(lines, ["2:11", "3:1", "5:5", "6:12", "8:8", "9:12", "9:19", "10:2"], "{report}");
}

/// The keys of every table that `path` leads to; a list stands for each of its entries.
fn keys_at(value: &DeValue<'_>, path: &[&str]) -> BTreeSet<String> {
    match (value, path) {
        (DeValue::Array(list), _) => list.iter().flat_map(|item| keys_at(item.get_ref(), path)).collect(),
        (DeValue::Table(table), []) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        (DeValue::Table(table), [name, rest @ ..]) => {
            let named = table.iter().filter(|(key, _)| *name == "*" || key.get_ref() == name);
            named.flat_map(|(_, value)| keys_at(value.get_ref(), rest)).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The keys that a table takes, as the answer to an unknown one lists them.
fn keys_here(table: &str) -> BTreeSet<String> {
    let error = parse(&format!("{table}\nqqqq = 1\n")).unwrap_err();
    let hint = error.hint().unwrap();
    hint.strip_prefix("keys here: ").unwrap_or_else(|| panic!("{hint}")).split(", ").map(str::to_owned).collect()
}

const PAGE: &str = include_str!("../../docs/configuration.md");

#[test]
fn the_example_of_the_documentation_is_valid_and_has_every_section_and_every_key_of_a_source() {
    let example = PAGE.split_once("## reidrisk.toml\n").and_then(|(_, after)| after.split_once("```toml\n"));
    let example = example.and_then(|(_, after)| after.split_once("```")).unwrap().0;
    parse(example).unwrap();
    let document = DeValue::Table(DeTable::parse(example).unwrap().into_inner());
    let sections = SECTIONS.into_iter().chain([AGGREGATES]).map(str::to_owned).collect();
    assert_eq!(keys_at(&document, &[]), sections);
    for (path, table) in [
        (["recipient", "holds"], "[[recipient.holds]]\nfile = \"m\""),
        (
            ["linkage", "known_identifiers"],
            "[linkage.known_identifiers]\nfile = \"i\"\ncolumn = \"c\"\npseudonym = \"p\"",
        ),
    ] {
        assert_eq!(keys_at(&document, &path), keys_here(table), "{path:?}");
    }
}

#[test]
fn an_empty_file_gives_the_defaults_and_guesses_roles() {
    let plan = plan(&[], "");
    assert!(plan.roles.guess && plan.roles.declared.is_empty());
    assert_eq!((plan.max_set, plan.policy.k, plan.policy.name.as_str()), (3, 5, "default"));
    assert_eq!(plan.policy.fail_on, Severity::High);
    // SHA-256 of no bytes.
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(plan.config_sha256.as_deref(), Some(hash));
}

#[test]
fn a_flag_comes_before_the_file_and_the_file_before_the_default() {
    let plan = plan(&[("k", &["3"])], "[policy]\nk = 10\n[scan]\nmax_set = 2\n");
    assert_eq!((plan.policy.k, plan.max_set, plan.seed), (3, 2, 0));
    assert_eq!(recorded(&plan, "policy.k"), ("3".to_owned(), "--k".to_owned()));
    assert_eq!(recorded(&plan, "scan.max_set"), ("2".to_owned(), "conf/reidrisk.toml".to_owned()));
    assert_eq!(recorded(&plan, "scan.seed").1, "default");
}

/// What a plan says of flags that ask for less.
fn loosened(flags: &[Typed<'_>], text: &str) -> Vec<String> {
    plan(flags, text).declarations.loosened_by
}

#[test]
fn a_looser_limit_than_the_file_or_the_default_is_noted_and_a_stricter_one_is_not() {
    let file = "[policy]\nk = 10\nmax_unicity = 0.1\n";
    let (k, unicity): (Typed<'_>, Typed<'_>) = (("k", &["2"]), ("max-unicity", &["0.3"]));
    assert_eq!(loosened(&[k], file), ["--k"]);
    assert_eq!(loosened(&[k, unicity], file), ["--k", "--max-unicity"]);
    assert_eq!(loosened(&[unicity], ""), ["--max-unicity"]);
    assert_eq!(loosened(&[("preset", &["default"])], "[policy]\npreset = \"controlled-k5\"\n"), ["--preset"]);
    for stricter in [&[("k", &["11"][..])][..], &[("max-unicity", &["0.1"])], &[("fail-on", &["critical"])]] {
        assert!(loosened(stricter, file).is_empty(), "{stricter:?}");
    }
    assert!(loosened(&[], file).is_empty(), "the file may ask for what it likes");
    let mut variable = Given::flag("k", &["2"]).unwrap();
    "REIDRISK_K".clone_into(&mut variable.origin);
    let config = ConfigFile::parse(Path::new("reidrisk.toml"), file.as_bytes()).unwrap();
    let plan = resolve(vec!["a.csv".to_owned()], &[variable], Some(config)).unwrap();
    assert_eq!(plan.declarations.loosened_by, ["REIDRISK_K"]);
}

#[test]
fn other_points_than_those_of_the_file_are_noted() {
    let file = "[unicity]\npoint = \"day+shop\"\nreason = \"so\"\n";
    assert_eq!(loosened(&[("point", &["day", "shop"])], file), ["--point"]);
    assert!(loosened(&[("point", &["shop+day"])], file).is_empty());
    assert_eq!(loosened(&[("point", &["day"])], "[unicity]\nreason = \"so\"\n"), ["--point"]);
    assert!(loosened(&[("point", &["day"])], "").is_empty());
}

#[test]
fn a_role_flag_that_takes_a_column_of_the_file_away_is_noted() {
    let file = "[subject]\ncolumn = \"card\"\n[columns.age]\nrole = \"quasi-identifier\"\n[columns.pay]\nrole = \
                \"sensitive\"\n[columns.name]\nrole = \"direct-identifier\"\n[columns.memo]\nrole = \"ignore\"\n";
    for flag in ["sensitive", "weight", "ignore", "direct", "subject"] {
        assert_eq!(loosened(&[(flag, &["age"])], file), [format!("--{flag}")]);
    }
    assert_eq!(loosened(&[("ignore", &["pay"])], file), ["--ignore"]);
    assert_eq!(loosened(&[("ignore", &["name"]), ("weight", &["age"])], file), ["--weight", "--ignore"]);
    assert_eq!(loosened(&[("subject", &["account"])], file), ["--subject"]);
    let closer: &[&[Typed<'_>]] =
        &[&[("quasi", &["age", "memo", "city"])], &[("subject", &["card"])], &[("sensitive", &["pay", "balance"])]];
    for flags in closer {
        assert!(loosened(flags, file).is_empty(), "{flags:?}");
    }
    assert!(loosened(&[("ignore", &["age"])], "").is_empty(), "nothing declared it");
}

#[test]
fn a_flag_overrides_the_role_of_its_column_only() {
    let flags: &[Typed<'_>] = &[("sensitive", &["age"])];
    let text = "[columns.age]\nrole = \"quasi-identifier\"\n[columns.sex]\nrole = \"quasi-identifier\"\n";
    let plan = plan(flags, text);
    assert_eq!(plan.roles.declared["age"], Role::Sensitive);
    assert_eq!(plan.roles.declared["sex"], Role::QuasiIdentifier);
}

#[test]
fn another_subject_on_the_command_line_replaces_the_one_of_the_file() {
    let flags: &[Typed<'_>] = &[("subject", &["account"])];
    let plan = plan(flags, "[subject]\ncolumn = \"card\"\n");
    assert_eq!(plan.roles.declared["account"], Role::Subject);
    assert_eq!(plan.roles.declared["card"], Role::Ignore);
}

#[test]
fn only_roles_that_say_what_can_be_known_turn_guessing_off() {
    let subject: &[Typed<'_>] = &[("subject", &["card"])];
    assert!(plan(subject, "[policy]\nk = 3\n").roles.guess);
    assert!(!plan(&[("quasi", &["age"])], "").roles.guess);
    assert!(!plan(&[("point", &["day+shop"])], "").roles.guess);
    assert!(!plan(&[("against", &["a.csv"]), ("on", &["age"])], "").roles.guess);
    assert!(!plan(&[], "[columns.a]\nrole = \"ignore\"\n").roles.guess);
    assert!(!plan(&[], "[subject]\ncolumn = \"a\"\n").roles.guess);
    assert!(plan(&[], "[columns.a]\ncoarsen = \"day\"\n").roles.guess);
}

#[test]
fn rules_of_a_flag_replace_those_of_the_file_for_that_column() {
    let plan = plan(
        &[("coarsen", &["a=month"])],
        "[columns.a]\ncoarsen = [\"day\", \"week\"]\n[columns.b]\ncoarsen = \"year\"\n",
    );
    assert_eq!(plan.coarsen["a"].len(), 1);
    assert_eq!(plan.coarsen["b"].len(), 1);
}

/// Asserts code, position and a piece of the hint.
fn refused(text: &str, code: &str, position: (usize, usize), hint: &str) {
    let error = parse(text).unwrap_err();
    assert_eq!(error.code(), code, "{}", error.report());
    assert_eq!(error.position(), Some(position), "{}", error.report());
    assert!(error.hint().unwrap_or_default().contains(hint), "{}", error.report());
}

#[test]
fn unknown_names_are_refused_where_they_stand_with_a_proposal() {
    refused("[polcy]\nk = 5\n", "unknown-section", (1, 2), "`policy`");
    refused("[policy]\nzzzz = 5\nfail_onn = 1\n", "unknown-key", (2, 1), "keys here");
    refused("[policy]\nfail_onn = \"low\"\n", "unknown-key", (2, 1), "did you mean `fail_on`?");
    refused("[policy]\nmax_set = 2\n", "unknown-key", (2, 1), "belongs in `[scan]`");
    refused("[columns.age]\nrole = \"quasi\"\n", "unknown-role", (2, 8), "did you mean `quasi-identifier`?");
    refused("[columns.age]\ncoarsen = [\"day\", \"yeer\"]\n", "coarsen-rule", (2, 19), "did you mean `year`?");
    refused("[scan]\nmeasures = [\"unicty\"]\n", "unknown-measure", (2, 13), "did you mean `unicity`?");
    refused("[subject]\nmap = { file = \"x\", from = \"a\" }\n", "missing-key", (2, 7), "to = ");
}

#[test]
fn wrong_values_are_refused_with_the_name_of_their_key() {
    for (text, key) in [
        ("[policy]\nk = 0\n", "policy.k"),
        ("[policy]\nk = 1\n", "policy.k"),
        ("[policy]\nk = -3\n", "policy.k"),
        ("[policy]\nk = 99999999999\n", "policy.k"),
        ("[policy]\nk = 5.0\n", "policy.k"),
        ("[policy]\nk = \"5\"\n", "policy.k"),
        ("[policy]\nfail_on = \"hi\"\n", "policy.fail_on"),
        ("[policy]\nallow_review = 1\n", "policy.allow_review"),
        ("[scan]\nmax_set = 0\n", "scan.max_set"),
        ("[scan]\nmemory = \"12 bananas\"\n", "scan.memory"),
        ("[scan]\nmemory = 5\n", "scan.memory"),
        ("[scan]\ntimeout = \"soon\"\n", "scan.timeout"),
        ("[scan]\nthreads = 0\n", "scan.threads"),
        ("[scan]\nthreads = 1025\n", "scan.threads"),
        ("[scan]\nmissing = \"drop\"\n", "scan.missing"),
        ("[dataset]\ndelimiter = \"ab\"\n", "dataset.delimiter"),
        ("[dataset]\nname = \" \"\n", "dataset.name"),
        ("[dataset]\nencoding = \"ebcdic\"\n", "dataset.encoding"),
        ("[columns]\nage = 3\n", "columns.age"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.to_string().contains(&format!("`{key}`")), "{}", error.report());
        assert!(error.position().is_some(), "{}", error.report());
    }
}

#[test]
fn broken_files_are_refused_with_a_place() {
    assert_eq!(parse("[policy\nk = 5").unwrap_err().code(), "syntax");
    assert_eq!(parse("[policy]\nk = 5\nk = 6\n").unwrap_err().code(), "syntax");
    let error = ConfigFile::parse(Path::new("r.toml"), b"# \xff").unwrap_err();
    assert_eq!(error.code(), "not-utf-8");
    assert_eq!(ConfigFile::read(Path::new("does/not/exist.toml")).unwrap_err().code(), "unreadable");
}

#[test]
fn two_subjects_or_two_roles_in_a_file_are_refused() {
    let text = "[subject]\ncolumn = \"a\"\n[columns.b]\nrole = \"subject\"\n";
    assert_eq!(parse(text).unwrap_err().code(), "two-subjects");
    let text = "[subject]\ncolumn = \"a\"\n[columns.a]\nrole = \"ignore\"\n";
    assert_eq!(parse(text).unwrap_err().code(), "two-roles");
}

#[test]
fn a_map_without_a_subject_is_refused() {
    let text = "[subject.map]\nfile = \"m\"\nfrom = \"a\"\nto = \"b\"\n[columns.x]\nrole = \"ignore\"\n";
    assert_eq!(tried(&[], text).unwrap_err().code(), "map-without-subject");
}

#[test]
fn a_named_column_that_is_not_there_is_refused_with_a_list() {
    let columns = ["age".to_owned(), "s\u{1b}ex".to_owned()];
    let error = check_columns(&plan(&[], "[columns.agee]\nrole = \"ignore\"\n"), &columns).unwrap_err();
    assert_eq!(error.to_string(), "there is no column `agee`");
    assert_eq!(error.hint().unwrap(), "did you mean `age`? columns: `age`, `s\\u{1b}ex`");
    assert!(check_columns(&plan(&[], "[columns.age]\ncoarsen = \"drop\"\n"), &columns).is_ok());
}

#[test]
fn a_column_about_which_nothing_is_said_is_refused_where_it_stands() {
    refused("[columns.a]\nrole = \"ignore\"\n[columns.typo]\n", "empty-section", (3, 10), "`role`");
}

#[test]
fn a_rule_of_a_column_that_is_not_counted_is_refused() {
    let columns = ["a".to_owned(), "b".to_owned()];
    let quasi = "[columns.a]\nrole = \"quasi-identifier\"\n[columns.b]\n";
    let checked = |text: &str| check_columns(&plan(&[], &format!("{quasi}{text}")), &columns);
    for text in ["coarsen = \"day\"\n", "role = \"sensitive\"\ncoarsen = \"day\"\n"] {
        let error = checked(text).unwrap_err();
        assert_eq!(error.to_string(), "column `b` is not a quasi-identifier, so its rule would have no effect");
        assert!(error.hint().is_some());
    }
    assert!(checked("coarsen = \"drop\"\n").is_ok());
    assert!(checked("role = \"quasi-identifier\"\ncoarsen = \"day\"\n").is_ok());
}

#[test]
fn a_flag_that_takes_a_column_out_takes_its_rules_of_the_file_along() {
    let text = "[columns.a]\nrole = \"quasi-identifier\"\ncoarsen = \"day\"\n";
    let flags: &[Typed<'_>] = &[("ignore", &["a"])];
    assert!(plan(flags, text).coarsen.is_empty());
    let flags: &[Typed<'_>] = &[("quasi", &["a"])];
    assert_eq!(plan(flags, text).coarsen.len(), 1);
}

#[test]
fn one_sign_cannot_stand_between_fields_and_around_them() {
    for text in [
        "delimiter = \";\"\nquote = \";\"",
        "delimiter = \"tab\"\nquote = \"tab\"",
        "delimiter = '\"'",
        "delimiter = \"'\"",
        "quote = \"|\"",
    ] {
        let error = tried(&[], &format!("[dataset]\n{text}\n")).unwrap_err();
        assert_eq!(error.code(), "same-sign", "{text}");
        assert!(error.hint().is_some(), "{text}");
    }
    for text in ["delimiter = '\"'\nquote = \"none\"", "delimiter = \";\"", "quote = \"|\"\ndelimiter = \",\""] {
        plan(&[], &format!("[dataset]\n{text}\n"));
    }
}

#[test]
fn no_input_is_refused() {
    let error = resolve(Vec::new(), &[], None).unwrap_err();
    assert_eq!(error.code(), "no-input");
}
