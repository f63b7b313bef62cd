//! The figures that decide, each beside its limit, and the sentences that lead with them: shared by text and Markdown.

use super::number::{count, natural_frequency, percent, share};
use super::summary::{
    Crowds, crowds, headline, headline_detail, headline_set, is_gated, names, optional_count, population, records_below,
};
use super::words;
use crate::result::{
    Advice, Finding, FindingCode, Headline, Outcome, ScanResult, SetStatistics, UnicityCurve, UnicityMethod,
    UnicityResult, Uniqueness,
};

/// Known points that the gate on unicity looks at.
const GATED_POINTS: u32 = 4;

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
    figures.extend(identifier_figure(result));
    figures
}

fn crowd_figures(figures: &mut Vec<Figure>, result: &ScanResult, uniqueness: &Uniqueness) {
    let k = result.policy.k;
    let set = headline_set(result, uniqueness);
    let columns = names(&set.columns).join(", ");
    let units = words::unit(set.reading, 2);
    let is_of_set = |finding: &&Finding| finding.code == FindingCode::SmallClass && finding.columns == set.columns;
    let smallest = Figure::new(format!("smallest class ({columns})"), optional_count(set.smallest_class));
    let limit = if is_gated(result, set) { count(u64::from(k)) } else { "-".to_owned() };
    figures.push(Figure { limit, ..smallest.found(result.findings.iter().find(is_of_set)) });
    figures.push(Figure::new(format!("{units} alone ({columns})"), population_share(result, set)));
    let below = optional_count(records_below(set, k));
    figures.push(Figure::new(format!("records in crowds below {}", count(u64::from(k))), below));
    let average = set.risk.average_record.map_or_else(|| words::NOT_DEFINED.to_owned(), percent);
    figures.push(Figure::new("average risk of a record", average));
    let full = &uniqueness.full;
    if full.columns != set.columns {
        let label = format!("{} alone on {}", words::unit(full.reading, 2), words::all_columns(full.columns.len()));
        figures.push(Figure::new(label, population_share(result, full)));
    }
}

/// Share of the units of `set` that are alone on it.
pub(super) fn population_share(result: &ScanResult, set: &SetStatistics) -> String {
    share(set.unique_subjects, population(&result.dataset, set))
}

fn unicity_figure(result: &ScanResult) -> Option<Figure> {
    let (curve, point) = gated_unicity(result)?;
    let columns = names(&curve.point).join(", ");
    let label = format!("{} ({columns})", words::unicity_label(point.known_points));
    let finding = finding_of(result, "unicity");
    let limit = finding.and_then(|finding| finding.limit).map_or_else(String::new, percent);
    let value = point.share.map_or_else(|| words::NOT_DEFINED.to_owned(), percent);
    Some(Figure { limit, ..Figure::new(label, value).found(finding) })
}

fn identifier_figure(result: &ScanResult) -> Option<Figure> {
    let Some(Outcome::Measured { value, .. }) = &result.measures.identifiers else { return None };
    let mut columns: Vec<&str> = Vec::new();
    for found in value.columns.iter().filter(|found| found.kind.is_direct() && !found.permitted) {
        if !columns.contains(&found.column.as_str()) {
            columns.push(&found.column);
        }
    }
    let figure = Figure::new(words::IDENTIFIER_COLUMNS, count(columns.len() as u64));
    Some(Figure { limit: "0".to_owned(), ..figure.found(finding_of(result, "identifiers")) })
}

fn finding_of<'a>(result: &'a ScanResult, measure: &str) -> Option<&'a Finding> {
    result.findings.iter().find(|finding| finding.measure == measure)
}

/// The point of the curve that the gate looks at: at four known points where that was computed, else at the most.
fn gated_unicity(result: &ScanResult) -> Option<(&UnicityCurve, &UnicityResult)> {
    let Some(Outcome::Measured { value, .. }) = &result.measures.unicity else { return None };
    let curve = value.curves.get(value.gated_curve?)?;
    let gated = curve.results.iter().find(|point| point.known_points == GATED_POINTS);
    Some((curve, gated.or(curve.results.last())?))
}

