//! What to change so that the extract may leave: every proposal recomputed, none estimated.
//!
//! # Definition
//! A *recipe* does something to some quasi-identifiers: it leaves a column out, or gives it one of the coarser forms of
//! its [`Ladder`]. For each recipe that is proposed, the full set and the set of columns that are static *after* the
//! change are counted anew, so that a scan with the proposed flags gives exactly the predicted figures.
//!
//! - *Exposed* subjects have a record in a class below `k`: on the full set when the policy gates it, else on the static
//!   set, else (nothing is gated) on the full set.
//! - *Risk removed* is the share of exposed subjects that are exposed no more. Under a change a class only grows, so the
//!   difference of two counts is that share. Where a coarser event column becomes static and exposes others, it is 0.
//! - *Detail kept* is the mean share of entropy that is left in the columns (`detail.rs`).
//!
//! # What is tried
//! Every single change; then a greedy search downwards, each step the one that takes the most exposure for the detail it
//! costs, until every gate on classes holds; then back upwards, giving back each change that turns out not to be needed; and
//! the same once more, leaving out columns only when none can be made coarser, where half of the work is left for it.
//! The recipes on the way that no other beats in both risk and detail are proposed as well. A greedy search finds a good
//! recipe, not always the best one; that a proposal does what it says is certain, because it was counted.
//!
//! # Order
//! Recipes that make every class large enough come first, by detail kept. The others follow by risk removed times detail kept: a
//! quotient of risk and lost detail would put changes first that hardly cost and hardly help.
//!
//! # Guarantee
//! The same table, ladders and settings give the same advice, for any number of threads and any order of the records.
//! The work is bounded by records times sets, never by time; cut off by time there is no advice, rather than a part.
//!
//! No proposal says that it reaches the limits: classes are counted anew and the rest of the verdict is not.
//!
//! Where no recipe makes every class large enough, the last entries say so and name what to share instead of records.

mod ascent;
mod classes;
mod detail;
mod known_points;
mod ladders;
mod order;
mod plans;
#[cfg(test)]
mod plans_test;
mod quick;
mod recipe;
mod search;
#[cfg(test)]
mod test;
mod tree;

pub use known_points::advise_known_points;
pub(crate) use ladders::completed;
pub use plans::{Judge, JudgedPlan, Objection, PlanJudgement, Plans, Request, Rotated, best_plan};
pub use quick::{KnownPoints, QuickGates};
pub(crate) use recipe::dropped_in_words;

use crate::number::{as_float, ratio};
use crate::recode::Ladder;
use crate::result::Advice;
use crate::stop::{StopReason, Watch};
use crate::table::{Recoding, Table};
use classes::{Counter, Figures, Halt};
use detail::Detail;
use search::{Goal, Manner, Search, Tried};

/// The name under `not_measured` when there is no advice, or not all of it.
pub const NAME: &str = "advice";

/// Records times column sets that advice may count: some seconds on one core. Larger extracts are tried with fewer forms
/// of each column.
const WORK: u64 = 300_000_000;

/// What advice needs to know beside the table and its ladders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The policy's smallest allowed class.
    pub k: u32,
    /// Whether the full set is gated as well as the static one.
    pub gate_any_record: bool,
}

/// Proposals, and why there are none or not all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advised {
    /// The proposals, best first; empty when every class is large enough already.
    pub advice: Vec<Advice>,
    /// Why there are none or not all, in words.
    pub left_out: Option<String>,
}

impl Advised {
    /// No proposal, for this reason.
    #[must_use]
    pub fn without(reason: &str) -> Self {
        Self { advice: Vec::new(), left_out: Some(reason.to_owned()) }
    }
}

/// Bytes that the coarser columns take beside the table.
#[must_use]
pub fn extra_bytes(table: &Table, ladders: &[Ladder]) -> u64 {
    let width = |recoding: &Recoding| match recoding.cardinality {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    };
    let forms = ladders.iter().flat_map(|ladder| &ladder.rungs);
    // The forms of `rare` are not among them yet; each is as wide as its column at most.
    let rare: u64 = table.columns().iter().map(|column| 3 * column.bytes_a_record()).sum();
    (forms.map(|rung| width(&rung.recoding)).sum::<u64>() + rare) * table.records() as u64
}

