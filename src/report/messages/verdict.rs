//! Words about the verdict, its limits and reasons, and what frames a view.

use super::counted;
use crate::number::{figure, percent};
use crate::report::escape::printable;
use crate::result::{
    CheckOutcome, Finding, FindingCode, FindingState, GATED_KNOWN_POINTS, Gate, GateSet, Policy, ScanResult,
    VerdictOutcome, WAIVER_ENDS_SOON_DAYS, WaiverRecord, WaiverState,
};

/// The verdict as one word.
pub(in crate::report) fn verdict(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Pass => "PASS",
        VerdictOutcome::Review => "REVIEW",
        VerdictOutcome::Fail => "FAIL",
        VerdictOutcome::Incomplete => "INCOMPLETE",
    }
}

/// The verdict as a sentence.
pub(in crate::report) fn verdict_sentence(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Pass => "Every limit was measured and holds.",
        VerdictOutcome::Review => "No limit is broken, but a person must look before this dataset leaves.",
        VerdictOutcome::Fail => "This dataset must not leave as it is.",
        VerdictOutcome::Incomplete => "Not everything was measured, so nobody can say that this dataset is safe.",
    }
}

/// The verdict in a word, or what a pass rests on in a few.
pub(in crate::report) fn verdict_words(result: &ScanResult) -> String {
    let rests_on = result.verdict.headline.as_deref().filter(|_| result.verdict.outcome == VerdictOutcome::Pass);
    rests_on.map_or_else(|| verdict(result.verdict.outcome).to_owned(), crate::report::escape::printable)
}

/// The verdict as a sentence; a pass that waivers or a treatment made says so.
pub(in crate::report) fn verdict_of(result: &ScanResult) -> &'static str {
    let waived = result.findings.iter().any(|finding| finding.waived);
    let treated = result.findings.iter().any(|finding| finding.code == FindingCode::TreatmentNotApplied);
    match result.verdict.outcome {
        VerdictOutcome::Pass if treated => "What passes is the file once it is treated; the file that was read is not.",
        VerdictOutcome::Pass if waived => "Every limit holds, or a waiver covers it.",
        outcome => verdict_sentence(outcome),
    }
}

/// The days for which that which ends was judged; none where nothing ends.
pub(in crate::report) fn judged_on(policy: &Policy) -> Option<String> {
    let printable = crate::report::escape::printable;
    let as_of = printable(policy.as_of.as_ref()?);
    let today = policy.today.as_ref().map(|today| printable(today)).filter(|today| *today != as_of);
    let today =
        today.map_or_else(String::new, |today| format!(" and for the day of the scan, {today}; the worse counts"));
    Some(format!("What ends (agreement, waivers, treatment) is judged for {as_of}{today}."))
}

pub(in crate::report) const NO_CLASS: &str = "No class was counted, so the risk is unknown";

/// Under the verdict of a page, which says for a pass that every limit holds.
pub(in crate::report) const NO_FINDINGS: &str = "None.";

pub(in crate::report) const CAVEAT: &str = "Caveat:";
pub(in crate::report) const ROLES_GUESSED: &str =
    "Column roles are guessed: confirm them before you rely on this page.";
pub(in crate::report) const NO_SUBJECT: &str =
    "No subject column is declared: each record counts as its own subject, which can hide risk.";
pub(in crate::report) const WAIVED: &str = "waived";
pub(in crate::report) const WHY: &str = "Why:";

/// The name of a measure without a figure, in words that say which set it speaks of.
/// Columns that nobody gave a role, all of them.
pub(in crate::report) fn without_role(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("`{}`", printable(name))).collect();
    match names.as_slice() {
        [one] => format!("column {one} has no role and leaves with the others"),
        [head @ .., last] => {
            format!("{} columns have no role and leave with the others: {} and {last}", names.len(), head.join(", "))
        }
        [] => String::new(),
    }
}

pub(in crate::report) fn not_measured_name(measure: &str, has_classes: bool) -> String {
    match measure {
        "static-smallest-class" => "smallest class of the static columns".to_owned(),
        // The name that earlier results have for it.
        "smallest-class" if has_classes => "smallest class of the static columns".to_owned(),
        other => crate::report::escape::printable(other),
    }
}

/// What became of a waiver, in one line.
pub(in crate::report) fn waiver(record: &WaiverRecord) -> String {
    let printable = crate::report::escape::printable;
    let state = match record.state {
        WaiverState::InForce => "in force",
        WaiverState::Expired => "expired",
        WaiverState::Void => "void",
        WaiverState::Unused => "unused",
        WaiverState::OtherDataset => "for another dataset",
    };
    let waiver = &record.waiver;
    let soon = record.state == WaiverState::InForce && record.days_left <= WAIVER_ENDS_SOON_DAYS;
    let soon =
        if soon { format!(", in {}", counted(record.days_left.unsigned_abs(), "day", "days")) } else { String::new() };
    let ticket = waiver.ticket.as_ref().map_or(String::new(), |ticket| format!(" ({})", printable(ticket)));
    format!(
        "{} {state}, ends {}{soon}; approved by {}{ticket}: {}",
        waiver.finding.name(),
        printable(&waiver.expires),
        printable(&waiver.approved_by),
        printable(&waiver.reason)
    )
}

