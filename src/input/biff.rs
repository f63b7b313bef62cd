//! How far the cells of an `xls` workbook reach, from its records.
//!
//! A workbook of this kind is a file system in a file: sectors, chained by a table, make streams, and one stream holds
//! the records of all sheets. Only as much of it is understood as it takes to find the places of cells, and that no chain goes
//! in a circle. Where that fails nothing is said: the reader of the workbook looks closer.

use super::sheets::{Refused, is_far};

const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Entries of the table of tables that stand in the header, and where.
const IN_HEADER: usize = 109;
const HEADER_TABLE: usize = 76;
/// Bytes of an entry of the directory.
const ENTRY: usize = 128;
/// Numbers from here on are no sectors: one of them ends a chain.
const NO_SECTOR: u32 = 0xffff_fffa;
/// Shorter streams lie in a stream of their own, chained by a table of their own.
const SHORTEST_STREAM: u32 = 4096;
/// The most cells that a sheet of this kind has.
const MOST_CELLS: u64 = 65_536 * 256;

/// Refuses a workbook with a sheet whose cells lie far away from each other, or that says it had more cells than a
/// sheet can have, and one with a chain of sectors that never ends, which would be read until memory is used up.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    let Some(sectors) = Sectors::of(bytes) else { return Ok(()) };
    if !sectors.all_chains_end() {
        return Err(Refused::Damaged);
    }
    let Some(stream) = sectors.workbook() else { return Ok(()) };
    let (mut rest, mut sheet) = (stream.as_slice(), Sheet::default());
    while let Some((kind, content)) = record(&mut rest) {
        match kind {
            // The beginning of a sheet, or of a chart inside one.
            0x0809 => sheet = Sheet::default(),
            0x002f => return Err(Refused::Encrypted),
            0x0200 if dimensions(content).is_some_and(|cells| cells > MOST_CELLS) => return Err(Refused::Damaged),
            0x0203 | 0x0204 | 0x0205 | 0x0006 | 0x00d6 | 0x00fd | 0x027e => sheet.take(content, 4)?,
            // Several numbers side by side, the column of the last one at the end.
            0x00bd => {
                sheet.take(content, 4)?;
                sheet.take(content, content.len())?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether these bytes hold a workbook of another kind that a password protects.
pub(super) fn is_encrypted_package(bytes: &[u8]) -> bool {
    Sectors::of(bytes).is_some_and(|sectors| {
        sectors.directory().is_some_and(|directory| entry_of(&directory, "EncryptedPackage").is_some())
    })
}

/// Takes one record off the stream: its kind and its content.
fn record<'stream>(rest: &mut &'stream [u8]) -> Option<(u16, &'stream [u8])> {
    let (kind, length) = (number16(rest, 0)?, usize::from(number16(rest, 2)?));
    let content = rest.get(4..4 + length)?;
    *rest = &rest[4 + length..];
    Some((kind, content))
}

/// Cells that a sheet says it has.
fn dimensions(content: &[u8]) -> Option<u64> {
    // Old versions count rows in two bytes, newer ones in four.
    let span = |first: u32, last: u32| u64::from(last).saturating_sub(u64::from(first));
    let two = |at| number16(content, at).map(u32::from);
    let (rows, columns) = if content.len() == 14 {
        (span(number32(content, 0)?, number32(content, 4)?), span(two(8)?, two(10)?))
    } else {
        (span(two(0)?, two(2)?), span(two(4)?, two(6)?))
    };
    Some(rows.saturating_mul(columns))
}

/// The rectangle around the cells of a sheet.
#[derive(Default)]
struct Sheet {
    /// First and last row, first and last column.
    around: Option<[u16; 4]>,
    filled: u64,
}

impl Sheet {
    /// Takes the cell of a record; its column ends at `column_end`.
    fn take(&mut self, content: &[u8], column_end: usize) -> Result<(), Refused> {
        let column = column_end.checked_sub(2).and_then(|at| number16(content, at));
        let (Some(row), Some(column)) = (number16(content, 0), column) else { return Ok(()) };
        let [top, bottom, left, right] = self.around.unwrap_or([row, row, column, column]);
        let around = [top.min(row), bottom.max(row), left.min(column), right.max(column)];
        self.around = Some(around);
        self.filled += 1;
        let span = |first: u16, last: u16| u64::from(last - first) + 1;
        let area = span(around[0], around[1]) * span(around[2], around[3]);
        // Cells come row by row, so those before this one tell how full the sheet is.
        if area > MOST_CELLS || is_far(area, self.filled) { Err(Refused::Far) } else { Ok(()) }
    }
}

/// The sectors of a file, and the table that chains them.
struct Sectors<'bytes> {
    bytes: &'bytes [u8],
    size: usize,
    next: Vec<u32>,
}

impl<'bytes> Sectors<'bytes> {
    fn of(bytes: &'bytes [u8]) -> Option<Self> {
        let shift = number16(bytes, 30).filter(|shift| bytes.starts_with(&MAGIC) && (7..=16).contains(shift))?;
        let mut sectors = Self { bytes, size: 1 << shift, next: Vec::new() };
        let mut tables: Vec<u32> =
            (0..IN_HEADER).filter_map(|place| number32(bytes, HEADER_TABLE + 4 * place)).collect();
        let (mut more, mut seen) = (number32(bytes, 68)?, 0);
        while let Some(sector) = sectors.sector(more).filter(|_| seen * sectors.size < bytes.len()) {
            let numbers = sector.chunks_exact(4).filter_map(|four| number32(four, 0));
            tables.extend(numbers);
            more = tables.pop()?;
            seen += 1;
        }
        for table in tables {
            let numbers = sectors.sector(table).into_iter().flat_map(|sector| sector.chunks_exact(4));
            let numbers: Vec<u32> = numbers.filter_map(|four| number32(four, 0)).collect();
            sectors.next.extend(numbers);
        }
        Some(sectors)
    }

    fn sector(&self, number: u32) -> Option<&'bytes [u8]> {
        let start = (usize::try_from(number).ok()?.checked_add(1)?).checked_mul(self.size)?;
        self.bytes.get(start..start.checked_add(self.size)?.min(self.bytes.len()))
    }

    /// The bytes of a chain; no longer than the file.
    fn chain(&self, first: u32) -> Vec<u8> {
        let (mut stream, mut at) = (Vec::new(), first);
        while let Some(sector) = self.sector(at).filter(|_| stream.len() < self.bytes.len()) {
            stream.extend_from_slice(sector);
            let Some(&next) = usize::try_from(at).ok().and_then(|at| self.next.get(at)) else { break };
            at = next;
        }
        stream
    }

    /// Whether the list of the streams, every stream in it and the table of the short ones come to an end.
    fn all_chains_end(&self) -> bool {
        let last = u32::try_from(self.bytes.len() / self.size).unwrap_or(u32::MAX);
        let mut walks = Walks { next: &self.next, last, walk: 0, of_sector: vec![0; self.next.len()] };
        let mut of_header = [48, 60].into_iter().filter_map(|at| number32(self.bytes, at));
        // The list must end before it is read.
        of_header.all(|first| walks.ends(first)) && self.streams().into_iter().all(|first| walks.ends(first))
    }

    /// The first sector of each stream. The first entry of the list is that of all short ones.
    fn streams(&self) -> Vec<u32> {
        let directory = self.directory().unwrap_or_default();
        let of_entry = |(place, entry): (usize, &[u8])| {
            // Where sectors are small, lengths have four bytes, and what is behind them means nothing.
            let is_huge = self.size > 512 && number32(entry, 124)? > 0;
            let is_long = is_huge || number32(entry, 120)? >= SHORTEST_STREAM;
            number32(entry, 116).filter(|_| place == 0 || is_long)
        };
        directory.chunks_exact(ENTRY).enumerate().filter_map(of_entry).collect()
    }

    /// The list of the streams.
    fn directory(&self) -> Option<Vec<u8>> {
        Some(self.chain(number32(self.bytes, 48)?))
    }

    /// The stream of the workbook, unless it is so short that it lies elsewhere.
    fn workbook(&self) -> Option<Vec<u8>> {
        let smallest = number32(self.bytes, 56)?;
        let directory = self.directory()?;
        let entry = entry_of(&directory, "Workbook").or_else(|| entry_of(&directory, "Book"))?;
        let (first, length) = (number32(entry, 116)?, number32(entry, 120)?);
        (length >= smallest).then(|| self.chain(first))
    }
}

