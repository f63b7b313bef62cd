//! What is wrong with a configuration, and where; and what the system answers when a file cannot be read or written.

use std::fmt::Write;
use std::io::ErrorKind;
use std::ops::Range;

use super::shown_name;

/// A mistake in `reidrisk.toml` or in a flag: one sentence, the place in the configuration when it came from there,
/// and what to change. Exit code 2.
///
/// `Display` is the sentence alone; [`ConfigError::report`] is the whole message for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    code: &'static str,
    message: String,
    place: Option<Box<Place>>,
    hint: Option<String>,
    /// Further mistakes of the same file, in its order.
    others: Vec<ConfigError>,
}

/// A place in the configuration file, with the line to show.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    width: usize,
    excerpt: String,
}

impl ConfigError {
    /// A mistake without a place in a file. `code` is stable kebab-case; `message` holds only names that were passed
    /// through [`shown_name`].
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, hint: None, others: Vec::new() }
    }

    /// Several mistakes as one: the first, and all of them in [`ConfigError::report`].
    ///
    /// # Errors
    /// The mistakes, where there are any.
    pub fn all(mistakes: Vec<Self>) -> Result<(), Self> {
        let mut mistakes = mistakes.into_iter();
        let Some(first) = mistakes.next() else { return Ok(()) };
        Err(Self { others: mistakes.collect(), ..first })
    }

    /// The same mistake with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same mistake at a byte range of a configuration file.
    pub(crate) fn at(mut self, file: &str, text: &str, span: Range<usize>) -> Self {
        self.place = Some(Box::new(Place::new(file, text, span)));
        self
    }

    /// The same mistake at a byte range of a file that may hold anything: the line is named and not shown.
    pub(crate) fn at_line(mut self, file: &str, text: &str, span: Range<usize>) -> Self {
        let place = Place { excerpt: String::new(), ..Place::new(file, text, span) };
        self.place = Some(Box::new(place));
        self
    }

    /// Stable kebab-case code, such as `unknown-role`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What to change.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.hint.clone()
    }

    /// Line and column in the configuration file, both counted from 1, when the mistake is there.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|place| (place.line, place.column))
    }

    /// The message for a terminal, several lines without a final line break.
    ///
    /// ```text
    /// error[config/unknown-role]: `quasi` is not a role
    ///   --> reidrisk.toml:14:8
    /// 14 | role = "quasi"
    ///    |        ^^^^^^^
    /// hint: did you mean `quasi-identifier`?
    /// ```
    ///
    /// Several mistakes stand below each other with an empty line between them.
    #[must_use]
    pub fn report(&self) -> String {
        let reports = [self].into_iter().chain(&self.others).map(Self::report_one);
        reports.collect::<Vec<_>>().join("\n\n")
    }

    fn report_one(&self) -> String {
        let mut report = format!("error[config/{}]: {}", self.code, self.message);
        if let Some(place) = &self.place {
            place.write(&mut report);
        }
        if let Some(hint) = &self.hint {
            // Writing to a string cannot fail.
            let _ = write!(report, "\nhint: {hint}");
        }
        report
    }
}

impl Place {
    fn new(file: &str, text: &str, span: Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line = text[..start].matches('\n').count() + 1;
        let marked = &text[start..end.min(line_end).max(start)];
        // Marks are counted in characters as shown, so that they stand under the text they mean.
        let before = text[line_start..start].replace('\t', " ");
        let excerpt = text[line_start..line_end].trim_end().replace('\t', " ");
        Self {
            file: shown_name(file),
            line,
            column: before.chars().count() + 1,
            width: marked.trim_end().chars().count().max(1),
            excerpt: visible(&excerpt),
        }
    }

    fn write(&self, report: &mut String) {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        if self.excerpt.is_empty() {
            let _ = write!(report, "\n{margin} --> {}:{}:{}", self.file, self.line, self.column);
            return;
        }
        let indent = " ".repeat(self.column - 1);
        let marks = "^".repeat(self.width);
        let _ = write!(
            report,
            "\n{margin} --> {}:{}:{}\n{number} | {}\n{margin} | {indent}{marks}",
            self.file, self.line, self.column, self.excerpt
        );
    }
}

/// Replaces every character that could steer a terminal by one that takes the same room.
fn visible(line: &str) -> String {
    line.chars()
        .map(|letter| if shown_name(letter.encode_utf8(&mut [0; 4])).len() > 4 { '?' } else { letter })
        .collect()
}

fn floor_boundary(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

/// Why a file cannot be read or written, and what to change. Every kind that the system may tell has its words.
#[must_use]
pub fn refusal(kind: ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::NotFound => {
            ("it does not exist", "check the spelling of the path; it is relative to the working folder")
        }
        ErrorKind::PermissionDenied => ("permission denied", "check the read and write permissions"),
        ErrorKind::IsADirectory => ("it is a folder", "name a file"),
        ErrorKind::NotADirectory => ("a part of its path is a file, not a folder", "check the spelling of the path"),
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
            ("the system does not accept this name", "name another file, with a shorter or plainer name")
        }
        ErrorKind::ReadOnlyFilesystem => ("the disk is read-only", "name a writable place"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("the disk is full", "free some space, or name another place")
        }
        ErrorKind::OutOfMemory => ("there is not enough memory", "close other programs"),
        _ => ("the system refused", "check the path, its permissions and the disk"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::{ConfigError, refusal};

    #[test]
    fn the_report_points_at_the_mistake() {
        let text = "[columns.age]\nrole = \"quasi\"\n";
        let error = ConfigError::new("unknown-role", "`quasi` is not a role")
            .at("reidrisk.toml", text, 21..28)
            .with_hint("did you mean `quasi-identifier`?");
        assert_eq!(
            error.report(),
            "error[config/unknown-role]: `quasi` is not a role\n  --> reidrisk.toml:2:8\n2 | role = \"quasi\"\n  \
             |        ^^^^^^^\nhint: did you mean `quasi-identifier`?"
        );
        assert_eq!(error.to_string(), "`quasi` is not a role");
        assert_eq!(error.position(), Some((2, 8)));
    }

    #[test]
    fn the_excerpt_cannot_steer_a_terminal() {
        let report = ConfigError::new("syntax", "wrong").at("a\u{1b}b", "x = \u{1b}[31m", 4..5).report();
        assert!(!report.contains('\u{1b}'));
    }

    #[test]
    fn a_range_beyond_the_end_or_inside_a_character_is_harmless() {
        let backwards = std::ops::Range { start: 3, end: 1 };
        for span in [0..0, 2..3, 90..95, 4..4, backwards] {
            let report = ConfigError::new("syntax", "wrong").at("f", "ä=ž\n", span).report();
            assert!(report.contains("--> f:"));
        }
    }

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
