//! Who counts what: which sets are dense, which columns lead, which code goes to which part.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::blob::width;
use super::shape::{ColumnShape, Shape};
use crate::table::ColumnSet;

/// What may be asked. A question that a plan cannot answer has no variant: who asks it gets it back at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Query {
    /// The class sizes of these sets, and the smallest classes of subjects: what [`count_sets`](crate::table::count_sets)
    /// answers.
    Classes(Vec<ColumnSet>),
}

/// What one part may take. Limits move time and memory, never a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Possible classes up to which a set is counted by subject.
    pub dense_cells: u64,
    /// Possible classes of all sets that are counted by subject together.
    pub all_dense_cells: u64,
    /// Possible classes up to which a group of equal codes of a lead has one cell for each.
    pub group_cells: usize,
    /// Bytes of memory that a step may take for one part.
    pub part_bytes: u64,
    /// Fewest parts of each exchange, for an engine with so many tasks.
    pub fewest_parts: u32,
}

/// More parts than this cost more than they save: each blob would hold too few records.
const MOST_PARTS: u64 = 1 << 14;

/// A plan of another version is refused.
pub(super) const VERSION: u32 = 1;

/// Who counts what. Plain data: every process that works on a part has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountPlan {
    pub(super) version: u32,
    pub(super) records: u64,
    pub(super) subjects: Option<u32>,
    /// Cardinality of each column.
    pub(super) cardinalities: Vec<u32>,
    /// Every set of every question once.
    pub(super) sets: Vec<Vec<usize>>,
    /// The sets of each question, by number.
    pub(super) questions: Vec<Vec<u32>>,
    /// What is counted in cells by subject.
    pub(super) items: Vec<Item>,
    pub(super) group_cells: usize,
    /// Parts of the subjects: each has so many subjects, in the order of their numbers. Without subjects, so many parts.
    pub(super) subject_parts: u32,
    pub(super) subjects_a_part: u32,
    /// Columns that travel by subject.
    pub(super) subject_columns: Vec<usize>,
    /// The sets that are not counted by subject alone: the order of their smallest classes.
    pub(super) large: Vec<u32>,
    pub(super) exchanges: Vec<Exchange>,
}

/// A set, or a part of its classes, that is counted in cells by subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) set: u32,
    /// Only records with a hot code of the lead of this exchange.
    pub(super) hot_of: Option<u32>,
}

/// Records that go to parts so that each class of some sets is in one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub(super) key: Key,
    /// Only records with a hot code of the lead of that earlier exchange.
    pub(super) hot_of: Option<u32>,
    pub(super) sets: Vec<u32>,
    /// Columns that travel.
    pub(super) columns: Vec<usize>,
    pub(super) first_part: u32,
    pub(super) parts: u32,
}

/// What decides the part of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Key {
    /// The code of the lead. Without a part for each code, a hash of it.
    Code {
        column: usize,
        part_of_code: Vec<u32>,
        /// Ascending.
        hot: Vec<u32>,
    },
    /// A hash of all codes of these columns.
    Hash { columns: Vec<usize> },
}

/// The part of a hot code: none.
pub(super) const HOT: u32 = u32::MAX;

impl CountPlan {
    /// Parts altogether: those of subjects first, then those of each exchange.
    #[must_use]
    pub fn parts(&self) -> u32 {
        self.exchanges.last().map_or(self.subject_parts, |last| last.first_part + last.parts)
    }

    /// Parts that hold subjects.
    #[must_use]
    pub fn subject_parts(&self) -> u32 {
        self.subject_parts
    }

    /// Exchanges by lead.
    #[must_use]
    pub fn exchanges(&self) -> usize {
        self.exchanges.len()
    }

    /// The part behind the last of an exchange.
    ///
    /// # Panics
    /// When there is no such exchange.
    #[must_use]
    pub fn parts_end(&self, exchange: usize) -> u32 {
        self.exchanges[exchange].first_part + self.exchanges[exchange].parts
    }

