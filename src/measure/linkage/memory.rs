//! How much memory joining with a source takes: its tables, and what its attacks need besides.
//!
//! Attacks run one after the other and let go of what they needed, so the greediest counts. The sizes are those of what
//! each attack keeps for a record, a subject or a pair at its peak; a text of a value counts as its bytes.

use super::{LinkedTables, probabilistic, release};
use crate::result::AttackKind;
use crate::table::{Table, scratch_bytes};

/// Near values: a group of 16 bytes and a point of 24 for each record, and the points once more while they are sorted.
const NEAR_RECORD: u64 = 64;
/// Nearest values: its group, its place in the order, its location with its people and what lies nearest to it, and its
/// leaf in a tree.
const PLACE_RECORD: u64 = 160;
/// Two releases: the number of its row, and the maps that number rows and count classes.
const RELEASES_RECORD: u64 = 48;
/// Two releases: its partner, its pseudonym and its values, each in a map.
const RELEASES_SUBJECT: u64 = 96;
/// Known events: an event of 40 bytes, and its place by item.
const EVENT: u64 = 48;
/// Histories: a record in the order of its time.
const HISTORY_RECORD: u64 = 44;
/// Histories: what one feature of a record takes as it is counted, kept and looked up.
const HISTORY_ENTRY: u64 = 28;
/// Features that a column has on average: a date has a weekday and a day of the month, a number its band.
const FEATURES_OF_COLUMN: u64 = 2;
/// Histories: a candidate pair with its evidence, its belief and its edge in the assignment.
const CANDIDATE: u64 = 64;
/// Histories: halves that are asked about on both sides, each twice.
const QUESTIONS: u64 = 4_000;
/// Weighed agreements: a pair with its pattern, and its edge where it speaks for a match.
const WEIGHED_PAIR: u64 = 32;
/// Weighed agreements: what is remembered of compared values, for each column at most.
const REMEMBERED: u64 = 16 << 20;
/// A value spelled as it is compared, besides its text.
const COMPARED_VALUE: u64 = 64;
/// Figures of a subject.
const SUBJECT: u64 = 32;

/// Bytes of memory that the tables of a source hold, with what its attacks need besides.
#[must_use]
pub fn bytes(linked: &LinkedTables, hold_out: Option<&Table>, attacks: &[AttackKind]) -> u64 {
    let tables = linked.ours.bytes() + linked.theirs.bytes() + hold_out.map_or(0, Table::bytes);
    // The hold-out takes the place of the extract when strangers are attacked.
    let with = |ours: &Table| attacks.iter().map(|&kind| scratch(kind, linked, ours)).max().unwrap_or(0);
    let scratch = with(&linked.ours).max(hold_out.map_or(0, with));
    (tables as u64).saturating_add(values(linked)).saturating_add(scratch)
}

fn values(linked: &LinkedTables) -> u64 {
    let numbers = |numbers: &Vec<Option<i64>>| numbers.capacity() * 16;
    let columns = linked.columns.iter();
    columns.map(|column| column.values.bytes() + column.numbers.as_ref().map_or(0, numbers)).sum::<usize>() as u64
}

