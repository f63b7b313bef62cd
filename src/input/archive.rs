//! ZIP archives that hold one table, which is read as it streams by.
//!
//! Beside the table there may be folders, hidden files, notes and licences. Of any other archive nothing is read: which
//! of its files leave, and as what, only the user knows. What the archive says of the lengths of its files tells where
//! the bytes of the table lie; how long they are once unpacked is not believed but found out. All bytes of the archive
//! pass, so that its hash is the one of the stored file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::error::{InputError, shown};
use super::find::is_left_out;

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

/// The table of an archive.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name, without folders.
    pub(super) name: String,
    pub(super) part: Part,
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
    let mut tables = Vec::new();
    for place in 0..archive.len() {
        let entry = archive.by_index_data(place).map_err(|_| damaged())?;
        let path = String::from_utf8_lossy(entry.name_raw()).into_owned();
        match entry_of(&path, path.ends_with('/')) {
            Entry::Aside => {}
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
    Ok(Some(Table { name, part }))
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
