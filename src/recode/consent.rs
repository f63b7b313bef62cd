//! How many subjects of the extract opted in. Only counts leave this file.

use hashbrown::HashMap;

use super::subject::column;
use super::suppressed::leave_out;
use super::{ColumnRole, Lookups, TreatmentError, lookup_column};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::plan::{ConsentRegister, Plan};
use crate::result::{DatasetColumn, Role};
use crate::table::Dictionary;

/// Subjects of an extract beside a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentCounts {
    /// Distinct subjects of the extract.
    pub subjects: u64,
    /// Those of them that the register does not hold as opted in.
    pub without_consent: u64,
}

/// Counts the subjects that did not opt in.
///
/// # Definition
/// A subject opted in when the register has a line with its value and every such line says yes. Values are compared
/// byte for byte in canonical spelling, as the subject map compares them.
///
/// # Edge cases
/// With a subject map the register speaks of persons, the values of `to`. A value that is not in the map is nobody whom
/// the register could know, so it has no consent. A subject that says yes on one line and no on another did not opt in.
///
/// # Errors
/// When there is no subject, or the register lacks a column.
pub(super) fn count_consent(
    extract: &Extract,
    described: &[DatasetColumn],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Option<ConsentCounts>, TreatmentError> {
    let place = described.iter().position(|column| column.role == Role::Subject);
    consent_of(place.and_then(|place| extract.columns.get(place)), plan, lookups)
}

/// The same of a subject column.
pub(super) fn consent_of(
    subject: Option<&ExtractColumn>,
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Option<ConsentCounts>, TreatmentError> {
    let Some(declared) = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref()) else {
        return Ok(None);
    };
    let register = lookups.consent.as_ref().ok_or_else(|| TreatmentError::not_read(&declared.file))?;
    let subject = subject.ok_or(TreatmentError::ConsentWithoutSubject)?;
    let not_coded = || TreatmentError::NotCoded(subject.name.clone());
    let values = &subject.coded.as_ref().ok_or_else(not_coded)?.dictionary;
    let consent = Consenting::of(declared, register)?;
    Ok(Some(of_subjects(values, &consent, plan, lookups)?.0))
}

/// What a release leaves out for want of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WithoutConsent {
    /// Subjects.
    pub subjects: u64,
    /// Their records.
    pub records: u64,
}

/// Takes the records of subjects that did not opt in out of every coded column, where the plan says that a release leaves
/// them out. [`Extract::records`] stays that of the file.
///
/// # Errors
/// As for counting them.
pub fn leave_out_without_consent(
    extract: &mut Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<WithoutConsent, TreatmentError> {
    let declared = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    let Some(declared) = declared.filter(|declared| plan.as_released && declared.leaves_out) else {
        return Ok(WithoutConsent::default());
    };
    let register = lookups.consent.as_ref().ok_or_else(|| TreatmentError::not_read(&declared.file))?;
    let place = roles.iter().position(|column| column.role == Role::Subject);
    let subject = place.and_then(|place| extract.columns.get(place)).ok_or(TreatmentError::ConsentWithoutSubject)?;
    let coded = subject.coded.as_ref().ok_or_else(|| TreatmentError::NotCoded(subject.name.clone()))?;
    let (counts, has_consent) = of_subjects(&coded.dictionary, &Consenting::of(declared, register)?, plan, lookups)?;
    // A record without a subject leaves for another reason.
    let missing = coded.dictionary.missing();
    let left_out = coded.codes.iter().map(|code| missing != Some(code) && !has_consent[code as usize]);
    let left_out: Vec<bool> = left_out.collect();
    let records = left_out.iter().filter(|&&out| out).count() as u64;
    if records > 0 {
        leave_out(extract, &left_out);
    }
    Ok(WithoutConsent { subjects: counts.without_consent, records })
}

/// Counts the subjects behind the values of the subject column, and says of each value whether its subject opted in.
fn of_subjects(
    values: &Dictionary,
    consent: &Consenting<'_>,
    plan: &Plan,
    lookups: &Lookups,
) -> Result<(ConsentCounts, Vec<bool>), TreatmentError> {
    let Some(map) = &plan.subject_map else { return Ok(of_values(values, consent)) };
    let pairs = lookups.subject_map.as_ref().ok_or_else(|| TreatmentError::not_read(&map.file))?;
    Ok(of_persons(values, column(map, pairs, &map.from)?, column(map, pairs, &map.to)?, consent))
}

/// Checks that a register has the columns that the plan takes from it.
///
/// # Errors
/// When it lacks one.
pub(super) fn check_register(declared: &ConsentRegister, register: &Extract) -> Result<(), TreatmentError> {
    Consenting::of(declared, register).map(drop)
}

/// Whether each value of a register opted in.
struct Consenting<'register>(HashMap<&'register str, bool, foldhash::fast::FixedState>);

