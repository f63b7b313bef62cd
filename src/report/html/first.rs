//! The first screen: headline, tiles, riskiest columns and sets, what to do, how far to trust it.

use super::section::{Section, Sentence, plain, quoted};
use crate::number::{as_float, count, percent, ratio, share};
use crate::printable::each_once;
use crate::report::escape::{printable, shortened};
use crate::report::headline::{self, About};
use crate::report::summary::{
    alternatives, classes, exposed, headline_counts, headline_set, is_gated, names, one_known_event, optional_count,
    population, proposals, riskiest_columns, riskiest_sets, smallest_class, why_undefined,
};
use crate::report::{checks, known_points, linkage, messages};
use crate::result::{
    Advice, ColumnEffect, Evidence, Finding, FindingCode, Reading, ScanResult, SetStatistics, Uniqueness,
    VerdictOutcome,
};

/// Rows of the lists of bars.
const BARS: usize = 5;
/// Actions that are proposed.
const ACTIONS: usize = 3;
/// Letters of the changes that have room together; the first is always shown.
const LETTERS: usize = 400;
/// Most lines of configuration of one action; a longer change is shown in its section.
const CONFIG_LINES: usize = 6;

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
    // Below something that blocks there is no room to explain the figure; its section does.
    if under.len() < 2 {
        under.push(note);
    }
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
    Tile {
        label: "Smallest class".to_owned(),
        value: optional_count(set.smallest_class),
        note: format!("{columns}; {limit}"),
        over: checks::of_set(result, set, "smallest_class").is_some_and(|figure| checks::is_over(result, figure)),
    }
}

/// How many are expected to be found by one guess each: the sum over subjects of 1 / class size.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of subjects")]
fn expected_tile(result: &ScanResult, set: &SetStatistics) -> Tile {
    let whole = population(&result.dataset, set);
    let (value, note) = match set.risk.average_subject {
        Some(average) => {
            let units = messages::unit(set.reading, whole);
            let note = format!("expected, of {} {units} ({})", count(whole), percent(average));
            (format!("≈ {}", count((average * as_float(whole)).round() as u64)), note)
        }
        None => (messages::NOT_DEFINED.to_owned(), why_undefined(set, "risk.average_subject").unwrap_or_default()),
    };
    Tile { label: "Found by one guess each".to_owned(), value, note, over: false }
}

/// What known points single out where that was measured, else the worst case of all columns.
fn worst_tile(result: &ScanResult, uniqueness: &Uniqueness) -> Tile {
    let full = &uniqueness.full;
    let units = messages::capitalised(messages::unit(full.reading, 2));
    known_points_tile(result).unwrap_or_else(|| Tile {
        label: format!("{units} alone on {}", messages::all_columns(full.columns.len())),
        value: share(full.unique_subjects, population(&result.dataset, full)),
        note: match full.reading {
            Reading::AnyRecord => "worst case of one event",
            Reading::SubjectAttributes => "read as subject attributes",
            Reading::Record => "each record counted as a subject",
        }
        .to_owned(),
        over: false,
    })
}

/// The tile of known points; none where there was nothing to judge.
pub(super) fn known_points_tile(result: &ScanResult) -> Option<Tile> {
    let (_, point) = known_points::gated(result)?;
    let limit = known_points::limit(result).map(|limit| format!("limit: at most {}", percent(limit)));
    Some(Tile {
        label: format!("Singled out by {} points", point.known_points),
        value: point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent),
        note: limit.unwrap_or_else(|| "of subjects".to_owned()),
        over: known_points::is_over(result),
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
        label: "Strongest linkage attack".to_owned(),
        value: if attack.evidence == Evidence::None { format!("{value}, {}", messages::NO_EVIDENCE) } else { value },
        note: format!("{}; {limit}", messages::attack_label(attack)),
        over: linkage::breaks(result, attack),
    })
}

/// One line of a list of bars; the width is percent.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) width: String,
    pub(super) value: String,
    /// The section with the whole list.
    pub(super) link: &'static str,
}

#[derive(Default)]
pub(super) struct Bars {
    pub(super) note: String,
    pub(super) rows: Vec<Bar>,
    pub(super) more: String,
}

impl Bars {
    /// The first of all bars, and how many there are besides.
    fn first(note: impl Into<String>, rows: impl Iterator<Item = Bar>, all: usize) -> Self {
        let rows: Vec<Bar> = rows.take(BARS).collect();
        let left_out = all.saturating_sub(rows.len());
        let more = if left_out == 0 { String::new() } else { count(left_out as u64) };
        Self { note: note.into(), rows, more }
    }
}

