//! What a section of the page is made of: answer, picture, table, how to read, what to do.

use std::borrow::Cow;

use super::table::Table;
use crate::report::escape::printable;
use crate::report::{Chart, messages};
use crate::result::{Finding, Outcome};

/// What each section says whatever is in the result, in one file, so that it can be read, corrected and translated as a
/// whole.
const PROSE: &str = include_str!("../../../templates/prose.txt");

/// A sentence parted at its backticks; `true` for a name.
pub(super) type Sentence = Vec<(bool, String)>;

/// One section. Whatever is empty is not shown.
#[derive(Default)]
pub(super) struct Section {
    pub(super) id: Cow<'static, str>,
    pub(super) title: Cow<'static, str>,
    pub(super) answer: String,
    pub(super) findings: Vec<FindingLine>,
    pub(super) lines: Vec<Sentence>,
    pub(super) figures: Vec<Figure>,
    pub(super) tables: Vec<Table>,
    pub(super) reading: Vec<String>,
    /// What the figures must not be taken for.
    pub(super) caution: Vec<String>,
    pub(super) todo: Vec<Sentence>,
    pub(super) terms: Vec<(String, String)>,
}

impl Section {
    /// The section of this name with its fixed prose; more of it under `name, condition`, without a title.
    pub(super) fn new(id: &'static str) -> Self {
        let mut section = Self { id: id.into(), ..Self::default() };
        let lines = PROSE.lines().skip_while(|line| line.strip_prefix("== ") != Some(id)).skip(1);
        for line in lines.take_while(|line| !line.is_empty()) {
            match line.split_once(": ") {
                Some(("read", text)) => section.reading.push(text.to_owned()),
                Some(("not", text)) => section.caution.push(text.to_owned()),
                Some(("do", text)) => section.todo.push(quoted(text)),
                Some(("term", text)) => {
                    let term = text.split_once(" :: ");
                    section.terms.extend(term.map(|(term, meaning)| (term.to_owned(), meaning.to_owned())));
                }
                _ => section.title = line.into(),
            }
        }
        section
    }

    /// What is to be done by the fixed prose of these names, as far as each applies.
    pub(super) fn todo_of<const N: usize>(prose: [(bool, &'static str); N]) -> Vec<Sentence> {
        prose.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, name)| Self::new(name).todo).collect()
    }

    /// The section of a measure: `measured` where it has a value, else that something is `unknown`, and why. None where
    /// the measure was not part of the run.
    pub(super) fn of<T>(
        self,
        outcome: Option<&Outcome<T>>,
        unknown: &str,
        measured: impl FnOnce(Self, &T) -> Self,
    ) -> Option<Self> {
        Some(match outcome? {
            Outcome::Measured { value, .. } => measured(self, value),
            Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => {
                Self { answer: format!("{unknown}, {}.", messages::because(&printable(explanation))), ..self }
            }
        })
    }
}

/// A chart inside the page.
pub(super) struct Figure {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) svg: String,
}

/// One finding in a sentence.
pub(super) struct FindingLine {
    pub(super) severity: &'static str,
    pub(super) code: &'static str,
    pub(super) message: Sentence,
    pub(super) waived: bool,
}

impl FindingLine {
    pub(super) fn new(finding: &Finding) -> Self {
        Self {
            severity: finding.severity.name(),
            code: finding.code.name(),
            message: quoted(&printable(&finding.message)),
            waived: finding.waived,
        }
    }
}

/// A sentence parted at its backticks; every other part is a name. Names that hold a backtick part wrongly, which
/// changes the type they are set in and nothing else.
pub(super) fn quoted(sentence: &str) -> Sentence {
    sentence.split('`').enumerate().map(|(index, part)| (index % 2 == 1, part.to_owned())).collect()
}

/// A sentence whose names are not marked.
pub(super) fn plain(sentence: &str) -> String {
    sentence.replace('`', "")
}

/// The named ones of the charts, in the order of the names.
pub(super) fn figures(charts: &[Chart], names: &[&str]) -> Vec<Figure> {
    let wanted = names.iter().filter_map(|name| charts.iter().find(|chart| chart.name == *name));
    wanted
        .map(|chart| Figure { title: chart.title.clone(), subtitle: chart.subtitle.clone(), svg: chart.inline_svg() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::PROSE;
    use crate::report::{fixture, render_html};
    use crate::result::FindingCode;

    #[test]
    fn every_paragraph_of_the_prose_stands_on_a_page() {
        let mut untreated = fixture::passing();
        untreated.findings = fixture::failing().findings;
        untreated.findings[0].code = FindingCode::TreatmentNotApplied;
        let mut waived = fixture::passing();
        waived.verdict.headline = Some("PASS with 1 waiver".to_owned());
        let of_every_kind =
            vec![fixture::whole(), fixture::linked(), fixture::swept(), fixture::failing(), untreated, waived];
        let others =
            vec![fixture::passing(), fixture::agreed(), fixture::incomplete(), fixture::with_unicity(Some(0.9), true)];
        let results = of_every_kind.into_iter().chain(others);
        let pages = results.map(|result| render_html(&result).unwrap());
        let pages: Vec<String> = pages.map(|page| page.replace("<code>", "").replace("</code>", "")).collect();
        let (_, prose) = PROSE.split_once("\n\n").unwrap();
        for line in prose.lines().filter(|line| !line.is_empty() && !line.starts_with("== ")) {
            let said = line.split_once(": ").map_or(line, |(_, text)| text).replace('`', "").replace('\'', "&#39;");
            for part in said.split(" :: ") {
                assert!(pages.iter().any(|page| page.contains(part)), "{part}");
            }
        }
    }
}
