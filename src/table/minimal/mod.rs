//! The smallest sets of columns on which a record is alone.
//!
//! # Definition
//! A record is *alone* on a set of columns when its equivalence class there has one subject; without subjects, one record. Such a
//! set is *minimal* for the record when it is alone on no proper part of it. The records of one subject may be alone on
//! different sets; a subject is alone on a set when one of its records is, and the minimal sets of a subject follow from that.
//! (Elliot, Manning & Ford 2002: minimal sample uniques.)
//!
//! # How
//! Whoever is alone on a set is alone on every wider one. So sets are visited after all of their parts, and a record is new to a set
//! when it is alone there and was on none of the parts that lack one column. Who was alone on a part shares no class
//! on the set with anybody else, and need not be looked at: the work falls as sets grow. Sets with few possible classes have one
//! cell for each and are added up from wider ones, as in `cubes.rs`; the others are counted within the groups of their
//! column of largest cardinality.
//!
//! # Guarantee
//! Equal to the difference sets of `test/oracle.rs`, for any number of threads and any order of records.

mod alone;
mod group;
#[cfg(test)]
mod test;

use std::collections::HashMap;

use rayon::prelude::*;

use self::alone::{Members, has_bit, no_bits, set_bit, to_u32};
use self::group::{View, newly_alone};
use super::cell::LoneCell;
use super::count::Tuning;
use super::cubes::{CubeLimits, cells_of_sets};
use super::dense::cells_of;
use super::{ColumnSet, Table, lattice};
use crate::stop::{Stop, StopReason, Watch};
use crate::with_codes;

/// For how many records and subjects a set is minimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimalSet {
    /// The set.
    pub set: ColumnSet,
    /// Records for which it is minimal.
    pub records: u64,
    /// Subjects for which it is minimal; without subjects as many as records.
    pub subjects: u64,
}

/// How many minimal sets of each size each member has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MinimalCounts {
    /// For each size, from one column on, a count for each member; empty where nobody has one of that size.
    by_size: Vec<Vec<u16>>,
}

impl MinimalCounts {
    fn new(sizes: usize) -> Self {
        Self { by_size: vec![Vec::new(); sizes] }
    }

    fn add(&mut self, size: usize, members: &Members, all: usize) {
        if *members == Members::Nobody {
            return;
        }
        let counts = &mut self.by_size[size - 1];
        counts.resize(all, 0);
        members.each(all, |member| counts[member as usize] += 1);
    }

    /// Sets of `size` columns that are minimal for a member.
    #[must_use]
    pub fn of(&self, member: usize, size: usize) -> u16 {
        let counts = size.checked_sub(1).and_then(|place| self.by_size.get(place));
        counts.and_then(|counts| counts.get(member)).copied().unwrap_or(0)
    }

    /// The minimal sets of a member of one column, of two, ….
    #[must_use]
    pub fn signature(&self, member: usize) -> Vec<u16> {
        self.by_size.iter().map(|counts| counts.get(member).copied().unwrap_or(0)).collect()
    }

    /// The sizes that were looked at: one column to so many.
    #[must_use]
    pub fn sizes(&self) -> usize {
        self.by_size.len()
    }

    /// The size of the smallest set on which a member is alone.
    #[must_use]
    pub fn smallest(&self, member: usize) -> Option<usize> {
        (1..=self.sizes()).find(|&size| self.of(member, size) > 0)
    }
}

/// The minimal sets of everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimalSets {
    /// Every set that was looked at: by size, then in the order of the columns.
    pub sets: Vec<MinimalSet>,
    /// By record of the table.
    pub of_records: MinimalCounts,
    /// By subject; `None` without subjects, where each record is its own.
    pub of_subjects: Option<MinimalCounts>,
}

/// More sets than this are not looked at: the number of sets of one size must fit what is kept of a record.
pub const MOST_MINIMAL_SETS: u64 = 1 << 16;

#[derive(Debug, Clone, Copy)]
pub(super) struct MinimalTuning {
    /// Possible classes up to which a set gets one cell for each over the whole table.
    dense_cells: usize,
    cubes: CubeLimits,
    /// Possible classes up to which a group gets one cell for each.
    cells: u64,
}

impl MinimalTuning {
    fn for_table(table: &Table) -> Self {
        let of_table = Tuning::for_table(table);
        Self { dense_cells: of_table.dense_cells, cubes: of_table.cubes, cells: 1 << 20 }
    }
}

