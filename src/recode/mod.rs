//! What happens to values between reading and counting: roles, coarsening, and the join of subjects to persons.
//!
//! [`roles()`] decides what each column is; [`treat()`] turns the columns that count into narrow codes, column by column,
//! and lets go of everything else as early as it can.

mod calendar;
mod coarsen;
mod consent;
mod error;
mod event;
mod given_names;
mod guess;
mod hierarchy;
mod lookups;
mod point;
mod propose;
mod rare;
mod roles;
pub mod shared;
mod subject;
#[cfg(test)]
mod testing;
mod treat;
mod within;
mod words;

pub use consent::ConsentCounts;
pub use error::TreatmentError;
pub use event::EventValues;
pub use lookups::check_lookups;
pub use point::guess_point;
pub use propose::{Ladder, Rung};
pub use roles::{ColumnRole, roles};
pub use treat::{Hierarchies, Lookups, SubjectCodes, Treated, hierarchy_files, treat};
pub use within::{WholeNumbers, tolerance_in, whole_numbers};

use crate::plan::{CalendarUnit, CoarsenRule, Exact, TimeOrigin};

/// The last part of a path: results and errors do not name the folders of a machine.
fn file_name(file: &std::path::Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}
