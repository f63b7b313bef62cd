use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::entry::{most_cells, needed_bytes};
use super::{Amounts, Axis, Flags, Side, TableRecords, measure_planned};
use crate::plan::{AggregatePlan, DimensionPlan, Negatives, RequestPlan, RulePlan, Statistic};
use crate::result::AggregateTable;
use crate::stop::Stop;
use crate::table::{Codes, Column};
use crate::tabular::{Contributions, Dimension, Ratio, Rule};
use crate::tries::tries;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/vectors/aggregates.json")).unwrap()
}

fn column(name: &str, codes: &[u32], missing: Option<u32>) -> Column {
    let distinct =
        codes.iter().max().map_or(0, |&most| most as usize + 1).max(missing.map_or(0, |code| code as usize + 1));
    let cardinality = u32::try_from(distinct).unwrap();
    Column::new(name.to_owned(), Codes::from_codes(distinct, codes.iter().copied()), cardinality, missing)
}

/// Amounts of the records as a column: each amount is a value of its own.
fn amounts(name: &str, numbers: &[Option<i64>]) -> Amounts {
    let codes: Vec<u32> = (0..u32::try_from(numbers.len()).unwrap()).collect();
    Amounts { values: column(name, &codes, None), numbers: numbers.to_vec(), decimals: 0 }
}

fn side(codes: &[u32]) -> Side {
    Side { contributors: Some(column("card", codes, None)), is_subject: true, holdings: None }
}

/// A dimension with a total over the values 0, 1, 2 and so on.
fn axis(values: &[u32]) -> Axis {
    let members = values.iter().max().map_or(1, |&most| most + 1);
    let dimension = Dimension::with_total(members).unwrap();
    Axis {
        values: column("by", values, None),
        code_of: (1..=members).collect(),
        dimension,
        labels: Vec::new(),
        coarser: Vec::new(),
    }
}

fn plan(rules: &[&str], dimensions: usize) -> AggregatePlan {
    let by = (0..dimensions).map(|place| DimensionPlan { column: format!("d{place}"), rule: None, hierarchy: None });
    AggregatePlan {
        statistic: Statistic::Sum("amount".to_owned()),
        rules: rules.iter().map(|rule| RulePlan::parse(rule).unwrap()).collect(),
        ..AggregatePlan::new("t".to_owned(), by.collect())
    }
}

fn measured(plan: &AggregatePlan, records: &TableRecords) -> AggregateTable {
    measure_planned(plan, records, &Stop::default()).unwrap().0
}

/// One cell, no margin: a record for each contribution.
fn one_cell(who: &[u32], contributions: &[i64]) -> TableRecords {
    let numbers: Vec<Option<i64>> = contributions.iter().copied().map(Some).collect();
    let values = vec![0; who.len()];
    TableRecords {
        records: who.len(),
        axes: vec![Axis {
            values: column("by", &values, None),
            code_of: vec![0],
            dimension: Dimension::flat(1).unwrap(),
            labels: Vec::new(),
            coarser: Vec::new(),
        }],
        amounts: vec![amounts("amount", &numbers)],
        sides: vec![side(who)],
        asked: None,
        periods: None,
        kept: None,
    }
}

const RULES: [(&str, &str); 4] = [
    ("dominance(1,75)", "dominance:1,75"),
    ("dominance(2,85)", "dominance:2,85"),
    ("p%(15)", "p:15"),
    ("pq(10,50)", "pq:10,50"),
];

#[test]
fn primary_rules_of_the_methods_page_come_out() {
    let vectors = vectors();
    let cells = vectors["primary_rules"].as_array().unwrap();
    assert_eq!(cells.len(), 9);
    for cell in cells {
        let contributions: Vec<i64> =
            cell["contributions"].as_array().unwrap().iter().map(|amount| amount.as_i64().unwrap()).collect();
        let who: Vec<u32> = (0..u32::try_from(contributions.len()).unwrap()).collect();
        let table = measured(&plan(&RULES.map(|(_, rule)| rule), 1), &one_cell(&who, &contributions));
        for ((name, _), found) in RULES.iter().zip(&table.rules) {
            assert_eq!(
                found.unsafe_cells,
                Some(u64::from(cell[name].as_bool().unwrap())),
                "{name} of {}",
                cell["cell"]
            );
        }
    }
}

