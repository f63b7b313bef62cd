//! Gates that can be asked of the coded columns alone, before a plan is judged as a whole.
//!
//! What fails here fails before the judge, so a plan need not be judged; what holds here is judged all the same.

use std::collections::HashMap;

use super::classes::{Counter, Halt};
use super::plans::Rotated;
use super::recipe::{Recipe, Step};
use crate::measure::attribute::{AskedOfClasses, SecretValues};
use crate::measure::unicity::{self, ColumnValues, GateSettings, GatedPoint, Point};
use crate::recode::Ladder;
use crate::result::{Outcome, UnicityGate};
use crate::stop::Watch;
use crate::table::{ColumnSet, Table, history_classes};

/// What the policy asks of classes and known points, as far as it is asked of nothing but the quasi-identifiers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuickGates {
    /// The smallest class that the static set must have.
    pub smallest_static: Option<u32>,
    /// The smallest class that all quasi-identifiers together must have.
    pub smallest_full: Option<u32>,
    /// Whether a column of which the data do not say whether it is static is in the way.
    pub refuses_unclear: bool,
    /// How many subjects may be left out, and the share of all that they are; `None` for nobody.
    pub spare: Option<(u64, f64)>,
    /// What is asked of known points.
    pub known_points: Option<KnownPoints>,
    /// What is asked of the sensitive columns of the table in the classes of the static set; of nothing where subjects may be
    /// left out, for then shares are those of the others.
    pub sensitive: AskedOfClasses,
    /// What is known of each of these columns.
    pub secrets: Vec<SecretValues>,
    /// How many subjects must share each whole history.
    pub history_crowd: Option<f64>,
}

/// Limits on known points.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPoints {
    /// The columns of each point that somebody declared; all event columns together where nobody did.
    pub points: Option<Vec<Vec<usize>>>,
    /// The largest share of all subjects with an event.
    pub all: Option<f64>,
    /// The largest share of those who are active.
    pub active: Option<f64>,
    /// What is known of the values of each column as it is.
    pub values: Vec<ColumnValues>,
}

/// What a set of records costs beside its records: making and clearing what it is counted in.
const SET: u64 = 2_000;
/// One measure of known points, in sets.
const POINTS: u64 = 20;
/// One comparison of histories, in sets.
const HISTORIES: u64 = 10;

/// How a share of known points fits its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It surely lies beyond one.
    Beyond,
    /// Draws leave that open.
    Open,
    /// It surely lies within all.
    Within,
}

/// Asks the quick gates, each of the same columns once.
pub(super) struct Quick<'a> {
    pub(super) counter: Counter<'a>,
    table: &'a Table,
    gates: QuickGates,
    /// For each column of `table` what is known of its values.
    values: Vec<ColumnValues>,
    known: HashMap<ColumnSet, Fit>,
    /// Whether the sensitive columns hold on the classes of a set, and whether its histories do.
    of_values: HashMap<ColumnSet, bool>,
    of_histories: HashMap<ColumnSet, bool>,
    watch: Watch<'a>,
}

impl<'a> Quick<'a> {
    /// `table` holds the columns of today, then the forms of each, and at its end the period where pseudonyms are rotated.
    pub(super) fn new(
        table: &'a Table,
        counter: Counter<'a>,
        ladders: &[Ladder],
        (gates, rotated): (QuickGates, Option<&Rotated>),
        watch: Watch<'a>,
    ) -> Self {
        let today = gates.known_points.iter().flat_map(|known| known.values.iter().cloned());
        let keys = ladders.iter().flat_map(|ladder| &ladder.rungs).map(|rung| rung.keys.clone());
        let keys = keys.chain(rotated.map(|rotated| rotated.keys.clone()));
        let values = today.chain(keys.map(|keys| ColumnValues { keys, numbers: Vec::new() })).collect();
        let (known, of_values, of_histories) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { counter, table, gates, values, known, of_values, of_histories, watch }
    }

