//! ZIP archives that hold one table, which is read as it streams by.
//!
//! Beside the table there may be folders, hidden files, notes and licences, which are told and searched, for they leave with
//! it. Of any other archive nothing is read: which of its files leave, and as what, only the user knows. What the archive says
//! of the lengths of its files tells where the bytes of the table lie; how long they are once unpacked is not believed but
//! found out. All bytes of the archive pass, so that its hash is the one of the stored file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::error::{InputError, shown};
use super::find::is_left_out;
use super::left_out::LeftOut;
use crate::result::NoRecord;

/// Where the bytes of a file lie in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Bytes before it.
    start: u64,
    /// Bytes that it takes in the archive.
    packed: u64,
    /// Whether they are deflated.
    deflated: bool,
    /// The checksum of its content.
    checksum: u32,
}

/// The table of an archive, and what lies beside it.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name, without folders.
    pub(super) name: String,
    pub(super) part: Part,
    /// What the archive holds beside it.
    pub(super) left_out: LeftOut,
}

/// Whether a file begins like an archive, with a file in it or without.
pub(super) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// What an archive holds, as far as it matters here.
enum Entry {
    /// Nothing that would be read.
    Aside,
    Workbook,
    Document,
    Table,
}

fn entry_of(path: &str, is_folder: bool) -> Entry {
    let path = path.replace('\\', "/");
    let lower = path.to_ascii_lowercase();
    if lower.starts_with("xl/") || lower == "content.xml" {
        return Entry::Workbook;
    }
    if lower.starts_with("word/") || lower.starts_with("ppt/") {
        return Entry::Document;
    }
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_aside =
        folders.split('/').any(|folder| is_left_out(folder, true) && !folder.eq_ignore_ascii_case("reports"));
    if is_folder || is_aside || is_left_out(name, false) { Entry::Aside } else { Entry::Table }
}

/// The one table of an archive; `None` where it is a workbook.
///
/// # Errors
/// When it holds no table or several, or one that is encrypted or packed in an unknown way.
pub(super) fn table_of(name: &str, file: File) -> Result<Option<Table>, InputError> {
    let refused = |problem| InputError::Format { file: shown(name), format: "ZIP", problem };
    let damaged = || InputError::Compression { file: shown(name), compression: "zip" };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    let (mut tables, mut others) = (Vec::new(), Vec::new());
    for place in 0..archive.len() {
        let entry = archive.by_index_data(place).map_err(|_| damaged())?;
        let path = String::from_utf8_lossy(entry.name_raw()).into_owned();
        match entry_of(&path, path.ends_with('/')) {
            Entry::Aside => others.push(place),
            Entry::Workbook => return Ok(None),
            Entry::Document => return Err(refused("it is a text document or a set of slides, not a table")),
            Entry::Table => tables.push((place, path)),
        }
    }
    let [(place, path)] = tables.as_slice() else {
        return Err(match tables.len() {
            0 => refused("it holds no table"),
            files => InputError::ArchiveOfSeveral { file: shown(name), files },
        });
    };
    let entry = archive.by_index_raw(*place).map_err(|_| damaged())?;
    if entry.encrypted() {
        return Err(refused("it is protected by a password; unpack it, and name the file inside"));
    }
    let deflated = match entry.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        _ => return Err(refused("its compression method is not supported; unpack it, and name the file inside")),
    };
    let start = entry.data_start().ok_or_else(damaged)?;
    let part = Part { start, packed: entry.compressed_size(), deflated, checksum: entry.crc32() };
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    drop(entry);
    let mut left_out = beside_table(&mut archive, &others, *place);
    left_out.merge(around(archive.into_inner()).map_err(|_| damaged())?);
    Ok(Some(Table { name, part, left_out }))
}

/// So much of another file of an archive is searched.
const MOST_SEARCHED: u64 = 16 << 20;

/// What an archive holds beside its table: its other files, and names of files that hold an identifier. Folders say nothing.
fn beside_table<R: Read + Seek>(archive: &mut ZipArchive<R>, others: &[usize], table: usize) -> LeftOut {
    let mut left_out = LeftOut::default();
    for &place in others.iter().chain([&table]) {
        let name = archive.by_index_raw(place).map(|entry| String::from_utf8_lossy(entry.name_raw()).into_owned());
        left_out.name_file(name.as_deref().unwrap_or_default());
        if place == table {
            continue;
        }
        let mut content = Vec::new();
        let read = archive.by_index(place).map(|entry| entry.take(MOST_SEARCHED).read_to_end(&mut content));
        if !matches!(read, Ok(Ok(0))) {
            left_out.add(NoRecord::OtherPart, 1);
            left_out.keep_visible(&content);
        }
    }
    left_out
}

/// Bytes that programs write between the files of an archive: lengths behind a file, and where its directory lies.
const BETWEEN: u64 = 24;
const BEFORE_END: u64 = 76;

/// Bytes of the record that an archive ends with, but for its comment.
const END: u64 = 22;

/// Bytes of fields that programs add to what an archive says of a file: times, owners, lengths, its name once more.
const MOST_EXTRA: usize = 512;

