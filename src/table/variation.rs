//! How many subjects vary in a column, and what a missing cell of a subject that does not vary must have been.
//!
//! A missing cell is no value here: it neither makes a subject vary nor keeps it from varying. So one blanked cell cannot
//! turn a static column into one of events.

use rayon::prelude::*;

use super::records::is_constant_per_run;
use super::{Buffer, Codes, Column, Table};
use crate::number::ratio;
use crate::result::Variability;
use crate::with_codes;

/// Fewer comparable subjects than this cannot show that a column of which some subjects vary is static, or is not.
const FEW: u64 = 20;

/// How many subjects can be seen to vary in a column, and how many do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variation {
    /// Subjects with at least two records that have a value.
    pub comparable: u64,
    /// Those of them with at least two different values.
    pub varying: u64,
}

impl Variation {
    /// What the counts say of a column.
    ///
    /// Nobody varies: static, however few can be compared. Else fewer than 20 who can be compared leave it unclear; of
    /// more, at most 10 % who vary make it nearly static, at least 90 % an event column.
    #[must_use]
    pub fn variability(self) -> Variability {
        let Self { comparable, varying } = self;
        if varying == 0 {
            Variability::Static
        } else if comparable < FEW {
            Variability::Unclear
        } else if varying * 10 <= comparable {
            Variability::NearlyStatic
        } else if varying * 10 >= comparable * 9 {
            Variability::Event
        } else {
            Variability::Unclear
        }
    }

    /// Share of the comparable subjects that vary; `None` where there is none.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        ratio(self.varying, self.comparable)
    }
}

/// How it is found what a column is to the history of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rule {
    /// Static where every subject has one value, a missing cell being one; else an event column.
    #[default]
    Unanimity,
    /// By the share of subjects that vary, or by what is declared; missing cells are filled.
    Share { declared: Option<bool> },
}

/// What is known of the values of one subject in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Within {
    /// Whether each subject has one value, a missing cell being one; `None` without subjects.
    pub(super) constant: Option<bool>,
    /// `None` without subjects, and of a settled column without a value.
    pub(super) variability: Option<Variability>,
    pub(super) rule: Rule,
}

impl Within {
    /// Of a column as it is.
    pub(super) fn by_unanimity(constant: bool) -> Self {
        let variability = Some(if constant { Variability::Static } else { Variability::Event });
        Self { constant: Some(constant), variability, rule: Rule::Unanimity }
    }
}

/// Finds by a rule what a column is, and fills it where that rule asks for it. `subjects` is the subject of each record,
/// `starts` where the records of each begin.
pub(super) fn by_rule(column: Column, rule: Rule, subjects: &[u32], starts: &[u32]) -> (Column, Within) {
    let Rule::Share { declared } = rule else {
        let constant = is_constant_per_run(&column.codes, subjects);
        return (column, Within::by_unanimity(constant));
    };
    let of_declared = |varies| if varies { Variability::Event } else { Variability::Static };
    let found = || variation(&column.codes, column.missing, starts).variability();
    let variability = has_value(&column).then(|| declared.map_or_else(found, of_declared));
    let column = match (variability, column.missing) {
        (None | Some(Variability::Event), _) | (_, None) => column,
        (Some(_), Some(missing)) => filled(column, missing, starts),
    };
    let constant = Some(is_constant_per_run(&column.codes, subjects));
    (column, Within { constant, variability, rule })
}

fn has_value(column: &Column) -> bool {
    with_codes!(&column.codes, codes => codes.iter().any(|&code| Some(u32::from(code)) != column.missing))
}

impl Table {
    /// The same records, with each of the first columns decided by the share of subjects that vary in it, or by what is
    /// declared of it, in their order. In all of them but event columns a missing cell takes the only other value of its
    /// subject. Without subjects nothing changes.
    #[must_use]
    pub fn settled(mut self, declared: &[Option<bool>]) -> Self {
        let Some(subjects) = self.subject_of_record.take() else { return self };
        let starts = &self.subject_starts;
        let count = declared.len().min(self.columns.len());
        let rest = self.columns.split_off(count);
        let settle = |(column, &declared)| by_rule(column, Rule::Share { declared }, &subjects, starts);
        let columns = std::mem::take(&mut self.columns);
        let pairs = columns.into_par_iter().zip(&declared[..count]).with_max_len(1).map(settle);
        let (columns, within): (Vec<Column>, Vec<Within>) = pairs.unzip();
        self.columns = columns;
        self.columns.extend(rest);
        self.within[..count].copy_from_slice(&within);
        self.subject_of_record = Some(subjects);
        self
    }

