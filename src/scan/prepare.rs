//! From an extract and its roles to the table that is measured; the values are let go here.

use std::collections::HashMap;

use rayon::prelude::*;

use super::ScanError;
use super::beside::Beside;
use super::kept::read_folders;
use super::linkage::{KeyCells, OurSide, Rotation};
use super::removal::leave_out_exposed;
use super::subjects::{first_records, record_numbers};
use super::totals;
use crate::input::{self, Extract, Source};
use crate::measure::aggregates::{FinishedTables, TableRecords};
use crate::measure::attribute::SecretValues;
use crate::plan::{ConfigError, InputOptions, Plan, SUPPRESSION_MARKS};
use crate::recode::{self, ColumnRole, ConsentCounts, EventValues, Ladder, Lookups, TableLabels};
use crate::result::{Consent, Dataset, DatasetColumn, DatasetFacts, InputFile, Recipient, Role};
use crate::stop::{NoProgress, Stop};
use crate::table::{Table, TooManyRecords, Variation};

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
    let suppressed = recode::leave_out_suppressed(&mut extract, roles, plan);
    let without_consent = recode::leave_out_without_consent(&mut extract, roles, plan, &lookups)?;
    let removed = leave_out_exposed(&mut extract, roles, plan, &lookups, stop)?;
    let files = extract.files.clone();
    let joined = std::mem::take(&mut extract.joined);
    let records = extract.records;
    let subject = extract.columns.iter().zip(roles).find(|(_, role)| role.role == Role::Subject);
    let subject = subject.map(|(column, _)| column.name.clone());
    let cells = KeyCells::of(&extract, &plan.linkage, subject.as_deref(), plan.subject_map.is_some())?;
    let treated = recode::treat(extract, roles, plan, &lookups)?;
    let of_all = shown.as_ref().and_then(|shown| shown.consent);
    let recipient = recipient_of(plan, &lookups, of_all.or(treated.consent));
    let subjects_not_in_map =
        plan.subject_map.as_ref().and(treated.subject.as_ref()).map(|_| treated.subjects_not_in_map);
    let codes = treated.subject;
    let listed = codes.as_ref().filter(|_| plan.lists.subjects);
    let numbers = || {
        let kept = suppressed.kept(records).zip(removed.left_out.iter().copied().chain(std::iter::repeat(false)));
        kept.filter(|(_, out)| !out).map(|(number, _)| number)
    };
    let first_records = listed.map(|codes| first_records(codes, numbers())).unwrap_or_default();
    let record_numbers = if plan.lists.records { record_numbers(codes.as_ref(), numbers()) } else { Vec::new() };
    let mut side = OurSide::new(cells, treated.shared, codes.as_ref(), lookups);
    if let (Some(held), Some(shown)) = (held, &shown) {
        side.hold_all(held, shown.subject.clone());
    }
    let left_out = removed.counts.map_or(0, |removal| removal.records);
    let count = records - suppressed.records - without_consent.records - left_out;
    let count = usize::try_from(count).map_err(|_| TooManyRecords)?;
    // The treated file is not written in this run, so the values behind the rules are let go before records are sorted.
    drop(treated.value_maps);
    let mut secrets = treated.secrets;
    let secrets = treated.attributes.sensitive.iter().filter_map(|column| secrets.remove(&column.name)).collect();
    let table = Table::with_attributes(treated.columns, treated.attributes, codes, count)?;
    let (labels, persons) = (treated.period_labels, treated.persons);
    let rotation = treated.periods.map(|(teller, column)| Rotation::new(teller, column, &labels, persons));
    let (mut columns, mut facts) = (treated.described, treated.facts);
    describe_variation(&table, &treated.events, &mut columns);
    let table = settle(table, treated.quasi_identifiers, &mut columns, plan);
    if let Some(shown) = &shown {
        shown.add_to(&mut columns);
        facts.left_aside = shown.or_more(facts.left_aside.take(), &columns);
    }
    for (column, cells) in columns.iter_mut().zip(&suppressed.cells) {
        column.facts.suppressed_cells = *cells;
        let has_marks = suppressed.records > 0 || cells.is_some_and(|cells| cells > 0);
        column.facts.unlisted_spellings = unlisted_spellings(column, has_marks, &plan.input);
    }
    let dataset = Dataset {
        name,
        files,
        joined,
        records,
        subjects: table.subjects() as u64,
        records_without_subject: table.records_without_subject(),
        subjects_not_in_map,
        time_zone: plan.time_origin.zone_text(),
        day_start: plan.time_origin.day_start_text(),
        subject,
        columns,
        facts: DatasetFacts { suppressed_records: Some(suppressed.records), removal: removed.counts, ..facts },
    };
    Ok(Prepared {
        dataset,
        table,
        recipient,
        ladders: treated.ladders,
        events: treated.events,
        secrets,
        quasi_identifiers: treated.quasi_identifiers,
        rotation,
        first_records,
        record_numbers,
        side,
        totals: treated.totals,
        table_labels: treated.table_labels,
        finished,
        beside,
    })
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
