//! Configuration files from text to plan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::file::{COLUMN, DATASET, SCAN, SECTIONS, SUBJECT};
use super::holds::{HOLDS, KNOWN_IDENTIFIERS, LINKAGE, ON};
use super::policy::{POLICY, RECIPIENT};
use super::unicity::UNICITY;
use super::{ConfigError, ConfigFile, Plan, Resolved, Settings, check_columns, parse_waivers, resolve};
use crate::result::{FindingCode, GateMeasure, MissingMode, Role, Severity, Waiver};

fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
    ConfigFile::parse(Path::new("conf/reidrisk.toml"), text.as_bytes())
}

fn merged(flags: Settings, text: &str) -> Resolved {
    resolve(vec!["a.csv".to_owned()], flags, Some(parse(text).unwrap()), &|_| "flag".to_owned()).unwrap()
}

fn plan(flags: Settings, text: &str) -> Plan {
    merged(flags, text).plan
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
    let plan = plan(Settings::default(), WHOLE);
    assert_eq!(plan.dataset_name.as_deref(), Some("cards"));
    assert_eq!((plan.input.delimiter, plan.input.quote, plan.input.header), (Some(b';'), Some(None), Some(true)));
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

/// The keys of every table that `path` leads to; `*` is any name, and a list stands for each of its entries.
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

#[test]
fn the_example_of_the_documentation_is_valid_and_has_every_key() {
    let page = include_str!("../../docs/configuration.md");
    let example = page.split_once("Every key that there is").and_then(|(_, after)| after.split_once("```toml\n"));
    let example = example.and_then(|(_, after)| after.split_once("```")).unwrap().0;
    parse(example).unwrap();
    let document = DeValue::Table(DeTable::parse(example).unwrap().into_inner());
    let sections: [(&str, &[&str]); 12] = [
        ("", &SECTIONS),
        ("dataset", &DATASET),
        ("subject", &SUBJECT),
        ("columns.*", &COLUMN),
        ("recipient", &RECIPIENT),
        ("recipient.holds", &HOLDS),
        ("recipient.holds.on", &ON),
        ("policy", &POLICY),
        ("scan", &SCAN),
        ("unicity", &UNICITY),
        ("linkage", &LINKAGE),
        ("linkage.known_identifiers", &KNOWN_IDENTIFIERS),
    ];
    for (section, keys) in sections {
        let path: Vec<&str> = section.split('.').filter(|name| !name.is_empty()).collect();
        let known: BTreeSet<String> = keys.iter().map(|&key| key.to_owned()).collect();
        assert_eq!(keys_at(&document, &path), known, "[{section}]");
    }
}

#[test]
fn an_empty_file_gives_the_defaults_and_guesses_roles() {
    let plan = plan(Settings::default(), "");
    assert!(plan.roles.guess && plan.roles.declared.is_empty());
    assert_eq!((plan.max_set, plan.policy.k, plan.policy.name.as_str()), (3, 5, "default"));
    assert_eq!(plan.policy.fail_on, Severity::High);
    // SHA-256 of no bytes.
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(plan.config_sha256.as_deref(), Some(hash));
}

#[test]
fn a_flag_comes_before_the_file_and_the_file_before_the_default() {
    let flags = Settings { k: Some(3), ..Settings::default() };
    let resolved = merged(flags, "[policy]\nk = 10\n[scan]\nmax_set = 2\n");
    assert_eq!((resolved.plan.policy.k, resolved.plan.max_set, resolved.plan.seed), (3, 2, 0));
    let source = |setting: &str| {
        resolved.origins.iter().find(|origin| origin.setting == setting).map(|origin| origin.source.as_str())
    };
    assert_eq!(source("k"), Some("flag"));
    assert_eq!(source("max_set"), Some("conf/reidrisk.toml"));
    assert_eq!(source("seed"), Some("default"));
}

#[test]
fn a_flag_overrides_the_role_of_its_column_only() {
    let mut flags = Settings::default();
    flags.declare("--sensitive", Role::Sensitive, &["age".to_owned()]).unwrap();
    let text = "[columns.age]\nrole = \"quasi-identifier\"\n[columns.sex]\nrole = \"quasi-identifier\"\n";
    let plan = plan(flags, text);
    assert_eq!(plan.roles.declared["age"], Role::Sensitive);
    assert_eq!(plan.roles.declared["sex"], Role::QuasiIdentifier);
}

#[test]
fn another_subject_on_the_command_line_replaces_the_one_of_the_file() {
    let mut flags = Settings::default();
    flags.declare("--subject", Role::Subject, &["account".to_owned()]).unwrap();
    let plan = plan(flags, "[subject]\ncolumn = \"card\"\n");
    assert_eq!(plan.roles.declared["account"], Role::Subject);
    assert_eq!(plan.roles.declared["card"], Role::Ignore);
}

#[test]
fn only_roles_that_say_what_can_be_known_turn_guessing_off() {
    let mut subject = Settings::default();
    subject.declare("--subject", Role::Subject, &["card".to_owned()]).unwrap();
    assert!(plan(subject.clone(), "[policy]\nk = 3\n").roles.guess);
    subject.decides_roles = true;
    assert!(!plan(subject, "").roles.guess);
    assert!(!plan(Settings::default(), "[columns.a]\nrole = \"ignore\"\n").roles.guess);
    assert!(!plan(Settings::default(), "[subject]\ncolumn = \"a\"\n").roles.guess);
    assert!(plan(Settings::default(), "[columns.a]\ncoarsen = \"day\"\n").roles.guess);
}

#[test]
fn rules_of_a_flag_replace_those_of_the_file_for_that_column() {
    let mut flags = Settings::default();
    flags.coarsen_with("a=month").unwrap();
    let plan = plan(flags, "[columns.a]\ncoarsen = [\"day\", \"week\"]\n[columns.b]\ncoarsen = \"year\"\n");
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
    refused("[policy]\nmax_set = 2\n", "unknown-key", (2, 1), "belongs into `[scan]`");
    refused("[columns.age]\nrole = \"quasi\"\n", "unknown-role", (2, 8), "did you mean `quasi-identifier`?");
    refused("[columns.age]\ncoarsen = [\"day\", \"yeer\"]\n", "coarsen-rule", (2, 19), "did you mean `year`?");
    refused("[scan]\nmeasures = [\"unicty\"]\n", "unknown-measure", (2, 12), "");
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
    let error = resolve(vec!["a".to_owned()], Settings::default(), Some(parse(text).unwrap()), &|_| String::new());
    assert_eq!(error.unwrap_err().code(), "map-without-subject");
}

#[test]
fn a_named_column_that_is_not_there_is_refused_with_a_list() {
    let columns = ["age".to_owned(), "s\u{1b}ex".to_owned()];
    let error = check_columns(&plan(Settings::default(), "[columns.agee]\nrole = \"ignore\"\n"), &columns).unwrap_err();
    assert_eq!(error.to_string(), "there is no column `agee`");
    assert_eq!(error.hint().unwrap(), "did you mean `age`? columns: `age`, `s\\u{1b}ex`");
    assert!(check_columns(&plan(Settings::default(), "[columns.age]\ncoarsen = \"drop\"\n"), &columns).is_ok());
}

#[test]
fn a_column_about_which_nothing_is_said_is_refused_where_it_stands() {
    refused("[columns.a]\nrole = \"ignore\"\n[columns.typo]\n", "empty-section", (3, 10), "`role`");
}

#[test]
fn a_rule_of_a_column_that_is_not_counted_is_refused() {
    let columns = ["a".to_owned(), "b".to_owned()];
    let quasi = "[columns.a]\nrole = \"quasi-identifier\"\n[columns.b]\n";
    let checked = |text: &str| check_columns(&plan(Settings::default(), &format!("{quasi}{text}")), &columns);
    for text in ["coarsen = \"day\"\n", "role = \"sensitive\"\ncoarsen = \"day\"\n"] {
        let error = checked(text).unwrap_err();
        assert_eq!(error.to_string(), "column `b` is not a quasi-identifier, so its rule would do nothing");
        assert!(error.hint().is_some());
    }
    assert!(checked("coarsen = \"drop\"\n").is_ok());
    assert!(checked("role = \"quasi-identifier\"\ncoarsen = \"day\"\n").is_ok());
}

#[test]
fn a_flag_that_takes_a_column_out_takes_its_rules_of_the_file_along() {
    let text = "[columns.a]\nrole = \"quasi-identifier\"\ncoarsen = \"day\"\n";
    let mut flags = Settings::default();
    flags.declare("--ignore", Role::Ignore, &["a".to_owned()]).unwrap();
    assert!(plan(flags, text).coarsen.is_empty());
    let mut flags = Settings::default();
    flags.declare("--quasi", Role::QuasiIdentifier, &["a".to_owned()]).unwrap();
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
        let file = parse(&format!("[dataset]\n{text}\n")).unwrap();
        let error = resolve(vec!["a".to_owned()], Settings::default(), Some(file), &|_| String::new()).unwrap_err();
        assert_eq!(error.code(), "same-sign", "{text}");
        assert!(error.hint().is_some(), "{text}");
    }
    for text in ["delimiter = '\"'\nquote = \"none\"", "delimiter = \";\"", "quote = \"|\"\ndelimiter = \",\""] {
        plan(Settings::default(), &format!("[dataset]\n{text}\n"));
    }
}

