//! Texts that leave with a file and are no cells: comments of cells, what a file says of itself, and whatever else.
//!
//! They are searched for identifiers as cells are. The law: what leaves and is no cell is searched, or told as a part that was
//! not read ([`crate::result::NoRecord::OtherPart`]), never neither. What is searched may still name people in words, so that
//! free text asks for a look all the same: lines above a table, comments, other files.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::extract::FoundBeside;
use crate::detect::{Found, Search, are_names, is_full_name, names_in};
use crate::result::{IdentifierKind, Placement};

/// So much of the comments of a workbook is read.
const MOST_BYTES: u64 = 64 << 20;

/// What the comments of a workbook hold. `columns` are the names of the columns of its sheet, the first of which stands
/// in the column `first` of the sheet.
pub(super) fn in_comments(workbook: &[u8], columns: &[String], first: usize) -> Vec<FoundBeside> {
    // A damaged part must not end the program, nor show what it says; its cells have been read by then.
    let parts = catch_unwind(AssertUnwindSafe(|| comment_parts(workbook))).unwrap_or_default();
    let mut texts: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (column, text) in parts.iter().flat_map(|part| comments_of(part)) {
        // A comment beside the table leaves with it as well.
        let place = column.checked_sub(first).filter(|&place| place < columns.len()).unwrap_or(0);
        texts.entry(place).or_default().push(text);
    }
    let of_column = |(place, texts): (usize, Vec<String>)| {
        let name = columns.get(place)?;
        search(Some(name), &texts, Placement::CellComment)
    };
    texts.into_iter().filter_map(of_column).collect()
}

/// What a file says of itself: keys and values.
pub(super) fn in_metadata<'file>(texts: impl Iterator<Item = &'file str>) -> Option<FoundBeside> {
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    search(None, &texts, Placement::FileMetadata)
}

/// Searches texts; `None` when they hold nothing that names a person.
fn search(column: Option<&String>, texts: &[String], placement: Placement) -> Option<FoundBeside> {
    let mut search = Search::new(column.map_or("", String::as_str));
    for text in texts {
        search.take(text.as_bytes(), 1);
    }
    let count = |is_name: &mut dyn FnMut(&str) -> bool| texts.iter().filter(|text| is_name(text)).count() as u64;
    let names = names_in(|| texts.iter().map(String::as_str), count);
    let direct = search.settle().into_iter().filter(|found| found.kind.is_direct());
    let found: Vec<Found> = direct.chain(names).map(|found| Found { placement, ..found }).collect();
    (!found.is_empty()).then(|| FoundBeside { column: column.cloned(), texts: texts.len() as u64, found })
}

/// Texts that leave with a file and are no cells, searched as they come. It holds hashes and counts, no text.
#[derive(Clone)]
pub(super) struct Outside {
    column: Option<String>,
    search: Search,
    texts: u64,
    /// Those of them that are the name of a person.
    names: u64,
}

/// Texts that belong to no column.
impl Default for Outside {
    fn default() -> Self {
        Self { column: None, search: Search::new(""), texts: 0, names: 0 }
    }
}

impl Outside {
    /// Texts that belong to a column.
    pub(super) fn of_column(name: &str) -> Self {
        Self { column: Some(name.to_owned()), search: Search::new(name), ..Self::default() }
    }

    /// Takes a text.
    pub(super) fn take(&mut self, text: &[u8]) {
        self.texts += 1;
        self.search.take(text, 1);
        self.names += u64::from(std::str::from_utf8(text).is_ok_and(is_full_name));
    }

    /// What the texts hold that the cells of their column do not, of which `known` was found; `None` where that is nothing.
    pub(super) fn found(&self, known: &[Found]) -> Option<FoundBeside> {
        let is_new = |kind: IdentifierKind| !known.iter().any(|found| found.kind == kind);
        let placement = Placement::OutsideTable;
        let direct = self.search.settle().into_iter().filter(|found| found.kind.is_direct() && is_new(found.kind));
        let kind = IdentifierKind::PersonName;
        let names = Found { kind, placement, records: self.names, shown: None };
        let names = (are_names(self.names, self.texts) && is_new(kind)).then_some(names);
        let found: Vec<Found> = direct.map(|found| Found { placement, ..found }).chain(names).collect();
        (!found.is_empty()).then(|| FoundBeside { column: self.column.clone(), texts: self.texts, found })
    }
}

