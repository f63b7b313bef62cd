//! A baseline adds findings, and never takes one away; limits relative to it never loosen.

use proptest::prelude::*;

use super::laws::rank;
use super::*;
use crate::plan::RatchetRule;
use crate::tries::tries;

/// The result of a night, as the next one sees it.
fn earlier(dataset: &Dataset, judgement: &Judgement) -> Earlier {
    Earlier {
        dataset: dataset.name.clone(),
        run: "20261128T020000Z-000000".to_owned(),
        finished_at: "2026-11-28T02:00:00Z".to_owned(),
        verdict: judgement.verdict.outcome,
        night: Night::of(dataset),
        columns: dataset.columns.iter().map(EarlierColumn::of).collect(),
        figures: judgement.figures.clone(),
        checks: judgement.checks.clone(),
        findings: judgement.findings.clone(),
    }
}

fn baseline(earlier: Earlier) -> Baseline {
    Baseline { asked: "last".to_owned(), earlier: Some(earlier), ..Baseline::default() }
}

fn with<'a>(dataset: &'a Dataset, measures: &'a Measures, policy: &'a Policy, baseline: &'a Baseline) -> Case<'a> {
    Case { baseline: Some(baseline), ..Case::new(dataset, measures, policy) }
}

/// Judgements that show every finding about a baseline, and a waiver that ends.
pub(super) fn judgements() -> Vec<Judgement> {
    let (measures, policy) = (measured(uniqueness(Some(9), 9)), policy());
    let spelled = |mut column: DatasetColumn, spellings: &[&str]| {
        column.facts.missing_spellings = Some(spellings.iter().map(|&spelling| spelling.to_owned()).collect());
        column
    };
    let (mut before, mut after) = (dataset(), dataset());
    before.columns.push(spelled(column("age", Role::QuasiIdentifier, true), &[]));
    before.columns.push(column("site", Role::Ignore, true));
    before.columns.push(DatasetColumn { column_type: ColumnType::Date, ..column("day", Role::Ignore, true) });
    let age = spelled(column("age", Role::QuasiIdentifier, true), &["n/a", "null"]);
    after.columns.push(DatasetColumn { distinct: Some(60), missing: 150, ..age });
    after.columns.push(column("branch", Role::Ignore, true));
    after.columns.push(DatasetColumn { column_type: ColumnType::Integer, ..column("amount", Role::Ignore, true) });
    let spelling = |longest| SubjectSpelling {
        shortest: 4,
        longest,
        capitals: longest == 6,
        small_letters: false,
        digits: true,
        signs: false,
    };
    before.columns[0].facts.subject_spelling = Some(spelling(4));
    after.columns[0].facts.subject_spelling = Some(spelling(6));
    after.columns[1].column_type = ColumnType::Integer;
    (after.records, after.subjects) = (1_000, 20);
    let night = baseline(earlier(&before, &judge(Case::new(&before, &measures, &policy))));
    let first = Baseline { asked: "last".to_owned(), ..Baseline::default() };
    let refusal = Some("it is of a dataset with another name".to_owned());
    let refused = Baseline { refused: refusal, ..night.clone() };
    let mut judgements: Vec<Judgement> =
        [&night, &first, &refused].map(|baseline| judge(with(&after, &measures, &policy, baseline))).into();
    let ending = |expires: &str| Waiver {
        finding: FindingCode::SmallClass,
        dataset: None,
        columns: None,
        source: None,
        limit: None,
        reason: "r".to_owned(),
        approved_by: "a".to_owned(),
        ticket: None,
        expires: expires.to_owned(),
    };
    let (small, day) = (measured(uniqueness(Some(3), 3)), "2026-11-29".parse().ok());
    for expires in ["2026-11-29", "2026-12-13", "2026-12-14"] {
        let waivers = &[ending(expires)];
        let case = Case { waivers, as_of: day, today: day, ..Case::new(&before, &small, &policy) };
        judgements.push(judge(case));
    }
    judgements
}

