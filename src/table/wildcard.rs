//! Class sizes when a missing cell matches everything, on either side.
//!
//! Matching is then not transitive: records form no equivalence classes; each record has a size of
//! its own, the subjects that it matches. Records that agree on every
//! cell, missing ones included, still have the same size, so the work is done once for each such *group*. Groups are
//! sorted by their pattern of missing columns; between two patterns, groups match when they agree on the columns that
//! are missing in neither, which one hash map finds.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::counts::{SetCounts, SizeTally, tally_smallest};
use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason, Watch};

/// Visits of subjects that one set may cost. Matches of blanks can need records times records; beyond this the measure
/// ends as incomplete instead of running for days. A fixed number, so that the result does not depend on time.
const WORK_LIMIT: u64 = 4_000_000_000;

/// What finding one group by its key costs, in visits of subjects.
const KEY_WORK: u64 = 40;

type Keys<V> = HashMap<Vec<u32>, V, foldhash::fast::FixedState>;

/// Class sizes of each set. `sizes[].classes` counts groups of records with equal cells, which are not classes.
///
/// # Errors
/// The reason, when `watch.stop` was raised, and [`StopReason::WorkLimit`] when a set needs too many comparisons.
pub fn wildcard_counts(table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
    let count = |set: &ColumnSet| {
        let counts = Matcher::new(table, set).count(watch.stop);
        watch.progress.advance(1);
        counts
    };
    sets.par_iter().with_max_len(1).map(count).collect()
}

/// Records that agree on every cell of the set.
struct Group {
    cells: Vec<u32>,
    records: u32,
    /// Distinct subjects.
    subjects: Vec<u32>,
}

struct Matcher<'a> {
    table: &'a Table,
    /// Groups by which columns of the set are missing in them.
    patterns: Vec<(Vec<bool>, Vec<Group>)>,
}

impl<'a> Matcher<'a> {
    fn new(table: &'a Table, set: &ColumnSet) -> Self {
        let columns: Vec<_> = set.columns().iter().map(|&column| &table.columns()[column]).collect();
        let missing: Vec<Option<u32>> = columns.iter().map(|column| column.missing).collect();
        let mut groups: Keys<(u32, Vec<u32>)> = Keys::default();
        let mut cells = Vec::with_capacity(columns.len());
        for record in 0..table.records() {
            cells.clear();
            cells.extend(columns.iter().map(|column| column.codes.get(record)));
            let subject = table.subject_of(record);
            let (records, subjects) = groups.entry_ref(cells.as_slice()).or_default();
            *records += 1;
            if subjects.last() != Some(&subject) {
                subjects.push(subject);
            }
        }
        let mut by_pattern: HashMap<Vec<bool>, Vec<Group>, foldhash::fast::FixedState> = HashMap::default();
        for (cells, (records, subjects)) in groups {
            let pattern = cells.iter().zip(&missing).map(|(&cell, missing)| *missing == Some(cell)).collect();
            by_pattern.entry(pattern).or_default().push(Group { cells, records, subjects });
        }
        Self { table, patterns: by_pattern.into_iter().collect() }
    }

    fn count(&self, stop: &Stop) -> Result<SetCounts, StopReason> {
        let mut tally = SizeTally::new();
        let mut smallest = vec![u32::MAX; self.table.subjects()];
        let mut seen = vec![0_u32; self.table.subjects()];
        let mut visit = 0;
        let mut work = 0_u64;
        for (pattern, groups) in &self.patterns {
            let partners: Vec<Partner<'_>> = self.patterns.iter().map(|other| Partner::new(pattern, other)).collect();
            work += self.patterns.iter().map(|(_, groups)| groups.len() as u64 * KEY_WORK).sum::<u64>();
            for group in groups {
                stop.check()?;
                visit += 1;
                let mut size = 0;
                for other in partners.iter().flat_map(|partner| partner.matching(group)) {
                    work += other.subjects.len() as u64;
                    for &subject in &other.subjects {
                        let last_visit = &mut seen[subject as usize];
                        size += u32::from(*last_visit != visit);
                        *last_visit = visit;
                    }
                    if work > WORK_LIMIT {
                        return Err(StopReason::WorkLimit);
                    }
                }
                tally.add(size, group.records);
                for &subject in &group.subjects {
                    let least = &mut smallest[subject as usize];
                    *least = size.min(*least);
                }
            }
        }
        let (sizes, record_pairs) = tally.finish();
        Ok(SetCounts { sizes, record_pairs, subjects_by_smallest: tally_smallest(smallest.into_iter()) })
    }
}

/// The groups of one pattern as seen from another: found by the columns that are missing in neither.
struct Partner<'a> {
    common: Vec<usize>,
    groups: Keys<Vec<&'a Group>>,
}

impl<'a> Partner<'a> {
    fn new(pattern: &[bool], (other, groups): &'a (Vec<bool>, Vec<Group>)) -> Self {
        let common: Vec<usize> = (0..pattern.len()).filter(|&place| !pattern[place] && !other[place]).collect();
        let mut by_key: Keys<Vec<&Group>> = Keys::default();
        for group in groups {
            by_key.entry(key(&common, group)).or_default().push(group);
        }
        Self { common, groups: by_key }
    }

    fn matching(&self, group: &Group) -> impl Iterator<Item = &'a Group> + '_ {
        self.groups.get(&key(&self.common, group)).into_iter().flatten().copied()
    }
}

fn key(common: &[usize], group: &Group) -> Vec<u32> {
    common.iter().map(|&place| group.cells[place]).collect()
}
