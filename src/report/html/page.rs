//! The page as plain data: what stands on the first screen, then the sections.

use askama::Template;

use super::first::{Headline, Tile, Trust};
use super::line::{NumberLine, number_line};
use super::ranks::{Bars, ranks};
use super::safety::{Head, SCRIPT, style};
use super::section::{FindingLine, Section, Sentence, quoted};
use super::sheet::{Sheet, sheet};
use super::table::{Cell, Table};
use super::todo::{Todo, todo};
use super::{
    aggregates, attribute, classes, decision, first, inference, known_points, linkage, original, population, record,
    source, special_uniques,
};
use crate::report::chart::every_chart;
use crate::report::escape::printable;
use crate::report::headline::headline;
use crate::report::summary::{classes, reasons_lead, unsaid_reasons};
use crate::report::{checks, messages};
use crate::result::{Finding, ScanResult, SectionRow, VerdictOutcome};

/// Findings on the first screen.
const FINDINGS: usize = 2;
/// Reasons on the first screen.
const REASONS: usize = 2;

/// Everything the template shows; every text is printable, the template escapes it for HTML.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    head: Head,
    script: &'static str,
    verdict: String,
    /// The class of the page.
    class: &'static str,
    meaning: &'static str,
    /// Content of an `<svg>` of 48 by 48 units; a constant of this file.
    shape: &'static str,
    name: String,
    size: String,
    time: String,
    handling: String,
    headline: Headline,
    line: Option<NumberLine>,
    found: Vec<FindingLine>,
    found_more: String,
    /// Reasons of the verdict that no finding says, where they made the verdict.
    why: Vec<Sentence>,
    tiles: Vec<Tile>,
    todo: Todo,
    /// What stands on the first printed sheet alone.
    sheet: Sheet,
    ranks: Vec<Bars>,
    trust: Vec<Trust>,
    /// Sections that are open, then those that are closed at first.
    sections: Vec<Section>,
    folded: Vec<Section>,
    footer: String,
}

impl Page {
    pub(super) fn new(result: &ScanResult) -> Self {
        let uniqueness = classes(result);
        let (class, shape) = look(result.verdict.outcome);
        let run = printable(&result.run.id);
        let style = style(&run, messages::verdict(result.verdict.outcome));
        let (verdict, name) = (messages::verdict_words(result), printable(&result.dataset.name));
        let stamp = result.run.audience.stamp();
        let in_headline = headline(result).blocking;
        let found: Vec<&Finding> = result
            .findings
            .iter()
            .filter(|finding| in_headline.is_none_or(|in_headline| !std::ptr::eq(in_headline, *finding)))
            .collect();
        let (folded, open) = sections(result, uniqueness).into_iter().partition(|section| section.is_folded);
        Self {
            head: Head::new(format!("{verdict}: {name}"), style),
            script: SCRIPT,
            verdict,
            class,
            meaning: messages::verdict_of(result),
            shape,
            name,
            size: messages::dataset_size(&result.dataset),
            time: messages::time(&printable(&result.run.started_at)),
            handling: stamp.map_or_else(|| "OVERVIEW: counts only".to_owned(), messages::restricted),
            headline: first::headline(result),
            line: number_line(result),
            found_more: match found.len().saturating_sub(FINDINGS) {
                0 => String::new(),
                more => format!("{} below", messages::counted(more as u64, "more finding", "more findings")),
            },
            found: found.into_iter().take(FINDINGS).map(FindingLine::new).collect(),
            why: reasons(result),
            tiles: match uniqueness {
                Some(uniqueness) => first::tiles(result, uniqueness),
                None => first::known_points_tile(result).into_iter().chain(first::linkage_tile(result)).collect(),
            },
            todo: todo(result),
            sheet: sheet(result),
            ranks: uniqueness.map(|uniqueness| ranks(result, uniqueness)).unwrap_or_default(),
            trust: first::trust(result),
            sections: open,
            folded,
            footer: format!(
                "reidrisk {}, run {run}. This page holds counts and names of columns and files, no cell of the data.",
                printable(&result.tool.version)
            ),
        }
    }
}

