//! What happens to values between reading and counting.

/// One coarsening rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoarsenRule;
