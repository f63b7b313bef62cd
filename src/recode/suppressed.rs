//! Records that were suppressed: every quasi-identifier is missing or a suppression mark.
//!
//! Nobody is found in such a record by quasi-identifiers, so it is in no class and no denominator. It is counted apart, and
//! what its other columns show is looked at in [`super::shown`].

use super::ColumnRole;
use crate::input::{CodedColumn, Extract};
use crate::plan::Plan;
use crate::result::Role;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

/// What was left out of an extract.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// Of every record as read, whether it was left out; empty when none was.
    left_out: Vec<bool>,
    /// Records left out.
    pub records: u64,
    /// For each column of the extract, its cells with a suppression mark in the records that stay; `None` for a column
    /// that is no quasi-identifier.
    pub cells: Vec<Option<u64>>,
}

impl Suppressed {
    /// The numbers, from 1, of the records that stay, in their order.
    pub fn kept(&self, records: u64) -> impl Iterator<Item = u64> {
        (1..=records)
            .zip(self.left_out.iter().copied().chain(std::iter::repeat(false)))
            .filter(|(_, out)| !out)
            .map(|(number, _)| number)
    }
}

/// Takes the suppressed records out of every coded column. The counts of missing cells and [`Extract::records`] stay
/// those of the file.
pub fn leave_out_suppressed(extract: &mut Extract, roles: &[ColumnRole], plan: &Plan) -> Suppressed {
    let marks = marks_of(extract, roles, plan);
    let left_out = suppressed(extract, &marks);
    let records = left_out.iter().filter(|&&out| out).count() as u64;
    if records > 0 {
        leave_out(extract, &left_out);
    }
    let cells = extract.columns.iter().zip(&marks).map(|(column, marks)| {
        // Codes may have changed, so marks are looked up anew.
        let coded = column.coded.as_ref().filter(|_| marks.is_some())?;
        Some(Marks::of(&coded.dictionary, plan).cells(&coded.codes))
    });
    Suppressed { records, cells: cells.collect(), left_out: if records > 0 { left_out } else { Vec::new() } }
}

/// Of every record whether [`leave_out_suppressed`] leaves it out; empty where it leaves out none.
pub(super) fn suppressed_records(extract: &Extract, roles: &[ColumnRole], plan: &Plan) -> Vec<bool> {
    let out = suppressed(extract, &marks_of(extract, roles, plan));
    if out.contains(&true) { out } else { Vec::new() }
}

/// The marks of each quasi-identifier; `None` for another column.
fn marks_of(extract: &Extract, roles: &[ColumnRole], plan: &Plan) -> Vec<Option<Marks>> {
    let counts = |place: usize, name: &str| {
        roles.get(place).is_some_and(|role| role.role == Role::QuasiIdentifier) && !plan.drops(name)
    };
    let marks = extract.columns.iter().enumerate().map(|(place, column)| {
        let coded = column.coded.as_ref().filter(|_| counts(place, &column.name))?;
        Some(Marks::of(&coded.dictionary, plan))
    });
    marks.collect()
}

/// What the codes of a column stand for.
pub(super) struct Marks {
    /// A missing cell or a mark.
    pub(super) blank: Vec<bool>,
    mark: Vec<bool>,
}

impl Marks {
    pub(super) fn of(dictionary: &Dictionary, plan: &Plan) -> Self {
        let mark =
            |value: Option<Secret<&str>>| value.is_some_and(|value| plan.input.is_suppression_mark(value.expose()));
        Self {
            blank: dictionary.values().map(|value| value.is_none() || mark(value)).collect(),
            mark: dictionary.values().map(mark).collect(),
        }
    }

    fn cells(&self, codes: &Codes) -> u64 {
        if !self.mark.contains(&true) {
            return 0;
        }
        with_codes!(codes, codes => codes.iter().filter(|&&code| self.mark[code as usize]).count() as u64)
    }
}

