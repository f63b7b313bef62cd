//! Two subjects to one pattern: the level of every column, four bits each.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fields::{Field, MISSING};
use crate::stats::mix;

/// A map whose order nobody looks at.
pub(super) type Map<K, V> = hashbrown::HashMap<K, V, foldhash::fast::FixedState>;

/// The level of a column where either value is missing.
pub(super) const NO_LEVEL: u64 = 0xF;

/// The level of one column in a pattern; `None` where a value is missing.
pub(super) fn level_in(pattern: u64, field: usize) -> Option<usize> {
    let level = pattern >> (4 * field) & 0xF;
    (level != NO_LEVEL).then_some(usize::from(level as u8))
}

/// Most levels that one column remembers: 2^21 take 16 MiB.
const REMEMBERED: usize = 1 << 21;

/// Compares rows and remembers the levels of pairs of values.
///
/// A slot holds both codes and their level in one word, so that threads share it without a lock; what stands in it only
/// decides how long a comparison takes, never what it says.
pub(super) struct Comparer<'a> {
    fields: &'a [Field],
    memories: Vec<Vec<AtomicU64>>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(fields: &'a [Field]) -> Self {
        let slots = |field: &Field| {
            let pairs = field.values.len().saturating_mul(field.values.len());
            pairs.saturating_mul(2).next_power_of_two().min(REMEMBERED)
        };
        let memory = |field| (0..slots(field)).map(|_| AtomicU64::new(0)).collect();
        Self { fields, memories: fields.iter().map(memory).collect() }
    }

    /// The pattern of two rows.
    pub(super) fn pattern(&self, ours: &[u32], theirs: &[u32]) -> u64 {
        (0..self.fields.len()).fold(0, |pattern, field| {
            let (one, other) = (ours[field], theirs[field]);
            let level = match one {
                MISSING => NO_LEVEL,
                _ if other == MISSING => NO_LEVEL,
                _ if one == other => 0,
                _ => self.remembered(field, one, other),
            };
            pattern | level << (4 * field)
        })
    }

    fn remembered(&self, field: usize, one: u32, other: u32) -> u64 {
        let Field { kind, values, .. } = &self.fields[field];
        let level = || u64::from(kind.level(&values[one as usize], &values[other as usize]));
        // Two codes and a level in one word: more values than 2^30 are compared afresh each time.
        if values.len() >= 1 << 30 {
            return level();
        }
        let key = u64::from(one) << 34 | u64::from(other) << 4;
        let memory = &self.memories[field];
        let place = usize::try_from(mix(key, 0) % memory.len() as u64).unwrap_or(0);
        let found = memory[place].load(Ordering::Relaxed);
        // A level of two different values is never 0, so an empty slot is never mistaken for one.
        if found & !0xF == key && found & 0xF != 0 {
            return found & 0xF;
        }
        let level = level();
        memory[place].store(key | level, Ordering::Relaxed);
        level
    }
}
