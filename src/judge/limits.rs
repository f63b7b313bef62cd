//! Gates that compare a figure with a limit. There is no tolerance, and equality passes.

use super::{Case, Gated, as_float, finding, list};
use crate::measure::uniqueness;
use crate::result::{
    Finding, FindingCode, GATED_KNOWN_POINTS, Gate, GateMeasure, GateOrigin, GateSet, NotMeasured, Outcome, Role,
    SetStatistics, Severity, Unicity, UnicityResult, Uniqueness, Unit,
};

/// Applies every gate that needs a figure.
pub(super) fn apply(case: Case<'_>, account: &mut Gated) {
    let on_crowds = |gate: &&Gate| is_on_crowds(&gate.measure);
    let gates: Vec<&Gate> = case.policy.gates.iter().filter(on_crowds).collect();
    if !gates.is_empty() {
        crowds(case, &gates, account);
    }
    known_points(case, account);
    for gate in case.policy.gates.iter().filter(|gate| gate.measure == GateMeasure::INFERENCE_ADVANTAGE) {
        unbuilt(gate, "what can be inferred about a subject", "max_inference_advantage", account);
    }
}

fn is_on_crowds(measure: &GateMeasure) -> bool {
    let on_crowds = [
        GateMeasure::SMALLEST_CLASS,
        GateMeasure::HIGHEST_RISK,
        GateMeasure::AVERAGE_RISK,
        GateMeasure::UNIQUE_SHARE,
        GateMeasure::SHARE_AT_RISK,
    ];
    on_crowds.contains(measure)
}

/// Nothing passes for want of a figure: whoever set the limit wanted to know.
pub(super) fn unknown(gate: &Gate, measure: &str, message: String, account: &mut Gated) {
    account.applied += 1;
    let found = finding(FindingCode::UnknownRisk, Severity::Critical, measure, message);
    account.findings.push(Finding { limit: gate.limit, ..found });
}

/// A limit on a measure that this version does not have.
fn unbuilt(gate: &Gate, what: &str, key: &str, account: &mut Gated) {
    let name = gate.measure.name();
    let message = match gate.limit {
        None => format!(
            "the policy needs a limit on {what}, and `{key}` is not declared; nor is it measured by this version"
        ),
        Some(_) => format!("the policy limits {what}, which is not measured by this version"),
    };
    unknown(gate, name, message, account);
}

/// The gates that the crowds answer.
fn crowds(case: Case<'_>, gates: &[&Gate], account: &mut Gated) {
    let (unit, value) = match &case.measures.uniqueness {
        Some(Outcome::Measured { unit, value }) => (*unit, value),
        Some(Outcome::Undefined { explanation, .. }) => {
            let message = format!("the size of the smallest crowd is unknown: {explanation}");
            account.findings.push(finding(FindingCode::UnknownRisk, Severity::Critical, uniqueness::NAME, message));
            account.applied += 1;
            return;
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            account.cut_off(uniqueness::NAME, format!("the crowds were not counted to the end: {explanation}"));
            return;
        }
        None => return not_counted(gates, account),
    };
    for gate in gates {
        crowd_gate(case, gate, unit, value, account);
    }
    account.findings.extend(wildcard_lowers_risk(case, gates, value));
}

fn not_counted(gates: &[&Gate], account: &mut Gated) {
    let reason = "crowds were not measured: no quasi-identifier is declared, or the measure was not asked for";
    let plain = |gate: &&Gate| gate.measure == GateMeasure::SMALLEST_CLASS && gate.origin != GateOrigin::Preset;
    if gates.iter().all(plain) {
        let measure = "static-smallest-class".to_owned();
        account.not_measured.push(NotMeasured { measure, reason: reason.to_owned() });
        return;
    }
    for gate in gates.iter().filter(|gate| !plain(gate)) {
        unknown(gate, uniqueness::NAME, format!("the limit `{}` cannot be judged: {reason}", gate.id), account);
    }
}

