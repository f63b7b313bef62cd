//! What is asked of special uniques.

/// The sets to search, and what the scores need to know of the population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpecialUniquesPlan {
    /// Largest sets to search.
    pub max_msu: usize,
    /// Share of the population that is in the extract; `None` where nobody said.
    pub sampling_fraction: Option<f64>,
}

impl Default for SpecialUniquesPlan {
    /// Sets of up to three columns: as far as classes are counted, and as far as the limit looks.
    fn default() -> Self {
        Self { max_msu: 3, sampling_fraction: None }
    }
}
