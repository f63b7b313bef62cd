//! Hashes what passes.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::printable::hexadecimal;

/// A writer that hashes what it hands on.
pub(super) struct Hashed<W> {
    inner: W,
    hash: Sha256,
    /// What the system said when it took no more; libraries in between make a text of it.
    failed: Option<io::ErrorKind>,
}

impl<W: Write> Hashed<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), failed: None }
    }

    /// Why nothing more was taken.
    pub(super) fn failed(&self) -> Option<io::Error> {
        self.failed.map(io::Error::from)
    }

    fn noted<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed = Some(error.kind());
        }
        done
    }

    /// What was written to, flushed, and the hash in lower-case hexadecimal.
    pub(super) fn finish(mut self) -> io::Result<(W, String)> {
        self.inner.flush()?;
        Ok((self.inner, hexadecimal(&self.hash.finalize())))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        let written = self.noted(written)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.noted(flushed)
    }
}
