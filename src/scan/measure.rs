//! Every measure that was asked for and applies, and the advice that follows; the others with the reason why not.

use super::events::{Events, event_places, unicity_settings};
use super::linkage::{
    Opened, OpenedSource, OurSide, Ours, dropped_pseudonyms, is_all_dropped, measure_linkage, measure_original,
};
use super::subjects::{Lists, SubjectList, SubjectPoints, lists, points_of_subjects};
use super::{Beside, Course, ScanError};
use crate::advice::{self, Advised};
use crate::detect::Found;
use crate::input::{Extract, FoundBeside};
use crate::measure::aggregates::{FinishedTables, TableRecords};
use crate::measure::identifiers::{FILE_METADATA, OUTSIDE_TABLE, SearchedColumn};
use crate::measure::{self, MeasureInput, NotRun, linkage, original, too_much_memory, unicity};
use crate::plan::{Extent, Listing, Plan};
use crate::recode::{ColumnRole, Ladder};
use crate::result::{
    Advice, Dataset, GATED_KNOWN_POINTS, GateMeasure, IdentifierKind, LinkedSource, Measures, MissingMode, NotMeasured,
    Outcome, Placement, Role, Unicity, UnicityGate,
};
use crate::spill::Spill;
use crate::stop::{Stop, StopReason, Watch};
use crate::table::{Column, Counting, PointIndex, Table, scratch_bytes};

/// What reading found in the cells of every column, in comments on them, and in what the files say of themselves. Names of
/// the subjects of a release do not count: it gives pseudonyms in their place.
pub(super) fn searched_columns(extract: &Extract, roles: &[ColumnRole], plan: &Plan) -> Vec<SearchedColumn> {
    let searched = extract.columns.iter().zip(roles).map(|(column, role)| {
        let beside = extract.beside.iter().filter(|beside| beside.column.as_ref() == Some(&column.name));
        let is_renamed = plan.as_released && role.role == Role::Subject;
        let is_replaced = |found: &&Found| is_renamed && found.kind == IdentifierKind::PersonName;
        let found = column.identifiers.iter().filter(|found| !is_replaced(found));
        SearchedColumn {
            name: column.name.clone(),
            values: extract.records - column.missing,
            is_whole: !column.unread,
            found: found.chain(beside.flat_map(|beside| &beside.found)).copied().collect(),
        }
    });
    // A column of a joined table may have got another name.
    let is_column = |name: &String| extract.columns.iter().any(|column| column.name == *name);
    let of_no_column = extract.beside.iter().filter(|beside| !beside.column.as_ref().is_some_and(is_column));
    let metadata = of_no_column.map(|beside| SearchedColumn {
        name: place_of(beside).to_owned(),
        values: beside.texts,
        is_whole: true,
        found: beside.found.clone(),
    });
    searched.chain(metadata).collect()
}

/// What stands in place of a column for texts that belong to none.
fn place_of(beside: &FoundBeside) -> &'static str {
    let is_metadata = beside.found.iter().any(|found| found.placement == Placement::FileMetadata);
    if is_metadata { FILE_METADATA } else { OUTSIDE_TABLE }
}

/// What came out, and the table for what follows.
pub(super) struct Measured {
    pub(super) table: Table,
    /// Where pseudonyms are rotated and plans are looked for, the period of each record.
    pub(super) period: Option<Column>,
    pub(super) measures: Measures,
    pub(super) left_out: Vec<NotMeasured>,
    /// Proposals about known points, where a study of resolutions was asked for.
    pub(super) advice: Vec<Advice>,
    /// Figures of single subjects and records, where they are asked for.
    pub(super) lists: Lists,
    /// The sources that the extract was joined with.
    pub(super) sources: Vec<LinkedSource>,
    /// Which bytes they were.
    pub(super) beside: Beside,
}

/// What is known beside the table: what reading found, and what is joined with the extract.
pub(super) struct Joined<'a> {
    pub(super) side: OurSide,
    pub(super) opened: Opened,
    pub(super) dataset: &'a Dataset,
    /// What reading found in the cells.
    pub(super) searched: &'a [SearchedColumn],
    /// What the extract says of each planned table of totals.
    pub(super) totals: &'a [Option<TableRecords>],
    /// The cells of each finished table of totals.
    pub(super) finished: &'a [FinishedTables],
}

