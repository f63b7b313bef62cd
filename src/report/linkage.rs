//! What text, page and pictures have in common about linkage: which attack is the strongest, what it is held to, which
//! columns link, and the sentences about it.

use super::escape::{printable, shortened};
use super::summary::names;
use super::{checks, messages};
use crate::number::{as_float, percent};
use crate::result::{Evidence, Finding, Linkage, LinkageAttack, LinkedSet, ScanResult};

/// Longest name of a source in a sentence or a label.
const NAME_CHARACTERS: usize = 40;
/// Attacks of which text and Markdown speak.
const TOLD: usize = 6;

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Linkage> {
    result.measures.linkage.as_ref()?.value()
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

/// The limit that decides about the share that an attack finds.
pub(super) fn limit(result: &ScanResult, attack: &LinkageAttack) -> Option<f64> {
    checks::limit(result, checks::rate(result, attack)?)
}

/// The limit that decides about an attack, in words: of its share, or of the links that it gets right.
pub(super) fn limit_in_words(result: &ScanResult, attack: &LinkageAttack) -> Option<String> {
    let figures = checks::figures_of(result, attack);
    let over = figures.iter().find(|figure| checks::is_over(result, figure));
    let held = over.or_else(|| figures.iter().find(|figure| checks::limit(result, figure).is_some()))?;
    Some(messages::limit_of(checks::limit(result, held)?, held.unit))
}

/// Whether a limit on an attack does not hold.
pub(super) fn breaks(result: &ScanResult, attack: &LinkageAttack) -> bool {
    checks::figures_of(result, attack).iter().any(|figure| checks::is_over(result, figure))
}

/// The finding that speaks of an attack.
pub(super) fn finding<'a>(result: &'a ScanResult, attack: &LinkageAttack) -> Option<&'a Finding> {
    checks::figures_of(result, attack).into_iter().find_map(|figure| checks::finding(result, figure))
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

/// The strongest attack that breaks a limit which no waiver covers.
pub(super) fn broken(result: &ScanResult) -> Option<&LinkageAttack> {
    let is_broken = |attack: &&LinkageAttack| {
        checks::figures_of(result, attack).iter().any(|figure| checks::is_broken(result, figure))
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
pub(super) fn share_of(attack: &LinkageAttack, set: &LinkedSet) -> Option<f64> {
    (attack.subjects > 0 && set.expected_correct.is_finite()).then(|| set.expected_correct / as_float(attack.subjects))
}

/// Which column cuts most when it is left out, or that none does, in a sentence; none where no set says so.
pub(super) fn cut(attack: &LinkageAttack) -> Option<String> {
    let now = whole(attack).and_then(|set| share_of(attack, set))?;
    let left = without_one(attack);
    let (first, last) = (left.first()?, left.last()?);
    let sentence_of_set = |(column, set): &(&String, &LinkedSet), raised: bool| {
        let after = share_of(attack, set).filter(|after| if raised { *after > now } else { *after < now })?;
        let column = shortened(&printable(column), NAME_CHARACTERS);
        let change = format!("{} of subjects become {}", percent(now), percent(after));
        Some(if raised {
            format!(
                "Leaving out one shared column cuts nothing: less is compared, so more match; without {column} {change}"
            )
        } else {
            format!("Of the shared columns {column} links most: without it {change}")
        })
    };
    sentence_of_set(first, false).or_else(|| sentence_of_set(last, true))
}

/// What text and Markdown say: each attack in a line, what would cut the strongest, reversed pseudonyms.
pub(super) fn sentences(result: &ScanResult) -> Vec<String> {
    let Some(linkage) = measured(result) else { return Vec::new() };
    let attacks = ranked(linkage);
    let mut sentences: Vec<String> =
        attacks.iter().take(TOLD).map(|attack| messages::attack_sentence(attack)).collect();
    if attacks.len() > TOLD {
        sentences.push(format!(
            "{} {}",
            messages::counted((attacks.len() - TOLD) as u64, "attack", "attacks"),
            messages::MORE
        ));
    }
    sentences.extend(of_columns(linkage).and_then(cut));
    sentences.extend(linkage.pseudonyms.iter().map(messages::pseudonym_sentence));
    sentences
}

/// The columns of an attack for a sentence.
pub(super) fn columns(attack: &LinkageAttack) -> String {
    messages::list(&names(&attack.columns))
}
