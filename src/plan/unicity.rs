//! What an attacker may know of a subject's events.

use std::collections::{BTreeMap, BTreeSet};

use super::{CoarsenRule, WithinRule};
use crate::printable::each_once;
use crate::result::{Attacker, MobilityAttack};

/// One column of a known point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointColumn {
    /// The column.
    pub column: String,
    /// A rule for this point alone, on top of those of the extract.
    pub rule: Option<CoarsenRule>,
}

impl PointColumn {
    /// Reads `COL` or `COL=RULE`. The first `=` that a readable rule follows divides, so a name may hold `=` as well.
    pub(crate) fn parse(written: &str) -> Result<Self, String> {
        for (place, _) in written.match_indices('=') {
            match CoarsenRule::parse(&written[place + 1..]) {
                Ok(CoarsenRule::Drop) => return Err("a dropped column cannot be part of a point".to_owned()),
                Ok(rule) if rule.file().is_some() => {
                    return Err("a rule with a file belongs in `[columns]`, not in a point".to_owned());
                }
                Ok(rule) => return Ok(Self { column: written[..place].trim().to_owned(), rule: Some(rule) }),
                Err(_) => {}
            }
        }
        Ok(Self { column: written.to_owned(), rule: None })
    }
}

/// What is asked of unicity, in full.
#[derive(Debug, Clone, PartialEq)]
pub struct UnicityPlan {
    /// Groups of columns that make one event known, each with its own curves; empty when the point is to be guessed.
    pub points: Vec<Vec<PointColumn>>,
    /// Numbers of known points, ascending.
    pub known_points: Vec<u32>,
    /// Columns that are known only roughly.
    pub within: BTreeMap<String, WithinRule>,
    /// How an attacker comes to know points.
    pub attackers: Vec<Attacker>,
    /// Static columns that the attacker knows as well; each curve is measured with and without them.
    pub known_attributes: Vec<String>,
    /// For some columns, the values that the attacker sees.
    pub visible: BTreeMap<String, BTreeSet<String>>,
    /// The column that orders events in time.
    pub order: Option<String>,
    /// A subject counts as singled out when fewer subjects than this match.
    pub crowd_below: u32,
    /// Subjects sampled where an exact answer costs too much.
    pub draws: u32,
    /// Whether the known points are held against coarser versions of the extract as well.
    pub sweep: bool,
    /// Attacks on places, times and counts; empty for none.
    pub mobility: Vec<MobilityAttack>,
    /// How far a count may lie from the candidate's and still match it, as a share of the candidate's.
    pub mobility_tolerance: f64,
}

impl UnicityPlan {
    /// Columns that are named here and so are coded whatever their role.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let points = self.points.iter().flatten().map(|part| &part.column);
        points.chain(&self.known_attributes).chain(&self.order).chain(self.within.keys()).chain(self.visible.keys())
    }

    /// The rules under which a column is part of a point, beside the form that the extract gives it; each once.
    #[must_use]
    pub fn forms_of(&self, column: &str) -> Vec<&CoarsenRule> {
        let parts = self.points.iter().flatten().filter(|part| part.column == column);
        each_once(parts.filter_map(|part| part.rule.as_ref()))
    }

    /// Whether `column` is named here.
    #[must_use]
    pub fn names(&self, column: &str) -> bool {
        self.columns().any(|named| named == column)
    }
}

impl Default for UnicityPlan {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            known_points: vec![1, 2, 3, 4],
            within: BTreeMap::new(),
            attackers: vec![Attacker::Uniform],
            known_attributes: Vec::new(),
            visible: BTreeMap::new(),
            order: None,
            crowd_below: 2,
            draws: 10_000,
            sweep: false,
            mobility: Vec::new(),
            mobility_tolerance: 0.0,
        }
    }
}
