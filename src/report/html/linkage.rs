//! What a recipient can join to what it already holds.

use super::link_tables;
use super::section::{Section, Sentence, figures, quoted, sentences};
use crate::report::escape::printable;
use crate::report::{Chart, linkage, messages};
use crate::result::{AttackKind, Linkage, LinkageAttack, ScanResult};

/// Attacks that are written out; more stand in `result.json`.
const ATTACKS: usize = 12;
/// Notes of one attack that are written out.
const NOTES: usize = 6;

/// Every picture of the section, in their order.
const PICTURES: [&str; 6] =
    ["attackers", "linking-columns", "linking-sets", "match-weights", "match-waterfall", "link-calibration"];

/// The section; none when the measure was not part of the run.
pub(super) fn linkage(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("linkage", "Linkage");
    section.of(result.measures.linkage.as_ref(), "What can be linked is unknown", |section, value| {
        measured(section, result, value, charts)
    })
}

fn measured(section: Section, result: &ScanResult, value: &Linkage, charts: &[Chart]) -> Section {
    let attacks: Vec<&LinkageAttack> = linkage::ranked(value).into_iter().take(ATTACKS).collect();
    let caution: &[&str] = match attacks.as_slice() {
        [] => &[],
        _ => &[
            "An expected link is a chance, not a fact: the attacker who picks among 4 who match is right once in 4 times.",
            "The figures hold for the sources that were named. What else the recipient holds, or may buy, is not in them.",
        ],
    };
    Section {
        answer: answer(result, value),
        lines: lines(value, &attacks),
        figures: figures(charts, &PICTURES),
        tables: link_tables::tables(result, value, &attacks),
        reading: reading(charts, &attacks),
        caution: messages::owned(caution),
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
        None if value.attacks.is_empty() => "No source was joined; pseudonyms were checked only.".to_owned(),
        None => "What can be linked is not known: no attack has a figure.".to_owned(),
    }
}

/// What the figures need to have said before them: what cuts, attacks without a figure, notes, pseudonyms.
fn lines(value: &Linkage, attacks: &[&LinkageAttack]) -> Vec<Sentence> {
    let mut lines: Vec<String> = linkage::of_columns(value).and_then(linkage::cut).into_iter().collect();
    lines.extend(value.pseudonyms.iter().map(messages::pseudonym_sentence));
    for attack in attacks {
        let label = messages::capitalised(&messages::attack_label(attack));
        if linkage::rate(attack).is_none() {
            lines.push(messages::attack_sentence(attack));
        }
        if attack.source_equals_extract {
            lines.push(format!(
                "{label}: The source holds the same records as the extract: the figures say how far the extract links to \
                 itself."
            ));
        }
        let detail = attack.probabilistic.iter().flat_map(|detail| &detail.notes);
        let notes = attack.notes.iter().chain(detail).take(NOTES);
        lines.extend(notes.map(|note| format!("{label}: {}", printable(note))));
    }
    lines.iter().map(|line| quoted(&format!("{}.", line.trim_end_matches('.')))).collect()
}

fn reading(charts: &[Chart], attacks: &[&LinkageAttack]) -> Vec<String> {
    let mut reading = Vec::new();
    if !attacks.is_empty() {
        reading.extend(messages::owned(&[
            "Each row is an attack by the recipient: it joins the extract to something that it holds. The dot is the \
             share of subjects whom it finds, counted with the truth where that is known, else expected; the whisker is \
             the 95 % interval.",
            "The diamond is what guessing finds without the shared columns. The square is the control: the share of \
             people whom the source does not hold and for whom the attack claims a link all the same.",
            "A hollow dot says “no evidence”: this attack does no better than guessing. That is not the same as safe, \
             because another attack, or another source, may do better.",
        ]));
    }
    let kinds = AttackKind::ALL.into_iter().filter(|kind| attacks.iter().any(|attack| attack.attack == *kind));
    reading.extend(kinds.map(|kind| messages::attack_meaning(kind).to_owned()));
    let pictures = [
        (
            "linking-columns",
            "Which columns link: the first bar is all shared columns together, each other bar what stays when one of them \
             is left out. What a column takes away when it goes is hatched. A bar can be longer than the first: less is \
             compared without the column, so more match, and where a column is wrong for many it stands in the way of \
             links. Leaving such a column out protects nobody.",
        ),
        (
            "match-weights",
            "Match weights say how much an agreement tells: +10 makes a link about a thousand times as likely, -10 as \
             much less. They were learned without knowing who is who.",
        ),
        (
            "link-calibration",
            "Calibration: of the links that the attack calls 90 % certain, 90 in 100 should be right. Dots on the \
             diagonal mean that the attacker knows how far to trust each link.",
        ),
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
        (
            reversed,
            "Replace a reversible pseudonym by random tokens, or by a hash with a key that the recipient does not have.",
        ),
        (
            has(false),
            "Coarsen or leave out the columns that link, and measure again: `reidrisk explain linkable` says more.",
        ),
        (
            has(true),
            "Against being followed: shorter histories, coarser merchants, times and amounts, and new pseudonyms with \
             each release: `reidrisk explain relinkable` says more.",
        ),
        (
            without_limit,
            "Say how much is too much: `max_linked_share`, `max_relinked_share` or `max_correct_links` in `[policy]`.",
        ),
    ];
    sentences(&all.into_iter().filter(|(applies, _)| *applies).map(|(_, text)| text).collect::<Vec<_>>())
}
