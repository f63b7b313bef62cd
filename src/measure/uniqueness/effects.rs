//! Which column contributes: leave-one-out and Shapley values of the share of unique subjects.
//!
//! Value function v(S) = `unique_subjects` / `subjects` on S, v(∅) = 0. The Shapley value of a column is its mean
//! marginal contribution over all orders in which the columns can be added; the values sum to v(all).

use std::collections::{BTreeSet, HashMap};

use super::Settings;
use crate::number::as_float;
use crate::result::{ColumnEffect, ShapleyMethod, UndefinedField};
use crate::stats::{SeededOrders, mean_interval};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Counting, Outline, SetCounts, lattice_size};

/// Records times column sets that may be counted for exact Shapley values alone: some seconds. Sets that grow from one
/// another share most of the work. What decides between exact, sampled and not computed must depend on the extract
/// and the plan only, never on time.
const EXACT_WORK_LIMIT: u64 = 1_500_000_000;

/// The same for sampled values: the sets that grow along random orders share less.
const SAMPLED_WORK_LIMIT: u64 = 300_000_000;

/// Above this many columns the whole lattice is out of reach whatever the number of records.
const EXACT_COLUMNS: usize = 16;

/// Fewer random orders than this give an interval too wide to be of use.
const FEWEST_ORDERS: u64 = 32;

/// More random orders than this narrow the interval by little.
const MOST_ORDERS: u64 = 256;

/// Unique subjects of each set; the empty set is not in it.
type UniqueSubjects = HashMap<ColumnSet, u64>;

pub(super) fn measure_effects(
    (table, counting): (&Outline, &dyn Counting),
    settings: &Settings,
    counts: &HashMap<ColumnSet, SetCounts>,
    watch: Watch<'_>,
) -> Result<(Vec<ColumnEffect>, ShapleyMethod), StopReason> {
    let columns = table.columns.len();
    let mut unique: UniqueSubjects =
        counts.iter().map(|(set, counts)| (set.clone(), counts.subjects_below(2))).collect();
    let full = ColumnSet::new(0..columns);
    let leaving_one_out = (0..columns).map(|column| full.without(column)).filter(|set| !set.is_empty());
    count_missing(counting, &mut unique, leaving_one_out, watch)?;
    let method = choose_method(table, &unique);
    let shapley: Vec<Option<Estimate>> = match method {
        ShapleyMethod::Exact => {
            let sets = (1..1_u64 << columns).map(|bits| set_of_bits(columns, bits));
            count_missing(counting, &mut unique, sets, watch)?;
            (0..columns).map(|column| Some((exact(table, &unique, column), None))).collect()
        }
        ShapleyMethod::Sampled { orders } => {
            let orders: Vec<Vec<usize>> = SeededOrders::new(settings.seed, columns).take(orders as usize).collect();
            count_missing(counting, &mut unique, orders.iter().flat_map(|order| prefixes(order)), watch)?;
            sampled(table, &unique, &orders)
        }
        ShapleyMethod::NotComputed => vec![None; columns],
    };
    let effect = |(column, shapley): (usize, Option<Estimate>)| {
        let undefined = if shapley.is_none() { vec![UndefinedField::new("shapley", "too-costly")] } else { Vec::new() };
        ColumnEffect {
            column: table.columns[column].name.clone(),
            leave_one_out: Some(value(table, &unique, &full) - value(table, &unique, &full.without(column))),
            shapley: shapley.map(|(value, _)| value),
            interval: shapley.and_then(|(_, interval)| interval),
            undefined,
        }
    };
    Ok((shapley.into_iter().enumerate().map(effect).collect(), method))
}

/// A Shapley value, with its interval when it was sampled.
type Estimate = (f64, Option<[f64; 2]>);

/// Effects of which nothing is defined, for `reason`.
pub(super) fn undefined_effects(table: &Outline, reason: &str) -> (Vec<ColumnEffect>, ShapleyMethod) {
    let effect = |column: &crate::table::ColumnOutline| ColumnEffect {
        column: column.name.clone(),
        leave_one_out: None,
        shapley: None,
        interval: None,
        undefined: vec![UndefinedField::new("leave_one_out", reason), UndefinedField::new("shapley", reason)],
    };
    (table.columns.iter().map(effect).collect(), ShapleyMethod::NotComputed)
}