fn crowd_gate(case: Case<'_>, gate: &Gate, unit: Unit, value: &Uniqueness, account: &mut Gated) {
    // Without a subject the record is the subject; a figure in records about subjects would answer another question.
    if gate.unit.is_some_and(|asked| asked != unit) && case.dataset.subject.is_some() {
        let message = format!("the limit `{}` is in subjects, but the crowds were counted in records", gate.id);
        return unknown(gate, uniqueness::NAME, message, account);
    }
    if gate.set == Some(GateSet::AllSubsets) {
        return every_subset(gate, value, account);
    }
    let is_whole = |set: &SetStatistics| set.columns == value.full.columns;
    let (set, which) = match (gate.set, &value.static_set) {
        (Some(GateSet::Static), Some(set)) => (set, if is_whole(set) { "full" } else { "static" }),
        (Some(GateSet::Static), None) => {
            let reason = "no quasi-identifier is constant within every subject, so there is no static set to gate";
            let measure = if gate.class_limit().is_some() { "static-smallest-class" } else { &gate.id };
            account.not_measured.push(NotMeasured { measure: measure.to_owned(), reason: reason.to_owned() });
            return;
        }
        _ => (&value.full, "full"),
    };
    match gate.measure.name() {
        "smallest-class" | "highest-risk" => smallest_class(gate, unit, set, which, account),
        _ => share_gate(case, gate, set, which, account),
    }
}

fn set_in_words(set: &SetStatistics, which: &str) -> String {
    match (set.columns.len(), which) {
        (1, "static") => "the static quasi-identifier".to_owned(),
        (1, _) => "the quasi-identifier".to_owned(),
        (columns, "static") => format!("the {columns} static quasi-identifiers"),
        (columns, _) => format!("all {columns} quasi-identifiers"),
    }
}

fn undefined_on(set: &SetStatistics, what: &str, which: &str) -> Finding {
    let message = format!("the {what} of the {which} set is not defined");
    let unknown = finding(FindingCode::UnknownRisk, Severity::Critical, uniqueness::NAME, message);
    Finding { columns: set.columns.clone(), ..unknown }
}

fn smallest_class(gate: &Gate, unit: Unit, set: &SetStatistics, which: &str, account: &mut Gated) {
    account.applied += 1;
    let (Some(smallest), Some(k)) = (set.smallest_class, gate.class_limit()) else {
        account.findings.push(undefined_on(set, "smallest class", which));
        return;
    };
    if smallest >= u64::from(k) {
        return;
    }
    let (one, many) = match unit {
        Unit::Subject => ("subject", "subjects"),
        Unit::Record => ("record", "records"),
    };
    let noun = if smallest == 1 { one } else { many };
    let risk = match (gate.measure.name(), gate.limit) {
        ("highest-risk", Some(limit)) => format!(", for a risk of at most {limit:.4}"),
        _ => String::new(),
    };
    let which = set_in_words(set, which);
    let message = format!("the smallest crowd on {which} is {smallest} {noun}; the policy asks for at least {k}{risk}");
    let found = Finding {
        columns: set.columns.clone(),
        measured: Some(as_float(smallest)),
        limit: Some(f64::from(k)),
        ..finding(FindingCode::SmallClass, Severity::High, uniqueness::NAME, message)
    };
    push_strictest(found, account);
}

/// Of several limits that one class breaks, the strictest is told.
fn push_strictest(found: Finding, account: &mut Gated) {
    let same = |other: &&mut Finding| other.code == found.code && other.columns == found.columns;
    match account.findings.iter_mut().find(same) {
        Some(other) if other.limit >= found.limit => {}
        Some(other) => *other = found,
        None => account.findings.push(found),
    }
}

/// Every set of the lattice. One finding: how many break the limit, and the columns of the smallest of them.
fn every_subset(gate: &Gate, value: &Uniqueness, account: &mut Gated) {
    account.applied += 1;
    let subsets = || value.sets.iter().filter(|set| set.columns != value.full.columns);
    let Some(k) = gate.class_limit() else {
        account.findings.push(undefined_on(&value.full, "limit", "full"));
        return;
    };
    if let Some(set) = subsets().find(|set| set.smallest_class.is_none()) {
        account.findings.push(undefined_on(set, "smallest class", "smaller"));
        return;
    }
    let breaks = |set: &&SetStatistics| set.smallest_class.is_some_and(|smallest| smallest < u64::from(k));
    let Some(worst) = subsets().filter(breaks).min_by_key(|set| (set.columns.len(), set.smallest_class)) else {
        return;
    };
    let message = format!(
        "{} of {} smaller sets of columns have a crowd below {k} as well; {} already {} one of {}",
        subsets().filter(breaks).count(),
        subsets().count(),
        list(&worst.columns),
        if worst.columns.len() == 1 { "has" } else { "have" },
        worst.smallest_class.unwrap_or_default(),
    );
    let found = Finding {
        columns: worst.columns.clone(),
        measured: worst.smallest_class.map(as_float),
        limit: Some(f64::from(k)),
        ..finding(FindingCode::SmallClass, Severity::High, uniqueness::NAME, message)
    };
    push_strictest(found, account);
}

