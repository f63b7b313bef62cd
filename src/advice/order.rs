//! Which of two steps of one column shows more: the order that lets one refusal stand for many.

use super::recipe::{Recipe, Step};
use crate::recode::Ladder;
use crate::table::{Recoding, Table};

/// For each column, which of its steps is a function of which.
pub(super) struct Order {
    /// By column, then by rung: the rungs that are functions of it, itself among them.
    coarser: Vec<Vec<Vec<bool>>>,
}

impl Order {
    /// `table` begins with the columns of the ladders.
    pub(super) fn new(table: &Table, ladders: &[Ladder]) -> Self {
        let of_column = |(column, ladder): (usize, &Ladder)| {
            let maps: Vec<&Recoding> = ladder.rungs.iter().map(|rung| &rung.recoding).collect();
            let codes = table.columns()[column].cardinality as usize;
            let is_coarser = |fine: &&Recoding, coarse: &&Recoding| is_function_of(&fine.map, &coarse.map, codes);
            maps.iter().map(|fine| maps.iter().map(|coarse| is_coarser(fine, coarse)).collect()).collect()
        };
        Self { coarser: ladders.iter().enumerate().map(of_column).collect() }
    }

    /// Whether `coarse` says nothing of a cell that `fine` does not.
    pub(super) fn is_finer(&self, column: usize, fine: Step, coarse: Step) -> bool {
        match (fine, coarse) {
            (Step::AsIs, _) | (_, Step::Dropped) => true,
            (Step::Dropped, _) | (_, Step::AsIs) => false,
            (Step::Rung(fine), Step::Rung(coarse)) => self.coarser[column][fine][coarse],
        }
    }
}

/// Whether codes that are equal in `fine` are equal in `coarse`.
fn is_function_of(fine: &[u32], coarse: &[u32], codes: usize) -> bool {
    let mut image: Vec<Option<u32>> = vec![None; codes.max(fine.len())];
    fine.iter().zip(coarse).all(|(&fine, &coarse)| *image[fine as usize].get_or_insert(coarse) == coarse)
}

/// Steps that some gate refuses together, whatever is done to the other columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// These, and all that show more. A dropped column has no say.
    Finer(Recipe),
    /// These and no others: nothing follows for finer ones.
    Exactly(Recipe),
}

impl Refusal {
    /// Whether a recipe is among those that are refused.
    pub(super) fn covers(&self, order: &Order, recipe: &Recipe) -> bool {
        match self {
            Self::Exactly(refused) => refused == recipe,
            Self::Finer(refused) => {
                let mut steps = recipe.steps().zip(refused.steps()).enumerate();
                steps.all(|(column, (step, refused))| order.is_finer(column, step, refused))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, Refusal};
    use crate::advice::recipe::{Recipe, Step};
    use crate::recode::{Ladder, Rung};
    use crate::table::{Codes, Column, Recoding, Table};

    fn order() -> Order {
        let rung = |map: &[u32]| {
            let cardinality = map.iter().max().map_or(0, |&code| code + 1);
            let recoding = Recoding { column: 0, map: map.to_vec(), cardinality, missing: None };
            Rung { rules: Vec::new(), recoding, keys: Vec::new() }
        };
        // Pairs, halves, and something that crosses both.
        let rungs = vec![rung(&[0, 0, 1, 1]), rung(&[0, 0, 0, 1]), rung(&[0, 1, 1, 1])];
        let ladder = Ladder { declared: true, fits_flag: true, rare_behind: None, rungs };
        let column = Column::new("c".to_owned(), Codes::U8(vec![0, 1, 2, 3].into()), 4, None);
        Order::new(&Table::new(vec![column], None, 4).unwrap(), &[ladder])
    }

    #[test]
    fn a_form_is_finer_than_another_that_is_a_function_of_it() {
        let order = order();
        let finer = |fine, coarse| order.is_finer(0, fine, coarse);
        assert!(finer(Step::AsIs, Step::Rung(0)) && finer(Step::Rung(2), Step::Dropped));
        assert!(!finer(Step::Rung(0), Step::AsIs) && !finer(Step::Dropped, Step::Rung(0)));
        assert!(finer(Step::Rung(1), Step::Rung(1)));
        assert!(!finer(Step::Rung(0), Step::Rung(1)) && !finer(Step::Rung(1), Step::Rung(0)));
    }

    #[test]
    fn a_refusal_covers_what_shows_more_and_one_of_these_steps_only_itself() {
        let order = order();
        let pairs = Recipe::as_is(1).with(0, Step::Rung(0));
        let finer = Refusal::Finer(pairs.clone());
        assert!(finer.covers(&order, &Recipe::as_is(1)) && finer.covers(&order, &pairs));
        assert!(!finer.covers(&order, &Recipe::as_is(1).with(0, Step::Rung(1))));
        let exactly = Refusal::Exactly(pairs.clone());
        assert!(exactly.covers(&order, &pairs) && !exactly.covers(&order, &Recipe::as_is(1)));
    }
}
