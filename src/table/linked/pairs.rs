//! Who the only match of a subject is.

use rayon::prelude::*;

use super::Tuning;
use super::partitioned::{Both, in_turn};
use super::places::{HashPlaces, Places};
use super::rows::Wanted;
use super::scatter::Hashed;
use super::side::Joined;
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, Table};

/// Pairs of a subject of ours and the only subject of theirs in one of its classes on the set, ascending, each once.
///
/// A subject of ours whose records lie in one class has at most one partner; else it may have several.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Panics
/// When the set names a column that one of the tables lacks.
pub fn sole_partners(
    ours: &Table,
    theirs: &Table,
    set: &ColumnSet,
    stop: &Stop,
) -> Result<Vec<(u32, u32)>, StopReason> {
    let tuning = Tuning::for_tables(ours, theirs);
    let joined = Joined::new(ours, theirs, std::slice::from_ref(set));
    let folded = joined.folded(set, tuning.most_numbers);
    let (our, their) = folded.rows(&joined);
    let split = Hashed { bits: tuning.hash_bits };
    let mut scattered = Both::<u64>::default();
    scattered.scatter((&our, Wanted::Stamp), (&their, Wanted::Stamp), split, stop)?;
    let pairs = in_turn(1 << tuning.hash_bits, |next| {
        let (mut places, mut last, mut pairs) = (HashPlaces::new(), Vec::new(), Vec::new());
        while let Some(partition) = next() {
            stop.check()?;
            add_pairs(&scattered, partition, &mut places, &mut last, &mut pairs);
        }
        Ok(pairs)
    })?;
    let mut pairs = pairs.concat();
    pairs.par_sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// The mark of a class that several subjects of theirs are in. No subject has so high a number.
const SEVERAL: u32 = u32::MAX;

/// Adds the pairs of a partition. `partners` is scratch space: the only subject of theirs, plus one, of each class.
fn add_pairs(
    scattered: &Both<u64>,
    partition: usize,
    places: &mut HashPlaces,
    partners: &mut Vec<u32>,
    pairs: &mut Vec<(u32, u32)>,
) {
    places.clear();
    for (numbers, _) in scattered.ours.pieces(partition) {
        for &number in numbers {
            places.place(number);
        }
    }
    partners.clear();
    partners.resize(places.end(), 0);
    for (numbers, stamps) in scattered.theirs.pieces(partition) {
        for (&number, &stamp) in numbers.iter().zip(stamps) {
            if let Some(place) = places.find(number) {
                let partner = &mut partners[place];
                *partner = if *partner == 0 || *partner == stamp { stamp } else { SEVERAL };
            }
        }
    }
    for (numbers, stamps) in scattered.ours.pieces(partition) {
        for (&number, &stamp) in numbers.iter().zip(stamps) {
            let partner = places.find(number).map_or(0, |place| partners[place]);
            if partner != 0 && partner != SEVERAL {
                pairs.push((stamp - 1, partner - 1));
            }
        }
    }
}
