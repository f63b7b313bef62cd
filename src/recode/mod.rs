//! What happens to values between reading and counting: roles, coarsening, and the join of subjects to persons.
//!
//! [`roles()`] decides what each column is; [`treat()`] turns the columns that count into narrow codes, column by column,
//! and lets go of everything else as early as it can.

mod alike;
mod brought;
mod calendar;
mod candidate;
mod coarsen;
mod column_words;
mod consent;
mod described;
mod error;
mod event;
mod facts;
mod finished;
mod finished_error;
mod forms;
mod guess;
mod hidden_total;
mod hierarchy;
mod label;
mod left_aside;
mod lookups;
mod meaning;
mod point;
mod preview;
mod propose;
mod rare;
mod roles;
mod rotation;
mod secrets;
pub mod shared;
mod shown;
mod subject;
mod suppressed;
mod tabulate;
#[cfg(test)]
pub(crate) mod testing;
mod token;
mod treat;
mod tree;
mod value_map;
mod within;
mod workshop;

pub use brought::bring;
pub use consent::{ConsentCounts, WithoutConsent, leave_out_without_consent};
pub use error::TreatmentError;
pub use event::EventValues;
pub(crate) use finished::COUNT_COLUMN;
pub use finished::FinishedSource;
pub use finished_error::FinishedError;
#[cfg(feature = "cli")]
pub(crate) use guess::suspicion;
pub use lookups::check_lookups;
pub use point::guess_point;
pub use preview::{CoarseColumn, Preview, coarse_columns, preview};
pub use propose::{Ladder, Rung};
pub use roles::{ColumnRole, roles, roles_under};
pub use rotation::{PERIOD, Periods};
pub use shown::{Shown, shown_by_suppressed};
pub use subject::persons_by_value;
pub use suppressed::{Suppressed, leave_out, leave_out_suppressed};
pub use tabulate::{TableLabel, TableLabels};
pub use treat::{Hierarchies, Lookups, Treated, hierarchy_files, treat};
pub use value_map::ValueMap;
pub use within::{WholeNumbers, tolerance_in, whole_numbers};

use crate::input::{CodedColumn, Extract};
use crate::plan::{CalendarUnit, CoarsenRule, Exact, TimeOrigin};
use crate::table::SubjectCodes;

/// The last part of a path: results and errors do not name the folders of a machine.
fn file_name(file: &std::path::Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// A column of a file beside the extract; `lacks` makes the error of the file and the name where there is none.
fn lookup_column<'lookup>(
    file: &std::path::Path,
    lookup: &'lookup Extract,
    name: &str,
    lacks: impl FnOnce(String, String) -> TreatmentError,
) -> Result<&'lookup CodedColumn, TreatmentError> {
    let column = lookup.columns.iter().find(|column| column.name == name);
    let column = column.ok_or_else(|| lacks(file_name(file), name.to_owned()))?;
    column.coded.as_ref().ok_or_else(|| TreatmentError::not_read(file))
}
