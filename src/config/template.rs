//! A first `reidrisk.toml` for an extract: what was guessed, written down so that a person can confirm it.

use std::fmt::Write as _;

use super::kind::name_of;
use super::parts::{ENCODINGS, SEVERITIES};
use crate::plan::{InputOptions, Plan, grouped};
use crate::printable::{is_invisible, printable};
use crate::result::{Dataset, DatasetColumn, Role};

/// The text of a configuration file that declares for every column of `dataset` the role it has there, with comments
/// that say why, and the reading options and limits of `plan`.
///
/// Read again over the same extract it gives the same roles, declared instead of guessed. Names of columns are quoted
/// so that any text is a name; reasons are comments of one line.
#[must_use]
pub fn starting_config(dataset: &Dataset, plan: &Plan) -> String {
    let mut text = String::new();
    let name = printable(&dataset.name);
    let columns = dataset.columns.len();
    let guessed = dataset.columns.iter().filter(|column| column.guessed).count();
    push(&mut text, &format!("# Column roles and limits for {name}, for `reidrisk scan`."));
    push(&mut text, &format!("# {guessed} of {columns} roles were guessed from headings and counts."));
    push(&mut text, "# Read every entry and correct it: from now on a scan takes them as declared, and may pass.");
    push(
        &mut text,
        "# A PASS needs a role for every column; a `reason` says why what is declared is right where the data",
    );
    push(&mut text, "# alone do not show it. `reidrisk explain CODE` says what a finding asks for.");
    push(&mut text, "# A relative file name is looked for in the folder of this file.");
    dataset_section(&mut text, dataset, &plan.input);
    subject_section(&mut text, dataset);
    columns_section(&mut text, dataset);
    policy_section(&mut text, plan);
    recipient_example(&mut text, dataset);
    text
}

const ROLE_HELP: [&str; 6] = [
    "subject            the person or account that records belong to",
    "direct-identifier  names a person outright: name, card number, e-mail",
    "quasi-identifier   others may know it, and it helps to single a person out",
    "sensitive          what nobody should learn",
    "weight             sampling weight",
    "ignore             not used",
];

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn pair(text: &mut String, key: &str, value: &str) {
    push(text, &format!("{key} = {value}"));
}

fn dataset_section(text: &mut String, dataset: &Dataset, input: &InputOptions) {
    push(text, "\n[dataset]");
    push(text, &format!("# name = {}", quoted(&dataset.name)));
    let sign = |byte: u8| quoted(&if byte == b'\t' { "tab".to_owned() } else { char::from(byte).to_string() });
    if let Some(delimiter) = input.delimiter {
        pair(text, "delimiter", &sign(delimiter));
    }
    if let Some(quote) = input.quote {
        pair(text, "quote", &quote.map_or_else(|| quoted("none"), sign));
    }
    if let Some(header) = input.header {
        pair(text, "header", &header.to_string());
    }
    if let Some(encoding) = input.encoding {
        pair(text, "encoding", &quoted(&name_of(&ENCODINGS, encoding)));
    }
    if !input.null_values.is_empty() {
        pair(text, "null_value", &list(&input.null_values));
    }
    if let Some(trim) = input.trim {
        pair(text, "trim", &trim.to_string());
    }
    if let Some(marks) = &input.suppression_marks {
        pair(text, "suppression_marks", &list(marks));
    }
}

fn subject_section(text: &mut String, dataset: &Dataset) {
    push(text, "\n# Who is the person? Crowds are counted in subjects, not in records.");
    let Some(subject) = dataset.columns.iter().find(|column| column.role == Role::Subject) else {
        push(text, "# No column looks like a subject, so each record counts as its own, which can hide risk.");
        push(text, "# Name the subject, or say that every record is a person of its own:");
        return push(text, "# [subject]\n# column = \"customer\"\n# none = true\n# reason = \"one line a person\"");
    };
    push(text, "[subject]");
    reason(text, subject);
    pair(text, "column", &quoted(&subject.name));
    push(text, "# Several cards or accounts of one person, when a file says whose they are:");
    push(text, "# map = { file = \"cards.csv\", from = \"card\", to = \"customer\" }");
    push(text, "# Why it is the person, where another column seems to be:");
    push(text, "# reason = \"one number a person\"");
}

fn columns_section(text: &mut String, dataset: &Dataset) {
    push(text, "\n# What is each column to the subject? Roles:");
    for line in ROLE_HELP {
        push(text, &format!("#   {line}"));
    }
    push(
        text,
        "# A quasi-identifier may be counted more coarsely: coarsen = \"month\", \"round:10\", \"prefix:3\", \"drop\".",
    );
    push(text, "# `varies` says whether it changes from record to record of a subject; without it the data decide.");
    for column in dataset.columns.iter().filter(|column| column.role != Role::Subject) {
        push(text, &format!("\n[columns.{}]", key(&column.name)));
        push(text, &format!("# {}", facts(column)));
        reason(text, column);
        pair(text, "role", &quoted(column.role.name()));
        match column.coarsen.as_slice() {
            [] => {}
            [rule] => pair(text, "coarsen", &quoted(rule)),
            rules => pair(text, "coarsen", &list(rules)),
        }
        for line in hints(column.role) {
            push(text, line);
        }
    }
}

