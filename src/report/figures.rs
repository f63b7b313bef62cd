//! The figures that decide, each beside its limit, and the sentences after them: shared by text and Markdown.

use super::messages;
use super::number::{count, percent, share};
use super::summary::{Crowds, crowds, headline_set, is_gated, names, optional_count, population, records_below};
use super::{known_points, linkage};
use crate::result::{Advice, Finding, FindingCode, Headline, Outcome, ScanResult, SetStatistics, Severity, Uniqueness};

/// One row of the table of figures. Names in it are printable; nothing else is escaped.
pub(super) struct Figure {
    /// What was measured, and on which columns.
    pub(super) measure: String,
    /// The figure with its unit.
    pub(super) value: String,
    /// Its limit; `-` where it is shown but not held to one, empty where none is meant.
    pub(super) limit: String,
    /// Code of the finding that speaks of it.
    pub(super) finding: String,
}

impl Figure {
    fn new(measure: impl Into<String>, value: String) -> Self {
        Self { measure: measure.into(), value, limit: String::new(), finding: String::new() }
    }

    fn found(self, finding: Option<&Finding>) -> Self {
        Self { finding: finding.map_or_else(String::new, |finding| finding.code.name().to_owned()), ..self }
    }
}

/// The figures of every measure that has one, those of crowds first.
pub(super) fn decision_figures(result: &ScanResult) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Crowds::Measured(uniqueness) = crowds(result) {
        crowd_figures(&mut figures, result, uniqueness);
    }
    figures.extend(unicity_figure(result));
    figures.extend(linkage_figures(result));
    figures.extend(identifier_figure(result));
    figures
}

fn crowd_figures(figures: &mut Vec<Figure>, result: &ScanResult, uniqueness: &Uniqueness) {
    let k = result.policy.k;
    let set = headline_set(result, uniqueness);
    let columns = names(&set.columns).join(", ");
    let units = messages::unit(set.reading, 2);
    let is_of_set = |finding: &&Finding| finding.code == FindingCode::SmallClass && finding.columns == set.columns;
    let smallest = Figure::new(format!("smallest class ({columns})"), optional_count(set.smallest_class));
    let limit = if is_gated(result, set) { count(u64::from(k)) } else { "-".to_owned() };
    figures.push(Figure { limit, ..smallest.found(result.findings.iter().find(is_of_set)) });
    figures.push(Figure::new(format!("{units} alone ({columns})"), population_share(result, set)));
    let below = optional_count(records_below(set, k));
    figures.push(Figure::new(format!("records in crowds below {}", count(u64::from(k))), below));
    let average = set.risk.average_record.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    figures.push(Figure::new("average risk of a record", average));
    let full = &uniqueness.full;
    if full.columns != set.columns {
        let label =
            format!("{} alone on {}", messages::unit(full.reading, 2), messages::all_columns(full.columns.len()));
        figures.push(Figure::new(label, population_share(result, full)));
    }
}

/// Share of the units of `set` that are alone on it.
pub(super) fn population_share(result: &ScanResult, set: &SetStatistics) -> String {
    share(set.unique_subjects, population(&result.dataset, set))
}

/// What the gate on known points looks at, beside the limit of the policy; without a figure it says so.
fn unicity_figure(result: &ScanResult) -> Option<Figure> {
    let finding = finding_of(result, "unicity");
    let limit = known_points::limit(result).map_or_else(|| "-".to_owned(), percent);
    let figure = if let Some((curve, point)) = known_points::gated(result) {
        let columns = names(&curve.point).join(", ");
        let label = format!("{} ({columns})", messages::unicity_label(point.known_points));
        Figure::new(label, point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent))
    } else {
        result.measures.unicity.as_ref()?;
        Figure::new(messages::UNICITY_ROW, messages::NOT_DEFINED.to_owned())
    };
    Some(Figure { limit, ..figure.found(finding) })
}

