//! What suppressed records show all the same.
//!
//! They are in no class and no denominator, but they leave with the file, and with them the subject and every column that is
//! no quasi-identifier. So whatever rests on no class is counted over all records: who opted in, whether pseudonyms are those
//! of known identifiers, and what columns show that are not counted. A release does not write these records.

use super::consent::{ConsentCounts, consent_of};
use super::described::is_named;
use super::facts::{add_open_facts, average_words, forms};
use super::left_aside::{is_left_aside, left_aside};
use super::suppressed::{Marks, suppressed_records};
use super::treat::subject_of;
use super::{ColumnRole, Lookups, SubjectCodes, TreatmentError};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::plan::Plan;
use crate::result::{ColumnFacts, DatasetColumn, LeftAside, Role, ShownInSuppressed};

/// What an extract shows with its suppressed records.
pub struct Shown {
    /// How many subjects opted in; `None` without a register.
    pub consent: Option<ConsentCounts>,
    /// Who each record belongs to; `None` where each is its own subject.
    pub subject: Option<SubjectCodes>,
    /// For each column, the facts that also rest on suppressed records.
    columns: Vec<ColumnFacts>,
    /// What the columns that are left aside show together over all records.
    left_aside: Option<LeftAside>,
}

/// What an extract shows with its suppressed records; `None` where it has none, and for a release, which leaves them out.
///
/// It is asked before [`leave_out_suppressed`](super::leave_out_suppressed).
///
/// # Errors
/// As treatment: when the subject was not read, or the subject map or the register lacks something.
pub fn shown_by_suppressed(
    extract: &Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Option<Shown>, TreatmentError> {
    let out = if plan.as_released { Vec::new() } else { suppressed_records(extract, roles, plan) };
    if out.is_empty() {
        return Ok(None);
    }
    let place = roles.iter().position(|role| role.role == Role::Subject);
    let column = place.and_then(|place| extract.columns.get(place));
    let subject = column.map(|column| {
        let coded = column.coded.clone().ok_or_else(|| TreatmentError::NotCoded(column.name.clone()))?;
        Ok(subject_of(&column.name, coded, plan, lookups)?.0)
    });
    let subject = subject.transpose()?;
    let facts = |(column, role): (&ExtractColumn, &ColumnRole)| match &column.coded {
        Some(coded) if !plan.drops(&column.name) => {
            of_column((&column.name, coded), role.role, &out, subject.as_ref(), plan)
        }
        _ => ColumnFacts::default(),
    };
    let columns: Vec<ColumnFacts> = extract.columns.iter().zip(roles).map(facts).collect();
    let aside = extract.columns.iter().zip(roles).zip(&columns);
    let aside = aside.filter(|((column, role), _)| is_left_aside(&column.name, role.role, role.guessed, plan));
    let aside = aside.map(|((column, _), facts)| (column, facts.share_with_own_value));
    let left_aside = left_aside(aside, subject.as_ref());
    Ok(Some(Shown { consent: consent_of(column, plan, lookups)?, subject, columns, left_aside }))
}

impl Shown {
    /// Adds what suppressed records show to what is said of the columns without them. No fact becomes smaller.
    pub(crate) fn add_to(&self, columns: &mut [DatasetColumn]) {
        let larger = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::max);
        for (column, shown) in columns.iter_mut().zip(&self.columns) {
            let facts = &mut column.facts;
            facts.share_with_own_value = larger(facts.share_with_own_value, shown.share_with_own_value);
            facts.average_words = larger(facts.average_words, shown.average_words);
            facts.shown_in_suppressed = shown.shown_in_suppressed;
            facts.forms = shown.forms.or(facts.forms);
        }
    }

    /// What columns that are left aside show together, with and without suppressed records: the larger share, and every column
    /// that was counted either way.
    pub(crate) fn or_more(&self, without: Option<LeftAside>, columns: &[DatasetColumn]) -> Option<LeftAside> {
        let ways: Vec<LeftAside> = without.into_iter().chain(self.left_aside.clone()).collect();
        let share = ways.iter().map(|way| way.share_with_own_combination).reduce(f64::max)?;
        let names = columns.iter().map(|column| &column.name);
        let is_counted = |name: &&String| ways.iter().any(|way| way.columns.contains(name));
        Some(LeftAside { columns: names.filter(is_counted).cloned().collect(), share_with_own_combination: share })
    }
}

/// The facts of one column over all records, and what it shows in those that are `out`.
fn of_column(
    (name, coded): (&str, &CodedColumn),
    role: Role,
    out: &[bool],
    subject: Option<&SubjectCodes>,
    plan: &Plan,
) -> ColumnFacts {
    let mut facts = ColumnFacts::default();
    match role {
        Role::QuasiIdentifier => {}
        Role::Subject => facts.average_words = average_words(coded),
        Role::DirectIdentifier | Role::Sensitive | Role::Weight | Role::Ignore => {
            add_open_facts(&mut facts, coded, subject);
            facts.forms = forms(&coded.dictionary, plan);
            let shown = shown(coded, &Marks::of(&coded.dictionary, plan), out, subject);
            facts.shown_in_suppressed = shown.map(|shown| ShownInSuppressed { known: is_named(name, plan), ..shown });
        }
    }
    facts
}

