//! Dimensions, addresses of cells, and the sums that tie cells together.

use thiserror::Error;

/// The codes of one dimension as trees: a code with members is the sum of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    parents: Vec<Option<u32>>,
    has_members: Vec<bool>,
}

/// Why codes or dimensions do not make a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A code is part of a code that comes after it or of itself.
    #[error("a code is part of one that does not come before it")]
    ParentAfterCode,
    /// A dimension without a code.
    #[error("a dimension has no code")]
    Empty,
    /// More addresses than a number of 64 bits can tell apart.
    #[error("the dimensions have too many combinations")]
    TooLarge,
}

impl Dimension {
    /// A dimension from the parent of each code; a parent comes before its members.
    ///
    /// # Errors
    /// When there is no code, or a parent does not come before its member.
    pub fn new(parents: Vec<Option<u32>>) -> Result<Self, LayoutError> {
        if parents.is_empty() {
            return Err(LayoutError::Empty);
        }
        let mut has_members = vec![false; parents.len()];
        for (code, parent) in parents.iter().enumerate() {
            let Some(parent) = parent else { continue };
            if *parent as usize >= code {
                return Err(LayoutError::ParentAfterCode);
            }
            has_members[*parent as usize] = true;
        }
        Ok(Self { parents, has_members })
    }

    /// `codes` codes side by side, with no total.
    ///
    /// # Errors
    /// When there is no code.
    pub fn flat(codes: u32) -> Result<Self, LayoutError> {
        Self::new(vec![None; codes as usize])
    }

    /// A total, code 0, and its `members`, codes 1 and up.
    ///
    /// # Errors
    /// Never: a total without members is a dimension of one code.
    pub fn with_total(members: u32) -> Result<Self, LayoutError> {
        Self::new(std::iter::once(None).chain((0..members).map(|_| Some(0))).collect())
    }

    /// Number of codes, totals and groups among them.
    #[must_use]
    pub fn codes(&self) -> usize {
        self.parents.len()
    }

    /// The code that `code` is part of.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn parent(&self, code: u32) -> Option<u32> {
        self.parents[code as usize]
    }

    /// Whether `code` is the sum of others.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn has_members(&self, code: u32) -> bool {
        self.has_members[code as usize]
    }

    /// How many codes each code is the sum of.
    #[must_use]
    pub fn members(&self) -> Vec<u32> {
        let mut members = vec![0; self.parents.len()];
        self.parents.iter().flatten().for_each(|&parent| members[parent as usize] += 1);
        members
    }

    /// `code` and every code that it is part of, from itself upwards.
    pub fn upwards(&self, code: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(code), |&code| self.parent(code))
    }
}

/// The dimensions of a table, and the address of each possible cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    dimensions: Vec<Dimension>,
    strides: Vec<u64>,
}

/// A cell that is the sum of others, as places in the list of cells that was asked about. Cells that are not in the list
/// are empty: they add nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The sum.
    pub total: u32,
    /// What is summed, ascending.
    pub parts: Vec<u32>,
    /// The dimension along which.
    pub dimension: u32,
}

impl Layout {
    /// A table of these dimensions. Without a dimension it has one cell.
    ///
    /// # Errors
    /// When addresses do not fit 64 bits.
    pub fn new(dimensions: Vec<Dimension>) -> Result<Self, LayoutError> {
        let mut strides = vec![0; dimensions.len()];
        let mut stride = 1_u64;
        for (place, dimension) in dimensions.iter().enumerate().rev() {
            strides[place] = stride;
            stride = stride.checked_mul(dimension.codes() as u64).ok_or(LayoutError::TooLarge)?;
        }
        Ok(Self { dimensions, strides })
    }

    /// The dimensions, in order.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Address of the cell over these codes, one of each dimension. Cells in ascending order of their codes have ascending
    /// addresses.
    #[must_use]
    pub fn address(&self, codes: &[u32]) -> u64 {
        codes.iter().zip(&self.strides).map(|(&code, stride)| u64::from(code) * stride).sum()
    }

    /// The code of a dimension in the cell at an address.
    ///
    /// # Panics
    /// When there is no such dimension.
    #[must_use]
    pub fn code(&self, address: u64, dimension: usize) -> u32 {
        let codes = self.dimensions[dimension].codes() as u64;
        u32::try_from(address / self.strides[dimension] % codes).unwrap_or(u32::MAX)
    }

