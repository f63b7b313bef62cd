//! What a contributor can compute who knows an amount of its own.

use std::collections::{HashMap, HashSet};

use super::presolve::{Component, Reduced, reduce};
use super::{AuditError, Depth, Interval, Published, Range, Target, each, settle, start};
use crate::stop::Watch;
use crate::tabular::simplex::{Tableau, Trouble};

/// Pairs of an insider and a target that are looked at within one sum.
const PAIRS: usize = 1_000_000;

/// A contributor of one cell, and what it knows of the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insider {
    /// The cell it contributes to.
    pub cell: u32,
    /// What it contributed.
    pub amount: i64,
    /// Whether it is the only contributor, so that it knows the whole cell.
    pub is_alone: bool,
}

/// The intervals that single insiders can compute, each for the targets that share a sum with its cell, as pairs of a
/// place in `insiders` and an interval, `None` where none could be computed. A contributor that is alone in its cell and
/// subtracts itself is the case to fear.
///
/// # Errors
/// When no table fits the ranges together with what an insider knows, and when told to end.
///
/// # Panics
/// When a relation, a target or an insider names a cell without a range.
pub fn audit_insiders(
    published: &Published<'_>,
    insiders: &[Insider],
    targets: &[Target],
    watch: Watch<'_>,
) -> Result<Vec<(usize, u32, Option<Interval>)>, AuditError> {
    if insiders.is_empty() {
        return Ok(Vec::new());
    }
    let fears = Fears::of(published, insiders, targets);
    let reduced = reduce(published)?;
    let home = homes(&reduced, published.bounds.len());
    let mut asked = vec![Vec::new(); reduced.components.len()];
    for (at, insider) in insiders.iter().enumerate() {
        if let Some((component, _)) = home[insider.cell as usize]
            && !fears.near[insider.cell as usize].is_empty()
        {
            asked[component].push(at);
        }
    }
    let pairs: Vec<(&Component, &Vec<usize>)> =
        reduced.components.iter().zip(&asked).filter(|(_, asked)| !asked.is_empty()).collect();
    let inquiry = Inquiry { published, reduced: &reduced, fears: &fears, insiders, home, watch };
    let found = each(&pairs, published.bounds.len(), |(component, asked)| inquiry.of_component(component, asked))?;
    let crowded = fears.crowded.iter().map(|&target| (0, targets[target].cell, None));
    Ok(found.into_iter().flatten().chain(crowded).collect())
}

/// For each cell the component that it belongs to and its place there; `None` for a cell that is known.
fn homes(reduced: &Reduced, cells: usize) -> Vec<Option<(usize, u32)>> {
    let mut home = vec![None; cells];
    for (at, component) in reduced.components.iter().enumerate() {
        for (place, &cell) in (0_u32..).zip(&component.cells) {
            home[cell as usize] = Some((at, place));
        }
    }
    home
}

/// An insider, a cell and the interval of it that the insider can compute.
type Found = (usize, u32, Option<Interval>);

/// What is asked of the insiders of all components.
struct Inquiry<'a> {
    published: &'a Published<'a>,
    reduced: &'a Reduced,
    fears: &'a Fears<'a>,
    insiders: &'a [Insider],
    home: Vec<Option<(usize, u32)>>,
    watch: Watch<'a>,
}

impl Inquiry<'_> {
    /// What these insiders can compute within their component.
    fn of_component(&self, component: &Component, asked: &[usize]) -> Result<Vec<Found>, AuditError> {
        let base = match start(component, self.published, self.watch) {
            Ok(tableau) => Some(tableau),
            Err(trouble) => undecided(trouble)?,
        };
        let answers = each(asked, component.cells.len(), |&at| self.of_insider(component, base.as_ref(), at))?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// What one insider can compute of each target to be feared; nothing is known of any where one cannot be computed.
    fn of_insider(&self, component: &Component, base: Option<&Tableau>, at: usize) -> Result<Vec<Found>, AuditError> {
        let insider = self.insiders[at];
        let targets: Vec<(Target, u32)> = self
            .fears
            .of_insider(insider)
            .filter_map(|target| self.home[target.cell as usize].map(|(_, place)| (target, place)))
            .collect();
        let found = match base.map(|base| self.intervals(component, base.clone(), insider, &targets)) {
            None => None,
            Some(Ok(intervals)) => intervals,
            Some(Err(trouble)) => undecided(trouble)?,
        };
        let found = found.unwrap_or_else(|| vec![None; targets.len()]);
        Ok(targets.iter().zip(found).map(|((target, _), interval)| (at, target.cell, interval)).collect())
    }

    /// The intervals of targets, given with their places, once the insider's own amount is known; `None` where they cannot be
    /// trusted.
    fn intervals(
        &self,
        component: &Component,
        mut tableau: Tableau,
        insider: Insider,
        targets: &[(Target, u32)],
    ) -> Result<Option<Vec<Option<Interval>>>, Trouble> {
        let range = self.published.bounds[insider.cell as usize];
        let range = if insider.is_alone {
            Range::shown(insider.amount)
        } else {
            Range { low: insider.amount.max(range.low), up: range.up }
        };
        let Some((_, place)) = self.home[insider.cell as usize] else { return Ok(None) };
        tableau.tighten(place, range.low, range.up, self.watch.stop)?;
        let places: Vec<u32> = targets.iter().map(|(_, place)| *place).collect();
        tableau.forget(&places);
        let mut intervals = Vec::new();
        for &(target, place) in targets {
            let outer = self.reduced.bounds[target.cell as usize];
            intervals.push(settle(&mut tableau, target, place, outer, Depth::Decide, self.watch)?);
        }
        Ok(tableau.verify(&component.equations).then_some(intervals))
    }
}

