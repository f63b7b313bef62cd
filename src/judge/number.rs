//! Numbers in the sentences of findings.

/// A share in per cent with as many decimals as it takes to tell it from `other`, from 0 and from 100: one to four.
pub(super) fn percent_beside(share: f64, other: f64) -> String {
    let written = |share: f64, decimals: usize| format!("{:.decimals$}", share * 100.0);
    let is_same = |other: f64| share.total_cmp(&other).is_eq();
    let differs = |other: f64, decimals| is_same(other) || written(share, decimals) != written(other, decimals);
    let enough = |&decimals: &usize| [other, 0.0, 1.0].into_iter().all(|other| differs(other, decimals));
    let text = written(share, (1..4).find(enough).unwrap_or(4));
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share in per cent.
pub(super) fn percent(share: f64) -> String {
    percent_beside(share, share)
}

/// A number with at most four decimals.
pub(super) fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
