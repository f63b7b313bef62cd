//! What a recipient can join to what it already holds.

use super::link_tables;
use super::section::{Section, Sentence, figures, quoted};
use crate::report::escape::printable;
use crate::report::{Chart, linkage, messages};
use crate::result::{AttackKind, Linkage, LinkageAttack, Outcome, ScanResult};

/// Attacks that are written out; more stand in `result.json`.
const ATTACKS: usize = 12;
/// Notes of one attack that are written out.
const NOTES: usize = 6;

/// Every picture of the section, in their order.
const PICTURES: [&str; 6] =
    ["attackers", "linking-columns", "linking-sets", "match-weights", "match-waterfall", "link-calibration"];

/// The section; none when the measure was not part of the run.
pub(super) fn linkage(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section { id: "linkage".into(), title: messages::LINKAGE_TITLE.into(), ..Section::default() };
    Some(match result.measures.linkage.as_ref()? {
        Outcome::Measured { value, .. } => measured(section, result, value, charts),
        Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => {
            Section { answer: messages::linkage_unknown(&printable(explanation)), ..section }
        }
    })
}

fn measured(section: Section, result: &ScanResult, value: &Linkage, charts: &[Chart]) -> Section {
    let attacks: Vec<&LinkageAttack> = linkage::ranked(value).into_iter().take(ATTACKS).collect();
    Section {
        answer: answer(result, value),
        lines: lines(value, &attacks),
        figures: figures(charts, &PICTURES),
        tables: link_tables::tables(result, value, &attacks),
        reading: reading(charts, &attacks),
        caution: if attacks.is_empty() { Vec::new() } else { messages::owned(messages::LINKAGE_CAUTION) },
        todo: todo(result, value),
        ..section
    }
}

fn answer(result: &ScanResult, value: &Linkage) -> String {
    match linkage::strongest(result) {
        Some(attack) => messages::linkage_answer(
            attack,
            linkage::limit_in_words(result, attack).as_deref(),
            linkage::breaks(result, attack),
        ),
        None if value.attacks.is_empty() => messages::NO_ATTACK.to_owned(),
        None => messages::NO_ATTACK_FIGURE.to_owned(),
    }
}

/// What the figures need to have said before them: what cuts, attacks without a figure, notes, pseudonyms.
fn lines(value: &Linkage, attacks: &[&LinkageAttack]) -> Vec<Sentence> {
    let mut lines: Vec<String> = linkage::of_columns(value).and_then(linkage::cut).into_iter().collect();
    lines.extend(value.pseudonyms.iter().map(messages::pseudonym_sentence));
    for attack in attacks {
        if linkage::rate(attack).is_none() {
            lines.push(messages::attack_sentence(attack));
        }
        if attack.source_equals_extract {
            lines.push(messages::attack_note(attack, messages::SAME_RECORDS));
        }
        let detail = attack.probabilistic.iter().flat_map(|detail| &detail.notes);
        let notes = attack.notes.iter().chain(detail).take(NOTES);
        lines.extend(notes.map(|note| messages::attack_note(attack, &printable(note))));
    }
    lines.iter().map(|line| quoted(&format!("{}.", line.trim_end_matches('.')))).collect()
}

fn reading(charts: &[Chart], attacks: &[&LinkageAttack]) -> Vec<String> {
    let mut reading = Vec::new();
    if !attacks.is_empty() {
        reading.extend(messages::owned(messages::LINKAGE_READING));
    }
    let kinds = AttackKind::ALL.iter().copied().filter(|kind| attacks.iter().any(|attack| attack.attack == *kind));
    reading.extend(kinds.map(|kind| messages::attack_meaning(kind).to_owned()));
    let pictures = [
        ("linking-columns", messages::COLUMNS_LINK_READING),
        ("match-weights", messages::WEIGHTS_READING),
        ("link-calibration", messages::CALIBRATION_READING),
    ];
    let shown = pictures.into_iter().filter(|(name, _)| charts.iter().any(|chart| chart.name == *name));
    reading.extend(shown.map(|(_, text)| text.to_owned()));
    reading
}

fn todo(result: &ScanResult, value: &Linkage) -> Vec<Sentence> {
    let has = |follows| value.attacks.iter().any(|attack| attack.follows() == follows);
    let without_limit = value.attacks.iter().any(|attack| linkage::limit_in_words(result, attack).is_none());
    let reversed = value.pseudonyms.iter().any(|check| check.reversed > 0);
    let all = [
        (reversed, messages::PSEUDONYM_TODO),
        (has(false), messages::LINKAGE_TODO),
        (has(true), messages::RELEASE_TODO),
        (without_limit, messages::LIMIT_TODO),
    ];
    all.into_iter().filter(|(applies, _)| *applies).map(|(_, text)| quoted(text)).collect()
}
