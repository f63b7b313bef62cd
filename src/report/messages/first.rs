//! Words of the first screen.

pub(in crate::report) const WHAT_TO_DO: &str = "What to do";
pub(in crate::report) const RECOMMENDED: &str = "try first";