/// Proposes changes.
///
/// All columns of the table are quasi-identifiers, each with its ladder, in the same order. Missing cells are a category
/// of their own.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: there is then no advice,
/// and the reason says why.
///
/// # Panics
/// When there are not as many ladders as columns.
pub fn advise(table: Table, ladders: Vec<Ladder>, settings: Settings, watch: Watch<'_>) -> Result<Advised, StopReason> {
    assert_eq!(table.columns().len(), ladders.len(), "every column has a ladder");
    watch.progress.begin("advise", None, "column sets");
    let advised = advise_within(table, ladders, settings, WORK, watch);
    watch.progress.end();
    match advised {
        Ok(advised) => Ok(advised),
        Err(Halt::Stopped(StopReason::Interrupt)) => Err(StopReason::Interrupt),
        Err(Halt::Stopped(_)) => Ok(Advised::without("the time limit was over before every proposal was counted")),
        Err(Halt::Work) => Ok(Advised::without(
            "trying out changes would count more records times column sets than its fixed limit allows",
        )),
    }
}

fn advise_within(
    table: Table,
    ladders: Vec<Ladder>,
    settings: Settings,
    work: u64,
    watch: Watch<'_>,
) -> Result<Advised, Halt> {
    let columns = ladders.len();
    if columns == 0 || table.records() == 0 {
        return Ok(Advised::default());
    }
    let ladders = affordable(&table, ladders::completed(&table, ladders, settings.k), work).ok_or(Halt::Work)?;
    let names: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let recodings: Vec<Recoding> =
        ladders.iter().flat_map(|ladder| ladder.rungs.iter().map(|rung| rung.recoding.clone())).collect();
    let table = table.with_recoded(&recodings);
    drop(recodings);

    let start = recipe::Recipe::as_is(columns);
    let rungs: Vec<usize> = ladders.iter().map(|ladder| ladder.rungs.len()).collect();
    let mut counter = Counter::new(&table, rungs.iter().copied(), settings.k, work, watch);
    let before = counter.figures(std::slice::from_ref(&start))?[0];
    let goal = Goal { k: settings.k, full: settings.gate_any_record || before.fixed.is_none() };
    if goal.is_reached(&before) {
        return Ok(Advised::default());
    }
    let detail = Detail::new(&table, &ladders);
    let (records, subjects) = (as_float(table.records() as u64), as_float(table.subjects() as u64));
    let mut search = Search { counter, detail, goal, rungs, records, subjects, work, cut: false };
    let found = found(&mut search, start)?;
    let report = Report {
        names: names.iter().map(String::as_str).collect(),
        ladders: &ladders,
        goal,
        before,
        has_detail: search.detail.kept(&recipe::Recipe::as_is(columns)).is_some(),
    };
    Ok(Advised { advice: report.ranked(found), left_out: search.cut.then(|| CUT.to_owned()) })
}

const CUT: &str = "the search for combinations of changes ended at its fixed limit of records times column sets; what is \
                   proposed was counted, but a better combination may exist";

/// Ladders short enough that every single change can be counted, and half of the work is left for combinations; `None`
/// when not even leaving out each column can.
fn affordable(table: &Table, mut ladders: Vec<Ladder>, work: u64) -> Option<Vec<Ladder>> {
    let changes = |ladders: &[Ladder]| ladders.iter().map(|ladder| ladder.rungs.len() as u64 + 1).sum::<u64>();
    // The full set and the static one of each change, and of the extract as it is.
    let cost = |ladders: &[Ladder]| (changes(ladders) + 1) * 2 * table.records() as u64;
    let mut most = ladders.iter().map(|ladder| ladder.rungs.len()).max().unwrap_or(0);
    while cost(&ladders) > work / 2 && most > 0 {
        most -= 1;
        ladders = ladders.into_iter().map(|ladder| ladders::thinned(ladder, most)).collect();
    }
    (cost(&ladders) <= work).then_some(ladders)
}

