//! From stored bytes to UTF-8 text: hashing, decompression and transcoding, in one pass and in bounded memory.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use flate2::GzHeader;
use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::archive::{Part, Unpacked};
use super::error::{InputError, shown};
use super::left_out::LeftOut;
use super::transcoder::Transcoder;
use crate::plan::TextEncoding;
use crate::printable::hexadecimal;
#[cfg(feature = "cli")]
use crate::result::InputFile;
use crate::stop::Progress;

/// Opens a file; the error names it as the user knows it.
pub(super) fn open_file(name: &str, path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|error| InputError::unreadable(name, &error))
}

/// How the stored bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// Not at all.
    None,
    /// gzip, of one or several members.
    Gzip,
    /// Zstandard, of one or several frames.
    Zstd,
    /// A part of a ZIP archive.
    Zip(Part),
}

impl Compression {
    /// Found from the first bytes, which do not tell the part of an archive.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// Its name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "stored",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip(_) => "zip",
        }
    }
}

/// Where the bytes lie.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A file, with its length and the time of its last change when it was opened first.
    File {
        /// Where it is.
        path: PathBuf,
        /// Length in bytes.
        bytes: u64,
        /// Time of the last change, where the system tells it.
        modified: Option<SystemTime>,
    },
    /// Standard input or a pipe, which can be read only once.
    Stream {
        /// The bytes read already.
        head: Vec<u8>,
        /// The bytes after them, until they are taken.
        rest: Rest,
    },
}

/// The part of a stream that has not been read yet.
#[derive(Clone)]
pub(super) struct Rest(Arc<Mutex<Option<Box<dyn Read + Send>>>>);

impl Rest {
    /// Wraps a reader.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self(Arc::new(Mutex::new(Some(reader))))
    }

    fn take(&self) -> Option<Box<dyn Read + Send>> {
        self.0.lock().ok().and_then(|mut rest| rest.take())
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rest")
    }
}

impl Place {
    /// The file itself, for readers that need to move about in it.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Stream { .. } => None,
        }
    }

    /// Length in bytes; `None` for a stream.
    pub(super) fn bytes(&self) -> Option<u64> {
        match self {
            Self::File { bytes, .. } => Some(*bytes),
            Self::Stream { .. } => None,
        }
    }

    /// A reader from the first byte.
    fn reader(&self, name: &str) -> Result<Box<dyn Read + Send>, InputError> {
        match self {
            Self::File { path, bytes, .. } => {
                let file = File::open(path).map_err(|error| InputError::unreadable(name, &error))?;
                // A file that grows as fast as it is read has no end; that it grew is told afterwards.
                Ok(Box::new(file.take(*bytes)))
            }
            Self::Stream { head, rest } => {
                let rest = rest.take().ok_or_else(|| InputError::Internal { file: shown(name) })?;
                Ok(Box::new(Cursor::new(head.clone()).chain(rest)))
            }
        }
    }

    /// Checks that the file is as it was when it was opened first, and that all of it was read.
    pub(super) fn check_unchanged(&self, name: &str, read: u64) -> Result<(), InputError> {
        let Self::File { path, bytes, .. } = self else { return Ok(()) };
        let now = std::fs::metadata(path).map_err(|error| InputError::unreadable(name, &error))?;
        // A pipe or a device has no length to compare.
        if now.is_file() && (read != *bytes || self.differs(&now)) {
            return Err(InputError::Changed { file: shown(name) });
        }
        Ok(())
    }

    /// What is wrong with a file that could not be read: where it changed since it was opened, that it changed. A file
    /// that is being written ends within a record, which is no fault of its quotes or its delimiter.
    pub(super) fn blame(&self, name: &str, error: InputError) -> InputError {
        let is_of_content = !matches!(error, InputError::Stopped(_) | InputError::Memory { .. });
        let changed = || {
            let now = self.path().and_then(|path| std::fs::metadata(path).ok());
            now.is_some_and(|now| now.is_file() && self.differs(&now))
        };
        if is_of_content && changed() { InputError::Changed { file: shown(name) } } else { error }
    }

    /// Whether the length or the time of the last change is another one than when the file was opened.
    fn differs(&self, now: &Metadata) -> bool {
        let Self::File { bytes, modified, .. } = self else { return false };
        now.len() != *bytes || now.modified().ok() != *modified
    }
}

/// Counts and hashes the bytes that pass, and remembers what the system refused.
pub(super) struct Hashing<'a> {
    inner: Box<dyn Read + Send>,
    hash: Sha256,
    bytes: u64,
    refused: Option<io::ErrorKind>,
    progress: &'a dyn Progress,
}

impl<'a> Hashing<'a> {
    /// Hashes what is read of `inner`.
    pub(super) fn new(inner: Box<dyn Read + Send>, progress: &'a dyn Progress) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0, refused: None, progress }
    }

