//! From an extract and its roles to the table that is measured; the values are let go here.

use std::collections::HashMap;

use rayon::prelude::*;

use super::ScanError;
use super::beside::Beside;
use super::kept::read_folders;
use super::linkage::{KeyCells, OurSide, Rotation};
use super::removal::{Removed, leave_out_exposed};
use super::subjects::{first_records, record_numbers};
use super::totals;
use crate::input::{self, Extract, Source};
use crate::measure::aggregates::{FinishedTables, TableRecords};
use crate::measure::attribute::SecretValues;
use crate::plan::{ConfigError, InputOptions, Plan, SUPPRESSION_MARKS};
use crate::recode::{
    self, ColumnRole, ConsentCounts, EventValues, Ladder, Lookups, Shown, Suppressed, TableLabels, Treated,
    WithoutConsent,
};
use crate::result::{Consent, Dataset, DatasetColumn, DatasetFacts, InputFile, JoinedTable, Recipient, Role};
use crate::stop::{NoProgress, Stop};
use crate::table::{SubjectCodes, Table, TooManyRecords, Variation};

/// An extract without its values.
pub(crate) struct Prepared {
    pub(crate) dataset: Dataset,
    pub(super) table: Table,
    pub(super) recipient: Option<Recipient>,
    /// For each column of the table, the coarser forms that advice may try.
    pub(super) ladders: Vec<Ladder>,
    /// For each column of the table, what unicity needs to know of its values.
    pub(super) events: Vec<EventValues>,
    /// What is known of the values of each sensitive column of the table.
    pub(super) secrets: Vec<SecretValues>,
    /// How many of the columns, the leading ones, are quasi-identifiers.
    pub(super) quasi_identifiers: usize,
    /// Where pseudonyms are rotated, the periods and who is behind each pseudonym.
    pub(super) rotation: Option<Rotation>,
    /// The number of the first record of each subject; empty unless subjects are listed.
    pub(super) first_records: Vec<u64>,
    /// The number of each record of the table; empty unless records are listed.
    pub(super) record_numbers: Vec<u64>,
    /// What is kept for joining.
    pub(super) side: OurSide,
    /// What the extract says of each planned table of totals.
    pub(super) totals: Vec<Option<TableRecords>>,
    /// What the codes of each are called, where they are listed.
    pub(super) table_labels: Vec<Option<TableLabels>>,
    /// The cells of each finished table of totals.
    pub(super) finished: Vec<FinishedTables>,
    /// Which bytes were read beside the extract so far.
    pub(super) beside: Beside,
}

/// Roles and rules are applied, records are sorted by subject, and the values are let go.
pub(crate) fn treat(
    mut extract: Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    name: String,
    stop: &Stop,
) -> Result<Prepared, ScanError> {
    let lookups = read_lookups(plan, stop)?;
    check_register(&extract.files, &lookups)?;
    let mut beside = Beside::of_lookups(&lookups, plan);
    beside.add_tables(&extract.joined);
    let finished = totals::read(plan, &lookups, &mut beside, stop)?;
    let shown = recode::shown_by_suppressed(&extract, roles, plan, &lookups)?;
    let held = shown.as_ref().map(|_| KeyCells::of(&extract, &plan.linkage, None, false)).transpose()?;
    let left_out = LeftOut::of(&mut extract, roles, plan, &lookups, stop)?;
    let as_read = AsRead::of(&mut extract, roles, name);
    let records = as_read.records;
    let cells = KeyCells::of(&extract, &plan.linkage, as_read.subject.as_deref(), plan.subject_map.is_some())?;
    let mut treated = recode::treat(extract, roles, plan, &lookups)?;
    let of_all = shown.as_ref().and_then(|shown| shown.consent);
    let recipient = recipient_of(plan, &lookups, of_all.or(treated.consent));
    let subjects_not_in_map =
        plan.subject_map.as_ref().and(treated.subject.as_ref()).map(|_| treated.subjects_not_in_map);
    let codes = treated.subject.take();
    let (first_records, record_numbers) = left_out.numbers_of_rest(records, codes.as_ref(), plan);
    let mut side = OurSide::new(cells, std::mem::take(&mut treated.shared), codes.as_ref(), lookups);
    if let (Some(held), Some(shown)) = (held, &shown) {
        side.hold_all(held, shown.subject.clone());
    }
    let sorted = Sorted::of(&mut treated, codes, left_out.rest(records)?)?;
    let mut columns = treated.described;
    describe_variation(&sorted.table, &treated.events, &mut columns);
    let table = settle(sorted.table, treated.quasi_identifiers, &mut columns, plan);
    add_suppressed(&mut columns, shown.as_ref(), &left_out.suppressed, plan);
    let left_aside = match &shown {
        Some(shown) => shown.or_more(treated.facts.left_aside.take(), &columns),
        None => treated.facts.left_aside.take(),
    };
    let facts = DatasetFacts {
        suppressed_records: Some(left_out.suppressed.records),
        removal: left_out.removed.counts,
        left_aside,
        ..treated.facts
    };
    Ok(Prepared {
        dataset: as_read.dataset(&table, subjects_not_in_map, (columns, facts), plan),
        table,
        recipient,
        ladders: treated.ladders,
        events: treated.events,
        secrets: sorted.secrets,
        quasi_identifiers: treated.quasi_identifiers,
        rotation: sorted.rotation,
        first_records,
        record_numbers,
        side,
        totals: treated.totals,
        table_labels: treated.table_labels,
        finished,
        beside,
    })
}

