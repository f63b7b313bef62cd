//! Waivers: exceptions that change the verdict, never a figure.

use glob::Pattern;
use jiff::civil::Date;

use super::{Case, finding};
use crate::plan::counted;
use crate::result::{Figure, Finding, FindingCode, Severity, WAIVER_ENDS_SOON_DAYS, Waiver, WaiverRecord, WaiverState};

/// Marks the findings that waivers cover, adds what is wrong with waivers, and accounts for each.
///
/// A waiver covers a finding of its code, in a dataset that its pattern matches, whose columns are among its own where
/// it names some, of its source where it names one, up to its limit, until the end of its last day, which neither the
/// day asked for nor today may be behind. Where it names no
/// source and there are such findings on several, nobody can know which one was approved, so it covers none.
pub(super) fn apply(case: Case<'_>, figures: &[Figure], findings: &mut Vec<Finding>) -> Vec<WaiverRecord> {
    let mut mistakes = Vec::new();
    let records = case.waivers.iter().map(|waiver| one(case, waiver, figures, findings, &mut mistakes)).collect();
    findings.extend(mistakes);
    records
}

fn one(
    case: Case<'_>,
    waiver: &Waiver,
    figures: &[Figure],
    findings: &mut [Finding],
    mistakes: &mut Vec<Finding>,
) -> WaiverRecord {
    let expires = waiver.expires.parse::<Date>().ok();
    // Dates are at most some millions of days apart.
    let days_left = expires.zip(case.last_day()).and_then(|(expires, last)| last.until(expires).ok());
    let days_left = days_left.map_or(i64::MIN, |span| i64::from(span.get_days()));
    let record =
        |state, findings| WaiverRecord { waiver: waiver.clone(), state, findings, days_left: days_left.max(-99_999) };
    if !is_for(waiver, &case.dataset.name) {
        return record(WaiverState::OtherDataset, 0);
    }
    let covers = |finding: &&mut Finding| waiver.finding.can_be_waived() && is_about(waiver, finding);
    let candidates: Vec<&mut Finding> = findings.iter_mut().filter(covers).collect();
    let is_of_several = waiver.source.is_none() && candidates.iter().any(|other| other.source != candidates[0].source);
    let refused = if candidates.is_empty() {
        Some((FindingCode::UnusedWaiver, WaiverState::Unused, "covers nothing in this scan".to_owned()))
    } else if is_of_several {
        let why = "names no `source`, but there are findings on several, so it covers none";
        Some((FindingCode::UnusedWaiver, WaiverState::Unused, why.to_owned()))
    } else if days_left < 0 {
        let why = format!("ended on {}; what it covered counts again", waiver.expires);
        Some((FindingCode::ExpiredWaiver, WaiverState::Expired, why))
    } else {
        None
    };
    if let Some((code, state, why)) = refused {
        mistakes.push(mistake(code, waiver, &why));
        return record(state, 0);
    }
    let (within, beyond): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|finding| is_within(waiver, finding, figures));
    if !beyond.is_empty() {
        let why = "is void: the figure exceeds the approved bound";
        mistakes.push(mistake(FindingCode::VoidWaiver, waiver, why));
    }
    let covered = within.len();
    if covered > 0 && days_left <= WAIVER_ENDS_SOON_DAYS {
        mistakes.push(ending(waiver, days_left));
    }
    for finding in within {
        finding.waived = true;
    }
    record(if covered > 0 { WaiverState::InForce } else { WaiverState::Void }, covered)
}

fn mistake(code: FindingCode, waiver: &Waiver, why: &str) -> Finding {
    let message = format!("the waiver of `{}` {why}", waiver.finding.name());
    let found = finding(code, Severity::Low, "waivers", message).on(waiver.columns.iter().flatten());
    Finding { source: waiver.source.clone(), ..found }
}

/// A note: the waiver holds today, and somebody has to decide again before it does not.
fn ending(waiver: &Waiver, days_left: i64) -> Finding {
    let when = match days_left {
        0 => "on its last day, which is the day of judgement".to_owned(),
        days => format!("on {}, in {}", waiver.expires, counted(days.unsigned_abs(), "day", "days")),
    };
    let message = format!("the waiver of `{}` ends {when}; what it covers then counts again", waiver.finding.name());
    let found =
        finding(FindingCode::WaiverEnding, Severity::Note, "waivers", message).on(waiver.columns.iter().flatten());
    Finding { source: waiver.source.clone(), ..found }
}

/// A pattern that cannot be read matches nothing; the configuration refuses it.
fn is_for(waiver: &Waiver, dataset: &str) -> bool {
    let matches = |pattern: &String| Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(dataset));
    waiver.dataset.as_ref().is_none_or(matches)
}

fn is_about(waiver: &Waiver, finding: &Finding) -> bool {
    let within = |columns: &Vec<String>| {
        !finding.columns.is_empty() && finding.columns.iter().all(|column| columns.contains(column))
    };
    let is_of_source = waiver.source.is_none() || waiver.source == finding.source;
    finding.code == waiver.finding && is_of_source && waiver.columns.as_ref().is_none_or(within)
}

/// Without a figure to compare, a limit is not kept.
fn is_within(waiver: &Waiver, finding: &Finding, figures: &[Figure]) -> bool {
    let Some(limit) = &waiver.limit else { return true };
    bounded(finding, figures).is_some_and(|measured| {
        limit.max.is_none_or(|max| measured <= max) && limit.min.is_none_or(|min| measured >= min)
    })
}

/// The number that a waiver bounds: a share also where the finding counts links.
fn bounded(finding: &Finding, figures: &[Figure]) -> Option<f64> {
    if finding.figure.as_deref() != Some("linkage.correct_links") {
        return finding.measured;
    }
    let is_share = |figure: &&Figure| {
        figure.id == "linkage.attack_rate" && figure.columns == finding.columns && figure.about == finding.about
    };
    figures.iter().find(is_share).and_then(|figure| figure.value.upper())
}
