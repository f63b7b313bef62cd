//! Dictionary coding of a column while its cells stream by.
//!
//! # Advice for hackers
//! A cell is coded under its raw bytes first; only at the end, when the type of the column is known, are the distinct
//! raw values brought to their canonical spelling and equal ones merged. So the costly part runs once a distinct value.

mod passed;
mod sink;

use std::sync::Arc;

use super::cells::bytes_of;
use super::classify::{Doubt, Reading, Readings, write_formatted};
use super::declared::{Declared, Typed, Unfit};
use super::error::{InputError, shown};
use super::extract::{CellCounts, CodedColumn};
use super::places::Places;
use super::reason::Majority;
use super::rules::CellRules;
use super::suspects::{LongNumbers, is_placeholder};
use super::values::{RawValues, ValueCoder};
use crate::detect::{Found, Search, names_in};
use crate::plan::DateFormat;
use crate::result::{ColumnType, InputFile};
use crate::secret::Secret;
use crate::table::{Codes, Dictionary, Ground};
pub(super) use passed::PassedColumn;
pub(super) use sink::{Beneath, CellSink, Within};

/// Codes stay below this, so that a block more cannot overflow them.
const MOST_VALUES: usize = (u32::MAX - (1 << 27)) as usize;

/// Codes of a column and everything needed to finish it.
pub(super) struct WantedColumn {
    pub(super) values: ValueCoder,
    /// One growing vector: an allocator extends a large one in place, where pieces would leave their holes behind.
    codes: Codes,
    scratch: Vec<u32>,
    search: Search,
    rules: CellRules,
    /// Whether the caller can do without the codes.
    spare: bool,
    /// Whether the caller can do without them where the cells have no spelling.
    guessed: bool,
    long_numbers: LongNumbers,
    /// What is known of the column beside its cells.
    known: Readings,
    /// The first record of each file.
    borders: Vec<usize>,
    /// How the file that is being read writes dates, where files differ.
    file_format: Option<DateFormat>,
}

/// What the caller wants of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Codes and values.
    Values,
    /// Codes and values, if the cells have a spelling.
    Guessed,
    /// Codes and values as long as memory allows.
    Spare,
    /// Type, missing cells and identifiers.
    Facts,
}

/// What is kept of a column while its cells stream by.
pub(super) enum ColumnCoder {
    /// The caller wants codes.
    Wanted(Box<WantedColumn>),
    /// The caller does not want codes.
    Passed(Box<PassedColumn>),
}

/// A column after its last cell.
pub(super) struct FinishedColumn {
    pub(super) column_type: ColumnType,
    pub(super) missing: u64,
    pub(super) identifiers: Vec<Found>,
    pub(super) counts: Option<CellCounts>,
    pub(super) doubt: Option<Doubt>,
    pub(super) majority: Option<Majority>,
    /// Whether some of its values were not looked at.
    pub(super) unread: bool,
    pub(super) coded: Option<CodedColumn>,
}

impl ColumnCoder {
    /// A column without cells yet.
    pub(super) fn new(keep: Keep, name: &str, rules: CellRules) -> Self {
        let search = Search::new(name);
        if keep == Keep::Facts {
            return Self::Passed(Box::new(PassedColumn::new(search, rules)));
        }
        Self::Wanted(Box::new(WantedColumn {
            values: ValueCoder::new(),
            codes: Codes::with_capacity(0, 0),
            scratch: Vec::new(),
            search,
            rules,
            spare: keep == Keep::Spare,
            guessed: keep == Keep::Guessed,
            long_numbers: LongNumbers::default(),
            known: Readings::all(),
            borders: Vec::new(),
            file_format: None,
        }))
    }

    /// Lets codes and values go that the caller can do without, and keeps what a column has that is not coded.
    /// `false` when there is nothing to let go.
    pub(super) fn let_go(&mut self) -> bool {
        self.is_spare() && self.pass()
    }

    /// Lets codes and values of a column go whose cells have no spelling. `false` when the caller needs them.
    pub(super) fn pass_over(&mut self) -> bool {
        matches!(self, Self::Wanted(column) if column.spare || column.guessed) && self.pass()
    }