fn bar(name: String, share: f64, value: String, link: &'static str) -> Bar {
    Bar { name, width: format!("{:.1}", share.clamp(0.0, 1.0) * 100.0), value, link }
}

/// The columns with their part of the risk: their Shapley value over the sum of all. Where these were not computed, what
/// removing each one alone would take away.
pub(super) fn columns(uniqueness: &Uniqueness) -> Bars {
    let effects = riskiest_columns(uniqueness);
    let total: f64 = effects.iter().filter_map(|effect| effect.shapley).sum();
    let has_parts = total > 0.0 && effects.iter().all(|effect| effect.shapley.is_some());
    let part = |effect: &ColumnEffect| {
        if has_parts { effect.shapley.map(|value| value / total) } else { effect.leave_one_out }
    };
    let bars = effects.iter().filter_map(|effect| {
        let part = part(effect).filter(|part| *part > 0.0)?;
        Some(bar(shortened(&printable(&effect.column), 40), part, percent(part), "columns"))
    });
    let note = if has_parts { "Each one's part of the whole risk" } else { "Drop in the share alone without it" };
    Bars::first(note, bars, effects.len())
}

/// The riskiest sets with the share of subjects that they single out.
pub(super) fn sets(result: &ScanResult, uniqueness: &Uniqueness) -> Bars {
    let ranked = riskiest_sets(uniqueness);
    let bars = ranked.iter().filter(|set| set.unique_subjects > 0).map(|set| {
        let whole = population(&result.dataset, set);
        let name = shortened(&names(&set.columns).join(", "), 60);
        let part = ratio(set.unique_subjects, whole).unwrap_or(0.0);
        bar(name, part, share(set.unique_subjects, whole), "classes")
    });
    Bars::first(format!("Sets of at most {}", messages::columns(uniqueness.max_set)), bars, ranked.len())
}

/// One thing to do.
pub(super) struct Action {
    pub(super) text: Sentence,
    pub(super) predicted: String,
    /// Lines to paste; empty when there is nothing to write down.
    pub(super) config: String,
    pub(super) config_label: String,
    pub(super) recommended: bool,
}

/// What to do, in order.
pub(super) struct Todo {
    pub(super) notes: Vec<Sentence>,
    pub(super) actions: Vec<Action>,
    /// Other ways than sharing records, where no proposal makes every class large enough.
    pub(super) alternatives: Vec<String>,
    pub(super) has_more: bool,
}

pub(super) fn todo(result: &ScanResult) -> Todo {
    let mut actions: Vec<Action> = columns_to_leave_out(result).into_iter().collect();
    actions.extend(consent(result));
    actions.extend(guessed_roles(result));
    let before = actions.len();
    let mut ranked: Vec<&Advice> = proposals(result).collect();
    // Stable: within each half they stay as they were ranked.
    ranked.sort_by_key(|advice| !advice.recommended);
    let mut letters = 0;
    for (place, advice) in ranked.iter().take(ACTIONS.saturating_sub(before)).enumerate() {
        letters += advice.action.chars().count();
        if letters > LETTERS && place > 0 {
            break;
        }
        actions.push(action(result, advice));
    }
    Todo {
        notes: notes(result, &ranked, actions.is_empty()),
        has_more: ranked.len() > actions.len() - before,
        actions,
        alternatives: alternatives(result).map(|advice| plain(&printable(&advice.action))).collect(),
    }
}

/// What to keep in mind beside what to do, or instead of it.
fn notes(result: &ScanResult, ranked: &[&Advice], has_no_action: bool) -> Vec<Sentence> {
    let is_untreated = |finding: &Finding| finding.code == FindingCode::TreatmentNotApplied;
    let is_cut_off = result.verdict.outcome == VerdictOutcome::Incomplete;
    let notes = Section::todo_of([
        (is_cut_off, "what to do, incomplete"),
        (known_points_stay(result, ranked), "what to do, known points stay"),
        (result.findings.iter().any(is_untreated), "what to do, untreated"),
        (!ranked.is_empty(), "what to do, proposals"),
    ]);
    if !has_no_action || !notes.is_empty() {
        return notes;
    }
    let prose = match (result.verdict.outcome, &result.verdict.headline) {
        (VerdictOutcome::Pass, None) => "what to do, nothing to change",
        (VerdictOutcome::Pass, Some(_)) => "what to do, a pass that rests on something",
        _ => "what to do, no proposal",
    };
    Section::new(prose).todo
}

