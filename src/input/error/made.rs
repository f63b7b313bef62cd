//! Errors made of others, and names that are safe to show in them.

use std::io;

use super::InputError;
use crate::printable::printable_within;
use crate::stop::StopReason;

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 100;

/// A file, column or input name made safe to show: control characters are escaped and long names are cut.
///
/// Names come from outside and may hold terminal escapes.
pub(in crate::input) fn shown(name: &str) -> String {
    printable_within(name, LONGEST_NAME)
}

impl InputError {
    /// A file that the system refuses.
    pub(in crate::input) fn unreadable(file: &str, error: &io::Error) -> Self {
        Self::Unreadable { file: shown(file), kind: error.kind() }
    }
}

impl From<StopReason> for InputError {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}