impl<'register> Consenting<'register> {
    fn of(declared: &ConsentRegister, register: &'register Extract) -> Result<Self, TreatmentError> {
        let lacks = |file, column| TreatmentError::ConsentColumn { file, column };
        let column = |name: &str| lookup_column(&declared.file, register, name, lacks);
        let subjects = column(&declared.column)?;
        let answers = declared.value_column.as_deref().map(column).transpose()?;
        let mut opted_in: Vec<Option<bool>> = vec![None; subjects.dictionary.len()];
        for line in 0..subjects.codes.len() {
            let yes = answers.is_none_or(|answers| says_yes(answers, line, &declared.values));
            let before = &mut opted_in[subjects.codes.get(line) as usize];
            *before = Some(before.unwrap_or(true) && yes);
        }
        let known = subjects.dictionary.values().zip(opted_in);
        Ok(Self(known.filter_map(|(value, yes)| Some((value?.expose(), yes?))).collect()))
    }

    fn holds(&self, value: &str) -> bool {
        self.0.get(value).copied().unwrap_or(false)
    }
}

fn says_yes(answers: &CodedColumn, line: usize, values: &[String]) -> bool {
    let answer = answers.dictionary.value(answers.codes.get(line));
    answer.is_some_and(|answer| values.iter().any(|value| value == answer.expose()))
}

fn of_values(values: &Dictionary, consent: &Consenting<'_>) -> (ConsentCounts, Vec<bool>) {
    let mut counts = ConsentCounts { subjects: 0, without_consent: 0 };
    let mut has_consent = Vec::with_capacity(values.len());
    for value in values.values() {
        let holds = value.is_some_and(|value| consent.holds(value.expose()));
        counts.subjects += u64::from(value.is_some());
        counts.without_consent += u64::from(value.is_some() && !holds);
        has_consent.push(holds);
    }
    (counts, has_consent)
}

/// Distinct persons that the values lead to, and the values that lead to nobody.
fn of_persons(
    values: &Dictionary,
    from: &CodedColumn,
    to: &CodedColumn,
    consent: &Consenting<'_>,
) -> (ConsentCounts, Vec<bool>) {
    let mut person_of: HashMap<&str, u32, foldhash::fast::FixedState> = HashMap::default();
    for line in 0..from.codes.len() {
        let person = to.codes.get(line);
        if let Some(value) = from.dictionary.value(from.codes.get(line))
            && to.dictionary.missing() != Some(person)
        {
            person_of.insert(value.expose(), person);
        }
    }
    let mut seen = vec![false; to.dictionary.len()];
    let mut counts = ConsentCounts { subjects: 0, without_consent: 0 };
    let mut has_consent = Vec::with_capacity(values.len());
    for value in values.values() {
        let code = value.and_then(|value| person_of.get(value.expose()).copied());
        let person = code.and_then(|person| to.dictionary.value(person));
        let holds = person.is_some_and(|person| consent.holds(person.expose()));
        has_consent.push(holds);
        let is_known = code.is_some_and(|person| std::mem::replace(&mut seen[person as usize], true));
        if value.is_some() && !is_known {
            counts.subjects += 1;
            counts.without_consent += u64::from(!holds);
        }
    }
    (counts, has_consent)
}

#[cfg(test)]
mod tests {
    use super::{ConsentCounts, Consenting, check_register, of_persons, of_values};
    use crate::input::{CodedColumn, Extract};
    use crate::plan::ConsentRegister;
    use crate::recode::TreatmentError;
    use crate::recode::testing::{column, extract, typed_column};

    fn coded(cells: &[&str]) -> CodedColumn {
        column("c", cells).coded.unwrap()
    }

