//! Files without a name that hold the rows of an exchange.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::table::exchange::{Kind, Row};
use crate::unfinished::{PARTIAL_PREFIX, Unfinished, remove_stale};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 20;

/// A folder of one run within the one that the user named. It is removed when this is dropped, on Ctrl-C, and, should the
/// process be killed, by the next run. The files in it have no name: what they hold is gone when the process is.
pub(super) struct Folder {
    unfinished: Unfinished,
}

impl Folder {
    /// A folder that only its owner can enter. Removes what dead runs left beside it.
    pub(super) fn new(home: &Path) -> io::Result<Self> {
        private().recursive(true).create(home)?;
        let unfinished = Unfinished::claim_marked(home, &format!("{PARTIAL_PREFIX}spill"));
        private().create(&unfinished.path)?;
        // This room has no clock: the folder that was made just now tells the time.
        let now = fs::metadata(&unfinished.path).and_then(|folder| folder.modified());
        if let Some(now) = now.ok().and_then(|now| jiff::Timestamp::try_from(now).ok()) {
            remove_stale(home, &now.to_string());
        }
        Ok(Self { unfinished })
    }

    /// A new file, without a name.
    pub(super) fn nameless(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.unfinished.path)
    }

    /// A new file for rows.
    pub(super) fn file(&self) -> io::Result<RowFile> {
        let file = self.nameless()?;
        Ok(RowFile { file: BufWriter::with_capacity(BUFFER, file), bytes: 0, rows: BTreeMap::new() })
    }

    /// Bytes that the disk has free, where the system tells.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        free_bytes(&self.unfinished.path)
    }
}

fn private() -> fs::DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Where a row is, and what it is.
struct Place {
    start: u64,
    length: usize,
    kind: Kind,
}

/// Rows in a file, found by their part.
pub(super) struct RowFile {
    file: BufWriter<File>,
    bytes: u64,
    rows: BTreeMap<u32, Vec<Place>>,
}

impl RowFile {
    pub(super) fn push(&mut self, row: &Row) -> io::Result<()> {
        self.file.write_all(&row.blob)?;
        let place = Place { start: self.bytes, length: row.blob.len(), kind: row.kind };
        self.rows.entry(row.part).or_default().push(place);
        self.bytes += row.blob.len() as u64;
        Ok(())
    }

    /// Bytes written.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is still in the buffer is written.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// The rows of a part, in the order in which they came. Everything must have been flushed.
    pub(super) fn rows(&self, part: u32) -> impl Iterator<Item = io::Result<Row>> + '_ {
        let places = self.rows.get(&part).into_iter().flatten();
        places.map(move |place| {
            let mut file = self.file.get_ref();
            let mut blob = vec![0; place.length];
            file.seek(SeekFrom::Start(place.start))?;
            file.read_exact(&mut blob)?;
            Ok(Row { part, kind: place.kind, blob })
        })
    }
}
