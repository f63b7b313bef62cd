//! What a recipient can link: attacks against their limits, and pseudonyms that were reversed.
//!
//! A limit speaks of every attack of its family. A figure is compared by the upper end of its interval, also where the
//! attack does no better than guessing: whoever set the limit did not say how the links may be found. Without a limit an
//! attack that found something asks for review, and one without a figure is a doubt. An attack that found nothing lets
//! pass, and the verdict says that this proves nothing.
//!
//! A limit on linkage that holds is no gate on being singled out: it speaks of the sources that were named, not of
//! those that nobody thought of.

use super::limits::{percent, percent_beside, unknown};
use super::{Case, Gated, as_float, finding};
use crate::measure::linkage::NAME;
use crate::result::{
    AttackKind, Evidence, Finding, FindingCode, Gate, GateMeasure, Linkage, LinkageAttack, NotMeasured, Outcome,
    PseudonymCheck, Severity, VerdictOutcome, undefined_in_words,
};

/// Attacks that answer one question, and the limits on it.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// Who of the extract is found in a table that names people.
    Linked,
    /// Who is followed from one release to another.
    Relinked,
}

impl Family {
    fn of(kind: AttackKind) -> Self {
        match kind {
            AttackKind::Exact
            | AttackKind::Tolerant
            | AttackKind::Distance
            | AttackKind::Probabilistic
            | AttackKind::Scoreboard => Self::Linked,
            AttackKind::Intersection | AttackKind::Release => Self::Relinked,
        }
    }

    fn limits(self, measure: &GateMeasure) -> bool {
        match self {
            Self::Linked => matches!(measure.name(), "linked-share" | "correct-links"),
            Self::Relinked => *measure == GateMeasure::RELINKED_SHARE,
        }
    }

    fn code(self) -> FindingCode {
        match self {
            Self::Linked => FindingCode::Linkable,
            Self::Relinked => FindingCode::Relinkable,
        }
    }

    /// What is limited, in words, and the flag that brings it about.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Linked => ("links to a table of the recipient", "`--against`"),
            Self::Relinked => ("links from release to release", "`--against` with the other release"),
        }
    }
}

/// Applies every limit on linkage, and tells what was found where there is none.
pub(super) fn apply(case: Case<'_>, account: &mut Gated) {
    let gates: Vec<&Gate> = case.policy.gates.iter().filter(|gate| is_on_linkage(&gate.measure)).collect();
    for gate in gates.iter().filter(|gate| gate.limit.is_none()) {
        let (what, _) = family_of(gate).words();
        let message = format!("the policy needs a limit on {what}, and `{}` is not declared", key(&gate.measure));
        unknown(gate, NAME, message, account);
    }
    let declared: Vec<&Gate> = gates.into_iter().filter(|gate| gate.limit.is_some()).collect();
    match &case.measures.linkage {
        None => {
            absent(&declared, account);
            if declared.is_empty() {
                let reason = "nothing that the recipient holds was named with `--against`, so nothing was joined";
                account.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: reason.to_owned() });
            }
        }
        Some(Outcome::Measured { value, .. }) => {
            for family in [Family::Linked, Family::Relinked] {
                attacks(family, value, &declared, account);
            }
            account.findings.extend(value.pseudonyms.iter().filter_map(reversed));
        }
        Some(Outcome::Undefined { explanation, .. }) => {
            without_figure(&declared, &format!("what can be linked is unknown: {explanation}"), account);
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            let message = format!("what can be linked was not measured to the end: {explanation}");
            if declared.is_empty() {
                account.doubts.push(message);
            } else {
                account.cut_off(NAME, message);
            }
        }
    }
}

fn is_on_linkage(measure: &GateMeasure) -> bool {
    [Family::Linked, Family::Relinked].iter().any(|family| family.limits(measure))
}

fn family_of(gate: &Gate) -> Family {
    if Family::Relinked.limits(&gate.measure) { Family::Relinked } else { Family::Linked }
}

/// The key that declares a limit.
fn key(measure: &GateMeasure) -> &'static str {
    match measure.name() {
        "correct-links" => "max_correct_links",
        "relinked-share" => "max_relinked_share",
        _ => "max_linked_share",
    }
}

/// Nobody named a source: nothing to judge, but a limit without one is a question without an answer.
fn absent(declared: &[&Gate], account: &mut Gated) {
    for gate in declared {
        let (what, flag) = family_of(gate).words();
        unknown(gate, NAME, format!("the policy limits {what}, and none was named with {flag}"), account);
    }
}

fn without_figure(declared: &[&Gate], message: &str, account: &mut Gated) {
    for gate in declared {
        unknown(gate, NAME, message.to_owned(), account);
    }
    if declared.is_empty() {
        account.doubts.push(message.to_owned());
        account.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: message.to_owned() });
    }
}