/// What is said of an extract as it was read.
struct AsRead {
    name: String,
    files: Vec<InputFile>,
    joined: Vec<JoinedTable>,
    records: u64,
    /// The name of the subject column.
    subject: Option<String>,
}

impl AsRead {
    fn of(extract: &mut Extract, roles: &[ColumnRole], name: String) -> Self {
        let subject = extract.columns.iter().zip(roles).find(|(_, role)| role.role == Role::Subject);
        let subject = subject.map(|(column, _)| column.name.clone());
        let joined = std::mem::take(&mut extract.joined);
        Self { name, files: extract.files.clone(), joined, records: extract.records, subject }
    }

    fn dataset(
        self,
        table: &Table,
        subjects_not_in_map: Option<u64>,
        (columns, facts): (Vec<DatasetColumn>, DatasetFacts),
        plan: &Plan,
    ) -> Dataset {
        Dataset {
            name: self.name,
            files: self.files,
            joined: self.joined,
            records: self.records,
            subjects: table.subjects() as u64,
            records_without_subject: table.records_without_subject(),
            subjects_not_in_map,
            time_zone: plan.time_origin.zone_text(),
            day_start: plan.time_origin.day_start_text(),
            subject: self.subject,
            columns,
            facts,
        }
    }
}

/// The records of an extract that are not measured, each kind left out of what the one before left.
struct LeftOut {
    suppressed: Suppressed,
    without_consent: WithoutConsent,
    removed: Removed,
}

impl LeftOut {
    /// Takes them out of every column of the extract.
    fn of(
        extract: &mut Extract,
        roles: &[ColumnRole],
        plan: &Plan,
        lookups: &Lookups,
        stop: &Stop,
    ) -> Result<Self, ScanError> {
        Ok(Self {
            suppressed: recode::leave_out_suppressed(extract, roles, plan),
            without_consent: recode::leave_out_without_consent(extract, roles, plan, lookups)?,
            removed: leave_out_exposed(extract, roles, plan, lookups, stop)?,
        })
    }

    /// How many of all records are measured.
    fn rest(&self, records: u64) -> Result<usize, TooManyRecords> {
        let removed = self.removed.counts.map_or(0, |removal| removal.records);
        let rest = records - self.suppressed.records - self.without_consent.records - removed;
        usize::try_from(rest).map_err(|_| TooManyRecords)
    }

    /// The number of the first record of each subject, and of each record of the table, as far as they are listed.
    fn numbers_of_rest(&self, records: u64, subjects: Option<&SubjectCodes>, plan: &Plan) -> (Vec<u64>, Vec<u64>) {
        let numbers = || {
            let is_removed = self.removed.left_out.iter().copied().chain(std::iter::repeat(false));
            let kept = self.suppressed.kept(records).zip(is_removed);
            kept.filter(|(_, out)| !out).map(|(number, _)| number)
        };
        let listed = subjects.filter(|_| plan.lists.subjects);
        let first_records = listed.map(|codes| first_records(codes, numbers())).unwrap_or_default();
        let record_numbers = if plan.lists.records { record_numbers(subjects, numbers()) } else { Vec::new() };
        (first_records, record_numbers)
    }
}

