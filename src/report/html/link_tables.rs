//! Tables about linkage: all attacks side by side, then each with its figures and what its pictures show.

use super::table::{Cell, Table};
use crate::number::{count, figure, percent, share, value_beside, whole};
use crate::report::escape::printable;
use crate::report::summary::names;
use crate::report::{checks, linkage, messages};
use crate::result::{
    DistanceDetail, Figure, FigureUnit, IntersectionDetail, Linkage, LinkageAttack, ProbabilisticDetail,
    PseudonymCheck, ReleaseDetail, ScanResult, ScoreboardDetail,
};

/// The tables, overview first; the figures of single attacks are closed at first.
pub(super) fn tables(result: &ScanResult, value: &Linkage, attacks: &[&LinkageAttack]) -> Vec<Table> {
    let mut tables = Vec::new();
    if !value.attacks.is_empty() {
        let rows: Vec<Vec<Cell>> = linkage::ranked(value).into_iter().map(row).collect();
        tables.push(Table::new(messages::ATTACKS_CAPTION, &messages::ATTACK_HEADS, rows.into_iter()));
    }
    if !value.pseudonyms.is_empty() {
        let rows = value.pseudonyms.iter().map(pseudonym);
        tables.push(Table::new(messages::PSEUDONYM_CAPTION, &messages::PSEUDONYM_HEADS, rows));
    }
    for attack in attacks {
        tables.push(facts(result, attack));
        tables.extend(sets(attack));
        tables.extend(weights(attack));
        tables.extend(waterfall(attack));
        tables.extend(calibration(attack));
        tables.extend(alone(attack));
    }
    tables
}

fn row(attack: &LinkageAttack) -> Vec<Cell> {
    let columns = if attack.columns.is_empty() { messages::NONE.to_owned() } else { names(&attack.columns).join(", ") };
    let bounds = |bounds: Option<[f64; 2]>| bounds.map(|[low, high]| messages::interval(&percent(low), &percent(high)));
    let interval = match (linkage::rate(attack), linkage::interval(attack)) {
        (None, _) => messages::NOT_DEFINED.to_owned(),
        (Some(_), None) => messages::EXACT.to_owned(),
        (Some(_), interval) => bounds(interval).unwrap_or_default(),
    };
    let residual = attack.residual_risk.map(|risk| match bounds(attack.residual_interval) {
        Some(interval) => format!("{} ({interval})", percent(risk)),
        None => percent(risk),
    });
    vec![
        Cell::text(messages::attack_label(attack)),
        Cell::text(columns),
        Cell::optional(linkage::rate(attack).map(percent)),
        Cell::number(interval),
        Cell::optional(attack.baseline_rate.map(percent)),
        Cell::optional_words(attack.control_rate.map(percent), messages::NO_HOLD_OUT),
        Cell::optional_words(residual, messages::NO_HOLD_OUT),
        Cell::text(messages::evidence(attack)),
    ]
}

fn pseudonym(check: &PseudonymCheck) -> Vec<Cell> {
    let forms: Vec<String> =
        check.forms.iter().map(|form| format!("{} ({})", printable(&form.form), count(form.values))).collect();
    vec![
        Cell::text(printable(&check.column)),
        Cell::text(printable(&check.identifiers)),
        Cell::number(count(check.supplied)),
        Cell::number(count(check.values)),
        Cell::number(messages::count_and_share(&count(check.reversed), &share(check.reversed, check.values))),
        Cell::number(count(check.subjects)),
        Cell::text(if forms.is_empty() { messages::NONE.to_owned() } else { forms.join(", ") }),
    ]
}

/// The figures of one attack that it has, as a list.
fn facts(result: &ScanResult, attack: &LinkageAttack) -> Table {
    let presence = attack.delta_presence.map(|range| messages::interval(&percent(range.min), &percent(range.max)));
    let mut facts: Vec<(&str, Option<String>)> = vec![
        (messages::FACT_READING, attack.reading.map(|reading| messages::reading(reading).to_owned())),
        (messages::FACT_PRESENCE, presence),
        (messages::FACT_MISMATCH, attack.population_mismatch.filter(|number| *number > 0).map(count)),
    ];
    facts.extend(attack.distance.iter().flat_map(distance));
    facts.extend(attack.scoreboard.iter().flat_map(scoreboard));
    facts.extend(attack.intersection.iter().flat_map(intersection));
    facts.extend(attack.release.iter().flat_map(release));
    let figures = checks::figures_of(result, attack);
    let mut rows: Vec<Vec<Cell>> = figures.iter().filter_map(|figure| fact(figure, attack.subjects)).collect();
    for (name, value) in facts {
        rows.extend(value.map(|value| vec![Cell::text(name), Cell::number(value)]));
    }
    if let Some(detail) = &attack.probabilistic {
        rows.extend(probabilistic(detail).into_iter().map(|(name, value)| vec![Cell::text(name), Cell::number(value)]));
    }
    // What is null has its reason, and is never left out as if nobody had asked.
    rows.extend(attack.undefined.iter().map(|entry| {
        let reason = printable(entry.in_words());
        vec![Cell::text(printable(&entry.field)), Cell::number(messages::not_defined_because(&reason))]
    }));
    Table::new(messages::attack_caption(attack), &messages::FACT_HEADS, rows.into_iter()).folded()
}

