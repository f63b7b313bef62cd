//! How many members hold each value of a class, without the values.
//!
//! # How
//! Several models depend on these numbers alone, and of them only the worst class counts. Where there are many classes,
//! most are small, and the same few patterns of numbers come again and again. A pattern of few members fits a word, which
//! says how many values have each number of holders. A short memory of patterns spares sorting and measuring those that
//! were measured before; one that it forgets is only measured again.

use crate::table::ClassMembers;

/// Bits of a pattern for each number of holders, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Of at most 15 members with one value each.
    Four = 4,
    /// Of at most 8 members with at most 255 values.
    Eight = 8,
}

/// Bits of the place of a pattern in the memory.
const MEMORY_BITS: u32 = 10;

/// The most frequent values of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Top {
    /// Holders of the most frequent values.
    pub(super) most: u64,
    /// Values with as many holders, and with one less.
    pub(super) values: [u64; 2],
}

impl Top {
    pub(super) fn of(holders: &(impl Iterator<Item = u64> + Clone)) -> Self {
        let most = holders.clone().max().unwrap_or(0);
        let with = |number: u64| holders.clone().filter(|&holders| holders == number && number > 0).count() as u64;
        Self { most, values: [with(most), with(most.saturating_sub(1))] }
    }

    /// The same of numbers of which the largest is first.
    fn of_sorted(sorted: &[u32]) -> Self {
        let most = sorted.first().copied().unwrap_or(0);
        let highest = sorted.iter().take_while(|&&holders| holders == most).count();
        let below = sorted[highest..].iter().take_while(|&&holders| holders > 0 && holders + 1 == most).count();
        Self { most: u64::from(most), values: [highest as u64, below as u64] }
    }

    fn of_pattern(pattern: u64, width: Width) -> Self {
        let width = width as u32;
        let values = |holders: u32| match holders {
            0 => 0,
            _ => pattern >> (width * (holders - 1)) & ((1 << width) - 1),
        };
        let most = pattern.checked_ilog2().map_or(0, |bit| bit / width + 1);
        Self { most: u64::from(most), values: [values(most), values(most.saturating_sub(1))] }
    }
}

/// The numbers of the classes on one column, and which were seen before.
pub(super) struct Numbers {
    /// The last pattern of each place; 0 is the pattern of no class.
    seen: Vec<u64>,
    sorted: Vec<u32>,
}

impl Numbers {
    pub(super) fn new() -> Self {
        Self { seen: vec![0; 1 << MEMORY_BITS], sorted: Vec::new() }
    }

    /// The most frequent values of a class; and its numbers, the largest first, unless the same numbers were handed out before.
    #[inline]
    pub(super) fn of(&mut self, class: &ClassMembers<'_>) -> (Top, Option<&[u32]>) {
        let width = if class.lists.is_none() { Width::Four } else { Width::Eight };
        let pattern = pattern(class, width);
        if let Some(pattern) = pattern {
            let place = (pattern.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - MEMORY_BITS)) as usize;
            let seen = &mut self.seen[place];
            if *seen == pattern {
                return (Top::of_pattern(pattern, width), None);
            }
            *seen = pattern;
        }
        self.sorted.clear();
        self.sorted.extend(class.values.iter().map(|&(_, holders)| holders));
        self.sorted.sort_unstable_by(|one, other| other.cmp(one));
        let top = pattern.map_or_else(|| Top::of_sorted(&self.sorted), |pattern| Top::of_pattern(pattern, width));
        (top, Some(&self.sorted))
    }
}

/// How many values have each number of holders; none where that may not fit.
fn pattern(class: &ClassMembers<'_>, width: Width) -> Option<u64> {
    let is_small = match width {
        Width::Four => class.members <= 15,
        Width::Eight => class.members <= 8 && class.values.len() <= 255,
    };
    let add = |pattern: u64, &(_, holders): &(u32, u32)| pattern + (1 << (width as u32 * (holders.max(1) - 1)));
    is_small.then(|| class.values.iter().fold(0, add))
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::table::ValueLists;

    /// Every list of at most so many numbers up to `most`, the largest first, with at most this sum.
    fn lists(most: u32, longest: usize, sum: u32) -> Vec<Vec<u32>> {
        let mut all = vec![Vec::new()];
        if longest > 0 {
            for first in 1..=most.min(sum) {
                for mut behind in lists(first, longest - 1, sum - first) {
                    behind.insert(0, first);
                    all.push(behind);
                }
            }
        }
        all
    }

    fn assert_patterns(all: &[Vec<u32>], members: impl Fn(&[u32]) -> u32, lists: Option<ValueLists<'_>>, width: Width) {
        let mut patterns = std::collections::HashSet::new();
        for parts in all {
            // The order of the values is any.
            let values: Vec<(u32, u32)> = (0..).zip(parts.iter().rev().copied()).collect();
            let class = ClassMembers { classes: 1, members: members(parts), values: &values, lists };
            let pattern = pattern(&class, width).unwrap();
            assert!(patterns.insert(pattern), "{parts:?}");
            assert_eq!(Top::of_pattern(pattern, width), Top::of_sorted(parts), "{parts:?}");
            assert_eq!(
                Top::of_pattern(pattern, width),
                Top::of(&parts.iter().map(|&part| u64::from(part))),
                "{parts:?}"
            );
        }
    }

    #[test]
    fn of_every_class_of_up_to_15_members_the_pattern_gives_what_sorting_gives_and_no_two_share_one() {
        let all = lists(15, 15, 15);
        assert_eq!(all.len(), 684, "partitions of 0 to 15");
        assert_patterns(&all, |parts| parts.iter().sum(), None, Width::Four);
    }

    #[test]
    fn of_every_class_of_8_members_who_hold_several_values_too() {
        let all = lists(8, 6, 48);
        assert_eq!(all.len(), 3003, "multisets of at most 6 of 8 numbers");
        assert_patterns(&all, |_| 8, Some(ValueLists::Masks(&[])), Width::Eight);
        let many = vec![vec![1; 255], vec![8; 255], vec![8; 254]];
        assert_patterns(&many, |_| 8, Some(ValueLists::Masks(&[])), Width::Eight);
    }

    #[test]
    fn numbers_are_handed_out_once_and_again_when_others_took_their_place() {
        let mut numbers = Numbers::new();
        let class = |values| ClassMembers { classes: 1, members: 3, values, lists: None };
        assert_eq!(numbers.of(&class(&[(4, 1), (7, 2)])).1, Some([2, 1].as_slice()));
        let (top, again) = numbers.of(&class(&[(1, 2), (9, 1)]));
        assert_eq!((top, again), (Top { most: 2, values: [1, 1] }, None));
        numbers.seen.fill(u64::MAX);
        assert_eq!(numbers.of(&class(&[(4, 1), (7, 2)])).1, Some([2, 1].as_slice()));
    }

    #[test]
    fn what_has_no_pattern_is_handed_out_each_time() {
        let mut numbers = Numbers::new();
        let (wide, many): (Vec<(u32, u32)>, _) = ((0..256).map(|value| (value, 2)).collect(), [(0, 15), (1, 1)]);
        let lists = Some(ValueLists::Masks(&[]));
        for class in [
            ClassMembers { classes: 1, members: 16, values: &many, lists: None },
            ClassMembers { classes: 1, members: 9, values: &many[1..], lists },
            ClassMembers { classes: 1, members: 2, values: &wide, lists },
        ] {
            assert!(numbers.of(&class).1.is_some());
            assert!(numbers.of(&class).1.is_some());
        }
    }
}
