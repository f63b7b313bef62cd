//! Lines of a file that are no records: what they are, and how many there were.

use std::fmt;

use super::delimited::first_record;
use super::sniff::Dialect;
use crate::detect;
use crate::result::{LeftOutLines, NoRecord};

/// Shorter texts hold no identifier.
pub(super) const SHORTEST_TEXT: usize = 6;

/// How many lines of each kind were left out of a file, and what they say: it leaves with the file, so it is searched.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    counts: [u64; NoRecord::ALL.len()],
    texts: Vec<Vec<u8>>,
}

/// A line may hold cells, so it is not shown.
impl fmt::Debug for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("LeftOut").field(&self.counts).finish()
    }
}

impl LeftOut {
    /// Counts lines of a kind that say nothing, or whose text is taken elsewhere.
    pub(super) fn add(&mut self, kind: NoRecord, lines: u64) {
        self.counts[kind as usize] += lines;
    }

    /// Counts a line of a kind and keeps what it says.
    pub(super) fn add_line(&mut self, kind: NoRecord, line: &[u8]) {
        self.add(kind, 1);
        self.keep(line);
    }

    /// Keeps a text of lines that are counted elsewhere.
    pub(super) fn keep(&mut self, text: &[u8]) {
        if !text.trim_ascii().is_empty() {
            self.texts.push(text.trim_ascii().to_vec());
        }
    }

    /// Keeps the texts that can be read among some bytes.
    pub(super) fn keep_visible(&mut self, bytes: &[u8]) {
        let is_visible = |byte: &u8| !byte.is_ascii_control() || *byte == b'\t';
        let runs = bytes.split(|byte| !is_visible(byte)).filter(|run| run.len() >= SHORTEST_TEXT);
        runs.for_each(|run| self.keep(String::from_utf8_lossy(run).as_bytes()));
    }

    /// Takes a part of a file that is no table, where it says anything.
    pub(super) fn part_of_text(&mut self, bytes: &[u8]) {
        if bytes.iter().any(|&byte| byte != 0) {
            self.add(NoRecord::OtherPart, 1);
            self.keep_visible(bytes);
        }
    }

    /// Takes the name of a file, which is told where it holds an identifier.
    pub(super) fn name_file(&mut self, name: &str) {
        if detect::is_identifier(name) {
            self.add_line(NoRecord::FileName, name.as_bytes());
        }
    }

    /// Takes over what was counted elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        self.texts.extend(other.texts);
    }

    /// What the lines said since it was last asked.
    pub(super) fn take_texts(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.texts)
    }

    /// What a result says of it.
    pub(super) fn lines(&self) -> Vec<LeftOutLines> {
        let counted = NoRecord::ALL.iter().zip(self.counts).filter(|(_, lines)| *lines > 0);
        counted.map(|(&what, lines)| LeftOutLines { what, lines }).collect()
    }
}

/// What a record fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// So many fields.
    Fields(usize),
    /// So many characters, in fields of fixed width.
    Characters(usize),
}

impl Width {
    /// Fields of a record, as far as delimiters tell them.
    pub(super) fn fields(self) -> usize {
        if let Self::Fields(fields) = self { fields } else { 1 }
    }

    /// What a line is that somebody declared to be no record of this `kind`. Where it fills more than half of what a
    /// record fills it may be one all the same: whoever names too many lines would leave people out of every figure.
    pub(super) fn declared(self, kind: NoRecord, line: &[u8], dialect: Dialect) -> NoRecord {
        let (filled, whole) = match self {
            Self::Fields(fields) => {
                let separated = dialect.separated(line);
                let (cells, _) = first_record(&separated, dialect);
                (cells.iter().filter(|cell| !cell.trim_ascii().is_empty()).count(), fields)
            }
            Self::Characters(characters) => (String::from_utf8_lossy(line.trim_ascii()).chars().count(), characters),
        };
        if 2 * filled > whole { NoRecord::LikeRecord } else { kind }
    }
}

/// What a total begins with, lower case, without a colon.
const TOTALS: [&str; 22] = [
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "totale",
    "total général",
    "somme",
    "suma",
    "saldo",
    "endsaldo",
    "kontostand",
    "balance",
    "closing balance",
    "ending balance",
    "end balance",
    "solde",
];

/// Words that programs write behind the number of records that they gave.
const COUNTED: [&str; 15] = [
    "row",
    "rows",
    "row(s)",
    "record",
    "records",
    "record(s)",
    "affected",
    "selected",
    "fetched",
    "returned",
    "exported",
    "written",
    "in",
    "set",
    "zeilen",
];

