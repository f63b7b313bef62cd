//! Words about linkage.

use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::report::linkage::{columns, interval, rate, source};
use crate::result::{AttackKind, Evidence, FigureUnit, LinkageAttack, PseudonymCheck};

pub(in crate::report) const NO_EVIDENCE: &str = "no evidence";

/// The name of an attack, as a person would say it.
pub(in crate::report) fn attack_name(kind: AttackKind) -> &'static str {
    match kind {
        AttackKind::Exact => "exact values",
        AttackKind::Tolerant => "near values",
        AttackKind::Distance => "nearest values",
        AttackKind::Probabilistic => "weighed agreements",
        AttackKind::Scoreboard => "a few known events",
        AttackKind::Intersection => "two releases, same pseudonyms",
        AttackKind::Release => "release to release",
    }
}

pub(in crate::report) fn evidence(attack: &LinkageAttack) -> &'static str {
    match attack.evidence {
        Evidence::Found => "better than guessing",
        Evidence::None => attack.no_evidence().unwrap_or(NO_EVIDENCE),
        Evidence::Unknown => super::NOT_KNOWN,
    }
}

/// `exact values, crm.csv`
pub(in crate::report) fn attack_label(attack: &LinkageAttack) -> String {
    format!("{}, {}", attack_name(attack.attack), source(attack))
}

/// What the found are said to be: counted by truth, or expected.
fn found_as(attack: &LinkageAttack) -> &'static str {
    match (attack.follows(), attack.is_counted()) {
        _ if attack.intersection.is_some() => "unique on both together",
        (false, true) => "linked to the right person",
        (false, false) => "expected to be linked to the right person",
        (true, true) => "followed to the other release",
        (true, false) => "expected to be followed to the other release",
    }
}

/// The first sentence of a report: `About 63 in 100 subjects can be linked to crm.csv (exact values on 4 shared columns)`.
pub(in crate::report) fn linked_headline(frequency: &str, attack: &LinkageAttack) -> String {
    let subjects = super::so_many_subjects(frequency);
    let (what, source) = (if attack.follows() { "followed to" } else { "linked to" }, source(attack));
    let how = attack_name(attack.attack);
    let on = match attack.columns.len() {
        0 => String::new(),
        1 => format!(" on {}", columns(attack)),
        number => format!(" on {} shared columns", count(number as u64)),
    };
    format!("{subjects} can be {what} {source} ({how}{on})")
}

/// The counts behind it.
pub(in crate::report) fn linked_detail(attack: &LinkageAttack) -> String {
    let guess = match attack.baseline_rate.filter(|rate| rate.is_finite()) {
        Some(rate) if attack.attack == AttackKind::Intersection => {
            format!("; the extract alone singles out {}", percent(rate))
        }
        Some(rate) => format!("; guessing finds {}", percent(rate)),
        None => String::new(),
    };
    let whole = match &attack.intersection {
        Some(detail) => format!("{} of both releases", super::subjects(detail.common)),
        None => super::subjects(attack.subjects),
    };
    format!("{} of {whole} {}{guess}", share(attack), found_as(attack))
}

/// The share that an attack finds with its interval, or that there is none.
fn share(attack: &LinkageAttack) -> String {
    let Some(rate) = rate(attack) else { return super::NOT_DEFINED.to_owned() };
    let interval = interval(attack).map_or_else(String::new, super::with_interval);
    format!("{}{interval}", percent(rate))
}

/// One attack in a line.
pub(in crate::report) fn attack_sentence(attack: &LinkageAttack) -> String {
    let label = super::capitalised(&attack_label(attack));
    let equals = if attack.source_equals_extract { "; the source holds the same records as the extract" } else { "" };
    if rate(attack).is_none() {
        let entry = attack.undefined.iter().find(|entry| entry.field == "attack_rate").or(attack.undefined.first());
        let why = entry.map_or_else(|| "it gave none".to_owned(), |entry| printable(entry.in_words()));
        return format!("{label}: not known, {}{equals}", super::because(&why));
    }
    let verdict = attack.no_evidence().map_or_else(String::new, |why| format!("; {why}, which is no evidence"));
    format!("{label}: {}{}{verdict}{equals}", linked_detail(attack), gower(attack))
}

/// What Gower's distance finds over all columns, each way that was tried; nothing for other attacks.
fn gower(attack: &LinkageAttack) -> String {
    let Some(detail) = &attack.distance else { return String::new() };
    let ways = [
        ("from person to subject", detail.gower_rate),
        ("from subject to person", detail.gower_source_rate),
        ("one to one", detail.gower_one_to_one_rate),
    ];
    let ways: Vec<String> =
        ways.into_iter().filter_map(|(way, rate)| Some(format!("{} {way}", percent(rate?)))).collect();
    if ways.is_empty() { String::new() } else { format!("; Gower's distance finds {}", ways.join(", ")) }
}

pub(in crate::report) fn pseudonym_sentence(check: &PseudonymCheck) -> String {
    let (column, file) = (printable(&check.column), printable(&check.identifiers));
    let values = super::counted(check.values, "pseudonym", "pseudonyms");
    match check.reversed {
        0 => format!(
            "None of {values} in {column} is a plain or common hash of the {} identifiers in {file}",
            count(check.supplied)
        ),
        reversed => format!(
            "{} of {values} in {column}, of {}, are a plain or common hash of identifiers in {file}",
            count(reversed),
            super::subjects(check.subjects)
        ),
    }
}

/// A limit with its unit: `5 %`, `20 links`.
pub(in crate::report) fn limit_of(limit: f64, unit: FigureUnit) -> String {
    let number = crate::number::value(limit, unit);
    match unit {
        FigureUnit::Links if number == "1" => "1 correct link".to_owned(),
        FigureUnit::Links => format!("{number} correct links"),
        _ => number,
    }
}

// Tables of one attack.

pub(in crate::report) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(in crate::report) fn signed(weight: f64) -> String {
    // Adding 0 turns a negative zero into zero.
    let rounded = (weight * 10.0).round() / 10.0 + 0.0;
    if rounded > 0.0 { format!("+{rounded:.1}") } else { format!("{rounded:.1}") }
}

// Pictures.

pub(in crate::report) fn more_rows(left_out: usize) -> String {
    format!("; {} more in the table", count(left_out as u64))
}

pub(in crate::report) const ALL_SHARED: &str = "all shared columns";
/// The label of a step: the first one has a name of its own.
pub(in crate::report) fn waterfall_step(label: &str) -> String {
    if label == "prior" { "before looking".to_owned() } else { printable(label) }
}

/// Stands for the control where there is none.
pub(in crate::report) const NO_HOLD_OUT: &str = "no hold-out";
