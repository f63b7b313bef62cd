//! Pages that are made from the program, so that they say what it does today: measures, findings, terms, settings, verbs
//! and the fields of a result. `REIDRISK_BLESS=1 cargo test --test documents generated` writes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use reidrisk::config::{ALL_SETTINGS, Setting, explain_setting, settings};
use reidrisk::glossary::terms;
use reidrisk::judge::{Page, explained};
use reidrisk::measure;
use reidrisk::plan::Limit;
use reidrisk::result::Comparison;
use serde_json::{Map, Value};

use super::support::{BINARY, repository_file};

/// Asserts that a page is what the program makes of it today. Set `REIDRISK_BLESS` to write it anew.
#[expect(clippy::disallowed_methods, reason = "a test asks whether it shall write its page")]
pub(super) fn assert_fresh(name: &str, page: &str) {
    let path = repository_file(name);
    if std::env::var_os("REIDRISK_BLESS").is_some() {
        fs::write(&path, page).expect("a page can be written");
    }
    let stored = fs::read_to_string(&path).expect("there is such a page");
    assert!(stored == page, "{name} is stale: REIDRISK_BLESS=1 cargo test --test documents generated");
}

/// Words in lines of at most 120 columns, as Markdown without a line that would begin a list or a heading.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in escaped(text).split_whitespace() {
        let is_mark =
            matches!(word, "+" | "-" | "*") || word.ends_with('.') && word[..word.len() - 1].parse::<u32>().is_ok();
        match lines.last_mut() {
            Some(line) if is_mark || line.chars().count() + 1 + word.chars().count() <= 120 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Text whose signs stay signs in Markdown; what stands between backticks stays code.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            escaped.push('`');
        }
        for sign in part.chars() {
            if place % 2 == 0 && matches!(sign, '<' | '>' | '*' | '_' | '[' | ']' | '|' | '\\' | '#') {
                escaped.push('\\');
            }
            escaped.push(sign);
        }
    }
    escaped
}

/// [`escaped`] for a cell of a table, where a bar ends the cell even in code.
fn cell(text: &str) -> String {
    escaped(text).replace("\\|", "|").replace('|', "\\|")
}

/// The parts of an explanation, each below a word in bold.
fn explanation(page: &Page) -> String {
    let parts = [
        ("What it means", page.meaning),
        ("How it is decided", page.formula),
        ("Source", page.source),
        ("What to do", page.action),
    ];
    let mut text = format!("{}\n", wrapped(page.summary));
    for (heading, part) in parts {
        let _ = write!(text, "\n{}\n", wrapped(&format!("**{heading}.** {part}")).replace("\\*\\*", "**"));
    }
    text
}

fn sentence_of(limit: &Limit) -> String {
    let how = match limit.comparison {
        Comparison::AtLeast => "at least",
        Comparison::AtMost => "at most",
        Comparison::NoneBreaks => "no column breaks it",
    };
    let finding = limit.finding.name();
    let sentence = cell(limit.sentence);
    format!("| `{}` | {sentence} | {how} | [`{finding}`](reference_findings.md#{finding}) |\n", limit.key)
}

#[test]
fn generated_measures_are_fresh() {
    let mut page = "# Measures\n\nWhat each measure counts, how, where it comes from, and what it does not tell. The same text is \
                    printed by `reidrisk explain`\nand the name of a measure; this page is made from it.\n\n"
        .to_owned();
    for measure in measure::ALL {
        let _ = writeln!(page, "- [`{0}`](#{0}): {1}", measure.name, escaped(measure.page.summary));
    }
    for measure in measure::ALL {
        let _ = write!(page, "\n## `{}`\n\n{}", measure.name, explanation(&measure.page));
        if measure.limits.is_empty() {
            page.push_str("\nNo key of `[policy]` limits it; what it finds is judged by findings.\n");
            continue;
        }
        page.push_str("\n| Limit | What it limits | Holds | Otherwise |\n|---|---|---|---|\n");
        measure.limits.iter().for_each(|limit| page.push_str(&sentence_of(limit)));
    }
    assert_fresh("docs/measures.md", &page);
}