/// What an attack needs besides the tables, at its peak.
fn scratch(kind: AttackKind, linked: &LinkedTables, ours: &Table) -> u64 {
    let theirs = &linked.theirs;
    let (our_subjects, their_subjects) = (ours.subjects() as u64, theirs.subjects() as u64);
    let records = (ours.records() + theirs.records()) as u64;
    let subjects = our_subjects + their_subjects;
    let columns = linked.columns.len() as u64;
    match kind {
        AttackKind::Exact => {
            let threads = rayon::current_num_threads();
            scratch_bytes(ours, threads) + scratch_bytes(theirs, threads)
        }
        AttackKind::Tolerant => records * (NEAR_RECORD + 8 * columns) + subjects * SUBJECT,
        AttackKind::Distance => records * (PLACE_RECORD + 16 * columns),
        AttackKind::Intersection => records * RELEASES_RECORD + subjects * RELEASES_SUBJECT,
        AttackKind::Scoreboard => records * EVENT + subjects * SUBJECT,
        AttackKind::Release => {
            let features = columns * FEATURES_OF_COLUMN;
            let candidates = their_subjects.min(u64::from(release::Settings::default().candidates));
            let asked = QUESTIONS.min(subjects * 2);
            records * (HISTORY_RECORD + features * HISTORY_ENTRY)
                + our_subjects * candidates * CANDIDATE
                + asked * candidates * features * 8
        }
        AttackKind::Probabilistic => {
            let most = probabilistic::Settings::default().candidate_pairs;
            let pairs = our_subjects.saturating_mul(their_subjects).min(most);
            let distinct: u64 = linked.columns.iter().map(|column| column.values.len() as u64).sum();
            let remembered: u64 =
                linked.columns.iter().map(|column| square(column.values.len() * 2).min(REMEMBERED)).sum();
            pairs * WEIGHED_PAIR
                + values(linked)
                + distinct * COMPARED_VALUE
                + remembered
                + subjects * (columns * 8 + SUBJECT)
        }
    }
}

fn square(number: usize) -> u64 {
    (number as u64).saturating_mul(number as u64).saturating_mul(8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::linkage::{Comparison, SharedColumn};
    use crate::result::ColumnType;
    use crate::secret::Secret;
    use crate::table::{Codes, Column, Dictionary};

    fn table(records: u32) -> Table {
        let codes = Codes::from_codes(9, (0..records).map(|record| record % 9));
        let column = Column::new("city".to_owned(), codes, 9, None);
        Table::new(vec![column], None, records as usize).unwrap()
    }

    fn linked(ours: u32, theirs: u32) -> LinkedTables {
        let mut values = Dictionary::new(ColumnType::Text);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            values.push(Secret::new(name));
        }
        let column = SharedColumn { name: "city".to_owned(), values, numbers: None, comparison: Comparison::Equal };
        LinkedTables {
            source: "members".to_owned(),
            ours: table(ours),
            theirs: table(theirs),
            columns: vec![column],
            truth: None,
            pseudonyms: None,
            source_equals_extract: false,
        }
    }

    /// What an attack needs beside the tables.
    fn beside(kind: AttackKind, ours: u32, theirs: u32) -> u64 {
        let linked = linked(ours, theirs);
        bytes(&linked, None, &[kind]) - bytes(&linked, None, &[])
    }

    #[test]
    fn every_attack_needs_more_for_more_records_of_either_side() {
        for &kind in AttackKind::ALL {
            let small = beside(kind, 1_000, 1_000);
            assert!(small > 0, "{kind:?}");
            assert!(beside(kind, 2_000, 1_000) > small, "{kind:?}");
            assert!(beside(kind, 1_000, 2_000) > small, "{kind:?}");
        }
    }

    #[test]
    fn attacks_run_one_after_the_other_so_the_greediest_counts() {
        let linked = linked(1_000, 1_000);
        let each = AttackKind::ALL.iter().copied().map(|kind| bytes(&linked, None, &[kind]));
        assert_eq!(Some(bytes(&linked, None, AttackKind::ALL)), each.into_iter().max());
    }

    #[test]
    fn a_hold_out_counts_with_its_table_and_its_attack() {
        let (linked, strangers) = (linked(10, 1_000), table(100_000));
        let more =
            bytes(&linked, Some(&strangers), &[AttackKind::Tolerant]) - bytes(&linked, None, &[AttackKind::Tolerant]);
        assert!(more > strangers.bytes() as u64 + 99_990 * NEAR_RECORD, "{more}");
    }

    #[test]
    fn pairs_of_a_weighed_attack_count_up_to_their_limit() {
        let pairs = |ours, theirs| beside(AttackKind::Probabilistic, ours, theirs);
        assert!(pairs(1_000, 1_000) >= 1_000_000 * WEIGHED_PAIR);
        assert!(pairs(100_000, 100_000) < 2 * 10_000_000 * WEIGHED_PAIR);
    }
}
