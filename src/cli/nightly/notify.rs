//! Runs the notification command of a dataset. Whatever comes of it, the verdict and the exit code stay.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::process::{End, Writes, run, signal_name};
use crate::plan::{NotifyOn, NotifyPlan, counted, refusal, shown_name};
use crate::report::render_notification;
use crate::result::{Notification, VerdictOutcome};

/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Tells whoever is to be told. `None` when nobody is; else whether the command ended well, or why it did not.
pub(super) fn notify(
    plan: &NotifyPlan,
    notification: &Notification,
    interrupted: &AtomicBool,
) -> Option<Result<(), String>> {
    if plan.command.is_empty() || !is_wanted(plan.on, notification) {
        return None;
    }
    let Ok(message) = render_notification(notification) else {
        return Some(Err("the message cannot be written".to_owned()));
    };
    let mut pause = FIRST_PAUSE;
    let mut failed = None;
    for attempt in 0..=plan.retries {
        if attempt > 0 {
            sleep(pause);
            pause *= 2;
        }
        failed = attempted(plan, &message, interrupted).err();
        if failed.is_none() || interrupted.load(Ordering::SeqCst) {
            break;
        }
    }
    let tried = counted(u64::from(plan.retries) + 1, "attempt", "attempts");
    Some(failed.map_or(Ok(()), |reason| Err(format!("the notification command {reason} ({tried})"))))
}

fn is_wanted(on: NotifyOn, notification: &Notification) -> bool {
    match on {
        NotifyOn::Change => notification.changed,
        NotifyOn::Always => true,
        NotifyOn::NotPass => notification.verdict != Some(VerdictOutcome::Pass),
    }
}

/// One attempt, and why it failed. What the command writes is its own business: it may quote anything.
fn attempted(plan: &NotifyPlan, message: &[u8], interrupted: &AtomicBool) -> Result<(), String> {
    let [program, arguments @ ..] = &plan.command[..] else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments);
    let ended = run(command, message.to_vec(), Writes::Dropped, Some(plan.timeout), interrupted).map_err(|error| {
        let program = std::path::Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
        format!("`{}` cannot be started: {}", shown_name(&program), refusal(error.kind()).0)
    })?;
    match ended.end {
        End::Code(0) => Ok(()),
        End::Code(code) => Err(format!("ended with exit code {code}")),
        End::Signal(signal) => Err(format!("was ended by {}", signal_name(signal))),
        End::TimedOut => Err(format!("did not end within {} s", plan.timeout.as_secs_f64())),
        End::Interrupted => Err("was interrupted".to_owned()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use super::{Notification, NotifyOn, NotifyPlan, VerdictOutcome, is_wanted, notify};
    use crate::result::RunRecord;

    fn notification(verdict: Option<VerdictOutcome>, changed: bool) -> Notification {
        let times = ["2026-11-21T02:00:04Z", "2026-11-21T02:00:05Z"].map(str::to_owned);
        let record = RunRecord::without_result("cards", "r", times, 3, "no file".to_owned());
        Notification { verdict, changed, ..Notification::of(&record, None, None) }
    }

    fn shell(script: &str, retries: u32) -> NotifyPlan {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        NotifyPlan { command, on: NotifyOn::Always, timeout: Duration::from_millis(300), retries }
    }

    #[test]
    fn whom_and_when() {
        let (pass, fail) = (Some(VerdictOutcome::Pass), Some(VerdictOutcome::Fail));
        for (on, verdict, changed, wanted) in [
            (NotifyOn::Change, pass, true, true),
            (NotifyOn::Change, fail, false, false),
            (NotifyOn::Always, pass, false, true),
            (NotifyOn::NotPass, pass, true, false),
            (NotifyOn::NotPass, fail, false, true),
            (NotifyOn::NotPass, None, false, true),
        ] {
            assert_eq!(is_wanted(on, &notification(verdict, changed)), wanted, "{on:?} {verdict:?} {changed}");
        }
        assert_eq!(notify(&NotifyPlan::default(), &notification(fail, true), &AtomicBool::new(false)), None);
    }

    #[test]
    fn the_command_reads_the_message_and_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let read = folder.path().join("read.json");
        let script = format!("cat > '{0}'; test -e '{0}.once' || {{ touch '{0}.once'; exit 1; }}", read.display());
        let sent = notification(Some(VerdictOutcome::Fail), true);
        assert_eq!(notify(&shell(&script, 1), &sent, &AtomicBool::new(false)), Some(Ok(())));
        let bytes = std::fs::read(read).unwrap();
        assert_eq!(serde_json::from_slice::<Notification>(&bytes).unwrap(), sent);
    }

    #[test]
    fn a_command_that_fails_hangs_or_is_missing_is_told_in_words() {
        let failed =
            |plan: &NotifyPlan| notify(plan, &notification(None, true), &AtomicBool::new(false)).unwrap().unwrap_err();
        assert_eq!(failed(&shell("exit 7", 0)), "the notification command ended with exit code 7 (1 attempt)");
        assert!(failed(&shell("sleep 60", 0)).contains("did not end within 0.3 s"));
        let missing = NotifyPlan { command: vec!["/no/such/tell".to_owned()], ..shell("", 0) };
        assert!(failed(&missing).contains("`tell` cannot be started"));
    }
}
