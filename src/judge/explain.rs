//! What a finding or a measure means, where it comes from, and what to do.

use std::sync::LazyLock;

use crate::measure;
pub use crate::measure::Page;
use crate::result::FindingCode;
use crate::word_list::pages;

/// The pages of findings, in the order of their codes: under each name what it is, what it means, how it is decided,
/// where that comes from, and what to do, each on a line.
static FINDINGS: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let page = |code: FindingCode| {
        let (_, lines) = pages(include_str!("explain/findings.txt")).find(|(name, _)| *name == code.name())?;
        let &[summary, meaning, formula, source, action] = lines.as_slice() else { return None };
        Some(Page { code: code.name(), summary, meaning, formula, source, action })
    };
    FindingCode::ALL.iter().copied().filter_map(page).collect()
});

/// The page under a name, if there is one.
#[must_use]
pub fn explain(code: &str) -> Option<Page> {
    explained().find(|page| page.code == code)
}

/// Every page: findings first, oldest first, then measures.
pub fn explained() -> impl Iterator<Item = Page> {
    FINDINGS.iter().copied().chain(measure::ALL.iter().map(|measure| measure.page))
}
