//! A passing plan for a large table, found with few questions.
//!
//! # Method
//! How much a plan tells is near to the sum of the entropies of its columns, and what a limit allows is near to a bound on
//! that sum. So for a bound the plan that keeps the most detail is a knapsack, filled without asking anybody; the largest bound
//! whose plan holds is found by bisection. From there on single steps and exchanges of two columns are taken as long as
//! one holds that keeps more.
//!
//! Nothing is assumed of entropies but the order in which plans are tried: what is recommended was judged.

use super::classes::Halt;
use super::detail::Detail;
use super::recipe::{Recipe, Step};
use super::tree::{EQUAL, Search};
use crate::number::as_float;

/// Parts that the entropy of all columns together is counted in.
const PARTS: usize = 1_000;

/// Judgements that the climb leaves for its end and for what follows.
const JUDGEMENTS: u64 = 2;

impl Search<'_> {
    /// Whether asking of every step by itself would take most of the work.
    pub(super) fn is_large(&self) -> bool {
        let steps: usize = self.steps.iter().map(Vec::len).sum();
        self.quick.cost().saturating_mul(steps as u64) > self.quick.counter.work_left() / 2
    }

    /// Looks for a plan that passes, and has it judged; then for better ones nearby.
    pub(super) fn ascend(&mut self, nothing: &Recipe) -> Result<(), Halt> {
        let knapsack = Knapsack::new(&self.steps, &self.detail);
        let Some(mut start) = self.largest(&knapsack, PARTS, Self::holds)? else { return Ok(()) };
        if !self.passes(&start.recipe)? {
            let Some(other) = self.largest(&knapsack, start.parts, Self::passes)? else { return Ok(()) };
            start = other;
        }
        let end = self.climbed(start.recipe, nothing)?;
        self.passes(&end).map(drop)
    }

    /// The plan of the largest bound, of at most `most` parts, that is not refused; `None` where even the smallest is.
    fn largest(
        &mut self,
        knapsack: &Knapsack,
        most: usize,
        accepts: impl Fn(&mut Self, &Recipe) -> Result<bool, Halt>,
    ) -> Result<Option<Filled>, Halt> {
        let (mut holds, mut fails): (Option<Filled>, Option<Recipe>) = (None, None);
        let (mut low, mut high) = (0, most + 1);
        // The whole first: it may pass as it is.
        let mut parts = most;
        loop {
            let recipe = knapsack.filled(parts);
            let is_nothing = recipe.left() == 0;
            let known = holds.as_ref().is_some_and(|holds| holds.recipe == recipe);
            if !is_nothing && (known || (fails.as_ref() != Some(&recipe) && accepts(self, &recipe)?)) {
                holds = Some(Filled { recipe, parts });
                low = parts;
            } else if is_nothing {
                low = parts;
            } else {
                fails = Some(recipe);
                high = parts;
            }
            if high - low <= 1 {
                return Ok(holds);
            }
            parts = usize::midpoint(low, high);
        }
    }

    fn holds(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        Ok(self.may_hold(recipe)? && self.quick.surely_hold(recipe)?)
    }

    /// Whether the judge has no objection; what holds is kept where it is the best so far.
    fn passes(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        Ok(self.holds(recipe)? && self.judged_and_kept(recipe)?)
    }

    /// Goes to a plan nearby that keeps more and holds, as long as there is one and work for it.
    fn climbed(&mut self, start: Recipe, nothing: &Recipe) -> Result<Recipe, Halt> {
        let mut here = start;
        let reserve = JUDGEMENTS * self.judge.cost();
        'climb: loop {
            for next in self.nearby(&here, nothing) {
                if self.quick.counter.work_left() < reserve + self.quick.cost() {
                    return Ok(here);
                }
                if self.holds(&next)? {
                    here = next;
                    continue 'climb;
                }
            }
            return Ok(here);
        }
    }

    /// The plans that keep more and differ in one or two columns, those first that gain the most for what they tell.
    fn nearby(&self, here: &Recipe, nothing: &Recipe) -> Vec<Recipe> {
        let change = |(column, step): (usize, Step)| {
            let now = here.step(column);
            let gain = self.detail.of(column, step) - self.detail.of(column, now);
            let nats = self.detail.nats(column, step) - self.detail.nats(column, now);
            Change { column, step, gain, nats }
        };
        let steps = self.steps.iter().enumerate();
        let steps = steps.flat_map(|(column, steps)| steps.iter().map(move |&step| (column, step)));
        let alone = |&(column, step): &(usize, Step)| !self.is_refused(&nothing.with(column, step));
        let changes: Vec<Change> =
            steps.filter(|&(column, step)| here.step(column) != step).filter(alone).map(change).collect();
        let mut found: Vec<(f64, f64, Recipe)> = Vec::new();
        for (place, one) in changes.iter().enumerate() {
            found.push((one.gain, one.nats, here.with(one.column, one.step)));
            for other in changes[place + 1..].iter().filter(|other| other.column != one.column) {
                let recipe = here.with(one.column, one.step).with(other.column, other.step);
                found.push((one.gain + other.gain, one.nats + other.nats, recipe));
            }
        }
        found.retain(|(gain, _, recipe)| *gain > EQUAL && !self.is_refused(recipe));
        // What tells more is the likelier to be refused, so a gain counts for less then.
        let worth = |gain: f64, nats: f64| gain / (1.0 + 4.0 * nats.max(0.0));
        found.sort_by(|one, other| worth(other.0, other.1).total_cmp(&worth(one.0, one.1)).then(one.2.cmp(&other.2)));
        found.into_iter().map(|(.., recipe)| recipe).collect()
    }
}

