//! Whether a single cell can have a value, with a table that shows it.

use super::presolve::{Reduced, reduce};
use super::{AuditError, Insider, Published, Range, start};
use crate::stop::Watch;
use crate::tabular::Relation;
use crate::tabular::simplex::{Tableau, Trouble};

/// What is published of a table, of which values of single cells are asked one after the other.
pub(crate) struct Reach<'a> {
    relations: &'a [Relation],
    bounds: Vec<Range>,
    reduced: Reduced,
    /// The component and the place in it of each cell that does not follow from single sums.
    home: Vec<Option<(usize, u32)>>,
    /// A first vertex of each component that was asked about.
    tableaus: Vec<First>,
    /// What has been spent, in entries of tableaus.
    work: u64,
}

/// A first vertex of a component.
#[derive(Debug, Clone)]
enum First {
    /// Nobody asked yet.
    Unknown,
    /// None could be computed.
    None,
    Found(Box<Tableau>),
}

/// A value that a cell is asked to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) cell: u32,
    /// The value, or one beyond it.
    pub(crate) goal: i64,
    pub(crate) upwards: bool,
    /// Who must not be able to rule it out.
    pub(crate) insider: Option<Insider>,
}

impl<'a> Reach<'a> {
    /// # Errors
    /// When single sums already show that no table fits.
    pub(crate) fn new(relations: &'a [Relation], bounds: Vec<Range>) -> Result<Self, AuditError> {
        let reduced = reduce(&Published { relations, bounds: &bounds })?;
        let mut home = vec![None; bounds.len()];
        for (at, component) in reduced.components.iter().enumerate() {
            for (place, &cell) in (0_u32..).zip(&component.cells) {
                home[cell as usize] = Some((at, place));
            }
        }
        let tableaus = vec![First::Unknown; reduced.components.len()];
        let work = bounds.len() as u64;
        Ok(Self { relations, bounds, reduced, home, tableaus, work })
    }

    /// What has been spent since this was asked last.
    pub(crate) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// How much each cell differs from its value in `values` in some table that fits and in which the cell has the value
    /// asked for, rounded down; ascending by cell. `None` where there is no such table, or none could be computed.
    ///
    /// # Errors
    /// When told to end.
    pub(crate) fn change(
        &mut self,
        asked: Asked,
        values: &[i64],
        watch: Watch<'_>,
    ) -> Result<Option<Vec<(u32, i64)>>, AuditError> {
        let Some((at, place)) = self.home[asked.cell as usize] else { return Ok(None) };
        let component = &self.reduced.components[at];
        if matches!(self.tableaus[at], First::Unknown) {
            let published = Published { relations: self.relations, bounds: &self.bounds };
            let first = none_where_troubled(start(component, &published, watch))?;
            self.work += first.as_ref().map_or(0, Tableau::work);
            self.tableaus[at] = first.map_or(First::None, |found| First::Found(Box::new(found)));
        }
        let First::Found(mut tableau) = self.tableaus[at].clone() else { return Ok(None) };
        let before = tableau.work();
        self.work += tableau.size();
        let moved = self.walk(&mut tableau, asked, at, place, watch);
        self.work += tableau.work() - before;
        if none_where_troubled(moved)?.is_none() || !tableau.verify(&component.equations) {
            return Ok(None);
        }
        let changes = (0_u32..).zip(&component.cells).filter_map(|(var, &cell)| {
            let value = i128::from(values[cell as usize]);
            let (down, up) = tableau.value(var);
            let change = i64::try_from(down - value).unwrap_or(if down < value { i64::MIN } else { i64::MAX });
            (down != value || up != value).then_some((cell, change))
        });
        Ok(Some(changes.collect()))
    }

    fn walk(
        &self,
        tableau: &mut Tableau,
        asked: Asked,
        at: usize,
        place: u32,
        watch: Watch<'_>,
    ) -> Result<(), Trouble> {
        if let Some(insider) = asked.insider
            && let Some((component, own)) = self.home[insider.cell as usize]
            && component == at
        {
            let range = self.bounds[insider.cell as usize];
            let up = if insider.is_alone { Some(insider.amount) } else { range.up };
            tableau.tighten(own, insider.amount.max(range.low), up, watch.stop)?;
        }
        let range = self.bounds[asked.cell as usize];
        let (low, up) = if asked.upwards { (asked.goal, range.up) } else { (range.low, Some(asked.goal)) };
        tableau.tighten(place, low, up, watch.stop)
    }
}

fn none_where_troubled<T>(found: Result<T, Trouble>) -> Result<Option<T>, AuditError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::Stopped(reason)) => Err(AuditError::Stopped(reason)),
        Err(Trouble::Infeasible | Trouble::Overflow | Trouble::TooLarge) => Ok(None),
    }
}
