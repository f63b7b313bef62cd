//! Counting in parts against counting in memory and against brute force.

mod gathered;

use proptest::prelude::*;

use super::*;
use crate::stop::Watch;
use crate::table::test::oracle;
use crate::table::{Codes, Column, ColumnSet, SubjectCodes, Table, count_sets, lattice};
use crate::tries::tries;

/// How the values of a column are spread.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// Many have the first few values.
    Skewed,
    /// Half of all records have one value.
    Hot,
    /// Every record has its own.
    Distinct,
    /// All records have one value.
    Constant,
    Even,
}

/// Draws that repeat: a seed, and numbers below a bound.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound.max(1))).unwrap()
    }

    fn code(&mut self, spread: Spread, cardinality: u32, record: u32) -> u32 {
        match spread {
            Spread::Skewed => self.below(cardinality).min(self.below(cardinality)).min(self.below(cardinality)),
            Spread::Hot if self.below(2) == 0 => cardinality / 2,
            Spread::Hot | Spread::Even => self.below(cardinality),
            Spread::Distinct => record,
            Spread::Constant => 0,
        }
    }
}

fn spreads() -> impl Strategy<Value = Spread> {
    prop_oneof![
        Just(Spread::Skewed),
        Just(Spread::Hot),
        Just(Spread::Distinct),
        Just(Spread::Constant),
        Just(Spread::Even)
    ]
}

