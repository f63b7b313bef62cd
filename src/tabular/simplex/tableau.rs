//! The tableau: a vertex of the feasible points, and the steps from one vertex to the next.

use super::row::{Change, Row};
use crate::stop::{Stop, StopReason};

/// Entries a tableau may hold; each takes 16 bytes.
const ENTRIES: usize = 16_000_000;

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
    pub(super) rows: Vec<Row>,
    /// The row in which a variable is basic.
    pub(super) basic: Vec<Option<u32>>,
    /// The rows in which a variable that is not basic occurs.
    pub(super) columns: Vec<Vec<u32>>,
    pub(super) lower: Vec<i64>,
    /// Largest value above the lower bound.
    pub(super) range: Vec<Option<i64>>,
    /// Whether a variable is counted downwards from its upper bound.
    pub(super) flipped: Vec<bool>,
    entries: usize,
    /// Entries written so far: what the steps cost, the same on every machine.
    work: u64,
    /// Smallest and largest whole value that a vertex visited had.
    pub(super) seen: Option<(Vec<i128>, Vec<i128>)>,
    change: Change,
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
            work: 0,
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

    pub(super) fn check(&self, stop: &Stop) -> Result<(), Trouble> {
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
            self.work += (before + row.terms.len()) as u64;
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

    pub(super) fn pivot(&mut self, at: u32, entering: u32) -> Result<(), Trouble> {
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

    /// Entries written so far.
    pub(crate) fn work(&self) -> u64 {
        self.work
    }

    /// Entries that it holds.
    pub(crate) fn size(&self) -> u64 {
        self.entries as u64
    }

    /// Keeps the value of a variable at this vertex.
    pub(super) fn note(&mut self, var: u32) {
        let value = self.value(var);
        let Some((low, high)) = &mut self.seen else { return };
        let (down, up) = value;
        low[var as usize] = low[var as usize].min(up);
        high[var as usize] = high[var as usize].max(down);
    }

    /// Value of a variable at this vertex, rounded down and up.
    pub(crate) fn value(&self, var: u32) -> (i128, i128) {
        let (numerator, den) = self.basic[var as usize].map_or((0, 1), |at| {
            let row = &self.rows[at as usize];
            (row.value, i128::from(row.den))
        });
        self.outwards(var, numerator, den)
    }

    /// A value counted from the bound where `var` stands, as it is meant, rounded down and up.
    pub(super) fn outwards(&self, var: u32, numerator: i128, den: i128) -> (i128, i128) {
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
    pub(super) fn flip_basic(&mut self, at: u32) -> Result<(), Trouble> {
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
    pub(super) fn flip_free(&mut self, var: u32, range: i64) -> Result<(), Trouble> {
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

    pub(super) fn note_value(&mut self, var: u32, value: i128) {
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
