//! From single changes to a small set of changes that reaches the limits.

use std::cmp::Ordering;

use super::classes::{Classes, Counter, Figures, Halt};
use super::detail::Detail;
use super::recipe::{Recipe, Step};
use crate::number::as_float;

/// Which classes are asked to be large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Goal {
    pub(super) k: u32,
    /// Whether the full set is asked as well as the static one, or because there is none; exposure is then read on it.
    pub(super) full: bool,
}

impl Goal {
    /// Whether there is a class that is asked to be large, and each of them is.
    pub(super) fn is_reached(self, figures: &Figures) -> bool {
        let asked = [figures.fixed, figures.full.filter(|_| self.full)];
        let mut asked = asked.into_iter().flatten().peekable();
        asked.peek().is_some() && asked.all(|classes| classes.smallest.is_some_and(|smallest| smallest >= self.k))
    }

    /// The classes on which subjects count as exposed.
    pub(super) fn exposure(self, figures: &Figures) -> Option<Classes> {
        if self.full { figures.full } else { figures.fixed }
    }
}

/// A recipe with what it does.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pub(super) recipe: Recipe,
    pub(super) figures: Figures,
    /// Share of the detail that is left.
    pub(super) detail: f64,
    /// Whether the goal is reached.
    pub(super) reached: bool,
}

/// How a search goes down. Neither way is always the better one, so both are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Any step.
    Free,
    /// Columns are made coarser rather than left out.
    Keeping,
}

/// Looks for recipes; everything that it returns was counted.
pub(super) struct Search<'a> {
    pub(super) counter: Counter<'a>,
    pub(super) detail: Detail,
    pub(super) goal: Goal,
    /// Number of coarser forms of each column.
    pub(super) rungs: Vec<usize>,
    /// Records and subjects of the table.
    pub(super) records: f64,
    pub(super) subjects: f64,
    /// The limit of work, records times sets.
    pub(super) work: u64,
    /// Whether the limit of work ended a search.
    pub(super) cut: bool,
}

