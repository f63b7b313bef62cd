//! From both sides as read to tables in one code space.

use super::read::{ReadSource, Side};
use super::{Ours, strangers};
use crate::input::CodedColumn;
use crate::measure::linkage::{Comparison, LinkedTables, SharedColumn, SubjectKeys, no_common_value};
use crate::plan::{ConfigError, OnColumn, Plan, SourcePlan};
use crate::recode::TreatmentError;
use crate::recode::shared::{
    Holder, JoinedKeys, KeyColumn, SharedError, SharedValues, comparison, join, join_keys, keys_of_subjects,
    theirs_under_our_rules,
};
use crate::result::{AttackKind, ColumnType, Dataset, HoldOut, InputFile, LinkedSource};
use crate::scan::ScanError;
use crate::stats::mix;
use crate::table::{Column, Dictionary, Recoding, SubjectCodes, Table, TooManyRecords};

/// Both sides in one code space, and the record of the source.
pub(super) struct Aligned {
    pub(super) linked: LinkedTables,
    pub(super) hold_out: Option<Table>,
    pub(super) source: LinkedSource,
    /// What a reader must know of every attack on it; counts only.
    pub(super) notes: Vec<String>,
}

/// A shared column while it is joined.
struct Shared {
    column: SharedColumn,
    ours: Recoding,
    theirs: Column,
    hold_out: Option<Column>,
    notes: Vec<String>,
    /// Whether equal codes are equal cells of the files: nothing was coarsened or converted.
    as_in_files: bool,
}

/// Brings both sides into one code space, column by column, and lets go of what a column needed.
pub(super) fn align(
    ours: &Ours<'_>,
    read: ReadSource,
    planned: &SourcePlan,
    plan: &Plan,
) -> Result<Aligned, ScanError> {
    let ReadSource { name, theirs: Side { extract, shared, subject, truth }, mut hold_out, same_form } = read;
    if let Some(side) = &hold_out {
        if planned.is_original {
            strangers::check_control(ours, &name, (&extract.files, subject.as_ref()), side)?;
        } else {
            strangers::check(ours, &name, &extract.files, side)?;
        }
    }
    let subjects = subject.as_ref().map(subject_codes);
    let asks_pseudonyms = same_form || planned.attacks.contains(&AttackKind::Intersection);
    let pseudonyms = subject.filter(|_| asks_pseudonyms).map(|cells| keys_of_subjects(subjects.as_ref(), cells));
    let truth = truth.map(|cells| keys_of_subjects(subjects.as_ref(), cells));
    let mut notes = notes_on_dropped(planned);
    let truth = joined_truth(ours, planned, &name, truth.as_ref(), &mut notes)?;
    let pseudonyms = joined_pseudonyms(ours, &name, pseudonyms.as_ref());
    let held_cells = hold_out.as_mut().map(|side| std::mem::take(&mut side.shared));
    let joined = join_columns(ours, (&name, shared, held_cells), planned, plan)?;
    notes.extend(joined.notes);
    let our_table = ours.table.recoded(&joined.ours);
    let table = Table::new(joined.theirs, subjects, count(extract.records)?)?;
    if table.subjects() == 0 {
        return Err(ScanError::SourceEmpty { name });
    }
    let hold_out = hold_out.map(|side| table_of_hold_out(side, joined.hold_out)).transpose()?;
    let (held_table, held_record) = hold_out.unzip();
    let equal = has_same_bytes(&ours.dataset.files, &extract.files)
        || same_form
            && joined.as_in_files
            && names_every_column(ours.dataset, planned)
            && has_same_records((&our_table, &table), pseudonyms.as_ref());
    let source = LinkedSource {
        name: name.clone(),
        records: extract.records,
        files: extract.files.into_iter().map(InputFile::of_source).collect(),
        subjects: table.subjects() as u64,
        records_without_subject: table.records_without_subject(),
        subject: planned.subject.clone(),
        hold_out: held_record,
    };
    let linked = LinkedTables {
        source: name,
        ours: our_table,
        theirs: table,
        columns: joined.columns,
        truth,
        pseudonyms: pseudonyms.filter(|_| planned.attacks.contains(&AttackKind::Intersection)),
        source_equals_extract: equal,
    };
    Ok(Aligned { linked, hold_out: held_table, source, notes })
}

/// The columns of the plan that nothing is joined on, because they do not leave. An original has others that stay behind.
fn notes_on_dropped(planned: &SourcePlan) -> Vec<String> {
    let dropped =
        |column: &String| format!("column `{}` is dropped from the extract, so nothing is joined on it", shown(column));
    planned.left_out.iter().filter(|_| !planned.is_original).map(dropped).collect()
}

/// All shared columns, each part in the order of the plan.
struct JoinedColumns {
    columns: Vec<SharedColumn>,
    ours: Vec<Recoding>,
    theirs: Vec<Column>,
    /// Those of the hold-out; empty where there is none.
    hold_out: Vec<Column>,
    notes: Vec<String>,
    as_in_files: bool,
}