/// Every measure that was asked for and applies; the others with the reason why not.
pub(super) fn measure_all(
    table: Table,
    quasi_identifiers: usize,
    events: Events<'_>,
    joined: Joined<'_>,
    course: Course<'_>,
) -> Result<Measured, ScanError> {
    let Course { plan, progress, stop } = course;
    let mut so_far = SoFar::default();
    let known = so_far.measure_unicity(&table, events, course)?;
    let Joined { side, mut opened, dataset, searched, totals, finished } = joined;
    let opened_original = opened.original.take();
    let ours = Ours { table: &table, side, dataset, quasi_identifiers, rotation: events.rotation };
    so_far.measure_linkage(&ours, opened, course)?;
    so_far.measure_original(&ours, opened_original, course)?;
    drop(ours);
    // From here on only quasi-identifiers count.
    let split = events.rotation.map(|rotation| table.within_periods(quasi_identifiers, rotation.column));
    let is_searched = plan.extent == Extent::Search;
    let period = events.rotation.filter(|_| is_searched).map(|rotation| table.columns()[rotation.column].clone());
    let table = table.truncated(quasi_identifiers);
    let values = events.values.get(..quasi_identifiers).unwrap_or(events.values);
    let keys: Vec<&[u64]> = values.iter().map(|values| values.keys.as_slice()).collect();
    let numbers: Vec<Option<&[Option<i64>]>> = values.iter().map(|values| values.magnitudes.as_deref()).collect();
    let spill = plan.spill.clone().zip(plan.memory).map(|(folder, memory)| Spill::new(folder, memory));
    let counted = split.as_ref().unwrap_or(&table);
    let beyond_memory = spill.as_ref().filter(|spill| spill.has_room_for(counted)).map(|spill| spill.over(counted));
    let input = MeasureInput {
        table: counted,
        released: &table,
        keys: &keys,
        numbers: &numbers,
        secrets: events.secrets,
        searched,
        totals,
        finished,
        records: dataset.records,
        plan,
        beyond_memory: beyond_memory.as_ref().map(|spilled| -> &dyn Counting { spilled }),
        watch: Watch { progress, stop },
    };
    so_far.run_all(&input, spill.as_ref())?;
    let KnownPoints { advice, points, not_listed } = known;
    let lists = so_far.list(&input, events, (points, not_listed), stop)?;
    let SoFar { measures, mut left_out, sources, beside } = so_far;
    left_out.extend(unused_weights(&table, &measures));
    left_out.extend(forgotten(&measures, &left_out));
    Ok(Measured { table, period, measures, left_out, advice, lists, sources, beside })
}

/// Why a measure did not run that nobody asked for.
const NOT_ASKED_FOR: &str = "not asked for with `--measures`";

/// What is measured so far, and what was left out with the reason.
#[derive(Default)]
struct SoFar {
    measures: Measures,
    left_out: Vec<NotMeasured>,
    sources: Vec<LinkedSource>,
    beside: Beside,
}

impl SoFar {
    fn leave_out(&mut self, measure: &str, reason: &str) {
        self.left_out.push(NotMeasured { measure: measure.to_owned(), reason: reason.to_owned() });
    }

    /// The curves of known points, and what lists and advice take from them.
    fn measure_unicity(
        &mut self,
        table: &Table,
        events: Events<'_>,
        course: Course<'_>,
    ) -> Result<KnownPoints, ScanError> {
        if !course.plan.asks(unicity::NAME) {
            self.leave_out(unicity::NAME, NOT_ASKED_FOR);
            return Ok(KnownPoints::default());
        }
        match measure_unicity(table, events, course)? {
            Ok((outcome, known)) => {
                self.measures.unicity = Some(outcome);
                Ok(known)
            }
            Err(reason) => {
                self.leave_out(unicity::NAME, reason);
                Ok(KnownPoints::default())
            }
        }
    }

