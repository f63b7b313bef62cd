//! Tables about linkage: all attacks side by side, then each with its figures and what its pictures show.

use super::table::{Cell, Table};
use crate::number::{as_float, count, figure, percent, share, value_beside, whole};
use crate::report::escape::printable;
use crate::report::summary::names;
use crate::report::{checks, linkage, messages};
use crate::result::{
    AssignmentMethod, ComparedColumn, ComparisonLevel, DistanceDetail, Figure, FigureUnit, IntersectionDetail, Linkage,
    LinkageAttack, ProbabilisticDetail, ReleaseDetail, ScanResult, ScoreboardDetail,
};

/// Rows of a table that is open at first.
const OPEN: usize = 4;

/// A fact about an attack; none where it has no number.
type Fact = (&'static str, Option<String>);

/// The tables, overview first; the figures of single attacks are closed at first.
pub(super) fn tables(result: &ScanResult, value: &Linkage, attacks: &[&LinkageAttack]) -> Vec<Table> {
    let first = overview(value).any().into_iter().chain(pseudonyms(value).any());
    let mut tables: Vec<Table> =
        first.map(|table| if table.rows.len() > OPEN { table.folded() } else { table }).collect();
    for attack in attacks {
        let label = messages::attack_label(attack);
        tables.push(facts(result, attack).folded());
        let probabilistic = attack.probabilistic.iter().flat_map(|detail| [weights(&label, detail), waterfall(detail)]);
        let others = [sets(&label, attack)].into_iter().chain(probabilistic).chain([calibration(&label, attack)]);
        let alone = attack.intersection.iter().map(|detail| alone(&label, detail));
        tables.extend(others.chain(alone).filter_map(Table::any).map(Table::folded));
    }
    tables
}

fn overview(value: &Linkage) -> Table {
    let interval = |attack: &LinkageAttack| match (linkage::rate(attack), linkage::interval(attack)) {
        (None, _) => messages::NOT_DEFINED.to_owned(),
        (Some(_), None) => messages::EXACT.to_owned(),
        (Some(_), Some(interval)) => messages::interval(interval),
    };
    let residual = |attack: &LinkageAttack| {
        let risk = percent(attack.residual_risk?);
        let interval = attack.residual_interval.map(|interval| format!(" ({})", messages::interval(interval)));
        Some(risk + &interval.unwrap_or_default())
    };
    Table::of(
        "Attacks, the strongest first",
        &linkage::ranked(value),
        &[
            ("Attack", &|attack| Cell::text(messages::attack_label(attack))),
            ("Shared columns", &|attack| match attack.columns.as_slice() {
                [] => Cell::text(messages::NONE),
                columns => Cell::names(columns),
            }),
            ("Subjects found", &|attack| Cell::optional(linkage::rate(attack).map(percent))),
            ("95 % interval", &|attack| Cell::number(interval(attack))),
            ("By guessing", &|attack| Cell::optional(attack.baseline_rate.map(percent))),
            ("Control", &|attack| Cell::optional_words(attack.control_rate.map(percent), messages::NO_HOLD_OUT)),
            ("Residual risk", &|attack| Cell::optional_words(residual(attack), messages::NO_HOLD_OUT)),
            ("Evidence", &|attack| Cell::text(messages::evidence(attack))),
        ],
    )
}

fn pseudonyms(value: &Linkage) -> Table {
    Table::of(
        "Pseudonyms held against identifiers; counts only",
        &value.pseudonyms,
        &[
            ("Column", &|check| Cell::name(&check.column)),
            ("Identifiers", &|check| Cell::name(&check.identifiers)),
            ("In the list", &|check| Cell::count(check.supplied)),
            ("Pseudonyms", &|check| Cell::count(check.values)),
            ("Reversed", &|check| Cell::part(check.reversed, check.values)),
            ("Subjects", &|check| Cell::count(check.subjects)),
            ("Forms found", &|check| {
                let forms = check.forms.iter();
                let forms = forms.map(|form| format!("{} ({})", printable(&form.form), count(form.values)));
                let forms: Vec<String> = forms.collect();
                Cell::text(if forms.is_empty() { messages::NONE.to_owned() } else { forms.join(", ") })
            }),
        ],
    )
}

/// The figures of one attack that it has, as a list.
fn facts(result: &ScanResult, attack: &LinkageAttack) -> Table {
    let mut facts: Vec<Fact> = vec![
        ("read as", attack.reading.map(|reading| messages::reading(reading).to_owned())),
        (
            "share of a class of the source that is in the extract",
            attack.delta_presence.map(|range| messages::interval([range.min, range.max])),
        ),
        (
            "classes with more subjects in the extract than in the source",
            attack.population_mismatch.filter(|number| *number > 0).map(count),
        ),
    ];
    facts.extend(attack.distance.iter().flat_map(distance));
    facts.extend(attack.scoreboard.iter().flat_map(scoreboard));
    facts.extend(attack.intersection.iter().flat_map(intersection));
    facts.extend(attack.release.iter().flat_map(release));
    facts.extend(attack.probabilistic.iter().flat_map(probabilistic));
    let figures = checks::figures_of(result, attack);
    let mut rows: Vec<(String, Cell)> = figures.iter().filter_map(|figure| fact(figure, attack.subjects)).collect();
    rows.extend(facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Cell::number(value?)))));
    let probable = attack.probabilistic.iter().flat_map(|detail| &detail.at_least);
    rows.extend(
        probable.map(|at| (format!("links of probability {} or more", figure(at.probability)), Cell::count(at.links))),
    );
    // What is null has its reason, and is never left out as if nobody had asked.
    rows.extend(attack.undefined.iter().map(|entry| {
        let reason = printable(entry.in_words());
        (printable(&entry.field), Cell::number(format!("{}: {reason}", messages::NOT_DEFINED)))
    }));
    let on = if attack.columns.is_empty() { String::new() } else { format!(", on {}", linkage::columns(attack)) };
    let caption = messages::capitalised(&messages::attack_label(attack));
    Table::facts(format!("{caption}{on}"), ["Figure", "Value"], &rows)
}

