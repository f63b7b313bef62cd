//! How far a long stage is, for people who wait.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Manners, ShowProgress};
use super::clock::instant;
use crate::stop::Progress;

/// Stages shorter than this are not worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows stages on standard error: a moving line on a terminal, one plain line a stage elsewhere, or nothing.
pub(super) struct TerminalProgress {
    form: Form,
    stage: Mutex<Option<Stage>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Hidden,
    Line,
    Bar,
}

/// The stage that runs now.
struct Stage {
    name: String,
    unit: String,
    total: Option<u64>,
    done: u64,
    started: Instant,
    is_shown: bool,
    bar: Option<ProgressBar>,
}

impl TerminalProgress {
    /// `auto` shows a moving line on a terminal and plain lines elsewhere; `always` plain lines at least, even with
    /// `--quiet`.
    pub(super) fn new(manners: &Manners) -> Self {
        let form = form(manners.progress, manners.quiet, std::io::stderr().is_terminal());
        Self { form, stage: Mutex::new(None) }
    }

    fn stage(&self) -> std::sync::MutexGuard<'_, Option<Stage>> {
        // A panic elsewhere is reported elsewhere; showing progress goes on.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn form(when: ShowProgress, quiet: bool, terminal: bool) -> Form {
    match when {
        ShowProgress::Never => Form::Hidden,
        ShowProgress::Auto if quiet => Form::Hidden,
        ShowProgress::Auto | ShowProgress::Always if terminal => Form::Bar,
        ShowProgress::Auto | ShowProgress::Always => Form::Line,
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, stage: &str, total: Option<u64>, unit: &str) {
        if self.form == Form::Hidden {
            return;
        }
        let bar = (self.form == Form::Bar).then(|| bar(stage, total, unit));
        let (name, unit) = (stage.to_owned(), unit.to_owned());
        *self.stage() = Some(Stage { name, unit, total, done: 0, started: instant(), is_shown: false, bar });
    }

    fn advance(&self, units: u64) {
        if self.form == Form::Hidden {
            return;
        }
        let mut guard = self.stage();
        let Some(stage) = guard.as_mut() else { return };
        stage.done += units;
        let elapsed = instant().duration_since(stage.started);
        match &stage.bar {
            Some(bar) => bar.set_position(stage.done),
            None if !stage.is_shown && elapsed >= PATIENCE => {
                stage.is_shown = true;
                write_line(&line(stage, elapsed));
            }
            None => {}
        }
    }

    fn end(&self) {
        let Some(stage) = self.stage().take() else { return };
        if let Some(bar) = stage.bar {
            bar.finish_and_clear();
            return;
        }
        let elapsed = instant().duration_since(stage.started);
        if !stage.is_shown && elapsed >= PATIENCE {
            write_line(&format!("{}: done in {}", stage.name, HumanDuration(elapsed)));
        }
    }
}

fn write_line(text: &str) {
    // Nobody watches when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// `read: 12,000,000 of 48,000,000 records, 4,000,000 a second, 9 seconds left`
fn line(stage: &Stage, elapsed: Duration) -> String {
    let rate = u128::from(stage.done) * 1_000 / elapsed.as_millis().max(1);
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    let of = stage.total.map_or(String::new(), |total| format!(" of {}", HumanCount(total)));
    let left = stage.total.filter(|_| rate > 0).map_or(String::new(), |total| {
        format!(", {} left", HumanDuration(Duration::from_secs(total.saturating_sub(stage.done).div_ceil(rate))))
    });
    format!("{}: {}{of} {}, {} a second{left}", stage.name, HumanCount(stage.done), stage.unit, HumanCount(rate))
}

/// A line that is first drawn after [`PATIENCE`].
fn bar(stage: &str, total: Option<u64>, unit: &str) -> ProgressBar {
    let template = if total.is_some() {
        "{prefix}: {percent} % of {human_len} {msg}, {per_sec}, {eta} left"
    } else {
        "{prefix}: {human_pos} {msg}, {per_sec}"
    };
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
    // The templates are fixed and tested; a wrong one would only look plainer.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(stage.to_owned());
    bar.set_message(unit.to_owned());
    show_later(bar.clone());
    bar
}

/// Shows the line when the stage still runs after [`PATIENCE`], even if it has not told anything by then.
fn show_later(bar: ProgressBar) {
    std::thread::spawn(move || {
        std::thread::sleep(PATIENCE);
        if !bar.is_finished() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(PATIENCE / 4);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Form, Stage, form, line};
    use crate::cli::arguments::ShowProgress;
    use crate::cli::clock::instant;

    #[test]
    fn bars_are_for_terminals_and_silence_for_the_quiet() {
        assert_eq!(form(ShowProgress::Auto, false, true), Form::Bar);
        assert_eq!(form(ShowProgress::Auto, false, false), Form::Line);
        assert_eq!(form(ShowProgress::Auto, true, true), Form::Hidden);
        assert_eq!(form(ShowProgress::Always, true, false), Form::Line);
        assert_eq!(form(ShowProgress::Never, false, true), Form::Hidden);
    }

    #[test]
    fn a_plain_line_tells_rate_and_time_left() {
        let mut stage = Stage {
            name: "read".to_owned(),
            unit: "records".to_owned(),
            total: Some(48_000_000),
            done: 12_000_000,
            started: instant(),
            is_shown: false,
            bar: None,
        };
        let text = line(&stage, Duration::from_secs(3));
        assert_eq!(text, "read: 12,000,000 of 48,000,000 records, 4,000,000 a second, 9 seconds left");
        (stage.total, stage.done) = (None, 0);
        assert_eq!(line(&stage, Duration::ZERO), "read: 0 records, 0 a second");
    }
}
