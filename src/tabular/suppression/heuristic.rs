//! A cheap proposal for a table of any size.

use super::boxes::Boxes;
use super::cuts::View;
use super::{Gap, Problem, Proposal};
use crate::stop::{Stop, Watch};
use crate::tabular::audit::AuditError;
use crate::tabular::simplex::Trouble;

/// Rounds of audit and repair.
const ROUNDS: usize = 100;
/// Audits that may be spent on making a safe proposal cheaper.
pub(super) const AUDITS: usize = 2_000;
/// What audits may cost together, each the cells and insiders that are asked about times the cells that are suppressed.
const WORK: usize = 20_000_000;
/// Gaps of one round that are closed by rows, which take a view of the whole table.
const BY_ROWS: usize = 16;

pub(super) fn propose(problem: &Problem<'_>, audits: usize, watch: Watch<'_>) -> Result<Option<Proposal>, AuditError> {
    let banned = vec![false; problem.values.len()];
    let boxes = Boxes::new(problem);
    let Some(mut chosen) = repair(problem, &boxes, problem.given(), &banned, watch)? else { return Ok(None) };
    // An audit of a table of which nearly all is suppressed takes seconds, of another milliseconds.
    let asked = problem.protect.len() + problem.insiders.len();
    let hidden = chosen.iter().filter(|&&chosen| chosen).count();
    let mut work = audits.min(WORK / (asked * hidden).max(1));
    take_back(problem, &mut chosen, &mut work, watch)?;
    improve(problem, &boxes, &mut chosen, &mut work, watch)?;
    let cost = problem.cost(&chosen);
    // The last audit is of what is proposed, whatever happened on the way.
    if !problem.gaps(&chosen, watch)?.is_empty() {
        return Ok(None);
    }
    Ok(Some(Proposal { suppressed: chosen, cost, is_optimal: cost == 0 }))
}

/// Suppresses more cells until the audit finds no gap; `None` when it does not get there.
fn repair(
    problem: &Problem<'_>,
    boxes: &Boxes<'_>,
    mut chosen: Vec<bool>,
    banned: &[bool],
    watch: Watch<'_>,
) -> Result<Option<Vec<bool>>, AuditError> {
    for _ in 0..ROUNDS {
        let mut gaps = problem.gaps(&chosen, watch)?;
        if gaps.is_empty() {
            return Ok(Some(chosen));
        }
        // Those that need most first: their boxes serve the others as well.
        gaps.sort_by_key(|gap| {
            let protect = problem.protect[gap.protect];
            (std::cmp::Reverse(i128::from(protect.needed.1) - i128::from(protect.needed.0)), protect.cell)
        });
        let mut left = Vec::new();
        for gap in gaps {
            let protect = &problem.protect[gap.protect];
            match boxes.cheapest(protect, gap.attack, &chosen, banned) {
                Some((cells, is_enough)) => {
                    for cell in cells {
                        chosen[cell as usize] = true;
                    }
                    if !is_enough {
                        left.push(gap);
                    }
                }
                None => left.push(gap),
            }
        }
        left.truncate(BY_ROWS);
        if !left.is_empty() && !close_by_rows(problem, &left, &mut chosen, banned, watch.stop)? {
            break;
        }
    }
    widen(problem, chosen, banned, watch)
}

/// Where boxes and rows do not get there: suppresses, for each gap, the cheapest sum through its cell as a whole, round by
/// round. In the end that is the whole table, of which nothing can be computed; `None` where something must not be suppressed.
fn widen(
    problem: &Problem<'_>,
    mut chosen: Vec<bool>,
    banned: &[bool],
    watch: Watch<'_>,
) -> Result<Option<Vec<bool>>, AuditError> {
    let mut through: Vec<Vec<u32>> = vec![Vec::new(); chosen.len()];
    for (place, relation) in (0_u32..).zip(problem.relations) {
        for &cell in relation.parts.iter().chain([&relation.total]) {
            through[cell as usize].push(place);
        }
    }
    loop {
        let gaps = problem.gaps(&chosen, watch)?;
        if gaps.is_empty() {
            return Ok(Some(chosen));
        }
        let before = chosen.clone();
        for gap in gaps {
            let sums = &through[problem.protect[gap.protect].cell as usize];
            let open = |&place: &u32| -> Option<(i128, Vec<u32>)> {
                let relation = &problem.relations[place as usize];
                let all = relation.parts.iter().chain([&relation.total]).copied();
                let cells: Vec<u32> = all.filter(|&cell| !chosen[cell as usize] && !banned[cell as usize]).collect();
                let cost = cells.iter().map(|&cell| i128::from(problem.costs[cell as usize])).sum();
                (!cells.is_empty()).then_some((cost, cells))
            };
            if let Some((_, cells)) = sums.iter().filter_map(open).min() {
                for cell in cells {
                    chosen[cell as usize] = true;
                }
            }
        }
        if chosen == before {
            // The sums of the gaps are suppressed as a whole: what gives them away lies further off.
            for relation in problem.relations {
                let all = || relation.parts.iter().chain([&relation.total]);
                if all().any(|&cell| before[cell as usize]) {
                    all().filter(|&&cell| !banned[cell as usize]).for_each(|&cell| chosen[cell as usize] = true);
                }
            }
        }
        if chosen == before {
            return Ok(None);
        }
    }
}