/// A figure of an attack that has a number; subjects with their share of all.
fn fact(figure: &Figure, whole: u64) -> Option<Vec<Cell>> {
    let value = figure.value.value()?;
    let written = value_beside(value, figure.unit, value);
    let is_part =
        figure.unit == FigureUnit::Subjects && !figure.id.ends_with("subjects") && !figure.id.ends_with(".k_map");
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let part = (is_part && whole > 0).then(|| percent(value / whole as f64));
    let text = part.map_or(written.clone(), |part| messages::count_and_share(&written, &part));
    Some(vec![Cell::text(printable(&figure.label)), Cell::number(text)])
}

fn probabilistic(detail: &ProbabilisticDetail) -> Vec<(String, String)> {
    let blocking: Vec<String> = detail.blocking.iter().map(|columns| names(columns).join(" + ")).collect();
    let fixed = [
        (messages::FACT_CANDIDATES, Some(count(detail.candidate_pairs))),
        (messages::FACT_BLOCKING, (!blocking.is_empty()).then(|| blocking.join("; or "))),
        (messages::FACT_COMPLETENESS, detail.pair_completeness.map(percent)),
        (messages::FACT_LAMBDA, Some(percent(detail.lambda))),
        (messages::FACT_ROUNDS, Some(messages::rounds(detail.iterations, detail.converged))),
    ];
    let mut facts: Vec<(String, String)> =
        fixed.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    facts.extend(detail.at_least.iter().map(|at| (messages::probable(at.probability), count(at.links))));
    facts
}

fn distance(detail: &DistanceDetail) -> Vec<(&'static str, Option<String>)> {
    let listed = |columns: &[String]| (!columns.is_empty()).then(|| names(columns).join(", "));
    vec![
        (messages::FACT_MEASURED, listed(&detail.measured)),
        (messages::FACT_EQUAL, listed(&detail.equal)),
        (messages::FACT_LOOKED_UP, Some(count(detail.looked_up))),
        (messages::FACT_PAIRS, detail.pairs.map(count)),
        (messages::FACT_INSIDE, detail.inside.map(percent)),
        (messages::FACT_INSIDE_ROBUST, detail.inside_robust.map(percent)),
    ]
}

fn scoreboard(detail: &ScoreboardDetail) -> Vec<(&'static str, Option<String>)> {
    let scaled = |column: &Option<String>, scale, unit| {
        column.as_ref().map(|column| messages::scaled(&printable(column), scale, unit))
    };
    vec![
        (messages::FACT_ITEM, Some(printable(&detail.item))),
        (messages::FACT_RATING, scaled(&detail.rating, detail.rating_scale, "")),
        (messages::FACT_TIME, scaled(&detail.time, detail.time_scale_days, " days")),
        (messages::FACT_ECCENTRICITY, Some(figure(detail.eccentricity))),
        (messages::FACT_KNOWN_EVENTS, Some(figure(detail.known_events))),
        (messages::FACT_LOOKED_UP, Some(count(detail.looked_up))),
        (messages::FACT_MATCHED, Some(count(detail.matched))),
        (messages::FACT_ENTROPY, detail.entropy_bits.map(messages::bits)),
        (messages::FACT_SINGLE_ITEMS, Some(count(detail.single_items))),
    ]
}

fn intersection(detail: &IntersectionDetail) -> Vec<(&'static str, Option<String>)> {
    let of_common = |number: u64| Some(messages::count_and_share(&count(number), &share(number, detail.common)));
    vec![
        (messages::FACT_COMMON, Some(count(detail.common))),
        (messages::FACT_JOINERS, Some(count(detail.joiners))),
        (messages::FACT_LEAVERS, Some(count(detail.leavers))),
        (messages::FACT_UNIQUE_HERE, of_common(detail.unique_in_extract)),
        (messages::FACT_UNIQUE_OTHER, of_common(detail.unique_in_other)),
        (messages::FACT_UNIQUE_BOTH, of_common(detail.unique_in_both)),
        (messages::FACT_NEWLY, of_common(detail.newly_unique)),
        (messages::FACT_SMALLEST_BOTH, detail.smallest_class_in_both.map(count)),
    ]
}