/// Limits from above on a share or a mean.
fn share_gate(case: Case<'_>, gate: &Gate, set: &SetStatistics, which: &str, account: &mut Gated) {
    let subjects = case.dataset.subjects;
    let of_subjects = |count: u64| (subjects > 0).then(|| as_float(count) / as_float(subjects));
    let k = gate.limit_as_k.unwrap_or(case.policy.k);
    let (code, key, measured, what) = match gate.measure.name() {
        "average-risk" => (
            FindingCode::HighAverageRisk,
            "max_average_risk",
            set.risk.average_subject,
            "the average risk of a subject".to_owned(),
        ),
        "unique-share" => {
            let share = of_subjects(set.unique_subjects);
            (FindingCode::HighUniqueShare, "max_unique_share", share, "the share of subjects who are alone".to_owned())
        }
        _ => {
            let below = set.below.iter().find(|below| below.k == k);
            let share = below.and_then(|below| of_subjects(below.subjects));
            let what = format!("the share of subjects in crowds below {k}");
            (FindingCode::HighShareAtRisk, "max_share_at_risk", share, what)
        }
    };
    let Some(limit) = gate.limit else {
        let message = format!("the policy needs a limit on {what}, and `{key}` is not declared");
        return unknown(gate, uniqueness::NAME, message, account);
    };
    account.applied += 1;
    let Some(measured) = measured.filter(|measured| measured.is_finite()) else {
        account.findings.push(undefined_on(set, what.trim_start_matches("the "), which));
        return;
    };
    if measured <= limit {
        return;
    }
    let which = set_in_words(set, which);
    let message = format!(
        "{what} on {which} is {}; the policy allows at most {}",
        percent_beside(measured, limit),
        percent(limit)
    );
    account.findings.push(Finding {
        columns: set.columns.clone(),
        measured: Some(measured),
        limit: Some(limit),
        ..finding(code, Severity::High, uniqueness::NAME, message)
    });
}

/// With `wildcard`, a crowd that is large only because blanks match everything.
fn wildcard_lowers_risk(case: Case<'_>, gates: &[&Gate], value: &Uniqueness) -> Option<Finding> {
    let beside = value.own_category.as_ref()?;
    let policy = case.policy;
    if !gates.iter().any(|gate| gate.class_limit().is_some()) {
        return None;
    }
    let pairs = [
        (value.static_set.as_ref().and_then(|set| set.smallest_class), beside.static_smallest_class),
        (value.full.smallest_class.filter(|_| policy.gate_any_record), beside.full_smallest_class),
    ];
    let k = u64::from(policy.k);
    let lowered =
        |(wild, own): (Option<u64>, Option<u64>)| own.filter(|&own| own < k && wild.is_some_and(|wild| wild >= k));
    let own = pairs.into_iter().find_map(lowered)?;
    let message = format!(
        "the smallest crowd reaches {k} only because missing cells match everything; as a category of their own it is {own}"
    );
    let code = FindingCode::WildcardLowersRisk;
    let found = finding(code, Severity::Medium, uniqueness::NAME, message);
    Some(Finding { measured: Some(as_float(own)), limit: Some(f64::from(policy.k)), ..found })
}

/// The gates on unicity, the average case of several known events.
fn known_points(case: Case<'_>, account: &mut Gated) {
    let gates = || case.policy.gates.iter().filter(|gate| gate.measure == GateMeasure::UNICITY);
    match &case.measures.unicity {
        None => unicity_absent(case, account),
        Some(Outcome::Measured { value, .. }) if value.gated_curve.is_none() => unicity_absent(case, account),
        Some(Outcome::Measured { unit, value }) => gates().for_each(|gate| unicity(gate, *unit, value, account)),
        Some(Outcome::Undefined { explanation, .. }) => {
            for gate in gates().take(1) {
                let message = format!("how many known points single a subject out is unknown: {explanation}");
                unknown(gate, "unicity", message, account);
            }
        }
        Some(Outcome::Incomplete { explanation, .. }) if gates().next().is_some() => {
            account.cut_off("unicity", format!("known points were not counted to the end: {explanation}"));
        }
        Some(Outcome::Incomplete { .. }) => {}
    }
}

