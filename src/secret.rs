//! A wrapper for cell values, so that none is printed by accident.

use std::fmt;

/// A cell value that must not reach a report, a log, an error or a panic message.
///
/// `Debug` prints a placeholder; `Display` and `Serialize` are deliberately not implemented. The value is reached
/// only through [`Secret::expose`], which makes every use easy to find.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a cell value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for computing with it. Never for showing it.
    pub fn expose(self) -> T {
        self.0
    }
}

impl Secret<String> {
    /// The same cell value, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Secret<&str> {
        Secret(&self.0)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[cell value]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_does_not_hold_the_value() {
        assert_eq!(format!("{:?}", Secret::new("4929123412341234")), "[cell value]");
    }
}