/// Everything that is worth proposing, in no order.
fn found(search: &mut Search<'_>, start: recipe::Recipe) -> Result<Vec<Tried>, Halt> {
    let singles = search.single_changes();
    let mut found = search.tried(singles)?;
    let start = search.tried(vec![start])?.swap_remove(0);
    let (mut ways, mut ends): (Vec<Tried>, Vec<Tried>) = (Vec::new(), Vec::new());
    for manner in [Manner::Free, Manner::Keeping] {
        // On a large extract the second way is not worth as much work as the measures themselves.
        if manner == Manner::Keeping && search.counter.work_left() < search.work / 2 {
            continue;
        }
        let path = search.descent(&start, manner)?;
        let reached = path.last().filter(|last| last.reached).cloned();
        ends.extend(reached.map(|reached| search.restored(reached)).transpose()?);
        ways.extend(path);
    }
    // What each search came to in the end is told, even where the other one did better: the columns differ.
    for end in ends {
        if !found.iter().any(|other| other.recipe == end.recipe) {
            found.push(end);
        }
    }
    let exposed = |tried: &Tried| search.goal.exposure(&tried.figures).map_or(0, |classes| classes.subjects_below_k);
    let combined: Vec<Tried> = ways.into_iter().filter(|tried| tried.recipe.changed() > 1).collect();
    for tried in &combined {
        let beaten = |other: &Tried| {
            let (risk, other_risk) = (exposed(tried), exposed(other));
            other.reached >= tried.reached
                && other_risk <= risk
                && other.detail >= tried.detail
                && (other_risk < risk || other.detail > tried.detail)
        };
        let known = found.iter().any(|other| other.recipe == tried.recipe);
        if !known && !found.iter().chain(&combined).any(beaten) {
            found.push(tried.clone());
        }
    }
    Ok(found)
}

/// From what was found to what is told.
struct Report<'a> {
    names: Vec<&'a str>,
    ladders: &'a [Ladder],
    goal: Goal,
    before: Figures,
    /// Whether any column has detail to lose.
    has_detail: bool,
}

impl Report<'_> {
    fn ranked(&self, mut found: Vec<Tried>) -> Vec<Advice> {
        found.sort_by(|one, other| {
            let reached = other.reached.cmp(&one.reached);
            let worth = self.worth(other).total_cmp(&self.worth(one));
            let detail = other.detail.total_cmp(&one.detail);
            let fewer = one.recipe.changed().cmp(&other.recipe.changed());
            reached.then(worth).then(detail).then(fewer).then_with(|| one.recipe.cmp(&other.recipe))
        });
        let helps = found.first().is_some_and(|first| first.reached || self.worth(first) > 0.0);
        let reaches = found.first().is_some_and(|first| first.reached);
        let mut advice: Vec<Advice> = found.iter().map(|tried| self.advice(tried)).collect();
        if !reaches {
            advice.extend(self.alternatives());
        }
        // Where nothing helps at all, the first alternative stands behind the changes that do not.
        let recommended = if helps { 0 } else { found.len() };
        if let Some(recommended) = advice.get_mut(recommended) {
            recommended.recommended = true;
        }
        advice
    }

    /// What a recipe is ranked by among those that reach the limits, or among those that do not.
    fn worth(&self, tried: &Tried) -> f64 {
        if tried.reached { tried.detail } else { self.risk_removed(&tried.figures).unwrap_or(0.0) * tried.detail }
    }

    fn risk_removed(&self, after: &Figures) -> Option<f64> {
        let exposed = |figures: &Figures| self.goal.exposure(figures).map_or(0, |classes| classes.subjects_below_k);
        let (before, after) = (exposed(&self.before), exposed(after));
        ratio(before.saturating_sub(after), before)
    }

    fn advice(&self, tried: &Tried) -> Advice {
        Advice {
            before: Some(self.before.headline()),
            after: Some(tried.figures.headline()),
            risk_removed: self.risk_removed(&tried.figures),
            detail_kept: self.has_detail.then_some(tried.detail),
            // It claims to reach no limits: classes alone were counted anew, the other gates of the verdict were not.
            ..recipe::write(&tried.recipe, &self.names, self.ladders)
        }
    }

    /// What to share instead of records.
    fn alternatives(&self) -> Vec<Advice> {
        let k = self.goal.k;
        let alternative = |action: String| Advice { action, before: Some(self.before.headline()), ..Advice::default() };
        vec![
            alternative(format!(
                "no change that was tried brings every class to {k} subjects; share totals by group instead of records, \
                 and no group of fewer than {k} subjects"
            )),
            alternative(
                "or share synthetic records made from a model of these, and measure them against the originals"
                    .to_owned(),
            ),
            alternative(
                "or keep the records where they are and let the recipient compute inside a secure environment"
                    .to_owned(),
            ),
        ]
    }
}
