//! The tableau: a vertex of the feasible points, and the steps from one vertex to the next.

use super::row::{Change, Row};
use crate::stop::{Stop, StopReason};

/// Entries a tableau may hold; each takes 16 bytes.
const ENTRIES: usize = 16_000_000;
/// Steps without progress after which entering variables are chosen so that no cycle is possible.
const STALLED: u32 = 40;

/// Why there is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No point satisfies the equations and bounds.
    Infeasible,
    /// A number outgrew its type.
    Overflow,
    /// The tableau outgrew its limit.
    TooLarge,
    /// Told to end.
    Stopped(StopReason),
}

/// `Σ coefficient · variable = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Equation {
    pub(crate) terms: Vec<(u32, i64)>,
    pub(crate) value: i128,
}

/// The end of an interval, rounded inwards to a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// No point goes beyond, and one gets there.
    Exact(i128),
    /// A point gets there; some may go beyond.
    AtLeastThis(i128),
    /// There is no end.
    Unbounded,
}

#[derive(Debug, Clone)]
pub(crate) struct Tableau {
    rows: Vec<Row>,
    /// The row in which a variable is basic.
    basic: Vec<Option<u32>>,
    /// The rows in which a variable that is not basic occurs.
    columns: Vec<Vec<u32>>,
    lower: Vec<i64>,
    /// Largest value above the lower bound.
    range: Vec<Option<i64>>,
    /// Whether a variable is counted downwards from its upper bound.
    flipped: Vec<bool>,
    entries: usize,
    /// Smallest and largest whole value that a vertex visited had.
    seen: Option<(Vec<i128>, Vec<i128>)>,
    change: Change,
}

/// What stops an entering variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopper {
    Itself,
    Row { row: u32, at_upper: bool },
}

#[derive(Debug, Clone, Copy)]
struct Step {
    stopper: Stopper,
    numerator: i128,
    denominator: i64,
}

impl Tableau {
    /// A vertex of the points within `bounds` that satisfy the equations.
    pub(crate) fn new(bounds: &[(i64, Option<i64>)], equations: &[Equation], stop: &Stop) -> Result<Self, Trouble> {
        let mut range = Vec::with_capacity(bounds.len());
        for &(lower, upper) in bounds {
            range.push(match upper {
                None => None,
                Some(upper) if upper < lower => return Err(Trouble::Infeasible),
                Some(upper) => Some(upper.checked_sub(lower).ok_or(Trouble::Overflow)?),
            });
        }
        let mut tableau = Self {
            rows: Vec::new(),
            basic: vec![None; bounds.len()],
            columns: vec![Vec::new(); bounds.len()],
            lower: bounds.iter().map(|bound| bound.0).collect(),
            range,
            flipped: vec![false; bounds.len()],
            entries: 0,
            seen: None,
            change: Change::default(),
        };
        for equation in equations {
            tableau.check(stop)?;
            tableau.add(equation)?;
        }
        tableau.make_feasible(stop)?;
        let count = bounds.len();
        tableau.seen = Some((vec![i128::MAX; count], vec![i128::MIN; count]));
        for var in 0..count {
            tableau.note(u32::try_from(var).map_err(|_| Trouble::TooLarge)?);
        }
        Ok(tableau)
    }

    fn check(&self, stop: &Stop) -> Result<(), Trouble> {
        stop.check().map_err(Trouble::Stopped)?;
        if self.entries > ENTRIES { Err(Trouble::TooLarge) } else { Ok(()) }
    }

