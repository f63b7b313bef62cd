//! A source and its hold-out as coded columns: only those that are joined, or say who is who.

use std::sync::Arc;

use super::Ours;
use super::open::OpenedSource;
use crate::input::{self, Allowance, CodedColumn, Extract, InputError, Source};
use crate::plan::SourcePlan;
use crate::scan::{Course, ScanError};
use crate::table::Ground;

/// With what a source is read.
pub(super) struct Reading<'a> {
    pub(super) course: Course<'a>,
    pub(super) planned: &'a SourcePlan,
    /// Bytes that the extract holds meanwhile.
    pub(super) held: u64,
    /// Where its columns are that do not fit in memory: those of the source go there too.
    pub(super) ground: Option<&'a Arc<dyn Ground>>,
}

/// A source as read.
pub(super) struct ReadSource {
    pub(super) name: String,
    pub(super) theirs: Side,
    pub(super) hold_out: Option<Side>,
    /// Whether it has the columns of the extract, in any order.
    pub(super) same_form: bool,
}

/// The columns of a file that are needed, each under the place where the plan names it.
pub(super) struct Side {
    pub(super) extract: Extract,
    /// The shared columns, in the order of the plan.
    pub(super) shared: Vec<CodedColumn>,
    pub(super) subject: Option<CodedColumn>,
    pub(super) truth: Option<CodedColumn>,
}

/// Reads a source, and its hold-out where it has one.
pub(super) fn read_source(
    reading: &Reading<'_>,
    opened: OpenedSource,
    ours: &Ours<'_>,
) -> Result<ReadSource, ScanError> {
    let OpenedSource { name, mut source, hold_out } = opened;
    let planned = reading.planned;
    // What is compared with a column of a declared type is read as that type.
    let compared = planned.on.iter().map(|on| (&on.ours, &on.theirs));
    let compared = compared.chain(planned.truth.iter().map(|truth| (&truth.ours, &truth.theirs)));
    let types = &reading.course.plan.input.column_types;
    source.declare_types(compared.filter_map(|(ours, theirs)| Some((theirs.clone(), *types.get(ours)?))));
    let mut columns: Vec<&String> = source.columns().iter().collect();
    let mut own: Vec<&String> = ours.dataset.columns.iter().map(|column| &column.name).collect();
    columns.sort_unstable();
    own.sort_unstable();
    let same_form = columns == own;
    let shared: Vec<&String> = planned.on.iter().map(|on| &on.theirs).collect();
    let truth = planned.truth.as_ref().map(|truth| &truth.theirs);
    let theirs = read_side(reading, &name, source, &shared, planned.subject.as_ref(), truth)?;
    let hold_out = hold_out.map(|source| {
        let shared: Vec<&String> = planned.on.iter().map(|on| &on.ours).collect();
        let called = format!("{} of {name}", if planned.is_original { "control" } else { "hold-out" });
        // A control is of the people of the original, who may be called otherwise than those of the extract.
        let subject = if planned.is_original { planned.subject.as_ref() } else { ours.dataset.subject.as_ref() };
        read_side(reading, &called, source, &shared, subject, None)
    });
    Ok(ReadSource { theirs, hold_out: hold_out.transpose()?, same_form, name })
}

fn read_side(
    reading: &Reading<'_>,
    name: &str,
    source: Source,
    shared: &[&String],
    subject: Option<&String>,
    truth: Option<&String>,
) -> Result<Side, ScanError> {
    let is_wanted = |column: &String| shared.contains(&column) || subject == Some(column) || truth == Some(column);
    let wanted: Vec<bool> = source.columns().iter().map(is_wanted).collect();
    let Course { plan, progress, stop } = reading.course;
    let left = plan.memory.map(|allowed| allowed.saturating_sub(reading.held));
    let allowance = Allowance { memory: left, ground: reading.ground.cloned() };
    let mut extract = input::read(source, &wanted, progress, stop, allowance)
        .map_err(|error| ScanError::of_source(name, plan.memory, error))?;
    if extract.records == 0 {
        return Err(ScanError::SourceEmpty { name: name.to_owned() });
    }
    // A column may be wanted twice: the last one takes it, those before it a copy.
    let mut names: Vec<&String> = shared.to_vec();
    names.extend(subject);
    names.extend(truth);
    let mut taken = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let again = names[place + 1..].contains(name);
        taken.push(take(&mut extract, name, again)?);
    }
    let truth = truth.and_then(|_| taken.pop());
    let subject = subject.and_then(|_| taken.pop());
    Ok(Side { extract, shared: taken, subject, truth })
}

fn take(extract: &mut Extract, name: &str, copy: bool) -> Result<CodedColumn, ScanError> {
    let not_coded = || crate::recode::TreatmentError::NotCoded(name.to_owned());
    let column = extract.columns.iter_mut().find(|column| column.name == name).ok_or_else(not_coded)?;
    if let Some(doubt) = column.doubt.filter(|doubt| doubt.is_question()) {
        return Err(InputError::OpenReading { column: crate::plan::shown_name(name), doubt }.into());
    }
    let taken = if copy { column.coded.clone() } else { column.coded.take() };
    Ok(taken.ok_or_else(not_coded)?)
}