    /// What a column is to the history of a subject; `None` without subjects, and of a settled column without a value.
    #[must_use]
    pub fn variability(&self, column: usize) -> Option<Variability> {
        self.within[column].variability
    }

    /// Whether a column is in the static set whatever becomes of unclear ones. Without subjects every column is.
    #[must_use]
    pub fn is_static(&self, column: usize) -> bool {
        !self.has_subjects() || self.variability(column).is_some_and(Variability::is_static)
    }

    /// Whether it is unclear if a column is static.
    #[must_use]
    pub fn is_unclear(&self, column: usize) -> bool {
        self.variability(column) == Some(Variability::Unclear)
    }

    /// Whether any record holds a value in a column.
    #[must_use]
    pub fn has_value(&self, column: usize) -> bool {
        has_value(&self.columns()[column])
    }

    /// How many subjects vary in a column; `None` without subjects.
    ///
    /// # Panics
    /// When the table has no such column.
    #[must_use]
    pub fn variation(&self, column: usize) -> Option<Variation> {
        let Column { codes, missing, .. } = &self.columns()[column];
        self.has_subjects().then(|| variation(codes, *missing, self.subject_starts()))
    }
}

/// Counts over runs of records, one run a subject, that begin at `starts` (with the number of records as a last entry).
fn variation(codes: &Codes, missing: Option<u32>, starts: &[u32]) -> Variation {
    let mut counted = Variation::default();
    with_codes!(codes, codes => for run in starts.windows(2) {
        let cells = codes[run[0] as usize..run[1] as usize].iter().map(|&code| u32::from(code));
        let mut present = cells.filter(|&code| missing != Some(code));
        let Some(first) = present.next() else { continue };
        let mut is_comparable = false;
        // Most subjects of an event column differ in their first two records.
        let varies = present.inspect(|_| is_comparable = true).any(|code| code != first);
        counted.comparable += u64::from(is_comparable);
        counted.varying += u64::from(varies);
    });
    counted
}