/// Of every record whether it is suppressed; empty when no record is.
fn suppressed(extract: &Extract, marks: &[Option<Marks>]) -> Vec<bool> {
    let marked = || {
        marks
            .iter()
            .zip(&extract.columns)
            .filter_map(|(marks, column)| Some((marks.as_ref()?, &column.coded.as_ref()?.codes)))
    };
    if marked().next().is_none() || marked().any(|(marks, _)| !marks.blank.contains(&true)) {
        return Vec::new();
    }
    let records = marked().next().map_or(0, |(_, codes)| codes.len());
    let mut out = vec![true; records];
    for (marks, codes) in marked() {
        with_codes!(codes, codes => for (out, &code) in out.iter_mut().zip(codes) {
            *out &= marks.blank[code as usize];
        });
    }
    out
}

/// Takes records out of every coded column. The counts of missing cells and [`Extract::records`] stay those of the file.
pub fn leave_out(extract: &mut Extract, left_out: &[bool]) {
    for coded in extract.columns.iter_mut().filter_map(|column| column.coded.as_mut()) {
        *coded = without(coded, left_out);
    }
}

/// The column without the records that are left out, and without the values that only they held.
pub(super) fn without(column: &CodedColumn, left_out: &[bool]) -> CodedColumn {
    let mut used = vec![false; column.dictionary.len()];
    let kept = || column.codes.iter().zip(left_out).filter(|(_, out)| !**out).map(|(code, _)| code);
    kept().for_each(|code| used[code as usize] = true);
    let mut dictionary = Dictionary::new(column.dictionary.column_type());
    let mut map = vec![0; used.len()];
    for ((value, new), used) in column.dictionary.values().zip(&mut map).zip(used) {
        if used {
            *new = match value {
                Some(value) => dictionary.push(value),
                None => dictionary.push_missing(),
            };
        }
    }
    let codes = column.codes.beside(dictionary.len(), kept().map(|code| map[code as usize]));
    CodedColumn { codes, dictionary }
}

#[cfg(test)]
mod tests {
    use super::leave_out_suppressed;
    use crate::plan::{Plan, RolePlan};
    use crate::recode::roles;
    use crate::recode::testing::{column, extract};
    use crate::result::Role;

    fn plan(marks: Option<Vec<String>>) -> Plan {
        let declared = ["age", "sex"].map(|name| (name.to_owned(), Role::QuasiIdentifier));
        let mut plan = Plan { roles: RolePlan { declared: declared.into(), guess: false }, ..Plan::default() };
        plan.input.suppression_marks = marks;
        plan
    }

    #[test]
    fn a_record_of_marks_and_missing_cells_is_left_out_of_every_column_and_single_marks_are_counted() {
        let plan = plan(None);
        let mut extract = extract(vec![
            column("age", &["*", "34", "*", "", "Suppressed"]),
            column("note", &["a", "b", "c", "d", "e"]),
            column("sex", &["**", "f", "m", "", ""]),
        ]);
        let roles = roles(&extract, &plan.roles).unwrap();
        let left = leave_out_suppressed(&mut extract, &roles, &plan);
        assert_eq!((left.records, &left.cells[..]), (3, &[Some(1), None, Some(0)][..]));
        assert_eq!(left.kept(5).collect::<Vec<_>>(), [2, 3]);
        let [age, note, _] = &extract.columns[..] else { panic!("three columns") };
        let (age, note) = (age.coded.as_ref().unwrap(), note.coded.as_ref().unwrap());
        assert_eq!((age.codes.len(), age.dictionary.len(), age.dictionary.missing()), (2, 2, None));
        assert_eq!(note.dictionary.len(), 2);
        assert_eq!(extract.records, 5);
    }

    #[test]
    fn an_extract_without_such_records_stays_as_it_is_and_other_marks_can_be_named() {
        let cells = || extract(vec![column("age", &["34", "xx"]), column("sex", &["*", "xx"])]);
        let mut plain = cells();
        let roles = roles(&plain, &plan(None).roles).unwrap();
        let left = leave_out_suppressed(&mut plain, &roles, &plan(None));
        assert_eq!((left.records, &left.cells[..]), (0, &[Some(0), Some(1)][..]));
        assert_eq!(left.kept(2).count(), 2);
        let named = plan(Some(vec!["xx".to_owned()]));
        assert_eq!(leave_out_suppressed(&mut cells(), &roles, &named).records, 1);
    }
}
