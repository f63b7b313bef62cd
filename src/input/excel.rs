//! Spreadsheets.

use std::path::Path;

use super::error::{InputError, shown};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::Account;
use crate::stop::Progress;

fn unsupported<T>(name: &str) -> Result<T, InputError> {
    Err(InputError::Format { file: shown(name), format: "spreadsheet", problem: "this version reads text only" })
}
pub(super) fn columns(name: &str, _path: &Path) -> Result<Vec<String>, InputError> {
    unsupported(name)
}
pub(super) fn read(file: &SourceFile, _: &mut Collector<'_>, _: &dyn Progress) -> Result<Account, InputError> {
    unsupported(&file.name)
}
