//! What `inspect` says: the columns of an extract, before anything is measured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dataset, Tool};

/// The columns of an extract. Holds no risk and no verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inspection {
    /// Version of this shape, [`SCHEMA_VERSION`](super::SCHEMA_VERSION) when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// What was read; the same as in the result of a scan.
    pub dataset: Dataset,
}
