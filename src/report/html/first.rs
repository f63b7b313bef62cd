//! The first screen: headline, tiles, riskiest columns and sets, what to do, how far to trust it.

use super::section::{Sentence, plain, quoted};
use crate::number::{count, percent, ratio, share};
use crate::report::escape::{printable, shortened};
use crate::report::headline::{self, About};
use crate::report::summary::{
    Crowds, alternatives, crowds, exposed, headline_counts, headline_set, is_gated, names, one_known_event,
    optional_count, population, proposals, riskiest_columns, riskiest_sets, smallest_crowd, why_undefined,
};
use crate::report::{checks, known_points, linkage, messages};
use crate::result::{
    Advice, Evidence, Finding, FindingCode, Role, ScanResult, SetStatistics, Uniqueness, VerdictOutcome,
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
        About::Crowd(set) => messages::attacker(set, population(&result.dataset, set)),
        About::KnownPoints(_, point) => messages::known_points_attacker(point),
        About::Linked(attack) => messages::linked_attacker(attack).to_owned(),
        About::Nothing(state) => {
            // The band above says what the verdict means.
            under.pop();
            messages::state(state)
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
    let k = result.policy.k;
    let gated = is_gated(result, set);
    Tile {
        label: messages::TILE_SMALLEST.to_owned(),
        value: optional_count(set.smallest_class),
        note: messages::tile_smallest_note(
            &messages::tile_columns(set.columns == uniqueness.full.columns, set.columns.len()),
            &match set.smallest_class {
                None => why_undefined(set, "smallest_class").unwrap_or_default(),
                Some(_) if gated => messages::at_least(k),
                Some(_) => messages::NOT_GATED.to_owned(),
            },
        ),
        over: checks::of_set(result, set, "smallest_class").is_some_and(|figure| checks::is_over(result, figure)),
    }
}

/// How many are expected to be found by one guess each: the sum over subjects of 1 / crowd.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of subjects"
)]
fn expected_tile(result: &ScanResult, set: &SetStatistics) -> Tile {
    let whole = population(&result.dataset, set);
    let average = set.risk.average_subject;
    Tile {
        label: messages::TILE_EXPECTED.to_owned(),
        value: average.map_or_else(
            || messages::NOT_DEFINED.to_owned(),
            |average| messages::about(&count((average * whole as f64).round() as u64)),
        ),
        note: average.map_or_else(
            || why_undefined(set, "risk.average_subject").unwrap_or_default(),
            |average| messages::tile_expected_note(&percent(average), whole, set.reading),
        ),
        over: false,
    }
}

/// What known points single out where that was measured, else the worst case of all columns.
fn worst_tile(result: &ScanResult, uniqueness: &Uniqueness) -> Tile {
    let full = &uniqueness.full;
    known_points_tile(result).unwrap_or_else(|| Tile {
        label: messages::tile_alone(messages::unit(full.reading, 2), full.columns.len()),
        value: share(full.unique_subjects, population(&result.dataset, full)),
        note: messages::tile_alone_note(full),
        over: false,
    })
}

/// The tile of known points; none where there was nothing to judge.
pub(super) fn known_points_tile(result: &ScanResult) -> Option<Tile> {
    let (_, point) = known_points::gated(result)?;
    let limit = known_points::limit(result);
    Some(Tile {
        label: messages::tile_unicity(point.known_points),
        value: point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent),
        note: messages::tile_unicity_note(limit.map(percent).as_deref()),
        over: known_points::is_over(result),
    })
}

