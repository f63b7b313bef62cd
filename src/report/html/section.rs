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
    /// Those that few will look at, in a fold of their own.
    pub(super) more_figures: Vec<Figure>,
    pub(super) tables: Vec<Table>,
    pub(super) reading: Vec<String>,
    /// What the figures must not be taken for.
    pub(super) caution: Vec<String>,
    pub(super) todo: Vec<Sentence>,
    pub(super) terms: Vec<Term>,
    /// Whether all of it is closed at first but title and answer.
    pub(super) is_folded: bool,
}

/// A word or a matter, and what is to be known about it.
pub(super) struct Term {
    pub(super) name: String,
    pub(super) meaning: Sentence,
    /// What other programs call it; empty where they have no name for it.
    pub(super) elsewhere: String,
}

impl Term {
    pub(super) fn new(name: impl Into<String>, meaning: &str) -> Self {
        Self { name: name.into(), meaning: quoted(meaning), elsewhere: String::new() }
    }
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
                    section.terms.extend(term.map(|(term, meaning)| Term::new(term, meaning)));
                }
                _ => section.title = line.into(),
            }
        }
        section
    }

    /// The same, closed at first.
    pub(super) fn folded(self) -> Self {
        Self { is_folded: true, ..self }
    }

    /// The same with the named ones of the charts, and a sentence for each that would show nothing but zeros.
    pub(super) fn drawn(mut self, charts: &[Chart], names: &[&str]) -> Self {
        let figures = self.figures_of(charts, names);
        self.figures.extend(figures);
        self
    }

    /// The same with these charts in a fold.
    pub(super) fn drawn_folded(mut self, charts: &[Chart], names: &[&str]) -> Self {
        let figures = self.figures_of(charts, names);
        self.more_figures.extend(figures);
        self
    }

    fn figures_of(&mut self, charts: &[Chart], names: &[&str]) -> Vec<Figure> {
        let wanted: Vec<&Chart> =
            names.iter().filter_map(|name| charts.iter().find(|chart| chart.name == *name)).collect();
        let not_drawn = wanted.iter().filter(|chart| chart.is_of_zeros());
        self.lines.extend(not_drawn.map(|chart| vec![(false, messages::not_drawn(&chart.title))]));
        let drawn = wanted.iter().filter(|chart| !chart.is_of_zeros());
        let figure = |chart: &&Chart| Figure {
            title: chart.title.clone(),
            subtitle: chart.subtitle.clone(),
            svg: chart.inline_svg(self.is_folded || NEEDS_ROOM.contains(&chart.name)),
            needs_room: NEEDS_ROOM.contains(&chart.name),
        };
        drawn.map(figure).collect()
    }

    /// The titles of the pictures in the fold.
    pub(super) fn more_titles(&self) -> String {
        self.more_figures.iter().map(|figure| figure.title.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// Thirds of the page that the pictures take, where folds have room beside them; else 3.
    pub(super) fn thirds(&self) -> usize {
        let taken: usize = self.figures.iter().map(|figure| if figure.needs_room { 2 } else { 1 }).sum();
        if self.is_folded { 3 } else { taken.min(3) }
    }

    /// Whether anything stands in the fold that says how to read it.
    pub(super) fn has_notes(&self) -> bool {
        !(self.reading.is_empty() && self.caution.is_empty() && self.todo.is_empty())
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
    /// Whether it is too wide for a third of the page.
    pub(super) needs_room: bool,
}

/// Charts that stand on two thirds of the page.
const NEEDS_ROOM: [&str; 1] = ["resolutions"];

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
        let mut judged = fixture::whole();
        judged.advice[0].reaches_limits = true;
        let of_every_kind = vec![
            judged,
            fixture::whole(),
            fixture::linked(),
            fixture::swept(),
            fixture::special(),
            fixture::totals(),
            fixture::failing(),
            untreated,
            waived,
        ];
        let others = vec![
            fixture::passing(),
            fixture::sampled(),
            fixture::telling(),
            fixture::inferred(),
            fixture::beside_original(),
            fixture::agreed(),
            fixture::incomplete(),
            fixture::with_unicity(Some(0.9), true),
        ];
        let results = of_every_kind.into_iter().chain(others);
        let pages = results.map(|result| render_html(&result).unwrap());
        let pages: Vec<String> = pages.map(|page| page.replace("<code>", "").replace("</code>", "")).collect();
        let (_, prose) = PROSE.split_once("\n\n").unwrap();
        for line in prose.lines().filter(|line| !line.is_empty() && !line.starts_with("== ")) {
            let text_of_line =
                line.split_once(": ").map_or(line, |(_, text)| text).replace('`', "").replace('\'', "&#39;");
            for part in text_of_line.split(" :: ") {
                assert!(pages.iter().any(|page| page.contains(part)), "{part}");
            }
        }
    }
}
