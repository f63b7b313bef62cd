//! What the first printed sheet holds beside the first screen: figures against their limits, hashes, lines to sign on.

use super::decision::limits;
use super::table::{Cell, Table};
use crate::number::{bytes, count};
use crate::report::escape::printable;
use crate::report::messages;
use crate::result::ScanResult;

/// Rows of a table that have room on the sheet.
const ROWS: usize = 5;

/// The tables of the sheet; the lines to sign on stand in the template.
pub(super) struct Sheet {
    pub(super) limits: Option<Table>,
    pub(super) files: Table,
}

pub(super) fn sheet(result: &ScanResult) -> Sheet {
    Sheet { limits: limits(result).any().map(short), files: short(files(result)) }
}

/// Every file that was read, and the configuration, with their hashes.
fn files(result: &ScanResult) -> Table {
    let hash = |sha256: Option<&str>| sha256.map_or_else(|| messages::NO_HASH.to_owned(), printable);
    let input = result.dataset.files.iter();
    let sources = result
        .sources
        .iter()
        .flat_map(|source| source.files.iter().chain(source.hold_out.iter().flat_map(|hold_out| &hold_out.files)));
    let mut rows: Vec<(String, String, String)> = input
        .chain(sources)
        .map(|file| (printable(&file.name), bytes(file.bytes), hash(file.sha256.as_deref())))
        .collect();
    if let Some(sha256) = &result.run.config_sha256 {
        rows.insert(
            result.dataset.files.len().min(ROWS - 1),
            ("configuration".to_owned(), "–".to_owned(), printable(sha256)),
        );
    }
    Table::of(
        "Files that were read",
        &rows,
        &[
            ("File", &|(name, ..)| Cell::text(name)),
            ("Size", &|(_, size, _)| Cell::number(size)),
            ("SHA-256", &|(.., hash)| Cell::mono(hash)),
        ],
    )
}

/// The first rows of a table, and how many more there are.
fn short(mut table: Table) -> Table {
    let left_out = table.rows.len().saturating_sub(ROWS);
    table.rows.truncate(ROWS);
    if left_out > 0 {
        (table.more, table.has_more) = (count(left_out as u64), true);
    }
    table
}
