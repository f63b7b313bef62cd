//! Lines of text for a terminal: wrapped, cut and spelled as it can show them.

use unicode_width::UnicodeWidthStr;

use super::escape::{ascii, printable};

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
    /// Whether colours may be used. The meaning never depends on them.
    pub color: bool,
    /// Whether characters outside ASCII may be used; otherwise they are escaped.
    pub unicode: bool,
}

/// Least widths of the columns "value", "limit" and "finding" of the table of figures.
const VALUE_WIDTH: usize = 11;
const LIMIT_WIDTH: usize = 6;
/// Least width of what a row is about.
const LABEL_WIDTH: usize = 16;
const FINDING_WIDTH: usize = 11;
/// A longer outcome stands below its row, so that one code does not take the room of all labels.
const LONGEST_OUTCOME: usize = 14;
/// From this width on there is room for both.
const ROOMY: usize = 100;

/// Text that grows line by line.
pub(super) struct Page {
    pub(super) style: TextStyle,
    pub(super) text: String,
}

impl Page {
    /// An empty page; at least 40 columns are used.
    pub(super) fn new(style: &TextStyle) -> Self {
        Self { style: TextStyle { width: style.width.max(40), ..*style }, text: String::new() }
    }

    /// One line as it is, without blanks at its end.
    pub(super) fn line(&mut self, line: &str) {
        let line = self.spelled(line);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Words wrapped to the width; the first line begins with `lead`, the others with as many blanks.
    pub(super) fn paragraph(&mut self, lead: &str, sentence: &str) {
        let sentence = self.wrappable(sentence);
        let mut line = lead.to_owned();
        let mut is_empty = true;
        for word in sentence.split(' ') {
            if !is_empty && line.width() + 1 + word.width() > self.style.width {
                self.finish(&line);
                line = " ".repeat(lead.width());
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.finish(&line);
    }

    /// A paragraph so far indented, with a painted word in the first indent.
    pub(super) fn marked(&mut self, word: &str, code: &str, indent: usize, sentence: &str) {
        let before = self.text.len();
        self.paragraph(&" ".repeat(indent), sentence);
        let gap = " ".repeat(indent.saturating_sub(word.len() + 2));
        let painted = self.paint(word, code);
        self.text.replace_range(before..before + indent, &format!("  {painted}{gap}"));
    }

    fn finish(&mut self, line: &str) {
        self.text.push_str(line.replace('\u{a0}', " ").trim_end());
        self.text.push('\n');
    }

    /// A table: the first column left and as wide as there is room, the next two right, the last left.
    pub(super) fn table(&mut self, rows: &[[String; 4]]) {
        let rows: Vec<[String; 4]> =
            rows.iter().map(|row| row.each_ref().map(|cell| self.spelled(&printable(cell)))).collect();
        let width =
            |column: usize, least: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0).max(least);
        let most = if self.style.width < ROOMY { LONGEST_OUTCOME } else { usize::MAX };
        let longest = width(3, FINDING_WIDTH).min(most);
        let widths = [width(1, VALUE_WIDTH), width(2, LIMIT_WIDTH), longest];
        // A code is never cut: where there is no room beside the figures it stands below them.
        let is_stacked = self.style.width < widths.iter().sum::<usize>() + 7 + LABEL_WIDTH;
        let beside = if is_stacked { widths[0] + widths[1] + 5 } else { widths.iter().sum::<usize>() + 7 };
        let room = self.style.width.saturating_sub(beside).max(LABEL_WIDTH).min(width(0, 0));
        for [label, value, limit, finding] in &rows {
            let (label, rest) = first_line(label, room);
            let pad = " ".repeat(room.saturating_sub(label.width()));
            let value_gap = " ".repeat(widths[0].saturating_sub(value.width()));
            let limit_gap = " ".repeat(widths[1].saturating_sub(limit.width()));
            let figures = format!("  {label}{pad}  {value_gap}{value} {limit_gap}{limit}");
            let is_below = is_stacked || finding.width() > longest;
            if is_below {
                self.line(&figures);
            } else {
                self.line(&format!("{figures}  {finding}"));
            }
            // What has no room in the first line stands below it, so that no row loses whom it speaks of.
            let mut rest = rest;
            while !rest.is_empty() {
                let (line, left) = first_line(rest, room.saturating_sub(2));
                self.line(&format!("    {line}"));
                rest = left;
            }
            if is_below && !finding.is_empty() {
                self.line(&format!("    = {finding}"));
            }
        }
    }

    /// The text as this terminal can show it.
    pub(super) fn spelled(&self, text: &str) -> String {
        if self.style.unicode { text.replace('\u{a0}', " ") } else { ascii(text) }
    }

    /// As [`Page::spelled`], but keeping the blanks at which a line must not break.
    fn wrappable(&self, text: &str) -> String {
        // A number and its per cent sign stay together.
        let text = text.replace(" %", "\u{a0}%");
        if self.style.unicode {
            return text;
        }
        text.split('\u{a0}').map(ascii).collect::<Vec<_>>().join("\u{a0}")
    }

    pub(super) fn paint(&self, word: &str, code: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

/// The text cut to a width on the screen, keeping a closing bracket.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let bracket = start_of(text, width.saturating_sub("…)".len()));
    if text.ends_with(')') && bracket.contains('(') {
        return bracket + "…)";
    }
    start_of(text, width.saturating_sub("…".len())).trim_end_matches([' ', '(']).to_owned() + "…"
}

/// As many words as fit into `room`, at least a piece of the first, and what is left.
fn first_line(text: &str, room: usize) -> (&str, &str) {
    if text.width() <= room {
        return (text, "");
    }
    let mut end = 0;
    let mut at_blank = None;
    for (place, letter) in text.char_indices() {
        let next = place + letter.len_utf8();
        if text[..next].width() > room.max(1) {
            break;
        }
        end = next;
        if letter == ' ' {
            at_blank = Some(place);
        }
    }
    if text[end..].starts_with(' ') {
        at_blank = Some(end);
    }
    let end = at_blank.unwrap_or(end.max(text.chars().next().map_or(0, char::len_utf8)));
    (text[..end].trim_end(), text[end..].trim_start())
}

/// As much of the beginning as fits; three dots stand for the mark of a cut in ASCII, so it counts as three.
fn start_of(text: &str, room: usize) -> String {
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if short.width() > room {
            short.pop();
            break;
        }
    }
    short.trim_end_matches([' ', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_cut_closes_a_bracket_only_where_one_is_open() {
        let label = "subjects singled out by 4 known points (day and shop)";
        for (width, expected) in [
            (60, label),
            (48, "subjects singled out by 4 known points (day…)"),
            (44, "subjects singled out by 4 known points (…)"),
            (42, "subjects singled out by 4 known points…"),
            (30, "subjects singled out by 4 k…"),
        ] {
            assert_eq!(cut(label, width), expected, "{width}");
        }
        assert_eq!(cut("一二三四五六七八", 9), "一二三…");
    }
}
