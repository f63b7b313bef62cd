//! From measurements, policy, agreement and waivers to findings and a verdict. Fails closed.
//!
//! Every gate is held against the figures that it speaks of, and each comparison is a check, also where the limit holds.
//! From checks follow findings: one for each figure that breaks a limit, and `unknown-risk`, which fails, where somebody
//! set a limit, or a preset brings one, on a figure that is not there. A gate whose measure was cut off makes the verdict
//! `incomplete` unless something else already fails. What could not be gated is listed in `not_measured`. Comparisons have
//! no tolerance, and equality passes; of an estimate the worse end of its interval is compared. A waiver covers findings;
//! it changes the verdict and never a figure. What ends (agreement, waivers, a declared treatment) must hold on the day
//! asked for and today. A pass that rests on more than the bytes in hand says so in its headline.

mod aggregates;
mod agreement;
mod attribute;
mod baseline;
mod checks;
mod classes;
mod coverage;
mod explain;
mod files;
mod findings;
mod forms;
mod identifiers;
mod left_aside;
mod linkage;
mod original;
mod points;
mod population;
mod presets;
mod ratchet;
mod readings;
mod roles;
mod spellings;
mod strictness;
mod suppression;

#[cfg(test)]
mod test;
mod treatment;
mod waivers;

pub use explain::{Page, explain, explained};
pub use presets::{AGGREGATE_BANK, AGGREGATE_CMS, PRESETS, gates_of_tables, policy_of, rules_of_preset};
pub use ratchet::resolved;
pub use strictness::loosens;
pub use treatment::over_budget;

use jiff::civil::Date;

use crate::measure::{self, unicity, uniqueness};
use crate::number::as_float;
use crate::plan::Limit;
use crate::printable::listed;
use crate::result::{
    Baseline, Check, CheckOutcome, Dataset, DatasetColumn, Declarations, Figure, Finding, FindingCode, Gate, Measures,
    NotMeasured, Policy, Recipient, Role, Severity, Verdict, VerdictOutcome, Waiver, WaiverRecord, WaiverState,
};

/// What the judge looks at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was read.
    pub dataset: &'a Dataset,
    /// The figures.
    pub measures: &'a Measures,
    /// The limits.
    pub policy: &'a Policy,
    /// Who is to receive it, under which agreement.
    pub recipient: Option<&'a Recipient>,
    /// What a person declared about the extract.
    pub declarations: &'a Declarations,
    /// Exceptions.
    pub waivers: &'a [Waiver],
    /// The day for which agreement, waivers and a declared treatment are judged.
    pub as_of: Option<Date>,
    /// The day of the scan, for which they are judged as well; the worse counts. Without both days nothing that ends is
    /// known to hold.
    pub today: Option<Date>,
    /// The earlier run to compare with; none where nobody asked for one.
    pub baseline: Option<&'a Baseline>,
}

impl<'a> Case<'a> {
    /// Quasi-identifiers, declared or guessed, in file order.
    fn quasi_identifiers(self) -> impl Iterator<Item = &'a DatasetColumn> {
        self.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier)
    }

    /// The later of the two days: whatever ends is over on it if it is over on either.
    fn last_day(&self) -> Option<Date> {
        self.as_of.zip(self.today).map(|(as_of, today)| as_of.max(today))
    }

    /// The earlier of the two days, from which a horizon is counted.
    fn first_day(&self) -> Option<Date> {
        self.as_of.zip(self.today).map(|(as_of, today)| as_of.min(today))
    }

    /// The later day in words.
    fn told_last_day(&self) -> String {
        match (self.last_day(), self.today) {
            (Some(last), Some(today)) if last == today && self.as_of != self.today => format!("today is {today}"),
            (Some(last), _) => format!("the judgement date is {last}"),
            (None, _) => "the judgement date is unknown".to_owned(),
        }
    }
}

/// What the judge says.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// May it leave?
    pub verdict: Verdict,
    /// The numbers of every measure, flat.
    pub figures: Vec<Figure>,
    /// Every gate held against its figures, in the order of the policy; then what is judged without one.
    pub checks: Vec<Check>,
    /// Findings, worst first; equal ones by code, then columns.
    pub findings: Vec<Finding>,
    /// The waivers, each with what became of it.
    pub waivers: Vec<WaiverRecord>,
    /// Gates that could not be applied, each with its reason.
    pub not_measured: Vec<NotMeasured>,
    /// Findings of the earlier run that are gone, worst first.
    pub gone: Vec<Finding>,
}

/// A case and the numbers of its measures, flat.
#[derive(Debug, Clone, Copy)]
struct Hearing<'a> {
    case: Case<'a>,
    figures: &'a [Figure],
}

/// How the gates ended.
#[derive(Debug, Clone, Default)]
struct Gated {
    checks: Vec<Check>,
    findings: Vec<Finding>,
    not_measured: Vec<NotMeasured>,
    /// Reasons for which a person must look, without being a finding.
    doubts: Vec<String>,
}

impl Gated {
    /// Takes a check and the finding that speaks of it.
    fn add(&mut self, check: Check, finding: Finding) {
        self.checks.push(check);
        self.findings.push(finding);
    }