#[test]
fn holdings_of_the_methods_page_come_out() {
    let vectors = vectors();
    let given = vectors["holdings"]["contributions"].as_array().unwrap();
    let amounts: Vec<i64> = given.iter().map(|entry| entry[1].as_i64().unwrap()).collect();
    let names: Vec<&str> = given.iter().map(|entry| entry[0].as_str().unwrap()).collect();
    let holdings: Vec<u32> = names
        .iter()
        .map(|name| u32::try_from(names.iter().position(|other| other == name).unwrap()).unwrap())
        .collect();
    let mut records = one_cell(&[0, 1, 2, 3], &amounts);
    for (key, is_merged) in [("without_holdings", false), ("with_holdings", true)] {
        records.sides[0].holdings = is_merged.then(|| column("holding", &holdings, None));
        let table = measured(&plan(&RULES.map(|(_, rule)| rule), 1), &records);
        assert_eq!(table.sides[0].contributors, if is_merged { 3 } else { 4 });
        for ((name, _), found) in RULES.iter().zip(&table.rules) {
            let expected = vectors["holdings"][key][name].as_bool().unwrap();
            assert_eq!(found.unsafe_cells, Some(u64::from(expected)), "{name} {key}");
        }
    }
}

#[test]
fn records_of_one_contributor_are_summed_first() {
    // Twelve records, and three people.
    let who = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
    let table = measured(&plan(&["frequency:4", "frequency:3"], 1), &one_cell(&who, &[10; 12]));
    assert_eq!([0, 1].map(|rule| table.rules[rule].unsafe_cells), [Some(1), Some(0)]);
}

#[test]
fn amounts_below_zero_are_refused_unless_somebody_says_what_they_mean() {
    let records = one_cell(&[0, 1, 2], &[50, -60, 40]);
    let mut plan = plan(&["frequency:3", "p:15"], 1);
    let refused = measured(&plan, &records);
    assert_eq!((refused.unsafe_cells, refused.rules[0].unsafe_cells), (None, None));
    assert!(refused.undefined.iter().any(|field| field.field == "unsafe_cells" && field.reason == "negative-amounts"));
    plan.negatives = Negatives::Absolute;
    // 60, 50, 40: the rest is 40, far from 9.
    assert_eq!(measured(&plan, &records).unsafe_cells, Some(0));
    plan.negatives = Negatives::Shift;
    // 110, 100, 0: nothing is left beside the two largest.
    assert_eq!(measured(&plan, &records).unsafe_cells, Some(1));
    // What one contributor takes back is no amount below zero.
    plan.negatives = Negatives::Refuse;
    assert_eq!(measured(&plan, &one_cell(&[0, 0, 1, 2], &[50, -10, 40, 40])).unsafe_cells, Some(0));
}

#[test]
fn amounts_of_nothing_are_told_and_unsafe_only_where_asked() {
    let records = one_cell(&[0, 1, 2], &[0, 0, 0]);
    let told = measured(&plan(&["dominance:2,85", "p:15"], 1), &records);
    assert_eq!((told.unsafe_cells, told.all_zero_cells), (Some(0), Some(1)));
    assert_eq!(measured(&plan(&["all-zero"], 1), &records).unsafe_cells, Some(1));
}

#[test]
fn a_rule_on_request_holds_for_those_who_asked_and_hold_enough() {
    let mut plan = plan(&["request:dominance:1,50"], 1);
    let mut of = |asked: bool, share: u64| {
        plan.request = Some(RequestPlan { column: "asked".to_owned(), percent: Ratio::whole(share) });
        let mut records = one_cell(&[0, 1], &[60, 40]);
        records.asked = Some(Flags { values: column("asked", &[0, 1], None), is_yes: vec![asked, false] });
        measured(&plan, &records).unsafe_cells
    };
    assert_eq!([of(true, 60), of(true, 61), of(false, 1)], [Some(1), Some(0), Some(0)]);
}

