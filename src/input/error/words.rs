//! Counts, sizes and refusals of the system in words.

use std::io;

use super::Place;

/// What the system said, in words of our own: its messages may hold whole paths.
pub(super) fn describe(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "it does not exist",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::UnexpectedEof => "it ends too early",
        io::ErrorKind::OutOfMemory => "there is not enough memory",
        io::ErrorKind::Interrupted => "reading was interrupted",
        _ => "the system reports an input error",
    }
}

/// A number and what is counted, in the singular or plural.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Which cells cannot be read as declared.
pub(super) fn unfit_cells(cells: u64, first: &Place) -> String {
    match cells {
        1 => format!("its cell in {first} does not fit"),
        cells => format!("{} of its cells do not fit, the first in {first}", grouped(cells)),
    }
}

/// What a folder holds besides the files that are read.
pub(super) fn others(files: usize, folders: usize) -> String {
    match (files, folders) {
        (files, 0) => counted(files as u64, "other file"),
        (0, folders) => counted(folders as u64, "folder"),
        (files, folders) => {
            format!("{} and {}", counted(files as u64, "other file"), counted(folders as u64, "folder"))
        }
    }
}

/// A number with a comma between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in MiB with one digit after the point, smaller ones in bytes.
pub(super) fn size(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    if bytes < MEBIBYTE {
        return format!("{} byte{}", grouped(bytes), if bytes == 1 { "" } else { "s" });
    }
    match (bytes / MEBIBYTE, bytes % MEBIBYTE * 10 / MEBIBYTE) {
        (whole, 0) => format!("{} MiB", grouped(whole)),
        (whole, tenths) => format!("{}.{tenths} MiB", grouped(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::{grouped, others, size};

    #[test]
    fn counts_and_sizes_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [1, 4096, 1 << 20, 3 << 19, 2 << 30].map(size),
            ["1 byte", "4,096 bytes", "1 MiB", "1.5 MiB", "2,048 MiB"]
        );
        assert_eq!(others(1, 0), "1 other file");
        assert_eq!(others(0, 2), "2 folders");
        assert_eq!(others(2, 1), "2 other files and 1 folder");
    }

    #[test]
    fn names_from_outside_cannot_move_the_cursor_or_reorder_text() {
        assert_eq!(shown("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(shown("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(shown(&"n".repeat(500)).chars().count(), 101);
    }
}