    /// The account of what was read. Checks that the file did not change meanwhile.
    pub(super) fn finish(self, name: &str, place: &Place) -> Result<Account, InputError> {
        place.check_unchanged(name, self.bytes)?;
        Ok(Account { bytes: self.bytes, sha256: hexadecimal(&self.hash.finalize()) })
    }
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(count) => {
                self.hash.update(&buffer[..count]);
                self.bytes += count as u64;
                self.progress.advance(count as u64);
                Ok(count)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.refused = Some(error.kind());
                }
                Err(error)
            }
        }
    }
}

/// Room for compressed bytes.
const COMPRESSED_BUFFER: usize = 1 << 18;

/// Stored bytes without their compression.
enum Layer<'a> {
    Plain(Hashing<'a>),
    Gzip(Box<MultiGzDecoder<BufReader<Hashing<'a>>>>),
    Zstd(zstd::stream::read::Decoder<'static, BufReader<Hashing<'a>>>),
    Zip(Box<Unpacked<BufReader<Hashing<'a>>>>),
}

impl<'a> Layer<'a> {
    fn new(hashing: Hashing<'a>, compression: Compression) -> io::Result<Self> {
        let buffered = |hashing| BufReader::with_capacity(COMPRESSED_BUFFER, hashing);
        Ok(match compression {
            Compression::None => Self::Plain(hashing),
            Compression::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(buffered(hashing)))),
            Compression::Zstd => Self::Zstd(zstd::stream::read::Decoder::with_buffer(buffered(hashing))?),
            Compression::Zip(part) => Self::Zip(Box::new(Unpacked::new(buffered(hashing), part)?)),
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
            Self::Zstd(reader) => reader.read(buffer),
            Self::Zip(reader) => reader.read(buffer),
        }
    }

    fn hashing(&self) -> &Hashing<'a> {
        match self {
            Self::Plain(hashing) => hashing,
            Self::Gzip(reader) => reader.get_ref().get_ref(),
            Self::Zstd(reader) => reader.get_ref().get_ref(),
            Self::Zip(reader) => reader.get_ref().get_ref(),
        }
    }
}

/// What was read of a file, once it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// Stored bytes.
    pub(super) bytes: u64,
    /// SHA-256 of them, lower-case hexadecimal.
    pub(super) sha256: String,
}

/// Text of a file, streamed.
pub(super) struct TextReader<'a> {
    name: String,
    place: Place,
    compression: Compression,
    encoding: TextEncoding,
    layer: Layer<'a>,
    /// `None` when the text is UTF-8 already; it is then validated block by block.
    transcoder: Option<Transcoder>,
    at_start: bool,
    /// What the compression says of itself.
    aside: LeftOut,
    /// The header of the member of a gzip file that was looked at last.
    member: Option<GzHeader>,
}

impl<'a> TextReader<'a> {
    /// Opens a file anew.
    pub(super) fn open(
        name: &str,
        place: &Place,
        compression: Compression,
        encoding: TextEncoding,
        progress: &'a dyn Progress,
    ) -> Result<Self, InputError> {
        let inner = place.reader(name)?;
        let hashing = Hashing::new(inner, progress);
        let layer = Layer::new(hashing, compression)
            .map_err(|_| InputError::Compression { file: shown(name), compression: compression.name() })?;
        Ok(Self {
            name: name.to_owned(),
            place: place.clone(),
            compression,
            encoding,
            layer,
            transcoder: Transcoder::new(encoding),
            at_start: true,
            aside: LeftOut::default(),
            member: None,
        })
    }

