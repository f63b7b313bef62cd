//! What a recipient can link: attacks against their limits, and pseudonyms that were reversed.
//!
//! A limit speaks of every attack of its family. A figure is compared by the upper end of its interval, also where the
//! attack does no better than guessing: whoever set the limit did not say how the links may be found. From five subjects
//! on of whom a truth says who they are, the limit holds for the share among them as well. Without a limit an attack that
//! finds more than guessing asks for review, whatever a hold-out says, and one without a figure is a doubt. An attack that
//! found nothing lets pass, and the verdict says that this proves nothing. A truth that knows few, or that takes most links
//! away, is a finding of its own.
//!
//! A limit on linkage that holds is no gate on being singled out: it speaks of the sources that were named, not of
//! those that nobody thought of.

use super::checks::{Held, ended, open};
use super::{Case, Gated, Hearing, finding, percent, percent_beside, row_of};
use crate::measure::linkage::NAME;
use crate::number::as_float;
use crate::plan::Limit;
use crate::printable::each_once;
use crate::result::{
    AttackKind, Check, CheckOutcome, Evidence, Figure, Finding, FindingCode, Gate, GateMeasure, LinkageAttack,
    NotMeasured, Outcome, PseudonymCheck, Severity, VerdictOutcome, Yardstick,
};
use crate::stats::wilson_interval;

/// Whether a gate limits who is followed from release to release, rather than who is found in a table that names people.
fn is_on_following(gate: &Gate) -> bool {
    gate.measure == GateMeasure::RELINKED_SHARE
}

/// Every attack with the figure of its rate. Figures come in the order of the attacks, one rate each.
fn attacks(hearing: Hearing<'_>) -> impl Iterator<Item = (&LinkageAttack, &Figure)> {
    let attacks = match &hearing.case.measures.linkage {
        Some(Outcome::Measured { value, .. }) => &value.attacks[..],
        _ => &[],
    };
    let is_rate =
        |figure: &&Figure| matches!(figure.id.as_str(), "linkage.attack_rate" | "linkage.releases.attack_rate");
    attacks.iter().zip(hearing.figures.iter().filter(is_rate))
}

/// The shares among those of whom it is known who they are, which the limit on a share of linkage speaks of too.
pub(super) fn known_figures<'a>(hearing: Hearing<'a>, row: &Limit) -> Vec<&'a Figure> {
    let id = match row.gate {
        "linked-share" => "linkage.known_share",
        "relinked-share" => "linkage.releases.known_share",
        _ => return Vec::new(),
    };
    hearing.figures.iter().filter(|figure| figure.id == id).collect()
}

/// The attack that a figure is of, and its rate.
fn attack_of<'a>(hearing: Hearing<'a>, figure: &Figure) -> Option<(&'a LinkageAttack, &'a Figure)> {
    let follows = figure.id.starts_with("linkage.releases.");
    let is_it = |(attack, rate): &(&LinkageAttack, &Figure)| {
        attack.follows() == follows && rate.columns == figure.columns && rate.about == figure.about
    };
    attacks(hearing).find(is_it)
}

/// The source that a figure is about.
pub(super) fn source(hearing: Hearing<'_>, figure: &Figure) -> Option<String> {
    attack_of(hearing, figure).map(|(attack, _)| attack.with.clone())
}

/// Why nothing of a family was compared.
pub(super) fn no_source(gate: &Gate) -> String {
    let (what, flag) = if is_on_following(gate) {
        ("links from release to release", "`--against` with the other release")
    } else {
        ("links to a table of the recipient", "`--against`")
    };
    format!("the policy limits {what}, but none was named with {flag}")
}

/// What is said of an attack that has no figure.
pub(super) fn without_figure(hearing: Hearing<'_>, figure: &Figure) -> Option<String> {
    let (attack, rate) = attack_of(hearing, figure)?;
    let reason = rate.value.reason().or(figure.value.reason())?;
    Some(format!("the attack `{}` with `{}` has no figure: {reason}", attack.attack.name(), attack.with))
}

