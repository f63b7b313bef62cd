//! A release beside the file that it was made from: what it tells of the people in that file.
//!
//! # Definition
//! The release is the extract as treated, generalised or synthetic; the original is the file that it was made from, brought under the
//! same rules; the control holds people of the same population who were not used. Every attack (`singling.rs`, `tell.rs`) is tried on
//! people of the original, beside a guess that ignores the release, and on people of the control: what succeeds with both alike is true of
//! everybody and tells nothing of those who were used. The residual risk is (attack - control) / (1 - control), cut to 0 and 1.
//!
//! An attack is *evidence* if it succeeds more often than the guess, and the 95 % intervals of its residual risk and of the difference of
//! both rates lie above 0. Any other is
//! *no evidence*, which never means safe. Without a control what beats the guess stays undecided.
//!
//! Beside them: how many records equal one of the original, and how far records lie from the nearest one of the original, held against
//! the same of the control.
//!
//! Sources: Giomi, Boenisch, Wehmeyer & Tasnádi (Anonymeter), Proceedings on Privacy Enhancing Technologies 2023(2); Cohen & Nissim,
//! PNAS 117(15), 2020; distance to the closest record and nearest neighbour distance ratio as in `SDMetrics` and syntheval.
//!
//! # Edge cases
//! Undefined: no column that can be compared, fewer than 20 records or people on any side. An attack without its needs (a second column, a
//! sensitive column with two values, a control) has none of its figures, and why. While a quasi-identifier or sensitive column of
//! the release is not compared, there is no residual risk: an attack that was kept from looking is no evidence of anything.
//!
//! # Guarantee
//! Equal to brute force (`test/`), and the same for any order of the records, split of the files and number of threads: draws depend
//! on the seed and on cells.

mod entry;
mod figures;
mod nearest;
mod sides;
mod singling;
mod tell;
#[cfg(test)]
mod test;

pub use entry::{LIMITS, MEASURE};
pub use figures::{about, figures};

use crate::measure::CutOff;
use crate::measure::linkage::LinkedTables;
use crate::number::{as_float, counted};
use crate::result::{
    Original, OriginalAttack, OriginalAttackKind, OriginalCopies, OriginalDistances, OriginalEvidence, OriginalRate,
    Outcome, Unit,
};
use crate::stats::{mix, residual_risk, wilson_interval};
use crate::stop::{StopReason, Watch};
use crate::table::Table;
use nearest::{Index, NOWHERE, Rows, Wanted};
use sides::{Side, Sides};
use tell::Tried;

/// The name under `measures`.
pub const NAME: &str = "original";

/// Fewer records or people tell nothing.
pub const FEWEST: usize = 20;

/// How much is tried; what is beyond is sampled, and said.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Statements of each kind.
    pub statements: usize,
    /// People whose halves are linked or whose value is inferred.
    pub people: usize,
    /// People of each side of whom membership is asked.
    pub members: usize,
    /// Records from which the nearest of the original is looked for.
    pub records: usize,
}

impl Most {
    /// What a scan tries.
    pub const DEFAULT: Self = Self { statements: 2_000, people: 10_000, members: 20_000, records: 200_000 };
}

/// With what the sides are compared.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Sensitive columns among the shared ones.
    pub secrets: Vec<String>,
    /// Quasi-identifiers and sensitive columns of the release that the original lacks.
    pub not_shared: Vec<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// How much is tried.
    pub most: Most,
    /// What a reader must know of the comparison.
    pub notes: Vec<String>,
}

/// Successes of attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Trial {
    successes: u64,
    attempts: u64,
}

impl Trial {
    fn rate(self) -> Option<OriginalRate> {
        let interval = wilson_interval(self.successes, self.attempts)?;
        let (successes, attempts) = (as_float(self.successes), self.attempts);
        Some(OriginalRate { successes, attempts, rate: successes / as_float(attempts), interval })
    }

    /// The least by which its rate is above another, in 95 of 100 cases either way: Newcombe, Statistics in Medicine 17(8), 1998,
    /// method 10, from both Wilson intervals. Near 0 and 1 the interval of the residual risk alone is too narrow.
    fn beyond(self, other: Self) -> Option<f64> {
        let (one, other) = (self.rate()?, other.rate()?);
        let apart = one.rate - other.rate;
        Some(apart - (one.rate - one.interval[0]).hypot(other.interval[1] - other.rate))
    }
}