    /// Adds an equation, and makes one of its variables basic.
    fn add(&mut self, equation: &Equation) -> Result<(), Trouble> {
        let mut terms = equation.terms.clone();
        terms.sort_unstable();
        let mut value = equation.value;
        for &(var, coefficient) in &terms {
            let shift = i128::from(coefficient) * i128::from(self.lower[var as usize]);
            value = value.checked_sub(shift).ok_or(Trouble::Overflow)?;
        }
        // A basic variable of its own that is 0 lets the equation be handled as a row.
        let mut row = Row { var: u32::MAX, den: 1, value, terms };
        let mut change = Change::default();
        for &(var, _) in &equation.terms {
            if let Some(at) = self.basic[var as usize] {
                let coefficient = row.coefficient(var);
                row.eliminate(&self.rows[at as usize], coefficient, &mut change)?;
            }
        }
        let chosen = row.terms.iter().min_by_key(|&&(var, coefficient)| {
            (coefficient.unsigned_abs() != 1, self.columns[var as usize].len(), var)
        });
        let Some(&(entering, _)) = chosen else {
            return if row.value == 0 { Ok(()) } else { Err(Trouble::Infeasible) };
        };
        let at = u32::try_from(self.rows.len()).map_err(|_| Trouble::TooLarge)?;
        row.exchange(entering)?;
        row.terms.retain(|term| term.0 != u32::MAX);
        for &(var, _) in &row.terms {
            self.columns[var as usize].push(at);
        }
        self.entries += row.terms.len();
        self.rows.push(row);
        self.clear_column(entering, at)
    }

    /// Removes the basic variable of a row from all other rows.
    fn clear_column(&mut self, entering: u32, at: u32) -> Result<(), Trouble> {
        let others = std::mem::take(&mut self.columns[entering as usize]);
        let pivot =
            std::mem::replace(&mut self.rows[at as usize], Row { var: entering, den: 1, value: 0, terms: Vec::new() });
        let mut change = std::mem::take(&mut self.change);
        for other in others {
            if other == at {
                continue;
            }
            let row = &mut self.rows[other as usize];
            let coefficient = row.coefficient(entering);
            let before = row.terms.len();
            row.eliminate(&pivot, coefficient, &mut change)?;
            self.entries = self.entries + row.terms.len() - before.min(self.entries);
            for var in change.came.drain(..) {
                self.columns[var as usize].push(other);
            }
            for var in change.went.drain(..) {
                let column = &mut self.columns[var as usize];
                if let Some(place) = column.iter().position(|&row| row == other) {
                    column.swap_remove(place);
                }
            }
        }
        self.change = change;
        self.rows[at as usize] = pivot;
        self.basic[entering as usize] = Some(at);
        Ok(())
    }

    fn pivot(&mut self, at: u32, entering: u32) -> Result<(), Trouble> {
        let row = &mut self.rows[at as usize];
        let leaving = row.var;
        row.exchange(entering)?;
        self.basic[leaving as usize] = None;
        self.columns[leaving as usize] = vec![at];
        let touched = if self.seen.is_some() { self.columns[entering as usize].clone() } else { Vec::new() };
        self.clear_column(entering, at)?;
        self.note(leaving);
        for row in touched {
            self.note(self.rows[row as usize].var);
        }
        Ok(())
    }

    /// Keeps the value of a variable at this vertex.
    fn note(&mut self, var: u32) {
        let value = self.value(var);
        let Some((low, high)) = &mut self.seen else { return };
        let (down, up) = value;
        low[var as usize] = low[var as usize].min(up);
        high[var as usize] = high[var as usize].max(down);
    }

    /// Value of a variable at this vertex, rounded down and up.
    fn value(&self, var: u32) -> (i128, i128) {
        let (numerator, den) = self.basic[var as usize].map_or((0, 1), |at| {
            let row = &self.rows[at as usize];
            (row.value, i128::from(row.den))
        });
        self.outwards(var, numerator, den)
    }

    /// A value counted from the bound where `var` stands, as it is meant, rounded down and up.
    fn outwards(&self, var: u32, numerator: i128, den: i128) -> (i128, i128) {
        let lower = i128::from(self.lower[var as usize]);
        let down = numerator.div_euclid(den);
        let up = down + i128::from(numerator.rem_euclid(den) != 0);
        match self.range[var as usize] {
            Some(range) if self.flipped[var as usize] => {
                (lower + i128::from(range) - up, lower + i128::from(range) - down)
            }
            _ => (lower + down, lower + up),
        }
    }

    /// Smallest and largest whole value of a variable among the vertices visited.
    pub(crate) fn seen(&self, var: u32) -> (i128, i128) {
        self.seen.as_ref().map_or((i128::MAX, i128::MIN), |(low, high)| (low[var as usize], high[var as usize]))
    }

    /// Forgets the vertices visited but the last.
    pub(crate) fn forget(&mut self, vars: &[u32]) {
        for &var in vars {
            if let Some((low, high)) = &mut self.seen {
                low[var as usize] = i128::MAX;
                high[var as usize] = i128::MIN;
            }
            self.note(var);
        }
    }

