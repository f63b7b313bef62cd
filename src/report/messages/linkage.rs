//! Words about linkage.

use crate::number::{count, figure, percent, whole};
use crate::report::escape::printable;
use crate::report::linkage::{columns, interval, rate, source};
use crate::result::{AssignmentMethod, AttackKind, Evidence, FigureUnit, LinkageAttack, PseudonymCheck};

pub(in crate::report) const LINKAGE_TITLE: &str = "Linkage";
pub(in crate::report) const LINKAGE_READING: &[&str] = &[
    "Each row is an attack by the recipient: it joins the extract to something that it holds. The dot is the share of \
     subjects whom it finds, counted with the truth where that is known, else expected; the whisker is the 95 % interval.",
    "The diamond is what guessing finds without the shared columns. The square is the control: the share of people whom \
     the source does not hold and for whom the attack claims a link all the same.",
    "A hollow dot says “no evidence”: this attack does no better than guessing. That is not the same as safe, because \
     another attack, or another source, may do better.",
];
pub(in crate::report) const COLUMNS_LINK_READING: &str = "Which columns link: the first bar is all shared columns \
    together, each other bar what stays when one of them is left out. What a column takes away when it goes is hatched. A bar can \
    be longer than the first: less is compared without the column, so more match, and where a column is wrong for many \
    it stands in the way of links. Leaving such a column out protects nobody.";
pub(in crate::report) const WEIGHTS_READING: &str = "Match weights say how much an agreement tells: +10 makes a link \
    about a thousand times as likely, -10 as much less. They were learned without knowing who is who.";
pub(in crate::report) const CALIBRATION_READING: &str = "Calibration: of the links that the attack calls 90 % certain, \
    90 in 100 should be right. Dots on the diagonal mean that the attacker knows how far to trust each link.";
pub(in crate::report) const LINKAGE_CAUTION: &[&str] = &[
    "An expected link is a chance, not a fact: the attacker who picks among 4 who match is right once in 4 times.",
    "The figures hold for the sources that were named. What else the recipient holds, or may buy, is not in them.",
];
pub(in crate::report) const LINKAGE_TODO: &str = "Coarsen or leave out the columns that link, and measure again: \
    `reidrisk explain linkable` says more.";
pub(in crate::report) const RELEASE_TODO: &str = "Against being followed: shorter histories, coarser merchants, times \
    and amounts, and new pseudonyms with each release: `reidrisk explain relinkable` says more.";
pub(in crate::report) const PSEUDONYM_TODO: &str =
    "Replace a reversible pseudonym by random tokens, or by a hash with a key that the recipient does not have.";
pub(in crate::report) const LIMIT_TODO: &str = "Say how much is too much: `max_linked_share`, `max_relinked_share` or \
    `max_correct_links` in `[policy]`.";
pub(in crate::report) const NO_ATTACK_FIGURE: &str = "What can be linked is not known: no attack has a figure.";
pub(in crate::report) const NO_ATTACK: &str = "No source was joined; pseudonyms were checked only.";

pub(in crate::report) const ATTACKS_CAPTION: &str = "Attacks, the strongest first";
pub(in crate::report) const ATTACK_HEADS: [&str; 8] = [
    "Attack",
    "Shared columns",
    "Subjects found",
    "95 % interval",
    "By guessing",
    "Control",
    "Residual risk",
    "Evidence",
];
pub(in crate::report) const FACT_HEADS: [&str; 2] = ["Figure", "Value"];
pub(in crate::report) const SET_LINK_HEADS: [&str; 8] = [
    "Columns",
    "Expected right",
    "Share of subjects",
    "Match one",
    "Match several",
    "Match nobody",
    "One to one",
    "Fewest who match",
];
pub(in crate::report) const WEIGHT_HEADS: [&str; 6] =
    ["Column and level", "Weight", "Among matches", "Among others", "Candidate pairs", "Rare values weigh more"];
pub(in crate::report) const WATERFALL_HEADS: [&str; 3] = ["Step", "Adds", "Weight so far"];
pub(in crate::report) const CALIBRATION_HEADS: [&str; 5] =
    ["Stated probability", "Links", "Expected right", "Right", "Share right"];
pub(in crate::report) const ALONE_HEADS: [&str; 3] = ["Column", "Joiners alone on it", "Leavers alone on it"];
pub(in crate::report) const PSEUDONYM_HEADS: [&str; 7] =
    ["Column", "Identifiers", "In the list", "Pseudonyms", "Reversed", "Subjects", "Forms found"];
