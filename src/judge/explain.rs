//! What a finding or a measure means, where it comes from, and what to do.

mod findings;

use crate::measure;
pub use crate::measure::Page;
use crate::result::FindingCode;

/// The page under a name, if there is one.
#[must_use]
pub fn explain(code: &str) -> Option<Page> {
    explained().find(|page| page.code == code)
}

/// Every page: findings first, oldest first, then measures.
pub fn explained() -> impl Iterator<Item = Page> {
    FindingCode::ALL.iter().copied().map(findings::page).chain(measure::ALL.iter().map(|measure| measure.page))
}