    /// What is counted in cells; each is a part of [`Step::Merge`](super::Step::Merge).
    #[must_use]
    pub fn items(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// Whether records have subjects. Without, no smallest classes are looked for.
    #[must_use]
    pub fn has_subjects(&self) -> bool {
        self.subjects.is_some()
    }

    /// Whether anything is counted by subject, so that steps [`Cells`](super::Step::Cells) and
    /// [`Merge`](super::Step::Merge) have work.
    #[must_use]
    pub fn has_cells(&self) -> bool {
        !self.items.is_empty()
    }

    /// Whether this version of the program made the plan.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Bytes of codes and subjects that routing hands on for one record, before they are compressed, rounded up.
    #[must_use]
    pub fn routed_bytes_a_record(&self) -> u64 {
        let subject = u64::from(self.subjects.is_some()) * 2;
        let of = |columns: &[usize]| self.width_of(columns) + subject;
        let by_subject = if self.items.is_empty() { 0 } else { of(&self.subject_columns) };
        by_subject + self.exchanges.iter().map(|exchange| of(&exchange.columns)).sum::<u64>()
    }

    /// Bytes of the smallest classes that are sent back for one record at most, before they are compressed.
    #[must_use]
    pub fn minima_bytes_a_record(&self) -> u64 {
        let of = |exchange: &Exchange| 2 + exchange.sets.len() as u64;
        if self.subjects.is_none() { 0 } else { self.exchanges.iter().map(of).sum() }
    }

    fn width_of(&self, columns: &[usize]) -> u64 {
        columns.iter().map(|&column| width(self.cardinalities[column]) as u64).sum()
    }

    /// The exchange that a part belongs to; `None` for a part of subjects.
    #[must_use]
    pub fn exchange_of(&self, part: u32) -> Option<usize> {
        let behind = self.exchanges.partition_point(|exchange| exchange.first_part <= part);
        behind.checked_sub(1)
    }

    /// Columns that travel to a part.
    pub(super) fn columns_of(&self, part: u32) -> &[usize] {
        self.exchange_of(part).map_or(&self.subject_columns, |exchange| &self.exchanges[exchange].columns)
    }

    /// A set with its columns numbered as they lie in `columns`.
    pub(super) fn local_set(&self, set: u32, columns: &[usize]) -> ColumnSet {
        let place = |column: &usize| columns.iter().position(|other| other == column);
        ColumnSet::new(self.sets[set as usize].iter().filter_map(place))
    }
}

/// Plans the counting of all questions. Pure: the same shape, questions and limits give the same plan.
#[must_use]
pub fn plan(shape: &Shape, questions: &[Query], limits: Limits) -> CountPlan {
    let sets: BTreeSet<&ColumnSet> = questions.iter().flat_map(|Query::Classes(sets)| sets).collect();
    let sets: Vec<&ColumnSet> = sets.into_iter().collect();
    #[expect(clippy::cast_possible_truncation, reason = "a lattice has far fewer sets")]
    let number = |set: &ColumnSet| sets.binary_search(&set).map_or(u32::MAX, |number| number as u32);
    let questions = questions.iter().map(|Query::Classes(sets)| sets.iter().map(number).collect()).collect();
    let mut planner = Planner {
        shape,
        limits,
        sets: &sets,
        cells_left: limits.all_dense_cells,
        plan: CountPlan {
            version: VERSION,
            records: shape.records,
            subjects: shape.subjects,
            cardinalities: shape.columns.iter().map(|column| column.cardinality).collect(),
            sets: sets.iter().map(|set| set.columns().to_vec()).collect(),
            questions,
            items: Vec::new(),
            group_cells: limits.group_cells,
            subject_parts: 1,
            subjects_a_part: shape.subjects.unwrap_or(0).max(1),
            subject_columns: Vec::new(),
            large: Vec::new(),
            exchanges: Vec::new(),
        },
    };
    planner.take_dense();
    planner.lead();
    planner.divide_subjects();
    planner.plan
}

struct Planner<'a> {
    shape: &'a Shape,
    limits: Limits,
    sets: &'a [&'a ColumnSet],
    /// Cells that further items may have.
    cells_left: u64,
    plan: CountPlan,
}

