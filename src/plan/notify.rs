//! Whom a night tells of its verdicts.

use std::time::Duration;

/// A command that is run when a night has a verdict. The program itself opens no connection: whatever sends mail or calls a
/// webhook is this command, which reads one JSON document from its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyPlan {
    /// The program and its arguments, run without a shell; nothing is run when empty.
    pub command: Vec<String>,
    /// On which verdicts it is run.
    pub on: NotifyOn,
    /// How long one attempt may take before it is ended.
    pub timeout: Duration,
    /// How often it is tried again after it failed.
    pub retries: u32,
}

/// On which verdicts a notification is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum NotifyOn {
    /// On a verdict other than that of the night before; the first night of a dataset is a change.
    #[default]
    Change,
    /// On every verdict.
    Always,
    /// On every verdict but PASS, and when nothing could be measured.
    NotPass,
}

/// Long enough for a mail server that is asked by name, short enough that a dead one does not hold up the night.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// A webhook that is restarted answers within the pauses of so many attempts.
const DEFAULT_RETRIES: u32 = 2;

impl Default for NotifyPlan {
    fn default() -> Self {
        Self { command: Vec::new(), on: NotifyOn::default(), timeout: DEFAULT_TIMEOUT, retries: DEFAULT_RETRIES }
    }
}