#[test]
fn no_input_is_refused() {
    let error = resolve(Vec::new(), Settings::default(), None, &|_| String::new()).unwrap_err();
    assert_eq!(error.code(), "no-input");
}

#[test]
fn the_policy_is_read_with_preset_limits_and_severities() {
    let text = "[policy]\npreset = \"controlled-k5\"\nmax_risk = 0.09\nmax_average_risk = 0.05\nmax_unique_share = 0\n\
                max_share_at_risk = 0.2\nmax_unicity = 0.1\nmax_linked_share = 0.01\nmax_relinked_share = 0.05\nmax_correct_links = 12\nmax_inference_advantage = 0.01\n\
                severities = { guessed-roles = \"critical\" }\n[columns.memo]\npermitted = true\n\
                [columns.x]\npermitted = false\n";
    let resolved = merged(Settings::default(), text);
    let policy = &resolved.plan.policy;
    assert_eq!((policy.name.as_str(), policy.k), ("controlled-k5", 12));
    assert_eq!(policy.limit_of(&GateMeasure::UNICITY), Some(0.1));
    assert_eq!(policy.limit_of(&GateMeasure::CORRECT_LINKS), Some(12.0));
    assert_eq!(policy.limit_of(&GateMeasure::LINKED_SHARE), Some(0.01));
    assert_eq!(policy.limit_of(&GateMeasure::RELINKED_SHARE), Some(0.05));
    assert_eq!(policy.severities[0].at_least, Severity::Critical);
    assert_eq!(policy.permitted_identifiers, ["memo"]);
    assert!(resolved.plan.permitted_identifiers.contains("memo") && resolved.plan.roles.guess);
    let told = |setting: &str| {
        let origin = resolved.origins.iter().find(|origin| origin.setting == setting).unwrap();
        (origin.value.clone(), origin.source.clone())
    };
    assert_eq!(told("k"), ("12".to_owned(), "max_risk".to_owned()));
    assert_eq!(told("max_risk").0, "0.09, so at least 12 in every class");
}

