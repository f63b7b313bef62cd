//! What is kept of the extract for joining, when its other values are let go.

use std::collections::BTreeMap;

use crate::input::{CodedColumn, Extract};
use crate::plan::LinkagePlan;
use crate::recode::shared::{KeyColumn, SharedValues, keys_of_subjects};
use crate::recode::{Hierarchies, Lookups, TreatmentError};
use crate::table::{Dictionary, SubjectCodes};

/// Columns of the extract that say who is who, before treatment takes the extract apart.
pub(crate) struct KeyCells {
    truth: BTreeMap<String, CodedColumn>,
    pseudonyms: Option<CodedColumn>,
    subject_values: Option<Dictionary>,
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
    /// The values of the subject column as they stand in the file; where a source has a hold-out, which must not hold them.
    pub(super) subject_values: Option<Dictionary>,
    /// Columns that are held against identifiers, by record.
    pub(super) checked: BTreeMap<String, CodedColumn>,
    /// Who each record belongs to; kept for columns that are held against identifiers.
    pub(super) subjects: Option<SubjectCodes>,
    /// The hierarchies of the extract, which hold for the sources too; none where nothing is joined.
    pub(super) hierarchies: Hierarchies,
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
            let column = column.ok_or_else(|| TreatmentError::NoSuchColumn(name.clone()))?;
            Ok((name.clone(), column.coded.clone().ok_or_else(|| TreatmentError::NotCoded(name.clone()))?))
        };
        let truth = plan.sources.iter().filter_map(|source| source.truth.as_ref()).map(|truth| &truth.ours);
        let checked = plan.known_identifiers.iter().flat_map(|known| &known.pseudonyms);
        // Values that are merged to persons are no pseudonyms of theirs any more.
        let has_pseudonyms = !merged && plan.sources.iter().any(|source| source.subject.is_some());
        // A control is held against the original alone.
        let has_hold_out = plan.sources.iter().any(|source| source.hold_out.is_some());
        let held = subject.filter(|_| has_hold_out).map(str::to_owned);
        let subject = subject.filter(|_| has_pseudonyms).map(str::to_owned);
        Ok(Self {
            truth: truth.map(cells).collect::<Result<_, TreatmentError>>()?,
            pseudonyms: subject.as_ref().map(cells).transpose()?.map(|(_, cells)| cells),
            subject_values: held.as_ref().map(cells).transpose()?.map(|(_, cells)| cells.dictionary),
            checked: checked.map(cells).collect::<Result<_, TreatmentError>>()?,
        })
    }
}

impl OurSide {
    /// Keys by subject instead of cells by record. Of the files beside the extract only what a join needs is kept.
    pub(crate) fn new(
        cells: KeyCells,
        values: Vec<SharedValues>,
        subjects: Option<&SubjectCodes>,
        lookups: Lookups,
    ) -> Self {
        let hierarchies = if values.is_empty() { Hierarchies::new() } else { lookups.hierarchies };
        let truth = cells.truth.into_iter().map(|(name, cells)| (name, keys_of_subjects(subjects, cells)));
        Self {
            values,
            truth: truth.collect(),
            pseudonyms: cells.pseudonyms.map(|cells| keys_of_subjects(subjects, cells)),
            subject_values: cells.subject_values,
            subjects: subjects.filter(|_| !cells.checked.is_empty()).cloned(),
            checked: cells.checked,
            hierarchies,
        }
    }

    /// Holds these cells against identifiers, and with them records that are in no class: their pseudonyms leave as well.
    pub(crate) fn hold_all(&mut self, cells: KeyCells, subjects: Option<SubjectCodes>) {
        self.subjects = subjects.filter(|_| !cells.checked.is_empty());
        self.checked = cells.checked;
    }

    /// Bytes of memory that it holds.
    pub(super) fn bytes(&self) -> u64 {
        let values = self.values.iter().map(|values| &values.dictionary).chain(&self.subject_values);
        let values: usize = values.map(Dictionary::bytes).sum();
        let keys = self.truth.values().chain(&self.pseudonyms);
        let keys: usize = keys.map(|keys| keys.of_subject.capacity() * 8 + keys.dictionary.bytes()).sum();
        let levels = self.hierarchies.values().flat_map(|file| &file.columns).filter_map(|level| level.coded.as_ref());
        let cells = self.checked.values().chain(levels);
        let cells = cells.map(|cells| cells.codes.bytes() + cells.dictionary.bytes());
        (values + keys + cells.sum::<usize>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::fs::write;

    use super::OurSide;
    use crate::config::{ConfigFile, resolve};
    use crate::input;
    use crate::recode;
    use crate::scan::linkage::{open, settle};
    use crate::scan::treat;
    use crate::stop::{NoProgress, Stop};

    /// What is kept of an extract with a subject map, a register of consent and a hierarchy.
    fn kept(more: &str) -> OurSide {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| write(folder.path().join(name), text).unwrap();
        file("extract.csv", "card,city\nc1,Ghent\nc2,Bruges\n");
        file("levels.csv", "Ghent,Flanders\nBruges,Flanders\n");
        file("map.csv", "card,customer\nc1,p1\nc2,p2\n");
        file("register.csv", "customer\np1\n");
        file("members.csv", "town\nGhent\n");
        let config = "[subject]\ncolumn = \"card\"\nmap = { file = \"map.csv\", from = \"card\", to = \"customer\" }\n\
                      [columns.city]\nrole = \"quasi-identifier\"\ncoarsen = \"hierarchy:levels.csv:1\"\n\
                      [recipient]\nname = \"P\"\nconsent = { file = \"register.csv\", column = \"customer\" }\n";
        let config = ConfigFile::parse(&folder.path().join("r.toml"), format!("{config}{more}").as_bytes()).unwrap();
        let inputs = vec![folder.path().join("extract.csv").to_str().unwrap().to_owned()];
        let mut plan = resolve(inputs, &[], Some(config)).unwrap();
        let opened = open(&plan).unwrap();
        let source = input::open(&plan.inputs, &plan.input).unwrap();
        let extract = input::read(source, &[true, true], &NoProgress, &Stop::default(), None).unwrap();
        let roles = recode::roles(&extract, &plan.roles).unwrap();
        plan.linkage = settle(&plan, &extract.columns, &roles, &opened).unwrap();
        treat(extract, &roles, &plan, "d".to_owned(), &Stop::default()).unwrap().side
    }

    #[test]
    fn hierarchies_are_kept_and_counted_where_something_is_joined_and_nowhere_else() {
        let joined =
            kept("[[recipient.holds]]\nfile = \"members.csv\"\non = [{ ours = \"city\", theirs = \"town\" }]\n");
        assert_eq!(joined.hierarchies.len(), 1);
        let with = joined.bytes();
        assert!(with > OurSide { hierarchies: crate::recode::Hierarchies::new(), ..joined }.bytes());
        let alone = kept("");
        assert!(alone.hierarchies.is_empty());
        assert_eq!(alone.bytes(), 0);
        let checked = "[[recipient.holds]]\nfile = \"members.csv\"\non = [{ ours = \"city\", theirs = \"town\" }]\n\
                       attacks = [\"pseudonym\"]\n";
        assert!(kept(checked).hierarchies.is_empty());
    }
}
