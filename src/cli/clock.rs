//! The clock, the environment and what the system says of memory, which no other room may read.

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

    /// Now, UTC, RFC 3339.
    pub(super) fn timestamp(self) -> String {
        crate::scan::Clock::now(&self).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The name of a run that begins now and has no input to be named after.
    pub(super) fn run_id(self, suffix: &str) -> String {
        format!("{}-{suffix}", crate::scan::Clock::now(&self).strftime("%Y%m%dT%H%M%SZ"))
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

    fn peak_memory_bytes(&self) -> Option<u64> {
        bytes_of(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
    }
}

/// What an account that Linux gives of memory says under a name, in bytes; other systems have no such file.
pub(super) fn bytes_of(account: &str, name: &str) -> Option<u64> {
    let line = account.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

/// The day in UTC.
#[expect(clippy::disallowed_methods, reason = "the edge of the program holds the clock")]
pub(super) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Now, on the clock that never goes back.
#[expect(clippy::disallowed_methods, reason = "the edge of the program holds the clock")]
pub(super) fn instant() -> Instant {
    Instant::now()
}

/// Bytes that nobody can guess, from the system; `None` where it has none.
pub(super) fn random_bytes() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}

/// The value of an environment variable, if it is set and is text.
#[expect(clippy::disallowed_methods, reason = "the edge of the program reads the environment")]
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// 80 % of the memory that the system has available, so that a scan ends with a sentence rather than being killed.
///
/// `None` where the system does not tell, which is everywhere but on Linux.
pub(super) fn default_memory_limit() -> Option<u64> {
    limit_of(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// The limit from the account that Linux gives of its memory.
fn limit_of(account: &str) -> Option<u64> {
    // A limit of nothing would be no limit that a plan can hold.
    Some((bytes_of(account, "MemAvailable:")? / 10 * 8).max(1))
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, limit_of};

    #[test]
    fn the_resident_memory_is_read_from_its_line_only() {
        assert_eq!(bytes_of("Name:\tx\nVmHWM:\t 9 kB\nVmRSS:\t 2048 kB\nVmSwap:\t 1 kB\n", "VmRSS:"), Some(2_097_152));
        assert_eq!(bytes_of("Name:\tx\nVmHWM:\t 9 kB\n", "VmRSS:"), None);
        assert_eq!(bytes_of("VmRSS: many kB\n", "VmRSS:"), None);
    }

    #[test]
    fn the_peak_is_read_from_its_line_only() {
        assert_eq!(
            bytes_of("Name:\tx\nVmPeak:\t 99 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n", "VmHWM:"),
            Some(2_097_152)
        );
        assert_eq!(bytes_of("Name:\tx\nVmPeak:\t 99 kB\n", "VmHWM:"), None);
        assert_eq!(bytes_of("VmHWM: many kB\n", "VmHWM:"), None);
    }

    #[test]
    fn the_limit_is_four_fifths_of_what_is_available() {
        let account = "MemTotal:       9000 kB\nMemFree:        10 kB\nMemAvailable:   1000 kB\n";
        assert_eq!(limit_of(account), Some(819_200));
    }

    #[test]
    fn an_account_that_does_not_tell_sets_no_limit() {
        for account in ["", "MemTotal: 9000 kB\n", "MemAvailable: many kB\n", "MemAvailable: 5\n"] {
            assert_eq!(limit_of(account), None, "{account:?}");
        }
    }
}
