//! Who would have to go so that every class is large enough: the fewest subjects, found without looking at who they are.
//!
//! # Definition
//! A subject is *kept by limits* when each of its records is, on each set that a limit speaks of, in a class of at least
//! that many subjects who are kept themselves. Two groups of which this holds can be put together and it still holds, so
//! there is one largest group. Everybody else goes. Nothing is chosen: of subjects with the same records all go or none,
//! and neither the order of the records nor the names of the subjects plays a part.
//!
//! A missing cell is a value of its own here. Where missing cells match everything, classes are only larger.

use super::order::Order;
use super::point_numbers::number_tuples;
use super::{Codes, ColumnSet, Table, lattice};
use crate::stop::{Stop, StopReason};

/// How large classes must be, in subjects; 0 and 1 ask for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassLimits {
    /// On the static columns, and on those together with the unclear ones.
    pub fixed: u32,
    /// On all columns.
    pub full: u32,
    /// On every set of at most `max_set` columns but the set of all.
    pub subsets: u32,
    /// The largest of those sets.
    pub max_set: usize,
}

impl ClassLimits {
    /// Whether they ask for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fixed.max(self.full).max(self.subsets) <= 1
    }

    /// The sets whose classes are looked at. A class on a set lies within one on each smaller set, so of all sets up to a
    /// size the largest are enough.
    fn sets(&self, table: &Table) -> Vec<(ColumnSet, u32)> {
        let columns = table.columns().len();
        let of = |holds: &dyn Fn(usize) -> bool| ColumnSet::new((0..columns).filter(|&column| holds(column)));
        let fixed = of(&|column| table.is_static(column));
        let unclear = of(&|column| table.is_static(column) || table.is_unclear(column));
        let mut sets = vec![(of(&|_| true), self.full), (fixed, self.fixed), (unclear, self.fixed)];
        let size = self.max_set.min(columns.saturating_sub(1));
        if self.subsets > 1 && size > 0 {
            let largest = lattice(columns, size).into_iter().filter(|set| set.len() == size);
            sets.extend(largest.map(|set| (set, self.subsets)));
        }
        sets.retain(|(set, least)| *least > 1 && !set.is_empty());
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}

/// Which subjects go; without subjects, which records. `None` when more than `most` would have to.
///
/// # Guarantee
/// The answer is that of the definition above: of all groups whose classes are large enough, the largest stays. It does
/// not depend on the order of the records or on how subjects and values are numbered.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Cost
/// For each set one pass over the records, and one sort of them where a class is too small; some 12 bytes a record.
pub fn too_exposed(
    table: &Table,
    limits: &ClassLimits,
    most: u64,
    stop: &Stop,
) -> Result<Option<Vec<bool>>, StopReason> {
    let mut gone = Gone { subjects: vec![false; table.subjects()], count: 0, most };
    let sets = limits.sets(table);
    // Who goes for one set makes classes of the others smaller, so all are looked at until none changes anything.
    let mut settled = 0;
    for (set, least) in sets.iter().cycle() {
        stop.check()?;
        let before = gone.count;
        if !gone.take(table, set, *least, stop)? {
            return Ok(None);
        }
        settled = if gone.count == before { settled + 1 } else { 1 };
        if settled >= sets.len() {
            break;
        }
    }
    Ok(Some(gone.subjects))
}

/// Who goes so far.
struct Gone {
    subjects: Vec<bool>,
    count: u64,
    most: u64,
}

impl Gone {
    /// Lets go whom one set asks for, until all its classes are large enough; `false` when that is more than may go.
    fn take(&mut self, table: &Table, set: &ColumnSet, least: u32, stop: &Stop) -> Result<bool, StopReason> {
        let numbers = number_tuples(table, set.columns());
        let classes = numbers.bound as usize;
        // The subject behind a class's last record, plus one.
        let mut seen = vec![0_u32; classes];
        let mut sizes = vec![0_u32; classes];
        for subject in self.staying() {
            for record in table.records_of(subject) {
                let class = numbers.of_record[record] as usize;
                sizes[class] += u32::from(seen[class] != subject + 1);
                seen[class] = subject + 1;
            }
        }
        let is_small = |size: u32| size > 0 && size < least;
        let mut small: Vec<usize> = (0..classes).filter(|&class| is_small(sizes[class])).collect();
        if small.is_empty() {
            return Ok(true);
        }
        let (keys, bound) = (Codes::U32(numbers.of_record.into()), numbers.bound);
        let order = Order::by(&keys, bound, None);
        let every: Vec<u32> = (0..table.records()).map(|record| table.subject_of(record)).collect();
        let members = order.sorted(&every);
        let starts = order.starts();
        seen.fill(0);
        let mut looked = 0_usize;
        while let Some(class) = small.pop() {
            if looked.is_multiple_of(4096) {
                stop.check()?;
            }
            looked += 1;
            for &subject in &members[starts[class] as usize..starts[class + 1] as usize] {
                if std::mem::replace(&mut self.subjects[subject as usize], true) {
                    continue;
                }
                self.count += 1;
                if self.count > self.most {
                    return Ok(false);
                }
                for record in table.records_of(subject) {
                    let class = keys.get(record) as usize;
                    if seen[class] != subject + 1 {
                        seen[class] = subject + 1;
                        // A class is put on the list when it becomes small, and once.
                        let was_large = !is_small(sizes[class]);
                        sizes[class] -= 1;
                        if was_large && is_small(sizes[class]) {
                            small.push(class);
                        }
                    }
                }
            }
        }
        Ok(true)
    }

    fn staying(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.subjects).filter(|(_, gone)| !**gone).map(|(subject, _)| subject)
    }
}

#[cfg(test)]
mod test;
