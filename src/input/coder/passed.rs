//! A column whose values are let go: its type, missing cells and identifiers only.

use super::{FinishedColumn, or_text};
use crate::detect::Search;
use crate::input::cells::{bytes_of, is_short};
use crate::input::classify::{Readings, is_not_a_number, readings_of};
use crate::input::rules::CellRules;
use crate::input::values::RawValues;
use crate::table::Codes;

/// A column of which only type, missing cells and identifiers are found.
pub(in crate::input) struct PassedColumn {
    /// Of all files.
    pub(super) readings: Readings,
    /// Of each file, the last one being read.
    pub(super) files: Vec<Readings>,
    missing: u64,
    not_a_number: u64,
    /// Keys that were classified lately, so that repeated cells cost a comparison. It grows with the keys that are
    /// not among them: an extract may have many columns of few cells.
    pub(super) recent: Vec<u64>,
    /// Keys that were not among them.
    missed: usize,
    search: Search,
    /// Whether some of its values were not looked at.
    unread: bool,
    pub(super) rules: CellRules,
}

/// Slots of the memory of recent keys, at first and at most; both are powers of two.
const FEWEST_RECENT: usize = 1 << 3;
const MOST_RECENT: usize = 1 << 12;

impl PassedColumn {
    pub(super) fn new(search: Search, rules: CellRules) -> Self {
        Self {
            readings: Readings::all(),
            files: Vec::new(),
            missing: 0,
            not_a_number: 0,
            recent: vec![0; FEWEST_RECENT],
            missed: 0,
            search,
            unread: false,
            rules,
        }
    }

    /// Takes notice of a value that was not looked at.
    pub(super) fn note_unread(&mut self) {
        self.unread = true;
    }

    /// Takes cells that were coded.
    pub(super) fn take_raw(&mut self, values: &RawValues, codes: &Codes) {
        let records = values.records(codes);
        for (cell, records) in values.iter().zip(records) {
            self.look_at_many(cell, records);
        }
    }

    pub(super) fn look_at_key(&mut self, key: u64, text: &[u8]) {
        if !is_short(key) {
            self.look_at(bytes_of(key, text, &mut [0; 8]));
            return;
        }
        // The key of the empty cell is 0, which also marks an empty slot: it must not count as known.
        if key != 0 && self.recent[self.slot(key)] == key {
            return;
        }
        self.missed += 1;
        if self.missed > self.recent.len() && self.recent.len() < MOST_RECENT {
            self.recent = vec![0; 2 * self.recent.len()];
        }
        let mut room = [0; 8];
        let cell = bytes_of(key, text, &mut room);
        // Cells that are counted must be looked at every time; a short e-mail address is one.
        let trimmed = self.rules.trimmed(cell);
        if !self.rules.is_missing(trimmed) && !is_not_a_number(trimmed) && !cell.contains(&b'@') && cell.is_ascii() {
            let slot = self.slot(key);
            self.recent[slot] = key;
        }
        self.look_at(cell);
    }

    /// Where a key is remembered.
    fn slot(&self, key: u64) -> usize {
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - self.recent.len().trailing_zeros());
        usize::try_from(hash).unwrap_or(0)
    }

    pub(super) fn look_at(&mut self, cell: &[u8]) {
        self.look_at_many(cell, 1);
    }

    /// Looks at a cell that so many records hold.
    pub(super) fn look_at_many(&mut self, cell: &[u8], records: u64) {
        let cell = self.rules.trimmed(cell);
        if self.rules.is_missing(cell) {
            self.missing += records;
            return;
        }
        if is_not_a_number(cell) {
            self.not_a_number += records;
        }
        self.search.take(cell, records);
        if !self.readings.is_text() {
            let readings = readings_of(cell);
            self.readings = self.readings.and(readings);
            if let Some(file) = self.files.last_mut() {
                *file = file.and(readings);
            }
        }
    }

    pub(super) fn finish(self) -> FinishedColumn {
        let (reading, doubt) = or_text(self.readings.settle_files(&self.files));
        let not_a_number = if reading.not_a_number_is_missing() { self.not_a_number } else { 0 };
        FinishedColumn {
            column_type: reading.column_type(),
            missing: self.missing + not_a_number,
            identifiers: self.search.settle(),
            counts: None,
            doubt,
            majority: None,
            unread: self.unread,
            coded: None,
        }
    }
}
