//! Views of a [`ScanResult`](crate::result::ScanResult).