#[test]
fn a_mean_is_as_unsafe_as_its_numerator_or_its_denominator() {
    let mut plan = plan(&["dominance:1,50"], 1);
    plan.statistic = Statistic::Mean("amount".to_owned());
    // Amounts are even; one of three contributors makes six of eight records.
    let records = one_cell(&[0, 0, 0, 0, 0, 0, 1, 2], &[5, 5, 5, 5, 5, 5, 30, 30]);
    assert_eq!(measured(&plan, &records).unsafe_cells, Some(1));
    plan.statistic = Statistic::Sum("amount".to_owned());
    assert_eq!(measured(&plan, &records).unsafe_cells, Some(0));
}

#[test]
fn a_quantile_needs_contributors_on_each_side_of_it() {
    let mut plan = plan(&["frequency:2"], 1);
    plan.statistic = Statistic::Quantile { value: "amount".to_owned(), millionths: 500_000 };
    assert_eq!(measured(&plan, &one_cell(&[0, 1, 2, 3, 4], &[1, 2, 3, 4, 5])).unsafe_cells, Some(0));
    assert_eq!(measured(&plan, &one_cell(&[0, 0, 2, 3, 4], &[1, 2, 3, 4, 5])).unsafe_cells, Some(1));
    assert_eq!(measured(&plan, &one_cell(&[0, 1, 2, 3, 4], &[3; 5])).unsafe_cells, Some(1));
}

#[test]
fn records_without_an_amount_are_in_no_cell_and_those_without_a_contributor_are_one() {
    let mut records = one_cell(&[0, 1, 2, 2], &[10, 10, 10, 10]);
    records.amounts = vec![amounts("amount", &[Some(10), None, Some(10), Some(10)])];
    records.sides[0].contributors = Some(column("card", &[0, 1, 2, 2], Some(2)));
    let table = measured(&plan(&["frequency:3"], 1), &records);
    assert_eq!((table.records, table.records_without_value, table.unsafe_cells), (3, 1, Some(1)));
    assert_eq!((table.sides[0].contributors, table.sides[0].records_without_contributor), (2, 2));
}

/// A record: two dimensions, who on two sides, and how much.
type Record = (u32, u32, u32, u32, i64);

/// The plainest way: every cell and margin as a map from contributors to sums.
fn slowly(records: &[Record], rules: &[RulePlan]) -> (u64, u64, Vec<u64>) {
    type Sums = [BTreeMap<u32, i64>; 2];
    let mut cells: BTreeMap<(Option<u32>, Option<u32>), Sums> = BTreeMap::new();
    for &(row, at, card, merchant, amount) in records {
        for cell in [(Some(row), Some(at)), (None, Some(at)), (Some(row), None), (None, None)] {
            let sides = cells.entry(cell).or_default();
            *sides[0].entry(card).or_default() += amount;
            *sides[1].entry(merchant).or_default() += amount;
        }
    }
    let is_unsafe = |rule: &RulePlan, sides: &[BTreeMap<u32, i64>; 2]| {
        let names = ["card", "merchant"];
        let is_for = |place: usize| rule.side.as_deref().is_none_or(|name| name == names[place]);
        (0..2).filter(|&place| is_for(place)).any(|place| {
            let mut amounts: Vec<i64> = sides[place].values().copied().collect();
            amounts.sort_unstable_by(|one, other| other.cmp(one));
            let (contributors, total) = (amounts.len() as u64, amounts.iter().sum());
            rule.rule.is_unsafe(&Contributions { contributors, total, largest: &amounts })
        })
    };
    let of_rule = |rule: &RulePlan| cells.values().filter(|sides| is_unsafe(rule, sides)).count() as u64;
    let any = cells.values().filter(|sides| rules.iter().any(|rule| is_unsafe(rule, sides))).count() as u64;
    (cells.len() as u64, any, rules.iter().map(of_rule).collect())
}

