//! The plan that keeps the most detail and passes every gate.
//!
//! # Definition
//! A plan is a step for each quasi-identifier: as it is, one form of its ladder, or left out. It *passes* when the judge
//! has no objection to the extract treated so. Of those that pass, the one that keeps the most detail is sought; equal
//! ones by the order of their steps.
//!
//! # Method
//! The judge is asked through [`Judge`], by the same code as the verdict; it is dear. Classes and known points are asked of the
//! coded columns first ([`QuickGates`]), of a part of the columns with all others left out: what fails so fails with any
//! further column. Then a branch and bound over the columns: the best that the last columns can keep by themselves bounds
//! what they can keep beside others (Russian doll search: Verfaillie, Lemaître & Schiex, AAAI 1996). A plan to which the judge
//! objects is made coarser as long as the same objection stands, and what is left refuses all finer plans at once.
//!
//! # What is assumed
//! That showing less never breaks a limit that held. For classes that is so. A share of known points or of links can rise
//! in rare cases when values are merged; then a finer plan than the one that is found may pass. The plan that is
//! found was judged, so it passes.
//!
//! # Guarantee
//! The same answer for any number of threads and any order of the records. The work is bounded by counts, never by time;
//! where the bound ends the search, it says so.

use super::classes::{Counter, Halt};
use super::detail::Detail;
use super::order::{Order, Refusal};
use super::quick::{Quick, QuickGates};
use super::recipe::{Recipe, Step};
use crate::recode::Ladder;
use crate::result::Headline;
use crate::stop::{StopReason, Watch};
use crate::table::{Recoding, Table};

/// Whether a plan may leave; asked of the whole extract.
pub trait Judge {
    /// Judges the extract with these rules for each quasi-identifier, in the order of the table: `None` as it is,
    /// `drop` to leave it out.
    ///
    /// # Errors
    /// When the program was asked to end.
    fn judged(&mut self, rules: &[Option<Vec<String>>]) -> Result<Judged, StopReason>;

    /// The same of the plan that is to be recommended, with every figure as a scan gives it.
    ///
    /// # Errors
    /// When the program was asked to end.
    fn confirmed(&mut self, rules: &[Option<Vec<String>>]) -> Result<Judged, StopReason> {
        self.judged(rules)
    }

    /// What judging once costs, in records times column sets.
    fn cost(&self) -> u64;
}

/// What the judge says of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// What stands in the way; nothing for a plan that passes.
    pub objections: Vec<Objection>,
    /// Its figures.
    pub figures: Headline,
}

impl Judged {
    /// Whether nothing stands in the way.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.objections.is_empty()
    }
}

/// What stands in the way of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// Which gate says so, the same for the same gate.
    pub gate: String,
    /// The quasi-identifiers that it looks at, by their place; `None` where nothing follows for finer plans.
    pub columns: Option<Vec<usize>>,
}

/// What is asked for beside the table and its ladders.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The policy's smallest class, which `rare` rules are made from.
    pub k: u32,
    /// Whether the merging of rare values is among the moves.
    pub rare: bool,
    /// Gates that can be asked of the coded columns.
    pub quick: QuickGates,
    /// Columns that are left out whatever else is done.
    pub dropped: Vec<bool>,
    /// Whether the plans on the way to the best one are judged as well.
    pub way: bool,
    /// The bound of the work, in records times column sets.
    pub work: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plans {
    /// Every plan that was judged, each once, in the order of judging.
    pub judged: Vec<JudgedPlan>,
    /// The place of the best among them; `None` where none passes.
    pub best: Option<usize>,
    /// Whether the search came to its end: no better plan passes (see the module about what is assumed), or none at all.
    pub complete: bool,
    /// Plans that the moves allow: the product of the lengths of the ladders.
    pub possible: f64,
    /// Names of the columns, in the order of the steps.
    pub columns: Vec<String>,
    ladders: Vec<Ladder>,
}

/// A plan that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedPlan {
    recipe: Recipe,
    /// Share of the detail that it keeps; `None` where no column has any.
    pub detail: Option<f64>,
    /// What the judge says.
    pub judged: Judged,
    /// For each column the rules that it has, all of them; `None` as it is.
    pub rules: Vec<Option<Vec<String>>>,
}

impl Plans {
    /// A plan in the words of the result, without figures.
    #[must_use]
    pub fn written(&self, plan: &JudgedPlan) -> crate::result::Advice {
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        super::recipe::write(&plan.recipe, &names, &self.ladders)
    }

    /// How much of the detail of each column a plan keeps cannot be read from here; how many columns it changes can.
    #[must_use]
    pub fn changed(plan: &JudgedPlan) -> usize {
        plan.recipe.changed()
    }
}