/// Joins one column after the other, and lets go of the cells of each before the next.
fn join_columns(
    ours: &Ours<'_>,
    (name, shared, held): (&str, Vec<CodedColumn>, Option<Vec<CodedColumn>>),
    planned: &SourcePlan,
    plan: &Plan,
) -> Result<JoinedColumns, ScanError> {
    let mut joined = JoinedColumns {
        columns: Vec::new(),
        ours: Vec::new(),
        theirs: Vec::new(),
        hold_out: Vec::new(),
        notes: Vec::new(),
        as_in_files: true,
    };
    let mut held = held.map(Vec::into_iter);
    for (on, cells) in planned.on.iter().zip(shared) {
        let joining = Joining { ours, on, source: name, attacks: &planned.attacks, plan };
        let shared = joining.join(cells, held.as_mut().and_then(Iterator::next))?;
        joined.notes.extend(shared.notes);
        joined.as_in_files &= shared.as_in_files;
        joined.columns.push(shared.column);
        joined.ours.push(shared.ours);
        joined.theirs.push(shared.theirs);
        joined.hold_out.extend(shared.hold_out);
    }
    Ok(joined)
}

/// The table of a hold-out, and its record.
fn table_of_hold_out(side: Side, columns: Vec<Column>) -> Result<(Table, HoldOut), ScanError> {
    let subjects = side.subject.as_ref().map(subject_codes);
    let table = Table::new(columns, subjects, count(side.extract.records)?)?;
    let files = side.extract.files.into_iter().map(InputFile::of_source).collect();
    let record = HoldOut { files, subjects: table.subjects() as u64 };
    Ok((table, record))
}

fn count(records: u64) -> Result<usize, TooManyRecords> {
    usize::try_from(records).map_err(|_| TooManyRecords)
}

fn subject_codes(cells: &CodedColumn) -> SubjectCodes {
    SubjectCodes {
        codes: cells.codes.clone(),
        cardinality: u32::try_from(cells.dictionary.len()).unwrap_or(u32::MAX),
        missing: cells.dictionary.missing(),
    }
}

fn joined_truth(
    ours: &Ours<'_>,
    planned: &SourcePlan,
    source: &str,
    theirs: Option<&KeyColumn>,
    notes: &mut Vec<String>,
) -> Result<Option<SubjectKeys>, ConfigError> {
    let Some((columns, theirs)) = planned.truth.as_ref().zip(theirs) else { return Ok(None) };
    let Some(keys) = ours.side.truth.get(&columns.ours) else { return Ok(None) };
    let JoinedKeys { ours, theirs, meet, notes: more } = join_keys(columns, source, keys, theirs)?;
    notes.extend(more);
    Ok(meet.then_some(SubjectKeys { ours, theirs }))
}

/// The subjects of both sides, where both name them in a way that can be compared.
fn joined_pseudonyms(ours: &Ours<'_>, source: &str, theirs: Option<&KeyColumn>) -> Option<SubjectKeys> {
    let (keys, name) = (ours.side.pseudonyms.as_ref()?, ours.dataset.subject.as_ref()?);
    let columns =
        crate::plan::TruthColumns { ours: name.clone(), theirs: name.clone(), pattern: None, is_complete: false };
    // Subjects of different types are nobody's common pseudonym.
    let keys = join_keys(&columns, source, keys, theirs?).ok()?;
    Some(SubjectKeys { ours: keys.ours, theirs: keys.theirs })
}

/// One shared column on its way into one code space.
struct Joining<'a> {
    ours: &'a Ours<'a>,
    on: &'a OnColumn,
    source: &'a str,
    attacks: &'a [AttackKind],
    plan: &'a Plan,
}

