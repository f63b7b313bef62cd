//! What a finding or a measure means, where it comes from, and what to do.

mod findings;
mod measures;

use crate::result::FindingCode;

/// The page of one finding or measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its stable kebab-case name.
    pub code: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What it means for the people in the extract.
    pub meaning: &'static str,
    /// How it is computed or decided.
    pub formula: &'static str,
    /// Where the idea or the limit comes from.
    pub source: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

/// The page under a name, if there is one.
#[must_use]
pub fn explain(code: &str) -> Option<Page> {
    explained().find(|page| page.code == code)
}

/// Every page: findings first, oldest first, then measures.
pub fn explained() -> impl Iterator<Item = Page> {
    FindingCode::ALL.into_iter().map(findings::page).chain(measures::PAGES)
}
