//! Words about method, assumptions and terms.

use super::NOT_DEFINED;
use crate::number::count;
use crate::result::{MissingMode, OwnCategory, ShapleyMethod};

/// What a missing cell matches, in one sentence.
pub(in crate::report) fn missing(mode: MissingMode) -> &'static str {
    match mode {
        MissingMode::OwnCategory => "A missing cell counts as a value of its own: it matches other missing cells only.",
        MissingMode::Wildcard => {
            "A missing cell matches every value, on either side. Crowds are then counted for each record and there \
             are no classes."
        }
    }
}

/// How the Shapley values were found, in one sentence.
pub(in crate::report) fn shapley(method: &ShapleyMethod) -> String {
    match method {
        ShapleyMethod::Exact => "Shapley values are exact: every combination of columns was counted.".to_owned(),
        ShapleyMethod::Sampled { orders } => format!(
            "Shapley values are estimated from {} random orders of the columns; the whiskers are 95 % intervals.",
            count(u64::from(*orders))
        ),
        ShapleyMethod::NotComputed => {
            "Shapley values were not computed: they need more combinations than the work limit allows.".to_owned()
        }
    }
}

/// Smallest crowds when missing cells are a value of their own.
pub(in crate::report) fn own_category(own: &OwnCategory) -> String {
    let figure = |number: Option<u64>| number.map_or_else(|| NOT_DEFINED.to_owned(), count);
    format!(
        " With a missing cell as a value of its own the smallest class would be {} on all quasi-identifiers and {} on \
         the static ones.",
        figure(own.full_smallest_class),
        figure(own.static_smallest_class)
    )
}