impl Joining<'_> {
    fn join(&self, theirs: CodedColumn, hold_out: Option<CodedColumn>) -> Result<Shared, ScanError> {
        let (on, plan) = (self.on, self.plan);
        let not_coded = || TreatmentError::NotCoded(on.ours.clone());
        let values = self.ours.side.values.iter().find(|values| values.name == on.ours).ok_or_else(not_coded)?;
        let columns = self.ours.table.columns();
        // The column as the extract shows it stands before the forms that single points have of it.
        let place = columns.iter().position(|column| column.name == on.ours).ok_or_else(not_coded)?;
        let holder = Holder { source: self.source, column: &on.theirs };
        let held_name = format!("hold-out of {}", self.source);
        let held_holder = Holder { source: &held_name, column: &on.ours };
        let CodedColumn { codes, dictionary } = theirs;
        let (their_map, their_values) = self.under_our_rules(values, holder, dictionary)?;
        let held = hold_out.map(|cells| {
            let (map, values) = self.under_our_rules(values, held_holder, cells.dictionary)?;
            Ok::<_, ScanError>((cells.codes, map, values))
        });
        let held = held.transpose()?;
        let mut sides = vec![&values.dictionary, &their_values];
        sides.extend(held.as_ref().map(|(_, _, values)| values));
        let joined = join(&on.ours, &sides, &[holder, held_holder], plan.time_origin)?;
        let cardinality =
            u32::try_from(joined.dictionary.len()).map_err(|_| TreatmentError::TooLarge(on.ours.clone()))?;
        let missing = joined.dictionary.missing();
        let column = |codes: &crate::table::Codes, map: &[u32], joint: &[u32]| {
            let map: Vec<u32> = map.iter().map(|&code| joint[code as usize]).collect();
            let codes = codes.remapped(&map, joined.dictionary.len());
            Column::new(on.ours.clone(), codes, cardinality, missing)
        };
        let theirs = column(&codes, &their_map, &joined.maps[1]);
        let hold_out = held.as_ref().map(|(codes, map, _)| column(codes, map, &joined.maps[2]));
        let wants_numbers = self.attacks.iter().any(|attack| *attack != AttackKind::Exact);
        let mut notes: Vec<String> =
            joined.note.map(|note| format!("column `{}`: {note}", shown(&on.ours))).into_iter().collect();
        let is_coarsened = plan.coarsen.contains_key(&on.ours);
        let (numbers, comparison) = if is_text(&joined.dictionary) && is_coarsened && on.within.is_some() {
            notes.push(format!(
                "column `{}` is generalised to text, which takes no tolerance; it is compared for equality",
                shown(&on.ours)
            ));
            (None, Comparison::Equal)
        } else {
            comparison(on, &joined.dictionary, wants_numbers)?
        };
        if joined.overlap == 0 {
            notes.push(no_common_value(&shown(&on.ours)));
        }
        let as_in_files = joined.note.is_none() && plan.rules_of(&on.ours).is_empty();
        let map = joined.maps.into_iter().next().unwrap_or_default();
        let ours = Recoding { column: place, map, cardinality, missing };
        let column = SharedColumn { name: on.ours.clone(), values: joined.dictionary, numbers, comparison };
        Ok(Shared { column, ours, theirs, hold_out, notes, as_in_files })
    }

    fn under_our_rules(
        &self,
        values: &SharedValues,
        holder: Holder<'_>,
        dictionary: crate::table::Dictionary,
    ) -> Result<(Vec<u32>, crate::table::Dictionary), ScanError> {
        let recoded = theirs_under_our_rules(values, holder, dictionary, self.plan, &self.ours.side.hierarchies);
        recoded.map_err(|error| match error {
            SharedError::Types(error) => error.into(),
            SharedError::Rule { source, error } => ScanError::SourceTreatment { name: source, error },
        })
    }
}

fn is_text(dictionary: &Dictionary) -> bool {
    dictionary.column_type() == ColumnType::Text
}

fn shown(name: &str) -> String {
    crate::plan::shown_name(name)
}

/// Whether both sides are made of the same files, in any order.
fn has_same_bytes(ours: &[InputFile], theirs: &[InputFile]) -> bool {
    let hashes = |files: &[InputFile]| {
        let mut hashes: Vec<Option<String>> = files.iter().map(|file| file.sha256.clone()).collect();
        hashes.sort_unstable();
        hashes
    };
    hashes(ours) == hashes(theirs)
}

/// Whether the sides share every column of the extract but the subject, under its own name: equal rows are then equal
/// records.
fn names_every_column(dataset: &Dataset, planned: &SourcePlan) -> bool {
    let is_shared = |name: &String| planned.on.iter().any(|on| on.ours == *name && on.theirs == *name);
    let is_subject = |name: &String| dataset.subject.as_ref() == Some(name) && planned.subject.as_ref() == Some(name);
    dataset.columns.iter().all(|column| is_shared(&column.name) || is_subject(&column.name))
}

/// Whether both tables hold the same records of the same subjects, in any order. Records without a subject are in
/// neither table, so nothing is said where there are any.
fn has_same_records((ours, theirs): (&Table, &Table), pseudonyms: Option<&SubjectKeys>) -> bool {
    let keys = match pseudonyms {
        Some(keys) => (Some(keys.ours.as_slice()), Some(keys.theirs.as_slice())),
        None if ours.has_subjects() || theirs.has_subjects() => return false,
        None => (None, None),
    };
    ours.records() == theirs.records()
        && ours.records_without_subject() + theirs.records_without_subject() == 0
        && sum_of_records(ours, keys.0) == sum_of_records(theirs, keys.1)
}

/// A number that the records of a table decide, each with its subject, whatever their order: the sum of 128 bits of
/// each record. Other records have the same sum with a chance of about 1 in 10^38.
fn sum_of_records(table: &Table, keys: Option<&[Option<u32>]>) -> u128 {
    let subject = |record: usize| {
        let subject = table.subject_of(record) as usize;
        // A key is a u32, so this one is nobody's.
        keys.map_or(0, |keys| keys[subject].map_or(u64::MAX, u64::from))
    };
    let half = |seed: u64, record: usize| {
        let cells = table.columns().iter().map(|column| u64::from(column.value_of(record)));
        cells.fold(mix(seed, subject(record)), mix)
    };
    let one = |record: usize| u128::from(half(1, record)) << 64 | u128::from(half(2, record));
    (0..table.records()).fold(0, |sum, record| sum.wrapping_add(one(record)))
}
