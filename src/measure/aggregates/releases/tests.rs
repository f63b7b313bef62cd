use super::*;
use crate::measure::aggregates::{Amounts, Axis, Side};
use crate::plan::{CalendarUnit, DimensionPlan, RollingPlan, RulePlan};
use crate::table::{Codes, Column};
use crate::tabular::testing::Dice;
use crate::tabular::{Dimension, KeptKey};

/// One record: codes of two dimensions, the period, who, and how much.
type Row = ([u32; 2], u32, u32, i64);

fn column(values: impl Iterator<Item = u32>, cardinality: u32) -> Column {
    Column::new("column".to_owned(), Codes::from_codes(cardinality as usize, values), cardinality, None)
}

const CODES: u32 = 3;
const PEOPLE: u32 = 400;

fn records(rows: &[Row], periods: Option<u32>) -> TableRecords {
    let axis = |place: usize| Axis {
        values: column(rows.iter().map(|row| row.0[place]), CODES),
        code_of: (1..=CODES).collect(),
        dimension: Dimension::with_total(CODES).unwrap(),
        labels: Vec::new(),
        coarser: Vec::new(),
    };
    let mut numbers: Vec<i64> = rows.iter().map(|row| row.3).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let value = |amount: i64| u32::try_from(numbers.binary_search(&amount).unwrap()).unwrap();
    let amounts = Amounts {
        values: column(rows.iter().map(|row| value(row.3)), u32::try_from(numbers.len()).unwrap()),
        numbers: numbers.iter().copied().map(Some).collect(),
        decimals: 2,
    };
    let side =
        Side { contributors: Some(column(rows.iter().map(|row| row.2), PEOPLE)), is_subject: true, holdings: None };
    TableRecords {
        records: rows.len(),
        axes: vec![axis(0), axis(1)],
        amounts: vec![amounts],
        sides: vec![side],
        asked: None,
        kept: None,
        periods: periods.map(|count| column(rows.iter().map(|row| row.1), count)),
    }
}

fn plan(rules: &[&str]) -> AggregatePlan {
    let by = ["area", "kind"].map(|name| DimensionPlan { column: name.to_owned(), rule: None, hierarchy: None });
    let mut plan = AggregatePlan::new("turnover".to_owned(), by.to_vec());
    plan.statistic = Statistic::Sum("amount".to_owned());
    plan.rules = rules.iter().map(|rule| RulePlan::parse(rule).unwrap()).collect();
    plan
}

fn rolling(mut plan: AggregatePlan, window: u32) -> AggregatePlan {
    plan.rolling = Some(RollingPlan { column: "date".to_owned(), period: CalendarUnit::Month, window });
    plan
}

fn marks() -> Marks {
    let key = KeptKey::new([5; 32]);
    let of = |kind: &[u8], count: u32| (0..count).map(|at| key.mark(&[kind, &at.to_le_bytes()])).collect::<Vec<_>>();
    Marks {
        sums: vec![key.mark(&[b"sum", b"amount"])],
        codes: vec![of(b"area", CODES + 1), of(b"kind", CODES + 1)],
        sides: vec![Some(SideMarks {
            column: key.mark(&[b"card"]),
            contributors: of(b"card", PEOPLE),
            holdings: Vec::new(),
        })],
        key,
    }
}

/// The records of a scan that knows these earlier releases.
fn after(rows: &[Row], earlier: &[KeptRelease]) -> TableRecords {
    let kept = Some(KeptBefore { marks: marks(), earlier: std::sync::Arc::new(earlier.to_vec()) });
    TableRecords { kept, ..records(rows, None) }
}

fn compared(plan: &AggregatePlan, rows: &[Row], periods: Option<u32>) -> Compared {
    compare(plan, &records(rows, periods), &[], None, &Stop::default()).unwrap()
}

/// Everybody spends the same in every cell and period; nobody stands out.
fn steady(periods: u32) -> Vec<Row> {
    let mut rows = Vec::new();
    for who in 0..180 {
        for period in 0..periods {
            rows.push(([who % 3, who / 3 % 3], period, who, 1_000 + i64::from(who)));
        }
    }
    rows
}

