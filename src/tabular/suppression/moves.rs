//! The smallest changes of several cells at once that leave every sum of a table as it is.

use std::collections::{BTreeMap, HashMap};

use super::{Insider, Problem};

/// Ways along one dimension that are looked at for one cell.
const WAYS: usize = 1_000;
/// Corners that are looked at for one move.
const CORNERS: u64 = 20_000;
/// Moves that may add up to one.
const MOST_MOVES: usize = 6;
/// Addresses up to which cells are looked up in a list of all of them.
const MOST_LISTED: u64 = 1 << 24;

/// Finds moves within one table.
///
/// # Definition
/// A *way* along a dimension leads from a code to the end of its tree: upwards to the total of all, or to a member of
/// another group, and downwards to a member. The codes on it change together: those above and below the code as it does,
/// those in other groups against it. A *move* takes one way along every dimension; its cells are those over one code of
/// each way, and each changes by the product of the signs. Every sum along every dimension stays as it is. In a table
/// without groups the moves are the boxes of the hypercube method (Repsilber 1994) and those that end in margins.
pub(super) struct Moves<'a> {
    problem: &'a Problem<'a>,
    trees: Vec<Tree>,
    places: Places,
}

struct Tree {
    /// How far the addresses of two codes side by side are apart.
    stride: u64,
    parents: Vec<Option<u32>>,
    members: Vec<Vec<u32>>,
}

enum Places {
    List(Vec<u32>),
    Map(HashMap<u64, u32>),
}

/// A change that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    /// The cell that must change.
    pub(super) cell: u32,
    /// In which direction.
    pub(super) upwards: bool,
    /// By how much.
    pub(super) need: i64,
    /// Who must not be able to rule the change out.
    pub(super) insider: Option<Insider>,
    /// What it costs that a cell changes; `None` where it must not.
    pub(super) weight: &'s dyn Fn(u32) -> Option<i64>,
}

/// How much each of some cells changes, ascending by cell.
pub(super) type Change = Vec<(u32, i64)>;

/// A way along one dimension, as differences of addresses, and whether each changes as the cell does.
struct Way {
    weight: i128,
    steps: Vec<(u64, bool)>,
}

/// One corner of a move.
#[derive(Clone, Copy)]
struct Corner {
    address: u64,
    cell: u32,
    as_first: bool,
}

struct Walk<'w> {
    search: &'w Search<'w>,
    before: &'w BTreeMap<u32, i64>,
    /// Every corner that falls must be able to fall by this.
    least: i64,
    ways: Vec<Vec<Way>>,
    /// The least that the ways of this dimension and all after it weigh.
    rest: Vec<i128>,
    left: u64,
    best: Option<(i128, Vec<Corner>)>,
}

impl Tree {
    /// Ways from a code, as codes and whether each changes as it does.
    fn ways(&self, code: u32) -> Vec<Vec<(u32, bool)>> {
        let ends = self.ends(code);
        let downwards = self.downwards(code);
        let mut ways = Vec::new();
        for down in &downwards {
            for up in &ends {
                if ways.len() == WAYS {
                    return ways;
                }
                ways.push(down.iter().map(|&code| (code, true)).chain(up.iter().copied()).collect());
            }
        }
        ways
    }

    /// Codes below a code on the way to each member that has no members.
    fn downwards(&self, code: u32) -> Vec<Vec<u32>> {
        if self.members[code as usize].is_empty() {
            return vec![Vec::new()];
        }
        let mut ways = Vec::new();
        for &member in &self.members[code as usize] {
            for mut below in self.downwards(member) {
                below.insert(0, member);
                ways.push(below);
                if ways.len() == WAYS {
                    return ways;
                }
            }
        }
        ways
    }