fn release(detail: &ReleaseDetail) -> Vec<(&'static str, Option<String>)> {
    vec![
        (messages::FACT_COMMON, detail.common.map(count)),
        (messages::FACT_FEATURES, Some(names(&detail.features).join(", "))),
        (messages::FACT_CANDIDATES_EACH, Some(count(u64::from(detail.candidates)))),
        (messages::FACT_ASSIGNMENT, Some(messages::assignment(detail.assignment).to_owned())),
        (messages::FACT_PLAIN, detail.plain_overlap_rate.map(percent)),
        (messages::FACT_NEAREST, detail.nearest_rate.map(percent)),
    ]
}

fn sets(attack: &LinkageAttack) -> Option<Table> {
    let rows: Vec<Vec<Cell>> = linkage::linking_sets(attack)
        .into_iter()
        .map(|set| {
            vec![
                Cell::text(names(&set.columns).join(", ")),
                Cell::number(whole(set.expected_correct)),
                Cell::optional(linkage::share_of(attack, set).map(percent)),
                Cell::number(count(set.unique)),
                Cell::number(count(set.ambiguous)),
                Cell::number(count(set.no_match)),
                Cell::number(count(set.one_to_one)),
                Cell::optional_words(set.k_map.map(count), "–"),
            ]
        })
        .collect();
    (!rows.is_empty())
        .then(|| Table::new(messages::sets_link_caption(attack), &messages::SET_LINK_HEADS, rows.into_iter()).folded())
}

fn weights(attack: &LinkageAttack) -> Option<Table> {
    let detail = attack.probabilistic.as_ref()?;
    let mut rows = Vec::new();
    for column in &detail.columns {
        for level in &column.levels {
            rows.push(vec![
                Cell::text(format!("{}: {}", printable(&column.column), printable(&level.level))),
                Cell::number(messages::signed(level.weight)),
                Cell::number(percent(level.m)),
                Cell::number(percent(level.u)),
                Cell::number(count(level.pairs)),
                Cell::text(messages::yes_no(column.term_frequency)),
            ]);
        }
    }
    (!rows.is_empty())
        .then(|| Table::new(messages::weights_caption(attack), &messages::WEIGHT_HEADS, rows.into_iter()).folded())
}

fn waterfall(attack: &LinkageAttack) -> Option<Table> {
    let detail = attack.probabilistic.as_ref().filter(|detail| !detail.example.is_empty())?;
    let mut sum = 0.0;
    let rows: Vec<Vec<Cell>> = detail
        .example
        .iter()
        .map(|step| {
            sum += step.weight;
            let weights = [messages::signed(step.weight), messages::signed(sum)].map(Cell::number);
            [vec![Cell::text(messages::waterfall_step(&step.label))], weights.to_vec()].concat()
        })
        .collect();
    Some(Table::new(messages::WATERFALL_CAPTION, &messages::WATERFALL_HEADS, rows.into_iter()).folded())
}

fn calibration(attack: &LinkageAttack) -> Option<Table> {
    let rows = attack.calibration.iter().map(|bin| {
        vec![
            Cell::text(messages::interval(&figure(bin.from), &figure(bin.to))),
            Cell::number(count(bin.links)),
            Cell::number(whole(bin.expected)),
            Cell::optional_words(bin.correct.map(count), messages::NOT_KNOWN),
            Cell::optional_words(bin.correct.map(|correct| share(correct, bin.links)), messages::NOT_KNOWN),
        ]
    });
    (!attack.calibration.is_empty())
        .then(|| Table::new(messages::calibration_caption(attack), &messages::CALIBRATION_HEADS, rows).folded())
}

fn alone(attack: &LinkageAttack) -> Option<Table> {
    let detail = attack.intersection.as_ref().filter(|detail| !detail.alone.is_empty())?;
    let rows = detail.alone.iter().map(|alone| {
        let numbers = [alone.joiners, alone.leavers].map(|number| Cell::number(count(number)));
        [vec![Cell::text(printable(&alone.column))], numbers.to_vec()].concat()
    });
    Some(Table::new(messages::alone_caption(attack), &messages::ALONE_HEADS, rows).folded())
}
