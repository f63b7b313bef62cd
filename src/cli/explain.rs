//! `reidrisk explain`: what a finding or a measure means, and what a setting takes.

use super::arguments::ExplainArguments;
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::config::{ALL_SETTINGS, SettingPage, explain_setting, settings};
use crate::judge::{Page, explain, explained};
use crate::plan::{hint_for, shown_name};

/// Widest line of text that is comfortable to read.
const COMFORTABLE: usize = 88;

pub(super) fn explain_verb(arguments: &ExplainArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let width = printer.style().width.min(COMFORTABLE);
    let text = match &arguments.code {
        None => index(width),
        Some(code) => match (explain(code), explain_setting(code)) {
            (Some(page), _) => page_text(&page, width),
            (None, settings) if settings.is_empty() => return Err(unknown(code, printer)),
            (None, settings) => settings_text(&settings, width),
        },
    };
    printer.result(text.as_bytes())
}

fn unknown(code: &str, printer: &Printer) -> ExitStatus {
    let keys = settings().iter().map(|setting| setting.name);
    let known: Vec<&str> = explained().map(|page| page.code).chain(keys).collect();
    let hint = hint_for(code, known, || "`reidrisk explain` lists all codes".to_owned());
    printer.failure(&format!("there is no finding, measure or key `{}`", shown_name(code)), Some(&hint));
    ExitStatus::Usage
}

/// All codes with their sentences, and where the settings are.
fn index(width: usize) -> String {
    let settings =
        "every key of the configuration, every flag and every variable; a key or a flag alone is explained too";
    let pages = explained().map(|page| (page.code, page.summary)).chain([(ALL_SETTINGS, settings)]);
    let lines = pages.map(|(code, summary)| format!("{code}\n{}", wrapped(summary, width, "    ")));
    lines.collect::<Vec<_>>().join("\n")
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
        for (what, told) in &page.facts {
            let told = wrapped(told, width, "              ");
            text.extend([&format!("    {what:<10}"), told.trim_start(), "\n"]);
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
    use super::{explained, index, page_text};

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for page in explained() {
            for line in page_text(&page, 40).lines().chain(index(40).lines()) {
                assert!(line.chars().count() <= 40 || !line.trim().contains(' '), "{line}");
            }
        }
    }

    #[test]
    fn the_index_names_every_page() {
        let index = index(80);
        assert!(explained().all(|page| index.lines().any(|line| line == page.code)));
    }
}
