//! The risk of each member of the sample and of each group; and what log-linear models expect of the sample uniques.

use std::collections::BTreeMap;

use super::members::{Groups, Members, Weights, in_units};
use super::{Settings, sample};
use crate::number::{as_float, ratio};
use crate::result::{ExpectedMatches, GroupRisk, IndividualRisk, LogLinear, NoEstimate, PopulationEstimate, RiskAbove};
use crate::stats::copula::placed_share;
use crate::stats::log_linear::{MOST_WORK, OccurringCells, TwoWay, cell_risk};
use crate::stats::{group_risk, individual_risk};
use crate::stop::{Stop, StopReason};
use crate::table::{ClassWeight, ColumnSet, Table};

/// Thresholds that practice asks for.
const THRESHOLDS: [f64; 5] = [0.05, 0.09, 0.2, 0.33, 0.5];

/// The risk of each subject in the order of the table, without a subject of each record; for a range of sizes at the
/// smallest, where it is highest. `None` where it is undefined.
#[must_use]
pub fn individual_risks(table: &Table, settings: &Settings<'_>) -> Option<Vec<f64>> {
    let sample = sample(table, settings).ok()?;
    let by_class = risk_by_class(&sample.members, sample.sizes.0).ok()?;
    sample.members.classes.iter().map(|class| by_class.get(class).map(|&(risk, _)| risk)).collect()
}

/// For each kind of class its risk and its members.
fn risk_by_class(members: &Members, population: u64) -> Result<BTreeMap<ClassWeight, (f64, u64)>, NoEstimate> {
    let stands_for = stands_for(members, population)?;
    let mut kinds: BTreeMap<ClassWeight, (f64, u64)> = BTreeMap::new();
    for class in &members.classes {
        kinds.entry(*class).or_insert((0.0, 0)).1 += 1;
    }
    let words = "the weights of a class add up to less than its members, so they are not sizes of a population";
    for (class, (risk, _)) in &mut kinds {
        let found = individual_risk(u64::from(class.members), stands_for(class));
        *risk = found.ok_or_else(|| NoEstimate::new("weights-below-class", words))?;
    }
    Ok(kinds)
}

/// For how many of the population a class stands.
fn stands_for(members: &Members, population: u64) -> Result<impl Fn(&ClassWeight) -> f64, NoEstimate> {
    let unit = match &members.weights {
        Weights::Numbers { unit, .. } => Some(*unit),
        Weights::Unusable(why) => return Err(why.clone()),
        Weights::None if population < members.count() => {
            let words = "the declared population is smaller than the sample";
            return Err(NoEstimate::new("population-too-small", words));
        }
        Weights::None => None,
    };
    let each = as_float(population) / as_float(members.count());
    Ok(move |class: &ClassWeight| match unit {
        Some(unit) => in_units(class.weight, unit),
        None => f64::from(class.members) * each,
    })
}

pub(super) fn individual(members: &Members, population: u64) -> IndividualRisk {
    let weighted = matches!(members.weights, Weights::Numbers { .. });
    match risk_by_class(members, population) {
        Err(why) => IndividualRisk {
            weighted,
            highest: None,
            mean: None,
            expected: None,
            above: Vec::new(),
            undefined: Some(why),
        },
        Ok(kinds) => {
            let risks = || kinds.values().copied();
            let expected: f64 = risks().map(|(risk, members)| risk * as_float(members)).sum();
            let above = |threshold| RiskAbove {
                threshold,
                members: risks().filter(|(risk, _)| *risk > threshold).map(|(_, members)| members).sum(),
            };
            IndividualRisk {
                weighted,
                highest: risks().map(|(risk, _)| risk).max_by(f64::total_cmp),
                mean: Some(expected / as_float(members.count())),
                expected: Some(expected),
                above: THRESHOLDS.into_iter().map(above).collect(),
                undefined: None,
            }
        }
    }
}

pub(super) fn household(members: &Members, groups: &Groups, population: u64) -> GroupRisk {
    let none = |why: NoEstimate| GroupRisk {
        column: groups.column.clone(),
        groups: 0,
        highest: None,
        mean: None,
        expected: None,
        undefined: Some(why),
    };
    let of_member = match &groups.of_member {
        Ok(of_member) => of_member,
        Err(why) => return none(why.clone()),
    };
    let kinds = match risk_by_class(members, population) {
        Ok(kinds) => kinds,
        Err(why) => return none(why),
    };
    let risks = members.classes.iter().map(|class| kinds.get(class).map_or(1.0, |&(risk, _)| risk));
    let mut named: Vec<(u32, f64)> = Vec::new();
    let mut found: Vec<f64> = Vec::new();
    for (group, risk) in of_member.iter().zip(risks) {
        match group {
            Some(group) => named.push((*group, risk)),
            None => found.push(risk),
        }
    }
    // Equal members give equal bits in whatever order the groups are numbered and met.
    named.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    found.extend(named.chunk_by(|one, other| one.0 == other.0).map(|group| group_risk(group.iter().map(|it| it.1))));
    found.sort_unstable_by(f64::total_cmp);
    let expected: f64 = found.iter().sum();
    GroupRisk {
        column: groups.column.clone(),
        groups: found.len() as u64,
        highest: found.last().copied(),
        mean: (!found.is_empty()).then(|| expected / as_float(found.len() as u64)),
        expected: Some(expected),
        undefined: None,
    }
}

