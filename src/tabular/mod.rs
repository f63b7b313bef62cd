//! Tables of totals, and what an outsider can compute from them.
//!
//! # Definition
//! A table has dimensions; the codes of a dimension form trees (a total over its groups, a group over its members). A cell
//! holds one code of each dimension, and every cell over a code that has members is the sum of the cells over its members:
//! these sums are the [`Relation`]s of the table. A table without margins has no relation.
//!
//! Nothing here knows of people or of files: the measure `aggregates` brings both together.

pub mod audit;
mod cells;
mod contributors;
mod determination;
mod differences;
mod forest;
mod kept;
mod layout;
mod levels;
mod members;
mod program;
mod quantiles;
mod rules;
#[cfg(test)]
mod sample;
mod simplex;
pub mod suppression;
#[cfg(test)]
pub(crate) mod testing;

pub use cells::{CellIndex, CellSums, Entries, NO_CELL, NotSummed, Sign};
pub use contributors::{Change, Contributors};
pub use determination::{Determination, SHARED, determination, is_exposed};
pub use differences::{AmountRule, DifferenceLimits, Differences, Related, Released, UnsafePair, Why, differences};
pub(crate) use forest::root;
pub use kept::{Common, KEPT_FILES, KeptError, KeptFolder, KeptKey, KeptRelease, Mark};
pub use layout::{Dimension, Layout, LayoutError, Relation};
pub use levels::{PLAIN_PERCENT, needed, needed_around};
pub use members::{Members, NoMembers, Part, Sums};
pub use quantiles::fewest_beside_quantile;
pub use rules::{Contributions, MOST_LARGEST, RULES, Ratio, Rule};
