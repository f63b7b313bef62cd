use super::*;
use crate::measure::aggregates::records::{Amounts, Side};
use crate::measure::aggregates::releases::compare;
use crate::plan::{DimensionPlan, RulePlan, Statistic};
use crate::table::{Codes, Column};
use crate::tabular::testing::Dice;
use crate::tries::tries;

/// One record: the values of two columns, who, and how much.
type Row = ([u32; 2], u32, i64);

fn column(name: &str, values: impl Iterator<Item = u32>, cardinality: u32) -> Column {
    Column::new(name.to_owned(), Codes::from_codes(cardinality as usize, values), cardinality, None)
}

/// A table by some of the columns, each with the codes of its values.
fn table(rows: &[Row], by: &[(usize, Vec<u32>, Dimension)], rules: &[&str]) -> (AggregatePlan, TableRecords) {
    let names = ["area", "kind"];
    let dimension = |place: usize| DimensionPlan { column: names[place].to_owned(), rule: None, hierarchy: None };
    let mut plan = AggregatePlan::new("t".to_owned(), by.iter().map(|(place, ..)| dimension(*place)).collect());
    plan.statistic = Statistic::Sum("amount".to_owned());
    plan.rules = rules.iter().map(|rule| RulePlan::parse(rule).unwrap()).collect();
    let mut numbers: Vec<i64> = rows.iter().map(|row| row.2).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let value = |amount: i64| u32::try_from(numbers.binary_search(&amount).unwrap()).unwrap();
    let axis = |(place, code_of, dimension): &(usize, Vec<u32>, Dimension)| Axis {
        values: column(names[*place], rows.iter().map(|row| row.0[*place]), 4),
        code_of: code_of.clone(),
        dimension: dimension.clone(),
        labels: Vec::new(),
        coarser: Vec::new(),
    };
    let records = TableRecords {
        records: rows.len(),
        axes: by.iter().map(axis).collect(),
        amounts: vec![Amounts {
            values: column("amount", rows.iter().map(|row| value(row.2)), u32::try_from(numbers.len()).unwrap()),
            numbers: numbers.iter().copied().map(Some).collect(),
            decimals: 2,
        }],
        sides: vec![Side {
            contributors: Some(column("card", rows.iter().map(|row| row.1), 400)),
            is_subject: true,
            holdings: None,
        }],
        asked: None,
        periods: None,
        kept: None,
    };
    (plan, records)
}

fn plain(place: usize) -> (usize, Vec<u32>, Dimension) {
    (place, vec![1, 2, 3, 4], Dimension::with_total(4).unwrap())
}

/// The first two values as one.
fn coarse(place: usize) -> (usize, Vec<u32>, Dimension) {
    (place, vec![1, 1, 2, 3], Dimension::with_total(3).unwrap())
}

fn compared(tables: &[(AggregatePlan, TableRecords)]) -> BTreeMap<usize, Compared> {
    let stop = Stop::default();
    let planned: Vec<Planned<'_>> =
        tables.iter().enumerate().map(|(place, (plan, records))| (place, plan, records)).collect();
    let each = planned.iter().map(|(place, plan, records)| (*place, compare(plan, records, &[], None, &stop).unwrap()));
    let mut found: BTreeMap<usize, Compared> = each.collect();
    compare_together(&planned, &mut found, &stop).unwrap();
    found
}

fn differences_of(found: &BTreeMap<usize, Compared>, place: usize) -> &TableDifferences {
    found[&place].differences.as_ref().unwrap()
}

/// Twenty people in each area and kind.
fn rows() -> Vec<Row> {
    (0..320).map(|who| ([who % 4, who / 4 % 4], who, 1_000 + i64::from(who))).collect()
}

#[test]
fn tables_of_the_same_cells_say_nothing_of_each_other() {
    let rows = rows();
    let tables = [table(&rows, &[plain(0), plain(1)], &["frequency:5"]), table(&rows, &[plain(0)], &["frequency:5"])];
    let found = compared(&tables);
    for place in [0, 1] {
        let differences = differences_of(&found, place);
        assert_eq!((differences.unsafe_differences, differences.cells, differences.complete), (0, 0, true));
        let solved = found[&place].determination.as_ref().unwrap();
        assert_eq!((solved.determined_subjects, solved.tables), (0, 2));
    }
}

#[test]
fn two_groupings_that_are_one_person_apart_give_it_away_in_both_tables() {
    // A value that one person has: one table shows the first two values apart, the other together.
    let mut rows: Vec<Row> = rows().into_iter().filter(|row| row.0[0] != 1).collect();
    rows.push(([1, 2], 399, 77_777));
    let merged = |code: u32| (0, vec![1, code, 2, 3], Dimension::with_total(3).unwrap());
    let tables = [table(&rows, &[merged(1)], &["frequency:5"]), table(&rows, &[merged(2)], &["frequency:5"])];
    let found = compared(&tables);
    for place in [0, 1] {
        let differences = differences_of(&found, place);
        // The first and the second cell of both tables differ by this person.
        assert_eq!((differences.between_tables, differences.single, differences.cells), (2, 2, 2), "{differences:?}");
        assert_eq!(found[&place].determination.as_ref().unwrap().determined_subjects, 1);
    }
    let alone = compared(&tables[..1]);
    assert_eq!(alone[&0].differences, None, "a table by itself has nothing to be compared with");
}