fn choose_method(table: &Outline, counted: &UniqueSubjects) -> ShapleyMethod {
    let columns = table.columns.len();
    let affordable = |work: u64| work / table.records.max(1);
    let whole = lattice_size(columns, columns);
    if columns <= EXACT_COLUMNS && whole.saturating_sub(counted.len() as u64) <= affordable(EXACT_WORK_LIMIT) {
        return ShapleyMethod::Exact;
    }
    // The first sets of an order are in the lattice, the last two are the full set and one without a column.
    let depth = counted.keys().map(ColumnSet::len).filter(|&size| size + 1 < columns).max().unwrap_or(0);
    let uncounted = columns.saturating_sub(depth + 2).max(1) as u64;
    let orders = (affordable(SAMPLED_WORK_LIMIT) / uncounted).min(MOST_ORDERS);
    match u32::try_from(orders) {
        Ok(orders) if u64::from(orders) >= FEWEST_ORDERS => ShapleyMethod::Sampled { orders },
        _ => ShapleyMethod::NotComputed,
    }
}

/// Counts the sets that are not in `unique` yet.
fn count_missing(
    counting: &dyn Counting,
    unique: &mut UniqueSubjects,
    sets: impl Iterator<Item = ColumnSet>,
    watch: Watch<'_>,
) -> Result<(), StopReason> {
    let missing: BTreeSet<ColumnSet> = sets.filter(|set| !unique.contains_key(set)).collect();
    let missing: Vec<ColumnSet> = missing.into_iter().collect();
    watch.progress.begin("column effects", Some(missing.len() as u64), "column sets");
    let counts = counting.unique_subjects(&missing, watch)?;
    unique.extend(missing.into_iter().zip(counts));
    watch.progress.end();
    Ok(())
}

fn set_of_bits(columns: usize, bits: u64) -> ColumnSet {
    ColumnSet::new((0..columns).filter(|&column| bits >> column & 1 == 1))
}

/// The sets that grow along an order.
fn prefixes(order: &[usize]) -> impl Iterator<Item = ColumnSet> + '_ {
    (1..=order.len()).map(|length| ColumnSet::new(order[..length].iter().copied()))
}

fn value(table: &Outline, unique: &UniqueSubjects, set: &ColumnSet) -> f64 {
    if set.is_empty() { 0.0 } else { as_float(unique[set]) / as_float(table.people()) }
}

/// Sum over S without the column of |S|!(M-|S|-1)!/M! · (v(S ∪ column) - v(S)), as one integer sum for each size.
fn exact(table: &Outline, unique: &UniqueSubjects, column: usize) -> f64 {
    let columns = table.columns.len();
    let mut gains = vec![0_i128; columns];
    for bits in (0..1_u64 << columns).filter(|bits| bits >> column & 1 == 0) {
        let without = set_of_bits(columns, bits);
        let with = set_of_bits(columns, bits | 1 << column);
        let subjects_without = if without.is_empty() { 0 } else { unique[&without] };
        gains[without.len()] += i128::from(unique[&with]) - i128::from(subjects_without);
    }
    let mut subsets_of_size = 1.0;
    let mut sum = 0.0;
    for (size, gain) in gains.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "at most 2^16 sets of fewer than 2^32 subjects each")]
        let (gain, size) = (gain as f64, size as f64);
        sum += gain / subsets_of_size;
        subsets_of_size *= (as_float(columns as u64) - 1.0 - size) / (size + 1.0);
    }
    sum / as_float(columns as u64) / as_float(table.people())
}

pub(super) fn sampled(table: &Outline, unique: &UniqueSubjects, orders: &[Vec<usize>]) -> Vec<Option<Estimate>> {
    let columns = table.columns.len();
    let mut draws = vec![Vec::with_capacity(orders.len()); columns];
    for order in orders {
        let mut before = 0.0;
        for (&column, set) in order.iter().zip(prefixes(order)) {
            let after = value(table, unique, &set);
            draws[column].push(after - before);
            before = after;
        }
    }
    let estimate = |draws: &Vec<f64>| mean_interval(draws).map(|(mean, interval)| (mean, Some(interval)));
    draws.iter().map(estimate).collect()
}
