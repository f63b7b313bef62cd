//! From an extract and roles to what is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::hierarchy::recode_by_hierarchy;
use super::rare::{SubjectOrder, holders, recode_rare};
use super::recode::{Recoded, recode_by_value};
use super::subject::{subject_from_column, subject_from_map};
use super::{CoarsenRule, ColumnRole, TreatmentError, file_name};
use crate::config::Plan;
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::result::{DatasetColumn, Role};
use crate::table::{Codes, Dictionary};

/// Files that rules and the subject map need, read at the edge of the program.
#[derive(Default)]
pub struct Lookups {
    /// The file of [`Plan::subject_map`], with its header.
    pub subject_map: Option<Extract>,
    /// The files of [`hierarchy_files`], read without a header, under the path of the rule.
    pub hierarchies: BTreeMap<PathBuf, Extract>,
}

/// What is counted, and an account of every column.
pub struct Treated {
    /// Who each record belongs to; `None` when each record is its own subject.
    pub subject: Option<SubjectCodes>,
    /// The quasi-identifiers after coarsening, in file order.
    pub columns: Vec<TreatedColumn>,
    /// Every column of the extract, in file order. `constant_per_subject` is `None`: the table knows it, not this room.
    pub described: Vec<DatasetColumn>,
}

/// Who each record belongs to.
#[derive(Debug)]
pub struct SubjectCodes {
    /// Name of the subject column.
    pub name: String,
    /// One code a record.
    pub codes: Codes,
    /// Number of codes, the one for records without a subject included.
    pub distinct: u32,
    /// The code of records without a subject, when there are some.
    pub missing: Option<u32>,
    /// Distinct subject values that are not in the subject map and stay subjects of their own; 0 without a map.
    pub unmapped: u64,
}

/// A quasi-identifier after coarsening.
#[derive(Debug)]
pub struct TreatedColumn {
    /// Name in the header.
    pub name: String,
    /// One code a record.
    pub codes: Codes,
    /// Number of codes, the one for missing cells included.
    pub distinct: u32,
    /// The code of missing cells, when some cell is missing.
    pub missing: Option<u32>,
}

/// The hierarchy files that the rules of a plan need.
#[must_use]
pub fn hierarchy_files(plan: &Plan) -> BTreeSet<PathBuf> {
    plan.coarsen.values().flatten().filter_map(CoarsenRule::file).map(PathBuf::from).collect()
}

