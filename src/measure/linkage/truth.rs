//! Who is who, where that is known: for scoring only.

use super::SubjectKeys;

impl SubjectKeys {
    /// Whether a subject of the extract and one of the source have the same key.
    pub(super) fn are_one(&self, ours: u32, theirs: u32) -> bool {
        let key = self.ours[ours as usize];
        key.is_some() && key == self.theirs[theirs as usize]
    }

    /// Subjects of the extract whose key somebody in the source has.
    pub(super) fn in_source(&self) -> u64 {
        let theirs = sorted(&self.theirs);
        self.ours.iter().flatten().filter(|key| theirs.binary_search(key).is_ok()).count() as u64
    }

    /// Pairs of a subject of each side with one key: as many as [`Self::in_source`] unless keys repeat.
    pub(super) fn pairs(&self) -> u64 {
        let (ours, theirs) = (sorted(&self.ours), sorted(&self.theirs));
        let class =
            |key: u32| theirs.partition_point(|&other| other <= key) - theirs.partition_point(|&other| other < key);
        ours.chunk_by(|one, other| one == other).map(|equal| equal.len() as u64 * class(equal[0]) as u64).sum()
    }

    /// Whether several subjects of one side have the same key.
    pub(super) fn repeat(&self) -> bool {
        [&self.ours, &self.theirs].iter().any(|side| sorted(side).windows(2).any(|two| two[0] == two[1]))
    }
}

/// The subjects of the extract by their key, to look up who in the extract a person of the source is.
pub(super) struct Partners<'a> {
    keys: &'a SubjectKeys,
    /// Subjects of the extract by key, then by number.
    by_key: Vec<(u32, u32)>,
}

impl<'a> Partners<'a> {
    pub(super) fn new(keys: &'a SubjectKeys) -> Self {
        Self { keys, by_key: by_key(&keys.ours) }
    }

    /// The key of a person with each subject who has it, ascending; nobody for a person without a key.
    pub(super) fn of(&self, person: u32) -> &[(u32, u32)] {
        self.keys.theirs[person as usize].map_or(&[], |key| of_key(&self.by_key, key))
    }

    /// Those of some subjects, given in ascending order, who are a person. Both may be many, so the fewer are gone through.
    pub(super) fn among(&self, subjects: &[u32], person: u32) -> Vec<u32> {
        let partners = self.of(person);
        if partners.len() < subjects.len() {
            let is_there = |subject: &u32| subjects.binary_search(subject).is_ok();
            partners.iter().map(|&(_, subject)| subject).filter(is_there).collect()
        } else {
            subjects.iter().copied().filter(|&subject| self.keys.are_one(subject, person)).collect()
        }
    }
}

/// The right persons of each subject of the extract, where they are known.
///
/// A key that several subjects of the extract bear says of none of them who it is: one person is one subject, so at most
/// one of them can be meant. A person may be in the source more than once.
pub(super) struct Known<'a> {
    keys: &'a SubjectKeys,
    /// Persons of the source by key, then by number.
    by_key: Vec<(u32, u32)>,
    /// Keys that several subjects of the extract bear, ascending.
    shared: Vec<u32>,
}

impl<'a> Known<'a> {
    pub(super) fn new(keys: &'a SubjectKeys) -> Self {
        let mut shared: Vec<u32> =
            sorted(&keys.ours).windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        shared.dedup();
        Self { keys, by_key: by_key(&keys.theirs), shared }
    }

    /// The key of a subject with each person who has it, ascending; nobody where it is not known who the subject is.
    pub(super) fn of(&self, subject: u32) -> &[(u32, u32)] {
        let key = self.keys.ours[subject as usize].filter(|key| self.shared.binary_search(key).is_err());
        key.map_or(&[], |key| of_key(&self.by_key, key))
    }

    /// How many of the right persons of a subject are in a class; `None` where it is not known who the subject is.
    pub(super) fn right(&self, subject: u32, is_in_class: impl Fn(u32) -> bool) -> Option<u32> {
        let persons = self.of(subject);
        let right = persons.iter().filter(|(_, person)| is_in_class(*person)).count();
        (!persons.is_empty()).then(|| u32::try_from(right).unwrap_or(u32::MAX))
    }

    /// Subjects of the extract whose right person is known, ascending.
    pub(super) fn who(&self) -> impl Iterator<Item = u32> + '_ {
        let subjects = u32::try_from(self.keys.ours.len()).unwrap_or(u32::MAX);
        (0..subjects).filter(|&subject| !self.of(subject).is_empty())
    }

    /// How many they are.
    pub(super) fn subjects(&self) -> u64 {
        self.who().count() as u64
    }
}

/// Each number that has a key, by key, then by number.
fn by_key(keys: &[Option<u32>]) -> Vec<(u32, u32)> {
    let mut by_key: Vec<(u32, u32)> = (0..).zip(keys).filter_map(|(number, key)| Some(((*key)?, number))).collect();
    by_key.sort_unstable();
    by_key
}

/// Those of one key, of a list that is sorted by key.
pub(super) fn of_key<K: Ord + Copy>(by_key: &[(K, u32)], key: K) -> &[(K, u32)] {
    let from = &by_key[by_key.partition_point(|&(other, _)| other < key)..];
    &from[..from.partition_point(|&(other, _)| other == key)]
}

fn sorted(keys: &[Option<u32>]) -> Vec<u32> {
    let mut keys: Vec<u32> = keys.iter().copied().flatten().collect();
    keys.sort_unstable();
    keys
}

#[cfg(test)]
mod tests {
    use super::{Known, Partners, SubjectKeys};

    #[test]
    fn partners_have_one_key() {
        let keys = SubjectKeys {
            ours: vec![Some(1), Some(2), Some(2), None, Some(9)],
            theirs: vec![Some(2), Some(2), None, Some(1), Some(7)],
        };
        // 1 with 1, and each of the two 2 with each of the two 2.
        assert_eq!((keys.pairs(), keys.in_source(), keys.repeat()), (5, 3, true));
        assert!(keys.are_one(0, 3) && !keys.are_one(0, 0));
        assert!(!keys.are_one(3, 2), "nobody knows who has no key");
        let partners = Partners::new(&keys);
        assert_eq!((partners.of(0), partners.of(2), partners.of(4)), (&[(2, 1), (2, 2)][..], &[][..], &[][..]));
        for (subjects, right) in [(&[1][..], vec![1]), (&[0, 1, 2, 4], vec![1, 2]), (&[0, 4], vec![])] {
            assert_eq!(partners.among(subjects, 0), right);
        }
    }

    #[test]
    fn a_right_person_is_known_by_a_key_of_both_sides_that_one_subject_bears() {
        let keys = SubjectKeys {
            ours: vec![Some(1), Some(2), Some(2), None, Some(9), Some(4)],
            theirs: vec![Some(2), Some(4), Some(4), Some(1), Some(7)],
        };
        let known = Known::new(&keys);
        assert_eq!(known.who().collect::<Vec<_>>(), [0, 5], "two subjects bear 2, nobody of the source 9");
        assert_eq!(known.of(5), [(4, 1), (4, 2)]);
        assert_eq!((known.right(5, |person| person > 1), known.right(0, |_| false)), (Some(1), Some(0)));
        assert_eq!(known.right(1, |_| true), None);
    }

    #[test]
    fn without_keys_nobody_has_a_partner() {
        let keys = SubjectKeys { ours: vec![None, None], theirs: vec![None] };
        assert_eq!((keys.pairs(), keys.in_source(), keys.repeat()), (0, 0, false));
    }
}
