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
//! On a large table, where asking of every step by itself would take most of the work, a passing plan comes first
//! (`ascent.rs`), and the branch and bound has what is left of the work.
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
use super::order::Order;
use super::quick::{Quick, QuickGates};
use super::recipe::{Recipe, Step};
use super::tree::{Search, sequence};
use crate::recode::Ladder;
use crate::result::Headline;
use crate::stop::{StopReason, Watch};
use crate::table::{Column, Recoding, Table};

/// Whether a plan may leave; asked of the whole extract.
pub trait Judge {
    /// Judges the extract with these rules for each quasi-identifier, in the order of the table: `None` as it is,
    /// `drop` to leave it out.
    ///
    /// # Errors
    /// When the program was asked to end.
    fn judged(&mut self, rules: &[Option<Vec<String>>]) -> Result<PlanJudgement, StopReason>;

    /// The same of the plan that is to be recommended, with every figure as a scan gives it.
    ///
    /// # Errors
    /// When the program was asked to end.
    fn confirmed(&mut self, rules: &[Option<Vec<String>>]) -> Result<PlanJudgement, StopReason> {
        self.judged(rules)
    }

    /// What judging once costs, in records times column sets.
    fn cost(&self) -> u64;
}

/// What the judge says of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanJudgement {
    /// What stands in the way; nothing for a plan that passes.
    pub objections: Vec<Objection>,
    /// Its figures.
    pub figures: Headline,
}

impl PlanJudgement {
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
    /// Where pseudonyms are rotated: the table is that of persons within periods.
    pub rotated: Option<Rotated>,
    /// Only plans that keep a larger share of the detail are of use.
    pub more_than: Option<f64>,
}

/// What rotating pseudonyms means for plans.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotated {
    /// The period of each record of the table.
    pub period: Column,
    /// For each period a number that depends on the period alone.
    pub keys: Vec<u64>,
    /// The column that tells the period, which stays: a plan without it cannot be carried out.
    pub teller: usize,
    /// Detail that is lost, in columns: the share of the pairs of records of one subject that lose their link.
    pub lost: f64,
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
    /// Plans that the moves allow: the product of the steps of the columns.
    pub possible: f64,
    /// Names of the columns, in the order of the steps.
    pub columns: Vec<String>,
    ladders: Vec<Ladder>,
}

/// A plan that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedPlan {
    pub(super) recipe: Recipe,
    /// Share of the detail that it keeps; `None` where no column has any.
    pub detail: Option<f64>,
    /// What the judge says.
    pub judged: PlanJudgement,
    /// For each column the rules that it has, all of them; `None` as it is.
    pub rules: Vec<Option<Vec<String>>>,
}

impl Plans {
    /// No plan, and none that would pass.
    #[must_use]
    pub fn none() -> Self {
        Self { complete: true, ..Self::default() }
    }

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
    let columns = table.columns().iter().map(|column| column.name.clone()).collect();
    let ladders = if request.rare { super::ladders::completed(&table, ladders, request.k) } else { ladders };
    let order = Order::new(&table, &ladders);
    let recodings: Vec<Recoding> =
        ladders.iter().flat_map(|ladder| ladder.rungs.iter().map(|rung| rung.recoding.clone())).collect();
    let mut table = table.with_recoded(&recodings);
    drop(recodings);
    let Request { rotated, mut dropped, .. } = request;
    let period = rotated.as_ref().map(|_| table.columns().len());
    if let Some(rotated) = &rotated {
        table = table.with_column(rotated.period.clone());
        dropped[rotated.teller] = false;
    }
    let rungs: Vec<usize> = ladders.iter().map(|ladder| ladder.rungs.len()).collect();
    let detail = Detail::new(&table, &ladders).losing(rotated.as_ref().map_or(0.0, |rotated| rotated.lost));
    let counter = Counter::new(&table, rungs.iter().copied(), request.k, request.work, watch).within(period);
    let teller = rotated.as_ref().map(|rotated| rotated.teller);
    let mut search = Search {
        steps: steps(&rungs, &dropped, teller, &detail),
        teller,
        floor: request.more_than.map_or(f64::NEG_INFINITY, |share| detail.sum_of(share)),
        sequence: sequence(&table, rungs.len()),
        quick: Quick::new(&table, counter, &ladders, (request.quick, rotated.as_ref()), watch),
        judge,
        detail,
        order,
        refusals: Vec::new(),
        ladders: &ladders,
        judged: Vec::new(),
        best: None,
    };
    let possible = search.possible();
    let complete = ended(&mut search, request.way.then_some(&dropped))?;
    let (judged, best) = (search.judged, search.best);
    Ok(Plans { judged, best, complete, possible, columns, ladders })
}

/// Runs a search, and from those columns that are left out anyway the way to its plan where that is asked. Whether it came
/// to its end.
fn ended(search: &mut Search<'_>, way: Option<&Vec<bool>>) -> Result<bool, StopReason> {
    let ended = search.run_to_confirmed();
    if let (Some(dropped), Ok(())) = (way, ended) {
        search.way_to_best(dropped);
    }
    match ended {
        Ok(()) => Ok(true),
        Err(Halt::Stopped(StopReason::Interrupt)) => Err(StopReason::Interrupt),
        Err(Halt::Stopped(_) | Halt::Work) => Ok(false),
    }
}

/// The steps of each column that may be taken, those that keep the most first.
fn steps(rungs: &[usize], dropped: &[bool], stays: Option<usize>, detail: &Detail) -> Vec<Vec<Step>> {
    let of_column = |(column, &rungs): (usize, &usize)| {
        let all = [Step::AsIs].into_iter().chain((0..rungs).map(Step::Rung)).chain([Step::Dropped]);
        let may = |&step: &Step| if step == Step::Dropped { stays != Some(column) } else { !dropped[column] };
        let mut steps: Vec<Step> = all.filter(may).collect();
        steps.sort_by(|&one, &other| detail.of(column, other).total_cmp(&detail.of(column, one)).then(one.cmp(&other)));
        steps
    };
    rungs.iter().enumerate().map(of_column).collect()
}
