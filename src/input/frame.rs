//! What stands around the records of a text: lines above the heading, a line that names the delimiter, comments.
//!
//! # Rules
//! - Lines above the heading are found where the evidence is clear: from some record on all records of the sample have the
//!   same number of fields, at least three; that record reads like a heading; each record before it fills at most half as
//!   many fields, and at most two where there are fewer than six. Otherwise their number is what the options say.
//! - A first line `sep=;` names the delimiter.
//! - Comments are left out where the options say what they begin with.

use super::delimited::{field_counts, first_record};
use super::heading;
use super::sniff::{Dialect, is_data};
use crate::plan::Sign;

/// More lines above a heading are not looked for.
const MOST_ABOVE: usize = 50;

/// Records below a heading, at least, before lines above it are believed in.
const FEWEST_BELOW: usize = 2;

/// The text below its first `lines` lines; nothing when it has no more.
pub(super) fn below(text: &[u8], lines: u64, line_end: u8) -> &[u8] {
    let mut rest = text;
    for _ in 0..lines {
        match memchr::memchr(line_end, rest) {
            Some(at) => rest = &rest[at + 1..],
            None => return &[],
        }
    }
    rest
}

/// The delimiter that a first line `sep=;` names.
pub(super) fn named_delimiter(text: &[u8]) -> Option<u8> {
    let line = text.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = line.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if delimiter.is_ascii_punctuation() || *delimiter == b'\t' =>
        {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// A text without the lines that begin as comments do.
pub(super) fn without_comments(text: &[u8], comment: Sign, line_end: u8) -> Vec<u8> {
    let lines = text.split_inclusive(|&byte| byte == line_end);
    lines.filter(|line| !line.starts_with(comment.bytes())).flatten().copied().collect()
}

/// How the records of a sample divide into fields under a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fit {
    /// Where the heading or the first record begins.
    pub(super) start: usize,
    /// Its fields.
    pub(super) fields: usize,
    /// Whether all records from there on have as many.
    pub(super) consistent: bool,
}

/// How a sample divides; `search` says that lines above the heading are looked for.
pub(super) fn fit(text: &[u8], whole: bool, dialect: Dialect, most: usize, search: bool) -> Fit {
    let mut counts = field_counts(text, dialect, most);
    let Some(&(first, _)) = counts.first() else { return Fit::default() };
    // The last record of a sample may be cut off.
    counts.pop_if(|(_, end)| *end == text.len() && !whole);
    let from_first = Fit { start: 0, fields: first, consistent: is_consistent(&counts, text, dialect) };
    if from_first.consistent || !search {
        return from_first;
    }
    table_below(&counts, text, dialect).unwrap_or(from_first)
}

/// Whether all records have as many fields as the first one, apart from what programs write at the end.
fn is_consistent(counts: &[(usize, usize)], text: &[u8], dialect: Dialect) -> bool {
    let Some(&(first, _)) = counts.first() else { return false };
    let odd = |index: usize| {
        let start = if index == 0 { 0 } else { counts[index - 1].1 };
        let line = text[start..counts[index].1].trim_ascii();
        let is_blank = line.is_empty() && counts[index].0 == 1;
        counts[index].0 != first && !is_blank && !is_below(line, dialect, first)
    };
    !(0..counts.len()).any(odd)
}

fn is_below(line: &[u8], dialect: Dialect, width: usize) -> bool {
    let (fields, _) = first_record(line, dialect);
    super::left_out::below_records(line, &fields, width).is_some()
}

/// The first record from which on everything is a table under a heading.
fn table_below(counts: &[(usize, usize)], text: &[u8], dialect: Dialect) -> Option<Fit> {
    let fields = counts.iter().map(|(fields, _)| *fields).max().filter(|fields| *fields >= 3)?;
    let top = counts.iter().position(|(count, _)| *count == fields).filter(|top| (1..=MOST_ABOVE).contains(top))?;
    let start = after_line_end(text, counts[top - 1].1);
    let below: Vec<(usize, usize)> = counts[top..].iter().map(|(fields, end)| (*fields, end - start)).collect();
    let table = &text[start..];
    let is_table = below.len() > FEWEST_BELOW && is_consistent(&below, table, dialect);
    let is_title = |index: usize| {
        let from = if index == 0 { 0 } else { counts[index - 1].1 };
        let (record, _) = first_record(&text[from..counts[index].1], dialect);
        record.iter().filter(|cell| !cell.trim_ascii().is_empty()).count() <= (fields / 2).max(2)
    };
    let fits = is_table && (0..top).all(is_title) && reads_like_heading(table, dialect);
    fits.then_some(Fit { start, fields, consistent: true })
}

/// Whether the first record of a text could be nothing but names of columns.
fn reads_like_heading(text: &[u8], dialect: Dialect) -> bool {
    let (mut names, _) = first_record(text, dialect);
    names.pop_if(|last| last.trim_ascii().is_empty());
    let is_name = |cell: &Vec<u8>| {
        let name = String::from_utf8_lossy(cell);
        !name.trim().is_empty() && !is_data(cell) && !heading::is_cell_like(&name)
    };
    let distinct: std::collections::HashSet<&Vec<u8>> = names.iter().collect();
    names.iter().all(is_name) && distinct.len() == names.len()
}

/// The place behind a line feed that the reader of records left.
fn after_line_end(text: &[u8], end: usize) -> usize {
    let is_split = end > 0 && text.get(end - 1) == Some(&b'\r') && text.get(end) == Some(&b'\n');
    end + usize::from(is_split)
}

/// The lines that end before a place.
pub(super) fn lines_before(text: &[u8], place: usize, line_end: u8) -> u64 {
    memchr::memchr_iter(line_end, &text[..place]).count() as u64
}

#[cfg(test)]
mod tests {
    use super::{Fit, below, fit, named_delimiter, without_comments};
    use crate::input::sniff::Dialect;
    use crate::plan::Sign;

    fn fit_of(text: &str) -> Fit {
        fit(text.as_bytes(), true, Dialect::separated_by(b';'), 1000, true)
    }

    #[test]
    fn a_table_is_found_below_its_title() {
        let table = "city;day;amount;shop\nHull;1;2;a\nYork;2;3;b\n";
        for title in ["Statement\n", "Account:;12\r\n\r\nPeriod:;last year\r\n\r\n", "\"Card:\";\"1234\";\n"] {
            let found = fit_of(&format!("{title}{table}"));
            assert!(found.consistent && found.fields == 4, "{title:?}");
            assert_eq!(&format!("{title}{table}")[found.start..].trim_start(), &table, "{title:?}");
        }
    }

    #[test]
    fn records_are_not_taken_for_a_title_nor_for_a_heading() {
        for text in [
            // A heading of another length than the records; records below some other records.
            "city;day;amount\nHull;1;2;a\nYork;2;3;b\nYork;2;3;b\n",
            "city;day;amount;shop\nHull;x;y;z;u\nYork;x;y;z;v\nYork;x;y;z;w\n",
            "Statement\nHull;2026-01-02;3;4\nYork;2026-01-02;3;4\nYork;2026-01-02;3;5\n",
            "Statement\nJane Roe;a;b;c\nJohn Doe;d;e;f\nAnna Low;g;h;i\n",
            "Statement\ncity;day;amount;shop\nHull;1;2;a\n",
        ] {
            assert_eq!(fit_of(text).start, 0, "{text:?}");
        }
    }

    #[test]
    fn what_programs_write_at_the_end_does_not_hide_the_fields() {
        assert!(fit_of("a;b;c\n1;2;3\n4;5;6\n\n(2 rows affected)\n").consistent);
        assert!(!fit_of("a;b;c\n1;2;3\n4;5;6\nx\n").consistent);
    }

    #[test]
    fn lines_and_comments_come_off() {
        assert_eq!(below(b"a\nb\nc\n", 2, b'\n'), b"c\n");
        assert_eq!(below(b"a\nb", 2, b'\n'), b"");
        assert_eq!(without_comments(b"#x\na\n# y\nb\n", Sign::of_byte(b'#'), b'\n'), b"a\nb\n");
        assert_eq!(
            (named_delimiter(b"sep=;\r\na;b"), named_delimiter(b"\"sep=|\"\n"), named_delimiter(b"sep=\n")),
            (Some(b';'), Some(b'|'), None)
        );
    }
}
