//! A mapped file: the one place of the program with unsafe code.

#![expect(
    unsafe_code,
    reason = "the language cannot know that nobody else has the file, which is what makes its bytes a slice"
)]

use std::fs::File;
use std::io;
use std::sync::{Arc, Weak};

use memmap2::{MmapOptions, MmapRaw, UncheckedAdvice};

/// The bytes of a file without a name, mapped to be read and written.
///
/// There is one for each time that a file is mapped and no copy of it, so whoever borrows it has the bytes as the language asks.
pub(super) struct Mapping(Arc<MmapRaw>);

/// The pages of a mapping without its bytes.
pub(super) struct Pages(Weak<MmapRaw>);

impl Mapping {
    /// Maps the first bytes of a file, all of which must have blocks. The file must be nameless and never become shorter, and whoever
    /// maps it again, to make it longer, must have no slice of an earlier mapping: a room maps it while it is borrowed alone, and
    /// then lets the earlier mapping go.
    pub(super) fn new(file: &File, bytes: usize) -> io::Result<Self> {
        MmapOptions::new().len(bytes).map_raw(file).map(|raw| Self(Arc::new(raw)))
    }

    /// The pages, to be let go by whoever watches the memory.
    pub(super) fn pages(&self) -> Pages {
        Pages(Arc::downgrade(&self.0))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the mapping has so many bytes, all of them initialised, for files have no others, and stays while `self` is
        // borrowed. It is written through `bytes_mut` alone, which borrows `self` for itself: the file has no name, so no other
        // process opens it, and who maps it again in this one has no slice of an earlier mapping. Its blocks are reserved and
        // it never becomes shorter, so no page is missing.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr(), self.0.len()) }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and `self` is borrowed alone, so there is no other slice of these bytes. `Pages` has none.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr(), self.0.len()) }
    }
}

impl Pages {
    /// Whether the mapping is still there.
    pub(super) fn are_mapped(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// Takes the pages out of the memory of the process. Whoever looks at one finds it again in the page cache or the file.
    pub(super) fn let_go(&self) {
        let Some(raw) = self.0.upgrade() else { return };
        // SAFETY: the mapping is a shared one of a file, of which the advice drops no byte: pages that were written stay in the page
        // cache, from which the next look takes them. So no slice of it sees a change. The mapping is there while `raw` is.
        // Where the system does not take the advice, the pages stay, and the memory limit decides.
        let _ = unsafe { raw.unchecked_advise(UncheckedAdvice::DontNeed) };
    }
}