/// Whether a part of a workbook, whose name is in lower case, holds comments.
pub(super) fn is_comments(name: &str) -> bool {
    let is_xml = name.rsplit_once('.').is_some_and(|(_, kind)| kind == "xml");
    name.starts_with("xl/") && name.contains("comment") && is_xml
}

/// The parts of a workbook that hold comments, as text.
fn comment_parts(workbook: &[u8]) -> Vec<String> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(workbook)) else { return Vec::new() };
    let mut parts = Vec::new();
    for number in 0..archive.len() {
        let Ok(part) = archive.by_index(number) else { continue };
        let name = String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase();
        if !is_comments(&name) {
            continue;
        }
        let mut bytes = Vec::new();
        if part.take(MOST_BYTES).read_to_end(&mut bytes).is_ok() {
            parts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    parts
}

/// Column of the sheet (from 0) and text of every comment.
fn comments_of(xml: &str) -> Vec<(usize, String)> {
    let mut comments = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        if let Some((_, text)) = &mut open {
            decode(&rest[..start], text);
        }
        let Some(length) = rest[start..].find('>') else { break };
        let tag = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|sign: char| sign.is_whitespace() || sign == '/').next().unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or_default();
        if matches!(name, "comment" | "threadedComment") {
            comments.extend(open.take().filter(|(_, text)| !text.trim().is_empty()));
            open = (!is_end).then(|| (column_of(tag), String::new()));
        }
    }
    comments
}

/// The column that a tag with a reference such as `ref="AB12"` stands for, from 0.
fn column_of(tag: &str) -> usize {
    let reference = tag.split_once("ref=").map_or("", |(_, rest)| rest.trim_start_matches(['"', '\'']));
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(3);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.saturating_sub(1)
}

/// Appends a text with its references to characters resolved.
pub(super) fn decode(escaped: &str, text: &mut String) {
    let mut rest = escaped;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((name, after)) = rest.split_once(';').filter(|(name, _)| name.len() <= 8) else {
            text.push('&');
            continue;
        };
        let sign = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            number => numbered(number),
        };
        text.extend(sign);
        rest = after;
    }
    text.push_str(rest);
}

/// The character of a reference such as `#10` or `#x2f`.
fn numbered(reference: &str) -> Option<char> {
    let number = reference.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::{comments_of, in_comments, in_metadata};
    use crate::result::{IdentifierKind, Placement};

    #[test]
    fn comments_are_taken_with_their_column_and_without_their_authors() {
        let xml = "<comments><authors><author>Jo</author></authors><commentList><comment ref=\"B2\" authorId=\"0\"><text>\
                   <r><t>call </t></r><r><t>O&apos;Neil &amp; Co&#46;</t></r></text></comment><comment ref='AA3'><text>\
                   <t>x</t></text></comment><comment ref=\"C1\"><text/></comment></commentList></comments>";
        assert_eq!(comments_of(xml), [(1, "call O'Neil & Co.".to_owned()), (26, "x".to_owned())]);
        let threaded = "<ThreadedComments><threadedComment ref=\"A2\" id=\"{1}\"><text>hello</text></threadedComment>";
        assert_eq!(comments_of(threaded), [(0, "hello".to_owned())]);
        assert!(comments_of("<comments><comment ref=\"A1\"").is_empty());
    }

    #[test]
    fn what_a_file_says_of_itself_is_searched() {
        let found = in_metadata(["owner", "written by jane.doe@example.org"].into_iter()).unwrap();
        assert_eq!(found.column, None);
        assert_eq!(found.found[0].kind, IdentifierKind::EmailAddress);
        assert_eq!((found.found[0].placement, found.found[0].records), (Placement::FileMetadata, 1));
        assert!(in_metadata(["rows", "12"].into_iter()).is_none());
    }

    #[test]
    fn bytes_that_are_no_workbook_have_no_comments() {
        assert!(in_comments(b"no workbook", &["a".to_owned()], 0).is_empty());
    }
}