/// Which insider is to be feared for which target.
pub(crate) struct Fears<'a> {
    targets: &'a [Target],
    /// For each cell of an insider the targets that share a sum with it.
    near: Vec<Vec<usize>>,
    /// Targets of sums with so many of both that they are left undecided.
    pub(crate) crowded: Vec<usize>,
    own: HashSet<(u32, u32)>,
    holding: HashMap<(u32, u32), i64>,
}

impl<'a> Fears<'a> {
    pub(crate) fn of(published: &Published<'_>, insiders: &[Insider], targets: &'a [Target]) -> Self {
        let (near, crowded) = neighbours(published, insiders, targets);
        let (own, holding) = (own_cells(published, insiders), holding_cells(published, insiders));
        Self { targets, near, crowded, own, holding }
    }

    /// The targets for which an insider is to be feared, with what is asked of them against it.
    pub(crate) fn of_insider(&self, insider: Insider) -> impl Iterator<Item = Target> {
        self.near[insider.cell as usize]
            .iter()
            .map(|&target| self.targets[target])
            .filter(move |target| target.cell != insider.cell)
            .filter(move |target| !(insider.is_alone && self.own.contains(&(insider.cell, target.cell))))
            .map(move |target| {
                let rest = self.holding.get(&(insider.cell, target.cell));
                rest.map_or(target, |&rest| beyond_its_own(target, insider, rest))
            })
    }
}

/// What ends the audit, and what only leaves a cell undecided.
fn undecided<T>(trouble: Trouble) -> Result<Option<T>, AuditError> {
    match trouble {
        Trouble::Infeasible => Err(AuditError::Inconsistent),
        Trouble::Stopped(reason) => Err(AuditError::Stopped(reason)),
        Trouble::Overflow | Trouble::TooLarge => Ok(None),
    }
}

/// The same target, of which an insider knows its own part: nothing hides that it is at least that and the least that the
/// rest of it can be, so the interval need not reach below both together.
fn beyond_its_own(target: Target, insider: Insider, rest: i64) -> Target {
    let needed = target.needed.map(|(low, up)| (low.max(insider.amount.saturating_add(rest)), up));
    Target { needed, ..target }
}

/// Pairs of a cell that somebody contributes to and a cell next to it that holds all of it: a sum over it, or the one part
/// of it. With each the least that the rest of that cell can be whatever is published: 0 where no cell is below 0.
fn holding_cells(published: &Published<'_>, insiders: &[Insider]) -> HashMap<(u32, u32), i64> {
    let known: HashSet<u32> = insiders.iter().map(|insider| insider.cell).collect();
    let below = |part: u32| published.bounds[part as usize].low.min(0);
    let mut pairs: HashMap<(u32, u32), i64> = HashMap::new();
    let mut add = |pair, rest: i64| {
        pairs.entry(pair).and_modify(|least| *least = rest.min(*least)).or_insert(rest);
    };
    for relation in published.relations {
        let all = relation.parts.iter().fold(0_i64, |sum, &part| sum.saturating_add(below(part)));
        for &part in relation.parts.iter().filter(|part| known.contains(part)) {
            add((part, relation.total), all.saturating_sub(below(part)));
        }
        if let ([part], true) = (&relation.parts[..], known.contains(&relation.total)) {
            add((relation.total, *part), 0);
        }
    }
    pairs
}

/// Pairs of a cell in which somebody is alone and a cell next to it that holds nothing but what is its own: a part of it, or
/// a sum of which it is all there is. That it knows such a cell is no disclosure.
fn own_cells(published: &Published<'_>, insiders: &[Insider]) -> HashSet<(u32, u32)> {
    let mut alone: HashMap<u32, Vec<i64>> = HashMap::new();
    for insider in insiders.iter().filter(|insider| insider.is_alone) {
        alone.entry(insider.cell).or_default().push(insider.amount);
    }
    let mut own = HashSet::new();
    for relation in published.relations {
        let Some(of_total) = alone.get(&relation.total) else { continue };
        for &part in &relation.parts {
            own.insert((relation.total, part));
            if alone.get(&part).is_some_and(|amounts| amounts.iter().any(|amount| of_total.contains(amount))) {
                own.insert((part, relation.total));
            }
        }
    }
    own
}

/// For each cell of an insider the targets that share a sum with it, as places in the list of targets; then the targets of
/// sums with so many of both that they are left undecided.
fn neighbours(published: &Published<'_>, insiders: &[Insider], targets: &[Target]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut target_of = vec![None; published.bounds.len()];
    for (at, target) in targets.iter().enumerate() {
        target_of[target.cell as usize] = Some(at);
    }
    let mut has_insider = vec![false; published.bounds.len()];
    for insider in insiders {
        has_insider[insider.cell as usize] = true;
    }
    let mut near = vec![Vec::new(); published.bounds.len()];
    let mut crowded = Vec::new();
    for relation in published.relations {
        let unknown = || {
            let cells = relation.parts.iter().copied().chain([relation.total]);
            cells.filter(|&cell| !published.bounds[cell as usize].is_known())
        };
        let members: Vec<usize> = unknown().filter_map(|cell| target_of[cell as usize]).collect();
        let knowing: Vec<u32> = unknown().filter(|&cell| has_insider[cell as usize]).collect();
        if knowing.len().saturating_mul(members.len()) > PAIRS {
            crowded.extend(members);
            continue;
        }
        for cell in knowing {
            near[cell as usize].extend(&members);
        }
    }
    for list in near.iter_mut().chain([&mut crowded]) {
        list.sort_unstable();
        list.dedup();
    }
    (near, crowded)
}
