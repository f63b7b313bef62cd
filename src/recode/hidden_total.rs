//! Totals that a finished table does not declare: a line that is the sum of all its siblings, whatever it is called.
//!
//! Read as one more cell such a line would be in no sum, and nothing would be computed through it, though everybody can. A code
//! is taken for a total if, over every combination of the other dimensions, its value is the sum of all its siblings, where it
//! can be compared (nothing of it is suppressed, and no declared total stands above), with at least two of them once, and no
//! less than the siblings that are published elsewhere.

use std::collections::BTreeMap;

use crate::measure::aggregates::FinishedCell;
use crate::tabular::Layout;

/// The first dimension of which a code is the sum of all its siblings. `rounding` is what values are rounded to a multiple of.
pub(super) fn hidden_total(layout: &Layout, cells: &[FinishedCell], rounding: u32) -> Option<usize> {
    (0..layout.dimensions().len()).find(|&dimension| has_hidden_total(layout, cells, rounding, dimension))
}

/// The cells over the codes under one parent: each with its code, and the value where it is published.
type Line = Vec<(u32, Option<i128>)>;

fn has_hidden_total(layout: &Layout, cells: &[FinishedCell], rounding: u32, dimension: usize) -> bool {
    let tree = &layout.dimensions()[dimension];
    let mut lines: BTreeMap<(Option<u32>, Vec<u32>), Line> = BTreeMap::new();
    for cell in cells {
        let code = layout.code(cell.address, dimension);
        let others = (0..layout.dimensions().len()).filter(|&other| other != dimension);
        let rest: Vec<u32> = others.map(|other| layout.code(cell.address, other)).collect();
        let value = cell.value.filter(|_| !cell.is_suppressed).map(i128::from);
        lines.entry((tree.parent(code), rest)).or_default().push((code, value));
    }
    let published: std::collections::HashSet<u64> =
        cells.iter().filter(|cell| !cell.is_suppressed).map(|cell| cell.address).collect();
    let mut candidates: BTreeMap<Option<u32>, BTreeMap<u32, bool>> = BTreeMap::new();
    for ((parent, rest), line) in &lines {
        let has_total = parent.is_some_and(|parent| {
            let mut codes = rest.clone();
            codes.insert(dimension, parent);
            published.contains(&layout.address(&codes))
        });
        let known = candidates.entry(*parent).or_insert_with(|| {
            let all = 0..u32::try_from(tree.codes()).unwrap_or(u32::MAX);
            all.filter(|&code| tree.parent(code) == *parent).map(|code| (code, false)).collect()
        });
        if has_total {
            // What the whole is stands there, so no other line is it.
            known.clear();
        }
        known.retain(|&code, is_met| match fits(line, code, rounding) {
            Fit::Sum => {
                *is_met = true;
                true
            }
            Fit::Possible => true,
            Fit::No => false,
        });
    }
    candidates.values().flat_map(BTreeMap::values).any(|&is_met| is_met)
}

/// Whether a cell may be the sum of the others in its line.
enum Fit {
    /// It is, and of several.
    Sum,
    /// Nothing says that it is not.
    Possible,
    No,
}

fn fits(line: &Line, code: u32, rounding: u32) -> Fit {
    let own = line.iter().find(|(other, _)| *other == code).map_or(Some(0), |(_, value)| *value);
    let Some(own) = own else { return Fit::Possible };
    let others = || line.iter().filter(|(other, _)| *other != code);
    let sum: i128 = others().filter_map(|(_, value)| *value).sum();
    let slack = if rounding > 1 { i128::from(rounding) * (line.len() as i128 + 1) / 2 } else { 0 };
    if others().any(|(_, value)| value.is_none()) {
        return if own + slack >= sum { Fit::Possible } else { Fit::No };
    }
    let several = others().filter(|(_, value)| value.is_some_and(|value| value != 0)).count() >= 2;
    match (own - sum).abs() <= slack {
        true if several && own != 0 => Fit::Sum,
        true => Fit::Possible,
        false => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabular::Dimension;
    use crate::tabular::testing::Dice;

    fn cells(layout: &Layout, values: &[([u32; 2], Option<i64>)]) -> Vec<FinishedCell> {
        let cell = |(codes, value): &([u32; 2], Option<i64>)| FinishedCell {
            address: layout.address(codes),
            value: *value,
            is_suppressed: value.is_none(),
            contributors: None,
            largest: Vec::new(),
        };
        values.iter().map(cell).collect()
    }

    /// Four codes by three, neither with a total; the last code of the first dimension is the sum of the others where asked.
    fn table(dice: &mut Dice, is_summed: bool, hidden: bool) -> bool {
        let layout = Layout::new(vec![Dimension::flat(4).unwrap(), Dimension::flat(3).unwrap()]).unwrap();
        let mut values = Vec::new();
        for column in 0..3 {
            let inner: Vec<i64> = (0..3).map(|_| i64::from(1 + dice.below(50))).collect();
            let last = if is_summed { inner.iter().sum() } else { i64::from(1 + dice.below(150)) };
            for (row, &value) in (0..).zip(inner.iter().chain([&last])) {
                let is_hidden = hidden && column > 0 && row < 2;
                values.push(([row, column], (!is_hidden).then_some(value)));
            }
        }
        hidden_total(&layout, &cells(&layout, &values), 1) == Some(0)
    }

    #[test]
    fn a_line_that_is_the_sum_of_all_others_is_found_and_a_plain_one_is_not() {
        let mut dice = Dice::new(23);
        let mut by_chance = 0;
        for _ in 0..2_000 {
            assert!(table(&mut dice, true, false) && table(&mut dice, true, true));
            by_chance += u32::from(table(&mut dice, false, false));
        }
        assert!(by_chance < 5, "{by_chance}");
    }

    #[test]
    fn a_declared_total_above_settles_it() {
        let layout = Layout::new(vec![Dimension::with_total(3).unwrap(), Dimension::flat(1).unwrap()]).unwrap();
        let whole = [([0, 0], Some(10)), ([1, 0], Some(5)), ([2, 0], Some(3)), ([3, 0], Some(2))];
        assert_eq!(hidden_total(&layout, &cells(&layout, &whole), 1), None);
        assert_eq!(hidden_total(&layout, &cells(&layout, &whole[1..]), 1), Some(0));
        let two = [([1, 0], Some(5)), ([2, 0], Some(5))];
        assert_eq!(hidden_total(&layout, &cells(&layout, &two), 1), None, "two equal lines are no sum");
        let rounded = [([1, 0], Some(15)), ([2, 0], Some(10)), ([3, 0], Some(10))];
        assert_eq!(hidden_total(&layout, &cells(&layout, &rounded), 5), Some(0));
        assert_eq!(hidden_total(&layout, &cells(&layout, &rounded), 1), None);
    }
}
