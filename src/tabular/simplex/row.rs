//! One row of a tableau.

use super::Trouble;

/// `den · var + Σ coefficient · variable = value`, with `den > 0`.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) var: u32,
    pub(super) den: i64,
    pub(super) value: i128,
    /// Ascending by variable, no coefficient is 0.
    pub(super) terms: Vec<(u32, i64)>,
}

/// What a row operation did to the columns of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    pub(super) came: Vec<u32>,
    pub(super) went: Vec<u32>,
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Row {
    pub(super) fn coefficient(&self, var: u32) -> i64 {
        self.terms.binary_search_by_key(&var, |term| term.0).map_or(0, |at| self.terms[at].1)
    }

    /// Turns the signs of everything but the basic variable, and of it as well when `den` is negative.
    pub(super) fn negate_terms(&mut self) -> Result<(), Trouble> {
        for term in &mut self.terms {
            term.1 = term.1.checked_neg().ok_or(Trouble::Overflow)?;
        }
        Ok(())
    }

    /// Makes `entering` the basic variable of this row in place of the one it had.
    pub(super) fn exchange(&mut self, entering: u32) -> Result<(), Trouble> {
        let at = self.terms.binary_search_by_key(&entering, |term| term.0).map_err(|_| Trouble::Overflow)?;
        let mut den = self.terms.remove(at).1;
        let mut old = self.den;
        if den < 0 {
            den = den.checked_neg().ok_or(Trouble::Overflow)?;
            old = -old;
            self.value = -self.value;
            self.negate_terms()?;
        }
        let at = self.terms.partition_point(|term| term.0 < self.var);
        self.terms.insert(at, (self.var, old));
        self.var = entering;
        self.den = den;
        Ok(())
    }

    /// Removes the basic variable of `pivot` from this row, in which it has this coefficient.
    pub(super) fn eliminate(&mut self, pivot: &Self, coefficient: i64, change: &mut Change) -> Result<(), Trouble> {
        let common =
            i64::try_from(gcd(pivot.den.unsigned_abs(), coefficient.unsigned_abs())).map_err(|_| Trouble::Overflow)?;
        let (own, other) = (pivot.den / common, coefficient / common);
        let mut terms = Vec::with_capacity(self.terms.len() + pivot.terms.len());
        let times = |a: i64, b: i64| a.checked_mul(b).ok_or(Trouble::Overflow);
        let mut theirs = pivot.terms.iter().peekable();
        for &(var, a) in &self.terms {
            while let Some(&&(new, b)) = theirs.peek() {
                if new >= var {
                    break;
                }
                theirs.next();
                terms.push((new, times(b, -other)?));
                change.came.push(new);
            }
            if var == pivot.var {
                continue;
            }
            let mut sum = times(a, own)?;
            if let Some(&&(same, b)) = theirs.peek()
                && same == var
            {
                theirs.next();
                sum = sum.checked_sub(times(b, other)?).ok_or(Trouble::Overflow)?;
            }
            if sum == 0 {
                change.went.push(var);
            } else {
                terms.push((var, sum));
            }
        }
        for &(new, b) in theirs {
            terms.push((new, times(b, -other)?));
            change.came.push(new);
        }
        self.terms = terms;
        let scaled = self.value.checked_mul(i128::from(own)).ok_or(Trouble::Overflow)?;
        let taken = pivot.value.checked_mul(i128::from(other)).ok_or(Trouble::Overflow)?;
        self.value = scaled.checked_sub(taken).ok_or(Trouble::Overflow)?;
        self.den = times(self.den, own)?;
        self.reduce();
        Ok(())
    }

    /// Divides the row by what all its numbers have in common.
    fn reduce(&mut self) {
        if self.den == 1 {
            return;
        }
        let den = self.den.unsigned_abs();
        // The remainder is below `den`, which fits.
        let mut common = gcd(den, u64::try_from(self.value.unsigned_abs() % u128::from(den)).unwrap_or(1));
        for &(_, a) in &self.terms {
            if common == 1 {
                return;
            }
            common = gcd(common, a.unsigned_abs());
        }
        // It divides `den`, which fits.
        let Ok(common) = i64::try_from(common) else { return };
        if common > 1 {
            self.den /= common;
            self.value /= i128::from(common);
            for term in &mut self.terms {
                term.1 /= common;
            }
        }
    }
}