/// A figure of an attack that has a number; subjects with their share of all.
fn fact(figure: &Figure, whole: u64) -> Option<(String, Cell)> {
    let value = figure.value.value()?;
    let written = value_beside(value, figure.unit, value);
    let is_part =
        figure.unit == FigureUnit::Subjects && !figure.id.ends_with("subjects") && !figure.id.ends_with(".k_map");
    let part = (is_part && whole > 0).then(|| percent(value / as_float(whole)));
    let text = part.map_or(written.clone(), |part| format!("{written} ({part})"));
    Some((printable(&figure.label), Cell::number(text)))
}

fn probabilistic(detail: &ProbabilisticDetail) -> Vec<Fact> {
    let blocking: Vec<String> = detail.blocking.iter().map(|columns| names(columns).join(" + ")).collect();
    let end = if detail.converged { "settled" } else { "not settled" };
    vec![
        ("candidate pairs", Some(count(detail.candidate_pairs))),
        ("pairs are compared when they agree on", (!blocking.is_empty()).then(|| blocking.join("; or "))),
        ("true pairs among the candidates", detail.pair_completeness.map(percent)),
        ("matches among candidate pairs, learned", Some(percent(detail.lambda))),
        ("rounds of learning", Some(format!("{} ({end})", count(u64::from(detail.iterations))))),
    ]
}

fn distance(detail: &DistanceDetail) -> Vec<Fact> {
    let listed = |columns: &[String]| (!columns.is_empty()).then(|| names(columns).join(", "));
    vec![
        ("nearest subject of each person, by numbers among equal texts, finds", detail.nearest_rate.map(percent)),
        ("one to one, by numbers, finds", detail.one_to_one_rate.map(percent)),
        ("nearest subject of each person, by Gower's distance over all columns, finds", detail.gower_rate.map(percent)),
        ("nearest person of each subject, by Gower's distance, finds", detail.gower_source_rate.map(percent)),
        ("one to one, by Gower's distance, finds", detail.gower_one_to_one_rate.map(percent)),
        ("measured by distance", listed(&detail.measured)),
        ("had to be equal", listed(&detail.equal)),
        ("persons looked up", Some(count(detail.looked_up))),
        ("pairs of the same person, by truth", detail.pairs.map(count)),
        ("of them with every true value within 0.05 standard deviations (dRisk)", detail.inside.map(percent)),
        ("the same by median deviations", detail.inside_robust.map(percent)),
    ]
}

fn scoreboard(detail: &ScoreboardDetail) -> Vec<Fact> {
    let scaled = |column: &Option<String>, scale: Option<f64>, unit: &str| {
        let scale = scale.map_or_else(String::new, |scale| format!(" (scale {}{unit})", figure(scale)));
        column.as_ref().map(|column| format!("{}{scale}", printable(column)))
    };
    let bits = |entropy: f64| format!("{} bits, about 1 of {}", figure(entropy), figure(entropy.exp2()));
    vec![
        ("items compared", Some(printable(&detail.item))),
        ("rating compared", scaled(&detail.rating, detail.rating_scale, "")),
        ("time compared", scaled(&detail.time, detail.time_scale_days, " days")),
        ("smallest eccentricity of a match", Some(figure(detail.eccentricity))),
        ("known events of a person, on average", Some(figure(detail.known_events))),
        ("persons looked up", Some(count(detail.looked_up))),
        ("persons whose best score stands out", Some(count(detail.matched))),
        ("who it could be, on average", detail.entropy_bits.map(bits)),
        ("items that only one subject has", Some(count(detail.single_items))),
    ]
}

