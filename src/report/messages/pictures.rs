//! Words in and around pictures.

use crate::number::count;

/// Title of the picture of class sizes.
pub(in crate::report) fn chart_class_sizes(units: &str) -> String {
    format!("How many {units} stand together in a class")
}

/// On which columns the classes are.
pub(in crate::report) fn chart_class_sizes_subtitle(columns: &[String]) -> String {
    format!("Share of records by the size of their class on {}", super::list(columns))
}

/// What the marks of the picture of class sizes mean.
pub(in crate::report) fn chart_class_sizes_legend(k: u32) -> String {
    format!("Bar: share of records. Hatched: classes smaller than the limit k = {}.", count(u64::from(k)))
}

/// What the rows of figures under a narrow picture of class sizes are.
pub(in crate::report) fn chart_class_sizes_rows(units: &str) -> String {
    format!("Rows: {units} in a class, share of records, classes.")
}

pub(in crate::report) const HATCHED_BELOW_LIMIT: &str = "Hatched: classes smaller than the limit.";
pub(in crate::report) const SHARE_OF_RECORDS: &str = "share of records";

pub(in crate::report) fn limit_k(k: u32) -> String {
    format!("limit k = {}", count(u64::from(k)))
}

/// Title of the picture by number of columns.
pub(in crate::report) fn chart_set_sizes(units: &str) -> String {
    format!("Share of {units} alone, by number of known columns")
}

/// Title of the picture of pairs.
pub(in crate::report) fn chart_pairs(units: &str) -> String {
    format!("Share of {units} alone on two columns")
}

/// Title of the picture of column effects.
pub(in crate::report) fn chart_column_effects(units: &str) -> String {
    format!("What each column adds to the share of {units} alone")
}

pub(in crate::report) const CHART_COLUMN_EFFECTS_SUBTITLE: &str = "Further right: the column reveals more";
pub(in crate::report) const CHART_SET_SIZES_SUBTITLE: &str = "All combinations of columns of each size";
pub(in crate::report) const CHART_PAIRS_SUBTITLE: &str = "Read along the row and down from the name to find a pair";
pub(in crate::report) const CHART_PAIRS_NONE: &str = "No pair of columns singles anybody out.";
pub(in crate::report) const PAIR_STEPS: [&str; 6] =
    ["under 0.1 %", "0.1 to 1 %", "1 to 5 %", "5 to 20 %", "20 to 50 %", "50 % and more"];
pub(in crate::report) const RISKIEST_PAIRS: &str = "riskiest pairs";
pub(in crate::report) const SHAPLEY_VALUE: &str = "Shapley value";
pub(in crate::report) const SHAPLEY_INTERVAL: &str = "Shapley value with 95 % interval";
pub(in crate::report) const LEAVE_ONE_OUT: &str = "leave-one-out";
pub(in crate::report) const RISKIEST_SET: &str = "riskiest set";
pub(in crate::report) const MEDIAN_SET: &str = "median set";
pub(in crate::report) const SAFEST_SET: &str = "safest set";
pub(in crate::report) const COLUMNS_KNOWN: &str = "columns known";

/// The label of all columns: `all 6`.
pub(in crate::report) fn all(columns: usize) -> String {
    format!("all {columns}")
}

/// A column whose name the font of a picture lacks.
pub(in crate::report) fn column_by_place(place: usize) -> String {
    format!("column {place}")
}

/// Said where a picture cannot name a column.
pub(in crate::report) const COLUMNS_BY_PLACE: &str = "column N: a name this font lacks";

pub(in crate::report) const CHART_TRADE_OFF: &str = "What each proposal costs and what it gains";

pub(in crate::report) fn chart_trade_off_subtitle(units: &str, k: u32) -> String {
    format!("Upright: {units} left in crowds below {}. Further down is safer.", count(u64::from(k)))
}

pub(in crate::report) fn within_limit_k(k: u32) -> String {
    format!("nobody in a crowd below {}", count(u64::from(k)))
}

pub(in crate::report) const OVER_LIMIT: &str = "over the limit";
pub(in crate::report) const DETAIL_KEPT_AXIS: &str = "detail of the quasi-identifiers kept";
pub(in crate::report) const AS_IT_IS: &str = "as it is";
pub(in crate::report) const WITH_PROPOSAL: &str = "with a proposal";

/// `posted_at → day`.
pub(in crate::report) fn change(column: &str, rule: &str) -> String {
    format!("{column} → {rule}")
}

pub(in crate::report) fn recommended(changes: &[String]) -> String {
    format!("try first: {}", changes.join(", "))
}

pub(in crate::report) fn trade_off_now(share: &str) -> String {
    format!("As it is: {share} in small crowds.")
}

pub(in crate::report) fn trade_off_part(changes: &[String], detail: &str, share: &str, recommended: bool) -> String {
    let mark = if recommended { " (recommended)" } else { "" };
    format!("{}{mark}: {detail} of detail kept, {share} left in small crowds", changes.join(", "))
}

pub(in crate::report) const CHART_UNICITY: &str = "How many known points single a subject out";
pub(in crate::report) fn chart_unicity_subtitle(cohort: Option<&str>) -> String {
    let cohort = cohort.map_or_else(String::new, |cohort| format!(" ({cohort})"));
    format!("Share singled out{cohort}; band: 95 % interval; ring: what is judged")
}

pub(in crate::report) const CHART_RESOLUTIONS: &str = "What coarser values would hide from known points";

pub(in crate::report) fn chart_resolutions_subtitle(known: u32, is_fixed: bool) -> String {
    let points = if is_fixed { format!(" by {}", super::known_points(known)) } else { String::new() };
    format!("Share of subjects still singled out{points}; darker is riskier")
}

pub(in crate::report) fn chart_resolutions_description(known: u32) -> String {
    format!("Share singled out at each step of coarsening; the words speak of {}.", super::known_points(known))
}

pub(in crate::report) const OTHERS_AS_THEY_ARE: &str = "; further columns as they are";

pub(in crate::report) fn more_maps(left_out: usize) -> String {
    let maps = if left_out == 1 { "map" } else { "maps" };
    format!("; {} more {maps} in the table", count(left_out as u64))
}

/// A step of a column where there is little room: `merchant: week`.
pub(in crate::report) fn step_of(column: &str, rule: &str) -> String {
    format!("{column}: {rule}")
}

pub(in crate::report) const NOT_KNOWN_CELL: &str = "not known";

pub(in crate::report) fn map_limit(limit: &str) -> String {
    format!("framed: within the limit of {limit}, by the upper end of the interval")
}

pub(in crate::report) const CHART_RESOLUTION_CURVES: &str = "What each single change would do to the curve";
pub(in crate::report) const CHART_RESOLUTION_CURVES_SUBTITLE: &str =
    "Share of subjects still singled out; all other columns as they are; band: 95 % interval";

pub(in crate::report) const KNOWN_POINTS_AXIS: &str = "known points";
pub(in crate::report) const UNICITY_DESCRIPTION: &str = "Share singled out by number of known points.";

pub(in crate::report) fn more_curves(left_out: usize) -> String {
    let curves = if left_out == 1 { "curve" } else { "curves" };
    format!("; {} more {curves} in the tables", count(left_out as u64))
}

pub(in crate::report) fn limit_share(share: &str) -> String {
    format!("limit {share}")
}
