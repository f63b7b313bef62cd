//! The cheapest box of cells around a cell.

use super::{Attack, Problem, Protect};

/// Corners looked at for one cell; where there are more, those that differ along fewer dimensions come first.
const CORNERS: usize = 20_000;

/// Finds boxes around cells of one table.
pub(super) struct Boxes<'a> {
    problem: &'a Problem<'a>,
    /// For each dimension and code the other codes with the same parent.
    siblings: Vec<Vec<Vec<u32>>>,
    place: std::collections::HashMap<u64, u32>,
}

impl<'a> Boxes<'a> {
    pub(super) fn new(problem: &'a Problem<'a>) -> Self {
        let siblings = problem
            .layout
            .dimensions()
            .iter()
            .map(|dimension| {
                let mut members = vec![Vec::new(); dimension.codes()];
                let codes = u32::try_from(dimension.codes()).unwrap_or(u32::MAX);
                for code in 0..codes {
                    if let Some(parent) = dimension.parent(code) {
                        members[parent as usize].push(code);
                    }
                }
                (0..codes)
                    .map(|code| {
                        let all = dimension.parent(code).map_or(&[][..], |parent| &members[parent as usize]);
                        all.iter().copied().filter(|&other| other != code).collect()
                    })
                    .collect()
            })
            .collect();
        let place = (0_u32..).zip(problem.cells).map(|(cell, &address)| (address, cell)).collect();
        Self { problem, siblings, place }
    }

    /// The cheapest box that lets a cell move as far as it must, of cells that may be chosen and are not all chosen yet.
    /// Where none lets it move that far, the best of the others, and false.
    ///
    /// Round a box the corners rise and fall in turn, so every sum stays as it is.
    pub(super) fn cheapest(
        &self,
        protect: &Protect,
        attack: Attack,
        chosen: &[bool],
        banned: &[bool],
    ) -> Option<(Vec<u32>, bool)> {
        let address = self.problem.cells[protect.cell as usize];
        let codes: Vec<u32> =
            (0..self.siblings.len()).map(|dimension| self.problem.layout.code(address, dimension)).collect();
        // A dimension in which the cell has no siblings is a total: the box does not extend along it.
        let open: Vec<usize> =
            (0..codes.len()).filter(|&at| self.problem.layout.dimensions()[at].parent(codes[at]).is_some()).collect();
        if open.is_empty() || open.len() > 6 {
            return None;
        }
        let value = self.problem.values[protect.cell as usize];
        let (down, up) = (value - protect.needed.0, protect.needed.1 - value);
        let avoid = match attack {
            Attack::Insider(insider) if insider.is_alone => Some(insider.cell),
            _ => None,
        };
        let lists: Vec<&Vec<u32>> = open.iter().map(|&at| &self.siblings[at][codes[at] as usize]).collect();
        let mut best: Option<(Price, Vec<u32>)> = None;
        let mut turn = vec![0_usize; open.len()];
        if lists.iter().any(|list| list.is_empty()) {
            return None;
        }
        for _ in 0..CORNERS {
            let others: Vec<u32> = turn.iter().zip(&lists).map(|(&at, list)| list[at]).collect();
            if let Some((price, corners)) = self.corners(&codes, &open, &others, chosen, banned, avoid, (down, up))
                && corners.iter().any(|&corner| !chosen[corner as usize])
                && best.as_ref().is_none_or(|best| price.is_below(&best.0))
            {
                best = Some((price, corners));
            }
            let mut at = 0;
            while at < turn.len() {
                turn[at] += 1;
                if turn[at] < lists[at].len() {
                    break;
                }
                turn[at] = 0;
                at += 1;
            }
            if at == turn.len() {
                break;
            }
        }
        best.map(|(price, corners)| (corners, price.reach >= price.needed))
    }

    #[expect(clippy::too_many_arguments, reason = "the inner loop of one search")]
    fn corners(
        &self,
        codes: &[u32],
        open: &[usize],
        others: &[u32],
        chosen: &[bool],
        banned: &[bool],
        avoid: Option<u32>,
        (down, up): (i64, i64),
    ) -> Option<(Price, Vec<u32>)> {
        let mut corners = Vec::with_capacity(1 << open.len());
        let mut price = Price { cost: 0, reach: up.max(down), needed: up.max(down) };
        let mut codes = codes.to_vec();
        let own: Vec<u32> = open.iter().map(|&at| codes[at]).collect();
        for mask in 1_u32..1 << open.len() {
            for (bit, &at) in open.iter().enumerate() {
                codes[at] = if mask >> bit & 1 == 1 { others[bit] } else { own[bit] };
            }
            let cell = *self.place.get(&self.problem.layout.address(&codes))?;
            if banned[cell as usize] || avoid == Some(cell) {
                return None;
            }
            let value = self.problem.values[cell as usize];
            let falls = if mask.count_ones() % 2 == 1 { up } else { down };
            if value < falls {
                price.reach = price.reach.min(value);
            }
            if !chosen[cell as usize] {
                price.cost += i128::from(self.problem.costs[cell as usize]);
            }
            corners.push(cell);
        }
        (price.reach > 0 || price.needed == 0).then_some((price, corners))
    }
}

/// What a box costs, and how far it lets its cell move.
#[derive(Debug, Clone, Copy)]
struct Price {
    cost: i128,
    reach: i64,
    needed: i64,
}

impl Price {
    /// Boxes that reach far enough come first, the cheapest of them; then those that cost least for how far they reach.
    fn is_below(&self, other: &Self) -> bool {
        match (self.reach >= self.needed, other.reach >= other.needed) {
            (true, true) => self.cost < other.cost,
            (one, other) if one != other => one,
            _ => {
                let (one, two) = (self.cost.saturating_add(1), other.cost.saturating_add(1));
                one.saturating_mul(i128::from(other.reach)) < two.saturating_mul(i128::from(self.reach))
            }
        }
    }
}