    /// Counts a basic variable from its other bound.
    fn flip_basic(&mut self, at: u32) -> Result<(), Trouble> {
        let row = &mut self.rows[at as usize];
        let var = row.var as usize;
        let range = self.range[var].ok_or(Trouble::Overflow)?;
        row.negate_terms()?;
        let whole = i128::from(row.den).checked_mul(i128::from(range)).ok_or(Trouble::Overflow)?;
        row.value = whole.checked_sub(row.value).ok_or(Trouble::Overflow)?;
        self.flipped[var] = !self.flipped[var];
        Ok(())
    }

    /// Moves a variable that is not basic to its other bound, and counts it from there.
    fn flip_free(&mut self, var: u32, range: i64) -> Result<(), Trouble> {
        for at in self.columns[var as usize].clone() {
            let row = &mut self.rows[at as usize];
            let Ok(place) = row.terms.binary_search_by_key(&var, |term| term.0) else { continue };
            let coefficient = row.terms[place].1;
            let moved = i128::from(coefficient).checked_mul(i128::from(range)).ok_or(Trouble::Overflow)?;
            row.value = row.value.checked_sub(moved).ok_or(Trouble::Overflow)?;
            row.terms[place].1 = -coefficient;
            let basic = row.var;
            self.note(basic);
        }
        self.flipped[var as usize] = !self.flipped[var as usize];
        self.note(var);
        Ok(())
    }

    /// The first bound that the entering variable runs into. Rows that break their own bounds are looked over but for
    /// `wanted`, which may run up to 0.
    fn step(&self, entering: u32, wanted: Option<u32>) -> Result<Option<Step>, Trouble> {
        let mut best: Option<Step> = self.range[entering as usize].map(|range| Step {
            stopper: Stopper::Itself,
            numerator: i128::from(range),
            denominator: 1,
        });
        let times = |a: i128, b: i64| a.checked_mul(i128::from(b)).ok_or(Trouble::Overflow);
        for &at in &self.columns[entering as usize] {
            let row = &self.rows[at as usize];
            let coefficient = row.coefficient(entering);
            let whole = match self.range[row.var as usize] {
                Some(range) => Some(times(i128::from(range), row.den)?),
                None => None,
            };
            let step = if wanted == Some(at) && row.value < 0 {
                // It rises: the step ends where it is 0.
                if coefficient > 0 {
                    continue;
                }
                Step {
                    stopper: Stopper::Row { row: at, at_upper: false },
                    numerator: -row.value,
                    denominator: -coefficient,
                }
            } else if row.value < 0 || whole.is_some_and(|whole| row.value > whole) {
                continue;
            } else if coefficient > 0 {
                Step {
                    stopper: Stopper::Row { row: at, at_upper: false },
                    numerator: row.value,
                    denominator: coefficient,
                }
            } else if let Some(whole) = whole {
                let denominator = coefficient.checked_neg().ok_or(Trouble::Overflow)?;
                Step { stopper: Stopper::Row { row: at, at_upper: true }, numerator: whole - row.value, denominator }
            } else {
                continue;
            };
            let closer = match &best {
                None => true,
                Some(best) => {
                    let order = times(step.numerator, best.denominator)?.cmp(&times(best.numerator, step.denominator)?);
                    order.is_lt() || (order.is_eq() && self.before(step.stopper, best.stopper))
                }
            };
            if closer {
                best = Some(step);
            }
        }
        Ok(best)
    }

    /// Which of two bounds met at once is taken: a fixed order, so that no cycle is possible with Bland's rule.
    fn before(&self, one: Stopper, other: Stopper) -> bool {
        let var = |stopper| match stopper {
            Stopper::Itself => None,
            Stopper::Row { row, .. } => Some(self.rows[row as usize].var),
        };
        var(one) < var(other)
    }

    fn take(&mut self, entering: u32, step: Step) -> Result<(), Trouble> {
        match step.stopper {
            Stopper::Itself => {
                let range = self.range[entering as usize].ok_or(Trouble::Overflow)?;
                self.flip_free(entering, range)
            }
            Stopper::Row { row, at_upper } => {
                if at_upper {
                    self.flip_basic(row)?;
                }
                self.pivot(row, entering)
            }
        }
    }