    /// The attacks with what the recipient holds.
    fn measure_linkage(&mut self, ours: &Ours<'_>, opened: Opened, course: Course<'_>) -> Result<(), ScanError> {
        let plan = course.plan;
        let rotates = ours.rotation.is_some();
        if !plan.asks(linkage::NAME) {
            self.leave_out(linkage::NAME, NOT_ASKED_FOR);
        } else if plan.linkage.is_empty() && !rotates {
            self.leave_out(linkage::NAME, "no source is declared with `--against` or `[[recipient.holds]]`");
        } else if is_all_dropped(plan) && !rotates {
            self.leave_out(linkage::NAME, &not_held_against(&dropped_pseudonyms(plan)));
        } else {
            let dropped = dropped_pseudonyms(plan);
            if !dropped.is_empty() {
                self.leave_out("pseudonym", &not_held_against(&dropped));
            }
            let found = measure_linkage(ours, opened, course)?;
            self.measures.linkage = Some(found.outcome);
            self.sources.extend(found.sources);
            self.beside.append(found.beside);
        }
        Ok(())
    }

    /// A release against the file that it was made from.
    fn measure_original(
        &mut self,
        ours: &Ours<'_>,
        opened: Option<OpenedSource>,
        course: Course<'_>,
    ) -> Result<(), ScanError> {
        if let Some(reason) = without_original(course.plan, ours.rotation.is_some()) {
            self.leave_out(original::NAME, reason);
        } else if let Some((planned, opened)) = course.plan.linkage.original.as_ref().zip(opened) {
            let found = measure_original(ours, planned, opened, course)?;
            self.measures.original = Some(found.outcome);
            self.sources.extend(found.sources);
            self.beside.append(found.beside);
        }
        Ok(())
    }

    /// Every measure that needs nothing but the question.
    fn run_all(&mut self, input: &MeasureInput<'_>, spill: Option<&Spill>) -> Result<(), ScanError> {
        for measure in measure::ALL {
            let Some(run) = measure.run else { continue };
            if !input.plan.asks(measure.name) {
                self.leave_out(measure.name, NOT_ASKED_FOR);
                continue;
            }
            match run(input, &mut self.measures) {
                Ok(()) => {}
                Err(NotRun::LeftOut(reason)) => self.leave_out(measure.name, reason),
                Err(NotRun::Stopped(reason)) => {
                    let failure = spill.and_then(Spill::failure);
                    return Err(failure.map_or_else(|| reason.into(), ScanError::Spill));
                }
            }
        }
        Ok(())
    }

    /// The figures of single subjects and records. `points` are those of the subjects, and else why they are not listed.
    fn list(
        &mut self,
        input: &MeasureInput<'_>,
        events: Events<'_>,
        (points, not_listed): (Option<ListedPoints>, Option<&'static str>),
        stop: &Stop,
    ) -> Result<Lists, ScanError> {
        let plan = input.plan;
        let listed = match not_listed {
            // Half a list would be taken for the whole one.
            Some(reason) => {
                self.leave_out(SubjectList::NAME, reason);
                let only_records = Plan { lists: Listing { subjects: false, ..plan.lists }, ..plan.clone() };
                lists(input, events.positions, None, &only_records, stop)?
            }
            None => lists(input, events.positions, points, plan, stop)?,
        };
        listed.missing.iter().for_each(|(list, reason)| self.leave_out(list, reason));
        Ok(listed.lists)
    }
}

/// Why a release is not held against its original; `None` where it is.
fn without_original(plan: &Plan, rotates: bool) -> Option<&'static str> {
    let limits = original::LIMITS;
    let is_gated = plan.policy.gates.iter().any(|gate| limits.iter().any(|limit| limit.gate == gate.measure.name()));
    if !plan.asks(original::NAME) {
        Some("not asked for with `--measures`")
    } else if plan.linkage.original.is_none() {
        Some("the file that the extract was made from is not named with `--original`")
    } else if rotates {
        Some("pseudonyms are rotated, so nobody of the release is a person of the original")
    } else if plan.extent != Extent::Report && !is_gated {
        Some("nothing asks for it")
    } else {
        None
    }
}

