//! Finished tables that an outsider holds beside one: earlier releases of it, and further tables of the same release.
//!
//! # Definition
//! Cells are recognised by the labels of their codes; a total is the absence of a code. Two releases are *of the same records*
//! if they have a published cell in common and every such cell has the same value, rounding allowed for. A cell that one of
//! them suppresses and the other publishes is then *told*.
//!
//! The difference of a cell and its earlier self is made by people whom no file names. It is nothing if the value did not
//! change; it has enough of them if the numbers of contributors are told and so far apart that enough must have come or left
//! (`|A △ B| >= ||A| - |B||`), and no rule asks about amounts; it is unsafe if these numbers are apart, but by fewer than
//! allowed; of everything else nothing is known, which is never safe: equal numbers may hide that one came and one left.
//!
//! # Edge cases
//! A cell that only one release has is judged there. A pair of cells that are both too small is left out: each is unsafe by
//! itself. Cells that are no sums are undecided wherever both releases publish them.

use std::collections::{BTreeSet, HashMap};

use super::finished::FinishedRecords;
use super::records::TableRecords;
use crate::plan::{AggregatePlan, Statistic};
use crate::result::TableDifferences;
use crate::tabular::{Layout, Members};

/// The codes of a cell by column, totals left out, in the order of columns.
type Name<'a> = Vec<(&'a str, u128)>;

/// What a release says of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    /// Its value in minor units of the release; `None` where it is suppressed.
    value: Option<i64>,
    contributors: Option<u64>,
    /// The place in the table that the release was made of: an address.
    address: u64,
}

/// One release as an outsider sees it.
#[derive(Debug, Clone)]
pub(super) struct Release<'a> {
    cells: HashMap<Name<'a>, Shown>,
    decimals: u32,
    /// What values are rounded to a multiple of; 1 where they are not.
    rounding: u32,
}

/// What is known of a table from others of the same records: the value of each told cell by its address, and half of what it
/// is rounded to.
pub(super) type Known = HashMap<u64, (i64, u32)>;

fn name<'a>(plan: &'a AggregatePlan, layout: &Layout, labels: &[super::Labels], address: u64) -> Name<'a> {
    let codes = plan.by.iter().zip(labels).enumerate();
    let mut name: Name<'a> = codes
        .filter_map(|(place, (by, labels))| {
            let code = layout.code(address, place) as usize;
            Some((by.column.as_str(), labels.get(code).copied().flatten()?))
        })
        .collect();
    name.sort_unstable();
    name
}

impl<'a> Release<'a> {
    /// What a file says.
    pub(super) fn of_file(plan: &'a AggregatePlan, records: &FinishedRecords) -> Self {
        let shown = |cell: &super::FinishedCell| Shown {
            value: cell.value.filter(|_| !cell.is_suppressed),
            contributors: cell.contributors,
            address: cell.address,
        };
        let cells = records.cells.iter();
        let cells = cells.map(|cell| (name(plan, &records.layout, &records.labels, cell.address), shown(cell)));
        Self { cells: cells.collect(), decimals: records.decimals, rounding: records.rounding }
    }

    /// What a planned table will say. `None` where a total does not fit.
    pub(super) fn of_plan(
        plan: &'a AggregatePlan,
        records: &TableRecords,
        layout: &Layout,
        members: &Members,
    ) -> Option<Self> {
        let labels: Vec<super::Labels> = records.axes.iter().map(|axis| axis.labels.clone()).collect();
        let cell = |(&address, contributors): (&u64, &crate::tabular::Contributors)| {
            let value = i64::try_from(contributors.total()).ok()?;
            let shown = Shown { value: Some(value), contributors: Some(contributors.count()), address };
            Some((name(plan, layout, &labels, address), shown))
        };
        let cells = members.addresses.iter().zip(&members.contributors).map(cell).collect::<Option<_>>()?;
        Some(Self { cells, decimals: records.amounts.first().map_or(0, |amounts| amounts.decimals), rounding: 1 })
    }