/// What is found where there is no limit, and pseudonyms that were reversed. Limits themselves are held as any other.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let is_limited = |follows: bool| {
        let on_linkage = [GateMeasure::LINKED_SHARE, GateMeasure::RELINKED_SHARE, GateMeasure::CORRECT_LINKS];
        let is_one = |gate: &Gate| {
            on_linkage.contains(&gate.measure) && gate.limit.is_some() && is_on_following(gate) == follows
        };
        hearing.case.policy.gates.iter().any(is_one)
    };
    let message = match &hearing.case.measures.linkage {
        Some(Outcome::Measured { value, .. }) => {
            for follows in [false, true].into_iter().filter(|follows| !is_limited(*follows)) {
                unlimited(hearing, follows, gated);
            }
            gated.findings.extend(truth_coverage(&value.attacks));
            gated.findings.extend(value.attacks.iter().filter_map(truth_implausible));
            return value.pseudonyms.iter().for_each(|check| reversed(hearing, check, gated));
        }
        _ if is_limited(false) || is_limited(true) => return,
        None => {
            let reason = "no data of the recipient was named with `--against`, so nothing was linked";
            return gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: reason.to_owned() });
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            return gated.doubts.push(format!("record linkage was not fully measured: {explanation}"));
        }
        Some(Outcome::Undefined { explanation, .. }) => format!("record linkage risk is unknown: {explanation}"),
    };
    gated.doubts.push(message.clone());
    gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: message });
}

/// Where nobody said how much is too much: an attack without a figure is a doubt, and of each source the strongest one
/// that found something asks for review.
fn unlimited(hearing: Hearing<'_>, follows: bool, gated: &mut Gated) {
    // The limit that whoever sets one sets first.
    let measure = if follows { GateMeasure::RELINKED_SHARE } else { GateMeasure::LINKED_SHARE };
    let gate = Gate { limit: None, ..Gate::at_most(measure, None, 0.0) };
    let Some(row) = row_of(&gate) else { return };
    let of_family = || attacks(hearing).filter(|(attack, _)| attack.follows() == follows);
    let without =
        of_family().filter_map(|(_, rate)| without_figure(hearing, rate).filter(|_| rate.value.upper().is_none()));
    gated.doubts.extend(without);
    for source in each_once(of_family().map(|(attack, _)| &attack.with)) {
        let found = of_family().filter(|(attack, _)| attack.with == *source && finds_more_than_guessing(attack));
        let measured = found.filter_map(|(attack, rate)| Some((attack, rate, rate.value.upper()?)));
        // The first of equals, so that the order of the plan decides.
        let strongest = measured.reduce(|best, next| if next.2 > best.2 { next } else { best });
        let Some((attack, rate, upper)) = strongest else { continue };
        let described = described(attack, rate);
        let message = format!("{described}; no limit is declared (`{}`), so a person must review", row.key);
        let check = open(&gate, CheckOutcome::Unknown, "no limit is declared".to_owned()).of(rate);
        let check = Check { compared: Some(upper), finding: Some(row.finding), ..check };
        let found = finding(row.finding, Severity::Medium, NAME, message).of_check(&check);
        gated.add(check, Finding { source: Some(attack.with.clone()), ..found });
    }
}

/// Whether somebody must look at what an attack finds. A hold-out has no say in it: who made it could have made it so
/// that strangers are claimed as often.
fn finds_more_than_guessing(attack: &LinkageAttack) -> bool {
    attack.evidence == Evidence::Found
        || attack.no_better_than == Some(Yardstick::Control) && attack.attack_rate > attack.baseline_rate
}

/// Of each source whose truth says of fewer than four in five subjects who they are, one finding.
fn truth_coverage(attacks: &[LinkageAttack]) -> Vec<Finding> {
    let mut sources: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for attack in attacks {
        let Some(known) = attack.known_truth.filter(|known| !known.complete) else { continue };
        if 5 * known.subjects >= 4 * attack.subjects || sources.contains(&attack.with.as_str()) {
            continue;
        }
        sources.push(&attack.with);
        let share = as_float(known.subjects) / as_float(attack.subjects);
        let message = format!(
            "the truth of `{}` identifies {} of {} subjects ({}); the links of the others count as expected links",
            attack.with,
            known.subjects,
            attack.subjects,
            percent(share)
        );
        findings.push(Finding {
            source: Some(attack.with.clone()),
            measured: Some(share),
            limit: Some(COVERED),
            ..finding(FindingCode::TruthCoverage, Severity::Medium, NAME, message)
        });
    }
    findings
}

/// Share of subjects of whom a truth is to say who they are.
const COVERED: f64 = 0.8;

