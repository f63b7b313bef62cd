//! Exit codes, the part of the answer that a scheduler reads.

use crate::result::{ScanResult, VerdictOutcome};

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// 0: nothing to complain about.
    Success,
    /// 2: the command line or the configuration is wrong.
    Usage,
    /// 3: something could not be read or written.
    InputOutput,
    /// 70: a mistake in this program.
    Internal,
    /// The code of a verdict or of an error that knows its own.
    Code(u8),
}

impl ExitStatus {
    /// The number for the system.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Usage => 2,
            Self::InputOutput => 3,
            Self::Internal => 70,
            Self::Code(code) => code,
        }
    }

    /// The status of a finished scan. `exit_zero` turns 1 into 0 and nothing else.
    pub(super) fn of_result(result: &ScanResult, exit_zero: bool) -> Self {
        let verdict = &result.verdict;
        let allowed = verdict.outcome == VerdictOutcome::Review && result.policy.allow_review;
        Self::of_verdict(verdict.exit_code, allowed, exit_zero)
    }

    fn of_verdict(code: u8, allowed: bool, exit_zero: bool) -> Self {
        if code == 1 && (allowed || exit_zero) { Self::Success } else { Self::Code(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus;

    #[test]
    fn exit_zero_turns_one_into_zero_and_nothing_else() {
        for (code, expected) in [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4), (70, 70)] {
            assert_eq!(ExitStatus::of_verdict(code, false, true).code(), expected);
            assert_eq!(ExitStatus::of_verdict(code, false, false).code(), code);
        }
    }

    #[test]
    fn an_allowed_review_ends_with_zero() {
        assert_eq!(ExitStatus::of_verdict(1, true, false).code(), 0);
        assert_eq!(ExitStatus::of_verdict(4, true, false).code(), 4);
    }
}
