//! From an extract and roles to what is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::consent::{ConsentCounts, count_consent};
use super::described::{check_rules, describe, is_counted};
use super::facts::{add_facts_of_open_columns, find_dominant_subject, subject_candidates};
use super::left_aside::{is_left_aside, left_aside};
use super::propose::Ladder;
use super::rotation::{Periods, Search, rotated};
use super::secrets::secret_values;
use super::shared::SharedValues;
use super::subject::{subject_from_column, subject_from_map};
use super::tabulate::{TableLabels, tabulate};
use super::value_map::ValueMap;
use super::within::{WholeNumbers, whole_numbers};
use super::workshop::Workshop;
use super::{CoarsenRule, ColumnRole, EventValues, SubjectCodes, TreatmentError};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::measure::aggregates::TableRecords;
use crate::measure::attribute::SecretValues;
use crate::plan::{HierarchyPlan, Plan, SensitiveDistance};
use crate::result::{ColumnType, DatasetColumn, DatasetFacts, Role, RotationFacts};
use crate::table::{Attributes, Codes, Column, Dictionary, Weight};
use crate::tabular::KeptFolder;

/// The files of [`hierarchy_files`], read without a header, under the path of the rule.
pub type Hierarchies = BTreeMap<PathBuf, Extract>;

/// Files that rules and the subject map need, read at the edge of the program.
#[derive(Default)]
pub struct Lookups {
    /// The file of [`Plan::subject_map`], with its header.
    pub subject_map: Option<Extract>,
    /// The register of [`RecipientPlan::consent`](crate::plan::RecipientPlan::consent), with its header.
    pub consent: Option<Extract>,
    /// The files of rules.
    pub hierarchies: Hierarchies,
    /// The folders in which contributors of released cells are kept.
    pub kept: BTreeMap<PathBuf, KeptFolder>,
}

/// What is counted, and an account of every column.
#[derive(Default)]
pub struct Treated {
    /// Who each record belongs to; `None` when each record is its own subject.
    pub subject: Option<SubjectCodes>,
    /// Distinct subject values that are not in the subject map and stay subjects of their own; 0 without a map.
    pub subjects_not_in_map: u64,
    /// The column that tells the period of a pseudonym, and which of the columns below holds the periods; `None` where
    /// pseudonyms are not rotated.
    pub periods: Option<(String, usize)>,
    /// What each period is called.
    pub period_labels: Vec<String>,
    /// The person behind each subject, where pseudonyms are rotated.
    pub persons: Vec<u32>,
    /// How many subjects opted in; `None` when no register is declared.
    pub consent: Option<ConsentCounts>,
    /// How many of the columns, the leading ones, are quasi-identifiers.
    pub quasi_identifiers: usize,
    /// The quasi-identifiers after coarsening, in file order; then, in file order too, the other columns that are part
    /// of what an attacker may know; then the forms that only single points have. A form is left out where the rules of
    /// the extract leave its own rule nothing to do.
    pub columns: Vec<Column>,
    /// The sensitive columns and the weights, each in file order: coded as they stand, and counted nowhere. One that is
    /// also among the columns above stands here as it does there.
    pub attributes: Attributes,
    /// What is known of the values of each sensitive column.
    pub secrets: BTreeMap<String, SecretValues>,
    /// For each of the columns, the coarser forms that advice may try.
    pub ladders: Vec<Ladder>,
    /// For each of these columns, what unicity needs to know of its values.
    pub events: Vec<EventValues>,
    /// Every column of the extract, in file order. `constant_per_subject` is `None`: the table knows it, not this room.
    pub described: Vec<DatasetColumn>,
    /// The values of the columns that something is joined on.
    pub shared: Vec<SharedValues>,
    /// What the rules made of the values of each column that has some, in the order of the columns.
    pub value_maps: Vec<ValueMap>,
    /// What the records say of each planned table of totals; in the order of the plan, `None` for a finished one.
    pub totals: Vec<Option<TableRecords>>,
    /// What the codes of the dimensions of each of them are called, where somebody is to read it.
    pub table_labels: Vec<Option<TableLabels>>,
    /// What the records say beyond their values; suppressed records are not counted here.
    pub facts: DatasetFacts,
}

/// The hierarchy files that the rules of a plan need.
#[must_use]
pub fn hierarchy_files(plan: &Plan) -> BTreeSet<PathBuf> {
    let of_rules = plan.coarsen.values().flatten().filter_map(CoarsenRule::file).map(PathBuf::from);
    let of_distances = plan.sensitive_distances.values().filter_map(SensitiveDistance::file).map(PathBuf::from);
    let of_tables =
        plan.aggregates.iter().flat_map(|table| &table.by).filter_map(|dimension| match &dimension.hierarchy {
            Some(HierarchyPlan::File(file)) => Some(file.clone()),
            _ => None,
        });
    of_rules.chain(of_distances).chain(of_tables).collect()
}