/// What else can be said of a column in this role.
fn hints(role: Role) -> &'static [&'static str] {
    match role {
        Role::QuasiIdentifier => &["# varies = false"],
        Role::Sensitive | Role::Weight | Role::Ignore => &["# reason = \"why nobody is known by it\""],
        Role::Subject | Role::DirectIdentifier => &[],
    }
}

/// `timestamp, 28 distinct values, 3 missing cells, changes within a subject`
fn facts(column: &DatasetColumn) -> String {
    let mut facts = column.column_type.name().to_owned();
    if let Some(distinct) = column.distinct {
        let values = if distinct == 1 { "value" } else { "values" };
        // Writing to a string cannot fail.
        let _ = write!(facts, ", {} distinct {values}", grouped(distinct));
    }
    let cells = if column.missing == 1 { "cell" } else { "cells" };
    let _ = write!(facts, ", {} missing {cells}", grouped(column.missing));
    facts.push_str(match column.constant_per_subject {
        Some(true) => ", never changes within a subject",
        Some(false) => ", changes within a subject",
        None => "",
    });
    facts
}

fn reason(text: &mut String, column: &DatasetColumn) {
    match &column.guess_reason {
        Some(reason) => push(text, &format!("# guessed: {}", printable(reason))),
        None if column.guessed => push(text, "# guessed"),
        None => push(text, "# as said on the command line"),
    }
}

fn policy_section(text: &mut String, plan: &Plan) {
    let policy = &plan.policy;
    push(text, "\n# What the answer is judged by. These are house limits, not law.");
    push(text, "[policy]");
    push(text, "# Smallest allowed class of the quasi-identifiers that never change within a subject, in subjects.");
    pair(text, "k", &policy.k.to_string());
    push(text, "# Findings of this severity or above fail: low, medium, high, critical.");
    pair(text, "fail_on", &quoted(&name_of(&SEVERITIES, policy.fail_on)));
    push(
        text,
        "# Largest share of subjects that may be linked to what the recipient holds; needs [[recipient.holds]].",
    );
    push(text, "# max_linked_share = 0.01");
    push(text, "# Who changes the file as `coarsen` says before it leaves, if this file is not the one that leaves:");
    push(
        text,
        "# treatment = { applied = \"downstream\", approved_by = \"NAME\", reason = \"WHY\", expires = 2027-02-28 }",
    );
}

/// Recipient and agreement, as an example to fill in, with the columns of the extract.
fn recipient_example(text: &mut String, dataset: &Dataset) {
    let names = |direct: bool| {
        let wanted = |column: &&DatasetColumn| (column.role == Role::DirectIdentifier) == direct;
        list(&dataset.columns.iter().filter(wanted).map(|column| column.name.clone()).collect::<Vec<_>>())
    };
    let quasi = dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier);
    let quasi = list(&quasi.map(|column| column.name.clone()).collect::<Vec<_>>());
    push(
        text,
        "\n# Who is to receive the extract, and under which agreement. Take away the `#` and fill in what applies.",
    );
    for line in [
        "[recipient]",
        "name = \"Example Platform Ltd\"",
        "purpose = \"fraud statistics\"",
        "agreement = \"C-118\"",
        "ends = 2027-02-28",
        "no_onward_sharing = true",
        &format!("allowed_columns = {}", names(false)),
        &format!("forbidden_columns = {}", names(true)),
        "consent = { file = \"register.csv\", column = \"customer\" }",
        "# What it holds already, to measure what it can join the extract to: one such section for each source.",
        "[[recipient.holds]]",
        "file = \"members.csv\"",
        "subject = \"member\"",
        &format!("on = {quasi}"),
        "attack = [\"exact\"]",
    ] {
        push(text, &format!("# {line}"));
    }
}