pub(in crate::report) const PSEUDONYM_CAPTION: &str = "Pseudonyms held against identifiers; counts only";
pub(in crate::report) const WATERFALL_CAPTION: &str = "An invented pair, step by step";

pub(in crate::report) const NO_EVIDENCE: &str = "no evidence";
pub(in crate::report) const TILE_LINKED: &str = "Strongest linkage attack";

/// The name of an attack, as a person would say it.
pub(in crate::report) fn attack_name(kind: AttackKind) -> &'static str {
    match kind {
        AttackKind::Exact => "exact values",
        AttackKind::Tolerant => "near values",
        AttackKind::Distance => "nearest values",
        AttackKind::Probabilistic => "weighed agreements",
        AttackKind::Scoreboard => "a few known events",
        AttackKind::Intersection => "two releases, same pseudonyms",
        AttackKind::Release => "release to release",
    }
}

/// What an attack does, in a sentence.
pub(in crate::report) fn attack_meaning(kind: AttackKind) -> &'static str {
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

pub(in crate::report) fn evidence(attack: &LinkageAttack) -> &'static str {
    match attack.evidence {
        Evidence::Found => "better than guessing",
        Evidence::None => attack.no_evidence().unwrap_or(NO_EVIDENCE),
        Evidence::Unknown => super::NOT_KNOWN,
    }
}

/// `exact values, crm.csv`
pub(in crate::report) fn attack_label(attack: &LinkageAttack) -> String {
    format!("{}, {}", attack_name(attack.attack), source(attack))
}

/// What the found are said to be: counted by truth, or expected.
fn found_as(attack: &LinkageAttack) -> &'static str {
    match (attack.follows(), attack.is_counted()) {
        _ if attack.intersection.is_some() => "alone on both together",
        (false, true) => "linked to the right person",
        (false, false) => "expected to be linked to the right person",
        (true, true) => "followed to the other release",
        (true, false) => "expected to be followed to the other release",
    }
}

/// The first sentence of a report: `About 63 in 100 subjects can be linked to crm.csv (exact values on 4 shared columns)`.
pub(in crate::report) fn linked_headline(frequency: &str, attack: &LinkageAttack) -> String {
    let subjects = match frequency {
        "none" => "No subject".to_owned(),
        frequency => format!("{} subjects", super::capitalised(frequency)),
    };
    let (what, source) = (if attack.follows() { "followed to" } else { "linked to" }, source(attack));
    let how = attack_name(attack.attack);
    let on = match attack.columns.len() {
        0 => String::new(),
        1 => format!(" on {}", columns(attack)),
        number => format!(" on {} shared columns", count(number as u64)),
    };
    format!("{subjects} can be {what} {source} ({how}{on})")
}

/// The counts behind it.
pub(in crate::report) fn linked_detail(attack: &LinkageAttack) -> String {
    let guess = match attack.baseline_rate.filter(|rate| rate.is_finite()) {
        Some(rate) if attack.attack == AttackKind::Intersection => {
            format!("; the extract alone singles out {}", percent(rate))
        }
        Some(rate) => format!("; guessing finds {}", percent(rate)),
        None => String::new(),
    };
    let whole = match &attack.intersection {
        Some(detail) => format!("{} of both releases", subjects(detail.common)),
        None => subjects(attack.subjects),
    };
    format!("{} of {whole} {}{guess}", share(attack), found_as(attack))
}

/// What the headline means for those who are linked.
pub(in crate::report) fn linked_attacker(attack: &LinkageAttack) -> &'static str {
    if attack.follows() {
        "Whoever has both releases knows that two histories are of one person"
    } else {
        "Whoever holds that table puts a name on their records"
    }
}

fn subjects(number: u64) -> String {
    super::counted(number, "subject", "subjects")
}

/// The share that an attack finds with its interval, or that there is none.
fn share(attack: &LinkageAttack) -> String {
    let Some(rate) = rate(attack) else { return super::NOT_DEFINED.to_owned() };
    let interval = interval(attack).map_or_else(String::new, |[low, high]| {
        format!(" (95 % interval {})", super::interval(&percent(low), &percent(high)))
    });
    format!("{}{interval}", percent(rate))
}

/// Why an attack has no figure.
pub(in crate::report) fn attack_unknown(attack: &LinkageAttack) -> String {
    let entry = attack.undefined.iter().find(|entry| entry.field == "attack_rate").or(attack.undefined.first());
    entry.map_or_else(|| "it gave none".to_owned(), |entry| printable(entry.in_words()))
}