/// The minimal sets of up to `max_size` columns of every record and subject.
///
/// # Errors
/// The reason, when `watch.stop` was raised before the end.
///
/// # Panics
/// When there would be [`MOST_MINIMAL_SETS`] sets or more.
///
/// # Cost
/// Less than a pass over the records for each set; [`minimal_bytes`] of memory beside the table.
pub fn minimal_sets(table: &Table, max_size: usize, watch: Watch<'_>) -> Result<MinimalSets, StopReason> {
    minimal_with(table, max_size, MinimalTuning::for_table(table), watch)
}

/// Bytes that [`minimal_sets`] takes beside the table, at most.
#[must_use]
pub fn minimal_bytes(table: &Table, max_size: usize, threads: usize) -> u64 {
    let tuning = MinimalTuning::for_table(table);
    let (columns, records) = (table.columns().len(), table.records() as u64);
    let subjects = if table.has_subjects() { table.subjects() as u64 } else { 0 };
    let max_size = max_size.min(columns);
    let is_kept = |set: &ColumnSet| set.len() < max_size || is_dense(table, set, tuning);
    let kept = lattice(columns, max_size).iter().filter(|set| is_kept(set)).count() as u64;
    let counts = 2 * max_size as u64 * (records + subjects);
    let mut leads: Vec<usize> = lattice(columns, max_size)
        .iter()
        .filter(|set| !is_dense(table, set, tuning))
        .filter_map(|set| set.columns().iter().copied().max_by_key(|&column| table.columns()[column].cardinality))
        .collect();
    leads.sort_unstable();
    leads.dedup();
    let largest = leads.iter().filter_map(|&lead| table.columns()[lead].records_by_value().into_iter().max()).max();
    // A place, a number and two slots for each record of a group; cells for each possible class. Who was found adds up to
    // the records.
    let of_thread = u64::from(largest.unwrap_or(0)) * 64 + tuning.cells * 8 + records * 8;
    let bits = (records + subjects) / 8 + 16;
    kept * bits + counts + View::bytes(table) + threads as u64 * (of_thread + 8 * bits)
}

fn is_dense(table: &Table, set: &ColumnSet, tuning: MinimalTuning) -> bool {
    cells_of(table, set).is_some_and(|cells| cells <= tuning.dense_cells)
}

pub(super) fn minimal_with(
    table: &Table,
    max_size: usize,
    tuning: MinimalTuning,
    watch: Watch<'_>,
) -> Result<MinimalSets, StopReason> {
    let sets = lattice(table.columns().len(), max_size);
    assert!((sets.len() as u64) < MOST_MINIMAL_SETS, "there are too many sets to look at");
    let mut walk = Walk::new(table, &sets, tuning, watch)?;
    for (lead, sets) in walk.rounds() {
        walk.visit_all(lead, &sets)?;
    }
    Ok(walk.found)
}

/// Who is alone on one set.
struct Alone {
    records: Members,
    /// Nobody without subjects.
    subjects: Members,
}

struct Walk<'a> {
    table: &'a Table,
    tuning: MinimalTuning,
    watch: Watch<'a>,
    sets: &'a [ColumnSet],
    place_of: HashMap<&'a ColumnSet, usize>,
    /// The place of each column when they are ordered by cardinality.
    rank: Vec<usize>,
    max_size: usize,
    /// The records alone on sets of few possible classes, until they are visited.
    counted: Vec<Option<Members>>,
    /// Who is alone on the sets that were visited.
    alone: Vec<Option<Alone>>,
    found: MinimalSets,
}

impl<'a> Walk<'a> {
    fn new(
        table: &'a Table,
        sets: &'a [ColumnSet],
        tuning: MinimalTuning,
        watch: Watch<'a>,
    ) -> Result<Self, StopReason> {
        let mut by_cardinality: Vec<usize> = (0..table.columns().len()).collect();
        by_cardinality.sort_by_key(|&column| table.columns()[column].cardinality);
        let mut rank = vec![0; by_cardinality.len()];
        by_cardinality.iter().enumerate().for_each(|(place, &column)| rank[column] = place);
        let max_size = sets.last().map_or(0, ColumnSet::len);
        let empty = |set: &ColumnSet| MinimalSet { set: set.clone(), records: 0, subjects: 0 };
        Ok(Self {
            table,
            tuning,
            watch,
            sets,
            place_of: sets.iter().enumerate().map(|(place, set)| (set, place)).collect(),
            rank,
            max_size,
            counted: alone_in_cells(table, sets, tuning, watch)?,
            alone: sets.iter().map(|_| None).collect(),
            found: MinimalSets {
                sets: sets.iter().map(empty).collect(),
                of_records: MinimalCounts::new(max_size),
                of_subjects: table.has_subjects().then(|| MinimalCounts::new(max_size)),
            },
        })
    }

