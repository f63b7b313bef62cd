//! `reidrisk explain`: what a finding, a measure or a term of the field means, and what a setting takes.

use super::arguments::ExplainArguments;
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::config::{ALL_SETTINGS, SettingPage, explain_setting, settings};
use crate::glossary::{Term, term, terms};
use crate::judge::{Page, explain, explained};
use crate::plan::{hint_for, shown_name};

/// Widest line of text that is comfortable to read.
const COMFORTABLE: usize = 88;

pub(super) fn explain_verb(arguments: &ExplainArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let width = printer.style().width.min(COMFORTABLE);
    let asked = arguments.what.join(" ");
    let text =
        if asked.is_empty() { index(width) } else { found(&asked, width).ok_or_else(|| unknown(&asked, printer))? };
    printer.result(text.as_bytes())
}

/// What the word leads to: a finding or measure, the setting or the term of that name, a synonym.
fn found(asked: &str, width: usize) -> Option<String> {
    if let Some(page) = explain(&asked.replace(' ', "-")) {
        return Some(page_text(&page, width));
    }
    let settings = explain_setting(asked);
    match (settings.is_empty(), term(asked)) {
        (true, term) => term.map(|term| term_text(term, width)),
        (false, None) => Some(settings_text(&settings, width)),
        (false, Some(term)) => Some(format!("{}\n\n{}", term_text(term, width), settings_text(&settings, width))),
    }
}

fn unknown(code: &str, printer: &Printer) -> ExitStatus {
    let keys = settings().iter().map(|setting| setting.name);
    let words = terms().iter().flat_map(|term| term.also.iter().copied().chain([term.name]));
    let known: Vec<&str> = explained().map(|page| page.code).chain(keys).chain(words).collect();
    let hint = hint_for(code, known, || "`reidrisk explain` lists all codes and terms".to_owned());
    printer.failure(&format!("there is no finding, measure, term or key `{}`", shown_name(code)), Some(&hint));
    ExitStatus::Usage
}

/// All codes with their sentences, where the settings are, and the terms of the field.
fn index(width: usize) -> String {
    let settings =
        "every key of the configuration, every flag and every variable; a key or a flag alone is explained too";
    let pages = explained().map(|page| (page.code, page.summary)).chain([(ALL_SETTINGS, settings)]);
    let lines = pages.map(|(code, summary)| format!("{code}\n{}", wrapped(summary, width, "    ")));
    let codes = lines.collect::<Vec<_>>().join("\n");
    let words = terms().iter().map(|term| format!("{}\n{}", term.name, wrapped(term.meaning, width, "    ")));
    format!("Findings, measures and settings\n\n{codes}\n\nTerms\n\n{}", words.collect::<Vec<_>>().join("\n"))
}

/// A term of the field.
fn term_text(term: &Term, width: usize) -> String {
    let mut text = format!("{}\n{}", term.name, wrapped(term.meaning, width, ""));
    let also = term.also.join(", ");
    let parts = [
        ("In reidrisk", term.here),
        ("Also called", &also),
        ("In other programs", term.peers),
        ("Source", term.source),
    ];
    for (heading, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        text.extend(["\n\n", heading, "\n", &wrapped(part, width, "    ")]);
    }
    text
}

/// Settings, each below the section that it stands in.
fn settings_text(settings: &[SettingPage], width: usize) -> String {
    let mut text = String::new();
    for (place, page) in settings.iter().enumerate() {
        if place == 0 || settings[place - 1].section != page.section {
            let section = if page.section.is_empty() { "Flags without a key" } else { &page.section };
            text.extend([section, "\n\n"]);
        }
        text.extend([&page.name, "\n", &wrapped(page.summary, width, "    "), "\n"]);
        for (what, fact) in &page.facts {
            let fact = wrapped(fact, width, "              ");
            text.extend([&format!("    {what:<10}"), fact.trim_start(), "\n"]);
        }
        for note in &page.notes {
            text.extend([&wrapped(note, width, "    "), "\n"]);
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// One page.
fn page_text(page: &Page, width: usize) -> String {
    let parts = [
        ("What it means", page.meaning),
        ("How it is decided", page.formula),
        ("Source", page.source),
        ("What to do", page.action),
    ];
    let mut text = format!("{}\n{}", page.code, wrapped(page.summary, width, ""));
    for (heading, part) in parts {
        text.extend(["\n\n", heading, "\n", &wrapped(part, width, "    ")]);
    }
    text
}

/// Text in lines of at most `width` columns, each behind `indent`; a longer word stands alone.
fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{explained, found, index, page_text, term_text, terms};

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for page in explained() {
            let terms = terms().iter().map(|term| term_text(term, 40) + "\n").collect::<String>();
            for line in page_text(&page, 40).lines().chain(index(40).lines()).chain(terms.lines()) {
                assert!(line.chars().count() <= 40 || !line.trim().contains(' '), "{line}");
            }
        }
    }

    #[test]
    fn the_index_names_every_page_and_every_term() {
        let index = index(80);
        let names = explained().map(|page| page.code).chain(terms().iter().map(|term| term.name));
        assert!(names.into_iter().all(|name| index.lines().any(|line| line == name)));
    }

    #[test]
    fn words_lead_to_codes_terms_and_settings() {
        let first = |asked| found(asked, 80).and_then(|text| text.lines().next().map(str::to_owned));
        assert_eq!(first("small class").as_deref(), Some("small-class"));
        assert_eq!(first("unicity").as_deref(), Some("unicity"));
        assert_eq!(first("crowd").as_deref(), Some("equivalence class"));
        assert_eq!(first("marketer risk").as_deref(), Some("marketer risk"));
        assert!(found("k", 80).is_some_and(|text| text.contains("k-anonymity") && text.contains("--k")));
        assert_eq!(first("weather"), None);
    }
}
