//! What releases of one table tell together: differences, and whom all sums determine.
//!
//! # Definition
//! A table may be released again and again: as a rolling window over the periods of one extract, or scan after scan, where the
//! contributors of each released cell are kept in a folder ([`crate::tabular::KeptRelease`]). The cells of all these releases are
//! compared as [`crate::tabular::differences()`] says, for every side. The least number of contributors of a difference is
//! the one that `frequency` asks for on that side; where only rules of amounts do, it is 3, because they call every cell of
//! two unsafe, and else 2. Rules that hold on request are applied as if everybody had asked.
//!
//! # Edge cases
//! The difference of two means or ratios is judged by the sums that they are made of, of which an outsider may know one; that
//! of two quantiles is no sum, and is not estimated. A rolling table is compared window by window, each of full length; a
//! period without a record is a period all the same. A record without a date is in none. Finished tables of earlier releases
//! say nothing of who contributes: see [`super::earlier`].

mod cells;
mod marks;
mod solved;
mod together;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::earlier::{Earlier, Least, Release as ShownRelease};
use super::finished::FinishedRecords;
use super::merged::Merged;
use super::records::{Amounts, TableRecords};
use crate::plan::{AggregatePlan, Statistic};
use crate::result::{TableDetermination, TableDifferences, UndefinedField};
use crate::stop::{Stop, StopReason};
use crate::tabular::{
    Contributions, Contributors, Determination, KeptRelease, Layout, MOST_LARGEST, Members, NoMembers, Part, Rule,
    SHARED, Sums, determination, is_exposed,
};
use cells::Cells;
pub use marks::{KeptBefore, Marks, SideMarks, kept};
pub use together::{Planned, compare_together};

/// Pairs of cell and contributor that are held at a time; some 12 bytes each.
const MOST_PAIRS: u64 = 60_000_000;
/// Elements of contributor sets that are looked at: about half a minute.
const COMPARING: u64 = 20_000_000_000;
/// Entries of sums that are looked at.
const SOLVING: u64 = 3_000_000_000;

/// What releases of one table tell together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// What differences tell; `None` where nothing could be compared.
    pub differences: Option<TableDifferences>,
    /// Whom all sums determine; `None` where cells are no sums.
    pub determination: Option<TableDetermination>,
    /// What is `None`, with the reason.
    pub undefined: Vec<UndefinedField>,
    /// The cells that are part of an unsafe difference, by release and address.
    pub cells: BTreeSet<(usize, u64)>,
}

/// Compares the releases of a table: those of the extract, those that a folder keeps, and finished ones. `published` are the
/// addresses of the cells that are shown; all are where it is `None`.
///
/// # Errors
/// When it is time to end.
pub(super) fn compare(
    plan: &AggregatePlan,
    records: &TableRecords,
    finished: &[FinishedRecords],
    published: Option<&HashSet<u64>>,
    stop: &Stop,
) -> Result<Compared, StopReason> {
    let marks = records.kept.as_ref().map(|kept| &kept.marks);
    let earlier: &[KeptRelease] = records.kept.as_ref().map_or(&[], |kept| kept.earlier.as_slice());
    let layout = Layout::new(records.axes.iter().map(|axis| axis.dimension.clone()).collect());
    let is_sum = !matches!(plan.statistic, Statistic::Quantile { .. });
    let Ok(layout) = layout else { return Ok(Compared::without("too-costly")) };
    // Nobody is recognised in what was released before, so that nothing was compared with it says nothing.
    let recognises = plan.contributors.is_none() || records.kept.is_some();
    if !is_sum {
        return Ok(Compared::without("not-a-sum"));
    }
    let mut so_far = SoFar::new();
    for (side, of) in records.sides.iter().enumerate() {
        let merged = Merged::of(of, records.records);
        for part in 0..sums_of(plan, records) {
            stop.check()?;
            let amounts = Amount { records, merged: &merged, part };
            let comparing = Comparing { plan, layout: &layout, side, amounts, published, marks, earlier };
            let finished = if (side, part) == (0, 0) { finished } else { &[] };
            if so_far.add_amount(&comparing, finished, stop)? == Fits::No {
                return Ok(Compared::without("amounts-too-large"));
            }
        }
    }
    let SoFar { mut all, unsafe_cells, solved } = so_far;
    all.cells = unsafe_cells.len() as u64;
    let mut undefined = Vec::new();
    let is_asked = plan.rolling.is_some() || plan.contributors.is_some() || !plan.earlier.is_empty();
    let is_compared = is_asked && recognises;
    if !recognises {
        undefined.push(UndefinedField::new("differences", "nothing-kept"));
    } else if !is_compared {
        undefined.push(UndefinedField::new("differences", "no-earlier-release"));
    } else if plan.contributors.is_some() && marks.is_none_or(|marks| marks.sides.iter().any(Option::is_none)) {
        // Nobody is recognised in an earlier release: what was compared is not all.
        all.complete = false;
    }
    Ok(Compared { differences: is_compared.then_some(all), determination: solved, undefined, cells: unsafe_cells })
}

