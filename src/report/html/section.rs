//! What a section of the page is made of: answer, picture, table, how to read, what to do.

use std::borrow::Cow;

use super::table::Table;
use crate::report::escape::printable;
use crate::report::{Chart, messages};
use crate::result::{Finding, Outcome};

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
    /// An empty section.
    pub(super) fn new(id: &'static str, title: &'static str) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
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
            severity: messages::severity(finding.severity),
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

/// Sentences of our own, with names in backticks.
pub(super) fn sentences(lines: &[&str]) -> Vec<Sentence> {
    lines.iter().map(|line| quoted(line)).collect()
}