    /// The variable that moves the basic variable of a row: upwards those with negative coefficients do.
    fn entering(&self, at: u32, upwards: bool, careful: bool) -> Option<(u32, i64)> {
        let candidates = self.rows[at as usize]
            .terms
            .iter()
            .filter(|term| (term.1 < 0) == upwards && self.range[term.0 as usize] != Some(0));
        if careful {
            return candidates.copied().next();
        }
        candidates
            .copied()
            .min_by_key(|&(var, a)| (std::cmp::Reverse(a.unsigned_abs()), self.columns[var as usize].len(), var))
    }

    /// Walks until no row breaks its bounds.
    fn make_feasible(&mut self, stop: &Stop) -> Result<(), Trouble> {
        for at in 0..u32::try_from(self.rows.len()).map_err(|_| Trouble::TooLarge)? {
            // A value above the upper bound is one below 0 when counted from there.
            let row = &self.rows[at as usize];
            if let Some(range) = self.range[row.var as usize]
                && row.value > i128::from(row.den).checked_mul(i128::from(range)).ok_or(Trouble::Overflow)?
            {
                self.flip_basic(at)?;
            }
            let mut stalled = 0;
            while self.rows[at as usize].value < 0 {
                self.check(stop)?;
                let Some((entering, _)) = self.entering(at, true, stalled > STALLED) else {
                    return Err(Trouble::Infeasible);
                };
                let next = self.step(entering, Some(at))?.ok_or(Trouble::Overflow)?;
                stalled = if next.numerator == 0 { stalled + 1 } else { 0 };
                self.take(entering, next)?;
            }
        }
        Ok(())
    }

    /// Largest (`upwards`) or smallest value of a variable. The walk ends early once a point reaches `enough`.
    pub(crate) fn bound(
        &mut self,
        var: u32,
        upwards: bool,
        enough: Option<i128>,
        stop: &Stop,
    ) -> Result<Bound, Trouble> {
        let reached =
            |value: i128| enough.is_some_and(|enough| if upwards { value >= enough } else { value <= enough });
        let mut stalled = 0;
        loop {
            self.check(stop)?;
            let (down, up) = self.value(var);
            let here = if upwards { down } else { up };
            if reached(here) {
                return Ok(Bound::AtLeastThis(here));
            }
            // Counted from its upper bound, a variable rises when its number falls.
            let rises = upwards != self.flipped[var as usize];
            let (entering, slope) = match self.basic[var as usize] {
                None if rises && self.range[var as usize] != Some(0) => (var, None),
                None => return Ok(Bound::Exact(here)),
                Some(at) => match self.entering(at, rises, stalled > STALLED) {
                    None => return Ok(Bound::Exact(here)),
                    Some((entering, slope)) => (entering, Some((at, slope))),
                },
            };
            let Some(next) = self.step(entering, None)? else { return Ok(Bound::Unbounded) };
            if let Some((at, _)) = slope
                && matches!(next.stopper, Stopper::Row { row, .. } if row == at)
            {
                // It runs into its own bound.
                let own = &self.rows[at as usize];
                let end = if rises { self.range[var as usize].unwrap_or(0) } else { 0 };
                debug_assert!(own.var == var);
                let (end, _) = self.outwards(var, i128::from(end), 1);
                self.note_value(var, end);
                return Ok(Bound::Exact(end));
            }
            stalled = if next.numerator == 0 { stalled + 1 } else { 0 };
            self.take(entering, next)?;
        }
    }