#[test]
fn the_recipient_is_read_with_its_register() {
    let text = "[recipient]\nname = \"Platform\"\npurpose = \"fraud study\"\nagreement = \"C-118\"\nends = 2027-02-28\n\
                no_onward_sharing = true\nallowed_columns = [\"a\", \"b\"]\nforbidden_columns = \"c\"\n\
                consent = { file = \"register.csv\", column = \"who\", value_column = \"ok\", value = [\"yes\", \"1\"] }\n";
    let recipient = plan(Settings::default(), text).recipient.unwrap();
    assert_eq!(recipient.terms.ends.as_deref(), Some("2027-02-28"));
    assert_eq!(recipient.terms.no_onward_sharing, Some(true));
    assert_eq!(recipient.terms.allowed_columns.unwrap(), ["a", "b"]);
    assert_eq!(recipient.terms.forbidden_columns, ["c"]);
    let register = recipient.consent.unwrap();
    assert_eq!((register.file, register.values.len()), (PathBuf::from("conf/register.csv"), 2));
    let text = "[recipient]\nends = \"2027-02-28\"\n";
    assert_eq!(plan(Settings::default(), text).recipient.unwrap().terms.ends.as_deref(), Some("2027-02-28"));
}

#[test]
fn mistakes_in_policy_and_recipient_are_refused_where_they_stand() {
    refused("[policy]\npreset = \"controled-k5\"\n", "unknown-preset", (2, 10), "did you mean `controlled-k5`?");
    refused("[policy]\npreset = \"aggregate-bank\"\n", "preset-for-totals", (2, 10), "another preset");
    refused("[policy]\nmax_risk = 0\n", "wrong-value", (2, 12), "");
    refused("[policy]\nmax_risk = 0.9\n", "wrong-value", (2, 12), "");
    refused("[policy]\nmax_unicity = 1.1\n", "wrong-value", (2, 15), "");
    refused("[policy]\nmax_unicity = nan\n", "wrong-value", (2, 15), "");
    refused("[policy]\nmax_unicity = \"0.1\"\n", "wrong-type", (2, 15), "");
    refused("[policy]\nmax_unicty = 0.1\n", "unknown-key", (2, 1), "did you mean `max_unicity`?");
    refused("[policy.severities]\nsmal-class = \"low\"\n", "unknown-finding", (2, 1), "did you mean `small-class`?");
    refused("[recipient]\nends = 2027-02-30\n", "syntax", (2, 8), "");
    refused("[recipient]\nends = \"soon\"\n", "wrong-value", (2, 8), "");
    refused("[recipient]\nends = 2027-02-28T10:00:00\n", "wrong-value", (2, 8), "");
    refused("[recipient]\npurpose = \" \"\n", "wrong-value", (2, 11), "");
    refused("[recipient]\nconsent = { file = \"r\" }\n", "missing-key", (2, 11), "column");
    let text = "[recipient]\nconsent = { file = \"r\", column = \"c\", value_column = \"v\" }\n";
    refused(text, "missing-key", (2, 11), "value = ");
}

