//! Cells with their contributors, and the sums that cells are, from records.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Contributors, Layout, Relation, SHARED};

/// What a contributor adds to a cell that is the sum of no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Address of the cell.
    pub cell: u64,
    /// Number of the contributor.
    pub who: u32,
    /// What is added, in minor units.
    pub amount: i64,
}

/// The cells of a table that are not empty, ascending by address, with their contributors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Members {
    /// Where each cell is.
    pub addresses: Vec<u64>,
    /// Who is in it.
    pub contributors: Vec<Contributors>,
}

/// Why cells were not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMembers {
    /// A sum does not fit 64 bits.
    TooLarge,
    /// There are more pairs of cell and contributor than may be held.
    TooMany,
}

impl Members {
    /// The cells that parts fill, with all margins over them where these are published. `most` pairs of cell and contributor
    /// may be held.
    ///
    /// # Errors
    /// When there are too many pairs, or an amount does not fit.
    pub fn of(layout: &Layout, mut parts: Vec<Part>, margins: bool, most: u64) -> Result<Self, NoMembers> {
        parts.par_sort_unstable();
        let groups: Vec<&[Part]> = parts.chunk_by(|one, two| one.cell == two.cell).collect();
        let inner: Vec<Contributors> =
            groups.par_iter().map(|group| of_group(group)).collect::<Option<_>>().ok_or(NoMembers::TooLarge)?;
        let mut under: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut pairs = 0_u64;
        for (place, group) in (0_u32..).zip(&groups) {
            let cell = group[0].cell;
            let over = if margins { layout.over(cell) } else { vec![cell] };
            pairs += inner[place as usize].count() * over.len() as u64;
            if pairs > most {
                return Err(NoMembers::TooMany);
            }
            for address in over {
                under.entry(address).or_default().push(place);
            }
        }
        let mut under: Vec<(u64, Vec<u32>)> = under.into_iter().collect();
        under.sort_unstable();
        let contributors: Option<Vec<Contributors>> = under
            .par_iter()
            .map(|(_, places)| match places.as_slice() {
                [only] => Some(inner[*only as usize].clone()),
                several => Contributors::of_all(several.iter().map(|&place| &inner[place as usize])),
            })
            .collect();
        let addresses = under.into_iter().map(|(address, _)| address).collect();
        Ok(Self { addresses, contributors: contributors.ok_or(NoMembers::TooLarge)? })
    }

    /// The cell at an address, as a place in the list.
    #[must_use]
    pub fn place(&self, address: u64) -> Option<usize> {
        self.addresses.binary_search(&address).ok()
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }
}

fn of_group(group: &[Part]) -> Option<Contributors> {
    Contributors::new(group.iter().map(|part| (part.who, part.amount)).collect())
}

/// Published sums over the cells that are the sum of no others, for [`determination`](super::determination()).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// For each published cell that is not the sum of published cells: which unknowns it adds up.
    pub rows: Vec<Vec<u32>>,
    /// Who each unknown belongs to, [`SHARED`] when to several.
    pub owners: Vec<u32>,
}