/// What the cells of a column show in the records that are `out`; `None` where every one is missing or a mark. A cell of a
/// record without a subject is nobody's.
fn shown(
    coded: &CodedColumn,
    marks: &Marks,
    out: &[bool],
    subject: Option<&SubjectCodes>,
) -> Option<ShownInSuppressed> {
    let mut values = vec![false; coded.dictionary.len()];
    let mut holders = vec![false; subject.map_or(0, |subject| subject.cardinality as usize)];
    let (mut cells, mut records) = (0, out.iter().copied());
    for (record, code) in coded.codes.iter().enumerate() {
        if !records.next().unwrap_or(false) || marks.blank[code as usize] {
            continue;
        }
        cells += 1;
        values[code as usize] = true;
        if let Some(subject) = subject {
            let holder = subject.codes.get(record);
            holders[holder as usize] |= subject.missing != Some(holder);
        }
    }
    let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count() as u64;
    let subjects = if subject.is_some() { count(&holders) } else { cells };
    (cells > 0).then(|| ShownInSuppressed { cells, subjects, values: count(&values), known: false })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Shown, shown_by_suppressed};
    use crate::input::Extract;
    use crate::plan::{Plan, RolePlan};
    use crate::recode::testing::{column, extract};
    use crate::recode::{Lookups, leave_out_suppressed, roles, treat};
    use crate::result::Role;

    fn plan() -> Plan {
        let declared = [
            ("who", Role::Subject),
            ("age", Role::QuasiIdentifier),
            ("sex", Role::QuasiIdentifier),
            ("ill", Role::Sensitive),
            ("note", Role::Ignore),
        ];
        let declared = declared.map(|(name, role)| (name.to_owned(), role));
        Plan { roles: RolePlan { declared: declared.into(), guess: false }, ..Plan::default() }
    }

    fn shown_in(extract: &Extract, plan: &Plan) -> Option<Shown> {
        shown_by_suppressed(extract, &roles(extract, &plan.roles).unwrap(), plan, &Lookups::default()).unwrap()
    }

    fn table(rows: &[[&str; 5]]) -> Extract {
        let cells = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<_>>();
        let names = ["who", "age", "sex", "ill", "note"];
        extract(names.iter().enumerate().map(|(place, name)| column(name, &cells(place))).collect())
    }

    #[test]
    fn cells_of_suppressed_records_are_counted_by_subject_and_value() {
        let rows = [
            ["a", "34", "f", "flu", "x"],
            ["b", "*", "", "flu", "*"],
            ["b", "*", "*", "hay fever", ""],
            ["c", "", "", "flu", "two words"],
            ["", "", "", "gout", ""],
        ];
        let shown = shown_in(&table(&rows), &plan()).unwrap();
        let of = |place: usize| {
            shown.columns[place].shown_in_suppressed.map(|shown| (shown.cells, shown.subjects, shown.values))
        };
        assert_eq!([of(0), of(1), of(2), of(3), of(4)], [None, None, None, Some((4, 2, 3)), Some((1, 1, 1))]);
        assert_eq!(shown.columns[4].share_with_own_value, Some(1.0), "a mark is a value of an open column");
    }

    #[test]
    fn without_suppressed_records_and_in_a_release_there_is_nothing_to_look_at() {
        let suppressed = table(&[["a", "34", "f", "flu", "x"], ["b", "*", "*", "flu", "x"]]);
        assert!(shown_in(&table(&[["a", "34", "", "flu", "x"]]), &plan()).is_none());
        assert!(shown_in(&suppressed, &plan()).is_some());
        assert!(shown_in(&suppressed, &Plan { as_released: true, ..plan() }).is_none());
    }

    fn any_rows() -> impl Strategy<Value = Vec<[&'static str; 5]>> {
        let cell = |cells: &'static [&'static str]| (0..cells.len()).prop_map(move |at| cells[at]);
        let row = [
            cell(&["", "a", "b", "c", "d"]),
            cell(&["", "*", "34"]),
            cell(&["", "*", "f"]),
            cell(&["", "flu", "gout", "hay fever"]),
            cell(&["", "x", "y", "one two three four"]),
        ];
        prop::collection::vec(row, 1..12)
    }

    proptest! {
        #[test]
        fn no_fact_of_an_open_column_is_smaller_with_suppressed_records_than_without(rows in any_rows()) {
            let (plan, whole) = (plan(), table(&rows));
            let roles = roles(&whole, &plan.roles).unwrap();
            let shown = shown_in(&whole, &plan);
            let mut kept = whole.clone();
            let suppressed = leave_out_suppressed(&mut kept, &roles, &plan);
            prop_assert_eq!(shown.is_some(), suppressed.records > 0);
            let mut described = treat(kept, &roles, &plan, &Lookups::default()).unwrap().described;
            let before: Vec<_> = described.iter().map(|column| column.facts.clone()).collect();
            let Some(shown) = shown else { return Ok(()) };
            shown.add_to(&mut described);
            for (before, after) in before.iter().zip(&described) {
                prop_assert!(after.facts.share_with_own_value >= before.share_with_own_value);
                prop_assert!(after.facts.average_words >= before.average_words);
            }
            let blank = |cell: &str| ["", "*"].contains(&cell);
            let out = |row: &&[&str; 5]| blank(row[1]) && blank(row[2]);
            for place in [3, 4] {
                let cells = rows.iter().filter(out).filter(|row| !blank(row[place])).count() as u64;
                let found = described[place].facts.shown_in_suppressed.map_or(0, |shown| shown.cells);
                prop_assert_eq!(found, cells);
            }
        }
    }
}
