//! What follows from single sums, and what is left: groups of unknown cells that hang together.

use std::collections::VecDeque;

use super::{AuditError, Published, Range};
use crate::tabular::Relation;
use crate::tabular::simplex::Equation;

/// Times a sum is looked at again because something in it became narrower without becoming known.
const VISITS: u32 = 24;

/// The bounds that single sums give, and the groups of cells that are still unknown.
#[derive(Debug)]
pub(super) struct Reduced {
    /// Bounds of every cell; equal where the cell follows from a chain of sums.
    pub(super) bounds: Vec<Range>,
    pub(super) components: Vec<Component>,
}

/// Unknown cells that hang together through sums, and these sums over places in `cells`.
#[derive(Debug)]
pub(super) struct Component {
    /// Ascending.
    pub(super) cells: Vec<u32>,
    pub(super) equations: Vec<Equation>,
}

struct Narrowing<'a> {
    relations: &'a [Relation],
    /// The relations a cell occurs in.
    of: Vec<Vec<u32>>,
    bounds: Vec<Range>,
    queue: VecDeque<u32>,
    queued: Vec<bool>,
    visits: Vec<u32>,
}

/// Narrows the bounds of all cells by single sums until nothing follows any more.
pub(super) fn reduce(published: &Published<'_>) -> Result<Reduced, AuditError> {
    let relations = published.relations;
    let mut of = vec![Vec::new(); published.bounds.len()];
    for (at, relation) in (0_u32..).zip(relations) {
        for &cell in relation.parts.iter().chain([&relation.total]) {
            of[cell as usize].push(at);
        }
    }
    let count = u32::try_from(relations.len()).unwrap_or(u32::MAX);
    let mut narrowing = Narrowing {
        relations,
        of,
        bounds: published.bounds.to_vec(),
        queue: (0..count).collect(),
        queued: vec![true; relations.len()],
        visits: vec![0; relations.len()],
    };
    if narrowing.bounds.iter().any(|range| range.is_empty()) {
        return Err(AuditError::Inconsistent);
    }
    while let Some(at) = narrowing.queue.pop_front() {
        narrowing.queued[at as usize] = false;
        narrowing.look(at)?;
    }
    let components = components(published, &narrowing.bounds, &narrowing.of);
    Ok(Reduced { bounds: narrowing.bounds, components })
}

impl Narrowing<'_> {
    fn look(&mut self, at: u32) -> Result<(), AuditError> {
        let relation = &self.relations[at as usize];
        let (mut low, mut up, mut open) = (0_i128, 0_i128, 0_u32);
        for &part in &relation.parts {
            let range = self.bounds[part as usize];
            low += i128::from(range.low);
            match range.up {
                Some(part) => up += i128::from(part),
                None => open += 1,
            }
        }
        self.narrow(relation.total, low, (open == 0).then_some(up), at)?;
        let total = self.bounds[relation.total as usize];
        for place in 0..relation.parts.len() {
            let part = self.relations[at as usize].parts[place];
            let range = self.bounds[part as usize];
            if range.is_known() {
                continue;
            }
            let rest_low = low - i128::from(range.low);
            let rest_up = match range.up {
                Some(own) => (open == 0).then(|| up - i128::from(own)),
                None => (open == 1).then_some(up),
            };
            let least = rest_up.map_or(i128::MIN, |rest| i128::from(total.low) - rest);
            self.narrow(part, least, total.up.map(|total| i128::from(total) - rest_low), at)?;
        }
        Ok(())
    }

    fn narrow(&mut self, cell: u32, low: i128, up: Option<i128>, by: u32) -> Result<(), AuditError> {
        let range = self.bounds[cell as usize];
        let low = low.max(i128::from(range.low));
        let up = match (up, range.up) {
            (Some(one), Some(other)) => Some(one.min(i128::from(other))),
            (one, other) => one.or(other.map(i128::from)),
        };
        if up.is_some_and(|up| up < low) {
            return Err(AuditError::Inconsistent);
        }
        let low = i64::try_from(low).map_err(|_| AuditError::Inconsistent)?;
        // An upper bound beyond every number of the type is no bound.
        let new = Range { low, up: up.and_then(|up| i64::try_from(up).ok()) };
        if new == range {
            return Ok(());
        }
        self.bounds[cell as usize] = new;
        for place in 0..self.of[cell as usize].len() {
            let at = self.of[cell as usize][place];
            let visits = &mut self.visits[at as usize];
            if self.queued[at as usize] || (*visits >= VISITS && !new.is_known()) || (at == by && !new.is_known()) {
                continue;
            }
            *visits += 1;
            self.queued[at as usize] = true;
            self.queue.push_back(at);
        }
        Ok(())
    }
}

/// The groups of unknown cells that share a sum, by their first cell.
fn components(published: &Published<'_>, bounds: &[Range], of: &[Vec<u32>]) -> Vec<Component> {
    let mut component = vec![u32::MAX; bounds.len()];
    let mut place = vec![0_u32; bounds.len()];
    let mut taken = vec![false; published.relations.len()];
    let mut all = Vec::new();
    for first in 0..bounds.len() {
        if bounds[first].is_known() || component[first] != u32::MAX {
            continue;
        }
        let id = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let (mut cells, mut sums) = (vec![u32::try_from(first).unwrap_or(u32::MAX)], Vec::new());
        component[first] = id;
        let mut next = 0;
        while next < cells.len() {
            for &at in &of[cells[next] as usize] {
                if std::mem::replace(&mut taken[at as usize], true) {
                    continue;
                }
                sums.push(at);
                let relation = &published.relations[at as usize];
                for &cell in relation.parts.iter().chain([&relation.total]) {
                    if !bounds[cell as usize].is_known() && component[cell as usize] == u32::MAX {
                        component[cell as usize] = id;
                        cells.push(cell);
                    }
                }
            }
            next += 1;
        }
        cells.sort_unstable();
        for (at, &cell) in (0_u32..).zip(&cells) {
            place[cell as usize] = at;
        }
        let mut equations: Vec<Equation> =
            sums.iter().map(|&at| equation(&published.relations[at as usize], bounds, &place)).collect();
        // Short sums first keep the rows short.
        equations.sort_by(|a, b| (a.terms.len(), &a.terms).cmp(&(b.terms.len(), &b.terms)));
        all.push(Component { cells, equations });
    }
    all
}

fn equation(relation: &Relation, bounds: &[Range], place: &[u32]) -> Equation {
    let mut equation = Equation { terms: Vec::new(), value: 0 };
    let signed = relation.parts.iter().map(|&part| (part, 1)).chain([(relation.total, -1)]);
    for (cell, sign) in signed {
        let range = bounds[cell as usize];
        if range.is_known() {
            equation.value -= i128::from(sign) * i128::from(range.low);
        } else {
            equation.terms.push((place[cell as usize], sign));
        }
    }
    equation.terms.sort_unstable();
    equation
}