#[test]
fn a_rolling_table_of_steady_people_gives_nobody_away() {
    let found = compared(&rolling(plan(&["frequency:5"]), 3), &steady(8), Some(8));
    let differences = found.differences.unwrap();
    assert_eq!((differences.releases, differences.unsafe_differences, differences.cells), (6, 0, 0));
    assert!(differences.complete && found.determination.unwrap().determined_subjects == 0);
}

#[test]
fn the_single_joiner_of_a_rolling_quarter_is_found_in_its_cell_and_every_margin_over_it() {
    let mut rows = steady(8);
    // One more card begins in the last month, in one cell.
    rows.push(([1, 2], 7, 399, 12_345));
    let found = compared(&rolling(plan(&["frequency:5"]), 3), &rows, Some(8));
    let differences = found.differences.unwrap();
    // The cell and the three margins over it, between the last two releases and each release before.
    assert_eq!(differences.joiners, differences.unsafe_differences);
    assert_eq!((differences.leavers, differences.nested, differences.few_moved), (0, 0, 0));
    assert_eq!(differences.single, 4 * 5);
    assert_eq!(differences.cells, 4 * 6);
}

#[test]
fn a_joiner_is_found_while_everybody_else_spends_differently_each_month() {
    let mut dice = Dice::new(8);
    let mut rows = steady(8);
    for row in &mut rows {
        row.3 += i64::from(dice.below(500));
    }
    let quiet = compared(&rolling(plan(&["frequency:5"]), 3), &rows, Some(8)).differences.unwrap();
    assert_eq!(quiet.unsafe_differences, 0);
    rows.push(([1, 2], 7, 399, 12_345));
    let differences = compared(&rolling(plan(&["frequency:5"]), 3), &rows, Some(8)).differences.unwrap();
    assert_eq!((differences.unsafe_differences, differences.few_moved, differences.joiners), (4, 4, 4));
    assert_eq!(differences.cells, 8, "the cell and its margins in the last two releases");
}

#[test]
fn a_month_without_a_record_is_a_month_of_every_window_over_it() {
    // Nothing happens in the fifth month; a card begins in the sixth.
    let mut rows: Vec<Row> = steady(9).into_iter().filter(|row| row.1 != 4).collect();
    rows.push(([1, 2], 5, 399, 12_345));
    let found = compared(&rolling(plan(&["frequency:5"]), 3), &rows, Some(9)).differences.unwrap();
    assert_eq!(found.releases, 7);
    assert_eq!((found.unsafe_differences, found.few_moved, found.cells), slow(&rows, 9, 3, 5));
    // The window that begins with the empty month holds two months, as the one that ends with it does: the card alone is between.
    assert!(found.single >= 4, "{found:?}");
    let closed: Vec<Row> = rows.iter().map(|row| (row.0, row.1 - u32::from(row.1 > 4), row.2, row.3)).collect();
    let closed = compared(&rolling(plan(&["frequency:5"]), 3), &closed, Some(8)).differences.unwrap();
    assert_ne!(found.releases, closed.releases);
}

#[test]
fn windows_that_hold_the_same_records_are_one_release_however_long_the_gap() {
    let mut rows = steady(2);
    rows.iter_mut().filter(|row| row.1 == 1).for_each(|row| row.1 = 2_000_000);
    let found = compared(&rolling(plan(&["frequency:5"]), 2), &rows, Some(2_000_001)).differences.unwrap();
    // The first month, nothing, and the last: as often as a month comes in or goes.
    assert_eq!((found.releases, found.unsafe_differences), (3, 0));
    assert_eq!(firsts([0, 2, 3].into_iter(), 2, 6), [0, 1, 2, 3, 4].into());
    assert_eq!(firsts([0, 9].into_iter(), 2, 10), [0, 1, 8].into());
    assert_eq!(firsts(std::iter::empty(), 3, 0), [0].into());
}

