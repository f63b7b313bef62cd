//! What a recipe does to the classes, counted.

use std::collections::{BTreeSet, HashMap};

use super::recipe::{Recipe, Step};
use crate::result::Headline;
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, SetCounts, Table, count_sets};

/// Why counting ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// The fixed limit of work is reached.
    Work,
    /// The program was asked to end.
    Stopped(StopReason),
}

/// The figures of one column set that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) smallest: Option<u32>,
    pub(super) unique_subjects: u64,
    pub(super) subjects_below_k: u64,
    pub(super) records_below_k: u64,
}

/// The figures of a recipe: `None` where it leaves no such set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// All columns that are left.
    pub(super) full: Option<Classes>,
    /// Those of them that are then static.
    pub(super) fixed: Option<Classes>,
}

impl Figures {
    /// The same in the words of the result.
    pub(super) fn headline(&self) -> Headline {
        let smallest = |classes: Option<Classes>| classes.and_then(|classes| classes.smallest).map(u64::from);
        Headline {
            full_smallest_class: smallest(self.full),
            full_unique_subjects: self.full.map(|classes| classes.unique_subjects),
            full_subjects_below_k: self.full.map(|classes| classes.subjects_below_k),
            static_smallest_class: smallest(self.fixed),
            static_unique_subjects: self.fixed.map(|classes| classes.unique_subjects),
            static_subjects_below_k: self.fixed.map(|classes| classes.subjects_below_k),
            unicity: None,
            linked: None,
        }
    }
}

/// What a set costs beside its records: making and clearing what it is counted in.
const SET: u64 = 2_000;

/// Counts the classes of recipes, each set once, within a fixed limit of work.
pub(super) struct Counter<'a> {
    /// The columns of today, then the forms of the first, of the second, and so on.
    table: &'a Table,
    /// Where the forms of each column begin.
    forms: Vec<usize>,
    /// The column that is in every set of others: the period, where pseudonyms are rotated.
    period: Option<usize>,
    k: u32,
    /// Records times sets that may still be counted.
    work_left: u64,
    known: HashMap<ColumnSet, Classes>,
    below: HashMap<(ColumnSet, u32), u64>,
    watch: Watch<'a>,
}

impl<'a> Counter<'a> {
    /// `rungs` are the numbers of forms of each column of today.
    pub(super) fn new(
        table: &'a Table,
        rungs: impl Iterator<Item = usize>,
        k: u32,
        work: u64,
        watch: Watch<'a>,
    ) -> Self {
        let rungs: Vec<usize> = rungs.collect();
        let mut next = rungs.len();
        let begin = |&rungs: &usize| {
            next += rungs;
            next - rungs
        };
        let forms = rungs.iter().map(begin).collect();
        let (known, below) = (HashMap::new(), HashMap::new());
        Self { table, forms, period: None, k, work_left: work, known, below, watch }
    }

    /// The same within the periods that a column of the table holds: it joins every set of others.
    pub(super) fn within(self, period: Option<usize>) -> Self {
        Self { period, ..self }
    }

    /// A set within its period. No column has none.
    pub(super) fn set(&self, mut places: Vec<usize>) -> ColumnSet {
        if !places.is_empty() {
            places.extend(self.period);
        }
        ColumnSet::new(places)
    }

    /// Records times sets that may still be counted.
    pub(super) fn work_left(&self) -> u64 {
        self.work_left
    }

    /// The figures of each recipe, in their order.
    ///
    /// # Errors
    /// When the work would exceed its limit: then nothing of these recipes is counted. When the program was asked to end.
    pub(super) fn figures(&mut self, recipes: &[Recipe]) -> Result<Vec<Figures>, Halt> {
        let sets: Vec<(ColumnSet, ColumnSet)> = recipes.iter().map(|recipe| self.sets(recipe)).collect();
        // In one fixed order, each once: equal plans cost equal work.
        let wanted: BTreeSet<&ColumnSet> = sets.iter().flat_map(|(full, fixed)| [full, fixed]).collect();
        let wanted = wanted.into_iter().filter(|set| !set.is_empty() && !self.known.contains_key(set));
        let wanted: Vec<ColumnSet> = wanted.cloned().collect();
        self.count(wanted)?;
        let classes = |set: &ColumnSet| self.known.get(set).copied();
        Ok(sets.iter().map(|(full, fixed)| Figures { full: classes(full), fixed: classes(fixed) }).collect())
    }

    fn count(&mut self, sets: Vec<ColumnSet>) -> Result<(), Halt> {
        let work = self.table.records() as u64 * sets.len() as u64;
        self.work_left = self.work_left.checked_sub(work).ok_or(Halt::Work)?;
        let counts = count_sets(self.table, &sets, self.watch).map_err(Halt::Stopped)?;
        let classes = counts.iter().map(|counts| self.classes(counts)).collect::<Vec<_>>();
        self.known.extend(sets.into_iter().zip(classes));
        Ok(())
    }

    fn classes(&self, counts: &SetCounts) -> Classes {
        Classes {
            smallest: counts.smallest_class(),
            unique_subjects: counts.subjects_below(2),
            subjects_below_k: counts.subjects_below(self.k),
            records_below_k: counts.records_below(self.k),
        }
    }

    /// Subjects with a record in a class of fewer than `bound` subjects of a set.
    ///
    /// # Errors
    /// As [`Self::figures`].
    pub(super) fn subjects_below(&mut self, set: ColumnSet, bound: u32) -> Result<u64, Halt> {
        let asked = (set, bound);
        if let Some(&below) = self.below.get(&asked) {
            return Ok(below);
        }
        self.spend(self.table.records() as u64 + SET)?;
        let counts = count_sets(self.table, std::slice::from_ref(&asked.0), self.watch).map_err(Halt::Stopped)?;
        let below = counts.first().map_or(0, |counts| counts.subjects_below(bound));
        self.below.insert(asked, below);
        Ok(below)
    }

    /// Takes work that is done elsewhere from what is left.
    pub(super) fn spend(&mut self, work: u64) -> Result<(), Halt> {
        self.work_left = self.work_left.checked_sub(work).ok_or(Halt::Work)?;
        Ok(())
    }

    /// Where a column stands in the table after a step; `None` where it is left out.
    pub(super) fn place(&self, column: usize, step: Step) -> Option<usize> {
        match step {
            Step::AsIs => Some(column),
            Step::Rung(rung) => Some(self.forms[column] + rung),
            Step::Dropped => None,
        }
    }

    /// Where the columns that a recipe leaves stand in the table.
    pub(super) fn places(&self, recipe: &Recipe) -> Vec<usize> {
        recipe.steps().enumerate().filter_map(|(column, step)| self.place(column, step)).collect()
    }

    /// All columns that a recipe leaves, and those that are then static or unclear: all of them without subjects.
    pub(super) fn sets(&self, recipe: &Recipe) -> (ColumnSet, ColumnSet) {
        let full = self.places(recipe);
        // A proposal must hold under either reading of an unclear column: more columns never make larger classes.
        let is_static = |column: &usize| self.table.is_static(*column) || self.table.is_unclear(*column);
        let fixed = self.set(full.iter().copied().filter(is_static).collect());
        (self.set(full), fixed)
    }
}
