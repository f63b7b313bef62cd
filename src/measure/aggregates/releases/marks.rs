//! Names under which cells and contributors are recognised in a later release.

use std::collections::{BTreeMap, HashSet};

use super::cells::Cells;
use super::{Amount, sums_of};
use crate::measure::aggregates::merged::Merged;
use crate::measure::aggregates::records::TableRecords;
use crate::plan::AggregatePlan;
use crate::stop::{Stop, StopReason};
use crate::tabular::{Common, Contributors, KeptKey, KeptRelease, Layout, Mark, Members, Related, Released};

/// Marks of everything that a table shows and of everybody who is in it, under the key of one folder.
#[derive(Debug, Clone)]
pub struct Marks {
    /// The key.
    pub key: KeptKey,
    /// What is summed, for each column of amounts; where records are counted as well, that comes last.
    pub sums: Vec<Mark>,
    /// The mark of every code of each dimension.
    pub codes: Vec<Vec<Mark>>,
    /// Each side; `None` where every record is a contributor, whom nobody recognises.
    pub sides: Vec<Option<SideMarks>>,
}

/// What a folder keeps of earlier releases, and the names to recognise it by.
#[derive(Debug, Clone)]
pub struct KeptBefore {
    /// The names.
    pub marks: Marks,
    /// The releases, of any measure and side.
    pub earlier: std::sync::Arc<Vec<KeptRelease>>,
}

/// Marks of the contributors of one side.
#[derive(Debug, Clone)]
pub struct SideMarks {
    /// The column.
    pub column: Mark,
    /// Each value of it.
    pub contributors: Vec<Mark>,
    /// Each value of the column that merges them.
    pub holdings: Vec<Mark>,
}

impl Marks {
    /// What is counted or summed, and whose.
    pub(super) fn measure(&self, part: usize, side: &SideMarks) -> Option<Mark> {
        Some(self.key.mark(&[b"measure", self.sums.get(part)?, &side.column]))
    }

    /// The cell at an address.
    pub(super) fn cell(&self, layout: &Layout, address: u64) -> Mark {
        let codes = self.codes.iter().enumerate().map(|(place, marks)| marks[layout.code(address, place) as usize]);
        // Dimensions in another order make the same cell.
        let mut codes: Vec<Mark> = codes.collect();
        codes.sort_unstable();
        let parts: Vec<&[u8]> = std::iter::once(b"cell".as_slice()).chain(codes.iter().map(Mark::as_slice)).collect();
        self.key.mark(&parts)
    }
}

impl SideMarks {
    /// The mark of each number that merged contributors have: the least of the holdings in it, so that a new card of a known
    /// holder is the known holder; the contributor's own where there is none.
    pub(super) fn of_numbers(&self, merged: &Merged) -> BTreeMap<u32, Mark> {
        let mut marks: BTreeMap<u32, (bool, Mark)> = BTreeMap::new();
        let contributors = merged.by_contributor.iter().zip(&self.contributors).map(|(of, mark)| (*of, (true, *mark)));
        let holdings = merged.by_holding.iter().zip(&self.holdings).map(|(of, mark)| (*of, (false, *mark)));
        for (number, mark) in contributors.chain(holdings) {
            let known = marks.entry(number).or_insert(mark);
            *known = mark.min(*known);
        }
        marks.into_iter().map(|(number, (_, mark))| (number, mark)).collect()
    }
}

/// One release as it is kept.
fn kept_release(
    layout: &Layout,
    members: &Members,
    names: &BTreeMap<u32, Mark>,
    (marks, measure, decimals): (&Marks, Mark, u32),
) -> Option<KeptRelease> {
    let everybody = members.contributors.iter().fold(roaring::RoaringBitmap::new(), |all, cell| all | cell.who());
    let mut people: Vec<(Mark, u32)> =
        everybody.iter().map(|who| Some((*names.get(&who)?, who))).collect::<Option<_>>()?;
    people.sort_unstable();
    let place: BTreeMap<u32, u32> = people.iter().map(|(_, who)| *who).zip(0..).collect();
    let cell = |contributors: &Contributors| {
        let pairs = contributors.who().iter().zip(contributors.amounts());
        Contributors::new(pairs.map(|(who, amount)| Some((*place.get(&who)?, *amount))).collect::<Option<_>>()?)
    };
    let mut cells: Vec<(Mark, Contributors)> = members
        .addresses
        .iter()
        .zip(&members.contributors)
        .map(|(address, contributors)| Some((marks.cell(layout, *address), cell(contributors)?)))
        .collect::<Option<_>>()?;
    cells.sort_unstable_by_key(|(mark, _)| *mark);
    Some(KeptRelease { measure, decimals, people: people.into_iter().map(|(mark, _)| mark).collect(), cells })
}

