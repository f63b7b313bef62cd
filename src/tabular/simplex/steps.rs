//! The steps from one vertex of a tableau to the next.

use super::tableau::{Bound, Tableau, Trouble};
use crate::stop::Stop;

/// Steps without progress after which entering variables are chosen so that no cycle is possible.
const STALLED: u32 = 40;

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
    pub(super) fn make_feasible(&mut self, stop: &Stop) -> Result<(), Trouble> {
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
}
