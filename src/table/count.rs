//! The one question that measures ask of a table: how large are the classes of these column sets?

use super::cell::{Cell, FullCell, RecordCell, SubjectCell};
use super::counts::SetCounts;
use super::cubes::{self, CubeLimits};
use super::dense::{cells_of, count_batch, for_each_batch};
use super::grouped::{self, GroupLimits, GroupedSet, LeadView};
use super::ranked::Ranked;
use super::repeats::{self, Listed, Lists, RepeatLimits, ToList};
use super::smallest::SmallestClasses;
use super::{ColumnSet, Table};
use crate::stop::{StopReason, Watch};

/// What decides between the ways of counting. The ways give the same counts; only their speed differs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tuning {
    /// Possible classes up to which a set gets one cell for each over the whole table.
    pub(super) dense_cells: usize,
    /// How sets are counted within the groups of the lead column.
    pub(super) groups: GroupLimits,
    /// When sets are counted by record, and what subjects repeat is taken off.
    pub(super) repeats: RepeatLimits,
    /// How sets are added up from wider ones, and how much a batch of dense sets may take.
    pub(super) cubes: CubeLimits,
}

impl Tuning {
    /// Measured on the table of `docs/performance.md`.
    pub(super) const DEFAULT: Self = Self {
        dense_cells: 1 << 20,
        groups: GroupLimits { cells: 1 << 20, hashed_records: 1 << 16 },
        repeats: RepeatLimits::DEFAULT,
        cubes: CubeLimits { cells: 1 << 18, batch_bytes: 1 << 19 },
    };

    /// For small tables it does not pay to clear and read many more cells than there are records.
    pub(super) fn for_table(table: &Table) -> Self {
        let default = Self::DEFAULT;
        let records = table.records();
        Self {
            dense_cells: default.dense_cells.min(records.max(1 << 8)),
            repeats: RepeatLimits { cells: default.repeats.cells.min(records.max(1 << 8)), ..default.repeats },
            cubes: CubeLimits { cells: default.cubes.cells.min(records / 16), ..default.cubes },
            ..default
        }
    }
}

/// Classes of each set, in the order of the sets: class sizes with records, record pairs, smallest classes of subjects.
///
/// # Guarantee
/// Equal to the brute-force count of every set, for any number of threads.
///
/// # Errors
/// The reason, when `watch.stop` was raised before the end.
///
/// # Cost
/// About one nanosecond for each record and set while the cells of a set fit the cache; memory for one reordered copy
/// of the columns and 5 bytes a subject for each thread.
pub fn count_sets(table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
    if table.has_subjects() {
        count_with::<FullCell>(table, sets, Tuning::for_table(table), watch)
    } else {
        count_with::<RecordCell>(table, sets, Tuning::for_table(table), watch)
    }
}