/// The treated columns with their records sorted by subject.
struct Sorted {
    table: Table,
    /// What is known of the values of each sensitive column of the table, in their order.
    secrets: Vec<SecretValues>,
    rotation: Option<Rotation>,
}

impl Sorted {
    /// The treated file is not written in this run, so the values behind the rules are let go before records are sorted.
    fn of(treated: &mut Treated, subjects: Option<SubjectCodes>, records: usize) -> Result<Self, ScanError> {
        drop(std::mem::take(&mut treated.value_maps));
        let attributes = std::mem::take(&mut treated.attributes);
        let mut secrets = std::mem::take(&mut treated.secrets);
        let secrets = attributes.sensitive.iter().filter_map(|column| secrets.remove(&column.name)).collect();
        let table = Table::with_attributes(std::mem::take(&mut treated.columns), attributes, subjects, records)?;
        let (labels, persons) = (&treated.period_labels, std::mem::take(&mut treated.persons));
        let rotation = treated.periods.take().map(|(teller, column)| Rotation::new(teller, column, labels, persons));
        Ok(Self { table, secrets, rotation })
    }
}

/// Adds what suppressed records and marks show of each column.
fn add_suppressed(columns: &mut [DatasetColumn], shown: Option<&Shown>, suppressed: &Suppressed, plan: &Plan) {
    if let Some(shown) = shown {
        shown.add_to(columns);
    }
    for (column, cells) in columns.iter_mut().zip(&suppressed.cells) {
        column.facts.suppressed_cells = *cells;
        let has_marks = suppressed.records > 0 || cells.is_some_and(|cells| cells > 0);
        column.facts.unlisted_spellings = unlisted_spellings(column, has_marks, &plan.input);
    }
}

/// Writes down for each column of the table how many subjects vary in it, as the extract shows it.
fn describe_variation(table: &Table, events: &[EventValues], columns: &mut [DatasetColumn]) {
    let variations: Vec<Option<Variation>> =
        (0..table.columns().len()).into_par_iter().with_max_len(1).map(|place| table.variation(place)).collect();
    let places = places(columns);
    for (place, (column, events)) in table.columns().iter().zip(events).enumerate() {
        // A form that only a point has says nothing of the column as the extract shows it.
        let described = places.get(&column.name).and_then(|&described| columns.get_mut(described));
        let Some(described) = described.filter(|_| events.form.is_none()) else { continue };
        described.constant_per_subject = table.constant_per_subject(place);
        described.facts.comparable_subjects = variations[place].map(|variation| variation.comparable);
        described.facts.varying_subjects = variations[place].map(|variation| variation.varying);
        described.facts.share_varying = variations[place].and_then(Variation::share);
    }
}

/// Where each column is described. There may be many columns.
fn places(columns: &[DatasetColumn]) -> HashMap<String, usize> {
    columns.iter().map(|column| column.name.clone()).zip(0..).collect()
}

/// Decides for each quasi-identifier, one of the first columns of the table, whether it is static, and writes it down.
fn settle(table: Table, quasi_identifiers: usize, columns: &mut [DatasetColumn], plan: &Plan) -> Table {
    let counted = &table.columns()[..quasi_identifiers];
    let declared: Vec<Option<bool>> = counted.iter().map(|column| plan.declarations.varies(&column.name)).collect();
    let table = table.settled(&declared);
    let counted = table.columns()[..quasi_identifiers].iter().map(|column| column.name.as_str());
    let places: HashMap<&str, usize> = counted.zip(0..).collect();
    for described in columns.iter_mut().filter(|column| column.role == Role::QuasiIdentifier) {
        let place = places.get(described.name.as_str()).copied();
        described.facts.measured = Some(place.is_some_and(|place| table.has_value(place)));
        described.facts.variation = place.and_then(|place| table.variability(place));
    }
    table
}

