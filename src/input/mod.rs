//! From files to coded columns.

mod extract;

pub use extract::{CodedColumn, Extract, ExtractColumn};
