//! Who is alone on a set: members of a fixed population, numbered from 0.

/// Some of so many members. The ways of keeping them tell the same; only the memory they take differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Members {
    Nobody,
    /// Ascending; so few that a list is shorter than a bit for each member.
    Few(Vec<u32>),
    /// A bit for each member.
    Many(Vec<u64>),
    Everybody,
}

impl Members {
    /// Those whose bits are set, of `all`.
    pub(super) fn of_bits(bits: Vec<u64>, all: usize) -> Self {
        let members: usize = bits.iter().map(|word| word.count_ones() as usize).sum();
        if members == 0 {
            Self::Nobody
        } else if members == all {
            Self::Everybody
        } else if members < all / 32 {
            let mut few = Vec::with_capacity(members);
            each_bit(&bits, |member| few.push(member));
            Self::Few(few)
        } else {
            Self::Many(bits)
        }
    }

    /// These, of `all`; in any order, each once.
    pub(super) fn of_list(mut list: Vec<u32>, all: usize) -> Self {
        if list.is_empty() {
            return Self::Nobody;
        }
        if list.len() < all / 32 {
            list.sort_unstable();
            list.shrink_to_fit();
            return Self::Few(list);
        }
        let mut bits = no_bits(all);
        for member in list {
            set_bit(&mut bits, member);
        }
        Self::of_bits(bits, all)
    }

    /// Who is among any of these.
    pub(super) fn united<'a>(sets: impl Iterator<Item = &'a Self> + Clone, all: usize) -> Self {
        if sets.clone().any(|set| *set == Self::Everybody) {
            return Self::Everybody;
        }
        let mut some = sets.filter(|set| **set != Self::Nobody).peekable();
        let Some(first) = some.next() else { return Self::Nobody };
        if some.peek().is_none() {
            return first.clone();
        }
        let mut bits = first.to_bits(all);
        some.for_each(|set| set.add_to(&mut bits));
        Self::of_bits(bits, all)
    }

    /// These without those.
    pub(super) fn without(self, others: &Self, all: usize) -> Self {
        match (self, others) {
            (kept, Self::Nobody) => kept,
            (Self::Nobody, _) | (_, Self::Everybody) => Self::Nobody,
            (Self::Few(mut list), others) => {
                let others = others.to_bits(all);
                list.retain(|&member| !has_bit(&others, member));
                if list.is_empty() { Self::Nobody } else { Self::Few(list) }
            }
            (kept, Self::Few(others)) => {
                let mut bits = kept.to_bits(all);
                for &member in others {
                    bits[member as usize >> 6] &= !(1 << (member & 63));
                }
                Self::of_bits(bits, all)
            }
            (kept, Self::Many(others)) => {
                let mut bits = kept.to_bits(all);
                bits.iter_mut().zip(others).for_each(|(word, others)| *word &= !others);
                Self::of_bits(bits, all)
            }
        }
    }

    pub(super) fn len(&self, all: usize) -> u64 {
        match self {
            Self::Nobody => 0,
            Self::Few(list) => list.len() as u64,
            Self::Many(bits) => bits.iter().map(|word| u64::from(word.count_ones())).sum(),
            Self::Everybody => all as u64,
        }
    }

    /// Hands over every member, ascending.
    pub(super) fn each(&self, all: usize, mut apply: impl FnMut(u32)) {
        match self {
            Self::Nobody => {}
            Self::Few(list) => list.iter().for_each(|&member| apply(member)),
            Self::Many(bits) => each_bit(bits, apply),
            Self::Everybody => (0..all).for_each(|member| apply(to_u32(member))),
        }
    }

    /// A bit for each member; those beyond the last are clear.
    pub(super) fn to_bits(&self, all: usize) -> Vec<u64> {
        let mut bits = no_bits(all);
        self.add_to(&mut bits);
        if *self == Self::Everybody {
            (0..all).for_each(|member| set_bit(&mut bits, to_u32(member)));
        }
        bits
    }

    fn add_to(&self, bits: &mut [u64]) {
        match self {
            Self::Nobody | Self::Everybody => {}
            Self::Few(list) => list.iter().for_each(|&member| set_bit(bits, member)),
            Self::Many(others) => bits.iter_mut().zip(others).for_each(|(word, other)| *word |= other),
        }
    }
}

pub(super) fn no_bits(all: usize) -> Vec<u64> {
    vec![0; all.div_ceil(64)]
}

#[inline]
pub(super) fn set_bit(bits: &mut [u64], member: u32) {
    bits[member as usize >> 6] |= 1 << (member & 63);
}

#[inline]
pub(super) fn has_bit(bits: &[u64], member: u32) -> bool {
    bits[member as usize >> 6] >> (member & 63) & 1 == 1
}

pub(super) fn each_bit(bits: &[u64], mut apply: impl FnMut(u32)) {
    for (place, &word) in bits.iter().enumerate() {
        let mut word = word;
        while word != 0 {
            apply(to_u32(place * 64) + word.trailing_zeros());
            word &= word - 1;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
pub(super) fn to_u32(number: usize) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn listed(members: &Members, all: usize) -> Vec<u32> {
        let mut list = Vec::new();
        members.each(all, |member| list.push(member));
        list
    }

    proptest! {
        #[test]
        fn members_are_sets_however_they_are_kept(
            all in 0_usize..400,
            lists in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 0..60)), 1..4),
        ) {
            let sets: Vec<BTreeSet<u32>> = lists.iter().map(|(whole, list)| match u32::try_from(all).unwrap() {
                0 => BTreeSet::new(),
                all if *whole && list.len() % 3 == 0 => (0..all).collect(),
                all => list.iter().map(|member| member % all).collect(),
            }).collect();
            let members: Vec<Members> = sets.iter().map(|set| Members::of_list(set.iter().rev().copied().collect(), all)).collect();
            for (set, members) in sets.iter().zip(&members) {
                prop_assert_eq!(listed(members, all), set.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(members.len(all), set.len() as u64);
                prop_assert_eq!(&Members::of_bits(members.to_bits(all), all), members);
            }
            let united: BTreeSet<u32> = sets.iter().flatten().copied().collect();
            prop_assert_eq!(listed(&Members::united(members.iter(), all), all), united.into_iter().collect::<Vec<_>>());
            let left = members[0].clone().without(&members[members.len() - 1], all);
            let expected: Vec<u32> = sets[0].difference(&sets[sets.len() - 1]).copied().collect();
            prop_assert_eq!(left.len(all), expected.len() as u64);
            prop_assert_eq!(listed(&left, all), expected);
        }
    }
}
