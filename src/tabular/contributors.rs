//! Who is in a cell, and with how much.

use roaring::RoaringBitmap;

/// The contributors of one released cell: each with its number and what it adds to the total.
///
/// A contributor is somebody whose records are summed first; the amount is in minor units, and 0 is an amount: whoever adds
/// nothing is in the cell all the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contributors {
    who: RoaringBitmap,
    /// What each adds, in the order of their numbers.
    amounts: Vec<i64>,
}

/// What the difference of two cells tells of contributors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Contributors of the first cell who are not in the second.
    pub only_first: u64,
    /// Contributors of the second cell who are not in the first.
    pub only_second: u64,
    /// Contributors of both whose amounts differ.
    pub changed: u64,
    /// How much the amount of each of these three groups differs, without its sign, in descending order.
    pub amounts: Vec<u128>,
}

impl Contributors {
    /// The contributors of a cell from pairs of number and amount, in any order. The amounts of one contributor are added
    /// up; `None` when a sum does not fit 64 bits.
    #[must_use]
    pub fn new(mut pairs: Vec<(u32, i64)>) -> Option<Self> {
        pairs.sort_unstable_by_key(|&(who, _)| who);
        let mut amounts: Vec<i64> = Vec::with_capacity(pairs.len());
        let mut last = None;
        for &(who, amount) in &pairs {
            match amounts.last_mut() {
                Some(sum) if last == Some(who) => *sum = sum.checked_add(amount)?,
                _ => amounts.push(amount),
            }
            last = Some(who);
        }
        pairs.dedup_by_key(|&mut (who, _)| who);
        let who = RoaringBitmap::from_sorted_iter(pairs.into_iter().map(|(who, _)| who)).ok()?;
        Some(Self { who, amounts })
    }

    /// Contributors of a cell and their amounts in the same order; `None` when there are more of one than of the other.
    #[must_use]
    pub fn from_parts(who: RoaringBitmap, amounts: Vec<i64>) -> Option<Self> {
        (who.len() == amounts.len() as u64).then_some(Self { who, amounts })
    }

    /// Those of several cells together: the amounts of one contributor are added up. `None` when a sum does not fit 64 bits.
    #[must_use]
    pub fn of_all<'a>(cells: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let pairs = cells.flat_map(|cell| cell.who.iter().zip(cell.amounts.iter().copied()));
        Self::new(pairs.collect())
    }

    /// The only contributor of the cell, if there is one alone.
    #[must_use]
    pub fn only(&self) -> Option<u32> {
        self.who.min().filter(|_| self.amounts.len() == 1)
    }

    /// The numbers of the contributors.
    #[must_use]
    pub fn who(&self) -> &RoaringBitmap {
        &self.who
    }

    /// What each contributor adds, in the order of their numbers.
    #[must_use]
    pub fn amounts(&self) -> &[i64] {
        &self.amounts
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.amounts.len() as u64
    }

    /// The total of the cell.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.amounts.iter().map(|&amount| i128::from(amount)).sum()
    }

    /// Contributors of either cell who are not in the other.
    #[must_use]
    pub fn moved(&self, other: &Self) -> u64 {
        self.count() + other.count() - 2 * self.who.intersection_len(&other.who)
    }

    /// Every contributor of either cell with what the difference holds of it, in the order of their numbers: what it adds to
    /// this cell less what it adds to the other. Those of both cells who add the same are left out.
    fn parts<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Part> + 'a {
        let mut first = self.who.iter().zip(&self.amounts).peekable();
        let mut second = other.who.iter().zip(&other.amounts).peekable();
        std::iter::from_fn(move || {
            loop {
                let (left, right) = (first.peek().copied(), second.peek().copied());
                let (who, one, two) = match (left, right) {
                    (None, None) => return None,
                    (Some((a, &x)), Some((b, &y))) if a == b => (a, Some(x), Some(y)),
                    (Some((a, &x)), right) if right.is_none_or(|(b, _)| a < b) => (a, Some(x), None),
                    (_, Some((b, &y))) => (b, None, Some(y)),
                    (Some((a, &x)), None) => (a, Some(x), None),
                };
                if one.is_some() {
                    first.next();
                }
                if two.is_some() {
                    second.next();
                }
                if one != two {
                    let amount = i128::from(one.unwrap_or(0)) - i128::from(two.unwrap_or(0));
                    return Some(Part { who, amount, first: one.is_some(), second: two.is_some() });
                }
            }
        })
    }

    /// What the difference of this cell and another tells.
    #[must_use]
    pub fn change(&self, other: &Self) -> Change {
        let mut change = Change::default();
        for part in self.parts(other) {
            match (part.first, part.second) {
                (true, true) => change.changed += 1,
                (true, false) => change.only_first += 1,
                _ => change.only_second += 1,
            }
            change.amounts.push(part.amount.unsigned_abs());
        }
        change.amounts.sort_unstable_by(|a, b| b.cmp(a));
        change
    }

    /// How many contributors the difference of two cells is made by, as far as `enough`.
    #[must_use]
    pub fn apart(&self, other: &Self, enough: u64) -> u64 {
        let enough = usize::try_from(enough).unwrap_or(usize::MAX);
        self.parts(other).take(enough).count() as u64
    }

    /// Who the difference is made by.
    pub fn different<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        self.parts(other).map(|part| part.who)
    }
}

