//! `reidrisk explain`: what a finding or a measure means.

use super::arguments::ExplainArguments;
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::plan::{did_you_mean, shown_name};
use crate::judge::{Page, explain, explained};

/// Widest line of text that is comfortable to read.
const COMFORTABLE: usize = 88;

pub(super) fn explain_verb(arguments: &ExplainArguments, printer: &Printer) -> ExitStatus {
    let width = printer.width().min(COMFORTABLE);
    let text = match &arguments.code {
        None => index(width),
        Some(code) => match explain(code) {
            Some(page) => page_text(&page, width),
            None => return unknown(code, printer),
        },
    };
    printer.result(text.as_bytes()).err().unwrap_or(ExitStatus::Success)
}

fn unknown(code: &str, printer: &Printer) -> ExitStatus {
    let known: Vec<&str> = explained().map(|page| page.code).collect();
    let hint = match did_you_mean(code, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`reidrisk explain` lists all codes".to_owned(),
    };
    printer.failure(&format!("there is no finding or measure `{}`", shown_name(code)), Some(&hint));
    ExitStatus::Usage
}

/// All codes with their sentences.
fn index(width: usize) -> String {
    let pages: Vec<Page> = explained().collect();
    let lines = pages.iter().map(|page| format!("{}\n{}", page.code, wrapped(page.summary, width, "    ")));
    lines.collect::<Vec<_>>().join("\n")
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
