//! From measurements, policy, agreement and waivers to findings and a verdict. Fails closed.
//!
//! A gate that holds says nothing. A gate that does not hold, or whose measure is undefined, is a finding. A gate whose
//! measure was cut off makes the verdict `incomplete` unless something else already fails. What could not be gated is
//! listed in `not_measured`. Comparisons have no tolerance, and equality passes; of an estimate the worse end of its
//! interval is compared. A limit that somebody set, or that a preset brings, on a figure that is not there is
//! `unknown-risk`, which fails. A waiver covers findings; it changes the verdict and never a figure.

mod agreement;
mod explain;
mod forms;
mod identifiers;
mod limits;
mod linkage;
mod presets;
mod roles;
#[cfg(test)]
mod test;
mod waivers;

pub use explain::{Page, explain, explained};
pub use presets::{AGGREGATE_PRESETS, PRESETS, policy_of};

use jiff::civil::Date;

use crate::result::{
    Dataset, Finding, FindingCode, Measures, NotMeasured, Policy, Recipient, Severity, Verdict, VerdictOutcome, Waiver,
    WaiverRecord,
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
    /// Exceptions.
    pub waivers: &'a [Waiver],
    /// The day for which agreement and waivers are judged. Without one nothing that ends is known to hold.
    pub as_of: Option<Date>,
}

impl<'a> Case<'a> {
    /// Figures and limits alone, without agreement and waivers.
    #[must_use]
    pub fn new(dataset: &'a Dataset, measures: &'a Measures, policy: &'a Policy) -> Self {
        Self { dataset, measures, policy, recipient: None, waivers: &[], as_of: None }
    }
}

/// What the judge says.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// May it leave?
    pub verdict: Verdict,
    /// Findings, worst first; equal ones by code, then columns.
    pub findings: Vec<Finding>,
    /// The waivers, each with what became of it.
    pub waivers: Vec<WaiverRecord>,
    /// Gates that could not be applied, each with its reason.
    pub not_measured: Vec<NotMeasured>,
}

/// How the gates ended. A gate that holds or does not hold was applied.
#[derive(Debug, Clone, Default)]
struct Gated {
    findings: Vec<Finding>,
    not_measured: Vec<NotMeasured>,
    /// Risk gates that were compared with a figure, or failed for want of one.
    applied: usize,
    /// Reasons for which a person must look, without being a finding.
    doubts: Vec<String>,
    /// Whether the measure of a gate was cut off.
    incomplete: bool,
}

impl Gated {
    /// A measure under a gate ended early.
    fn cut_off(&mut self, measure: &str, message: String) {
        self.incomplete = true;
        self.findings.push(finding(FindingCode::IncompleteMeasure, Severity::Medium, measure, message));
    }
}

/// Judges a scan.
#[must_use]
pub fn judge(case: Case<'_>) -> Judgement {
    let mut gated = Gated { findings: roles::findings(case), ..Gated::default() };
    identifiers::apply(case, &mut gated);
    forms::apply(case, &mut gated);
    limits::apply(case, &mut gated);
    linkage::apply(case, &mut gated);
    if let Some(recipient) = case.recipient {
        gated.findings.extend(agreement::findings(recipient, case));
    }
    if gated.applied == 0 && !gated.incomplete {
        gated.findings.push(no_risk_gate());
    }
    for finding in &mut gated.findings {
        let raised = case.policy.severities.iter().filter(|raised| raised.code == finding.code);
        finding.severity = raised.map(|raised| raised.at_least).max().unwrap_or(Severity::Low).max(finding.severity);
    }
    let waivers = waivers::apply(case, &mut gated.findings);
    let by_weight = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.code, finding.columns.clone());
    gated.findings.sort_by_key(by_weight);
    let mut verdict = verdict(&gated, case.policy);
    if matches!(verdict.outcome, VerdictOutcome::Pass | VerdictOutcome::Review) {
        verdict.reasons.extend(counted_coarser(case.dataset));
    }
    verdict.reasons.extend(linkage::no_evidence(case, verdict.outcome));
    Judgement { verdict, findings: gated.findings, waivers, not_measured: gated.not_measured }
}

fn verdict(gated: &Gated, policy: &Policy) -> Verdict {
    // What was cut off may still have held, so it is not a fail by itself whatever the threshold.
    let fails = |finding: &&Finding| {
        finding.severity >= policy.fail_on && !finding.waived && finding.code != FindingCode::IncompleteMeasure
            // Undefined is no smaller than any limit.
            || finding.code == FindingCode::UnknownRisk
    };
    let open = || gated.findings.iter().filter(|finding| !finding.waived);
    let outcome = if gated.findings.iter().any(|finding| fails(&finding)) {
        VerdictOutcome::Fail
    } else if gated.incomplete {
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
        reasons.push(match gated.findings.len() {
            0 => "every gate was measured and holds".to_owned(),
            1 => "every gate holds but for one finding, which a waiver covers".to_owned(),
            waived => format!("every gate holds but for {waived} findings, which waivers cover"),
        });
    }
    Verdict { outcome, exit_code, reasons }
}

/// What must be done to the files before they are what was judged.
fn counted_coarser(dataset: &Dataset) -> Option<String> {
    let coarser = dataset.columns.iter().filter(|column| !column.coarsen.is_empty());
    let names: Vec<String> = coarser.map(|column| column.name.clone()).collect();
    let sentence = || {
        let (verb, they) = if names.len() == 1 { ("was", "it stands") } else { ("were", "they stand") };
        format!(
            "{} {verb} counted more coarsely than {they} in the files; what was judged is an extract changed in the same \
             way, not the files as they are",
            list(&names)
        )
    };
    (!names.is_empty()).then(sentence)
}

fn finding(code: FindingCode, severity: Severity, measure: &str, message: String) -> Finding {
    let (columns, source, measured, limit, waived) = (Vec::new(), None, None, None, false);
    Finding { code, severity, measure: measure.to_owned(), columns, source, message, measured, limit, waived }
}

fn no_risk_gate() -> Finding {
    let message = "no gate on the risk of being singled out could be applied, so nothing was shown to be safe";
    finding(FindingCode::NoRiskGate, Severity::Medium, "policy", message.to_owned())
}

/// Names of columns in a sentence.
fn list(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => "no column".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of records fit 32 bits")]
fn as_float(count: u64) -> f64 {
    count as f64
}