    /// Ways upwards from a code: to the end of the tree, or into another group.
    fn ends(&self, code: u32) -> Vec<Vec<(u32, bool)>> {
        let (mut ways, mut above, mut here) = (Vec::new(), Vec::new(), code);
        while let Some(parent) = self.parents[here as usize] {
            // The next ones first: where there are too many, each code has others.
            let members = &self.members[parent as usize];
            let own = members.iter().position(|&member| member == here).unwrap_or(0);
            for &other in members[own + 1..].iter().chain(&members[..own]) {
                for below in self.downwards(other) {
                    if ways.len() < WAYS {
                        let against = std::iter::once(other).chain(below).map(|code| (code, false));
                        ways.push(above.iter().map(|&code| (code, true)).chain(against).collect());
                    }
                }
            }
            above.push(parent);
            here = parent;
        }
        ways.insert(0, above.into_iter().map(|code| (code, true)).collect());
        ways
    }
}

impl<'a> Moves<'a> {
    pub(super) fn new(problem: &'a Problem<'a>) -> Self {
        let dimensions = problem.layout.dimensions();
        let trees = (0..dimensions.len()).map(|place| {
            let dimension = &dimensions[place];
            let codes = u32::try_from(dimension.codes()).unwrap_or(u32::MAX);
            let mut members = vec![Vec::new(); dimension.codes()];
            let parents: Vec<Option<u32>> = (0..codes).map(|code| dimension.parent(code)).collect();
            for (code, parent) in (0_u32..).zip(&parents) {
                if let Some(parent) = parent {
                    members[*parent as usize].push(code);
                }
            }
            let mut one = vec![0; dimensions.len()];
            one[place] = 1;
            Tree { stride: problem.layout.address(&one), parents, members }
        });
        let trees = trees.collect();
        let possible = dimensions.iter().map(|dimension| dimension.codes() as u64).product::<u64>();
        let numbered = (0_u32..).zip(problem.cells);
        let places = if possible <= MOST_LISTED {
            let mut list = vec![u32::MAX; usize::try_from(possible).unwrap_or(0)];
            for (cell, &address) in numbered {
                if let Some(place) = usize::try_from(address).ok().and_then(|address| list.get_mut(address)) {
                    *place = cell;
                }
            }
            Places::List(list)
        } else {
            Places::Map(numbered.map(|(cell, &address)| (address, cell)).collect())
        };
        Self { problem, trees, places }
    }

    fn place(&self, address: u64) -> Option<u32> {
        match &self.places {
            Places::List(list) => list.get(usize::try_from(address).ok()?).copied().filter(|&cell| cell != u32::MAX),
            Places::Map(map) => map.get(&address).copied(),
        }
    }

    /// The cheapest move that changes a cell as much as is asked, or several that add up to it. `None` where none was found,
    /// which does not say that there is none. `work` counts the corners looked at.
    pub(super) fn find(&self, search: &Search<'_>, work: &mut u64) -> Option<Change> {
        let mut changed: BTreeMap<u32, i64> = BTreeMap::new();
        let mut left = search.need;
        for _ in 0..MOST_MOVES {
            let mut least = left;
            let corners = loop {
                match self.one(search, &changed, least, work) {
                    Some(corners) => break corners,
                    None if least > 1 => least = (least / 8).max(1),
                    None => return None,
                }
            };
            let falls = |corner: &&Corner| corner.as_first != search.upwards;
            let room = |corner: &Corner| self.room(search, &changed, corner.cell);
            let reach = corners.iter().filter(falls).map(room).min().map_or(left, |room| room.min(left));
            for corner in &corners {
                let rises = corner.as_first == search.upwards;
                *changed.entry(corner.cell).or_insert(0) += if rises { reach } else { -reach };
            }
            left -= reach;
            if left == 0 {
                changed.retain(|_, change| *change != 0);
                return Some(changed.into_iter().collect());
            }
        }
        None
    }

    /// How far a cell can fall.
    fn room(&self, search: &Search<'_>, before: &BTreeMap<u32, i64>, cell: u32) -> i64 {
        let place = cell as usize;
        let mut floor = self.problem.floors[place];
        if let Some(insider) = search.insider
            && insider.cell == cell
        {
            floor = floor.max(insider.amount);
        }
        let here = self.problem.values[place].saturating_add(before.get(&cell).copied().unwrap_or(0));
        here.saturating_sub(floor)
    }

