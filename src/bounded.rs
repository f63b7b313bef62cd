//! Files that are read whole, and only up to a size.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// A result holds no more: the largest are a few megabytes.
pub(crate) const LARGEST_RESULT: u64 = 256 << 20;

/// The bytes of a file; `None` where there are more than `most`.
///
/// One byte more is asked for than is taken, so a file that is too large is never taken for one that was cut off, also where
/// it grows while it is read or the system does not tell its size.
///
/// # Errors
/// When it cannot be opened or read.
pub(crate) fn read_at_most(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::read_at_most;

    #[test]
    fn a_file_is_read_to_its_last_byte_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for size in 0..5_usize {
            std::fs::write(&path, vec![7; size]).unwrap();
            for most in 0..5_usize {
                let read = read_at_most(&path, most as u64).unwrap();
                assert_eq!(read, (size <= most).then(|| vec![7; size]), "{size} of {most}");
            }
            assert_eq!(read_at_most(&path, u64::MAX).unwrap().map(|bytes| bytes.len()), Some(size));
        }
        assert!(read_at_most(&folder.path().join("nothing"), 1).is_err());
    }
}
