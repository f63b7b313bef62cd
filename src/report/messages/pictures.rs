//! Words in and around pictures.

pub(in crate::report) const AS_IT_IS: &str = "as it is";

/// `posted_at → day`.
pub(in crate::report) fn change(column: &str, rule: &str) -> String {
    format!("{column} → {rule}")
}

pub(in crate::report) fn more_maps(left_out: usize) -> String {
    format!("; {} in the table", super::counted(left_out as u64, "more map", "more maps"))
}

pub(in crate::report) fn more_curves(left_out: usize) -> String {
    format!("; {} in the tables", super::counted(left_out as u64, "more curve", "more curves"))
}

pub(in crate::report) fn limit_share(share: &str) -> String {
    format!("limit {share}")
}