    fn pass(&mut self) -> bool {
        let Self::Wanted(column) = self else { return false };
        let values = std::mem::replace(&mut column.values, ValueCoder::new()).into_raw();
        let codes = std::mem::replace(&mut column.codes, Codes::with_capacity(0, 0));
        let mut passed = PassedColumn::new(column.search.clone(), column.rules.clone());
        passed.readings = column.known;
        if column.borders.len() > 1 {
            passed.files = values.readings_by_file(&codes, &column.borders, &passed.rules, &[]);
        } else {
            passed.files.push(Readings::all());
        }
        passed.take_raw(&values, &codes);
        *self = Self::Passed(Box::new(passed));
        true
    }

    /// Whether codes and values are kept.
    pub(super) fn is_coded(&self) -> bool {
        matches!(self, Self::Wanted(_))
    }

    /// Whether codes and values are kept that the caller can do without.
    pub(super) fn is_spare(&self) -> bool {
        matches!(self, Self::Wanted(column) if column.spare)
    }

    /// Takes notice of the numbers of a sheet.
    pub(super) fn note_long_numbers(&mut self, numbers: impl Iterator<Item = f64>) {
        let mut numbers = numbers.peekable();
        if numbers.peek().is_some() {
            self.note_typed_numbers();
        }
        if let Self::Wanted(column) = self {
            numbers.for_each(|number| column.long_numbers.take(number));
        }
    }

    /// Takes notice that a file begins.
    pub(super) fn begin_file(&mut self, name: &str) {
        match self {
            Self::Wanted(column) => {
                column.borders.push(column.codes.len());
                column.file_format = column.rules.declared().and_then(|declared| declared.file_format(name)).cloned();
            }
            Self::Passed(column) => {
                column.files.push(Readings::all());
                // What the files before held says nothing of this one.
                column.recent.fill(0);
            }
        }
    }

    /// Takes notice that the column holds dates that are no text.
    pub(super) fn note_real_dates(&mut self) {
        self.note(Readings::of_real_dates());
    }

    /// Takes notice that the column holds numbers that are no text, so that a point in them stands before decimals.
    pub(super) fn note_typed_numbers(&mut self) {
        self.note(Readings::of_typed_numbers());
    }

    /// Takes notice that some of its values were not looked at; of a column that is coded all are.
    pub(super) fn note_unread(&mut self) {
        if let Self::Passed(column) = self {
            column.note_unread();
        }
    }

    fn note(&mut self, known: Readings) {
        let readings = match self {
            Self::Wanted(column) => &mut column.known,
            Self::Passed(column) => &mut column.readings,
        };
        *readings = readings.and(known);
    }

    /// Takes the cells of one block, given by their keys.
    pub(super) fn take_keys(&mut self, keys: &[u64], text: &[u8]) {
        match self {
            Self::Wanted(column) => {
                column.scratch.clear();
                if column.file_format.is_some() {
                    column.take_formatted(keys, text);
                    return;
                }
                let values = &mut column.values;
                column.scratch.extend(keys.iter().map(|&key| values.code_of_key(key, text)));
                column.close_block();
            }
            Self::Passed(column) => keys.iter().for_each(|&key| column.look_at_key(key, text)),
        }
    }

    /// Takes the same cell for so many records.
    pub(super) fn take_repeated(&mut self, cell: &[u8], records: usize) {
        if records == 0 {
            return;
        }
        match self {
            Self::Wanted(column) => {
                let code = column.values.code_of_bytes(cell);
                column.codes.widen(column.values.len());
                column.codes.extend(std::iter::repeat_n(code, records));
            }
            Self::Passed(column) => column.look_at_many(cell, records as u64),
        }
    }