/// Another step of one column.
struct Change {
    column: usize,
    step: Step,
    gain: f64,
    nats: f64,
}

/// A plan that fills a bound.
struct Filled {
    recipe: Recipe,
    parts: usize,
}

/// What each step of each column weighs and keeps.
struct Knapsack {
    columns: Vec<Vec<(usize, f64, Step)>>,
}

impl Knapsack {
    fn new(steps: &[Vec<Step>], detail: &Detail) -> Self {
        let most = |(column, steps): (usize, &Vec<Step>)| {
            steps.iter().map(|&step| detail.nats(column, step)).fold(0.0, f64::max)
        };
        let whole: f64 = steps.iter().enumerate().map(most).sum();
        // Rounded up to whole parts, the columns together may have one part each beside those of the bound.
        let room = as_float(PARTS.saturating_sub(steps.len()) as u64).max(1.0);
        let of_step = |column: usize, step: Step| {
            let share = if whole > 0.0 { detail.nats(column, step) / whole } else { 0.0 };
            (parts(share * room), detail.of(column, step), step)
        };
        let of_column =
            |(column, steps): (usize, &Vec<Step>)| steps.iter().map(|&step| of_step(column, step)).collect();
        Self { columns: steps.iter().enumerate().map(of_column).collect() }
    }

    /// The plan that keeps the most within a bound; of equal ones the one that keeps more of the first columns.
    fn filled(&self, bound: usize) -> Recipe {
        let nothing = vec![0.0; bound + 1];
        let mut tables = vec![nothing];
        for column in &self.columns {
            let before = &tables[tables.len() - 1];
            let best = |room: usize| {
                let fitting = column.iter().filter(|(weight, ..)| *weight <= room);
                fitting.map(|(weight, gain, _)| before[room - weight] + gain).fold(f64::NEG_INFINITY, f64::max)
            };
            tables.push((0..=bound).map(best).collect());
        }
        let mut room = bound;
        let mut recipe = Recipe::as_is(self.columns.len());
        for (place, column) in self.columns.iter().enumerate().rev() {
            let fitting = column.iter().filter(|(weight, ..)| *weight <= room);
            let kept = |(weight, gain, _): &(usize, f64, Step)| tables[place][room - weight] + gain;
            // Every column can be left out, at no weight.
            let taken = fitting.max_by(|one, other| kept(one).total_cmp(&kept(other)).then(other.2.cmp(&one.2)));
            let (weight, step) = taken.map_or((0, Step::Dropped), |&(weight, _, step)| (weight, step));
            recipe = recipe.with(place, step);
            room -= weight;
        }
        recipe
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of at most a thousand parts")]
fn parts(share: f64) -> usize {
    share.clamp(0.0, as_float(PARTS as u64)).ceil() as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Knapsack, Step};

    /// The most that any choice keeps within a bound.
    fn exhausted(columns: &[Vec<(usize, f64, Step)>], bound: usize) -> f64 {
        let Some((first, rest)) = columns.split_first() else { return 0.0 };
        let fitting = first.iter().filter(|(weight, ..)| *weight <= bound);
        fitting.map(|(weight, gain, _)| gain + exhausted(rest, bound - weight)).fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn what_fills_a_bound_keeps_as_much_as_any_choice(
            drawn in prop::collection::vec(prop::collection::vec((0_usize..12, 0_u32..100), 0..5), 1..6),
            bound in 0_usize..40,
        ) {
            let column = |steps: &Vec<(usize, u32)>| {
                let steps = steps.iter().enumerate();
                let steps = steps.map(|(rung, &(weight, gain))| (weight, f64::from(gain), Step::Rung(rung)));
                steps.chain([(0, 0.0, Step::Dropped)]).collect::<Vec<_>>()
            };
            let columns: Vec<_> = drawn.iter().map(column).collect();
            let recipe = Knapsack { columns: columns.clone() }.filled(bound);
            let taken = recipe.steps().zip(&columns).map(|(step, column)| column.iter().find(|it| it.2 == step).unwrap());
            let (weight, gain) = taken.fold((0, 0.0), |sum, (weight, gain, _)| (sum.0 + weight, sum.1 + gain));
            prop_assert!(weight <= bound);
            prop_assert!((gain - exhausted(&columns, bound)).abs() < 1e-9);
        }
    }
}
