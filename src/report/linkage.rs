//! What text, page and pictures have in common about linkage: which attack is the strongest, what it is held to, which
//! columns link, and the sentences about it.

use super::escape::{printable, shortened};
use super::messages;
use super::number::percent;
use super::summary::names;
use crate::result::{
    AttackKind, Evidence, Finding, FindingCode, GateMeasure, Linkage, LinkageAttack, LinkedSet, Outcome, ScanResult,
};

/// Longest name of a source in a sentence or a label.
const NAME_CHARACTERS: usize = 40;
/// Attacks of which text and Markdown speak.
const TOLD: usize = 6;

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Linkage> {
    match &result.measures.linkage {
        Some(Outcome::Measured { value, .. }) => Some(value),
        _ => None,
    }
}

/// Whether an attack follows people from release to release, rather than to a table that names them.
pub(super) fn follows(kind: AttackKind) -> bool {
    matches!(kind, AttackKind::Intersection | AttackKind::Release)
}

/// The name of a source, printable and not too long.
pub(super) fn source(attack: &LinkageAttack) -> String {
    shortened(&printable(&attack.with), NAME_CHARACTERS)
}

/// The share that an attack finds, where that is a number.
pub(super) fn rate(attack: &LinkageAttack) -> Option<f64> {
    attack.attack_rate.filter(|rate| rate.is_finite())
}

/// What is compared with the limit: the upper end of the interval.
pub(super) fn upper(attack: &LinkageAttack) -> Option<f64> {
    let rate = rate(attack)?;
    Some(attack.interval.map_or(rate, |[_, high]| high.max(rate)))
}

/// The interval of an estimate; a figure that is none needs no interval.
pub(super) fn interval(attack: &LinkageAttack) -> Option<[f64; 2]> {
    attack.interval.filter(|[low, high]| low < high)
}

/// The limit on the share that the attacks of a family may find: the strictest, links turned into a share.
pub(super) fn limit(result: &ScanResult, attack: &LinkageAttack) -> Option<f64> {
    let share = if follows(attack.attack) { GateMeasure::RELINKED_SHARE } else { GateMeasure::LINKED_SHARE };
    let links = result.policy.limit_of(&GateMeasure::CORRECT_LINKS).filter(|_| !follows(attack.attack));
    let links = links.and_then(|links| super::number::ratio(1, attack.subjects).map(|one| one * links));
    [result.policy.limit_of(&share), links].into_iter().flatten().min_by(f64::total_cmp)
}

/// Whether an attack keeps to its limit; without a figure it does not, without a limit nothing is broken.
pub(super) fn breaks(result: &ScanResult, attack: &LinkageAttack) -> bool {
    // Where links are limited the judge compares the counts; its finding decides, as rounding may differ.
    let told = finding(result, attack).is_some_and(|finding| finding.limit.is_some());
    told || limit(result, attack).is_some_and(|limit| upper(attack).is_none_or(|upper| upper > limit + 1e-12))
}

/// The finding that speaks of an attack: of its family, its source and with its figure.
pub(super) fn finding<'a>(result: &'a ScanResult, attack: &LinkageAttack) -> Option<&'a Finding> {
    let code = if follows(attack.attack) { FindingCode::Relinkable } else { FindingCode::Linkable };
    let upper = upper(attack)?;
    let is_it = |finding: &&Finding| {
        finding.code == code
            && finding.source.as_ref() == Some(&attack.with)
            && finding.columns == attack.columns
            && finding.measured.is_some_and(|measured| measured.total_cmp(&upper).is_eq())
    };
    result.findings.iter().find(is_it)
}

/// How strongly an attack speaks: one that found something first, then the upper end of what it finds.
fn strength(attack: &LinkageAttack) -> (bool, f64) {
    (attack.evidence == Evidence::Found, upper(attack).unwrap_or(-1.0))
}

/// The attacks, the strongest first; equal ones in the order of the plan.
pub(super) fn ranked(linkage: &Linkage) -> Vec<&LinkageAttack> {
    let mut attacks: Vec<&LinkageAttack> = linkage.attacks.iter().collect();
    attacks.sort_by(|left, right| {
        let (left, right) = (strength(left), strength(right));
        right.0.cmp(&left.0).then_with(|| right.1.total_cmp(&left.1))
    });
    attacks
}