#[test]
fn a_permitted_column_must_be_there() {
    let columns = ["a".to_owned()];
    let checked = |text: &str| check_columns(&plan(Settings::default(), text), &columns);
    assert_eq!(checked("[columns.b]\npermitted = true\n").unwrap_err().code(), "unknown-column");
    assert!(checked("[columns.a]\npermitted = true\n").is_ok());
}

const WAIVER: &str = "[[waiver]]\nfinding = \"high-unicity\"\nreason = \"enclave\"\napproved_by = \"officer\"\n";

fn waivers(text: &str) -> Result<Vec<Waiver>, ConfigError> {
    parse_waivers(Path::new("w.toml"), text.as_bytes(), "2026-11-22".parse().unwrap())
}

#[test]
fn waivers_are_read_whole() {
    let more = "expires = 2027-02-28\ndataset = \"card_*\"\ncolumns = [\"a\"]\nticket = \"DPIA-214\"\n\
                limit = { measure = \"unicity@4\", max = 0.35 }\n";
    let read = waivers(&format!("{WAIVER}{more}{WAIVER}expires = \"2026-11-01\"\n")).unwrap();
    assert_eq!((read.len(), read[0].finding, read[0].expires.as_str()), (2, FindingCode::HighUnicity, "2027-02-28"));
    assert_eq!(read[0].limit.as_ref().unwrap().max, Some(0.35));
    assert_eq!((read[0].dataset.as_deref(), read[1].dataset.as_deref()), (Some("card_*"), None));
    assert_eq!(waivers("").unwrap(), []);
}

#[test]
fn a_waiver_ends_within_half_a_year() {
    let ends = |day: &str| waivers(&format!("{WAIVER}expires = {day}\n"));
    assert!(ends("2027-05-21").is_ok(), "the 180th day");
    let error = ends("2027-05-22").unwrap_err();
    assert_eq!((error.code(), error.position()), ("too-far", Some((5, 11))));
}

#[test]
fn mistakes_in_waivers_are_refused_where_they_stand() {
    let refused = |text: &str, code: &str, line: usize| {
        let error = waivers(text).unwrap_err();
        assert_eq!(error.code(), code, "{}", error.report());
        assert_eq!(error.position().map(|(line, _)| line), Some(line), "{}", error.report());
    };
    let whole = format!("{WAIVER}expires = 2027-02-28\n");
    refused(WAIVER, "missing-key", 1);
    for key in ["reason", "approved_by", "finding"] {
        let without: Vec<&str> = whole.lines().filter(|line| !line.starts_with(key)).collect();
        refused(&without.join("\n"), "missing-key", 1);
    }
    refused(&whole.replace("enclave", " "), "wrong-value", 3);
    refused(&whole.replace("high-unicity", "high-unicty"), "unknown-finding", 2);
    for code in ["unknown-risk", "incomplete-measure", "consent-missing", "unused-waiver"] {
        refused(&whole.replace("high-unicity", code), "not-waivable", 2);
    }
    refused(&format!("{whole}reasons = 1\n"), "unknown-key", 6);
    refused(&format!("{whole}dataset = \"a[\"\n"), "wrong-value", 6);
    refused(&format!("{whole}source = \"crm\"\n"), "waiver-source", 6);
    refused(&format!("{whole}limit = {{ measure = \"smallest-class\", max = 3 }}\n"), "waiver-limit", 6);
    refused(&format!("{whole}limit = {{ measure = \"unicity@4\", min = 0.1 }}\n"), "waiver-limit", 6);
    refused(&format!("{whole}limit = {{ measure = \"unicity@4\" }}\n"), "waiver-limit", 6);
    refused("waiver = 3\n", "wrong-type", 1);
    refused("waivers = []\n", "unknown-section", 1);
    assert_eq!(waivers("[[waiver]\n").unwrap_err().code(), "syntax");
}
