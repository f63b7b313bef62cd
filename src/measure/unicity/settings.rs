//! What the measure needs to know beside the table.

use std::collections::{BTreeMap, BTreeSet};

use crate::result::{Attacker, Cohort, GateReading, MobilityAttack};
use crate::table::{ColumnSet, PointColumns};

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What is known of the values of each column of the table, in the order of its columns.
    pub columns: Vec<ColumnValues>,
    /// What one known event is; each gives its own curves.
    pub points: Vec<Point>,
    /// The numbers of known points; order and repetition do not matter, 0 is left out.
    pub known_points: Vec<u32>,
    /// What limits are held against.
    pub gate: GateSettings,
    /// Subjects sampled where an exact answer costs too much; each gives one draw.
    pub draws: u32,
    /// Subjects that may be looked at to get one exact answer; above it, the answer is sampled. It must not depend on
    /// the machine, because it decides which figure is shown.
    pub work_limit: u64,
    /// Seed of the draws.
    pub seed: u64,
    /// Columns of the first point that are coarsened, each choice of one step each being a version to hold the same draws
    /// against; `None` for no such study.
    pub resolutions: Option<Vec<Axis>>,
    /// Attacks on places, times and counts; `None` for none.
    pub mobility: Option<Mobility>,
}

impl Settings {
    /// The known points that people ask for, 10,000 draws, about a second for each exact answer, and a gate on the columns
    /// of each point.
    #[must_use]
    pub fn new(columns: Vec<ColumnValues>, points: Vec<Point>) -> Self {
        Self {
            gate: GateSettings::of(&points),
            columns,
            points,
            known_points: vec![1, 2, 3, 4],
            draws: 10_000,
            work_limit: 500_000_000,
            seed: 1,
            resolutions: None,
            mobility: None,
        }
    }

    /// The numbers of known points of curves, ascending.
    pub(super) fn known_points(&self) -> Vec<u32> {
        let known: BTreeSet<u32> = self.known_points.iter().copied().filter(|&known| known > 0).collect();
        known.into_iter().collect()
    }
}

/// What limits are held against; independent of everything that curves are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct GateSettings {
    /// The gated points.
    pub points: Vec<GatedPoint>,
    /// The limits of the policy: draws go on until each of them lies outside the interval, or the interval is narrow.
    pub limits: Vec<f64>,
    /// As [`Settings::work_limit`], for the exact answer; draws are as good for a verdict, so it is tried for less long.
    pub work_limit: u64,
    /// Subjects that may be looked at while drawing; above it, the measure is incomplete.
    pub draw_limit: u64,
}

impl GateSettings {
    /// A gate on the columns of each of these points as the table has them, with no limit to be told from.
    #[must_use]
    pub fn of(points: &[Point]) -> Self {
        let mut gated: Vec<GatedPoint> = Vec::new();
        for point in points {
            let columns = ColumnSet::new(point.columns.iter().copied()).columns().to_vec();
            if gated.iter().all(|other| other.columns != columns) {
                gated.push(GatedPoint { columns, coarsen: point.coarsen.clone(), ..GatedPoint::default() });
            }
        }
        Self { points: gated, limits: Vec::new(), work_limit: 100_000_000, draw_limit: 50_000_000_000 }
    }
}

/// The columns of a gated point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GatedPoint {
    /// Columns of the table, each once.
    pub columns: Vec<usize>,
    /// For which reading of unclear columns it stands.
    pub reading: GateReading,
    /// What those columns were coarsened by, for the reader.
    pub coarsen: BTreeMap<String, String>,
}

/// Attacks on places, times and counts, and what stands for place and time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mobility {
    /// The attacks.
    pub attacks: Vec<MobilityAttack>,
    /// Columns of the table that make a place.
    pub place: Vec<usize>,
    /// Columns that make the time of a visit, for [`MobilityAttack::Time`].
    pub time: Vec<usize>,
    /// The column that orders visits, by its [`ColumnValues::numbers`].
    pub order: Option<usize>,
    /// For some columns, whether the attacker sees each code.
    pub visible: Vec<(usize, Vec<bool>)>,
    /// How far a count may lie from the candidate's and still match it, as a share of the candidate's.
    pub tolerance: f64,
}

