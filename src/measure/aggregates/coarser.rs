//! Which dimension to coarsen so that no cell of a planned table is unsafe, or fewest are: each proposal counted, none estimated.
//!
//! # Definition
//! A dimension can be replaced by the next levels of its hierarchy, by the calendar units above its own, by itself with the
//! codes merged whose total is unsafe, or left out. Every combination of these is counted as a planned table is, with the same
//! rules and contributors, as long as the work lasts, those that change fewest dimensions first.
//!
//! - *Value kept* is the share of the total that is in safe inner cells.
//! - *Detail kept* is the entropy of records over inner cells, as a share of what it was.
//!
//! # Order
//! Fewest unsafe cells, then most value kept, then most detail kept.

use super::planned::{PlannedCells, measure_planned};
use super::records::{Axis, TableRecords};
use crate::plan::AggregatePlan;
use crate::result::{AggregateTable, CoarserDimension, TableCoarsening};
use crate::stop::{StopReason, Watch};
use crate::tabular::{Dimension, NO_CELL};

/// Records that are counted, over all combinations.
const WORK: usize = 20_000_000;
/// Combinations that are counted.
const MOST_COUNTED: usize = 200;
/// Proposals that are told.
const MOST_TOLD: usize = 3;

/// A coarser form of one dimension.
struct Form {
    /// What it is called, as a rule is written.
    rule: String,
    code_of: Vec<u32>,
    dimension: Dimension,
}

/// The best proposals for a table with unsafe cells, the best first.
///
/// # Errors
/// When told to end.
pub(super) fn coarser(
    plan: &AggregatePlan,
    records: &TableRecords,
    (table, cells): (&AggregateTable, &PlannedCells),
    watch: Watch<'_>,
) -> Result<Vec<TableCoarsening>, StopReason> {
    let Some(is_unsafe) = cells.is_unsafe.as_ref().filter(|found| found.contains(&true)) else { return Ok(Vec::new()) };
    let forms: Vec<Vec<Form>> = (0..plan.by.len()).map(|place| forms(records, cells, is_unsafe, place)).collect();
    let most = MOST_COUNTED.min(WORK / records.records.max(1));
    let before = entropy(cells);
    let mut changed = records.clone();
    let mut proposals = Vec::new();
    for choice in choices(&forms).into_iter().take(most) {
        watch.stop.check()?;
        for (place, (axis, &form)) in changed.axes.iter_mut().zip(&choice).enumerate() {
            let form = form.checked_sub(1).map(|form| &forms[place][form]);
            axis.code_of.clone_from(form.map_or(&records.axes[place].code_of, |form| &form.code_of));
            axis.dimension.clone_from(form.map_or(&records.axes[place].dimension, |form| &form.dimension));
        }
        let (found, cells) = match measure_planned(plan, &changed, watch.stop) {
            Err(StopReason::WorkLimit) => continue,
            found => found?,
        };
        let (Some(unsafe_cells), Some(was)) = (found.unsafe_cells, table.unsafe_cells) else { continue };
        if unsafe_cells >= was {
            continue;
        }
        let dimensions = choice.iter().enumerate().filter(|(_, form)| **form > 0);
        proposals.push(TableCoarsening {
            changes: dimensions
                .map(|(dimension, form)| CoarserDimension { dimension, rule: forms[dimension][form - 1].rule.clone() })
                .collect(),
            cells: found.cells,
            unsafe_cells,
            value_kept: value_kept(&cells),
            detail_kept: (before > 0.0).then(|| (entropy(&cells) / before).min(1.0)),
        });
    }
    // Of equals the one that was tried first changes least.
    proposals.sort_by(|one, other| {
        let kept = |share: Option<f64>| share.unwrap_or(0.0);
        let by_value = kept(other.value_kept).total_cmp(&kept(one.value_kept));
        let by_detail = kept(other.detail_kept).total_cmp(&kept(one.detail_kept));
        one.unsafe_cells.cmp(&other.unsafe_cells).then(by_value).then(by_detail)
    });
    let is_safe = proposals.first().is_some_and(|best| best.unsafe_cells == 0);
    proposals.retain(|proposal| !is_safe || proposal.unsafe_cells == 0);
    proposals.truncate(MOST_TOLD);
    Ok(proposals)
}