/// Whether known points break their limit and were counted for no proposal.
fn known_points_stay(result: &ScanResult, ranked: &[&Advice]) -> bool {
    let speaks_of_them = |advice: &&Advice| advice.after.as_ref().is_some_and(|after| after.unicity.is_some());
    let is_counted =
        |unicity: &crate::result::Unicity| unicity.resolutions.is_some() || ranked.iter().any(speaks_of_them);
    known_points::is_over(result) && known_points::measured(result).is_some_and(|unicity| !is_counted(unicity))
}

/// Columns that must not be there come first: no coarsening of others helps.
fn columns_to_leave_out(result: &ScanResult) -> Option<Action> {
    let found = result.findings.iter().filter(|finding| !finding.waived && is_about_a_whole_column(finding.code));
    let columns = found.flat_map(|finding| &finding.columns);
    let columns = each_once(columns.map(|column| format!("`{}`", printable(column))));
    let why = "They name people or are not agreed; no coarser column beside them helps.";
    (!columns.is_empty()).then(|| to_do(&format!("Leave {} out of the extract", messages::list(&columns)), why))
}

/// Whether a finding goes away only with the column itself.
fn is_about_a_whole_column(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::DirectIdentifierPresent
            | FindingCode::DirectIdentifierFound
            | FindingCode::ForbiddenColumn
            | FindingCode::ColumnNotAllowed
    )
}

/// Nobody else can consent for a subject.
fn consent(result: &ScanResult) -> Option<Action> {
    let without = result.recipient.as_ref()?.consent.as_ref()?.without_consent;
    let text = format!("Leave out the records of {} without consent", messages::subjects(without));
    (without > 0).then(|| to_do(&text, "Nobody can consent for them."))
}

/// Something to do that has no line of configuration.
fn to_do(text: &str, why: &str) -> Action {
    let (config, config_label) = Default::default();
    Action { text: quoted(text), predicted: why.to_owned(), config, config_label, recommended: false }
}

fn guessed_roles(result: &ScanResult) -> Option<Action> {
    let guessed = result.dataset.columns.iter().filter(|column| column.guessed).count();
    let is_held_up = result.findings.iter().any(|finding| finding.code == FindingCode::GuessedRoles && !finding.waived);
    let roles = messages::counted(guessed as u64, "role is", "roles are");
    let text = "Confirm the roles of the columns: write them down with `reidrisk init INPUT`, then scan again";
    (guessed > 0 && is_held_up).then(|| to_do(text, &format!("{roles} guessed, and a guess never passes.")))
}

fn action(result: &ScanResult, advice: &Advice) -> Action {
    let text = quoted(&messages::capitalised(&printable(&advice.action)));
    let lines: Vec<&str> = advice.config.as_deref().unwrap_or_default().lines().collect();
    let config = if lines.is_empty() || lines.len() > CONFIG_LINES {
        advice.flags.as_deref().map(printable).unwrap_or_default()
    } else {
        lines.into_iter().map(printable).collect::<Vec<_>>().join("\n")
    };
    let config_label = format!("Lines for reidrisk.toml: {}", shortened(&plain(&printable(&advice.action)), 80));
    Action { text, predicted: predicted(result, advice), config, config_label, recommended: advice.recommended }
}

/// The figures of a proposal beside those of now.
pub(super) fn predicted(result: &ScanResult, advice: &Advice) -> String {
    if classes(result).is_none() {
        return String::new();
    }
    let both = |figure: fn(&ScanResult, &crate::result::Headline) -> Option<u64>| {
        let [before, after] = [&advice.before, &advice.after].map(|headline| figure(result, headline.as_ref()?));
        Some(format!("{} → {}", count(before?), optional_count(after)))
    };
    let [before, after] = [&advice.before, &advice.after].map(|headline| headline.as_ref()?.unicity);
    let unicity = before.zip(after);
    let parts = [
        both(smallest_class).map(|both| format!("smallest class {both}")),
        both(exposed).map(|both| format!("in classes below {}: {both}", count(u64::from(result.policy.k)))),
        unicity.map(|(before, after)| format!("singled out by known points: {} → {}", percent(before), percent(after))),
        advice.detail_kept.map(|kept| format!("{} of detail kept", percent(kept))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

pub(super) struct Trust {
    pub(super) good: bool,
    pub(super) text: String,
}

pub(super) fn trust(result: &ScanResult) -> Vec<Trust> {
    let dataset = &result.dataset;
    let guessed = dataset.columns.iter().any(|column| column.guessed);
    let complete = classes(result).is_some();
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