/// Coarsens the quasi-identifiers, joins subjects to persons, and describes every column.
///
/// `roles` are those of [`roles`](super::roles) for the same extract. A column with the rule `drop` becomes
/// [`Role::Ignore`]; rules of a column that is not counted are not applied. Columns are consumed one by one, so that
/// the memory of the old codes and values is free again before the next one is treated.
///
/// # Errors
/// When a rule does not fit its column, a lookup file is missing or contradicts itself, or the values of a column that
/// counts were not kept.
pub fn treat(
    mut extract: Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Treated, TreatmentError> {
    let mut described: Vec<DatasetColumn> =
        extract.columns.iter().zip(roles).map(|(column, role)| describe(column, role, plan)).collect();
    let subject = treat_subject(&mut extract, &described, plan, lookups)?;
    let mut workshop = Workshop { subject: subject.as_ref(), order: None, lookups };
    let mut columns = Vec::new();
    for (column, description) in extract.columns.into_iter().zip(&mut described) {
        if description.role != Role::QuasiIdentifier {
            continue;
        }
        let rules = plan.coarsen.get(&column.name).map_or(&[][..], Vec::as_slice);
        let (treated, distinct_values) = workshop.treat_column(column, rules)?;
        description.distinct = Some(distinct_values);
        columns.push(treated);
    }
    Ok(Treated { subject, columns, described })
}

fn describe(column: &ExtractColumn, role: &ColumnRole, plan: &Plan) -> DatasetColumn {
    let rules = plan.coarsen.get(&column.name).map_or(&[][..], Vec::as_slice);
    let dropped = rules.contains(&CoarsenRule::Drop);
    let applied = dropped || role.role == Role::QuasiIdentifier;
    DatasetColumn {
        name: column.name.clone(),
        role: if dropped && role.role != Role::Subject { Role::Ignore } else { role.role },
        guessed: role.guessed && !dropped,
        guess_reason: role.reason.clone().filter(|_| !dropped),
        column_type: column.column_type,
        distinct: column.coded.as_ref().map(|coded| distinct_values(&coded.dictionary)),
        missing: column.missing,
        constant_per_subject: None,
        coarsen: if applied { rules.iter().map(CoarsenRule::to_string).collect() } else { Vec::new() },
    }
}

fn distinct_values(dictionary: &Dictionary) -> u64 {
    dictionary.len() as u64 - u64::from(dictionary.missing().is_some())
}

fn treat_subject(
    extract: &mut Extract,
    described: &[DatasetColumn],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Option<SubjectCodes>, TreatmentError> {
    let place = described.iter().position(|column| column.role == Role::Subject);
    let Some(column) = place.and_then(|place| extract.columns.get_mut(place)) else {
        return if plan.subject_map.is_some() { Err(TreatmentError::SubjectMapWithoutSubject) } else { Ok(None) };
    };
    let name = column.name.clone();
    if plan.coarsen.contains_key(&name) {
        return Err(TreatmentError::SubjectCoarsened { column: name });
    }
    let coded = column.coded.take().ok_or_else(|| TreatmentError::NotCoded { column: name.clone() })?;
    match &plan.subject_map {
        None => subject_from_column(name, coded),
        Some(map) => {
            let not_read = || TreatmentError::NotRead { file: file_name(&map.file) };
            subject_from_map(name, coded, map, lookups.subject_map.as_ref().ok_or_else(not_read)?)
        }
    }
    .map(Some)
}

/// What the rules of a column may look at besides its values.
struct Workshop<'inputs> {
    subject: Option<&'inputs SubjectCodes>,
    /// Built when the first `rare` rule needs it.
    order: Option<SubjectOrder>,
    lookups: &'inputs Lookups,
}

impl Workshop<'_> {
    /// Applies the rules in order. Returns the column and its distinct values, a missing cell not counted.
    fn treat_column(
        &mut self,
        column: ExtractColumn,
        rules: &[CoarsenRule],
    ) -> Result<(TreatedColumn, u64), TreatmentError> {
        let name = column.name;
        let CodedColumn { mut codes, mut dictionary } =
            column.coded.ok_or_else(|| TreatmentError::NotCoded { column: name.clone() })?;
        for rule in rules {
            let recoded = self.recode(&name, rule, &codes, &dictionary)?;
            codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            dictionary = recoded.dictionary;
        }
        let distinct =
            u32::try_from(dictionary.len()).map_err(|_| TreatmentError::TooLarge { column: name.clone() })?;
        let values = distinct_values(&dictionary);
        Ok((TreatedColumn { name, codes, distinct, missing: dictionary.missing() }, values))
    }

    fn recode(
        &mut self,
        column: &str,
        rule: &CoarsenRule,
        codes: &Codes,
        dictionary: &Dictionary,
    ) -> Result<Recoded, TreatmentError> {
        match rule {
            CoarsenRule::Hierarchy { file, level } => {
                let hierarchy = self.lookups.hierarchies.get(file);
                let hierarchy = hierarchy.ok_or_else(|| TreatmentError::NotRead { file: file_name(file) })?;
                recode_by_hierarchy(column, file, *level, hierarchy, dictionary)
            }
            CoarsenRule::Rare(bound) => {
                let holders = holders(codes, dictionary.len(), self.subject_order()?);
                Ok(recode_rare(dictionary, &holders, *bound))
            }
            by_value => recode_by_value(column, by_value, dictionary),
        }
    }

    fn subject_order(&mut self) -> Result<Option<&SubjectOrder>, TreatmentError> {
        if let (None, Some(subject)) = (&self.order, self.subject) {
            self.order = Some(SubjectOrder::new(subject)?);
        }
        Ok(self.order.as_ref())
    }
}
