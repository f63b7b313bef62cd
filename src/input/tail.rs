//! The end of a text: lines below the last record.

use std::collections::VecDeque;

use super::blocks::TextBlock;
use super::delimited::first_record;
use super::left_out::{LeftOut, Width, below_records};
use super::sniff::Dialect;
use crate::result::NoRecord;

/// More lines below the records are not looked for where nobody says how many there are.
const MOST_BELOW: usize = 8;

/// Holds the end of a text back until it is known to be the end.
pub(super) struct Tail {
    held: VecDeque<TextBlock>,
    dialect: Dialect,
    /// What a record fills.
    width: Width,
}

impl Tail {
    pub(super) fn new(dialect: Dialect, width: Width) -> Self {
        Self { held: VecDeque::new(), dialect, width }
    }

    /// Takes the next block and gives one back that is not the end.
    pub(super) fn push(&mut self, block: TextBlock) -> Option<TextBlock> {
        self.held.push_back(block);
        let kept = usize::try_from(self.dialect.footer.unwrap_or(0)).unwrap_or(usize::MAX);
        let lines = |block: &TextBlock| lines(&block.text, self.dialect.line_end, kept.saturating_add(1));
        let behind: usize = self.held.iter().skip(1).map(lines).sum();
        (behind > kept).then(|| self.held.pop_front()).flatten()
    }

    /// The blocks that were held back, as they are.
    pub(super) fn held(self) -> VecDeque<TextBlock> {
        self.held
    }

    /// The blocks that were held back, without what is no record.
    pub(super) fn finish(mut self, left_out: &mut LeftOut) -> VecDeque<TextBlock> {
        match self.dialect.footer {
            Some(lines) => self.cut_declared(lines, left_out),
            None => self.cut_found(left_out),
        }
        self.held
    }

    fn cut_declared(&mut self, mut lines: u64, left_out: &mut LeftOut) {
        while lines > 0 {
            let Some(block) = self.held.back_mut() else { return };
            match last_line(&block.text, self.dialect.line_end) {
                Some(start) => {
                    let line = block.text[start..].trim_ascii();
                    left_out.add_line(self.width.declared(NoRecord::Footer, line, self.dialect), line);
                    block.text.truncate(start);
                    lines -= 1;
                }
                None => drop(self.held.pop_back()),
            }
        }
    }

    /// Takes lines off the last block as long as they are no records.
    fn cut_found(&mut self, left_out: &mut LeftOut) {
        let Some(block) = self.held.back_mut() else { return };
        for _ in 0..MOST_BELOW {
            let Some(start) = last_line(&block.text, self.dialect.line_end) else { return };
            let line = block.text[start..].trim_ascii();
            let separated = self.dialect.separated(line);
            let (fields, _) = first_record(&separated, self.dialect);
            let Some(kind) = below_records(line, &fields, self.width.fields()) else { return };
            // What begins as others do is one of them, whatever it is called.
            let is_total = matches!(kind, NoRecord::Total | NoRecord::LikeRecord);
            if is_total && begins_as_others(&block.text[..start], line, self.dialect) {
                return;
            }
            left_out.add_line(kind, line);
            block.text.truncate(start);
        }
    }
}

/// Whether another line begins with the same cells, up to the first that is filled.
fn begins_as_others(text: &[u8], line: &[u8], dialect: Dialect) -> bool {
    let separated = dialect.separated(line);
    let is_filled = |cell: &[u8]| !cell.trim_ascii().is_empty();
    let cells = separated.split(|&byte| byte == dialect.delimiter);
    let end = cells.scan(0, |end, cell| {
        *end += cell.len() + 1;
        Some((*end - 1, is_filled(cell)))
    });
    let end = end.into_iter().find(|(_, is_filled)| *is_filled).map_or(separated.len(), |(end, _)| end);
    let begin = &separated[..end];
    text.split(|&byte| byte == dialect.line_end).any(|other| dialect.separated(other).starts_with(begin))
}

/// Lines that are not empty, counted up to `most`.
fn lines(text: &[u8], line_end: u8, most: usize) -> usize {
    text.split(|&byte| byte == line_end).filter(|line| !line.trim_ascii().is_empty()).take(most).count()
}

/// Where the last line begins that is not blank; `None` when there is none.
pub(super) fn last_line(text: &[u8], line_end: u8) -> Option<usize> {
    let end = text.trim_ascii_end().len();
    let end = if end == 0 { return None } else { end };
    Some(memchr::memrchr(line_end, &text[..end]).map_or(0, |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::Tail;
    use crate::input::blocks::TextBlock;
    use crate::input::left_out::{LeftOut, Width};
    use crate::input::sniff::Dialect;

    /// The text that is left of blocks, and the lines left out.
    fn left(blocks: &[&str], footer: Option<u64>) -> (String, u64) {
        let dialect = Dialect { footer, ..Dialect::separated_by(b';') };
        let mut tail = Tail::new(dialect, Width::Fields(4));
        let mut text = Vec::new();
        for block in blocks {
            let block = TextBlock { text: block.as_bytes().to_vec(), first_line: 1 };
            text.extend(tail.push(block).map(|block| block.text).unwrap_or_default());
        }
        let mut left_out = LeftOut::default();
        tail.finish(&mut left_out).into_iter().for_each(|block| text.extend(block.text));
        let lines = left_out.lines().iter().map(|counted| counted.lines).sum();
        (String::from_utf8(text).unwrap(), lines)
    }

    #[test]
    fn declared_lines_come_off_the_end_whatever_they_hold_and_however_blocks_are_cut() {
        for blocks in [&["a;b\n1;2\nx\ny\n\n"][..], &["a;b\n1;2\n", "x\n", "y\n", "\n"], &["a;b\n", "1;2\nx\n", "y\n"]]
        {
            assert_eq!(left(blocks, Some(2)), ("a;b\n1;2\n".to_owned(), 2));
            assert_eq!(left(blocks, Some(0)).1, 0);
        }
        assert_eq!(left(&["a\n"], Some(9)), (String::new(), 1));
    }

    #[test]
    fn what_is_found_comes_off_and_records_stay() {
        let table = "a;b;c;d\n1;2;3;4\n";
        for end in ["Total;;9;\n", "(1 row affected)\n", "\n(1 row)\n\u{1a}\n", "----;----\nTotal;;9;\n"] {
            let text = format!("{table}{end}");
            assert_eq!(left(&[&text], None).0.trim_end(), table.trim_end(), "{end:?}");
        }
        assert_eq!(left(&[table, "5;6;7;8\n"], None), (format!("{table}5;6;7;8\n"), 0));
        let balances = "balance;1;;\nbalance;2;;\nbalance;3;;\n";
        assert_eq!(left(&[balances], None), (balances.to_owned(), 0), "a kind of record is no total");
    }
}