/// What lies in an archive around its files: comments, additions, bytes before, between and behind them.
///
/// # Errors
/// When it cannot be read.
pub(super) fn around<R: Read + Seek>(reader: R) -> io::Result<LeftOut> {
    let refused = |_| io::Error::from(io::ErrorKind::InvalidData);
    let mut archive = ZipArchive::new(reader).map_err(refused)?;
    let mut left_out = LeftOut::default();
    let mut known = Vec::new();
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(refused)?;
        let extra = entry.extra_data().unwrap_or_default();
        left_out.part_of_text(entry.comment().as_bytes());
        if extra.len() > MOST_EXTRA {
            left_out.part_of_text(&extra);
        }
        let body = entry.data_start().unwrap_or_else(|| entry.header_start());
        known.push((entry.header_start(), body.saturating_add(entry.compressed_size())));
    }
    left_out.part_of_text(archive.comment());
    let (directory, comment) = (archive.central_directory_start(), archive.comment().len() as u64);
    known.sort_unstable();
    let mut reader = archive.into_inner();
    let mut at = 0;
    for (start, end) in known.into_iter().chain([(directory, directory)]) {
        let most = if at == 0 { 0 } else { BETWEEN };
        if start.saturating_sub(at) > most {
            left_out.part_of_text(&bytes_at(&mut reader, at, start - at)?);
        }
        at = at.max(end);
    }
    // The record at the end says how long the directory is.
    let length = reader.seek(SeekFrom::End(0))?;
    let end = length.saturating_sub(END.saturating_add(comment));
    let record = bytes_at(&mut reader, end, END)?;
    let stated =
        |at: usize| record.get(at..at + 4).and_then(|field| field.try_into().ok()).map_or(0, u32::from_le_bytes);
    let is_end = record.starts_with(b"PK\x05\x06");
    let behind = directory.saturating_add(u64::from(stated(12)));
    if !is_end || (stated(12) != u32::MAX && end.saturating_sub(behind) > BEFORE_END) {
        left_out.add(NoRecord::OtherPart, 1);
        left_out.keep_visible(&bytes_at(&mut reader, directory, length.saturating_sub(directory))?);
    }
    Ok(left_out)
}

/// Some bytes of an archive, as many as are searched at most.
fn bytes_at(reader: &mut (impl Read + Seek), start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(start))?;
    reader.take(length.min(MOST_SEARCHED)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first bytes of a part of an archive, unpacked, and whether that is all of it.
pub(super) fn head(mut file: File, part: Part, most: usize) -> io::Result<(Vec<u8>, bool)> {
    file.seek(SeekFrom::Start(part.start))?;
    let mut body = Body::new(BufReader::new(file), part);
    let mut text = Vec::new();
    let mut reader = (&mut body).take(most as u64);
    // A mistake is told when all of it is read.
    let read = reader.read_to_end(&mut text);
    let whole = read.is_ok() && text.len() < most;
    Ok((text, whole))
}

/// The bytes of a part, unpacked.
enum Body<R> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<Take<R>>>),
}

impl<R: BufRead> Body<R> {
    /// `reader` stands at the beginning of the part.
    fn new(reader: R, part: Part) -> Self {
        let packed = reader.take(part.packed);
        if part.deflated { Self::Deflated(Box::new(DeflateDecoder::new(packed))) } else { Self::Stored(packed) }
    }

    fn packed(&self) -> &Take<R> {
        match self {
            Self::Stored(packed) => packed,
            Self::Deflated(decoder) => decoder.get_ref(),
        }
    }

    fn packed_mut(&mut self) -> &mut Take<R> {
        match self {
            Self::Stored(packed) => packed,
            Self::Deflated(decoder) => decoder.get_mut(),
        }
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(packed) => packed.read(buffer),
            Self::Deflated(decoder) => decoder.read(buffer),
        }
    }
}

/// A part of an archive, unpacked while the whole archive passes.
pub(super) struct Unpacked<R> {
    body: Body<R>,
    checksum: u32,
    seen: Crc,
    ended: bool,
}

impl<R: BufRead> Unpacked<R> {
    /// `reader` stands at the beginning of the archive.
    pub(super) fn new(mut reader: R, part: Part) -> io::Result<Self> {
        let before = io::copy(&mut (&mut reader).take(part.start), &mut io::sink())?;
        if before < part.start {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self { body: Body::new(reader, part), checksum: part.checksum, seen: Crc::new(), ended: false })
    }

    /// What it reads from.
    pub(super) fn get_ref(&self) -> &R {
        self.body.packed().get_ref()
    }

    /// Checks the content, and lets the rest of the archive pass.
    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        let packed = self.body.packed_mut();
        if packed.limit() > 0 || self.seen.sum() != self.checksum {
            return Err(io::ErrorKind::InvalidData.into());
        }
        io::copy(packed.get_mut(), &mut io::sink())?;
        Ok(())
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let count = self.body.read(buffer)?;
        self.seen.update(&buffer[..count]);
        if count == 0 {
            self.end()?;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, entry_of};

    #[test]
    fn notes_and_hidden_files_are_no_tables() {
        for path in
            ["README.txt", "a/LICENSE", "__MACOSX/._t.csv", ".DS_Store", "a/.hidden/t.csv", "t.sha256", "a\\notes.md"]
        {
            assert!(matches!(entry_of(path, false), Entry::Aside), "{path}");
        }
        assert!(matches!(entry_of("a/", true), Entry::Aside));
        for path in ["t.csv", "a/b/t.csv", "reports/t.csv", "extract"] {
            assert!(matches!(entry_of(path, false), Entry::Table), "{path}");
        }
        assert!(matches!(entry_of("xl/workbook.xml", false), Entry::Workbook));
        assert!(matches!(entry_of("word/document.xml", false), Entry::Document));
    }
}
