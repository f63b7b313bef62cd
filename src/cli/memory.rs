//! How much memory a scan may use when nobody says.

/// 80 % of the memory that the system has available, so that a scan ends with a sentence rather than being killed.
///
/// `None` where the system does not tell, which is everywhere but on Linux.
pub(super) fn default_memory_limit() -> Option<u64> {
    limit_of(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// The limit from the account that Linux gives of its memory.
fn limit_of(account: &str) -> Option<u64> {
    // A limit of nothing would be no limit that a plan can hold.
    Some((super::clock::bytes_of(account, "MemAvailable:")? / 10 * 8).max(1))
}

#[cfg(test)]
mod tests {
    use super::limit_of;

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