/// A night: sizes, columns, and the smallest static class.
#[derive(Debug, Clone)]
struct Drawn {
    dataset: Dataset,
    measures: Measures,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let names = prop::sample::subsequence(vec!["age", "branch", "sex", "note"], 0..=4);
    let types = [ColumnType::Text, ColumnType::Integer, ColumnType::Date];
    let of_column = (prop::sample::select(types.to_vec()), 0_u64..100, 1_u64..60, any::<bool>(), any::<bool>());
    let columns = (names, prop::collection::vec(of_column, 4)).prop_map(|(names, drawn)| {
        names
            .into_iter()
            .zip(drawn)
            .map(|(name, (column_type, missing, distinct, constant, empty))| {
                let role = if name == "note" { Role::Ignore } else { Role::QuasiIdentifier };
                let spellings = if empty { vec!["null".to_owned()] } else { Vec::new() };
                let facts = ColumnFacts { missing_spellings: Some(spellings), ..ColumnFacts::default() };
                DatasetColumn { column_type, missing, distinct: Some(distinct), facts, ..column(name, role, constant) }
            })
            .collect::<Vec<_>>()
    });
    (columns, prop::option::of(1_u64..12), 1_u64..12, 50_u64..200, 0_u64..2).prop_map(
        |(columns, smallest, full, records, lost)| {
            let mut dataset = dataset();
            dataset.columns.extend(columns);
            (dataset.records, dataset.subjects, dataset.records_without_subject) = (records, records / 2, lost);
            Drawn { dataset, measures: measured(uniqueness(smallest, full)) }
        },
    )
}

