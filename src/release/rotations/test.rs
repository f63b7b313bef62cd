//! The plan that is proposed, under whatever rotation, against every plan under every rotation.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::tells;
use crate::advice;
use crate::input::Extract;
use crate::plan::CalendarUnit::{Month, Quarter, Week, Year};
use crate::plan::{CoarsenRule, Extent, Plan, RolePlan, Rotation};
use crate::recode::testing::{column, extract, typed_column};
use crate::release::advise::Scope;
use crate::release::case::{ReadCase, for_verdict, standing, standing_findings};
use crate::release::{Proposal, plans};
use crate::result::{ColumnType, Gate, GateMeasure, GateSet, Policy, Role};
use crate::scan::{Clock, Examined};
use crate::stop::{NoProgress, Stop, Watch};
use crate::tries::tries_of_slow;

#[test]
fn a_day_tells_every_period_and_a_longer_unit_only_itself() {
    assert!(tells("hour", Week) && tells("day", Month) && tells("month", Month) && tells("week", Week));
    let others = [("week", Month), ("month", Year), ("quarter", Month), ("year", Quarter), ("rare:5", Month)];
    assert!(others.iter().all(|(rule, every)| !tells(rule, *every)));
}

/// A record: its subject, its town and its day.
type Row = (usize, usize, usize);

/// In two years, two quarters of one of them, and two months of one of these.
const DAYS: [&str; 7] =
    ["2025-01-06", "2025-01-08", "2025-02-03", "2025-02-05", "2025-04-07", "2026-01-05", "2026-01-06"];

struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// A table with its limits.
#[derive(Debug, Clone)]
struct Small {
    rows: Vec<Row>,
    k: u32,
    unicity: f64,
    /// Whether people are followed from one period to the next as well, which takes most of the time.
    followed: bool,
}

fn smalls() -> impl Strategy<Value = Small> {
    // People who go where they always go, on some days.
    let row = (0_usize..9, 0_usize..6, 0..DAYS.len());
    (prop::collection::vec(row, 14..40), 1_u32..3, 0_usize..3).prop_map(|(rows, k, limit)| {
        let rows = rows.into_iter().map(|(who, town, day)| (who, if town > 2 { who % 3 } else { town }, day)).collect();
        Small { rows, k, unicity: [0.1, 0.3, 0.6][limit], followed: false }
    })
}

impl Small {
    fn extract(&self) -> Extract {
        let cells = |cell: &dyn Fn(&Row) -> String| self.rows.iter().map(cell).collect::<Vec<String>>();
        let (who, town) =
            (cells(&|row| format!("person{}", row.0)), cells(&|row| ["ulm", "bonn", "mainz"][row.1].to_owned()));
        let days: Vec<&str> = self.rows.iter().map(|row| DAYS[row.2]).collect();
        extract(vec![
            column("who", &texts(&who)),
            column("town", &texts(&town)),
            typed_column("day", ColumnType::Date, &days),
        ])
    }

    fn plan(&self) -> Plan {
        let mut policy = Policy::house_default();
        policy.k = self.k;
        policy.gates = vec![Gate::smallest_class(GateSet::Static, self.k)];
        let limits = [(GateMeasure::UNICITY, self.unicity), (GateMeasure::RELINKED_SHARE, 0.9)];
        let limits = limits.into_iter().take(if self.followed { 2 } else { 1 });
        policy.gates.extend(limits.map(|(measure, limit)| Gate::at_most(measure, None, limit)));
        let roles = [("who", Role::Subject), ("town", Role::QuasiIdentifier), ("day", Role::QuasiIdentifier)];
        let declared = roles.map(|(name, role)| (name.to_owned(), role)).into();
        let measures = ["uniqueness", "unicity", "identifiers"].map(str::to_owned);
        let measures = if self.followed { Vec::new() } else { measures.into() };
        Plan { policy, measures, roles: RolePlan { declared, guess: false }, ..Plan::default() }
    }

    /// Of the pairs of records of one person the share in one period, named by so many first characters of its day.
    fn links_kept(&self, period: impl Fn(&str) -> String) -> f64 {
        let pairs = |key: &dyn Fn(&Row) -> String| {
            let mut records: BTreeMap<String, u32> = BTreeMap::new();
            self.rows.iter().for_each(|row| *records.entry(key(row)).or_default() += 1);
            records.values().map(|&records| f64::from(records * (records - 1) / 2)).sum::<f64>()
        };
        let all = pairs(&|row| row.0.to_string());
        if all > 0.0 { pairs(&|row| format!("{} {}", row.0, period(DAYS[row.2]))) / all } else { 1.0 }
    }
}

fn texts(cells: &[String]) -> Vec<&str> {
    cells.iter().map(String::as_str).collect()
}

fn entropy(counts: &[u32]) -> f64 {
    let all: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let shares = counts.iter().filter(|count| **count > 0).map(|&count| f64::from(count) / all);
    -shares.map(|share| share * share.ln()).sum::<f64>()
}

/// The entropy of each quasi-identifier that is left.
fn entropies(examined: &Examined) -> BTreeMap<String, f64> {
    let columns = examined.table.columns().iter();
    columns.map(|column| (column.name.clone(), entropy(&column.records_by_value()))).collect()
}