/// Without a figure an extract with event columns is at best for review, and fails where somebody set a limit.
fn unicity_absent(case: Case<'_>, account: &mut Gated) {
    let quasi_identifiers = || case.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier);
    let has_events = quasi_identifiers().any(|column| column.constant_per_subject == Some(false));
    let no_curve = case.measures.unicity.is_some();
    let why = if no_curve { "could not be measured" } else { "is not measured" };
    let reason = if has_events {
        let set_by_somebody = |gate: &&Gate| gate.measure == GateMeasure::UNICITY && gate.origin != GateOrigin::Default;
        match case.policy.gates.iter().find(set_by_somebody) {
            Some(gate) => {
                let message = format!("the policy limits how many known events single a subject out, which {why}");
                unknown(gate, "unicity", message, account);
            }
            None => account
                .doubts
                .push(format!("the extract has event columns, and how many known events single a subject out {why}")),
        }
        if no_curve { "no group of event columns can be gated" } else { "not measured" }
    } else if case.dataset.subject.is_none() {
        "no subject is declared, so there are no histories of events"
    } else {
        "no quasi-identifier varies within a subject, so there are no events"
    };
    account.not_measured.push(NotMeasured { measure: "unicity".to_owned(), reason: reason.to_owned() });
}

fn unicity(gate: &Gate, unit: Unit, value: &Unicity, account: &mut Gated) {
    let Some(limit) = gate.limit else {
        return unknown(
            gate,
            "unicity",
            "the policy needs a limit on unicity, and `max_unicity` is not declared".to_owned(),
            account,
        );
    };
    if gate.unit.is_some_and(|asked| asked != unit) {
        return unknown(
            gate,
            "unicity",
            "the limit on unicity is in subjects, but it was counted in records".to_owned(),
            account,
        );
    }
    let curve = value.gated_curve.and_then(|place| value.curves.get(place));
    // A short extract is judged by as many points as at least half of the subjects have.
    let known = value.gated_known_points.unwrap_or(GATED_KNOWN_POINTS);
    let is_gated = |result: &&UnicityResult| result.known_points == known;
    let result = curve.and_then(|curve| Some((curve, curve.results.iter().find(is_gated)?)));
    let figure = result.and_then(|(curve, result)| Some((curve, result.share?, result.interval?)));
    let Some((curve, share, [low, high])) =
        figure.filter(|(_, share, [_, high])| share.is_finite() && high.is_finite())
    else {
        let message = format!(
            "how many subjects {known} known points single out is not defined: no subject has so many, or it was not computed"
        );
        return unknown(gate, "unicity", message, account);
    };
    account.applied += 1;
    // A sampled share can only pass as a whole: the upper end of its interval is what may be true.
    let upper = high.max(share);
    if upper <= limit {
        return;
    }
    let interval =
        if low < high { format!(" (95 % interval {} to {})", percent(low), percent(high)) } else { String::new() };
    let points = if known == 1 { "point" } else { "points" };
    let note = value.gate_note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    let message = format!(
        "{} of the subjects are singled out by {known} known {points} of {}{interval}; the policy allows at most {}{note}",
        percent_beside(share, limit),
        list(&curve.point),
        percent(limit)
    );
    account.findings.push(Finding {
        columns: curve.point.clone(),
        measured: Some(upper),
        limit: Some(limit),
        ..finding(FindingCode::HighUnicity, Severity::High, "unicity", message)
    });
}

/// A share in per cent with as many decimals as it takes to tell it from `other`, from 0 and from 100: one to four.
pub(super) fn percent_beside(share: f64, other: f64) -> String {
    let written = |share: f64, decimals: usize| format!("{:.decimals$}", share * 100.0);
    let is_same = |other: f64| share.total_cmp(&other).is_eq();
    let differs = |other: f64, decimals| is_same(other) || written(share, decimals) != written(other, decimals);
    let enough = |&decimals: &usize| [other, 0.0, 1.0].into_iter().all(|other| differs(other, decimals));
    let text = written(share, (1..4).find(enough).unwrap_or(4));
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share in per cent.
pub(super) fn percent(share: f64) -> String {
    percent_beside(share, share)
}