    /// Takes cells that `cell` writes or codes one by one; for typed sources.
    pub(super) fn take_with<E>(&mut self, fill: impl FnOnce(&mut CellSink<'_>) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Wanted(column) => {
                column.scratch.clear();
                // Of cells that cannot be coded none is kept, so that they can be taken in another way.
                fill(&mut CellSink::Codes(&mut column.values, &mut column.scratch))?;
                column.close_block();
                Ok(())
            }
            Self::Passed(column) => fill(&mut CellSink::Look(column)),
        }
    }

    /// Memory of codes and values in bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Wanted(column) => (column.values.bytes() + column.codes.bytes()) as u64,
            Self::Passed(_) => 0,
        }
    }

    /// Memory of codes in bytes.
    pub(super) fn code_bytes(&self) -> u64 {
        match self {
            Self::Wanted(column) => column.codes.bytes() as u64,
            Self::Passed(_) => 0,
        }
    }

    /// Brings its codes to a ground, with all that is made from them later.
    pub(super) fn move_to(&mut self, ground: &Arc<dyn Ground>) {
        if let Self::Wanted(column) = self {
            column.codes.move_to(ground);
        }
    }

    /// Whether there are more distinct values than codes can name.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Wanted(column) if column.values.len() > MOST_VALUES)
    }

    /// Finds the type, brings the values to their canonical spelling and joins the codes.
    ///
    /// # Errors
    /// When a cell is not of the declared type; its record is counted within its file.
    pub(super) fn finish(self, name: &str, places: &Places, files: &[InputFile]) -> Result<FinishedColumn, InputError> {
        match self {
            Self::Wanted(column) => column.finish().map_err(|unfinished| match unfinished {
                Unfinished::Internal => InputError::Internal { file: shown(name) },
                Unfinished::Unfit { record, cells, declared } => InputError::UnfitCell {
                    column: shown(name),
                    place: places.of(record, files),
                    cells,
                    declared: declared.name(),
                },
                Unfinished::Open(doubt) => InputError::OpenReading { column: shown(name), doubt },
            }),
            Self::Passed(column) => Ok(column.finish()),
        }
    }
}

impl WantedColumn {
    /// Appends the codes in `scratch`, as narrow as the values need so far.
    fn close_block(&mut self) {
        self.codes.widen(self.values.len());
        self.codes.extend(self.scratch.iter().copied());
    }

    /// Takes cells of a file that writes dates in a way of its own, in the usual spelling. The same text may mean another
    /// day in another file, so it cannot be coded as it stands.
    fn take_formatted(&mut self, keys: &[u64], text: &[u8]) {
        let (mut room, mut canonical) = ([0; 8], String::new());
        for &key in keys {
            let cell = bytes_of(key, text, &mut room);
            let trimmed = self.rules.trimmed(cell);
            canonical.clear();
            let format = self.file_format.as_ref().filter(|_| !self.rules.is_missing(trimmed));
            let code = match format.and_then(|format| write_formatted(trimmed, format, &mut canonical)) {
                Some(()) => self.values.code_of_bytes(canonical.as_bytes()),
                None => self.values.code_of_bytes(cell),
            };
            self.scratch.push(code);
        }
        self.close_block();
    }

    /// What is declared, unless more cells than allowed do not fit it.
    fn check(
        raw: &RawValues,
        codes: &Codes,
        rules: &CellRules,
        typed: Result<Typed, Unfit>,
        borders: &[usize],
    ) -> Result<Typed, Unfinished> {
        let declared = rules.declared().and_then(Declared::column_type).unwrap_or(ColumnType::Text);
        // Codes are given in the order of the records, so the first code is the first record.
        let first = |place: usize| (0..codes.len()).find(|&record| codes.get(record) as usize == place);
        let unfit =
            |place, cells| Unfinished::Unfit { record: first(place).unwrap_or_default() as u64, cells, declared };
        let typed = typed.map_err(|error| match error {
            Unfit::Open(doubt) => Unfinished::Open(doubt),
            Unfit::Cell(place) => unfit(place, 1),
        })?;
        if borders.len() > 1
            && matches!(typed.reading, Reading::Date(_) | Reading::Timestamp(_) | Reading::ZonedTimestamp(_))
        {
            let files = raw.readings_by_file(codes, borders, rules, &typed.invalid);
            let whole = files.iter().copied().fold(Readings::all(), Readings::and);
            if let Some(doubt) = whole.settle_files(&files).err().filter(|doubt| doubt.is_question()) {
                return Err(Unfinished::Open(doubt));
            }
        }
        let Some(&place) = typed.invalid.first() else { return Ok(typed) };
        let records = raw.records(codes);
        let cells = typed.invalid.iter().map(|&place| records[place]).sum();
        let allowed = rules.declared().map_or(0, Declared::allowed);
        if cells > allowed { Err(unfit(place, cells)) } else { Ok(typed) }
    }