/// Subjects who match and whose right person is known, from which on a truth is held to be telling.
const FEWEST_CLAIMED: u64 = 20;

/// A truth that takes away more than half of the links that it speaks of, by more than chance.
fn truth_implausible(attack: &LinkageAttack) -> Option<Finding> {
    let known = attack.known_truth.filter(|known| known.claimed >= FEWEST_CLAIMED)?;
    let [_, high] = wilson_interval(known.found, known.claimed)?;
    let message = format!(
        "according to the truth of `{}`, the right person of {} of {} subjects matched by the attack `{}` is not among the \
         matches; a truth that removes most links needs a review",
        attack.with,
        known.claimed - known.found.min(known.claimed),
        known.claimed,
        attack.attack.name()
    );
    let found = Finding {
        source: Some(attack.with.clone()),
        columns: attack.columns.clone(),
        ..finding(FindingCode::TruthImplausible, Severity::Medium, NAME, message)
    };
    (high < 0.5).then_some(found)
}

/// An attack that finds more than its limit allows, in words; also that it is no better than guessing where it is not: the
/// limit counts links, not skill.
pub(super) fn sentence(hearing: Hearing<'_>, held: &Held<'_>, figure: &Figure) -> Option<String> {
    let (attack, rate) = attack_of(hearing, figure)?;
    let limit = held.check.limit?;
    let allowed = match held.gate.measure.name() {
        "correct-links" => format!("{limit} {}", if limit > 1.0 { "links" } else { "link" }),
        _ => percent(limit),
    };
    if figure.id.ends_with(".known_share") {
        let known = attack.known_truth?;
        let share = percent_beside(figure.value.value().unwrap_or(f64::NAN), limit);
        return Some(format!(
            "of {} subjects whom the truth identifies, the attack `{}` with `{}` links {} to the right person \
             ({share}); the policy allows at most {allowed}",
            known.subjects,
            attack.attack.name(),
            attack.with,
            about(known.expected_correct)
        ));
    }
    let evidence = attack.no_evidence().map_or_else(String::new, |words| format!(", {words}"));
    Some(format!("{}{evidence}; the policy allows at most {allowed}", described(attack, rate)))
}

/// What an attack finds, in a sentence without its limit.
fn described(attack: &LinkageAttack, figure: &Figure) -> String {
    let (kind, source, whole) = (attack.attack.name(), &attack.with, attack.subjects);
    let value = figure.value.value().unwrap_or(f64::NAN);
    let rate = percent_beside(value, figure.value.upper().unwrap_or(value));
    let interval = figure
        .value
        .interval()
        .map_or_else(String::new, |[low, high]| format!(", 95 % interval {} to {}", percent(low), percent(high)));
    let equals = if attack.source_equals_extract { "; the source holds the same records as the extract" } else { "" };
    let found = found(attack, value * as_float(whole));
    let truth = truth(attack);
    format!("the attack `{kind}` with `{source}` {found} ({rate}{interval}{}{truth}{equals})", yardstick(attack))
}

/// Of how many it is known who they are, where that is not everybody.
fn truth(attack: &LinkageAttack) -> String {
    let Some(known) = attack.known_truth.filter(|known| known.subjects < attack.subjects) else { return String::new() };
    let links = about(known.expected_correct);
    format!("; the truth identifies {}, {links} of them linked correctly", known.subjects)
}

/// An expected number: whole where it is, else with one decimal.
fn about(expected: f64) -> String {
    let about = format!("{expected:.1}");
    about.strip_suffix(".0").unwrap_or(&about).to_owned()
}

/// The rate beside which the rate of the attack is to be read: where the attack failed against the control, that one.
fn yardstick(attack: &LinkageAttack) -> String {
    let is_control = attack.no_better_than == Some(Yardstick::Control);
    let (rate, by) = match attack.attack {
        _ if is_control => (attack.control_rate, "control"),
        AttackKind::Intersection => (attack.baseline_rate, "the extract alone"),
        _ => (attack.baseline_rate, "guessing"),
    };
    let rate = rate.filter(|rate| rate.is_finite());
    rate.map_or_else(String::new, |rate| format!("; {by} {}", percent(rate)))
}