/// Every number of the report for a rolling table, from plain sums over records.
fn slow(rows: &[Row], periods: u32, window: u32, fewest: usize) -> (u64, u64, u64) {
    type Cell = BTreeMap<u32, i64>;
    let mut cells: Vec<(u32, [u32; 2], Cell)> = Vec::new();
    let (mut before, mut number) = (None, 0);
    for first in 0..=periods - window {
        let inside = |row: &&Row| (first..first + window).contains(&row.1);
        let held: Vec<Row> = rows.iter().filter(inside).copied().collect();
        // The same records are the same release.
        if before.as_ref() == Some(&held) {
            continue;
        }
        (before, number) = (Some(held), number + 1);
        for area in 0..=CODES {
            for kind in 0..=CODES {
                let mut cell = Cell::new();
                for &([one, two], period, who, amount) in rows {
                    let inside = (first..first + window).contains(&period);
                    if inside && (area == 0 || area == one + 1) && (kind == 0 || kind == two + 1) {
                        *cell.entry(who).or_insert(0) += amount;
                    }
                }
                if !cell.is_empty() {
                    cells.push((number, [area, kind], cell));
                }
            }
        }
    }
    let (mut pairs, mut moved, mut unsafe_cells) = (0, 0, std::collections::BTreeSet::new());
    for (place, (later, address, two)) in cells.iter().enumerate() {
        for (before, (earlier, same, one)) in cells[..place].iter().enumerate() {
            if one.len() < fewest && two.len() < fewest {
                continue;
            }
            let everybody: std::collections::BTreeSet<&u32> = one.keys().chain(two.keys()).collect();
            let apart = everybody.iter().filter(|who| one.get(who) != two.get(who)).count();
            let gone = everybody.iter().filter(|who| one.contains_key(who) != two.contains_key(who)).count();
            let few = (1..fewest).contains(&apart);
            let few_moved = apart >= fewest && (1..fewest).contains(&gone) && address == same && earlier + 1 == *later;
            if few || few_moved {
                pairs += 1;
                moved += u64::from(few_moved);
                unsafe_cells.extend([place, before]);
            }
        }
    }
    (pairs, moved, unsafe_cells.len() as u64)
}

#[test]
fn figures_of_random_rolling_tables_equal_a_count_over_plain_sets() {
    let mut dice = Dice::new(77);
    let (mut pairs, mut moved) = (0, 0);
    for _ in 0..300 {
        let (periods, people) = (2 + dice.below(3), 4 + dice.below(12));
        let window = 1 + dice.below(periods);
        let fewest = 2 + dice.below(4);
        let row = |dice: &mut Dice| {
            let who = dice.below(people);
            ([who % 3, dice.below(3)], dice.below(periods), who, i64::from(dice.below(3)) - 1)
        };
        let rows: Vec<Row> = (0..=dice.below(40)).map(|_| row(&mut dice)).collect();
        let rule = format!("frequency:{fewest}");
        let found = compared(&rolling(plan(&[&rule]), window), &rows, Some(periods)).differences.unwrap();
        let expected = slow(&rows, periods, window, fewest as usize);
        assert_eq!((found.unsafe_differences, found.few_moved, found.cells), expected);
        pairs += found.unsafe_differences - found.few_moved;
        moved += found.few_moved;
    }
    assert!(pairs > 300 && moved > 30, "{pairs} {moved}");
}

#[test]
fn one_customer_who_is_gone_is_found_in_exactly_the_cells_that_held_it() {
    let (mut plan, mut dice) = (plan(&["frequency:5"]), Dice::new(12));
    plan.contributors = Some("kept".into());
    let mut rows = steady(1);
    rows.extend((0..60).map(|_| ([dice.below(3), dice.below(3)], 0, dice.below(180), i64::from(dice.below(900)))));
    let before = kept(&plan, &after(&rows, &[]), None, &Stop::default()).unwrap().unwrap();
    let again = compare(&plan, &after(&rows, &before), &[], None, &Stop::default()).unwrap().differences.unwrap();
    assert_eq!((again.releases, again.unsafe_differences), (2, 0), "the same table again tells nothing new");
    for gone in [0, 17, 91] {
        let left: Vec<Row> = rows.iter().copied().filter(|row| row.2 != gone).collect();
        let found = compare(&plan, &after(&left, &before), &[], None, &Stop::default()).unwrap();
        let differences = found.differences.unwrap();
        let mut cells = std::collections::BTreeSet::new();
        for row in rows.iter().filter(|row| row.2 == gone) {
            let [area, kind] = row.0;
            cells.extend([[area + 1, kind + 1], [0, kind + 1], [area + 1, 0], [0, 0]]);
        }
        assert_eq!(differences.cells, cells.len() as u64, "customer {gone}");
        assert_eq!(differences.single, cells.len() as u64);
        assert_eq!((differences.leavers, differences.joiners), (cells.len() as u64, 0));
    }
}