/// Suppresses for each gap the cells that help most for what they cost. False when all of them do not help enough.
fn close_by_rows(
    problem: &Problem<'_>,
    gaps: &[Gap],
    chosen: &mut [bool],
    banned: &[bool],
    stop: &Stop,
) -> Result<bool, AuditError> {
    let before = chosen.to_vec();
    let view = match View::new(problem, &before, stop) {
        Ok(view) => view,
        Err(trouble) => return refuse(trouble),
    };
    for gap in gaps {
        let covers = match view.missing(problem, &before, &problem.protect[gap.protect], gap.attack, stop) {
            Ok(covers) => covers,
            Err(trouble) => return refuse(trouble),
        };
        for cover in covers {
            if cover.holds(chosen) {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a preference among cells")]
            let price = |&(cell, weight): &(u32, f64)| (problem.costs[cell as usize] as f64 + 1.0) / weight;
            let mut helpers: Vec<&(u32, f64)> = cover
                .weights
                .iter()
                .filter(|weight| !banned[weight.0 as usize] && !chosen[weight.0 as usize])
                .collect();
            helpers.sort_by(|one, other| price(one).total_cmp(&price(other)).then(one.0.cmp(&other.0)));
            for &&(cell, _) in &helpers {
                chosen[cell as usize] = true;
                if cover.holds(chosen) {
                    break;
                }
            }
            if !cover.holds(chosen) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn refuse(trouble: Trouble) -> Result<bool, AuditError> {
    match trouble {
        Trouble::Infeasible => Err(AuditError::Inconsistent),
        Trouble::Stopped(reason) => Err(AuditError::Stopped(reason)),
        Trouble::Overflow | Trouble::TooLarge => Ok(false),
    }
}

/// Shows again, the dearest first, every cell without which the audit finds no gap.
fn take_back(problem: &Problem<'_>, chosen: &mut [bool], work: &mut usize, watch: Watch<'_>) -> Result<(), AuditError> {
    for cell in further(problem, chosen) {
        if *work == 0 {
            return Ok(());
        }
        *work -= 1;
        chosen[cell] = false;
        if !problem.gaps(chosen, watch)?.is_empty() {
            chosen[cell] = true;
        }
    }
    Ok(())
}

/// Cells that are suppressed besides the given ones, the dearest first.
fn further(problem: &Problem<'_>, chosen: &[bool]) -> Vec<usize> {
    let given = problem.given();
    let mut cells: Vec<usize> = (0..chosen.len()).filter(|&cell| chosen[cell] && !given[cell]).collect();
    cells.sort_by_key(|&cell| (std::cmp::Reverse(problem.costs[cell]), cell));
    cells
}

/// Does without one cell after the other, and keeps what is cheaper.
fn improve(
    problem: &Problem<'_>,
    boxes: &Boxes<'_>,
    chosen: &mut Vec<bool>,
    work: &mut usize,
    watch: Watch<'_>,
) -> Result<(), AuditError> {
    let mut cost = problem.cost(chosen);
    let mut better = true;
    while better {
        better = false;
        for cell in further(problem, chosen) {
            if *work < 10 {
                return Ok(());
            }
            if !chosen[cell] {
                continue;
            }
            *work -= 10;
            let mut banned = vec![false; chosen.len()];
            banned[cell] = true;
            let mut start = chosen.clone();
            start[cell] = false;
            let Some(mut other) = repair(problem, boxes, start, &banned, watch)? else { continue };
            take_back(problem, &mut other, work, watch)?;
            let other_cost = problem.cost(&other);
            if other_cost < cost {
                (*chosen, cost, better) = (other, other_cost, true);
            }
        }
    }
    Ok(())
}