fn found(attack: &LinkageAttack, expected: f64) -> String {
    let whole = attack.subjects;
    let subjects = if whole == 1 { "subject" } else { "subjects" };
    if let Some(detail) = &attack.intersection {
        return format!(
            "finds {} of {} subjects of both releases unique on both together, {} of them unique on neither alone",
            detail.unique_in_both, detail.common, detail.newly_unique
        );
    }
    let about = about(expected);
    match (attack.follows(), attack.correct.filter(|_| attack.is_counted())) {
        (false, Some(correct)) => format!("links {correct} of {whole} {subjects} to the right person"),
        (false, None) => format!("is expected to link {about} of {whole} {subjects} to the right person"),
        (true, Some(correct)) => format!("re-links {correct} of {whole} {subjects} to the other release"),
        (true, None) => {
            format!("is expected to re-link {about} of {whole} {subjects} to the other release")
        }
    }
}

/// A pseudonym that is a known form of identifiers names whoever the list names.
fn reversed(hearing: Hearing<'_>, reversed: &PseudonymCheck, gated: &mut Gated) {
    let is_figure = |figure: &&Figure| {
        figure.id == "linkage.pseudonyms.subjects"
            && figure.columns == [reversed.column.as_str()]
            && figure.about.as_ref() == Some(&reversed.identifiers)
    };
    let figure = hearing.figures.iter().find(is_figure);
    let gate = Gate::at_most(GateMeasure::PSEUDONYM_REVERSAL, None, 0.0);
    let code = (reversed.reversed > 0).then_some(FindingCode::PseudonymReversible);
    let outcome = if code.is_some() { CheckOutcome::Breaks } else { CheckOutcome::Holds };
    let check = Check {
        figure: figure.map(|figure| figure.id.clone()),
        columns: vec![reversed.column.clone()],
        about: figure.and_then(|figure| figure.about.clone()),
        compared: Some(as_float(reversed.subjects)),
        finding: code,
        ..ended(&gate, outcome)
    };
    gated.findings.extend(code.map(|code| {
        let found = finding(code, reversal_severity(reversed), NAME, reversal_sentence(reversed));
        Finding { source: Some(reversed.identifiers.clone()), ..found.of_check(&check) }
    }));
    gated.checks.push(check);
}

/// A few values of a short form can agree by chance; half of either side cannot.
fn reversal_severity(check: &PseudonymCheck) -> Severity {
    let twice = check.reversed.saturating_mul(2);
    if twice >= check.values || twice >= check.supplied { Severity::Critical } else { Severity::High }
}

fn reversal_sentence(check: &PseudonymCheck) -> String {
    let forms: Vec<String> = check.forms.iter().map(|form| format!("`{}`", form.form)).collect();
    let forms = if forms.is_empty() { String::new() } else { format!(" ({})", forms.join(", ")) };
    format!(
        "{} of {} pseudonyms in column `{}`, of {} {}, match a plain or commonly hashed identifier in `{}`{forms}",
        check.reversed,
        check.values,
        check.column,
        check.subjects,
        if check.subjects == 1 { "subject" } else { "subjects" },
        check.identifiers,
    )
}

/// What a verdict must add where attacks found nothing: that this proves nothing.
pub(super) fn no_evidence(case: Case<'_>, outcome: VerdictOutcome) -> Option<String> {
    let Some(Outcome::Measured { value, .. }) = &case.measures.linkage else { return None };
    if !matches!(outcome, VerdictOutcome::Pass | VerdictOutcome::Review) {
        return None;
    }
    let guesses = |attack: &&LinkageAttack| attack.attack != AttackKind::Intersection;
    let none = value.attacks.iter().filter(guesses).filter(|attack| attack.evidence == Evidence::None);
    let (mut names, mut control) = (Vec::new(), false);
    for attack in none {
        names.push(format!("`{}` with `{}`", attack.attack.name(), attack.with));
        control |= attack.no_better_than == Some(Yardstick::Control);
    }
    let (subject, verb) = match names.len() {
        0 => return None,
        1 => (format!("the attack {}", names[0]), "does"),
        number => (format!("{number} attacks ({})", names.join(", ")), "do"),
    };
    let yardstick = if control { "guessing, or than people whom the source does not hold" } else { "guessing" };
    Some(format!(
        "{subject} {verb} no better than {yardstick}; that is no evidence of linkage, but no proof that nobody can be linked"
    ))
}
