//! A first `reidrisk.toml` for an extract: what was guessed, written down so that a person can confirm it.

use std::fmt::Write as _;

use askama::Template;

use super::kind::name_of;
use super::signs::{ENCODINGS, spelled_sign};
use crate::plan::{FixedField, InputOptions, Plan, Sign, counted};
use crate::printable::{is_invisible, printable};
use crate::result::{Dataset, DatasetColumn, Role};

/// The text of a configuration file that declares for every column of `dataset` the role it has there, with comments
/// that say why, and the reading options and limits of `plan`.
///
/// Read again over the same extract it gives the same roles, declared instead of guessed. Names of columns are quoted
/// so that any text is a name; reasons are comments of one line.
#[must_use]
pub fn starting_config(dataset: &Dataset, plan: &Plan) -> String {
    let of_role = |wanted: fn(Role) -> bool| {
        let columns = dataset.columns.iter().filter(|column| wanted(column.role));
        list(&columns.map(|column| column.name.clone()).collect::<Vec<_>>())
    };
    let (subjects, others) = dataset.columns.iter().partition::<Vec<_>, _>(|column| column.role == Role::Subject);
    let text = StartingConfig {
        dataset,
        name: printable(&dataset.name),
        guessed: dataset.columns.iter().filter(|column| column.guessed).count(),
        reading: reading(&plan.input),
        subject: subjects.first().copied(),
        others,
        k: plan.policy.k,
        fail_on: plan.policy.fail_on.name(),
        allowed: of_role(|role| role != Role::DirectIdentifier),
        forbidden: of_role(|role| role == Role::DirectIdentifier),
        quasi: of_role(|role| role == Role::QuasiIdentifier),
    };
    // Memory takes every byte, and nothing else of the template can fail.
    text.render().unwrap_or_default() + "\n"
}

/// What the text of `templates/reidrisk.toml` is filled with.
#[derive(Template)]
#[template(path = "reidrisk.toml", escape = "none")]
struct StartingConfig<'a> {
    dataset: &'a Dataset,
    name: String,
    guessed: usize,
    /// Keys and values of the section about reading that somebody gave.
    reading: Vec<(&'static str, String)>,
    subject: Option<&'a DatasetColumn>,
    others: Vec<&'a DatasetColumn>,
    k: u32,
    fail_on: &'static str,
    allowed: String,
    forbidden: String,
    quasi: String,
}

fn reading(input: &InputOptions) -> Vec<(&'static str, String)> {
    let sign = |sign: Sign| quoted(&spelled_sign(sign));
    let of_byte = |byte: u8| sign(Sign::of_byte(byte));
    let given = [
        ("delimiter", input.delimiter.map(sign)),
        ("quote", input.quote.map(|quote| quote.map_or_else(|| quoted("none"), of_byte))),
        ("header", input.header.map(|header| header.to_string())),
        ("encoding", input.encoding.map(|encoding| quoted(&name_of(&ENCODINGS, encoding)))),
        ("skip", input.skip.map(|lines| lines.to_string())),
        ("footer", input.footer.map(|lines| lines.to_string())),
        ("comment", input.comment.map(sign)),
        ("layout", Some(fields(&input.layout)).filter(|_| !input.layout.is_empty())),
        ("record_length", input.record_length.map(|length| length.to_string())),
        ("sheet", Some(list(&input.sheets)).filter(|_| !input.sheets.is_empty())),
        ("null_value", Some(list(&input.null_values)).filter(|_| !input.null_values.is_empty())),
        ("trim", input.trim.map(|trim| trim.to_string())),
        ("suppression_marks", input.suppression_marks.as_ref().map(|marks| list(marks))),
    ];
    given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// `timestamp, 28 distinct values, 3 missing cells, changes within a subject`
fn facts(column: &DatasetColumn) -> String {
    let distinct = column.distinct.map(|values| counted(values, "distinct value", "distinct values"));
    let missing = counted(column.missing, "missing cell", "missing cells");
    let changes = column.constant_per_subject.map(|constant| if constant { "never changes" } else { "changes" });
    let changes = changes.map(|changes| format!("{changes} within a subject"));
    let facts = [Some(column.column_type.name().to_owned()), distinct, Some(missing), changes];
    facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn reason(column: &DatasetColumn) -> String {
    match &column.guess_reason {
        Some(reason) => format!("guessed: {}", printable(reason)),
        None if column.guessed => "guessed".to_owned(),
        None => "as set on the command line".to_owned(),
    }
}

/// A TOML key: bare where it can be, else in quotes.
pub(super) fn key(name: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

/// A TOML basic string. What cannot be seen, or would steer an editor, is escaped and means the same.
pub(super) fn quoted(text: &str) -> String {
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

/// Fields of fixed width as they are written in a configuration.
fn fields(layout: &[FixedField]) -> String {
    let field = |FixedField { name, start, length }: &FixedField| {
        format!("{{ name = {}, start = {start}, length = {length} }}", quoted(name))
    };
    format!("[{}]", layout.iter().map(field).collect::<Vec<_>>().join(", "))
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
            joined: Vec::new(),
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