/// One attack in a line.
pub(in crate::report) fn attack_sentence(attack: &LinkageAttack) -> String {
    let label = super::capitalised(&attack_label(attack));
    let equals = if attack.source_equals_extract { "; the source holds the same records as the extract" } else { "" };
    if rate(attack).is_none() {
        return format!("{label}: not known, because {}{equals}", attack_unknown(attack).trim_end_matches('.'));
    }
    let verdict = attack.no_evidence().map_or_else(String::new, |why| format!("; {why}, which is no evidence"));
    format!("{label}: {}{verdict}{equals}", linked_detail(attack))
}

/// What must be known to read the figures of an attack.
pub(in crate::report) fn attack_note(attack: &LinkageAttack, note: &str) -> String {
    format!("{}: {note}", super::capitalised(&attack_label(attack)))
}

pub(in crate::report) fn more_attacks(left_out: usize) -> String {
    format!("{} {}", super::counted(left_out as u64, "attack", "attacks"), super::MORE)
}

/// What leaving the most telling column out would do.
pub(in crate::report) fn linking_cut(column: &str, now: &str, after: &str) -> String {
    format!("Of the shared columns {column} links most: without it {now} of subjects become {after}")
}

/// Where leaving a column out cuts nothing, because it stands in the way of links.
pub(in crate::report) fn linking_raised(column: &str, now: &str, after: &str) -> String {
    format!(
        "Leaving out one shared column cuts nothing: less is compared, so more match; without {column} {now} of \
         subjects become {after}"
    )
}

pub(in crate::report) fn pseudonym_sentence(check: &PseudonymCheck) -> String {
    let (column, file) = (printable(&check.column), printable(&check.identifiers));
    let values = super::counted(check.values, "pseudonym", "pseudonyms");
    match check.reversed {
        0 => format!(
            "None of {values} in {column} is a plain or common hash of the {} identifiers in {file}",
            count(check.supplied)
        ),
        reversed => format!(
            "{} of {values} in {column}, of {}, are a plain or common hash of identifiers in {file}",
            count(reversed),
            subjects(check.subjects)
        ),
    }
}

pub(in crate::report) fn linkage_unknown(explanation: &str) -> String {
    format!("What can be linked is unknown, because {}.", explanation.trim_end_matches('.'))
}

/// The strongest attack against its limit, in a sentence.
pub(in crate::report) fn linkage_answer(attack: &LinkageAttack, limit: Option<&str>, breaks: bool) -> String {
    let what = linked_detail(attack);
    let evidence = attack
        .no_evidence()
        .map_or_else(String::new, |why| format!(" No evidence: {why}; that is not a proof of safety."));
    let limit = match limit {
        Some(limit) => format!(" The limit of {limit} {}.", if breaks { "does not hold" } else { "holds" }),
        None => " No limit is declared.".to_owned(),
    };
    format!("{}: {what}.{evidence}{limit}", super::capitalised(&attack_label(attack)))
}

pub(in crate::report) fn tile_linked_note(attack: &LinkageAttack, limit: Option<&str>) -> String {
    let limit = limit.map_or_else(|| "no limit set".to_owned(), |limit| format!("limit: at most {limit}"));
    format!("{}; {limit}", attack_label(attack))
}

/// A limit with its unit: `5 %`, `20 links`.
pub(in crate::report) fn limit_of(limit: f64, unit: FigureUnit) -> String {
    let number = crate::number::value(limit, unit);
    match unit {
        FigureUnit::Links if number == "1" => "1 correct link".to_owned(),
        FigureUnit::Links => format!("{number} correct links"),
        _ => number,
    }
}

pub(in crate::report) fn tile_no_evidence(value: &str) -> String {
    format!("{value}, {NO_EVIDENCE}")
}

pub(in crate::report) fn line_label_linked(now: &str, limit: &str) -> String {
    format!("Share linked: {now} of subjects; limit: at most {limit}.")
}

pub(in crate::report) const LINE_END_LINKED: &str = "share of subjects linked, up to 100 %";

// Tables of one attack.

pub(in crate::report) fn attack_caption(attack: &LinkageAttack) -> String {
    let on = if attack.columns.is_empty() { String::new() } else { format!(", on {}", columns(attack)) };
    format!("{}{on}", super::capitalised(&attack_label(attack)))
}

pub(in crate::report) fn sets_link_caption(attack: &LinkageAttack) -> String {
    format!("Which columns link ({}): every set of them, those that link most first", attack_label(attack))
}

