//! Words in and around pictures.

pub(in crate::report) const PAIR_STEPS: [&str; 6] =
    ["under 0.1 %", "0.1 to 1 %", "1 to 5 %", "5 to 20 %", "20 to 50 %", "50 % and more"];
pub(in crate::report) const RISKIEST_PAIRS: &str = "riskiest pairs";
pub(in crate::report) const SHAPLEY_VALUE: &str = "Shapley value";
pub(in crate::report) const LEAVE_ONE_OUT: &str = "leave-one-out";

/// The label of all columns: `all 6`.
pub(in crate::report) fn all(columns: usize) -> String {
    format!("all {columns}")
}

pub(in crate::report) const AS_IT_IS: &str = "as it is";

/// `posted_at → day`.
pub(in crate::report) fn change(column: &str, rule: &str) -> String {
    format!("{column} → {rule}")
}

pub(in crate::report) fn recommended(changes: &[String]) -> String {
    format!("try first: {}", changes.join(", "))
}

pub(in crate::report) fn trade_off_part(changes: &[String], detail: &str, share: &str, recommended: bool) -> String {
    let mark = if recommended { " (recommended)" } else { "" };
    format!("{}{mark}: {detail} of detail kept, {share} left in small crowds", changes.join(", "))
}

pub(in crate::report) fn chart_unicity_subtitle(cohort: Option<&str>) -> String {
    let cohort = cohort.map_or_else(String::new, |cohort| format!(" ({cohort})"));
    format!("Share singled out{cohort}; band: 95 % interval; ring: what is judged")
}

pub(in crate::report) fn chart_resolutions_subtitle(known: u32, is_fixed: bool) -> String {
    let points = if is_fixed { format!(" by {}", super::known_points(known)) } else { String::new() };
    format!("Share of subjects still singled out{points}; darker is riskier")
}

pub(in crate::report) fn more_maps(left_out: usize) -> String {
    format!("; {} in the table", super::counted(left_out as u64, "more map", "more maps"))
}

pub(in crate::report) const UNICITY_DESCRIPTION: &str = "Share singled out by number of known points.";

pub(in crate::report) fn more_curves(left_out: usize) -> String {
    format!("; {} in the tables", super::counted(left_out as u64, "more curve", "more curves"))
}

pub(in crate::report) fn limit_share(share: &str) -> String {
    format!("limit {share}")
}