/// What is known of the values of one column. Codes are numbered as the values first appear in the files; whatever
/// must not depend on that looks here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnValues {
    /// For each code a number that depends on the value alone, such as its [`fingerprint`](crate::stats::fingerprint).
    /// Needed for the columns of a point and for known attributes; without it the code stands for itself, and
    /// sampled figures then depend on the order of the records.
    pub keys: Vec<u64>,
    /// For each code the value as a whole number in a fixed unit (days, seconds, cents), `None` where it is missing.
    /// Needed for tolerances and for the column that orders events in time.
    pub numbers: Vec<Option<i64>>,
}

/// What one known event is, and who knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Columns of the table that make the event.
    pub columns: Vec<usize>,
    /// What those columns were coarsened by, for the reader.
    pub coarsen: BTreeMap<String, String>,
    /// Columns that are known only roughly.
    pub within: Vec<Within>,
    /// For some columns, whether the attacker sees each code.
    pub visible: Vec<(usize, Vec<bool>)>,
    /// Static columns that the attacker knows as well.
    pub known_attributes: Vec<usize>,
    /// Who knows the points.
    pub attackers: Vec<Attacker>,
    /// The column that orders events in time, for [`Attacker::Consecutive`].
    pub order: Option<usize>,
    /// Which subjects are looked at.
    pub cohorts: Vec<Cohort>,
    /// A subject counts as singled out when fewer than this many subjects match, itself included; at least 2.
    pub crowd_below: u32,
}

impl Point {
    /// A point of these columns, known to the uniform attacker, for the fixed cohort and all eligible subjects.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = usize>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            coarsen: BTreeMap::new(),
            within: Vec::new(),
            visible: Vec::new(),
            known_attributes: Vec::new(),
            attackers: vec![Attacker::Uniform],
            order: None,
            cohorts: vec![Cohort::Fixed, Cohort::Eligible],
            crowd_below: 2,
        }
    }

    /// [`Self::crowd_below`], at least 2: whoever nobody else matches is always singled out.
    pub(super) fn below(&self) -> u32 {
        self.crowd_below.max(2)
    }

    /// What is indexed of it: its cells, what is known besides, and what can be seen.
    pub(super) fn cells(&self) -> PointColumns<'_> {
        let (event, attributes, visible) = (&self.columns, &self.known_attributes, &self.visible);
        PointColumns { event, attributes, visible, missing_is_value: false }
    }
}

/// A column of a point that is known only roughly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The column; one of the point's.
    pub column: usize,
    /// How roughly.
    pub tolerance: Tolerance,
    /// The tolerance as it was written, for the reader.
    pub label: String,
}

/// How far a value may lie from the known one and still match it; both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// At most this far, in the unit of [`ColumnValues::numbers`].
    Absolute(u64),
    /// At most this many millionths of the known value's magnitude: 5 % is 50,000.
    Millionths(u64),
}

impl Tolerance {
    /// How far a value may lie from the known one.
    pub(in crate::measure) fn reach(self, known: i64) -> i128 {
        match self {
            Self::Absolute(distance) => i128::from(distance),
            Self::Millionths(share) => i128::from(known.unsigned_abs()) * i128::from(share) / 1_000_000,
        }
    }

    /// Whether a value lies within reach of the known one.
    pub(in crate::measure) fn holds(self, known: i64, value: i64) -> bool {
        match self {
            Self::Absolute(distance) => value.abs_diff(known) <= distance,
            Self::Millionths(share) => {
                u128::from(value.abs_diff(known)) * 1_000_000 <= u128::from(known.unsigned_abs()) * u128::from(share)
            }
        }
    }
}

/// The versions of one column, from fine to coarse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// The column; one of the first point's.
    pub column: usize,
    /// Its versions.
    pub steps: Vec<Step>,
}

/// One version of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The rule as it was written, for the reader.
    pub label: String,
    /// For each code of the column its coarser code; all equal when the column is left out.
    pub coarse: Vec<u32>,
}
