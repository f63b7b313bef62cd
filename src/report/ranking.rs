//! Which columns and sets of columns are ranked with each other, and which sets are told of those that say the same.
//!
//! A static column is known about a person once and for all; an event column is known of one event. Who is found by the
//! one and who by the other are two questions, so their columns never stand in one list.

use std::cmp::Reverse;

use super::summary::{population, riskiest_columns, riskiest_sets};
use crate::result::{ColumnEffect, Dataset, SetStatistics, Uniqueness};

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Columns that stay the same within a subject. Without a subject every column does.
    Static,
    /// Columns that change from record to record, or of which the data do not say, and every set that holds one.
    Event,
}

impl Kind {
    /// Both kinds, in the order of lists.
    pub(super) const ALL: [Self; 2] = [Self::Static, Self::Event];

    /// The kind of a set of columns.
    pub(super) fn of(dataset: &Dataset, columns: &[String]) -> Self {
        let varies = |name: &String| dataset.columns.iter().any(|column| column.name == *name && !column.is_static());
        if columns.iter().any(varies) { Self::Event } else { Self::Static }
    }
}

/// The columns of a kind, the one that adds most to the share of sample uniques first.
pub(super) fn columns<'a>(dataset: &Dataset, uniqueness: &'a Uniqueness, kind: Kind) -> Vec<&'a ColumnEffect> {
    let is_of_kind = |effect: &&ColumnEffect| Kind::of(dataset, std::slice::from_ref(&effect.column)) == kind;
    riskiest_columns(uniqueness).into_iter().filter(is_of_kind).collect()
}

/// The sets of a kind, riskiest first.
pub(super) fn sets<'a>(dataset: &Dataset, uniqueness: &'a Uniqueness, kind: Kind) -> Vec<&'a SetStatistics> {
    riskiest_sets(uniqueness).into_iter().filter(|set| Kind::of(dataset, &set.columns) == kind).collect()
}

/// The sets that a short list tells.
pub(super) struct Ranked<'a> {
    /// At most so many as were asked for.
    pub(super) sets: Vec<&'a SetStatistics>,
    /// Whether they are the smallest sets that single out, because the riskiest all single out everybody.
    pub(super) is_smallest: bool,
}

/// At most `most` sets of a kind that single somebody out, riskiest first. A set that finds nobody whom a part of it does
/// not find is left out. Where every set of the list finds everybody, the smallest sets that find anybody stand instead.
pub(super) fn ranked<'a>(dataset: &Dataset, uniqueness: &'a Uniqueness, kind: Kind, most: usize) -> Ranked<'a> {
    let finding: Vec<&SetStatistics> =
        sets(dataset, uniqueness, kind).into_iter().filter(|set| set.unique_subjects > 0).collect();
    let adds = |set: &&&SetStatistics| {
        !finding.iter().any(|other| is_part(other, set) && other.unique_subjects >= set.unique_subjects)
    };
    let riskiest: Vec<&SetStatistics> = finding.iter().filter(adds).take(most).copied().collect();
    let finds_everybody = |set: &&SetStatistics| set.unique_subjects >= population(dataset, set);
    if riskiest.len() < 2 || !riskiest.iter().all(finds_everybody) {
        return Ranked { sets: riskiest, is_smallest: false };
    }
    let mut sets = minimal(&finding);
    sets.truncate(most);
    Ranked { sets, is_smallest: true }
}

/// The sets of which no part is among the others: fewest columns first, then most subjects.
fn minimal<'a>(sets: &[&'a SetStatistics]) -> Vec<&'a SetStatistics> {
    let mut minimal: Vec<&SetStatistics> =
        sets.iter().filter(|set| !sets.iter().any(|other| is_part(other, set))).copied().collect();
    minimal.sort_by_key(|set| (set.columns.len(), Reverse(set.unique_subjects)));
    minimal
}

/// Whether every column of `part` is in `set`, which has more.
fn is_part(part: &SetStatistics, set: &SetStatistics) -> bool {
    part.columns.len() < set.columns.len() && part.columns.iter().all(|column| set.columns.contains(column))
}

#[cfg(test)]
mod tests {
    use super::{Kind, columns, ranked, sets};
    use crate::report::fixture;
    use crate::report::summary::classes;
    use crate::result::{Outcome, ScanResult};

    /// The failing extract, each set of which singles out as many as `unique` says of its columns.
    fn with_unique(unique: fn(&[String]) -> u64) -> ScanResult {
        let mut result = fixture::failing();
        if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
            value.sets.iter_mut().for_each(|set| set.unique_subjects = unique(&set.columns));
        }
        result
    }

    fn names(result: &ScanResult, kind: Kind) -> (Vec<String>, bool) {
        let ranked = ranked(&result.dataset, classes(result).unwrap(), kind, 3);
        (ranked.sets.iter().map(|set| set.columns.join("+")).collect(), ranked.is_smallest)
    }

    #[test]
    fn no_event_column_stands_in_a_ranking_of_static_ones() {
        let result = fixture::failing();
        let uniqueness = classes(&result).unwrap();
        let ranked = columns(&result.dataset, uniqueness, Kind::Static);
        let names: Vec<&str> = ranked.iter().map(|effect| effect.column.as_str()).collect();
        assert_eq!(names, ["district", "birth_year", "card_type"]);
        assert_eq!(columns(&result.dataset, uniqueness, Kind::Event)[0].column, "posted_at");
        let of_static = sets(&result.dataset, uniqueness, Kind::Static);
        assert_eq!(of_static.len(), 7, "every set of three columns");
        let events = sets(&result.dataset, uniqueness, Kind::Event);
        assert_eq!(events.len() + of_static.len(), uniqueness.sets.len());
        assert!(events.iter().all(|set| set.columns.iter().any(|name| fixture::is_event(name))));
    }

    #[test]
    fn where_every_set_finds_everybody_the_smallest_that_find_anybody_stand_instead() {
        let result = with_unique(|columns| match (columns.len(), columns[0].as_str()) {
            (1, "birth_year") => 12,
            (1, "district") => 40,
            (1, _) => 0,
            _ => 3_000,
        });
        let (sets, is_smallest) = names(&result, Kind::Static);
        assert!(is_smallest);
        assert_eq!(sets, ["district", "birth_year"], "card_type finds nobody, and every pair holds one of the two");
    }

    #[test]
    fn a_set_that_finds_no_more_than_a_part_of_it_is_not_told() {
        let result = with_unique(|columns| if columns.iter().any(|name| name == "district") { 50 } else { 7 });
        let (sets, is_smallest) = names(&result, Kind::Static);
        assert!(!is_smallest);
        assert_eq!(sets, ["district", "birth_year", "card_type"]);
    }

    #[test]
    fn without_a_subject_there_is_one_list() {
        let result = fixture::without_subject();
        let uniqueness = classes(&result).unwrap();
        assert!(sets(&result.dataset, uniqueness, Kind::Event).is_empty());
        assert!(columns(&result.dataset, uniqueness, Kind::Event).is_empty());
    }
}