    /// Cells that both releases publish, ours first.
    fn common<'b>(&'b self, other: &'b Self) -> impl Iterator<Item = (&'b Shown, &'b Shown)> {
        let pairs = self.cells.iter().filter_map(|(name, shown)| Some((shown, other.cells.get(name)?)));
        pairs.filter(|(ours, theirs)| ours.value.is_some() && theirs.value.is_some())
    }

    /// Whether two published values may be one, rounding allowed for.
    fn is_equal(&self, ours: &Shown, other: &Self, theirs: &Shown) -> bool {
        let most = self.decimals.max(other.decimals);
        let unit = |of: u32| 10_i128.checked_pow(most - of);
        let (Some(one), Some(two), Some(first), Some(second)) =
            (unit(self.decimals), unit(other.decimals), ours.value, theirs.value)
        else {
            return false;
        };
        let apart = (i128::from(first) * one - i128::from(second) * two).abs();
        let slack = |rounding: u32, unit: i128| if rounding > 1 { i128::from(rounding) * unit } else { 0 };
        apart * 2 <= slack(self.rounding, one) + slack(other.rounding, two)
    }

    /// Whether another release is of the same records.
    fn is_alike(&self, other: &Self) -> bool {
        let mut common = self.common(other).peekable();
        common.peek().is_some() && common.all(|(ours, theirs)| self.is_equal(ours, other, theirs))
    }

    /// Suppressed cells that another release of the same records publishes, in our units.
    pub(super) fn shown_by(&self, other: &Self) -> Known {
        if !self.is_alike(other) {
            return Known::new();
        }
        let known = |(name, shown): (&Name<'a>, &Shown)| {
            let theirs = other.cells.get(name).filter(|_| shown.value.is_none())?.value?;
            let value = match self.decimals.checked_sub(other.decimals) {
                Some(more) => theirs.checked_mul(10_i64.checked_pow(more)?)?,
                // A finer value tells the whole units as well.
                None => theirs.div_euclid(10_i64.checked_pow(other.decimals - self.decimals)?),
            };
            Some((shown.address, (value, other.rounding)))
        };
        self.cells.iter().filter_map(known).collect()
    }
}

/// When the difference of a cell and its earlier self is shown to be safe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    /// The smallest number of contributors.
    pub(super) fewest: u64,
    /// Whether rules ask about amounts, which no file tells of a difference.
    pub(super) of_amounts: bool,
    /// Whether cells are sums, of which there are differences.
    pub(super) is_sum: bool,
}

impl Least {
    /// The strictest that a table asks for, whichever side it is for.
    pub(super) fn of(plan: &AggregatePlan) -> Self {
        let asked = plan.rules.iter().filter_map(|rule| match rule.rule {
            crate::tabular::Rule::Frequency(least) => Some(least),
            _ => None,
        });
        let of_amounts = plan.rules.iter().any(|rule| rule.rule.is_of_amounts());
        let is_sum = matches!(plan.statistic, Statistic::Count | Statistic::Sum(_));
        Self { fewest: asked.max().unwrap_or(if of_amounts { 3 } else { 2 }), of_amounts, is_sum }
    }
}

/// What earlier releases tell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Earlier {
    /// Addresses of cells with an unsafe difference.
    pub(super) cells: BTreeSet<u64>,
    /// Addresses of cells of which nobody knows who makes a difference.
    pub(super) undecided: BTreeSet<u64>,
    found: TableDifferences,
}