    fn lead_of(&self, set: &ColumnSet) -> usize {
        set.columns().iter().copied().max_by_key(|&column| self.rank[column]).unwrap_or(0)
    }

    /// Sets with the same lead and size, after all of their parts: those with a lead of smaller cardinality come first.
    fn rounds(&self) -> Vec<(usize, Vec<Vec<usize>>)> {
        let mut leads: Vec<(usize, Vec<Vec<usize>>)> = Vec::new();
        let mut places: Vec<usize> = (0..self.sets.len()).collect();
        places.sort_by_key(|&place| (self.rank[self.lead_of(&self.sets[place])], place));
        for place in places {
            let set = &self.sets[place];
            let lead = self.lead_of(set);
            if leads.last().is_none_or(|(last, _)| *last != lead) {
                leads.push((lead, Vec::new()));
            }
            let Some((_, rounds)) = leads.last_mut() else { continue };
            match rounds.last_mut() {
                Some(round) if self.sets[round[0]].len() == set.len() => round.push(place),
                _ => rounds.push(vec![place]),
            }
        }
        leads
    }

    /// The sets of one lead, size by size.
    fn visit_all(&mut self, lead: usize, rounds: &[Vec<usize>]) -> Result<(), StopReason> {
        let in_groups = |place: &&usize| self.counted[**place].is_none();
        let grouped: Vec<_> =
            rounds.iter().flatten().filter(in_groups).map(|&place| (place, &self.sets[place])).collect();
        let view = (!grouped.is_empty()).then(|| View::new(self.table, lead, &grouped));
        for round in rounds {
            let parts = (2 * rayon::current_num_threads()).div_ceil(round.len());
            let counted: Vec<Option<Members>> = round.iter().map(|&place| self.counted[place].take()).collect();
            let visit = |(&place, counted): (&usize, Option<Members>)| self.visit(place, counted, view.as_ref(), parts);
            let visited: Vec<(Alone, Alone)> =
                round.par_iter().zip(counted).with_max_len(1).map(visit).collect::<Result<_, _>>()?;
            for (&place, (known, new)) in round.iter().zip(visited) {
                self.keep(place, &known, &new);
            }
            self.watch.progress.advance(grouped.len().min(round.len()) as u64);
        }
        Ok(())
    }

    /// Who is alone on a part of the set, and who on the set and on none of its parts.
    fn visit(
        &self,
        place: usize,
        counted: Option<Members>,
        view: Option<&View>,
        parts: usize,
    ) -> Result<(Alone, Alone), StopReason> {
        self.watch.stop.check()?;
        let (set, table) = (&self.sets[place], self.table);
        let lacking_one = || {
            let parts = set.columns().iter().filter(|_| set.len() > 1).map(|&column| set.without(column));
            parts.filter_map(|part| self.alone[*self.place_of.get(&part)?].as_ref())
        };
        let known_records = Members::united(lacking_one().map(|part| &part.records), table.records());
        let records = match (counted, view) {
            (Some(alone), _) => alone.without(&known_records, table.records()),
            (None, Some(view)) => {
                newly_alone(table, view, set, &known_records, (parts, self.tuning.cells), self.watch.stop)?
            }
            // Not reached: whoever is not counted yet has a view.
            (None, None) => Members::Nobody,
        };
        let known_subjects = Members::united(lacking_one().map(|part| &part.subjects), table.subjects());
        let subjects = new_subjects(table, &records, &known_subjects);
        Ok((Alone { records: known_records, subjects: known_subjects }, Alone { records, subjects }))
    }

