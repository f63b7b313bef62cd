//! Several tables of one configuration: they leave together, so they are compared and solved together.
//!
//! # Definition
//! Cells of two tables are compared where both sum the same amounts of the same contributors: fewer than allowed apart, or, for
//! a cell that holds all records of a cell of the other table, unsafe by its amounts. The least number and the rules are the
//! strictest of both. What all sums of all these tables determine is solved over the records that no table parts further.
//!
//! # Edge cases
//! A rolling table takes part with every window; that one of its cells lies in a cell of another table is then looked at by
//! numbers of contributors alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Amount, Bar, COMPARING, Compared, Merged, Release, SOLVING, sums_of, table_determination, weight};
use crate::measure::aggregates::records::{Axis, TableRecords};
use crate::plan::AggregatePlan;
use crate::result::{TableDetermination, TableDifferences};
use crate::stop::{Stop, StopReason};
use crate::tabular::{
    AmountRule, DifferenceLimits, Differences, Dimension, Layout, Related, Released, SHARED, UnsafePair, Why,
    determination, differences,
};

/// Pairs of a cell and one that it lies in.
const MOST_RELATED: usize = 20_000_000;
/// Groups of records that no table parts further.
const MOST_ATOMS: usize = 20_000_000;

/// A planned table, and its place in the configuration.
pub type Planned<'a> = (usize, &'a AggregatePlan, &'a TableRecords);

/// What is summed, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Summed {
    amount: Option<String>,
    /// The columns that must not be empty, where a cell of one is.
    whole: Vec<String>,
    contributor: Option<String>,
    holdings: Option<String>,
}

impl Summed {
    fn of(records: &TableRecords, side: usize, part: usize) -> Self {
        let named = |column: &Option<crate::table::Column>| column.as_ref().map(|column| column.name.clone());
        let has_empty = records.amounts.iter().any(|amounts| amounts.numbers.contains(&None));
        let mut whole: Vec<String> = records.amounts.iter().map(|amounts| amounts.values.name.clone()).collect();
        whole.retain(|_| has_empty);
        Self {
            amount: records.amounts.get(part).map(|amounts| amounts.values.name.clone()),
            whole,
            contributor: named(&records.sides[side].contributors),
            holdings: named(&records.sides[side].holdings),
        }
    }
}

/// One sum of one side of a table.
struct Member<'a> {
    table: Planned<'a>,
    side: usize,
    layout: Layout,
    releases: Vec<Release>,
}

