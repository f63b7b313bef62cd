//! What is asked of special uniques.

/// The sets to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialUniquesPlan {
    /// Largest sets to search.
    pub max_msu: usize,
}

impl Default for SpecialUniquesPlan {
    /// Sets of up to three columns: as far as classes are counted, and as far as the limit looks.
    fn default() -> Self {
        Self { max_msu: 3 }
    }
}
