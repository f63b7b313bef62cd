//! How many random cases a test tries.

use std::ops::Div;

/// One in so many is tried where the build is not optimised.
const ONE_IN: u8 = 50;
/// As many are tried in any case.
const LEAST: u8 = 10;

/// How many of so many random cases a test tries: all of them where the build is optimised, as in every check of a change.
/// Where it is not, as in the first run of a newcomer and while working, a fiftieth and at least ten. Such a build is slow, but
/// sees what the optimised one lets pass: a number that overflows, a debug assertion that does not hold.
///
/// For loops and for proptest: `for seed in 0..tries(2_000)`, `ProptestConfig::with_cases(tries(2_000))`. What a test says of
/// the number of its cases is a share of what it tried.
pub(crate) fn tries<N: Copy + Ord + Div<Output = N> + From<u8>>(all: N) -> N {
    if cfg!(debug_assertions) { (all / ONE_IN.into()).max(LEAST.into()).min(all) } else { all }
}

/// How many of so many random cases a test tries of which each takes long: without optimising one in five hundred, and at least
/// three.
pub(crate) fn tries_of_slow<N: Copy + Ord + Div<Output = N> + From<u8>>(all: N) -> N {
    if cfg!(debug_assertions) { (tries(all) / 10.into()).max(3.into()).min(all) } else { all }
}

#[test]
fn all_are_tried_where_the_build_is_optimised_and_some_where_it_is_not() {
    let tried = [2_000, 300, 6].map(tries);
    assert_eq!(tried, if cfg!(debug_assertions) { [40, 10, 6] } else { [2_000, 300, 6] });
    let of_slow = [2_000, 300, 6, 2].map(tries_of_slow);
    assert_eq!(of_slow, if cfg!(debug_assertions) { [4, 3, 3, 2] } else { [2_000, 300, 6, 2] });
}
