//! The cells of all releases of one side and sum, and the differences between them.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::SideMarks;
use super::{Bar, COMPARING, Marks, Merged};
use crate::result::TableDifferences;
use crate::stop::{Stop, StopReason};
use crate::tabular::{
    Contributors, DifferenceLimits, Differences, KeptRelease, Layout, Members, Related, Released, Why, differences,
};

/// The released cells of one side and sum, earlier releases first.
pub(super) struct Cells {
    pub(super) released: Vec<Released>,
    /// The release of each cell, and its place in the table where it is of this extract.
    pub(super) of: Vec<(u32, Option<(usize, u64)>)>,
    pub(super) related: Vec<Related>,
    pub(super) releases: u64,
}

impl Cells {
    pub(super) fn of(
        layout: &Layout,
        current: &[&Members],
        side: (&Merged, u32, usize),
        marked: Option<(&Marks, &SideMarks)>,
        earlier: &[KeptRelease],
    ) -> Option<Self> {
        let mut all = Self { released: Vec::new(), of: Vec::new(), related: Vec::new(), releases: 0 };
        match marked {
            None => {
                for (release, members) in current.iter().enumerate() {
                    all.add_release(layout, members, members.contributors.clone(), release);
                }
            }
            Some((marks, names)) => all.add_marked(layout, current, side, (marks, names), earlier)?,
        }
        Some(all)
    }

    /// Adds a release of this extract: its cells, the totals over them, and each cell's earlier self.
    pub(super) fn add_release(
        &mut self,
        layout: &Layout,
        members: &Members,
        contributors: Vec<Contributors>,
        release: usize,
    ) {
        let number = u32::try_from(self.releases).unwrap_or(u32::MAX);
        let first = self.count();
        let before: BTreeMap<u64, u32> = (0..first)
            .zip(&self.of)
            .filter(|(_, (of, _))| of.checked_add(1) == Some(number))
            .filter_map(|(place, (_, cell))| Some((cell.as_ref()?.1, place)))
            .collect();
        for (&address, contributors) in members.addresses.iter().zip(contributors) {
            if let Some(&earlier) = before.get(&address) {
                self.related.push(Related::Consecutive(earlier, self.count()));
            }
            self.of.push((number, Some((release, address))));
            self.released.push(Released { contributors, measure: 0 });
        }
        for relation in layout.relations(&members.addresses) {
            self.related
                .extend(relation.parts.iter().map(|part| Related::Nested(first + relation.total, first + part)));
        }
        self.releases += 1;
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.released.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn compare(&self, bar: &Bar, stop: &Stop) -> Result<Differences, StopReason> {
        let rule = |amounts: &[u128]| bar.is_unsafe(amounts);
        let unsafe_amounts: Option<crate::tabular::AmountRule<'_>> =
            if bar.of_amounts.is_empty() { None } else { Some(&rule) };
        differences(
            &self.released,
            &self.related,
            &DifferenceLimits { fewest: bar.fewest, unsafe_amounts, work: COMPARING },
            stop,
        )
    }

    /// Adds what was found to the figures of the table.
    pub(super) fn add(&self, found: &Differences, all: &mut TableDifferences, cells: &mut BTreeSet<(usize, u64)>) {
        all.compared_pairs += found.compared;
        all.complete &= found.complete;
        all.releases = all.releases.max(self.releases);
        for pair in &found.pairs {
            let (one, two) = (&self.of[pair.first as usize], &self.of[pair.second as usize]);
            // What two earlier releases tell of each other is out already, and nothing can be done about it here.
            if one.1.is_none() && two.1.is_none() {
                continue;
            }
            all.unsafe_differences += 1;
            let is_nested = one.0 == two.0;
            all.nested += u64::from(is_nested);
            all.between_releases += u64::from(!is_nested);
            all.joiners += u64::from(!is_nested && pair.only_second > 0);
            all.leavers += u64::from(!is_nested && pair.only_first > 0);
            all.single += u64::from(pair.contributors() == 1);
            all.mixed += u64::from(pair.why == Why::Few && pair.is_mixed());
            all.by_amounts += u64::from(pair.why == Why::Amounts);
            all.few_moved += u64::from(pair.why == Why::FewMoved);
            cells.extend([one.1, two.1].into_iter().flatten());
        }
    }
}
