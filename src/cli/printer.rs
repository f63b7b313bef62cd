//! The only way to the terminal.

use std::io::{self, IsTerminal, Write};

use super::arguments::{Manners, When};
use super::clock::environment;
use super::exit::ExitStatus;
use crate::plan::{ConfigError, refusal};
use crate::report::{ReportError, TextStyle};

/// Columns of text when nobody says how wide the terminal is.
const DEFAULT_WIDTH: usize = 80;
/// Fewer columns hold no table.
const NARROWEST: usize = 40;
/// A terminal may be wider than lines that can be read.
const WIDEST: usize = 160;

/// Writes results to standard output and everything else to standard error, as loudly as was asked for.
#[derive(Debug, Clone)]
pub(super) struct Printer {
    quiet: bool,
    verbose: bool,
    color_error: bool,
    style: TextStyle,
}

impl Printer {
    pub(super) fn new(manners: &Manners) -> Self {
        Self {
            quiet: manners.quiet,
            verbose: manners.verbose,
            color_error: color(manners.color, io::stderr().is_terminal(), &environment),
            style: TextStyle {
                width: width(&environment, terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0)),
                color: color(manners.color, io::stdout().is_terminal(), &environment),
                unicode: unicode(&environment),
            },
        }
    }

    /// Whether only bad news is wanted.
    pub(super) fn quiet(&self) -> bool {
        self.quiet
    }

    /// How text on standard output is laid out.
    pub(super) fn style(&self) -> TextStyle {
        self.style
    }

    /// Writes a result to standard output. A reader that went away is no mistake and does not change the exit code.
    pub(super) fn result(&self, text: &[u8]) -> Result<(), ExitStatus> {
        self.outcome(write_line(&mut io::stdout().lock(), text))
    }

    fn outcome(&self, written: io::Result<()>) -> Result<(), ExitStatus> {
        match written {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                let (reason, hint) = refusal(error.kind());
                self.failure(&format!("standard output cannot be written: {reason}"), Some(hint));
                Err(ExitStatus::InputOutput)
            }
        }
    }

    /// Something worth knowing that is not the result; silent with `--quiet`.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.to_error(text);
        }
    }

    /// Something that must be told although the result is there; also with `--quiet`.
    pub(super) fn warning(&self, text: &str) {
        self.to_error(text);
    }

    /// A detail for those who asked with `--verbose`.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.to_error(text);
        }
    }

    /// An error: one sentence and what to change.
    pub(super) fn failure(&self, message: &str, hint: Option<&str>) {
        let hint = hint.map_or(String::new(), |hint| format!("\nhint: {hint}"));
        self.to_error(&format!("error: {message}{hint}"));
    }

    /// The end after Ctrl-C: whether something was written.
    pub(super) fn interrupted(&self, is_written: bool) {
        // A moving line of progress and the echo of the key may stand in the last line.
        let lead = if io::stderr().is_terminal() { "\n" } else { "" };
        let what = if is_written { "the report was complete and stays" } else { "nothing was written" };
        self.to_error(&format!("{lead}interrupted: {what}"));
    }

    /// A mistake in the configuration, with its place.
    pub(super) fn config_failure(&self, error: &ConfigError) -> ExitStatus {
        self.to_error(&error.report());
        ExitStatus::Usage
    }

    /// A view that could not be made, written or read.
    pub(super) fn report_failure(&self, error: &ReportError) -> ExitStatus {
        self.failure(&error.to_string(), Some(error.hint()));
        ExitStatus::InputOutput
    }

    fn to_error(&self, text: &str) {
        let text = if self.color_error { colored(text) } else { text.to_owned() };
        // There is no one left to tell when standard error is closed.
        let _ = write_line(&mut io::stderr().lock(), text.as_bytes());
    }
}

fn write_line(stream: &mut dyn Write, text: &[u8]) -> io::Result<()> {
    stream.write_all(text)?;
    if !text.ends_with(b"\n") {
        stream.write_all(b"\n")?;
    }
    stream.flush()
}