/// The tile of the strongest attack; none where nothing was joined. An attack without evidence is called so.
pub(super) fn linkage_tile(result: &ScanResult) -> Option<Tile> {
    let measured = linkage::measured(result)?;
    let attack = linkage::strongest(result).or(measured.attacks.first())?;
    let limit = linkage::limit_in_words(result, attack);
    let value = linkage::rate(attack).map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    Some(Tile {
        label: messages::TILE_LINKED.to_owned(),
        value: if attack.evidence == Evidence::None { messages::tile_no_evidence(&value) } else { value },
        note: messages::tile_linked_note(attack, limit.as_deref()),
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
    pub(super) note: &'static str,
    pub(super) rows: Vec<Bar>,
    pub(super) more: String,
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
    let part = |effect: &crate::result::ColumnEffect| {
        if has_parts { effect.shapley.map(|value| value / total) } else { effect.leave_one_out }
    };
    let figures = effects.iter().filter_map(|effect| Some((effect, part(effect).filter(|part| *part > 0.0)?)));
    let bars: Vec<Bar> = figures
        .take(BARS)
        .map(|(effect, part)| bar(shortened(&printable(&effect.column), 40), part, percent(part), "columns"))
        .collect();
    Bars {
        note: if has_parts { messages::PART_OF_RISK } else { messages::DROP_WITHOUT },
        more: messages::more_bars(effects.len().saturating_sub(bars.len())),
        rows: bars,
    }
}

/// The riskiest sets with the share of subjects that they single out.
pub(super) fn sets(result: &ScanResult, uniqueness: &Uniqueness) -> Bars {
    let ranked = riskiest_sets(uniqueness);
    let bars: Vec<Bar> = ranked
        .iter()
        .filter(|set| set.unique_subjects > 0)
        .take(BARS)
        .map(|set| {
            let whole = population(&result.dataset, set);
            let name = shortened(&names(&set.columns).join(", "), 60);
            let part = ratio(set.unique_subjects, whole).unwrap_or(0.0);
            bar(name, part, share(set.unique_subjects, whole), "crowds")
        })
        .collect();
    Bars { note: "", more: messages::more_bars(ranked.len().saturating_sub(bars.len())), rows: bars }
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
    /// Other ways than sharing records, where no proposal makes every crowd large enough.
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
    let mut room = ACTIONS.saturating_sub(before);
    let mut letters = 0;
    for advice in &ranked {
        letters += advice.action.chars().count();
        if room == 0 || (letters > LETTERS && actions.len() > before) {
            break;
        }
        room -= 1;
        actions.push(action(result, advice));
    }
    let shown = actions.len() - before;
    let others: Vec<String> = alternatives(result).map(|advice| plain(&printable(&advice.action))).collect();
    let outcome = result.verdict.outcome;
    let mut notes = Vec::new();
    if outcome == VerdictOutcome::Incomplete {
        notes.push(quoted(messages::DO_INCOMPLETE));
    }
    notes.extend(known_points_note(result, &ranked).map(|note| quoted(&note)));
    let is_untreated = |finding: &Finding| finding.code == FindingCode::TreatmentNotApplied;
    if result.findings.iter().any(is_untreated) {
        notes.push(quoted(messages::DO_APPLY));
    }
    if !ranked.is_empty() {
        notes.push(quoted(messages::DO_SCAN_AGAIN));
    } else if actions.is_empty() && notes.is_empty() {
        notes.push(quoted(match (outcome, &result.verdict.headline) {
            (VerdictOutcome::Pass, None) => messages::DO_NOTHING,
            (VerdictOutcome::Pass, Some(_)) => messages::DO_KEEP,
            _ => messages::DO_LOOK,
        }));
    }
    Todo { notes, actions, alternatives: others, has_more: ranked.len() > shown }
}

/// That known points were not counted for any proposal, where their limit is broken.
fn known_points_note(result: &ScanResult, ranked: &[&Advice]) -> Option<String> {
    let speaks_of_them = |advice: &&Advice| advice.after.as_ref().is_some_and(|after| after.unicity.is_some());
    let is_counted = known_points::measured(result)?.resolutions.is_some() || ranked.iter().any(speaks_of_them);
    (known_points::is_over(result) && !is_counted).then(|| messages::KNOWN_POINTS_STAY.to_owned())
}

/// Columns that must not be there come first: no coarsening of others helps.
fn columns_to_leave_out(result: &ScanResult) -> Option<Action> {
    let mut columns: Vec<String> = Vec::new();
    let found = result.findings.iter().filter(|finding| !finding.waived && is_about_a_whole_column(finding.code));
    for column in found.flat_map(|finding| &finding.columns) {
        if !columns.contains(&printable(column)) {
            columns.push(printable(column));
        }
    }
    (!columns.is_empty()).then(|| to_do(&messages::leave_out(&columns), messages::LEAVE_OUT_WHY.to_owned()))
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
    let consent = result.recipient.as_ref()?.consent.as_ref()?;
    (consent.without_consent > 0)
        .then(|| to_do(&messages::leave_out_subjects(consent.without_consent), messages::CONSENT_WHY.to_owned()))
}

/// Something to do that has no line of configuration.
fn to_do(text: &str, why: String) -> Action {
    Action {
        text: quoted(text),
        predicted: why,
        config: String::new(),
        config_label: String::new(),
        recommended: false,
    }
}

fn guessed_roles(result: &ScanResult) -> Option<Action> {
    let guessed = result.dataset.columns.iter().filter(|column| column.guessed).count();
    let is_held_up = result.findings.iter().any(|finding| finding.code == FindingCode::GuessedRoles && !finding.waived);
    (guessed > 0 && is_held_up).then(|| to_do(messages::CONFIRM_ROLES, messages::confirm_roles_why(guessed)))
}

fn action(result: &ScanResult, advice: &Advice) -> Action {
    let text = quoted(&messages::capitalised(&printable(&advice.action)));
    let lines: Vec<&str> = advice.config.as_deref().unwrap_or_default().lines().collect();
    let config = if lines.is_empty() || lines.len() > CONFIG_LINES {
        advice.flags.as_deref().map(printable).unwrap_or_default()
    } else {
        lines.into_iter().map(printable).collect::<Vec<_>>().join("\n")
    };
    let label = messages::config_label(&shortened(&plain(&printable(&advice.action)), 80));
    Action { text, predicted: predicted(result, advice), config, config_label: label, recommended: advice.recommended }
}

/// The figures of a proposal beside those of now.
pub(super) fn predicted(result: &ScanResult, advice: &Advice) -> String {
    let Crowds::Measured(uniqueness) = crowds(result) else { return String::new() };
    let set = headline_set(result, uniqueness);
    let mut parts = Vec::new();
    let both = |figure: fn(&crate::result::Headline, &Uniqueness, &SetStatistics) -> Option<u64>| {
        let [before, after] =
            [&advice.before, &advice.after].map(|headline| figure(headline.as_ref()?, uniqueness, set));
        Some((count(before?), after.map_or_else(|| messages::NOT_DEFINED.to_owned(), count)))
    };
    parts.extend(both(smallest_crowd).map(|(before, after)| messages::predicted_smallest(&before, &after)));
    parts.extend(both(exposed).map(|(before, after)| messages::predicted_exposed(&before, &after, result.policy.k)));
    let unicity =
        [&advice.before, &advice.after].map(|headline| headline.as_ref().and_then(|headline| headline.unicity));
    if let [Some(before), Some(after)] = unicity {
        parts.push(messages::predicted_unicity(&percent(before), &percent(after)));
    }
    parts.extend(advice.detail_kept.map(|kept| messages::predicted_detail(&percent(kept))));
    parts.join("; ")
}

pub(super) struct Trust {
    pub(super) good: bool,
    pub(super) text: String,
}

pub(super) fn trust(result: &ScanResult) -> Vec<Trust> {
    let dataset = &result.dataset;
    let guessed = dataset.columns.iter().any(|column| column.guessed);
    let complete = matches!(crowds(result), Crowds::Measured(_));
    let mark = |good, text: &str| Trust { good, text: text.to_owned() };
    let waived = result.findings.iter().filter(|finding| finding.waived).count();
    let subject = if dataset.subject.is_none() {
        mark(false, messages::TRUST_NO_SUBJECT)
    } else if dataset.records_without_subject > 0 {
        mark(false, &messages::trust_without_subject(dataset.records_without_subject))
    } else {
        mark(true, messages::TRUST_SUBJECTS)
    };
    let recipient = result.recipient.as_ref().and_then(|recipient| recipient.name.as_ref());
    vec![
        mark(!guessed, if guessed { messages::TRUST_GUESSED } else { messages::TRUST_DECLARED }),
        mark(complete, if complete { messages::TRUST_COMPLETE } else { messages::TRUST_NOT_COMPLETE }),
        subject,
        mark(true, messages::TRUST_CENSUS),
        mark(waived == 0, &messages::waivers(waived)),
        recipient.map_or_else(
            || mark(false, messages::TRUST_NO_RECIPIENT),
            |name| mark(true, &messages::recipient_is(&shortened(&printable(name), 40))),
        ),
    ]
}

/// Whether a column may be known to others: it takes part in the crowds.
pub(super) fn is_quasi(role: Role) -> bool {
    role == Role::QuasiIdentifier
}

/// The worst case of all columns, where the headline speaks of fewer.
pub(super) fn worst_case(result: &ScanResult, uniqueness: &Uniqueness) -> Option<String> {
    let full = &uniqueness.full;
    let set = headline_set(result, uniqueness);
    (full.columns != set.columns).then(|| messages::worst_case(&headline_counts(&result.dataset, full), full))
}