/// Compares all planned tables of a configuration with each other and adds what is found to what is known of each.
///
/// # Errors
/// When it is time to end.
pub fn compare_together(
    tables: &[Planned<'_>],
    found: &mut BTreeMap<usize, Compared>,
    stop: &Stop,
) -> Result<(), StopReason> {
    if tables.len() < 2 {
        return Ok(());
    }
    for (place, plan, _) in tables {
        let Some(compared) = found.get_mut(place) else { continue };
        // What cannot be subtracted from others has nothing to be compared with, unless it is released again.
        let is_released_again = plan.rolling.is_some() || plan.contributors.is_some() || !plan.earlier.is_empty();
        let is_open =
            compared.undefined.iter().any(|entry| entry.field == "differences" && entry.reason == "too-costly");
        if compared.differences.is_none() && !is_released_again && !is_open {
            compared.differences =
                Some(TableDifferences { complete: true, releases: 1, ..TableDifferences::default() });
            compared.undefined.retain(|entry| entry.field != "differences");
        }
    }
    let mut groups: BTreeMap<Summed, Vec<(Planned<'_>, usize, usize)>> = BTreeMap::new();
    for &(place, plan, records) in tables {
        let is_compared = found.get(&place).is_some_and(|compared| compared.determination.is_some());
        for side in (0..records.sides.len()).filter(|_| is_compared) {
            for part in 0..sums_of(plan, records) {
                let summed = Summed::of(records, side, part);
                groups.entry(summed).or_default().push(((place, plan, records), side, part));
            }
        }
    }
    for members in groups.values() {
        let places: BTreeSet<usize> = members.iter().map(|((place, ..), ..)| *place).collect();
        if places.len() > 1 {
            group(members, found, stop)?;
        }
    }
    Ok(())
}

/// One group of tables that sum the same.
fn group(
    members: &[(Planned<'_>, usize, usize)],
    found: &mut BTreeMap<usize, Compared>,
    stop: &Stop,
) -> Result<(), StopReason> {
    let Some(&((_, _, first), side, _)) = members.first() else { return Ok(()) };
    let merged = Merged::of(&first.sides[side], first.records);
    let mut whole = Vec::new();
    for &(table, side, part) in members {
        stop.check()?;
        let (_, plan, records) = table;
        let layout = Layout::new(records.axes.iter().map(|axis| axis.dimension.clone()).collect());
        let releases = layout.ok().and_then(|layout| {
            let releases = Amount { records, merged: &merged, part }.releases(&layout, plan).ok()?;
            Some((layout, releases))
        });
        match releases {
            Some((layout, releases)) => whole.push(Member { table, side, layout, releases }),
            None => incomplete(found, [table.0]),
        }
    }
    let cells = Cells::of(&whole);
    let pairs = cells.compare(&whole, stop)?;
    if !pairs.complete || cells.related.len() > MOST_RELATED {
        incomplete(found, whole.iter().map(|member| member.table.0));
    }
    for pair in &pairs.pairs {
        cells.add(pair, &whole, found);
    }
    let solved = solved(&whole, &merged, members, stop)?;
    for place in whole.iter().map(|member| member.table.0).collect::<BTreeSet<_>>() {
        let Some(compared) = found.get_mut(&place) else { continue };
        if compared.determination.as_ref().is_none_or(|known| weight(known) <= weight(&solved)) {
            compared.determination = Some(solved.clone());
        }
    }
    Ok(())
}

fn incomplete(found: &mut BTreeMap<usize, Compared>, places: impl IntoIterator<Item = usize>) {
    for place in places {
        let differences = found.get_mut(&place).and_then(|compared| compared.differences.as_mut());
        if let Some(differences) = differences {
            differences.complete = false;
        }
    }
}

/// The cells of all tables of a group.
struct Cells {
    released: Vec<Released>,
    /// The member, the release and the address of each.
    of: Vec<(usize, usize, u64)>,
    related: Vec<Related>,
}

impl Cells {
    fn of(members: &[Member<'_>]) -> Self {
        let mut all = Self { released: Vec::new(), of: Vec::new(), related: Vec::new() };
        let mut firsts = Vec::new();
        for (at, member) in members.iter().enumerate() {
            firsts.push(u32::try_from(all.released.len()).unwrap_or(u32::MAX));
            for (number, release) in member.releases.iter().enumerate() {
                for (&address, contributors) in release.members.addresses.iter().zip(&release.members.contributors) {
                    all.of.push((at, number, address));
                    all.released.push(Released { contributors: contributors.clone(), measure: 0 });
                }
            }
        }
        for (one, first) in members.iter().zip(&firsts) {
            for (other, second) in members.iter().zip(&firsts) {
                if one.table.0 != other.table.0 && all.related.len() <= MOST_RELATED {
                    all.related
                        .extend(nested(one, other).into_iter().map(|(a, b)| Related::Nested(first + a, second + b)));
                }
            }
        }
        all
    }

    fn compare(&self, members: &[Member<'_>], stop: &Stop) -> Result<Differences, StopReason> {
        let bars: Vec<Bar> = members.iter().map(|member| Bar::of(member.table.1, member.side)).collect();
        let fewest = bars.iter().map(|bar| bar.fewest).max().unwrap_or(2);
        let rule = |amounts: &[u128]| bars.iter().any(|bar| bar.is_unsafe(amounts));
        let of_amounts = bars.iter().any(|bar| !bar.of_amounts.is_empty());
        let unsafe_amounts: Option<AmountRule<'_>> = if of_amounts { Some(&rule) } else { None };
        differences(&self.released, &self.related, &DifferenceLimits { fewest, unsafe_amounts, work: COMPARING }, stop)
    }

    /// Tells both tables of an unsafe difference between them; what cells of one table tell of each other is known.
    fn add(&self, pair: &UnsafePair, members: &[Member<'_>], found: &mut BTreeMap<usize, Compared>) {
        let both = [pair.first, pair.second].map(|place| self.of[place as usize]);
        let places = both.map(|(member, ..)| members[member].table.0);
        if places[0] == places[1] {
            return;
        }
        for ((_, release, address), place) in both.into_iter().zip(places) {
            let Some(compared) = found.get_mut(&place) else { continue };
            let Some(all) = compared.differences.as_mut() else { continue };
            all.unsafe_differences += 1;
            all.between_tables += 1;
            all.single += u64::from(pair.contributors() == 1);
            all.mixed += u64::from(pair.why == Why::Few && pair.is_mixed());
            all.by_amounts += u64::from(pair.why == Why::Amounts);
            compared.cells.insert((release, address));
            all.cells = compared.cells.len() as u64;
        }
    }
}

/// The dimension of another table over the same column, and the code there that holds all records of each code here.
type Along = (Option<usize>, Vec<Option<u32>>);

/// Cells of the second table that lie in a cell of the first, as places: that of the first comes first.
fn nested(over: &Member<'_>, under: &Member<'_>) -> Vec<(u32, u32)> {
    let ([large], [small]) = (over.releases.as_slice(), under.releases.as_slice()) else { return Vec::new() };
    let (_, plan, records) = over.table;
    let (_, their_plan, theirs) = under.table;
    // For each dimension of the first table the dimension of the second over the same column, and the code that holds all
    // records of each of its codes.
    let along: Option<Vec<Along>> = plan
        .by
        .iter()
        .zip(&records.axes)
        .map(|(by, axis)| {
            match their_plan.by.iter().position(|other| other.column == by.column) {
                Some(place) => Some((Some(place), holding(axis, &theirs.axes[place]))),
                // Only the total holds them whatever they are.
                None => axis.dimension.has_members(0).then(|| (None, vec![Some(0)])),
            }
        })
        .collect();
    let Some(along) = along else { return Vec::new() };
    let mut pairs = Vec::new();
    for (place, &address) in (0_u32..).zip(&small.members.addresses) {
        let codes = along.iter().map(|(theirs, holding)| {
            let code = theirs.map_or(0, |theirs| under.layout.code(address, theirs));
            holding.get(code as usize).copied().flatten()
        });
        let Some(finest) = codes.collect::<Option<Vec<u32>>>() else { continue };
        for over_it in over.layout.over(over.layout.address(&finest)) {
            pairs.extend(large.members.place(over_it).and_then(|at| u32::try_from(at).ok()).map(|at| (at, place)));
        }
        if pairs.len() > MOST_RELATED {
            break;
        }
    }
    pairs
}

/// For each code of the second dimension the finest code of the first that holds all its records; `None` where it has none,
/// or no code holds them.
fn holding(axis: &Axis, theirs: &Axis) -> Vec<Option<u32>> {
    let codes = theirs.dimension.codes();
    // Nothing met yet, or what holds all that was met.
    let mut finest: Vec<Option<Option<u32>>> = vec![None; codes];
    let meet = |known: Option<Option<u32>>, ours: Option<u32>| match known {
        None => ours,
        Some(known) => known.zip(ours).and_then(|(one, other)| common(&axis.dimension, one, other)),
    };
    for (ours, code) in axis.values.values().zip(theirs.values.values()) {
        let (ours, code) = (axis.code_of[ours as usize], theirs.code_of[code as usize] as usize);
        finest[code] = Some(meet(finest[code], Some(ours)));
    }
    // Members come after the code that they are part of.
    for code in (0..u32::try_from(codes).unwrap_or(u32::MAX)).rev() {
        if let (Some(parent), Some(ours)) = (theirs.dimension.parent(code), finest[code as usize]) {
            finest[parent as usize] = Some(meet(finest[parent as usize], ours));
        }
    }
    finest.into_iter().map(Option::flatten).collect()
}

/// The finest code that both are part of.
fn common(dimension: &Dimension, mut one: u32, mut other: u32) -> Option<u32> {
    while one != other {
        if one > other {
            one = dimension.parent(one)?;
        } else {
            other = dimension.parent(other)?;
        }
    }
    Some(one)
}

/// Whom the sums of all tables determine. Each published margin is the sum of cells that are published as well.
fn solved(
    whole: &[Member<'_>],
    merged: &Merged,
    members: &[(Planned<'_>, usize, usize)],
    stop: &Stop,
) -> Result<TableDetermination, StopReason> {
    let part = members.first().map_or(0, |member| member.2);
    let records = whole.iter().map(|member| member.table.2.records).min().unwrap_or(0);
    let mut atoms: HashMap<Box<[(u64, u32)]>, u32> = HashMap::new();
    let mut owners: Vec<u32> = Vec::new();
    let mut inside: Vec<BTreeMap<u64, Vec<(u32, u32)>>> = vec![BTreeMap::new(); whole.len()];
    let mut everybody = BTreeSet::new();
    let mut key = vec![(u64::MAX, 0_u32); whole.len()];
    for record in 0..records {
        let first = whole.first().map(|member| Amount { records: member.table.2, merged, part });
        if first.is_none_or(|amount| amount.amount(record).is_none()) {
            continue;
        }
        for (key, member) in key.iter_mut().zip(whole) {
            *key = place_of(member, record).unwrap_or((u64::MAX, 0));
        }
        let who = merged.records[record];
        everybody.insert(who);
        if let Some(&atom) = atoms.get(key.as_slice()) {
            let owner = &mut owners[atom as usize];
            *owner = if *owner == who { who } else { SHARED };
            continue;
        }
        if owners.len() >= MOST_ATOMS {
            return Ok(TableDetermination { tables: whole.len() as u64, ..TableDetermination::default() });
        }
        let atom = u32::try_from(owners.len()).unwrap_or(u32::MAX);
        atoms.insert(key.clone().into_boxed_slice(), atom);
        owners.push(who);
        for (&(address, period), inside) in key.iter().zip(&mut inside).filter(|((address, _), _)| *address != u64::MAX)
        {
            inside.entry(address).or_default().push((period, atom));
        }
    }
    let mut rows = Vec::new();
    for (member, inside) in whole.iter().zip(&inside) {
        for release in &member.releases {
            for atoms in inside.values() {
                let row = atoms.iter().filter(|(period, _)| release.periods.contains(period));
                let row: Vec<u32> = row.map(|(_, atom)| *atom).collect();
                if !row.is_empty() {
                    rows.push(row);
                }
            }
        }
    }
    let sums = whole.iter().flat_map(|member| &member.releases).map(|release| release.members.len() as u64).sum();
    let found = determination(&rows, &owners, SOLVING, stop)?;
    let tables = whole.iter().map(|member| member.table.0).collect::<BTreeSet<_>>().len() as u64;
    Ok(TableDetermination { tables, ..table_determination(&found, everybody.len() as u64, sums) })
}

/// The inner cell and the period of a record; `None` where it has no period.
fn place_of(member: &Member<'_>, record: usize) -> Option<(u64, u32)> {
    let records = member.table.2;
    let period = match &records.periods {
        None => 0,
        Some(column) => Some(column.value_of(record)).filter(|&period| Some(period) != column.missing)?,
    };
    let codes: Vec<u32> = records.axes.iter().map(|axis| axis.code_of[axis.values.value_of(record) as usize]).collect();
    Some((member.layout.address(&codes), period))
}

#[cfg(test)]
mod tests;
