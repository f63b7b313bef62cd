//! Where files are not mapped, a ground has no room, and columns stay in memory.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::SpillError;
use crate::stop::Stop;
use crate::table::{Ground, Room};

/// A ground without room.
#[derive(Debug)]
pub struct FileGround;

impl FileGround {
    /// A ground in this folder, of a scan that looks at `stop`.
    #[must_use]
    pub fn new(_home: PathBuf, _stop: &Stop) -> Arc<Self> {
        Arc::new(Self)
    }

    /// Why the scan was asked to end, if this ground did so.
    #[must_use]
    pub fn failure(&self) -> Option<SpillError> {
        None
    }
}

impl Ground for FileGround {
    fn room(&self, _bytes: usize) -> Option<Box<dyn Room>> {
        None
    }
}