fn attacks(family: Family, value: &Linkage, declared: &[&Gate], account: &mut Gated) {
    let gates: Vec<&Gate> = declared.iter().copied().filter(|gate| family.limits(&gate.measure)).collect();
    let attacks = || value.attacks.iter().filter(|attack| Family::of(attack.attack) == family);
    if attacks().next().is_none() {
        return absent(&gates, account);
    }
    let mut sources: Vec<&str> = Vec::new();
    for attack in attacks() {
        if !sources.contains(&attack.with.as_str()) {
            sources.push(&attack.with);
        }
        let Some(reason) = why_unknown(attack) else { continue };
        let message = format!("the attack `{}` with `{}` has no figure: {reason}", attack.attack.name(), attack.with);
        if gates.is_empty() {
            account.doubts.push(message);
        } else {
            let found = finding(FindingCode::UnknownRisk, Severity::Critical, NAME, message);
            let (columns, source) = (attack.columns.clone(), Some(attack.with.clone()));
            account.findings.push(Finding { columns, source, ..found });
        }
    }
    let of_source = |source: &str| attacks().filter(|attack| attack.with == source).collect::<Vec<_>>();
    let one = |source: &str| {
        let of_source = of_source(source);
        if gates.is_empty() { unlimited(family, &of_source) } else { broken(family, &of_source, &gates) }
    };
    account.findings.extend(sources.into_iter().filter_map(one));
}

/// Why nothing can be said about an attack; none when it has its figure.
fn why_unknown(attack: &LinkageAttack) -> Option<String> {
    if Figure::of(attack).is_some() {
        return None;
    }
    let field = attack.undefined.iter().find(|entry| entry.field == "attack_rate").or(attack.undefined.first());
    let words = |code: &str| undefined_in_words(code).unwrap_or(code).to_owned();
    Some(field.map_or_else(|| "it gave none".to_owned(), |entry| words(&entry.reason)))
}

/// What of an attack is compared.
#[derive(Clone, Copy)]
struct Figure {
    /// The share of subjects it finds.
    rate: f64,
    /// The upper end of its interval.
    upper: f64,
    /// The same in subjects.
    links: f64,
}

impl Figure {
    fn of(attack: &LinkageAttack) -> Option<Self> {
        let rate = attack.attack_rate.filter(|rate| rate.is_finite())?;
        let high = attack.interval.map_or(rate, |[_, high]| high);
        if !high.is_finite() || attack.subjects == 0 {
            return None;
        }
        let upper = high.max(rate);
        // The count itself where it is one: a share times the whole would not be it to the last digit.
        let counted = attack.correct.map(as_float).or(attack.expected_correct).filter(|links| links.is_finite());
        let estimated = upper * as_float(attack.subjects);
        let links = if upper > rate { estimated } else { counted.unwrap_or(estimated) };
        Some(Self { rate, upper, links })
    }
}

/// The attack that may find most, of those that `counts` lets through.
fn strongest<'a>(
    attacks: &[&'a LinkageAttack],
    counts: impl Fn(&LinkageAttack, Figure) -> bool,
) -> Option<(&'a LinkageAttack, Figure)> {
    let figures = attacks.iter().filter_map(|&attack| Some((attack, Figure::of(attack)?)));
    // The first of equals, so that the order of the plan decides.
    figures.filter(|(attack, figure)| counts(attack, *figure)).fold(None, |best, next| match best {
        Some((_, figure)) if figure.upper >= next.1.upper => best,
        _ => Some(next),
    })
}

/// The strongest attack on one source against the strictest limit that it breaks.
fn broken(family: Family, attacks: &[&LinkageAttack], gates: &[&Gate]) -> Option<Finding> {
    let breaks = |figure: Figure, gate: &Gate| {
        let measured = if gate.measure == GateMeasure::CORRECT_LINKS { figure.links } else { figure.upper };
        gate.limit.is_some_and(|limit| measured > limit)
    };
    let (attack, figure) = strongest(attacks, |_, figure| gates.iter().any(|gate| breaks(figure, gate)))?;
    let subjects = as_float(attack.subjects);
    let as_share = |gate: &Gate| match gate.measure.name() {
        "correct-links" => gate.limit.map(|limit| limit / subjects),
        _ => gate.limit,
    };
    let strictest = gates.iter().filter(|gate| breaks(figure, gate)).min_by(|left, right| {
        let key = |gate: &Gate| as_share(gate).unwrap_or(0.0);
        key(left).total_cmp(&key(right))
    })?;
    let limit = strictest.limit?;
    let allowed = match strictest.measure.name() {
        "correct-links" => format!("{limit} {}", if limit > 1.0 { "links" } else { "link" }),
        _ => percent(limit),
    };
    let message = format!("{}; the policy allows at most {allowed}", sentence(family, attack, figure));
    Some(Finding {
        columns: attack.columns.clone(),
        source: Some(attack.with.clone()),
        measured: Some(figure.upper),
        limit: as_share(strictest),
        ..finding(family.code(), Severity::High, NAME, message)
    })
}

/// The strongest attack on one source that found something, where nobody said how much is too much.
fn unlimited(family: Family, attacks: &[&LinkageAttack]) -> Option<Finding> {
    let (attack, figure) = strongest(attacks, |attack, _| attack.evidence == Evidence::Found)?;
    let key = if family == Family::Linked { "max_linked_share" } else { "max_relinked_share" };
    let message = format!("{}; no limit is declared (`{key}`), so a person must look", told(family, attack, figure));
    Some(Finding {
        columns: attack.columns.clone(),
        source: Some(attack.with.clone()),
        measured: Some(figure.upper),
        ..finding(family.code(), Severity::Medium, NAME, message)
    })
}