/// Only how many classes of each size there are: (distinct subjects, classes), ascending. Cheaper than [`count_sets`].
///
/// # Errors
/// The reason, when `watch.stop` was raised before the end.
pub fn class_sizes(table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<Vec<(u32, u64)>>, StopReason> {
    let counts = if table.has_subjects() {
        count_with::<SubjectCell>(table, sets, Tuning::for_table(table), watch)?
    } else {
        count_with::<RecordCell>(table, sets, Tuning::for_table(table), watch)?
    };
    let sizes = |counts: SetCounts| counts.sizes.into_iter().map(|size| (size.size, size.classes)).collect();
    Ok(counts.into_iter().map(sizes).collect())
}

/// [`count_sets`] of those sets that can be counted in so many bytes beside the table; the others are handed back as `None`.
///
/// # Errors
/// As [`count_sets`].
pub fn count_within(
    table: &Table,
    sets: &[ColumnSet],
    bytes: u64,
    watch: Watch<'_>,
) -> Result<Vec<Option<SetCounts>>, StopReason> {
    let threads = rayon::current_num_threads();
    let whole = Tuning::for_table(table);
    let cells = usize::try_from(bytes).unwrap_or(usize::MAX) / size_of::<FullCell>();
    let most = whole.dense_cells.min(cells / (8 * threads));
    let repeats = RepeatLimits {
        cells: whole.repeats.cells.min(cells / 2),
        own_cells: whole.repeats.own_cells.min(cells / (2 * threads)),
        ..whole.repeats
    };
    let tuning = Tuning { dense_cells: most, repeats, ..whole };
    let fits = |set: &ColumnSet| cells_of(table, set).is_some_and(|cells| cells <= most);
    let fitting: Vec<ColumnSet> = sets.iter().filter(|set| fits(set)).cloned().collect();
    let mut counted = if table.has_subjects() {
        count_with::<FullCell>(table, &fitting, tuning, watch)?.into_iter()
    } else {
        count_with::<RecordCell>(table, &fitting, tuning, watch)?.into_iter()
    };
    Ok(sets.iter().map(|set| if fits(set) { counted.next() } else { None }).collect())
}

/// Bytes of scratch memory that counting takes beside the table, for this many threads.
#[must_use]
pub fn scratch_bytes(table: &Table, threads: usize) -> u64 {
    let cells = Tuning::DEFAULT.groups.cells * size_of::<FullCell>();
    let of_thread = cells + table.subjects() * SmallestClasses::BYTES + table.records().min(1 << 22) * 12;
    // One after the other: sets in cells, and sets within the groups of a column.
    let in_cells = repeats::scratch_bytes(Tuning::for_table(table).repeats, threads);
    let in_groups = LeadView::bytes(table) + threads * of_thread;
    in_cells.max(in_groups) as u64
}

pub(super) fn count_with<C: Cell>(
    table: &Table,
    sets: &[ColumnSet],
    tuning: Tuning,
    watch: Watch<'_>,
) -> Result<Vec<SetCounts>, StopReason> {
    let is_dense = |set: &ColumnSet| cells_of(table, set).is_some_and(|cells| cells <= tuning.dense_cells);
    let numbered = sets.iter().enumerate();
    let (dense, grouped): (Vec<_>, Vec<_>) = numbered.partition(|(_, set)| is_dense(set));
    let leads = by_lead(table, grouped);
    let (dense, listed) = count_dense::<C>(table, dense, to_list::<C>(table, &leads, tuning), tuning, watch)?;
    let mut counts = vec![SetCounts::default(); sets.len()];
    for (place, set_counts) in dense {
        counts[place] = set_counts;
    }
    let mut repeats: Vec<Option<Listed>> = sets.iter().map(|_| None).collect();
    for (place, listed) in listed {
        repeats[place] = Some(listed);
    }
    for (lead, sets) in leads {
        let grouped = |(place, set)| GroupedSet { place, set, repeats: repeats[place].take() };
        let sets: Vec<GroupedSet<'_>> = sets.into_iter().map(grouped).collect();
        let by_stamps = C::RECORDS || C::SUBJECTS && sets.iter().any(|set| set.repeats.is_none());
        let view = LeadView::new(table, lead, sets.iter().map(|set| set.set), by_stamps);
        for (place, set_counts) in grouped::count_sets::<C>(table, &view, &sets, tuning.groups, watch.stop)? {
            counts[place] = set_counts;
        }
        watch.progress.advance(sets.len() as u64);
    }
    Ok(counts)
}

/// The sets whose repeats can be taken off within groups.
fn to_list<C: Cell>(table: &Table, leads: &[(usize, NumberedSets<'_>)], tuning: Tuning) -> Vec<ToList> {
    if !C::SUBJECTS {
        return Vec::new();
    }
    let sets = leads.iter().flat_map(|(lead, sets)| sets.iter().map(|&(place, set)| (*lead, place, set)));
    let sets = sets.map(|(lead, place, set)| ToList { place, order: grouped::in_order(table, lead, set) });
    sets.filter(|set| grouped::cells_in_groups(table, &set.order, tuning.groups).is_some()).collect()
}

/// Counts sets that have a cell for each possible class, and lists repeats of others on the way.
fn count_dense<C: Cell>(
    table: &Table,
    sets: NumberedSets<'_>,
    to_list: Vec<ToList>,
    tuning: Tuning,
    watch: Watch<'_>,
) -> Result<(Vec<(usize, SetCounts)>, Lists), StopReason> {
    if !C::SUBJECTS {
        let counts = cubes::cells_of_sets(table, &sets, tuning.cubes, watch, |cells: Vec<RecordCell>| {
            Ranked::new::<C>(cells.iter().map(|cell| (cell.size(), cell.records()))).into_counts::<C>(None)
        })?;
        return Ok((counts, Vec::new()));
    }
    let (rounds, others) = repeats::rounds(table, sets, tuning.repeats);
    let mut to_list = repeats::worth_listing(table, to_list, rounds.first(), tuning.repeats);
    let (mut counts, mut listed) = (Vec::new(), Vec::new());
    for round in rounds {
        let (of_round, lists) = repeats::count::<C>(table, &round, &std::mem::take(&mut to_list), tuning, watch)?;
        counts.extend(of_round);
        listed.extend(lists);
    }
    if !to_list.is_empty() {
        listed = repeats::list(table, &to_list, tuning.repeats, watch.stop)?;
    }
    counts.extend(for_each_batch::<C, _>(table, others, tuning.cubes.batch_bytes, watch, |batch, parts| {
        count_batch::<C>(table, batch, parts, watch.stop)
    })?);
    Ok((counts, listed))
}

pub(super) type NumberedSets<'a> = Vec<(usize, &'a ColumnSet)>;

/// Sets by their column of largest cardinality.
pub(super) fn by_lead<'a>(table: &Table, sets: NumberedSets<'a>) -> Vec<(usize, NumberedSets<'a>)> {
    let lead_of = |set: &ColumnSet| {
        let cardinality = |&&column: &&usize| table.columns()[column].cardinality;
        set.columns().iter().max_by_key(cardinality).copied().unwrap_or(0)
    };
    let mut leads: Vec<(usize, NumberedSets<'a>)> = Vec::new();
    for (index, set) in sets {
        let lead = lead_of(set);
        match leads.iter_mut().find(|(other, _)| *other == lead) {
            Some((_, sets)) => sets.push((index, set)),
            None => leads.push((lead, vec![(index, set)])),
        }
    }
    leads
}