/// What a line at the end of a file is, where it can be no record: a total, the number of records, a mark of the end, a
/// rule of dashes. A total holds amounts alone behind its first cell; one that holds anything else may be a record. `fields`
/// are its cells, `width` the columns of the file.
pub(super) fn below_records(line: &[u8], fields: &[Vec<u8>], width: usize) -> Option<NoRecord> {
    if line.trim_ascii() == b"\x1a" {
        return Some(NoRecord::EndMark);
    }
    if is_rule(line) {
        return Some(NoRecord::Rule);
    }
    let text = std::str::from_utf8(line).ok()?;
    if fields.len() <= 1 && width > 1 && is_count(text) {
        return Some(NoRecord::RowCount);
    }
    let mut filled = fields.iter().filter(|cell| !cell.trim_ascii().is_empty());
    let first = std::str::from_utf8(filled.next()?).ok()?.trim().trim_end_matches(':').to_lowercase();
    let rest: Vec<&Vec<u8>> = filled.collect();
    let few = 2 * (1 + rest.len()) <= width;
    let kind = if rest.iter().all(|cell| is_amount(cell)) { NoRecord::Total } else { NoRecord::LikeRecord };
    (width > 2 && few && TOTALS.contains(&first.as_str())).then_some(kind)
}

/// The digits of the largest amounts, decimals counted. Numbers of cards and accounts have more.
const MOST_DIGITS: usize = 12;

/// Letters of a currency before or behind an amount.
const MOST_LETTERS: usize = 3;

/// Whether a cell is a number of the size of an amount: digits, with what groups them, a sign, a percent sign or a currency.
fn is_amount(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return false };
    let around = |sign: char| sign.is_alphabetic() || sign.is_whitespace() || "+-−()%€$£¥".contains(sign);
    let number = text.trim_matches(around);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
    let is_number = number
        .chars()
        .all(|sign| sign.is_ascii_digit() || sign.is_whitespace() || matches!(sign, '.' | ',' | '\'' | '’'));
    is_number && (1..=MOST_DIGITS).contains(&digits) && letters <= MOST_LETTERS
}

/// Whether a line is drawn under a heading or a table: dashes, with what separates fields between them.
pub(super) fn is_rule(line: &[u8]) -> bool {
    let dashes = line.iter().filter(|byte| matches!(byte, b'-' | b'=')).count();
    dashes >= 3
        && line.iter().all(|byte| matches!(byte, b'-' | b'=' | b'+' | b'|' | b',' | b';' | b'"' | b'\t' | b' ' | b'\r'))
}

/// `(480 rows affected)`, `480 rows selected.`, `480 record(s) selected.`
fn is_count(line: &str) -> bool {
    let line = line.trim().trim_end_matches('.');
    let line = line.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(line).to_lowercase();
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|word| {
        word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'))
    });
    let rest: Vec<&str> = words.collect();
    number && !rest.is_empty() && rest.iter().all(|word| COUNTED.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{below_records, is_rule};
    use crate::result::NoRecord;

    fn kind(line: &str) -> Option<NoRecord> {
        let fields: Vec<Vec<u8>> = line.split(';').map(|cell| cell.as_bytes().to_vec()).collect();
        below_records(line.as_bytes(), &fields, 6)
    }

    #[test]
    fn what_programs_write_below_records_is_told_from_records() {
        for (line, expected) in [
            ("Total;;;1.234,56;;", NoRecord::Total),
            ("Summe:;;12", NoRecord::Total),
            (";;Grand total;5", NoRecord::Total),
            ("Total;EUR 1 234,56;(12.5 %)", NoRecord::Total),
            ("Total;;;;4111111111111111;", NoRecord::LikeRecord),
            ("Total;DE89370400440532013000", NoRecord::LikeRecord),
            ("Total;1970-01-31;12", NoRecord::LikeRecord),
            ("Saldo;Jane Roe", NoRecord::LikeRecord),
            ("(480 rows affected)", NoRecord::RowCount),
            ("480 rows selected.", NoRecord::RowCount),
            ("  1,480 record(s) selected.", NoRecord::RowCount),
            ("(1 row)", NoRecord::RowCount),
            ("\u{1a}", NoRecord::EndMark),
            ("-----;-----;---", NoRecord::Rule),
        ] {
            assert_eq!(kind(line), Some(expected), "{line}");
        }
        for line in [
            "Total;2024-01-01;12;Hull;1970;x",
            "Totalina;;;;;",
            "C0001;;;;;",
            "480",
            "480 rows of houses",
            "rows 480",
            ";;;;;",
            "--",
            "-1;-2;-3",
        ] {
            assert_eq!(kind(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_total_with_a_number_beyond_amounts_is_no_note(digits in prop::collection::vec(0u8..10, 13..20), place in 1usize..4) {
            let number: String = digits.iter().map(u8::to_string).collect();
            let line = format!("Total{}{number}", ";".repeat(place));
            prop_assert_eq!(kind(&line), Some(NoRecord::LikeRecord));
        }

        #[test]
        fn a_total_of_any_cell_is_a_note_only_where_the_cell_is_a_number(cell in "[ -~]{1,12}") {
            if kind(&format!("Total;{}", cell.replace(';', ","))) == Some(NoRecord::Total) {
                let letters = cell.chars().filter(|sign| sign.is_alphabetic()).count();
                prop_assert!(cell.trim().is_empty() || (letters <= 3 && cell.contains(|sign: char| sign.is_ascii_digit())));
            }
        }
    }

    #[test]
    fn a_rule_holds_dashes_and_no_value() {
        assert!(is_rule(b"---------+--------") && is_rule(b"=====,====") && !is_rule(b"- - a") && !is_rule(b""));
    }
}