/// What an attack finds, and that it is no better than guessing where it is not: the limit counts links, not skill.
fn sentence(family: Family, attack: &LinkageAttack, figure: Figure) -> String {
    let guessing = match (attack.evidence, attack.attack) {
        (Evidence::None, AttackKind::Intersection) => ", no more than the extract alone",
        (Evidence::None, _) => ", no better than guessing",
        _ => "",
    };
    format!("{}{guessing}", told(family, attack, figure))
}

/// What an attack finds, in a sentence without its limit.
fn told(family: Family, attack: &LinkageAttack, figure: Figure) -> String {
    let (kind, source, whole) = (attack.attack.name(), &attack.with, attack.subjects);
    let rate = percent_beside(figure.rate, figure.upper);
    let interval = match attack.interval {
        Some([low, high]) if low < high => format!(", 95 % interval {} to {}", percent(low), percent(high)),
        _ => String::new(),
    };
    let guess = attack.baseline_rate.filter(|rate| rate.is_finite());
    let by = if attack.attack == AttackKind::Intersection { "by the extract alone" } else { "by guessing" };
    let guess = guess.map_or_else(String::new, |rate| format!("; {by} {}", percent(rate)));
    let equals = if attack.source_equals_extract { "; the source holds the same records as the extract" } else { "" };
    let subjects = if whole == 1 { "subject" } else { "subjects" };
    let found = match (family, attack.correct) {
        _ if attack.intersection.is_some() => {
            let detail = attack.intersection.clone().unwrap_or_default();
            format!(
                "finds {} of {} subjects of both releases alone on both together, {} of them alone in neither",
                detail.unique_in_both, detail.common, detail.newly_unique
            )
        }
        (Family::Linked, Some(correct)) => format!("links {correct} of {whole} {subjects} to the right person"),
        (Family::Linked, None) => {
            format!("is expected to link {} of {whole} {subjects} to the right person", about(figure, whole))
        }
        (Family::Relinked, Some(correct)) => format!("follows {correct} of {whole} {subjects} to the other release"),
        (Family::Relinked, None) => {
            format!("is expected to follow {} of {whole} {subjects} to the other release", about(figure, whole))
        }
    };
    format!("the attack `{kind}` with `{source}` {found} ({rate}{interval}{guess}{equals})")
}

/// An expected number of subjects: whole where it is, else with one decimal.
fn about(figure: Figure, whole: u64) -> String {
    let expected = figure.rate * as_float(whole);
    let text = format!("{expected:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A pseudonym that is a known form of identifiers names whoever the list names.
fn reversed(check: &PseudonymCheck) -> Option<Finding> {
    if check.reversed == 0 {
        return None;
    }
    // A few values of a short form can agree by chance; half of either side cannot.
    let is_made_so =
        check.reversed.saturating_mul(2) >= check.values || check.reversed.saturating_mul(2) >= check.supplied;
    let severity = if is_made_so { Severity::Critical } else { Severity::High };
    let forms: Vec<String> = check.forms.iter().map(|form| format!("`{}`", form.form)).collect();
    let forms = if forms.is_empty() { String::new() } else { format!(" ({})", forms.join(", ")) };
    let message = format!(
        "{} of {} pseudonyms in column `{}`, of {} {}, are a plain or commonly hashed form of an identifier in `{}`{forms}",
        check.reversed,
        check.values,
        check.column,
        check.subjects,
        if check.subjects == 1 { "subject" } else { "subjects" },
        check.identifiers,
    );
    let found = finding(FindingCode::PseudonymReversible, severity, NAME, message);
    Some(Finding {
        columns: vec![check.column.clone()],
        source: Some(check.identifiers.clone()),
        measured: Some(as_float(check.subjects)),
        limit: Some(0.0),
        ..found
    })
}

/// What a verdict must add where attacks found nothing: that this proves nothing.
pub(super) fn no_evidence(case: Case<'_>, outcome: VerdictOutcome) -> Option<String> {
    let Some(Outcome::Measured { value, .. }) = &case.measures.linkage else { return None };
    if !matches!(outcome, VerdictOutcome::Pass | VerdictOutcome::Review) {
        return None;
    }
    let guesses = |attack: &&LinkageAttack| attack.attack != AttackKind::Intersection;
    let none = value.attacks.iter().filter(guesses).filter(|attack| attack.evidence == Evidence::None);
    let names: Vec<String> = none.map(|attack| format!("`{}` with `{}`", attack.attack.name(), attack.with)).collect();
    let (subject, verb) = match names.len() {
        0 => return None,
        1 => (format!("the attack {}", names[0]), "does"),
        number => (format!("{number} attacks ({})", names.join(", ")), "do"),
    };
    Some(format!(
        "{subject} {verb} no better than guessing; that is no evidence, and no proof that nobody can be linked"
    ))
}