/// What one side adds to one sum of a table, and what it is compared with.
struct Comparing<'a> {
    plan: &'a AggregatePlan,
    layout: &'a Layout,
    side: usize,
    amounts: Amount<'a>,
    published: Option<&'a HashSet<u64>>,
    marks: Option<&'a Marks>,
    earlier: &'a [KeptRelease],
}

/// Whether amounts fit the numbers that they are compared in.
#[derive(PartialEq, Eq)]
enum Fits {
    Yes,
    No,
}

/// What the sides and sums of a table tell so far.
struct SoFar {
    all: TableDifferences,
    unsafe_cells: BTreeSet<(usize, u64)>,
    solved: Option<TableDetermination>,
}

impl SoFar {
    fn new() -> Self {
        let all = TableDifferences { complete: true, ..TableDifferences::default() };
        Self { all, unsafe_cells: BTreeSet::new(), solved: None }
    }

    /// Adds what the releases of one amount tell, and finished tables of earlier ones.
    fn add_amount(
        &mut self,
        comparing: &Comparing<'_>,
        finished: &[FinishedRecords],
        stop: &Stop,
    ) -> Result<Fits, StopReason> {
        let &Comparing { plan, layout, side, ref amounts, published, marks, earlier } = comparing;
        let releases = match amounts.releases(layout, plan) {
            Ok(releases) => releases,
            Err(NoMembers::TooLarge) => return Ok(Fits::No),
            Err(NoMembers::TooMany) => {
                self.all.complete = false;
                return Ok(Fits::Yes);
            }
        };
        let decimals = amounts.records.amounts.get(amounts.part).map_or(0, |amounts| amounts.decimals);
        let shown: Option<Vec<Release>> =
            published.map(|published| releases.iter().map(|release| release.shown(published)).collect());
        let shown = shown.as_deref().unwrap_or(&releases);
        let current: Vec<&Members> = shown.iter().map(|release| &release.members).collect();
        let marked = marks.and_then(|marks| marks.sides.get(side)?.as_ref().map(|names| (marks, names)));
        let of_side = (amounts.merged, decimals, amounts.part);
        let Some(cells) = Cells::of(layout, &current, of_side, marked, earlier) else { return Ok(Fits::No) };
        let found = cells.compare(&Bar::of(plan, side), stop)?;
        cells.add(&found, &mut self.all, &mut self.unsafe_cells);
        let mut more = amounts.determined(layout, &releases, (plan, published), stop)?;
        if let Some(marked) = marked {
            amounts.determined_with_earlier((layout, shown), (marked, earlier), &mut more, stop)?;
        }
        if !finished.is_empty() {
            let into = (&mut self.all, &mut self.unsafe_cells);
            add_finished((plan, amounts.records, layout), shown.last(), finished, into);
        }
        if self.solved.as_ref().is_none_or(|known| weight(known) < weight(&more)) {
            self.solved = Some(more);
        }
        Ok(Fits::Yes)
    }
}

/// Adds what finished tables of earlier releases tell of the last release of this extract.
fn add_finished(
    (plan, records, layout): (&AggregatePlan, &TableRecords, &Layout),
    last: Option<&Release>,
    finished: &[FinishedRecords],
    (all, cells): (&mut TableDifferences, &mut BTreeSet<(usize, u64)>),
) {
    let present = last.and_then(|last| ShownRelease::of_plan(plan, records, layout, &last.members));
    let Some(present) = present else {
        all.complete = false;
        return;
    };
    let earlier: Vec<ShownRelease<'_>> = finished.iter().map(|records| ShownRelease::of_file(plan, records)).collect();
    let found = Earlier::compare(&present, &earlier, Least::of(plan));
    found.add_to(all);
    cells.extend(found.cells.iter().map(|&address| (LAST, address)));
}

/// Stands for the last release of the extract among the cells of an unsafe difference.
const LAST: usize = usize::MAX;

/// Of how many sums the statistic is made; the number of records, where it is one, comes last.
fn sums_of(plan: &AggregatePlan, records: &TableRecords) -> usize {
    records.amounts.len() + usize::from(matches!(plan.statistic, Statistic::Count | Statistic::Mean(_)))
}

/// The worse of two answers about the same table: incomplete, then more people, then more sums for each.
fn weight(of: &TableDetermination) -> (bool, u64, f64) {
    (!of.complete, of.determined_subjects, of.reconstruction.unwrap_or(0.0))
}

