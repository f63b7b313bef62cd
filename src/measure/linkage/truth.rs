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
        let crowd =
            |key: u32| theirs.partition_point(|&other| other <= key) - theirs.partition_point(|&other| other < key);
        ours.chunk_by(|one, other| one == other).map(|equal| equal.len() as u64 * crowd(equal[0]) as u64).sum()
    }

    /// Whether several subjects of one side have the same key.
    pub(super) fn repeat(&self) -> bool {
        [&self.ours, &self.theirs].iter().any(|side| sorted(side).windows(2).any(|two| two[0] == two[1]))
    }
}

fn sorted(keys: &[Option<u32>]) -> Vec<u32> {
    let mut keys: Vec<u32> = keys.iter().copied().flatten().collect();
    keys.sort_unstable();
    keys
}

#[cfg(test)]
mod tests {
    use super::SubjectKeys;

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
    }

    #[test]
    fn without_keys_nobody_has_a_partner() {
        let keys = SubjectKeys { ours: vec![None, None], theirs: vec![None] };
        assert_eq!((keys.pairs(), keys.in_source(), keys.repeat()), (0, 0, false));
    }
}
