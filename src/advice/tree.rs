//! Branch and bound over the steps of the columns.

use super::classes::Halt;
use super::detail::Detail;
use super::order::{Order, Refusal};
use super::plans::{Judge, JudgedPlan, Objection, PlanJudgement};
use super::quick::Quick;
use super::recipe::{Recipe, Step};
use crate::number::as_float;
use crate::recode::Ladder;
use crate::table::Table;

/// The order in which columns are decided: static ones first, so that what events can keep is known when they are; among
/// each the one with the most values first.
pub(super) fn sequence(table: &Table, columns: usize) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..columns).collect();
    sequence.sort_by_key(|&column| {
        let values = table.columns()[column].cardinality;
        (!table.is_static(column), std::cmp::Reverse(values), column)
    });
    sequence
}

pub(super) struct Search<'a> {
    /// The steps of each column that may be taken, those that keep the most first.
    pub(super) steps: Vec<Vec<Step>>,
    /// The column that stays in every plan, because it tells the period of a pseudonym.
    pub(super) teller: Option<usize>,
    /// Plans that keep no more than this sum of shares are of no use.
    pub(super) floor: f64,
    /// The columns in the order in which they are decided.
    pub(super) sequence: Vec<usize>,
    pub(super) quick: Quick<'a>,
    pub(super) judge: &'a mut dyn Judge,
    pub(super) detail: Detail,
    pub(super) order: Order,
    pub(super) refusals: Vec<Refusal>,
    pub(super) ladders: &'a [Ladder],
    pub(super) judged: Vec<JudgedPlan>,
    /// The place of the best plan that passes.
    pub(super) best: Option<usize>,
}

/// A branch that is being followed.
struct Branch<'a> {
    recipe: Recipe,
    /// Detail of the columns that are decided.
    kept: f64,
    /// The most that the columns from each place of the sequence on can keep by themselves.
    bounds: &'a [f64],
    /// Where the sequence ends at which nothing is judged: a part of the columns by itself.
    whole: bool,
}

/// Rounds of going up, each to a plan that is then judged.
const ROUNDS: usize = 24;
/// Sums of shares that differ by less are the same.
pub(super) const EQUAL: f64 = 1e-9;