/// Coarsens the quasi-identifiers, joins subjects to persons, and describes every column.
///
/// `roles` are those of [`roles()`](super::roles()) for the same extract. A column with the rule `drop` becomes
/// [`Role::Ignore`]; any other rule of a column that is not counted is refused. Columns are consumed one by one, so that
/// the memory of the old codes and values is free again before the next one is treated.
///
/// # Errors
/// When a rule does not fit its column or would do nothing, a lookup file is missing or contradicts itself, or the values of a column that
/// counts were not kept.
pub fn treat(
    mut extract: Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Treated, TreatmentError> {
    let mut described: Vec<DatasetColumn> =
        extract.columns.iter().zip(roles).map(|(column, role)| describe(column, role, plan, extract.records)).collect();
    let consent = count_consent(&extract, &described, plan, lookups)?;
    let dominant_subject = find_dominant_subject(&extract, &described, plan);
    let subject_cells = kept_subject_cells(&extract, &described, plan);
    let (subject, subjects_not_in_map) = treat_subject(&mut extract, &described, plan, lookups)?;
    check_rules(&described, plan)?;
    let subject_candidates = subject_candidates(&extract.columns, &described, subject.as_ref());
    add_facts_of_open_columns(&extract, &mut described, subject.as_ref(), plan);
    let aside = extract.columns.iter().zip(&described);
    let aside = aside.filter(|(_, column)| is_left_aside(&column.name, column.role, column.guessed, plan));
    let aside = aside.map(|(column, description)| (column, description.facts.share_with_own_value));
    let facts = DatasetFacts {
        dominant_subject,
        subject_candidates,
        left_aside: left_aside(aside, subject.as_ref()),
        ..DatasetFacts::default()
    };
    let group = group_of(&extract, plan)?;
    let mut workshop = Workshop::new(subject.as_ref(), lookups);
    let subject_column =
        described.iter().find(|column| column.role == Role::Subject).map(|column| column.name.as_str());
    let subject_of = subject_column.zip(subject.as_ref());
    let (totals, table_labels) = tabulate(&extract, subject_of, subject_cells.as_ref(), plan, &mut workshop)?;
    drop(subject_cells);
    let mut treated = Treated { subjects_not_in_map, consent, totals, table_labels, facts, ..Treated::default() };
    let (counted, others): (Vec<_>, Vec<_>) =
        extract.columns.into_iter().zip(&mut described).partition(|(_, description)| is_counted(description, plan));
    let mut attributes = BTreeMap::new();
    for (column, description) in others.into_iter().filter(|(_, description)| is_attribute(description.role)) {
        let (name, role) = (column.name.clone(), description.role);
        attributes.insert(name, treated.carry(column, role, plan, lookups)?);
    }
    // Quasi-identifiers come first, so that the lattice is over the leading columns.
    let (quasi_identifiers, others): (Vec<_>, Vec<_>) =
        counted.into_iter().partition(|(_, description)| description.role == Role::QuasiIdentifier);
    treated.quasi_identifiers = quasi_identifiers.len();
    let (mut forms, mut search) = (Vec::new(), Search::of(plan));
    for (column, description) in quasi_identifiers.into_iter().chain(others) {
        let search = (description.role == Role::QuasiIdentifier).then_some(&mut search);
        forms.extend(workshop.treat_column(column, plan, description, &mut treated, search)?);
        if let Some(column) = treated.columns.last().filter(|_| is_attribute(description.role)) {
            attributes.insert(description.name.clone(), (description.role, column.clone(), None));
        }
    }
    treated.add_forms(forms);
    drop(workshop);
    treated.attributes = Attributes { group, ..in_file_order(attributes, &described) };
    let subject = match search.settle()? {
        None => subject,
        Some(periods) => Some(treated.rotate(subject, periods, plan)?),
    };
    Ok(Treated { subject, described, ..treated })
}

/// The cells of the subject, where contributors are kept: for later releases they need a name that a later scan gives again.
fn kept_subject_cells(extract: &Extract, described: &[DatasetColumn], plan: &Plan) -> Option<CodedColumn> {
    let is_kept = plan.aggregates.iter().any(|table| table.is_planned() && table.contributors.is_some());
    let subject = described.iter().zip(&extract.columns).find(|(column, _)| column.role == Role::Subject);
    subject.filter(|_| is_kept).and_then(|(_, column)| column.coded.clone())
}

impl Treated {
    /// A column that is counted nowhere, with what is known of its values where it is sensitive.
    fn carry(
        &mut self,
        column: ExtractColumn,
        role: Role,
        plan: &Plan,
        lookups: &Lookups,
    ) -> Result<Carried, TreatmentError> {
        // A date is a whole number too, of days; it is no weight.
        let is_number = matches!(column.column_type, ColumnType::Integer | ColumnType::Decimal);
        let numbers = column.coded.as_ref().filter(|_| role == Role::Weight && is_number);
        let numbers = numbers.and_then(|coded| whole_numbers(&coded.dictionary));
        if let Some(coded) = column.coded.as_ref().filter(|_| role == Role::Sensitive) {
            let values = secret_values(&column.name, &coded.dictionary, plan, &lookups.hierarchies)?;
            self.secrets.insert(column.name.clone(), values);
        }
        Ok((role, plain(column)?, numbers))
    }

    /// Adds the columns that only single points have, behind the others.
    fn add_forms(&mut self, forms: Vec<(Column, EventValues)>) {
        for (column, events) in forms {
            self.columns.push(column);
            self.ladders.push(Ladder::none());
            self.events.push(events);
        }
    }

    /// Adds the column of periods behind the others, and says whose record each is within its period.
    fn rotate(
        &mut self,
        subject: Option<SubjectCodes>,
        periods: Periods,
        plan: &Plan,
    ) -> Result<SubjectCodes, TreatmentError> {
        let subject = subject.ok_or(TreatmentError::RotationWithoutSubject)?;
        let persons = subject.codes.records_by_code(subject.cardinality as usize);
        let persons = (0_u32..).zip(persons).filter(|(code, records)| *records > 0 && subject.missing != Some(*code));
        self.facts.rotation = plan.rotate.as_ref().map(|rotation| RotationFacts {
            every: rotation.every.name().to_owned(),
            column: periods.column.clone(),
            periods: u64::from(periods.codes.cardinality),
            subjects_before: persons.count() as u64,
        });
        let (subject, persons) = rotated(&subject, &periods.codes)?;
        self.persons = persons;
        self.periods = Some((periods.column, self.columns.len()));
        self.period_labels = periods.labels;
        self.events.push(EventValues { keys: periods.keys, ..EventValues::default() });
        self.ladders.push(Ladder::none());
        self.columns.push(periods.codes);
        Ok(subject)
    }
}

/// Whether a column is carried for measures that hold it against the classes.
fn is_attribute(role: Role) -> bool {
    matches!(role, Role::Sensitive | Role::Weight)
}

/// A column as it stands, without a rule.
fn plain(column: ExtractColumn) -> Result<Column, TreatmentError> {
    let name = column.name;
    let CodedColumn { codes, dictionary } = column.coded.ok_or_else(|| TreatmentError::NotCoded(name.clone()))?;
    counted(name, codes, &dictionary)
}

/// The column of these codes, without the values behind them.
pub(super) fn counted(name: String, codes: Codes, dictionary: &Dictionary) -> Result<Column, TreatmentError> {
    match u32::try_from(dictionary.len()) {
        Ok(cardinality) => Ok(Column::new(name, codes, cardinality, dictionary.missing())),
        Err(_) => Err(TreatmentError::TooLarge(name)),
    }
}

/// A carried column, with the numbers behind its values where it is a weight.
type Carried = (Role, Column, Option<WholeNumbers>);

fn in_file_order(mut columns: BTreeMap<String, Carried>, described: &[DatasetColumn]) -> Attributes {
    let mut attributes = Attributes::default();
    for (role, column, numbers) in described.iter().filter_map(|description| columns.remove(&description.name)) {
        if role == Role::Weight {
            let decimals = numbers.as_ref().map_or(0, |numbers| numbers.decimals);
            attributes.weights.push(Weight { column, numbers: numbers.map(|numbers| numbers.numbers), decimals });
        } else {
            attributes.sensitive.push(column);
        }
    }
    attributes
}

/// The column that says who belongs together, as it stands, whatever else it is.
fn group_of(extract: &Extract, plan: &Plan) -> Result<Option<Column>, TreatmentError> {
    let named = |column: &&ExtractColumn| plan.household.as_ref() == Some(&column.name);
    let Some(column) = extract.columns.iter().find(named) else { return Ok(None) };
    let coded = column.coded.as_ref().ok_or_else(|| TreatmentError::NotCoded(column.name.clone()))?;
    counted(column.name.clone(), coded.codes.clone(), &coded.dictionary).map(Some)
}

fn treat_subject(
    extract: &mut Extract,
    described: &[DatasetColumn],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<(Option<SubjectCodes>, u64), TreatmentError> {
    let place = described.iter().position(|column| column.role == Role::Subject);
    let Some(column) = place.and_then(|place| extract.columns.get_mut(place)) else {
        return if plan.subject_map.is_some() { Err(TreatmentError::SubjectMapWithoutSubject) } else { Ok((None, 0)) };
    };
    let name = &column.name;
    if plan.coarsen.contains_key(name) {
        return Err(TreatmentError::SubjectCoarsened(name.clone()));
    }
    let coded = column.coded.take().ok_or_else(|| TreatmentError::NotCoded(name.clone()))?;
    let (subject, unmapped) = subject_of(name, coded, plan, lookups)?;
    Ok((Some(subject), unmapped))
}

/// Whose records these are, and how many values of the column are not in the subject map.
pub(super) fn subject_of(
    name: &str,
    coded: CodedColumn,
    plan: &Plan,
    lookups: &Lookups,
) -> Result<(SubjectCodes, u64), TreatmentError> {
    if u32::try_from(coded.codes.len()).is_err() {
        return Err(TreatmentError::TooLarge(name.to_owned()));
    }
    match &plan.subject_map {
        None => Ok((subject_from_column(name, coded)?, 0)),
        Some(map) => {
            let pairs = lookups.subject_map.as_ref().ok_or_else(|| TreatmentError::not_read(&map.file))?;
            subject_from_map(coded, map, pairs)
        }
    }
}

#[cfg(test)]
mod test;