/// Tables with and without subjects; in some, one subject has a third of all records.
fn tables() -> impl Strategy<Value = Table> {
    let column = (spreads(), prop_oneof![1_u32..5, 1_u32..30]);
    let subjects = prop_oneof![Just(None), (1_u32..12).prop_map(Some), (20_u32..40).prop_map(Some)];
    (prop::collection::vec(column, 1..5), 0_u32..90, subjects, any::<bool>(), any::<u64>()).prop_map(
        |(columns, records, subjects, one_has_a_third, seed)| {
            let mut draws = Draws(seed);
            let columns = columns.into_iter().enumerate().map(|(number, (spread, cardinality))| {
                let cardinality = if matches!(spread, Spread::Distinct) { records.max(1) } else { cardinality };
                let codes: Vec<u32> = (0..records).map(|record| draws.code(spread, cardinality, record)).collect();
                let codes = Codes::from_codes(cardinality as usize, codes.into_iter());
                Column { name: format!("c{number}"), codes, cardinality, missing: (number % 2 == 0).then_some(0) }
            });
            let columns: Vec<Column> = columns.collect();
            let subject = |cardinality: u32| {
                let mut subject = || if one_has_a_third && draws.below(3) == 0 { 0 } else { draws.below(cardinality) };
                let codes: Vec<u32> = (0..records).map(|_| subject()).collect();
                let codes = Codes::from_codes(cardinality as usize, codes.into_iter());
                SubjectCodes { codes, cardinality, missing: (cardinality > 30).then_some(3) }
            };
            Table::new(columns, subjects.map(subject), records as usize).unwrap()
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let dense_cells = prop_oneof![Just(0), Just(6), Just(40), Just(1 << 20)];
    let all_dense_cells = prop_oneof![Just(30_u64), Just(u64::MAX)];
    let part_bytes = prop_oneof![Just(1), Just(400), Just(1500), Just(1 << 30)];
    let group_cells = prop_oneof![Just(0), Just(4), Just(1 << 20)];
    (dense_cells, all_dense_cells, part_bytes, group_cells).prop_map(
        |(dense_cells, all_dense_cells, part_bytes, group_cells)| Limits {
            dense_cells,
            all_dense_cells,
            group_cells,
            part_bytes,
            fewest_parts: 1,
        },
    )
}

type Rows = Vec<Row>;

/// Runs one step over rows of these kinds; rows of one part lie together, else in no order.
fn run(which: Step, plan: &CountPlan, side: Option<&Side>, rows: &[Row]) -> Result<Rows, ExchangeError> {
    let mut rows = rows.to_vec();
    rows.reverse();
    rows.sort_by_key(|row| std::cmp::Reverse(row.part));
    let mut out = Vec::new();
    let mut emit = |row: Row| {
        out.push(row);
        Ok(())
    };
    step(which, plan, side, rows.into_iter().map(Ok), &mut emit, &Stop::default())?;
    Ok(out)
}

fn split(rows: Rows, is_first: impl Fn(&Row) -> bool) -> (Rows, Rows) {
    rows.into_iter().partition(|row| is_first(row))
}

/// Every row that leads to the answers, and then those that are the answers.
fn exchanged(table: &Table, plan: &CountPlan) -> Result<[Rows; 4], ExchangeError> {
    let stretches: Vec<_> =
        (0..table.records()).step_by(17).map(|start| start..(start + 17).min(table.records())).collect();
    let raw: Rows =
        stretches.into_iter().map(|range| route::records_row(plan, &records_of(table, range)).unwrap()).collect();
    let routed = run(Step::Route, plan, None, &raw)?;
    let (by_subject, by_lead) = split(routed.clone(), |row| row.part < plan.subject_parts());
    let cells = run(Step::Cells, plan, None, &by_subject)?;
    let (summed, mut answers) = split(run(Step::Merge, plan, None, &cells)?, |row| row.kind == Kind::Cells);
    let (minima, sizes) = split(run(Step::Classes, plan, None, &by_lead)?, |row| row.kind == Kind::Minima);
    answers.extend(sizes);
    if plan.subjects.is_some() && table.records() > 0 {
        let side = Side::new(plan, summed.into_iter().map(Ok))?;
        let rows: Rows = by_subject.into_iter().chain(minima.iter().cloned()).collect();
        answers.extend(run(Step::Finish, plan, Some(&side), &rows)?);
    }
    Ok([raw, routed, minima, answers])
}

fn count_in_parts(table: &Table, sets: &[ColumnSet], limits: Limits) -> Vec<SetCounts> {
    let query = Query::Classes(sets.to_vec());
    let planned = plan(&Shape::of(table), &[query], limits);
    let sent = serde_json::to_string(&planned).unwrap();
    let planned: CountPlan = serde_json::from_str(&sent).unwrap();
    let [.., rows] = exchanged(table, &planned).unwrap();
    answers(&planned, rows.into_iter().map(Ok)).unwrap().remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_of_parts_counts_like_memory_and_brute_force(table in tables(), limits in limits()) {
        let sets = lattice(table.columns().len(), table.columns().len());
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        prop_assert_eq!(&count_sets(&table, &sets, Watch::quiet(&Stop::default())).unwrap(), &expected);
        for fewest_parts in [1, 2, 7, 64] {
            let counted = count_in_parts(&table, &sets, Limits { fewest_parts, ..limits });
            prop_assert_eq!(&counted, &expected, "{} parts", fewest_parts);
        }
    }
}

#[test]
fn codes_without_a_part_of_their_own_go_by_a_hash() {
    let table = skewed_table();
    let sets = lattice(4, 3);
    let mut shape = Shape::of(&table);
    // As if the columns had more codes than are known each.
    shape.columns.iter_mut().for_each(|column| column.frequent.truncate(5));
    let planned = plan(&shape, &[Query::Classes(sets.clone())], SMALL_PARTS);
    let hashed = |exchange: &plan::Exchange| match &exchange.key {
        plan::Key::Code { part_of_code, hot, .. } => part_of_code.is_empty() && !hot.is_empty(),
        plan::Key::Hash { .. } => false,
    };
    assert!(planned.exchanges.iter().any(hashed), "{planned:?}");
    let [.., rows] = exchanged(&table, &planned).unwrap();
    let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
    assert_eq!(answers(&planned, rows.into_iter().map(Ok)).unwrap(), [expected]);
}

#[test]
fn of_a_column_of_very_many_codes_the_frequent_ones_are_known() {
    let codes = u32::try_from(MOST_CODES).unwrap() + 10;
    let records = |code: u32| if code % 1000 == 7 { u64::from(code) + 50 } else { 1 };
    let all: u64 = (0..codes).map(records).sum();
    let shape = ColumnShape::new(String::new(), None, (0..codes).map(records).collect::<Vec<_>>().into_iter());
    let most = all / FREQUENT_CODES;
    let mut known: Vec<(u32, u64)> =
        (0..codes).map(|code| (code, records(code))).filter(|known| known.1 > most).collect();
    known.reverse();
    assert_eq!((shape.cardinality, &shape.frequent), (codes, &known));
    assert!(!known.is_empty());
}

/// 600 records of 60 subjects, where half of all records have one code of the column of most codes.
fn skewed_table() -> Table {
    let mut draws = Draws(7);
    let columns = [(Spread::Hot, 300), (Spread::Skewed, 40), (Spread::Even, 9), (Spread::Hot, 70_000)];
    let column = |(spread, cardinality): (Spread, u32)| {
        let codes: Vec<u32> = (0..600).map(|record| draws.code(spread, cardinality, record)).collect();
        Column::new("c".to_owned(), Codes::from_codes(cardinality as usize, codes.into_iter()), cardinality, None)
    };
    let columns = columns.map(column).into();
    let codes = Codes::from_codes(60, (0..600).map(|record| record * 7 % 60));
    Table::new(columns, Some(SubjectCodes { codes, cardinality: 60, missing: None }), 600).unwrap()
}

const SMALL_PARTS: Limits =
    Limits { dense_cells: 1 << 10, all_dense_cells: 1 << 14, group_cells: 1 << 12, part_bytes: 9000, fewest_parts: 3 };

#[test]
fn hot_codes_go_by_subject_where_cells_suffice_and_by_one_more_key_where_not() {
    let table = skewed_table();
    let sets = lattice(4, 4);
    let limits = Limits { dense_cells: 200, ..SMALL_PARTS };
    let planned = plan(&Shape::of(&table), &[Query::Classes(sets.clone())], limits);
    assert!(planned.items.iter().any(|item| item.hot_of.is_some()), "{planned:?}");
    assert!(planned.exchanges.iter().any(|exchange| exchange.hot_of.is_some()), "{planned:?}");
    let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
    assert_eq!(count_in_parts(&table, &sets, limits), expected);
}

#[test]
fn no_part_holds_more_records_than_it_may_but_those_of_one_class() {
    let table = skewed_table();
    let planned = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 2))], SMALL_PARTS);
    let [_, routed, ..] = exchanged(&table, &planned).unwrap();
    let decoded = |row: &Row| route::decode(&planned, planned.columns_of(row.part), &row.blob).unwrap().records;
    for part in planned.subject_parts()..planned.parts() {
        let records: usize = routed.iter().filter(|row| row.part == part).map(decoded).sum();
        // A part with the width of all columns and one set takes the most.
        assert!(records <= 9000 / 50, "part {part} has {records} records");
    }
}