impl Earlier {
    /// Compares a release with each earlier one.
    pub(super) fn compare(present: &Release<'_>, earlier: &[Release<'_>], least: Least) -> Self {
        let mut all = Self::default();
        for before in earlier {
            all.found.releases += 1;
            for (ours, theirs) in present.common(before) {
                all.found.compared_pairs += 1;
                let is_same = least.is_sum && present.is_equal(ours, before, theirs);
                match (ours.contributors, theirs.contributors) {
                    (Some(now), Some(then)) if now < least.fewest && then < least.fewest => {}
                    (Some(now), Some(then)) if is_same && now == then => {}
                    (None, _) | (_, None) if is_same => {}
                    (Some(now), Some(then))
                        if now.abs_diff(then) >= least.fewest && !least.of_amounts && least.is_sum => {}
                    (Some(now), Some(then)) if now != then && now.abs_diff(then) < least.fewest => {
                        all.found.unsafe_differences += 1;
                        all.found.between_releases += 1;
                        all.found.few_moved += 1;
                        all.found.joiners += u64::from(now > then);
                        all.found.leavers += u64::from(now < then);
                        all.cells.insert(ours.address);
                    }
                    _ => {
                        all.undecided.insert(ours.address);
                    }
                }
            }
        }
        all
    }

    /// Adds what was found to the figures of the table; cells are counted by whoever knows them all.
    pub(super) fn add_to(&self, all: &mut TableDifferences) {
        let found = &self.found;
        all.compared_pairs += found.compared_pairs;
        all.unsafe_differences += found.unsafe_differences;
        all.between_releases += found.between_releases;
        all.few_moved += found.few_moved;
        all.joiners += found.joiners;
        all.leavers += found.leavers;
        all.releases += found.releases;
        all.undecided_cells += self.undecided.difference(&self.cells).count() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::aggregates::FinishedCell;
    use crate::plan::{DimensionPlan, RulePlan};
    use crate::result::TableFile;
    use crate::tabular::Dimension;
    use crate::tabular::testing::Dice;

    fn plan(rules: &[&str]) -> AggregatePlan {
        let by = vec![DimensionPlan { column: "area".to_owned(), rule: None, hierarchy: None }];
        let mut plan = AggregatePlan::new("t".to_owned(), by);
        plan.rules = rules.iter().map(|rule| RulePlan::parse(rule).unwrap()).collect();
        plan
    }

    /// A total and its cells: the value, where it is published, and the number of contributors.
    fn file(cells: &[(Option<i64>, Option<u64>)], labels: &[u128], rounding: u32) -> FinishedRecords {
        let members = u32::try_from(labels.len()).unwrap();
        let cell = |(address, &(value, contributors)): (u64, &(Option<i64>, Option<u64>))| FinishedCell {
            address,
            value,
            is_suppressed: value.is_none(),
            contributors,
            largest: Vec::new(),
        };
        FinishedRecords {
            file: TableFile::default(),
            layout: Layout::new(vec![Dimension::with_total(members).unwrap()]).unwrap(),
            cells: (0..).zip(cells).map(cell).collect(),
            rounding,
            decimals: 0,
            labels: vec![std::iter::once(None).chain(labels.iter().copied().map(Some)).collect()],
        }
    }

    fn compared(rules: &[&str], now: &FinishedRecords, then: &FinishedRecords) -> (TableDifferences, u64) {
        let plan = plan(rules);
        let [present, before] = [now, then].map(|records| Release::of_file(&plan, records));
        let earlier = Earlier::compare(&present, &[before], Least::of(&plan));
        let mut all = TableDifferences::default();
        earlier.add_to(&mut all);
        (all, earlier.cells.len() as u64)
    }

    #[test]
    fn the_same_table_again_tells_nothing_and_the_order_of_codes_is_nobodys_business() {
        let now = file(&[(Some(90), Some(30)), (Some(50), Some(12)), (Some(40), Some(18))], &[11, 12], 1);
        let then = file(&[(Some(90), Some(30)), (Some(40), Some(18)), (Some(50), Some(12))], &[12, 11], 1);
        let (found, cells) = compared(&["frequency:5", "p:10"], &now, &then);
        assert_eq!((found.compared_pairs, found.unsafe_differences, found.undecided_cells, cells), (3, 0, 0, 0));
        assert_eq!(found.releases, 1);
    }

    #[test]
    fn a_single_joiner_is_told_by_the_numbers_and_a_changed_value_without_them_is_undecided() {
        let then = file(&[(Some(90), Some(30)), (Some(50), Some(12)), (Some(40), Some(18))], &[11, 12], 1);
        let now = file(&[(Some(97), Some(31)), (Some(57), Some(13)), (Some(40), Some(18))], &[11, 12], 1);
        let (found, cells) = compared(&["frequency:5"], &now, &then);
        assert_eq!((found.unsafe_differences, found.joiners, found.few_moved, cells), (2, 2, 2, 2));
        let (found, _) = compared(&["frequency:5"], &then, &now);
        assert_eq!((found.leavers, found.undecided_cells), (2, 0));
        // One came and one left: the numbers are the same, and say nothing.
        let swapped = file(&[(Some(91), Some(30)), (Some(51), Some(12)), (Some(40), Some(18))], &[11, 12], 1);
        let (found, cells) = compared(&["frequency:5"], &swapped, &then);
        assert_eq!((found.unsafe_differences, found.undecided_cells, cells), (0, 2, 0));
        let silent = file(&[(Some(91), None), (Some(51), None), (Some(40), None)], &[11, 12], 1);
        assert_eq!(compared(&["frequency:5"], &silent, &then).0.undecided_cells, 2);
    }

    #[test]
    fn enough_who_came_are_enough_only_where_no_rule_asks_for_amounts() {
        let then = file(&[(Some(90), Some(30)), (Some(90), Some(30))], &[11], 1);
        let now = file(&[(Some(99), Some(37)), (Some(99), Some(37))], &[11], 1);
        let (found, _) = compared(&["frequency:5"], &now, &then);
        assert_eq!((found.unsafe_differences, found.undecided_cells), (0, 0));
        let (found, _) = compared(&["frequency:5", "p:10"], &now, &then);
        assert_eq!((found.unsafe_differences, found.undecided_cells), (0, 2));
        let (found, _) = compared(&["frequency:8"], &now, &then);
        assert_eq!(found.unsafe_differences, 2);
    }

    #[test]
    fn what_rounding_explains_is_no_change() {
        let then = file(&[(Some(90), None), (Some(90), None)], &[11], 10);
        let now = file(&[(Some(100), None), (Some(100), None)], &[11], 10);
        assert_eq!(compared(&["frequency:5"], &now, &then).0.undecided_cells, 0);
        let later = file(&[(Some(110), None), (Some(110), None)], &[11], 10);
        assert_eq!(compared(&["frequency:5"], &later, &then).0.undecided_cells, 2);
    }

    #[test]
    fn a_hidden_cell_is_told_by_a_release_of_the_same_records_alone() {
        let plan = plan(&["frequency:5"]);
        let of = |records: &FinishedRecords| Release::of_file(&plan, records).cells.len();
        let now = file(&[(Some(90), Some(30)), (None, Some(3)), (None, Some(27))], &[11, 12], 1);
        let then = file(&[(Some(90), Some(30)), (Some(5), Some(3)), (None, Some(27))], &[11, 12], 1);
        assert_eq!((of(&now), of(&then)), (3, 3));
        let [present, before] = [&now, &then].map(|records| Release::of_file(&plan, records));
        assert_eq!(present.shown_by(&before), Known::from([(1, (5, 1))]));
        let other = file(&[(Some(91), Some(30)), (Some(5), Some(3)), (None, Some(27))], &[11, 12], 1);
        assert!(present.shown_by(&Release::of_file(&plan, &other)).is_empty(), "another total, other records");
        let apart = file(&[(None, Some(30)), (Some(5), Some(3)), (Some(85), Some(27))], &[11, 12], 1);
        assert!(present.shown_by(&Release::of_file(&plan, &apart)).is_empty(), "nothing shows that they are the same");
    }

    /// Laws on 2,000 random pairs: a change is never passed over in silence, and what is called safe has enough people whoever
    /// they are.
    #[test]
    fn no_pair_of_random_tables_is_called_safe_unless_enough_must_have_moved() {
        let mut dice = Dice::new(41);
        let (mut unsafe_pairs, mut undecided, mut safe) = (0, 0, 0);
        for _ in 0..2_000 {
            // People of two releases of one cell; everybody adds 1 to 3.
            let people = 4 + dice.below(16);
            let [mut then, mut now] = [std::collections::BTreeMap::new(), std::collections::BTreeMap::new()];
            for who in 0..people {
                if dice.below(3) > 0 {
                    then.insert(who, i64::from(1 + dice.below(3)));
                }
                match dice.below(5) {
                    0 => now.extend([(who, i64::from(1 + dice.below(3)))]),
                    1 => {}
                    _ => now.extend(then.get(&who).map(|&amount| (who, amount))),
                }
            }
            let fewest = 2 + dice.below(5);
            let of = |cell: &std::collections::BTreeMap<u32, i64>| {
                let shown = (Some(cell.values().sum()), Some(cell.len() as u64));
                file(&[shown, shown], &[11], 1)
            };
            let (found, cells) = compared(&[&format!("frequency:{fewest}")], &of(&now), &of(&then));
            let fewest = fewest as usize;
            if then.len() < fewest && now.len() < fewest {
                assert_eq!((cells, found.undecided_cells), (0, 0));
                continue;
            }
            let total = |cell: &std::collections::BTreeMap<u32, i64>| cell.values().sum::<i64>();
            let moved = (0..people).filter(|who| then.contains_key(who) != now.contains_key(who)).count();
            if cells == 0 && found.undecided_cells == 0 {
                let is_unchanged = total(&then) == total(&now) && then.len() == now.len();
                assert!(is_unchanged || moved >= fewest);
                safe += 1;
            }
            unsafe_pairs += u64::from(cells > 0);
            undecided += u64::from(found.undecided_cells > 0);
        }
        assert!(unsafe_pairs > 200 && undecided > 100 && safe > 50, "{unsafe_pairs} {undecided} {safe}");
    }
}