/// Walks along chains, each sector once however many chains share it.
struct Walks<'table> {
    next: &'table [u32],
    /// No sector that can be read has a higher number.
    last: u32,
    /// Number of the last walk.
    walk: u32,
    /// The walk that came by; 0 for none.
    of_sector: Vec<u32>,
}

impl Walks<'_> {
    /// Whether a chain comes to an end; every chain that was asked for before did. Where the table says nothing of a sector
    /// that can be read, nobody knows.
    fn ends(&mut self, first: u32) -> bool {
        self.walk += 1;
        let mut at = first;
        while at < NO_SECTOR && at <= self.last {
            let place = usize::try_from(at).unwrap_or(usize::MAX);
            let (Some(&next), Some(walk)) = (self.next.get(place), self.of_sector.get_mut(place)) else { return false };
            if *walk != 0 {
                return *walk != self.walk;
            }
            *walk = self.walk;
            at = next;
        }
        true
    }
}

/// The entry of a stream in the list of them.
fn entry_of<'directory>(directory: &'directory [u8], name: &str) -> Option<&'directory [u8]> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
    directory.chunks_exact(ENTRY).find(|entry| entry.starts_with(&name))
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_le_bytes(*two))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::{Sectors, check};
    use crate::input::sheets::{Refused, Workbook};

    fn seed() -> Vec<u8> {
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/mutated/book.xls")).unwrap()
    }

    #[test]
    fn the_records_of_a_workbook_are_found() {
        let seed = seed();
        let stream = Sectors::of(&seed).unwrap().workbook().unwrap();
        assert_eq!(stream[..4], [0x09, 0x08, 0x10, 0x00], "a workbook begins with the beginning of a part");
        assert_eq!(check(&seed), Ok(()));
    }

    #[test]
    fn a_cell_far_away_is_refused() {
        let mut seed = seed();
        let at = seed.windows(4).rposition(|window| window == [0xfd, 0, 10, 0]).unwrap();
        seed[at + 4..at + 8].fill(0xff);
        assert_eq!(check(&seed), Err(Refused::Far));
    }

    /// The table says of each sector which one follows. The list of streams, or a stream, that leads back to itself would be
    /// read without end; a circle that nothing leads to is none.
    #[test]
    fn a_chain_that_goes_in_a_circle_is_refused() {
        let seed = seed();
        let first = |at: usize| u32::from_le_bytes(*seed[at..].first_chunk().unwrap());
        let table = (first(76) as usize + 1) * 512;
        let with_entry = |place: u32, next: u32| {
            let mut bytes = seed.clone();
            bytes[table + 4 * place as usize..][..4].copy_from_slice(&next.to_le_bytes());
            bytes
        };
        let directory = first(48);
        let listed = Sectors::of(&seed).unwrap().directory().unwrap();
        let stream = u32::from_le_bytes(*super::entry_of(&listed, "Workbook").unwrap()[116..].first_chunk().unwrap());
        for start in [directory, stream] {
            let circle = with_entry(start, start);
            assert_eq!(check(&circle), Err(Refused::Damaged), "{start}");
            assert_eq!(Workbook::open(&circle).err(), Some(Refused::Damaged), "{start}");
        }
        // Held against a walk that counts its steps.
        let sectors = u32::try_from(seed.len() / 512).unwrap() - 1;
        let never_ends = |bytes: &[u8], start: u32| {
            let table = Sectors::of(bytes).unwrap().next;
            let mut steps = std::iter::successors(Some(start), |&at| table.get(at as usize).copied());
            steps.nth(table.len() + 1).is_some()
        };
        for (place, next) in (0..sectors).flat_map(|place| (0..sectors).map(move |next| (place, next))) {
            let bytes = with_entry(place, next);
            let has_circle = never_ends(&bytes, directory) || never_ends(&bytes, stream);
            assert!(!has_circle || check(&bytes) == Err(Refused::Damaged), "{place} before {next}");
            let is_whole = (0..sectors).all(|start| !never_ends(&bytes, start));
            assert!(!is_whole || check(&bytes) != Err(Refused::Damaged), "{place} before {next}");
        }
    }

    /// The table ends before a sector that the file has.
    #[test]
    fn a_chain_that_leaves_the_table_is_refused() {
        let mut seed = seed();
        assert_eq!(check(&seed), Ok(()));
        seed[76..80].fill(0xff);
        assert_eq!(check(&seed), Err(Refused::Damaged));
    }

    #[test]
    fn whatever_is_cut_off_ends() {
        let seed = seed();
        for length in (0..seed.len()).step_by(97) {
            let checked = check(&seed[..length]);
            assert!(matches!(checked, Ok(()) | Err(Refused::Damaged)), "{length}");
        }
    }
}