/// Why dropped columns were not held against identifiers.
fn not_held_against(dropped: &[&str]) -> String {
    let names: Vec<String> = dropped.iter().map(|name| format!("`{}`", crate::plan::shown_name(name))).collect();
    let (columns, are, they) =
        if names.len() == 1 { ("column", "is", "it is") } else { ("columns", "are", "they are") };
    format!("{columns} {} {are} dropped from the extract, so {they} not tested against identifiers", names.join(", "))
}

/// The curves of known points, or why there is nothing to know.
fn measure_unicity(
    table: &Table,
    events: Events<'_>,
    course: Course<'_>,
) -> Result<Result<(Outcome<Unicity>, KnownPoints), &'static str>, ScanError> {
    let Course { plan, progress, stop } = course;
    let named = !plan.unicity.points.is_empty();
    if !named && !table.has_subjects() {
        return Ok(Err("no subject is declared, so there are no histories of events"));
    }
    let Some(settings) = unicity_settings(table, events, plan) else {
        return Ok(Err(if named {
            "every column of the known points is dropped from the extract"
        } else {
            "no quasi-identifier varies within a subject, so there are no events"
        }));
    };
    let trails = if settings.mobility.is_some() { unicity::mobility::Trails::bytes(table) } else { 0 };
    let needed = table.bytes() as u64 + PointIndex::bytes(table) + trails;
    if plan.memory.is_some_and(|allowed| needed > allowed) {
        let outcome = too_much_memory("indexing known points", needed, plan);
        return Ok(Ok((outcome, KnownPoints::default())));
    }
    let mut outcome = unicity::measure(table, &settings, Watch { progress, stop })?;
    if let Outcome::Measured { value, .. } = &mut outcome {
        value.before_rotation = before_rotation(table, &settings, events, (needed, course))?;
    }
    let mut known = KnownPoints::default();
    if let Outcome::Measured { value, .. } = &outcome {
        let allowed = plan.memory.is_none_or(|allowed| needed + table.bytes() as u64 * 2 <= allowed);
        if let Some(limit) = unicity_limit(plan).filter(|_| allowed && events.rotation.is_none()) {
            known.advice = unicity_advice(table, &settings, events, value, limit, course)?;
        }
        if plan.lists.subjects {
            match points_of_subjects(table, &settings, GATED_KNOWN_POINTS, stop) {
                Ok(found) => known.points = found.map(|found| (GATED_KNOWN_POINTS, found)),
                Err(StopReason::Interrupt) => return Err(StopReason::Interrupt.into()),
                // The curves are measured, whatever became of the list.
                Err(_) => known.not_listed = Some("the time limit was reached before every subject was listed"),
            }
        }
    }
    Ok(Ok((outcome, known)))
}