fn table_of(records: &[Record]) -> TableRecords {
    let part = |of: fn(&Record) -> u32| records.iter().map(of).collect::<Vec<u32>>();
    let numbers: Vec<Option<i64>> = records.iter().map(|record| Some(record.4)).collect();
    let [card, merchant] = [part(|record| record.2), part(|record| record.3)];
    TableRecords {
        records: records.len(),
        axes: vec![axis(&part(|record| record.0)), axis(&part(|record| record.1))],
        amounts: vec![amounts("amount", &numbers)],
        sides: vec![side(&card), Side { is_subject: false, ..side(&merchant) }],
        asked: None,
        periods: None,
        kept: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_of_a_table_with_two_sides_equals_a_slow_count(
        records in prop::collection::vec((0_u32..4, 0_u32..3, 0_u32..7, 0_u32..4, 0_i64..50), 1..60),
    ) {
        let rules = ["frequency:3", "frequency:2@merchant", "dominance:2,85", "p:10@card", "pq:10,50", "all-zero"];
        let plan = AggregatePlan { sides: vec!["card".to_owned(), "merchant".to_owned()], ..plan(&rules, 2) };
        let table = measured(&plan, &table_of(&records));
        let (cells, any, of_rules) = slowly(&records, &plan.rules);
        // What is estimated beforehand is never less than there is.
        let (most, pairs) = most_cells(&table_of(&records));
        prop_assert!(most >= table.cells && pairs >= most && pairs >= table.inner_cells * 4);
        prop_assert!(needed_bytes(&table_of(&records), 2) > needed_bytes(&table_of(&records), 1));
        prop_assert_eq!((table.cells, table.unsafe_cells), (cells, Some(any)));
        let found: Vec<u64> = table.rules.iter().map(|rule| rule.unsafe_cells.unwrap()).collect();
        prop_assert_eq!(found, of_rules);
        let inner: BTreeSet<(u32, u32)> = records.iter().map(|record| (record.0, record.1)).collect();
        prop_assert_eq!(table.inner_cells, inner.len() as u64);
        let shape = table.shape.unwrap();
        let counted: u32 = shape.safe.iter().chain(&shape.unsafe_cells).sum();
        prop_assert_eq!(u64::from(counted), cells);
    }

    #[test]
    fn a_further_rule_or_side_never_makes_a_cell_safe(
        records in prop::collection::vec((0_u32..4, 0_u32..3, 0_u32..7, 0_u32..4, 0_i64..50), 1..60),
    ) {
        let sides = ["card".to_owned(), "merchant".to_owned()];
        let of = |rules: &[&str], sides: usize| {
            let mut table = table_of(&records);
            table.sides.truncate(sides);
            let names = ["card", "merchant"][..sides].iter().map(|name| (*name).to_owned()).collect();
            let plan = AggregatePlan { sides: names, ..plan(rules, 2) };
            measure_planned(&plan, &table, &Stop::default()).unwrap().1.is_unsafe.unwrap()
        };
        let least = of(&["frequency:3"], 1);
        for more in [of(&["frequency:3", "p:10"], 1), of(&["frequency:3"], sides.len()), of(&["frequency:4"], 1)] {
            prop_assert!(least.iter().zip(&more).all(|(least, more)| !least || *more));
        }
    }

    #[test]
    fn merging_contributors_never_lowers_the_count_of_cells_below_a_frequency(
        records in prop::collection::vec((0_u32..4, 0_u32..3, 0_u32..7, 0_u32..4, 0_i64..50), 1..60),
        holdings in prop::collection::vec(0_u32..4, 7),
    ) {
        let plan = plan(&["frequency:3"], 2);
        let mut table = table_of(&records);
        table.sides.truncate(1);
        let apart = measured(&plan, &table);
        let of_card: Vec<u32> = records.iter().map(|record| holdings[record.2 as usize]).collect();
        table.sides[0].holdings = Some(column("household", &of_card, None));
        let merged = measured(&plan, &table);
        prop_assert!(merged.unsafe_cells >= apart.unsafe_cells);
        let groups: BTreeSet<u32> = of_card.into_iter().collect();
        prop_assert_eq!(merged.sides[0].contributors, groups.len() as u64);
    }
}

#[test]
fn rules_are_read_as_they_are_written() {
    for written in ["frequency:11", "dominance:2,85", "p:12.5", "pq:10,50", "request:p:10", "frequency:5@merchant"] {
        assert_eq!(RulePlan::parse(written).unwrap().to_string(), written);
    }
    for wrong in [
        "frequency",
        "frequency:1",
        "p:0",
        "p:1.1234567",
        "dominance:11,50",
        "pq:50,50",
        "max",
        "p:1@",
        "request:frequency:3",
    ] {
        assert!(RulePlan::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Rule::parse("p:10.50").unwrap().to_string(), "p:10.5");
}