    /// Appends up to about `most` bytes of text to `text`; `false` at the end. `line` is where `text` ends.
    pub(super) fn append(&mut self, text: &mut Vec<u8>, most: usize, line: u64) -> Result<bool, InputError> {
        let start = text.len();
        if let Some(mut transcoder) = self.transcoder.take() {
            let more = self.append_transcoded(&mut transcoder, text, line);
            self.transcoder = Some(transcoder);
            return more;
        }
        text.resize(start + most, 0);
        let mut filled = start;
        while filled < text.len() {
            match self.read(&mut text[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let more = filled == text.len();
        text.truncate(filled);
        if std::mem::take(&mut self.at_start) && text[start..].starts_with(b"\xef\xbb\xbf") {
            text.drain(start..start + 3);
        }
        Ok(more)
    }

    fn append_transcoded(
        &mut self,
        transcoder: &mut Transcoder,
        text: &mut Vec<u8>,
        line: u64,
    ) -> Result<bool, InputError> {
        let mut room = std::mem::take(&mut transcoder.room);
        let count = self.read(&mut room);
        let start = text.len();
        let valid = count.map(|count| (count, transcoder.append(&room[..count], text, count == 0)));
        transcoder.room = room;
        let (count, valid) = valid?;
        if valid {
            return Ok(count > 0);
        }
        let line = line + memchr::memchr_iter(b'\n', &text[start..]).count() as u64;
        Err(InputError::Encoding { file: shown(&self.name), encoding: self.encoding.name(), line })
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, InputError> {
        loop {
            match self.layer.read(buffer) {
                Ok(count) => {
                    self.look_at_member();
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(self.refusal()),
            }
        }
    }

    /// Takes notice of what the member of a gzip file at hand says of itself: its name, a comment, an addition. Members that
    /// say the same one after the other count once.
    fn look_at_member(&mut self) {
        let Layer::Gzip(reader) = &self.layer else { return };
        let Some(header) = reader.header().filter(|&header| self.member.as_ref() != Some(header)) else { return };
        self.aside.name_file(&String::from_utf8_lossy(header.filename().unwrap_or_default()));
        self.aside.part_of_text(header.comment().unwrap_or_default());
        // Block gzip says in so many bytes how long a member is.
        let extra = header.extra().filter(|extra| !(extra.len() == 6 && extra.starts_with(b"BC")));
        self.aside.part_of_text(extra.unwrap_or_default());
        self.member = Some(header.clone());
    }

    /// What the compression said of itself so far.
    pub(super) fn aside(&self) -> &LeftOut {
        &self.aside
    }

    /// Why the last read failed: the system, or damaged compressed data.
    fn refusal(&self) -> InputError {
        let file = shown(&self.name);
        match (self.layer.hashing().refused, self.compression) {
            (Some(kind), _) => InputError::Unreadable { file, kind },
            (None, compression) => InputError::Compression { file, compression: compression.name() },
        }
    }

    /// The account of the file, after its end. Checks that the file did not change meanwhile.
    pub(super) fn finish(self) -> Result<Account, InputError> {
        let hashing = self.layer.hashing();
        self.place.check_unchanged(&self.name, hashing.bytes)?;
        Ok(Account { bytes: hashing.bytes, sha256: hexadecimal(&hashing.hash.clone().finalize()) })
    }
}

/// The first bytes of a file without their compression, as far as they go, and whether that is all of them.
///
/// `whole` says whether `head` is all of the file.
pub(super) fn decompressed_head(head: &[u8], whole: bool, most: usize) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    let read = match Compression::of(head) {
        Compression::None | Compression::Zip(_) => read_some(head, most, &mut text),
        Compression::Gzip => read_some(MultiGzDecoder::new(head), most, &mut text),
        Compression::Zstd => {
            zstd::stream::read::Decoder::with_buffer(head).and_then(|reader| read_some(reader, most, &mut text))
        }
    };
    // The head of a compressed file ends anywhere, so an error only means that no more is to be had.
    let whole = whole && read.is_ok() && text.len() < most;
    (text, whole)
}

fn read_some(reader: impl Read, most: usize, text: &mut Vec<u8>) -> io::Result<usize> {
    BufReader::new(reader).take(most as u64).read_to_end(text)
}

/// The SHA-256 of an opened file from its beginning to its end.
pub(super) fn hash_file(name: &str, place: &Place, file: &File) -> Result<Account, InputError> {
    let refuse = |error: &io::Error| InputError::unreadable(name, error);
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    loop {
        let part = reader.fill_buf().map_err(|error| refuse(&error))?;
        if part.is_empty() {
            break;
        }
        hash.update(part);
        let count = part.len();
        bytes += count as u64;
        reader.consume(count);
    }
    place.check_unchanged(name, bytes)?;
    Ok(Account { bytes, sha256: hexadecimal(&hash.finalize()) })
}

/// A file that is hashed and not read, with no record counted.
///
/// # Errors
/// When it cannot be read, or changed meanwhile.
#[cfg(feature = "cli")]
pub(super) fn hashed_file(name: &str, path: &Path) -> Result<InputFile, InputError> {
    let refuse = |error: io::Error| InputError::unreadable(name, &error);
    let file = File::open(path).map_err(refuse)?;
    let about = file.metadata().map_err(refuse)?;
    let place = Place::File { path: path.to_owned(), bytes: about.len(), modified: about.modified().ok() };
    let Account { bytes, sha256 } = hash_file(name, &place, &file)?;
    Ok(InputFile { name: name.to_owned(), bytes, sha256: Some(sha256), records: 0, left_out: Vec::new() })
}

/// The account of a file whose bytes have been read as a whole.
pub(super) fn hash_bytes(name: &str, place: &Place, bytes: &[u8]) -> Result<Account, InputError> {
    place.check_unchanged(name, bytes.len() as u64)?;
    Ok(Account { bytes: bytes.len() as u64, sha256: hexadecimal(&Sha256::digest(bytes)) })
}