/// Policies with other limits, with and without tolerance.
fn any_policy() -> impl Strategy<Value = Policy> {
    (2_u32..9, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(k, any_record, fail_on_new, allow)| {
        policy_of(&Limits {
            gate_any_record: Some(any_record),
            fail_on_new: Some(fail_on_new),
            allow_review: Some(allow),
            ..Limits::default().with("k", f64::from(k))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]

    #[test]
    fn a_baseline_never_turns_what_does_not_pass_into_a_pass(
        one in drawn(), other in drawn(), policy in any_policy(), weaker in any_policy(), refused in any::<bool>(),
    ) {
        let before = judge(Case::new(&one.dataset, &one.measures, &weaker));
        let refusal = refused.then(|| "it was changed".to_owned());
        let baseline = Baseline { refused: refusal, ..baseline(earlier(&one.dataset, &before)) };
        let plain = judge(Case::new(&other.dataset, &other.measures, &policy));
        let beside = judge(with(&other.dataset, &other.measures, &policy, &baseline));
        if beside.verdict.outcome == VerdictOutcome::Pass {
            prop_assert_eq!(plain.verdict.outcome, VerdictOutcome::Pass);
        }
        if !policy.fail_on_new || refused {
            prop_assert!(rank(beside.verdict.outcome) >= rank(plain.verdict.outcome));
        }
        // Figures, limits and what was found of risk stay as they are.
        prop_assert_eq!(&beside.figures, &plain.figures);
        prop_assert_eq!(&beside.checks, &plain.checks);
        for finding in &plain.findings {
            let same = beside.findings.iter().find(|it| Finding { since: None, ..(*it).clone() } == *finding);
            prop_assert!(same.is_some(), "{:?}", finding);
        }
    }

    #[test]
    fn what_is_new_or_worse_fails_as_without_a_baseline(one in drawn(), other in drawn(), policy in any_policy()) {
        let policy = Policy { fail_on_new: true, ..policy };
        let baseline = baseline(earlier(&one.dataset, &judge(Case::new(&one.dataset, &one.measures, &policy))));
        let beside = judge(with(&other.dataset, &other.measures, &policy, &baseline));
        let fails = |finding: &Finding| {
            finding.is_open() && finding.severity >= policy.fails_from()
                && (!finding.code.can_be_waived() || matches!(finding.since, Some(FindingState::New | FindingState::Worse)))
        };
        prop_assert_eq!(beside.verdict.outcome == VerdictOutcome::Fail, beside.findings.iter().any(fails));
        let open = beside.findings.iter().filter(|finding| finding.is_open()).count();
        prop_assert!(open == 0 || beside.verdict.outcome != VerdictOutcome::Pass, "an old finding stays open");
        prop_assert!(beside.findings.iter().all(|finding| finding.since.is_some() == finding.is_open()));
    }

    #[test]
    fn the_same_night_again_shows_nothing_new_and_no_drift(one in drawn(), policy in any_policy()) {
        let before = judge(Case::new(&one.dataset, &one.measures, &policy));
        let baseline = baseline(earlier(&one.dataset, &before));
        let beside = judge(with(&one.dataset, &one.measures, &policy, &baseline));
        prop_assert!(beside.findings.iter().all(|finding| !finding.code.is_of_drift()));
        prop_assert!(beside.findings.iter().all(|it| !it.is_open() || it.since == Some(FindingState::Unchanged)));
        prop_assert!(beside.gone.is_empty());
    }

    #[test]
    fn a_file_with_other_columns_or_sizes_never_passes(one in drawn(), other in drawn(), policy in any_policy()) {
        let baseline = baseline(earlier(&one.dataset, &judge(Case::new(&one.dataset, &one.measures, &policy))));
        let beside = judge(with(&other.dataset, &other.measures, &policy, &baseline));
        let names = |dataset: &Dataset| dataset.columns.iter().map(|it| (it.name.clone(), it.column_type)).collect::<Vec<_>>();
        let is_far = one.dataset.records.abs_diff(other.dataset.records) * 5 > one.dataset.records;
        if names(&one.dataset) != names(&other.dataset) || is_far {
            prop_assert!(beside.findings.iter().any(|finding| finding.code.is_of_drift()));
            prop_assert!(beside.verdict.outcome != VerdictOutcome::Pass);
        }
    }

    #[test]
    fn a_relative_limit_is_never_looser_than_that_of_the_baseline(
        one in drawn(), other in drawn(), k in 2_u32..9, change in -4_i32..=4, bound in prop::option::of(2_u32..9),
    ) {
        let night = policy_of(&Limits::default().with("k", f64::from(k)));
        let baseline = baseline(earlier(&one.dataset, &judge(Case::new(&one.dataset, &one.measures, &night))));
        let rule = RatchetRule { change: f64::from(change), bound: bound.map(f64::from) };
        let asked = policy_of(&Limits { ratchets: [("k", rule)].into(), ..Limits::default() });
        let resolved = resolved(&asked, Some(&baseline));
        let gate = resolved.gates.iter().find(|gate| gate.ratchet.is_some()).unwrap();
        let was = one.measures.uniqueness.as_ref().and_then(Outcome::value).and_then(|it| it.static_set.as_ref()?.smallest_class);
        prop_assert_eq!(gate.limit.is_some(), was.is_some());
        let beside = judge(with(&other.dataset, &other.measures, &resolved, &baseline));
        let Some((limit, was)) = gate.limit.zip(was) else {
            prop_assert!(beside.verdict.outcome == VerdictOutcome::Fail, "{:?}", beside.verdict);
            return Ok(());
        };
        prop_assert!(limit >= f64::from(k) && limit >= crate::number::as_float(was) + f64::from(change));
        prop_assert!(bound.is_none_or(|bound| limit >= f64::from(bound)));
        let is = other.measures.uniqueness.as_ref().and_then(Outcome::value).and_then(|it| it.static_set.as_ref()?.smallest_class);
        if beside.verdict.outcome == VerdictOutcome::Pass {
            prop_assert!(is.is_some_and(|is| crate::number::as_float(is) >= limit));
        }
    }

    #[test]
    fn a_waiver_changes_the_verdict_and_never_a_number(one in drawn(), policy in any_policy(), code in 0..FindingCode::ALL.len()) {
        let waiver = Waiver {
            finding: FindingCode::ALL[code],
            dataset: None,
            columns: None,
            source: None,
            limit: None,
            reason: "a reason".to_owned(),
            approved_by: "officer".to_owned(),
            ticket: None,
            expires: "2026-12-31".to_owned(),
        };
        let day = "2026-11-29".parse().ok();
        let plain = judge(Case { as_of: day, today: day, ..Case::new(&one.dataset, &one.measures, &policy) });
        let waivers = &[waiver];
        let waived = judge(Case { waivers, as_of: day, today: day, ..Case::new(&one.dataset, &one.measures, &policy) });
        prop_assert_eq!(&plain.figures, &waived.figures);
        let numbers = |judgement: &Judgement| judgement.checks.iter()
            .map(|check| (check.gate.clone(), check.compared.map(f64::to_bits), check.limit.map(f64::to_bits), check.outcome))
            .collect::<Vec<_>>();
        prop_assert_eq!(numbers(&plain), numbers(&waived));
        for finding in &plain.findings {
            let is_there = waived.findings.iter().any(|it| Finding { waived: false, ..it.clone() } == *finding);
            prop_assert!(is_there);
        }
    }
}

#[test]
fn without_an_earlier_run_nothing_is_compared_and_that_is_said() {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(9), 9)), policy());
    let first = Baseline { asked: "last".to_owned(), ..Baseline::default() };
    let told = judge(with(&dataset, &measures, &policy, &first));
    let found: Vec<_> = told.findings.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(found, [(FindingCode::NoBaseline, Severity::Note)]);
    assert_eq!(told.verdict.outcome, VerdictOutcome::Pass);
    let refused = Baseline { refused: Some("it was changed".to_owned()), ..first };
    let told = judge(with(&dataset, &measures, &policy, &refused));
    assert_eq!((told.verdict.outcome, told.findings[0].code), (VerdictOutcome::Review, FindingCode::BaselineUnusable));
}