    /// Whether the measure of a gate was cut off.
    fn is_incomplete(&self) -> bool {
        self.checks.iter().any(|check| check.outcome == CheckOutcome::CutOff)
    }

    /// Whether a limit on being singled out was held against a figure, or failed for want of one.
    fn is_applied(&self, policy: &Policy) -> bool {
        let singles_out = |check: &Check| {
            let gate = policy.gates.iter().find(|gate| gate.id == check.gate);
            gate.and_then(row_of).is_some_and(|row| [uniqueness::NAME, unicity::NAME].contains(&row.measure))
        };
        let is_judged = |check: &Check| match check.outcome {
            CheckOutcome::Holds | CheckOutcome::Breaks => true,
            CheckOutcome::Unknown => check.finding.is_some(),
            CheckOutcome::CutOff | CheckOutcome::NotApplicable => false,
        };
        self.checks.iter().any(|check| is_judged(check) && singles_out(check))
    }
}

/// The row of the limit that a gate is.
fn row_of(gate: &Gate) -> Option<&'static Limit> {
    measure::limits().find(|row| row.gate == gate.measure.name())
}

/// Judges a scan.
#[must_use]
pub fn judge(case: Case<'_>) -> Judgement {
    judge_figures(case, measure::figures(case.measures, case.dataset, case.policy))
}

fn judge_figures(case: Case<'_>, figures: Vec<Figure>) -> Judgement {
    let mut gated = gates(Hearing { case, figures: &figures });
    for finding in &mut gated.findings {
        let raised = case.policy.severities.iter().filter(|raised| raised.code == finding.code);
        finding.severity = raised.map(|raised| raised.at_least).max().unwrap_or(Severity::Note).max(finding.severity);
    }
    treatment::apply(case, &mut gated.findings);
    let waivers = waivers::apply(case, &figures, &mut gated.findings);
    let by_weight = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.code, finding.columns.clone());
    gated.findings.sort_by_key(by_weight);
    for check in &mut gated.checks {
        check.waived = gated.findings.iter().any(|finding| finding.waived && finding.is_of(check));
    }
    let gone = baseline::mark(case, &figures, &mut gated);
    let mut verdict = verdict(&gated, case.policy);
    if verdict.outcome == VerdictOutcome::Pass {
        verdict.reasons.extend(treatment::basis(case));
    }
    verdict.reasons.extend(treatment::over_budget(case.dataset));
    verdict.reasons.extend(linkage::no_evidence(case, verdict.outcome));
    verdict.headline = headline(case, &gated, &waivers, verdict.outcome);
    if verdict.outcome == VerdictOutcome::Review {
        verdict.headline = baseline::headline(case, &gated).or(verdict.headline);
    }
    let Gated { checks, findings, not_measured, .. } = gated;
    Judgement { verdict, figures, checks, findings, waivers, not_measured, gone }
}

/// Every gate and what is always judged; then the checks in the order of the policy.
fn gates(hearing: Hearing<'_>) -> Gated {
    let case = hearing.case;
    let mut gated = Gated { findings: roles::findings(case), ..Gated::default() };
    findings::speak(hearing, checks::of_limits(hearing), &mut gated);
    gated.findings.extend(readings::findings(case));
    points::apply(case, &mut gated);
    points::diluted(hearing, &mut gated);
    classes::wildcard_lowers_risk(hearing, &mut gated);
    identifiers::apply(hearing, &mut gated);
    forms::apply(case, &mut gated);
    linkage::apply(hearing, &mut gated);
    population::apply(hearing, &mut gated);
    aggregates::apply(hearing, &mut gated);
    attribute::apply(hearing, &mut gated);
    original::apply(hearing, &mut gated);
    spellings::apply(case, &mut gated);
    suppression::apply(case, &mut gated);
    files::apply(case, &mut gated);
    baseline::apply(case, &mut gated);
    coverage::apply(hearing, &mut gated);
    roles::of_columns(hearing, &mut gated);
    if let Some(recipient) = case.recipient {
        gated.findings.extend(agreement::findings(recipient, case));
    }
    let is_applied = gated.is_applied(case.policy) || aggregates::is_gated(case, &gated);
    if !is_applied && !gated.is_incomplete() {
        let message = "no limit on singling-out risk could be applied, so nothing was shown to be safe";
        gated.findings.push(finding(FindingCode::NoRiskGate, Severity::Medium, "policy", message.to_owned()));
    }
    let order = |check: &Check| case.policy.gates.iter().position(|gate| gate.id == check.gate).unwrap_or(usize::MAX);
    gated.checks.sort_by_key(order);
    gated
}

