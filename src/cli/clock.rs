//! The clock and the environment, which no other room may read.

use std::time::{Duration, Instant};

/// Wall clock and time since the program started.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose elapsed time starts now.
    pub(super) fn start() -> Self {
        Self { started: instant() }
    }
}

impl crate::scan::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the edge of the program holds the clock")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        instant().duration_since(self.started)
    }
}

/// Now, on the clock that never goes back.
#[expect(clippy::disallowed_methods, reason = "the edge of the program holds the clock")]
pub(super) fn instant() -> Instant {
    Instant::now()
}

/// The value of an environment variable, if it is set and is text.
#[expect(clippy::disallowed_methods, reason = "the edge of the program reads the environment")]
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