#[test]
fn what_is_kept_is_recognised_whatever_the_order_of_people_and_records() {
    let mut plan = plan(&["frequency:5"]);
    plan.contributors = Some("kept".into());
    let mut rows = steady(1);
    let before = kept(&plan, &after(&rows, &[]), None, &Stop::default()).unwrap();
    rows.reverse();
    assert_eq!(kept(&plan, &after(&rows, &[]), None, &Stop::default()).unwrap(), before);
    let nobody = compare(&plan, &records(&rows, None), &[], None, &Stop::default()).unwrap();
    assert!(nobody.differences.is_none(), "without names nobody is recognised, and nothing is safe");
    assert!(nobody.undefined.iter().any(|entry| (&*entry.field, &*entry.reason) == ("differences", "nothing-kept")));
    // Another release that is declared does not stand in for those that nobody kept.
    let windows = compare(&rolling(plan, 1), &records(&steady(2), Some(2)), &[], None, &Stop::default()).unwrap();
    assert!(windows.differences.is_none() && windows.determination.is_some());
}

/// Of the cells that are not shown a later release is told nothing, and of the others the same.
#[test]
fn what_is_kept_of_shown_cells_is_what_is_kept_of_all_without_the_others() {
    let (mut plan, mut dice) = (plan(&["frequency:3"]), Dice::new(5));
    plan.contributors = Some("kept".into());
    let mut hidden = 0;
    for _ in 0..100 {
        let row = |dice: &mut Dice| {
            let who = dice.below(20);
            ([dice.below(3), dice.below(3)], 0, who, i64::from(dice.below(9)))
        };
        let rows: Vec<Row> = (0..=dice.below(40)).map(|_| row(&mut dice)).collect();
        let records = after(&rows, &[]);
        let sheet = crate::measure::aggregates::Sheet::of(
            &plan,
            &records,
            crate::stop::Watch { progress: &crate::stop::NoProgress, stop: &Stop::default() },
        );
        let sheet = sheet.unwrap();
        let published = sheet.published(&records).unwrap();
        let all = kept(&plan, &records, None, &Stop::default()).unwrap().unwrap();
        let shown = kept(&plan, &records, Some(&published), &Stop::default()).unwrap().unwrap();
        assert_eq!((all.len(), shown.len()), (1, 1));
        assert_eq!(shown[0].cells.len(), published.len());
        hidden += all[0].cells.len() - published.len();
        let named = |kept: &KeptRelease| -> BTreeMap<_, Vec<(crate::tabular::Mark, i64)>> {
            let people = |cell: &Contributors| {
                let pairs = cell.who().iter().zip(cell.amounts());
                pairs.map(|(who, amount)| (kept.people[who as usize], *amount)).collect()
            };
            kept.cells.iter().map(|(mark, cell)| (*mark, people(cell))).collect()
        };
        let (all, shown) = (named(&all[0]), named(&shown[0]));
        assert!(shown.iter().all(|(mark, people)| all.get(mark) == Some(people)));
    }
    assert!(hidden > 100, "{hidden}");
}

#[test]
fn a_contributor_alone_in_a_cell_is_determined_and_one_hidden_by_windows_is_not() {
    let mut rows = steady(4);
    let alone = |period| ([1, 1], period, 399, 50);
    rows.retain(|row| row.0 != [1, 1]);
    rows.extend([alone(1), alone(2)]);
    let single = compared(&plan(&["frequency:5"]), &rows, None).determination.unwrap();
    assert_eq!(single.determined_subjects, 1);
    let windows = compared(&rolling(plan(&["frequency:5"]), 2), &rows, Some(4)).determination.unwrap();
    assert_eq!(windows.determined_subjects, 1, "its first month is what the first two months hold");
    assert!(windows.complete && windows.rank > 0);
}

#[test]
fn a_quantile_is_no_sum_and_a_table_released_once_has_no_difference() {
    let mut quantile = plan(&["frequency:5"]);
    quantile.statistic = Statistic::Quantile { value: "amount".to_owned(), millionths: 500_000 };
    let found = compared(&quantile, &steady(1), None);
    assert!(found.differences.is_none() && found.determination.is_none());
    assert_eq!(found.undefined.len(), 2);
    let once = compared(&plan(&["frequency:5"]), &steady(1), None);
    assert!(once.differences.is_none() && once.undefined[0].reason == "no-earlier-release");
}