/// The worst gate of the persons behind rotated pseudonyms: of the declared points, or of all columns that vary within a
/// person, which may vary within no pseudonym. `None` where nobody has several, where it is not told, and where there is no
/// memory or time for it.
fn before_rotation(
    table: &Table,
    settings: &unicity::Settings,
    events: Events<'_>,
    (needed, course): (u64, Course<'_>),
) -> Result<Option<UnicityGate>, ScanError> {
    let Course { plan, progress, stop } = course;
    let fits = plan.memory.is_none_or(|allowed| needed + table.bytes() as u64 * 2 <= allowed);
    let persons = events.rotation.and_then(|rotation| rotation.joined_persons());
    let Some(persons) = persons.filter(|_| fits && plan.extent == Extent::Report) else { return Ok(None) };
    let joined = table.joined(persons);
    let mut alone =
        unicity::Settings { known_points: Vec::new(), mobility: None, resolutions: None, ..settings.clone() };
    if plan.unicity.points.is_empty() {
        let columns = event_places(&joined, events);
        if columns.is_empty() {
            return Ok(None);
        }
        alone.gate.points = vec![unicity::GatedPoint { columns, ..unicity::GatedPoint::default() }];
    }
    match unicity::measure(&joined, &alone, Watch { progress, stop }) {
        Ok(Outcome::Measured { value, .. }) => Ok(value.worst_gate().cloned()),
        Err(StopReason::Interrupt) => Err(StopReason::Interrupt.into()),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// Known points, and what they say of every subject.
type ListedPoints = (u32, Vec<SubjectPoints>);

/// What follows from known points.
#[derive(Default)]
struct KnownPoints {
    advice: Vec<Advice>,
    /// What they say of every subject, where subjects are listed.
    points: Option<ListedPoints>,
    /// Why subjects are not listed though they were asked for.
    not_listed: Option<&'static str>,
}

/// The strictest limit of the policy on unicity.
fn unicity_limit(plan: &Plan) -> Option<f64> {
    let gates = plan.policy.gates.iter().filter(|gate| gate.measure == GateMeasure::UNICITY);
    gates.filter_map(|gate| gate.limit).min_by(f64::total_cmp)
}

/// Proposals about known points; none when the time is over while they are measured.
fn unicity_advice(
    table: &Table,
    settings: &unicity::Settings,
    events: Events<'_>,
    value: &Unicity,
    limit: f64,
    course: Course<'_>,
) -> Result<Vec<Advice>, ScanError> {
    let Course { progress, stop, .. } = course;
    match advice::advise_known_points(table, settings, events.ladders, value, limit, Watch { progress, stop }) {
        Ok(advice) => Ok(advice),
        Err(StopReason::Interrupt) => Err(StopReason::Interrupt.into()),
        Err(_) => Ok(Vec::new()),
    }
}

/// Measures without an outcome and without a reason; nothing is left out in silence.
fn forgotten(measures: &Measures, listed: &[NotMeasured]) -> Vec<NotMeasured> {
    let is_listed = |name: &str| listed.iter().any(|entry| entry.measure == name);
    let forgotten = measure::NAMES.into_iter().filter(|name| measures.outcome(name).is_none() && !is_listed(name));
    let entry = |name: &str| NotMeasured { measure: name.to_owned(), reason: "it had no outcome".to_owned() };
    forgotten.map(entry).collect()
}

/// Columns of weights that no measure used.
fn unused_weights(table: &Table, measures: &Measures) -> Option<NotMeasured> {
    let is_used = measures.population.as_ref().and_then(Outcome::value).is_some_and(measure::population::uses_weights);
    let names: Vec<String> =
        table.weights().iter().map(|weight| format!("`{}`", crate::plan::shown_name(&weight.column.name))).collect();
    let reason =
        || format!("no measure used the weights of {}: every figure counts the extract as it is", names.join(", "));
    (!is_used && !names.is_empty()).then(|| NotMeasured { measure: "weight".to_owned(), reason: reason() })
}

/// Proposes changes where classes were counted; says why where that is not possible.
pub(super) fn advise(
    table: Table,
    ladders: Vec<Ladder>,
    measures: &Measures,
    course: Course<'_>,
) -> Result<Advised, ScanError> {
    let Course { plan, progress, stop } = course;
    match &measures.uniqueness {
        Some(Outcome::Measured { .. }) => {}
        Some(Outcome::Incomplete { .. }) => {
            return Ok(Advised::without("the classes of the current extract were not fully counted"));
        }
        // The measure itself is listed with its reason.
        Some(Outcome::Undefined { .. }) | None => return Ok(Advised::default()),
    }
    if plan.missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some()) {
        return Ok(Advised::without(
            "changes are not tried if missing cells match every value; scan with `--missing own-category` for advice",
        ));
    }
    if plan.rotate.is_some() {
        return Ok(Advised::without("changes are not tried where pseudonyms are rotated"));
    }
    let needed = table.bytes() as u64 * 2
        + advice::extra_bytes(&table, &ladders) * 2
        + scratch_bytes(&table, rayon::current_num_threads());
    if plan.memory.is_some_and(|allowed| needed > allowed) {
        return Ok(Advised::without("trying changes needs more memory than `--memory` allows"));
    }
    let settings = advice::Settings { k: plan.policy.k, gate_any_record: plan.policy.gate_any_record };
    Ok(advice::advise(table, ladders, settings, Watch { progress, stop })?)
}
