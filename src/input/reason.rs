//! Why a column is text, without a word of what it holds.

use super::classify::{Readings, readings_of};
use super::places::Place;
use super::rules::CellRules;
use super::values::RawValues;
use crate::plan::{counted, grouped};
use crate::result::ColumnType;
use crate::table::Codes;

/// What most cells of a text column read as.
pub(super) struct Majority {
    column_type: ColumnType,
    /// Cells that read so.
    cells: u64,
    /// Cells with a value.
    of: u64,
    /// The record of the first other one.
    pub(super) first_other: u64,
}

impl Majority {
    /// What most cells of a column read as, where that is at least half of them and they do not contradict each other.
    pub(super) fn of(values: &RawValues, codes: &Codes, rules: &CellRules) -> Option<Self> {
        let cells = values.iter().map(|cell| rules.trimmed(cell));
        let readings = cells.map(|cell| (!rules.is_missing(cell)).then(|| readings_of(cell)));
        // Once a distinct value; most columns of text end here.
        let kinds: Vec<Option<u32>> = readings.map(|readings| readings.map(Readings::kinds)).collect();
        if kinds.iter().all(|kinds| kinds.unwrap_or(0) == 0) {
            return None;
        }
        let records = values.records(codes);
        let of: u64 = kinds.iter().zip(&records).filter(|(kinds, _)| kinds.is_some()).map(|(_, records)| records).sum();
        let such = |kind: u32| kinds.iter().map(move |kinds| kinds.is_some_and(|kinds| kinds & kind != 0));
        let count = |kind: u32| such(kind).zip(&records).filter(|(fits, _)| *fits).map(|(_, records)| records).sum();
        let counts: Vec<(u64, u32)> = Readings::KINDS.iter().map(|&kind| (count(kind), kind)).collect();
        let most = counts.iter().map(|(cells, _)| *cells).max()?;
        let (cells, kind) = *counts.iter().find(|(cells, _)| *cells == most)?;
        let other = kinds.iter().position(|kinds| kinds.is_some_and(|kinds| kinds & kind == 0))?;
        if cells * 2 < of {
            return None;
        }
        let fitting = values.iter().zip(such(kind)).filter(|(_, fits)| *fits).map(|(cell, _)| rules.trimmed(cell));
        let readings = fitting.map(readings_of).fold(Readings::all(), Readings::and);
        let column_type = readings.settle().ok()?.column_type();
        // Codes are given in the order of the records.
        let first_other = (0..codes.len()).find(|&record| codes.get(record) as usize == other)?;
        (column_type != ColumnType::Text).then_some(Self { column_type, cells, of, first_other: first_other as u64 })
    }

    /// The sentence.
    pub(super) fn sentence(&self, first_other: &Place) -> String {
        let kind = match self.column_type {
            ColumnType::Integer => "whole numbers",
            ColumnType::Decimal => "decimals",
            ColumnType::Date => "dates",
            ColumnType::Timestamp => "timestamps",
            ColumnType::ZonedTimestamp => "timestamps with a zone",
            ColumnType::Time => "times of day",
            ColumnType::Boolean => "booleans",
            ColumnType::Text | ColumnType::Empty => "text",
        };
        format!(
            "{} of {} read as {kind}; the first other one is in {first_other}",
            grouped(self.cells),
            counted(self.of, "cell", "cells")
        )
    }
}