/// The headline and what stands under it: of unicity where its limit is broken and it singles out more, or where no
/// crowd was asked for; else of the crowds, or why they have no figure.
pub(super) fn lead(result: &ScanResult) -> (String, String) {
    let unicity = gated_unicity(result).and_then(|(curve, point)| Some((curve, point, point.share?)));
    let of_unicity = |(curve, point, share): (&UnicityCurve, &UnicityResult, f64)| {
        (unicity_headline(curve, point, share), unicity_detail(point, share))
    };
    match (crowds(result), unicity) {
        (Crowds::Measured(uniqueness), unicity) => {
            let set = headline_set(result, uniqueness);
            let alone = super::number::ratio(set.unique_subjects, population(&result.dataset, set));
            let is_broken = finding_of(result, "unicity").is_some_and(|finding| !finding.waived);
            let leads = |share: f64| is_broken && alone.is_none_or(|alone| share > alone);
            match unicity.filter(|&(_, _, share)| leads(share)) {
                Some(unicity) => of_unicity(unicity),
                None => (headline(result, set), headline_detail(result, set)),
            }
        }
        (Crowds::Missing { state: "not measured", .. }, Some(unicity)) => of_unicity(unicity),
        (Crowds::Missing { explanation, .. }, _) => {
            (words::unknown_risk(&explanation), words::verdict_sentence(result.verdict.outcome).to_owned())
        }
    }
}

fn unicity_headline(curve: &UnicityCurve, point: &UnicityResult, share: f64) -> String {
    let columns = words::list(&names(&curve.point));
    words::singled_out(&frequency_of(share), point.known_points, &columns)
}

/// A share in natural frequencies; only 0 is `none` and only 1 is `all`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the whole")]
fn frequency_of(share: f64) -> String {
    const WHOLE: u64 = 1_000_000_000;
    let part = (share * 1e9).round() as u64;
    let part = if share <= 0.0 { 0 } else { part.max(1) };
    let part = if share >= 1.0 { WHOLE } else { part.min(WHOLE - 1) };
    natural_frequency(part, WHOLE).unwrap_or_default()
}

fn unicity_detail(point: &UnicityResult, share: f64) -> String {
    let bounds = point.interval.filter(|_| point.method == UnicityMethod::Sampled);
    words::share_of_subjects(&percent(share), point.subjects, bounds)
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
        sentences.push(words::most_revealing(&columns));
    }
    if let Some(worst) = super::summary::riskiest_sets(uniqueness).first().filter(|set| set.unique_subjects > 0) {
        let columns = words::list(&names(&worst.columns));
        let units = words::unit(worst.reading, 2);
        sentences.push(words::riskiest_set(uniqueness.max_set, &columns, &population_share(result, worst), units));
    }
    sentences
}

/// What to try first, as a sentence that begins with its own words; none without advice.
pub(super) fn try_first(result: &ScanResult) -> Option<String> {
    let advice = result.advice.iter().find(|advice| advice.recommended).or(result.advice.first())?;
    if advice.changes.is_empty() {
        return Some(words::try_first(&super::escape::printable(&advice.action)));
    }
    let changes: Vec<String> = advice
        .changes
        .iter()
        .map(|change| {
            format!("{} -> {}", super::escape::printable(&change.column), super::escape::printable(&change.rule))
        })
        .collect();
    let effect = effect(advice, result.policy.k).map_or_else(String::new, |effect| format!(": {effect}"));
    let notes = words::advice_notes(advice.detail_kept.map(percent), advice.reaches_limits);
    Some(words::try_first(&format!("{}{effect} ({notes})", changes.join(", "))))
}

/// One of the figures that advice is judged by.
type Field = fn(&Headline) -> Option<u64>;