/// Compares the release, `ours` of the tables, with the original, `theirs`, and both with the control.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives [`Outcome::Incomplete`].
pub fn measure(
    linked: &LinkedTables,
    control: Option<&Table>,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<Outcome<Original>, StopReason> {
    let unit = if linked.ours.has_subjects() { Unit::Subject } else { Unit::Record };
    let all = 0..linked.columns.len();
    let (columns, apart): (Vec<usize>, Vec<usize>) = all.partition(|&place| can_be_compared(linked, place));
    if columns.is_empty() {
        let words = "no column of the release can be compared with the original: no value occurs on both sides";
        return Ok(Outcome::undefined("no-common-column", words));
    }
    let few = |table: &Table| table.records().min(table.subjects()) < FEWEST;
    let sides = [Some(&linked.ours), Some(&linked.theirs), control];
    for (side, name) in sides.into_iter().zip(["release", "original", "control"]) {
        if side.is_some_and(few) {
            let words = format!("the {name} has fewer than {FEWEST} records or people, of which nothing can be told");
            return Ok(Outcome::undefined("too-few", &words));
        }
    }
    let cut_off = CutOff {
        timeout: "the time limit was reached before the release was compared with its original",
        memory: "the memory limit was reached before the release was compared with its original",
        work_limit: "comparing the release with its original exceeds the work limit",
    };
    let sides = Sides::new(linked, control, &columns);
    if let Some(words) = overlap(&sides) {
        return Ok(Outcome::undefined("control-overlaps", &words));
    }
    watch.progress.begin("original", None, "attacks");
    let mut not_compared = settings.not_shared.clone();
    not_compared.extend(apart.into_iter().map(|place| linked.columns[place].name.clone()));
    let compared = compare(&sides, settings, watch).map(|compared| Original { not_compared, ..compared });
    watch.progress.end();
    cut_off.outcome(unit, compared)
}

/// Whether something can be told of a shared column: it has numbers on both sides, or some value occurs on both.
fn can_be_compared(linked: &LinkedTables, place: usize) -> bool {
    let (ours, theirs) = (&linked.ours.columns()[place], &linked.theirs.columns()[place]);
    let values = linked.columns[place].values.len();
    let held = |column: &crate::table::Column| {
        let mut held = vec![false; values];
        column.values().filter(|&code| column.missing != Some(code)).for_each(|code| held[code as usize] = true);
        held
    };
    let (ours, theirs) = (held(ours), held(theirs));
    if linked.columns[place].numbers.is_some() {
        return ours.contains(&true) && theirs.contains(&true);
    }
    ours.iter().zip(&theirs).any(|(ours, theirs)| *ours && *theirs)
}

/// What chance alone makes of coincidences; the surplus beyond it that a control may have.
const COINCIDENCE: f64 = 0.02;

/// Why the control cannot be of other people: more of them equal somebody of the original than people of the original equal one
/// another. Whoever holds people of the original for strangers takes every attack for no evidence.
fn overlap(sides: &Sides) -> Option<String> {
    let control = sides.control.as_ref()?;
    let found = copies(control, &sides.original);
    let twins = twins(&sides.original);
    let surplus = residual_risk(found.copied, found.records, twins, sides.original.rows() as u64)?;
    (surplus.interval[0] > COINCIDENCE).then(|| {
        format!(
            "{} of the control equal one of the original, far more than records of different people of the original equal one \
             another: the control seems to hold people of the original",
            counted(found.copied, "record", "records")
        )
    })
}

/// Rows that equal a row of somebody else.
fn twins(side: &Side) -> u64 {
    let (order, starts) = side.exact.groups();
    let person = |row: &u32| side.person[*row as usize];
    let groups = starts.windows(2).map(|bounds| &order[bounds[0]..bounds[1]]);
    groups
        .filter(|group| group.iter().any(|row| person(row) != person(&group[0])))
        .map(|group| group.len() as u64)
        .sum()
}

fn compare(sides: &Sides, settings: &Settings, watch: Watch<'_>) -> Result<Original, StopReason> {
    let (most, seed, stop) = (settings.most, settings.seed, watch.stop);
    let sample = |side: &Side, salt: u64| {
        let mut rows = side.drawn_rows(mix(seed, salt));
        rows.truncate(most.records);
        rows
    };
    let rows = sample(&sides.release, 11);
    let index = Index::new(&sides.axes(), sides.unit, &sides.original.places, None);
    let distances = |side: &Side, rows: &[u32]| -> Result<OriginalDistances, StopReason> {
        let found = index.nearest(&side.places.of(rows), Wanted::Distances, stop)?;
        let largest = f64::from(sides.unit) * as_float(sides.columns.len() as u64);
        let closest = found.iter().map(|found| f64::from(found.first) / largest);
        let ratio = found.iter().map(|found| match found.second {
            0 | NOWHERE => 1.0,
            second => f64::from(found.first) / f64::from(second),
        });
        Ok(OriginalDistances { records: rows.len() as u64, closest: quantiles(closest), ratio: quantiles(ratio) })
    };
    let of_release = distances(&sides.release, &rows)?;
    let of_control = sides.control.as_ref().map(|control| distances(control, &sample(control, 12))).transpose()?;
    drop(index);
    let mut notes = settings.notes.clone();
    let mut attacks = singling_out(sides, settings, &mut notes, watch)?;
    if sides.columns.len() > 1 {
        attacks.push(linkability(sides, settings, watch)?);
    }
    attacks.extend(inference(sides, settings, watch)?);
    attacks.push(closeness(sides, &rows, settings, watch)?);
    attacks.push(membership(sides, settings, watch)?);
    Ok(Original {
        columns: sides.columns.iter().map(|column| column.name.clone()).collect(),
        not_compared: Vec::new(),
        release: sides.release.size(),
        original: sides.original.size(),
        control: sides.control.as_ref().map(Side::size),
        copies: copies(&sides.release, &sides.original),
        control_copies: sides.control.as_ref().map(|control| copies(control, &sides.original)),
        distances: of_release,
        control_distances: of_control,
        attacks,
        notes,
    })
}

/// The quantiles from 0 % to 100 % in steps of 5 %: the smallest value that so large a share does not exceed.
fn quantiles(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |step: usize| values[(values.len() * step).div_ceil(20).saturating_sub(1).min(values.len() - 1)];
    if values.is_empty() { Vec::new() } else { (0..=20).map(at).collect() }
}

/// Rows that equal one of the original.
fn copies(side: &Side, original: &Side) -> OriginalCopies {
    let both: Rows = original.exact.and(&side.exact);
    let (order, starts) = both.groups();
    let mut found = OriginalCopies { records: side.rows() as u64, copied: 0, copied_of_one: 0 };
    for bounds in starts.windows(2) {
        // Rows of the original have the lower numbers.
        let group = &order[bounds[0]..bounds[1]];
        let held = group.partition_point(|&row| (row as usize) < original.rows());
        let others = (group.len() - held) as u64;
        let person = |row: &u32| original.person[*row as usize];
        if held > 0 {
            found.copied += others;
            found.copied_of_one +=
                if group[..held].iter().all(|row| person(row) == person(&group[0])) { others } else { 0 };
        }
    }
    found
}

fn singling_out(
    sides: &Sides,
    settings: &Settings,
    notes: &mut Vec<String>,
    watch: Watch<'_>,
) -> Result<Vec<OriginalAttack>, StopReason> {
    let (most, seed, stop) = (settings.most.statements, settings.seed, watch.stop);
    // How many people there are decides how often one of them is alone, so the control is held against as many.
    let equal = sides.control.as_ref().map(|control| {
        let number = sides.original.people.min(control.people);
        let of = |side: &Side, salt: u64| {
            let mut people = side.drawn_people(mix(seed, salt));
            people.truncate(number);
            side.of_people(&people)
        };
        (of(&sides.original, 13), of(control, 14))
    });
    let tried = |kind: OriginalAttackKind, statements: Vec<Vec<singling::Term>>, columns: usize| {
        let guesses = singling::at_random(sides, columns, statements.len(), seed);
        let attack = singling::singled_out(&statements, &sides.original, stop)?;
        let baseline = singling::singled_out(&guesses, &sides.original, stop)?;
        let at_size =
            equal.as_ref().map(|(original, _)| singling::singled_out(&statements, original, stop)).transpose()?;
        let control =
            equal.as_ref().map(|(_, control)| singling::singled_out(&statements, control, stop)).transpose()?;
        let attack = judged(kind, &Tried { attack, baseline, control }, at_size);
        Ok::<_, StopReason>(attack)
    };
    let mut attacks = Vec::new();
    let of_one = singling::of_one_column(sides, most, mix(seed, 15));
    if of_one.is_empty() {
        let note = "no value of the release is that of a single record, so no statement about one column can single \
                    anybody out";
        notes.push(note.to_owned());
    } else {
        attacks.push(tried(OriginalAttackKind::SinglingOutUnivariate, of_one, 1)?);
    }
    if sides.columns.len() < 2 {
        notes.push(
            "only one column can be compared, so there are no statements about several and no halves to link"
                .to_owned(),
        );
    } else {
        let of_several = singling::of_several_columns(sides, most, mix(seed, 16));
        attacks.push(tried(OriginalAttackKind::SinglingOutMultivariate, of_several, 3)?);
    }
    Ok(attacks)
}

/// The columns with even places against those with odd ones, in file order, so that neighbours, which often belong together,
/// are parted.
fn linkability(sides: &Sides, settings: &Settings, watch: Watch<'_>) -> Result<OriginalAttack, StopReason> {
    let kind = OriginalAttackKind::Linkability;
    let (one, other): (Vec<usize>, Vec<usize>) = (0..sides.columns.len()).partition(|place| place % 2 == 0);
    let tried = tell::linkability(sides, [&one, &other], settings.most.people, mix(settings.seed, 17), watch.stop)?;
    Ok(judged(kind, &tried, None))
}

fn inference(sides: &Sides, settings: &Settings, watch: Watch<'_>) -> Result<Vec<OriginalAttack>, StopReason> {
    let kind = OriginalAttackKind::Inference;
    let mut attacks = Vec::new();
    for secret in &settings.secrets {
        let place = sides.columns.iter().position(|column| column.name == *secret);
        let (Some(place), true) = (place, sides.columns.len() > 1) else {
            let words = "it cannot be compared, or no other column can be";
            attacks.push(untried(kind, Some(secret), words));
            continue;
        };
        let missing = sides.columns[place].missing;
        let mut held = sides.original.exact.columns[place].iter().filter(|value| Some(**value) != missing);
        let first = held.next();
        if held.all(|value| Some(value) == first) {
            attacks.push(untried(
                kind,
                Some(secret),
                "it has fewer than two values in the original, so there is nothing to guess",
            ));
            continue;
        }
        let seed = mix(settings.seed, 18);
        let tried = tell::inference(sides, place, settings.most.people, seed, watch.stop)?;
        if tried.attack.attempts < FEWEST as u64 {
            attacks.push(untried(kind, Some(secret), "fewer than 20 people of the original have a value in it"));
            continue;
        }
        attacks.push(OriginalAttack { secret: Some(secret.clone()), ..judged(kind, &tried, None) });
    }
    Ok(attacks)
}

fn membership(sides: &Sides, settings: &Settings, watch: Watch<'_>) -> Result<OriginalAttack, StopReason> {
    let kind = OriginalAttackKind::Membership;
    let Some(control) = &sides.control else { return Ok(untried(kind, None, WITHOUT_CONTROL)) };
    let tried = tell::membership(sides, control, settings.most.members, mix(settings.seed, 19), watch.stop)?;
    Ok(judged(kind, &tried, None))
}

fn closeness(sides: &Sides, rows: &[u32], settings: &Settings, watch: Watch<'_>) -> Result<OriginalAttack, StopReason> {
    let kind = OriginalAttackKind::Closeness;
    let Some(control) = &sides.control else { return Ok(untried(kind, None, WITHOUT_CONTROL)) };
    let Some(found) = tell::closer(sides, control, rows, mix(settings.seed, 20), watch.stop)? else {
        return Ok(untried(kind, None, "no record of the release lies near to anybody"));
    };
    let rate = OriginalRate {
        successes: found.share * as_float(found.records),
        attempts: found.records,
        rate: found.share,
        interval: found.interval,
    };
    let half = OriginalRate { successes: rate.successes.max(0.0), rate: 0.5, interval: [0.5; 2], ..rate };
    let half = OriginalRate { successes: as_float(found.records) / 2.0, ..half };
    // What is nearer to the control is the rest, so half is what both have in common.
    let beyond = |share: f64| (2.0 * share - 1.0).clamp(0.0, 1.0);
    if found.interval[1] < 0.5 - REVERSED {
        return Ok(untried(kind, None, MISPLACED));
    }
    let is_evidence = found.interval[0] > 0.5;
    Ok(OriginalAttack {
        kind,
        secret: None,
        attack: Some(rate),
        attack_at_control_size: None,
        baseline: Some(half),
        control: None,
        residual_risk: Some(beyond(found.share)),
        residual_interval: Some(found.interval.map(beyond)),
        evidence: if is_evidence { OriginalEvidence::Evidence } else { OriginalEvidence::NoEvidence },
        reason: None,
    })
}

/// How much more of the control than of the original an attack may find before one of them cannot be what it is declared to be.
const REVERSED: f64 = 0.05;

const MISPLACED: &str = "it succeeds more often with people of the control than with those of the original, so the one cannot be \
                         people who were not used, or the other those who were";

const WITHOUT_CONTROL: &str =
    "there is no control: without people who are not in the original it cannot be told whether somebody was in it";

fn untried(kind: OriginalAttackKind, secret: Option<&String>, reason: &str) -> OriginalAttack {
    OriginalAttack {
        kind,
        secret: secret.cloned(),
        attack: None,
        attack_at_control_size: None,
        baseline: None,
        control: None,
        residual_risk: None,
        residual_interval: None,
        evidence: OriginalEvidence::Undefined,
        reason: Some(reason.to_owned()),
    }
}

/// An attack with what may be said of it. `at_size`: the attack on as many people as the control has.
fn judged(kind: OriginalAttackKind, tried: &Tried, at_size: Option<Trial>) -> OriginalAttack {
    let held = at_size.unwrap_or(tried.attack);
    let residual = tried
        .control
        .and_then(|control| residual_risk(held.successes, held.attempts, control.successes, control.attempts));
    let reversed = tried.control.and_then(|control| control.beyond(held)).is_some_and(|least| least > REVERSED);
    let is_beyond = tried.control.and_then(|control| held.beyond(control)).is_some_and(|least| least > 0.0);
    let residual = residual.filter(|_| !reversed);
    let (attack, baseline) = (tried.attack.rate(), tried.baseline.rate());
    let (evidence, reason) = match (&attack, &baseline, &residual) {
        _ if reversed => (OriginalEvidence::Undefined, Some(MISPLACED)),
        (Some(attack), Some(baseline), _) if attack.rate <= baseline.rate => (OriginalEvidence::NoEvidence, None),
        (Some(_), Some(_), Some(residual)) if is_beyond && residual.interval[0] > 0.0 => {
            (OriginalEvidence::Evidence, None)
        }
        (Some(_), Some(_), Some(_)) => (OriginalEvidence::NoEvidence, None),
        (Some(attack), Some(baseline), None) if attack.interval[0] > baseline.interval[1] => (
            OriginalEvidence::NoControl,
            Some(
                "it beats a guess, but without a control it cannot be told whether that is due to the people in the original",
            ),
        ),
        (Some(_), Some(_), None) => (OriginalEvidence::NoEvidence, Some("there is no control")),
        _ => (OriginalEvidence::Undefined, Some("nobody could be attacked")),
    };
    OriginalAttack {
        kind,
        secret: None,
        attack,
        attack_at_control_size: at_size.and_then(Trial::rate),
        baseline,
        control: tried.control.and_then(Trial::rate),
        residual_risk: residual.map(|residual| residual.risk),
        residual_interval: residual.map(|residual| residual.interval),
        evidence,
        reason: reason.map(str::to_owned),
    }
}

/// Bytes of memory for all that is needed besides the tables.
#[must_use]
pub fn bytes(linked: &LinkedTables, control: Option<&Table>) -> u64 {
    let records = [Some(&linked.ours), Some(&linked.theirs), control].into_iter().flatten();
    let records: u64 = records.map(|table| table.records() as u64).sum();
    let columns = linked.columns.len() as u64;
    let of_values: usize = linked.columns.iter().map(|column| column.values.len() * 48).sum();
    // Places and exact values, both again while sides of equal size are compared, and an index; keys, draws and orders.
    records * (columns * 24 + 96) + of_values as u64
}
