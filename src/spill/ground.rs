//! Coded columns in mapped files, where memory is too small for them.
//!
//! Each stretch is a file of its own without a name. Its blocks are reserved before it is mapped, so that a full disk is an
//! error and never a signal. Mapped pages count as resident memory, but the system has them in its page cache as well: they are
//! let go at any time without losing anything, and come back when they are looked at. What is there are codes and numbers of
//! subjects, never a value of a cell.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::SpillError;
use super::files::Folder;
use super::mapped::{Mapping, Pages};
use crate::plan::shown_name;
use crate::stop::{Relief, Stop, StopReason};
use crate::table::{Ground, Room};

/// Fewer bytes are better kept in memory.
const LEAST_ROOM: usize = 64 << 10;

/// A stretch doubles when it grows, and beyond this it grows by so much.
const LARGEST_STEP: usize = 64 << 20;

/// What a file system gives at once.
const BLOCK: usize = 4 << 10;

/// Each stretch keeps a file open, and others need some too.
const MOST_ROOMS: usize = 512;

/// A ground on files in a folder of the run, which is made when the first of them is.
///
/// # Guarantees
/// The folder can only be entered by its owner and is gone with the last stretch, or when the process is ended; the files have
/// no name and are gone when the process is. Where the disk is full, the scan is asked to end and [`FileGround::failure`] says why.
pub struct FileGround {
    shared: Arc<Shared>,
}

struct Shared {
    home: PathBuf,
    folder: Mutex<Option<Folder>>,
    pages: Arc<AllPages>,
    rooms: AtomicUsize,
    /// Bytes of all files that are there now.
    reserved: AtomicU64,
    failed: Mutex<Option<SpillError>>,
    stop: Stop,
}

impl FileGround {
    /// A ground in this folder, of a scan that looks at `stop`.
    #[must_use]
    pub fn new(home: PathBuf, stop: &Stop) -> Arc<Self> {
        let shared = Shared {
            home,
            folder: Mutex::default(),
            pages: Arc::default(),
            rooms: AtomicUsize::new(0),
            reserved: AtomicU64::new(0),
            failed: Mutex::default(),
            stop: stop.clone(),
        };
        let pages: Arc<dyn Relief> = Arc::clone(&shared.pages) as Arc<dyn Relief>;
        stop.relieved_by(Arc::downgrade(&pages));
        Arc::new(Self { shared: Arc::new(shared) })
    }

    /// Why the scan was asked to end, if this ground did so.
    #[must_use]
    pub fn failure(&self) -> Option<SpillError> {
        locked(&self.shared.failed).clone()
    }

    /// Bytes of all files that are there now.
    #[cfg(test)]
    fn reserved_bytes(&self) -> u64 {
        self.shared.reserved.load(Ordering::Relaxed)
    }
}

impl Ground for FileGround {
    fn room(&self, bytes: usize) -> Option<Box<dyn Room>> {
        if bytes < LEAST_ROOM || locked(&self.shared.failed).is_some() {
            return None;
        }
        if self.shared.rooms.fetch_add(1, Ordering::Relaxed) >= MOST_ROOMS {
            self.shared.rooms.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        // From here on the room is counted, and uncounts itself.
        let mut room = FileRoom { shared: Arc::clone(&self.shared), file: None, reserved: 0, mapping: None };
        room.grow_to(in_blocks(bytes)).then(|| Box::new(room) as Box<dyn Room>)
    }
}

/// The pages of all rooms. Whoever watches the memory holds this alone for a moment, and so never the folder.
#[derive(Default)]
struct AllPages(Mutex<Vec<Pages>>);

impl Relief for AllPages {
    fn let_go(&self) -> bool {
        let pages = locked(&self.0);
        pages.iter().for_each(Pages::let_go);
        pages.iter().any(Pages::are_mapped)
    }
}

impl fmt::Debug for FileGround {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileGround").finish_non_exhaustive()
    }
}

impl Shared {
    /// A new file without a name.
    fn file(&self) -> io::Result<File> {
        let mut folder = locked(&self.folder);
        match &*folder {
            Some(folder) => folder.nameless(),
            None => folder.insert(Folder::new(&self.home)?).nameless(),
        }
    }

    /// Remembers why there is no room, and asks the scan to end.
    fn fail(&self, error: &io::Error) {
        let name = shown_name(&self.home.to_string_lossy());
        let written = self.reserved.load(Ordering::Relaxed);
        locked(&self.failed).get_or_insert_with(|| SpillError::of_writing(name, error, written));
        self.stop.raise(StopReason::Interrupt);
    }
}

/// A file without a name, and where it is mapped.
struct FileRoom {
    shared: Arc<Shared>,
    file: Option<File>,
    /// Bytes of the file, all of which have blocks.
    reserved: usize,
    mapping: Option<Mapping>,
}

impl FileRoom {
    fn grow_to(&mut self, bytes: usize) -> bool {
        match self.try_grow_to(bytes) {
            Ok(()) => return true,
            // The disk has room, and the process may have no more of this kind: what follows stays in memory.
            Err(error) if is_limit_of_process(&error) => {}
            Err(error) => self.shared.fail(&error),
        }
        false
    }

    fn try_grow_to(&mut self, bytes: usize) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.shared.file()?,
        };
        let file = self.file.insert(file);
        // An earlier attempt may have reserved blocks that it could not map.
        let more = bytes.saturating_sub(self.reserved);
        if more > 0 {
            reserve(file, self.reserved as u64, more as u64)?;
            self.reserved = bytes;
            self.shared.reserved.fetch_add(more as u64, Ordering::Relaxed);
        }
        let mapping = Mapping::new(file, bytes)?;
        let mut pages = locked(&self.shared.pages.0);
        pages.retain(Pages::are_mapped);
        pages.push(mapping.pages());
        self.mapping = Some(mapping);
        Ok(())
    }
}

impl Room for FileRoom {
    fn bytes(&self) -> &[u8] {
        self.mapping.as_ref().map_or(&[], Mapping::bytes)
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.mapping.as_mut().map_or(&mut [], Mapping::bytes_mut)
    }

    fn grow(&mut self, bytes: usize) -> bool {
        let mapped = self.bytes().len();
        bytes <= mapped || self.grow_to(in_blocks(bytes.max(mapped + step(mapped))))
    }
}

impl Drop for FileRoom {
    fn drop(&mut self) {
        self.shared.reserved.fetch_sub(self.reserved as u64, Ordering::Relaxed);
        self.shared.rooms.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether the process has as many open files or mappings as it may.
fn is_limit_of_process(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let codes = [Errno::MFILE, Errno::NFILE, Errno::NOMEM].map(Errno::raw_os_error);
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// By how much a stretch of so many bytes grows at least.
fn step(bytes: usize) -> usize {
    bytes.clamp(LEAST_ROOM, LARGEST_STEP)
}

fn in_blocks(bytes: usize) -> usize {
    bytes.div_ceil(BLOCK) * BLOCK
}

/// Makes a file longer by blocks of zeros that the disk has promised.
fn reserve(file: &mut File, length: u64, more: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::io::Errno;
        match rustix::fs::fallocate(&*file, rustix::fs::FallocateFlags::empty(), length, more) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            Err(Errno::INTR) => return reserve(file, length, more),
            reserved => return Ok(reserved?),
        }
    }
    // Zeros that were written have their blocks.
    file.seek(SeekFrom::Start(length))?;
    io::copy(&mut io::repeat(0).take(more), file).map(drop)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod test;
