//! Laws of a comparison, on results whose figures and findings are drawn at random.

use proptest::prelude::*;

use super::{LEAST_CHANGE, Spread, compare};
use crate::result::{
    ComparedResults, Figure, FigureState, FigureUnit, FigureValue, Finding, FindingCode, FindingState, ScanResult,
    Severity,
};
use crate::tries::tries;

fn figure() -> impl Strategy<Value = Figure> {
    let ids = prop::sample::select(vec![
        ("uniqueness.static.smallest_class", FigureUnit::Subjects),
        ("uniqueness.static.unique_share", FigureUnit::Share),
        ("unicity.gated_share", FigureUnit::Share),
        ("uniqueness.full.classes", FigureUnit::Classes),
    ]);
    let value = prop_oneof![
        (0.0_f64..1.0).prop_map(FigureValue::number),
        (0.0_f64..1.0, 0.0_f64..0.1, 0.0_f64..0.1)
            .prop_map(|(value, below, above)| FigureValue::estimate(value, Some([value - below, value + above]))),
        Just(FigureValue::undefined("a reason")),
    ];
    (ids, value, 0..3_u8).prop_map(|((id, unit), value, columns)| {
        let columns: Vec<String> = (0..columns).map(|place| format!("c{place}")).collect();
        Figure::new(id, "a figure", unit, value).on(&columns)
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let codes = prop::sample::select(vec![FindingCode::SmallClass, FindingCode::HighUnicity, FindingCode::Linkable]);
    let severities = prop::sample::select(vec![Severity::Note, Severity::Medium, Severity::High]);
    (codes, severities, prop::option::of(0.0_f64..1.0), any::<bool>(), 0..2_u8).prop_map(
        |(code, severity, measured, waived, columns)| Finding {
            code,
            severity,
            measure: "uniqueness".to_owned(),
            columns: (0..columns).map(|place| format!("c{place}")).collect(),
            source: None,
            figure: (code == FindingCode::HighUnicity).then(|| "unicity.gated_share".to_owned()),
            about: None,
            message: "a sentence".to_owned(),
            measured,
            limit: None,
            waived,
            since: None,
        },
    )
}

fn result() -> impl Strategy<Value = ScanResult> {
    (prop::collection::vec(figure(), 0..6), prop::collection::vec(finding(), 0..5), 1_u64..50).prop_map(
        |(figures, findings, records)| {
            let mut result = sample();
            (result.figures, result.findings, result.dataset.records) = (figures, findings, records);
            // No two figures of a result share their name, and no two findings.
            result.figures.sort_by_key(|figure| (figure.id.clone(), figure.columns.clone()));
            result.figures.dedup_by_key(|figure| (figure.id.clone(), figure.columns.clone()));
            result.findings.sort_by_key(|finding| (finding.code, finding.columns.clone()));
            result.findings.dedup_by_key(|finding| (finding.code, finding.columns.clone()));
            result
        },
    )
}

/// A stored result of this program.
fn sample() -> ScanResult {
    let text = include_str!("../../tests/data/results/small.json");
    serde_json::from_str(text).expect("a result")
}

fn states(comparison: &ComparedResults) -> Vec<(FindingState, FindingCode)> {
    let mut states: Vec<_> = comparison.findings.iter().map(|it| (it.state, it.finding.code)).collect();
    states.sort();
    states
}

fn mirrored(state: FindingState) -> FindingState {
    match state {
        FindingState::New => FindingState::Gone,
        FindingState::Gone => FindingState::New,
        FindingState::Worse => FindingState::Better,
        FindingState::Better => FindingState::Worse,
        FindingState::Unchanged => FindingState::Unchanged,
    }
}

fn mirrored_figure(state: FigureState) -> FigureState {
    match state {
        FigureState::Lost => FigureState::Found,
        FigureState::Found => FigureState::Lost,
        FigureState::Worse => FigureState::Better,
        FigureState::Better => FigureState::Worse,
        FigureState::Moved => FigureState::Moved,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]

    #[test]
    fn a_result_beside_itself_shows_nothing(result in result()) {
        let compared = compare(&result, &result, LEAST_CHANGE, &Spread::default());
        prop_assert!(compared.figures.is_empty() && compared.circumstances.is_empty() && !compared.is_worse());
        prop_assert!(compared.findings.iter().all(|it| it.state == FindingState::Unchanged));
    }

    #[test]
    fn exchanging_both_exchanges_new_and_gone(one in result(), other in result()) {
        let forth = compare(&one, &other, LEAST_CHANGE, &Spread::default());
        let back = compare(&other, &one, LEAST_CHANGE, &Spread::default());
        let mut expected: Vec<_> = states(&forth).into_iter().map(|(state, code)| (mirrored(state), code)).collect();
        expected.sort();
        prop_assert_eq!(states(&back), expected);
        let figures = |compared: &ComparedResults, turn: bool| {
            let mut all: Vec<_> = compared.figures.iter().map(|it| {
                (it.id.clone(), it.columns.clone(), if turn { mirrored_figure(it.state) } else { it.state })
            }).collect();
            all.sort();
            all
        };
        prop_assert_eq!(figures(&back, false), figures(&forth, true));
        prop_assert_eq!(forth.unchanged_figures, back.unchanged_figures);
    }

    #[test]
    fn what_matters_at_a_larger_change_matters_at_a_smaller_one(one in result(), other in result(), least in 0.0_f64..0.5) {
        let named = |least: f64| -> Vec<_> {
            compare(&one, &other, least, &Spread::default()).figures.into_iter().map(|it| (it.id, it.columns, it.state)).collect()
        };
        let (narrow, wide) = (named(least / 2.0), named(least));
        prop_assert!(wide.iter().all(|figure| narrow.contains(figure)));
    }

    #[test]
    fn a_finding_that_counts_now_and_did_not_is_new(one in result(), other in result()) {
        let compared = compare(&one, &other, LEAST_CHANGE, &Spread::default());
        let open = |result: &ScanResult| result.findings.iter().filter(|it| it.is_open()).cloned().collect::<Vec<_>>();
        let is_known = |finding: &Finding| {
            open(&one).iter().any(|was| was.code == finding.code && was.columns == finding.columns)
        };
        for finding in open(&other) {
            let state = compared.findings.iter().find(|it| it.finding == finding).map(|it| it.state);
            prop_assert!(state.is_some());
            prop_assert_eq!(state == Some(FindingState::New), !is_known(&finding));
        }
        prop_assert_eq!(compared.is_worse(), compared.findings.iter().any(|it| it.state <= FindingState::Worse));
    }
}

fn with(value: FigureValue) -> ScanResult {
    let mut result = sample();
    result.figures = vec![Figure::new("unicity.gated_share", "a share", FigureUnit::Share, value)];
    result.findings.clear();
    result
}

fn state(old: FigureValue, new: FigureValue) -> Option<FigureState> {
    compare(&with(old), &with(new), LEAST_CHANGE, &Spread::default()).figures.first().map(|it| it.state)
}

#[test]
fn noise_of_a_sample_is_no_change_and_a_clear_difference_is() {
    let share = |value: f64| FigureValue::estimate(value, Some([value - 0.02, value + 0.02]));
    assert_eq!(state(share(0.20), share(0.22)), None);
    // The interval of the difference is 0.04 ± 0.028.
    assert_eq!(state(share(0.20), share(0.24)), Some(FigureState::Worse));
    assert_eq!(state(share(0.24), share(0.20)), Some(FigureState::Better));
    let exact = FigureValue::number;
    assert_eq!(state(exact(0.20), exact(0.204)), None);
    assert_eq!(state(exact(0.20), exact(0.206)), Some(FigureState::Worse));
}

#[test]
fn a_figure_that_is_lost_is_told_before_all_others() {
    let lost = state(FigureValue::number(0.2), FigureValue::undefined("cut off"));
    assert_eq!(lost, Some(FigureState::Lost));
    assert!(FigureState::Lost < FigureState::Worse);
}

#[test]
fn columns_that_vanish_appear_or_change_are_told() {
    let old = sample();
    let mut new = old.clone();
    let first = new.dataset.columns.remove(0);
    let mut other = first.clone();
    other.name = "further".to_owned();
    new.dataset.columns.push(other);
    new.dataset.columns[0].coarsen.push("year".to_owned());
    new.dataset.records *= 2;
    let kinds: Vec<&str> =
        compare(&old, &new, LEAST_CHANGE, &Spread::default()).circumstances.iter().map(|it| it.kind.into()).collect();
    assert_eq!(kinds, ["column-vanished", "column-appeared", "column-coarsening", "size"]);
}