/// The column with the missing cells of a run replaced where all others of the run are the same.
fn filled(column: Column, missing: u32, starts: &[u32]) -> Column {
    if !column.codes.iter().any(|code| code == missing) {
        return Column { missing: None, ..column };
    }
    let mut all = Buffer::collected(column.codes.ground(), column.codes.iter());
    let cells = all.as_mut_slice();
    for run in starts.windows(2) {
        let cells = &mut cells[run[0] as usize..run[1] as usize];
        let mut present = cells.iter().copied().filter(|&code| code != missing);
        let Some(only) = present.next() else { continue };
        if present.all(|code| code == only) {
            cells.fill(only);
        }
    }
    let missing = all.contains(&missing).then_some(missing);
    let codes = column.codes.beside(column.cardinality as usize, all.iter().copied());
    Column { codes, missing, ..column }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Variation;
    use crate::result::Variability;
    use crate::table::{Codes, Column, Recoding, SubjectCodes, Table};
    use crate::tries::tries;

    /// The code of missing cells in these tests.
    const MISSING: u32 = 4;

    fn table(records: &[(u32, u32)]) -> Table {
        let codes = Codes::from_codes(5, records.iter().map(|&(_, cell)| cell));
        let column = Column { name: "c".to_owned(), codes, cardinality: 5, missing: Some(MISSING) };
        let subjects = Codes::from_codes(64, records.iter().map(|&(subject, _)| subject));
        let subjects = SubjectCodes { codes: subjects, cardinality: 64, missing: None };
        Table::new(vec![column], Some(subjects), records.len()).unwrap()
    }

    /// The cells of each subject, missing ones left out.
    fn present(records: &[(u32, u32)]) -> BTreeMap<u32, Vec<u32>> {
        let mut cells: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &(subject, cell) in records {
            let of_subject = cells.entry(subject).or_default();
            of_subject.extend((cell != MISSING).then_some(cell));
        }
        cells
    }

    #[test]
    fn a_missing_cell_makes_nobody_vary_and_is_filled_from_the_only_other_value() {
        let records = [(0, 1), (0, MISSING), (1, 2), (1, 3), (1, MISSING), (2, MISSING)];
        let table = table(&records);
        assert_eq!(table.variation(0), Some(Variation { comparable: 1, varying: 1 }));
        let filled: Vec<u32> = table.settled(&[None]).columns()[0].codes.iter().collect();
        assert_eq!(filled, [1, 1, 2, 3, MISSING, MISSING]);
    }

    #[test]
    fn without_subjects_nothing_varies_and_nothing_is_filled() {
        let column =
            Column { name: "c".to_owned(), codes: Codes::U8(vec![0, 1].into()), cardinality: 2, missing: Some(1) };
        let table = Table::new(vec![column.clone()], None, 2).unwrap();
        assert_eq!(table.variation(0), None);
        assert!(table.is_static(0));
        assert_eq!(table.settled(&[None]).columns(), [column]);
    }

    fn of(comparable: u64, varying: u64) -> Variability {
        Variation { comparable, varying }.variability()
    }

    #[test]
    fn shares_of_10_and_of_90_percent_belong_to_the_outer_kinds() {
        assert_eq!([of(20, 2), of(30, 3), of(99, 9)], [Variability::NearlyStatic; 3]);
        assert_eq!([of(20, 3), of(29, 3), of(20, 17), of(1_000, 899)], [Variability::Unclear; 4]);
        assert_eq!([of(20, 18), of(1_000, 900), of(20, 20)], [Variability::Event; 3]);
    }

    #[test]
    fn fewer_than_twenty_subjects_leave_open_what_a_column_is_unless_nobody_varies() {
        assert_eq!([of(0, 0), of(1, 0), of(19, 0)], [Variability::Static; 3]);
        assert_eq!([of(1, 1), of(19, 1), of(19, 19)], [Variability::Unclear; 3]);
    }

    #[test]
    fn what_is_declared_counts_and_an_event_column_is_not_filled() {
        let table = table(&[(0, 1), (0, MISSING), (1, 2), (1, 3)]);
        let [event, fixed] = [true, false].map(|varies| table.clone().settled(&[Some(varies)]));
        assert_eq!(event.variability(0), Some(Variability::Event));
        assert_eq!(event.columns(), table.columns());
        assert_eq!((fixed.variability(0), fixed.is_static(0)), (Some(Variability::Static), true));
        assert_eq!(fixed.columns()[0].codes.iter().collect::<Vec<_>>(), [1, 1, 2, 3]);
        assert_eq!((fixed.columns()[0].missing, fixed.constant_per_subject(0)), (None, Some(false)));
    }

    #[test]
    fn a_column_without_a_value_is_neither_static_nor_an_event_column() {
        for declared in [None, Some(true), Some(false)] {
            let table = table(&[(0, MISSING), (0, MISSING), (1, MISSING)]).settled(&[declared]);
            assert_eq!((table.variability(0), table.has_value(0)), (None, false));
            assert!(!table.is_static(0) && !table.is_unclear(0));
        }
    }

    #[test]
    fn a_coarser_form_of_a_settled_column_is_settled_by_the_same_rule() {
        let table = table(&[(0, 0), (0, 1), (0, MISSING), (1, 2)]);
        let coarse = Recoding { column: 0, map: vec![0, 0, 1, 1, 2], cardinality: 3, missing: Some(2) };
        let found = table.clone().settled(&[None]).with_recoded(std::slice::from_ref(&coarse));
        assert_eq!(
            (found.variability(0), found.variability(1)),
            (Some(Variability::Unclear), Some(Variability::Static))
        );
        assert_eq!(found.columns()[1].codes.iter().collect::<Vec<_>>(), [0, 0, 0, 1]);
        let declared = table.settled(&[Some(true)]).with_recoded(&[coarse]);
        assert_eq!(declared.variability(1), Some(Variability::Event));
        assert_eq!(declared.columns()[1].codes.iter().collect::<Vec<_>>(), [0, 0, 2, 1]);
    }

    /// The rules word by word, with shares as fractions.
    fn slow(cells: &BTreeMap<u32, Vec<u32>>) -> Option<Variability> {
        let several: Vec<&Vec<u32>> = cells.values().filter(|cells| cells.len() >= 2).collect();
        let varying = several.iter().filter(|cells| cells.windows(2).any(|pair| pair[0] != pair[1])).count();
        let kind = match several.len() {
            _ if varying == 0 => Variability::Static,
            0..20 => Variability::Unclear,
            compared if varying * 10 <= compared => Variability::NearlyStatic,
            compared if varying * 10 >= compared * 9 => Variability::Event,
            _ => Variability::Unclear,
        };
        cells.values().any(|cells| !cells.is_empty()).then_some(kind)
    }

    /// Records of up to 30 subjects of whom about so many in a hundred vary.
    fn histories() -> impl Strategy<Value = Vec<(u32, u32)>> {
        let cell = |movers: u32| {
            (0_u32..30, 0_u32..100, 0_u32..4, 0_u32..12).prop_map(move |(subject, dice, value, blank)| {
                let value = if dice < movers { value } else { subject % 4 };
                (subject, if blank == 0 { MISSING } else { value })
            })
        };
        prop::sample::select(vec![0, 3, 6, 30, 60, 100])
            .prop_flat_map(move |movers| prop::collection::vec(cell(movers), 0..160))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]

        #[test]
        fn kinds_equal_those_of_the_slow_way(records in histories()) {
            let table = table(&records).settled(&[None]);
            prop_assert_eq!(table.variability(0), slow(&present(&records)));
        }

        #[test]
        fn blanking_one_cell_leaves_a_column_that_keeps_a_value_under_some_reading(
            records in histories(),
            at in any::<prop::sample::Index>(),
        ) {
            prop_assume!(!records.is_empty());
            let mut blanked = records.clone();
            blanked[at.index(records.len())].1 = MISSING;
            let [before, after] = [&records, &blanked].map(|records| table(records).settled(&[None]));
            prop_assert_eq!(after.variability(0).is_some(), after.has_value(0));
            // A gap makes nobody vary: what was static stays so.
            if before.variability(0) == Some(Variability::Static) && after.has_value(0) {
                prop_assert_eq!(after.variability(0), Some(Variability::Static));
            }
        }
    }

    proptest! {
        #[test]
        fn counts_equal_those_of_the_obvious_way(records in prop::collection::vec((0_u32..8, 0_u32..5), 0..40)) {
            let table = table(&records);
            let cells = present(&records);
            let differ = |cells: &Vec<u32>| cells.iter().any(|cell| *cell != cells[0]);
            let expected = Variation {
                comparable: cells.values().filter(|cells| cells.len() >= 2).count() as u64,
                varying: cells.values().filter(|cells| differ(cells)).count() as u64,
            };
            prop_assert_eq!(table.variation(0), Some(expected));
        }

        #[test]
        fn filling_leaves_no_gap_in_subjects_of_one_value_and_changes_no_value(
            records in prop::collection::vec((0_u32..8, 0_u32..5), 1..40),
        ) {
            let table = table(&records);
            let before: Vec<u32> = table.columns()[0].codes.iter().collect();
            // Fewer than 20 subjects make no event column, so every gap is filled that can be.
            let after: Vec<u32> = table.clone().settled(&[None]).columns()[0].codes.iter().collect();
            let subjects = table.subject_of_record().unwrap();
            let mut by_subject: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (&subject, &cell) in subjects.iter().zip(&before) {
                by_subject.entry(subject).or_default().extend((cell != MISSING).then_some(cell));
            }
            for ((subject, old), new) in subjects.iter().zip(&before).zip(&after) {
                let values = &by_subject[subject];
                let one = !values.is_empty() && values.iter().all(|value| *value == values[0]);
                prop_assert_eq!(*new, if *old == MISSING && one { values[0] } else { *old });
            }
        }
    }
}
