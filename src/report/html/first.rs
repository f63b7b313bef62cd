//! The first screen: headline, tiles, how far to trust it.

use super::section::plain;
use super::table::FigureKey;
use crate::number::{as_float, count, percent, share};
use crate::report::escape::{printable, shortened};
use crate::report::headline::{self, About};
use crate::report::summary::{
    classes, headline_counts, headline_set, is_gated, one_known_event, optional_count, population, why_undefined,
};
use crate::report::{checks, known_points, linkage, messages};
use crate::result::{Evidence, Reading, ScanResult, SetStatistics, Uniqueness};

pub(super) struct Headline {
    pub(super) sentence: String,
    pub(super) counts: String,
}

/// The lead of all forms, with what it means for somebody who knows that much.
pub(super) fn headline(result: &ScanResult) -> Headline {
    let lead = headline::headline(result);
    let mut under = lead.under;
    let note = match lead.about {
        About::Class(set) => messages::attacker(set, population(&result.dataset, set)),
        About::KnownPoints(_, point) => messages::known_points_attacker(point),
        About::Linked(attack) if attack.follows() => {
            "Whoever has both releases knows that two histories are of one person".to_owned()
        }
        About::Linked(_) => "Whoever holds that table puts a name on their records".to_owned(),
        About::Nothing(state) => {
            // The band above says what the verdict means.
            under.pop();
            format!("The measure “uniqueness” is {state}.")
        }
    };
    let sentence = lead.sentence.trim_end_matches('.');
    // The figure of risk stands beside its denominator, and below something that blocks there is no room to explain it.
    let has_figure = !matches!(lead.about, About::Nothing(_));
    let sentence = match under.pop() {
        Some(detail) if lead.leads_with_risk && has_figure => {
            under.push(note);
            format!("{sentence}: {detail}")
        }
        Some(detail) if under.len() == 1 => {
            under = vec![format!("{}: {detail}", under[0].trim_end_matches('.'))];
            sentence.to_owned()
        }
        detail => {
            under.extend(detail);
            under.push(note);
            sentence.to_owned()
        }
    };
    under.extend(one_known_event(result));
    let under: Vec<&str> =
        under.iter().map(|line| line.trim_end_matches('.')).filter(|line| !line.is_empty()).collect();
    Headline {
        sentence: plain(&format!("{sentence}.")),
        counts: if under.is_empty() { String::new() } else { plain(&format!("{}.", under.join(". "))) },
    }
}

pub(super) struct Tile {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) note: String,
    /// Whether the figure breaks its limit.
    pub(super) over: bool,
    /// The figure of the result.
    pub(super) figure: FigureKey,
}

pub(super) fn tiles(result: &ScanResult, uniqueness: &Uniqueness) -> Vec<Tile> {
    let set = headline_set(result, uniqueness);
    let smallest = smallest_tile(result, uniqueness, set);
    match linkage_tile(result) {
        Some(linked) => {
            let middle = known_points_tile(result).unwrap_or_else(|| expected_tile(result, set));
            vec![smallest, middle, linked]
        }
        None => vec![smallest, expected_tile(result, set), worst_tile(result, uniqueness)],
    }
}

fn smallest_tile(result: &ScanResult, uniqueness: &Uniqueness, set: &SetStatistics) -> Tile {
    // The columns are named, so that they are not taken for others.
    let columns = match set.columns.len() {
        number if set.columns == uniqueness.full.columns => messages::all_columns(number),
        number => messages::counted(number as u64, "static column", "static columns"),
    };
    let limit = match set.smallest_class {
        None => why_undefined(set, "smallest_class").unwrap_or_default(),
        Some(_) if is_gated(result, set) => format!("limit: at least {}", count(u64::from(result.policy.k))),
        Some(_) => "not held to a limit".to_owned(),
    };
    let figure = checks::of_set(result, set, "smallest_class");
    Tile {
        label: "Smallest class (k)".to_owned(),
        value: optional_count(set.smallest_class),
        note: format!("{columns}; {limit}"),
        over: figure.is_some_and(|figure| checks::is_over(result, figure)),
        figure: FigureKey::of(figure),
    }
}

/// How many are expected to be found by one guess each: the sum over subjects of 1 / class size.
fn expected_tile(result: &ScanResult, set: &SetStatistics) -> Tile {
    let whole = population(&result.dataset, set);
    let (value, note) = match set.risk.average_subject {
        Some(average) => {
            let units = messages::unit(set.reading, whole);
            let note = format!("of {} {units}; marketer risk {}", count(whole), percent(average));
            (crate::number::whole(average * as_float(whole)), note)
        }
        None => (messages::NOT_DEFINED.to_owned(), why_undefined(set, "risk.average_subject").unwrap_or_default()),
    };
    let figure = FigureKey::of(checks::of_set(result, set, "expected_reidentifications"));
    Tile { label: "Expected re-identifications".to_owned(), value, note, over: false, figure }
}

