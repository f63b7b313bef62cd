//! Parquet and Arrow IPC.

use std::path::Path;

use super::error::{InputError, shown};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::Account;
use crate::stop::Progress;

fn unsupported<T>(name: &str) -> Result<T, InputError> {
    Err(InputError::Format { file: shown(name), format: "columnar", problem: "this version reads text only" })
}
pub(super) fn parquet_columns(name: &str, _path: &Path) -> Result<Vec<String>, InputError> {
    unsupported(name)
}
pub(super) fn arrow_file_columns(name: &str, _path: &Path) -> Result<Vec<String>, InputError> {
    unsupported(name)
}
pub(super) fn arrow_stream_columns(name: &str, _path: &Path) -> Result<Vec<String>, InputError> {
    unsupported(name)
}
pub(super) fn read_parquet(file: &SourceFile, _: &mut Collector<'_>, _: &dyn Progress) -> Result<Account, InputError> {
    unsupported(&file.name)
}
pub(super) fn read_arrow_file(
    file: &SourceFile,
    _: &mut Collector<'_>,
    _: &dyn Progress,
) -> Result<Account, InputError> {
    unsupported(&file.name)
}
pub(super) fn read_arrow_stream(
    file: &SourceFile,
    _: &mut Collector<'_>,
    _: &dyn Progress,
) -> Result<Account, InputError> {
    unsupported(&file.name)
}