#[test]
fn generated_findings_are_fresh() {
    let names: BTreeSet<&str> = measure::NAMES.into_iter().collect();
    let findings: Vec<Page> = explained().filter(|page| !names.contains(page.code)).collect();
    let mut page = "# Findings\n\nEverything that a scan can find, as `reidrisk explain` and the code print it. Codes never change \
                    their meaning.\n\n| Finding | |\n|---|---|\n"
        .to_owned();
    for finding in &findings {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} |", finding.code, cell(finding.summary));
    }
    for finding in &findings {
        let _ = write!(page, "\n## `{}`\n\n{}", finding.code, explanation(finding));
    }
    assert_fresh("docs/reference_findings.md", &page);
}

#[test]
fn generated_terms_are_fresh() {
    let mut page =
        "# Terms\n\nThe words of the field as this program uses them, and as others do; `reidrisk explain` and a term \
                    prints its entry.\n"
            .to_owned();
    for term in terms() {
        let _ = write!(page, "\n## {}\n\n{}\n", escaped(term.name), wrapped(term.meaning));
        let also = term.also.join(", ");
        let parts = [
            ("In reidrisk", term.here),
            ("Also called", &also),
            ("In other programs", term.peers),
            ("Source", term.source),
        ];
        for (heading, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
            let _ = write!(page, "\n{}\n", wrapped(&format!("**{heading}.** {part}")).replace("\\*\\*", "**"));
        }
    }
    assert_fresh("docs/reference_terms.md", &page);
}

#[test]
fn generated_settings_are_fresh() {
    let mut page = "# Settings\n\nEvery key of `reidrisk.toml`, every flag and every variable, as `reidrisk explain configuration` \
                    prints them. The rules behind\nthem are in [Configuration](configuration.md).\n"
        .to_owned();
    let mut section = None;
    for setting in explain_setting(ALL_SETTINGS) {
        if section.as_ref() != Some(&setting.section) {
            let heading = if setting.section.is_empty() { "Flags without a key" } else { &setting.section };
            let _ = write!(page, "\n## {}\n", escaped(heading));
            section = Some(setting.section.clone());
        }
        let _ = write!(page, "\n### `{}`\n\n{}.\n\n", setting.name, wrapped(setting.summary));
        for (what, told) in &setting.facts {
            let shown = match (*what, told.strip_suffix(", repeatable")) {
                ("flag", Some(flag)) => format!("`{flag}`, repeatable"),
                ("flag" | "example", _) => format!("`{told}`"),
                _ => escaped(told),
            };
            let _ = writeln!(page, "- {what}: {shown}");
        }
        for note in &setting.notes {
            let _ = write!(page, "\n{}\n", wrapped(note));
        }
    }
    assert_fresh("docs/reference_settings.md", &page);
}

/// What the program prints, with the width of lines that a page has.
pub(super) fn printed(words: &[&str]) -> String {
    let mut command = Command::new(BINARY);
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("REIDRISK_"));
    for name in own {
        command.env_remove(name);
    }
    let output = command.args(words).env("COLUMNS", "100").env("NO_COLOR", "1").output().expect("the program runs");
    assert!(output.status.success(), "{words:?}");
    let text = String::from_utf8(output.stdout).expect("help is text");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The verbs that help lists, in its order.
fn verbs() -> Vec<String> {
    let help = printed(&["--help"]);
    let listed = help.split("Commands:\n").nth(1).expect("a list of verbs").lines();
    let verbs = listed.take_while(|line| !line.is_empty()).filter(|line| line.chars().nth(2) != Some(' '));
    verbs.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help").map(str::to_owned).collect()
}

#[test]
fn generated_commands_are_fresh() {
    let mut page = "# Commands\n\nThe help of the program and of every verb; `reidrisk man` prints the same as a manual page. Settings \
                    that have a key in\n`reidrisk.toml` are explained in [Settings](reference_settings.md).\n"
        .to_owned();
    let _ = write!(page, "\n## reidrisk\n\n```text\n{}```\n", printed(&["--help"]));
    for verb in verbs() {
        let _ = write!(page, "\n## reidrisk {verb}\n\n```text\n{}```\n", printed(&[&verb, "--help"]));
    }
    assert_fresh("docs/reference_commands.md", &page);
}

