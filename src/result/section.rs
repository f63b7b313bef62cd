//! A part of a report as plain data, for measures that views have no part of their own for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a measure has to say, without layout. Numbers are named, not written: a view takes them from `figures` and what
/// became of them from `checks`, so that every view shows them alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Name of the measure.
    pub measure: String,
    /// The heading.
    pub title: String,
    /// What the section answers, in one sentence.
    pub answer: String,
    /// The figures it shows, in this order.
    pub rows: Vec<SectionRow>,
    /// How the numbers are to be read, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub how_to_read: Vec<String>,
    /// What helps where they are too high, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_to_do: Vec<String>,
}

/// A figure of a section, by its whole name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SectionRow {
    /// `id` of the figure.
    pub figure: String,
    /// `columns` of the figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `about` of the figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}
