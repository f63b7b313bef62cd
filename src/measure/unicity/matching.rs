//! Who has all of these points: lists of subjects, intersected shortest first.

use crate::table::PointIndex;

/// The subjects that have each point, as an ascending list.
pub(super) trait Matching: Sync {
    /// At least as many as the subjects that have a point; the order of points by it does not depend on any
    /// numbering.
    fn cost(&self, point: u32) -> u64;
    /// Subjects looked at to list those that have a point.
    fn listing_cost(&self, point: u32) -> u64;
    /// Subjects looked at to keep those of so many candidates that have a point.
    fn keeping_cost(&self, point: u32, candidates: usize) -> u64;
    /// The subjects that have the point, ascending, in `buffer` where they are not at hand.
    fn matches<'a>(&'a self, point: u32, buffer: &'a mut Vec<u32>) -> &'a [u32];
    /// The subjects of `candidates` (ascending) that have the point, in `kept`; looking ends when `enough` are found.
    fn keep(&self, candidates: &[u32], point: u32, enough: usize, kept: &mut Vec<u32>);
    /// Whether fewer than `bound` subjects have all of the points, of which there is at least one.
    fn fewer_than(&self, bound: u32, points: &[u32], scratch: &mut Scratch) -> bool;
}

/// A list that is at hand costs as much as one subject, however long it is.
pub(super) const LISTING_COST: u64 = 1;

/// Buffers that one thread uses again and again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) order: Vec<u32>,
    pub(super) cursors: Vec<usize>,
    pub(super) seen: Vec<u32>,
    pub(super) visit: u32,
}

impl Matching for PointIndex<'_> {
    fn cost(&self, point: u32) -> u64 {
        PointIndex::subjects_at(self, point).len() as u64
    }

    fn listing_cost(&self, _point: u32) -> u64 {
        LISTING_COST
    }

    fn keeping_cost(&self, point: u32, candidates: usize) -> u64 {
        self.cost(point).min(candidates as u64) + 1
    }

    fn matches<'a>(&'a self, point: u32, _buffer: &'a mut Vec<u32>) -> &'a [u32] {
        PointIndex::subjects_at(self, point)
    }

    fn keep(&self, candidates: &[u32], point: u32, enough: usize, kept: &mut Vec<u32>) {
        keep_common(candidates, PointIndex::subjects_at(self, point), enough, kept);
    }

    fn fewer_than(&self, bound: u32, points: &[u32], scratch: &mut Scratch) -> bool {
        lists_share_fewer_than(bound, points, |point| PointIndex::subjects_at(self, point), scratch)
    }
}

/// Lists that were put together beforehand.
pub(super) struct ListedMatches(pub(super) Vec<Vec<u32>>);

impl ListedMatches {
    /// Whether fewer than `bound` subjects have all of the points.
    pub(super) fn fewer_than(&self, bound: u32, points: &[u32], scratch: &mut Scratch) -> bool {
        lists_share_fewer_than(bound, points, |point| &self.0[point as usize], scratch)
    }
}

/// Passes over the shortest list and looks each subject up in the others, until `bound` subjects are found in all.
fn lists_share_fewer_than<'a>(
    bound: u32,
    points: &[u32],
    subjects_at: impl Fn(u32) -> &'a [u32],
    scratch: &mut Scratch,
) -> bool {
    let Scratch { order, cursors, .. } = scratch;
    order.clear();
    order.extend_from_slice(points);
    order.sort_unstable_by_key(|&point| subjects_at(point).len());
    let [shortest, others @ ..] = order.as_slice() else { return false };
    cursors.clear();
    cursors.resize(others.len(), 0);
    let mut found = 0;
    for &subject in subjects_at(*shortest) {
        let in_all = others.iter().zip(cursors.iter_mut()).all(|(&other, cursor)| {
            let list = subjects_at(other);
            *cursor = advance(list, *cursor, subject);
            list.get(*cursor) == Some(&subject)
        });
        found += u32::from(in_all);
        if found >= bound {
            return false;
        }
    }
    true
}

/// The subjects in both lists; ends when `enough` are found.
pub(super) fn keep_common(one: &[u32], other: &[u32], enough: usize, kept: &mut Vec<u32>) {
    kept.clear();
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut cursor = 0;
    for &subject in short {
        cursor = advance(long, cursor, subject);
        if long.get(cursor) == Some(&subject) {
            kept.push(subject);
            if kept.len() >= enough {
                return;
            }
        }
    }
}

/// The first place at or after `from` that does not lie before `subject`: doubling steps, then halving ones, so that
/// a short step costs little and a long one its logarithm.
fn advance(list: &[u32], from: usize, subject: u32) -> usize {
    let mut step = 1;
    let mut low = from;
    while let Some(&found) = list.get(low + step - 1)
        && found < subject
    {
        low += step;
        step *= 2;
    }
    let high = (low + step - 1).min(list.len());
    low + list[low..high].partition_point(|&found| found < subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_finds_the_first_place_not_before() {
        for length in 0..40_u32 {
            let list: Vec<u32> = (0..length).map(|place| place * 3).collect();
            for from in 0..=list.len() {
                for subject in 0..125 {
                    let expected = list.iter().skip(from).position(|&found| found >= subject);
                    assert_eq!(advance(&list, from, subject), expected.map_or(list.len(), |place| place + from));
                }
            }
        }
    }

    #[test]
    fn common_subjects_are_kept_until_there_are_enough() {
        let mut kept = vec![9];
        keep_common(&[1, 3, 5, 7], &[0, 1, 2, 3, 7, 8], usize::MAX, &mut kept);
        assert_eq!(kept, [1, 3, 7]);
        keep_common(&[1, 3, 5, 7], &[0, 1, 2, 3, 7, 8], 2, &mut kept);
        assert_eq!(kept, [1, 3]);
    }
}