    /// Whether the cell is the sum of no others.
    #[must_use]
    pub fn is_inner(&self, address: u64) -> bool {
        (0..self.dimensions.len()).all(|place| !self.dimensions[place].has_members(self.code(address, place)))
    }

    /// Addresses of every cell that holds the records of an inner cell: itself and all margins over it, each once.
    #[must_use]
    pub fn over(&self, address: u64) -> Vec<u64> {
        let mut addresses = vec![0_u64];
        for (place, dimension) in self.dimensions.iter().enumerate() {
            let code = self.code(address, place);
            addresses = addresses
                .iter()
                .flat_map(|sum| dimension.upwards(code).map(move |code| sum + u64::from(code) * self.strides[place]))
                .collect();
        }
        addresses
    }

    /// Every sum among the cells at these ascending addresses: one relation for each cell and dimension in which its code
    /// has members.
    #[must_use]
    pub fn relations(&self, cells: &[u64]) -> Vec<Relation> {
        let mut relations = Vec::new();
        for (place, dimension) in self.dimensions.iter().enumerate() {
            let first = relations.len();
            let mut at = std::collections::HashMap::new();
            for (cell, &address) in (0_u32..).zip(cells) {
                if dimension.has_members(self.code(address, place)) {
                    at.insert(address, relations.len());
                    let along = u32::try_from(place).unwrap_or(u32::MAX);
                    relations.push(Relation { total: cell, parts: Vec::new(), dimension: along });
                }
            }
            for (cell, &address) in (0_u32..).zip(cells) {
                let code = self.code(address, place);
                let Some(parent) = dimension.parent(code) else { continue };
                let total = address - u64::from(code - parent) * self.strides[place];
                if let Some(&relation) = at.get(&total) {
                    relations[relation].parts.push(cell);
                }
            }
            debug_assert!(relations[first..].iter().all(|relation| relation.parts.is_sorted()));
        }
        relations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabular::testing::two_by_three;

    #[test]
    fn a_group_lies_between_its_members_and_the_total() {
        let layout = two_by_three();
        let region = &layout.dimensions()[0];
        assert_eq!(region.upwards(4).collect::<Vec<_>>(), [4, 1, 0]);
        assert!(region.has_members(0) && region.has_members(1));
        assert!(!region.has_members(2) && !region.has_members(3));
        assert_eq!(Dimension::new(vec![Some(0)]), Err(LayoutError::ParentAfterCode));
        assert_eq!(Dimension::flat(0), Err(LayoutError::Empty));
    }

    #[test]
    fn an_address_tells_its_codes() {
        let layout = two_by_three();
        for region in 0..5 {
            for kind in 0..4 {
                let address = layout.address(&[region, kind]);
                assert_eq!([layout.code(address, 0), layout.code(address, 1)], [region, kind]);
                assert_eq!(layout.is_inner(address), region >= 2 && kind >= 1);
            }
        }
    }

    #[test]
    fn records_of_an_inner_cell_are_in_every_margin_over_it() {
        let layout = two_by_three();
        let mut over = layout.over(layout.address(&[4, 2]));
        over.sort_unstable();
        let expected: Vec<u64> =
            [[0, 0], [0, 2], [1, 0], [1, 2], [4, 0], [4, 2]].map(|codes| layout.address(&codes)).to_vec();
        assert_eq!(over, expected);
    }

    #[test]
    fn every_margin_is_one_relation_for_each_dimension_it_sums_over() {
        let layout = two_by_three();
        let all: Vec<u64> = (0..20).collect();
        let relations = layout.relations(&all);
        assert_eq!(relations.len(), 2 * 4 + 5);
        let of = |total: [u32; 2], dimension| {
            let total = u32::try_from(layout.address(&total)).unwrap();
            relations.iter().find(|relation| relation.total == total && relation.dimension == dimension).unwrap()
        };
        assert_eq!(of([1, 2], 0).parts, [14, 18]);
        assert_eq!(of([0, 0], 1).parts, [1, 2, 3]);
        let sparse = layout.relations(&[0, 1, 3, 4]);
        assert_eq!(
            sparse
                .iter()
                .filter(|relation| relation.total == 0)
                .map(|relation| relation.parts.clone())
                .collect::<Vec<_>>(),
            [vec![3], vec![1, 2]]
        );
    }

    #[test]
    fn a_table_too_large_to_address_is_refused() {
        let wide = Dimension::flat(u32::MAX / 64).unwrap();
        assert_eq!(Layout::new(vec![wide.clone(), wide.clone(), wide]), Err(LayoutError::TooLarge));
    }
}
