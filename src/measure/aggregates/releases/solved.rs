//! Whom the sums of this release determine together with those of earlier ones.
//!
//! What somebody adds to a cell is one unknown in every release in which it is the same, and another where it changed: an
//! outsider who knows that most people's amounts stay takes them for the same. Cells are recognised by their marks, and each
//! has sums of its own: its totals in all releases.

use std::collections::{BTreeMap, BTreeSet};

use super::{Amount, Marks, Release, SOLVING, SideMarks};
use crate::result::TableDetermination;
use crate::stop::{Stop, StopReason};
use crate::tabular::{Contributors, KeptRelease, Layout, Mark, determination};

/// What one person adds to a cell, in minor units of the finest release.
type Unknown = (Mark, i128);

/// The sums of one cell: those that were released before, then those of this extract.
#[derive(Default)]
struct Totals {
    earlier: BTreeSet<Vec<Unknown>>,
    present: BTreeSet<Vec<Unknown>>,
}

impl Amount<'_> {
    /// Adds the subjects that are determined only with the help of earlier releases.
    pub(super) fn determined_with_earlier(
        &self,
        (layout, releases): (&Layout, &[Release]),
        ((marks, names), earlier): ((&Marks, &SideMarks), &[KeptRelease]),
        found: &mut TableDetermination,
        stop: &Stop,
    ) -> Result<(), StopReason> {
        let Some(measure) = marks.measure(self.part, names) else { return Ok(()) };
        let earlier: Vec<&KeptRelease> = earlier.iter().filter(|kept| kept.measure == measure).collect();
        if earlier.is_empty() {
            return Ok(());
        }
        let decimals = self.records.amounts.get(self.part).map_or(0, |amounts| amounts.decimals);
        let most = earlier.iter().map(|kept| kept.decimals).fold(decimals, u32::max);
        let mut totals: BTreeMap<Mark, Totals> = BTreeMap::new();
        let of_numbers = names.of_numbers(self.merged);
        for release in releases {
            for (&address, cell) in release.members.addresses.iter().zip(&release.members.contributors) {
                let name = |who: u32| of_numbers.get(&who).copied();
                let Some(row) = row(cell, name, most - decimals) else {
                    unsolved(found);
                    return Ok(());
                };
                totals.entry(marks.cell(layout, address)).or_default().present.insert(row);
            }
        }
        for kept in &earlier {
            for (mark, cell) in &kept.cells {
                let Some(totals) = totals.get_mut(mark) else { continue };
                let name = |place: u32| kept.people.get(place as usize).copied();
                let Some(row) = row(cell, name, most - kept.decimals) else {
                    unsolved(found);
                    return Ok(());
                };
                totals.earlier.insert(row);
            }
        }
        let mut more: BTreeSet<Mark> = BTreeSet::new();
        for totals in totals.values() {
            stop.check()?;
            let Some(determined) = totals.newly_determined(stop)? else {
                unsolved(found);
                return Ok(());
            };
            more.extend(determined);
        }
        // Whoever this release determines by itself is counted there; it cannot be told who that is, so the larger number stands.
        found.determined_subjects = found.determined_subjects.max(more.len() as u64);
        Ok(())
    }
}

/// What was not solved is never safe.
fn unsolved(found: &mut TableDetermination) {
    (found.complete, found.reconstruction) = (false, None);
}

/// Everybody in a cell with what they add.
fn row(cell: &Contributors, name: impl Fn(u32) -> Option<Mark>, finer: u32) -> Option<Vec<Unknown>> {
    let unit = 10_i128.checked_pow(finer)?;
    let mut row: Vec<Unknown> = cell
        .who()
        .iter()
        .zip(cell.amounts())
        .map(|(who, &amount)| Some((name(who)?, i128::from(amount).checked_mul(unit)?)))
        .collect::<Option<_>>()?;
    row.sort_unstable();
    Some(row)
}

impl Totals {
    /// Who is determined by all sums and by those of earlier releases alone not; `None` where the work was cut off.
    fn newly_determined(&self, stop: &Stop) -> Result<Option<BTreeSet<Mark>>, StopReason> {
        let new: Vec<&Vec<Unknown>> = self.present.difference(&self.earlier).collect();
        if new.is_empty() || self.earlier.is_empty() {
            return Ok(Some(BTreeSet::new()));
        }
        let rows: Vec<&Vec<Unknown>> = self.earlier.iter().chain(new.iter().copied()).collect();
        let mut unknowns: Vec<Unknown> = rows.iter().flat_map(|row| row.iter().copied()).collect();
        unknowns.sort_unstable();
        unknowns.dedup();
        let mut people: Vec<Mark> = unknowns.iter().map(|(who, _)| *who).collect();
        people.dedup();
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX - 1);
        let owners: Vec<u32> =
            unknowns.iter().map(|(who, _)| number(people.partition_point(|one| one < who))).collect();
        let rows: Vec<Vec<u32>> = rows
            .iter()
            .map(|row| row.iter().map(|unknown| number(unknowns.partition_point(|one| one < unknown))).collect())
            .collect();
        let after = determination(&rows, &owners, SOLVING, stop)?;
        let before = determination(&rows[..self.earlier.len()], &owners, SOLVING, stop)?;
        if !after.complete || !before.complete {
            return Ok(None);
        }
        let is_new = |who: &&u32| before.owners.binary_search(who).is_err();
        let determined = after.owners.iter().filter(is_new).filter_map(|&who| people.get(who as usize).copied());
        Ok(Some(determined.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;

    fn row(people: &[(u8, i128)]) -> Vec<Unknown> {
        people.iter().map(|&(who, amount)| ([who; 16], amount)).collect()
    }

    fn told(earlier: &[Vec<Unknown>], present: &[Vec<Unknown>]) -> Vec<u8> {
        let totals = Totals { earlier: earlier.iter().cloned().collect(), present: present.iter().cloned().collect() };
        totals.newly_determined(&Stop::default()).unwrap().unwrap().iter().map(|mark| mark[0]).collect()
    }

    #[test]
    fn three_releases_determine_whom_no_two_do() {
        // The first vector of the methods: of A+B+C, B+C+D and A+D follow A and D.
        let [first, second, third] =
            [row(&[(1, 5), (2, 6), (3, 7)]), row(&[(2, 6), (3, 7), (4, 8)]), row(&[(1, 5), (4, 8)])];
        assert_eq!(told(&[first.clone(), second.clone()], std::slice::from_ref(&third)), [1, 4]);
        assert!(told(std::slice::from_ref(&first), std::slice::from_ref(&second)).is_empty());
        // Where the last one spends another amount, the sum of both of its amounts follows, and nobody else's.
        let changed = row(&[(1, 5), (4, 9)]);
        assert_eq!(told(&[first.clone(), second.clone()], &[changed]), [4]);
        let others = row(&[(1, 6), (4, 9)]);
        assert!(told(&[first.clone(), second.clone()], &[others]).is_empty());
        // What is out already is not counted again.
        assert!(told(&[first.clone(), second, third], &[first]).is_empty());
    }
}
