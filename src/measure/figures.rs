//! The numbers of every measure, flat: what gates are compared with and what every view shows.
//!
//! # Definition
//! A figure repeats a number of the nested value of its measure, or a quotient of two of them that a gate or a view
//! needs. Nothing is counted here. A measure that was asked for and has no value gives the figures that gates speak of,
//! each undefined or incomplete with the reason in words, so that no gate mistakes silence for zero. A measure that was
//! not asked for gives none.
//!
//! # Guarantee
//! Pure: the same measures, dataset and policy give the same list. No two figures share identifier, columns and `about`.

use std::collections::HashMap;

use crate::result::{
    Dataset, Figure, FigureUnit, FigureValue, Measures, Outcome, Policy, Reading, Role, UndefinedField, Unit,
};

/// What figures need beside the value of their measure.
#[derive(Debug, Clone, Copy)]
pub struct FigureContext<'a> {
    /// What was read.
    pub dataset: &'a Dataset,
    /// The limits, for the class sizes and the known points that they ask for.
    pub policy: &'a Policy,
}

impl FigureContext<'_> {
    /// Units that a share under this reading is out of: records that have a subject, or subjects.
    #[must_use]
    pub fn population(&self, reading: Reading) -> u64 {
        match reading {
            Reading::Record => self.dataset.records.saturating_sub(self.dataset.records_without_subject),
            Reading::SubjectAttributes | Reading::AnyRecord => self.dataset.subjects,
        }
    }

    /// All quasi-identifiers, or those that are static or nearly so, in file order. Without a subject all are static.
    #[must_use]
    pub fn quasi_identifiers(&self, only_static: bool) -> Vec<String> {
        let columns = self.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier);
        let wanted = columns.filter(|column| !only_static || column.is_static());
        wanted.map(|column| column.name.clone()).collect()
    }
}

/// Every figure, in the order of the measures.
#[must_use]
pub fn figures(measures: &Measures, dataset: &Dataset, policy: &Policy) -> Vec<Figure> {
    let context = FigureContext { dataset, policy };
    let of_measures = super::ALL.iter().flat_map(|measure| (measure.figures)(measures, context));
    told_apart(of_measures.chain(suppressed_records(dataset)).collect())
}

/// Records that are in no class and no denominator, where they were counted.
fn suppressed_records(dataset: &Dataset) -> Option<Figure> {
    let value = FigureValue::count(dataset.facts.suppressed_records?);
    Some(Figure::new("dataset.suppressed_records", "records suppressed as a whole", FigureUnit::Records, value))
}

/// The same figures, those that would share a whole name numbered from the second on. Two sources can be called alike.
#[must_use]
fn told_apart(mut figures: Vec<Figure>) -> Vec<Figure> {
    let mut seen: HashMap<(String, Vec<String>, Option<String>), u32> = HashMap::new();
    for figure in &mut figures {
        let name = |figure: &Figure| (figure.id.clone(), figure.columns.clone(), figure.about.clone());
        let plain = figure.about.clone();
        let first = name(figure);
        while seen.contains_key(&name(figure)) {
            let number = seen.entry(first.clone()).or_insert(1);
            *number += 1;
            figure.about =
                Some(plain.as_ref().map_or_else(|| number.to_string(), |about| format!("{about}; {number}")));
        }
        seen.insert(name(figure), 1);
    }
    figures
}

/// What the counts of a measure count.
pub(super) fn units(unit: Unit) -> (FigureUnit, &'static str) {
    match unit {
        Unit::Subject => (FigureUnit::Subjects, "subjects"),
        Unit::Record => (FigureUnit::Records, "records"),
    }
}

/// What stands for every figure of a measure that has no value: why.
pub(super) fn not_measured<T>(outcome: &Outcome<T>) -> FigureValue {
    FigureValue::of(outcome, |_| FigureValue::undefined("not measured"))
}

/// An estimate that may not exist; `why` says so in words.
pub(super) fn estimate(value: Option<f64>, interval: Option<[f64; 2]>, why: impl FnOnce() -> String) -> FigureValue {
    value.map_or_else(|| FigureValue::undefined(why()), |value| FigureValue::estimate(value, interval))
}

/// The entry of a field among those that are null, which may be named by the last part alone.
pub(super) fn entry_of<'a>(undefined: &'a [UndefinedField], field: &str) -> Option<&'a UndefinedField> {
    undefined.iter().find(|entry| entry.field == field || entry.field.rsplit('.').next() == Some(field))
}

/// Why a field is null, in words.
pub(super) fn reason_of(undefined: &[UndefinedField], field: &str) -> String {
    entry_of(undefined, field).map_or("there is no record with a subject", UndefinedField::in_words).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::told_apart;
    use crate::result::{Figure, FigureUnit, FigureValue};

    fn figure() -> impl Strategy<Value = Figure> {
        let about = proptest::option::of(proptest::sample::select(vec!["a", "2", "a; 2", "a; 3", "a; 2; 2"]));
        let columns = proptest::sample::select(vec![vec![], vec!["x".to_owned()]]);
        (proptest::sample::select(vec!["m.f", "m.g"]), columns, about, 0..9_u64).prop_map(
            |(id, columns, about, value)| {
                let figure = Figure::new(id, "label", FigureUnit::Number, FigureValue::count(value)).on(&columns);
                Figure { about: about.map(str::to_owned), ..figure }
            },
        )
    }

    proptest! {
        #[test]
        fn no_two_figures_share_a_name(list in proptest::collection::vec(figure(), 0..40)) {
            let apart = told_apart(list.clone());
            let names: HashSet<_> = apart.iter().map(|it| (&it.id, &it.columns, &it.about)).collect();
            prop_assert_eq!(names.len(), list.len());
            for (before, after) in list.iter().zip(&apart) {
                prop_assert_eq!((&before.id, &before.columns, &before.value), (&after.id, &after.columns, &after.value));
            }
        }
    }

    #[test]
    fn a_number_that_cannot_be_compared_is_none() {
        for value in [
            FigureValue::number(f64::NAN),
            FigureValue::estimate(0.2, Some([0.1, f64::INFINITY])),
            FigureValue::perhaps(None, || "nobody".to_owned()),
        ] {
            assert_eq!((value.value(), value.upper(), value.reason().is_some()), (None, None, true));
        }
        let exact = FigureValue::estimate(0.2, Some([0.2, 0.2]));
        assert_eq!((exact.interval(), exact.upper()), (None, Some(0.2)));
        assert_eq!(FigureValue::estimate(0.2, Some([0.1, 0.3])).upper(), Some(0.3));
    }
}
