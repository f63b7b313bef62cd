//! What a recipient can join to what it already holds.

use super::link_tables;
use super::section::{Section, Sentence, quoted};
use crate::report::escape::printable;
use crate::report::{Chart, linkage, messages};
use crate::result::{AttackKind, Linkage, LinkageAttack, ScanResult};

/// Attacks that are written out; more stand in `result.json`.
const ATTACKS: usize = 12;
/// Notes of one attack that are written out.
const NOTES: usize = 6;

/// The pictures of the section, and those that are folded, in their order.
const PICTURES: [&str; 3] = ["attackers", "linking-columns", "linking-sets"];
const FOLDED: [&str; 3] = ["match-weights", "match-waterfall", "link-calibration"];

/// The section; none when the measure was not part of the run.
pub(super) fn linkage(result: &ScanResult, charts: &[Chart]) -> Option<Section> {
    let section = Section::new("linkage");
    section.of(result.measures.linkage.as_ref(), "What can be linked is unknown", |section, value| {
        measured(section, result, value, charts)
    })
}

fn measured(section: Section, result: &ScanResult, value: &Linkage, charts: &[Chart]) -> Section {
    let attacks: Vec<&LinkageAttack> = linkage::ranked(value).into_iter().take(ATTACKS).collect();
    let of = |applies, name| if applies { Section::new(name) } else { Section::default() };
    let prose = of(!attacks.is_empty(), "linkage, attacks");
    let pseudonyms = of(!value.pseudonyms.is_empty(), "linkage, pseudonyms");
    Section {
        answer: answer(result, value),
        lines: lines(value, &attacks),
        tables: link_tables::tables(result, value, &attacks),
        reading: [reading(prose.reading, charts, &attacks), pseudonyms.reading].concat(),
        caution: [prose.caution, pseudonyms.caution].concat(),
        todo: todo(result, value),
        ..section
    }
    .drawn(charts, &PICTURES)
    .drawn_folded(charts, &FOLDED)
}

fn answer(result: &ScanResult, value: &Linkage) -> String {
    match linkage::strongest(result) {
        Some(attack) => {
            linkage_answer(attack, linkage::limit_in_words(result, attack).as_deref(), linkage::breaks(result, attack))
        }
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

fn reading(mut reading: Vec<String>, charts: &[Chart], attacks: &[&LinkageAttack]) -> Vec<String> {
    let kinds = AttackKind::ALL.iter().copied().filter(|kind| attacks.iter().any(|attack| attack.attack == *kind));
    reading.extend(kinds.map(|kind| attack_meaning(kind).to_owned()));
    let pictures = ["linking-columns", "match-weights", "link-calibration"];
    let shown = pictures.into_iter().filter(|name| charts.iter().any(|chart| chart.name == *name));
    reading.extend(shown.flat_map(|name| Section::new(name).reading));
    reading
}

fn todo(result: &ScanResult, value: &Linkage) -> Vec<Sentence> {
    let has = |follows| value.attacks.iter().any(|attack| attack.follows() == follows);
    let without_limit = value.attacks.iter().any(|attack| linkage::limit_in_words(result, attack).is_none());
    let reversed = value.pseudonyms.iter().any(|check| check.reversed > 0);
    Section::todo_of([
        (reversed, "linkage, reversed pseudonyms"),
        (has(false), "linkage, by tables"),
        (has(true), "linkage, by releases"),
        (without_limit, "linkage, no limit"),
    ])
}

/// What an attack does, in a sentence.
fn attack_meaning(kind: AttackKind) -> &'static str {
    match kind {
        AttackKind::Exact => "“Exact values”: equal on every shared column.",
        AttackKind::Tolerant => "“Near values”: dates and numbers within a tolerance, text after normalisation.",
        AttackKind::Distance => "“Nearest values”: everybody is linked to whoever lies nearest in numbers and dates.",
        AttackKind::Probabilistic => {
            "“Weighed agreements”: each agreement of a column counts by how much it says (Fellegi and Sunter)."
        }
        AttackKind::Scoreboard => {
            "“A few known events”: some noisy events of a person against whole histories (Narayanan and Shmatikov)."
        }
        AttackKind::Intersection => {
            "“Two releases, same pseudonyms”: what both together show that neither shows alone."
        }
        AttackKind::Release => "“Release to release”: new pseudonyms, and histories that look like their owners.",
    }
}

/// The strongest attack against its limit, in a sentence.
fn linkage_answer(attack: &LinkageAttack, limit: Option<&str>, breaks: bool) -> String {
    let what = messages::linked_detail(attack);
    let evidence = attack
        .no_evidence()
        .map_or_else(String::new, |why| format!(" No evidence: {why}; that is not a proof of safety."));
    let limit = match limit {
        Some(limit) => format!(" The limit of {limit} is {}.", if breaks { "broken" } else { "kept" }),
        None => " No limit is declared.".to_owned(),
    };
    format!("{}: {what}.{evidence}{limit}", messages::capitalised(&messages::attack_label(attack)))
}
