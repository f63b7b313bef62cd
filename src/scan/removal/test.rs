//! Laws of the removal on hundreds of random extracts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Removed, leave_out_exposed, limits};
use crate::input::Extract;
use crate::plan::{CoarsenRule, Plan, RolePlan, Share};
use crate::recode::testing::{column, extract};
use crate::recode::{self, ColumnRole, Lookups, preview};
use crate::result::{Gate, GateSet, Policy, Role, Unit};
use crate::stop::Stop;
use crate::table::{Table, too_exposed};
use crate::tries::tries;

/// A record: its subject, its attributes and its event.
type Row = (u32, u32, u32, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let attributes = prop::collection::vec((0_u32..3, 0_u32..3), 14);
    let visits = prop::collection::vec((0_u32..14, 0_u32..3, 0_u32..12), 1..60);
    (attributes, visits).prop_map(|(attributes, visits)| {
        let row = |(subject, day, blank): (u32, u32, u32)| {
            let (age, town) = attributes[subject as usize];
            // Now and then a subject moves, or a town is missing.
            let town = match blank {
                0 => 9,
                1 => (town + 1) % 3,
                _ => town,
            };
            (subject, age, town, day)
        };
        visits.into_iter().map(row).collect()
    })
}

#[derive(Debug, Clone)]
struct Case {
    rows: Vec<Row>,
    k: u32,
    /// Limits on the full set and on all sets.
    more: [u32; 2],
    rare: bool,
    percent: u32,
    subjects: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let least = || prop_oneof![Just(1_u32), Just(2), Just(3)];
    (rows(), 1_u32..4, [least(), least()], any::<bool>(), 1_u32..100, prop::bool::weighted(0.8))
        .prop_map(|(rows, k, more, rare, percent, subjects)| Case { rows, k, more, rare, percent, subjects })
}

fn plan(case: &Case) -> Plan {
    let mut policy = Policy::house_default();
    policy.gates = vec![
        Gate::smallest_class(GateSet::Static, case.k),
        Gate::smallest_class(GateSet::Full, case.more[0]),
        Gate::smallest_class(GateSet::AllSubsets, case.more[1]),
    ];
    let quasi = ["age", "town", "day"].map(|name| (name.to_owned(), Role::QuasiIdentifier));
    let subject = case.subjects.then(|| ("who".to_owned(), Role::Subject));
    let mut plan = Plan {
        policy,
        roles: RolePlan { declared: quasi.into_iter().chain(subject).collect(), guess: false },
        suppress: Share::parse(&format!("{}%", case.percent)).ok(),
        ..Plan::default()
    };
    if case.rare {
        plan.coarsen.insert("town".to_owned(), vec![CoarsenRule::Rare(3)]);
    }
    plan
}

fn cells(rows: &[Row], name: impl Fn(u32) -> String) -> Extract {
    let of = |cell: &dyn Fn(&Row) -> String| rows.iter().map(cell).collect::<Vec<String>>();
    let number = |number: u32| if number == 9 { String::new() } else { format!("v{number}") };
    let columns = [
        ("who", of(&|row| name(row.0))),
        ("age", of(&|row| number(row.1))),
        ("town", of(&|row| number(row.2))),
        ("day", of(&|row| number(row.3))),
        ("id", of(&|row| format!("{}", row.0))),
    ];
    extract(columns.map(|(name, cells)| column(name, &cells.iter().map(String::as_str).collect::<Vec<_>>())).into())
}

fn roles(extract: &Extract, plan: &Plan) -> Vec<ColumnRole> {
    recode::roles(extract, &plan.roles).unwrap()
}

fn removed(extract: &mut Extract, plan: &Plan) -> Removed {
    let roles = roles(extract, plan);
    leave_out_exposed(extract, &roles, plan, &Lookups::default(), &Stop::default()).unwrap()
}

/// The records that stay, sorted; the subject by its number, whatever it is called.
fn staying(extract: &Extract) -> Vec<Vec<String>> {
    let coded = |name: &str| extract.columns.iter().find(|column| column.name == name).unwrap().coded.as_ref().unwrap();
    let columns = ["id", "age", "town", "day"].map(coded);
    let cell = |record: usize| {
        columns.iter().map(move |column| {
            column
                .dictionary
                .value(column.codes.get(record))
                .map_or_else(String::new, |value| value.expose().to_owned())
        })
    };
    let mut records: Vec<Vec<String>> = (0..columns[0].codes.len()).map(|record| cell(record).collect()).collect();
    records.sort();
    records
}

/// Whether every limit holds of the records that are there.
fn holds(extract: &Extract, plan: &Plan) -> bool {
    let found = preview(extract, &roles(extract, plan), plan, &Lookups::default(), &[]).unwrap();
    let records = extract.columns[0].coded.as_ref().unwrap().codes.len();
    let declared = vec![None; found.columns.len()];
    let table = Table::new(found.columns, found.subject, records).unwrap().settled(&declared);
    too_exposed(&table, &limits(plan), 0, &Stop::default()).unwrap().is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(800)))]

    #[test]
    fn the_limits_hold_afterwards_or_nothing_was_left_out(case in cases()) {
        let plan = plan(&case);
        let mut extract = cells(&case.rows, |who| format!("s{who}"));
        let before = staying(&extract);
        let Removed { counts, left_out } = removed(&mut extract, &plan);
        let counts = counts.expect("a budget");
        prop_assert!(counts.removed <= counts.allowed);
        prop_assert!(counts.allowed * 100 <= counts.of * u64::from(case.percent));
        let after = staying(&extract);
        prop_assert_eq!((before.len() - after.len()) as u64, counts.records);
        prop_assert_eq!(left_out.iter().filter(|out| **out).count() as u64, counts.records);
        if counts.enough {
            prop_assert!(holds(&extract, &plan));
        } else {
            prop_assert_eq!(counts.removed, 0);
            prop_assert!(!holds(&extract, &plan));
        }
        // Whole subjects go, and no others.
        let people = |records: &[Vec<String>]| records.iter().map(|record| record[0].clone()).collect::<BTreeSet<_>>();
        if case.subjects {
            prop_assert_eq!((people(&before).len() - people(&after).len()) as u64, counts.removed);
            prop_assert_eq!(counts.unit, Unit::Subject);
        } else {
            prop_assert_eq!(counts.records, counts.removed);
        }
    }

    #[test]
    fn neither_the_order_nor_the_names_decide_who_goes(case in cases(), turn in 0_usize..60, salt in 1_u32..14) {
        let plan = plan(&case);
        let mut one = cells(&case.rows, |who| format!("s{who}"));
        removed(&mut one, &plan);
        let mut rows = case.rows.clone();
        rows.rotate_left(turn % case.rows.len());
        rows.reverse();
        let mut other = cells(&rows, |who| format!("{:02}", (who * 3 + salt) % 14));
        removed(&mut other, &plan);
        prop_assert_eq!(staying(&one), staying(&other));
    }

    #[test]
    fn leaving_out_again_changes_nothing(case in cases()) {
        let plan = plan(&case);
        let mut extract = cells(&case.rows, |who| format!("s{who}"));
        if removed(&mut extract, &plan).counts.is_some_and(|counts| counts.enough) {
            let once = staying(&extract);
            prop_assert_eq!(removed(&mut extract, &plan).counts.map(|counts| (counts.removed, counts.enough)), Some((0, true)));
            prop_assert_eq!(staying(&extract), once);
        }
    }
}