/// What known points single out where that was measured, else the worst case of all columns.
fn worst_tile(result: &ScanResult, uniqueness: &Uniqueness) -> Tile {
    let full = &uniqueness.full;
    let units = messages::capitalised(messages::unit(full.reading, 2));
    known_points_tile(result).unwrap_or_else(|| Tile {
        label: format!("{units} unique on {}", messages::all_columns(full.columns.len())),
        value: share(full.unique_subjects, population(&result.dataset, full)),
        note: match full.reading {
            Reading::AnyRecord => "worst case of one event",
            Reading::SubjectAttributes => "read as subject attributes",
            Reading::Record => "each record counted as a subject",
        }
        .to_owned(),
        over: false,
        figure: FigureKey::of(checks::of_set(result, full, "unique_share")),
    })
}

/// The tile of known points; none where there was nothing to judge.
pub(super) fn known_points_tile(result: &ScanResult) -> Option<Tile> {
    let (_, point) = known_points::gated(result)?;
    let limit = known_points::limit(result).map(|limit| format!("limit: at most {}", percent(limit)));
    Some(Tile {
        label: format!("Unicity, {}", messages::known_points(point.known_points)),
        value: point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent),
        note: format!("of {}; {}", messages::subjects(point.subjects), limit.unwrap_or_else(|| "no limit".to_owned())),
        over: known_points::is_over(result),
        figure: FigureKey::of(checks::known_points(result)),
    })
}

/// The tile of the strongest attack; none where nothing was joined. An attack without evidence is called so.
pub(super) fn linkage_tile(result: &ScanResult) -> Option<Tile> {
    let measured = linkage::measured(result)?;
    let attack = linkage::strongest(result).or(measured.attacks.first())?;
    let limit = linkage::limit_in_words(result, attack).map(|limit| format!("limit: at most {limit}"));
    let limit = limit.unwrap_or_else(|| "no limit set".to_owned());
    let value = linkage::rate(attack).map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    Some(Tile {
        label: "Strongest record linkage".to_owned(),
        value: if attack.evidence == Evidence::None { format!("{value}, {}", messages::NO_EVIDENCE) } else { value },
        note: format!("{}; {limit}", messages::attack_label(attack)),
        over: linkage::breaks(result, attack),
        figure: FigureKey::of(checks::rate(result, attack)),
    })
}

pub(super) struct Trust {
    pub(super) good: bool,
    pub(super) text: String,
}

pub(super) fn trust(result: &ScanResult) -> Vec<Trust> {
    let dataset = &result.dataset;
    let guessed = dataset.columns.iter().any(|column| column.guessed);
    let complete = classes(result).is_some() && result.measures.limits_hit().is_empty();
    let mark = |good, text: &str| Trust { good, text: text.to_owned() };
    let subject = match dataset.records_without_subject {
        _ if dataset.subject.is_none() => mark(false, "No subject declared: each record counts as one"),
        0 => mark(true, "Every record has a subject"),
        left_out => {
            let records = messages::counted(left_out, "record", "records");
            mark(false, &format!("{records} without a subject, left out"))
        }
    };
    let waived = match result.findings.iter().filter(|finding| finding.waived).count() {
        0 => mark(true, "No waiver in force"),
        waived => mark(false, &format!("{} waived", messages::counted(waived as u64, "finding", "findings"))),
    };
    let recipient = result.recipient.as_ref().and_then(|recipient| recipient.name.as_ref());
    vec![
        mark(!guessed, if guessed { "Roles guessed: confirm them" } else { "Roles declared" }),
        mark(complete, if complete { "Measures complete" } else { "A measure is missing or cut off" }),
        subject,
        mark(true, "Counted as a census"),
        waived,
        recipient.map_or_else(
            || mark(false, "No recipient declared"),
            |name| mark(true, &format!("Recipient: {}", shortened(&printable(name), 40))),
        ),
    ]
}

/// The worst case of all columns, where the headline speaks of fewer.
pub(super) fn worst_case(result: &ScanResult, uniqueness: &Uniqueness) -> Option<String> {
    let full = &uniqueness.full;
    let set = headline_set(result, uniqueness);
    (full.columns != set.columns).then(|| messages::worst_case(&headline_counts(&result.dataset, full), full))
}