#[test]
fn a_lost_or_repeated_row_is_no_answer() {
    let table = skewed_table();
    let planned = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 3))], SMALL_PARTS);
    let [_, routed, minima, rows] = exchanged(&table, &planned).unwrap();
    let answered = |rows: Rows| answers(&planned, rows.into_iter().map(Ok));
    assert!(answered(rows.clone()).is_ok());
    for place in (0..rows.len()).step_by(rows.len() / tries(rows.len())) {
        let mut fewer = rows.clone();
        let row = fewer.remove(place);
        // An item of hot codes whose every record is elsewhere, and a part without smallest classes, have nothing to lose.
        if answered(fewer).is_ok() {
            let raw = blob::unpack(&row.blob).unwrap();
            assert!(matches!(row.kind, Kind::Sizes | Kind::Smallest | Kind::Received) && raw.len() <= 18, "{row:?}");
        }
        let mut more = rows.clone();
        more.push(rows[place].clone());
        assert!(answered(more).is_err(), "{:?}", rows[place]);
    }
    // What the steps before lose is seen as well.
    for place in (0..routed.len()).step_by(5 * routed.len() / tries(routed.len())) {
        let without = |rows: &Rows| {
            rows.iter().enumerate().filter(|&(other, _)| other != place).map(|(_, row)| row.clone()).collect::<Rows>()
        };
        let (by_subject, by_lead) = split(without(&routed), |row| row.part < planned.subject_parts());
        let counted = finished(&planned, by_subject, &by_lead, None);
        assert!(counted.is_err(), "routed row {place}");
        let (by_subject, by_lead) = split(routed.clone(), |row| row.part < planned.subject_parts());
        assert!(finished(&planned, by_subject, &by_lead, Some(without(&minima))).is_err() || place >= minima.len());
    }
}