/// The first figure that the change moves, before and after it.
fn effect(advice: &Advice, k: u32) -> Option<String> {
    let (before, after) = (advice.before.as_ref()?, advice.after.as_ref()?);
    let fields: [(&str, Field); 4] = [
        (words::STATIC_COLUMNS, |headline| headline.static_subjects_below_k),
        (words::STATIC_COLUMNS, |headline| headline.static_unique_subjects),
        (words::ALL_COLUMNS, |headline| headline.full_subjects_below_k),
        (words::ALL_COLUMNS, |headline| headline.full_unique_subjects),
    ];
    let moved = fields.iter().enumerate().find_map(|(place, (columns, field))| {
        let (before, after) = (field(before)?, field(after)?);
        let crowd = if place % 2 == 0 { Some(k) } else { None };
        (before != after).then(|| words::moved(crowd, columns, &count(before), &count(after)))
    });
    let unicity = || {
        let (before, after) = (before.unicity?, after.unicity?);
        Some(words::moved_unicity(&percent(before), &percent(after)))
    };
    moved.or_else(unicity)
}

#[cfg(test)]
mod tests {

    use super::{decision_figures, frequency_of, lead, try_first};
    use crate::report::fixture;
    use crate::result::{
        Advice, AdviceChange, Finding, FindingCode, Headline, IdentifierColumn, IdentifierKind, Identifiers, Outcome,
        Placement, ScanResult, Severity, Unicity, UnicityCurve, UnicityMethod, UnicityResult, Unit,
    };

    fn with_unicity(share: Option<f64>, broken: bool) -> ScanResult {
        let mut result = fixture::failing();
        let point = |known_points, share: Option<f64>| UnicityResult {
            known_points,
            subjects: 2_900,
            excluded: 100,
            share,
            interval: share.map(|share| [share - 0.01, share + 0.01]),
            method: UnicityMethod::Sampled,
            draws: 1_000,
            ..UnicityResult::default()
        };
        let curve = UnicityCurve {
            point: vec!["posted_at".to_owned(), "merchant_id".to_owned()],
            crowd_below: 2,
            results: vec![point(1, Some(0.01)), point(4, share), point(5, Some(0.99))],
            ..UnicityCurve::default()
        };
        let value = Unicity { curves: vec![curve], gated_curve: Some(0), ..Unicity::default() };
        result.measures.unicity = Some(Outcome::Measured { unit: Unit::Subject, value });
        if broken {
            result.findings.push(Finding {
                code: FindingCode::UnknownRisk,
                severity: Severity::High,
                measure: "unicity".to_owned(),
                columns: Vec::new(),
                message: "too many".to_owned(),
                measured: share,
                limit: Some(0.2),
                waived: false,
            });
        }
        result
    }

    #[test]
    fn a_broken_limit_of_unicity_leads_when_it_singles_out_more() {
        let (sentence, detail) = lead(&with_unicity(Some(0.871), true));
        assert_eq!(
            sentence,
            "About 87 in 100 subjects can be singled out by 4 known points (posted_at and merchant_id)"
        );
        let detail = detail.replace('\u{a0}', " ");
        assert_eq!(detail, "87.1 % of 2,900 subjects (95 % interval 86.1 % to 88.1 %)");
        assert!(lead(&with_unicity(Some(0.871), false)).0.contains("are alone on"), "no limit is broken");
        assert!(lead(&with_unicity(Some(0.02), true)).0.contains("are alone on"), "the crowds single out more");
        assert!(lead(&with_unicity(None, true)).0.contains("are alone on"), "there is no share");
    }

    #[test]
    fn unicity_and_identifiers_stand_in_the_table_beside_their_limits() {
        let mut result = with_unicity(Some(0.871), true);
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
        let figures = decision_figures(&result);
        let row = |start: &str| {
            let figure = figures.iter().find(|figure| figure.measure.starts_with(start)).unwrap();
            [&figure.value, &figure.limit].map(|cell| cell.replace('\u{a0}', " "))
        };
        assert_eq!(row("subjects singled out by 4 known points (posted_at, merchant_id)"), ["87.1 %", "20.0 %"]);
        assert_eq!(row("columns with direct identifiers"), ["1", "0"]);
        assert_eq!(row("smallest class ("), ["1", "5"]);
    }

    #[test]
    fn only_none_and_all_are_called_so() {
        assert_eq!((frequency_of(0.0), frequency_of(1.0)), ("none".to_owned(), "all".to_owned()));
        assert_eq!(frequency_of(1e-12), "about 1 in 1,000,000,000");
        assert_eq!(frequency_of(1.0 - 1e-12), "more than 99 in 100");
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