impl Planner<'_> {
    /// The sets with the fewest possible classes are counted by subject; the others are large.
    fn take_dense(&mut self) {
        let cells = |set: &ColumnSet| self.product(set.columns()).unwrap_or(u64::MAX);
        let mut by_cells: Vec<(u64, u32)> = (0..).zip(self.sets).map(|(number, set)| (cells(set), number)).collect();
        by_cells.sort_unstable();
        for (cells, set) in by_cells {
            if cells <= self.limits.dense_cells && cells <= self.cells_left {
                self.cells_left -= cells;
                self.plan.items.push(Item { set, hot_of: None });
            } else {
                self.plan.large.push(set);
            }
        }
        self.plan.large.sort_unstable();
    }

    fn product(&self, columns: &[usize]) -> Option<u64> {
        columns
            .iter()
            .try_fold(1_u64, |product, &column| product.checked_mul(u64::from(self.plan.cardinalities[column].max(1))))
    }

    /// Greedy hitting set: the column that brings most records of most sets to parts leads, until no set is left.
    fn lead(&mut self) {
        let mut left = self.plan.large.clone();
        while !left.is_empty() {
            let Some(column) = self.best_lead(&left, &[]) else {
                // Every column is hot throughout.
                let sets: Vec<u32> = std::mem::take(&mut left);
                for set in sets {
                    self.add_hash(set, None);
                }
                return;
            };
            let (sets, others) = left.into_iter().partition(|&set| self.sets[set as usize].contains(column));
            left = others;
            self.add_lead(column, sets);
        }
    }

    /// The column outside `not` that does most; `None` when no code of any is cold.
    fn best_lead(&self, sets: &[u32], not: &[usize]) -> Option<usize> {
        let score = |&column: &usize| {
            let covered = sets.iter().filter(|&&set| self.sets[set as usize].contains(column)).count() as u128;
            let most = self.capacity(self.columns_with(column, sets).as_slice(), sets.len());
            let (_, hot) = self.shape.columns[column].hot(most);
            let cold = u128::from(self.shape.records - hot.min(self.shape.records));
            let cold = cold.max(u128::from(self.shape.records == 0));
            (covered * cold, self.plan.cardinalities[column], std::cmp::Reverse(column))
        };
        let columns = (0..self.shape.columns.len()).filter(|column| !not.contains(column));
        columns.max_by_key(score).filter(|column| score(column).0 > 0)
    }

    /// All columns of the sets that hold one.
    fn columns_with(&self, column: usize, sets: &[u32]) -> Vec<usize> {
        let sets = sets.iter().map(|&set| self.sets[set as usize]).filter(|set| set.contains(column));
        let columns: BTreeSet<usize> = sets.flat_map(|set| set.columns().iter().copied()).collect();
        columns.into_iter().collect()
    }

    /// Records that a part may hold: twice its columns, once as they came and once in the order of a lead; the subject and
    /// its number in the part; orders and keys; and the smallest class of each subject on each set.
    fn capacity(&self, columns: &[usize], sets: usize) -> u64 {
        let bytes = 2 * self.plan.width_of(columns) + 48 + sets as u64;
        (self.limits.part_bytes / bytes).max(1)
    }

    /// Parts by the codes of a lead; its hot codes are counted by subject where they can be, else by one more key.
    fn add_lead(&mut self, column: usize, sets: Vec<u32>) {
        let columns = self.columns_with(column, &sets);
        let most = self.capacity(&columns, sets.len());
        let (hot, hot_records) = self.shape.columns[column].hot(most);
        let (part_of_code, parts) = self.parts_by_code(column, most);
        let exchange = self.next_exchange();
        let mut hot = hot;
        hot.sort_unstable();
        self.push(Key::Code { column, part_of_code, hot: hot.clone() }, None, sets.clone(), columns, parts);
        if hot.is_empty() {
            return;
        }
        let mut left = Vec::new();
        for set in sets {
            let rest = self.sets[set as usize].without(column);
            let cells = self.product(rest.columns()).and_then(|cells| cells.checked_mul(hot.len() as u64 + 1));
            match cells.filter(|&cells| cells <= self.limits.dense_cells && cells <= self.cells_left) {
                Some(cells) => {
                    self.cells_left -= cells;
                    self.plan.items.push(Item { set, hot_of: Some(exchange) });
                }
                None => left.push(set),
            }
        }
        while !left.is_empty() {
            let second = self.best_lead(&left, &[column]).filter(|&second| self.is_cold(second, &left));
            let Some(second) = second else {
                for set in left {
                    self.add_hash(set, Some((exchange, hot_records)));
                }
                return;
            };
            let (sets, others) = left.into_iter().partition(|&set| self.sets[set as usize].contains(second));
            left = others;
            let columns = self.columns_with(second, &sets);
            let most = self.capacity(&columns, sets.len());
            let (part_of_code, parts) = self.parts_by_code(second, most);
            self.push(
                Key::Code { column: second, part_of_code, hot: Vec::new() },
                Some(exchange),
                sets,
                columns,
                parts,
            );
        }
    }

    /// Whether no code of a column is hot.
    fn is_cold(&self, column: usize, sets: &[u32]) -> bool {
        let most = self.capacity(&self.columns_with(column, sets), sets.len());
        self.shape.columns[column].hot(most).0.is_empty()
    }

    /// Longest processing time first: the code with most records goes to the part with fewest. Returns the part of each code,
    /// none where a hash decides, and the number of parts.
    fn parts_by_code(&self, column: usize, most: u64) -> (Vec<u32>, u32) {
        let ColumnShape { cardinality, frequent, .. } = &self.shape.columns[column];
        let (hot, hot_records) = self.shape.columns[column].hot(most);
        let parts = self.parts_for(self.shape.records.saturating_sub(hot_records), most);
        if frequent.len() < *cardinality as usize {
            return (Vec::new(), parts);
        }
        let mut part_of_code = vec![HOT; frequent.len()];
        let mut loads: BTreeSet<(u64, u32)> = (0..parts).map(|part| (0, part)).collect();
        for &(code, records) in &frequent[hot.len()..] {
            let Some((load, part)) = loads.pop_first() else { break };
            part_of_code[code as usize] = part;
            loads.insert((load + records, part));
        }
        (part_of_code, parts)
    }

    fn parts_for(&self, records: u64, most: u64) -> u32 {
        let parts = records.div_ceil(most).clamp(1, MOST_PARTS);
        // At most MOST_PARTS.
        let parts = u32::try_from(parts).unwrap_or(u32::MAX);
        parts.max(self.limits.fewest_parts)
    }

    /// Parts by a hash of all columns of a set: of all records, or of those with a hot code.
    fn add_hash(&mut self, set: u32, hot_of: Option<(u32, u64)>) {
        let columns = self.sets[set as usize].columns().to_vec();
        let records = hot_of.map_or(self.shape.records, |(_, records)| records);
        let parts = self.parts_for(records, self.capacity(&columns, 1));
        self.push(
            Key::Hash { columns: columns.clone() },
            hot_of.map(|(exchange, _)| exchange),
            vec![set],
            columns,
            parts,
        );
    }

    fn next_exchange(&self) -> u32 {
        u32::try_from(self.plan.exchanges.len()).unwrap_or(u32::MAX)
    }

    /// Parts of subjects are numbered last, so `first_part` counts from the first exchange until then.
    fn push(&mut self, key: Key, hot_of: Option<u32>, sets: Vec<u32>, columns: Vec<usize>, parts: u32) {
        let first_part = self.plan.exchanges.last().map_or(0, |last| last.first_part + last.parts);
        self.plan.exchanges.push(Exchange { key, hot_of, sets, columns, first_part, parts });
    }

    /// Subjects go to parts in the order of their numbers.
    fn divide_subjects(&mut self) {
        let mut columns: BTreeSet<usize> = BTreeSet::new();
        for item in &self.plan.items {
            columns.extend(self.sets[item.set as usize].columns());
        }
        self.plan.subject_columns = columns.into_iter().collect();
        let records = if self.plan.items.is_empty() { 0 } else { self.shape.records };
        let of_records = records.saturating_mul(self.plan.width_of(&self.plan.subject_columns) * 2 + 24);
        let of_minima = u64::from(self.shape.subjects.unwrap_or(0)).saturating_mul(self.plan.large.len() as u64 + 8);
        let parts = self.parts_for(of_records.saturating_add(of_minima), self.limits.part_bytes.max(1));
        if let Some(subjects) = self.shape.subjects {
            self.plan.subjects_a_part = subjects.div_ceil(parts).max(1);
            self.plan.subject_parts = subjects.div_ceil(self.plan.subjects_a_part).max(1);
        } else {
            self.plan.subject_parts = parts;
        }
        for exchange in &mut self.plan.exchanges {
            exchange.first_part += self.plan.subject_parts;
        }
    }
}
