//! What was found, what to change, and what nobody measured.

use super::section::{FindingLine, Section, plain, quoted};
use super::table::{Cell, ROWS, Table};
use super::todo::{predicted, recipe, steps};
use crate::number::{as_float, count, percent};
use crate::report::escape::printable;
use crate::report::summary::{
    alternatives, changed_figures, exposed, idle_proposals, proposals, recommended, smallest_class, unsaid,
};
use crate::report::{Chart, checks, messages};
use crate::result::{Advice, Check, CheckOutcome, Finding, Headline, ScanResult, Uniqueness, VerdictOutcome};

/// Findings written out as sentences; the table holds [`ROWS`].
const SENTENCES: usize = 6;

pub(super) fn findings(result: &ScanResult, uniqueness: Option<&Uniqueness>) -> Section {
    let findings = &result.findings;
    let waived = findings.iter().filter(|finding| finding.waived).count();
    let mut lines: Vec<_> = unsaid(result).iter().take(ROWS).map(|line| quoted(line)).collect();
    if let (VerdictOutcome::Pass, Some(uniqueness)) = (result.verdict.outcome, uniqueness) {
        lines.push(quoted(&messages::columns_counted(&result.dataset, uniqueness.quasi_identifiers.len())));
    }
    Section {
        answer: findings_answer(findings.len(), waived),
        findings: findings.iter().take(SENTENCES).map(FindingLine::new).collect(),
        lines,
        tables: limits(result).any().into_iter().chain(found(result).any()).map(Table::folded).collect(),
        ..Section::new("findings")
    }
}

fn found(result: &ScanResult) -> Table {
    let written = |finding: &Finding, number: f64, beside: Option<f64>| {
        let figure = result.figures.iter().find(|figure| checks::is_about(finding, figure));
        figure.map_or_else(
            || crate::number::figure(number),
            |figure| crate::number::value_beside(number, figure.unit, beside.unwrap_or(number)),
        )
    };
    Table::of(
        "All findings, worst first",
        &result.findings,
        &[
            ("Code", &|finding| Cell::text(finding.code.name())),
            ("Severity", &|finding| Cell::text(finding.severity.name())),
            ("Measure", &|finding| Cell::name(&finding.measure)),
            ("Columns", &|finding| match finding.columns.as_slice() {
                [] => Cell::text("–"),
                columns => Cell::names(columns),
            }),
            ("Measured", &|finding| {
                Cell::optional_words(finding.measured.map(|number| written(finding, number, finding.limit)), "–")
            }),
            ("Limit", &|finding| Cell::optional_words(finding.limit.map(|number| written(finding, number, None)), "–")),
            ("State", &|finding| Cell::text(if finding.waived { messages::WAIVED } else { "open" })),
        ],
    )
}

/// Every limit with the figure that was held to it, also those that hold; no row for a result without checks.
pub(super) fn limits(result: &ScanResult) -> Table {
    let mut checks: Vec<&Check> = result.checks.iter().collect();
    // Those that do not hold first: a long table is cut.
    checks.sort_by_key(|check| matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::NotApplicable));
    let figure = |check: &Check| result.figures.iter().find(|figure| check.is_of(figure));
    Table::of(
        "Every limit and the figure that was held to it",
        &checks,
        &[
            ("Figure", &|check| Cell::text(figure(check).map_or_else(|| checks::gate(result, check), checks::label))),
            ("Value", &|check| {
                let value = figure(check).map(|figure| checks::value_in_words(figure, check.limit));
                Cell::optional_words(value, "–").showing(figure(check))
            }),
            ("Limit", &|check| Cell::optional_words(checks::limit_of(result, check, figure(check)), "–")),
            ("Outcome", &|check| Cell::text(checks::outcome(check))),
            ("Why", &|check| Cell::text(check.reason.as_deref().map_or_else(|| "–".to_owned(), printable))),
        ],
    )
}