/// Every combination of forms but the one that changes nothing; 0 stands for a dimension as it is. Those that change fewest
/// dimensions come first, and of these the finer forms.
fn choices(forms: &[Vec<Form>]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for forms in forms {
        // Beyond this nothing is counted anyway; single changes are among what is left.
        let longer =
            all.iter().flat_map(|choice| (0..=forms.len()).map(move |form| [choice.as_slice(), &[form]].concat()));
        all = longer.collect();
        all.sort_by_key(|choice| (choice.iter().filter(|form| **form > 0).count(), choice.iter().sum::<usize>()));
        all.truncate(100 * MOST_COUNTED);
    }
    all.retain(|choice| choice.iter().any(|&form| form > 0));
    all
}

/// The coarser forms of a dimension, from fine to coarse.
fn forms(records: &TableRecords, cells: &PlannedCells, is_unsafe: &[bool], place: usize) -> Vec<Form> {
    let axis = &records.axes[place];
    let mut forms: Vec<Form> = levels(axis);
    forms.extend(axis.coarser.iter().filter_map(|form| {
        let rule = form.rule.clone();
        regrouped(axis, rule, |value| form.group_of.get(value).copied().unwrap_or(u32::MAX))
    }));
    forms.extend(merged(axis, cells, is_unsafe, place));
    if records.axes.len() > 1
        && let Ok(dimension) = Dimension::flat(1)
    {
        forms.push(Form { rule: "drop".to_owned(), code_of: vec![0; axis.code_of.len()], dimension });
    }
    forms
}

/// The dimension without its finest level, without its two finest, and so on.
fn levels(axis: &Axis) -> Vec<Form> {
    let tree = &axis.dimension;
    // A group is what lies between a total and its members.
    let above = |code: u32| tree.parent(code).filter(|&parent| tree.parent(parent).is_some() || parent != 0);
    let mut code_of = axis.code_of.clone();
    let mut forms = Vec::new();
    for level in 1_u32.. {
        let coarser: Vec<u32> = code_of.iter().map(|&code| above(code).unwrap_or(code)).collect();
        if coarser == code_of {
            break;
        }
        code_of = coarser;
        // Codes that nobody has any more are no cells, and only those with members count as totals.
        let kept: Vec<bool> = {
            let mut kept = vec![false; tree.codes()];
            code_of.iter().flat_map(|&code| tree.upwards(code)).for_each(|code| kept[code as usize] = true);
            kept
        };
        let mut number = vec![0_u32; tree.codes()];
        let mut parents = Vec::new();
        for code in (0_u32..).take(tree.codes()).filter(|&code| kept[code as usize]) {
            number[code as usize] = u32::try_from(parents.len()).unwrap_or(u32::MAX);
            parents.push(tree.parent(code).map(|parent| number[parent as usize]));
        }
        let Ok(dimension) = Dimension::new(parents) else { break };
        let code_of = code_of.iter().map(|&code| number[code as usize]).collect();
        forms.push(Form { rule: format!("level:{level}"), code_of, dimension });
    }
    forms
}

/// A dimension of plain groups of values, under a total where it had one.
fn regrouped(axis: &Axis, rule: String, group_of: impl Fn(usize) -> u32) -> Option<Form> {
    let has_total = axis.dimension.has_members(0);
    let groups: Vec<u32> = (0..axis.code_of.len()).map(group_of).collect();
    let mut distinct = groups.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let first = u32::from(has_total);
    let number = |group: &u32| u32::try_from(distinct.partition_point(|other| other < group)).unwrap_or(0) + first;
    let members = u32::try_from(distinct.len()).ok().filter(|&members| members > 0)?;
    let dimension = if has_total { Dimension::with_total(members) } else { Dimension::flat(members) }.ok()?;
    Some(Form { rule, code_of: groups.iter().map(number).collect(), dimension })
}