impl Sums {
    /// The sums that the published cells of a table are. `is_published` says of each cell whether its value is shown.
    #[must_use]
    pub fn of(layout: &Layout, members: &Members, is_published: &[bool]) -> Self {
        let mut sums = Self::default();
        let mut unknown_of: HashMap<u64, u32> = HashMap::new();
        for (&address, contributors) in members.addresses.iter().zip(&members.contributors) {
            if layout.is_inner(address) {
                unknown_of.insert(address, u32::try_from(sums.owners.len()).unwrap_or(u32::MAX));
                sums.owners.push(contributors.only().unwrap_or(SHARED));
            }
        }
        // A total of published cells says nothing that these do not say.
        let mut is_told = vec![false; members.len()];
        for Relation { total, parts, .. } in layout.relations(&members.addresses) {
            is_told[total as usize] |= parts.iter().all(|&part| is_published[part as usize]);
        }
        let mut row_of: HashMap<u64, usize> = HashMap::new();
        for (place, &address) in members.addresses.iter().enumerate() {
            if is_published[place] && !is_told[place] {
                row_of.insert(address, sums.rows.len());
                sums.rows.push(Vec::new());
            }
        }
        let mut inner: Vec<(u64, u32)> = unknown_of.into_iter().collect();
        inner.sort_unstable();
        for (address, unknown) in inner {
            for over in layout.over(address) {
                if let Some(&row) = row_of.get(&over) {
                    sums.rows[row].push(unknown);
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use crate::tabular::determination;
    use crate::tabular::testing::{Dice, two_by_three};

    fn random_parts(dice: &mut Dice, layout: &Layout) -> Vec<Part> {
        (0..dice.below(30))
            .map(|_| {
                let cell = layout.address(&[2 + dice.below(3), 1 + dice.below(3)]);
                Part { cell, who: dice.below(6), amount: i64::from(dice.below(100)) - 20 }
            })
            .collect()
    }

    #[test]
    fn contributors_of_a_margin_are_those_of_its_cells_summed_first() {
        let (layout, mut dice) = (two_by_three(), Dice::new(4));
        for _ in 0..2_000 {
            let parts = random_parts(&mut dice, &layout);
            let members = Members::of(&layout, parts.clone(), true, u64::MAX).unwrap();
            assert!(members.addresses.is_sorted());
            let mut filled = 0;
            for address in 0..20 {
                let inside = parts.iter().filter(|part| layout.over(part.cell).contains(&address));
                let slow = Contributors::new(inside.map(|part| (part.who, part.amount)).collect()).unwrap();
                match members.place(address) {
                    Some(place) => assert_eq!(members.contributors[place], slow),
                    None => assert_eq!(slow.count(), 0),
                }
                filled += usize::from(slow.count() > 0);
            }
            assert_eq!(members.len(), filled);
            let inner = Members::of(&layout, parts, false, u64::MAX).unwrap();
            assert!(inner.addresses.iter().all(|&address| layout.is_inner(address)));
        }
        let part = Part { cell: layout.address(&[3, 1]), who: 0, amount: i64::MAX };
        assert_eq!(Members::of(&layout, vec![part, part], true, u64::MAX), Err(NoMembers::TooLarge));
        assert_eq!(Members::of(&layout, vec![part], true, 5), Err(NoMembers::TooMany));
        assert!(Members::of(&layout, vec![part], true, 6).is_ok());
    }

    #[test]
    fn leaving_out_totals_of_published_cells_changes_nothing_that_is_determined() {
        let (layout, mut dice) = (two_by_three(), Dice::new(5));
        let mut hidden = 0;
        for _ in 0..2_000 {
            let members = Members::of(&layout, random_parts(&mut dice, &layout), true, u64::MAX).unwrap();
            let published: Vec<bool> = (0..members.len()).map(|_| dice.below(4) > 0).collect();
            let sums = Sums::of(&layout, &members, &published);
            let inner: Vec<u64> = members.addresses.iter().copied().filter(|&cell| layout.is_inner(cell)).collect();
            let all: Vec<Vec<u32>> = members
                .addresses
                .iter()
                .zip(&published)
                .filter(|(_, published)| **published)
                .map(|(address, _)| {
                    (0..)
                        .zip(&inner)
                        .filter(|(_, cell)| layout.over(**cell).contains(address))
                        .map(|(at, _)| at)
                        .collect()
                })
                .collect();
            let solve = |rows: &[Vec<u32>]| determination(rows, &sums.owners, u64::MAX, &Stop::default()).unwrap();
            assert_eq!(solve(&sums.rows), solve(&all));
            hidden += usize::from(sums.rows.len() < all.len());
        }
        assert!(hidden > 500, "{hidden}");
    }
}