/// The terms as declared, with what the register says: counts only.
fn recipient_of(plan: &Plan, lookups: &Lookups, counts: Option<ConsentCounts>) -> Option<Recipient> {
    let mut recipient = plan.recipient.as_ref()?.terms.clone();
    let file = lookups.consent.as_ref().and_then(|register| register.files.first());
    recipient.consent = counts.zip(file).map(|(counts, file)| Consent {
        file: file.name.clone(),
        sha256: file.clone().of_source().sha256,
        subjects: counts.subjects,
        without_consent: counts.without_consent,
    });
    Some(recipient)
}

/// Checks that the register of consent is no file of the extract, in which everybody would have opted in.
fn check_register(files: &[InputFile], lookups: &Lookups) -> Result<(), ConfigError> {
    let Some(register) = &lookups.consent else { return Ok(()) };
    let is_ours = |file: &InputFile| file.sha256.is_some() && files.iter().any(|ours| ours.sha256 == file.sha256);
    if !register.files.iter().any(is_ours) {
        return Ok(());
    }
    let message = "the register of `[recipient] consent` is a file of the extract";
    let hint = "name the register that says who opted in; in the extract itself nobody can be missing";
    Err(ConfigError::new("register-is-extract", message).with_hint(hint))
}

/// Reads the small files that the plan refers to: the subject map, the consent register and the hierarchies.
pub(crate) fn read_lookups(plan: &Plan, stop: &Stop) -> Result<Lookups, ScanError> {
    let _reading = stop.while_reading();
    let read = |path: &std::path::Path, options: &InputOptions| -> Result<Extract, ScanError> {
        let source: Source = input::open(&[path.to_string_lossy().into_owned()], options)?;
        let wanted = vec![true; source.columns().len()];
        Ok(input::read(source, &wanted, &NoProgress, stop, plan.memory)?)
    };
    let headless = InputOptions { header: Some(false), ..InputOptions::default() };
    // What is compared with a subject of a declared type is read as that type.
    let subject = plan.roles.declared.iter().find(|(_, role)| **role == Role::Subject).map(|(name, _)| name);
    let declared = subject.and_then(|name| plan.input.column_types.get(name));
    let alike = |column: &String| InputOptions {
        column_types: declared.map(|declared| (column.clone(), *declared)).into_iter().collect(),
        ..InputOptions::default()
    };
    let mut lookups = Lookups { kept: read_folders(plan)?, ..Lookups::default() };
    if let Some(map) = &plan.subject_map {
        lookups.subject_map = Some(read(&map.file, &alike(&map.from))?);
    }
    if let Some(register) = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref()) {
        // With a map the register holds persons, who are no cells of the extract.
        let options = if plan.subject_map.is_some() { InputOptions::default() } else { alike(&register.column) };
        lookups.consent = Some(read(&register.file, &options)?);
    }
    for file in recode::hierarchy_files(plan) {
        let hierarchy = read(&file, &headless)?;
        lookups.hierarchies.insert(file, hierarchy);
    }
    Ok(lookups)
}

/// Spellings that are declared to stand for no value in a column, and that neither list knows: whoever declares a real value
/// missing takes its holder out of sight, while the file still shows it. `None` where no such cell can occur.
pub(super) fn unlisted_spellings(column: &DatasetColumn, has_marks: bool, input: &InputOptions) -> Option<u64> {
    if !matches!(column.role, Role::QuasiIdentifier | Role::Subject) {
        return None;
    }
    let is_known = |spelling: &&String| {
        let spelling = spelling.trim();
        spelling.is_empty() || input::is_placeholder(spelling) || SUPPRESSION_MARKS.contains(&spelling)
    };
    let nulls = input.null_values.iter().chain(input.column_null_values.get(&column.name).into_iter().flatten());
    let nulls = nulls.filter(|_| column.missing > 0 || has_marks);
    let marks = input.suppression_marks.iter().flatten().filter(|_| has_marks);
    let unlisted = nulls.chain(marks).filter(|spelling| !is_known(spelling)).count() as u64;
    (unlisted > 0).then_some(unlisted)
}