/// What a later scan needs to know of this release: one [`KeptRelease`] for each side and sum; of a rolling table its last window.
/// `published` are the addresses of the cells that are shown; all are where it is `None`. `None` when cells are no sums, or do
/// not fit.
///
/// # Errors
/// When it is time to end.
#[expect(clippy::implicit_hasher, reason = "one kind of set is handed over")]
pub fn kept(
    plan: &AggregatePlan,
    records: &TableRecords,
    published: Option<&HashSet<u64>>,
    stop: &Stop,
) -> Result<Option<Vec<KeptRelease>>, StopReason> {
    let Some(KeptBefore { marks, .. }) = &records.kept else { return Ok(None) };
    let layout = Layout::new(records.axes.iter().map(|axis| axis.dimension.clone()).collect());
    let Ok(layout) = layout else { return Ok(None) };
    if matches!(plan.statistic, crate::plan::Statistic::Quantile { .. }) {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (side, names) in records.sides.iter().zip(&marks.sides) {
        let Some(names) = names else { continue };
        let merged = Merged::of(side, records.records);
        let of_numbers = names.of_numbers(&merged);
        for part in 0..sums_of(plan, records) {
            stop.check()?;
            let releases = Amount { records, merged: &merged, part }.releases(&layout, plan);
            let Some(last) = releases.ok().and_then(|mut releases| releases.pop()) else { return Ok(None) };
            let last = match published {
                Some(published) => last.shown(published),
                None => last,
            };
            let Some(measure) = marks.measure(part, names) else { return Ok(None) };
            let decimals = records.amounts.get(part).map_or(0, |amounts| amounts.decimals);
            match kept_release(&layout, &last.members, &of_numbers, (marks, measure, decimals)) {
                Some(kept) => all.push(kept),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(all))
}

impl Cells {
    /// Adds the earlier releases of this side and sum, then those of this extract, with contributors numbered alike.
    pub(super) fn add_marked(
        &mut self,
        layout: &Layout,
        current: &[&Members],
        (merged, decimals, part): (&Merged, u32, usize),
        (marks, names): (&Marks, &SideMarks),
        earlier: &[KeptRelease],
    ) -> Option<()> {
        let measure = marks.measure(part, names)?;
        let earlier: Vec<&KeptRelease> = earlier.iter().filter(|kept| kept.measure == measure).collect();
        let mut common = Common::new(earlier.iter().map(|kept| kept.decimals).chain([decimals]));
        let mut before: BTreeMap<Mark, Vec<u32>> = BTreeMap::new();
        for kept in &earlier {
            let release = u32::try_from(self.releases).ok()?;
            for ((mark, _), contributors) in kept.cells.iter().zip(common.cells(kept)?) {
                before.entry(*mark).or_default().push(self.count());
                self.of.push((release, None));
                self.released.push(Released { contributors, measure: 0 });
            }
            self.releases += 1;
        }
        let of_numbers = names.of_numbers(merged);
        for (release, members) in current.iter().enumerate() {
            let first = self.count();
            let name = |who: u32| of_numbers.get(&who).copied();
            let contributors: Option<Vec<Contributors>> =
                members.contributors.iter().map(|cell| common.bring(cell, decimals, name)).collect();
            self.add_release(layout, members, contributors?, release);
            for (place, &address) in (first..).zip(&members.addresses) {
                let known = before.get(&marks.cell(layout, address)).into_iter().flatten();
                self.related.extend(known.map(|&earlier| Related::Consecutive(earlier, place)));
            }
        }
        Some(())
    }
}
