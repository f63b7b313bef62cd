//! What earlier nights said: the folder of each run with its record, the chain of records, and views over many runs.
//!
//! The records are the truth. They are small, are never pruned, and each names the hash of the one before it ([`audit()`]).
//! The index is derived from them and can be thrown away.

mod audit;
mod chain;
mod error;
#[cfg(feature = "cli")]
mod index;
#[cfg(feature = "cli")]
mod night;
mod overview;
mod prune;
mod run;
mod store;

pub use audit::{Audit, audit, check_result};
pub use error::HistoryError;
#[cfg(feature = "cli")]
pub use index::{INDEX_FILE, Index, IndexState};
#[cfg(feature = "cli")]
pub(crate) use night::{newest, newest_record, record_of};
pub use overview::{history_of, overview, write_index_page};
pub use prune::prune;
pub use run::{Further, write_record, write_record_beside, write_run};
pub use store::{RECORD_FILE, StoredRecord, home_of, read_newest, read_records};
pub(crate) use store::{hash_of, run_folders};
