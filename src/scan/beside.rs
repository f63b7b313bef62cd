//! Which bytes were read beside the extract, so that whoever judges twice knows that both judgements are of the same.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::recode::Lookups;
#[cfg(feature = "cli")]
use crate::result::FurtherFile;
use crate::result::{InputFile, JoinedTable};

#[cfg(feature = "cli")]
use super::record::recorded;

/// The files that were read beside the extract, by what they were read for. It is kept out of every result: the hash of
/// a small file lets whoever knows most of it find the rest by trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Beside(BTreeMap<(Use, String), Vec<InputFile>>);

/// What a file beside the extract is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    SubjectMap,
    Consent,
    Rule,
    Table,
    Totals,
    Source,
    HoldOut,
    Identifiers,
}

impl Use {
    /// Its name in records.
    #[cfg(feature = "cli")]
    fn name(self) -> &'static str {
        match self {
            Self::SubjectMap => "subject-map",
            Self::Consent => "consent",
            Self::Rule => "rule",
            Self::Table => "table",
            Self::Totals => "totals",
            Self::Source => "source",
            Self::HoldOut => "hold-out",
            Self::Identifiers => "identifiers",
        }
    }
}

impl Beside {
    /// What rules, the subject map and the register were read from.
    pub(crate) fn of_lookups(lookups: &Lookups, plan: &Plan) -> Self {
        let mut beside = Self::default();
        if let Some((map, read)) = plan.subject_map.as_ref().zip(lookups.subject_map.as_ref()) {
            beside.add(Use::SubjectMap, &map.file.to_string_lossy(), &read.files);
        }
        if let Some(register) = &lookups.consent {
            beside.add(Use::Consent, "", &register.files);
        }
        for (path, hierarchy) in &lookups.hierarchies {
            beside.add(Use::Rule, &path.to_string_lossy(), &hierarchy.files);
        }
        beside
    }

    /// Adds the tables that were joined with the records.
    pub(crate) fn add_tables(&mut self, joined: &[JoinedTable]) {
        for table in joined {
            self.add(Use::Table, &table.name, &table.files);
        }
    }

    pub(crate) fn add(&mut self, of: Use, name: &str, files: &[InputFile]) {
        self.0.insert((of, name.to_owned()), files.to_vec());
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = &InputFile> {
        self.0.values().flatten()
    }

    /// Adds what another part of the same scan read.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Every file as [`Beside::further`], of files that were hashed and not read. How many records they hold is not known, so
    /// each has its hash: that equals no record which lacks one.
    #[cfg(feature = "cli")]
    pub(super) fn further_unread(&self) -> Vec<FurtherFile> {
        let files =
            self.0.iter().flat_map(|((of, _), files)| files.iter().map(|file| recorded(of.name(), file, false)));
        files.collect()
    }

    /// Whether everything here was read there from the same bytes.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let bytes =
            |files: &[InputFile]| files.iter().map(|file| (file.bytes, file.sha256.clone())).collect::<Vec<_>>();
        self.0.iter().all(|(of, files)| other.0.get(of).is_some_and(|known| bytes(known) == bytes(files)))
    }

    /// Every file for the record of the run, without the hash of a tiny file of people.
    #[cfg(feature = "cli")]
    pub(super) fn further(&self) -> Vec<FurtherFile> {
        let of_use = |((of, _), files): (&(Use, String), &Vec<InputFile>)| {
            let (purpose, holds_people) = (of.name(), *of != Use::Rule);
            files.iter().map(|file| recorded(purpose, file, holds_people)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_use).collect()
    }

    /// The files of the rules, which hold no data of anybody.
    pub(crate) fn rules(&self) -> Vec<InputFile> {
        self.0.iter().filter(|((of, _), _)| *of == Use::Rule).flat_map(|(_, files)| files.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Use};
    use crate::result::InputFile;

    #[test]
    fn what_was_read_again_must_have_been_read_before_and_be_the_same() {
        let file = |sha256: &str| {
            let sha256 = Some(sha256.to_owned());
            vec![InputFile { name: "a.csv".to_owned(), bytes: 3, sha256, records: 1, left_out: Vec::new() }]
        };
        let (mut before, mut again) = (Beside::default(), Beside::default());
        before.add(Use::Consent, "", &file("00"));
        before.add(Use::Source, "members", &file("01"));
        assert!(again.is_within(&before));
        again.add(Use::Source, "members", &file("01"));
        assert!(again.is_within(&before));
        again.add(Use::Consent, "", &file("ff"));
        assert!(!again.is_within(&before));
        again.add(Use::Consent, "", &file("00"));
        assert!(again.is_within(&before));
        again.add(Use::Source, "others", &file("01"));
        assert!(!again.is_within(&before));
    }
}
