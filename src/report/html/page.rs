//! The page as plain data: what stands on the first screen, then the sections.

use askama::Template;

use super::record::{method, record};
use super::section::{Section, sections};
use super::table::{Cell, ROWS, Table};
use crate::report::ReportError;
use crate::report::escape::printable;
use crate::report::number::{count, percent, share};
use crate::report::summary::{
    Crowds, blocking, counted_records, crowds, headline, headline_counts, headline_detail, headline_set, is_gated,
    names, optional_count, population, reasons_lead, records_below, riskiest_columns, riskiest_sets, unsaid_reasons,
    why_undefined,
};
use crate::report::words;
use crate::result::{Outcome, ScanResult, SetStatistics, Uniqueness, VerdictOutcome};

/// Rows of the tables on the first screen.
const FIRST_ROWS: usize = 5;
/// Reasons on the first screen.
const REASONS: usize = 3;
/// Findings on the first screen.
const FINDINGS: usize = 20;

/// Everything the template shows; every text is printable, the template escapes it for HTML.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    verdict: Verdict,
    name: String,
    size: String,
    time: String,
    headline: Headline,
    tiles: Vec<Tile>,
    findings: Vec<FindingLine>,
    findings_more: String,
    /// Reasons of the verdict that no finding says, parted as the messages of findings are.
    reasons: Vec<Vec<(bool, String)>>,
    /// Whether these reasons made the verdict; otherwise they are caveats and stand below the findings.
    reasons_lead: bool,
    /// Which columns a pass speaks of; empty for other verdicts.
    counted: String,
    first_tables: Vec<Table>,
    not_measured: Vec<(String, String)>,
    trust: Vec<Trust>,
    sections: Vec<Section>,
    method: Vec<(&'static str, String)>,
    record: Vec<Table>,
    footer: String,
}

struct Verdict {
    word: &'static str,
    class: &'static str,
    sentence: &'static str,
    /// Content of an `<svg>` of 48 by 48 units; a constant of this file.
    shape: &'static str,
}

struct Headline {
    sentence: String,
    counts: String,
    lines: Vec<String>,
}

struct Tile {
    label: String,
    value: String,
    note: String,
    /// Whether the figure breaks its limit.
    over: bool,
}

struct FindingLine {
    severity: &'static str,
    code: &'static str,
    /// Parts of the sentence; `true` for a name.
    message: Vec<(bool, String)>,
    waived: bool,
}

struct Trust {
    good: bool,
    text: String,
}

impl Page {
    pub(super) fn new(result: &ScanResult) -> Result<Self, ReportError> {
        let uniqueness = match crowds(result) {
            Crowds::Measured(uniqueness) => Some(uniqueness),
            Crowds::Missing { .. } => None,
        };
        let findings_left = result.findings.len().saturating_sub(FINDINGS);
        Ok(Self {
            verdict: Verdict { sentence: words::verdict_of(result), ..verdict(result.verdict.outcome) },
            name: printable(&result.dataset.name),
            size: words::dataset_size(&result.dataset),
            time: words::time(&printable(&result.run.started_at)),
            headline: headline_of(result),
            tiles: uniqueness.map_or_else(Vec::new, |uniqueness| tiles(result, uniqueness)),
            findings: findings(result),
            findings_more: if findings_left > 0 { count(findings_left as u64) } else { String::new() },
            reasons: reasons(result),
            reasons_lead: reasons_lead(result),
            counted: uniqueness
                .filter(|_| result.verdict.outcome == VerdictOutcome::Pass)
                .map_or_else(String::new, |uniqueness| {
                    words::columns_counted(&result.dataset, uniqueness.quasi_identifiers.len())
                }),
            first_tables: uniqueness.map_or_else(Vec::new, |uniqueness| first_tables(result, uniqueness)),
            not_measured: not_measured(result),
            trust: trust(result),
            sections: sections(result, uniqueness)?,
            method: method(result, uniqueness),
            record: record(result),
            footer: words::footer(&printable(&result.tool.version), &printable(&result.run.id)),
        })
    }
}

