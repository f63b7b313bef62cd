//! What coarser versions of an extract would hide from somebody who knows points: read from the study of resolutions.

use std::collections::BTreeSet;

use super::escape::{printable, shortened};
use super::known_points::{gated_number, limit, measured};
use super::messages;
use crate::number::percent;
use crate::result::{ScanResult, UnicityResolutions, UnicityResult};

/// Longest name of a column in a label.
const NAME_CHARACTERS: usize = 40;

/// The choices of steps, one place on every axis, finest first; each once.
pub(super) fn choices(study: &UnicityResolutions) -> Vec<&[usize]> {
    let choices: BTreeSet<&[usize]> = study.cells.iter().map(|cell| cell.steps.as_slice()).collect();
    choices.into_iter().collect()
}

/// The numbers of known points that were looked at, ascending.
pub(super) fn known(study: &UnicityResolutions) -> Vec<u32> {
    let known: BTreeSet<u32> = study.cells.iter().map(|cell| cell.result.known_points).collect();
    known.into_iter().collect()
}

/// The result of a choice at a number of known points.
pub(super) fn cell<'a>(study: &'a UnicityResolutions, steps: &[usize], known: u32) -> Option<&'a UnicityResult> {
    let is_it = |cell: &&crate::result::ResolutionCell| cell.steps == steps && cell.result.known_points == known;
    study.cells.iter().find(is_it).map(|cell| &cell.result)
}

/// The number of known points that advice speaks of: the gate's where it was looked at, else the most.
pub(super) fn judged(result: &ScanResult, study: &UnicityResolutions) -> Option<u32> {
    let known = known(study);
    let wanted = measured(result).map(gated_number);
    known.iter().copied().find(|number| Some(*number) == wanted).or(known.last().copied())
}

/// What one step does: `trans_date → week`.
pub(super) fn step(study: &UnicityResolutions, axis: usize, place: usize) -> Option<String> {
    let axis = study.axes.get(axis)?;
    let column = shortened(&printable(&axis.column), NAME_CHARACTERS);
    Some(messages::change(&column, &printable(axis.steps.get(place)?)))
}

/// What a choice changes, in a line; the finest one is the extract as it is.
pub(super) fn label(study: &UnicityResolutions, steps: &[usize]) -> String {
    let changes = steps.iter().enumerate().filter(|(_, place)| **place > 0);
    let changes: Vec<String> = changes.filter_map(|(axis, place)| step(study, axis, *place)).collect();
    if changes.is_empty() { messages::AS_IT_IS.to_owned() } else { changes.join(", ") }
}

/// What the study says in words.
pub(super) struct SweepAdvice {
    /// Which single change buys most, and the least change that reaches the limit.
    pub(super) sentences: Vec<String>,
    /// Flags of the change that reaches the limit, or of the best single one.
    pub(super) flags: Option<String>,
}

/// Reads from the study which coarsening buys most.
pub(super) fn advice(result: &ScanResult, study: &UnicityResolutions) -> SweepAdvice {
    let nothing = SweepAdvice { sentences: Vec::new(), flags: None };
    let Some(known) = judged(result, study) else { return nothing };
    let choices = choices(study);
    let share = |steps: &[usize]| cell(study, steps, known).and_then(|point| point.share);
    let finest = vec![0; study.axes.len()];
    let Some(now) = share(&finest) else { return nothing };
    let mut sentences = Vec::new();
    let changed = |steps: &&[usize]| steps.iter().filter(|place| **place > 0).count();
    let lowest = |left: &&[usize], right: &&[usize]| share(left).unwrap_or(1.0).total_cmp(&share(right).unwrap_or(1.0));
    let single = choices.iter().copied().filter(|steps| changed(steps) == 1).min_by(lowest);
    if let Some((steps, after)) = single.and_then(|steps| Some((steps, share(steps)?))) {
        let verb = if known == 1 { "singles" } else { "single" };
        sentences.push(format!(
            "Of single changes {} buys most: {} then {verb} out {} instead of {}.",
            label(study, steps),
            messages::known_points(known),
            percent(after),
            percent(now)
        ));
    }
    let mut flags = single;
    if let Some(limit) = limit(result) {
        let keeps = |steps: &&[usize]| cell(study, steps, known).is_some_and(|point| point.keeps_to(limit));
        // The least change: the fewest steps in all, then the lowest share.
        let total = |steps: &[usize]| steps.iter().sum::<usize>();
        let least = choices
            .iter()
            .copied()
            .filter(keeps)
            .min_by(|left, right| total(left).cmp(&total(right)).then_with(|| lowest(left, right)));
        let figure = |steps| cell(study, steps, known).and_then(|point| Some((point.share?, point.upper()?)));
        sentences.push(match least.and_then(|steps| Some((steps, figure(steps)?))) {
            Some((steps, (share, upper))) => {
                messages::sweep_reaches(&label(study, steps), &percent(share), &percent(upper), &percent(limit))
            }
            None => format!(
                "No step of this sweep keeps {} to the limit of {}.",
                messages::known_points(known),
                percent(limit)
            ),
        });
        flags = least.or(flags);
    }
    let flags = flags.map(|steps| self::flags(study, steps)).filter(|flags| !flags.is_empty());
    SweepAdvice { sentences, flags }
}

/// The same change as flags of a scan.
fn flags(study: &UnicityResolutions, steps: &[usize]) -> String {
    let changed = steps.iter().enumerate().filter(|(_, place)| **place > 0);
    let flags = changed.filter_map(|(axis, place)| {
        let axis = study.axes.get(axis)?;
        let rule = printable(axis.steps.get(*place)?);
        let rule = if rule == LEFT_OUT { "drop".to_owned() } else { rule };
        Some(format!("--coarsen {}={rule}", printable(&axis.column)))
    });
    flags.collect::<Vec<_>>().join(" ")
}

/// How a study names the step that takes a column away.
const LEFT_OUT: &str = "left out";