pub(super) fn advice(result: &ScanResult, uniqueness: Option<&Uniqueness>, charts: &[Chart]) -> Option<Section> {
    if result.advice.is_empty() {
        return None;
    }
    let tried: Vec<&Advice> = proposals(result).collect();
    let action = |advice: &Advice| plain(&recipe(&advice.changes));
    let answer = match (tried.iter().find(|advice| advice.recommended), uniqueness) {
        (Some(advice), Some(_)) => {
            format!("Try first: {}. {}.", plain(&steps(&advice.changes)), predicted(result, advice))
        }
        _ if tried.is_empty() => "No change of columns removes any risk.".to_owned(),
        _ => format!("{} computed.", messages::counted(tried.len() as u64, "change", "changes")),
    };
    let written: Vec<&Advice> = tried.iter().copied().filter(|advice| advice.config.is_some()).collect();
    let lines = |advice: &Advice| advice.config.iter().flat_map(|text| text.lines()).map(printable).collect::<Vec<_>>();
    let configs = Table::of(
        "Lines for reidrisk.toml, and the same as flags",
        &written,
        &[
            ("Proposal", &|advice| Cell::text(action(advice))),
            ("reidrisk.toml", &|advice| Cell::mono(lines(advice).join(" ⏎ "))),
            ("Flags of scan", &|advice| Cell::mono(advice.flags.as_deref().map(printable).unwrap_or_default())),
        ],
    );
    let effect = recommended(result).map(|advice| before_and_after(result, advice));
    let tables = effect.into_iter().chain([advised(result, &tried), configs]);
    let idle = match idle_proposals(result) {
        0 => None,
        1 => Some("1 change that removes nothing is not listed.".to_owned()),
        idle => Some(format!("{} changes that remove nothing are not listed.", count(idle as u64))),
    };
    let mut section = Section::new("advice");
    section.todo.extend(alternatives(result).map(|advice| quoted(&printable(&advice.action))));
    let tables = tables.filter_map(Table::any).map(Table::folded).collect();
    let lines = idle.iter().map(|line| quoted(line)).collect();
    Some(Section { answer, lines, tables, ..section }.drawn(charts, &["before-after", "trade-off"]))
}

/// The data of the picture of the recommended change.
fn before_and_after(result: &ScanResult, advice: &Advice) -> Table {
    let written = |part: f64, whole: Option<u64>| match whole {
        Some(whole) => format!("{} ({})", crate::number::whole(part * as_float(whole)), percent(part)),
        None => percent(part),
    };
    Table::of(
        "The recommended change, before and after",
        &changed_figures(result, advice),
        &[
            ("Figure", &|row| Cell::text(&row.label)),
            ("Before", &|row| Cell::number(written(row.before, row.whole))),
            ("After", &|row| Cell::number(written(row.after, row.whole))),
        ],
    )
    .called("ARX compares input and output in its views of risk; sdcMicro prints “in modified data” beside “in original data”.")
}

/// The proposals with the figures that were counted again, of the set that the headline speaks of.
fn advised(result: &ScanResult, tried: &[&Advice]) -> Table {
    let after = |advice: &Advice, figure: fn(&ScanResult, &Headline) -> Option<u64>| {
        Cell::optional(advice.after.as_ref().and_then(|after| figure(result, after)).map(count))
    };
    Table::of(
        format!("{} that remove risk, best first", messages::counted(tried.len() as u64, "change", "changes")),
        tried,
        &[
            ("Proposal", &|advice| Cell::text(plain(&recipe(&advice.changes)))),
            ("Smallest class then", &|advice| after(advice, smallest_class)),
            ("In small classes then", &|advice| after(advice, exposed)),
            ("Risk removed", &|advice| Cell::optional(advice.risk_removed.map(percent))),
            ("Detail kept", &|advice| Cell::optional(advice.detail_kept.map(percent))),
            ("Order", &|advice| Cell::text(if advice.recommended { messages::RECOMMENDED } else { "" })),
        ],
    )
}

pub(super) fn not_measured(result: &ScanResult) -> Section {
    // What was asked for and has no number, each reason once; then what was not asked for or does not apply.
    let mut entries: Vec<(String, String)> = Vec::new();
    for figure in result.figures.iter().filter(|figure| !figure.id.starts_with("uniqueness.set.")) {
        let Some(reason) = figure.value.reason() else { continue };
        let entry = (checks::label(figure), printable(reason));
        if entries.len() < ROWS && !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries.extend(checks::not_measured(result).take(ROWS));
    let table = Table::of(
        "Measures and limits without a figure",
        &entries,
        &[
            ("Measure or limit", &|(name, _)| Cell::text(name)),
            ("Why there is no figure", &|(_, reason)| Cell::text(reason)),
        ],
    );
    Section {
        answer: match entries.len() {
            0 => "Nothing that was asked for is missing.".to_owned(),
            1 => "1 measure or limit has no figure.".to_owned(),
            more => format!("{} measures or limits have no figure.", count(more as u64)),
        },
        tables: table.any().into_iter().collect(),
        ..Section::new("not-measured")
    }
    .folded()
}

fn findings_answer(findings: usize, waived: usize) -> String {
    let found = match findings {
        0 => return "No findings.".to_owned(),
        some => messages::counted(some as u64, "finding", "findings"),
    };
    if waived == 0 { format!("{found}.") } else { format!("{found}, {} of them waived.", count(waived as u64)) }
}