impl Search<'_> {
    /// Plans that the steps allow, before any is refused.
    pub(super) fn possible(&self) -> f64 {
        self.steps.iter().map(|steps| as_float(steps.len() as u64)).product()
    }

    /// Searches until the best plan is confirmed. What was drawn may rarely say too little; then the search goes on
    /// without that plan.
    pub(super) fn run_to_confirmed(&mut self) -> Result<(), Halt> {
        let mut ended = self.run();
        while let Some(place) = self.best {
            if let Err(Halt::Stopped(reason)) = ended {
                self.best = None;
                return Err(Halt::Stopped(reason));
            }
            let rules = self.judged[place].rules.clone();
            let confirmed = self.judge.confirmed(&rules).map_err(Halt::Stopped);
            let confirmed = confirmed.inspect_err(|_| self.best = None)?;
            let passes = confirmed.passes();
            self.judged[place].judged = confirmed;
            if passes {
                return ended;
            }
            self.refusals.push(Refusal::Exactly(self.judged[place].recipe.clone()));
            self.best = self.best_of_judged();
            if ended.is_ok() {
                ended = self.run();
            }
        }
        ended
    }

    /// The plan with the most detail of those that were judged and passed.
    fn best_of_judged(&self) -> Option<usize> {
        let passing = self.judged.iter().enumerate().filter(|(_, judged)| judged.judged.passes());
        let kept = |place: &usize| self.detail.sum(&self.judged[*place].recipe);
        let first_of_equal = |one: &usize, other: &usize| kept(one).total_cmp(&kept(other)).then(other.cmp(one));
        passing.map(|(place, _)| place).filter(|place| kept(place) > self.floor).max_by(first_of_equal)
    }

    fn run(&mut self) -> Result<(), Halt> {
        let columns = self.sequence.len();
        let nothing = (0..columns).fold(Recipe::as_is(columns), |recipe, column| recipe.with(column, Step::Dropped));
        self.leave_unclear_out(&nothing);
        if self.is_large() {
            self.ascend(&nothing)?;
        } else {
            self.refuse_single_steps(&nothing)?;
            self.go_up(&nothing)?;
        }
        // The last columns by themselves, then one more, and so on: each bounds the next.
        let mut bounds = vec![0.0; columns + 1];
        for first in (0..columns).rev() {
            let whole = first == 0;
            let branch = Branch { recipe: nothing.clone(), kept: 0.0, bounds: &bounds, whole };
            let mut best = if whole { self.best_detail() } else { bounds[first + 1] };
            self.follow(first, &branch, &mut best)?;
            bounds[first] = best;
        }
        Ok(())
    }

    /// Has the extract as it is judged, and the plans between it and the best one, each with one more of its changes, those
    /// that cost the least first: what each step down costs and gains.
    pub(super) fn way_to_best(&mut self, dropped: &[bool]) {
        let Some(best) = self.best.and_then(|best| self.judged.get(best)).map(|best| best.recipe.clone()) else {
            return;
        };
        let start = Recipe::as_is(dropped.len());
        let gone = (0..dropped.len()).filter(|&column| dropped[column]);
        let mut here = gone.fold(start, |recipe, column| recipe.with(column, Step::Dropped));
        let mut changes: Vec<(usize, Step)> =
            best.steps().enumerate().filter(|&(column, step)| here.step(column) != step).collect();
        changes.sort_by(|one, other| {
            let kept = |&(column, step): &(usize, Step)| self.detail.of(column, step);
            kept(other).total_cmp(&kept(one)).then(one.cmp(other))
        });
        for (column, step) in changes {
            // The best plan is known; a way that ends early is only shorter.
            if self.asked(&here).is_err() {
                return;
            }
            here = here.with(column, step);
        }
    }

    pub(super) fn best_detail(&self) -> f64 {
        let best = self.best.and_then(|best| self.judged.get(best));
        best.map_or(self.floor, |best| self.detail.sum(&best.recipe))
    }

    /// Steps of which the data do not say what they are, are never taken. Of a finer or a coarser form they may well say it,
    /// so nothing follows for others.
    fn leave_unclear_out(&mut self, nothing: &Recipe) {
        for (column, steps) in self.steps.iter_mut().enumerate() {
            steps.retain(|&step| !self.quick.is_unclear(&nothing.with(column, step)));
        }
    }

    /// Steps that fail with every other column left out are never taken.
    fn refuse_single_steps(&mut self, nothing: &Recipe) -> Result<(), Halt> {
        for column in 0..self.sequence.len() {
            for place in (0..self.steps[column].len()).rev() {
                let recipe = nothing.with(column, self.steps[column][place]);
                if !self.is_refused(&recipe) && !self.quick.hold(&recipe)? {
                    self.refusals.push(Refusal::Finer(recipe));
                }
            }
        }
        let (order, refusals) = (&self.order, &self.refusals);
        for (column, steps) in self.steps.iter_mut().enumerate() {
            let refused = |step: Step| {
                let recipe = nothing.with(column, step);
                refusals.iter().any(|refusal| refusal.covers(order, &recipe))
            };
            steps.retain(|&step| step == Step::Dropped || !refused(step));
        }
        Ok(())
    }

    pub(super) fn is_refused(&self, recipe: &Recipe) -> bool {
        self.refusals.iter().any(|refusal| refusal.covers(&self.order, recipe))
    }

    /// Whether a recipe holds as far as that is known without the judge.
    pub(super) fn may_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        // Looking through what was refused is work as well.
        let looks = self.refusals.len() * self.sequence.len();
        self.quick.counter.spend(looks as u64 + 1)?;
        if self.is_refused(recipe) {
            return Ok(false);
        }
        let holds = self.quick.hold(recipe)?;
        if !holds {
            self.refusals.push(Refusal::Finer(recipe.clone()));
        }
        Ok(holds)
    }

    /// Takes the step with the largest gain as long as one holds, and has the end judged; again with what the judge said,
    /// until something passes. What is found first bounds the search that follows.
    fn go_up(&mut self, nothing: &Recipe) -> Result<(), Halt> {
        for _ in 0..ROUNDS {
            let mut here = nothing.clone();
            while let Some(next) = self.finer(&here)? {
                here = next;
            }
            // Going up ends above all that is worth judging, or nowhere.
            let is_of_use = self.detail.sum(&here) > self.floor + EQUAL;
            if here.left() == 0 || !is_of_use || self.has_judged(&here) || self.judge(&here)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The recipe one step up with the largest gain that holds.
    fn finer(&mut self, here: &Recipe) -> Result<Option<Recipe>, Halt> {
        let mut gains: Vec<(f64, usize, Step)> = Vec::new();
        for (column, steps) in self.steps.iter().enumerate() {
            let now = self.detail.of(column, here.step(column));
            let better = steps.iter().map(|&step| (self.detail.of(column, step) - now, column, step));
            gains.extend(better.filter(|(gain, ..)| *gain > EQUAL));
        }
        gains.sort_by(|one, other| other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2))));
        for (_, column, step) in gains {
            let next = here.with(column, step);
            if self.may_hold(&next)? {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    fn has_judged(&self, recipe: &Recipe) -> bool {
        self.judged.iter().any(|judged| judged.recipe == *recipe)
    }

    /// Decides the columns from `place` on, those that keep the most first.
    fn follow(&mut self, place: usize, branch: &Branch<'_>, best: &mut f64) -> Result<(), Halt> {
        let Some(&column) = self.sequence.get(place) else {
            if !branch.whole {
                *best = best.max(branch.kept);
            } else if branch.recipe.left() > 0 && self.judge(&branch.recipe)? {
                *best = branch.kept;
            }
            return Ok(());
        };
        for step in self.steps[column].clone() {
            let kept = branch.kept + self.detail.of(column, step);
            // What is no better than the best is not followed.
            if kept + branch.bounds[place + 1] <= *best + EQUAL {
                break;
            }
            let recipe = branch.recipe.with(column, step);
            if step == Step::Dropped || self.may_hold(&recipe)? {
                if kept + self.reachable(place + 1, &recipe) <= *best + EQUAL {
                    continue;
                }
                self.follow(place + 1, &Branch { recipe, kept, ..*branch }, best)?;
            }
        }
        Ok(())
    }

    /// The most that the columns from `place` on can keep beside what is decided, by what was refused so far.
    fn reachable(&self, place: usize, recipe: &Recipe) -> f64 {
        let most = |&column: &usize| {
            let steps = self.steps[column].iter();
            let first = steps.copied().find(|&step| !self.is_refused(&recipe.with(column, step)));
            first.map_or(0.0, |step| self.detail.of(column, step))
        };
        self.sequence[place..].iter().map(most).sum()
    }

    /// Has a whole recipe judged, and learns from what is said. Whether it passes.
    pub(super) fn judge(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        if self.judged_and_kept(recipe)? {
            return Ok(true);
        }
        for objection in self.asked(recipe)?.objections {
            self.learn(recipe, &objection)?;
        }
        Ok(false)
    }

    /// The same without learning more than that it fails.
    pub(super) fn judged_and_kept(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        let passes = self.asked(recipe)?.passes();
        if !passes {
            self.refusals.push(Refusal::Exactly(recipe.clone()));
        } else if self.detail.sum(recipe) > self.best_detail() {
            self.best = self.judged.iter().position(|judged| judged.recipe == *recipe);
        }
        Ok(passes)
    }

    pub(super) fn asked(&mut self, recipe: &Recipe) -> Result<PlanJudgement, Halt> {
        if let Some(known) = self.judged.iter().find(|judged| judged.recipe == *recipe) {
            return Ok(known.judged.clone());
        }
        self.quick.counter.spend(self.judge.cost())?;
        let rules = self.rules(recipe);
        let judged = self.judge.judged(&rules).map_err(Halt::Stopped)?;
        let detail = self.detail.kept(recipe);
        self.judged.push(JudgedPlan { recipe: recipe.clone(), detail, judged: judged.clone(), rules });
        Ok(judged)
    }

    fn rules(&self, recipe: &Recipe) -> Vec<Option<Vec<String>>> {
        let rules = |(column, step): (usize, Step)| match step {
            Step::AsIs => None,
            Step::Rung(rung) => Some(self.ladders[column].rungs[rung].rules.clone()),
            Step::Dropped => Some(vec!["drop".to_owned()]),
        };
        recipe.steps().enumerate().map(rules).collect()
    }

    /// Makes what a gate objects to coarser as long as it objects, so that one refusal stands for as many as it can.
    fn learn(&mut self, recipe: &Recipe, objection: &Objection) -> Result<(), Halt> {
        let Some(columns) = &objection.columns else { return Ok(()) };
        let mut core = recipe.clone();
        for column in (0..self.sequence.len()).filter(|column| !columns.contains(column)) {
            core = core.with(column, self.least(column));
        }
        if self.is_refused(&core) {
            return Ok(());
        }
        if core != *recipe && !self.still_objects(&core, objection)? {
            // Not these columns alone; nothing follows for others.
            return Ok(());
        }
        for &column in columns {
            let now = core.step(column);
            let coarser = self.steps[column].iter().rev().copied();
            let coarser: Vec<Step> =
                coarser.filter(|&step| step != now && self.order.is_finer(column, now, step)).collect();
            for step in coarser {
                let tried = core.with(column, step);
                if tried.left() > 0 && self.still_objects(&tried, objection)? {
                    core = tried;
                    break;
                }
            }
        }
        self.refusals.push(Refusal::Finer(core));
        Ok(())
    }

    /// The step of a column that shows the least.
    fn least(&self, column: usize) -> Step {
        let last = self.steps[column].last().filter(|_| self.teller == Some(column));
        last.copied().unwrap_or(Step::Dropped)
    }

    fn still_objects(&mut self, recipe: &Recipe, objection: &Objection) -> Result<bool, Halt> {
        let judged = self.asked(recipe)?;
        Ok(judged.objections.iter().any(|other| other.gate == objection.gate))
    }
}