/// The dimension with all codes merged whose total over the other dimensions is unsafe; none where these are fewer than two,
/// or everything.
fn merged(axis: &Axis, cells: &PlannedCells, is_unsafe: &[bool], place: usize) -> Option<Form> {
    let layout = cells.index.layout();
    let is_flat =
        (0_u32..).take(axis.dimension.codes()).all(|code| axis.dimension.parent(code).is_none_or(|of| of == 0));
    let have_totals = layout.dimensions().iter().all(|dimension| dimension.has_members(0) || dimension.codes() == 1);
    if !is_flat || !have_totals {
        return None;
    }
    let is_small = |code: u32| {
        let mut codes = vec![0; layout.dimensions().len()];
        codes[place] = code;
        let at = cells.index.cells().binary_search(&layout.address(&codes));
        at.is_ok_and(|cell| is_unsafe[cell])
    };
    let small: Vec<bool> = (0_u32..).take(axis.dimension.codes()).map(is_small).collect();
    let is_merged = |code: u32| code > 0 && small[code as usize];
    let number = (1_u32..).take(axis.dimension.codes().saturating_sub(1)).filter(|&code| is_merged(code)).count();
    if number < 2 || number + 1 >= axis.dimension.codes() {
        return None;
    }
    let group = |value: usize| if is_merged(axis.code_of[value]) { u32::MAX } else { axis.code_of[value] };
    regrouped(axis, format!("merge:{number}"), group)
}

/// The share of the total that is in safe inner cells, amounts without their sign.
#[expect(clippy::cast_precision_loss, reason = "a share")]
fn value_kept(cells: &PlannedCells) -> Option<f64> {
    let is_unsafe = cells.is_unsafe.as_ref()?;
    let values = cells.values(0);
    let (mut all, mut kept) = (0_u128, 0_u128);
    for (cell, &address) in cells.index.cells().iter().enumerate() {
        if cells.index.layout().is_inner(address) {
            let value = u128::from(values[cell].unsigned_abs());
            all += value;
            kept += if is_unsafe[cell] { 0 } else { value };
        }
    }
    (all > 0).then(|| kept as f64 / all as f64)
}