/// All sections that have something to show, in the order of a reader who wants to act first.
fn sections(result: &ScanResult, uniqueness: Option<&crate::result::Uniqueness>) -> Vec<Section> {
    let charts = every_chart(result);
    let mut sections = vec![decision::findings(result, uniqueness)];
    sections.extend(decision::advice(result, uniqueness, &charts));
    sections.extend(source::identifiers(result));
    if let Some(uniqueness) = uniqueness {
        sections.push(classes::classes(result, uniqueness, &charts));
    }
    sections.extend(special_uniques::special_uniques(result, &charts));
    sections.extend(known_points::known_points(result, &charts));
    sections.extend(attribute::attribute(result, &charts));
    sections.extend(inference::inference(result, &charts));
    sections.extend(linkage::linkage(result, &charts));
    sections.extend(original::original(result, &charts));
    sections.extend(population::population(result, &charts));
    sections.extend(aggregates::aggregates(result, &charts));
    sections.extend(of_measures(result, &charts));
    sections.push(classes::columns(result, uniqueness, &charts));
    sections.extend(uniqueness.and_then(|uniqueness| classes::pairs(result, uniqueness, &charts)));
    sections.push(source::recipient(result));
    sections.push(decision::not_measured(result));
    sections.push(record::policy(result));
    sections.push(record::record(result));
    sections.push(record::method(uniqueness));
    sections.push(record::glossary());
    sections
}

fn reasons(result: &ScanResult) -> Vec<Sentence> {
    let reasons = unsaid_reasons(result).filter(|_| reasons_lead(result));
    reasons.take(REASONS).map(|reason| quoted(&printable(reason))).collect()
}

/// The class of the page, and the shape that stands for a verdict: a disc with a tick, a triangle with a mark, an octagon
/// with a cross, a broken circle.
fn look(outcome: VerdictOutcome) -> (&'static str, &'static str) {
    match outcome {
        VerdictOutcome::Pass => ("pass", r#"<circle cx="24" cy="24" r="20"/><path d="M15 25l6 6 12-14"/>"#),
        VerdictOutcome::Review => ("review", r#"<path d="M24 5L45 42H3z"/><path d="M24 18v11M24 35v.5"/>"#),
        VerdictOutcome::Fail => {
            ("fail", r#"<path d="M16 4h16l12 12v16L32 44H16L4 32V16z"/><path d="M17 17l14 14M31 17L17 31"/>"#)
        }
        VerdictOutcome::Incomplete => {
            ("incomplete", r#"<circle cx="24" cy="24" r="20" stroke-dasharray="8 8"/><path d="M24 13v12l7 5"/>"#)
        }
    }
}

/// The look of a run that may have no result: then that of an incomplete one.
pub(super) fn look_of(outcome: Option<VerdictOutcome>) -> (&'static str, &'static str) {
    look(outcome.unwrap_or(VerdictOutcome::Incomplete))
}

/// Charts of measures that have no page of their own here.
const CHARTS_OF: [(&str, &str); 1] = [("histories", "history-crowds")];

/// One section for each measure that has no page of its own here: what the measure says, with its figures and their limits.
fn of_measures(result: &ScanResult, charts: &[crate::report::Chart]) -> Vec<Section> {
    let section = |from: &crate::result::Section| {
        let figures = from.rows.iter().filter_map(|row| checks::of_row(result, row));
        let rows: Vec<checks::Row<'_>> = figures.flat_map(|figure| checks::rows_of(result, figure)).collect();
        let table = Table::of(
            "Figures of this measure and what they are held to",
            &rows,
            &[
                ("Measure", &|row| Cell::text(&row.label)),
                ("Value", &|row| Cell::number(&row.value).showing(row.figure)),
                ("Limit", &|row| Cell::number(&row.limit)),
                ("Outcome", &|row| Cell::text(&row.outcome)),
            ],
        );
        let section = Section {
            id: format!("measure-{}", from.measure.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")).into(),
            title: printable(&from.title).into(),
            answer: printable(&from.answer),
            tables: vec![table],
            reading: from.how_to_read.iter().map(|line| printable(line)).collect(),
            todo: from.what_to_do.iter().map(|line| quoted(&printable(line))).collect(),
            ..Section::default()
        };
        let drawn = CHARTS_OF.iter().filter(|(measure, _)| *measure == from.measure).map(|(_, chart)| *chart);
        let section = section.drawn(charts, &drawn.collect::<Vec<_>>());
        // Where no limit asks for it, it stands with what few will look at.
        let is_held = |row: &SectionRow| result.checks.iter().any(|check| check.figure.as_ref() == Some(&row.figure));
        if from.rows.iter().any(is_held) { section } else { section.folded() }
    };
    result.sections.iter().map(section).collect()
}
