//! Numbers that involve chance or rounding: seeded orders, intervals, thresholds. No clock, no ambient randomness.

mod shuffle;
mod threshold;

pub use shuffle::{SeededOrders, mean_interval};
pub use threshold::smallest_safe_class;