#[test]
fn a_known_finding_is_tolerated_where_asked_and_stays_open() {
    let (dataset, measures) = (dataset(), measured(uniqueness(Some(3), 3)));
    let policy = Policy { fail_on_new: true, ..policy() };
    let before = judge(Case::new(&dataset, &measures, &policy));
    assert_eq!(before.verdict.outcome, VerdictOutcome::Fail, "without a baseline every finding counts");
    let baseline = baseline(earlier(&dataset, &before));
    let told = judge(with(&dataset, &measures, &policy, &baseline));
    assert_eq!((told.verdict.outcome, told.verdict.exit_code), (VerdictOutcome::Review, 1));
    assert!(told.verdict.headline.is_some_and(|headline| headline.contains("known from run 20261128T020000Z-000000")));
    assert_eq!(told.findings[0].since, Some(FindingState::Unchanged));
    let measures = measured(uniqueness(Some(2), 2));
    let worse = judge(with(&dataset, &measures, &policy, &baseline));
    assert_eq!((worse.verdict.outcome, worse.findings[0].since), (VerdictOutcome::Fail, Some(FindingState::Worse)));
}

#[test]
fn what_no_waiver_may_cover_is_never_tolerated() {
    let (dataset, measures) =
        (dataset(), measured(Uniqueness { static_set: Some(set(&["city"], None)), ..uniqueness(Some(9), 9) }));
    let policy = Policy { fail_on_new: true, ..policy() };
    let before = judge(Case::new(&dataset, &measures, &policy));
    let baseline = baseline(earlier(&dataset, &before));
    let told = judge(with(&dataset, &measures, &policy, &baseline));
    assert_eq!((told.verdict.outcome, told.findings[0].code), (VerdictOutcome::Fail, FindingCode::UnknownRisk));
}
