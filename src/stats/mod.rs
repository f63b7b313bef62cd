//! Numbers that involve chance or rounding: seeded orders, intervals, spreads, thresholds. No clock, no ambient randomness.

pub mod copula;
mod draw;
mod gamma;
mod individual_risk;
mod interval;
pub mod log_linear;
pub mod population;
mod residual;
mod shuffle;
mod spread;
mod threshold;

pub use draw::{fingerprint, mix};
pub use individual_risk::{group_risk, individual_risk, individual_risk_approximate};
pub(crate) use interval::QUANTILE;
pub use interval::{wilson_interval, wilson_of_share};
pub use residual::{Residual, residual_risk};
pub use shuffle::{SeededOrders, mean_interval};
pub use spread::{median_deviation, standard_deviation};
pub use threshold::smallest_safe_class;