/// Colours the words that say what a line is; the text stays the same.
fn colored(text: &str) -> String {
    let line = |line: &str| {
        for (word, code) in [("error", "1;31"), ("hint", "1;36"), ("note", "1")] {
            if let Some(rest) = line.strip_prefix(word)
                && rest.starts_with([':', '['])
            {
                return format!("\u{1b}[{code}m{word}\u{1b}[0m{rest}");
            }
        }
        line.to_owned()
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Reads an environment variable.
type Environment<'environment> = &'environment dyn Fn(&str) -> Option<String>;

fn color(when: When, terminal: bool, environment: Environment<'_>) -> bool {
    let set = |name: &str| environment(name).is_some_and(|value| !value.is_empty());
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if environment("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") => true,
        When::Auto => terminal && environment("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether the locale says UTF-8. Where there is no locale (Windows, macOS without one set) it is assumed.
fn unicode(environment: Environment<'_>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(environment).find(|value| !value.is_empty());
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(any(windows, target_os = "macos")),
    }
}

/// What the environment asks for, else the columns of the terminal that reads the result, else the usual ones.
fn width(environment: Environment<'_>, terminal: Option<u16>) -> usize {
    let asked = environment("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns >= NARROWEST);
    let shown = || terminal.map(|columns| usize::from(columns).clamp(NARROWEST, WIDEST));
    asked.or_else(shown).unwrap_or(DEFAULT_WIDTH)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Printer, TextStyle, color, colored, unicode, width};
    use crate::cli::arguments::When;

    fn with<'set>(set: &'set [(&'set str, &'set str)]) -> impl Fn(&str) -> Option<String> + 'set {
        move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn color_follows_flag_then_environment_then_terminal() {
        let auto = |set: &[(&str, &str)], terminal| color(When::Auto, terminal, &with(set));
        assert!(auto(&[], true) && !auto(&[], false));
        assert!(!auto(&[("NO_COLOR", "1")], true));
        assert!(auto(&[("NO_COLOR", "")], true));
        assert!(!auto(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(auto(&[("CLICOLOR_FORCE", "1")], false) && !auto(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!auto(&[("TERM", "dumb")], true));
        assert!(color(When::Always, false, &with(&[("NO_COLOR", "1")])));
        assert!(!color(When::Never, true, &with(&[("CLICOLOR_FORCE", "1")])));
    }

    #[test]
    fn unicode_follows_the_locale() {
        assert!(unicode(&with(&[("LANG", "en_GB.UTF-8")])));
        assert!(!unicode(&with(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")])));
    }

    #[test]
    fn nonsense_widths_fall_back() {
        assert_eq!(width(&with(&[("COLUMNS", "120")]), Some(100)), 120);
        for columns in ["", "0", "-3", "wide"] {
            assert_eq!(width(&with(&[("COLUMNS", columns)]), None), 80);
            assert_eq!(width(&with(&[("COLUMNS", columns)]), Some(100)), 100);
        }
        for (terminal, shown) in [(20, 40), (61, 61), (300, 160)] {
            assert_eq!(width(&with(&[]), Some(terminal)), shown);
        }
    }

    #[test]
    fn colour_adds_no_words() {
        let text = "error[config/x]: e\n --> f:1:1\nhint: h";
        let plain = colored(text).replace("\u{1b}[1;31m", "").replace("\u{1b}[1;36m", "").replace("\u{1b}[0m", "");
        assert_eq!(plain, text);
    }

    #[test]
    fn a_reader_that_went_away_is_no_mistake_and_a_full_disk_is() {
        let printer = Printer {
            quiet: false,
            verbose: false,
            color_error: false,
            style: TextStyle { width: 80, color: false, unicode: true },
        };
        assert!(printer.outcome(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert_eq!(printer.outcome(Err(io::ErrorKind::StorageFull.into())).unwrap_err().code(), 3);
    }
}