/// The strongest attack on tables that name people, and the strongest from release to release.
fn linkage_figures(result: &ScanResult) -> Vec<Figure> {
    let Some(measured) = linkage::measured(result) else {
        let ended = result.measures.linkage.as_ref();
        return ended
            .map(|_| Figure::new(messages::LINKED_ROW, messages::NOT_DEFINED.to_owned()))
            .into_iter()
            .collect();
    };
    let ranked = linkage::ranked(measured);
    let family = |follows| ranked.iter().copied().find(|attack| linkage::follows(attack.attack) == follows);
    let row = |attack: &crate::result::LinkageAttack| {
        let value = linkage::rate(attack).map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
        let limit = linkage::limit(result, attack).map_or_else(|| "-".to_owned(), percent);
        let figure = Figure::new(messages::linked_label(attack), value);
        Figure { limit, ..figure.found(linkage::finding(result, attack)) }
    };
    [false, true].into_iter().filter_map(family).map(row).collect()
}

/// Columns that name people: by their cells, and by their role or heading.
fn identifier_figure(result: &ScanResult) -> Option<Figure> {
    let Some(Outcome::Measured { value, .. }) = &result.measures.identifiers else { return None };
    let mut columns: Vec<&str> = Vec::new();
    for found in value.columns.iter().filter(|found| found.kind.is_direct() && !found.permitted) {
        if !columns.contains(&found.column.as_str()) {
            columns.push(&found.column);
        }
    }
    let named = |finding: &&Finding| finding.code == FindingCode::DirectIdentifierPresent;
    for column in result.findings.iter().filter(named).flat_map(|finding| &finding.columns) {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    let finding = finding_of(result, "identifiers").filter(|finding| finding.severity >= Severity::Critical);
    let finding = finding.or_else(|| result.findings.iter().find(named)).or_else(|| finding_of(result, "identifiers"));
    let figure = Figure::new(messages::IDENTIFIER_COLUMNS, count(columns.len() as u64));
    Some(Figure { limit: "0".to_owned(), ..figure.found(finding) })
}

pub(super) fn finding_of<'a>(result: &'a ScanResult, measure: &str) -> Option<&'a Finding> {
    result.findings.iter().find(|finding| finding.measure == measure)
}

/// The columns that reveal most and the riskiest set, each as a sentence.
pub(super) fn revealing(result: &ScanResult, most: usize) -> Vec<String> {
    let Crowds::Measured(uniqueness) = crowds(result) else { return Vec::new() };
    let mut sentences = Vec::new();
    let columns: Vec<String> = super::summary::riskiest_columns(uniqueness)
        .into_iter()
        .filter_map(|effect| {
            let value = effect.shapley.or(effect.leave_one_out).filter(|value| *value > 0.0)?;
            let name = super::escape::shortened(&super::escape::printable(&effect.column), 60);
            Some(format!("{name} ({})", percent(value)))
        })
        .take(most)
        .collect();
    if !columns.is_empty() {
        sentences.push(messages::most_revealing(&columns));
    }
    if let Some(worst) = super::summary::riskiest_sets(uniqueness).first().filter(|set| set.unique_subjects > 0) {
        let columns = messages::list(&names(&worst.columns));
        let units = messages::unit(worst.reading, 2);
        sentences.push(messages::riskiest_set(uniqueness.max_set, &columns, &population_share(result, worst), units));
    }
    sentences
}

/// What to try first, as a sentence that begins with its own words; none without advice.
pub(super) fn try_first(result: &ScanResult) -> Option<String> {
    let advice = result.advice.iter().find(|advice| advice.recommended).or(result.advice.first())?;
    if advice.changes.is_empty() {
        return Some(messages::try_first(&super::escape::printable(&advice.action)));
    }
    let changes: Vec<String> = advice
        .changes
        .iter()
        .map(|change| {
            format!("{} -> {}", super::escape::printable(&change.column), super::escape::printable(&change.rule))
        })
        .collect();
    let effect = effect(advice, result.policy.k).map_or_else(String::new, |effect| format!(": {effect}"));
    let notes = messages::advice_notes(advice.detail_kept.map(percent), advice.reaches_limits);
    Some(messages::try_first(&format!("{}{effect} ({notes})", changes.join(", "))))
}

/// One of the figures that advice is judged by.
type Field = fn(&Headline) -> Option<u64>;