/// The entropy of records over inner cells, in bits.
#[expect(clippy::cast_precision_loss, reason = "a measure of detail")]
fn entropy(cells: &PlannedCells) -> f64 {
    let mut records = vec![0_u64; cells.index.inner_cells()];
    for &cell in cells.cell_of_record.iter().filter(|cell| **cell != NO_CELL) {
        records[cell as usize] += 1;
    }
    let all = records.iter().sum::<u64>() as f64;
    let share = |&number: &u64| number as f64 / all;
    records.iter().filter(|number| **number > 0).map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::aggregates::Side;
    use crate::measure::aggregates::records::CoarserForm;
    use crate::plan::{DimensionPlan, RulePlan};
    use crate::stop::Stop;
    use crate::table::{Codes, Column};
    use crate::tabular::testing::Dice;
    use crate::tries::tries;

    fn column(values: &[u32], cardinality: u32) -> Column {
        let codes = Codes::from_codes(cardinality as usize, values.iter().copied());
        Column::new("c".to_owned(), codes, cardinality, None)
    }

    /// Records of (month, region, who): months in quarters of two, regions in a tree of two groups.
    fn records(rows: &[(u32, u32, u32)]) -> TableRecords {
        let month = Axis {
            values: column(&rows.iter().map(|row| row.0).collect::<Vec<_>>(), 6),
            code_of: (1..=6).collect(),
            dimension: Dimension::with_total(6).unwrap(),
            labels: Vec::new(),
            coarser: vec![CoarserForm { rule: "quarter".to_owned(), group_of: vec![0, 0, 1, 1, 2, 2] }],
        };
        let region = Axis {
            values: column(&rows.iter().map(|row| row.1).collect::<Vec<_>>(), 4),
            code_of: vec![3, 4, 5, 6],
            dimension: Dimension::new(vec![None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]).unwrap(),
            labels: Vec::new(),
            coarser: Vec::new(),
        };
        let who = column(&rows.iter().map(|row| row.2).collect::<Vec<_>>(), 1_000);
        TableRecords {
            records: rows.len(),
            axes: vec![month, region],
            amounts: Vec::new(),
            sides: vec![Side { contributors: Some(who), is_subject: true, holdings: None }],
            asked: None,
            periods: None,
            kept: None,
        }
    }

    fn plan() -> AggregatePlan {
        let by = ["month", "region"].map(|name| DimensionPlan { column: name.to_owned(), rule: None, hierarchy: None });
        let rules = vec![RulePlan::parse("frequency:4").unwrap()];
        AggregatePlan { rules, ..AggregatePlan::new("t".to_owned(), by.to_vec()) }
    }

    fn proposed(rows: &[(u32, u32, u32)]) -> (u64, Vec<TableCoarsening>) {
        let (plan, records, stop) = (plan(), records(rows), Stop::default());
        let (table, cells) = measure_planned(&plan, &records, &stop).unwrap();
        let forms = coarser(&plan, &records, (&table, &cells), Watch::quiet(&stop)).unwrap();
        (table.unsafe_cells.unwrap(), forms)
    }

    fn rules(proposal: &TableCoarsening) -> Vec<(usize, &str)> {
        proposal.changes.iter().map(|change| (change.dimension, change.rule.as_str())).collect()
    }

    #[test]
    fn the_form_that_keeps_most_comes_first_and_is_counted() {
        // Two people a month and region: a quarter has four, and so has a group of regions.
        let rows: Vec<(u32, u32, u32)> = (0..48).map(|at| (at % 6, at / 6 % 4, at)).collect();
        let (before, forms) = proposed(&rows);
        assert_eq!(before, 24);
        assert_eq!((rules(&forms[0]), rules(&forms[1])), (vec![(1, "level:1")], vec![(0, "quarter")]));
        for proposal in &forms {
            assert_eq!((proposal.unsafe_cells, proposal.value_kept), (0, Some(1.0)));
            assert!(proposal.detail_kept.unwrap() < 1.0);
        }
        // Three regions and months with their margins: 7 x 3, and 4 x 7.
        assert_eq!((forms[0].cells, forms[1].cells), (7 * 3, 4 * 7));
        let (none, nothing) = proposed(&(0..240).map(|at| (at % 6, at / 6 % 4, at)).collect::<Vec<_>>());
        assert!(none == 0 && nothing.is_empty());
    }

    /// Cells of a choice that have fewer than four people, counted over plain sets.
    fn slow(rows: &[(u32, u32, u32)], changes: &[(usize, &str)]) -> u64 {
        use std::collections::{BTreeMap, BTreeSet};
        let of = |place: usize| changes.iter().find(|change| change.0 == place).map(|change| change.1);
        let mut cells: BTreeMap<(Vec<u32>, Vec<u32>), BTreeSet<u32>> = BTreeMap::new();
        for &(month, region, who) in rows {
            let months: Vec<Vec<u32>> = match of(0) {
                None => vec![vec![], vec![month]],
                Some("quarter") => vec![vec![], vec![month / 2]],
                Some("drop") => vec![vec![]],
                Some(_) => return u64::MAX,
            };
            let regions: Vec<Vec<u32>> = match of(1) {
                None => vec![vec![], vec![region / 2], vec![region / 2, region]],
                Some("level:1") => vec![vec![], vec![region / 2]],
                _ => vec![vec![]],
            };
            for month in &months {
                for region in &regions {
                    cells.entry((month.clone(), region.clone())).or_default().insert(who);
                }
            }
        }
        cells.values().filter(|who| who.len() < 4).count() as u64
    }

    #[test]
    fn every_proposal_on_random_tables_has_as_many_unsafe_cells_as_a_count_over_plain_sets() {
        let mut dice = Dice::new(5);
        let (mut compared, tables) = (0, tries(2_000));
        for _ in 0..tables {
            let rows: Vec<(u32, u32, u32)> =
                (0..5 + dice.below(40)).map(|_| (dice.below(6), dice.below(4), dice.below(30))).collect();
            let (before, forms) = proposed(&rows);
            assert_eq!(before, slow(&rows, &[]));
            for proposal in &forms {
                let expected = slow(&rows, &rules(proposal));
                if expected != u64::MAX {
                    assert_eq!(proposal.unsafe_cells, expected, "{proposal:?}");
                    compared += 1;
                }
                assert!(proposal.unsafe_cells < before);
            }
            assert!(forms.is_sorted_by_key(|proposal| proposal.unsafe_cells));
        }
        assert!(compared > tables / 2, "{compared}");
    }
}