    fn declared(value_column: Option<&str>, values: &[&str]) -> ConsentRegister {
        ConsentRegister {
            file: "x/register.csv".into(),
            column: "who".to_owned(),
            value_column: value_column.map(str::to_owned),
            values: values.iter().map(|&value| value.to_owned()).collect(),
            leaves_out: false,
        }
    }

    fn counted(subjects: &[&str], declared: &ConsentRegister, register: &Extract) -> (u64, u64) {
        let ConsentCounts { subjects, without_consent } =
            of_values(&coded(subjects).dictionary, &Consenting::of(declared, register).unwrap()).0;
        (subjects, without_consent)
    }

    #[test]
    fn every_subject_of_a_register_without_answers_opted_in() {
        let register = extract(vec![column("who", &["a", "b", "", "z"])]);
        assert_eq!(counted(&["a", "b", "a", ""], &declared(None, &[]), &register), (2, 0));
        assert_eq!(counted(&["a", "c", "A", " b"], &declared(None, &[]), &register), (4, 3));
        assert_eq!(counted(&["", ""], &declared(None, &[]), &register), (0, 0));
    }

    #[test]
    fn only_the_values_that_mean_yes_are_consent_and_a_contradiction_is_none() {
        let register = extract(vec![
            column("who", &["a", "b", "c", "c", "d", "e", "e"]),
            column("in", &["yes", "no", "yes", "no", "", "yes", "Y"]),
        ]);
        let yes = declared(Some("in"), &["yes", "Y"]);
        assert_eq!(counted(&["a"], &yes, &register), (1, 0));
        assert_eq!(counted(&["b"], &yes, &register), (1, 1));
        assert_eq!(counted(&["c"], &yes, &register), (1, 1), "yes on one line and no on another");
        assert_eq!(counted(&["d"], &yes, &register), (1, 1), "no answer");
        assert_eq!(counted(&["e"], &yes, &register), (1, 0));
    }

    #[test]
    fn spellings_are_compared_exactly_and_canonically() {
        let numbers = crate::result::ColumnType::Integer;
        let register = extract(vec![typed_column("who", numbers, &["12", "7"])]);
        // A text column keeps its leading zero, so it is somebody else: without consent.
        assert_eq!(counted(&["012"], &declared(None, &[]), &register), (1, 1));
        assert_eq!(counted(&["12"], &declared(None, &[]), &register), (1, 0));
    }

    #[test]
    fn with_a_map_persons_are_counted_once_and_unmapped_values_have_no_consent() {
        let register = extract(vec![column("who", &["p", "c9"])]);
        let consent = Consenting::of(&declared(None, &[]), &register).ok().unwrap();
        let (from, to) = (coded(&["c1", "c2", "c3", "c4"]), coded(&["p", "p", "q", ""]));
        let count = |cards: &[&str]| of_persons(&coded(cards).dictionary, &from, &to, &consent).0;
        assert_eq!(count(&["c1", "c2"]), ConsentCounts { subjects: 1, without_consent: 0 });
        assert_eq!(count(&["c1", "c3"]), ConsentCounts { subjects: 2, without_consent: 1 });
        // `c9` is in the register as a person, and as a card it is unknown; `c4` leads to nobody.
        assert_eq!(count(&["c9", "c4", "p"]), ConsentCounts { subjects: 3, without_consent: 3 });
        let of_each = of_persons(&coded(&["c1", "c3", "c9"]).dictionary, &from, &to, &consent).1;
        assert_eq!(of_each, [true, false, false]);
    }

    #[test]
    fn a_register_without_its_column_is_refused() {
        let register = extract(vec![column("whom", &["a"])]);
        let error = Consenting::of(&declared(None, &[]), &register).err().unwrap();
        assert!(matches!(&error, TreatmentError::ConsentColumn { column, .. } if column == "who"));
        assert!(error.is_plan_error() && error.hint().is_some());
        let error = check_register(&declared(Some("in"), &["yes"]), &register).unwrap_err();
        assert!(matches!(&error, TreatmentError::ConsentColumn { column, .. } if column == "who"));
        let complete = extract(vec![column("who", &["a"]), column("in", &["yes"])]);
        assert_eq!(check_register(&declared(Some("in"), &["yes"]), &complete), Ok(()));
    }
}