/// The answers from routed rows, with other smallest classes than those that were counted.
fn finished(
    plan: &CountPlan,
    by_subject: Rows,
    by_lead: &[Row],
    minima_instead: Option<Rows>,
) -> Result<Vec<Vec<SetCounts>>, ExchangeError> {
    let cells = run(Step::Cells, plan, None, &by_subject)?;
    let (summed, mut rows) = split(run(Step::Merge, plan, None, &cells)?, |row| row.kind == Kind::Cells);
    let (minima, sizes) = split(run(Step::Classes, plan, None, by_lead)?, |row| row.kind == Kind::Minima);
    rows.extend(sizes);
    let side = Side::new(plan, summed.into_iter().map(Ok))?;
    let for_subjects: Rows = by_subject.into_iter().chain(minima_instead.unwrap_or(minima)).collect();
    rows.extend(run(Step::Finish, plan, Some(&side), &for_subjects)?);
    answers(plan, rows.into_iter().map(Ok))
}

#[test]
fn damaged_rows_and_rows_of_another_plan_are_refused_and_panic_nowhere() {
    let table = skewed_table();
    let planned = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 3))], SMALL_PARTS);
    let other = plan(&Shape::of(&table), &[Query::Classes(lattice(2, 2))], SMALL_PARTS);
    let [raw, routed, minima, rows] = exchanged(&table, &planned).unwrap();
    let all: Rows = [raw, routed, minima, rows].concat();
    let mut draws = Draws(3);
    for which in [Step::Route, Step::Cells, Step::Merge, Step::Classes, Step::Finish] {
        for row in all.iter().step_by(7) {
            // Any row, to any step, of any plan: an error or rows, never a panic.
            let _ = run(which, &other, None, std::slice::from_ref(row));
            let _ = run(which, &planned, None, std::slice::from_ref(row));
            // Bytes that are right for the checksum, and no blob of any step.
            let mut bytes = blob::unpack(&row.blob).unwrap();
            for _ in 0..3 {
                let place = draws.below(u32::try_from(bytes.len()).unwrap()) as usize;
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= u8::try_from(draws.below(255)).unwrap() + 1;
                }
            }
            let damaged = Row { blob: blob::pack(&bytes).unwrap(), ..row.clone() };
            let _ = run(which, &planned, None, &[damaged]);
        }
    }
    let old = CountPlan { version: plan::VERSION + 1, ..planned };
    assert!(run(Step::Cells, &old, None, &all[..1]).is_err());
}

#[test]
fn counting_in_parts_ends_when_told_to() {
    let table = skewed_table();
    let planned = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 3))], SMALL_PARTS);
    let [_, routed, ..] = exchanged(&table, &planned).unwrap();
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let rows = routed.into_iter().filter(|row| row.part >= planned.subject_parts()).take(1).map(Ok);
    let ended = step(Step::Classes, &planned, None, rows, &mut |_| Ok(()), &stop);
    assert_eq!(ended, Err(ExchangeError::Stopped(StopReason::Timeout)));
}

#[test]
fn blobs_hold_no_name() {
    let mut table = skewed_table();
    table.columns.iter_mut().for_each(|column| "canary4711".clone_into(&mut column.name));
    let planned = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 3))], SMALL_PARTS);
    for row in exchanged(&table, &planned).unwrap().concat() {
        let raw = blob::unpack(&row.blob).unwrap();
        assert!(!raw.windows(10).any(|bytes| bytes == b"canary4711"));
    }
}
