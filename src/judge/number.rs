//! Numbers in the sentences of findings.

/// A share as percent, as every view writes it; with as many digits as tell it from `other`.
pub(super) fn percent_beside(share: f64, other: f64) -> String {
    crate::number::percent_beside(share, other).replace('\u{a0}', " ")
}

/// A share as percent, as every view writes it.
pub(super) fn percent(share: f64) -> String {
    percent_beside(share, share)
}

/// A number with at most four decimals.
pub(super) fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
