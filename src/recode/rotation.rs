//! Rotating pseudonyms: who a record belongs to is the person within a period.
//!
//! The period is read from a date column *as it leaves*, so that a scan of the released file finds the same periods.
//! Within a period a pseudonym stands for one person; over periods one person has several, so classes are counted within
//! each period ([`Table::within_periods`](crate::table::Table::within_periods)).

use rayon::prelude::*;

use super::coarsen::recode_by_value;
use super::event::value_keys;
use super::label::is_label;
use super::{CoarsenRule, SubjectCodes, TreatmentError};
use crate::plan::{CalendarUnit, Plan, TimeOrigin};
use crate::result::ColumnType;
use crate::table::{Codes, Column, Dictionary};

/// The period of each record, as a column of the table.
pub struct Periods {
    /// The column that tells them.
    pub column: String,
    /// A missing date is a period of its own.
    pub codes: Column,
    /// For each period a number that depends on the period alone.
    pub keys: Vec<u64>,
    /// For each period what it is called; that of records without a date is empty.
    pub labels: Vec<String>,
}

/// What the column of periods is called where a known point takes it in.
pub const PERIOD: &str = "period of the pseudonym";

/// Finds the column that tells the period, among quasi-identifiers as they leave.
pub(super) struct Search {
    every: Option<CalendarUnit>,
    named: Option<String>,
    found: Vec<Periods>,
}

impl Search {
    pub(super) fn of(plan: &Plan) -> Self {
        let rotation = plan.rotate.as_ref();
        Self {
            every: rotation.map(|rotation| rotation.every),
            named: rotation.and_then(|rotation| rotation.column.clone()),
            found: Vec::new(),
        }
    }

    /// Looks at a quasi-identifier after its rules.
    pub(super) fn look(&mut self, name: &str, codes: &Codes, values: &Dictionary, origin: TimeOrigin) {
        let Some(every) = self.every.filter(|_| self.named.as_deref().is_none_or(|named| named == name)) else {
            return;
        };
        let Some((map, keys, labels)) = periods_of(every, name, self.named.is_some(), values, origin) else { return };
        let codes = codes.remapped(&map, keys.len());
        let periods = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let codes = Column::new(PERIOD.to_owned(), codes, periods, None);
        self.found.push(Periods { column: name.to_owned(), codes, keys, labels });
    }

    /// The periods; `None` where pseudonyms are not rotated.
    pub(super) fn settle(mut self) -> Result<Option<Periods>, TreatmentError> {
        let Some(every) = self.every else { return Ok(None) };
        match (self.found.len(), self.named) {
            (1, _) => Ok(self.found.pop()),
            (0, Some(column)) => Err(TreatmentError::NoPeriod { column, every: every.name() }),
            (0, None) => Err(TreatmentError::NoPeriodColumn { every: every.name() }),
            (columns, _) => Err(TreatmentError::SeveralPeriodColumns { columns: columns as u64 }),
        }
    }
}

/// For each code the number of its period, and for each period its key and its name; `None` where the values do not tell it.
fn periods_of(
    every: CalendarUnit,
    name: &str,
    named: bool,
    values: &Dictionary,
    origin: TimeOrigin,
) -> Option<(Vec<u32>, Vec<u64>, Vec<String>)> {
    let rule = CoarsenRule::Calendar(every);
    // Four digits are a year only where somebody says so.
    let may_be_text = values.column_type() == ColumnType::Text || (named && every == CalendarUnit::Year);
    let is_period = |value: &str| is_label(&rule, value) && value.starts_with(|first: char| first.is_ascii_digit());
    if may_be_text && values.distinct() > 0 && values.values().flatten().all(|value| is_period(value.expose())) {
        return Some(((0..u32::try_from(values.len()).ok()?).collect(), value_keys(values), labels(values)));
    }
    let is_moment =
        matches!(values.column_type(), ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp);
    if !is_moment {
        return None;
    }
    let recoded = recode_by_value(name, &rule, values, origin).ok()?;
    Some((recoded.map, value_keys(&recoded.dictionary), labels(&recoded.dictionary)))
}

fn labels(values: &Dictionary) -> Vec<String> {
    values.values().map(|value| value.map_or_else(String::new, |value| value.expose().to_owned())).collect()
}