impl Compared {
    fn without(reason: &str) -> Self {
        let undefined = ["differences", "determination"].map(|field| UndefinedField::new(field, reason)).to_vec();
        Self { undefined, ..Self::default() }
    }
}

/// When a difference is unsafe for one side.
struct Bar {
    fewest: u64,
    of_amounts: Vec<Rule>,
}

impl Bar {
    fn of(plan: &AggregatePlan, side: usize) -> Self {
        let name = plan.contributors().get(side).copied().flatten();
        let rules = plan.rules.iter().filter(|rule| rule.side.is_none() || rule.side.as_deref() == name);
        let rules: Vec<Rule> = rules.map(|rule| rule.rule).collect();
        let of_amounts: Vec<Rule> = rules.iter().copied().filter(|rule| rule.is_of_amounts()).collect();
        let asked = rules.iter().filter_map(|rule| if let Rule::Frequency(least) = rule { Some(*least) } else { None });
        let fewest = asked.max().unwrap_or(if of_amounts.is_empty() { 2 } else { 3 });
        Self { fewest, of_amounts }
    }

    /// Whether amounts are unsafe; those that do not fit the rules' numbers are.
    fn is_unsafe(&self, amounts: &[u128]) -> bool {
        let total = amounts.iter().try_fold(0_u128, |sum, amount| sum.checked_add(*amount));
        let total = total.and_then(|total| i64::try_from(total).ok());
        let largest: Result<Vec<i64>, _> =
            amounts.iter().take(MOST_LARGEST).map(|&amount| i64::try_from(amount)).collect();
        let (Some(total), Ok(largest)) = (total, largest) else { return !self.of_amounts.is_empty() };
        let cell = Contributions { contributors: amounts.len() as u64, total, largest: &largest };
        self.of_amounts.iter().any(|rule| rule.is_unsafe(&cell))
    }
}

/// One release of the table.
struct Release {
    members: Members,
    /// The periods that it covers.
    periods: std::ops::Range<u32>,
}

impl Release {
    /// The cells of it that are shown.
    fn shown(&self, published: &HashSet<u64>) -> Self {
        let cells = self.members.addresses.iter().zip(&self.members.contributors);
        let (addresses, contributors) = cells
            .filter(|(address, _)| published.contains(address))
            .map(|(address, who)| (*address, who.clone()))
            .unzip();
        Self { members: Members { addresses, contributors }, periods: self.periods.clone() }
    }
}

/// What records add, by period, ascending; periods without a record are left out.
type Periods = BTreeMap<u32, Vec<Part>>;

/// What one side adds to one of the sums of a statistic.
struct Amount<'a> {
    records: &'a TableRecords,
    merged: &'a Merged,
    part: usize,
}

