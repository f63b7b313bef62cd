//! Numbers that belong together, as trees: each number has a parent, and the root of a tree is its own.

/// The root of a number. The path to it is halved on the way, so that it is short the next time.
///
/// # Panics
/// When a number has no parent in the list.
pub(crate) fn root(parent: &mut [u32], mut of: u32) -> u32 {
    while parent[of as usize] != of {
        parent[of as usize] = parent[parent[of as usize] as usize];
        of = parent[of as usize];
    }
    of
}