/// The person of each record within its period: one number for each pair that occurs. A record without a subject stays
/// without one. Numbers follow those of the persons, of whom the second part tells which each is.
pub(super) fn rotated(subject: &SubjectCodes, periods: &Column) -> Result<(SubjectCodes, Vec<u32>), TreatmentError> {
    let too_large = || TreatmentError::TooLarge(PERIOD.to_owned());
    let of_person = u64::from(periods.cardinality.max(1));
    let pairs = || subject.codes.iter().zip(periods.values());
    let pair = |(person, period): (u32, u32)| u64::from(person) * of_person + u64::from(period);
    let mut occurring: Vec<u64> = pairs().filter(|(person, _)| subject.missing != Some(*person)).map(pair).collect();
    occurring.par_sort_unstable();
    occurring.dedup();
    let distinct = u32::try_from(occurring.len()).map_err(|_| too_large())?;
    let missing = subject.missing.map(|_| distinct);
    let cardinality = distinct.checked_add(u32::from(missing.is_some())).ok_or_else(too_large)?;
    let number = |(person, period): (u32, u32)| {
        if subject.missing == Some(person) {
            return distinct;
        }
        // Every pair was listed.
        let place = occurring.binary_search(&pair((person, period))).unwrap_or_default();
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    let codes = subject.codes.beside(cardinality as usize, pairs().map(number));
    let persons = occurring.iter().map(|pair| u32::try_from(pair / of_person).unwrap_or(u32::MAX)).collect();
    Ok((SubjectCodes { codes, cardinality, missing }, persons))
}

#[cfg(test)]
mod tests {
    use super::{Search, rotated};
    use crate::plan::{CalendarUnit, Plan, Rotation, TimeOrigin};
    use crate::recode::TreatmentError;
    use crate::recode::testing::{subject_codes, typed_column};
    use crate::result::ColumnType;
    use crate::table::{Codes, Column};

    fn looked(
        every: CalendarUnit,
        named: Option<&str>,
        columns: &[(&str, ColumnType, &[&str])],
    ) -> Result<Vec<u32>, TreatmentError> {
        let rotate = Some(Rotation { every, column: named.map(str::to_owned) });
        let mut search = Search::of(&Plan { rotate, ..Plan::default() });
        for (name, column_type, cells) in columns {
            let coded = typed_column(name, *column_type, cells).coded.unwrap();
            search.look(name, &coded.codes, &coded.dictionary, TimeOrigin::default());
        }
        Ok(search.settle()?.map(|periods| periods.codes.values().collect()).unwrap_or_default())
    }

    #[test]
    fn periods_are_those_of_the_only_column_that_tells_them() {
        let day: (&str, ColumnType, &[&str]) =
            ("day", ColumnType::Date, &["2026-11-30", "2026-12-01", "", "2026-11-01"]);
        let month: (&str, ColumnType, &[&str]) = ("m", ColumnType::Text, &["2026-11", "2026-12", "", "2026-11"]);
        let year: (&str, ColumnType, &[&str]) = ("y", ColumnType::Integer, &["2026", "2025", "", "2026"]);
        let town: (&str, ColumnType, &[&str]) = ("town", ColumnType::Text, &["a", "b", "c", "d"]);
        for columns in [&[day, town][..], &[town, month]] {
            assert_eq!(looked(CalendarUnit::Month, None, columns), Ok(vec![0, 1, 2, 0]));
        }
        assert_eq!(looked(CalendarUnit::Year, Some("y"), &[year, day]), Ok(vec![0, 1, 2, 0]));
        assert_eq!(looked(CalendarUnit::Year, None, &[year, day]), Ok(vec![0, 0, 1, 0]));
        assert_eq!(looked(CalendarUnit::Month, Some("m"), &[day, month]), Ok(vec![0, 1, 2, 0]));
        let wrong = [
            looked(CalendarUnit::Month, None, &[day, month]),
            looked(CalendarUnit::Month, None, &[town]),
            looked(CalendarUnit::Month, Some("y"), &[year]),
            // A week lies in two months.
            looked(CalendarUnit::Month, Some("w"), &[("w", ColumnType::Text, &["2026-W05"])]),
            looked(CalendarUnit::Month, Some("m"), &[("m", ColumnType::Text, &["2026-11", "(rare)"])]),
        ];
        assert!(wrong.iter().all(|found| found.as_ref().is_err_and(TreatmentError::is_plan_error)), "{wrong:?}");
    }

    #[test]
    fn a_person_is_another_in_each_period_and_nobody_stays_nobody() {
        let subject = subject_codes(&["a", "b", "", "a", "a", "b"]);
        let codes = Codes::from_codes(2, [0, 0, 1, 1, 0, 0].into_iter());
        let (found, persons) = rotated(&subject, &Column::new("p".to_owned(), codes, 2, None)).unwrap();
        let codes: Vec<u32> = found.codes.iter().collect();
        assert_eq!((codes, found.cardinality, found.missing), (vec![0, 2, 3, 1, 0, 2], 4, Some(3)));
        assert_eq!(persons, [0, 0, 1]);
    }
}