/// The strongest attack that has a figure.
pub(super) fn strongest(result: &ScanResult) -> Option<&LinkageAttack> {
    ranked(measured(result)?).into_iter().find(|attack| rate(attack).is_some())
}

/// The strongest attack whose limit is broken by a finding that no waiver covers.
pub(super) fn broken(result: &ScanResult) -> Option<&LinkageAttack> {
    let is_broken = |attack: &&LinkageAttack| {
        finding(result, attack).is_some_and(|finding| {
            finding.limit.is_some() && !finding.waived && finding.severity >= result.policy.fail_on
        })
    };
    ranked(measured(result)?).into_iter().find(is_broken)
}

/// The attack whose sets of columns are shown: the strongest that has any.
pub(super) fn of_columns(linkage: &Linkage) -> Option<&LinkageAttack> {
    ranked(linkage).into_iter().find(|attack| whole(attack).is_some() && attack.subjects > 0)
}

/// The set of all shared columns.
pub(super) fn whole(attack: &LinkageAttack) -> Option<&LinkedSet> {
    attack.column_sets.iter().find(|set| set.columns == attack.columns)
}

/// The sets, those that link most first, then the smaller ones.
pub(super) fn linking_sets(attack: &LinkageAttack) -> Vec<&LinkedSet> {
    let mut sets: Vec<&LinkedSet> = attack.column_sets.iter().collect();
    sets.sort_by(|left, right| {
        let by_links = right.expected_correct.total_cmp(&left.expected_correct);
        by_links.then_with(|| left.columns.len().cmp(&right.columns.len()))
    });
    sets
}

/// For each shared column the set of all others, that which cuts most first; empty where there is but one.
pub(super) fn without_one(attack: &LinkageAttack) -> Vec<(&String, &LinkedSet)> {
    let others = |column: &String| {
        let is_it = |set: &&LinkedSet| {
            set.columns.len() + 1 == attack.columns.len() && !set.columns.contains(column) && !set.columns.is_empty()
        };
        attack.column_sets.iter().find(is_it)
    };
    let mut left: Vec<(&String, &LinkedSet)> =
        attack.columns.iter().filter_map(|column| Some((column, others(column)?))).collect();
    left.sort_by(|one, other| one.1.expected_correct.total_cmp(&other.1.expected_correct));
    left
}

/// The share of subjects that a set is expected to link rightly.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(super) fn share_of(attack: &LinkageAttack, set: &LinkedSet) -> Option<f64> {
    (attack.subjects > 0 && set.expected_correct.is_finite()).then(|| set.expected_correct / attack.subjects as f64)
}

/// Which column cuts most when it is left out, or that none does, in a sentence; none where no set says so.
pub(super) fn cut(attack: &LinkageAttack) -> Option<String> {
    let now = whole(attack).and_then(|set| share_of(attack, set))?;
    let left = without_one(attack);
    let (first, last) = (left.first()?, left.last()?);
    let said = |(column, set): &(&String, &LinkedSet), raised: bool| {
        let after = share_of(attack, set).filter(|after| if raised { *after > now } else { *after < now })?;
        let words = if raised { messages::linking_raised } else { messages::linking_cut };
        Some(words(&shortened(&printable(column), NAME_CHARACTERS), &percent(now), &percent(after)))
    };
    said(first, false).or_else(|| said(last, true))
}

/// What text and Markdown say: each attack in a line, what would cut the strongest, reversed pseudonyms.
pub(super) fn sentences(result: &ScanResult) -> Vec<String> {
    let Some(linkage) = measured(result) else { return Vec::new() };
    let attacks = ranked(linkage);
    let mut sentences: Vec<String> =
        attacks.iter().take(TOLD).map(|attack| messages::attack_sentence(attack)).collect();
    if attacks.len() > TOLD {
        sentences.push(messages::more_attacks(attacks.len() - TOLD));
    }
    sentences.extend(of_columns(linkage).and_then(cut));
    sentences.extend(linkage.pseudonyms.iter().map(messages::pseudonym_sentence));
    sentences
}

/// The columns of an attack for a sentence.
pub(super) fn columns(attack: &LinkageAttack) -> String {
    messages::list(&names(&attack.columns))
}
