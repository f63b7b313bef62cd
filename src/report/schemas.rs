//! The JSON Schemas (draft 2020-12) of everything that is written for machines, as they lie in `docs/`.
//!
//! They are made from the types by a test, and the program carries their text: what makes a schema of a type is as large as what
//! reads and writes it, and would be built into a program that only prints it.

/// Schema of `result.json`; ends with a newline, as all of them do.
pub const RESULT_SCHEMA: &str = include_str!("../../docs/result.schema.json");

/// Schema of `release.json`.
pub const CERTIFICATE_SCHEMA: &str = include_str!("../../docs/release.schema.json");

/// Schema of what `advise --format json` writes.
pub const ADVISORY_SCHEMA: &str = include_str!("../../docs/advice.schema.json");

/// Schema of what `compare --format json` writes.
pub const COMPARISON_SCHEMA: &str = include_str!("../../docs/comparison.schema.json");

/// Schema of `record.json`.
pub const RECORD_SCHEMA: &str = include_str!("../../docs/record.schema.json");

/// Schema of what `nightly --format json` prints.
pub const NIGHT_SCHEMA: &str = include_str!("../../docs/night.schema.json");

/// Schema of what a notification command reads.
pub const NOTIFICATION_SCHEMA: &str = include_str!("../../docs/notification.schema.json");

/// Schema of what `history --format json` writes.
pub const HISTORY_SCHEMA: &str = include_str!("../../docs/history.schema.json");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::schema_for;

    use super::*;
    use crate::result::{
        Advisory, Certificate, ComparedResults, DatasetHistory, NightReport, Notification, RunRecord, ScanResult,
    };

    /// `UPDATE_GOLDEN=1` writes the files anew; the program carries them after the next build.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may be told by its environment to write the files anew")]
    fn every_schema_is_that_of_its_type() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        for (name, carried, schema) in [
            ("result", RESULT_SCHEMA, schema_for!(ScanResult)),
            ("release", CERTIFICATE_SCHEMA, schema_for!(Certificate)),
            ("advice", ADVISORY_SCHEMA, schema_for!(Advisory)),
            ("comparison", COMPARISON_SCHEMA, schema_for!(ComparedResults)),
            ("record", RECORD_SCHEMA, schema_for!(RunRecord)),
            ("night", NIGHT_SCHEMA, schema_for!(NightReport)),
            ("notification", NOTIFICATION_SCHEMA, schema_for!(Notification)),
            ("history", HISTORY_SCHEMA, schema_for!(DatasetHistory)),
        ] {
            // The alternate form of a JSON value is its indented text.
            let made = format!("{:#}\n", schema.as_value());
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(folder.join(format!("{name}.schema.json")), &made).unwrap();
            } else {
                assert!(made == carried, "docs/{name}.schema.json is stale; UPDATE_GOLDEN=1 writes it anew");
            }
        }
    }
}