pub(in crate::report) fn weights_caption(attack: &LinkageAttack) -> String {
    format!("Match weights ({})", attack_label(attack))
}

pub(in crate::report) fn calibration_caption(attack: &LinkageAttack) -> String {
    format!("Calibration ({})", attack_label(attack))
}

pub(in crate::report) fn alone_caption(attack: &LinkageAttack) -> String {
    format!("Who came and who left, alone on a column ({})", attack_label(attack))
}

pub(in crate::report) const FACT_READING: &str = "read as";
pub(in crate::report) const FACT_PRESENCE: &str = "share of a class of the source that is in the extract";
pub(in crate::report) const FACT_MISMATCH: &str = "classes with more subjects in the extract than in the source";

pub(in crate::report) const FACT_LAMBDA: &str = "matches among candidate pairs, learned";
pub(in crate::report) const FACT_CANDIDATES: &str = "candidate pairs";
pub(in crate::report) const FACT_BLOCKING: &str = "pairs are compared when they agree on";
pub(in crate::report) const FACT_COMPLETENESS: &str = "true pairs among the candidates";
pub(in crate::report) const FACT_ROUNDS: &str = "rounds of learning";
pub(in crate::report) const FACT_MEASURED: &str = "measured by distance";
pub(in crate::report) const FACT_EQUAL: &str = "had to be equal";
pub(in crate::report) const FACT_PAIRS: &str = "pairs of the same person, by truth";
pub(in crate::report) const FACT_INSIDE: &str = "of them with every true value within 0.05 standard deviations (dRisk)";
pub(in crate::report) const FACT_INSIDE_ROBUST: &str = "the same by median deviations";
pub(in crate::report) const FACT_ITEM: &str = "items compared";
pub(in crate::report) const FACT_RATING: &str = "rating compared";
pub(in crate::report) const FACT_TIME: &str = "time compared";
pub(in crate::report) const FACT_ECCENTRICITY: &str = "smallest eccentricity of a match";
pub(in crate::report) const FACT_KNOWN_EVENTS: &str = "known events of a person, on average";
pub(in crate::report) const FACT_LOOKED_UP: &str = "persons looked up";
pub(in crate::report) const FACT_MATCHED: &str = "persons whose best score stands out";
pub(in crate::report) const FACT_ENTROPY: &str = "who it could be, on average";
pub(in crate::report) const FACT_SINGLE_ITEMS: &str = "items that only one subject has";
pub(in crate::report) const FACT_COMMON: &str = "subjects in both releases";
pub(in crate::report) const FACT_JOINERS: &str = "subjects in this release only";
pub(in crate::report) const FACT_LEAVERS: &str = "subjects in the other release only";
pub(in crate::report) const FACT_UNIQUE_HERE: &str = "of those in both, alone in this release";
pub(in crate::report) const FACT_UNIQUE_OTHER: &str = "of those in both, alone in the other release";
pub(in crate::report) const FACT_UNIQUE_BOTH: &str = "of those in both, alone on both together";
pub(in crate::report) const FACT_NEWLY: &str = "of them alone in neither before";
pub(in crate::report) const FACT_SMALLEST_BOTH: &str = "smallest crowd on both together";
pub(in crate::report) const FACT_FEATURES: &str = "what of a history is compared";
pub(in crate::report) const FACT_CANDIDATES_EACH: &str = "candidates scored in full, for each subject";
pub(in crate::report) const FACT_ASSIGNMENT: &str = "links chosen";
pub(in crate::report) const FACT_PLAIN: &str = "plain overlap of merchants finds";
pub(in crate::report) const FACT_NEAREST: &str = "nearest history, not one to one, finds";

pub(in crate::report) fn probable(probability: f64) -> String {
    format!("links of probability {} or more", figure(probability))
}

pub(in crate::report) fn rounds(iterations: u32, converged: bool) -> String {
    let end = if converged { "settled" } else { "not settled" };
    format!("{} ({end})", count(u64::from(iterations)))
}

pub(in crate::report) fn scaled(column: &str, scale: Option<f64>, unit: &str) -> String {
    scale.map_or_else(|| column.to_owned(), |scale| format!("{column} (scale {}{unit})", figure(scale)))
}

pub(in crate::report) fn bits(entropy: f64) -> String {
    format!("{} bits, about 1 of {}", figure(entropy), figure(entropy.exp2()))
}