/// The first figure that the change moves, before and after it.
fn effect(advice: &Advice, k: u32) -> Option<String> {
    let (before, after) = (advice.before.as_ref()?, advice.after.as_ref()?);
    let fields: [(&str, Field); 4] = [
        (messages::STATIC_COLUMNS, |headline| headline.static_subjects_below_k),
        (messages::STATIC_COLUMNS, |headline| headline.static_unique_subjects),
        (messages::ALL_COLUMNS, |headline| headline.full_subjects_below_k),
        (messages::ALL_COLUMNS, |headline| headline.full_unique_subjects),
    ];
    let moved = fields.iter().enumerate().find_map(|(place, (columns, field))| {
        let (before, after) = (field(before)?, field(after)?);
        let crowd = if place % 2 == 0 { Some(k) } else { None };
        (before != after).then(|| messages::moved(crowd, columns, &count(before), &count(after)))
    });
    let unicity = || {
        let (before, after) = (before.unicity?, after.unicity?);
        Some(messages::moved_unicity(&percent(before), &percent(after)))
    };
    moved.or_else(unicity)
}

#[cfg(test)]
mod tests {

    use super::{decision_figures, try_first};
    use crate::report::fixture;
    use crate::result::{
        Advice, AdviceChange, Finding, FindingCode, Headline, IdentifierColumn, IdentifierKind, Identifiers, Outcome,
        Placement, Unit,
    };

    #[test]
    fn unicity_and_identifiers_stand_in_the_table_beside_their_limits() {
        let mut result = fixture::with_unicity(Some(0.871), true);
        let found = |column: &str, kind| IdentifierColumn {
            column: column.to_owned(),
            kind,
            placement: Placement::WholeCell,
            records: 3,
            share: 0.1,
            permitted: false,
        };
        let columns = vec![
            found("memo", IdentifierKind::Iban),
            found("memo", IdentifierKind::EmailAddress),
            found("hash", IdentifierKind::HashedValue),
        ];
        let value = Identifiers { columns_searched: 8, columns, correlated: Vec::new() };
        result.measures.identifiers = Some(Outcome::Measured { unit: Unit::Record, value });
        let named = Finding {
            code: FindingCode::DirectIdentifierPresent,
            columns: vec!["name".to_owned()],
            ..result.findings[0].clone()
        };
        result.findings.push(named);
        let figures = decision_figures(&result);
        let row = |start: &str| {
            let figure = figures.iter().find(|figure| figure.measure.starts_with(start)).unwrap();
            [&figure.value, &figure.limit].map(|cell| cell.replace('\u{a0}', " "))
        };
        assert_eq!(row("subjects singled out by 4 known points (posted_at, merchant_id)"), ["87.1 %", "20.0 %"]);
        assert_eq!(row("columns with direct identifiers"), ["2", "0"], "`memo` by its cells, `name` by its role");
        assert_eq!(row("smallest class ("), ["1", "5"]);
    }

    fn advice(changes: &[(&str, &str)], recommended: bool) -> Advice {
        let headline = |below, unicity| Headline {
            full_smallest_class: Some(1),
            full_unique_subjects: Some(2_990),
            full_subjects_below_k: Some(3_000),
            static_smallest_class: Some(1),
            static_unique_subjects: Some(412),
            static_subjects_below_k: Some(below),
            unicity,
        };
        let change = |&(column, rule): &(&str, &str)| AdviceChange { column: column.to_owned(), rule: rule.to_owned() };
        Advice {
            action: "share totals instead".to_owned(),
            changes: changes.iter().map(change).collect(),
            config: None,
            flags: None,
            before: Some(headline(1_200, None)),
            after: Some(headline(40, None)),
            risk_removed: Some(0.9),
            detail_kept: Some(0.64),
            reaches_limits: false,
            recommended,
        }
    }

    #[test]
    fn the_recommended_change_is_told_with_what_it_does_and_costs() {
        let mut result = fixture::failing();
        assert_eq!(try_first(&result), None);
        result.advice =
            vec![advice(&[("amount", "drop")], false), advice(&[("birth_year", "round:10"), ("a\nb", "month")], true)];
        let sentence = try_first(&result).unwrap().replace('\u{a0}', " ");
        assert_eq!(
            sentence,
            "Try first: birth_year -> round:10, a\\u{a}b -> month: subjects in crowds below 5 on the static columns \
             1,200 -> 40 (64.0 % of detail kept; not enough by itself)"
        );
        result.advice = vec![advice(&[], true)];
        assert_eq!(try_first(&result).as_deref(), Some("Try first: share totals instead"));
    }
}