/// Detail of every plan under every rotation that passes, the highest; and the highest without a rotation.
fn exhausted(case: &ReadCase<'_>, small: &Small) -> (Option<f64>, Option<f64>) {
    let plan = small.plan();
    let columns: Vec<String> = case.extract.columns.iter().map(|column| column.name.clone()).collect();
    let base = for_verdict(plans::as_if_of(&plan, &plans::leaving(&plan).unwrap(), &columns));
    let first = case.examined(&Plan { extent: Extent::Search, ..base.clone() }).unwrap();
    let today = entropies(&first);
    let ladders = advice::completed(&first.table, first.ladders.clone(), small.k);
    let names: Vec<&String> = today.keys().collect();
    let steps_of = |name: &String| {
        let place = first.table.columns().iter().position(|column| column.name == *name).unwrap();
        let rungs = ladders[place].rungs.iter().map(|rung| Some(rung.rules.clone()));
        [None, Some(vec!["drop".to_owned()])].into_iter().chain(rungs).collect::<Vec<_>>()
    };
    let quarter = |day: &str| format!("{} {}", &day[..4], (day[5..7].parse::<u32>().unwrap() - 1) / 3);
    let rotations = [
        (None, 1.0),
        (Some(Year), small.links_kept(|day| day[..4].to_owned())),
        (Some(Quarter), small.links_kept(quarter)),
        (Some(Month), small.links_kept(|day| day[..7].to_owned())),
    ];
    let (mut best, mut unrotated): (Option<f64>, Option<f64>) = (None, None);
    for (every, links) in rotations {
        for one in steps_of(names[0]) {
            for other in steps_of(names[1]) {
                let mut tried = base.clone();
                tried.rotate = every.map(|every| Rotation { every, column: Some("day".to_owned()) });
                for (name, rules) in [(names[0], &one), (names[1], &other)] {
                    let parsed = rules.iter().flatten().map(|rule| CoarsenRule::parse(rule).unwrap());
                    if rules.is_some() {
                        tried.coarsen.insert(name.clone(), parsed.collect());
                    }
                }
                let judged = case.examined(&Plan { extent: Extent::Trial, ..tried.clone() });
                let fails =
                    judged.is_ok_and(|judged| standing_findings(&judged).any(|found| found.measure != "linkage"));
                let Some(examined) = (!fails).then(|| case.examined(&tried).ok()).flatten() else { continue };
                let kept = entropies(&examined);
                if kept.is_empty() || !standing(&examined).passes {
                    continue;
                }
                let share = |(name, today): (&String, &f64)| kept.get(name).map_or(0.0, |kept| kept / today);
                let counted = today.iter().filter(|(_, today)| **today > 0.0);
                let columns = f64::from(u32::try_from(counted.clone().count()).unwrap());
                let detail = ((counted.map(share).sum::<f64>() - (1.0 - links)) / columns.max(1.0)).max(0.0);
                best = Some(best.map_or(detail, |best| best.max(detail)));
                if every.is_none() {
                    unrotated = Some(unrotated.map_or(detail, |best| best.max(detail)));
                }
            }
        }
    }
    (best, unrotated)
}

fn proposed(case: &ReadCase<'_>, plan: &Plan) -> Proposal {
    let stop = Stop::default();
    let watch = Watch { progress: &NoProgress, stop: &stop };
    case.proposal(plan, Scope { work: u64::MAX / 4, is_whole: true }, watch).unwrap()
}

#[test]
fn on_three_hundred_random_tables_the_plan_is_the_best_of_all_plans_under_all_rotations() {
    compare(tries_of_slow(300));
}

fn compare(number: i32) {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::default(), &[5; 32]));
    let (mut near, mut rotated, mut with_plan, mut tables) = (0, 0, 0, 0);
    while with_plan < number {
        tables += 1;
        let followed = tables % 20 == 0;
        let small = Small { followed, ..smalls().new_tree(&mut runner).unwrap().current() };
        let (extract, stop) = (small.extract(), Stop::default());
        let case =
            ReadCase { extract: &extract, name: "small", today: date(2026, 11, 29), clock: &NoTime, stop: &stop };
        let (best, unrotated) = exhausted(&case, &small);
        let proposal = proposed(&case, &small.plan());
        assert!(proposal.searches.iter().all(|search| search.plans.complete));
        let found = proposal.recommended();
        let kept = found.map(|(_, plan)| plan.detail.unwrap_or(0.0));
        assert!(kept <= best.map(|best| best + 1e-9), "nothing is better than all plans: {kept:?} {best:?}");
        with_plan += i32::from(best.is_some());
        match (kept, best) {
            (Some(kept), Some(best)) => near += i32::from(kept >= best - 0.01),
            (kept, best) => assert_eq!(kept, best, "where there is no plan none is found, and none is missed"),
        }
        if let Some((search, _)) = found.filter(|(search, _)| search.rotation.is_some()) {
            rotated += 1;
            let rotation = proposal.plan.as_ref().and_then(|plan| plan.rotate.as_ref()).unwrap();
            assert_eq!(search.rotation.as_ref().unwrap().0.every, rotation.every.name());
            assert!(kept > unrotated, "a rotation is proposed only where it is better");
        }
    }
    assert!(tables < 3 * number, "many tables have a plan");
    assert!(100 * near >= 99 * number, "{near} of {number} within 1 % of the optimum");
    assert!(rotated > 0, "{rotated} of {number} plans rotate pseudonyms");
}