    /// Whether every quick gate holds for a recipe of clear columns.
    pub(super) fn hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        Ok(self.classes_and_values_hold(recipe)? && self.known_points_fit(recipe)? > Fit::Beyond)
    }

    /// The same where draws leave nothing open.
    pub(super) fn surely_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        Ok(self.classes_and_values_hold(recipe)? && self.known_points_fit(recipe)? == Fit::Within)
    }

    /// The work that one question takes.
    pub(super) fn cost(&self) -> u64 {
        let known = self.gates.known_points.as_ref();
        let points = known.map_or(0, |known| known.points.as_ref().map_or(1, Vec::len) as u64);
        (2 + POINTS * points + self.sets_of_values() + self.sets_of_histories()) * (self.table.records() as u64 + SET)
    }

    /// What holding the sensitive columns against classes takes, in sets.
    fn sets_of_values(&self) -> u64 {
        if self.gates.sensitive.is_empty() { 0 } else { 2 + 2 * self.gates.secrets.len() as u64 }
    }

    /// What comparing histories takes, in sets.
    fn sets_of_histories(&self) -> u64 {
        if self.gates.history_crowd.is_some() { HISTORIES } else { 0 }
    }

    /// Whether a column of which the data do not say whether it is static is in the way.
    pub(super) fn is_unclear(&self, recipe: &Recipe) -> bool {
        self.gates.refuses_unclear && self.counter.places(recipe).iter().any(|&place| self.table.is_unclear(place))
    }

    fn classes_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        let QuickGates { smallest_static, smallest_full, .. } = self.gates;
        let (full, fixed) = self.counter.sets(recipe);
        for (set, least) in [(fixed, smallest_static), (full, smallest_full)] {
            let Some(least) = least.filter(|_| !set.is_empty()) else { continue };
            let allowed = self.gates.spare.map_or(0, |(subjects, _)| subjects);
            // Whoever is in too small a class must go, and nobody's class grows when others go.
            if self.counter.subjects_below(set, least)? > allowed {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn classes_and_values_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        Ok(self.classes_hold(recipe)? && self.values_hold(recipe)? && self.histories_hold(recipe)?)
    }

    /// Merged classes hold the values of all of them, so that what breaks here breaks in finer classes.
    fn values_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        let (_, fixed) = self.counter.sets(recipe);
        let has_secrets = self.table.sensitive().len() == self.gates.secrets.len();
        if self.gates.sensitive.is_empty() || fixed.is_empty() || !has_secrets {
            return Ok(true);
        }
        if let Some(&holds) = self.of_values.get(&fixed) {
            return Ok(holds);
        }
        self.counter.spend(self.sets_of_values() * (self.table.records() as u64 + SET))?;
        let QuickGates { sensitive, secrets, .. } = &self.gates;
        let is_broken = sensitive.are_broken(self.table, &fixed, secrets, self.watch).map_err(Halt::Stopped)?;
        self.of_values.insert(fixed, !is_broken);
        Ok(!is_broken)
    }

    /// Histories that are the same stay the same where less is shown.
    fn histories_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        let (full, _) = self.counter.sets(recipe);
        let Some(least) = self.gates.history_crowd.filter(|_| !full.is_empty() && self.table.has_subjects()) else {
            return Ok(true);
        };
        if let Some(&holds) = self.of_histories.get(&full) {
            return Ok(holds);
        }
        self.counter.spend(HISTORIES * (self.table.records() as u64 + SET))?;
        let found = history_classes(self.table, &full, self.watch.stop).map_err(Halt::Stopped)?;
        let holds = found.multiset.first().is_none_or(|&(smallest, _)| f64::from(smallest) >= least);
        self.of_histories.insert(full, holds);
        Ok(holds)
    }

    /// How the worst of the points fits.
    fn known_points_fit(&mut self, recipe: &Recipe) -> Result<Fit, Halt> {
        let Some(known) = &self.gates.known_points else { return Ok(Fit::Within) };
        let asked: Vec<ColumnSet> = match &known.points {
            None => {
                let places = self.counter.places(recipe);
                let is_event = |place: &usize| !self.table.is_static(*place) && self.table.has_value(*place);
                vec![self.counter.set(places.into_iter().filter(is_event).collect())]
            }
            Some(points) => points.iter().map(|point| self.places_of(recipe, point)).collect(),
        };
        let mut worst = Fit::Within;
        for point in asked.into_iter().filter(|point| !point.is_empty()) {
            let fit = match self.known.get(&point) {
                Some(&fit) => fit,
                None => self.point_fits(&point)?,
            };
            self.known.insert(point, fit);
            worst = worst.min(fit);
            if worst == Fit::Beyond {
                break;
            }
        }
        Ok(worst)
    }

    /// Where the columns of a declared point stand after a recipe.
    fn places_of(&self, recipe: &Recipe, point: &[usize]) -> ColumnSet {
        let kept = point.iter().copied().filter(|&column| recipe.step(column) != Step::Dropped);
        let places = kept.map(|column| self.counter.place(column, recipe.step(column)).unwrap_or(column));
        self.counter.set(places.collect())
    }

    fn point_fits(&mut self, point: &ColumnSet) -> Result<Fit, Halt> {
        let Some(known) = &self.gates.known_points else { return Ok(Fit::Within) };
        self.counter.spend(POINTS * (self.table.records() as u64 + SET))?;
        let columns = point.columns().to_vec();
        // Leaving out the few who are singled out lowers the share of the others at most so far.
        let spare = self.gates.spare.map_or(0.0, |(_, share)| share);
        let eased = |limit: f64| limit.mul_add(1.0 - spare, spare);
        let (all, active) = (known.all.map(eased), known.active.map(eased).filter(|_| spare <= 0.0));
        let limits = all.into_iter().chain(active).collect();
        let gated = GatedPoint { columns: columns.clone(), ..GatedPoint::default() };
        let settings = unicity::Settings {
            known_points: Vec::new(),
            gate: GateSettings { points: vec![gated], limits, work_limit: 0, ..GateSettings::of(&[]) },
            ..unicity::Settings::new(self.values.clone(), vec![Point { attackers: Vec::new(), ..Point::new(columns) }])
        };
        let measured = unicity::measure(self.table, &settings, self.watch).map_err(Halt::Stopped)?;
        // What is not known here is left to the judge.
        let Outcome::Measured { value, .. } = measured else { return Ok(Fit::Open) };
        Ok(value.gates.iter().map(|gate| fit(gate, all, active)).min().unwrap_or(Fit::Within))
    }
}

/// How a share fits its limits: draws may be enough to tell, and what they leave open is for the judge.
fn fit(gate: &UnicityGate, all: Option<f64>, active: Option<f64>) -> Fit {
    let fits = |interval: Option<[f64; 2]>, limit: Option<f64>| match (interval, limit) {
        (_, None) => Fit::Within,
        (Some([low, _]), Some(limit)) if low > limit => Fit::Beyond,
        (Some([_, high]), Some(limit)) if high <= limit => Fit::Within,
        _ => Fit::Open,
    };
    fits(gate.interval, all).min(fits(gate.interval_active, active))
}