    /// The cheapest single move by `least`.
    fn one(&self, search: &Search<'_>, before: &BTreeMap<u32, i64>, least: i64, work: &mut u64) -> Option<Vec<Corner>> {
        let address = self.problem.cells[search.cell as usize];
        let mut walk = Walk { search, before, least, ways: Vec::new(), rest: vec![0], left: CORNERS, best: None };
        let first = Corner { address, cell: search.cell, as_first: true };
        self.look(&walk, first)?;
        for (place, tree) in self.trees.iter().enumerate() {
            let code = self.problem.layout.code(address, place);
            let mut ways = Vec::new();
            for way in tree.ways(code) {
                *work += way.len() as u64;
                let far = |to: u32| tree.stride.wrapping_mul(u64::from(to).wrapping_sub(u64::from(code)));
                let steps: Vec<(u64, bool)> = way.into_iter().map(|(to, as_first)| (far(to), as_first)).collect();
                let weights = steps.iter().map(|&(far, as_first)| {
                    let address = address.wrapping_add(far);
                    let cell = self.place(address)?;
                    self.look(&walk, Corner { address, cell, as_first })
                });
                if let Some(weight) = weights.sum::<Option<i128>>() {
                    ways.push(Way { weight, steps });
                }
            }
            ways.sort_by_key(|way| way.weight);
            walk.ways.push(ways);
        }
        for ways in walk.ways.iter().rev() {
            let least = ways.first()?.weight;
            walk.rest.push(walk.rest[walk.rest.len() - 1] + least);
        }
        walk.rest.reverse();
        self.extend(&mut walk, &mut vec![first], 0, 0);
        *work += CORNERS - walk.left;
        walk.best.map(|(_, corners)| corners)
    }

    /// What it weighs that a corner changes; `None` where it cannot.
    fn look(&self, walk: &Walk<'_>, corner: Corner) -> Option<i128> {
        let Corner { cell, as_first, .. } = corner;
        if walk.search.insider.is_some_and(|insider| insider.is_alone && insider.cell == cell) {
            return None;
        }
        let weight =
            if cell == walk.search.cell || walk.before.contains_key(&cell) { 0 } else { (walk.search.weight)(cell)? };
        if as_first == walk.search.upwards {
            let here = self.problem.values[cell as usize];
            here.checked_add(walk.before.get(&cell).copied().unwrap_or(0))?.checked_add(walk.search.need)?;
        } else if self.room(walk.search, walk.before, cell) < walk.least {
            return None;
        }
        Some(i128::from(weight))
    }

    /// Takes the ways along a dimension, the cheapest first, for all corners there are so far.
    fn extend(&self, walk: &mut Walk<'_>, corners: &mut Vec<Corner>, dimension: usize, cost: i128) {
        if dimension == walk.ways.len() {
            if walk.best.as_ref().is_none_or(|best| cost < best.0) {
                walk.best = Some((cost, corners.clone()));
            }
            return;
        }
        let before = corners.len();
        for at in 0..walk.ways[dimension].len() {
            let least = cost + walk.ways[dimension][at].weight + walk.rest[dimension + 1];
            let is_worse = walk.best.as_ref().is_some_and(|best| least >= best.0);
            if is_worse || walk.left == 0 {
                return;
            }
            let mut sum = Some(cost);
            'steps: for step in 0..walk.ways[dimension][at].steps.len() {
                let (far, as_first) = walk.ways[dimension][at].steps[step];
                for corner in 0..before {
                    let from = corners[corner];
                    let address = from.address.wrapping_add(far);
                    let as_first = as_first == from.as_first;
                    walk.left = walk.left.saturating_sub(1);
                    let next = self.place(address).map(|cell| Corner { address, cell, as_first });
                    let weight = next.and_then(|next| self.look(walk, next));
                    sum = sum.zip(weight).map(|(sum, weight)| sum + weight);
                    let is_worse =
                        |sum: i128| walk.best.as_ref().is_some_and(|best| sum + walk.rest[dimension + 1] >= best.0);
                    match (sum, next) {
                        (Some(sum), Some(next)) if !is_worse(sum) => corners.push(next),
                        _ => {
                            sum = None;
                            break 'steps;
                        }
                    }
                }
            }
            if let Some(sum) = sum {
                self.extend(walk, corners, dimension + 1, sum);
            }
            corners.truncate(before);
        }
    }
}