/// One contributor of a difference.
struct Part {
    who: u32,
    amount: i128,
    first: bool,
    second: bool,
}

impl Change {
    /// How many contributors the difference is made by: those of one cell only, and those of both whose amounts differ.
    #[must_use]
    pub fn contributors(&self) -> u64 {
        self.only_first + self.only_second + self.changed
    }

    /// How many are in one cell only.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.only_first + self.only_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(pairs: &[(u32, i64)]) -> Contributors {
        Contributors::new(pairs.to_vec()).unwrap()
    }

    #[test]
    fn records_of_a_contributor_are_one_amount() {
        let summed = cell(&[(7, 3), (2, 5), (7, 4)]);
        assert_eq!(summed, cell(&[(2, 5), (7, 7)]));
        assert_eq!((summed.count(), summed.total()), (2, 12));
        assert_eq!(Contributors::new(vec![(1, i64::MAX), (1, 1)]), None);
    }

    #[test]
    fn a_difference_holds_who_came_who_left_and_who_changed() {
        let first = cell(&[(1, 10), (2, 20), (3, 0), (9, 5)]);
        let second = cell(&[(2, 25), (4, 7), (9, 5)]);
        let change = first.change(&second);
        assert_eq!((change.only_first, change.only_second, change.changed), (2, 1, 1));
        assert_eq!(change.amounts, [10, 7, 5, 0], "whoever adds nothing is a contributor all the same");
        assert_eq!((first.moved(&second), first.apart(&second, 99), first.apart(&second, 2)), (3, 4, 2));
        assert_eq!(first.different(&second).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(first.change(&first), Change::default());
    }

    #[test]
    fn the_cell_of_the_published_vector_gives_one_contributor_away() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/vectors/aggregates.json")).unwrap();
        let vector = &vectors["differencing"];
        #[expect(clippy::cast_possible_truncation, reason = "whole amounts of the vector")]
        let whole = |amount: &serde_json::Value| amount.as_f64().unwrap() as i64;
        let of = |name: &str| {
            let release = &vector["releases"][name];
            (release["n"].as_u64().unwrap(), whole(&release["sum"]))
        };
        let ((wide, wide_sum), (narrow, narrow_sum)) = (of("region N 18-65"), of("region N 18-64"));
        // Everybody in the narrow range adds something, and those over it the rest.
        let mut inside: Vec<(u32, i64)> = (1..u32::try_from(narrow).unwrap()).map(|who| (who, 10)).collect();
        inside.push((0, narrow_sum - 10 * i64::try_from(narrow - 1).unwrap()));
        let mut outside = inside.clone();
        outside.push((u32::try_from(narrow).unwrap(), wide_sum - narrow_sum));
        let (narrow_cell, wide_cell) = (cell(&inside), cell(&outside));
        assert_eq!((wide_cell.count(), wide_cell.total()), (wide, i128::from(wide_sum)));
        let change = wide_cell.change(&narrow_cell);
        assert_eq!(Some(change.contributors()), vector["difference"]["n"].as_u64());
        assert_eq!(wide_cell.total() - narrow_cell.total(), i128::from(whole(&vector["difference"]["sum"])));
        assert_eq!(change.amounts, [u128::from(whole(&vector["difference"]["sum"]).unsigned_abs())]);
        let threshold = vector["threshold"].as_u64().unwrap();
        assert_eq!(Some(change.contributors() < threshold), vector["violates"].as_bool());
        assert_eq!((change.only_first, change.only_second), (1, 0));
    }
}