fn verdict(outcome: VerdictOutcome) -> Verdict {
    // A disc with a tick, a triangle with a mark, an octagon with a cross, and a broken circle.
    let (class, shape) = match outcome {
        VerdictOutcome::Pass => ("pass", r#"<circle cx="24" cy="24" r="20"/><path d="M15 25l6 6 12-14"/>"#),
        VerdictOutcome::Review => ("review", r#"<path d="M24 5L45 42H3z"/><path d="M24 18v11M24 35v.5"/>"#),
        VerdictOutcome::Fail => {
            ("fail", r#"<path d="M16 4h16l12 12v16L32 44H16L4 32V16z"/><path d="M17 17l14 14M31 17L17 31"/>"#)
        }
        VerdictOutcome::Incomplete => {
            ("incomplete", r#"<circle cx="24" cy="24" r="20" stroke-dasharray="8 8"/><path d="M24 13v12l7 5"/>"#)
        }
    };
    Verdict { word: words::verdict(outcome), class, sentence: words::verdict_sentence(outcome), shape }
}

/// What fails comes first; what the crowds say stands under it.
fn headline_of(result: &ScanResult) -> Headline {
    let of_crowds = headline_of_crowds(result);
    match blocking(result) {
        Some(sentence) => Headline {
            sentence: format!("{sentence}."),
            lines: [of_crowds.counts].into_iter().chain(of_crowds.lines).collect(),
            counts: of_crowds.sentence,
        },
        None => of_crowds,
    }
}

fn headline_of_crowds(result: &ScanResult) -> Headline {
    match crowds(result) {
        Crowds::Measured(uniqueness) => {
            let set = headline_set(result, uniqueness);
            let mut lines = vec![words::reading_sentence(set.reading).to_owned()];
            let full = &uniqueness.full;
            if full.columns != set.columns {
                lines.push(words::worst_case(&headline_counts(&result.dataset, full), full));
            }
            Headline {
                sentence: format!("{}.", headline(result, set)),
                counts: format!(
                    "{}. {}",
                    headline_detail(result, set),
                    words::attacker(set, population(&result.dataset, set))
                ),
                lines,
            }
        }
        Crowds::Missing { state, explanation } => {
            Headline { sentence: words::unknown_risk(&explanation), counts: words::state(state), lines: Vec::new() }
        }
    }
}

fn tiles(result: &ScanResult, uniqueness: &Uniqueness) -> Vec<Tile> {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let below = records_below(set, k);
    let gated = is_gated(result, set);
    let because = |field| why_undefined(set, field).unwrap_or_default();
    let full = &uniqueness.full;
    vec![
        Tile {
            label: words::tile_smallest(set, &uniqueness.full),
            value: optional_count(set.smallest_class),
            note: match set.smallest_class {
                None => because("smallest_class"),
                Some(_) if gated => words::tile_limit(set.reading, k),
                Some(_) => words::NOT_GATED.to_owned(),
            },
            over: gated && set.smallest_class.is_none_or(|smallest| smallest < u64::from(k)),
        },
        Tile {
            label: words::tile_alone(words::unit(full.reading, 2), full.columns.len()),
            value: share(full.unique_subjects, population(&result.dataset, full)),
            note: words::tile_alone_note(full),
            over: false,
        },
        Tile {
            label: words::tile_below(k),
            value: below.map_or_else(|| words::NOT_DEFINED.to_owned(), count),
            note: below
                .map_or_else(String::new, |below| words::of_records(&share(below, counted_records(&result.dataset)))),
            over: gated && below.is_none_or(|below| below > 0),
        },
    ]
}

fn findings(result: &ScanResult) -> Vec<FindingLine> {
    let line = |finding: &crate::result::Finding| FindingLine {
        severity: words::severity(finding.severity),
        code: finding.code.name(),
        message: quoted(&printable(&finding.message)),
        waived: finding.waived,
    };
    result.findings.iter().take(FINDINGS).map(line).collect()
}

fn reasons(result: &ScanResult) -> Vec<Vec<(bool, String)>> {
    unsaid_reasons(result).take(REASONS).map(|reason| quoted(&printable(reason))).collect()
}

/// A sentence parted at its backticks; every other part is a name. Names that hold a backtick part wrongly, which
/// changes the type they are set in and nothing else.
fn quoted(sentence: &str) -> Vec<(bool, String)> {
    sentence.split('`').enumerate().map(|(index, part)| (index % 2 == 1, part.to_owned())).collect()
}

fn first_tables(result: &ScanResult, uniqueness: &Uniqueness) -> Vec<Table> {
    let optional = |value: Option<f64>| Cell::optional(value.map(percent));
    let columns = riskiest_columns(uniqueness).into_iter().map(|effect| {
        let shapley = effect.shapley.map(|value| words::with_interval(percent(value), effect.interval));
        vec![Cell::text(printable(&effect.column)), Cell::optional(shapley), optional(effect.leave_one_out)]
    });
    let sets = riskiest_sets(uniqueness).into_iter().map(|set| {
        let smallest = Cell::optional(set.smallest_class.map(count));
        vec![Cell::text(names(&set.columns).join(", ")), Cell::number(alone(result, set)), smallest]
    });
    let sets_caption = words::riskiest_sets_caption(uniqueness.max_set);
    vec![
        Table::new(
            words::RISKIEST_COLUMNS,
            words::RISKIEST_COLUMNS_CAPTION,
            &words::SHORT_EFFECT_HEADS,
            columns,
            FIRST_ROWS,
        ),
        Table::new(words::RISKIEST_SETS, sets_caption, &words::SHORT_SET_HEADS, sets, FIRST_ROWS),
    ]
}

fn alone(result: &ScanResult, set: &SetStatistics) -> String {
    share(set.unique_subjects, population(&result.dataset, set))
}

fn not_measured(result: &ScanResult) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    if let Some(Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. }) =
        &result.measures.uniqueness
    {
        entries.push(("uniqueness".to_owned(), printable(explanation)));
    }
    let has_crowds = matches!(crowds(result), Crowds::Measured(_));
    let listed = result.not_measured.iter().take(ROWS);
    entries
        .extend(listed.map(|entry| (words::not_measured_name(&entry.measure, has_crowds), printable(&entry.reason))));
    entries
}

fn trust(result: &ScanResult) -> Vec<Trust> {
    let dataset = &result.dataset;
    let guessed = dataset.columns.iter().any(|column| column.guessed);
    let complete = matches!(crowds(result), Crowds::Measured(_));
    let subject = if dataset.subject.is_none() {
        Trust { good: false, text: words::NO_SUBJECT.to_owned() }
    } else if dataset.records_without_subject > 0 {
        Trust { good: false, text: words::without_subject(dataset) }
    } else {
        Trust { good: true, text: words::ALL_HAVE_SUBJECT.to_owned() }
    };
    let roles = if guessed { words::ROLES_GUESSED } else { words::ROLES_DECLARED };
    let completeness = if complete { words::COMPLETE } else { words::NOT_COMPLETE };
    vec![
        Trust { good: !guessed, text: roles.to_owned() },
        Trust { good: complete, text: completeness.to_owned() },
        subject,
    ]
}