    fn keep(&mut self, place: usize, known: &Alone, new: &Alone) {
        let (size, records, subjects) = (self.sets[place].len(), self.table.records(), self.table.subjects());
        self.found.of_records.add(size, &new.records, records);
        let minimal = &mut self.found.sets[place];
        minimal.records = new.records.len(records);
        minimal.subjects = minimal.records;
        if let Some(of_subjects) = &mut self.found.of_subjects {
            of_subjects.add(size, &new.subjects, subjects);
            minimal.subjects = new.subjects.len(subjects);
        }
        if size < self.max_size {
            let both = |known: &Members, new: &Members, all| Members::united([known, new].into_iter(), all);
            self.alone[place] = Some(Alone {
                records: both(&known.records, &new.records, records),
                subjects: both(&known.subjects, &new.subjects, subjects),
            });
        }
    }
}

/// The subjects of these records that are not known.
fn new_subjects(table: &Table, records: &Members, known: &Members) -> Members {
    if !table.has_subjects() || *records == Members::Nobody || *known == Members::Everybody {
        return Members::Nobody;
    }
    let mut subjects = no_bits(table.subjects());
    records.each(table.records(), |record| set_bit(&mut subjects, table.subject_of(record as usize)));
    Members::of_bits(subjects, table.subjects()).without(known, table.subjects())
}

/// The records alone on each set of few possible classes, in the places of the sets.
fn alone_in_cells(
    table: &Table,
    sets: &[ColumnSet],
    tuning: MinimalTuning,
    watch: Watch<'_>,
) -> Result<Vec<Option<Members>>, StopReason> {
    let dense: Vec<_> = sets.iter().enumerate().filter(|(_, set)| is_dense(table, set, tuning)).collect();
    let all = table.records();
    let mut counted: Vec<Option<Members>> = sets.iter().map(|_| None).collect();
    if !table.has_subjects() {
        // The only one of a class is the record itself.
        let read = |cells: Vec<LoneCell>| {
            Members::of_list(cells.iter().filter_map(|cell| cell.stamp()).map(|stamp| stamp - 1).collect(), all)
        };
        for (place, alone) in cells_of_sets(table, &dense, tuning.cubes, watch, read)? {
            counted[place] = Some(alone);
        }
        return Ok(counted);
    }
    let read = |cells: Vec<LoneCell>| OfOne::read(&cells, table.subjects());
    let classes = cells_of_sets(table, &dense, tuning.cubes, watch, read)?;
    let members = |(place, classes): (usize, Option<OfOne>)| {
        let alone = classes.map_or(Ok(Members::Nobody), |classes| classes.records(table, &sets[place], watch.stop));
        alone.map(|alone| (place, alone))
    };
    let members: Vec<(usize, Members)> =
        classes.into_par_iter().with_max_len(1).map(members).collect::<Result<_, _>>()?;
    for (place, alone) in members {
        counted[place] = Some(alone);
    }
    Ok(counted)
}

/// The classes of one subject on a set, and those subjects.
struct OfOne {
    /// A bit for each possible class.
    classes: Vec<u64>,
    /// A bit for each subject.
    subjects: Vec<u64>,
}

impl OfOne {
    fn read(cells: &[LoneCell], subjects: usize) -> Option<Self> {
        let mut found: Option<Self> = None;
        for (class, stamp) in cells.iter().enumerate().filter_map(|(class, cell)| Some((class, cell.stamp()?))) {
            let new = || Self { classes: no_bits(cells.len()), subjects: no_bits(subjects) };
            let found = found.get_or_insert_with(new);
            set_bit(&mut found.classes, to_u32(class));
            set_bit(&mut found.subjects, stamp - 1);
        }
        found
    }

    /// The records in those classes.
    fn records(self, table: &Table, set: &ColumnSet, stop: &Stop) -> Result<Members, StopReason> {
        stop.check()?;
        let mut places = Vec::new();
        alone::each_bit(&self.subjects, |subject| places.extend(table.records_of(subject).map(to_u32)));
        let mut numbers = vec![0_u32; places.len()];
        for &column in set.columns() {
            let column = &table.columns()[column];
            let cardinality = column.cardinality.max(1);
            with_codes!(&column.codes, codes => for (number, &place) in numbers.iter_mut().zip(&places) {
                *number = *number * cardinality + u32::from(codes[place as usize]);
            });
        }
        let alone = places.into_iter().zip(numbers).filter(|&(_, class)| has_bit(&self.classes, class));
        Ok(Members::of_list(alone.map(|(record, _)| record).collect(), table.records()))
    }
}
