//! How each shared column is compared: as a key, equal or not, or as a number that may lie apart.

use super::window::span;
use crate::measure::linkage::keys::Keys;
use crate::measure::linkage::{Comparison, LinkedTables, SharedColumn};
use crate::measure::unicity::Tolerance;
use crate::table::Column;

/// A column as it is compared.
pub(super) enum Compared {
    /// Two cells match when they have the same key; `None` matches nothing.
    Key(Keys),
    /// Two cells match when their numbers lie no farther apart than the tolerance; `None` matches nothing.
    Number {
        /// One number a code.
        of_code: Vec<Option<i64>>,
        /// How far apart.
        tolerance: Tolerance,
    },
}

/// Every shared column as it is compared, and what a reader must know about that.
pub(super) fn compared(linked: &LinkedTables) -> (Vec<Compared>, Vec<String>) {
    let mut notes = Vec::new();
    let columns = linked.columns.iter().enumerate().map(|(place, column)| {
        let (ours, theirs) = (&linked.ours.columns()[place], &linked.theirs.columns()[place]);
        match column.comparison {
            Comparison::Equal => Compared::Key(Keys::equal(ours)),
            Comparison::Normalised => Compared::Key(Keys::normalised(column, ours)),
            Comparison::Within(tolerance) => {
                if let Some(numbers) = &column.numbers {
                    return within(column, numbers, tolerance, [ours, theirs], &mut notes);
                }
                notes.push(format!(
                    "`{}` has a tolerance but holds neither numbers nor dates; it was compared for equality",
                    column.name
                ));
                Compared::Key(Keys::equal(ours))
            }
        }
    });
    let columns = columns.collect();
    (columns, notes)
}

/// A column of numbers, or of one key for all of them when the tolerance tells none of them apart.
fn within(
    shared: &SharedColumn,
    numbers: &[Option<i64>],
    tolerance: Tolerance,
    sides: [&Column; 2],
    notes: &mut Vec<String>,
) -> Compared {
    let number = |code: u32| if sides[0].missing == Some(code) { None } else { numbers[code as usize] };
    let of_code: Vec<Option<i64>> = (0..sides[0].cardinality).map(number).collect();
    if (0_u32..).zip(&of_code).any(|(code, number)| number.is_none() && sides[0].missing != Some(code)) {
        notes.push(format!("some values of `{}` have no number; they match nobody", shared.name));
    }
    let [ours, theirs] = sides.map(|side| occurring(side, &of_code));
    let Some((least, most)) = ours.iter().copied().min().zip(ours.iter().copied().max()) else {
        return Compared::Number { of_code, tolerance };
    };
    let covers = |&known: &i64| {
        let (from, to) = span(tolerance, known);
        from <= least && most <= to
    };
    // One value on each side matches whatever the tolerance is; that says nothing about the tolerance.
    let several = least < most || theirs.iter().any(|&known| known != least);
    if theirs.is_empty() || !several || !theirs.iter().all(covers) {
        return Compared::Number { of_code, tolerance };
    }
    notes.push(format!(
        "the tolerance on `{}` covers every value of both sides: the column distinguishes nobody",
        shared.name
    ));
    Compared::Key(Keys::one_for_all(&of_code))
}

/// The distinct numbers of a side, each once for each code.
fn occurring(side: &Column, of_code: &[Option<i64>]) -> Vec<i64> {
    let mut seen = vec![false; of_code.len()];
    for code in side.values() {
        seen[code as usize] = true;
    }
    of_code.iter().zip(seen).filter_map(|(number, seen)| number.filter(|_| seen)).collect()
}