/// Searches for the plan that keeps the most detail and passes.
///
/// All columns of the table are quasi-identifiers, each with its ladder, in the same order.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end.
///
/// # Panics
/// When there are not as many ladders as columns.
pub fn best_plan(
    table: Table,
    ladders: Vec<Ladder>,
    request: Request,
    judge: &mut dyn Judge,
    watch: Watch<'_>,
) -> Result<Plans, StopReason> {
    assert_eq!(table.columns().len(), ladders.len(), "every column has a ladder");
    let columns = ladders.len();
    let names = table.columns().iter().map(|column| column.name.clone()).collect();
    let ladders = if request.rare { super::ladders::completed(&table, ladders, request.k) } else { ladders };
    let recodings: Vec<Recoding> =
        ladders.iter().flat_map(|ladder| ladder.rungs.iter().map(|rung| rung.recoding.clone())).collect();
    let order = Order::new(&table, &ladders);
    let table = table.with_recoded(&recodings);
    drop(recodings);
    let rungs: Vec<usize> = ladders.iter().map(|ladder| ladder.rungs.len()).collect();
    let detail = Detail::new(&table, &ladders);
    let counter = Counter::new(&table, rungs.iter().copied(), request.k, request.work, watch);
    let quick = Quick::new(&table, counter, &ladders, request.quick, watch);
    let possible = rungs.iter().zip(&request.dropped).filter(|(_, dropped)| !**dropped);
    let possible = possible.map(|(&rungs, _)| crate::number::as_float(rungs as u64 + 2)).product();
    let steps = |column: usize| {
        let all = [Step::AsIs].into_iter().chain((0..rungs[column]).map(Step::Rung)).chain([Step::Dropped]);
        let mut steps: Vec<Step> = all.filter(|&step| !request.dropped[column] || step == Step::Dropped).collect();
        steps.sort_by(|&one, &other| detail.of(column, other).total_cmp(&detail.of(column, one)).then(one.cmp(&other)));
        steps
    };
    let mut search = Search {
        steps: (0..columns).map(steps).collect(),
        sequence: sequence(&table, columns),
        quick,
        judge,
        detail,
        order,
        refusals: Vec::new(),
        ladders: &ladders,
        judged: Vec::new(),
        best: None,
    };
    let ended = search.run_to_confirmed();
    if request.way && ended.is_ok() {
        search.way_to_best(&request.dropped);
    }
    let complete = match ended {
        Ok(()) => true,
        Err(Halt::Stopped(StopReason::Interrupt)) => return Err(StopReason::Interrupt),
        Err(Halt::Stopped(_) | Halt::Work) => false,
    };
    let (judged, best) = (search.judged, search.best);
    Ok(Plans { judged, best, complete, possible, columns: names, ladders })
}

/// The order in which columns are decided: static ones first, so that what events can keep is known when they are; among
/// each the one with the most values first.
fn sequence(table: &Table, columns: usize) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..columns).collect();
    sequence.sort_by_key(|&column| {
        let values = table.columns()[column].cardinality;
        (!table.is_static(column), std::cmp::Reverse(values), column)
    });
    sequence
}

struct Search<'a> {
    /// The steps of each column that may be taken, those that keep the most first.
    steps: Vec<Vec<Step>>,
    /// The columns in the order in which they are decided.
    sequence: Vec<usize>,
    quick: Quick<'a>,
    judge: &'a mut dyn Judge,
    detail: Detail,
    order: Order,
    refusals: Vec<Refusal>,
    ladders: &'a [Ladder],
    judged: Vec<JudgedPlan>,
    /// The place of the best plan that passes.
    best: Option<usize>,
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
const EQUAL: f64 = 1e-9;

impl Search<'_> {
    /// Searches until the best plan is confirmed. What was drawn may rarely say too little; then the search goes on
    /// without that plan.
    fn run_to_confirmed(&mut self) -> Result<(), Halt> {
        loop {
            let ended = self.run();
            let Some(place) = self.best else { return ended };
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
            self.best = None;
            self.refusals.push(Refusal::Exactly(self.judged[place].recipe.clone()));
            ended?;
        }
    }

    fn run(&mut self) -> Result<(), Halt> {
        let columns = self.sequence.len();
        let nothing = (0..columns).fold(Recipe::as_is(columns), |recipe, column| recipe.with(column, Step::Dropped));
        self.refuse_single_steps(&nothing)?;
        self.go_up(&nothing)?;
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
    fn way_to_best(&mut self, dropped: &[bool]) {
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

    fn best_detail(&self) -> f64 {
        let best = self.best.and_then(|best| self.judged.get(best));
        best.map_or(f64::NEG_INFINITY, |best| self.detail.sum(&best.recipe))
    }

    /// Steps that fail with every other column left out are never taken.
    fn refuse_single_steps(&mut self, nothing: &Recipe) -> Result<(), Halt> {
        // Of a finer or a coarser form the data may well say what it is, so nothing follows for others.
        for (column, steps) in self.steps.iter_mut().enumerate() {
            steps.retain(|&step| !self.quick.is_unclear(&nothing.with(column, step)));
        }
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

    fn is_refused(&self, recipe: &Recipe) -> bool {
        self.refusals.iter().any(|refusal| refusal.covers(&self.order, recipe))
    }

    /// Whether a recipe holds as far as that is known without the judge.
    fn may_hold(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
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
            if here.left() == 0 || self.has_judged(&here) || self.judge(&here)? {
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
    fn judge(&mut self, recipe: &Recipe) -> Result<bool, Halt> {
        let judged = self.asked(recipe)?;
        let passes = judged.passes();
        if passes {
            let before = self.best_detail();
            if self.detail.sum(recipe) > before {
                self.best = self.judged.iter().position(|judged| judged.recipe == *recipe);
            }
            return Ok(true);
        }
        self.refusals.push(Refusal::Exactly(recipe.clone()));
        for objection in judged.objections {
            self.learn(recipe, &objection)?;
        }
        Ok(false)
    }

    fn asked(&mut self, recipe: &Recipe) -> Result<Judged, Halt> {
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
            core = core.with(column, Step::Dropped);
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

    fn still_objects(&mut self, recipe: &Recipe, objection: &Objection) -> Result<bool, Halt> {
        let judged = self.asked(recipe)?;
        Ok(judged.objections.iter().any(|other| other.gate == objection.gate))
    }
}
