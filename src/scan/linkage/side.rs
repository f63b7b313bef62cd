//! What is kept of the extract for joining, when its other values are let go.

use std::collections::BTreeMap;

use crate::config::LinkagePlan;
use crate::input::{CodedColumn, Extract};
use crate::table::SubjectCodes;
use crate::treatment::shared::{KeyColumn, SharedValues, keys_of_subjects};
use crate::treatment::{Lookups, TreatmentError};

/// Columns of the extract that say who is who, before treatment takes the extract apart.
pub(crate) struct KeyCells {
    truth: BTreeMap<String, CodedColumn>,
    pseudonyms: Option<CodedColumn>,
    checked: BTreeMap<String, CodedColumn>,
}

/// The side of the extract.
#[derive(Default)]
pub(crate) struct OurSide {
    /// The values of the columns that something is joined on.
    pub(super) values: Vec<SharedValues>,
    /// For each truth column the key of each subject.
    pub(super) truth: BTreeMap<String, KeyColumn>,
    /// The value of the subject column of each subject; `None` where cards are merged to persons.
    pub(super) pseudonyms: Option<KeyColumn>,
    /// Columns that are held against identifiers, by record.
    pub(super) checked: BTreeMap<String, CodedColumn>,
    /// Who each record belongs to; kept for columns that are held against identifiers.
    pub(super) subjects: Option<SubjectCodes>,
    /// Hierarchies, which hold for the sources too.
    pub(super) lookups: Lookups,
}

impl KeyCells {
    /// The cells that are needed, copied: treatment consumes the extract.
    pub(crate) fn of(
        extract: &Extract,
        plan: &LinkagePlan,
        subject: Option<&str>,
        merged: bool,
    ) -> Result<Self, TreatmentError> {
        let cells = |name: &String| {
            let column = extract.columns.iter().find(|column| column.name == *name);
            let column = column.ok_or_else(|| TreatmentError::NoSuchColumn { column: name.clone() })?;
            let coded = column.coded.as_ref().ok_or_else(|| TreatmentError::NotCoded { column: name.clone() })?;
            Ok((name.clone(), CodedColumn { codes: coded.codes.clone(), dictionary: coded.dictionary.clone() }))
        };
        let truth = plan.sources.iter().filter_map(|source| source.truth.as_ref()).map(|truth| &truth.ours);
        let checked = plan.known_identifiers.iter().flat_map(|known| &known.pseudonyms);
        // Values that are merged to persons are no pseudonyms of theirs any more.
        let has_pseudonyms = !merged && plan.sources.iter().any(|source| source.subject.is_some());
        let subject = subject.filter(|_| has_pseudonyms).map(str::to_owned);
        Ok(Self {
            truth: truth.map(cells).collect::<Result<_, TreatmentError>>()?,
            pseudonyms: subject.as_ref().map(cells).transpose()?.map(|(_, cells)| cells),
            checked: checked.map(cells).collect::<Result<_, TreatmentError>>()?,
        })
    }
}

impl OurSide {
    /// Keys by subject instead of cells by record.
    pub(crate) fn new(
        cells: KeyCells,
        values: Vec<SharedValues>,
        subjects: Option<&SubjectCodes>,
        lookups: Lookups,
    ) -> Self {
        let truth = cells.truth.into_iter().map(|(name, cells)| (name, keys_of_subjects(subjects, cells)));
        Self {
            values,
            truth: truth.collect(),
            pseudonyms: cells.pseudonyms.map(|cells| keys_of_subjects(subjects, cells)),
            subjects: subjects.filter(|_| !cells.checked.is_empty()).cloned(),
            checked: cells.checked,
            lookups,
        }
    }

    /// Bytes of memory that it holds.
    pub(super) fn bytes(&self) -> u64 {
        let values: usize = self.values.iter().map(|values| values.dictionary.bytes()).sum();
        let keys = self.truth.values().chain(&self.pseudonyms);
        let keys: usize = keys.map(|keys| keys.of_subject.capacity() * 8 + keys.dictionary.bytes()).sum();
        let cells = self.checked.values().map(|cells| cells.codes.bytes() + cells.dictionary.bytes());
        (values + keys + cells.sum::<usize>()) as u64
    }
}