    fn finish(self) -> Result<FinishedColumn, Unfinished> {
        let Self { values, mut codes, scratch, mut search, rules, long_numbers, known, borders, .. } = self;
        drop(scratch);
        let raw = values.into_raw();
        codes.shrink_to_fit();
        // One long column is often all that is left to do, so its values are looked through side by side.
        let look = || rayon::join(|| raw.counts(&codes, &rules), || raw.readings(&rules, known));
        let ((), (mut counts, readings)) = rayon::join(|| raw.search(&codes, &rules, &mut search), look);
        counts.rounded += long_numbers.rounded();
        let (typed, doubt) = if let Some(typed) = raw.declared(&rules, known) {
            (Self::check(&raw, &codes, &rules, typed, &borders)?, None)
        } else {
            let is_asked = borders.len() > 1 && readings.asks_each_file();
            let files = if is_asked { raw.readings_by_file(&codes, &borders, &rules, &[]) } else { Vec::new() };
            let (reading, doubt) = or_text(readings.settle_files(&files));
            (Typed { reading, invalid: Vec::new() }, doubt)
        };
        let reading = typed.reading;
        let is_found = rules.declared().and_then(Declared::column_type).is_none();
        let majority = if is_found && reading == Reading::Text && doubt.is_none() {
            Majority::of(&raw, &codes, &rules)
        } else {
            None
        };
        let found = (!is_found).then(|| or_text(readings.settle()).0.column_type());
        counts.found_type = found.filter(|&found| found != reading.column_type());
        counts.invalid = typed.invalid.iter().map(|&place| count(&codes, code_of(place))).sum();
        let spellings = raw.iter().filter(|cell| !rules.is_missing(rules.trimmed(cell))).count() - typed.invalid.len();
        let written = if reading == Reading::Text { 0 } else { raw.spellings(&typed, &rules, counts.trimmed > 0) };
        let (dictionary, map) = raw.into_dictionary(&typed, &rules).ok_or(Unfinished::Internal)?;
        counts.respelled = written.saturating_sub(values_of(&dictionary)) as u64;
        if rules.declared().is_some_and(Declared::is_spelled) && values_of(&dictionary) == spellings {
            // Nothing became one value that the file tells apart.
            counts.found_type = None;
        }
        let codes = match map {
            Some(map) => codes.renamed(&map, dictionary.len()),
            None => codes,
        };
        let missing = dictionary.missing().map_or(0, |code| count(&codes, code));
        counts.placeholders = cells_where(&codes, &dictionary, |value| is_placeholder(value) && !rules.is_real(value));
        let mut identifiers = search.settle();
        if reading == Reading::Text {
            let values = || dictionary.values().flatten().map(Secret::expose);
            identifiers.extend(names_in(values, |is_name| cells_where(&codes, &dictionary, is_name)));
        }
        Ok(FinishedColumn {
            column_type: reading.column_type(),
            missing,
            identifiers,
            counts: Some(counts),
            doubt,
            majority,
            unread: false,
            coded: Some(CodedColumn { codes, dictionary }),
        })
    }
}

/// Why a column cannot be finished.
enum Unfinished {
    /// More cells than allowed are not of the declared type, the first in this record; records of all files count from 0.
    Unfit { record: u64, cells: u64, declared: ColumnType },
    /// Nothing settles how the cells of the declared type are read.
    Open(Doubt),
    /// A mistake of this program.
    Internal,
}

/// A reading, or text with the doubt because of which it is.
fn or_text(settled: Result<Reading, Doubt>) -> (Reading, Option<Doubt>) {
    settled.map_or_else(|doubt| (Reading::Text, Some(doubt)), |reading| (reading, None))
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer values than MOST_VALUES")]
fn code_of(place: usize) -> u32 {
    place as u32
}

/// Distinct values, a missing cell not counted.
fn values_of(dictionary: &Dictionary) -> usize {
    dictionary.len() - usize::from(dictionary.missing().is_some())
}

/// How many cells hold a value that fits.
fn cells_where(codes: &Codes, dictionary: &Dictionary, mut fits: impl FnMut(&str) -> bool) -> u64 {
    let such: Vec<bool> = dictionary.values().map(|value| value.is_some_and(|value| fits(value.expose()))).collect();
    if !such.contains(&true) {
        return 0;
    }
    crate::with_codes!(codes, codes => codes.iter().filter(|&&code| such[code as usize]).count() as u64)
}

/// How many records have this code.
fn count(codes: &Codes, code: u32) -> u64 {
    crate::with_codes!(codes, codes => codes.iter().filter(|&&other| u32::from(other) == code).count() as u64)
}

#[cfg(test)]
mod tests;