    /// Narrows the bounds of a variable, and walks to a vertex within them. What was seen before is not true any more:
    /// see [`Self::forget`].
    pub(crate) fn tighten(&mut self, var: u32, low: i64, up: Option<i64>, stop: &Stop) -> Result<(), Trouble> {
        let place = var as usize;
        let old_low = self.lower[place];
        let old_up = match self.range[place] {
            Some(range) => Some(old_low.checked_add(range).ok_or(Trouble::Overflow)?),
            None => None,
        };
        let low = low.max(old_low);
        let up = match (up, old_up) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if up.is_some_and(|up| up < low) {
            return Err(Trouble::Infeasible);
        }
        if self.flipped[place] {
            match self.basic[place] {
                Some(at) => self.flip_basic(at)?,
                None => self.flip_free(var, self.range[place].ok_or(Trouble::Overflow)?)?,
            }
        }
        if self.basic[place].is_none() {
            self.make_basic(var)?;
        }
        let shift = low.checked_sub(old_low).ok_or(Trouble::Overflow)?;
        self.lower[place] = low;
        self.range[place] = match up {
            Some(up) => Some(up.checked_sub(low).ok_or(Trouble::Overflow)?),
            None => None,
        };
        if let Some(at) = self.basic[place] {
            let row = &mut self.rows[at as usize];
            let moved = i128::from(row.den).checked_mul(i128::from(shift)).ok_or(Trouble::Overflow)?;
            row.value = row.value.checked_sub(moved).ok_or(Trouble::Overflow)?;
        } else {
            // Nothing limits it from above, so every other variable stays within its bounds.
            for at in self.columns[place].clone() {
                let row = &mut self.rows[at as usize];
                let moved = i128::from(row.coefficient(var)).checked_mul(i128::from(shift)).ok_or(Trouble::Overflow)?;
                row.value = row.value.checked_sub(moved).ok_or(Trouble::Overflow)?;
            }
        }
        self.make_feasible(stop)
    }

    /// Makes a variable basic where something limits it.
    fn make_basic(&mut self, var: u32) -> Result<(), Trouble> {
        let range = self.range[var as usize].take();
        let step = self.step(var, None);
        self.range[var as usize] = range;
        match step? {
            // It may break its own upper bound there, which is mended afterwards.
            Some(step) => self.take(var, step),
            None => Ok(()),
        }
    }

    /// What a variable is at every point that satisfies the equations: a multiple of it, `den`, is a constant plus these
    /// multiples of variables that are not basic. `None` when it is not basic itself.
    pub(crate) fn in_terms_of_others(&self, var: u32) -> Option<(i64, Vec<(u32, i64)>)> {
        let row = &self.rows[self.basic[var as usize]? as usize];
        let own = if self.flipped[var as usize] { -1 } else { 1 };
        let terms = row
            .terms
            .iter()
            .map(|&(other, coefficient)| {
                let sign = if self.flipped[other as usize] { -1 } else { 1 };
                (other, coefficient.saturating_neg().saturating_mul(sign * own))
            })
            .collect();
        Some((row.den, terms))
    }

    fn note_value(&mut self, var: u32, value: i128) {
        if let Some((low, high)) = &mut self.seen {
            low[var as usize] = low[var as usize].min(value);
            high[var as usize] = high[var as usize].max(value);
        }
    }

    /// Whether the vertex is within all bounds and satisfies the equations. It always is; a second look costs little.
    pub(crate) fn verify(&self, equations: &[Equation]) -> bool {
        let inside = self.rows.iter().all(|row| {
            let whole = self.range[row.var as usize].map(|range| i128::from(range).checked_mul(i128::from(row.den)));
            row.value >= 0 && whole.is_none_or(|whole| whole.is_some_and(|whole| row.value <= whole))
        });
        inside && equations.iter().all(|equation| self.satisfies(equation).unwrap_or(false))
    }

    fn satisfies(&self, equation: &Equation) -> Option<bool> {
        let (mut numerator, mut den) = (equation.value.checked_neg()?, 1_i128);
        for &(var, coefficient) in &equation.terms {
            let (mut top, below) = self.basic[var as usize].map_or((0, 1), |at| {
                let row = &self.rows[at as usize];
                (row.value, i128::from(row.den))
            });
            if self.flipped[var as usize] {
                top = below.checked_mul(i128::from(self.range[var as usize]?))?.checked_sub(top)?;
            }
            top = top.checked_add(below.checked_mul(i128::from(self.lower[var as usize]))?)?;
            top = top.checked_mul(i128::from(coefficient))?;
            if below != den {
                // The scales multiply; few differ from 1.
                numerator = numerator.checked_mul(below)?;
                top = top.checked_mul(den)?;
                den = den.checked_mul(below)?;
            }
            numerator = numerator.checked_add(top)?;
        }
        Some(numerator == 0)
    }
}