pub(in crate::report) fn assignment(method: AssignmentMethod) -> &'static str {
    match method {
        AssignmentMethod::Optimal => "one to one, at the least cost in all",
        AssignmentMethod::Greedy => "one to one, best pairs first",
    }
}

pub(in crate::report) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(in crate::report) fn signed(weight: f64) -> String {
    // Adding 0 turns a negative zero into zero.
    let rounded = (weight * 10.0).round() / 10.0 + 0.0;
    if rounded > 0.0 { format!("+{rounded:.1}") } else { format!("{rounded:.1}") }
}

pub(in crate::report) const SAME_RECORDS: &str =
    "The source holds the same records as the extract: the figures say how far the extract links to itself.";

// Pictures.

pub(in crate::report) const CHART_ATTACKERS: &str = "Whom each attack finds, beside guessing";
pub(in crate::report) const CHART_ATTACKERS_SUBTITLE: &str = "Share of subjects found; whisker: 95 % interval";
pub(in crate::report) const LEGEND_ATTACK: &str = "attack";
pub(in crate::report) const LEGEND_NONE: &str = "no evidence";
pub(in crate::report) const LEGEND_CONTROL: &str = "control";
pub(in crate::report) const LEGEND_GUESS: &str = "guessing";

pub(in crate::report) fn more_rows(left_out: usize) -> String {
    format!("; {} more in the table", count(left_out as u64))
}

pub(in crate::report) const CHART_LINKING_COLUMNS: &str = "What leaving one column out would change";
pub(in crate::report) fn chart_linking_subtitle(attack: &str) -> String {
    format!("Share of subjects expected to be linked rightly ({attack})")
}
pub(in crate::report) const ALL_SHARED: &str = "all shared columns";
pub(in crate::report) fn without(column: &str) -> String {
    format!("without {column}")
}
pub(in crate::report) fn all_but(columns: &[String]) -> String {
    format!("all but {}", super::list(columns))
}
pub(in crate::report) const CUT_AWAY: &str = "hatched: what goes with the column";
pub(in crate::report) const MORE_MATCH: &str = "longer: less is compared, so more match";
pub(in crate::report) const CHART_LINKING_SETS: &str = "The columns that link most";

pub(in crate::report) const CHART_WEIGHTS: &str = "How much each agreement tells";
pub(in crate::report) fn chart_weights_subtitle(attack: &str) -> String {
    format!("Match weight in bits ({attack}); right: for a link, left: against")
}
pub(in crate::report) const CHART_WATERFALL: &str = "How a link comes about: an invented pair";
pub(in crate::report) const CHART_WATERFALL_SUBTITLE: &str =
    "Weights add up, in bits; nobody in the extract is shown here";
pub(in crate::report) const WATERFALL_PRIOR: &str = "before looking";
pub(in crate::report) const WATERFALL_TOTAL: &str = "together";

/// The label of a step: the first one has a name of its own.
pub(in crate::report) fn waterfall_step(label: &str) -> String {
    if label == "prior" { WATERFALL_PRIOR.to_owned() } else { printable(label) }
}

pub(in crate::report) fn waterfall_total(probability: &str) -> String {
    format!("{WATERFALL_TOTAL}: {probability} likely")
}

pub(in crate::report) const CHART_CALIBRATION: &str = "How far the attacker can trust a link";
pub(in crate::report) const CHART_CALIBRATION_SUBTITLE: &str =
    "Share of links that are right, by stated probability; on the diagonal it is as stated";
pub(in crate::report) const CALIBRATION_X: &str = "stated probability";
pub(in crate::report) const CALIBRATION_Y: &str = "share right";

pub(in crate::report) fn calibrated(expected: f64, correct: u64) -> String {
    format!("expected {}, right {}", whole(expected), count(correct))
}

/// Stands for the control where there is none.
pub(in crate::report) const NO_HOLD_OUT: &str = "no hold-out";

pub(in crate::report) fn not_defined_because(reason: &str) -> String {
    format!("{}: {reason}", super::NOT_DEFINED)
}

/// Steps of an invented pair that have no row.
pub(in crate::report) fn further_steps(number: usize) -> String {
    format!("{} further steps", count(number as u64))
}

pub(in crate::report) const SOURCES_CAPTION: &str = "Files of the sources that the extract was joined with";
pub(in crate::report) const SOURCE_HEADS: [&str; 6] = ["Source", "File", "Size", "Records", "Subjects", "SHA-256"];

/// The name of a hold-out, beside its source.
pub(in crate::report) fn hold_out_of(source: &str) -> String {
    format!("{source}, hold-out")
}