#[test]
fn a_part_of_enough_people_is_unsafe_where_one_of_them_makes_up_the_rest() {
    let mut rows = rows();
    // The first area less what the second table shows of it is twenty people, of whom one has nearly all.
    rows[1].2 = 900_000_000;
    let fine = table(&rows, &[plain(0)], &["frequency:5", "dominance:1,75"]);
    let coarse = table(&rows, &[coarse(0)], &["frequency:5", "dominance:1,75"]);
    let found = compared(&[fine, coarse]);
    assert!(differences_of(&found, 0).by_amounts > 0);
    assert!(differences_of(&found, 1).by_amounts > 0);
}

/// Everything that a slow and obvious comparison of two tables finds: pairs that are fewer apart than allowed.
fn slow(rows: &[Row], tables: &[[Vec<u32>; 2]; 2], fewest: usize) -> u64 {
    type Cell = BTreeMap<u32, i64>;
    let cells = |codes: &[Vec<u32>; 2]| {
        let mut cells: BTreeMap<[u32; 2], Cell> = BTreeMap::new();
        for &([one, two], who, amount) in rows {
            let inner = [codes[0][one as usize], codes[1][two as usize]];
            for cell in [inner, [0, inner[1]], [inner[0], 0], [0, 0]] {
                *cells.entry(cell).or_default().entry(who).or_insert(0) += amount;
            }
        }
        cells
    };
    let [first, second] = [&tables[0], &tables[1]].map(cells);
    let mut pairs = 0;
    for one in first.values() {
        for two in second.values() {
            let everybody: BTreeSet<&u32> = one.keys().chain(two.keys()).collect();
            let apart = everybody.iter().filter(|who| one.get(who) != two.get(who)).count();
            let is_small = one.len() < fewest && two.len() < fewest;
            pairs += u64::from(!is_small && (1..fewest).contains(&apart));
        }
    }
    pairs
}

#[test]
fn pairs_of_two_random_tables_equal_a_count_over_plain_sets() {
    let mut dice = Dice::new(91);
    let (mut some, tables) = (0, tries(2_000));
    for _ in 0..tables {
        let people = 4 + dice.below(12);
        let rows: Vec<Row> = (0..=dice.below(40))
            .map(|_| ([dice.below(4), dice.below(4)], dice.below(people), i64::from(dice.below(4)) + 1))
            .collect();
        let codes = [0; 2].map(|_| [0; 2].map(|_| (0..4).map(|_| 1 + dice.below(3)).collect::<Vec<u32>>()));
        let fewest = 2 + dice.below(4);
        let of = |codes: &[Vec<u32>; 2]| {
            let by = [0, 1].map(|place| (place, codes[place].clone(), Dimension::with_total(3).unwrap()));
            table(&rows, &by, &[&format!("frequency:{fewest}")])
        };
        let found = compared(&[of(&codes[0]), of(&codes[1])]);
        let expected = slow(&rows, &codes, fewest as usize);
        for place in [0, 1] {
            assert_eq!(differences_of(&found, place).between_tables, expected);
        }
        some += u64::from(expected > 0);
    }
    assert!(some > tables / 10, "{some}");
}

#[test]
fn codes_that_hold_others_are_found_over_every_record() {
    let mut dice = Dice::new(17);
    for _ in 0..2_000 {
        let rows: Vec<Row> = (0..=dice.below(12)).map(|_| ([dice.below(4), 0], 0, 1)).collect();
        let tree = || Dimension::new(vec![None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]).unwrap();
        let mut codes = || (0..4).map(|_| 3 + dice.below(4)).collect::<Vec<u32>>();
        let (ours, theirs) = (codes(), codes());
        let of = |codes: &[u32]| table(&rows, &[(0, codes.to_vec(), tree())], &["frequency:2"]).1.axes.remove(0);
        let found = holding(&of(&ours), &of(&theirs));
        for code in 0..7_u32 {
            let is_in =
                |value: u32, codes: &[u32], code: u32| tree().upwards(codes[value as usize]).any(|it| it == code);
            let values: Vec<u32> =
                rows.iter().map(|row| row.0[0]).filter(|&value| is_in(value, &theirs, code)).collect();
            let holds = |over: u32| values.iter().all(|&value| is_in(value, &ours, over));
            let finest = if values.is_empty() { None } else { (0..7).rev().find(|&over| holds(over)) };
            assert_eq!(found[code as usize], finest);
        }
    }
}