/// What became of a finding since the baseline, in brackets; nothing without one.
pub(in crate::report) fn since(finding: &Finding) -> &'static str {
    match finding.since {
        None | Some(FindingState::Gone) => "",
        Some(FindingState::New) => " (new)",
        Some(FindingState::Worse) => " (worse)",
        Some(FindingState::Unchanged) => " (unchanged)",
        Some(FindingState::Better) => " (better)",
    }
}

/// Which earlier run the scan was compared with, and what became of findings; none where nobody asked for one.
pub(in crate::report) fn baseline(result: &ScanResult) -> Option<String> {
    let printable = crate::report::escape::printable;
    let used = result.baseline.as_ref()?;
    let Some(run) = &used.run else {
        return Some(format!("baseline {}: no earlier run of this dataset", printable(&used.asked)));
    };
    let hash = used
        .sha256
        .as_deref()
        .map_or(String::new(), |hash| format!(", sha256 {}", printable(&hash.chars().take(12).collect::<String>())));
    let which = format!("baseline run {}{hash}", printable(run));
    if let Some(refused) = &used.refused {
        return Some(format!("{which} was not compared with: {}", printable(refused)));
    }
    let number = |state| result.findings.iter().filter(|finding| finding.since == Some(state)).count();
    Some(format!(
        "{which}: findings {} new, {} worse, {} unchanged, {} better, {} gone",
        number(FindingState::New),
        number(FindingState::Worse),
        number(FindingState::Unchanged),
        number(FindingState::Better),
        used.gone.len()
    ))
}

/// Under a view that is for those who hold the data.
pub(in crate::report) fn restricted(stamp: &str) -> String {
    format!("{stamp}: for those who hold the data, not for the recipient")
}

pub(in crate::report) const FIGURE_HEADS: [&str; 4] = ["Measure", "Value", "Limit", "Outcome"];
pub(in crate::report) const CUT_OFF: &str = "cut off";

/// Where a result of an earlier version has figures and no checks.
pub(in crate::report) const NO_CHECKS: &str =
    "This result keeps no checks, as those of schema 1.0: what each figure was held against is not shown.";

/// How a check ended, as one word or two.
pub(in crate::report) fn check_outcome(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Holds => "holds",
        CheckOutcome::Breaks => "does not hold",
        CheckOutcome::Unknown => "unknown",
        CheckOutcome::CutOff => CUT_OFF,
        CheckOutcome::NotApplicable => "does not apply",
    }
}

/// Behind the code of a finding that a waiver covers.
pub(in crate::report) fn waived(is_waived: bool) -> &'static str {
    if is_waived { " (waived)" } else { "" }
}

/// Where no law or standard could ask for something.
pub(in crate::report) const NO_BASIS: &str = "house";

/// What a gate compares, in words.
pub(in crate::report) fn gate_name(gate: &Gate) -> String {
    let measure = match gate.measure.name() {
        "smallest-class" => "smallest class, in subjects",
        "highest-risk" => "highest risk of a record (1 / smallest class)",
        "average-risk" => "average risk of a subject",
        "unique-share" => "share of subjects unique (sample uniques)",
        "share-at-risk" => "share of subjects at risk",
        "unicity" => return format!("subjects singled out by {}", super::known_points(GATED_KNOWN_POINTS)),
        "linked-share" => "share of subjects linked to a table of the recipient",
        "relinked-share" => "share of subjects followed from release to release",
        "correct-links" => "expected correct links to a table of the recipient",
        "inference-advantage" => "advantage of guessing a sensitive value",
        "card-number-form" => "card numbers shortened to first six and last four digits",
        "pseudonym-reversal" => "no pseudonym that can be reversed by trying",
        "direct-identifiers" => "no direct identifier left",
        "date-detail" => "dates no finer than the year",
        "age-pooling" => "ages above 89 pooled",
        "place-detail" => "places no finer than three digits of the post code",
        // A measure of its own: its name says what is compared.
        other => &other.replace('-', " "),
    };
    match gate.set {
        None => measure.to_owned(),
        Some(GateSet::Static) => format!("{measure}, on the static quasi-identifiers"),
        Some(GateSet::Full) => format!("{measure}, on all quasi-identifiers"),
        Some(GateSet::AllSubsets) => format!("{measure}, on every counted set of quasi-identifiers"),
    }
}

/// A limit of a gate with its unit.
pub(in crate::report) fn gate_limit(gate: &Gate, limit: f64) -> String {
    match gate.measure.name() {
        "smallest-class" | "correct-links" => figure(limit),
        _ => percent(limit),
    }
}