fn verdict(gated: &Gated, policy: &Policy) -> Verdict {
    // What was cut off may still have held, so it is not a fail by itself whatever the threshold.
    let fails = |finding: &&Finding| {
        finding.severity >= policy.fails_from()
            && !finding.waived
            && finding.code != FindingCode::IncompleteMeasure
            && !baseline::is_tolerated(finding, policy)
            // Undefined is no smaller than any limit.
            || finding.code == FindingCode::UnknownRisk
    };
    // A note is told beside the verdict and never changes it.
    let open = || gated.findings.iter().filter(|finding| finding.is_open());
    let outcome = if gated.findings.iter().any(|finding| fails(&finding)) {
        VerdictOutcome::Fail
    } else if gated.is_incomplete() {
        VerdictOutcome::Incomplete
    } else if open().next().is_some() || !gated.doubts.is_empty() {
        VerdictOutcome::Review
    } else {
        VerdictOutcome::Pass
    };
    let exit_code = match outcome {
        VerdictOutcome::Pass => 0,
        VerdictOutcome::Review if policy.allow_review => 0,
        VerdictOutcome::Review | VerdictOutcome::Fail => 1,
        VerdictOutcome::Incomplete => 4,
    };
    let mut reasons: Vec<String> = open().map(|finding| finding.message.clone()).collect();
    reasons.extend(gated.doubts.iter().cloned());
    if reasons.is_empty() {
        let covered = gated.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let (treated, waived): (Vec<_>, Vec<_>) =
            covered.partition(|finding| finding.code == FindingCode::TreatmentNotApplied);
        reasons.push(match (waived.len(), treated.is_empty()) {
            (0, true) => "every limit was measured and met".to_owned(),
            (0, false) => "every limit was measured and met on the file as treated downstream".to_owned(),
            (1, true) => "every limit is met except for one finding, which a waiver covers".to_owned(),
            (covered, true) => format!("every limit is met except for {covered} findings, which waivers cover"),
            (1, false) => {
                "every limit is met except for one finding, which a waiver or the treatment covers".to_owned()
            }
            (covered, false) => {
                format!("every limit is met except for {covered} findings, which waivers or the treatment cover")
            }
        });
    }
    Verdict { outcome, exit_code, headline: None, reasons }
}

/// What stands beside the outcome where the word alone would say too much: what a pass rests on, or what a review lacks
/// to be one.
fn headline(case: Case<'_>, gated: &Gated, waivers: &[WaiverRecord], outcome: VerdictOutcome) -> Option<String> {
    let is_of_treatment = |finding: &&Finding| finding.code == FindingCode::TreatmentNotApplied;
    match outcome {
        VerdictOutcome::Pass => {
            let waived = waivers.iter().filter(|record| record.state == WaiverState::InForce).count();
            let plural = if waived == 1 { "" } else { "s" };
            let waived = (waived > 0).then(|| format!("with {waived} waiver{plural}"));
            let treated = gated.findings.iter().any(|finding| is_of_treatment(&finding));
            let treated = treated.then(|| "if treated downstream".to_owned());
            let parts: Vec<String> = treated.into_iter().chain(waived).collect();
            (!parts.is_empty()).then(|| format!("PASS {}", parts.join(", ")))
        }
        VerdictOutcome::Review => {
            let mut open = gated.findings.iter().filter(|finding| finding.is_open()).peekable();
            let only = open.peek().is_some() && open.all(|finding| is_of_treatment(&finding));
            (only && gated.doubts.is_empty()).then(|| match treatment::changes(case) {
                1 => "would pass after this 1 change, which this file does not contain".to_owned(),
                number => format!("would pass after these {number} changes, which this file does not contain"),
            })
        }
        VerdictOutcome::Fail | VerdictOutcome::Incomplete => None,
    }
}

fn finding(code: FindingCode, severity: Severity, measure: &str, message: String) -> Finding {
    Finding {
        code,
        severity,
        measure: measure.to_owned(),
        columns: Vec::new(),
        source: None,
        figure: None,
        about: None,
        message,
        measured: None,
        limit: None,
        waived: false,
        since: None,
    }
}

impl Finding {
    /// The same finding, of these columns.
    fn on<'name>(self, columns: impl IntoIterator<Item = &'name String>) -> Self {
        Self { columns: columns.into_iter().cloned().collect(), ..self }
    }

    /// The same finding, with what was measured and what it is held to.
    fn beyond(self, measured: f64, limit: f64) -> Self {
        Self { measured: Some(measured), limit: Some(limit), ..self }
    }

    /// The same finding, with a number of which there should be none.
    fn counting(self, number: u64) -> Self {
        self.beyond(as_float(number), 0.0)
    }

    /// The same finding, with the figure and the numbers of its check.
    fn of_check(self, check: &Check) -> Self {
        let (figure, about) = (check.figure.clone(), check.about.clone());
        Self { columns: check.columns.clone(), figure, about, measured: check.compared, limit: check.limit, ..self }
    }
}

/// Names of columns in a sentence.
fn list(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    if quoted.is_empty() { "no column".to_owned() } else { listed(&quoted) }
}

/// A share as percent, as every view writes it; with as many digits as tell it from `other`.
fn percent_beside(share: f64, other: f64) -> String {
    crate::number::percent_beside(share, other).replace('\u{a0}', " ")
}

/// A share as percent, as every view writes it.
fn percent(share: f64) -> String {
    percent_beside(share, share)
}

/// A number with at most four decimals.
fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