/// Adds log-linear risk to every estimate with a fraction.
pub(super) fn add_log_linear(
    table: &Table,
    set: &ColumnSet,
    independent: &[f64],
    keys: &[&[u64]],
    estimates: &mut [PopulationEstimate],
    stop: &Stop,
) -> Result<(), StopReason> {
    let two_way = two_way_means(table, set, keys);
    stop.check()?;
    for estimate in estimates {
        let expected = |means: &[f64]| {
            estimate.fraction.map(|fraction| {
                let risks = means.iter().map(|&mean| cell_risk(mean, fraction));
                risks.fold(ExpectedMatches { population_uniques: 0.0, correct_matches: 0.0 }, |sum, risk| {
                    ExpectedMatches {
                        population_uniques: sum.population_uniques + risk.unique,
                        correct_matches: sum.correct_matches + risk.correct,
                    }
                })
            })
        };
        let undefined = if estimate.fraction.is_none() {
            let words = "the declared population is smaller than the sample";
            Some(NoEstimate::new("population-too-small", words))
        } else {
            two_way.as_ref().err().cloned()
        };
        estimate.log_linear = Some(LogLinear {
            independence: expected(independent),
            two_way: two_way.as_ref().ok().and_then(|means| expected(means)),
            undefined,
        });
    }
    Ok(())
}

/// For each sample unique what independent columns expect in its cell, ascending.
pub(super) fn independent_means(table: &Table, set: &ColumnSet, members: &Members) -> Vec<f64> {
    let total = as_float(members.count());
    let held: Vec<Vec<u32>> = set.columns().iter().map(|&column| table.subjects_by_value(column)).collect();
    let share = |place: usize, column: usize, record: usize| {
        f64::from(held[place][table.columns()[column].value_of(record) as usize]) / total
    };
    let mean = |record: usize| {
        total * placed_share(set.columns().iter().enumerate().map(|(place, &column)| share(place, column, record)))
    };
    let alone = table.first_records().zip(&members.classes).filter(|(_, class)| class.members == 1);
    let mut means: Vec<f64> = alone.map(|(record, _)| mean(record)).collect();
    means.sort_unstable_by(f64::total_cmp);
    means
}

/// The same with all interactions of two columns, or why not.
fn two_way_means(table: &Table, set: &ColumnSet, keys: &[&[u64]]) -> Result<Vec<f64>, NoEstimate> {
    let too_large = || {
        let words = "the product of the values of all columns is too large to fit all interactions of two columns";
        NoEstimate::new("too-costly", words)
    };
    let ranks: Vec<Vec<u32>> = set.columns().iter().map(|&column| ranks(table, column, keys)).collect();
    let cardinalities: Vec<u32> = ranks.iter().map(|ranks| ranks.iter().max().map_or(0, |rank| rank + 1)).collect();
    let grid = cardinalities.iter().try_fold(1_u64, |grid, &values| grid.checked_mul(u64::from(values)));
    let grid = grid.filter(|&grid| grid <= MOST_WORK).and_then(|grid| usize::try_from(grid).ok());
    let grid = grid.ok_or_else(too_large)?;
    let mut counts = vec![0_u64; grid];
    for record in table.first_records() {
        let place =
            set.columns().iter().zip(&ranks).zip(&cardinalities).fold(0, |place, ((&column, ranks), &values)| {
                place * values as usize + ranks[table.columns()[column].value_of(record) as usize] as usize
            });
        counts[place] += 1;
    }
    let mut cells = OccurringCells { cardinalities, ..OccurringCells::default() };
    for (place, &members) in counts.iter().enumerate().filter(|(_, members)| **members > 0) {
        cells.push(place, members);
    }
    match cells.two_way() {
        TwoWay::Fitted(means) => {
            let alone = means.into_iter().zip(&cells.members).filter(|(_, members)| **members == 1);
            Ok(alone.map(|(mean, _)| mean).collect())
        }
        TwoWay::TooLarge => Err(too_large()),
        TwoWay::NotSettled => {
            Err(NoEstimate::new("not-settled", "the fit of all interactions of two columns did not settle"))
        }
    }
}

/// For each value of a column its place among those that occur, in an order that the values alone give.
fn ranks(table: &Table, column: usize, keys: &[&[u64]]) -> Vec<u32> {
    let held = table.subjects_by_value(column);
    let key = |code: usize| (keys.get(column).and_then(|keys| keys.get(code)).copied().unwrap_or(0), held[code]);
    let mut occurring: Vec<usize> = (0..held.len()).filter(|&code| held[code] > 0).collect();
    occurring.sort_by_key(|&code| key(code));
    let mut ranks = vec![0; held.len()];
    for (rank, code) in (0_u32..).zip(occurring) {
        ranks[code] = rank;
    }
    ranks
}

/// The share of members above a threshold.
pub(super) fn share_above(risk: &IndividualRisk, threshold: f64, members: u64) -> Option<f64> {
    let above = risk.above.iter().find(|above| (above.threshold - threshold).abs() < 1e-9)?;
    ratio(above.members, members)
}
