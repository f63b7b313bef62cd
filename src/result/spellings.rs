//! How missing values are spelled, by kind.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How cells of a column stand for a missing value, by kind. Counts only; null means not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Spellings {
    /// Cells whose text often stands for a missing value (`NULL`, `n/a`, `1900-01-01`) but that count as values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<u64>,
    /// Cells with a suppression mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<u64>,
    /// Cells that violate the declaration of the column and count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid: Option<u64>,
    /// Values that the plan declares missing or suppressed although they are on no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<u64>,
}

impl Spellings {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