impl Amount<'_> {
    /// What every record adds, by period; one period where the table is not rolling.
    fn parts(&self, layout: &Layout) -> Result<Periods, NoMembers> {
        let records = self.records;
        let periods = records.periods.as_ref();
        let mut parts = Periods::new();
        let mut codes = vec![0_u32; records.axes.len()];
        for record in 0..records.records {
            let period = periods.map_or(Some(0), |column| {
                Some(column.value_of(record)).filter(|&period| Some(period) != column.missing)
            });
            let (Some(amount), Some(period)) = (self.amount(record), period) else { continue };
            for (code, axis) in codes.iter_mut().zip(&records.axes) {
                *code = axis.code_of[axis.values.value_of(record) as usize];
            }
            let who = self.merged.records[record];
            parts.entry(period).or_default().push(Part { cell: layout.address(&codes), who, amount });
        }
        parts.into_iter().map(|(period, parts)| Ok((period, summed(parts).ok_or(NoMembers::TooLarge)?))).collect()
    }

    /// What a record adds; `None` for one without one of its amounts, which is in no cell.
    fn amount(&self, record: usize) -> Option<i64> {
        let number = |amounts: &Amounts| amounts.numbers[amounts.values.value_of(record) as usize];
        let is_whole = self.records.amounts.iter().all(|amounts| number(amounts).is_some());
        self.records.amounts.get(self.part).map_or(Some(1), number).filter(|_| is_whole)
    }

    /// How many periods there are, those without a record among them.
    fn count(&self) -> u32 {
        let periods = self.records.periods.as_ref();
        periods.map_or(1, |column| column.cardinality - u32::from(column.missing.is_some()))
    }

    /// The table as released: once, or for every full window of periods. A window that holds the same records as the one
    /// before it is the same release once more.
    fn releases(&self, layout: &Layout, plan: &AggregatePlan) -> Result<Vec<Release>, NoMembers> {
        let parts = self.parts(layout)?;
        let count = self.count();
        let window = plan.rolling.as_ref().map_or(count, |rolling| rolling.window.clamp(1, count.max(1)));
        let mut left = MOST_PAIRS;
        let mut releases = Vec::new();
        for first in firsts(parts.keys().copied(), window, count) {
            let periods = first..(first + window).min(count);
            let inside: Vec<Part> = parts.range(periods.clone()).flat_map(|(_, parts)| parts).copied().collect();
            let members = Members::of(layout, inside, plan.margins, left)?;
            left -= members.contributors.iter().map(Contributors::count).sum::<u64>().min(left);
            releases.push(Release { members, periods });
        }
        Ok(releases)
    }

    /// Whom the sums of all releases determine.
    fn determined(
        &self,
        layout: &Layout,
        releases: &[Release],
        (plan, published): (&AggregatePlan, Option<&HashSet<u64>>),
        stop: &Stop,
    ) -> Result<TableDetermination, StopReason> {
        let everybody = releases.iter().flat_map(|release| &release.members.contributors);
        let everybody = everybody.fold(roaring::RoaringBitmap::new(), |all, cell| all | cell.who());
        let sums = releases.iter().map(|release| release.members.len() as u64).sum();
        let subjects = everybody.len();
        let found = match (plan.rolling.as_ref(), releases) {
            (None, [only]) => {
                let is_shown = |address: &u64| published.is_none_or(|published| published.contains(address));
                let published: Vec<bool> = only.members.addresses.iter().map(is_shown).collect();
                let Sums { rows, owners } = Sums::of(layout, &only.members, &published);
                determination(&rows, &owners, SOLVING, stop)?
            }
            _ => self.rolling(layout, releases, stop)?,
        };
        Ok(table_determination(&found, subjects, sums))
    }

    /// The unknowns of a rolling table are what each period adds to a cell. Margins are sums of cells that are released as
    /// well, and say nothing more.
    fn rolling(&self, layout: &Layout, releases: &[Release], stop: &Stop) -> Result<Determination, StopReason> {
        let Ok(parts) = self.parts(layout) else { return Ok(Determination::default()) };
        let mut unknown_of: BTreeMap<(u64, u32), u32> = BTreeMap::new();
        let mut owners: Vec<u32> = Vec::new();
        for (&period, parts) in &parts {
            for group in parts.chunk_by(|one, two| one.cell == two.cell) {
                unknown_of.insert((group[0].cell, period), u32::try_from(owners.len()).unwrap_or(u32::MAX));
                owners.push(if let [only] = group { only.who } else { SHARED });
            }
        }
        let mut rows = Vec::new();
        for Release { members, periods } in releases {
            for &cell in members.addresses.iter().filter(|&&cell| layout.is_inner(cell)) {
                let inside = unknown_of.range((cell, periods.start)..(cell, periods.end));
                rows.push(inside.map(|(_, unknown)| *unknown).collect());
            }
        }
        determination(&rows, &owners, SOLVING, stop)
    }
}

/// The figures of an answer about these subjects and sums.
fn table_determination(found: &Determination, subjects: u64, sums: u64) -> TableDetermination {
    #[expect(clippy::cast_precision_loss, reason = "a ratio for display; the warning is decided in whole numbers")]
    let reconstruction = (subjects > 0 && found.complete).then(|| found.rank as f64 / subjects as f64);
    TableDetermination {
        subjects,
        sums,
        tables: 1,
        rank: found.rank,
        determined_subjects: found.owners.len() as u64,
        reconstruction,
        is_exposed: is_exposed(found.rank, subjects),
        complete: found.complete,
    }
}

/// The first period of every window that holds other records than the window before it, ascending.
fn firsts(periods: impl Iterator<Item = u32>, window: u32, count: u32) -> BTreeSet<u32> {
    let last = count.saturating_sub(window);
    let mut firsts = BTreeSet::from([0]);
    for period in periods {
        // It comes in with the window that it ends, and is gone from the one that begins after it.
        let comes_in = (period + 1).checked_sub(window);
        firsts.extend(comes_in.into_iter().chain([period + 1]).filter(|&first| first <= last));
    }
    firsts
}

/// Parts with those of one contributor and cell added up, ascending.
fn summed(mut parts: Vec<Part>) -> Option<Vec<Part>> {
    parts.sort_unstable_by_key(|part| (part.cell, part.who));
    let mut summed: Vec<Part> = Vec::new();
    for part in parts {
        match summed.last_mut() {
            Some(last) if (last.cell, last.who) == (part.cell, part.who) => {
                last.amount = last.amount.checked_add(part.amount)?;
            }
            _ => summed.push(part),
        }
    }
    Some(summed)
}

#[cfg(test)]
mod tests;