/// The name of a type behind `#/$defs/`, if the value is one.
fn named_type(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// What a field holds, in a few words, with a link to its type.
fn kind(schema: &Value) -> String {
    if let Some(name) = named_type(schema) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    let several = |key: &str| schema.get(key).and_then(Value::as_array);
    if let Some(choices) = several("anyOf").or_else(|| several("oneOf")) {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    if let Some(values) = several("enum") {
        return values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let told = names.iter().map(|name| match *name {
        "array" => format!("list of {}", schema.get("items").map_or("anything".to_owned(), kind)),
        "object" => {
            schema.get("additionalProperties").map_or("object".to_owned(), |of| format!("object of {}", kind(of)))
        }
        other => other.to_owned(),
    });
    told.collect::<Vec<_>>().join(" or ")
}

/// A table of the fields of a type, and of its variants.
fn fields(schema: &Value) -> String {
    let mut text = String::new();
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        text.push_str("\n| Field | Type | Meaning |\n|---|---|---|\n");
        properties.iter().for_each(|(name, field)| text.push_str(&row(name, field)));
    }
    let variants = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    for variant in variants {
        let meaning = description(variant);
        if variant.get("properties").is_some() {
            let _ = write!(text, "\n{meaning}\n{}", fields(variant));
        } else {
            let gap = if text.ends_with("|\n") || text.is_empty() { "\n" } else { "" };
            let _ = writeln!(text, "{gap}- {}{}{meaning}", kind(variant), if meaning.is_empty() { "" } else { ": " });
        }
    }
    if text.is_empty() {
        let _ = write!(text, "\n{}\n", kind(schema));
    }
    text
}

fn row(name: &str, field: &Value) -> String {
    format!("| `{name}` | {} | {} |\n", kind(field).replace('|', "\\|"), cell(&told(field)))
}

/// What the schema says of a type or a field, on one line.
fn told(schema: &Value) -> String {
    let words = schema.get("description").and_then(Value::as_str).unwrap_or_default().split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

fn description(schema: &Value) -> String {
    escaped(&told(schema))
}

#[test]
fn generated_fields_are_fresh() {
    let schema: Value = serde_json::from_str(&printed(&["schema"])).expect("a schema is JSON");
    let none = Map::new();
    let types = schema.get("$defs").and_then(Value::as_object).unwrap_or(&none);
    let mut page = "# Fields of result.json\n\nEvery field of a result and what it means, made from its \
                    [JSON Schema](result.schema.json), which `reidrisk schema` prints.\nA measure is `measured`, with a \
                    `value`; `undefined`, with a reason; or `incomplete`. What was not asked for is in `not_measured`.\n\n"
        .to_owned();
    let _ = write!(page, "## The result\n{}", fields(&schema));
    for (name, schema) in types {
        let _ = write!(page, "\n## {name}\n\n{}\n{}", description(schema), fields(schema));
    }
    assert_fresh("docs/reference_result.md", &page);
}

#[test]
fn pages_name_everything_that_they_are_made_from() {
    let page = |name: &str| fs::read_to_string(repository_file("docs").join(name)).expect("a page");
    let settings_page = page("reference_settings.md");
    let heading = |name: &str| settings_page.contains(&format!("\n### `{name}`\n"));
    let is_missing = |row: &&Setting| !heading(row.name) && !heading(&format!("--{}", row.flag_name()));
    let missing: Vec<_> = settings().iter().filter(is_missing).map(Setting::key).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(verbs().iter().any(|verb| verb == "scan") && verbs().len() > 10, "{:?}", verbs());
    let commands = page("reference_commands.md");
    for verb in verbs() {
        assert!(commands.contains(&format!("\n## reidrisk {verb}\n")), "{verb}");
    }
    for name in measure::NAMES {
        assert!(page("measures.md").contains(&format!("\n## `{name}`\n")), "{name}");
    }
}