impl Search<'_> {
    /// Counts recipes.
    pub(super) fn tried(&mut self, recipes: Vec<Recipe>) -> Result<Vec<Tried>, Halt> {
        let figures = self.counter.figures(&recipes)?;
        let tried = |(recipe, figures): (Recipe, Figures)| Tried {
            detail: self.detail.kept(&recipe).unwrap_or(0.0),
            reached: self.goal.is_reached(&figures),
            recipe,
            figures,
        };
        Ok(recipes.into_iter().zip(figures).map(tried).collect())
    }

    /// As [`Self::tried`]; `None` where the work would exceed its limit, which ends the search.
    fn tried_within_limit(&mut self, recipes: Vec<Recipe>) -> Result<Option<Vec<Tried>>, Halt> {
        match self.tried(recipes) {
            Err(Halt::Work) => {
                self.cut = true;
                Ok(None)
            }
            tried => tried.map(Some),
        }
    }

    /// Every change of one column that leaves a column to be counted.
    pub(super) fn single_changes(&self) -> Vec<Recipe> {
        let start = Recipe::as_is(self.rungs.len());
        let steps = |column: usize| (0..self.rungs[column]).map(Step::Rung).chain([Step::Dropped]);
        let changes = (0..self.rungs.len()).flat_map(|column| steps(column).map(move |step| (column, step)));
        changes.map(|(column, step)| start.with(column, step)).filter(|recipe| recipe.left() > 0).collect()
    }

    /// Goes down from the extract as it is: each step makes one column coarser, until the goal is reached or nothing is
    /// left to try. Returns the recipes on the way, the last one being where it ended.
    ///
    /// A step is the one that takes the most exposure for the detail that it costs. Where no single step takes any (all
    /// are exposed in several ways), the one that costs the most detail goes on; [`Self::restored`] gives back later
    /// what was not needed. With [`Manner::Keeping`] a column is left out only when none can be made coarser any more.
    pub(super) fn descent(&mut self, start: &Tried, manner: Manner) -> Result<Vec<Tried>, Halt> {
        let mut path: Vec<Tried> = Vec::new();
        let mut here = start.clone();
        while !here.reached {
            let next = self.coarser(&here.recipe, manner);
            let Some(tried) = self.tried_within_limit(next)? else { break };
            let Some(best) = self.best_step(&here, tried) else { break };
            path.push(best.clone());
            here = best;
        }
        Ok(path)
    }

    /// The recipes with one column one form coarser, in its coarsest form, or left out.
    fn coarser(&self, recipe: &Recipe, manner: Manner) -> Vec<Recipe> {
        let (mut next, mut without) = (Vec::new(), Vec::new());
        for (column, &rungs) in self.rungs.iter().enumerate() {
            let first = match recipe.step(column) {
                Step::AsIs => 0,
                Step::Rung(rung) => rung + 1,
                Step::Dropped => continue,
            };
            let coarsest = rungs.checked_sub(1).filter(|&coarsest| coarsest > first);
            let forms = (first < rungs).then_some(first).into_iter().chain(coarsest);
            next.extend(forms.map(|rung| recipe.with(column, Step::Rung(rung))));
            without.push(recipe.with(column, Step::Dropped));
        }
        if manner == Manner::Free || next.is_empty() {
            next.extend(without);
        }
        next.retain(|recipe| recipe.left() > 0);
        next
    }

    fn best_step(&self, here: &Tried, tried: Vec<Tried>) -> Option<Tried> {
        let before = self.exposure(&here.figures)?;
        let rated = tried.into_iter().filter_map(|tried| {
            let gain = before - self.exposure(&tried.figures)?;
            // A step that costs nothing is worth the most, but not without bound.
            let loss = (here.detail - tried.detail).max(1e-6);
            // Without a gain, what is lost decides: the boldest step, first among those that move a class at all.
            let moves = self.goal.exposure(&tried.figures) != self.goal.exposure(&here.figures);
            let worth = match (gain > 0.0, moves) {
                (true, _) => (2.0, gain / loss),
                (false, true) => (1.0, loss),
                (false, false) => (0.0, loss),
            };
            Some((worth, tried))
        });
        let order = |one: &((f64, f64), Tried), other: &((f64, f64), Tried)| -> Ordering {
            let by_worth = one.0.0.total_cmp(&other.0.0).then(one.0.1.total_cmp(&other.0.1));
            by_worth.then_with(|| other.1.recipe.cmp(&one.1.recipe))
        };
        rated.max_by(order).map(|(_, tried)| tried)
    }

    /// Exposure as one figure: subjects and records in classes below `k`, each as a share. Records make it move where
    /// every subject stays exposed by some record.
    fn exposure(&self, figures: &Figures) -> Option<f64> {
        let classes = self.goal.exposure(figures)?;
        let share = |count: u64, total: f64| as_float(count) / total.max(1.0);
        Some(share(classes.subjects_below_k, self.subjects) + share(classes.records_below_k, self.records))
    }

    /// Gives back detail while the goal stays reached: each round takes the finer form of one column that gives back the
    /// most. A form that did not hold is not tried again, because everything else is finer by then.
    pub(super) fn restored(&mut self, reached: Tried) -> Result<Tried, Halt> {
        let mut here = reached;
        let mut refused: Vec<(usize, Step)> = Vec::new();
        loop {
            let finer: Vec<(usize, Step)> = self.finer(&here.recipe);
            let finer: Vec<(usize, Step)> = finer.into_iter().filter(|step| !refused.contains(step)).collect();
            let recipes = finer.iter().map(|&(column, step)| here.recipe.with(column, step)).collect();
            let Some(tried) = self.tried_within_limit(recipes)? else { return Ok(here) };
            let not_held = finer.iter().zip(&tried).filter(|(_, tried)| !tried.reached);
            refused.extend(not_held.map(|(&step, _)| step));
            let better = tried.into_iter().filter(|tried| tried.reached && finer_than(tried, &here));
            let order = |one: &Tried, other: &Tried| {
                one.detail.total_cmp(&other.detail).then_with(|| other.recipe.cmp(&one.recipe))
            };
            match better.max_by(order) {
                Some(best) => here = best,
                None => return Ok(here),
            }
        }
    }

    /// Every finer step of every column.
    fn finer(&self, recipe: &Recipe) -> Vec<(usize, Step)> {
        let steps = |(column, step): (usize, Step)| {
            let rungs = match step {
                Step::AsIs => None,
                Step::Rung(rung) => Some(rung),
                Step::Dropped => Some(self.rungs[column]),
            };
            let finer = rungs.map(|rungs| [Step::AsIs].into_iter().chain((0..rungs).map(Step::Rung)));
            finer.into_iter().flatten().map(move |step| (column, step))
        };
        recipe.steps().enumerate().flat_map(steps).collect()
    }
}

/// Whether the recipe keeps more detail, or as much with fewer changes.
fn finer_than(tried: &Tried, here: &Tried) -> bool {
    tried.detail > here.detail || (tried.detail >= here.detail && tried.recipe.changed() < here.recipe.changed())
}