/// A TOML key: bare where it can be, else in quotes.
fn key(name: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

/// A TOML basic string. What cannot be seen, or would steer an editor, is escaped and means the same.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            other if is_invisible(other) => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\U{:08X}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::starting_config;
    use crate::config::{ConfigFile, Given, resolve};
    use crate::plan::{Plan, TextEncoding, check_rules};
    use crate::result::{ColumnType, Dataset, DatasetColumn, Role};

    fn column(name: &str, role: Role, coarsen: &[&str]) -> DatasetColumn {
        DatasetColumn {
            name: name.to_owned(),
            role,
            guessed: true,
            guess_reason: Some("its heading\nsays so".to_owned()),
            looks_like: None,
            column_type: ColumnType::Text,
            distinct: Some(3),
            missing: 0,
            constant_per_subject: None,
            coarsen: coarsen.iter().map(|&rule| rule.to_owned()).collect(),
            facts: crate::result::ColumnFacts::default(),
        }
    }

    fn dataset(columns: Vec<DatasetColumn>) -> Dataset {
        Dataset {
            name: "ext\"ract\n[x]".to_owned(),
            files: Vec::new(),
            records: 3,
            subjects: 3,
            records_without_subject: 0,
            subjects_not_in_map: None,
            time_zone: None,
            day_start: None,
            subject: None,
            columns,
            facts: crate::result::DatasetFacts::default(),
        }
    }

    fn plan(given: &[Given], config: Option<ConfigFile>) -> Plan {
        resolve(vec!["-".to_owned()], given, config).unwrap()
    }

    /// The plan that the written file leads to.
    fn read_back(dataset: &Dataset, given: &[Given]) -> Plan {
        let text = starting_config(dataset, &plan(given, None));
        let config = ConfigFile::parse(Path::new("reidrisk.toml"), text.as_bytes());
        let config = config.unwrap_or_else(|error| panic!("{}\n{text}", error.report()));
        let plan = plan(&[], Some(config));
        check_rules(&plan).unwrap();
        plan
    }

    fn name() -> impl Strategy<Value = String> {
        let sign = prop_oneof![
            any::<char>(),
            proptest::sample::select(
                "\"'\\[]#=.,\n\r\t \u{0}\u{1b}\u{7f}\u{9b}\u{202e}\u{feff}é".chars().collect::<Vec<_>>()
            ),
            proptest::char::range('a', 'c'),
        ];
        let long = proptest::collection::vec(sign, 1..40).prop_map(|signs| signs.into_iter().collect::<String>());
        long.prop_map(|name| name.trim().to_owned()).prop_filter("a header has a name", |name| !name.is_empty())
    }

    proptest! {
        #[test]
        fn whatever_a_column_is_called_its_role_is_read_back(
            names in proptest::collection::btree_set(name(), 1..6),
            roles in proptest::collection::vec(0..Role::ALL.len(), 6),
        ) {
            let mut has_subject = false;
            let columns: Vec<DatasetColumn> = names
                .iter()
                .zip(roles)
                .map(|(name, role)| match Role::ALL[role] {
                    Role::Subject if has_subject => column(name, Role::Ignore, &[]),
                    role => {
                        has_subject |= role == Role::Subject;
                        column(name, role, &[])
                    }
                })
                .collect();
            let expected = columns.iter().map(|column| (column.name.clone(), column.role)).collect();
            let plan = read_back(&dataset(columns), &[]);
            prop_assert_eq!(plan.roles.declared, expected);
            prop_assert!(!plan.roles.guess);
        }
    }

    #[test]
    fn the_example_of_a_recipient_is_right_once_its_signs_are_taken_away() {
        let columns = vec![column("a \"b\"\n]", Role::Sensitive, &[]), column("mail", Role::DirectIdentifier, &[])];
        let text = starting_config(&dataset(columns), &plan(&[], None));
        let example = &text[text.find("# [recipient]").unwrap()..];
        let uncommented: Vec<&str> = example.lines().map(|line| line.strip_prefix("# ").unwrap()).collect();
        let uncommented = uncommented.join("\n");
        let document = toml::de::DeTable::parse(&uncommented).unwrap();
        let recipient = document.get_ref().get("recipient").unwrap().get_ref().as_table().unwrap();
        let names = |key: &str| {
            let names = recipient.get(key).unwrap().get_ref().as_array().unwrap().iter();
            names.map(|name| name.get_ref().as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            (names("allowed_columns"), names("forbidden_columns")),
            (vec!["a \"b\"\n]".to_owned()], vec!["mail".to_owned()])
        );
    }

    #[test]
    fn the_file_cannot_steer_an_editor_or_hide_a_line() {
        let text = starting_config(
            &dataset(vec![column("a\u{202e}\nb\u{1b}[2J", Role::QuasiIdentifier, &[])]),
            &plan(&[], None),
        );
        let harmless = |character: char| character == '\n' || !crate::printable::is_invisible(character);
        assert!(text.chars().all(harmless), "{text}");
        assert!(text.contains("# guessed: its heading\\u{a}says so"), "{text}");
    }

    #[test]
    fn rules_limits_and_ways_of_reading_are_kept() {
        let given = [
            ("k", &["9"] as &[&str]),
            ("delimiter", &["tab"]),
            ("quote", &["none"]),
            ("no-header", &[]),
            ("encoding", &["latin-1"]),
            ("null-value", &["NA", "\""]),
            ("no-trim", &[]),
            ("suppression-marks", &["-\\-"]),
        ];
        let given: Vec<Given> = given.iter().map(|(flag, values)| Given::flag(flag, values).unwrap()).collect();
        let columns = vec![
            column("day", Role::QuasiIdentifier, &["day", "month"]),
            column("gone", Role::Ignore, &["drop"]),
            column("city", Role::QuasiIdentifier, &["prefix:3"]),
        ];
        let typed = plan(&given, None);
        let plan = read_back(&dataset(columns), &given);
        assert_eq!(plan.input, typed.input);
        assert_eq!(plan.input.encoding, Some(TextEncoding::Windows1252));
        assert_eq!(plan.policy.k, 9);
        let rules = |name: &str| plan.coarsen[name].iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (rules("day"), rules("gone")),
            (vec!["day".to_owned(), "month".to_owned()], vec!["drop".to_owned()])
        );
    }
}
