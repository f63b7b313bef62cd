//! What the system answers when a file cannot be read or written, in words.

use std::io::ErrorKind;

/// Why a file cannot be read or written, and what to change. Every kind that the system may tell has its words.
#[must_use]
pub fn refusal(kind: ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::NotFound => ("it does not exist", "check the path for spelling; it starts in the working folder"),
        ErrorKind::PermissionDenied => ("permission denied", "check who may read and write there"),
        ErrorKind::IsADirectory => ("it is a folder", "name a file"),
        ErrorKind::NotADirectory => ("a part of its path is a file, not a folder", "check the path for spelling"),
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
            ("the system takes no such name", "name another file, with a shorter or plainer name")
        }
        ErrorKind::ReadOnlyFilesystem => ("the disk can only be read", "name a place that can be written to"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("the disk is full", "make room, or name another place"),
        ErrorKind::OutOfMemory => ("there is not enough memory", "end other programs"),
        _ => ("the system refuses", "check the path, its permissions and the disk"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::refusal;

    #[test]
    fn no_answer_of_the_system_is_shown_as_a_bare_kind() {
        for kind in [ErrorKind::NotFound, ErrorKind::IsADirectory, ErrorKind::StorageFull, ErrorKind::Other] {
            let (reason, hint) = refusal(kind);
            assert_ne!(reason, kind.to_string(), "{kind:?}");
            assert!(!hint.is_empty());
        }
        assert_eq!(refusal(ErrorKind::NotFound).0, "it does not exist");
    }
}