fn intersection(detail: &IntersectionDetail) -> Vec<Fact> {
    let of_common = |number: u64| Some(format!("{} ({})", count(number), share(number, detail.common)));
    vec![
        ("subjects in both releases", Some(count(detail.common))),
        ("subjects in this release only", Some(count(detail.joiners))),
        ("subjects in the other release only", Some(count(detail.leavers))),
        ("of those in both, unique in this release", of_common(detail.unique_in_extract)),
        ("of those in both, unique in the other release", of_common(detail.unique_in_other)),
        ("of those in both, unique on both together", of_common(detail.unique_in_both)),
        ("of them unique in neither before", of_common(detail.newly_unique)),
        ("smallest class on both together", detail.smallest_class_in_both.map(count)),
    ]
}

fn release(detail: &ReleaseDetail) -> Vec<Fact> {
    let chosen = match detail.assignment {
        AssignmentMethod::Optimal => "one to one, at the least cost in all",
        AssignmentMethod::Greedy => "one to one, best pairs first",
    };
    vec![
        ("subjects in both releases", detail.common.map(count)),
        ("what of a history is compared", Some(names(&detail.features).join(", "))),
        ("candidates scored in full, for each subject", Some(count(u64::from(detail.candidates)))),
        ("links chosen", Some(chosen.to_owned())),
        ("plain overlap of merchants finds", detail.plain_overlap_rate.map(percent)),
        ("nearest history, not one to one, finds", detail.nearest_rate.map(percent)),
    ]
}

fn sets(label: &str, attack: &LinkageAttack) -> Table {
    Table::of(
        format!("Which columns link ({label}): every set of them, those that link most first"),
        &linkage::linking_sets(attack),
        &[
            ("Columns", &|set| Cell::names(&set.columns)),
            ("Expected right", &|set| Cell::number(whole(set.expected_correct))),
            ("Share of subjects", &|set| Cell::optional(linkage::share_of(attack, set).map(percent))),
            ("Match one", &|set| Cell::count(set.unique)),
            ("Match several", &|set| Cell::count(set.ambiguous)),
            ("Match nobody", &|set| Cell::count(set.no_match)),
            ("One to one", &|set| Cell::count(set.one_to_one)),
            ("Fewest who match", &|set| Cell::optional_words(set.k_map.map(count), "–")),
        ],
    )
}

fn weights<'a>(label: &str, detail: &'a ProbabilisticDetail) -> Table {
    let levels = |column: &'a ComparedColumn| column.levels.iter().map(move |level| (column, level));
    let rows: Vec<(&ComparedColumn, &ComparisonLevel)> = detail.columns.iter().flat_map(levels).collect();
    Table::of(
        format!("Match weights ({label})"),
        &rows,
        &[
            ("Column and level", &|(column, level)| {
                Cell::text(format!("{}: {}", printable(&column.column), printable(&level.level)))
            }),
            ("Weight", &|(_, level)| Cell::number(messages::signed(level.weight))),
            ("Among matches", &|(_, level)| Cell::number(percent(level.m))),
            ("Among others", &|(_, level)| Cell::number(percent(level.u))),
            ("Candidate pairs", &|(_, level)| Cell::count(level.pairs)),
            ("Rare values weigh more", &|(column, _)| Cell::text(messages::yes_no(column.term_frequency))),
        ],
    )
}

fn waterfall(detail: &ProbabilisticDetail) -> Table {
    let sums = detail.example.iter().scan(0.0_f64, |sum, step| {
        *sum += step.weight;
        Some((step, *sum))
    });
    Table::of(
        "An invented pair, step by step",
        &sums.collect::<Vec<_>>(),
        &[
            ("Step", &|(step, _)| Cell::text(messages::waterfall_step(&step.label))),
            ("Adds", &|(step, _)| Cell::number(messages::signed(step.weight))),
            ("Weight so far", &|(_, sum)| Cell::number(messages::signed(*sum))),
        ],
    )
}

fn calibration(label: &str, attack: &LinkageAttack) -> Table {
    let known = |text| Cell::optional_words(text, messages::NOT_KNOWN);
    Table::of(
        format!("Calibration ({label})"),
        &attack.calibration,
        &[
            ("Stated probability", &|bin| Cell::text(format!("{} to {}", figure(bin.from), figure(bin.to)))),
            ("Links", &|bin| Cell::count(bin.links)),
            ("Expected right", &|bin| Cell::number(whole(bin.expected))),
            ("Right", &|bin| known(bin.correct.map(count))),
            ("Share right", &|bin| known(bin.correct.map(|correct| share(correct, bin.links)))),
        ],
    )
}

fn alone(label: &str, detail: &IntersectionDetail) -> Table {
    Table::of(
        format!("Who came and who left, unique on a column ({label})"),
        &detail.alone,
        &[
            ("Column", &|alone| Cell::name(&alone.column)),
            ("Joiners unique on it", &|alone| Cell::count(alone.joiners)),
            ("Leavers unique on it", &|alone| Cell::count(alone.leavers)),
        ],
    )
}
